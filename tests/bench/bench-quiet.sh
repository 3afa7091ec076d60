#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What it costs that it runs: memory and wake-ups while nothing happens, with
# no node and with a thousand; and a card whose carrier comes and goes, a
# thousand times a second for 10 s and as fast as the kernel can for 3 s: the
# processor time, and whether the card has its address within 1 s after.
#
# netconf, and beside it the daemons that tests/install bench has unpacked.
# Memory is what is the process's own and its share of what it shares with
# others (PSS); of all processes of it, but not of the message bus.
#
#   LINKS=1000 OTHERS="networkd ..."
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/managers.sh"
LINKS=${LINKS:-1000}
IDLE_S=10

# address I
address()
{
	echo "10.$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))/32"
}

# family PID: it and those that it has started
family()
{
	local pid child
	for pid; do
		echo "$pid"
		for child in $(pgrep -P "$pid"); do
			family "$child"
		done
	done
}

# sum FILE FIELD-PATTERN PID...: of the numbers in /proc/PID/FILE
sum()
{
	local file=$1 pattern=$2 pid
	shift 2
	for pid; do
		cat /proc/"$pid"/$file 2>/dev/null
	done | awk -v p="$pattern" '$1 ~ p { n += $2 } END { print n + 0 }'
}

cpu_ms()
{
	local pid
	for pid; do
		cat /proc/"$pid"/task/*/schedstat 2>/dev/null
	done | awk '{ n += $1 } END { printf "%.1f", n / 1e6 }'
}

minus()
{
	awk -v a="$1" -v b="$2" -v by="${3:-1}" \
		'BEGIN { printf "%.1f", (a - b) / by }'
}

# quiet_now PID: until it has taken no processor time for two seconds
quiet_now()
{
	local before='' now tries=0
	while now=$(cpu_ms $(family "$1")); [ "$now" != "$before" ] &&
		[ $((tries++)) -lt 60 ]; do
		before=$now
		read -r -t 2 -u "$never"
	done
}

# idle NAME NODES PID: a line
idle()
{
	local pids before woken
	quiet_now "$3"
	mapfile -t pids < <(family "$3")
	woken=$(sum 'task/*/status' '^voluntary_ctxt' "${pids[@]}")
	before=$(cpu_ms "${pids[@]}")
	read -r -t $IDLE_S -u "$never"
	printf '%-16s %5s nodes  %8s KiB  %7s wake-ups/s  %6s ms/s\n' "$1" \
		"$2" "$(sum smaps_rollup '^Pss:' "${pids[@]}")" \
		"$(minus "$(sum 'task/*/status' '^voluntary_ctxt' "${pids[@]}")" \
			"$woken" $IDLE_S)" \
		"$(minus "$(cpu_ms "${pids[@]}")" "$before" $IDLE_S)"
}

has_address()
{
	ip -n "$1" -4 -o addr show c1 2>/dev/null | grep -q 192.0.2.7
}

# storm NAME NAMESPACE PID RATE SECONDS: a line
storm()
{
	local pids before n start after=''
	mapfile -t pids < <(family "$3")
	before=$(cpu_ms "${pids[@]}")
	n=$(ns router flap p-c1 "$4" "$5")
	start=${EPOCHREALTIME/./}
	# Who loses it loses it when it has read what has happened.
	read -r -t 0.2 -u "$never"
	while [ $((${EPOCHREALTIME/./} - start)) -lt 5000000 ]; do
		! has_address "$2" || { after=there; break; }
		read -r -t 0.02 -u "$never"
	done
	after=${after:+$(ms $((${EPOCHREALTIME/./} - start))) ms}
	printf '%-16s %7s changes in %2s s  %9s ms  address: %s\n' "$1" "$n" \
		"$5" "$(minus "$(cpu_ms "${pids[@]}")" "$before")" \
		"${after:-missing after 5 s}"
}

storms()
{
	make_card c1 && insert c1 "$2" || bail_out 'no card'
	poll has_address "$2" || { echo "# $1: no address"; pull c1; return; }
	quiet_now "$3"
	storm "$1" "$2" "$3" 1000 10
	storm "$1" "$2" "$3" 0 3
	pull c1
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
		idle netconf "$what" "$netconfd" >>$LAB/idle
		end_netconf
	done
	netconf_profile cards >$LAB/quiet.yaml
	start_netconfd -p $LAB/quiet.yaml || bail_out 'no netconfd'
	storms netconf client "$netconfd" >>$LAB/storms
	end_netconf
}

of_manager()
{
	local manager_command what
	manager_command "$1"
	for what in 0 "$LINKS" cards; do
		[ "$1$what" != "connman$LINKS" ] || continue
		contender "$1"
		case $what in
		cards) configure_cards "$1" static 192.0.2.7/24 ;;
		*) configure_bridges "$1" $((what / 2)) ;;
		esac
		boxed "$1" "$1" "${manager_command[@]}"
		case $what in
		cards) storms "$1" "$1" $! >>$LAB/storms ;;
		*) idle "$1" "$what" $! >>$LAB/idle ;;
		esac
		kill -KILL $!
		wait $! 2>/dev/null
		unbox "$1"
		ip netns del "$1"
	done
}

bench_begin
mkdir -p $LAB/box
cp "$NETCONF_BUILD/tests/bench/flap" $LAB/usr/bin ||
	bail_out 'not built: make flap'
of_netconf
for one in $(managers_there ${OTHERS-networkd NetworkManager connman}); do
	of_manager "$one"
done
echo "idle: memory, and what ${IDLE_S} s of nothing cost"
cat $LAB/idle
echo 'carrier storm: processor time, and the address after its end'
cat $LAB/storms
[ -z "${BENCH_KEEP:-}" ] || cp -r $LAB "$BENCH_KEEP"
