/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/bus.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "providers/provider.h"
#include "providers/support/path-watch.h"

#define SOCKET_PATH "/run/dbus/system_bus_socket"

/* A socket that has just been made refuses connections until somebody listens
 * on it, and nothing tells when that is; nor when one that hangs goes on. */
enum { RETRIES_MAX = 9, RETRY_MS = 10, TURNS_MAX = 64 };

struct bus {
	struct host *host;
	const char *peer, *called;
	struct bus_events events;
	sd_bus *connection; /* NULL: there is no bus */
	uv_poll_t *poll;    /* of the connection */
	uv_timer_t timer;   /* of the connection, or of the next attempt */
	struct path_watch *watch; /* until the peer is there */
	bool has_changed; /* the socket, while there was a connection */
	unsigned n_retries;
	char why[256]; /* the peer is not there, as last told; "": it is */
};

static void try_connect(struct bus *bus);
static void pump(struct bus *bus);

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void disconnect(struct bus *bus)
{
	if (bus->poll) {
		uv_poll_stop(bus->poll);
		uv_close((uv_handle_t *)steal_ptr(bus->poll), free_handle);
	}
	uv_timer_stop(&bus->timer);
	bus->connection = sdbus.close_unref(bus->connection);
}

static void tell_gone(struct bus *bus, const char *why)
{
	if (!strcmp(bus->why, why))
		return;
	snprintf(bus->why, sizeof(bus->why), "%s", why);
	bus->events.gone(bus->events.ctx, bus->why);
}

/* ---- no bus ---- */

static void on_retry(uv_timer_t *timer)
{
	try_connect(timer->data);
}

static void on_changed(void *ctx)
{
	struct bus *bus = ctx;

	bus->n_retries = 0;
	if (bus->connection)
		bus->has_changed = true;
	else
		try_connect(bus);
}

/* True when it has begun now. */
static bool begin_watch(struct bus *bus)
{
	int r;

	if (bus->watch)
		return false;
	r = path_watch_open(
	    bus->host->loop, SOCKET_PATH, on_changed, bus, &bus->watch);
	if (r < 0)
		host_log(bus->host, LOG_LEVEL_ERROR,
		    "cannot watch for " SOCKET_PATH ", a bus that starts "
		    "later will not be noticed: %s", strerror(-r));
	return r == 0;
}

static void lose(struct bus *bus, int error)
{
	char why[sizeof(bus->why)];

	disconnect(bus);
	/* It may have been there before the watch began, or be back already:
	 * once more. */
	if (begin_watch(bus) || bus->has_changed)
		uv_timer_start(&bus->timer, on_retry, 0, 0);
	else if (error != -ENOENT && bus->n_retries < RETRIES_MAX)
		uv_timer_start(&bus->timer, on_retry,
		    RETRY_MS << bus->n_retries++, 0);
	snprintf(why, sizeof(why),
	    "%s cannot be reached: no system bus at " SOCKET_PATH " (%s)",
	    bus->called, strerror(-error));
	tell_gone(bus, why);
}

/* ---- a bus ---- */

static void on_timeout(uv_timer_t *timer)
{
	pump(timer->data);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	(void)status, (void)events;
	pump(poll->data);
}

/* What it waits for, as it says. */
static void arm(struct bus *bus)
{
	int events = sdbus.get_events(bus->connection);
	uint64_t at_us = UINT64_MAX, now_us;
	struct timespec now;

	if (events < 0 || sdbus.get_timeout(bus->connection, &at_us) < 0) {
		lose(bus, events < 0 ? events : -EIO);
		return;
	}
	uv_poll_start(bus->poll,
	    (events & POLLIN ? UV_READABLE : 0) |
		(events & POLLOUT ? UV_WRITABLE : 0) | UV_DISCONNECT,
	    on_poll);
	uv_timer_stop(&bus->timer);
	if (at_us == UINT64_MAX)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	now_us = (uint64_t)now.tv_sec * 1000000 +
	    (uint64_t)now.tv_nsec / 1000;
	uv_timer_start(&bus->timer, on_timeout,
	    at_us > now_us ? (at_us - now_us + 999) / 1000 : 0, 0);
}

