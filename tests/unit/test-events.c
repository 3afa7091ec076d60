/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events, latches and states, as stories. */
#include <check.h>

#include "tests/unit/run.h"
#include "tests/unit/story.h"

/* x is up while the latch of its interval is set. */
#define GATED(interval)                                                       \
	"  a: { kind: fake }\n"                                               \
	"  x: { kind: fake, start: auto, when: " interval " }\n"

START_TEST(interval_starts_false_and_follows_its_events)
{
	struct story story;

	story_begin(&story, GATED("from on until off"), NULL);
	story_expect(&story, "x waiting");
	story_emit(&story, "on");
	story_expect(&story, "x up");
	story_emit(&story, "on");
	story_expect(&story, "x up");
	story_emit(&story, "off");
	story_expect(&story, "x waiting");
	story_emit(&story, "off");
	story_emit(&story, "on");
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

START_TEST(interval_without_until_stays_true)
{
	struct story story;

	story_begin(&story, GATED("from on"), NULL);
	story_expect(&story, "x waiting");
	story_emit(&story, "on");
	story_emit(&story, "off");
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

START_TEST(interval_that_begins_with_startup_starts_true)
{
	struct story story;

	story_begin(&story, GATED("from startup until a up"), NULL);
	story_expect(&story, "x up");
	story_up(&story, "a");
	story_expect(&story, "x waiting");
	story_down(&story, "a");
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

START_TEST(interval_until_startup_never_ends_by_itself)
{
	struct story story;

	story_begin(&story, GATED("from a up until startup"), NULL);
	story_expect(&story, "x waiting");
	story_up(&story, "a");
	story_expect(&story, "x up");
	story_end(&story);
}
END_TEST

START_TEST(interval_from_a_node_up_until_it_is_down)
{
	struct story story;

	story_begin(&story, GATED("from a up until a down"), NULL);
	story_up(&story, "a");
	story_expect(&story, "x up");
	story_down(&story, "a");
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

START_TEST(up_occurs_at_the_end_of_the_start)
{
	struct story story;

	story_begin(&story, GATED("from a up"), NULL);
	story_set(&story, "a", &(struct fake_outcome){ .takes_ms = 100 });
	story_up(&story, "a");
	story_expect(&story, "a starting, x waiting");
	story_advance(&story, 100);
	story_expect(&story, "a up, x up");
	story_end(&story);
}
END_TEST

START_TEST(down_occurs_when_it_leaves_up_not_when_it_is_down)
{
	struct story story;

	story_begin(&story, GATED("from a down"), NULL);
	story_set(
	    &story, "a", &(struct fake_outcome){ .stop_takes_ms = 100 });
	story_up(&story, "a");
	story_expect(&story, "x waiting");
	story_down(&story, "a");
	story_expect(&story, "a stopping, x up");
	story_end(&story);
}
END_TEST

START_TEST(down_does_not_occur_when_it_was_not_up)
{
	struct story story;

	story_begin(&story, GATED("from a down"), NULL);
	story_set(&story, "a", &(struct fake_outcome){ .never = true });
	story_up(&story, "a");
	story_down(&story, "a");
	story_expect(&story, "a idle, x waiting");
	story_end(&story);
}
END_TEST

START_TEST(down_occurs_when_it_becomes_unmet)
{
	struct story story;

	story_begin(&story, GATED("from a down until a up"), NULL);
	story_up(&story, "a");
	story_report(&story, "a", REPORT_UNMET);
	story_expect(&story, "a waiting, x up");
	story_report(&story, "a", REPORT_UP);
	story_expect(&story, "a up, x waiting");
	story_end(&story);
}
END_TEST

START_TEST(failed_occurs_when_the_start_fails)
{
	struct story story;

	story_begin(&story, GATED("from a failed until a up"), NULL);
	story_set(&story, "a", &(struct fake_outcome){ .fails = 1 });
	story_up(&story, "a");
	story_expect(&story, "a failed, x up");
	story_advance(&story, 1000);
	story_expect(&story, "a up, x waiting");
	story_end(&story);
}
END_TEST

START_TEST(failed_occurs_when_the_start_times_out)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, timeout: 5s }\n"
	    "  x: { kind: fake, start: auto, when: from a failed }\n",
	    NULL);
	story_set(&story, "a", &(struct fake_outcome){ .never = true });
	story_up(&story, "a");
	story_advance(&story, 4999);
	story_expect(&story, "a starting, x waiting");
	story_advance(&story, 1);
	story_expect(&story, "a failed, x up");
	story_end(&story);
}
END_TEST

START_TEST(loss_gives_down_then_failed)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake, start: auto }\n"
	    "  x: { kind: fake, start: auto,"
	    " when: from a down until a failed }\n"
	    "  y: { kind: fake, start: auto,"
	    " when: from a failed until a down }\n",
	    NULL);
	story_report(&story, "a", REPORT_FAILED);
	story_expect(&story, "a failed, x waiting, y up");
	story_end(&story);
}
END_TEST

