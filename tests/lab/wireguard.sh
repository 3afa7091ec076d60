#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profiles/wireguard.yaml: all traffic through a tunnel to vpngw, whose name is
# found late, and which moves while the cable is pulled. The machine's kernel
# may lack WireGuard: see tests/vm.
. "$(dirname "$0")/lib.sh"
profiles=$(cd "$here/../../profiles" && pwd)

far_end()
{
	(umask 077
	echo INlH7OJ68mLodvtDScnsaGsD6bHNd0s4C5lCAKFcO30= \
		>/etc/netconf/secrets/wg0.key
	echo 2GLshInfVXJO9W3gNIBdwV0tg4RBvkfmCQaETXJ+g24= >$LAB/far.key) &&
		ip -n vpngw link add wg9 type wireguard &&
		ns vpngw wg set wg9 private-key $LAB/far.key \
			listen-port 51820 \
			peer xCakuK4trvea0dk6Aj8Nl2CEo+PwA5Pyxhs2vQea52E= \
			allowed-ips 10.8.0.2/32,fd00:8::2/128 &&
		ip -n vpngw addr add 10.8.0.1/24 dev wg9 &&
		ip -n vpngw link set wg9 up
}

# named ADDRESS: what vpn.example.net is
named()
{
	echo "127.0.0.1 localhost" >/etc/hosts
	echo "$1 vpn.example.net" >>/etc/hosts
}

# Bytes that came out of the tunnel at the far end.
received()
{
	ns vpngw wg show wg9 transfer | cut -f 2
}

through_the_tunnel()
{
	local before
	before=$(received)
	ns client ping -c 1 -W 5 10.9.0.10 && [ "$(received)" -gt "$before" ]
}

# is_at ADDRESS: that is where wg0 takes the other end to be
is_at()
{
	netconf status --json wg0 | grep -q "\"$1:51820\""
}

# by_tunnel ADDRESS: the way to it is the tunnel
by_tunnel()
{
	ip -n client route get "$1" | grep -q ' dev wg0 '
}

lab_begin dhcp
: >/etc/resolv.conf
echo '127.0.0.1 localhost' >/etc/hosts
ok 'there is another end' far_end
start_netconfd -p "$profiles/wireguard.yaml" ||
	bail_out 'netconfd does not run'
plug c0
ok 'without the name of the other end it waits' \
	await log '^node=wg0 state=waiting .*cannot find'
has 'and why says so' "$(netconf why wg0)" 'cannot find vpn\.example\.net'
ok 'nothing goes its way yet' ns client ping -c 1 -W 5 203.0.113.2
mark
named 203.0.113.9
ok 'the name is found when it is there; nobody answers' \
	await log '^node=wg0 state=waiting .*no answer'
mark
named 203.0.113.2
ok 'the name is found elsewhere, and the tunnel is up' reaches wg0 up
ok 'everything goes through it' by_tunnel 10.9.0.10
ok 'and comes out at the other end' through_the_tunnel
ok 'what is near does not' ns client ping -c 1 -W 5 192.0.2.1
has_not 'its own packets do not either' \
	"$(ip -n client route get 203.0.113.2 mark 0x6e630000)" wg0
has 'facts tell our public key' "$(netconf status --json wg0)" \
	'xCakuK4trvea0dk6Aj8Nl2CEo\+PwA5Pyxhs2vQea52E='
has_not 'and not the private one' "$(netconf status --json; cat $LAB/log)" \
	'INlH7OJ68mLodvtDScns'

mark
cable c0 down
ok 'the cable is pulled: no lease' reaches lan@c0 waiting
is 'the tunnel is held' "$(state wg0)" up
ip -n vpngw addr del 203.0.113.2/24 dev g0
ip -n vpngw addr add 203.0.113.3/24 dev g0
ip -n vpngw route replace default via 203.0.113.1
named 203.0.113.3
cable c0 up
ok 'the cable is back' reaches lan@c0 up
ok 'the other end has moved, and is found' poll is_at 203.0.113.3
ok 'the tunnel goes on' poll through_the_tunnel
is 'it was not restarted' "$(since log | grep -c '^node=wg0 state=')" 0

mark
ok 'netconf down wg0' netconf down wg0
ok 'takes it down' reaches wg0 idle
has_not 'no rule is left' "$(ip -n client rule)" 3276[45]
lab_end
