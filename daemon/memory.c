/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/memory.h"

#include <stdlib.h>

#ifdef __GLIBC__

#include <malloc.h>

/* What is larger is mapped by itself, and leaves no hole. Set, so that glibc
 * does not raise it to the largest that has been freed. */
enum { MAPPED_MIN = 128 * 1024 };

void memory_open(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, MAPPED_MIN);
}

void memory_give_back(void)
{
	(void)malloc_trim(0);
}

#else

void memory_open(void)
{
}

void memory_give_back(void)
{
}

#endif
