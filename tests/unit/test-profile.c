/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading profiles: what is accepted, and the words of each refusal. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/yaml.h"
#include "tests/unit/kinds.h"
#include "tests/unit/loading.h"
#include "tests/unit/run.h"

static struct profile *profile;

static void teardown(void)
{
	profile = profile_free(profile);
}

#define TOP "version: 1\nnodes:\n"
#define IN_QUOTES "put it in quotes if it is meant as text"
#define LINK "  l: { kind: link, match: { type: x } }\n"

static const char whole[] =
    "version: 1\n"
    "nodes:\n"
    "  wired:\n"
    "    kind: link\n"
    "    match: { type: ethernet, mac: [\"02:*\", '04:*'] }\n"
    "    start: hotplug\n"
    "    allow: [alice, group:net]\n"
    "  sfp: { kind: link, device: enp3s0, description: the fast one }\n"
    "  lan: { kind: dhcp, over: wired, timeout: 10s }\n"
    "  fixed: { kind: dhcp, over: wired@eth9, start: auto }\n"
    "  uplink: { kind: any, of: [lan, fixed, wired@eth7], try: all }\n"
    "  both: { kind: all, over: wired, of: lan }\n"
    "  inet: { kind: gateway, requires: uplink }\n"
    "  vpn0:\n"
    "    kind: tunnel\n"
    "    over: uplink\n"
    "    requires: [inet]\n"
    "    wants: [both]\n"
    "    after: sfp\n"
    "    when: not sfp and (lan@eth1 or inet)\n"
    "    retry: { delay: 2s, max-delay: 5m, attempts: 3 }\n"
    "    remote: 192.0.2.1\n"
    "    networks: ['::/0']\n";

START_TEST(a_whole_profile_is_loaded)
{
	static const char *const names[] = {
	    "wired", "sfp", "lan", "fixed", "uplink", "both", "inet", "vpn0"};
	const struct decl *d;

	profile = load_good(whole);
	ck_assert_uint_eq(profile->n_decls, ARRAY_SIZE(names));
	for (uint32_t i = 0; i < ARRAY_SIZE(names); i++) {
		d = profile_find(profile, names[i]);
		ck_assert_ptr_eq(d, &profile->decls[i]);
		ck_assert_str_eq(d->name, names[i]);
		ck_assert_uint_eq(d->index, i);
		ck_assert_ptr_nonnull(d->config);
	}
	ck_assert_ptr_null(profile_find(profile, "wire"));
	ck_assert_ptr_eq(
	    profile_find_n(profile, "lan@eth0", 3), &profile->decls[2]);
	ck_assert_str_eq(profile->decls[2].mark.file, "test.yaml");
	ck_assert_uint_eq(profile->decls[2].mark.line, 9);
	ck_assert_uint_eq(profile->decls[2].mark.column, 3);
	ck_assert_uint_eq(profile->decls[2].mark.length, 3);
}
END_TEST

START_TEST(devices_and_matches)
{
	const struct decl *d;

	profile = load_good(whole);
	d = profile_find(profile, "wired");
	ck_assert_ptr_null(d->device);
	ck_assert_uint_eq(d->match->type.n, 1);
	ck_assert_str_eq(d->match->type.items[0], "ethernet");
	ck_assert_uint_eq(d->match->mac.n, 2);
	ck_assert_str_eq(d->match->mac.items[1], "04:*");
	ck_assert_uint_eq(d->match->name.n, 0);
	ck_assert_uint_eq(d->rare->n_allow, 2);
	ck_assert_str_eq(d->rare->allow[0], "alice");
	ck_assert_str_eq(d->rare->allow[1], "group:net");
	d = profile_find(profile, "sfp");
	ck_assert_str_eq(d->device, "enp3s0");
	ck_assert_ptr_null(d->match);
	ck_assert_str_eq(d->rare->description, "the fast one");
}
END_TEST

START_TEST(every_match_key_has_its_place)
{
	const struct match *m;

	profile = load_good("version: 1\nnodes:\n  a:\n    kind: link\n"
			    "    match: { name: 1, mac: 2, type: 3, driver: 4, "
			    "path: 5, vendor: 6, model: 7 }\n");
	m = profile_find(profile, "a")->match;
	ck_assert_str_eq(m->name.items[0], "1");
	ck_assert_str_eq(m->mac.items[0], "2");
	ck_assert_str_eq(m->type.items[0], "3");
	ck_assert_str_eq(m->driver.items[0], "4");
	ck_assert_str_eq(m->path.items[0], "5");
	ck_assert_str_eq(m->vendor.items[0], "6");
	ck_assert_str_eq(m->model.items[0], "7");
}
END_TEST

static void expect_ref(
    const struct refs *refs, uint32_t i, const char *name, const char *device)
{
	ck_assert_uint_lt(i, refs->n);
	ck_assert_str_eq(refs->items[i].decl->name, name);
	if (device)
		ck_assert_str_eq(refs->items[i].device, device);
	else
		ck_assert_ptr_null(refs->items[i].device);
}

START_TEST(references_are_resolved)
{
	const struct decl *d;

	profile = load_good(whole);
	d = profile_find(profile, "vpn0");
	expect_ref(&d->over, 0, "uplink", NULL);
	expect_ref(&d->requires, 0, "inet", NULL);
	expect_ref(&d->rare->wants, 0, "both", NULL);
	expect_ref(&d->rare->after, 0, "sfp", NULL);
	ck_assert_str_eq(d->when->text, "not sfp and (lan@eth1 or inet)");
	ck_assert_uint_eq(d->rare->when_refs.n, 3);
	expect_ref(&d->rare->when_refs, 0, "sfp", NULL);
	expect_ref(&d->rare->when_refs, 1, "lan", "eth1");
	expect_ref(&d->rare->when_refs, 2, "inet", NULL);
	ck_assert_uint_eq(d->rare->when_refs.items[1].mark.line, 20);
	ck_assert_uint_eq(d->rare->when_refs.items[1].mark.column, 24);
	ck_assert_uint_eq(d->rare->when_refs.items[1].mark.length, 8);
	d = profile_find(profile, "uplink");
	ck_assert_uint_eq(d->of.n, 3);
	expect_ref(&d->of, 2, "wired", "eth7");
	ck_assert_uint_eq(d->over.n, 0);
	expect_ref(&profile_find(profile, "fixed")->over, 0, "wired", "eth9");
}
END_TEST

static const char events[] =
    "version: 1\n"
    "nodes:\n"
    "  wired: { kind: link, match: { type: ethernet } }\n"
    "  bind9: { kind: fake, hold: forever }\n"
    "  t: { kind: task, run: /x, on-event: wired@eth1 up, hold: 30s,\n"
    "    when: \"from startup  until bind9 up and bind9 or from a.b\" }\n"
    "  s: { kind: state, until: lan-gone, over: wired, from: wired down }\n"
    "  e: { kind: task, run: /x, on-event: 'go' }\n"
    "  u: { kind: any, of: [wired, bind9], try: in-order }\n"
    "  p: { kind: location, over: u, hold: 0, match: { BSSID: x,\n"
    "    gateway-mac: [02:*, '04:*'], domain: corp.example } }\n";

static void expect_trigger(const struct trigger *trigger,
    enum event_type type, const char *name, uint32_t line, uint32_t column)
{
	ck_assert_int_eq(trigger->type, type);
	ck_assert_uint_eq(trigger->ref.mark.line, line);
	ck_assert_uint_eq(trigger->ref.mark.column, column);
	if (type == EVENT_NAMED)
		ck_assert_str_eq(trigger->name, name);
	else
		ck_assert_ptr_null(trigger->name);
	if (type >= EVENT_UP)
		ck_assert_str_eq(trigger->ref.decl->name, name);
	else
		ck_assert_ptr_null(trigger->ref.decl);
}

