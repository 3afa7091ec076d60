/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sysfs says of the hardware behind a network device. It may be mounted
 * for another network namespace, where the same name is another device, and
 * what it says comes from devices: so the number is compared, reads are
 * bounded, and the texts are used for matching and showing only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sysfs_device {
	char devtype[16]; /* DEVTYPE of its uevent: wlan, wwan; or "" */
	bool is_wireless; /* it has a phy80211 or wireless folder */
	char driver[64];  /* "" where not known; so the others */
	/* Where it is plugged in: pci-0000:00:03.0, or
	 * pci-0000:00:14.0-usb-0:1:1.0 */
	char path[128];
	char vendor[32], model[32]; /* as the bus writes them: 0x8086 */
	char vendor_name[64], model_name[64]; /* that USB devices tell */
};

/* Fills in what is known; all empty when sysfs does not show the device. */
void sysfs_read_device(
    const char *name, uint32_t ifindex, struct sysfs_device *ret);
