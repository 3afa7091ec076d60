/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A blocking Varlink client: JSON objects, each ended by a NUL, over a unix
 * stream socket. One call at a time; a call with `more` is answered by many
 * replies, of which all but the last say `continues`.
 *
 * The other side is not trusted: a message has a largest size, must be JSON
 * of the right shape, and nothing is waited for longer than the caller says.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

struct client;

#define CLIENT_NO_DEADLINE UINT64_MAX

enum {
	CLIENT_CALL_MAX = 64 * 1024, /* netconfd takes no longer calls */
	CLIENT_REPLY_MAX = 64 * 1024 * 1024,
	CLIENT_CONNECT_MS = 10 * 1000,
};

struct reply {
	json_t *root;		  /* owned; NULL: no reply */
	const json_t *parameters; /* in root; an object, never NULL */
	const char *error;	  /* name of the error, or NULL */
	bool continues;
};

/* Milliseconds of CLOCK_MONOTONIC, in which deadlines are. */
uint64_t client_now_ms(void);

/*
 * Connects to the socket at path. 0; -ENAMETOOLONG, -ETIMEDOUT; or what
 * connect() said, such as -ENOENT, -ECONNREFUSED, -EACCES.
 */
int client_open(const char *path, struct client **ret);
struct client *client_close(struct client *client);
void client_close_ptr(struct client **client); /* for _cleanup_ */

/*
 * Sends a call. parameters (NULL: none) is taken over in any case. 0;
 * -ENOMEM; -EMSGSIZE: longer than CLIENT_CALL_MAX; or a socket's error.
 */
int client_call(
    struct client *client, const char *method, json_t *parameters, bool more);

/*
 * Waits for a reply until deadline_ms. mask: the signal mask while it waits,
 * or NULL. 0; -ETIMEDOUT; -EINTR: a signal that the mask lets through;
 * -ECONNRESET: the other side has gone; -EMSGSIZE: too long a reply;
 * -EBADMSG: not a Varlink reply; -ENOMEM. ret is to be cleared after a 0.
 */
int client_reply(struct client *client, uint64_t deadline_ms,
    const sigset_t *mask, struct reply *ret);

/* Frees what it holds; fit for _cleanup_. */
void reply_clear(struct reply *reply);