START_TEST(interval_stands_among_other_conditions)
{
	struct story story;

	story_begin(&story,
	    GATED("a and (from on until off or not from startup until on)"),
	    NULL);
	story_expect(&story, "x waiting");
	story_emit(&story, "on");
	story_expect(&story, "x waiting");
	story_up(&story, "a");
	story_expect(&story, "x up");
	story_emit(&story, "off");
	story_expect(&story, "x up");
	story_down(&story, "a");
	story_expect(&story, "x waiting");
	story_end(&story);
}
END_TEST

START_TEST(two_nodes_with_the_same_words_have_a_latch_each)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, start: auto, when: from on until off }\n"
	    "  y: { kind: fake, start: auto, when: from on until gone }\n",
	    NULL);
	story_emit(&story, "on");
	story_emit(&story, "off");
	story_expect(&story, "x waiting, y up");
	story_emit(&story, "gone");
	story_expect(&story, "x waiting, y waiting");
	story_end(&story);
}
END_TEST

static uint32_t listeners(struct resolver *resolver, const char *event)
{
	uint32_t n;

	ck_assert_int_eq(resolver_emit(resolver, 0, event, NULL, 0, &n), 0);
	return n;
}

START_TEST(event_that_nobody_listens_to_is_counted_as_unheard)
{
	struct story story;
	struct resolver *resolver;

	story_begin(&story, GATED("from on until off"), NULL);
	resolver = fake_resolver(story.fake);
	ck_assert_uint_eq(listeners(resolver, "nothing"), 0);
	ck_assert_uint_eq(listeners(resolver, ""), 0);
	/* No external event, though it is a word of events. */
	ck_assert_uint_eq(listeners(resolver, "startup"), 0);
	ck_assert_uint_eq(listeners(resolver, "a"), 0);
	ck_assert_uint_eq(listeners(resolver, "on"), 1);
	story_end(&story);
}
END_TEST

/* ---- states ---- */

START_TEST(state_is_up_while_its_latch_is_set)
{
	struct story story;

	story_begin(&story,
	    "  night: { kind: state, from: dusk, until: dawn }\n"
	    "  lamp: { kind: fake, requires: night, start: auto }\n",
	    NULL);
	story_expect(&story, "night waiting, lamp waiting");
	story_emit(&story, "dusk");
	story_expect(&story, "night up, lamp up");
	story_emit(&story, "dawn");
	story_expect(&story, "night waiting, lamp waiting");
	story_expect_trace(&story, "start lamp, stop lamp");
	story_end(&story);
}
END_TEST

START_TEST(state_that_was_masked_knows_what_occurred_meanwhile)
{
	struct story story;

	story_begin(&story,
	    "  night: { kind: state, from: dusk, until: dawn }\n", NULL);
	story_down(&story, "night");
	story_expect(&story, "night idle");
	story_emit(&story, "dusk");
	story_expect(&story, "night idle");
	story_up(&story, "night");
	story_expect(&story, "night up");
	story_end(&story);
}
END_TEST

START_TEST(state_has_its_own_interval_besides_those_of_its_condition)
{
	static const char *const nodes[] = {
		"  night: { kind: state, from: dusk, until: dawn,"
		" when: from armed until disarmed }\n",
		"  night: { kind: state, when: from armed until disarmed,"
		" until: dawn, from: dusk }\n" };
	struct story story;

	story_begin(&story, nodes[_i], NULL);
	story_emit(&story, "dusk");
	story_expect(&story, "night waiting");
	story_emit(&story, "armed");
	story_expect(&story, "night up");
	story_emit(&story, "dawn");
	story_expect(&story, "night waiting");
	story_emit(&story, "dusk");
	story_expect(&story, "night up");
	story_emit(&story, "disarmed");
	story_expect(&story, "night waiting");
	story_end(&story);
}
END_TEST

START_TEST(state_of_states)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: state, from: on, until: off }\n"
	    "  b: { kind: state, from: a up, until: a down }\n"
	    "  c: { kind: state, from: b down }\n",
	    NULL);
	story_emit(&story, "on");
	story_expect(&story, "a up, b up, c waiting");
	story_emit(&story, "off");
	story_expect(&story, "a waiting, b waiting, c up");
	story_end(&story);
}
END_TEST

/* ---- templates ---- */

static const char cards[] =
    "  wired: { kind: link, match: { type: ethernet }, start: auto }\n"
    "  lan: { kind: fake, over: wired, start: auto }\n"
    "  own: { kind: fake, over: wired, start: auto,"
    " when: from lan down until lan up }\n"
    "  first: { kind: state, from: lan up, until: lan down }\n"
    "  bad: { kind: state, from: lan failed, until: reset-it }\n";

