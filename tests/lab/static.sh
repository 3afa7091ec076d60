#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two cards without DHCP: addresses, a route that follows the better one, and
# a table of its own for each, chosen by the source.
. "$(dirname "$0")/lib.sh"

lab_begin
cat >$LAB/profile.yaml <<'YAML'
version: 1
start: hotplug
nodes:
  left:   { kind: link, device: c0 }
  right:  { kind: link, device: c1 }
  a:
    kind: address
    over: left
    addresses: [192.0.2.7/24, "2001:db8:1::7/64"]
    duplicates: off
  b:      { kind: address, over: right, addresses: 198.51.100.7/24 }
  uplink: { kind: any, of: [a, b] }
  default-a: { kind: route, over: a, to: default, via: 192.0.2.1, table: 201 }
  default-b: { kind: route, over: b, to: default, via: 198.51.100.1, table: 202 }
  from-a: { kind: rule, over: a, from: 192.0.2.7, table: 201, priority: 1001 }
  from-b: { kind: rule, over: b, from: 198.51.100.7, table: 202, priority: 1002 }
  main-a: { kind: route, over: a, to: default, via: 192.0.2.1, metric: 100 }
  main-b: { kind: route, over: b, to: default, via: 198.51.100.1, metric: 200 }
  sink:   { kind: route, to: 10.66.0.0/16, type: blackhole, start: auto }
YAML
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'a route over nothing is there at once' reaches sink up
plug c0
ok 'a card comes up' reaches main-a up
ok 'and what is behind its router is reached' \
	ns client ping -c 1 -W 5 203.0.113.2
plug c1 2
ok 'so does another' reaches from-b up
has 'each source has its own way' \
	"$(ip -n client route get 203.0.113.2 from 198.51.100.7)" 'dev c1'
has 'the better one is the first' \
	"$(ip -n client route get 203.0.113.2)" 'via 192\.0\.2\.1 dev c0'
ok 'from one' ns client ping -c 1 -W 5 -I 192.0.2.7 203.0.113.2
ok 'from the other' ns client ping -c 1 -W 5 -I 198.51.100.7 203.0.113.2
mark
cable c0 down
ok 'the cable of the first is pulled' reaches a '(idle|waiting)'
has 'the other takes over' "$(ip -n client route get 203.0.113.2)" 'dev c1'
ok 'and works' ns client ping -c 1 -W 5 203.0.113.2
mark
cable c0 up
ok 'and is plugged in again' reaches main-a up
has 'the first is used again' \
	"$(ip -n client route get 203.0.113.2)" 'via 192\.0\.2\.1 dev c0'
has 'with its IPv6 address' "$(ip -n client -6 addr show dev c0)" \
	'inet6 2001:db8:1::7/64'
mark
sed -i 's/198.51.100.7\/24/198.51.100.8\/24/' $LAB/profile.yaml
ok 'another address' netconf reload
ok 'is there' poll sh -c "ip -n client -4 addr show dev c1 |
	grep -q 198.51.100.8/24"
has_not 'instead of the former' "$(ip -n client -4 addr show dev c1)" \
	'198\.51\.100\.7/'
is 'without a restart' "$(since log | grep -c '^node=b ')" 0
pull c0
ok 'the first is pulled' reaches left '(idle|waiting)'
ok 'the other works' ns client ping -c 1 -W 5 203.0.113.2
lab_end
