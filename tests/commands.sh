#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What every command of netconf has: a usage, its options, an entry in the
# manual page with an example, completion, and JSON. TAP.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${NETCONF_BUILD:-.}" && pwd)
library=/usr/share/bash-completion/bash_completion
[ -r $library ] && command -v jq >/dev/null || {
	echo '1..0 # SKIP needs bash-completion and jq'
	exit 0
}
manual=$(tr -d '\\' <"$top/doc/netconf.1.in")
PATH=$build:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0

# report STATUS TEXT [DETAIL]
report()
{
	local word=ok
	[ "$1" = 0 ] || word='not ok'
	echo "$word $((++n)) - $2"
	[ "$1" = 0 ] || sed 's/^/# /' <<<"${3-}"
}

# ok TEXT COMMAND...
ok()
{
	local text=$1 said
	shift
	said=$("$@" 2>&1)
	report $? "$text" "$said"
}

# is TEXT GOT WANTED
is()
{
	[ "$2" = "$3" ]
	report $? "$1" "got: $2
wanted: $3"
}

# status_of COMMAND...: its exit status; what it prints is in $work/said
status_of()
{
	"$@" >"$work/said" 2>"$work/complaint" </dev/null
	echo $?
}

# section NAME: of the manual page
section()
{
	sed -n "/^\.Sh $1/,/^\.Sh/p" <<<"$manual"
}

. $library
. "$top/completion/netconf"

# complete_line LINE: what the last word of it may become
complete_line()
{
	local word
	COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=()
	# bash breaks words at these, too.
	for word in $(sed 's/[=@]/ & /g' <<<"$1"); do
		COMP_WORDS+=("$word")
	done
	[ "${1% }" = "$1" ] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
	_netconf
	printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd' '
}

options_of()
{
	netconf "$@" --help | grep -oe '--[a-z-]*' | sort | paste -sd' '
}

profile=$top/profiles/laptop.yaml
scenarios=$top/profiles/tests/laptop.yaml
cat >"$work/bad.yaml" <<YAML
version: 1
nodes:
  a: { kind: lnik }
YAML

commands=$(netconf --help | sed -n 's/^  \([a-z]\{2,\}\) .*/\1/p')
is 'the commands are found' "$(grep -cx 'up\|run\|graph' <<<"$commands")" 3
for command in $commands; do
	is "$command --help is status 0" \
		"$(status_of netconf "$command" --help)" 0
	ok "$command: its usage" grep -q "^Usage: netconf $command" "$work/said"
	ok "$command: in the manual's synopsis" \
		grep -qx "\.Cm $command" <(section SYNOPSIS)
	ok "$command: an entry in the manual" \
		grep -q "^\.It Cm $command\>" <(section DESCRIPTION)
	ok "$command: an example in the manual" \
		grep -q "netconf $command\>" <(section EXAMPLES)
	for option in $(options_of "$command"); do
		ok "$command: $option is in the manual" grep -q \
			"^\.It .*Fl ${option#-}\>" <(section DESCRIPTION)
	done
	is "$command: an unknown option is status 2" \
		"$(status_of netconf "$command" --nonsense)" 2
	is "$command: its options are completed" \
		"$(complete_line "netconf $command --")" \
		"$(options_of "$command")"
done
is 'commands are completed' "$(complete_line 'netconf ')" \
	"$(sort <<<"$commands" | paste -sd' ')"
is 'also begun ones' "$(complete_line 'netconf stat')" status
is 'also behind an option and its value' \
	"$(complete_line 'netconf --socket /s stat')" status
is 'also where a = stands between them' \
	"$(complete_line 'netconf --socket=/s --timeout 1s stat')" status
is 'formats are completed' "$(complete_line 'netconf graph --format ')" \
	'dot mermaid svg text'
is 'also behind a =' "$(complete_line 'netconf graph --format=m')" mermaid
is 'and right behind it' "$(complete_line 'netconf graph --format=')" \
	'dot mermaid svg text'
is 'kinds are completed' "$(complete_line 'netconf kinds gate')" gateway
for command in graph plan run; do
	is "$command: nodes of a profile that is named are completed" \
		"$(complete_line "netconf $command -p $profile u")" uplink
	is "$command: also where it is named in full" "$(complete_line \
		"netconf $command --profile=$profile u")" uplink
