/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked of a card by ethtool's family of generic netlink. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct genl;
struct genl_request;
struct nlmsghdr;

/* The features of the kernel that a key of `offload` is about, as bits; 0:
 * there is no such key. The i-th key, NULL at the end. */
uint32_t ethtool_features_of(const char *key);
const char *ethtool_feature_key(size_t i);

struct ethtool_features {
	uint32_t can;    /* be changed on this card */
	uint32_t wanted; /* are asked for */
	uint32_t active; /* are in use */
};

void ethtool_get_features(
    struct genl *, struct genl_request *, uint32_t ifindex);
/* Of the answer to that; false: it cannot be understood. */
bool ethtool_read_features(
    const struct nlmsghdr *, struct ethtool_features *ret);
/* Of the features in the mask, those in on are wanted, and others are not. */
void ethtool_set_features(struct genl *, struct genl_request *,
    uint32_t ifindex, uint32_t mask, uint32_t on);

/* The bit of a word of `wake-on-lan`; 0: off. */
uint32_t ethtool_wake_mode(const char *word);
/* modes: such bits; 0: nothing wakes the machine. */
void ethtool_set_wake(struct genl *, struct genl_request *,
    uint32_t ifindex, uint32_t modes);

void ethtool_get_wake(
    struct genl *, struct genl_request *, uint32_t ifindex);
/* Of the answer to that; false: it cannot be understood. */
bool ethtool_read_wake(const struct nlmsghdr *, uint32_t *ret_modes);
enum { ETHTOOL_WAKE_SIZE = 80 };
/* As the key lists them: "magic, phy"; "off" if there is none. */
void ethtool_print_wake(uint32_t modes, char text[ETHTOOL_WAKE_SIZE]);

/* The ifindex of a card of which ethtool's listeners are told that its offloads
 * or its wake-on-lan have been changed; 0: it is told something else. */
uint32_t ethtool_read_event(const struct nlmsghdr *);

struct ethtool_link {
	uint32_t speed; /* Mbit/s; 0: not known */
	const char *duplex; /* full, half, NULL: not known */
};

void ethtool_get_link(
    struct genl *, struct genl_request *, uint32_t ifindex);
bool ethtool_read_link(const struct nlmsghdr *, struct ethtool_link *ret);
