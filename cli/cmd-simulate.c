/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/scenario-read.h"
#include "scenario/json.h"
#include "scenario/table.h"

static void print(void *ctx, const char *line)
{
	(void)ctx;
	fputs(line, stdout);
}

static int run_one(const struct scenario_file *file,
    const struct scenario *scenario, const struct scenario_watcher *watcher)
{
	struct diagnostics diagnostics = {0};
	uint32_t n_failed = 0;
	int r = scenario_run(
	    file, scenario, watcher, 0, &diagnostics, &n_failed);

	fflush(stdout);
	if (scenario_complain(&diagnostics) != EXIT_DONE)
		return EXIT_WRONG;
	if (r)
		return output_no_memory();
	return n_failed ? EXIT_NODE_FAILED : EXIT_DONE;
}

/* All of them, or those of that name. */
static int run_all(const struct scenario_file *file, const char *name,
    const struct scenario_watcher *watcher)
{
	int status = EXIT_DONE;
	uint32_t n = 0;

	for (uint32_t i = 0; i < file->n_scenarios; i++) {
		const struct scenario *scenario = &file->scenarios[i];
		int r;

		if (name && strcmp(scenario->name, name) != 0)
			continue;
		n++;
		r = run_one(file, scenario, watcher);
		status = r > status ? r : status;
	}
	if (n || !name)
		return status;

	_cleanup_(text_clear) struct text hint = {0};
	for (uint32_t i = 0; i < file->n_scenarios && !hint.n; i++) {
		const char *candidate = file->scenarios[i].name;

		if (text_nearest(name, &candidate, 1))
			text_printf(&hint, "; did you mean '%s'?", candidate);
	}
	complain("%s has no scenario '%s'%s", file->name, name,
	    hint.data ? hint.data : "");
	return EXIT_WRONG;
}

int cmd_simulate(const struct cli *cli)
{
	struct json_trace trace = {.print = print};
	struct table table = {.print = print};
	struct scenario_watcher watcher;
	struct scenario_file *file = NULL;
	int status = scenario_read(cli->operands[0], &file);

	if (status != EXIT_DONE)
		return status;
	if (cli->json)
		json_trace_init(&trace, &watcher);
	else
		table_init(&table, &watcher);
	status = run_all(file, cli->scenario, &watcher);
	scenario_free(file);
	return trace.failed || table.failed ? output_no_memory() : status;
}
