/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/link/ethtool.h"

#include <stdio.h>
#include <string.h>

#include <linux/ethtool.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "providers/support/genl.h"

/* ethtool's own grouping of the kernel's features. */
static const struct {
	const char *key, *feature;
} features[] = {
	{ "rx", "rx-checksum" },
	{ "tx", "tx-checksum-ip-generic" },
	{ "tx", "tx-checksum-ipv4" },
	{ "tx", "tx-checksum-ipv6" },
	{ "tx", "tx-checksum-sctp" },
	{ "tx", "tx-checksum-fcoe-crc" },
	{ "sg", "tx-scatter-gather" },
	{ "sg", "tx-scatter-gather-fraglist" },
	{ "tso", "tx-tcp-segmentation" },
	{ "tso", "tx-tcp-ecn-segmentation" },
	{ "tso", "tx-tcp-mangleid-segmentation" },
	{ "tso", "tx-tcp6-segmentation" },
	/* Later than the others; never sent to a kernel that lacks it. */
	{ "tso", "tx-tcp-accecn-segmentation" },
	{ "gso", "tx-generic-segmentation" },
	{ "gro", "rx-gro" },
	{ "lro", "rx-lro" },
	{ "rxvlan", "rx-vlan-hw-parse" },
	{ "txvlan", "tx-vlan-hw-insert" },
};

static const char *const keys[] = { "rx", "tx", "sg", "tso", "gso", "gro",
	"lro", "rxvlan", "txvlan", NULL };

const char *ethtool_feature_key(size_t i)
{
	return keys[i];
}

uint32_t ethtool_features_of(const char *key)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		if (!strcmp(features[i].key, key))
			bits |= UINT32_C(1) << i;
	return bits;
}

/* ---- messages ---- */

static struct nl_msg *new_msg(
    struct genl *genl, uint8_t command, int header, uint32_t ifindex)
{
	struct nl_msg *msg =
	    genl_new_msg(genl, command, ETHTOOL_GENL_VERSION, 0);
	struct nlattr *nest = msg ? nla_nest_start(msg, header) : NULL;

	if (nest &&
	    nla_put_u32(msg, ETHTOOL_A_HEADER_DEV_INDEX, ifindex) == 0) {
		nla_nest_end(msg, nest);
		return msg;
	}
	nlmsg_free(msg);
	return NULL;
}

static int put_bit(struct nl_msg *msg, int id, const void *data, int size,
    bool is_on)
{
	struct nlattr *bit = nla_nest_start(msg, ETHTOOL_A_BITSET_BITS_BIT);

	if (!bit || nla_put(msg, id, size, data) < 0 ||
	    (is_on && nla_put_flag(msg, ETHTOOL_A_BITSET_BIT_VALUE) < 0))
		return -1;
	nla_nest_end(msg, bit);
	return 0;
}

/* The parts of one message, or none: then memory is out. */
static void send_whole(struct genl *genl, struct genl_request *request,
    struct nl_msg *msg, int r)
{
	if (r < 0) {
		nlmsg_free(msg);
		msg = NULL;
	}
	genl_send(genl, request, msg);
}

/* ---- features ---- */

void ethtool_get_features(
    struct genl *genl, struct genl_request *request, uint32_t ifindex)
{
	genl_send(genl, request,
	    new_msg(genl, ETHTOOL_MSG_FEATURES_GET,
		ETHTOOL_A_FEATURES_HEADER, ifindex));
}

static uint32_t feature_bit(struct nlattr *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(features); i++)
		if (!nla_strcmp(name, features[i].feature))
			return UINT32_C(1) << i;
	return 0;
}

/* Those that it lists: a bitset without a mask lists what is set. */
static uint32_t read_bits(struct nlattr *bitset)
{
	struct nlattr *tb[ETHTOOL_A_BITSET_MAX + 1];
	struct nlattr *bit, *parts[ETHTOOL_A_BITSET_BIT_MAX + 1];
	uint32_t bits = 0;
	int left;

	if (!bitset ||
	    nla_parse_nested(tb, ETHTOOL_A_BITSET_MAX, bitset, NULL) < 0 ||
	    !tb[ETHTOOL_A_BITSET_BITS])
		return 0;
	nla_for_each_nested(bit, tb[ETHTOOL_A_BITSET_BITS], left)
		if (nla_parse_nested(parts, ETHTOOL_A_BITSET_BIT_MAX, bit,
			NULL) == 0)
			bits |= feature_bit(parts[ETHTOOL_A_BITSET_BIT_NAME]);
	return bits;
}

