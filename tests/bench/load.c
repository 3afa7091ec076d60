/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <yaml.h>

#include "base/text.h"
#include "providers/schemas.h"
#include "resolver/diagnostic.h"
#include "resolver/lint.h"
#include "resolver/profile.h"

const char *const load_names[LOAD_SHAPES] = {
	[LOAD_MIXED] = "mixed",
	[LOAD_TEMPLATES] = "templates",
	[LOAD_WIDE] = "one wide group",
	[LOAD_DEEP] = "one deep chain",
	[LOAD_FALLBACKS] = "nested fallbacks",
	[LOAD_SHARED] = "fallbacks over a chain",
	[LOAD_CONDITIONS] = "conditions",
};

/* Five nodes: two cards, their leases, the better one in order. */
static void write_mixed(struct text *text, uint32_t i)
{
	text_printf(text,
	    "  a%u: { kind: link, device: a%u, start: hotplug }\n"
	    "  b%u: { kind: link, device: b%u }\n"
	    "  la%u: { kind: dhcp, over: a%u, timeout: 20s }\n"
	    "  lb%u: { kind: dhcp, over: b%u, when: not la%u }\n"
	    "  u%u: { kind: any, of: [la%u, lb%u], try: %s }\n",
	    i, i, i, i, i, i, i, i, i ? i - 1 : 0, i, i, i,
	    i % 2 ? "in-order" : "all");
}

static void write_template(struct text *text, uint32_t i)
{
	text_printf(text,
	    "  w%u: { kind: link, match: { name: \"e%u-*\" } }\n"
	    "  l%u: { kind: dhcp, over: w%u }\n"
	    "  g%u: { kind: gateway, over: l%u }\n"
	    "  u%u: { kind: any, over: w%u, of: [l%u, g%u] }\n",
	    i, i, i, i, i, i, i, i, i, i);
}

static void write_wide(struct text *text, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		text_printf(text, "  l%u: { kind: link, device: d%u }\n", i, i);
	text_append(text, "  u: { kind: any, try: in-order, of: [l0");
	for (uint32_t i = 1; i < n; i++)
		text_printf(text, ", l%u", i);
	text_append(text, "] }\n");
}

static void write_chain(struct text *text, uint32_t n)
{
	text_append(text, "  n0: { kind: link, device: d }\n");
	for (uint32_t i = 1; i < n; i++)
		text_printf(text, "  n%u: { kind: gateway, requires: n%u }\n",
		    i, i - 1);
}

static void write_fallback(struct text *text, uint32_t i)
{
	text_printf(text, "  l%u: { kind: link, device: d%u }\n", i, i);
	if (i)
		text_printf(text,
		    "  u%u: { kind: any, of: [l%u, u%u], try: in-order }\n", i,
		    i, i - 1);
	else
		text_append(text, "  u0: { kind: any, of: l0 }\n");
}

static void write_shared(struct text *text, uint32_t n)
{
	uint32_t n_chain = n / 4;

	write_chain(text, n_chain);
	for (uint32_t i = 0; i < n_chain; i++)
		text_printf(text,
		    "  a%u: { kind: link, device: a%u }\n"
		    "  b%u: { kind: gateway, requires: n%u }\n"
		    "  u%u: { kind: any, of: [a%u, b%u], try: in-order }\n",
		    i, i, i, n_chain - 1, i, i, i);
}

static void write_condition(struct text *text, uint32_t i)
{
	text_printf(text, "  n%u: { kind: link, device: d%u", i, i);
	if (i > 2)
		text_printf(text,
		    ", when: not (n%u and n%u) or n%u and from a%u until b%u",
		    i - 1, i - 2, i - 3, i, i);
	text_append(text, " }\n");
}

void load_write(struct text *text, enum load_shape shape, uint32_t n)
{
	static const struct {
		void (*write_part)(struct text *text, uint32_t i);
		uint32_t n_nodes;
	} parts[LOAD_SHAPES] = {
		[LOAD_MIXED] = { write_mixed, 5 },
		[LOAD_TEMPLATES] = { write_template, 4 },
		[LOAD_FALLBACKS] = { write_fallback, 2 },
		[LOAD_CONDITIONS] = { write_condition, 1 },
	};

	text_append(text, "version: 1\nnodes:\n");
	if (shape == LOAD_WIDE)
		write_wide(text, n);
	else if (shape == LOAD_DEEP)
		write_chain(text, n);
	else if (shape == LOAD_SHARED)
		write_shared(text, n);
	else
		for (uint32_t i = 0; i < n / parts[shape].n_nodes; i++)
			parts[shape].write_part(text, i);
	if (text->failed)
		abort();
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void scan(const struct text *text)
{
	bool is_end = false;
	yaml_parser_t parser;
	yaml_event_t event;

	if (!yaml_parser_initialize(&parser))
		abort();
	yaml_parser_set_input_string(
	    &parser, (const unsigned char *)text->data, text->n);
	while (!is_end) {
		if (!yaml_parser_parse(&parser, &event))
			abort();
		is_end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

void load_measure(const struct text *text, struct load_times *ret)
{
	const struct source source = { "bench", text->data, text->n };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile = NULL;
	double start = now_s();

	scan(text);
	ret->scan_s = now_s() - start;
	start += ret->scan_s;
	if (profile_load(
		&source, 1, provider_schemas, &diagnostics, &profile)) {
		fprintf(stderr, "bench: the profile does not load: %s\n",
		    diagnostics.n ? diagnostics.items[0].text : "?");
		abort();
	}
	ret->load_s = now_s() - start;
	start += ret->load_s;
	if (profile_lint(profile, &diagnostics))
		abort();
	ret->lint_s = now_s() - start;
	ret->n_nodes = profile->n_decls;
	diagnostics_clear(&diagnostics);
	profile_free(profile);
}
