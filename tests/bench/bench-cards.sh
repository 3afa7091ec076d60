#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A card appears to its address, beside other managers where tests/install
# bench has unpacked them: one that is configured, and one from a DHCP server.
#
#   raw        two messages in one request (tests/bench/raw-card.c), or the
#              bare exchange with the server (tests/bench/dora.c)
#   netconf    netconfd with two nodes, a link and an address or a lease
#   networkd, NetworkManager, connman: daemons that wait for the card
#   ifupdown2, ifupdown-ng: ifup, started by the same event; for DHCP they
#              start dhclient
#
# The processor time is what one card costs, its coming and going, with all
# that has been started for it.
#
# The time runs from RTM_NEWLINK in the namespace to RTM_NEWADDR there. All
# wait, each in a namespace of its own, and take turns.
#
#   BENCH_ROUNDS=20 CASES="static dhcp" OTHERS="networkd ..."
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/managers.sh"
ROUNDS=${BENCH_ROUNDS:-20}
WARM_UP=1

start_netconf()
{
	local node='kind: dhcp'
	[ "$1" = dhcp ] || node='kind: address, addresses: 192.0.2.7/24'
	cat >$LAB/cards.yaml <<-YAML
	version: 1
	nodes:
	  wired: { kind: link, match: { type: ethernet }, start: hotplug }
	  lan: { over: wired, start: hotplug, $node }
	YAML
	rm -rf $LAB/state
	start_netconfd -p $LAB/cards.yaml
}

start_raw()
{
	: >$LAB/raw
	contender raw || return
	case $1 in
	dhcp) in_background raw raw dora ;;
	static) in_background raw raw raw-card 192.0.2.7 ;;
	esac
	raw=$!
	await raw ready
}

# start_manager MANAGER static|dhcp
start_manager()
{
	local manager_command
	contender "$1" || return
	configure_cards "$1" "$2" 192.0.2.7/24
	manager_command "$1"
	: >"$LAB/$1.log"
	case $1 in
	ifupdown*)
		boxed "$1" "$1" on-card "${manager_command[@]:0:${#manager_command[@]}-1}"
		pids[$1]=$!
		await "$1.log" ready
		;;
	*)
		boxed "$1" "$1" "${manager_command[@]}"
		pids[$1]=$!
		# Nothing tells when all of them are ready; the first round,
		# which does not count, waits for that.
		;;
	esac
}

# end_clients MANAGER: those that have no card any more
end_clients()
{
	local pid
	for pid in $(ip netns pids "$1"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != dhclient ] ||
			kill "$pid"
	done
}

# count_cpu SIGN: adds or takes away what each has used up to now
count_cpu()
{
	local who
	for who in "${!pids[@]}"; do
		used[$who]=$((${used[$who]:-0} $1 \
			$(cpu_us $(family "${pids[$who]}"))))
	done
}

stop_all()
{
	local who
	stop "$netconfd"
	stop "$raw"
	for who in "${others[@]}"; do
		kill -KILL "${pids[$who]}"
		wait "${pids[$who]}" 2>/dev/null
		unbox "$who"
		ip netns del "$who"
	done
	ip netns del raw
}

row()
{
	printf '%-16s %9s ms (%s)  %7s x   processor %8s ms %7s x   %s of %s rounds\n' \
		"$1" "$(ms "$(median "$1" 2)")" "$(spread "$1" 2)" \
		"$(ratio "$(median "$1" 2)" "$(median raw 2)")" \
		"$(ms $((used[$1] / ROUNDS)))" \
		"$(ratio "${used[$1]}" "${used[raw]}")" \
		"$(measured "$1")" "$ROUNDS"
}

measure()
{
	local who round
	declare -A pids=() used=()
	local others=(networkd NetworkManager connman ifupdown2 ifupdown-ng)
	mapfile -t others < <(managers_there ${OTHERS-"${others[@]}"})
	rm -f $LAB/times/*
	for who in raw client "${others[@]}"; do
		: >"$LAB/times/$who"
	done
	start_raw "$1" || bail_out 'no raw'
	start_netconf "$1" || bail_out 'netconfd does not run'
	for who in "${others[@]}"; do
		start_manager "$who" "$1" || bail_out "no $who"
	done
	pids[raw]=$raw
	pids[netconf]=$netconfd
	for ((round = 1 - WARM_UP; round <= ROUNDS; round++)); do
		[ $round != 1 ] || count_cpu -
		in_turn $round raw client "${others[@]}"
		for who in "${order[@]}"; do
			turn "$who" $round
			pull "$name"
			[[ $who != ifupdown* ]] || end_clients "$who"
		done
		# A card's number is a byte.
		[ $card -lt 200 ] || card=0
	done
	count_cpu +
	mv $LAB/times/client $LAB/times/netconf
	echo "card appears to its address, $1, $ROUNDS rounds:" \
		'median (quarters), times raw'
	for who in raw netconf "${others[@]}"; do
		row "$who"
		point "a card to its address, $1" "$who" \
			"$(ms "$(median "$who" 2)")"
	done
	stop_all
}

bench_begin
cp "$NETCONF_BUILD/tests/bench/raw-card" $LAB/usr/bin ||
	bail_out 'not built: make raw-card'
range=10-250 start_dnsmasq || bail_out 'no dnsmasq'
for one in ${CASES:-static dhcp}; do
	measure "$one"
done
[ -z "${BENCH_KEEP:-}" ] || cp -r $LAB "$BENCH_KEEP"
