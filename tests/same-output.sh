#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/same-output.sh DIRECTORY...: builds by different compilers, with and
# without optimization, give the same output, byte for byte: decisions, causes
# and times of scenarios (with what why says in them), graphs, errors of
# profiles that are broken, and what kinds there are; of the example profiles,
# and of random ones. As root also what a netconfd of each build, in a network
# namespace of its own, says of plan and why.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)

# To the netconfd; what it answers and how, is compared, whatever it is.
ask()
{
	"$netconf" "$@" --socket "$tmp/control" || echo "exit status $?"
}

# say_of_all FILE...: plan and why of each node
say_of_all()
{
	local file node
	for file; do
		echo "== ${file##*/}"
		sed -E 's/start: (auto|hotplug)/start: manual/' "$file" \
			>"$tmp/now.yaml"
		ask reload
		ask emit alpha
		for node in $(grep -oE '^  [a-z][a-z0-9-]*:' "$file"); do
			ask plan "${node%:}"
			ask why "${node%:}"
			ask why --json "${node%:}"
		done
	done
}

# In a namespace: BUILD DIRECTORY FILE... Nothing starts by itself, so that
# nothing but the time differs between two runs.
if [ "${1:-}" = --with-netconfd ]; then
	netconf=$2/netconf
	tmp=$3
	shift 3
	printf 'version: 1\nnodes: { one: { kind: link, device: d0 } }\n' \
		>"$tmp/now.yaml"
	ip link add d0 type veth peer d1
	"$netconf"d --profile "$tmp/now.yaml" --socket "$tmp/control" \
		--state-dir "$tmp/state" >"$tmp/log" 2>&1 &
	netconfd=$!
	trap 'cat "$tmp/log" >&2' EXIT
	exec {never}<> <(:)
	until "$netconf" status --socket "$tmp/control" >"$tmp/status" 2>&1; do
		kill -0 $netconfd
		[ $SECONDS -lt 30 ]
		read -r -t 0.01 -u "$never" || true
	done
	trap - EXIT
	say_of_all "$@" 2>&1 |
		sed -E 's/[0-9.]+ ?(ms|s|min)([ :,;)]|$)/TIME\2/g'
	kill $netconfd
	wait $netconfd
	exit
fi

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# say COMMAND...: what it prints, and how it ends
say()
{
	echo "== ${*#"$top"/}"
	"$netconf" "$@" || echo "exit status $?"
}

all()
{
	local file format
	for file in profiles/tests/*.yaml; do
		say simulate "$file"
		say simulate --json "$file"
		say test --json "$file"
	done
	for file in profiles/*.yaml; do
		say check --json "$file"
		say graph --json --profile "$file"
		for format in text dot mermaid; do
			say graph --format $format --profile "$file"
		done
	done
	for file in tests/fuzz/corpus/{profile,condition}/*; do
		say check "$file"
		say check --json "$file"
	done
	for file in tests/fuzz/corpus/scenario/*; do
		say simulate "$file"
	done
	for file in "$tmp"/random/*.yaml; do
		say check "$file"
		say simulate --json "${file%.yaml}.scenario"
	done
	say kinds
	say kinds --json-schema
}

with_netconfd()
{
	local own=$tmp/netconfd
	rm -rf "$own" && mkdir "$own" || return
	timeout 60 unshare --net --pid --fork --kill-child "$BASH" "$0" \
		--with-netconfd "$build" "$own" profiles/*.yaml \
		"$tmp"/random/0[0-2]*.yaml >"$own/said"
	[ "$(grep -c 'would be up' "$own/said")" -gt 50 ] || return
	cat "$own/said"
}

cd "$top"
mkdir "$tmp/random"
tests/random-profiles.py "$tmp/random" 100
for build; do
	name=$(basename "$build")
	netconf=$build/netconf
	all >"$tmp/$name" 2>&1
	[ "$(id -u)" != 0 ] || with_netconfd >>"$tmp/$name"
	lines=$(wc -l <"$tmp/$name")
	echo "$name: $lines lines"
	[ "$lines" -gt 3000 ]
	[ -e "$tmp/first" ] || cp "$tmp/$name" "$tmp/first"
	cmp "$tmp/first" "$tmp/$name"
done
