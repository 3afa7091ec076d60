/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a dns node asks for which names: the plan alone, with nodes that tell
 * what the test says. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/source.h"
#include "base/text.h"
#include "providers/dns/plan.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "resolver/profile.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/run.h"

/* A node that is up. */
struct up {
	const char *name, *device, *dns, *domain;
};

static const struct up *ups; /* up to one without name */
static struct profile *profile;
static struct job job;

/* ---- what the host of a job does ---- */

void job_each_named(const struct job *of, enum key_relation relation,
    void (*f)(void *ctx, const struct job_node *named), void *ctx)
{
	/* (check's own asserts allocate.) */
	if (of != &job || relation != KEY_FOLLOWS)
		abort();
	/* Two keys may name one. */
	for (int twice = 0; twice < 2; twice++)
		for (const struct up *up = ups; up->name; up++) {
			struct job_node named = { .name = up->name,
				.device = up->device, .node = up };

			if (up->device)
				named.ifindex =
				    (uint32_t)atoi(up->device + 1) + 1;
			f(ctx, &named);
		}
}

const char *job_named_fact(const struct job_node *named, const char *key)
{
	const struct up *up = named->node;

	return strcmp(key, "dns") ? up->domain : up->dns;
}

void job_log(const struct job *of, enum log_level level, const char *format,
    ...)
{
	(void)of, (void)level, (void)format;
}

static void load(const char *keys)
{
	static const struct schema fake = { .kind = "below" };
	const struct schema *kinds[] = { &fake, &schema_dns, NULL };
	_cleanup_(text_clear) struct text text = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct source source = { .name = "a.yaml" };

	text_printf(&text,
	    "version: 1\nnodes:\n"
	    "  vpn: { kind: below }\n  wg: { kind: below }\n"
	    "  lan: { kind: below }\n  air: { kind: below }\n"
	    "  names: { kind: dns, from: [vpn, lan, air], %s }\n", keys);
	source.data = text.data;
	source.size = text.n;
	ck_assert_int_eq(
	    profile_load(&source, 1, kinds, &diagnostics, &profile), 0);
	job.config = profile_find(profile, "names")->config;
}

/* "vpn@c0 10.9.0.53 ~corp.example; lan@c1 * 192.0.2.53 home.example; -c2" */
static void print(const struct dns_plan *plan, struct text *text)
{
	char address[IP_TEXT_SIZE];

	text_append(text, "");
	for (uint32_t i = 0; i < plan->n; i++) {
		const struct dns_source *source = &plan->sources[i];

		text_printf(text, "%s%s%s", i ? "; " : "", source->node,
		    source->is_default ? " *" : "");
		for (uint32_t k = 0; k < source->n_servers; k++)
			text_printf(text, " %s",
			    ip_print(&source->servers[k], address));
		for (uint32_t k = 0; k < source->n_domains; k++)
			text_printf(text, " %s%s",
			    source->domains[k].is_search ? "" : "~",
			    source->domains[k].name);
	}
	for (uint32_t i = 0; i < plan->n_unused; i++)
		text_printf(text, "; -c%u", plan->unused[i] - 1);
}

/* With that `domains`, and these nodes up. */
static void expect(
    const char *domains, const struct up *nodes, const char *wanted)
{
	_cleanup_(text_clear) struct text keys = { 0 }, text = { 0 };
	struct dns_plan *plan, *again;

	ups = nodes;
	text_printf(&keys, "domains: { %s }", domains);
	load(keys.data);
	ck_assert_int_eq(dns_plan_new(&job, &plan), 0);
	ck_assert_int_eq(dns_plan_new(&job, &again), 0);
	ck_assert(dns_plan_equal(plan, again));
	profile = profile_free(profile);
	print(plan, &text); /* it has copies of all */
	ck_assert_str_eq(text.data, wanted);
	dns_plan_free(plan);
	dns_plan_free(again);
}

#define UP(...) ((const struct up[]){ __VA_ARGS__, { 0 } })
#define VPN { "vpn", "c0", "10.9.0.53", NULL }
#define LAN { "lan", "c1", "192.0.2.53", NULL }

START_TEST(a_node_of_domains_is_asked_for_these_alone)
{
	expect("corp.example: vpn", UP(VPN, LAN),
	    "lan * 192.0.2.53; vpn 10.9.0.53 ~corp.example");
	expect("corp.example: vpn, lab.example: vpn", UP(VPN),
	    "vpn 10.9.0.53 ~corp.example ~lab.example");
	expect("corp.example: vpn", UP(LAN), "lan * 192.0.2.53");
	expect("", UP(VPN, LAN), "vpn * 10.9.0.53; -c1");
	/* It need not be in from. */
	expect("a: wg, b.a: vpn", UP({ "wg", "c3", "10.8.0.1" }, VPN, LAN),
	    "lan * 192.0.2.53; wg 10.8.0.1 ~a; vpn 10.9.0.53 ~b.a");
}
END_TEST