START_TEST(events_are_resolved)
{
	const struct decl *d;

	profile = load_good(events);
	d = profile_find(profile, "t");
	expect_trigger(d->on_event, EVENT_UP, "wired", 5, 39);
	ck_assert_str_eq(d->on_event->ref.device, "eth1");
	ck_assert_uint_eq(d->rare->when_refs.n, 1);
	ck_assert_uint_eq(d->rare->when_refs.items[0].mark.column, 45);
	ck_assert_uint_eq(d->n_latches, 2);
	ck_assert_str_eq(d->latches[0].text, "from startup until bind9 up");
	expect_trigger(&d->latches[0].from, EVENT_STARTUP, NULL, 6, 17);
	expect_trigger(&d->latches[0].until, EVENT_UP, "bind9", 6, 32);
	ck_assert_str_eq(d->latches[1].text, "from a.b");
	expect_trigger(&d->latches[1].from, EVENT_NAMED, "a.b", 6, 59);
	ck_assert_int_eq(d->latches[1].until.type, EVENT_NONE);
	d = profile_find(profile, "s");
	ck_assert_uint_eq(d->n_latches, 1);
	ck_assert_str_eq(
	    d->latches[0].text, "from wired down until lan-gone");
	expect_trigger(&d->latches[0].from, EVENT_DOWN, "wired", 7, 57);
	expect_trigger(&d->latches[0].until, EVENT_NAMED, "lan-gone", 7, 28);
	ck_assert_int_eq(d->start, START_HOTPLUG);
	ck_assert_ptr_null(d->when);
	ck_assert_ptr_null(d->on_event);
	d = profile_find(profile, "e");
	expect_trigger(d->on_event, EVENT_NAMED, "go", 8, 40);
	ck_assert_uint_eq(d->n_latches, 0);
}
END_TEST

START_TEST(holds_orders_and_places)
{
	const struct decl *d;

	profile = load_good(events);
	ck_assert(
	    profile_find(profile, "bind9")->hold_ms == HOLD_FOREVER);
	ck_assert_uint_eq(profile_find(profile, "t")->hold_ms, 30000);
	ck_assert_uint_eq(profile_find(profile, "s")->hold_ms, 0);
	ck_assert(profile_find(profile, "u")->is_in_order);
	d = profile_find(profile, "p");
	ck_assert_uint_eq(d->hold_ms, 0);
	ck_assert_int_eq(d->start, START_HOTPLUG);
	ck_assert_ptr_null(d->match);
	ck_assert_uint_eq(d->rare->n_fact_globs, 3);
	/* A simulated node may give any fact. */
	ck_assert_str_eq(d->rare->fact_globs[0].key, "BSSID");
	ck_assert(!d->rare->fact_globs[0].ignore_case);
	ck_assert_str_eq(d->rare->fact_globs[1].key, "gateway-mac");
	ck_assert(d->rare->fact_globs[1].ignore_case);
	ck_assert_uint_eq(d->rare->fact_globs[1].globs.n, 2);
	ck_assert_str_eq(d->rare->fact_globs[1].globs.items[1], "04:*");
	ck_assert_str_eq(d->rare->fact_globs[2].key, "domain");
	ck_assert(!d->rare->fact_globs[2].ignore_case);
	profile_free(profile);
	profile = load_good(
	    TOP "  l: { kind: link, device: e }\n"
		"  u: { kind: any, of: l, try: all }\n"
		"  p: { kind: location, over: l, match: { bssid: A, mac: B, "
		"lease-colour: red } }\n");
	ck_assert(!profile_find(profile, "u")->is_in_order);
	d = profile_find(profile, "p");
	ck_assert_uint_eq(d->rare->n_fact_globs, 3);
	ck_assert(d->rare->fact_globs[0].ignore_case);
	ck_assert(d->rare->fact_globs[1].ignore_case);
	ck_assert(!d->rare->fact_globs[2].ignore_case);
}
END_TEST

START_TEST(unknown_facts_are_each_told)
{
	_cleanup_(free_ptr) char *messages = load_messages(
	    TOP LINK "  x: 5\n  y: { kind: nosuch }\n"
		     "  p: { kind: location, over: l, match: { q: a, w: b } }"
		     "\n");

	ck_assert_ptr_nonnull(
	    strstr(messages, "6:42: error: 'q' is not a fact that"));
	ck_assert_ptr_nonnull(
	    strstr(messages, "6:48: error: 'w' is not a fact that"));
}
END_TEST

START_TEST(times_and_their_defaults)
{
	const struct decl *d;

	profile = load_good(whole);
	d = profile_find(profile, "vpn0");
	ck_assert_uint_eq(d->retry_delay_ms, 2000);
	ck_assert_uint_eq(d->retry_max_delay_ms, 300000);
	ck_assert_uint_eq(d->retry_attempts, 3);
	ck_assert_uint_eq(d->timeout_ms, 0);
	d = profile_find(profile, "lan");
	ck_assert_uint_eq(d->retry_delay_ms, 1000);
	ck_assert_uint_eq(d->retry_max_delay_ms, 60000);
	ck_assert_uint_eq(d->retry_attempts, 0);
	ck_assert_uint_eq(d->timeout_ms, 10000);
	ck_assert_uint_eq(profile_find(profile, "fixed")->timeout_ms, 30000);
}
END_TEST

START_TEST(start_has_a_default_by_kind_and_by_file)
{
	static const char nodes[] =
	    "  l: { kind: link, device: a }\n"
	    "  m: { kind: link, device: b, start: auto }\n"
	    "  g: { kind: gateway }\n"
	    "  h: { kind: gateway, start: manual }\n"
	    "  u: { kind: any, of: l }\n";
	static const enum start_mode plain[] = {START_MANUAL, START_AUTO,
	    START_HOTPLUG, START_MANUAL, START_HOTPLUG};
	static const enum start_mode given[] = {
	    START_AUTO, START_AUTO, START_AUTO, START_MANUAL, START_AUTO};
	char text[500];

	for (int with = 0; with < 2; with++) {
		snprintf(text, sizeof(text), "version: 1\n%snodes:\n%s",
		    with ? "start: auto\n" : "", nodes);
		profile_free(profile);
		profile = load_good(text);
		for (uint32_t i = 0; i < ARRAY_SIZE(plain); i++)
			ck_assert_int_eq(profile->decls[i].start,
			    with ? given[i] : plain[i]);
	}
}
END_TEST

START_TEST(files_are_one_profile)
{
	static const char a[] = "version: 1\nstart: auto\nnodes:\n"
				"  lan: { kind: dhcp, over: wired }\n";
	static const char b[] = "version: 1\nnodes:\n"
				"  wired: { kind: link, device: e }\n"
				"  wan: { kind: dhcp, over: wired }\n";
	struct source sources[] = {
	    {"a.yaml", a, strlen(a)}, {"b.yaml", b, strlen(b)}};
	struct diagnostics diagnostics = {0};

	ck_assert_int_eq(
	    profile_load(sources, 2, test_kinds, &diagnostics, &profile), 0);
	ck_assert_uint_eq(profile->n_decls, 3);
	ck_assert_str_eq(profile->decls[0].name, "lan");
	ck_assert_int_eq(profile->decls[0].start, START_AUTO);
	ck_assert_int_eq(profile->decls[2].start, START_MANUAL);
	ck_assert_str_eq(profile->decls[2].mark.file, "b.yaml");
}
END_TEST

START_TEST(errors_of_all_files_are_told)
{
	static const char a[] = "version: 1\nnodes:\n  x: { kind: nosuch }\n";
	static const char b[] = "version: 1\nnodes:\n  y: { kind: fake }\n"
				"  x: { kind: fake }\n";
	struct source sources[] = {
	    {"a.yaml", a, strlen(a)}, {"b.yaml", b, strlen(b)}};
	_cleanup_(free_ptr) char *messages = load_files(sources, 2);

	ck_assert_str_eq(messages,
	    "b.yaml:4:3: error: node 'x' is declared twice; the first is at "
	    "a.yaml:3:3\n"
	    "    4 |   x: { kind: fake }\n"
	    "      |   ^\n"
	    "a.yaml:3:14: error: 'nosuch' is not a kind of node; 'netconf "
	    "kinds' lists them\n"
	    "    3 |   x: { kind: nosuch }\n"
	    "      |              ^~~~~~\n");
}
END_TEST

