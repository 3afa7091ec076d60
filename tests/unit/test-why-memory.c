/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why without memory: for every n, the n-th allocation fails while a node is
 * asked about, and why says so, or loses nothing of what it tells.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

/* STRIDE: what is rehearsed allocates the same over and over. */
enum { N_CHAIN = 140, N_EACH = 400, STRIDE = 17 };

/* More nodes and things than there is room for at first: chains above what
 * is up, one below what is not, a choice between instances. */
static char *write_nodes(void)
{
	struct text text = { 0 };

	text_append(&text,
	    "  low: { kind: fake }\n"
	    "  n0: { kind: fake, requires: low }\n"
	    "  w0: { kind: fake }\n"
	    "  m0: { kind: link, device: d }\n");
	for (int i = 1; i < N_CHAIN; i++)
		text_printf(&text,
		    "  n%d: { kind: fake, requires: n%d }\n"
		    "  w%d: { kind: fake, wants: w%d }\n"
		    "  m%d: { kind: fake, requires: [m%d, e%d] }\n"
		    "  e%d: { kind: link, device: f%d }\n",
		    i, i - 1, i, i - 1, i, i - 1, i, i, i);
	text_append(&text,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  lan: { kind: fake, over: wired, requires: m4 }\n"
	    "  free: { kind: fake, when: not w0 }\n"
	    "  far: { kind: fake, when: (not low or m99) and n99 }\n"
	    "  g: { kind: any, of: [far, lan, m99] }\n"
	    "  top: { kind: fake, requires: g, start: auto }\n");
	return text_steal(&text);
}

static void begin(struct story *story)
{
	_cleanup_(free_ptr) char *nodes = write_nodes();

	story_begin(story, nodes, NULL);
	story_up(story, "n99 w99");
	story_plug(story, "eth0 eth1");
}

static uint32_t n_lines;

static void count_line(void *ctx, const struct why_line *line)
{
	(void)ctx;
	(void)line;
	n_lines++;
}

static void ask_each(struct story *story, const char *name)
{
	long nth = 0, n_allocations;
	uint32_t n_whole = 0;

	do {
		int r;

		n_lines = 0;
		failing_malloc_begin(nth);
		r = resolver_why(fake_resolver(story->fake), 0, name,
		    count_line, NULL);
		n_allocations = failing_malloc_end();
		if (!nth)
			n_whole = n_lines;
		ck_assert_int_eq(
		    r, nth && nth <= n_allocations ? -ENOMEM : 0);
		ck_assert(r || n_lines == n_whole);
		ck_assert_uint_le(n_lines, n_whole);
		nth += nth < N_EACH ? 1 : STRIDE;
	} while (nth <= n_allocations + STRIDE);
	ck_assert_int_gt(nth, 6);
}

START_TEST(why_tells_all_or_says_that_it_cannot)
{
	static const char *const names[] = {
		"top", "low", "far", "free", "m99", "lan", "lan@eth0" };
	struct story story;

	begin(&story);
	ask_each(&story, names[_i]);
	story_end(&story);
}
END_TEST

/* What is named is not enough, and more is looked for. */
START_TEST(so_it_is_with_what_is_not_possible)
{
	struct story story;

	story_begin(&story,
	    "  d: { kind: link, device: d }\n"
	    "  low: { kind: fake, requires: d, start: auto }\n"
	    "  else: { kind: fake, start: auto }\n"
	    "  a: { kind: any, of: [low, else], when: not low }\n"
	    "  b: { kind: any, of: [a], when: low }\n"
	    "  top: { kind: any, of: [b], when: b, start: auto }\n",
	    NULL);
	story_expect_why(
	    &story, "top", "would have to be up and down at once");
	ask_each(&story, "top");
	story_end(&story);
}
END_TEST

/* It is not known then whether anything will come. */
START_TEST(nothing_is_said_to_be_stuck)
{
	long nth = 0, n_allocations, n_failed = 0;
	const struct resolver *resolver;
	struct story story;
	struct node *node;

	begin(&story);
	resolver = fake_resolver(story.fake);
	node = resolver_find(resolver, "top");
	do {
		_cleanup_(text_clear) struct text text = { 0 };
		bool is_stuck;

		failing_malloc_begin(nth);
		is_stuck = resolver_is_stuck(resolver, node, &text);
		n_allocations = failing_malloc_end();
		ck_assert(is_stuck || !text.n);
		if (nth && nth <= n_allocations) {
			ck_assert(!is_stuck || text.failed);
			n_failed++;
		} else {
			ck_assert(is_stuck && !text.failed);
		}
		nth += nth < N_EACH ? 1 : STRIDE;
	} while (nth <= n_allocations + STRIDE);
	ck_assert_int_gt(n_failed, 6);
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("why-memory");
	TCase *tc = tcase_create("why-memory");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, why_tells_all_or_says_that_it_cannot, 0, 7);
	tcase_add_test(tc, so_it_is_with_what_is_not_possible);
	tcase_add_test(tc, nothing_is_said_to_be_stuck);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
