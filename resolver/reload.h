/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a reload leaves behind, for resolver/ only: orphans, active nodes that
 * the new profile does not have, until they are down; and handovers, by which
 * who comes waits for who goes. While a reload is at work, there is the old
 * graph and the next one, and nodes of the old one know their successors.
 */
#pragma once

#include "resolver/node.h"

/* A node whose declaration is gone, until it is down. */
struct orphan {
	struct node node;
	struct list link; /* in resolver->orphans */
	struct node *heir; /* a new node of that name, which waits for it */
	struct orphan *copy; /* see clone.c */
	size_t bytes;
	char name[];
};

/* Since a reload, until the first is down: */
enum handover_type {
	HANDOVER_DEVICE, /* the second, its device's owner, does not start */
	HANDOVER_STOP, /* the second does not stop, if the first is to stop */
	HANDOVER_HOLD, /* nor if the first, an orphan, stands on it */
};

struct handover {
	RB_ENTRY(handover) by_first, by_second;
	struct node *first, *second;
	enum handover_type type;
};

/* ---- successor.c ---- */

/* Finds for each node who goes on for it in the next resolver, or makes its
 * orphan; 0 or -ENOMEM. */
int successors_find(struct resolver *resolver, struct resolver *next);
/* As far as they were found. */
void successors_forget(struct resolver *resolver);
/* Who goes on for a node of the old graph, or its orphan; NULL: nobody. */
struct node *node_successor(const struct node *node);
/* Each takes what its predecessor is. */
void successors_take_over(struct resolver *resolver, struct resolver *next);

/* ---- orphan.c ---- */

/* Makes the one of a node of the old graph, which leads to it: node.first. */
int orphan_new(struct node *node);
struct orphan *orphan_of(struct node *node);
/* Its card stays while something points to it. */
void node_pin(struct node *node, bool must_stay);
/* A node of its name in the new graph has to wait for it. */
void orphan_set_heir(struct resolver *next, struct orphan *orphan);
/* It is to be stopped, or is down: goes on with that. */
void orphan_update(struct node *node);
/* It is down. */
void orphan_free(struct node *node);
void orphans_free(struct resolver *resolver);
/* Those of an earlier reload go on in the next resolver. */
void orphans_take_over(struct resolver *resolver, struct resolver *next);
/* The device is gone. */
void orphans_lose(
    struct resolver *resolver, const struct device_record *record);

/* ---- handover.c ---- */

RB_PROTOTYPE(handover_by_first, handover, by_first, );
RB_PROTOTYPE(handover_by_second, handover, by_second, );

/* Finds who will have to wait for whom; 0 or -ENOMEM. Wants the successors. */
int handovers_prepare(struct resolver *resolver, struct resolver *next);
/* Once all have been handed over: they wait from now on. */
void handovers_begin(struct resolver *next);
/* Once every node knows whether it is desired: who stays up is not waited
 * for. */
void handovers_review(struct resolver *resolver);
/* It is down: who waited for it goes on. */
void handovers_end(struct node *first);
/* It is absent, or no more, and waits no more: what comes in its place is
 * another. */
void handovers_let_go(struct node *second);
/* One whose device it has taken over, and for which it waits; or NULL. */
const struct node *handover_owner(const struct node *second);
void handovers_free(struct resolver *resolver);

/* ---- reload.c ---- */

/* f(next, node) for each node of the resolver, until one fails. */
int resolver_each_node(struct resolver *resolver, struct resolver *next,
    int (*f)(struct resolver *next, struct node *node));
