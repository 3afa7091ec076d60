/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "providers/ipsec/request.h"
#include "providers/ipsec/tunnel.h"

bool tunnel_is_undoing(const struct tunnel *tunnel)
{
	return tunnel->ending != TUNNEL_GOES_ON;
}

void tunnel_disconnect(struct tunnel *tunnel)
{
	vici_close(steal_ptr(tunnel->vici));
	vici_close(steal_ptr(tunnel->aside));
	tunnel->is_awaiting = tunnel->is_initiating = false;
}

static void on_timer_closed(uv_handle_t *timer)
{
	free(timer->data);
}

static void tunnel_free(struct tunnel *tunnel)
{
	rtnl_watch_end(&tunnel->watch);
	charon_detach(tunnel->charon, &tunnel->client);
	tunnel_disconnect(tunnel);
	tunnel->job->data = NULL;
	uv_close((uv_handle_t *)&tunnel->timer, on_timer_closed);
}

void tunnel_finish(struct tunnel *tunnel)
{
	struct job *job = tunnel->job;

	uv_timer_stop(&tunnel->timer);
	tunnel_disconnect(tunnel);
	charon_end_turn(tunnel->charon, &tunnel->client);
	if (tunnel->ending == TUNNEL_STOPS) {
		tunnel_free(tunnel);
		job_down(job);
	} else {
		job_failed(job, tunnel->failure.permanent, "%s",
		    tunnel->failure.text);
		tunnel_free(tunnel);
	}
}

void tunnel_give_up(struct tunnel *tunnel)
{
	if (tunnel->stage == TUNNEL_LEAVING)
		job_log(tunnel->job, LOG_LEVEL_WARNING,
		    "charon has not removed the virtual address %s",
		    tunnel->virtual_ip);
	else
		job_log(tunnel->job, LOG_LEVEL_WARNING,
		    "charon does not answer: it may still have what it was "
		    "told of %s",
		    tunnel->name);
	tunnel_finish(tunnel);
}

/* Of several virtual addresses, the first. */
static bool has_virtual_ip(const struct tunnel *tunnel)
{
	char first[sizeof(tunnel->virtual_ip)];

	snprintf(first, sizeof(first), "%.*s",
	    (int)strcspn(tunnel->virtual_ip, " "), tunnel->virtual_ip);
	return *first && tunnel_address_is_here(first);
}

static void on_address_gone(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address)
{
	struct tunnel *tunnel = container_of(watch, struct tunnel, watch);

	(void)ifindex, (void)address;
	if (!has_virtual_ip(tunnel))
		tunnel_finish(tunnel);
}

static const struct rtnl_calls calls = {
	.on_address_gone = on_address_gone,
};

static void on_key_unloaded(void *ctx, int error, struct vici_message message)
{
	struct tunnel *tunnel = ctx;

	(void)error, (void)message;
	if (!tunnel->says_goodbye || !has_virtual_ip(tunnel)) {
		tunnel_finish(tunnel);
		return;
	}
	tunnel->stage = TUNNEL_LEAVING;
	tunnel->watch.calls = &calls;
	rtnl_watch_begin(tunnel->job->host->rtnl, &tunnel->watch);
}

static void unload_key(struct tunnel *tunnel)
{
	struct vici_writer packet = { 0 };

	tunnel->stage = TUNNEL_UNLOAD_KEY;
	request_unload_shared(&packet, tunnel->name);
	tunnel_send(tunnel, tunnel->vici, &packet,
	    on_key_unloaded);
}

static void on_unloaded(void *ctx, int error, struct vici_message message)
{
	(void)error, (void)message;
	unload_key(ctx);
}

static void unload(struct tunnel *tunnel)
{
	struct vici_writer packet = { 0 };

	tunnel->stage = TUNNEL_UNLOAD;
	request_unload_conn(&packet, tunnel->name);
	tunnel_send(tunnel, tunnel->vici, &packet,
	    on_unloaded);
}

