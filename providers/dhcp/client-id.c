/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/client-id.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/state-file.h"

enum {
	DUID_UUID = 4,	    /* RFC 6355 section 4 */
	TYPE_RFC4361 = 255, /* first byte of the client id */
	LINE_SIZE = 2 * DUID_SIZE + 1,
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* 0, -ENOENT, another -errno, or -EBADMSG: not what we wrote. */
static int duid_read(const char *state_dir, uint8_t ret[DUID_SIZE])
{
	char line[LINE_SIZE];
	size_t n;
	int r = state_file_read(state_dir, "duid", line, sizeof(line), &n);

	if (r)
		return r == -EFBIG ? -EBADMSG : r;
	if (n != LINE_SIZE || line[LINE_SIZE - 1] != '\n')
		return -EBADMSG;
	for (size_t i = 0; i < DUID_SIZE; i++) {
		int high = hex_value(line[2 * i]);
		int low = hex_value(line[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EBADMSG;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return ret[0] == 0 && ret[1] == DUID_UUID ? 0 : -EBADMSG;
}

static int duid_write(const char *state_dir, const uint8_t duid[DUID_SIZE])
{
	char line[LINE_SIZE + 1];

	for (size_t i = 0; i < DUID_SIZE; i++)
		snprintf(line + 2 * i, 3, "%02x", duid[i]);
	line[LINE_SIZE - 1] = '\n';
	return state_file_write(state_dir, "duid", line, LINE_SIZE);
}

int duid_open(
    const char *state_dir, uint8_t ret[DUID_SIZE], bool *ret_was_bad)
{
	int r = duid_read(state_dir, ret);

	*ret_was_bad = r == -EBADMSG;
	if (!r)
		return 0;
	ret[0] = 0;
	ret[1] = DUID_UUID;
	if (getrandom(ret + 2, 16, 0) != 16)
		return -errno;
	/* Version 4, random: RFC 4122 section 4.4. */
	ret[2 + 6] = (uint8_t)((ret[2 + 6] & 0x0f) | 0x40);
	ret[2 + 8] = (uint8_t)((ret[2 + 8] & 0x3f) | 0x80);
	if (r != -ENOENT && r != -EBADMSG)
		return r;
	return duid_write(state_dir, ret);
}

/* FNV-1a: two cards of a machine hardly ever share their IAID. */
static uint32_t iaid_make(const uint8_t mac[6])
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < 6; i++)
		hash = (hash ^ mac[i]) * 16777619;
	return hash;
}

void identity_make(struct dhcp_identity *ret, const uint8_t duid[DUID_SIZE],
    const uint8_t mac[6], const uint8_t permanent_mac[6])
{
	uint32_t iaid = htonl(iaid_make(permanent_mac));

	*ret = (struct dhcp_identity){
		.n_client_id = 1 + sizeof(iaid) + DUID_SIZE};
	memcpy(ret->mac, mac, sizeof(ret->mac));
	ret->client_id[0] = TYPE_RFC4361;
	memcpy(ret->client_id + 1, &iaid, sizeof(iaid));
	memcpy(ret->client_id + 1 + sizeof(iaid), duid, DUID_SIZE);
}
