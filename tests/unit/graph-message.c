/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/graph-message.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/graph-lines.h"

/* A name in the message: of a declaration, or with the device of one of its
 * instances. */
struct name {
	struct decl *decl;
	char device[8]; /* or empty */
};

static struct name read_name(
    struct profile *profile, const char *at, size_t n)
{
	const char *device = memchr(at, '@', n);
	size_t n_decl = device ? (size_t)(device - at) : n;
	struct name name = { .decl = lines_find_n(profile, at, n_decl) };

	if (device) {
		ck_assert_uint_lt(n - n_decl, sizeof(name.device));
		memcpy(name.device, device + 1, n - n_decl - 1);
	}
	return name;
}

static bool is_ref(const struct ref *ref, const struct name *name)
{
	return ref->decl == name->decl &&
	       !strcmp(ref->device ? ref->device : "", name->device);
}

/* The one may be what the other is: where a device is left out, it is meant
 * or all are. */
static bool agree(const struct name *a, const struct name *b)
{
	return a->decl == b->decl && (!*a->device || !*b->device ||
					 !strcmp(a->device, b->device));
}

static bool names(
    const struct refs *refs, const struct name *name, uint32_t *ret)
{
	for (*ret = 0; *ret < refs->n; ++*ret)
		if (is_ref(&refs->items[*ret], name))
			return true;
	return false;
}

/* Reads "'a' requires 'b' (place)": it must be true. What follows it. */
static const char *check_edge(struct profile *profile, const char *at,
    struct name *ret_from, struct name *ret_to)
{
	static const struct {
		const char *words, *key;
	} roles[] = { { "requires", "requires" }, { "is over", "over" },
		{ "wants", "wants" }, { "is after", "after" },
		{ "has the member", "of" },
		{ "requires, by a key of its kind,", "key-requires" },
		{ "pulls, by a key of its kind,", "key-pulls" },
		{ "has 'when' with", "when" } };
	const char *end;
	uint32_t place;

	ck_assert_msg(*at == '\'' && (end = strchr(at + 1, '\'')), "%s", at);
	*ret_from = read_name(profile, at + 1, (size_t)(end - at - 1));
	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		size_t n = strlen(roles[i].words);
		const char *to = end + n + 4;

		if (strncmp(end + 2, roles[i].words, n) ||
		    strncmp(end + 2 + n, " '", 2))
			continue;
		end = strchr(to, '\'');
		*ret_to = read_name(profile, to, (size_t)(end - to));
		ck_assert_msg(names(lines_refs(ret_from->decl, roles[i].key),
				  ret_to, &place),
		    "%s", at);
		return strchr(end, ')') + 1;
	}
	ck_abort_msg("no edge: %s", at);
}

/* Reads "'g' tries 'a' before 'b' (place), which may pull 'x': ...". */
static const char *check_tries(struct profile *profile, const char *at,
    struct name *ret_from, struct name *ret_to)
{
	char words[4][8];
	struct name group, from, to;
	uint32_t i, j;
	int n = 0;

	ck_assert_int_eq(sscanf(at, "'%7[^']' tries '%7[^']' before '%7[^']' "
				    "(p.yaml:%*u:%*u)%n",
			     words[0], words[1], words[2], &n), 3);
	at += n;
	group = read_name(profile, words[0], strlen(words[0]));
	*ret_to = read_name(profile, words[1], strlen(words[1]));
	to = *ret_from = read_name(profile, words[2], strlen(words[2]));
	ck_assert(group.decl->is_in_order &&
	    names(&group.decl->of, ret_to, &i) &&
	    names(&group.decl->of, ret_from, &j) && i < j);
	n = 0;
	if (sscanf(at, ", which may pull '%7[^']': %n", words[3], &n) < 1 ||
	    !n)
		return at;
	*ret_from = read_name(profile, words[3], strlen(words[3]));
	for (at += n;; at += 5) {
		struct name before = to;

		at = check_edge(profile, at, &from, &to);
		ck_assert(agree(&from, &before));
		if (strncmp(at, " and ", 5))
			break;
	}
	ck_assert(agree(&to, ret_from));
	return at;
}

void message_check(struct profile *profile, const char *errors)
{
	const char *at = strstr(errors, "each other: ");
	struct name first = { 0 }, last = { 0 };

	ck_assert_ptr_nonnull(at);
	for (at += 12; strncmp(at, "drop ", 5); at += 2) {
		struct name from, to;
		const char *tries = strstr(at, "' tries '");

		if (tries && tries - at < 8)
			at = check_tries(profile, at, &from, &to);
		else
			at = check_edge(profile, at, &from, &to);
		ck_assert_msg(!last.decl || agree(&last, &from), "%s", errors);
		if (!first.decl)
			first = from;
		last = to;
		ck_assert_msg(!strncmp(at, "; ", 2), "%s", at);
	}
	ck_assert(agree(&first, &last));
}
