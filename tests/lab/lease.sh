#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lease from dnsmasq: what is configured, and that it follows the cable.
. "$(dirname "$0")/lib.sh"

lab_begin
start_dnsmasq --dhcp-option=option:mtu,1400 || bail_out 'no dnsmasq'
lan_profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'

plug c0
ok 'a card that appears gets a lease' reaches lan@c0 up
ok 'and the gateway is seen' reaches inet up
has 'the address has the mask and the lifetime of the lease' \
	"$(ip -n client -4 addr show c0)" 'inet 192\.0\.2\.[0-9]+/24 brd'
has_not 'the address does not stay for ever' \
	"$(ip -n client -4 addr show c0)" 'valid_lft forever'
ifindex=$(ns client cat /sys/class/net/c0/ifindex)
has 'the default route has the metric of its card' \
	"$(ip -n client route show default)" \
	"default via 192\\.0\\.2\\.1 dev c0 .*metric $((1000 + ifindex))"
has "the lease's MTU is the route's" "$(ip -n client route show default)" \
	'mtu 1400'
has 'status shows the address' "$(netconf status)" \
	'lan@c0 +up .*192\.0\.2\.[0-9]+'
is 'status --json has the gateway as a fact' \
	"$(netconf status --json lan@c0 |
		jq -r '.nodes[] | select(.name == "lan@c0").facts.gateway')" \
	192.0.2.1

mark
cable c0 down
ok 'without carrier the link waits' reaches wired@c0 waiting
ok 'and the lease goes' poll test -z "$(ip -n client -4 -o addr show c0)"
has 'why says that there is no carrier' "$(netconf why uplink)" 'no carrier'
mark
cable c0 up
ok 'with the carrier the lease comes back' reaches lan@c0 up

mark
ip -n client addr add 198.18.0.1/32 dev c0
ip -n client route add 198.18.1.0/24 dev c0
ns client ip link set c0 name other0
ok 'a renamed card keeps its lease' ns client ping -c 1 -W 5 192.0.2.1
is 'and its instance' "$(state lan@c0)" up
ns client ip link set other0 name c0
stop "$netconfd"
is 'netconfd ends as asked' $? 0
netconfd=
has 'an address that netconf did not make stays' \
	"$(ip -n client -4 -o addr show c0)" '198\.18\.0\.1'
has_not 'its own does not' "$(ip -n client -4 -o addr show c0)" '192\.0\.2\.'
has 'and the server has it back' "$(since dnsmasq)" 'DHCPRELEASE.*192\.0\.2\.'
ip -n client addr del 198.18.0.1/32 dev c0
lab_end
