/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/event-values.h"
#include "tests/unit/run.h"

static struct event_values values;
static struct text said;

static void tear_down(void)
{
	event_values_clear(&values);
	text_clear(&said);
}

static int parse(const char *const *items, size_t n)
{
	json_t *list = json_array();
	int r;

	tear_down();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(items[i]));
	r = event_values_parse(list, &values, &said);
	json_decref(list);
	return r;
}

#define PARSE(...)                                              \
	parse((const char *const[]){ __VA_ARGS__ },             \
	    sizeof((const char *const[]){ __VA_ARGS__ }) / \
		sizeof(char *))

START_TEST(a_value_is_what_stands_behind_the_first_equals_sign)
{
	ck_assert_int_eq(PARSE("a=", "B-c_9=d=e \n"), 0);
	ck_assert_uint_eq(values.n, 2);
	ck_assert_str_eq(values.items[0].key, "a");
	ck_assert_str_eq(values.items[0].value, "");
	ck_assert_str_eq(values.items[1].key, "B-c_9");
	ck_assert_str_eq(values.items[1].value, "d=e \n");
	ck_assert_int_eq(event_values_parse(NULL, &values, &said), 0);
}
END_TEST

START_TEST(what_names_no_variable_is_refused)
{
	static const char *const bad[] = {"", "=", "a", "=b", "1a=b", "_a=b",
		"-a=b", "a b=c", "a.b=c", "\303\244=c", "a\n=c"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		ck_assert_int_eq(PARSE(bad[i]), -EINVAL);
		ck_assert_ptr_nonnull(strstr(said.data, "KEY=VALUE"));
		ck_assert_ptr_null(strchr(said.data, '\n'));
	}
}
END_TEST

START_TEST(two_keys_of_one_variable_are_refused)
{
	ck_assert_int_eq(PARSE("a-b=1", "A_B=2"), -EINVAL);
	ck_assert_str_eq(
	    said.data, "'A_B=2' has a key that was there before");
	ck_assert_int_eq(PARSE("ab=1", "a=2", "abc=3"), 0);
}
END_TEST

START_TEST(keys_values_and_their_number_are_bounded)
{
	const char *items[EVENT_VALUES_MAX + 1];
	char texts[EVENT_VALUES_MAX + 1][8], item[2048] = "a=";

	memset(item, 'x', EVENT_KEY_MAX);
	strcpy(item + EVENT_KEY_MAX, "=");
	ck_assert_int_eq(PARSE(item), 0);
	strcpy(item + EVENT_KEY_MAX, "x=");
	ck_assert_int_eq(PARSE(item), -EINVAL);
	memcpy(item, "a=", 2);
	memset(item + 2, 'x', EVENT_VALUE_MAX);
	item[2 + EVENT_VALUE_MAX] = '\0';
	ck_assert_int_eq(PARSE(item), 0);
	strcpy(item + 2 + EVENT_VALUE_MAX, "x");
	ck_assert_int_eq(PARSE(item), -EINVAL);
	for (int i = 0; i <= EVENT_VALUES_MAX; i++) {
		snprintf(texts[i], sizeof(texts[i]), "k%d=", i);
		items[i] = texts[i];
	}
	ck_assert_int_eq(parse(items, EVENT_VALUES_MAX), 0);
	ck_assert_int_eq(parse(items, EVENT_VALUES_MAX + 1), -EINVAL);
	ck_assert_str_eq(
	    said.data, "33 values are more than an event can have: 32");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("event-values");
	TCase *tc = tcase_create("event-values");

	tcase_add_checked_fixture(tc, NULL, tear_down);
	tcase_add_test(
	    tc, a_value_is_what_stands_behind_the_first_equals_sign);
	tcase_add_test(tc, what_names_no_variable_is_refused);
	tcase_add_test(tc, two_keys_of_one_variable_are_refused);
	tcase_add_test(tc, keys_values_and_their_number_are_bounded);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
