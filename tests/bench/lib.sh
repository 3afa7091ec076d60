# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the measurements share, on top of the labs' network (../lab/lib.sh).
#
# The contenders run side by side, each in a namespace of its own, and wait
# for cards; a card goes to one of them at a time, by turns, so that whatever
# else the machine does hits all alike. No card comes twice: to everyone,
# server included, each is one never seen before.
#
# That something was slow is a figure, never a failure.
. "$(dirname "$0")/../lab/lib.sh"

# At most 80: a card's number is a byte of its address.
ROUNDS=${BENCH_ROUNDS:-30}
# Rounds before those that count.
WARM_UP=2
card=0

bench_begin()
{
	local program
	lab_mounts || bail_out "cannot mount; is the overlay file system there?"
	for program in card-times dora on-card; do
		cp "$NETCONF_BUILD/tests/bench/$program" $LAB/usr/bin ||
			bail_out "not built: make $program"
	done
	lab_topology || bail_out "no topology"
	mkdir -p $LAB/times /etc/netconf/secrets
	(umask 077 && echo 'correct horse' >/etc/netconf/secrets/vpn0)
}

# contender NAMESPACE
contender()
{
	ip netns add "$1" && ip -n "$1" link set lo up
}

# in_turn ROUND WHO...: sets $order to them, another one first each round, so
# that no one always comes after the same other.
in_turn()
{
	local first
	first=$((($1 + WARM_UP) % ($# - 1)))
	shift
	order=("${@:first + 1}" "${@:1:first}")
}

# quiet: lets what the last round has left end. Not waited for as something
# that must have come, only so that it does not run into what is measured.
quiet()
{
	read -r -t 0.1 -u "$never"
}

# turn NAMESPACE ROUND [ADDRESS]: a new card, $name, for the contender; its
# times go into $LAB/times/NAMESPACE. Whoever called pulls the card.
turn()
{
	local out=$LAB/times/$1
	card=$((card + 1))
	name=c$card
	[ "$2" -gt 0 ] || out=/dev/null
	make_card "$name" || bail_out "no card"
	quiet
	card-times "$name" /run/netns/router "/run/netns/$1" ${3:+"$3"} \
		>>"$out" 2>>$LAB/times/errors ||
		echo "# $1: $(tail -n1 $LAB/times/errors)"
}

# address I: of the link of that number
address()
{
	echo "10.$(($1 >> 16 & 255)).$(($1 >> 8 & 255)).$(($1 & 255))/32"
}

# family PID...: they, and those that they have started
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

# cpu_us PID...: the processor time that these have taken, in microseconds,
# and those that they have started and that have ended (to 10 ms)
cpu_us()
{
	local pid
	for pid; do
		cat /proc/"$pid"/task/*/schedstat 2>/dev/null
		sed 's/.*)//' /proc/"$pid"/stat 2>/dev/null |
			awk '{ print ($14 + $15) * 1e7 }'
	done | awk '{ n += $1 } END { printf "%d\n", n / 1000 }'
}

# at_rest PID [SECONDS]: until it, and those that it has started, have taken
# no processor time for so long (2)
at_rest()
{
	local before='' now tries=0
	while now=$(cpu_us $(family "$1")); [ "$now" != "$before" ] &&
		[ $((tries++)) -lt 60 ]; do
		before=$now
		read -r -t "${2:-2}" -u "$never"
	done
}

# median NAMESPACE COLUMN [FROM-COLUMN]: in microseconds; the difference of
# two columns of the same round, if so asked
median()
{
	awk -v c="$2" -v f="${3:-0}" '{ print $c - (f ? $f : 0) }' \
		"$LAB/times/$1" | sort -n | awk '{ a[NR] = $1 } END {
			low = a[int((NR + 1) / 2)]
			high = a[int(NR / 2) + 1]
			if (NR)
				printf "%d\n", (low + high) / 2
		}'
}

# spread NAMESPACE COLUMN: the quarters around the median, in ms
spread()
{
	awk -v c="$2" '{ print $c }' "$LAB/times/$1" | sort -n |
		awk '{ a[NR] = $1 } END { printf "%.2f to %.2f",
			a[int((NR + 3) / 4)] / 1000,
			a[int((3 * NR + 3) / 4)] / 1000 }'
}

ms()
{
	awk -v t="$1" 'BEGIN { printf t == "" ? "-" : "%.2f", t / 1000 }'
}

# ratio A B
ratio()
{
	awk -v a="$1" -v b="$2" \
		'BEGIN { if (a && b) printf "%.2f", a / b; else printf "-" }'
}

# point PANEL WHO VALUE [UNIT]: for bars.py, into the file $BENCH_POINTS if
# that is set. The unit is ms or KiB.
point()
{
	[ -z "${BENCH_POINTS:-}" ] || [ -z "$3" ] || [ "$3" = - ] ||
		printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "${4:-ms}" \
			>>"$BENCH_POINTS"
}

# measured NAMESPACE: how many rounds gave a result
measured()
{
	wc -l <"$LAB/times/$1"
}

# set_aside NAMESPACE COLUMN: rounds in which it took more than half a second
# go into a file of their own, NAMESPACE.slow.
set_aside()
{
	local file=$LAB/times/$1
	awk -v c="$2" '$c > 500000' "$file" >"$file.slow"
	awk -v c="$2" '$c <= 500000' "$file" >"$file.quick" &&
		mv "$file.quick" "$file"
}
