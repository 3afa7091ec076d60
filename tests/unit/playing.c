/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/playing.h"

#include <errno.h>
#include <string.h>

#include "providers/schemas.h"
#include "resolver/profile.h"
#include "scenario/json.h"
#include "scenario/table.h"
#include "scenario/tap.h"

struct host {
	const struct playing *playing;
	struct source source;
};

static int read_file(void *ctx, const char *path, const struct source **ret,
    size_t *ret_n, struct text *error)
{
	struct host *host = ctx;
	const char *text = NULL;

	if (strcmp(path, "a.yaml") == 0)
		text = host->playing->a;
	else if (strcmp(path, "b.yaml") == 0)
		text = host->playing->b;
	if (!text) {
		text_printf(error, "%s: No such file or directory", path);
		return -ENOENT;
	}
	host->source = (struct source){path, text, strlen(text)};
	*ret = &host->source;
	*ret_n = 1;
	return 0;
}

static void print(void *ctx, const char *line)
{
	text_append(ctx, line);
}

static void run_all(struct playing *playing, const struct scenario_file *file,
    struct diagnostics *diagnostics, enum playing_output output)
{
	struct json_trace json = {.print = print, .ctx = &playing->out};
	struct table table = {.print = print, .ctx = &playing->out};
	struct scenario_watcher watcher;
	struct tap tap = {0};

	if (output == PLAYING_JSON)
		json_trace_init(&json, &watcher);
	else if (output == PLAYING_TAP)
		tap_init(&tap, &watcher);
	else
		table_init(&table, &watcher);
	for (uint32_t i = 0; i < file->n_scenarios; i++) {
		uint32_t n_failed = 0;
		int r = scenario_run(file, &file->scenarios[i], &watcher,
		    playing->max_outcomes, diagnostics, &n_failed);

		if (output == PLAYING_TAP)
			tap_result(&tap, &file->scenarios[i], !r && !n_failed,
			    &playing->out);
		playing->n_failed += n_failed;
		playing->r = r ? r : playing->r;
	}
	tap_clear(&tap);
}

void playing_run_n(struct playing *playing, const char *text, size_t n,
    enum playing_output output)
{
	struct host host = {.playing = playing};
	struct scenario_options options = {
	    .kinds = provider_schemas, .read = read_file, .ctx = &host};
	struct source source = {"s.yaml", text, n};
	struct diagnostics diagnostics = {0};
	struct scenario_file *file = NULL;

	playing->n_failed = 0;
	text_append(&playing->out, "");
	text_append(&playing->errors, "");
	playing->r = scenario_load(&source, &options, &diagnostics, &file);
	if (!playing->r)
		run_all(playing, file, &diagnostics, output);
	for (uint32_t i = 0; i < diagnostics.n; i++)
		diagnostic_print(&diagnostics.items[i], &playing->errors);
	playing->n_errors = diagnostics.n_errors;
	diagnostics_clear(&diagnostics);
	scenario_free(file);
}

void playing_clear(struct playing *playing)
{
	text_clear(&playing->out);
	text_clear(&playing->errors);
}
