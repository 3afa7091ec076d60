/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The moves, one at a time, and the decisions, in their order. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/model/model.h"

static bool is_at_rest(const struct model_node *node)
{
	return !model_is_active(node);
}

void model_forget(struct model *m, struct model_node *node)
{
	node->life.n_failures = 0;
	node->life.is_permanent = false;
	node->life.is_forgiven = node->life.has_timed_out;
	if (node->life.state == NODE_FAILED)
		node->life.retry_at_ms = m->now_ms;
}

/* ---- events ---- */

static bool same_card(const struct model_node *a, const struct model_node *b)
{
	return a->card && b->card && !strcmp(a->card, b->card);
}

/* Of a template seen from elsewhere: the first up, the last no longer up, one
 * failed while none is up. */
static bool is_of_all(const struct model *m, enum event_type type,
    const struct model_node *node)
{
	struct model_node *other;

	if (!node->card)
		return true;
	EACH_NODE (other, m)
		if (other != node && other->decl == node->decl &&
		    other->life.state == NODE_UP)
			return false;
	return type != EVENT_FAILED || node->life.state != NODE_UP;
}

/* Does the event fire the trigger of a node of `decl` (on `listener`'s card,
 * if that is not NULL)? */
static bool fires(const struct model *m, const struct trigger *trigger,
    const struct decl *decl, const struct model_node *listener,
    enum event_type type, const char *name, const struct model_node *node)
{
	if (trigger->type != type)
		return false;
	if (type == EVENT_STARTUP)
		return true;
	if (type == EVENT_NAMED)
		return !strcmp(trigger->name, name);
	if (trigger->ref.decl != node->decl)
		return false;
	if (trigger->ref.device)
		return node->card &&
		       !strcmp(trigger->ref.device, node->card);
	if (listener && m->roots[decl->index] &&
	    m->roots[decl->index] == m->roots[node->decl->index])
		return same_card(listener, node);
	return is_of_all(m, type, node);
}

static void turn_latches(struct model *m, enum event_type type,
    const char *name, const struct model_node *node)
{
	struct model_node *n;

	for (uint32_t d = 0; d < m->profile->n_decls; d++) {
		const struct decl *decl = &m->profile->decls[d];

		for (uint32_t i = 0; i < decl->n_latches; i++) {
			const struct latch *l = &decl->latches[i];

			if (l->is_per_card)
				continue;
			if (fires(m, &l->from, decl, NULL, type, name, node))
				m->latches[d][i] = true;
			if (fires(m, &l->until, decl, NULL, type, name, node))
				m->latches[d][i] = false;
		}
	}
	EACH_NODE (n, m) {
		for (uint32_t i = 0; i < n->decl->n_latches; i++) {
			const struct latch *l = &n->decl->latches[i];

			if (!l->is_per_card)
				continue;
			if (fires(m, &l->from, n->decl, n, type, name, node))
				n->life.latches[i] = true;
			if (fires(m, &l->until, n->decl, n, type, name, node))
				n->life.latches[i] = false;
		}
	}
}

static void note_with_tasks(struct model *m, enum event_type type,
    const char *name, const struct model_node *node)
{
	struct model_node *n;

	EACH_NODE (n, m) {
		if (!n->decl->on_event || !n->desired ||
		    !fires(m, n->decl->on_event, n->decl, n, type, name, node))
			continue;
		if (n->life.state != NODE_FAILED)
			n->life.has_occurred = true;
	}
}

void model_event(struct model *m, enum event_type type, const char *name)
{
	turn_latches(m, type, name, NULL);
	model_derive(m);
	note_with_tasks(m, type, name, NULL);
	model_derive(m);
}

/* What a move is: down, up, failed. All are looked at before anything
 * follows. */
static void move_events(
    struct model *m, const struct model_node *node, enum node_state former)
{
	enum node_state state = node->life.state;
	enum event_type types[2];
	uint32_t n = 0;

	if (former == NODE_UP && state != NODE_UP)
		types[n++] = EVENT_DOWN;
	if (former != NODE_UP && state == NODE_UP)
		types[n++] = EVENT_UP;
	if (former != NODE_FAILED && state == NODE_FAILED)
		types[n++] = EVENT_FAILED;
	for (uint32_t i = 0; i < n; i++)
		turn_latches(m, types[i], NULL, node);
	model_derive(m);
	for (uint32_t i = 0; i < n; i++)
		note_with_tasks(m, types[i], NULL, node);
	model_derive(m);
}

