#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A DHCP server that lies (dhcp-liar.c): no lie is believed, the honest offer
# behind them is taken, and what is up on another card stays.
. "$(dirname "$0")/lib.sh"

lab_begin
make_card c0
start_dnsmasq --interface=p-c0 --bind-interfaces || bail_out 'no dnsmasq'
lan_profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
insert c0
ok 'an honest server on another card' reaches lan@c0 up
mark
make_card c1 2
in_background router liar dhcp-liar p-c1
await liar listening || bail_out 'no liar'
insert c1
ok 'the liar lies about the offer' await liar 'told .* lies'
ok 'netconfd asks again' await liar 'discover 2'
ok 'the honest offer is taken' reaches lan@c1 up
has 'and acknowledged among lies' "$(grep -c 'told .* lies' $LAB/liar)" '[3-9]'
has_not 'none was believed' "$(cat $LAB/liar)" believed
has 'the address is the honest one' "$(ip -n client -4 -o addr show c1)" \
	'inet 198\.51\.100\.50/24'
has 'so is the router' "$(ip -n client route show default)" \
	'via 198\.51\.100\.1 dev c1'
is 'there is no other address' "$(ip -n client -4 -o addr show c1 | wc -l)" 1
is 'what was up is still up' "$(state lan@c0)" up
has_not 'and never was anything else' "$(since log)" 'node=lan@c0 state='
lab_end
