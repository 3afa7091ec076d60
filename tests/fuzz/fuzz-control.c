/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a control client may send. The first byte says in pieces of which
 * size the rest arrives, and whether it comes from root or from a stranger;
 * the loop turns between them. All that is sent back must be JSON that ends
 * with its NUL.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "daemon/log.h"
#include "resolver/resolver.h"
#include "tests/unit/lamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct end {
	struct session session;
	size_t n_sent;
	bool is_closed;
};

static void on_send(struct session *session, char *data, size_t n)
{
	struct end *end = container_of(session, struct end, session);
	json_t *message;

	assert(!end->is_closed);
	assert(n > 0 && data[n - 1] == '\0' && strlen(data) == n - 1);
	message = json_loads(data, JSON_REJECT_DUPLICATES, NULL);
	assert(json_is_object(message));
	json_decref(message);
	free(data);
	end->n_sent++;
}

static void on_close(struct session *session)
{
	struct end *end = container_of(session, struct end, session);

	assert(!end->is_closed);
	end->is_closed = true;
}

/* A stranger changes nothing. */
static void check_kept(void *ctx, const struct kept *kept)
{
	(void)ctx;
	if (kept->type == KEPT_GOAL || kept->type == KEPT_MASK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct end end = { .session = { .send = on_send, .close = on_close } };
	struct peer peer = { 0 };
	struct lamps lamps;
	bool is_stranger;
	size_t piece;

	if (n == 0)
		return 0;
	log_open(LOG_LEVEL_ERROR);
	is_stranger = data[0] & 1;
	piece = data[0] >> 1 ? (size_t)(data[0] >> 1) : 1 << 20;
	if (is_stranger)
		peer = (struct peer){ .uid = 65533, .gid = 65533 };
	lamps_open(&lamps, lamps_profile);
	session_open(&lamps.service, &end.session, &peer);
	for (data++, n--; n > 0;) {
		size_t part = n < piece ? n : piece;

		session_input(&end.session, (const char *)data, part);
		lamps_settle(&lamps);
		data += part;
		n -= part;
	}
	lamps_settle(&lamps);
	if (is_stranger)
		resolver_each_kept(runner_resolver(lamps.runner), check_kept,
		    NULL);
	session_end(&end.session);
	lamps_close(&lamps);
	return 0;
}
