/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/support/rtnl-internal.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"
#include "tests/unit/put-sysctl.h"

enum { N_MANY = 1000, N_STORM = 100 };

static struct job_host *host;
static struct rtnl *rtnl;

static void open_host(void)
{
	host = job_host_open(NULL, NULL);
	rtnl = job_host_host(host)->rtnl;
}

/* ---- requests ---- */

struct asked {
	struct rtnl_request request;
	bool is_done;
	int error;
	int n_made; /* then */
	char message[128];
};

static int n_made; /* links, see make_link() */

static void on_done(
    struct rtnl_request *request, int error, const char *message)
{
	struct asked *asked = container_of(request, struct asked, request);

	ck_assert(!asked->is_done);
	ck_assert(!rtnl_request_is_active(request));
	asked->is_done = true;
	asked->n_made = n_made;
	asked->error = error;
	snprintf(asked->message, sizeof(asked->message), "%s", message);
}

static bool is_done(void *ctx)
{
	return ((struct asked *)ctx)->is_done;
}

static void add_address(struct asked *asked, const char *device, uint32_t n)
{
	struct rtnl_address address = {
		.ifindex = if_nametoindex(device),
		.address = {
			{ AF_INET, { .in.s_addr = htonl(0x0a000000 + n) } },
			32 },
		.valid_s = UINT32_MAX,
		.preferred_s = UINT32_MAX,
	};

	asked->request.done = on_done;
	rtnl_add_address(rtnl, &asked->request, &address, NLM_F_REPLACE);
}

static int count_addresses(void)
{
	struct ifaddrs *list;
	int n = 0;

	ck_assert_int_eq(getifaddrs(&list), 0);
	for (struct ifaddrs *i = list; i; i = i->ifa_next)
		n += i->ifa_addr && i->ifa_addr->sa_family == AF_INET;
	freeifaddrs(list);
	return n;
}

START_TEST(a_thousand_requests_at_once_are_each_answered_once)
{
	static struct asked asked[N_MANY];

	run("ip link add c0 type veth peer name r0");
	open_host();
	for (uint32_t i = 0; i < N_MANY; i++)
		add_address(&asked[i], "c0", i + 1);
	for (int i = 0; i < N_MANY; i++) {
		job_host_wait(host, is_done, &asked[i], "answer");
		ck_assert_int_eq(asked[i].error, 0);
	}
	ck_assert_int_eq(count_addresses(), N_MANY);
	job_host_close(host);
}
END_TEST

/* Of each the kernel shows what it has made, before it answers: those that are
 * as long as can be. */
START_TEST(what_is_made_of_a_thousand_routes_is_read_back)
{
	static struct asked asked[N_MANY];
	struct rtnl_route_change route = {
		.mtu = 1400,
		.n_hops = RTNL_HOPS_MAX,
		.to = { .ip.family = AF_INET, .length = 32 },
	};

	run("ip link add c0 up type veth peer name r0");
	run("ip link set r0 up");
	run("ip addr add 192.0.2.7/24 dev c0");
	open_host();
	for (uint32_t i = 0; i < RTNL_HOPS_MAX; i++) {
		route.hops[i].ifindex = if_nametoindex("c0");
		route.hops[i].weight = i + 1;
		route.hops[i].via.family = AF_INET;
		route.hops[i].via.in.s_addr = htonl(0xc0000201 + 8 + i);
	}
	for (uint32_t i = 0; i < N_MANY; i++) {
		asked[i].request.done = on_done;
		route.to.ip.in.s_addr = htonl(0x0a000000 + i);
		route.mtu = i == N_MANY - 1 ? 65535 : 1400;
		rtnl_add_route(
		    rtnl, &asked[i].request, &route, NLM_F_APPEND);
	}
	for (int i = 0; i < N_MANY - 1; i++) {
		job_host_wait(host, is_done, &asked[i], "answer");
		ck_assert_int_eq(asked[i].error, 0);
	}
	job_host_wait(host, is_done, &asked[N_MANY - 1], "answer");
	ck_assert_int_eq(asked[N_MANY - 1].error, -RTNL_OTHERWISE);
	ck_assert_str_eq(asked[N_MANY - 1].message,
	    "mtu would be 65520, not 65535");
	job_host_close(host);
}
END_TEST

START_TEST(an_error_comes_with_the_kernels_words)
{
	struct rtnl_link_change change = { .mtu = 10 };
	struct asked asked = { .request.done = on_done };

	run("ip link add c0 type veth peer name r0");
	open_host();
	rtnl_change_link(
	    rtnl, &asked.request, if_nametoindex("c0"), &change);
	ck_assert(rtnl_request_is_active(&asked.request));
	job_host_wait(host, is_done, &asked, "answer");
	ck_assert_int_eq(asked.error, -EINVAL);
	ck_assert_msg(
	    strstr(asked.message, "mtu"), "message: '%s'", asked.message);
	job_host_close(host);
}
END_TEST

START_TEST(an_unknown_link_is_enodev)
{
	struct rtnl_link_change change = { .set_up = true, .up = true };
	struct asked asked = { .request.done = on_done };

	open_host();
	rtnl_change_link(rtnl, &asked.request, 4711, &change);
	job_host_wait(host, is_done, &asked, "answer");
	ck_assert_int_eq(asked.error, -ENODEV);
	job_host_close(host);
}
END_TEST

START_TEST(a_request_without_message_fails_later)
{
	struct asked asked = { .request.done = on_done };

	open_host();
	rtnl_send(rtnl, &asked.request, NULL);
	ck_assert(!asked.is_done);
	ck_assert(rtnl_request_is_active(&asked.request));
	job_host_wait(host, is_done, &asked, "answer");
	ck_assert_int_eq(asked.error, -ENOMEM);
	job_host_close(host);
}
END_TEST

START_TEST(cancelled_before_it_left_the_kernel_is_told_all_the_same)
{
	struct asked cancelled = { 0 }, other = { 0 };

	run("ip link add c0 type veth peer name r0");
	open_host();
	add_address(&cancelled, "c0", 1);
	add_address(&other, "c0", 2);
	rtnl_cancel(&cancelled.request);
	rtnl_cancel(&cancelled.request);
	job_host_wait(host, is_done, &other, "answer");
	ck_assert(!cancelled.is_done);
	ck_assert(!rtnl_request_is_active(&cancelled.request));
	ck_assert_int_eq(count_addresses(), 2);
	job_host_close(host);
}
END_TEST

