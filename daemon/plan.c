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
		    step->is_under_way)) < 0)
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

/* Takes what is in the answer. */
static void reply(struct session *session, struct answer *answer,
    const struct text *said)
{
	json_t *lines = describe_lines(said);

	if (!lines || answer->failed) {
		json_decref(lines);
		session_reply(session, NULL);
		return;
	}
	if (json_array_size(lines) == 0) {
		json_decref(lines);
		lines = NULL;
	}
	session_reply(session,
	    json_pack("{s:o*, s:o, s:o}", "said", lines, "steps",
		steal_ptr(answer->steps), "outcomes",
		steal_ptr(answer->outcomes)));
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
	_cleanup_(text_clear) struct text said = { 0 };
	_cleanup_(answer_clear) struct answer answer = {
		.steps = json_array(), .outcomes = json_array()
	};
	const struct plan_options options = { .on_step = on_step,
		.on_goal = on_goal, .ctx = &answer, .max_steps = STEPS_MAX };
	int r;

	if (!names_check(session, names))
		return;
	if (service->is_ending) {
		refuse(session, "netconfd is ending");
		return;
	}
	_cleanup_(free_ptr) const char **list = names_list(names);
	r = list ? resolver_plan(runner_resolver(service->runner),
		       runner_now_ms(), list, json_array_size(names),
		       &options, &said)
		 : -ENOMEM;
	if (r == 0)
		reply(session, &answer, &said);
	else if (r == -ENOENT)
		session_unknown_node(session, names_missing(service, names));
	else if (r == -E2BIG)
		refuse(session, "the plan is too long");
	else
		refuse(session, "out of memory");
}
