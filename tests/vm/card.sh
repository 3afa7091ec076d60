#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Under the second kernel (tests/vm/run.sh --cards): plugs a card in, or pulls
# it. All are on one cable, with the card that is there from the start
# (52:54:00:00:00:01).
#
#   tests/vm/card.sh plug ID MAC MODEL SLOT    MODEL: virtio-net-pci, rtl8139;
#                                              SLOT: 1, 2, 3
#   tests/vm/card.sh pull ID
set -u

# The port to QEMU's monitor. (udev would link its name in /dev/virtio-ports.)
port()
{
	local name
	for name in /sys/class/virtio-ports/*/name; do
		[ "$(cat "$name" 2>/dev/null)" != monitor ] || {
			name=${name%/name}
			echo "/dev/${name##*/}"
		}
	done
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

busybox=$("$(dirname "$0")/../install" vm-path)/usr/bin/busybox
"$busybox" modprobe virtio_console
exec 3<>"$(port)" || exit
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
	ask '{"execute":"device_del","arguments":{"id":"'"$2"'"}}'
	;;
esac
