/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The graph as an indented tree: a node, and below it what it refers to, each
 * with the word that does. A node's own references are shown where it comes
 * first.
 */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/graph-view.h"

enum {
	INDENT = 2,
	DEPTH_MAX = 20, /* what is deeper begins at the left again */
	GAP = 2,
	NAME_COLUMNS_MIN = 8,
	KIND_COLUMNS_MIN = 4,
	NAME_COLUMNS_MAX = 40, /* a longer name shifts its own line only */
	START_COLUMNS = 7,
	STATE_COLUMNS = 8,
};

struct frame {
	const struct decl *decl;
	uint32_t next; /* of its edges */
};

struct tree {
	const struct view *view;
	const struct output *out;
	bool *is_done; /* by index: its references were shown */
	/* What was too deep for its references to be shown there. */
	const struct decl **deep;
	bool *is_deep; /* by index: it is there */
	size_t n_deep;
	unsigned name_columns, kind_columns;
	bool is_measuring; /* nothing is printed */
	struct frame frames[DEPTH_MAX + 1];
};

/* What netconfd has said of a node, or of the instance that the edge names;
 * NULL: nothing. */
static const struct wire_node *find_live(const struct tree *tree,
    const struct decl *decl, const struct edge *edge)
{
	const struct view_node *node = &tree->view->nodes[decl->index];

	if (!edge || !edge->device)
		return node->live;
	for (size_t i = 0; i < node->n_instances; i++) {
		const struct wire_node *live =
		    &tree->view->live[node->first_instance + i];
		const char *device = strchr(live->name, '@');

		if (device && !strcmp(device + 1, edge->device))
			return live;
	}
	return NULL;
}

static void append_detail(const struct tree *tree, const struct decl *decl,
    const struct edge *edge, struct text *detail)
{
	const struct wire_node *live = find_live(tree, decl, edge);

	if (edge && view_is_selected(tree->view, edge))
		text_append(detail, "[selected] ");
	if (live && live->goal)
		text_append(detail, "[goal] ");
	if (live && live->masked)
		text_append(detail, "[masked] ");
	if (view_is_template(decl))
		text_append(detail, "[per device] ");
	if (decl->rare->description)
		output_escaped(detail, decl->rare->description);
}

/* One line of the table; edge: by which the node is reached, or NULL. */
static void print_row(struct tree *tree, const struct decl *decl,
    const struct edge *edge, unsigned depth)
{
	_cleanup_(text_clear) struct text line = {0}, name = {0}, detail = {0};
	const struct output *out = tree->out;
	unsigned indent = depth * INDENT, columns;
	const char *event = edge ? view_event(edge) : NULL;
	const struct wire_node *live = find_live(tree, decl, edge);

	if (edge)
		text_printf(&name, "%s ", view_word(edge));
	text_append(&name, decl->name);
	if (edge && edge->device)
		text_printf(&name, "@%s", edge->device);
	if (event)
		text_printf(&name, " %s", event);
	columns = indent + output_columns(name.data ? name.data : "");
	if (tree->is_measuring) {
		if (columns <= NAME_COLUMNS_MAX && columns > tree->name_columns)
			tree->name_columns = columns;
		return;
	}
	for (unsigned i = 0; i < indent; i++)
		text_append_char(&line, ' ');
	columns = tree->name_columns + GAP;
	output_cell(out, &line, name.data ? name.data : "",
	    columns > indent ? columns - indent : GAP, NULL);
	output_cell(out, &line, decl->schema->kind, tree->kind_columns + GAP,
	    NULL);
	output_cell(
	    out, &line, view_start(decl), START_COLUMNS + GAP, NULL);
	if (tree->view->is_live)
		output_cell(out, &line, live ? live->state : "-",
		    STATE_COLUMNS + GAP, live ? live->state : NULL);
	append_detail(tree, decl, edge, &detail);
	text_append(&line, detail.data ? detail.data : "");
	line.failed |= name.failed | detail.failed;
	output_line(out, &line);
}

/* A line that is no node: a condition's text, for example. */
static void print_note(
    const struct tree *tree, const char *word, const char *s, unsigned depth)
{
	_cleanup_(text_clear) struct text line = {0};

	if (tree->is_measuring)
		return;
	for (unsigned i = 0; i < depth * INDENT; i++)
		text_append_char(&line, ' ');
	text_append(&line, word);
	output_escaped(&line, s);
	output_line(tree->out, &line);
}

/* Where an edge does not say it all. */
static void print_notes(
    const struct tree *tree, const struct decl *decl, unsigned depth)
{
	if (decl->when &&
	    (decl->rare->when_refs.n != 1 ||
		strcmp(decl->when->text, decl->when->names[0]) != 0))
		print_note(tree, "when: ", decl->when->text, depth);
	if (!decl->when && decl->n_latches > 0)
		print_note(tree, "", decl->latches[0].text, depth);
	if (decl->on_event && decl->on_event->type == EVENT_NAMED)
		print_note(tree, "on-event: ", decl->on_event->name, depth);
	if (decl->on_event && decl->on_event->type == EVENT_STARTUP)
		print_note(tree, "on-event: ", "startup", depth);
}

