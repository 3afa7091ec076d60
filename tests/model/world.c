/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

const struct world_facts world_facts[WORLD_N_FACTS] = {
	{ 1, { { "domain", "d0" } }, NULL },
	{ 1, { { "domain", "d1" } }, NULL },
	{ 1, { { "domain", "d2" } }, "gateway-mac" },
	{ 2, { { "domain", "d0" }, { "gateway-mac", "m1" } }, NULL },
	{ 0 },
	{ 1, { { "gateway-mac", "m1" } }, NULL },
	{ 1, { { "gateway-mac", "m2" } }, "domain" },
};

uint32_t world_random(uint64_t *seed, uint32_t below)
{
	uint64_t x = *seed += 0x9e3779b97f4a7c15ull;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return (uint32_t)((x ^ (x >> 31)) >> 16) % below;
}

static bool chance(uint64_t *seed, uint32_t percent)
{
	return world_random(seed, 100) < percent;
}

static void add_item(struct world_key *key, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_item(struct world_key *key, const char *format, ...)
{
	char item[sizeof(key->items[0])];
	va_list args;

	va_start(args, format);
	vsnprintf(item, sizeof(item), format, args);
	va_end(args);
	for (uint32_t i = 0; i < key->n_items; i++)
		if (!strcmp(key->items[i], item))
			return;
	if (key->n_items < ITEMS_MAX)
		strcpy(key->items[key->n_items++], item);
}

static struct world_key *add_key(
    struct world_node *node, const char *name, bool is_list)
{
	struct world_key *key = &node->keys[node->n_keys++];

	assert(node->n_keys <= KEYS_MAX);
	*key = (struct world_key){ .is_list = is_list };
	snprintf(key->name, sizeof(key->name), "%s", name);
	return key;
}

static void set_key(
    struct world_node *node, const char *name, const char *value)
{
	add_item(add_key(node, name, false), "%s", value);
}

static struct world_key *find_key(struct world_node *node, const char *name)
{
	for (uint32_t i = 0; i < node->n_keys; i++)
		if (!strcmp(node->keys[i].name, name))
			return &node->keys[i];
	return NULL;
}

/* One of the nodes before the i-th. */
static const char *earlier(
    const struct world *w, uint64_t *seed, uint32_t i)
{
	return w->nodes[world_random(seed, i)].name;
}

/* A template: of the first n nodes the one of that name has `match`, or is
 * over one that does. */
static bool is_template(const struct world *w, uint32_t n, const char *name)
{
	for (uint32_t i = 0; i < n; i++) {
		struct world_node *node = (struct world_node *)&w->nodes[i];
		const struct world_key *over = find_key(node, "over");

		if (strcmp(node->name, name) != 0)
			continue;
		if (!strcmp(node->kind, "link"))
			return find_key(node, "match");
		return over && over->n_items &&
		       is_template(w, i, over->items[0]);
	}
	return false;
}

static void add_refs(const struct world *w, uint64_t *seed, uint32_t i,
    const char *name, uint32_t n_max)
{
	struct world_node *node = (struct world_node *)&w->nodes[i];
	struct world_key *key = add_key(node, name, strcmp(name, "over") != 0);
	uint32_t n = 1 + world_random(seed, n_max);

	while (n--) {
		const char *to = earlier(w, seed, i);

		if (is_template(w, i, to) && chance(seed, 20))
			add_item(key, "%s@e%u", to, world_random(seed, 3));
		else
			add_item(key, "%s", to);
	}
}

/* The members of a group: instances of one template, in some order, and maybe
 * others. */
static void name_members(
    const struct world *w, uint64_t *seed, uint32_t i)
{
	struct world_key *key =
	    find_key((struct world_node *)&w->nodes[i], "of");
	char member[sizeof(key->items[0])];

	strcpy(member, key->items[0]);
	if (!is_template(w, i, member))
		return;
	if (chance(seed, 80))
		key->n_items = 0;
	for (uint32_t n = 1 + world_random(seed, 3); n; n--)
		add_item(key, "%s@e%u", member, world_random(seed, 3));
}

static void make_event(const struct world *w, uint64_t *seed, uint32_t i,
    char *event, size_t size)
{
	static const char *const what[] = { "up", "down", "failed" };

	switch (world_random(seed, 5)) {
	case 0:
		snprintf(event, size, "startup");
		break;
	case 1:
	case 2:
		snprintf(event, size, "ev%u", world_random(seed, 2));
		break;
	default:
		snprintf(event, size, "%s %s", earlier(w, seed, i),
		    what[world_random(seed, 3)]);
	}
}

static void make_term(const struct world *w, uint64_t *seed, uint32_t i,
    unsigned features, char *term, size_t size)
{
	char from[32], until[32];

	if (!(features & WORLD_EVENTS) || chance(seed, 70)) {
		snprintf(term, size, "%s%s", chance(seed, 50) ? "not " : "",
		    earlier(w, seed, i));
		return;
	}
	make_event(w, seed, i, from, sizeof(from));
	make_event(w, seed, i, until, sizeof(until));
	if (!strcmp(from, until) || chance(seed, 20))
		snprintf(term, size, "from %s", from);
	else
		snprintf(term, size, "from %s until %s", from, until);
}

static void make_when(struct world *w, uint64_t *seed, uint32_t i,
    unsigned features)
{
	struct world_key *key = add_key(&w->nodes[i], "when", false);
	char a[80], b[80];

	make_term(w, seed, i, features, a, sizeof(a));
	if (strlen(a) > 12 || chance(seed, 60)) {
		add_item(key, "%s", a);
		return;
	}
	make_term(w, seed, i, features & ~(unsigned)WORLD_EVENTS, b,
	    sizeof(b));
	add_item(key, "%s %s %s", a, chance(seed, 50) ? "and" : "or", b);
}

/* A key of its kind, without which the node would be refused. */
static bool is_own_key(const struct world_key *key)
{
	static const char *const names[] = { "match", "device", "of", "try",
		"from", "until", "run", "on-event", "needs", "ports", "hears",
		"text", "name", "choice" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(key->name, names[i]))
			return true;
	return false;
}

static void make_kind(struct world *w, uint64_t *seed, uint32_t i,
    unsigned features)
{
	struct world_node *node = &w->nodes[i];
	uint32_t dice = world_random(seed, 100);
	char event[32], until[32];

	strcpy(node->kind, "fake");
	if (features & WORLD_CARDS && dice < (i < 2 ? 45 : 12)) {
		strcpy(node->kind, "link");
		if (chance(seed, 75))
			set_key(node, "match",
			    chance(seed, 70) ? "{ name: \"e*\" }"
					     : "{ type: wlan }");
		else
			set_key(node, "device",
			    chance(seed, 50) ? "e2" : "e1");
		return;
	}
	if (!i)
		return;
	if (features & WORLD_GROUPS && dice < 40) {
		strcpy(node->kind, chance(seed, 70) ? "any" : "all");
		add_refs(w, seed, i, "of", 3);
		if (features & WORLD_IN_ORDER && chance(seed, 60) &&
		    !strcmp(node->kind, "any")) {
			set_key(node, "try", "in-order");
			if (chance(seed, 60))
				name_members(w, seed, i);
		}
	} else if (features & WORLD_EVENTS && dice < 45) {
		strcpy(node->kind, "state");
		make_event(w, seed, i, event, sizeof(event));
		make_event(w, seed, i, until, sizeof(until));
		set_key(node, "from", event);
		if (strcmp(event, until) != 0)
			set_key(node, "until", until);
	} else if (features & WORLD_LOCATION && dice < 51) {
		strcpy(node->kind, "location");
		set_key(node, "match",
		    chance(seed, 50) ? "{ domain: d1 }"
				     : "{ domain: d1, gateway-mac: m1 }");
	} else if (features & WORLD_TASK && dice < 56) {
		strcpy(node->kind, "task");
		set_key(node, "run", "[/bin/true]");
		make_event(w, seed, i, event, sizeof(event));
		if (chance(seed, 80))
			set_key(node, "on-event", event);
	} else if (features & WORLD_KEYS && dice < 78) {
		strcpy(node->kind, "kit");
	}
}

/* Keys of a kind of tests. */
static void make_kit(struct world *w, uint64_t *seed, uint32_t i)
{
	static const char *const texts[] = { "a", "b", "\"${domain}\"",
		"\"x ${gateway-mac}\"", "\"${domain} ${gateway-mac}\"" };
	static const char *const choices[] = { "d0", "d1", "\"${domain}\"" };
	struct world_node *node = &w->nodes[i];
	uint32_t n_texts = find_key(node, "over") ? 5 : 2;

	if (chance(seed, 15))
		add_refs(w, seed, i, "needs", 2);
	if (chance(seed, 40))
		add_refs(w, seed, i, "ports", 2);
	if (chance(seed, 40))
		add_refs(w, seed, i, "hears", 2);
	if (chance(seed, 60))
		set_key(node, "text", texts[world_random(seed, n_texts)]);
	if (chance(seed, 25))
		set_key(node, "name", texts[world_random(seed, n_texts)]);
	if (chance(seed, 25))
		set_key(node, "choice",
		    choices[world_random(seed, n_texts == 5 ? 3 : 2)]);
}

static void make_common(struct world *w, uint64_t *seed, uint32_t i,
    unsigned features)
{
	static const char *const starts[] = { "manual", "auto", "hotplug" };
	struct world_node *node = &w->nodes[i];
	bool is_link = !strcmp(node->kind, "link");
	bool is_state = !strcmp(node->kind, "state");

	if (i && !is_link && !is_state && chance(seed, 50))
		add_refs(w, seed, i, "over", 1);
	if (i && !is_state && chance(seed, is_link ? 10 : 35))
		add_refs(w, seed, i, "requires", 2);
	if (i && features & WORLD_ORDER && chance(seed, 12))
		add_refs(w, seed, i, "wants", 2);
	if (i && features & WORLD_ORDER && chance(seed, 12))
		add_refs(w, seed, i, "after", 2);
	if (i && features & WORLD_WHEN && chance(seed, 25))
		make_when(w, seed, i, features);
	if (chance(seed, 65))
		set_key(node, "start",
		    starts[world_random(seed, 3)]);
	if (features & WORLD_HOLD && chance(seed, 15))
		set_key(node, "hold", chance(seed, 20) ? "forever" : "3s");
	if (chance(seed, 25))
		set_key(node, "timeout", "2s");
	if (chance(seed, 25))
		set_key(node, "retry",
		    chance(seed, 50) ? "{ delay: 1s, attempts: 2 }"
				     : "{ delay: 1s, max-delay: 3s }");
}

static void remove_kit(struct world_node *node)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < node->n_keys; i++)
		if (!is_own_key(&node->keys[i]))
			node->keys[n++] = node->keys[i];
	node->n_keys = n;
}

