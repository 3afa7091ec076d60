/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values: read as the schema says, asked for by name and type. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/load.h"
#include "tests/unit/kinds.h"
#include "tests/unit/loading.h"
#include "tests/unit/run.h"

static struct profile *profile;

static void teardown(void)
{
	profile = profile_free(profile);
}

/* The config of a node of that kind with these keys. */
static const struct config *load(const char *kind, const char *keys)
{
	_cleanup_(text_clear) struct text text = {0};

	text_printf(&text,
	    "version: 1\nnodes:\n  n: { kind: %s, %s }\n", kind, keys);
	profile_free(profile);
	profile = load_good(text.data);
	return profile_find(profile, "n")->config;
}

#define TUNNEL "remote: 192.0.2.1, networks: a"

static const struct {
	const char *text;
	bool value;
} bools[] = {{"true", true}, {"false", false}, {"yes", true}, {"no", false},
    {"on", true}, {"off", false}, {"'yes'", true}};

START_TEST(bools_have_three_spellings)
{
	char keys[100];

	snprintf(keys, sizeof(keys), "device: eth0, up: %s", bools[_i].text);
	ck_assert_int_eq(
	    config_bool(load("link", keys), "up"), bools[_i].value);
}
END_TEST

START_TEST(absent_keys_have_their_fallback_or_nothing)
{
	const struct config *c = load("link", "device: eth0");

	ck_assert(config_bool(c, "up"));
	ck_assert_uint_eq(config_count(c, "up"), 1);
	ck_assert_str_eq(config_text(c, "carrier"), "follow");
	ck_assert_uint_eq(config_count(c, "mtu"), 0);
	ck_assert_int_eq(config_integer(c, "mtu"), 0);
	c = load("tunnel", TUNNEL);
	ck_assert_ptr_null(config_section(c, "auth"));
	ck_assert_uint_eq(config_count(c, "peers"), 0);
	ck_assert_uint_eq(config_count(c, "marks"), 0);
	c = load("fake", "description: x");
	ck_assert_ptr_nonnull(c);
	ck_assert_ptr_null(c->keys);
}
END_TEST

START_TEST(lists_keep_their_order)
{
	const struct config *c = load("tunnel",
	    "remote: 192.0.2.1, networks: [b, a, '::/0'], marks: [3, -1, 2]");

	ck_assert_uint_eq(config_count(c, "networks"), 3);
	ck_assert_str_eq(config_text_at(c, "networks", 0), "b");
	ck_assert_str_eq(config_text_at(c, "networks", 2), "::/0");
	ck_assert_uint_eq(config_count(c, "marks"), 3);
	ck_assert_int_eq(config_integer_at(c, "marks", 1), -1);
	c = load("tunnel", "remote: 192.0.2.1, networks: a, marks: 7");
	ck_assert_uint_eq(config_count(c, "marks"), 1);
	ck_assert_int_eq(config_integer_at(c, "marks", 0), 7);
}
END_TEST

START_TEST(sections_and_secrets)
{
	const struct config *c = load("tunnel", TUNNEL
	    ", auth: { psk: { file: /etc/psk } }"
	    ", peers: [{ name: x }, { name: y, every: 1m }]");
	const struct config *auth = config_section(c, "auth");

	ck_assert_str_eq(config_secret(auth, "psk")->file, "/etc/psk");
	ck_assert_ptr_null(config_secret(auth, "psk")->text);
	ck_assert_str_eq(config_text(auth, "identity"), "me");
	ck_assert_uint_eq(config_count(c, "peers"), 2);
	c = config_section_at(c, "peers", 1);
	ck_assert_str_eq(config_text(c, "name"), "y");
	ck_assert_uint_eq(config_duration_ms(c, "every"), 60000);
	c = load("tunnel", TUNNEL ", auth: { psk: 1e3 }, peers: { name: z }");
	auth = config_section(c, "auth");
	ck_assert_str_eq(config_secret(auth, "psk")->text, "1e3");
	ck_assert_ptr_null(config_secret(auth, "psk")->file);
	c = config_section_at(c, "peers", 0);
	ck_assert_uint_eq(config_duration_ms(c, "every"), 25000);
}
END_TEST

/* What YAML 1.1 would take for something else. */
static const char *const texts[] = {"no", "1e3", "52:54:00:12:34:56", "0x1f",
    "~", "null", "1_000", "2026-01-01", "12:30", "0o7", ".inf", "=", "<<",
    "{a}"};

