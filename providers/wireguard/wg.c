/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/wireguard/wg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/time_types.h>
#include <linux/wireguard.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"

/* Messages that are being written. All that does not fit into one goes on in
 * the next; a peer's allowed networks, too. */
struct writer {
	struct wg *wg;
	const struct wg_change *change; /* until it is written */
	struct nl_msg **messages;
	size_t n, capacity;
	struct nlattr *peers; /* open in the last message; NULL: none */
};

static void free_messages(struct nl_msg **messages, size_t from, size_t n)
{
	for (size_t i = from; i < n; i++)
		genl_free_msg(messages[i]);
	free(messages);
}

/* ---- writing ---- */

static struct nl_msg *last(const struct writer *w)
{
	return w->messages[w->n - 1];
}

/* The kernel wants this flag on all that is nested. */
static struct nlattr *nest(struct nl_msg *msg, int type)
{
	return nla_nest_start(msg, type | NLA_F_NESTED);
}

/* nla_put() fails when the message is full. */
static int put_change(struct nl_msg *msg, const struct wg_change *change)
{
	if (change->replaces_peers &&
	    nla_put_u32(msg, WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS))
		return -ENOMEM;
	if (change->private_key && nla_put(msg, WGDEVICE_A_PRIVATE_KEY,
				       WG_KEY_LEN, change->private_key))
		return -ENOMEM;
	if (change->sets_port &&
	    nla_put_u16(msg, WGDEVICE_A_LISTEN_PORT, change->port))
		return -ENOMEM;
	return change->sets_mark &&
		nla_put_u32(msg, WGDEVICE_A_FWMARK, change->mark)
	    ? -ENOMEM
	    : 0;
}

/* Ends the last message and begins another. */
static int next_message(struct writer *w)
{
	struct nl_msg *msg;

	if (w->peers)
		nla_nest_end(last(w), w->peers);
	w->peers = NULL;
	if (w->n == w->capacity) {
		size_t capacity = w->capacity ? w->capacity * 2 : 4;
		struct nl_msg **grown = reallocarray(
		    w->messages, capacity, sizeof(struct nl_msg *));

		if (!grown)
			return -ENOMEM;
		w->messages = grown;
		w->capacity = capacity;
	}
	msg = genl_new_msg(
	    w->wg->genl, WG_CMD_SET_DEVICE, WG_GENL_VERSION, 0);
	if (!msg)
		return -ENOMEM;
	w->messages[w->n++] = msg;
	if (nla_put_u32(msg, WGDEVICE_A_IFINDEX, w->wg->ifindex) ||
	    (w->change && put_change(msg, w->change)))
		return -ENOMEM;
	w->change = NULL;
	return 0;
}

/* sockaddr_in and sockaddr_in6, as they are. */
static int put_endpoint(
    struct nl_msg *msg, const struct ip *address, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (address->family == AF_INET6) {
		in6.sin6_port = htons(port);
		in6.sin6_addr = address->in6;
		return nla_put(msg, WGPEER_A_ENDPOINT, sizeof(in6), &in6);
	}
	in.sin_port = htons(port);
	in.sin_addr = address->in;
	return nla_put(msg, WGPEER_A_ENDPOINT, sizeof(in), &in);
}

/* All of it but what it is allowed. */
static int put_peer(struct nl_msg *msg, const struct peer_change *peer)
{
	uint32_t flags = (peer->is_removed ? WGPEER_F_REMOVE_ME : 0) |
	    (peer->is_known ? WGPEER_F_UPDATE_ONLY : 0) |
	    (peer->sets_allowed ? WGPEER_F_REPLACE_ALLOWEDIPS : 0);

	if (nla_put(msg, WGPEER_A_PUBLIC_KEY, WG_KEY_LEN, peer->key) ||
	    (flags && nla_put_u32(msg, WGPEER_A_FLAGS, flags)))
		return -1;
	if (peer->psk &&
	    nla_put(msg, WGPEER_A_PRESHARED_KEY, WG_KEY_LEN, peer->psk))
		return -1;
	if (peer->address && put_endpoint(msg, peer->address, peer->port))
		return -1;
	return peer->sets_keepalive
	    ? nla_put_u16(msg, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL,
		  peer->keepalive_s)
	    : 0;
}

