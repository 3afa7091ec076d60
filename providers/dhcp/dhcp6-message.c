/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/dhcp6-message.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "providers/dhcp/client-id.h"

/* RFC 8415 sections 7.3 and 21 */
enum {
	REPLY = 7,
	DECLINE = 9,
	HEADER_SIZE = 4, /* type and transaction */
	OPTION_CLIENT_ID = 1,
	OPTION_SERVER_ID = 2,
	OPTION_IA_NA = 3,
	OPTION_ADDRESS = 5,
	OPTION_ELAPSED = 8,
	ADDRESS_SIZE = 16 + 4 + 4, /* with its lifetimes */
	IA_NA_SIZE = 4 + 4 + 4,	   /* with its times */
};

struct writer {
	uint8_t *bytes;
	size_t n;
};

static void put(struct writer *w, const void *bytes, size_t n)
{
	assert(w->n + n <= DHCP6_DECLINE_MAX);
	memcpy(w->bytes + w->n, bytes, n);
	w->n += n;
}

static void put_zeros(struct writer *w, size_t n)
{
	static const uint8_t zeros[8];

	assert(n <= sizeof(zeros));
	put(w, zeros, n);
}

static void put_option(struct writer *w, uint16_t code, size_t size)
{
	const uint16_t header[2] = { htons(code), htons((uint16_t)size) };

	put(w, header, sizeof(header));
}

size_t dhcp6_decline_build(uint8_t message[DHCP6_DECLINE_MAX],
    const uint8_t *duid, const struct lease6 *lease, uint32_t random)
{
	struct writer w = { .bytes = message };
	const uint32_t head = htonl((uint32_t)DECLINE << 24 | random >> 8);

	if (!lease->has_address || !lease->n_server_id)
		return 0;
	put(&w, &head, sizeof(head));
	put_option(&w, OPTION_CLIENT_ID, DUID_SIZE);
	put(&w, duid, DUID_SIZE);
	put_option(&w, OPTION_SERVER_ID, lease->n_server_id);
	put(&w, lease->server_id, lease->n_server_id);
	put_option(&w, OPTION_ELAPSED, 2);
	put_zeros(&w, 2);
	put_option(&w, OPTION_IA_NA, IA_NA_SIZE + 4 + ADDRESS_SIZE);
	put(&w, lease->iaid, sizeof(lease->iaid));
	put_zeros(&w, 8);
	put_option(&w, OPTION_ADDRESS, ADDRESS_SIZE);
	put(&w, lease->address.bytes, 16);
	put_zeros(&w, 8);
	return w.n;
}

/* What that option has in it, and how much; NULL: it is not there, or behind
 * one that is cut off. */
static const uint8_t *find_option(
    const uint8_t *message, size_t n, unsigned option, size_t *ret_size)
{
	size_t at = HEADER_SIZE;

	while (at + 4 <= n) {
		const uint8_t *header = message + at;
		unsigned code = (unsigned)header[0] << 8 | header[1];
		size_t size = (size_t)header[2] << 8 | header[3];

		at += 4;
		if (size > n - at)
			return NULL;
		if (code == option) {
			*ret_size = size;
			return message + at;
		}
		at += size;
	}
	return NULL;
}

void dhcp6_decline_set_elapsed(
    uint8_t *message, size_t n, uint64_t elapsed_ms)
{
	uint64_t hundredths = elapsed_ms / 10;
	uint16_t elapsed =
	    htons(hundredths < UINT16_MAX ? (uint16_t)hundredths : UINT16_MAX);
	size_t size;
	const uint8_t *at =
	    find_option(message, n, OPTION_ELAPSED, &size);

	assert(at && size == sizeof(elapsed));
	memcpy(message + (at - message), &elapsed, sizeof(elapsed));
}

static bool has_same(const uint8_t *a, size_t n_a, const uint8_t *b,
    size_t n_b, unsigned option)
{
	size_t size_a = 0, size_b = 0;
	const uint8_t *in_a = find_option(a, n_a, option, &size_a);
	const uint8_t *in_b = find_option(b, n_b, option, &size_b);

	return in_a && in_b && size_a == size_b &&
	    !memcmp(in_a, in_b, size_a);
}

bool dhcp6_decline_is_answer(const uint8_t *message, size_t n_message,
    const uint8_t *bytes, size_t n)
{
	return n >= HEADER_SIZE && bytes[0] == REPLY &&
	    !memcmp(bytes + 1, message + 1, HEADER_SIZE - 1) &&
	    has_same(message, n_message, bytes, n, OPTION_CLIENT_ID) &&
	    has_same(message, n_message, bytes, n, OPTION_SERVER_ID);
}