START_TEST(plain_texts_are_what_they_look_like)
{
	char keys[100];
	bool quote = texts[_i][0] == '{';

	snprintf(keys, sizeof(keys), "remote: 1.1, networks: %s%s%s",
	    quote ? "'" : "", texts[_i], quote ? "'" : "");
	ck_assert_str_eq(
	    config_text_at(load("tunnel", keys), "networks", 0), texts[_i]);
}
END_TEST

static const struct {
	const char *kind, *a, *b;
	bool equal;
} pairs[] = {
    {"tunnel", TUNNEL, TUNNEL ", description: other, start: auto", true},
    {"tunnel", TUNNEL, "networks: [a], remote: 192.0.2.1", true},
    {"tunnel", TUNNEL, "remote: 192.0.2.2, networks: a", false},
    {"tunnel", TUNNEL, "remote: 192.0.2.1, networks: [a, b]", false},
    {"tunnel", TUNNEL, TUNNEL ", marks: 1", false},
    {"tunnel", TUNNEL ", marks: 2", TUNNEL ", marks: 1", false},
    {"tunnel", TUNNEL ", auth: { psk: a }", TUNNEL ", auth: { psk: a }", true},
    {"tunnel", TUNNEL ", auth: { psk: a }", TUNNEL ", auth: { psk: b }",
	false},
    {"tunnel", TUNNEL ", auth: { psk: /a }",
	TUNNEL ", auth: { psk: { file: /a } }", false},
    {"tunnel", TUNNEL ", peers: { name: a }",
	TUNNEL ", peers: { name: a, every: 25s }", true},
    {"tunnel", TUNNEL ", peers: { name: a }",
	TUNNEL ", peers: { name: a, every: 26s }", false},
    {"link", "device: a", "device: b, up: true, carrier: follow", true},
    {"link", "device: a", "device: a, up: false", false},
    {"fake", "start: auto", "start: manual", true},
};

START_TEST(equal_is_what_has_the_same_values)
{
	const struct config *a = load(pairs[_i].kind, pairs[_i].a), *b;
	struct profile *first = profile;

	profile = NULL;
	b = load(pairs[_i].kind, pairs[_i].b);
	ck_assert_int_eq(config_equal(a, b), pairs[_i].equal);
	ck_assert_int_eq(config_equal(b, a), pairs[_i].equal);
	ck_assert(config_equal(a, a));
	profile_free(first);
}
END_TEST

START_TEST(a_key_that_the_schema_has_not_is_a_mistake)
{
	config_text(load("link", "device: a"), "nosuch");
}
END_TEST

START_TEST(a_key_of_another_type_is_a_mistake)
{
	config_text(load("link", "device: a, mtu: 100"), "mtu");
}
END_TEST

START_TEST(a_list_asked_for_as_one_value_is_a_mistake)
{
	config_text(load("tunnel", TUNNEL), "networks");
}
END_TEST

#define NODE(kind, keys) \
	"version: 1\nnodes:\n  n: { kind: " kind ", " keys " }\n"
#define LINK(keys) NODE("link", "device: e, " keys)

#define PROGRAM                                                      \
	"'run' must be the path of a program from the root, such as " \
	"/usr/bin/logger, and its arguments, not "

