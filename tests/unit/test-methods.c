/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Emit, Reset, Restart and Reload. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/diagnostic.h"
#include "resolver/resolver.h"
#include "tests/unit/client-end.h"
#include "tests/unit/lamp.h"
#include "tests/unit/run.h"

enum { STRANGER = 65533 };

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  hall: { kind: lamp, start: auto }\n"
    "  stairs: { kind: lamp, mode: slow, requires: [hall], start: auto }\n"
    "  cellar: { kind: lamp, mode: broken, start: auto }\n"
    "  attic: { kind: lamp }\n"
    "  porch: { kind: lamp, start: auto, when: from dusk until dawn }\n";

static struct lamps lamps;
static struct client_end end;

static void set_up(void)
{
	lamps_open(&lamps, profile);
	client_end_open(&end, &lamps.service, 0);
	for (int i = 0; i < 4; i++)
		lamps_settle(&lamps);
	lamps.trace[0] = '\0';
}

static void tear_down(void)
{
	client_end_close(&end);
	lamps_close(&lamps);
}

static enum node_state state(const char *name)
{
	return node_state(
	    resolver_find(runner_resolver(lamps.runner), name));
}

START_TEST(an_event_is_heard_by_those_who_listen)
{
	ck_assert_int_eq(state("porch"), NODE_WAITING);
	client_end_say(&end, CALL("Emit", "{\"event\":\"dusk\"}"));
	client_end_expect(&end, "{\"parameters\":{\"listeners\":1}}\n");
	lamps_settle(&lamps);
	ck_assert_int_eq(state("porch"), NODE_UP);
	client_end_say(&end, CALL("Emit", "{\"event\":\"dawn\"}"));
	client_end_expect(&end, "{\"parameters\":{\"listeners\":1}}\n");
	lamps_settle(&lamps);
	ck_assert_int_eq(state("porch"), NODE_WAITING);
}
END_TEST

START_TEST(an_event_that_nobody_listens_to_says_so)
{
	client_end_say(&end, CALL("Emit", "{\"event\":\"dusck\"}"));
	client_end_expect(&end,
	    "{\"parameters\":{\"listeners\":0,\"nearest\":\"dusk\"}}\n");
	client_end_say(&end, CALL("Emit", "{\"event\":\"startup\"}"));
	client_end_expect(&end, "{\"parameters\":{\"listeners\":0}}\n");
}
END_TEST

START_TEST(an_event_takes_values)
{
	client_end_say(&end,
	    CALL("Emit",
		"{\"event\":\"dusk\",\"values\":[\"a=\",\"b-c=d=e\"]}"));
	client_end_expect(&end, "{\"parameters\":{\"listeners\":1}}\n");
}
END_TEST

START_TEST(a_value_that_is_none_is_an_error_and_nothing_happens)
{
	client_end_say(&end,
	    CALL("Emit",
		"{\"event\":\"dusk\",\"values\":[\"a=b\",\"c\"]}"));
	client_end_expect(&end,
	    "{\"error\":\"org.netconf.BadValue\",\"parameters\":"
	    "{\"message\":\"'c' must be KEY=VALUE; a KEY begins with a "
	    "letter, and letters, digits, '_' and '-' follow\"}}\n");
	lamps_settle(&lamps);
	ck_assert_int_eq(state("porch"), NODE_WAITING);
}
END_TEST

START_TEST(a_reset_tries_again_what_failed_for_good)
{
	ck_assert_int_eq(state("cellar"), NODE_FAILED);
	client_end_say(&end, CALL("Reset", "{\"nodes\":[\"cellar\"]}"));
	lamps_settle(&lamps);
	ck_assert_str_eq(lamps.trace, "start cellar");
	ck_assert_int_eq(state("cellar"), NODE_FAILED);
}
END_TEST

START_TEST(a_restart_stops_dependents_first)
{
	ck_assert_int_eq(state("stairs"), NODE_UP);
	client_end_say(&end, CALL("Restart", "{\"nodes\":[\"hall\"]}"));
	client_end_expect(&end, "{\"parameters\":{}}\n");
	for (int i = 0; i < 8; i++)
		lamps_settle(&lamps);
	ck_assert_str_eq(lamps.trace,
	    "stop stairs, stop hall, start hall, start stairs");
	ck_assert_int_eq(state("stairs"), NODE_UP);
}
END_TEST

