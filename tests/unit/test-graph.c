/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Graphs of declarations made by hand. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/graph-lines.h"
#include "tests/unit/graph-message.h"
#include "tests/unit/run.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
char *__wrap_strdup(const char *s);

static bool counting;
static long n_allocations, fail_at;

static bool fails(void)
{
	return counting && ++n_allocations == fail_at;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(p, n, size);
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

static uint32_t rank(struct profile *profile, const char *name)
{
	return lines_find(profile, name)->edges->rank;
}

/* ---- cycles ---- */

START_TEST(a_cycle_names_each_edge_and_the_one_to_drop)
{
	lines_expect_error(LINES("a requires b", "b over c", "c of a"),
	    "p.yaml:3:6: error: these wait for each other: "
	    "'a' requires 'b' (p.yaml:1:12); 'b' is over 'c' (p.yaml:2:8); "
	    "'c' has the member 'a' (p.yaml:3:6); "
	    "drop 'a' from 'of' of 'c'\n");
	lines_expect_error(LINES("a after b", "b when c", "c requires a"),
	    "p.yaml:1:9: error: these wait for each other: 'a' is after 'b' "
	    "(p.yaml:1:9); 'b' has 'when' with 'c' (p.yaml:2:8); "
	    "'c' requires 'a' (p.yaml:3:12); "
	    "drop 'b' from 'after' of 'a'\n");
	lines_expect_error(LINES("a key-requires b", "b from x until a:"),
	    "'b' has 'until' with 'a' (p.yaml:2:16); "
	    "drop 'a' from 'until' of 'b'");
	lines_expect_error(LINES("a requires a"),
	    "'a' requires 'a' (p.yaml:1:12); drop");
}
END_TEST

START_TEST(an_in_order_member_may_not_pull_what_an_earlier_one_needs)
{
	lines_expect_error(LINES("a when x", "b wants y", "y over x", "x",
			 "g in-order of a b"),
	    "these wait for each other: 'a' has 'when' with 'x' "
	    "(p.yaml:1:8); 'g' tries 'a' before 'b' (p.yaml:5:17), which may "
	    "pull 'x': 'b' wants 'y' (p.yaml:2:9) and 'y' is over 'x' "
	    "(p.yaml:3:8); drop 'x' from 'when' of 'a'");
	/* Through the gates in between, too. */
	lines_expect_error(LINES("a requires c", "b", "c",
			       "g in-order of a b c"),
	    "'a' requires 'c' (p.yaml:1:12); 'g' tries 'a' before 'c' "
	    "(p.yaml:4:19); drop 'c' from 'of' of 'g', or let it 'try: all'");
}
END_TEST

START_TEST(each_cycle_is_reported_once)
{
	_cleanup_(free_ptr) char *got = NULL;
	const char *at;
	int n = 0;

	lines_build(LINES("a requires b c", "b requires a", "c requires a",
		  "d after e", "e when d"), &got);
	for (at = got; (at = strstr(at, "error: ")); at++)
		n++;
	ck_assert_int_eq(n, 2);
}
END_TEST

START_TEST(wants_follows_and_task_events_may_go_round)
{
	struct profile *profile = lines_build(LINES("a wants b", "b requires a",
	    "c follows d on d:", "d requires c key-pulls c"), NULL);

	ck_assert_uint_eq(lines_find(profile, "a")->edges->ring, 1);
	ck_assert_uint_eq(lines_find(profile, "b")->edges->ring, 1);
	ck_assert_uint_eq(lines_find(profile, "c")->edges->ring, 0);
	profile_free(profile);
}
END_TEST

/* ---- in-order groups ---- */

START_TEST(what_cards_pull_is_sure_only_while_there_are_some)
{
	/* x is up only through b, which is let go when a is up. */
	lines_expect_error(LINES("t match wants x", "x", "a wants t when x",
			       "b requires x", "g in-order of a b"),
	    "p.yaml:3:16: error: while no device is there for 't', these "
	    "wait for each other: 'g' tries 'a' before 'b' (p.yaml:5:17), "
	    "which may pull 'x': 'b' requires 'x' (p.yaml:4:12); 'a' has "
	    "'when' with 'x' (p.yaml:3:16); drop 'x' from 'when' of 'a'");
	/* a can never be up then, but b. */
	lines_expect_error(LINES("t match requires x", "x", "a requires t",
			       "b when x", "c requires x",
			       "g in-order of a b c"),
	    "while no device is there for 't', these wait for each other: "
	    "'g' tries 'b' before 'c'");
	lines_expect_error(LINES("t match wants x", "x", "a requires t",
			       "b wants t when x", "c requires x",
			       "g in-order of b a c"),
	    "while no device is there for 't', these wait for each other: "
	    "'g' tries 'b' before 'c'");
	/* Only when both have none. */
	lines_expect_error(LINES("t match wants x", "s match wants x", "x",
			       "a wants t s when x", "b requires x",
			       "g in-order of a b"),
	    "while no device is there for 't' and 's', these wait");
	/* Or only when these have, but not all. */
	lines_expect_error(LINES("t match wants x", "s match wants x", "x",
			       "u match wants y", "v match wants y",
			       "w match wants y", "y",
			       "a requires w wants t s u v when x",
			       "b requires x", "g in-order of a b"),
	    "while no device is there for 't' and 's', these wait");
}
END_TEST

/* What is large is looked into only when nothing before it has been found. */
START_TEST(without_one_another_is_found_that_may_be_absent)
{
	enum { N = 40 };
	char text[N][32];
	const char *lines[N + 6];
	uint32_t n = 0;

	lines[n++] = "x";
	for (uint32_t i = 0; i < N; i++) {
		snprintf(text[i], sizeof(text[i]), "c%u requires c%u", i + 1,
		    i);
		lines[n++] = i ? text[i - 1] : "c0";
	}
	lines[n++] = "t match wants x c39";
	lines[n++] = "s match wants x c39";
	lines[n++] = "a wants t s when x";
	lines[n++] = "b requires x";
	lines[n++] = "g in-order of a b";
	lines_expect_error(lines, n,
	    "while no device is there for 't' and 's', these wait for each "
	    "other: 'g' tries 'a' before 'b' (p.yaml:46:17)");
}
END_TEST

/* Others hold up what needs any. */
START_TEST(a_card_that_is_named_may_be_absent_alone)
{
	lines_expect_error(LINES("t match wants x", "x", "y requires t when x",
			       "a wants t@e0 when y", "b requires x",
			       "g in-order of a b"),
	    "while no device is there for 't@e0', these wait for each other: "
	    "'g' tries 'a' before 'b' (p.yaml:6:17), which may pull 'x': 'b' "
	    "requires 'x' (p.yaml:5:12); 'a' has 'when' with 'y' "
	    "(p.yaml:4:19); 'y' has 'when' with 'x'");
	lines_expect_error(LINES("t match wants x", "x", "y requires t when x",
			       "a wants t@e1 t@e0 when y", "b requires x",
			       "g in-order of a b"),
	    "while no device is there for 't@e1' and 't@e0', these wait");
	/* Who needs the card is never up. */
	profile_free(lines_build(LINES("t match wants x", "x",
			     "y requires t@e0 when x", "a wants t@e0 when y",
			     "b requires x", "g in-order of a b"), NULL));
	profile_free(lines_build(LINES("t match wants x", "x",
			     "y requires t when x", "a requires t@e0 when y",
			     "b requires x", "g in-order of a b"), NULL));
	/* And so waits for nobody. */
	profile_free(lines_build(LINES("t match", "s match requires t@e1",
			     "a over s@e0", "g over s in-order of s a "
			     "wants s@e1 when s@e1"), NULL));
}
END_TEST

START_TEST(all_of_many_templates_may_be_without_devices)
{
	enum { N = 16 };
	_cleanup_(text_clear) struct text wants = { 0 };
	char text[N][32];
	const char *lines[N + 4];
	uint32_t n = 0;

	text_append(&wants, "a when x wants");
	for (uint32_t i = 0; i < N; i++) {
		snprintf(text[i], sizeof(text[i]), "t%u match wants x", i);
		lines[n++] = text[i];
		text_printf(&wants, " t%u", i);
	}
	lines[n++] = "x";
	lines[n++] = wants.data;
	lines[n++] = "b requires x";
	lines[n++] = "g in-order of a b";
	lines_expect_error(lines, n,
	    "while no device is there for 't0' and 't1' and 't2' and");
}
END_TEST

/* Also of more than a word has bits. */
START_TEST(each_of_many_templates_may_be_without_devices_alone)
{
	enum { N = 70 };
	char text[2 * N][64];
	const char *lines[2 * N + 6];
	uint32_t n = 0;

	lines[n++] = "y";
	lines[n++] = "t match wants x";
	lines[n++] = "x";
	lines[n++] = "a0 wants t";
	for (uint32_t i = 0; i < N; i++) {
		snprintf(text[2 * i], 64, "t%u match wants y", i);
		lines[n++] = text[2 * i];
		snprintf(text[2 * i + 1], 64, "a%u wants t%u a%u%s", i + 1,
		    i, i, i < N - 1 ? "" : " when x");
		lines[n++] = text[2 * i + 1];
	}
	lines[n++] = "b requires x";
	lines[n++] = "g in-order of a70 b";
	lines_expect_error(lines, n,
	    "while no device is there for 't', these wait");
}
END_TEST

#define SHARED \
	"fw", "wired match requires fw", "lan over wired", "modem", \
	"wlan match requires fw", "w over wlan"

/* What needs a card is never up without, and waits for nothing. */
START_TEST(what_cards_of_several_members_need_may_be_shared)
{
	profile_free(lines_build(
	    LINES(SHARED, "g in-order of lan modem w"), NULL));
	profile_free(lines_build(LINES(SHARED, "one requires lan when fw",
			     "g in-order of one modem w"), NULL));
	profile_free(lines_build(LINES(SHARED, "aid", "both of lan aid when fw",
			     "one requires both", "g in-order of one modem w"),
	    NULL));
	profile_free(lines_build(LINES(SHARED, "mac over wired",
			     "best in-order of lan mac when fw",
			     "one requires best",
			     "g in-order of one modem w"), NULL));
	profile_free(lines_build(LINES(SHARED, "uplink of lan",
			     "one over uplink", "two over uplink requires fw",
			     "g in-order of one two"), NULL));
	profile_free(lines_build(LINES("fw", "card match wants fw",
			     "lan over card when fw",
			     "one wants card after lan", "two requires fw",
			     "g in-order of one two"),
	    NULL));
}
END_TEST

START_TEST(what_all_members_share_is_no_cycle)
{
	struct profile *profile = lines_build(LINES("w match", "lan over w",
	    "ll over w", "addr over w in-order of lan ll",
	    "x requires addr"), NULL);
	const struct decl *group = lines_find(profile, "addr");

	ck_assert_uint_lt(rank(profile, "lan"), group->edges->gate_ranks[1]);
	ck_assert_uint_lt(group->edges->gate_ranks[1], rank(profile, "ll"));
	ck_assert_uint_lt(rank(profile, "ll"), group->edges->rank);
	ck_assert(lines_find(profile, "ll")->edges->is_fallback);
	ck_assert(lines_find(profile, "w")->edges->is_fallback);
	ck_assert(!lines_find(profile, "lan")->edges->is_fallback);
	profile_free(profile);
}
END_TEST

START_TEST(in_order_groups_stand_on_each_other)
{
	profile_free(lines_build(LINES("lan", "air over radio", "radio",
	    "uplink in-order of lan air", "v0 over uplink", "v1 over uplink",
	    "vpn in-order of v0 v1"), NULL));
	/* Inner members after the first are not surely pulled. */
	lines_expect_error(LINES("a", "b", "inner in-order of a b",
			       "c requires b",
			 "outer in-order of inner c"),
	    "which may pull 'b': 'c' requires 'b'");
}
END_TEST

START_TEST(one_instance_is_not_the_others)
{
	profile_free(lines_build(LINES("w match", "a over w@eth0",
	    "b over w@eth0", "g in-order of a b"), NULL));
	lines_expect_error(LINES("w match", "a over w@eth0", "b over w",
			 "g in-order of a b"), "'b' is over 'w'");
	profile_free(lines_build(
	    LINES("w match", "l over w", "g in-order of l@e0 l@e1"), NULL));
	profile_free(lines_build(LINES("w match", "a over w@e2",
	    "b requires w@e0 w@e1", "g in-order of a b"), NULL));
	lines_expect_error(LINES("w match", "a after w@e1",
			 "b requires w@e0 w@e1", "g in-order of a b"),
	    "'b' requires 'w@e1'");
}
END_TEST

/* ---- derivation ---- */

START_TEST(edges_stand_in_the_order_of_their_roles)
{
	struct profile *profile = lines_build(LINES("a", "b",
	    "c when a follows b key-pulls a key-requires b of a after b "
	    "wants a over b requires a from a: until b: on a:"), NULL);
	const struct decl *c = lines_find(profile, "c");

	ck_assert_uint_eq(c->edges->n_down, 12);
	for (uint32_t i = 1; i < c->edges->n_down; i++)
		ck_assert_int_le(c->edges->down[i - 1].role,
		    c->edges->down[i].role);
	ck_assert_uint_eq(c->edges->down[8].index, 0);
	ck_assert_uint_eq(c->edges->down[9].index, 1);
	ck_assert_uint_eq(c->edges->down[10].index, EVENT_IS_TASK);
	ck_assert_ptr_eq(edge_trigger(&c->edges->down[9]),
	    &c->latches[0].until);
	ck_assert_uint_eq(c->level, 1);
	ck_assert_uint_eq(lines_find(profile, "a")->edges->n_up, 7);
	profile_free(profile);
}
END_TEST

START_TEST(roots_follow_over_to_the_template)
{
	struct profile *profile = lines_build(LINES("d over c", "c over w",
	    "w match", "s over w@eth0", "t requires d over s"), NULL);
	const struct decl *w = lines_find(profile, "w");
	const struct decl *d = lines_find(profile, "d");

	ck_assert_ptr_eq(d->root, w);
	ck_assert_ptr_eq(w->root, w);
	ck_assert_ptr_null(lines_find(profile, "s")->root);
	ck_assert_ptr_null(lines_find(profile, "t")->root);
	ck_assert_uint_eq(w->edges->n_slots, 3);
	ck_assert_ptr_eq(w->edges->slots[d->slot], d);
	ck_assert_uint_eq(d->level, 2);
	ck_assert(d->edges->down[0].is_same_card);
	ck_assert(!lines_find(profile, "t")->edges->down[0].is_same_card);
	ck_assert_uint_lt(w->edges->rank, d->edges->rank);
	profile_free(profile);
}
END_TEST

START_TEST(latches_and_listeners_have_their_places)
{
	struct profile *profile = lines_build(LINES("w match",
	    "l over w from w: until stop", "s from go until stop",
	    "t on go", "u from l: until go"), NULL);
	const struct graph *graph = profile_graph(profile);
	const struct listener *at;
	uint32_t n;

	ck_assert(lines_find(profile, "l")->latches[0].is_per_card);
	ck_assert_uint_eq(lines_find(profile, "w")->edges->n_card_latches, 1);
	ck_assert_uint_eq(graph->n_latches, 2);
	ck_assert(!lines_find(profile, "u")->latches[0].is_per_card);
	ck_assert_uint_eq(lines_find(profile, "u")->latches[0].place, 1);
	at = graph_listeners(profile, "go", &n);
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(at[0].decl->name, "s");
	ck_assert_uint_eq(at[1].index, EVENT_IS_TASK);
	ck_assert_uint_eq(at[2].index, 1);
	at = graph_listeners(profile, "stop", &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(at[0].decl->name, "l");
	ck_assert_ptr_null(graph_listeners(profile, "goo", &n));
	ck_assert_uint_eq(n, 0);
	ck_assert_str_eq(graph_nearest_event(profile, "stpo"), "stop");
	ck_assert_ptr_null(graph_nearest_event(profile, "evening"));
	profile_free(profile);
}
END_TEST

START_TEST(a_device_belongs_to_one_node)
{
	struct profile *profile =
	    lines_build(LINES("a device e0", "b device e1"), NULL);

	ck_assert_ptr_eq(
	    graph_device_owner(profile, "e1"), lines_find(profile, "b"));
	ck_assert_ptr_null(graph_device_owner(profile, "e2"));
	profile_free(profile);
	lines_expect_error(LINES("a device e0", "b", "c device e0"),
	    "p.yaml:3:1: error: 'c' and 'a' (p.yaml:1) are both bound to "
	    "device e0");
}
END_TEST

/* ---- against brute force ---- */

enum { N_MAX = 7, V_MAX = N_MAX * 5, N_RANDOM = 8000 };

static uint32_t seed;

static uint32_t draw(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void write_random(struct text *text, uint32_t i, uint32_t n)
{
	static const char *const keys[] = { "requires", "wants", "after",
		"when", "key-requires", "key-pulls", "follows" };
	uint32_t n_refs = draw(3);

	text_printf(text, "n%u", i);
	if (draw(3) == 0) {
		uint32_t first = draw(n), n_members = 2 + draw(2);

		text_append(text, draw(3) ? " in-order of" : " of");
		for (uint32_t j = 0; j < n_members; j++)
			text_printf(text, " n%u", (first + j) % n);
	}
	while (n_refs--)
		text_printf(text, " %s n%u", keys[draw(ARRAY_SIZE(keys))],
		    draw(3) && i ? draw(i) : draw(n));
}

struct brute {
	struct profile *profile;
	uint32_t n, n_vertices;
	bool pulls[N_MAX][N_MAX], sure[N_MAX][N_MAX];
	bool before[V_MAX][V_MAX]; /* [a][b]: a influences b */
};

static void close_over(uint32_t n, uint32_t width, bool *matrix)
{
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t i = 0; i < n; i++)
			for (uint32_t j = 0; j < n; j++)
				if (matrix[i * width + k] &&
				    matrix[k * width + j])
					matrix[i * width + j] = true;
}

static void brute_gates(struct brute *brute, const struct decl *group)
{
	for (uint32_t i = 1; i < group->of.n; i++) {
		uint32_t gate = brute->n_vertices++;
		uint32_t later = group->of.items[i].decl->index;
		bool is_sure[N_MAX] = { 0 }, may[N_MAX] = { 0 };

		for (uint32_t j = 0; j < i; j++) {
			uint32_t m = group->of.items[j].decl->index;

			brute->before[m][gate] = true;
			is_sure[m] = true;
			for (uint32_t k = 0; k < brute->n; k++)
				is_sure[k] |= brute->sure[m][k];
		}
		may[later] = true;
		for (uint32_t round = 0; round < brute->n; round++)
			for (uint32_t k = 0; k < brute->n; k++)
				for (uint32_t to = 0; to < brute->n; to++)
					if (may[k] && brute->pulls[k][to] &&
					    !is_sure[to])
						may[to] = true;
		for (uint32_t k = 0; k < brute->n; k++)
			brute->before[gate][k] |= may[k];
		brute->before[gate][group->index] = true;
	}
}

static void brute_fill(struct brute *brute)
{
	for (uint32_t i = 0; i < brute->n; i++) {
		const struct decl *d = &brute->profile->decls[i];
		const struct decl_rare *rare = d->rare;
		const struct refs *lists[] = { &d->requires,
			&rare->key_requires, &d->of, &rare->after,
			&rare->when_refs, &rare->wants, &rare->key_pulls };

		for (uint32_t l = 0; l < ARRAY_SIZE(lists); l++)
			for (uint32_t j = 0; j < lists[l]->n; j++) {
				uint32_t to = lists[l]->items[j].decl->index;

				brute->before[to][i] |= l < 5;
				brute->pulls[i][to] |= l < 3 || l > 4;
				brute->sure[i][to] |= (l < 3 || l > 4) &&
				    !(l == 2 && d->is_in_order && j);
			}
	}
	close_over(brute->n, N_MAX, &brute->sure[0][0]);
	brute->n_vertices = brute->n;
	for (uint32_t i = 0; i < brute->n; i++)
		if (brute->profile->decls[i].is_in_order)
			brute_gates(brute, &brute->profile->decls[i]);
	close_over(brute->n_vertices, V_MAX, &brute->before[0][0]);
	close_over(brute->n, N_MAX, &brute->pulls[0][0]);
}

static void check_ranks(const struct brute *brute)
{
	uint32_t ranks[V_MAX], n = 0;

	for (uint32_t i = 0; i < brute->n; i++)
		ranks[n++] = brute->profile->decls[i].edges->rank;
	for (uint32_t i = 0; i < brute->n; i++) {
		const struct decl *d = &brute->profile->decls[i];

		for (uint32_t j = 1; d->is_in_order && j < d->of.n; j++)
			ranks[n++] = d->edges->gate_ranks[j];
	}
	ck_assert_uint_eq(n, brute->n_vertices);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < n; j++) {
			ck_assert(i == j || ranks[i] != ranks[j]);
			if (brute->before[i][j])
				ck_assert_uint_lt(ranks[i], ranks[j]);
		}
}

static void check_rings(const struct brute *brute)
{
	for (uint32_t i = 0; i < brute->n; i++) {
		uint32_t ring = brute->profile->decls[i].edges->ring;

		ck_assert(!ring == !brute->pulls[i][i]);
		for (uint32_t j = 0; j < brute->n && ring; j++)
			ck_assert((ring == brute->profile->decls[j].edges
						   ->ring) ==
			    (brute->pulls[i][j] && brute->pulls[j][i]));
	}
}

START_TEST(ranks_rings_and_cycles_are_those_of_brute_force)
{
	uint32_t n_good = 0, n_tries = 0;

	for (seed = 1; n_good < N_RANDOM / 4;) {
		struct text text[N_MAX] = { 0 };
		const char *lines[N_MAX];
		struct brute brute = { .n = 3 + draw(N_MAX - 2) };
		_cleanup_(free_ptr) char *errors = NULL;
		bool is_cyclic = false;

		for (uint32_t i = 0; i < brute.n; i++) {
			write_random(&text[i], i, brute.n);
			lines[i] = text[i].data;
		}
		struct profile *built = lines_build(lines, brute.n, &errors);
		brute.profile = built ? built : lines_make(lines, brute.n);
		brute_fill(&brute);
		for (uint32_t v = 0; v < brute.n_vertices; v++)
			is_cyclic |= brute.before[v][v];
		ck_assert_msg(is_cyclic == !built, "%s%s", lines[0], errors);
		if (built) {
			n_good++;
			check_ranks(&brute);
			check_rings(&brute);
		} else {
			n_tries += strstr(errors, " tries ") != NULL;
			message_check(brute.profile, errors);
		}
		profile_free(brute.profile);
		for (uint32_t i = 0; i < brute.n; i++)
			text_clear(&text[i]);
	}
	ck_assert_uint_gt(n_tries, 100);
}
END_TEST

/* ---- size, memory ---- */

START_TEST(a_long_chain_needs_no_stack)
{
	enum { N = 100000 };
	static const struct decl_rare none;
	struct arena *arena = arena_new();
	struct profile *profile = arena_alloc(arena, sizeof(*profile));
	struct diagnostics diagnostics = { 0 };

	profile->arena = arena;
	profile->n_decls = N;
	profile->decls = arena_array(arena, N, sizeof(*profile->decls));
	struct ref *refs = arena_array(arena, N, sizeof(*refs));
	for (uint32_t i = 0; i < N; i++) {
		struct decl *decl = &profile->decls[i];

		decl->name = "n";
		decl->rare = &none;
		decl->schema = &schema_all;
		decl->index = i;
		refs[i].decl = &profile->decls[(i + 1) % N];
		decl->requires = (struct refs){ i < N - 1, &refs[i] };
	}
	ck_assert_int_eq(graph_build(profile, &diagnostics), 0);
	ck_assert_uint_eq(profile->decls[0].level, N - 1);
	ck_assert_uint_eq(profile->decls[0].edges->rank, N - 1);
	profile_free(profile);
	diagnostics_clear(&diagnostics);
}
END_TEST

static void fail_each(const char *const *lines, uint32_t n, int want)
{
	long n_needed = 1;

	for (fail_at = 0; fail_at <= n_needed; fail_at++) {
		struct profile *profile = lines_make(lines, n);
		struct diagnostics diagnostics = { 0 };
		int r;

		n_allocations = 0;
		counting = true;
		r = graph_build(profile, &diagnostics);
		counting = false;
		if (!fail_at)
			n_needed = n_allocations;
		/* A message that was lost is told by diagnostics. */
		if (!fail_at || (r != -ENOMEM && !diagnostics.failed))
			ck_assert_int_eq(r, fail_at ? -ENOMEM : want);
		diagnostics_clear(&diagnostics);
		profile_free(profile);
	}
	ck_assert_int_gt(n_needed, 5);
	fail_at = 0;
}

START_TEST(each_allocation_may_fail)
{
	fail_each(LINES("w match", "a over w@eth0", "b over w@eth0",
		      "g in-order of a b", "t from x until a: requires g"), 0);
	fail_each(LINES("w match", "l over w", "m over w",
		      "g over w in-order of l m", "h in-order of g@e0 g@e1"),
	    0);
	fail_each(LINES("a when x", "b wants y", "y over x", "x",
		      "g in-order of a b"), -EINVAL);
	fail_each(LINES("w match", "l over w", "g in-order of l@e0 l"),
	    -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("graph");
	TCase *tc = tcase_create("graph");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_cycle_names_each_edge_and_the_one_to_drop);
	tcase_add_test(
	    tc, an_in_order_member_may_not_pull_what_an_earlier_one_needs);
	tcase_add_test(tc, each_cycle_is_reported_once);
	tcase_add_test(tc, what_cards_pull_is_sure_only_while_there_are_some);
	tcase_add_test(tc, without_one_another_is_found_that_may_be_absent);
	tcase_add_test(tc, a_card_that_is_named_may_be_absent_alone);
	tcase_add_test(tc, all_of_many_templates_may_be_without_devices);
	tcase_add_test(
	    tc, each_of_many_templates_may_be_without_devices_alone);
	tcase_add_test(tc, what_cards_of_several_members_need_may_be_shared);
	tcase_add_test(tc, wants_follows_and_task_events_may_go_round);
	tcase_add_test(tc, what_all_members_share_is_no_cycle);
	tcase_add_test(tc, in_order_groups_stand_on_each_other);
	tcase_add_test(tc, one_instance_is_not_the_others);
	tcase_add_test(tc, edges_stand_in_the_order_of_their_roles);
	tcase_add_test(tc, roots_follow_over_to_the_template);
	tcase_add_test(tc, latches_and_listeners_have_their_places);
	tcase_add_test(tc, a_device_belongs_to_one_node);
	tcase_add_test(tc, ranks_rings_and_cycles_are_those_of_brute_force);
	tcase_add_test(tc, a_long_chain_needs_no_stack);
	tcase_add_test(tc, each_allocation_may_fail);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
