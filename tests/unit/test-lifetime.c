/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preferred-lifetime and valid-lifetime of address nodes. */
#include <check.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "providers/support/rtnl.h"
#include "tests/unit/address-case.h"
#include "tests/unit/job-host.h"
#include "tests/unit/marked.h"
#include "tests/unit/netns.h"

#define FOUR "192.0.2.7/24"
#define SIX "2001:db8::7/64"
#define NODE(name, address, keys)                                      \
	"  " name ": { kind: address, over: low, addresses: '" address  \
	"', duplicates: off, " keys " }\n"
/* One of each family. */
#define NODES(name, keys)                                              \
	NODE(name "4", FOUR, keys) NODE(name "6", SIX, keys)

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  low: { kind: below }\n"
    NODES("plain", "")
    NODES("hour", "valid-lifetime: 1h")
    NODES("half", "valid-lifetime: 60m, preferred-lifetime: 30m")
    NODES("two", "valid-lifetime: 2h")
    NODES("rather", "preferred-lifetime: 30m, valid-lifetime: forever")
    NODES("old", "preferred-lifetime: 0s")
    NODES("minute", "valid-lifetime: 1m, preferred-lifetime: 3s")
    NODES("brief", "valid-lifetime: 2s, preferred-lifetime: 1s")
    NODES("aging", "preferred-lifetime: 1s")
    NODES("slow", "preferred-lifetime: 3s")
    "  inside: { kind: address, over: low, prefix-from: low,\n"
    "    duplicates: off, valid-lifetime: 1h, preferred-lifetime: 0s }\n";

/* ---- what the kernel shows ---- */

struct shown {
	unsigned valid_s, preferred_s; /* UINT_MAX: for ever */
	bool is_deprecated;
};

static unsigned read_s(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	unsigned s;

	ck_assert_ptr_nonnull(at);
	at += strlen(name);
	if (!strncmp(at, "forever", 7))
		return UINT_MAX;
	ck_assert_int_eq(sscanf(at, "%usec", &s), 1);
	return s;
}

/* False: it is not there. */
static bool show(const char *address, struct shown *ret)
{
	_cleanup_(free_ptr) char *text =
	    output_of("ip -o addr show dev c0 to %s", address);

	if (!*text)
		return false;
	ret->valid_s = read_s(text, "valid_lft ");
	ret->preferred_s = read_s(text, "preferred_lft ");
	ret->is_deprecated = strstr(text, " deprecated ");
	return true;
}

/* It may be counted down for as long as a test takes. */
static bool is_about(unsigned s, unsigned wanted_s)
{
	return s <= wanted_s && wanted_s - s < 20;
}

static void expect(
    const char *address, unsigned valid_s, unsigned preferred_s)
{
	struct shown shown;

	ck_assert(show(address, &shown));
	ck_assert_msg(is_about(shown.valid_s, valid_s) &&
		is_about(shown.preferred_s, preferred_s),
	    "%s is valid for %u, preferred for %u", address, shown.valid_s,
	    shown.preferred_s);
}

/* As families tell them apart in loops. */
static const char *address_of(int i)
{
	return i % 2 ? SIX : FOUR;
}

static const char *node_of(const char *name, int i)
{
	static char text[2][32];
	static unsigned n;
	char *to = text[n++ % 2];

	snprintf(to, sizeof(text[0]), "%s%d", name, i % 2 ? 6 : 4);
	return to;
}

static struct job_host *bring_up(const char *node, struct test_job **ret)
{
	struct job_host *host = address_plug(profile, node, ret);

	test_job_start(*ret);
	test_job_expect(*ret, REPORT_UP);
	return host;
}

/* Nor is the kernel's route to a prefix of IPv6 left, which would go with the
 * lifetime. */
static void bring_down(struct job_host *host, struct test_job *job)
{
	_cleanup_(free_ptr) char *routes = NULL;

	test_job_stop(job);
	test_job_expect(job, REPORT_DOWN);
	routes = output_of("ip -6 route show proto kernel");
	ck_assert_msg(!strstr(routes, "2001:db8:"), "left: %s", routes);
	job_host_close(host);
}

