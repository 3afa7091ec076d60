/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kinds of links that nodes make and the machine's own kernel may lack: for
 * the second kernel, see tests/vm/made-links.sh.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/support/rtnl.h"
#include "tests/unit/bond-tests.h"
#include "tests/unit/job-host.h"
#include "tests/unit/made-link-tests.h"
#include "tests/unit/netns.h"
#include "tests/unit/vrf-tests.h"
#include "tests/unit/wireguard-tests.h"

/* Those of test-bridge, test-tun and test-veth are tested there. */
static const struct made_link_case cases[] = {
	{ &provider_bond, "mode: active-backup", .has_ports = true },
	{ &provider_dummy, "", false },
	{ &provider_gre, "local: 192.0.2.7, remote: 192.0.2.8", false },
	{ &provider_ipvlan, "", true },
	{ &provider_macvlan, "", true },
	{ &provider_vlan, "id: 5", true },
	{ &provider_vrf, "table: 200", .takes_ports = true },
	{ &provider_wireguard,
	    "private-key: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
	    false },
};

struct said {
	const struct provider *provider;
	const char *keys, *says;
	bool has_lower;
};

/* What the kernel says of the keys, as `ip -d link show` prints it. */
static const struct said said[] = {
	{ &provider_bridge, "vlan-filtering: true", "vlan_filtering 1" },
	{ &provider_dummy, "mac: 02:00:00:00:00:07", "02:00:00:00:00:07" },
	{ &provider_dummy, "mtu: 9000", "mtu 9000" },
	{ &provider_gre, "local: 192.0.2.7, remote: 192.0.2.8, key: 9",
	    "gre remote 192.0.2.8 local 192.0.2.7 ttl 64 ikey 0.0.0.9 "
	    "okey 0.0.0.9" },
	{ &provider_gre,
	    "local: 192.0.2.7, remote: 192.0.2.8, ethernet: true",
	    "gretap remote 192.0.2.8" },
	{ &provider_gre, "local: '2001:db8::7', remote: '2001:db8::8'",
	    "ip6gre remote 2001:db8::8 local 2001:db8::7" },
	{ &provider_gre,
	    "local: '2001:db8::7', remote: '2001:db8::8', ethernet: true",
	    "ip6gretap remote 2001:db8::8 local 2001:db8::7" },
	{ &provider_gre, "local: 192.0.2.7, remote: 192.0.2.8",
	    "gre remote 192.0.2.8 local 192.0.2.7 dev low0", true },
	{ &provider_ipvlan, "mode: l3", "ipvlan  mode l3", true },
	{ &provider_ipvlan, "mode: l3s", "ipvlan  mode l3s", true },
	{ &provider_macvlan, "mode: vepa", "macvlan mode vepa", true },
	{ &provider_macvlan, "mode: private", "macvlan mode private", true },
	{ &provider_macvlan, "mode: passthru", "macvlan mode passthru",
	    true },
	{ &provider_vrf, "table: 200", "vrf table 200" },
	{ &provider_vxlan, "id: 7, remote: 192.0.2.9, port: 4790",
	    "vxlan id 7 remote 192.0.2.9 srcport 0 0 dstport 4790" },
	{ &provider_vxlan, "id: 8, remote: '2001:db8::9', learning: false",
	    "nolearning" },
	{ &provider_vxlan, "id: 8, local: 192.0.2.7, ageing-time: 60s",
	    "local 192.0.2.7 dev low0", true },
	{ &provider_bond, "mode: 802.3ad, lacp-rate: fast, hash: layer3+4",
	    "bond mode 802.3ad miimon 100" },
	{ &provider_bond, "mode: 802.3ad, lacp-rate: fast",
	    "lacp_rate fast" },
	{ &provider_bond, "mode: 802.3ad, min-links: 2, hash: layer2+3",
	    "min_links 2" },
	{ &provider_bond, "mode: balance-xor, hash: layer3+4",
	    "xmit_hash_policy layer3+4" },
	{ &provider_bond, "mode: balance-tlb", "bond mode balance-tlb" },
	{ &provider_bond, "mode: balance-alb", "bond mode balance-alb" },
	{ &provider_bond, "mode: broadcast", "bond mode broadcast" },
	{ &provider_vlan, "id: 4094", "protocol 802.1Q id 4094", true },
	{ &provider_vlan, "id: 7, protocol: 802.1ad",
	    "protocol 802.1ad id 7", true },
	{ &provider_vlan, "id: 7, mtu: 1400", "mtu 1400", true },
};

