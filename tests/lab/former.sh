#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lease outlives the cable and netconfd: its address is asked for by one
# REQUEST; in another network all servers are asked again. An address that
# another host has is found out before it is used.
. "$(dirname "$0")/lib.sh"

lab_begin
lan_profile | sed 's/over: wired,/& check-conflict: before,/' \
	>$LAB/profile.yaml
make_card c0
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'

# Somebody has set that address by hand.
ip netns add squatter
ip link add s0 netns squatter type veth peer p-s0 netns router
ip -n router link add br0 type bridge
ip -n router addr flush dev p-c0
ip -n router link set p-s0 master br0 up
ip -n router link set p-c0 master br0
ip -n router addr add 192.0.2.1/24 dev br0
ip -n router link set br0 up
ip -n squatter addr add 192.0.2.100/24 dev s0
ip -n squatter link set s0 up
start_dhcpd_on br0 'range 192.0.2.100;' || bail_out 'no dhcpd'
mark
insert c0
ok 'an address that another host has is not taken' \
	await dhcpd 'DHCPDECLINE of 192.0.2.100'
ok 'the node says so' poll eval \
	'netconf why uplink | grep -q "another host uses 192.0.2.100"'
has_not 'it was never used' "$(since netlink)" 'ADDR.*192\.0\.2\.100'
ip -n squatter addr flush dev s0
ok 'when the other host is gone it is leased' reaches lan@c0 up

mark
cable c0 down
ok 'without carrier the address goes' await netlink \
	'Deleted.*192\.0\.2\.100'
ok 'and the node waits' reaches lan@c0 waiting\|idle
cable c0 up
ok 'with it the lease is back' reaches lan@c0 up
has 'which was asked for at once' "$(since dhcpd)" 'DHCPREQUEST for 192\.0\.2\.100 from'
has_not 'and of no other server' "$(since dhcpd)" 'DHCPDISCOVER|DHCPRELEASE'

mark
kill -9 "$netconfd"
wait "$netconfd" 2>/dev/null
poll eval '[ -z "$(helper)" ]'
ip -n client addr flush dev c0
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'another netconfd gets the lease' reaches lan@c0 up
has_not 'by one request, too' "$(since dhcpd)" 'DHCPDISCOVER'

mark
cable c0 down
reaches lan@c0 waiting\|idle
stop "$dhcpd"
ip -n router addr flush dev br0
ip -n router addr add 198.51.100.1/24 dev br0
start_dnsmasq --interface=br0 || bail_out 'no dnsmasq'
cable c0 up
ok 'in another network there is another lease' reaches lan@c0 up
has 'of that network' "$(ip -n client -4 -o addr show c0)" '198\.51\.100\.'
lab_end