START_TEST(interval_that_names_nodes_of_its_card_has_a_latch_on_each)
{
	struct story story;

	story_begin(&story, cards, NULL);
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "own@eth0 waiting, own@eth1 waiting");
	story_set(&story, "lan", &(struct fake_outcome){ .never = true });
	story_report(&story, "lan@eth0", REPORT_FAILED);
	story_expect(&story, "own@eth0 up, own@eth1 waiting");
	story_report(&story, "lan@eth1", REPORT_FAILED);
	story_advance(&story, 1000);
	story_report(&story, "lan@eth0", REPORT_UP);
	story_expect(&story, "own@eth0 waiting, own@eth1 up");
	story_end(&story);
}
END_TEST

START_TEST(latch_of_a_card_goes_with_it)
{
	struct story story;

	story_begin(&story, cards, NULL);
	story_plug(&story, "eth0");
	story_set(&story, "lan", &(struct fake_outcome){ .never = true });
	story_report(&story, "lan@eth0", REPORT_FAILED);
	story_expect(&story, "own@eth0 up");
	story_unplug(&story, "eth0");
	story_expect(&story, "own@eth0 absent");
	story_plug(&story, "eth0");
	story_expect(&story, "lan@eth0 starting, own@eth0 waiting");
	story_end(&story);
}
END_TEST

START_TEST(template_seen_from_elsewhere_first_up_and_last_down)
{
	struct story story;

	story_begin(&story, cards, NULL);
	story_expect(&story, "first waiting");
	story_plug(&story, "eth0");
	story_expect(&story, "first up");
	story_plug(&story, "eth1");
	story_set(&story, "lan", &(struct fake_outcome){ .never = true });
	story_report(&story, "lan@eth0", REPORT_FAILED);
	story_expect(&story, "lan@eth0 failed, lan@eth1 up, first up");
	story_report(&story, "lan@eth1", REPORT_FAILED);
	story_expect(&story, "lan@eth1 failed, first waiting");
	story_end(&story);
}
END_TEST

START_TEST(template_has_failed_when_one_does_while_none_is_up)
{
	struct story story;

	story_begin(&story, cards, NULL);
	story_plug(&story, "eth0 eth1");
	story_set(&story, "lan", &(struct fake_outcome){ .never = true });
	story_report(&story, "lan@eth0", REPORT_FAILED);
	story_expect(&story, "lan@eth1 up, bad waiting");
	story_report(&story, "lan@eth1", REPORT_FAILED);
	story_expect(&story, "bad up");
	story_emit(&story, "reset-it");
	story_expect(&story, "bad waiting");
	story_end(&story);
}
END_TEST

START_TEST(one_instance_can_be_named_from_elsewhere)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: auto }\n"
	    "  s: { kind: state, from: wired@eth1 up,"
	    " until: wired@eth1 down }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_expect(&story, "s waiting");
	story_plug(&story, "eth1");
	story_expect(&story, "s up");
	story_unplug(&story, "eth0");
	story_expect(&story, "s up");
	story_unplug(&story, "eth1");
	story_expect(&story, "s waiting");
	story_end(&story);
}
END_TEST

/* Of two names for what one move does: the instance, and its template. */
START_TEST(interval_that_begins_and_ends_with_one_move_has_ended)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: state, from: wired up, until: wired@e0 up }\n"
	    "  b: { kind: state, from: wired@e0 up, until: wired up }\n"
	    "  c: { kind: state, from: wired@e0 down, until: wired down }\n"
	    "  d: { kind: state, from: wired@e0 down, until: wired failed }\n"
	    "  e: { kind: state, from: wired failed, until: wired@e0 up }\n"
	    "  wired:\n"
	    "    kind: link\n"
	    "    match: { type: ethernet }\n"
	    "    start: auto\n",
	    NULL);
	story_plug(&story, "e0");
	story_expect(&story, "wired@e0 up, a waiting, b waiting");
	story_report(&story, "wired@e0", REPORT_FAILED);
	story_expect(&story,
	    "wired@e0 failed, c waiting, d waiting, e up");
	story_end(&story);
}
END_TEST

START_TEST(external_event_sets_the_latch_of_every_card)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: auto }\n"
	    "  lan: { kind: fake, over: wired, start: auto,"
	    " when: from go until wired down }\n",
	    NULL);
	story_plug(&story, "eth0 eth1");
	story_expect(&story, "lan@eth0 waiting, lan@eth1 waiting");
	story_emit(&story, "go");
	story_expect(&story, "lan@eth0 up, lan@eth1 up");
	fake_carrier(story.fake, "eth0", false);
	fake_carrier(story.fake, "eth0", true);
	story_expect(&story, "lan@eth0 waiting, lan@eth1 up");
	story_plug(&story, "eth2");
	story_expect(&story, "lan@eth2 waiting");
	story_end(&story);
}
END_TEST

