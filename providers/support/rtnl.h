/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtnetlink for all kinds: requests in flight on one socket, events on
 * another, and a table of the links and default routes that the events keep
 * true; neighbours on a third.
 *
 * Requests: any number may be under way; each is answered once, in any
 * order, unless it is cancelled. Errors are -errno with the kernel's
 * extended acknowledgement as text. (libnl's -NLE_* are translated here and
 * nowhere else.)
 *
 * Events: subscribed first, then dumped. When the kernel says that events
 * were lost (ENOBUFS), everything is dumped again and compared, and the
 * watchers are told the differences, as if the events had come.
 */
#pragma once

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "base/ip.h"
#include "base/list.h"

struct nl_msg;
struct nlmsghdr;
struct rtnl;

struct rtnl_options {
	int event_buffer; /* SO_RCVBUF of the event socket; 0: 4 MiB */
	/* Called once after an overrun has been made good, for the log. */
	void (*resynced)(void *ctx, unsigned times);
	/* For the log: what others have removed of what the kernel made with
	 * ours has been put back, or will be later. */
	void (*repaired)(void *ctx, const char *link, const char *said);
	/* Called once when the first dump is complete. */
	void (*ready)(void *ctx);
	void *ctx;
};

/* Opens the sockets, subscribes, starts the dump. 0 or -errno. */
int rtnl_open(uv_loop_t *loop, const struct rtnl_options *options,
    struct rtnl **ret);

/* Cancels all requests; frees it when the loop has closed its handles. */
void rtnl_close(struct rtnl *rtnl);

/* ---- the tables ---- */

/* A link as the kernel last showed it. */
struct rtnl_link {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	char kind[32];       /* IFLA_INFO_KIND: veth, bridge; "" if none */
	uint16_t arp_type;   /* ARPHRD_ETHER, ... */
	unsigned flags;      /* IFF_UP, IFF_RUNNING, IFF_LOWER_UP, ... */
	bool carrier;        /* IFF_LOWER_UP */
	uint32_t mtu, tx_queue_length;
	uint8_t mac[32], permanent_mac[32];
	uint8_t mac_length;  /* of both; 0: none. permanent = mac if unknown */
	bool has_link;       /* tied to another link: veth, vlan, ... */
	bool has_link_netns; /* and that lies in another namespace */
	uint32_t group;      /* IFLA_GROUP */
	uint32_t master;     /* the bridge, bond or VRF that it is a port of */
	uint32_t vrf_table;  /* the table of that VRF; 0: no port of one */
};

/* Of a bridge, a bond or a VRF; a bond marks it before it takes it. */
bool rtnl_is_port(const struct rtnl_link *link);

/* It was a port until just now: a bond sets down what it releases, a VRF sets
 * it down and up. */
bool rtnl_is_released(const struct rtnl *, uint32_t ifindex);

/* A default route (destination length 0). */
struct rtnl_route {
	int family; /* AF_INET, AF_INET6 */
	uint32_t table; /* 254: main */
	uint32_t ifindex;
	uint32_t metric;
	uint8_t protocol; /* RTPROT_* */
	bool has_gateway;
	union {
		struct in_addr in;
		struct in6_addr in6;
	} gateway;
};

/* Asks the kernel for the link once more: what it answers is taken as an
 * event, so watchers are told if anything differs. 0 or -errno. */
int rtnl_refresh_link(struct rtnl *, uint32_t ifindex);

/* NULL: no such link. Valid until the next event. */
const struct rtnl_link *rtnl_find_link(const struct rtnl *, uint32_t ifindex);

/* Walks the tables: *i starts at 0; NULL at the end. */
const struct rtnl_link *rtnl_each_link(const struct rtnl *, size_t *i);
const struct rtnl_route *rtnl_each_default(const struct rtnl *, size_t *i);

/* An IPv6 route of a router advertisement that is no default route. */
struct rtnl_advertised {
	uint32_t ifindex;
	struct ip_prefix to;
	struct ip via;
};

/* As rtnl_each_link(). */
const struct rtnl_advertised *rtnl_each_advertised(
    const struct rtnl *, size_t *i);

