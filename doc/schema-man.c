/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the reference of the kinds, their keys and facts, in mdoc(7), from
 * the tables that profiles are validated against: so that the manual says
 * what the program does. Run when the manual is built.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/schemas.h"

/* Text as mdoc takes it: no control character, nothing that begins a macro. */
static void print_text(const char *s)
{
	bool at_start = true;

	for (; *s; s++) {
		if (at_start && (*s == '.' || *s == '\''))
			fputs("\\&", stdout);
		if (*s == '\\')
			fputs("\\e", stdout);
		else if (*s == '-')
			fputs("\\-", stdout);
		else
			putchar(*s);
		at_start = *s == '\n';
	}
}

/* "list of texts, required", "number from 68 to 65535, default 1500" */
static void print_type(const struct schema_key *key)
{
	_cleanup_(text_clear) struct text type = {0};

	schema_describe_key(key, &type);
	if (type.failed || !type.data)
		exit(EXIT_FAILURE);
	print_text(type.data);
}

static void begin_list(void)
{
	puts(".Bl -tag -width Ds");
}

/* Tables of sections nest as deep as they are written in the source. */
static void print_keys(const struct schema_key *keys)
{
	begin_list();
	for (const struct schema_key *key = keys; key->name; key++) {
		printf(".It Cm ");
		print_text(key->name);
		fputs(" No (", stdout);
		print_type(key);
		puts(")");
		if (key->doc) {
			print_text(key->doc);
			putchar('\n');
		}
		if (key->keys)
			print_keys(key->keys);
	}
	puts(".El");
}

static void print_facts(const struct schema_fact *facts)
{
	puts(".Pp\nFacts:");
	begin_list();
	for (const struct schema_fact *fact = facts; fact->name; fact++) {
		fputs(".It Va ", stdout);
		print_text(fact->name);
		putchar('\n');
		if (fact->doc) {
			print_text(fact->doc);
			putchar('\n');
		}
		if (fact->later)
			puts("May come after the node is up.");
	}
	puts(".El");
}

static void print_rule(const struct key_rule *rule)
{
	_cleanup_(text_clear) struct text text = {0};

	schema_describe_rule(rule, &text);
	if (text.failed || !text.data)
		exit(EXIT_FAILURE);
	print_text(text.data);
	putchar('\n');
}

static void print_common(const struct schema *schema)
{
	const struct key_rule *rule = schema->rules;

	puts(".Pp");
	if (schema->flags & SCHEMA_DEVICE)
		puts("Needs\n.Cm device\nor\n.Cm match .");
	if (schema->flags & SCHEMA_OVER)
		puts("Needs\n.Cm over .");
	if (schema->flags & SCHEMA_GROUP)
		puts("Needs\n.Cm of .");
	if (schema->flags & SCHEMA_STATE)
		puts("Needs\n.Cm from .");
	if (schema->flags & SCHEMA_LOCATION)
		puts("Needs\n.Cm match .");
	for (; rule && rule->keys[0]; rule++)
		print_rule(rule);
	if (schema->flags & SCHEMA_OBSERVES)
		puts("Only observes:\n.Cm start\nis hotplug by default.");
	if (schema->timeout_ms > 0) {
		_cleanup_(text_clear) struct text limit = {0};

		text_append_duration(&limit, schema->timeout_ms);
		if (limit.failed)
			exit(EXIT_FAILURE);
		printf("Its\n.Cm timeout\nis %s by default.\n", limit.data);
	}
}

static void print_schema(const struct schema *schema)
{
	fputs(".Ss kind: ", stdout);
	print_text(schema->kind);
	putchar('\n');
	if (schema->doc) {
		print_text(schema->doc);
		putchar('\n');
	}
	print_common(schema);
	if (schema->keys && schema->keys->name) {
		puts(".Pp\nKeys:");
		print_keys(schema->keys);
	}
	if (schema->facts && schema->facts->name)
		print_facts(schema->facts);
}

int main(void)
{
	for (size_t i = 0; provider_schemas[i]; i++) {
		if (!(provider_schemas[i]->flags & SCHEMA_SIMULATED))
			print_schema(provider_schemas[i]);
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS
						      : EXIT_FAILURE;
}