START_TEST(keys_reach_the_kernel)
{
	const struct said *one = &said[_i];
	struct test_job *job;
	struct job_host *host;
	char profile[1024];

	run("ip link add low0 type veth peer name far0");
	run("ip link set low0 up");
	snprintf(profile, sizeof(profile),
	    "version: 1\nnodes:\n  low: { kind: below }\n"
	    "  made0: { kind: %s%s, %s }\n",
	    one->provider->schema->kind, one->has_lower ? ", over: low" : "",
	    one->keys);
	host = job_host_open(one->provider, profile);
	job = job_host_job(host, "made0");
	if (one->has_lower)
		test_job_set_device(job, "low0");
	test_job_start(job);
	/* A bond without ports has no carrier. */
	ck_assert_int_eq(test_job_wait(job)->type,
	    one->provider == &provider_bond ? REPORT_UNMET : REPORT_UP);
	ck_assert_msg(link_says("made0", one->says), "not %s:\n%s", one->says,
	    output_of("ip -d -o link show dev made0"));
	job_host_close(host);
}
END_TEST

struct refused {
	const struct provider *provider;
	const char *keys, *before; /* a command */
	const char *reason;
	bool has_lower, is_permanent;
};

/* What no schema can know. */
static const struct refused refused[] = {
	{ &provider_gre, "local: 192.0.2.7, remote: 192.0.2.8",
	    "ip link add other type gre local 192.0.2.7 remote 192.0.2.8 "
	    "ttl 64", "File exists" },
	{ &provider_ipvlan, "mode: l3",
	    "ip link add link low0 name other type macvlan", "busy", true },
	{ &provider_macvlan, "mode: passthru",
	    "ip link add link low0 name other type macvlan",
	    "Invalid argument", true, true },
	{ &provider_macvlan, "mtu: 9000", NULL,
	    "an 'mtu' of 9000 over low0, which has 1500: Invalid argument",
	    true },
	{ &provider_vlan, "id: 5",
	    "ip link add link low0 name other type vlan id 5",
	    "VLAN device already exists", true },
	{ &provider_vlan, "id: 5, mtu: 9000", NULL,
	    "an 'mtu' of 9000 over low0, which has 1500: Invalid argument",
	    true },
	{ &provider_vrf, "table: 5, mtu: 1000", NULL, "mtu less", false,
	    true },
	{ &provider_vxlan, "id: 7",
	    "ip link add other type vxlan id 7 dstport 4789", "VNI" },
};

START_TEST(what_the_kernel_refuses_is_said_in_its_words)
{
	const struct refused *one = &refused[_i];
	const struct report *report;
	struct test_job *job;
	struct job_host *host;
	char profile[512];

	run("ip link add low0 type veth peer name far0");
	run("ip link set low0 up");
	if (one->before)
		run("%s", one->before);
	snprintf(profile, sizeof(profile),
	    "version: 1\nnodes:\n  low: { kind: below }\n"
	    "  made0: { kind: %s%s, %s }\n",
	    one->provider->schema->kind, one->has_lower ? ", over: low" : "",
	    one->keys);
	host = job_host_open(one->provider, profile);
	job = job_host_job(host, "made0");
	if (one->has_lower)
		test_job_set_device(job, "low0");
	test_job_start(job);
	report = test_job_expect(job, REPORT_FAILED);
	ck_assert_msg(strstr(report->reason, one->reason), "not %s: %s",
	    one->reason, report->reason);
	ck_assert_msg(report->permanent == one->is_permanent,
	    "permanent: %d, %s", (int)report->permanent, report->reason);
	ck_assert(!link_exists("made0"));
	if (one->before)
		run("ip link del other");
	job_host_close(host);
}
END_TEST