START_TEST(what_an_unreadable_file_may_have_is_not_missed)
{
	static const char a[] = "version: 1\nnodes:\n"
				"  x: { kind: fake, requires: y }\n";
	static const char b[] = "version: 1\nnodes:\n  y: [\n";
	struct source sources[] = {
	    {"a.yaml", a, strlen(a)}, {"b.yaml", b, strlen(b)}};
	_cleanup_(free_ptr) char *messages = load_files(sources, 2);

	ck_assert_ptr_nonnull(strstr(messages,
	    "b.yaml:4:1: error: the file ends where a value is expected\n"));
	ck_assert_ptr_null(strstr(messages, "there is no node"));
}
END_TEST

START_TEST(no_file_is_no_profile)
{
	_cleanup_(free_ptr) char *messages = load_files(NULL, 0);

	ck_assert_str_eq(
	    messages, "error: no nodes: the profile has no file\n");
}
END_TEST

/* One mistake, one message. */
static const struct {
	const char *text, *message;
} errors[] = {
    /* The file */
    {"", "1:1: error: no nodes: the file is empty"},
    {"# only a comment\n", "1:1: error: no nodes: the file is empty"},
    {"- a\n- b\n",
	"1:1: error: a profile must be a mapping with 'version' and 'nodes', "
	"not a list"},
    {"*x\n",
	"1:1: error: '*' starts a YAML alias, which profiles do not have; put "
	"it in quotes if it is meant as text"},
    {TOP "  a: { kind: fake }\n*x : b\n",
	"4:1: error: '*' starts a YAML alias, which profiles do not have; put "
	"it in quotes if it is meant as text"},
    {TOP "  a: { kind: \"\\xzz\" }\n",
	"3:17: error: this is not YAML: while parsing a quoted scalar: did "
	"not find expected hexdecimal number"},
    {"hello\n",
	"1:1: error: a profile must be a mapping with 'version' and 'nodes', "
	"not a text"},
    {"---\n",
	"2:1: error: a profile must be a mapping with 'version' and 'nodes', "
	"not nothing"},
    {"nodes:\n  a: { kind: fake }\n",
	"1:1: error: 'version' is missing; begin the file with 'version: 1'"},
    {"version: 2\nnodes:\n  a: { kind: fake }\n",
	"1:10: error: 'version' must be 1, not '2'"},
    {"version: [1]\nnodes:\n  a: { kind: fake }\n",
	"1:10: error: 'version' must be 1, not a list"},
    {"version: 1\n", "1:1: error: no nodes: 'nodes' is missing"},
    {"version: 1\nnodes:\n", "2:1: error: no nodes: 'nodes' is empty"},
    {"version: 1\nnodes: {}\n", "2:1: error: no nodes: 'nodes' is empty"},
    {"version: 1\nnodes: [a]\n",
	"2:8: error: 'nodes' must be a mapping of names to nodes, such as "
	"wired: { kind: link, device: eth0 }, not a list"},
    {"version: 1\nnodes: a\n",
	"2:8: error: 'nodes' must be a mapping of names to nodes, such as "
	"wired: { kind: link, device: eth0 }, not 'a'"},
    {TOP "  a: { kind: fake }\nnode: x\n",
	"4:1: error: 'node' is not a key of a profile; did you mean 'nodes'?"},
    {TOP "  a: { kind: fake }\nfleet: x\n",
	"4:1: error: the key 'fleet' is not in this version"},
    {TOP "  a: { kind: fake }\nstart: atuo\n",
	"4:8: error: 'start' must be manual, auto or hotplug, not 'atuo'; did "
	"you mean 'auto'?"},
    {TOP "  a: { kind: fake }\nstart: [auto]\n",
	"4:8: error: 'start' must be manual, auto or hotplug, not a list"},
    /* Nodes */
    {TOP "  a: fake\n",
	"3:3: error: node 'a' must be a mapping of keys, such as { kind: link, "
	"device: eth0 }"},
    {TOP "  a:\n",
	"3:3: error: node 'a' must be a mapping of keys, such as { kind: link, "
	"device: eth0 }"},
    {TOP "  a: {}\n", "3:3: error: node 'a' has no 'kind'"},
    {TOP "  a: { start: auto, knid: fake }\n",
	"3:21: error: node 'a' has no 'kind'; is it 'knid'?\n"
	"    3 |   a: { start: auto, knid: \xe2\x80\xa6\n"
	"      |                     ^~~~"},
    /* A key of a kind that nobody knows may be a secret. */
    {TOP "  a: { kind: tunle, start: auto, psk: topsecret }\n",
	"3:14: error: 'tunle' is not a kind of node; 'netconf "
	"kinds' lists them\n"
	"    3 |   a: { kind: tunle, start: auto, psk: \xe2\x80\xa6\n"
	"      |              ^~~~~"},
    {TOP "  a: { kind: }\n", "3:8: error: 'kind' has no value"},
    {TOP "  a: { kind: [fake] }\n",
	"3:14: error: 'kind' must be a text, not a list"},
    {TOP "  a: { kind: fale }\n",
	"3:14: error: 'fale' is not a kind of node; did you mean 'fake'?"},
    {TOP "  a: { kind: wifi }\n",
	"3:14: error: the kind 'wifi' is not in this version"},
    {TOP "  9a: { kind: fake }\n",
	"3:3: error: '9a' cannot be a node's name: a letter, then letters, "
	"digits, '_', '.' and '-', up to 63 in all"},
    {TOP "  a@b: { kind: fake }\n",
	"3:3: error: 'a@b' cannot be a node's name: a letter, then letters, "
	"digits, '_', '.' and '-', up to 63 in all"},
    {TOP "  '': { kind: fake }\n",
	"3:3: error: '' cannot be a node's name: a letter, then letters, "
	"digits, '_', '.' and '-', up to 63 in all"},
    {TOP "  failed: { kind: fake }\n",
	"3:3: error: 'failed' cannot be a node's name: it is a word of "
	"conditions"},
    {TOP "  a: { kind: fake }\n  a: { kind: fake }\n",
	"4:3: error: 'a' is given twice; the first is at test.yaml:3:3"},
    {TOP "  a: { kind: fake, start: auto, kind: fake }\n",
	"3:33: error: 'kind' is given twice; the first is at test.yaml:3:8"},
    {TOP "  a: { kind: fake, require: [a] }\n",
	"3:20: error: 'require' is not a key of fake nodes; did you mean "
	"'requires'?"},
    {TOP "  a: { kind: fake, device: x }\n",
	"3:20: error: 'device' is not a key of fake nodes; 'netconf "
	"kinds fake' lists them"},
    {TOP "  a: { kind: fake, of: x }\n",
	"3:20: error: 'of' is not a key of fake nodes; 'netconf kinds fake' "
	"lists them"},
    {TOP "  a: { kind: fake, hold: 3 }\n",
	"3:26: error: 'hold' must be a duration, such as 250ms, 10s, 5m or "
	"1h, or forever, not '3'"},
    {TOP "  a: { kind: fake, hold: [1s] }\n",
	"3:26: error: 'hold' must be a text, not a list"},
    {TOP "  a: { kind: fake, on-event: x }\n",
	"3:20: error: 'on-event' is not a key of fake nodes; 'netconf "
	"kinds fake' lists them"},
    {TOP "  a: { kind: fake, from: x }\n",
	"3:20: error: 'from' is not a key of fake nodes; 'netconf "
	"kinds fake' lists them"},
    {TOP "  a: { kind: fake, name: x }\n",
	"3:20: error: 'name' is not a key of fake nodes; 'netconf "
	"kinds fake' lists them"},
    {TOP "  a: { kind: fake, start: hotplugg }\n",
	"3:27: error: 'start' must be manual, auto or hotplug, not 'hotplugg'; "
	"did you mean 'hotplug'?"},
    {TOP "  a: { kind: fake, timeout: 5 }\n",
	"3:29: error: 'timeout' must be a duration, such as 250ms, 10s, 5m or "
	"1h, not '5'"},
    {TOP "  a: { kind: fake, retry: 5s }\n",
	"3:27: error: 'retry' must be a mapping of keys, not '5s'"},
    {TOP "  a: { kind: fake, retry: { delay: 0 } }\n",
	"3:27: error: 'delay' must be 1ms or more: without it a failing node "
	"would be started without end"},
    {TOP "  a: { kind: fake, retry: { attempts: -1 } }\n",
	"3:39: error: 'attempts' must be a number from 0 to 1000000, not "
	"'-1'"},
    {TOP "  a: { kind: fake, retry: { delay: soon } }\n",
	"3:36: error: 'delay' must be a duration, such as 250ms, 10s, 5m or "
	"1h, not 'soon'"},
    {TOP "  a: { kind: tunnel, remote: 1.1, networks: a, auth: { psk: { file: "
	 "*x } } }\n",
	"3:69: error: '*' starts a YAML alias, which profiles do not have; "
	IN_QUOTES},
    {TOP "  a: { kind: fake, retry: { max: 2m } }\n",
	"3:29: error: 'max' is not a key of 'retry'"},
    {TOP "  a: { kind: fake, allow: 'group:' }\n",
	"3:27: error: 'allow' must be a user, or group:NAME, not 'group:'"},
    {TOP "  a: { kind: fake, allow: [bob, 'b:c'] }\n",
	"3:33: error: 'allow' must be a user, or group:NAME, not 'b:c'"},
    /* Devices */
    {TOP "  a: { kind: link }\n",
	"3:3: error: 'device' or 'match' is missing; link nodes must have one "
	"of them"},
    {TOP "  a: { kind: link, device: x, match: { name: y } }\n",
	"3:31: error: 'device' and 'match' exclude each other"},
    {TOP "  a: { kind: link, device: a/b }\n",
	"3:28: error: 'device' must be the name of a network device: up to 15 "
	"characters without blanks, '/' and ':', not 'a/b'"},
    {TOP "  a: { kind: link, device: abcdefghijklmnop }\n",
	"3:28: error: 'device' must be the name of a network device: up to 15 "
	"characters without blanks, '/' and ':', not 'abcdefghijklmnop'"},
    {TOP "  a: { kind: link, match: {} }\n",
	"3:27: error: 'match' is empty; write { name: \"*\" } for every "
	"device"},
    {TOP "  a: { kind: link, match: { type: [] } }\n",
	"3:35: error: 'type' is empty: it would match no device"},
    {TOP "  a: { kind: link, match: { tpye: x } }\n",
	"3:29: error: 'tpye' is not a key of 'match'; did you mean 'type'?"},
    {TOP "  a: { kind: link, match: ethernet }\n",
	"3:27: error: 'match' must be a mapping of keys, not 'ethernet'"},
    {TOP LINK "  a: { kind: link, device: x, over: l }\n",
	"4:31: error: link nodes are bound to a device and cannot be over "
	"another node"},
    {TOP "  a: { kind: dhcp }\n",
	"3:3: error: 'over' is missing; dhcp nodes must stand on another "
	"node"},
    /* References */
    {TOP LINK "  a: { kind: dhcp, over: ll }\n",
	"4:26: error: there is no node 'll'"},
    {TOP "  wired: { kind: fake }\n  a: { kind: fake, requires: [wierd] }\n",
	"4:31: error: there is no node 'wierd'; did you mean 'wired'?"},
    {TOP "  a: { kind: fake, wants: zz }\n",
	"3:27: error: there is no node 'zz'"},
    {TOP "  a: { kind: fake, wants: wlp2s0 }\n",
	"3:27: error: there is no node 'wlp2s0'; is it a card? 'wlp2s0: { "
	"kind: link, device: wlp2s0 }' makes it a node"},
    {TOP "  a: { kind: fake, wants: enough }\n",
	"3:27: error: there is no node 'enough'"},
    {TOP "  a: { kind: fake, wants: en0123456789abcdef }\n",
	"3:27: error: there is no node 'en0123456789abcdef'"},
    {TOP "  eth0: { kind: fake }\n  a: { kind: fake, wants: eth1 }\n",
	"4:27: error: there is no node 'eth1'; did you mean 'eth0'?"},
    {TOP "  a: { kind: fake, over: '' }\n",
	"3:26: error: there is no node ''"},
    {TOP "  a: { kind: fake, over: }\n", "3:20: error: 'over' has no value"},
    {TOP "  a: { kind: fake, after: '@eth0' }\n",
	"3:27: error: there is no node ''"},
    {TOP "  a: { kind: fake, after: a b }\n",
	"3:27: error: there is no node 'a b'"},
    {TOP "  a: { kind: fake, after: [[x]] }\n",
	"3:28: error: 'after' must be a text, not a list"},
    {TOP LINK "  a: { kind: dhcp, over: [l, l] }\n",
	"4:26: error: 'over' must be a text, not a list"},
    {TOP LINK "  a: { kind: fake, requires: l@ }\n",
	"4:30: error: '' after '@' must be the name of a network device: up to "
	"15 characters without blanks, '/' and ':'"},
    {TOP LINK "  a: { kind: fake, requires: l@a@b/c }\n",
	"4:30: error: 'a@b/c' after '@' must be the name of a network device: "
	"up to 15 characters without blanks, '/' and ':'"},
    {TOP "  a: { kind: fake }\n  b: { kind: fake, requires: a@eth0 }\n",
	"4:30: error: 'a' is a single node, not a template: it has no '@eth0'; "
	"write 'a'"},
    {TOP LINK "  b: { kind: dhcp, over: l@x }\n"
	      "  c: { kind: fake, when: not b@y }\n",
	"5:30: error: 'b' is a single node, not a template: it has no '@y'; "
	"write 'b'"},
    {TOP LINK "  b: { kind: any, of: l }\n  c: { kind: dhcp, over: b }\n"
	      "  d: { kind: all, of: c@y }\n",
	"6:23: error: 'c' is a single node, not a template: it has no '@y'; "
	"write 'c'"},
    /* Groups */
    {TOP "  a: { kind: any }\n",
	"3:3: error: 'of' is missing; any nodes must name their members"},
    {TOP "  a: { kind: all, of: [] }\n",
	"3:23: error: 'of' is empty; it needs one member or more"},
    {TOP LINK "  a: { kind: any, of: [l, l] }\n",
	"4:27: error: 'l' is named twice in 'of'"},
    {TOP LINK "  a: { kind: any, of: [l@a, l, l@b, l@a] }\n",
	"4:37: error: 'l@a' is named twice in 'of'"},
    {TOP LINK "  a: { kind: all, of: l, try: in-order }\n",
	"4:31: error: 'try: in-order' is for 'any' nodes; an 'all' needs every "
	"member"},
    {TOP LINK "  a: { kind: any, of: l, try: in-ordre }\n",
	"4:31: error: 'try' must be all or in-order, not 'in-ordre'; did you "
	"mean 'in-order'?"},
    /* Conditions */
    {TOP "  a: { kind: fake }\n  b: { kind: fake, when: a a }\n",
	"4:28: error: 'and', 'or' or the end is expected here"},
    {TOP "  a: { kind: fake }\n  b: { kind: fake, when: 'a and (a' }\n",
	"4:35: error: 'and', 'or' or ')' is expected here"},
    {TOP "  b: { kind: fake, when: '' }\n",
	"3:27: error: a node, 'from', 'not' or '(' is expected here"},
    {TOP "  a: { kind: fake }\n  b: { kind: fake, when: \"not aa\" }\n",
	"4:31: error: there is no node 'aa'"},
    {TOP "  a: { kind: fake }\n  b: { kind: fake, when: a failed }\n",
	"4:28: error: 'up', 'down' and 'failed' make an event, which stands "
	"after 'from' or 'until'; a node's name alone is true while it is up"},
    {TOP "  b: { kind: fake, when: from x until x or b }\n",
	"3:39: error: 'until' must name another event than 'from'"},
    {TOP "  b: { kind: fake, when: from x until y upp }\n",
	"3:41: error: 'up', 'down', 'failed', 'and', 'or' or the end is "
	"expected here"},
    {TOP "  a: { kind: fake }\n  b: { kind: fake, when: from x until a }\n",
	"4:39: error: 'a' is a node, not an event; write 'a up', 'a down' or "
	"'a failed'"},
    {TOP LINK "  b: { kind: fake, when: \"b or from l@e1\" }\n",
	"4:37: error: 'l@e1' is a node, not an event; write 'l@e1 up', "
	"'l@e1 down' or 'l@e1 failed'"},
    {TOP "  b: { kind: fake, when: from x/y }\n",
	"3:31: error: 'x/y' cannot be an event's name: a letter, then letters, "
	"digits, '_', '.' and '-', up to 63 in all"},
    {TOP "  b: { kind: fake, when: not from bb up until b down }\n",
	"3:35: error: there is no node 'bb'"},
    {TOP "  b: { kind: fake, when: from startup until bb down }\n",
	"3:45: error: there is no node 'bb'"},
    {TOP "  a: { kind: fake }\n"
	 "  b: { kind: fake, when: from x until a@e down }\n",
	"4:39: error: 'a' is a single node, not a template: it has no '@e'; "
	"write 'a'"},
    {TOP "  a: { kind: fake }\n"
	 "  b: { kind: fake, when: from a@e failed until x }\n",
	"4:31: error: 'a' is a single node, not a template: it has no '@e'; "
	"write 'a'"},
    /* Where the text is not as it stands in the file, it is meant whole. */
    {TOP "  b:\n    kind: fake\n    when: >-\n      b\n      or zz\n",
	"5:11: error: there is no node 'zz'"},
    /* States */
    {TOP "  s: { kind: state }\n",
	"3:3: error: 'from' is missing; state nodes must have it"},
    {TOP "  s: { kind: state, until: x }\n",
	"3:3: error: 'from' is missing; state nodes must have it"},
    {TOP "  s: { kind: state, from: }\n", "3:21: error: 'from' has no value"},
    {TOP "  s: { kind: state, from: [a, b] }\n",
	"3:27: error: 'from' must be a text, not a list"},
    {TOP "  s: { kind: state, from: x, until: [y] }\n",
	"3:37: error: 'until' must be a text, not a list"},
    {TOP "  s: { kind: state, from: x, until: }\n",
	"3:30: error: 'until' has no value"},
    {TOP "  s: { kind: state, from: x or y }\n",
	"3:29: error: 'up', 'down', 'failed' or the end is expected here"},
    {TOP "  s: { kind: state, from: x, until: up }\n",
	"3:37: error: an event is expected here: NAME, 'NODE up', 'NODE "
	"down', 'NODE failed' or 'startup'"},
    {TOP "  s: { kind: state, until: x, from: x }\n",
	"3:28: error: 'until' must name another event than 'from'"},
    {TOP "  a: { kind: fake }\n"
	 "  s: { kind: state, from: a down, until: 'a  down' }\n",
	"4:43: error: 'until' must name another event than 'from'"},
    {TOP "  a: { kind: fake }\n  s: { kind: state, from: x, until: a }\n",
	"4:37: error: 'a' is a node, not an event; write 'a up', 'a down' or "
	"'a failed'"},
    {TOP "  s: { kind: state, from: zz up }\n",
	"3:27: error: there is no node 'zz'"},
    /* Tasks */
    {TOP "  t: { kind: task, run: /x, on-event: t }\n",
	"3:39: error: 't' is a node, not an event; write 't up', 't down' or "
	"'t failed'"},
    {TOP "  t: { kind: task, run: /x, on-event: startup now }\n",
	"3:47: error: the end is expected here"},
    {TOP "  t: { kind: task, run: /x, on-event: }\n",
	"3:29: error: 'on-event' has no value"},
    {TOP "  t: { kind: task, run: /x, on-event: t@e up }\n",
	"3:39: error: 't' is a single node, not a template: it has no '@e'; "
	"write 't'"},
    {TOP "  b: { kind: bridge, ports: b@e }\n",
	"3:29: error: 'b' is a single node, not a template: it has no '@e'; "
	"write 'b'"},
    {TOP "  b: { kind: bridge, master: b@e }\n",
	"3:30: error: 'b' is a single node, not a template: it has no '@e'; "
	"write 'b'"},
    {TOP "  b: { kind: bridge, prefix-from: b@e }\n",
	"3:35: error: 'b' is a single node, not a template: it has no '@e'; "
	"write 'b'"},
    /* Locations */
    {TOP LINK "  p: { kind: location, over: l }\n",
	"4:3: error: 'match' is missing; location nodes must say which facts "
	"they are known by"},
    {TOP "  p: { kind: location, match: { domain: x } }\n",
	"3:3: error: 'over' is missing; location nodes must stand on another "
	"node"},
    {TOP LINK "  p: { kind: location, over: l, match: {} }\n",
	"4:40: error: 'match' is empty; write which facts the place is known "
	"by, such as { domain: corp.example }"},
    {TOP LINK "  p: { kind: location, over: l, match: x }\n",
	"4:40: error: 'match' must be a mapping of keys, not 'x'"},
    {TOP LINK "  p: { kind: location, over: l, match: }\n",
	"4:40: error: 'match' must be a mapping of keys, not nothing"},
    {TOP LINK "  p: { kind: location, over: l, match: { gatewaymac: x } }\n",
	"4:42: error: 'gatewaymac' is not a fact that nodes give; did you mean "
	"'gateway-mac'?"},
    {TOP LINK "  p: { kind: location, over: l, match: { zzzz: x } }\n",
	"4:42: error: 'zzzz' is not a fact that nodes give"},
    {TOP LINK "  p: { kind: location, over: l, match: { domain: [] } }\n",
	"4:50: error: 'domain' is empty: it would never match"},
    {TOP LINK "  p: { kind: location, over: l, match: { domain: } }\n",
	"4:42: error: 'domain' has no value"},
    {TOP LINK "  p: { kind: location, over: l, match: { ssid: { a: b } } }\n",
	"4:48: error: 'ssid' must be a text, not a mapping"},
    {TOP LINK "  p: { kind: location, over: l, match: { ssid: '${ssid}' } }\n",
	"4:48: error: 'ssid' cannot have '${' in it: facts stand only in "
	"values of a kind's own keys that are no nodes and no secrets"},
    {TOP LINK "  p: { kind: location, over: l, device: x, match: { ssid: a } "
	      "}\n",
	"4:33: error: 'device' is not a key of location nodes; 'netconf "
	"kinds location' lists them"},
    /* Facts in values */
    {TOP LINK "  t: { kind: tunnel, over: l, remote: 1.1, networks: "
	      "\"${adress}/24\" }\n",
	"4:54: error: 'adress' is not a fact that nodes give; write '$${' for "
	"a plain '${'; did you mean 'address'?"},
    {TOP LINK "  t: { kind: tunnel, over: l, remote: 1.1, networks: "
	      "'${HOME}' }\n",
	"4:54: error: 'HOME' is not a fact that nodes give; write '$${' for "
	"a plain '${'"},
    {TOP LINK "  t: { kind: tunnel, over: l, remote: 1.1, networks: '${}' }\n",
	"4:54: error: '' is not a fact that nodes give; write '$${' for a "
	"plain '${'"},
    {TOP LINK "  t: { kind: tunnel, over: l, remote: 1.1, networks: "
	      "[a, '$$${address}${mac'] }\n",
	"4:58: error: '${mac' has no '}'; write '$${' for a plain '${'"},
    {TOP "  t: { kind: tunnel, remote: 1.1, networks: '${device}' }\n",
	"3:45: error: '${device}' stands for a fact of the node below, and "
	"'t' is over none; write '$${' for a plain '${'"},
    {TOP LINK "  t: { kind: tunnel, over: l, remote: '${mac}', networks: x, "
	      "marks: [1, '${ifindex}', z] }\n",
	"4:87: error: 'marks' must be a number, not 'z'"},
    {TOP LINK "  t: { kind: tunnel, over: l, remote: 1.1, networks: x, "
	      "auth: { psk: '${mac}' } }\n",
	"4:70: error: 'psk' is a secret and cannot have '${' in it; one that "
	"has it can only be in a file: { file: PATH }"},
    {TOP LINK "  t: { kind: tunnel, over: l, remote: 1.1, networks: x, "
	      "auth: { psk: { file: '/${mac}' } } }\n",
	"4:78: error: 'psk' cannot have '${' in it: facts stand only in "
	"values of a kind's own keys that are no nodes and no secrets"},
    {TOP LINK "  t: { kind: task, over: l, run: ['${device}', x] }\n",
	"4:35: error: no fact can say which program 'run' runs; only its "
	"arguments can have '${' in them"},
    {TOP "  l: { kind: link, device: '${x}' }\n",
	"3:28: error: 'device' cannot have '${' in it: facts stand only in "
	"values of a kind's own keys that are no nodes and no secrets"},
    /* What YAML has and profiles have not */
    {TOP "  a: { kind: fake, description: *usb* }\n",
	"3:33: error: '*' starts a YAML alias, which profiles do not have; "
	IN_QUOTES},
    {TOP "  a: { kind: fake, description: *usb }\n",
	"3:33: error: '*' starts a YAML alias, which profiles do not have; "
	IN_QUOTES},
    {TOP "  a: { kind: fake, description: &usb x }\n",
	"3:33: error: '&' starts a YAML anchor, which profiles do not have; "
	IN_QUOTES},
    {TOP "  a: { kind: fake, description: &* }\n",
	"3:33: error: '&' starts a YAML anchor, which profiles do not have; "
	IN_QUOTES},
    {TOP "  a: { kind: fake, description: !x y }\n",
	"3:33: error: '!' starts a YAML tag, which profiles do not have; "
	IN_QUOTES},
    {TOP "  a: !x { kind: fake }\n",
	"3:6: error: '!' starts a YAML tag, which profiles do not have; "
	IN_QUOTES},
    {TOP "  a: { kind: fake }\n  ? [x]\n  : y\n",
	"4:5: error: a key must be a text, not a list or a mapping; "
	IN_QUOTES},
    {TOP "  a: { kind: fake }\n---\nb: c\n",
	"4:1: error: a second YAML document starts here; a profile file has "
	"one; take the '---' out"},
    {TOP "  a: { kind: fake }\n...\nb: c\n",
	"5:1: error: a second YAML document starts here; a profile file has "
	"one"},
    {TOP "  a: { kind: fake, description: \"x\\0y\" }\n",
	"3:33: error: a text cannot contain a NUL"},
    /* What YAML needs quoted */
    {TOP "  a: { kind: tunnel, networks: [::/0] }\n",
	"3:33: error: ':' cannot start a text here; " IN_QUOTES},
    {TOP "  a: { kind: tunnel, networks: ${device}.10 }\n",
	"3:33: error: '{' cannot be in a text between '{' and '}' or '[' and "
	"']'; " IN_QUOTES},
    {TOP "  a: { kind: fake, description: @x }\n",
	"3:33: error: '@' cannot start a text; " IN_QUOTES},
    {TOP "  a: { kind: fake, description: %x }\n",
	"3:33: error: '%' cannot start a text; " IN_QUOTES},
    {TOP "  a: { kind: fake, description: `x` }\n",
	"3:33: error: '`' cannot start a text; " IN_QUOTES},
    {TOP "  a:\n    kind: fake\n    description: |x\n",
	"5:18: error: '|' and '>' start a text of several lines; " IN_QUOTES},
    {TOP "  a:\n    kind: fake\n    description: b: c\n",
	"5:19: error: a second ':' cannot be here; put a text that contains "
	"': ' in quotes, or look at the indentation"},
    {"%x\n", "1:1: error: '%' cannot start a text; " IN_QUOTES},
    /* What is no YAML */
    {TOP "\ta: { kind: fake }\n",
	"3:1: error: a tab cannot indent; use spaces"},
    {TOP "  a: { kind: fake, description: \"x }\n",
	"3:33: error: this quote is never closed"},
    {TOP "  a: { kind: fake, description: \"\\q\" }\n",
	"3:34: error: unknown escape in a text in double quotes; between "
	"single quotes a backslash is just that"},
    {TOP "  a: { kind: fake\n", "3:6: error: this is never closed"},
    {TOP "  a: { kind: tunnel, networks: [a\n",
	"3:32: error: this is never closed"},
    {TOP "  a:\n    kind: fake\n   start: auto\n",
	"5:4: error: a key is expected here; look at the indentation, and at "
	"what the line before ends with"},
    {TOP "  a:\n    kind: fake\n    after: - b\n",
	"5:12: error: a list cannot start here; begin it on a line of its "
	"own, or write [a, b]"},
    {TOP "  a:\n    kind: fake\n    start\n",
	"5:5: error: a key without ':' after it"},
};

