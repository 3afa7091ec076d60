/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a row of a schema says, in words: for manual and command line. */
#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/schema.h"

static const char *type_words(const struct schema_key *key)
{
	const bool is_list = key->flags & KEY_LIST;

	switch (key->type) {
	case VALUE_BOOL:
		return is_list ? "list of true or false" : "true or false";
	case VALUE_INTEGER:
		return is_list ? "list of numbers" : "number";
	case VALUE_DURATION:
		return is_list ? "list of durations" : "duration";
	case VALUE_TEXT:
		return is_list ? "list of texts" : "text";
	case VALUE_SECRET:
		return is_list ? "list of secrets" : "secret";
	case VALUE_SECTION:
		return is_list ? "list of mappings" : "mapping";
	case VALUE_NODE:
		if (key->flags & KEY_BY_DOMAIN)
			return "mapping of domains to nodes";
		return is_list ? "list of nodes" : "node";
	}
	return "";
}

void schema_describe_key(const struct schema_key *key, struct text *text)
{
	if (key->choices) {
		text_append(text,
		    key->flags & KEY_LIST ? "list, each one of" : "one of");
		for (size_t i = 0; key->choices[i]; i++)
			text_printf(
			    text, "%s %s", i > 0 ? "," : "", key->choices[i]);
	} else {
		text_append(text, type_words(key));
	}
	if (key->type == VALUE_INTEGER && (key->min != 0 || key->max != 0))
		text_printf(text, " from %" PRId64 " to %" PRId64, key->min,
		    key->max);
	if (key->flags & KEY_REQUIRED)
		text_append(text, ", required");
	if (key->fallback)
		text_printf(text, ", default %s", key->fallback);
}

void schema_describe_rule_keys(
    const struct key_rule *rule, const char *last, struct text *text)
{
	for (size_t i = 0; rule->keys[i]; i++) {
		if (i > 0 && rule->keys[i + 1])
			text_append(text, ", ");
		else if (i > 0)
			text_printf(text, " %s ", last);
		text_printf(text, "'%s'", rule->keys[i]);
	}
}

void schema_describe_rule_values(
    const struct key_rule *rule, struct text *text)
{
	for (size_t i = 0; rule->values[i]; i++) {
		if (i > 0)
			text_append(
			    text, rule->values[i + 1] ? ", " : " or ");
		text_printf(text, "'%s: %s'", rule->where, rule->values[i]);
	}
}

void schema_describe_rule(const struct key_rule *rule, struct text *text)
{
	switch (rule->sort) {
	case RULE_SOME:
		text_append(text, "Needs ");
		schema_describe_rule_keys(rule, "or", text);
		break;
	case RULE_APART:
		schema_describe_rule_keys(rule, "and", text);
		text_append(text, " exclude each other");
		break;
	case RULE_NONE:
		text_append(text, "Cannot have ");
		schema_describe_rule_keys(rule, "or", text);
		break;
	case RULE_WITH:
		text_printf(text, "'%s' goes with '%s' only", rule->keys[0],
		    rule->keys[1]);
		break;
	}
	if (rule->where) {
		text_append(text, " with ");
		schema_describe_rule_values(rule, text);
	}
	text_append_char(text, '.');
}

const char *schema_common_sort(const struct schema_key *key)
{
	static const struct {
		const char *name, *sort;
	} rows[] = {
	    {"requires", "node"},
	    {"over", "node"},
	    {"wants", "node"},
	    {"after", "node"},
	    {"of", "node"},
	    {"when", "condition"},
	    {"on-event", "event"},
	    {"from", "event"},
	    {"until", "event"},
	    {"hold", "hold"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(rows[i].name, key->name) == 0)
			return rows[i].sort;
	return NULL;
}