/* What it is after a reload: some of its keys, some others. */
static void make_other(struct world *w, uint64_t *seed, uint32_t i,
    unsigned features)
{
	static struct world_node was;
	struct world_node *node = &w->nodes[i];

	was = *node;
	node->n_keys = 0;
	if (chance(seed, 15))
		make_kind(w, seed, i, features);
	else
		for (uint32_t j = 0; j < was.n_keys; j++)
			if (is_own_key(&was.keys[j]))
				node->keys[node->n_keys++] = was.keys[j];
	make_common(w, seed, i, features);
	for (uint32_t j = 0; j < was.n_keys; j++) {
		struct world_key *key = &was.keys[j], *other;

		if (is_own_key(key) || chance(seed, 30))
			continue;
		other = find_key(node, key->name);
		if (other)
			*other = *key;
		else
			node->keys[node->n_keys++] = *key;
	}
	if (i && !strcmp(node->kind, "kit") && chance(seed, 50)) {
		remove_kit(node);
		make_kit(w, seed, i);
	}
	if (!strcmp(node->kind, "task") && chance(seed, 50))
		strcpy(find_key(node, "run")->items[0], "[/bin/false]");
}

/* The second profile: some nodes are others there, or in another place. */
static void make_second(struct world *w, uint64_t *seed, unsigned features)
{
	for (uint32_t i = w->n_nodes; i-- > 0;) {
		uint32_t at;

		if (chance(seed, 60) || w->n_nodes == NODES_MAX)
			continue;
		if (chance(seed, 25)) {
			w->nodes[i].out =
			    chance(seed, 50) ? OUT_OF_FIRST : OUT_OF_SECOND;
			continue;
		}
		at = chance(seed, 80) ? i
				      : world_random(seed, w->n_nodes + 1);
		memmove(&w->nodes[at + 1], &w->nodes[at],
		    (w->n_nodes - at) * sizeof(w->nodes[0]));
		w->n_nodes++;
		i += at <= i;
		w->nodes[at] = w->nodes[i];
		w->nodes[i].out = OUT_OF_SECOND;
		w->nodes[at].out = OUT_OF_FIRST;
		make_other(w, seed, at, features);
		i -= at < i;
	}
}

