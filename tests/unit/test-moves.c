/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The moves of a node's state: one test per line of the list in
 * doc/semantics.md, and a search for any other move.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/fake/schema.h"
#include "providers/schemas.h"
#include "resolver/diagnostic.h"
#include "tests/model/counters.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char one[] = "  x: { kind: fake, timeout: 10s }\n";

static const char pair[] = "  p: { kind: fake, start: auto }\n"
			   "  x: { kind: fake, requires: p }\n";

/* The moves of x so far are these: "idle starting up". */
static void expect_moves(struct story *story, const char *states)
{
	_cleanup_(text_clear) struct text got = { 0 };
	_cleanup_(free_ptr) char *copy = strdup(story->moves.data);
	char *rest = copy;

	for (char *line; (line = strsep(&rest, "\n"));) {
		char name[64], from[32], to[32];

		if (sscanf(line, "%63s %31s %31s", name, from, to) != 3 ||
		    strcmp(name, "x"))
			continue;
		if (!got.n)
			text_append(&got, from);
		text_printf(&got, " %s", to);
	}
	ck_assert_str_eq(got.data ? got.data : "", states);
}

static void set(struct story *story, struct fake_outcome outcome)
{
	outcome.error = "the test says so";
	ck_assert_int_eq(fake_set(story->fake, "x", &outcome), 0);
}

START_TEST(idle_to_starting_to_up)
{
	struct story story;

	story_begin(&story, one, NULL);
	story_up(&story, "x");
	expect_moves(&story, "idle starting up");
	story_end(&story);
}
END_TEST

START_TEST(waiting_to_starting_when_desired)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_down(&story, "p");
	story_up(&story, "p x");
	fake_set(story.fake, "p", &(struct fake_outcome){ .takes_ms = 5 });
	story_report(&story, "p", REPORT_FAILED);
	story_advance(&story, 2000);
	expect_moves(
	    &story, "idle waiting starting up stopping waiting starting up");
	story_end(&story);
}
END_TEST

START_TEST(starting_is_held_by_after)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake }\n"
	    "  x: { kind: fake, after: p }\n",
	    NULL);
	fake_set(story.fake, "p", &(struct fake_outcome){ .takes_ms = 50 });
	story_up(&story, "p x");
	expect_moves(&story, "idle waiting");
	story_advance(&story, 50);
	expect_moves(&story, "idle waiting starting up");
	story_end(&story);
}
END_TEST

START_TEST(failed_to_starting_when_the_retry_is_due)
{
	struct story story;

	story_begin(&story, one, NULL);
	set(&story, (struct fake_outcome){ .fails = 1 });
	story_up(&story, "x");
	expect_moves(&story, "idle starting failed");
	story_advance(&story, 1000);
	expect_moves(&story, "idle starting failed starting up");
	story_end(&story);
}
END_TEST

START_TEST(starting_to_unmet_to_up)
{
	struct story story;

	story_begin(&story, one, NULL);
	set(&story, (struct fake_outcome){ .unmet = true });
	story_up(&story, "x");
	story_report(&story, "x", REPORT_UP);
	expect_moves(&story, "idle starting unmet up");
	story_end(&story);
}
END_TEST

START_TEST(starting_to_stopping_to_failed_when_timed_out)
{
	struct story story;

	story_begin(&story, one, NULL);
	set(&story, (struct fake_outcome){ .never = true });
	story_up(&story, "x");
	story_advance(&story, 10000);
	expect_moves(&story, "idle starting stopping failed");
	story_end(&story);
}
END_TEST

START_TEST(starts_at_once_when_reset_while_it_stops_after_its_timeout)
{
	struct story story;

	story_begin(&story, one, NULL);
	set(&story, (struct fake_outcome){
		.never = true, .stop_takes_ms = 500 });
	story_up(&story, "x");
	story_advance(&story, 10100);
	story_reset(&story, "x");
	expect_moves(&story, "idle starting stopping");
	story_advance(&story, 400);
	expect_moves(&story, "idle starting stopping failed starting");
	story_end(&story);
}
END_TEST

