/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/digest.h"

#include <string.h>

#include "base/macros.h"
#include "resolver/card.h"
#include "resolver/node.h"
#include "tests/model/counters.h"

static inline uint64_t mix(uint64_t a, uint64_t b)
{
	a ^= b + 0x9e3779b97f4a7c15ull + (a << 6) + (a >> 2);
	return a * 0xff51afd7ed558ccdull;
}

static uint64_t mix_text(uint64_t sum, const char *text)
{
	uint64_t n = 0;

	for (; text && *text; text++)
		n = n * 0x100000001b3ull + (unsigned char)*text;
	return mix(sum, n);
}

/* Names it, wherever it lies. */
static uint64_t name_of(const struct node *node)
{
	uint64_t number = node ? node->decl->index + 1 : 0;

	return node && node->card ? mix_text(number, node->card->key) : number;
}

static uint64_t facts_of(const struct factset *facts)
{
	uint64_t sum = 3;

	if (!facts)
		return sum;
	for (uint32_t i = 0; i < facts->n; i++) {
		sum = mix_text(sum, facts->items[i].key);
		sum = mix_text(sum, facts->items[i].value);
	}
	sum = mix(sum, facts->n_later);
	for (uint32_t i = 0; i < facts->n_later; i++)
		sum = mix_text(sum, facts->later[i]);
	return sum;
}

static uint64_t from_now(const struct node *node, uint64_t at_ms)
{
	return at_ms == RESOLVER_NEVER ? UINT64_MAX
				       : at_ms - node->resolver->now_ms;
}

/* How many failures there were matters for the next delay, and for the last
 * attempt. */
static uint64_t failures_of(const struct node *node)
{
	const struct decl *decl = node->decl;
	uint32_t n = decl->retry_attempts;

	if (!n && decl->retry_delay_ms >= decl->retry_max_delay_ms)
		return 0;
	return n && node->failures > n ? n : node->failures;
}

/* For how long it has been up matters until max-delay. */
static uint64_t since_of(const struct node *node)
{
	uint64_t max_ms = node->decl->retry_max_delay_ms, ms;

	if (node->state != NODE_UP || !failures_of(node))
		return 0;
	ms = node->resolver->now_ms - node->since_ms;
	return ms < max_ms ? ms : max_ms;
}

/* All flags that stand in bits: none can be forgotten. */
static inline uint64_t all_bits_of(const struct node *node)
{
	const char *from = (const char *)node + offsetof(struct node, verdict);
	uint64_t bits = 0;

	memcpy(&bits, from, (size_t)((const char *)&node->by_name - from));
	return bits;
}

/* But for those that mean nothing in the state that it is in: they are set
 * anew when that begins in which they do. */
static uint64_t bits_of(const struct node *node, bool has_facts)
{
	static const struct node of_up = { .was_away = true,
		.must_select = true },
	    of_running = { .must_rebind = true, .must_update = true },
	    of_failed = { .retry_is_due = true },
	    of_facts = { .has_old_facts = true };
	uint64_t bits = all_bits_of(node);

	if (node->state != NODE_UP)
		bits &= ~all_bits_of(&of_up);
	if (node->state == NODE_STOPPING)
		bits &= ~all_bits_of(&of_running);
	if (node->state != NODE_FAILED && !node->has_timed_out)
		bits &= ~all_bits_of(&of_failed);
	return has_facts ? bits : bits & ~all_bits_of(&of_facts);
}
_Static_assert(offsetof(struct node, by_name) - offsetof(struct node, verdict)
    <= sizeof(uint64_t), "the bits of a node are one number");

static uint64_t latches_of(const struct node *node)
{
	const struct decl *decl = node->decl;
	uint64_t sum = 1;

	for (uint32_t i = 0; i < decl->n_latches; i++) {
		bool is_here = decl->latches[i].is_per_card
			? node->card != NULL
			: !node->card;

		sum = sum << 1 | (is_here && latch_is_set(node, i));
	}
	return sum;
}

/* An instance that is not there, and of which nothing is remembered. */
static bool is_nothing(const struct node *node)
{
	return node->is_absent && !node->is_goal && !node->is_masked;
}

