#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What it costs that it runs: memory and wake-ups while nothing happens, with
# no node and with a thousand; and a card whose carrier comes and goes, a
# thousand times a second for 10 s and as fast as the kernel can for 3 s: the
# processor time, and whether the card has its address within 1 s after.
#
# netconf, and beside it the daemons that tests/install bench has unpacked.
# "raw" is tests/bench/raw-card.c, a program that does nothing but listen to
# the kernel: what one of these costs that does no more. Its thousand nodes are
# links and addresses that it has not made, and hears nothing of.
#
# Memory is what is the process's own and its share of what it shares with
# others (PSS); of all processes of it, but not of the message bus.
#
#   LINKS=1000 OTHERS="networkd ..."
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/managers.sh"
LINKS=${LINKS:-1000}
IDLE_S=10

# sum FILE FIELD-PATTERN PID...: of the numbers in /proc/PID/FILE
sum()
{
	local file=$1 pattern=$2 pid
	shift 2
	for pid; do
		cat /proc/"$pid"/$file 2>/dev/null
	done | awk -v p="$pattern" '$1 ~ p { n += $2 } END { print n + 0 }'
}

minus()
{
	awk -v a="$1" -v b="$2" -v by="${3:-1}" \
		'BEGIN { printf "%.1f", (a - b) / by }'
}

# idle NAME NODES PID: its figures go into $LAB/idle: KiB, wake-ups and
# milliseconds a second
idle()
{
	local pids before woken
	at_rest "$3"
	mapfile -t pids < <(family "$3")
	woken=$(sum 'task/*/status' '^voluntary_ctxt' "${pids[@]}")
	before=$(cpu_us "${pids[@]}")
	read -r -t $IDLE_S -u "$never"
	echo "$1" "$2" "$(sum smaps_rollup '^Pss:' "${pids[@]}")" \
		"$(minus "$(sum 'task/*/status' '^voluntary_ctxt' "${pids[@]}")" \
			"$woken" $IDLE_S)" \
		"$(minus "$(cpu_us "${pids[@]}")" "$before" \
			$((1000 * IDLE_S)))" >>$LAB/idle
}

has_address()
{
	ip -n "$1" -4 -o addr show c1 2>/dev/null | grep -q 192.0.2.7
}

# storm NAME NAMESPACE PID RATE SECONDS: its figures go into $LAB/storms:
# seconds, changes, milliseconds, and how it ended
storm()
{
	local pids before n start after=''
	mapfile -t pids < <(family "$3")
	before=$(cpu_us "${pids[@]}")
	n=$(ns router flap p-c1 "$4" "$5")
	start=${EPOCHREALTIME/./}
	# Who loses it loses it when it has read what has happened.
	read -r -t 0.2 -u "$never"
	while [ $((${EPOCHREALTIME/./} - start)) -lt 5000000 ]; do
		! has_address "$2" || { after=there; break; }
		read -r -t 0.02 -u "$never"
	done
	after=${after:+$(ms $((${EPOCHREALTIME/./} - start))) ms}
	# What it has still to read is part of it.
	at_rest "$3" 0.5
	echo "$1" "$5" "$n" \
		"$(minus "$(cpu_us "${pids[@]}")" "$before" 1000)" \
		"${after:-missing after 5 s}" >>$LAB/storms
}

storms()
{
	make_card c1 && insert c1 "$2" || bail_out 'no card'
	poll has_address "$2" || { echo "# $1: no address"; pull c1; return; }
	at_rest "$3"
	storm "$1" "$2" "$3" 1000 10
	storm "$1" "$2" "$3" 0 3
	pull c1
}

of_raw()
{
	local what pid
	for what in 0 "$LINKS"; do
		contender raw
		[ "$what" = 0 ] ||
			ns raw raw-links vxlan $((what / 2)) >/dev/null
		: >$LAB/raw
		in_background raw raw raw-card 192.0.2.7
		pid=$!
		await raw ready || bail_out 'no raw'
		idle raw "$what" $pid
		[ "$what" != 0 ] || storms raw raw $pid
		stop $pid
		ip netns del raw
	done
}

