/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netconf-dhcp4's packet parser and state machine. The input is a script of
 * steps, each a byte that says what happens, a byte with its size, and that
 * many bytes:
 *     0  an IPv4 packet as it is
 *     1  a UDP payload in good headers
 *     2  DHCP options in a good message that answers the client, to the
 *        address 10.0.0.(first byte)
 *     3  an ARP packet
 *     4  time passes until the next deadline
 *     5  the address is configured
 *     6  stop and start; its first byte: 1 with an address held before, 2
 *        with probing
 *     7  the address can be probed for
 * A step that makes no progress, a packet larger than a frame or a lease that
 * the check does not pass is a bug.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "providers/dhcp/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { HEADERS = 28, OPTIONS = 240, MESSAGE_MAX = HEADERS + OPTIONS + 256 };

static const struct dhcp_identity identity = {
	.mac = {2, 0, 0, 0, 0, 1},
	.n_client_id = 4,
	.client_id = {255, 1, 2, 3},
};

static const struct in_addr nothing;
static struct in_addr former; /* 10.0.0.105 */

static void demand(bool claim)
{
	if (!claim)
		abort();
}

static void drain(struct dhcp_client *client)
{
	struct dhcp_output output;

	for (int i = 0; dhcp_client_next(client, &output); i++) {
		demand(i < 7);
		if (output.type == DHCP_OUTPUT_LEASE)
			demand(!dhcp_lease_check(&client->lease));
		if (output.type == DHCP_OUTPUT_PACKET)
			demand(output.n <= FRAME_MAX && output.n >= HEADERS);
	}
}

static void receive(struct dhcp_client *client, uint64_t now,
    const uint8_t *data, size_t n, bool checksum_is_ready)
{
	/* Of exactly that size, so that what lies beyond is seen. */
	uint8_t *copy = malloc(n ? n : 1);
	struct dhcp_input input = {
		.data = copy, .n = n, .checksum_is_ready = checksum_is_ready};

	demand(copy);
	if (n)
		memcpy(copy, data, n);
	dhcp_client_packet(client, now, now * 2654435761, &input);
	free(copy);
}

/* IPv4 and UDP without a checksum around the payload at packet + HEADERS. */
static size_t wrap(uint8_t *packet, size_t n)
{
	uint32_t sum = 0;

	memset(packet, 0, HEADERS);
	packet[0] = 0x45;
	packet[2] = (uint8_t)((HEADERS + n) >> 8);
	packet[3] = (uint8_t)(HEADERS + n);
	packet[8] = 64;
	packet[9] = 17;
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)packet[i] << 8 | packet[i + 1];
	sum = ~((sum & 0xffff) + (sum >> 16));
	packet[10] = (uint8_t)(sum >> 8);
	packet[11] = (uint8_t)sum;
	packet[21] = 67;
	packet[23] = 68;
	packet[24] = (uint8_t)((8 + n) >> 8);
	packet[25] = (uint8_t)(8 + n);
	return HEADERS + n;
}

static size_t make_message(uint8_t *packet, const struct dhcp_client *client,
    const uint8_t *data, size_t n)
{
	uint8_t *message = packet + HEADERS;
	uint32_t xid = htonl(client->xid);

	memset(message, 0, OPTIONS);
	message[0] = 2;
	message[1] = 1;
	message[2] = 6;
	memcpy(message + 4, &xid, 4);
	message[16] = 10;
	message[19] = n ? data[0] : 0;
	memcpy(message + 28, identity.mac, 6);
	memcpy(message + 236, "\143\202\123\143", 4);
	if (n > 1)
		memcpy(message + OPTIONS, data + 1, n - 1);
	return wrap(packet, n > 1 ? OPTIONS + n - 1 : OPTIONS);
}

static void step(struct dhcp_client *client, uint64_t *now, uint8_t what,
    const uint8_t *data, size_t n)
{
	uint8_t packet[MESSAGE_MAX];
	uint64_t deadline = dhcp_client_deadline(client);

	switch (what % 8) {
	case 0:
		receive(client, *now, data, n, true);
		break;
	case 1:
		if (n)
			memcpy(packet + HEADERS, data, n);
		receive(client, *now, packet, wrap(packet, n), false);
		break;
	case 2:
		n = make_message(packet, client, data, n);
		receive(client, *now, packet, n, true);
		break;
	case 3:
		dhcp_client_arp(client, *now, data, n);
		break;
	case 4:
		if (deadline == DHCP_NEVER)
			break;
		*now = deadline > *now ? deadline : *now + 1;
		dhcp_client_time(client, *now, *now * 2654435761);
		demand(dhcp_client_deadline(client) > *now);
		break;
	case 5:
		dhcp_client_announce(client, *now, client->lease.address);
		break;
	case 6:
		dhcp_client_stop(client, *now, *now, true);
		drain(client);
		demand(dhcp_client_deadline(client) == DHCP_NEVER);
		client->checks = n && data[0] & 2;
		dhcp_client_start(client, *now, *now * 2654435761,
		    n && data[0] & 1 ? former : nothing);
		break;
	case 7:
		dhcp_client_probe(client, *now, *now * 2654435761,
		    client->lease.address, !n);
		break;
	}
	drain(client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct dhcp_client client;
	uint64_t now = 1000000;

	former.s_addr = htonl(0x0a000069);

	dhcp_client_init(&client, &identity);
	dhcp_client_start(&client, now, 1, nothing);
	drain(&client);
	while (n >= 2) {
		uint8_t what = data[0];
		size_t size = data[1];

		data += 2;
		n -= 2;
		if (size > n)
			size = n;
		step(&client, &now, what, data, size);
		data += size;
		n -= size;
	}
	return 0;
}
