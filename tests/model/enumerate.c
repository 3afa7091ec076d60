/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/enumerate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "tests/model/phrases.h"

enum { N_MAX = ENUMERATE_NODES_MAX, ORDERS_MAX = 24 };

/* The i-th node; masks are of nodes. */
struct shape {
	const struct phrase *kind; /* with the keys that it must have */
	uint8_t over, requires, wants, after;
	/* Of those named in kind, when, and the lists above: NAME@e0. */
	uint8_t kind_at, when_at, at;
	const struct phrase *when, *start, *hold, *timeout;
};

/* Another numbering of the nodes. */
struct renaming {
	uint8_t to[N_MAX];
	/* By node: what the phrase becomes, of those of the node's new number;
	 * or PHRASES_MAX: it would name one that comes later. */
	uint16_t kinds[N_MAX][PHRASES_MAX], conditions[N_MAX][PHRASES_MAX];
};

struct maker {
	struct enumeration *e;
	struct phrases kinds[N_MAX], conditions[N_MAX];
	struct shape shapes[N_MAX];
	uint8_t order[N_MAX]; /* place in the profile -> node */
	uint32_t n_renamings;
	struct renaming renamings[ORDERS_MAX];
	struct world world;
};

/* ---- a profile ---- */

static const struct phrase starts[] = { { "", "", 0, 0 },
	{ "auto", "", 1, 0 }, { "hotplug", "", 1, 0 }, { "manual", "", 1, 0 } },
    holds[] = { { "", "", 0, 0 }, { "3s", "", 1, 0 }, { "forever", "", 1, 0 } },
    timeouts[] = { { "0s", "", 0, 0 }, { "2s", "", 1, 0 } };

static bool is_kind(const struct shape *shape, const char *kind)
{
	size_t n = strlen(kind);

	return !strncmp(shape->kind->text, kind, n) &&
	       (!shape->kind->text[n] || shape->kind->text[n] == ',');
}

static bool has_provider(const struct shape *shape)
{
	return is_kind(shape, "fake") || is_kind(shape, "kit") ||
	       is_kind(shape, "link") || is_kind(shape, "task");
}

/* Those that the node names come before it, but for `wants` without a card. */
static uint32_t needs_of(const struct shape *shape)
{
	return shape->kind->names | shape->when->names | shape->over |
	       shape->requires | shape->after | shape->at;
}

/* Here the text names a node: no word that ends in n has a digit after it. */
static bool is_node(const char *text)
{
	return *text == 'n' && text[1] >= '0' && text[1] < '0' + N_MAX;
}

/* Those of the first n that have an instance for each card. */
static uint32_t templates_of(const struct maker *m, uint32_t n)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct shape *shape = &m->shapes[i];

		if (strstr(shape->kind->text, "match: { name") ||
		    (shape->over & found & ~(uint32_t)shape->at))
			found |= 1u << i;
	}
	return found;
}

/* All nodes hang together. */
static bool is_connected(const struct maker *m)
{
	uint32_t reached = 1, before = 0, n = m->e->n_nodes;

	while (reached != before) {
		before = reached;
		for (uint32_t i = 0; i < n; i++) {
			const struct shape *shape = &m->shapes[i];
			uint32_t names = needs_of(shape) | shape->wants;

			if (reached & 1u << i)
				reached |= names;
			if (reached & names)
				reached |= 1u << i;
		}
	}
	return reached == (1u << n) - 1;
}

/*
 * One and the same profile, in its order, may have several numberings in
 * which nodes name only those before them. The first is taken: that which
 * takes the first node in the profile that can be next.
 */
static bool is_first_numbering(const struct maker *m)
{
	uint32_t done = 0, n = m->e->n_nodes;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t node = 0;

		for (uint32_t place = 0; place < n; place++) {
			node = m->order[place];
			if (!(done & 1u << node) &&
			    !(needs_of(&m->shapes[node]) & ~done))
				break;
		}
		if (node != i)
			return false;
		done |= 1u << node;
	}
	return true;
}

/* The text, and @e0 behind those names. */
static void name_cards(char *to, const char *text, uint32_t at)
{
	while (*text) {
		bool is_name = is_node(text);

		*to++ = *text++;
		if (!is_name)
			continue;
		*to++ = *text;
		if (at & 1u << (*text++ - '0'))
			to = stpcpy(to, "@e0");
	}
	*to = '\0';
}

