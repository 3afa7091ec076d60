/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is needed for a moment only, a profile being read, a long answer,
 * is given back to the system: the allocator would keep it. A daemon of
 * thousands of nodes runs for months after that moment.
 */
#pragma once

/* Before anything else allocates. */
void memory_open(void);

/* After the moment; takes a millisecond or so. */
void memory_give_back(void);