START_TEST(up_to_unmet_and_back)
{
	struct story story;

	story_begin(&story, one, NULL);
	story_up(&story, "x");
	story_report(&story, "x", REPORT_UNMET);
	story_report(&story, "x", REPORT_UP);
	expect_moves(&story, "idle starting up unmet up");
	story_end(&story);
}
END_TEST

START_TEST(up_to_failed_when_lost)
{
	struct story story;

	story_begin(&story, one, NULL);
	story_up(&story, "x");
	story_report(&story, "x", REPORT_FAILED);
	expect_moves(&story, "idle starting up failed");
	story_end(&story);
}
END_TEST

START_TEST(starting_up_and_unmet_to_stopping_when_not_desired)
{
	static const struct fake_outcome outcomes[] = { { .never = true },
		{ 0 }, { .unmet = true } };
	static const char *const moves[] = { "idle starting stopping idle",
		"idle starting up stopping idle",
		"idle starting unmet stopping idle" };

	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		struct story story;

		story_begin(&story, one, NULL);
		set(&story, outcomes[i]);
		story_up(&story, "x");
		story_down(&story, "x");
		expect_moves(&story, moves[i]);
		story_end(&story);
	}
}
END_TEST

START_TEST(no_stopping_while_a_dependent_is_active)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake }\n"
	    "  y: { kind: fake, over: x }\n",
	    NULL);
	fake_set(
	    story.fake, "y", &(struct fake_outcome){ .stop_takes_ms = 9 });
	story_up(&story, "y");
	story_down(&story, "y");
	expect_moves(&story, "idle starting up");
	story_advance(&story, 9);
	expect_moves(&story, "idle starting up stopping idle");
	story_end(&story);
}
END_TEST

START_TEST(stopping_to_waiting_when_still_wanted)
{
	struct story story;

	story_begin(&story, pair, NULL);
	story_up(&story, "x");
	story_report(&story, "p", REPORT_FAILED);
	expect_moves(&story, "idle starting up stopping waiting");
	story_end(&story);
}
END_TEST

START_TEST(failed_to_waiting_and_to_idle)
{
	struct story story;

	story_begin(&story, pair, NULL);
	set(&story, (struct fake_outcome){ .permanent = true });
	story_up(&story, "x");
	story_report(&story, "p", REPORT_FAILED);
	story_down(&story, "x");
	expect_moves(&story, "idle starting failed waiting idle");
	story_end(&story);
}
END_TEST

START_TEST(reports_that_the_state_does_not_allow_are_ignored)
{
	struct story story;

	story_begin(&story, one, NULL);
	story_report(&story, "x", REPORT_UP);
	story_report(&story, "x", REPORT_DOWN);
	story_report(&story, "x", REPORT_FAILED);
	story_report(&story, "x", REPORT_UNMET);
	story_report(&story, "x", REPORT_FACTS);
	story_expect(&story, "x idle");
	story_up(&story, "x");
	story_report(&story, "x", REPORT_UP);
	story_report(&story, "x", REPORT_DOWN);
	expect_moves(&story, "idle starting up");
	story_end(&story);
}
END_TEST

/* ---- the search ---- */

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

enum { N_NODES = 12 };

/* Names n0 ... n11; each refers only to nodes before it: no cycle. */
static void draw_reference(struct text *text, const char *key, uint32_t i)
{
	if (i && draw(3) == 0)
		text_printf(text, ", %s: n%u", key, draw(i));
}

