/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of texts, for the schemas of several kinds. Each returns NULL when
 * the text is good, else what was expected; see schema.h.
 */
#pragma once

/* The Ethernet address of one device: no group's, not all zeros. */
const char *value_check_mac(const char *text);
/* 192.0.2.7 or 2001:db8::7. */
const char *value_check_ip(const char *text);
/* What an interface may have: an address of one host with the length of its
 * prefix. */
const char *value_check_address(const char *text);
/* An address or a network; with a length and bits behind it, as facts tell
 * hosts' addresses, it stands for that one address. */
const char *value_check_selector(const char *text);
/* A network: no bits behind the length. Or one address. */
const char *value_check_network(const char *text);
/* The same, or default. */
const char *value_check_destination(const char *text);
/* The name of a user or a group: no option, nothing with a colon. */
const char *value_check_user(const char *text);
