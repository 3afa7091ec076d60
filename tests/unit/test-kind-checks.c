/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kinds find wrong in a profile before anything is started. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/schemas.h"
#include "resolver/profile.h"
#include "tests/unit/run.h"

/* What was found in a profile with a node n of those keys, besides dummies. */
struct found {
	struct diagnostics diagnostics;
	struct text line; /* of the node */
};

static void load(struct found *found, const char *keys)
{
	_cleanup_(text_clear) struct text profile_text = {0};
	struct profile *profile = NULL;
	struct source source = {.name = "a.yaml"};

	*found = (struct found){0};
	text_printf(&found->line, "  n: { %s }", keys);
	text_printf(&profile_text,
	    "version: 1\nnodes:\n  o: { kind: dummy }\n  p: { kind: dummy }\n"
	    "  w: { kind: link, match: { name: e* } }\n"
	    "%s\n", found->line.data);
	source.data = profile_text.data;
	source.size = profile_text.n;
	(void)profile_load(&source, 1, provider_schemas, &found->diagnostics,
	    &profile);
	profile_free(profile);
}

static void clear(struct found *found)
{
	diagnostics_clear(&found->diagnostics);
	text_clear(&found->line);
}

/* In words, as far as there is something. */
static const char *say(const struct found *found)
{
	static struct text out;

	text_clear(&out);
	for (uint32_t i = 0; i < found->diagnostics.n; i++)
		diagnostic_print(&found->diagnostics.items[i], &out);
	return out.data ? out.data : "";
}

#define ADDRESS "kind: address, over: o, "
#define PLAIN ADDRESS "addresses: 192.0.2.7/24, "

#define ROUTE "kind: route, over: o, "
#define RULE "kind: rule, priority: 7, "
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER_KEY "IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define HOP "{ via: 192.0.2.1 }"
#define HOPS_4 HOP ", " HOP ", " HOP ", " HOP
#define HOPS_16 HOPS_4 ", " HOPS_4 ", " HOPS_4 ", " HOPS_4
#define WG "kind: wireguard, private-key: " KEY ", "
#define NO_NETWORK "such as 192.0.2.0/24, 0.0.0.0/0 or 2001:db8::/32, not "

