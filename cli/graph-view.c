/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/graph-view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/session.h"

enum {
	LABEL_COLUMNS = 32, /* of a description's line */
	LABEL_LINES = 4,    /* of it; the rest is cut off */
	INSTANCES_MAX = 8,  /* listed in a box; more are counted */
};

enum view_shape view_shape(const struct decl *decl)
{
	const unsigned flags = decl->schema->flags;

	if (flags & SCHEMA_GROUP)
		return SHAPE_GROUP;
	return flags & (SCHEMA_STATE | SCHEMA_LOCATION) ? SHAPE_CONDITION
							: SHAPE_NODE;
}

bool view_is_template(const struct decl *decl)
{
	return decl->root != NULL;
}

const char *view_start(const struct decl *decl)
{
	switch (decl->start) {
	case START_MANUAL:
		return "manual";
	case START_AUTO:
		return "auto";
	case START_HOTPLUG:
		return "hotplug";
	}
	return "";
}

const char *view_word(const struct edge *edge)
{
	switch (edge->role) {
	case EDGE_REQUIRES:
		return "requires";
	case EDGE_OVER:
		return "over";
	case EDGE_WANTS:
		return "wants";
	case EDGE_AFTER:
		return "after";
	case EDGE_OF:
		return "of";
	case EDGE_KEY_REQUIRES:
	case EDGE_KEY_PULLS:
	case EDGE_FOLLOWS:
		return edge_ref(edge)->key->name;
	case EDGE_EVENT:
		if (edge->index == EVENT_IS_TASK)
			return "on-event";
		return edge->index % 2 ? "until" : "from";
	case EDGE_WHEN:
		return "when";
	}
	return "";
}

const char *view_event(const struct edge *edge)
{
	if (edge->role != EDGE_EVENT)
		return NULL;
	switch (edge_trigger(edge)->type) {
	case EVENT_UP:
		return "up";
	case EVENT_DOWN:
		return "down";
	case EVENT_FAILED:
		return "failed";
	case EVENT_NONE:
	case EVENT_NAMED:
	case EVENT_STARTUP:
		break;
	}
	return NULL;
}

static const struct view_node *node_of(
    const struct view *view, const struct decl *decl)
{
	return &view->nodes[decl->index];
}

bool view_is_selected(const struct view *view, const struct edge *edge)
{
	const struct wire_node *group = node_of(view, edge->from)->live;
	size_t n = strlen(edge->to->name);

	if (edge->role != EDGE_OF || !group || !group->selected ||
	    strncmp(group->selected, edge->to->name, n) != 0)
		return false;
	if (!edge->device)
		return group->selected[n] == '\0' || group->selected[n] == '@';
	return group->selected[n] == '@' &&
	    strcmp(group->selected + n + 1, edge->device) == 0;
}

const char *view_state(const struct view *view, const struct decl *decl)
{
	const struct wire_node *live = node_of(view, decl)->live;

	return live ? live->state : NULL;
}

/* Bytes of s that fit on a line: up to a blank, or else to a character's
 * end. Columns are counted as characters. */
static size_t line_bytes(const char *s)
{
	size_t n = 0, blank = 0, columns = 0;

	for (; s[n] != '\0'; n++) {
		bool begins = ((unsigned char)s[n] & 0xc0) != 0x80;

		if (begins && columns++ == LABEL_COLUMNS)
			return blank > 0 ? blank : n;
		if (s[n] == ' ')
			blank = n;
	}
	return n;
}

static void append_description(struct text *text, const char *description)
{
	_cleanup_(text_clear) struct text escaped = {0};
	const char *s;

	output_escaped(&escaped, description);
	text->failed |= escaped.failed;
	s = escaped.data ? escaped.data : "";
	for (int line = 0; *s; line++) {
		size_t n = line_bytes(s);

		text_append_char(text, '\n');
		if (line == LABEL_LINES) {
			text_append(text, "...");
			return;
		}
		text_append_n(text, s, n);
		s += n + strspn(s + n, " ");
	}
}

static void append_instances(const struct view *view,
    const struct view_node *node, struct text *text)
{
	for (size_t i = 0; i < node->n_instances; i++) {
		const struct wire_node *live =
		    &view->live[node->first_instance + i];

		if (i == INSTANCES_MAX) {
			text_printf(text, "\nand %zu more",
			    node->n_instances - INSTANCES_MAX);
			return;
		}
		text_append_char(text, '\n');
		output_escaped(text, strchr(live->name, '@'));
		text_append_char(text, ' ');
		output_escaped(text, live->state);
	}
}

void view_label(
    const struct view *view, const struct decl *decl, struct text *text)
{
	const struct view_node *node = node_of(view, decl);

	text_append(text, decl->name);
	text_printf(text, "\n%s, %s", decl->schema->kind, view_start(decl));
	if (decl->rare->description)
		append_description(text, decl->rare->description);
	if (!node->live)
		return;
	if (node->n_instances > 0) {
		append_instances(view, node, text);
		return;
	}
	text_append_char(text, '\n');
	output_escaped(text, node->live->state);
	if (node->live->selected) {
		text_append(text, ": ");
		output_escaped(text, node->live->selected);
	}
}