/* What others do to it, and what is logged of that. */
static const struct changed {
	const struct provider *provider;
	const char *keys, *command, *logged;
	bool has_lower;
} changed[] = {
	{ &provider_dummy, "mac: 02:00:00:00:00:07",
	    "ip link set made0 address 02:00:00:00:00:08",
	    "mac is 02:00:00:00:00:08, not 02:00:00:00:00:07" },
	{ &provider_gre, "local: 192.0.2.7, remote: 192.0.2.8, key: 9",
	    "ip link set made0 type gre local 192.0.2.7 remote 192.0.2.9 "
	    "key 9 ttl 64",
	    "remote is 192.0.2.9, not 192.0.2.8" },
	{ &provider_gre, "local: 192.0.2.7, remote: 192.0.2.8, key: 9",
	    "ip link set made0 type gre local 192.0.2.7 remote 192.0.2.8 "
	    "key 8 ttl 64",
	    "key is 8, not 9" },
	{ &provider_ipvlan, "mode: l3", "ip link set made0 type ipvlan mode l2",
	    "mode is l2, not l3", true },
	{ &provider_macvlan, "mode: private",
	    "ip link set made0 type macvlan mode vepa",
	    "mode is vepa, not private", true },
	{ &provider_vxlan, "id: 7, local: 192.0.2.7, ttl: 3",
	    "ip link set made0 type vxlan id 7 ttl 4", "ttl is 4, not 3" },
	{ &provider_bond, "miimon: 200ms",
	    "ip link set made0 type bond miimon 300",
	    "miimon is 300ms, not 200ms" },
	{ &provider_bond, "mode: balance-xor, hash: layer3+4",
	    "ip link set made0 type bond xmit_hash_policy layer2",
	    "hash is layer2, not layer3+4" },
	{ &provider_vlan, "id: 7, mac: 02:00:00:00:00:07",
	    "ip link set made0 address 02:00:00:00:00:08",
	    "mac is 02:00:00:00:00:08, not 02:00:00:00:00:07", true },
};

START_TEST(what_others_change_is_put_right)
{
	const struct changed *one = &changed[_i];
	_cleanup_(free_ptr) char *before = NULL, *after = NULL;
	struct job_host *host;
	struct test_job *job;
	char profile[1024];

	run("ip link add low0 type veth peer name far0");
	run("ip link set low0 up");
	snprintf(profile, sizeof(profile),
	    "version: 1\nnodes:\n  low: { kind: below }\n"
	    "  made0: { kind: %s%s, %s }\n",
	    one->provider->schema->kind, one->has_lower ? ", over: low" : "",
	    one->keys);
	host = job_host_open(one->provider, profile);
	job = job_host_job(host, "made0");
	if (one->has_lower)
		test_job_set_device(job, "low0");
	test_job_start(job);
	(void)test_job_wait(job); /* a bond has no carrier yet */
	before = output_of("ip -d -o link show dev made0");
	run("%s", one->command);
	job_host_wait_logged(host, one->logged);
	do {
		free(after);
		job_host_turn(host);
		after = output_of("ip -d -o link show dev made0");
	} while (strcmp(after, before) != 0 &&
	    !job_host_has_logged(host, "refuses"));
	ck_assert_str_eq(after, before);
	job_host_close(host);
}
END_TEST

