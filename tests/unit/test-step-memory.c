/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory and stack of the resolver's steps: which allocate, that an
 * allocation that fails leaves everything as it was, and that depth costs no
 * stack.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/fake/schema.h"
#include "providers/schemas.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/run.h"

static unsigned n_wrong; /* answers: ck_assert() would allocate, too */

static void must(bool is_so)
{
	n_wrong += !is_so;
}

#define ROAM \
	"version: 1\n" \
	"nodes:\n" \
	"  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n" \
	"  lan: { kind: fake, over: wired, start: hotplug, timeout: 9s }\n" \
	"  uplink: { kind: any, of: [lan] }\n" \
	"  inet: { kind: fake, requires: [uplink], start: hotplug }\n" \
	"  vpn0: { kind: fake, over: uplink, requires: [inet]," \
	" start: auto }\n" \
	"  t: { kind: task, run: /x, on-event: ring, start: auto }\n" \
	"  u: { kind: task, run: /x, on-event: ring, over: lan," \
	" start: hotplug }\n"

static const char roam[] = ROAM;

static struct profile *profile;
static struct resolver *resolver;
static uint64_t now_ms;

static void load(const char *text)
{
	static const struct schema *const kinds[] = { &schema_fake,
		&schema_link, &schema_any, &schema_all, &schema_task, NULL };
	struct diagnostics diagnostics = { 0 };

	ck_assert_int_eq(
	    profile_load(&(struct source){ "p", text, strlen(text) }, 1,
		kinds, &diagnostics, &profile),
	    0);
	diagnostics_clear(&diagnostics);
	ck_assert_int_eq(resolver_new(profile, NULL, &resolver), 0);
	ck_assert_int_eq(resolver_devices(resolver, ++now_ms, NULL, 0), 0);
}

static void unload(void)
{
	resolver = resolver_free(resolver);
	profile = profile_free(profile);
}

static int report(struct node *node, enum report_type type,
    const struct fact *facts, size_t n)
{
	return resolver_report(resolver, ++now_ms, node, node_run(node),
	    &(struct report){
		.type = type, .facts = facts, .n_facts = n });
}

/* Every provider answers at once, in as few words as there can be. */
static void drive(void)
{
	struct decision decision;

	while (resolver_next(resolver, &decision))
		if (decision.type != DECISION_REBIND)
			must(report(decision.node,
				 decision.type == DECISION_START
				     ? REPORT_UP
				     : REPORT_DOWN,
				 NULL, 0) == 0);
}

static const struct device eth0 = { .key = "eth0", .name = "eth0",
	.ifindex = 3, .type = "ethernet", .mac = "02:00:00:00:00:01" };

/* All that can be seen of the nodes. */
static char *look(void)
{
	struct text text = { 0 };
	struct node *node = NULL;

	while ((node = resolver_each(resolver, node)))
		text_printf(&text, "%s %s %d %d %u %s\n", node_name(node),
		    node_state_name(node_state(node)), node_is_goal(node),
		    node_is_masked(node), node_run(node),
		    node_fact(node, "address") ?: "");
	text_printf(&text, "%llu",
	    (unsigned long long)resolver_deadline(resolver));
	return text_steal(&text);
}

START_TEST(steps_do_not_allocate)
{
	struct node *inet, *wired;

	load(roam);
	inet = resolver_find(resolver, "inet");
	must(resolver_device_added(resolver, ++now_ms, &eth0) == 0);
	failing_malloc_begin(0);
	drive();
	must(report(inet, REPORT_FAILED, NULL, 0) == 0);
	drive();
	resolver_time(resolver, now_ms += 100000);
	resolver_time_of(resolver, now_ms, inet); /* it has no timeout */
	drive();
	must(node_state(resolver_find(resolver, "vpn0")) == NODE_UP);
	wired = resolver_find(resolver, "wired@eth0");
	must(report(wired, REPORT_UNMET, NULL, 0) == 0);
	drive();
	must(report(wired, REPORT_UP, NULL, 0) == 0);
	drive();
	must(resolver_device_removed(resolver, ++now_ms, "eth0") == 0);
	drive();
	resolver_end(resolver, ++now_ms);
	drive();
	ck_assert_int_eq(failing_malloc_end(), 0);
	ck_assert_uint_eq(n_wrong, 0);
	unload();
}
END_TEST