/* Cancels another one in its answer. */
static struct asked victim;

static void on_done_cancel(
    struct rtnl_request *request, int error, const char *message)
{
	on_done(request, error, message);
	rtnl_cancel(&victim.request);
}

START_TEST(cancelled_on_its_way_it_is_not_answered)
{
	struct asked first = { 0 }, last = { 0 };

	run("ip link add c0 type veth peer name r0");
	open_host();
	add_address(&first, "c0", 1);
	first.request.done = on_done_cancel;
	add_address(&victim, "c0", 2);
	add_address(&last, "c0", 3);
	job_host_wait(host, is_done, &last, "answer");
	ck_assert(first.is_done);
	ck_assert(!victim.is_done);
	/* What the kernel was told stays told. */
	ck_assert_int_eq(count_addresses(), 3);
	job_host_close(host);
}
END_TEST

START_TEST(closing_cancels_what_is_under_way)
{
	static struct asked asked[N_MANY], never_sent;

	run("ip link add c0 type veth peer name r0");
	open_host();
	for (uint32_t i = 0; i < N_MANY; i++)
		add_address(&asked[i], "c0", i + 1);
	/* Some are answered, some sent, some not. */
	job_host_wait(host, is_done, &asked[0], "answer");
	ck_assert(rtnl_request_is_active(&asked[N_MANY - 1].request));
	never_sent.request.done = on_done;
	rtnl_send(rtnl, &never_sent.request, NULL);
	job_host_close(host);
	ck_assert(!rtnl_request_is_active(&asked[N_MANY - 1].request));
	ck_assert(!asked[N_MANY - 1].is_done);
	ck_assert(!rtnl_request_is_active(&never_sent.request));
	ck_assert(!never_sent.is_done);
}
END_TEST

/* ---- the tables against the kernel's ---- */

static const struct rtnl_link *link_of(const struct rtnl *r, const char *name)
{
	const struct rtnl_link *link;

	for (size_t i = 0; (link = rtnl_each_link(r, &i));)
		if (!strcmp(link->name, name))
			return link;
	return NULL;
}

/* Every link of the kernel's is in the table under its name, and no other. */
static bool links_agree(void *ctx)
{
	struct if_nameindex *list = if_nameindex();
	const struct rtnl_link *link;
	int n = 0, n_table = 0, n_same = 0;

	ck_assert_ptr_nonnull(list);
	for (; list[n].if_index; n++) {
		link = rtnl_find_link(ctx, list[n].if_index);
		n_same += link && !strcmp(link->name, list[n].if_name);
	}
	if_freenameindex(list);
	for (size_t i = 0; rtnl_each_link(ctx, &i);)
		n_table++;
	return n == n_same && n == n_table;
}

static int count_defaults(const struct rtnl *r)
{
	int n = 0;

	for (size_t i = 0; rtnl_each_default(r, &i);)
		n++;
	return n;
}

struct awaited {
	const char *name;
	bool is_here;
};

static bool link_is(void *ctx)
{
	struct awaited *awaited = ctx;

	return !!link_of(rtnl, awaited->name) == awaited->is_here;
}

static void wait_link(const char *name, bool is_here)
{
	struct awaited awaited = { name, is_here };

	job_host_wait(host, link_is, &awaited, name);
}

static bool links_agree_and_no_default(void *ctx)
{
	return links_agree(ctx) && count_defaults(ctx) == 0;
}

/* ---- links that are made ---- */

enum { N_MADE = 2 * RTNL_WINDOW };

/* One of the kernel's own choice of name. */
static void make_link(struct rtnl_request *request)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC };
	struct nl_msg *msg = rtnl_new_msg(
	    RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));
	struct nlattr *attr;

	ck_assert_ptr_nonnull(msg);
	attr = nla_nest_start(msg, IFLA_LINKINFO);
	ck_assert(attr && !nla_put_string(msg, IFLA_INFO_KIND, "veth"));
	nla_nest_end(msg, attr);
	rtnl_send(rtnl, request, msg);
}

static struct asked after_first;

static void on_link_made(
    struct rtnl_request *request, int error, const char *message)
{
	(void)request, (void)message;
	ck_assert_int_eq(error, 0);
	if (n_made++ == 0)
		add_address(&after_first, "lo", 2);
}

static bool all_are_made(void *ctx)
{
	(void)ctx;
	return n_made == N_MADE;
}

START_TEST(what_links_need_does_not_wait_for_links_that_are_to_be_made)
{
	static struct rtnl_request made[N_MADE];
	struct asked before = { 0 };

	n_made = 0;
	after_first = (struct asked){ 0 };
	open_host();
	for (int i = 0; i < N_MADE; i++) {
		made[i].done = on_link_made;
		make_link(&made[i]);
	}
	add_address(&before, "lo", 1);
	job_host_wait(host, is_done, &before, "first address");
	ck_assert_int_eq(before.error, 0);
	ck_assert_int_eq(before.n_made, 0);
	job_host_wait(host, is_done, &after_first, "second address");
	ck_assert_int_eq(after_first.error, 0);
	/* Those that had left. */
	ck_assert_int_lt(after_first.n_made, RTNL_WINDOW);
	job_host_wait(host, all_are_made, NULL, "all links");
	job_host_close(host);
}
END_TEST

/* ---- links removed together ---- */

enum { N_REMOVED = 40 }; /* bridges: more than at once */

static void remove_all(struct asked *asked, const uint32_t *ifindexes, int n)
{
	for (int i = 0; i < n; i++) {
		asked[i].request.done = on_done;
		rtnl_delete_link(rtnl, &asked[i].request, ifindexes[i]);
	}
	for (int i = 0; i < n; i++)
		job_host_wait(host, is_done, &asked[i], "removal");
}