/* ---- moves ---- */

void model_set(struct model *m, struct model_node *node,
    enum node_state state, bool is_unmet)
{
	enum node_state former = node->life.state;

	node->life.state = state;
	node->life.is_unmet = is_unmet;
	node->life.since_ms = m->now_ms;
	model_review_span(m, node->decl);
	if (state == NODE_UP)
		node->life.was_away = true;
	if (!model_is_active(node)) {
		node->life.to_restart = node->life.must_update = false;
		node->life.has_new_config = false;
		node->life.is_gone = false;
		model_end_waits(m, node, NULL);
	}
	if (m->moved)
		m->moved(m->ctx, node, former);
	move_events(m, node, former);
}

static uint64_t retry_delay(const struct decl *decl, uint32_t n_failures)
{
	uint64_t delay = decl->retry_delay_ms;

	while (--n_failures && delay < decl->retry_max_delay_ms)
		delay *= 2;
	return delay < decl->retry_max_delay_ms ? delay
						: decl->retry_max_delay_ms;
}

void model_fail(struct model *m, struct model_node *node, bool is_permanent)
{
	const struct decl *decl = node->decl;
	struct model_life *life = &node->life;
	bool is_forgiven =
	    life->is_forgiven || life->to_restart || life->has_new_config;

	life->has_timed_out = life->is_forgiven = false;
	if (life->state == NODE_UP &&
	    m->now_ms - life->since_ms >= decl->retry_max_delay_ms)
		life->n_failures = 0;
	life->n_failures++;
	life->is_permanent =
	    is_permanent ||
	    (decl->retry_attempts && life->n_failures >= decl->retry_attempts);
	life->retry_at_ms = m->now_ms + retry_delay(decl, life->n_failures);
	/* It counts for nothing, also to what looks at the move. */
	if (is_forgiven) {
		life->n_failures = 0;
		life->is_permanent = false;
		life->retry_at_ms = m->now_ms;
	}
	model_set(m, node, NODE_FAILED, false);
}

/* The provider has undone its part. */
static void is_down(struct model *m, struct model_node *node)
{
	if (node->life.has_timed_out) {
		model_fail(m, node, false);
		return;
	}
	model_set(m, node, node->wanted ? NODE_WAITING : NODE_IDLE, false);
}

/* It is no more: what comes in its place is another. */
static void let_go(struct model *m, const struct model_node *node)
{
	for (uint32_t i = 0; i < m->n_leaving; i++) {
		struct model_node *by = m->leaving[i];
		uint32_t n = by->n_holds;

		by->n_holds = 0;
		for (uint32_t j = 0; j < n; j++)
			if (by->holds[j] != node)
				by->holds[by->n_holds++] = by->holds[j];
	}
	model_end_waits(m, node, node);
}

static void leave(struct model *m, struct model_node *node)
{
	enum node_state former = node->life.state;

	node->exists = false;
	node->chosen_before = model_chosen(m, node);
	if (m->last[node->decl->index] == node)
		m->last[node->decl->index] = NULL;
	let_go(m, node);
	node->life.state = NODE_ABSENT;
	if (m->moved)
		m->moved(m->ctx, node, former);
	node->life = (struct model_life){ 0 };
	model_derive(m);
}

static void begin(struct model *m, struct model_node *node)
{
	node->life.timeout_at_ms = node->decl->timeout_ms
				       ? m->now_ms + node->decl->timeout_ms
				       : 0;
	node->life.must_update = node->life.has_new_config = false;
	node->life.start_order = m->n_starts++;
	node->life.told = model_told(m, node);
	node->life.told_over = model_told_over(m, node);
	node->life.decided_ms = m->now_ms;
	node->life.has_facts = false;
	node->life.has_occurred = false;
	node->life.is_permanent = false;
	model_set(m, node, NODE_STARTING, false);
}

/* What stands in the way of starting is the retry's delay alone, or nothing. */
static bool may_start(const struct model *m, const struct model_node *node)
{
	if (!is_at_rest(node) || !node->desired || model_is_held(m, node))
		return false;
	if (node->life.state == NODE_FAILED)
		return !node->life.is_permanent &&
		       node->life.retry_at_ms <= m->now_ms;
	return !node->decl->on_event || node->life.has_occurred;
}

enum { LOCATION_LIMIT_MS = 2000 };

/* Is a node that the resolver carries out itself to be up? 1, 0, or -1: not
 * known yet. */
