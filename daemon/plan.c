/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plan: what up would do. */
#include "resolver/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/runner.h"
#include "daemon/service.h"

enum { STEPS_MAX = 100 * 1000 };

struct answer {
	json_t *steps, *outcomes;
	bool is_first; /* of a netconfd that has not begun: all is a step */
	bool failed;
};

static void answer_clear(struct answer *answer)
{
	json_decref(answer->steps);
	json_decref(answer->outcomes);
}

static const char *action_name(enum decision_type type)
{
	switch (type) {
	case DECISION_START:
		return "start";
	case DECISION_STOP:
		return "stop";
	case DECISION_REBIND:
		return "rebind";
	case DECISION_UPDATE:
		break;
	}
	return "update";
}

static void on_step(void *ctx, const struct plan_step *step)
{
	struct answer *answer = ctx;

	if (json_array_append_new(answer->steps,
		json_pack("{s:s, s:o, s:b}", "action", action_name(step->type),
		    "node", varlink_string(step->node), "under_way",
		    step->is_under_way && !answer->is_first)) < 0)
		answer->failed = true;
}

static void on_goal(void *ctx, const struct plan_goal *goal)
{
	struct answer *answer = ctx;

	if (json_array_append_new(answer->outcomes,
		json_pack("{s:o, s:s, s:s, s:o*}", "node",
		    varlink_string(goal->name), "state",
		    node_state_name(goal->now), "then",
		    node_state_name(goal->then), "missing",
		    varlink_string(goal->missing))) < 0)
		answer->failed = true;
}

/* Takes what is in the answer. NULL: out of memory. */
static json_t *take_answer(struct answer *answer, const struct text *said)
{
	json_t *lines = describe_lines(said);

	if (!lines || answer->failed) {
		json_decref(lines);
		return NULL;
	}
	if (json_array_size(lines) == 0) {
		json_decref(lines);
		lines = NULL;
	}
	return json_pack("{s:o*, s:o, s:o}", "said", lines, "steps",
	    steal_ptr(answer->steps), "outcomes",
	    steal_ptr(answer->outcomes));
}

int plan_make(const struct resolver *resolver, const char *const *names,
    size_t n, bool is_first, json_t **ret)
{
	_cleanup_(text_clear) struct text said = { 0 };
	_cleanup_(answer_clear) struct answer answer = {
		.steps = json_array(),
		.outcomes = json_array(),
		.is_first = is_first,
	};
	const struct plan_options options = { .on_step = on_step,
		.on_goal = on_goal, .ctx = &answer, .max_steps = STEPS_MAX };
	int r = resolver_plan(
	    resolver, runner_now_ms(), names, n, &options, &said);

	if (r < 0)
		return r;
	*ret = take_answer(&answer, &said);
	return *ret ? 0 : -ENOMEM;
}

static void refuse(struct session *session, const char *message)
{
	session_error(session, "org.netconf.Busy",
	    json_pack("{s:s}", "message", message));
}

void plan_up(struct session *session, const json_t *parameters)
{
	const struct service *service = session->service;
	const json_t *names = json_object_get(parameters, "nodes");
	json_t *answer = NULL;

	if (!names_check(session, names))
		return;
	if (service->is_ending) {
		refuse(session, "netconfd is ending");
		return;
	}
	_cleanup_(free_ptr) const char **list = names_list(names);
	int r = list ? plan_make(runner_resolver(service->runner), list,
			   json_array_size(names), false, &answer)
		     : -ENOMEM;
	if (r == 0)
		session_reply(session, answer);
	else if (r == -ENOENT)
		session_unknown_node(session, names_missing(service, names));
	else if (r == -E2BIG)
		refuse(session, PLAN_IS_TOO_LONG);
	else
		refuse(session, "out of memory");
}
