#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A lease from dnsmasq: what is configured, that it follows the cable, what is
# given back, and who the server takes us for.
. "$(dirname "$0")/lib.sh"

# The client id in the server's lease: ff, IAID, DUID (RFC 4361).
client_id()
{
	awk '{ print $5 }' $LAB/leases
}

lab_begin
start_dnsmasq --dhcp-option=option:mtu,1400 \
	--dhcp-option=121,0.0.0.0/0,192.0.2.1,10.4.0.0/16,192.0.2.1 ||
	bail_out 'no dnsmasq'
lan_profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'

plug c0
ok 'a card that appears gets a lease' reaches lan@c0 up
ok 'and the gateway is seen' reaches inet up
has 'the address has the mask and the lifetime of the lease' \
	"$(ip -n client -4 addr show c0)" 'inet 192\.0\.2\.[0-9]+/24 brd'
has_not 'the address does not stay for ever' \
	"$(ip -n client -4 addr show c0)" 'valid_lft forever'
has 'the default route has the metric of the first place' \
	"$(ip -n client route show default)" \
	'default via 192\.0\.2\.1 dev c0 .*metric 1000'
has_not 'of what option 121 says that is all' "$(ip -n client route)" '10\.4\.'
has "the lease's MTU is the route's" "$(ip -n client route show default)" \
	'mtu 1400'
has 'status shows the address' "$(netconf status)" \
	'lan@c0 +up .*192\.0\.2\.[0-9]+'
is 'status --json has the gateway as a fact' \
	"$(netconf status --json lan@c0 |
		jq -r '.nodes[] | select(.name == "lan@c0").facts.gateway')" \
	192.0.2.1

id=$(client_id)
has 'the client id is of RFC 4361, with the DUID of the state folder' "$id" \
	"^ff(:[0-9a-f]{2}){4}$(sed 's/../:&/g' $LAB/state/duid)\$"

status=$(cat "/proc/$(helper)/status")
uid=$(id -u "$(awk '$2 == "DHCP_USER" { gsub("\"", ""); print $3 }' \
	"$NETCONF_BUILD/config.h")")
has 'netconf-dhcp4 runs as the user that was configured' "$status" \
	"^Uid:	$uid	$uid	$uid	$uid\$"
has 'it has no capabilities' "$status" '^CapEff:	0+$'
has 'nor can it get any' "$status" '^NoNewPrivs:	1$'
is_sanitized || has 'its system calls are filtered' "$status" \
	'^Seccomp:	2$'

mark
cable c0 down
ok 'without carrier the link waits' reaches wired@c0 waiting
ok 'and the lease goes' poll test -z "$(ip -n client -4 -o addr show c0)"
has 'why says that there is no carrier' "$(netconf why uplink)" 'no carrier'
mark
cable c0 up
ok 'with the carrier the lease comes back' reaches lan@c0 up

mark
ip -n client addr add 198.18.0.1/32 dev c0
ip -n client route add 198.18.1.0/24 dev c0
ns client ip link set c0 name other0
ok 'a renamed card keeps its lease' ns client ping -c 1 -W 5 192.0.2.1
is 'and its instance' "$(state lan@c0)" up
ns client ip link set other0 name c0
stop "$netconfd"
is 'netconfd ends as asked' $? 0
netconfd=
has 'an address that netconf did not make stays' \
	"$(ip -n client -4 -o addr show c0)" '198\.18\.0\.1'
has_not 'its own does not' "$(ip -n client -4 -o addr show c0)" '192\.0\.2\.'
has 'and the server has it back' "$(since dnsmasq)" 'DHCPRELEASE.*192\.0\.2\.'
ip -n client addr del 198.18.0.1/32 dev c0

lan_profile | sed 's/over: wired,/& routes: true, metric: 50,/' \
	>$LAB/profile.yaml
mark
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'another netconfd gets a lease' reaches lan@c0 up
is 'it is the same client to the server' "$(client_id)" "$id"
has 'with routes: true all of option 121 is there' "$(ip -n client route)" \
	'^10\.4\.0\.0/16 via 192\.0\.2\.1 dev c0 .*metric 50'
has 'with the metric of the profile' "$(ip -n client route show default)" \
	'^default via 192\.0\.2\.1 dev c0 .*metric 50'
mark
ok 'the lease is taken down' netconf down lan --force
ok 'the server hears of it' await dnsmasq 'DHCPRELEASE.*192\.0\.2\.'
is 'and no route is left' "$(ip -n client -4 route show table all dev c0)" ''

# No option 121 any more: what it leaves to option 33 (RFC 3442).
stop "$dnsmasq"
start_dnsmasq --dhcp-option=33,10.0.0.0,192.0.2.1,198.51.100.7,192.0.2.1 ||
	bail_out 'no dnsmasq'
mark
ok 'another server gives a lease' netconf up lan@c0 --timeout 30s
routes=$(ip -n client route)
has 'a static route of option 33 is one to a network of its class' "$routes" \
	'^10\.0\.0\.0/8 via 192\.0\.2\.1 dev c0 .*metric 50'
has 'or to a host' "$routes" \
	'^198\.51\.100\.7 via 192\.0\.2\.1 dev c0 .*metric 50'
has 'beside the default route by the router' "$routes" \
	'^default via 192\.0\.2\.1 dev c0 .*metric 50'
lab_end
