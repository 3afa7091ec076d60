/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Neighbours, as the real kernel finds them. c0 is our card, r0 its far end,
 * 192.0.2.1 in another namespace. */
#include <arpa/inet.h>
#include <check.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/support/rtnl-internal.h"
#include "tests/unit/arp.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

enum { N_STORM = 4000 };

static const uint8_t first_mac[6] = {2, 0, 0, 0, 0, 2};
static const uint8_t second_mac[6] = {2, 0, 0, 0, 0, 3};

static struct job_host *host;
static struct rtnl *rtnl;
static pid_t other;

/* A watch, and how often it was told. */
struct asked {
	struct rtnl_neighbour neighbour;
	int n_told;
};

static void on_mac(struct rtnl_neighbour *neighbour)
{
	container_of(neighbour, struct asked, neighbour)->n_told++;
}

static void open_bench(void)
{
	other = netns_other();
	run("ip link add c0 type veth peer name r0 address 02:00:00:00:00:02 "
	    "netns %d", (int)other);
	run_in(other, "ip addr add 192.0.2.1/24 dev r0");
	run_in(other, "ip link set r0 up");
	run("ip addr add 192.0.2.2/24 dev c0");
	run("ip link set c0 up");
	host = job_host_open(NULL, NULL);
	rtnl = job_host_host(host)->rtnl;
}

static void begin(struct asked *asked, const char *address)
{
	*asked = (struct asked){.neighbour = {
		.ifindex = if_nametoindex("c0"),
		.address = {inet_addr(address)},
		.on_mac = on_mac,
	}};
	rtnl_neighbour_begin(rtnl, &asked->neighbour);
	ck_assert_int_eq(asked->n_told, 0);
}

static bool is_first(void *ctx)
{
	const struct asked *asked = ctx;

	return asked->neighbour.is_known &&
	    !memcmp(asked->neighbour.mac, first_mac, 6);
}

static bool is_second(void *ctx)
{
	const struct asked *asked = ctx;

	return asked->neighbour.is_known &&
	    !memcmp(asked->neighbour.mac, second_mac, 6);
}

START_TEST(a_neighbour_is_found_and_followed)
{
	struct asked asked;

	open_bench();
	begin(&asked, "192.0.2.1");
	job_host_wait(host, is_first, &asked, "MAC address");
	arp_announce(other, "r0", second_mac, "192.0.2.1");
	job_host_wait(host, is_second, &asked, "other MAC address");
	arp_announce(other, "r0", first_mac, "192.0.2.1");
	job_host_wait(host, is_first, &asked, "first MAC address");
	ck_assert_int_eq(asked.n_told, 3);
	rtnl_neighbour_end(&asked.neighbour);
	rtnl_neighbour_end(&asked.neighbour);
	job_host_close(host);
}
END_TEST

START_TEST(one_that_the_kernel_knows_is_told_at_once)
{
	struct asked asked, again;

	open_bench();
	begin(&asked, "192.0.2.1");
	job_host_wait(host, is_first, &asked, "MAC address");
	run_in(other, "ip link set r0 arp off"); /* nobody else would say it */
	begin(&again, "192.0.2.1");
	job_host_wait(host, is_first, &again, "MAC address");
	rtnl_neighbour_begin(rtnl, &asked.neighbour);
	ck_assert(!asked.neighbour.is_known);
	job_host_wait(host, is_first, &asked, "MAC address, again");
	ck_assert_int_eq(asked.n_told, 2);
	ck_assert_int_eq(again.n_told, 1);
	job_host_close(host); /* it ends what is not over */
	ck_assert_ptr_null(asked.neighbour.rtnl);
}
END_TEST

START_TEST(one_that_does_not_answer_is_told_when_it_does)
{
	struct asked silent, asked;

	open_bench();
	begin(&silent, "192.0.2.9");
	begin(&asked, "192.0.2.1");
	job_host_wait(host, is_first, &asked, "MAC address");
	ck_assert(!silent.neighbour.is_known);
	arp_announce(other, "r0", second_mac, "192.0.2.9");
	job_host_wait(host, is_second, &silent, "late MAC address");
	ck_assert_int_eq(silent.n_told, 1);
	ck_assert_int_eq(asked.n_told, 1);
	job_host_close(host);
}
END_TEST

/* The kernel says so of an entry that was put into its table by hand. */
static bool is_permanent(void)
{
	char line[256] = "";
	FILE *pipe = popen("ip neigh show nud permanent dev c0", "re");

	ck_assert_ptr_nonnull(pipe);
	if (!fgets(line, sizeof(line), pipe))
		line[0] = '\0';
	ck_assert_int_eq(pclose(pipe), 0);
	return strstr(line, "192.0.2.7 lladdr 02:00:00:00:00:03");
}

START_TEST(an_admins_own_entry_stays_what_it_is)
{
	struct asked asked;

	open_bench();
	run("ip neigh add 192.0.2.7 dev c0 lladdr 02:00:00:00:00:03 "
	    "nud permanent");
	ck_assert(is_permanent());
	begin(&asked, "192.0.2.7");
	job_host_wait(host, is_second, &asked, "MAC address");
	ck_assert(is_permanent());
	job_host_close(host);
}
END_TEST

