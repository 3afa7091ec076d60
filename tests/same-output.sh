#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/same-output.sh DIRECTORY...: builds by different compilers, with and
# without optimization, give the same decisions, causes and times, byte for
# byte.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for build; do
	name=$(basename "$build")
	for file in "$top"/profiles/tests/*.yaml; do
		echo "== ${file#"$top"/}"
		"$build/netconf" simulate --json "$file" || true
	done >"$tmp/$name" 2>&1
	lines=$(wc -l <"$tmp/$name")
	echo "$name: $lines lines"
	[ "$lines" -gt 300 ]
	[ -e "$tmp/first" ] || cp "$tmp/$name" "$tmp/first"
	cmp "$tmp/first" "$tmp/$name"
done
