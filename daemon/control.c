/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/control.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/list.h"
#include "base/macros.h"
#include "daemon/log.h"
#include "daemon/memory.h"
#include "daemon/service.h"

struct control {
	uv_pipe_t server;
	struct service *service;
	struct list clients;
	unsigned n_handles; /* open: the server and the clients */
	unsigned n_clients;
	bool is_closing;
	bool is_pending; /* a connection waits: there was no memory for it */
	/* Read into by one client at a time: its session copies. */
	char buffer[64 << 10];
};

struct client {
	uv_pipe_t pipe;
	struct session session;
	struct control *control;
	struct list link;
	bool is_leaving; /* to be closed when all has been written */
};

struct output {
	uv_write_t request;
	char *data;
	size_t size; /* of that */
};

/* What has been put together for an answer that long is worth giving back. */
enum { LONG_ANSWER = 64 << 10 };

static void accept_pending(struct control *control);

static void handle_closed(struct control *control)
{
	if (--control->n_handles == 0)
		free(control);
}

static void on_client_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;
	struct control *control = client->control;

	session_end(&client->session);
	list_remove(&client->link);
	control->n_clients--;
	free(client);
	if (control->is_pending && !control->is_closing)
		accept_pending(control);
	handle_closed(control);
}

static void drop(struct client *client)
{
	client->session.is_closed = true;
	if (!uv_is_closing((uv_handle_t *)&client->pipe))
		uv_close((uv_handle_t *)&client->pipe, on_client_closed);
}

static size_t waiting(const struct client *client)
{
	return uv_stream_get_write_queue_size(
	    (const uv_stream_t *)&client->pipe);
}

/* ---- output ---- */

static void on_written(uv_write_t *request, int status)
{
	struct output *output =
	    container_of(request, struct output, request);
	struct client *client = request->data;
	bool is_long = output->size >= LONG_ANSWER;

	free(output->data);
	free(output);
	if (is_long)
		memory_give_back();
	if (uv_is_closing((uv_handle_t *)&client->pipe))
		return;
	if (status < 0 || (client->is_leaving && waiting(client) == 0)) {
		drop(client);
		return;
	}
	if (client->session.is_full && waiting(client) == 0) {
		client->session.is_full = false;
		session_resume(&client->session);
	}
}

/*
 * A call is answered only while the client takes what it is sent, so a reply
 * may be as long as it is. A stream goes on regardless; who does not read it
 * is dropped.
 */
static void on_send(struct session *session, char *data, size_t n)
{
	struct client *client =
	    container_of(session, struct client, session);
	struct output *output = NULL;
	uv_buf_t buffer = uv_buf_init(data, (unsigned)n);

	if (n <= UINT32_MAX && waiting(client) <= CONTROL_OUTPUT_MAX)
		output = malloc(sizeof(*output));
	if (!output) {
		log_write(LOG_LEVEL_INFO, NULL,
		    "a control client (user %lu) that does not read its "
		    "replies is dropped",
		    (unsigned long)session->peer.uid);
		free(data);
		drop(client);
		return;
	}
	output->data = data;
	output->size = n;
	output->request.data = client;
	if (uv_write(&output->request, (uv_stream_t *)&client->pipe, &buffer,
		1, on_written) < 0) {
		free(data);
		free(output);
		drop(client);
		return;
	}
	session->is_full = waiting(client) > 0;
}

/* Called by the session; or the client has nothing more to say. */
static void leave(struct client *client)
{
	client->is_leaving = true;
	uv_read_stop((uv_stream_t *)&client->pipe);
	if (waiting(client) == 0)
		drop(client);
}

static void on_session_close(struct session *session)
{
	leave(container_of(session, struct client, session));
}

/* ---- input ---- */

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *ret)
{
	struct client *client = handle->data;

	(void)size;
	*ret = uv_buf_init(
	    client->control->buffer, sizeof(client->control->buffer));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
	struct client *client = stream->data;

	if (n > 0)
		session_input(&client->session, buffer->base, (size_t)n);
	else if (n == UV_EOF) {
		/* It may still be reading what it asked for; nobody waits
		 * any more. */
		session_release(&client->session);
		client->session.is_closed = true;
		wait_end(&client->session);
		leave(client);
	} else if (n < 0)
		drop(client);
}

