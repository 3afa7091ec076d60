#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A prefix delegated by Kea, and an address: handed to another link, another
# one after a renumbering, given back. The router is dnsmasq, whose DHCPv6
# server has its turn in the end.
. "$(dirname "$0")/lib.sh"

fact()
{
	netconf status --json "$1" | jq -r --arg name "$1" --arg key "$2" \
		'.nodes[] | select(.name == $name).facts[$key] // "none"'
}

fact_matches()
{
	[[ "$(fact "$1" "$2")" =~ $3 ]]
}

# start_kea PREFIX VALID: delegates the /56 for so many seconds, and has
# addresses
start_kea()
{
	cat >$LAB/kea.conf <<-CONF
	{ "Dhcp6": {
	    "interfaces-config": { "interfaces": [ "p-c0" ] },
	    "lease-database": { "type": "memfile", "persist": false },
	    "server-id": { "type": "EN", "enterprise-id": 32473,
	        "identifier": "aa", "persist": false },
	    "renew-timer": $(($2 / 4)), "rebind-timer": $(($2 / 2)),
	    "preferred-lifetime": $(($2 * 3 / 4)), "valid-lifetime": $2,
	    "option-data": [ { "name": "dns-servers", "data": "2001:db8::53" },
	        { "name": "domain-search", "data": "isp.example" } ],
	    "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64",
	        "interface": "p-c0",
	        "pools": [ { "pool": "2001:db8:1::100-2001:db8:1::1ff" } ],
	        "pd-pools": [ { "prefix": "$1", "prefix-len": 56,
	            "delegated-len": 56 } ] } ],
	    "loggers": [ { "name": "kea-dhcp6", "severity": "DEBUG",
	        "debuglevel": 55,
	        "output_options": [ { "output": "stdout" } ] } ] } }
	CONF
	marks[dhcpd]=$(wc -l <$LAB/dhcpd)
	in_background router dhcpd env KEA_PIDFILE_DIR=$LAB \
		KEA_LOCKFILE_DIR=none kea-dhcp6 -c $LAB/kea.conf
	kea=$!
	await dhcpd 'DHCP6_STARTED'
}

# The process of dhclient, if there is one
dhclient()
{
	local comm
	for comm in /proc/[0-9]*/comm; do
		[ "$(cat "$comm" 2>/dev/null)" != dhclient ] || {
			comm=${comm%/comm}
			echo "${comm#/proc/}"
		}
	done
}

lab_begin
: >$LAB/dhcpd
ns router sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
ns client sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
make_card c0
ip -n router link set p-c0 down
ip -n router link set p-c0 addrgenmode none
ip -n router link set p-c0 up
ip -n router addr add 2001:db8:1::1/64 dev p-c0 nodad
ip -n router addr add fe80::1/64 dev p-c0 nodad
cat >$LAB/profile.yaml <<'YAML'
version: 1
start: hotplug
nodes:
  wired: { kind: link, device: c0 }
  wan: { kind: dhcp, over: wired, ipv4: false, request-prefix: /56 }
  br0: { kind: bridge, start: auto }
  inside:
    kind: address
    over: br0
    prefix-from: wan
    subnet: 18
    duplicates: off
YAML
dump >$LAB/before
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'a link inside does not wait for the prefix' reaches inside up
insert c0
ok 'the card comes up' reaches wired up
start_kea 2001:db8:100:ab00:: 600 || bail_out 'no Kea'
start_dnsmasq --enable-ra --dhcp-range=::,constructor:p-c0,ra-only,64,30m ||
	bail_out 'no dnsmasq'
ok 'so does the node with the prefix' reaches wan up
ok 'the prefix is a fact' poll fact_matches wan prefix \
	'^2001:db8:100:ab00::/56$'
ok 'the address is the one from the server' \
	poll fact_matches wan address6 '^2001:db8:1::1..?/128$'
ok 'in the subnet that the router advertises' poll fact_matches wan \
	subnet6 '^2001:db8:1::/64$'
