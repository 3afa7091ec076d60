/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How netconfd and netconf-exec, the program that runs other people's
 * programs for it, talk.
 *
 *     netconf-exec USER CAPABILITIES PROGRAM ARGUMENT...
 *
 * runs PROGRAM as USER ("": as who it is itself), who keeps the CAPABILITIES
 * (a hexadecimal mask; 0: none), in a session of its own,
 * with its own environment, standard output and error, and none of its other
 * descriptors. SIGTERM is passed on to the program and its process group. At
 * the program's end netconf-exec says how it ended: one struct exec_end over
 * descriptor EXEC_FD; then it ends. What the program has left running goes
 * on if it ended by itself with status 0, and is killed otherwise.
 *
 * When the other end of EXEC_FD is closed, also because netconfd is no more,
 * all that the program has started is killed, wherever it has moved to:
 * netconf-exec is its descendants' reaper.
 */
#pragma once

#include <stdint.h>

enum { EXEC_FD = 3 };

enum exec_how {
	EXEC_EXITED,  /* value: its exit status */
	EXEC_KILLED,  /* value: the signal */
	EXEC_NO_USER, /* there is no such user */
	EXEC_NO_RIGHT, /* value: errno of becoming the user */
	EXEC_NOT_RUN, /* value: errno of running it */
};

struct exec_end {
	uint32_t how; /* enum exec_how */
	int32_t value;
};
