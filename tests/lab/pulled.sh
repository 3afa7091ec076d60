#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The card is pulled in each state of each kind. One netconfd lives through
# them all but the first; after each pull nothing of the card may be left,
# neither in the kernel nor in netconfd nor in charon, and what stood on it
# waits for a card.
#
#   kind     unmet  starting  up  failed  stopping
#   link       x       x       x             x
#   dhcp       x       x       x     x       x
#   gateway    x               x
#   ipsec      x       x       x     x       x
#
# (A link has nothing that fails; a gateway only looks.)
. "$(dirname "$0")/lib.sh"

kernel_as_before()
{
	diff <(dump) $LAB/before
}

no_instance()
{
	! netconf status --json | grep -q '@c0'
}

# cell KIND STATE NODE: it is in that state now; pulls the card.
cell()
{
	is "$1 $2: it is" "$(state "$3")" "${4:-$2}"
	mark
	pull c0
	gone "$1 $2"
}

# gone CELL: what must be so after each
gone()
{
	ok "$1: no instance is left" poll no_instance
	ok "$1: the kernel is as before" poll kernel_as_before
	ok "$1: charon has nothing of it" poll eval \
		'[ -z "${charon:-}" ] || [ -z "$(charon_ctl --list-sas)" ]'
	has "$1: vpn0 asks for a card" "$(netconf why vpn0)" \
		'no device for wired'
}

# profile TIMEOUT: that of lan
profile()
{
	cat <<-YAML
	version: 1
	nodes:
	  wired: { kind: link, match: { type: ethernet }, start: hotplug }
	  lan: { kind: dhcp, over: wired, timeout: $1,
	    retry: { delay: 1h, max-delay: 1h } }
	  uplink: { kind: any, of: [lan] }
	  inet: { kind: gateway, requires: [uplink] }
	  $(vpn_node 'timeout: 20s')
	YAML
}

lab_begin
# Without server lan becomes unmet, with the next one's short time it fails.
profile 1m >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
netconf up vpn0 --no-wait >/dev/null
plug c0
reaches lan@c0 'waiting from=starting'
has 'dhcp unmet: why says so' "$(netconf why vpn0)" 'no DHCP server answers'
cell dhcp unmet lan@c0 waiting
netconf down vpn0 >/dev/null
stop "$netconfd"

profile 3s >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'

plug c0
reaches wired@c0 up
is 'link up: it is' "$(state wired@c0)" up
pull c0
ok 'link up: no instance is left' poll no_instance
ok 'link up: the kernel is as before' poll kernel_as_before

netconf up vpn0 --no-wait >/dev/null
mark
make_card c0
cable c0 down
insert c0
reaches wired@c0 waiting
cell link unmet wired@c0 waiting

# It comes and goes in the same moment.
kill -STOP "$netconfd"
plug c0
pull c0
kill -CONT "$netconfd"
gone 'link starting'

mark
plug c0
reaches lan@c0 starting
cell dhcp starting lan@c0

mark
plug c0
reaches lan@c0 failed
cell dhcp failed lan@c0

start_dnsmasq --dhcp-option=option:router || bail_out 'no dnsmasq'
mark
plug c0
reaches inet waiting
cell gateway unmet inet waiting
stop "$dnsmasq"

start_dnsmasq || bail_out 'no dnsmasq'
mark
plug c0
reaches vpn0 '(waiting|failed)'
is 'gateway up: it is' "$(state inet)" up
is 'dhcp up: it is' "$(state lan@c0)" up
is 'ipsec unmet (no charon): it is' "$(state vpn0)" waiting
pull c0
gone 'gateway up, dhcp up, ipsec unmet'

mark
plug c0
reaches inet up
kill -STOP "$(helper)"
mark
netconf down vpn0 --no-wait >/dev/null
reaches lan@c0 stopping
is 'dhcp stopping: it is' "$(state lan@c0)" stopping
pull c0
kill -CONT "$(helper)"
ok 'dhcp stopping: no instance is left' poll no_instance
ok 'dhcp stopping: the kernel is as before' poll kernel_as_before

# The link is masked and pulled in the same moment.
mark
plug c0
reaches wired@c0 up
kill -STOP "$netconfd"
netconf down wired --no-wait >/dev/null &
down=$!
pull c0
kill -CONT "$netconfd"
wait $down
ok 'link stopping: no instance is left' poll no_instance
ok 'link stopping: the kernel is as before' poll kernel_as_before

start_charon || bail_out 'no charon'
# With charon come a rule and a device of its own.
dump >$LAB/before
ip -n vpngw link set g0 down
netconf up wired vpn0 --no-wait >/dev/null
mark
plug c0
reaches vpn0 starting
cell ipsec starting vpn0

ip -n vpngw link set g0 up
ip -n vpngw route replace default via 203.0.113.1
start_gateway 'another key' || bail_out 'no gateway'
mark
plug c0
reaches vpn0 failed
cell ipsec failed vpn0

stop "$gateway"
start_gateway || bail_out 'no gateway'
mark
plug c0
ok 'ipsec up: forgotten is the failure when a card comes anew' \
	reaches vpn0 up
cell ipsec up vpn0

mark
plug c0
reaches vpn0 up
kill -STOP "$charon"
mark
netconf down vpn0 --no-wait >/dev/null
reaches vpn0 stopping
is 'ipsec stopping: it is' "$(state vpn0)" stopping
pull c0
kill -CONT "$charon"
ok 'ipsec stopping: it ends' reaches vpn0 idle
ok 'ipsec stopping: no instance is left' poll no_instance
ok 'ipsec stopping: the kernel is as before' poll kernel_as_before

plug c0
ok 'after all that the tunnel comes up' netconf up vpn0
ok 'and pings go through' ping_host 1
lab_end
