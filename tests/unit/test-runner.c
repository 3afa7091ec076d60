/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decisions, jobs and reports: what a provider may do at which moment. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/resolver.h"
#include "tests/unit/lamp.h"
#include "tests/unit/run.h"

static struct lamps lamps;

static void setup(void)
{
	lamps_open(&lamps, lamps_profile);
	lamps.trace[0] = '\0';
}

static void teardown(void)
{
	lamps_close(&lamps);
}

static void up(const char *name)
{
	_cleanup_(text_clear) struct text said = { 0 };

	ck_assert_int_eq(runner_up(lamps.runner, &name, 1, &said), 0);
}

static void down(const char *name)
{
	_cleanup_(text_clear) struct text said = { 0 };

	ck_assert_int_eq(
	    runner_down(lamps.runner, &name, 1, true, &said), 0);
}

static const struct node *find(const char *name)
{
	const struct node *node =
	    resolver_find(runner_resolver(lamps.runner), name);

	ck_assert_ptr_nonnull(node);
	return node;
}

static void expect(const char *name, enum node_state state)
{
	ck_assert_str_eq(node_state_name(node_state(find(name))),
	    node_state_name(state));
}

START_TEST(what_a_provider_says_in_its_start_takes_effect_after_it)
{
	up("hall");
	expect("hall", NODE_STARTING);
	lamps_settle(&lamps);
	expect("hall", NODE_UP);
	ck_assert_str_eq(lamps.trace, "start hall");
}
END_TEST

START_TEST(a_start_may_be_stopped_before_it_has_an_outcome)
{
	up("stairs");
	/* hall's report is taken, and stairs are started; no further. */
	while (!strstr(lamps.trace, "start stairs"))
		uv_run(&lamps.loop, UV_RUN_NOWAIT);
	expect("stairs", NODE_STARTING);
	down("stairs");
	expect("stairs", NODE_STOPPING);
	while (runner_has_jobs(lamps.runner) &&
	    node_state(find("hall")) != NODE_IDLE)
		lamps_settle(&lamps);
	expect("stairs", NODE_IDLE);
	ck_assert_str_eq(lamps.trace,
	    "start hall, start stairs, stop stairs, stop hall");
}
END_TEST

START_TEST(a_failure_on_its_way_answers_a_stop)
{
	up("garden");
	/* It has failed, but that has not been taken yet. */
	expect("garden", NODE_STARTING);
	down("garden");
	expect("garden", NODE_STOPPING);
	lamps_settle(&lamps);
	expect("garden", NODE_IDLE);
	/* The provider has undone its part: it is not told to stop. */
	ck_assert_str_eq(lamps.trace, "start garden");
}
END_TEST

START_TEST(what_a_provider_said_before_a_device_came_comes_first)
{
	up("garden");
	expect("garden", NODE_STARTING);
	runner_device_added(lamps.runner,
	    &(struct device){ .key = "x0", .name = "x0", .ifindex = 1 });
	expect("garden", NODE_FAILED);
}
END_TEST

START_TEST(an_up_on_its_way_is_stopped_all_the_same)
{
	up("hall");
	down("hall");
	up("hall");
	lamps_settle(&lamps);
	lamps_settle(&lamps);
	expect("hall", NODE_UP);
	ck_assert_str_eq(lamps.trace, "start hall, stop hall, start hall");
}
END_TEST

START_TEST(an_unmet_node_keeps_its_reason)
{
	up("attic");
	lamps_settle(&lamps);
	expect("attic", NODE_WAITING);
	ck_assert_str_eq(node_reason(find("attic")), "no current");
}
END_TEST

static void plug(const char *key, uint32_t ifindex)
{
	runner_device_added(lamps.runner,
	    &(struct device){ .key = key, .name = key, .ifindex = ifindex });
	for (int i = 0; i < 3; i++)
		lamps_settle(&lamps);
}

START_TEST(who_has_another_place_in_the_order_is_told)
{
	static const char nodes[] =
	    "version: 1\nnodes:\n"
	    "  pane: { kind: window, match: { name: x* }, start: hotplug }\n"
	    "  window: { kind: window, match: { name: e* },"
	    " start: hotplug }\n";
	static const char turned[] =
	    "version: 1\nnodes:\n"
	    "  pane: { kind: window, match: { name: x* }, start: hotplug }\n"
	    "  window: { kind: window, match: { name: e* },"
	    " start: hotplug }\n"
	    "  first: { kind: any, of: [window, pane] }\n";

	lamps_close(&lamps);
	lamps_open(&lamps, nodes);
	lamps.trace[0] = '\0';
	plug("eth2", 2);
	plug("eth1", 1);
	plug("eth3", 3);
	ck_assert_str_eq(lamps.trace, "start window@eth2, 101 is window@eth2, "
				      "start window@eth1, start window@eth3");
	lamps.trace[0] = '\0';
	runner_device_removed(lamps.runner, "eth1");
	lamps_settle(&lamps);
	ck_assert_str_eq(
	    lamps.trace, "100 is window@eth2, 101 is window@eth3");
	lamps.trace[0] = '\0';
	lamps_reload(&lamps, turned);
	ck_assert_str_eq(lamps.trace, "0 is window@eth2, 1 is window@eth3");
}
END_TEST

static void on_job(void *ctx, const char *name)
{
	text_printf(ctx, "%s ", name);
}

START_TEST(all_is_taken_down_dependents_first)
{
	_cleanup_(text_clear) struct text jobs = { 0 };

	up("door");
	while (node_state(find("door")) != NODE_UP)
		lamps_settle(&lamps);
	runner_each_job(lamps.runner, on_job, &jobs);
	ck_assert_ptr_nonnull(strstr(jobs.data, "door"));
	lamps.trace[0] = '\0';
	runner_end(lamps.runner);
	while (runner_has_jobs(lamps.runner))
		lamps_settle(&lamps);
	ck_assert_ptr_nonnull(strstr(lamps.trace, "stop door"));
	ck_assert(strstr(lamps.trace, "stop door") <
	    strstr(lamps.trace, "stop stairs"));
	ck_assert(strstr(lamps.trace, "stop stairs") <
	    strstr(lamps.trace, "stop hall"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("runner");
	TCase *tcase = tcase_create("runner");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(
	    tcase, what_a_provider_says_in_its_start_takes_effect_after_it);
	tcase_add_test(
	    tcase, a_start_may_be_stopped_before_it_has_an_outcome);
	tcase_add_test(tcase, a_failure_on_its_way_answers_a_stop);
	tcase_add_test(
	    tcase, what_a_provider_said_before_a_device_came_comes_first);
	tcase_add_test(tcase, an_up_on_its_way_is_stopped_all_the_same);
	tcase_add_test(tcase, an_unmet_node_keeps_its_reason);
	tcase_add_test(tcase, who_has_another_place_in_the_order_is_told);
	tcase_add_test(tcase, all_is_taken_down_dependents_first);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
