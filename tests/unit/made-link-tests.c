/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <net/if.h>

#include "base/macros.h"
#include "providers/support/rtnl.h"
#include "tests/unit/job-host.h"
#include "tests/unit/made-link-tests.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"

static const struct made_link_case *cases;

bool link_says(const char *device, const char *what)
{
	_cleanup_(free_ptr) char *text =
	    output_of("ip -d -o link show dev %s", device);

	return strstr(text, what);
}

bool link_exists(const char *device)
{
	return if_nametoindex(device);
}

static void add_low(int n)
{
	run("ip link add low%d type veth peer name far%d", n, n);
	run("ip link set far%d up", n);
	run("ip link set low%d up", n);
}

static const char *below(const struct made_link_case *made)
{
	return made->has_lower ? ", over: low"
	    : made->has_ports  ? ", ports: low"
			       : "";
}

/* The next report that is neither unmet, while it waits for its port, nor
 * about facts. */
static const struct report *wait_for(
    struct test_job *job, enum report_type type)
{
	const struct report *report;

	do
		report = test_job_wait(job);
	while (report->type != type &&
	    (report->type == REPORT_FACTS || report->type == REPORT_UNMET));
	ck_assert_int_eq(report->type, type);
	return report;
}

/* A host with the job of the node `made`, which may start; `other` has another
 * MTU. */
static struct job_host *prepare(
    const struct made_link_case *made, struct test_job **ret)
{
	char profile[1024];
	struct job_host *host;

	if (made->has_lower || made->has_ports)
		add_low(0);
	/* A bond leaves it down; its own node would set it up again. */
	if (made->provider == &provider_bond)
		run("ip link set low0 down");
	snprintf(profile, sizeof(profile),
	    "version: 1\nnodes:\n  low: { kind: below }\n"
	    "  made: { kind: %s, name: made0%s%s%s }\n"
	    "  other: { kind: %s, name: made9%s%s%s, mtu: 1300 }\n",
	    made->provider->schema->kind, below(made),
	    *made->keys ? ", " : "", made->keys,
	    made->provider->schema->kind, below(made),
	    *made->keys ? ", " : "", made->keys);
	host = job_host_open(made->provider, profile);
	*ret = job_host_job(host, "made");
	if (made->has_lower)
		test_job_set_device(*ret, "low0");
	if (made->has_ports)
		test_job_name(*ret, "low", "low0");
	return host;
}

static void end(struct test_job *job)
{
	test_job_stop(job);
	wait_for(job, REPORT_DOWN);
	ck_assert(!link_exists("made0"));
}

START_TEST(is_made_up_and_removed)
{
	struct test_job *job;
	const struct made_link_case *made = &cases[_i];
	struct job_host *host = prepare(made, &job);
	const struct report *report;
	char ifindex[16];

	test_job_start(job);
	report = wait_for(job, REPORT_UP);
	snprintf(ifindex, sizeof(ifindex), "%u", if_nametoindex("made0"));
	ck_assert_str_eq(report_fact(report, "device"), "made0");
	ck_assert_str_eq(report_fact(report, "ifindex"), ifindex);
	ck_assert(link_says("made0", "UP"));
	ck_assert(link_says("made0", made->provider->schema->kind));
	end(job);
	/* And again. */
	test_job_start(job);
	wait_for(job, REPORT_UP);
	end(job);
	job_host_close(host);
}
END_TEST

START_TEST(a_device_of_that_name_is_left_alone)
{
	struct test_job *job;
	struct job_host *host = prepare(&cases[_i], &job);
	const struct report *report;

	run("ip link add made0 type veth peer name made1");
	test_job_start(job);
	report = test_job_expect(job, REPORT_FAILED);
	ck_assert_str_eq(report->reason,
	    "there is a device made0 that this netconfd has not made; 'ip "
	    "link del made0' removes one that a killed netconfd has left");
	ck_assert(!report->permanent);
	ck_assert(link_says("made0", "veth"));
	run("ip link del made0");
	job_host_turn(host);
	test_job_start(job);
	wait_for(job, REPORT_UP);
	end(job);
	job_host_close(host);
}
END_TEST

START_TEST(removed_by_someone_else_it_is_lost)
{
	struct test_job *job;
	struct job_host *host = prepare(&cases[_i], &job);
	const struct report *report;

	test_job_start(job);
	wait_for(job, REPORT_UP);
	run("ip link del made0");
	do
		report = test_job_wait(job);
	while (report->type == REPORT_UNMET); /* set down first, by some */
	ck_assert_int_eq(report->type, REPORT_FAILED);
	ck_assert(!report->permanent);
	ck_assert_ptr_nonnull(
	    strstr(report->reason, "made0 was removed by someone else"));
	test_job_start(job);
	wait_for(job, REPORT_UP);
	end(job);
	job_host_close(host);
}
END_TEST

