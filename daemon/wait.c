/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Up, Wait, Down and Monitor: what is answered by a stream of changes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/runner.h"
#include "daemon/service.h"
#include "daemon/state.h"
#include "daemon/wait.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"

enum act { ACT_UP, ACT_DOWN, ACT_RESET, ACT_RESTART };

static struct wait *wait_free(struct wait *wait)
{
	if (!wait)
		return NULL;
	json_decref(wait->names);
	json_decref(wait->held);
	way_clear(&wait->way);
	free(wait->is_stuck);
	free(wait);
	return NULL;
}

void wait_end(struct session *session)
{
	session->wait = wait_free(session->wait);
}

/* Theirs are on its way, too: they stop before it does. */
static bool has_dependents(const struct wait *wait)
{
	return wait->type == WAIT_DOWN || wait->type == WAIT_RESTART;
}

static int fill(struct wait *wait, const struct service *service)
{
	size_t n = json_array_size(wait->names);
	int r;

	wait->held = json_array();
	wait->is_stuck = calloc(n + 1, sizeof(*wait->is_stuck));
	if (!wait->held || !wait->is_stuck)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const char *name =
		    json_string_value(json_array_get(wait->names, i));

		r = way_add(&wait->way, service->profile,
		    names_decl(service, name));
		if (r < 0)
			return r;
	}
	return has_dependents(wait) && n > 0 ?
		way_add_dependents(&wait->way, service->profile) :
		0;
}

void wait_profile_changed(struct session *session)
{
	const struct service *service = session->service;
	struct wait *wait = session->wait;
	int r = 0;

	if (!wait || wait->type == WAIT_MONITOR)
		return;
	way_clear(&wait->way);
	for (size_t i = 0; r == 0 && i < json_array_size(wait->names); i++) {
		const char *name =
		    json_string_value(json_array_get(wait->names, i));
		const struct decl *decl = names_decl(service, name);

		if (!decl) {
			/* The name is told after the wait has gone. */
			json_t *names = json_incref(wait->names);

			wait_end(session);
			session_unknown_node(session, name);
			json_decref(names);
			return;
		}
		r = way_add(&wait->way, service->profile, decl);
	}
	if (r == 0 && has_dependents(wait))
		r = way_add_dependents(&wait->way, service->profile);
	if (r < 0) {
		wait_end(session);
		session_reply(session, NULL);
	}
}

/* The names are known ones. From here on the session hears of changes. */
static int wait_begin(
    struct session *session, enum wait_type type, json_t *names)
{
	struct wait *wait = calloc(1, sizeof(*wait));
	int r;

	if (!wait)
		return -ENOMEM;
	wait->type = type;
	wait->names = json_incref(names);
	r = fill(wait, session->service);
	if (r < 0) {
		wait_free(wait);
		return r;
	}
	if (type == WAIT_UP || type == WAIT_RESTART)
		wait->n_open = json_array_size(names);
	session->wait = wait;
	return 0;
}

/* ---- the stream ---- */

static void send_change(struct session *session, json_t *change)
{
	session_reply_more(
	    session, json_pack("{s:O}", "change", change));
}

void service_changed(struct service *service, const struct notice *notice)
{
	const struct decl *decl = node_decl(notice->node);
	_cleanup_(json_decrefp) json_t *change = NULL;
	struct session *session;

	service->has_news = false;
	list_for_each(session, &service->sessions, struct session, link)
	{
		struct wait *wait = session->wait;

		if (!wait ||
		    (wait->type != WAIT_MONITOR &&
			!(profile_has_decl(service->profile, decl) &&
			    way_has(&wait->way, decl))))
			continue;
		if (!change)
			change = describe_change(notice);
		if (wait->held && change)
			json_array_append(wait->held, change);
		else
			send_change(session, change);
	}
}

void service_news(struct service *service)
{
	service->has_news = true;
}

/* Sends what was said, then the changes since: people read why first. */
static void send_held(struct session *session, json_t *said)
{
	json_t *held = steal_ptr(session->wait->held);

	if (json_array_size(said) > 0)
		session_reply_more(session, json_pack("{s:o}", "said", said));
	else
		json_decref(said);
	/* Sending may end the wait, and with it the session's interest. */
	for (size_t i = 0; i < json_array_size(held); i++)
		send_change(session, json_array_get(held, i));
	json_decref(held);
}

static void finish(struct session *session, json_t *parameters)
{
	wait_end(session);
	session_reply(session, parameters);
}

