/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kinds find wrong in a profile before anything is started. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/schemas.h"
#include "resolver/profile.h"

/* What was found in a profile with a node n of those keys, besides dummies. */
struct found {
	struct diagnostics diagnostics;
	struct text line; /* of the node */
};

static void load(struct found *found, const char *keys)
{
	_cleanup_(text_clear) struct text profile_text = {0};
	struct profile *profile = NULL;
	struct source source = {.name = "a.yaml"};

	*found = (struct found){0};
	text_printf(&found->line, "  n: { %s }", keys);
	text_printf(&profile_text,
	    "version: 1\nnodes:\n  o: { kind: dummy }\n  p: { kind: dummy }\n"
	    "%s\n", found->line.data);
	source.data = profile_text.data;
	source.size = profile_text.n;
	(void)profile_load(&source, 1, provider_schemas, &found->diagnostics,
	    &profile);
	profile_free(profile);
}

static void clear(struct found *found)
{
	diagnostics_clear(&found->diagnostics);
	text_clear(&found->line);
}

/* In words, as far as there is something. */
static const char *say(const struct found *found)
{
	static struct text out;

	text_clear(&out);
	for (uint32_t i = 0; i < found->diagnostics.n; i++)
		diagnostic_print(&found->diagnostics.items[i], &out);
	return out.data ? out.data : "";
}

#define ADDRESS "kind: address, over: o, "
#define PLAIN ADDRESS "addresses: 192.0.2.7/24, "

/* at: the text that the caret is under; "n": the node's name. */
static const struct {
	const char *keys, *at, *error;
} wrong[] = {
	{ ADDRESS "gateway: 192.0.2.1", "n",
	    "'addresses' or 'prefix-from' is missing; address nodes must have "
	    "one of them" },
	{ ADDRESS "addresses: []", "n",
	    "'addresses' or 'prefix-from' is missing; address nodes must have "
	    "one of them" },
	{ PLAIN "gateway: [192.0.2.1, '2001:db8::1', 192.0.2.2]", "192.0.2.2",
	    "a second router of IPv4; a route node with 'hops' shares traffic "
	    "between them" },
	{ PLAIN "gateway: ['2001:db8::1', '2001:db8::2']", "'2001:db8::2'",
	    "a second router of IPv6; a route node with 'hops' shares traffic "
	    "between them" },
	{ PLAIN "subnet: 7", "subnet",
	    "'subnet' goes with 'prefix-from' only" },
	{ PLAIN "interface-id: '::7'", "interface-id",
	    "'interface-id' goes with 'prefix-from' only" },
	{ PLAIN "metric: 7", "metric", "'metric' goes with 'gateway' only" },
	{ ADDRESS "peer: 192.0.2.8, prefix-from: o", "peer",
	    "'peer' goes with 'addresses' only" },
	{ ADDRESS "peer: 192.0.2.8, addresses: [192.0.2.7/32, 192.0.2.9/32]",
	    "192.0.2.9/32",
	    "'peer' is of one address, and 'addresses' has 2; give the others "
	    "to another address node" },
	{ PLAIN "peer: '2001:db8::1'", "'2001:db8::1'",
	    "'peer' and the address are of different families" },
};

START_TEST(what_cannot_be_is_an_error_of_the_profile)
{
	const struct diagnostic *diagnostic;
	_cleanup_(clear) struct found found;

	load(&found, wrong[_i].keys);
	diagnostic = found.diagnostics.items;
	ck_assert_msg(found.diagnostics.n == 1 &&
		found.diagnostics.n_errors == 1 &&
		!strcmp(diagnostic->text, wrong[_i].error),
	    "for %s it says\n%s", wrong[_i].keys, say(&found));
	ck_assert_msg(diagnostic->mark.line == 5 &&
		!strncmp(found.line.data + diagnostic->mark.column - 1,
		    wrong[_i].at, strlen(wrong[_i].at)),
	    "for %s it is not at %s:\n%s", wrong[_i].keys, wrong[_i].at,
	    say(&found));
}
END_TEST

static const char *const good[] = {
	PLAIN "peer: 192.0.2.8",
	PLAIN "gateway: [192.0.2.1, '2001:db8::1']",
	PLAIN "gateway: [192.0.2.1, '${gateway}'], metric: 7",
	PLAIN "peer: '${server}'",
	ADDRESS "addresses: '${address}', peer: 192.0.2.8",
	ADDRESS "prefix-from: o, subnet: 1, interface-id: '::2'",
};

START_TEST(what_may_be_is_none)
{
	_cleanup_(clear) struct found found;

	load(&found, good[_i]);
	ck_assert_msg(found.diagnostics.n == 0, "for %s it says\n%s", good[_i],
	    say(&found));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kind-checks");
	TCase *tcase = tcase_create("kind-checks");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, what_cannot_be_is_an_error_of_the_profile,
	    0, ARRAY_SIZE(wrong));
	tcase_add_loop_test(tcase, what_may_be_is_none, 0, ARRAY_SIZE(good));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
