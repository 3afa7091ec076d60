/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/monitor.h"

#include <check.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "daemon/sysfs.h"
#include "providers/support/rtnl-internal.h"
#include "resolver/resolver.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

/* What the monitor said, a line each: "added KEY NAME TYPE MAC". */
struct told {
	struct text text;
	const char *awaited;
};

static struct job_host *host;
static struct monitor *monitor;
static struct told told;

static void tell(void *ctx, const char *what, const struct device *device)
{
	struct told *t = ctx;

	text_printf(&t->text, "%s %s %s %s %s\n", what, device->key,
	    device->name, device->type ? device->type : "-",
	    device->mac ? device->mac : "-");
	ck_assert_uint_eq(device->ifindex, if_nametoindex(device->name));
	ck_assert_ptr_null(device->maker);
}

static void added(void *ctx, const struct device *device)
{
	tell(ctx, "added", device);
}

static void changed(void *ctx, const struct device *device)
{
	tell(ctx, "changed", device);
}

static void removed(void *ctx, const char *key)
{
	text_printf(&((struct told *)ctx)->text, "removed %s\n", key);
}

static void open_monitor(void)
{
	struct monitor_events events = {
		.added = added,
		.changed = changed,
		.removed = removed,
		.ctx = &told,
	};

	host = job_host_open(NULL, NULL);
	ck_assert_int_eq(monitor_open(job_host_host(host)->loop,
			     job_host_host(host)->rtnl, &events, &monitor),
	    0);
}

static void close_all(void)
{
	monitor = monitor_close(monitor);
	job_host_close(host);
	text_clear(&told.text);
}

static bool was_told(void *ctx)
{
	struct told *t = ctx;

	return t->text.data && strstr(t->text.data, t->awaited);
}

/* Waits until that has been told, and forgets all that was. */
static void expect(const char *what)
{
	told.awaited = what;
	job_host_wait(host, was_told, &told, what);
	text_clear(&told.text);
}

static const struct device *find(
    const struct device *devices, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(devices[i].name, name))
			return &devices[i];
	ck_abort_msg("no device %s", name);
	return NULL;
}

START_TEST(what_is_there_is_listed_and_not_announced)
{
	struct device *devices;
	size_t n;

	run("ip link add c0 type veth peer name r0 netns %d",
	    (int)netns_other());
	run("ip link add v0 type veth peer name v1");
	run("ip link add b0 type bridge");
	open_monitor();
	devices = monitor_devices(monitor, &n);
	ck_assert_uint_eq(n, 5);
	ck_assert_ptr_null(told.text.data);
	ck_assert_str_eq(find(devices, n, "lo")->type, "loopback");
	ck_assert_str_eq(find(devices, n, "b0")->type, "bridge");
	/* Both ends here: what it is. The other end elsewhere: a card. */
	ck_assert_str_eq(find(devices, n, "v0")->type, "veth");
	ck_assert_str_eq(find(devices, n, "c0")->type, "ethernet");
	ck_assert_str_eq(find(devices, n, "c0")->key, "c0");
	for (size_t i = 1; i < n; i++)
		ck_assert_uint_gt(devices[i].ifindex, devices[i - 1].ifindex);
	free(devices);
	close_all();
}
END_TEST

START_TEST(a_card_that_moves_in_is_renamed_and_moves_out)
{
	pid_t other = netns_other();

	open_monitor();
	run_in(other,
	    "ip link add c0 address 02:00:00:00:00:0A type veth peer name r0");
	run_in(other, "ip link set c0 netns %d", (int)getpid());
	expect("added c0 c0 ethernet 02:00:00:00:00:0a\n");
	run("ip link set c0 name lan7");
	expect("changed c0 lan7 ethernet 02:00:00:00:00:0a\n");
	run("ip link set lan7 netns %d", (int)other);
	expect("removed c0\n");
	close_all();
}
END_TEST

/* The kernel announces this end before it has tied it to the other. */
START_TEST(a_card_that_is_made_here_with_its_end_elsewhere_is_a_card)
{
	pid_t other = netns_other();

	open_monitor();
	run_in(other,
	    "ip link add r0 type veth peer name c0 address 02:00:00:00:00:0A "
	    "netns %d",
	    (int)getpid());
	expect("added c0 c0 ethernet 02:00:00:00:00:0a\n");
	close_all();
}
END_TEST

START_TEST(a_veth_with_both_ends_here_is_a_veth)
{
	open_monitor();
	run("ip link add v0 type veth peer name v1");
	told.awaited = "added v1 v1 veth";
	job_host_wait(host, was_told, &told, "v1");
	expect("added v0 v0 veth");
	close_all();
}
END_TEST

START_TEST(a_name_that_is_still_a_key_gets_its_number)
{
	char line[64];

	run("ip link add c0 type bridge");
	open_monitor();
	run("ip link set c0 name old");
	expect("changed c0 old bridge");
	run("ip link add c0 type bridge");
	snprintf(line, sizeof(line), "added c0.%u c0 bridge",
	    if_nametoindex("c0"));
	expect(line);
	snprintf(line, sizeof(line), "removed c0.%u\n", if_nametoindex("c0"));
	run("ip link del c0");
	expect(line);
	run("ip link del old");
	expect("removed c0\n");
	run("ip link add c0 type bridge");
	expect("added c0 c0 bridge");
	close_all();
}
END_TEST

