/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/json-schema.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/schema.h"

#define NAME_PATTERN "[A-Za-z][A-Za-z0-9_.-]{0,62}"
#define DURATION_PATTERN "^([0-9]+(ms|s|m|h)|0+)$"

/* The words of conditions, which are no names. */
#define NO_NAMES                                                               \
	"^(?!(and|or|not|from|until|up|down|failed|startup)$)"

static json_t *of_type(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

static json_t *any_of(json_t *first, json_t *second)
{
	return json_pack("{s:[o, o]}", "anyOf", first, second);
}

/* "s" stays a text; what YAML 1.1 or 1.2 takes for something else does not. */
static json_t *typed_by_yaml(const char *s)
{
	static const char *const words[] = {
	    "false", "true", "no", "yes", "off", "on"};
	char *end;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(s, words[i]) == 0)
			return json_boolean(i % 2);
	}
	long long number = strtoll(s, &end, 10);
	return *s && !*end ? json_integer(number) : NULL;
}

/* Not twice: some validators mind. */
static void append_new(json_t *list, json_t *value)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (json_equal(json_array_get(list, i), value)) {
			json_decref(value);
			return;
		}
	}
	json_array_append_new(list, value);
}

static json_t *one_of_texts(const char *const *choices)
{
	json_t *list = json_array();

	for (size_t i = 0; choices[i]; i++) {
		json_t *typed = typed_by_yaml(choices[i]);

		append_new(list, json_string(choices[i]));
		if (typed)
			append_new(list, typed);
	}
	return json_pack("{s:o}", "enum", list);
}

static json_t *bool_value(void)
{
	static const char *const words[] = {
	    "true", "false", "yes", "no", "on", "off", NULL};

	return one_of_texts(words);
}

static json_t *integer_value(const struct schema_key *key)
{
	json_t *number = of_type("integer");

	if (key->min != 0 || key->max != 0) {
		json_object_set_new(number, "minimum", json_integer(key->min));
		json_object_set_new(number, "maximum", json_integer(key->max));
	}
	return any_of(number, json_pack("{s:s, s:s}", "type", "string",
				  "pattern", "^-?[0-9]+$"));
}

static json_t *text_value(void)
{
	return json_pack(
	    "{s:[s, s, s]}", "type", "string", "number", "boolean");
}

static json_t *secret_value(void)
{
	json_t *file = json_pack("{s:s, s:{s:{s:s, s:s}}, s:[s], s:b}", "type",
	    "object", "properties", "file", "type", "string", "pattern", "^/",
	    "required", "file", "additionalProperties", 0);

	return any_of(file, text_value());
}

/* A node's name may be a word that YAML takes for a boolean: yes, on. */
static json_t *node_value(void)
{
	return json_pack("{s:s}", "$ref", "#/definitions/value-node");
}

/* A program's path, alone or before its arguments. */
static json_t *program_value(bool is_required)
{
	json_t *path = json_pack(
	    "{s:s, s:s}", "type", "string", "pattern", "^/[^ \\t\\n]*$");
	json_t *list = json_pack("{s:s, s:[{s:s, s:s}], s:o, s:i}", "type",
	    "array", "items", "type", "string", "pattern", "^/",
	    "additionalItems", text_value(), "minItems", is_required ? 1 : 0);

	return any_of(path, list);
}

/* Takes the value over. */
static json_t *one_or_list(json_t *value, bool is_required)
{
	json_t *list = of_type("array");

	json_object_set(list, "items", value);
	if (is_required)
		json_object_set_new(list, "minItems", json_integer(1));
	return any_of(value, list);
}

/* Any text that has ${FACT} in it, too: what comes of it, nobody knows yet.
 * Takes the value over. */
static json_t *or_fact(json_t *value, bool may_have_facts)
{
	return may_have_facts
	    ? any_of(value, json_pack("{s:s, s:s}", "type", "string",
				"pattern", "(^|[^$])\\$\\{[^}]*\\}"))
	    : value;
}

static json_t *key_value(const struct schema_key *key, bool may_have_facts);