netconf_profile()
{
	local i
	printf 'version: 1\nnodes:\n'
	if [ "$1" = cards ]; then
		cat <<-YAML
		  wired: { kind: link, match: { type: ethernet }, start: hotplug }
		  lan: { kind: address, over: wired, addresses: 192.0.2.7/24,
		    start: hotplug }
		YAML
		return
	fi
	[ "$1" != 0 ] || echo '  none: { kind: any, of: [wired] }
  wired: { kind: link, device: none0 }'
	for ((i = 0; i < $1 / 2; i++)); do
		echo "  l$i: { kind: vxlan, id: $((i + 1)), start: auto }"
		echo "  a$i: { kind: address, over: l$i, start: auto," \
			"addresses: $(address $i) }"
	done
}

# end_netconf: without taking anything down, which would take its time
end_netconf()
{
	kill -KILL "$netconfd"
	wait "$netconfd" 2>/dev/null
	ip netns del client
	contender client
	rm -rf $LAB/state
}

of_netconf()
{
	local what
	for what in 0 "$LINKS"; do
		netconf_profile "$what" >$LAB/quiet.yaml
		start_netconfd -p $LAB/quiet.yaml || bail_out 'no netconfd'
		idle netconf "$what" "$netconfd"
		end_netconf
	done
	netconf_profile cards >$LAB/quiet.yaml
	start_netconfd -p $LAB/quiet.yaml || bail_out 'no netconfd'
	storms netconf client "$netconfd"
	end_netconf
}

of_manager()
{
	local manager_command what pid
	manager_command "$1"
	for what in 0 "$LINKS" cards; do
		[ "$1$what" != "connman$LINKS" ] || continue
		contender "$1"
		case $what in
		cards) configure_cards "$1" static 192.0.2.7/24 ;;
		*) configure_links "$1" bridge $((what / 2)) ;;
		esac
		boxed "$1" "$1" "${manager_command[@]}"
		pid=$!
		case $what in
		cards) storms "$1" "$1" $pid ;;
		*) idle "$1" "$what" $pid ;;
		esac
		kill -KILL $pid
		wait $pid 2>/dev/null
		unbox "$1"
		ip netns del "$1"
	done
}

# rows_idle NODES
rows_idle()
{
	local who nodes kib woken used base
	base=$(awk -v n="$1" '$1 == "raw" && $2 == n { print $3 }' $LAB/idle)
	while read -r who nodes kib woken used; do
		[ "$nodes" = "$1" ] || continue
		printf '%-16s %5s nodes  %8s KiB  %6s x   %7s wake-ups/s  %6s ms/s\n' \
			"$who" "$nodes" "$kib" "$(ratio "$kib" "$base")" \
			"$woken" "$used"
		point "memory (PSS), $nodes nodes" "$who" "$kib" KiB
	done <$LAB/idle
}

# rows_storm SECONDS HOW
rows_storm()
{
	local who s n used after base
	# The busier the machine, the fewer changes: so for as many.
	base=$(awk -v s="$1" '$1 == "raw" && $2 == s { print $4 / $3 }' \
		$LAB/storms)
	while read -r who s n used after; do
		[ "$s" = "$1" ] || continue
		printf '%-16s %7s changes in %2s s  %9s ms  %6s x   address: %s\n' \
			"$who" "$n" "$s" "$used" \
			"$(ratio "$used" "$(awk -v n="$n" -v b="$base" \
				'BEGIN { print n * b }')")" "$after"
		point "carrier, $2: processor time" "$who" "$used"
	done <$LAB/storms
}

bench_begin
mkdir -p $LAB/box
for program in flap raw-card raw-links; do
	cp "$NETCONF_BUILD/tests/bench/$program" $LAB/usr/bin ||
		bail_out "not built: make $program"
done
of_raw
of_netconf
for one in $(managers_there ${OTHERS-networkd NetworkManager connman}); do
	of_manager "$one"
done
echo "idle: memory, x raw, and what ${IDLE_S} s of nothing cost"
rows_idle 0
rows_idle "$LINKS"
echo 'carrier storm: processor time, x raw a change, the address after its end'
rows_storm 10 '1,000 times a second for 10 s'
rows_storm 3 'flat out for 3 s'
[ -z "${BENCH_KEEP:-}" ] || cp -r $LAB "$BENCH_KEEP"
