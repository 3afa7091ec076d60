/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/sd-bus.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/macros.h"

struct sd_bus_library sdbus;

#define ROW(name)                                              \
	{                                                      \
		"sd_bus_" #name,                               \
		    offsetof(struct sd_bus_library, name)      \
	},
static const struct {
	const char *name;
	size_t offset;
} rows[] = { SD_BUS_FUNCTIONS(ROW) };

/* By its version: another one could have other functions of these names. */
#define LIBRARY "libsystemd.so.0"

int sd_bus_load(void)
{
	static void *library;
	struct sd_bus_library found;

	if (library)
		return 0;
	library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; library && i < ARRAY_SIZE(rows); i++) {
		void *function = dlsym(library, rows[i].name);

		if (function)
			memcpy((char *)&found + rows[i].offset, &function,
			    sizeof(function));
		else
			library = (dlclose(library), NULL);
	}
	if (!library)
		return -ELIBACC;
	sdbus = found;
	return 0;
}