static void add_key(json_t *object, json_t *required,
    const struct schema_key *key, bool may_have_facts)
{
	json_object_set_new(object, key->name,
	    key_value(key, may_have_facts && !(key->flags & KEY_PLAIN)));
	if (key->flags & KEY_REQUIRED)
		json_array_append_new(required, json_string(key->name));
}

static json_t *section_value(
    const struct schema_key *key, bool may_have_facts)
{
	json_t *object = json_object(), *required = json_array();

	/* Without keys: any, each a text or several. */
	if (!key->keys) {
		json_decref(required);
		json_decref(object);
		return json_pack("{s:s, s:i, s:o}", "type", "object",
		    "minProperties", 1, "additionalProperties",
		    one_or_list(text_value(), true));
	}
	/* Tables nest as deep as they are written in the source. */
	for (const struct schema_key *own = key->keys; own->name; own++)
		add_key(object, required, own, may_have_facts);
	return json_pack("{s:s, s:o, s:o, s:b}", "type", "object",
	    "properties", object, "required", required,
	    "additionalProperties", 0);
}

/* may_have_facts: the node may be over one that gives them. */
static json_t *single_value(
    const struct schema_key *key, bool may_have_facts)
{
	switch (key->type) {
	case VALUE_BOOL:
		return or_fact(bool_value(), may_have_facts);
	case VALUE_INTEGER:
		return or_fact(integer_value(key), may_have_facts);
	case VALUE_DURATION:
		return or_fact(json_pack("{s:s}", "$ref",
				   "#/definitions/duration"),
		    may_have_facts);
	case VALUE_TEXT:
		return key->choices
		    ? or_fact(one_of_texts(key->choices), may_have_facts)
		    : text_value();
	case VALUE_SECRET:
		return secret_value();
	case VALUE_SECTION:
		return section_value(key, may_have_facts);
	case VALUE_NODE:
		return node_value();
	}
	return NULL;
}

/* What a row says to the reader of an editor. */
static void describe(json_t *value, const struct schema_key *key)
{
	if (key->doc)
		json_object_set_new(
		    value, "description", json_string(key->doc));
	if (key->fallback) {
		json_t *typed = typed_by_yaml(key->fallback);

		json_object_set_new(value, "default",
		    typed ? typed : json_string(key->fallback));
	}
}

static json_t *key_value(const struct schema_key *key, bool may_have_facts)
{
	const bool is_required = key->flags & KEY_REQUIRED;
	json_t *value, *described;

	if (key->flags & KEY_PROGRAM)
		value = program_value(is_required);
	else if (key->flags & KEY_BY_DOMAIN)
		value = json_pack("{s:s, s:o}", "type", "object",
		    "additionalProperties",
		    single_value(key, may_have_facts));
	else if (key->flags & KEY_LIST)
		value = one_or_list(
		    single_value(key, may_have_facts), is_required);
	else
		value = single_value(key, may_have_facts);
	/* Beside a $ref, draft 07 looks at nothing. */
	described = json_object_get(value, "$ref")
	    ? json_pack("{s:[o]}", "allOf", value)
	    : value;
	describe(described, key);
	return described;
}

/* A key of every node may be a text, and more than that. */
static json_t *common_value(const struct schema_key *key)
{
	const char *sort = schema_common_sort(key);
	_cleanup_(text_clear) struct text ref = {0};
	json_t *value;

	if (!sort)
		return key_value(key, false);
	text_printf(&ref, "#/definitions/value-%s", sort);
	if (ref.failed)
		return NULL;
	value = json_pack("{s:s}", "$ref", ref.data);
	if (key->flags & KEY_LIST)
		value = one_or_list(value, strcmp(key->name, "of") == 0);
	else
		value = json_pack("{s:[o]}", "allOf", value);
	describe(value, key);
	return value;
}

static void require(json_t *required, const json_t *properties, bool needed,
    const char *key)
{
	if (needed && json_object_get(properties, key))
		json_array_append_new(required, json_string(key));
}

static void add_facts(json_t *names, const struct schema_fact *fact)
{
	for (; fact && fact->name; fact++)
		append_new(names, json_string(fact->name));
}

