/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/client-end.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/macros.h"

static void on_send(struct session *session, char *data, size_t n)
{
	struct client_end *end =
	    container_of(session, struct client_end, session);

	ck_assert(!end->is_closed);
	ck_assert_int_eq(data[n - 1], '\0');
	/* Several, where they have been held back. */
	for (const char *at = data; at < data + n; at += strlen(at) + 1) {
		text_printf(&end->got, "%s\n", at);
		end->n++;
	}
	free(data);
	session->is_full = end->fills;
	if (end->closes_after && end->n >= end->closes_after)
		session->is_closed = true;
}

static void on_close(struct session *session)
{
	struct client_end *end =
	    container_of(session, struct client_end, session);

	ck_assert(!end->is_closed);
	end->is_closed = true;
}

void client_end_open(
    struct client_end *end, struct service *service, uid_t uid)
{
	const struct peer peer = { .uid = uid, .gid = 4711 };

	*end = (struct client_end){
		.session = { .send = on_send, .close = on_close }
	};
	session_open(service, &end->session, &peer);
}

void client_end_close(struct client_end *end)
{
	session_end(&end->session);
	text_clear(&end->got);
}

void client_end_say(struct client_end *end, const char *text)
{
	session_input(&end->session, text, strlen(text) + 1);
}

void client_end_expect(struct client_end *end, const char *want)
{
	ck_assert(!end->got.failed);
	ck_assert_str_eq(end->got.data ? end->got.data : "", want);
	text_clear(&end->got);
}
