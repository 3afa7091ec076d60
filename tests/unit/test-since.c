/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Since when a node is what it is, as stories. */
#include <check.h>

#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char cards[] =
    "  wired: { kind: link, match: { type: ethernet } }\n"
    "  lan: { kind: fake, over: wired, start: auto }\n"
    "  x: { kind: fake, requires: lan, start: auto }\n";

/* Up for 5 s with those nodes, on eth0 and eth1. */
static void begin(struct story *story, const char *nodes)
{
	story_begin(story, nodes, NULL);
	story_plug(story, "eth0 eth1");
	story_advance(story, 5000);
}

/* So long it is in its state. */
static void expect_age(
    const struct story *story, const char *name, uint64_t age_ms)
{
	const struct node *node =
	    resolver_find(fake_resolver(story->fake), name);

	ck_assert_ptr_nonnull(node);
	ck_assert_uint_eq(
	    fake_now_ms(story->fake) - node_since_ms(node), age_ms);
}

START_TEST(template_is_up_since_an_instance_is)
{
	struct story story;

	begin(&story, cards);
	story_force_down(&story, "lan@eth0");
	story_advance(&story, 1000);
	expect_age(&story, "lan@eth0", 1000);
	expect_age(&story, "lan", 6000);
	story_force_down(&story, "lan");
	story_advance(&story, 1000);
	expect_age(&story, "lan", 1000);
	story_end(&story);
}
END_TEST

START_TEST(what_lives_through_a_reload_is_as_old_as_before)
{
	struct story story;

	begin(&story, cards);
	story_reload(&story, cards);
	story_advance(&story, 1000);
	expect_age(&story, "wired", 6000);
	expect_age(&story, "wired@eth0", 6000);
	expect_age(&story, "lan", 6000);
	expect_age(&story, "lan@eth1", 6000);
	expect_age(&story, "x", 6000);
	story_end(&story);
}
END_TEST

START_TEST(template_that_is_not_up_is_not_for_as_long_as_before)
{
	static const char nodes[] =
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired }\n";
	struct story story;

	begin(&story, nodes);
	story_expect(&story, "lan idle");
	expect_age(&story, "lan", 5000);
	story_reload(&story, nodes);
	story_advance(&story, 1000);
	expect_age(&story, "lan", 6000);
	expect_age(&story, "lan@eth0", 6000);
	story_end(&story);
}
END_TEST

START_TEST(new_node_is_idle_since_the_reload)
{
	struct story story;

	begin(&story, cards);
	story_reload(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired, start: auto }\n"
	    "  ll: { kind: fake, over: wired }\n"
	    "  y: { kind: fake, requires: lan }\n");
	story_expect(&story, "ll@eth0 idle, y idle");
	story_advance(&story, 1000);
	expect_age(&story, "lan", 6000);
	expect_age(&story, "ll", 1000);
	expect_age(&story, "ll@eth0", 1000);
	expect_age(&story, "y", 1000);
	story_end(&story);
}
END_TEST

START_TEST(what_becomes_another_kind_is_another_node)
{
	struct story story;

	begin(&story, cards);
	story_reload(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  ll: { kind: fake, over: wired }\n"
	    "  lan: { kind: any, over: wired, of: ll }\n"
	    "  x: { kind: link, device: eth7 }\n");
	story_expect(&story, "lan idle, lan@eth0 idle, x idle");
	story_advance(&story, 1000);
	expect_age(&story, "lan", 1000);
	expect_age(&story, "lan@eth0", 1000);
	expect_age(&story, "x", 1000);
	story_end(&story);
}
END_TEST

/* When that was before, nobody knows. */
START_TEST(what_is_adopted_is_up_since_netconfd_is)
{
	struct story story;

	begin(&story, cards);
	fake_crash(story.fake);
	story_advance(&story, 1000);
	story_expect(&story, "lan@eth0 up, x up");
	expect_age(&story, "wired", 1000);
	expect_age(&story, "wired@eth0", 1000);
	expect_age(&story, "lan", 1000);
	expect_age(&story, "lan@eth0", 1000);
	expect_age(&story, "x", 1000);
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("since");
	TCase *tc = tcase_create("since");

	tcase_add_test(tc, template_is_up_since_an_instance_is);
	tcase_add_test(tc, what_lives_through_a_reload_is_as_old_as_before);
	tcase_add_test(
	    tc, template_that_is_not_up_is_not_for_as_long_as_before);
	tcase_add_test(tc, new_node_is_idle_since_the_reload);
	tcase_add_test(tc, what_becomes_another_kind_is_another_node);
	tcase_add_test(tc, what_is_adopted_is_up_since_netconfd_is);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
