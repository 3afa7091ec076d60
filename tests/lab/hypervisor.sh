#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profiles/hypervisor.yaml, with a thousand tenants more: machines reach their
# gateway and those on another host; what others break is put right.
. "$(dirname "$0")/lib.sh"
profiles=$(cd "$here/../../profiles" && pwd)
MORE=1000

# member DEVICE BRIDGE: it is a port of it
member()
{
	ip -n client -o link show "$1" | grep -q "master $2 "
}

# machine NAME NAMESPACE ADDRESS: a virtual machine, with its tap
machine()
{
	ip netns add "$2" &&
		ip -n client link add "$1" type veth peer eth0 netns "$2" &&
		ip -n "$2" addr add "$3" dev eth0 &&
		ip -n "$2" link set eth0 up
}

# other_host: it has a machine of each tenant, too
other_host()
{
	local n
	for n in 1 2; do
		ip -n router link add vx$n type vxlan id 700$n \
			dstport 4789 local 192.0.2.1 &&
			ip -n router addr add 10.$n.0.9/24 dev vx$n &&
			ip -n router link set vx$n up || return
	done
}

more_tenants()
{
	local n
	echo 'version: 1'
	echo 'start: auto'
	echo 'nodes:'
	for ((n = 0; n < MORE; n++)); do
		echo "  t$n: { kind: bridge, mtu: 1400 }"
		echo "  g$n: { kind: address, over: t$n," \
			"addresses: 10.$((3 + n / 250)).$((n % 250)).1/24 }"
	done
}

reaches_host()
{
	ns "$1" ping -c 1 -W 1 "$2"
}

has_address()
{
	ip -n client -o -4 addr show "$1" | grep -q " $2 "
}

has_mtu()
{
	ip -n client -o link show "$1" | grep -q " mtu $2 "
}

lab_begin dhcp
more_tenants >$LAB/more.yaml
start_netconfd -p "$profiles/hypervisor.yaml" -p $LAB/more.yaml ||
	bail_out 'netconfd does not run'
ok 'a tenant is up without a card' reaches blue-gate up
ok 'the last of all, too' reaches g$((MORE - 1)) up
plug c0
ok 'with a card there is the way to other hosts' reaches green-net up
ok 'it is a port of its bridge' poll member green-net green
ok 'there is another host' other_host
ok 'a machine is started' machine blue-1 vm1 10.1.0.11/24
ok 'its tap joins its tenant' poll member blue-1 blue
ok 'another one, of another tenant' machine green-1 vm2 10.2.0.11/24
ok 'joins that' poll member green-1 green
ok 'a machine reaches its gateway' poll reaches_host vm1 10.1.0.1
ok 'and one on another host' poll reaches_host vm1 10.1.0.9
ok 'so does the other' poll reaches_host vm2 10.2.0.9

mark
ip -n client addr del 10.1.0.1/24 dev blue
ok 'a gateway that others remove is put back' await log \
	'node=blue-gate .*10.1.0.1/24 was removed by others'
ip -n client link set t1 mtu 1300
ok 'so is an MTU that they change' await log \
	'node=t1 .*put right: mtu is 1300, not 1400'
ok 'it is as configured' poll has_mtu t1 1400
ip -n client link set blue-1 nomaster
ok 'a port that they take away is taken back' await log \
	'node=blue .*put right: blue-1 is not its port'
ok 'the machine reaches its gateway again' poll reaches_host vm1 10.1.0.1
mark
ip -n client link set t2 down
ok 'a bridge that they set down is unmet' reaches t2 waiting
ok 'and set up again' reaches t2 up
ok 'with its address' poll has_address t2 10.3.2.1/24
mark
ip -n client link del green
ok 'a bridge that they remove is lost' reaches green failed
ok 'and made again' reaches green up
ok 'with its gateway' reaches green-gate up
ok 'and its ports' poll member green-1 green
ok 'the machine does not notice for long' poll reaches_host vm2 10.2.0.9

mark
pull c0
ok 'without a card the tenant goes on at home' reaches blue-net waiting
ok 'the machine reaches its gateway' poll reaches_host vm1 10.1.0.1
ip -n client link del blue-1
ip -n client link del green-1
ip -n router link del vx1
ip -n router link del vx2
lab_end
