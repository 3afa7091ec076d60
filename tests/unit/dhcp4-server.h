/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The other side of the DHCP client's tests: replies made byte by byte, with
 * code of their own (not the client's), good or bad as the test wants.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A reply in the making: UDP payload at data + 28, headers by reply_end(). */
struct reply {
	uint8_t data[1500];
	size_t n; /* of the payload */
};

struct in_addr ip(const char *text);

/* BOOTREPLY with cookie and no options; mac is chaddr. */
void reply_begin(struct reply *reply, uint32_t xid, const uint8_t mac[6],
    const char *address);
void reply_option(
    struct reply *reply, uint8_t code, const void *data, uint8_t n);
void reply_u8(struct reply *reply, uint8_t code, uint8_t value);
void reply_u32(struct reply *reply, uint8_t code, uint32_t value);
void reply_ip(struct reply *reply, uint8_t code, const char *address);
/* Bytes as they are, which need not make an option. */
void reply_raw(struct reply *reply, const void *data, size_t n);
/* OPTION_END, IPv4 and UDP headers with checksums. The packet's size. */
size_t reply_end(struct reply *reply, const char *from);

/* What a client sent. */
struct query {
	uint8_t message;
	uint32_t xid;
	uint16_t secs;
	struct in_addr from, to, ciaddr, requested, server;
	uint8_t mac[6];
	uint8_t client_id[255];
	size_t n_client_id;
};

/* Fails the test when it is not a well-formed DHCP query to port 67. */
void query_read(struct query *ret, const uint8_t *data, size_t n);