/* ---- they are given to the kernel ---- */

/* An IPv4 address without an end has no lifetime but the flag, to the
 * kernel. */
static const struct {
	const char *node;
	unsigned valid_s, preferred_s, preferred6_s;
	bool is_deprecated;
} lives[] = {
	{ "plain", UINT_MAX, UINT_MAX, UINT_MAX, false },
	{ "hour", 3600, 3600, 3600, false },
	{ "half", 3600, 1800, 1800, false },
	{ "rather", UINT_MAX, UINT_MAX, 1800, false },
	{ "old", UINT_MAX, UINT_MAX, 0, true },
};

START_TEST(an_address_has_the_lifetimes_of_the_profile)
{
	const char *node = node_of(lives[_i / 2].node, _i);
	struct test_job *job;
	struct job_host *host = bring_up(node, &job);
	struct shown shown;

	expect(address_of(_i), lives[_i / 2].valid_s,
	    _i % 2 ? lives[_i / 2].preferred6_s : lives[_i / 2].preferred_s);
	ck_assert(show(address_of(_i), &shown));
	ck_assert_int_eq(shown.is_deprecated, lives[_i / 2].is_deprecated);
	bring_down(host, job);
}
END_TEST

START_TEST(so_has_one_in_the_prefix_of_another_node)
{
	struct test_job *job;
	struct job_host *host = address_plug(profile, "inside", &job);

	test_job_name(job, "low", "c0");
	test_job_set_named_fact(job, "c0", "prefix", "2001:db8:100::/56");
	test_job_start(job);
	test_job_expect(job, REPORT_UP);
	expect("2001:db8:100::1", 3600, 0);
	bring_down(host, job);
}
END_TEST

static bool is_deprecated(void *ctx)
{
	struct shown shown;

	return show(ctx, &shown) && shown.is_deprecated;
}

START_TEST(it_is_deprecated_when_it_is_preferred_no_more)
{
	struct test_job *job;
	struct job_host *host = bring_up(node_of("aging", _i), &job);

	job_host_wait(host, is_deprecated, (void *)address_of(_i),
	    "a deprecated address");
	expect(address_of(_i), UINT_MAX, _i ? 0 : UINT_MAX);
	ck_assert_str_eq(job_host_log(host), "");
	bring_down(host, job);
}
END_TEST

/* ---- changed by a reload ---- */

static unsigned n_gone;

static void on_gone(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address)
{
	(void)watch, (void)ifindex, (void)address;
	n_gone++;
}

static const struct rtnl_calls calls = { .on_address_gone = on_gone };

START_TEST(a_reload_changes_lifetimes_in_place)
{
	static const char *const nodes[] = { "plain", "hour", "two", "half",
		"old", "rather", "plain" };
	static const unsigned valid_s[] = { UINT_MAX, 3600, 7200, 3600,
		UINT_MAX, UINT_MAX, UINT_MAX };
	struct rtnl_watch watch = { .calls = &calls };
	struct test_job *job;
	struct job_host *host = bring_up(node_of(nodes[0], _i), &job);
	struct shown shown;

	rtnl_watch_begin(job_host_host(host)->rtnl, &watch);
	for (size_t i = 1; i < ARRAY_SIZE(nodes); i++) {
		test_job_update(job, node_of(nodes[i], _i));
		test_job_expect(job, REPORT_FACTS);
		ck_assert(show(address_of(_i), &shown));
		ck_assert(is_about(shown.valid_s, valid_s[i]));
		ck_assert_int_eq(
		    shown.is_deprecated, !strcmp(nodes[i], "old"));
	}
	ck_assert_uint_eq(n_gone, 0);
	ck_assert_str_eq(job_host_log(host), "");
	rtnl_watch_end(&watch);
	bring_down(host, job);
}
END_TEST