START_TEST(a_mistake_is_one_message_with_its_place)
{
	expect_only_error(errors[_i].text, errors[_i].message);
}
END_TEST

static const struct {
	const char *bytes;
	size_t n;
	const char *message;
} bad_bytes[] = {
    {"version: 1\nnodes:\n  a\0: b\n", 26,
	"3:4: error: byte 0x00: a control character cannot be in a profile"},
    {"version: 1\n# \xc3\xbc\x1b\n", 16,
	"2:4: error: byte 0x1b: a control character cannot be in a profile"},
    {"version: 1\n# \xc3\xbc\xff\n", 16,
	"2:4: error: byte 0xff: this is not UTF-8"},
    {"version: 1\r# \xc3(\r", 16, "2:4: error: byte 0x28: this is not UTF-8"},
    {"\xef\xbb\xbf# \xff", 6, "1:3: error: byte 0xff: this is not UTF-8"},
    {"\xff\xfev\0e\0", 6, "1:1: error: byte 0xff: this is not UTF-8"},
};

START_TEST(bad_bytes_have_a_place)
{
	_cleanup_(free_ptr) char *messages =
	    load_messages_n(bad_bytes[_i].bytes, bad_bytes[_i].n);

	ck_assert_msg(strstr(messages, bad_bytes[_i].message), "%s", messages);
}
END_TEST

