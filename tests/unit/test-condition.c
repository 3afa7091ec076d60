/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/condition.h"
#include "tests/unit/run.h"

static struct arena *arena;

static void setup(void)
{
	arena = arena_new();
	ck_assert_ptr_nonnull(arena);
}

static void teardown(void)
{
	arena = arena_free(arena);
}

static const struct condition *parse(const char *text)
{
	const struct condition *condition;
	const char *error = "";
	uint32_t offset = 0;
	int r = condition_parse(arena, text, &condition, &offset, &error);

	ck_assert_msg(r == 0, "%s: %u: %s", text, offset, error);
	return condition;
}

struct truth {
	const struct condition *condition;
	/* The letters of the nodes that are up, and, in capitals, of the
	 * events whose intervals are set. */
	const char *up;
};

static bool is_up(void *ctx, uint32_t name)
{
	const struct truth *truth = ctx;

	ck_assert_uint_lt(name, truth->condition->n_names);
	return strchr(truth->up, truth->condition->names[name][0]) != NULL;
}

static bool is_set(void *ctx, uint32_t interval)
{
	const struct truth *truth = ctx;

	ck_assert_uint_lt(interval, truth->condition->n_intervals);
	return strchr(truth->up,
		   truth->condition->intervals[interval].from.name[0]) != NULL;
}

static bool eval(const char *text, const char *up)
{
	struct truth truth = {parse(text), up};

	return condition_eval(truth.condition, is_up, is_set, &truth);
}

static const struct {
	const char *text, *up;
	bool truth;
} truths[] = {
    {"a", "a", true}, {"a", "", false}, {"not a", "a", false},
    {"not a", "", true}, {"not not a", "a", true},
    {"not not not a", "a", false},
    {"a and b", "a", false}, {"a and b", "ab", true},
    {"a or b", "b", true}, {"a or b", "", false},
    /* 'and' binds closer than 'or', 'not' closer than both. */
    {"a or b and c", "a", true}, {"(a or b) and c", "a", false},
    {"a and b or c", "c", true}, {"a and (b or c)", "c", false},
    {"not a and b", "b", true}, {"not (a and b)", "b", true},
    {"not a or b", "ab", true}, {"not (a or b)", "b", false},
    {"a and not b and not (c or d)", "a", true},
    {"a and not b and not (c or d)", "ad", false},
    {"((((a))))", "a", true}, {"(a)and(b)", "ab", true},
    {" \ta\n or\r\nb ", "b", true}, {"not(a)", "a", false},
    {"a and a and a", "a", true}, {"a@eth0 and b", "ab", true},
    {"from A", "A", true}, {"from A", "", false}, {"not from A", "A", false},
    {"not from A until b", "", true}, {"from A until b and c", "Ac", true},
    {"from A until b and c", "A", false}, {"from A until b and c", "c", false},
    {"a and from A up until b", "aA", true}, {"a or from A", "A", true},
    {"not (from A until b or from C)", "", true},
    {"not (from A until b or from C)", "C", false},
    {"nota", "n", true}, {"android or b", "b", true},
};

START_TEST(truth_is_as_the_grammar_says)
{
	ck_assert_int_eq(
	    eval(truths[_i].text, truths[_i].up), truths[_i].truth);
}
END_TEST

START_TEST(names_are_distinct_and_have_their_places)
{
	const struct condition *c = parse("b and (a@eth0 or b) or not c.d-e");

	ck_assert_str_eq(c->text, "b and (a@eth0 or b) or not c.d-e");
	ck_assert_uint_eq(c->n_names, 3);
	ck_assert_str_eq(c->names[0], "b");
	ck_assert_uint_eq(c->offsets[0], 0);
	ck_assert_str_eq(c->names[1], "a@eth0");
	ck_assert_uint_eq(c->offsets[1], 7);
	ck_assert_str_eq(c->names[2], "c.d-e");
	ck_assert_uint_eq(c->offsets[2], 27);
	/* b a b or and c not or */
	ck_assert_uint_eq(c->n_steps, 8);
	ck_assert_int_eq(c->steps[2].op, CONDITION_NODE);
	ck_assert_uint_eq(c->steps[2].ref, 0);
	ck_assert_uint_eq(c->steps[2].offset, 17);
	ck_assert_uint_eq(c->steps[2].length, 1);
	ck_assert_int_eq(c->steps[3].op, CONDITION_OR);
	ck_assert_uint_eq(c->steps[3].offset, 14);
	ck_assert_int_eq(c->steps[6].op, CONDITION_NOT);
	ck_assert_uint_eq(c->steps[6].offset, 23);
	ck_assert_int_eq(c->steps[7].op, CONDITION_OR);
}
END_TEST