/* Some node may be held: then it keeps facts that are shown no more. */
static bool can_hold(const struct profile *profile)
{
	for (uint32_t i = 0; i < profile->n_decls; i++)
		if (profile->decls[i].hold_ms)
			return true;
	return false;
}

uint64_t digest_state(const struct resolver *resolver)
{
	struct node *all[STEADY_NODES_MAX];
	size_t n = counters_nodes(resolver, all, ARRAY_SIZE(all));
	bool keeps_old = can_hold(resolver->profile);
	uint64_t sum = 7;

	for (size_t i = 0; i < n; i++) {
		const struct node *node = all[i];
		bool has_facts = keeps_old || !node->has_old_facts;

		if (is_nothing(node))
			continue;
		sum = mix(sum, name_of(node));
		sum = mix(sum, node->state | (uint64_t)node->flags << 8 |
			(uint64_t)node->prefix << 32);
		sum = mix(sum, bits_of(node, has_facts));
		sum = mix(sum, from_now(node, node->deadline_ms) ^
			from_now(node, node->hold_ms) << 32);
		sum = mix(sum, failures_of(node) << 32 | since_of(node));
		sum = mix(sum, name_of(node_choice(node)));
		sum = mix(sum, name_of(node->first) +
			((uint64_t)node->selected_index << 32));
		if (node->decl->n_latches)
			sum = mix(sum, latches_of(node));
		if (node->facts && has_facts)
			sum = mix(sum, facts_of(node->facts));
		if (node->kept)
			sum = mix(sum, ~facts_of(node->kept));
		if (node->device || node->card)
			sum = mix(sum, node_device_is_present(node));
	}
	return sum;
}

/* ---- steady states ---- */

static bool is_on_its_way(const struct node *node)
{
	return node->state == NODE_STARTING || node->state == NODE_STOPPING ||
	       node->is_held || node_is_undecided(node) ||
	       (node->lacks_fact && node->fact_is_later) ||
	       (node->state == NODE_FAILED && node->retry_is_due);
}

static uint8_t tried_of(const struct node *node)
{
	if (node->state == NODE_UP)
		return (uint8_t)(TRIED_UP + facts_of(node->facts) % 251);
	if (node->state == NODE_FAILED)
		return TRIED_FAILED;
	return node->is_unmet ? TRIED_UNMET : UNTRIED;
}

/* Devices, goals, masks, latches. A task waits between its events: whether
 * one has failed since is no matter of what there is now. */
static uint64_t given_of(const struct node *node)
{
	uint64_t sum = name_of(node);

	sum = mix(sum, node->is_goal | node->is_masked << 1 |
		node->is_absent << 2 | node_device_is_present(node) << 3);
	if (node->decl->on_event)
		sum = mix(sum, node->state == NODE_FAILED ||
			node->is_pending);
	return mix(sum, latches_of(node));
}

bool digest_steady(const struct resolver *resolver, struct steady *ret)
{
	struct node *all[STEADY_NODES_MAX];
	size_t n = counters_nodes(resolver, all, ARRAY_SIZE(all));

	*ret = (struct steady){ .given = 11, .state = 13 };
	for (size_t i = 0; i < n; i++) {
		const struct node *node = all[i];

		if (is_on_its_way(node))
			return false;
		if (is_nothing(node))
			continue;
		ret->given = mix(ret->given, given_of(node));
		ret->state = mix(ret->state, node->state |
			(uint64_t)node->is_unmet << 8 |
			(uint64_t)(node->flags & FLAG_PULLED) << 16 |
			(uint64_t)node->prefix << 32);
		if (node_is_any(node) && node->state == NODE_UP)
			ret->state =
			    mix(ret->state, name_of(node->selected));
		if (!node_is_own(node) && !node->decl->on_event)
			ret->tried[ret->n] = tried_of(node);
		ret->n++;
	}
	return true;
}

bool steady_is_compatible(const struct steady *a, const struct steady *b)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (a->tried[i] && b->tried[i] && a->tried[i] != b->tried[i])
			return false;
	return true;
}