START_TEST(a_byte_order_mark_is_not_seen)
{
	profile = load_good("\xef\xbb\xbfversion: 1\nnodes: {a: {kind: fake}}");
	ck_assert_uint_eq(profile->decls[0].mark.column, 9);
	expect_error("\xef\xbb\xbfversion: 2\nnodes: {a: {kind: fake}}\n",
	    "1:10: error: 'version' must be 1, not '2'\n"
	    "    1 | version: 2\n"
	    "      |          ^");
}
END_TEST

START_TEST(lines_end_as_yaml_says)
{
	expect_error("version: 1\r\nnodes:\r\n  a: { kind: x }\r\n",
	    "3:14: error: 'x' is not a kind of node; 'netconf "
	    "kinds' lists them\n"
	    "    3 |   a: { kind: x }\n"
	    "      |              ^");
	expect_error("version: 1\rnodes:\r  a: { kind: x }\r",
	    "3:14: error: 'x' is not a kind of node; 'netconf "
	    "kinds' lists them\n"
	    "    3 |   a: { kind: x }\n"
	    "      |              ^");
}
END_TEST

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN

START_TEST(of_a_long_line_what_is_near_is_shown)
{
	expect_error(TOP "  a: { kind: fake, description: " FIFTY FIFTY FIFTY
			 FIFTY FIFTY ", hold: x, wants: [" FIFTY "] }\n",
	    "3:291: error: 'hold' must be a duration, such as 250ms, 10s, 5m "
	    "or 1h, or forever, not 'x'\n"
	    "    3 | \xe2\x80\xa6" "89" FIFTY
	    ", hold: x, wants: [" TEN TEN "012345678\xe2\x80\xa6");
}
END_TEST

