/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"

static const struct schema_key keys[] = {
	{
	    .name = "run",
	    .type = VALUE_TEXT,
	    .flags = KEY_REQUIRED | KEY_LIST | KEY_PROGRAM,
	    .doc = "The program, by its path from the root, and its "
		   "arguments. There is no shell: to use one, write "
		   "[/bin/sh, -c, \"...\"].",
	},
	{
	    .name = "undo",
	    .type = VALUE_TEXT,
	    .flags = KEY_LIST | KEY_PROGRAM,
	    .doc = "A program and its arguments, run when the node stops.",
	},
	{0},
};

const struct schema schema_task = {
	.kind = "task",
	.doc = "Runs a program to its end: once, each time it comes up, and "
	       "stays up then; or, with on-event, at each occurrence of that "
	       "event, and waits between them. It has failed if the program's "
	       "exit status is not 0.",
	.flags = SCHEMA_TASK,
	/* Long enough for what asks servers; what hangs is not for ever. */
	.timeout_ms = 300000,
	.keys = keys,
};