/* at: the text that the caret is under; "n": the node's name. */
static const struct {
	const char *keys, *at, *error, *hint;
} wrong[] = {
	{ ADDRESS "gateway: 192.0.2.1", "n",
	    "'addresses' or 'prefix-from' is missing; address nodes must have "
	    "one of them" },
	{ ADDRESS "addresses: []", "n",
	    "'addresses' or 'prefix-from' is missing; address nodes must have "
	    "one of them" },
	{ PLAIN "gateway: [192.0.2.1, '2001:db8::1', 192.0.2.2]", "192.0.2.2",
	    "a second router of IPv4; a route node with 'hops' shares traffic "
	    "between them" },
	{ PLAIN "gateway: ['2001:db8::1', '2001:db8::2']", "'2001:db8::2'",
	    "a second router of IPv6; a route node with 'hops' shares traffic "
	    "between them" },
	{ PLAIN "subnet: 7", "subnet",
	    "'subnet' goes with 'prefix-from' only" },
	{ PLAIN "interface-id: '::7'", "interface-id",
	    "'interface-id' goes with 'prefix-from' only" },
	{ PLAIN "metric: 7", "metric", "'metric' goes with 'gateway' only" },
	{ ADDRESS "peer: 192.0.2.8, prefix-from: o", "peer",
	    "'peer' goes with 'addresses' only" },
	{ ADDRESS "peer: 192.0.2.8, addresses: [192.0.2.7/32, 192.0.2.9/32]",
	    "192.0.2.9/32",
	    "'peer' is of one address, and 'addresses' has 2; give the others "
	    "to another address node" },
	{ PLAIN "peer: '2001:db8::1'", "'2001:db8::1'",
	    "'peer' and the address are of different families" },
	{ PLAIN "valid-lifetime: 0s", "0s",
	    "'valid-lifetime' must be a duration in whole seconds, from 1s, "
	    "such as 5m or 1h, or forever, not '0s'" },
	{ PLAIN "valid-lifetime: 1500ms", "1500ms",
	    "'valid-lifetime' must be a duration in whole seconds, from 1s, "
	    "such as 5m or 1h, or forever, not '1500ms'" },
	{ PLAIN "valid-lifetime: 1193047h", "1193047h",
	    "'valid-lifetime' must be a duration in whole seconds, from 1s, "
	    "such as 5m or 1h, or forever, not '1193047h'" },
	{ PLAIN "preferred-lifetime: ever", "ever",
	    "'preferred-lifetime' must be a duration in whole seconds, such "
	    "as 10s, 5m or 1h, or forever, not 'ever'" },
	{ PLAIN "preferred-lifetime: 61m, valid-lifetime: 1h", "61m",
	    "'preferred-lifetime' is longer than 'valid-lifetime' (1h); an "
	    "address is preferred only while it is valid" },
	{ PLAIN "preferred-lifetime: forever, valid-lifetime: 1h", "forever",
	    "'preferred-lifetime' is longer than 'valid-lifetime' (1h); an "
	    "address is preferred only while it is valid" },
	{ "kind: bond, lacp-rate: fast", "lacp-rate",
	    "'lacp-rate' means nothing with 'mode: balance-rr'" },
	{ "kind: bond, mode: balance-alb, lacp-rate: fast", "lacp-rate",
	    "'lacp-rate' means nothing with 'mode: balance-alb'" },
	{ "kind: bond, mode: active-backup, min-links: 2", "min-links",
	    "'min-links' means nothing with 'mode: active-backup'" },
	{ "kind: bond, mode: broadcast, hash: layer3+4", "hash",
	    "'hash' means nothing with 'mode: broadcast'" },
	{ "kind: bridge, forward-delay: 0s", "forward-delay",
	    "'forward-delay' means nothing with 'stp: false'" },
	{ "kind: bridge, ports: o, stp: no, port-options: { port: o, cost: 7 }",
	    "7 }",
	    "'cost' means nothing without 'stp: true' of the bridge" },
	{ "kind: bridge, ports: o, port-options: { port: o, priority: 7 }",
	    "7 }",
	    "'priority' means nothing without 'stp: true' of the bridge" },
	{ "kind: bridge, ports: o, port-options: { port: o, vlan: 7 }", "7 }",
	    "'vlan' means nothing without 'vlan-filtering: true' of the "
	    "bridge" },
	{ "kind: bridge, ports: o, port-options: { port: o, "
	    "tagged: [7, 8] }", "7, 8",
	    "'tagged' means nothing without 'vlan-filtering: true' of the "
	    "bridge" },
	{ "kind: bridge, ports: o, vlan-filtering: true, port-options: "
	    "{ port: o, vlan: 7, tagged: [5, 7] }", "7] }",
	    "VLAN 7 is the port's 'vlan', whose packets have no tag; it cannot "
	    "be in 'tagged', too: take it out of one of the two" },
	{ ROUTE "to: 10.0.0.1/8", "10.0.0.1/8",
	    "'to' must be default, or a network, such as 192.0.2.0/24 or "
	    "2001:db8::/32, not '10.0.0.1/8'", "did you mean '10.0.0.0/8'?" },
	{ ROUTE "to: 10.0.0.0/33", "10.0.0.0/33",
	    "'to' must be default, or a network, such as 192.0.2.0/24 or "
	    "2001:db8::/32, not '10.0.0.0/33'" },
	{ ROUTE "to: 10.0.0.0/8, via: 192.0.2.1, hops: { via: 192.0.2.2 }",
	    "hops", "'via' and 'hops' exclude each other" },
	{ "kind: route, to: 10.0.0.0/8", "n",
	    "'via', 'hops' or 'over' is missing; route nodes with 'type: "
	    "unicast' must have one of them" },
	{ "kind: route, to: 10.0.0.0/8, type: local", "n",
	    "'via', 'hops' or 'over' is missing; route nodes with 'type: "
	    "local' must have one of them" },
	{ ROUTE "to: 10.0.0.0/8, type: blackhole, via: 192.0.2.1", "via",
	    "'via' means nothing with 'type: blackhole'" },
	{ ROUTE "to: 10.0.0.0/8, source: '2001:db8::7'", "'2001:db8::7'",
	    "'source' is of another family than 10.0.0.0/8" },
	{ ROUTE "to: [10.0.0.0/8, '2001:db8::/32'], via: 192.0.2.1",
	    "192.0.2.1", "an IPv4 router leads to no IPv6 network such as "
	    "2001:db8::/32" },
	{ ROUTE "to: '2001:db8::/32', hops: [{ via: fe80::1 }, "
	    "{ via: 192.0.2.1 }]", "192.0.2.1",
	    "an IPv4 router leads to no IPv6 network such as 2001:db8::/32" },
	{ ROUTE "to: default, hops: [" HOPS_16 ", { via: 192.0.2.2 }]",
	    "{ via: 192.0.2.2 }",
	    "'hops' has 17 routers, and can have 16" },
	{ RULE "from: 192.0.2.7", "n",
	    "'table' is missing; rule nodes with 'action: lookup' must have "
	    "it" },
	{ RULE "action: prohibit, table: 7", "table",
	    "'table' means nothing with 'action: prohibit'" },
	{ RULE "table: 7, from: 10.0.0.1/8", "10.0.0.1/8",
	    "'from' is neither a network nor an address; write 10.0.0.0/8 for "
	    "the one, or 10.0.0.1 for the other" },
	{ RULE "table: 7, from: 192.0.2.7, to: '2001:db8::/32'",
	    "'2001:db8::/32'", "'from' and 'to' are of different families" },
	{ RULE "table: 7, to: '2001:db8::/32', family: ipv4", "ipv4",
	    "'to' is of another family" },
	{ "kind: wireguard, private-key: secret", "secret",
	    "'private-key' must be a WireGuard key, 44 characters of base64 "
	    "as 'wg genkey' prints them" },
	{ WG "peers: { public-key: " KEY ", preshared-key: secret }", "secret",
	    "'preshared-key' must be a WireGuard key, 44 characters of base64 "
	    "as 'wg genkey' prints them" },
	{ "kind: wireguard, private-key: { flie: /k }", "flie",
	    "'flie' is not a key of 'private-key'", "did you mean 'file'?" },
	{ WG "peers: [{ public-key: " KEY " }, { public-key: " KEY " }]",
	    KEY " }]", "two peers have this public key" },
	{ WG "peers: [{ public-key: " KEY ", allowed-ips: 10.8.0.0/24 }, "
	    "{ public-key: " OTHER_KEY ", "
	    "allowed-ips: [10.9.0.0/24, 10.8.0.0/24] }]", "10.8.0.0/24] }]",
	    "two peers are allowed 10.8.0.0/24: it can be behind one of them "
	    "only" },
	{ WG "peers: { public-key: " KEY ", allowed-ips: 10.8.0.1/24 }",
	    "10.8.0.1/24", "'allowed-ips' must be a network, " NO_NETWORK
	    "'10.8.0.1/24'", "did you mean '10.8.0.0/24'?" },
	{ WG "peers: { public-key: " KEY ", persistent-keepalive: 24h }",
	    "24h", "'persistent-keepalive' can be up to 65535s" },
	{ WG "up-after-handshake: yes", "n",
	    "'peers' is missing; wireguard nodes with 'up-after-handshake: "
	    "true' must have it" },
	{ "kind: ipsec, remote: 192.0.2.1, auth: { psk: { file: /k } }, "
	    "networks: 10.9.0.1/24", "10.9.0.1/24",
	    "'networks' must be a network, " NO_NETWORK "'10.9.0.1/24'",
	    "did you mean '10.9.0.0/24'?" },
	{ "kind: tun, mac: 02:00:00:00:00:07", "mac",
	    "'mac' means nothing with 'mode: tun'" },
	{ "kind: gre, local: 192.0.2.1, remote: '2001:db8::1'", "192.0.2.1",
	    "'local' and 'remote' are of different families" },
	{ "kind: vxlan, id: 7, local: 192.0.2.1, remote: '2001:db8::1'",
	    "192.0.2.1", "'local' and 'remote' are of different families" },
	{ "kind: bridge, port-options: { port: o }", "port-options",
	    "'port-options' goes with 'ports' only" },
	{ "kind: bridge, ports: o, port-options: [{ port: o }, { port: p }]",
	    "p }]", "'p' is not one of its 'ports'; add it there" },
	{ "kind: bridge, ports: w@e0, port-options: { port: w@e1 }", "w@e1",
	    "'w@e1' is not one of its 'ports'; add it there" },
	{ "kind: bond, ports: o, mode: active-backup, primary: p", "p }",
	    "'p' is not one of its 'ports'; add it there" },
	{ "kind: bond, mode: active-backup, primary: p", "primary",
	    "'primary' goes with 'ports' only" },
	{ "kind: bond, ports: [o, p], primary: p", "primary",
	    "'primary' means nothing with 'mode: balance-rr'" },
};

