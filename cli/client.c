/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/client.h"

struct client {
	int fd;
	/* Received bytes [begin, end), of which those before `scanned` hold
	 * no NUL. */
	char *data;
	size_t capacity, begin, scanned, end;
};

uint64_t client_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The send timeout also limits connect() on a socket whose queue is full. */
static int connect_to(int fd, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct timeval limit = {.tv_sec = CLIENT_CONNECT_MS / 1000};

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return -errno;
	while (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		if (errno == EAGAIN)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int client_open(const char *path, struct client **ret)
{
	struct client *client = calloc(1, sizeof(*client));

	if (!client)
		return -ENOMEM;
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r = client->fd < 0 ? -errno : connect_to(client->fd, path);
	if (r < 0) {
		client_close(client);
		return r;
	}
	*ret = client;
	return 0;
}

struct client *client_close(struct client *client)
{
	if (!client)
		return NULL;
	if (client->fd >= 0)
		close(client->fd);
	free(client->data);
	free(client);
	return NULL;
}

void client_close_ptr(struct client **client)
{
	*client = client_close(*client);
}

static int send_all(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(fd, data, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			if (errno == EAGAIN)
				return -ETIMEDOUT;
			return errno == EPIPE ? -ECONNRESET : -errno;
		}
		data += sent;
		n -= (size_t)sent;
	}
	return 0;
}

int client_call(
    struct client *client, const char *method, json_t *parameters, bool more)
{
	json_t *call = json_object();
	char *text = NULL;
	int r = -ENOMEM;

	/* The _new functions take the value over also when they fail. */
	if (json_object_set_new(call, "method", json_string(method)) < 0) {
		json_decref(parameters);
		goto out;
	}
	if (parameters &&
	    json_object_set_new(call, "parameters", parameters) < 0)
		goto out;
	if (more && json_object_set_new(call, "more", json_true()) < 0)
		goto out;
	text = json_dumps(call, JSON_COMPACT);
	if (!text)
		goto out;

	size_t n = strlen(text) + 1; /* with the NUL that ends it */
	r = n > CLIENT_CALL_MAX ? -EMSGSIZE : send_all(client->fd, text, n);
out:
	free(text);
	json_decref(call);
	return r;
}

void reply_clear(struct reply *reply)
{
	json_decref(reply->root);
	*reply = (struct reply){0};
}

/* What `parameters` is of a reply without. */
static const json_t *ensure_parameters(json_t *root)
{
	if (!json_object_get(root, "parameters"))
		json_object_set_new(root, "parameters", json_object());
	return json_object_get(root, "parameters");
}

static int parse_reply(const char *data, size_t n, struct reply *ret)
{
	_cleanup_(reply_clear) struct reply reply = {0};
	json_error_t error;

	reply.root = json_loadb(data, n, JSON_REJECT_DUPLICATES, &error);
	if (!reply.root) {
		return json_error_code(&error) == json_error_out_of_memory
			   ? -ENOMEM
			   : -EBADMSG;
	}
	if (!json_is_object(reply.root))
		return -EBADMSG;
	reply.parameters = ensure_parameters(reply.root);
	if (!reply.parameters)
		return -ENOMEM;

	const json_t *name = json_object_get(reply.root, "error");
	const json_t *continues = json_object_get(reply.root, "continues");
	if (!json_is_object(reply.parameters) ||
	    (name && !json_is_string(name)) ||
	    (continues && !json_is_boolean(continues)))
		return -EBADMSG;
	reply.error = json_string_value(name);
	reply.continues = json_is_true(continues);
	*ret = reply;
	reply = (struct reply){0};
	return 0;
}

/* True and the reply's bytes if a whole one has been received. */
static bool take_message(struct client *client, const char **ret, size_t *n)
{
	if (client->scanned == client->end)
		return false;
	char *nul = memchr(client->data + client->scanned, '\0',
	    client->end - client->scanned);
	if (!nul) {
		client->scanned = client->end;
		return false;
	}
	*ret = client->data + client->begin;
	*n = (size_t)(nul - *ret);
	client->begin = client->scanned = (size_t)(nul + 1 - client->data);
	return true;
}

/* Makes room for more bytes behind those received. */
static int make_room(struct client *client)
{
	size_t n = client->end - client->begin;

	if (client->end < client->capacity)
		return 0;
	if (client->begin > 0) {
		memmove(client->data, client->data + client->begin, n);
		client->scanned -= client->begin;
		client->begin = 0;
		client->end = n;
		return 0;
	}
	if (n >= CLIENT_REPLY_MAX)
		return -EMSGSIZE;
	size_t capacity = client->capacity ? client->capacity * 2 : 16384;
	char *data = realloc(client->data, capacity);
	if (!data)
		return -ENOMEM;
	client->data = data;
	client->capacity = capacity;
	return 0;
}

static int wait_readable(int fd, uint64_t deadline_ms, const sigset_t *mask)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	struct timespec left, *limit = NULL;
	int r;

	do {
		if (deadline_ms != CLIENT_NO_DEADLINE) {
			uint64_t now_ms = client_now_ms();
			uint64_t ms =
			    deadline_ms > now_ms ? deadline_ms - now_ms : 0;
			left.tv_sec = (time_t)(ms / 1000);
			left.tv_nsec = (long)(ms % 1000) * 1000000;
			limit = &left;
		}
		r = ppoll(&poll_fd, 1, limit, mask);
	} while (r < 0 && errno == EINTR && !mask);
	if (r < 0)
		return -errno;
	return r == 0 ? -ETIMEDOUT : 0;
}

static int receive(struct client *client)
{
	int r = make_room(client);

	if (r < 0)
		return r;
	ssize_t n = recv(client->fd, client->data + client->end,
	    client->capacity - client->end, 0);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	client->end += (size_t)n;
	return 0;
}

int client_reply(struct client *client, uint64_t deadline_ms,
    const sigset_t *mask, struct reply *ret)
{
	const char *data;
	size_t n;

	while (!take_message(client, &data, &n)) {
		int r = wait_readable(client->fd, deadline_ms, mask);
		if (r < 0)
			return r;
		r = receive(client);
		if (r < 0)
			return r;
	}
	return parse_reply(data, n, ret);
}
