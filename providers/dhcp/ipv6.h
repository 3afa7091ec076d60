/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 of a dhcp job, on one link: router advertisements, which the kernel
 * takes (ra.h), and DHCPv6, where they tell to ask for addresses or other
 * things so, or a prefix is wanted (dhcp6.h). What has come of it is a view;
 * who owns it is told when the view is another one, at once at first and then
 * once a second at most, whatever a router sends.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "providers/dhcp/ra-sysctl.h"

struct ipv6;
struct job;
struct ra_socket;

enum {
	/* So long without an address and a way out: then that is said. */
	IPV6_MISSING_MS = 5000,
	IPV6_DNS_SIZE = 1024,
	IPV6_SEARCH_SIZE = 2048,
	IPV6_NTP_SIZE = 1024,
	IPV6_PREFIXES_SIZE = 1024,
	IPV6_ROUTES_SIZE = 2048,
};

enum ipv6_state {
	IPV6_PENDING,
	IPV6_MISSING, /* reason tells what; if it is alone */
	IPV6_USABLE,  /* an address and a default route, as far as wanted */
};

/* Texts are "" for what is not there; compared as bytes. */
struct ipv6_view {
	enum ipv6_state state;
	char address[IP_PREFIX_TEXT_SIZE];
	char subnet[IP_PREFIX_TEXT_SIZE];
	char gateway[IP_TEXT_SIZE];
	char prefix[IP_PREFIX_TEXT_SIZE]; /* delegated to us */
	char prefixes[IPV6_PREFIXES_SIZE]; /* separated by spaces */
	char routes[IPV6_ROUTES_SIZE]; /* PREFIX via ROUTER, by commas */
	char dns[IPV6_DNS_SIZE];       /* separated by spaces */
	char search[IPV6_SEARCH_SIZE]; /* domains, the same */
	char ntp[IPV6_NTP_SIZE];       /* the same */
	char reason[96];
};

struct ipv6_options {
	struct job *job;
	struct ra_socket **socket; /* of all jobs */
	uint32_t ifindex;
	struct ra_settings settings;
	bool is_alone;	 /* without IPv4: what is missing is of interest */
	bool wants_names; /* servers and domains, also from DHCPv6 */
	unsigned prefix_length; /* of the prefix to ask for; 0: none */
	const uint8_t *duid;    /* who we are to DHCPv6 servers */
	/* The view is another one. */
	void (*changed)(void *ctx);
	/* After ipv6_stop(): all is undone, and it is freed. */
	void (*stopped)(void *ctx);
	void *ctx;
};

/* 0; -EOPNOTSUPP: there is no IPv6 on the link; another -errno, with
 * *ret_what saying which step failed. */
int ipv6_start(const struct ipv6_options *options, struct ipv6 **ret,
    const char **ret_what);

/* As it is now; valid until the loop's next turn. */
const struct ipv6_view *ipv6_view(const struct ipv6 *ipv6);

/*
 * The link has been away for a moment, or default routes have another metric,
 * or names are wanted now, or no more: the routers are asked anew. False:
 * nothing is done, as the options are others in something else; it has to be
 * stopped and started.
 */
bool ipv6_again(struct ipv6 *ipv6, const struct ipv6_options *options);

/* Ends it and removes all that came of it; then stopped() comes. Where the
 * link is gone nothing is given back; that may turn out while it stops. */
void ipv6_stop(struct ipv6 *ipv6, bool link_is_gone);