/* Callbacks come from in here; they may close the bus. */
static void pump(struct bus *bus)
{
	sd_bus *connection = bus->connection;
	int r = 1;

	for (int i = 0; i < TURNS_MAX && r > 0; i++) {
		r = sdbus.process(connection, NULL);
		if (bus->connection != connection)
			return;
	}
	if (r < 0) {
		lose(bus, r);
		return;
	}
	arm(bus);
	/* There is more. */
	if (r > 0 && bus->connection)
		uv_timer_start(&bus->timer, on_timeout, 0, 0);
}

static void set_owner(struct bus *bus, bool is_owned)
{
	char why[sizeof(bus->why)];

	if (is_owned) {
		bus->why[0] = '\0';
		bus->n_retries = 0;
		path_watch_close(steal_ptr(bus->watch));
		bus->events.there(bus->events.ctx);
		return;
	}
	snprintf(why, sizeof(why), "%s is not running", bus->called);
	tell_gone(bus, why);
}

/* 1: it has been taken. With 0 sd-bus would go on with it, on a connection
 * that may be closed by then, and abort. */
static int on_owner_changed(
    sd_bus_message *message, void *ctx, sd_bus_error *error)
{
	const char *name, *before, *after;

	(void)error;
	if (sdbus.message_read(message, "sss", &name, &before, &after) >= 0)
		set_owner(ctx, *after);
	return 1;
}

static int on_owner(sd_bus_message *message, void *ctx, sd_bus_error *error)
{
	(void)error;
	set_owner(ctx, !sdbus.message_is_method_error(message, NULL));
	return 1;
}

/* The bus answers in the order of the requests, so no owner is missed. */
static int ask(struct bus *bus)
{
	static const char name[] = "org.freedesktop.DBus";
	char match[256];
	int r;

	snprintf(match, sizeof(match),
	    "type='signal',sender='%s',path='/org/freedesktop/DBus',"
	    "interface='%s',member='NameOwnerChanged',arg0='%s'",
	    name, name, bus->peer);
	r = sdbus.add_match_async(
	    bus->connection, NULL, match, on_owner_changed, NULL, bus);
	if (r >= 0)
		r = sdbus.call_method_async(bus->connection, NULL, name,
		    "/org/freedesktop/DBus", name, "GetNameOwner", on_owner,
		    bus, "s", bus->peer);
	return r;
}

static int open_poll(struct bus *bus)
{
	int fd = sdbus.get_fd(bus->connection), r;

	if (fd < 0)
		return fd;
	bus->poll = calloc(1, sizeof(*bus->poll));
	if (!bus->poll)
		return -ENOMEM;
	r = uv_poll_init(bus->host->loop, bus->poll, fd);
	if (r < 0)
		free(steal_ptr(bus->poll));
	else
		bus->poll->data = bus;
	return r;
}

static void try_connect(struct bus *bus)
{
	int r = sdbus.open_system(&bus->connection);

	bus->has_changed = false;
	if (r >= 0)
		r = open_poll(bus);
	if (r >= 0)
		r = ask(bus);
	if (r < 0)
		lose(bus, r);
	else
		arm(bus);
}

/* ---- operations ---- */

int bus_open(struct host *host, const char *peer, const char *called,
    const struct bus_events *events, struct bus **ret)
{
	int r = sd_bus_load();
	struct bus *bus = r == 0 ? calloc(1, sizeof(*bus)) : NULL;

	if (!bus)
		return r < 0 ? r : -ENOMEM;
	*bus = (struct bus){ .host = host, .peer = peer, .called = called,
		.events = *events };
	uv_timer_init(host->loop, &bus->timer);
	bus->timer.data = bus;
	*ret = bus;
	/* Not from in here: it calls back. */
	uv_timer_start(&bus->timer, on_retry, 0, 0);
	return 0;
}

static void free_bus(uv_handle_t *timer)
{
	free(timer->data);
}

void bus_close(struct bus *bus)
{
	if (!bus)
		return;
	disconnect(bus);
	path_watch_close(bus->watch);
	uv_close((uv_handle_t *)&bus->timer, free_bus);
}

sd_bus *bus_connection(struct bus *bus)
{
	return bus->connection;
}

void bus_sent(struct bus *bus)
{
	arm(bus);
}
