#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Many links from nothing, each with an address: a thousand bridges, a
# thousand VXLANs, ...
#
#   raw       tests/bench/raw-links.c: as fast as one process can ask; with it
#             the time to read all links and addresses, "dump"
#   ip        ip -batch, three lines a link
#   netconf   netconfd from its start, with two nodes a link: from the exec to
#             the last address; and again, with nothing to do: a reload
#
# Each has a namespace of its own in each round, another one first each time.
# The kernel takes up to 20 ms to remove a bridge, and nobody can change anything
# meanwhile: so a few are removed at a time, and the next waits for the end.
#
# Of bridges, other managers are beside these where tests/install bench has
# unpacked them; one that takes more than 10 s has one round.
#
#   LINKS=1000 KINDS="bridge vxlan" BENCH_ROUNDS=5 OTHERS="networkd ..."
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/managers.sh"
# Some take a minute or two.
LIMIT=300
ROUNDS=${BENCH_ROUNDS:-5}
LINKS=${LINKS:-1000}
KINDS=${KINDS:-bridge vxlan}

# address I
address()
{
	echo "10.$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))/32"
}

# write_inputs KIND
write_inputs()
{
	local i
	{
		printf 'version: 1\nstart: auto\nnodes:\n'
		for ((i = 0; i < LINKS; i++)); do
			case $1 in
			vxlan) echo "  l$i: { kind: vxlan, id: $((i + 1)) }" ;;
			*) echo "  l$i: { kind: $1 }" ;;
			esac
			echo "  a$i: { kind: address, over: l$i," \
				"addresses: [$(address $i)] }"
		done
	} >$LAB/links.yaml
	for ((i = 0; i < LINKS; i++)); do
		case $1 in
		vxlan) echo "link add l$i type vxlan id $((i + 1)) dstport 4789" ;;
		*) echo "link add l$i type $1" ;;
		esac
		echo "link set l$i up"
		echo "addr add $(address $i) dev l$i"
	done >$LAB/batch
}

# settle: until the kernel has removed what the last round left.
settle()
{
	local quick=0 tries=0 start
	while [ $quick -lt 5 ] && [ $((tries++)) -lt 1000 ]; do
		start=${EPOCHREALTIME/./}
		ip -n probe link set lo up
		[ $((${EPOCHREALTIME/./} - start)) -lt 60000 ] &&
			quick=$((quick + 1)) || quick=0
	done
}

# sweep: as a namespace that ends does, but not all at once
sweep()
{
	local i
	for ((i = 0; i < LINKS; i++)); do
		echo "link set l$i group 5"
		[ $((i % 32)) != 31 ] || echo 'link del group 5'
	done >$LAB/sweep
	ip -n turn -force -batch $LAB/sweep >/dev/null 2>&1
	ip netns del turn
}

# one NAME COMMAND...: its times go into $LAB/times/NAME. It goes on running
# if it does not end by itself: $!.
one()
{
	local name=$1
	shift
	rm -f $LAB/one
	in_background turn $name.log until-there "$LINKS" $LAB/one "$@"
	poll test -s $LAB/one || bail_out "no addresses: $name"
	cat $LAB/one >>"$LAB/times/$name"
}

