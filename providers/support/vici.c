/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/list.h"
#include "providers/support/vici.h"

struct request {
	struct list link;
	uv_write_t write;
	struct vici_writer packet;
	bool is_event; /* a registration, not a command */
	bool is_sent, is_written;
	bool is_over; /* answered or given up: only the write holds it */
	vici_done *done;
	void *ctx;
};

/*
 * charon lets 3 connections wait until it accepts them. More are refused
 * with EAGAIN, and nothing tells when there is room again: tried anew after
 * 1, 2, 4, ... 64 ms, 5 s in all.
 */
enum { FULL_MS = 1, FULL_MAX_MS = 64, FULL_TRIES_MAX = 80 };

struct vici {
	uv_pipe_t pipe;
	uv_timer_t timer; /* to connect again, or to tell that it failed */
	unsigned n_handles;
	struct sockaddr_un address;
	unsigned n_tries;
	int error; /* of connecting */
	struct vici_events events;
	struct list requests; /* the first may be under way */
	unsigned n_requests;
	bool is_connected;
	bool has_ended; /* no callback any more */
	uint8_t *buffer; /* received: packets and a part of one */
	size_t n, capacity;
};

static void request_free(struct request *request)
{
	vici_writer_clear(&request->packet);
	free(request);
}

/* The write may still need the packet: then that ends it. */
static void request_drop(struct vici *vici, struct request *request)
{
	list_remove(&request->link);
	vici->n_requests--;
	if (!request->is_sent || request->is_written)
		request_free(request);
	else
		request->is_over = true;
}

/* From here on nothing comes but closed(). */
static void fail(struct vici *vici, int error)
{
	if (vici->has_ended)
		return;
	vici->has_ended = true;
	if (vici->is_connected)
		uv_read_stop((uv_stream_t *)&vici->pipe);
	vici->events.closed(vici->events.ctx, error);
}

static void on_written(uv_write_t *write, int status)
{
	struct request *request = container_of(write, struct request, write);
	struct vici *vici = write->handle->data;

	request->is_written = true;
	if (request->is_over)
		request_free(request);
	else
		vici_writer_clear(&request->packet);
	if (status < 0)
		fail(vici, status);
}

static void send_next(struct vici *vici)
{
	struct request *request;
	uv_buf_t buf;
	int r;

	if (!vici->is_connected || vici->has_ended ||
	    list_is_empty(&vici->requests))
		return;
	request = list_entry(vici->requests.next, struct request, link);
	if (request->is_sent)
		return;
	buf = uv_buf_init((char *)request->packet.data,
	    (unsigned)request->packet.n);
	r = uv_write(&request->write, (uv_stream_t *)&vici->pipe, &buf, 1,
	    on_written);
	if (r < 0)
		/* Never from within a call: the end of file will tell. */
		return;
	request->is_sent = true;
}

static void answer(
    struct vici *vici, const struct vici_packet *packet, bool is_event)
{
	struct request *request;
	bool is_unknown = packet->type == VICI_COMMAND_UNKNOWN ||
	    packet->type == VICI_EVENT_UNKNOWN;
	vici_done *done;
	void *ctx;

	request = list_is_empty(&vici->requests)
	    ? NULL
	    : list_entry(vici->requests.next, struct request, link);
	if (!request || !request->is_sent || request->is_event != is_event) {
		fail(vici, -EPROTO);
		return;
	}
	done = request->done;
	ctx = request->ctx;
	request_drop(vici, request);
	send_next(vici);
	done(ctx, is_unknown ? -ENOSYS : 0, packet->message);
}

static void dispatch(struct vici *vici, const uint8_t *data, size_t n)
{
	struct vici_packet packet;
	char name[VICI_NAME_MAX + 1];

	if (vici_packet_parse(data, n, &packet) < 0) {
		fail(vici, -EPROTO);
		return;
	}
	switch (packet.type) {
	case VICI_RESPONSE:
	case VICI_COMMAND_UNKNOWN:
		answer(vici, &packet, false);
		return;
	case VICI_EVENT_CONFIRM:
	case VICI_EVENT_UNKNOWN:
		answer(vici, &packet, true);
		return;
	case VICI_EVENT:
		memcpy(name, packet.name, packet.n_name);
		name[packet.n_name] = '\0';
		vici->events.event(vici->events.ctx, name, packet.message);
		return;
	case VICI_COMMAND:
	case VICI_EVENT_REGISTER:
	case VICI_EVENT_UNREGISTER:
		fail(vici, -EPROTO);
		return;
	}
}

static size_t frame_size(const uint8_t *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 |
	    (size_t)p[3];
}

