/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/ipv6.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/if_addr.h>

#include "base/macros.h"
#include "providers/dhcp/dhcp6-apply.h"
#include "providers/dhcp/dhcp6.h"
#include "providers/dhcp/ra.h"
#include "providers/provider.h"
#include "providers/support/repair.h"

enum {
	TELL_MS = 1000,
	/* The kernel may remove what has a lifetime so much earlier. */
	EARLY_MS = 2000,
};

struct ipv6 {
	struct ipv6_options options;
	struct ra ra;
	struct dhcp6 *dhcp6; /* NULL: it does not run */
	bool dhcp6_is_stopping;
	unsigned n_renumbered; /* of ra, when it was asked last */
	struct dhcp6_apply apply;
	struct rtnl_watch addresses;
	bool must_repair; /* the address is gone */
	bool is_put_back; /* and will be there as before */
	struct repair repair;
	bool is_stopping;
	struct ipv6_view view;
	bool must_look;	     /* something may have changed */
	uint64_t not_before_ms; /* it is told again */
	uint64_t began_ms;   /* or the link was away */
	bool was_usable;
	uv_timer_t timer;
};

static uint64_t boottime_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- the view ---- */

static const char *device_of(const struct ipv6 *ipv6)
{
	const struct rtnl_link *link =
	    rtnl_find_link(ipv6->ra.host->rtnl, ipv6->ra.ifindex);

	return link ? link->name : "the device";
}

/* Adds a word to a text; one that does not fit, or is there, is left out. */
static void add_word(char *text, size_t size, const char *word)
{
	size_t n = strlen(text), length = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += length)
		if ((at == text || at[-1] == ' ') &&
		    (!at[length] || at[length] == ' '))
			return;
	if (n + 1 + length < size)
		snprintf(text + n, size - n, n ? " %s" : "%s", word);
}

/* An address of the link alone says nothing without the link's name. */
static void add_server(
    struct ipv6_view *view, const char *server, const char *device)
{
	char word[ND_ITEM_SIZE + 32];
	struct ip ip;
	bool is_local = !ip_parse(server, &ip) && ip.family == AF_INET6 &&
	    IN6_IS_ADDR_LINKLOCAL(&ip.in6);

	snprintf(word, sizeof(word), "%s%s%s", server, is_local ? "%" : "",
	    is_local ? device : "");
	add_word(view->dns, sizeof(view->dns), word);
}

/* Is it there, and has no other host it? */
static bool is_usable(const struct ipv6 *ipv6, const struct ip_prefix *address)
{
	uint32_t flags;

	return ipv6->is_put_back ||
	    (rtnl_find_address(
		 ipv6->apply.rtnl, ipv6->apply.ifindex, address, &flags) &&
		!(flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)));
}

/* The one from a DHCPv6 server; else one made of an advertisement. */
static bool find_address(const struct ipv6 *ipv6, struct ip_prefix *ret)
{
	*ret = ipv6->apply.address;
	return (ipv6->apply.has_address && is_usable(ipv6, ret)) ||
	    ra_find_address(&ipv6->ra, ret);
}

static void look_at_addresses(const struct ipv6 *ipv6, struct ipv6_view *view)
{
	struct ip_prefix address, subnet;
	struct ip gateway;

	if (find_address(ipv6, &address)) {
		subnet = (struct ip_prefix){ ip_network(&address),
			address.length };
		if (address.length == 128)
			(void)ra_find_subnet(&ipv6->ra, &address.ip, &subnet);
		ip_print_prefix(&address, view->address);
		ip_print_prefix(&subnet, view->subnet);
	}
	if (ra_find_gateway(&ipv6->ra, &gateway))
		ip_print(&gateway, view->gateway);
	if (ipv6->apply.has_prefix)
		ip_print_prefix(&ipv6->apply.prefix, view->prefix);
}

