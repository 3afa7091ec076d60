/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of wireguard needs no such device; the rest is in wireguard-tests.c. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/list.h"
#include "base/macros.h"
#include "providers/schemas.h"
#include "providers/wireguard/peers.h"
#include "providers/wireguard/words.h"
#include "resolver/profile.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

/* Of bytes 0 to 31, as base64(1) prints them. */
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER_KEY "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="

START_TEST(keys_are_base64_of_32_bytes)
{
	static const char *const bad[] = {
		"",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8A",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh==",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH.8=",
		" AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh\x80=",
	};
	uint8_t key[WORDS_KEY_SIZE];
	char text[WORDS_KEY_TEXT_SIZE];

	ck_assert_int_eq(words_parse_key(KEY, strlen(KEY), key), 0);
	for (size_t i = 0; i < sizeof(key); i++)
		ck_assert_uint_eq(key[i], i);
	words_print_key(key, text);
	ck_assert_str_eq(text, KEY);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_lt(
		    words_parse_key(bad[i], strlen(bad[i]), key), 0);
}
END_TEST

START_TEST(every_key_is_the_same_after_printing_and_parsing)
{
	uint8_t key[WORDS_KEY_SIZE], again[WORDS_KEY_SIZE];
	char text[WORDS_KEY_TEXT_SIZE];

	srandom(1);
	for (int n = 0; n < 10000; n++) {
		for (size_t i = 0; i < sizeof(key); i++)
			key[i] = (uint8_t)random();
		words_print_key(key, text);
		ck_assert_int_eq(words_parse_key(text, strlen(text), again), 0);
		ck_assert_mem_eq(key, again, sizeof(key));
	}
}
END_TEST

START_TEST(endpoints_are_hosts_with_ports)
{
	static const struct {
		const char *text, *host; /* NULL: it is none */
		unsigned port;
	} cases[] = {
		{ "vpn.example.net:51820", "vpn.example.net", 51820 },
		{ "192.0.2.1:1", "192.0.2.1", 1 },
		{ "[2001:db8::1]:65535", "2001:db8::1", 65535 },
		{ "vpn.example.net" },
		{ "vpn.example.net:" },
		{ "vpn.example.net:0" },
		{ "vpn.example.net:65536" },
		{ "vpn.example.net:+1" },
		{ "vpn.example.net:1x" },
		{ "2001:db8::1:51820" },
		{ "[2001:db8::1]" },
		{ "[192.0.2.1]:1" },
		{ "[vpn.example.net]:1" },
		{ ":51820" },
		{ "a b:1" },
		{ "-a:1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char host[WORDS_HOST_SIZE];
		uint16_t port;
		int r = words_parse_endpoint(cases[i].text, host, &port);

		ck_assert_msg((r == 0) == (cases[i].host != NULL), "%s",
		    cases[i].text);
		if (r < 0)
			continue;
		ck_assert_str_eq(host, cases[i].host);
		ck_assert_uint_eq(port, cases[i].port);
	}
}
END_TEST

/* ---- refused before there is a device ---- */

struct refusal {
	const char *keys, *reason;
	bool permanent;
};

/* One node of these keys, which fails at once. */
static void refuses(const struct refusal *refusal)
{
	const struct report *report;
	struct job_host *host;
	struct test_job *job;
	char profile[1024];

	snprintf(profile, sizeof(profile),
	    "version: 1\nnodes:\n  wg0: { kind: wireguard, %s }\n",
	    refusal->keys);
	host = job_host_open(&provider_wireguard, profile);
	job = job_host_job(host, "wg0");
	test_job_start(job);
	report = test_job_next(job);
	ck_assert_ptr_nonnull(report);
	ck_assert_int_eq(report->type, REPORT_FAILED);
	ck_assert_str_eq(report->reason, refusal->reason);
	ck_assert_int_eq(report->permanent, refusal->permanent);
	job_host_close(host);
}

START_TEST(what_cannot_be_is_refused_before_there_is_a_device)
{
	static const struct refusal refusals[] = {
		{ "private-key: { file: /nonexistent/wg0.key }",
		    "private-key: cannot read /nonexistent/wg0.key: No such "
		    "file or directory", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		refuses(&refusals[i]);
}
END_TEST

START_TEST(a_key_file_that_others_can_read_is_refused)
{
	char path[] = "/tmp/netconf-wireguard.XXXXXX", keys[128], reason[256];
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fchmod(fd, 0644), 0);
	ck_assert_int_eq(write(fd, KEY "\n", 45), 45);
	close(fd);
	snprintf(keys, sizeof(keys), "private-key: { file: %s }", path);
	snprintf(reason, sizeof(reason),
	    "private-key: %s is open to others (mode 0644): run chmod 600 %s",
	    path, path);
	refuses(&(struct refusal){ keys, reason, true });
	unlink(path);
}
END_TEST

/* ---- without memory ---- */

static const char two_peers[] =
    "version: 1\nnodes:\n"
    "  wg0: { kind: wireguard, private-key: " KEY ", peers: [\n"
    "    { public-key: " KEY ", preshared-key: " OTHER_KEY ",\n"
    "      allowed-ips: [10.8.0.0/24, 10.9.0.0/24] },\n"
    "    { public-key: " OTHER_KEY ", allowed-ips: '::/0' } ] }\n";

START_TEST(without_memory_peers_are_not_read_and_nothing_is_left)
{
	const struct schema *kinds[] = { &schema_wireguard, NULL };
	struct source source = { "a.yaml", two_peers, strlen(two_peers) };
	struct diagnostics diagnostics = { 0 };
	struct profile *profile;
	char said[PEERS_SAID_SIZE];
	int r = -ENOMEM;

	ck_assert_int_eq(
	    profile_load(&source, 1, kinds, &diagnostics, &profile), 0);
	for (long nth = 1; r < 0; nth++) {
		struct list peers = LIST_INIT(peers);

		*said = '\0';
		failing_malloc_begin(nth);
		r = peers_read(
		    profile_find(profile, "wg0")->config, &peers, said);
		ck_assert((failing_malloc_end() >= nth) == (r < 0));
		peers_free(&peers);
		if (r < 0) {
			ck_assert_int_eq(r, -ENOMEM);
			ck_assert_str_eq(said, "out of memory");
		} else {
			ck_assert_int_gt(nth, 5);
		}
	}
	profile_free(profile);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("wireguard");
	TCase *tcase = netns_case(suite, "wireguard");

	tcase_add_test(tcase, keys_are_base64_of_32_bytes);
	tcase_add_test(
	    tcase, every_key_is_the_same_after_printing_and_parsing);
	tcase_add_test(tcase, endpoints_are_hosts_with_ports);
	tcase_add_test(
	    tcase, what_cannot_be_is_refused_before_there_is_a_device);
	tcase_add_test(tcase, a_key_file_that_others_can_read_is_refused);
	tcase_add_test(
	    tcase, without_memory_peers_are_not_read_and_nothing_is_left);
	return netns_run(suite);
}
