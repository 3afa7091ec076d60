/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A netconfd that the test plays, for what talks to one: a child listens on a
 * socket in the scratch directory, and answers each connection's call with
 * what the test wrote down.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

enum { PLAYED_REPLIES = 6 };

/* What it does with one connection. */
struct exchange {
	const char *replies[PLAYED_REPLIES]; /* each is sent with its NUL */
	bool cut;  /* the last one is sent without it */
	bool hold; /* the connection stays open until the client goes */
	bool aside; /* meanwhile the next connection is answered */
};

/* Begins to listen; the exchanges follow each other. */
void played_begin(const struct exchange *exchanges, size_t n);

#define PLAY(...)                                                      \
	do {                                                           \
		static const struct exchange list[] = { __VA_ARGS__ }; \
		played_begin(list, ARRAY_SIZE(list));                  \
	} while (0)

/* Ends it, if it was begun; for tear-down, before scratch_close(). */
void played_end(void);

/* The socket's path; also when nobody listens. */
const char *played_socket(void);

/* It was called exactly so; each call ends with a newline. */
void played_expect(const char *calls);
