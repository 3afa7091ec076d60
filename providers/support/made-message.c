/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/made-message.h"

#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

void *made_message_copy(const struct nl_msg *msg)
{
	const struct nlmsghdr *header =
	    msg ? nlmsg_hdr((struct nl_msg *)msg) : NULL;
	void *copy = header ? malloc(header->nlmsg_len) : NULL;

	if (copy)
		memcpy(copy, header, header->nlmsg_len);
	return copy;
}

bool made_message_is(const void *copy, const struct nl_msg *msg)
{
	const struct nlmsghdr *a = copy;
	const struct nlmsghdr *b = nlmsg_hdr((struct nl_msg *)msg);

	return a && a->nlmsg_len == b->nlmsg_len &&
	    !memcmp(nlmsg_data(a), nlmsg_data(b),
		(size_t)nlmsg_datalen(a));
}

static struct nlattr *find_info(const struct nlmsghdr *header)
{
	return nlmsg_find_attr((struct nlmsghdr *)header,
	    sizeof(struct ifinfomsg), IFLA_LINKINFO);
}

bool made_message_has_info_of(const void *copy, const struct nl_msg *msg)
{
	struct nlattr *a = copy ? find_info(copy) : NULL;
	struct nlattr *b = find_info(nlmsg_hdr((struct nl_msg *)msg));

	return a && b && nla_len(a) == nla_len(b) &&
	    !memcmp(nla_data(a), nla_data(b), (size_t)nla_len(a));
}

/* An attribute of IFLA_LINKINFO, or NULL. */
static struct nlattr *find(const struct nlmsghdr *header, int type)
{
	struct nlattr *info = find_info(header);

	return info ? nla_find(nla_data(info), nla_len(info), type) : NULL;
}

bool made_message_can_follow(const void *copy, const struct nl_msg *msg)
{
	const struct nlmsghdr *former = copy;
	const struct nlmsghdr *next = nlmsg_hdr((struct nl_msg *)msg);
	struct nlattr *kind, *new_kind, *data, *new_data, *attribute;
	int left;

	if (!former)
		return false;
	kind = find(former, IFLA_INFO_KIND);
	new_kind = find(next, IFLA_INFO_KIND);
	data = find(former, IFLA_INFO_DATA);
	new_data = find(next, IFLA_INFO_DATA);
	/* Neither has one: a TUN device, which is not made by a message. */
	if (!kind || !new_kind)
		return !kind && !new_kind;
	if (nla_strcmp(new_kind, nla_data(kind)) != 0)
		return false;
	if (!data)
		return true;
	nla_for_each_nested(attribute, data, left)
		if (!new_data ||
		    !nla_find(nla_data(new_data), nla_len(new_data),
			nla_type(attribute)))
			return false;
	return true;
}
