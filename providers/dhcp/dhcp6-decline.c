/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/dhcp6-decline.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "providers/dhcp/client-id.h"

/* RFC 8415 sections 7.2, 7.3 and 21 */
enum {
	SERVER_PORT = 547,
	DECLINE = 9,
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

int dhcp6_decline_send(
    uint32_t ifindex, const uint8_t *duid, const struct lease6 *lease)
{
	struct sockaddr_in6 servers = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(SERVER_PORT),
		.sin6_addr.s6_addr = { 0xff, 0x02, [13] = 1, [15] = 2 },
		.sin6_scope_id = ifindex,
	};
	uint8_t message[DHCP6_DECLINE_MAX];
	uint32_t random = 0;
	size_t n;
	int fd, r = 0;

	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	n = dhcp6_decline_build(message, duid, lease, random);
	if (!n)
		return -ENODATA;
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (sendto(fd, message, n, 0, (struct sockaddr *)&servers,
		sizeof(servers)) < 0)
		r = -errno;
	close(fd);
	return r;
}