static const struct {
	const char *text, *message;
} errors[] = {
    {NODE("task", "run: logger"), "3:25: error: " PROGRAM "'logger'"},
    {NODE("task", "run: [./a, b]"), "3:26: error: " PROGRAM "'./a'"},
    {NODE("task", "run: /bin/echo a"),
	"3:25: error: 'run' is no line for a shell; write a list of the "
	"program and its arguments, such as [/usr/bin/logger, hello]"},
    {NODE("task", "run: []"),
	"3:25: error: 'run' is empty; it needs one or more"},
    {NODE("task", "run: [/a, [b]]"),
	"3:30: error: 'run' must be a text, not a list"},
    {NODE("task", "start: auto"),
	"3:3: error: 'run' is missing; task nodes must have it"},
    {NODE("bridge", "master: [n]"),
	"3:30: error: 'master' must be the name of a node, not a list"},
    {NODE("bridge", "ports: [{ a: b }]"),
	"3:30: error: 'ports' must be the name of a node, not a mapping"},
    {NODE("bridge", "ports: [nn]"), "3:30: error: there is no node 'nn'"},
    {NODE("bridge", "ports: "), "3:22: error: 'ports' has no value"},
    {NODE("bridge", "peers: { follow: xyz }"),
	"3:39: error: there is no node 'xyz'"},
    {NODE("bridge", "domains: n"),
	"3:31: error: 'domains' must be a mapping of domains to nodes, such "
	"as { corp.example: vpn0 }, not 'n'"},
    {NODE("bridge", "domains: [n]"),
	"3:31: error: 'domains' must be a mapping of domains to nodes, such "
	"as { corp.example: vpn0 }, not a list"},
    {NODE("bridge", "domains: { corp_example.-: n }"),
	"3:33: error: 'corp_example.-' is no domain, such as corp.example"},
    {NODE("bridge", "domains: { corp.example: nn }"),
	"3:47: error: there is no node 'nn'"},
    {NODE("bridge", "domains: { corp.example: [n] }"),
	"3:47: error: 'domains' must be the name of a node, not a list"},
    {"version: 1\nnodes:\n  a: { kind: fake }\n"
     "  n: { kind: bridge, over: a, master: '${x}' }\n",
	"4:39: error: 'master' cannot have '${' in it: facts stand only in "
	"values of a kind's own keys that are no nodes and no secrets"},
    {LINK("up: maybe"),
	"3:35: error: 'up' must be true or false, not 'maybe'"},
    {LINK("up: True"), "3:35: error: 'up' must be true or false, not 'True'"},
    {LINK("up: [yes]"), "3:35: error: 'up' must be true or false, not a list"},
    {LINK("up: {a: b}"),
	"3:35: error: 'up' must be true or false, not a mapping"},
    {LINK("up: "), "3:31: error: 'up' has no value"},
    {LINK("up"), "3:31: error: 'up' has no value"},
    {LINK("mtu: 67"),
	"3:36: error: 'mtu' must be a number from 68 to 65535, not '67'"},
    {LINK("mtu: 65536"),
	"3:36: error: 'mtu' must be a number from 68 to 65535, not '65536'"},
    {LINK("mtu: 99999999999999999999"),
	"3:36: error: 'mtu' must be a number from 68 to 65535, not "
	"'99999999999999999999'"},
    {LINK("mtu: 0x100"),
	"3:36: error: 'mtu' must be a number from 68 to 65535, not '0x100'"},
    {LINK("mtu: +100"),
	"3:36: error: 'mtu' must be a number from 68 to 65535, not '+100'"},
    {LINK("mtu: ''"),
	"3:36: error: 'mtu' must be a number from 68 to 65535, not ''"},
    {LINK("carrier: folow"),
	"3:40: error: 'carrier' must be follow or ignore, not 'folow'; did you "
	"mean 'follow'?"},
    {LINK("carrier: x"),
	"3:40: error: 'carrier' must be follow or ignore, not 'x'"},
    {LINK("mut: 1500"),
	"3:31: error: 'mut' is not a key of link nodes; did you mean 'mtu'?"},
    {LINK("xyzzy: 1500"),
	"3:31: error: 'xyzzy' is not a key of link nodes; 'netconf kinds link' "
	"lists them"},
    {NODE("tunnel", "networks: a"),
	"3:3: error: 'remote' is missing; tunnel nodes must have it"},
    {NODE("tunnel", "remote: a.b, networks: []"),
	"3:45: error: 'networks' is empty; it needs one or more"},
    {NODE("tunnel", "remote: example, networks: a"),
	"3:30: error: 'remote' must be an IPv4 address, such as 192.0.2.1, not "
	"'example'"},
    {NODE("tunnel", TUNNEL ", marks: [1, two, 3]"),
	"3:65: error: 'marks' must be a number, not 'two'"},
    {NODE("tunnel", TUNNEL ", marks: [1, [2]]"),
	"3:65: error: 'marks' must be a number, not a list"},
    {NODE("tunnel", TUNNEL ", auth: text"),
	"3:60: error: 'auth' must be a mapping of keys, not a text"},
    {NODE("tunnel", TUNNEL ", auth: { identity: me }"),
	"3:60: error: 'psk' is missing; 'auth' must have it"},
    {NODE("tunnel", TUNNEL ", auth: { psk: { file: a } }"),
	"3:75: error: 'file' must be a path from the root, such as "
	"/etc/netconf/secrets/key, not 'a'"},
    {NODE("tunnel", TUNNEL ", auth: { psk: { fiel: /a } }"),
	"3:69: error: 'fiel' is not a key of 'psk'; did you mean 'file'?"},
    {NODE("tunnel", TUNNEL ", auth: { psk: { path: /a } }"),
	"3:67: error: 'psk' must be { file: PATH }, or a text, not a mapping"},
    {NODE("tunnel", TUNNEL ", auth: { psk: { file: /a, b: c } }"),
	"3:67: error: 'psk' must be { file: PATH }, or a text, not a mapping"},
    {NODE("tunnel", TUNNEL ", auth: { psk: [a] }"),
	"3:67: error: 'psk' must be { file: PATH }, or a text, not a list"},
    {NODE("tunnel", TUNNEL ", peers: [{ name: x, evry: 1s }]"),
	"3:73: error: 'evry' is not a key of 'peers'; did you mean 'every'?"},
    {NODE("tunnel", TUNNEL ", peers: { name: x, every: 25 }"),
	"3:79: error: 'every' must be a duration, such as 250ms, 10s, 5m or "
	"1h, not '25'"},
};

