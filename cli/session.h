/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Talking to netconfd as a command does: what goes wrong is complained of
 * here, once, and becomes an exit status; with --json each reply is printed
 * as it comes.
 */
#pragma once

#include <signal.h>
#include <stdint.h>

#include "cli/client.h"
#include "cli/output.h"

struct cli;

enum { SESSION_ANSWER_MS = 10 * 1000 }; /* for what needs no waiting */

struct session {
	const struct cli *cli;
	struct client *client;
	struct output out;
};

/* Connects. An exit_status; ret is to be closed in any case. */
int session_open(const struct cli *cli, struct session *ret);
void session_close(struct session *session); /* fit for _cleanup_ */

/* Sends a call, "Up" of org.netconf for example; takes parameters over. An
 * exit_status. */
int session_call(
    struct session *session, const char *method, json_t *parameters, bool more);

/*
 * Waits for a reply; one that is an error is complained of. With --json it
 * is printed. An exit_status. With a mask, also -EINTR and -ETIMEDOUT, of
 * which nothing has been said (see client_reply()).
 */
int session_reply(struct session *session, uint64_t deadline_ms,
    const sigset_t *mask, struct reply *ret);

/* session_open(), unless the session is open, session_call() and
 * session_reply() for a short answer. */
int session_ask(const struct cli *cli, const char *method, json_t *parameters,
    struct session *session, struct reply *ret);

/* Complains of a reply that makes no sense; returns the exit status. */
int session_bad_reply(const char *problem);

/* The operands as a JSON array; NULL when out of memory or one is no text. */
json_t *session_names(const struct cli *cli);
