#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profiles/dual-uplink.yaml: two leases side by side, each with a table of its
# own. The router drops what comes in on another way than it would send to
# (strict rp_filter), so only what leaves by the right one is answered.
. "$(dirname "$0")/lib.sh"
profile=$(cd "$here/../../profiles" && pwd)/dual-uplink.yaml

# address_of CARD
address_of()
{
	ip -n client -4 -o addr show "$1" | awk '{ sub("/.*", "", $4); print $4 }'
}

# asked CARD: the host behind the router asks for something on that card
asked()
{
	ns vpngw ping -c 1 -W 2 "$(address_of "$1")"
}

lab_begin dhcp
sed 's/wan0/c0/; s/wan1/c1/' "$profile" >$LAB/profile.yaml
make_card c0 1
make_card c1 2
for port in all p-c0 p-c1; do
	ns router sh -c "echo 1 >/proc/sys/net/ipv4/conf/$port/rp_filter"
done
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
insert c0
insert c1
ok 'the first has its table and rules' reaches fibre-answers up
ok 'so has the second' reaches cable-answers up
ok 'there is a gateway' reaches inet up
is 'both default routes are there, the first preferred' \
	"$(ip -n client route show default |
		sed -nE 's/.* dev (c[01]) .*metric ([0-9]+).*/\1 \2/p')" \
	$'c0 1000\nc1 1100'
ok 'who asks on the first is answered' asked c0
ok 'and who asks on the second' asked c1
ok 'without the rule of the second' netconf down cable-answers
ok 'nobody is' eval '! asked c1'
ok 'with it' netconf up cable-answers
ok 'they are again' asked c1
ok 'what is sent without an address goes by the first' \
	ns client ping -c 1 -W 5 203.0.113.2
ns client ping -I "$(address_of c1)" -i 0.05 -c 60 -W 5 203.0.113.2 \
	>$LAB/pings &
pings=$!
poll grep -q icmp_seq=5 $LAB/pings
mark
pull c0
ok 'the first is pulled: the second carries all' poll eval \
	'ip -n client route get 203.0.113.2 | grep -q "dev c1"'
ok 'the host behind the router answers' ns client ping -c 1 -W 5 203.0.113.2
wait $pings
has 'what used the second has not noticed' "$(cat $LAB/pings)" \
	'60 received, 0% packet loss'
has_not 'the uplink never went down' "$(since log)" '^node=(uplink|inet) state='
is 'of the first nothing is left' \
	"$(ip -n client rule | grep -c 'lookup 101')$(
		ip -n client route show table 101 2>/dev/null)" 0
ok 'who asks on the second is still answered' asked c1
lab_end