#define WAY(keys) NODE("way", keys)
#define WAY_OVER(keys)                                                         \
	"version: 1\nnodes:\n  o: { kind: fake }\n"                            \
	"  n: { kind: way, over: o, " keys " }\n"

/* Keys that are wrong together. */
static const struct {
	const char *text, *message;
} together[] = {
    {WAY("table: 3"),
	"3:3: error: 'via', 'hops' or 'over' is missing; way nodes with "
	"'type: plain' must have one of them"},
    {WAY("hops: []"),
	"3:3: error: 'via', 'hops' or 'over' is missing; way nodes with "
	"'type: plain' must have one of them"},
    {WAY("type: odd, hops: 1"),
	"3:3: error: 'table' is missing; way nodes with 'type: odd' must have "
	"it"},
    {WAY("via: 1.2, hops: [1]"),
	"3:29: error: 'via' and 'hops' exclude each other"},
    {WAY("type: none, table: 3"),
	"3:31: error: 'table' means nothing with 'type: none'"},
    {WAY("via: 1.2, key: abcd"),
	"3:29: error: 'key' goes with 'peers' only"},
    {WAY("type: nose, table: 3"),
	"3:25: error: 'type' must be plain, odd or none, not 'nose'; did you "
	"mean 'none'?"},
    {WAY_OVER("type: '${x}'"),
	"4:34: error: 'type' cannot have '${' in it: no fact can say which "
	"other keys a node needs"},
    {WAY("via: 71"),
	"3:24: error: 'via' must be an IPv4 address, such as 192.0.2.1, not "
	"'71'; did you mean '7.0'?"},
    {WAY("via: 81"),
	"3:24: error: 'via' must be an IPv4 address, such as 192.0.2.1, not "
	"'81'"},
    {WAY("hops: 13"), "3:25: error: hop 0 is 13"},
    {WAY("hops: [1, 12, 13]"), "3:33: error: hop 2 is 13"},
    {WAY("hops: 1, table: 13"), "3:35: error: table is 13"},
    {WAY("hops: 1, peers: { name: bad }"), "3:43: error: peer 0 is bad"},
    {WAY("hops: 1, peers: [{}, { name: bad }]"),
	"3:48: error: peer 1 is bad"},
    /* What is wrong is not given: its place is the node's. */
    {WAY("hops: 1, peers: [{}, { inner: { name: x } }]"),
	"3:3: error: there is a peer in peer 1"},
    {WAY("hops: 1, peers: [{}, { inner: [{ name: x, every: 1s }] }]"),
	"3:68: error: there is a peer in peer 1"},
    /* Of what has facts in it nothing is known yet, but of the rest. */
    {WAY_OVER("table: 13, peers: [{ name: '${device}' }, { name: bad }]"),
	"4:35: error: table is 13"},
    {WAY_OVER("hops: [13, '${ifindex}'], peers: { name: bad }"),
	"4:69: error: peer 0 is bad"},
    /* A value that is wrong by itself is absent to the check. */
    {WAY("hops: [13, x]"), "3:30: error: 'hops' must be a number, not 'x'"},
    {WAY("hops: 1, peers: {}, key: topsecret"),
	"3:44: error: 'key' must be a key of 4 letters"},
};

