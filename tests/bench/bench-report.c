/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Provider reports at full speed: nodes of 1,000 become unmet and are met
 * again, one after the other, each report changing its node and being told to
 * a listener. The reference is a graph of one node.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/fake/schema.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"

enum { N_REPORTS = 1000000, N_NODES = 1000 };

static uint64_t n_notices;

static void count(void *ctx, const struct notice *notice)
{
	(void)ctx, (void)notice;
	n_notices++;
}

/* Starts all nodes, each over a node of its own. */
static struct profile *load(uint32_t n_nodes)
{
	static const struct schema *const kinds[] = { &schema_fake, NULL };
	_cleanup_(text_clear) struct text text = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile;

	text_append(&text, "version: 1\nstart: auto\nnodes:\n");
	for (uint32_t i = 0; i < n_nodes; i++)
		text_printf(&text, "  n%u: { kind: fake }\n", i);
	if (profile_load(&(struct source){ "bench", text.data, text.n }, 1,
		kinds, &diagnostics, &profile))
		abort();
	diagnostics_clear(&diagnostics);
	return profile;
}

/* Nanoseconds a report. */
static double measure(uint32_t n_nodes)
{
	const struct resolver_options options = { .notice = count };
	struct report up = { .type = REPORT_UP };
	struct report unmet = { .type = REPORT_UNMET };
	struct profile *profile = load(n_nodes);
	struct resolver *resolver;
	struct decision decision;
	struct timespec start, end;
	struct node *nodes[N_NODES];
	uint64_t now_ms = 0;
	uint32_t n = 0;

	if (resolver_new(profile, &options, &resolver) ||
	    resolver_devices(resolver, 0, NULL, 0))
		abort();
	while (resolver_next(resolver, &decision)) {
		nodes[n++] = decision.node;
		resolver_report(
		    resolver, ++now_ms, decision.node, decision.run, &up);
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	n_notices = 0;
	for (uint32_t i = 0; i < N_REPORTS; i++) {
		struct node *node = nodes[i / 2 * 7919u % n];

		resolver_report(resolver, ++now_ms, node, node_run(node),
		    i % 2 ? &up : &unmet);
		while (resolver_next(resolver, &decision))
			abort();
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (n_notices != N_REPORTS)
		abort();
	resolver_free(resolver);
	profile_free(profile);
	return ((end.tv_sec - start.tv_sec) * 1e9 + end.tv_nsec -
		   start.tv_nsec) /
	       N_REPORTS;
}

int main(void)
{
	double one = measure(1), many = measure(N_NODES);

	printf("report, %u nodes: %.0f ns, %.2f million a second "
	       "(%.2f x that of one node)\n",
	    N_NODES, many, 1e3 / many, many / one);
	return 0;
}