/* What a location may ask for. */
static json_t *fact_names(const struct schema *const *kinds)
{
	json_t *names = json_array();

	add_facts(names, common_facts);
	for (size_t i = 0; kinds[i]; i++)
		add_facts(names, kinds[i]->facts);
	return json_pack("{s:o}", "enum", names);
}

static json_t *negation(json_t *schema)
{
	return json_pack("{s:o}", "not", schema);
}

/* The key is there, and no empty list. */
static json_t *given(const char *key)
{
	return json_pack("{s:[s], s:{s:{s:i}}}", "required", key,
	    "properties", key, "minItems", 1);
}

/* how: anyOf or allOf. */
static json_t *all_given(const char *how, const struct key_rule *rule)
{
	json_t *list = json_array();

	for (size_t i = 0; rule->keys[i]; i++)
		json_array_append_new(list, given(rule->keys[i]));
	return json_pack("{s:o}", how, list);
}

static json_t *rule_value(const struct key_rule *rule)
{
	switch (rule->sort) {
	case RULE_SOME:
		return all_given("anyOf", rule);
	case RULE_APART:
		return negation(all_given("allOf", rule));
	case RULE_NONE:
		return negation(all_given("anyOf", rule));
	case RULE_WITH:
		return json_pack("{s:o, s:o}", "if", given(rule->keys[0]),
		    "then", given(rule->keys[1]));
	}
	return NULL;
}

/* Where the other key has one of the values, or its fallback is one. */
static json_t *where_value(
    const struct key_rule *rule, const struct schema_key *key)
{
	static const char *const bools[][4] = {
	    {"false", "no", "off"}, {"true", "yes", "on"}};
	bool is_true = strcmp(rule->values[0], "true") == 0;
	bool is_fallback = false;
	json_t *where;

	while (strcmp(key->name, rule->where) != 0)
		key++;
	where = json_pack("{s:{s:o}}", "properties", rule->where,
	    one_of_texts(key->type == VALUE_BOOL ? bools[is_true]
						 : rule->values));
	for (size_t i = 0; rule->values[i]; i++)
		is_fallback |= strcmp(rule->values[i], key->fallback) == 0;
	if (!is_fallback)
		json_object_set_new(
		    where, "required", json_pack("[s]", rule->where));
	return where;
}

static void add_rules(json_t *node, const struct schema *schema)
{
	const struct key_rule *rule = schema->rules;
	json_t *all;

	if (!rule)
		return;
	all = json_array();
	for (; rule->keys[0]; rule++)
		json_array_append_new(all,
		    rule->where ? json_pack("{s:o, s:o}", "if",
				      where_value(rule, schema->keys), "then",
				      rule_value(rule))
				: rule_value(rule));
	json_object_set_new(node, "allOf", all);
}

/* A node of that kind: the keys of all nodes and its own. */
static json_t *kind_definition(
    const struct schema *schema, const struct schema *const *kinds)
{
	json_t *properties = json_object(), *required = json_array(), *node;
	const unsigned flags = schema->flags;
	const struct schema_key *key;

	for (size_t i = 0; (key = schema_common_key(schema, i)); i++)
		json_object_set_new(properties, key->name, common_value(key));
	/* Its values are checked where kinds are told apart. */
	json_object_set_new(properties, "kind", json_true());
	require(required, properties, true, "kind");
	require(required, properties, flags & SCHEMA_OVER, "over");
	require(required, properties, flags & SCHEMA_GROUP, "of");
	require(required, properties, flags & SCHEMA_STATE, "from");
	require(required, properties, flags & SCHEMA_LOCATION, "match");
	/* What would match nothing, or say nothing. */
	json_object_set_new(json_object_get(properties, "match"),
	    "minProperties", json_integer(1));
	if (flags & SCHEMA_LOCATION)
		json_object_set_new(json_object_get(properties, "match"),
		    "propertyNames", fact_names(kinds));
	for (key = schema->keys; key && key->name; key++)
		add_key(properties, required, key, !(flags & SCHEMA_DEVICE));
	node = json_pack("{s:o, s:o, s:b}", "properties", properties,
	    "required", required, "additionalProperties", 0);
	if (flags & SCHEMA_DEVICE)
		json_object_set_new(node, "oneOf",
		    json_pack("[{s:[s]}, {s:[s]}]", "required", "device",
			"required", "match"));
	add_rules(node, schema);
	return node;
}