static int put_allowed(struct nl_msg *msg, const struct ip_prefix *allowed)
{
	struct nlattr *one = nest(msg, 0);

	if (one &&
	    !nla_put_u16(msg, WGALLOWEDIP_A_FAMILY,
		(uint16_t)allowed->ip.family) &&
	    !nla_put(msg, WGALLOWEDIP_A_IPADDR, (int)ip_size(&allowed->ip),
		allowed->ip.bytes) &&
	    !nla_put_u8(msg, WGALLOWEDIP_A_CIDR_MASK,
		(uint8_t)allowed->length)) {
		nla_nest_end(msg, one);
		return 0;
	}
	if (one)
		nla_nest_cancel(msg, one);
	return -1;
}

/* As many of the allowed networks from *at on as there is room for; -1: not
 * even the peer, and the message is as before. */
static int put_part(
    struct writer *w, const struct peer_change *peer, size_t *at)
{
	static const struct peer_change none;
	struct peer_change rest = none;
	struct nl_msg *msg = last(w);
	struct nlattr *one, *list;
	size_t from = *at;

	rest.key = peer->key;
	rest.is_known = true;
	if (!w->peers)
		w->peers = nest(msg, WGDEVICE_A_PEERS);
	one = w->peers ? nest(msg, 0) : NULL;
	if (!one)
		return -1;
	if (put_peer(msg, from ? &rest : peer)) {
		nla_nest_cancel(msg, one);
		return -1;
	}
	list = from < peer->n_allowed ? nest(msg, WGPEER_A_ALLOWEDIPS) : NULL;
	while (list && *at < peer->n_allowed &&
	    !put_allowed(msg, &peer->allowed[*at]))
		++*at;
	if (*at == from && from < peer->n_allowed) {
		nla_nest_cancel(msg, one);
		return -1;
	}
	if (list)
		nla_nest_end(msg, list);
	nla_nest_end(msg, one);
	return 0;
}

static int write_peer(struct writer *w, const struct peer_change *peer)
{
	size_t at = 0;
	int r = 0;

	do {
		if (!put_part(w, peer, &at))
			continue;
		/* There is more room in a new one. */
		r = next_message(w);
		if (r == 0 && put_part(w, peer, &at))
			r = -EMSGSIZE;
	} while (r == 0 && at < peer->n_allowed);
	return r;
}

/* ---- sending ---- */

static void send_next(struct wg *wg)
{
	genl_send(wg->genl, &wg->changing,
	    steal_ptr(wg->messages[wg->n_sent]));
	wg->n_sent++;
}

static void forget_messages(struct wg *wg)
{
	free_messages(wg->messages, wg->n_sent, wg->n_messages);
	wg->messages = NULL;
	wg->n_messages = wg->n_sent = 0;
}

static void on_changed(
    struct genl_request *request, int error, const char *message)
{
	struct wg *wg =
	    container_of(request, struct wg, changing);

	if (!error && wg->n_sent < wg->n_messages) {
		send_next(wg);
		return;
	}
	forget_messages(wg);
	wg->done(wg, error, message);
}

bool wg_is_changing(const struct wg *wg)
{
	return wg->n_messages;
}

/* Behind those that are on their way. */
static int append(struct wg *wg, struct writer *w)
{
	size_t n = wg->n_messages;
	struct nl_msg **grown = reallocarray(
	    wg->messages, n + w->n, sizeof(struct nl_msg *));

	if (!grown)
		return -ENOMEM;
	memcpy(grown + n, w->messages, w->n * sizeof(struct nl_msg *));
	wg->messages = grown;
	wg->n_messages = n + w->n;
	free(w->messages);
	if (n == 0)
		send_next(wg);
	return 0;
}

int wg_change(struct wg *wg, const struct wg_change *change,
    const struct peer_change *peers, size_t n)
{
	struct writer w = { .wg = wg, .change = change };
	int r = next_message(&w);

	for (size_t i = 0; i < n && r == 0; i++)
		r = write_peer(&w, &peers[i]);
	if (r == 0 && w.peers)
		nla_nest_end(last(&w), w.peers);
	if (r == 0)
		r = append(wg, &w);
	if (r < 0)
		free_messages(w.messages, 0, w.n);
	wg->is_outdated = true;
	return r;
}

