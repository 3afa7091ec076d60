/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stores goals and masks without holding the loop up; see state.h. */
#pragma once

#include <uv.h>

struct saver;
struct text;

/* directory must outlive it. 0 or -ENOMEM. */
int saver_new(uv_loop_t *loop, const char *directory, struct saver **ret);

/* Takes the text over (leaves {0}) and stores it soon, on another thread.
 * Texts given meanwhile replace each other: the last one counts. What fails
 * is logged. */
void saver_save(struct saver *saver, struct text *text);

/* Freed when what was given has been stored. Accepts NULL. */
void saver_close(struct saver *saver);
