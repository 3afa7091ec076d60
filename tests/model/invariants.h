/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must be so in every state of a resolver, whatever the profile and the
 * inputs (doc/semantics.md): for every search. What is not so is
 * told in said.
 */
#pragma once

#include <stdbool.h>

struct notice;
struct resolver;
struct text;

/*
 * To be called for each notice, from within: the state machine has that move,
 * and it is its time. A node starts when it is desired and nothing it is
 * after is under way; it stops when nothing stands on it any more.
 */
bool invariants_move(const struct notice *notice, struct text *said);

/*
 * When all decisions have been taken: what is wanted, desired and available
 * is what the definitions say, computed anew; each state is one that a node
 * may rest in; nothing is up without what it needs, unless it is held, or
 * waits for those that have to stop before it.
 */
bool invariants_hold(const struct resolver *resolver, struct text *said);
