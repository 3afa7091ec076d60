/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/router.h"

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/netns.h"

static void put(struct advert *a, const void *bytes, size_t n)
{
	ck_assert_uint_le(a->n + n, sizeof(a->bytes));
	memcpy(a->bytes + a->n, bytes, n);
	a->n += n;
}

void advert_begin(struct advert *a, uint16_t lifetime_s)
{
	const uint8_t header[16] = { ND_ROUTER_ADVERT, [4] = 64,
		[6] = (uint8_t)(lifetime_s >> 8), [7] = (uint8_t)lifetime_s };

	a->n = 0;
	put(a, header, sizeof(header));
}

void advert_flags(struct advert *a, uint8_t flags)
{
	a->bytes[5] = flags;
}

void advert_prefix_with(struct advert *a, const char *prefix,
    uint8_t length, uint8_t flags, uint32_t valid_s)
{
	struct nd_opt_prefix_info info = {
		.nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION,
		.nd_opt_pi_len = 4,
		.nd_opt_pi_prefix_len = length,
		.nd_opt_pi_flags_reserved = flags,
		.nd_opt_pi_valid_time = htonl(valid_s),
		.nd_opt_pi_preferred_time = htonl(valid_s),
	};

	ck_assert_int_eq(
	    inet_pton(AF_INET6, prefix, &info.nd_opt_pi_prefix), 1);
	put(a, &info, sizeof(info));
}

void advert_prefix(struct advert *a, const char *prefix, uint8_t length,
    uint32_t valid_s)
{
	advert_prefix_with(a, prefix, length,
	    ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO, valid_s);
}

void advert_mtu(struct advert *a)
{
	const uint8_t option[8] = { 5, 1, [6] = 1400 >> 8, 1400 & 0xff };

	put(a, option, sizeof(option));
}

void advert_server(
    struct advert *a, const char *server, uint32_t lifetime_s)
{
	const uint8_t header[4] = { 25, 3 };
	struct in6_addr address;

	lifetime_s = htonl(lifetime_s);
	ck_assert_int_eq(inet_pton(AF_INET6, server, &address), 1);
	put(a, header, sizeof(header));
	put(a, &lifetime_s, sizeof(lifetime_s));
	put(a, &address, sizeof(address));
}

void advert_route(struct advert *a, uint8_t lifetime_s)
{
	const uint8_t option[16] = { 24, 2, 48, 0, 0, 0, 0, lifetime_s, 0x20,
		1, 0xd, 0xb8, 0, 0xff };

	put(a, option, sizeof(option));
}

/* From fe80::1, to all nodes. */
static bool try_send(int fd, const struct advert *a)
{
	struct sockaddr_in6 all = {
		.sin6_family = AF_INET6,
		.sin6_addr.s6_addr = { 0xff, 2, [15] = 1 },
		.sin6_scope_id = if_nametoindex("r0"),
	};

	return sendto(fd, a->bytes, a->n, 0, (struct sockaddr *)&all,
		   sizeof(all)) == (ssize_t)a->n;
}

void router_send(int fd, const struct advert *a)
{
	if (!try_send(fd, a))
		_exit(1);
}

int router_open(pid_t in)
{
	char path[64];
	int ns, hops = 255, fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)in);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		_exit(1);
	fd = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops,
		sizeof(hops)))
		_exit(1);
	return fd;
}

void advert_make_usual(struct advert *a)
{
	advert_begin(a, 1800);
	advert_prefix(a, "2001:db8:1::", 64, 3600);
	advert_server(a, "2001:db8::53", 600);
	advert_route(a, 200);
}

void router_advertise(pid_t in, const struct advert *a)
{
	pid_t child = fork();

	if (child == 0) {
		router_send(router_open(in), a);
		_exit(0);
	}
	finish(child);
}

pid_t router_answer(pid_t in, const struct advert *a)
{
	pid_t child = fork();
	uint8_t asked[1500];
	FILE *file;
	int fd;

	ck_assert_int_ge(child, 0);
	if (child)
		return child;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = router_open(in);
	/* It hears what is sent to all routers. */
	file = fopen("/proc/sys/net/ipv6/conf/all/forwarding", "w");
	if (!file || fputs("1", file) < 0 || fclose(file))
		_exit(1);
	while (recv(fd, asked, sizeof(asked), 0) > 0)
		if (asked[0] == ND_ROUTER_SOLICIT && if_nametoindex("r0"))
			try_send(fd, a);
	_exit(1);
}
