/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why: which way it names where there are several, and what contradicts
 * itself. */
#include <check.h>

#include <string.h>

#include "base/macros.h"
#include "resolver/resolver.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

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
	story_expect_lines(&story, "alone",
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
	story_expect_lines(&story, "z",
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
	story_expect_lines(&story, "top",
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
	story_set(&story, "low", &broken);
	story_report(&story, "low", REPORT_FAILED);
	story_advance(&story, 1000);
	story_expect(&story, "low failed, top idle");
	story_expect_lines(&story, "top",
	    "top (idle): nobody asks for it ('netconf up top' would); needs "
	    "g, low\n"
	    "  g (waiting): none is available of side, low\n"
	    "    side (idle): would come up, too; it has to be down "
	    "('netconf down --force side')\n"
	    "    low (failed): failed: broken; not retried by itself "
	    "('netconf reset low' tries again)\n"
	    "    or side: 2 things, see netconf why side\n");
	story_up(&story, "top");
	story_force_down(&story, "side");
	story_set(&story, "low", &works);
	fake_reset(story.fake, (const char *[]){ "low" }, 1);
	story_expect(&story, "top up");
	story_end(&story);

	story_begin(&story, nodes, NULL);
	story_set(&story, "low", &endless);
	story_report(&story, "low", REPORT_FAILED);
	story_advance(&story, 1000);
	story_up(&story, "g");
	story_expect(&story, "low starting, side waiting, g waiting");
	story_expect_lines(&story, "g",
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
	story_expect_lines(&story, "g",
	    "g (idle): nobody asks for it ('netconf up g' would); its "
	    "condition is not true: not low (low is up)\n"
	    "  low (up): is up for 0s: it starts by itself (auto); it has to "
	    "be down ('netconf down --force low')\n");
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
	story_expect_lines(&story, "top",
	    "top (waiting): waits for event go ('netconf emit go'); its "
	    "condition is not true: from go ('from go' is false); needs low\n"
	    "  keep (up): is up, but could not stay so\n"
	    "    keep (up): waits for event on ('netconf emit on')\n"
	    "    low (waiting): no device c0 is present\n");
	story_set(&story, "keep", &broken);
	story_emit(&story, "go");
	story_emit(&story, "on");
	story_plug(&story, "c0");
	story_expect(&story, "top up");
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
	story_expect_lines(&story, "top",
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

START_TEST(a_state_that_would_come_up_too_is_to_be_prevented)
{
	struct story story;

	story_begin(&story,
	    "  n: { kind: link, device: n }\n"
	    "  s: { kind: state, from: dusk, until: dawn, when: n }\n"
	    "  x: { kind: fake, requires: n, when: not s, start: auto }\n",
	    NULL);
	story_expect_lines(&story, "x",
	    "x (waiting): needs n\n"
	    "  n (waiting): no device n is present\n");
	story_emit(&story, "dusk");
	story_expect_lines(&story, "x",
	    "x (waiting): needs n\n"
	    "  s (waiting): would come up, too; it has to be down ('netconf "
	    "down s')\n"
	    "  n (waiting): no device n is present\n");
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
	story_set(&story, "low", &(struct fake_outcome){ .never = true });
	story_up(&story, "mid top");
	story_expect(&story, "low starting, mid waiting, top waiting");
	ck_assert_int_eq(resolver_report(resolver, 0, low, node_run(low),
			     &(struct report){ .type = REPORT_UP }), 0);
	story_expect_words(&story, "mid", "its turn has not come yet");
	story_expect_lines(
	    &story, "mid", "mid (waiting): its turn has not come yet\n");
	story_expect_lines(&story, "top",
	    "top (waiting): its turn comes after mid\n"
	    "  mid (waiting): is coming; its turn is next\n"
	    "  mid (waiting): would come up, too; it has to be down "
	    "('netconf down mid')\n");
	story_end(&story);
}
END_TEST

/* Of air, also that it is to be asked for, as there nothing else pulls it; of
 * sun, each event. */
START_TEST(another_way_counts_what_why_of_it_names)
{
	struct story story;

	story_begin(&story,
	    "  air: { kind: link, device: air0 }\n"
	    "  sun: { kind: fake, when: (from e) and (from f) and (from g) }\n"
	    "  lan: { kind: link, device: lan0 }\n"
	    "  net: { kind: any, of: [lan, air, sun], start: manual }\n",
	    NULL);
	story_expect_lines(&story, "net",
	    "net (idle): nobody asks for it ('netconf up net' would); none is "
	    "available of lan, air, sun\n"
	    "  lan (idle): no device lan0 is present\n"
	    "  or air: 2 things, see netconf why air\n"
	    "  or sun: 4 things, see netconf why sun\n");
	story_expect_lines(&story, "air",
	    "air (idle): nobody asks for it ('netconf up air' would)\n"
	    "  air (idle): no device air0 is present\n");
	story_expect_why(&story, "sun",
	    "'netconf up sun'|'netconf emit e'|'netconf emit f'|"
	    "'netconf emit g'");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("why-ways");
	TCase *tc = tcase_create("why-ways");

	tcase_set_timeout(tc, 120);
	suite_add_tcase(suite, tc);
	tcase_add_test(tc, what_falls_pulls_nothing);
	tcase_add_test(tc, who_pulls_what_has_to_be_down_is_told);
	tcase_add_test(
	    tc, another_way_is_found_where_the_first_contradicts_itself);
	tcase_add_test(tc, what_it_names_comes_true_in_the_order_of_its_lines);
	tcase_add_test(tc, what_is_pulled_pulls_in_its_turn);
	tcase_add_test(tc, what_is_up_is_kept_up_first);
	tcase_add_test(tc, what_is_not_sure_is_said_to_be_so);
	tcase_add_test(tc, what_contradicts_itself_is_not_possible);
	tcase_add_loop_test(tc,
	    what_contradicts_itself_further_away_is_not_possible, 0,
	    ARRAY_SIZE(contradictions));
	tcase_add_test(tc, what_a_group_pulls_would_come_up_too);
	tcase_add_test(tc, a_state_that_would_come_up_too_is_to_be_prevented);
	tcase_add_test(tc, another_way_counts_what_why_of_it_names);
	tcase_add_test(tc, what_is_to_start_next_has_nothing_that_is_missing);
	return run_suite(suite);
}
