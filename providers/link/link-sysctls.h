/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sysctls of an interface that a link node sets: `ipv6` and `arp`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "providers/support/sysctl.h"

struct config;
struct differences;
struct schema_key;

enum { LINK_SYSCTLS = 13 };

struct link_sysctl {
	bool is_given, is_changed;
	const struct schema_key *key; /* once given */
	char want[SYSCTL_SIZE], asked[SYSCTL_SIZE], former[SYSCTL_SIZE];
};

struct link_sysctls {
	struct link_sysctl rows[LINK_SYSCTLS];
	size_t under_way[LINK_SYSCTLS]; /* the row of each item */
};

/* What the configuration of a link wants; NULL: nothing. */
void link_sysctls_read(struct link_sysctls *, const struct config *config);

/* How the kernel tells of a change: of no other way is anything heard. */
enum link_sysctl_told {
	TOLD_BY_NOTHING,
	TOLD_BY_NETCONF, /* RTM_NEWNETCONF */
	TOLD_BY_IPV6,    /* what IPv6 does on the link: see link-events.c */
};

/* Whether the configuration gives any that it tells of so. */
bool link_sysctls_are_told(
    const struct config *config, enum link_sysctl_told told);

/* What is to be written, of the device of that name: returns how many. One
 * that was changed and is not wanted any more is put back, if it still has the
 * value that it was given. */
size_t link_sysctls_due(struct link_sysctls *, const char *device,
    struct sysctl items[SYSCTLS_MAX]);

/* All that are given, to be read only, or written where they differ. */
size_t link_sysctls_given(struct link_sysctls *, const char *device,
    bool only_reads, struct sysctl items[SYSCTLS_MAX]);

/* The one that failed, or NULL. */
const struct sysctl *link_sysctls_failed(const struct sysctl *items, size_t n);
/* Takes over what has become of those that were due. */
void link_sysctls_done(
    struct link_sysctls *, const struct sysctl *items, size_t n);
/* Adds those that the kernel shows otherwise than they should be, of those that
 * were only read, or that it has taken. */
void link_sysctls_compare(const struct link_sysctls *,
    const struct sysctl *items, size_t n, struct differences *);
