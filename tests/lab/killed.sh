#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# After a netconfd that was killed: the next one says what is in its way, and
# what removes that; it takes over what netconfd(8) says, and leaves the rest.
. "$(dirname "$0")/lib.sh"

lab_begin
cat >$LAB/profile.yaml <<YAML
version: 1
nodes:
  c0: { kind: link, device: c0, start: auto }
  static: { kind: address, over: c0, addresses: [192.0.2.7/24], start: auto }
  far: { kind: route, over: static, to: 10.4.0.0/16, via: 192.0.2.1,
    start: auto }
  br0: { kind: bridge, name: br0, start: auto }
  later: { kind: link, device: c9 }
  inside: { kind: address, over: br0, addresses: [10.8.0.1/24], start: auto }
YAML
plug c0
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'a route comes up' netconf wait far inside --timeout ${LIMIT}s
netconf up later --no-wait
kill -KILL $netconfd
wait $netconfd 2>/dev/null
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
has 'what was just asked for is asked for' "$(netconf status later --json)" \
	'"goal":true'
ok 'a device that was made fails' reaches br0 failed
why=$(netconf why inside)
has 'the cause is named, and a command' "$why" \
	"br0 failed: there is a device br0 that this netconfd .* 'ip link del br0'"
has 'also in the log' "$(since log)" "state=failed .*'ip link del br0'"
ok 'address and route are taken over' netconf wait far --timeout ${LIMIT}s
ok 'the command' ns client sh -c "$(sed -n "s/.*'\(ip link del br0\)'.*/\1/p" \
	<<<"$why")"
ok 'is all it needs' netconf wait inside --timeout ${LIMIT}s
stop $netconfd
is 'it ends with all down' $? 0
netconfd=
is 'the route has gone' "$(ip -n client route show proto 110)" ''
is 'and the address' "$(ip -n client -4 -o addr show c0)" ''
ns client ip link set c0 down
lab_end