START_TEST(links_removed_at_once_are_gone_and_no_others)
{
	static struct asked asked[N_REMOVED + 1];
	uint32_t ifindexes[N_REMOVED + 1] = { [N_REMOVED] = 4711 };
	char name[IFNAMSIZ];

	run("ip link add other group 7 type veth peer name other-end");
	for (int i = 0; i < N_REMOVED; i++) {
		run("ip link add a%d type bridge", i);
		snprintf(name, sizeof(name), "a%d", i);
		ifindexes[i] = if_nametoindex(name);
	}
	open_host();
	wait_link("a39", true);
	remove_all(asked, ifindexes, N_REMOVED + 1);
	for (int i = 0; i < N_REMOVED; i++)
		ck_assert_int_eq(asked[i].error, 0);
	ck_assert_int_eq(asked[N_REMOVED].error, -ENODEV);
	wait_link("a39", false);
	ck_assert(!if_nametoindex("a0") && !if_nametoindex("a39"));
	ck_assert(if_nametoindex("other") && if_nametoindex("lo"));
	job_host_close(host);
}
END_TEST

START_TEST(where_one_cannot_be_removed_the_others_are)
{
	static struct asked asked[3];
	uint32_t ifindexes[3] = { 0, 1, 0 }; /* 1: the loopback */

	run("ip link add a0 type veth peer name b0");
	run("ip link add a1 type veth peer name b1");
	ifindexes[0] = if_nametoindex("a0");
	ifindexes[2] = if_nametoindex("a1");
	open_host();
	remove_all(asked, ifindexes, 3);
	ck_assert_int_eq(asked[0].error, 0);
	ck_assert_int_eq(asked[1].error, -EOPNOTSUPP);
	ck_assert_int_eq(asked[2].error, 0);
	ck_assert(!if_nametoindex("a0") && !if_nametoindex("a1"));
	job_host_close(host);
}
END_TEST

START_TEST(links_being_removed_are_forgotten_at_the_end)
{
	static struct asked asked[N_REMOVED];

	run("ip link add a0 type veth peer name b0");
	open_host();
	for (int i = 0; i < N_REMOVED; i++) {
		asked[i].request.done = on_done;
		rtnl_delete_link(rtnl, &asked[i].request,
		    i ? (uint32_t)(4711 + i) : if_nametoindex("a0"));
	}
	rtnl_cancel(&asked[1].request);
	job_host_turn(host);
	job_host_close(host);
	ck_assert(!asked[1].is_done);
}
END_TEST

/* ---- a moment ---- */

enum { PAUSES = 4 };

static struct pauses {
	struct rtnl_pause pauses[PAUSES];
	char over[2 * PAUSES + 1];
} waiting;

static void on_over(struct rtnl_pause *pause)
{
	size_t i = (size_t)(pause - waiting.pauses);

	ck_assert(!rtnl_pause_is_on(pause));
	waiting.over[strlen(waiting.over)] = (char)('a' + i);
	/* The second is of the same time, and not told any more. */
	if (i == 0)
		rtnl_pause_end(&waiting.pauses[1]);
	if (i == 2)
		rtnl_pause_begin(rtnl,
		    waiting.over[2] ? &waiting.pauses[3] : pause, 1);
}

static bool last_is_over(void *ctx)
{
	(void)ctx;
	return strchr(waiting.over, 'd');
}

START_TEST(pauses_are_over_in_order_and_not_when_ended)
{
	open_host();
	waiting = (struct pauses){ 0 };
	for (int i = 0; i < PAUSES; i++) {
		waiting.pauses[i].over = on_over;
		ck_assert(!rtnl_pause_is_on(&waiting.pauses[i]));
		rtnl_pause_end(&waiting.pauses[i]);
	}
	rtnl_pause_begin(rtnl, &waiting.pauses[3], 1);
	rtnl_pause_begin(rtnl, &waiting.pauses[2], 30);
	rtnl_pause_begin(rtnl, &waiting.pauses[0], 20);
	rtnl_pause_begin(rtnl, &waiting.pauses[1], 20);
	rtnl_pause_begin(rtnl, &waiting.pauses[3], 1000000);
	ck_assert(rtnl_pause_is_on(&waiting.pauses[3]));
	job_host_wait(host, last_is_over, NULL, "the last");
	ck_assert_str_eq(waiting.over, "accd");
	rtnl_pause_begin(rtnl, &waiting.pauses[0], 1000000);
	job_host_close(host);
	ck_assert(!rtnl_pause_is_on(&waiting.pauses[0]));
}
END_TEST

/* ---- links ---- */

struct seen {
	struct rtnl_watch watch;
	int n_new, n_changed, n_gone, n_defaults, n_addresses_gone;
	char name[IFNAMSIZ], before[IFNAMSIZ];
	uint32_t ifindex;
	struct in_addr address;
};

static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct seen *seen = container_of(watch, struct seen, watch);

	if (before)
		seen->n_changed++;
	else
		seen->n_new++;
	seen->ifindex = link->ifindex;
	snprintf(seen->name, sizeof(seen->name), "%s", link->name);
	snprintf(seen->before, sizeof(seen->before), "%s",
	    before ? before->name : "");
}

static void on_link_gone(
    struct rtnl_watch *watch, const struct rtnl_link *link)
{
	(void)link;
	container_of(watch, struct seen, watch)->n_gone++;
}

static void on_default(struct rtnl_watch *watch)
{
	container_of(watch, struct seen, watch)->n_defaults++;
}

static void on_address_gone(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address)
{
	struct seen *seen = container_of(watch, struct seen, watch);

	(void)ifindex;
	if (address->ip.family != AF_INET)
		return;
	seen->n_addresses_gone++;
	seen->address = address->ip.in;
}

static const struct rtnl_calls seen_calls = {
	.on_link = on_link,
	.on_link_gone = on_link_gone,
	.on_default = on_default,
	.on_address_gone = on_address_gone,
};

static void watch_all(struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	seen->watch.calls = &seen_calls;
	rtnl_watch_begin(rtnl, &seen->watch);
}

/* ---- routes of router advertisements ---- */

static int n_advertised(void)
{
	size_t i = 0;
	int n = 0;

	while (rtnl_each_advertised(rtnl, &i))
		n++;
	return n;
}

static bool has_two(void *ctx)
{
	(void)ctx;
	return n_advertised() == 2;
}

static bool has_one(void *ctx)
{
	(void)ctx;
	return n_advertised() == 1;
}

static bool has_none(void *ctx)
{
	(void)ctx;
	return !n_advertised();
}