START_TEST(all_errors_of_a_file_are_told)
{
	static const char text[] = "version: 1\n"
				   "nodes:\n"
				   "  a: { kind: link, devise: x }\n"
				   "  b: { kind: dhcp, over: a, mtu: 3 }\n"
				   "  c: { kind: dhcp, over: a@x, after: q }\n"
				   "  d: { kind: fake, after: *q }\n"
				   "  e: { kind: fake, x: 1, }\n"
				   "  f: { kind: fake, y: 1\n";

	expect_error(text, "3:20: error: 'devise' is not a key of link nodes; "
			   "did you mean 'device'?");
	expect_error(text, "4:29: error: 'mtu' is not a key of dhcp nodes; "
	    "'netconf kinds dhcp' lists them");
	expect_error(text, "6:27: error: '*' starts a YAML alias, which "
			   "profiles do not have; " IN_QUOTES);
	expect_error(text, "7:20: error: 'x' is not a key of fake nodes; "
	    "'netconf kinds fake' lists them");
	expect_error(text, "8:6: error: this is never closed");
}
END_TEST

START_TEST(errors_between_nodes_are_told_beside_those_of_nodes)
{
	static const char text[] =
	    "version: 1\n"
	    "nodes:\n"
	    "  a: { kind: link, device: eth0, mut: 9000 }\n"
	    "  b: { kind: link, device: eth0 }\n"
	    "  c: { kind: nosuch, requires: d }\n"
	    "  d: { kind: fake, over: nowhere, after: c }\n"
	    "  e: { kind: fake, when: \"not (f\" }\n"
	    "  f: { kind: any, of: [e, d], try: in-order, after: [g] }\n"
	    "  g: { kind: fake, wants: d, when: not f }\n";

	expect_error(text, "3:34: error: 'mut' is not a key of link nodes; did "
			   "you mean 'mtu'?");
	expect_error(text,
	    "4:3: error: 'b' and 'a' (test.yaml:3) are both bound to device "
	    "eth0; a device belongs to one node");
	expect_error(text, "5:14: error: 'nosuch' is not a kind of node; "
	    "'netconf kinds' lists them");
	expect_error(text, "6:26: error: there is no node 'nowhere'");
	expect_error(text, "6:42: error: these wait for each other: 'c' "
			   "requires 'd' (test.yaml:5:32); 'd' is after 'c' "
			   "(test.yaml:6:42); drop 'c' from 'after' of 'd'");
	expect_error(text,
	    "8:54: error: these wait for each other: 'f' is after 'g' "
	    "(test.yaml:8:54); 'g' has 'when' with 'f' (test.yaml:9:40); drop "
	    "'g' from 'after' of 'f'");
}
END_TEST