/* As rtnl_each_link(): fills in all but the lifetimes. False at the end. */
struct rtnl_address;
bool rtnl_each_address(
    const struct rtnl *, size_t *i, struct rtnl_address *ret);

/* The address that is the same to the kernel as that one, and keeps it from
 * being added; false: none. */
bool rtnl_find_same_address(const struct rtnl *,
    const struct rtnl_address *address, struct rtnl_address *ret);

/* Whether the link has that address, and its flags (IFA_F_TENTATIVE, ...). */
bool rtnl_find_address(const struct rtnl *, uint32_t ifindex,
    const struct ip_prefix *address, uint32_t *ret_flags);

/* The lifetimes of an address that the kernel has, in seconds from now;
 * UINT32_MAX: for ever; not preferred: 0. */
struct rtnl_lifetimes {
	uint32_t valid_s, preferred_s;
	uint64_t age_ms; /* so long ago they were set */
	uint64_t made_ms; /* and the address was made */
};

/* False: the link has no such address. */
bool rtnl_find_lifetimes(const struct rtnl *, uint32_t ifindex,
    const struct ip_prefix *address, struct rtnl_lifetimes *ret);

/* A route or a rule with netconf's mark that is gone. */
struct rtnl_removed {
	bool is_rule;
	bool is_replaced;    /* a route: by one that is not netconf's, maybe */
	uint32_t table;      /* of a route */
	uint32_t ifindex;    /* a route's device, one of them, or 0 */
	uint32_t number;     /* metric, or priority */
	struct ip_prefix to; /* of a rule, its family alone */
};

struct rtnl_watch;

/* What a watcher wants to hear of; the rest is NULL. */
struct rtnl_calls {
	/* The kernel has shown the link, changed or not: RTM_NEWLINK, as it
	 * came; for what is in no table. Said before what follows; and of the
	 * port of a bridge also what that tells (AF_BRIDGE). */
	void (*on_message)(
	    struct rtnl_watch *, const struct nlmsghdr *message);
	/* New or changed; before is NULL for a new one. */
	void (*on_link)(struct rtnl_watch *, const struct rtnl_link *,
	    const struct rtnl_link *before);
	void (*on_link_gone)(struct rtnl_watch *, const struct rtnl_link *);
	/* Some default route was added, changed or removed; said to those
	 * who watch all links. */
	void (*on_default)(struct rtnl_watch *);
	/* A route of a router advertisement, by that link, has come or
	 * gone, other than a default one. */
	void (*on_advertised)(struct rtnl_watch *);
	/* An address of the link is new, or its flags (IFA_F_*) or
	 * lifetimes changed. */
	void (*on_address)(struct rtnl_watch *, uint32_t ifindex,
	    const struct ip_prefix *address, uint32_t flags);
	/* One was removed, by whomever. */
	void (*on_address_gone)(struct rtnl_watch *, uint32_t ifindex,
	    const struct ip_prefix *address);
	/* Was removed, also by netconf itself. A route is told to those who
	 * watch its device; a rule, and a route without one, to those who
	 * watch all. Not told of routes that go with a link that is set down,
	 * or with their source address. */
	void (*on_removed)(
	    struct rtnl_watch *, const struct rtnl_removed *removed);
	/* Events were lost, and all tables are right again; but rules, which
	 * are in none, may be gone. Said to those who watch all links. */
	void (*on_resynced)(struct rtnl_watch *);
};

/*
 * Watches the tables. Embedded by the watcher, who sets the callbacks, and
 * which link it is about: by number, or by a name that it has not yet got (of
 * on_link and on_link_gone only); neither: all links. Those who watch all are
 * called first; among equals in the order in which they began. A watcher may
 * begin or end any watch in a callback; one that begins hears of what comes
 * next. There are several for each node: so the callbacks are not in it.
 */
struct rtnl_watch {
	struct list link;
	const struct rtnl_calls *calls;
	const char *name; /* if no number: valid until the end; or NULL */
	uint32_t ifindex; /* or 0 */
	struct rtnl_subject *subject; /* rtnl's own, */
	uint64_t number;              /* and this */
};

