/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranks of instances on cards that references NAME@DEVICE name, and what goes
 * round between them.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/unit/graph-lines.h"
#include "tests/unit/graph-message.h"
#include "tests/unit/run.h"

/* Of "l", or "l@e0"; of the gate for that member, or 0. */
static uint32_t gate_rank(
    struct profile *profile, const char *name, uint32_t gate)
{
	const char *at = strchrnul(name, '@');
	struct decl *decl =
	    lines_find_n(profile, name, (size_t)(at - name));

	return decl_rank(decl,
	    *at ? graph_card_place(profile, decl->root, at + 1) : 0, gate);
}

static uint32_t rank(struct profile *profile, const char *name)
{
	return gate_rank(profile, name, 0);
}

START_TEST(instances_are_tried_in_order)
{
	struct profile *profile = lines_build(LINES("w match", "l over w",
	    "g in-order of l@e1 l@e0", "x requires g"), NULL);

	ck_assert_uint_lt(rank(profile, "w@e1"), rank(profile, "l@e1"));
	ck_assert_uint_lt(rank(profile, "l@e1"), gate_rank(profile, "g", 1));
	ck_assert_uint_lt(gate_rank(profile, "g", 1), rank(profile, "w@e0"));
	ck_assert_uint_lt(rank(profile, "w@e0"), rank(profile, "l@e0"));
	ck_assert_uint_lt(rank(profile, "l@e0"), rank(profile, "g"));
	/* Nobody names it. */
	ck_assert_uint_eq(rank(profile, "l@e2"), rank(profile, "l"));
	ck_assert_uint_lt(rank(profile, "w"), rank(profile, "l"));
	profile_free(profile);
	profile_free(lines_build(LINES("w match", "l over w",
	    "g in-order of l@e0 l@e1", "h in-order of l@e2 l@e0"), NULL));
	profile_free(lines_build(LINES("w match", "l over w", "a over l@e0",
	    "b over l@e1", "g in-order of a b", "h in-order of b l@e2"), NULL));
}
END_TEST

/* Where declarations are enough, nobody has a rank of its own. */
START_TEST(cards_have_ranks_where_an_order_needs_them)
{
	struct profile *profile = lines_build(LINES("w match", "l over w",
	    "a over w@e0", "b over w@e0", "g in-order of a b",
	    "x requires l@e1"), NULL);

	ck_assert_uint_eq(profile_graph(profile)->n_cards, 0);
	ck_assert_uint_eq(
	    graph_card_place(profile, lines_find(profile, "w"), "e0"), 0);
	profile_free(profile);
	profile = lines_build(LINES("v match", "w match", "l over w",
	    "x over w", "y over v@e0", "g in-order of l@e1 l@e0"), NULL);
	ck_assert_uint_eq(profile_graph(profile)->n_cards, 3);
	ck_assert_ptr_null(lines_find(profile, "x")->edges->card_ranks);
	ck_assert_uint_eq(
	    graph_card_place(profile, lines_find(profile, "v"), "e0"), 1);
	ck_assert_uint_eq(
	    graph_card_place(profile, lines_find(profile, "w"), "e1"), 2);
	ck_assert_uint_eq(
	    graph_card_place(profile, lines_find(profile, "v"), "e1"), 0);
	profile_free(profile);
}
END_TEST

START_TEST(one_instance_does_not_wait_for_itself)
{
	lines_expect_error(LINES("l over w", "w match",
			       "g in-order of l@e0 l"),
	    "p.yaml:3:20: error: these wait for each other: 'g' tries 'l@e0' "
	    "before 'l' (p.yaml:3:20); drop 'l' from 'of' of 'g', or let it "
	    "'try: all'; 'l' means each of its instances, also 'l@e0'\n");
	lines_expect_error(LINES("w match", "l over w",
			       "g in-order of l l@e0"),
	    "drop 'l@e0' from 'of' of 'g', or let it 'try: all'; 'l' means "
	    "each of its instances, also 'l@e0'\n");
	lines_expect_error(
	    LINES("w match", "l over w", "a over l@e0 after w@e1",
		"b over l@e1", "g in-order of a b"),
	    "these wait for each other: 'a' is after 'w@e1' (p.yaml:3:19); "
	    "'g' tries 'a' before 'b' (p.yaml:5:17), which may pull 'w@e1': "
	    "'b' is over 'l@e1' (p.yaml:4:8) and 'l@e1' is over 'w' "
	    "(p.yaml:2:8); drop 'w@e1' from 'after' of 'a'\n");
	/* Some instance of w may be the one that a is over. */
	lines_expect_error(LINES("w match", "a over w@e0", "b requires w",
			       "g in-order of a b"),
	    "which may pull 'w@e0': 'b' requires 'w' (p.yaml:3:12); ");
}
END_TEST

