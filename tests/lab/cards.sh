#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Real cards, on a real bus, with udev: one that nobody has seen before is
# plugged in and comes up under the name that udev gives it; it is pulled while
# it is in use. A bond of two cards, of which one is missing at first. Under the
# second kernel only: see tests/vm/cards.sh.
[ -n "${LAB_REAL_CARDS:-}" ] || {
	echo '1..0 # SKIP needs cards to plug in: see tests/vm/cards.sh'
	exit
}
. "$(dirname "$0")/lib.sh"
vm=$("$here/../install" vm-path)
[ -e "$vm/usr/bin/udevadm" ] || skip_all 'no udev: run tests/install vm'

# Instead of namespaces joined by veths: this one has the cards; the router has
# the far end of their cable.
lab_topology()
{
	ip netns attach client $$ && ip netns add router &&
		"$vm/usr/bin/busybox" modprobe virtio_net &&
		"$vm/usr/bin/busybox" modprobe bonding max_bonds=0 &&
		poll test -e /sys/class/net/eth0 &&
		ip link set eth0 netns router name srv &&
		ip -n router addr add 192.0.2.1/24 dev srv &&
		ip -n router addr add 198.51.100.1/24 dev srv &&
		ip -n router link set srv up
}

# udev, with Debian's rules for network devices.
start_udev()
{
	cp -a "$vm/usr/lib/udev" "$vm/usr/lib/systemd" /usr/lib/ &&
		cp -a "$vm/usr/bin/udevadm" /usr/bin/ || return
	in_background client udev \
		env LD_LIBRARY_PATH="$vm/usr/lib/x86_64-linux-gnu" \
		/usr/lib/systemd/systemd-udevd
	poll test -S /run/udev/control &&
		LD_LIBRARY_PATH="$vm/usr/lib/x86_64-linux-gnu" \
			udevadm trigger --action=add --subsystem-match=net &&
		poll test -e /run/udev/data/n1
}

card()
{
	"$here/../vm/card.sh" "$@"
}

# The name of the card with that address.
name_of()
{
	ip -o link | grep -v bond0: | grep "$1" | awk -F': ' '{ print $2 }'
}

# carries DEVICE: what stands on the uplink is over that one
carries()
{
	ip -d -o link show carried | grep -q " dev $1 "
}

# wakes DEVICE: a magic packet to it would wake the machine
wakes()
{
	ethtool "$1" | grep -q 'Wake-on: g'
}

down_and_up()
{
	ip link set "$1" down && ip link set "$1" up
}

# The other end of what is carried.
far_end()
{
	ip -n router link add vx7 type vxlan id 7 dstport 4789 \
		local 198.51.100.1 &&
		ip -n router addr add 10.7.0.1/24 dev vx7 &&
		ip -n router link set vx7 up
}

# What is configured; under whatever number a device has been made anew.
configured()
{
	dump | sed 's/^[0-9]*: //' | sort
}

# as_in RECORDING: what is configured is as it was then
as_in()
{
	poll eval "configured | cmp - '$LAB/$1'" ||
		diff "$LAB/$1" <(configured)
}

# The kernel has found that its addresses are nobody else's.
all_found()
{
	! dump | grep -q ' tentative'
}

lab_begin
configured >$LAB/before
ok 'udev runs' start_udev
start_dnsmasq || bail_out 'no dnsmasq'
ok 'there is a far end' far_end
ok 'one card of the bond is there' \
	card plug right 52:54:00:00:00:12 virtio-net-pci 1
ok 'it has appeared' poll name_of 52:54:00:00:00:12
cat >$LAB/profile.yaml <<'YAML'
version: 1
nodes:
  left: { kind: link, match: { mac: 52:54:00:00:00:13 } }
  right: { kind: link, match: { mac: 52:54:00:00:00:12 } }
  bond0:
    kind: bond
    ports: [left, right]
    mode: active-backup
    primary: left
    start: auto
  static: { kind: address, over: bond0, addresses: 198.51.100.7/24, start: auto }
  wired:
    kind: link
    match: { driver: 8139cp, path: "pci-*" }
    wake-on-lan: magic
    start: hotplug
  waking:
    kind: link
    match: { driver: vmxnet3 }
    wake-on-lan: [unicast, magic]
  lan: { kind: dhcp, over: wired, start: hotplug }
  uplink: { kind: any, of: [lan, static] }
  carried:
    kind: vxlan
    over: uplink
    id: 7
    remote: 198.51.100.1
    mac: 02:00:00:00:07:01
  way: { kind: route, over: uplink, to: 10.9.0.0/24, start: auto }
  inside: { kind: address, over: carried, addresses: 10.7.0.2/24, start: auto }
YAML
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'the bond is up with the one card that is there' reaches static up
ok 'and carries traffic' poll ping -c 1 -W 5 198.51.100.1
ok 'also that of what stands on it' reaches inside up
ok 'as the far end sees' poll ping -c 1 -W 5 10.7.0.1
poll all_found || bail_out 'an address is tentative'
configured >$LAB/without

mark
ok 'a card that nobody has seen is plugged in' \
	card plug new 52:54:00:00:00:11 rtl8139 2
