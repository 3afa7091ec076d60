#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# charon is not there, comes, is killed, comes again.
. "$(dirname "$0")/lib.sh"

lab_begin dhcp gateway
lan_profile "$(vpn_node 'start: auto')" >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
ok 'the gateway is seen' reaches inet up
ok 'vpn0 does not hang without charon' reaches vpn0 '(waiting|failed)'
has 'why: charon absent' "$(netconf why vpn0)" 'vpn0.*(charon|strongSwan)'
mark
start_charon || bail_out 'no charon'
ok 'when charon starts, the tunnel comes up' reaches vpn0 up
ok 'and pings go through' ping_host 1

mark
kill -9 "$charon"
wait "$charon" 2>/dev/null
ok 'vpn0 notices that charon is gone' reaches vpn0 '(waiting|failed)'
has 'why says so' "$(netconf why vpn0)" 'vpn0.*(charon|strongSwan)'
is 'what it stands on stays up' "$(state uplink)" up
mark
start_charon || bail_out 'no charon'
ok 'when charon is back, so is the tunnel' reaches vpn0 up
ok 'and pings go through again' ping_host 1
# The killed charon took its rules and routes with it or left them; the new
# one has its own. What counts at the end is what was before any charon.
stop "$charon"
ok 'without charon vpn0 is down' reaches vpn0 '(waiting|failed)'
lab_end
