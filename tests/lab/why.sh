#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `netconf why` names what is missing, down to the device or the provider's
# words. (A wrong key, a silent gateway and an absent charon have tests of
# their own: wrong-key, gateway-silent, charon-dies.)
. "$(dirname "$0")/lib.sh"
profiles=$(cd "$here/../../profiles" && pwd)

lab_begin
start_netconfd -p "$profiles/laptop.yaml" || bail_out 'netconfd does not run'
has 'of a node that nobody wants' "$(netconf why vpn0)" \
	'vpn0.*(nobody|nothing|not).*(asks|asked|wanted|want)'
netconf up vpn0 --no-wait >/dev/null
why=$(netconf why vpn0)
has 'no card: the node' "$why" 'vpn0'
has 'no card: what it is for' "$why" 'uplink'
has 'no card: down to the template' "$why" 'no device for wired'
has 'netconf up says at once that nothing can bring it up' \
	"$(netconf up vpn0 --timeout 200ms 2>/dev/null)" \
	'^vpn0: wired: no device .*; see netconf why vpn0$'

make_card c0
cable c0 down
mark
insert c0
ok 'a card without carrier waits' reaches wired@c0 waiting
has 'no carrier' "$(netconf why vpn0)" 'wired@c0.*no carrier'
mark
cable c0 up
ok 'it gets its carrier' reaches wired@c0 up
ok 'and a lease is asked for' reaches lan@c0 starting
has 'no lease' "$(netconf why vpn0)" 'lan@c0'
mark
netconf down wired --force >$LAB/down
ok 'the link goes' reaches wired@c0 '(idle|stopping)'
has 'masked' "$(netconf why vpn0)" 'wired.*(masked|taken down|netconf up wired)'
is 'exit status of an unknown name' \
	"$(netconf why nonsense >$LAB/out 2>&1; echo $?)" 2
has 'and the nearest name' "$(netconf why vpn 2>&1)" vpn0
pull c0
lab_end
