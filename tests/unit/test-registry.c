/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tables of kinds promise to each other, and to the resolver. */
#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

#include "providers/provider.h"
#include "providers/schemas.h"

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

int main(void)
{
	Suite *suite = suite_create("registry");
	TCase *tc = tcase_create("registry");

	tcase_add_test(
	    tc, kinds_whose_keys_pull_or_follow_nodes_can_be_told_of_them);
	tcase_add_test(
	    tc, kinds_that_the_resolver_does_not_carry_out_have_a_provider);
	suite_add_tcase(suite, tc);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
