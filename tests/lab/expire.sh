#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Leases of 8 s from isc-dhcp-server: renewed, then, without server, expired.
. "$(dirname "$0")/lib.sh"

lab_begin
lan_profile >$LAB/profile.yaml
make_card c0
start_dhcpd c0 || bail_out 'no dhcpd'
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
insert c0
ok 'a lease' reaches lan@c0 up
await dhcpd DHCPACK
mark
ok 'it is renewed' await dhcpd DHCPACK
has_not 'without a new DISCOVER' "$(since dhcpd)" DHCPDISCOVER
has_not 'and no node changed' "$(since log)" ' state='

kill -9 "$dhcpd"
wait "$dhcpd" 2>/dev/null
mark
ok 'without server the node leaves up' reaches lan@c0 '[a-z]+'
ok 'the address goes' await netlink 'Deleted.*inet 192\.0\.2\.'
is 'and the routes' "$(ip -n client -4 route)" ''
ok 'what stands on it waits' reaches uplink waiting
has 'why tells of the lease' "$(netconf why uplink)" 'lan@c0.*lease'
mark
start_dhcpd c0
ok 'when the server is back, so is the lease' reaches lan@c0 up
lab_end