START_TEST(a_gre_tunnel_is_changed_in_place_where_it_can_be)
{
	static const char profile[] =
	    "version: 1\n"
	    "nodes:\n"
	    "  made0: { kind: gre, local: 192.0.2.7, remote: 192.0.2.8 }\n"
	    "  other: { kind: gre, local: 192.0.2.6, remote: 192.0.2.9,\n"
	    "    key: 5, ttl: 9 }\n"
	    "  six: { kind: gre, local: '2001:db8::7',\n"
	    "    remote: '2001:db8::8' }\n";
	struct job_host *host = job_host_open(&provider_gre, profile);
	struct test_job *job = job_host_job(host, "made0");
	unsigned ifindex;

	test_job_start(job);
	ck_assert_int_eq(test_job_wait(job)->type, REPORT_UP);
	ifindex = if_nametoindex("made0");
	test_job_update(job, "other");
	while (!link_says("made0", "ikey 0.0.0.5"))
		job_host_turn(host);
	ck_assert(link_says("made0", "remote 192.0.2.9 local 192.0.2.6"));
	ck_assert(link_says("made0", "ttl 9"));
	ck_assert_uint_eq(if_nametoindex("made0"), ifindex);
	test_job_update(job, "six");
	while (test_job_wait(job)->type != REPORT_UNMET)
		;
	ck_assert_int_eq(test_job_wait(job)->type, REPORT_UP);
	ck_assert(link_says("made0", "ip6gre remote 2001:db8::8"));
	job_host_close(host);
}
END_TEST

static bool is_over_low1(void *ctx)
{
	(void)ctx;
	return link_says("made0", "dev low1");
}

START_TEST(a_gre_tunnel_moves_to_another_device)
{
	static const char profile[] =
	    "version: 1\nnodes:\n"
	    "  low: { kind: below }\n"
	    "  made0: { kind: gre, over: low, local: 192.0.2.7,\n"
	    "    remote: 192.0.2.8 }\n";
	struct test_job *job;
	struct job_host *host;
	unsigned ifindex;

	for (int i = 0; i < 2; i++)
		run("ip link add low%d type veth peer name far%d", i, i);
	host = job_host_open(&provider_gre, profile);
	job = job_host_job(host, "made0");
	test_job_set_device(job, "low0");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	ifindex = if_nametoindex("made0");
	test_job_set_device(job, "low1");
	test_job_rebind(job);
	job_host_wait(host, is_over_low1, NULL, "the other device");
	ck_assert_uint_eq(if_nametoindex("made0"), ifindex);
	job_host_close(host);
}
END_TEST

static const char trunk[] =
    "version: 1\nnodes:\n"
    "  left: { kind: below }\n"
    "  right: { kind: below }\n"
    "  made0: { kind: bridge, ports: [left, right], vlan-filtering: true,\n"
    "    port-options: [{ port: left, vlan: 30, tagged: [10, 20] }] }\n"
    "  other: { kind: bridge, ports: [left, right], vlan-filtering: true,\n"
    "    port-options: [{ port: left, vlan: 40, tagged: 20 }] }\n";

static bool is_in_vlan_30(void *ctx)
{
	_cleanup_(free_ptr) char *vlans = output_of("bridge vlan show dev c0");

	(void)ctx;
	return strstr(vlans, "30 PVID Egress Untagged") &&
	    strstr(vlans, "10") && strstr(vlans, "20") && !strstr(vlans, " 1 ");
}

static bool is_in_vlan_40(void *ctx)
{
	_cleanup_(free_ptr) char *vlans = output_of("bridge vlan show dev c0");

	(void)ctx;
	return strstr(vlans, "40 PVID Egress Untagged") &&
	    strstr(vlans, "20") && !strstr(vlans, "30") &&
	    !strstr(vlans, "10");
}

START_TEST(a_port_is_in_the_vlans_that_are_given_for_it)
{
	_cleanup_(free_ptr) char *vlans = NULL;
	struct test_job *job;
	struct job_host *host;

	for (int i = 0; i < 2; i++)
		run("ip link add c%d type veth peer name r%d", i, i);
	host = job_host_open(&provider_bridge, trunk);
	job = job_host_job(host, "made0");
	test_job_name(job, "right", "c1");
	test_job_name(job, "left", "c0");
	test_job_start(job);
	job_host_wait(host, is_in_vlan_30, NULL, "its VLANs");
	test_job_update(job, "other");
	job_host_wait(host, is_in_vlan_40, NULL, "its other VLANs");
	/* The other one as ever. */
	vlans = output_of("bridge vlan show dev c1");
	ck_assert_ptr_nonnull(strstr(vlans, "1 PVID Egress Untagged"));
	ck_assert_str_eq(job_host_log(host), "");
	job_host_close(host);
}
END_TEST

