/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why: what it says, as stories. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/fake/schema.h"
#include "providers/schemas.h"
#include "resolver/profile.h"
#include "tests/unit/story.h"

/* ---- stories: what it says ---- */

static const char laptop[] =
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  wlan: { kind: link, match: { type: wlan }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired }\n"
    "  air: { kind: fake, over: wlan, requires: [sim] }\n"
    "  sim: { kind: link, device: sim0 }\n"
    "  uplink: { kind: any, of: [air, lan] }\n"
    "  office: { kind: location, over: uplink,\n"
    "    match: { gateway-mac: \"02:*\", domain: corp } }\n"
    "  vpn: { kind: fake, over: uplink, when: not office, hold: 30s }\n"
    "  day: { kind: state, from: morning, until: evening }\n"
    "  work: { kind: fake, requires: [vpn], when: day and not sim }\n"
    "  once: { kind: fake, when: from startup until vpn up }\n"
    "  then: { kind: fake, when: (from vpn up until vpn down) or\n"
    "    not (from startup) }\n"
    "  gone: { kind: fake, when: from vpn down }\n"
    "  pair: { kind: all, of: [lan, sim], start: auto }\n"
    "  late: { kind: fake, after: [vpn], start: auto }\n"
    "  job: { kind: task, run: /bin/true, on-event: vpn up }\n"
    "  eve: { kind: fake, requires: [job], when: from vpn failed }\n"
    "  self: { kind: fake, requires: [sim], when: not sim }\n";

static void begin(struct story *story)
{
	story_begin(story, laptop, NULL);
}

static void add_line(void *ctx, const struct why_line *line)
{
	text_printf(ctx, "%*s", (int)line->depth * 2, "");
	if (line->node)
		text_printf(ctx, "%s (%s): ", line->node, line->state);
	text_printf(ctx, "%s\n", line->text);
}

static void expect(struct story *story, const char *name, const char *lines)
{
	_cleanup_(text_clear) struct text why = { 0 };

	ck_assert_int_eq(resolver_why(fake_resolver(story->fake),
			     fake_now_ms(story->fake), name, add_line, &why),
	    0);
	ck_assert_str_eq(why.data, lines);
}

static void expect_words(
    struct story *story, const char *name, const char *words)
{
	_cleanup_(text_clear) struct text text = { 0 };

	text_append(&text, "");
	node_say_waiting(
	    resolver_find(fake_resolver(story->fake), name), &text);
	ck_assert_str_eq(text.data, words);
}

static void set(struct story *story, const char *name,
    const struct fake_outcome *outcome)
{
	ck_assert_int_eq(fake_set(story->fake, name, outcome), 0);
}

START_TEST(it_goes_down_to_the_device_and_says_what_else_would_do)
{
	struct story story;

	begin(&story);
	expect(&story, "vpn",
	    "vpn (idle): nobody asks for it ('netconf up vpn' would); "
	    "needs uplink\n"
	    "  uplink (waiting): none is available of air, lan\n"
	    "    lan (waiting): needs wired\n"
	    "      wired (idle): no device for wired is present (it "
	    "takes any with type ethernet)\n"
	    "    or air: 2 things, see netconf why air\n");
	expect(&story, "pair",
	    "pair (waiting): needs lan, sim\n"
	    "  lan (waiting): needs wired\n"
	    "    wired (idle): no device for wired is present (it takes "
	    "any with type ethernet)\n"
	    "  sim (waiting): no device sim0 is present\n");
	story_up(&story, "lan@eth9");
	expect(&story, "lan@eth9",
	    "lan@eth9 (waiting): needs wired@eth9\n"
	    "  wired@eth9 (idle): no device eth9 is present\n");
	story_end(&story);
}
END_TEST

START_TEST(a_condition_is_told_with_its_parts_and_their_events)
{
	struct story story;

	begin(&story);
	expect(&story, "work",
	    "work (idle): nobody asks for it ('netconf up work' would); "
	    "its condition is not true: day and not sim (day is waiting, "
	    "sim is waiting); needs vpn\n"
	    "  day (waiting): waits for event morning ('netconf emit "
	    "morning'); it is not between its events\n"
	    "  vpn (idle): needs uplink\n"
	    "    uplink (waiting): none is available of air, lan\n"
	    "      lan (waiting): needs wired\n"
	    "        wired (idle): no device for wired is present (it "
	    "takes any with type ethernet)\n"
	    "      or air: 2 things, see netconf why air\n");
	expect(&story, "gone",
	    "gone (idle): nobody asks for it ('netconf up gone' would); "
	    "its condition is not true: from vpn down ('from vpn down' "
	    "is false)\n"
	    "  gone (idle): waits for vpn to leave up\n");
	expect(&story, "eve",
	    "eve (idle): nobody asks for it ('netconf up eve' would); "
	    "its condition is not true: from vpn failed ('from vpn "
	    "failed' is false); needs job\n"
	    "  eve (idle): waits for vpn to fail\n"
	    "  job (idle): runs at each occurrence, waits for vpn to "
	    "come up\n");
	expect(&story, "self",
	    "self (idle): nobody asks for it ('netconf up self' would); "
	    "needs sim\n"
	    "  sim (waiting): would have to be up and down at once\n"
	    "  sim (waiting): no device sim0 is present\n");
	story_end(&story);
}
END_TEST

