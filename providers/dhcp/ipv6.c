/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/ipv6.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "providers/dhcp/ra.h"
#include "providers/provider.h"

enum { TELL_MS = 1000 };

struct ipv6 {
	struct ipv6_options options;
	struct ra ra;
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

static void look_at_addresses(const struct ipv6 *ipv6, struct ipv6_view *view)
{
	struct ip_prefix address, subnet;
	struct ip gateway;

	if (ra_find_address(&ipv6->ra, &address)) {
		subnet = (struct ip_prefix){ ip_network(&address),
			address.length };
		ip_print_prefix(&address, view->address);
		ip_print_prefix(&subnet, view->subnet);
	}
	if (ra_find_gateway(&ipv6->ra, &gateway))
		ip_print(&gateway, view->gateway);
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
	const struct ra *ra = &ipv6->ra;

	memset(view, 0, sizeof(*view));
	look_at_addresses(ipv6, view);
	for (unsigned i = 0; i < ra->servers.n; i++)
		add_server(view, ra->servers.items[i].text, device_of(ipv6));
	for (unsigned i = 0; i < ra->domains.n; i++)
		add_word(view->search, sizeof(view->search),
		    ra->domains.items[i].text);
	view->is_later = now_ms < ipv6->began_ms + IPV6_LATER_MS;
	if (view->address[0] && view->gateway[0]) {
		view->state = IPV6_USABLE;
		ipv6->was_usable = true;
	} else if (ipv6->was_usable ||
	    now_ms >= ipv6->began_ms + IPV6_MISSING_MS) {
		view->state = IPV6_MISSING;
		print_reason(ipv6, view);
	}
}

/* ---- time ---- */

static void on_time(uv_timer_t *timer);

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void arm(struct ipv6 *ipv6)
{
	uint64_t now_ms = boottime_ms();
	uint64_t look_ms = ipv6->must_look ? now_ms : UINT64_MAX, next;

	if (ipv6->view.state == IPV6_PENDING)
		look_ms = sooner(look_ms, ipv6->began_ms + IPV6_MISSING_MS);
	if (ipv6->view.is_later)
		look_ms = sooner(look_ms, ipv6->began_ms + IPV6_LATER_MS);
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
static void on_changed(struct ra *ra)
{
	struct ipv6 *ipv6 = container_of(ra, struct ipv6, ra);

	if (ipv6->must_look)
		return;
	ipv6->must_look = true;
	arm(ipv6);
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
	ipv6->view.is_later = true;
	ipv6->ra.host = options->job->host;
	ipv6->ra.socket = options->socket;
	ipv6->ra.ifindex = options->ifindex;
	ipv6->ra.settings = (struct ra_settings){ .metric = options->metric,
		.routes = options->routes };
	ipv6->ra.changed = on_changed;
	uv_timer_init(options->job->host->loop, &ipv6->timer);
	ipv6->timer.data = ipv6;
	r = ra_begin(&ipv6->ra, ipv6->began_ms, ret_what);
	if (r < 0) {
		close_timer(ipv6);
		return r;
	}
	/* There may be addresses from before. */
	on_changed(&ipv6->ra);
	*ret = ipv6;
	return 0;
}

const struct ipv6_view *ipv6_view(const struct ipv6 *ipv6)
{
	return &ipv6->view;
}

bool ipv6_again(struct ipv6 *ipv6, uint32_t ifindex, uint32_t metric)
{
	if (ifindex != ipv6->options.ifindex)
		return false;
	ra_set_metric(&ipv6->ra, metric);
	ipv6->began_ms = boottime_ms();
	ra_again(&ipv6->ra, ipv6->began_ms);
	return true;
}

void ipv6_stop(struct ipv6 *ipv6, bool link_is_gone)
{
	if (!ipv6)
		return;
	ra_end(&ipv6->ra, link_is_gone);
	close_timer(ipv6);
}
