#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lease of dnsmasq that is to be renewed after 5 s; then the server refuses
# (NAK).
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
