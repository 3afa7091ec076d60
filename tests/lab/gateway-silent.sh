#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The gateway does not answer, then it does. Between two attempts there is time
# to look at what the first has left.
. "$(dirname "$0")/lib.sh"

lab_begin dhcp gateway charon
lan_profile "$(vpn_node 'dpd: 1s, retry: { delay: 5s }')" >$LAB/profile.yaml
# Nothing is said, not even that nobody is there.
ip -n vpngw link set g0 down
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
netconf up vpn0 --no-wait
ok 'the attempt fails' reaches vpn0 failed
has 'why: gateway silent' "$(netconf why vpn0)" \
	'vpn0.*(203\.0\.113\.2|gateway|peer).*(not answer|no answer|silent)'
has 'and when it is tried again' "$(netconf why vpn0; netconf status vpn0)" \
	'(retry|try|again) in'
is 'nothing of the attempt is left in charon' "$(charon_ctl --list-sas)" ''
mark
ip -n vpngw link set g0 up
ip -n vpngw route replace default via 203.0.113.1
ok 'when the gateway answers, the tunnel comes up' reaches vpn0 up
ok 'and pings go through' ping_host 1

# It falls silent with the tunnel up: dead peer detection finds out.
mark
ip -n vpngw link set g0 down
ok 'a gateway that falls silent is noticed' reaches vpn0 '(failed|waiting)'
has 'and why says so' "$(netconf why vpn0)" 'vpn0.*203\.0\.113\.2'
ip -n vpngw link set g0 up
ip -n vpngw route replace default via 203.0.113.1
ok 'it comes back when the gateway does' poll is_up vpn0
lab_end
