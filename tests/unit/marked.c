/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/marked.h"

#include <check.h>

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "providers/support/rtnl.h"

/* The mark of an address or a rule: an attribute; 0 without one. */
static uint8_t mark_of(struct nlmsghdr *header, int header_size, int attribute)
{
	struct nlattr *protocol =
	    nlmsg_find_attr(header, header_size, attribute);

	return protocol ? nla_get_u8(protocol) : 0;
}

static int look(struct nl_msg *msg, void *ctx)
{
	struct nlmsghdr *header = nlmsg_hdr(msg);
	int *n = ctx;

	switch (header->nlmsg_type) {
	case RTM_NEWADDR:
		*n += mark_of(header, sizeof(struct ifaddrmsg), IFA_PROTO) ==
		    RTNL_PROTOCOL;
		break;
	case RTM_NEWROUTE:
		*n += ((struct rtmsg *)nlmsg_data(header))->rtm_protocol ==
		    RTNL_PROTOCOL;
		break;
	case RTM_NEWRULE:
		*n += mark_of(header, sizeof(struct fib_rule_hdr),
			  FRA_PROTOCOL) == RTNL_PROTOCOL;
		break;
	}
	return NL_OK;
}

static int count(int type)
{
	struct nl_sock *socket = nl_socket_alloc();
	struct rtgenmsg all = { .rtgen_family = AF_UNSPEC };
	int n = 0;

	ck_assert_ptr_nonnull(socket);
	ck_assert_int_eq(nl_connect(socket, NETLINK_ROUTE), 0);
	ck_assert_int_eq(nl_socket_modify_cb(socket, NL_CB_VALID,
			     NL_CB_CUSTOM, look, &n),
	    0);
	ck_assert_int_ge(nl_send_simple(socket, type, NLM_F_DUMP, &all,
			     sizeof(all)),
	    0);
	ck_assert_int_ge(nl_recvmsgs_default(socket), 0);
	nl_socket_free(socket);
	return n;
}

int marked_addresses(void)
{
	return count(RTM_GETADDR);
}

void marked_expect_none(void)
{
	ck_assert_int_eq(count(RTM_GETADDR), 0);
	ck_assert_int_eq(count(RTM_GETROUTE), 0);
	ck_assert_int_eq(count(RTM_GETRULE), 0);
}
