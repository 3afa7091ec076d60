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
#include "tests/unit/run.h"
#include "tests/unit/story.h"

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

START_TEST(it_goes_down_to_the_device_and_says_what_else_would_do)
{
	struct story story;

	begin(&story);
	story_expect_lines(&story, "vpn",
	    "vpn (idle): nobody asks for it ('netconf up vpn' would); "
	    "needs uplink\n"
	    "  uplink (waiting): none is available of air, lan\n"
	    "    lan (waiting): needs wired\n"
	    "      wired (idle): no device for wired is present (it "
	    "takes any with type ethernet)\n"
	    "    or air: 3 things, see netconf why air\n");
	story_expect_lines(&story, "pair",
	    "pair (waiting): needs lan, sim\n"
	    "  lan (waiting): needs wired\n"
	    "    wired (idle): no device for wired is present (it takes "
	    "any with type ethernet)\n"
	    "  sim (waiting): no device sim0 is present\n");
	story_up(&story, "lan@eth9");
	story_expect_lines(&story, "lan@eth9",
	    "lan@eth9 (waiting): needs wired@eth9\n"
	    "  wired@eth9 (idle): no device eth9 is present\n");
	story_end(&story);
}
END_TEST

START_TEST(a_condition_is_told_with_its_parts_and_their_events)
{
	struct story story;

	begin(&story);
	story_expect_lines(&story, "work",
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
	    "      or air: 3 things, see netconf why air\n");
	story_expect_lines(&story, "gone",
	    "gone (idle): nobody asks for it ('netconf up gone' would); "
	    "its condition is not true: from vpn down ('from vpn down' "
	    "is false)\n"
	    "  gone (idle): waits for vpn to leave up\n");
	story_expect_lines(&story, "eve",
	    "eve (idle): nobody asks for it ('netconf up eve' would); "
	    "its condition is not true: from vpn failed ('from vpn "
	    "failed' is false); needs job\n"
	    "  eve (idle): waits for vpn to fail\n"
	    "  job (idle): runs at each occurrence, waits for vpn to "
	    "come up; with on-event it is never up\n");
	story_expect_lines(&story, "self",
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
	story_set(&story, "lan", &(struct fake_outcome){ .takes_ms = 2000 });
	story_set(&story, "vpn", &(struct fake_outcome){ .fails = 1,
		.error = "no proposal chosen" });
	story_up(&story, "vpn");
	story_plug(&story, "eth0 eth1");
	story_advance(&story, 1000);
	story_expect_lines(&story, "vpn",
	    "vpn (waiting): needs uplink; its turn comes after office\n"
	    "  uplink (waiting): none is available of air, lan\n"
	    "    lan (waiting): is not up on any device\n"
	    "      lan@eth0 (starting): is starting, for 1s\n"
	    "      or lan@eth1: 1 thing, see netconf why lan@eth1\n"
	    "    or air: 2 things, see netconf why air\n"
	    "  office (idle): is coming; comes up by itself once it is "
	    "there: uplink\n");
	story_advance(&story, 1000);
	story_expect_lines(&story, "vpn",
	    "vpn (failed): failed: no proposal chosen; next try in 1s\n");
	story_expect_lines(&story, "office",
	    "office (waiting): does not match; there is no gateway-mac, "
	    "wanted 02:*; there is no domain, wanted corp\n");
	story_end(&story);
}
END_TEST

START_TEST(what_is_up_is_told_with_who_asks_for_it_and_what_holds_it)
{
	struct story story;

	begin(&story);
	story_set(&story, "lan", &(struct fake_outcome){ .takes_ms = 2000 });
	story_up(&story, "vpn");
	story_plug(&story, "eth0 eth1");
	story_advance(&story, 5000);
	story_expect_lines(&story, "vpn",
	    "vpn (up): is up for 3s: it is a goal\n");
	story_expect_lines(&story, "uplink",
	    "uplink (up): is up for 3s: vpn needs it, which is a goal; "
	    "it uses lan@eth0\n");
	story_expect_lines(&story, "wired@eth0",
	    "wired@eth0 (up): is up for 5s: lan@eth0 needs it for pair, "
	    "which starts by itself (auto)\n");
	story_expect_lines(&story, "lan",
	    "lan (up): is up on 2 of 2 devices\n"
	    "  lan@eth0 (up): is up for 3s: pair needs it, which starts "
	    "by itself (auto)\n"
	    "  lan@eth1 (up): is up for 3s: pair needs it, which starts "
	    "by itself (auto)\n");
	story_expect_lines(&story, "gone",
	    "gone (idle): nobody asks for it ('netconf up gone' would); "
	    "its condition is not true: from vpn down ('from vpn down' "
	    "is false)\n"
	    "  vpn (up): is up for 3s: it is a goal; it has to be down "
	    "('netconf down vpn')\n");
	story_expect_lines(&story, "once",
	    "once (idle): nobody asks for it ('netconf up once' would); "
	    "its condition is not true: from startup until vpn up ('from "
	    "startup until vpn up' is false)\n"
	    "  once (idle): starts at startup, which was; the next is "
	    "after a boot\n");
	story_unplug(&story, "eth0");
	story_unplug(&story, "eth1");
	story_expect_lines(&story, "vpn",
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
	story_expect_lines(&story, "pair",
	    "pair (waiting): needs lan, sim\n"
	    "  lan (idle): was taken down by the admin ('netconf up lan' "
	    "takes that back); is not up on any device\n"
	    "  sim (waiting): no device sim0 is present\n");
	story_end(&story);
}
END_TEST

/* `netconf up x` takes it off on its way. */
START_TEST(a_mask_that_goes_with_another_is_told)
{
	struct story story;

	story_begin(&story,
	    "  low: { kind: fake }\n"
	    "  y: { kind: fake, requires: low, start: auto }\n"
	    "  z: { kind: fake, start: auto }\n"
	    "  x: { kind: fake, requires: [y, z] }\n",
	    NULL);
	story_down(&story, "y z");
	story_expect_lines(&story, "x",
	    "x (idle): nobody asks for it ('netconf up x' would); needs y, "
	    "z\n"
	    "  y (idle): was taken down by the admin ('netconf up' of what "
	    "needs it takes that back); needs low\n"
	    "    low (idle): nothing is missing: it starts when it is "
	    "needed\n"
	    "  z (idle): was taken down by the admin ('netconf up' of what "
	    "needs it takes that back)\n");
	story_up(&story, "x");
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

/* An occurrence would be dropped, or be for the next run. */
START_TEST(a_task_that_runs_or_has_failed_waits_for_no_event)
{
	struct story story;

	story_begin(&story,
	    "  job: { kind: task, run: /bin/true, on-event: ring,"
	    " start: auto }\n"
	    "  next: { kind: fake, requires: job, start: auto }\n"
	    "  slow: { kind: task, run: /bin/true, on-event: knock,"
	    " start: auto, timeout: 5s }\n",
	    NULL);
	story_set(&story, "job",
	    &(struct fake_outcome){ .takes_ms = 1000, .fails = 1,
		.error = "status 1" });
	story_expect_lines(&story, "job",
	    "job (waiting): runs at each occurrence, waits for event ring "
	    "('netconf emit ring')\n");
	story_emit(&story, "ring");
	story_expect_lines(
	    &story, "job", "job (starting): is starting, for 0s; it has failed "
			   "if it has not ended in 5m\n");
	story_advance(&story, 1000);
	story_expect_lines(&story, "job",
	    "job (failed): failed: status 1; next try in 1s\n");
	story_expect_lines(&story, "next",
	    "next (waiting): needs job\n"
	    "  job (failed): failed: status 1; next try in 1s; with on-event "
	    "it is never up\n");
	story_set(&story, "slow", &(struct fake_outcome){ .never = true });
	story_emit(&story, "knock");
	story_advance(&story, 5000);
	story_expect_lines(&story, "slow",
	    "slow (failed): failed: not ended after 5 s; next try in 1s\n");
	story_end(&story);
}
END_TEST

/* Neither what it is over and requires twice, nor a hundred members. */
START_TEST(a_list_of_names_is_no_longer_than_it_has_to_be)
{
	_cleanup_(text_clear) struct text nodes = { 0 };
	struct story story;

	text_append(&nodes,
	    "  n: { kind: link, device: n }\n"
	    "  x: { kind: fake, over: n, requires: [n, m0], start: auto }\n"
	    "  all: { kind: all, of: [m0");
	for (int i = 1; i < 20; i++)
		text_printf(&nodes, ", m%d", i);
	text_append(&nodes, "], start: auto }\n");
	for (int i = 0; i < 20; i++)
		text_printf(&nodes, "  m%d: { kind: link, device: m%d }\n",
		    i, i);
	story_begin(&story, nodes.data, NULL);
	story_expect_words(&story, "x", "needs n, m0");
	story_expect_words(&story, "all",
	    "needs m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, "
	    "m13, m14, m15 and 4 more");
	story_end(&story);
}
END_TEST

/* Of those that were not chosen, three; and none where nothing is missing. */
START_TEST(what_else_would_do_is_told_as_far_as_it_would_help)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: link, device: a }\n"
	    "  b: { kind: link, device: b }\n"
	    "  c: { kind: link, device: c }\n"
	    "  d: { kind: link, device: d }\n"
	    "  e: { kind: link, device: e }\n"
	    "  f: { kind: fake }\n"
	    "  five: { kind: any, of: [a, b, c, d, e] }\n"
	    "  two: { kind: any, of: [a, f], start: manual }\n",
	    NULL);
	story_expect_lines(&story, "two",
	    "two (idle): nobody asks for it ('netconf up two' would); none is "
	    "available of a, f\n"
	    "  f (idle): nothing is missing: it starts when it is needed\n");
	story_up(&story, "five");
	story_expect_lines(&story, "five",
	    "five (waiting): none is available of a, b, c, d, e\n"
	    "  a (waiting): no device a is present\n"
	    "  or b: 1 thing, see netconf why b\n"
	    "  or c: 1 thing, see netconf why c\n"
	    "  or d: 1 thing, see netconf why d\n"
	    "  or one other\n");
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
	story_expect_lines(&story, "top",
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
	story_expect_lines(&story, "b",
	    "b (waiting): its turn comes after a\n"
	    "  a (starting): is starting, for 0s\n"
	    "  b (waiting): is not decided: still to come domain\n");
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
	story_set(&story, "lan", &(struct fake_outcome){ .takes_ms = 2000 });
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
	story_set(&story, "lan", &(struct fake_outcome){ .permanent = true });
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

		story_set(&story, names[i],
		    &(struct fake_outcome){ .unmet = true, .error = "dark" });
	}
	story_plug(&story, "eth0 eth1 eth2");
	story_expect_lines(&story, "lan",
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
	story_expect_lines(&story, "a",
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

START_TEST(a_location_says_nothing_of_what_matches)
{
	struct story story;

	story_begin(&story,
	    "  lan: { kind: fake, start: auto }\n"
	    "  home: { kind: location, over: lan,"
	    " match: { domain: home, server: a } }\n",
	    NULL);
	story_facts(&story, "lan", "domain=home server=b");
	story_expect_lines(&story, "home",
	    "home (waiting): does not match; server is b, wanted a\n");
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
	story_expect_lines(&story, "pulled",
	    "pulled (waiting): none is available of wide, near\n"
	    "  near (waiting): no device near is present\n"
	    "  or wide: many things, see netconf why wide\n");
	story_force_down(&story, "pulled");
	story_expect_lines(&story, "rides",
	    "rides (waiting): none is available of wide, near\n"
	    "  near (idle): no device near is present\n"
	    "  or wide: many things, see netconf why wide\n");
	story_end(&story);
}
END_TEST

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
	story_expect_words(&story, "low", "");
	story_expect_words(&story, "card", "no device eth0 is present");
	story_expect_words(&story, "x", "needs card");
	story_expect_words(&story, "job",
	    "runs at each occurrence, waits for event ring "
	    "('netconf emit ring')");
	story_expect_words(&story, "net", "the test says so");
	story_expect_words(&story, "home",
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
	story_expect_lines(&story, "n0",
	    "n0 (up): is up for 0s: n1 needs it for n2 for n3 for n4 for "
	    "n5 for n6 for n7 and 4 more for n12, which is a goal\n");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("why");
	TCase *tc = tcase_create("why");

	tcase_set_timeout(tc, 120);
	suite_add_tcase(suite, tc);
	tcase_add_test(
	    tc, it_goes_down_to_the_device_and_says_what_else_would_do);
	tcase_add_test(tc, a_condition_is_told_with_its_parts_and_their_events);
	tcase_add_test(
	    tc, what_is_under_way_and_what_failed_is_told_with_its_times);
	tcase_add_test(
	    tc, what_is_up_is_told_with_who_asks_for_it_and_what_holds_it);
	tcase_add_test(tc, a_mask_is_told_with_what_takes_it_back);
	tcase_add_test(tc, a_mask_is_told_however_the_node_is_come_to);
	tcase_add_test(tc, what_a_location_will_wait_for_is_told);
	tcase_add_test(
	    tc, a_location_says_what_is_still_to_come_and_what_differs);
	tcase_add_test(tc, a_goal_is_stuck_when_nothing_is_under_way);
	tcase_add_test(tc, all_that_a_stuck_goal_needs_is_told);
	tcase_add_test(tc, what_is_retried_is_under_way);
	tcase_add_test(tc, every_cause_has_a_name);
	tcase_add_test(tc, an_unknown_name_is_refused);
	tcase_add_test(
	    tc, of_a_template_that_is_up_each_instance_is_told_to_its_end);
	tcase_add_test(
	    tc, an_interval_of_a_card_that_is_not_there_is_as_at_startup);
	tcase_add_test(
	    tc, a_state_with_a_condition_waits_for_what_is_missing_of_both);
	tcase_add_test(tc, a_location_says_nothing_of_what_matches);
	tcase_add_test(tc, a_member_that_needs_a_thousand_things_needs_many);
	tcase_add_test(tc, what_a_node_waits_for_in_a_few_words);
	tcase_add_test(tc, a_long_chain_is_said_by_its_ends);
	tcase_add_test(tc, a_mask_that_goes_with_another_is_told);
	tcase_add_test(tc, a_task_that_runs_or_has_failed_waits_for_no_event);
	tcase_add_test(tc, a_list_of_names_is_no_longer_than_it_has_to_be);
	tcase_add_test(tc, what_else_would_do_is_told_as_far_as_it_would_help);
	return run_suite(suite);
}
