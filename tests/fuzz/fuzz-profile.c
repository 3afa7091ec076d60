/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a profile: loaded, or refused with messages. */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "resolver/profile.h"
#include "tests/unit/kinds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is printed can do nothing to a terminal. */
static void check_printed(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert((unsigned char)s[i] >= ' ' || s[i] == '\n' ||
		    s[i] == '\t');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = {"fuzz.yaml", (const char *)data, size};
	struct diagnostics diagnostics = {0};
	struct profile *profile = NULL;
	struct text out = {0};
	int r;

	r = profile_load(&source, 1, test_kinds, &diagnostics, &profile);
	assert(r == 0 || r == -EINVAL);
	assert((r == 0) == (diagnostics.n_errors == 0));
	assert((r == 0) == (profile != NULL));
	for (uint32_t i = 0; i < diagnostics.n; i++) {
		assert(diagnostics.items[i].text[0]);
		diagnostic_print(&diagnostics.items[i], &out);
	}
	assert(!out.failed);
	if (out.data)
		check_printed(out.data, out.n);
	for (uint32_t i = 0; profile && i < profile->n_decls; i++) {
		const struct decl *decl = &profile->decls[i];

		assert(profile_find(profile, decl->name) == decl);
		assert(decl->schema && decl->config);
	}
	text_clear(&out);
	diagnostics_clear(&diagnostics);
	profile_free(profile);
	return 0;
}