START_TEST(a_reference_to_a_node_with_errors_is_no_second_one)
{
	expect_only_error(TOP "  a: { kind: nosuch }\n"
			      "  b: { kind: dhcp, over: a }\n"
			      "  c: { kind: fake, requires: [a@x, b@x] }\n",
	    "3:14: error: 'nosuch' is not a kind of node; 'netconf kinds' "
	    "lists them");
}
END_TEST

START_TEST(a_cycle_of_over_ends)
{
	/* graph_build() says so; here it is only not to be run around in. */
	_cleanup_(free_ptr) char *messages =
	    load_messages(TOP "  a: { kind: fake, over: b, after: b@x }\n"
			      "  b: { kind: fake, over: a, after: a@x }\n");

	ck_assert_ptr_null(strstr(messages, "is a single node"));
}
END_TEST

/* ---- size ---- */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Loads it, good or bad; how long that takes. */
static double load_seconds(const struct text *text)
{
	const struct source source = {"test.yaml", text->data, text->n};
	struct diagnostics diagnostics = {0};
	struct profile *loaded = NULL;
	double start = seconds();

	profile_load(&source, 1, test_kinds, &diagnostics, &loaded);
	start = seconds() - start;
	diagnostics_clear(&diagnostics);
	profile_free(loaded);
	return start;
}

/*
 * What is ten times as large takes ten times as long, and not a hundred
 * times: compared with each other, however slow the machine is. (The first
 * thousandths of a second are no measure.)
 */
static void expect_linear(const struct text *small, const struct text *large)
{
	double small_s = load_seconds(small), large_s = load_seconds(large);

	ck_assert(!small->failed && !large->failed);
	ck_assert_double_lt(large_s, 40 * (small_s + 0.001));
}

static const char *const nests[] = {"[", "{", "- ", "[{", "[\n", "{a: ", "- [{",
    "? ", "[[],", "{? ", "[? ", "[a: ", "a: ", "&a [", "!a [", "*", "- - - ",
    "{\"a\": ", "[\"", "('", "{[", "a: [", "\"a\": {"};

START_TEST(endless_nesting_is_refused_at_once)
{
	_cleanup_(text_clear) struct text small = {0}, large = {0};

	for (int i = 0; i < 100000; i++)
		text_append(i % 10 ? &large : &small, nests[_i]);
	free(load_messages_n(large.data, large.n));
	expect_linear(&small, &large);
}
END_TEST

START_TEST(block_nesting_is_refused_at_once)
{
	_cleanup_(text_clear) struct text small = {0}, large = {0};
	_cleanup_(free_ptr) char *messages = NULL;

	for (int i = 0; i < 1000; i++)
		text_printf(i < 100 ? &small : &large, "%*s-\n",
		    i < 100 ? i : i - 100, "");
	messages = load_messages(large.data);
	ck_assert_ptr_nonnull(strstr(messages,
	    "65:65: error: this is nested too deeply: more than 64 levels\n"));
	expect_linear(&small, &large);
}
END_TEST

START_TEST(nesting_ends_at_64_levels)
{
	_cleanup_(text_clear) struct text text = {0};

	text_append(&text, TOP "  a: { kind: fake, description: ");
	for (int i = 0; i < YAML_DEPTH_MAX - 3; i++)
		text_append(&text, "[");
	for (int i = 0; i < YAML_DEPTH_MAX - 3; i++)
		text_append(&text, "]");
	text_append(&text, " }\n");
	expect_only_error(text.data,
	    "3:33: error: 'description' must be a text, not a list");
	text_clear(&text);
	text_append(&text, TOP "  a: { kind: fake, description: ");
	for (int i = 0; i < YAML_DEPTH_MAX - 2; i++)
		text_append(&text, "[");
	expect_only_error(text.data,
	    "3:94: error: this is nested too deeply: more than 64 levels");
}
END_TEST

START_TEST(a_file_has_at_most_16_mib)
{
	size_t n = YAML_SIZE_MAX + 1;
	char *bytes = malloc(n);
	struct source source = {"big.yaml", bytes, n};
	_cleanup_(free_ptr) char *messages = NULL;

	memset(bytes, '#', n);
	messages = load_files(&source, 1);
	ck_assert_str_eq(messages,
	    "big.yaml: error: the file is too large: more than 16 MiB\n");
	free(messages);
	source.size--;
	messages = load_files(&source, 1);
	ck_assert_ptr_nonnull(strstr(messages, "the file is empty\n"));
	free(bytes);
}
END_TEST

START_TEST(a_file_has_not_too_many_values)
{
	_cleanup_(text_clear) struct text text = {0};
	_cleanup_(free_ptr) char *messages = NULL;

	text_append(&text, "[");
	for (int i = 0; i < YAML_ITEMS_MAX; i++)
		text_append(&text, "a,");
	messages = load_messages(text.data);
	ck_assert_ptr_nonnull(strstr(messages,
	    "test.yaml:1:4194304: error: the file has too many values\n"));
}
END_TEST

/* A profile of n nodes that refer to each other. */
static void write_nodes(struct text *text, int n, const char *requires)
{
	text_append(text, TOP);
	for (int i = 0; i < n; i += 10) {
		text_printf(text,
		    "  l%d: { kind: link, match: { name: \"e%d-*\" } }\n", i,
		    i);
		for (int j = i + 1; j < i + 10; j++)
			text_printf(text,
			    "  n%d:\n    kind: dhcp\n    over: l%d\n"
			    "    %s: [l%d]\n    when: l%d or not l%d\n",
			    j, i, requires, i, i, i);
	}
}

START_TEST(many_nodes_are_quick)
{
	_cleanup_(text_clear) struct text small = {0}, large = {0};

	write_nodes(&small, MANY_NODES / 10, "requires");
	write_nodes(&large, MANY_NODES, "requires");
	profile = load_good(large.data);
	ck_assert_uint_eq(profile->n_decls, MANY_NODES);
	expect_linear(&small, &large);
}
END_TEST

