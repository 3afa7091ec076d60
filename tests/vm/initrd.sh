#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The second kernel's first program, in its initial RAM disk: makes the
# machine's files the root file system, changes being kept in memory, and goes
# on with guest.sh. tests/vm/run.sh says in the environment where things are:
# VM_RUN is the directory that both kernels write to, VM_FILES what
# tests/install has unpacked.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
for module in virtio_pci 9pnet_virtio 9p overlay; do
	modprobe "$module" || echo "initrd: no module $module"
done
options=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o ro,cache=loose,$options machine /machine &&
	mount -t tmpfs tmpfs /changes &&
	mkdir /changes/upper /changes/work &&
	mount -t overlay -o \
		lowerdir=/machine,upperdir=/changes/upper,workdir=/changes/work \
		overlay /root &&
	mount -t 9p -o cache=none,$options run "/root$VM_RUN/share" ||
	poweroff -f
umount /proc
exec switch_root /root /bin/bash "$VM_RUN/share/guest.sh"
