/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCP server that lies: dhcp-liar INTERFACE
 *
 * It answers the first DISCOVER with lies alone; a later one with lies, then
 * an honest offer of 198.51.100.50; the REQUEST for that with lies, then the
 * honest acknowledgement. Each lying offer names a server of its own, so a
 * REQUEST shows which was believed. What happens is printed, a line each.
 */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macros.h"

enum {
	DISCOVER = 1,
	OFFER = 2,
	REQUEST = 3,
	ACK = 5,
	HEADER_SIZE = 236,
	COOKIE_END = 240,
	NET = 0xc6336400, /* 198.51.100.0 */
	HONEST_SERVER = NET + 1,
	HONEST_ADDRESS = NET + 50,
	MASK = 0xffffff00,
	LIARS = 0xc633640a, /* 198.51.100.10, .11, ...: one a lie */
	LEASE_S = 3600,
};

struct packet {
	uint8_t data[576];
	size_t n;
};

struct reply {
	uint32_t address, server, mask, router, lease_s;
	/* appended instead of the end mark */
	const char *options;
	size_t n_options;
	size_t cut; /* 0: whole */
	bool other_xid, other_mac, is_request, other_cookie;
};

#define OPTIONS(literal) .options = literal, .n_options = sizeof(literal) - 1

static const struct lie {
	const char *name;
	struct reply reply; /* what is 0 here is honest; NONE means 0 */
} lies[] = {
#define NONE UINT32_MAX
	{ "address 0.0.0.0", { .address = NONE } },
	{ "address of class E", { .address = 0xfffffffe } },
	{ "multicast address", { .address = 0xe0000009 } },
	{ "loopback address", { .address = 0x7f000001 } },
	{ "the network's address", { .address = NET } },
	{ "the broadcast address", { .address = NET + 255 } },
	{ "mask with holes", { .mask = 0xff00ff00 } },
	{ "mask of nothing", { .mask = NONE } },
	{ "router outside the subnet", { .router = 0xcb007101 } },
	{ "router that is the client", { .router = HONEST_ADDRESS } },
	{ "lease of no time", { .lease_s = NONE } },
	{ "option that overruns", { OPTIONS("\x0c\xf0" "abc") } },
	{ "option without length", { OPTIONS("\x0c") } },
	{ "router of three bytes", { OPTIONS("\x03\x03\x01\x02\x03\xff") } },
	{ "mask of five bytes",
	    { OPTIONS("\x01\x05\xff\xff\xff\x00\x00\xff") } },
	{ "route that overruns", { OPTIONS("\x79\x03\x20\x0a\x09\xff") } },
	{ "route of 33 bits", { OPTIONS("\x79\x05\x21\x0a\x09\x00\x00\xff") } },
	{ "header cut off", { .cut = 100 } },
	{ "cookie cut off", { .cut = 238 } },
	{ "nothing at all", { .cut = 1 } },
	{ "another cookie", { .other_cookie = true } },
	{ "another's transaction", { .other_xid = true } },
	{ "another's hardware address", { .other_mac = true } },
	{ "a request", { .is_request = true } },
};

static void put_option(struct packet *packet, uint8_t code, uint32_t value)
{
	uint32_t wire = htonl(value);

	packet->data[packet->n++] = code;
	packet->data[packet->n++] = sizeof(wire);
	memcpy(packet->data + packet->n, &wire, sizeof(wire));
	packet->n += sizeof(wire);
}

static uint32_t value_of(uint32_t lie, uint32_t honest)
{
	return lie == NONE ? 0 : lie ? lie : honest;
}

/* What follows the cookie; type is one byte, the rest four. */
static void put_options(
    struct packet *packet, uint8_t type, const struct reply *reply)
{
	const uint8_t head[] = { 53, 1, type };

	memcpy(packet->data + packet->n, head, sizeof(head));
	packet->n += sizeof(head);
	put_option(packet, 54, value_of(reply->server, HONEST_SERVER));
	put_option(packet, 51, value_of(reply->lease_s, LEASE_S));
	/* An option given in a lie takes the place of the honest one. */
	if (!reply->options || reply->options[0] != 1)
		put_option(packet, 1, value_of(reply->mask, MASK));
	if (!reply->options || reply->options[0] != 3)
		put_option(packet, 3, value_of(reply->router, HONEST_SERVER));
	if (!reply->options) {
		packet->data[packet->n++] = 255;
		return;
	}
	memcpy(packet->data + packet->n, reply->options, reply->n_options);
	packet->n += reply->n_options;
}