START_TEST(what_is_under_way_and_what_failed_is_told_with_its_times)
{
	struct story story;

	begin(&story);
	set(&story, "lan", &(struct fake_outcome){ .takes_ms = 2000 });
	set(&story, "vpn", &(struct fake_outcome){ .fails = 1,
		.error = "no proposal chosen" });
	story_up(&story, "vpn");
	story_plug(&story, "eth0 eth1");
	story_advance(&story, 1000);
	expect(&story, "vpn",
	    "vpn (waiting): needs uplink; its turn comes after office\n"
	    "  uplink (waiting): none is available of air, lan\n"
	    "    lan (waiting): is not up on any device\n"
	    "      lan@eth0 (starting): is starting, for 1s\n"
	    "      or lan@eth1: 1 thing, see netconf why lan@eth1\n"
	    "    or air: 2 things, see netconf why air\n"
	    "  office (idle): is coming; comes up by itself once it is "
	    "there: uplink\n");
	story_advance(&story, 1000);
	expect(&story, "vpn",
	    "vpn (failed): failed: no proposal chosen; next try in 1s\n");
	expect(&story, "office",
	    "office (waiting): does not match; there is no gateway-mac, "
	    "wanted 02:*; there is no domain, wanted corp\n");
	story_end(&story);
}
END_TEST

START_TEST(what_is_up_is_told_with_who_asks_for_it_and_what_holds_it)
{
	struct story story;

	begin(&story);
	set(&story, "lan", &(struct fake_outcome){ .takes_ms = 2000 });
	story_up(&story, "vpn");
	story_plug(&story, "eth0 eth1");
	story_advance(&story, 5000);
	expect(&story, "vpn",
	    "vpn (up): is up for 3s: it is a goal\n");
	expect(&story, "uplink",
	    "uplink (up): is up for 3s: vpn needs it, which is a goal; "
	    "it uses lan@eth0\n");
	expect(&story, "wired@eth0",
	    "wired@eth0 (up): is up for 5s: lan@eth0 needs it for pair, "
	    "which starts by itself (auto)\n");
	expect(&story, "lan",
	    "lan (up): is up on 2 of 2 devices\n"
	    "  lan@eth0 (up): is up for 3s: pair needs it, which starts "
	    "by itself (auto)\n"
	    "  lan@eth1 (up): is up for 3s: pair needs it, which starts "
	    "by itself (auto)\n");
	expect(&story, "gone",
	    "gone (idle): nobody asks for it ('netconf up gone' would); "
	    "its condition is not true: from vpn down ('from vpn down' "
	    "is false)\n"
	    "  vpn (up): is up for 3s: it is a goal; it has to be down "
	    "('netconf down vpn')\n");
	expect(&story, "once",
	    "once (idle): nobody asks for it ('netconf up once' would); "
	    "its condition is not true: from startup until vpn up ('from "
	    "startup until vpn up' is false)\n"
	    "  once (idle): starts at startup, which was; the next is "
	    "after a boot\n");
	story_unplug(&story, "eth0");
	story_unplug(&story, "eth1");
	expect(&story, "vpn",
	    "vpn (up): is up for 3s: it is a goal; it stays up for 30s "
	    "more without uplink\n");
	story_end(&story);
}
END_TEST

START_TEST(a_mask_is_told_with_what_takes_it_back)
{
	struct story story;

	begin(&story);
	story_plug(&story, "eth5");
	story_force_down(&story, "lan");
	expect(&story, "pair",
	    "pair (waiting): needs lan, sim\n"
	    "  lan (idle): was taken down by the admin ('netconf up lan' "
	    "takes that back); is not up on any device\n"
	    "    lan@eth5 (idle): nothing is missing: it starts when it "
	    "is needed\n"
	    "  sim (waiting): no device sim0 is present\n");
	story_end(&story);
}
END_TEST

