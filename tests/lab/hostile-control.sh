#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Control clients that mean no good, while another's `netconf status` answers.
. "$(dirname "$0")/lib.sh"

# memory VmRSS|VmHWM: in KiB, what netconfd has; the most it ever had
memory()
{
	awk -v what="$1:" '$1 == what { print $2 }' "/proc/$netconfd/status"
}

# hostile HOW: starts one, and waits until it has done its worst
hostile()
{
	in_background client hostile control-hostile $socket "$1"
	hostile=$!
	await hostile "^$1: done"
}

lab_begin dhcp
lan_profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
ok 'something is up' reaches inet up
mark
netconf status >$LAB/status
# Not before now: forget the peak of the start.
echo 5 >"/proc/$netconfd/clear_refs"
before=$(memory VmRSS)
for how in garbage half flood silent deaf; do
	ok "$how: is sent" hostile $how
	ok "$how: meanwhile another's status answers" netconf status
	case $how in
	garbage | flood)
		ok "$how: its connection is closed" \
			await hostile "^$how: closed"
		;;
	*)
		has_not "$how: it was still there then" \
			"$(cat $LAB/hostile)" "^$how: closed"
		kill "$hostile"
		;;
	esac
done
# The peak counts: a client that is gone may have taken more meanwhile.
if ! is_sanitized; then
	grown=$(($(memory VmHWM) - before))
	echo "# netconfd has grown by $grown KiB at most"
	ok 'netconfd never grew by 2 MiB' test $grown -lt 2048
fi
is 'the same processes run' "$(kill -0 "$netconfd" && echo yes)" yes
has_not 'and no node has noticed' "$(since log)" ' state='

# They must have got in first, all of them.
all_done()
{
	[ "$(since hostile | grep -c '^silent: done')" = 200 ]
}

hostiles=()
mark
for i in {1..200}; do
	in_background client hostile setpriv --reuid 65534 --regid 65534 \
		--clear-groups control-hostile $socket silent
	hostiles+=($!)
done
ok 'two hundred silent clients of a user' poll all_done
ok 'they do not keep root out' poll netconf status
kill "${hostiles[@]}" 2>/dev/null
ok 'and when they are gone all is as before' poll netconf status
lab_end
