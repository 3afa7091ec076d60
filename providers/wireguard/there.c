/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the kernel has what it was told. It takes a peer with our own public
 * key without a word, and makes none; and it tells nobody what others change
 * (wg set). So that is looked at together with handshakes, and after the
 * kernel has been told something. Endpoints are no matter: peers may lead the
 * kernel elsewhere.
 */
#include "providers/wireguard/wireguard.h"

#include <stdio.h>
#include <string.h>

#include "providers/provider.h"

enum { SAID_SIZE = WORDS_HOST_SIZE + 64 };

void there_begin(struct wireguard *w)
{
	struct peer *peer;

	list_for_each(peer, &w->peers, struct peer, link)
		peer->is_seen = false;
}

static bool is_ourselves(const struct wireguard *w, const struct peer *peer)
{
	return !memcmp(peer->key, w->wg.public_key, sizeof(peer->key));
}

/* The first peer that is not there; NULL: all are. */
static struct peer *find_lost(const struct wireguard *w)
{
	struct peer *peer;

	list_for_each(peer, &w->peers, struct peer, link)
		if (peer->is_there && !peer->is_seen)
			return peer;
	return NULL;
}

/* To be told all of them. */
static void forget_lost(struct wireguard *w)
{
	struct peer *peer;

	while ((peer = find_lost(w))) {
		peer->is_there = peer->is_recent = false;
		peer->there_address = (struct ip){ 0 };
		peer->there_port = peer->there_keepalive_s = 0;
		peer->seconds = peer->nanoseconds = 0;
	}
}

static bool has_another_key(const struct wireguard *w)
{
	return w->has_public_key &&
	    memcmp(w->public_key, w->wg.public_key, sizeof(w->public_key));
}

/* What differs, in words; false: nothing does. */
static bool describe(const struct wireguard *w, char said[SAID_SIZE])
{
	const struct peer *lost = find_lost(w);

	if (has_another_key(w))
		snprintf(said, SAID_SIZE, "its private key is another");
	else if (lost)
		snprintf(said, SAID_SIZE, "the peer %s was removed",
		    peer_name(lost));
	else if (w->there_port && w->wg.port != w->there_port)
		snprintf(said, SAID_SIZE, "its port is %u, not %u",
		    w->wg.port, w->there_port);
	else if (w->wg.mark != w->there_mark)
		snprintf(said, SAID_SIZE, "its mark is %u, not %u",
		    w->wg.mark, w->there_mark);
	else
		return false;
	return true;
}

static void put_right(struct wireguard *w, const char *said)
{
	if (!repair_again(&w->there_repair, uv_now(w->job->host->loop))) {
		made_link_fail(w->job, false,
		    "changed by others again and again: %s", said);
		return;
	}
	job_log(w->job, LOG_LEVEL_WARNING,
	    "changed by others, and put right: %s", said);
	forget_lost(w);
	if (w->there_port)
		w->there_port = w->wg.port;
	w->there_mark = w->wg.mark;
	wireguard_tell_anew(w);
}

bool there_end(struct wireguard *w)
{
	const struct peer *lost = find_lost(w);
	char said[SAID_SIZE];

	if (w->wg.is_outdated)
		return false;
	if (lost && is_ourselves(w, lost) && !has_another_key(w)) {
		made_link_fail(w->job, true,
		    "the peer %s has our own public key: it is that of the "
		    "other end that belongs there", peer_name(lost));
		return true;
	}
	if (describe(w, said)) {
		put_right(w, said);
		return true;
	}
	memcpy(w->public_key, w->wg.public_key, sizeof(w->public_key));
	w->has_public_key = true;
	return false;
}
