/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The graph in the language of graphviz, with a legend of what it shows. */
#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/graph-view.h"

static const char *const shapes[VIEW_SHAPES] = {
    [SHAPE_NODE] = "box",
    [SHAPE_GROUP] = "ellipse",
    [SHAPE_CONDITION] = "hexagon",
};

static const char *const shape_words[VIEW_SHAPES] = {
    [SHAPE_NODE] = "node",
    [SHAPE_GROUP] = "group",
    [SHAPE_CONDITION] = "condition",
};

static const struct {
	const char *word; /* in the legend */
	const char *attributes;
	bool has_label; /* its style does not say which key or event */
} roles[VIEW_ROLES] = {
    [EDGE_REQUIRES] = {"requires", "", false},
    [EDGE_OVER] = {"over", "penwidth=2.5", false},
    [EDGE_WANTS] = {"wants", "style=dashed", false},
    [EDGE_AFTER] = {"after", "style=dotted, arrowhead=vee", false},
    [EDGE_OF] = {"of", "arrowhead=odiamond, color=\"#1565c0\"", false},
    [EDGE_KEY_REQUIRES] = {"requires (by key)", "arrowhead=empty", true},
    [EDGE_KEY_PULLS] = {"wants (by key)",
	"style=dashed, arrowhead=empty", true},
    [EDGE_FOLLOWS] = {"follows", "style=dotted, arrowhead=empty", true},
    [EDGE_EVENT] = {"event",
	"style=dotted, arrowhead=dot, color=\"#b35900\"", true},
    [EDGE_WHEN] = {"when",
	"style=dashed, arrowhead=odot, color=\"#b35900\"", false},
};

static const struct {
	const char *state, *colour;
} states[] = {
    {"up", "#c8e6c9"},
    {"starting", "#b3e5fc"},
    {"stopping", "#d1c4e9"},
    {"waiting", "#fff3c4"},
    {"failed", "#ffcdd2"},
    {"idle", "#eeeeee"},
    {"absent", "#ffffff"},
};

/* What the legend has to explain. */
struct used {
	bool roles[VIEW_ROLES], shapes[VIEW_SHAPES], states[ARRAY_SIZE(states)];
	bool is_template, is_selected;
};

/* In quotes, with what graphviz would read in them (\N, &lt;) taken as it
 * is. */
static void append_quoted(struct text *text, const char *s)
{
	text_append_char(text, '"');
	for (; *s; s++) {
		switch (*s) {
		case '\n':
			text_append(text, "\\n");
			break;
		case '"':
			text_append(text, "\\\"");
			break;
		case '\\':
			text_append(text, "\\\\");
			break;
		case '&':
			text_append(text, "&amp;");
			break;
		default:
			text_append_char(text, *s);
		}
	}
	text_append_char(text, '"');
}

static size_t find_state(const char *state)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(states) && strcmp(states[i].state, state) != 0)
		i++;
	return i;
}

static void append_node(const struct view *view, const struct decl *decl,
    struct used *used, struct text *text)
{
	_cleanup_(text_clear) struct text label = {0};
	const char *state = view_state(view, decl);
	size_t colour = state ? find_state(state) : ARRAY_SIZE(states);

	view_label(view, decl, &label);
	text->failed |= label.failed;
	text_append_char(text, '\t');
	append_quoted(text, decl->name);
	text_append(text, " [label=");
	append_quoted(text, label.data ? label.data : "");
	text_printf(text, ", shape=%s", shapes[view_shape(decl)]);
	used->shapes[view_shape(decl)] = true;
	if (view_is_template(decl)) {
		text_append(text, ", peripheries=2");
		used->is_template = true;
	}
	if (colour < ARRAY_SIZE(states)) {
		text_printf(
		    text, ", fillcolor=\"%s\"", states[colour].colour);
		used->states[colour] = true;
	}
	text_append(text, "];\n");
}

