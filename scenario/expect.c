/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a scenario expects. */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "scenario/json.h"
#include "scenario/run.h"

static bool begins_with(const char *text, const char *word)
{
	return word && strncmp(text, word, strlen(word)) == 0;
}

/* As `netconf why` prints it: a text that is a sentence about the node
 * already follows its name as it is. */
static void add_line(void *ctx, const struct why_line *line)
{
	struct text *text = ctx;
	bool is_sentence = begins_with(line->text, "is ") ||
	    begins_with(line->text, "was ") ||
	    begins_with(line->text, line->state);

	for (uint32_t i = 0; i < line->depth && i < 20; i++)
		text_append(text, "  ");
	if (line->node && is_sentence)
		text_printf(text, "%s ", line->node);
	else if (line->node && line->state)
		text_printf(text, "%s is %s: ", line->node, line->state);
	else if (line->node)
		text_printf(text, "%s: ", line->node);
	text_printf(text, "%s\n", line->text);
}

static void explain(struct run *run, const char *node, struct text *text)
{
	text_append(text, "");
	resolver_why(fake_resolver(run->fake), fake_now_ms(run->fake), node,
	    add_line, text);
}

struct finding {
	const char *node;
	struct mark mark;
	struct text want, got, want_json, got_json;
};

static void finding_clear(struct finding *finding)
{
	text_clear(&finding->want);
	text_clear(&finding->got);
	text_clear(&finding->want_json);
	text_clear(&finding->got_json);
}

/* Tells the watcher; want_json and got_json are those texts, where empty. */
static int report(struct run *run, struct finding *finding, bool explains)
{
	_cleanup_(text_clear) struct text why = {0};
	struct scenario_failure failure = {.step = run->step,
	    .number = run->number,
	    .node = finding->node,
	    .mark = finding->mark};

	text_append(&finding->want, "");
	text_append(&finding->got, "");
	if (finding->want.data && !finding->want_json.n)
		json_append_string(&finding->want_json, finding->want.data);
	if (finding->got.data && !finding->got_json.n)
		json_append_string(&finding->got_json, finding->got.data);
	if (explains)
		explain(run, finding->node, &why);
	if (finding->want.failed || finding->got.failed || why.failed ||
	    finding->want_json.failed || finding->got_json.failed)
		return -ENOMEM;
	failure.want = finding->want.data;
	failure.got = finding->got.data;
	failure.want_json = finding->want_json.data;
	failure.got_json = finding->got_json.data;
	failure.why = why.n ? why.data : NULL;
	run->n_failed++;
	if (run->watcher->failed)
		run->watcher->failed(run->watcher->ctx,
		    fake_now_ms(run->fake), &failure);
	return 0;
}

/* ---- states ---- */

static int check_state(struct run *run, const struct claim *claim)
{
	_cleanup_(finding_clear) struct finding finding = {
	    .node = claim->node, .mark = claim->mark};
	const struct node *node =
	    resolver_find(fake_resolver(run->fake), claim->node);
	const char *got =
	    node ? node_state_name(node_state(node)) : "absent";

	if (strcmp(got, claim->text) == 0)
		return 0;
	text_append(&finding.want, claim->text);
	text_append(&finding.got, got);
	return report(run, &finding, node);
}

/* ---- facts ---- */

static void append_fact(
    struct text *text, const char *key, const char *value)
{
	text_printf(text, "%s%s: %s", text->n ? ", " : "", key,
	    value ? value : "(none)");
}

static int check_facts(struct run *run, const struct claim *claim)
{
	_cleanup_(finding_clear) struct finding finding = {
	    .node = claim->node, .mark = claim->mark};
	const struct node *node =
	    resolver_find(fake_resolver(run->fake), claim->node);
	struct text *want_json = &finding.want_json;
	struct text *got_json = &finding.got_json;

	for (size_t i = 0; i < claim->n_facts; i++) {
		struct fact want = claim->facts[i], got = want;

		got.value = node ? node_fact(node, want.key) : NULL;
		if (got.value && strcmp(got.value, want.value) == 0)
			continue;
		append_fact(&finding.want, want.key, want.value);
		append_fact(&finding.got, want.key, got.value);
		/* { ... } and { ... } become { ..., ... }. */
		for (int j = 0; j < 2; j++) {
			struct text *json = j ? got_json : want_json;
			size_t end = json->n;

			json_append_facts(json, j ? &got : &want, 1);
			if (end && !json->failed) {
				json->data[end - 1] = ',';
				memmove(json->data + end,
				    json->data + end + 1, json->n - end);
				json->n--;
			}
		}
	}
	return finding.want.n ? report(run, &finding, node) : 0;
}