/* As others may have removed it. */
START_TEST(a_reload_may_come_while_it_is_asked_for_again)
{
	struct test_job *job;
	struct job_host *host = bring_up(node_of("hour", _i), &job);

	test_job_rebind(job);
	test_job_update(job, node_of("two", _i));
	test_job_expect(job, REPORT_FACTS);
	expect(address_of(_i), 7200, 7200);
	bring_down(host, job);
}
END_TEST

/* ---- the end ---- */

#define OVER "its valid-lifetime of 2s is over; 'netconf restart brief%d' "   \
	     "gives it another"

static void expect_over(struct job_host *host, struct test_job *job, int i)
{
	const struct report *report = test_job_expect(job, REPORT_FAILED);
	char reason[128];
	struct shown shown;

	snprintf(reason, sizeof(reason), OVER, i % 2 ? 6 : 4);
	ck_assert_str_eq(report->reason, reason);
	ck_assert(report->permanent);
	ck_assert_str_eq(job_host_log(host), "");
	ck_assert(!show(address_of(i), &shown));
}

START_TEST(when_it_is_over_the_node_has_failed_for_good)
{
	struct test_job *job;
	struct job_host *host = bring_up(node_of("brief", _i), &job);

	expect_over(host, job, _i);
	test_job_start(job); /* as restarted */
	test_job_expect(job, REPORT_UP);
	expect(address_of(_i), 2, 1);
	bring_down(host, job);
}
END_TEST

/* The kernel counts by its own clock. */
START_TEST(the_kernel_may_be_the_first_to_find_it_over)
{
	struct test_job *job;
	struct job_host *host = bring_up(node_of("brief", _i), &job);

	run("ip addr del %s dev c0", address_of(_i));
	expect_over(host, job, _i);
	job_host_close(host);
}
END_TEST

START_TEST(what_is_changed_in_time_does_not_end)
{
	struct test_job *job;
	struct job_host *host = bring_up(node_of("brief", _i), &job);

	job_host_wait(host, is_deprecated, (void *)address_of(_i),
	    "a deprecated address");
	test_job_update(job, node_of("hour", _i));
	test_job_expect(job, REPORT_FACTS);
	expect(address_of(_i), 3600, 3600);
	bring_down(host, job);
}
END_TEST

/* ---- changed by others ---- */

static bool is_put_right(void *ctx)
{
	return strstr(job_host_log(ctx),
	    " were changed by others; they have been put right");
}

static const struct {
	const char *node, *change;
	unsigned valid_s;
} others[] = {
	{ "hour", "valid_lft forever preferred_lft forever", 3600 },
	{ "hour", "valid_lft 1800 preferred_lft 1800", 3600 },
	{ "hour", "valid_lft 3600 preferred_lft 0", 3600 },
	{ "plain", "valid_lft 1800 preferred_lft 1800", UINT_MAX },
	{ "plain", "valid_lft forever preferred_lft 0", UINT_MAX },
};

START_TEST(lifetimes_that_others_change_are_put_right)
{
	struct test_job *job;
	struct job_host *host =
	    bring_up(node_of(others[_i / 2].node, _i), &job);
	struct shown shown;

	run("ip addr change %s dev c0 %s", address_of(_i),
	    others[_i / 2].change);
	job_host_wait(host, is_put_right, host, "a line in the log");
	expect(address_of(_i), others[_i / 2].valid_s,
	    others[_i / 2].valid_s);
	ck_assert(show(address_of(_i), &shown));
	ck_assert(!shown.is_deprecated);
	ck_assert_ptr_nonnull(
	    strstr(job_host_log(host), address_of(_i)));
	bring_down(host, job);
}
END_TEST

static bool is_there(void *ctx)
{
	struct shown shown;

	return show(ctx, &shown);
}

START_TEST(what_is_put_back_has_what_was_left_of_them)
{
	const char *address = address_of(_i);
	struct test_job *job;
	struct job_host *host = bring_up(node_of("minute", _i), &job);
	struct shown shown;

	job_host_wait(host, is_deprecated, (void *)address,
	    "the end of its preference");
	run("ip addr del %s dev c0", address);
	job_host_wait(host, is_there, (void *)address, "address put back");
	ck_assert(show(address, &shown));
	ck_assert_uint_le(shown.valid_s, 58);
	bring_down(host, job);
}
END_TEST

