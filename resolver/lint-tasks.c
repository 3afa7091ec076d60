/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What needs that a task with `on-event` is up, which it never is. */
#include "resolver/graph.h"
#include "resolver/lint.h"
#include "resolver/profile.h"

/* What becomes of who refers to it so; NULL: nothing, it may. */
static const char *consequence(const struct edge *edge)
{
	enum event_type event;

	if (edge_is_prerequisite(edge))
		return "never starts: it needs";
	if (edge->role == EDGE_OF)
		return edge->from->schema == &schema_all
			   ? "is never up: it needs"
			   : "never selects";
	if (edge->role == EDGE_WHEN)
		return "has a condition on";
	if (edge->role != EDGE_EVENT)
		return NULL;
	event = edge_trigger(edge)->type;
	return event == EVENT_FAILED ? NULL : "listens to the up or down of";
}

static const char *remedy(const struct edge *edge)
{
	if (edge_is_prerequisite(edge))
		return "name it in 'wants', which pulls it without waiting";
	return edge->role == EDGE_OF ? "take it out of the group"
				     : "name what it waits for";
}

static void lint_edge(
    const struct edge *edge, struct diagnostics *diagnostics)
{
	const struct decl *task = edge->to;
	const char *what = task->on_event ? consequence(edge) : NULL;

	if (!what)
		return;
	diagnostics_hint(diagnostics,
	    diagnostics_add(diagnostics, SEVERITY_WARNING,
		&edge_ref(edge)->mark,
		"'%s' %s '%s' (%s:%u), a task with 'on-event', which is never "
		"up", edge->from->name, what, task->name, task->mark.file,
		task->mark.line),
	    "%s, or leave out the 'on-event' of '%s'", remedy(edge),
	    task->name);
}

void lint_tasks(
    const struct profile *profile, struct diagnostics *diagnostics)
{
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct edges *edges = profile->decls[i].edges;

		for (uint32_t k = 0; k < edges->n_down; k++)
			lint_edge(&edges->down[k], diagnostics);
	}
}
