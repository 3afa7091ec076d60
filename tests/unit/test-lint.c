/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What check warns of, and what it does not. The kinds are the real ones. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/schemas.h"
#include "resolver/lint.h"
#include "resolver/profile.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/run.h"

#define WIRED                                                                  \
	"  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
#define IPSEC                                                                  \
	"kind: ipsec, remote: 192.0.2.1, networks: 0.0.0.0/0, auth: { psk: "   \
	"{ file: /k } }"

/* The warnings of a profile with these nodes, a line each. To be freed. */
static char *lint(const char *nodes)
{
	_cleanup_(text_clear) struct text profile_text = {0};
	struct diagnostics diagnostics = {0};
	struct profile *profile = NULL;
	struct text out = {0};
	struct source source = {.name = "a.yaml"};
	int r;

	text_printf(&profile_text, "version: 1\nnodes:\n%s", nodes);
	source.data = profile_text.data;
	source.size = profile_text.n;
	r = profile_load(
	    &source, 1, provider_schemas, &diagnostics, &profile);
	if (r == 0)
		ck_assert_int_eq(profile_lint(profile, &diagnostics), 0);
	text_append(&out, "");
	for (uint32_t i = 0; i < diagnostics.n; i++)
		diagnostic_print(&diagnostics.items[i], &out);
	ck_assert_msg(r == 0, "%s", out.data);
	ck_assert_uint_eq(diagnostics.n_errors, 0);
	diagnostics_clear(&diagnostics);
	profile_free(profile);
	return text_steal(&out);
}

static void expect_none(const char *nodes)
{
	_cleanup_(free_ptr) char *said = lint(nodes);

	ck_assert_msg(!*said, "for\n%sit says\n%s", nodes, said);
}

/* One warning, at that place, with these words in it. */
static void expect(const char *nodes, const char *place, const char *words)
{
	_cleanup_(free_ptr) char *said = lint(nodes);

	ck_assert_msg(strncmp(said, place, strlen(place)) == 0 &&
		strstr(said, words) && strstr(said, "warning") &&
		!strstr(strstr(said, "warning") + 1, "warning:"),
	    "for\n%sit says\n%s", nodes, said);
}

