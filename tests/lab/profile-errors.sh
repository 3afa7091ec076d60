#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A profile with errors: netconf check and netconfd name every one with file,
# line and column, and exit with 2; netconfd changes nothing.
. "$(dirname "$0")/lib.sh"

# refused TEXT PATTERN...: the profile on stdin is refused in these words
refused()
{
	local text=$1 pattern status
	shift
	cat >$LAB/bad.yaml
	netconf check -p $LAB/bad.yaml >$LAB/check 2>&1
	is "$text: netconf check exits with 2" $? 2
	timeout $LIMIT ip netns exec client netconfd --socket $socket \
		--libexec-dir /usr/libexec/netconf --state-dir $LAB/state \
		-p $LAB/bad.yaml >$LAB/refusal 2>&1
	status=$?
	is "$text: netconfd exits with 2" $status 2
	for pattern; do
		has "$text: check says so" "$(cat $LAB/check)" "$pattern"
		has "$text: netconfd says so" "$(cat $LAB/refusal)" "$pattern"
	done
}

lab_begin
refused 'not YAML' 'bad\.yaml:3:' <<'YAML'
version: 1
nodes:
  wired: { kind: link, match: [ }
YAML
refused 'three errors' \
	"bad\\.yaml:3:.*'require'.*did you mean 'requires'" \
	"bad\\.yaml:4:.*'nothing'" 'bad\.yaml:5:.*' <<'YAML'
version: 1
nodes:
  a: { kind: any, of: [c], require: [c] }
  b: { kind: any, of: [nothing] }
  c: { kind: dhcp, over: c, timeout: soon }
YAML
refused 'a cycle' 'bad\.yaml:.*a.*b' <<'YAML'
version: 1
nodes:
  a: { kind: all, of: [b] }
  b: { kind: all, of: [a] }
YAML
refused 'a kind that does not exist' 'bad\.yaml:3:.*dchp.*dhcp' <<'YAML'
version: 1
nodes:
  lan: { kind: dchp }
YAML
refused 'what this version cannot do yet' 'bad\.yaml:3:.*vlan' <<'YAML'
version: 1
nodes:
  wired: { kind: vlan, over: x }
YAML
refused 'another DHCPv6 client' \
	"bad\\.yaml:4:.*'client' must be dhclient, .*, not 'dhcpcd'" <<'YAML'
version: 1
nodes:
  wired: { kind: link, match: { type: ethernet } }
  lan: { kind: dhcp, over: wired, client: dhcpcd }
YAML
refused 'an empty file' 'bad\.yaml' </dev/null
printf 'version: 1\nnodes:\n  a: %s\n' \
	"$(head -c 100000 /dev/zero | tr '\0' '[')" >$LAB/deep.yaml
began=${EPOCHREALTIME/./}
refused '100,000 levels' 'bad\.yaml:3:.*(deep|nest|level)' <$LAB/deep.yaml
took=$(((${EPOCHREALTIME/./} - began) / 1000))
echo "# check and netconfd took $took ms with 100,000 levels"
lan_profile "$(vpn_node)" >$LAB/profile.yaml
chmod 644 /etc/netconf/secrets/vpn0
ok 'a good one is not' netconf check -p $LAB/profile.yaml
lab_end
