/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is read of sysfs: of cards on several buses, as the kernel shows them,
 * in a tree of the test's own that is mounted over /sys.
 */
#include <check.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/sysfs.h"
#include "tests/unit/netns.h"
#include "tests/unit/scratch.h"

#define USB "devices/pci0000:00/0000:00:1c.0/0000:02:00.0"

static struct sysfs_device device;

/* Makes the directory, and those above it, in the tree. */
static void folder(const char *path)
{
	run("mkdir -p %s", scratch_path(path));
}

static void link_to(const char *path, const char *target)
{
	ck_assert_int_eq(symlink(target, scratch_path(path)), 0);
}

/* A card's folder in class/net, with its number. */
static void card(const char *name, const char *ifindex)
{
	_cleanup_(text_clear) struct text path = { 0 };

	text_printf(&path, "class/net/%s", name);
	folder(path.data);
	text_append(&path, "/ifindex");
	scratch_put(path.data, ifindex);
}

static void set_up(void)
{
	scratch_open();
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	folder("class/net");
	ck_assert_int_eq(
	    mount(scratch_path(NULL), "/sys", NULL, MS_BIND, NULL), 0);
}

static void tear_down(void)
{
	ck_assert_int_eq(umount2("/sys", MNT_DETACH), 0);
	scratch_close();
}

START_TEST(a_pci_card_is_known_by_its_slot)
{
	card("enp0s3", "2\n");
	folder("bus/pci");
	folder("drivers/e1000e");
	folder("devices/pci0000:00/0000:00:03.0");
	link_to("devices/pci0000:00/0000:00:03.0/subsystem", "/sys/bus/pci");
	link_to("devices/pci0000:00/0000:00:03.0/driver",
	    "/sys/drivers/e1000e");
	scratch_put("devices/pci0000:00/0000:00:03.0/vendor", "0x8086\n");
	scratch_put("devices/pci0000:00/0000:00:03.0/device", "0x10d3\n");
	link_to("class/net/enp0s3/device",
	    "/sys/devices/pci0000:00/0000:00:03.0");
	sysfs_read_device("enp0s3", 2, &device);
	ck_assert_str_eq(device.path, "pci-0000:00:03.0");
	ck_assert_str_eq(device.driver, "e1000e");
	ck_assert_str_eq(device.vendor, "0x8086");
	ck_assert_str_eq(device.model, "0x10d3");
	ck_assert_str_eq(device.devtype, "");
	ck_assert(!device.is_wireless);
}
END_TEST

START_TEST(a_virtio_card_is_known_by_its_parents_slot)
{
	card("eth0", "3\n");
	folder("bus/pci");
	folder("bus/virtio");
	folder("devices/0000:00:05.0/virtio1");
	link_to("devices/0000:00:05.0/subsystem", "/sys/bus/pci");
	link_to("devices/0000:00:05.0/virtio1/subsystem", "/sys/bus/virtio");
	link_to("class/net/eth0/device", "/sys/devices/0000:00:05.0/virtio1");
	sysfs_read_device("eth0", 3, &device);
	ck_assert_str_eq(device.path, "pci-0000:00:05.0");
}
END_TEST

START_TEST(a_usb_card_has_the_vendor_of_the_device_around_it)
{
	card("usb0", "4\n");
	folder("bus/usb");
	folder("bus/pci");
	folder(USB "/usb1/1-1.4/1-1.4:1.0");
	scratch_put(USB "/usb1/1-1.4/idVendor", "0bda\n");
	scratch_put(USB "/usb1/1-1.4/idProduct", "8153\n");
	scratch_put(USB "/usb1/1-1.4/manufacturer", "Realtek\n");
	scratch_put(USB "/usb1/1-1.4/product", "USB 10/100 LAN\n");
	link_to("devices/pci0000:00/0000:00:1c.0/subsystem", "/sys/bus/pci");
	link_to(USB "/subsystem", "/sys/bus/pci");
	link_to(USB "/usb1/subsystem", "/sys/bus/usb");
	link_to(USB "/usb1/1-1.4/subsystem", "/sys/bus/usb");
	link_to(USB "/usb1/1-1.4/1-1.4:1.0/subsystem", "/sys/bus/usb");
	link_to("class/net/usb0/device",
	    "/sys/" USB "/usb1/1-1.4/1-1.4:1.0");
	sysfs_read_device("usb0", 4, &device);
	/* Its controller, not the bridge above that; and no bus numbers. */
	ck_assert_str_eq(device.path, "pci-0000:02:00.0-usb-0:1.4:1.0");
	ck_assert_str_eq(device.vendor, "0bda");
	ck_assert_str_eq(device.model, "8153");
	ck_assert_str_eq(device.vendor_name, "Realtek");
	ck_assert_str_eq(device.model_name, "USB 10/100 LAN");
}
END_TEST

