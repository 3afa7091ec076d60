/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes and changes as JSON: which keys, and when there are none. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/host.h"
#include "resolver/resolver.h"
#include "tests/unit/lamp.h"
#include "tests/unit/run.h"

static struct lamps lamps;
static json_t *object;

static void set_up(void)
{
	lamps_open(&lamps, lamps_profile);
}

static void tear_down(void)
{
	json_decref(object);
	object = NULL;
	lamps_close(&lamps);
}

static void up(const char *name)
{
	_cleanup_(text_clear) struct text said = { 0 };

	ck_assert_int_eq(runner_up(lamps.runner, &name, 1, &said), 0);
	for (int i = 0; i < 5; i++)
		lamps_settle(&lamps);
}

static const struct node *find(const char *name)
{
	return resolver_find(runner_resolver(lamps.runner), name);
}

static void describe(const char *name)
{
	json_decref(object);
	object = describe_node(&lamps.service, find(name));
	ck_assert_ptr_nonnull(object);
}

static json_int_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (json_int_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes the number away, which must be from low to high. */
static void take_number(const char *key, json_int_t low, json_int_t high)
{
	const json_t *number = json_object_get(object, key);

	ck_assert_msg(json_is_integer(number), "%s", key);
	ck_assert_int_ge(json_integer_value(number), low);
	ck_assert_int_le(json_integer_value(number), high);
	json_object_del(object, key);
}

static void expect(const char *want)
{
	_cleanup_(free_ptr) char *got = json_dumps(object, JSON_COMPACT);

	ck_assert_str_eq(got, want);
}

START_TEST(an_idle_node_has_what_every_node_has)
{
	describe("cellar");
	take_number("since_ms", now_ms() - 30000, now_ms() + 1);
	expect("{\"name\":\"cellar\",\"kind\":\"lamp\",\"state\":\"idle\","
	       "\"goal\":false,\"masked\":false,\"template\":false,"
	       "\"permanent\":false,\"facts\":{}}");
}
END_TEST

START_TEST(a_node_that_is_up_has_its_facts)
{
	up("hall");
	describe("hall");
	take_number("since_ms", now_ms() - 30000, now_ms() + 1);
	expect("{\"name\":\"hall\",\"kind\":\"lamp\","
	       "\"description\":\"the big one\",\"state\":\"up\","
	       "\"goal\":true,\"masked\":false,\"template\":false,"
	       "\"permanent\":false,\"facts\":{\"colour\":\"red\\u001B\"}}");
}
END_TEST

START_TEST(a_failure_has_its_reason_and_its_next_attempt)
{
	up("cellar");
	describe("cellar");
	take_number("since_ms", now_ms() - 30000, now_ms() + 1);
	expect("{\"name\":\"cellar\",\"kind\":\"lamp\",\"state\":\"failed\","
	       "\"goal\":true,\"masked\":false,\"template\":false,"
	       "\"permanent\":true,\"reason\":\"the bulb is gone\","
	       "\"facts\":{}}");
	up("garden");
	describe("garden");
	take_number("retry_in_ms", 0, 60000);
	ck_assert(json_is_false(json_object_get(object, "permanent")));
	ck_assert_str_eq(
	    json_string_value(json_object_get(object, "reason")),
	    "a loose contact");
}
END_TEST

/* What it needs fails, and it stays up. */
static void begin_hold(const char *profile)
{
	struct host_job *job;

	lamps_close(&lamps);
	lamps_open(&lamps, profile);
	up("hall");
	job = node_user(find("cellar"));
	ck_assert_ptr_nonnull(job);
	job_failed(&job->job, false, "a fuse has blown");
	lamps_settle(&lamps);
	describe("hall");
	ck_assert_str_eq(
	    json_string_value(json_object_get(object, "state")), "up");
}

START_TEST(a_held_node_says_for_how_long_more)
{
	up("hall");
	describe("hall");
	ck_assert_ptr_null(json_object_get(object, "held"));
	begin_hold("version: 1\n"
		   "nodes:\n"
		   "  cellar: { kind: lamp }\n"
		   "  hall: { kind: lamp, requires: cellar, hold: 1h }\n");
	ck_assert(json_is_true(json_object_get(object, "held")));
	take_number("held_for_ms", 3500 * 1000, 3600 * 1000);
}
END_TEST

START_TEST(a_node_that_is_held_without_end_has_no_time)
{
	begin_hold("version: 1\n"
		   "nodes:\n"
		   "  cellar: { kind: lamp }\n"
		   "  hall: { kind: lamp, requires: cellar, hold: forever }\n");
	ck_assert(json_is_true(json_object_get(object, "held")));
	ck_assert_ptr_null(json_object_get(object, "held_for_ms"));
}
END_TEST

START_TEST(a_waiting_node_says_for_what)
{
	up("attic");
	describe("attic");
	ck_assert_str_eq(json_string_value(json_object_get(object, "reason")),
	    "no current");
	up("door");
	describe("way");
	ck_assert_str_eq(
	    json_string_value(json_object_get(object, "selected")), "stairs");
	describe("stairs");
	ck_assert_ptr_null(json_object_get(object, "reason"));
}
END_TEST

START_TEST(a_change_has_its_cause)
{
	struct notice notice = { .node = find("cellar"), .from = NODE_STARTING,
		.to = NODE_FAILED, .cause = "it said so\xff",
		.reason = "no\ncurrent", .at_ms = runner_now_ms(),
		.retry_at_ms = RESOLVER_NEVER };

	object = describe_change(&notice);
	take_number("at_ms", now_ms() - 1000, now_ms() + 1);
	expect("{\"node\":\"cellar\",\"from\":\"starting\",\"to\":\"failed\","
	       "\"cause\":\"it said so\\\\xff\",\"reason\":\"no\\ncurrent\"}");
	json_decref(object);
	notice.reason = NULL;
	notice.retry_at_ms = notice.at_ms + 60000;
	object = describe_change(&notice);
	take_number("retry_in_ms", 30000, 60000);
	ck_assert_ptr_null(json_object_get(object, "reason"));
	json_decref(object);
	notice.retry_at_ms = notice.at_ms - 1; /* overdue */
	object = describe_change(&notice);
	take_number("retry_in_ms", 0, 0);
}
END_TEST

START_TEST(a_change_to_up_has_the_facts_and_others_have_none)
{
	struct notice notice = { .from = NODE_STARTING, .to = NODE_UP,
		.cause = "x", .at_ms = runner_now_ms(),
		.retry_at_ms = RESOLVER_NEVER };

	up("hall");
	notice.node = find("hall");
	object = describe_change(&notice);
	json_object_del(object, "at_ms");
	expect("{\"node\":\"hall\",\"from\":\"starting\",\"to\":\"up\","
	       "\"cause\":\"x\",\"facts\":{\"colour\":\"red\\u001B\"}}");
	json_decref(object);
	notice.from = NODE_UP;
	notice.to = NODE_STOPPING;
	object = describe_change(&notice);
	ck_assert_ptr_null(json_object_get(object, "facts"));
	json_decref(object);
	/* One that has none. */
	up("door");
	notice.to = NODE_UP;
	notice.node = find("way");
	object = describe_change(&notice);
	ck_assert_ptr_null(json_object_get(object, "facts"));
}
END_TEST

/* Two moments keep their distance, whatever the two clocks say. */
START_TEST(changes_keep_their_distance)
{
	struct notice notice = { .node = find("hall"), .from = NODE_IDLE,
		.to = NODE_STARTING, .cause = "x",
		.retry_at_ms = RESOLVER_NEVER };
	json_int_t before = 0;

	for (unsigned i = 0; i < 1000; i++) {
		json_int_t at_ms;

		notice.at_ms = 1000000 + i;
		object = describe_change(&notice);
		at_ms = json_integer_value(json_object_get(object, "at_ms"));
		if (i > 0)
			ck_assert_int_eq(at_ms, before + 1);
		before = at_ms;
		json_decref(object);
	}
	object = NULL;
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("describe");
	TCase *tcase = tcase_create("describe");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, an_idle_node_has_what_every_node_has);
	tcase_add_test(tcase, a_node_that_is_up_has_its_facts);
	tcase_add_test(tcase, a_failure_has_its_reason_and_its_next_attempt);
	tcase_add_test(tcase, a_held_node_says_for_how_long_more);
	tcase_add_test(tcase, a_node_that_is_held_without_end_has_no_time);
	tcase_add_test(tcase, a_waiting_node_says_for_what);
	tcase_add_test(tcase, a_change_has_its_cause);
	tcase_add_test(
	    tcase, a_change_to_up_has_the_facts_and_others_have_none);
	tcase_add_test(tcase, changes_keep_their_distance);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
