/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "base/ip.h"
#include "base/macros.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/ip-job.h"
#include "resolver/resolver.h"

static uint8_t type_of(const struct config *config)
{
	static const struct {
		const char *name;
		uint8_t type;
	} types[] = {
		{ "unicast", RTN_UNICAST },
		{ "blackhole", RTN_BLACKHOLE },
		{ "unreachable", RTN_UNREACHABLE },
		{ "prohibit", RTN_PROHIBIT },
		{ "throw", RTN_THROW },
		{ "local", RTN_LOCAL },
	};
	const char *name = config_text(config, "type");
	size_t i = 0;

	while (i < ARRAY_SIZE(types) - 1 && strcmp(types[i].name, name) != 0)
		i++;
	return types[i].type;
}

/* Those are about nobody's device. */
static bool has_hops(uint8_t type)
{
	return type == RTN_UNICAST || type == RTN_LOCAL;
}

/* The router: said, or known below. Of no family: there is none. */
static struct ip router_of(const struct job *job)
{
	const char *via = config_text(job->config, "via");
	struct ip ip = { 0 };

	if (!via)
		via = job_fact(job, "gateway");
	if (!via || ip_parse(via, &ip) < 0)
		return (struct ip){ 0 };
	return ip;
}

static void set_hops(
    const struct job *job, struct rtnl_route_change *route)
{
	const struct config *config = job->config;
	uint32_t n = config_count(config, "hops");
	bool is_on_link = config_bool(config, "on-link");

	assert(n <= RTNL_HOPS_MAX); /* the schema's check */
	route->n_hops = n ? n : 1;
	for (uint32_t i = 0; i < n; i++) {
		const struct config *hop = config_section_at(config, "hops", i);

		(void)ip_parse(config_text(hop, "via"), &route->hops[i].via);
		route->hops[i].weight =
		    (uint32_t)config_integer(hop, "weight");
		route->hops[i].ifindex = job->ifindex;
		route->hops[i].is_on_link = is_on_link;
	}
	if (n)
		return;
	route->hops[0].via = router_of(job);
	route->hops[0].ifindex = job->ifindex;
	route->hops[0].is_on_link =
	    is_on_link && route->hops[0].via.family != 0;
}

static bool is_default(const struct rtnl_route_change *route)
{
	return route->to.length == 0;
}

static void set_to(struct rtnl_route_change *route, const char *to)
{
	if (strcmp(to, "default") != 0) {
		(void)ip_parse_prefix(to, &route->to);
		return;
	}
	route->to.ip.family = route->n_hops && route->hops[0].via.family
	    ? route->hops[0].via.family
	    : AF_INET;
}

/* A gateway of the other family that is only known below is not meant. */
static void drop_unfit_router(
    const struct job *job, struct rtnl_route_change *route)
{
	struct rtnl_hop *hop = &route->hops[0];

	if (!config_count(job->config, "via") &&
	    !config_count(job->config, "hops") && hop->via.family &&
	    hop->via.family != route->to.ip.family) {
		hop->via = (struct ip){ 0 };
		hop->is_on_link = false;
	}
}

/* What depends on what it stands on: the rest is the schema's. */
static int check(const struct rtnl_route_change *route, const char *to,
    char said[IP_SAID_SIZE])
{
	if (route->source.family &&
	    route->source.family != route->to.ip.family) {
		snprintf(said, IP_SAID_SIZE,
		    "'source' is of another family than %s", to);
		return -EINVAL;
	}
	if (route->n_hops == 1 && !route->hops[0].ifindex &&
	    !route->hops[0].via.family) {
		snprintf(said, IP_SAID_SIZE,
		    "nothing says the way to %s: what it is over has no "
		    "device; give it 'via'", to);
		return -EINVAL;
	}
	return 0;
}

/* The kernel has an IPv6 route for each of several hops: so it is put back,
 * and shared with others, hop by hop. */
static int add(struct ip_list *list, const struct rtnl_route_change *route)
{
	bool is_split = route->to.ip.family == AF_INET6 && route->n_hops > 1;
	uint32_t n = is_split ? route->n_hops : 1;

	for (uint32_t i = 0; i < n; i++) {
		struct ip_object *object = ip_list_add(list, IP_ROUTE);

		if (!object)
			return -ENOMEM;
		object->route = *route;
		if (!is_split)
			continue;
		object->route.n_hops = 1;
		object->route.hops[0] = route->hops[i];
	}
	return 0;
}

static int list_one(const struct job *job, struct ip_list *list,
    const char *to, char said[IP_SAID_SIZE])
{
	const struct config *config = job->config;
	struct rtnl_route_change change, *route = &change;
	int r;

	memset(route, 0, sizeof(*route));
	route->type = type_of(config);
	if (has_hops(route->type))
		set_hops(job, route);
	set_to(route, to);
	drop_unfit_router(job, route);
	route->table = (uint32_t)config_integer(config, "table");
	route->metric = is_default(route)
	    ? ip_default_metric(job)
	    : (uint32_t)config_integer(config, "metric");
	route->mtu = (uint32_t)config_integer(config, "mtu");
	if (config_count(config, "source"))
		(void)ip_parse(config_text(config, "source"), &route->source);
	r = check(route, to, said);
	return r ? r : add(list, route);
}

static int list(
    const struct job *job, struct ip_list *list, char said[IP_SAID_SIZE])
{
	int r = 0;

	for (uint32_t i = 0; i < config_count(job->config, "to") && !r; i++)
		r = list_one(
		    job, list, config_text_at(job->config, "to", i), said);
	return r;
}

static const struct ip_kind route = { .list = list };

const struct provider provider_route = {
	.schema = &schema_route,
	.start = ip_job_start,
	.stop = ip_job_stop,
	.rebind = ip_job_rebind,
	.update = ip_job_rebind,
	.own = &route,
};
