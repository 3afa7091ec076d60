/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other end of a control session without a socket: what the service sends
 * is kept as text, and the test says when it has been taken.
 */
#pragma once

#include <stdbool.h>

#include "base/text.h"
#include "daemon/service.h"

struct client_end {
	struct session session;
	struct text got; /* the messages, each with a newline */
	unsigned n;      /* how many */
	bool fills;      /* after each message it is full */
	unsigned closes_after; /* so many messages it goes; 0: never */
	bool is_closed;  /* the service has closed it */
};

/* Connects to the service as that user. */
void client_end_open(
    struct client_end *end, struct service *service, uid_t uid);

/* Hangs up, and forgets what was got. */
void client_end_close(struct client_end *end);

/* Says the text and a NUL. */
void client_end_say(struct client_end *end, const char *text);

/* What came since the last call is exactly that; then it is forgotten. */
void client_end_expect(struct client_end *end, const char *want);

#define CALL(method, parameters) \
	"{\"method\":\"org.netconf." method "\",\"parameters\":" parameters "}"
#define MORE(method, parameters)                                          \
	"{\"method\":\"org.netconf." method "\",\"parameters\":" parameters \
	",\"more\":true}"