/* p takes y, and x with it; that q only rides on y changes nothing. */
START_TEST(a_mask_is_told_however_the_node_is_come_to)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, start: hotplug }\n"
	    "  y: { kind: fake, requires: x }\n"
	    "  p: { kind: all, of: [x, y], start: manual }\n"
	    "  q: { kind: all, of: y }\n"
	    "  top: { kind: all, of: [p, q] }\n",
	    NULL);
	story_down(&story, "x");
	expect(&story, "top",
	    "top (waiting): needs p, q\n"
	    "  p (idle): nobody asks for it ('netconf up p' would); needs x, "
	    "y\n"
	    "    x (idle): was taken down by the admin ('netconf up x' takes "
	    "that back)\n"
	    "    y (idle): needs x\n"
	    "  q (waiting): needs y\n");
	story_end(&story);
}
END_TEST

/* sim is pulled for net alone. */
START_TEST(what_falls_pulls_nothing)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: hotplug }\n"
	    "  sim: { kind: link, device: sim0 }\n"
	    "  lan: { kind: fake, over: wired, requires: sim, when: from on,"
	    " start: hotplug }\n"
	    "  net: { kind: any, of: [sim, lan] }\n"
	    "  alone: { kind: fake, over: sim, when: not net and lan,"
	    " start: hotplug }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_up(&story, "net");
	expect(&story, "alone",
	    "alone (idle): its condition is not true: not net and lan (net "
	    "is waiting, lan is waiting); comes up by itself once it is "
	    "there: sim\n"
	    "  net (waiting): would come up, too; it has to be down "
	    "('netconf down net')\n"
	    "  lan (waiting): is not up on any device\n"
	    "    lan@eth0 (waiting): waits for event on ('netconf emit on'); "
	    "its condition is not true: from on ('from on' is false); needs "
	    "sim\n"
	    "      sim (waiting): nobody asks for it ('netconf up sim' "
	    "would)\n"
	    "        sim (waiting): no device sim0 is present\n");
	story_end(&story);
}
END_TEST

/* `down --force x` would not change anything: an `any` and a `wants` pull it,
 * which do without. */
START_TEST(who_pulls_what_has_to_be_down_is_told)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake }\n"
	    "  y: { kind: fake }\n"
	    "  g: { kind: any, of: [y, x] }\n"
	    "  w: { kind: fake, wants: x }\n"
	    "  z: { kind: fake, when: not x, start: auto }\n",
	    NULL);
	story_up(&story, "g w");
	story_force_down(&story, "x");
	story_expect(&story, "x up, z waiting");
	expect(&story, "z",
	    "z (waiting): its condition is not true: not x (x is up)\n"
	    "  x (up): is up for 0s: g needs it, which is a goal; it has to be "
	    "down, but is pulled by g, w ('netconf down g w')\n");
	story_down(&story, "g w");
	story_expect(&story, "x idle, z up");
	story_end(&story);
}
END_TEST

/* The first that comes to mind contradicts what else is needed; not so the
 * event. */
START_TEST(another_way_is_found_where_the_first_contradicts_itself)
{
	struct story story;

	story_begin(&story,
	    "  low: { kind: fake }\n"
	    "  mid: { kind: fake, when: not low or from on and low,"
	    " start: hotplug }\n"
	    "  top: { kind: fake, requires: [low, mid], start: auto }\n",
	    NULL);
	expect(&story, "top",
	    "top (waiting): needs mid\n"
	    "  mid (waiting): waits for event on ('netconf emit on'); its "
	    "condition is not true: not low or from on and low (low is up, "
	    "'from on' is false)\n");
	story_end(&story);
}
END_TEST

/* Would low end its start before side is taken down, there would be no way to
 * take it down: g would have another member. */
START_TEST(what_it_names_comes_true_in_the_order_of_its_lines)
{
	static const struct fake_outcome works = { 0 };
	static const struct fake_outcome endless = { .never = true };
	static const struct fake_outcome broken = {
		.fails = 9, .permanent = true, .error = "broken"
	};
	static const char nodes[] =
	    "  low: { kind: fake, start: hotplug }\n"
	    "  side: { kind: fake, over: low }\n"
	    "  g: { kind: any, of: [side, low], when: not side }\n"
	    "  top: { kind: fake, requires: [g, low] }\n";
	struct story story;

	story_begin(&story, nodes, NULL);
	set(&story, "low", &broken);
	story_report(&story, "low", REPORT_FAILED);
	story_advance(&story, 1000);
	story_expect(&story, "low failed, top idle");
	expect(&story, "top",
	    "top (idle): nobody asks for it ('netconf up top' would); needs "
	    "g, low\n"
	    "  g (waiting): none is available of side, low\n"
	    "    side (idle): would come up, too; it has to be down "
	    "('netconf down --force side')\n"
	    "    low (failed): failed: broken; not retried by itself "
	    "('netconf reset low' tries again)\n"
	    "    or side: 1 thing, see netconf why side\n");
	story_up(&story, "top");
	story_force_down(&story, "side");
	set(&story, "low", &works);
	fake_reset(story.fake, (const char *[]){ "low" }, 1);
	story_expect(&story, "top up");
	story_end(&story);

	story_begin(&story, nodes, NULL);
	set(&story, "low", &endless);
	story_report(&story, "low", REPORT_FAILED);
	story_advance(&story, 1000);
	story_up(&story, "g");
	story_expect(&story, "low starting, side waiting, g waiting");
	expect(&story, "g",
	    "g (waiting): none is available of side, low; its turn comes "
	    "after side\n"
	    "  side (waiting): would come up, too; it has to be down "
	    "('netconf down --force side')\n"
	    "  side (waiting): is coming; needs low\n"
	    "  low (starting): is starting, for 0s\n"
	    "  or side: 1 thing, see netconf why side\n");
	story_force_down(&story, "side");
	story_report(&story, "low", REPORT_UP);
	story_expect(&story, "g up");
	story_end(&story);
}
END_TEST