static struct world_key *set_key(
    struct world_node *node, const char *name, const char *value)
{
	struct world_key *key = &node->keys[node->n_keys++];

	assert(node->n_keys <= KEYS_MAX);
	key->is_list = false;
	key->out = 0;
	key->n_items = 0;
	snprintf(key->name, sizeof(key->name), "%s", name);
	if (value)
		strcpy(key->items[key->n_items++], value);
	return key;
}

static void set_refs(struct world_node *node, const char *name,
    uint32_t mask, uint32_t at)
{
	struct world_key *key;

	if (!mask)
		return;
	key = set_key(node, name, NULL);
	key->is_list = strcmp(name, "over") != 0;
	for (uint32_t i = 0; i < N_MAX; i++)
		if (mask & 1u << i)
			snprintf(key->items[key->n_items++],
			    sizeof(key->items[0]), "n%u%s", i,
			    at & 1u << i ? "@e0" : "");
}

/* "any, of: [a, b]": the kind, and its keys. */
static void set_kind(struct world_node *node, const char *text)
{
	char copy[128], *rest = copy, *kind, *part;

	strcpy(copy, text);
	kind = strsep(&rest, ",");
	strcpy(node->kind, kind);
	while (rest && *rest) {
		char *end = rest;

		/* To the next comma that is in no brackets. */
		for (int depth = 0; *end && (depth || *end != ','); end++)
			depth += *end == '[' || *end == '{'   ? 1
				 : *end == ']' || *end == '}' ? -1
							      : 0;
		part = rest + 1;
		rest = *end ? end + 1 : end;
		*end = '\0';
		char *value = strstr(part, ": ");
		assert(value);
		*value = '\0';
		set_key(node, part, value + 2);
	}
}

static void make_node(
    struct world_node *node, const struct shape *shape, uint32_t i)
{
	char text[128];

	node->n_keys = 0;
	node->out = 0;
	snprintf(node->name, sizeof(node->name), "n%u", i);
	name_cards(text, shape->kind->text, shape->kind_at);
	set_kind(node, text);
	set_refs(node, "over", shape->over, shape->at);
	set_refs(node, "requires", shape->requires, shape->at);
	set_refs(node, "wants", shape->wants, shape->at);
	set_refs(node, "after", shape->after, shape->at);
	name_cards(text, shape->when->text, shape->when_at);
	if (*text)
		set_key(node, "when", text);
	if (*shape->start->text)
		set_key(node, "start", shape->start->text);
	if (*shape->hold->text)
		set_key(node, "hold", shape->hold->text);
	/* What could end by itself after a longer time does not, and what is
	 * retried always is after the same: else there is no end of states. */
	if (has_provider(shape)) {
		set_key(node, "timeout", shape->timeout->text);
		set_key(node, "retry", "{ delay: 1s, max-delay: 1s }");
	}
}

static void emit(struct maker *m)
{
	struct enumeration *e = m->e;

	if (e->n_profiles++ % e->parts != e->part)
		return;
	m->world.n_nodes = e->n_nodes;
	m->world.n_inputs = 0;
	for (uint32_t place = 0; place < e->n_nodes; place++)
		make_node(&m->world.nodes[place],
		    &m->shapes[m->order[place]], m->order[place]);
	e->profile(e->ctx, &m->world);
}

/* Calls for every order of the nodes: m->order. */
static void permute(struct maker *m, uint32_t place, uint32_t used,
    void (*call)(struct maker *m))
{
	if (place == m->e->n_nodes) {
		call(m);
		return;
	}
	for (uint32_t i = 0; i < m->e->n_nodes; i++) {
		if (used & 1u << i)
			continue;
		m->order[place] = (uint8_t)i;
		permute(m, place + 1, used | 1u << i, call);
	}
}

static void emit_ordered(struct maker *m)
{
	if (!is_first_numbering(m))
		return;
	m->e->n_orders++;
	emit(m);
}

/* ---- in one order only ---- */

static void rename_text(char *to, const char *from, const uint8_t *number)
{
	do {
		*to++ = *from;
		if (is_node(from))
			*to++ = (char)('0' + number[*++from - '0']);
	} while (*from++);
}

static void rename_phrases(const struct phrases *from,
    const struct phrases *to, const uint8_t *number, uint16_t *renamed)
{
	phrase_text text;

	for (uint32_t i = 0; i < from->n; i++) {
		rename_text(text, from->items[i].text, number);
		renamed[i] = phrases_find(to, text);
	}
}

