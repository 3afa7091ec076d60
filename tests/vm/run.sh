#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs a command as root under a second kernel: Debian's own, with all its
# modules, in QEMU (emulated: nothing of the machine is needed but time).
#
#   tests/vm/run.sh [OPTION...] -- COMMAND [ARGUMENT...]
#
#     --timeout SECONDS   the longest that all may take (120)
#     --memory SIZE       of the guest (1G)
#     --cpus N            of the guest (1)
#     --cards             with an Ethernet card, and places for others, which
#                         tests/vm/card.sh plugs in and pulls
#     --console           shows the kernel's messages, on stderr
#     --tap               where there can be no second kernel, says so as TAP
#
# The command finds this machine's files, its own environment and directory as
# they are here. What it writes is gone when it ends; /run and /dev are the
# guest's own. There is no network but what it makes. Its output and its exit
# status are those of run.sh. Besides:
#
#   77    no second kernel here: why, on stderr (skipped, says automake)
#   124   it took too long
#   125   the second kernel did not come up, or died: its last words on stderr
#
# No process is left behind, however it ends.
set -u
here=$(cd "$(dirname "$0")" && pwd)
limit=120
memory=1G
cpus=1
console=
tap=
cards=()

usage()
{
	sed -n '6,14s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

say()
{
	echo "tests/vm/run.sh: $*" >&2
}

# Why not, in a few words; nothing where it can run.
obstacle()
{
	[ "$(uname -m)" = x86_64 ] ||
		echo "no second kernel for $(uname -m), only for x86_64"
	[ "$(id -u)" = 0 ] || echo 'needs root'
	[ -e "$vm/vmlinux" ] || echo 'no second kernel: run tests/install vm'
}

# What mounts the machine's files: busybox, init, a few modules.
make_initrd()
{
	local module modules version=${vm_modules##*/} root=$run/initrd.d
	local into=$root/lib/modules/$version
	mkdir -p "$into" "$root/bin" "$root/machine" "$root/changes" \
		"$root/root" "$root/proc" &&
		cp "$vm/usr/bin/busybox" "$root/bin/busybox" &&
		install "$here/initrd.sh" "$root/init" || return
	modules=$(grep -E '/(virtio_pci|9pnet_virtio|9p|overlay)\.ko:' \
		"$vm_modules/modules.dep" | tr -d : | tr ' ' '\n' | sort -u)
	for module in $modules; do
		grep "^$module:" "$vm_modules/modules.dep"
	done >"$into/modules.dep"
	(cd "$vm_modules" && cp --parents $modules "$into") || return
	(cd "$root" && find . | "$root/bin/busybox" cpio -o -H newc) \
		>"$run/initrd" 2>"$run/qemu"
}

# What the guest runs at the end: COMMAND as it would run here.
make_command()
{
	unset MAKEFLAGS MFLAGS MAKELEVEL
	export -p
	printf 'cd %q || exit 125\nexec' "$PWD"
	printf ' %q' "$@"
	echo
}

# It dies with its parent: timeout, and that one with this script.
qemu()
{
	exec env LD_LIBRARY_PATH="$vm/usr/lib/x86_64-linux-gnu" \
		setpriv --pdeathsig TERM timeout --kill-after=5 "$limit" \
		setpriv --pdeathsig KILL "$vm/usr/bin/qemu-system-x86_64" \
		-M q35 -accel tcg,tb-size=512 -cpu max,la57=off \
		-smp "$cpus" -m "$memory" \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$vm/vmlinux" -initrd "$run/initrd" \
		-append "$(kernel_arguments)" -serial "file:$run/console" \
		-virtfs "local,mount_tag=machine,path=/,security_model=none,readonly=on,multidevs=remap" \
		-virtfs "local,mount_tag=run,path=$run/share,security_model=none" \
		"${cards[@]}" \
		</dev/null >"$run/qemu" 2>&1
}

# What --cards is to QEMU. The guest talks to QEMU's monitor over a serial
# port: two pipes, each the one's input and the other's output. Cards come and
# go as PCI Express has it, not ACPI: only so can one go without being asked.
add_cards()
{
	local slot
	mkfifo "$run/from-guest" "$run/to-guest" &&
		ln -s to-guest "$run/port.in" &&
		ln -s from-guest "$run/port.out" &&
		ln -s from-guest "$run/monitor.in" &&
		ln -s to-guest "$run/monitor.out" || return
	cards=(-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off
		-device virtio-serial-pci
		-chardev "pipe,id=port,path=$run/port"
		-device virtserialport,chardev=port,name=monitor
		-chardev "pipe,id=monitor,path=$run/monitor"
		-mon chardev=monitor,mode=control
		-netdev hubport,id=own,hubid=0
		-device virtio-net-pci,netdev=own,romfile=,mac=52:54:00:00:00:01)
	for slot in 1 2 3; do
		cards+=(-device "pcie-root-port,id=slot$slot,chassis=$slot,slot=$slot")
	done
}

# A panic is a reboot, and a reboot is the end. Addresses are not random: at
# new ones QEMU translates a program anew, which makes each run of one three
# times as long. (What is not known to the kernel is init's environment.)
kernel_arguments()
{
	local verbose='quiet loglevel=4'
	[ -z "$console" ] || verbose=
	echo "console=ttyS0 $verbose panic=-1 mitigations=off nokaslr" \
		"norandmaps tsc=reliable random.trust_cpu=on" \
		"VM_RUN=$run VM_FILES=$vm"
}

# follow FILE: what the guest writes into it, until QEMU ends
follow()
{
	exec tail -c +1 -f -s 0.1 --pid="$qemu" "$1" 2>/dev/null
}

cleanup()
{
	[ -z "${qemu:-}" ] || {
		kill "$qemu"
		wait "$qemu"
	} 2>/dev/null
	rm -rf "$run"
}

while [ $# -gt 0 ]; do
	case $1 in
	--timeout) limit=${2:?} && shift ;;
	--memory) memory=${2:?} && shift ;;
	--cpus) cpus=${2:?} && shift ;;
	--cards) cards=(yes) ;;
	--console) console=yes ;;
	--tap) tap=yes ;;
	--) shift && break ;;
	*) usage ;;
	esac
	shift
