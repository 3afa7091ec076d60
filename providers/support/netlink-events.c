/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/netlink-events.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <netlink/msg.h>

#include "providers/support/netlink.h"

enum {
	EVENTS_RECEIVE = 32 * 1024, /* the longest that is understood */
	/* Read before others on the loop get their turn. */
	EVENTS_PER_TURN = 64,
};

struct netlink_events {
	struct netlink_listener listener;
	int fd;
	bool is_lost; /* some were; to be told when the rest is read */
	uv_poll_t poll;
	_Alignas(struct nlmsghdr) char received[EVENTS_RECEIVE];
};

static void read_messages(struct netlink_events *e, int size)
{
	struct nlmsghdr *header = (struct nlmsghdr *)e->received;

	for (; nlmsg_ok(header, size); header = nlmsg_next(header, &size))
		e->listener.event(e->listener.ctx, header);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct netlink_events *e = poll->data;
	int n;

	(void)events;
	/* libuv stops a handle whose socket has an error to tell. */
	if (status < 0)
		(void)uv_poll_start(poll, UV_READABLE, on_readable);
	for (int i = 0; i < EVENTS_PER_TURN; i++) {
		n = netlink_receive(e->fd, e->received, sizeof(e->received));
		if (n == -EAGAIN)
			break;
		if (n < 0)
			e->is_lost = true;
		else
			read_messages(e, n);
	}
	if (!e->is_lost)
		return;
	e->is_lost = false;
	e->listener.lost(e->listener.ctx);
}

int netlink_events_open(uv_loop_t *loop, int fd,
    const struct netlink_listener *listener, struct netlink_events **ret)
{
	struct netlink_events *e = calloc(1, sizeof(*e));
	int r = e ? uv_poll_init(loop, &e->poll, fd) : -ENOMEM;

	if (r < 0) {
		close(fd);
		free(e);
		return r;
	}
	e->fd = fd;
	e->listener = *listener;
	e->poll.data = e;
	(void)uv_poll_start(&e->poll, UV_READABLE, on_readable);
	*ret = e;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct netlink_events *e = handle->data;

	close(e->fd);
	free(e);
}

struct netlink_events *netlink_events_close(struct netlink_events *e)
{
	if (e)
		uv_close((uv_handle_t *)&e->poll, on_closed);
	return NULL;
}
