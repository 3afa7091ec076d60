/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts that change: who is told, and for whom it is no news; as stories. */
#include <check.h>

#include "tests/unit/run.h"
#include "tests/unit/story.h"

/* Each over the one before it, all up. */
static const char chain[] =
    "  a: { kind: fake }\n"
    "  b: { kind: fake, over: a }\n"
    "  c: { kind: fake, over: b }\n"
    "  d: { kind: fake, over: c, start: auto }\n"
    "  e: { kind: fake, requires: c, start: auto }\n";

static const char held[] =
    "  a: { kind: fake }\n"
    "  b: { kind: fake, over: a }\n"
    "  c: { kind: fake, over: b, hold: 30s }\n"
    "  d: { kind: fake, over: c, start: auto }\n";

static void begin(struct story *story, const char *nodes)
{
	story_begin(story, nodes, NULL);
	story_expect(story, "a up, b up, c up, d up");
	fake_clear_trace(story->fake);
}

START_TEST(facts_that_change_are_told_to_all_above)
{
	struct story story;

	begin(&story, chain);
	story_facts(&story, "a", "domain=one");
	story_expect_trace(&story, "rebind b, rebind c, rebind d, rebind e");
	story_facts(&story, "a", "domain=one");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(hidden_fact_is_no_news_further_up)
{
	struct story story;

	begin(&story, chain);
	story_facts(&story, "b", "domain=two");
	fake_clear_trace(story.fake);
	story_facts(&story, "a", "domain=one");
	story_expect_trace(&story, "rebind b");
	story_facts(&story, "a", "");
	story_expect_trace(&story, "rebind b");
	story_facts(&story, "b", "");
	story_expect_trace(&story, "rebind c, rebind d, rebind e");
	story_facts(&story, "a", "domain=one");
	story_expect_trace(&story, "rebind b, rebind c, rebind d, rebind e");
	story_end(&story);
}
END_TEST

START_TEST(what_several_nodes_hide_together_is_no_news_above_them)
{
	struct story story;

	begin(&story, chain);
	story_facts(&story, "b", "domain=two");
	story_facts(&story, "c", "address=192.0.2.7");
	fake_clear_trace(story.fake);
	story_facts(&story, "a", "domain=one address=192.0.2.1");
	story_expect_trace(&story, "rebind b, rebind c");
	story_facts(&story, "a", "domain=one address=192.0.2.2 server=x");
	story_expect_trace(&story, "rebind b, rebind c, rebind d, rebind e");
	story_end(&story);
}
END_TEST

START_TEST(fact_that_is_the_same_from_further_down_is_no_news)
{
	struct story story;

	begin(&story, chain);
	story_facts(&story, "a", "domain=one");
	story_facts(&story, "b", "domain=two");
	fake_clear_trace(story.fake);
	story_facts(&story, "b", "domain=one");
	story_expect_trace(&story, "rebind c, rebind d, rebind e");
	story_facts(&story, "b", "");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

START_TEST(fact_that_is_to_come_hides_as_well)
{
	static const struct fact now[] = { { "domain", "two" } };
	static const struct fake_outcome later = {
		.later_facts = now, .n_later = 1, .later_ms = 100
	};
	struct story story;

	begin(&story, chain);
	story_set(&story, "b", &later);
	story_restart(&story, "b");
	fake_clear_trace(story.fake);
	story_facts(&story, "a", "domain=one");
	story_expect_trace(&story, "rebind b");
	story_advance(&story, 100);
	story_expect_trace(&story, "rebind c, rebind d, rebind e");
	story_end(&story);
}
END_TEST

START_TEST(what_happens_below_a_held_node_is_told_at_the_end_of_the_hold)
{
	static const struct fake_outcome endless = { .never = true };
	static const struct fake_outcome at_once = { 0 };
	struct story story;

	begin(&story, held);
	story_set(&story, "b", &endless);
	story_report(&story, "b", REPORT_FAILED);
	story_facts(&story, "a", "domain=one");
	story_expect(&story, "b failed, c up, d up");
	story_expect_trace(&story, "");
	story_set(&story, "b", &at_once);
	story_reset(&story, "b");
	story_expect(&story, "b up, c up, d up");
	story_expect_trace(&story, "start b, rebind c, rebind d");
	story_end(&story);
}
END_TEST

START_TEST(what_a_held_node_hides_is_no_news_at_the_end_of_the_hold)
{
	static const struct fake_outcome endless = { .never = true };
	static const struct fake_outcome at_once = { 0 };
	struct story story;

	begin(&story, held);
	story_facts(&story, "c", "domain=two");
	story_set(&story, "b", &endless);
	story_report(&story, "b", REPORT_FAILED);
	fake_clear_trace(story.fake);
	story_facts(&story, "a", "domain=one");
	story_set(&story, "b", &at_once);
	story_reset(&story, "b");
	story_expect_trace(&story, "start b, rebind c");
	story_end(&story);
}
END_TEST

START_TEST(what_stands_on_another_since_a_reload_is_news_above_it)
{
	struct story story;

	begin(&story, chain);
	story_reload(&story,
	    "  a: { kind: fake }\n"
	    "  a2: { kind: fake, start: auto }\n"
	    "  b: { kind: fake, over: a }\n"
	    "  c: { kind: fake, over: b }\n"
	    "  d: { kind: fake, over: c, start: auto }\n"
	    "  e: { kind: fake, requires: c, start: auto }\n");
	story_expect_trace(&story, "start a2");
	story_reload(&story,
	    "  a2: { kind: fake, start: auto }\n"
	    "  b: { kind: fake, over: a2 }\n"
	    "  c: { kind: fake, over: b }\n"
	    "  d: { kind: fake, over: c, start: auto }\n"
	    "  e: { kind: fake, requires: c, start: auto }\n");
	story_expect_trace(
	    &story, "stop a, rebind b, rebind c, rebind d, rebind e");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("news");
	TCase *tc = tcase_create("news");

	tcase_add_test(tc, facts_that_change_are_told_to_all_above);
	tcase_add_test(tc, hidden_fact_is_no_news_further_up);
	tcase_add_test(
	    tc, what_several_nodes_hide_together_is_no_news_above_them);
	tcase_add_test(
	    tc, fact_that_is_the_same_from_further_down_is_no_news);
	tcase_add_test(tc, fact_that_is_to_come_hides_as_well);
	tcase_add_test(tc,
	    what_happens_below_a_held_node_is_told_at_the_end_of_the_hold);
	tcase_add_test(
	    tc, what_a_held_node_hides_is_no_news_at_the_end_of_the_hold);
	tcase_add_test(
	    tc, what_stands_on_another_since_a_reload_is_news_above_it);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
