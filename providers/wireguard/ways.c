/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses, and routes to what peers are allowed.
 *
 * A route in the main table would take WireGuard's own packets into the
 * tunnel if it covers where a peer is, as a default route does. Then all
 * routes go into a table of their own. Of two rules, the first asks the main
 * table for all but its default routes, as the local network is to be reached
 * as before; the second asks that table. WireGuard's own packets have a mark,
 * and are subject to neither. The marks of several nodes differ in their last
 * 16 bits, but none of these rules is about any of them: else two tunnels that
 * are up at a time would each send its packets through the other.
 */
#include "providers/wireguard/wireguard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "providers/support/ip-job.h"
#include "resolver/schema.h"

enum {
	MARK = 0x6e630000, /* and that of tables */
	MARK_MASK = (int)0xffff0000,
	/* The last two before that of the main table. */
	PRIORITY_MAIN = 32764,
	PRIORITY_OWN = 32765,
};

/* ---- which routes ---- */

/* Of a peer that is not known to be anywhere there would be no use in one; and
 * looking its name up may need the way that there is without. */
static bool has_routes(const struct wireguard *w, const struct peer *peer)
{
	if (!config_bool(w->job->config, "routes") ||
	    (wireguard_waits_for_handshake(w) && !w->has_answered))
		return false;
	return !*peer->host || peer->address.family;
}

static bool covers(const struct ip_prefix *prefix, const struct ip *ip)
{
	struct ip_prefix of = { *ip, prefix->length };
	struct ip network;

	if (prefix->ip.family != ip->family)
		return false;
	network = ip_network(&of);
	return ip_equal(&network, &prefix->ip);
}

static bool is_in_the_way(const struct wireguard *w, const struct ip_prefix *to)
{
	const struct peer *peer;

	if (to->length == 0)
		return true;
	list_for_each(peer, &w->peers, struct peer, link)
		if (peer->address.family && covers(to, &peer->address))
			return true;
	return false;
}

static bool needs_own_table(const struct wireguard *w)
{
	const struct peer *peer;

	if (config_count(w->job->config, "table"))
		return false;
	list_for_each(peer, &w->peers, struct peer, link)
		for (size_t i = 0; has_routes(w, peer) && i < peer->n_allowed;
		    i++)
			if (is_in_the_way(w, &peer->allowed[i]))
				return true;
	return false;
}

/* A number of this node alone. */
static uint32_t own_number(const struct wireguard *w)
{
	return MARK | (w->wg.ifindex & 0xffff);
}

uint32_t ways_mark(const struct wireguard *w)
{
	if (config_count(w->job->config, "mark"))
		return (uint32_t)config_integer(w->job->config, "mark");
	return needs_own_table(w) ? own_number(w) : 0;
}

/* ---- the list ---- */

static int list_addresses(const struct wireguard *w, struct ip_list *list)
{
	const struct config *config = w->job->config;

	for (uint32_t i = 0; i < config_count(config, "addresses"); i++) {
		struct ip_object *object = ip_list_add(list, IP_ADDRESS);

		if (!object)
			return -ENOMEM;
		object->address.ifindex = w->wg.ifindex;
		object->address.valid_s = UINT32_MAX;
		object->address.preferred_s = UINT32_MAX;
		(void)ip_parse_prefix(config_text_at(config, "addresses", i),
		    &object->address.address);
	}
	return 0;
}

static int list_routes(const struct wireguard *w, const struct peer *peer,
    uint32_t table, struct ip_list *list)
{
	for (size_t i = 0; has_routes(w, peer) && i < peer->n_allowed; i++) {
		struct ip_object *object = ip_list_add(list, IP_ROUTE);

		if (!object)
			return -ENOMEM;
		object->route.table = table;
		object->route.to = peer->allowed[i];
		object->route.n_hops = 1;
		object->route.hops[0].ifindex = w->wg.ifindex;
	}
	return 0;
}