static void add_renaming(struct maker *m)
{
	struct renaming *renaming = &m->renamings[m->n_renamings++];

	for (uint32_t i = 0; i < m->e->n_nodes; i++)
		renaming->to[m->order[i]] = (uint8_t)i;
	for (uint32_t i = 0; i < m->e->n_nodes; i++) {
		uint32_t to = renaming->to[i];

		rename_phrases(&m->kinds[i], &m->kinds[to], renaming->to,
		    renaming->kinds[i]);
		rename_phrases(&m->conditions[i], &m->conditions[to],
		    renaming->to, renaming->conditions[i]);
	}
}

static uint32_t rename_mask(uint32_t mask, const uint8_t *number)
{
	uint32_t renamed = 0;

	for (uint32_t i = 0; i < N_MAX; i++)
		if (mask & 1u << i)
			renamed |= 1u << number[i];
	return renamed;
}

/* The shape as a number; UINT64_MAX: renamed, it names one after it. */
static uint64_t renamed_shape(
    const struct maker *m, const struct renaming *renaming, uint32_t i)
{
	const struct shape *shape = &m->shapes[i];
	const uint8_t *to = renaming->to;
	uint64_t kind = renaming->kinds[i][shape->kind - m->kinds[i].items],
		 when = renaming->conditions[i][shape->when -
						m->conditions[i].items];
	uint32_t over = rename_mask(shape->over, to),
		 requires = rename_mask(shape->requires, to),
		 after = rename_mask(shape->after, to),
		 at = rename_mask(shape->at, to);

	if (kind == PHRASES_MAX || when == PHRASES_MAX ||
	    (over | requires | after | at) >> to[i])
		return UINT64_MAX;
	return kind << 53 | when << 42 | (uint64_t)over << 38 |
	       (uint64_t)requires << 34 |
	       (uint64_t)rename_mask(shape->wants, to) << 30 |
	       (uint64_t)after << 26 |
	       (uint64_t)rename_mask(shape->kind_at, to) << 22 |
	       (uint64_t)rename_mask(shape->when_at, to) << 18 |
	       at << 14 |
	       (uint32_t)(shape->start - starts) << 4 |
	       (uint32_t)(shape->hold - holds) << 2 |
	       (uint32_t)(shape->timeout - timeouts);
}

/*
 * Of one and the same profile in all its numberings that name only those
 * before, the least is taken. *n_same: so many renamings leave it as it is.
 */
static bool is_least_numbering(const struct maker *m, uint32_t *n_same)
{
	uint64_t own[N_MAX], other[N_MAX] = { 0 };
	uint32_t n = m->e->n_nodes;

	*n_same = 0;
	/* The first leaves all names as they are. */
	for (uint32_t i = 0; i < n; i++)
		own[i] = renamed_shape(m, &m->renamings[0], i);
	for (uint32_t j = 0; j < m->n_renamings; j++) {
		const struct renaming *renaming = &m->renamings[j];
		bool is_valid = true;
		int order = 0;

		for (uint32_t i = 0; i < n && is_valid; i++) {
			other[renaming->to[i]] = renamed_shape(m, renaming, i);
			is_valid = other[renaming->to[i]] != UINT64_MAX;
		}
		for (uint32_t i = 0; i < n && is_valid && !order; i++)
			order = (other[i] > own[i]) - (other[i] < own[i]);
		if (order < 0)
			return false;
		*n_same += is_valid && !order;
	}
	return true;
}

static void emit_least(struct maker *m)
{
	struct enumeration *e = m->e;
	uint32_t n_same;

	if (!is_least_numbering(m, &n_same))
		return;
	/* Any, but always the same. */
	memcpy(m->order,
	    m->renamings[e->n_profiles * 7919 / 64 % m->n_renamings].to,
	    sizeof(m->order));
	e->n_orders += m->n_renamings / n_same;
	emit(m);
}

/* ---- all of them ---- */

static uint32_t count(uint32_t mask)
{
	return (uint32_t)__builtin_popcount(mask);
}

static void make_shapes(struct maker *m, uint32_t i, uint32_t left);

