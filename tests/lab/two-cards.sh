#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two cards side by side: each has a default route of its own, with a metric in
# the order in which the group selects them. When one goes, the other's is
# already there.
. "$(dirname "$0")/lib.sh"

# metric_of CARD: of its default route
metric_of()
{
	ip -n client route show default dev "$1" |
		sed -nE 's/.* metric ([0-9]+).*/\1/p'
}

has_metric()
{
	[ "$(metric_of "$1")" = "$2" ]
}

lab_begin dhcp
lan_profile 'vx7: { kind: vxlan, over: uplink, id: 7, remote: 203.0.113.2 }' \
	'inside: { kind: address, over: vx7, addresses: 10.7.0.2/24 }' \
	'way: { kind: route, over: uplink, to: 10.9.0.0/24, start: hotplug }' \
	>$LAB/profile.yaml
plug c1 2
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'a card that is there at the start gets a lease' reaches lan@c1 up
is 'it is the most preferred' "$(metric_of c1)" 1000
mark
plug c0 1
ok 'so does one that comes later' reaches lan@c0 up
ok 'which comes before it in the order' has_metric c0 1000
ok 'the other moves up' poll has_metric c1 1001
in_order 'to a new place before it leaves the old one' netlink \
	'ROUTE.*default.*dev c1.*metric 1001' \
	'Deleted default.*dev c1.*metric 1000'
is 'there are two default routes' \
	"$(ip -n client route show default | wc -l)" 2
is 'one process serves both' "$(helper | wc -l)" 1
is 'the first card is the one selected' \
	"$(netconf status --json uplink |
		jq -r '.nodes[] | select(.name == "uplink").selected')" lan@c0
ok 'something stands on it' netconf up inside
mark
pull c0
ok 'the host behind the router still answers' \
	ns client ping -c 1 -W 5 203.0.113.2
ok 'the first card is gone' await netlink 'LINK.Deleted.*c0@'
ok 'now the second card is selected' poll eval \
	'netconf status --json uplink | grep -q "lan@c1"'
has_not 'the uplink never went down, nor what can follow it' "$(since log)" \
	'^node=(uplink|way) state='
ok 'what the kernel has removed with the card stands on the second' poll eval \
	'ip -n client -d -o link show vx7 | grep -q "dev c1 "'
ok 'and what stands on that' reaches inside up
has_not 'which was not left to a retry' "$(since log)" 'retry of vx7'
ok "the second's is the most preferred again" poll has_metric c1 1000
in_order 'and was never taken away' netlink \
	'ROUTE.*default.*dev c1.*metric 1000' \
	'Deleted default.*dev c1.*metric 1001'
ok 'it is no longer asked for' netconf down inside

# A reload that turns the order round.
mark
sed 's/of: .lan./of: [other, lan]/; /uplink:/i\  other: { kind: dhcp, over: wired }' \
	-i $LAB/profile.yaml
ok 'a reload that prefers something else' netconf reload
ok 'takes effect' poll has_metric c1 1100
has_not 'and nothing went down' "$(since log)" '^node=(lan|uplink).* state='

# One metric for all: their routes stand beside each other.
plug c0 1
ok 'the first card is there again' reaches lan@c0 up
sed 's/kind: dhcp, over: wired/&, metric: 500/' -i $LAB/profile.yaml
ok 'a reload gives both the same metric' netconf reload
ok 'the first has it' poll has_metric c0 500
ok 'so has the second' poll has_metric c1 500
mark
ip -n client route del default dev c1 metric 500
ok 'the route of one that somebody removes' await netlink 'Deleted default.*c1'
ok 'is put back' poll has_metric c1 500
is "the other's is as it was" "$(metric_of c0)" 500
pull c0
ok 'when the first card is gone' poll eval '[ -z "$(metric_of c0)" ]'
is "the second's route is there" "$(metric_of c1)" 500
ok 'and carries all' ns client ping -c 1 -W 5 203.0.113.2
lab_end