START_TEST(a_restart_is_waited_for_to_its_end)
{
	client_end_say(&end,
	    MORE("Restart", "{\"nodes\":[\"hall\"],\"wait\":true}"));
	/* Stairs are slow: until they are down, hall is up as before. */
	ck_assert_int_eq(state("hall"), NODE_UP);
	for (int i = 0; i < 8; i++)
		lamps_settle(&lamps);
	ck_assert_ptr_null(end.session.wait);
	ck_assert_ptr_nonnull(strstr(end.got.data, "\"to\":\"stopping\""));
	ck_assert_ptr_nonnull(strstr(end.got.data, "\"result\":\"up\""));
}
END_TEST

START_TEST(a_restart_of_what_nobody_wants_is_over_at_once)
{
	client_end_say(&end,
	    MORE("Restart", "{\"nodes\":[\"attic\"],\"wait\":true}"));
	lamps_settle(&lamps);
	ck_assert_ptr_null(end.session.wait);
	ck_assert_ptr_nonnull(strstr(end.got.data, "\"result\":\"idle\""));
	ck_assert_str_eq(lamps.trace, "");
}
END_TEST

START_TEST(why_says_what_would_have_to_change_and_which_event_helps)
{
	client_end_say(&end, CALL("Why", "{\"node\":\"porch\"}"));
	ck_assert_ptr_nonnull(strstr(
	    end.got.data, "\"cause\":\"event\",\"event\":\"dusk\""));
	text_clear(&end.got);
	client_end_say(&end, CALL("Why", "{\"node\":\"attic\"}"));
	ck_assert_ptr_nonnull(strstr(end.got.data, "\"cause\":\"unasked\""));
	ck_assert_ptr_null(strstr(end.got.data, "\"event\""));
}
END_TEST

START_TEST(a_plan_shows_what_up_would_do_and_anybody_may_ask)
{
	struct client_end stranger;

	client_end_open(&stranger, &lamps.service, STRANGER);
	client_end_say(
	    &stranger, CALL("Plan", "{\"nodes\":[\"attic\",\"porch\"]}"));
	ck_assert_ptr_nonnull(strstr(stranger.got.data,
	    "\"steps\":[{\"action\":\"start\",\"node\":\"attic\","
	    "\"under_way\":false}],\"outcomes\":[{\"node\":\"attic\","
	    "\"state\":\"idle\",\"then\":\"up\"},{\"node\":\"porch\","
	    "\"state\":\"waiting\",\"then\":\"waiting\",\"missing\":"));
	client_end_close(&stranger);
	lamps_settle(&lamps);
	ck_assert_str_eq(lamps.trace, "");
	ck_assert_int_eq(state("attic"), NODE_IDLE);
	ck_assert_uint_eq(lamps.n_saved, 0);
}
END_TEST

START_TEST(a_plan_says_which_mask_goes)
{
	client_end_say(&end, CALL("Down", "{\"nodes\":[\"stairs\"]}"));
	for (int i = 0; i < 4; i++)
		lamps_settle(&lamps);
	text_clear(&end.got);
	client_end_say(&end, CALL("Plan", "{\"nodes\":[\"stairs\"]}"));
	ck_assert_ptr_nonnull(strstr(end.got.data,
	    "{\"said\":[\"stairs is no longer taken down\"],\"steps\":"));
}
END_TEST

static const struct {
	const char *parameters, *error;
} bad_plans[] = {
	{ "{\"nodes\":[]}", "InvalidParameter" },
	{ "{}", "InvalidParameter" },
	{ "{\"nodes\":[\"attic\",\"hal\"]}", "did you mean 'hall'?" },
	{ "{\"nodes\":[\"attic@x\"]}", "does not exist once per device" },
};

START_TEST(a_plan_of_what_there_is_not_is_refused)
{
	_cleanup_(text_clear) struct text call = { 0 };

	text_printf(&call, CALL("Plan", "%s"), bad_plans[_i].parameters);
	client_end_say(&end, call.data);
	ck_assert_msg(strstr(end.got.data, bad_plans[_i].error), "%s",
	    end.got.data);
}
END_TEST

