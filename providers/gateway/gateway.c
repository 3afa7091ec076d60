/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/rtnl.h"
#include "resolver/resolver.h"

enum { N_FACTS_MAX = 3 };

/* What is told of the best route, as text. */
struct told {
	char gateway[INET6_ADDRSTRLEN], device[IFNAMSIZ], ifindex[12];
};

struct gateway_job {
	struct job *job;
	struct rtnl *rtnl;
	struct rtnl_watch watch;
	int family;         /* AF_UNSPEC: any */
	uint32_t table;
	const char *device; /* NULL: any */
	bool is_up, is_unmet;
	struct told told; /* when up */
};

static bool counts(const struct gateway_job *g, const struct rtnl_route *route)
{
	const struct rtnl_link *link = rtnl_find_link(g->rtnl, route->ifindex);

	if (!link || route->table != g->table ||
	    (g->family != AF_UNSPEC && g->family != route->family))
		return false;
	return !g->device || !strcmp(g->device, link->name);
}

/* The kernel compares metrics within a family; between families IPv4 is the
 * better one, so that what is told does not depend on unrelated numbers. */
static bool is_better(const struct rtnl_route *a, const struct rtnl_route *b)
{
	if (a->family != b->family)
		return a->family == AF_INET;
	return a->metric < b->metric;
}

static const struct rtnl_route *best_route(const struct gateway_job *g)
{
	const struct rtnl_route *route, *best = NULL;

	for (size_t i = 0; (route = rtnl_each_default(g->rtnl, &i));)
		if (counts(g, route) && (!best || is_better(route, best)))
			best = route;
	return best;
}

static void describe(const struct gateway_job *g,
    const struct rtnl_route *route, struct told *told)
{
	const struct rtnl_link *link = rtnl_find_link(g->rtnl, route->ifindex);

	memset(told, 0, sizeof(*told));
	snprintf(told->device, sizeof(told->device), "%s", link->name);
	snprintf(told->ifindex, sizeof(told->ifindex), "%" PRIu32,
	    link->ifindex);
	if (route->has_gateway)
		inet_ntop(route->family, &route->gateway, told->gateway,
		    sizeof(told->gateway));
}

/* Compares the table with what is reported of it. */
static void evaluate(struct gateway_job *g)
{
	const struct rtnl_route *route = best_route(g);
	struct fact facts[N_FACTS_MAX];
	struct told told;
	size_t n = 0;

	if (!route) {
		if (!g->is_unmet)
			job_unmet(g->job, "no default route");
		g->is_unmet = true;
		g->is_up = false;
		return;
	}
	describe(g, route, &told);
	if (g->is_up && !memcmp(&told, &g->told, sizeof(told)))
		return;
	g->told = told;
	if (*told.gateway)
		facts[n++] = (struct fact){ "gateway", told.gateway };
	facts[n++] = (struct fact){ "device", told.device };
	facts[n++] = (struct fact){ "ifindex", told.ifindex };
	if (g->is_up) {
		job_facts(g->job, facts, n);
		return;
	}
	g->is_up = true;
	g->is_unmet = false;
	job_up(g->job, facts, n);
}

static void on_default(struct rtnl_watch *watch)
{
	evaluate(container_of(watch, struct gateway_job, watch));
}

/* A link that is renamed is another one to `device`. */
static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	if (before && strcmp(link->name, before->name) != 0)
		evaluate(container_of(watch, struct gateway_job, watch));
}

static const struct rtnl_calls calls = {
	.on_default = on_default,
	.on_link = on_link,
};

static void gateway_start(struct job *job, void *shared)
{
	const char *family = config_text(job->config, "family");
	struct gateway_job *g = calloc(1, sizeof(*g));

	(void)shared;
	if (!g) {
		job_failed(job, false, "out of memory");
		return;
	}
	job->data = g;
	g->job = job;
	g->rtnl = job->host->rtnl;
	g->family = !strcmp(family, "ipv4") ? AF_INET
	    : !strcmp(family, "ipv6")	    ? AF_INET6
					    : AF_UNSPEC;
	g->table = (uint32_t)config_integer(job->config, "table");
	g->device = config_text(job->config, "device");
	g->watch.calls = &calls;
	rtnl_watch_begin(g->rtnl, &g->watch);
	evaluate(g);
}

static void gateway_stop(struct job *job, void *shared)
{
	struct gateway_job *g = job->data;

	(void)shared;
	rtnl_watch_end(&g->watch);
	job->data = NULL;
	free(g);
	job_down(job);
}

/* What it stands on does not matter to it. */
static void gateway_rebind(struct job *job, void *shared)
{
	(void)job;
	(void)shared;
}

const struct provider provider_gateway = {
	.schema = &schema_gateway,
	.start = gateway_start,
	.stop = gateway_stop,
	.rebind = gateway_rebind,
};