START_TEST(one_that_tells_no_servers_is_not_asked)
{
	expect("corp.example: vpn", UP({ "vpn", "c0", NULL }, LAN),
	    "lan * 192.0.2.53; -c0");
	expect("corp.example: vpn", UP({ "vpn", "c0", "x" }, LAN),
	    "lan * 192.0.2.53; -c0");
	expect("corp.example: vpn",
	    UP({ "vpn@c0", "c0", "" }, { "vpn@c2", "c2", "10.9.0.54" }),
	    "vpn@c2 10.9.0.54 ~corp.example; -c0");
}
END_TEST

START_TEST(what_a_node_tells_takes_no_names_from_others)
{
	/* The lease's server claims the names of the tunnel. */
	expect("corp.example: vpn",
	    UP(VPN, { "lan", "c1", "192.0.2.53", "corp.example" }),
	    "lan * 192.0.2.53; vpn 10.9.0.53 ~corp.example");
	expect("corp.example: vpn",
	    UP(VPN, { "lan", "c1", "192.0.2.53", "a.CORP.example x.org" }),
	    "lan * 192.0.2.53 x.org; vpn 10.9.0.53 ~corp.example");
	/* While it is down, these are names like others. */
	expect("corp.example: vpn",
	    UP({ "lan", "c1", "192.0.2.53", "corp.example" }),
	    "lan * 192.0.2.53 corp.example");
	/* What is above is not taken by who is more special. */
	expect("corp.example: vpn",
	    UP(VPN, { "lan", "c1", "192.0.2.53", "example" }),
	    "lan * 192.0.2.53 example; vpn 10.9.0.53 ~corp.example");
	/* The tunnel's gateway claims those of others. */
	expect("corp.example: vpn",
	    UP({ "vpn", "c0", "10.9.0.53",
		   "org a.corp.example corp.example b.corp.example" },
		LAN),
	    "lan * 192.0.2.53; vpn 10.9.0.53 corp.example a.corp.example "
	    "b.corp.example");
}
END_TEST

START_TEST(plans_differ_by_what_they_say)
{
	const struct up *const others[] = {
		UP({ "lan", "c1", "192.0.2.54", "x" }),
		UP({ "lan", "c1", "192.0.2.53 192.0.2.54", "x" }),
		UP({ "lan", "c2", "192.0.2.53", "x" }),
		UP({ "lan", NULL, "192.0.2.53", "x" }),
		UP({ "lan", "c1", "192.0.2.53", "y" }),
		UP({ "lan", "c1", "192.0.2.53", "x y" }),
		UP({ "air", "c1", "192.0.2.53", "x" }),
		UP({ "lan", "c1", "192.0.2.53", "x" },
		    { "wg", "c5", "10.8.0.1" }),
		UP({ "wg", "c1", "192.0.2.53", "x" }),
	};
	struct dns_plan *plan, *other, *empty = dns_plan_empty();

	load("domains: { z: wg }");
	ups = UP({ "lan", "c1", "192.0.2.53", "x" });
	ck_assert_int_eq(dns_plan_new(&job, &plan), 0);
	ck_assert(!dns_plan_equal(plan, empty));
	ck_assert_ptr_null(dns_plan_default(empty));
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		ups = others[i];
		ck_assert_int_eq(dns_plan_new(&job, &other), 0);
		ck_assert_msg(!dns_plan_equal(plan, other), "%zu", i);
		dns_plan_free(other);
	}
	dns_plan_free(plan);
	dns_plan_free(empty);
	profile_free(profile);
}
END_TEST

START_TEST(without_memory_there_is_none)
{
	struct dns_plan *plan;
	long n = 1;

	load("domains: { corp.example: vpn }");
	ups = UP(
	    { "vpn", "c0", "10.9.0.53", "corp.example a.corp.example" },
	    { "lan", "c1", "192.0.2.53 192.0.2.54", "home.example" });
	for (long nth = 1; nth <= n + 1; nth++) {
		int r;

		failing_malloc_begin(nth);
		r = dns_plan_new(&job, &plan);
		n = failing_malloc_end();
		ck_assert_int_eq(r, nth <= n ? -ENOMEM : 0);
		ck_assert(!plan == (r < 0));
		dns_plan_free(plan);
	}
	ck_assert_int_gt(n, 3);
	profile_free(profile);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dns-plan");
	TCase *tcase = tcase_create("dns-plan");

	tcase_add_test(tcase, a_node_of_domains_is_asked_for_these_alone);
	tcase_add_test(tcase, one_that_tells_no_servers_is_not_asked);
	tcase_add_test(tcase, what_a_node_tells_takes_no_names_from_others);
	tcase_add_test(tcase, plans_differ_by_what_they_say);
	tcase_add_test(tcase, without_memory_there_is_none);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