static json_t *describe_goals(
    const struct service *service, const struct wait *wait)
{
	const struct resolver *resolver = runner_resolver(service->runner);
	json_t *nodes = json_array();

	for (size_t i = 0; nodes && i < json_array_size(wait->names); i++) {
		const struct node *node = resolver_find(resolver,
		    json_string_value(json_array_get(wait->names, i)));

		if (!node)
			continue;
		if (json_array_append_new(
			nodes, describe_node(service, node)) < 0) {
			json_decref(nodes);
			return NULL;
		}
	}
	return nodes;
}

bool wait_is_early(const struct session *session)
{
	return session->wait->type == WAIT_RESTART &&
	    runner_is_stopping(
		session->service->runner, &session->wait->way);
}

static void settle_up(struct session *session, bool is_change)
{
	const struct service *service = session->service;
	const struct resolver *resolver = runner_resolver(service->runner);
	struct wait *wait = session->wait;
	size_t n = json_array_size(wait->names), n_up = 0, n_idle = 0;
	const char *result = NULL;

	if (wait_is_early(session))
		return;
	for (size_t i = 0; i < n && !result; i++) {
		const struct node *node = resolver_find(resolver,
		    json_string_value(json_array_get(wait->names, i)));

		if (node && node_state(node) == NODE_UP)
			n_up++;
		else if (node && node_is_permanent(node))
			result = "failed";
		else if (wait->type == WAIT_RESTART && node &&
		    node_state(node) == NODE_IDLE)
			n_idle++; /* nobody wants it: it stays so */
	}
	if (n_up == n)
		result = "up";
	else if (!result && n_up + n_idle == n)
		result = "idle";
	if (result) {
		finish(session,
		    json_pack("{s:s, s:o}", "result", result, "nodes",
			describe_goals(service, wait)));
		return;
	}
	if (is_change)
		wait->n_open = n;
}

/* It is still wanted: the down left it as it was. */
static bool is_wanted(const struct service *service, const char *name)
{
	const struct node *node =
	    resolver_find(runner_resolver(service->runner), name);

	return node && node_state(node) != NODE_IDLE &&
	    node_state(node) != NODE_STOPPING;
}

/*
 * The nodes named are down only when their dependents are, and what they
 * alone needed goes after them: over when nothing of it is being stopped. If
 * one of them still is, it may be waiting for any other that stops first.
 */
static void settle_down(struct session *session)
{
	const struct service *service = session->service;
	const json_t *names = session->wait->names;
	const struct way *way = &session->wait->way;
	bool is_held = false;

	for (size_t i = 0; i < json_array_size(names); i++)
		is_held |= is_wanted(
		    service, json_string_value(json_array_get(names, i)));
	if (!runner_is_stopping(service->runner, is_held ? NULL : way))
		finish(session, json_pack("{s:s}", "result",
				    is_held ? "held" : "down"));
}

void service_settled(struct service *service)
{
	bool is_change = stuck_may_change(service);
	bool has_news = service->has_news;
	struct session *session;

	service->has_news = false;

	list_for_each(session, &service->sessions, struct session, link)
	{
		/* A reload may have ended its wait. */
		if (!session->wait) {
			session_resume(session);
			continue;
		}
		switch (session->wait->type) {
		case WAIT_UP:
		case WAIT_RESTART:
			settle_up(session, is_change);
			break;
		case WAIT_DOWN:
			settle_down(session);
			break;
		case WAIT_MONITOR:
			if (has_news)
				session_reply_more(session, json_object());
			break;
		}
		/* The calls that waited for this one's end. */
		session_resume(session);
	}
	stuck_look_at_all(service);
}

/* ---- the methods ---- */

static bool wants_to_wait(
    const struct session *session, const json_t *parameters)
{
	/* Nobody would hear of it. */
	return !session->oneway &&
	    json_is_true(json_object_get(parameters, "wait"));
}

/* False after an error reply: unknown names, or none, or wait without more. */
static bool check_names(struct session *session, const json_t *parameters)
{
	if (wants_to_wait(session, parameters) && !session->more) {
		session_error(session, "org.varlink.service.ExpectedMore",
		    json_object());
		return false;
	}
	return names_check(session, json_object_get(parameters, "nodes"));
}

static bool check_permission(struct session *session, const char *name)
{
	const struct decl *decl = names_decl(session->service, name);
	_cleanup_(text_clear) struct text text = { 0 };

	if (peer_is_root(&session->peer) ||
	    peer_is_listed(
		&session->peer, decl->rare->allow, decl->rare->n_allow))
		return true;
	text_printf(&text, "'%s': only root%s may bring it up and down",
	    decl->name,
	    decl->rare->n_allow > 0 ? " and those whom its 'allow' lists" : "");
	session_error(session, "org.netconf.NotPermitted",
	    text.failed ? NULL : json_pack("{s:s}", "message", text.data));
	return false;
}