static const char held[] =
    "version: 1\n"
    "nodes:\n"
    "  d: { kind: fake }\n"
    "  x: { kind: fake, over: d, hold: 30s, start: auto }\n";

START_TEST(what_is_held_without_memory_has_no_facts)
{
	static const struct fact address = { "address", "192.0.2.7/24" };
	static struct fact many[UINT16_MAX + 1];
	struct node *d, *x;

	for (int without = 0; without < 2; without++) {
		const char *fact;

		load(held);
		drive();
		d = resolver_find(resolver, "d");
		x = resolver_find(resolver, "x");
		ck_assert_int_eq(
		    report(d, REPORT_FACTS, many, ARRAY_SIZE(many)), -E2BIG);
		ck_assert_int_eq(report(d, REPORT_FACTS, &address, 1), 0);
		ck_assert_str_eq(
		    node_fact_below(x, "address"), "192.0.2.7/24");
		failing_malloc_begin(without);
		must(report(d, REPORT_FAILED, NULL, 0) == 0);
		must(failing_malloc_end() == 1);
		fact = node_fact_below(x, "address");
		ck_assert_int_eq(node_state(x), NODE_UP);
		ck_assert_int_eq(node_state(d), NODE_FAILED);
		ck_assert(without ? !fact : !strcmp(fact, "192.0.2.7/24"));
		ck_assert_uint_eq(n_wrong, 0);
		unload();
	}
}
END_TEST

/* What a card took is given back with it. */
START_TEST(memory_is_counted)
{
	struct resolver_stats empty, full, after;

	load(roam);
	resolver_stats(resolver, &empty);
	must(resolver_device_added(resolver, ++now_ms, &eth0) == 0);
	drive();
	resolver_stats(resolver, &full);
	must(resolver_device_removed(resolver, ++now_ms, "eth0") == 0);
	drive();
	resolver_stats(resolver, &after);
	ck_assert_uint_gt(empty.bytes, 1000);
	ck_assert_uint_gt(full.bytes, empty.bytes + 1000);
	ck_assert_uint_lt(after.bytes, full.bytes);
	ck_assert_uint_eq(n_wrong, 0);
	unload();
}
END_TEST

static int add_device(void)
{
	return resolver_device_added(resolver, ++now_ms, &eth0);
}

static int change_device(void)
{
	struct device renamed = eth0;

	renamed.name = "lan0";
	return resolver_device_changed(resolver, ++now_ms, &renamed);
}

static int up(void)
{
	static const char *const names[] = { "lan@eth7", "vpn0" };
	_cleanup_(text_clear) struct text said = { 0 };

	return resolver_up(resolver, ++now_ms, names, 2, &said);
}

static int down(void)
{
	static const char *const names[] = { "vpn0", "lan@eth0" };
	_cleanup_(text_clear) struct text said = { 0 };

	return resolver_down(resolver, ++now_ms, names, 2, true, &said);
}

static int facts(void)
{
	static const struct fact address = { "address", "192.0.2.7/24" };
	struct node *node;

	failing_malloc_pause();
	node = resolver_find(resolver, "lan@eth0");
	failing_malloc_resume();
	return report(node, REPORT_FACTS, &address, 1);
}

static int reset(void)
{
	static const char *const names[] = { "vpn0", "lan@eth7" };
	_cleanup_(text_clear) struct text said = { 0 };

	return resolver_reset(resolver, ++now_ms, names, 2, &said);
}

static int restart(void)
{
	static const char *const names[] = { "inet", "lan@eth7" };
	_cleanup_(text_clear) struct text said = { 0 };

	return resolver_restart(resolver, ++now_ms, names, 2, &said);
}

/* The second fails, and the first is as if it had never been there. */
static int add_devices(void)
{
	struct device devices[] = { eth0, eth0, eth0 };

	devices[0].key = devices[0].name = "eth1";
	devices[1].key = devices[1].name = "eth2";
	devices[2].key = devices[2].name = "tap0";
	devices[2].type = "tun";
	return resolver_devices_added(resolver, ++now_ms, devices, 3);
}