static char *draw_profile(void)
{
	struct text text = { 0 };
	static const char *const starts[] = { "manual", "auto", "hotplug" };

	for (uint32_t i = 0; i < N_NODES; i++) {
		const char *start = starts[draw(3)];

		text_printf(&text, "  n%u: { ", i);
		if (i == 0 || draw(6) == 0) {
			text_printf(&text,
			    "kind: link, start: %s, match: { name: \"%c*\" }",
			    start, 'a' + (char)draw(3));
		} else if (i > 1 && draw(4) == 0) {
			uint32_t a = draw(i), b = draw(i);

			text_printf(&text, "kind: %s, start: %s, of: [n%u",
			    draw(2) ? "any, try: in-order"
				    : draw(2) ? "any" : "all",
			    start, a);
			if (a != b)
				text_printf(&text, ", n%u", b);
			text_append(&text, "]");
		} else {
			text_printf(&text,
			    "kind: fake, start: %s, timeout: 3s, "
			    "retry: { delay: 1s, attempts: %u }",
			    start, draw(4));
			if (draw(2))
				text_printf(&text, ", over: n%u", draw(i));
		}
		draw_reference(&text, "requires", i);
		/* Pulls may go round. */
		if (draw(3) == 0)
			text_printf(&text, ", wants: n%u", draw(N_NODES));
		if (draw(4) == 0)
			text_printf(&text, ", hold: %s",
			    draw(4) ? "700ms" : "forever");
		draw_reference(&text, "after", i);
		if (i && draw(8) == 0)
			text_printf(&text,
			    ", when: from n%u %s until n%u down", draw(i),
			    draw(2) ? "up" : "failed", draw(i));
		else if (i && draw(4) == 0)
			text_printf(&text, ", when: %sn%u %s n%u",
			    draw(2) ? "not " : "", draw(i),
			    draw(2) ? "and" : "or", draw(i));
		text_append(&text, " }\n");
	}
	return text_steal(&text);
}

static void draw_outcome(struct story *story)
{
	char name[8];

	snprintf(name, sizeof(name), "n%u", draw(N_NODES));
	fake_set(story->fake, name,
	    &(struct fake_outcome){
		.takes_ms = draw(4) * 100,
		.stop_takes_ms = draw(3) * 100,
		.fails = draw(4) ? 0 : draw(3),
		.permanent = draw(8) == 0,
		.unmet = draw(8) == 0,
		.never = draw(8) == 0,
		.lost_after_ms = draw(6) ? 0 : 1000,
		.error = "drawn",
	    });
}

/* The counters agree with a count from nothing, and no work is left over. */
static void check_counters(struct story *story)
{
	_cleanup_(text_clear) struct text said = { 0 };

	ck_assert_msg(counters_hold(fake_resolver(story->fake), &said), "%s",
	    said.data);
}

static void draw_input(struct story *story)
{
	static const char *const keys[] = { "a0", "a1", "b0", "c0", "c10" };
	char name[16];
	const char *names[1] = { name };
	const char *key = keys[draw(ARRAY_SIZE(keys))];
	const struct device device = { .key = key, .name = key,
		.ifindex = 1 + draw(9), .type = "ethernet" };
	const struct fact fact = { "address", draw(2) ? "a" : "b" };

	snprintf(name, sizeof(name), draw(3) ? "n%u" : "n%u@%s",
	    draw(N_NODES), key);
	switch (draw(9)) {
	case 0:
		fake_plug(story->fake, &device);
		break;
	case 1:
		fake_unplug(story->fake, key);
		break;
	case 2:
		fake_up(story->fake, names, 1);
		break;
	case 3:
		fake_down(story->fake, names, 1, draw(2));
		break;
	case 4:
		draw_outcome(story);
		break;
	case 5:
		fake_carrier(story->fake, key, draw(2));
		break;
	case 6:
		fake_report(story->fake, name,
		    &(struct report){ .type = draw(REPORT_FACTS + 1),
			.permanent = draw(4) == 0,
			.reason = "drawn",
			.facts = &fact,
			.n_facts = 1 });
		break;
	default:
		fake_advance(story->fake, draw(12) * 100);
		break;
	}
	fake_clear_said(story->fake);
	fake_clear_trace(story->fake);
}

/* Pulls that depend on supply may make a circle: those are refused. */
static struct profile *load_drawn(const char *nodes)
{
	const struct schema *kinds[32] = { &schema_fake };
	_cleanup_(text_clear) struct text text = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile = NULL;

	for (size_t i = 0; provider_schemas[i]; i++)
		kinds[i + 1] = provider_schemas[i];
	text_printf(&text, "version: 1\nnodes:\n%s", nodes);
	profile_load(&(struct source){ "drawn", text.data, text.n }, 1,
	    kinds, &diagnostics, &profile);
	diagnostics_clear(&diagnostics);
	return profile;
}

