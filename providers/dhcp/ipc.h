/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What netconfd and netconf-dhcp4 say to each other, over a socket pair of
 * type SOCK_SEQPACKET: a message is a packet and has the size of its type.
 * No text but a domain name, no pointers, nothing of variable size. Whoever
 * receives one checks it; a message that does not pass ends the connection.
 *
 *     netconfd                      netconf-dhcp4
 *         <------------------------- HELLO    its sandbox is closed
 *     START + socket ---------------->        ask for a lease on that card
 *         <------------------------- CHECK    got, if START says `checks`
 *     PROBE + socket ---------------->        probe for it, then LEASE
 *         <------------------------- LEASE    got, or renewed
 *     ANNOUNCE + socket ------------->        the address is configured
 *         <------------------------- LOST, IGNORED, NO_LEASE
 *
 *     CLAIM + socket ---------------->        probe for an address without
 *                                             a server (linklocal)
 *         <------------------------- FREE     nobody has it
 *     ANNOUNCE + socket ------------->        as above
 *         <------------------------- LOST     another host has it
 *
 *     VERIFY ------------------------>        the card may be in another
 *         <------------------------- LEASE, LOST    network: is it good?
 *
 *     STOP -------------------------->
 *         <------------------------- STOPPED  the last message of that id
 *
 * Either side ends when the other closes the socket.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "providers/dhcp/client.h"

enum {
	DHCP_IPC_VERSION = 1,
	DHCP_IPC_FD = 3, /* where netconf-dhcp4 finds its end */
	DHCP_CARDS_MAX = 4096,
};

enum dhcp_ipc_type {
	/* netconfd -> netconf-dhcp4 */
	DHCP_IPC_START = 1,
	DHCP_IPC_PROBE,
	DHCP_IPC_ANNOUNCE,
	DHCP_IPC_CLAIM,
	DHCP_IPC_VERIFY,
	DHCP_IPC_STOP,
	/* netconf-dhcp4 -> netconfd */
	DHCP_IPC_HELLO,
	DHCP_IPC_CHECK,
	DHCP_IPC_LEASE,
	DHCP_IPC_LOST,
	DHCP_IPC_IGNORED,
	DHCP_IPC_NO_LEASE,
	DHCP_IPC_FREE,
	DHCP_IPC_STOPPED,
	DHCP_IPC_TYPES,
};

struct dhcp_ipc_header {
	uint32_t version; /* DHCP_IPC_VERSION */
	uint32_t type;
	uint64_t id; /* counts the starts of all cards, from 1; HELLO: 0 */
};

/* With the card's IPv4 packet socket. */
struct dhcp_ipc_start {
	struct dhcp_ipc_header header;
	uint32_t ifindex;
	uint32_t checks;       /* 0, 1: CHECK comes before a new LEASE */
	struct in_addr former; /* that it may still hold; or 0.0.0.0 */
	struct dhcp_identity identity;
};

/* PROBE and ANNOUNCE. With the card's ARP packet socket; a PROBE without says
 * that there is none. */
struct dhcp_ipc_announce {
	struct dhcp_ipc_header header;
	struct in_addr address;
};

/* With the card's ARP packet socket. */
struct dhcp_ipc_claim {
	struct dhcp_ipc_header header;
	uint32_t ifindex;
	struct in_addr address;
	uint8_t mac[MAC_SIZE];
};

struct dhcp_ipc_stop {
	struct dhcp_ipc_header header;
	uint32_t release; /* 0, 1: tell the server */
};

/* CHECK and LEASE. */
struct dhcp_ipc_lease {
	struct dhcp_ipc_header header;
	struct dhcp_lease lease;
	uint32_t remaining_s; /* from now on, or DHCP_FOREVER */
};

/* LOST has loss; IGNORED and NO_LEASE have flaw and server. */
struct dhcp_ipc_notice {
	struct dhcp_ipc_header header;
	uint32_t loss, flaw;
	struct in_addr server;
};

union dhcp_ipc_message {
	struct dhcp_ipc_header header;
	struct dhcp_ipc_start start;
	struct dhcp_ipc_announce announce;
	struct dhcp_ipc_claim claim;
	struct dhcp_ipc_stop stop;
	struct dhcp_ipc_lease lease;
	struct dhcp_ipc_notice notice;
};

/* A message of that type, with all else 0. */
union dhcp_ipc_message dhcp_ipc_make(enum dhcp_ipc_type type, uint64_t id);

/* The size of a message of that type; 0: there is no such type. */
size_t dhcp_ipc_size(uint32_t type);

/*
 * Checks the n bytes that came: version, a type that goes this way, its
 * size, every field, a socket exactly where one belongs. 0 or -EBADMSG.
 */
int dhcp_ipc_check_request(
    const union dhcp_ipc_message *message, size_t n, bool has_fd);
int dhcp_ipc_check_event(
    const union dhcp_ipc_message *message, size_t n, bool has_fd);

/*
 * Sends a message of the size of its type, with a descriptor if fd >= 0
 * (which stays the caller's). 0, or -errno: -EAGAIN, -EPIPE.
 */
int dhcp_ipc_send(int socket, const union dhcp_ipc_message *message, int fd);

/*
 * Receives one without waiting. Returns its size, 0 at the end of the
 * connection, or -errno: -EAGAIN; -EBADMSG: too long, or more than one
 * descriptor. *ret_fd is the caller's, or -1.
 */
ssize_t dhcp_ipc_receive(
    int socket, union dhcp_ipc_message *message, int *ret_fd);