static void append_edge_label(const struct edge *edge, struct text *text)
{
	_cleanup_(text_clear) struct text label = {0};
	const char *event = view_event(edge);

	if (roles[edge->role].has_label)
		text_append(&label, view_word(edge));
	if (edge->device)
		text_printf(
		    &label, "%s@%s", label.n > 0 ? " " : "", edge->device);
	if (event)
		text_printf(&label, " %s", event);
	text->failed |= label.failed;
	if (label.n == 0)
		return;
	/* The blanks keep it off its neighbours, whatever the viewer's font. */
	text_append(&label, "  ");
	text_append(text, ", label=\"  \" + ");
	append_quoted(text, label.data);
	text->failed |= label.failed;
}

static void append_edge(const struct view *view, const struct edge *edge,
    struct used *used, struct text *text)
{
	bool is_selected = view_is_selected(view, edge);

	text_append_char(text, '\t');
	append_quoted(text, edge->from->name);
	text_append(text, " -> ");
	append_quoted(text, edge->to->name);
	/* For those who read it, and as the tooltip. */
	text_append(text, " [edgetooltip=");
	append_quoted(text, view_word(edge));
	if (*roles[edge->role].attributes)
		text_printf(text, ", %s", roles[edge->role].attributes);
	if (is_selected)
		text_append(text, ", penwidth=4");
	append_edge_label(edge, text);
	text_append(text, "];\n");
	used->roles[edge->role] = true;
	used->is_selected |= is_selected;
}

/* Names in the legend begin with a blank: no node's does. */
static void append_legend_edge(
    const char *word, const char *attributes, struct text *text)
{
	text_printf(text,
	    "\t\t\" from %s\" [shape=point];\n"
	    "\t\t\" to %s\" [shape=plaintext, label=\"%s\"];\n"
	    "\t\t\" from %s\" -> \" to %s\" [%s];\n",
	    word, word, word, word, word, attributes);
}

static void append_legend(const struct used *used, struct text *text)
{
	text_append(text, "\tsubgraph cluster_legend {\n"
			  "\t\tlabel=\"Legend\"; color=\"#999999\";\n");
	for (int i = 0; i < VIEW_SHAPES; i++)
		if (used->shapes[i])
			text_printf(text,
			    "\t\t\" %s\" [label=\"%s\", shape=%s];\n",
			    shape_words[i], shape_words[i], shapes[i]);
	if (used->is_template)
		text_append(text, "\t\t\" template\" [label=\"template\\n"
				  "one per device\", peripheries=2];\n");
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (used->states[i])
			text_printf(text,
			    "\t\t\" %s\" [label=\"%s\", fillcolor=\"%s\"];\n",
			    states[i].state, states[i].state,
			    states[i].colour);
	for (int i = 0; i < VIEW_ROLES; i++)
		if (used->roles[i])
			append_legend_edge(
			    roles[i].word, roles[i].attributes, text);
	if (used->is_selected)
		append_legend_edge("selected member",
		    "arrowhead=odiamond, color=\"#1565c0\", penwidth=4", text);
	text_append(text, "\t}\n");
}

void graph_append_dot(const struct view *view, struct text *text)
{
	const struct profile *profile = view->profile;
	struct used used = {0};

	text_append(text,
	    "digraph netconf {\n"
	    "\tgraph [fontname=\"Helvetica\", fontsize=11, ranksep=0.6];\n"
	    "\tnode [fontname=\"Helvetica\", fontsize=11, shape=box, "
	    "style=filled, fillcolor=\"#ffffff\", margin=\"0.2,0.08\"];\n"
	    "\tedge [fontname=\"Helvetica\", fontsize=10, "
	    "color=\"#333333\"];\n");
	for (uint32_t i = 0; i < profile->n_decls; i++)
		if (view->nodes[i].is_shown)
			append_node(view, &profile->decls[i], &used, text);
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct edges *edges = profile->decls[i].edges;

		for (uint32_t k = 0; view->nodes[i].is_shown &&
			k < edges->n_down; k++)
			append_edge(view, &edges->down[k], &used, text);
	}
	append_legend(&used, text);
	text_append(text, "}\n");
}