START_TEST(what_goes_round_on_each_card_is_told_once)
{
	_cleanup_(free_ptr) char *got = NULL;
	const char *at;
	int n = 0;

	lines_build(LINES("w match", "a over w requires b", "b over w after a",
		  "g in-order of a@e0 a@e1 a@e2"), &got);
	for (at = got; (at = strstr(at, "error: ")); at++)
		n++;
	ck_assert_int_eq(n, 1);
	ck_assert_ptr_nonnull(strstr(got,
	    "each other: 'a' requires 'b' (p.yaml:2:19); 'b' is after 'a' "
	    "(p.yaml:3:16); drop"));
}
END_TEST

START_TEST(a_group_has_gates_on_each_card)
{
	struct profile *profile = lines_build(LINES("w match", "l over w",
	    "m over w", "g over w in-order of l m", "h in-order of g@e1 g@e0"),
	    NULL);

	ck_assert_uint_lt(rank(profile, "l@e1"), gate_rank(profile, "g@e1", 1));
	ck_assert_uint_lt(gate_rank(profile, "g@e1", 1), rank(profile, "m@e1"));
	ck_assert_uint_lt(rank(profile, "g@e1"), gate_rank(profile, "h", 1));
	ck_assert_uint_lt(gate_rank(profile, "h", 1), rank(profile, "l@e0"));
	ck_assert_uint_lt(gate_rank(profile, "g@e0", 1), rank(profile, "m@e0"));
	ck_assert_uint_lt(rank(profile, "g@e0"), rank(profile, "h"));
	profile_free(profile);
}
END_TEST

/* On e0 it is the card's own l that m requires, and surely pulled. */
START_TEST(the_card_named_may_be_that_of_the_group)
{
	struct profile *profile = lines_build(LINES("w match", "l over w",
	    "m over w requires l@e0", "g over w in-order of l m"), NULL);

	ck_assert_uint_lt(gate_rank(profile, "g", 1), rank(profile, "l@e0"));
	ck_assert_uint_lt(rank(profile, "l"), gate_rank(profile, "g", 1));
	ck_assert_uint_lt(rank(profile, "l@e0"), gate_rank(profile, "g@e0", 1));
	profile_free(profile);
	lines_expect_error(
	    LINES("w match", "l over w", "m over w requires l@e0",
		"g over w in-order of m l"),
	    "'g@e0' tries 'm' before 'l' (p.yaml:4:24); 'm@e0' requires "
	    "'l@e0' (p.yaml:3:19); drop 'l' from 'of' of 'g'");
}
END_TEST

START_TEST(levels_are_those_of_declarations)
{
	struct profile *profile = lines_build(LINES("x requires l@e0",
	    "y requires x", "l over w", "w match", "g in-order of l@e0 l@e1"),
	    NULL);

	ck_assert_uint_eq(lines_find(profile, "w")->level, 0);
	ck_assert_uint_eq(lines_find(profile, "l")->level, 1);
	ck_assert_uint_eq(lines_find(profile, "x")->level, 2);
	ck_assert_uint_eq(lines_find(profile, "y")->level, 3);
	ck_assert_uint_eq(lines_find(profile, "g")->level, 2);
	profile_free(profile);
}
END_TEST

/* ---- against brute force ---- */

/*
 * Items are what a reference may mean: of each declaration all of it, and, of
 * a template, the instance on e0, on e1, and on any other card. All but the
 * first of a template are vertices, too, and after them the gates of each.
 */
enum { N_MAX = 6, SCOPES = 4, ITEMS = N_MAX * SCOPES, V_MAX = 64 };
enum { N_GOOD = 1000 };

typedef uint64_t set;

static uint32_t seed;

