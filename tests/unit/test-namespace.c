/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of providers look at in the end, looks. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "tests/unit/namespace.h"
#include "tests/unit/netns.h"

static char *begin(void)
{
	run("ip link add c0 type veth peer name r0");
	run("ip link set r0 up");
	run("ip link set c0 up");
	run("ip addr add 192.0.2.7/24 dev c0");
	run("ip route add 10.7.0.0/16 via 192.0.2.1");
	return namespace_text();
}

static const struct {
	const char *command, *said;
} changes[] = {
	{ "ip link set c0 mtu 1400", "+ c0: BROADCAST MULTICAST UP mtu 1400" },
	{ "ip link set c0 address 02:00:00:00:00:99",
	    ": 02:00:00:00:00:99\n" },
	{ "ip link set c0 down", "+ c0: BROADCAST MULTICAST mtu" },
	{ "ip link set c0 name c1", "+ c1: BROADCAST" },
	{ "ip link add c1 type veth", "+ c1: BROADCAST" },
	{ "ip link set c0 addrgenmode none", "addrgenmode none" },
	{ "ip addr add 192.0.2.8/24 dev c0", "+ c0: inet 192.0.2.8/24" },
	{ "ip addr del 192.0.2.7/24 dev c0", "- c0: inet 192.0.2.7/24" },
	{ "ip -6 addr add 2001:db8::7/64 dev c0",
	    "+ c0: inet6 2001:db8::7/64" },
	{ "ip route del 10.7.0.0/16", "- c0: unicast 10.7.0.0/16 via" },
	{ "ip route add blackhole 10.8.0.0/16 table 7",
	    "+ : blackhole 10.8.0.0/16 table 7" },
	{ "ip -6 route add 2001:db8::/64 dev c0 table 7",
	    "+ c0: unicast 2001:db8::/64 dev c0 table 7" },
	{ "ip rule add from 192.0.2.7 table 7", "from 192.0.2.7 lookup 7" },
	{ "ip -6 rule add from 2001:db8::7 table 7",
	    "from 2001:db8::7 lookup 7" },
	{ "ip neigh add 192.0.2.9 dev c0 lladdr 02:00:00:00:00:09",
	    "+ c0: 192.0.2.9 dev c0 lladdr 02:00:00:00:00:09 PERMANENT" },
	{ "ip neigh add proxy 192.0.2.9 dev c0", "192.0.2.9 dev c0 proxy" },
};

START_TEST(whatever_is_not_as_it_was_is_said)
{
	_cleanup_(free_ptr) char *before = begin();
	_cleanup_(free_ptr) char *lines = NULL;

	run("%s", changes[_i].command);
	lines = namespace_difference(before);
	ck_assert_msg(strstr(lines, changes[_i].said), "%s: said:\n%s",
	    changes[_i].command, lines);
}
END_TEST

START_TEST(so_is_another_setting_of_a_device_and_of_all)
{
	static const char *const paths[] = {
		"/proc/sys/net/ipv4/conf/c0/arp_notify",
		"/proc/sys/net/ipv6/conf/all/forwarding",
	};
	_cleanup_(free_ptr) char *before = begin();
	_cleanup_(free_ptr) char *lines = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int fd = open(paths[i], O_WRONLY | O_CLOEXEC);

		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(write(fd, "1", 1), 1);
		close(fd);
	}
	lines = namespace_difference(before);
	ck_assert_ptr_nonnull(strstr(lines, "conf/c0/arp_notify = 1"));
	ck_assert_ptr_nonnull(strstr(lines, "conf/all/forwarding = 1"));
}
END_TEST

START_TEST(what_is_put_back_is_no_difference)
{
	_cleanup_(free_ptr) char *before = begin();
	_cleanup_(free_ptr) char *lines = NULL;

	run("ip link set r0 down");
	run("ip link set c0 mtu 1400");
	run("ip link set c0 mtu 1500");
	run("ip addr add 192.0.2.8/24 dev c0");
	run("ip addr del 192.0.2.8/24 dev c0");
	run("ip link set r0 up");
	lines = namespace_difference(before);
	ck_assert_str_eq(lines, "");
}
END_TEST

START_TEST(a_card_may_be_pulled_and_plugged_in_again)
{
	_cleanup_(free_ptr) char *before = begin();
	_cleanup_(free_ptr) char *pulled = NULL;
	_cleanup_(free_ptr) char *plugged = NULL;

	run("ip link del c0");
	pulled = namespace_difference(before);
	ck_assert_str_eq(pulled, "");
	free(begin());
	plugged = namespace_difference(before);
	ck_assert_str_eq(plugged, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("namespace");
	TCase *tcase = netns_case(suite, "namespace");

	tcase_add_loop_test(tcase, whatever_is_not_as_it_was_is_said, 0,
	    ARRAY_SIZE(changes));
	tcase_add_test(tcase, so_is_another_setting_of_a_device_and_of_all);
	tcase_add_test(tcase, what_is_put_back_is_no_difference);
	tcase_add_test(tcase, a_card_may_be_pulled_and_plugged_in_again);
	return netns_run(suite);
}
