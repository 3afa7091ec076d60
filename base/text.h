/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text: a growing buffer, escaping of what comes from outside, and the
 * comparisons and number formats that profile and output share.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing text. Starts as {0}. Once an allocation fails it stays failed
 * and everything appended afterwards is dropped, so that only the end needs
 * a check. data is NULL until something has been appended, and always
 * NUL-terminated after that.
 */
struct text {
	char *data;
	size_t n, capacity;
	bool failed;
};

/* Frees the buffer and makes it {0} again; fit for _cleanup_. */
void text_clear(struct text *text);

/* Gives the string away (to be freed by the caller), never NULL unless the
 * text has failed; leaves {0}. */
char *text_steal(struct text *text);

void text_append(struct text *text, const char *s);
void text_append_n(struct text *text, const char *s, size_t n);
void text_append_char(struct text *text, char c);
void text_printf(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/*
 * Appends n bytes from outside so that they are harmless on a terminal and
 * in a log line: control characters (C0, DEL, C1), bidirectional overrides,
 * invalid UTF-8 and the backslash become \xNN; the rest stays.
 */
void text_append_escaped(struct text *text, const char *s, size_t n);

/*
 * Compares names piece by piece: a run of digits as a number and before any
 * other run, other runs byte by byte; names equal that way (eth1, eth01) in
 * plain byte order. As strcmp(): negative, 0, positive.
 */
int text_compare_names(const char *a, const char *b);

/*
 * The one of n candidates that is spelled most like the name, for "did you
 * mean": at most a third of its letters differ (insert, delete, replace,
 * swap of neighbours). NULL if there is none.
 */
const char *text_nearest(const char *name, const char *const *candidates,
    size_t n);

/* 250ms, 10s, 5m, 1h to milliseconds. 0, or -EINVAL, or -ERANGE. */
int text_parse_duration(const char *s, uint64_t *ret_ms);

/* 02:00:5e:10:00:01, in either case, to an Ethernet address. 0 or -EINVAL. */
enum { TEXT_MAC_SIZE = 6 };
int text_parse_mac(const char *s, uint8_t ret[TEXT_MAC_SIZE]);
/* A link-layer address of n bytes, in lower case, into 3 * n bytes of text;
 * if n is 0, into one. */
void text_print_mac(char *to, const uint8_t *mac, size_t n);

/* Milliseconds as a person writes them: 250ms, 1.5s, 90s, 5m, 1h. */
void text_append_duration(struct text *text, uint64_t ms);

/*
 * A domain name as it may stand in a configuration file: labels of letters,
 * digits, hyphens and underscores, up to 253 characters in all, without a dot
 * at its end.
 */
bool text_is_domain(const char *s);
/* The name is that domain, or below it; without regard to case. */
bool text_is_in_domain(const char *name, const char *domain);

/* Shell glob match of *, ? and [...]: as fnmatch(), without locale. */
bool text_match_glob(const char *pattern, const char *s, bool ignore_case);
