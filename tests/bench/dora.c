/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dora: the bare exchange, the least that lies between a card and an address
 * from a DHCP server, in one process that waits for nothing else:
 *
 *   RTM_NEWLINK, set up, carrier, DISCOVER, OFFER, REQUEST, ACK, RTM_NEWADDR
 *
 * for each card that appears in this network namespace. It trusts whoever
 * answers first, adds no route, announces nothing, renews nothing and never
 * removes what it added: not a client, only the reference of bench-lease.sh.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/netlink.h"

enum {
	N_TRIES = 5,
	TRY_MS = 1000,
	/* RFC 2131, figure 1; RFC 2132, sections 3.3, 9.1, 9.6, 9.7 */
	BOOTP_SIZE = 236,
	MAGIC_SIZE = 4,
	OPTIONS_SIZE = 312,
	OPTION_PAD = 0,
	OPTION_NETMASK = 1,
	OPTION_ADDRESS = 50,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_PARAMETERS = 55,
	OPTION_END = 255,
	TYPE_DISCOVER = 1,
	TYPE_OFFER = 2,
	TYPE_REQUEST = 3,
	TYPE_ACK = 5,
};

static const uint8_t magic[MAGIC_SIZE] = {0x63, 0x82, 0x53, 0x63};

struct packet {
	struct iphdr ip;
	struct udphdr udp;
	uint8_t op, htype, hlen, hops;
	uint32_t xid;
	uint16_t secs, flags;
	struct in_addr ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16], sname[64], file[128], magic[MAGIC_SIZE];
	uint8_t options[OPTIONS_SIZE];
} __attribute__((packed));

_Static_assert(offsetof(struct packet, magic) ==
	sizeof(struct iphdr) + sizeof(struct udphdr) + BOOTP_SIZE, "BOOTP");

struct exchange {
	int fd, ifindex;
	uint8_t mac[6];
	uint32_t xid;
	/* what the server says */
	struct in_addr address, server, netmask;
};

static uint32_t add_up(const void *data, size_t n, uint32_t sum)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < n; i++)
		sum += (uint32_t)bytes[i] << (i % 2 ? 0 : 8);
	return sum;
}

static uint16_t checksum(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~(sum + (sum >> 16)));
}

/* UDP to port 68, not a fragment: what else arrives wakes nobody. */
static void set_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x3fff, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 68, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0x40000),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(*code), .filter = code};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		sizeof(program)))
		err(1, "cannot filter packets");
}

static struct sockaddr_ll broadcast(const struct exchange *x)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE_IP),
		.sll_ifindex = x->ifindex,
		.sll_halen = sizeof(x->mac),
	};

	memset(to.sll_addr, 0xff, sizeof(x->mac));
	return to;
}

/* With protocol 0 and bound once: a second bind would wait for all cores. */
static void open_socket(struct exchange *x)
{
	struct sockaddr_ll to = broadcast(x);

	x->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (x->fd < 0)
		err(1, "cannot open a packet socket");
	set_filter(x->fd);
	if (bind(x->fd, (const void *)&to, sizeof(to)))
		err(1, "cannot bind a packet socket");
}

static uint8_t *put(uint8_t *at, uint8_t option, const void *data, uint8_t n)
{
	*at++ = option;
	*at++ = n;
	memcpy(at, data, n);
	return at + n;
}

static void send_packet(const struct exchange *x, uint8_t type)
{
	/* netmask, router, DNS, domain, lease, classless routes */
	static const uint8_t parameters[] = {1, 3, 6, 15, 51, 121};
	const struct sockaddr_ll to = broadcast(x);
	struct packet p = {
		.ip = {.version = 4, .ihl = 5, .ttl = 64,
			.protocol = IPPROTO_UDP, .daddr = INADDR_BROADCAST,
			.tot_len = htons(sizeof(p))},
		.udp = {.source = htons(68), .dest = htons(67),
			.len = htons(sizeof(p) - sizeof(p.ip))},
		.op = 1, .htype = 1, .hlen = sizeof(x->mac), .xid = x->xid,
	};
	uint8_t *at = p.options;

	memcpy(p.chaddr, x->mac, sizeof(x->mac));
	memcpy(p.magic, magic, sizeof(magic));
	at = put(at, OPTION_TYPE, &type, 1);
	at = put(at, OPTION_PARAMETERS, parameters, sizeof(parameters));
	if (type == TYPE_REQUEST) {
		at = put(at, OPTION_ADDRESS, &x->address, 4);
		at = put(at, OPTION_SERVER, &x->server, 4);
	}
	*at = OPTION_END;
	p.ip.check = checksum(add_up(&p.ip, sizeof(p.ip), 0));
	p.udp.check = checksum(add_up(&p.ip.saddr, 8,
	    add_up(&p.udp, sizeof(p) - sizeof(p.ip),
		IPPROTO_UDP + (uint32_t)(sizeof(p) - sizeof(p.ip)))));
	if (sendto(x->fd, &p, sizeof(p), 0, (const void *)&to, sizeof(to)) < 0)
		warn("cannot send");
}

