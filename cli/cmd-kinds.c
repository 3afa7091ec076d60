/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/json-schema.h"
#include "cli/output.h"
#include "providers/schemas.h"

enum {
	INDENT = 2, /* of keys, and of the keys of a section once more */
	DOC_INDENT = 8,
	NAME_COLUMNS = 16,
};

static const struct schema *find_kind(const char *name)
{
	for (size_t i = 0; provider_schemas[i]; i++) {
		if (strcmp(provider_schemas[i]->kind, name) == 0)
			return provider_schemas[i];
	}
	return NULL;
}

static int unknown_kind(const char *name)
{
	const char *names[64], *nearest;
	size_t n = 0;

	for (; provider_schemas[n] && n < ARRAY_SIZE(names); n++)
		names[n] = provider_schemas[n]->kind;
	nearest = text_nearest(name, names, n);
	if (nearest)
		complain("'%s' is not a kind of node; did you mean '%s'?",
		    name, nearest);
	else
		complain("'%s' is not a kind of node; 'netconf kinds' lists "
			 "them",
		    name);
	return EXIT_WRONG;
}

static void print_blanks(struct text *line, unsigned n)
{
	while (n-- > 0)
		text_append_char(line, ' ');
}

static void print_doc(
    const struct output *out, const char *doc, unsigned indent)
{
	_cleanup_(text_clear) struct text line = {0};

	if (!doc)
		return;
	print_blanks(&line, indent);
	output_wrapped(out, &line, doc, indent);
	output_line(out, &line);
}

/* A key on a line, its documentation below; then the keys in it. sort: of a
 * key that all kinds have, what its texts are, or NULL. */
static void print_key(const struct output *out, const struct schema_key *key,
    const char *sort, unsigned indent)
{
	_cleanup_(text_clear) struct text line = {0}, type = {0};

	if (sort)
		text_printf(&type, "%s%s%s",
		    key->flags & KEY_LIST ? "list of " : "",
		    strcmp(sort, "hold") == 0 ? "duration or forever" : sort,
		    key->flags & KEY_LIST ? "s" : "");
	else
		schema_describe_key(key, &type);
	print_blanks(&line, indent);
	output_cell(out, &line, key->name, NAME_COLUMNS, NULL);
	text_append(&line, type.data ? type.data : "");
	line.failed |= type.failed;
	output_line(out, &line);
	print_doc(out, key->doc, indent + DOC_INDENT - INDENT);
	for (const struct schema_key *own = key->keys; own && own->name; own++)
		print_key(out, own, NULL, indent + DOC_INDENT - INDENT);
}

static void print_facts(
    const struct output *out, const struct schema_fact *fact)
{
	if (!fact || !fact->name)
		return;
	puts("\nFacts it gives:");
	for (; fact->name; fact++) {
		_cleanup_(text_clear) struct text line = {0};

		print_blanks(&line, INDENT);
		output_cell(out, &line, fact->name, NAME_COLUMNS, NULL);
		if (fact->later)
			text_append(&line, "may come after it is up");
		output_line(out, &line);
		print_doc(out, fact->doc, DOC_INDENT);
	}
}

/* What its flags and its rules ask for. */
static void print_rules(
    const struct output *out, const struct schema *schema)
{
	_cleanup_(text_clear) struct text limit = {0};
	const struct key_rule *rule = schema->rules;

	if (schema->flags & SCHEMA_DEVICE)
		puts("Needs 'device' or 'match'.");
	if (schema->flags & SCHEMA_OVER)
		puts("Needs 'over'.");
	if (schema->flags & SCHEMA_GROUP)
		puts("Needs 'of'.");
	if (schema->flags & SCHEMA_STATE)
		puts("Needs 'from'.");
	if (schema->flags & SCHEMA_LOCATION)
		puts("Needs 'match'.");
	for (; rule && rule->keys[0]; rule++) {
		_cleanup_(text_clear) struct text line = {0};

		schema_describe_rule(rule, &line);
		output_line(out, &line);
	}
	if (schema->flags & (SCHEMA_OBSERVES | SCHEMA_GROUP))
		puts("Only observes: 'start' is hotplug if not given.");
	if (schema->timeout_ms == 0)
		return;
	text_append_duration(&limit, schema->timeout_ms);
	if (!limit.failed)
		printf("'timeout' is %s if not given.\n", limit.data);
}

static void print_kind(const struct output *out, const struct schema *schema)
{
	const struct schema_key *key;

	printf("kind: %s\n", schema->kind);
	print_doc(out, schema->doc, 0);
	print_rules(out, schema);
	if (schema->keys && schema->keys->name)
		puts("\nIts keys:");
	for (key = schema->keys; key && key->name; key++)
		print_key(out, key, NULL, INDENT);
	puts("\nKeys that other kinds have too:");
	for (size_t i = 0; (key = schema_common_key(schema, i)); i++)
		print_key(out, key, schema_common_sort(key), INDENT);
	print_facts(out, schema->facts);
}

