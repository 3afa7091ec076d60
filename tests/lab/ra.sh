#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Router advertisements from dnsmasq: next to an IPv4 lease and alone; what
# comes of them, and that nothing of it is left.
. "$(dirname "$0")/lib.sh"

# fact NODE KEY
fact()
{
	netconf status --json "$1" | jq -r --arg name "$1" --arg key "$2" \
		'.nodes[] | select(.name == $name).facts[$key] // "none"'
}

# fact_is NODE KEY VALUE
fact_is()
{
	[ "$(fact "$1" "$2")" = "$3" ]
}

settings()
{
	ns client grep -r . /proc/sys/net/ipv6/conf/c0 2>/dev/null |
		grep -v stable_secret | sort
}

of_routers()
{
	ip -n client -6 addr show dev c0 scope global
	ip -n client -6 route show table all dev c0 proto ra
	ip -n client -6 route show dev c0 | grep 2001:db8
}

# advertise SECONDS: once, a router with a route to 2001:db8:9::/48 for so long,
# which dnsmasq cannot say
advertise()
{
	ns router python3 - "$@" <<-'PY'
	import socket, struct, sys
	s = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
	s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
	ra = struct.pack('!BBHBBHII', 134, 0, 0, 64, 0, 1800, 0, 0)
	ra += struct.pack('!BBBBI', 24, 2, 48, 0, int(sys.argv[1]))
	ra += socket.inet_pton(socket.AF_INET6, '2001:db8:9::')[:8]
	s.sendto(ra, ('ff02::1', 0, 0, socket.if_nametoindex('p-c0')))
	PY
}

lab_begin
ns router sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
# By itself the kernel takes none: of what comes after a stop nothing is left.
ns client sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_ra'
make_card c0
ip -n router link set p-c0 down
ip -n router link set p-c0 addrgenmode none
ip -n router link set p-c0 up
ip -n router addr add 2001:db8:1::1/64 dev p-c0 nodad
ip -n router addr add fe80::1/64 dev p-c0 nodad
start_dnsmasq --enable-ra --dhcp-range=::,constructor:p-c0,ra-only,64,30m \
	--dhcp-option=option:domain-name,corp.example \
	--dhcp-option=option6:dns-server,[2001:db8:1::53] \
	--dhcp-option=option6:domain-search,lab.example,corp.example ||
	bail_out 'no dnsmasq'
lan_profile 'six: { kind: dhcp, over: wired, ipv4: false }' \
	'more: { kind: dhcp, over: wired, ipv4: false, routes: true }' \
	>$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
insert c0
ok 'the lease does not wait for the routers' reaches lan@c0 up
ok 'an address made of what they advertise is a fact' \
	poll fact_is lan@c0 subnet6 2001:db8:1::/64
has 'with its prefix' "$(fact lan@c0 address6)" '^2001:db8:1:.*/64$'
is 'so is the router' "$(fact lan@c0 gateway6)" fe80::1
ok 'what is on the link, too' poll fact_is lan@c0 prefixes6 2001:db8:1::/64
ok 'name servers of both are one list' poll fact_is lan@c0 dns \
	'203.0.113.1 2001:db8:1::53'
is 'the domain is that of the lease' "$(fact lan@c0 domain)" corp.example
is 'and those to search are there' "$(fact lan@c0 search)" \
	'lab.example corp.example'
has 'the default route has the metric of the lease' \
	"$(ip -n client -6 route show default)" \
	'^default via fe80::1 dev c0 proto ra metric 1000 '
is 'the kernel takes advertisements, also where it forwards' \
	"$(ns client cat /proc/sys/net/ipv6/conf/c0/accept_ra)" 2
ok 'the router is reached' ns client ping -c 1 -W 5 2001:db8:1::1

advertise 600
is 'a route that is advertised is no fact' "$(fact lan@c0 routes6)" none
has_not 'nor taken' "$(ip -n client -6 route)" '^2001:db8:9::'

mark
ok 'the lease is taken down' netconf down lan --force
ok 'and is' reaches lan@c0 '(idle|waiting)'
is 'nothing of the routers is left' "$(of_routers)" ''
is 'nor of the settings' "$(ns client cat /proc/sys/net/ipv6/conf/c0/accept_ra)" 0
is 'the link is' "$(state wired@c0)" up

settings >$LAB/settings
mark
ok 'a node without IPv4 comes up' netconf up six
has 'with an address' "$(fact six@c0 address6)" '^2001:db8:1:.*/64$'
is 'a router' "$(fact six@c0 gateway6)" fe80::1
ok 'a name server' poll fact_is six@c0 dns 2001:db8:1::53
is 'and the first domain to search' "$(fact six@c0 domain)" lab.example
is 'no server was asked for a lease' \
	"$(since dnsmasq | grep -c DHCPDISCOVER)" 0
mark
stop $dnsmasq
# A router lifetime of 0.
start_dnsmasq --enable-ra --ra-param=p-c0,10,0 \
	--dhcp-range=::,constructor:p-c0,ra-only,64,30m || bail_out 'no dnsmasq'
ok 'the router is one no more' await netlink \
	'Deleted default via fe80::1 dev c0'
ok 'and the node waits' reaches six@c0 waiting
has 'why tells for what' "$(netconf why six@c0)" \
	'no router offers a way out on c0'
mark
stop $dnsmasq
start_dnsmasq --enable-ra --dhcp-range=::,constructor:p-c0,ra-only,64,30m ||
	bail_out 'no dnsmasq'
ok 'the router is back' reaches six@c0 up
mark
ok 'it is taken down' netconf down six
ok 'and is' reaches six@c0 '(idle|waiting)'
is 'nothing of the routers is left' "$(of_routers)" ''

ok 'a node that takes routes comes up' netconf up more
advertise 600
ok 'and tells one' poll fact_is more@c0 routes6 '2001:db8:9::/48 via fe80::1'
has 'which the kernel has' "$(ip -n client -6 route)" \
	'^2001:db8:9::/48 via fe80::1 dev c0 proto ra '
has 'with the prefix' "$(fact more@c0 prefixes6)" '^2001:db8:1::/64( |$)'
advertise 0
ok 'no more it is no fact' poll fact_is more@c0 routes6 none
advertise 600
ok 'it comes again' poll fact_is more@c0 routes6 '2001:db8:9::/48 via fe80::1'
ok 'it is taken down' netconf down more
ok 'and is' reaches more@c0 '(idle|waiting)'
is 'nothing of the routers is left' "$(of_routers)" ''
settings >$LAB/settings.after
ok 'the settings are as before' diff $LAB/settings $LAB/settings.after
lab_end
