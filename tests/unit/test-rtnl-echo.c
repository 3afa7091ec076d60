/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel makes otherwise than it was asked for. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "providers/support/rtnl-internal.h"
#include "tests/unit/run.h"

/* A message with all attributes that are asked for, but the one of that number
 * another, or without it. */
struct change {
	int attribute; /* 0: none */
	bool is_left_out;
	const char *says; /* "": no difference */
};

static void put(
    struct nl_msg *msg, const struct change *c, int attribute, uint32_t value)
{
	if (c->attribute != attribute)
		nla_put_u32(msg, attribute, value);
	else if (!c->is_left_out)
		nla_put_u32(msg, attribute, value + 1);
}

/* Attributes from 100 on are those in RTA_METRICS; 99: hops instead of one. */
enum { HOPS = 99, METRICS = 100 };

static struct nl_msg *route(const struct change *c)
{
	struct rtmsg header = { .rtm_family = AF_INET, .rtm_dst_len = 32,
		.rtm_type = c->attribute < 0 ? RTN_BLACKHOLE : RTN_UNICAST };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWROUTE, 0);
	struct change in = *c;
	struct nlattr *metrics;

	nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
	put(msg, c, RTA_TABLE, 254);
	put(msg, c, RTA_DST, 10);
	put(msg, c, RTA_PRIORITY, 7);
	if (c->attribute != HOPS) {
		put(msg, c, RTA_OIF, 3);
		put(msg, c, RTA_GATEWAY, 11);
		put(msg, c, RTA_VIA, 12);
	} else {
		nla_put(msg, RTA_MULTIPATH, 0, NULL);
	}
	put(msg, c, RTA_PREFSRC, 13);
	in.attribute -= METRICS;
	metrics = nla_nest_start(msg, RTA_METRICS);
	put(msg, &in, RTAX_MTU, 1400);
	nla_nest_end(msg, metrics);
	return msg;
}

static struct nl_msg *rule(const struct change *c)
{
	struct fib_rule_hdr header = { .family = AF_INET,
		.action = c->attribute == -1 ? FR_ACT_BLACKHOLE
					     : FR_ACT_TO_TBL,
		.flags = c->attribute == -2 ? FIB_RULE_INVERT
					    : FIB_RULE_IIF_DETACHED };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWRULE, 0);

	nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO);
	put(msg, c, FRA_PRIORITY, 1000);
	put(msg, c, FRA_SRC, 10);
	put(msg, c, FRA_DST, 11);
	put(msg, c, FRA_IIFNAME, 12);
	put(msg, c, FRA_OIFNAME, 13);
	put(msg, c, FRA_FWMARK, 7);
	put(msg, c, FRA_FWMASK, 15);
	put(msg, c, FRA_TABLE, 200);
	return msg;
}

static const struct change of_route[] = {
	{ 0, false, "" },
	{ HOPS, false, "" },
	{ -1, false, "type would be another" },
	{ RTA_DST, false, "to would be another" },
	{ RTA_TABLE, false, "table would be 255, not 254" },
	{ RTA_PRIORITY, false, "metric would be 8, not 7" },
	{ RTA_PRIORITY, true, "metric would be 0, not 7" },
	{ RTA_OIF, false, "device would be another" },
	{ RTA_GATEWAY, false, "via would be another" },
	{ RTA_VIA, true, "via would be another" },
	{ RTA_PREFSRC, false, "source would be another" },
	{ RTA_PREFSRC, true, "source would be another" },
	{ METRICS + RTAX_MTU, false, "mtu would be 1401, not 1400" },
	{ METRICS + RTAX_MTU, true, "mtu would be 0, not 1400" },
};

static const struct change of_rule[] = {
	{ 0, false, "" },
	{ -1, false, "action would be another" },
	{ -2, false, "it would be about the opposite" },
	{ FRA_PRIORITY, false, "priority would be 1001, not 1000" },
	{ FRA_SRC, false, "from would be another" },
	{ FRA_SRC, true, "from would be another" },
	{ FRA_DST, false, "to would be another" },
	{ FRA_IIFNAME, true, "iif would be another" },
	{ FRA_OIFNAME, false, "oif would be another" },
	{ FRA_FWMARK, true, "mark would be 0, not 7" },
	{ FRA_FWMASK, false, "the mask of mark would be 16, not 15" },
	{ FRA_TABLE, false, "table would be 201, not 200" },
};

static void expect(struct nl_msg *(*make)(const struct change *),
    const struct change *change)
{
	struct nl_msg *asked = make(&(struct change){ 0 });
	struct nl_msg *made = make(change);
	struct differences d = { 0 };

	rtnl_echo_compare(nlmsg_hdr(asked), nlmsg_hdr(made), &d);
	ck_assert_str_eq(d.text, change->says);
	nlmsg_free(asked);
	nlmsg_free(made);
}

START_TEST(what_of_a_route_is_otherwise_is_named)
{
	expect(route, &of_route[_i]);
}
END_TEST

START_TEST(what_of_a_rule_is_otherwise_is_named)
{
	expect(rule, &of_rule[_i]);
}
END_TEST

/* It shows what was not asked for as well. */
START_TEST(what_was_not_asked_for_is_no_difference)
{
	struct rtmsg header = { .rtm_family = AF_INET, .rtm_dst_len = 32,
		.rtm_type = RTN_UNICAST };
	struct nl_msg *asked = nlmsg_alloc_simple(RTM_NEWROUTE, 0);
	struct nl_msg *made = route(&(struct change){ 0 });
	struct nl_msg *other = rule(&(struct change){ 0 });
	struct differences d = { 0 };

	nlmsg_append(asked, &header, sizeof(header), NLMSG_ALIGNTO);
	rtnl_echo_compare(nlmsg_hdr(asked), nlmsg_hdr(made), &d);
	rtnl_echo_compare(nlmsg_hdr(asked), nlmsg_hdr(other), &d);
	ck_assert_uint_eq(d.n, 0);
	nlmsg_free(asked);
	nlmsg_free(made);
	nlmsg_free(other);
}
END_TEST

/* Every prefix of what is shown, and each byte of it the largest: nothing is
 * read beyond its end (AddressSanitizer). */
static void mangle(struct nl_msg *(*make)(const struct change *))
{
	struct nl_msg *asked = make(&(struct change){ 0 });
	size_t size = nlmsg_hdr(asked)->nlmsg_len;

	for (size_t n = NLMSG_HDRLEN; n <= size; n++) {
		for (size_t i = NLMSG_HDRLEN; i <= n; i++) {
			struct nlmsghdr *copy = malloc(n);
			struct differences d = { 0 };

			memcpy(copy, nlmsg_hdr(asked), n);
			copy->nlmsg_len = (uint32_t)n;
			if (i < n)
				((unsigned char *)copy)[i] = 0xff;
			rtnl_echo_compare(nlmsg_hdr(asked), copy, &d);
			free(copy);
		}
	}
	nlmsg_free(asked);
}

START_TEST(mangled_messages_do_no_harm)
{
	mangle(route);
	mangle(rule);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rtnl-echo");
	TCase *tcase = tcase_create("rtnl-echo");

	tcase_add_loop_test(tcase, what_of_a_route_is_otherwise_is_named, 0,
	    ARRAY_SIZE(of_route));
	tcase_add_loop_test(tcase, what_of_a_rule_is_otherwise_is_named, 0,
	    ARRAY_SIZE(of_rule));
	tcase_add_test(tcase, what_was_not_asked_for_is_no_difference);
	tcase_add_test(tcase, mangled_messages_do_no_harm);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
