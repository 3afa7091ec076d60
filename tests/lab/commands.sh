#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the commands promise: exit statuses, who may do what, what is still
# known after a restart, netconf run, netconf monitor.
. "$(dirname "$0")/lib.sh"

# as_user UID GID GROUPS ARGUMENT...: GROUPS as setpriv --groups wants them
as_user()
{
	local uid=$1 gid=$2 groups=$3
	shift 3
	ns client setpriv --reuid "$uid" --regid "$gid" \
		--groups "$groups" netconf --socket $socket "$@"
}

as_nobody()
{
	as_user 65534 65534 65534 "$@"
}

# status_of COMMAND...: its exit status; what it said is in $LAB/said
status_of()
{
	"$@" >$LAB/said 2>&1
	echo $?
}

lab_begin dhcp
cat >$LAB/profile.yaml <<YAML
version: 1
nodes:
  wired: { kind: link, match: { type: ethernet }, start: hotplug }
  lan: { kind: dhcp, over: wired, allow: [nobody, "group:games"] }
  uplink: { kind: any, of: [lan] }
  inet: { kind: gateway, requires: uplink, start: manual }
YAML
is 'without daemon the exit status is 5' "$(status_of netconf status)" 5
has 'and it says which socket' "$(cat $LAB/said)" "$socket"

plug c9
ip -n client -json link show >$LAB/links
is 'a profile can be planned that no netconfd has' \
	"$(status_of ns client netconf plan -p $LAB/profile.yaml inet)" 0
is 'from nothing, for the cards that are there' "$(cat $LAB/said)" \
	"$(printf '%s\n' '1. start wired@c9' '2. start lan@c9' \
		'3. start inet' 'inet would be up')"
is 'also in JSON' "$(ns client netconf plan --json \
	-p $LAB/profile.yaml inet | jq -c '[.steps[].node, .outcomes[].then]')" \
	'["wired@c9","lan@c9","inet","up"]'
is 'and nothing is touched' "$(ip -n client -json link show)" \
	"$(cat $LAB/links)"
pull c9
is 'without a card it would wait' \
	"$(status_of ns client netconf plan -p $LAB/profile.yaml inet)" 1
has 'as it is for want of one' "$(cat $LAB/said)" \
	'^inet would wait: wired: no device for wired is present'
is 'errors of a profile are told' \
	"$(status_of ns client netconf plan -p /nonexistent inet)" 2
has 'as netconfd tells them' "$(cat $LAB/said)" '/nonexistent: No such file'
printf 'version: 1\nnodes: { x: { kind: fake } }\n' >$LAB/fake.yaml
is 'what netconfd could not carry out, too' \
	"$(status_of ns client netconf plan -p $LAB/fake.yaml x)" 2
has 'with the reason' "$(cat $LAB/said)" fake

start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
in_background client events netconf --socket $socket monitor --json
monitor=$!
in_background client watched netconf --socket $socket status --watch --json
watch=$!

is 'without a card a plan is that the goal waits' \
	"$(status_of as_nobody plan inet)" 1
has 'for which' "$(cat $LAB/said)" \
	'^inet would wait: wired: no device for wired is present'
is 'of an unknown command 2' "$(status_of netconf stauts)" 2
has 'with the nearest' "$(cat $LAB/said)" status
is 'of a device that a node does not have, too' \
	"$(status_of netconf up lan uplink@c0 --no-wait)" 2
has 'by the name that is wrong' "$(cat $LAB/said)" \
	"'uplink@c0' is not there: uplink does not exist once per device"
is 'anybody may look' "$(status_of as_nobody status)" 0
is 'not anybody may act' "$(status_of as_nobody up uplink --no-wait)" 4
is 'who is allowed may' "$(status_of as_nobody up lan --no-wait)" 0
games=$(awk -F: '$1 == "games" { print $3 }' /etc/group)
is 'who is in a group that is allowed may' \
	"$(status_of as_user 65533 65533 "65533,$games" up lan --no-wait)" 0
is 'who is in another may not' \
	"$(status_of as_user 65533 65533 65533 up lan --no-wait)" 4
has 'and is told who may' "$(cat $LAB/said)" \
	"lan': only root and those whom its 'allow' lists may"

for words in 'up inet' 'down wired' 'down wired --force' 'restart wired' \
	'restart lan wired' 'reset wired' 'emit dusk' reload; do
	for json in '' --json; do
		# shellcheck disable=SC2086
		is "$words $json: not for anybody, status 4" \
			"$(status_of as_nobody $words $json)" 4
		has 'and it says for whom' "$(cat $LAB/said)" 'only root'
	done
done
for words in 'restart lan --no-wait' 'reset lan' 'down lan' \
	'up lan --no-wait'; do
	# shellcheck disable=SC2086
	is "$words: for whom its allow lists" \
		"$(status_of as_nobody $words)" 0
done
is 'why is for anybody' "$(status_of as_nobody why lan)" 0
is 'and so is wait' "$(status_of as_nobody wait lan --timeout 1ms)" 3

is 'a wait has its limit: status 3' \
	"$(status_of netconf wait lan --timeout 100ms)" 3
has 'it says at once that nothing can bring it up' \
	"$(head -n 1 $LAB/said)" '^lan: .*no device.*; see netconf why lan$'
# Whoever started this may have it ignored.
in_background client up env --default-signal=INT \
	netconf --socket $socket up lan