static void print_kinds(const struct output *out)
{
	for (size_t i = 0; provider_schemas[i]; i++) {
		const struct schema *schema = provider_schemas[i];
		_cleanup_(text_clear) struct text line = {0};

		output_cell(out, &line, schema->kind, NAME_COLUMNS, NULL);
		if (schema->doc)
			output_wrapped(out, &line, schema->doc, NAME_COLUMNS);
		output_line(out, &line);
	}
	puts("\nsee netconf kinds KIND for the keys of one");
}

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static const char *type_word(enum value_type type)
{
	switch (type) {
	case VALUE_BOOL:
		return "bool";
	case VALUE_INTEGER:
		return "integer";
	case VALUE_DURATION:
		return "duration";
	case VALUE_TEXT:
		return "text";
	case VALUE_SECRET:
		return "secret";
	case VALUE_SECTION:
		return "section";
	case VALUE_NODE:
		return "node";
	}
	return "";
}

static json_t *key_json(const struct schema_key *key, const char *sort)
{
	json_t *object = json_pack("{s:s, s:s, s:b, s:b, s:o, s:o}", "name",
	    key->name, "type", sort ? sort : type_word(key->type), "list",
	    !!(key->flags & KEY_LIST), "required",
	    !!(key->flags & KEY_REQUIRED), "default",
	    text_or_null(key->fallback), "doc", text_or_null(key->doc));

	if (key->min != 0 || key->max != 0) {
		json_object_set_new(object, "min", json_integer(key->min));
		json_object_set_new(object, "max", json_integer(key->max));
	}
	if (key->flags & KEY_BY_DOMAIN)
		json_object_set_new(object, "by-domain", json_true());
	if (key->choices) {
		json_t *choices = json_array();

		for (size_t i = 0; key->choices[i]; i++)
			json_array_append_new(
			    choices, json_string(key->choices[i]));
		json_object_set_new(object, "choices", choices);
	}
	if (key->keys) {
		json_t *keys = json_array();

		for (const struct schema_key *own = key->keys; own->name; own++)
			json_array_append_new(keys, key_json(own, NULL));
		json_object_set_new(object, "keys", keys);
	}
	return object;
}

static int print_kind_json(
    const struct output *out, const struct schema *schema)
{
	json_t *keys = json_array(), *common = json_array();
	json_t *facts = json_array(), *rules = json_array(), *object;
	const struct key_rule *rule = schema->rules;
	const struct schema_fact *fact = schema->facts;
	const struct schema_key *key;

	for (key = schema->keys; key && key->name; key++)
		json_array_append_new(keys, key_json(key, NULL));
	for (size_t i = 0; (key = schema_common_key(schema, i)); i++)
		json_array_append_new(
		    common, key_json(key, schema_common_sort(key)));
	for (; fact && fact->name; fact++)
		json_array_append_new(facts,
		    json_pack("{s:s, s:b, s:o}", "name", fact->name, "later",
			fact->later, "doc", text_or_null(fact->doc)));
	for (; rule && rule->keys[0]; rule++) {
		_cleanup_(text_clear) struct text text = {0};

		schema_describe_rule(rule, &text);
		json_array_append_new(rules, text_or_null(text.data));
	}
	object = json_pack("{s:s, s:o, s:b, s:I, s:o, s:o, s:o, s:o}", "kind",
	    schema->kind, "doc", text_or_null(schema->doc), "observes",
	    !!(schema->flags & (SCHEMA_OBSERVES | SCHEMA_GROUP)), "timeout_ms",
	    (json_int_t)schema->timeout_ms, "keys", keys, "common_keys",
	    common, "rules", rules, "facts", facts);
	int r = object ? output_json(out, object) : -ENOMEM;

	json_decref(object);
	return r;
}

static int print_schema(void)
{
	json_t *schema = json_schema(provider_schemas);
	char *s = schema ? json_dumps(schema, JSON_INDENT(2)) : NULL;

	json_decref(schema);
	if (!s)
		return output_no_memory();
	puts(s);
	free(s);
	return EXIT_DONE;
}

int cmd_kinds(const struct cli *cli)
{
	const char *name = cli->n_operands > 0 ? cli->operands[0] : NULL;
	const struct schema *kind = name ? find_kind(name) : NULL;
	struct output out;
	int r = 0;

	output_init(&out, stdout);
	if (cli->json_schema) {
		if (!name)
			return print_schema();
		complain("--json-schema is of the whole profile: leave out "
			 "'%s'",
		    name);
		return EXIT_WRONG;
	}
	if (name && !kind)
		return unknown_kind(name);
	if (!cli->json) {
		if (kind)
			print_kind(&out, kind);
		else
			print_kinds(&out);
		return EXIT_DONE;
	}
	for (size_t i = 0; provider_schemas[i] && r == 0; i++) {
		if (!kind || kind == provider_schemas[i])
			r = print_kind_json(&out, provider_schemas[i]);
	}
	return r < 0 ? output_no_memory() : EXIT_DONE;
}
