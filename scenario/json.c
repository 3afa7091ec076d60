/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/json.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/yaml.h"

/* The character at *s, which is moved behind it. */
static uint32_t decode(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	unsigned n = p[0] < 0x80 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
	uint32_t c = n ? p[0] & (0x3fu >> n) : p[0];

	for (p++; n && (*p & 0xc0) == 0x80; n--)
		c = c << 6 | (*p++ & 0x3f);
	*s = (const char *)p;
	return c;
}

void json_append_string(struct text *text, const char *s)
{
	text_append_char(text, '"');
	while (*s) {
		uint32_t c = decode(&s);

		if (c == '"' || c == '\\')
			text_printf(text, "\\%c", (char)c);
		else if (c >= 0x10000)
			text_printf(text, "\\u%04" PRIx32 "\\u%04" PRIx32,
			    0xd800 + ((c - 0x10000) >> 10 & 0x3ff),
			    0xdc00 + (c & 0x3ff));
		else if (c < ' ' || c > '~')
			text_printf(text, "\\u%04" PRIx32, c);
		else
			text_append_char(text, (char)c);
	}
	text_append_char(text, '"');
}

void json_append_facts(struct text *text, const struct fact *facts, size_t n)
{
	text_append_char(text, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			text_append_char(text, ',');
		json_append_string(text, facts[i].key);
		text_append_char(text, ':');
		if (facts[i].value)
			json_append_string(text, facts[i].value);
		else
			text_append(text, "null");
	}
	text_append_char(text, '}');
}

/* Recursion is bounded: YAML_DEPTH_MAX. */
static void append_item(struct text *text, const struct item *item)
{
	bool is_list = item->type == ITEM_LIST;

	if (item->type == ITEM_TEXT) {
		if (item->is_plain && (!strcmp(item->text, "true") ||
					  !strcmp(item->text, "false")))
			text_append(text, item->text);
		else
			json_append_string(text, item->text);
		return;
	}
	text_append_char(text, is_list ? '[' : '{');
	for (const struct item *at = item->first; at; at = at->next) {
		if (at != item->first)
			text_append_char(text, ',');
		if (!is_list) {
			json_append_string(text, at->key);
			text_append_char(text, ':');
		}
		append_item(text, at);
	}
	text_append_char(text, is_list ? ']' : '}');
}

void json_append_step(struct text *text, const struct step *step)
{
	if (step->type == STEP_SETTLE || step->type == STEP_CRASH)
		text_printf(
		    text, "{\"%s\":true}", step_type_name(step->type));
	else
		append_item(text, step->item);
}

void append_cause(struct text *text, const struct notice *notice)
{
	bool has_reason = notice->to == NODE_FAILED ||
	    (notice->to == NODE_WAITING && notice->is_unmet);

	text_append(text, notice->cause);
	if (has_reason && notice->reason)
		text_printf(text, ": %s", notice->reason);
}

/* ---- the trace ---- */

static void print(struct json_trace *trace, struct text *line)
{
	text_append(line, "}\n");
	if (line->failed)
		trace->failed = true;
	else
		trace->print(trace->ctx, line->data);
}

static void begin(struct text *line, uint64_t now_ms)
{
	text_printf(line, "{\"t\":%" PRIu64 ",", now_ms);
}

static void append_pair(struct text *line, const char *key, const char *value)
{
	text_printf(line, ",\"%s\":", key);
	json_append_string(line, value);
}

static void on_began(void *ctx, const struct scenario_file *file,
    const struct scenario *scenario)
{
	_cleanup_(text_clear) struct text line = {0};

	(void)file;
	text_append(&line, "{\"scenario\":");
	json_append_string(&line, scenario->name);
	print(ctx, &line);
}

static void on_input(void *ctx, uint64_t now_ms, const struct step *step)
{
	_cleanup_(text_clear) struct text line = {0};

	begin(&line, now_ms);
	text_append(&line, "\"input\":");
	json_append_step(&line, step);
	print(ctx, &line);
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
		return "update";
	}
	return "";
}

static void on_decision(
    void *ctx, uint64_t now_ms, const struct decision *decision)
{
	_cleanup_(text_clear) struct text line = {0};

	begin(&line, now_ms);
	text_printf(&line, "\"action\":\"%s\"", action_name(decision->type));
	append_pair(&line, "node", node_name(decision->node));
	print(ctx, &line);
}

static void on_notice(void *ctx, const struct notice *notice)
{
	_cleanup_(text_clear) struct text line = {0}, cause = {0};

	/* It waits for something else outside. */
	if (notice->from == notice->to)
		return;
	begin(&line, notice->at_ms);
	text_append(&line, "\"node\":");
	json_append_string(&line, node_name(notice->node));
	append_pair(&line, "from", node_state_name(notice->from));
	append_pair(&line, "to", node_state_name(notice->to));
	append_cause(&cause, notice);
	if (cause.failed)
		line.failed = true;
	else
		append_pair(&line, "cause", cause.data);
	print(ctx, &line);
}

static void on_failed(
    void *ctx, uint64_t now_ms, const struct scenario_failure *failure)
{
	_cleanup_(text_clear) struct text line = {0};

	begin(&line, now_ms);
	text_printf(&line, "\"step\":%" PRIu32 ",\"expect\":", failure->number);
	if (failure->node)
		json_append_string(&line, failure->node);
	else
		text_append(&line, "null");
	text_printf(&line, ",\"want\":%s,\"got\":%s", failure->want_json,
	    failure->got_json);
	print(ctx, &line);
}

static void on_ended(
    void *ctx, uint64_t now_ms, const struct resolver *resolver)
{
	_cleanup_(text_clear) struct text line = {0};
	const struct node *node = NULL;
	bool is_first = true;

	begin(&line, now_ms);
	text_append(&line, "\"final\":{");
	while ((node = resolver_each(resolver, node))) {
		if (node_is_template(node) || node_state(node) == NODE_ABSENT)
			continue;
		if (!is_first)
			text_append_char(&line, ',');
		is_first = false;
		json_append_string(&line, node_name(node));
		text_append_char(&line, ':');
		json_append_string(&line, node_state_name(node_state(node)));
	}
	text_append_char(&line, '}');
	print(ctx, &line);
}

void json_trace_init(
    struct json_trace *trace, struct scenario_watcher *ret_watcher)
{
	*ret_watcher = (struct scenario_watcher){.ctx = trace,
	    .began = on_began,
	    .input = on_input,
	    .decision = on_decision,
	    .notice = on_notice,
	    .failed = on_failed,
	    .ended = on_ended};
}
