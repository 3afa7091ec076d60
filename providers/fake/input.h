/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside the simulated provider: between its inputs and the rest. */
#pragma once

#include "providers/fake/fake.h"

/* A resolver of the fake's profile, told of nothing yet. 0 or -ENOMEM. */
int fake_make_resolver(struct fake *fake, struct resolver **ret);

/* Carries out everything that is due at this instant. */
void fake_follow(struct fake *fake);

void fake_free_devices(struct fake *fake);
