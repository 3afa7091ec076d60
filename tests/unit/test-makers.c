/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes that make devices, and keys that name nodes, as stories. */
#include <check.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/diagnostic.h"
#include "providers/schemas.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char tagged[] =
    "  any: { kind: link, match: { type: [ethernet, vlan] },"
    " start: hotplug }\n"
    "  sfp: { kind: link, device: sfp0 }\n"
    "  guest: { kind: vlan, over: sfp, id: 30, start: auto }\n"
    "  lan: { kind: dhcp, over: guest, start: hotplug }\n";

/* sfp0 is device 2; guest, which is up over it, has made device 7. */
static void begin(struct story *story)
{
	static const struct fact facts[] = {
		{ "device", "guest" }, { "ifindex", "7" } };
	static const struct fake_outcome makes = {
		.facts = facts, .n_facts = ARRAY_SIZE(facts) };

	story_begin(story, tagged, NULL);
	story_set(story, "guest", &makes);
	fake_plug(story->fake,
	    &(struct device){ .key = "sfp0", .name = "sfp0", .ifindex = 2,
		.type = "ethernet" });
	story_expect(story, "sfp up, guest up, lan up");
}

static uint32_t device_of(
    const struct story *story, const char *name, bool given)
{
	const struct node *node =
	    resolver_find(fake_resolver(story->fake), name);
	const struct device *device =
	    given ? node_given_device(node) : node_device(node);

	return device ? device->ifindex : 0;
}

static void plug_made(const struct story *story, const char *maker)
{
	fake_plug(story->fake,
	    &(struct device){ .key = "guest", .name = "guest", .ifindex = 7,
		.type = "vlan", .maker = maker });
}

START_TEST(a_device_that_a_node_made_is_no_templates)
{
	struct story story;

	begin(&story);
	plug_made(&story, "guest");
	story_expect(&story, "any idle, any@guest absent");
	fake_unplug(story.fake, "guest");
	plug_made(&story, NULL); /* someone else's */
	story_expect(&story, "any@guest up");
	story_end(&story);
}
END_TEST

START_TEST(what_stands_on_the_maker_has_its_device)
{
	struct story story;

	begin(&story);
	ck_assert_uint_eq(device_of(&story, "lan", false), 2);
	plug_made(&story, "guest");
	ck_assert_uint_eq(device_of(&story, "sfp", false), 2);
	ck_assert_uint_eq(device_of(&story, "guest", false), 2);
	ck_assert_uint_eq(device_of(&story, "guest", true), 7);
	ck_assert_uint_eq(device_of(&story, "lan", false), 7);
	ck_assert_uint_eq(device_of(&story, "lan", true), 7);
	fake_unplug(story.fake, "guest");
	ck_assert_uint_eq(device_of(&story, "guest", true), 2);
	story_end(&story);
}
END_TEST

START_TEST(a_maker_that_gives_no_number_of_a_device_has_none)
{
	static const char *const numbers[] = {
		"ifindex=", "ifindex=7th", "ifindex=8" };
	struct story story;

	begin(&story);
	plug_made(&story, "guest");
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		story_facts(&story, "guest", numbers[i]);
		ck_assert_uint_eq(device_of(&story, "lan", false), 2);
	}
	story_facts(&story, "guest", "ifindex=7");
	ck_assert_uint_eq(device_of(&story, "lan", false), 7);
	story_end(&story);
}
END_TEST

START_TEST(a_fact_of_the_made_device_hides_that_of_what_is_below)
{
	struct story story;

	begin(&story);
	plug_made(&story, "guest");
	fake_clear_trace(story.fake);
	story_facts(&story, "sfp", "device=other");
	story_expect_trace(&story, "rebind guest");
	story_facts(&story, "sfp", "device=other colour=red");
	story_expect_trace(&story, "rebind guest, rebind lan");
	story_end(&story);
}
END_TEST

/* ---- keys that name nodes ---- */

static void append_name(void *ctx, const struct node *node)
{
	text_printf(ctx, "%s ", node_name(node));
}

static void expect_named(
    const struct story *story, const char *name, const char *names)
{
	_cleanup_(text_clear) struct text text = { 0 };

	node_each_named(resolver_find(fake_resolver(story->fake), name),
	    KEY_PULLS, append_name, &text);
	ck_assert_str_eq(text.data ? text.data : "", names);
}

static void append_server(void *ctx, const struct node *node)
{
	const char *told = node_told_fact(node, "dns");

	text_printf(ctx, "%s:%s ", node_name(node), told ? told : "none");
}

static void expect_told(const struct story *story, const char *servers)
{
	_cleanup_(text_clear) struct text text = { 0 };

	node_each_named(resolver_find(fake_resolver(story->fake), "names"),
	    KEY_FOLLOWS, append_server, &text);
	ck_assert_str_eq(text.data ? text.data : "", servers);
}

