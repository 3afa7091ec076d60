/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be asked of nodes. Nothing here changes anything. */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/node.h"

#include <string.h>

const char *node_state_name(enum node_state state)
{
	switch (state) {
	case NODE_IDLE:
		return "idle";
	case NODE_WAITING:
		return "waiting";
	case NODE_STARTING:
		return "starting";
	case NODE_UP:
		return "up";
	case NODE_STOPPING:
		return "stopping";
	case NODE_FAILED:
		return "failed";
	case NODE_ABSENT:
		return "absent";
	}
	return "?";
}

struct node *resolver_find(const struct resolver *resolver, const char *name)
{
	const char *at = strchr(name, '@');
	struct decl *decl = profile_find_n(
	    resolver->profile, name, at ? (size_t)(at - name) : strlen(name));

	if (!decl)
		return NULL;
	if (!at)
		return resolver_top(resolver, decl);
	if (!decl->root)
		return NULL;
	struct card *card = card_find(resolver, decl->root, at + 1);
	if (!card || card->nodes[decl->slot].is_absent)
		return NULL;
	return &card->nodes[decl->slot];
}

struct node *resolver_each(
    const struct resolver *resolver, const struct node *prev)
{
	struct card *card = NULL;
	const struct decl *decl;
	uint32_t next = 0;

	if (prev) {
		decl = prev->decl;
		if (prev->card)
			card = RB_NEXT(card_by_key,
			    resolver_cards(resolver, decl->root), prev->card);
		else if (prev->is_top)
			card = RB_MIN(card_by_key,
			    resolver_cards(resolver, decl->root));
		while (card && card->nodes[decl->slot].is_absent)
			card = RB_NEXT(card_by_key,
			    resolver_cards(resolver, decl->root), card);
		if (card)
			return &card->nodes[decl->slot];
		next = decl->index + 1;
	}
	if (next == resolver->profile->n_decls)
		return NULL;
	return &resolver->tops[next].node;
}

const char *node_name(const struct node *node)
{
	return node->name;
}

const struct decl *node_decl(const struct node *node)
{
	return node->decl;
}

const struct schema *node_schema(const struct node *node)
{
	return node->decl->schema;
}

bool node_is_template(const struct node *node)
{
	return node->is_top;
}

const struct node *node_below(const struct node *node)
{
	const struct edge *over;

	if (node->is_orphan)
		return NULL;
	if (node_is_any(node) && !node->is_top)
		return node->selected;
	over = node_over(node);
	return over && !node->is_top ? edge_target(node, over) : NULL;
}

static const struct device_record *bound_device(const struct node *node)
{
	if (node->decl->match && node->card)
		return node->card->device;
	return node->device;
}

/* The device whose number is among the facts, if it is there. */
static const struct device *device_of_facts(
    const struct node *node, const struct factset *set)
{
	const char *ifindex = factset_find(set, "ifindex");
	const struct device_record *record =
	    ifindex ? device_find_ifindex(node->resolver, ifindex) : NULL;

	return record ? &record->device : NULL;
}

/* The device that the node gives to what stands on it; NULL: that of what it
 * stands on itself. */
static const struct device *own_device(const struct node *node)
{
	const struct device_record *record = bound_device(node);

	if (record)
		return &record->device;
	return node->decl->schema->flags & SCHEMA_MAKES
		   ? device_of_facts(node, node->facts)
		   : NULL;
}

const struct device *node_device(const struct node *node)
{
	const struct device_record *record = bound_device(node);
	const struct device *device = record ? &record->device : NULL;

	while (!device && node) {
		if (node->kept)
			return device_of_facts(node, node->kept);
		node = node_below(node);
		device = node ? own_device(node) : NULL;
	}
	return device;
}

const struct device *node_given_device(const struct node *node)
{
	const struct device *device = own_device(node);

	return device ? device : node_device(node);
}

enum node_state node_state(const struct node *node)
{
	bool is_asked;

	if (!node->is_top)
		return node->state;
	if (node->n_up)
		return NODE_UP;
	is_asked = node->is_goal || node->decl->start == START_AUTO;
	if (!node->is_masked && (is_asked || node->n_pulls))
		return NODE_WAITING;
	return node->n_wanted ? NODE_WAITING : NODE_IDLE;
}

uint64_t node_since_ms(const struct node *node)
{
	return node->since_ms;
}

bool node_is_goal(const struct node *node)
{
	return node->is_goal;
}

bool node_is_masked(const struct node *node)
{
	return node_is_masked_by_any(node);
}

bool node_is_permanent(const struct node *node)
{
	return node->is_permanent;
}

const char *node_reason(const struct node *node)
{
	if (node_is_group(node) && node->is_unmet)
		return node->decl->schema == &schema_all
		    ? "not every member is available"
		    : "no member is available";
	if (node->decl->schema == &schema_state && node->is_unmet)
		return "it is not between its events";
	if (node->decl->schema == &schema_location && node->is_unmet)
		return "what is seen here does not match";
	return node->reason;
}

uint64_t node_retry_at_ms(const struct node *node)
{
	return node->state == NODE_FAILED ? node->deadline_ms : RESOLVER_NEVER;
}

uint32_t node_run(const struct node *node)
{
	return node->run;
}