START_TEST(a_template_that_an_earlier_one_shadows)
{
	static const struct {
		const char *first, *second;
		bool shadows;
	} rows[] = {
	    {"type: ethernet", "type: ethernet", true},
	    {"type: ethernet", "type: ethernet, driver: r8152", true},
	    {"type: [ethernet, wlan]", "type: wlan", true},
	    {"name: \"*\"", "type: wlan", true},
	    {"name: \"eth*\"", "name: \"eth1*\"", true},
	    {"name: \"eth*\"", "name: [eth7, \"eth?\"]", true},
	    {"mac: \"AA:*\"", "mac: aa:00:00:00:00:01", true},
	    {"mac: \"AA:*\"", "mac: \"aa:01:*\"", true},
	    {"mac: \"AA:*\"", "mac: \"ab:01:*\"", false},
	    {"type: ethernet, driver: r8152", "type: ethernet", false},
	    {"type: ethernet", "type: [ethernet, wlan]", false},
	    {"type: ethernet", "driver: r8152", false},
	    {"name: \"eth1*\"", "name: \"eth*\"", false},
	    {"name: \"eth?\"", "name: \"eth*\"", false},
	    {"driver: \"*\"", "type: wlan", false},
	    {"driver: E1000", "driver: e1000", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(text_clear) struct text text = {0};

		text_printf(&text,
		    "  a: { kind: link, match: { %s }, start: auto }\n"
		    "  b: { kind: link, match: { %s }, start: auto }\n",
		    rows[i].first, rows[i].second);
		if (rows[i].shadows)
			expect(text.data, "a.yaml:4:3",
			    "belongs to 'a' (a.yaml:3), which comes first; "
			    "put 'b' before 'a'");
		else
			expect_none(text.data);
	}
}
END_TEST

START_TEST(a_delay_beyond_the_longest)
{
	expect("  a: { kind: dummy, start: auto, retry: { delay: 2m } }\n",
	    "a.yaml:3:3",
	    "each retry of 'a' comes after 'max-delay', as 'delay' is longer; "
	    "give 'retry' a longer 'max-delay'");
	expect_none("  a: { kind: dummy, start: auto,"
		    " retry: { delay: 2m, max-delay: 2m } }\n");
}
END_TEST

START_TEST(a_port_of_two_nodes)
{
	static const struct {
		const char *first, *second;
		bool is_told;
	} rows[] = {
	    {"kind: bridge, ports: a", "kind: bridge, ports: a", true},
	    {"kind: bridge, ports: [b, a]", "kind: bond, ports: [a]", true},
	    {"kind: vrf, table: 7, ports: a", "kind: bridge, ports: a", true},
	    {"kind: bridge, ports: w", "kind: bridge, ports: [w@eth0]", true},
	    {"kind: bridge, ports: w@eth0", "kind: bridge, ports: [w]", true},
	    {"kind: bridge, ports: [w@e0, w@e1]",
		"kind: bridge, ports: [w@e2, w@e1]", true},
	    {"kind: bridge, ports: w@e0", "kind: bridge, ports: w@e1", false},
	    {"kind: bridge, ports: [a, a]", "kind: bridge, ports: b", false},
	    {"kind: bridge, ports: a, when: a", "kind: bridge, ports: a",
		false},
	    {"kind: dns, from: a", "kind: bridge, ports: a", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(text_clear) struct text text = {0};

		text_printf(&text,
		    "  a: { kind: dummy, start: auto }\n"
		    "  b: { kind: dummy, start: auto }\n"
		    "  w: { kind: link, match: { name: e* }, start: auto }\n"
		    "  x: { start: auto, %s }\n  y: { start: auto, %s }\n",
		    rows[i].first, rows[i].second);
		if (rows[i].is_told)
			expect(text.data, "a.yaml:7:",
			    "is a port of 'x' (a.yaml:6) already");
		else
			expect_none(text.data);
	}
}
END_TEST

/* Not all of them against all, for ever. */
START_TEST(of_very_many_templates_only_the_first_are_compared)
{
	_cleanup_(text_clear) struct text text = {0};

	for (int i = 0; i < 1100; i++)
		text_printf(&text, "  n%d: { kind: link, start: auto,"
				   " match: { name: w%d } }\n", i, i % 1099);
	expect_none(text.data);
}
END_TEST

START_TEST(what_somebody_may_ask_for_is_not_warned_of)
{
	/* Pulled by a goal, which an admin asks for. */
	expect_none(WIRED
	    "  lan: { kind: dhcp, over: wired }\n"
	    "  up1: { kind: any, of: lan }\n"
	    "  vpn0: { " IPSEC ", over: up1 }\n");
	/* By two of them. */
	expect_none("  eth0: { kind: link, device: eth0 }\n"
		    "  a: { kind: dhcp, over: eth0, start: auto }\n"
		    "  b: { kind: task, run: /x, over: eth0, start: auto }\n");
	/* All by hand. */
	expect_none("  eth0: { kind: link, device: eth0 }\n");
	expect_none("  eth0: { kind: link, device: eth0 }\n"
		    "  lan: { kind: dhcp, over: eth0 }\n");
	/* A switch, turned by hand. */
	expect_none(WIRED
	    "  travel: { kind: task, run: /bin/true }\n"
	    "  lan: { kind: dhcp, over: wired, when: travel, start: auto }\n");
	/* Somebody may. */
	expect_none(WIRED
	    "  lan: { kind: dhcp, over: wired, allow: group:net }\n");
	/* Also for a group, which takes what is there until then. */
	expect_none(WIRED
	    "  lan: { kind: dhcp, over: wired }\n"
	    "  uplink: { kind: any, of: lan, allow: group:net }\n");
}
END_TEST

START_TEST(a_node_that_nothing_asks_for)
{
	expect(WIRED "  lan: { kind: dhcp, over: wired }\n", "a.yaml:4:3",
	    "nothing ever asks for 'lan': it starts by hand only, and no "
	    "other node pulls it; give it 'start: hotplug'");
	expect(WIRED "  lan: { kind: dhcp, over: wired }\n"
		     "  uplink: { kind: any, of: lan }\n",
	    "a.yaml:4:3", "'uplink' names it, but starts by hotplug");
	expect(WIRED "  spare: { kind: link, device: eth9 }\n", "a.yaml:4:3",
	    "'spare'");
	expect(WIRED "  t: { kind: task, run: /bin/true, on-event: x }\n",
	    "a.yaml:4:3", "so it runs at no event; give it 'start: auto'");
	/* An observer that looks at nothing. */
	expect(WIRED "  lan: { kind: dhcp, over: wired, start: hotplug, "
		     "when: not gw }\n"
		     "  gw: { kind: gateway, start: manual }\n",
	    "a.yaml:5:3", "'gw'");
}
END_TEST

START_TEST(of_a_chain_its_top_is_warned_of_alone)
{
	expect("  eth0: { kind: link, device: eth0, start: auto }\n" WIRED
	       "  lan: { kind: dhcp, over: wired }\n"
	       "  ring: { kind: link, device: eth1 }\n"
	       "  all: { kind: all, of: [lan, ring], start: manual }\n",
	    "a.yaml:7:3", "'all'");
}
END_TEST

START_TEST(a_tunnel_on_each_card)
{
	expect(WIRED "  lan: { kind: dhcp, over: wired }\n"
		     "  uplink: { kind: any, of: lan }\n"
		     "  vpn0: { " IPSEC ", over: lan, start: auto }\n",
	    "a.yaml:6:",
	    "'vpn0' is set up once for each card, because it is over 'lan', "
	    "a template; for one that uses the best card, write "
	    "'over: uplink'");
	expect(WIRED "  lan: { kind: dhcp, over: wired }\n"
		     "  vpn0: { " IPSEC ", over: lan, start: auto }\n",
	    "a.yaml:5:", "uplink: { kind: any, of: [lan] }");
	expect_none(WIRED "  lan: { kind: dhcp, over: wired }\n"
			  "  vpn0: { " IPSEC ", over: lan@e0, start: auto }\n");
}
END_TEST

START_TEST(a_value_that_has_a_fact_which_nothing_below_tells)
{
	expect(WIRED
	    "  v: { kind: vlan, over: wired, id: 5, name: '${domain}',"
	    " start: hotplug }\n",
	    "a.yaml:4:3", "'v' never starts: nothing that it stands on tells "
			  "'domain'; leave 'domain' out");
	expect_none(WIRED
	    "  v: { kind: vlan, over: wired, id: 5, name: '${device}.5',"
	    " start: hotplug }\n"
	    "  t: { kind: task, over: v, start: hotplug,"
	    " run: [/bin/echo, '${device} ${mac} ${ifindex}'] }\n");
}
END_TEST

/* As long as it takes to say so, and not for ever. */
START_TEST(of_very_long_chains_only_the_first_are_looked_through)
{
	for (int n = 10; n < 2000; n += 1100) {
		_cleanup_(text_clear) struct text text = {0};

		text_append(&text,
		    "  t0: { kind: link, device: d, start: auto }\n");
		for (int i = 1; i < n; i++)
			text_printf(&text,
			    "  t%d: { kind: task, over: t%d, start: auto,"
			    " run: [/bin/echo, '${mac}'] }\n", i, i - 1);
		text_printf(&text, "  last: { kind: task, over: t%d,"
				   " start: auto, run: [/x, '${domain}'] }\n",
		    n - 1);
		if (n == 10)
			expect(text.data, "a.yaml:13:3", "tells 'domain'");
		else
			expect_none(text.data);
	}
}
END_TEST

START_TEST(a_simulated_node_may_tell_any_fact)
{
	struct schema simulated = schema_link;
	const struct schema *const kinds[] = {
	    &simulated, &schema_location, NULL};
	static const char text[] =
	    "version: 1\nnodes:\n"
	    "  eth0: { kind: link, device: eth0, start: auto }\n"
	    "  home: { kind: location, over: eth0, match: { ssid: x } }\n";
	const struct source source = {"a.yaml", text, sizeof(text) - 1};

	for (int i = 0; i < 2; i++) {
		struct diagnostics diagnostics = {0};
		struct profile *profile;

		ck_assert_int_eq(profile_load(&source, 1, kinds, &diagnostics,
				     &profile), 0);
		ck_assert_int_eq(profile_lint(profile, &diagnostics), 0);
		ck_assert_uint_eq(diagnostics.n, 1 - i);
		diagnostics_clear(&diagnostics);
		profile_free(profile);
		simulated.flags |= SCHEMA_SIMULATED;
	}
}
END_TEST

START_TEST(a_location_that_asks_for_what_nothing_below_tells)
{
	expect(WIRED
	    "  lan: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  home: { kind: location, over: lan, match: { domain: x, ssid: y "
	    "} }\n",
	    "a.yaml:5:3", "'home' never matches: nothing that it stands on "
			  "tells 'ssid'; leave 'ssid' out");
	/* What it requires is not what it stands on. */
	expect(WIRED
	    "  lan: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  home: { kind: location, over: wired, requires: lan, "
	    "match: { domain: x } }\n", "a.yaml:5:3", "tells 'domain'");
	/* Several ways lead to the same card. */
	expect(WIRED
	    "  lan: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  ll: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  uplink: { kind: any, of: [ll, lan] }\n"
	    "  home: { kind: location, over: uplink, match: { ssid: x } }\n",
	    "a.yaml:7:3", "tells 'ssid'");
	/* One member is enough; and so is what that stands on. */
	expect_none(WIRED
	    "  lan: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  eth9: { kind: link, device: eth9, start: hotplug }\n"
	    "  uplink: { kind: any, of: [eth9, lan] }\n"
	    "  home: { kind: location, over: uplink, match: { mac: x, "
	    "gateway-mac: y } }\n");
}
END_TEST

START_TEST(a_later_in_order_member_that_starts_by_itself)
{
	expect(WIRED
	    "  a: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  b: { kind: link, device: eth1, start: hotplug }\n"
	    "  uplink: { kind: any, try: in-order, of: [a, b], start: auto }\n",
	    "a.yaml:6:", "'b' starts by itself (start: hotplug, a.yaml:5), "
			 "and does not wait until 'uplink'");
	expect_none(WIRED
	    "  a: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  b: { kind: link, device: eth1 }\n"
	    "  c: { kind: gateway }\n"
	    "  uplink: { kind: any, try: in-order, of: [a, b, c], "
	    "start: auto }\n");
	expect_none(WIRED
	    "  a: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  b: { kind: link, device: eth1, start: hotplug }\n"
	    "  uplink: { kind: any, of: [a, b], start: auto }\n");
}
END_TEST

#define JOB                                                                    \
	"  job: { kind: task, run: /x, on-event: dusk, start: auto }\n"
#define NEVER_UP "'job' (a.yaml:3), a task with 'on-event', which is never up; "

START_TEST(a_node_that_needs_a_task_with_an_event_to_be_up)
{
	expect(JOB "  a: { kind: dummy, requires: job, start: auto }\n",
	    "a.yaml:4:31",
	    "'a' never starts: it needs " NEVER_UP "name it in 'wants', which "
	    "pulls it without waiting, or leave out the 'on-event' of 'job'");
	expect(JOB
	    "  a: { kind: task, run: /x, over: job, start: auto }\n",
	    "a.yaml:4:35", "'a' never starts: it needs " NEVER_UP);
	expect(JOB "  a: { kind: all, of: [job] }\n", "a.yaml:4:24",
	    "'a' is never up: it needs " NEVER_UP "take it out of the group");
	expect(JOB "  a: { kind: any, of: [job] }\n", "a.yaml:4:24",
	    "'a' never selects " NEVER_UP);
	expect(JOB
	    "  a: { kind: dummy, start: auto, when: not job }\n",
	    "a.yaml:4:44", "'a' has a condition on " NEVER_UP
	    "name what it waits for");
	expect(JOB "  a: { kind: state, from: x, until: job up }\n",
	    "a.yaml:4:", "'a' listens to the up or down of " NEVER_UP);
	expect(JOB "  a: { kind: state, from: job down }\n",
	    "a.yaml:4:", "'a' listens to the up or down of " NEVER_UP);
	/* Pulled, waited for while it runs, seen to fail. */
	expect_none(JOB
	    "  a: { kind: dummy, wants: job, after: job, start: auto }\n"
	    "  b: { kind: state, from: job failed }\n"
	    "  c: { kind: task, run: /x, on-event: job failed,"
	    " start: auto }\n");
	expect_none("  job: { kind: task, run: /x }\n"
		    "  a: { kind: dummy, requires: job, when: job,"
		    " start: auto }\n");
}
END_TEST

#define VPN(remote)                                                            \
	"  vpn: { kind: ipsec, remote: " remote ", networks: 0.0.0.0/0,"       \
	" auth: { psk: { file: /k } }, start: auto }\n"
#define NAMES(domains)                                                         \
	"  names: { kind: dns, start: auto, from: vpn, domains: { " domains    \
	" } }\n"

START_TEST(a_tunnel_whose_other_end_is_looked_up_through_itself)
{
	expect(VPN("gw.corp.example") NAMES("corp.example: vpn"),
	    "a.yaml:3:3",
	    "'vpn' is reached by the name 'gw.corp.example', which is looked "
	    "up through 'vpn' itself: 'names' (a.yaml:4) asks 'vpn' for "
	    "names in corp.example; write its address, or a name that is not "
	    "in corp.example");
	expect(VPN("corp.example.") NAMES("Corp.example: vpn"), "a.yaml:3:3",
	    "reached by the name 'corp.example'");
	/* Who is asked stands on it, or needs it. */
	expect(VPN("gw.corp.example") NAMES("corp.example: inner")
	    "  lo: { kind: link, device: lo, start: auto }\n"
	    "  inner: { kind: address, over: lo, requires: [vpn],"
	    " addresses: 10.0.0.1/32, start: hotplug }\n",
	    "a.yaml:3:3", "'names' (a.yaml:4) asks 'inner' for names in");
	expect("  vpn: { kind: wireguard, private-key: { file: /k },"
	       " start: auto, peers: [{ public-key: "
	       "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=,"
	       " endpoint: \"gw.corp.example:51820\" }] }\n"
	    NAMES("corp.example: vpn"), "a.yaml:3:3",
	    "reached by the name 'gw.corp.example'");
	/* By two ways, told once. */
	expect(VPN("gw.corp.example") NAMES("corp.example: best")
	    "  best: { kind: any, of: [vpn, job] }\n"
	    "  job: { kind: task, run: /x, requires: vpn,"
	    " start: hotplug }\n",
	    "a.yaml:3:3", "asks 'best' for names in corp.example");
}
END_TEST

START_TEST(a_tunnel_whose_other_end_others_know)
{
	expect_none(VPN("192.0.2.1") NAMES("corp.example: vpn"));
	expect_none(VPN("gw.example") NAMES("corp.example: vpn"));
	expect_none(VPN("gwcorp.example") NAMES("corp.example: vpn"));
	expect_none(VPN("gw.corp.example") NAMES(""));
	expect_none(VPN("gw.corp.example") NAMES("corp.example: lan")
	    "  lan: { kind: link, device: eth0, start: auto }\n");
	/* The longest domain decides. */
	expect_none(VPN("gw.pub.corp.example")
	    NAMES("corp.example: vpn, pub.corp.example: lan")
	    "  lan: { kind: link, device: eth0, start: auto }\n");
	expect_none("  lan: { kind: dhcp, over: eth, start: auto }\n"
		    "  eth: { kind: link, device: eth0 }\n"
		    "  vpn: { kind: ipsec, over: lan, remote: '${server}',"
		    " networks: 0.0.0.0/0, auth: { psk: { file: /k } },"
		    " start: auto }\n" NAMES("corp.example: vpn"));
}
END_TEST

START_TEST(of_very_many_domains_only_the_first_are_looked_through)
{
	for (int n = 1; n < 1000; n += 600) {
		_cleanup_(text_clear) struct text text = {0};

		text_append(&text, VPN("gw.corp.example")
		    "  t0: { kind: task, run: /x, requires: vpn }\n");
		for (int i = 1; i < 1000; i++)
			text_printf(&text, "  t%d: { kind: task, run: /x,"
					   " requires: t%d }\n", i, i - 1);
		text_append(&text, "  names: { kind: dns, start: auto,"
				   " from: vpn, domains: { ");
		for (int i = 0; i < n; i++)
			text_printf(&text, "d%d: t999, ", i);
		text_append(&text, "corp.example: t999 } }\n");
		if (n == 1)
			expect(text.data, "a.yaml:3:3", "reached by the name");
		else
			expect_none(text.data);
	}
}
END_TEST

static const char all_of_it[] =
    "version: 1\n"
    "nodes:\n"
    WIRED
    "  lan: { kind: dhcp, over: wired, start: hotplug }\n"
    "  ll: { kind: dhcp, over: wired }\n"
    "  other: { kind: link, match: { type: ethernet } }\n"
    "  best: { kind: any, over: wired, of: [ll, lan], try: in-order }\n"
    "  vpn: { " IPSEC ", over: wired, start: hotplug }\n"
    "  r: { kind: location, over: lan, match: { ssid: x } }\n"
    "  lost: { kind: dhcp, over: other }\n"
    "  names: { kind: dns, from: lan, domains: { x: lan }, start: auto }\n";

START_TEST(without_memory_it_says_so)
{
	const struct source source = { "a.yaml", all_of_it,
		sizeof(all_of_it) - 1 };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile = NULL;
	long n_allocations = 1;

	ck_assert_int_eq(profile_load(&source, 1, provider_schemas,
			     &diagnostics, &profile), 0);
	for (long nth = 1; nth <= n_allocations + 1; nth++) {
		int r;

		diagnostics_clear(&diagnostics);
		failing_malloc_begin(nth);
		r = profile_lint(profile, &diagnostics);
		n_allocations = failing_malloc_end();
		ck_assert_int_eq(r, nth <= n_allocations ? -ENOMEM : 0);
	}
	ck_assert_int_gt(n_allocations, 4);
	ck_assert_uint_ge(diagnostics.n, 4);
	diagnostics_clear(&diagnostics);
	profile_free(profile);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lint");
	TCase *tcase = tcase_create("lint");

	tcase_add_test(tcase, a_template_that_an_earlier_one_shadows);
	tcase_add_test(tcase, a_port_of_two_nodes);
	tcase_add_test(tcase, a_delay_beyond_the_longest);
	tcase_add_test(
	    tcase, of_very_many_templates_only_the_first_are_compared);
	tcase_add_test(tcase, what_somebody_may_ask_for_is_not_warned_of);
	tcase_add_test(tcase, a_node_that_nothing_asks_for);
	tcase_add_test(tcase, of_a_chain_its_top_is_warned_of_alone);
	tcase_add_test(tcase, a_tunnel_on_each_card);
	tcase_add_test(
	    tcase, a_value_that_has_a_fact_which_nothing_below_tells);
	tcase_add_test(
	    tcase, of_very_long_chains_only_the_first_are_looked_through);
	tcase_add_test(tcase, a_simulated_node_may_tell_any_fact);
	tcase_add_test(
	    tcase, a_location_that_asks_for_what_nothing_below_tells);
	tcase_add_test(tcase, a_later_in_order_member_that_starts_by_itself);
	tcase_add_test(
	    tcase, a_node_that_needs_a_task_with_an_event_to_be_up);
	tcase_add_test(
	    tcase, a_tunnel_whose_other_end_is_looked_up_through_itself);
	tcase_add_test(tcase, a_tunnel_whose_other_end_others_know);
	tcase_add_test(
	    tcase, of_very_many_domains_only_the_first_are_looked_through);
	tcase_add_test(tcase, without_memory_it_says_so);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
