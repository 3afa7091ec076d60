/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cycle of influence, in words. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/graph-build.h"

/* One step: what `from` waits for. */
struct step {
	const struct decl *from;
	const struct edge *edge; /* or NULL: by an in-order group */
	const struct decl *group;
	uint32_t earlier, later; /* its members */
};

static const struct ref *step_ref(const struct step *step)
{
	return step->edge ? edge_ref(step->edge)
			  : &step->group->of.items[step->later];
}

static void write_ref(struct text *text, const struct ref *ref)
{
	text_printf(text, "'%s%s%s'", ref->decl->name, ref->device ? "@" : "",
	    ref->device ? ref->device : "");
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

static void write_edge(struct text *text, const struct edge *edge)
{
	const struct ref *ref = edge_ref(edge);

	text_printf(text, "'%s' %s ", edge->from->name, role_words(edge));
	write_ref(text, ref);
	write_mark(text, &ref->mark);
}

static int write_tries(
    struct text *text, const struct step *step, struct pulls *pulls)
{
	const struct refs *of = &step->group->of;
	_cleanup_(free_ptr) const struct edge **edges = NULL;
	uint32_t n = 0;
	int r = pulls_explain(pulls, step->group, step->later, step->from,
	    &edges, &n);

	if (r)
		return r;
	text_printf(text, "'%s' tries ", step->group->name);
	write_ref(text, &of->items[step->earlier]);
	text_append(text, " before ");
	write_ref(text, &of->items[step->later]);
	write_mark(text, &of->items[step->later].mark);
	for (uint32_t i = 0; i < n; i++) {
		text_append(text, i ? " and " : ", which may pull ");
		if (!i)
			text_printf(text, "'%s': ", step->from->name);
		write_edge(text, edges[i]);
	}
	return 0;
}

/* The first edge by which one waits for the other. */
static const struct edge *find_edge(
    const struct decl *from, const struct decl *to)
{
	for (const struct edge *edge = from->edges->down;; edge++) {
		assert(edge < from->edges->down + from->edges->n_down);
		if (edge_is_influence(edge) && edge->to == to)
			return edge;
	}
}

/* The step that begins at *at, which goes on to the next one. */
static struct step take_step(const struct cycle *cycle, uint32_t *at)
{
	uint32_t n_decls = cycle->profile->n_decls;
	const struct decl *from = &cycle->profile->decls[cycle->path[*at]];
	uint32_t next = cycle->path[(*at + 1) % cycle->n];
	struct step step = { .from = from };

	if (next < n_decls) {
		step.edge = find_edge(from, &cycle->profile->decls[next]);
		*at += 1;
		return step;
	}
	step.group = cycle->gates[next - n_decls].group;
	step.later = cycle->gates[next - n_decls].member;
	step.earlier = step.later - 1;
	*at += 2;
	/* From a member on to the gate before it: what is tried before that
	 * one is tried before the later one too. */
	while (*at + 1 < cycle->n && step.earlier &&
		cycle->path[*at + 1] == next - 1) {
		next--;
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
	const struct decl *x = a->edge ? a->from : a->group;
	const struct decl *y = b->edge ? b->from : b->group;
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
	const struct decl *decl = step->edge ? step->from : step->group;
	const struct ref *ref = step_ref(step);

	text_append(text, "drop ");
	write_ref(text, ref);
	text_append(text, step->edge ? role_key(step->edge)
				     : " from 'of' of ");
	text_printf(text, "'%s'", decl->name);
	if (step->edge)
		return;
	text_append(text, ", or let it 'try: all'");
	if (ref->device && ref->decl == decl->of.items[step->earlier].decl)
		text_append(text, "; to try the instances of one template in "
				  "order, declare a node for each device");
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
			write_edge(&text, step.edge);
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
	    &step_ref(&best)->mark, "these wait for each other: %s",
	    text.data);
	if (diagnostic)
		diagnostic->hint = text_steal(&hint);
	text_clear(&hint);
	return 0;
}