/* start, hold, timeout: those that mean something. */
static void make_rest(struct maker *m, uint32_t i, uint32_t left)
{
	struct shape *shape = &m->shapes[i];
	bool is_fake = is_kind(shape, "fake");
	bool can_lose = shape->over | shape->requires;
	uint32_t n_starts = m->e->is_core ? 1 : has_provider(shape) ? 3 : 4;

	for (uint32_t a = 0; a < n_starts; a++) {
		/* hotplug is what those without provider have. */
		if (!has_provider(shape) && a == 2)
			continue;
		for (uint32_t b = 0; b < (can_lose && !m->e->is_core ? 3 : 1);
			b++) {
			for (uint32_t c = 0; c < (is_fake && !m->e->is_core
							 ? 2 : 1); c++) {
				uint32_t weight = starts[a].weight +
				    holds[b].weight + timeouts[c].weight;

				if (weight > left)
					continue;
				shape->start = &starts[a];
				shape->hold = &holds[b];
				shape->timeout = &timeouts[c];
				make_shapes(m, i + 1, left - weight);
			}
		}
	}
}

/* From the empty one on to all of the mask. False: it was the last. */
static bool next_subset(uint8_t *subset, uint32_t mask)
{
	*subset = (uint8_t)((*subset - mask) & mask);
	return *subset;
}

static void make_conditions(struct maker *m, uint32_t i, uint32_t left)
{
	struct shape *shape = &m->shapes[i];
	const struct phrases *all = &m->conditions[i];

	for (uint32_t j = 0; j < all->n; j++) {
		if (all->items[j].weight > left)
			continue;
		shape->when = &all->items[j];
		shape->when_at = 0;
		do {
			make_rest(m, i, left - all->items[j].weight);
		} while (next_subset(&shape->when_at,
		    all->items[j].names & templates_of(m, i)));
	}
}

/* `wants` may go round, and so name any node. */
static void make_orders(struct maker *m, uint32_t i, uint32_t left)
{
	struct shape *shape = &m->shapes[i];
	uint32_t n = m->e->is_core ? 1 : 1u << m->e->n_nodes;

	for (uint32_t wants = 0; wants < n; wants++) {
		if (wants & 1u << i || count(wants) > left)
			continue;
		shape->wants = (uint8_t)wants;
		for (uint32_t after = 0; after < (n > 1 ? 1u << i : 1);
			after++) {
			uint32_t weight = count(wants) + count(after);

			if (weight > left)
				continue;
			shape->after = (uint8_t)after;
			shape->at = 0;
			do {
				make_conditions(m, i, left - weight);
			} while (next_subset(&shape->at,
			    (shape->over | shape->requires | wants | after) &
				templates_of(m, i)));
		}
	}
}

static void make_needs(struct maker *m, uint32_t i, uint32_t left)
{
	struct shape *shape = &m->shapes[i];
	bool is_link = is_kind(shape, "link");

	for (uint32_t over = 0; over <= i; over++) {
		shape->over = (uint8_t)(over ? 1u << (over - 1) : 0);
		if ((shape->kind->needs_over && !over) || (is_link && over) ||
		    (is_kind(shape, "state") && over))
			continue;
		for (uint32_t requires = 0; requires < 1u << i; requires++) {
			uint32_t weight = count(requires) + (over > 0);

			if (weight > left || requires & shape->over)
				continue;
			shape->requires = (uint8_t)requires;
			make_orders(m, i, left - weight);
		}
	}
}

static void make_shapes(struct maker *m, uint32_t i, uint32_t left)
{
	if (i == m->e->n_nodes) {
		if (!is_connected(m))
			return;
		if (m->e->in_one_order)
			emit_least(m);
		else
			permute(m, 0, 0, emit_ordered);
		return;
	}
	for (uint32_t j = 0; j < m->kinds[i].n; j++) {
		const struct phrase *kind = &m->kinds[i].items[j];

		if (kind->weight > left)
			continue;
		if (kind->cards & ~templates_of(m, i))
			continue;
		m->shapes[i] = (struct shape){ .kind = kind };
		do {
			make_needs(m, i, left - kind->weight);
		} while (next_subset(&m->shapes[i].kind_at,
		    kind->names & templates_of(m, i) &
			~(uint32_t)kind->cards));
	}
}

void enumerate(struct enumeration *e)
{
	static struct maker m;

	assert(e->n_nodes <= N_MAX);
	m = (struct maker){ .e = e };
	for (uint32_t i = 0; i < e->n_nodes; i++) {
		phrases_kinds(&m.kinds[i], i, e->is_core);
		phrases_conditions(&m.conditions[i], i, e->is_core);
	}
	e->n_profiles = e->n_orders = 0;
	if (e->in_one_order)
		permute(&m, 0, 0, add_renaming);
	make_shapes(&m, 0, e->weight_max);
}
