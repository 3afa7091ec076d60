/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A udev that the test plays: /run is the test's own directory, /sys too, and
 * the test listens to the kernel's uevents. (The real one: tests/vm.)
 */
#include "daemon/udev.h"

#include <check.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>

#include "base/text.h"
#include "daemon/monitor.h"
#include "resolver/resolver.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"
#include "tests/unit/scratch.h"

static struct job_host *host;
static struct udev *udev;
static uint32_t told; /* the device of the last call */
static unsigned n_told;

static void again(void *ctx, uint32_t ifindex)
{
	ck_assert_ptr_null(ctx);
	told = ifindex;
	n_told++;
}

static void bind_to(const char *name, const char *path)
{
	run("mkdir -p %s", scratch_path(name));
	ck_assert_int_eq(
	    mount(scratch_path(name), path, NULL, MS_BIND, NULL), 0);
}

static void set_up(void)
{
	scratch_open();
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	bind_to("run", "/run");
	bind_to("sys", "/sys");
}

static void tear_down(void)
{
	ck_assert_int_eq(umount2("/sys", MNT_DETACH), 0);
	ck_assert_int_eq(umount2("/run", MNT_DETACH), 0);
	scratch_close();
}

/* udev is there; its kernel socket lives as long as the test. */
static void start_udev(void)
{
	struct sockaddr_nl group = { .nl_family = AF_NETLINK,
		.nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
	    NETLINK_KOBJECT_UEVENT);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(
	    bind(fd, (struct sockaddr *)&group, sizeof(group)), 0);
	run("mkdir -p /run/udev");
	scratch_put("run/udev/control", "");
}

/* As udev writes it: aside, then in its place. */
static void write_data(const char *device, const char *text)
{
	char name[64];

	run("mkdir -p /run/udev/data");
	snprintf(name, sizeof(name), "/run/udev/data/n%u",
	    if_nametoindex(device));
	scratch_put("run/udev/data/.#new", text);
	ck_assert_int_eq(rename("/run/udev/data/.#new", name), 0);
}

static void begin(uint64_t limit_ms)
{
	host = job_host_open(NULL, NULL);
	ck_assert_int_eq(udev_open(job_host_host(host)->loop, limit_ms, again,
			     NULL, &udev),
	    0);
	run("ip link add c0 type bridge");
}

static void end(void)
{
	udev_close(udev);
	job_host_close(host);
}

static bool has(const char *device)
{
	return udev_has(udev, if_nametoindex(device), device);
}

static bool is_told(void *ctx)
{
	return told == if_nametoindex(ctx);
}

static void wait_for(const char *device)
{
	job_host_wait(host, is_told, (char *)device, device);
	told = 0;
}

START_TEST(without_udev_nothing_is_waited_for)
{
	begin(1000000);
	ck_assert(!has("c0"));
	end();
}
END_TEST

/* Its files are seen, too, but they are about other devices. */
START_TEST(the_udev_of_another_namespace_is_not_waited_for)
{
	struct udev_device device;

	run("mkdir -p /run/udev");
	scratch_put("run/udev/control", "");
	begin(1000000);
	write_data("c0", "I:1\nE:ID_PATH=pci-0000:00:03.0\n");
	ck_assert(!has("c0"));
	udev_read_device(udev, if_nametoindex("c0"), &device);
	ck_assert_str_eq(device.path, "");
	end();
}
END_TEST

