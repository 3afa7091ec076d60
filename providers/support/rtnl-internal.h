/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of rtnl: one struct, and what its files offer each other.
 *
 *     rtnl.c          opening, closing, requests and their answers
 *     rtnl-request.c  messages that kinds send: links
 *     rtnl-ip-request.c  addresses, routes, rules
 *     rtnl-promote.c  IPv4 addresses that are removed alone
 *     rtnl-delete.c   links removed together
 *     rtnl-events.c   events, dumps, making good for lost events
 *     rtnl-link.c     the table of links
 *     rtnl-address.c  the table of addresses
 *     rtnl-route.c    the table of default routes
 *     rtnl-own.c      routes and rules of netconf that are gone
 *     rtnl-query.c    what is in the place of a route
 *     rtnl-watch.c    who is told of what
 *     rtnl-neighbour.c  neighbours, on a socket of their own
 *     rtnl-pause.c    a moment later
 *
 * How a dump and events go together. Both come over the event socket, where
 * the kernel queues them in order; but newer kernels dump addresses and
 * routes without the lock under which they notify, so that what a dump says
 * of an object may be older than an event queued before it. Therefore: from
 * the moment a dump is asked for, an event on an object beats whatever the
 * dump says of it. Every change brings an event, and events of one object
 * are in order, so the last of them is the truth; an object without an event
 * is as the dump says. What an event removes leaves a tombstone until the
 * dump's end, so that the dump does not bring it back. This needs that no
 * event from before a loss is taken for one after it: after ENOBUFS the
 * socket is read until it is empty before dumps are asked for. (It does get
 * empty: the kernel queues nothing more on an overrun socket until then.)
 */
#pragma once

#include <linux/netlink.h>

#include "providers/support/differences.h"
#include "providers/support/rtnl.h"

/* uthash would exit() when out of memory; we see that nothing was added. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct rtnl_message;

enum {
	RTNL_BATCH = 16 * 1024, /* bytes of requests sent at once */
	/* Requests sent and not answered: their answers, counted as the kernel
	 * counts, fit into the buffer (about 800 bytes each, and up to 2300
	 * of what is echoed; it makes the buffer twice as large). */
	RTNL_WINDOW = 128,
	RTNL_ANSWERS = 208 * 1024,
	RTNL_RECEIVE = 64 * 1024, /* the longest message that is understood */
	RTNL_MEMORY_RETRY_MS = 10,
	RTNL_ERROR_RETRY_MS = 1000,
};

enum rtnl_table {
	RTNL_LINKS,
	RTNL_ADDRESSES,
	RTNL_ROUTES_IPV4,
	RTNL_ROUTES_IPV6,
	RTNL_N_TABLES,
};

/* What every entry of a table has; see the top of this file. */
struct rtnl_seen {
	uint32_t dump; /* the last dump that showed it or met an event on it */
	bool by_event; /* in that dump, an event: the dump cannot overrule */
	bool is_gone;  /* a tombstone, until that dump ends */
};

struct rtnl_link_entry {
	struct rtnl_link link;
	struct rtnl_seen seen;
	uint64_t released_ms; /* when it was a port no more; 0: never */
	/* Of its addresses in their table, but of IPv6 link-local ones. */
	unsigned n_ipv4, n_ipv6;
	struct in_addr ipv4_asked; /* the last that was asked for, or 0 */
	/* Another still has its name: not told of before the dump of links
	 * that comes or runs has ended; that has ended: the next one tells. */
	bool is_late, has_waited;
	UT_hash_handle hh; /* by link.ifindex */
};

struct rtnl_address_key {
	uint32_t ifindex;
	struct ip_prefix address; /* no padding: hashed as bytes */
};

struct rtnl_address_entry {
	struct rtnl_address_key key;
	uint32_t flags;
	struct ip peer;
	uint8_t scope, protocol;
	bool is_former, is_leaving;
	/* In seconds of the loop's clock; UINT32_MAX: never. Preferred it is
	 * no more: 0. */
	uint32_t valid_until_s, preferred_until_s;
	/* When they were set, and it was made, as the kernel counts time. */
	uint32_t set_cs, made_cs;
	struct rtnl_seen seen;
	UT_hash_handle hh;
};

struct rtnl_route_key {
	int family;
	uint32_t table;
	uint32_t metric;
	uint32_t ifindex;
	struct in6_addr gateway; /* IPv4: in the first four bytes */
};

struct rtnl_route_entry {
	struct rtnl_route_key key; /* no padding: hashed as bytes */
	struct rtnl_route route;
	struct rtnl_seen seen;
	bool is_multipath; /* one of several next hops; ours is the first */
	uint32_t nexthop;  /* the nexthop object that it uses, or 0 */
	UT_hash_handle hh;
};

struct rtnl_advertised_entry {
	struct rtnl_advertised route; /* no padding: hashed as bytes */
	struct rtnl_seen seen;
	UT_hash_handle hh;
};

