/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * raw-links KIND N [BATCH]: makes N links l0, l1, ... of KIND (bridge, dummy,
 * veth, vxlan), each up and with an address of its own (10.x.y.1/24), as fast
 * as one process can ask the kernel for it: two messages a link, BATCH bytes
 * of them (16384) at a time, without waiting for an answer in between.
 *
 * raw-links remove N TOGETHER: removes them again, TOGETHER at a time, each
 * time in one request: the kernel removes all links of a group.
 *
 * raw-links dump: reads all links and addresses.
 *
 * Prints milliseconds, as they passed and as they were computed in.
 */
#include "tests/bench/netlink.h"

#include <arpa/inet.h>
#include <err.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Numbers of their own, so that an address can be sent before the answer says
 * which number its link has got. */
enum { FIRST_IFINDEX = 100000, BATCH_MAX = 1 << 20, GROUP = 5 };

static struct netlink netlink;
static char batch[BATCH_MAX];
static size_t batch_size, batch_limit = 16384;
static unsigned n_unanswered;

static double now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- many requests at a time ---- */

static void flush(void)
{
	const struct nlmsghdr *header;
	const struct nlmsgerr *error;

	if (batch_size && send(netlink.fd, batch, batch_size, 0) < 0)
		err(1, "cannot ask rtnetlink");
	batch_size = 0;
	for (; n_unanswered; n_unanswered--) {
		do
			header = netlink_wait(&netlink);
		while (header->nlmsg_type != NLMSG_ERROR);
		error = NLMSG_DATA(header);
		if (error->error)
			errx(1, "the kernel refuses: %s",
			    strerror(-error->error));
	}
}

static void add(const struct netlink_request *request)
{
	size_t n = NLMSG_ALIGN(request->header.nlmsg_len);

	if (batch_size + n > batch_limit)
		flush();
	memcpy(batch + batch_size, request, n);
	batch_size += n;
	n_unanswered++;
}

/* ---- links, addresses ---- */

static struct rtattr *nest(struct netlink_request *request, uint16_t type)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);

	netlink_put(request, type, "", 0);
	return (struct rtattr *)(request->bytes + at);
}

static void nest_end(struct netlink_request *request, struct rtattr *nested)
{
	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len);
	nested->rta_len = (unsigned short)(request->bytes +
	    request->header.nlmsg_len - (char *)nested);
}

static void put_peer(struct netlink_request *request, unsigned i)
{
	const struct ifinfomsg info = {
		.ifi_index = (int)(FIRST_IFINDEX + 2 * i + 1),
	};
	struct rtattr *peer = nest(request, VETH_INFO_PEER);
	char name[IFNAMSIZ];

	memcpy(request->bytes + request->header.nlmsg_len, &info,
	    sizeof(info));
	request->header.nlmsg_len += sizeof(info);
	netlink_put(request, IFLA_IFNAME, name,
	    (size_t)snprintf(name, sizeof(name), "p%u", i) + 1);
	nest_end(request, peer);
}

static void put_data(
    struct netlink_request *request, const char *kind, unsigned i)
{
	struct rtattr *data = nest(request, IFLA_INFO_DATA);
	const uint32_t id = i + 1;
	const uint16_t port = htons(4789);

	if (!strcmp(kind, "veth"))
		put_peer(request, i);
	if (!strcmp(kind, "vxlan")) {
		netlink_put(request, IFLA_VXLAN_ID, &id, sizeof(id));
		netlink_put(request, IFLA_VXLAN_PORT, &port, sizeof(port));
	}
	nest_end(request, data);
}

static void add_link(const char *kind, unsigned i)
{
	const struct ifinfomsg info = {
		.ifi_index = (int)(FIRST_IFINDEX + 2 * i),
		.ifi_flags = IFF_UP,
		.ifi_change = IFF_UP,
	};
	struct netlink_request request;
	struct rtattr *linkinfo;
	char name[IFNAMSIZ];

	netlink_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info,
	    sizeof(info));
	netlink_put(&request, IFLA_IFNAME, name,
	    (size_t)snprintf(name, sizeof(name), "l%u", i) + 1);
	linkinfo = nest(&request, IFLA_LINKINFO);
	netlink_put(&request, IFLA_INFO_KIND, kind, strlen(kind));
	put_data(&request, kind, i);
	nest_end(&request, linkinfo);
	add(&request);
}

