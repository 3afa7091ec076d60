/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a bond does with its ports, and what others do with the bond. */
#pragma once

#include <check.h>

void bond_tests(Suite *suite);
