/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/wireguard/wireguard.h"

#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "resolver/resolver.h"

enum {
	STALE_MS = 180000, /* no session is older */
	/* Begins a handshake, with a peer that is not kept alive. */
	WAITING_KEEPALIVE_S = 25,
};

static struct wireguard *wireguard_of(const struct job *job)
{
	return *(struct wireguard **)made_link_own(job);
}

/* ---- what the kernel is told ---- */

/* Not before it is known where the peer is: it is the keepalive that begins
 * the handshake. */
static uint16_t keepalive_of(const struct wireguard *w, const struct peer *peer)
{
	if (*peer->host && !peer->address.family)
		return 0;
	if (!peer->keepalive_s && *peer->host &&
	    w->handshake != HANDSHAKE_RECENT &&
	    wireguard_waits_for_handshake(w))
		return WAITING_KEEPALIVE_S;
	return peer->keepalive_s;
}

static bool has_moved(const struct peer *peer)
{
	return peer->address.family &&
	    (!ip_equal(&peer->address, &peer->there_address) ||
		peer->port != peer->there_port);
}

/* What is different of a peer, and that it is told. False: nothing is. */
static bool tell_peer(const struct wireguard *w, struct peer *peer,
    struct peer_change *change)
{
	uint16_t keepalive_s = keepalive_of(w, peer);

	*change = (struct peer_change){
		.key = peer->key,
		.is_known = peer->is_there,
		.address = has_moved(peer) ? &peer->address : NULL,
		.port = peer->port,
		.sets_keepalive = keepalive_s != peer->there_keepalive_s,
		.keepalive_s = keepalive_s,
	};
	if (change->address) {
		peer->there_address = peer->address;
		peer->there_port = peer->port;
	}
	peer->there_keepalive_s = keepalive_s;
	peer->is_there = true;
	return change->address || change->sets_keepalive;
}

/* The same of the device. */
static bool tell_device(struct wireguard *w, struct wg_change *change)
{
	uint16_t port =
	    (uint16_t)config_integer(w->job->config, "listen-port");
	uint32_t mark = ways_mark(w);

	*change = (struct wg_change){
		.sets_port = port != w->there_port,
		.port = port,
		.sets_mark = mark != w->there_mark,
		.mark = mark,
	};
	w->there_port = port;
	w->there_mark = mark;
	return change->sets_port || change->sets_mark;
}

static size_t count(const struct list *list)
{
	size_t n = 0;

	for (const struct list *at = list->next; at != list; at = at->next)
		n++;
	return n;
}

void wireguard_sync(struct wireguard *w)
{
	struct peer_change *peers =
	    calloc(count(&w->peers) + 1, sizeof(*peers));
	struct wg_change change;
	struct peer *peer;
	size_t n = 0;
	int r = peers ? 0 : -ENOMEM;

	list_for_each(peer, &w->peers, struct peer, link)
		if (r == 0 && tell_peer(w, peer, &peers[n]))
			n++;
	if (r == 0 && (tell_device(w, &change) || n))
		r = wg_change(&w->wg, &change, peers, n);
	free(peers);
	if (r == 0)
		r = ways_apply(w);
	if (r < 0)
		made_link_fail(w->job, false, "%s", strerror(-r));
	else
		wireguard_evaluate(w);
}

/* All of a peer. */
static void tell_all(const struct wireguard *w, struct peer *peer,
    const struct peer *former, struct peer_change *change)
{
	bool is_new = !peer->is_there;

	(void)tell_peer(w, peer, change);
	change->psk = peer->psk;
	change->sets_allowed = is_new || !former ||
	    !peer_has_allowed(peer, former);
	change->allowed = peer->allowed;
	change->n_allowed = change->sets_allowed ? peer->n_allowed : 0;
}

/* What is known of a peer that was there before. */
static void take_over(struct peer *peer, const struct peer *former)
{
	peer->is_there = former->is_there;
	peer->there_address = former->there_address;
	peer->there_port = former->there_port;
	peer->there_keepalive_s = former->there_keepalive_s;
	peer->seconds = former->seconds;
	peer->nanoseconds = former->nanoseconds;
	peer->is_recent = former->is_recent;
	peer->is_stale = former->is_stale;
	if (peer->is_name && !strcmp(peer->host, former->host))
		peer->address = former->address;
}

static struct peer_change without_keepalive(const struct peer *peer)
{
	return (struct peer_change){
		.key = peer->key,
		.is_known = true,
		.sets_keepalive = true,
	};
}

/*
 * Tells the kernel all, with keys; former: the peers that there were, which
 * are freed. The rest goes on: a peer that is as before does not notice, nor
 * does it when another goes.
 */
