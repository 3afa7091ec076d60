/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/ra.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "base/macros.h"
#include "providers/dhcp/ra-solicit.h"
#include "providers/dhcp/ra-sweep.h"
#include "providers/provider.h"

static const char *device_of(const struct ra *ra)
{
	const struct rtnl_link *link =
	    rtnl_find_link(ra->host->rtnl, ra->ifindex);

	return link ? link->name : NULL;
}

/* ---- what there is ---- */

/* An address of the link that is not being looked for at other hosts. */
static bool is_good(const struct ra *ra, const struct rtnl_address *address)
{
	return address->ifindex == ra->ifindex &&
	    address->address.ip.family == AF_INET6 &&
	    !(address->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED));
}

bool ra_is_ready(const struct ra *ra)
{
	struct rtnl_address address;
	size_t i = 0;

	while (rtnl_each_address(ra->host->rtnl, &i, &address))
		if (is_good(ra, &address) &&
		    IN6_IS_ADDR_LINKLOCAL(&address.address.ip.in6))
			return true;
	return false;
}

bool ra_find_address(const struct ra *ra, struct ip_prefix *ret)
{
	struct rtnl_address address;
	bool is_found = false, is_preferred = false;
	size_t i = 0;

	while (rtnl_each_address(ra->host->rtnl, &i, &address)) {
		bool is_better = !is_found ||
		    (!is_preferred && !(address.flags & IFA_F_DEPRECATED));

		if (!is_good(ra, &address) || !is_better ||
		    address.protocol != IFAPROT_KERNEL_RA ||
		    address.flags & IFA_F_TEMPORARY)
			continue;
		*ret = address.address;
		is_found = true;
		is_preferred = !(address.flags & IFA_F_DEPRECATED);
	}
	return is_found;
}

bool ra_find_gateway(const struct ra *ra, struct ip *ret)
{
	const struct rtnl_route *route, *best = NULL;
	size_t i = 0;

	while ((route = rtnl_each_default(ra->host->rtnl, &i)))
		if (route->family == AF_INET6 && route->has_gateway &&
		    route->ifindex == ra->ifindex &&
		    route->protocol == RTPROT_RA &&
		    (!best || route->metric < best->metric))
			best = route;
	if (!best)
		return false;
	*ret = (struct ip){ .family = AF_INET6 };
	ret->in6 = best->gateway.in6;
	return true;
}

bool ra_find_subnet(const struct ra *ra, const struct ip *address,
    struct ip_prefix *ret)
{
	bool is_found = false;

	for (unsigned i = 0; i < ra->n_prefixes; i++) {
		const struct ip_prefix *prefix = &ra->prefixes[i].prefix;
		struct ip_prefix own = { *address, prefix->length };
		struct ip network = ip_network(&own);

		if (ip_equal(&network, &prefix->ip) &&
		    (!is_found || prefix->length > ret->length)) {
			*ret = *prefix;
			is_found = true;
		}
	}
	return is_found;
}

/* ---- asking the routers ---- */

static void solicit(struct ra *ra, uint64_t now_ms)
{
	ra->n_solicitations--;
	ra->solicit_ms = now_ms + RA_SOLICITATION_MS;
	/* Without it they advertise sooner or later all the same. */
	(void)ra_solicit(ra->ifindex);
}

void ra_set_metric(struct ra *ra, uint32_t metric)
{
	const char *device = device_of(ra);

	ra->settings.metric = metric;
	if (device)
		(void)ra_sysctls_write(&ra->sysctls, device, &ra->settings);
}

/* The first at once, whatever has been heard meanwhile: the kernel may not
 * have taken it, as its settings are newer than the socket. */
void ra_again(struct ra *ra, uint64_t now_ms)
{
	ra->n_solicitations = RA_SOLICITATIONS;
	solicit(ra, now_ms);
	ra->changed(ra);
}

/* ---- what the kernel tells ---- */