START_TEST(set_down_by_someone_else_it_is_unmet_until_up)
{
	struct test_job *job;
	struct job_host *host = prepare(&cases[_i], &job);

	test_job_start(job);
	wait_for(job, REPORT_UP);
	run("ip link set made0 down");
	ck_assert_str_eq(
	    test_job_expect(job, REPORT_UNMET)->reason,
	    "set down by someone else");
	run("ip link set made0 up");
	wait_for(job, REPORT_UP);
	end(job);
	job_host_close(host);
}
END_TEST

START_TEST(set_down_by_someone_else_it_is_set_up_again_a_few_times)
{
	struct test_job *job;
	struct job_host *host = prepare(&cases[_i], &job);

	test_job_start(job);
	wait_for(job, REPORT_UP);
	for (int i = 0; i < 3; i++) {
		run("ip link set made0 down");
		test_job_expect(job, REPORT_UNMET);
		wait_for(job, REPORT_UP);
	}
	ck_assert(job_host_has_logged(
	    host, "changed by others, and put right: it is down"));
	run("ip link set made0 down");
	test_job_expect(job, REPORT_UNMET);
	job_host_wait_logged(host,
	    "changed by others again and again, to be put right in 10 s: "
	    "it is down");
	if (_i) /* once is enough */
		run("ip link set made0 up");
	wait_for(job, REPORT_UP);
	end(job);
	job_host_close(host);
}
END_TEST

START_TEST(renamed_it_is_still_ours)
{
	struct test_job *job;
	struct job_host *host = prepare(&cases[_i], &job);
	const struct report *report;

	test_job_start(job);
	wait_for(job, REPORT_UP);
	run("ip link set made0 down");
	run("ip link set made0 name other0");
	run("ip link set other0 up");
	do
		report = test_job_wait(job);
	while (report->type != REPORT_UP &&
	    (report->type != REPORT_FACTS));
	while (strcmp(report_fact(report, "device"), "other0") != 0)
		report = test_job_wait(job);
	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	ck_assert(!link_exists("other0"));
	job_host_close(host);
}
END_TEST

START_TEST(stopped_at_any_moment_nothing_is_left)
{
	struct test_job *job;
	struct job_host *host = prepare(&cases[_i], &job);

	for (unsigned n = 0, more = 3; more; n++) {
		more -= !moment_reach(host, job, (struct moment){ n, false },
		    NULL, NULL, NULL);
		moment_end(job);
		ck_assert(!link_exists("made0"));
	}
	job_host_close(host);
}
END_TEST

/* It may not be there yet. */
static void remove_made(void *ctx)
{
	bool *was_there = ctx;

	*was_there = link_exists("made0");
	if (*was_there)
		run("ip link del made0");
}

/* False: the start had ended before. */
static bool remove_at(
    struct job_host *host, struct test_job *job, struct moment moment)
{
	const struct report *report;
	bool was_there = false, is_reached = moment_reach(
	    host, job, moment, remove_made, &was_there, &report);

	while (was_there && (!report || report->type != REPORT_FAILED))
		report = test_job_wait(job);
	ck_assert(!was_there || !report->permanent);
	moment_end(job);
	ck_assert(!link_exists("made0"));
	return is_reached;
}

START_TEST(removed_by_someone_else_at_any_moment_it_fails)
{
	struct test_job *job;
	struct job_host *host = prepare(&cases[_i], &job);

	for (int is_message = 0; is_message < 2; is_message++)
		for (unsigned n = 0, more = 2; more; n++)
			more -= !remove_at(
			    host, job, (struct moment){ n, is_message });
	job_host_close(host);
}
END_TEST

static bool is_said(void *ctx)
{
	return link_says("made0", ctx);
}

static void wait_until(struct job_host *host, const char *says)
{
	job_host_wait(host, is_said, (void *)says, says);
}

START_TEST(another_mtu_is_taken_in_place)
{
	struct test_job *job;
	const struct made_link_case *made = &cases[_i];
	struct job_host *host = prepare(made, &job);
	unsigned first;

	if (made->provider->update) {
		test_job_start(job);
		wait_for(job, REPORT_UP);
		first = if_nametoindex("made0");
		test_job_update(job, "other");
		wait_until(host, "mtu 1300");
		ck_assert_uint_eq(if_nametoindex("made0"), first);
	}
	job_host_close(host);
}
END_TEST

static bool has_port(void *ctx)
{
	(void)ctx;
	return link_says("low0", "master made0");
}

static void expect_none_made(void)
{
	ck_assert(!link_exists("made0"));
}

static void add_first_low(void)
{
	add_low(0);
}

START_TEST(whenever_its_lower_device_is_pulled_nothing_is_left)
{
	struct test_job *job;
	const struct made_link_case *made = &cases[_i];
	struct job_host *host = prepare(made, &job);

	if (made->has_lower)
		moments_pull(
		    host, job, "low0", add_first_low, expect_none_made);
	job_host_close(host);
}
END_TEST

static void pull_port(void *ctx)
{
	(void)ctx;
	run("ip link del low0");
}

/* False: the start had ended before. What netconfd does when it sees that;
 * then another card is plugged in. */
static bool pull_port_at(
    struct job_host *host, struct test_job *job, struct moment moment)
{
	const struct report *report;
	bool is_reached = moment_reach(
	    host, job, moment, pull_port, NULL, &report);

