/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/macros.h"
#include "cli/cli.h"
#include "cli/profile-read.h"
#include "providers/schemas.h"
#include "resolver/lint.h"
#include "resolver/profile.h"

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static int check(const struct cli *cli, const struct output *out,
    const struct files *files, struct diagnostics *diagnostics)
{
	struct profile *profile = NULL;
	uint32_t n_nodes = 0;

	int r = profile_load(
	    files->items, files->n, provider_schemas, diagnostics, &profile);
	if (r == 0) {
		n_nodes = profile->n_decls;
		r = profile_lint(profile, diagnostics);
		profile_free(profile);
	}
	if (r == -ENOMEM ||
	    profile_print_diagnostics(cli, out, diagnostics) < 0)
		return output_no_memory();
	if (r < 0)
		return profile_refuse(diagnostics, files);
	if (cli->json)
		return EXIT_DONE;
	printf("%u node%s in %zu file%s, no errors", n_nodes, plural(n_nodes),
	    files->n, plural(files->n));
	if (diagnostics->n > 0)
		printf(", %u warning%s", diagnostics->n,
		    plural(diagnostics->n));
	putchar('\n');
	return EXIT_DONE;
}

int cmd_check(const struct cli *cli)
{
	_cleanup_(files_clear) struct files files = {0};
	struct diagnostics diagnostics = {0};
	struct output out;

	output_init(&out, stdout);
	int status = profile_read_files(cli, true, &files, &diagnostics);
	/* Without one file, the nodes in it would seem unknown to the rest. */
	if (status == EXIT_DONE)
		status = check(cli, &out, &files, &diagnostics);
	diagnostics_clear(&diagnostics);
	return status;
}