/* ---- order ---- */

START_TEST(events_of_a_move_are_looked_at_before_the_next_move)
{
	struct story story;

	/* On `on`, a moves first; its `a up` clears x's latch that `on` has
	 * set, before x, which is next, looks at it. */
	story_begin(&story,
	    "  a: { kind: state, from: on, until: off }\n"
	    "  x: { kind: state, from: on, until: a up }\n"
	    "  y: { kind: state, from: x up }\n",
	    NULL);
	story_emit(&story, "on");
	story_expect(&story, "a up, x waiting, y waiting");
	story_end(&story);
}
END_TEST

START_TEST(latches_are_set_in_the_order_of_the_profile)
{
	struct story story;

	/* a is up before b is. */
	story_begin(&story,
	    "  a: { kind: state, from: on, until: off }\n"
	    "  b: { kind: state, from: on, until: off }\n"
	    "  x: { kind: state, from: a up, until: b up }\n"
	    "  y: { kind: state, from: b up, until: a up }\n",
	    NULL);
	story_emit(&story, "on");
	story_expect(&story, "x waiting, y up");
	story_end(&story);
}
END_TEST

START_TEST(failure_over_a_state_that_blinks_is_forgotten)
{
	static const struct fake_outcome fails = { .fails = 1 };
	struct story story;

	/* At the second `on` s is no longer up, then q is, then s: all of it
	 * before x has had its turn. */
	story_begin(&story,
	    "  s: { kind: state, from: q up, until: on }\n"
	    "  q: { kind: state, from: on, until: off }\n"
	    "  x: { kind: fake, requires: s, start: auto }\n",
	    NULL);
	story_set(&story, "x", &fails);
	story_emit(&story, "on");
	story_expect(&story, "s up, q up, x failed");
	story_emit(&story, "off");
	story_expect(&story, "s up, q waiting, x failed");
	fake_clear_trace(story.fake);
	story_emit(&story, "on");
	story_expect(&story, "s up, x up");
	story_expect_trace(&story, "start x");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("events");
	TCase *tc = tcase_create("events");

	tcase_add_test(tc, interval_starts_false_and_follows_its_events);
	tcase_add_test(tc, interval_without_until_stays_true);
	tcase_add_test(tc, interval_that_begins_with_startup_starts_true);
	tcase_add_test(tc, interval_until_startup_never_ends_by_itself);
	tcase_add_test(tc, interval_from_a_node_up_until_it_is_down);
	tcase_add_test(tc, up_occurs_at_the_end_of_the_start);
	tcase_add_test(tc, down_occurs_when_it_leaves_up_not_when_it_is_down);
	tcase_add_test(tc, down_does_not_occur_when_it_was_not_up);
	tcase_add_test(tc, down_occurs_when_it_becomes_unmet);
	tcase_add_test(tc, failed_occurs_when_the_start_fails);
	tcase_add_test(tc, failed_occurs_when_the_start_times_out);
	tcase_add_test(tc, loss_gives_down_then_failed);
	tcase_add_test(tc, interval_stands_among_other_conditions);
	tcase_add_test(tc, two_nodes_with_the_same_words_have_a_latch_each);
	tcase_add_test(tc, event_that_nobody_listens_to_is_counted_as_unheard);
	tcase_add_test(tc, state_is_up_while_its_latch_is_set);
	tcase_add_test(tc, state_that_was_masked_knows_what_occurred_meanwhile);
	tcase_add_loop_test(tc,
	    state_has_its_own_interval_besides_those_of_its_condition, 0, 2);
	tcase_add_test(tc, state_of_states);
	tcase_add_test(
	    tc, interval_that_names_nodes_of_its_card_has_a_latch_on_each);
	tcase_add_test(tc, latch_of_a_card_goes_with_it);
	tcase_add_test(tc, template_seen_from_elsewhere_first_up_and_last_down);
	tcase_add_test(tc, template_has_failed_when_one_does_while_none_is_up);
	tcase_add_test(tc, one_instance_can_be_named_from_elsewhere);
	tcase_add_test(
	    tc, interval_that_begins_and_ends_with_one_move_has_ended);
	tcase_add_test(tc, external_event_sets_the_latch_of_every_card);
	tcase_add_test(tc, events_of_a_move_are_looked_at_before_the_next_move);
	tcase_add_test(tc, latches_are_set_in_the_order_of_the_profile);
	tcase_add_test(tc, failure_over_a_state_that_blinks_is_forgotten);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