static void expect_event(const struct event *event, enum event_type type,
    const char *name, uint32_t offset, uint32_t length)
{
	ck_assert_int_eq(event->type, type);
	if (name)
		ck_assert_str_eq(event->name, name);
	else
		ck_assert_ptr_null(event->name);
	ck_assert_uint_eq(event->offset, offset);
	ck_assert_uint_eq(event->length, length);
}

START_TEST(intervals_have_their_events_and_places)
{
	const struct condition *c =
	    parse("x and not (from  a  until l@eth0 down or from startup) "
		  "or from b failed until c up");

	ck_assert_uint_eq(c->n_names, 1);
	ck_assert_uint_eq(c->n_intervals, 3);
	expect_event(&c->intervals[0].from, EVENT_NAMED, "a", 17, 1);
	expect_event(&c->intervals[0].until, EVENT_DOWN, "l@eth0", 26, 6);
	ck_assert_uint_eq(c->intervals[0].offset, 11);
	ck_assert_uint_eq(c->intervals[0].length, 26);
	expect_event(&c->intervals[1].from, EVENT_STARTUP, NULL, 46, 7);
	expect_event(&c->intervals[1].until, EVENT_NONE, NULL, 0, 0);
	ck_assert_uint_eq(c->intervals[1].offset, 41);
	ck_assert_uint_eq(c->intervals[1].length, 12);
	expect_event(&c->intervals[2].from, EVENT_FAILED, "b", 63, 1);
	expect_event(&c->intervals[2].until, EVENT_UP, "c", 78, 1);
	/* x latch latch or not and latch or */
	ck_assert_uint_eq(c->n_steps, 8);
	ck_assert_int_eq(c->steps[2].op, CONDITION_LATCH);
	ck_assert_uint_eq(c->steps[2].ref, 1);
	ck_assert_uint_eq(c->steps[2].offset, 41);
	ck_assert_uint_eq(c->steps[2].length, 12);
}
END_TEST

/* The same events in another order, node or type make an interval. */
static const char *const intervals[] = {"from a until b", "from a until a up",
    "from a up until a down", "from a up until a@eth0 up", "from startup",
    "from a failed until startup", "(from a)", "from a until b or c"};

START_TEST(an_interval_may_be)
{
	ck_assert_uint_eq(parse(intervals[_i])->n_intervals, 1);
}
END_TEST

static const struct {
	const char *text;
	enum event_type type;
	const char *name;
	uint32_t offset;
} events[] = {
    {"a", EVENT_NAMED, "a", 0}, {" a.b-c\n", EVENT_NAMED, "a.b-c", 1},
    {"a up", EVENT_UP, "a", 0}, {"a@eth0  down ", EVENT_DOWN, "a@eth0", 0},
    {"a failed", EVENT_FAILED, "a", 0}, {"startup", EVENT_STARTUP, NULL, 0},
    {"upper", EVENT_NAMED, "upper", 0},
};

START_TEST(an_event_stands_alone)
{
	const char *error = "";
	struct event event;
	uint32_t offset = 0;

	ck_assert_int_eq(
	    event_parse(arena, events[_i].text, &event, &offset, &error), 0);
	ck_assert_int_eq(event.type, events[_i].type);
	ck_assert_uint_eq(event.offset, events[_i].offset);
	if (events[_i].name)
		ck_assert_str_eq(event.name, events[_i].name);
	else
		ck_assert_ptr_null(event.name);
}
END_TEST

#define EXPECT_EVENT                                                      \
	"an event is expected here: NAME, 'NODE up', 'NODE down', 'NODE " \
	"failed' or 'startup'"
#define EXPECT_END "the end is expected here"

static const struct {
	const char *text;
	uint32_t offset;
	const char *error;
} event_errors[] = {
    {"", 0, EXPECT_EVENT}, {" up", 1, EXPECT_EVENT}, {"(a)", 0, EXPECT_EVENT},
    {")", 0, EXPECT_EVENT}, {"not a", 0, EXPECT_EVENT},
    {"from a", 0, EXPECT_EVENT}, {"startup up", 8, EXPECT_END},
    {"a up or b", 5, EXPECT_END}, {"a down (", 7, EXPECT_END},
    {"a uup", 2, "'up', 'down', 'failed' or the end is expected here"},
};