/* Routes of netconf's to the same, */
struct rtnl_own_key {
	uint32_t table;
	uint32_t metric;
	struct ip_prefix to; /* no padding: hashed as bytes */
};

/* by one device. */
struct rtnl_own_way {
	struct rtnl_own_way *next;
	uint32_t ifindex; /* or 0 */
	uint32_t dump;    /* the one during which it was last seen */
	bool is_hidden;   /* dumps do not show it: not unicast */
};

struct rtnl_own_entry {
	struct rtnl_own_key key;
	struct rtnl_own_way *ways;
	UT_hash_handle hh;
};

/* A link, by number or by name, that someone watches. */
struct rtnl_subject {
	struct {
		uint32_t ifindex; /* or 0, and: */
		char name[IFNAMSIZ];
	} key;
	struct rtnl *rtnl;
	struct list watches; /* not empty, but while they are told */
	UT_hash_handle hh;
};

struct rtnl {
	uv_loop_t *loop;
	struct rtnl_options options;
	bool is_closing;
	int n_handles; /* open or closing, on the loop */

	int request_fd, event_fd, neighbour_fd;
	uint32_t port, neighbour_port; /* those sockets' own addresses */
	uv_poll_t request_poll, event_poll, neighbour_poll;
	uv_prepare_t prepare; /* sends what one turn has gathered */
	uv_timer_t again;     /* another try when memory is short */
	uv_timer_t pause;     /* the first of pauses is over */

	struct list queue;  /* struct rtnl_message, not yet sent */
	struct list makes;  /* the same, that make links: after those */
	struct list failed; /* struct rtnl_request, to be told so */
	struct list deletions;    /* struct rtnl_deletion, not yet begun */
	struct rtnl_group *group; /* of links being removed, or NULL */
	struct rtnl_message *sent[RTNL_WINDOW]; /* by sequence % WINDOW */
	unsigned n_sent;
	uint32_t sequence; /* the last one used */
	/* How what was made by the request of that number, which is answered
	 * next, differs from what was asked for. */
	uint32_t echoed;
	struct differences echo;

	unsigned needed;     /* 1 << table: to be dumped */
	int dumping;         /* the table being dumped, or -1 */
	uint32_t dump;       /* the number of that dump, or of the last one */
	uint32_t dump_sequence;
	bool is_interrupted; /* the kernel says that dump is inconsistent */
	bool is_overrun;     /* read until empty before dumping */
	bool is_ready;       /* the first dumps are complete */
	bool is_resyncing;   /* an overrun is being made good */
	bool defaults_changed; /* to be told when the batch is read */
	unsigned n_overruns;

	struct rtnl_link_entry *links;
	struct rtnl_address_entry *addresses;
	struct rtnl_route_entry *routes;
	struct rtnl_advertised_entry *advertised;
	struct rtnl_own_entry *own;
	struct ip_item *items; /* ip-item.c's: those of all jobs */
	struct list connected; /* rtnl-connected.c's: routes */
	struct list optimistic; /* optimistic.c's: devices */
	struct list queries; /* struct rtnl_route_query */
	struct list watches; /* struct rtnl_watch, of all links */
	struct rtnl_subject *subjects; /* those of one */
	uint64_t n_begun;    /* watches, so far */
	struct list pauses; /* struct rtnl_pause, the first to be over first */
	struct list neighbours; /* struct rtnl_neighbour */
	unsigned n_neighbours;
	uint32_t neighbour_sequence; /* the last one used */
	bool neighbours_lost; /* events of them */

	_Alignas(struct nlmsghdr) char batch[RTNL_BATCH];
	_Alignas(struct nlmsghdr) char received[RTNL_RECEIVE];
};

/* ---- rtnl.c ---- */

/* netlink_receive() into rtnl->received. */
int rtnl_receive(struct rtnl *, int fd);

/*
 * libuv stops a poll handle when its socket has an error to tell, and with
 * netlink that is how lost messages are told. To be called first in each
 * callback.
 */
void rtnl_poll_again(uv_poll_t *poll, int status, uv_poll_cb callback);

/* Another try (of what is to be sent, of dumps) after so long or sooner. */
void rtnl_try_again(struct rtnl *, unsigned delay_ms);

/* ---- rtnl-echo.c ---- */

/* Adds what of it was made otherwise than it was asked for, under the names of
 * the keys of route and rule. Of other messages, nothing. */
void rtnl_echo_compare(const struct nlmsghdr *asked,
    const struct nlmsghdr *made, struct differences *differences);

/* ---- rtnl-events.c ---- */

void rtnl_on_event(uv_poll_t *poll, int status, int events);

/* Asks for a dump of the tables (1 << table), when the running one ends. */
void rtnl_need_dump(struct rtnl *, unsigned tables);
/* Starts the next dump that is needed, if none is running. */
void rtnl_next_dump(struct rtnl *);

/*
 * To be called for each message on an object: true when it counts, false
 * when it is a dump's and an event has overruled it. seen is of the object's
 * entry.
 */
bool rtnl_seen(struct rtnl *, struct rtnl_seen *seen, enum rtnl_table table,
    bool is_event);
