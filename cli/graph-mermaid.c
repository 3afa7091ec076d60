/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The graph in the language of mermaid. Edges have their word as label, so
 * the legend is of shapes. Nodes are numbered: mermaid has words that a name
 * must not be, such as end.
 */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/graph-view.h"

static const struct {
	const char *before, *after, *word;
} shapes[VIEW_SHAPES] = {
    [SHAPE_NODE] = {"[\"", "\"]", "node"},
    [SHAPE_GROUP] = {"([\"", "\"])", "group"},
    [SHAPE_CONDITION] = {"{{\"", "\"}}", "condition"},
};

static const char *const arrows[VIEW_ROLES] = {
    [EDGE_REQUIRES] = "-->",
    [EDGE_OVER] = "==>",
    [EDGE_WANTS] = "-.->",
    [EDGE_AFTER] = "-.->",
    [EDGE_OF] = "--o",
    [EDGE_KEY_REQUIRES] = "-->",
    [EDGE_KEY_PULLS] = "-.->",
    [EDGE_FOLLOWS] = "-.->",
    [EDGE_EVENT] = "-.->",
    [EDGE_WHEN] = "--x",
};

/* In mermaid's quotes everything but these is a text; #NN; is a character. */
static void append_text(struct text *text, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			text_append(text, "<br/>");
		else if (strchr("\"#&<>`\\|;", *s))
			text_printf(text, "#%d;", *s);
		else
			text_append_char(text, *s);
	}
}

static void append_node(
    const struct view *view, const struct decl *decl, struct text *text)
{
	_cleanup_(text_clear) struct text label = {0};
	enum view_shape shape = view_shape(decl);
	const char *state = view_state(view, decl);
	bool is_plain_template = view_is_template(decl) && shape == SHAPE_NODE;

	view_label(view, decl, &label);
	text->failed |= label.failed;
	text_printf(text, "\tn%u%s", decl->index,
	    is_plain_template ? "[[\"" : shapes[shape].before);
	append_text(text, label.data ? label.data : "");
	text_append(text, is_plain_template ? "\"]]" : shapes[shape].after);
	if (state) {
		text_append(text, ":::");
		/* A class of that name is defined, or nothing is coloured. */
		append_text(text, state);
	}
	text_append_char(text, '\n');
}

static void append_edge(const struct edge *edge, struct text *text)
{
	const char *event = view_event(edge);

	text_printf(text, "\tn%u %s|\"", edge->from->index,
	    arrows[edge->role]);
	append_text(text, view_word(edge));
	if (edge->device) {
		text_append(text, " @");
		append_text(text, edge->device);
	}
	if (event)
		text_printf(text, " %s", event);
	text_printf(text, "\"| n%u\n", edge->to->index);
}

/* Edges are styled by their number. */
static void append_edges(const struct view *view, struct text *text)
{
	const struct profile *profile = view->profile;
	_cleanup_(text_clear) struct text selected = {0};
	unsigned n = 0;

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct edges *edges = profile->decls[i].edges;

		if (!view->nodes[i].is_shown)
			continue;
		for (uint32_t k = 0; k < edges->n_down; k++, n++) {
			append_edge(&edges->down[k], text);
			if (view_is_selected(view, &edges->down[k]))
				text_printf(&selected,
				    "\tlinkStyle %u stroke-width:4px\n", n);
		}
	}
	text->failed |= selected.failed;
	if (selected.data)
		text_append(text, selected.data);
}

static void append_legend(struct text *text)
{
	text_append(text, "\tsubgraph legend [\"Legend\"]\n");
	for (int i = 0; i < VIEW_SHAPES; i++)
		text_printf(text, "\t\tlegend%d%s%s%s\n", i, shapes[i].before,
		    shapes[i].word, shapes[i].after);
	text_append(text, "\t\tlegend_template[[\"template: one per "
			  "device\"]]\n\tend\n");
}

int graph_print_mermaid(const struct view *view)
{
	const struct profile *profile = view->profile;
	_cleanup_(text_clear) struct text text = {0};

	text_append(&text, "flowchart TD\n");
	for (uint32_t i = 0; i < profile->n_decls; i++)
		if (view->nodes[i].is_shown)
			append_node(view, &profile->decls[i], &text);
	append_edges(view, &text);
	append_legend(&text);
	if (view->is_live)
		text_append(&text,
		    "\tclassDef up fill:#c8e6c9\n"
		    "\tclassDef starting fill:#b3e5fc\n"
		    "\tclassDef stopping fill:#d1c4e9\n"
		    "\tclassDef waiting fill:#fff3c4\n"
		    "\tclassDef failed fill:#ffcdd2\n"
		    "\tclassDef idle fill:#eeeeee\n"
		    "\tclassDef absent fill:#ffffff\n");
	if (text.failed)
		return output_no_memory();
	fputs(text.data, stdout);
	return EXIT_DONE;
}
