/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/netlink.h"

#include <err.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

void netlink_open(struct netlink *netlink, uint32_t groups)
{
	const struct sockaddr_nl address = {
		.nl_family = AF_NETLINK, .nl_groups = groups};

	netlink->n = netlink->at = 0;
	netlink->fd =
	    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (netlink->fd < 0 ||
	    bind(netlink->fd, (const void *)&address, sizeof(address)))
		err(1, "cannot open an rtnetlink socket");
}

static const struct nlmsghdr *next(struct netlink *netlink, int flags)
{
	const struct nlmsghdr *header;
	ssize_t n;

	if (netlink->at >= netlink->n) {
		n = recv(netlink->fd, netlink->buffer, sizeof(netlink->buffer),
		    flags);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return NULL;
		if (n < 0)
			err(1, "cannot hear rtnetlink");
		netlink->n = (size_t)n;
		netlink->at = 0;
	}
	header = (const void *)(netlink->buffer + netlink->at);
	if (!NLMSG_OK(header, netlink->n - netlink->at))
		errx(1, "rtnetlink: half a message");
	netlink->at += NLMSG_ALIGN(header->nlmsg_len);
	return header;
}

const struct nlmsghdr *netlink_next(struct netlink *netlink)
{
	return next(netlink, MSG_DONTWAIT);
}

const struct nlmsghdr *netlink_wait(struct netlink *netlink)
{
	const struct nlmsghdr *header;

	do
		header = next(netlink, 0);
	while (!header);
	return header;
}

void netlink_begin(struct netlink_request *request, uint16_t type,
    uint16_t flags, const void *fixed, size_t n)
{
	memset(request, 0, sizeof(*request));
	request->header = (struct nlmsghdr){
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags,
		.nlmsg_len = (uint32_t)NLMSG_LENGTH(n),
	};
	memcpy(NLMSG_DATA(&request->header), fixed, n);
}

void netlink_put(struct netlink_request *request, uint16_t type,
    const void *data, size_t n)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr *attribute = (void *)(request->bytes + at);

	if (at + RTA_SPACE(n) > sizeof(request->bytes))
		errx(1, "rtnetlink: the request is too long");
	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(n);
	memcpy(RTA_DATA(attribute), data, n);
	request->header.nlmsg_len = (uint32_t)(at + RTA_LENGTH(n));
}

int netlink_call(struct netlink *netlink, struct netlink_request *request)
{
	const struct nlmsghdr *header;

	if (send(netlink->fd, request, request->header.nlmsg_len, 0) < 0)
		err(1, "cannot ask rtnetlink");
	do
		header = netlink_wait(netlink);
	while (header->nlmsg_type != NLMSG_ERROR);
	return ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
}

bool netlink_read_link(const struct nlmsghdr *header, struct netlink_link *ret)
{
	const struct ifinfomsg *info = NLMSG_DATA(header);
	const struct rtattr *attribute = IFLA_RTA(info);
	int left = (int)IFLA_PAYLOAD(header);

	if (header->nlmsg_type != RTM_NEWLINK || left < 0)
		return false;
	*ret = (struct netlink_link){
		.ifindex = info->ifi_index, .flags = info->ifi_flags};
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == IFLA_IFNAME)
			strncpy(ret->name, RTA_DATA(attribute),
			    sizeof(ret->name) - 1);
		if (attribute->rta_type == IFLA_MTU)
			memcpy(&ret->mtu, RTA_DATA(attribute),
			    sizeof(ret->mtu));
		if (attribute->rta_type == IFLA_ADDRESS &&
		    RTA_PAYLOAD(attribute) == sizeof(ret->mac))
			memcpy(ret->mac, RTA_DATA(attribute),
			    sizeof(ret->mac));
	}
	return true;
}

void netlink_wait_new(struct netlink *netlink, uint64_t *known, size_t n,
    struct netlink_link *ret)
{
	for (;;) {
		const struct nlmsghdr *header = netlink_wait(netlink);
		uint64_t bit;

		if (!netlink_read_link(header, ret) ||
		    ret->flags & IFF_LOOPBACK)
			continue;
		if (ret->ifindex < 0 || (size_t)ret->ifindex / 64 >= n)
			errx(1, "%s has too high a number", ret->name);
		bit = 1ull << ret->ifindex % 64;
		if (known[ret->ifindex / 64] & bit)
			continue;
		known[ret->ifindex / 64] |= bit;
		return;
	}
}
