#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The gateway knows another key than we.
. "$(dirname "$0")/lib.sh"

lab_begin dhcp gateway charon
lan_profile "$(vpn_node)" >$LAB/profile.yaml
(umask 077 && echo wrong >/etc/netconf/secrets/vpn0)
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
netconf up vpn0 >$LAB/up 2>&1
is 'netconf up ends with 1' $? 1
has 'and says why' "$(cat $LAB/up)" 'authentication failed'
is 'vpn0 has failed' "$(state vpn0)" failed
is 'for good' "$(netconf status --json vpn0 |
	jq -r '.nodes[] | select(.name == "vpn0").permanent')" true
has 'why: wrong key' "$(netconf why vpn0)" 'authentication failed'
is 'no half tunnel is left' "$(charon_ctl --list-sas)" ''
has_not 'the key is not in the log' "$(cat $LAB/log)" 'wrong key|=wrong| wrong'
is 'what it stands on is up' "$(state uplink)" up

echo 'correct horse' >/etc/netconf/secrets/vpn0
mark
ok 'with the right key netconf up succeeds' netconf up vpn0
ok 'and pings go through' ping_host 1
has_not 'the key is in no log' "$(cat $LAB/log)" 'correct horse'
lab_end