/* low is pulled by side, once g is asked for. */
START_TEST(what_is_pulled_pulls_in_its_turn)
{
	struct story story;

	story_begin(&story,
	    "  low: { kind: fake, start: auto }\n"
	    "  other: { kind: fake, start: auto }\n"
	    "  side: { kind: fake, requires: low }\n"
	    "  g: { kind: any, of: [other, side], when: not low,"
	    " start: manual }\n",
	    NULL);
	expect(&story, "g",
	    "g (idle): nobody asks for it ('netconf up g' would); its "
	    "condition is not true: not low (low is up)\n"
	    "  low (up): is up for 0s: it starts by itself (auto); it has to "
	    "be down ('netconf down --force low')\n"
	    "  or side: 0 things, see netconf why side\n");
	story_up(&story, "g");
	story_force_down(&story, "low");
	story_expect(&story, "low idle, g up");
	story_end(&story);
}
END_TEST

/* Nobody knows whether keep would start anew. */
START_TEST(what_is_up_is_kept_up_first)
{
	static const struct fake_outcome broken = {
		.fails = 9, .permanent = true, .error = "broken"
	};
	struct story story;

	story_begin(&story,
	    "  low: { kind: link, device: c0 }\n"
	    "  keep: { kind: fake, when: not low or low and from on,"
	    " start: hotplug }\n"
	    "  top: { kind: all, of: [low, keep], when: from go,"
	    " start: auto }\n",
	    NULL);
	expect(&story, "top",
	    "top (waiting): waits for event go ('netconf emit go'); its "
	    "condition is not true: from go ('from go' is false); needs low\n"
	    "  keep (up): is up, but could not stay so\n"
	    "    keep (up): waits for event on ('netconf emit on')\n"
	    "    low (waiting): no device c0 is present\n");
	set(&story, "keep", &broken);
	story_emit(&story, "go");
	story_emit(&story, "on");
	story_plug(&story, "c0");
	story_expect(&story, "top up");
	story_end(&story);
}
END_TEST

/* It does not look yet: it has no limit. */
START_TEST(what_a_location_will_wait_for_is_told)
{
	static const char *const later[] = { "domain" };
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  a: { kind: location, over: p, match: { domain: corp } }\n"
	    "  b: { kind: location, over: p, match: { domain: corp },"
	    " after: a, start: manual }\n", NULL);
	ck_assert_int_eq(fake_report(story.fake, "p",
			     &(struct report){ .type = REPORT_FACTS,
				 .later = later,
				 .n_later = 1 }),
	    0);
	story_restart(&story, "a");
	story_up(&story, "b");
	story_expect(&story, "a starting, b waiting");
	expect(&story, "b",
	    "b (waiting): its turn comes after a\n"
	    "  a (starting): is starting, for 0s\n"
	    "  b (waiting): is not decided: still to come domain\n");
	story_end(&story);
}
END_TEST

/* x goes down only together with g, which has to be up. */
START_TEST(what_is_not_sure_is_said_to_be_so)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake }\n"
	    "  w: { kind: fake, wants: x }\n"
	    "  z: { kind: fake, requires: w, when: not x, start: auto }\n",
	    NULL);
	story_expect_why(&story, "z", "no way was found that is sure");
	story_end(&story);
}
END_TEST

