/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/options.h"

#include <getopt.h>
#include <stdlib.h>

#include "tests/model/world.h"

void options_read(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "count", required_argument, NULL, 'c' },
		{ "nodes", required_argument, NULL, 'n' },
		{ "inputs", required_argument, NULL, 'i' },
		{ "features", required_argument, NULL, 'f' },
		{ "failures", required_argument, NULL, 'x' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		unsigned long long n = optarg ? strtoull(optarg, NULL, 0) : 0;

		if (c == 's')
			options->seed = n;
		else if (c == 'c')
			options->count = n;
		else if (c == 'n' && n && n <= NODES_MAX)
			options->n_nodes = (uint32_t)n;
		else if (c == 'i' && n && n < INPUTS_MAX)
			options->n_inputs = (uint32_t)n;
		else if (c == 'f')
			options->features = (unsigned)n;
		else if (c == 'x')
			options->n_failures_max = (uint32_t)n;
		else
			exit(2);
	}
}
