/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libyaml says, said to an admin. */
#include "resolver/yaml.h"

#include <string.h>

#include "base/macros.h"

static const char put_in_quotes[] = "put it in quotes if it is meant as text";

/*
 * The first row whose problem (or context) libyaml's text contains, and whose
 * characters have the next one, says it. "" as characters: the end of the
 * file; NULL: any.
 */
static const struct row {
	const char *context, *problem, *characters;
	bool at_context;     /* place: where the context starts */
	bool says_character; /* the text follows "'x' " */
	const char *text, *hint;
} rows[] = {
    {"scanning an alias", NULL, NULL, true, false,
	"'*' starts a YAML alias, which profiles do not have", put_in_quotes},
    {"scanning an anchor", NULL, NULL, true, false,
	"'&' starts a YAML anchor, which profiles do not have", put_in_quotes},
    {"a tag", NULL, NULL, true, false,
	"'!' starts a YAML tag, which profiles do not have", put_in_quotes},
    {"a directive", NULL, NULL, true, false, "'%' cannot start a text",
	put_in_quotes},
    {"a %YAML directive", NULL, NULL, true, false,
	"'%' cannot start a text", put_in_quotes},
    {"a block scalar", "comment or line break", NULL, true, false,
	"'|' and '>' start a text of several lines", put_in_quotes},
    {NULL, "cannot start any token", "\t", false, false,
	"a tab cannot indent", "use spaces"},
    {NULL, "tab character", NULL, false, false, "a tab cannot indent",
	"use spaces"},
    {NULL, "cannot start any token", NULL, false, true,
	"cannot start a text", put_in_quotes},
    {NULL, "expected node content", "", false, false,
	"the file ends where a value is expected", NULL},
    {NULL, "expected node content", NULL, false, true,
	"cannot start a text here", put_in_quotes},
    {NULL, "expected ',' or", "", true, false, "this is never closed", NULL},
    {NULL, "expected ',' or", "{}[]", false, true,
	"cannot be in a text between '{' and '}' or '[' and ']'",
	"put it in quotes if it is meant as text"},
    {NULL, "expected ',' or ']'", NULL, false, false,
	"',' or ']' is expected here", NULL},
    {NULL, "expected ',' or '}'", NULL, false, false,
	"',' or '}' is expected here", NULL},
    {NULL, "mapping values are not allowed", NULL, false, false,
	"a second ':' cannot be here",
	"put a text that contains ': ' in quotes, or look at the indentation"},
    {NULL, "block sequence entries are not allowed", NULL, false, false,
	"a list cannot start here",
	"begin it on a line of its own, or write [a, b]"},
    {"a block mapping", "expected key", NULL, false, false,
	"a key is expected here",
	"look at the indentation, and at what the line before ends with"},
    {"a block collection", NULL, NULL, false, false,
	"'- ' is expected here", "look at the indentation"},
    {"a quoted scalar", "end of stream", NULL, true, false,
	"this quote is never closed", NULL},
    {"a quoted scalar", "unknown escape", NULL, false, false,
	"unknown escape in a text in double quotes",
	"between single quotes a backslash is just that"},
    {NULL, "expected ':'", NULL, true, false,
	"a key without ':' after it", NULL},
    {NULL, "<document start>", NULL, false, false,
	"a second YAML document starts here; a profile file has one", NULL},
    {NULL, "incompatible YAML document", NULL, false, false,
	"this YAML version is not known", "take the '%YAML' line out"},
};

static bool row_fits(const struct row *row, const char *context,
    const char *problem, char next)
{
	if (row->context && (!context || !strstr(context, row->context)))
		return false;
	if (row->problem && !strstr(problem, row->problem))
		return false;
	if (!row->characters)
		return true;
	return next ? strchr(row->characters, next) != NULL
		    : !row->characters[0];
}

void syntax_report(struct diagnostics *diagnostics, const char *context,
    const struct mark *context_mark, const char *problem,
    const struct mark *problem_mark, char next)
{
	const struct row *row = NULL;
	struct diagnostic *diagnostic;

	for (size_t i = 0; i < ARRAY_SIZE(rows) && !row; i++)
		if (row_fits(&rows[i], context, problem, next))
			row = &rows[i];
	if (!row) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, problem_mark,
		    "this is not YAML: %s%s%s", context ? context : "",
		    context ? ": " : "", problem);
		return;
	}
	if (row->says_character && next)
		diagnostic = diagnostics_add(diagnostics, SEVERITY_ERROR,
		    problem_mark, "'%c' %s", next, row->text);
	else
		diagnostic = diagnostics_add(diagnostics, SEVERITY_ERROR,
		    row->at_context ? context_mark : problem_mark, "%s",
		    row->text);
	if (row->hint)
		diagnostics_hint(diagnostics, diagnostic, "%s", row->hint);
}
