/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/genl.h"

#include <check.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

static struct job_host *host;
static struct genl *genl;

struct asked {
	struct genl_request request;
	unsigned n_replies, n_done;
	int error;
	char message[256];
	uint32_t speed;
};

static void on_reply(
    struct genl_request *request, const struct nlmsghdr *header)
{
	struct asked *a = container_of(request, struct asked, request);
	struct nlattr *tb[ETHTOOL_A_LINKMODES_MAX + 1];

	a->n_replies++;
	ck_assert_int_eq(nlmsg_parse((struct nlmsghdr *)header, GENL_HDRLEN,
			     tb, ETHTOOL_A_LINKMODES_MAX, NULL),
	    0);
	if (tb[ETHTOOL_A_LINKMODES_SPEED])
		a->speed = nla_get_u32(tb[ETHTOOL_A_LINKMODES_SPEED]);
}

static void on_done(
    struct genl_request *request, int error, const char *message)
{
	struct asked *a = container_of(request, struct asked, request);

	a->n_done++;
	a->error = error;
	snprintf(a->message, sizeof(a->message), "%s", message);
}

static void begin(void)
{
	host = job_host_open(NULL, NULL);
	ck_assert_int_eq(
	    genl_open(job_host_host(host)->loop, "ethtool", &genl), 0);
}

static void end(void)
{
	genl_close(genl);
	job_host_close(host);
}

/* Which modes the device's link has; all devices', with NULL. */
static void ask(struct asked *a, const char *device)
{
	struct nl_msg *msg = genl_new_msg(genl, ETHTOOL_MSG_LINKMODES_GET,
	    ETHTOOL_GENL_VERSION, device ? 0 : NLM_F_DUMP);
	struct nlattr *nest;

	if (device) {
		nest = nla_nest_start(msg, ETHTOOL_A_LINKMODES_HEADER);
		nla_put_string(msg, ETHTOOL_A_HEADER_DEV_NAME, device);
		nla_nest_end(msg, nest);
	}
	a->request.reply = on_reply;
	a->request.done = on_done;
	genl_send(genl, &a->request, msg);
}

static bool is_done(void *ctx)
{
	return ((struct asked *)ctx)->n_done;
}

static void finish_all(struct asked *asked, int n)
{
	for (int i = 0; i < n; i++)
		job_host_wait(host, is_done, &asked[i], "an answer");
}

START_TEST(a_request_is_answered_and_acknowledged)
{
	struct asked a = { 0 };

	run("ip link add c0 type veth peer name c1");
	begin();
	ask(&a, "c0");
	ck_assert(genl_request_is_active(&a.request));
	finish_all(&a, 1);
	ck_assert(!genl_request_is_active(&a.request));
	ck_assert_int_eq(a.error, 0);
	ck_assert_uint_eq(a.n_replies, 1);
	ck_assert_uint_eq(a.speed, 10000);
	end();
}
END_TEST

START_TEST(an_error_comes_with_the_kernels_words)
{
	struct asked a = { 0 };

	begin();
	ask(&a, "nosuch0");
	finish_all(&a, 1);
	ck_assert_int_eq(a.error, -ENODEV);
	ck_assert_str_eq(a.message, "no device matches name");
	end();
}
END_TEST

START_TEST(a_dump_ends_once)
{
	struct asked a = { 0 };

	run("ip link add c0 type veth peer name c1");
	begin();
	ask(&a, NULL);
	finish_all(&a, 1);
	ck_assert_int_eq(a.error, 0);
	ck_assert_uint_ge(a.n_replies, 2);
	ck_assert_uint_eq(a.n_done, 1);
	end();
}
END_TEST

START_TEST(a_thousand_requests_are_all_answered)
{
	static struct asked asked[1000];

	run("ip link add c0 type veth peer name c1");
	begin();
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		ask(&asked[i], "c0");
	finish_all(asked, ARRAY_SIZE(asked));
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		ck_assert_int_eq(asked[i].error, 0);
		ck_assert_uint_eq(asked[i].n_replies, 1);
		ck_assert_uint_eq(asked[i].n_done, 1);
	}
	end();
}
END_TEST

START_TEST(what_is_cancelled_is_not_answered)
{
	struct asked before = { 0 }, on_its_way = { 0 }, last = { 0 };

	run("ip link add c0 type veth peer name c1");
	begin();
	ask(&on_its_way, "c0");
	job_host_turn(host);
	ask(&before, "c0");
	genl_cancel(&before.request);
	genl_cancel(&on_its_way.request);
	genl_cancel(&on_its_way.request);
	ask(&last, "c0");
	finish_all(&last, 1);
	ck_assert_uint_eq(before.n_done, 0);
	ck_assert_uint_eq(last.n_replies, 1);
	/* And what is asked when all is closed is not, either. */
	ask(&before, "c0");
	genl_close(genl);
	ask(&before, "c0");
	job_host_close(host);
	ck_assert_uint_eq(before.n_done, 0);
}
END_TEST

START_TEST(without_a_message_memory_was_out)
{
	struct asked a = { .request.done = on_done };

	begin();
	genl_send(genl, &a.request, NULL);
	finish_all(&a, 1);
	ck_assert_int_eq(a.error, -ENOMEM);
	end();
}
END_TEST

START_TEST(a_family_that_the_kernel_lacks_is_said_so)
{
	host = job_host_open(NULL, NULL);
	ck_assert_int_eq(
	    genl_open(job_host_host(host)->loop, "nosuch", &genl), -ENOENT);
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("genl");
	TCase *tcase = netns_case(suite, "genl");

	tcase_add_test(tcase, a_request_is_answered_and_acknowledged);
	tcase_add_test(tcase, an_error_comes_with_the_kernels_words);
	tcase_add_test(tcase, a_dump_ends_once);
	tcase_add_test(tcase, a_thousand_requests_are_all_answered);
	tcase_add_test(tcase, what_is_cancelled_is_not_answered);
	tcase_add_test(tcase, without_a_message_memory_was_out);
	tcase_add_test(tcase, a_family_that_the_kernel_lacks_is_said_so);
	return netns_run(suite);
}
