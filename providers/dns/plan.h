/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom to ask for which names, as the facts of the nodes that the keys name
 * have it now:
 *
 *   - a node that `domains` names is asked for these domains and for nothing
 *     else; of a template, the first instance that tells servers;
 *   - the first other node of `from` that tells servers is asked for the rest.
 *
 * Facts come from outside: what is no address or no domain is left out, and a
 * domain that a node tells takes no name away from whom the profile names for
 * it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"

struct arena;
struct job;

enum {
	DNS_SERVERS_MAX = 8, /* of one node; others are left out */
	DNS_SEARCH_MAX = 8,  /* domains that one node tells; as servers */
};

struct dns_domain {
	const char *name;
	bool is_search; /* short names are looked for in it, too */
};

struct dns_source {
	const char *node;
	const char *device; /* NULL, 0: none */
	uint32_t ifindex;
	bool is_default; /* asked for what no other one is */
	struct ip servers[DNS_SERVERS_MAX];
	uint32_t n_servers; /* one at least */
	struct dns_domain *domains; /* of the default: is_search all */
	uint32_t n_domains;
};

/* Immutable; holds copies of all it names. */
struct dns_plan {
	struct arena *arena;
	struct dns_source *sources; /* the default, if any, is the first */
	uint32_t n;
	uint32_t *unused; /* devices of other nodes that are up: ifindex */
	uint32_t n_unused;
};

/* The plan for the job as it is now. 0 or -ENOMEM. */
int dns_plan_new(const struct job *job, struct dns_plan **ret);

/* One without sources; NULL: out of memory. */
struct dns_plan *dns_plan_empty(void);

/* Accepts NULL, returns NULL. */
struct dns_plan *dns_plan_free(struct dns_plan *plan);

/* Of their sources. */
bool dns_plan_equal(const struct dns_plan *a, const struct dns_plan *b);

/* NULL: nobody is asked for what no other one is. */
const struct dns_source *dns_plan_default(const struct dns_plan *plan);
