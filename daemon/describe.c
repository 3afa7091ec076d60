/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes and changes as the control interface shows them. */
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/runner.h"
#include "daemon/service.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"

/* By more than this a clock does not seem to differ, but does. */
enum { CLOCK_SET_NS = 100 * 1000 * 1000 };

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/*
 * When the runner's time began, in the wall clock's. Two clocks are never read
 * at the same moment: each time the difference would be another, and a change
 * seem to come before the one it follows. So it is kept until the wall clock
 * has been set.
 */
static int64_t boot_ms(void)
{
	static int64_t kept_ns;
	int64_t ns = now_ns(CLOCK_REALTIME) - now_ns(CLOCK_BOOTTIME);

	if (ns - kept_ns > CLOCK_SET_NS || kept_ns - ns > CLOCK_SET_NS)
		kept_ns = ns;
	return kept_ns / 1000000;
}

/* A moment in the runner's time, in the wall clock's. */
static json_int_t to_unix_ms(uint64_t at_ms)
{
	return (json_int_t)at_ms + boot_ms();
}

/* How long until then. NULL, and so no key, when that is never. */
static json_t *time_until(uint64_t at_ms)
{
	uint64_t now_ms = runner_now_ms();

	if (at_ms == RESOLVER_NEVER)
		return NULL;
	return json_integer(at_ms > now_ms ? (json_int_t)(at_ms - now_ms) : 0);
}

static int add_fact(json_t *facts, const char *key, const char *value)
{
	if (!value || json_object_get(facts, key))
		return 0;
	return json_object_set_new(facts, key, varlink_string(value));
}

/*
 * A node's facts include those of what it stands on, nearest first. Which
 * there may be, the schemas of the profile's kinds say.
 */
static int add_facts(
    const struct service *service, json_t *facts, const struct node *node)
{
	size_t n;
	const struct fact *own = node_facts(node, &n);

	for (size_t i = 0; own && i < n; i++) {
		if (add_fact(facts, own[i].key, own[i].value) < 0)
			return -1;
	}
	for (size_t i = 0; i < service->n_fact_names; i++) {
		const char *key = service->fact_names[i];

		if (add_fact(facts, key, node_fact(node, key)) < 0)
			return -1;
	}
	return 0;
}

static json_t *describe_facts(
    const struct service *service, const struct node *node)
{
	json_t *facts = json_object();

	if (facts && !node_is_template(node) &&
	    add_facts(service, facts, node) < 0) {
		json_decref(facts);
		return NULL;
	}
	return facts;
}

/* What the provider said; of a node that waits without one, what it waits
 * for: "needs uplink". */
static json_t *describe_reason(const struct node *node)
{
	_cleanup_(text_clear) struct text text = { 0 };

	if (!node_reason(node))
		node_say_waiting(node, &text);
	return varlink_string(node_reason(node) ? node_reason(node) :
						  text.data);
}

json_t *describe_node(const struct service *service, const struct node *node)
{
	const struct decl *decl = node_decl(node);
	const struct device *device = node_device(node);
	const struct node *selected = node_selected(node);
	uint64_t held_ms = node_held_until_ms(node);

	/* o* and s*: no key where there is nothing to say. */
	return json_pack("{s:o, s:s, s:s*, s:s, s:I, s:b, s:b, s:b, s:b, "
			 "s:o*, s:o*, s:o*, s:o*, s:o*, s:o*, s:o}",
	    "name", varlink_string(node_name(node)),
	    "kind", decl->schema->kind,
	    "description", decl->rare->description,
	    "state", node_state_name(node_state(node)),
	    "since_ms", to_unix_ms(node_since_ms(node)),
	    "goal", node_is_goal(node),
	    "masked", node_is_masked(node),
	    "template", node_is_template(node),
	    "permanent", node_is_permanent(node),
	    "held", held_ms ? json_true() : NULL,
	    "held_for_ms", held_ms ? time_until(held_ms) : NULL,
	    "reason", describe_reason(node),
	    "retry_in_ms", time_until(node_retry_at_ms(node)),
	    "device", device ? varlink_string(device->name) : NULL,
	    "selected", selected ? varlink_string(node_name(selected)) : NULL,
	    "facts", describe_facts(service, node));
}

/* What a node that has come up gives, of its own; NULL: nothing. */
static json_t *describe_own_facts(const struct notice *notice)
{
	const struct fact *items;
	json_t *facts;
	size_t n = 0;

	items = node_facts(notice->node, &n);
	if (notice->to != NODE_UP || n == 0)
		return NULL;
	facts = json_object();
	for (size_t i = 0; facts && i < n; i++) {
		if (add_fact(facts, items[i].key, items[i].value) < 0) {
			json_decref(facts);
			return NULL;
		}
	}
	return facts;
}

json_t *describe_change(const struct notice *notice)
{
	return json_pack("{s:I, s:o, s:s, s:s, s:o, s:o*, s:o*, s:o*}",
	    "at_ms", to_unix_ms(notice->at_ms),
	    "node", varlink_string(node_name(notice->node)),
	    "from", node_state_name(notice->from),
	    "to", node_state_name(notice->to),
	    "cause", varlink_string(notice->cause),
	    "reason", varlink_string(notice->reason),
	    "retry_in_ms", time_until(notice->retry_at_ms),
	    "facts", describe_own_facts(notice));
}

json_t *describe_lines(const struct text *text)
{
	const char *line = text->data ? text->data : "";
	json_t *lines = text->failed ? NULL : json_array();

	while (lines && *line) {
		size_t n = strcspn(line, "\n");

		_cleanup_(free_ptr) char *copy = strndup(line, n);

		if (n > 0 &&
		    json_array_append_new(lines, varlink_string(copy)) < 0) {
			json_decref(lines);
			return NULL;
		}
		line += n + (line[n] == '\n');
	}
	return lines;
}
