/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of the real kinds that are wrong: each is refused when the profile is
 * read, and the message says what it must be. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/schemas.h"
#include "resolver/profile.h"
#include "tests/unit/run.h"

/* The messages that a node of that kind and keys gives. To be freed. */
static char *messages(const char *kind_and_keys)
{
	_cleanup_(text_clear) struct text profile_text = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile = NULL;
	struct text out = { 0 };
	struct source source = { .name = "a.yaml" };

	text_printf(&profile_text,
	    "version: 1\nnodes:\n  low: { kind: link, device: eth0 }\n"
	    "  n: { kind: %s }\n",
	    kind_and_keys);
	source.data = profile_text.data;
	source.size = profile_text.n;
	(void)profile_load(
	    &source, 1, provider_schemas, &diagnostics, &profile);
	text_append(&out, "");
	for (uint32_t i = 0; i < diagnostics.n; i++)
		diagnostic_print(&diagnostics.items[i], &out);
	diagnostics_clear(&diagnostics);
	profile_free(profile);
	return text_steal(&out);
}

static void expect(const char *kind_and_keys, const char *words)
{
	_cleanup_(free_ptr) char *said = messages(kind_and_keys);

	ck_assert_msg(strstr(said, "a.yaml:4:") && strstr(said, words),
	    "of { kind: %s } it says\n%snot %s", kind_and_keys, said, words);
}

struct wrong {
	const char *keys, *words;
};

static const struct wrong wrong[] = {
	{ "link, device: eth1, mtu: 67",
	    "'mtu' must be a number from 68 to 65535" },
	{ "link, device: eth1, mac: 03:00:00:00:00:01",
	    "'mac' must be stable, random, or an Ethernet address of one "
	    "device" },
	{ "link, device: eth1, name: \"a/b\"",
	    "'name' must be the name of a network device" },
	{ "link, device: eth1, carrier: maybe",
	    "'carrier' must be follow, ignore, or a duration" },
	{ "link, device: eth1, wake-on-lan: loud",
	    "'wake-on-lan' must be off, phy, unicast, multicast, broadcast, "
	    "arp or" },
	{ "link, device: eth1, offload: { xyz: on }",
	    "'xyz' is not a key of 'offload'" },
	{ "link, device: eth1, ipv6: { privacy: 7 }",
	    "'privacy' must be no, prefer-public or prefer-temporary" },
	{ "link, device: eth1, transmit-queue-length: -1",
	    "'transmit-queue-length' must be a number from 0 to 1000000" },
	{ "vlan, over: low, id: 4095",
	    "'id' must be a number from 1 to 4094" },
	{ "vlan, over: low, id: 0",
	    "'id' must be a number from 1 to 4094" },
	{ "vlan, id: 5",
	    "'over' is missing; vlan nodes must stand on another node" },
	{ "vlan, over: low",
	    "'id' is missing; vlan nodes must have it" },
	{ "vlan, over: low, id: 5, protocol: 802.1x",
	    "'protocol' must be 802.1q or 802.1ad" },
	{ "bridge, ports: nobody",
	    "there is no node 'nobody'" },
	{ "bridge, ageing-time: 60",
	    "'ageing-time' must be a duration" },
	{ "bridge, port-options: [{ cost: 7 }]",
	    "'port' is missing; 'port-options' must have it" },
	{ "bridge, mac: 01:00:5e:00:00:01",
	    "'mac' must be an Ethernet address of one device" },
	{ "bond, mode: fast",
	    "'mode' must be balance-rr, active-backup, balance-xor" },
	{ "bond, ports: low, primary: nobody",
	    "there is no node 'nobody'" },
	{ "bond, hash: layer5",
	    "'hash' must be layer2, layer3+4, layer2+3, encap2+3 or encap3+4" },
	{ "bond, min-links: 65536",
	    "'min-links' must be a number from 0 to 65535" },
	{ "vxlan, id: 16777216",
	    "'id' must be a number from 1 to 16777215" },
	{ "vxlan, remote: 192.0.2.9",
	    "'id' is missing; vxlan nodes must have it" },
	{ "vxlan, id: 7, remote: example.net",
	    "'remote' must be an IP address" },
	{ "vxlan, id: 7, port: 0",
	    "'port' must be a number from 1 to 65535" },
	{ "macvlan",
	    "'over' is missing; macvlan nodes must stand on another node" },
	{ "macvlan, over: low, mode: fast",
	    "'mode' must be private, vepa, bridge or passthru" },
	{ "ipvlan, over: low, mode: l4",
	    "'mode' must be l2, l3 or l3s" },
	{ "ipvlan, over: low, mac: 02:00:00:00:00:01",
	    "'mac' is not a key of ipvlan nodes" },
	{ "vrf, table: 0",
	    "'table' must be a number from 1 to 4294967295" },
	{ "vrf",
	    "'table' is missing; vrf nodes must have it" },
	{ "dummy, mtu: 65536",
	    "'mtu' must be a number from 68 to 65535" },
	{ "dummy, mac: 02-00-00-00-00-01",
	    "'mac' must be an Ethernet address of one device" },
	{ "veth",
	    "'peer' is missing; veth nodes must have it" },
	{ "veth, peer: \"a b\"",
	    "'peer' must be the name of a network device" },
	{ "veth, peer: v1, peer-netns: ../1",
	    "'peer-netns' must be the name of a network namespace, as of 'ip "
	    "netns" },
	{ "veth, peer: v1, peer-mac: 03:00:00:00:00:01",
	    "'peer-mac' must be an Ethernet address of one device" },
	{ "veth, peer: v1, peer-up: maybe",
	    "'peer-up' must be true or false" },
	{ "tun, mode: tip",
	    "'mode' must be tun or tap" },
	{ "tun, owner: \"a:b\"",
	    "'owner' must be a user's name" },
	{ "gre, local: 192.0.2.7",
	    "'remote' is missing; gre nodes must have it" },
	{ "gre, local: 192.0.2.7, remote: 192.0.2.300",
	    "'remote' must be an IP address" },
	{ "gre, local: 192.0.2.7, remote: 192.0.2.8, ttl: 256",
	    "'ttl' must be a number from 0 to 255" },
	{ "wireguard, private-key: { file: k }, listen-port: 65536",
	    "'file' must be a path from the root" },
	{ "address, addresses: 192.0.2.7/24",
	    "'over' is missing; address nodes must stand on another node" },
	{ "address, over: low, addresses: 192.0.2.7",
	    "'addresses' must be a host's address with the length of its "
	    "prefix" },
	{ "address, over: low, addresses: 192.0.2.0/33",
	    "'addresses' must be a host's address with the length of its "
	    "prefix" },
	{ "address, over: low, addresses: 192.0.2.7/24, gateway: here",
	    "'gateway' must be an IP address" },
	{ "address, over: low, addresses: 192.0.2.7/24, duplicates: maybe",
	    "'duplicates' must be wait, optimistic or off" },
	{ "address, over: low, prefix-from: nobody",
	    "there is no node 'nobody'" },
	{ "route, over: low",
	    "'to' is missing; route nodes must have it" },
	{ "route, over: low, to: 192.0.2.1/24",
	    "'to' must be default, or a network" },
	{ "route, over: low, to: default, via: here",
	    "'via' must be an IP address" },
	{ "route, over: low, to: default, table: 0",
	    "'table' must be a number from 1 to 4294967295" },
	{ "route, over: low, to: default, type: good",
	    "'type' must be unicast, blackhole, unreachable, prohibit, throw "
	    "or" },
	{ "route, over: low, to: default, hops: [{ via: 192.0.2.1, weight: "
	    "257 }]",
	    "'weight' must be a number from 1 to 256" },
	{ "rule, table: 5",
	    "'priority' is missing; rule nodes must have it" },
	{ "rule, priority: 32766, table: 5",
	    "'priority' must be a number from 1 to 32765" },
	{ "rule, priority: 5, iif: \"a/b\", table: 5",
	    "'iif' must be the name of a network device" },
	{ "rule, priority: 5, action: loop",
	    "'action' must be lookup, blackhole, unreachable or prohibit" },
	{ "dhcp",
	    "'over' is missing; dhcp nodes must stand on another node" },
	{ "dhcp, over: low, use: [mtu, colour]",
	    "'use' must be address, routes, dns, ntp, mtu or hostname" },
	{ "dhcp, over: low, request-prefix: /129",
	    "'request-prefix' must be a prefix length from /48 to /64" },
	{ "dhcp, over: low, client: dhcpcd",
	    "'client' must be dhclient, the one DHCPv6 client that leaves" },
	{ "dhcp, over: low, check-conflict: never",
	    "'check-conflict' must be after or before" },
	{ "dhcp, over: low, metric: 0",
	    "'metric' must be a number from 1 to 4294967295" },
	{ "linklocal",
	    "'over' is missing; linklocal nodes must stand on another node" },
	{ "linklocal, over: low, family: ipv5",
	    "'family' must be ipv4 or ipv6" },
	{ "gateway, family: ipv5",
	    "'family' must be any, ipv4 or ipv6" },
	{ "gateway, table: 4294967296",
	    "'table' must be a number from 1 to 4294967295" },
	{ "dns",
	    "'from' is missing; dns nodes must have it" },
	{ "dns, from: low, backend: hosts",
	    "'backend' must be resolved, resolvconf or file" },
	{ "dns, from: low, domains: { \"a b\": low }",
	    "'a b' is no domain, such as corp.example" },
};