done
is 'plan: and its own options' "$(complete_line \
	"netconf plan -p $profile --")" "$(options_of plan)"
is 'files are completed' "$(complete_line "netconf check $work/b")" \
	"$work/bad.yaml"

# Those that ask netconfd; each with what it needs.
for line in 'up a' 'down a' 'wait a' 'restart a' 'reset a' 'emit a' reload \
	status 'status --watch' 'why a' 'plan a' monitor; do
	for json in '' --json; do
		# shellcheck disable=SC2086
		is "$line $json: without netconfd status 5" "$(status_of \
			netconf $line $json --socket "$work/none")" 5
		ok "$line $json: and it names the socket" \
			grep -qF "$work/none" "$work/complaint"
	done
done

# What only simulations have is refused elsewhere, also by netconfd.
cat >"$work/fake.yaml" <<YAML
version: 1
nodes:
  a: { kind: fake }
YAML
cat >"$work/of-fake.yaml" <<YAML
version: 1
profile: fake.yaml
scenarios: [{ name: it, steps: [up: a, expect: { a: up }] }]
YAML
for line in "netconf check $work/fake.yaml" "netconf graph -p $work/fake.yaml" \
	"netconf run -p $work/fake.yaml --socket $work/none" \
	"netconfd -p $work/fake.yaml --socket $work/none" 'netconf kinds fake'; do
	# shellcheck disable=SC2086
	is "$line: status 2" "$(status_of $line)" 2
	ok 'and it says why' grep -q "'fake' is not a kind of node" \
		"$work/complaint"
done
is 'kinds does not list it' "$(netconf kinds | grep -c fake)" 0
for command in test simulate; do
	is "$command has it" \
		"$(status_of netconf $command "$work/of-fake.yaml")" 0
done

default=$(netconf --help | sed -n 's/.*a profile, .*(\(.*\))$/\1/p')
for line in graph check; do
	[ ! -e "$default" ] || continue
	is "$line: without profile status 2" "$(status_of netconf $line)" 2
	is "$line: and it says how to name one" "$(cat "$work/complaint")" \
		"netconf: $default: No such file or directory; \
-p PATH names another profile"
done

for words in "uplnk:'uplnk' is not a node of the profile; did you mean 'uplink'?" \
	"uplnk@c0:'uplnk@c0' is not a node of the profile; did you mean 'uplink'?" \
	"qwertz:'qwertz' is not a node of the profile; without a name 'netconf \
graph' shows them all" \
	"uplink@c0:'uplink@c0' is not there: uplink does not exist once per \
device"; do
	is "graph ${words%%:*}: status 2" \
		"$(status_of netconf graph -p "$profile" "${words%%:*}")" 2
	is 'and it says what is meant' "$(cat "$work/complaint")" \
		"netconf: ${words#*:}"
done
is 'more names than a call takes: status 2' \
	"$(status_of netconf down $(seq -f n%g 1025))" 2
is 'and it says how many, and what to do' "$(cat "$work/complaint")" \
	'netconf: down: 1025 names are more than the 1024 of one call: make several'

# json STATUS TEXT ARGUMENT...: objects, an object a line, and the status
json()
{
	local status=$1 text=$2
	shift 2
	is "$text: status" "$(status_of netconf "$@" --json)" "$status"
	is "$text: an object a line" \
		"$(jq -c 'type == "object"' <"$work/said" | uniq -c |
			tr -s ' ')" " $(wc -l <"$work/said") true"
}

json 0 'kinds as JSON' kinds
json 0 'a kind as JSON' kinds link
json 0 'a graph as JSON' graph -p "$profile"
json 2 'errors as JSON' check "$work/bad.yaml"
json 0 'tests as JSON' test "$scenarios"
json 0 'a simulation as JSON' simulate "$scenarios"
is 'a good profile has nothing to say in JSON' \
	"$(status_of netconf check --json "$profile") $(cat "$work/said")" '0 '
