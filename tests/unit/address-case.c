/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/address-case.h"

#include <check.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

void address_plug_card(void)
{
	run("ip link add c0 type veth peer name r0");
	run("ip link set r0 up");
	run("ip link set c0 up");
}

struct job_host *address_plug(
    const char *profile, const char *node, struct test_job **ret)
{
	struct job_host *host;

	address_plug_card();
	host = job_host_open(&provider_address, profile);
	*ret = job_host_job(host, node);
	test_job_set_device(*ret, "c0");
	return host;
}

void address_leave(const char *profile, const char *node)
{
	struct job_host *host;
	struct test_job *job;
	pid_t child = fork();
	int status;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		host = job_host_open(&provider_address, profile);
		job = job_host_job(host, node);
		test_job_set_device(job, "c0");
		test_job_start(job);
		test_job_expect(job, REPORT_UP);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

bool says(const char *words, const char *what)
{
	_cleanup_(free_ptr) char *text = output_of("ip -o %s", words);

	return strstr(text, what);
}
