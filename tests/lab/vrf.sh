#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A card in a VRF: its lease and what routers advertise are in the table of
# that, and are seen there; so is the gateway of an address. The machine's kernel may lack VRFs: see tests/vm.
. "$(dirname "$0")/lib.sh"

fact()
{
	netconf status --json "$1" | jq -r --arg name "$1" --arg key "$2" \
		'.nodes[] | select(.name == $name).facts[$key] // "none"'
}

fact_is()
{
	[ "$(fact "$1" "$2")" = "$3" ]
}

# in_table TABLE FAMILY PATTERN: such a default route is there
in_table()
{
	ip -n client "$2" route show default table "$1" | grep -qE "$3"
}

# The route of the node is there.
to_static()
{
	ip -n client route show 10.5.0.0/16 table 300 | grep -q .
}

not()
{
	! "$@"
}

lab_begin
# The kernel makes its rule for VRFs with the first one, and leaves it.
ip -n client link add first type vrf table 9 || skip_all 'no VRF in the kernel'
ip -n client link del first
dump >$LAB/before
ns router sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
make_card c0
ip -n router link set p-c0 down
ip -n router link set p-c0 addrgenmode none
ip -n router link set p-c0 up
ip -n router addr add 2001:db8:1::1/64 dev p-c0 nodad
ip -n router addr add fe80::1/64 dev p-c0 nodad
start_dnsmasq --enable-ra \
	--dhcp-range=2001:db8:1::200,2001:db8:1::2ff,64,2m ||
	bail_out 'no dnsmasq'
cat >$LAB/profile.yaml <<'YAML'
version: 1
start: hotplug
nodes:
  wired: { kind: link, device: c0 }
  red: { kind: vrf, table: 200, ports: [wired], start: auto }
  lan: { kind: dhcp, over: wired, metric: 70 }
  inet: { kind: gateway, table: 200, family: ipv4 }
  inet6: { kind: gateway, table: 200, family: ipv6 }
  main: { kind: gateway }
  inner: { kind: dummy }
  blue: { kind: vrf, table: 300, ports: [inner], start: auto }
  local:
    kind: address
    over: inner
    addresses: [10.3.0.1/24, "2001:db8:3::1/64"]
    gateway: [10.3.0.2, "2001:db8:3::2"]
  static: { kind: route, over: local, to: 10.5.0.0/16, table: 300 }
YAML
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'a VRF' reaches red up
ok 'another one, of a link that a node makes' reaches local up
ok 'which is its port' poll eval 	'ip -n client link show inner | grep -q "master blue "'
ok 'the gateway of its address is in the table of that' \
	poll in_table 300 -4 'via 10.3.0.2 dev inner'
ok 'of both families' poll in_table 300 -6 'via 2001:db8:3::2 dev inner'
ok 'so is a route' poll to_static
insert c0
ok 'a lease' reaches lan up
ok 'its default route is in the table of the VRF' \
	poll in_table 200 -4 'via 192.0.2.1 dev c0.* metric 70'
ok 'and seen there' poll netconf wait inet
ok 'so is that of the router' \
	poll in_table 200 -6 'via fe80::1 dev c0 proto ra metric 70'
ok 'and it is' poll netconf wait inet6
ok 'the router is a fact' poll fact_is lan gateway6 fe80::1
ok 'there is an address from DHCPv6' poll sh -c \
	'ip -n client -6 addr show dev c0 | grep -q "2001:db8:1::2../128"'
is 'the main table has no default route' "$(state main)" waiting
ok 'through the VRF' ns client ping -I red -c 1 -W 5 203.0.113.1
is 'the link of the other one has joined it once' 	"$(grep -c '^node=inner state=up ' $LAB/log)" 1

mark
sed -i 's/, ports: .wired.//; s/, ports: .inner.//; s/metric: 70/metric: 71/' \
	$LAB/profile.yaml
ok 'a card that leaves the VRF' netconf reload
ok 'takes its default route along' poll in_table main -4 'metric 71'
ok 'out of that table' poll not in_table 200 -4 .
ok 'and that of the router' poll in_table main -6 'metric 71'
ok 'which is seen' poll netconf wait main
ok 'so does a link that a node makes' \
	poll in_table main -4 'via 10.3.0.2 dev inner'
ok 'and its gateway, too' poll not in_table 300 -4 .
ok 'its route stays where it is to be' poll to_static
is 'the links do not notice' \
	"$(since log | grep -cE '^node=(wired|inner) ')" 0
mark
sed -i 's/table: 300, start/table: 300, ports: [inner], start/' \
	$LAB/profile.yaml
ok 'it joins another time' netconf reload
ok 'with its gateway' poll in_table 300 -4 'via 10.3.0.2 dev inner'
ok 'of both families, though that has cost its address' \
	poll in_table 300 -6 'via 2001:db8:3::2 dev inner'
ok 'and its route, which that has cost' poll to_static
is 'nothing has failed' "$(since log | grep state=failed)" ''
lab_end