/* ---- what was there before ---- */

/* A netconfd that was killed left it; to job-host that was not there before. */
static struct job_host *start_anew(
    const char *left, const char *node, struct test_job **ret, int i)
{
	struct job_host *host;

	address_leave(profile, left);
	host = job_host_open(&provider_address, profile);
	job_host_wait(host, is_deprecated, (void *)address_of(i),
	    "the end of its preference");
	*ret = job_host_job(host, node);
	test_job_set_device(*ret, "c0");
	test_job_start(*ret);
	test_job_expect(*ret, REPORT_UP);
	return host;
}

START_TEST(another_netconfd_lets_them_go_on)
{
	struct test_job *job;
	struct job_host *before = bring_up("inside", &job);
	struct job_host *host = start_anew(
	    node_of("minute", _i), node_of("minute", _i), &job, _i);
	struct shown shown;

	ck_assert(show(address_of(_i), &shown));
	ck_assert(!marked_addresses() || shown.valid_s <= 58);
	bring_down(host, job);
	job_host_close(before);
}
END_TEST

START_TEST(but_not_where_the_profile_has_others_now)
{
	struct test_job *job;
	struct job_host *before = bring_up("inside", &job);
	struct job_host *host = start_anew(
	    node_of("minute", _i), node_of("half", _i), &job, _i);

	expect(address_of(_i), 3600, 1800);
	bring_down(host, job);
	job_host_close(before);
}
END_TEST

/* Of an IPv4 address without an end the kernel keeps no time, so that it is
 * netconfd that deprecates it: here, or not before it is killed. */
static void leave(const char *node, bool is_deprecated_first)
{
	struct job_host *host;
	struct test_job *job;
	pid_t child;

	if (!is_deprecated_first) {
		address_leave(profile, node);
		return;
	}
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child) {
		finish(child);
		return;
	}
	host = job_host_open(&provider_address, profile);
	job = job_host_job(host, node);
	test_job_set_device(job, "c0");
	test_job_start(job);
	job_host_wait(host, is_deprecated, FOUR, "a deprecated address");
	_exit(0);
}

/* Two seconds later, by the kernel's clock, another netconfd starts. */
static struct job_host *start_later(
    const char *node, struct test_job **ret, struct job_host *before)
{
	static const char clock[] = "2001:db8:9::9";
	struct job_host *host;

	run("ip addr add %s/64 dev c0 nodad noprefixroute valid_lft 60 "
	    "preferred_lft 2", clock);
	job_host_wait(before, is_deprecated, (void *)clock, "two seconds");
	run("ip addr del %s/64 dev c0", clock);
	host = job_host_open(&provider_address, profile);
	*ret = job_host_job(host, node);
	test_job_set_device(*ret, "c0");
	test_job_start(*ret);
	test_job_expect(*ret, REPORT_UP);
	return host;
}

START_TEST(what_is_preferred_no_more_is_so_to_another_netconfd)
{
	struct test_job *job;
	struct job_host *before = bring_up("inside", &job);
	const char *node = _i ? "slow4" : "aging4";
	struct job_host *host;

	leave(node, _i);
	host = start_later(node, &job, before);
	ck_assert(!marked_addresses() || is_deprecated(FOUR));
	bring_down(host, job);
	job_host_close(before);
}
END_TEST

START_TEST(but_it_is_again_where_the_profile_says_so_now)
{
	struct test_job *job;
	struct job_host *before = bring_up("inside", &job);
	struct job_host *host;

	leave("aging4", true);
	host = start_later(_i ? "plain4" : "rather4", &job, before);
	ck_assert(!is_deprecated(FOUR));
	bring_down(host, job);
	job_host_close(before);
}
END_TEST

