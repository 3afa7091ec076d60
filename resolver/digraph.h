/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A directed graph of numbered vertices, and what is asked of it: which
 * vertices reach each other, and a short way round. Linear in its size, and
 * without recursion: depth is user input.
 */
#pragma once

#include <stdint.h>

struct arena;

/* Vertex v has the edges to[start[v]] up to to[start[v + 1]]. */
struct digraph {
	uint32_t n;
	uint32_t *start; /* n + 1 of them */
	uint32_t *to;
};

/*
 * The strongly connected components: component[v], for each of the n
 * vertices, is the number of v's, from 0 in the order in which a search depth
 * first leaves them: what v leads to has the same number or a lower one.
 * 0 and *ret_n, how many there are; or -ENOMEM.
 */
int digraph_components(const struct digraph *, struct arena *scratch,
    uint32_t *component, uint32_t *ret_n);

/* For digraph_cycle(): arrays of n; `before` starts as all UINT32_MAX. */
struct digraph_way {
	const uint32_t *component;
	uint32_t *before, *path;
};

/*
 * A shortest cycle through the vertex: leaves its vertices in way->path, the
 * vertex first, and returns how many they are; 0: there is none. May be asked
 * once about each component.
 */
uint32_t digraph_cycle(
    const struct digraph *, struct digraph_way *way, uint32_t vertex);