/* ---- clients ---- */

static bool is_welcome(const struct control *control, const struct peer *peer)
{
	const struct client *client;
	unsigned n_same = 0;

	if (peer_is_root(peer))
		return control->n_clients < CONTROL_CLIENTS_MAX;
	list_for_each(client, &control->clients, struct client, link)
		n_same += client->session.peer.uid == peer->uid;
	return n_same < CONTROL_CLIENTS_USER &&
	    control->n_clients < CONTROL_CLIENTS_MAX - CONTROL_CLIENTS_ROOT;
}

/* Says so and closes: nothing is read. What does not fit at once is not
 * worth waiting for. */
static void turn_away(struct client *client)
{
	size_t n;
	_cleanup_(free_ptr) char *data = varlink_error("org.netconf.Busy",
	    json_pack("{s:s}", "message",
		"too many control clients; try again later"),
	    &n);
	uv_buf_t buffer;

	if (data) {
		buffer = uv_buf_init(data, (unsigned)n);
		(void)uv_try_write((uv_stream_t *)&client->pipe, &buffer, 1);
	}
	drop(client);
}

static void welcome(struct client *client)
{
	struct control *control = client->control;
	struct peer peer = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
	bool is_served;
	uv_os_fd_t fd;
	int r = uv_fileno((uv_handle_t *)&client->pipe, &fd);

	if (r == 0)
		r = peer_get(fd, &peer);
	is_served = r == 0 && is_welcome(control, &peer);
	session_open(control->service, &client->session, &peer);
	list_append(&control->clients, &client->link);
	control->n_clients++;
	if (!is_served)
		turn_away(client);
	else if (uv_read_start((uv_stream_t *)&client->pipe, on_alloc,
		     on_read) < 0)
		drop(client);
}

static void accept_pending(struct control *control)
{
	struct client *client = calloc(1, sizeof(*client));

	/* libuv holds one connection back and takes no other until this one
	 * has been taken: when a client has gone, it is tried again. */
	control->is_pending = !client;
	if (!client) {
		log_write(LOG_LEVEL_ERROR, NULL,
		    "out of memory: a control client has to wait");
		return;
	}
	client->control = control;
	client->session.send = on_send;
	client->session.close = on_session_close;
	list_init(&client->link);
	uv_pipe_init(control->server.loop, &client->pipe, 0);
	client->pipe.data = client;
	control->n_handles++;
	if (uv_accept((uv_stream_t *)&control->server,
		(uv_stream_t *)&client->pipe) < 0) {
		list_init(&client->session.link);
		control->n_clients++;
		drop(client);
		return;
	}
	welcome(client);
}

static void on_connection(uv_stream_t *server, int status)
{
	struct control *control = server->data;

	if (status < 0) {
		log_write(LOG_LEVEL_WARNING, NULL,
		    "a control client could not connect: %s",
		    uv_strerror(status));
		return;
	}
	if (!control->is_pending)
		accept_pending(control);
}

/* ---- opening and closing ---- */

static void on_server_closed(uv_handle_t *handle)
{
	handle_closed(handle->data);
}

int control_open(uv_loop_t *loop, int fd, struct service *service,
    struct control **ret)
{
	struct control *control = calloc(1, sizeof(*control));
	int r;

	if (!control) {
		close(fd);
		return -ENOMEM;
	}
	control->service = service;
	list_init(&control->clients);
	control->n_handles = 1;
	uv_pipe_init(loop, &control->server, 0);
	control->server.data = control;
	r = uv_pipe_open(&control->server, fd);
	if (r < 0)
		close(fd);
	else
		r = uv_listen((uv_stream_t *)&control->server,
		    CONTROL_CLIENTS_MAX, on_connection);
	if (r < 0) {
		control_close(control);
		return r;
	}
	*ret = control;
	return 0;
}

void control_close(struct control *control)
{
	struct client *client;

	if (!control)
		return;
	control->is_closing = true;
	list_for_each(client, &control->clients, struct client, link)
	{
		client->session.is_closed = true;
		drop(client);
	}
	uv_close((uv_handle_t *)&control->server, on_server_closed);
}