static void add_address(unsigned i)
{
	const struct ifaddrmsg info = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = 24,
		.ifa_index = FIRST_IFINDEX + 2 * i,
	};
	const uint32_t address = htonl(10u << 24 | i << 8 | 1);
	struct netlink_request request;

	netlink_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &info,
	    sizeof(info));
	netlink_put(&request, IFA_LOCAL, &address, sizeof(address));
	netlink_put(&request, IFA_ADDRESS, &address, sizeof(address));
	add(&request);
}

static void make(const char *kind, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		add_link(kind, i);
		add_address(i);
	}
	flush();
}

/* ---- removing ---- */

/* ifindex: 0 is any link of the group. */
static void add_for_group(uint16_t type, unsigned ifindex)
{
	const struct ifinfomsg info = { .ifi_index = (int)ifindex };
	const uint32_t number = GROUP;
	struct netlink_request request;

	netlink_begin(&request, type, 0, &info, sizeof(info));
	netlink_put(&request, IFLA_GROUP, &number, sizeof(number));
	add(&request);
}

static void unmake(unsigned n, unsigned together)
{
	for (unsigned i = 0; i < n; i++) {
		add_for_group(RTM_NEWLINK, FIRST_IFINDEX + 2 * i);
		if ((i + 1) % together == 0 || i + 1 == n)
			add_for_group(RTM_DELLINK, 0);
	}
	flush();
}

/* ---- reading ---- */

/* One dump; without the statistics of links, as those do who need none. */
static void dump(uint16_t type)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info; /* zero is as good for addresses */
		struct nlattr attribute;
		uint32_t mask;
	} request = {
		.header = { .nlmsg_type = type,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.attribute = { sizeof(struct nlattr) + sizeof(uint32_t),
		    IFLA_EXT_MASK },
		.mask = RTEXT_FILTER_SKIP_STATS,
	};

	request.header.nlmsg_len = type == RTM_GETLINK
	    ? sizeof(request)
	    : NLMSG_LENGTH(sizeof(struct ifaddrmsg));
	if (send(netlink.fd, &request, request.header.nlmsg_len, 0) < 0)
		err(1, "cannot ask rtnetlink");
	while (netlink_wait(&netlink)->nlmsg_type != NLMSG_DONE)
		;
}

static unsigned number(const char *text, unsigned long min, unsigned long max)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (n < min || n > max)
		errx(2, "%s: a number from %lu to %lu is needed here", text,
		    min, max);
	return (unsigned)n;
}

static void run(int argc, char **argv)
{
	unsigned n = argc > 2 ? number(argv[2], 1, 1 << 24) : 0;

	if (argc == 2 && !strcmp(argv[1], "dump")) {
		dump(RTM_GETLINK);
		dump(RTM_GETADDR);
	} else if (argc == 4 && !strcmp(argv[1], "remove")) {
		unmake(n, number(argv[3], 1, 1 << 24));
	} else if (argc == 3 || argc == 4) {
		if (argc == 4)
			batch_limit = number(argv[3],
			    sizeof(struct netlink_request), BATCH_MAX);
		make(argv[1], n);
	} else {
		errx(2, "usage: raw-links KIND N [BATCH] | "
			"raw-links remove N TOGETHER | raw-links dump");
	}
}

int main(int argc, char **argv)
{
	const int large = 8 << 20;
	double start, start_cpu;

	netlink_open(&netlink, 0);
	(void)setsockopt(netlink.fd, SOL_SOCKET, SO_RCVBUFFORCE, &large,
	    sizeof(large));
	(void)setsockopt(netlink.fd, SOL_SOCKET, SO_SNDBUFFORCE, &large,
	    sizeof(large));
	/* What came before, such as entering a namespace, is not the work's. */
	start_cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	start = now_ms(CLOCK_MONOTONIC);
	run(argc, argv);
	printf("%.2f %.2f\n", now_ms(CLOCK_MONOTONIC) - start,
	    now_ms(CLOCK_PROCESS_CPUTIME_ID) - start_cpu);
	return 0;
}
