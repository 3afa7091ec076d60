/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cycle of influence, in words. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/graph-build.h"

/* One step: what `from` waits for. */
struct step {
	const struct vertex *from;
	const struct edge *edge; /* or NULL: by an in-order group */
	const struct vertex *gate; /* then */
	uint32_t earlier, later; /* its members */
};

static const struct ref *step_ref(const struct step *step)
{
	return step->edge ? edge_ref(step->edge)
			  : &step->gate->decl->of.items[step->later];
}

/* In which it is written. */
static const struct decl *step_decl(const struct step *step)
{
	return step->edge ? step->from->decl : step->gate->decl;
}

static void write_name(
    struct text *text, const struct decl *decl, const char *device)
{
	text_printf(text, "'%s%s%s'", decl->name, device ? "@" : "",
	    device ? device : "");
}

static void write_ref(struct text *text, const struct ref *ref)
{
	write_name(text, ref->decl, ref->device);
}

static void write_mark(struct text *text, const struct mark *mark)
{
	text_printf(
	    text, " (%s:%u:%u)", mark->file, mark->line, mark->column);
}

static const char *role_words(const struct edge *edge)
{
	switch (edge->role) {
	case EDGE_REQUIRES:
		return "requires";
	case EDGE_OVER:
		return "is over";
	case EDGE_WANTS:
		return "wants";
	case EDGE_AFTER:
		return "is after";
	case EDGE_OF:
		return "has the member";
	case EDGE_KEY_REQUIRES:
		return "requires, by a key of its kind,";
	case EDGE_FOLLOWS: /* on no cycle */
	case EDGE_KEY_PULLS:
		return "pulls, by a key of its kind,";
	case EDGE_EVENT: /* of a state; a task's are on no cycle */
		return edge->index % 2 ? "has 'until' with"
				       : "has 'from' with";
	case EDGE_WHEN:
		return "has 'when' with";
	}
	return "";
}

/* device: of the instance that has the edge, or NULL. */
static void write_edge(
    struct text *text, const struct edge *edge, const char *device)
{
	const struct ref *ref = edge_ref(edge);

	write_name(text, edge->from, device);
	text_printf(text, " %s ", role_words(edge));
	write_ref(text, ref);
	write_mark(text, &ref->mark);
}

/* The device of what the edge of an instance on that device leads to. */
static const char *next_device(const struct edge *edge, const char *device)
{
	if (edge->device)
		return edge->device;
	return edge->is_same_card ? device : NULL;
}

static int write_tries(
    struct text *text, const struct step *step, struct pulls *pulls)
{
	const struct vertex *gate = step->gate;
	const struct refs *of = &gate->decl->of;
	_cleanup_(free_ptr) const struct edge **edges = NULL;
	const char *device = next_device(
	    graph_member(gate->decl, step->later), gate->device);
	uint32_t n = 0;
	int r = pulls_explain(pulls, gate, step->from, &edges, &n);

	if (r)
		return r;
	write_name(text, gate->decl, gate->device);
	text_append(text, " tries ");
	write_ref(text, &of->items[step->earlier]);
	text_append(text, " before ");
	write_ref(text, &of->items[step->later]);
	write_mark(text, &of->items[step->later].mark);
	for (uint32_t i = 0; i < n; i++) {
		text_append(text, i ? " and " : ", which may pull ");
		if (!i) {
			write_name(text, step->from->decl, step->from->device);
			text_append(text, ": ");
		}
		write_edge(text, edges[i], device);
		device = next_device(edges[i], device);
	}
	return 0;
}

/* Does the edge of `from` lead to it? */
static bool leads_to(const struct edge *edge, const struct vertex *from,
    const struct vertex *to)
{
	if (!edge_is_influence(edge) || edge->to != to->decl)
		return false;
	if (edge->device)
		return !to->scope ||
		       (to->device && !strcmp(edge->device, to->device));
	return !edge->is_same_card || !from->scope || !to->scope ||
	       from->scope == to->scope;
}

/* The first edge by which one waits for the other. */
static const struct edge *find_edge(
    const struct vertex *from, const struct vertex *to)
{
	const struct edges *edges = from->decl->edges;

	for (const struct edge *edge = edges->down;; edge++) {
		assert(edge < edges->down + edges->n_down);
		if (leads_to(edge, from, to))
			return edge;
	}
}

/* For which member before its own the gate waits: the nearest, but for those
 * that are never up. */
static uint32_t earlier_member(
    const struct vertex *gate, const struct vertex *next)
{
	uint32_t member = gate->gate - 1;

	while (member && graph_member(gate->decl, member)->to != next->decl)
		member--;
	return member;
}