static int tell_kernel(struct wireguard *w, struct list *former)
{
	struct peer_change *peers = calloc(
	    2 * count(&w->peers) + count(former) + 1, sizeof(*peers));
	struct wg_change change;
	struct peer *peer, *old;
	size_t n = 0;
	int r;

	if (!peers)
		return -ENOMEM;
	list_for_each(peer, former, struct peer, link)
		if (!peers_find(&w->peers, peer->key))
			peers[n++] = (struct peer_change){
				.key = peer->key,
				.is_removed = true,
			};
	list_for_each(peer, &w->peers, struct peer, link) {
		old = peers_find(former, peer->key);
		if (old)
			take_over(peer, old);
		peer->of = w;
		/* Off and on again, keepalive sends something at once: the
		 * peer learns where we are now. */
		if (peer->there_keepalive_s)
			peers[n++] = without_keepalive(peer);
		peer->there_keepalive_s = 0;
		tell_all(w, peer, old, &peers[n++]);
	}
	(void)tell_device(w, &change);
	change.private_key = w->private_key;
	change.replaces_peers = !w->has_told;
	w->has_told = true;
	w->has_public_key = false;
	r = wg_change(&w->wg, &change, peers, n);
	free(peers);
	return r;
}

static void wipe_keys(struct wireguard *w)
{
	struct peer *peer;

	explicit_bzero(w->private_key, sizeof(w->private_key));
	list_for_each(peer, &w->peers, struct peer, link)
		explicit_bzero(peer->psk, sizeof(peer->psk));
}

/* 0; or -errno with said, -EINVAL if that stays so. */
static int read_keys(struct wireguard *w, char said[PEERS_SAID_SIZE])
{
	int r = peers_read_key(
	    w->job->config, "private-key", w->private_key, said);

	if (r == 0)
		r = peers_read(w->job->config, &w->peers, said);
	return r;
}

static void on_told(struct wg *wg, int error, const char *message)
{
	struct wireguard *w = container_of(wg, struct wireguard, wg);

	if (error == -EADDRINUSE)
		made_link_fail(w->job, false,
		    "another program has the UDP port %u", w->there_port);
	else if (error)
		made_link_fail(w->job, error == -EINVAL || error == -EPERM,
		    "the kernel refuses the configuration: %s%s%s",
		    strerror(-error), *message ? ": " : "", message);
	else if (w->wg.is_outdated)
		handshakes_look(w);
	else
		wireguard_evaluate(w);
}

/* ---- the link comes and goes ---- */

static void on_closed(uv_handle_t *handle)
{
	struct wireguard *w = handle->data;

	if (--w->n_handles == 0)
		free(w);
}

static void release(struct job *job)
{
	struct wireguard *w = wireguard_of(job);

	if (!w)
		return;
	hosts_end(w);
	wg_close(&w->wg);
	rtnl_watch_end(&w->watch);
	ip_repair_end(&w->repair);
	ip_objects_forget(&w->objects);
	wipe_keys(w);
	peers_free(&w->peers);
	uv_close((uv_handle_t *)&w->name_timer, on_closed);
	uv_close((uv_handle_t *)&w->look_timer, on_closed);
}

static void init_timer(struct wireguard *w, uv_timer_t *timer)
{
	uv_timer_init(w->job->host->loop, timer);
	timer->data = w;
	w->n_handles++;
}

static int prepare(struct job *job, char said[MADE_LINK_SAID_SIZE])
{
	struct wireguard *w = calloc(1, sizeof(*w));

	if (!w) {
		snprintf(said, MADE_LINK_SAID_SIZE, "out of memory");
		return -ENOMEM;
	}
	*(struct wireguard **)made_link_own(job) = w;
	w->job = job;
	w->kind = container_of(
	    (struct made_link_kind *)job->provider->own, struct wireguard_kind,
	    link);
	list_init(&w->peers);
	init_timer(w, &w->name_timer);
	init_timer(w, &w->look_timer);
	ways_init(w);
	w->wg.done = on_told;
	w->wg.peer = handshakes_peer;
	w->wg.looked = handshakes_looked;
	return read_keys(w, said);
}

/* Names and handshakes have their turn. */
static void go_on(struct wireguard *w)
{
	hosts_look_up(w);
	handshakes_begin(w);
	wireguard_sync(w);
}

/* Tells the kernel of the peers just read. */
static void go(struct wireguard *w, struct list *former)
{
	int r = tell_kernel(w, former);

	wipe_keys(w);
	peers_free(former);
	if (r < 0)
		made_link_fail(w->job, false, "%s", strerror(-r));
	else
		go_on(w);
}

static void begin(struct job *job, uint32_t ifindex)
{
	struct wireguard *w = wireguard_of(job);
	struct list former = LIST_INIT(former);
	int r = wg_open(&w->wg, job->host->loop, ifindex);

	if (r < 0) {
		made_link_fail(job, false, "%s", r == -ENOENT
			? "the kernel has no WireGuard (modprobe wireguard)"
			: strerror(-r));
		return;
	}
	ways_begin(w);
	go(w, &former);
}

static void move_all(struct list *from, struct list *to)
{
	struct peer *peer;

	while ((peer = list_pop(from, struct peer, link)))
		list_append(to, &peer->link);
}

void wireguard_tell_anew(struct wireguard *w)
{
	struct list former = LIST_INIT(former);
	char said[PEERS_SAID_SIZE] = "";
	int r;

	hosts_end(w);
	move_all(&w->peers, &former);
	r = read_keys(w, said);
	if (r < 0) {
		peers_free(&former);
		made_link_fail(w->job, r == -EINVAL, "%s", said);
		return;
	}
	go(w, &former);
}

