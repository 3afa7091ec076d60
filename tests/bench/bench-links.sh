#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Many links from nothing, each with an address, and gone again: a thousand
# bridges, pairs of veth, VXLANs.
#
#   raw       tests/bench/raw-links.c: as fast as one process can ask; with it
#             the time to read all links and addresses, "dump"
#   ip        ip -batch, three lines a link; to remove them, as raw: in groups
#   netconf   netconfd from its start, with two nodes a link: from the exec to
#             the last address; again, with nothing to do: a reload; and
#             another, of a profile without them, until the last link is gone
#
# Each has a namespace of its own in each round, another one first each time.
# The kernel takes up to 20 ms to remove a bridge, and nobody can change anything
# meanwhile: so a few are removed at a time, and the next waits for the end.
#
# Other managers are beside these where tests/install bench has unpacked them,
# but not where there are still more links (MANY); one that takes more than
# 10 s has one round.
#
#   LINKS=1000 KINDS="bridge veth vxlan" BENCH_ROUNDS=5 OTHERS="networkd ..."
#   MANY=4000 MANY_KINDS=bridge MANY_ROUNDS=3
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/links.sh"
. "$(dirname "$0")/managers.sh"
# Some take minutes.
LIMIT=900
LINKS=${LINKS:-1000}
KINDS=${KINDS-bridge veth vxlan}
MANY=${MANY:-4000}
MANY_KINDS=${MANY_KINDS-bridge}

# one NAME N COMMAND...: its times until N addresses are there, or for 0 until
# it has ended, go into $LAB/times/NAME.
one()
{
	local name=$1 n=$2
	shift 2
	rm -f $LAB/one
	in_background turn $name.log until-there "$n" $LAB/one "$@"
	poll test -s $LAB/one || bail_out "no end: $name"
	cat $LAB/one >>"$LAB/times/$name"
	wait $!
}

# cost NAME PID COMMAND...: how long the command takes, and what it costs the
# process
cost()
{
	local name=$1 pid=$2 cpu start
	shift 2
	cpu=$(cpu_us "$pid")
	start=${EPOCHREALTIME/./}
	"$@" >>"$LAB/cost.out" 2>&1 || echo "# $name: $(tail -n1 $LAB/cost.out)" |
		cut -c1-200
	echo "$(ms $((${EPOCHREALTIME/./} - start)))" \
		"$(ms $(($(cpu_us "$pid") - cpu)))" >>"$LAB/times/$name"
}

# reload_again: what is there already, and what that costs netconfd
reload_again()
{
	local cpu
	cpu=$(cpu_us "$netconfd")
	one again 0 netconf --socket $socket reload
	echo "$(cut -d' ' -f1 $LAB/one)" \
		"$(ms $(($(cpu_us "$netconfd") - cpu)))" \
		>>$LAB/times/netconf-again
}

# remove PID PARENT: netconfd is left without links, and is ended.
remove()
{
	local cpu
	cpu=$(cpu_us "$1")
	cat >$LAB/links.yaml <<-YAML
	version: 1
	nodes:
	  none: { kind: link, device: none }
	YAML
	one removed "-$LINKS" netconf --socket $socket reload
	at_rest "$1" 0.3
	awk -v cpu=$(($(cpu_us "$1") - cpu)) '{ print $1, $2 + cpu / 1000 }' \
		$LAB/one >>$LAB/times/netconf-removed
	kill -KILL "$1"
	wait "$2" 2>/dev/null
}

# manager NAME KIND: from nothing, and again
manager()
{
	local pid manager_command manager_again
	[ ! -e "$LAB/times/$1.once" ] || return
	configure_links "$1" "$2" "$LINKS"
	manager_command "$1"
	manager_again "$1"
	rm -f $LAB/one
	boxed turn "$1" until-there "$LINKS" $LAB/one "${manager_command[@]}"
	pid=$!
	poll have_ended $pid || true
	[ -s $LAB/one ] || {
		echo "# $1: $(tail -n1 "$LAB/$1.log")"
		kill $pid 2>/dev/null
		wait $pid
		unbox "$1"
		: >"$LAB/times/$1.once"
		return
	}
	cat $LAB/one >>"$LAB/times/$1"
	[ "$(cut -d. -f1 <$LAB/one)" -lt 10000 ] || : >"$LAB/times/$1.once"
	case $1 in
	ifupdown*)
		# What has ended is started again, and is all that it costs.
		wait $pid
		boxed turn "$1" until-there 0 $LAB/one "${manager_again[@]}"
		pid=$!
		wait $pid
		cat $LAB/one >>"$LAB/times/$1-again"
		;;
	*)
		cost "$1-again" "$(pgrep -P $pid)" \
			in_box $pid "${manager_again[@]}"
		kill $pid
		wait $pid
		;;
	esac
	unbox "$1"
}

