/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/link-case.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/netns.h"

struct job_host *host;
struct test_job *job;

/* A cable: c0 is the card, r0 its far end. */
void plug(const char *nodes)
{
	_cleanup_(text_clear) struct text profile = { 0 };

	run("ip link add c0 address 02:00:00:00:00:0a type veth peer name r0");
	run("ip link set r0 up");
	text_printf(&profile, "version: 1\nnodes:\n%s", nodes);
	host = job_host_open(&provider_link, profile.data);
	job = job_host_job(host, "wired");
	test_job_set_device(job, "c0");
}

const struct report *expect(enum report_type type)
{
	const struct report *report;

	do
		report = test_job_wait(job);
	while (report->type == REPORT_FACTS && type != REPORT_FACTS);
	ck_assert_msg(report->type == type, "report %d (%s), not %d",
	    (int)report->type, report->reason ? report->reason : "",
	    (int)type);
	return report;
}

const struct report *bring_up(void)
{
	test_job_start(job);
	return expect(REPORT_UP);
}

void bring_down(void)
{
	test_job_stop(job);
	expect(REPORT_DOWN);
}

void expect_failure(const char *reason)
{
	const struct report *report = expect(REPORT_FAILED);

	ck_assert_msg(strstr(report->reason, reason), "%s", report->reason);
	ck_assert(report->permanent);
}

bool feature(const char *name)
{
	_cleanup_(free_ptr) char *text = output_of("ethtool -k c0");
	_cleanup_(text_clear) struct text line = { 0 };

	text_printf(&line, "\n%s: on", name);
	return strstr(text, line.data);
}
