/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says of what is waited for that it does not come up by itself. That is asked
 * after each change, for everyone who waits, and takes the longer the more is
 * on the way of a node: a tenth of a second in a profile of 100,000. So time
 * is saved up for it, a tenth of what goes by; when there is none left, who
 * has not been asked for waits until there is. Counted are nodes that the
 * resolver visits, about one a microsecond.
 */
#include "daemon/wait.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/runner.h"
#include "resolver/resolver.h"

enum {
	VISITS_A_MS = 100,
	VISITS_MAX = 10000, /* saved */
};

static int64_t visits_left(struct service *service)
{
	uint64_t now_ms = runner_now_ms(), ms = now_ms - service->visits_ms;

	service->visits_ms = now_ms;
	if (ms > (uint64_t)(VISITS_MAX - service->visits) / VISITS_A_MS)
		service->visits = VISITS_MAX;
	else
		service->visits += (int64_t)ms * VISITS_A_MS;
	return service->visits;
}

static uint64_t n_visited(const struct service *service)
{
	struct resolver_stats stats;

	resolver_stats(runner_resolver(service->runner), &stats);
	return stats.visited;
}

bool stuck_may_change(struct service *service)
{
	uint64_t n = n_visited(service);
	bool may_change = n != service->n_visited;

	service->n_visited = n;
	return may_change;
}

/* Says what keeps the goal from coming up by itself, once each time. */
static void look_if_stuck(
    struct session *session, size_t i, const char *name)
{
	struct service *service = session->service;
	const struct resolver *resolver = runner_resolver(service->runner);
	const struct node *node = resolver_find(resolver, name);
	uint64_t before = n_visited(service), n;
	_cleanup_(text_clear) struct text text = { 0 };
	bool is_stuck = true;

	text_append_escaped(&text, name, strlen(name));
	text_append(&text, ": ");
	if (!node)
		text_append(&text, "no such device");
	else
		is_stuck = resolver_is_stuck(resolver, node,
		    session->wait->is_stuck[i] ? NULL : &text);
	n = n_visited(service) - before;
	service->n_visited += n;
	service->visits -= (int64_t)n;
	if (is_stuck && !session->wait->is_stuck[i]) {
		session->wait->is_stuck[i] = true;
		session_reply_more(session,
		    text.failed ? NULL :
				  json_pack("{s:o}", "stuck",
				      varlink_string(text.data)));
		return;
	}
	session->wait->is_stuck[i] = is_stuck;
}

/* Of a wait that goes on, as far as there are visits left. */
void stuck_look(struct session *session)
{
	struct service *service = session->service;
	struct wait *wait;

	while ((wait = session->wait) && wait->n_open > 0 &&
	    !wait_is_early(session) && visits_left(service) > 0) {
		size_t i = wait->next;
		const char *name =
		    json_string_value(json_array_get(wait->names, i));
		const struct node *node =
		    resolver_find(runner_resolver(service->runner), name);

		wait->next = (i + 1) % json_array_size(wait->names);
		wait->n_open--;
		if (!node || node_state(node) != NODE_UP)
			look_if_stuck(session, i, name);
	}
	if (session->wait && session->wait->n_open > 0)
		runner_settle_by(service->runner,
		    service->visits_ms + 1 +
			(uint64_t)(-service->visits / VISITS_A_MS));
}

/* Who could not be asked for is the first the next time. */
void stuck_look_at_all(struct service *service)
{
	size_t n = 0;
	struct session *session;

	list_for_each(session, &service->sessions, struct session, link)
		n++;
	for (; n > 0; n--) {
		session = list_entry(
		    service->sessions.next, struct session, link);
		stuck_look(session);
		if (session->wait && session->wait->n_open > 0)
			return;
		list_remove(&session->link);
		list_append(&service->sessions, &session->link);
	}
}
