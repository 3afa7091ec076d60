/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text to be read, with a name for messages about it. */
#pragma once

#include <stddef.h>

struct source {
	const char *name; /* as messages should say it */
	const char *data;
	size_t size;
};