/* Events are lost until lose_no_more(). */
static void lose_events(void)
{
	struct rtnl *rtnl = job_host_host(host)->rtnl;
	int smallest = 1;

	ck_assert_int_eq(setsockopt(rtnl->event_fd, SOL_SOCKET, SO_RCVBUF,
			     &smallest, sizeof(smallest)), 0);
	uv_poll_stop(&rtnl->event_poll);
	for (int i = 0; i < 4; i++)
		run("ip link set lo mtu %d", 60000 + i);
	run("ip link set lo mtu 65536");
}

static void lose_no_more(void)
{
	struct rtnl *rtnl = job_host_host(host)->rtnl;

	uv_poll_start(&rtnl->event_poll, UV_READABLE, rtnl_on_event);
}

/* The dump tells of the new one, and only its end that the old one is gone. */
START_TEST(a_device_made_anew_while_events_were_lost_has_its_name)
{
	run("ip link add m0 type bridge");
	open_monitor();
	lose_events();
	run("ip link del m0");
	run("ip link add m0 type bridge");
	lose_no_more();
	expect("removed m0\nadded m0 m0 bridge ");
	ck_assert_uint_gt(job_host_host(host)->rtnl->n_overruns, 0);
	close_all();
}
END_TEST

/* What was lost is not yet asked for, and more is told: the kernel goes on
 * as soon as all that it kept has been read. */
START_TEST(a_device_made_anew_before_the_dump_has_its_name)
{
	struct rtnl *rtnl;
	char event[8192];

	run("ip link add m0 type bridge");
	open_monitor();
	rtnl = job_host_host(host)->rtnl;
	uv_poll_stop(&rtnl->event_poll);
	run("ip link del m0");
	while (recv(rtnl->event_fd, event, sizeof(event), MSG_DONTWAIT) > 0)
		;
	rtnl_need_dump(rtnl, 1u << RTNL_LINKS);
	run("ip link add m0 type bridge");
	lose_no_more();
	expect("removed m0\nadded m0 m0 bridge ");
	close_all();
}
END_TEST

/* Each has, in the dump, the name by which the other is still known. */
START_TEST(names_exchanged_while_events_were_lost_are_told)
{
	run("ip link add m0 address 02:00:00:00:00:01 type bridge");
	run("ip link add m1 address 02:00:00:00:00:02 type bridge");
	open_monitor();
	lose_events();
	run("ip link set m0 name m2");
	run("ip link set m1 name m0");
	run("ip link set m2 name m1");
	lose_no_more();
	expect("changed m0 m1 bridge 02:00:00:00:00:01\n"
	       "changed m1 m0 bridge 02:00:00:00:00:02\n");
	ck_assert_uint_gt(job_host_host(host)->rtnl->n_overruns, 0);
	close_all();
}
END_TEST

START_TEST(flags_and_carrier_are_no_change_of_a_device)
{
	open_monitor();
	run("ip link add c0 type bridge");
	expect("added c0");
	run("ip link set c0 up");
	run("ip link set c0 mtu 1400");
	run("ip link set c0 down");
	run("ip link add c1 type bridge");
	told.awaited = "added c1";
	job_host_wait(host, was_told, &told, "c1");
	ck_assert_ptr_null(strstr(told.text.data, "changed"));
	close_all();
}
END_TEST

START_TEST(sysfs_of_another_device_with_the_name_is_not_believed)
{
	struct sysfs_device device;

	/* lo is there in every view of sysfs; its number is 1. */
	sysfs_read_device("lo", 4711, &device);
	ck_assert_str_eq(device.devtype, "");
	ck_assert_str_eq(device.driver, "");
	sysfs_read_device("nosuch0", 1, &device);
	ck_assert_str_eq(device.path, "");
	sysfs_read_device("lo", 1, &device);
	ck_assert(!device.is_wireless);
	ck_assert_str_eq(device.driver, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("monitor");
	TCase *tcase = netns_case(suite, "monitor");

	tcase_add_test(tcase, what_is_there_is_listed_and_not_announced);
	tcase_add_test(tcase, a_card_that_moves_in_is_renamed_and_moves_out);
	tcase_add_test(tcase,
	    a_card_that_is_made_here_with_its_end_elsewhere_is_a_card);
	tcase_add_test(tcase, a_veth_with_both_ends_here_is_a_veth);
	tcase_add_test(tcase, a_name_that_is_still_a_key_gets_its_number);
	tcase_add_test(
	    tcase, a_device_made_anew_while_events_were_lost_has_its_name);
	tcase_add_test(
	    tcase, a_device_made_anew_before_the_dump_has_its_name);
	tcase_add_test(
	    tcase, names_exchanged_while_events_were_lost_are_told);
	tcase_add_test(tcase, flags_and_carrier_are_no_change_of_a_device);
	tcase_add_test(
	    tcase, sysfs_of_another_device_with_the_name_is_not_believed);
	return netns_run(suite);
}
