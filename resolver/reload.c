/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another profile, node by node.
 *
 * A second resolver is made of the new profile, with the same devices, goals,
 * masks and latches; whatever needs memory is done before anything is
 * changed. Then each node hands what it is to its successor, of the same name
 * and kind, and the two resolvers change places.
 *
 * An active node without successor becomes an orphan: outside the graph, but
 * what it stood on waits for it, and so does a new node of its name.
 */
#include "resolver/card.h"
#include "resolver/device.h"
#include "resolver/node.h"
#include "resolver/reload.h"

#include <errno.h>

int resolver_each_node(struct resolver *resolver, struct resolver *next,
    int (*f)(struct resolver *next, struct node *node))
{
	int r = 0;

	for (uint32_t i = 0; i < resolver->profile->n_decls && !r; i++) {
		const struct decl *decl = &resolver->profile->decls[i];
		struct card *card;

		r = f(next, &resolver->tops[i].node);
		if (!decl->root)
			continue;
		RB_FOREACH (card, card_by_key,
		    resolver_cards(resolver, decl->root))
			if (!r)
				r = f(next, &card->nodes[decl->slot]);
	}
	return r;
}

static int restore_kept(struct resolver *next, struct node *node)
{
	struct kept kept = { .name = node->name };
	int r = 0;

	for (int type = KEPT_GOAL; type <= KEPT_MASK && r != -ENOMEM; type++) {
		kept.type = type;
		if (type == KEPT_GOAL ? node->is_goal : node->is_masked)
			r = resolver_restore(next, &kept);
	}
	return r == -ENOMEM ? r : 0;
}

struct waking {
	struct resolver *next;
	int r;
};

static void wake(void *ctx, const struct kept *kept)
{
	struct waking *waking = ctx;

	if (waking->r != -ENOMEM)
		waking->r = resolver_restore(waking->next, kept);
}

static int prepare(struct resolver *resolver, struct resolver *next)
{
	struct waking waking = { .next = next };
	struct device_record *record;
	struct orphan *orphan;
	int r;

	RB_FOREACH (record, device_by_key, &resolver->devices) {
		r = device_insert(next, &record->device);
		if (r)
			return r;
	}
	dormant_each(resolver, wake, &waking);
	if (waking.r == -ENOMEM)
		return waking.r;
	r = resolver_each_node(resolver, next, restore_kept);
	if (!r)
		r = successors_find(resolver, next);
	if (!r)
		r = handovers_prepare(resolver, next);
	if (r)
		return r;
	list_for_each(orphan, &resolver->orphans, struct orphan, link)
		next->n_made++;
	return queues_reserve(next, 0);
}

static int own(struct resolver *resolver, struct node *node)
{
	node->resolver = resolver;
	return 0;
}

static void list_move(struct list *from, struct list *to)
{
	list_init(to);
	while (!list_is_empty(from)) {
		struct list *link = from->next;

		list_remove(link);
		list_append(to, link);
	}
}

/* Nodes keep a pointer to their resolver, and lists one to their head. */
static void change_places(struct resolver *resolver, struct resolver *next)
{
	struct resolver old = *resolver;
	struct list pulls, unused, orphans;
	struct orphan *orphan;

	list_move(&next->pulls, &pulls);
	list_move(&next->unused, &unused);
	list_move(&next->orphans, &orphans);
	*resolver = *next;
	*next = old;
	list_init(&next->pulls);
	list_init(&next->unused);
	list_init(&next->orphans);
	list_move(&pulls, &resolver->pulls);
	list_move(&unused, &resolver->unused);
	list_move(&orphans, &resolver->orphans);
	resolver_each_node(resolver, resolver, own);
	list_for_each(orphan, &resolver->orphans, struct orphan, link)
		orphan->node.resolver = resolver;
}

int resolver_reload(struct resolver *resolver, uint64_t now_ms,
    const struct profile *profile)
{
	struct resolver *next;
	int r = resolver_new(profile, &resolver->options, &next);

	if (r)
		return r;
	resolver_begin(next, now_ms);
	r = prepare(resolver, next);
	if (r) {
		handovers_free(next);
		successors_forget(resolver);
		resolver_free(next);
		return r;
	}
	successors_take_over(resolver, next);
	orphans_take_over(resolver, next);
	handovers_free(resolver);
	handovers_begin(next);
	next->n_runs = resolver->n_runs;
	next->is_booting = false;
	next->has_begun = true;
	change_places(resolver, next);
	resolver_free(next);
	resolver_set_cause(resolver, "netconf reload");
	if (!RB_EMPTY(&resolver->first_handovers)) {
		settle_flags(resolver);
		handovers_review(resolver);
	}
	settle(resolver);
	return 0;
}

const struct profile *resolver_profile(const struct resolver *resolver)
{
	return resolver->profile;
}

bool resolver_uses(
    const struct resolver *resolver, const struct profile *profile)
{
	const struct orphan *orphan;

	if (resolver->profile == profile)
		return true;
	list_for_each(orphan, &resolver->orphans, struct orphan, link) {
		const struct decl *decl = orphan->node.decl;

		if (decl >= profile->decls &&
		    decl < profile->decls + profile->n_decls)
			return true;
	}
	return false;
}
