/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/ra-sweep.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/ip.h"
#include "base/macros.h"
#include "providers/support/rtnl.h"

enum {
	BUFFER_SIZE = 64 * 1024,
	/* The kernel skips entries when its table changes under a dump. */
	ROUNDS_MAX = 3,
};

struct sweep {
	int fd;
	uint32_t ifindex;
	const struct rtnl *rtnl;
	unsigned n_removed; /* in this round */
	char *buffer;
};

static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

/* The same object, as a request to remove it. */
static void remove_object(
    struct sweep *s, const struct nlmsghdr *shown, uint16_t type)
{
	/* An answer (NLM_F_ACK) would say nothing: it is gone, or was. */
	struct nlmsghdr *request = malloc(shown->nlmsg_len);

	if (!request)
		return; /* what has a lifetime ends by itself */
	memcpy(request, shown, shown->nlmsg_len);
	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST;
	request->nlmsg_pid = 0;
	if (sendto(s->fd, request, request->nlmsg_len, 0,
		(const struct sockaddr *)&kernel, sizeof(kernel)) > 0)
		s->n_removed++;
	free(request);
}

static void address_message(struct sweep *s, const struct nlmsghdr *header)
{
	const struct ifaddrmsg *message = nlmsg_data(header);
	struct nlattr *tb[IFA_MAX + 1];

	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*message), tb,
		IFA_MAX, NULL) < 0 ||
	    message->ifa_family != AF_INET6 ||
	    message->ifa_index != s->ifindex || !tb[IFA_PROTO])
		return;
	if (nla_get_u8(tb[IFA_PROTO]) == IFAPROT_KERNEL_RA)
		remove_object(s, header, RTM_DELADDR);
}

static bool is_in(const struct ip *ip, const struct ip_prefix *subnet)
{
	struct ip_prefix own = { *ip, subnet->length };
	struct ip network = ip_network(&own);

	return ip_equal(&network, &subnet->ip);
}

/* The kernel's route to a subnet: is it for an address that stays, or for the
 * other end of one? */
static bool is_needed(const struct sweep *s, const struct ip_prefix *subnet)
{
	struct rtnl_address address;
	size_t i = 0;

	while (rtnl_each_address(s->rtnl, &i, &address))
		if (address.ifindex == s->ifindex &&
		    address.protocol != IFAPROT_KERNEL_RA &&
		    address.address.length == subnet->length &&
		    (is_in(&address.address.ip, subnet) ||
			(address.peer.family &&
			    is_in(&address.peer, subnet))))
			return true;
	return false;
}

static bool prefix_is_advertised(
    const struct sweep *s, const struct rtmsg *route, struct nlattr **tb)
{
	struct ip_prefix subnet = { .ip.family = AF_INET6,
		.length = route->rtm_dst_len };

	if (!tb[RTA_DST] ||
	    nla_len(tb[RTA_DST]) != (int)sizeof(subnet.ip.in6))
		return false;
	memcpy(&subnet.ip.in6, nla_data(tb[RTA_DST]), sizeof(subnet.ip.in6));
	return !IN6_IS_ADDR_LINKLOCAL(&subnet.ip.in6) &&
	    !is_needed(s, &subnet);
}

static void route_message(struct sweep *s, const struct nlmsghdr *header)
{
	const struct rtmsg *route = nlmsg_data(header);
	struct nlattr *tb[RTA_MAX + 1];

	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*route), tb,
		RTA_MAX, NULL) < 0 ||
	    route->rtm_family != AF_INET6 || route->rtm_type != RTN_UNICAST ||
	    !tb[RTA_OIF] || nla_get_u32(tb[RTA_OIF]) != s->ifindex)
		return;
	if (route->rtm_protocol == RTPROT_RA ||
	    (route->rtm_protocol == RTPROT_KERNEL &&
		prefix_is_advertised(s, route, tb)))
		remove_object(s, header, RTM_DELROUTE);
}

/* Reads the dump, which the kernel writes as it is read. 0 at its end, 1: it
 * has to be asked for again, or -errno. */
static int read_dump(struct sweep *s)
{
	bool is_interrupted = false;

	for (;;) {
		struct nlmsghdr *header = (struct nlmsghdr *)s->buffer;
		ssize_t n = recv(s->fd, s->buffer, BUFFER_SIZE, MSG_DONTWAIT);
		int left = (int)n;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		for (; nlmsg_ok(header, left);
		    header = nlmsg_next(header, &left)) {
			if (header->nlmsg_flags & NLM_F_DUMP_INTR)
				is_interrupted = true;
			if (header->nlmsg_type == NLMSG_DONE)
				return is_interrupted;
			if (header->nlmsg_type == NLMSG_ERROR)
				continue; /* of a removal */
			if (header->nlmsg_type == RTM_NEWADDR)
				address_message(s, header);
			else if (header->nlmsg_type == RTM_NEWROUTE)
				route_message(s, header);
		}
	}
}

/* Of this link alone: the kernel leaves out what is not asked for, where it
 * knows strict checking. */
static int dump(struct sweep *s, uint16_t type)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct nlattr attribute;
		uint32_t ifindex;
	} routes = {
		.header = {
			.nlmsg_len = sizeof(routes),
			.nlmsg_type = RTM_GETROUTE,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.route.rtm_family = AF_INET6,
		.attribute = { NLA_HDRLEN + sizeof(uint32_t), RTA_OIF },
		.ifindex = s->ifindex,
	};
	struct {
		struct nlmsghdr header;
		struct ifaddrmsg address;
	} addresses = {
		.header = {
			.nlmsg_len = sizeof(addresses),
			.nlmsg_type = RTM_GETADDR,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.address = {
			.ifa_family = AF_INET6,
			.ifa_index = s->ifindex,
		},
	};
	const struct nlmsghdr *request =
	    type == RTM_GETROUTE ? &routes.header : &addresses.header;

	if (sendto(s->fd, request, request->nlmsg_len, 0,
		(const struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return read_dump(s);
}

static int sweep_objects(struct sweep *s, uint16_t type)
{
	int r = 0;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		s->n_removed = 0;
		r = dump(s, type);
		if (r < 0 || (r == 0 && !s->n_removed))
			return r;
	}
	return 0;
}

int ra_sweep(const struct rtnl *rtnl, uint32_t ifindex)
{
	_cleanup_(close_fd) int fd =
	    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	_cleanup_(free_ptr) char *buffer = malloc(BUFFER_SIZE);
	struct sweep s = { fd, ifindex, rtnl, .buffer = buffer };
	int one = 1, r;

	if (fd < 0)
		return -errno;
	if (!buffer)
		return -ENOMEM;
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one,
	    sizeof(one));
	/* The addresses first: routes are made for them. */
	r = sweep_objects(&s, RTM_GETADDR);
	return r < 0 ? r : sweep_objects(&s, RTM_GETROUTE);
}