static unsigned n_told;

static void on_advertised(struct rtnl_watch *watch)
{
	(void)watch;
	n_told++;
}

START_TEST(routes_of_routers_are_known_and_told_of)
{
	static const struct rtnl_calls calls = {
		.on_advertised = on_advertised };
	struct rtnl_watch watch = { .calls = &calls };
	const struct rtnl_advertised *route;
	char text[IP_PREFIX_TEXT_SIZE];
	size_t i = 0;

	run("ip link add c0 type veth peer name r0");
	run("ip link set r0 up");
	run("ip link set c0 up");
	run("ip -6 route add 2001:db8:1::/48 via fe80::1 dev c0 proto ra");
	run("ip -6 route add 2001:db8:2::/48 via fe80::1 dev c0");
	open_host();
	ck_assert(has_one(NULL));
	route = rtnl_each_advertised(rtnl, &i);
	ck_assert_uint_eq(route->ifindex, if_nametoindex("c0"));
	ck_assert_str_eq(
	    ip_print_prefix(&route->to, text), "2001:db8:1::/48");
	ck_assert_str_eq(ip_print(&route->via, text), "fe80::1");
	watch.ifindex = route->ifindex;
	rtnl_watch_begin(rtnl, &watch);
	run("ip -6 route add default via fe80::1 dev c0 proto ra");
	run("ip -6 route add 2001:db8:3::/48 via fe80::2 dev c0 proto ra");
	job_host_wait(host, has_two, NULL, "another route");
	ck_assert_uint_eq(n_told, 1);
	run("ip -6 route del 2001:db8:1::/48 via fe80::1 dev c0 proto ra");
	job_host_wait(host, has_one, NULL, "one route less");
	ck_assert_uint_eq(n_told, 2);
	if (_i)
		put_sysctl("ipv6/route/skip_notify_on_dev_down", "1");
	run("ip link set c0 down");
	job_host_wait(host, has_none, NULL, "no route");
	ck_assert_uint_eq(n_told, 3);
	rtnl_watch_end(&watch);
	job_host_close(host);
}
END_TEST

START_TEST(the_first_dump_shows_what_is_there)
{
	const struct rtnl_link *link;

	run("ip link add c0 address 02:00:00:00:00:01 mtu 1400 type veth peer "
	    "name r0 netns %d",
	    (int)netns_other());
	open_host();
	ck_assert(links_agree(rtnl));
	link = link_of(rtnl, "c0");
	ck_assert_ptr_nonnull(link);
	ck_assert_str_eq(link->kind, "veth");
	ck_assert_uint_eq(link->mtu, 1400);
	ck_assert_uint_eq(link->mac_length, 6);
	ck_assert_uint_eq(link->mac[5], 1);
	ck_assert_uint_eq(link->permanent_mac[5], 1);
	ck_assert(link->has_link_netns);
	ck_assert(!(link->flags & IFF_UP));
	link = link_of(rtnl, "lo");
	ck_assert(!link->has_link_netns);
	ck_assert_str_eq(link->kind, "");
	job_host_close(host);
}
END_TEST

START_TEST(a_rename_is_a_change_of_the_same_link)
{
	struct seen seen;
	uint32_t ifindex;

	run("ip link add c0 type veth peer name r0");
	open_host();
	ifindex = if_nametoindex("c0");
	watch_all(&seen);
	run("ip link set c0 name lan7");
	wait_link("lan7", true);
	ck_assert_uint_eq(seen.ifindex, ifindex);
	ck_assert_str_eq(seen.name, "lan7");
	ck_assert_str_eq(seen.before, "c0");
	ck_assert_int_eq(seen.n_new + seen.n_gone, 0);
	rtnl_watch_end(&seen.watch);
	job_host_close(host);
}
END_TEST

START_TEST(a_link_that_moves_away_is_gone_and_comes_back_new)
{
	pid_t other = netns_other();
	struct seen seen;
	uint32_t ifindex;

	run("ip link add c0 type veth peer name r0");
	open_host();
	ifindex = if_nametoindex("c0");
	watch_all(&seen);
	run("ip link set c0 netns %d", (int)other);
	wait_link("c0", false);
	ck_assert_int_eq(seen.n_gone, 1);
	ck_assert_ptr_null(rtnl_find_link(rtnl, ifindex));
	/* It keeps its number where that is free. */
	run_in(other, "ip link set c0 netns %d", (int)getpid());
	wait_link("c0", true);
	ck_assert_int_eq(seen.n_new, 1);
	ck_assert_uint_eq(seen.ifindex, ifindex);
	rtnl_watch_end(&seen.watch);
	job_host_close(host);
}
END_TEST

START_TEST(leaving_a_bridge_is_not_the_end_of_a_link)
{
	struct seen seen;

	run("ip link add c0 type veth peer name r0");
	run("ip link add b0 type bridge");
	open_host();
	watch_all(&seen);
	run("ip link set c0 master b0");
	run("ip link set c0 nomaster");
	run("ip link set c0 name last");
	wait_link("last", true);
	ck_assert_int_eq(seen.n_gone, 0);
	ck_assert(links_agree(rtnl));
	rtnl_watch_end(&seen.watch);
	job_host_close(host);
}
END_TEST

/* The first watch ends the second and itself, and begins the third. */
static struct seen second, third;

static void on_link_meddle(struct rtnl_watch *watch,
    const struct rtnl_link *link, const struct rtnl_link *before)
{
	on_link(watch, link, before);
	rtnl_watch_end(&second.watch);
	rtnl_watch_end(watch);
	watch_all(&third);
}

static const struct rtnl_calls meddling_calls = {
	.on_link = on_link_meddle,
	.on_link_gone = on_link_gone,
};

START_TEST(watches_begin_and_end_in_a_callback)
{
	struct seen first, fourth;

	open_host();
	watch_all(&first);
	first.watch.calls = &meddling_calls;
	watch_all(&second);
	watch_all(&fourth);
	run("ip link add c0 type veth peer name r0");
	wait_link("c0", true);
	wait_link("r0", true);
	ck_assert_int_eq(first.n_new, 1);
	ck_assert_int_eq(second.n_new, 0);
	ck_assert_int_ge(third.n_new, 1);
	ck_assert_int_eq(fourth.n_new, 2);
	rtnl_watch_end(&first.watch);
	rtnl_watch_end(&third.watch);
	rtnl_watch_end(&fourth.watch);
	job_host_close(host);
}
END_TEST