static int unknown_node(const struct profile *profile, const char *name)
{
	const char *nearest = profile_nearest(profile, name);

	if (nearest)
		complain("'%s' is not a node of the profile; did you mean "
			 "'%s'?",
		    name, nearest);
	else
		complain("'%s' is not a node of the profile; without a name "
			 "'netconf graph' shows them all",
		    name);
	return EXIT_WRONG;
}

/* Shows what is named, and all below. */
static int choose_nodes(const struct cli *cli, struct view *view)
{
	const struct profile *profile = view->profile;
	_cleanup_(free_ptr) const struct decl **list =
	    calloc((size_t)profile->n_decls + 1, sizeof(*list));
	size_t n = 0;

	if (!list)
		return output_no_memory();
	for (size_t i = 0; i < cli->n_operands; i++) {
		const char *name = cli->operands[i];
		const struct decl *decl =
		    profile_find_n(profile, name, strcspn(name, "@"));

		if (!decl)
			return unknown_node(profile, name);
		if (strchr(name, '@') && !view_is_template(decl)) {
			complain("'%s' is not there: %s does not exist once "
				 "per device", name, decl->name);
			return EXIT_WRONG;
		}
		if (!view->nodes[decl->index].is_shown)
			list[n++] = decl;
		view->nodes[decl->index].is_shown = true;
	}
	for (size_t i = 0; i < n; i++) {
		const struct edges *edges = list[i]->edges;

		for (uint32_t k = 0; k < edges->n_down; k++) {
			const struct decl *to = edges->down[k].to;

			if (!view->nodes[to->index].is_shown)
				list[n++] = to;
			view->nodes[to->index].is_shown = true;
		}
	}
	return EXIT_DONE;
}

/* False: nobody listens, and that is no mistake. */
static bool wants_states(const struct cli *cli)
{
	struct client *client;
	int r;

	if (cli->socket)
		return true;
	if (cli->n_profiles > 0)
		return false;
	r = client_open(RUNSTATEDIR "/netconf/control", &client);
	if (r == 0)
		client_close(client);
	return r != -ENOENT && r != -ENOTDIR && r != -ECONNREFUSED;
}

/* Instances follow their template. */
static void merge_states(struct view *view)
{
	size_t n_known = 0, n_unknown = 0;

	for (size_t i = 0; i < view->n_live; i++) {
		const char *name = view->live[i].name;
		size_t n = strcspn(name, "@");
		const struct decl *decl =
		    profile_find_n(view->profile, name, n);
		struct view_node *node = decl ? &view->nodes[decl->index]
					      : NULL;

		if (!node || strcmp(decl->schema->kind,
				 view->live[i].kind) != 0) {
			n_unknown++;
		} else if (name[n] == '\0') {
			node->live = &view->live[i];
			n_known++;
		} else if (node->live) {
			if (node->n_instances == 0)
				node->first_instance = i;
			node->n_instances = i + 1 - node->first_instance;
		}
	}
	if (n_unknown > 0 || n_known < view->profile->n_decls)
		complain("netconfd has another profile than this; nodes that "
			 "it does not know are shown without state");
}

static int read_states(const struct cli *cli, struct view *view)
{
	_cleanup_(session_close) struct session session = {0};
	_cleanup_(reply_clear) struct reply reply = {0};
	struct cli quiet = *cli; /* or the reply itself would be printed */
	const json_t *nodes;
	const char *problem;

	quiet.json = false;
	int status =
	    session_ask(&quiet, "Status", json_object(), &session, &reply);
	if (status != EXIT_DONE)
		return status;
	nodes = wire_array(reply.parameters, "nodes");
	if (!nodes)
		return session_bad_reply("it has no 'nodes'");
	view->status = json_incref((json_t *)nodes);
	view->live = calloc(json_array_size(nodes) + 1, sizeof(*view->live));
	if (!view->live)
		return output_no_memory();
	for (size_t i = 0; i < json_array_size(nodes); i++, view->n_live++) {
		if (wire_read_node(json_array_get(nodes, i), &view->live[i],
			&problem) < 0)
			return session_bad_reply(problem);
	}
	view->is_live = true;
	merge_states(view);
	return EXIT_DONE;
}

int view_open(
    const struct cli *cli, const struct profile *profile, struct view *ret)
{
	int status = EXIT_DONE;

	*ret = (struct view){.profile = profile};
	ret->nodes =
	    calloc((size_t)profile->n_decls + 1, sizeof(*ret->nodes));
	if (!ret->nodes)
		return output_no_memory();
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		ret->nodes[i].decl = &profile->decls[i];
		ret->nodes[i].is_shown = cli->n_operands == 0;
	}
	if (cli->n_operands > 0)
		status = choose_nodes(cli, ret);
	if (status == EXIT_DONE && wants_states(cli))
		status = read_states(cli, ret);
	return status;
}

void view_clear(struct view *view)
{
	json_decref(view->status);
	free(view->live);
	free(view->nodes);
	*view = (struct view){0};
}