START_TEST(with_a_read_only_sysfs_there_is_no_udev)
{
	start_udev();
	ck_assert_int_eq(mount(NULL, "/sys", NULL,
			     MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
	    0);
	begin(1000000);
	ck_assert(!has("c0"));
	end();
}
END_TEST

START_TEST(a_device_is_udevs_until_it_has_been_initialized)
{
	start_udev();
	begin(1000000);
	ck_assert(has("c0"));
	write_data("c0", "I:4711\nE:ID_RENAMING=1\n");
	wait_for("c0");
	ck_assert(has("c0"));
	write_data("c0", "I:4711\nE:ID_PROCESSING=1\n");
	wait_for("c0");
	ck_assert(has("c0"));
	/* Of which it knows nothing. */
	write_data("c0", "");
	wait_for("c0");
	ck_assert(!has("c0"));
	end();
}
END_TEST

START_TEST(one_that_udev_was_done_with_before_is_not_waited_for)
{
	start_udev();
	begin(1000000);
	write_data("c0", "I:4711\n");
	ck_assert(!has("c0"));
	/* Nobody is waited for: udev's other work wakes nobody. */
	ck_assert_int_eq(uv_loop_alive(job_host_host(host)->loop), 1);
	write_data("c0", "I:4712\n");
	for (int i = 0; i < 5; i++)
		job_host_turn(host);
	ck_assert_uint_eq(n_told, 0);
	end();
}
END_TEST

/* The event of the new name has not been read. */
START_TEST(done_with_under_another_name_it_is_waited_for_until_that_is_known)
{
	start_udev();
	begin(1000000);
	ck_assert(has("c0"));
	run("ip link set c0 name lan7");
	write_data("lan7", "I:4711\n");
	wait_for("lan7");
	ck_assert(udev_has(udev, if_nametoindex("lan7"), "c0"));
	ck_assert(!has("lan7"));
	end();
}
END_TEST

START_TEST(only_who_is_waited_for_is_told_of)
{
	start_udev();
	begin(1000000);
	run("ip link add c1 type bridge");
	write_data("lo", "I:1\n");
	ck_assert(has("c0") && has("c1"));
	write_data("lo", "I:2\n");
	write_data("c1", "I:1\n");
	wait_for("c1");
	ck_assert(!has("c1"));
	udev_forget(udev, if_nametoindex("c0"));
	ck_assert_uint_eq(n_told, 1);
	end();
}
END_TEST

START_TEST(a_udev_that_says_nothing_is_waited_for_until_the_limit)
{
	start_udev();
	begin(50);
	run("ip link add c1 type bridge");
	ck_assert(has("c0"));
	wait_for("c0");
	ck_assert(!has("c0"));
	/* Each for itself. */
	ck_assert(has("c1"));
	wait_for("c1");
	ck_assert(!has("c1"));
	end();
}
END_TEST

START_TEST(udevs_properties_are_read_bounded)
{
	struct udev_device device;
	char text[400];

	memset(text, 'x', sizeof(text));
	memcpy(text, "I:1\nE:ID_PATH=", 14);
	text[sizeof(text) - 1] = '\0';
	start_udev();
	begin(1000000);
	write_data("c0", text);
	udev_read_device(udev, if_nametoindex("c0"), &device);
	ck_assert_uint_eq(strlen(device.path), sizeof(device.path) - 1);
	write_data("c0",
	    "I:1\nE:XID_PATH=no\nE:ID_PATH=pci-0000:00:03.0\n"
	    "E:ID_VENDOR_FROM_DATABASE=Intel Corporation\n"
	    "E:ID_MODEL_FROM_DATABASE=82574L");
	udev_read_device(udev, if_nametoindex("c0"), &device);
	ck_assert_str_eq(device.path, "pci-0000:00:03.0");
	ck_assert_str_eq(device.vendor_name, "Intel Corporation");
	ck_assert_str_eq(device.model_name, "82574L");
	end();
}
END_TEST

/* ---- the monitor ---- */

static struct text lines;

static void on_added(void *ctx, const struct device *device)
{
	(void)ctx;
	text_printf(&lines, "added %s %s\n", device->key, device->name);
}

static void on_changed(void *ctx, const struct device *device)
{
	(void)ctx;
	text_printf(&lines, "changed %s %s\n", device->key, device->name);
}

static void on_removed(void *ctx, const char *key)
{
	(void)ctx;
	text_printf(&lines, "removed %s\n", key);
}

static const char *maker(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "made0") ? NULL : "a-node";
}

static bool is_said(void *ctx)
{
	return lines.data && strstr(lines.data, ctx);
}

static struct monitor *open_monitor(void)
{
	struct monitor_events events = { .added = on_added,
		.changed = on_changed, .removed = on_removed,
		.maker = maker };
	struct monitor *monitor;

	ck_assert_int_eq(monitor_open(job_host_host(host)->loop,
			     job_host_host(host)->rtnl, &events, &monitor),
	    0);
	return monitor;
}

START_TEST(a_card_appears_when_udev_is_done_under_its_final_name)
{
	struct monitor *monitor;
	struct device *devices;
	size_t n;

	start_udev();
	write_data("lo", "I:1\n");
	run("ip link add early type bridge");
	host = job_host_open(NULL, NULL);
	monitor = open_monitor();
	/* Of those that were there before, as well. */
	devices = monitor_devices(monitor, &n);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(devices[0].name, "lo");
	free(devices);
	run("ip link add eth0 type bridge");
	run("ip link add gone type bridge");
	run("ip link set eth0 name enp3s0");
	write_data("early", "I:2\n");
	job_host_wait(host, is_said, "added early early\n", "early");
	write_data("enp3s0", "I:3\n");
	job_host_wait(host, is_said, "added enp3s0 enp3s0\n", "enp3s0");
	run("ip link del gone");
	/* What a node makes is there at once. */
	run("ip link add made0 type bridge");
	job_host_wait(host, is_said, "added made0 made0\n", "made0");
	ck_assert_str_eq(lines.data,
	    "added early early\nadded enp3s0 enp3s0\nadded made0 made0\n");
	text_clear(&lines);
	monitor_close(monitor);
	job_host_close(host);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("udev");
	TCase *tcase = netns_case(suite, "udev");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, without_udev_nothing_is_waited_for);
	tcase_add_test(
	    tcase, the_udev_of_another_namespace_is_not_waited_for);
	tcase_add_test(tcase, with_a_read_only_sysfs_there_is_no_udev);
	tcase_add_test(
	    tcase, a_device_is_udevs_until_it_has_been_initialized);
	tcase_add_test(
	    tcase, one_that_udev_was_done_with_before_is_not_waited_for);
	tcase_add_test(tcase,
	    done_with_under_another_name_it_is_waited_for_until_that_is_known);
	tcase_add_test(tcase, only_who_is_waited_for_is_told_of);
	tcase_add_test(
	    tcase, a_udev_that_says_nothing_is_waited_for_until_the_limit);
	tcase_add_test(tcase, udevs_properties_are_read_bounded);
	tcase_add_test(tcase,
	    a_card_appears_when_udev_is_done_under_its_final_name);
	return netns_run(suite);
}