void rtnl_watch_begin(struct rtnl *, struct rtnl_watch *);
/* Also of a watch that never began (zeroed or list_init'ed). */
void rtnl_watch_end(struct rtnl_watch *);

/* ---- a moment ---- */

/*
 * Calls back when it has passed, before anything is read then. Embedded by who
 * waits; starts as {0}. Of those that wait for what seldom happens there are
 * several for each node, so all have one timer; and none has to be closed.
 */
struct rtnl_pause {
	struct list link;
	uint64_t until_ms; /* by uv_now() */
	void (*over)(struct rtnl_pause *); /* may free it */
};

/* If it is on, it begins anew. */
void rtnl_pause_begin(struct rtnl *, struct rtnl_pause *, unsigned ms);
bool rtnl_pause_is_on(const struct rtnl_pause *);
/* Legal at any time. */
void rtnl_pause_end(struct rtnl_pause *);

/* ---- neighbours ---- */

/*
 * Who has an IPv4 address on an Ethernet link: the kernel finds it out, if it
 * does not know, and goes on saying so when it is another. Embedded by who
 * asks; starts as {0}. Nobody has it: nothing is said.
 */
struct rtnl_neighbour {
	struct list link;
	uint32_t ifindex;       /* set by who asks, before it begins */
	struct in_addr address; /* the same */
	/* mac is known now, or another. May begin and end any but begin this
	 * one. */
	void (*on_mac)(struct rtnl_neighbour *);
	bool is_known;
	uint8_t mac[6];

	struct rtnl *rtnl;  /* NULL: it has not begun, or is over */
	uint32_t sequence;  /* of a question that has no answer yet, or 0 */
	bool is_to_ask;     /* that could not be sent */
};

/* Again: what was known is forgotten, the kernel is asked anew. on_mac comes
 * later, never from here. */
void rtnl_neighbour_begin(struct rtnl *, struct rtnl_neighbour *);
/* Also of one that never began. Nothing is known any more. */
void rtnl_neighbour_end(struct rtnl_neighbour *);

/* ---- requests ---- */

/* One request; embedded by who asks, alive until answered or cancelled. */
struct rtnl_request {
	struct list link;
	uint32_t sequence;
	/* error: 0 or -errno. message: the kernel's words, or "". */
	void (*done)(struct rtnl_request *, int error, const char *message);
	void *ctx; /* the asker's */
};

/* True while it is neither answered nor cancelled. Zeroed: false. */
bool rtnl_request_is_active(const struct rtnl_request *);

/* Legal at any time; done will not be called. What has been asked of the
 * kernel stays asked, also if it has not left yet: who changes his mind asks
 * for the opposite, and the kernel carries both out in order. */
void rtnl_cancel(struct rtnl_request *);

/*
 * Sends the message (any rtnetlink request; freed here in every case) and
 * calls done when it is acknowledged. Messages sent in one turn of the loop
 * leave together, in their order; those that make a link after all others. A
 * failure to send also comes through done, later.
 */
void rtnl_send(struct rtnl *, struct rtnl_request *, struct nl_msg *);

/* A message with its fixed header (struct ifinfomsg, ...), for rtnl_send();
 * NULL: out of memory. */
struct nl_msg *rtnl_new_msg(
    int type, int flags, const void *header, size_t size);

/* What links need: each builds the message and sends it. */
struct rtnl_link_change {
	bool set_up, up;
	uint32_t mtu; /* 0: as it is */
	bool set_tx_queue_length;
	uint32_t tx_queue_length;
	const uint8_t *mac; /* NULL: as it is; else so long: */
	uint8_t mac_length;
	const char *name; /* NULL: as it is */
};
void rtnl_change_link(struct rtnl *, struct rtnl_request *, uint32_t ifindex,
    const struct rtnl_link_change *);

/* Removes it; those of one turn of the loop are removed together, as that is
 * quicker. -ENODEV: there is none. */
void rtnl_delete_link(
    struct rtnl *, struct rtnl_request *, uint32_t ifindex);

