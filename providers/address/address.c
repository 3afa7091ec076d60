/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "base/ip.h"
#include "providers/address/lifetime.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/config-join.h"
#include "providers/support/ip-job.h"
#include "providers/support/rtnl.h"
#include "resolver/resolver.h"

static uint8_t scope_of(const struct config *config)
{
	const char *scope = config_text(config, "scope");

	return !strcmp(scope, "link")	? RT_SCOPE_LINK
	    : !strcmp(scope, "host") ? RT_SCOPE_HOST
				     : RT_SCOPE_UNIVERSE;
}

static uint32_t flags_of(const struct config *config)
{
	const char *duplicates = config_text(config, "duplicates");

	return !strcmp(duplicates, "off")	? IFA_F_NODAD
	    : !strcmp(duplicates, "optimistic") ? IFA_F_OPTIMISTIC
						: 0;
}

/* Preferred for as long as it is valid, if nothing else is said. */
static void set_lifetimes(
    const struct config *config, struct rtnl_address *address)
{
	const char *valid = config_text(config, "valid-lifetime");
	const char *preferred = config_text(config, "preferred-lifetime");

	address->valid_s = UINT32_MAX;
	if (valid)
		(void)lifetime_parse(valid, &address->valid_s);
	address->preferred_s = address->valid_s;
	if (preferred)
		(void)lifetime_parse(preferred, &address->preferred_s);
}

/* ---- a subnet of a prefix that another node gets ---- */

static void take_prefix(void *ctx, const struct job_node *named)
{
	const char *text = job_named_fact(named, "prefix");
	struct ip_prefix *prefix = ctx;

	if (!prefix->ip.family && text &&
	    (ip_parse_prefix(text, prefix) ||
		prefix->ip.family != AF_INET6 || prefix->length < 16 ||
		prefix->length > 64))
		memset(prefix, 0, sizeof(*prefix));
}

/* The address in our subnet of the prefix, which has to be large enough; false
 * with ret of no family: there is none. */
static bool find_subnet_address(const struct job *job, struct ip_prefix *ret)
{
	uint64_t subnet = (uint64_t)config_integer(job->config, "subnet");
	struct ip_prefix prefix = { 0 };
	struct ip id;

	job_each_named(job, KEY_FOLLOWS, take_prefix, &prefix);
	*ret = prefix;
	if (!prefix.ip.family || subnet >> (64 - prefix.length))
		return false;
	ret->ip = ip_network(&prefix);
	ret->length = 64;
	for (int i = 0; i < 8; i++)
		ret->ip.bytes[i] |= (uint8_t)(subnet >> (56 - 8 * i));
	(void)ip_parse(config_text(job->config, "interface-id"), &id);
	memcpy(ret->ip.bytes + 8, id.bytes + 8, 8);
	return true;
}

static int list_subnet_address(const struct job *job, struct ip_list *list)
{
	char text[IP_PREFIX_TEXT_SIZE];
	struct ip_object *object;
	struct ip_prefix address;

	if (!find_subnet_address(job, &address)) {
		/* It follows: what it does not like is no failure of its. */
		if (address.ip.family)
			job_log(job, LOG_LEVEL_ERROR,
			    "there is no subnet %d in %s, which has %llu; "
			    "it has no address of it",
			    (int)config_integer(job->config, "subnet"),
			    ip_print_prefix(&address, text),
			    1ULL << (64 - address.length));
		return 0;
	}
	object = ip_list_add(list, IP_ADDRESS);
	if (!object)
		return -ENOMEM;
	object->address.ifindex = job->ifindex;
	object->address.address = address;
	object->address.flags = flags_of(job->config);
	set_lifetimes(job->config, &object->address);
	return 0;
}

/* ---- addresses and gateways ---- */

static int list_addresses(const struct job *job, struct ip_list *list)
{
	const struct config *config = job->config;
	const char *peer = config_text(config, "peer");
	uint32_t n = config_count(config, "addresses");

	for (uint32_t i = 0; i < n; i++) {
		struct ip_object *object = ip_list_add(list, IP_ADDRESS);
		struct rtnl_address *a;

		if (!object)
			return -ENOMEM;
		a = &object->address;
		a->ifindex = job->ifindex;
		(void)ip_parse_prefix(
		    config_text_at(config, "addresses", i), &a->address);
		if (peer)
			(void)ip_parse(peer, &a->peer);
		a->scope = a->address.ip.family == AF_INET ? scope_of(config)
							   : 0;
		a->flags = a->address.ip.family == AF_INET6 ? flags_of(config)
							    : 0;
		set_lifetimes(config, a);
	}
	return 0;
}

/* Their routes are where what comes by the device is routed. */
static int list_gateways(const struct job *job, struct ip_list *list)
{
	const struct rtnl_link *link =
	    rtnl_find_link(job->host->rtnl, job->ifindex);

	for (uint32_t i = 0; i < config_count(job->config, "gateway"); i++) {
		struct ip_object *object = ip_list_add(list, IP_ROUTE);
		struct rtnl_route_change *route;

		if (!object)
			return -ENOMEM;
		route = &object->route;
		route->table = link ? link->vrf_table : 0;
		route->metric = ip_default_metric(job);
		route->n_hops = 1;
		route->hops[0].ifindex = job->ifindex;
		(void)ip_parse(config_text_at(job->config, "gateway", i),
		    &route->hops[0].via);
		route->to.ip.family = route->hops[0].via.family;
	}
	return 0;
}

static int list(
    const struct job *job, struct ip_list *list, char said[IP_SAID_SIZE])
{
	int r;

	if (!job->ifindex) {
		snprintf(said, IP_SAID_SIZE, "what it is over has no device");
		return -EAGAIN;
	}
	r = list_addresses(job, list);
	r = r < 0 ? r : list_subnet_address(job, list);
	return r < 0 ? r : list_gateways(job, list);
}

static size_t facts(
    const struct job *job, struct fact *facts, char *text, size_t size)
{
	const struct config *config = job->config;
	const char *domain = config_text(config, "domain");
	char *address_text = text, *subnet_text = text + IP_PREFIX_TEXT_SIZE;
	char *dns = text + 2 * IP_PREFIX_TEXT_SIZE;
	struct ip_prefix prefix, subnet;
	bool is_there = config_count(config, "addresses") > 0;
	size_t n = 0;

	if (is_there)
		(void)ip_parse_prefix(
		    config_text_at(config, "addresses", 0), &prefix);
	else
		is_there = find_subnet_address(job, &prefix);
	if (is_there) {
		subnet = (struct ip_prefix){ ip_network(&prefix),
			prefix.length };
		facts[n++] = (struct fact){ "address",
			ip_print_prefix(&prefix, address_text) };
		facts[n++] = (struct fact){ "subnet",
			ip_print_prefix(&subnet, subnet_text) };
	}
	if (config_count(config, "gateway"))
		facts[n++] = (struct fact){ "gateway",
			config_text_at(config, "gateway", 0) };
	if (*config_join(
		config, "dns", dns, size - 2 * IP_PREFIX_TEXT_SIZE))
		facts[n++] = (struct fact){ "dns", dns };
	if (domain)
		facts[n++] = (struct fact){ "domain", domain };
	return n;
}

static const struct ip_kind address = { .list = list, .facts = facts };

const struct provider provider_address = {
	.schema = &schema_address,
	.start = ip_job_start,
	.stop = ip_job_stop,
	.rebind = ip_job_rebind,
	.update = ip_job_rebind,
	.own = &address,
};