/* True when the entry must stay as a tombstone. */
bool rtnl_keeps_tombstones(const struct rtnl *, enum rtnl_table table);

/* ---- the tables; message is a whole, length-checked RTM_NEW*, RTM_DEL*.
 * 0; -EAGAIN: the table must be dumped again to know; -ENOMEM ---- */

int rtnl_link_message(
    struct rtnl *, const struct nlmsghdr *message, bool is_event);
int rtnl_address_message(
    struct rtnl *, const struct nlmsghdr *message, bool is_event);
int rtnl_route_message(
    struct rtnl *, const struct nlmsghdr *message, bool is_event);

/* The kernel is about to be told to remove the address. */
void rtnl_address_leaves(struct rtnl *, const struct rtnl_address *);

/* A dump has ended: what it did not show is gone. */
void rtnl_links_sweep(struct rtnl *);
void rtnl_addresses_sweep(struct rtnl *);
void rtnl_routes_sweep(struct rtnl *, int family);

/* The kernel removes IPv4 routes without a word when their link goes down or
 * away, or an address goes. */
void rtnl_routes_link_down(struct rtnl *, uint32_t ifindex);
void rtnl_routes_address_gone(struct rtnl *, uint32_t ifindex);
/* The same with a nexthop object: RTM_NEWNEXTHOP, RTM_DELNEXTHOP. */
void rtnl_routes_nexthop(struct rtnl *, const struct nlmsghdr *event);

/* NULL: none; or one that is gone. */
struct rtnl_link_entry *rtnl_find_link_entry(
    const struct rtnl *, uint32_t ifindex);

/* Frees the tables; nobody is told. */
void rtnl_links_clear(struct rtnl *);
void rtnl_addresses_clear(struct rtnl *);
void rtnl_routes_clear(struct rtnl *);

/* ---- rtnl-delete.c ---- */

/* Begins with what waits to be removed, unless something is being removed;
 * before the loop waits. */
void rtnl_deletions_begin(struct rtnl *);
/* Cancels all. */
void rtnl_deletions_clear(struct rtnl *);

/* ---- rtnl-promote.c ---- */

/* Before an address is removed: sees that no other goes with it. True: the end
 * has to be called when that has been asked for. */
bool rtnl_promotion_begin(
    struct rtnl *, uint32_t ifindex, const struct ip_prefix *address);
void rtnl_promotion_end(struct rtnl *, uint32_t ifindex);

/* ---- rtnl-connected.c ---- */

/* RTM_DELROUTE of any route. */
void rtnl_connected_removed(struct rtnl *, const struct nlmsghdr *event);
/* Events were lost, and with them maybe some of those. */
void rtnl_connected_resync(struct rtnl *);
void rtnl_connected_clear(struct rtnl *);

/* ---- rtnl-advertised.c ---- */

/* RTM_NEWROUTE or RTM_DELROUTE of any route. 0 or -ENOMEM. */
int rtnl_advertised_message(
    struct rtnl *, const struct nlmsghdr *message, bool is_event);
/* A dump of IPv6 routes has ended. */
void rtnl_advertised_sweep(struct rtnl *);
void rtnl_advertised_link_down(struct rtnl *, uint32_t ifindex);
void rtnl_advertised_clear(struct rtnl *);

/* ---- rtnl-own.c ---- */

/* RTM_NEWROUTE or RTM_DELROUTE of any route. 0 or -ENOMEM. */
int rtnl_own_route_message(
    struct rtnl *, const struct nlmsghdr *message, bool is_event);
/* A dump has ended: who made what it did not show is told. */
void rtnl_own_routes_sweep(struct rtnl *, int family);
void rtnl_own_clear(struct rtnl *);
/* RTM_DELRULE. */
void rtnl_rule_removed(struct rtnl *, const struct nlmsghdr *event);

/* ---- rtnl-query.c ---- */

/* A dump of IPv6 routes has been asked for, shows one, has ended well. */
void rtnl_queries_ask(struct rtnl *);
void rtnl_queries_message(struct rtnl *, const struct nlmsghdr *message);
void rtnl_queries_answer(struct rtnl *);

/* ---- rtnl-watch.c ---- */

/* Calls back for each watch that is about that link, or about all; the watch
 * may be gone after its call. name: the link's, or NULL. */
void rtnl_tell(struct rtnl *, uint32_t ifindex, const char *name,
    void (*call)(struct rtnl_watch *, const void *what), const void *what);
/* Ends all watches. */
void rtnl_watches_clear(struct rtnl *);

/* ---- rtnl-pause.c ---- */

/* Ends all. */
void rtnl_pauses_clear(struct rtnl *);

/* ---- rtnl-neighbour.c ---- */

void rtnl_on_neighbour(uv_poll_t *poll, int status, int events);
/* Asks again for those for which that failed. */
void rtnl_neighbours_ask(struct rtnl *);
/* Ends all watches. */
void rtnl_neighbours_clear(struct rtnl *);
