#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh SECONDS TARGET: fuzzes for that long; what it says comes in one piece.
# The corpus of tests/fuzz/fuzz-dhcp4 is tests/fuzz/corpus/dhcp4.
name=${2#tests/fuzz/fuzz-}
corpus=$(dirname "$0")/corpus/$name
new=$(mktemp -d) || exit
said=$(ASAN_OPTIONS=detect_leaks=1 "$2" -verbosity=0 -print_final_stats=1 \
	-max_total_time="$1" -timeout=5 -rss_limit_mb=1024 \
	-artifact_prefix="$name-" "$new" "$corpus" 2>&1)
rc=$?
rm -r "$new"
printf '%s: %s s, from %s inputs\n%s\n' "$name" "$1" \
	"$(find "$corpus" -type f | wc -l)" "$said"
exit $rc