/* ---- looking ---- */

static void read_peer(struct wg *wg, struct nlattr *attribute)
{
	struct nlattr *tb[WGPEER_A_MAX + 1];
	struct __kernel_timespec at;
	struct peer_seen seen = { 0 };

	/* Without a time it is the rest of the one before. */
	if (nla_parse_nested(tb, WGPEER_A_MAX, attribute, NULL) < 0 ||
	    !tb[WGPEER_A_PUBLIC_KEY] || !tb[WGPEER_A_LAST_HANDSHAKE_TIME] ||
	    nla_len(tb[WGPEER_A_PUBLIC_KEY]) != WG_KEY_LEN ||
	    nla_len(tb[WGPEER_A_LAST_HANDSHAKE_TIME]) != (int)sizeof(at))
		return;
	memcpy(seen.key, nla_data(tb[WGPEER_A_PUBLIC_KEY]), WG_KEY_LEN);
	memcpy(&at, nla_data(tb[WGPEER_A_LAST_HANDSHAKE_TIME]), sizeof(at));
	seen.seconds = at.tv_sec;
	seen.nanoseconds = at.tv_nsec;
	wg->peer(wg, &seen);
}

static void on_reply(
    struct genl_request *request, const struct nlmsghdr *header)
{
	struct wg *wg = container_of(request, struct wg, looking);
	struct nlattr *tb[WGDEVICE_A_MAX + 1], *peer;
	int left;

	if (nlmsg_parse((struct nlmsghdr *)header, GENL_HDRLEN, tb,
		WGDEVICE_A_MAX, NULL) < 0)
		return;
	/* The first of several has it, if there is one. */
	if (tb[WGDEVICE_A_LISTEN_PORT])
		memset(wg->public_key, 0, sizeof(wg->public_key));
	if (tb[WGDEVICE_A_PUBLIC_KEY] &&
	    nla_len(tb[WGDEVICE_A_PUBLIC_KEY]) == WG_KEY_LEN)
		memcpy(wg->public_key,
		    nla_data(tb[WGDEVICE_A_PUBLIC_KEY]), WG_KEY_LEN);
	if (tb[WGDEVICE_A_LISTEN_PORT] &&
	    nla_len(tb[WGDEVICE_A_LISTEN_PORT]) == (int)sizeof(uint16_t))
		wg->port = nla_get_u16(tb[WGDEVICE_A_LISTEN_PORT]);
	if (tb[WGDEVICE_A_FWMARK] &&
	    nla_len(tb[WGDEVICE_A_FWMARK]) == (int)sizeof(uint32_t))
		wg->mark = nla_get_u32(tb[WGDEVICE_A_FWMARK]);
	if (tb[WGDEVICE_A_PEERS])
		nla_for_each_nested(peer, tb[WGDEVICE_A_PEERS], left)
			read_peer(wg, peer);
}

static void on_looked(
    struct genl_request *request, int error, const char *message)
{
	struct wg *wg = container_of(request, struct wg, looking);

	(void)message;
	wg->looked(wg, error);
}

void wg_look(struct wg *wg)
{
	struct nl_msg *msg = genl_new_msg(
	    wg->genl, WG_CMD_GET_DEVICE, WG_GENL_VERSION, NLM_F_DUMP);

	if (msg && nla_put_u32(msg, WGDEVICE_A_IFINDEX, wg->ifindex)) {
		genl_free_msg(msg);
		msg = NULL;
	}
	/* It is answered behind those that have been sent. */
	wg->is_outdated = wg->n_sent < wg->n_messages;
	wg->looking.reply = on_reply;
	wg->looking.done = on_looked;
	genl_send(wg->genl, &wg->looking, msg);
}

/* ---- opening, closing ---- */

int wg_open(struct wg *wg, uv_loop_t *loop, uint32_t ifindex)
{
	wg->ifindex = ifindex;
	wg->changing.done = on_changed;
	return genl_open(loop, WG_GENL_NAME, &wg->genl);
}

void wg_close(struct wg *wg)
{
	genl_cancel(&wg->changing);
	genl_cancel(&wg->looking);
	forget_messages(wg);
	genl_close(steal_ptr(wg->genl));
}
