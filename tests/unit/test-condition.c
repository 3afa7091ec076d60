/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/condition.h"

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
	const char *up; /* the letters of the nodes that are up */
};

static bool is_up(void *ctx, uint32_t name)
{
	const struct truth *truth = ctx;

	ck_assert_uint_lt(name, truth->condition->n_names);
	return strchr(truth->up, truth->condition->names[name][0]) != NULL;
}

static bool eval(const char *text, const char *up)
{
	struct truth truth = {parse(text), up};

	return condition_eval(truth.condition, is_up, &truth);
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

#define EXPECT_OPERATOR "'and', 'or' or the end is expected here"
#define EXPECT_INNER "'and', 'or' or ')' is expected here"
#define EXPECT_TERM "a node, 'not' or '(' is expected here"
#define NO_INTERVALS                                           \
	"conditions on events ('from', 'until') are not in this" \
	" version"
#define NO_STARTUP "conditions on events ('startup') are not in this version"
#define NO_EVENTS                                                        \
	"conditions on events ('up', 'down', 'failed' after a node) are" \
	" not in this version; a node's name alone is true while it is up"

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
    {"from a until b", 0, NO_INTERVALS}, {"a and from b", 6, NO_INTERVALS},
    {"not (from a)", 5, NO_INTERVALS}, {"until b", 0, NO_INTERVALS},
    {"a or startup", 5, NO_STARTUP}, {"a up", 2, NO_EVENTS},
    {"(a down)", 3, NO_EVENTS}, {"b and a failed", 8, NO_EVENTS},
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
	_cleanup_(free_ptr) char *more_values =
	    repeat("a or b and (", 32, "c", ")");

	ck_assert(eval(most, "a"));
	expect_refused(more, too_deep);
	ck_assert(eval(nots, "a"));
	expect_refused(more_nots, too_deep);
	ck_assert(eval(values, "a"));
	ck_assert(!eval(values, "c"));
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
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, truth_is_as_the_grammar_says, 0,
	    ARRAY_SIZE(truths));
	tcase_add_test(tcase, names_are_distinct_and_have_their_places);
	tcase_add_loop_test(tcase, an_error_says_where_and_what_is_expected, 0,
	    ARRAY_SIZE(errors));
	tcase_add_test(tcase, nesting_is_bounded);
	tcase_add_test(tcase, length_is_bounded);
	tcase_add_test(tcase, words_are_no_names);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