static void terminate(struct tunnel *tunnel);

/* Also "no matching SAs to terminate found" is an answer; while there is
 * something to be initiated it may have been too early for one. */
static void on_terminated(void *ctx, int error, struct vici_message message)
{
	struct tunnel *tunnel = ctx;

	(void)error, (void)message;
	if (!tunnel->is_initiating)
		unload(tunnel);
	else if (tunnel->must_terminate)
		terminate(tunnel);
	else
		tunnel->stage = TUNNEL_TERMINATED;
}

void tunnel_heard(struct tunnel *tunnel)
{
	tunnel->must_terminate = true;
	if (tunnel->stage == TUNNEL_TERMINATED && tunnel->is_initiating)
		terminate(tunnel);
}

static void terminate(struct tunnel *tunnel)
{
	struct vici **vici =
	    tunnel->is_initiating ? &tunnel->aside : &tunnel->vici;
	struct vici_writer packet = { 0 };

	tunnel->stage = TUNNEL_TERMINATE;
	tunnel->must_terminate = false;
	if (!tunnel_connect(tunnel, vici))
		return;
	request_terminate(&packet, tunnel->name,
	    tunnel->says_goodbye ? TUNNEL_GOODBYE_MS : 0);
	tunnel_send(tunnel, *vici, &packet, on_terminated);
}

void tunnel_undo(struct tunnel *tunnel)
{
	switch (tunnel->stage) {
	case TUNNEL_UNDO:
		terminate(tunnel);
		break;
	case TUNNEL_TERMINATE:
		/* initiate has been answered while terminate was on its way:
		 * that may have come too early, but now nothing is left that
		 * could begin: once more, to be sure. */
	case TUNNEL_TERMINATED:
		vici_close(steal_ptr(tunnel->aside));
		terminate(tunnel);
		break;
	case TUNNEL_ABSENT:
	case TUNNEL_KEY:
	case TUNNEL_CONNECTION:
	case TUNNEL_STALE:
	case TUNNEL_LOG:
	case TUNNEL_TURN:
	case TUNNEL_INITIATING:
	case TUNNEL_UP:
	case TUNNEL_UNLOAD:
	case TUNNEL_UNLOAD_KEY:
	case TUNNEL_LEAVING:
		break;
	}
}

static void begin_undo(struct tunnel *tunnel, enum tunnel_ending ending)
{
	bool is_undoing = tunnel_is_undoing(tunnel);
	bool is_nothing_done =
	    tunnel->stage == TUNNEL_ABSENT || !charon_is_ready(tunnel->charon);

	tunnel->ending = ending;
	if (is_undoing)
		return;
	/* The gateway is to hear of it before the address goes that it can be
	 * told from. */
	tunnel->says_goodbye = ending == TUNNEL_STOPS &&
	    tunnel->stage == TUNNEL_UP &&
	    tunnel_address_is_here(tunnel->local_host);
	tunnel_set_timer(tunnel, TUNNEL_UNDO_MS);
	if (is_nothing_done) {
		tunnel_finish(tunnel);
		return;
	}
	tunnel->stage = TUNNEL_UNDO;
	/* A turn lasts as long as charon's thread is busy with it. */
	if (!tunnel->is_initiating)
		charon_end_turn(tunnel->charon, &tunnel->client);
	if (!tunnel->is_awaiting || tunnel->is_initiating)
		tunnel_undo(tunnel);
}

void tunnel_stop(struct tunnel *tunnel)
{
	begin_undo(tunnel, TUNNEL_STOPS);
}

void tunnel_fail(
    struct tunnel *tunnel, bool permanent, const char *format, ...)
{
	char text[sizeof(tunnel->failure.text)];
	va_list args;

	if (tunnel_is_undoing(tunnel))
		return;
	/* The arguments may point into what is overwritten. */
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	tunnel->failure.permanent = permanent;
	memcpy(tunnel->failure.text, text, sizeof(text));
	begin_undo(tunnel, TUNNEL_FAILS);
}
