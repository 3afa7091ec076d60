#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# More happens than the event socket holds: netconfd finds out what it missed.
. "$(dirname "$0")/lib.sh"

lab_begin dhcp
lan_profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml --event-buffer 4096 ||
	bail_out 'netconfd does not run'
plug c0
ok 'a lease' reaches lan@c0 up
# While netconfd stands still, cards come and go, and much else happens.
mark
kill -STOP "$netconfd"
make_card c1 2
insert c1
for i in {1..400}; do
	echo "addr add 198.18.$((i / 200)).$((i % 200))/32 dev lo"
	echo "addr del 198.18.$((i / 200)).$((i % 200))/32 dev lo"
done >$LAB/batch
ip -n client -batch $LAB/batch
pull c0
kill -CONT "$netconfd"
ok 'it says that events were lost' await log 'came faster than'
ok 'the card that came gets its lease' reaches lan@c1 up
ok 'the one that went is gone' poll eval \
	'! netconf status --json | grep -q lan@c0'
is 'the uplink is the one that is there' \
	"$(netconf status --json uplink |
		jq -r '.nodes[] | select(.name == "uplink").selected')" lan@c1
lab_end
