/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading and checking a profile of 100,000 nodes. The reference is libyaml
 * alone: its events of the same bytes, with nothing made of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <yaml.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/schemas.h"
#include "resolver/diagnostic.h"
#include "resolver/profile.h"

enum { N_GROUPS = 20000 };

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* Five nodes a group: two cards, their leases, the better one in order. */
static void write_profile(struct text *text)
{
	text_append(text, "version: 1\nnodes:\n");
	for (int i = 0; i < N_GROUPS; i++)
		text_printf(text,
		    "  a%d: { kind: link, device: a%d, start: hotplug }\n"
		    "  b%d: { kind: link, device: b%d }\n"
		    "  la%d: { kind: dhcp, over: a%d, timeout: 20s }\n"
		    "  lb%d: { kind: dhcp, over: b%d, when: not la%d }\n"
		    "  u%d: { kind: any, of: [la%d, lb%d], try: %s }\n",
		    i, i, i, i, i, i, i, i, i ? i - 1 : 0, i, i, i,
		    i % 2 ? "in-order" : "all");
}

static double scan(const struct text *text)
{
	double start = now_s();
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
	return now_s() - start;
}

static double load(const struct text *text)
{
	struct diagnostics diagnostics = { 0 };
	struct profile *profile = NULL;
	double start = now_s(), took;

	if (profile_load(&(struct source){ "bench", text->data, text->n }, 1,
		provider_schemas, &diagnostics, &profile)) {
		fprintf(stderr, "bench: the profile does not load: %s\n",
		    diagnostics.n ? diagnostics.items[0].text : "?");
		abort();
	}
	took = now_s() - start;
	diagnostics_clear(&diagnostics);
	profile_free(profile);
	return took;
}

int main(void)
{
	_cleanup_(text_clear) struct text text = { 0 };
	double scanned, loaded;

	write_profile(&text);
	scanned = scan(&text);
	loaded = load(&text);
	printf("load, %u nodes: %.2f s (%.2f x libyaml alone, %.2f s)\n",
	    5 * N_GROUPS, loaded, loaded / scanned, scanned);
	return 0;
}