/* Grows as bytes come, not as they are announced. */
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct vici *vici = handle->data;
	size_t capacity = vici->capacity ? vici->capacity * 2 : 4096;
	uint8_t *data;

	(void)suggested;
	if (vici->n == vici->capacity) {
		data = realloc(vici->buffer, capacity);
		if (!data) {
			*buf = uv_buf_init(NULL, 0);
			return;
		}
		vici->buffer = data;
		vici->capacity = capacity;
	}
	*buf = uv_buf_init((char *)vici->buffer + vici->n,
	    (unsigned)(vici->capacity - vici->n));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct vici *vici = stream->data;
	size_t done = 0;

	(void)buf;
	if (n < 0) {
		fail(vici, n == UV_EOF ? -EPIPE : (int)n);
		return;
	}
	vici->n += (size_t)n;
	while (!vici->has_ended && vici->n - done >= 4) {
		size_t size = frame_size(vici->buffer + done);

		if (size == 0 || size > VICI_PACKET_MAX) {
			fail(vici, -EPROTO);
			return;
		}
		if (vici->n - done - 4 < size)
			break;
		dispatch(vici, vici->buffer + done + 4, size);
		done += 4 + size;
	}
	vici->n -= done;
	memmove(vici->buffer, vici->buffer + done, vici->n);
}

/* The socket of a new connection, or -errno. Never blocks. */
static int connect_socket(const struct sockaddr_un *address)
{
	int fd = socket(
	    AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) ==
	    0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

static void try_connect(struct vici *vici);

static void on_timer(uv_timer_t *timer)
{
	struct vici *vici = timer->data;

	if (vici->error != -EAGAIN || vici->n_tries >= FULL_TRIES_MAX)
		fail(vici, vici->error);
	else
		try_connect(vici);
}

/* What fails is told later, by the timer: never from within a call. */
static void try_connect(struct vici *vici)
{
	int fd = connect_socket(&vici->address);
	unsigned ms = 0;
	int r = fd;

	vici->n_tries++;
	if (fd >= 0) {
		r = uv_pipe_open(&vici->pipe, fd);
		if (r < 0)
			close(fd);
		else
			r = uv_read_start(
			    (uv_stream_t *)&vici->pipe, on_alloc, on_read);
	}
	if (r == 0) {
		vici->is_connected = true;
		send_next(vici);
		return;
	}
	vici->error = r;
	if (r == -EAGAIN)
		ms = vici->n_tries > 6 ? FULL_MAX_MS
				       : FULL_MS << (vici->n_tries - 1);
	uv_timer_start(&vici->timer, on_timer, ms, 0);
}

static void on_closed(uv_handle_t *handle)
{
	struct vici *vici = handle->data;

	if (--vici->n_handles > 0)
		return;
	free(vici->buffer);
	free(vici);
}

int vici_open(uv_loop_t *loop, const char *path,
    const struct vici_events *events, struct vici **ret)
{
	struct vici *vici;
	int r;

	if (strlen(path) >= sizeof(vici->address.sun_path))
		return -ENAMETOOLONG;
	vici = calloc(1, sizeof(*vici));
	if (!vici)
		return -ENOMEM;
	vici->address.sun_family = AF_UNIX;
	memcpy(vici->address.sun_path, path, strlen(path));
	vici->events = *events;
	list_init(&vici->requests);
	/* Neither can fail: no file descriptor is made yet. */
	r = uv_pipe_init(loop, &vici->pipe, 0);
	assert(r == 0);
	r = uv_timer_init(loop, &vici->timer);
	assert(r == 0);
	vici->pipe.data = vici->timer.data = vici;
	vici->n_handles = 2;
	try_connect(vici);
	*ret = vici;
	return 0;
}

void vici_close(struct vici *vici)
{
	struct request *request;

	if (!vici)
		return;
	vici->has_ended = true;
	list_for_each(request, &vici->requests, struct request, link)
		request_drop(vici, request);
	uv_close((uv_handle_t *)&vici->pipe, on_closed);
	uv_close((uv_handle_t *)&vici->timer, on_closed);
}

static int enqueue(struct vici *vici, struct vici_writer *packet,
    bool is_event, vici_done *done, void *ctx)
{
	struct request *request;
	int r = vici_writer_finish(packet);

	if (r == 0 && vici->has_ended)
		r = -ENOTCONN;
	if (r == 0 && vici->n_requests >= VICI_QUEUE_MAX)
		r = -ENOBUFS;
	request = r == 0 ? calloc(1, sizeof(*request)) : NULL;
	if (!request) {
		vici_writer_clear(packet);
		return r < 0 ? r : -ENOMEM;
	}
	request->packet = *packet;
	*packet = (struct vici_writer){ 0 };
	request->is_event = is_event;
	request->done = done;
	request->ctx = ctx;
	list_append(&vici->requests, &request->link);
	vici->n_requests++;
	send_next(vici);
	return 0;
}

int vici_command(
    struct vici *vici, struct vici_writer *packet, vici_done *done, void *ctx)
{
	return enqueue(vici, packet, false, done, ctx);
}

int vici_register(
    struct vici *vici, const char *event, vici_done *done, void *ctx)
{
	struct vici_writer packet = { 0 };

	vici_begin(&packet, VICI_EVENT_REGISTER, event);
	return enqueue(vici, &packet, true, done, ctx);
}