/* The type of the message, or 0 if it is not for us. */
static uint8_t read_packet(
    struct exchange *x, const struct packet *p, size_t n)
{
	size_t n_options, length;
	uint8_t type = 0;

	if (n < offsetof(struct packet, options) || p->ip.ihl != 5 ||
	    p->op != 2 || p->xid != x->xid ||
	    memcmp(p->magic, magic, sizeof(magic)) != 0)
		return 0;
	n_options = n - offsetof(struct packet, options);
	for (size_t i = 0; i + 1 < n_options; i += length) {
		const uint8_t *option = p->options + i;

		length = 1;
		if (*option == OPTION_PAD)
			continue;
		length = 2u + option[1];
		if (*option == OPTION_END || i + length > n_options)
			break;
		if (*option == OPTION_TYPE && option[1] == 1)
			type = option[2];
		if (*option == OPTION_SERVER && option[1] == 4)
			memcpy(&x->server, option + 2, 4);
		if (*option == OPTION_NETMASK && option[1] == 4)
			memcpy(&x->netmask, option + 2, 4);
	}
	x->address = p->yiaddr;
	return type;
}

static bool ask(struct exchange *x, uint8_t type, uint8_t answer)
{
	struct pollfd readable = {.fd = x->fd, .events = POLLIN};
	struct packet p;

	for (int i = 0; i < N_TRIES; i++) {
		send_packet(x, type);
		while (poll(&readable, 1, TRY_MS) > 0) {
			ssize_t n = recv(x->fd, &p, sizeof(p), 0);

			if (n > 0 && read_packet(x, &p, (size_t)n) == answer)
				return true;
		}
	}
	return false;
}

static void set_up(struct netlink *requests, struct netlink *events,
    int ifindex)
{
	const struct ifinfomsg info = {.ifi_index = ifindex,
		.ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	struct netlink_request request;
	struct netlink_link link;
	int r;

	netlink_begin(&request, RTM_NEWLINK, 0, &info, sizeof(info));
	r = netlink_call(requests, &request);
	if (r)
		errx(1, "cannot set the card up: %s", strerror(-r));
	for (;;)
		if (netlink_read_link(netlink_wait(events), &link) &&
		    link.ifindex == ifindex && link.flags & IFF_UP &&
		    link.flags & IFF_LOWER_UP)
			return;
}

static void add_address(struct netlink *requests, const struct exchange *x)
{
	const struct ifaddrmsg info = {
		.ifa_family = AF_INET,
		.ifa_prefixlen =
		    (uint8_t)__builtin_popcount(x->netmask.s_addr),
		.ifa_index = (uint32_t)x->ifindex,
	};
	const uint32_t all = x->address.s_addr | ~x->netmask.s_addr;
	struct netlink_request request;
	int r;

	netlink_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE,
	    &info, sizeof(info));
	netlink_put(&request, IFA_LOCAL, &x->address, 4);
	netlink_put(&request, IFA_BROADCAST, &all, 4);
	r = netlink_call(requests, &request);
	if (r)
		warnx("cannot add the address: %s", strerror(-r));
}

int main(void)
{
	static struct netlink events, requests;
	static uint64_t known[64];
	struct netlink_link link;

	netlink_open(&events, RTMGRP_LINK);
	netlink_open(&requests, 0);
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct exchange x = {0};

		netlink_wait_new(
		    &events, known, sizeof(known) / sizeof(*known), &link);
		x.ifindex = link.ifindex;
		memcpy(x.mac, link.mac, sizeof(x.mac));
		set_up(&requests, &events, x.ifindex);
		if (getrandom(&x.xid, sizeof(x.xid), 0) != sizeof(x.xid))
			err(1, "getrandom");
		open_socket(&x);
		if (ask(&x, TYPE_DISCOVER, TYPE_OFFER) &&
		    ask(&x, TYPE_REQUEST, TYPE_ACK))
			add_address(&requests, &x);
		else
			warnx("no lease for %s", link.name);
		close(x.fd); /* waits for all cores, now that all is done */
	}
}