/* Ends itself, which was the only one of its link. */
static void on_link_end(struct rtnl_watch *watch,
    const struct rtnl_link *link, const struct rtnl_link *before)
{
	on_link(watch, link, before);
	rtnl_watch_end(watch);
}

static const struct rtnl_calls ending_calls = {
	.on_link = on_link_end,
	.on_link_gone = on_link_gone,
};

START_TEST(a_watch_of_one_link_hears_of_no_other)
{
	struct seen all, one, short_one;

	run("ip link add c0 type veth peer name r0");
	open_host();
	wait_link("c0", true);
	watch_all(&all);
	watch_all(&one);
	one.watch.ifindex = if_nametoindex("c0");
	rtnl_watch_begin(rtnl, &one.watch);
	watch_all(&short_one);
	short_one.watch.ifindex = one.watch.ifindex;
	short_one.watch.calls = &ending_calls;
	rtnl_watch_begin(rtnl, &short_one.watch);
	run("ip link set r0 mtu 1400");
	run("ip address add 192.0.2.1/32 dev r0");
	run("ip address del 192.0.2.1/32 dev r0");
	run("ip address add 192.0.2.2/32 dev c0");
	run("ip address del 192.0.2.2/32 dev c0");
	run("ip link set c0 mtu 1400");
	run("ip link del c0");
	wait_link("c0", false);
	wait_link("r0", false);
	ck_assert_int_eq(all.n_gone, 2);
	ck_assert_int_eq(all.n_addresses_gone, 2);
	ck_assert_int_eq(one.n_gone, 1);
	ck_assert_int_eq(one.n_addresses_gone, 1);
	ck_assert_str_eq(one.name, "c0");
	ck_assert_int_ge(one.n_changed, 1);
	ck_assert_int_eq(short_one.n_changed, 1);
	ck_assert_int_eq(short_one.n_gone, 0);
	rtnl_watch_end(&one.watch);
	rtnl_watch_end(&all.watch);
	job_host_close(host);
}
END_TEST

/* Goes on by number, once it knows that. */
static void on_link_by_number(struct rtnl_watch *watch,
    const struct rtnl_link *link, const struct rtnl_link *before)
{
	on_link(watch, link, before);
	rtnl_watch_end(watch);
	watch->ifindex = link->ifindex;
	rtnl_watch_begin(rtnl, watch);
}

static const struct rtnl_calls by_number_calls = {
	.on_link = on_link_by_number,
	.on_link_gone = on_link_gone,
};

START_TEST(a_link_that_is_to_come_is_watched_by_name)
{
	struct seen seen;

	open_host();
	watch_all(&seen);
	seen.watch.name = "c0";
	seen.watch.calls = &by_number_calls;
	rtnl_watch_begin(rtnl, &seen.watch);
	run("ip link add x0 type veth peer name r0");
	run("ip link add c0 type bridge");
	run("ip link set c0 name c1");
	wait_link("c1", true);
	run("ip link del x0");
	run("ip link del c1");
	wait_link("c1", false);
	wait_link("x0", false);
	ck_assert_int_eq(seen.n_new, 1);
	ck_assert_str_eq(seen.name, "c1");
	ck_assert_int_eq(seen.n_gone, 1);
	rtnl_watch_end(&seen.watch);
	job_host_close(host);
}
END_TEST

START_TEST(an_address_that_goes_is_told)
{
	struct seen seen;

	run("ip link add c0 type veth peer name r0");
	run("ip addr add 192.0.2.7/24 dev c0");
	open_host();
	watch_all(&seen);
	run("ip addr del 192.0.2.7/24 dev c0");
	run("ip link set c0 name last");
	wait_link("last", true);
	ck_assert_int_eq(seen.n_addresses_gone, 1);
	ck_assert_str_eq(inet_ntoa(seen.address), "192.0.2.7");
	rtnl_watch_end(&seen.watch);
	job_host_close(host);
}
END_TEST

/* ---- lost events ---- */

struct small {
	struct rtnl *rtnl;
	bool is_ready;
	unsigned n_resynced;
};

static void on_ready(void *ctx)
{
	((struct small *)ctx)->is_ready = true;
}

static void on_resynced(void *ctx, unsigned times)
{
	((struct small *)ctx)->n_resynced = times;
}

static bool is_ready(void *ctx)
{
	return ((struct small *)ctx)->is_ready;
}

static bool is_resynced(void *ctx)
{
	return ((struct small *)ctx)->n_resynced > 0;
}

/* In the place of the host's: one whose buffer holds a few events. */
static void open_small(struct small *small)
{
	struct rtnl_options options = {
		.event_buffer = 4096,
		.ready = on_ready,
		.resynced = on_resynced,
		.ctx = small,
	};

	memset(small, 0, sizeof(*small));
	ck_assert_int_eq(rtnl_open(job_host_host(host)->loop, &options,
			     &small->rtnl),
	    0);
	rtnl = small->rtnl;
	job_host_wait(host, is_ready, small, "first dump");
}

/* Links that come, are renamed and go; a default route that changes. */
static char *storm(void)
{
	struct text text = { 0 };

	for (int i = 0; i < N_STORM; i++) {
		text_printf(&text,
		    "link add s%d type bridge\n"
		    "link set s%d name t%d\n",
		    i, i, i);
		text_printf(&text,
		    "addr add 10.1.%d.1/24 dev t%d\n"
		    "route replace default via 192.0.2.%d\n",
		    i, i, i % 200 + 10);
		if (i % 2)
			text_printf(&text, "link del t%d\n", i);
	}
	return text_steal(&text);
}

