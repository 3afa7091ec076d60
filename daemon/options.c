/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "daemon/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"

static const char usage[] =
    "usage: netconfd [OPTION]... [GOAL]...\n"
    "Bring the network up as a profile says, and keep it so.\n"
    "GOAL: nodes to bring up at once, as `netconf up` would.\n"
    "\n"
    "  -p, --profile PATH     profile: a file, or a directory with *.yaml;\n"
    "                         may be given several times\n"
    "                         (" SYSCONFDIR "/netconf)\n"
    "      --socket PATH      control socket\n"
    "                         (" RUNSTATEDIR "/netconf/control)\n"
    "      --state-dir DIR    client identifier, goals and masks\n"
    "                         (" LOCALSTATEDIR "/lib/netconf)\n"
    "      --libexec-dir DIR  netconf's own helper programs\n"
    "                         (" LIBEXECDIR ")\n"
    "      --log-level LEVEL  error, warning, notice, info or debug\n"
    "                         (notice)\n"
    "      --plan             print what it would do for the devices that\n"
    "                         are there, as JSON, doing nothing\n"
    "      --event-buffer N   receive buffer of the kernel's events, in\n"
    "                         bytes (4194304)\n"
    "      --help, --version\n";

enum option_key {
	OPTION_SOCKET = 256,
	OPTION_STATE_DIR,
	OPTION_LIBEXEC_DIR,
	OPTION_LOG_LEVEL,
	OPTION_EVENT_BUFFER,
	OPTION_PLAN,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	{ "profile", required_argument, NULL, 'p' },
	{ "socket", required_argument, NULL, OPTION_SOCKET },
	{ "state-dir", required_argument, NULL, OPTION_STATE_DIR },
	{ "libexec-dir", required_argument, NULL, OPTION_LIBEXEC_DIR },
	{ "log-level", required_argument, NULL, OPTION_LOG_LEVEL },
	{ "event-buffer", required_argument, NULL, OPTION_EVENT_BUFFER },
	{ "plan", no_argument, NULL, OPTION_PLAN },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ 0 },
};

static int fail(const char *what, const char *value)
{
	fprintf(stderr, "netconfd: %s: '%s'; see netconfd --help\n", what,
	    value);
	return -EINVAL;
}

static int parse_bytes(const char *s, int *ret)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(s, &end, 10);
	if (errno || end == s || *end || n < 1 || n > 1 << 30)
		return fail("--event-buffer wants bytes, 1 to 1073741824", s);
	*ret = (int)n;
	return 0;
}

static int take(struct options *options, int key, const char *value)
{
	switch (key) {
	case 'p':
		options->profiles[options->n_profiles++] = value;
		return 0;
	case OPTION_SOCKET:
		options->socket = value;
		return 0;
	case OPTION_STATE_DIR:
		options->state_dir = value;
		return 0;
	case OPTION_LIBEXEC_DIR:
		options->libexec_dir = value;
		return *value == '/' ?
			0 :
			fail("--libexec-dir wants an absolute path", value);
	case OPTION_LOG_LEVEL:
		return log_parse_level(value, &options->log_level) ?
			0 :
			fail("--log-level wants error, warning, notice, info "
			     "or debug",
			    value);
	case OPTION_EVENT_BUFFER:
		return parse_bytes(value, &options->event_buffer);
	case OPTION_PLAN:
		options->is_plan = true;
		return 0;
	case OPTION_HELP:
		fputs(usage, stdout);
		return 1;
	case OPTION_VERSION:
		puts("netconfd " PACKAGE_VERSION);
		return 1;
	default:
		fputs("see netconfd --help\n", stderr);
		return -EINVAL;
	}
}

int options_parse(struct options *ret, int argc, char **argv)
{
	struct options options = {
		.socket = RUNSTATEDIR "/netconf/control",
		.state_dir = LOCALSTATEDIR "/lib/netconf",
		.libexec_dir = LIBEXECDIR,
		.log_level = LOG_LEVEL_NOTICE,
	};
	int key, r = 0;

	options.profiles =
	    calloc((size_t)argc + 1, sizeof(*options.profiles));
	if (!options.profiles)
		return -ENOMEM;
	while (r == 0 &&
	    (key = getopt_long(argc, argv, "p:", long_options, NULL)) != -1)
		r = take(&options, key, optarg);
	if (r == 0 && options.is_plan && optind == argc) {
		fputs("netconfd: --plan wants a goal\n", stderr);
		r = -EINVAL;
	}
	if (r != 0) {
		free(options.profiles);
		return r;
	}
	if (options.n_profiles == 0)
		options.profiles[options.n_profiles++] = SYSCONFDIR "/netconf";
	options.goals = (const char *const *)argv + optind;
	options.n_goals = (size_t)(argc - optind);
	*ret = options;
	return 0;
}

void options_clear(struct options *options)
{
	free(options->profiles);
	*options = (struct options){ 0 };
}
