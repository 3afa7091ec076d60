/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/config-join.h"

#include <stdio.h>

#include "resolver/schema.h"

const char *config_join(
    const struct config *config, const char *key, char *text, size_t size)
{
	size_t n = 0;

	*text = '\0';
	for (uint32_t i = 0; i < config_count(config, key); i++) {
		n += (size_t)snprintf(text + n, size - n, i ? " %s" : "%s",
		    config_text_at(config, key, i));
		if (n >= size) {
			*text = '\0';
			break;
		}
	}
	return text;
}