done
[ $# -gt 0 ] || usage
vm=$("$here/../install" vm-path)
why=$(obstacle)
[ -z "$why" ] || {
	[ -z "$tap" ] || { echo "1..0 # SKIP ${why%%$'\n'*}"; exit 0; }
	say "${why%%$'\n'*}"
	exit 77
}
for vm_modules in "$vm"/usr/lib/modules/*; do :; done
run=$(mktemp -d /tmp/netconf-vm.XXXXXX)
trap cleanup EXIT
trap 'exit 143' TERM INT HUP
mkdir "$run/share"
: >"$run/share/stdout"
: >"$run/share/stderr"
: >"$run/console"
cp "$here/guest.sh" "$run/share"
(make_command "$@") >"$run/share/command"
make_initrd || {
	cat "$run/qemu" >&2
	say 'cannot make the initial RAM disk'
	exit 125
}
[ ${#cards[@]} = 0 ] || add_cards || {
	say 'cannot make pipes'
	exit 125
}
qemu &
qemu=$!
follow "$run/share/stdout" &
follow "$run/share/stderr" >&2 &
[ -z "$console" ] || follow "$run/console" >&2 &
wait "$qemu"
rc=$?
qemu=
wait
[ ! -s "$run/share/status" ] || exit "$(cat "$run/share/status")"
tail -q -n 30 "$run/console" "$run/qemu" >&2
[ $rc != 124 ] || {
	say "not done after $limit s"
	exit 124
}
say "the second kernel ended without a result (QEMU: $rc)"
exit 125
