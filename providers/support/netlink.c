/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/netlink.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

int netlink_open(int protocol, int *ret_fd)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd, r, yes = 1;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    protocol);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0) {
		r = -errno;
		close(fd);
		return r;
	}
	/* A kernel that does not know an option works without it. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &yes, sizeof(yes));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &yes, sizeof(yes));
	*ret_fd = fd;
	return 0;
}

int netlink_join(int fd, uint32_t group)
{
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		   sizeof(group)) < 0
	    ? -errno
	    : 0;
}

int netlink_send(int fd, const void *data, size_t size)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(fd, data, size, 0, (struct sockaddr *)&kernel,
		sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

int netlink_receive(int fd, void *data, size_t size)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { data, size };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t n;

	do
		n = recvmsg(fd, &msg, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? -EAGAIN : -ENOBUFS;
	/* Other processes may send to us too. */
	if (msg.msg_namelen != sizeof(from) || from.nl_pid)
		return 0;
	if (msg.msg_flags & MSG_TRUNC)
		return -ENOBUFS;
	return (int)n;
}

void netlink_words(const struct nlmsghdr *header, char *text, size_t size)
{
	struct nlmsgerr *error = nlmsg_data(header);
	size_t offset = sizeof(*error);
	struct nlattr *attribute;
	int left;

	*text = '\0';
	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(header->nlmsg_flags & NLM_F_CAPPED)) {
		if (error->msg.nlmsg_len < sizeof(error->msg) ||
		    error->msg.nlmsg_len > header->nlmsg_len)
			return;
		offset +=
		    NLMSG_ALIGN(error->msg.nlmsg_len) - sizeof(error->msg);
	}
	left = nlmsg_datalen(header) - (int)offset;
	attribute = (struct nlattr *)((char *)error + offset);
	for (; left > 0 && nla_ok(attribute, left);
	    attribute = nla_next(attribute, &left))
		if (nla_type(attribute) == NLMSGERR_ATTR_MSG)
			snprintf(text, size, "%.*s", nla_len(attribute),
			    (char *)nla_data(attribute));
}