static int is_met(struct model *m, struct model_node *node)
{
	uint32_t own = node->decl->n_latches - 1; /* after those of `when` */
	int r;

	if (node->decl->schema->flags & SCHEMA_GROUP)
		return model_enough(node);
	if (node->decl->schema->flags & SCHEMA_STATE)
		return node->decl->latches[own].is_per_card
			   ? node->life.latches[own]
			   : m->latches[node->decl->index][own];
	if (model_keeps_facts(node))
		return 1;
	r = model_match(m, node);
	if (r >= 0 || !node->desired)
		node->life.decided_ms = UINT64_MAX;
	else if (node->life.decided_ms == UINT64_MAX)
		node->life.decided_ms = m->now_ms;
	else if (m->now_ms - node->life.decided_ms >= LOCATION_LIMIT_MS)
		return 0;
	return r;
}

/* One without provider: true when it has moved. */
static bool move_own(struct model *m, struct model_node *node)
{
	int met = is_met(m, node);

	if (is_at_rest(node)) {
		if (!may_start(m, node))
			return false;
		begin(m, node);
		return true;
	}
	if (node->life.state == NODE_STOPPING) {
		is_down(m, node);
		return true;
	}
	if (!node->desired) {
		if (!model_may_stop(m, node))
			return false;
		model_set(m, node, NODE_STOPPING, false);
		return true;
	}
	if (met > 0 && node->life.state != NODE_UP) {
		model_set(m, node, NODE_UP, false);
		return true;
	}
	if (met == 0 && !node->life.is_unmet) {
		if (node->life.state == NODE_UP &&
		    node->decl->schema->flags & SCHEMA_GROUP &&
		    model_has_dependents(m, node))
			return false;
		model_set(m, node, NODE_WAITING, true);
		return true;
	}
	return false;
}

/* One that is at rest and stays so. */
static bool move_resting(struct model *m, struct model_node *node)
{
	enum node_state rest = node->wanted ? NODE_WAITING : NODE_IDLE;

	if (!is_at_rest(node))
		return false;
	if (node->card && !model_base_device(m, node) &&
	    !node->own->is_goal) {
		leave(m, node);
		return true;
	}
	if (may_start(m, node) ||
	    (node->life.state == NODE_FAILED && node->desired) ||
	    node->life.state == rest)
		return false;
	model_set(m, node, rest, false);
	return true;
}

/* Until it is down it is not in the way of its name only. */
static void leave_for_good(struct model *m, uint32_t index)
{
	struct model_node *node = m->leaving[index];
	enum node_state former = node->life.state;

	m->n_leaving--;
	memmove(&m->leaving[index], &m->leaving[index + 1],
	    (m->n_leaving - index) * sizeof(*m->leaving));
	node->life.is_unmet = false;
	if (former != NODE_STOPPING) {
		node->life.state = NODE_STOPPING;
		m->moved(m->ctx, node, former);
	}
	node->life.state = NODE_ABSENT;
	m->moved(m->ctx, node, NODE_STOPPING);
	let_go(m, node);
	free(node->links);
	free(node->holds);
	free(node);
	model_derive(m);
}

static bool move_leaving(struct model *m, uint32_t decl_index)
{
	for (uint32_t i = 0; i < m->n_leaving; i++) {
		const struct model_node *node = m->leaving[i];

		if (node->decl->index != decl_index ||
		    model_has_provider(node) || model_is_kept(m, node))
			continue;
		leave_for_good(m, i);
		return true;
	}
	return false;
}

static bool move(struct model *m)
{
	struct model_node *node;

	for (uint32_t i = 0; i < 64; i++)
		if (move_leaving(m, i))
			return true;
	EACH_NODE (node, m) {
		if (!model_has_provider(node) && move_own(m, node))
			return true;
		if (move_resting(m, node))
			return true;
	}
	return false;
}

void model_settle(struct model *m)
{
	uint32_t n = 0;

	model_derive(m);
	while (!m->has_failed && move(m))
		if (n++ > 100 * (m->n_nodes + 10))
			m->has_failed = true; /* they never come to rest */
}

/* ---- decisions ---- */

static bool is_to_stop(const struct model *m, const struct model_node *node)
{
	if (!model_is_active(node) || node->life.state == NODE_STOPPING)
		return false;
	if (node->life.state == NODE_STARTING && node->life.has_timed_out)
		return true;
	return !node->desired && model_may_stop(m, node);
}

