/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines: their form, which are written, and that nothing breaks it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/log.h"
#include "resolver/resolver.h"
#include "tests/unit/lamp.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

static void set_up(void)
{
	scratch_open();
	unsetenv("JOURNAL_STREAM");
	scratch_capture(STDERR_FILENO);
	log_open(LOG_LEVEL_NOTICE);
}

static void assert_logged(const char *want)
{
	ck_assert_str_eq(scratch_captured(), want);
}

START_TEST(a_message_is_one_line_with_the_node_first)
{
	log_write(LOG_LEVEL_WARNING, "lan@eth0", "the %s is %d", "lease", 3);
	log_write(LOG_LEVEL_NOTICE, NULL, "ready");
	assert_logged("node=lan@eth0 level=warning message=\"the lease is 3\"\n"
		      "level=notice message=ready\n");
}
END_TEST

START_TEST(only_what_is_urgent_enough_is_written)
{
	static const char *const names[] = { "error", "warning", "notice",
		"info", "debug" };

	for (size_t max = 0; max < ARRAY_SIZE(names); max++) {
		_cleanup_(text_clear) struct text want = { 0 };
		enum log_level level;

		ck_assert(log_parse_level(names[max], &level));
		ck_assert_uint_eq(level, max);
		log_open(level);
		for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
			log_write((enum log_level)i, NULL, "x");
			if (i <= max)
				text_printf(&want, "level=%s message=x\n",
				    names[i]);
		}
		assert_logged(want.data);
		scratch_capture(STDERR_FILENO);
	}
}
END_TEST

START_TEST(a_level_has_one_name)
{
	enum log_level level = LOG_LEVEL_INFO;

	ck_assert(!log_parse_level("", &level));
	ck_assert(!log_parse_level("Error", &level));
	ck_assert(!log_parse_level("errors", &level));
	ck_assert(!log_parse_level("3", &level));
	ck_assert_int_eq(level, LOG_LEVEL_INFO);
}
END_TEST

static const struct {
	const char *value, *shown;
} values[] = {
	{ "eth0.1", "eth0.1" },
	{ "fe80::1/64", "fe80::1/64" },
	{ "lan@eth0,a-b_c+d", "lan@eth0,a-b_c+d" },
	{ "", "\"\"" },
	{ "two words", "\"two words\"" },
	{ "a=b", "\"a=b\"" },
	{ "say \"no\"", "\"say \\x22no\\x22\"" },
	{ "\"", "\"\\x22\"" },
	{ "a\nlevel=error", "\"a\\x0alevel=error\"" },
	{ "\033[2J", "\"\\x1b[2J\"" },
	{ "back\\slash", "\"back\\x5cslash\"" },
	{ "\xc3\xa4", "\"\xc3\xa4\"" },
	{ "\xff", "\"\\xff\"" },
	{ "\xe2\x80\xae", "\"\\xe2\\x80\\xae\"" },
};

START_TEST(no_value_breaks_the_line)
{
	_cleanup_(text_clear) struct text line = { 0 }, want = { 0 };

	text_printf(&want, "a=1 key=%s", values[_i].shown);
	log_append(&line, "a", "1");
	log_append(&line, "key", values[_i].value);
	ck_assert_str_eq(line.data, want.data);
	text_clear(&want);
	text_printf(
	    &want, "level=error message=%s\n", values[_i].shown);
	log_write(LOG_LEVEL_ERROR, NULL, "%s", values[_i].value);
	assert_logged(want.data);
}
END_TEST

START_TEST(the_journal_is_told_the_priority)
{
	char stream[64];
	struct stat st;

	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu",
	    (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_open(LOG_LEVEL_DEBUG);
	log_write(LOG_LEVEL_ERROR, NULL, "x");
	log_write(LOG_LEVEL_WARNING, NULL, "x");
	log_write(LOG_LEVEL_NOTICE, NULL, "x");
	log_write(LOG_LEVEL_INFO, NULL, "x");
	log_write(LOG_LEVEL_DEBUG, NULL, "x");
	assert_logged("<3>level=error message=x\n"
		      "<4>level=warning message=x\n"
		      "<5>level=notice message=x\n"
		      "<6>level=info message=x\n"
		      "<7>level=debug message=x\n");
}
END_TEST

/* Somebody else's journal, of which the variable was inherited. */
START_TEST(what_is_not_the_journal_gets_no_priority)
{
	char other[64];
	const char *const streams[] = { other, "1:1", "", "x", "9" };

	for (size_t i = 0; i < ARRAY_SIZE(streams); i++) {
		struct stat st;

		ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
		snprintf(other, sizeof(other), "%llu:%llu",
		    (unsigned long long)st.st_dev,
		    (unsigned long long)st.st_ino + 1);
		setenv("JOURNAL_STREAM", streams[i], 1);
		log_open(LOG_LEVEL_NOTICE);
		log_write(LOG_LEVEL_ERROR, NULL, "x");
		assert_logged("level=error message=x\n");
		scratch_capture(STDERR_FILENO);
	}
}
END_TEST

START_TEST(a_change_is_a_line)
{
	struct lamps lamps;
	struct notice notice = { .from = NODE_STARTING, .to = NODE_UP,
		.cause = "the current is on", .retry_at_ms = RESOLVER_NEVER };

	lamps_open(&lamps, lamps_profile);
	notice.node =
	    resolver_find(runner_resolver(lamps.runner), "hall");
	log_change(&notice);
	notice.to = NODE_FAILED;
	notice.cause = "hall";
	notice.reason = "no\ncurrent";
	log_change(&notice);
	notice.at_ms = 10000;
	notice.retry_at_ms = 14000;
	log_change(&notice);
	notice.retry_at_ms = 9000; /* overdue */
	log_change(&notice);
	log_open(LOG_LEVEL_WARNING);
	log_change(&notice);
	assert_logged(
	    "node=hall state=up from=starting cause=\"the current is on\"\n"
	    "node=hall state=failed from=starting cause=hall "
	    "reason=\"no\\x0acurrent\" retry-in=never\n"
	    "node=hall state=failed from=starting cause=hall "
	    "reason=\"no\\x0acurrent\" retry-in=4s\n"
	    "node=hall state=failed from=starting cause=hall "
	    "reason=\"no\\x0acurrent\" retry-in=0s\n");
	lamps_close(&lamps);
}
END_TEST

START_TEST(a_log_that_cannot_be_written_stops_nobody)
{
	int saved = dup(STDERR_FILENO);

	close(STDERR_FILENO);
	log_write(LOG_LEVEL_ERROR, NULL, "x");
	ck_assert_int_eq(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	close(saved);
	log_write(LOG_LEVEL_ERROR, NULL, "y");
	assert_logged("level=error message=y\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("log");
	TCase *tcase = tcase_create("log");

	tcase_add_checked_fixture(tcase, set_up, scratch_close);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, a_message_is_one_line_with_the_node_first);
	tcase_add_test(tcase, only_what_is_urgent_enough_is_written);
	tcase_add_test(tcase, a_level_has_one_name);
	tcase_add_loop_test(
	    tcase, no_value_breaks_the_line, 0, ARRAY_SIZE(values));
	tcase_add_test(tcase, the_journal_is_told_the_priority);
	tcase_add_test(tcase, what_is_not_the_journal_gets_no_priority);
	tcase_add_test(tcase, a_change_is_a_line);
	tcase_add_test(tcase, a_log_that_cannot_be_written_stops_nobody);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
