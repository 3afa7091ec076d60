/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `netconf graph` shows: a profile's declarations and their references,
 * with the states that netconfd has for them, if it runs. The formats take
 * all they print from here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/output.h"
#include "cli/wire.h"
#include "resolver/graph.h"

struct cli;
struct text;

/* What is drawn differently. A group may also be a template. */
enum view_shape {
	SHAPE_NODE,
	SHAPE_GROUP,
	SHAPE_CONDITION, /* a state or location */
};

enum { VIEW_SHAPES = SHAPE_CONDITION + 1, VIEW_ROLES = EDGE_WHEN + 1 };

struct view_node {
	const struct decl *decl;
	bool is_shown;
	const struct wire_node *live; /* NULL: netconfd has not said */
	/* Of a template: where its instances stand among the live nodes. */
	size_t first_instance, n_instances;
};

struct view {
	const struct profile *profile;
	struct view_node *nodes; /* by the declarations' index */
	bool is_live;
	json_t *status;		/* netconfd's nodes */
	struct wire_node *live; /* read from them */
	size_t n_live;
};

/*
 * Makes the view: of the nodes that the operands name and all that they refer
 * to, or of all. Asks netconfd for the states, unless a profile is named and
 * no socket. An exit_status; to be cleared in any case.
 */
int view_open(
    const struct cli *cli, const struct profile *profile, struct view *ret);
void view_clear(struct view *view); /* fit for _cleanup_ */

enum view_shape view_shape(const struct decl *decl);
bool view_is_template(const struct decl *decl);

/* The word before the name of the node that the edge leads to: "requires",
 * "from", or the name of a kind's own key. */
const char *view_word(const struct edge *edge);

/* The word after it, "up" of an event for example; or NULL. */
const char *view_event(const struct edge *edge);

/* Whether the group that the edge is of has selected this member. */
bool view_is_selected(const struct view *view, const struct edge *edge);

const char *view_start(const struct decl *decl);

/* The state as netconfd has it; NULL: not known. */
const char *view_state(const struct view *view, const struct decl *decl);

/*
 * Appends what a box says of a node, in several lines, escaped for a
 * terminal: its name, kind and start, description, and states.
 */
void view_label(
    const struct view *view, const struct decl *decl, struct text *text);

/* ---- the formats; each an exit_status ---- */

int graph_print_text(const struct view *view, const struct output *out);
int graph_print_mermaid(const struct view *view);

/* Appends the graph in the language of graphviz. */
void graph_append_dot(const struct view *view, struct text *text);

/* Lets graphviz draw it. */
int graph_print_svg(const struct view *view);
