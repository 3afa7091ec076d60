/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether peers answer. The kernel tells nobody of a handshake, so it is
 * looked at: often while one is waited for, which ends with the first; then
 * only where packets are sent anyway, to keep a peer alive, and no more than
 * once in the time after which it would have had to answer. (A session lasts
 * 3 minutes at most, and who sends renews it after 2.) Times of handshakes are
 * compared only with each other, as the clock may be set.
 */
#include "providers/wireguard/wireguard.h"

#include <string.h>

#include "resolver/schema.h"

enum { DELAY_MIN_MS = 50, DELAY_MAX_MS = 2000 };

bool wireguard_waits_for_handshake(const struct wireguard *w)
{
	return config_bool(w->job->config, "up-after-handshake");
}

/* The longest time between two handshakes of peers that are kept alive; 0:
 * none is. */
static uint64_t period_ms(const struct wireguard *w)
{
	const struct peer *peer;
	uint64_t longest_s = 0;

	list_for_each(peer, &w->peers, struct peer, link)
		if (peer->keepalive_s > longest_s)
			longest_s = peer->keepalive_s;
	return longest_s ? w->kind->stale_ms + longest_s * 1000 : 0;
}

bool handshakes_are_watched(const struct wireguard *w)
{
	return wireguard_waits_for_handshake(w) || period_ms(w);
}

static bool has_passed(const struct wireguard *w, uint64_t ms)
{
	return uv_now(w->job->host->loop) - w->since_ms >= ms;
}

const struct peer *handshakes_missing(const struct wireguard *w)
{
	const struct peer *peer, *first = NULL;

	if (!wireguard_waits_for_handshake(w) ||
	    w->handshake == HANDSHAKE_RECENT)
		return NULL;
	list_for_each(peer, &w->peers, struct peer, link)
		if (!first || (!*first->host && *peer->host))
			first = peer;
	return first;
}

void handshakes_look(struct wireguard *w)
{
	there_begin(w);
	wg_look(&w->wg);
}

static void on_timer(uv_timer_t *timer)
{
	struct wireguard *w = timer->data;

	w->is_due = w->handshake == HANDSHAKE_RECENT;
	handshakes_look(w);
}

/* Begins to wait for one. */
static void wait_for_one(struct wireguard *w, enum handshake handshake)
{
	w->handshake = handshake;
	w->since_ms = uv_now(w->job->host->loop);
	w->look_delay_ms = DELAY_MIN_MS;
}

static bool has_recent(const struct wireguard *w)
{
	const struct peer *peer;

	list_for_each(peer, &w->peers, struct peer, link)
		if (peer->is_recent)
			return true;
	return false;
}

void handshakes_begin(struct wireguard *w)
{
	if (!has_recent(w) && w->handshake != HANDSHAKE_OLD)
		wait_for_one(w, HANDSHAKE_NONE);
	/* Once in any case: for facts. */
	uv_timer_stop(&w->look_timer);
	handshakes_look(w);
}

void handshakes_peer(struct wg *wg, const struct peer_seen *seen)
{
	struct wireguard *w = container_of(wg, struct wireguard, wg);
	struct peer *peer = peers_find(&w->peers, seen->key);

	if (!peer)
		return;
	peer->is_seen = true;
	if (seen->seconds == peer->seconds &&
	    seen->nanoseconds == peer->nanoseconds) {
		peer->is_recent &= !w->is_due;
		return;
	}
	peer->is_recent = seen->seconds || seen->nanoseconds;
	peer->is_stale &= !peer->is_recent;
	peer->seconds = seen->seconds;
	peer->nanoseconds = seen->nanoseconds;
}

/* Who should have answered by now, and has not: it is sent back to where it is
 * said to be, as it may have led the kernel elsewhere since. True: there is one
 * more. */
static bool find_stale(struct wireguard *w)
{
	bool has_found = false;
	struct peer *peer;

	list_for_each(peer, &w->peers, struct peer, link) {
		if (peer->is_recent || peer->is_stale ||
		    !(peer->keepalive_s || wireguard_waits_for_handshake(w)))
			continue;
		peer->is_stale = has_found = true;
		peer->there_address = (struct ip){ 0 };
	}
	if (has_found)
		hosts_need_more(w);
	return has_found;
}

/* Whether that has brought another state. */
static bool evaluate(struct wireguard *w)
{
	enum handshake before = w->handshake;

	if (has_recent(w)) {
		w->handshake = HANDSHAKE_RECENT;
		w->has_answered = true;
	} else if (before == HANDSHAKE_RECENT) {
		wait_for_one(w, HANDSHAKE_OLD);
	}
	return w->handshake != before;
}

static void look_again(struct wireguard *w)
{
	uint64_t period = period_ms(w), max = DELAY_MAX_MS;

	if (w->handshake == HANDSHAKE_RECENT) {
		if (period)
			uv_timer_start(&w->look_timer, on_timer, period, 0);
		return;
	}
	if (!wireguard_waits_for_handshake(w))
		max = period;
	if (!max)
		return;
	uv_timer_start(&w->look_timer, on_timer,
	    w->look_delay_ms < max ? w->look_delay_ms : max, 0);
	w->look_delay_ms *= 2;
	if (w->look_delay_ms > max)
		w->look_delay_ms = max;
}

void handshakes_looked(struct wg *wg, int error)
{
	struct wireguard *w = container_of(wg, struct wireguard, wg);
	bool has_changed;

	if (!error && there_end(w))
		return;
	w->has_looked |= !error;
	has_changed = !error && evaluate(w);
	if (w->is_due || (w->handshake != HANDSHAKE_RECENT &&
			     has_passed(w, WIREGUARD_PATIENCE_MS)))
		has_changed |= find_stale(w);
	w->is_due = false;
	look_again(w);
	if (has_changed)
		wireguard_sync(w);
	else
		wireguard_evaluate(w);
}
