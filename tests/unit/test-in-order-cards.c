/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Groups that try the instances of one template in order, as stories. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

#define CARDS \
	"  wired: { kind: link, match: { type: ethernet } }\n" \
	"  lan: { kind: fake, over: wired }\n"
#define GROUP(members) \
	"  g: { kind: any, of: [" members "], try: in-order }\n" \
	"  x: { kind: fake, requires: g }\n"

static const struct fake_outcome slow = { .takes_ms = 500 };
static const struct fake_outcome endless = { .never = true };

/* "lan@1" is that on the first of the cards, "lan@2" that on the second. */
static char *fill_in(const char *text, const char *const cards[2])
{
	struct text filled = { 0 };
	size_t n;

	for (; *text; text += n) {
		n = strcspn(text, "@");
		text_printf(&filled, "%.*s", (int)n, text);
		if (!text[n])
			continue;
		text_printf(&filled, "@%s", cards[text[n + 1] - '1']);
		n += 2;
	}
	return text_steal(&filled);
}

static void expect(
    struct story *story, const char *states, const char *const cards[2])
{
	_cleanup_(free_ptr) char *filled = fill_in(states, cards);

	story_expect(story, filled);
}

/* The first is always tried, and used as soon as it is there. */
static void try_in_order(const char *nodes, const char *const cards[2])
{
	_cleanup_(free_ptr) char *first = fill_in("wired@1", cards);
	struct story story;

	story_begin(&story, nodes, NULL);
	story_up(&story, "x");
	story_expect(&story, "g waiting, x waiting");
	story_plug(&story, cards[1]);
	expect(&story, "lan@1 absent, lan@2 up, x up", cards);
	story_plug(&story, "eth5");
	story_expect(&story, "wired@eth5 idle, lan@eth5 idle");
	story_plug(&story, cards[0]);
	expect(&story, "lan@1 up, wired@2 idle, lan@2 idle, x up", cards);
	/* Carrier is lost, and is there again. */
	story_report(&story, first, REPORT_UNMET);
	expect(&story, "wired@1 waiting, lan@1 waiting, lan@2 up, x up", cards);
	story_report(&story, first, REPORT_UP);
	expect(&story, "lan@1 up, lan@2 idle, wired@2 idle, x up", cards);
	story_unplug(&story, cards[0]);
	expect(&story, "lan@1 absent, lan@2 up, x up", cards);
	story_unplug(&story, cards[1]);
	expect(&story, "lan@1 absent, lan@2 absent, g waiting, x waiting",
	    cards);
	story_end(&story);
}

START_TEST(cards_are_tried_in_the_order_of_the_group)
{
	try_in_order(CARDS GROUP("lan@eth0, lan@eth1"),
	    (const char *const[]){ "eth0", "eth1" });
	try_in_order(CARDS GROUP("lan@eth1, lan@eth0"),
	    (const char *const[]){ "eth1", "eth0" });
}
END_TEST

START_TEST(nodes_over_cards_are_tried_in_the_groups_order)
{
	static const char over[] = "  a: { kind: fake, over: lan@eth0 }\n"
				   "  b: { kind: fake, over: lan@eth1 }\n";
	char nodes[512];

	snprintf(nodes, sizeof(nodes), "%s%s%s", CARDS, over, GROUP("a, b"));
	try_in_order(nodes, (const char *const[]){ "eth0", "eth1" });
	snprintf(nodes, sizeof(nodes), "%s%s%s", CARDS, over, GROUP("b, a"));
	try_in_order(nodes, (const char *const[]){ "eth1", "eth0" });
}
END_TEST

START_TEST(next_card_waits_while_the_one_before_is_coming)
{
	struct story story;

	story_begin(&story, GROUP("lan@eth0, lan@eth1, lan@eth2") CARDS, NULL);
	story_plug(&story, "eth2 eth1 eth0");
	story_set(&story, "lan@eth0", &slow);
	story_up(&story, "x");
	story_expect(&story, "lan@eth0 starting, wired@eth1 idle, "
			     "lan@eth1 idle, lan@eth2 idle");
	story_advance(&story, 500);
	story_expect(&story, "lan@eth0 up, lan@eth1 idle, x up");
	fake_clear_trace(story.fake);
	story_set(&story, "lan@eth0", &endless);
	story_set(&story, "lan@eth1", &slow);
	story_report(&story, "lan@eth0", REPORT_FAILED);
	story_expect(&story, "lan@eth0 failed, lan@eth1 starting, "
			     "lan@eth2 idle");
	story_advance(&story, 500);
	story_expect(&story, "lan@eth0 failed, lan@eth1 up, lan@eth2 idle");
	story_advance(&story, 1000);
	story_expect(&story, "lan@eth0 starting, lan@eth1 up, lan@eth2 idle");
	story_report(&story, "lan@eth0", REPORT_UP);
	story_expect(&story, "lan@eth0 up, lan@eth1 idle, x up");
	story_end(&story);
}
END_TEST

