/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/scenario-read.h"
#include "scenario/json.h"
#include "scenario/tap.h"

/* How the tests are told of. */
struct printer {
	struct scenario_watcher watcher;
	struct tap *tap; /* NULL: as JSON */
};

/* Of one scenario, as TAP or with --json. 0 or -ENOMEM. */
static int print_result(const struct printer *printer,
    const struct scenario_file *file, const struct scenario *scenario,
    bool is_ok)
{
	_cleanup_(text_clear) struct text out = {0};

	if (printer->tap) {
		tap_result(printer->tap, scenario, is_ok, &out);
	} else {
		text_append(&out, "{\"file\":");
		json_append_string(&out, file->name);
		text_append(&out, ",\"scenario\":");
		json_append_string(&out, scenario->name);
		text_printf(&out, ",\"ok\":%s}\n", is_ok ? "true" : "false");
	}
	if (out.failed)
		return -ENOMEM;
	fputs(out.data, stdout);
	fflush(stdout);
	return 0;
}

/* One test: a scenario. An exit status. */
static int run_one(const struct scenario_file *file,
    const struct scenario *scenario, const struct printer *printer)
{
	struct diagnostics diagnostics = {0};
	uint32_t n_failed = 0;
	int r = scenario_run(
	    file, scenario, &printer->watcher, 0, &diagnostics, &n_failed);

	for (uint32_t i = 0; printer->tap && i < diagnostics.n; i++)
		tap_comment(printer->tap, &diagnostics.items[i]);
	if (r == -ENOMEM || diagnostics.failed ||
	    print_result(printer, file, scenario, !r && !n_failed)) {
		diagnostics_clear(&diagnostics);
		return output_no_memory();
	}
	if (scenario_complain(&diagnostics) != EXIT_DONE || r)
		return EXIT_WRONG;
	return n_failed ? EXIT_NODE_FAILED : EXIT_DONE;
}

/* What is worse of both: an error, a failed test, neither. */
static int worse(int a, int b)
{
	return a > b ? a : b;
}

static int run_all(
    const struct printer *printer, struct scenario_file *const *files, size_t n)
{
	int status = EXIT_DONE;

	for (size_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < files[i]->n_scenarios; j++)
			status = worse(status,
			    run_one(files[i], &files[i]->scenarios[j],
				printer));
	return status;
}

static int run_tap(struct scenario_file *const *files, size_t n)
{
	struct printer printer;
	unsigned n_tests = 0;
	struct tap tap;
	int status;

	for (size_t i = 0; i < n; i++)
		n_tests += files[i]->n_scenarios;
	printf("1..%u\n", n_tests);
	tap_init(&tap, &printer.watcher);
	printer.tap = &tap;
	status = run_all(&printer, files, n);
	tap_clear(&tap);
	return status;
}

static void print(void *ctx, const char *line)
{
	(void)ctx;
	fputs(line, stdout);
}

/* Of the trace only what was not met. */
static int run_json(struct scenario_file *const *files, size_t n)
{
	struct json_trace trace = {.print = print};
	struct printer printer = {.tap = NULL};
	struct scenario_watcher all;
	int status;

	json_trace_init(&trace, &all);
	printer.watcher.ctx = all.ctx;
	printer.watcher.failed = all.failed;
	status = run_all(&printer, files, n);
	return trace.failed ? output_no_memory() : status;
}

/* The errors of all files are said, not of the first only. */
int cmd_test(const struct cli *cli)
{
	size_t n = cli->n_operands;
	struct scenario_file **files = calloc(n, sizeof(*files));
	int status = EXIT_DONE;

	if (!files)
		return output_no_memory();
	for (size_t i = 0; i < n; i++)
		status = worse(
		    status, scenario_read(cli->operands[i], &files[i]));
	if (status == EXIT_DONE)
		status = cli->json ? run_json(files, n) : run_tap(files, n);
	for (size_t i = 0; i < n; i++)
		scenario_free(files[i]);
	free(files);
	return status;
}
