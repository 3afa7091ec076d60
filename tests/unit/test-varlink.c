/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/varlink.h"
#include "tests/unit/run.h"

static struct varlink_input input;
static struct varlink_call call;
static struct text said;

static void teardown(void)
{
	varlink_input_clear(&input);
	varlink_call_clear(&call);
	text_clear(&said);
}

static void feed(const char *data, size_t n)
{
	ck_assert_int_eq(varlink_input_add(&input, data, n), 0);
}

#define FEED(s) feed(s, sizeof(s) - 1)

static int next(void)
{
	varlink_call_clear(&call);
	text_clear(&said);
	return varlink_input_next(&input, &call, &said);
}

START_TEST(a_call_is_taken_apart)
{
	FEED("{\"method\":\"a.b.C\",\"parameters\":{\"x\":1},\"more\":true}\0");
	ck_assert_int_eq(next(), 1);
	ck_assert_str_eq(call.method, "a.b.C");
	ck_assert_int_eq(
	    json_integer_value(json_object_get(call.parameters, "x")), 1);
	ck_assert(call.more);
	ck_assert(!call.oneway);
	ck_assert_int_eq(next(), 0);
}
END_TEST

START_TEST(a_call_may_come_byte_by_byte)
{
	static const char whole[] = "{\"method\":\"a.B\",\"oneway\":true}";

	for (size_t i = 0; i < sizeof(whole); i++) {
		ck_assert_int_eq(next(), 0);
		feed(whole + i, 1);
	}
	ck_assert_int_eq(next(), 1);
	ck_assert_str_eq(call.method, "a.B");
	ck_assert(call.oneway);
	ck_assert_ptr_null(call.parameters);
}
END_TEST

START_TEST(calls_that_come_together_are_taken_in_order)
{
	FEED("{\"method\":\"a.A\"}\0{\"method\":\"a.B\"}\0{\"meth");
	ck_assert_int_eq(next(), 1);
	ck_assert_str_eq(call.method, "a.A");
	ck_assert_int_eq(next(), 1);
	ck_assert_str_eq(call.method, "a.B");
	ck_assert_int_eq(next(), 0);
	FEED("od\":\"a.C\"}\0");
	ck_assert_int_eq(next(), 1);
	ck_assert_str_eq(call.method, "a.C");
}
END_TEST

static const char *const not_calls[] = {
	"",
	"garbage",
	"[]",
	"{}",
	"{\"method\":1}",
	"{\"method\":\"a.B\",\"parameters\":[]}",
	"{\"method\":\"a.B\",\"more\":1}",
	"{\"method\":\"a.B\",\"upgrade\":true}",
	"{\"method\":\"a.B\",\"method\":\"a.C\"}",
	"{\"method\":\"a.B\"} ]",
	"{\"method\":\"\\ud800\"}",
	"{\"method\":\"a\\u0000b\"}",
	"{\"method\":\"\xff\xfe\"}",
};

START_TEST(what_is_not_a_call_is_refused_with_a_reason)
{
	feed(not_calls[_i], strlen(not_calls[_i]) + 1);
	ck_assert_int_eq(next(), -EBADMSG);
	ck_assert_uint_gt(said.n, 0);
}
END_TEST

START_TEST(a_hundred_thousand_levels_are_refused)
{
	char *deep = malloc(VARLINK_INPUT_MAX);

	memset(deep, '[', VARLINK_INPUT_MAX - 1);
	deep[VARLINK_INPUT_MAX - 1] = '\0';
	feed(deep, VARLINK_INPUT_MAX);
	free(deep);
	ck_assert_int_eq(next(), -EBADMSG);
}
END_TEST

START_TEST(no_more_waits_than_its_limit)
{
	char *data = calloc(1, VARLINK_INPUT_MAX);

	memset(data, 'x', VARLINK_INPUT_MAX);
	ck_assert_uint_eq(varlink_input_room(&input), VARLINK_INPUT_MAX);
	feed(data, VARLINK_INPUT_MAX);
	free(data);
	ck_assert_uint_eq(varlink_input_room(&input), 0);
	ck_assert_int_eq(next(), 0);
	ck_assert_uint_le(input.capacity, VARLINK_INPUT_MAX);
}
END_TEST

START_TEST(taking_calls_makes_room_again)
{
	FEED("{\"method\":\"a.A\"}\0{");
	ck_assert_int_eq(next(), 1);
	ck_assert_uint_eq(varlink_input_room(&input), VARLINK_INPUT_MAX - 1);
	for (int i = 0; i < 10000; i++) {
		FEED("\"method\":\"a.A\"}\0{");
		ck_assert_int_eq(next(), 1);
	}
	ck_assert_uint_le(input.capacity, 1024);
}
END_TEST

START_TEST(replies_and_errors_are_json_ended_by_nul)
{
	size_t n;
	_cleanup_(free_ptr) char *reply =
	    varlink_reply(json_pack("{s:i}", "x", 1), true, &n);
	_cleanup_(free_ptr) char *last =
	    varlink_reply(json_object(), false, &n);
	_cleanup_(free_ptr) char *error =
	    varlink_error("a.E", json_object(), &n);

	ck_assert_str_eq(
	    reply, "{\"parameters\":{\"x\":1},\"continues\":true}");
	ck_assert_str_eq(last, "{\"parameters\":{}}");
	ck_assert_str_eq(error, "{\"error\":\"a.E\",\"parameters\":{}}");
	ck_assert_uint_eq(n, strlen(error) + 1);
	ck_assert_ptr_null(varlink_reply(NULL, false, &n));
}
END_TEST

START_TEST(text_that_is_not_utf8_is_escaped)
{
	json_t *bad = varlink_string("caf\xe9");
	json_t *good = varlink_string("caf\xc3\xa9");

	ck_assert_str_eq(json_string_value(bad), "caf\\xe9");
	ck_assert_str_eq(json_string_value(good), "caf\xc3\xa9");
	ck_assert_ptr_null(varlink_string(NULL));
	json_decref(bad);
	json_decref(good);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("varlink");
	TCase *tcase = tcase_create("varlink");

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, a_call_is_taken_apart);
	tcase_add_test(tcase, a_call_may_come_byte_by_byte);
	tcase_add_test(tcase, calls_that_come_together_are_taken_in_order);
	tcase_add_loop_test(tcase, what_is_not_a_call_is_refused_with_a_reason,
	    0, ARRAY_SIZE(not_calls));
	tcase_add_test(tcase, a_hundred_thousand_levels_are_refused);
	tcase_add_test(tcase, no_more_waits_than_its_limit);
	tcase_add_test(tcase, taking_calls_makes_room_again);
	tcase_add_test(tcase, replies_and_errors_are_json_ended_by_nul);
	tcase_add_test(tcase, text_that_is_not_utf8_is_escaped);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
