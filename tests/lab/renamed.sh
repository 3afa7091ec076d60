#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A reload gives a card to another node, which waits until the former one has
# let go of it: that sets the card down, as it was before.
. "$(dirname "$0")/lib.sh"

lab_begin
start_dnsmasq || bail_out 'no dnsmasq'
lan_profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
ok 'a lease' reaches lan@c0 up
ok 'and the gateway' reaches inet up

mark
lan_profile | sed 's/wired/ether/' >$LAB/profile.yaml
ok 'the template has another name' netconf reload
ok 'the lease goes back' await dnsmasq 'DHCPRELEASE'
ok 'the card comes up anew' reaches ether@c0 up
ok 'with a lease' reaches lan@c0 up
ok 'and the gateway' reaches inet up

mark
{
	lan_profile | sed 's/wired/ether/'
	cat <<-YAML
	  first: { kind: link, device: c0, mtu: 1400, start: auto }
	  mine: { kind: dhcp, over: first, start: auto }
	YAML
} >$LAB/profile.yaml
ok 'the card gets a node of its own' netconf reload
ok 'that has a lease' reaches mine up
has 'and is as its key says' "$(ip -n client link show c0)" 'mtu 1400'
stop "$netconfd"
netconfd=
lab_end
