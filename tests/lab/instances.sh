#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two netconfd in two namespaces: neither sees the other's cards. A second one
# on the same socket is refused.
. "$(dirname "$0")/lib.sh"

lab_begin dhcp
ip netns add second
lan_profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
in_background second log-2 netconfd --socket /run/second/control \
	--libexec-dir /usr/libexec/netconf --state-dir $LAB/state-2 \
	-p $LAB/profile.yaml
second=$!
ok 'a second one runs in another namespace' poll ns second netconf \
	--socket /run/second/control status
plug c0
ok 'a card here is ours' reaches lan@c0 up
make_card c1 2
insert c1 second
ok 'a card there is theirs' await log-2 '^node=lan@c1 state=up '
has_not 'they do not see ours' "$(cat $LAB/log-2)" '@c0'
has_not 'we do not see theirs' "$(cat $LAB/log)" '@c1'
ns client timeout $LIMIT netconfd --socket $socket --state-dir $LAB/state-3 \
	--libexec-dir /usr/libexec/netconf -p $LAB/profile.yaml >$LAB/third 2>&1
has 'a socket that is in use is refused' "$?" '^[12]$'
has 'by name' "$(cat $LAB/third)" "$socket"
is 'and goes on working' "$(state lan@c0)" up
stop $second
is 'the second ends as asked' $? 0
is 'our card has not noticed' "$(state lan@c0)" up
lab_end