START_TEST(a_card_of_a_board_is_known_by_its_name_there)
{
	card("end0", "8\n");
	folder("bus/platform");
	folder("devices/platform/soc/fd580000.ethernet");
	link_to("devices/platform/soc/subsystem", "/sys/bus/platform");
	link_to("devices/platform/soc/fd580000.ethernet/subsystem",
	    "/sys/bus/platform");
	link_to("class/net/end0/device",
	    "/sys/devices/platform/soc/fd580000.ethernet");
	sysfs_read_device("end0", 8, &device);
	ck_assert_str_eq(device.path, "platform-fd580000.ethernet");
}
END_TEST

START_TEST(a_wireless_card_is_seen_by_either_folder)
{
	card("wlan0", "5\n");
	folder("class/net/wlan0/phy80211");
	scratch_put("class/net/wlan0/uevent",
	    "INTERFACE=wlan0\nDEVTYPE=wlan\nIFINDEX=5\n");
	sysfs_read_device("wlan0", 5, &device);
	ck_assert(device.is_wireless);
	ck_assert_str_eq(device.devtype, "wlan");
	card("wlan1", "6\n");
	folder("class/net/wlan1/wireless");
	sysfs_read_device("wlan1", 6, &device);
	ck_assert(device.is_wireless);
	ck_assert_str_eq(device.devtype, "");
}
END_TEST

START_TEST(devtype_is_a_line_of_its_own)
{
	card("a", "7\n");
	scratch_put("class/net/a/uevent", "XDEVTYPE=wlan\n");
	sysfs_read_device("a", 7, &device);
	ck_assert_str_eq(device.devtype, "");
	scratch_put("class/net/a/uevent", "DEVTYPE=wwan");
	sysfs_read_device("a", 7, &device);
	ck_assert_str_eq(device.devtype, "wwan");
	scratch_put("class/net/a/uevent", "DEVTYPE=bridge-of-a-long-name\n");
	sysfs_read_device("a", 7, &device);
	ck_assert_str_eq(device.devtype, "bridge-of-a-lon");
}
END_TEST

/* /sys may be another namespace's. */
START_TEST(a_card_of_another_number_is_not_believed)
{
	card("eth0", "3\n");
	folder("class/net/eth0/wireless");
	sysfs_read_device("eth0", 4, &device);
	ck_assert(!device.is_wireless);
	card("eth0", "");
	sysfs_read_device("eth0", 3, &device);
	ck_assert(!device.is_wireless);
	card("eth0", "3\n");
	sysfs_read_device("eth0", 3, &device);
	ck_assert(device.is_wireless);
}
END_TEST

START_TEST(what_is_too_long_is_cut)
{
	_cleanup_(text_clear) struct text lines = { 0 };

	card("eth0", "3\n");
	folder("devices/odd");
	link_to("class/net/eth0/device", "/sys/devices/odd");
	for (int i = 0; i < 1000; i++)
		text_append(&lines, "0123456789");
	scratch_put("devices/odd/vendor", lines.data);
	scratch_put("class/net/eth0/uevent", lines.data);
	sysfs_read_device("eth0", 3, &device);
	ck_assert_uint_eq(strlen(device.vendor), sizeof(device.vendor) - 1);
	ck_assert_str_eq(device.devtype, "");
	ck_assert_str_eq(device.path, "");
}
END_TEST

/* It would not be sysfs; reading must not wait for a writer. */
START_TEST(a_pipe_holds_nobody_up)
{
	card("eth0", "3\n");
	ck_assert_int_eq(
	    mkfifo(scratch_path("class/net/eth0/uevent"), 0600), 0);
	sysfs_read_device("eth0", 3, &device);
	ck_assert_str_eq(device.devtype, "");
}
END_TEST

START_TEST(without_sysfs_nothing_is_known)
{
	memset(&device, 'x', sizeof(device));
	sysfs_read_device("nosuch0", 1, &device);
	ck_assert_str_eq(device.devtype, "");
	ck_assert_str_eq(device.driver, "");
	ck_assert_str_eq(device.path, "");
	ck_assert_str_eq(device.vendor, "");
	ck_assert_str_eq(device.model, "");
	ck_assert(!device.is_wireless);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sysfs");
	TCase *tcase = netns_case(suite, "sysfs");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_pci_card_is_known_by_its_slot);
	tcase_add_test(tcase, a_virtio_card_is_known_by_its_parents_slot);
	tcase_add_test(
	    tcase, a_usb_card_has_the_vendor_of_the_device_around_it);
	tcase_add_test(
	    tcase, a_card_of_a_board_is_known_by_its_name_there);
	tcase_add_test(tcase, a_wireless_card_is_seen_by_either_folder);
	tcase_add_test(tcase, devtype_is_a_line_of_its_own);
	tcase_add_test(tcase, a_card_of_another_number_is_not_believed);
	tcase_add_test(tcase, what_is_too_long_is_cut);
	tcase_add_test(tcase, a_pipe_holds_nobody_up);
	tcase_add_test(tcase, without_sysfs_nothing_is_known);
	return netns_run(suite);
}