/* lan@eth1 is up anyway, as its key is; what would tell that it is pulled is
 * extra@eth1. */
#define BUSY(members) \
	"  g: { kind: any, of: [" members "], try: in-order }\n" \
	"  extra: { kind: fake, over: wired }\n" \
	"  lan: { kind: fake, over: wired, requires: key, wants: extra," \
	" start: hotplug }\n" \
	"  key: { kind: fake, over: wired }\n" \
	"  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"

static void begin_busy(struct story *story, const char *nodes)
{
	story_begin(story, nodes, NULL);
	story_plug(story, "eth0 eth1");
	story_up(story, "key@eth1");
	story_expect(story, "lan@eth0 idle, lan@eth1 up, extra@eth1 idle");
	story_set(story, "lan@eth0", &slow);
}

/* What is pulled a moment too early stays so, once it is active. */
START_TEST(card_that_is_up_anyway_is_not_pulled_too_early)
{
	struct story story;

	begin_busy(&story, BUSY("lan@eth0, lan@eth1"));
	story_up(&story, "g");
	story_expect(&story, "key@eth0 up, lan@eth0 starting, "
			     "extra@eth0 up, lan@eth1 up, extra@eth1 idle");
	story_advance(&story, 500);
	story_expect(&story, "lan@eth0 up, lan@eth1 up, extra@eth1 idle");
	story_end(&story);
}
END_TEST

START_TEST(group_of_a_new_card_waits_for_what_is_coming_already)
{
	struct story story;

	story_begin(&story,
	    CARDS
	    "  tun: { kind: fake }\n"
	    "  g: { kind: any, over: wired, of: [tun, lan], try: in-order,"
	    " start: auto }\n",
	    NULL);
	story_set(&story, "tun", &slow);
	story_up(&story, "tun");
	story_plug(&story, "eth0");
	story_expect(&story, "tun starting, g@eth0 waiting, lan@eth0 idle");
	story_advance(&story, 500);
	story_expect(&story, "g@eth0 up, lan@eth0 idle");
	story_plug(&story, "eth1");
	story_expect(&story, "g@eth1 up, lan@eth1 idle");
	story_end(&story);
}
END_TEST