START_TEST(named_nodes_tell_what_is_their_own)
{
	struct story story;

	story_begin(&story,
	    "  lan: { kind: fake, start: auto }\n"
	    "  air: { kind: fake, start: auto }\n"
	    "  vpn: { kind: fake, over: lan, start: auto }\n"
	    "  best: { kind: any, of: [lan, air] }\n"
	    "  names: { kind: dns, from: [vpn, best], start: auto }\n",
	    NULL);
	story_facts(&story, "lan", "dns=1");
	story_facts(&story, "air", "dns=2");
	expect_told(&story, "vpn:none best:1 ");
	story_report(&story, "lan", REPORT_FAILED);
	story_expect(&story, "lan failed, best up");
	expect_told(&story, "best:2 ");
	story_end(&story);
}
END_TEST

START_TEST(named_nodes_are_those_that_are_up_in_order)
{
	struct story story;

	story_begin(&story,
	    "  cards: { kind: link, match: { type: ethernet } }\n"
	    "  one: { kind: fake }\n"
	    "  other: { kind: fake }\n"
	    "  br0: { kind: bridge, ports: [one, cards], requires: other,"
	    " start: auto }\n"
	    "  br1: { kind: bridge, ports: cards@e2 }\n",
	    NULL);
	story_plug(&story, "e10 e2");
	expect_named(&story, "br0", "one cards@e2 cards@e10 ");
	expect_named(&story, "br1", "cards@e2 ");
	expect_named(&story, "one", "");
	story_report(&story, "one", REPORT_FAILED);
	story_unplug(&story, "e2");
	expect_named(&story, "br0", "cards@e10 ");
	expect_named(&story, "br1", "");
	story_end(&story);
}
END_TEST

/* ---- another configuration ---- */

START_TEST(a_key_that_is_fixed_restarts_the_node)
{
	struct story story;

	story_begin(&story,
	    "  br0: { kind: bridge, start: auto }\n"
	    "  lan: { kind: dhcp, over: br0, start: hotplug }\n",
	    NULL);
	fake_clear_trace(story.fake);
	story_reload(&story,
	    "  br0: { kind: bridge, ageing-time: 1s, start: auto }\n"
	    "  lan: { kind: dhcp, over: br0, start: hotplug }\n");
	story_expect_trace(&story, "update br0");
	story_reload(&story,
	    "  br0: { kind: bridge, ageing-time: 1s, name: other,"
	    " start: auto }\n"
	    "  lan: { kind: dhcp, over: br0, start: hotplug }\n");
	story_expect_trace(
	    &story, "stop lan, stop br0, start br0, start lan");
	story_end(&story);
}
END_TEST

/* ---- names ---- */

static const struct {
	const char *nodes, *message;
} mistakes[] = {
	{ "  a-node-with-a-long-name: { kind: bridge }\n",
	    "3:3: error: 'a-node-with-a-long-name' makes a device and cannot "
	    "give it its own name, which must be the name of a network "
	    "device: up to 15 characters without blanks, '/' and ':'; give "
	    "it a 'name'" },
	{ "  br0: { kind: bridge, name: a/b }\n",
	    "3:30: error: 'name' must be the name of a network device" },
	{ "  w: { kind: link, match: { type: ethernet } }\n"
	  "  v: { kind: vlan, over: w, id: 3 }\n",
	    "4:3: error: 'v' makes a device on each card of 'w'; say how "
	    "each is called, such as name: \"${device}.v\"" },
	{ "  w: { kind: link, match: { type: ethernet } }\n"
	  "  v: { kind: vlan, over: w, id: 3, name: vv }\n",
	    "4:3: error: 'v' makes a device on each card of 'w'" },
	{ "  a: { kind: bridge, name: x }\n"
	  "  b: { kind: bridge }\n"
	  "  x: { kind: bridge }\n",
	    "5:3: error: 'x' and 'a' (test.yaml:3) both call a device x" },
	{ "  a: { kind: link, device: c0, name: x }\n"
	  "  x: { kind: bridge }\n",
	    "4:3: error: 'x' and 'a' (test.yaml:3) both call a device x" },
	{ "  a: { kind: link, match: { type: ethernet }, name: x }\n",
	    "3:3: error: 'a' has an instance for each device, which cannot "
	    "all be called x; bind it to one by 'device', or leave out "
	    "'name'" },
};

START_TEST(names_of_devices_are_checked)
{
	_cleanup_(text_clear) struct text text = { 0 }, said = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile;

	text_printf(&text, "version: 1\nnodes:\n%s", mistakes[_i].nodes);
	ck_assert_int_lt(
	    profile_load(&(struct source){ "test.yaml", text.data, text.n },
		1, provider_schemas, &diagnostics, &profile),
	    0);
	ck_assert_uint_eq(diagnostics.n_errors, 1);
	diagnostic_print(&diagnostics.items[0], &said);
	ck_assert_msg(strstr(said.data, mistakes[_i].message), "%s", said.data);
	diagnostics_clear(&diagnostics);
}
END_TEST

