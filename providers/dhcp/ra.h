/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Router advertisements on one link. The kernel takes them, makes addresses
 * and routes (RFC 4861, 4862) and looks for conflicts; this has it do so,
 * asks the routers where the kernel will not, keeps what they say of DNS
 * while it lasts, and removes everything in the end.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "providers/dhcp/ra-names.h"
#include "providers/dhcp/ra-socket.h"
#include "providers/dhcp/ra-sysctl.h"
#include "providers/support/rtnl.h"

struct host;

enum {
	RA_PREFIXES_MAX = 16,
	/* RFC 4861 section 10 */
	RA_SOLICITATIONS = 3,
	RA_SOLICITATION_MS = 4000,
};

struct ra_prefix {
	struct ip_prefix prefix;
	uint64_t until_ms; /* UINT64_MAX: never ends */
};

struct ra {
	/* Set by the owner, before it begins: */
	struct host *host;
	struct ra_socket **socket; /* of all links; NULL: not open */
	uint32_t ifindex;
	struct ra_settings settings;
	/* Something of what follows may have changed. */
	void (*changed)(struct ra *);

	bool is_managed; /* addresses are to be had from a DHCPv6 server */
	bool has_other;	 /* other things are */
	struct ra_names servers, domains;
	/* That hosts of are neighbours; the last ones advertised. */
	unsigned n_prefixes;
	struct ra_prefix prefixes[RA_PREFIXES_MAX];
	unsigned n_renumbered; /* how often there were others than before */

	struct ra_watch watch;
	struct rtnl_watch addresses, routes;
	struct ra_sysctls sysctls;
	unsigned n_solicitations; /* still to be sent */
	bool must_ask; /* not one has been sent since the beginning */
	uint64_t solicit_ms;	  /* when the next one is */
};

/*
 * 0; -EOPNOTSUPP: no IPv6 on the link; -EBUSY: somebody does this there
 * already; another -errno, with *ret_what saying which step failed. Then
 * nothing has begun.
 */
int ra_begin(struct ra *ra, const char **ret_what);

/* Routes that the kernel makes from now on; ra_again() brings them. */
void ra_set_metric(struct ra *ra, uint32_t metric);

/* The link has been away: asks the routers anew. */
void ra_again(struct ra *ra, uint64_t now_ms);

/* When ra_time() is to be called; UINT64_MAX: never. */
uint64_t ra_deadline(const struct ra *ra);
void ra_time(struct ra *ra, uint64_t now_ms);

/* Ends it. Removes all that came of it and puts the settings back, unless
 * the link is gone. Also of one that never began. */
void ra_end(struct ra *ra, bool link_is_gone);

/* An address that is good to use, of those made of advertisements; false:
 * there is none. */
bool ra_find_address(const struct ra *ra, struct ip_prefix *ret);

/* The router of the best default route of the link; false: there is none. */
bool ra_find_gateway(const struct ra *ra, struct ip *ret);

/* The link has an address to ask with. */
bool ra_is_ready(const struct ra *ra);

/* The advertised subnet that the address is in; false: none is known. */
bool ra_find_subnet(const struct ra *ra, const struct ip *address,
    struct ip_prefix *ret);
