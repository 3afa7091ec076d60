/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ports of a bridge, bond or VRF: the devices of the nodes that its key
 * `ports` names. One that is named and up becomes a port; one that is so no
 * more is released, if it is still there and still ours.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "providers/support/made-option.h"
#include "providers/support/rtnl.h"

struct config;
struct job;
struct job_node;
struct made_option;
struct made_port;
struct nl_msg;
struct nlmsghdr;
struct rtnl;

/*
 * What a kind can tell the kernel of a port, as a value of the key
 * `port-options` says. options: of IFLA_PROTINFO. put_rest: appends what goes
 * with it. take_back: the message that takes back what the former one, a copy
 * or NULL, has said besides, or what a new port has, and this one does not
 * say; NULL: there is nothing. rest_is: whether what a bridge shows of the port
 * (AF_BRIDGE) is what was put besides; else the first difference in words, of
 * so many bytes. What it shows may be `former` as well.
 */
struct made_port_kind {
	const struct made_option *options;
	int (*put_rest)(struct nl_msg *msg, const struct config *options);
	struct nl_msg *(*take_back)(
	    const void *former, const struct nl_msg *msg);
	bool (*rest_is)(const struct nlmsghdr *shown,
	    const struct config *options, char *text, size_t size);
};

struct made_ports {
	struct job *job;
	struct rtnl *rtnl;
	uint32_t master;  /* ifindex of the bridge */
	bool takes_down;  /* a port must be down when it is taken */
	const struct made_port_kind *kind; /* NULL: nothing is told of one */
	struct made_port *ports; /* by ifindex */
	struct rtnl_watch all; /* while there are options */
	/* A device has become a port, or the carrier of one is another: that
	 * is said by lost() as well; false at first. */
	bool tells_carriers;
	/* Others have given a port away or changed it, or may have. */
	void (*lost)(struct job *job);
};

/* NULL: out of memory. */
struct made_ports *made_ports_new(struct job *job, bool takes_down,
    const struct made_port_kind *kind, void (*lost)(struct job *job));

/* Takes and releases what differs from the key, and tells those that stay what
 * has changed of their options; where the kernel cannot take that back, the
 * port is released and taken again. master is the bridge. Until that is there,
 * not to be called. What the kernel refuses is logged. */
void made_ports_update(struct made_ports *ports, uint32_t master);

/* One that is there and not a port, and not about to be, or not as it was
 * told, and that in words; NULL: there is none. */
const struct made_port *made_ports_differing(
    const struct made_ports *ports, char text[MADE_OPTION_TEXT_SIZE]);
/* Takes, and tells, all those again. */
void made_ports_put_right(struct made_ports *ports);

/* Whether it is what the profile calls so: that node, or an instance of that
 * template. */
bool made_port_is(const struct job_node *named, const char *node);

/* Forgets them, without asking the kernel for anything: it releases the ports
 * of a bridge that goes. Ready for another update. NULL is allowed. */
void made_ports_clear(struct made_ports *ports);

/* The same, for good. Returns NULL. */
struct made_ports *made_ports_free(struct made_ports *ports);
