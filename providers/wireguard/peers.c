/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/wireguard/peers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/support/secret.h"
#include "resolver/schema.h"

int peers_read_key(const struct config *config, const char *what,
    uint8_t key[WORDS_KEY_SIZE], char said[PEERS_SAID_SIZE])
{
	const struct secret *secret = config_secret(config, what);
	_cleanup_(secret_clear) struct secret_bytes bytes = { 0 };
	char error[PEERS_SAID_SIZE - 32];
	int r = secret_read(secret, &bytes, error, sizeof(error));

	if (r < 0) {
		snprintf(said, PEERS_SAID_SIZE, "%s: %s", what, error);
		return secret_error_is_permanent(r) ? -EINVAL : r;
	}
	r = words_parse_key((const char *)bytes.data, bytes.n, key);
	if (r < 0)
		snprintf(said, PEERS_SAID_SIZE,
		    "%s%s%.160s is not a WireGuard key: 44 characters of "
		    "base64, as 'wg genkey' prints them",
		    what, secret->file ? " in " : "",
		    secret->file ? secret->file : "");
	return r;
}

static void peer_free(struct peer *peer)
{
	list_remove(&peer->link);
	explicit_bzero(peer->psk, sizeof(peer->psk));
	free(peer->allowed);
	free(peer);
}

void peers_free(struct list *peers)
{
	struct peer *peer;

	list_for_each(peer, peers, struct peer, link)
		peer_free(peer);
}

/* ---- one of them ---- */

static int read_allowed(const struct config *config, struct peer *peer)
{
	uint32_t n = config_count(config, "allowed-ips");

	peer->allowed = n ? calloc(n, sizeof(*peer->allowed)) : NULL;
	if (n && !peer->allowed)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		(void)ip_parse_prefix(config_text_at(config, "allowed-ips", i),
		    &peer->allowed[i]);
	peer->n_allowed = n;
	return 0;
}

static void read_endpoint(const struct config *config, struct peer *peer)
{
	const char *endpoint = config_text(config, "endpoint");

	if (!endpoint)
		return;
	(void)words_parse_endpoint(endpoint, peer->host, &peer->port);
	peer->is_name = ip_parse(peer->host, &peer->address) < 0;
	if (peer->is_name)
		peer->address = (struct ip){ 0 };
}

static int read_peer(const struct config *config, struct peer *peer,
    char said[PEERS_SAID_SIZE])
{
	const char *key = config_text(config, "public-key");
	uint64_t keepalive_s =
	    (config_duration_ms(config, "persistent-keepalive") + 999) / 1000;
	int r;

	(void)words_parse_key(key, strlen(key), peer->key);
	snprintf(peer->key_text, sizeof(peer->key_text), "%s", key);
	peer->keepalive_s = (uint16_t)keepalive_s;
	read_endpoint(config, peer);
	r = read_allowed(config, peer);
	if (r < 0 || !config_count(config, "preshared-key"))
		return r;
	return peers_read_key(config, "preshared-key", peer->psk, said);
}

/* ---- all of them ---- */

static int add_peer(const struct config *config, struct list *peers,
    char said[PEERS_SAID_SIZE])
{
	struct peer *peer = calloc(1, sizeof(*peer));
	int r;

	if (!peer)
		return -ENOMEM;
	list_init(&peer->link);
	r = read_peer(config, peer, said);
	if (r < 0)
		peer_free(peer);
	else
		list_append(peers, &peer->link);
	return r;
}

int peers_read(const struct config *config, struct list *peers,
    char said[PEERS_SAID_SIZE])
{
	int r = 0;

	for (uint32_t i = 0; i < config_count(config, "peers") && r == 0; i++)
		r = add_peer(
		    config_section_at(config, "peers", i), peers, said);
	if (r == -ENOMEM)
		snprintf(said, PEERS_SAID_SIZE, "out of memory");
	return r;
}

struct peer *peers_find(
    const struct list *peers, const uint8_t key[WORDS_KEY_SIZE])
{
	struct peer *peer;

	list_for_each(peer, peers, struct peer, link)
		if (!memcmp(peer->key, key, WORDS_KEY_SIZE))
			return peer;
	return NULL;
}

const char *peer_name(const struct peer *peer)
{
	return *peer->host ? peer->host : peer->key_text;
}

static bool is_equal(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->length == b->length && ip_equal(&a->ip, &b->ip);
}

bool peer_has_allowed(const struct peer *a, const struct peer *b)
{
	if (a->n_allowed != b->n_allowed)
		return false;
	for (size_t i = 0; i < a->n_allowed; i++)
		if (!is_equal(&a->allowed[i], &b->allowed[i]))
			return false;
	return true;
}