START_TEST(reload_leaves_the_cards_pulled_that_were)
{
	static const char nodes[] = BUSY("lan@eth0, lan@eth1");
	struct story story;

	begin_busy(&story, nodes);
	story_set(&story, "lan@eth0", &endless);
	story_up(&story, "g");
	story_expect(&story, "lan@eth0 starting, extra@eth1 idle");
	fake_clear_trace(story.fake);
	story_reload(&story, nodes);
	story_expect(&story, "lan@eth0 starting, extra@eth1 idle");
	/* And so are those that were pulled. */
	story_report(&story, "lan@eth0", REPORT_FAILED);
	story_expect(&story, "lan@eth0 failed, extra@eth1 up");
	story_advance(&story, 1000);
	story_expect(&story, "lan@eth0 starting, extra@eth1 up");
	fake_clear_trace(story.fake);
	story_reload(&story, nodes);
	story_expect(&story, "lan@eth0 starting, extra@eth1 up");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

/* Cards get their ranks with the profile that needs them. */
START_TEST(reload_brings_the_order_of_cards)
{
	struct story story;

	begin_busy(&story, BUSY("key@eth1"));
	story_reload(&story, BUSY("lan@eth0, lan@eth1"));
	story_expect(&story, "lan@eth0 idle, lan@eth1 up, extra@eth1 idle");
	story_up(&story, "g");
	story_expect(&story, "lan@eth0 starting, extra@eth1 idle");
	story_advance(&story, 500);
	story_expect(&story, "lan@eth0 up, extra@eth1 idle, g up");
	story_end(&story);
}
END_TEST

START_TEST(reload_turns_the_order_of_cards)
{
	struct story story;

	story_begin(&story, CARDS GROUP("lan@eth0, lan@eth1"), NULL);
	story_plug(&story, "eth0 eth1");
	story_up(&story, "x");
	story_expect(&story, "lan@eth0 up, lan@eth1 idle, x up");
	fake_clear_trace(story.fake);
	story_reload(&story, CARDS GROUP("lan@eth1, lan@eth0"));
	story_expect(&story, "lan@eth1 up, lan@eth0 idle, x up");
	story_expect_trace(&story, "start wired@eth1, start lan@eth1, "
				   "stop lan@eth0, rebind x, stop wired@eth0");
	story_end(&story);
}
END_TEST

START_TEST(mask_on_an_instance_passes_it_over)
{
	struct story story;

	story_begin(&story, CARDS GROUP("lan@eth0, lan@eth1"), NULL);
	story_plug(&story, "eth0 eth1");
	story_up(&story, "g");
	story_expect(&story, "lan@eth0 up, lan@eth1 idle");
	story_force_down(&story, "lan@eth0");
	story_expect(&story, "lan@eth0 idle, lan@eth1 up, g up");
	story_up(&story, "lan@eth0");
	story_expect(&story, "lan@eth0 up, lan@eth1 idle, g up");
	story_end(&story);
}
END_TEST

/* The fallback of a card is tried before the next card. */
START_TEST(groups_of_cards_are_tried_in_order)
{
	struct story story;

	story_begin(&story,
	    CARDS
	    "  ll: { kind: fake, over: wired }\n"
	    "  addr: { kind: any, over: wired, of: [lan, ll],"
	    " try: in-order }\n"
	    "  g: { kind: any, of: [addr@eth0, addr@eth1], try: in-order }\n",
	    NULL);
	story_plug(&story, "eth1 eth0");
	story_set(&story, "lan@eth0", &endless);
	story_up(&story, "g");
	story_expect(
	    &story, "lan@eth0 starting, ll@eth0 idle, wired@eth1 idle");
	story_report(&story, "lan@eth0", REPORT_FAILED);
	story_expect(&story, "lan@eth0 failed, ll@eth0 up, addr@eth0 up, "
			     "wired@eth1 idle, addr@eth1 idle");
	story_unplug(&story, "eth0");
	story_expect(&story, "lan@eth1 up, ll@eth1 idle, addr@eth1 up, g up");
	story_end(&story);
}
END_TEST

/* Whatever the order that they are tried in. */
static void go_at_once(const char *members)
{
	char nodes[512];
	struct story story;

	snprintf(nodes, sizeof(nodes), "%s  g: { kind: any, of: [%s],"
	    " try: in-order }\n  x: { kind: fake, requires: lan }\n", CARDS,
	    members);
	story_begin(&story, nodes, NULL);
	story_plug(&story, "eth0 eth1");
	story_set(&story, "x", &(struct fake_outcome){ .stop_takes_ms = 500 });
	story_up(&story, "x");
	story_expect(&story, "lan@eth0 up, lan@eth1 up, x up");
	story_force_down(&story, "lan");
	story_expect(&story, "lan@eth0 idle, lan@eth1 up, x stopping");
	story_advance(&story, 500);
	story_expect(&story, "lan@eth1 idle, x waiting");
	/* One that went before is none of them. */
	story_up(&story, "lan");
	story_expect(&story, "lan@eth0 up, lan@eth1 up, x up");
	story_force_down(&story, "lan@eth1");
	story_expect(&story, "lan@eth0 up, lan@eth1 idle, x up");
	story_force_down(&story, "lan@eth0");
	story_expect(&story, "lan@eth0 up, lan@eth1 idle, x stopping");
	story_end(&story);
}

START_TEST(of_those_that_go_at_once_the_last_by_name_is_held)
{
	go_at_once("lan@eth0, lan@eth1");
	go_at_once("lan@eth1, lan@eth0");
}
END_TEST

/* Its group has gone first, and might have let its member go. */
START_TEST(group_of_the_last_card_is_held_whatever_its_rank)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  g: { kind: any, of: [wired@eth1, wired@eth0], try: in-order,"
	    " over: wired }\n"
	    "  x: { kind: fake, requires: [wired, g], start: auto }\n",
	    NULL);
	story_set(&story, "x", &(struct fake_outcome){ .stop_takes_ms = 500 });
	story_plug(&story, "eth1 eth2");
	story_expect(&story, "g@eth1 up, g@eth2 up, x up");
	story_unplug(&story, "eth1");
	story_expect(&story, "g@eth1 absent, g@eth2 up, x stopping");
	story_advance(&story, 500);
	story_expect(&story, "g@eth2 waiting, x waiting");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("in-order-cards");
	TCase *tc = tcase_create("in-order-cards");

	tcase_add_test(tc, cards_are_tried_in_the_order_of_the_group);
	tcase_add_test(tc, nodes_over_cards_are_tried_in_the_groups_order);
	tcase_add_test(tc, next_card_waits_while_the_one_before_is_coming);
	tcase_add_test(tc, card_that_is_up_anyway_is_not_pulled_too_early);
	tcase_add_test(
	    tc, group_of_a_new_card_waits_for_what_is_coming_already);
	tcase_add_test(tc, reload_leaves_the_cards_pulled_that_were);
	tcase_add_test(tc, reload_brings_the_order_of_cards);
	tcase_add_test(tc, reload_turns_the_order_of_cards);
	tcase_add_test(tc, mask_on_an_instance_passes_it_over);
	tcase_add_test(tc, groups_of_cards_are_tried_in_order);
	tcase_add_test(tc, of_those_that_go_at_once_the_last_by_name_is_held);
	tcase_add_test(tc, group_of_the_last_card_is_held_whatever_its_rank);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