ok 'it gets a lease' reaches 'lan@[a-z0-9]*' up
new=$(name_of 52:54:00:00:00:11)
has 'udev has given it its name' "$new" '^en'
ok 'its instance is called so' is_up "lan@$new"
has_not 'and was not by another name' "$(since log)" '@eth'
has 'it wakes the machine' "$(ethtool "$new")" 'Wake-on: g'
is 'its speed is told' \
	"$(netconf status --json "wired@$new" |
		jq -r --arg name "wired@$new" \
		'.nodes[] | select(.name == $name).facts.speed')" 100
ok 'the router is reached' ping -c 1 -W 5 -I "$new" 192.0.2.1
ok 'what stands on the uplink moves to it' poll carries "$new"
ok 'and goes by it' poll ping -c 1 -W 1 10.7.0.1

mark
ok 'others change what wakes the machine' ethtool -s "$new" wol d
ok 'that is put right' poll wakes "$new"
has 'and said' "$(since log)" \
	'put right: wake-on-lan is off, not magic'
mark
ok 'it is set down, and its driver forgets what wakes the machine' \
	down_and_up "$new"
ok 'that is noticed' await log "^node=wired@$new .*is off, not magic"
ok 'and put right as well' poll wakes "$new"
ok 'the lease is there again' reaches "lan@$new" up
ok 'what stands on the uplink goes by it' poll carries "$new"
ok 'as before' poll ping -c 1 -W 1 10.7.0.1

mark
ok 'it is pulled, and nobody was asked' card pull "$new"
ok 'its instances are gone' reaches "wired@$new" absent
has 'the kernel found it missing' "$(dmesg)" 'Slot\(2\): Card not present'
ok 'what stood on it stands on the other uplink' poll carries bond0
ok 'and goes by that' poll ping -c 1 -W 1 10.7.0.1
ok 'nothing of the card is left, in the kernel' as_in without
has_not 'nor here' "$(netconf status --json)" "@$new"
has_not 'the uplink never went down, nor what can follow it' "$(since log)" \
	'^node=(uplink|way) state='
has_not 'what went with the card was not left to a retry' "$(since log)" \
	'the retry of'

mark
kill -STOP "$dnsmasq"
ok 'it is plugged in again' card plug again 52:54:00:00:00:11 rtl8139 2
ok 'it asks for a lease' reaches 'lan@[a-z0-9]*' 'starting'
ok 'and is pulled then' card pull "$(name_of 52:54:00:00:00:11)"
ok 'its instances are gone' reaches 'wired@[a-z0-9]*' absent
ok 'nothing of it is left' as_in without
has_not 'nothing has failed' "$(since log)" 'state=failed|level=(warning|error)'
kill -CONT "$dnsmasq"

mark
ok 'the missing card of the bond is plugged in' \
	card plug left 52:54:00:00:00:13 virtio-net-pci 3
ok 'it is up' reaches 'left@[a-z0-9]*' up
left=$(since log | sed -n 's/^node=left@\([a-z0-9]*\) state=up.*/\1/p')
ok 'it joins, and is the one used' \
	poll sh -c "ip -d link show bond0 | grep -q 'active_slave $left '"
ok 'the bond still carries traffic' ping -c 1 -W 5 198.51.100.1
has_not 'and did not notice' "$(since log)" '^node=(bond0|static) '
ok 'it is pulled while it is used' card pull "$left"
ok 'the other one goes on' poll ping -c 1 -W 1 198.51.100.1
ok 'nothing of it is left' as_in without
has_not 'nothing has failed' "$(since log)" 'state=failed|level=(warning|error)'

# Unlike the other one it keeps what wakes the machine when it is set up. (Not
# in the slot just left: what the kernel takes the power from is removed, also if
# it is a new one.)
mark
ok 'a card is plugged in, which nobody has asked for' \
	card plug other 52:54:00:00:00:14 vmxnet3 2
ok 'it has its name' poll eval 'name_of 52:54:00:00:00:14 | grep ^en'
other=$(name_of 52:54:00:00:00:14)
ok 'something wakes the machine' ethtool -s "$other" wol a
ok 'its node comes up' netconf up waking
has 'what was asked for has taken its place' "$(ethtool "$other")" \
	'Wake-on: ug$'
ok 'its node goes' netconf down waking
has 'and that stays' "$(ethtool "$other")" 'Wake-on: ug$'
ok 'it is pulled' card pull "$other"
ok 'nothing of it is left' as_in without
has_not 'nothing has failed' "$(since log)" 'state=failed|level=(warning|error)'

stop "$netconfd"
is 'netconfd ends as asked, with status 0' $? 0
ok 'the last one is pulled' card pull "$(name_of 52:54:00:00:00:12)"
ok 'links, addresses, routes and rules are as before' \
	as_in before
has_not 'the kernel has nothing to say against it' "$(dmesg)" \
	'WARNING|BUG|Oops|unregister_netdevice|refcount|leaked'
has_not 'no sanitizer complains' "$(cat $LAB/log)" \
	'(Address|Leak|Undefined.*)Sanitizer|runtime error:'
has_not 'no helper has died' "$(cat $LAB/log)" \
	'netconf-[a-z0-9]* .*(was killed by|started again)'
lab_plan