static void shuffle(struct world *w, uint64_t *seed)
{
	static struct world_node node;

	for (uint32_t i = w->n_nodes - 1; i; i--) {
		uint32_t j = world_random(seed, i + 1);

		node = w->nodes[i];
		w->nodes[i] = w->nodes[j];
		w->nodes[j] = node;
	}
}

void world_make(
    struct world *w, uint64_t *seed, uint32_t n, unsigned features)
{
	*w = (struct world){ .n_nodes = 1 + world_random(seed, n) };
	w->is_rigid = features & WORLD_RIGID && chance(seed, 15);
	w->is_fixed = features & WORLD_RIGID && chance(seed, 30);
	for (uint32_t i = 0; i < w->n_nodes; i++) {
		snprintf(w->nodes[i].name, sizeof(w->nodes[i].name), "n%u",
		    i);
		make_kind(w, seed, i, features);
		make_common(w, seed, i, features);
	}
	for (uint32_t i = 1; i < w->n_nodes; i++)
		if (!strcmp(w->nodes[i].kind, "kit"))
			make_kit(w, seed, i);
	if (features & WORLD_RELOAD)
		make_second(w, seed, features);
	else if (w->n_nodes > 1 && chance(seed, 50))
		shuffle(w, seed);
}

/* ---- as text ---- */