static bool is_to_rebind(const struct model *m, const struct model_node *node)
{
	return (node->life.state == NODE_UP || node->life.is_unmet) &&
	       node->desired && !node->held &&
	       node->life.told != model_told(m, node);
}

static bool is_to_update(const struct model *m, const struct model_node *node)
{
	if ((node->life.state != NODE_UP && !node->life.is_unmet) ||
	    !node->desired || node->held)
		return false;
	return node->life.must_update ||
	       (is_to_rebind(m, node) && model_has_new_values(m, node, false));
}

static bool is_before(const struct model_node *a, const struct model_node *b,
    bool highest)
{
	if (a->level != b->level)
		return highest == (a->level > b->level);
	if (a->decl->index != b->decl->index)
		return a->decl->index < b->decl->index;
	if (!a->card != !b->card)
		return !a->card;
	if (a->card && text_compare_names(a->card, b->card))
		return text_compare_names(a->card, b->card) < 0;
	if (a->is_leaving != b->is_leaving)
		return a->is_leaving;
	return strcmp(a->name, b->name) < 0;
}

static struct model_node *choose(struct model *m,
    bool (*is)(const struct model *, const struct model_node *), bool highest)
{
	struct model_node *node, *best = NULL;

	EACH_NODE (node, m)
		if (model_has_provider(node) && is(m, node) &&
		    (!best || is_before(node, best, highest)))
			best = node;
	return best;
}

static struct model_node *choose_stop(struct model *m)
{
	struct model_node *best = choose(m, is_to_stop, true);

	for (uint32_t i = 0; i < m->n_leaving; i++) {
		struct model_node *node = m->leaving[i];

		if (node->life.state != NODE_STOPPING &&
		    model_has_provider(node) && !model_is_kept(m, node) &&
		    (!best || is_before(node, best, true)))
			best = node;
	}
	return best;
}

static bool hand_out(struct model_decision *ret,
    enum decision_type type, struct model_node *node)
{
	*ret = (struct model_decision){ type, node };
	return true;
}

static void stop(struct model *m, struct model_node *node)
{
	enum node_state former = node->life.state;

	if (!node->is_leaving) {
		model_set(m, node, NODE_STOPPING, false);
		return;
	}
	node->life.state = NODE_STOPPING;
	node->life.is_unmet = false;
	m->moved(m->ctx, node, former);
}

/* False: it cannot be told that, and is restarted. */
static bool tell(struct model *m, struct model_node *node, bool is_update)
{
	bool is_fixed = is_update && model_has_new_values(m, node, true);

	node->life.must_update = false;
	node->life.has_new_config &= !is_update;
	node->life.told = model_told(m, node);
	if (is_update ? !is_fixed && model_can_update(m, node) &&
			    model_take_values(m, node)
		      : model_can_rebind(m, node))
		return true;
	node->life.to_restart = true;
	return false;
}

/* False: its values are not good. */
static bool start(struct model *m, struct model_node *node)
{
	begin(m, node);
	if (model_take_values(m, node))
		return true;
	model_fail(m, node, true);
	return false;
}

bool model_next(struct model *m, struct model_decision *ret)
{
	struct model_node *node;

	for (;;) {
		model_settle(m);
		if (m->has_failed)
			return false;
		node = choose_stop(m);
		if (node) {
			stop(m, node);
			return hand_out(ret, DECISION_STOP, node);
		}
		node = choose(m, is_to_update, false);
		if (node) {
			if (tell(m, node, true))
				return hand_out(ret, DECISION_UPDATE, node);
			continue;
		}
		node = choose(m, is_to_rebind, false);
		if (node) {
			if (tell(m, node, false))
				return hand_out(ret, DECISION_REBIND, node);
			continue;
		}
		node = choose(m, may_start, false);
		if (!node)
			return false;
		if (start(m, node))
			return hand_out(ret, DECISION_START, node);
	}
}

/* ---- reports, time ---- */

static void take_facts(struct model_node *node, const struct report *report)
{
	struct model_life *life = &node->life;

	life->has_facts = true;
	life->facts = (struct model_facts){ 0 };
	assert(report->n_facts <= MODEL_FACTS_MAX);
	assert(report->n_later <= MODEL_FACTS_MAX);
	for (size_t i = 0; i < report->n_facts; i++) {
		struct model_fact *fact = &life->facts.items[i];

		strncpy(fact->key, report->facts[i].key, 15);
		strncpy(fact->value, report->facts[i].value, 31);
	}
	for (size_t i = 0; i < report->n_later; i++)
		strncpy(life->facts.later[i], report->later[i], 15);
	life->facts.n = report->n_facts;
	life->facts.n_later = report->n_later;
	if (report->type == REPORT_FACTS)
		life->shown = life->facts;
}