START_TEST(vlans_of_a_port_that_others_change_are_put_right)
{
	static const struct {
		const char *command, *logged;
	} changes[] = {
		{ "bridge vlan add dev c0 vid 50-60",
		    "put right: of c0, it is in VLAN 50" },
		{ "bridge vlan del dev c0 vid 20",
		    "put right: of c0, it is not in VLAN 20" },
		{ "bridge vlan add dev c0 vid 20 untagged",
		    "put right: of c0, VLAN 20 is not tagged" },
	};
	struct job_host *host;
	struct test_job *job;
	_cleanup_(free_ptr) char *before = NULL;

	run("ip link add c0 type veth peer name r0");
	host = job_host_open(&provider_bridge, trunk);
	job = job_host_job(host, "other");
	test_job_name(job, "left", "c0");
	test_job_start(job);
	job_host_wait(host, is_in_vlan_40, NULL, "its VLANs");
	before = output_of("bridge vlan show dev c0");
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		_cleanup_(free_ptr) char *after = NULL;

		run("%s", changes[i].command);
		job_host_wait_logged(host, changes[i].logged);
		do {
			free(after);
			job_host_turn(host);
			after = output_of("bridge vlan show dev c0");
		} while (strcmp(after, before) != 0);
	}
	job_host_close(host);
}
END_TEST

/* More than the socket for events has room for. */
static void flood(void)
{
	_cleanup_(text_clear) struct text batch = { 0 };

	for (int i = 0; i < 4000; i++)
		text_printf(&batch, "link set r0 mtu %d\n", 1300 + i % 2);
	text_append(&batch, "link set r0 mtu 1500\n");
	finish(start_ip_batch(batch.data));
}

static bool are_lost;

static void on_resynced(struct rtnl_watch *watch)
{
	(void)watch;
	are_lost = true;
}

START_TEST(vlans_of_a_port_are_put_right_when_events_were_lost)
{
	static const struct rtnl_calls calls = { .on_resynced = on_resynced };
	static struct rtnl_watch watch = { .calls = &calls };
	struct job_host *host;
	struct test_job *job;

	run("ip link add c0 type veth peer name r0");
	host = job_host_open(&provider_bridge, trunk);
	job = job_host_job(host, "other");
	test_job_name(job, "left", "c0");
	test_job_start(job);
	job_host_wait(host, is_in_vlan_40, NULL, "its VLANs");
	rtnl_watch_begin(job_host_host(host)->rtnl, &watch);
	flood();
	run("bridge vlan add dev c0 vid 50");
	job_host_wait_logged(host, "put right: of c0, it is in VLAN 50");
	ck_assert(are_lost);
	rtnl_watch_end(&watch);
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("made-links");
	TCase *tcase = netns_case(suite, "keys");

	made_link_tests(suite, cases, ARRAY_SIZE(cases));
	tcase_add_test(
	    tcase, a_gre_tunnel_is_changed_in_place_where_it_can_be);
	tcase_add_test(tcase, a_gre_tunnel_moves_to_another_device);
	tcase_add_loop_test(
	    tcase, keys_reach_the_kernel, 0, ARRAY_SIZE(said));
	tcase_add_loop_test(tcase,
	    what_the_kernel_refuses_is_said_in_its_words, 0,
	    ARRAY_SIZE(refused));
	tcase_add_loop_test(
	    tcase, what_others_change_is_put_right, 0, ARRAY_SIZE(changed));
	bond_tests(suite);
	vrf_tests(suite);
	wireguard_tests(suite);
	wireguard_there_tests(suite);
	tcase_add_test(tcase, a_port_is_in_the_vlans_that_are_given_for_it);
	tcase_add_test(
	    tcase, vlans_of_a_port_that_others_change_are_put_right);
	tcase_add_test(
	    tcase, vlans_of_a_port_are_put_right_when_events_were_lost);
	return netns_run(suite);
}