START_TEST(what_cannot_be_is_an_error_of_the_profile)
{
	const struct diagnostic *diagnostic;
	_cleanup_(clear) struct found found;

	load(&found, wrong[_i].keys);
	diagnostic = found.diagnostics.items;
	ck_assert_msg(found.diagnostics.n == 1 &&
		found.diagnostics.n_errors == 1 &&
		!strcmp(diagnostic->text, wrong[_i].error),
	    "for %s it says\n%s", wrong[_i].keys, say(&found));
	if (wrong[_i].hint)
		ck_assert_str_eq(diagnostic->hint, wrong[_i].hint);
	else
		ck_assert_ptr_null(diagnostic->hint);
	ck_assert_ptr_null(strstr(say(&found), "secret\n"));
	ck_assert_msg(diagnostic->mark.line == 6 &&
		!strncmp(found.line.data + diagnostic->mark.column - 1,
		    wrong[_i].at, strlen(wrong[_i].at)),
	    "for %s it is not at %s:\n%s", wrong[_i].keys, wrong[_i].at,
	    say(&found));
}
END_TEST

static const char *const good[] = {
	PLAIN "peer: 192.0.2.8",
	PLAIN "gateway: [192.0.2.1, '2001:db8::1']",
	PLAIN "gateway: [192.0.2.1, '${gateway}'], metric: 7",
	PLAIN "peer: '${server}'",
	ADDRESS "addresses: '${address}', peer: 192.0.2.8",
	ROUTE "to: default",
	ROUTE "to: 10.0.0.0/8, via: '2001:db8::1', source: 10.0.0.1",
	ROUTE "to: [10.0.0.0/8, default], via: '${gateway}'",
	ROUTE "to: default, hops: [" HOPS_16 "]",
	"kind: route, to: 10.0.0.0/8, type: blackhole",
	RULE "table: 7, from: 10.0.0.0/8, to: 10.0.0.1, family: ipv4",
	RULE "table: 7, over: o, from: '${address}', to: 10.0.0.1",
	RULE "action: prohibit",
	"kind: wireguard, private-key: { file: /k }, listen-port: 7",
	WG "peers: [{ public-key: " KEY ", allowed-ips: [10.8.0.0/24, "
	   "10.8.0.0/24] }, { public-key: " OTHER_KEY ", persistent-keepalive: "
	   "65535s, preshared-key: " KEY " }], up-after-handshake: true",
	"kind: tun, mode: tap, mac: 02:00:00:00:00:07",
	"kind: vxlan, id: 7, local: 192.0.2.1",
	"kind: bridge, ports: [w], port-options: { port: w@e1 }",
	"kind: bridge, ports: w@e1, port-options: { port: w }",
	"kind: bond, ports: [o, p], primary: p, mode: balance-alb",
	ADDRESS "prefix-from: o, subnet: 1, interface-id: '::2'",
};

START_TEST(what_may_be_is_none)
{
	_cleanup_(clear) struct found found;

	load(&found, good[_i]);
	ck_assert_msg(found.diagnostics.n == 0, "for %s it says\n%s", good[_i],
	    say(&found));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kind-checks");
	TCase *tcase = tcase_create("kind-checks");

	tcase_add_loop_test(tcase, what_cannot_be_is_an_error_of_the_profile,
	    0, ARRAY_SIZE(wrong));
	tcase_add_loop_test(tcase, what_may_be_is_none, 0, ARRAY_SIZE(good));
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
