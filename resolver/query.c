/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be asked of nodes. Nothing here changes anything. */
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

const struct config *node_config(const struct node *node)
{
	return node->decl->config;
}

bool node_is_template(const struct node *node)
{
	return node->is_top;
}

/* What gives it device and facts; NULL at the bottom. */
static const struct node *below(const struct node *node)
{
	const struct edge *over;

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

const struct device *node_device(const struct node *node)
{
	for (; node; node = below(node)) {
		const struct device_record *record = bound_device(node);

		if (record)
			return &record->device;
	}
	return NULL;
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
		return "no member is available";
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

static const char *device_fact(
    const struct device_record *record, const char *key)
{
	if (!strcmp(key, "device"))
		return record->device.name;
	if (!strcmp(key, "ifindex"))
		return record->ifindex;
	if (!strcmp(key, "mac"))
		return record->device.mac;
	return NULL;
}

const char *node_fact(const struct node *node, const char *key)
{
	for (; node; node = below(node)) {
		const struct device_record *record = bound_device(node);
		const char *value;

		for (uint32_t i = 0; node->facts && i < node->facts->n; i++)
			if (!strcmp(node->facts->items[i].key, key))
				return node->facts->items[i].value;
		value = record ? device_fact(record, key) : NULL;
		if (value)
			return value;
	}
	return NULL;
}

const char *node_fact_below(const struct node *node, const char *key)
{
	const struct node *from = below(node);

	return from ? node_fact(from, key) : NULL;
}

const struct fact *node_facts(const struct node *node, size_t *ret_n)
{
	*ret_n = node->facts ? node->facts->n : 0;
	return node->facts ? node->facts->items : NULL;
}

const struct node *node_selected(const struct node *node)
{
	return node_is_any(node) && !node->is_top ? node->selected : NULL;
}

void node_set_user(struct node *node, void *user)
{
	node->user = user;
}

void *node_user(const struct node *node)
{
	return node->user;
}