START_TEST(what_a_key_must_be_is_said)
{
	expect(wrong[_i].keys, wrong[_i].words);
}
END_TEST

START_TEST(a_key_that_a_kind_has_not_is_said)
{
	for (size_t i = 0; provider_schemas[i]; i++) {
		char keys[128], words[128];
		const char *kind = provider_schemas[i]->kind;

		snprintf(keys, sizeof(keys), "%s, no-such-key: 1", kind);
		snprintf(words, sizeof(words),
		    "'no-such-key' is not a key of %s nodes", kind);
		expect(keys, words);
	}
}
END_TEST

START_TEST(a_key_that_a_kind_needs_is_said)
{
	for (size_t i = 0; provider_schemas[i]; i++) {
		const struct schema_key *key = provider_schemas[i]->keys;
		const char *kind = provider_schemas[i]->kind;
		char words[128];

		for (; key && key->name; key++) {
			if (!(key->flags & KEY_REQUIRED))
				continue;
			snprintf(words, sizeof(words),
			    "'%s' is missing; %s nodes must have it",
			    key->name, kind);
			expect(kind, words);
		}
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("keys");
	TCase *tcase = tcase_create("keys");

	tcase_add_loop_test(
	    tcase, what_a_key_must_be_is_said, 0, ARRAY_SIZE(wrong));
	tcase_add_test(tcase, a_key_that_a_kind_has_not_is_said);
	tcase_add_test(tcase, a_key_that_a_kind_needs_is_said);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
