#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# DHCPv6 without a prefix: other configuration alone (flag O), from dnsmasq and
# Kea, asked for anew when routers say other things; and an address that
# another host has. The router's words are the test's own.
. "$(dirname "$0")/lib.sh"

fact()
{
	netconf status --json "$1" | jq -r --arg name "$1" --arg key "$2" \
		'.nodes[] | select(.name == $name).facts[$key] // "none"'
}

fact_is()
{
	[ "$(fact "$1" "$2")" = "$3" ]
}

fact_matches()
{
	[[ "$(fact "$1" "$2")" =~ $3 ]]
}

# advertise FLAGS PREFIX VALID: FLAGS are 0x80 for M, 0x40 for O
advertise()
{
	ns router python3 - "$@" <<-'PY'
	import socket, struct, sys
	s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
	s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
	flags, prefix, valid = int(sys.argv[1], 0), sys.argv[2], int(sys.argv[3])
	ra = struct.pack('!BBHBBHII', 134, 0, 0, 64, flags, 1800, 0, 0)
	ra += struct.pack('!BBBBIII', 3, 4, 64, 0xc0, valid, valid, 0)
	ra += socket.inet_pton(socket.AF_INET6, prefix)
	s.sendto(ra, ('ff02::1', 0, 0, socket.if_nametoindex('p-c0')))
	PY
}