/* Whose address it is, its lifetimes are; "": like it there is none. */
static const struct {
	const char *there, *node, *reason;
} theres[] = {
	{ "", "plain", NULL },
	{ "valid_lft 3600 preferred_lft 3600", "plain", NULL },
	{ "valid_lft 3600 preferred_lft 3600", "hour", NULL },
	{ "", "hour", "that of others (proto 0) has another valid-lifetime; "
		      "one of them has to go" },
	{ "", "old", "that of others (proto 0) has another "
		     "preferred-lifetime; one of them has to go" },
};

START_TEST(that_of_others_is_left_as_it_is)
{
	struct test_job *job;
	struct job_host *host = address_plug(
	    profile, node_of(theres[_i / 2].node, _i), &job);
	struct shown before, after;

	run("ip addr add %s dev c0%s%s", address_of(_i),
	    *theres[_i / 2].there ? " " : "", theres[_i / 2].there);
	ck_assert(show(address_of(_i), &before));
	test_job_start(job);
	if (theres[_i / 2].reason)
		ck_assert_ptr_nonnull(
		    strstr(test_job_expect(job, REPORT_FAILED)->reason,
			theres[_i / 2].reason));
	else
		test_job_expect(job, REPORT_UP);
	ck_assert(show(address_of(_i), &after));
	ck_assert(is_about(after.valid_s, before.valid_s));
	job_host_close(host);
}
END_TEST

START_TEST(two_nodes_with_one_address_have_to_agree)
{
	struct test_job *job, *other;
	struct job_host *host = bring_up(node_of("hour", _i), &job);

	other = job_host_job(host, node_of("hour", _i));
	test_job_set_device(other, "c0");
	test_job_start(other);
	test_job_expect(other, REPORT_UP);
	test_job_update(other, node_of("two", _i));
	ck_assert_ptr_nonnull(
	    strstr(test_job_expect(other, REPORT_FAILED)->reason,
		"has another valid-lifetime; one of them has to go"));
	expect(address_of(_i), 3600, 3600);
	bring_down(host, job);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lifetime");
	TCase *tcase = netns_case(suite, "lifetime");

	tcase_add_loop_test(tcase,
	    an_address_has_the_lifetimes_of_the_profile, 0,
	    2 * ARRAY_SIZE(lives));
	tcase_add_test(tcase, so_has_one_in_the_prefix_of_another_node);
	tcase_add_loop_test(tcase,
	    it_is_deprecated_when_it_is_preferred_no_more, 0, 2);
	tcase_add_loop_test(tcase, a_reload_changes_lifetimes_in_place, 0, 2);
	tcase_add_loop_test(
	    tcase, a_reload_may_come_while_it_is_asked_for_again, 0, 2);
	tcase_add_loop_test(
	    tcase, when_it_is_over_the_node_has_failed_for_good, 0, 2);
	tcase_add_loop_test(
	    tcase, the_kernel_may_be_the_first_to_find_it_over, 0, 2);
	tcase_add_loop_test(tcase, what_is_changed_in_time_does_not_end, 0, 2);
	tcase_add_loop_test(tcase, lifetimes_that_others_change_are_put_right,
	    0, 2 * ARRAY_SIZE(others));
	tcase_add_loop_test(
	    tcase, what_is_put_back_has_what_was_left_of_them, 0, 2);
	tcase_add_loop_test(tcase, another_netconfd_lets_them_go_on, 0, 2);
	tcase_add_loop_test(
	    tcase, but_not_where_the_profile_has_others_now, 0, 2);
	tcase_add_loop_test(tcase,
	    what_is_preferred_no_more_is_so_to_another_netconfd, 0, 2);
	tcase_add_loop_test(
	    tcase, but_it_is_again_where_the_profile_says_so_now, 0, 2);
	tcase_add_loop_test(tcase, that_of_others_is_left_as_it_is, 0,
	    2 * ARRAY_SIZE(theres));
	tcase_add_loop_test(
	    tcase, two_nodes_with_one_address_have_to_agree, 0, 2);
	return netns_run(suite);
}