/* What is up, but stands on what would have to go, is no help. */
START_TEST(what_contradicts_itself_is_not_possible)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  low: { kind: fake, start: auto }\n"
	    "  mid: { kind: fake, over: wired, requires: low,"
	    " start: auto }\n"
	    "  top: { kind: fake, over: wired, requires: mid,"
	    " when: not low, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	expect(&story, "top",
	    "top (waiting): is not up on any device\n"
	    "  top@eth0 (waiting): its condition is not true: not low (low is "
	    "up)\n"
	    "    low (up): is up for 0s: it starts by itself (auto); it has "
	    "to be down ('netconf down --force low')\n"
	    "    mid@eth0 (up): is up, but could not stay so\n"
	    "      low (up): would have to be up and down at once\n");
	story_end(&story);
}
END_TEST

START_TEST(a_location_says_what_is_still_to_come_and_what_differs)
{
	static const char *const later[] = { "gateway-mac" };
	static const struct fact facts[] = { { "domain", "corp" } },
		other[] = { { "domain", "home" } };
	struct story story;
	struct node *lan;

	begin(&story);
	story_up(&story, "office");
	story_plug(&story, "eth0");
	lan = resolver_find(fake_resolver(story.fake), "lan@eth0");
	ck_assert_int_eq(resolver_report(fake_resolver(story.fake), 0, lan,
	    node_run(lan), &(struct report){ .type = REPORT_FACTS,
		.facts = facts, .n_facts = 1, .later = later, .n_later = 1 }),
	    0);
	story_unplug(&story, "eth0");
	story_plug(&story, "eth1");
	lan = resolver_find(fake_resolver(story.fake), "lan@eth1");
	ck_assert_int_eq(resolver_report(fake_resolver(story.fake), 0, lan,
	    node_run(lan), &(struct report){ .type = REPORT_FACTS,
		.facts = other, .n_facts = 1 }), 0);
	story_expect_why(&story, "office",
	    "domain is home, wanted corp|there is no gateway-mac");
	ck_assert_int_eq(resolver_report(fake_resolver(story.fake), 0, lan,
	    node_run(lan), &(struct report){ .type = REPORT_FACTS,
		.facts = facts, .n_facts = 1, .later = later, .n_later = 1 }),
	    0);
	story_down(&story, "office");
	story_up(&story, "office");
	story_expect_why(&story, "office", "gateway-mac");
	story_end(&story);
}
END_TEST

START_TEST(a_goal_is_stuck_when_nothing_is_under_way)
{
	_cleanup_(text_clear) struct text text = { 0 };
	const struct resolver *resolver;
	struct story story;

	begin(&story);
	resolver = fake_resolver(story.fake);
	story_up(&story, "vpn");
	ck_assert(resolver_is_stuck(
	    resolver, resolver_find(resolver, "vpn"), &text));
	ck_assert_str_eq(text.data, "wired: no device for wired is present "
				    "(it takes any with type ethernet)");
	set(&story, "lan", &(struct fake_outcome){ .takes_ms = 2000 });
	story_plug(&story, "eth0");
	ck_assert(!resolver_is_stuck(
	    resolver, resolver_find(resolver, "vpn"), NULL));
	story_advance(&story, 2000);
	ck_assert(!resolver_is_stuck(
	    resolver, resolver_find(resolver, "vpn"), NULL));
	story_end(&story);
}
END_TEST

START_TEST(all_that_a_stuck_goal_needs_is_told)
{
	_cleanup_(text_clear) struct text text = { 0 };
	const struct resolver *resolver;
	struct story story;

	begin(&story);
	resolver = fake_resolver(story.fake);
	ck_assert(resolver_is_stuck(
	    resolver, resolver_find(resolver, "self"), &text));
	ck_assert_str_eq(text.data, "nobody asks for it ('netconf up self' "
	    "would); needs sim; sim: would have to be up and down at once; "
	    "sim: no device sim0 is present");
	story_end(&story);
}
END_TEST

/* Unless it is for good. */
START_TEST(what_is_retried_is_under_way)
{
	const struct resolver *resolver;
	struct story story;

	begin(&story);
	resolver = fake_resolver(story.fake);
	story_up(&story, "vpn");
	story_plug(&story, "eth0");
	story_report(&story, "lan@eth0", REPORT_FAILED);
	story_report(&story, "vpn", REPORT_FAILED);
	ck_assert(!resolver_is_stuck(
	    resolver, resolver_find(resolver, "lan@eth0"), NULL));
	set(&story, "lan", &(struct fake_outcome){ .permanent = true });
	story_advance(&story, 1000);
	ck_assert(resolver_is_stuck(
	    resolver, resolver_find(resolver, "lan@eth0"), NULL));
	story_end(&story);
}
END_TEST

START_TEST(every_cause_has_a_name)
{
	for (int cause = WHY_NONE; cause <= WHY_NEVER; cause++)
		ck_assert_str_ne(why_cause_name(cause), "");
	ck_assert_str_eq(why_cause_name(WHY_MASK), "mask");
}
END_TEST

