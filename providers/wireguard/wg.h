/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A WireGuard device in the kernel, by generic netlink: what it is told
 * (WG_CMD_SET_DEVICE) and what it says of itself and its peers
 * (WG_CMD_GET_DEVICE). Messages with keys are wiped after use.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "providers/support/genl.h"
#include "providers/wireguard/words.h"

struct nlattr;

/* What is to change of the device itself. */
struct wg_change {
	const uint8_t *private_key; /* NULL: as it is */
	bool sets_port, sets_mark;
	uint16_t port; /* 0: a random one */
	uint32_t mark; /* 0: none */
	bool replaces_peers; /* there are none but those given */
};

/* And of one peer, which is added if it is not there. */
struct peer_change {
	const uint8_t *key;
	bool is_removed;    /* and that is all */
	bool is_known;      /* not added */
	const uint8_t *psk; /* zeros: none; NULL: as it is */
	const struct ip *address; /* NULL: as it is */
	uint16_t port;
	bool sets_keepalive;
	uint16_t keepalive_s; /* 0: never */
	bool sets_allowed;
	const struct ip_prefix *allowed;
	size_t n_allowed;
};

/* What the kernel says of a peer. */
struct peer_seen {
	uint8_t key[WORDS_KEY_SIZE];
	/* Of the last handshake; both 0: there has been none. By the clock on
	 * the wall, which may be set: only to be compared. */
	int64_t seconds, nanoseconds;
};

struct wg {
	struct genl *genl;
	uint32_t ifindex;
	/* All that was asked so far has been answered. error: 0, or the first
	 * refusal with the kernel's words. */
	void (*done)(struct wg *, int error, const char *message);
	/* What wg_look() brings: of each peer, and at its end. error as
	 * above. */
	void (*peer)(struct wg *, const struct peer_seen *);
	void (*looked)(struct wg *, int error);
	uint8_t public_key[WORDS_KEY_SIZE]; /* as of the last look */
	uint16_t port;
	uint32_t mark;
	bool is_outdated; /* the last look: it has been told more since */

	struct genl_request changing, looking;
	struct nl_msg **messages; /* to be sent, one after the other */
	size_t n_messages, n_sent;
};

/* Opens a socket for it; done, peer and looked are set already. 0 or -errno:
 * -ENOENT when the kernel has no WireGuard. */
int wg_open(struct wg *, uv_loop_t *loop, uint32_t ifindex);
/* Also of one that was not opened, if it is zeroed. Nothing is called any
 * more. */
void wg_close(struct wg *);

/* Asks for the changes. 0: done is called, later; or -ENOMEM, -EMSGSIZE:
 * nothing has been asked. change may be NULL. */
int wg_change(struct wg *, const struct wg_change *change,
    const struct peer_change *peers, size_t n);
/* True until done is called. */
bool wg_is_changing(const struct wg *);

/* Asks what is there. */
void wg_look(struct wg *);
