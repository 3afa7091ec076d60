#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything happens, in any order: cards and cables come and go, others remove
# and change what netconf has made, the admin is at work, profiles are reloaded,
# events are lost, netconf-dhcp4 or netconfd itself is killed, the server is deaf
# for a while. When it is calm again the kernel has just what it had before.
#
#   SEED=7 ROUNDS=100 STEPS=60
#   LAB_MADE=yes    also bonds, VLANs, ..., where the kernel has them (tests/vm)
#
# What happens follows from the seed; when, and so what comes of it, does not.
. "$(dirname "$0")/lib.sh"
SEED=${SEED:-1}
ROUNDS=${ROUNDS:-1}
STEPS=${STEPS:-60}

nodes='wired lan uplink inet br0 vx va bra far out six mine tap0 names'
made='br0 vx va tap0'
ports='vx va'
# What others change of these is put right: they are given their MTU.
sized='vx'
[ -z "${LAB_MADE:-}" ] || {
	nodes+=' va1 va2 far1 far2 bond0 tag red taga redr mv dum duma wg'
	made+=' va1 va2 bond0 tag red mv dum wg'
	ports+=' va1 va2 tag'
	sized+=' mv dum'
}

# profile MTU ADDRESS METRIC PRIORITY STP [PORT]: a port more, and tap0
profile()
{
	local retry='{ delay: 100ms, max-delay: 1s }'
	cat <<-YAML
	version: 1
	start: auto
	nodes:
	  wired: { kind: link, match: { name: "c*" }, start: hotplug, mtu: $1 }
	  lan: { kind: dhcp, over: wired, start: hotplug, retry: $retry }
	  uplink: { kind: any, of: [lan] }
	  inet: { kind: gateway, requires: [uplink] }
	  br0: { kind: bridge, ports: [vx${6:+, $6}], $5, retry: $retry }
	  vx: { kind: vxlan, id: 7, mtu: $1, retry: $retry }
	  va: { kind: veth, peer: vb, retry: $retry }
	  bra: { kind: address, over: br0, addresses: [$2, "fd00:7::1/64"],
	    duplicates: off, retry: $retry }
	  far: { kind: route, over: uplink, to: 10.99.0.0/16, metric: $3,
	    retry: $retry }
	  out: { kind: route, over: bra, to: default, via: 10.77.0.2,
	    table: 100, retry: $retry }
	  six: { kind: route, over: bra, to: "2001:db8::/32", via: "fd00:7::2",
	    retry: $retry }
	  mine: { kind: rule, from: 10.77.0.0/24, table: 100, priority: $4,
	    retry: $retry }
	  names: { kind: dns, from: lan, retry: $retry }
	YAML
	[ -z "${6:-}" ] ||
		echo "  tap0: { kind: tun, mode: tap, retry: $retry }"
	[ -z "${LAB_MADE:-}" ] || profile_of_made "$@"
}

# The same. Two cables, both ends of which are here, carry a bond.
profile_of_made()
{
	local mode=balance-xor id=11
	[ "$1" != 1400 ] || mode=active-backup id=10
	cat <<-YAML
	  va1: { kind: veth, peer: vb1, retry: $retry }
	  va2: { kind: veth, peer: vb2, retry: $retry }
	  far1: { kind: link, device: vb1, start: hotplug }
	  far2: { kind: link, device: vb2, start: hotplug }
	  bond0: { kind: bond, mode: $mode, ports: [va1${6:+, va2}],
	    retry: $retry }
	  tag: { kind: vlan, over: bond0, id: $id, retry: $retry }
	  red: { kind: vrf, table: 200, ports: [tag], retry: $retry }
	  taga: { kind: address, over: tag, duplicates: off, retry: $retry,
	    addresses: [10.66.0.1/24, "fd00:6::1/64"], gateway: 10.66.0.2 }
	  redr: { kind: route, over: taga, to: 10.67.0.0/16, table: 200,
	    via: 10.66.0.3, metric: $3, retry: $retry }
	  mv: { kind: macvlan, over: bond0, mtu: $1, retry: $retry }
	  dum: { kind: dummy, mtu: $1, retry: $retry }
	  duma: { kind: address, over: dum, addresses: 10.68.0.1/24,
	    retry: $retry }
	  wg: { kind: wireguard, private-key: { file: $LAB/wg.key },
	    addresses: 10.55.0.1/24, retry: $retry, peers: [{
	      public-key: OCiTYA71Py9e/3X5yYwfQ+pA8I+VHZzTwtNLmtKwFSY=,
	      allowed-ips: [10.56.0.0/16, 10.57.$id.0/24] }] }
	YAML
}

# use PROFILE
use()
{
	case $1 in
	a) profile 1400 10.77.0.1/24 55 2000 'stp: false' va ;;
	b) profile 1350 10.77.0.3/24 56 2001 \
		'stp: true, forward-delay: 2s' va ;;
	c) profile 1400 10.77.0.1/24 55 2000 'stp: false' ;;
	esac >$LAB/profile.yaml
}

