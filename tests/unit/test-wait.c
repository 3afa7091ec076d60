/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Streams of changes: who hears of what, in which order, and until when. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/resolver.h"
#include "tests/unit/client-end.h"
#include "tests/unit/lamp.h"
#include "tests/unit/run.h"

static struct lamps lamps;
static struct client_end a, b;

static void set_up(void)
{
	lamps_open(&lamps, lamps_profile);
	client_end_open(&a, &lamps.service, 0);
	client_end_open(&b, &lamps.service, 0);
}

static void tear_down(void)
{
	client_end_close(&a);
	client_end_close(&b);
	lamps_close(&lamps);
}

/* Settles all, also what slow lamps do in later turns. */
static void settle(void)
{
	for (int i = 0; i < 5; i++)
		lamps_settle(&lamps);
}

/* "said; node:from>to; ?stuck; =result" of what came since the last call. */
static void expect_story(struct client_end *end, const char *want)
{
	_cleanup_(text_clear) struct text story = { 0 };
	char *rest = end->got.data, *line;

	text_append(&story, "");
	while (rest && (line = strsep(&rest, "\n")) && *line) {
		json_t *reply = json_loads(line, 0, NULL);
		const json_t *p = json_object_get(reply, "parameters");
		const json_t *change = json_object_get(p, "change");
		const char *key;
		json_t *value;

		ck_assert_ptr_nonnull(p);
		if (story.n > 0)
			text_append_char(&story, ' ');
		if (json_object_size(p) == 0)
			text_append(&story, "begun");
		if (json_object_get(reply, "error"))
			text_append(&story, "error");
		json_object_foreach((json_t *)p, key, value)
		{
			if (strcmp(key, "stuck") == 0)
				text_append(&story, "stuck");
			if (strcmp(key, "said") == 0)
				text_append(&story, "said");
			if (strcmp(key, "result") == 0)
				text_printf(
				    &story, "=%s", json_string_value(value));
		}
		if (change)
			text_printf(&story, "%s>%s",
			    json_string_value(json_object_get(change, "node")),
			    json_string_value(json_object_get(change, "to")));
		json_decref(reply);
	}
	ck_assert_str_eq(story.data, want);
	text_clear(&end->got);
}

START_TEST(each_hears_of_its_own_way)
{
	client_end_say(&a, MORE("Up", "{\"nodes\":[\"hall\"],\"wait\":true}"));
	client_end_say(
	    &b, MORE("Up", "{\"nodes\":[\"stairs\"],\"wait\":true}"));
	settle();
	expect_story(&a, "hall>starting hall>up =up");
	/* stairs needs hall; what was before b came is not told again. */
	expect_story(&b,
	    "stairs>waiting hall>up stairs>starting stairs>up =up");
}
END_TEST

START_TEST(monitor_hears_of_all_from_its_first_reply_on)
{
	client_end_say(&a, MORE("Monitor", "{}"));
	expect_story(&a, "begun");
	client_end_say(&b, CALL("Up", "{\"nodes\":[\"hall\"]}"));
	settle();
	client_end_say(&b, CALL("Down", "{\"nodes\":[\"hall\"]}"));
	settle();
	expect_story(
	    &a, "hall>starting hall>up hall>stopping hall>idle");
	ck_assert_uint_eq(b.n, 2);
}
END_TEST

START_TEST(the_next_call_waits_for_the_streams_end)
{
	client_end_say(
	    &a, MORE("Up", "{\"nodes\":[\"stairs\"],\"wait\":true}"));
	client_end_say(&a, CALL("X", "{}"));
	ck_assert_ptr_null(strstr(a.got.data, "error"));
	settle();
	expect_story(&a,
	    "stairs>waiting hall>starting hall>up stairs>starting stairs>up "
	    "=up error");
}
END_TEST

START_TEST(a_permanent_failure_ends_the_wait)
{
	client_end_say(
	    &a, MORE("Up", "{\"nodes\":[\"cellar\"],\"wait\":true}"));
	settle();
	expect_story(&a, "cellar>starting cellar>failed =failed");
	/* The same again is a new attempt. */
	client_end_say(
	    &a, MORE("Wait", "{\"nodes\":[\"cellar\"]}"));
	expect_story(&a, "=failed");
}
END_TEST

