/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The profile's format as a JSON Schema (draft 07, which editors and
 * validators agree on), for editors. It is made from the tables that the
 * loader validates with.
 *
 * An editor sees a value as YAML types it: 1 is a number, true a boolean. To
 * netconf both are texts until a key gives them a type. So a number or
 * boolean is taken where a text is, and a number or boolean may be quoted.
 * Only what one value by itself shows is checked: not what a name refers to,
 * not the limits of a quoted number, not the grammar of conditions.
 */
#pragma once

#include <jansson.h>

struct schema;

/* The schema for profiles of these kinds (NULL-terminated); owned by the
 * caller. NULL: out of memory. */
json_t *json_schema(const struct schema *const *kinds);
