/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The methods of org.netconf and org.varlink.service. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/event-values.h"
#include "daemon/interfaces.h"
#include "daemon/runner.h"
#include "daemon/service.h"
#include "resolver/diagnostic.h"
#include "resolver/graph.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"

#define NETCONF "org.netconf"
#define VARLINK "org.varlink.service"

enum parameter_type { PARAMETER_BOOL, PARAMETER_STRING, PARAMETER_STRINGS };

struct parameter {
	const char *name; /* NULL ends a table */
	enum parameter_type type;
	bool is_optional;
};

enum { PARAMETERS_MAX = 4, STRINGS_MAX = 1024 };

struct method {
	const char *name; /* with its interface */
	void (*call)(struct session *session, const json_t *parameters);
	bool needs_more;
	struct parameter parameters[PARAMETERS_MAX];
};

static const struct {
	const char *name, *description;
} interfaces[] = {
	{ VARLINK, interface_org_varlink_service },
	{ NETCONF, interface_org_netconf },
};

static void get_info(struct session *session, const json_t *parameters)
{
	(void)parameters;
	session_reply(session,
	    json_pack("{s:s, s:s, s:s, s:s, s:[s, s]}", "vendor", "netconf",
		"product", "netconfd", "version", PACKAGE_VERSION, "url", "",
		"interfaces", VARLINK, NETCONF));
}

static void get_description(struct session *session, const json_t *parameters)
{
	const char *name =
	    json_string_value(json_object_get(parameters, "interface"));

	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++) {
		if (strcmp(interfaces[i].name, name) != 0)
			continue;
		session_reply(session, json_pack("{s:s}", "description",
					   interfaces[i].description));
		return;
	}
	session_error(session, VARLINK ".InterfaceNotFound",
	    json_pack("{s:s}", "interface", name));
}

/* ---- Status ---- */

static int append_node(const struct service *service, json_t *nodes,
    const struct node *node)
{
	return json_array_append_new(nodes, describe_node(service, node));
}

/* The node, and a template's instances, which follow it. */
static int append_family(const struct service *service, json_t *nodes,
    const struct node *node)
{
	const struct resolver *resolver = runner_resolver(service->runner);
	const struct decl *decl = node_decl(node);
	bool is_template = node_is_template(node);

	do {
		if (append_node(service, nodes, node) < 0)
			return -ENOMEM;
		node = resolver_each(resolver, node);
	} while (is_template && node && node_decl(node) == decl);
	return 0;
}

