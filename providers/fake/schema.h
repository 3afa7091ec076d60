/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "resolver/schema.h"

/* For simulations; in no table of netconfd's. */
extern const struct schema schema_fake;