START_TEST(an_unknown_name_is_refused)
{
	struct story story;

	begin(&story);
	ck_assert_int_eq(resolver_why(fake_resolver(story.fake), 0, "nix",
	    NULL, NULL), -ENOENT);
	story_end(&story);
}
END_TEST

START_TEST(of_a_template_that_is_up_each_instance_is_told_to_its_end)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  x: { kind: fake, over: wired }\n"
	    "  y: { kind: fake, over: wired }\n"
	    "  some: { kind: any, over: wired, of: [x, y] }\n"
	    "  lan: { kind: fake, over: some, start: auto }\n",
	    NULL);
	for (int i = 0; i < 4; i++) {
		static const char *const names[] = {
			"x@eth1", "y@eth1", "x@eth2", "y@eth2" };

		set(&story, names[i],
		    &(struct fake_outcome){ .unmet = true, .error = "dark" });
	}
	story_plug(&story, "eth0 eth1 eth2");
	expect(&story, "lan",
	    "lan (up): is up on 1 of 3 devices\n"
	    "  lan@eth0 (up): is up for 0s: it starts by itself (auto)\n"
	    "  lan@eth1 (waiting): needs some@eth1\n"
	    "    some@eth1 (waiting): none is available of x@eth1, y@eth1\n"
	    "      x@eth1 (waiting): dark\n"
	    "      or y@eth1: 1 thing, see netconf why y@eth1\n"
	    "  lan@eth2 (waiting): needs some@eth2\n"
	    "    some@eth2 (waiting): none is available of x@eth2, y@eth2\n"
	    "      x@eth2 (waiting): dark\n"
	    "      or y@eth2: 1 thing, see netconf why y@eth2\n");
	story_end(&story);
}
END_TEST

#define WIRED "  wired: { kind: link, match: { type: ethernet } }\n"
#define LOW "  low: { kind: fake, start: auto }\n"

static const struct {
	const char *nodes, *name;
} contradictions[] = {
	/* A condition falls with what it names. */
	{ LOW "  mid: { kind: fake, when: low, start: auto }\n"
	      "  top: { kind: any, of: mid, when: not low, start: auto }\n",
	    "top" },
	/* A template falls with its last instance. */
	{ LOW WIRED
	    "  mid: { kind: fake, over: wired, requires: low, start: auto }\n"
	    "  top: { kind: fake, when: mid and not low, start: auto }\n",
	    "top" },
	/* All members have to be there. */
	{ LOW "  both: { kind: all, of: low, when: not low }\n"
	      "  top: { kind: fake, when: both, start: auto }\n",
	    "top" },
	/* The only instance would not stay. */
	{ WIRED "  sim: { kind: link, device: sim0, start: auto }\n"
		"  mid: { kind: fake, over: wired, when: not sim,"
		" start: auto }\n"
		"  top: { kind: all, of: [mid, sim], start: auto }\n",
	    "top" },
	/* One card is as impossible as the other. */
	{ LOW WIRED
	    "  mid: { kind: fake, over: wired, requires: low, start: auto }\n"
	    "  top: { kind: fake, over: wired, requires: mid, when: not mid,"
	    " start: auto }\n",
	    "top" },
};

START_TEST(what_contradicts_itself_further_away_is_not_possible)
{
	struct story story;

	story_begin(&story, contradictions[_i].nodes, NULL);
	if (strstr(contradictions[_i].nodes, "wired"))
		story_plug(&story, "eth0 eth1 eth2 eth3 eth4");
	story_expect_why(&story, contradictions[_i].name,
	    "would have to be up and down at once");
	story_end(&story);
}
END_TEST

/* It is not there yet, but nothing is missing but a pull. */
START_TEST(what_a_group_pulls_would_come_up_too)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], when: not b, start: manual }\n",
	    NULL);
	story_expect_why(&story, "g", "nobody asks for it|b (idle): would "
				      "come up, too; it has to be down");
	story_end(&story);
}
END_TEST

/* ---- what is not there yet, what is next, what is too much ---- */

START_TEST(an_interval_of_a_card_that_is_not_there_is_as_at_startup)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  a: { kind: fake, over: wired,"
	    " when: from startup until wired down, start: auto }\n"
	    "  b: { kind: fake, over: wired,"
	    " when: from wired up until wired down, start: auto }\n",
	    NULL);
	expect(&story, "a",
	    "a (waiting): needs wired\n"
	    "  wired (idle): no device for wired is present (it takes any "
	    "with type ethernet)\n");
	story_expect_why(&story, "b", "'from wired up until wired down' is "
				      "false|no device for wired");
	story_plug(&story, "eth0");
	story_expect(&story, "a@eth0 up, b@eth0 up");
	story_end(&story);
}
END_TEST