static void ignore_line(void *ctx, const struct why_line *line)
{
	(void)ctx;
	(void)line;
}

static int why(void)
{
	return resolver_why(resolver, now_ms, "vpn0", ignore_line, NULL);
}

static int emit(void)
{
	const struct fact value = { "key", "value" };
	uint32_t n = 0;
	int r = resolver_emit(resolver, ++now_ms, "ring", &value, 1, &n);

	must(n == (r ? 0 : 2));
	return r;
}

/* What only words need may go through without them. */
START_TEST(an_allocation_that_fails_changes_nothing)
{
	int (*const inputs[])(void) = {
		add_device, change_device, add_devices, up, down, reset,
		restart, facts, why, emit };

	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		long n_failed = 0, n_allocations;

		for (long nth = 1;; nth++) {
			_cleanup_(free_ptr) char *before = NULL, *after = NULL;
			int r;

			load(roam);
			if (i)
				add_device();
			drive();
			before = look();
			failing_malloc_begin(nth);
			r = inputs[i]();
			n_allocations = failing_malloc_end();
			ck_assert(r == 0 || r == -ENOMEM);
			n_failed += r != 0;
			after = look();
			if (r)
				ck_assert_str_eq(before, after);
			if (r) {
				failing_malloc_begin(0);
				ck_assert_int_eq(inputs[i](), 0);
				failing_malloc_end();
			}
			drive();
			unload();
			if (n_allocations < nth)
				break;
		}
		ck_assert_int_gt(n_failed, 0);
		ck_assert_uint_eq(n_wrong, 0);
	}
}
END_TEST

static const char named[] =
    "version: 1\n"
    "nodes:\n"
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired, start: hotplug }\n"
    "  a: { kind: fake, over: lan@eth0, start: auto }\n"
    "  b: { kind: fake, over: lan@eth1, start: auto }\n";

static struct profile *parse(const char *text)
{
	load(text);
	resolver = resolver_free(resolver);
	return profile;
}

START_TEST(a_resolver_is_made_whole_or_not_at_all)
{
	long nth = 0, n_allocations, n_failed = 0;

	parse(named);
	do {
		int r;

		failing_malloc_begin(++nth);
		r = resolver_new(profile, NULL, &resolver);
		n_allocations = failing_malloc_end();
		ck_assert_int_eq(r, n_allocations < nth ? 0 : -ENOMEM);
		n_failed += r != 0;
	} while (n_allocations >= nth);
	ck_assert_int_gt(n_failed, 6);
	unload();
}
END_TEST

START_TEST(the_first_devices_come_all_or_none)
{
	long nth = 0, n_allocations;

	parse(roam);
	ck_assert_int_eq(resolver_new(profile, NULL, &resolver), 0);
	do {
		int r;

		failing_malloc_begin(++nth);
		r = resolver_devices(resolver, 0, &eth0, 1);
		n_allocations = failing_malloc_end();
		ck_assert_int_eq(r, n_allocations < nth ? 0 : -ENOMEM);
		ck_assert(r == 0 || !resolver_find(resolver, "lan@eth0"));
	} while (n_allocations >= nth);
	ck_assert_int_gt(nth, 2);
	drive();
	ck_assert_ptr_nonnull(resolver_find(resolver, "lan@eth0"));
	unload();
}
END_TEST

/* What a crash left: each is put back, or it says that it is not. */
static const struct fact address = { "address", "192.0.2.7/24" };
static const char *const gateway_mac[] = { "gateway-mac" };
static const struct fact below[] = { { "address", "192.0.2.7/24" },
	{ "gateway-mac", NULL } };