bool ethtool_read_features(
    const struct nlmsghdr *header, struct ethtool_features *ret)
{
	struct nlattr *tb[ETHTOOL_A_FEATURES_MAX + 1];

	if (nlmsg_parse((struct nlmsghdr *)header, GENL_HDRLEN, tb,
		ETHTOOL_A_FEATURES_MAX, NULL) < 0)
		return false;
	ret->can = read_bits(tb[ETHTOOL_A_FEATURES_HW]);
	ret->wanted = read_bits(tb[ETHTOOL_A_FEATURES_WANTED]);
	ret->active = read_bits(tb[ETHTOOL_A_FEATURES_ACTIVE]);
	return true;
}

static int put_features(struct nl_msg *msg, uint32_t mask, uint32_t on)
{
	struct nlattr *set = nla_nest_start(msg, ETHTOOL_A_FEATURES_WANTED);
	struct nlattr *bits =
	    set ? nla_nest_start(msg, ETHTOOL_A_BITSET_BITS) : NULL;

	for (size_t i = 0; bits && i < ARRAY_SIZE(features); i++) {
		const char *name = features[i].feature;

		if (mask >> i & 1 &&
		    put_bit(msg, ETHTOOL_A_BITSET_BIT_NAME, name,
			(int)strlen(name) + 1, on >> i & 1) < 0)
			return -1;
	}
	if (!bits)
		return -1;
	nla_nest_end(msg, bits);
	nla_nest_end(msg, set);
	return 0;
}

void ethtool_set_features(struct genl *genl, struct genl_request *request,
    uint32_t ifindex, uint32_t mask, uint32_t on)
{
	struct nl_msg *msg = new_msg(genl, ETHTOOL_MSG_FEATURES_SET,
	    ETHTOOL_A_FEATURES_HEADER, ifindex);

	send_whole(genl, request, msg, msg ? put_features(msg, mask, on) : 0);
}

/* ---- what wakes the machine ---- */

/* In the order of the kernel's bits; the last two are no words of the key, but
 * others may have set them. */
static const char *const wakes[] = { "phy", "unicast", "multicast",
	"broadcast", "arp", "magic", "magicsecure", "filter" };

uint32_t ethtool_wake_mode(const char *word)
{
	for (uint32_t i = 0; WAKE_PHY << i <= WAKE_MAGIC; i++)
		if (!strcmp(wakes[i], word))
			return WAKE_PHY << i;
	return 0;
}

void ethtool_print_wake(uint32_t modes, char text[ETHTOOL_WAKE_SIZE])
{
	size_t n = 0;

	snprintf(text, ETHTOOL_WAKE_SIZE, "off");
	for (uint32_t i = 0; i < ARRAY_SIZE(wakes); i++)
		if (modes >> i & 1)
			n += (size_t)snprintf(text + n, ETHTOOL_WAKE_SIZE - n,
			    "%s%s", n ? ", " : "", wakes[i]);
}

static int put_wake(struct nl_msg *msg, uint32_t modes)
{
	struct nlattr *set = nla_nest_start(msg, ETHTOOL_A_WOL_MODES), *bits;

	/* No mask: what is not listed is not set. */
	if (!set || nla_put_flag(msg, ETHTOOL_A_BITSET_NOMASK) < 0)
		return -1;
	bits = nla_nest_start(msg, ETHTOOL_A_BITSET_BITS);
	for (uint32_t i = 0; bits && i < 32; i++)
		if (modes >> i & 1 &&
		    put_bit(msg, ETHTOOL_A_BITSET_BIT_INDEX, &i, sizeof(i),
			true) < 0)
			return -1;
	if (!bits)
		return -1;
	nla_nest_end(msg, bits);
	nla_nest_end(msg, set);
	return 0;
}

void ethtool_set_wake(struct genl *genl, struct genl_request *request,
    uint32_t ifindex, uint32_t modes)
{
	struct nl_msg *msg = new_msg(
	    genl, ETHTOOL_MSG_WOL_SET, ETHTOOL_A_WOL_HEADER, ifindex);

	send_whole(genl, request, msg, msg ? put_wake(msg, modes) : 0);
}

void ethtool_get_wake(
    struct genl *genl, struct genl_request *request, uint32_t ifindex)
{
	genl_send(genl, request,
	    new_msg(genl, ETHTOOL_MSG_WOL_GET, ETHTOOL_A_WOL_HEADER,
		ifindex));
}

