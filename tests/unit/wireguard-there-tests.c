/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "tests/unit/job-host.h"
#include "tests/unit/made-link-tests.h"
#include "tests/unit/netns.h"
#include "tests/unit/wireguard-far.h"
#include "tests/unit/wireguard-tests.h"

/* The kernel takes it without a word. */
START_TEST(a_peer_with_our_own_key_is_an_error)
{
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", peers: [ { public-key: " OUR_PUBLIC ", "
	    "endpoint: '192.0.2.2:51820', allowed-ips: 10.8.0.0/24 } ]",
	    NULL, &job);
	const struct report *report;

	test_job_start(job);
	report = test_job_expect(job, REPORT_FAILED);
	ck_assert_str_eq(report->reason,
	    "the peer 192.0.2.2 has our own public key: it is that of the "
	    "other end that belongs there");
	ck_assert(report->permanent);
	ck_assert(!link_exists("wg0"));
	job_host_close(host);
}
END_TEST

static const struct {
	const char *change, *show, *says, *log;
} others[] = {
	{ "wg set wg0 peer " FAR_PUBLIC " remove", "wg show wg0 dump",
	    FAR_PUBLIC "\t" PSK "\t192.0.2.2:51820\t10.9.0.0/16\t0\t0\t0\t1\n",
	    "the peer 192.0.2.2 was removed" },
	{ "wg set wg0 listen-port 52000", "wg show wg0 listen-port",
	    "51999\n", "its port is 52000, not 51999" },
	{ "wg set wg0 fwmark 9", "wg show wg0 fwmark", "0x7\n",
	    "its mark is 9, not 7" },
	{ "wg set wg0 private-key /dev/null", "wg show wg0 private-key",
	    OUR_KEY "\n", "its private key is another" },
};

/* It is looked at, as somebody is waited for. */
START_TEST(what_others_change_of_it_is_put_right)
{
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", listen-port: 51999, mark: 7, peers: [ " FAR_PEER ", "
	    "preshared-key: " PSK ", allowed-ips: 10.9.0.0/16, "
	    "persistent-keepalive: 1s } ], up-after-handshake: true", NULL,
	    &job);
	struct printed right = { others[_i].show, others[_i].says };

	test_job_start(job);
	test_job_expect(job, REPORT_UNMET);
	run("%s", others[_i].change);
	ck_assert(!is_printed(&right));
	job_host_wait(host, is_printed, &right, right.what);
	ck_assert(strstr(job_host_log(host), others[_i].log));
	ck_assert_ptr_null(strstr(job_host_log(host), OUR_KEY));
	ck_assert_ptr_null(strstr(job_host_log(host), PSK));
	job_host_close(host);
}
END_TEST

START_TEST(who_removes_a_peer_again_and_again_means_it)
{
	struct test_job *job;
	struct job_host *host = wireguard_host(&provider_wireguard,
	    OURS ", peers: [ " FAR_PEER ", persistent-keepalive: 1s } ]",
	    NULL, &job);
	struct printed peer = { "wg show wg0 peers", FAR_PUBLIC };
	const struct report *report;

	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	for (int i = 0; i < 4; i++) {
		run("wg set wg0 peer " FAR_PUBLIC " remove");
		/* After what it is told then, it is looked at. */
		test_job_rebind(job);
		if (i < 3)
			job_host_wait(host, is_printed, &peer, "the peer");
	}
	report = test_job_expect(job, REPORT_FAILED);
	ck_assert_str_eq(report->reason, "changed by others again and again: "
	    "the peer 192.0.2.2 was removed");
	ck_assert(!report->permanent);
	job_host_close(host);
}
END_TEST

/* Of keys that the kernel has. */
START_TEST(what_it_stands_on_may_change_when_key_files_are_gone)
{
	char path[] = "/tmp/netconf-wireguard.XXXXXX", keys[512];
	struct job_host *host;
	struct test_job *job;

	write_key(path, PSK);
	snprintf(keys, sizeof(keys), OURS ", peers: [ " FAR_PEER ", "
	    "preshared-key: { file: %s }, persistent-keepalive: 5s } ]",
	    path);
	host = wireguard_host(&provider_wireguard, keys, NULL, &job);
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	unlink(path);
	test_job_rebind(job);
	job_host_wait(host, is_printed,
	    &(struct printed){ "wg show wg0 persistent-keepalive",
		FAR_PUBLIC "\t5\n" },
	    "its keepalive");
	check_prints("wg show wg0 preshared-keys", FAR_PUBLIC "\t" PSK "\n");
	check_prints("wg show wg0 private-key", OUR_KEY "\n");
	ck_assert_ptr_null(test_job_next(job));
	job_host_close(host);
}
END_TEST

void wireguard_there_tests(Suite *suite)
{
	TCase *tcase = netns_case(suite, "wireguard-there");

	tcase_add_test(tcase, a_peer_with_our_own_key_is_an_error);
	tcase_add_loop_test(tcase, what_others_change_of_it_is_put_right, 0,
	    ARRAY_SIZE(others));
	tcase_add_test(tcase, who_removes_a_peer_again_and_again_means_it);
	tcase_add_test(
	    tcase, what_it_stands_on_may_change_when_key_files_are_gone);
}