START_TEST(a_link_that_went_is_no_harm)
{
	struct asked gone, asked;

	open_bench();
	run("ip link add d0 type veth peer name d1");
	run("ip link set d0 up");
	begin(&gone, "198.51.100.1");
	rtnl_neighbour_end(&gone.neighbour);
	gone.neighbour.ifindex = if_nametoindex("d0");
	rtnl_neighbour_begin(rtnl, &gone.neighbour);
	run("ip link del d0");
	begin(&asked, "192.0.2.1");
	job_host_wait(host, is_first, &asked, "MAC address");
	/* Without a device, too. */
	rtnl_neighbour_begin(rtnl, &gone.neighbour);
	rtnl_neighbour_begin(rtnl, &asked.neighbour);
	job_host_wait(host, is_first, &asked, "MAC address");
	ck_assert_int_eq(gone.n_told, 0);
	job_host_close(host);
}
END_TEST

static void write_storm(struct text *text)
{
	for (int i = 0; i < N_STORM; i++)
		text_printf(text,
		    "neigh replace 198.51.%d.%d dev c0 lladdr "
		    "02:00:00:00:01:%02x nud permanent\n",
		    100 + i / 250, 1 + i % 250, i % 256);
}

START_TEST(a_change_among_lost_events_is_found)
{
	_cleanup_(text_clear) struct text storm = {0};
	struct asked asked;
	int size = 4096;

	open_bench();
	begin(&asked, "192.0.2.1");
	job_host_wait(host, is_first, &asked, "MAC address");
	ck_assert_int_eq(setsockopt(rtnl->neighbour_fd, SOL_SOCKET, SO_RCVBUF,
			     &size, sizeof(size)), 0);
	write_storm(&storm);
	ck_assert(!storm.failed);
	finish(start_ip_batch(storm.data));
	/* That event has no room any more. */
	run("ip neigh replace 192.0.2.1 dev c0 lladdr 02:00:00:00:00:03");
	job_host_wait(host, is_second, &asked, "changed MAC address");
	ck_assert_int_eq(asked.n_told, 2);
	job_host_close(host);
}
END_TEST

static bool has_something_to_read(void)
{
	char byte;

	return recv(rtnl->neighbour_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

START_TEST(what_is_not_of_ipv4_wakes_nobody_up)
{
	struct asked asked;

	open_bench();
	begin(&asked, "192.0.2.1");
	job_host_wait(host, is_first, &asked, "MAC address");
	while (has_something_to_read())
		job_host_turn(host);
	run("ip link add b0 type bridge");
	run("ip link set c0 master b0");
	run("bridge fdb add 02:00:00:00:00:07 dev c0 master static");
	run("ip neigh add 2001:db8::1 dev c0 lladdr 02:00:00:00:00:07");
	run("ip neigh del 2001:db8::1 dev c0");
	ck_assert(!has_something_to_read());
	run("ip neigh add 192.0.2.7 dev c0 lladdr 02:00:00:00:00:07");
	ck_assert(has_something_to_read());
	job_host_close(host);
}
END_TEST

static struct asked *victim;

static void end_both(struct rtnl_neighbour *neighbour)
{
	container_of(neighbour, struct asked, neighbour)->n_told++;
	rtnl_neighbour_end(&victim->neighbour);
	rtnl_neighbour_end(neighbour);
}

START_TEST(watches_end_in_a_callback)
{
	struct asked a, b, last;

	open_bench();
	begin(&last, "192.0.2.1");
	job_host_wait(host, is_first, &last, "MAC address");
	rtnl_neighbour_end(&last.neighbour);
	begin(&a, "192.0.2.1");
	begin(&b, "192.0.2.1");
	a.neighbour.on_mac = b.neighbour.on_mac = end_both;
	begin(&last, "192.0.2.1");
	/* Whichever is told first. */
	victim = &b;
	arp_announce(other, "r0", second_mac, "192.0.2.1");
	job_host_wait(host, is_second, &last, "MAC address");
	ck_assert_int_eq(a.n_told, 1);
	ck_assert_int_eq(b.n_told, 0);
	ck_assert_ptr_null(a.neighbour.rtnl);
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("neighbour");
	TCase *tcase = netns_case(suite, "neighbour");

	tcase_add_test(tcase, a_neighbour_is_found_and_followed);
	tcase_add_test(tcase, one_that_the_kernel_knows_is_told_at_once);
	tcase_add_test(tcase, one_that_does_not_answer_is_told_when_it_does);
	tcase_add_test(tcase, an_admins_own_entry_stays_what_it_is);
	tcase_add_test(tcase, a_link_that_went_is_no_harm);
	tcase_add_test(tcase, a_change_among_lost_events_is_found);
	tcase_add_test(tcase, what_is_not_of_ipv4_wakes_nobody_up);
	tcase_add_test(tcase, watches_end_in_a_callback);
	return netns_run(suite);
}
