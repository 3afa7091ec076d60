/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stores goals and masks without holding the loop up; see state.h. */
#pragma once

#include <stdint.h>

#include <uv.h>

struct saver;
struct text;

/* directory must outlive it. stored is told when the text of that number, and
 * all before it, need not be waited for any more: it, or a later one, is in the
 * file, or that failed. Never after saver_close(). 0 or -ENOMEM. */
int saver_new(uv_loop_t *loop, const char *directory,
    void (*stored)(void *ctx, uint64_t number), void *ctx, struct saver **ret);

/* Takes the text over (leaves {0}) and stores it soon, on another thread.
 * Texts given meanwhile replace each other: the last one counts. What fails
 * is logged. Returns its number, counted from 1; without memory for it, that of
 * the last one. */
uint64_t saver_save(struct saver *saver, struct text *text);

/* Freed when what was given has been stored. Accepts NULL. */
void saver_close(struct saver *saver);