static int list_rule(const struct wireguard *w, uint32_t family,
    struct ip_list *list, uint32_t priority, uint32_t table)
{
	struct ip_object *object = ip_list_add(list, IP_RULE);

	if (!object)
		return -ENOMEM;
	object->rule.family = family;
	object->rule.priority = priority;
	object->rule.action = FR_ACT_TO_TBL;
	object->rule.table = table;
	object->rule.is_not = true;
	object->rule.mark = ways_mark(w);
	object->rule.mask = config_count(w->job->config, "mark")
	    ? UINT32_MAX
	    : (uint32_t)MARK_MASK;
	object->rule.skips_default = table == RT_TABLE_MAIN;
	return 0;
}

static bool has_route(const struct ip_list *list, uint32_t family)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].type == IP_ROUTE &&
		    list->items[i].route.to.ip.family == family)
			return true;
	return false;
}

static int list_rules(const struct wireguard *w, struct ip_list *list)
{
	static const uint32_t families[] = { AF_INET, AF_INET6 };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(families) && r == 0; i++) {
		if (!has_route(list, families[i]))
			continue;
		r = list_rule(
		    w, families[i], list, PRIORITY_MAIN, RT_TABLE_MAIN);
		if (r == 0)
			r = list_rule(w, families[i], list, PRIORITY_OWN,
			    own_number(w));
	}
	return r;
}

static int list_all(const struct wireguard *w, struct ip_list *list)
{
	bool is_own = needs_own_table(w);
	uint32_t table = is_own
	    ? own_number(w)
	    : (uint32_t)config_integer(w->job->config, "table");
	const struct peer *peer;
	int r = list_addresses(w, list);

	list_for_each(peer, &w->peers, struct peer, link)
		if (r == 0)
			r = list_routes(w, peer, table, list);
	return r == 0 && is_own ? list_rules(w, list) : r;
}

int ways_apply(struct wireguard *w)
{
	struct ip_list list = { 0 };
	int r = list_all(w, &list);

	if (r == 0)
		r = ip_objects_set(&w->objects, list.items, list.n);
	free(list.items);
	return r < 0 ? r : 0;
}

/* ---- what becomes of it ---- */

static void on_done(struct ip_objects *objects, int error, const char *text)
{
	struct wireguard *w = container_of(objects, struct wireguard, objects);

	if (!ip_repair_done(&w->repair))
		return;
	if (w->is_ending)
		made_link_ended(w->job);
	else if (error)
		made_link_fail(w->job, error == -EINVAL || error == -EPERM,
		    "the kernel refuses %s", text);
	else
		wireguard_evaluate(w);
}

/* What happens to the link itself: one that was down has lost routes, and
 * addresses of IPv6. */
static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct wireguard *w = container_of(watch, struct wireguard, watch);

	if (link->flags & IFF_UP && before && !(before->flags & IFF_UP))
		(void)ip_objects_again(&w->objects);
}

static void on_given_up(struct ip_repair *repair)
{
	struct wireguard *w = container_of(repair, struct wireguard, repair);

	made_link_fail(w->job, false,
	    "what it has made is removed by others again and again");
}

static const struct rtnl_calls calls = {
	.on_link = on_link,
};

void ways_init(struct wireguard *w)
{
	ip_objects_init(&w->objects, w->job, on_done);
	ip_repair_init(&w->repair, w->job, &w->objects, on_given_up);
	w->watch.calls = &calls;
}

void ways_begin(struct wireguard *w)
{
	w->watch.ifindex = w->wg.ifindex;
	rtnl_watch_begin(w->job->host->rtnl, &w->watch);
	ip_repair_begin(&w->repair, w->wg.ifindex, true);
}

bool ways_end(struct wireguard *w)
{
	rtnl_watch_end(&w->watch);
	ip_repair_end(&w->repair);
	return ip_objects_set(&w->objects, NULL, 0) == 0;
}
