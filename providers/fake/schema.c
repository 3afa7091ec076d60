/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/fake/schema.h"

const struct schema schema_fake = {
	.kind = "fake",
	.doc = "A node with a simulated provider.",
	.flags = SCHEMA_SIMULATED,
};