START_TEST(netconfd_that_ends_plans_no_more)
{
	lamps.service.is_ending = true;
	client_end_say(&end, CALL("Plan", "{\"nodes\":[\"attic\"]}"));
	ck_assert_ptr_nonnull(strstr(end.got.data, "netconfd is ending"));
}
END_TEST

START_TEST(more_names_than_a_call_takes_are_refused_with_their_limit)
{
	_cleanup_(text_clear) struct text names = { 0 }, call = { 0 };

	text_append(&names, "[\"attic\"");
	for (int i = 0; i < 1024; i++)
		text_append(&names, ",\"attic\"");
	text_append(&names, "]");
	text_printf(&call, CALL("Down", "{\"nodes\":%s}"), names.data);
	client_end_say(&end, call.data);
	client_end_expect(&end,
	    "{\"error\":\"org.netconf.BadValue\",\"parameters\":"
	    "{\"message\":\"1025 'nodes' are more than the 1024 of one call: "
	    "make several\"}}\n");
}
END_TEST

static const struct {
	const char *call, *message;
} forbidden[] = {
	{ CALL("Emit", "{\"event\":\"dusk\"}"), "only root may emit events" },
	{ CALL("Reload", "{}"), "only root may reload the profile" },
	{ CALL("Reset", "{\"nodes\":[\"cellar\"]}"),
	    "'cellar': only root may bring it up and down" },
	{ CALL("Restart", "{\"nodes\":[\"hall\"]}"),
	    "'hall': only root may bring it up and down" },
};

START_TEST(a_stranger_may_not)
{
	struct client_end stranger;

	client_end_open(&stranger, &lamps.service, STRANGER);
	client_end_say(&stranger, forbidden[_i].call);
	ck_assert_ptr_nonnull(strstr(
	    stranger.got.data, "\"error\":\"org.netconf.NotPermitted\""));
	ck_assert_ptr_nonnull(
	    strstr(stranger.got.data, forbidden[_i].message));
	client_end_close(&stranger);
	lamps_settle(&lamps);
	ck_assert_str_eq(lamps.trace, "");
	ck_assert_int_eq(state("porch"), NODE_WAITING);
}
END_TEST

static int on_reload(
    void *ctx, struct diagnostics *diagnostics, struct text *said)
{
	const struct mark mark = {
		.file = "a.yaml", .line = 3, .column = 5, .length = 4 };
	struct diagnostic *diagnostic;

	(void)ctx;
	(void)said;
	diagnostic = diagnostics_add(
	    diagnostics, SEVERITY_ERROR, &mark, "no such %s", "kind");
	diagnostic_set_source(diagnostic, "  x: kind", 9, 1, false);
	return -EINVAL;
}

START_TEST(a_reload_tells_of_errors_with_their_places)
{
	client_end_say(&end, CALL("Reload", "{}"));
	ck_assert_ptr_nonnull(strstr(end.got.data, "NotSupported"));
	text_clear(&end.got);
	lamps.service.reload = on_reload;
	client_end_say(&end, CALL("Reload", "{}"));
	client_end_expect(&end,
	    "{\"error\":\"org.netconf.BadProfile\",\"parameters\":"
	    "{\"message\":\"the profile has 1 error; nothing has been "
	    "changed\",\"problems\":[{\"file\":\"a.yaml\",\"line\":3,"
	    "\"column\":5,\"length\":4,\"error\":true,"
	    "\"text\":\"no such kind\",\"source\":\"  x: kind\","
	    "\"source_column\":5}]}}\n");
}
END_TEST

/* Stairs move to the first place, their index with them. */
static const char other[] =
    "version: 1\n"
    "nodes:\n"
    "  stairs: { kind: lamp, mode: slow, requires: [hall], start: auto }\n"
    "  yard: { kind: lamp, start: auto }\n"
    "  hall: { kind: lamp, start: auto }\n"
    "  porch: { kind: lamp, start: auto, when: from dusk until dawn }\n";

START_TEST(a_reload_touches_what_has_changed_only)
{
	client_end_say(&end, CALL("Emit", "{\"event\":\"dusk\"}"));
	lamps_settle(&lamps);
	lamps.trace[0] = '\0';
	lamps_reload(&lamps, other);
	lamps_settle(&lamps);
	ck_assert_str_eq(lamps.trace, "start yard");
	ck_assert_int_eq(state("porch"), NODE_UP);
	/* Its job goes by the configuration it was started with. */
	ck_assert(runner_uses(lamps.runner, lamps.former));
	ck_assert_ptr_null(
	    resolver_find(runner_resolver(lamps.runner), "cellar"));
}
END_TEST

