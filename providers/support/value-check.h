/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of texts, for the schemas of several kinds. Each returns NULL when
 * the text is good, else what was expected; see schema.h.
 */
#pragma once

#include "resolver/schema.h"

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
/* Of a text that the two do not take: the network that it lies in. */
bool value_suggest_network(const char *text, char ret[SUGGESTION_SIZE]);
/* The name of a user or a group: no option, nothing with a colon. */
const char *value_check_user(const char *text);

/* For checks of configs: that these two keys have addresses of one family; */
void value_check_family(const struct config *config,
    struct config_check *check, const char *key, const char *other);
/* and that the node which the key of config, or of a section in it, names is
 * one that the config's key `ports` names, too. */
void value_check_port(const struct config *config, struct config_check *check,
    const struct config *section, const char *key);
