#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The second kernel's process 1, when it sees the machine's files (after
# initrd.sh): the file systems that every system has, the kernel's modules,
# then the command, and off.
share=$VM_RUN/share
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mount_all()
{
	mount -t proc proc /proc &&
		mount -t sysfs sysfs /sys &&
		mount -t devtmpfs devtmpfs /dev &&
		mkdir -p /dev/pts /dev/shm &&
		ln -s /proc/self/fd /dev/fd &&
		ln -s fd/0 /dev/stdin &&
		ln -s fd/1 /dev/stdout &&
		ln -s fd/2 /dev/stderr &&
		mount -t devpts devpts /dev/pts &&
		mount -t tmpfs -o mode=1777 tmpfs /dev/shm &&
		mount -t tmpfs -o mode=755 tmpfs /run &&
		mkdir -p /run/lock /run/netns
}

# The kernel asks for a module by running modprobe; that of busybox can read
# the index that tests/install has made.
offer_modules()
{
	mkdir -p /lib/modules &&
		ln -sfn "$VM_FILES/usr/lib/modules/$(uname -r)" \
			"/lib/modules/$(uname -r)" &&
		ln -s "$VM_FILES/usr/bin/busybox" /run/modprobe &&
		echo /run/modprobe >/proc/sys/kernel/modprobe
}

if mount_all && offer_modules && ip link set lo up; then
	setsid bash "$share/command" </dev/null \
		>>"$share/stdout" 2>>"$share/stderr"
	echo $? >"$share/status"
fi
"$VM_FILES/usr/bin/busybox" poweroff -f
