#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Programs that run at events: what they get, what they may do, and that
# nothing of them is left when netconfd is killed.
. "$(dirname "$0")/lib.sh"

profile()
{
	lan_profile
	cat <<-YAML
	  hosts:
	    kind: task
	    over: uplink
	    start: auto
	    on-event: network-interface-up
	    run: /usr/bin/env
	  files:
	    kind: task
	    requires: [uplink]
	    run: /usr/local/sbin/files
	    undo: [/bin/sh, -c, "echo undone >>$LAB/files"]
	  flood:
	    kind: task
	    run: [/usr/bin/yes, a line that nobody wants]
	YAML
}

# A service that does not want to end, in whatever session.
write_service()
{
	mkdir -p /usr/local/sbin
	cat >/usr/local/sbin/files <<-SH
	#!/bin/sh
	trap "" TERM
	setsid sleep 10000 &
	(sleep 10001 &)
	echo working
	sleep 10002
	SH
	chmod 755 /usr/local/sbin/files
}

# runs PATTERN: a process with such a command line (its words are ended by 0)
runs()
{
	local file
	for file in /proc/[0-9]*/cmdline; do
		tr '\0' ' ' <"$file" | grep -qE "^[^ ]*($1)" && return
	done 2>/dev/null
	return 1
}

none_left()
{
	! runs 'sleep.1000[012]|/usr/bin/yes|netconf-exec'
}

rss()
{
	awk '$1 == "VmRSS:" { print $2 }' "/proc/$netconfd/status"
}

lab_begin
start_dnsmasq --dhcp-option=option:domain-name,'() { :;}; touch /pwned' ||
	bail_out 'no dnsmasq'
write_service
profile >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
ok 'a lease' reaches lan@c0 up
ok 'the uplink' reaches uplink up
is 'the task waits for its event' "$(state hosts)" waiting

mark
ok 'a script says that it occurs' netconf emit network-interface-up \
	interface=c0 'note=() { :;}; touch /pwned2'
ok 'the task runs' reaches hosts starting
ok 'and waits again' reaches hosts waiting
address=$(ip -n client -4 -o addr show c0 | awk '{ print $4 }')
since log | sed -n 's/^node=hosts .*"run: \([^"]*\)"$/\1/p' >$LAB/env
for variable in 'NETCONF_NODE=hosts' 'NETCONF_EVENT=network-interface-up' \
	'NETCONF_EVENT_INTERFACE=c0' 'NETCONF_DEVICE=c0' \
	"NETCONF_ADDRESS=$address"; do
	ok "it has $variable" grep -qxF "$variable" $LAB/env
done
has 'and the text that looks like a function' "$(cat $LAB/env)" \
	'^NETCONF_EVENT_NOTE=\(\) '
is 'its environment is what netconf says, and PATH' \
	"$(grep -v '^NETCONF_[A-Z_]*=' $LAB/env)" \
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ok 'which nobody has run' test ! -e /pwned -a ! -e /pwned2

said=$(netconf emit network-interface-up 1=2 2>&1)
is 'a key that is none is an error' $? 2
has 'that says what it must be' "$said" "'1=2' must be KEY=VALUE"

mark
netconf up files --no-wait
ok 'a service begins' await log 'node=files .*run: working'
netconf down files --no-wait
ok 'it is ended though it does not want to' reaches files idle
is 'and undone' "$(cat $LAB/files)" undone
ok 'nothing of it is left' poll none_left

mark
netconf up flood --no-wait
before=$(rss)
ok 'a flood of output' await log 'run: a line that nobody wants'
ok 'is left out of the log' await log '[0-9]+ lines more in 10 s' 40
ok 'netconfd answers meanwhile' netconf status
ok 'and its memory does not grow' [ $(($(rss) - before)) -lt 4096 ]
ok 'the log is bounded' [ "$(since log | grep -c 'node=flood')" -lt 1000 ]

netconf up files --no-wait
ok 'it begins again' poll runs 'sleep.10002'
kill -KILL "$netconfd"
wait "$netconfd" 2>/dev/null
ok 'when netconfd is killed nothing of its programs is left' poll none_left
is 'it is not undone then' "$(cat $LAB/files)" undone

start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'it is still a goal, and begins again' poll runs 'sleep.10002'
mark
kill "$netconfd"
wait "$netconfd"
is 'asked to end, netconfd ends with status 0' $? 0
netconfd=
in_order 'and stops the task before what it stands on' log \
	'^node=files state=idle' '^node=lan@c0 state=(idle|absent)'
is 'which is undone' "$(grep -c undone $LAB/files)" 2
ok 'nothing is left' none_left
ip -n client link set c0 down
lab_end