static int append_all(const struct service *service, json_t *nodes)
{
	const struct resolver *resolver = runner_resolver(service->runner);
	const struct node *node = NULL;

	while ((node = resolver_each(resolver, node))) {
		if (append_node(service, nodes, node) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void status(struct session *session, const json_t *parameters)
{
	const struct service *service = session->service;
	const struct resolver *resolver = runner_resolver(service->runner);
	const json_t *names = json_object_get(parameters, "nodes");
	json_t *nodes = json_array();
	int r = nodes ? 0 : -ENOMEM;

	if (r == 0 && !json_is_array(names))
		r = append_all(service, nodes);
	for (size_t i = 0; r == 0 && i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		const struct node *node = resolver_find(resolver, name);

		if (!node) {
			json_decref(nodes);
			session_unknown_node(session, name);
			return;
		}
		r = append_family(service, nodes, node);
	}
	if (r < 0) {
		json_decref(nodes);
		nodes = NULL;
	}
	session_reply(
	    session, nodes ? json_pack("{s:o}", "nodes", nodes) : NULL);
}

/* ---- Why ---- */

struct lines {
	const struct resolver *resolver;
	json_t *array;
	bool failed;
};

static void on_line(void *ctx, const struct why_line *line)
{
	struct lines *lines = ctx;
	const struct node *node =
	    line->node ? resolver_find(lines->resolver, line->node) : NULL;

	if (json_array_append_new(lines->array,
		json_pack("{s:i, s:o*, s:s*, s:s*, s:s, s:o*, s:o}", "depth",
		    (int)line->depth, "node", varlink_string(line->node),
		    "description",
		    node ? node_decl(node)->rare->description : NULL,
		    "state", line->state, "cause",
		    why_cause_name(line->cause), "event",
		    varlink_string(line->event), "text",
		    varlink_string(line->text))) < 0)
		lines->failed = true;
}

static void why(struct session *session, const json_t *parameters)
{
	const char *name =
	    json_string_value(json_object_get(parameters, "node"));
	struct lines lines = {
		.resolver = runner_resolver(session->service->runner),
		.array = json_array(),
	};
	int r = -ENOMEM;

	if (lines.array)
		r = resolver_why(lines.resolver, runner_now_ms(), name,
		    on_line, &lines);
	if (r < 0 || lines.failed) {
		json_decref(lines.array);
		lines.array = NULL;
	}
	if (r == -ENOENT)
		session_unknown_node(session, name);
	else
		session_reply(session,
		    lines.array ? json_pack("{s:o}", "lines", lines.array) :
				  NULL);
}

/* ---- Emit and Reload ---- */

/* False after an error reply. */
static bool is_allowed(struct session *session, const char *what)
{
	_cleanup_(text_clear) struct text text = { 0 };

	if (!peer_is_root(&session->peer)) {
		text_printf(&text, "only root may %s", what);
		session_error(session, NETCONF ".NotPermitted",
		    text.failed ?
			NULL :
			json_pack("{s:s}", "message", text.data));
		return false;
	}
	if (!session->service->is_ending)
		return true;
	session_error(session, NETCONF ".Busy",
	    json_pack("{s:s}", "message", "netconfd is ending"));
	return false;
}

static void emit(struct session *session, const json_t *parameters)
{
	const struct service *service = session->service;
	const char *event =
	    json_string_value(json_object_get(parameters, "event"));
	_cleanup_(event_values_clear) struct event_values values = { 0 };
	_cleanup_(text_clear) struct text said = { 0 };
	const char *nearest = NULL;
	uint32_t n;
	int r;

	if (!is_allowed(session, "emit events"))
		return;
	r = event_values_parse(
	    json_object_get(parameters, "values"), &values, &said);
	if (r == -EINVAL) {
		session_error(session, NETCONF ".BadValue",
		    json_pack("{s:s}", "message", said.data));
		return;
	}
	if (r == 0)
		r = runner_emit(
		    service->runner, event, values.items, values.n, &n);
	if (r < 0) {
		session_error(session, NETCONF ".Busy",
		    json_pack("{s:s}", "message", strerror(-r)));
		return;
	}
	if (n == 0)
		nearest = graph_nearest_event(service->profile, event);
	session_reply(session,
	    json_pack("{s:I, s:s*}", "listeners", (json_int_t)n, "nearest",
		nearest));
}

/* Lines may be long, and problems many. */
enum { SOURCES_MAX = 100 };

/* "'require' is not a key of ipsec nodes; did you mean 'requires'?" */
static json_t *describe_problem(
    const struct diagnostic *diagnostic, bool has_source)
{
	const char *source = has_source ? diagnostic->source : NULL;
	_cleanup_(text_clear) struct text text = { 0 };

	text_append(&text, diagnostic->text);
	if (diagnostic->hint)
		text_printf(&text, "; %s", diagnostic->hint);
	if (text.failed)
		return NULL;
	return json_pack("{s:o, s:I, s:I, s:I, s:b, s:o, s:o*, s:o*}", "file",
	    varlink_string(diagnostic->mark.file ? diagnostic->mark.file : ""),
	    "line", (json_int_t)diagnostic->mark.line, "column",
	    (json_int_t)diagnostic->mark.column, "length",
	    (json_int_t)diagnostic->mark.length, "error",
	    diagnostic->severity == SEVERITY_ERROR, "text",
	    varlink_string(text.data), "source",
	    source ? varlink_string(source) : NULL, "source_column",
	    source ? json_integer(diagnostic->source_column) : NULL);
}

static json_t *describe_problems(const struct diagnostics *diagnostics)
{
	json_t *problems = json_array();

	for (uint32_t i = 0; problems && i < diagnostics->n; i++) {
		if (json_array_append_new(problems,
			describe_problem(&diagnostics->items[i],
			    i < SOURCES_MAX)) < 0) {
			json_decref(problems);
			return NULL;
		}
	}
	return problems;
}

static void reload(struct session *session, const json_t *parameters)
{
	struct service *service = session->service;
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = { 0 };
	_cleanup_(text_clear) struct text said = { 0 };
	json_t *problems;
	int r;

	(void)parameters;
	if (!is_allowed(session, "reload the profile"))
		return;
	if (!service->reload) {
		session_error(session, NETCONF ".NotSupported",
		    json_pack("{s:s}", "message",
			"this netconfd does not read its profile again"));
		return;
	}
	r = service->reload(service->ctx, &diagnostics, &said);
	problems = describe_problems(&diagnostics);
	if (r == 0) {
		session_reply(session, problems ?
			json_pack("{s:o}", "problems", problems) : NULL);
		return;
	}
	if (diagnostics.n_errors > 0)
		text_printf(&said, "the profile has %u error%s",
		    diagnostics.n_errors,
		    diagnostics.n_errors == 1 ? "" : "s");
	text_append(&said, "; nothing has been changed");
	session_error(session, NETCONF ".BadProfile",
	    problems && !said.failed ?
		json_pack("{s:o, s:o}", "message", varlink_string(said.data),
		    "problems", problems) :
		NULL);
}

/* ---- the table ---- */

#define NODES(optional) { "nodes", PARAMETER_STRINGS, optional }
#define WAIT		{ "wait", PARAMETER_BOOL, true }
#define FORCE		{ "force", PARAMETER_BOOL, true }
#define NODE		{ "node", PARAMETER_STRING, false }
#define EVENT		{ "event", PARAMETER_STRING, false }
#define VALUES		{ "values", PARAMETER_STRINGS, true }
#define INTERFACE	{ "interface", PARAMETER_STRING, false }

static const struct method methods[] = {
	{ VARLINK ".GetInfo", get_info, false, { { 0 } } },
	{ VARLINK ".GetInterfaceDescription", get_description, false,
	    { INTERFACE } },
	{ NETCONF ".Up", wait_up, false, { NODES(false), WAIT } },
	{ NETCONF ".Wait", wait_wait, true, { NODES(false) } },
	{ NETCONF ".Down", wait_down, false, { NODES(false), FORCE, WAIT } },
	{ NETCONF ".Reset", wait_reset, false, { NODES(false) } },
	{ NETCONF ".Restart", wait_restart, false, { NODES(false), WAIT } },
	{ NETCONF ".Emit", emit, false, { EVENT, VALUES } },
	{ NETCONF ".Reload", reload, false, { { 0 } } },
	{ NETCONF ".Status", status, false, { NODES(true) } },
	{ NETCONF ".Why", why, false, { NODE } },
	{ NETCONF ".Plan", plan_up, false, { NODES(false) } },
	{ NETCONF ".Monitor", wait_monitor, true, { { 0 } } },
};

static bool is_strings(const json_t *value)
{
	if (!json_is_array(value))
		return false;
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (!json_is_string(json_array_get(value, i)))
			return false;
	}
	return true;
}

static bool fits(const struct parameter *parameter, const json_t *value)
{
	if (!value || json_is_null(value))
		return parameter->is_optional;
	switch (parameter->type) {
	case PARAMETER_BOOL:
		return json_is_boolean(value);
	case PARAMETER_STRING:
		return json_is_string(value);
	case PARAMETER_STRINGS:
		return is_strings(value);
	}
	return false;
}

static bool is_known(const struct method *method, const char *name)
{
	for (size_t i = 0; i < PARAMETERS_MAX; i++) {
		const struct parameter *parameter = &method->parameters[i];

		if (parameter->name && strcmp(parameter->name, name) == 0)
			return true;
	}
	return false;
}

/* NULL, or the parameter that is unknown, missing or of another type. */
static const char *find_wrong(
    const struct method *method, json_t *parameters)
{
	const char *key;
	json_t *value;

	json_object_foreach(parameters, key, value)
	{
		if (!is_known(method, key))
			return key;
	}
	for (size_t i = 0; i < PARAMETERS_MAX; i++) {
		const struct parameter *parameter = &method->parameters[i];

		if (parameter->name &&
		    !fits(parameter,
			json_object_get(parameters, parameter->name)))
			return parameter->name;
	}
	return NULL;
}

/* Says which list of the call is too long, if one is. */
static void say_long(json_t *parameters, struct text *said)
{
	const char *key;
	json_t *value;

	json_object_foreach(parameters, key, value)
	{
		if (json_array_size(value) > STRINGS_MAX)
			text_printf(said,
			    "%zu '%s' are more than the %d of one call: make "
			    "several", json_array_size(value), key,
			    STRINGS_MAX);
	}
}

static void run(struct session *session, const struct method *method,
    json_t *parameters)
{
	const char *wrong = find_wrong(method, parameters);
	_cleanup_(text_clear) struct text said = { 0 };

	if (!wrong)
		say_long(parameters, &said);
	if (wrong)
		session_error(session, VARLINK ".InvalidParameter",
		    json_pack("{s:s}", "parameter", wrong));
	else if (said.data || said.failed)
		session_error(session, NETCONF ".BadValue",
		    said.failed ? NULL :
				  json_pack("{s:s}", "message", said.data));
	else if (method->needs_more && !session->more)
		session_error(session, VARLINK ".ExpectedMore", json_object());
	else
		method->call(session, parameters);
}

static bool interface_exists(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++) {
		if (strlen(interfaces[i].name) == n &&
		    strncmp(interfaces[i].name, name, n) == 0)
			return true;
	}
	return false;
}

void methods_call(struct session *session, const struct varlink_call *call)
{
	const char *dot = strrchr(call->method, '.');

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		if (strcmp(methods[i].name, call->method) == 0) {
			run(session, &methods[i], call->parameters);
			return;
		}
	}
	if (dot &&
	    interface_exists(call->method, (size_t)(dot - call->method)))
		session_error(session, VARLINK ".MethodNotFound",
		    json_pack("{s:s}", "method", call->method));
	else
		session_error(session, VARLINK ".InterfaceNotFound",
		    json_pack("{s:s%}", "interface", call->method,
			dot ? (size_t)(dot - call->method) :
			      strlen(call->method)));
}