	if (!is_reached && moment.is_message)
		pull_port(NULL);
	for (unsigned i = 0; i < moment.number % 3; i++)
		job_host_turn(host);
	test_job_unname(job, "low0");
	/* Not before it is up, or unmet: a bond without a port. */
	while (!report ||
	    (report->type != REPORT_UP && report->type != REPORT_UNMET))
		report = test_job_wait(job);
	test_job_update(job, NULL);
	for (unsigned i = 0; i < moment.number % 2; i++)
		job_host_turn(host);
	add_low(0);
	test_job_name(job, "low", "low0");
	test_job_update(job, NULL);
	job_host_wait(host, has_port, NULL, "the new port");
	moment_end(job);
	ck_assert(!link_exists("made0"));
	ck_assert(!link_says("low0", "master"));
	return is_reached;
}

START_TEST(whenever_a_port_is_pulled_another_can_take_its_place)
{
	const struct made_link_case *made = &cases[_i];
	struct made_link_case with_port = *made;
	struct test_job *job;
	struct job_host *host;

	if (!made->has_ports && !made->takes_ports)
		return;
	with_port.has_ports = true;
	host = prepare(&with_port, &job);
	for (int is_message = 0; is_message < 2; is_message++)
		for (unsigned n = 0, more = 2; more; n++)
			more -= !pull_port_at(
			    host, job, (struct moment){ n, is_message });
	job_host_close(host);
}
END_TEST

START_TEST(over_another_device_it_is_made_anew)
{
	struct test_job *job;
	const struct made_link_case *made = &cases[_i];
	struct job_host *host = prepare(made, &job);
	unsigned first;

	if (!made->has_lower) {
		job_host_close(host);
		return;
	}
	add_low(1);
	test_job_start(job);
	wait_for(job, REPORT_UP);
	first = if_nametoindex("made0");
	test_job_rebind(job); /* other facts of the same device */
	ck_assert_ptr_null(test_job_next(job));
	test_job_set_device(job, "low1");
	test_job_rebind(job);
	if (made->can_move) {
		wait_until(host, "dev low1");
		ck_assert_uint_eq(if_nametoindex("made0"), first);
		end(job);
		job_host_close(host);
		return;
	}
	ck_assert_str_eq(test_job_expect(job, REPORT_UNMET)->reason,
	    "being made anew over another device");
	wait_for(job, REPORT_UP);
	ck_assert_uint_ne(if_nametoindex("made0"), first);
	ck_assert(link_says("made0", "made0@low1"));
	end(job);
	job_host_close(host);
}
END_TEST

START_TEST(without_its_lower_device_it_is_lost)
{
	struct test_job *job;
	const struct made_link_case *made = &cases[_i];
	struct job_host *host = prepare(made, &job);
	const struct report *report;

	if (!made->has_lower) {
		job_host_close(host);
		return;
	}
	test_job_start(job);
	wait_for(job, REPORT_UP);
	run("ip link del low0");
	do
		report = test_job_wait(job);
	while (report->type != REPORT_FAILED);
	ck_assert(!link_exists("made0"));
	/* And not over nothing. */
	test_job_start(job);
	ck_assert_str_eq(test_job_expect(job, REPORT_FAILED)->reason,
	    "the device it is over is gone");
	job_host_close(host);
}
END_TEST

void made_link_tests(
    Suite *suite, const struct made_link_case *which, size_t n)
{
	const TTest *const of_each[] = {
		is_made_up_and_removed,
		another_mtu_is_taken_in_place,
		over_another_device_it_is_made_anew,
		without_its_lower_device_it_is_lost,
	};
	const TTest *const of_all[] = {
		a_device_of_that_name_is_left_alone,
		removed_by_someone_else_it_is_lost,
		set_down_by_someone_else_it_is_unmet_until_up,
		renamed_it_is_still_ours,
		stopped_at_any_moment_nothing_is_left,
		removed_by_someone_else_at_any_moment_it_fails,
		whenever_a_port_is_pulled_another_can_take_its_place,
	};
	bool is_short = getenv("MADE_LINKS_SHORT");
	int n_all = is_short ? 1 : (int)n, over = 0;
	TCase *tcase = netns_case(suite, "as all links that nodes make");

	cases = which;
	for (size_t i = 0; i < ARRAY_SIZE(of_each); i++)
		tcase_add_loop_test(tcase, of_each[i], 0, (int)n);
	for (size_t i = 0; i < ARRAY_SIZE(of_all); i++)
		tcase_add_loop_test(tcase, of_all[i], 0, n_all);
	while (over < (int)n && !which[over].has_lower)
		over++;
	tcase_add_loop_test(tcase,
	    whenever_its_lower_device_is_pulled_nothing_is_left, over,
	    is_short && over < (int)n ? over + 1 : (int)n);
	/* One kind stands for all: it takes its time. */
	tcase_add_loop_test(tcase,
	    set_down_by_someone_else_it_is_set_up_again_a_few_times, 0, 1);
}