# plug_in CARD: each has a net of its own
plug_in()
{
	plug "$1" $((${1#c} + 1))
}

start()
{
	start_netconfd -p $LAB/profile.yaml --event-buffer 8192
}

# The next one does not adopt: links are in its way, and a route by the uplink
# of then stays beside that by another.
crash()
{
	local link
	kill -KILL $netconfd
	wait $netconfd 2>/dev/null
	ip -n client route flush 10.99.0.0/16
	for link in $made; do
		ip -n client link del $link
	done
	start
}

one_of()
{
	shift $((RANDOM % $#))
	echo "$1"
}

# Routes of netconf's, as they can be removed.
our_routes()
{
	ip -n client route show table all proto 110 |
		sed 's/ proto.*metric/ metric/; s/ linkdown//'
}

# Sets `what` to a command.
choose()
{
	local card link node
	card=$(one_of c0 c1)
	link=$(one_of $made)
	node=$(one_of $nodes wired@c0 lan@c0)
	case $((RANDOM % 26)) in
	0 | 1) what="cable $card down" ;;
	2 | 3) what="cable $card up" ;;
	4) what="pull $card" ;;
	5 | 6) what="plug_in $card" ;;
	7) what="ip -n client link set $(one_of $card $link) down" ;;
	8) what="ip -n client link del $link" ;;
	9) what="ip -n client addr flush dev $(one_of $card $link)" ;;
	10) what="ip -n client route del $(our_routes | tail -n 1)" ;;
	11) what="ip -n client route flush dev $(one_of $card br0 $link)" ;;
	12) what="ip -n client route flush table $(one_of main 100 200)" ;;
	13) what="ip -n client rule del priority $(one_of 2000 2001)" ;;
	14) what="ip -n client link set $(one_of $card $sized) mtu 1280" ;;
	15) what="ip -n client link set $(one_of $ports) nomaster" ;;
	16) what="netconf down $node --force" ;;
	17 | 18) what="netconf up $node --no-wait" ;;
	19) what="netconf restart $node --no-wait" ;;
	20 | 21)
		use "$(one_of a b c)"
		what='netconf reload'
		;;
	22) what="kill -KILL $(helper)" ;;
	23) what="kill -$(one_of STOP CONT) $dnsmasq" ;;
	24) what="kill -STOP $netconfd" ;;
	25) what=crash ;;
	esac
}

step()
{
	local what
	choose
	echo "$(date +%T.%N) $what" >>$LAB/steps
	$what >>$LAB/steps 2>&1
	[ $((RANDOM % 3)) != 0 ] ||
		read -r -t 0.$((RANDOM % 4))$((RANDOM % 10)) -u "$never"
	kill -CONT $netconfd
}

# All that somebody has stopped goes on, and all is asked for.
calm()
{
	local card
	kill -CONT $netconfd $dnsmasq
	use a
	netconf reload
	for card in c0 c1; do
		ip -n client link show $card >/dev/null 2>&1 || plug_in $card
		cable $card up
		# Who has set it down wants it so.
		ip -n client link set $card up
	done
	netconf up $nodes --timeout 60s
}

# What there is, but for numbers and what nobody has chosen.
now()
{
	dump | grep -v 'fe80:\|ff00:' | sed -E \
		-e 's/^[0-9]+: //' -e 's/@[a-z0-9]+:/:/' -e 's/ link-netns.*//' \
		-e 's/link\/ether [0-9a-f:]+/link/' -e 's/ permaddr .*//' \
		-e 's/ group default.*//' |
		sort
	grep -v '^#' /etc/resolv.conf
}

bond_is_at_rest()
{
	local link
	for link in va1 va2 bond0 tag mv; do
		ip -n client link show $link | grep -q 'state UP' || return
	done
}

# The kernel says after up to a second what has a carrier.
is_at_rest()
{
	[ -n "$(ip -n client route show default dev c0)" ] &&
		[ -n "$(ip -n client route show default dev c1)" ] &&
		ip -n client link show br0 | grep -q 'state UP' &&
		ip -n client link show tap0 | grep -q NO-CARRIER &&
		{ [ -z "${LAB_MADE:-}" ] || bond_is_at_rest; }
}

is_as_it_was()
{
	now | diff $LAB/calm -
}

round()
{
	local i
	: >$LAB/steps
	RANDOM=$1
	for ((i = 0; i < STEPS; i++)); do
		step
	done
	mark
	ok "seed $1: all is up again" calm
	poll is_as_it_was >/dev/null || sed 's/^/# /' $LAB/steps
	is "seed $1: the kernel has what it had before" "$(is_as_it_was)" ''
}

lab_begin dhcp
[ -z "${LAB_MADE:-}" ] || {
	echo yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk= >$LAB/wg.key
	chmod 600 $LAB/wg.key
	"$("$here/../install" vm-path)/usr/bin/busybox" modprobe tun
	# The kernel makes its rule for VRFs with the first one, and leaves it.
	ip -n client link add first type vrf table 9 || bail_out 'no VRF'
	ip -n client link del first
	dump >$LAB/before
}
echo 'nameserver 203.0.113.9' >/etc/resolv.conf
use a
start || bail_out 'netconfd does not run'
ok 'all is up' calm
poll is_at_rest
now >$LAB/calm
for ((r = 0; r < ROUNDS; r++)); do
	round $((SEED + r))
done
# Its cards may be up now, and its helper has been killed: lab_end sees that
# elsewhere.
stop $netconfd
is 'netconfd ends as asked, with status 0' $? 0
netconfd=
pull c0
pull c1
dump >$LAB/after
ok 'links, addresses, routes and rules are as before' \
	diff $LAB/before $LAB/after
has_not 'no sanitizer complains' "$(cat $LAB/log)" \
	'(Address|Leak|Undefined.*)Sanitizer|runtime error:'
lab_plan
