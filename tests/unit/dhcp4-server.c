/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/dhcp4-server.h"

#include <arpa/inet.h>
#include <check.h>
#include <string.h>

enum { HEADERS = 28, OPTIONS = 240 };

struct in_addr ip(const char *text)
{
	struct in_addr address;

	ck_assert_int_eq(inet_pton(AF_INET, text, &address), 1);
	return address;
}

static void put16(uint8_t *p, size_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value & 0xffff);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

void reply_begin(struct reply *r, uint32_t xid, const uint8_t mac[6],
    const char *address)
{
	uint8_t *m = r->data + HEADERS;
	struct in_addr yiaddr = ip(address);

	memset(r, 0, sizeof(*r));
	m[0] = 2;
	m[1] = 1;
	m[2] = 6;
	put32(m + 4, xid);
	memcpy(m + 16, &yiaddr, 4);
	memcpy(m + 28, mac, 6);
	put32(m + 236, 0x63825363);
	r->n = OPTIONS;
}

void reply_raw(struct reply *r, const void *data, size_t n)
{
	ck_assert_uint_lt(HEADERS + r->n + n, sizeof(r->data));
	memcpy(r->data + HEADERS + r->n, data, n);
	r->n += n;
}

void reply_option(struct reply *r, uint8_t code, const void *data, uint8_t n)
{
	reply_raw(r, &code, 1);
	reply_raw(r, &n, 1);
	reply_raw(r, data, n);
}

void reply_u8(struct reply *r, uint8_t code, uint8_t value)
{
	reply_option(r, code, &value, 1);
}

void reply_u32(struct reply *r, uint8_t code, uint32_t value)
{
	uint8_t bytes[4];

	put32(bytes, value);
	reply_option(r, code, bytes, 4);
}

void reply_ip(struct reply *r, uint8_t code, const char *address)
{
	struct in_addr a = ip(address);

	reply_option(r, code, &a, 4);
}

static uint32_t ones_sum(const uint8_t *p, size_t n, uint32_t sum)
{
	for (size_t i = 0; i < n; i++)
		sum += i & 1 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

size_t reply_end(struct reply *r, const char *from)
{
	uint8_t *p = r->data, end = 255;
	struct in_addr source = ip(from);

	reply_raw(r, &end, 1);
	p[0] = 0x45;
	put16(p + 2, HEADERS + r->n);
	p[8] = 64;
	p[9] = 17;
	memcpy(p + 12, &source, 4);
	put32(p + 16, 0xffffffff);
	put16(p + 10, ~ones_sum(p, 20, 0) & 0xffff);
	put16(p + 20, 67);
	put16(p + 22, 68);
	put16(p + 24, 8 + r->n);
	put16(p + 26,
	    ~ones_sum(p + 20, 8 + r->n,
		ones_sum(p + 12, 8, 17 + 8 + (uint32_t)r->n)) &
		0xffff);
	return HEADERS + r->n;
}

static void query_read_options(struct query *ret, const uint8_t *p, size_t n)
{
	size_t at = OPTIONS;

	for (; at < n && p[at] != 255; at += 2 + p[at + 1]) {
		const uint8_t *data = p + at + 2;
		uint8_t size = p[at + 1];

		ck_assert_uint_le(at + 2 + size, n);
		if (p[at] == 53)
			ret->message = data[0];
		if (p[at] == 50)
			memcpy(&ret->requested, data, 4);
		if (p[at] == 54)
			memcpy(&ret->server, data, 4);
		if (p[at] == 61) {
			memcpy(ret->client_id, data, size);
			ret->n_client_id = size;
		}
	}
	ck_assert_uint_lt(at, n); /* there is an end */
}

void query_read(struct query *ret, const uint8_t *data, size_t n)
{
	const uint8_t *p = data + HEADERS;

	memset(ret, 0, sizeof(*ret));
	ck_assert_uint_ge(n, HEADERS + 300);
	ck_assert_uint_eq(data[0], 0x45);
	ck_assert_uint_eq((size_t)data[2] << 8 | data[3], n);
	ck_assert_uint_eq(ones_sum(data, 20, 0), 0xffff);
	ck_assert_uint_eq(
	    ones_sum(data + 20, n - 20,
		ones_sum(data + 12, 8, 17 + (uint32_t)n - 20)),
	    0xffff);
	ck_assert_uint_eq(data[21], 68);
	ck_assert_uint_eq(data[23], 67);
	ck_assert_uint_eq(p[0], 1);
	ck_assert_uint_eq(get32(p + 236), 0x63825363);
	memcpy(&ret->from, data + 12, 4);
	memcpy(&ret->to, data + 16, 4);
	ret->xid = get32(p + 4);
	ret->secs = (uint16_t)(p[8] << 8 | p[9]);
	memcpy(&ret->ciaddr, p + 12, 4);
	memcpy(ret->mac, p + 28, 6);
	query_read_options(ret, p, n - HEADERS);
}
