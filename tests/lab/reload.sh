#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Another profile while netconfd runs: what has not changed is not touched,
# and an interval between two events outlives netconfd.
. "$(dirname "$0")/lib.sh"

day='day: { kind: any, of: [uplink], start: auto,'
day="$day when: from morning until evening }"

lab_begin
start_dnsmasq || bail_out 'no dnsmasq'
lan_profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
ok 'a lease' reaches lan@c0 up
ok 'and the gateway' reaches inet up
before=$(ip -n client -4 -o addr show c0 | awk '{ print $4 }')

mark
lan_profile "$day" >$LAB/profile.yaml
ok 'a profile with one more node is taken' netconf reload
is 'the new node waits for its event' "$(state day)" waiting
is 'the others are as before' "$(state lan@c0) $(state inet)" 'up up'
has_not 'no server hears of it' "$(since dnsmasq)" 'DHCP[A-Z]+\('
has_not 'no node but the new one moves' "$(since log)" \
	'^node=(wired|lan|uplink|inet)'

mark
netconf reload --json >$LAB/reload.json
is 'the same profile again is no change' "$(since log | grep -c '^node=')" 0
has 'which is said' "$(since log)" 'nothing has changed'
lan_profile 'day: { kind: any, of: [uplnk] }' >$LAB/profile.yaml
said=$(netconf reload 2>&1)
is 'a profile with errors is refused' $? 2
has 'with the place and the cause' "$said" 'profile.yaml:[0-9]+:[0-9]+: error: '
has 'the line' "$said" 'day: \{ kind: any, of: \[uplnk\] \}'
has 'with a caret' "$said" '\| +\^~~~~'
has 'and that nothing has been changed' "$said" 'nothing has been changed'
kill -HUP "$netconfd"
ok 'by SIGHUP too' await log 'profile not reloaded'
is 'all is as before' "$(state lan@c0) $(state inet) $(state day)" \
	'up up waiting'

mark
said=$(netconf emit mornin 2>&1)
is 'an event that nobody listens to is an error' $? 2
has 'with the one that is meant' "$said" "did you mean 'morning'"
ok 'an event' netconf emit morning
ok 'begins the interval' reaches day up
# It is stored by a thread of its own: soon, not before emit answers.
ok 'which is stored' poll grep -q '^latch day 1 ' $LAB/state/goals

lan_profile "$day" >$LAB/profile.yaml
kill -KILL "$netconfd"
wait "$netconfd" 2>/dev/null
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'which goes on after a crash' reaches day up
netconf emit evening
ok 'until its other event' reaches day waiting
stop "$netconfd"
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'another netconfd' reaches inet up
is 'does not begin it anew' "$(state day)" waiting

# reloads KEYS: lan with those keys, while a ping runs through
reloads()
{
	mark
	lan_profile | sed "s/over: wired,/& $1,/" >$LAB/profile.yaml
	ok "$1 is taken while packets go through" netconf reload
}

# What a ping of 20 a second does not see, nobody does.
in_background client ping ping -i 0.05 203.0.113.1
ping=$!
poll grep -q 'bytes from' $LAB/ping
mark
from=$(($(wc -l <$LAB/log) + 1))
heard=$(($(wc -l <$LAB/dnsmasq) + 1))
lan_profile | sed 's/over: wired,/& metric: 50,/' >$LAB/profile.yaml
kill -HUP "$netconfd"
ok 'a changed key is taken by SIGHUP' await log 'profile reloaded'
ok 'as it says' poll sh -c \
	'ip -n client route show default | grep -q "metric 50"'
is 'there is one such route' \
	"$(ip -n client route show default | wc -l)" 1
reloads 'metric: 60, routes: true, ipv6: false'
ok 'so it is' poll sh -c 'ip -n client route show default |
	grep -q "metric 60"'
reloads 'metric: 60, use: [address, routes]'
ok 'what is used no more is told no more' poll sh -c "netconf --socket $socket \
	status --json lan@c0 | jq -e '.nodes[].facts | has(\"dns\") | not'"
reloads 'metric: 60, use: [address, routes, dns]'
ok 'and what is used again is told again' poll sh -c "netconf --socket $socket \
	status --json lan@c0 | jq -e '.nodes[].facts | has(\"dns\")'"
kill -INT $ping
wait $ping
has 'not one packet was lost' "$(cat $LAB/ping)" ' 0% packet loss'
is 'no node has moved' "$(tail -n +$from $LAB/log |
	grep -cE '^node=(wired|lan|uplink|inet)[@ ].*state=')" 0
has_not 'no server hears of it' "$(tail -n +$heard $LAB/dnsmasq)" \
	'DHCP[A-Z]+\('
has 'it is the lease of before' "$(ip -n client -4 -o addr show c0)" \
	"$before"

mark
ok 'a node is restarted' netconf restart lan@c0
has 'that is to be seen' "$(since log)" '^node=lan@c0 state=stopping'
is 'and it is up again' "$(state lan@c0)" up
ok 'a reset of what is up does nothing' netconf reset inet
is 'it is up' "$(state inet)" up

mark
lan_profile | grep -v -e 'lan:' -e 'uplink:' -e 'inet:' >$LAB/profile.yaml
ok 'nodes are taken out' netconf reload
ok 'the lease goes back' await dnsmasq 'DHCPRELEASE'
ok 'the address goes' poll test -z "$(ip -n client -4 -o addr show c0)"
is 'the link stays' "$(state wired@c0)" up

# The netconfd that was killed left the card up; those after it found it so.
stop "$netconfd"
netconfd=
ip -n client link set c0 down
lab_end