START_TEST(keys_that_are_wrong_together_are_told_with_their_place)
{
	expect_only_error(together[_i].text, together[_i].message);
	ck_assert_ptr_null(strstr(together[_i].message, "topsecret"));
}
END_TEST

static const char *const good_together[] = {
    WAY("via: 1.2, table: 12"),
    WAY("via: 1.2, hops: []"),
    WAY("type: none"),
    WAY("type: none, hops: []"),
    WAY("via: 1.2, key: abcd, peers: { name: x }"),
    WAY("hops: 1, peers: [{ name: good, inner: [] }], key: { file: /a }"),
    WAY_OVER("peers: { name: '${device}' }, table: '${ifindex}'"),
};

START_TEST(keys_that_go_together_are_good)
{
	profile = load_good(good_together[_i]);
}
END_TEST

static const struct {
	struct key_rule rule;
	const char *words;
} rules[] = {
    {{RULE_SOME, {"a", "b", "c"}}, "Needs 'a', 'b' or 'c'."},
    {{RULE_SOME, {"a"}, "k", {"x"}}, "Needs 'a' with 'k: x'."},
    {{RULE_APART, {"a", "b"}}, "'a' and 'b' exclude each other."},
    {{RULE_NONE, {"a", "b"}, "k", {"x", "y", "z"}},
	"Cannot have 'a' or 'b' with 'k: x', 'k: y' or 'k: z'."},
    {{RULE_WITH, {"a", "b"}}, "'a' goes with 'b' only."},
};

START_TEST(a_rule_is_described_in_words)
{
	_cleanup_(text_clear) struct text text = {0};

	schema_describe_rule(&rules[_i].rule, &text);
	ck_assert_str_eq(text.data, rules[_i].words);
}
END_TEST

START_TEST(a_wrong_value_is_an_error_that_says_what_is_right)
{
	expect_only_error(errors[_i].text, errors[_i].message);
}
END_TEST

START_TEST(nodes_are_texts_and_references)
{
	static const char text[] =
	    "version: 1\nnodes:\n"
	    "  l: { kind: link, match: { name: e* } }\n"
	    "  a: { kind: fake }\n"
	    "  n: { kind: bridge, ports: [l, l@e1, a], master: a,\n"
	    "    peers: [{ follow: [l, a] }, { follow: l@e2 }],\n"
	    "    prefix-from: l@e3 }\n"
	    "  m: { kind: bridge, ports: [l, l@e1, a], master: a,\n"
	    "    peers: [{ follow: [l, a] }, { follow: l@e2 }],\n"
	    "    prefix-from: l@e4 }\n";
	const struct decl *d;

	profile = load_good(text);
	d = profile_find(profile, "n");
	ck_assert_str_eq(config_text(d->config, "master"), "a");
	ck_assert_uint_eq(config_count(d->config, "ports"), 3);
	ck_assert_str_eq(config_text_at(d->config, "ports", 1), "l@e1");
	ck_assert_uint_eq(d->rare->key_requires.n, 1);
	ck_assert_str_eq(d->rare->key_requires.items[0].decl->name, "a");
	ck_assert_uint_eq(d->rare->key_pulls.n, 3);
	ck_assert_str_eq(d->rare->key_pulls.items[1].decl->name, "l");
	ck_assert_str_eq(d->rare->key_pulls.items[1].device, "e1");
	ck_assert_uint_eq(d->rare->key_pulls.items[1].mark.line, 5);
	ck_assert_uint_eq(d->rare->key_pulls.items[1].mark.column, 33);
	ck_assert_uint_eq(d->rare->key_pulls.items[1].mark.length, 4);
	ck_assert_ptr_null(d->rare->key_pulls.items[2].device);
	ck_assert_uint_eq(d->rare->follows.n, 4);
	ck_assert_str_eq(d->rare->follows.items[2].device, "e2");
	ck_assert_str_eq(d->rare->follows.items[3].device, "e3");
	ck_assert(!config_equal(
	    d->config, profile_find(profile, "m")->config));
	ck_assert(config_equal(d->config, d->config));
}
END_TEST

