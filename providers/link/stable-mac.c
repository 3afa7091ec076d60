/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/link/stable-mac.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static uint64_t rotate(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
	v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

/* Aumasson, Bernstein: SipHash, a fast short-input PRF (2012). */
static uint64_t siphash(const uint8_t key[16], const char *text)
{
	uint64_t k[2], m, length = strlen(text), at = 0;
	uint64_t v[4] = { UINT64_C(0x736f6d6570736575),
		UINT64_C(0x646f72616e646f6d), UINT64_C(0x6c7967656e657261),
		UINT64_C(0x7465646279746573) };

	memcpy(k, key, sizeof(k));
	for (int i = 0; i < 4; i++)
		v[i] ^= le64toh(k[i % 2]);
	for (bool is_last = false; !is_last; at += 8) {
		is_last = length - at < 8;
		m = 0;
		memcpy(&m, text + at, is_last ? length - at : 8);
		m = le64toh(m) | (is_last ? length << 56 : 0);
		v[3] ^= m;
		sip_round(v), sip_round(v);
		v[0] ^= m;
	}
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static int read_machine_id(uint8_t ret[16])
{
	int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[33] = "";
	unsigned byte;

	if (fd < 0)
		return -ENODATA;
	if (read(fd, text, 32) != 32)
		*text = '\0';
	close(fd);
	if (strspn(text, "0123456789abcdef") != 32)
		return -ENODATA;
	for (int i = 0; i < 16; i++) {
		sscanf(text + 2 * i, "%2x", &byte);
		ret[i] = (uint8_t)byte;
	}
	return 0;
}

/* Of one device, and nobody's by the IEEE's list. */
static void make_local(uint8_t mac[TEXT_MAC_SIZE])
{
	mac[0] = (mac[0] & ~1) | 2;
}

int stable_mac(const char *node, uint8_t ret[TEXT_MAC_SIZE])
{
	uint8_t machine[16];
	int r = read_machine_id(machine);
	uint64_t hash;

	if (r < 0)
		return r;
	hash = htole64(siphash(machine, node));
	memcpy(ret, &hash, TEXT_MAC_SIZE);
	make_local(ret);
	return 0;
}

int random_mac(uint8_t ret[TEXT_MAC_SIZE])
{
	if (getrandom(ret, TEXT_MAC_SIZE, GRND_NONBLOCK) != TEXT_MAC_SIZE)
		return -EAGAIN;
	make_local(ret);
	return 0;
}
