/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tiny host for tests: runs one provider alone, without resolver and
 * daemon, on a loop of its own against the real kernel (in whichever network
 * namespace the caller is). It implements the reports and questions of
 * providers/provider.h, records the reports of each job in order, and holds
 * every provider to the drawing in that header: a report that the job's
 * state does not allow fails the test, and a job that is over is freed as
 * soon as the callback returns, so that AddressSanitizer sees who still uses
 * it.
 *
 * The profile text may use, besides the provider's kind, the kind `below`: a
 * node without keys for others to be `over`; what it would give (device,
 * facts) the test sets on the job that stands on it.
 *
 *     struct job_host *host = job_host_open(&provider_dhcp,
 *         "version: 1\nnodes:\n"
 *         "  card: { kind: below }\n"
 *         "  lan: { kind: dhcp, over: card }\n");
 *     struct test_job *lan = job_host_job(host, "lan");
 *     test_job_set_device(lan, "eth0");
 *     test_job_start(lan);
 *     ck_assert_int_eq(test_job_wait(lan)->type, REPORT_UP);
 *     test_job_stop(lan);
 *     ck_assert_int_eq(test_job_wait(lan)->type, REPORT_DOWN);
 *     job_host_close(host);
 *
 * Everything that goes wrong in the host itself fails the test (ck_abort).
 */
#pragma once

#include <stdbool.h>

#include "providers/provider.h"
#include "resolver/resolver.h"

struct job_host;
struct test_job;

/* How long anything awaited may take. */
enum { JOB_HOST_LIMIT_MS = 30000 };

/*
 * Opens loop, rtnetlink (and waits for its first dump), profile, provider.
 * NULL as profile: no nodes, no provider is opened; for tests of rtnl.
 */
struct job_host *job_host_open(
    const struct provider *provider, const char *profile);
/* As job_host_open(), with the folders of struct host. */
struct job_host *job_host_open_in(const struct provider *provider,
    const char *profile, const char *state_dir, const char *libexec_dir);

/* Closes provider, rtnetlink and loop. Jobs that are not over are stopped
 * first. Fails the test when a handle of the loop was left open, when there is
 * anything in the kernel with our mark, or when its network namespace is not
 * what it was before the first job (tests/unit/namespace.h). What the test
 * itself has changed meanwhile, it puts back before; but it may pull devices,
 * and plug them in again. */
void job_host_close(struct job_host *host);

/* What providers get to see. */
struct host *job_host_host(struct job_host *host);

/*
 * Runs the loop until done(ctx) is true, looking after every turn. Fails the
 * test, saying what was awaited, after JOB_HOST_LIMIT_MS.
 */
void job_host_wait(struct job_host *host, bool (*done)(void *ctx), void *ctx,
    const char *what);

/* Runs the loop for one turn, which does not wait. */
void job_host_turn(struct job_host *host);

/* All log lines so far, "level name: text\n" each. Never NULL. */
const char *job_host_log(const struct job_host *host);
bool job_host_has_logged(const struct job_host *host, const char *text);
/* Runs the loop until it has, as job_host_wait(). */
void job_host_wait_logged(struct job_host *host, const char *text);

/* A job for the node of that name in the profile. May be started again when
 * it is over. Lives until job_host_close(). */
struct test_job *job_host_job(struct job_host *host, const char *node);

/* What it stands on, from the next start or rebind on. NULL: none. The
 * ifindex is looked up (0 when there is no such device). */
void test_job_set_device(struct test_job *job, const char *device);
void test_job_set_ifindex(struct test_job *job, unsigned ifindex);
/* What job_fact() answers. NULL takes it away. At most 16. */
void test_job_set_fact(
    struct test_job *job, const char *key, const char *value);
/* Of a node with on-event: what came with the event. Must outlive the job. */
void test_job_set_event_values(
    struct test_job *job, const struct fact *values, size_t n);
/* The device is gone: the stop that follows is told so. */
void test_job_set_device_is_gone(struct test_job *job);

/* Its place in the order of preference, from the next start or rebind on. */
void test_job_set_preference(struct test_job *job, unsigned preference);

void test_job_start(struct test_job *job);
void test_job_stop(struct test_job *job);
void test_job_rebind(struct test_job *job);

/* As another update of the node: its keys as `node` of the profile has them
 * (NULL: as they are), or who they name came or went. */
void test_job_update(struct test_job *job, const char *node);
/* A node that the job's keys name, or lan@c0, an instance of a template that
 * they name, is up, with that device; up no more. */
void test_job_name(struct test_job *job, const char *node,
    const char *device);
void test_job_unname(struct test_job *job, const char *device);
/* A fact that the node with that device tells; two of each at most. */
void test_job_set_named_fact(struct test_job *job, const char *device,
    const char *key, const char *value);

/* True from its start until it has reported failed or down. */
bool test_job_is_running(const struct test_job *job);

/* The next report, in the order given; runs the loop until there is one.
 * Valid until job_host_close(). */
const struct report *test_job_wait(struct test_job *job);
/* The same; fails the test if it is of another type. */
const struct report *test_job_expect(
    struct test_job *job, enum report_type type);
/* The next report that has come already, or NULL. */
const struct report *test_job_next(struct test_job *job);
/* The value of the report's fact of that name, or NULL. */
const char *report_fact(const struct report *report, const char *key);
