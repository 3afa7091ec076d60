/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "providers/ipsec/charon.h"
#include "providers/provider.h"
#include "providers/support/path-watch.h"

/* A socket that has just been made refuses connections until charon listens
 * on it, and nothing tells when that is: after a change, so many more
 * attempts, after 10, 20, 40, ... ms (5 s in all). */
enum { RETRIES_MAX = 9, RETRY_MS = 10 };

static const char *const events[] = { "ike-updown", "child-updown",
	"ike-update", "ike-rekey", "child-rekey" };

struct charon {
	struct list link;
	struct host *host;
	char *path;
	struct vici *vici; /* NULL: absent */
	unsigned n_registered;
	bool is_ready;
	bool has_changed; /* the path, while connecting */
	char why[256];    /* it is absent; "" before the first attempt ends */
	struct path_watch *watch; /* while it is not ready */
	uv_timer_t retry;
	unsigned n_retries;
	struct list clients;
	struct list waiting; /* for a turn */
	unsigned n_turns;
};

static void try_connect(struct charon *charon);

static void on_changed(void *ctx)
{
	struct charon *charon = ctx;

	charon->n_retries = 0;
	charon->has_changed = true;
	try_connect(charon);
}

static void on_retry(uv_timer_t *timer)
{
	try_connect(timer->data);
}

static void set_why(struct charon *charon, int error)
{
	switch (error) {
	case -ENOENT:
	case -ENOTDIR:
		snprintf(charon->why, sizeof(charon->why),
		    "charon is not running (no socket %s)", charon->path);
		break;
	case -ECONNREFUSED:
		snprintf(charon->why, sizeof(charon->why),
		    "charon is not running (nobody listens on %s)",
		    charon->path);
		break;
	case -EPIPE:
	case -ECONNRESET:
		snprintf(charon->why, sizeof(charon->why),
		    "charon is not running (it has closed %s)",
		    charon->path);
		break;
	case -EPROTO:
		snprintf(charon->why, sizeof(charon->why),
		    "what listens on %s is not charon", charon->path);
		break;
	case -ENOSYS:
		snprintf(charon->why, sizeof(charon->why),
		    "the charon at %s is too old (no event %s)",
		    charon->path, events[charon->n_registered]);
		break;
	default:
		snprintf(charon->why, sizeof(charon->why),
		    "cannot talk to charon at %s: %s", charon->path,
		    strerror(-error));
		break;
	}
}

static void tell_gone(struct charon *charon)
{
	struct charon_client *client;

	/* First all turns, then the callbacks. */
	while (list_pop(&charon->waiting, struct charon_client, waiting))
		;
	charon->n_turns = 0;
	list_for_each(client, &charon->clients, struct charon_client, link)
		client->has_turn = false;
	list_for_each(client, &charon->clients, struct charon_client, link)
		if (!client->is_told) {
			client->is_told = true;
			client->gone(client, charon->why);
		}
}

static void begin_watch(struct charon *charon)
{
	int r;

	if (charon->watch)
		return;
	r = path_watch_open(charon->host->loop, charon->path, on_changed,
	    charon, &charon->watch);
	if (r < 0)
		host_log(charon->host, LOG_LEVEL_ERROR,
		    "cannot watch for %s, a charon that starts later will not "
		    "be noticed: %s",
		    charon->path, strerror(-r));
}

static void on_closed(void *ctx, int error)
{
	struct charon *charon = ctx;
	bool was_ready = charon->is_ready;
	bool again = was_ready || charon->has_changed;

	vici_close(steal_ptr(charon->vici));
	charon->is_ready = false;
	set_why(charon, error);
	charon->n_registered = 0;
	begin_watch(charon);
	if (again)
		charon->n_retries = 0;
	tell_gone(charon);
	if (again)
		/* It may have been back before the watch began. */
		uv_timer_start(&charon->retry, on_retry, 0, 0);
	else if (error == -ECONNREFUSED && charon->n_retries < RETRIES_MAX)
		uv_timer_start(&charon->retry, on_retry,
		    RETRY_MS << charon->n_retries++, 0);
}