START_TEST(what_cannot_come_up_is_said_once_and_waited_for)
{
	client_end_say(
	    &a, MORE("Up", "{\"nodes\":[\"attic\"],\"wait\":true}"));
	settle();
	ck_assert_ptr_nonnull(
	    strstr(a.got.data, "\"stuck\":\"attic: no current\""));
	expect_story(&a, "attic>starting attic>waiting stuck");
	/* Other changes do not make it say so again. */
	client_end_say(&b, CALL("Up", "{\"nodes\":[\"hall\"]}"));
	settle();
	expect_story(&a, "");
	ck_assert_ptr_nonnull(a.session.wait);
}
END_TEST

/* ---- in a large profile ---- */

enum { N_DARK = 1000 };

/* In the place of set_up(): a group of dark lamps. */
static void open_large(void)
{
	_cleanup_(text_clear) struct text text = { 0 };

	tear_down();
	text_append(&text, "version: 1\nnodes:\n  hall: { kind: lamp }\n");
	for (int i = 0; i < N_DARK; i++)
		text_printf(&text, "  l%d: { kind: lamp, mode: dark }\n", i);
	text_append(&text, "  some: { kind: any, of: [l0");
	for (int i = 1; i < N_DARK; i++)
		text_printf(&text, ", l%d", i);
	text_append(&text, "] }\n");
	lamps_open(&lamps, text.data);
	client_end_open(&a, &lamps.service, 0);
	client_end_open(&b, &lamps.service, 0);
}

/* Waits for it, too: nothing else happens. */
static void expect_stuck(struct client_end *end)
{
	settle();
	while (!strstr(end->got.data ? end->got.data : "", "\"stuck\""))
		uv_run(&lamps.loop, UV_RUN_ONCE);
}

static uint64_t n_visited(void)
{
	struct resolver_stats stats;

	resolver_stats(runner_resolver(lamps.runner), &stats);
	return stats.visited;
}

START_TEST(who_waits_costs_no_more_than_a_tenth_of_the_time)
{
	static struct client_end c;
	uint64_t before, from_ms;

	open_large();
	client_end_open(&c, &lamps.service, 0);
	client_end_say(
	    &a, MORE("Up", "{\"nodes\":[\"some\"],\"wait\":true}"));
	client_end_say(&b,
	    MORE("Up", "{\"nodes\":[\"some\", \"l7\"],\"wait\":true}"));
	/* One after the other, without any other event. */
	expect_stuck(&a);
	expect_stuck(&b);
	from_ms = runner_now_ms();
	before = n_visited();
	for (int i = 0; i < 100; i++) {
		client_end_say(&c, CALL("Up", "{\"nodes\":[\"hall\"]}"));
		lamps_settle(&lamps);
		client_end_say(&c, CALL("Down", "{\"nodes\":[\"hall\"]}"));
		lamps_settle(&lamps);
	}
	/* 100 a millisecond, and 10,000 that were saved up; each time some
	 * more than were left, and what changes. */
	ck_assert_uint_lt(n_visited() - before,
	    (runner_now_ms() - from_ms) * 100 + 10000 + 2 * N_DARK + 8000);
	client_end_close(&c);
}
END_TEST

START_TEST(who_comes_later_hears_it_too_a_little_later)
{
	open_large();
	client_end_say(
	    &a, MORE("Up", "{\"nodes\":[\"some\"],\"wait\":true}"));
	expect_stuck(&a);
	client_end_say(&b, MORE("Wait", "{\"nodes\":[\"some\"]}"));
	expect_stuck(&b);
	lamps_settle(&lamps);
	ck_assert_ptr_nonnull(a.session.wait);
	ck_assert_ptr_nonnull(b.session.wait);
}
END_TEST

START_TEST(wait_sets_no_goal)
{
	client_end_say(&a, MORE("Wait", "{\"nodes\":[\"hall\"]}"));
	settle();
	ck_assert_uint_eq(lamps.n_saved, 0);
	expect_story(&a, "stuck");
	client_end_say(&b, CALL("Up", "{\"nodes\":[\"hall\"]}"));
	settle();
	expect_story(&a, "hall>starting hall>up =up");
}
END_TEST

START_TEST(down_ends_when_all_it_stops_is_down)
{
	client_end_say(&b, CALL("Up", "{\"nodes\":[\"stairs\"]}"));
	settle();
	client_end_say(
	    &a, MORE("Down", "{\"nodes\":[\"stairs\"],\"wait\":true}"));
	ck_assert_ptr_nonnull(a.session.wait);
	settle();
	/* What stands on it has to know, too. */
	expect_story(&a, "way>waiting stairs>stopping stairs>idle "
			 "hall>stopping hall>idle =down");
}
END_TEST

