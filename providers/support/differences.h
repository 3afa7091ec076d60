/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is not as it should be, in words: "mtu is 1300, not 1400; stp is ...".
 */
#pragma once

#include <stddef.h>

enum { DIFFERENCES_SIZE = 512 };

/* Zeroed: there are none. */
struct differences {
	char text[DIFFERENCES_SIZE];
	size_t n; /* characters; 0: there are none */
};

/* One more; what there is no room for is left out. */
void differences_add(struct differences *differences, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
