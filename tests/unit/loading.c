/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/loading.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/kinds.h"

struct profile *load_good(const char *text)
{
	struct source source = {"test.yaml", text, strlen(text)};
	struct diagnostics diagnostics = {0};
	struct profile *profile = NULL;
	struct text out = {0};
	int r;

	r = profile_load(&source, 1, test_kinds, &diagnostics, &profile);
	for (uint32_t i = 0; i < diagnostics.n; i++)
		diagnostic_print(&diagnostics.items[i], &out);
	ck_assert_msg(r == 0 && !diagnostics.n_errors, "%d\n%s", r,
	    out.data ? out.data : "");
	ck_assert_ptr_nonnull(profile);
	text_clear(&out);
	diagnostics_clear(&diagnostics);
	return profile;
}

char *load_files(const struct source *sources, size_t n)
{
	struct diagnostics diagnostics = {0};
	struct profile *profile = NULL;
	struct text out = {0};
	int r;

	r = profile_load(sources, n, test_kinds, &diagnostics, &profile);
	ck_assert_int_eq(r, -EINVAL);
	ck_assert_ptr_null(profile);
	ck_assert_uint_gt(diagnostics.n_errors, 0);
	for (uint32_t i = 0; i < diagnostics.n; i++)
		diagnostic_print(&diagnostics.items[i], &out);
	diagnostics_clear(&diagnostics);
	return text_steal(&out);
}

char *load_messages_n(const char *bytes, size_t n)
{
	/* Exactly n bytes, so that AddressSanitizer sees one too far. */
	_cleanup_(free_ptr) char *copy = malloc(n ? n : 1);
	struct source source = {"test.yaml", copy, n};

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, n);
	return load_files(&source, 1);
}

char *load_messages(const char *text)
{
	return load_messages_n(text, strlen(text));
}

static void expect(const char *text, const char *message, bool alone)
{
	_cleanup_(free_ptr) char *messages = load_messages(text);
	_cleanup_(text_clear) struct text want = {0};
	const char *found, *second;

	text_printf(&want, "test.yaml:%s\n", message);
	ck_assert(!want.failed);
	found = strstr(messages, want.data);
	ck_assert_msg(found, "in the messages on\n%s\nthere is no\n%s\nbut\n%s",
	    text, want.data, messages);
	second = strstr(messages, "error: ");
	second = strstr(second + 1, "error: ");
	ck_assert_msg(
	    !alone || !second, "more than one message:\n%s", messages);
}

void expect_error(const char *text, const char *message)
{
	expect(text, message, false);
}

void expect_only_error(const char *text, const char *message)
{
	expect(text, message, true);
}
