/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/bridge/port-vlans.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "providers/support/rtnl.h"
#include "resolver/schema.h"

enum {
	/* Each port is in it, unless it is told otherwise. */
	DEFAULT_VLAN = 1,
	VLANS = 4096,
};

/* In each byte, by VLAN: 0: not in it; flags. */
enum { IS_IN = 1, IS_UNTAGGED = 2, IS_PVID = 4 };

struct vlans {
	uint8_t in[VLANS];
};

static uint8_t marks_of(unsigned flags)
{
	return (uint8_t)(IS_IN |
	    (flags & BRIDGE_VLAN_INFO_UNTAGGED ? IS_UNTAGGED : 0) |
	    (flags & BRIDGE_VLAN_INFO_PVID ? IS_PVID : 0));
}

/* What it is given; false: nothing, which is the bridge's choice. */
static bool read_config(const struct config *options, struct vlans *ret)
{
	uint32_t n = config_count(options, "tagged");
	int64_t own = config_integer(options, "vlan");

	memset(ret, 0, sizeof(*ret));
	for (uint32_t i = 0; i < n; i++)
		ret->in[config_integer_at(options, "tagged", i)] = IS_IN;
	if (own)
		ret->in[own] = IS_IN | IS_UNTAGGED | IS_PVID;
	return n || own;
}

/* From a message; the kernel shows several that are alike as a range. */
static void read_shown(const struct nlmsghdr *message, struct vlans *ret)
{
	struct nlattr *vlans = nlmsg_find_attr((struct nlmsghdr *)message,
	    sizeof(struct ifinfomsg), IFLA_AF_SPEC);
	struct nlattr *attribute;
	unsigned first = VLANS;
	int left;

	memset(ret, 0, sizeof(*ret));
	if (!vlans)
		return;
	nla_for_each_nested(attribute, vlans, left) {
		const struct bridge_vlan_info *info = nla_data(attribute);

		if (nla_type(attribute) != IFLA_BRIDGE_VLAN_INFO ||
		    nla_len(attribute) != (int)sizeof(*info) ||
		    info->vid >= VLANS)
			continue;
		if (!(info->flags & BRIDGE_VLAN_INFO_RANGE_END))
			first = info->vid;
		for (unsigned id = first; id <= info->vid; id++)
			ret->in[id] = marks_of(info->flags);
	}
}

/* ---- telling ---- */

static int put(struct nl_msg *msg, unsigned id, unsigned flags)
{
	struct bridge_vlan_info info = {
		.flags = (uint16_t)flags,
		.vid = (uint16_t)id,
	};

	return nla_put(msg, IFLA_BRIDGE_VLAN_INFO, sizeof(info), &info);
}

int port_vlans_put(struct nl_msg *msg, const struct config *options)
{
	const unsigned own = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED;
	struct vlans want;
	struct nlattr *nest;

	if (!read_config(options, &want))
		return 0;
	nest = nla_nest_start(msg, IFLA_AF_SPEC);
	if (!nest)
		return -ENOMEM;
	for (unsigned id = 0; id < VLANS; id++)
		if (want.in[id] &&
		    put(msg, id, want.in[id] & IS_PVID ? own : 0) < 0)
			return -ENOMEM;
	nla_nest_end(msg, nest);
	return 0;
}

/* Those that are in former and not in now, as ranges. Returns how many. */
static int put_others(
    struct nl_msg *msg, const struct vlans *former, const struct vlans *now)
{
	int n = 0;

	for (unsigned id = 0; id < VLANS; id++) {
		unsigned last = id;

		if (!former->in[id] || now->in[id])
			continue;
		while (last + 1 < VLANS && former->in[last + 1] &&
		    !now->in[last + 1])
			last++;
		if (put(msg, id, last > id ? BRIDGE_VLAN_INFO_RANGE_BEGIN : 0) <
			0 ||
		    (last > id &&
			put(msg, last, BRIDGE_VLAN_INFO_RANGE_END) < 0))
			return n;
		id = last;
		n++;
	}
	return n;
}

struct nl_msg *port_vlans_take_back(
    const void *former, const struct nl_msg *now)
{
	const struct nlmsghdr *header = nlmsg_hdr((struct nl_msg *)now);
	const struct ifinfomsg *info = nlmsg_data(header);
	struct vlans before = { { 0 } }, after;
	struct nlattr *nest;
	struct nl_msg *msg;

	if (!nlmsg_find_attr((struct nlmsghdr *)header, sizeof(*info),
		IFLA_AF_SPEC))
		return NULL;
	read_shown(header, &after);
	if (former)
		read_shown(former, &before);
	if (!former ||
	    !nlmsg_find_attr((struct nlmsghdr *)former, sizeof(*info),
		IFLA_AF_SPEC))
		before.in[DEFAULT_VLAN] = IS_IN;
	msg = rtnl_new_msg(RTM_DELLINK, 0, info, sizeof(*info));
	nest = msg ? nla_nest_start(msg, IFLA_AF_SPEC) : NULL;
	if (!nest || !put_others(msg, &before, &after)) {
		nlmsg_free(msg);
		return NULL;
	}
	nla_nest_end(msg, nest);
	return msg;
}

/* ---- comparing ---- */

bool port_vlans_are(const struct nlmsghdr *shown,
    const struct config *options, char *text, size_t size)
{
	struct vlans want, is;

	if (!read_config(options, &want))
		return true;
	read_shown(shown, &is);
	for (unsigned id = 0; id < VLANS; id++) {
		if (is.in[id] == want.in[id])
			continue;
		if (!is.in[id])
			snprintf(text, size, "it is not in VLAN %u", id);
		else if (!want.in[id])
			snprintf(text, size, "it is in VLAN %u", id);
		else
			snprintf(text, size, "VLAN %u %s", id,
			    want.in[id] & IS_PVID
				? "is not that of packets without a tag"
				: "is not tagged");
		return false;
	}
	return true;
}