static void make_reply(const struct packet *question, uint8_t type,
    const struct reply *reply, struct packet *packet)
{
	uint32_t address = htonl(value_of(reply->address, HONEST_ADDRESS));

	memset(packet, 0, sizeof(*packet));
	memcpy(packet->data, question->data, COOKIE_END);
	packet->data[0] = reply->is_request ? 1 : 2;
	memset(packet->data + 12, 0, 16); /* ciaddr ... giaddr */
	memcpy(packet->data + 16, &address, sizeof(address));
	packet->data[4] ^= reply->other_xid;
	packet->data[33] ^= reply->other_mac;
	packet->data[236] ^= reply->other_cookie;
	packet->n = COOKIE_END;
	put_options(packet, type, reply);
	if (reply->cut)
		packet->n = reply->cut;
}

static void send_reply(int fd, const struct packet *packet)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(68),
		.sin_addr.s_addr = htonl(INADDR_BROADCAST),
	};

	if (sendto(fd, packet->data, packet->n, 0, (struct sockaddr *)&to,
		sizeof(to)) < 0)
		perror("sendto");
}

static void tell_lies(int fd, const struct packet *question, uint8_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		struct reply reply = lies[i].reply;
		struct packet packet;

		/* Acknowledgements come from the server that was asked. */
		if (type == OFFER)
			reply.server = LIARS + (uint32_t)i;
		make_reply(question, type, &reply, &packet);
		send_reply(fd, &packet);
	}
	printf("told %zu lies\n", ARRAY_SIZE(lies));
}

static void tell_truth(int fd, const struct packet *question, uint8_t type)
{
	static const struct reply honest;
	struct packet packet;

	make_reply(question, type, &honest, &packet);
	send_reply(fd, &packet);
	printf("told the truth\n");
}

/* Returns the option's value, of n bytes, or NULL. */
static const uint8_t *find_option(
    const struct packet *packet, uint8_t code, size_t n)
{
	for (size_t i = COOKIE_END; i + 1 < packet->n;) {
		const uint8_t *option = packet->data + i;

		if (option[0] == 255)
			return NULL;
		if (option[0] == 0) {
			i++;
			continue;
		}
		if (option[0] == code)
			return option[1] == n && i + 2 + n <= packet->n
			    ? option + 2
			    : NULL;
		i += 2 + (size_t)option[1];
	}
	return NULL;
}

static void on_request(int fd, const struct packet *question)
{
	const uint8_t *option = find_option(question, 54, 4);
	uint32_t server = 0;

	if (option)
		memcpy(&server, option, sizeof(server));
	server = ntohl(server);
	if (server >= LIARS && server < LIARS + ARRAY_SIZE(lies)) {
		printf("believed: %s\n", lies[server - LIARS].name);
		return;
	}
	/* Lies about the answer, too: another address than was agreed. */
	struct reply other = { .address = HONEST_ADDRESS + 1 };
	struct packet packet;

	make_reply(question, ACK, &other, &packet);
	send_reply(fd, &packet);
	tell_lies(fd, question, ACK);
	tell_truth(fd, question, ACK);
}

static int open_socket(const char *interface)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(67) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
		(socklen_t)strlen(interface)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror(interface);
		return -1;
	}
	return fd;
}

int main(int argc, char **argv)
{
	unsigned n_discovers = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: dhcp-liar INTERFACE\n");
		return 2;
	}
	int fd = open_socket(argv[1]);
	if (fd < 0)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("listening\n");
	for (;;) {
		struct packet packet = { 0 };
		ssize_t n = recv(fd, packet.data, sizeof(packet.data), 0);
		if (n < 0) {
			perror("recv");
			return 1;
		}
		packet.n = (size_t)n;
		const uint8_t *type = find_option(&packet, 53, 1);
		if (!type || packet.n < COOKIE_END)
			continue;
		if (*type == DISCOVER) {
			printf("discover %u\n", ++n_discovers);
			tell_lies(fd, &packet, OFFER);
			if (n_discovers > 1)
				tell_truth(fd, &packet, OFFER);
		} else if (*type == REQUEST) {
			on_request(fd, &packet);
		}
	}
}