for line in kinds 'kinds link' "graph -p $profile" "check $profile" \
	"check $work/bad.yaml" "test $scenarios" "simulate $scenarios" --help; do
	# shellcheck disable=SC2086
	netconf $line >"$work/said" 2>&1
	is "${line%% *}: no colours where no terminal is" \
		"$(grep -c $'\033' "$work/said")" 0
done

# Scenarios: what is not met is status 1, an error of a file 2, as TAP and as
# JSON; a warning changes nothing.
cp "$profile" "$work/laptop.yaml"
head='version: 1
profile: laptop.yaml
scenarios:'

# scenario NAME STEP...
scenario()
{
	printf '  - name: %s\n    steps:\n' "$1"
	shift
	printf '      - %s\n' "$@"
}
{
	echo "$head"
	scenario met 'expect: { vpn0: idle }'
} >"$work/met.yaml"
{
	echo "$head"
	scenario met 'expect: { vpn0: idle }'
	scenario unmet 'expect: { vpn0: up }' 'expect: { vpn0: failed }'
} >"$work/unmet.yaml"
{
	echo "$head"
	scenario unknown 'expect: { vpn1: up }'
} >"$work/unknown.yaml"
{
	echo "$head"
	scenario slip 'emit: dusk'
} >"$work/slip.yaml"
for line in 'test 0 met' 'test 1 unmet' 'test 1 unmet met' 'test 2 unknown' \
	'test 2 met none' 'test 0 slip' 'simulate 0 met' 'simulate 1 unmet' \
	'simulate 2 unknown' 'simulate 2 none' 'simulate 0 slip'; do
	read -r -a words <<<"$line"
	files=("${words[@]:2}")
	files=("${files[@]/#/$work/}")
	for json in '' --json; do
		# shellcheck disable=SC2086
		is "$line $json: its status" "$(status_of netconf "${words[0]}" \
			$json "${files[@]/%/.yaml}")" "${words[1]}"
	done
done
is 'test: TAP' "$(netconf test "$work/unmet.yaml" | grep -v '^#')" \
	'1..2
ok 1 - met
not ok 2 - unmet'
is 'test: a failed expectation does not end the run' \
	"$(netconf test "$work/unmet.yaml" | grep -c '^#   want: ')" 2
is 'test: a file without a test to run is none' \
	"$(netconf test "$work/unknown.yaml" 2>/dev/null)" ''
is 'test: all files are read before any is run' \
	"$(netconf test "$work"/{met,unknown}.yaml 2>/dev/null)" ''
is 'simulate: all of them, in order' "$(netconf simulate \
	"$work/unmet.yaml" --json | jq -r '.scenario // empty' | paste -sd' ')" \
	'met unmet'
is 'simulate: a scenario is over before the next' "$(netconf simulate \
	"$work/unmet.yaml" --json | jq -r 'if .scenario then "begin"
		elif .final then "end" else "" end' | uniq | grep . |
		paste -sd' ')" 'begin end begin end'
is 'simulate: one scenario' "$(netconf simulate --scenario met \
	"$work/unmet.yaml" --json | jq -r '.scenario // empty')" met
is 'simulate: of an unknown name status 2' "$(status_of netconf simulate \
	--scenario mett "$work/unmet.yaml")" 2
is 'and the one that is meant' "$(cat "$work/complaint")" \
	"netconf: $work/unmet.yaml has no scenario 'mett'; did you mean 'met'?"
for command in test simulate; do
	netconf $command "$work/slip.yaml" >"$work/said" 2>"$work/complaint"
	ok "$command: a slip is warned of on stderr" \
		grep -q "warning: no node of the profile listens to 'dusk'" \
		"$work/complaint"
	is "$command: and nowhere else" "$(grep -c warning "$work/said")" 0
done

# What this version does not have is refused, and not in the manual.
for words in timeline 'apply a.yaml' confirm 'import ifupdown /etc'; do
	# shellcheck disable=SC2086
	is "$words: status 2" "$(status_of netconf $words)" 2
	ok 'and it says why' grep -q \
		"'${words%% *}' is not a command of this version" \
		"$work/complaint"
	ok 'and it is not in the manual' [ "$(grep -c \
		"^\.\(Cm\|It Cm\) ${words%% *}\>" <<<"$manual")" = 0 ]
done
echo "1..$n"
