/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is no error in a scenario, but surely not meant. */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/graph.h"
#include "scenario/read.h"

/* ---- events that nobody hears ---- */

static bool is_heard(const struct reader *reader, const char *event)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < reader->n_profiles && !n; i++)
		graph_listeners(reader->profiles[i], event, &n);
	return n > 0;
}

static void lint_emit(struct reader *reader, const struct step *step)
{
	struct diagnostic *diagnostic;
	const char *nearest = NULL;

	if (step->n_names == 0 || is_heard(reader, step->names[0]))
		return;
	for (uint32_t i = 0; i < reader->n_profiles && !nearest; i++)
		nearest = graph_nearest_event(
		    reader->profiles[i], step->names[0]);
	diagnostic = read_warning(reader, &step->item->first->mark,
	    "no node of the profile listens to '%s'", step->names[0]);
	if (nearest)
		diagnostics_hint(reader->diagnostics, diagnostic,
		    "did you mean '%s'?", nearest);
}

/* ---- facts that no kind gives ---- */

/* Simulated nodes tell whatever the scenario says. */
static bool has_simulated(const struct reader *reader)
{
	for (uint32_t i = 0; i < reader->n_profiles; i++) {
		const struct profile *profile = reader->profiles[i];

		for (uint32_t k = 0; k < profile->n_decls; k++)
			if (profile->decls[k].schema->flags &
			    SCHEMA_SIMULATED)
				return true;
	}
	return false;
}

static bool has_fact(
    const struct schema_fact *facts, const char *key, const char **ret_nearest)
{
	for (; facts && facts->name; facts++) {
		if (strcmp(facts->name, key) == 0)
			return true;
		if (!*ret_nearest)
			*ret_nearest = text_nearest(key, &facts->name, 1);
	}
	return false;
}

static void lint_fact(struct reader *reader, const struct item *fact)
{
	const struct schema *const *kind = reader->file->kinds;
	const char *nearest = NULL;
	struct diagnostic *diagnostic;

	if (!*fact->key || has_fact(common_facts, fact->key, &nearest))
		return;
	for (; *kind; kind++)
		if (has_fact((*kind)->facts, fact->key, &nearest))
			return;
	diagnostic = read_warning(reader, &fact->key_mark,
	    "no kind of node gives a fact '%s'", fact->key);
	if (nearest)
		diagnostics_hint(reader->diagnostics, diagnostic,
		    "did you mean '%s'?", nearest);
	else
		diagnostics_hint(reader->diagnostics, diagnostic,
		    "'netconf kinds' shows which each kind gives");
}

/* { FACT: VALUE, ... }, or NULL */
static void lint_facts(struct reader *reader, const struct item *facts)
{
	for (const struct item *fact = facts ? facts->first : NULL; fact;
		fact = fact->next)
		lint_fact(reader, fact);
}

static void lint_claims(struct reader *reader, const struct step *step)
{
	const struct item *node = step->item->first->first;

	for (; node; node = node->next)
		lint_facts(reader, node);
}

static void lint_outcomes(struct reader *reader, const struct item *providers)
{
	for (const struct item *node = providers->first; node;
		node = node->next) {
		const struct item *later = item_find(node, "later");

		lint_facts(reader, item_find(node, "facts"));
		if (later)
			lint_facts(reader, item_find(later, "facts"));
	}
}

void scenario_lint(struct reader *reader, const struct item *item,
    const struct scenario *scenario)
{
	bool tells_any = has_simulated(reader);
	const struct item *providers = item_find(item, "providers");

	if (!tells_any && providers)
		lint_outcomes(reader, providers);
	for (uint32_t i = 0; i < scenario->n_steps; i++) {
		const struct step *step = &scenario->steps[i];

		if (step->type == STEP_EMIT)
			lint_emit(reader, step);
		else if (!tells_any && (step->type == STEP_FACTS ||
					   step->type == STEP_EXPECT_FACTS))
			lint_claims(reader, step);
	}
}
