/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/ra-solicit.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int set(int fd, int option, const void *value, size_t size)
{
	return setsockopt(fd, IPPROTO_IPV6, option, value, (socklen_t)size);
}

int ra_solicit(uint32_t ifindex)
{
	struct sockaddr_in6 routers = {
		.sin6_family = AF_INET6,
		.sin6_addr.s6_addr = { 0xff, 0x02, [15] = 2 },
		.sin6_scope_id = ifindex,
	};
	struct nd_router_solicit message = { .nd_rs_type = ND_ROUTER_SOLICIT };
	struct icmp6_filter nothing;
	int index = (int)ifindex, hops = 255, r = 0;
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    IPPROTO_ICMPV6);

	if (fd < 0)
		return -errno;
	ICMP6_FILTER_SETBLOCKALL(&nothing);
	/* A checksum is the kernel's to make. */
	if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &nothing,
		sizeof(nothing)) ||
	    set(fd, IPV6_MULTICAST_IF, &index, sizeof(index)) ||
	    set(fd, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) ||
	    sendto(fd, &message, sizeof(message), 0,
		(struct sockaddr *)&routers, sizeof(routers)) < 0)
		r = -errno;
	close(fd);
	return r;
}