/* It lists what the card can, and marks what is set. */
static uint32_t read_marked(struct nlattr *list)
{
	static const struct nla_policy policy[ETHTOOL_A_BITSET_BIT_MAX + 1] = {
		[ETHTOOL_A_BITSET_BIT_INDEX] = { .type = NLA_U32 },
	};
	struct nlattr *bit, *parts[ETHTOOL_A_BITSET_BIT_MAX + 1];
	uint32_t bits = 0, i;
	int left;

	nla_for_each_nested(bit, list, left) {
		if (nla_parse_nested(parts, ETHTOOL_A_BITSET_BIT_MAX, bit,
			policy) < 0 ||
		    !parts[ETHTOOL_A_BITSET_BIT_INDEX] ||
		    !parts[ETHTOOL_A_BITSET_BIT_VALUE])
			continue;
		i = nla_get_u32(parts[ETHTOOL_A_BITSET_BIT_INDEX]);
		if (i < 32)
			bits |= UINT32_C(1) << i;
	}
	return bits;
}

bool ethtool_read_wake(const struct nlmsghdr *header, uint32_t *ret_modes)
{
	struct nlattr *modes = nlmsg_find_attr(
	    (struct nlmsghdr *)header, GENL_HDRLEN, ETHTOOL_A_WOL_MODES);
	struct nlattr *bits = modes ? nla_find(nla_data(modes),
					  nla_len(modes),
					  ETHTOOL_A_BITSET_BITS)
				    : NULL;

	if (!bits)
		return false;
	*ret_modes = read_marked(bits);
	return true;
}

/* ---- what others change ---- */

uint32_t ethtool_read_event(const struct nlmsghdr *header)
{
	const struct genlmsghdr *genl = nlmsg_data(header);
	struct nlattr *device, *index;

	if (nlmsg_datalen(header) < (int)GENL_HDRLEN ||
	    (genl->cmd != ETHTOOL_MSG_FEATURES_NTF &&
		genl->cmd != ETHTOOL_MSG_WOL_NTF))
		return 0;
	_Static_assert((int)ETHTOOL_A_FEATURES_HEADER ==
		(int)ETHTOOL_A_WOL_HEADER, "the same in both");
	device = nlmsg_find_attr((struct nlmsghdr *)header, GENL_HDRLEN,
	    ETHTOOL_A_FEATURES_HEADER);
	index = device ? nla_find(nla_data(device), nla_len(device),
			     ETHTOOL_A_HEADER_DEV_INDEX)
		       : NULL;
	return index && nla_len(index) == sizeof(uint32_t)
	    ? nla_get_u32(index)
	    : 0;
}

/* ---- the link's mode ---- */

void ethtool_get_link(
    struct genl *genl, struct genl_request *request, uint32_t ifindex)
{
	genl_send(genl, request,
	    new_msg(genl, ETHTOOL_MSG_LINKMODES_GET,
		ETHTOOL_A_LINKMODES_HEADER, ifindex));
}

bool ethtool_read_link(const struct nlmsghdr *header, struct ethtool_link *ret)
{
	static const struct nla_policy policy[ETHTOOL_A_LINKMODES_MAX + 1] = {
		[ETHTOOL_A_LINKMODES_SPEED] = { .type = NLA_U32 },
		[ETHTOOL_A_LINKMODES_DUPLEX] = { .type = NLA_U8 },
	};
	struct nlattr *tb[ETHTOOL_A_LINKMODES_MAX + 1];
	uint8_t duplex = DUPLEX_UNKNOWN;

	*ret = (struct ethtool_link){ 0 };
	if (nlmsg_parse((struct nlmsghdr *)header, GENL_HDRLEN, tb,
		ETHTOOL_A_LINKMODES_MAX, policy) < 0)
		return false;
	if (tb[ETHTOOL_A_LINKMODES_SPEED])
		ret->speed = nla_get_u32(tb[ETHTOOL_A_LINKMODES_SPEED]);
	if (ret->speed == (uint32_t)SPEED_UNKNOWN)
		ret->speed = 0;
	if (tb[ETHTOOL_A_LINKMODES_DUPLEX])
		duplex = nla_get_u8(tb[ETHTOOL_A_LINKMODES_DUPLEX]);
	if (duplex == DUPLEX_FULL || duplex == DUPLEX_HALF)
		ret->duplex = duplex == DUPLEX_FULL ? "full" : "half";
	return true;
}
