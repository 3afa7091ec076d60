/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions: from bytes to calls, one after the other, and their replies. */
#include <check.h>
#include <string.h>

#include "base/macros.h"
#include "tests/unit/client-end.h"
#include "tests/unit/lamp.h"
#include "tests/unit/run.h"

enum { STRANGER = 65533 };

static struct lamps lamps;
static struct client_end end;

static void set_up(void)
{
	lamps_open(&lamps, lamps_profile);
	client_end_open(&end, &lamps.service, 0);
}

static void tear_down(void)
{
	client_end_close(&end);
	lamps_close(&lamps);
}

#define NOT_FOUND(name)                                             \
	"{\"error\":\"org.varlink.service.MethodNotFound\","        \
	"\"parameters\":{\"method\":\"org.netconf." name "\"}}\n"
#define HUNG_UP(why)                                                \
	"{\"error\":\"org.varlink.service.InvalidParameter\","      \
	"\"parameters\":{\"parameter\":\"" why "\"}}\n"

START_TEST(a_call_may_come_in_pieces)
{
	static const char call[] = CALL("X", "{}");

	for (size_t i = 0; i < sizeof(call) - 1; i++) {
		session_input(&end.session, &call[i], 1);
		client_end_expect(&end, "");
	}
	session_input(&end.session, "", 1);
	client_end_expect(&end, NOT_FOUND("X"));
}
END_TEST

START_TEST(calls_are_answered_in_order)
{
	static const char calls[] = CALL("A", "{}") "\0" CALL("B", "{}")
	    "\0" CALL("C", "{}");

	session_input(&end.session, calls, sizeof(calls));
	client_end_expect(
	    &end, NOT_FOUND("A") NOT_FOUND("B") NOT_FOUND("C"));
}
END_TEST

START_TEST(who_has_not_read_is_not_answered_further)
{
	static const char calls[] = CALL("A", "{}") "\0" CALL("B", "{}");

	end.fills = true;
	session_input(&end.session, calls, sizeof(calls));
	client_end_expect(&end, NOT_FOUND("A"));
	end.session.is_full = false;
	session_resume(&end.session);
	client_end_expect(&end, NOT_FOUND("B"));
	session_resume(&end.session);
	client_end_expect(&end, "");
}
END_TEST

static const struct {
	const char *call, *why;
} garbage[] = {
	{ "hello", "not JSON: " },
	{ "[]", "a call is a JSON object" },
	{ "{}", "\\\"method\\\" is to be a string" },
	{ "{\"method\":1}", "\\\"method\\\" is to be a string" },
	{ "", "not JSON: " },
};

START_TEST(garbage_gets_its_error_and_the_end)
{
	client_end_say(&end, garbage[_i].call);
	ck_assert_msg(
	    strstr(end.got.data, garbage[_i].why), "%s", end.got.data);
	ck_assert_uint_eq(end.n, 1);
	ck_assert(end.is_closed);
	/* What it says from then on is not looked at. */
	client_end_say(&end, CALL("X", "{}"));
	ck_assert_uint_eq(end.n, 1);
}
END_TEST

START_TEST(a_call_without_end_gets_its_error_and_the_end)
{
	static char call[VARLINK_INPUT_MAX + 1];

	memset(call, 'a', sizeof(call));
	session_input(&end.session, call, VARLINK_INPUT_MAX);
	client_end_expect(&end, "");
	session_input(&end.session, call, 1);
	client_end_expect(&end, HUNG_UP("more than 64 KiB"));
	ck_assert(end.is_closed);
	ck_assert_ptr_null(end.session.input.data);
}
END_TEST

START_TEST(many_calls_at_once_are_no_call_without_end)
{
	enum { N = 5000 };
	static const char call[] = CALL("A", "{}");
	static char calls[N * sizeof(call)];

	ck_assert_uint_gt(sizeof(calls), VARLINK_INPUT_MAX);
	for (size_t i = 0; i < N; i++)
		memcpy(calls + i * sizeof(call), call, sizeof(call));
	session_input(&end.session, calls, sizeof(calls));
	ck_assert_uint_eq(end.n, N);
	ck_assert(!end.is_closed);
}
END_TEST

START_TEST(a_oneway_call_has_no_answer_but_its_effect)
{
	client_end_say(&end, "{\"method\":\"org.netconf.Up\",\"oneway\":true,"
			     "\"parameters\":{\"nodes\":[\"hall\"]}}");
	client_end_say(&end, "{\"method\":\"org.netconf.X\",\"oneway\":true}");
	lamps_settle(&lamps);
	client_end_expect(&end, "");
	ck_assert_uint_eq(lamps.n_saved, 1);
	/* The next one is answered. */
	client_end_say(&end, CALL("X", "{}"));
	client_end_expect(&end, NOT_FOUND("X"));
}
END_TEST

/* Whatever it asks meanwhile; others are not held up. */
START_TEST(an_answer_waits_until_the_goals_are_stored)
{
	static const char up[] = CALL("Up", "{\"nodes\":[\"hall\"]}");
	static const char other[] = CALL("X", "{}");
	struct client_end second;

	lamps.save = 7;
	session_input(&end.session, up, sizeof(up));
	session_input(&end.session, other, sizeof(other));
	lamps_settle(&lamps);
	client_end_expect(&end, "");
	client_end_open(&second, &lamps.service, 0);
	session_input(&second.session, other, sizeof(other));
	client_end_expect(&second, NOT_FOUND("X"));
	client_end_close(&second);
	service_stored(&lamps.service, 6);
	client_end_expect(&end, "");
	service_stored(&lamps.service, 7);
	client_end_expect(&end, "{\"parameters\":{}}\n" NOT_FOUND("X"));
	session_input(&end.session, other, sizeof(other));
	client_end_expect(&end, NOT_FOUND("X"));
}
END_TEST

