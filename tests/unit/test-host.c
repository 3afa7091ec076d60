/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Jobs, and what becomes of what providers report of them. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/host.h"
#include "providers/fake/schema.h"
#include "providers/schemas.h"
#include "resolver/profile.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

static const char text[] =
    "version: 1\n"
    "nodes:\n"
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired, start: hotplug }\n"
    "  alone: { kind: fake }\n";

static struct profile *profile;
static struct resolver *resolver;
static struct host_queue queue;
static struct host_job *job;
static struct text calls;
static uint64_t now_ms;
static int shared;

static void note(const char *what, const struct job *called, void *ctx)
{
	ck_assert_ptr_eq(ctx, &shared);
	text_printf(&calls, "%s %s on %s %u%s; ", what, called->name,
	    called->device ? called->device : "-", called->ifindex,
	    called->device_is_gone ? " gone" : "");
}

static void on_start(struct job *called, void *ctx)
{
	note("start", called, ctx);
}

static void on_stop(struct job *called, void *ctx)
{
	note("stop", called, ctx);
}

static void on_rebind(struct job *called, void *ctx)
{
	note("rebind", called, ctx);
}

static const struct provider provider = {
	.schema = &schema_fake,
	.start = on_start,
	.stop = on_stop,
	.rebind = on_rebind,
};

static void add_device(const char *name)
{
	const struct device device = { .key = name, .name = name, .ifindex = 3,
		.type = "ethernet", .mac = "02:00:00:00:00:01" };

	ck_assert_int_eq(
	    resolver_device_added(resolver, ++now_ms, &device), 0);
}

static void load(void)
{
	static const struct schema *const kinds[] = { &schema_fake,
		&schema_link, NULL };
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = { 0 };

	ck_assert_int_eq(
	    profile_load(&(struct source){ "p", text, strlen(text) }, 1, kinds,
		&diagnostics, &profile),
	    0);
	ck_assert_int_eq(resolver_new(profile, NULL, &resolver), 0);
	ck_assert_int_eq(resolver_devices(resolver, ++now_ms, NULL, 0), 0);
}

static struct host_job *make(const char *name)
{
	struct node *node = resolver_find(resolver, name);

	ck_assert_ptr_nonnull(node);
	return host_job_new(&queue, &provider, &shared, node, NULL, 7);
}

static void set_up(void)
{
	scratch_open();
	load();
	host_queue_init(&queue, NULL, NULL, "/state", "/libexec");
	job = make("alone");
	ck_assert_ptr_nonnull(job);
	text_append(&calls, "");
}

static void tear_down(void)
{
	struct host_report *report;
	struct host_job *left;

	while ((report = host_next_report(&queue)))
		host_report_free(report);
	list_for_each(left, &queue.jobs, struct host_job, link)
		host_job_free(left);
	ck_assert(list_is_empty(&queue.reports));
	resolver = resolver_free(resolver);
	profile = profile_free(profile);
	text_clear(&calls);
	scratch_close();
}

/* The next report, as "up address=x", and frees it. */
static void expect(const char *want)
{
	static const char *const types[] = {
		[REPORT_UP] = "up",
		[REPORT_FACTS] = "facts",
		[REPORT_UNMET] = "unmet",
		[REPORT_FAILED] = "failed",
		[REPORT_DOWN] = "down",
	};
	_cleanup_(text_clear) struct text got = { 0 };
	struct host_report *next = host_next_report(&queue);

	if (!next) {
		ck_assert_str_eq(want, "");
		return;
	}
	text_append(&got, types[next->report->type]);
	for (size_t i = 0; i < next->report->n_facts; i++)
		text_printf(&got, " %s=%s", next->report->facts[i].key,
		    next->report->facts[i].value);
	for (size_t i = 0; i < next->report->n_later; i++)
		text_printf(&got, " %s...", next->report->later[i]);
	if (next->report->permanent)
		text_append(&got, " for good");
	if (next->report->reason)
		text_printf(&got, ": %s", next->report->reason);
	ck_assert_str_eq(got.data, want);
	host_report_free(next);
}

