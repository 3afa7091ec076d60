#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profiles/link-local.yaml: no DHCP server, so an address of 169.254/16, and
# not the one that another host has; when a server comes, its lease.
. "$(dirname "$0")/lib.sh"
profile=$(cd "$here/../../profiles" && pwd)/link-local.yaml

lab_begin
make_card c0
start_netconfd -p "$profile" || bail_out 'netconfd does not run'
insert c0
ok 'no server answers' reaches lan@c0 waiting
ok 'so the card has an address of its own making' reaches addr@c0 up
first=$(ip -n client -4 -o addr show c0 | awk '{ print $4 }')
has 'of 169.254/16, good on the link only' \
	"$(ip -n client -4 -o addr show c0)" '169\.254\.[0-9.]+/16 .*scope link'
is 'one process is there for leases and for that' "$(helper | wc -l)" 1
ip -n router addr add 169.254.0.1/16 dev p-c0
ok 'another host on the link reaches it' \
	ns router ping -c 1 -W 5 "${first%/*}"
mark
cable c0 down
ok 'without carrier it goes' await netlink 'Deleted.*inet 169\.254\.'
ip -n router addr add "$first" dev p-c0
cable c0 up
ok 'another host has taken it meanwhile: another address' \
	reaches addr@c0 up
second=$(ip -n client -4 -o addr show c0 | awk '{ print $4 }')
has 'of the same kind' "$second" '^169\.254\.[0-9.]+/16$'
has_not 'but not that one' "$second" "^$first\$"
mark
start_dhcpd c0 || bail_out 'no dhcpd'
ok 'a server comes: a lease' reaches lan@c0 up
ok 'and the other address goes' await netlink 'Deleted.*inet 169\.254\.'
in_order 'after the lease is there' netlink \
	'ADDR.*inet 192\.0\.2\.' 'Deleted.*inet 169\.254\.'
has_not 'the card always had an address' "$(since log)" '^node=addr@c0 '
is 'and has one now' "$(ip -n client -4 -o addr show c0 | wc -l)" 1
lab_end
