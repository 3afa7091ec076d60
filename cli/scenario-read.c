/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/scenario-read.h"
#include "providers/schemas.h"

int scenario_complain(struct diagnostics *diagnostics)
{
	_cleanup_(text_clear) struct text text = {0};
	uint32_t n_errors = diagnostics->n_errors;

	for (uint32_t i = 0; i < diagnostics->n; i++)
		diagnostic_print(&diagnostics->items[i], &text);
	if (diagnostics->failed || text.failed) {
		diagnostics_clear(diagnostics);
		return output_no_memory();
	}
	diagnostics_clear(diagnostics);
	if (text.data)
		fputs(text.data, stderr);
	return n_errors ? EXIT_WRONG : EXIT_DONE;
}

/* Whoever may change the file: a simulation only shows what it says. */
static void accept(
    void *ctx, const char *path, const char *why, const char *remedy)
{
	(void)ctx, (void)path, (void)why, (void)remedy;
}

static int read_files(
    struct files *files, const char *path, struct text *error)
{
	struct files_rules rules = {
	    .ending = ".yaml", .owner = getuid(), .warn = accept};

	return files_add(files, path, &rules, error);
}

struct host {
	const char *path; /* of the scenario file */
	struct files files;
};

/* scenario_options.read: the path is relative to the scenario file. */
static int read_profile(void *ctx, const char *path,
    const struct source **ret, size_t *ret_n, struct text *error)
{
	_cleanup_(text_clear) struct text full = {0};
	struct host *host = ctx;
	const char *slash = strrchr(host->path, '/');
	int r;

	if (path[0] != '/' && slash)
		text_append_n(
		    &full, host->path, (size_t)(slash - host->path) + 1);
	text_append(&full, path);
	if (full.failed)
		return -ENOMEM;
	files_clear(&host->files);
	r = read_files(&host->files, full.data, error);
	*ret = host->files.items;
	*ret_n = host->files.n;
	return r;
}

static int load(const struct source *source, struct host *host,
    struct scenario_file **ret)
{
	struct scenario_options options = {
	    .kinds = provider_schemas, .read = read_profile, .ctx = host};
	struct diagnostics diagnostics = {0};
	int r = scenario_load(source, &options, &diagnostics, ret);
	int status = scenario_complain(&diagnostics);

	if (status == EXIT_DONE && r)
		return output_no_memory();
	if (status != EXIT_DONE && !r)
		*ret = scenario_free(*ret);
	return status;
}

int scenario_read(const char *path, struct scenario_file **ret)
{
	_cleanup_(text_clear) struct text error = {0};
	_cleanup_(files_clear) struct files files = {0};
	struct host host = {.path = path};
	int r = read_files(&files, path, &error);

	if (r == -ENOMEM || error.failed)
		return output_no_memory();
	if (!r && files.n != 1) {
		complain("%s: is a directory, not a scenario file", path);
		return EXIT_WRONG;
	}
	if (r) {
		complain("%s", error.data);
		return EXIT_WRONG;
	}
	r = load(&files.items[0], &host, ret);
	files_clear(&host.files);
	return r;
}
