#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One link of many is changed: the profile says another MTU, or somebody else
# sets one and it is put right.
#
#   reload    netconf reload with one line of the profile changed: from the
#             command's start until the kernel tells of the link's new MTU.
#             raw: tests/bench/raw-mtu.c, one request and its answer, by who
#             knows what has changed; "all read": after reading all links and
#             addresses, as who does not know has to; and ip link set.
#   put right  from the kernel telling of the foreign MTU until it tells of the
#             right one. raw: a program that listens and answers each change.
#             netconf waits a moment first, in case more is changed.
#
# The processor time is that of the command and of the daemon until it has
# nothing more to do. All have the same links, which netconf has made; raw and
# ip come when it has been killed. Each round changes another link.
#
#   LINKS=4000 KIND=bridge BENCH_ROUNDS=20
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/links.sh"
# What was made by thousands takes its time.
LIMIT=300
ROUNDS=${BENCH_ROUNDS:-20}
LINKS=${LINKS:-4000}
KIND=${KIND:-bridge}
MTU=1450

# measure WHO PID LINK MTU COMMAND...: the command's times, with the processor
# time of the daemon PID (0: there is none) added, into $LAB/times/WHO: until
# it was done, since it was wrong, processor
measure()
{
	local who=$1 pid=$2 cpu=0
	shift 2
	[ "$pid" = 0 ] || cpu=$(cpu_us "$pid")
	ns turn until-mtu "$@" >$LAB/one 2>>$LAB/errors || {
		echo "# $who: $(tail -n1 $LAB/errors)"
		return
	}
	[ "$pid" = 0 ] || {
		at_rest "$pid" 0.3
		cpu=$(($(cpu_us "$pid") - cpu))
	}
	awk -v cpu="$cpu" '{ print $1, $2, $3 + cpu / 1000 }' $LAB/one \
		>>"$LAB/times/$who"
}

# The profile gives link $1 the MTU $2.
change()
{
	sed -i "s/^  l$1: { kind: $KIND, mtu: [0-9]*/  l$1: { kind: $KIND, mtu: $2/" \
		$LAB/links.yaml
}

# Link number of a round, for changes by the profile and by others: far apart.
link_of()
{
	echo $((($1 * 2 + $2) * LINKS / (2 * ROUNDS + 2)))
}

of_netconf()
{
	local round i
	for ((round = 1; round <= ROUNDS; round++)); do
		i=$(link_of $round 0)
		change "$i" 1400
		measure netconf-reload "$netconfd" "l$i" 1400 \
			netconf --socket $socket reload
		i=$(link_of $round 1)
		measure netconf-right "$netconfd" "l$i" $MTU \
			raw-mtu set "l$i" 1300
	done
}

of_raw()
{
	local round i keeper
	for ((round = 1; round <= ROUNDS; round++)); do
		i=l$(link_of $round 0)
		measure raw-reload 0 "$i" 1401 raw-mtu set "$i" 1401
		measure ip-reload 0 "$i" 1402 ip link set "$i" mtu 1402
		measure read-reload 0 "$i" $MTU sh -c \
			"raw-links dump >/dev/null && raw-mtu set $i $MTU"
	done
	: >$LAB/keeper
	in_background turn keeper raw-mtu keep $MTU
	keeper=$!
	await keeper ready || bail_out 'no raw'
	for ((round = 1; round <= ROUNDS; round++)); do
		i=l$(link_of $round 1)
		measure raw-right "$keeper" "$i" $MTU raw-mtu set "$i" 1300
	done
	stop "$keeper"
}

# row FILE NAME COLUMN: with the ratios to raw's
row()
{
	local raw=raw-${1#*-}
	[ -s "$LAB/times/$1" ] || return
	printf '%-18s %9s ms  %7s x   processor %9s ms  %7s x   %2d rounds\n' \
		"$2" "$(middle "$1" "$3")" \
		"$(ratio "$(middle "$1" "$3")" "$(middle $raw "$3")")" \
		"$(middle "$1" 3)" \
		"$(ratio "$(middle "$1" 3)" "$(middle $raw 3)")" \
		"$(measured "$1")"
}

# points WHAT COLUMN SUFFIX WHO...
points()
{
	local what="one of $LINKS links $1" who suffix=$3 column=$2
	shift 3
	for who; do
		[ ! -s "$LAB/times/$who-$suffix" ] || point "$what: wall" \
			"$who" "$(middle "$who-$suffix" "$column")"
	done
	for who; do
		[ ! -s "$LAB/times/$who-$suffix" ] ||
			point "$what: processor time" "$who" \
				"$(middle "$who-$suffix" 3)"
	done
}

bench_begin
for program in raw-links raw-mtu until-mtu until-there; do
	cp "$NETCONF_BUILD/tests/bench/$program" $LAB/usr/bin ||
		bail_out "not built: make $program"
done
ip netns add probe
write_profile "$KIND" "mtu: $MTU"
write_sweep "$KIND"
contender turn
start_links
of_netconf
kill -KILL "$netconfd"
of_raw
echo "one of $LINKS links of kind $KIND changed, $ROUNDS rounds: medians, x raw"
row raw-reload raw 1
row read-reload 'raw, all read' 1
row ip-reload 'ip link set' 1
row netconf-reload 'netconf reload' 1
echo 'changed by others, and put right'
row raw-right raw 2
row netconf-right netconf 2
points changed 1 reload raw ip netconf
points 'put right' 2 right raw netconf
sweep
settle
[ -z "${BENCH_KEEP:-}" ] || cp -r $LAB "$BENCH_KEEP"