START_TEST(nodes_stand_at_domains)
{
	static const char text[] =
	    "version: 1\nnodes:\n"
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  n: { kind: bridge, domains: { corp.example: b, x: a } }\n"
	    "  m: { kind: bridge, domains: { corp.example: b, y: a } }\n"
	    "  o: { kind: bridge, domains: {} }\n";
	const struct decl *d;

	profile = load_good(text);
	d = profile_find(profile, "n");
	ck_assert_uint_eq(config_count(d->config, "domains"), 2);
	ck_assert_str_eq(
	    config_domain_at(d->config, "domains", 0), "corp.example");
	ck_assert_str_eq(config_text_at(d->config, "domains", 0), "b");
	ck_assert_str_eq(config_domain_at(d->config, "domains", 1), "x");
	ck_assert_str_eq(config_text_at(d->config, "domains", 1), "a");
	ck_assert_uint_eq(d->rare->follows.n, 2);
	ck_assert(!config_equal(
	    d->config, profile_find(profile, "m")->config));
	ck_assert(config_equal(d->config, d->config));
	d = profile_find(profile, "o");
	ck_assert_uint_eq(config_count(d->config, "domains"), 0);
}
END_TEST

START_TEST(a_program_is_a_path_and_its_arguments)
{
	const struct config *c =
	    load("task", "run: [/bin/echo, a b, '', $HOME]");

	ck_assert_uint_eq(config_count(c, "run"), 4);
	ck_assert_str_eq(config_text_at(c, "run", 1), "a b");
	c = load("task", "run: /bin/true");
	ck_assert_str_eq(config_text_at(c, "run", 0), "/bin/true");
	c = load("task", "run: [/opt/my tools/x]");
	ck_assert_str_eq(config_text_at(c, "run", 0), "/opt/my tools/x");
}
END_TEST

static const char *const some[] = {"a", "b", NULL};

/* What the manual says of a key. */
static const struct {
	struct schema_key key;
	const char *words;
} described[] = {
    {{"k", VALUE_BOOL}, "true or false"},
    {{"k", VALUE_BOOL, KEY_LIST}, "list of true or false"},
    {{"k", VALUE_INTEGER}, "number"},
    {{"k", VALUE_INTEGER, KEY_LIST, .min = -1}, "list of numbers from -1 to 0"},
    {{"k", VALUE_INTEGER, .max = 9, .fallback = "7"},
	"number from 0 to 9, default 7"},
    {{"k", VALUE_DURATION}, "duration"},
    {{"k", VALUE_DURATION, KEY_LIST}, "list of durations"},
    {{"k", VALUE_TEXT, KEY_REQUIRED}, "text, required"},
    {{"k", VALUE_TEXT, KEY_LIST}, "list of texts"},
    {{"k", VALUE_TEXT, .choices = some}, "one of a, b"},
    {{"k", VALUE_TEXT, KEY_LIST, .choices = some}, "list, each one of a, b"},
    {{"k", VALUE_SECRET}, "secret"},
    {{"k", VALUE_SECRET, KEY_LIST}, "list of secrets"},
    {{"k", VALUE_SECTION}, "mapping"},
    {{"k", VALUE_SECTION, KEY_LIST}, "list of mappings"},
    {{"k", VALUE_NODE}, "node"},
    {{"k", VALUE_NODE, KEY_LIST}, "list of nodes"},
    {{"k", VALUE_NODE, KEY_LIST | KEY_BY_DOMAIN},
	"mapping of domains to nodes"},
};

START_TEST(a_key_is_described_in_words)
{
	_cleanup_(text_clear) struct text text = {0};

	schema_describe_key(&described[_i].key, &text);
	ck_assert_str_eq(text.data, described[_i].words);
}
END_TEST

/* As of a fact, after the profile has been read. */
static const struct {
	struct schema_key key;
	const char *text;
	int64_t number;
	const char *expected; /* NULL: it is good */
} parsed[] = {
    {{"k", VALUE_BOOL}, "yes", 1, NULL},
    {{"k", VALUE_BOOL}, "1", 0, "true or false"},
    {{"k", VALUE_INTEGER, .max = 9}, "7", 7, NULL},
    {{"k", VALUE_INTEGER, .max = 9}, "10", 0, "a number from 0 to 9"},
    {{"k", VALUE_DURATION}, "2s", 2000, NULL},
    {{"k", VALUE_DURATION}, "2", 0,
	"a duration, such as 250ms, 10s, 5m or 1h"},
    {{"k", VALUE_TEXT}, "", 0, NULL},
    {{"k", VALUE_TEXT, .choices = some}, "b", 0, NULL},
    {{"k", VALUE_TEXT, .choices = some}, "c", 0, "a or b"},
};