/* One that does not fit is left out. */
static void add_route(
    struct ipv6_view *view, const struct rtnl_advertised *route)
{
	char to[IP_PREFIX_TEXT_SIZE], via[IP_TEXT_SIZE];
	size_t n = strlen(view->routes), size = sizeof(view->routes);

	ip_print_prefix(&route->to, to);
	ip_print(&route->via, via);
	if ((size_t)snprintf(view->routes + n, size - n, "%s%s via %s",
		n ? ", " : "", to, via) >= size - n)
		view->routes[n] = '\0';
}

static void look_at_routes(const struct ipv6 *ipv6, struct ipv6_view *view)
{
	const struct ra *ra = &ipv6->ra;
	const struct rtnl_advertised *route;
	char text[IP_PREFIX_TEXT_SIZE];
	size_t at = 0;

	for (unsigned i = 0; i < ra->n_prefixes; i++)
		add_word(view->prefixes, sizeof(view->prefixes),
		    ip_print_prefix(&ra->prefixes[i].prefix, text));
	while ((route = rtnl_each_advertised(ra->host->rtnl, &at)))
		if (route->ifindex == ra->ifindex)
			add_route(view, route);
}

static void look_at_names(const struct ipv6 *ipv6, struct ipv6_view *view)
{
	const struct ra *ra = &ipv6->ra;
	const struct lease6 *lease =
	    ipv6->dhcp6 ? &dhcp6_lease(ipv6->dhcp6)->lease : NULL;

	for (unsigned i = 0; i < ra->servers.n; i++)
		add_server(view, ra->servers.items[i].text, device_of(ipv6));
	for (unsigned i = 0; i < ra->domains.n; i++)
		add_word(view->search, sizeof(view->search),
		    ra->domains.items[i].text);
	if (!lease ||
	    !(lease->has_address || lease->has_prefix ||
		dhcp6_is_information(ipv6->dhcp6)))
		return;
	for (unsigned i = 0; i < lease->n_servers; i++)
		add_server(view, lease->servers[i], device_of(ipv6));
	for (unsigned i = 0; i < lease->n_domains; i++)
		add_word(view->search, sizeof(view->search),
		    lease->domains[i]);
	for (unsigned i = 0; i < lease->n_ntp; i++)
		add_word(view->ntp, sizeof(view->ntp), lease->ntp[i]);
}

static void print_reason(const struct ipv6 *ipv6, struct ipv6_view *view)
{
	const char *what = view->gateway[0]
	    ? "no IPv6 address yet on"
	    : view->address[0] ? "no router offers a way out on"
			       : "no router advertises on";

	snprintf(view->reason, sizeof(view->reason), "%s %s", what,
	    device_of(ipv6));
}

static void look(
    struct ipv6 *ipv6, uint64_t now_ms, struct ipv6_view *view)
{
	const struct ra_settings *settings = &ipv6->options.settings;

	memset(view, 0, sizeof(*view));
	look_at_addresses(ipv6, view);
	look_at_routes(ipv6, view);
	look_at_names(ipv6, view);
	if ((view->address[0] || !settings->addresses) &&
	    (view->gateway[0] || !settings->default_route)) {
		view->state = IPV6_USABLE;
		ipv6->was_usable = true;
	} else if (ipv6->options.is_alone &&
	    (ipv6->was_usable ||
		now_ms >= ipv6->began_ms + IPV6_MISSING_MS)) {
		view->state = IPV6_MISSING;
		print_reason(ipv6, view);
	}
}

/* ---- time ---- */

static void follow_dhcp6(struct ipv6 *ipv6);
static void repair(struct ipv6 *ipv6, uint64_t now_ms);
static void on_time(uv_timer_t *timer);

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void arm(struct ipv6 *ipv6)
{
	uint64_t now_ms = boottime_ms();
	uint64_t look_ms = ipv6->must_look ? now_ms : UINT64_MAX, next;

	if (ipv6->view.state == IPV6_PENDING && ipv6->options.is_alone)
		look_ms = sooner(look_ms, ipv6->began_ms + IPV6_MISSING_MS);
	if (look_ms < ipv6->not_before_ms)
		look_ms = ipv6->not_before_ms;
	next = sooner(look_ms, ra_deadline(&ipv6->ra));
	if (next == UINT64_MAX)
		uv_timer_stop(&ipv6->timer);
	else
		uv_timer_start(&ipv6->timer, on_time,
		    next > now_ms ? next - now_ms : 0, 0);
}

