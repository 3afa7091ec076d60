#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# More happens than the event socket holds: netconfd finds out what it missed.
. "$(dirname "$0")/lib.sh"

lab_begin dhcp
lan_profile 'br0: { kind: bridge, start: auto }' \
	'far: { kind: route, over: br0, to: 203.0.113.0/24, via: 198.18.0.2,' \
	'  requires: [here], start: auto }' \
	'taken: { kind: route, over: br0, to: 203.0.114.0/24,' \
	'  via: 198.18.0.2, requires: [here], start: auto }' \
	'here: { kind: address, over: br0, addresses: 198.18.0.1/24,' \
	'  start: auto }' \
	'kept: { kind: link, device: c7, start: auto }' \
	'still: { kind: dhcp, over: kept, metric: 9, start: auto }' \
	'marked: { kind: rule, mark: 7, family: ipv4, table: 300,' \
	'  priority: 1001, start: auto }' >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml --event-buffer 4096 ||
	bail_out 'netconfd does not run'
plug c0
ok 'a lease' reaches lan@c0 up
make_card c7 2
insert c7
for node in far taken here still marked; do
	ok "$node is up" reaches $node up
done
# While netconfd stands still, cards come and go, and much else happens.
mark
kill -STOP "$netconfd"
make_card c1 2
insert c1
for i in {1..400}; do
	echo "addr add 198.18.$((i / 200)).$((i % 200))/32 dev lo"
	echo "addr del 198.18.$((i / 200)).$((i % 200))/32 dev lo"
done >$LAB/batch
ip -n client -batch $LAB/batch
ip -n client route del 203.0.113.0/24
ip -n client route del default metric 9
ip -n client route replace 203.0.114.0/24 dev lo
ip -n client rule del priority 1001
ip -n client addr del 198.18.0.1/24 dev br0
pull c0
kill -CONT "$netconfd"
ok 'it says that events were lost' await log 'came faster than'
ok 'the card that came gets its lease' reaches lan@c1 up
ok 'the one that went is gone' poll eval \
	'! netconf status --json | grep -q lan@c0'
is 'the uplink is the one that is there' \
	"$(netconf status --json uplink |
		jq -r '.nodes[] | select(.name == "uplink").selected')" lan@c1
for what in '198.18.0.1/24' 'the route to 203.0.113.0/24' \
	'the route to default' \
	'the rule of priority 1001'; do
	ok "it says that $what was put back" \
		await log "$what was removed by others"
done
has 'and so they are: the address,' \
	"$(ip -n client addr show dev br0)" '198.18.0.1/24'
has 'the route,' "$(ip -n client route show 203.0.113.0/24)" 'dev br0'
has 'that of a lease,' "$(ip -n client route show default metric 9)" 'dev c7'
ok 'that in whose place was another,' poll eval \
	'ip -n client route show 203.0.114.0/24 | grep -q "dev br0"'
has 'the rule' "$(ip -n client rule show priority 1001)" 'lookup 300'
lab_end