const char *node_event(const struct node *node)
{
	return node->is_event_run ? node->decl->rare->event_text : NULL;
}

const struct fact *node_event_values(
    const struct node *node, size_t *ret_n)
{
	const struct factset *values =
	    node_has_event(node) ? node->values : NULL;

	*ret_n = values ? values->n : 0;
	return values ? values->items : NULL;
}

uint32_t node_device_facts(
    const struct node *node, struct fact facts[DEVICE_FACTS_MAX])
{
	const struct device_record *record = bound_device(node);
	const struct device_record *removed = node->resolver->removed;
	uint32_t n = 0;

	if (!record && removed &&
	    (removed->node == node ||
		(removed->card && removed->card == node->card &&
		    node->decl->match)))
		record = removed;
	if (!record)
		return 0;
	facts[n++] = (struct fact){ "device", record->device.name };
	facts[n++] = (struct fact){ "ifindex", record->ifindex };
	if (record->device.mac)
		facts[n++] = (struct fact){ "mac", record->device.mac };
	return n;
}

static const char *set_value(
    const struct factset *set, const char *key, bool *ret_later)
{
	const char *value = factset_find(set, key);

	*ret_later = value == fact_to_come;
	return *ret_later ? NULL : value;
}

static const char *find_fact(
    const struct node *node, const char *key, bool *ret_later)
{
	*ret_later = false;
	for (; node; node = node_below(node)) {
		const struct factset *set =
		    node->has_old_facts ? NULL : node->facts;
		const char *value = set_value(set, key, ret_later);
		struct fact own[DEVICE_FACTS_MAX];
		uint32_t n = node_device_facts(node, own);

		if (value || *ret_later)
			return value;
		for (uint32_t i = 0; i < n; i++)
			if (!strcmp(own[i].key, key))
				return own[i].value;
		if (node->kept)
			return set_value(node->kept, key, ret_later);
	}
	return NULL;
}

const char *node_fact(const struct node *node, const char *key)
{
	bool is_later;

	return find_fact(node, key, &is_later);
}

const char *node_told_fact(const struct node *node, const char *key)
{
	bool is_later;

	while (node_is_any(node) && node->selected)
		node = node->selected;
	return node->has_old_facts ? NULL
				   : set_value(node->facts, key, &is_later);
}

const char *node_find_fact_below(
    const struct node *node, const char *key, bool *ret_later)
{
	if (node->kept)
		return set_value(node->kept, key, ret_later);
	return find_fact(node_below(node), key, ret_later);
}

const char *node_fact_below(const struct node *node, const char *key)
{
	bool is_later;

	return node_find_fact_below(node, key, &is_later);
}

struct showing {
	const struct node *node;
	void (*f)(void *ctx, const struct fact *fact);
	void *ctx;
};

/* Not one that a nearer one, or one still to come, hides, nor what is below one
 * that is held: that has kept what it knew. */
static void show_fact(const struct showing *showing, const struct fact *fact)
{
	const char *shown = node_fact_below(showing->node, fact->key);

	if (shown && shown == fact->value)
		showing->f(showing->ctx, fact);
}

static void show_facts(const struct showing *showing,
    const struct fact *facts, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		show_fact(showing, &facts[i]);
}

void node_each_fact_below(const struct node *node,
    void (*f)(void *ctx, const struct fact *fact), void *ctx)
{
	const struct showing showing = {node, f, ctx};
	const struct node *below = node->kept ? NULL : node_below(node);

	if (node->kept)
		show_facts(&showing, node->kept->items, node->kept->n);
	for (; below; below = node_below(below)) {
		struct fact own[DEVICE_FACTS_MAX];
		uint32_t n = node_device_facts(below, own);

		if (below->facts && !below->has_old_facts)
			show_facts(
			    &showing, below->facts->items, below->facts->n);
		show_facts(&showing, own, n);
		if (below->kept)
			show_facts(
			    &showing, below->kept->items, below->kept->n);
	}
}

const struct fact *node_facts(const struct node *node, size_t *ret_n)
{
	bool has_facts = node->facts && !node->has_old_facts;

	*ret_n = has_facts ? node->facts->n : 0;
	return *ret_n ? node->facts->items : NULL;
}

const struct node *node_selected(const struct node *node)
{
	return node_is_any(node) && !node->is_top ? node->selected : NULL;
}

void node_each_named(const struct node *node, enum key_relation relation,
    void (*f)(void *ctx, const struct node *named), void *ctx)
{
	const struct edges *edges = node->decl->edges;
	enum edge_role role =
	    relation == KEY_PULLS ? EDGE_KEY_PULLS : EDGE_FOLLOWS;

	for (uint32_t i = 0; i < edges->n_down && !node->is_orphan; i++) {
		struct node *to, *instance;

		if (edges->down[i].role != role)
			continue;
		to = edge_target(node, &edges->down[i]);
		if (!to->is_top && to->flags & FLAG_AVAILABLE)
			f(ctx, to);
		if (to->is_top)
			RB_FOREACH (instance, node_by_name,
			    &node_top(to)->available)
				f(ctx, instance);
	}
}

void node_set_user(struct node *node, void *user)
{
	node->user = user;
}

void *node_user(const struct node *node)
{
	return node->user;
}