START_TEST(an_answer_of_much_does_not_wait_for_the_goals)
{
	static const char up[] = CALL("Up", "{\"nodes\":[\"hall\"]}");
	static const char other[] = CALL("X", "{}");

	lamps.save = 7;
	session_input(&end.session, up, sizeof(up));
	for (int i = 0; i < 10000; i++)
		session_input(&end.session, other, sizeof(other));
	ck_assert_uint_eq(end.session.held.n, 0);
	ck_assert_uint_gt(end.n, 9000);
}
END_TEST

START_TEST(no_memory_for_a_reply_is_the_end)
{
	session_reply(&end.session, NULL);
	client_end_expect(&end, "");
	ck_assert(end.is_closed);
	session_error(&end.session, "x", NULL); /* once is enough */
	session_reply(&end.session, json_object());
	client_end_expect(&end, "");
}
END_TEST

START_TEST(replies_have_the_form_of_varlink)
{
	session_reply_more(&end.session, json_pack("{s:i}", "a", 1));
	session_reply(&end.session, json_object());
	session_error(&end.session, "a.b.C", json_pack("{s:s}", "d", "\n"));
	client_end_expect(&end,
	    "{\"parameters\":{\"a\":1},\"continues\":true}\n"
	    "{\"parameters\":{}}\n"
	    "{\"error\":\"a.b.C\",\"parameters\":{\"d\":\"\\n\"}}\n");
}
END_TEST

#define UNKNOWN(name, message)                                         \
	"{\"error\":\"org.netconf.UnknownNode\",\"parameters\":{"      \
	"\"node\":\"" name "\",\"message\":\"" message "\"}}\n"

START_TEST(an_unknown_node_is_told_with_what_is_meant)
{
	session_unknown_node(&end.session, "hal");
	session_unknown_node(&end.session, "hal@eth0");
	session_unknown_node(&end.session, "qwertz");
	session_unknown_node(&end.session, "hall@eth0");
	session_unknown_node(&end.session, "a'\x1b");
	client_end_expect(&end,
	    UNKNOWN("hal",
		"'hal' is not a node of the profile; did you mean 'hall'?")
	    UNKNOWN("hal@eth0",
		"'hal@eth0' is not a node of the profile; did you mean "
		"'hall'?")
	    UNKNOWN("qwertz", "'qwertz' is not a node of the profile; "
			      "'netconf status' lists them")
	    UNKNOWN("hall@eth0",
		"'hall@eth0' is not there: hall does not exist once per "
		"device")
	    UNKNOWN("a'\\u001B",
		"'a'\\\\x1b' is not a node of the profile; 'netconf status' "
		"lists them"));
}
END_TEST

START_TEST(sessions_do_not_disturb_each_other)
{
	struct client_end other;

	client_end_open(&other, &lamps.service, STRANGER);
	session_input(&end.session, "{\"method\":", 10);
	client_end_say(&other, "garbage");
	ck_assert(other.is_closed);
	client_end_close(&other);
	session_input(&end.session, "\"org.netconf.X\"}", 17);
	client_end_expect(&end, NOT_FOUND("X"));
}
END_TEST

START_TEST(an_end_in_the_middle_of_a_call_leaves_nothing)
{
	struct client_end other;

	client_end_open(&other, &lamps.service, STRANGER);
	session_input(&other.session, "{\"method\":", 10);
	client_end_close(&other);
	ck_assert_ptr_null(other.session.input.data);
	client_end_open(&other, &lamps.service, STRANGER);
	client_end_say(&other, MORE("Monitor", "{}"));
	ck_assert_ptr_nonnull(other.session.wait);
	client_end_close(&other);
	ck_assert_ptr_null(other.session.wait);
	client_end_say(&end, CALL("Up", "{\"nodes\":[\"hall\"]}"));
	lamps_settle(&lamps);
	client_end_expect(&end, "{\"parameters\":{}}\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("service");
	TCase *tcase = tcase_create("service");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, a_call_may_come_in_pieces);
	tcase_add_test(tcase, calls_are_answered_in_order);
	tcase_add_test(tcase, who_has_not_read_is_not_answered_further);
	tcase_add_loop_test(tcase, garbage_gets_its_error_and_the_end, 0,
	    ARRAY_SIZE(garbage));
	tcase_add_test(tcase, a_call_without_end_gets_its_error_and_the_end);
	tcase_add_test(tcase, many_calls_at_once_are_no_call_without_end);
	tcase_add_test(tcase, a_oneway_call_has_no_answer_but_its_effect);
	tcase_add_test(tcase, an_answer_waits_until_the_goals_are_stored);
	tcase_add_test(tcase, an_answer_of_much_does_not_wait_for_the_goals);
	tcase_add_test(tcase, no_memory_for_a_reply_is_the_end);
	tcase_add_test(tcase, replies_have_the_form_of_varlink);
	tcase_add_test(tcase, an_unknown_node_is_told_with_what_is_meant);
	tcase_add_test(tcase, sessions_do_not_disturb_each_other);
	tcase_add_test(tcase, an_end_in_the_middle_of_a_call_leaves_nothing);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