struct rtnl_address {
	uint32_t ifindex;
	struct ip_prefix address;
	struct ip peer;              /* of no family: none */
	uint8_t scope;               /* RT_SCOPE_*; IPv4 */
	uint8_t protocol;            /* of one seen: IFAPROT_* */
	bool is_former;              /* of one seen: ours, from before rtnl
				      * was opened */
	bool is_leaving;             /* of one seen: asked to be removed */
	uint32_t flags;              /* IFA_F_NODAD, IFA_F_OPTIMISTIC, ... */
	uint32_t valid_s, preferred_s; /* UINT32_MAX: for ever */
};
/* Adds it, with RTNL_PROTOCOL where the kernel keeps that of an address.
 * flags: NLM_F_REPLACE, to change the lifetimes of one that is there;
 * NLM_F_EXCL, to fail with -EEXIST if it is. */
void rtnl_add_address(struct rtnl *, struct rtnl_request *,
    const struct rtnl_address *, int flags);
/* Alone: others of its subnet stay, also where it is the first of them. */
void rtnl_delete_address(
    struct rtnl *, struct rtnl_request *, const struct rtnl_address *);

/* netconf's mark on its addresses, routes and rules: its own number in
 * /etc/iproute2/rt_protos. */
enum { RTNL_PROTOCOL = 110 };

enum { RTNL_HOPS_MAX = 16 };

struct rtnl_hop {
	struct ip via;      /* of no family: on the link */
	uint32_t ifindex;   /* 0: found by the gateway */
	uint32_t weight;    /* from 1, of several */
	bool is_on_link;    /* via is reached whatever its address */
};

/* A route to be made or removed; see struct rtnl_route for those seen. */
struct rtnl_route_change {
	uint8_t type;        /* RTN_*; 0: RTN_UNICAST */
	uint32_t mtu;        /* 0: the link's */
	struct ip source;    /* preferred; of no family: none */
	uint32_t table;      /* 0: main; from here on: see ip-item.c */
	uint32_t metric;
	struct ip_prefix to; /* length 0: default */
	uint32_t n_hops;     /* 0 of types that have none */
	struct rtnl_hop hops[RTNL_HOPS_MAX];
};
/* A route or a rule: it is there, but the kernel has made it otherwise than it
 * was asked for; the message says what of it. To be removed without its mtu. */
enum { RTNL_OTHERWISE = EBADE };

/* With RTNL_PROTOCOL. flags: NLM_F_REPLACE, or NLM_F_EXCL: -EEXIST if there is
 * one to there with that metric. -RTNL_OTHERWISE. */
void rtnl_add_route(struct rtnl *, struct rtnl_request *,
    const struct rtnl_route_change *, int flags);
void rtnl_delete_route(struct rtnl *, struct rtnl_request *,
    const struct rtnl_route_change *);

/*
 * What the kernel has in the place of an IPv6 route that it does not add: it
 * takes all to the same, by the same way and with the same metric, for one.
 * Embedded by who asks; starts as {0}.
 */
struct rtnl_route_query {
	struct list link;
	bool is_asked;
	const struct rtnl_route_change *route; /* that is not added */
	void (*done)(struct rtnl_route_query *); /* what follows is known */
	bool is_found;
	uint8_t protocol;
	struct rtnl_route_change found; /* type, mtu and source */
};
void rtnl_route_query_begin(struct rtnl *, struct rtnl_route_query *);
/* Legal at any time; done will not be called. */
void rtnl_route_query_end(struct rtnl_route_query *);

/* A policy rule. */
struct rtnl_rule {
	uint32_t family;
	uint32_t priority;
	struct ip_prefix from, to; /* of no family: any */
	char iif[IFNAMSIZ], oif[IFNAMSIZ]; /* "": any */
	uint32_t mark, mask;       /* mask 0: any */
	uint32_t table;            /* of FR_ACT_TO_TBL */
	uint8_t action;            /* FR_ACT_* */
	uint8_t is_not;            /* about all but what it says */
	uint8_t skips_default;     /* default routes there do not count */
};
/* With RTNL_PROTOCOL; -EEXIST if there is one like it. -RTNL_OTHERWISE. */
void rtnl_add_rule(
    struct rtnl *, struct rtnl_request *, const struct rtnl_rule *);
void rtnl_delete_rule(
    struct rtnl *, struct rtnl_request *, const struct rtnl_rule *);