# start_kea VALUE POOL [SECONDS]: tells VALUE as name server and in the domain;
# gives the addresses of the pool, "": none; wants to be asked again after so
# long
start_kea()
{
	local pool= refresh=
	[ $# -lt 3 ] || refresh="{ \"name\": \"information-refresh-time\",
		\"data\": \"$3\" },"
	[ -z "$2" ] || pool="\"pools\": [ { \"pool\": \"$2\" } ],"
	cat >$LAB/kea.conf <<-CONF
	{ "Dhcp6": {
	    "interfaces-config": { "interfaces": [ "p-c0" ] },
	    "lease-database": { "type": "memfile", "persist": false },
	    "server-id": { "type": "EN", "enterprise-id": 32473,
	        "identifier": "aa", "persist": false },
	    "preferred-lifetime": 300, "valid-lifetime": 600,
	    "option-data": [ $refresh
	        { "name": "dns-servers", "data": "2001:db8::$1" },
	        { "name": "sntp-servers", "data": "2001:db8::7b" },
	        { "name": "domain-search", "data": "net$1.example" } ],
	    "subnet6": [ { "id": 1, "subnet": "2001:db8:1::/64", $pool
	        "interface": "p-c0" } ],
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

lab_begin
: >$LAB/dhcpd
ns router sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
make_card c0
ip -n router link set p-c0 down
ip -n router link set p-c0 addrgenmode none
ip -n router link set p-c0 up
ip -n router addr add 2001:db8:1::1/64 dev p-c0 nodad
ip -n router addr add fe80::1/64 dev p-c0 nodad
start_dnsmasq --enable-ra --dhcp-range=::,constructor:p-c0,ra-stateless,64,30m \
	--dhcp-option=option:ntp-server,203.0.113.123 \
	--dhcp-option=option6:dns-server,[2001:db8:1::53] \
	--dhcp-option=option6:ntp-server,[2001:db8:1::7b] \
	--dhcp-option=option6:information-refresh-time,700 \
	--dhcp-option=option6:domain-search,lab.example,corp.example ||
	bail_out 'no dnsmasq'
lan_profile 'six: { kind: dhcp, over: wired, ipv4: false }' \
	'few: { kind: dhcp, over: wired, ipv4: false, use: [address, routes] }' \
	>$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml --log-level debug ||
	bail_out 'netconfd does not run'
insert c0
ok 'a lease, and a router that says there is more to know' reaches lan@c0 up
ok 'the server is asked for that alone' \
	await dnsmasq 'DHCPINFORMATION-REQUEST\(p-c0\)'
ok 'time servers of both families are one list' poll fact_is lan@c0 ntp \
	'203.0.113.123 2001:db8:1::7b'
ok 'it is asked again when it said' \
	await log 'dhclient: PRC: Refresh event scheduled in 700 seconds'
is 'so are name servers' "$(fact lan@c0 dns)" '203.0.113.1 2001:db8:1::53'
is 'and there are domains to search' "$(fact lan@c0 search)" \
	'lab.example corp.example'
has_not 'no address is asked for' "$(since dnsmasq)" 'DHCPSOLICIT'
mark
ok 'taken down' netconf down lan --force
ok 'it is' reaches lan@c0 '(idle|waiting)'
is 'nothing of it is left in /run' \
	"$(find /run -maxdepth 1 -name 'dhclient*')" ''

mark
ok 'where names are not used' netconf up few
has 'the server is not asked' "x$(since dnsmasq |
	grep INFORMATION-REQUEST)" '^x$'
ok 'that is over' netconf down few
stop $dnsmasq

start_kea 53 '' || bail_out 'no Kea'
mark
netconf up six --no-wait
ok 'the card listens to routers' poll ns client \
	grep -q 2 /proc/sys/net/ipv6/conf/c0/accept_ra
advertise 0x40 2001:db8:1:: 3600
ok 'of Kea' reaches six@c0 up
ok 'a name server is known' poll fact_is six@c0 dns 2001:db8::53
ok 'where it does not say when, it is asked again in a day' \
	await log 'dhclient: PRC: Refresh event scheduled in 86400 seconds'
is 'a time server' "$(fact six@c0 ntp)" 2001:db8::7b
is 'and a domain' "$(fact six@c0 domain)" net53.example
mark
stop $kea
start_kea 54 '' 60 || bail_out 'no Kea'
advertise 0x40 2001:db8:2:: 3600
ok 'where another prefix is advertised it is asked again' \
	poll fact_is six@c0 dns 2001:db8::54
ok 'a server that wants it sooner than in 10 minutes does not get it' \
	await log 'dhclient: PRC: Refresh event scheduled in 600 seconds'
is 'nobody was restarted' "$(since log | grep -c '^node=six@c0 state=')" 0

mark
stop $kea
ip -n router addr add 2001:db8:1::100/128 dev p-c0 nodad
start_kea 55 2001:db8:1::100-2001:db8:1::101 || bail_out 'no Kea'
advertise 0xc0 2001:db8:1:: 3600
ok 'where addresses are to be had one is asked for' \
	await dhcpd 'DHCP6_LEASE_ALLOC.*2001:db8:1::100'
ok 'that another host has it is said' await log \
	'another host uses 2001:db8:1::100 too; the DHCPv6 server is told'
ok 'and the server hears of it' await dhcpd 'DHCP6_DECLINE_LEASE'
ok 'its answer is heard' await log 'the DHCPv6 server has heard that another'
ok 'another one takes its place' \
	poll fact_is six@c0 address6 2001:db8:1::101/128
is 'names are those of the lease' "$(fact six@c0 dns)" 2001:db8::55
has_not 'the first is not configured' \
	"$(ip -n client -6 addr show dev c0)" '2001:db8:1::100'
mark
ip -n client addr del 2001:db8:1::101/128 dev c0
ok 'an address that somebody removes' await log \
	'its DHCPv6 address was removed by others; it is put back'
ok 'is put back' poll sh -c \
	'ip -n client -6 addr show dev c0 | grep -q "2001:db8:1::101/128"'
is 'all the time the node was up' \
	"$(since log | grep -c '^node=six@c0 state=')" 0
mark
ok 'taken down' netconf down six
ok 'it is given back' await dhcpd 'DHCP6_RELEASE_NA'
is 'the address was declined once' \
	"$(grep -c 'DHCP6_DECLINE_LEASE' $LAB/dhcpd)" 1
stop $kea

mark
start_dnsmasq --dhcp-range=2001:db8:1::100,2001:db8:1::100,64,30m ||
	bail_out 'no dnsmasq'
netconf up six --no-wait
ok 'the card listens to routers again' poll ns client \
	grep -q 2 /proc/sys/net/ipv6/conf/c0/accept_ra
advertise 0xc0 2001:db8:1:: 3600
ok 'dnsmasq, too, gives that address' await dnsmasq \
	'DHCPREPLY\(p-c0\) 2001:db8:1::100'
ok 'hears that another host has it' await dnsmasq \
	'DHCPDECLINE\(p-c0\)'
ok 'and answers' await log 'the DHCPv6 server has heard that another'
netconf down six
stop $dnsmasq
lab_end
