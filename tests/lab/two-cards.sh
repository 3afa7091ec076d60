#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two cards side by side: each has a default route of its own, and when one
# goes, the other's is already there.
. "$(dirname "$0")/lib.sh"

lab_begin dhcp
lan_profile >$LAB/profile.yaml
plug c0 1
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'a card that is there at the start gets a lease' reaches lan@c0 up
mark
plug c1 2
ok 'so does one that comes later' reaches lan@c1 up
is 'there are two default routes' \
	"$(ip -n client route show default | wc -l)" 2
for card in c0 c1; do
	ifindex=$(ns client cat /sys/class/net/$card/ifindex)
	has "that of $card has a metric of its own" \
		"$(ip -n client route show default dev $card)" \
		"metric $((1000 + ifindex))"
done
is 'one process serves both' "$(helper | wc -l)" 1
is 'the first card is the one selected' \
	"$(netconf status --json uplink |
		jq -r '.nodes[] | select(.name == "uplink").selected')" lan@c0
mark
pull c0
ok 'the host behind the router still answers' \
	ns client ping -c 1 -W 5 203.0.113.2
ok 'the first card is gone' await netlink 'LINK.Deleted.*c0@'
has_not "the second's was never taken away" "$(since netlink)" 'Deleted default.*c1'
ok 'now the second card is selected' poll eval \
	'netconf status --json uplink | grep -q "lan@c1"'
has_not 'the uplink never went down' "$(since log)" '^node=uplink state='
lab_end
