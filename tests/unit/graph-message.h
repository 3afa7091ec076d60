/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "resolver/graph.h"

/* Each step of the first message on a cycle is true, and it goes round. */
void message_check(struct profile *profile, const char *errors);
