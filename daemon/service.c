/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/log.h"
#include "resolver/profile.h"

static bool has_fact(const struct service *service, const char *name)
{
	for (size_t i = 0; i < service->n_fact_names; i++) {
		if (strcmp(service->fact_names[i], name) == 0)
			return true;
	}
	return false;
}

/* True for the first node of each kind. The profile's kinds are few, its
 * nodes may be many: compare kinds only. */
static bool kind_is_new(const struct schema *const *kinds, size_t n,
    const struct schema *schema)
{
	for (size_t i = 0; i < n; i++) {
		if (kinds[i] == schema)
			return false;
	}
	return true;
}

static int add_fact_names(
    struct service *service, const struct schema *schema)
{
	const struct schema_fact *fact = schema->facts;

	for (; fact && fact->name; fact++) {
		const char **grown;

		if (has_fact(service, fact->name))
			continue;
		grown = reallocarray(service->fact_names,
		    service->n_fact_names + 1, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		service->fact_names = grown;
		grown[service->n_fact_names++] = fact->name;
	}
	return 0;
}

static int add_all_fact_names(
    struct service *service, const struct profile *profile)
{
	const struct schema *kinds[64];
	size_t n_kinds = 0;

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct schema *schema = profile->decls[i].schema;

		if (!kind_is_new(kinds, n_kinds, schema))
			continue;
		if (n_kinds < ARRAY_SIZE(kinds))
			kinds[n_kinds++] = schema;
		if (add_fact_names(service, schema) < 0)
			return -ENOMEM;
	}
	return 0;
}

int service_init(struct service *service, struct runner *runner,
    const struct profile *profile, uint64_t (*goals_changed)(void *ctx),
    void *ctx)
{
	*service = (struct service){
		.runner = runner,
		.profile = profile,
		.goals_changed = goals_changed,
		.ctx = ctx,
	};
	list_init(&service->sessions);
	return add_all_fact_names(service, profile);
}

int service_set_profile(struct service *service, const struct profile *profile)
{
	struct session *session;
	int r;

	/* Names that the former profile's kinds had do no harm. */
	r = add_all_fact_names(service, profile);
	if (r < 0)
		return r;
	service->profile = profile;
	service->n_visited = UINT64_MAX; /* the next resolver counts anew */
	list_for_each(session, &service->sessions, struct session, link)
		wait_profile_changed(session);
	return 0;
}

void service_clear(struct service *service)
{
	free(service->fact_names);
	*service = (struct service){ 0 };
}

void session_open(struct service *service, struct session *session,
    const struct peer *peer)
{
	session->service = service;
	session->peer = *peer;
	list_append(&service->sessions, &session->link);
}

void session_end(struct session *session)
{
	session->is_closed = true;
	wait_end(session);
	list_remove(&session->link);
	text_clear(&session->held);
	varlink_input_clear(&session->input);
	peer_clear(&session->peer);
}

/* ---- replies ---- */

/* More than so much does not wait for a disk. */
enum { HELD_MAX = 256 << 10 };

void session_release(struct session *session)
{
	size_t n = session->held.n;

	session->save = 0;
	if (n > 0)
		session->send(session, text_steal(&session->held), n);
}

void service_stored(struct service *service, uint64_t number)
{
	struct session *session;

	service->n_stored = number;
	list_for_each(session, &service->sessions, struct session, link)
		if (session->save <= number && !session->is_closed)
			session_release(session);
}

/* False: out of memory. */
static bool hold_back(struct session *session, char *data, size_t n)
{
	text_append_n(&session->held, data, n);
	free(data);
	if (session->held.failed)
		return false;
	if (session->held.n > HELD_MAX)
		session_release(session);
	return true;
}

static void hang_up(struct session *session)
{
	if (session->is_closed)
		return;
	if (!session->held.failed)
		session_release(session);
	session->is_closed = true;
	wait_end(session);
	varlink_input_clear(&session->input);
	session->close(session);
}

/* data NULL: out of memory. A client that misses a reply would wait for
 * ever: it is told by the end of the connection. */
static void send_data(struct session *session, char *data, size_t n)
{
	if (session->is_closed || session->oneway) {
		free(data);
		return;
	}
	if (data && session->save > session->service->n_stored) {
		if (hold_back(session, data, n))
			return;
	} else if (data) {
		session->send(session, data, n);
		return;
	}
	log_write(LOG_LEVEL_ERROR, NULL,
	    "out of memory: a control client is not answered");
	hang_up(session);
}

void session_reply(struct session *session, json_t *parameters)
{
	size_t n = 0;
	char *data = varlink_reply(parameters, false, &n);

	send_data(session, data, n);
}

void session_reply_more(struct session *session, json_t *parameters)
{
	size_t n = 0;
	char *data = varlink_reply(parameters, true, &n);

	send_data(session, data, n);
}

void session_error(
    struct session *session, const char *error, json_t *parameters)
{
	size_t n = 0;
	char *data = varlink_error(error, parameters, &n);

	send_data(session, data, n);
}

void session_unknown_node(struct session *session, const char *name)
{
	const struct profile *profile = session->service->profile;
	_cleanup_(text_clear) struct text message = { 0 };
	const struct decl *decl =
	    profile_find_n(profile, name, strcspn(name, "@"));
	const char *nearest;
	json_t *parameters = NULL;

	text_append_char(&message, '\'');
	text_append_escaped(&message, name, strlen(name));
	if (decl && decl->root) {
		text_printf(&message,
		    "' is not there: %s has no such device; 'netconf status "
		    "%s' lists those it has", decl->name, decl->name);
	} else if (decl) {
		text_printf(&message,
		    "' is not there: %s does not exist once per device",
		    decl->name);
	} else {
		nearest = profile_nearest(profile, name);
		text_append(&message, "' is not a node of the profile");
		if (nearest)
			text_printf(
			    &message, "; did you mean '%s'?", nearest);
		else
			text_append(&message, "; 'netconf status' lists them");
	}
	if (!message.failed)
		parameters = json_pack(
		    "{s:s, s:s}", "node", name, "message", message.data);
	session_error(session, "org.netconf.UnknownNode", parameters);
}

/* ---- input ---- */

static void refuse(struct session *session, const char *why)
{
	/* What is not a call has no name for what is wrong with it. */
	session->oneway = false;
	session_error(session, "org.varlink.service.InvalidParameter",
	    json_pack("{s:s}", "parameter", why));
	hang_up(session);
}

void session_resume(struct session *session)
{
	while (!session->is_closed && !session->is_full && !session->wait) {
		_cleanup_(varlink_call_clear) struct varlink_call call = { 0 };
		_cleanup_(text_clear) struct text said = { 0 };
		int r = varlink_input_next(&session->input, &call, &said);

		if (r == 0)
			return;
		if (r < 0) {
			refuse(session,
			    r == -EBADMSG && said.data && !said.failed ?
				said.data :
				"out of memory");
			return;
		}
		session->more = call.more && !call.oneway;
		session->oneway = call.oneway;
		methods_call(session, &call);
	}
}

void session_input(struct session *session, const char *data, size_t n)
{
	while (n > 0 && !session->is_closed) {
		size_t room = varlink_input_room(&session->input);
		size_t part = n < room ? n : room;

		if (part == 0) {
			refuse(session, "more than 64 KiB");
			return;
		}
		if (varlink_input_add(&session->input, data, part) < 0) {
			refuse(session, "out of memory");
			return;
		}
		data += part;
		n -= part;
		session_resume(session);
	}
}