START_TEST(down_says_that_it_is_held)
{
	client_end_say(&b, CALL("Up", "{\"nodes\":[\"stairs\"]}"));
	settle();
	client_end_say(
	    &a, MORE("Down", "{\"nodes\":[\"hall\"],\"wait\":true}"));
	settle();
	expect_story(&a, "said =held");
}
END_TEST

START_TEST(what_is_not_up_and_still_wanted_is_held_too)
{
	client_end_say(&b, CALL("Up", "{\"nodes\":[\"way\"]}"));
	settle();
	client_end_say(
	    &a, MORE("Down", "{\"nodes\":[\"attic\"],\"wait\":true}"));
	settle();
	expect_story(&a, "said =held");
}
END_TEST

START_TEST(nothing_to_stop_is_down_at_once)
{
	client_end_say(
	    &a, MORE("Down", "{\"nodes\":[\"hall\"],\"wait\":true}"));
	settle();
	expect_story(&a, "=down");
}
END_TEST

START_TEST(one_that_goes_in_the_middle_hears_no_more)
{
	a.closes_after = 1;
	client_end_say(
	    &a, MORE("Up", "{\"nodes\":[\"stairs\"],\"wait\":true}"));
	client_end_say(&b, MORE("Monitor", "{}"));
	settle();
	ck_assert_uint_eq(a.n, 1);
	/* Its goal stays, and others hear of it. */
	ck_assert_ptr_nonnull(strstr(b.got.data, "\"to\":\"up\""));
}
END_TEST

START_TEST(waiting_needs_more)
{
	client_end_say(&a, CALL("Up", "{\"nodes\":[\"hall\"],\"wait\":true}"));
	client_end_say(&a, CALL("Monitor", "{}"));
	client_end_say(&a, CALL("Wait", "{\"nodes\":[\"hall\"]}"));
	client_end_say(&a, CALL("Up", "{\"nodes\":[]}"));
	settle();
	ck_assert_uint_eq(a.n, 4);
	ck_assert_uint_eq(lamps.n_saved, 0);
	client_end_expect(&a,
	    "{\"error\":\"org.varlink.service.ExpectedMore\","
	    "\"parameters\":{}}\n"
	    "{\"error\":\"org.varlink.service.ExpectedMore\","
	    "\"parameters\":{}}\n"
	    "{\"error\":\"org.varlink.service.ExpectedMore\","
	    "\"parameters\":{}}\n"
	    "{\"error\":\"org.varlink.service.InvalidParameter\","
	    "\"parameters\":{\"parameter\":\"nodes\"}}\n");
}
END_TEST

START_TEST(one_unknown_name_of_several_changes_nothing)
{
	client_end_say(
	    &a, CALL("Up", "{\"nodes\":[\"hall\",\"hal\"]}"));
	settle();
	ck_assert_ptr_nonnull(strstr(a.got.data, "UnknownNode"));
	ck_assert_uint_eq(lamps.n_saved, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("wait");
	TCase *tcase = tcase_create("wait");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, each_hears_of_its_own_way);
	tcase_add_test(tcase, monitor_hears_of_all_from_its_first_reply_on);
	tcase_add_test(tcase, the_next_call_waits_for_the_streams_end);
	tcase_add_test(tcase, a_permanent_failure_ends_the_wait);
	tcase_add_test(
	    tcase, what_cannot_come_up_is_said_once_and_waited_for);
	tcase_add_test(
	    tcase, who_waits_costs_no_more_than_a_tenth_of_the_time);
	tcase_add_test(
	    tcase, who_comes_later_hears_it_too_a_little_later);
	tcase_add_test(tcase, wait_sets_no_goal);
	tcase_add_test(tcase, down_ends_when_all_it_stops_is_down);
	tcase_add_test(tcase, down_says_that_it_is_held);
	tcase_add_test(tcase, what_is_not_up_and_still_wanted_is_held_too);
	tcase_add_test(tcase, nothing_to_stop_is_down_at_once);
	tcase_add_test(tcase, one_that_goes_in_the_middle_hears_no_more);
	tcase_add_test(tcase, waiting_needs_more);
	tcase_add_test(tcase, one_unknown_name_of_several_changes_nothing);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
