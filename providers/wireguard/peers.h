/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The peers of a node: what the profile says of them, and what is known. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/list.h"
#include "providers/wireguard/words.h"

struct config;
struct lookup;
struct wireguard;

enum { PEERS_SAID_SIZE = 256 };

struct peer {
	struct list link;
	struct wireguard *of;
	uint8_t key[WORDS_KEY_SIZE];
	char key_text[WORDS_KEY_TEXT_SIZE];
	uint8_t psk[WORDS_KEY_SIZE]; /* wiped when the kernel has it */
	char host[WORDS_HOST_SIZE];  /* of the endpoint; "": it has none */
	uint16_t port;
	uint16_t keepalive_s; /* 0: never */
	struct ip_prefix *allowed;
	size_t n_allowed;

	bool is_name;          /* the host, and no address */
	struct ip address;     /* of no family: not known */
	struct lookup *lookup; /* of the name, under way */
	int lookup_error;      /* of the last one: getaddrinfo's; 0: none */

	/* What the kernel has. */
	bool is_there;
	struct ip there_address;
	uint16_t there_port, there_keepalive_s;
	bool is_seen; /* by the last look */

	/* The last handshake; see struct peer_seen. */
	int64_t seconds, nanoseconds;
	bool is_recent; /* it was new when last looked at */
	bool is_stale;  /* it does not answer: look the name up again */
};

/*
 * Reads them into the list, empty so far, with their keys. 0; -ENOMEM; or
 * another -errno with said: -EINVAL stays until someone changes the profile or
 * a file. The list is to be freed in every case.
 */
int peers_read(const struct config *config, struct list *peers,
    char said[PEERS_SAID_SIZE]);
void peers_free(struct list *peers);

/* Reads a secret that is a key; what: how the profile calls it. As above. */
int peers_read_key(const struct config *config, const char *what,
    uint8_t key[WORDS_KEY_SIZE], char said[PEERS_SAID_SIZE]);

/* NULL: it is not among them. */
struct peer *peers_find(
    const struct list *peers, const uint8_t key[WORDS_KEY_SIZE]);

/* How a message names it: where it is, or else its key. */
const char *peer_name(const struct peer *peer);

bool peer_has_allowed(const struct peer *a, const struct peer *b);