# have_ended PID: it has written its times, or ended without
have_ended()
{
	[ -s $LAB/one ] || ! kill -0 "$1"
}

# turn_of KIND WHO
turn_of()
{
	settle
	contender turn
	case $2 in
	raw)
		one raw "$LINKS" raw-links "$1" "$LINKS"
		ns turn raw-links dump >>$LAB/times/dump
		ns turn raw-links remove "$LINKS" "$(together "$1")" \
			>>$LAB/times/raw-removed
		;;
	ip)
		one ip "$LINKS" ip -batch $LAB/batch
		one ip-removed 0 ip -batch $LAB/sweep
		;;
	netconf)
		write_profile "$1"
		start_links
		cat $LAB/one >>$LAB/times/netconf
		reload_again
		remove "$netconfd" $!
		;;
	*) manager "$2" "$1" ;;
	esac
	sweep
}

# row FILE WALL NAME PROCESSOR: a line, with the ratios to those
row()
{
	[ -s "$LAB/times/$1" ] || return
	printf '%-18s %9s ms  %6s x   processor %9s ms  %6s x   %2d rounds\n' \
		"$3" "$(middle "$1" 1)" "$(ratio "$(middle "$1" 1)" "$2")" \
		"$(middle "$1" 2)" "$(ratio "$(middle "$1" 2)" "$4")" \
		"$(measured "$1")"
}

# points WHAT SUFFIX WHO...: for the picture
points()
{
	local what=$1 suffix=$2 who
	shift 2
	for who; do
		[ -s "$LAB/times/$who$suffix" ] || continue
		point "$what: wall" "$who" "$(middle "$who$suffix" 1)"
	done
	for who; do
		[ -s "$LAB/times/$who$suffix" ] || continue
		point "$what: processor time" "$who" \
			"$(middle "$who$suffix" 2)"
	done
}

rows()
{
	local wall cpu who what="$LINKS of kind $1, from nothing"
	wall=$(middle raw 1 | awk -v d="$(middle dump 1)" '{ print $1 + d }')
	cpu=$(middle raw 2 | awk -v d="$(middle dump 2)" '{ print $1 + d }')
	echo "$LINKS links of kind $1 with addresses: medians, x raw and dump"
	points "$what" '' raw ip netconf "${others[@]}"
	row raw "$wall" raw "$cpu"
	row ip "$wall" 'ip -batch' "$cpu"
	for who in netconf "${others[@]}"; do
		row "$who" "$wall" "$who" "$cpu"
	done
	echo 'once more, with nothing to do: x dump'
	cp $LAB/times/dump $LAB/times/raw-again
	points "$LINKS of kind $1, nothing to do" -again raw netconf "${others[@]}"
	for who in raw netconf "${others[@]}"; do
		row $who-again "$(middle dump 1)" "${who/raw/dump}" \
			"$(middle dump 2)"
	done
	echo 'removed: x raw'
	points "$LINKS of kind $1, removed" -removed raw ip netconf
	for who in raw ip netconf; do
		row $who-removed "$(middle raw-removed 1)" "${who/ip/ip -batch}" \
			"$(middle raw-removed 2)"
	done
}

# measure KIND ROUNDS [OTHER...]: of $LINKS
measure()
{
	local others=("${@:3}") round who
	write_batch "$1"
	write_sweep "$1"
	rm -f $LAB/times/*
	for ((round = 1; round <= $2; round++)); do
		in_turn $round raw ip netconf "${others[@]}"
		for who in "${order[@]}"; do
			turn_of "$1" "$who"
		done
	done
	rows "$1"
}

bench_begin
for program in raw-links until-there; do
	cp "$NETCONF_BUILD/tests/bench/$program" $LAB/usr/bin ||
		bail_out "not built: make $program"
done
ip netns add probe
mapfile -t managers < <(managers_there \
	${OTHERS-networkd NetworkManager ifupdown2 ifupdown-ng})
for kind in $KINDS; do
	measure "$kind" "${BENCH_ROUNDS:-5}" "${managers[@]}"
done
LINKS=$MANY
for kind in $MANY_KINDS; do
	measure "$kind" "${MANY_ROUNDS:-3}"
done
settle
[ -z "${BENCH_KEEP:-}" ] || cp -r $LAB "$BENCH_KEEP"