/* The step that begins at *at, which goes on to the next one. */
static struct step take_step(const struct cycle *cycle, uint32_t *at)
{
	const struct vertex *path = cycle->path, *from = &path[*at];
	const struct vertex *next = &path[(*at + 1) % cycle->n], *gate = next;
	struct step step = { .from = from };

	if (!gate->gate) {
		step.edge = find_edge(from, next);
		*at += 1;
		return step;
	}
	step.gate = gate;
	step.later = gate->gate;
	step.earlier = earlier_member(gate, &path[(*at + 2) % cycle->n]);
	*at += 2;
	/* From a member on to the gate before it: what is tried before that
	 * one is tried before the later one too. */
	while (*at + 1 < cycle->n && step.earlier &&
		path[*at + 1].decl == gate->decl &&
		path[*at + 1].scope == gate->scope &&
		path[*at + 1].gate == step.earlier) {
		step.earlier--;
		*at += 2;
	}
	return step;
}

/* How easily it is dropped. */
static int step_weight(const struct step *step)
{
	if (!step->edge)
		return 1;
	switch (step->edge->role) {
	case EDGE_AFTER:
		return 3;
	case EDGE_EVENT:
	case EDGE_WHEN:
		return 2;
	case EDGE_REQUIRES:
	case EDGE_OVER:
	case EDGE_WANTS:
	case EDGE_OF:
	case EDGE_KEY_REQUIRES:
	case EDGE_KEY_PULLS:
	case EDGE_FOLLOWS:
		return 0;
	}
	return 0;
}

/* Is it to be dropped rather than the other? Then what is easier to do
 * without, or else what comes later in the profile. */
static bool is_better(const struct step *a, const struct step *b)
{
	const struct decl *x = step_decl(a), *y = step_decl(b);
	const struct mark *m = &step_ref(a)->mark, *n = &step_ref(b)->mark;

	if (step_weight(a) != step_weight(b))
		return step_weight(a) > step_weight(b);
	if (x != y)
		return x->index > y->index;
	return m->line != n->line ? m->line > n->line : m->column > n->column;
}

static const char *role_key(const struct edge *edge)
{
	switch (edge->role) {
	case EDGE_REQUIRES:
		return " from 'requires' of ";
	case EDGE_OVER:
		return " from 'over' of ";
	case EDGE_AFTER:
		return " from 'after' of ";
	case EDGE_OF:
		return " from 'of' of ";
	case EDGE_EVENT:
		return edge->index % 2 ? " from 'until' of "
				       : " from 'from' of ";
	case EDGE_WHEN:
		return " from 'when' of ";
	case EDGE_WANTS: /* like the last two on no cycle */
	case EDGE_KEY_REQUIRES:
	case EDGE_KEY_PULLS:
	case EDGE_FOLLOWS:
		return " from the keys of ";
	}
	return "";
}

static void write_way_out(struct text *text, const struct step *step)
{
	const struct decl *decl = step_decl(step);
	const struct ref *ref = step_ref(step), *other;

	text_append(text, "drop ");
	write_ref(text, ref);
	text_append(text, step->edge ? role_key(step->edge)
				     : " from 'of' of ");
	text_printf(text, "'%s'", decl->name);
	if (step->edge)
		return;
	text_append(text, ", or let it 'try: all'");
	other = &decl->of.items[step->earlier];
	/* The one names an instance, the other all of them. */
	if (ref->decl == other->decl && !ref->device != !other->device)
		text_printf(text, "; '%s' means each of its instances, also "
				  "'%s@%s'", ref->decl->name, ref->decl->name,
		    ref->device ? ref->device : other->device);
}

int cycle_report(const struct cycle *cycle, struct pulls *pulls,
    struct diagnostics *diagnostics)
{
	_cleanup_(text_clear) struct text text = { 0 };
	struct text hint = { 0 };
	struct step best = { 0 };
	struct diagnostic *diagnostic;

	for (uint32_t at = 0; at < cycle->n;) {
		bool is_first = !at;
		struct step step = take_step(cycle, &at);
		int r = 0;

		text_append(&text, is_first ? "" : "; ");
		if (step.edge)
			write_edge(&text, step.edge, step.from->device);
		else
			r = write_tries(&text, &step, pulls);
		if (r)
			return r;
		if (is_first || is_better(&step, &best))
			best = step;
	}
	write_way_out(&hint, &best);
	if (text.failed || hint.failed) {
		text_clear(&hint);
		return -ENOMEM;
	}
	diagnostic = diagnostics_add(diagnostics, SEVERITY_ERROR,
	    &step_ref(&best)->mark, "%s%sthese wait for each other: %s",
	    cycle->when ? cycle->when : "", cycle->when ? ", " : "",
	    text.data);
	if (diagnostic)
		diagnostic->hint = text_steal(&hint);
	text_clear(&hint);
	return 0;
}
