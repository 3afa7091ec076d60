/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/daemon-args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/cli.h"

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

int daemon_args(const struct cli *cli, const char *option,
    struct daemon_args *ret)
{
	size_t n = 0;

	/* the path, -p and its value, --socket and its value, --libexec-dir
	 * and its value, the option, --, NULL */
	*ret = (struct daemon_args){
		.argv = calloc(8 + 2 * cli->n_profiles + cli->n_operands,
		    sizeof(*ret->argv)),
	};
	if (!ret->argv || find_daemon(&ret->path, &ret->directory) < 0)
		return -ENOMEM;
	ret->argv[n++] = ret->path.data;
	for (size_t i = 0; i < cli->n_profiles; i++) {
		ret->argv[n++] = "-p";
		ret->argv[n++] = cli->profiles[i];
	}
	if (cli->socket) {
		ret->argv[n++] = "--socket";
		ret->argv[n++] = cli->socket;
	}
	if (ret->directory.data) {
		ret->argv[n++] = "--libexec-dir";
		ret->argv[n++] = ret->directory.data;
	}
	if (option)
		ret->argv[n++] = option;
	if (cli->n_operands > 0)
		ret->argv[n++] = "--";
	for (size_t i = 0; i < cli->n_operands; i++)
		ret->argv[n++] = cli->operands[i];
	return 0;
}

void daemon_args_clear(struct daemon_args *args)
{
	free(args->argv);
	text_clear(&args->path);
	text_clear(&args->directory);
}
