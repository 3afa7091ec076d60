/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network namespaces for tests: each test case runs in a process of its own
 * (libcheck's fork mode) and enters a fresh namespace, which goes with it.
 * As root, or, where the kernel allows it, without.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include <check.h>

/*
 * For main(): runs the suite in namespaces and returns the exit status, or
 * says that the tests are skipped (in TAP, or by status 77) where no
 * namespace can be made.
 */
int netns_run(Suite *suite);

/* A test case whose tests each start in a fresh namespace. Adds it. */
TCase *netns_case(Suite *suite, const char *name);

/* True in a test of such a case. */
bool netns_is_own(void);

/* Whether the kernel lets this process change anything of its network: so that
 * it refuses what it has no other reason to refuse, with EPERM. */
void netns_permit(bool may);

/*
 * Runs a command given as words separated by single spaces, and fails the
 * test when its exit status is not 0. No shell.
 */
void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As run(), and returns what it prints, to be freed; 64 KiB at most. */
char *output_of(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Another network namespace, which lives until the test ends; named by the
 * process that holds it: `run("ip link set eth0 netns %d", pid)`. */
pid_t netns_other(void);

/* As run(), in that namespace. */
void run_in(pid_t other, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Starts `ip -batch` with the text as its input, and does not wait. */
pid_t start_ip_batch(const char *text);
/* Waits for it; fails the test when its exit status is not 0. */
void finish(pid_t pid);