/* On one that is leaving. */
static void report_leaving(struct model *m, struct model_node *node,
    const struct report *report)
{
	enum node_state state = node->life.state;

	if (state == NODE_STOPPING ? report->type != REPORT_DOWN
				   : report->type != REPORT_FAILED) {
		bool was_unmet = node->life.is_unmet;

		if (state == NODE_STOPPING || was_unmet ||
		    report->type != REPORT_UNMET)
			return;
		node->life.state = NODE_WAITING;
		node->life.is_unmet = true;
		m->moved(m->ctx, node, state);
		return;
	}
	for (uint32_t i = 0; i < m->n_leaving; i++) {
		if (m->leaving[i] != node)
			continue;
		leave_for_good(m, i);
		break;
	}
}

void model_report(struct model *m, uint64_t now_ms, struct model_node *node,
    uint32_t run, const struct report *report)
{
	enum node_state state = node->life.state;
	bool unmet = node->life.is_unmet;

	m->now_ms = now_ms;
	model_derive(m);
	if (!node->exists || !model_is_active(node) || run != node->life.run)
		return;
	if (node->is_leaving) {
		report_leaving(m, node, report);
		model_settle(m);
		return;
	}
	if (state == NODE_STOPPING) {
		if (report->type == REPORT_DOWN)
			is_down(m, node);
		model_settle(m);
		return;
	}
	switch (report->type) {
	case REPORT_UP:
		if (state != NODE_STARTING && !unmet)
			break;
		if (node->decl->on_event) {
			bool again = node->life.has_occurred;

			node->life.n_failures = 0;
			model_set(m, node, NODE_WAITING, false);
			node->life.has_occurred = again && node->desired;
			break;
		}
		take_facts(node, report);
		model_set(m, node, NODE_UP, false);
		break;
	case REPORT_UNMET:
		if (unmet)
			break;
		model_set(m, node, NODE_WAITING, true);
		break;
	case REPORT_FAILED:
		model_fail(m, node, report->permanent);
		break;
	case REPORT_FACTS:
		if (state == NODE_UP)
			take_facts(node, report);
		break;
	case REPORT_DOWN:
		break;
	}
	model_settle(m);
}

static bool is_timed(const struct model_node *node)
{
	return node->life.state == NODE_STARTING && node->life.timeout_at_ms &&
	       model_has_provider(node) && !node->life.has_timed_out;
}

static struct model_node *first_timed_out(struct model *m)
{
	struct model_node *node, *best = NULL;

	EACH_NODE (node, m)
		if (is_timed(node) &&
		    m->now_ms >= node->life.timeout_at_ms &&
		    (!best ||
			node->life.start_order < best->life.start_order))
			best = node;
	return best;
}

void model_time(struct model *m, uint64_t now_ms)
{
	struct model_node *node;

	m->now_ms = now_ms;
	model_settle(m);
	while ((node = first_timed_out(m))) {
		node->life.has_timed_out = true;
		model_settle(m);
	}
}

static void sooner(uint64_t *at_ms, uint64_t other_ms)
{
	if (other_ms < *at_ms)
		*at_ms = other_ms;
}

uint64_t model_deadline(const struct model *m)
{
	uint64_t at_ms = RESOLVER_NEVER;
	struct model_node *node;

	EACH_NODE (node, m) {
		const struct model_life *life = &node->life;

		if (is_timed(node))
			sooner(&at_ms, life->timeout_at_ms);
		if (life->state == NODE_FAILED && !life->is_permanent &&
		    node->desired && life->retry_at_ms > m->now_ms)
			sooner(&at_ms, life->retry_at_ms);
		if (node->held)
			sooner(&at_ms, life->hold_until_ms);
		if (node->decl->schema->flags & SCHEMA_LOCATION &&
		    model_is_active(node) && life->state != NODE_STOPPING &&
		    node->desired && life->decided_ms != UINT64_MAX &&
		    life->decided_ms + LOCATION_LIMIT_MS > m->now_ms)
			sooner(&at_ms, life->decided_ms + LOCATION_LIMIT_MS);
	}
	return at_ms;
}