/* False after an error reply. */
static bool may_change(struct session *session, const json_t *parameters)
{
	const json_t *names = json_object_get(parameters, "nodes");

	if (!check_names(session, parameters))
		return false;
	for (size_t i = 0; i < json_array_size(names); i++) {
		if (!check_permission(session,
			json_string_value(json_array_get(names, i))))
			return false;
	}
	if (!session->service->is_ending)
		return true;
	session_error(session, "org.netconf.Busy",
	    json_pack("{s:s}", "message", "netconfd is ending"));
	return false;
}

static int change(struct session *session, enum act act,
    const json_t *parameters, struct text *said)
{
	struct service *service = session->service;
	const json_t *array = json_object_get(parameters, "nodes");
	_cleanup_(free_ptr) const char **names = names_list(array);
	size_t n = json_array_size(array);
	int r = 0;

	if (!names)
		return -ENOMEM;
	service_news(service);
	switch (act) {
	case ACT_UP:
		r = runner_up(service->runner, names, n, said);
		break;
	case ACT_DOWN:
		r = runner_down(service->runner, names, n,
		    json_is_true(json_object_get(parameters, "force")), said);
		break;
	case ACT_RESET:
		return runner_reset(service->runner, names, n, said);
	case ACT_RESTART:
		return runner_restart(service->runner, names, n, said);
	}
	if (r == 0 && service->goals_changed)
		session->save = service->goals_changed(service->ctx);
	return r;
}

static void refuse_change(struct session *session, const json_t *names, int r)
{
	wait_end(session);
	if (r == -ENOENT)
		session_unknown_node(
		    session, names_missing(session->service, names));
	else
		session_error(session, "org.netconf.Busy",
		    json_pack("{s:s}", "message",
			"out of memory: nothing has been changed"));
}

static enum wait_type wait_of(enum act act)
{
	switch (act) {
	case ACT_UP:
	case ACT_RESET:
		return WAIT_UP;
	case ACT_DOWN:
		return WAIT_DOWN;
	case ACT_RESTART:
		break;
	}
	return WAIT_RESTART;
}

static void change_and_answer(struct session *session, enum act act,
    const json_t *parameters)
{
	json_t *names = json_object_get(parameters, "nodes");
	_cleanup_(text_clear) struct text text = { 0 };
	bool is_waiting = wants_to_wait(session, parameters);
	json_t *said;
	int r = 0;

	if (!may_change(session, parameters))
		return;
	if (is_waiting)
		r = wait_begin(session, wait_of(act), names);
	if (r == 0)
		r = change(session, act, parameters, &text);
	if (r < 0) {
		refuse_change(session, names, r);
		return;
	}
	said = describe_lines(&text);
	if (is_waiting)
		send_held(session, said);
	else if (said && json_array_size(said) == 0) {
		json_decref(said);
		session_reply(session, json_object());
	} else
		session_reply(session,
		    said ? json_pack("{s:o}", "said", said) : NULL);
}

void wait_up(struct session *session, const json_t *parameters)
{
	change_and_answer(session, ACT_UP, parameters);
}

void wait_down(struct session *session, const json_t *parameters)
{
	change_and_answer(session, ACT_DOWN, parameters);
}

void wait_reset(struct session *session, const json_t *parameters)
{
	change_and_answer(session, ACT_RESET, parameters);
}

void wait_restart(struct session *session, const json_t *parameters)
{
	change_and_answer(session, ACT_RESTART, parameters);
}

void wait_wait(struct session *session, const json_t *parameters)
{
	json_t *names = json_object_get(parameters, "nodes");

	if (!check_names(session, parameters))
		return;
	if (wait_begin(session, WAIT_UP, names) < 0) {
		refuse_change(session, names, -ENOMEM);
		return;
	}
	send_held(session, json_array());
	if (session->wait)
		settle_up(session, true);
	stuck_look(session);
}

void wait_monitor(struct session *session, const json_t *parameters)
{
	(void)parameters;
	if (wait_begin(session, WAIT_MONITOR, NULL) < 0) {
		refuse_change(session, NULL, -ENOMEM);
		return;
	}
	send_held(session, NULL);
	/* So that the client knows from when on it hears of all. */
	session_reply_more(session, json_object());
}