static const struct kept left[] = {
	{ .type = KEPT_UP, .name = "wired@eth0" },
	{ .type = KEPT_UP, .name = "lan@eth0", .facts = &address,
	    .n_facts = 1, .later = gateway_mac, .n_later = 1 },
	{ .type = KEPT_UP, .name = "uplink" },
	{ .type = KEPT_UP, .name = "way", .facts = &address, .n_facts = 1,
	    .held = below, .n_held = ARRAY_SIZE(below) },
	{ .type = KEPT_GOAL, .name = "lan@eth7" },
	{ .type = KEPT_MASK, .name = "lan@eth8" },
	{ .type = KEPT_MASK, .name = "vpn0" },
	{ .type = KEPT_MASK, .name = "gone" },
};

/* The n-th allocation fails; what it was for is given once more. */
static long restore_without_memory(long nth, long *n_failed)
{
	long n_allocations;

	parse(ROAM "  way: { kind: fake, over: uplink, hold: 9s }\n");
	ck_assert_int_eq(resolver_new(profile, NULL, &resolver), 0);
	resolver_restore_boot(resolver);
	failing_malloc_begin(nth);
	for (size_t i = 0; i < ARRAY_SIZE(left); i++) {
		int r = resolver_restore(resolver, &left[i]);

		if (r == -ENOMEM) {
			++*n_failed;
			r = resolver_restore(resolver, &left[i]);
		}
		must(r == 0);
	}
	n_allocations = failing_malloc_end();
	ck_assert_int_eq(
	    resolver_devices(resolver, ++now_ms, &eth0, 1), 0);
	drive();
	ck_assert_int_eq(
	    node_state(resolver_find(resolver, "lan@eth0")), NODE_UP);
	ck_assert_str_eq(
	    node_fact(resolver_find(resolver, "uplink"), "address"),
	    address.value);
	ck_assert(node_is_goal(resolver_find(resolver, "lan@eth7")));
	ck_assert(node_is_masked(resolver_find(resolver, "vpn0")));
	unload();
	return n_allocations;
}

START_TEST(what_a_crash_left_is_put_back_or_asked_for_again)
{
	long nth = 0, n_failed = 0;

	do
		nth++;
	while (restore_without_memory(nth, &n_failed) >= nth);
	ck_assert_int_gt(n_failed, 2);
	ck_assert_uint_eq(n_wrong, 0);
}
END_TEST

enum { DEEP = 50000 };

static void *run_deep(void *text)
{
	const char *const names[] = { "n49999" };
	struct text said = { 0 };

	load(text);
	ck_assert_int_eq(
	    resolver_up(resolver, ++now_ms, names, 1, &said), 0);
	drive();
	ck_assert_int_eq(
	    node_state(resolver_find(resolver, names[0])), NODE_UP);
	ck_assert_int_eq(
	    resolver_down(resolver, ++now_ms, names, 1, false, &said), 0);
	drive();
	ck_assert_int_eq(node_state(resolver_find(resolver, "n0")), NODE_IDLE);
	text_clear(&said);
	unload();
	return NULL;
}

START_TEST(depth_needs_no_stack)
{
	_cleanup_(text_clear) struct text text = { 0 };
	pthread_attr_t small;
	pthread_t thread;

	text_append(&text, "version: 1\nnodes:\n  n0: { kind: fake }\n");
	for (int i = 1; i < DEEP; i++)
		text_printf(
		    &text, "  n%d: { kind: fake, requires: n%d }\n", i, i - 1);
	pthread_attr_init(&small);
	/* 256 KiB: five bytes for each level. */
	ck_assert_int_eq(pthread_attr_setstacksize(&small, 256 * 1024), 0);
	ck_assert_int_eq(
	    pthread_create(&thread, &small, run_deep, text.data), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&small);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("step-memory");
	TCase *tc = tcase_create("step-memory");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, steps_do_not_allocate);
	tcase_add_test(tc, what_is_held_without_memory_has_no_facts);
	tcase_add_test(tc, memory_is_counted);
	tcase_add_test(tc, the_first_devices_come_all_or_none);
	tcase_add_test(tc, an_allocation_that_fails_changes_nothing);
	tcase_add_test(tc, a_resolver_is_made_whole_or_not_at_all);
	tcase_add_test(
	    tc, what_a_crash_left_is_put_back_or_asked_for_again);
	tcase_add_test(tc, depth_needs_no_stack);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
