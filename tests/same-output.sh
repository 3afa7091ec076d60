#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/same-output.sh DIRECTORY...: builds by different compilers, with and
# without optimization, give the same output, byte for byte: decisions, causes
# and times of scenarios (with what why says in them), graphs, errors of
# profiles that are broken, and what kinds there are.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
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
	say kinds
	say kinds --json-schema
}

cd "$top"
for build; do
	name=$(basename "$build")
	netconf=$build/netconf
	all >"$tmp/$name" 2>&1
	lines=$(wc -l <"$tmp/$name")
	echo "$name: $lines lines"
	[ "$lines" -gt 3000 ]
	[ -e "$tmp/first" ] || cp "$tmp/$name" "$tmp/first"
	cmp "$tmp/first" "$tmp/$name"
done