static void print_instances(
    const struct tree *tree, const struct decl *decl, unsigned depth)
{
	const struct view_node *node = &tree->view->nodes[decl->index];

	for (size_t i = 0; i < node->n_instances && !tree->is_measuring; i++) {
		const struct wire_node *live =
		    &tree->view->live[node->first_instance + i];
		_cleanup_(text_clear) struct text line = {0};
		unsigned indent = depth * INDENT;

		for (unsigned k = 0; k < indent; k++)
			text_append_char(&line, ' ');
		text_append(&line, "= ");
		output_cell(tree->out, &line, live->name,
		    tree->name_columns + tree->kind_columns + START_COLUMNS +
			3 * GAP - 2 - indent,
		    NULL);
		output_cell(tree->out, &line, live->state, STATE_COLUMNS,
		    live->state);
		output_line(tree->out, &line);
	}
}

static void put_off(struct tree *tree, const struct decl *decl)
{
	if (tree->is_deep[decl->index])
		return;
	tree->is_deep[decl->index] = true;
	tree->deep[tree->n_deep++] = decl;
}

/* Shows a node and what it refers to, and so on. */
static void print_from(struct tree *tree, const struct decl *top)
{
	unsigned depth = 0;

	tree->frames[0] = (struct frame){.decl = top};
	tree->is_done[top->index] = true;
	print_row(tree, top, NULL, 0);
	print_instances(tree, top, 1);
	print_notes(tree, top, 1);
	for (;;) {
		struct frame *frame = &tree->frames[depth];
		const struct edge *edge;

		if (frame->next == frame->decl->edges->n_down) {
			if (depth-- == 0)
				return;
			continue;
		}
		edge = &frame->decl->edges->down[frame->next++];
		print_row(tree, edge->to, edge, depth + 1);
		if (tree->is_done[edge->to->index])
			continue;
		if (depth + 1 == DEPTH_MAX) {
			put_off(tree, edge->to);
			continue;
		}
		tree->is_done[edge->to->index] = true;
		tree->frames[++depth] = (struct frame){.decl = edge->to};
		print_instances(tree, edge->to, depth + 1);
		print_notes(tree, edge->to, depth + 1);
	}
}

static bool is_top(const struct tree *tree, const struct decl *decl)
{
	for (uint32_t i = 0; i < decl->edges->n_up; i++) {
		const struct decl *from = decl->edges->up[i]->from;

		if (from != decl && tree->view->nodes[from->index].is_shown)
			return false;
	}
	return true;
}

/* First what nothing refers to, then what was too deep, and what is left:
 * rings. */
static void print_all(struct tree *tree)
{
	const struct profile *profile = tree->view->profile;
	size_t next = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < profile->n_decls; i++) {
			const struct decl *decl = &profile->decls[i];

			if (tree->view->nodes[i].is_shown &&
			    !tree->is_done[i] &&
			    (pass == 1 || is_top(tree, decl)))
				print_from(tree, decl);
		}
		for (; next < tree->n_deep; next++)
			if (!tree->is_done[tree->deep[next]->index])
				print_from(tree, tree->deep[next]);
	}
}

static void print_heading(const struct tree *tree)
{
	_cleanup_(text_clear) struct text line = {0};

	output_cell(tree->out, &line, "NODE", tree->name_columns + GAP, NULL);
	output_cell(tree->out, &line, "KIND", tree->kind_columns + GAP, NULL);
	output_cell(tree->out, &line, "START", START_COLUMNS + GAP, NULL);
	if (tree->view->is_live)
		output_cell(
		    tree->out, &line, "STATE", STATE_COLUMNS + GAP, NULL);
	text_append(&line, "DESCRIPTION");
	output_line(tree->out, &line);
}

static void start(struct tree *tree, bool is_measuring)
{
	const size_t n = tree->view->profile->n_decls;

	memset(tree->is_done, 0, n);
	memset(tree->is_deep, 0, n);
	tree->n_deep = 0;
	tree->is_measuring = is_measuring;
}

int graph_print_text(const struct view *view, const struct output *out)
{
	const uint32_t n = view->profile->n_decls;
	_cleanup_(free_ptr) bool *is_done = calloc((size_t)n + 1, 1);
	_cleanup_(free_ptr) bool *is_deep = calloc((size_t)n + 1, 1);
	_cleanup_(free_ptr) const struct decl **deep =
	    calloc((size_t)n + 1, sizeof(*deep));
	struct tree tree = {
	    .view = view,
	    .out = out,
	    .is_done = is_done,
	    .deep = deep,
	    .is_deep = is_deep,
	    .name_columns = NAME_COLUMNS_MIN,
	    .kind_columns = KIND_COLUMNS_MIN,
	};

	if (!is_done || !is_deep || !deep)
		return output_no_memory();
	for (uint32_t i = 0; i < n; i++) {
		size_t columns = strlen(view->profile->decls[i].schema->kind);

		if (columns > tree.kind_columns)
			tree.kind_columns = (unsigned)columns;
	}
	start(&tree, true);
	print_all(&tree);
	start(&tree, false);
	print_heading(&tree);
	print_all(&tree);
	return EXIT_DONE;
}
