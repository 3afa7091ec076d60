/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places in the text of a profile's file. Lines end as YAML says. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct diagnostics;
struct mark;
struct source;

/* Sets the mark's line and column to those of the byte at offset. */
void source_locate(
    const struct source *source, size_t offset, struct mark *ret);

/* The byte at which the mark stands; 0 past the end. */
char source_character(const struct source *source, const struct mark *mark);

/*
 * Gives each diagnostic that has a place in the source, and no source line
 * yet, its line. count_shown (may be NULL) says how many columns of a line may
 * be seen, as a secret follows.
 */
void source_attach(const struct source *source, struct diagnostics *diagnostics,
    uint32_t (*count_shown)(void *ctx, uint32_t line), void *ctx);
