#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lease of dnsmasq that is to be renewed after 5 s; then the server refuses
# (NAK). Routes that others remove are put back meanwhile.
. "$(dirname "$0")/lib.sh"

lab_begin
start_dnsmasq --dhcp-option=option:T1,5s || bail_out 'no dnsmasq'
lan_profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
ok 'a lease' reaches lan@c0 up
address=$(ip -n client -4 -o addr show c0 | awk '{ print $4 }')
await dnsmasq DHCPACK
mark
ok 'it is renewed' await dnsmasq DHCPACK
has 'by a REQUEST alone' "$(since dnsmasq)" DHCPREQUEST
has_not 'without a new DISCOVER' "$(since dnsmasq)" DHCPDISCOVER
ok "the address's lifetime is extended" await netlink "ADDR.*inet $address"
has_not 'and it was never away' "$(since netlink)" 'Deleted'
has_not 'and no node changed' "$(since log)" ' state='

has_default()
{
	ip -n client route show default | grep -q 'via 192.0.2.1 dev c0'
}

mark
ip -n client route del default
ok 'a default route that others remove' await log \
	'node=lan@c0 .*"the route to default was removed by others; it has'
ok 'is there again' has_default
is 'all the time the node was up' \
	"$(since log | grep -c '^node=lan@c0 state=')" 0
remove_again()
{
	ip -n client route del default 2>/dev/null
	since log | grep -q \
		'what it has made is removed by others again and again'
}
ok 'removed again and again it is not: the node fails' poll remove_again
ok 'and comes back by itself' reaches lan@c0 up
ok 'with its route' poll has_default

stop "$dnsmasq"
rm $LAB/leases
mark
range=210-220
start_dnsmasq --dhcp-option=option:T1,5s
ok 'the server says no' await dnsmasq DHCPNAK
ok 'the old address goes' await netlink "Deleted.*inet $address"
ok 'a new one comes' await netlink 'ADDR[^D]*inet 192\.0\.2\.2[12]'
ok 'and the lease is up' poll is_up lan@c0
has 'with the new address' "$(netconf status lan@c0)" '192\.0\.2\.2[12]'
lab_end
