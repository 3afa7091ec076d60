#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# There is no DHCP server, then one starts.
. "$(dirname "$0")/lib.sh"

lab_begin
lan_profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
ok 'the link is up' reaches wired@c0 up
ok 'the lease is asked for' reaches lan@c0 starting
netconf up uplink --timeout 1s >$LAB/up 2>&1
is 'netconf up ends with 3 when its time is over' $? 3
has 'and says what it waited for' "$(cat $LAB/up)" 'lan@c0'
ok 'the attempt ends' reaches lan@c0 '(waiting|failed)'
has 'why: no lease' "$(netconf why uplink)" 'lan@c0.*no DHCP server answers'
mark
start_dnsmasq
ok 'a server that starts is found' reaches lan@c0 up
lab_end
