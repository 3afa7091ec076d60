/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an event costs: counted, not timed. */
#include <check.h>
#include <stdlib.h>

#include "tests/bench/world.h"

static uint64_t visits(enum world_shape shape, uint32_t n_nodes)
{
	struct resolver_stats before, after;
	struct world world;

	world_begin(&world, shape, n_nodes);
	resolver_stats(world.resolver, &before);
	for (uint32_t i = 2; i < 40; i++) {
		world_carrier(&world, i, false);
		world_carrier(&world, i, true);
	}
	resolver_stats(world.resolver, &after);
	world_end(&world);
	return after.visited - before.visited;
}

START_TEST(an_event_visits_as_many_nodes_in_a_large_graph_as_in_a_small_one)
{
	for (int shape = 0; shape < WORLD_SHAPES; shape++) {
		uint64_t small = visits(shape, 100);

		ck_assert_uint_gt(small, 0);
		ck_assert_uint_eq(visits(shape, 10000), small);
		ck_assert_uint_eq(visits(shape, 100000), small);
	}
}
END_TEST

START_TEST(a_node_takes_at_most_512_bytes)
{
	struct resolver_stats stats;
	struct world world;

	for (int shape = 0; shape < 2; shape++) {
		world_begin(&world, shape, 10000);
		resolver_stats(world.resolver, &stats);
		ck_assert_uint_le(stats.bytes / stats.n_nodes, 512);
		world_end(&world);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cost");
	TCase *tc = tcase_create("cost");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc,
	    an_event_visits_as_many_nodes_in_a_large_graph_as_in_a_small_one);
	tcase_add_test(tc, a_node_takes_at_most_512_bytes);
	suite_add_tcase(suite, tc);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