static void on_time(uv_timer_t *timer)
{
	struct ipv6 *ipv6 = timer->data;
	uint64_t now_ms = boottime_ms();
	struct ipv6_view view;

	ra_time(&ipv6->ra, now_ms);
	if (now_ms < ipv6->not_before_ms) {
		arm(ipv6);
		return;
	}
	ipv6->must_look = false;
	if (ipv6->must_repair)
		repair(ipv6, now_ms);
	follow_dhcp6(ipv6);
	look(ipv6, now_ms, &view);
	if (!memcmp(&view, &ipv6->view, sizeof(view))) {
		arm(ipv6);
		return;
	}
	ipv6->view = view;
	ipv6->not_before_ms = now_ms + TELL_MS;
	arm(ipv6);
	ipv6->options.changed(ipv6->options.ctx);
}

/* More than one thing changes at a time: it is looked at once. */
static void must_look(struct ipv6 *ipv6)
{
	if (ipv6->must_look || ipv6->is_stopping)
		return;
	ipv6->must_look = true;
	arm(ipv6);
}

static void on_changed(struct ra *ra)
{
	must_look(container_of(ra, struct ipv6, ra));
}

/* ---- DHCPv6 ---- */

static void settle(struct ipv6 *ipv6);

/* Also what is there already: it may not be any more. */
static void apply_lease(struct ipv6 *ipv6)
{
	struct dhcp6_lease lease = *dhcp6_lease(ipv6->dhcp6);

	if (!ipv6->options.settings.addresses)
		lease.lease.has_address = false;
	if (!lease.lease.has_address ||
	    !ip_equal(&lease.lease.address, &ipv6->apply.address.ip))
		ipv6->is_put_back = false;
	dhcp6_apply_set(&ipv6->apply, &lease, boottime_ms());
}

static void on_lease(void *ctx)
{
	struct ipv6 *ipv6 = ctx;

	if (ipv6->is_stopping)
		return;
	apply_lease(ipv6);
	must_look(ipv6);
}

static void on_applied(
    struct dhcp6_apply *apply, int error, const char *message)
{
	struct ipv6 *ipv6 = container_of(apply, struct ipv6, apply);

	if (error) {
		job_log(ipv6->options.job, LOG_LEVEL_WARNING,
		    "the kernel refuses the DHCPv6 address: %s%s%s",
		    strerror(-error), *message ? ": " : "", message);
		ipv6->is_put_back = false;
	}
	if (ipv6->is_stopping)
		settle(ipv6);
	else
		must_look(ipv6);
}

static void on_dhcp6_stopped(void *ctx)
{
	struct ipv6 *ipv6 = ctx;

	ipv6->dhcp6 = NULL;
	ipv6->dhcp6_is_stopping = false;
	must_look(ipv6);
	settle(ipv6);
}

static void stop_dhcp6(struct ipv6 *ipv6)
{
	if (!ipv6->dhcp6 || ipv6->dhcp6_is_stopping)
		return;
	ipv6->dhcp6_is_stopping = true;
	dhcp6_stop(ipv6->dhcp6);
}

