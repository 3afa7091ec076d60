/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/made-link.h"

static const struct made_link_kind dummy = { .name = "dummy" };

const struct provider provider_dummy = {
	.schema = &schema_dummy,
	.start = made_link_start,
	.stop = made_link_stop,
	.rebind = made_link_rebind,
	.update = made_link_update,
	.own = &dummy,
};
