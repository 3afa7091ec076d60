#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profiles/fallback.yaml: a lease, else on the bench a fixed address, else a
# link-local one; down that list and up again, as servers come and go, cables
# are moved, and somebody says where we are.
. "$(dirname "$0")/lib.sh"
profile=$(cd "$here/../../profiles" && pwd)/fallback.yaml
fixed='192\.168\.1\.10/24'
local='169\.254\.[0-9.]+/16'

addresses()
{
	ip -n client -4 -o addr show dev c0 | awk '{ print $4 }'
}

# never_without TEXT: since the mark, the card always had an address
never_without()
{
	has_not "$1" "$(since log)" '^node=addr@c0 state='
}

lab_begin
make_card c0
start_dhcpd c0 || bail_out 'no dhcpd'
start_netconfd -p "$profile" || bail_out 'netconfd does not run'
insert c0
ok 'where a server answers there is a lease' reaches lan@c0 up
ok 'which is the address' reaches addr@c0 up
has 'and the only one' "$(addresses | paste -sd ' ')" '^192\.0\.2\.1[0-9]+/24$'

mark
stop $dhcpd
ok 'the server is gone and the lease over' reaches lan@c0 waiting
ok 'then there is a link-local address' reaches addr@c0 up
has 'and no other' "$(addresses | paste -sd ' ')" "^$local\$"
is 'what is for the bench only waits' "$(state fixed@c0)" waiting

mark
ok 'this is the bench' netconf emit bench-begins
ok 'so there is the fixed address' reaches fixed@c0 up
ok 'and the link-local one goes' await netlink "Deleted.*inet $local"
in_order 'after the other is there' netlink \
	"ADDR[^D]*inet $fixed" "Deleted.*inet $local"
never_without 'the card always had an address'
is 'now that one' "$(addresses)" 192.168.1.10/24

mark
start_dhcpd c0 || bail_out 'no dhcpd'
ok 'a server answers again' reaches lan@c0 up
ok 'the fixed address goes' await netlink "Deleted.*inet $fixed"
in_order 'after the lease is there' netlink \
	'ADDR[^D]*inet 192\.0\.2\.' "Deleted.*inet $fixed"
never_without 'the card always had an address'
has 'now that of the lease' "$(addresses | paste -sd ' ')" '^192\.0\.2\.'

mark
stop $dhcpd
ok 'without it the fixed address is back' reaches fixed@c0 up
ok 'for the group, too' reaches addr@c0 up
has_not 'and no link-local one was tried' "$(since log)" '^node=ll@c0 state='
mark
ok 'the bench is left' netconf emit bench-ends
ok 'what is left is a link-local address' reaches ll@c0 up
ok 'which is that of the group' reaches addr@c0 up
has 'and the only one' "$(addresses | paste -sd ' ')" "^$local\$"

# The cable is moved to a network with a server, to another, to none.
mark
cable c0 down
ok 'a cable that is pulled out takes it along' await netlink \
	"Deleted.*inet $local"
start_dnsmasq || bail_out 'no dnsmasq'
mark
cable c0 up
ok 'in a network with a server there is a lease' reaches lan@c0 up
ok 'at once, and nothing else was tried' reaches addr@c0 up
has_not 'meanwhile' "$(since log)" '^node=ll@c0 state=up'
mark
cable c0 down
ok 'the cable is moved' await netlink 'Deleted.*inet 192\.0\.2\.'
ip -n router addr del 192.0.2.1/24 dev p-c0
ip -n router addr add 198.51.100.1/24 dev p-c0
mark
cable c0 up
ok 'in another network' reaches addr@c0 up
has 'there is a lease of its server' "$(addresses | paste -sd ' ')" \
	'^198\.51\.100\.1[0-9]+/24$'
mark
cable c0 down
ok 'and is moved again' await netlink 'Deleted.*inet 198\.51\.100\.'
stop $dnsmasq
mark
cable c0 up
ok 'to a network without one' reaches lan@c0 waiting
ok 'where there is a link-local address' reaches addr@c0 up
has 'and nothing of the leases' "$(addresses | paste -sd ' ')" "^$local\$"
lab_end
