/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel is told of a link of some kind (IFLA_INFO_DATA), or of a port
 * of one (IFLA_PROTINFO), as a table: a row says which attribute it is, how it
 * is encoded, and which key it is about; so it says as well how what the kernel
 * shows is compared with it, and in which words a difference is told.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

struct config;
struct job;
struct nl_msg;
struct nlattr;

enum made_option_type {
	MADE_U8,
	MADE_U16,
	MADE_U32,
	MADE_BE16,
	MADE_BE32,
	MADE_IP,
	MADE_LINK, /* an ifindex */
};

enum made_option_flags {
	/* The kernel takes it at the beginning only, or not always later: of a
	 * link that is there, it is told only if that differs. */
	MADE_ONCE = 1 << 0,
	/* Told otherwise than by a message, and only compared. */
	MADE_ONLY_SHOWN = 1 << 1,
	/* Not always shown: then there is nothing to compare. */
	MADE_MAY_BE_HIDDEN = 1 << 2,
	/* The kernel rounds: one more or less is the same. */
	MADE_IS_ROUNDED = 1 << 3,
	/* Without the key it is the kernel's choice. */
	MADE_IF_GIVEN = 1 << 4,
};

struct made_value {
	uint32_t number;
	struct ip ip;
};

struct made_option {
	uint16_t attribute;
	uint16_t attribute6; /* of an IPv6 address, if another; or 0 */
	enum made_option_type type;
	unsigned flags;
	const char *key; /* NULL ends a table */
	/* The numbers of its choices, or of false and true; NULL: from 0. */
	const uint32_t *numbers;
	uint32_t unit_ms; /* of a duration */
	/* Where it is not the key's value, or not always there: false: it is
	 * not. NULL: the value; 0 without one; no address without one. */
	bool (*value)(const struct job *job, struct made_value *ret);
	/* Of one that may be hidden: whether that value is now; NULL: it is
	 * whenever it is not shown. */
	bool (*is_hidden)(
	    const struct job *job, const struct made_value *value);
};

enum { MADE_OPTION_TEXT_SIZE = 160 };

/* The device that the node is over, if there is one. */
bool made_option_lower(const struct job *job, struct made_value *ret);

/* A table, and whose keys it is about: the job's, or those of a section. */
struct made_of {
	const struct made_option *options;
	const struct job *job;
	const struct config *config;
};

/* Appends them to the attribute that is open; of those that are MADE_ONCE only
 * the ones whose bits (from the first row on) are in once. 0, or negative: no
 * room. */
int made_options_put(
    struct nl_msg *msg, const struct made_of *of, uint32_t once);

/*
 * Compares them with such an attribute as the kernel shows it; NULL: it shows
 * none. Returns the bits of the rows that differ, with the first of them in
 * words: "stp is false, not true".
 */
uint32_t made_options_compare(const struct made_of *of,
    const struct nlattr *data, char text[MADE_OPTION_TEXT_SIZE]);
