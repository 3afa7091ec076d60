/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/graph-view.h"
#include "cli/profile-read.h"

static void free_profile(struct profile **profile)
{
	profile_free(*profile);
}

/* A description may be any bytes: not UTF-8, it is escaped. */
static void set_text(json_t *object, const char *key, const char *s)
{
	_cleanup_(text_clear) struct text escaped = {0};
	json_t *value = s ? json_string(s) : NULL;

	if (s && !value) {
		output_escaped(&escaped, s);
		value = escaped.data ? json_string(escaped.data) : NULL;
	}
	if (value)
		json_object_set_new(object, key, value);
}

static json_t *node_json(const struct view *view, const struct decl *decl)
{
	const struct view_node *node = &view->nodes[decl->index];
	json_t *object = json_pack("{s:s, s:s, s:s, s:b, s:i}", "name",
	    decl->name, "kind", decl->schema->kind, "start", view_start(decl),
	    "template", view_is_template(decl), "level", (int)decl->level);

	set_text(object, "description", decl->rare->description);
	set_text(object, "when", decl->when ? decl->when->text : NULL);
	if (!node->live)
		return object;
	set_text(object, "state", node->live->state);
	set_text(object, "selected", node->live->selected);
	if (node->n_instances > 0) {
		json_t *instances = json_object();

		for (size_t i = 0; i < node->n_instances; i++) {
			const struct wire_node *live =
			    &view->live[node->first_instance + i];

			set_text(instances, live->name, live->state);
		}
		json_object_set_new(object, "instances", instances);
	}
	return object;
}

static json_t *edge_json(const struct view *view, const struct edge *edge)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:b}", "from",
	    edge->from->name, "to", edge->to->name, "word", view_word(edge),
	    "same_device", edge->is_same_card);

	set_text(object, "device", edge->device);
	set_text(object, "event", view_event(edge));
	if (view_is_selected(view, edge))
		json_object_set_new(object, "selected", json_true());
	return object;
}

static int print_json(const struct view *view, const struct output *out)
{
	const struct profile *profile = view->profile;
	json_t *nodes = json_array(), *edges = json_array(), *graph;
	int r;

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct decl *decl = &profile->decls[i];

		if (!view->nodes[i].is_shown)
			continue;
		json_array_append_new(nodes, node_json(view, decl));
		for (uint32_t k = 0; k < decl->edges->n_down; k++)
			json_array_append_new(
			    edges, edge_json(view, &decl->edges->down[k]));
	}
	graph = json_pack("{s:b, s:o, s:o}", "live", view->is_live, "nodes",
	    nodes, "edges", edges);
	r = graph ? output_json(out, graph) : -ENOMEM;
	json_decref(graph);
	return r < 0 ? output_no_memory() : EXIT_DONE;
}

static int print_dot(const struct view *view)
{
	_cleanup_(text_clear) struct text dot = {0};

	graph_append_dot(view, &dot);
	if (dot.failed)
		return output_no_memory();
	fputs(dot.data, stdout);
	return EXIT_DONE;
}

enum format { FORMAT_TEXT, FORMAT_DOT, FORMAT_MERMAID, FORMAT_SVG };

static const char *const formats[] = {
    [FORMAT_TEXT] = "text",
    [FORMAT_DOT] = "dot",
    [FORMAT_MERMAID] = "mermaid",
    [FORMAT_SVG] = "svg",
};

static int find_format(const struct cli *cli, enum format *ret)
{
	const char *name = cli->format ? cli->format : "text";

	if (cli->format && cli->json) {
		complain("--format and --json exclude each other");
		return EXIT_WRONG;
	}
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (strcmp(formats[i], name) == 0) {
			*ret = (enum format)i;
			return EXIT_DONE;
		}
	}
	complain("--format: '%s' is not text, dot, mermaid or svg", name);
	return EXIT_WRONG;
}

static int print(const struct cli *cli, enum format format,
    const struct view *view)
{
	struct output out;

	output_init(&out, stdout);
	if (cli->json)
		return print_json(view, &out);
	switch (format) {
	case FORMAT_TEXT:
		return graph_print_text(view, &out);
	case FORMAT_DOT:
		return print_dot(view);
	case FORMAT_MERMAID:
		return graph_print_mermaid(view);
	case FORMAT_SVG:
		return graph_print_svg(view);
	}
	return EXIT_WRONG;
}

int cmd_graph(const struct cli *cli)
{
	_cleanup_(free_profile) struct profile *profile = NULL;
	_cleanup_(view_clear) struct view view = {0};
	enum format format;
	int status = find_format(cli, &format);

	if (status == EXIT_DONE)
		status = profile_read(cli, &profile);
	if (status == EXIT_DONE)
		status = view_open(cli, profile, &view);
	return status == EXIT_DONE ? print(cli, format, &view) : status;
}