START_TEST(the_former_profile_goes_with_its_last_job)
{
	lamps_reload(&lamps, "version: 1\nnodes: { yard: { kind: lamp } }\n");
	ck_assert(runner_uses(lamps.runner, lamps.former));
	for (int i = 0; i < 8; i++)
		lamps_settle(&lamps);
	ck_assert_str_eq(lamps.trace, "stop stairs, stop hall");
	ck_assert(!runner_uses(lamps.runner, lamps.former));
	ck_assert(runner_uses(lamps.runner, lamps.profile));
}
END_TEST

START_TEST(a_wait_goes_on_after_a_reload)
{
	uint32_t n;

	client_end_say(&end, MORE("Wait", "{\"nodes\":[\"porch\"]}"));
	text_clear(&end.got);
	lamps_reload(&lamps, other);
	lamps_settle(&lamps);
	ck_assert_ptr_nonnull(end.session.wait);
	ck_assert(!end.got.data || !strstr(end.got.data, "yard"));
	ck_assert_int_eq(runner_emit(lamps.runner, "dusk", NULL, 0, &n), 0);
	lamps_settle(&lamps);
	ck_assert_ptr_null(end.session.wait);
	ck_assert_ptr_nonnull(strstr(end.got.data, "\"result\":\"up\""));
}
END_TEST

START_TEST(a_wait_for_what_is_declared_no_more_is_over)
{
	client_end_say(&end, MORE("Wait", "{\"nodes\":[\"attic\"]}"));
	ck_assert_ptr_nonnull(end.session.wait);
	text_clear(&end.got);
	client_end_say(&end, CALL("Why", "{\"node\":\"hall\"}"));
	ck_assert_ptr_null(end.got.data);
	lamps_reload(&lamps, other);
	ck_assert_ptr_null(end.session.wait);
	ck_assert_ptr_nonnull(strstr(end.got.data, "UnknownNode"));
	text_clear(&end.got);
	/* And the call behind it is answered. */
	lamps_settle(&lamps);
	ck_assert_ptr_nonnull(strstr(end.got.data, "\"lines\""));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("methods");
	TCase *tcase = tcase_create("methods");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase,
	    why_says_what_would_have_to_change_and_which_event_helps);
	tcase_add_test(tcase, an_event_is_heard_by_those_who_listen);
	tcase_add_test(tcase, an_event_that_nobody_listens_to_says_so);
	tcase_add_test(tcase, an_event_takes_values);
	tcase_add_test(
	    tcase, a_value_that_is_none_is_an_error_and_nothing_happens);
	tcase_add_test(tcase, a_reset_tries_again_what_failed_for_good);
	tcase_add_test(tcase, a_restart_stops_dependents_first);
	tcase_add_test(tcase, a_restart_is_waited_for_to_its_end);
	tcase_add_test(tcase, a_restart_of_what_nobody_wants_is_over_at_once);
	tcase_add_test(tcase,
	    more_names_than_a_call_takes_are_refused_with_their_limit);
	tcase_add_test(
	    tcase, a_plan_shows_what_up_would_do_and_anybody_may_ask);
	tcase_add_test(tcase, a_plan_says_which_mask_goes);
	tcase_add_loop_test(tcase, a_plan_of_what_there_is_not_is_refused, 0,
	    ARRAY_SIZE(bad_plans));
	tcase_add_test(tcase, netconfd_that_ends_plans_no_more);
	tcase_add_loop_test(
	    tcase, a_stranger_may_not, 0, ARRAY_SIZE(forbidden));
	tcase_add_test(tcase, a_reload_tells_of_errors_with_their_places);
	tcase_add_test(tcase, a_reload_touches_what_has_changed_only);
	tcase_add_test(tcase, the_former_profile_goes_with_its_last_job);
	tcase_add_test(tcase, a_wait_goes_on_after_a_reload);
	tcase_add_test(tcase, a_wait_for_what_is_declared_no_more_is_over);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