/* If the kind is this one, then it is as that kind's definition. */
static json_t *kind_rule(const char *kind)
{
	_cleanup_(text_clear) struct text ref = {0};

	text_printf(&ref, "#/definitions/kind-%s", kind);
	if (ref.failed)
		return NULL;
	return json_pack("{s:{s:{s:{s:s}}, s:[s]}, s:{s:s}}", "if",
	    "properties", "kind", "const", kind, "required", "kind", "then",
	    "$ref", ref.data);
}

static json_t *node_definition(const struct schema *const *kinds)
{
	json_t *names = json_array(), *docs = json_array();
	json_t *rules = json_array();

	for (size_t i = 0; kinds[i]; i++) {
		if (kinds[i]->flags & SCHEMA_SIMULATED)
			continue;
		json_array_append_new(names, json_string(kinds[i]->kind));
		json_array_append_new(docs,
		    json_string(kinds[i]->doc ? kinds[i]->doc : ""));
		json_array_append_new(rules, kind_rule(kinds[i]->kind));
	}
	/* enumDescriptions: editors show them; validators look past them. */
	return json_pack("{s:s, s:[s], s:{s:{s:s, s:o, s:o}}, s:o}", "type",
	    "object", "required", "kind", "properties", "kind", "description",
	    "Which provider carries it out.", "enum", names,
	    "enumDescriptions", docs, "allOf", rules);
}

static json_t *definitions(const struct schema *const *kinds)
{
	json_t *all = json_object();

	json_object_set_new(all, "name",
	    json_pack("{s:s}", "pattern", NO_NAMES NAME_PATTERN "$"));
	json_object_set_new(all, "value-node",
	    json_pack("{s:[s, s], s:s}", "type", "string", "boolean",
		"pattern", "^" NAME_PATTERN "(@[^\\s/:]{1,15})?$"));
	json_object_set_new(all, "duration",
	    json_pack("{s:[{s:s, s:s}, {s:i}]}", "anyOf", "type", "string",
		"pattern", DURATION_PATTERN, "const", 0));
	json_object_set_new(all, "value-hold",
	    json_pack("{s:[{s:s}, {s:s}]}", "anyOf", "const", "forever",
		"$ref", "#/definitions/duration"));
	json_object_set_new(all, "value-condition",
	    json_pack("{s:[s, s], s:s}", "type", "string", "boolean",
		"pattern", "[A-Za-z]"));
	json_object_set_new(all, "value-event",
	    json_pack("{s:[s, s], s:s}", "type", "string", "boolean",
		"pattern", "^\\s*[A-Za-z]\\S*(\\s+(up|down|failed))?\\s*$"));
	json_object_set_new(all, "node", node_definition(kinds));
	for (size_t i = 0; kinds[i]; i++) {
		_cleanup_(text_clear) struct text name = {0};

		if (kinds[i]->flags & SCHEMA_SIMULATED)
			continue;
		text_printf(&name, "kind-%s", kinds[i]->kind);
		if (name.failed || json_object_set_new(all, name.data,
				       kind_definition(kinds[i], kinds)) < 0) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

json_t *json_schema(const struct schema *const *kinds)
{
	return json_pack("{s:s, s:s, s:s, s:[s, s], s:b, s:{s:{s:[i, s]}, "
			 "s:{s:[s, s, s], s:s}, s:{s:s, s:i, s:{s:s}, "
			 "s:{s:s}}}, s:o}",
	    "$schema", "http://json-schema.org/draft-07/schema#", "title",
	    "netconf profile", "type", "object", "required", "version",
	    "nodes", "additionalProperties", 0, "properties", "version",
	    "enum", 1, "1", "start", "enum", "manual", "auto", "hotplug",
	    "description", "Who asks for the nodes that do not say.", "nodes",
	    "type", "object", "minProperties", 1, "propertyNames", "$ref",
	    "#/definitions/name", "additionalProperties", "$ref",
	    "#/definitions/node", "definitions", definitions(kinds));
}
