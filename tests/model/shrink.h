/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes what fails as small as it gets: without the inputs (but the first),
 * nodes, keys and items that are not needed for it. */
#pragma once

#include "tests/model/world.h"

void shrink(struct world *world,
    bool (*fails)(void *ctx, const struct world *world), void *ctx);
