#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which folder may include which, and what the resolver may call. TAP.
#
#   cli -> resolver, scenario, the providers' schemas; daemon -> resolver,
#   providers; scenario -> resolver, the simulated provider; providers ->
#   provider.h, support/, the schema; resolver -> base alone.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
# The libraries are looked at as built.
build=$(cd "${NETCONF_BUILD:-.}" && pwd)
cd "$top" || exit 99
n=0

# report PROBLEMS TEXT: no problems, no failure
report()
{
	n=$((n + 1))
	[ -z "$1" ] && { echo "ok $n - $2"; return; }
	echo "not ok $n - $2"
	echo "# ${1//$'\n'/$'\n'# }"
}

# includes FOLDER FORBIDDEN [EXCEPT]: lines that include our headers by a path
# that matches FORBIDDEN and not EXCEPT
includes()
{
	find "$1" -name '*.[ch]' -exec grep -nHE \
		"^ *# *include *\"($2)" {} + | grep -vE "\"(${3:-^})" | sort
}

# Folders are named from the top: a path that climbs, or a bare name in
# another folder, would slip through what follows.
report "$(includes '.' '\.\./')" 'no include climbs with ../'
report "$(includes base 'resolver/|providers/|scenario/|daemon/|cli/|tests/')" \
	'base/ includes nothing of the others'
report "$(includes resolver 'base/account|base/files|base/state-file|providers/|scenario/|daemon/|cli/|tests/')" \
	'resolver/ includes nothing but base/, and not what reads files'
report "$(grep -lE '^ *# *include *<yaml\.h>' -r base resolver providers \
	scenario daemon cli | grep -vx resolver/yaml.c)" \
	'resolver/yaml.c alone includes <yaml.h>'
report "$(grep -nHE '^ *# *include *<(uv|netlink/.*|jansson|linux/.*|net/.*|sys/socket|sys/stat|fcntl|unistd|time|signal|poll|syslog)\.h>' \
	-r resolver)" 'resolver/ includes no header of I/O, time or kernel'
report "$(includes providers 'scenario/|daemon/|cli/|tests/')" \
	'providers/ includes nothing of scenario/, daemon/ and cli/'
report "$(includes scenario 'base/account|base/files|base/state-file|providers/|daemon/|cli/|tests/' \
	'providers/fake/(fake|schema)\.h')" \
	'scenario/ includes resolver/ and the simulated provider alone'
report "$(includes daemon 'scenario/|cli/|tests/')" \
	'daemon/ includes nothing of scenario/ and cli/'
# The simulated provider stands in for netconfd, and knows the profile.
report "$(includes providers 'resolver/' \
	'resolver/(schema|diagnostic)\.h|resolver/resolver\.h' |
	grep -v '^providers/fake/[^:]*:[0-9]*:.*"resolver/profile\.h"')" \
	'providers/ includes of resolver/ the interface alone'
for kind in providers/*/; do
	kind=${kind%/}
	[ "$kind" != providers/support ] || continue
	report "$(includes "$kind" 'providers/[a-z0-9-]+/' \
		"$kind/|providers/support/")" \
		"$kind includes no other provider"
done
report "$(includes providers/support 'providers/[a-z0-9-]+/' \
	'providers/support/')" 'providers/support knows no kind'
report "$(includes cli 'daemon/|providers/' 'providers/schemas\.h')" \
	'cli/ includes of daemon/ nothing, of providers/ the schemas'

# The resolver's symbols: memory, strings, assert; no file, clock, random
# number, environment or output. stdio is there for snprintf into memory.
allowed='
_GLOBAL_OFFSET_TABLE_ __stack_chk_fail __assert_fail abort
malloc calloc realloc reallocarray free
memcpy mempcpy memmove memset memcmp memchr memrchr memmem
strlen strnlen strcmp strncmp strcasecmp strncasecmp strchr strrchr strstr
strspn strcspn strpbrk strdup strndup stpcpy strtol strtoul strtoll strtoull
strtoumax strtoimax
snprintf vsnprintf qsort bsearch
__memcpy_chk __mempcpy_chk __memmove_chk __memset_chk __snprintf_chk __vsnprintf_chk
__strncpy_chk __stpcpy_chk __isoc99_sscanf
__errno_location __ctype_b_loc __ctype_tolower_loc inet_pton inet_ntop
explicit_bzero __explicit_bzero_chk
'
# calls LIBRARY: what it calls and does not define, without what compilers'
# instruments add
calls()
{
	nm -u -A -f posix "$1" | sed 's/^[^[]*\[\(.*\)\]: /\1 /' |
		awk '{ print $2, $1 }' | grep -vE '^__(asan|ubsan|gcov|sanitizer)_'
}
own=$(nm --defined-only -f posix "$build/libresolver.a" "$build/libbase.a" |
	awk 'NF > 1 && $1 !~ /^files_/ { print $1 }')
report "$(calls "$build/libresolver.a" | grep -v '^yaml_' |
	awk -v known="$own $allowed" 'BEGIN {
		split(known, a)
		for (i in a) is_known[a[i]] = 1
	}
	!($1 in is_known)')" 'libresolver.a calls nothing but what is listed here'
report "$(calls "$build/libresolver.a" | grep '^yaml_' | grep -v 'yaml\.o$')" \
	'of the resolver yaml.c alone calls libyaml'
echo "1..$n"
