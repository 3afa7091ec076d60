/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/profile-read.h"

#include <errno.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "providers/schemas.h"
#include "resolver/profile.h"

#define DEFAULT_PROFILE SYSCONFDIR "/netconf"

/* What netconfd would refuse to read is read, to find what else is wrong. */
static void warn(
    void *ctx, const char *path, const char *why, const char *remedy)
{
	const struct mark mark = {.file = path, .length = 1};
	struct diagnostics *diagnostics = ctx;

	diagnostics_hint(diagnostics,
	    diagnostics_add(diagnostics, SEVERITY_WARNING, &mark,
		"it %s: netconfd refuses to read it", why),
	    "%s", remedy);
}

/* The file, or a complaint of why it cannot be read; way_out: what to do if
 * it is not there. */
static int add(struct files *files, const char *path,
    const struct files_rules *rules, const char *way_out)
{
	_cleanup_(text_clear) struct text error = {0};

	int r = files_add(files, path, rules, &error);
	if (r == -ENOMEM || error.failed)
		return output_no_memory();
	if (r < 0) {
		complain("%s%s", error.data, r == -ENOENT ? way_out : "");
		return EXIT_WRONG;
	}
	return EXIT_DONE;
}

int profile_read_files(const struct cli *cli, bool operands_too,
    struct files *files, struct diagnostics *diagnostics)
{
	struct files_rules rules = {
	    .ending = ".yaml",
	    .owner = geteuid(),
	    .warn = warn,
	    .ctx = diagnostics,
	};
	size_t n_operands = operands_too ? cli->n_operands : 0;
	int status = EXIT_DONE;

	for (size_t i = 0; i < cli->n_profiles; i++)
		status |= add(files, cli->profiles[i], &rules, "");
	for (size_t i = 0; i < n_operands; i++)
		status |= add(files, cli->operands[i], &rules, "");
	if (cli->n_profiles == 0 && n_operands == 0) {
		rules.owner = 0;
		status = add(files, DEFAULT_PROFILE, &rules,
		    "; -p PATH names another profile");
	}
	return status;
}

/* A JSON text, escaped if the bytes are not UTF-8; null of NULL. */
static json_t *json_of(const char *s)
{
	_cleanup_(text_clear) struct text escaped = {0};
	json_t *value;

	if (!s)
		return json_null();
	value = json_string(s);
	if (value)
		return value;
	output_escaped(&escaped, s);
	return escaped.data ? json_string(escaped.data) : NULL;
}

static int print_json(const struct output *out, const struct diagnostic *d)
{
	json_t *object = json_pack("{s:s, s:o, s:i, s:i, s:i, s:o, s:o, s:o, "
				   "s:o}",
	    "severity", d->severity == SEVERITY_ERROR ? "error" : "warning",
	    "file", json_of(d->mark.file), "line", (int)d->mark.line, "column",
	    (int)d->mark.column, "length", (int)d->mark.length, "text",
	    json_of(d->text), "hint", json_of(d->hint), "source",
	    json_of(d->source), "see", json_of(d->see));
	int r = object ? output_json(out, object) : -ENOMEM;

	json_decref(object);
	return r;
}

static int print_text(const struct diagnostic *d)
{
	_cleanup_(text_clear) struct text text = {0};

	diagnostic_print(d, &text);
	if (text.failed)
		return -ENOMEM;
	fputs(text.data, stderr);
	if (text.n > 0 && text.data[text.n - 1] != '\n')
		fputc('\n', stderr);
	return 0;
}

int profile_print_diagnostics(const struct cli *cli, const struct output *out,
    const struct diagnostics *diagnostics)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < diagnostics->n; i++)
		r = cli->json ? print_json(out, &diagnostics->items[i])
			      : print_text(&diagnostics->items[i]);
	return diagnostics->failed ? -ENOMEM : r;
}

int profile_refuse(
    const struct diagnostics *diagnostics, const struct files *files)
{
	complain("%u error%s in %zu file%s", diagnostics->n_errors,
	    diagnostics->n_errors == 1 ? "" : "s", files->n,
	    files->n == 1 ? "" : "s");
	return EXIT_WRONG;
}

int profile_read(const struct cli *cli, struct profile **ret)
{
	_cleanup_(files_clear) struct files files = {0};
	struct diagnostics diagnostics = {0};
	int status = profile_read_files(cli, false, &files, &diagnostics), r;

	if (status != EXIT_DONE)
		return status;
	r = profile_load(
	    files.items, files.n, provider_schemas, &diagnostics, ret);
	for (uint32_t i = 0; i < diagnostics.n && r != -ENOMEM; i++)
		if (print_text(&diagnostics.items[i]) < 0)
			r = -ENOMEM;
	if (r == -ENOMEM)
		status = output_no_memory();
	else if (r < 0)
		status = profile_refuse(&diagnostics, &files);
	diagnostics_clear(&diagnostics);
	return status;
}
