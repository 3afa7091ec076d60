/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/load.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/macros.h"
#include "base/sum.h"
#include "base/text.h"
#include "daemon/options.h"
#include "providers/schemas.h"
#include "resolver/profile.h"

static uint64_t sum_of(const struct files *files)
{
	uint64_t sum = SUM_INIT;

	for (size_t i = 0; i < files->n; i++) {
		const struct source *file = &files->items[i];

		sum = sum_add(sum, file->name, strlen(file->name) + 1);
		sum = sum_add(sum, &file->size, sizeof(file->size));
		sum = sum_add(sum, file->data, file->size);
	}
	return sum;
}

int load_profile(const struct options *options, const struct loaded *present,
    struct diagnostics *diagnostics, struct loaded *ret, struct text *said)
{
	_cleanup_(files_clear) struct files files = { 0 };
	const struct files_rules rules = {
		.ending = ".yaml", .owner = geteuid()
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < options->n_profiles; i++)
		r = files_add(&files, options->profiles[i], &rules, said);
	if (r < 0) {
		if (!said->data)
			text_append(said, strerror(-r));
		if (r == -ENOENT)
			text_append(said, present
				? "; write a profile there"
				: "; write a profile there, or give one with "
				  "-p");
		return r;
	}
	ret->sum = sum_of(&files);
	if (present && present->sum == ret->sum)
		return 1;
	r = profile_load(files.items, files.n, provider_schemas, diagnostics,
	    &ret->profile);
	if (r < 0 && diagnostics->n_errors == 0)
		text_printf(
		    said, "cannot load the profile: %s", strerror(-r));
	return r;
}
