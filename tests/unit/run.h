/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a test's main(); and how large what it tries may be. */
#pragma once

#include <check.h>
#include <stdlib.h>

#include "config.h"

/* The nodes of a large profile. With sanitizers, which take some five times as
 * long and look for something else, it need not be as large. */
#ifdef SANITIZED
enum { MANY_NODES = 10000 };
#else
enum { MANY_NODES = 100000 };
#endif

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
