/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Goals, masks and latches on disk, so that they outlive the daemon. They do
 * not outlive a reboot: the file names the boot it is of and is ignored in
 * another one. It is a hint, checked like all input: what is damaged is
 * ignored as a whole.
 *
 *     netconf-goals 2
 *     boot 0f5e2b5c-...
 *     goal vpn0
 *     mask lan@eth0
 *     latch vpn0 1 from morning until evening
 *     end 5bd1e995a4c2f17d        (FNV-1a of all before this line)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct kept;
struct text;

enum {
	STATE_LATCH_MAX = 1024, /* bytes of an interval */
	STATE_BOOT_ID_SIZE = 37, /* with its NUL */
	STATE_FILE_MAX = 8 << 20, /* of 64 KiB a request, many */
};

/* The boot we are in. 0 or -errno. */
int state_boot_id(char ret[STATE_BOOT_ID_SIZE]);

/* True for NODE and NODE@DEVICE, spelled as profiles and the kernel allow. */
bool state_name_is_valid(const char *name);

/* ---- writing: begin, what is kept, end make the file's text ---- */

void state_begin(struct text *text, const char *boot_id);
/* The name must be a valid one. What is no goal, mask or latch is left out,
 * and so is a latch whose interval is longer than STATE_LATCH_MAX. */
void state_add(struct text *text, const struct kept *kept);
void state_end(struct text *text);

/* Puts the text into the directory's file, so that after a crash at any
 * moment either the former file or this one is there whole. 0 or -errno.
 * Blocks: not for the loop. */
int state_store(const char *directory, const char *data, size_t n);

/* ---- reading ---- */

/*
 * Calls back for each goal, mask and latch stored in this boot, after the
 * whole file has been found good. 1: there is such a file; 0: none, or it is
 * of another boot; -EBADMSG: damaged, said tells how; another -errno: could not
 * be read. Nothing is called back on errors.
 */
int state_load(const char *directory, const char *boot_id,
    void (*f)(void *ctx, const struct kept *kept), void *ctx,
    struct text *said);