bool world_has_second(const struct world *w)
{
	for (uint32_t i = 0; i < w->n_nodes; i++) {
		const struct world_node *node = &w->nodes[i];

		if (node->out == OUT_OF_FIRST || node->out == OUT_OF_SECOND)
			return true;
		for (uint32_t j = 0; j < node->n_keys; j++)
			if (node->keys[j].out == OUT_OF_FIRST ||
			    node->keys[j].out == OUT_OF_SECOND)
				return true;
	}
	return false;
}

void world_print(const struct world *w, struct text *text)
{
	uint8_t out = w->is_second ? OUT_OF_SECOND : OUT_OF_FIRST;

	if (w->is_rigid)
		text_append(text, "# fake and kit: { follows: false }\n");
	if (w->is_fixed)
		text_append(text, "# kit: cannot update\n");
	text_append(text, "version: 1\nnodes:\n");
	for (uint32_t i = 0; i < w->n_nodes; i++) {
		const struct world_node *node = &w->nodes[i];

		if (node->out & out)
			continue;
		text_printf(text, "  %s: { kind: %s", node->name, node->kind);
		for (uint32_t j = 0; j < node->n_keys; j++) {
			const struct world_key *key = &node->keys[j];

			if (key->out & out || !key->n_items)
				continue;
			text_printf(text, ", %s: %s", key->name,
			    key->is_list ? "[" : "");
			for (uint32_t k = 0; k < key->n_items; k++)
				text_printf(text, "%s%s", k ? ", " : "",
				    key->items[k]);
			text_append(text, key->is_list ? "]" : "");
		}
		text_append(text, " }\n");
	}
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at++)
		if ((at == text || at[-1] == ' ') &&
		    (!at[n] || at[n] == ' ' || at[n] == '@'))
			return true;
	return false;
}