/* ---- why ---- */

static int check_why(struct run *run, const struct claim *claim)
{
	_cleanup_(finding_clear) struct finding finding = {
	    .node = claim->node, .mark = claim->mark};

	explain(run, claim->node, &finding.got);
	if (finding.got.failed)
		return -ENOMEM;
	if (strstr(finding.got.data, claim->text))
		return 0;
	text_append(&finding.want, claim->text);
	return report(run, &finding, false);
}

static int check_claims(struct run *run,
    int (*check)(struct run *run, const struct claim *claim))
{
	int r = 0;

	for (uint32_t i = 0; i < run->step->n_claims && !r; i++)
		r = check(run, &run->step->claims[i]);
	return r;
}

/* ---- actions ---- */

static bool is_start_or_stop(const char *action)
{
	return begins_with(action, "start ") || begins_with(action, "stop ");
}

/* Rebinds and updates count only where they are written. */
static bool is_as_expected(const struct step *step, const char *trace)
{
	uint32_t n = 0;

	for (; *trace; trace = strchr(trace, '\n') + 1) {
		size_t length = strcspn(trace, "\n");

		if (n < step->n_names && strlen(step->names[n]) == length &&
		    memcmp(step->names[n], trace, length) == 0)
			n++;
		else if (is_start_or_stop(trace))
			return false;
	}
	return n == step->n_names;
}

static void append_action(struct text *text, struct text *json,
    const char *action, size_t n)
{
	_cleanup_(text_clear) struct text copy = {0};

	text_append_n(&copy, action, n);
	text_printf(text, "%s%.*s", text->n ? ", " : "", (int)n, action);
	if (json->n > 1)
		text_append_char(json, ',');
	if (copy.failed)
		json->failed = true;
	else
		json_append_string(json, copy.data);
}

static int check_trace(struct run *run)
{
	_cleanup_(finding_clear) struct finding finding = {
	    .mark = run->step->mark};
	const char *trace = fake_trace(run->fake);
	int r = 0;

	if (!is_as_expected(run->step, trace)) {
		text_append_char(&finding.want_json, '[');
		text_append_char(&finding.got_json, '[');
		for (uint32_t i = 0; i < run->step->n_names; i++)
			append_action(&finding.want, &finding.want_json,
			    run->step->names[i], strlen(run->step->names[i]));
		for (; *trace; trace = strchr(trace, '\n') + 1)
			append_action(&finding.got, &finding.got_json, trace,
			    strcspn(trace, "\n"));
		text_append_char(&finding.want_json, ']');
		text_append_char(&finding.got_json, ']');
		r = report(run, &finding, false);
	}
	fake_clear_trace(run->fake);
	return r;
}

int expect_check(struct run *run)
{
	switch (run->step->type) {
	case STEP_EXPECT:
		return check_claims(run, check_state);
	case STEP_EXPECT_FACTS:
		return check_claims(run, check_facts);
	case STEP_EXPECT_WHY:
		return check_claims(run, check_why);
	case STEP_EXPECT_TRACE:
		return check_trace(run);
	case STEP_PLUG:
	case STEP_UNPLUG:
	case STEP_CHANGE:
	case STEP_UP:
	case STEP_DOWN:
	case STEP_RESET:
	case STEP_RESTART:
	case STEP_EMIT:
	case STEP_REPORT:
	case STEP_FACTS:
	case STEP_RELOAD:
	case STEP_CRASH:
	case STEP_ADVANCE:
	case STEP_SETTLE:
		break;
	}
	return 0;
}
