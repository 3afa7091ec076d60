/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of nodes (resolver/node.h) against a count from nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct node;
struct resolver;
struct text;

/* Every node there is, tops and absent ones too; how many: at most max. */
size_t counters_nodes(
    const struct resolver *resolver, struct node **nodes, size_t max);

/* At rest: the counters agree, no work is left over. said: what does not. */
bool counters_hold(const struct resolver *resolver, struct text *said);
