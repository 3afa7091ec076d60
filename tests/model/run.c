/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolver and model side by side; the resolver is copied now and then, and
 * the copy goes on in its place. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/node.h"
#include "resolver/reload.h"
#include "tests/model/model.h"
#include "tests/model/world.h"

enum { COPY_EACH = 5 }; /* inputs */

struct run {
	struct world *world;
	struct profile *profiles[2];
	bool is_second; /* that one is in force */
	struct resolver_options options;
	struct resolver *resolver;
	struct resolver *former[INPUTS_MAX]; /* of which it is a copy */
	uint32_t n_former;
	struct model *model;
	uint64_t now_ms;
	struct text *said;
	struct text theirs, ours; /* the moves since the last input */
	struct text before;       /* those of earlier inputs, the same */
	bool differs;
};

/* What is remembered of the resolver's nodes: whether they are unmet. */
static int met, unmet;

static bool is_unmet(const struct node *node)
{
	return node_user(node) == &unmet;
}

static void say_different(struct run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say_different(struct run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vprintf(run->said, format, args);
	va_end(args);
	text_append(run->said, "\n");
	run->differs = true;
}

/* ---- what the two tell ---- */

static void on_notice(void *ctx, const struct notice *notice)
{
	struct run *run = ctx;

	node_set_user((struct node *)notice->node,
	    notice->is_unmet ? &unmet : &met);
	text_printf(&run->theirs, "%s %s->%s%s\n", node_name(notice->node),
	    node_state_name(notice->from), node_state_name(notice->to),
	    notice->is_unmet ? "(unmet)" : "");
}

static void on_move(void *ctx, const struct model_node *node,
    enum node_state former)
{
	struct run *run = ctx;

	text_printf(&run->ours, "%s %s->%s%s\n", node->name,
	    node_state_name(former), node_state_name(node->life.state),
	    node->life.is_unmet ? "(unmet)" : "");
}

static bool can_rebind(void *ctx, const struct node *node)
{
	const struct run *run = ctx;

	return world_can_rebind(run->world, node);
}

static bool can_update(void *ctx, const struct node *node)
{
	const struct run *run = ctx;

	return world_can_update(run->world, node);
}

/* ---- comparing ---- */

static void compare_decisions(struct run *run)
{
	static const char *const words[] = { "start", "stop", "rebind",
		"update" };
	struct decision theirs;
	struct model_decision ours;

	for (uint32_t i = 0; i < 10000; i++) {
		bool a = resolver_next(run->resolver, &theirs);
		bool b = model_next(run->model, &ours);
		const char *name = a ? node_name(theirs.node) : "nothing";

		if (!a && !b)
			return;
		if (a != b || theirs.type != ours.type ||
		    strcmp(name, ours.node->name) != 0) {
			say_different(run,
			    "decision %u: resolver %s %s, model %s %s", i,
			    a ? words[theirs.type] : "", name,
			    b ? words[ours.type] : "",
			    b ? ours.node->name : "nothing");
			return;
		}
		if (theirs.type >= DECISION_REBIND)
			text_printf(&run->theirs, "%s %s\n",
			    words[theirs.type], name);
		/* A name, no more; reports have it from here. */
		ours.node->life.run = theirs.run;
		ours.node->theirs = theirs.node;
	}
	say_different(run, "decisions without end");
}

static void compare_node(
    struct run *run, const struct node *node, const struct model_node *ours)
{
	const struct node *selected = node_selected(node);
	const char *name = node_name(node);

	if (node_state(node) != ours->life.state ||
	    (ours->life.state == NODE_WAITING &&
		is_unmet(node) != ours->life.is_unmet)) {
		say_different(run, "%s: resolver %s%s, model %s%s", name,
		    node_state_name(node_state(node)),
		    is_unmet(node) ? " (unmet)" : "",
		    node_state_name(ours->life.state),
		    ours->life.is_unmet ? " (unmet)" : "");
		return;
	}
	if (ours->life.state == NODE_FAILED &&
	    (node_is_permanent(node) != ours->life.is_permanent ||
		(!ours->life.is_permanent &&
		    ours->life.retry_at_ms > run->now_ms &&
		    node_retry_at_ms(node) != ours->life.retry_at_ms)))
		say_different(run, "%s: failed: resolver %d %ju, model %d %ju",
		    name, node_is_permanent(node),
		    (uintmax_t)node_retry_at_ms(node),
		    ours->life.is_permanent,
		    (uintmax_t)ours->life.retry_at_ms);
	if (ours->life.state == NODE_UP &&
	    ours->decl->schema == &schema_any &&
	    strcmp(selected ? node_name(selected) : "none",
		ours->life.selected ? ours->life.selected->name : "none") != 0)
		say_different(run, "%s: selected: resolver %s, model %s", name,
		    selected ? node_name(selected) : "none",
		    ours->life.selected ? ours->life.selected->name : "none");
	if (node_since_ms(node) != ours->life.since_ms)
		say_different(run, "%s: since: resolver %ju, model %ju", name,
		    (uintmax_t)node_since_ms(node),
		    (uintmax_t)ours->life.since_ms);
	if (node_is_goal(node) != ours->own->is_goal)
		say_different(run, "%s: goal: resolver %d, model %d", name,
		    node_is_goal(node), ours->own->is_goal);
	if (node_is_masked(node) != model_is_masked(ours) &&
	    node_is_masked(node) != ours->own->is_masked)
		say_different(run, "%s: masked: resolver %d, model %d", name,
		    node_is_masked(node), model_is_masked(ours));
}

static void compare_template(struct run *run, const struct node *node)
{
	const struct model_span *ours =
	    &run->model->spans[node_decl(node)->index];

	if ((node_state(node) == NODE_UP) != ours->is_up ||
	    node_since_ms(node) != ours->since_ms)
		say_different(run, "%s: resolver %s since %ju, model %s %ju",
		    node_name(node), node_state_name(node_state(node)),
		    (uintmax_t)node_since_ms(node),
		    ours->is_up ? "up" : "not up",
		    (uintmax_t)ours->since_ms);
}

static void compare(struct run *run)
{
	struct node *node = NULL;
	uint32_t n = 0, k = 0;

	compare_decisions(run);
	if (run->model->has_failed)
		say_different(run, "the model finds no rest");
	while ((node = resolver_each(run->resolver, node)) && !run->differs) {
		const struct model_node *ours;

		if (node_is_template(node)) {
			compare_template(run, node);
			continue;
		}
		ours = model_find(run->model, node_name(node));
		n++;
		if (!ours)
			say_different(run, "%s: resolver %s, model absent",
			    node_name(node),
			    node_state_name(node_state(node)));
		else
			compare_node(run, node, ours);
	}
	for (uint32_t i = 0; i < run->model->n_nodes; i++)
		k += run->model->nodes[i]->exists;
	if (!run->differs && n != k)
		say_different(run, "nodes: resolver %u, model %u", n, k);
	if (!run->differs && resolver_deadline(run->resolver) !=
				 model_deadline(run->model))
		say_different(run, "deadline: resolver %jd, model %jd",
		    (intmax_t)resolver_deadline(run->resolver),
		    (intmax_t)model_deadline(run->model));
	if (run->differs)
		text_printf(run->said,
		    "moves before:\n%sresolver's:\n%smodel's:\n%s",
		    run->before.data ? run->before.data : "",
		    run->theirs.data ? run->theirs.data : "",
		    run->ours.data ? run->ours.data : "");
	text_append(&run->before, run->theirs.data ? run->theirs.data : "");
	text_append(&run->before, "--\n");
	text_clear(&run->theirs);
	text_clear(&run->ours);
}

/* ---- inputs ---- */

static struct model_node *find_ours(
    const struct run *run, const struct input *input)
{
	if (!input->is_leaving)
		return model_find(run->model, input->name);
	for (uint32_t i = 0; i < run->model->n_leaving; i++)
		if (!strcmp(run->model->leaving[i]->name, input->name))
			return run->model->leaving[i];
	return NULL;
}

static void give_report(struct run *run, const struct input *input)
{
	const struct world_facts *facts = &world_facts[input->number];
	struct report report = { .type = input->report,
		.permanent = input->is_permanent, .reason = "so" };
	struct model_node *ours = find_ours(run, input);
	struct node *theirs;
	uint32_t run_number;

	if (!ours)
		return;
	theirs = ours->is_leaving ? ours->theirs
				  : resolver_find(run->resolver, input->name);
	if (!theirs || node_is_template(theirs))
		return;
	if (!model_has_provider(ours))
		return;
	if (input->report == REPORT_UP || input->report == REPORT_FACTS) {
		report.facts = facts->facts;
		report.n_facts = facts->n;
		report.later = &facts->later;
		report.n_later = facts->later != NULL;
	}
	run_number = ours->life.run - input->is_late;
	if (resolver_report(run->resolver, run->now_ms, theirs, run_number,
		&report))
		abort();
	model_report(run->model, run->now_ms, ours, run_number, &report);
}

static void give_devices(struct run *run, uint32_t bits)
{
	struct device devices[WORLD_N_DEVICES];
	size_t n = world_devices(bits, devices);

	if (resolver_devices(run->resolver, run->now_ms, devices, n))
		abort();
	model_devices(run->model, run->now_ms, devices, n);
}

/* ---- a crash ---- */

static void restore(void *ctx, const struct kept *kept)
{
	if (resolver_restore(ctx, kept))
		abort();
}

static void give_crash(struct run *run)
{
	struct resolver *old = run->resolver;
	struct model *was = run->model;
	struct node *node = NULL;
	struct model_node *ours;
	uint32_t bits = 0;

	for (uint32_t i = 0; i < 4; i++) {
		struct model_device *d =
		    model_device(was, world_device_keys[i]);

		if (d && d->is_present)
			bits |= 1u << i;
	}
	if (resolver_new(run->profiles[run->is_second], &run->options,
		&run->resolver))
		abort();
	resolver_restore_boot(run->resolver);
	resolver_each_kept(old, restore, run->resolver);
	run->model = model_crash(was);
	while ((node = resolver_each(run->resolver, node))) {
		ours = model_find(run->model, node_name(node));
		node_set_user(node, &met);
		if (ours)
			ours->life.run = node_run(node);
	}
	resolver_free(old);
	model_free(was);
	give_devices(run, bits);
}

/* ---- a reload ---- */

/* Those that leave are found by no name any more. */
static void on_moved(void *ctx, struct node *from, struct node *to)
{
	struct run *run = ctx;

	(void)from;
	for (uint32_t i = 0; i < run->model->n_nodes; i++)
		if (!strcmp(run->model->nodes[i]->name, node_name(to)))
			run->model->nodes[i]->theirs = to;
}

static void give_reload(struct run *run, const struct input *input)
{
	struct profile *profile = run->profiles[input->number];

	if (!profile)
		return;
	run->is_second = input->number;
	if (resolver_reload(run->resolver, run->now_ms, profile))
		abort();
	run->model = model_reload(run->model, run->now_ms, profile);
}

static void pass_time(struct run *run, uint64_t ms)
{
	run->now_ms += ms;
	resolver_time(run->resolver, run->now_ms);
	model_time(run->model, run->now_ms);
}

static void give_admin(struct run *run, const struct input *input)
{
	const char *names[] = { input->name, input->other };
	size_t n = *input->other ? 2 : 1;
	_cleanup_(text_clear) struct text said = { 0 };
	struct resolver *r = run->resolver;
	bool force = input->type == INPUT_FORCE;
	int a, b;

	if (input->type == INPUT_UP) {
		a = resolver_up(r, run->now_ms, names, n, &said);
		b = model_up(run->model, run->now_ms, names, n);
	} else if (input->type == INPUT_RESET) {
		a = resolver_reset(r, run->now_ms, names, n, &said);
		b = model_reset(run->model, run->now_ms, names, n);
	} else if (input->type == INPUT_RESTART) {
		a = resolver_restart(r, run->now_ms, names, n, &said);
		b = model_restart(run->model, run->now_ms, names, n);
	} else {
		a = resolver_down(r, run->now_ms, names, n, force, &said);
		b = model_down(run->model, run->now_ms, names, n, force);
	}
	if (a != b)
		say_different(run, "%s: resolver returns %d, model %d",
		    input->name, a, b);
}

static void give(struct run *run, const struct input *input)
{
	struct device device = world_device(input->name);
	uint64_t at_ms;
	int a = 0, b = 0;
	uint32_t n;

	switch (input->type) {
	case INPUT_DEVICES:
		give_devices(run, input->number);
		break;
	case INPUT_PLUG:
		a = resolver_device_added(run->resolver, run->now_ms, &device);
		b = model_added(run->model, run->now_ms, &device);
		break;
	case INPUT_UNPLUG:
		a = resolver_device_removed(
		    run->resolver, run->now_ms, input->name);
		b = model_removed(run->model, run->now_ms, input->name);
		break;
	case INPUT_UP:
	case INPUT_DOWN:
	case INPUT_FORCE:
	case INPUT_RESET:
	case INPUT_RESTART:
		give_admin(run, input);
		break;
	case INPUT_EMIT:
		resolver_emit(run->resolver, run->now_ms, input->name, NULL,
		    0, &n);
		model_emit(run->model, run->now_ms, input->name);
		break;
	case INPUT_CRASH:
		give_crash(run);
		break;
	case INPUT_RELOAD:
		give_reload(run, input);
		break;
	case INPUT_REPORT:
		give_report(run, input);
		break;
	case INPUT_ADVANCE:
		pass_time(run, input->number);
		break;
	case INPUT_DEADLINE:
		at_ms = model_deadline(run->model);
		if (at_ms != RESOLVER_NEVER && at_ms > run->now_ms)
			pass_time(run, at_ms - run->now_ms);
		break;
	}
	if (a != b)
		say_different(run, "resolver returns %d, model %d", a, b);
}

/* ---- a copy ---- */

/* Those a copy forgets. */
static void add_dormant(void *ctx, const struct kept *kept)
{
	if (dormant_add(ctx, kept))
		abort();
}

static void change_to_copy(struct run *run)
{
	struct resolver *copy;

	if (resolver_clone(run->resolver, &copy))
		abort();
	dormant_each(run->resolver, add_dormant, copy);
	for (uint32_t i = 0; i < run->model->n_leaving; i++) {
		struct model_node *leaving = run->model->leaving[i];

		leaving->theirs = &orphan_of(leaving->theirs)->copy->node;
	}
	run->former[run->n_former++] = run->resolver;
	run->resolver = copy;
}

/* ---- making inputs up ---- */

static const struct model_node *pick_node(struct run *run, uint64_t *seed)
{
	struct model *m = run->model;
	uint32_t first;

	if (!m->n_nodes)
		return NULL;
	first = world_random(seed, m->n_nodes);
	for (uint32_t i = 0; i < m->n_nodes; i++) {
		const struct model_node *node =
		    m->nodes[(first + i) % m->n_nodes];

		if (node->exists && model_has_provider(node) &&
		    (node->life.state == NODE_STARTING ||
			node->life.state == NODE_STOPPING))
			return node;
	}
	return m->nodes[first];
}

static void make_report(struct run *run, uint64_t *seed, struct input *input)
{
	const struct model_node *node = pick_node(run, seed);
	uint32_t dice = world_random(seed, 10);

	if (node && world_random(seed, 4) == 0)
		node = run->model->nodes[world_random(
		    seed, run->model->n_nodes)];
	if (run->model->n_leaving && world_random(seed, 3)) {
		node = run->model->leaving[world_random(
		    seed, run->model->n_leaving)];
		input->is_leaving = true;
	}
	if (!node)
		return;
	input->type = INPUT_REPORT;
	snprintf(input->name, sizeof(input->name), "%s", node->name);
	input->number = world_random(seed, WORLD_N_FACTS);
	input->is_late = world_random(seed, 20) == 0;
	if (node->life.state == NODE_STOPPING)
		input->report = dice ? REPORT_DOWN : REPORT_FAILED;
	else if (node->life.state == NODE_STARTING)
		input->report = dice < 7 ? REPORT_UP
				: dice < 8 ? REPORT_UNMET
					   : REPORT_FAILED;
	else if (node->life.is_unmet)
		input->report = dice < 7 ? REPORT_UP : REPORT_FAILED;
	else
		input->report = dice < 4   ? REPORT_FACTS
				: dice < 7 ? REPORT_UNMET
					   : REPORT_FAILED;
	if (input->report == REPORT_FAILED)
		input->is_permanent = world_random(seed, 5) == 0;
}

static void make_admin(struct run *run, uint64_t *seed, unsigned features,
    struct input *input)
{
	uint32_t dice = world_random(seed, 10);
	const struct model_node *node = NULL;

	input->type = dice < 5 ? INPUT_UP : dice < 8 ? INPUT_DOWN : INPUT_FORCE;
	if (features & WORLD_RESET && dice < 2)
		input->type = dice ? INPUT_RESET : INPUT_RESTART;
	if (run->model->n_nodes && world_random(seed, 3))
		node = run->model
			   ->nodes[world_random(seed, run->model->n_nodes)];
	snprintf(input->name, sizeof(input->name), "%s",
	    node ? node->name
		 : run->world->nodes[world_random(seed, run->world->n_nodes)]
		       .name);
	if (features & WORLD_SEVERAL && world_random(seed, 4) == 0)
		snprintf(input->other, sizeof(input->other), "%s",
		    run->world->nodes[world_random(
					  seed, run->world->n_nodes)]
			.name);
}

static void make_input(struct run *run, uint64_t *seed, unsigned features,
    struct input *input)
{
	static const uint32_t times[] = { 1, 500, 1000, 2000, 5000, 60000 };
	uint32_t dice = world_random(seed, 100);

	*input = (struct input){ .type = INPUT_DEADLINE };
	if (dice < 50) {
		make_report(run, seed, input);
	} else if (dice < 62) {
		input->type = dice < 56 ? INPUT_PLUG : INPUT_UNPLUG;
		strcpy(input->name, world_device_keys[world_random(seed, 4)]);
		if (!(features & WORLD_CARDS))
			make_report(run, seed, input);
	} else if (dice < 78) {
		make_admin(run, seed, features, input);
	} else if (dice < 84 && features & WORLD_EVENTS) {
		input->type = INPUT_EMIT;
		snprintf(input->name, sizeof(input->name), "ev%u",
		    world_random(seed, 2));
	} else if (dice < 86 && features & WORLD_CRASH) {
		input->type = INPUT_CRASH;
	} else if (dice < 89 && features & WORLD_RELOAD) {
		input->type = INPUT_RELOAD;
		input->number = world_random(seed, 4) ? !run->is_second
						      : run->is_second;
	} else if (dice < 92) {
		input->type = INPUT_ADVANCE;
		input->number = times[world_random(seed, 6)];
	}
}

/* ---- all of it ---- */

static void play(struct run *run, uint64_t *seed, uint32_t n,
    unsigned features)
{
	struct world *w = run->world;

	for (uint32_t i = 0; !run->differs; i++) {
		if (seed && i >= w->n_inputs && i < n && i < INPUTS_MAX) {
			make_input(run, seed, features, &w->inputs[i]);
			if (!i)
				w->inputs[0] = (struct input){
					.type = INPUT_DEVICES,
					.number = features & WORLD_CARDS
						      ? world_random(seed, 16)
						      : 0 };
			w->n_inputs = i + 1;
		}
		if (i >= w->n_inputs)
			break;
		give(run, &w->inputs[i]);
		if (i % COPY_EACH == COPY_EACH - 1)
			change_to_copy(run);
		compare(run);
		if (run->differs) {
			text_printf(run->said, "after step %u\n", i + 1);
			if (seed)
				w->n_inputs = i + 1;
		}
	}
}

static bool load(struct run *run)
{
	struct world *w = run->world;

	run->profiles[0] = world_load(w);
	if (!run->profiles[0] || !world_has_second(w))
		return run->profiles[0];
	w->is_second = true;
	run->profiles[1] = world_load(w);
	w->is_second = false;
	if (!run->profiles[1])
		run->profiles[0] = profile_free(run->profiles[0]);
	return run->profiles[1];
}

enum outcome world_run(struct world *world, uint64_t *seed, uint32_t n,
    unsigned features, struct text *said)
{
	struct run run = { .world = world, .said = said };

	run.options = (struct resolver_options){ .notice = on_notice,
		.ctx = &run,
		.can_rebind = can_rebind,
		.can_update = can_update,
		.moved = on_moved };
	if (!load(&run))
		return OUTCOME_REJECTED;
	if (resolver_new(run.profiles[0], &run.options, &run.resolver))
		abort();
	run.model =
	    model_new(run.profiles[0], world->is_rigid, world->is_fixed);
	run.model->moved = on_move;
	run.model->ctx = &run;
	play(&run, seed, n, features);
	resolver_free(run.resolver);
	while (run.n_former)
		resolver_free(run.former[--run.n_former]);
	model_free(run.model);
	profile_free(run.profiles[0]);
	profile_free(run.profiles[1]);
	text_clear(&run.theirs);
	text_clear(&run.ours);
	text_clear(&run.before);
	return run.differs ? OUTCOME_DIFFERS : OUTCOME_SAME;
}
