/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/enumerate.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

enum { N_MAX = ENUMERATE_NODES_MAX, PHRASES_MAX = 1024 };

/* A piece of text that may stand in a node, and the nodes that it names. */
struct phrase {
	char text[64];
	uint8_t weight, names;
};

struct phrases {
	uint32_t n;
	struct phrase items[PHRASES_MAX];
};

/* The i-th node; masks are of nodes. */
struct shape {
	const struct phrase *kind; /* with the keys that it must have */
	uint8_t over, requires, wants, after;
	const struct phrase *when, *start, *hold, *timeout;
};

struct maker {
	struct enumeration *e;
	struct phrases kinds[N_MAX], conditions[N_MAX];
	struct shape shapes[N_MAX];
	uint8_t order[N_MAX]; /* place in the profile -> node */
	struct world world;
};

/* ---- phrases ---- */

static void add(struct phrases *to, uint32_t weight, uint32_t names,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

static void add(struct phrases *to, uint32_t weight, uint32_t names,
    const char *format, ...)
{
	struct phrase *phrase = &to->items[to->n++];
	va_list args;
	int n;

	assert(to->n <= PHRASES_MAX);
	*phrase = (struct phrase){ .weight = (uint8_t)weight,
		.names = (uint8_t)names };
	va_start(args, format);
	n = vsnprintf(phrase->text, sizeof(phrase->text), format, args);
	va_end(args);
	assert(n >= 0 && (size_t)n < sizeof(phrase->text));
}

/* Events; ev1 only where ev0 is the other one. */
static void add_events(struct phrases *to, uint32_t i)
{
	add(to, 0, 0, "ev0");
	for (uint32_t j = 0; j < i; j++) {
		add(to, 0, 1u << j, "n%u up", j);
		add(to, 0, 1u << j, "n%u down", j);
		add(to, 0, 1u << j, "n%u failed", j);
	}
}

static void add_intervals(struct phrases *to, uint32_t i, uint32_t weight,
    const char *word, const char *until_word)
{
	struct phrases events = { 0 };

	add_events(&events, i);
	add(&events, 0, 0, "startup");
	for (uint32_t j = 0; j < events.n; j++) {
		const struct phrase *a = &events.items[j];

		add(to, weight, a->names, "%s%s", word, a->text);
		for (uint32_t k = 0; k + 1 < events.n; k++) {
			const struct phrase *b = &events.items[k];

			add(to, weight + 1, a->names | b->names, "%s%s%s%s",
			    word, a->text, until_word,
			    j == k && !j ? "ev1" : b->text);
			if (j == k && j)
				to->n--;
		}
	}
}

static void add_conditions(struct phrases *to, uint32_t i)
{
	struct phrases terms = { 0 }, intervals = { 0 };

	for (uint32_t j = 0; j < i; j++) {
		add(&terms, 1, 1u << j, "n%u", j);
		add(&terms, 1, 1u << j, "not n%u", j);
	}
	add_intervals(&intervals, i, 1, "from ", " until ");
	add(to, 0, 0, "%s", "");
	for (uint32_t j = 0; j < terms.n; j++)
		add(to, 1, terms.items[j].names, "%s", terms.items[j].text);
	for (uint32_t j = 0; j < intervals.n; j++) {
		const struct phrase *in = &intervals.items[j];

		add(to, in->weight, in->names, "%s", in->text);
		add(to, in->weight + 1u, in->names, "not (%s)", in->text);
	}
	for (uint32_t j = 0; j < terms.n; j++) {
		const struct phrase *a = &terms.items[j];

		for (uint32_t k = j + 1; k < terms.n; k++) {
			const struct phrase *b = &terms.items[k];

			if (a->names == b->names)
				continue;
			add(to, 2, a->names | b->names, "%s and %s", a->text,
			    b->text);
			add(to, 2, a->names | b->names, "%s or %s", a->text,
			    b->text);
		}
		for (uint32_t k = 0; k < intervals.n; k++) {
			const struct phrase *b = &intervals.items[k];

			if (b->weight > 1)
				continue;
			add(to, 2, a->names | b->names, "%s and %s", a->text,
			    b->text);
			add(to, 2, a->names | b->names, "%s or %s", a->text,
			    b->text);
		}
	}
}

/* The members of a group: one, two in both orders, or all. */
static void add_groups(struct phrases *to, uint32_t i, bool is_core)
{
	for (uint32_t a = 0; a < i; a++) {
		add(to, 1, 1u << a, "any, of: [n%u]", a);
		if (!is_core)
			add(to, 1, 1u << a, "all, of: [n%u]", a);
		for (uint32_t b = 0; b < i; b++) {
			uint32_t two = 1u << a | 1u << b;

			if (a == b)
				continue;
			add(to, 2, two, "any, of: [n%u, n%u]", a, b);
			if (!is_core)
				add(to, 2, two,
				    "any, try: in-order, of: [n%u, n%u]", a, b);
			if (!is_core && a < b)
				add(to, 2, two, "all, of: [n%u, n%u]", a, b);
			for (uint32_t c = 0; c < i; c++)
				if (c != a && c != b)
					add(to, 3, two | 1u << c,
					    "any, of: [n%u, n%u, n%u]", a, b,
					    c);
		}
	}
}

static void add_kinds(struct phrases *to, uint32_t i, bool is_core)
{
	struct phrases events = { 0 };

	add(to, 0, 0, "fake");
	add_groups(to, i, is_core);
	if (is_core)
		return;
	add(to, 1, 0, "link, match: { name: \"e*\" }");
	add(to, 1, 0, "link, device: e0");
	add_intervals(to, i, 1, "state, from: ", ", until: ");
	add(to, 1, 0, "location, match: { domain: d1 }");
	add(to, 2, 0, "location, match: { domain: d1, gateway-mac: m1 }");
	add_events(&events, i);
	add(&events, 0, 0, "startup");
	for (uint32_t j = 0; j < events.n; j++)
		add(to, 1, events.items[j].names,
		    "task, run: [/bin/true], on-event: %s",
		    events.items[j].text);
}

/* ---- a profile ---- */

static bool is_kind(const struct shape *shape, const char *kind)
{
	size_t n = strlen(kind);

	return !strncmp(shape->kind->text, kind, n) &&
	       (!shape->kind->text[n] || shape->kind->text[n] == ',');
}

static uint32_t names_of(const struct shape *shape)
{
	return shape->kind->names | shape->when->names | shape->over |
	       shape->requires | shape->wants | shape->after;
}

/* All nodes hang together. */
static bool is_connected(const struct maker *m)
{
	uint32_t reached = 1, before = 0, n = m->e->n_nodes;

	while (reached != before) {
		before = reached;
		for (uint32_t i = 0; i < n; i++) {
			uint32_t names = names_of(&m->shapes[i]);

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
			const struct shape *shape;
			uint32_t needs;

			node = m->order[place];
			shape = &m->shapes[node];
			needs = names_of(shape) & ~(uint32_t)shape->wants;
			if (!(done & 1u << node) && !(needs & ~done))
				break;
		}
		if (node != i)
			return false;
		done |= 1u << node;
	}
	return true;
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

static void set_refs(
    struct world_node *node, const char *name, uint32_t mask)
{
	struct world_key *key;

	if (!mask)
		return;
	key = set_key(node, name, NULL);
	key->is_list = strcmp(name, "over") != 0;
	for (uint32_t i = 0; i < N_MAX; i++)
		if (mask & 1u << i)
			snprintf(key->items[key->n_items++],
			    sizeof(key->items[0]), "n%u", i);
}

/* "any, of: [a, b]": the kind, and its keys. */
static void set_kind(struct world_node *node, const char *text)
{
	char copy[64], *rest = copy, *kind, *part;

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
	node->n_keys = 0;
	node->out = 0;
	snprintf(node->name, sizeof(node->name), "n%u", i);
	set_kind(node, shape->kind->text);
	set_refs(node, "over", shape->over);
	set_refs(node, "requires", shape->requires);
	set_refs(node, "wants", shape->wants);
	set_refs(node, "after", shape->after);
	if (*shape->when->text)
		set_key(node, "when", shape->when->text);
	if (*shape->start->text)
		set_key(node, "start", shape->start->text);
	if (*shape->hold->text)
		set_key(node, "hold", shape->hold->text);
	/* What could end by itself after a longer time does not, and what is
	 * retried always is after the same: else there is no end of states. */
	if (!strcmp(node->kind, "fake") || !strcmp(node->kind, "link") ||
	    !strcmp(node->kind, "task")) {
		set_key(node, "timeout", shape->timeout->text);
		set_key(node, "retry", "{ delay: 1s, max-delay: 1s }");
	}
}

static void emit(struct maker *m)
{
	struct enumeration *e = m->e;

	if (!is_first_numbering(m))
		return;
	if (e->n_profiles++ % e->parts != e->part)
		return;
	m->world.n_nodes = e->n_nodes;
	m->world.n_inputs = 0;
	for (uint32_t place = 0; place < e->n_nodes; place++)
		make_node(&m->world.nodes[place],
		    &m->shapes[m->order[place]], m->order[place]);
	e->profile(e->ctx, &m->world);
}

/* Every order of the nodes in the profile. */
static void permute(struct maker *m, uint32_t place, uint32_t used)
{
	if (place == m->e->n_nodes) {
		emit(m);
		return;
	}
	for (uint32_t i = 0; i < m->e->n_nodes; i++) {
		if (used & 1u << i)
			continue;
		m->order[place] = (uint8_t)i;
		permute(m, place + 1, used | 1u << i);
	}
}

/* ---- all of them ---- */

static uint32_t count(uint32_t mask)
{
	return (uint32_t)__builtin_popcount(mask);
}

static void make_shapes(struct maker *m, uint32_t i, uint32_t left);

static const struct phrase none = { "", 0, 0 },
    starts[] = { { "", 0, 0 }, { "auto", 1, 0 }, { "hotplug", 1, 0 },
	    { "manual", 1, 0 } },
    holds[] = { { "", 0, 0 }, { "3s", 1, 0 }, { "forever", 1, 0 } },
    timeouts[] = { { "0s", 0, 0 }, { "2s", 1, 0 } };

/* start, hold, timeout: those that mean something. */
static void make_rest(struct maker *m, uint32_t i, uint32_t left)
{
	struct shape *shape = &m->shapes[i];
	bool is_fake = is_kind(shape, "fake");
	bool has_provider = is_fake || is_kind(shape, "link") ||
			    is_kind(shape, "task");
	bool can_lose = shape->over | shape->requires;
	uint32_t n_starts = m->e->is_core ? 1 : has_provider ? 3 : 4;

	for (uint32_t a = 0; a < n_starts; a++) {
		/* hotplug is what those without provider have. */
		if (!has_provider && a == 2)
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

static void make_conditions(struct maker *m, uint32_t i, uint32_t left)
{
	struct shape *shape = &m->shapes[i];
	const struct phrases *all = &m->conditions[i];

	for (uint32_t j = 0; j < all->n; j++) {
		if (all->items[j].weight > left)
			continue;
		shape->when = &all->items[j];
		make_rest(m, i, left - all->items[j].weight);
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
			make_conditions(m, i, left - weight);
		}
	}
}

static void make_needs(struct maker *m, uint32_t i, uint32_t left)
{
	struct shape *shape = &m->shapes[i];
	bool is_location = is_kind(shape, "location");
	bool is_link = is_kind(shape, "link");

	for (uint32_t over = 0; over <= i; over++) {
		shape->over = (uint8_t)(over ? 1u << (over - 1) : 0);
		if ((is_location && !over) || (is_link && over) ||
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
		if (is_connected(m))
			permute(m, 0, 0);
		return;
	}
	for (uint32_t j = 0; j < m->kinds[i].n; j++) {
		const struct phrase *kind = &m->kinds[i].items[j];

		if (kind->weight > left)
			continue;
		m->shapes[i] = (struct shape){ .kind = kind,
			.when = &none };
		make_needs(m, i, left - kind->weight);
	}
}

void enumerate(struct enumeration *e)
{
	static struct maker m;

	assert(e->n_nodes <= N_MAX);
	m = (struct maker){ .e = e };
	for (uint32_t i = 0; i < e->n_nodes; i++) {
		add_kinds(&m.kinds[i], i, e->is_core);
		if (!e->is_core) {
			add_conditions(&m.conditions[i], i);
			continue;
		}
		add(&m.conditions[i], 0, 0, "%s", "");
		for (uint32_t j = 0; j < i; j++)
			add(&m.conditions[i], 1, 1u << j, "not n%u", j);
	}
	e->n_profiles = 0;
	make_shapes(&m, 0, e->weight_max);
}