static void start_dhcp6(struct ipv6 *ipv6, bool is_information)
{
	const struct ipv6_options *o = &ipv6->options;
	const struct dhcp6_options options = {
		.job = o->job,
		.ifindex = o->ifindex,
		.duid = o->duid,
		.is_information = is_information,
		.prefix_length = o->prefix_length,
		.changed = on_lease,
		.stopped = on_dhcp6_stopped,
		.ctx = ipv6,
	};
	int r = dhcp6_start(&options, &ipv6->dhcp6);

	if (r)
		job_log(o->job, LOG_LEVEL_WARNING,
		    "no DHCPv6: cannot keep a lease in /run: %s",
		    strerror(-r));
	ipv6->n_renumbered = ipv6->ra.n_renumbered;
}

/*
 * It begins when it is wanted and there is an address to ask with. It goes on
 * when routers say no more that there is a server: it is the server's to say
 * what it gives no more.
 */
static void follow_dhcp6(struct ipv6 *ipv6)
{
	const struct ipv6_options *o = &ipv6->options;
	const struct ra *ra = &ipv6->ra;
	bool wants_lease = o->prefix_length ||
	    (ra->is_managed && o->settings.addresses);
	bool wants_names =
	    (ra->is_managed || ra->has_other) && o->wants_names;

	if (!ipv6->dhcp6) {
		if ((wants_lease || wants_names) && ra_is_ready(ra))
			start_dhcp6(ipv6, !wants_lease);
		return;
	}
	if (ipv6->dhcp6_is_stopping || !dhcp6_is_information(ipv6->dhcp6))
		return;
	/* Who has a lease gets names with it. */
	if (wants_lease || !o->wants_names)
		stop_dhcp6(ipv6);
	else if (ipv6->n_renumbered != ra->n_renumbered)
		dhcp6_again(ipv6->dhcp6, false);
	ipv6->n_renumbered = ra->n_renumbered;
}

/* ---- other hosts ---- */

/* The kernel has found no other host with it; or one, and removes it. */
static void on_address(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address, uint32_t flags)
{
	struct ipv6 *ipv6 = container_of(watch, struct ipv6, addresses);

	(void)ifindex;
	if (!ipv6->dhcp6 || !ipv6->apply.has_address ||
	    !ip_equal(&address->ip, &ipv6->apply.address.ip))
		return;
	if (!(flags & IFA_F_TENTATIVE))
		ipv6->is_put_back = false;
	if (flags & IFA_F_DADFAILED)
		dhcp6_decline(ipv6->dhcp6);
}

static void on_address_gone(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address)
{
	struct ipv6 *ipv6 = container_of(watch, struct ipv6, addresses);

	(void)ifindex;
	if (ipv6->dhcp6 && ipv6->apply.has_address &&
	    ip_equal(&address->ip, &ipv6->apply.address.ip) &&
	    dhcp6_lease(ipv6->dhcp6)->address_until_ms >
		boottime_ms() + EARLY_MS) {
		ipv6->must_repair = true;
		must_look(ipv6);
	}
}

static const struct rtnl_calls calls = {
	.on_address = on_address,
	.on_address_gone = on_address_gone,
};

/* Of a link that is down the kernel removes it; ipv6_again() comes. */
static void repair(struct ipv6 *ipv6, uint64_t now_ms)
{
	struct job *job = ipv6->options.job;
	const struct dhcp6_apply *a = &ipv6->apply;
	const struct rtnl_link *link = rtnl_find_link(a->rtnl, a->ifindex);
	uint32_t flags;

	ipv6->must_repair = ipv6->is_put_back = false;
	if (!ipv6->dhcp6 || ipv6->dhcp6_is_stopping || !link ||
	    !(link->flags & IFF_UP))
		return;
	/* It is back, by a lease that came meanwhile, or by whomever. */
	if (!a->has_address ||
	    rtnl_find_address(a->rtnl, a->ifindex, &a->address, &flags))
		return;
	if (!repair_again(&ipv6->repair, now_ms)) {
		job_log(job, LOG_LEVEL_WARNING,
		    "its DHCPv6 address is removed by others again and "
		    "again; it is not put back before the lease is renewed");
		return;
	}
	job_log(job, LOG_LEVEL_WARNING,
	    "its DHCPv6 address was removed by others; it is put back");
	apply_lease(ipv6);
	ipv6->is_put_back = true;
}

