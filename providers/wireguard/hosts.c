/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/wireguard/wireguard.h"

#include <string.h>

#include "providers/wireguard/lookup.h"

enum { DELAY_MIN_MS = 1000, DELAY_MAX_MS = 60000 };

/* Not known, or not right any more. */
static bool is_needed(const struct peer *peer)
{
	return peer->is_name && (!peer->address.family || peer->is_stale);
}

const struct peer *hosts_missing(const struct wireguard *w)
{
	const struct peer *peer;

	list_for_each(peer, &w->peers, struct peer, link)
		if (peer->is_name && !peer->address.family)
			return peer;
	return NULL;
}

static void start_timer(struct wireguard *w, uint64_t delay_ms);

/* Another try, after a delay that doubles. */
static void later(struct wireguard *w)
{
	if (uv_is_active((uv_handle_t *)&w->name_timer) &&
	    uv_timer_get_due_in(&w->name_timer) <= w->name_delay_ms)
		return;
	start_timer(w, w->name_delay_ms);
	w->name_delay_ms *= 2;
	if (w->name_delay_ms > DELAY_MAX_MS)
		w->name_delay_ms = DELAY_MAX_MS;
}

static void on_found(void *ctx, int error, const struct ip *address)
{
	struct peer *peer = ctx;
	struct wireguard *w = peer->of;
	char text[IP_TEXT_SIZE];

	peer->lookup = NULL;
	peer->lookup_error = error;
	if (!error && !ip_equal(&peer->address, address)) {
		if (peer->address.family)
			job_log(w->job, LOG_LEVEL_INFO, "%s is %s now",
			    peer->host, ip_print(address, text));
		peer->address = *address;
	}
	if (is_needed(peer))
		later(w);
	wireguard_sync(w);
}

static void look_up(struct wireguard *w, bool only_needed)
{
	struct peer *peer;

	list_for_each(peer, &w->peers, struct peer, link) {
		if (!peer->is_name || peer->lookup ||
		    (only_needed && !is_needed(peer)))
			continue;
		peer->lookup_error = lookup_begin(w->job->host->loop,
		    peer->host, on_found, peer, &peer->lookup);
		if (peer->lookup_error)
			later(w);
	}
}

/* That one takes long is reason enough to say so. */
static void on_timer(uv_timer_t *timer)
{
	struct wireguard *w = timer->data;

	w->is_impatient = true;
	look_up(w, true);
	wireguard_evaluate(w);
}

static void start_timer(struct wireguard *w, uint64_t delay_ms)
{
	uv_timer_start(&w->name_timer, on_timer, delay_ms, 0);
}

void hosts_look_up(struct wireguard *w)
{
	w->name_delay_ms = DELAY_MIN_MS;
	w->is_impatient = false;
	uv_timer_stop(&w->name_timer);
	look_up(w, false);
	if (hosts_missing(w) &&
	    !uv_is_active((uv_handle_t *)&w->name_timer))
		start_timer(w, WIREGUARD_PATIENCE_MS);
}

void hosts_need_more(struct wireguard *w)
{
	if (uv_is_active((uv_handle_t *)&w->name_timer))
		return;
	w->name_delay_ms = DELAY_MIN_MS;
	look_up(w, true);
}

void hosts_end(struct wireguard *w)
{
	struct peer *peer;

	uv_timer_stop(&w->name_timer);
	list_for_each(peer, &w->peers, struct peer, link) {
		lookup_cancel(peer->lookup);
		peer->lookup = NULL;
	}
}