START_TEST(after_lost_events_the_tables_are_right_again)
{
	_cleanup_(free_ptr) char *batch = storm();
	const struct rtnl_route *route;
	struct small small;
	struct seen seen;
	size_t i = 0;

	run("ip link add c0 up type veth peer name r0");
	run("ip link set r0 up");
	run("ip addr add 192.0.2.7/24 dev c0");
	run("ip link add lost type bridge");
	run("ip addr add 10.0.0.1/24 dev lost");
	open_host();
	open_small(&small);
	watch_all(&seen);
	run("ip link del lost");
	/* Nobody reads meanwhile. */
	finish(start_ip_batch(batch));
	job_host_wait(host, is_resynced, &small, "resync");
	ck_assert(links_agree(small.rtnl));
	ck_assert_int_eq(seen.n_new, N_STORM / 2);
	ck_assert_int_eq(seen.n_gone, 1);
	ck_assert_int_eq(seen.n_addresses_gone, 1);
	ck_assert_int_eq(count_defaults(small.rtnl), 1);
	route = rtnl_each_default(small.rtnl, &i);
	ck_assert_str_eq(inet_ntoa(route->gateway.in), "192.0.2.109");
	rtnl_watch_end(&seen.watch);
	rtnl_close(small.rtnl);
	job_host_close(host);
}
END_TEST

/* ---- routes of netconf that are gone ---- */

struct removed {
	struct rtnl_watch watch;
	int n, n_replaced;
};

static void on_removed(
    struct rtnl_watch *watch, const struct rtnl_removed *what)
{
	struct removed *removed = container_of(watch, struct removed, watch);

	ck_assert(!what->is_rule);
	ck_assert_uint_eq(what->ifindex, watch->ifindex);
	removed->n++;
	removed->n_replaced += what->is_replaced;
}

static bool is_told(void *ctx)
{
	return ((struct removed *)ctx)->n > 0;
}

/* Two with the same destination, metric and table, on two devices. */
static const struct {
	const char *add, *del, *replace;
	bool is_ipv4;
} beside[] = {
	{ "route append 10.4.0.0/16 metric 50 proto 110",
	    "route del 10.4.0.0/16 dev c0",
	    "route replace 10.4.0.0/16 via 192.0.2.9 metric 50", true },
	{ "-6 route append 2001:db8:9::/48 metric 50 proto 110",
	    "-6 route del 2001:db8:9::/48 dev c0",
	    "-6 route replace 2001:db8:9::/48 dev c1 metric 50" },
	/* These the kernel tells as one with two hops. */
	{ "-6 route append 2001:db8:9::/48 via fe80::1 metric 50 "
	  "proto 110",
	    "-6 route del 2001:db8:9::/48 via fe80::1 dev c0",
	    "-6 route replace 2001:db8:9::/48 via fe80::9 dev c1 metric 50" },
};

static void make_beside(int i)
{
	for (int card = 0; card < 2; card++) {
		run("ip link add c%d up type veth peer name r%d", card, card);
		run("ip link set r%d up", card);
		run("ip addr add 192.0.%d.7/24 dev c%d", card + 2, card);
		run("ip -6 addr add fe80::7/64 dev c%d nodad", card);
	}
	for (int card = 0; card < 2; card++)
		run("ip %s dev c%d", beside[i].add, card);
}

static const struct rtnl_calls removed_calls = {
	.on_removed = on_removed,
};

static void watch_removed(struct removed removed[2])
{
	for (int card = 0; card < 2; card++) {
		char name[IFNAMSIZ];

		snprintf(name, sizeof(name), "c%d", card);
		removed[card] = (struct removed){
			.watch.ifindex = if_nametoindex(name),
			.watch.calls = &removed_calls,
		};
		rtnl_watch_begin(rtnl, &removed[card].watch);
	}
}

static void unwatch_removed(struct removed removed[2])
{
	for (int card = 0; card < 2; card++)
		rtnl_watch_end(&removed[card].watch);
}

START_TEST(a_route_that_went_while_events_were_lost_is_told_on_its_device)
{
	_cleanup_(free_ptr) char *batch = storm();
	struct removed removed[2];
	struct small small;

	make_beside(_i);
	open_host();
	open_small(&small);
	watch_removed(removed);
	/* Nobody reads meanwhile. */
	finish(start_ip_batch(batch));
	run("ip %s", beside[_i].del);
	job_host_wait(host, is_resynced, &small, "resync");
	ck_assert_int_eq(removed[0].n, 1);
	ck_assert_int_eq(removed[1].n, 0);
	/* Its place is not to be taken from the other. */
	ck_assert_int_eq(removed[0].n_replaced, 0);
	unwatch_removed(removed);
	rtnl_close(rtnl);
	job_host_close(host);
}
END_TEST

/* By which device the kernel's word does not tell. */
START_TEST(a_route_that_others_replace_is_told_on_its_device)
{
	struct removed removed[2];

	make_beside(_i);
	open_host();
	watch_removed(removed);
	run("ip %s", beside[_i].replace);
	job_host_wait(host, is_told, &removed[0], "the first");
	job_host_wait(host, is_told, &removed[1], "the second");
	ck_assert_int_eq(removed[0].n_replaced, removed[0].n);
	ck_assert_int_eq(removed[1].n_replaced, beside[_i].is_ipv4);
	unwatch_removed(removed);
	job_host_close(host);
}
END_TEST

START_TEST(under_a_storm_the_tables_come_to_rest_right)
{
	_cleanup_(free_ptr) char *batch = storm();
	struct small small;
	pid_t pid;

	run("ip link add c0 up type veth peer name r0");
	run("ip link set r0 up");
	run("ip addr add 192.0.2.7/24 dev c0");
	open_host();
	open_small(&small);
	/* Changes while dumps are under way, many of them overrun. */
	pid = start_ip_batch(batch);
	wait_link("t98", true);
	finish(pid);
	run("ip route del default");
	run("ip link add end type bridge");
	wait_link("end", true);
	job_host_wait(
	    host, links_agree_and_no_default, small.rtnl, "agreement");
	rtnl_close(small.rtnl);
	job_host_close(host);
}
END_TEST

/*
 * What the kernel's own timing decides, by hand: an event arrives while a
 * dump is under way that is older than it.
 */
enum { CARD = 4711 };

static void link_message(int type, const char *name, bool is_event)
{
	struct ifinfomsg info = { .ifi_index = CARD, .ifi_flags = IFF_UP };
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

	ck_assert_int_eq(nlmsg_append(msg, &info, sizeof(info), 4), 0);
	ck_assert_int_eq(nla_put_string(msg, IFLA_IFNAME, name), 0);
	ck_assert_int_eq(
	    rtnl_link_message(rtnl, nlmsg_hdr(msg), is_event), 0);
	nlmsg_free(msg);
}