START_TEST(what_is_no_event_is_told)
{
	const char *error = NULL;
	struct event event;
	uint32_t offset = 1000;

	ck_assert_int_eq(event_parse(arena, event_errors[_i].text, &event,
			     &offset, &error),
	    -EINVAL);
	ck_assert_str_eq(error, event_errors[_i].error);
	ck_assert_uint_eq(offset, event_errors[_i].offset);
}
END_TEST

#define EXPECT_OPERATOR "'and', 'or' or the end is expected here"
#define EXPECT_INNER "'and', 'or' or ')' is expected here"
#define EXPECT_TERM "a node, 'from', 'not' or '(' is expected here"
#define NO_STARTUP                                                   \
	"'startup' is an event, not a state; write 'from startup', " \
	"perhaps with 'until' and another event"
#define NO_EVENTS                                                         \
	"'up', 'down' and 'failed' make an event, which stands after "    \
	"'from' or 'until'; a node's name alone is true while it is up"
#define SAME "'until' must name another event than 'from'"
#define NAMES "'up', 'down', 'failed', "

static const struct {
	const char *text;
	uint32_t offset;
	const char *error;
} errors[] = {
    {"", 0, EXPECT_TERM}, {"  ", 2, EXPECT_TERM}, {"a b", 2, EXPECT_OPERATOR},
    {"a and", 5, EXPECT_TERM}, {"a or or b", 5, EXPECT_TERM},
    {"and a", 0, EXPECT_TERM}, {"not", 3, EXPECT_TERM},
    {"a not b", 2, EXPECT_OPERATOR}, {"(a", 2, EXPECT_INNER},
    {"(a b)", 3, EXPECT_INNER}, {"a)", 1, EXPECT_OPERATOR},
    {"()", 1, EXPECT_TERM}, {"(a) (b)", 4, EXPECT_OPERATOR},
    {"up", 0, EXPECT_TERM}, {"a and not and", 10, EXPECT_TERM},
    {"until b", 0, EXPECT_TERM}, {"a until b", 2, EXPECT_OPERATOR},
    {"a or startup", 5, NO_STARTUP}, {"a up", 2, NO_EVENTS},
    {"(a down)", 3, NO_EVENTS}, {"b and a failed", 8, NO_EVENTS},
    {"from", 4, EXPECT_EVENT}, {"from until b", 5, EXPECT_EVENT},
    {"a and from (b)", 11, EXPECT_EVENT}, {"from up", 5, EXPECT_EVENT},
    {"from a until", 12, EXPECT_EVENT}, {"(from)", 5, EXPECT_EVENT},
    {"from a until not b", 13, EXPECT_EVENT},
    {"from a until a", 13, SAME},
    {"x or from a@e up until a@e up or", 23, SAME},
    {"from startup until startup or", 19, SAME},
    {"from a down until a down", 18, SAME},
    {"from a b", 7, NAMES "'until', 'and', 'or' or the end is expected here"},
    {"(from a b)", 8, NAMES "'until', 'and', 'or' or ')' is expected here"},
    {"from a up b", 10, "'until', 'and', 'or' or the end is expected here"},
    {"(from startup b)", 14, "'until', 'and', 'or' or ')' is expected here"},
    {"from a until b c", 15, NAMES "'and', 'or' or the end is expected here"},
    {"(from a until b c)", 16, NAMES "'and', 'or' or ')' is expected here"},
    {"from a until b up until c", 18, EXPECT_OPERATOR},
    {"(from a) b", 9, EXPECT_OPERATOR},
    {"((from a) b)", 10, EXPECT_INNER},
    {"(from a until startup b)", 22, EXPECT_INNER},
};

START_TEST(an_error_says_where_and_what_is_expected)
{
	const struct condition *condition;
	const char *error = NULL;
	uint32_t offset = 1000;

	ck_assert_int_eq(condition_parse(arena, errors[_i].text, &condition,
			     &offset, &error),
	    -EINVAL);
	ck_assert_str_eq(error, errors[_i].error);
	ck_assert_uint_eq(offset, errors[_i].offset);
}
END_TEST

