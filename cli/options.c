/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/options.h"

enum option_type {
	OPTION_TYPE_FLAG,
	OPTION_TYPE_TEXT,
	OPTION_TYPE_LIST,
	OPTION_TYPE_DURATION,
};

struct option_row {
	const char *name;
	char letter;	      /* 0: none */
	const char *argument; /* as the usage shows it; NULL: takes none */
	enum option_type type;
	enum cli_option bit;
	size_t offset; /* in struct cli, of a flag or text */
	const char *doc;
};

static const struct option_row rows[] = {
    {"no-wait", 0, NULL, OPTION_TYPE_FLAG, OPTION_NO_WAIT,
	offsetof(struct cli, no_wait), "ask for it and return"},
    {"timeout", 0, "DURATION", OPTION_TYPE_DURATION, OPTION_TIMEOUT, 0,
	"wait so long at most: 500ms, 30s, 5m, 1h"},
    {"force", 0, NULL, OPTION_TYPE_FLAG, OPTION_FORCE,
	offsetof(struct cli, force), "also what other nodes still need"},
    {"watch", 0, NULL, OPTION_TYPE_FLAG, OPTION_WATCH,
	offsetof(struct cli, watch), "go on, and show every change"},
    {"json-schema", 0, NULL, OPTION_TYPE_FLAG, OPTION_JSON_SCHEMA,
	offsetof(struct cli, json_schema),
	"print a JSON Schema of profiles, for editors"},
    {"format", 0, "FORMAT", OPTION_TYPE_TEXT, OPTION_FORMAT,
	offsetof(struct cli, format), "text (default), dot, mermaid or svg"},
    {"scenario", 0, "NAME", OPTION_TYPE_TEXT, OPTION_SCENARIO,
	offsetof(struct cli, scenario), "run this one of the file's scenarios"},
    {"json", 0, NULL, OPTION_TYPE_FLAG, OPTION_JSON, offsetof(struct cli, json),
	"print JSON, an object a line"},
    {"socket", 0, "PATH", OPTION_TYPE_TEXT, OPTION_SOCKET,
	offsetof(struct cli, socket),
	"netconfd's control socket (" RUNSTATEDIR "/netconf/control)"},
    {"profile", 'p', "PATH", OPTION_TYPE_LIST, OPTION_PROFILE, 0,
	"a profile, file or directory (" SYSCONFDIR "/netconf)"},
    {"help", 'h', NULL, OPTION_TYPE_FLAG, OPTION_HELP,
	offsetof(struct cli, help), "print this and exit"},
    {"version", 0, NULL, OPTION_TYPE_FLAG, OPTION_VERSION,
	offsetof(struct cli, version), "print the version and exit"},
};

static const struct option_row *row_of_name(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strlen(rows[i].name) == n &&
		    memcmp(rows[i].name, name, n) == 0)
			return &rows[i];
	}
	return NULL;
}

static const struct option_row *row_of_letter(char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].letter != 0 && rows[i].letter == letter)
			return &rows[i];
	}
	return NULL;
}

static int unknown_option(const char *arg, struct text *error)
{
	size_t n = strcspn(arg, "=");
	const char *names[ARRAY_SIZE(rows)];

	text_printf(error, "there is no option '%.*s'", (int)n, arg);
	if (arg[1] != '-')
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		names[i] = rows[i].name;

	_cleanup_(text_clear) struct text word = {0};
	text_append_n(&word, arg + 2, n - 2);
	if (word.failed || !word.data)
		return word.failed ? -ENOMEM : -EINVAL;
	const char *nearest = text_nearest(word.data, names, ARRAY_SIZE(names));
	if (nearest)
		text_printf(error, "; did you mean '--%s'?", nearest);
	return -EINVAL;
}

static int set_duration(struct cli *cli, const char *value, struct text *error)
{
	if (text_parse_duration(value, &cli->timeout_ms) < 0) {
		text_printf(error,
		    "--timeout: '%s' is not a duration, such as 500ms, 30s, "
		    "5m or 1h",
		    value);
		return -EINVAL;
	}
	cli->has_timeout = true;
	return 0;
}

static int set_option(struct cli *cli, const struct option_row *row,
    const char *value, struct text *error)
{
	char *at = (char *)cli + row->offset;

	switch (row->type) {
	case OPTION_TYPE_FLAG:
		*(bool *)at = true;
		return 0;
	case OPTION_TYPE_TEXT:
		*(const char **)at = value;
		return 0;
	case OPTION_TYPE_LIST:
		cli->profiles[cli->n_profiles++] = value;
		return 0;
	case OPTION_TYPE_DURATION:
		return set_duration(cli, value, error);
	}
	return -EINVAL;
}

/*
 * One option at argv[*index], whose value may be part of it (--socket=PATH,
 * -pPATH) or the next argument. Notes in *given which option it was.
 */
