/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/output.h"

#define INSTALLED SBINDIR "/netconfd"

static bool has_program(const struct text *directory, const char *name)
{
	_cleanup_(text_clear) struct text path = {0};

	text_printf(&path, "%s/%s", directory->data, name);
	return !path.failed && access(path.data, X_OK) == 0;
}

/* netconfd and its helpers beside this program, as in a build directory
 * (*ret_directory: which); else those installed. */
static int find_daemon(struct text *ret, struct text *ret_directory)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));

	if (n > 0 && (size_t)n < sizeof(self)) {
		const char *slash = memrchr(self, '/', (size_t)n);

		text_append_n(ret_directory, self, (size_t)(slash - self));
		if (ret_directory->failed)
			return -ENOMEM;
		if (has_program(ret_directory, "netconfd") &&
		    has_program(ret_directory, "netconf-dhcp4")) {
			text_printf(ret, "%s/netconfd", ret_directory->data);
			return ret->failed ? -ENOMEM : 0;
		}
		text_clear(ret_directory);
	}
	text_append(ret, INSTALLED);
	return ret->failed ? -ENOMEM : 0;
}

int cmd_run(const struct cli *cli)
{
	_cleanup_(text_clear) struct text path = {0}, directory = {0};
	size_t n = 0;

	/* the name, -p and its value, --socket and its value, --libexec-dir
	 * and its value, --, NULL */
	_cleanup_(free_ptr) const char **argv =
	    calloc(7 + 2 * cli->n_profiles + cli->n_operands, sizeof(*argv));
	if (!argv || find_daemon(&path, &directory) < 0)
		return output_no_memory();
	argv[n++] = path.data;
	for (size_t i = 0; i < cli->n_profiles; i++) {
		argv[n++] = "-p";
		argv[n++] = cli->profiles[i];
	}
	if (cli->socket) {
		argv[n++] = "--socket";
		argv[n++] = cli->socket;
	}
	if (directory.data) {
		argv[n++] = "--libexec-dir";
		argv[n++] = directory.data;
	}
	if (cli->n_operands > 0)
		argv[n++] = "--";
	for (size_t i = 0; i < cli->n_operands; i++)
		argv[n++] = cli->operands[i];

	execv(path.data, (char *const *)argv);
	complain("cannot run %s: %m", path.data);
	return EXIT_NO_DAEMON;
}