/* before, n times, then middle, then after, n times. */
static char *repeat(
    const char *before, size_t n, const char *middle, const char *after)
{
	struct text text = {0};

	for (size_t i = 0; i < n; i++)
		text_append(&text, before);
	text_append(&text, middle);
	for (size_t i = 0; i < n; i++)
		text_append(&text, after);
	ck_assert(!text.failed);
	return text_steal(&text);
}

static void expect_refused(const char *text, const char *want)
{
	const struct condition *condition;
	const char *error = NULL;
	uint32_t offset;

	ck_assert_int_eq(
	    condition_parse(arena, text, &condition, &offset, &error),
	    -EINVAL);
	ck_assert_str_eq(error, want);
}

START_TEST(nesting_is_bounded)
{
	static const char too_deep[] =
	    "this is nested too deeply; at most 64 levels are possible";
	_cleanup_(free_ptr) char *most =
	    repeat("(", CONDITION_DEPTH_MAX, "a", ")");
	_cleanup_(free_ptr) char *more =
	    repeat("(", CONDITION_DEPTH_MAX + 1, "a", ")");
	_cleanup_(free_ptr) char *nots =
	    repeat("not (", CONDITION_DEPTH_MAX, "a", ")");
	_cleanup_(free_ptr) char *more_nots =
	    repeat("not (", CONDITION_DEPTH_MAX + 1, "a", ")");
	/* Two values wait at each level. */
	_cleanup_(free_ptr) char *values = repeat("a or b and (", 31, "c", ")");
	_cleanup_(free_ptr) char *latches =
	    repeat("from A or from b and (", 31, "c", ")");
	_cleanup_(free_ptr) char *more_latches =
	    repeat("from A or b and (", 32, "from c", ")");
	_cleanup_(free_ptr) char *more_values =
	    repeat("a or b and (", 32, "c", ")");

	ck_assert(eval(most, "a"));
	expect_refused(more, too_deep);
	ck_assert(eval(nots, "a"));
	expect_refused(more_nots, too_deep);
	ck_assert(eval(values, "a"));
	ck_assert(!eval(values, "c"));
	ck_assert(eval(latches, "A"));
	expect_refused(more_latches, too_deep);
	expect_refused(more_values, too_deep);
}
END_TEST

START_TEST(length_is_bounded)
{
	_cleanup_(free_ptr) char *most =
	    repeat("a or ", CONDITION_WORDS_MAX / 2 - 1, "b", "");
	_cleanup_(free_ptr) char *more =
	    repeat("a or ", CONDITION_WORDS_MAX / 2, "b", "");
	_cleanup_(free_ptr) char *nots = repeat("not ", 1000, "a", "");
	_cleanup_(free_ptr) char *endless = repeat("(", 1000000, "", "");

	ck_assert(eval(most, "b"));
	expect_refused(more,
	    "this condition is too long; at most 1024 words are possible");
	ck_assert(eval(nots, "a"));
	expect_refused(endless,
	    "this condition is too long; at most 1024 words are possible");
}
END_TEST

START_TEST(words_are_no_names)
{
	static const char *const words[] = {"and", "or", "not", "from",
	    "until", "up", "down", "failed", "startup"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		ck_assert(condition_is_word(words[i]));
	ck_assert(!condition_is_word(""));
	ck_assert(!condition_is_word("ups"));
	ck_assert(!condition_is_word("U"));
	ck_assert(!condition_is_word("Up"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("condition");
	TCase *tcase = tcase_create("condition");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, truth_is_as_the_grammar_says, 0,
	    ARRAY_SIZE(truths));
	tcase_add_test(tcase, names_are_distinct_and_have_their_places);
	tcase_add_test(tcase, intervals_have_their_events_and_places);
	tcase_add_loop_test(
	    tcase, an_interval_may_be, 0, ARRAY_SIZE(intervals));
	tcase_add_loop_test(
	    tcase, an_event_stands_alone, 0, ARRAY_SIZE(events));
	tcase_add_loop_test(
	    tcase, what_is_no_event_is_told, 0, ARRAY_SIZE(event_errors));
	tcase_add_loop_test(tcase, an_error_says_where_and_what_is_expected, 0,
	    ARRAY_SIZE(errors));
	tcase_add_test(tcase, nesting_is_bounded);
	tcase_add_test(tcase, length_is_bounded);
	tcase_add_test(tcase, words_are_no_names);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