static struct profile *draw_sound(char **ret_nodes)
{
	struct profile *profile = NULL;

	while (!profile) {
		free(*ret_nodes);
		*ret_nodes = draw_profile();
		profile = load_drawn(*ret_nodes);
	}
	return profile;
}

/* 2,500 profiles of 40 inputs each. */
START_TEST(no_other_move_occurs_in_100000_random_inputs)
{
	uint32_t n_moves = 0;

	for (uint32_t i = 1; i <= 2500; i++) {
		struct story story;
		_cleanup_(free_ptr) char *nodes = NULL;

		seed = i * 2654435761u;
		profile_free(draw_sound(&nodes));
		story_begin(&story, nodes, draw(4) ? NULL : "fake");
		for (int j = 0; j < 40; j++) {
			draw_input(&story);
			ck_assert_msg(
			    !story.n_bad_moves, "%s", story.bad_move);
			if (j % 4 == 0)
				check_counters(&story);
		}
		/* Left alone, it comes to rest. */
		for (int j = 0; j < 10000; j++)
			if (!fake_step(
				story.fake, fake_now_ms(story.fake) + 500))
				break;
		n_moves += story.n_moves;
		story_end(&story);
	}
	ck_assert_uint_gt(n_moves, 50000);
}
END_TEST

/* Another profile in the middle of everything, a netconfd that is killed:
 * nothing is lost or counted twice, and it comes to rest. */
START_TEST(reloads_and_crashes_keep_the_counters_right)
{
	for (uint32_t i = 1; i <= 600; i++) {
		struct profile *others[8] = { 0 };
		struct story story;
		_cleanup_(free_ptr) char *nodes = NULL;

		seed = i * 2654435769u;
		profile_free(draw_sound(&nodes));
		story_begin(&story, nodes, draw(4) ? NULL : "fake");
		for (int j = 0; j < 48; j++) {
			_cleanup_(free_ptr) char *other = NULL;

			draw_input(&story);
			if (j % 6 == 5) {
				others[j / 6] = draw_sound(&other);
				ck_assert_int_eq(fake_reload(story.fake,
						     others[j / 6]), 0);
			} else if (draw(12) == 0) {
				ck_assert_int_eq(fake_crash(story.fake), 0);
			}
			ck_assert_msg(
			    !story.n_bad_moves, "%s", story.bad_move);
			check_counters(&story);
		}
		for (int j = 0; j < 10000; j++)
			if (!fake_step(
				story.fake, fake_now_ms(story.fake) + 500))
				break;
		ck_assert_ptr_null(fake_leaving(story.fake));
		story_end(&story);
		for (int j = 0; j < 8; j++)
			profile_free(others[j]);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("moves");
	TCase *tc = tcase_create("moves"), *search = tcase_create("search");

	tcase_add_test(tc, idle_to_starting_to_up);
	tcase_add_test(tc, waiting_to_starting_when_desired);
	tcase_add_test(tc, starting_is_held_by_after);
	tcase_add_test(tc, failed_to_starting_when_the_retry_is_due);
	tcase_add_test(tc, starting_to_unmet_to_up);
	tcase_add_test(tc, starting_to_stopping_to_failed_when_timed_out);
	tcase_add_test(
	    tc, starts_at_once_when_reset_while_it_stops_after_its_timeout);
	tcase_add_test(tc, up_to_unmet_and_back);
	tcase_add_test(tc, up_to_failed_when_lost);
	tcase_add_test(
	    tc, starting_up_and_unmet_to_stopping_when_not_desired);
	tcase_add_test(tc, no_stopping_while_a_dependent_is_active);
	tcase_add_test(tc, stopping_to_waiting_when_still_wanted);
	tcase_add_test(tc, failed_to_waiting_and_to_idle);
	tcase_add_test(tc, reports_that_the_state_does_not_allow_are_ignored);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(search, 240);
	tcase_add_test(search, no_other_move_occurs_in_100000_random_inputs);
	tcase_add_test(search, reloads_and_crashes_keep_the_counters_right);
	suite_add_tcase(suite, search);
	return run_suite(suite);
}
