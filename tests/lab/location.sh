#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profiles/office-location.yaml: the office is where the domain is
# corp.example and the gateway has a certain MAC address, which the kernel
# finds out. There is no tunnel there, and one everywhere else.
. "$(dirname "$0")/lib.sh"
profile=$(cd "$here/../../profiles" && pwd)/office-location.yaml
office_mac=$(sed -nE 's/.*gateway-mac: ([0-9a-f:]+).*/\1/p' "$profile")

# plug_into CARD NET MAC: the router's port has that MAC address
plug_into()
{
	make_card "$1" "$2" && ip -n router link set "p-$1" address "$3" &&
		insert "$1"
}

# fact NODE KEY: what status says of it, or null
fact()
{
	netconf status --json "$1" |
		jq -r --arg name "$1" --arg key "$2" \
			'.nodes[] | select(.name == $name).facts[$key]'
}

# arp CARD KEY VALUE: how the router's port behaves
arp()
{
	ns router sh -c "echo $3 >/proc/sys/net/ipv4/conf/p-$1/arp_$2"
}

# other_gateway CARD: the router's port has that of the office from now on,
# and says so.
other_gateway()
{
	arp "$1" notify 1 && ip -n router link set "p-$1" address "$office_mac"
}

lab_begin gateway charon
start_dnsmasq --dhcp-option=option:domain-name,corp.example ||
	bail_out 'no dnsmasq'
start_netconfd -p "$profile" || bail_out 'netconfd does not run'

mark
plug_into c0 1 "$office_mac"
ok 'in the office, that is known' reaches office up
is 'by the MAC address of the gateway' "$(fact lan@c0 gateway-mac)" \
	"$office_mac"
is 'the tunnel stays down' "$(state vpn0)" waiting
has 'and why says so' "$(netconf why vpn0)" office
has_not 'it was never begun' "$(since log)" '^node=vpn0 state=starting '
is 'nothing of it is in the kernel' "$(tunnels)" ''

mark
pull c0
ok 'out of the office, that is known' reaches office idle\|waiting
plug_into c1 2 02:00:00:00:00:07
ok 'elsewhere the tunnel comes up' reaches vpn0 up
ok 'and carries pings' ping_host 2
is 'it is not the office' "$(state office)" waiting
is 'as the gateway is another' "$(fact lan@c1 gateway-mac)" \
	02:00:00:00:00:07

mark
other_gateway c1
ok 'a gateway with another MAC address is another' reaches office up
ok 'the tunnel goes' reaches vpn0 waiting
is 'nothing of it is left' "$(tunnels)" ''
is 'status has the new one' "$(fact lan@c1 gateway-mac)" "$office_mac"
pull c1

mark
make_card c2 1 && arp c2 ignore 8 && insert c2
ok 'where the gateway does not say who it is' reaches lan@c2 up
ok 'that is being found out' await log '^node=office state=starting '
ok 'for two seconds: then it is not the office' reaches office waiting
is 'the MAC address is still to come' "$(fact lan@c2 gateway-mac)" null
other_gateway c2
ok 'when it says so at last, it is' reaches office up
ok 'and the tunnel is down' reaches vpn0 waiting
lab_end
