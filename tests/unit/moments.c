/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/moments.h"

#include "tests/unit/job-host.h"
#include "tests/unit/marked.h"
#include "tests/unit/netns.h"

static void start(struct job_host *host, struct test_job *job, int turns)
{
	test_job_start(job);
	for (int i = 0; i < turns; i++)
		job_host_turn(host);
}

static void stop(struct test_job *job)
{
	enum report_type type;

	if (test_job_is_running(job))
		test_job_stop(job);
	do
		type = test_job_wait(job)->type;
	while (type != REPORT_DOWN && type != REPORT_FAILED);
	marked_expect_none();
}

void moments_stop(struct job_host *host, struct test_job *job, int n)
{
	for (int turns = 0; turns < n; turns++) {
		start(host, job, turns);
		stop(job);
	}
}

void moments_pull(struct job_host *host, struct test_job *job, int n,
    const char *device, void (*plug)(void))
{
	for (int turns = 0; turns < n; turns++) {
		start(host, job, turns);
		run("ip link del %s", device);
		/* netconfd may see it later than the provider. */
		for (int i = 0; i < turns % 3; i++)
			job_host_turn(host);
		test_job_set_device_is_gone(job);
		stop(job);
		plug();
		test_job_set_device(job, device);
	}
}
