#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A card appears: how long until it has its address from a DHCP server?
#
#   bare      the bare exchange, tests/bench/dora.c: one process, waiting for
#             the card, that does nothing but what must be done, one step
#             after the other: set up, DISCOVER to ACK, address. What the
#             others are compared with.
#   netconf   netconfd with two nodes, a link and a lease; it also adds the
#             routes, keeps and defends the lease, and runs its client as
#             another user in a sandbox of its own
#   udhcpc    started by the same event: ip link set up, udhcpc, and a script
#             that adds the address; nothing else
#
# The time runs from RTM_NEWLINK in the namespace to RTM_NEWADDR. Part of it
# is the same for all: the kernel tells of a card that is moved into the
# namespace before it has let go of its lock, so the first request waits.
# "after up" leaves that out: from the card being up to the address.
#
# The server's end of the cable gets its carrier in the same moment, and the
# kernel lets it send only when a worker of its own has run. Who asks sooner
# than that loses the answer, and asks again 250 ms later: "lost". That is
# the cable's doing, so these rounds are counted, but not among the medians.
. "$(dirname "$0")/lib.sh"

start_netconf()
{
	cat >$LAB/lease.yaml <<-YAML
	version: 1
	nodes:
	  wired: { kind: link, match: { type: ethernet }, start: hotplug }
	  lan: { kind: dhcp, over: wired, start: hotplug }
	YAML
	start_netconfd -p $LAB/lease.yaml
}

start_bare()
{
	: >$LAB/bare
	contender bare && in_background bare bare dora && await bare ready
}

start_udhcpc()
{
	cat >$LAB/bound <<-'SH'
	#!/bin/sh
	[ "$1" != bound ] || ip addr add "$ip/$mask" broadcast + dev "$interface"
	SH
	cat >$LAB/by-hand <<-SH
	#!/bin/sh
	ip link set "\$1" up
	exec udhcpc -f -n -q -i "\$1" -s $LAB/bound
	SH
	chmod +x $LAB/bound $LAB/by-hand
	: >$LAB/udhcpc
	contender udhcpc &&
		in_background udhcpc udhcpc on-card $LAB/by-hand &&
		await udhcpc ready
}

row()
{
	local rest
	rest=$(median "$1" 2 1)
	printf '%-8s %8s ms (%s)  %6s x   after up %8s ms  %6s x   lost %d\n' \
		"$1" \
		"$(ms "$(median "$1" 2)")" "$(spread "$1" 2)" \
		"$(ratio "$(median "$1" 2)" "$(median bare 2)")" \
		"$(ms "$rest")" "$(ratio "$rest" "$(median bare 2 1)")" \
		"$(measured "$1.slow")"
}

bench_begin
range=10-250 start_dnsmasq || bail_out 'no dnsmasq'
start_bare || bail_out 'no bare exchange'
start_udhcpc || bail_out 'no udhcpc'
start_netconf || bail_out 'netconfd does not run'
for ((round = 1 - WARM_UP; round <= ROUNDS; round++)); do
	in_turn $round bare client udhcpc
	for who in "${order[@]}"; do
		turn $who $round
		pull "$name"
	done
done
mv $LAB/times/client $LAB/times/netconf
for who in bare netconf udhcpc; do
	set_aside $who 2
done
echo "card appears to DHCP address, $ROUNDS rounds:" \
	'median (quarters), times the bare exchange'
for who in bare netconf udhcpc; do
	row $who
done
[ -z "${BENCH_KEEP:-}" ] || cp -r $LAB "$BENCH_KEEP"
