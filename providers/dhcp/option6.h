/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists as they come from an IPv6 network, in options of DHCPv6 and of router
 * advertisements. Each is read to the end of a list of n texts, which takes
 * OPTION6_ITEMS_MAX; more are dropped. What nobody can use is left out.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { OPTION6_ITEMS_MAX = 8, OPTION6_ITEM_SIZE = 256 };

/* Addresses of servers: 2001:db8::53. */
void option6_read_servers(const uint8_t *bytes, size_t size, unsigned *n,
    char items[][OPTION6_ITEM_SIZE]);

/* Names (RFC 1035 section 3.1, without compression), in small letters:
 * corp.example. One that does not end ends the list. */
void option6_read_domains(const uint8_t *bytes, size_t size, unsigned *n,
    char items[][OPTION6_ITEM_SIZE]);

/* The suboptions of NTP servers (RFC 5908): addresses and names; multicast is
 * left out. */
void option6_read_ntp(const uint8_t *bytes, size_t size, unsigned *n,
    char items[][OPTION6_ITEM_SIZE]);

/*
 * Bytes in hexadecimal digits, with colons between them: 20:1:d:b8. How many
 * there are, size at most; what follows the last one that is none does not
 * count.
 */
size_t option6_read_hex(const char *text, uint8_t *bytes, size_t size);