START_TEST(ports_are_told_of_by_update_when_their_facts_change)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  br: { kind: bridge, ports: p, start: auto }\n",
	    NULL);
	story_expect(&story, "p up, br up");
	fake_clear_trace(story.fake);
	story_facts(&story, "p", "ifindex=7");
	story_expect_trace(&story, "update br");
	story_end(&story);
}
END_TEST

START_TEST(reload_is_no_news_to_who_names_others)
{
	static const char nodes[] =
	    "  cards: { kind: link, match: { type: ethernet } }\n"
	    "  p: { kind: fake }\n"
	    "  br: { kind: bridge, ports: [p, cards], start: auto }\n";
	struct story story;

	story_begin(&story, nodes, NULL);
	story_plug(&story, "e1 e2");
	fake_clear_trace(story.fake);
	story_reload(&story, nodes);
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(what_a_reload_takes_from_those_named_is_told)
{
	struct story story;

	story_begin(&story,
	    "  cards: { kind: link, match: { type: ethernet } }\n"
	    "  p: { kind: fake }\n"
	    "  br: { kind: bridge, ports: [p, cards], start: auto }\n",
	    NULL);
	story_plug(&story, "e1 e2");
	fake_clear_trace(story.fake);
	/* p is to stop; then one of the cards is another's. */
	story_reload(&story,
	    "  cards: { kind: link, match: { type: ethernet } }\n"
	    "  p: { kind: fake, when: from go }\n"
	    "  br: { kind: bridge, ports: [p, cards], start: auto }\n");
	story_expect_trace(&story, "stop p, update br");
	story_reload(&story,
	    "  cards: { kind: link, match: { type: ethernet } }\n"
	    "  p: { kind: fake, when: from go }\n"
	    "  br: { kind: bridge, ports: [p, cards], start: auto }\n"
	    "  own: { kind: link, device: e1 }\n");
	story_expect_trace(&story, "stop cards@e1, update br");
	/* Of another kind: single, a template, none of these. */
	story_reload(&story,
	    "  cards: { kind: fake, when: from go }\n"
	    "  p: { kind: fake, when: from go }\n"
	    "  br: { kind: bridge, ports: [p, cards], start: auto }\n");
	story_expect_trace(&story, "stop cards@e2, update br");
	story_emit(&story, "go");
	fake_clear_trace(story.fake);
	story_reload(&story,
	    "  cards: { kind: link, match: { name: x } }\n"
	    "  p: { kind: fake, when: from go }\n"
	    "  br: { kind: bridge, ports: [p, cards], start: auto }\n");
	story_expect_trace(&story, "stop cards, update br");
	story_end(&story);
}
END_TEST

START_TEST(facts_of_every_instance_are_told_to_who_names_the_template)
{
	struct story story;

	story_begin(&story,
	    "  cards: { kind: link, match: { type: ethernet } }\n"
	    "  x: { kind: fake, requires: cards, start: auto }\n"
	    "  br: { kind: bridge, ports: cards, start: auto }\n",
	    NULL);
	story_plug(&story, "e1 e2");
	fake_clear_trace(story.fake);
	story_facts(&story, "cards@e2", "domain=one");
	story_expect_trace(&story, "update br");
	story_facts(&story, "cards@e1", "domain=one");
	story_expect_trace(&story, "update br, rebind x");
	story_end(&story);
}
END_TEST

START_TEST(facts_of_one_that_is_to_stop_are_not_told_to_who_names_it)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  x: { kind: fake, requires: p, start: auto }\n"
	    "  br: { kind: bridge, ports: p, start: auto }\n",
	    NULL);
	story_set(&story, "x", &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_restart(&story, "x");
	story_advance(&story, 100);
	story_force_down(&story, "p");
	story_expect(&story, "p up, x stopping");
	fake_clear_trace(story.fake);
	story_facts(&story, "p", "domain=one");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("makers");
	TCase *tcase = tcase_create("makers");

	tcase_add_test(
	    tcase, ports_are_told_of_by_update_when_their_facts_change);
	tcase_add_test(tcase, reload_is_no_news_to_who_names_others);
	tcase_add_test(tcase, what_a_reload_takes_from_those_named_is_told);
	tcase_add_test(
	    tcase, facts_of_every_instance_are_told_to_who_names_the_template);
	tcase_add_test(
	    tcase, facts_of_one_that_is_to_stop_are_not_told_to_who_names_it);
	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_device_that_a_node_made_is_no_templates);
	tcase_add_test(tcase, what_stands_on_the_maker_has_its_device);
	tcase_add_test(
	    tcase, a_maker_that_gives_no_number_of_a_device_has_none);
	tcase_add_test(
	    tcase, a_fact_of_the_made_device_hides_that_of_what_is_below);
	tcase_add_test(tcase, named_nodes_are_those_that_are_up_in_order);
	tcase_add_test(tcase, named_nodes_tell_what_is_their_own);
	tcase_add_test(tcase, a_key_that_is_fixed_restarts_the_node);
	tcase_add_loop_test(
	    tcase, names_of_devices_are_checked, 0, ARRAY_SIZE(mistakes));
	return run_suite(suite);
}