static uint32_t draw(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static set bit(uint32_t i)
{
	return (set)1 << i;
}

struct words {
	struct text text[N_MAX];
	bool is_template[N_MAX];
};

static void write_ref(struct words *words, struct text *text, uint32_t to)
{
	text_printf(text, " n%u", to);
	if (words->is_template[to] && draw(5) < 3)
		text_printf(text, "@e%u", draw(2));
}

/* Names first what it is over, and has instances if that does. */
static void write_over(struct words *words, uint32_t i)
{
	struct text *text = &words->text[i];
	uint32_t to = i ? draw(i) : 0;

	text_printf(text, "n%u", i);
	if (!i || draw(8) == 0) {
		text_append(text, " match");
		words->is_template[i] = true;
	} else if (draw(2)) {
		size_t n = text->n;

		text_append(text, " over");
		write_ref(words, text, to);
		words->is_template[i] = words->is_template[to] &&
					!strchr(text->data + n, '@');
	}
}

/* No two are the same. */
static void write_members(struct words *words, uint32_t i, uint32_t n)
{
	struct text *text = &words->text[i];
	uint32_t to = draw(3) ? draw(i) : draw(n), card = draw(2);

	text_append(text, draw(4) ? " in-order of" : " of");
	if (words->is_template[to] && draw(2)) {
		text_printf(text, " n%u@e%u n%u@e%u", to, card, to, 1 - card);
		if (!draw(4))
			text_printf(text, " n%u", to);
		return;
	}
	for (uint32_t j = 0, k = 2 + draw(2); j < k; j++)
		write_ref(words, text, (to + j) % n);
}

static void write_others(struct words *words, uint32_t i, uint32_t n)
{
	static const char *const keys[] = { "requires", "requires", "wants",
		"after", "when", "key-pulls" };
	struct text *text = &words->text[i];

	if (i && draw(5) < 2)
		write_members(words, i, n);
	while (draw(2)) {
		text_printf(text, " %s", keys[draw(ARRAY_SIZE(keys))]);
		write_ref(words, text, draw(6) && i ? draw(i) : draw(n));
	}
}

struct brute {
	struct profile *profile;
	uint32_t n, n_vertices;
	struct {
		const struct decl *decl;
		uint32_t scope, gate;
	} vertices[V_MAX];
	set pulls[ITEMS], sure[ITEMS];
	set before[V_MAX]; /* those that it influences */
	set absent; /* items that have no instance */
	set dead;   /* those, and what is never up for that */
};

static uint32_t item_of(
    const struct decl *from, uint32_t scope, const struct ref *ref)
{
	uint32_t item = ref->decl->index * SCOPES;

	if (ref->device)
		return item + (ref->device[1] == '0' ? 1 : 2);
	return from->root && from->root == ref->decl->root ? item + scope
							   : item;
}

/* What is meant: all instances, or the one. */
static set vertices_of(const struct brute *brute, uint32_t item)
{
	const struct decl *decl = &brute->profile->decls[item / SCOPES];

	return decl->root && item % SCOPES == 0
		   ? bit(item + 1) | bit(item + 2) | bit(item + 3)
		   : bit(item);
}

static void influence(struct brute *brute, set from, uint32_t to)
{
	for (uint32_t v = 0; v < V_MAX; v++)
		if (from & ~brute->dead & bit(v))
			brute->before[v] |= bit(to);
}

static void fill_item(struct brute *brute, struct decl *d, uint32_t scope)
{
	uint32_t item = d->index * SCOPES + scope;
	bool is_vertex = !d->root || scope;
	const struct refs *lists[] = { &d->requires, &d->over, &d->of,
		&d->rare->wants, &d->rare->key_pulls, &d->rare->after,
		&d->rare->when_refs };

	for (uint32_t l = 0; l < ARRAY_SIZE(lists); l++)
		for (uint32_t j = 0; j < lists[l]->n; j++) {
			uint32_t to =
			    item_of(d, scope, &lists[l]->items[j]);

			bool pulls = l < 5 && !(brute->absent & bit(item));

			if (pulls)
				brute->pulls[item] |= bit(to);
			if (pulls && !(l == 2 && d->is_in_order && j))
				brute->sure[item] |= bit(to);
			if (is_vertex && l != 3 && l != 4)
				influence(
				    brute, vertices_of(brute, to), item);
		}
}

static bool is_covered(set sure, uint32_t item)
{
	return sure & (bit(item) | bit(item - item % SCOPES));
}

/* What may be pulled from there on without passing what is sure. */
static set may_pull(const struct brute *brute, uint32_t item, set sure)
{
	set may = bit(item), before = 0;

	while (may != before) {
		before = may;
		for (uint32_t i = 0; i < ITEMS; i++)
			for (uint32_t to = 0; to < ITEMS; to++)
				if (may & bit(i) &&
				    brute->pulls[i] & bit(to) &&
				    !is_covered(sure, to))
					may |= bit(to);
	}
	return may;
}

static void fill_gates(
    struct brute *brute, const struct decl *group, uint32_t scope)
{
	set sure = 0;

	for (uint32_t i = 1; i < group->of.n; i++) {
		uint32_t gate = brute->n_vertices++;
		set may;

		ck_assert_uint_lt(gate, V_MAX);
		brute->vertices[gate].decl = group;
		brute->vertices[gate].scope = scope;
		brute->vertices[gate].gate = i;
		for (uint32_t j = 0; j < i; j++) {
			uint32_t m =
			    item_of(group, scope, &group->of.items[j]);

			influence(brute, vertices_of(brute, m), gate);
			sure |= bit(m) | brute->sure[m];
		}
		may = may_pull(brute,
		    item_of(group, scope, &group->of.items[i]), sure);
		for (uint32_t item = 0; item < ITEMS; item++)
			if (may & bit(item))
				brute->before[gate] |=
				    vertices_of(brute, item);
		brute->before[gate] |= bit(group->index * SCOPES + scope);
	}
}

static void close_over(set *matrix, uint32_t n)
{
	for (uint32_t k = 0; k < n; k++)
		for (uint32_t i = 0; i < n; i++)
			if (matrix[i] & bit(k))
				matrix[i] |= matrix[k];
}

static void brute_fill(struct brute *brute)
{
	brute->n_vertices = ITEMS;
	for (uint32_t i = 0; i < brute->n; i++) {
		struct decl *d = &brute->profile->decls[i];

		for (uint32_t s = 0; s < (d->root ? SCOPES : 1); s++) {
			fill_item(brute, d, s);
			brute->vertices[i * SCOPES + s].decl = d;
			brute->vertices[i * SCOPES + s].scope = s;
		}
		if (d->root) /* no vertex */
			brute->vertices[i * SCOPES].decl = NULL;
	}
	close_over(brute->sure, ITEMS);
	for (uint32_t i = 0; i < brute->n; i++) {
		const struct decl *d = &brute->profile->decls[i];

		for (uint32_t s = d->root != NULL;
			d->is_in_order && s < (d->root ? SCOPES : 1); s++)
			fill_gates(brute, d, s);
	}
	close_over(brute->before, V_MAX);
}

static void check_ranks(const struct brute *brute)
{
	static const char *const devices[] = { "", "e0", "e1", "e2" };
	uint32_t ranks[V_MAX];

	for (uint32_t v = 0; v < brute->n_vertices; v++) {
		const struct decl *decl = brute->vertices[v].decl;

		if (decl)
			ranks[v] = decl_rank(decl,
			    decl->root ? graph_card_place(brute->profile,
					     decl->root,
					     devices[brute->vertices[v].scope])
				       : 0,
			    brute->vertices[v].gate);
	}
	for (uint32_t v = 0; v < brute->n_vertices; v++)
		for (uint32_t to = 0; to < brute->n_vertices; to++)
			if (brute->before[v] & bit(to))
				ck_assert_uint_lt(ranks[v], ranks[to]);
}

static bool goes_round(const struct brute *brute)
{
	for (uint32_t v = 0; v < brute->n_vertices; v++)
		if (brute->before[v] & bit(v))
			return true;
	return false;
}

static bool is_dead(
    const struct brute *brute, const struct decl *d, uint32_t scope)
{
	const struct refs *lists[] = { &d->requires, &d->over,
		&d->rare->key_requires };
	uint32_t n_dead = 0;

	for (uint32_t l = 0; l < ARRAY_SIZE(lists); l++)
		for (uint32_t j = 0; j < lists[l]->n; j++)
			if (brute->dead &
			    bit(item_of(d, scope, &lists[l]->items[j])))
				return true;
	for (uint32_t j = 0; j < d->of.n; j++)
		if (brute->dead & bit(item_of(d, scope, &d->of.items[j])))
			n_dead++;
	return d->schema == &schema_all ? n_dead : n_dead && n_dead == d->of.n;
}

/* Of the roots of that set, by item, there is no device, or not that one. */
static void take_devices(struct brute *brute, set roots)
{
	set before;

	for (uint32_t i = 0; i < brute->n; i++) {
		const struct decl *root = brute->profile->decls[i].root;
		set gone = root ? roots >> root->index * SCOPES &
				      (bit(SCOPES) - 1)
				: 0;

		if (gone & bit(0))
			gone = bit(SCOPES) - 1;
		brute->absent |= gone << i * SCOPES;
	}
	brute->dead = brute->absent;
	do {
		before = brute->dead;
		for (uint32_t i = 0; i < brute->n * SCOPES; i++)
			if (is_dead(brute,
				&brute->profile->decls[i / SCOPES],
				i % SCOPES))
				brute->dead |= bit(i);
	} while (brute->dead != before);
}

/* Whichever devices templates have: any, e0, e1. */
static bool may_go_round(const struct brute *brute)
{
	set all = 0;

	for (uint32_t i = 0; i < brute->n; i++)
		if (brute->profile->decls[i].match)
			all |= (bit(SCOPES - 1) - 1) << i * SCOPES;
	for (set roots = all;; roots = (roots - 1) & all) {
		struct brute without = {
			.profile = brute->profile, .n = brute->n
		};

		take_devices(&without, roots);
		brute_fill(&without);
		if (goes_round(&without))
			return true;
		if (!roots)
			return false;
	}
}

START_TEST(ranks_and_cycles_are_those_of_brute_force)
{
	uint32_t n_good = 0, n_split = 0, n_named = 0;

	for (seed = 1; n_split < N_GOOD / 10 || n_good < N_GOOD;) {
		struct words words = { 0 };
		const char *lines[N_MAX];
		struct brute brute = { .n = 3 + draw(N_MAX - 2) };
		_cleanup_(free_ptr) char *errors = NULL;

		for (uint32_t i = 0; i < brute.n; i++)
			write_over(&words, i);
		for (uint32_t i = 0; i < brute.n; i++) {
			write_others(&words, i, brute.n);
			lines[i] = words.text[i].data;
		}
		struct profile *built =
		    lines_build(lines, brute.n, &errors);
		/* Roots are known there, too. */
		brute.profile = built ? built : lines_make(lines, brute.n);
		for (uint32_t i = 0; !built && i < brute.n; i++) {
			struct decl *d = &brute.profile->decls[i];

			d->root = d->match ? d : NULL;
			if (d->over.n && !d->over.items[0].device)
				d->root = d->over.items[0].decl->root;
		}
		brute_fill(&brute);
		ck_assert_msg(may_go_round(&brute) == !built,
		    "%s\n%s\n%s\n%s\n%s\n%s\n%s", lines[0], lines[1],
		    lines[2], brute.n > 3 ? lines[3] : "",
		    brute.n > 4 ? lines[4] : "", brute.n > 5 ? lines[5] : "",
		    errors);
		if (built) {
			n_good++;
			n_split += profile_graph(built)->n_cards > 0;
			check_ranks(&brute);
		} else {
			message_check(brute.profile, errors);
			n_named += strstr(errors, "@e") != NULL;
		}
		profile_free(brute.profile);
		for (uint32_t i = 0; i < brute.n; i++)
			text_clear(&words.text[i]);
	}
	ck_assert_uint_gt(n_named, 100);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("graph-cards");
	TCase *tc = tcase_create("graph-cards");

	tcase_set_timeout(tc, 300);
	tcase_add_test(tc, instances_are_tried_in_order);
	tcase_add_test(tc, cards_have_ranks_where_an_order_needs_them);
	tcase_add_test(tc, one_instance_does_not_wait_for_itself);
	tcase_add_test(tc, what_goes_round_on_each_card_is_told_once);
	tcase_add_test(tc, a_group_has_gates_on_each_card);
	tcase_add_test(tc, the_card_named_may_be_that_of_the_group);
	tcase_add_test(tc, levels_are_those_of_declarations);
	tcase_add_test(tc, ranks_and_cycles_are_those_of_brute_force);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
