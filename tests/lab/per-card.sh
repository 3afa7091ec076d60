#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Per card: a device that a node makes, a lease on it, a table of its own that
# is asked for what comes from the lease's address. What differs from card to
# card is taken from facts.
. "$(dirname "$0")/lib.sh"

# address CARD: that of the device that was made on it
address()
{
	ip -n client -o -4 addr show "$1t" | grep -o 'inet [0-9.]*' |
		cut -d ' ' -f 2
}

# has_rule ADDRESS: traffic from there has its own table
has_rule()
{
	ip -n client rule | grep -q "^1000:.from $1 lookup 200"
}

lab_begin dhcp
cat >$LAB/profile.yaml <<'YAML'
version: 1
start: hotplug
nodes:
  wired: { kind: link, match: { type: ethernet } }
  twin:  { kind: macvlan, over: wired, name: "${device}t" }
  lan:   { kind: dhcp, over: twin }
  own:   { kind: rule, over: lan, from: "${address}", table: 200, priority: 1000 }
  way:   { kind: route, over: lan, to: "${subnet}", type: unreachable, table: 200 }
YAML
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
plug c0
ok 'a card gets a device' reaches twin@c0 up
ok 'with a lease' reaches own@c0 up
has 'the lease is on that device' "$(ip -n client -o -4 addr)" \
	'c0t +inet 192\.0\.2\.'
has_not 'not on the card' "$(ip -n client -o -4 addr show c0)" inet
first=$(address c0)
ok 'what comes from its address has a table' has_rule "$first"
plug c1 2
ok 'so does another card' reaches own@c1 up
ok 'with its own address' has_rule "$(address c1)"
is 'no template took the devices that were made' \
	"$(netconf status --json | jq -r '.nodes[].name' | grep -c 't$')" 0
mark
pull c0
ok 'the first is pulled' reaches wired@c0 absent
ok 'its device is gone' poll sh -c '! ip -n client link show c0t'
ok 'and its rule' poll sh -c "! ip -n client rule | grep -q 'from $first '"
ok 'the other has its own' has_rule "$(address c1)"
lab_end
