/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ${FACT} in values: nodes that are configured by what they stand on. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/schema.h"
#include "tests/unit/failing-arena.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

#define DOWN "  d: { kind: fake, start: auto }\n"
#define VLAN "  v: { kind: vlan, over: d, start: auto, "

static const char sized[] = DOWN VLAN "id: 5, mtu: '${size}' }\n";

static const struct config *config_of(struct story *story, const char *name)
{
	return node_config(resolver_find(fake_resolver(story->fake), name));
}

START_TEST(node_waits_until_its_values_can_be_said)
{
	struct story story;

	story_begin(&story, sized, NULL);
	story_expect(&story, "d up, v waiting");
	story_expect_why(&story, "v", "d does not say 'size', which its");
	story_facts(&story, "d", "other=7");
	story_expect(&story, "v waiting");
	story_expect_trace(&story, "start d");
	story_facts(&story, "d", "size=1400");
	story_expect(&story, "v up");
	story_expect_trace(&story, "start v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1400);
	story_end(&story);
}
END_TEST

START_TEST(used_fact_that_changes_is_an_update_another_a_rebind)
{
	struct story story;

	story_begin(&story, sized, NULL);
	story_facts(&story, "d", "size=1400");
	story_expect_trace(&story, "start d, start v");
	story_facts(&story, "d", "size=1400 other=7");
	story_expect_trace(&story, "rebind v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1400);
	story_facts(&story, "d", "size=1300 other=8");
	story_expect_trace(&story, "update v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1300);
	story_facts(&story, "d", "size=1300");
	story_expect_trace(&story, "rebind v");
	story_end(&story);
}
END_TEST

START_TEST(node_stops_when_a_used_fact_is_gone)
{
	struct story story;

	story_begin(&story, sized, NULL);
	story_facts(&story, "d", "size=1400");
	story_expect_trace(&story, "start d, start v");
	story_facts(&story, "d", "size=");
	story_expect_trace(&story, "stop v");
	story_expect(&story, "d up, v waiting");
	story_facts(&story, "d", "size=1500");
	story_expect_trace(&story, "start v");
	story_end(&story);
}
END_TEST

START_TEST(node_that_cannot_be_updated_is_restarted)
{
	struct story story;

	story_begin(&story, sized, NULL);
	story_set(&story, "v", &(struct fake_outcome){ .is_fixed = true });
	story_facts(&story, "d", "size=1400");
	story_expect_trace(&story, "start d, start v");
	story_facts(&story, "d", "size=1300");
	story_expect_trace(&story, "stop v, start v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1300);
	story_end(&story);
}
END_TEST

START_TEST(fact_in_a_key_that_cannot_change_restarts)
{
	struct story story;

	story_begin(&story,
	    DOWN VLAN "id: '${tag}', name: 'v${tag}$${x}', mtu: '${size}' }\n",
	    NULL);
	story_facts(&story, "d", "tag=7 size=1400");
	story_expect(&story, "v up");
	story_expect_trace(&story, "start d, start v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "id"), 7);
	ck_assert_str_eq(config_text(config_of(&story, "v"), "name"),
	    "v7${x}");
	story_facts(&story, "d", "tag=7 size=1300");
	story_expect_trace(&story, "update v");
	story_facts(&story, "d", "tag=8 size=1300");
	story_expect_trace(&story, "stop v, start v");
	ck_assert_str_eq(config_text(config_of(&story, "v"), "name"),
	    "v8${x}");
	story_end(&story);
}
END_TEST

static const struct {
	const char *keys, *facts, *error;
} hostile[] = {
	{ "id: 5, mtu: '${x}'", "x=big",
	    "with '${x}', 'mtu' is 'big', and must be a number from 68 to "
	    "65535" },
	{ "id: 5, mtu: '${x}'", "x=67", "'mtu' is '67'" },
	{ "id: 5, mtu: '1${x}'", "x=99999999999999999999", "'mtu' is '1999" },
	{ "id: 5, mtu: '${x}'", "x=1400\n", "without control characters" },
	{ "id: 5, mtu: '${x}'", "x=1400\177", "without control characters" },
	{ "id: 5, name: '${x}'", "x=a/b",
	    "with '${x}', 'name' is 'a/b', and must be the name of a "
	    "network" },
	{ "id: 5, name: 'v${x}'", "x=\033[2J", "'\\x1b[2J'" },
	{ "id: 5, protocol: '${x}'", "x=802.1x",
	    "'protocol' is '802.1x', and must be 802.1q or 802.1ad" },
};

START_TEST(value_that_does_not_fit_fails_until_the_fact_changes)
{
	_cleanup_(text_clear) struct text nodes = { 0 };
	struct story story;

	text_printf(&nodes, DOWN VLAN "%s }\n", hostile[_i].keys);
	story_begin(&story, nodes.data, NULL);
	story_facts(&story, "d", hostile[_i].facts);
	story_expect(&story, "d up, v failed");
	story_expect_why(&story, "v", hostile[_i].error);
	story_expect_trace(&story, "start d");
	story_advance(&story, 1000000);
	story_expect(&story, "v failed");
	story_facts(&story, "d", "y=1");
	story_expect(&story, "v waiting");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(values_that_do_not_go_together_fail_until_the_fact_changes)
{
	struct story story;

	story_begin(&story, DOWN
	    "  a: { kind: address, over: d, start: auto, addresses: "
	    "192.0.2.7/24,\n    peer: '${server}', "
	    "gateway: ['2001:db8::1', '${server}'] }\n", NULL);
	story_facts(&story, "d", "server=2001:db8::2");
	story_expect(&story, "d up, a failed");
	story_expect_why(&story, "a", "a (failed): failed: 'peer' and the "
				      "address are of different families;");
	story_advance(&story, 1000000);
	story_expect(&story, "a failed");
	story_facts(&story, "d", "server=192.0.2.1");
	story_expect(&story, "a up");
	story_end(&story);
}
END_TEST

START_TEST(value_of_facts_has_a_longest)
{
	_cleanup_(text_clear) struct text facts = { 0 };
	struct story story;

	text_append(&facts, "x=");
	for (int i = 0; i < 40000; i++)
		text_append_char(&facts, 'y');
	story_begin(&story, DOWN "  v: { kind: task, run: [/x, '${x}${x}'],"
				 " over: d, start: auto }\n", NULL);
	story_facts(&story, "d", facts.data);
	story_expect(&story, "d up, v failed");
	story_expect_why(&story, "v", "yyy' and so on, and must be shorter "
				      "than 64 KiB");
	story_facts(&story, "d", "x=y");
	story_expect(&story, "v up");
	story_end(&story);
}
END_TEST

START_TEST(value_that_does_not_fit_any_more_stops_what_is_up)
{
	struct story story;

	story_begin(&story, sized, NULL);
	story_facts(&story, "d", "size=1400");
	story_expect_trace(&story, "start d, start v");
	story_facts(&story, "d", "size=big");
	story_expect_trace(&story, "stop v");
	story_expect(&story, "d up, v failed");
	story_facts(&story, "d", "size=big other=7");
	story_expect(&story, "v failed");
	story_facts(&story, "d", "size=1300");
	story_expect_trace(&story, "start v");
	story_expect(&story, "v up");
	story_end(&story);
}
END_TEST

START_TEST(fact_in_the_middle_of_a_start_is_told_when_it_is_up)
{
	struct story story;

	story_begin(&story, sized, NULL);
	story_set(&story, "v", &(struct fake_outcome){ .takes_ms = 100 });
	story_facts(&story, "d", "size=1400");
	story_facts(&story, "d", "size=1300");
	story_expect_trace(&story, "start d, start v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1400);
	story_advance(&story, 100);
	story_expect_trace(&story, "update v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1300);
	story_end(&story);
}
END_TEST

START_TEST(fact_that_comes_later_is_waited_for)
{
	static const struct fact later[] = { { "size", "1400" } };
	struct story story;

	story_begin(&story,
	    "  d: { kind: fake }\n"
	    "  v: { kind: vlan, over: d, id: 5, mtu: '${size}' }\n"
	    "  after: { kind: fake, after: v, start: hotplug }\n", NULL);
	story_set(&story, "d", &(struct fake_outcome){ .later_facts = later,
	    .n_later = 1, .later_ms = 500 });
	story_down(&story, "after");
	story_up(&story, "v");
	story_expect(&story, "d up, v waiting");
	story_expect_why(&story, "v", "d does not say 'size' yet");
	story_up(&story, "after");
	story_expect(&story, "v waiting, after waiting");
	story_advance(&story, 500);
	story_expect(&story, "v up, after up");
	story_end(&story);
}
END_TEST

START_TEST(template_has_the_values_of_each_card)
{
	struct story story;

	story_begin(&story,
	    "  w: { kind: link, match: { type: ethernet }, start: hotplug }\n"
	    "  v: { kind: vlan, over: w, id: 10, name: '${device}.10',"
	    " start: hotplug }\n", NULL);
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "v@eth0 up, v@eth1 up");
	ck_assert_str_eq(
	    config_text(config_of(&story, "v@eth0"), "name"), "eth0.10");
	ck_assert_str_eq(
	    config_text(config_of(&story, "v@eth1"), "name"), "eth1.10");
	story_unplug(&story, "eth0");
	story_expect(&story, "v@eth0 absent, v@eth1 up");
	story_end(&story);
}
END_TEST

START_TEST(selection_of_a_group_is_an_update)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: hotplug }\n"
	    "  b: { kind: fake, start: hotplug }\n"
	    "  best: { kind: any, of: [a, b] }\n"
	    "  v: { kind: task, over: best, run: [/bin/echo, 'at ${address}'],"
	    " start: auto }\n", NULL);
	story_facts(&story, "a", "address=1.1.1.1");
	story_facts(&story, "b", "address=2.2.2.2");
	story_expect(&story, "v up");
	ck_assert_str_eq(
	    config_text_at(config_of(&story, "v"), "run", 0), "/bin/echo");
	ck_assert_str_eq(
	    config_text_at(config_of(&story, "v"), "run", 1), "at 1.1.1.1");
	story_expect_trace(&story, "start a, start b, start v");
	story_down(&story, "a");
	story_expect_trace(&story, "stop a, update v");
	ck_assert_str_eq(
	    config_text_at(config_of(&story, "v"), "run", 1), "at 2.2.2.2");
	story_end(&story);
}
END_TEST

START_TEST(reload_updates_what_is_written_otherwise_and_nothing_else)
{
	struct story story;

	story_begin(&story, sized, NULL);
	story_facts(&story, "d", "size=1400 other=1300");
	story_expect_trace(&story, "start d, start v");
	story_reload(&story, sized);
	story_expect_trace(&story, "");
	story_facts(&story, "d", "size=1400 other=1200");
	story_expect_trace(&story, "rebind v");
	story_reload(&story, DOWN VLAN "id: 5, mtu: '${other}' }\n");
	story_expect_trace(&story, "update v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1200);
	story_reload(&story, DOWN VLAN "id: 5, mtu: 1234 }\n");
	story_expect_trace(&story, "update v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1234);
	story_reload(&story, sized);
	story_expect_trace(&story, "update v");
	story_reload(&story, DOWN);
	story_expect_trace(&story, "stop v");
	story_end(&story);
}
END_TEST

/* The facts of keys that cannot change are what they were. */
START_TEST(reload_that_names_facts_in_another_order_is_an_update)
{
	struct story story;

	story_begin(
	    &story, DOWN VLAN "id: '${tag}', name: 'n${size}' }\n", NULL);
	story_facts(&story, "d", "tag=7 size=1400");
	story_expect_trace(&story, "start d, start v");
	story_reload(&story,
	    DOWN VLAN "mtu: '${size}', name: 'n${size}', id: '${tag}' }\n");
	story_expect_trace(&story, "update v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1400);
	story_facts(&story, "d", "tag=7 size=1400 other=1");
	story_expect_trace(&story, "rebind v");
	story_end(&story);
}
END_TEST

/* An update brings all that a rebind would. */
START_TEST(one_that_is_to_be_updated_need_not_follow)
{
	static const char before[] =
	    DOWN VLAN "hold: 30s, id: 5, mtu: 1400 }\n";
	static const char after[] =
	    DOWN VLAN "hold: 30s, id: 5, mtu: 1300 }\n";
	struct story story;

	story_begin(&story, before, "vlan");
	story_facts(&story, "d", "address=192.0.2.7");
	story_set(&story, "d", &(struct fake_outcome){ .takes_ms = 100 });
	story_report(&story, "d", REPORT_FAILED);
	story_reload(&story, after);
	story_expect(&story, "d failed, v up");
	fake_clear_trace(story.fake);
	story_advance(&story, 1100);
	story_expect(&story, "d up, v up");
	story_expect_trace(&story, "start d, update v");
	story_end(&story);
}
END_TEST

START_TEST(reload_that_brings_other_values_forgets_the_failure)
{
	static const char by_c[] =
	    "  c: { kind: fake, start: auto }\n"
	    "  d: { kind: fake, start: auto }\n"
	    "  v: { kind: vlan, over: c, start: auto, id: 5,"
	    " mtu: '${size}' }\n";
	static const char by_d[] =
	    "  c: { kind: fake, start: auto }\n"
	    "  d: { kind: fake, start: auto }\n"
	    "  v: { kind: vlan, over: d, start: auto, id: 5,"
	    " mtu: '${size}' }\n";
	struct story story;

	story_begin(&story, by_c, NULL);
	story_facts(&story, "d", "size=1300");
	story_set(&story, "v",
	    &(struct fake_outcome){ .fails = 1, .permanent = true });
	story_facts(&story, "c", "size=1400");
	story_expect(&story, "v failed");
	story_reload(&story, by_c);
	story_expect(&story, "v failed");
	fake_clear_trace(story.fake);
	story_reload(&story, by_d);
	story_expect(&story, "v up");
	story_expect_trace(&story, "start v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1300);
	story_end(&story);
}
END_TEST

START_TEST(what_is_adopted_has_its_values)
{
	struct story story;

	story_begin(&story, sized, NULL);
	story_facts(&story, "d", "size=1400");
	ck_assert_int_eq(fake_crash(story.fake), 0);
	story_expect(&story, "d up, v up");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1400);
	fake_clear_trace(story.fake);
	story_facts(&story, "d", "size=1400 other=1");
	story_expect_trace(&story, "rebind v");
	story_facts(&story, "d", "size=1300 other=1");
	story_expect_trace(&story, "update v");
	story_end(&story);
}
END_TEST

/* What it stood on is not there to be asked for them. */
START_TEST(what_is_adopted_while_it_is_held_has_them_too)
{
	static const struct fact smaller = { "size", "1300" };
	const struct fake_outcome slow = {
		.takes_ms = 100, .facts = &smaller, .n_facts = 1
	};
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n"
	    "  uplink: { kind: any, of: [lan] }\n"
	    "  v: { kind: vlan, over: uplink, hold: forever, start: auto,"
	    " id: 5, mtu: '${size}', name: '${device}.5' }\n"
	    "  x: { kind: fake, over: v, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_facts(&story, "lan@eth0", "size=1400 address=192.0.2.7/24");
	story_set(&story, "lan@eth0", &slow);
	story_report(&story, "lan@eth0", REPORT_FAILED);
	story_expect(&story, "uplink waiting, v up, x up");
	fake_clear_trace(story.fake);
	ck_assert_int_eq(fake_crash(story.fake), 0);
	story_expect(&story, "lan@eth0 starting, uplink waiting, v up, x up");
	story_expect_fact(&story, "x", "address", "192.0.2.7/24");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1400);
	ck_assert_str_eq(config_text(config_of(&story, "v"), "name"), "eth0.5");
	story_advance(&story, 100);
	story_expect(&story, "uplink up, v up, x up");
	story_expect_trace(&story, "start lan@eth0, update v, rebind x");
	story_end(&story);
}
END_TEST

/* ---- out of memory: no providers but this test ---- */

static struct resolver *resolver;
static struct decision decision;

static bool next(long nth)
{
	bool is_due;

	failing_malloc_begin(nth);
	is_due = resolver_next(resolver, &decision);
	failing_malloc_end();
	return is_due;
}

static void say(const char *name, enum report_type type, const char *size)
{
	struct node *node = resolver_find(resolver, name);
	const struct fact fact = { "size", size };

	ck_assert_int_eq(resolver_report(resolver, 0, node, node_run(node),
			     &(struct report){ .type = type,
				 .facts = &fact,
				 .n_facts = size ? 1 : 0 }),
	    0);
}

/* All is up but v, which is about to start. */
static void begin(struct profile *profile)
{
	ck_assert_int_eq(resolver_new(profile, NULL, &resolver), 0);
	ck_assert_int_eq(resolver_devices(resolver, 0, NULL, 0), 0);
	ck_assert(next(0));
	say("d", REPORT_UP, "1400");
}

static const char *const many[] = { sized,
	DOWN VLAN "id: 5, name: 'v${size}' }\n",
	DOWN "  v: { kind: task, run: [/x, '${size}', y, ''], over: d,"
	     " start: auto }\n",
	DOWN "  v: { kind: route, over: d, start: auto, to: default,"
	     " hops: [{ via: '2001:db8::${size}' }, { via: fe80::1 }] }\n",
	/* It fits nowhere. */
	DOWN VLAN "id: 5, mtu: '1${size}' }\n" };

START_TEST(start_without_memory_fails_and_is_retried)
{
	struct profile *profile = story_load(many[_i / 2]);
	bool has_started = false;

	failing_arena_by_piece = _i % 2;
	for (long nth = 1; !has_started; nth++) {
		struct node *node;

		begin(profile);
		has_started = next(nth);
		node = resolver_find(resolver, "v");
		ck_assert_int_eq(node_state(node),
		    has_started ? NODE_STARTING : NODE_FAILED);
		ck_assert(!node_is_permanent(node));
		resolver_time(resolver, 1000);
		ck_assert(has_started || next(0));
		ck_assert_int_eq(node_state(node), NODE_STARTING);
		resolver = resolver_free(resolver);
		ck_assert_int_lt(nth, 100);
	}
	profile_free(profile);
}
END_TEST

START_TEST(update_without_memory_is_a_restart)
{
	struct profile *profile = story_load(sized);
	bool is_update = false;

	for (long nth = 1; !is_update; nth++) {
		begin(profile);
		ck_assert(next(0));
		say("v", REPORT_UP, NULL);
		say("d", REPORT_FACTS, "1300");
		ck_assert(next(nth));
		is_update = decision.type == DECISION_UPDATE;
		ck_assert(is_update || decision.type == DECISION_STOP);
		ck_assert_int_eq(config_integer(node_config(decision.node),
				     "mtu"),
		    is_update ? 1300 : 1400);
		resolver = resolver_free(resolver);
		ck_assert_int_lt(nth, 100);
	}
	profile_free(profile);
}
END_TEST

START_TEST(used_fact_is_told_by_update_also_where_there_is_no_rebind)
{
	struct story story;

	story_begin(&story, sized, "vlan");
	story_facts(&story, "d", "size=1400");
	story_expect_trace(&story, "start d, start v");
	story_facts(&story, "d", "size=1300");
	story_expect_trace(&story, "update v");
	story_facts(&story, "d", "size=1300 other=7");
	story_expect_trace(&story, "stop v, start v");
	story_end(&story);
}
END_TEST

START_TEST(failure_with_a_fact_that_is_another_by_now_is_forgotten)
{
	struct story story;

	story_begin(&story, sized, NULL);
	story_set(&story, "v", &(struct fake_outcome){
	    .takes_ms = 100, .fails = 1, .permanent = true });
	story_facts(&story, "d", "size=1400");
	story_advance(&story, 50);
	story_facts(&story, "d", "size=1300");
	story_advance(&story, 50);
	story_expect(&story, "v starting");
	story_expect_trace(&story, "start d, start v, start v");
	ck_assert_int_eq(config_integer(config_of(&story, "v"), "mtu"), 1300);
	story_end(&story);
}
END_TEST

START_TEST(each_start_that_a_value_prevents_is_a_failure)
{
	struct story story;

	story_begin(&story,
	    DOWN VLAN "id: 5, mtu: '${size}' }\n"
	    "  s: { kind: state, from: on, until: v failed }\n",
	    NULL);
	story_facts(&story, "d", "size=large");
	story_expect(&story, "v failed");
	story_emit(&story, "on");
	story_expect(&story, "s up");
	story_reset(&story, "v");
	story_expect(&story, "v failed, s waiting");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("facts");
	TCase *tcase = tcase_create("facts");

	tcase_add_test(tcase, node_waits_until_its_values_can_be_said);
	tcase_add_test(
	    tcase, used_fact_that_changes_is_an_update_another_a_rebind);
	tcase_add_test(tcase, node_stops_when_a_used_fact_is_gone);
	tcase_add_test(tcase, node_that_cannot_be_updated_is_restarted);
	tcase_add_test(tcase, fact_in_a_key_that_cannot_change_restarts);
	tcase_add_loop_test(tcase,
	    value_that_does_not_fit_fails_until_the_fact_changes, 0,
	    ARRAY_SIZE(hostile));
	tcase_add_test(tcase,
	    values_that_do_not_go_together_fail_until_the_fact_changes);
	tcase_add_test(tcase, value_of_facts_has_a_longest);
	tcase_add_test(
	    tcase, value_that_does_not_fit_any_more_stops_what_is_up);
	tcase_add_test(
	    tcase, fact_in_the_middle_of_a_start_is_told_when_it_is_up);
	tcase_add_test(tcase, fact_that_comes_later_is_waited_for);
	tcase_add_test(tcase, template_has_the_values_of_each_card);
	tcase_add_test(tcase, selection_of_a_group_is_an_update);
	tcase_add_test(tcase,
	    reload_updates_what_is_written_otherwise_and_nothing_else);
	tcase_add_test(
	    tcase, reload_that_names_facts_in_another_order_is_an_update);
	tcase_add_test(tcase, one_that_is_to_be_updated_need_not_follow);
	tcase_add_test(
	    tcase, reload_that_brings_other_values_forgets_the_failure);
	tcase_add_test(tcase, what_is_adopted_has_its_values);
	tcase_add_test(
	    tcase, what_is_adopted_while_it_is_held_has_them_too);
	tcase_add_loop_test(tcase, start_without_memory_fails_and_is_retried,
	    0, 2 * ARRAY_SIZE(many));
	tcase_add_test(tcase, update_without_memory_is_a_restart);
	tcase_add_test(
	    tcase, used_fact_is_told_by_update_also_where_there_is_no_rebind);
	tcase_add_test(
	    tcase, failure_with_a_fact_that_is_another_by_now_is_forgotten);
	tcase_add_test(tcase, each_start_that_a_value_prevents_is_a_failure);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