static void route_message(int type, uint32_t metric, bool is_event)
{
	struct rtmsg info = {
		.rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_type = RTN_UNICAST,
	};
	struct nl_msg *msg = nlmsg_alloc_simple(type, 0);

	ck_assert_int_eq(nlmsg_append(msg, &info, sizeof(info), 4), 0);
	ck_assert_int_eq(nla_put_u32(msg, RTA_OIF, CARD), 0);
	ck_assert_int_eq(nla_put_u32(msg, RTA_PRIORITY, metric), 0);
	ck_assert_int_eq(
	    rtnl_route_message(rtnl, nlmsg_hdr(msg), is_event), 0);
	nlmsg_free(msg);
}

static void begin_dump(enum rtnl_table table)
{
	rtnl->dumping = (int)table;
	rtnl->dump++;
}

START_TEST(an_event_during_a_dump_beats_the_dump)
{
	struct seen seen;

	open_host();
	watch_all(&seen);
	link_message(RTM_NEWLINK, "first", true);
	begin_dump(RTNL_LINKS);
	link_message(RTM_NEWLINK, "second", true);
	link_message(RTM_NEWLINK, "first", false);
	ck_assert_str_eq(rtnl_find_link(rtnl, CARD)->name, "second");
	link_message(RTM_DELLINK, "second", true);
	link_message(RTM_NEWLINK, "second", false);
	ck_assert_ptr_null(rtnl_find_link(rtnl, CARD));
	/* The number is used again at once. */
	link_message(RTM_NEWLINK, "third", true);
	rtnl->dumping = -1;
	/* lo was not in that dump. */
	rtnl_links_sweep(rtnl);
	ck_assert_str_eq(rtnl_find_link(rtnl, CARD)->name, "third");
	ck_assert_ptr_null(link_of(rtnl, "lo"));
	ck_assert_int_eq(seen.n_new, 2);
	ck_assert_int_eq(seen.n_changed, 1);
	ck_assert_int_eq(seen.n_gone, 2);
	rtnl_watch_end(&seen.watch);
	job_host_close(host);
}
END_TEST

START_TEST(a_route_that_went_during_a_dump_does_not_come_back)
{
	open_host();
	link_message(RTM_NEWLINK, "card", true);
	begin_dump(RTNL_ROUTES_IPV4);
	/* Not even one that was not known yet. */
	route_message(RTM_DELROUTE, 1, true);
	route_message(RTM_NEWROUTE, 1, false);
	route_message(RTM_NEWROUTE, 2, false);
	ck_assert_int_eq(count_defaults(rtnl), 1);
	rtnl_routes_link_down(rtnl, CARD);
	route_message(RTM_NEWROUTE, 2, false);
	ck_assert_int_eq(count_defaults(rtnl), 0);
	route_message(RTM_NEWROUTE, 3, true);
	rtnl->dumping = -1;
	rtnl_routes_sweep(rtnl, AF_INET);
	ck_assert_int_eq(count_defaults(rtnl), 1);
	/* After the dump, dumps and events count alike again. */
	begin_dump(RTNL_ROUTES_IPV4);
	route_message(RTM_NEWROUTE, 2, false);
	rtnl->dumping = -1;
	rtnl_routes_sweep(rtnl, AF_INET);
	ck_assert_int_eq(count_defaults(rtnl), 1);
	job_host_close(host);
}
END_TEST

/* Every prefix of a message, and with every byte of its attributes set to
 * the largest value: nothing is read beyond its end (AddressSanitizer). */
static void mangle(struct nl_msg *msg,
    int (*parse)(struct rtnl *, const struct nlmsghdr *, bool))
{
	size_t size = nlmsg_hdr(msg)->nlmsg_len;

	for (size_t n = NLMSG_HDRLEN; n <= size; n++) {
		for (size_t i = NLMSG_HDRLEN; i <= n; i++) {
			struct nlmsghdr *copy = malloc(n);

			memcpy(copy, nlmsg_hdr(msg), n);
			copy->nlmsg_len = (uint32_t)n;
			if (i < n)
				((unsigned char *)copy)[i] = 0xff;
			(void)parse(rtnl, copy, true);
			free(copy);
		}
	}
}

START_TEST(mangled_messages_do_no_harm)
{
	struct ifinfomsg link = { .ifi_index = CARD };
	struct ifaddrmsg address = { .ifa_family = AF_INET };
	struct rtmsg route = { .rtm_family = AF_INET,
		.rtm_table = RT_TABLE_MAIN, .rtm_type = RTN_UNICAST,
		.rtm_protocol = RTNL_PROTOCOL };
	struct rtnexthop hop = { .rtnh_len = sizeof(hop) };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWLINK, 0);
	struct nlattr *nest;

	open_host();
	nlmsg_append(msg, &link, sizeof(link), 4);
	nla_put_string(msg, IFLA_IFNAME, "eth0");
	nla_put(msg, IFLA_ADDRESS, 6, "123456");
	nest = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	nla_nest_end(msg, nest);
	mangle(msg, rtnl_link_message);
	nlmsg_free(msg);
	msg = nlmsg_alloc_simple(RTM_NEWADDR, 0);
	nlmsg_append(msg, &address, sizeof(address), 4);
	nla_put_u32(msg, IFA_LOCAL, 1);
	mangle(msg, rtnl_address_message);
	nlmsg_free(msg);
	msg = nlmsg_alloc_simple(RTM_NEWROUTE, 0);
	nlmsg_append(msg, &route, sizeof(route), 4);
	nla_put_u32(msg, RTA_GATEWAY, 1);
	nla_put(msg, RTA_MULTIPATH, sizeof(hop), &hop);
	mangle(msg, rtnl_route_message);
	mangle(msg, rtnl_own_route_message);
	nlmsg_free(msg);
	job_host_close(host);
}
END_TEST

/* ---- routes ---- */

struct wanted {
	int n;
	uint32_t metric; /* of the first */
};

