#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A card that is set down and up again at once: the kernel has dropped its
# routes, which nobody reports. What stood on it is told and puts them back.
. "$(dirname "$0")/lib.sh"

lab_begin dhcp gateway charon
start_netconfd -p "$here/../../profiles/laptop.yaml" ||
	bail_out 'netconfd does not run'
netconf up vpn0 --no-wait
plug c0 1
ok 'vpn0 is up' reaches vpn0 up
mark
printf 'link set c0 down\nlink set c0 up\n' | ip -n client -batch -
await log 'node=vpn0 state=stopping'
ok 'it goes with the default route' test -n "$line"
ok 'it comes back without help' reaches vpn0 up
has 'the default route is there again' \
	"$(ip -n client route show default)" 'via 192\.0\.2\.1 dev c0'
ok 'three pings through the tunnel' ping_host 3
lab_end
