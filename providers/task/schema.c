/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"
#include "providers/support/value-check.h"

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
	    .doc = "A program and its arguments, run when the node stops, and "
		   "after a run that failed or was cut short; not after a "
		   "run for an event that ended well. It is ended after 30 "
		   "s.",
	},
	{
	    .name = "user",
	    .type = VALUE_TEXT,
	    .check = value_check_user,
	    .doc = "Whom both programs run as, with that user's groups, and "
		   "without a way to more rights. Without it they run as who "
		   "netconfd is: root.",
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
