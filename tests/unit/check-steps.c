/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/check-steps.h"

#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/macros.h"

const char cards[] =
    "version: 1\n"
    "nodes:\n"
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired, start: hotplug }\n"
    "  vpn: { kind: fake, requires: [lan], start: auto }\n";

const char one[] = "version: 1\n"
		   "nodes:\n"
		   "  x: { kind: fake, start: auto }\n";

void play_steps(struct playing *playing, const char *profile,
    const char *head, const char *steps, enum playing_output output)
{
	_cleanup_(text_clear) struct text text = {0};

	playing_clear(playing);
	playing->a = profile;
	text_printf(&text,
	    "version: 1\nprofile: [a.yaml]\nscenarios:\n  - name: it\n%s"
	    "    steps:\n%s",
	    head, steps);
	ck_assert(!text.failed);
	playing_run_n(playing, text.data, text.n, output);
}

void check_run(const char *profile, const char *head, const char *steps)
{
	_cleanup_(playing_clear) struct playing playing = {.b = cards};

	play_steps(&playing, profile, head, steps, PLAYING_TAP);
	ck_assert_msg(playing.r == 0 && playing.n_failed == 0, "%s%s",
	    playing.errors.data, playing.out.data);
}

void check_json(const char *profile, const char *head, const char *steps,
    uint32_t n_failed, const char *want)
{
	_cleanup_(playing_clear) struct playing playing = {0};

	play_steps(&playing, profile, head, steps, PLAYING_JSON);
	ck_assert_msg(playing.r == 0, "%s", playing.errors.data);
	ck_assert_str_eq(playing.out.data, want);
	ck_assert_uint_eq(playing.n_failed, n_failed);
}

void check_error(const char *profile, const char *head, const char *steps,
    const char *want)
{
	_cleanup_(playing_clear) struct playing playing = {0};

	play_steps(&playing, profile, head, steps, PLAYING_JSON);
	ck_assert_int_eq(playing.r, -EINVAL);
	ck_assert_msg(strstr(playing.errors.data, want) != NULL,
	    "'%s' is not in:\n%s", want, playing.errors.data);
}
