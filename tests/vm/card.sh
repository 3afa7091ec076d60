#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Under the second kernel (tests/vm/run.sh --cards): plugs a card in, or pulls
# it, without asking the kernel to let it go. All are on one cable, with the card
# that is there from the start (52:54:00:00:00:01).
#
#   tests/vm/card.sh plug ID MAC MODEL SLOT    MODEL: virtio-net-pci, rtl8139,
#                                              vmxnet3; SLOT: 1, 2, 3
#   tests/vm/card.sh pull DEVICE
set -u

# The port to QEMU's monitor. (udev would link its name in /dev/virtio-ports.)
# QEMU names it when the driver has asked it to: some time after that is loaded.
port()
{
	local name try
	for ((try = 0; try < 200; try++)); do
		for name in /sys/class/virtio-ports/*/name; do
			[ "$(cat "$name" 2>/dev/null)" = monitor ] || continue
			name=${name%/name}
			echo "/dev/${name##*/}"
			return
		done
		sleep 0.1
	done
	echo 'card.sh: no port is named monitor' >&2
	return 1
}

# ask JSON: until QEMU has done it; it says what else happens meanwhile.
ask()
{
	local line
	printf '%s\n' "$1" >&3
	while IFS= read -r -t 20 -u 3 line; do
		case $line in
		*'"return"'*) return 0 ;;
		*'"error"'*) break ;;
		esac
	done
	echo "card.sh: ${line:-QEMU does not answer}" >&2
	return 1
}

# The port (of a bridge) that a card is plugged into.
port_of()
{
	local at
	at=$(readlink -f "/sys/class/net/$1/device") || return
	until [ "$(cat "$at/class" 2>/dev/null)" = 0x060400 ]; do
		at=${at%/*}
		[ -n "$at" ] || return
	done
	echo "$at"
}

# Takes the power from a port, behind the kernel's back (without interrupts,
# HPIE): QEMU then removes what is plugged in. With the power on again, an
# interrupt tells the kernel that nothing is there any more (PDCE). (Told to
# remove a device, QEMU asks the kernel first.)
cut_off()
{
	local config at control
	mapfile -t config < <(od -An -v -tu1 -w1 "$1/config")
	# The capability of PCI Express is number 16; in it, the register that
	# controls the slot is at 0x18: PCC and PIC are for power and its lamp.
	at=$((config[0x34]))
	until ((config[at] == 16)); do
		at=$((config[at + 1]))
		[ $at != 0 ] || return
	done
	at=$((at + 0x18))
	control=$((config[at] | config[at + 1] << 8))
	set_control "$1" $at $((control & ~0x020 | 0x700)) &&
		set_control "$1" $at $((control | 0x028))
}

# set_control PORT OFFSET VALUE: 16 bits of its configuration space
set_control()
{
	printf '%b' "$(printf '\\x%02x\\x%02x' $(($3 & 255)) $(($3 >> 8)))" |
		dd of="$1/config" bs=2 seek=$(($2 / 2)) conv=notrunc status=none
}

busybox=$("$(dirname "$0")/../install" vm-path)/usr/bin/busybox
"$busybox" modprobe virtio_console
port=$(port) && exec 3<>"$port" || exit
ask '{"execute":"qmp_capabilities"}' 2>/dev/null
case $1 in
plug)
	driver=${4/#virtio-net-pci/virtio_net}
	"$busybox" modprobe "${driver/#rtl8139/8139cp}"
	ask '{"execute":"netdev_add","arguments":{"type":"hubport",
		"id":"'"net-$2"'","hubid":0}}' &&
		ask '{"execute":"device_add","arguments":{"driver":"'"$4"'",
			"id":"'"$2"'","netdev":"'"net-$2"'","mac":"'"$3"'",
			"bus":"'"slot$5"'","romfile":""}}'
	;;
pull)
	cut_off "$(port_of "$2")"
	;;
esac
