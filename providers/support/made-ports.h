/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ports of a bridge, bond or VRF: the devices of the nodes that its key
 * `ports` names. One that is named and up becomes a port; one that is so no
 * more is released, if it is still there and still ours.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct config;
struct job;
struct job_node;
struct made_port;
struct nl_msg;
struct rtnl;

struct made_ports {
	struct job *job;
	struct rtnl *rtnl;
	uint32_t master;  /* ifindex of the bridge */
	bool takes_down;  /* a port must be down when it is taken */
	/* Or NULL: the i-th message (0, 1) that sets up a port once it is
	 * taken, as a value of the key `port-options` says; NULL: there is
	 * none. */
	struct nl_msg *(*option_msg)(
	    const struct config *options, uint32_t ifindex, int i);
	struct made_port *ports; /* by ifindex */
	/* Set by the owner: others have given a port away, or may have. */
	void (*lost)(struct made_ports *);
};

void made_ports_init(struct made_ports *ports, struct job *job,
    struct rtnl *rtnl, bool takes_down,
    struct nl_msg *(*option_msg)(
	const struct config *options, uint32_t ifindex, int i));

/* Takes and releases what differs from the key; master is the bridge. Until
 * that is there, not to be called. What the kernel refuses is logged. */
void made_ports_update(struct made_ports *ports, uint32_t master);

/* The device of one that is there and not a port, and not about to be; NULL:
 * there is none. */
const char *made_ports_lost(const struct made_ports *ports);
/* Takes those again. */
void made_ports_retake(struct made_ports *ports);

/* Whether it is what the profile calls so: that node, or an instance of that
 * template. */
bool made_port_is(const struct job_node *named, const char *node);

/* Forgets them, without asking the kernel for anything: it releases the ports
 * of a bridge that goes. Ready for another update. */
void made_ports_clear(struct made_ports *ports);