static int parse_option(struct cli *cli, char **argv, int argc, int *index,
    unsigned *given, struct text *error)
{
	const char *arg = argv[*index], *value = NULL;
	const struct option_row *row;

	if (arg[1] == '-') {
		size_t n = strcspn(arg + 2, "=");
		row = row_of_name(arg + 2, n);
		if (arg[2 + n] == '=')
			value = arg + 2 + n + 1;
	} else {
		row = row_of_letter(arg[1]);
		if (arg[2] != '\0')
			value = arg + 2;
	}
	if (!row)
		return unknown_option(arg, error);
	if (value && !row->argument) {
		if (arg[1] != '-')
			return unknown_option(arg, error);
		text_printf(error, "--%s takes no value", row->name);
		return -EINVAL;
	}
	if (row->argument && !value) {
		if (*index + 1 >= argc) {
			text_printf(
			    error, "--%s needs a %s", row->name, row->argument);
			return -EINVAL;
		}
		value = argv[++*index];
	}
	if (value && *value == '\0') {
		text_printf(
		    error, "--%s: the %s is empty", row->name, row->argument);
		return -EINVAL;
	}
	*given |= row->bit;
	return set_option(cli, row, value, error);
}

static int find_command(const struct command *commands, const char *name,
    const struct command **ret, struct text *error)
{
	const char *names[32];
	size_t n = 0;

	for (const struct command *c = commands; c->name; c++) {
		if (strcmp(c->name, name) == 0) {
			*ret = c;
			return 0;
		}
		if (n < ARRAY_SIZE(names))
			names[n++] = c->name;
	}
	text_printf(error, "'%s' is not a command of this version", name);
	const char *nearest = text_nearest(name, names, n);
	if (nearest)
		text_printf(error, "; did you mean '%s'?", nearest);
	else
		text_append(error, "; see netconf --help");
	return -EINVAL;
}

static int check_operands(
    const struct cli *cli, unsigned given, struct text *error)
{
	const struct command *c = cli->command;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (given & rows[i].bit && !(c->options & rows[i].bit)) {
			text_printf(error,
			    "'%s' takes no --%s; see netconf %s --help",
			    c->name, rows[i].name, c->name);
			return -EINVAL;
		}
	}
	if (cli->n_operands >= c->min_operands &&
	    cli->n_operands <= c->max_operands)
		return 0;
	if (cli->n_operands > c->max_operands && c->max_operands > 1)
		text_printf(error,
		    "%s: %zu names are more than the %zu of one call: make "
		    "several", c->name, cli->n_operands, c->max_operands);
	else
		text_printf(error, "%s: usage: netconf %s%s%s",
		    cli->n_operands < c->min_operands ? "something is missing"
						      : "too much is given",
		    c->name, *c->operands ? " " : "", c->operands);
	return -EINVAL;
}

int options_parse(const struct command *commands, int argc, char **argv,
    struct cli *ret, struct text *error)
{
	bool ended = false;
	unsigned given = 0;
	int r;

	*ret = (struct cli){0};
	ret->operands = calloc((size_t)argc + 1, sizeof(*ret->operands));
	ret->profiles = calloc((size_t)argc + 1, sizeof(*ret->profiles));
	if (!ret->operands || !ret->profiles)
		return -ENOMEM;

	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (!ended && strcmp(arg, "--") == 0) {
			ended = true;
		} else if (!ended && arg[0] == '-' && arg[1] != '\0') {
			r = parse_option(ret, argv, argc, &i, &given, error);
			if (r < 0)
				return r;
		} else if (!ret->command) {
			r = find_command(commands, arg, &ret->command, error);
			if (r < 0)
				return r;
		} else {
			ret->operands[ret->n_operands++] = arg;
		}
	}
	if (ret->help || ret->version)
		return 0;
	if (!ret->command) {
		text_append(error, "which command? see netconf --help");
		return -EINVAL;
	}
	return check_operands(ret, given, error);
}

void options_clear(struct cli *cli)
{
	free(cli->operands);
	free(cli->profiles);
	*cli = (struct cli){0};
}

static void append_row(struct text *text, const struct option_row *row)
{
	size_t begin = text->n;

	text_append(text, "  ");
	if (row->letter != 0)
		text_printf(text, "-%c, ", row->letter);
	text_printf(text, "--%s%s%s", row->name, row->argument ? " " : "",
	    row->argument ? row->argument : "");
	do
		text_append_char(text, ' ');
	while (!text->failed && text->n - begin < 22);
	text_printf(text, "%s\n", row->doc);
}

void options_usage(const struct command *commands,
    const struct command *command, struct text *text)
{
	unsigned options = OPTIONS_COMMON;

	if (command) {
		text_printf(text, "Usage: netconf %s%s%s [OPTION...]\n%s\n",
		    command->name, *command->operands ? " " : "",
		    command->operands, command->doc);
		options = command->options;
	} else {
		text_append(text, "Usage: netconf COMMAND [OPTION...]\n"
				  "Brings the network up as a graph of nodes. "
				  "See netconf(1).\n\n");
		for (const struct command *c = commands; c->name; c++) {
			text_printf(text, "  %-8s %-14s %s\n", c->name,
			    c->operands, c->doc);
		}
	}
	text_append(text, "\nOptions:\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (options & rows[i].bit)
			append_row(text, &rows[i]);
	}
}
