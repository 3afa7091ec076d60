#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lease is held while the cable is out, and asked for when it is in again:
# it may be another network, whose server says no.
. "$(dirname "$0")/lib.sh"

addresses()
{
	ip -n client -4 -o addr show dev c0 | awk '{ print $4 }'
}

# out: the cable, and netconfd knows
out()
{
	mark
	cable c0 down
	await log '^node=wired@c0 state=waiting '
}

# in_again: waits for a packet of ours as well
in_again()
{
	mark
	cable c0 up
	await dnsmasq 'DHCPREQUEST\(p-c0\) 192\.0\.2\.'
}

lab_begin
start_dnsmasq || bail_out 'no dnsmasq'
cat >$LAB/profile.yaml <<-YAML
version: 1
nodes:
  wired: { kind: link, match: { type: ethernet }, start: hotplug }
  lan: { kind: dhcp, over: wired, start: hotplug, hold: 1m }
YAML
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
ok 'a lease' reaches lan@c0 up
lease=$(addresses)

ok 'the cable is pulled out' out
is 'and the lease held' "$(state lan@c0)" up
ok 'with the cable the server is asked for it' in_again
ok 'and renews it' await dnsmasq "DHCPACK\(p-c0\) ${lease%/*} "
has_not 'without a new DISCOVER' "$(since dnsmasq)" DHCPDISCOVER
is 'which is the one it was' "$(addresses)" "$lease"
has_not 'nothing happened to the node' "$(since log)" '^node=lan@c0 state='

ok 'the cable is pulled out' out
ip -n router addr del 192.0.2.1/24 dev p-c0
ip -n router addr add 198.51.100.1/24 dev p-c0
ok 'in another network the lease is asked for' in_again
ok 'its server says no' await dnsmasq 'DHCPNAK\(p-c0\) 192\.0\.2\.'
ok 'and gives one that is good there' reaches lan@c0 up
has 'and no other is left' "$(addresses | paste -sd ' ')" \
	'^198\.51\.100\.1[0-9]+/24$'
lab_end
