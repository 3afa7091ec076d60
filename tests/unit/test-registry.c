/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tables of kinds promise to each other, and to the resolver. */
#include <check.h>
#include <stdbool.h>
#include <string.h>

#include "providers/provider.h"
#include "providers/schemas.h"
#include "tests/unit/run.h"

static bool is_told_of_nodes(const struct schema_key *keys)
{
	for (; keys && keys->name; keys++)
		if (keys->relation == KEY_PULLS ||
		    keys->relation == KEY_FOLLOWS ||
		    is_told_of_nodes(keys->keys))
			return true;
	return false;
}

START_TEST(kinds_whose_keys_pull_or_follow_nodes_can_be_told_of_them)
{
	unsigned n = 0;

	for (size_t i = 0; providers[i]; i++) {
		const struct provider *provider = providers[i];

		if (!is_told_of_nodes(provider->schema->keys))
			continue;
		n++;
		ck_assert_msg(provider->update,
		    "%s has such a key, and no update",
		    provider->schema->kind);
	}
	ck_assert_uint_gt(n, 0);
}
END_TEST

static const struct provider *find_provider(const struct schema *schema)
{
	for (size_t i = 0; providers[i]; i++)
		if (providers[i]->schema == schema)
			return providers[i];
	return NULL;
}

START_TEST(kinds_that_the_resolver_does_not_carry_out_have_a_provider)
{
	size_t n = 0, n_providers = 0;

	for (size_t i = 0; provider_schemas[i]; i++) {
		const struct schema *schema = provider_schemas[i];
		const struct provider *provider = find_provider(schema);

		if (schema->flags & SCHEMA_RESOLVER) {
			ck_assert_msg(!provider, "%s", schema->kind);
			continue;
		}
		n++;
		ck_assert_msg(provider, "%s has none", schema->kind);
		ck_assert_msg(provider->start && provider->stop,
		    "%s cannot be started and stopped", schema->kind);
	}
	while (providers[n_providers])
		n_providers++;
	ck_assert_uint_eq(n, n_providers);
}
END_TEST

static const struct schema_key *find_key(
    const struct schema *schema, const char *name)
{
	const struct schema_key *key = schema->keys;

	while (key && key->name && strcmp(key->name, name) != 0)
		key++;
	return key && key->name ? key : NULL;
}

static bool is_choice(const struct schema_key *key, const char *value)
{
	size_t i = 0;

	if (key->type == VALUE_BOOL)
		return !strcmp(value, "true") || !strcmp(value, "false");
	while (key->choices[i] && strcmp(key->choices[i], value) != 0)
		i++;
	return key->choices[i];
}

/* That the rule is about something; else the loader would find no key. */
static void check_rule(
    const struct schema *schema, const struct key_rule *rule)
{
	const struct schema_key *where =
	    rule->where ? find_key(schema, rule->where) : NULL;

	ck_assert_msg((rule->sort != RULE_APART && rule->sort != RULE_WITH) ||
		(rule->keys[1] && !rule->keys[2]),
	    "%s: those two?", schema->kind);
	for (size_t i = 0; rule->keys[i]; i++)
		ck_assert_msg(find_key(schema, rule->keys[i]) ||
			!strcmp(rule->keys[i], "over"),
		    "%s has no '%s'", schema->kind, rule->keys[i]);
	if (!rule->where) {
		ck_assert_int_ne(rule->sort, RULE_NONE);
		return;
	}
	ck_assert_msg(rule->sort == RULE_SOME || rule->sort == RULE_NONE,
	    "%s: one that holds always", schema->kind);
	ck_assert_msg(where && where->fallback &&
		(where->choices || where->type == VALUE_BOOL) &&
		where->flags & KEY_PLAIN && !(where->flags & KEY_LIST),
	    "%s: '%s'", schema->kind, rule->where);
	ck_assert_msg(where->type != VALUE_BOOL || !rule->values[1],
	    "%s: one that holds always", schema->kind);
	for (size_t i = 0; rule->values[i]; i++)
		ck_assert_msg(is_choice(where, rule->values[i]),
		    "%s: '%s' is never %s", schema->kind, rule->where,
		    rule->values[i]);
}

START_TEST(rules_are_about_keys_and_values_that_there_are)
{
	for (size_t i = 0; provider_schemas[i]; i++) {
		const struct key_rule *rule = provider_schemas[i]->rules;

		for (; rule && rule->keys[0]; rule++)
			check_rule(provider_schemas[i], rule);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("registry");
	TCase *tc = tcase_create("registry");

	tcase_add_test(
	    tc, kinds_whose_keys_pull_or_follow_nodes_can_be_told_of_them);
	tcase_add_test(
	    tc, kinds_that_the_resolver_does_not_carry_out_have_a_provider);
	tcase_add_test(tc, rules_are_about_keys_and_values_that_there_are);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