START_TEST(so_are_many_errors)
{
	_cleanup_(text_clear) struct text small = {0}, large = {0};
	_cleanup_(free_ptr) char *messages = NULL;

	write_nodes(&small, MANY_NODES / 10, "wants: nosuch\n    requires");
	write_nodes(&large, MANY_NODES, "wants: nosuch\n    requires");
	messages = load_messages(large.data);
	ck_assert_ptr_nonnull(strstr(messages, "test.yaml:7:"));
	expect_linear(&small, &large);
}
END_TEST

START_TEST(many_nodes_may_be_one_fallback_in_another)
{
	_cleanup_(text_clear) struct text text = {0};

	text_append(&text, TOP "  l0: { kind: link, device: d }\n"
			       "  u0: { kind: any, of: l0 }\n");
	for (int i = 1; i < MANY_NODES / 2; i++)
		text_printf(&text,
		    "  l%d: { kind: link, device: d%d }\n"
		    "  u%d: { kind: any, of: [l%d, u%d], try: in-order }\n",
		    i, i, i, i, i - 1);
	profile = load_good(text.data);
	ck_assert_uint_eq(profile->n_decls, MANY_NODES);
}
END_TEST

/* What a member pulls alone is a large part of all, and each time another. */
START_TEST(fallbacks_that_would_take_too_long_are_refused)
{
	_cleanup_(text_clear) struct text text = {0};
	_cleanup_(free_ptr) char *messages = NULL;

	text_append(&text, TOP "  n0: { kind: link, device: d }\n");
	for (int i = 1; i < 6000; i++)
		text_printf(&text, "  n%d: { kind: gateway, requires: n%d }\n",
		    i, i - 1);
	for (int i = 0; i < 6000; i++)
		text_printf(&text,
		    "  a%d: { kind: gateway, requires: n1 }\n"
		    "  b%d: { kind: gateway, requires: n5999 }\n"
		    "  u%d: { kind: any, of: [a%d, b%d], try: in-order }\n",
		    i, i, i, i, i);
	messages = load_messages(text.data);
	ck_assert_ptr_nonnull(strstr(messages,
	    "error: the in-order groups up to 'u3332' have too much below "
	    "them"));
}
END_TEST

/* Each has much of its own, that each earlier one might have, too. */
START_TEST(so_are_fallbacks_that_share_too_little)
{
	_cleanup_(text_clear) struct text text = {0};
	_cleanup_(free_ptr) char *messages = NULL;

	text_append(&text, TOP "  base: { kind: link, device: d }\n");
	for (int i = 0; i < 1100; i++) {
		text_printf(&text, "  m%d: { kind: gateway, requires: [base",
		    i);
		for (int k = 0; k < 40; k++)
			text_printf(&text, ", n%d-%d", i, k);
		text_append(&text, "] }\n");
		for (int k = 0; k < 40; k++)
			text_printf(
			    &text, "  n%d-%d: { kind: gateway }\n", i, k);
	}
	text_append(&text, "  u: { kind: any, try: in-order, of: [m0");
	for (int i = 1; i < 1100; i++)
		text_printf(&text, ", m%d", i);
	text_append(&text, "] }\n");
	messages = load_messages(text.data);
	ck_assert_ptr_nonnull(strstr(messages,
	    "error: the in-order groups up to 'u' have too much below them"));
}
END_TEST

/* A template with so many nodes over each other, and the topmost of a thousand
 * cards tried in order. */
static void write_cards(struct text *text, int n_over)
{
	text_append(text, TOP "  n0: { kind: link, match: { type: e } }\n");
	for (int i = 1; i < n_over; i++)
		text_printf(text, "  n%d: { kind: gateway, over: n%d }\n", i,
		    i - 1);
	text_append(text, "  u: { kind: any, try: in-order, of: [");
	for (int i = 0; i < 1000; i++)
		text_printf(
		    text, "%sn%d@eth%d", i ? ", " : "", n_over - 1, i);
	text_append(text, "] }\n");
}

START_TEST(a_thousand_cards_may_be_tried_in_order)
{
	_cleanup_(text_clear) struct text text = {0};

	write_cards(&text, 10);
	profile = load_good(text.data);
	ck_assert_uint_eq(profile->n_decls, 11);
}
END_TEST

START_TEST(so_are_cards_with_too_much_on_each)
{
	_cleanup_(text_clear) struct text text = {0};
	_cleanup_(free_ptr) char *messages = NULL;

	write_cards(&text, 800);
	/* This one needs none of that. */
	text_append(&text,
	    "  a: { kind: gateway }\n"
	    "  b: { kind: gateway }\n"
	    "  v: { kind: any, try: in-order, of: [a, b] }\n");
	messages = load_messages(text.data);
	ck_assert_ptr_nonnull(strstr(messages,
	    "error: the in-order groups up to 'u' have too much below them"));
}
END_TEST

static void add_mistakes(TCase *tcase)
{
	tcase_add_loop_test(tcase, a_mistake_is_one_message_with_its_place, 0,
	    ARRAY_SIZE(errors));
	tcase_add_loop_test(
	    tcase, bad_bytes_have_a_place, 0, ARRAY_SIZE(bad_bytes));
	tcase_add_test(tcase, a_byte_order_mark_is_not_seen);
	tcase_add_test(tcase, lines_end_as_yaml_says);
	tcase_add_test(tcase, of_a_long_line_what_is_near_is_shown);
	tcase_add_test(tcase, all_errors_of_a_file_are_told);
	tcase_add_test(
	    tcase, errors_between_nodes_are_told_beside_those_of_nodes);
	tcase_add_test(tcase, errors_of_all_files_are_told);
	tcase_add_test(tcase, what_an_unreadable_file_may_have_is_not_missed);
	tcase_add_test(tcase, no_file_is_no_profile);
	tcase_add_test(
	    tcase, a_reference_to_a_node_with_errors_is_no_second_one);
	tcase_add_test(tcase, a_cycle_of_over_ends);
}

static void add_sizes(TCase *tcase)
{
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(
	    tcase, endless_nesting_is_refused_at_once, 0, ARRAY_SIZE(nests));
	tcase_add_test(tcase, block_nesting_is_refused_at_once);
	tcase_add_test(tcase, nesting_ends_at_64_levels);
	tcase_add_test(tcase, a_file_has_at_most_16_mib);
	tcase_add_test(tcase, a_file_has_not_too_many_values);
	tcase_add_test(tcase, many_nodes_are_quick);
	tcase_add_test(tcase, so_are_many_errors);
	tcase_add_test(tcase, many_nodes_may_be_one_fallback_in_another);
	tcase_add_test(tcase, fallbacks_that_would_take_too_long_are_refused);
	tcase_add_test(tcase, so_are_fallbacks_that_share_too_little);
	tcase_add_test(tcase, so_are_cards_with_too_much_on_each);
	tcase_add_test(tcase, a_thousand_cards_may_be_tried_in_order);
}

int main(void)
{
	Suite *suite = suite_create("profile");
	TCase *tcase = tcase_create("profile");
	TCase *sizes = tcase_create("sizes");

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_checked_fixture(sizes, NULL, teardown);
	tcase_add_test(tcase, a_whole_profile_is_loaded);
	tcase_add_test(tcase, devices_and_matches);
	tcase_add_test(tcase, every_match_key_has_its_place);
	tcase_add_test(tcase, references_are_resolved);
	tcase_add_test(tcase, events_are_resolved);
	tcase_add_test(tcase, holds_orders_and_places);
	tcase_add_test(tcase, unknown_facts_are_each_told);
	tcase_add_test(tcase, times_and_their_defaults);
	tcase_add_test(tcase, start_has_a_default_by_kind_and_by_file);
	tcase_add_test(tcase, files_are_one_profile);
	add_mistakes(tcase);
	add_sizes(sizes);
	suite_add_tcase(suite, tcase);
	suite_add_tcase(suite, sizes);
	return run_suite(suite);
}