START_TEST(a_state_with_a_condition_waits_for_what_is_missing_of_both)
{
	struct story story;

	story_begin(&story,
	    "  night: { kind: state, from: dusk,"
	    " when: from armed until disarmed }\n", NULL);
	story_emit(&story, "armed");
	story_expect_why(&story, "night", "waits for event dusk");
	story_emit(&story, "disarmed");
	story_emit(&story, "dusk");
	story_expect_why(&story, "night", "waits for event armed");
	story_end(&story);
}
END_TEST

START_TEST(a_state_that_would_come_up_too_is_to_be_prevented)
{
	struct story story;

	story_begin(&story,
	    "  n: { kind: link, device: n }\n"
	    "  s: { kind: state, from: dusk, until: dawn, when: n }\n"
	    "  x: { kind: fake, requires: n, when: not s, start: auto }\n",
	    NULL);
	expect(&story, "x",
	    "x (waiting): needs n\n"
	    "  n (waiting): no device n is present\n");
	story_emit(&story, "dusk");
	expect(&story, "x",
	    "x (waiting): needs n\n"
	    "  s (waiting): would come up, too; it has to be down ('netconf "
	    "down s')\n"
	    "  n (waiting): no device n is present\n");
	story_end(&story);
}
END_TEST

START_TEST(a_location_says_nothing_of_what_matches)
{
	struct story story;

	story_begin(&story,
	    "  lan: { kind: fake, start: auto }\n"
	    "  home: { kind: location, over: lan,"
	    " match: { domain: home, server: a } }\n",
	    NULL);
	story_facts(&story, "lan", "domain=home server=b");
	expect(&story, "home",
	    "home (waiting): does not match; server is b, wanted a\n");
	story_end(&story);
}
END_TEST

/* Between a report and the decisions that it leads to. */
START_TEST(what_is_to_start_next_has_nothing_that_is_missing)
{
	struct resolver *resolver;
	struct story story;
	struct node *low;

	story_begin(&story,
	    "  low: { kind: fake }\n"
	    "  mid: { kind: fake, requires: low }\n"
	    "  top: { kind: fake, after: low, when: not mid }\n",
	    NULL);
	resolver = fake_resolver(story.fake);
	low = resolver_find(resolver, "low");
	set(&story, "low", &(struct fake_outcome){ .never = true });
	story_up(&story, "mid top");
	story_expect(&story, "low starting, mid waiting, top waiting");
	ck_assert_int_eq(resolver_report(resolver, 0, low, node_run(low),
			     &(struct report){ .type = REPORT_UP }), 0);
	expect_words(&story, "mid", "its turn has not come yet");
	expect(&story, "mid", "mid (waiting): its turn has not come yet\n");
	expect(&story, "top",
	    "top (waiting): its turn comes after mid\n"
	    "  mid (waiting): is coming; its turn is next\n"
	    "  mid (waiting): would come up, too; it has to be down "
	    "('netconf down mid')\n");
	story_end(&story);
}
END_TEST

/* Beyond so many nodes they are not counted any more. */
START_TEST(a_member_that_needs_a_thousand_things_needs_many)
{
	_cleanup_(text_clear) struct text nodes = { 0 };
	struct story story;

	text_append(&nodes,
	    "  near: { kind: link, device: near, start: hotplug }\n"
	    "  pulled: { kind: any, of: [wide, near], start: auto }\n"
	    "  rides: { kind: any, of: [wide, near] }\n"
	    "  wide: { kind: all, of: [n0");
	for (int i = 1; i < 1100; i++)
		text_printf(&nodes, ", n%d", i);
	text_append(&nodes, "] }\n");
	for (int i = 0; i < 1100; i++)
		text_printf(&nodes,
		    "  n%d: { kind: link, device: d%d, start: hotplug }\n",
		    i, i);
	story_begin(&story, nodes.data, NULL);
	expect(&story, "pulled",
	    "pulled (waiting): none is available of wide, near\n"
	    "  near (waiting): no device near is present\n"
	    "  or wide: many things, see netconf why wide\n");
	story_force_down(&story, "pulled");
	expect(&story, "rides",
	    "rides (waiting): none is available of wide, near\n"
	    "  near (idle): no device near is present\n"
	    "  or wide: many things, see netconf why wide\n");
	story_end(&story);
}
END_TEST

/* ---- status: in a few words ---- */