/* ---- the beginning and the end ---- */

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void close_timer(struct ipv6 *ipv6)
{
	uv_close((uv_handle_t *)&ipv6->timer, on_closed);
}

int ipv6_start(const struct ipv6_options *options, struct ipv6 **ret,
    const char **ret_what)
{
	struct ipv6 *ipv6 = calloc(1, sizeof(*ipv6));
	int r;

	*ret_what = "begin with IPv6";
	if (!ipv6)
		return -ENOMEM;
	ipv6->options = *options;
	ipv6->began_ms = boottime_ms();
	ipv6->ra.host = options->job->host;
	ipv6->ra.socket = options->socket;
	ipv6->ra.ifindex = options->ifindex;
	ipv6->ra.settings = options->settings;
	ipv6->ra.changed = on_changed;
	dhcp6_apply_init(
	    &ipv6->apply, options->job, options->ifindex, on_applied);
	uv_timer_init(options->job->host->loop, &ipv6->timer);
	ipv6->timer.data = ipv6;
	r = ra_begin(&ipv6->ra, ret_what);
	if (r < 0) {
		close_timer(ipv6);
		return r;
	}
	ipv6->addresses = (struct rtnl_watch){
		.ifindex = options->ifindex, .calls = &calls };
	rtnl_watch_begin(options->job->host->rtnl, &ipv6->addresses);
	/* There may be addresses from before. */
	on_changed(&ipv6->ra);
	*ret = ipv6;
	return 0;
}

const struct ipv6_view *ipv6_view(const struct ipv6 *ipv6)
{
	return &ipv6->view;
}

/* But for what can change. */
static bool is_same(
    const struct ipv6_options *a, const struct ipv6_options *b)
{
	return a->ifindex == b->ifindex &&
	    a->prefix_length == b->prefix_length &&
	    a->settings.addresses == b->settings.addresses &&
	    a->settings.default_route == b->settings.default_route &&
	    a->settings.routes == b->settings.routes &&
	    a->settings.mtu == b->settings.mtu;
}

bool ipv6_again(struct ipv6 *ipv6, const struct ipv6_options *options)
{
	uint32_t metric = options->settings.metric;

	if (!is_same(&ipv6->options, options))
		return false;
	ipv6->options.wants_names = options->wants_names;
	if (metric == ipv6->ra.settings.metric && ipv6->dhcp6)
		dhcp6_again(ipv6->dhcp6, true);
	if (ipv6->dhcp6 && !ipv6->dhcp6_is_stopping)
		apply_lease(ipv6);
	ra_set_metric(&ipv6->ra, metric);
	ipv6->began_ms = boottime_ms();
	ra_again(&ipv6->ra, ipv6->began_ms);
	return true;
}

static void settle(struct ipv6 *ipv6)
{
	void (*tell)(void *) = ipv6->options.stopped;
	void *ctx = ipv6->options.ctx;

	if (!ipv6->is_stopping || ipv6->dhcp6 ||
	    dhcp6_apply_is_pending(&ipv6->apply))
		return;
	close_timer(ipv6);
	tell(ctx);
}

static void on_stop(uv_timer_t *timer)
{
	settle(timer->data);
}

void ipv6_stop(struct ipv6 *ipv6, bool link_is_gone)
{
	ipv6->is_stopping = true;
	rtnl_watch_end(&ipv6->addresses);
	ra_end(&ipv6->ra, link_is_gone);
	if (link_is_gone)
		dhcp6_abandon(steal_ptr(ipv6->dhcp6));
	else
		stop_dhcp6(ipv6);
	/* The route of a prefix is not the link's. */
	dhcp6_apply_set(&ipv6->apply, NULL, 0);
	/* Where nothing is to be waited for, and never from here. */
	uv_timer_start(&ipv6->timer, on_stop, 0, 0);
}