START_TEST(a_job_knows_its_node_and_host)
{
	ck_assert_str_eq(job->job.name, "alone");
	ck_assert_ptr_eq(
	    job->job.config, node_config(resolver_find(resolver, "alone")));
	ck_assert_str_eq(job->job.host->state_dir, "/state");
	ck_assert_str_eq(job->job.host->libexec_dir, "/libexec");
	ck_assert_uint_eq(job->run, 7);
	ck_assert_ptr_eq(job->job.provider, &provider);
	host_job_start(job);
	ck_assert_str_eq(calls.data, "start alone on - 0; ");
}
END_TEST

START_TEST(a_job_on_a_card_is_told_which)
{
	struct device renamed = { .key = "eth0", .name = "lan0", .ifindex = 3,
		.type = "ethernet", .mac = "02:00:00:00:00:01" };
	struct host_job *lan;

	add_device("eth0");
	lan = make("lan@eth0");
	host_job_start(lan);
	ck_assert_int_eq(
	    resolver_device_changed(resolver, ++now_ms, &renamed), 0);
	host_job_rebind(lan);
	host_job_stop(lan, true);
	ck_assert_str_eq(calls.data, "start lan@eth0 on eth0 3; "
				     "rebind lan@eth0 on lan0 3; "
				     "stop lan@eth0 on lan0 3 gone; ");
}
END_TEST

START_TEST(a_run_for_an_event_is_over_when_it_is_up)
{
	struct host_report *report;

	job->job.event = "e";
	job_up(&job->job, NULL, 0);
	/* Says nothing any more. */
	job_down(&job->job);
	report = host_next_report(&queue);
	ck_assert(host_report_is_last(report));
	ck_assert_int_eq(report->report->type, REPORT_UP);
	host_report_free(report);
	ck_assert(list_is_empty(&queue.jobs));
	expect("");
}
END_TEST

START_TEST(a_run_that_has_just_ended_well_answers_a_stop)
{
	job->job.event = "e";
	job_up(&job->job, NULL, 0);
	host_job_stop(job, false);
	ck_assert_str_eq(calls.data, "");
	expect("down");
}
END_TEST

START_TEST(reports_are_taken_in_their_order)
{
	const struct fact facts[] = { { "address", "192.0.2.1/24" },
		{ "dns", "" } };
	struct host_job *other = make("alone");
	char value[] = "192.0.2.1/24";

	job_unmet(&job->job, "no %s yet", "lease");
	job_up(&other->job, NULL, 0);
	job_up(&job->job, &(struct fact){ "address", value }, 1);
	value[0] = 'x'; /* it was copied */
	job_facts(&job->job, facts, 2);
	job_failed(&job->job, true, "wrong key");
	expect("unmet: no lease yet");
	expect("up");
	expect("up address=192.0.2.1/24");
	expect("facts address=192.0.2.1/24 dns=");
	expect("failed for good: wrong key");
	expect("");
	job_down(&other->job);
	expect("down");
	ck_assert(list_is_empty(&queue.jobs)); /* they went with their last */
}
END_TEST

START_TEST(what_is_still_to_come_says_the_schema)
{
	static const struct schema_fact facts[] = { { .name = "soon" },
		{ .name = "late", .later = true },
		{ .name = "latest", .later = true }, { .name = NULL } };
	static const struct schema schema = { .kind = "tardy",
		.facts = facts };
	static const struct provider tardy = { .schema = &schema };
	const struct fact late[] = { { "late", "1" } };
	const struct fact known[] = { { "latest", NULL }, { "soon", "2" },
		{ "late", NULL } };

	job->job.provider = &tardy;
	job_unmet(&job->job, "wait");
	job_up(&job->job, NULL, 0);
	job_facts(&job->job, late, 1);
	job_facts(&job->job, known, 3);
	expect("unmet: wait");
	expect("up late... latest...");
	expect("facts late=1 latest...");
	expect("facts soon=2");
}
END_TEST