START_TEST(what_a_node_waits_for_in_a_few_words)
{
	struct story story;

	story_begin(&story,
	    "  card: { kind: link, device: eth0, start: auto }\n"
	    "  low: { kind: fake }\n"
	    "  x: { kind: fake, requires: [low, card], start: auto }\n"
	    "  job: { kind: task, run: /bin/true, on-event: ring,"
	    " start: auto }\n"
	    "  net: { kind: fake, start: auto }\n"
	    "  home: { kind: location, over: low,"
	    " match: { domain: home } }\n"
	    "  then: { kind: fake, after: slow, start: auto }\n"
	    "  slow: { kind: fake, requires: [low, card], start: auto }\n",
	    NULL);
	story_report(&story, "net", REPORT_UNMET);
	expect_words(&story, "low", "");
	expect_words(&story, "card", "no device eth0 is present");
	expect_words(&story, "x", "needs card");
	expect_words(&story, "job",
	    "runs at each occurrence, waits for event ring "
	    "('netconf emit ring')");
	expect_words(&story, "net", "the test says so");
	expect_words(&story, "home",
	    "does not match; there is no domain, wanted home");
	story_end(&story);
}
END_TEST

START_TEST(a_long_chain_is_said_by_its_ends)
{
	_cleanup_(text_clear) struct text nodes = { 0 };
	struct story story;

	text_append(&nodes, "  n0: { kind: fake }\n");
	for (int i = 1; i <= 12; i++)
		text_printf(&nodes, "  n%d: { kind: fake, requires: n%d }\n",
		    i, i - 1);
	story_begin(&story, nodes.data, NULL);
	story_up(&story, "n12");
	expect(&story, "n0",
	    "n0 (up): is up for 0s: n1 needs it for n2 for n3 for n4 for "
	    "n5 for n6 for n7 and 4 more for n12, which is a goal\n");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("why");
	TCase *tc = tcase_create("why");
	SRunner *sr;
	int n_failed;

	tcase_add_test(tc, what_a_node_waits_for_in_a_few_words);
	tcase_add_test(tc, a_long_chain_is_said_by_its_ends);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_test(
	    tc, it_goes_down_to_the_device_and_says_what_else_would_do);
	tcase_add_test(
	    tc, a_condition_is_told_with_its_parts_and_their_events);
	tcase_add_test(
	    tc, what_is_under_way_and_what_failed_is_told_with_its_times);
	tcase_add_test(
	    tc, what_is_up_is_told_with_who_asks_for_it_and_what_holds_it);
	tcase_add_test(
	    tc, a_mask_is_told_with_what_takes_it_back);
	tcase_add_test(
	    tc, a_mask_is_told_however_the_node_is_come_to);
	tcase_add_test(tc, what_falls_pulls_nothing);
	tcase_add_test(tc, who_pulls_what_has_to_be_down_is_told);
	tcase_add_test(
	    tc, another_way_is_found_where_the_first_contradicts_itself);
	tcase_add_test(
	    tc, what_it_names_comes_true_in_the_order_of_its_lines);
	tcase_add_test(tc, what_is_pulled_pulls_in_its_turn);
	tcase_add_test(tc, what_is_up_is_kept_up_first);
	tcase_add_test(tc, what_a_location_will_wait_for_is_told);
	tcase_add_test(tc, what_is_not_sure_is_said_to_be_so);
	tcase_add_test(
	    tc, what_contradicts_itself_is_not_possible);
	tcase_add_test(
	    tc, a_location_says_what_is_still_to_come_and_what_differs);
	tcase_add_test(
	    tc, a_goal_is_stuck_when_nothing_is_under_way);
	tcase_add_loop_test(tc,
	    what_contradicts_itself_further_away_is_not_possible, 0,
	    ARRAY_SIZE(contradictions));
	tcase_add_test(tc, what_a_group_pulls_would_come_up_too);
	tcase_add_test(
	    tc, of_a_template_that_is_up_each_instance_is_told_to_its_end);
	tcase_add_test(tc, all_that_a_stuck_goal_needs_is_told);
	tcase_add_test(tc, what_is_retried_is_under_way);
	tcase_add_test(
	    tc, an_interval_of_a_card_that_is_not_there_is_as_at_startup);
	tcase_add_test(tc,
	    a_state_with_a_condition_waits_for_what_is_missing_of_both);
	tcase_add_test(
	    tc, a_state_that_would_come_up_too_is_to_be_prevented);
	tcase_add_test(tc, a_location_says_nothing_of_what_matches);
	tcase_add_test(
	    tc, what_is_to_start_next_has_nothing_that_is_missing);
	tcase_add_test(
	    tc, a_member_that_needs_a_thousand_things_needs_many);
	tcase_add_test(
	    tc, every_cause_has_a_name);
	tcase_add_test(
	    tc, an_unknown_name_is_refused);
	sr = srunner_create(suite);
	srunner_run_all(sr, CK_ENV);
	n_failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return n_failed > 0;
}