# cpu_us PID: of its threads
cpu_us()
{
	cat /proc/"$1"/task/*/schedstat |
		awk '{ n += $1 } END { printf "%d\n", n / 1000 }'
}

# again NAME PID COMMAND...: how long the command takes, and what it costs
# the process
again()
{
	local name=$1 pid=$2 cpu start
	shift 2
	cpu=$(cpu_us "$pid")
	start=${EPOCHREALTIME/./}
	"$@" >>"$LAB/again.out" 2>&1
	echo "$(ms $((${EPOCHREALTIME/./} - start)))" \
		"$(ms $(($(cpu_us "$pid") - cpu)))" >>"$LAB/times/$name-again"
}

# manager NAME: from nothing, and again
manager()
{
	local pid manager_command manager_again
	[ ! -e "$LAB/times/$1.once" ] || return
	configure_bridges "$1" "$LINKS"
	manager_command "$1"
	manager_again "$1"
	rm -f $LAB/one
	boxed turn "$1" until-there "$LINKS" $LAB/one "${manager_command[@]}"
	pid=$!
	poll test -s $LAB/one || {
		echo "# $1: $(tail -n1 "$LAB/$1.log")"
		return
	}
	cat $LAB/one >>"$LAB/times/$1"
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
		again "$1" "$(pgrep -P $pid)" in_box $pid "${manager_again[@]}"
		kill $pid
		wait $pid
		;;
	esac
	unbox "$1"
	[ "$(cut -d. -f1 <$LAB/one)" -lt 10000 ] || : >"$LAB/times/$1.once"
}

turn_of()
{
	local pid
	settle
	contender turn
	case $2 in
	raw)
		one raw raw-links "$1" "$LINKS"
		ns turn raw-links dump >>$LAB/times/dump
		;;
	ip) one ip ip -batch $LAB/batch ;;
	netconf)
		rm -rf $LAB/state
		one netconf netconfd --socket $socket --state-dir $LAB/state \
			--libexec-dir /usr/libexec/netconf -p $LAB/links.yaml
		pid=$(pgrep -P $! -x netconfd)
		again netconf "$pid" ns turn netconf --socket $socket reload
		kill -KILL "$pid"
		;;
	*) manager "$2" ;;
	esac
	wait $! 2>/dev/null
	sweep
}

# middle WHO COLUMN: the median, in ms
middle()
{
	cut -d' ' -f"$2" "$LAB/times/$1" | sort -n |
		awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
}

row()
{
	local who=$1 base=$2
	[ -s "$LAB/times/$who" ] || return
	printf '%-18s %9s ms  %6s x   processor %9s ms  %6s x\n' "$3" \
		"$(middle $who 1)" "$(ratio "$(middle $who 1)" "$base")" \
		"$(middle $who 2)" "$(ratio "$(middle $who 2)" "$4")"
}

rows()
{
	local wall cpu who
	wall=$(middle raw 1 | awk -v d="$(middle dump 1)" '{ print $1 + d }')
	cpu=$(middle raw 2 | awk -v d="$(middle dump 2)" '{ print $1 + d }')
	echo "$LINKS links of kind $1 with addresses, $ROUNDS rounds: medians"
	for who in raw ip netconf "${others[@]}"; do
		[ ! -s "$LAB/times/$who" ] ||
			point "$LINKS links of kind $1: processor time" \
				"$who" "$(middle $who 2)"
	done
	row raw "$wall" raw "$cpu"
	row ip "$wall" 'ip -batch' "$cpu"
	row netconf "$wall" netconf "$cpu"
	for who in "${others[@]}"; do
		row "$who" "$wall" "$who" "$cpu"
	done
	echo 'once more, with nothing to do; times the dump'
	row dump "$(middle dump 1)" dump "$(middle dump 2)"
	for who in netconf "${others[@]}"; do
		row $who-again "$(middle dump 1)" $who "$(middle dump 2)"
	done
}

bench_begin
for program in raw-links until-there; do
	cp "$NETCONF_BUILD/tests/bench/$program" $LAB/usr/bin ||
		bail_out "not built: make $program"
done
ip netns add probe
for kind in $KINDS; do
	write_inputs "$kind"
	rm -f $LAB/times/*
	others=()
	[ "$kind" != bridge ] || mapfile -t others < <(managers_there \
		${OTHERS-networkd NetworkManager ifupdown2 ifupdown-ng})
	for ((round = 1; round <= ROUNDS; round++)); do
		in_turn $round raw ip netconf "${others[@]}"
		for who in "${order[@]}"; do
			turn_of "$kind" $who
		done
	done
	rows "$kind"
done
settle
[ -z "${BENCH_KEEP:-}" ] || cp -r $LAB "$BENCH_KEEP"