static void on_event(void *ctx, const char *name, struct vici_message message)
{
	struct charon *charon = ctx;
	bool up = vici_is_yes(message, "up");
	struct charon_client *client;
	struct vici_element sa;

	if (!charon->is_ready)
		return;
	list_for_each(client, &charon->clients, struct charon_client, link)
		if (vici_find(message, VICI_SECTION, client->name, &sa))
			client->event(client, name, up, message, sa.value);
}

static void on_registered(void *ctx, int error, struct vici_message message)
{
	struct charon *charon = ctx;
	struct charon_client *client;

	(void)message;
	if (error < 0) {
		on_closed(charon, error);
		return;
	}
	if (++charon->n_registered < ARRAY_SIZE(events))
		return;
	charon->is_ready = true;
	path_watch_close(steal_ptr(charon->watch));
	uv_timer_stop(&charon->retry);
	list_for_each(client, &charon->clients, struct charon_client, link) {
		client->is_told = false;
		client->ready(client);
	}
}

static void try_connect(struct charon *charon)
{
	static const struct vici_events handlers = { on_event, on_closed };
	struct vici_events bound = handlers;
	int r;

	if (charon->vici)
		return;
	bound.ctx = charon;
	charon->has_changed = false;
	r = vici_open(charon->host->loop, charon->path, &bound, &charon->vici);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(events); i++)
		r = vici_register(
		    charon->vici, events[i], on_registered, charon);
	if (r < 0)
		on_closed(charon, r);
}

int charon_get(struct host *host, struct list *charons, const char *path,
    struct charon **ret)
{
	struct charon *charon;
	int r;

	list_for_each(charon, charons, struct charon, link)
		if (strcmp(charon->path, path) == 0) {
			*ret = charon;
			return 0;
		}
	charon = calloc(1, sizeof(*charon));
	if (!charon)
		return -ENOMEM;
	charon->path = strdup(path);
	r = charon->path ? uv_timer_init(host->loop, &charon->retry) : -ENOMEM;
	if (r < 0) {
		free(charon->path);
		free(charon);
		return r;
	}
	charon->retry.data = charon;
	charon->host = host;
	list_init(&charon->clients);
	list_init(&charon->waiting);
	list_append(charons, &charon->link);
	begin_watch(charon);
	try_connect(charon);
	*ret = charon;
	return 0;
}

static void on_timer_closed(uv_handle_t *timer)
{
	struct charon *charon = timer->data;

	free(charon->path);
	free(charon);
}

void charon_close(struct charon *charon)
{
	list_remove(&charon->link);
	vici_close(charon->vici);
	path_watch_close(charon->watch);
	uv_close((uv_handle_t *)&charon->retry, on_timer_closed);
}

struct charon *charon_first(struct list *charons)
{
	return list_is_empty(charons)
	    ? NULL
	    : list_entry(charons->next, struct charon, link);
}

bool charon_is_ready(const struct charon *charon)
{
	return charon->is_ready;
}

const char *charon_path(const struct charon *charon)
{
	return charon->path;
}

void charon_attach(struct charon *charon, struct charon_client *client)
{
	list_append(&charon->clients, &client->link);
	list_init(&client->waiting);
	client->has_turn = client->is_told = false;
	if (charon->is_ready) {
		client->ready(client);
	} else if (charon->why[0] && !charon->vici) {
		client->is_told = true;
		client->gone(client, charon->why);
	}
}

void charon_detach(struct charon *charon, struct charon_client *client)
{
	if (!client->link.next)
		return;
	charon_end_turn(charon, client);
	list_remove(&client->link);
}

static void give_turns(struct charon *charon)
{
	struct charon_client *client;

	while (charon->n_turns < CHARON_TURNS &&
	    (client = list_pop(
		 &charon->waiting, struct charon_client, waiting))) {
		charon->n_turns++;
		client->has_turn = true;
		client->turn(client);
	}
}

void charon_ask_turn(struct charon *charon, struct charon_client *client)
{
	list_append(&charon->waiting, &client->waiting);
	give_turns(charon);
}

void charon_end_turn(struct charon *charon, struct charon_client *client)
{
	list_remove(&client->waiting);
	if (!client->has_turn)
		return;
	client->has_turn = false;
	charon->n_turns--;
	give_turns(charon);
}