static void change(struct job *job)
{
	wireguard_tell_anew(wireguard_of(job));
}

/* The kernel has the keys, whose files may be gone. Keepalive is on again in
 * the end. */
static void rebind(struct job *job)
{
	struct wireguard *w = wireguard_of(job);
	struct peer_change *peers =
	    calloc(count(&w->peers) + 1, sizeof(*peers));
	struct peer *peer;
	size_t n = 0;
	int r = peers ? 0 : -ENOMEM;

	list_for_each(peer, &w->peers, struct peer, link) {
		if (r == 0 && peer->there_keepalive_s)
			peers[n++] = without_keepalive(peer);
		peer->there_keepalive_s = 0;
	}
	if (n)
		r = wg_change(&w->wg, NULL, peers, n);
	free(peers);
	if (r < 0) {
		made_link_fail(job, false, "%s", strerror(-r));
		return;
	}
	hosts_end(w);
	go_on(w);
}

static bool end(struct job *job)
{
	struct wireguard *w = wireguard_of(job);

	w->is_ending = true;
	hosts_end(w);
	uv_timer_stop(&w->look_timer);
	wg_close(&w->wg);
	return ways_end(w);
}

/* ---- what is said of it ---- */

static const char *missing_name(struct wireguard *w, const struct peer *peer)
{
	if (peer->lookup_error)
		snprintf(w->missing, sizeof(w->missing), "cannot find %s: %s",
		    peer->host, gai_strerror(peer->lookup_error));
	else if (w->is_impatient)
		snprintf(w->missing, sizeof(w->missing),
		    "looking up %s takes long", peer->host);
	else
		return "";
	return w->missing;
}

static const char *missing_handshake(
    struct wireguard *w, const struct peer *peer)
{
	uint64_t waited_ms = uv_now(w->job->host->loop) - w->since_ms;

	if (w->handshake == HANDSHAKE_OLD)
		snprintf(w->missing, sizeof(w->missing),
		    "%s does not answer any more", peer_name(peer));
	else if (waited_ms >= WIREGUARD_PATIENCE_MS)
		snprintf(w->missing, sizeof(w->missing),
		    "no answer from %s: is it there, and do both ends have "
		    "each other's public key?", peer_name(peer));
	else
		return "";
	return w->missing;
}

static const char *missing(const struct job *job)
{
	struct wireguard *w = wireguard_of(job);
	const struct peer *peer = hosts_missing(w);

	if (peer)
		return missing_name(w, peer);
	peer = handshakes_missing(w);
	if (peer)
		return missing_handshake(w, peer);
	return wg_is_changing(&w->wg) || w->objects.n_pending ||
		!w->has_looked
	    ? ""
	    : NULL;
}

static void print_endpoint(
    const struct wireguard *w, char *text, size_t size)
{
	const struct peer *peer;
	char address[IP_TEXT_SIZE];

	list_for_each(peer, &w->peers, struct peer, link) {
		if (!peer->address.family)
			continue;
		ip_print(&peer->address, address);
		snprintf(text, size,
		    peer->address.family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		    address, peer->port);
		return;
	}
}

static void read_facts(const struct wireguard *w, struct wireguard_told *told)
{
	static const char *const handshakes[] = {
		[HANDSHAKE_NONE] = "none",
		[HANDSHAKE_RECENT] = "recent",
		[HANDSHAKE_OLD] = "old",
	};

	memset(told, 0, sizeof(*told));
	words_print_key(w->wg.public_key, told->public_key);
	snprintf(told->port, sizeof(told->port), "%" PRIu16, w->wg.port);
	print_endpoint(w, told->endpoint, sizeof(told->endpoint));
	if (handshakes_are_watched(w))
		told->handshake = handshakes[w->handshake];
}

static size_t facts(const struct job *job, struct fact *facts)
{
	const struct wireguard_told *told = &wireguard_of(job)->told;
	size_t n = 0;

	facts[n++] = (struct fact){ "public-key", told->public_key };
	facts[n++] = (struct fact){ "listen-port", told->port };
	if (*told->endpoint)
		facts[n++] = (struct fact){ "endpoint", told->endpoint };
	if (told->handshake)
		facts[n++] = (struct fact){ "handshake", told->handshake };
	return n;
}

void wireguard_evaluate(struct wireguard *w)
{
	struct wireguard_told told;
	bool has_changed;

	read_facts(w, &told);
	has_changed = memcmp(&told, &w->told, sizeof(told)) != 0;
	w->told = told;
	made_link_evaluate(w->job, has_changed);
}

const struct wireguard_kind wireguard_kind = {
	.link = {
		.name = "wireguard",
		.own_size = sizeof(struct wireguard *),
		.prepare = prepare,
		.release = release,
		.begin = begin,
		.change = change,
		.rebind = rebind,
		.end = end,
		.missing = missing,
		.facts = facts,
	},
	.stale_ms = STALE_MS,
};

const struct provider provider_wireguard = {
	.schema = &schema_wireguard,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &wireguard_kind.link,
};
