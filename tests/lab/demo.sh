#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job: plug in a card, `netconf up vpn0`, ping through the tunnel;
# once with a goal (laptop.yaml), once where everything starts by itself
# (roam.yaml). ./demo shows it to people, make check-labs checks it.
. "$(dirname "$0")/lib.sh"
profiles=$(cd "$here/../../profiles" && pwd)

# step TITLE: with the time since the last one
step()
{
	local now=${EPOCHREALTIME/./}
	[ -z "${step_began:-}" ] ||
		say "   ($(((now - step_began) / 1000)) ms)"
	step_began=$now
	say ''
	say "== $*"
}

# show COMMAND...: as a person would type it, with what it prints
show()
{
	local rc
	"$@" >$LAB/shown 2>&1
	rc=$?
	say "\$ $*"
	say_file $LAB/shown
	return $rc
}

say_file()
{
	while IFS= read -r line; do
		say "  $line"
	done <"$1"
}

# pings TEXT: three of them, through the tunnel
pings()
{
	ok "$1, counted at the gateway" ping_host 3
	say '$ ping -c 3 10.9.0.10'
	say_file $LAB/ping
}

# Where the kernel does ESP, it has done so for the pings just now.
kernel_tunnels()
{
	[ $esp = kernel ] || return 0
	has 'the kernel has a policy for the tunnel' "$(tunnels)" \
		'dst 10\.9\.0\.0/24 .*dir out'
	has 'and states, for this address' "$(tunnels)" \
		"^src $1\\.[0-9]+ dst 203\.0\.113\.2[^0-9].*proto esp spi"
	has 'which have counted packets' "$(ip -s -n client xfrm state)" \
		'[1-9][0-9]*\(packets\)'
	has_not 'charon has no device for it' "$(ip -n client -o link)" ipsec
}

no_tunnels()
{
	is 'no ESP is left in the kernel' "$(tunnels)" ''
}

# The gateway's end of the tunnel lies in that network.
tunnel_over()
{
	gateway_ctl --list-sas --raw | grep -q "remote-host=$1\\."
}

nothing_plugged_in()
{
	step "$1: nothing is plugged in"
	if [ "$1" = laptop.yaml ]; then
		show netconf up vpn0 --no-wait
		report $? 'netconf up vpn0 --no-wait takes the goal'
	fi
	show netconf status
	has 'status says what vpn0 waits for' "$(cat $LAB/shown)" \
		'^vpn0 +waiting .* needs inet, uplink'
	show netconf why vpn0
	has 'why vpn0 says that there is no card' "$(cat $LAB/shown)" \
		'no device for wired'
	is 'vpn0 waits' "$(state vpn0)" waiting
}

# card_appears CARD NET PREFIX
card_appears()
{
	step "$4: card $1 appears"
	mark
	make_card "$1" "$2"
	local began=${EPOCHREALTIME/./}
	insert "$1"
	ok 'link, lease, gateway and tunnel come up' reaches vpn0 up
	say "   vpn0 is up $(((${EPOCHREALTIME/./} - began) / 1000)) ms after" \
		'the card appeared'
	show netconf status
	in_order 'each is up before what stands on it' log \
		"node=wired@$1 state=up" "node=lan@$1 state=up" \
		'node=uplink state=up' 'node=vpn0 state=up'
	in_order 'the default route comes before the tunnel' log \
		'node=inet state=up' 'node=vpn0 state=starting'
	in_order 'the kernel says: link, address, default route' netlink \
		"LINK.*$1@.*state UP" "ADDR.*$1 .*inet $3\\." \
		"ROUTE.default via $3\\.1 "
	not_after 'the default route comes before IKE' \
		netlink 'ROUTE.default via' charon 'initiating IKE_SA'
	in_order 'charon says: IKE_SA, CHILD_SA' vici \
		' ike-updown up=yes' ' child-updown up=yes'
	pings 'three pings go through the tunnel'
	kernel_tunnels "$3"
}

second_card()
{
	step "$1: a second card appears, the first is pulled"
	mark
	plug c1 2
	ok 'the second card gets a lease' reaches lan@c1 up
	has 'meanwhile the tunnel stays' "$(state vpn0)" up
	mark
	pull c0
	ok 'the gateway sees the tunnel over the second' \
		poll tunnel_over 198.51.100
	ok 'and it is up' poll is_up vpn0
	has 'charon says that it has moved, or is up again' "$(since vici)" \
		' ike-update | child-updown up=yes'
	pings 'three pings go through it'
	kernel_tunnels 198.51.100
	show netconf status
}

last_card_pulled()
{
	step "$1: the second card is pulled"
	mark
	pull c1
	ok 'vpn0 waits' reaches vpn0 waiting
	show netconf status
	has 'status says what is missing' "$(cat $LAB/shown)" \
		'^ *lan +waiting .* no device'
	show netconf why vpn0
	has 'why vpn0 says that there is no card' "$(cat $LAB/shown)" \
		'no device for wired'
	no_tunnels
}

goal_taken_back()
{
	step 'laptop.yaml: netconf down vpn0'
	mark
	show netconf down vpn0
	report $? 'netconf down vpn0'
	ok 'vpn0 goes' reaches vpn0 idle
	ok 'the lease goes' reaches lan@c2 idle
	in_order 'the tunnel goes before the lease' netlink \
		'Deleted .* inet 10\.99\.0\.1' 'Deleted .* inet 192\.0\.2\.'
	not_after 'charon says that the tunnel is down before the lease goes' \
		vici ' child-updown netconf' \
		netlink 'Deleted .* inet 192\.0\.2\.'
	ok 'the gateway was told' await gateway 'received DELETE for IKE_SA'
	show netconf status
	is 'no address is left' "$(ip -n client -o -4 addr show c2)" ''
	is 'no route is left' \
		"$(ip -n client -4 route show table all dev c2)" ''
	is 'nor one into the tunnel' \
		"$(ip -n client route show table 220 2>/dev/null)" ''
	no_tunnels
	has 'the link stays' "$(ip -n client -o link show c2)" 'state UP'
	is 'and its node is up' "$(state wired@c2)" up
}

lab_begin dhcp gateway charon
say 'a client, a router with dnsmasq, a VPN gateway with charon, a host' \
	'behind it'
start_netconfd -p "$profiles/laptop.yaml" || bail_out 'netconfd does not run'
nothing_plugged_in laptop.yaml
card_appears c0 1 192.0.2 laptop.yaml
second_card laptop.yaml
last_card_pulled laptop.yaml
card_appears c2 1 192.0.2 laptop.yaml
goal_taken_back
stop "$netconfd"
is 'netconfd ends as asked' $? 0
pull c2
dump >$LAB/after
ok 'everything is as before' diff $LAB/before $LAB/after

start_netconfd -p "$profiles/roam.yaml" || bail_out 'netconfd does not run'
nothing_plugged_in roam.yaml
card_appears c0 1 192.0.2 roam.yaml
second_card roam.yaml
last_card_pulled roam.yaml
card_appears c2 1 192.0.2 roam.yaml
step 'the end: netconfd stops what it started'
lab_end