void world_drop_node(struct world *w, uint32_t index)
{
	const char *name = w->nodes[index].name;
	uint8_t out = w->nodes[index].out;

	w->nodes[index].out = OUT_OF_BOTH;
	if (out)
		return; /* another one of that name may be left */
	for (uint32_t i = 0; i < w->n_nodes; i++) {
		for (uint32_t j = 0; j < w->nodes[i].n_keys; j++) {
			struct world_key *key = &w->nodes[i].keys[j];
			uint32_t n = 0;

			for (uint32_t k = 0; k < key->n_items; k++)
				if (!has_word(key->items[k], name))
					memmove(key->items[n++],
					    key->items[k],
					    sizeof(key->items[k]));
			key->n_items = n;
		}
	}
}

static void print_report(const struct input *input, struct text *text)
{
	static const char *const words[] = { "up", "unmet", "failed", "down",
		"facts" };

	const struct world_facts *facts = &world_facts[input->number];

	text_printf(text, "- report: { %s: %s }", input->name,
	    input->is_permanent ? "permanent" : words[input->report]);
	if (input->report == REPORT_UP || input->report == REPORT_FACTS) {
		text_append(text, "  #");
		for (uint32_t i = 0; i < facts->n; i++)
			text_printf(text, " %s: %s", facts->facts[i].key,
			    facts->facts[i].value);
		if (facts->later)
			text_printf(text, " %s later", facts->later);
	}
	text_append(text, input->is_late ? "  # of the run before" : "");
	text_append(text,
	    input->is_leaving ? "  # of the one that is leaving\n" : "\n");
}

void world_print_input(const struct input *input, struct text *text)
{
	static const char *const words[] = {
		[INPUT_PLUG] = "plug", [INPUT_UNPLUG] = "unplug",
		[INPUT_UP] = "up", [INPUT_DOWN] = "down",
		[INPUT_RESET] = "reset", [INPUT_RESTART] = "restart",
		[INPUT_EMIT] = "emit",
	};

	switch (input->type) {
	case INPUT_DEVICES:
		text_printf(text, "- devices: 0x%x\n", input->number);
		break;
	case INPUT_FORCE:
		text_printf(text, "- down: { node: %s%s%s, force: true }\n",
		    input->name, *input->other ? ", " : "", input->other);
		break;
	case INPUT_RELOAD:
		text_printf(text, "- reload: %s.yaml\n",
		    input->number ? "second" : "first");
		break;
	case INPUT_CRASH:
		text_append(text, "- crash:\n");
		break;
	case INPUT_REPORT:
		print_report(input, text);
		break;
	case INPUT_ADVANCE:
		text_printf(text, "- advance: %ums\n", input->number);
		break;
	case INPUT_DEADLINE:
		text_append(text, "- advance: # to the deadline\n");
		break;
	case INPUT_PLUG:
	case INPUT_UNPLUG:
	case INPUT_UP:
	case INPUT_DOWN:
	case INPUT_RESET:
	case INPUT_RESTART:
	case INPUT_EMIT:
		text_printf(text, *input->other ? "- %s: [%s, %s]\n"
						: "- %s: %s\n",
		    words[input->type], input->name, input->other);
		break;
	}
}

void world_print_steps(const struct world *w, struct text *text)
{
	text_append(text, "steps:\n");
	for (uint32_t i = 0; i < w->n_inputs; i++)
		world_print_input(&w->inputs[i], text);
}
