/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with a profile, as data. The loader collects all errors of a
 * file, not just the first; whoever called it prints them.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

/* A place in a profile. Lines and columns count from 1; 0: not known. */
struct mark {
	const char *file;
	uint32_t line, column;
	uint32_t length; /* of what is meant, in columns; at least 1 */
};

struct diagnostic {
	enum severity severity;
	struct mark mark; /* the file's name is a copy, owned */
	char *text;   /* "'require' is not a key of ipsec nodes" */
	char *hint;   /* "did you mean 'requires'?", or NULL */
	char *source; /* the source line, or what was cut out of it; or NULL */
	uint32_t source_column; /* where mark.column is in source; from 1 */
	char *see;    /* "see netconf kinds ipsec", or NULL */
};

/* More are counted, but not kept: nobody reads them. */
enum { DIAGNOSTICS_MAX = 1000 };

/* Starts as {0}. Sorted by nothing: in the order found. */
struct diagnostics {
	struct diagnostic *items; /* owned, with their strings */
	uint32_t n, n_errors;
	bool failed; /* out of memory: some were lost */
};

/* Adds one. text is formatted; hint, source and see are set through the
 * returned pointer (strings from malloc, owned from then on). NULL when out
 * of memory or past DIAGNOSTICS_MAX; n_errors counts all the same. */
struct diagnostic *diagnostics_add(struct diagnostics *, enum severity,
    const struct mark *, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

struct diagnostic *diagnostics_vadd(struct diagnostics *, enum severity,
    const struct mark *, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

/* Gives the diagnostic, one of these or NULL, its hint. */
void diagnostics_hint(struct diagnostics *, struct diagnostic *,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * Gives the diagnostic the n bytes of its source line (without its end) from
 * the column `first` on; 1: from its start. is_cut: they are not all. Of a long
 * line only what stands around mark.column is kept. Out of memory: it goes
 * without.
 */
void diagnostic_set_source(
    struct diagnostic *, const char *line, size_t n, uint32_t first,
    bool is_cut);

/* Frees all and makes it {0} again. */
void diagnostics_clear(struct diagnostics *);

/*
 * Appends one as a person reads it, all that may come from outside escaped:
 *     laptop.yaml:14:13: error: 'require' is not a key ...; did you mean ...?
 *        14 |     vpn0: { require: [inet], ...
 *           |             ^~~~~~~
 *     see netconf kinds ipsec
 */
void diagnostic_print(const struct diagnostic *, struct text *);
