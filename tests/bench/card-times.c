/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card-times CARD FROM TO [ADDRESS]
 *
 * Moves a card from one network namespace (a file of /run/netns) to another
 * and prints, in microseconds since its RTM_NEWLINK there:
 *
 *   UP DHCP [REPLY]
 *
 * the card is up; it has an IPv4 address; ADDRESS, which is pinged once a
 * millisecond from the beginning on, has answered for the first time.
 *
 * The clock is read when a message arrives here (netlink has no time stamps),
 * in a real-time thread where that is allowed, so that what is measured does
 * not have to give way first. What moves the card is another process: the
 * kernel has told of it well before it lets go of the caller.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/netlink.h"

enum { LIMIT_S = 30 };

struct times {
	int ifindex;
	/* CLOCK_MONOTONIC; 0: not yet */
	uint64_t appeared_us, up_us, address_us, reply_us;
};

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void enter(const char *netns)
{
	int fd = open(netns, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", netns);
	close(fd);
}

/*
 * Packets of a virtual cable carry half a UDP checksum, the rest being left to
 * a card that is none; there are clients that take no such packet. So the
 * other end, p-CARD, computes it all.
 */
static void compute_checksums(const char *card)
{
	struct ethtool_value value = { .cmd = ETHTOOL_STXCSUM };
	struct ifreq request = { .ifr_data = (void *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "p-%s", card);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &request) < 0)
		warn("%s", request.ifr_name);
	close(fd);
}

static void insert(struct netlink *mover, const char *card, const char *to)
{
	const struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
	struct netlink_request request;
	int fd = open(to, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0)
		err(1, "%s", to);
	netlink_begin(&request, RTM_NEWLINK, 0, &info, sizeof(info));
	netlink_put(&request, IFLA_IFNAME, card, strlen(card) + 1);
	netlink_put(&request, IFLA_NET_NS_FD, &fd, sizeof(fd));
	r = netlink_call(mover, &request);
	if (r)
		errx(1, "cannot move %s: %s", card, strerror(-r));
}

static void look(
    struct times *times, const char *card, const struct nlmsghdr *header)
{
	const struct ifaddrmsg *address = NLMSG_DATA(header);
	struct netlink_link link;
	uint64_t at_us = now_us();

	if (header->nlmsg_type == RTM_NEWADDR && times->appeared_us &&
	    (int)address->ifa_index == times->ifindex && !times->address_us)
		times->address_us = at_us;
	if (!netlink_read_link(header, &link) ||
	    strcmp(link.name, card) != 0)
		return;
	if (!times->appeared_us) {
		times->appeared_us = at_us;
		times->ifindex = link.ifindex;
	}
	if (link.flags & IFF_UP && !times->up_us)
		times->up_us = at_us;
}

static uint16_t checksum(const void *data, size_t n)
{
	const uint16_t *words = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < n / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

/* Where there is no route yet it does not leave, which is all right. */
static void ping(int fd, struct in_addr address, uint16_t sequence)
{
	struct icmphdr echo = {
		.type = ICMP_ECHO,
		.un.echo.id = htons((uint16_t)getpid()),
		.un.echo.sequence = htons(sequence),
	};
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_addr = address};

	echo.checksum = checksum(&echo, sizeof(echo));
	sendto(fd, &echo, sizeof(echo), MSG_DONTWAIT, (const void *)&to,
	    sizeof(to));
}

static bool is_reply(int fd, struct in_addr address)
{
	struct {
		struct iphdr ip;
		struct icmphdr icmp;
	} packet;

	while (recv(fd, &packet, sizeof(packet), MSG_DONTWAIT) ==
	    sizeof(packet))
		if (packet.ip.saddr == address.s_addr &&
		    packet.icmp.type == ICMP_ECHOREPLY &&
		    packet.icmp.un.echo.id == htons((uint16_t)getpid()))
			return true;
	return false;
}

/* Follows the card until it has an address or, if there is a socket for
 * that, until the other end answers. */
static void follow(struct netlink *watch, const char *card, int icmp,
    struct in_addr address, struct times *times)
{
	struct pollfd fds[] = {
		{.fd = watch->fd, .events = POLLIN},
		{.fd = icmp, .events = POLLIN},
	};
	uint64_t limit_us = now_us() + LIMIT_S * 1000000ull;
	const struct nlmsghdr *header;
	uint64_t next_us = 0;
	uint16_t sequence = 0;

	while (icmp < 0 ? !times->address_us : !times->reply_us) {
		if (now_us() > limit_us)
			errx(1, "nothing more of %s in %d s", card, LIMIT_S);
		poll(fds, icmp < 0 ? 1 : 2, icmp < 0 ? 1000 : 1);
		while ((header = netlink_next(watch)))
			look(times, card, header);
		if (icmp >= 0 && is_reply(icmp, address))
			times->reply_us = now_us();
		if (icmp >= 0 && times->appeared_us && now_us() >= next_us) {
			ping(icmp, address, sequence++);
			next_us = now_us() + 1000;
		}
	}
}

/* All of it may run at real-time priority already. */
static void go_before_others(void)
{
	struct sched_param priority = {0};

	sched_getparam(0, &priority);
	priority.sched_priority++;
	sched_setscheduler(0, SCHED_FIFO, &priority);
}

static void print(uint64_t at_us, const struct times *times, char end)
{
	printf("%llu%c", (unsigned long long)(at_us - times->appeared_us),
	    end);
}

int main(int argc, char **argv)
{
	static struct netlink mover, watch;
	struct in_addr address = {0};
	struct times times = {0};
	int icmp = -1;

	if (argc < 4 || argc > 5 ||
	    (argc == 5 && inet_pton(AF_INET, argv[4], &address) != 1))
		errx(2, "usage: card-times CARD FROM TO [ADDRESS]");
	enter(argv[2]);
	netlink_open(&mover, 0);
	compute_checksums(argv[1]);
	enter(argv[3]);
	netlink_open(&watch, RTMGRP_LINK | RTMGRP_IPV4_IFADDR);
	if (argc == 5) {
		icmp = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
		if (icmp < 0)
			err(1, "cannot ping");
	}
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		insert(&mover, argv[1], argv[3]);
		return 0;
	}
	go_before_others();
	follow(&watch, argv[1], icmp, address, &times);
	print(times.up_us, &times, ' ');
	print(times.address_us, &times, icmp < 0 ? '\n' : ' ');
	if (icmp >= 0)
		print(times.reply_us, &times, '\n');
	return 0;
}
