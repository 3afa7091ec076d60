#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The end when something does not end: charon is stopped, and each of six
# tunnels, one on the other, is waited for in vain. A second SIGTERM ends
# netconfd at once; without it netconfd gives up after 15 s, and names what is
# left.
. "$(dirname "$0")/lib.sh"

# tunnel N ON: vpnN, which needs ON, under a name of its own
tunnel()
{
	vpn_node | sed "s/^vpn0:/  vpn$1:/; s/\[inet\]/[$2]/
		s/alice@/alice$1@/"
}

# end_without_charon: asks netconfd to end while charon does not answer
end_without_charon()
{
	kill -STOP "$charon"
	mark
	began=$SECONDS
	kill "$netconfd"
	await log 'SIGTERM: taking everything down'
}

address()
{
	ip -n client -o -4 addr show c0 | awk '{ print $4 }'
}

no_helper()
{
	! grep -qsx netconf-dhcp4 /proc/[0-9]*/comm
}

# The tunnels that netconfd has left; charon drops them, told or not.
sweep()
{
	local n
	kill -CONT "$charon"
	for n in 0 1 2 3 4 5; do
		charon_ctl --terminate --ike netconf-vpn$n --force
	done
} >/dev/null

lab_begin dhcp gateway charon
sed -i '/id = alice/d; /id-1 = alice/d' $LAB/gw/swanctl.conf
gateway_ctl --load-all --noprompt >/dev/null
{
	lan_profile
	tunnel 0 inet
	for n in 1 2 3 4 5; do
		tunnel $n vpn$((n - 1))
	done
} >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
ok 'six tunnels come up' netconf up vpn5 --timeout ${LIMIT}s
address=$(address)

end_without_charon
kill "$netconfd"
wait "$netconfd"
is 'asked a second time it ends at once, with status 1' $? 1
ok 'in less time than it would wait for one tunnel' \
	[ $((SECONDS - began)) -lt 3 ]
has 'and says so' "$(since log)" 'asked to end a second time'
ok 'its socket is gone' [ ! -e $socket ]
ok 'so is its helper' poll no_helper
is 'the address is left as it is' "$(address)" "$address"
sweep

mark
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'the goal is still one: all come up again' \
	netconf wait vpn5 --timeout ${LIMIT}s
end_without_charon
ok 'after 15 s it gives up' await log 'ending without what is left'
wait "$netconfd"
is 'with status 1' $? 1
netconfd=
ok 'not before' [ $((SECONDS - began)) -ge 14 ]
for node in vpn0 inet lan@c0 wired@c0; do
	has "and says that $node is left" "$(since log)" \
		"^node=$node level=error .*not down after 15 s; left as it is"
done
has_not 'but not what is down' "$(since log)" '^node=vpn5 level=error'
ok 'its socket is gone' [ ! -e $socket ]
ok 'so is its helper' poll no_helper
sweep
pull c0
lab_end