up=$!
ok 'who asks for it waits' await up 'see netconf why lan'
kill -INT $up
wait $up
is 'until Ctrl-C, which is the end of netconf' $? $((128 + 2))
has 'which says that the goal stays' "$(cat $LAB/up)" 'lan stays a goal'
is 'as it does' "$(netconf status --json lan | jq '.nodes[0].goal')" true

poll test -s $LAB/events
plug c0
ok 'and it happens' reaches lan@c0 up
ok 'the monitor tells of it' \
	await events '"node": ?"lan@c0".*"to": ?"up"|"to": ?"up".*"node": ?"lan@c0"'
is 'in JSON, an object a line' "$(jq -c . <$LAB/events | wc -l)" \
	"$(wc -l <$LAB/events)"
kill $monitor
ok 'a watch of the states sees it, too' \
	await watched '"name":"lan@c0","kind":"dhcp","state":"up"'
is 'and tells nothing twice' \
	"$(jq -c "del(.nodes[].retry_in_ms)" <$LAB/watched | uniq -d)" ''
mark
ip -n client link set c0 mtu 1400
ok 'a fact alone' await watched '"mtu":"1400"'
mark
cp $LAB/profile.yaml $LAB/former.yaml
echo '  broken: { kind: task, run: /bin/false, retry: { attempts: 1 } }' \
	>>$LAB/profile.yaml
ok 'a node more' netconf reload
ok 'is seen, too' await watched '"name":"broken"'
is 'a goal that fails for good is status 1' "$(status_of netconf up broken)" 1
is 'for who waits, too' "$(status_of netconf wait lan broken)" 1
mark
cp $LAB/former.yaml $LAB/profile.yaml
ok 'a node less' netconf reload
ok 'and that it is gone' await watched '"name":"inet".*"facts":[{][}][}]][}]$'
in_background client table netconf --socket $socket status --watch wired
table=$!
ok 'a table is watched' await table '^  wired@c0  up'
has 'a node that is named has all its facts' "$(cat $LAB/table)" \
	'^ +mac 02:00:00:00:01:00$'

address=$(ip -n client -4 -o addr show c0 | awk '{ print $4 }')
mark
stop "$netconfd"
wait $watch
is 'a watch ends with netconfd: status 5' $? 5
wait $table
is 'that of a table, too' $? 5
has 'and says why' "$(cat $LAB/table)" '^netconf: netconfd .* has ended'
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'after a restart the goal is still one' poll is_up lan@c0
is 'and the server knows us: the same address' \
	"$(ip -n client -4 -o addr show c0 | awk '{ print $4 }')" "$address"
for words in status 'why uplink' 'reset lan' 'wait lan' 'restart lan' \
	'up lan --no-wait' 'up lan' 'down wired' reload 'emit dusk'; do
	# shellcheck disable=SC2086
	is "objects as JSON: $words" "$(netconf $words --json 2>/dev/null |
		jq -c type | sort -u)" '"object"'
done
for format in text dot mermaid svg; do
	[ $format != svg ] || command -v dot >/dev/null || continue
	netconf graph -p $LAB/profile.yaml --format $format >$LAB/graph
	has "the graph has live states: $format" "$(cat $LAB/graph)" \
		'= wired@c0 +up$|@c0 up'
	ns client netconf graph -p $LAB/profile.yaml --format $format >$LAB/graph
	has_not 'and none where netconfd is not to be asked' \
		"$(cat $LAB/graph)" '@c0'
done
{
	cat $LAB/profile.yaml
	echo '  one: { kind: any, of: [lan@c9, lan@c0] }'
} >$LAB/one.yaml
netconf graph -p $LAB/one.yaml one >$LAB/graph 2>/dev/null
has 'a reference to one card has the state there' "$(cat $LAB/graph)" \
	'of lan@c0 .* up '
has_not 'where it is not, none' "$(cat $LAB/graph)" 'of lan@c9 .* up '
library=/usr/share/bash-completion/bash_completion
if [ -r $library ]; then
	. $library
	. "$here/../../completion/netconf"
	COMP_LINE='netconf why upl' COMP_POINT=15 COMP_CWORD=2
	COMP_WORDS=(netconf why upl)
	_netconf
	is 'its nodes are completed' "${COMPREPLY[*]}" uplink
fi
ok 'a link is taken down' netconf down wired --force
stop "$netconfd"
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
is 'after a restart it is still masked' \
	"$(netconf status --json wired | jq -r '.nodes[0].masked')" true
before=$(netconf status --json | jq -c 'del(.nodes[].retry_in_ms)')
is 'a plan can be carried out' "$(status_of as_nobody plan inet wired)" 0
has 'it says which mask would go' "$(cat $LAB/said)" \
	'^first, wired is no longer taken down$'
is 'but nothing happens' \
	"$(netconf status --json | jq -c 'del(.nodes[].retry_in_ms)')" "$before"
netconf plan --json inet wired >$LAB/plan
is 'its steps are three' "$(jq -c '.steps[] | .action' <$LAB/plan | wc -l)" 3
mark
ok 'then it is carried out' netconf up inet wired
is 'by the same steps in the same order' \
	"$(since log | sed -n 's/^node=\(.*\) state=starting .*/\1/p')" \
	"$(jq -r '.steps[] | select(.action == "start") | .node' <$LAB/plan)"
is 'and then there is nothing to plan' "$(netconf plan inet)" 'inet is up'
stop "$netconfd"
is 'it ends as asked' $? 0

mark
in_background client log netconf --socket $socket run \
	-p $LAB/profile.yaml wired uplink
netconfd=$!
ok 'netconf run brings its goals up' reaches uplink up
lab_end
