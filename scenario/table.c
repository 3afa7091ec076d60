/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/table.h"

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "resolver/profile.h"
#include "scenario/json.h"

static void print(struct table *table, struct text *line)
{
	text_append_char(line, '\n');
	if (line->failed)
		table->failed = true;
	else
		table->print(table->ctx, line->data);
}

static void begin(struct text *line, uint64_t now_ms)
{
	text_printf(line, "%6" PRIu64 ".%03us  ", now_ms / 1000,
	    (unsigned)(now_ms % 1000));
}

/* The text in a column of that width. Names are ASCII. */
static void append_cell(struct text *line, const char *s, int width)
{
	size_t n = strlen(s);

	text_append_escaped(line, s, n);
	text_printf(line, "%*s", (int)n < width ? width - (int)n : 0, "");
}

static size_t longest_key(const struct step_device *devices, uint32_t n)
{
	size_t longest = 0;

	for (uint32_t i = 0; i < n; i++)
		if (strlen(devices[i].device.key) > longest)
			longest = strlen(devices[i].device.key);
	return longest;
}

static size_t longest_name(const struct profile *profile, size_t key)
{
	size_t longest = 0;

	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct decl *decl = &profile->decls[i];
		size_t n = strlen(decl->name) + (decl->root ? 1 + key : 0);

		if (n > longest)
			longest = n;
	}
	return longest;
}

static void on_began(void *ctx, const struct scenario_file *file,
    const struct scenario *scenario)
{
	_cleanup_(text_clear) struct text line = {0};
	struct table *table = ctx;
	size_t key = longest_key(scenario->devices, scenario->n_devices);
	size_t longest;

	for (uint32_t i = 0; i < scenario->n_steps; i++) {
		const struct step *step = &scenario->steps[i];
		size_t n = longest_key(step->devices, step->n_devices);

		if (n > key)
			key = n;
	}
	longest = longest_name(file->profile, key);
	table->width = longest < 40 ? (int)longest : 40;
	if (table->n++)
		text_append_char(&line, '\n');
	text_append_escaped(&line, scenario->name, strlen(scenario->name));
	print(table, &line);
}

static void on_input(void *ctx, uint64_t now_ms, const struct step *step)
{
	_cleanup_(text_clear) struct text line = {0}, json = {0};
	const char *name = step_type_name(step->type);

	begin(&line, now_ms);
	text_printf(&line, "> %s", name);
	if (step->type != STEP_SETTLE && step->type != STEP_CRASH) {
		/* Of {"plug":{...}} the value. */
		size_t before = strlen(name) + 4;

		json_append_step(&json, step);
		text_append_char(&line, ' ');
		if (json.failed)
			line.failed = true;
		else
			text_append_n(
			    &line, json.data + before, json.n - before - 1);
	}
	print(ctx, &line);
}

/* Starts and stops are seen by the states. */
static void on_decision(
    void *ctx, uint64_t now_ms, const struct decision *decision)
{
	_cleanup_(text_clear) struct text line = {0};
	struct table *table = ctx;
	const char *what = NULL;

	switch (decision->type) {
	case DECISION_START:
	case DECISION_STOP:
		return;
	case DECISION_REBIND:
		what = "is told: what it stands on is another";
		break;
	case DECISION_UPDATE:
		what = "is told: its configuration is another";
		break;
	}
	begin(&line, now_ms);
	append_cell(&line, node_name(decision->node), table->width);
	text_printf(&line, "  %s", what);
	print(table, &line);
}

static void on_notice(void *ctx, const struct notice *notice)
{
	_cleanup_(text_clear) struct text line = {0}, cause = {0};
	struct table *table = ctx;

	if (notice->from == notice->to)
		return;
	begin(&line, notice->at_ms);
	append_cell(&line, node_name(notice->node), table->width);
	text_append(&line, "  ");
	append_cell(&line, node_state_name(notice->from), 8);
	text_append(&line, " -> ");
	append_cell(&line, node_state_name(notice->to), 8);
	text_append(&line, "  ");
	append_cause(&cause, notice);
	if (cause.failed)
		line.failed = true;
	else
		text_append_escaped(&line, cause.data, cause.n);
	print(table, &line);
}

static void on_failed(
    void *ctx, uint64_t now_ms, const struct scenario_failure *failure)
{
	_cleanup_(text_clear) struct text line = {0};

	begin(&line, now_ms);
	text_append(&line, "! ");
	text_append_escaped(
	    &line, failure->mark.file, strlen(failure->mark.file));
	text_printf(&line, ":%" PRIu32 ": ", failure->mark.line);
	if (failure->node)
		text_append_escaped(
		    &line, failure->node, strlen(failure->node));
	else
		text_append(&line, "actions");
	text_append(&line, ": want ");
	text_append_escaped(&line, failure->want, strlen(failure->want));
	text_append(&line, ", got ");
	text_append_escaped(&line, failure->got, strcspn(failure->got, "\n"));
	print(ctx, &line);
}

void table_init(struct table *table, struct scenario_watcher *ret_watcher)
{
	*ret_watcher = (struct scenario_watcher){.ctx = table,
	    .began = on_began,
	    .input = on_input,
	    .decision = on_decision,
	    .notice = on_notice,
	    .failed = on_failed};
}