START_TEST(a_text_from_outside_is_read_like_one_of_a_profile)
{
	_cleanup_(text_clear) struct text expected = {0};
	int64_t number = 0;
	bool good = value_parse(
	    &parsed[_i].key, parsed[_i].text, &number, &expected);

	ck_assert_int_eq(good, !parsed[_i].expected);
	if (good)
		ck_assert_int_eq(number, parsed[_i].number);
	else
		ck_assert_str_eq(expected.data, parsed[_i].expected);
}
END_TEST

START_TEST(a_choice_is_told_by_its_place)
{
	ck_assert_uint_eq(
	    config_choice(load("link", "device: a"), "carrier"), 0);
	ck_assert_uint_eq(
	    config_choice(load("link", "device: a, carrier: ignore"),
		"carrier"), 1);
}
END_TEST

static const struct schema *kind(const char *name)
{
	const struct schema *const *at = test_kinds;

	while (strcmp((*at)->kind, name) != 0)
		at++;
	return *at;
}

/* The key that the kind has besides its own; NULL: it has not. */
static const struct schema_key *common(const char *of, const char *name)
{
	const struct schema_key *key;

	for (size_t i = 0; (key = schema_common_key(kind(of), i)); i++)
		if (strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

START_TEST(keys_that_nodes_have_by_their_kind)
{
	ck_assert_ptr_nonnull(common("fake", "requires"));
	ck_assert_ptr_nonnull(common("fake", "over"));
	ck_assert_ptr_null(common("fake", "device"));
	ck_assert_ptr_null(common("fake", "on-event"));
	ck_assert_ptr_null(common("link", "over"));
	ck_assert_ptr_nonnull(common("link", "device"));
	ck_assert_ptr_nonnull(common("task", "on-event"));
	ck_assert_ptr_nonnull(common("any", "try"));
	ck_assert_ptr_null(common("all", "networks"));
}
END_TEST

START_TEST(texts_of_such_keys_are_of_several_sorts)
{
	ck_assert_str_eq(schema_common_sort(common("fake", "over")), "node");
	ck_assert_str_eq(
	    schema_common_sort(common("fake", "when")), "condition");
	ck_assert_str_eq(
	    schema_common_sort(common("task", "on-event")), "event");
	ck_assert_str_eq(schema_common_sort(common("fake", "hold")), "hold");
	ck_assert_ptr_null(schema_common_sort(common("fake", "description")));
}
END_TEST

#define AUTH                                                            \
	"version: 1\nnodes:\n  n:\n    kind: tunnel\n    networks: a\n" \
	"    remote: 192.0.2.1\n    auth:\n"

/* Each has an error on a line with a secret. */
static const char *const secrets[] = {
    NODE("tunnel", TUNNEL ", auth: { psk: topsecret, x: y }"),
    NODE("tunnel", TUNNEL ", auth: { pks: topsecret }"),
    NODE("tunnel", TUNNEL ", auth: { psk: [topsecret] }"),
    NODE("tunnel", TUNNEL ", auth: { psk: { fil: topsecret } }"),
    NODE("tunnel", TUNNEL ", auth: { psk: { topsecret: , x: y } }"),
    NODE("tunnel", TUNNEL ", auth: { pks: [topsecret] }"),
    NODE("tunnel", TUNNEL ", psk: topsecret"),
    NODE("way", "via: 1.2, peers: {}, key: topsecret"),
    NODE("tunnel", TUNNEL ", auht: { psk: topsecret }"),
    NODE("tunle", TUNNEL ", auth: { psk: topsecret }"),
    NODE("tunnel", TUNNEL ", auth: topsecret"),
    NODE("tunnel", TUNNEL ", auth: [topsecret]"),
    AUTH "      psk: |\n        topsecret\n        topsecret\n"
	 "      pks: topsecret\n",
    /* Of what is not read. */
    AUTH "      psk: x\n      psk: topsecret\n",
    AUTH "      psk: x\n    auth: { psk: topsecret }\n",
    AUTH "      psk: x\n  n: { auth: { psk: topsecret } }\n",
    "nodes: { n: 1 }\nnodes: { n: { psk: topsecret } }\n",
    "nodez: { n: { psk: topsecret } }\n",
    "fleet: { password: topsecret }\n",
    "version: 1\nnodes: [{ psk: topsecret }]\n",
    "version: 1\nnodes: { n: [{ psk: topsecret }] }\n",
    "[{ psk: topsecret }]\n",
    /* Where nothing can be read any more. */
    AUTH "      psk: @topsecret\n",
    AUTH "      psk: topsecret: x\n",
    AUTH "      psk: *topsecret\n",
    AUTH "      psk: 'topsecret\n\n",
    AUTH "      psk:\n        topsecret\n     x: y\n",
    AUTH "      psk: { text: [topsecret }\n",
    NODE("tunnel", "auth: { psk: @topsecret }"),
    "version: 1\nnodes:\n  n: { auth: { psk: @topsecret }, kind: tunnel }\n",
    "{ nodes: { n: { kind: tunnel, psk: @topsecret } } }\n",
};

START_TEST(a_secret_is_in_no_message)
{
	_cleanup_(free_ptr) char *messages = load_messages(secrets[_i]);

	ck_assert_ptr_null(strstr(messages, "secret"));
}
END_TEST

/* What follows a secret can be seen. */
static const char *const after_secrets[] = {
    AUTH "      psk: topsecret\n      open: 1\n",
    AUTH "      psk: >\n        topsecret\n        topsecret\n      open: 1\n",
    AUTH "      psk:\n        text: topsecret\n      open: 1\n",
    AUTH "      psk:\n        text:\n        - topsecret\n"
	 "        - { secret: [topsecret] }\n      # text:\n\n      open: 1\n",
    AUTH "      psk: {\n        text: topsecret\n      }\n      open: 1\n",
};

START_TEST(a_line_after_a_secret_is_shown)
{
	_cleanup_(free_ptr) char *messages = load_messages(after_secrets[_i]);

	ck_assert_ptr_null(strstr(messages, "secret"));
	ck_assert_msg(strstr(messages, " |       open: \xe2\x80\xa6\n"),
	    "%s", messages);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("schema");
	TCase *tcase = tcase_create("schema");

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_loop_test(
	    tcase, bools_have_three_spellings, 0, ARRAY_SIZE(bools));
	tcase_add_test(tcase, absent_keys_have_their_fallback_or_nothing);
	tcase_add_test(tcase, lists_keep_their_order);
	tcase_add_test(tcase, sections_and_secrets);
	tcase_add_loop_test(tcase,
	    keys_that_are_wrong_together_are_told_with_their_place, 0,
	    ARRAY_SIZE(together));
	tcase_add_loop_test(tcase, keys_that_go_together_are_good, 0,
	    ARRAY_SIZE(good_together));
	tcase_add_loop_test(
	    tcase, a_rule_is_described_in_words, 0, ARRAY_SIZE(rules));
	tcase_add_test(tcase, nodes_are_texts_and_references);
	tcase_add_test(tcase, nodes_stand_at_domains);
	tcase_add_test(tcase, a_program_is_a_path_and_its_arguments);
	tcase_add_loop_test(
	    tcase, plain_texts_are_what_they_look_like, 0, ARRAY_SIZE(texts));
	tcase_add_loop_test(
	    tcase, equal_is_what_has_the_same_values, 0, ARRAY_SIZE(pairs));
	tcase_add_test_raise_signal(
	    tcase, a_key_that_the_schema_has_not_is_a_mistake, SIGABRT);
	tcase_add_test_raise_signal(
	    tcase, a_key_of_another_type_is_a_mistake, SIGABRT);
	tcase_add_test_raise_signal(
	    tcase, a_list_asked_for_as_one_value_is_a_mistake, SIGABRT);
	tcase_add_loop_test(tcase,
	    a_wrong_value_is_an_error_that_says_what_is_right, 0,
	    ARRAY_SIZE(errors));
	tcase_add_loop_test(
	    tcase, a_secret_is_in_no_message, 0, ARRAY_SIZE(secrets));
	tcase_add_loop_test(tcase, a_line_after_a_secret_is_shown, 0,
	    ARRAY_SIZE(after_secrets));
	tcase_add_loop_test(tcase, a_key_is_described_in_words, 0,
	    ARRAY_SIZE(described));
	tcase_add_loop_test(tcase,
	    a_text_from_outside_is_read_like_one_of_a_profile, 0,
	    ARRAY_SIZE(parsed));
	tcase_add_test(tcase, a_choice_is_told_by_its_place);
	tcase_add_test(tcase, keys_that_nodes_have_by_their_kind);
	tcase_add_test(tcase, texts_of_such_keys_are_of_several_sorts);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
