#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profiles/server.yaml: cards in a bond, VLANs on it, an address on one of them.
# The machine's kernel may lack bonds and VLANs: see tests/vm.
. "$(dirname "$0")/lib.sh"
profiles=$(cd "$here/../../profiles" && pwd)

# member CARD: it is a port of bond0
member()
{
	ip -n client -o link show "$1" | grep -q 'master bond0 '
}

# The far end: a bridge that carries VLAN 10 to 192.0.2.1. Its address is its
# own: that of a port would go with the port, and VLANs do not follow.
far_end()
{
	ip -n router link add sw address 02:00:00:00:02:01 type bridge &&
		ip -n router link set sw up &&
		ip -n router link add link sw name sw.10 type vlan id 10 &&
		ip -n router addr add 192.0.2.1/24 dev sw.10 &&
		ip -n router link set sw.10 up
}

connect()
{
	ip -n router link add "p-$1" type veth peer "$1" &&
		ip -n router link set "p-$1" master sw up &&
		insert "$1"
}

lab_begin
ok 'there is a switch' far_end
start_netconfd -p "$profiles/server.yaml" || bail_out 'netconfd does not run'
ok 'a bond without a port waits for a carrier' reaches bond0 waiting
has 'and why says so' "$(netconf why static)" 'bond0.*no carrier'
ok 'a card is connected' connect c0
ok 'the bond is up' reaches bond0 up
ok 'with its port' poll member c0
ok 'the VLANs are made' reaches guest up
ok 'and the address is there' reaches static up
ok 'what is in the VLAN is reached' ns client ping -c 1 -W 5 192.0.2.1
mark
ok 'another card is connected' connect c1
ok 'it joins the bond' poll member c1
ok 'and stays up' poll sh -c "ip -n client link show c1 | grep -q LOWER_UP"
pull c0
ok 'the first is pulled' reaches cards@c0 absent
ok 'what is in the VLAN is still reached' \
	poll ns client ping -c 1 -W 1 192.0.2.1
is 'the bond did not notice' "$(since log | grep -c '^node=bond0 ')" 0
is 'the card that joined did not blink' \
	"$(since log | grep -c '^node=cards@c1 .* from=up')" 0
mark
pull c1
ok 'the last is pulled: no carrier' reaches bond0 waiting
ok 'and the address goes' reaches static waiting
ip -n router link del sw
lab_end
