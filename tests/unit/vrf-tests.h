/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands on a device that becomes the port of a VRF. */
#pragma once

#include <check.h>

void vrf_tests(Suite *suite);
