/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a test's main(). */
#pragma once

#include <check.h>
#include <stdlib.h>

/* Runs it and frees it; returns what main() has to return. */
static inline int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int n_failed;

	srunner_run_all(runner, CK_ENV);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