START_TEST(a_reason_is_harmless_and_bounded)
{
	_cleanup_(text_clear) struct text want = { 0 };
	char reason[5000];

	job_unmet(&job->job, "%s", "\033[2Jno\nlease");
	expect("unmet: \\x1b[2Jno\\x0alease");
	memset(reason, 'a', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	job_failed(&job->job, false, "%s", reason);
	text_append(&want, "failed: ");
	text_append_n(&want, reason, 1023);
	expect(want.data);
}
END_TEST

START_TEST(facts_beyond_all_measure_are_left_out)
{
	struct fact facts[65];
	char value[4098];

	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		facts[i] = (struct fact){ "k", "v" };
	memset(value, 'a', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	scratch_capture(STDERR_FILENO);
	job_up(&job->job, facts, 65);
	job_facts(&job->job, facts, 65);
	job_facts(&job->job, &(struct fact){ "k", value }, 1);
	job_facts(&job->job, &(struct fact){ value, "v" }, 1);
	ck_assert_ptr_nonnull(strstr(scratch_captured(),
	    "node=alone level=error message=\"its facts are too many"));
	expect("up"); /* that is true all the same */
	expect("");
	value[sizeof(value) - 2] = '\0';
	job_facts(&job->job, &(struct fact){ "k", value }, 1);
	job_facts(&job->job, facts, 64);
	for (size_t i = 0; i < 2; i++) {
		struct host_report *next = host_next_report(&queue);

		ck_assert_uint_eq(next->report->n_facts, i ? 64 : 1);
		host_report_free(next);
	}
}
END_TEST

START_TEST(after_its_end_a_job_has_nothing_to_say)
{
	const char *log;

	scratch_capture(STDERR_FILENO);
	job_failed(&job->job, false, "gone");
	job_up(&job->job, NULL, 0);
	job_facts(&job->job, NULL, 0);
	job_unmet(&job->job, "x");
	job_down(&job->job);
	job_failed(&job->job, true, "again");
	log = scratch_captured();
	ck_assert_ptr_nonnull(strstr(log, "says up after its end; ignored"));
	ck_assert_ptr_nonnull(strstr(log, "says unmet after its end"));
	ck_assert_ptr_nonnull(strstr(log, "says down after its end"));
	ck_assert_ptr_nonnull(strstr(log, "says failed after its end"));
	expect("failed: gone");
	expect("");
}
END_TEST

START_TEST(a_failure_while_it_is_stopped_is_its_end)
{
	host_job_start(job);
	host_job_stop(job, false);
	job_failed(&job->job, true, "interrupted");
	expect("down");
	expect("");
	ck_assert(list_is_empty(&queue.jobs));
}
END_TEST

START_TEST(one_that_has_failed_is_not_stopped_again)
{
	host_job_start(job);
	job_failed(&job->job, true, "no");
	host_job_rebind(job);
	host_job_stop(job, false);
	ck_assert_str_eq(calls.data, "start alone on - 0; ");
	expect("down");
}
END_TEST

START_TEST(one_that_is_being_stopped_is_not_rebound)
{
	host_job_start(job);
	host_job_stop(job, false);
	host_job_rebind(job);
	ck_assert_str_eq(
	    calls.data, "start alone on - 0; stop alone on - 0; ");
}
END_TEST

START_TEST(a_job_that_goes_takes_its_reports_along)
{
	struct host_job *other = make("alone");

	job_up(&job->job, NULL, 0);
	job_unmet(&other->job, "x");
	job_down(&job->job);
	host_job_free(job);
	expect("unmet: x");
	expect("");
}
END_TEST

START_TEST(no_two_jobs_make_a_device_of_one_name)
{
	struct host_job *other = make("alone");

	ck_assert_int_eq(job_makes(&job->job, "br0"), 0);
	ck_assert_str_eq(host_maker(&queue, "br0"), "alone");
	ck_assert_int_eq(job_makes(&job->job, "br0"), 0);
	ck_assert_int_eq(job_makes(&other->job, "br0"), -EEXIST);
	ck_assert_int_eq(job_makes(&other->job, "br1"), 0);
	host_job_free(job);
	ck_assert_ptr_null(host_maker(&queue, "br0"));
	ck_assert_str_eq(host_maker(&queue, "br1"), "alone");
}
END_TEST

/* A node that is restarted has its next job as soon as the resolver is told of
 * the end of the one before, which is not freed before that. */
START_TEST(a_name_is_free_when_its_makers_end_is_told)
{
	struct host_job *next = make("alone");
	struct host_report *down;

	host_job_start(job);
	ck_assert_int_eq(job_makes(&job->job, "br0"), 0);
	host_job_stop(job, false);
	job_down(&job->job);
	ck_assert_int_eq(job_makes(&next->job, "br0"), -EEXIST);
	down = host_next_report(&queue);
	ck_assert_int_eq(job_makes(&next->job, "br0"), 0);
	host_report_free(down);
	ck_assert_str_eq(host_maker(&queue, "br0"), "alone");
}
END_TEST

START_TEST(a_fact_is_that_of_what_it_stands_on)
{
	const struct fact address = { "address", "192.0.2.7/24" };
	struct host_job *lan;
	struct decision decision;
	struct node *wired;

	add_device("eth0");
	lan = make("lan@eth0");
	ck_assert_ptr_null(job_fact(&lan->job, "address"));
	wired = resolver_find(resolver, "wired@eth0");
	while (resolver_next(resolver, &decision))
		;
	ck_assert_int_eq(resolver_report(resolver, ++now_ms, wired,
			     node_run(wired),
			     &(struct report){ .type = REPORT_UP,
				 .facts = &address, .n_facts = 1 }),
	    0);
	ck_assert_str_eq(job_fact(&lan->job, "address"), "192.0.2.7/24");
	ck_assert_ptr_null(job_fact(&lan->job, "gateway"));
}
END_TEST

START_TEST(what_providers_log_has_the_nodes_name)
{
	scratch_capture(STDERR_FILENO);
	job_log(&job->job, LOG_LEVEL_WARNING, "odd: %d", 1);
	host_log(job->job.host, LOG_LEVEL_ERROR, "even: %s", "a\nb");
	ck_assert_str_eq(scratch_captured(),
	    "node=alone level=warning message=\"odd: 1\"\n"
	    "level=error message=\"even: a\\x0ab\"\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("host");
	TCase *tcase = tcase_create("host");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, a_job_knows_its_node_and_host);
	tcase_add_test(tcase, a_job_on_a_card_is_told_which);
	tcase_add_test(tcase, a_run_for_an_event_is_over_when_it_is_up);
	tcase_add_test(tcase, a_run_that_has_just_ended_well_answers_a_stop);
	tcase_add_test(tcase, reports_are_taken_in_their_order);
	tcase_add_test(tcase, what_is_still_to_come_says_the_schema);
	tcase_add_test(tcase, a_reason_is_harmless_and_bounded);
	tcase_add_test(tcase, facts_beyond_all_measure_are_left_out);
	tcase_add_test(tcase, after_its_end_a_job_has_nothing_to_say);
	tcase_add_test(tcase, a_failure_while_it_is_stopped_is_its_end);
	tcase_add_test(tcase, one_that_has_failed_is_not_stopped_again);
	tcase_add_test(tcase, one_that_is_being_stopped_is_not_rebound);
	tcase_add_test(tcase, a_job_that_goes_takes_its_reports_along);
	tcase_add_test(tcase, no_two_jobs_make_a_device_of_one_name);
	tcase_add_test(tcase, a_name_is_free_when_its_makers_end_is_told);
	tcase_add_test(tcase, a_fact_is_that_of_what_it_stands_on);
	tcase_add_test(tcase, what_providers_log_has_the_nodes_name);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
