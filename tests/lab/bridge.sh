#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A bridge of all cards, also those never seen before, and a lease over it; a
# namespace and a virtual machine are connected to it as well.
. "$(dirname "$0")/lib.sh"

# member CARD: it is a port of br0
member()
{
	ip -n client -o link show "$1" | grep -q 'master br0 '
}

lab_begin dhcp
# With TUN in the kernel, a tap is a port, too.
tap=
! (: <>/dev/net/tun) 2>/dev/null || tap=', vm1'
cat >$LAB/profile.yaml <<YAML
version: 1
nodes:
  cards: { kind: link, match: { type: ethernet } }
  vm1: { kind: tun, mode: tap }
  blue: { kind: veth, name: to-blue, peer: eth0, peer-netns: host, peer-up: true }
  blue-end:
    kind: task
    over: blue
    start: hotplug
    run: [/bin/ip, -n, host, address, add, 192.0.2.99/24, dev, eth0]
  br0: { kind: bridge, ports: [cards, blue$tap], start: auto }
  lan: { kind: dhcp, over: br0, start: hotplug }
YAML
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'the bridge is made without a port' reaches br0 up
[ -z "$tap" ] || ok 'a tap joins it' poll member vm1
ok 'and the near end of a veth' poll member to-blue
ok 'a task gives the other end an address' reaches blue-end up
plug c0
ok 'a card joins it when it appears' poll member c0
ok 'and the bridge gets a lease' reaches lan up
has 'the address is the bridge'"'"'s' "$(ip -n client -o -4 addr)" \
	'br0 +inet 192\.0\.2\.'
has_not 'not the card'"'"'s' "$(ip -n client -o -4 addr)" 'c0 '
ok 'what is on the wire is reached' ns client ping -c 1 -W 5 192.0.2.1
mark
ok 'from the other namespace, too' \
	poll ns host ping -c 1 -W 1 192.0.2.1
plug c1 2
ok 'another card joins it' poll member c1
pull c1
ok 'its card is pulled' reaches cards@c1 absent
is 'the bridge did not notice' "$(since log | grep -c 'node=br0 ')" 0
is 'nor did the lease' "$(since log | grep -c 'node=lan ')" 0
ok 'it goes on working' ns client ping -c 1 -W 5 192.0.2.1

mark
ip -n client link del br0
ok 'removed by someone else, it is lost' reaches br0 failed
ok 'and made again' reaches br0 up
ok 'with its port' poll member c0
ok 'and its lease' reaches lan up

mark
sed -i 's/start: auto }/ageing-time: 30s, &/' $LAB/profile.yaml
ok 'another ageing time' netconf reload
ok 'is taken in place' poll sh -c \
	"ip -n client -d -o link show br0 | grep -q 'ageing_time 3000 '"
is 'without a restart' "$(since log | grep -c 'node=br0 ')" 0

mark
ok 'netconf restart br0' netconf restart br0
is 'it is made anew at once' "$(since log | grep -c 'state=failed')" 0
ok 'with its lease' netconf wait lan --timeout 30s

mark
ok 'netconf down br0' netconf down br0
ok 'its lease goes first, then the bridge' reaches br0 idle
in_order 'in this order' log 'node=lan state=idle' 'node=br0 state=idle'
ok 'and its port, which nobody needs any more' reaches cards@c0 idle
ok 'and the veth' poll sh -c '! ip -n host link show eth0'
lab_end
