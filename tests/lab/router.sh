#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profiles/router.yaml: a provider that delegates a prefix, hosts inside, and
# guests in a VLAN, who reach it and each other through the router. The
# machine's kernel may lack VLANs: see tests/vm.
. "$(dirname "$0")/lib.sh"
profiles=$(cd "$here/../../profiles" && pwd)

# The provider: its end of wan0, a lease and advertisements from dnsmasq; the
# way to what it delegates.
provider()
{
	ns router sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding' &&
		make_card c0 &&
		ip -n router link set c0 name wan0 &&
		ip -n router addr add 2001:db8:1::1/64 dev p-c0 nodad &&
		start_dnsmasq --enable-ra \
			--dhcp-range=::,constructor:p-c0,ra-only,64,30m &&
		insert wan0
}

# Delegates the one prefix that it has; the card has a carrier by now.
delegate()
{
	cat >$LAB/dhcpd6.conf <<-CONF
	default-lease-time 600;
	subnet6 2001:db8:1::/64 {
		range6 2001:db8:1::100 2001:db8:1::1ff;
		prefix6 2001:db8:100:ab00:: 2001:db8:100:ab00:: /56;
	}
	CONF
	: >$LAB/dhcpd6.leases
	in_background router dhcpd dhcpd -6 -f -d -cf $LAB/dhcpd6.conf \
		-lf $LAB/dhcpd6.leases -pf $LAB/dhcpd6.pid \
		-user root -group root p-c0
	await dhcpd 'Server starting service' &&
		ip -n router route add 2001:db8:100:ab00::/56 \
			via "$(link_local wan0)" dev p-c0
}

link_local()
{
	ip -n client -6 -o addr show dev "$1" scope link |
		grep -o 'fe80[0-9a-f:]*'
}

# A host in the bridge, which is in the guests' VLAN, too.
inside()
{
	ip -n host link add h1 type veth peer name lan1 &&
		ip -n host link set h1 up &&
		ip -n host link add link h1 name h1.30 type vlan id 30 &&
		ip -n host link set h1.30 up &&
		ip -n host link set lan1 netns client
}

address()
{
	ip -n client -6 -o addr show dev "$1" | grep -q -w "$2"
}

lab_begin
ok 'there is a provider' provider
start_netconfd -p "$profiles/router.yaml" || bail_out 'netconfd does not run'
ok 'guests are waited for, not the provider' reaches guests up
ok 'a lease comes from the provider' reaches wan up
has 'packets are passed on' "$(ns client \
	cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding |
	paste -sd ' ')" '^1 1$'
ok 'it delegates a prefix' delegate
ok 'a host is connected' inside
ok 'its network has a subnet' poll address br0 2001:db8:100:ab01::1/64
ok 'so have the guests' poll address guest0 2001:db8:100:ab02::1/64
ip -n host addr add 2001:db8:100:ab01::10/64 dev h1 nodad
ip -n host addr add 192.168.30.10/24 dev h1.30
ip -n host addr add 2001:db8:100:ab02::10/64 dev h1.30 nodad
ip -n host -6 route add default via 2001:db8:100:ab01::1
ok 'the host reaches the provider' \
	poll ns host ping -c 1 -W 1 2001:db8:1::1
ok 'guests reach the router' \
	poll ns host ping -c 1 -W 1 -I h1.30 192.168.30.1
ok 'in IPv6, too' \
	poll ns host ping -c 1 -W 1 -I h1.30 2001:db8:100:ab02::1
ip -n host link del h1
pull c0
ok 'the provider is gone' reaches wan '(idle|waiting)'
ok 'and its prefix' poll sh -c '! ip -n client -6 addr | grep -q 2001:db8:100'
is 'the networks inside are as they were' "$(state lan) $(state guests)" 'up up'
lab_end
