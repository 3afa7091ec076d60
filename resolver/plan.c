/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/plan.h"

#include <errno.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/copy.h"
#include "resolver/why.h"

struct plan {
	struct copy copy;
	const struct plan_options *options;
	bool is_under_way; /* what is told is so already */
	struct why_steps steps; /* to what is missing, of all goals */
};

static void plan_clear(struct plan *plan)
{
	copy_clear(&plan->copy);
}

static void tell_step(void *ctx, const struct decision *decision)
{
	const struct plan *plan = ctx;

	plan->options->on_step(plan->options->ctx, &(struct plan_step){
		.type = decision->type,
		.node = node_name(decision->node),
		.is_under_way = plan->is_under_way,
	});
}

static void tell_starting(struct plan *plan)
{
	plan->is_under_way = true;
	for (size_t i = 0; i < plan->copy.n; i++)
		if (plan->copy.decisions[i].type == DECISION_START)
			tell_step(plan, &plan->copy.decisions[i]);
	plan->is_under_way = false;
}

struct causes {
	struct text text;
	bool has_cause;
};

static void add_cause(void *ctx, const struct why_line *line)
{
	struct causes *causes = ctx;
	const char *text = line->text;

	if (line->cause == WHY_NONE)
		return;
	/* Every start of a provider has ended: it is a location. */
	if (line->cause == WHY_STARTING || line->cause == WHY_AFTER)
		text = "depends on facts that are not known yet";
	if (causes->has_cause)
		text_append(&causes->text, "; ");
	if (line->depth)
		text_printf(&causes->text, "%s: ", line->node);
	text_append(&causes->text, text);
	causes->has_cause = true;
}

static void causes_clear(struct causes *causes)
{
	text_clear(&causes->text);
}

/* Of n goals, this one and those after it: each has its part of the steps. */
static int tell_goal(struct plan *plan, const char *name, size_t n)
{
	const struct node *live = resolver_find(plan->copy.live, name);
	const struct node *copy = resolver_find(plan->copy.resolver, name);
	_cleanup_(causes_clear) struct causes causes = { 0 };
	struct plan_goal goal = {
		.name = name,
		.now = live ? node_state(live) : NODE_ABSENT,
		.then = node_state(copy),
	};

	if (goal.then != NODE_UP) {
		struct why_steps *steps = &plan->steps;
		/* The last step of a part may be a long one. */
		uint64_t left = steps->n < WHY_STEPS_MAX
			? WHY_STEPS_MAX - steps->n
			: 0;
		int r;

		steps->max = steps->n + left / n;
		r = why_within(plan->copy.resolver, plan->copy.now_ms, name,
		    steps, add_cause, &causes);
		if (r > 0)
			text_printf(&causes.text,
			    "%s, see 'netconf why %s'", causes.has_cause
				? "; perhaps more" : "not sure", name);
		if (r < 0 || causes.text.failed)
			return -ENOMEM;
		goal.missing = causes.text.data;
	}
	plan->options->on_goal(plan->options->ctx, &goal);
	return 0;
}

int resolver_plan(const struct resolver *resolver, uint64_t now_ms,
    const char *const *names, size_t n, const struct plan_options *options,
    struct text *said)
{
	_cleanup_(plan_clear) struct plan plan = {
		.copy = { .live = resolver,
			.now_ms = now_ms,
			.max_steps = options->max_steps,
			.on_decision = tell_step,
			.ctx = &plan },
		.options = options,
	};
	struct copy *copy = &plan.copy;
	int r = copy_make(copy);

	if (r)
		return r;
	tell_starting(&plan);
	r = resolver_up(copy->resolver, now_ms, names, n, said);
	if (r)
		return r;
	copy_take_decisions(copy);
	for (size_t i = 0; i < copy->n && !copy->error; i++)
		if (copy->decisions[i].node)
			copy_report_success(copy, i);
	r = copy->error;
	for (size_t i = 0; i < n && !r; i++)
		r = tell_goal(&plan, names[i], n - i);
	return r;
}
