/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of texts, for the schemas of several kinds. Each returns NULL when
 * the text is good, else what was expected; see schema.h.
 */
#pragma once

/* The Ethernet address of one device: no group's, not all zeros. */
const char *value_check_mac(const char *text);
