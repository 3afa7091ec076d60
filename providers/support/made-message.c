/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/made-message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/text.h"
#include "providers/support/made-internal.h"
#include "providers/support/made-option.h"

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

/* True when each attribute of the one is among those of the other. */
static bool are_among(struct nlattr *former, struct nlattr *next)
{
	struct nlattr *attribute;
	int left;

	nla_for_each_nested(attribute, former, left)
		if (!next ||
		    !nla_find(
			nla_data(next), nla_len(next), nla_type(attribute)))
			return false;
	return true;
}

static struct nlattr *find(const struct nlmsghdr *header, int type)
{
	return nlmsg_find_attr(
	    (struct nlmsghdr *)header, sizeof(struct ifinfomsg), type);
}

/* An attribute of IFLA_LINKINFO, or NULL. */
static struct nlattr *find_info(const struct nlmsghdr *header, int type)
{
	struct nlattr *info = find(header, IFLA_LINKINFO);

	return info ? nla_find(nla_data(info), nla_len(info), type) : NULL;
}

bool made_message_has_info_of(const void *copy, const struct nl_msg *msg)
{
	struct nlattr *a = copy ? find(copy, IFLA_LINKINFO) : NULL;
	struct nlattr *b =
	    find(nlmsg_hdr((struct nl_msg *)msg), IFLA_LINKINFO);

	return a && b && nla_len(a) == nla_len(b) &&
	    !memcmp(nla_data(a), nla_data(b), (size_t)nla_len(a));
}

bool made_message_can_follow(const void *copy, const struct nl_msg *msg)
{
	const struct nlmsghdr *former = copy;
	const struct nlmsghdr *next = nlmsg_hdr((struct nl_msg *)msg);
	struct nlattr *kind, *new_kind, *data;

	if (!former)
		return false;
	kind = find_info(former, IFLA_INFO_KIND);
	new_kind = find_info(next, IFLA_INFO_KIND);
	data = find_info(former, IFLA_INFO_DATA);
	/* Neither has one: a TUN device, which is not made by a message. */
	if (!kind || !new_kind)
		return !kind && !new_kind;
	if (nla_strcmp(new_kind, nla_data(kind)) != 0)
		return false;
	return !data || are_among(data, find_info(next, IFLA_INFO_DATA));
}

bool made_message_port_can_follow(const void *copy, const struct nl_msg *msg)
{
	const struct nlmsghdr *former = copy;
	const struct nlmsghdr *next = nlmsg_hdr((struct nl_msg *)msg);

	return are_among(find(former, IFLA_PROTINFO),
		   find(next, IFLA_PROTINFO)) &&
	    (!find(former, IFLA_AF_SPEC) || find(next, IFLA_AF_SPEC));
}

/* ---- writing one ---- */

const char *made_message_kind(const struct made_link *l)
{
	return l->kind->name_of ? l->kind->name_of(l->job) : l->kind->name;
}

static int put_data(
    struct nl_msg *msg, const struct made_link *l, uint32_t once)
{
	const struct made_of of = { l->kind->options, l->job, l->job->config };

	return of.options ? made_options_put(msg, &of, once)
			  : l->kind->put_data(msg, l->job);
}

static int put_info(
    struct nl_msg *msg, const struct made_link *l, uint32_t once)
{
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data;

	if (!info ||
	    nla_put_string(msg, IFLA_INFO_KIND, made_message_kind(l)) < 0)
		return -ENOMEM;
	if (l->kind->options || l->kind->put_data) {
		data = nla_nest_start(msg, IFLA_INFO_DATA);
		if (!data || put_data(msg, l, once) < 0)
			return -ENOMEM;
		nla_nest_end(msg, data);
	}
	nla_nest_end(msg, info);
	return 0;
}

static int put_common(
    struct nl_msg *msg, const struct made_link *l, uint32_t once)
{
	uint32_t mtu = (uint32_t)config_integer(l->job->config, "mtu");
	uint32_t another = mtu ^ 1;

	/* Only a change to it counts as its choice to a bridge. */
	if (mtu && !l->is_made && l->kind->is_created_apart &&
	    l->kind->is_created_apart(l->job))
		mtu = another;
	if (mtu && nla_put_u32(msg, IFLA_MTU, mtu) < 0)
		return -ENOMEM;
	if (l->kind->lower == LOWER_LINK &&
	    nla_put_u32(msg, IFLA_LINK, l->lower) < 0)
		return -ENOMEM;
	/* What is not made by this message has nothing there, and tun is
	 * refused with so much as its name. */
	if (l->kind->create || (l->kind->creation_msg && l->is_made) ||
	    l->has_info)
		return 0;
	return put_info(msg, l, once);
}

bool made_message_mac(const struct made_link *l, uint8_t ret[TEXT_MAC_SIZE])
{
	const struct config *config = l->job->config;

	for (size_t i = 0; config->keys[i].name; i++)
		if (!strcmp(config->keys[i].name, "mac") &&
		    config_count(config, "mac"))
			return text_parse_mac(
				   config_text(config, "mac"), ret) == 0;
	return false;
}

static int put_creation(struct nl_msg *msg, const struct made_link *l)
{
	uint8_t mac[TEXT_MAC_SIZE];

	if (nla_put_string(msg, IFLA_IFNAME, l->name) < 0)
		return -ENOMEM;
	return made_message_mac(l, mac)
	    ? nla_put(msg, IFLA_ADDRESS, sizeof(mac), mac)
	    : 0;
}

struct nl_msg *made_message_info(const struct made_link *l, uint32_t once)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)l->ifindex,
	};
	struct nl_msg *msg = rtnl_new_msg(RTM_NEWLINK, 0, &info, sizeof(info));

	if (msg && put_info(msg, l, once) == 0)
		return msg;
	nlmsg_free(msg);
	return NULL;
}

struct nl_msg *made_message_new(const struct made_link *l, uint32_t once)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)l->ifindex,
		.ifi_change = l->ifindex ? 0 : IFF_UP,
		.ifi_flags = l->ifindex ? 0 : IFF_UP,
	};
	struct nl_msg *msg = rtnl_new_msg(RTM_NEWLINK,
	    l->is_made ? 0 : NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));

	if (msg && ((!l->ifindex && put_creation(msg, l) < 0) ||
		    put_common(msg, l, once) < 0)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}
