/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kind wants of the keys of a node together: rules, and its check. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/load.h"

/* ---- rules ---- */

static const struct item *find_given(
    const struct item *mapping, const char *key)
{
	const struct item *item = item_find(mapping, key);

	return item && (item->type != ITEM_LIST || item->n) ? item : NULL;
}

static const char *value_of(const struct config *config, const char *key)
{
	if (schema_find_key(config->keys, key)->type != VALUE_BOOL)
		return config_text(config, key);
	return config_bool(config, key) ? "true" : "false";
}

static bool holds(const struct config *config, const struct key_rule *rule)
{
	const char *value =
	    rule->where ? value_of(config, rule->where) : NULL;

	for (size_t i = 0; value && rule->values[i]; i++)
		if (strcmp(rule->values[i], value) == 0)
			return true;
	/* It is absent when it is wrong. */
	return !rule->where;
}

static void report_missing(struct loader *loader, const struct decl *decl,
    const struct key_rule *rule)
{
	_cleanup_(text_clear) struct text keys = {0}, where = {0};

	schema_describe_rule_keys(rule, "or", &keys);
	if (rule->where)
		text_printf(&where, " with '%s: %s'", rule->where,
		    value_of(decl->config, rule->where));
	if (keys.failed || where.failed) {
		loader->diagnostics->failed = true;
		return;
	}
	load_error(loader, &decl->mark,
	    "%s is missing; %s nodes%s must have %s", keys.data,
	    decl->schema->kind, where.data ? where.data : "",
	    rule->keys[1] ? "one of them" : "it");
}

static void report_none(struct loader *loader, const struct decl *decl,
    const struct key_rule *rule, const struct item *item)
{
	load_error(loader, &item->key_mark,
	    "'%s' means nothing with '%s: %s'", item->key, rule->where,
	    value_of(decl->config, rule->where));
}

static void check_rule(struct loader *loader, const struct decl *decl,
    const struct item *mapping, const struct key_rule *rule)
{
	const struct item *given[RULE_KEYS_MAX] = {NULL};
	bool is_any = false;

	if (!holds(decl->config, rule))
		return;
	for (size_t i = 0; rule->keys[i]; i++) {
		given[i] = find_given(mapping, rule->keys[i]);
		is_any |= given[i] != NULL;
	}
	switch (rule->sort) {
	case RULE_SOME:
		if (!is_any)
			report_missing(loader, decl, rule);
		break;
	case RULE_APART:
		if (given[0] && given[1])
			load_error(loader, &given[1]->key_mark,
			    "'%s' and '%s' exclude each other", rule->keys[0],
			    rule->keys[1]);
		break;
	case RULE_NONE:
		for (size_t i = 0; rule->keys[i]; i++)
			if (given[i])
				report_none(loader, decl, rule, given[i]);
		break;
	case RULE_WITH:
		if (given[0] && !given[1])
			load_error(loader, &given[0]->key_mark,
			    "'%s' goes with '%s' only", rule->keys[0],
			    rule->keys[1]);
		break;
	}
}

/* ---- the check of the kind ---- */

struct loading_check {
	struct config_check check;
	struct loader *loader;
	const struct decl *decl;
	const struct config *config; /* that is checked */
	const struct item *mapping;  /* what it was read from */
};

/* What the section at `wanted` was read from: it is looked for in config and
 * its sections, as deep as the schema's; NULL: it is not there. */
static const struct item *find_mapping(const struct config *config,
    const struct item *mapping, const struct config *wanted)
{
	const struct item *found = config == wanted ? mapping : NULL;

	for (size_t i = 0; !found && config->keys[i].name; i++) {
		const struct value *value = config_value(config, i);
		const struct item *item = item_find(
		    mapping, config->keys[i].name);

		if (config->keys[i].type != VALUE_SECTION || !item)
			continue;
		if (item->type == ITEM_LIST)
			item = item->first;
		for (uint32_t k = 0; !found && k < value->n; k++) {
			found = find_mapping(
			    &value->sections[k], item, wanted);
			item = item->next;
		}
	}
	return found;
}

static void report_wrong(struct config_check *check,
    const struct config *config, const char *key, uint32_t i, const char *text)
{
	const struct loading_check *own =
	    container_of(check, struct loading_check, check);
	const struct item *mapping =
	    find_mapping(own->config, own->mapping, config);
	const struct item *item = item_find(mapping, key);

	if (item && item->type == ITEM_LIST)
		for (item = item->first; i; i--)
			item = item->next;
	load_error(own->loader, item ? &item->mark : &own->decl->mark, "%s",
	    text);
}

/* The config, in which what has facts in it is absent. */
static int leave_out_facts(struct loader *loader, const struct config *config,
    const struct config **ret)
{
	const uint32_t n = config->n_given;
	struct config *copy = arena_alloc(loader->scratch, sizeof(*copy));
	struct value *given =
	    arena_array(loader->scratch, n, sizeof(*given));

	if (!copy || !given)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		given[i] = config->given[i].has_facts
		    ? (struct value){.key = config->given[i].key}
		    : config->given[i];
	*copy = *config;
	copy->given = given;
	*ret = copy;
	return 0;
}

int config_check(struct loader *loader, const struct decl *decl,
    const struct item *mapping)
{
	struct loading_check own = {{report_wrong}, loader, decl,
	    decl->config, mapping};
	const struct key_rule *rule = decl->schema->rules;
	int r = 0;

	for (; rule && rule->keys[0]; rule++)
		check_rule(loader, decl, mapping, rule);
	if (!decl->schema->check)
		return 0;
	if (decl->rare->n_fact_uses)
		r = leave_out_facts(loader, decl->config, &own.config);
	if (!r)
		decl->schema->check(own.config, &own.check);
	return r;
}