static bool defaults_are(void *ctx)
{
	const struct wanted *wanted = ctx;
	const struct rtnl_route *route;
	size_t i = 0;

	if (count_defaults(rtnl) != wanted->n)
		return false;
	route = rtnl_each_default(rtnl, &i);
	return !route || route->metric == wanted->metric;
}

static void wait_defaults(int n, uint32_t metric)
{
	struct wanted wanted = { n, metric };

	job_host_wait(host, defaults_are, &wanted, "number of defaults");
}

START_TEST(routes_of_netconf_are_made_and_removed)
{
	struct rtnl_route_change route = {
		.metric = 1000,
		.to.ip.family = AF_INET,
		.mtu = 1400,
		.n_hops = 1,
	};
	struct asked asked = { .request.done = on_done };
	const struct rtnl_route *found;
	size_t i = 0;

	run("ip link add c0 up type veth peer name r0");
	run("ip addr add 192.0.2.7/24 dev c0");
	open_host();
	route.hops[0].ifindex = if_nametoindex("c0");
	ck_assert_int_eq(ip_parse("192.0.2.1", &route.hops[0].via), 0);
	ck_assert_int_eq(ip_parse("192.0.2.7", &route.source), 0);
	rtnl_add_route(rtnl, &asked.request, &route, NLM_F_REPLACE);
	job_host_wait(host, is_done, &asked, "answer");
	ck_assert_int_eq(asked.error, 0);
	wait_defaults(1, 1000);
	found = rtnl_each_default(rtnl, &i);
	ck_assert_uint_eq(found->protocol, RTNL_PROTOCOL);
	ck_assert(found->has_gateway);
	ck_assert_uint_eq(found->ifindex, route.hops[0].ifindex);
	memset(&asked, 0, sizeof(asked));
	asked.request.done = on_done;
	rtnl_delete_route(rtnl, &asked.request, &route);
	job_host_wait(host, is_done, &asked, "answer");
	ck_assert_int_eq(asked.error, 0);
	wait_defaults(0, 0);
	job_host_close(host);
}
END_TEST

START_TEST(an_address_of_netconf_is_made_and_removed)
{
	struct rtnl_address address = {
		.valid_s = 100,
		.preferred_s = 50,
	};
	struct asked asked = { .request.done = on_done };

	run("ip link add c0 up type veth peer name r0");
	open_host();
	address.ifindex = if_nametoindex("c0");
	ck_assert_int_eq(
	    ip_parse_prefix("192.0.2.7/24", &address.address), 0);
	rtnl_add_address(rtnl, &asked.request, &address, NLM_F_REPLACE);
	job_host_wait(host, is_done, &asked, "answer");
	ck_assert_int_eq(asked.error, 0);
	/* With its broadcast address, and a second time without an error. */
	run("ip -4 addr del 192.0.2.7/24 broadcast 192.0.2.255 dev c0");
	for (int i = 0; i < 2; i++) {
		asked.is_done = false;
		rtnl_add_address(rtnl, &asked.request, &address, NLM_F_REPLACE);
		job_host_wait(host, is_done, &asked, "answer");
		ck_assert_int_eq(asked.error, 0);
	}
	ck_assert_int_eq(count_addresses(), 1);
	asked.is_done = false;
	rtnl_delete_address(rtnl, &asked.request, &address);
	job_host_wait(host, is_done, &asked, "answer");
	ck_assert_int_eq(asked.error, 0);
	ck_assert_int_eq(count_addresses(), 0);
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rtnl");
	TCase *requests = netns_case(suite, "requests");
	TCase *tables = netns_case(suite, "tables");

	tcase_add_test(
	    requests, a_thousand_requests_at_once_are_each_answered_once);
	tcase_add_test(
	    requests, what_is_made_of_a_thousand_routes_is_read_back);
	tcase_add_test(requests, an_error_comes_with_the_kernels_words);
	tcase_add_test(requests, an_unknown_link_is_enodev);
	tcase_add_test(requests, a_request_without_message_fails_later);
	tcase_add_test(
	    requests, cancelled_before_it_left_the_kernel_is_told_all_the_same);
	tcase_add_test(requests, cancelled_on_its_way_it_is_not_answered);
	tcase_add_test(requests, closing_cancels_what_is_under_way);
	tcase_add_test(requests,
	    what_links_need_does_not_wait_for_links_that_are_to_be_made);
	tcase_add_test(
	    requests, links_removed_at_once_are_gone_and_no_others);
	tcase_add_test(requests, where_one_cannot_be_removed_the_others_are);
	tcase_add_test(
	    requests, links_being_removed_are_forgotten_at_the_end);
	tcase_add_test(requests, routes_of_netconf_are_made_and_removed);
	tcase_add_test(requests, an_address_of_netconf_is_made_and_removed);
	tcase_add_test(requests, pauses_are_over_in_order_and_not_when_ended);
	tcase_add_loop_test(
	    tables, routes_of_routers_are_known_and_told_of, 0, 2);
	tcase_add_test(tables, the_first_dump_shows_what_is_there);
	tcase_add_test(tables, a_rename_is_a_change_of_the_same_link);
	tcase_add_test(
	    tables, a_link_that_moves_away_is_gone_and_comes_back_new);
	tcase_add_test(tables, leaving_a_bridge_is_not_the_end_of_a_link);
	tcase_add_test(tables, watches_begin_and_end_in_a_callback);
	tcase_add_test(tables, a_watch_of_one_link_hears_of_no_other);
	tcase_add_test(tables, a_link_that_is_to_come_is_watched_by_name);
	tcase_add_test(tables, an_address_that_goes_is_told);
	tcase_add_test(tables, after_lost_events_the_tables_are_right_again);
	tcase_add_loop_test(tables,
	    a_route_that_went_while_events_were_lost_is_told_on_its_device, 0,
	    ARRAY_SIZE(beside));
	tcase_add_loop_test(tables,
	    a_route_that_others_replace_is_told_on_its_device, 0,
	    ARRAY_SIZE(beside));
	tcase_add_test(tables, under_a_storm_the_tables_come_to_rest_right);
	tcase_add_test(tables, an_event_during_a_dump_beats_the_dump);
	tcase_add_test(
	    tables, a_route_that_went_during_a_dump_does_not_come_back);
	tcase_add_test(tables, mangled_messages_do_no_harm);
	return netns_run(suite);
}
