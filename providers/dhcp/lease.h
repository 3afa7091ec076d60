/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCPv4 lease, and what a lease must be like to be used. The same check
 * runs in netconf-dhcp4, on what a server sends, and in netconfd, on what
 * netconf-dhcp4 sends: neither trusts what it got.
 *
 * Fixed size and without pointers: a lease travels in a message.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	DHCP_DNS_MAX = 8,     /* servers; more are dropped */
	DHCP_NTP_MAX = 8,     /* the same */
	DHCP_ROUTES_MAX = 32, /* of option 121 or 33; more are dropped */
	DHCP_DOMAIN_MAX = 253,
	DHCP_MTU_MIN = 576, /* RFC 2132 section 5.1 allows 68: useless */
	DHCP_MTU_MAX = 65535,
};

/* A lifetime that never ends (RFC 2131 section 3.3). */
#define DHCP_FOREVER UINT32_MAX

struct dhcp_route {
	struct in_addr to;
	struct in_addr via; /* 0.0.0.0: on the link */
	uint32_t prefix_length;
};

struct dhcp_lease {
	struct in_addr address;
	struct in_addr router; /* of the default route; 0.0.0.0: see below */
	struct in_addr server; /* its identifier, option 54 */
	uint32_t prefix_length;
	uint32_t has_default; /* 0 or 1; router 0.0.0.0: on the link */
	uint32_t lifetime_s;  /* or DHCP_FOREVER */
	uint32_t t1_s, t2_s;  /* as the server gave them; 0: not */
	uint32_t mtu;	      /* 0: not given */
	uint32_t n_dns;
	struct in_addr dns[DHCP_DNS_MAX];
	uint32_t n_ntp;
	struct in_addr ntp[DHCP_NTP_MAX];
	uint32_t n_routes; /* besides the default one */
	struct dhcp_route routes[DHCP_ROUTES_MAX];
	char domain[DHCP_DOMAIN_MAX + 3];   /* "": not given */
	char hostname[DHCP_DOMAIN_MAX + 3]; /* the same */
};

/* What is wrong with an offer or a lease. */
enum dhcp_flaw {
	DHCP_FLAW_NONE,
	DHCP_FLAW_MALFORMED, /* options that overrun or have a wrong size */
	DHCP_FLAW_SERVER,    /* no usable server identifier */
	DHCP_FLAW_ADDRESS,   /* 0.0.0.0, multicast, loopback, ... */
	DHCP_FLAW_MASK,	     /* has holes, or is shorter than /8 */
	DHCP_FLAW_NETWORK,   /* the subnet's own or its broadcast address */
	DHCP_FLAW_ROUTER,    /* outside the subnet, or the address itself */
	DHCP_FLAW_LIFETIME,  /* missing or 0 */
	DHCP_FLAW_OTHER,     /* not the address that was offered */
	DHCP_FLAW_LIST,	     /* a count or a text out of bounds */
	DHCP_FLAWS,
};

/* In words that follow "the offer": "has a router outside its subnet". */
const char *dhcp_flaw_text(enum dhcp_flaw flaw);

/* The first flaw found, or DHCP_FLAW_NONE. Every byte may be hostile. */
enum dhcp_flaw dhcp_lease_check(const struct dhcp_lease *lease);

/* True for letters, digits and '-' in labels of 1 to 63, joined by '.', up
 * to DHCP_DOMAIN_MAX bytes; n is its length. */
bool dhcp_domain_is_valid(const char *domain, size_t n);

/* True for what may be a host's own address: unicast, not 0/8, not 127/8. */
bool dhcp_address_is_usable(struct in_addr address);

/* The mask of a prefix length of 0 to 32, in network order. */
struct in_addr dhcp_mask(uint32_t prefix_length);

/* True when both lie in the subnet of that prefix length. */
bool dhcp_same_subnet(
    struct in_addr a, struct in_addr b, uint32_t prefix_length);