/* They have answered. */
static void heard(struct ra *ra)
{
	ra->n_solicitations = 0;
	ra->changed(ra);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void on_option(struct ra_watch *watch, const struct nd_option *option)
{
	struct ra *ra = container_of(watch, struct ra, watch);

	ra_names_add(option->type == ND_RDNSS ? &ra->servers : &ra->domains,
	    option, now_ms());
	heard(ra);
}

static void drop_prefix(struct ra *ra, unsigned i)
{
	ra->n_prefixes--;
	memmove(&ra->prefixes[i], &ra->prefixes[i + 1],
	    (ra->n_prefixes - i) * sizeof(*ra->prefixes));
}

/* True: there was one that has ended. */
static bool expire_prefixes(struct ra *ra, uint64_t now)
{
	unsigned n = ra->n_prefixes;

	for (unsigned i = n; i-- > 0;)
		if (ra->prefixes[i].until_ms <= now)
			drop_prefix(ra, i);
	ra->n_renumbered += n - ra->n_prefixes;
	return n != ra->n_prefixes;
}

static void on_prefix(struct ra_watch *watch, const struct ip_prefix *prefix,
    uint32_t valid_s)
{
	struct ra *ra = container_of(watch, struct ra, watch);
	bool was_known;
	unsigned i = 0;

	while (i < ra->n_prefixes &&
	    (ra->prefixes[i].prefix.length != prefix->length ||
		!ip_equal(&ra->prefixes[i].prefix.ip, &prefix->ip)))
		i++;
	was_known = i < ra->n_prefixes;
	if (was_known != (valid_s > 0))
		ra->n_renumbered++;
	/* The oldest makes way; that of one withdrawn is free. */
	if (i == RA_PREFIXES_MAX)
		i = 0;
	if (i < ra->n_prefixes)
		drop_prefix(ra, i);
	if (valid_s)
		ra->prefixes[ra->n_prefixes++] = (struct ra_prefix){ *prefix,
			valid_s == ND_FOREVER
			    ? UINT64_MAX
			    : now_ms() + 1000ULL * valid_s };
	heard(ra);
}

static void on_flags(
    struct ra_watch *watch, bool is_managed, bool has_other)
{
	struct ra *ra = container_of(watch, struct ra, watch);

	if (ra->is_managed == is_managed && ra->has_other == has_other)
		return;
	ra->is_managed = is_managed;
	ra->has_other = has_other;
	ra->changed(ra);
}

static void on_lost(struct ra_watch *watch)
{
	struct ra *ra = container_of(watch, struct ra, watch);

	ra_again(ra, now_ms());
}

/* Asks, if it has not yet, as soon as there is an address to ask from. (The
 * kernel asks, too, up to a second later; but not if the address was there,
 * and we had not heard of it, before the kernel was to take advertisements.) */
static void ask_when_ready(struct ra *ra)
{
	if (!ra->must_ask || !ra_is_ready(ra))
		return;
	ra->must_ask = false;
	ra_again(ra, now_ms());
}

static void on_address(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address, uint32_t flags)
{
	struct ra *ra = container_of(watch, struct ra, addresses);

	(void)ifindex, (void)flags;
	if (address->ip.family != AF_INET6)
		return;
	ask_when_ready(ra);
	ra->changed(ra);
}

static void on_address_gone(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address)
{
	on_address(watch, ifindex, address, 0);
}

static void on_default(struct rtnl_watch *watch)
{
	struct ra *ra = container_of(watch, struct ra, routes);

	ra->changed(ra);
}

static void on_advertised(struct rtnl_watch *watch)
{
	struct ra *ra = container_of(watch, struct ra, addresses);

	ra->changed(ra);
}

static const struct rtnl_calls address_calls = {
	.on_advertised = on_advertised,
	.on_address = on_address,
	.on_address_gone = on_address_gone,
};

static const struct rtnl_calls route_calls = {
	.on_default = on_default,
};

/* ---- time ---- */

uint64_t ra_deadline(const struct ra *ra)
{
	uint64_t next = ra_names_next(&ra->servers);

	if (ra_names_next(&ra->domains) < next)
		next = ra_names_next(&ra->domains);
	for (unsigned i = 0; i < ra->n_prefixes; i++)
		if (ra->prefixes[i].until_ms < next)
			next = ra->prefixes[i].until_ms;
	if (ra->n_solicitations && ra->solicit_ms < next)
		next = ra->solicit_ms;
	return next;
}

void ra_time(struct ra *ra, uint64_t now)
{
	bool has_changed = ra_names_expire(&ra->servers, now);

	has_changed = ra_names_expire(&ra->domains, now) || has_changed;
	has_changed = expire_prefixes(ra, now) || has_changed;
	if (ra->n_solicitations && ra->solicit_ms <= now)
		solicit(ra, now);
	if (has_changed)
		ra->changed(ra);
}

/* ---- the beginning and the end ---- */

int ra_begin(struct ra *ra, const char **ret_what)
{
	const char *device = device_of(ra);
	int r;

	*ret_what = "find the device";
	if (!device)
		return -ENODEV;
	*ret_what = "listen to routers";
	ra->watch = (struct ra_watch){ .ifindex = ra->ifindex,
		.on_option = on_option, .on_prefix = on_prefix,
		.on_flags = on_flags, .on_lost = on_lost };
	r = ra_watch_begin(ra->host->loop, ra->socket, &ra->watch);
	if (r == -EBUSY)
		*ret_what = "listen to routers where another node does";
	if (r < 0)
		return r;
	*ret_what = "have the kernel take router advertisements";
	r = ra_sysctls_set(&ra->sysctls, device, &ra->settings);
	if (r == -EOPNOTSUPP)
		*ret_what = "use IPv6, which is off there (disable_ipv6)";
	if (r < 0) {
		ra_watch_end(ra->socket, &ra->watch);
		return r;
	}
	ra->addresses = (struct rtnl_watch){
		.ifindex = ra->ifindex, .calls = &address_calls };
	ra->routes = (struct rtnl_watch){ .calls = &route_calls };
	rtnl_watch_begin(ra->host->rtnl, &ra->addresses);
	rtnl_watch_begin(ra->host->rtnl, &ra->routes);
	ra->must_ask = true;
	ask_when_ready(ra);
	return 0;
}

void ra_end(struct ra *ra, bool link_is_gone)
{
	const char *device;

	if (!ra->routes.calls)
		return;
	device = link_is_gone ? NULL : device_of(ra);
	rtnl_watch_end(&ra->addresses);
	rtnl_watch_end(&ra->routes);
	ra->routes.calls = NULL;
	ra_watch_end(ra->socket, &ra->watch);
	ra->n_solicitations = 0;
	if (device) {
		ra_sysctls_close(device);
		(void)ra_sweep(ra->host->rtnl, ra->ifindex);
		ra_sysctls_restore(&ra->sysctls, device);
	}
	ra->is_managed = ra->has_other = false;
	ra->servers.n = ra->domains.n = ra->n_prefixes = 0;
}