ok 'name servers of both are one list' \
	poll fact_matches wan dns '2001:db8::53'
is 'and there are domains to search' "$(fact wan search)" isp.example
ok 'a subnet of the prefix is inside' poll fact_matches inside address \
	'^2001:db8:100:ab12::1/64$'
has 'as an address' "$(ip -n client -6 addr show dev br0)" \
	'inet6 2001:db8:100:ab12::1/64'
has 'what no link has of it is unreachable' "$(ip -n client -6 route)" \
	'^unreachable 2001:db8:100:ab00::/56 dev lo proto 110'
status=$(cat "/proc/$(dhclient)/status")
has_not 'dhclient is not root' "$status" '^Uid:.*\b0\b'
has 'and has the rights to open its sockets' "$status" \
	'^CapEff:	0000000000002400$'

mark
ip -n client -6 route del unreachable 2001:db8:100:ab00::/56
ok 'a route of it that others remove' await log \
	'node=wan .*"the route to 2001:db8:100:ab00::/56 was removed by others'
has 'is put back' "$(ip -n client -6 route)" \
	'^unreachable 2001:db8:100:ab00::/56 dev lo proto 110'
remove_again()
{
	ip -n client -6 route del unreachable 2001:db8:100:ab00::/56 \
		2>/dev/null
	since log | grep -q \
		'route of its prefix is removed by others again and again'
}
ok 'removed again and again it is not' poll remove_again
is 'all the time the node was up' "$(since log | grep -c '^node=wan state')" 0

mark
kill -9 "$(dhclient)"
ok 'when it dies that is said' await log \
	'no DHCPv6 for the moment: dhclient was killed by signal 9'
ok 'and it is started again, and asks for what it has' await dhcpd \
	'REBIND|CONFIRM|RENEW|REQUEST'
is 'nothing else has changed' "$(fact wan prefix) $(state wan)" \
	'2001:db8:100:ab00::/56 up'

mark
stop $kea
start_kea 2001:db8:200:cd00:: 8 || bail_out 'no Kea'
kill -9 "$(dhclient)"
ok 'another prefix takes the place of the first' poll fact_matches inside \
	address '^2001:db8:200:cd12::1/64$'
ok 'which is gone' poll sh -c "! ip -n client -6 addr show dev br0 |
	grep 2001:db8:100"
has_not 'everywhere' "$(ip -n client -6 route)" 2001:db8:100
is 'and nobody was restarted' "$(since log | grep -c '^node=inside ')" 0

mark
ok 'it is renewed' await dhcpd 'DHCP6_PD_LEASE_RENEW|: RENEW '
kill -STOP $kea
ok 'when nobody renews it, it ends' poll fact_matches wan prefix none
ok 'and so does what is inside' poll fact_matches inside address none
kill -CONT $kea
ok 'it comes back with the server' poll fact_matches inside address \
	'^2001:db8:200:cd12::1/64$'
is 'all the time both were up' \
	"$(since log | grep -cE '^node=(inside|wan) state')" 0

mark
stop "$netconfd"
is 'netconfd ends as asked' $? 0
netconfd=
ok 'prefix and address are given back' await dhcpd 'DHCP6_RELEASE_PD'
is 'no dhclient is left' "$(dhclient)" ''
is 'nor a file of its' "$(find /run -maxdepth 1 -name 'dhclient*')" ''
stop $kea

mark
stop $dnsmasq
sed -i 's/, request-prefix.*}/ }/' $LAB/profile.yaml
start_dnsmasq --enable-ra \
	--dhcp-range=2001:db8:1::200,2001:db8:1::2ff,64,2m || bail_out 'no dnsmasq'
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'where the router says so an address comes from the server' reaches wan up
ok 'of dnsmasq' poll fact_matches wan address6 '^2001:db8:1::2..?/128$'
is 'without a prefix' "$(fact wan prefix)" none
mark
ok 'taken down' netconf down wan --force
ok 'it is given back' await dnsmasq 'DHCPRELEASE.*'
lab_end
