/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a file of scenarios: refused with messages, or run. A line
 * that is "---" ends the scenarios; what follows is the profile a.yaml.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/playing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char default_profile[] =
    "version: 1\n"
    "nodes:\n"
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired, start: hotplug }\n"
    "  uplink: { kind: any, of: [lan] }\n"
    "  office: { kind: location, over: uplink, match: { domain: c } }\n"
    "  vpn: { kind: fake, over: uplink, when: not office, start: auto,\n"
    "         hold: 5s, timeout: 9s }\n";

static void check_printed(const struct text *text)
{
	assert(!text->failed);
	for (size_t i = 0; i < text->n; i++)
		assert((unsigned char)text->data[i] >= ' ' ||
		    text->data[i] == '\n' || text->data[i] == '\t');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct playing playing = {
	    .a = default_profile, .b = default_profile, .max_outcomes = 500};
	const char *text = (const char *)data;
	const char *end = memmem(text, size, "\n---\n", 5);
	char *profile = NULL;

	if (end) {
		size_t n = size - (size_t)(end - text) - 5;

		profile = strndup(end + 5, n);
		assert(profile);
		playing.a = profile;
		size = (size_t)(end - text) + 1;
	}
	for (int output = PLAYING_JSON; output <= PLAYING_TABLE; output++) {
		playing_run_n(
		    &playing, text, size, (enum playing_output)output);
		assert(playing.r == 0 || playing.r == -EINVAL);
		assert((playing.r == 0) == (playing.n_errors == 0));
		check_printed(&playing.out);
		check_printed(&playing.errors);
		playing_clear(&playing);
	}
	free(profile);
	return 0;
}
