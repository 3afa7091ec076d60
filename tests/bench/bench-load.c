/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading and checking profiles of 100,000 nodes of several shapes, as
 * `netconf check` does. The reference is libyaml alone.
 */
#include <stdio.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/bench/load.h"

enum { N_NODES = 100000 };

int main(void)
{
	for (enum load_shape shape = 0; shape < LOAD_SHAPES; shape++) {
		_cleanup_(text_clear) struct text text = { 0 };
		struct load_times t;

		load_write(&text, shape, N_NODES);
		load_measure(&text, &t);
		printf("load, %s, %u nodes: %.2f s, and %.2f s looking for "
		       "what is not meant (%.2f x libyaml alone, %.2f s)\n",
		    load_names[shape], t.n_nodes, t.load_s, t.lint_s,
		    (t.load_s + t.lint_s) / t.scan_s, t.scan_s);
	}
	return 0;
}
