# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A network of its own for one test, sourced first by every tests/lab/*.sh.
#
#   client  c0, c1, ...: cards that are plugged in and pulled; netconfd, charon
#   router  per card a port p-c0, ... with 192.0.2.1/24 or 198.51.100.1/24 and
#           a DHCP server; 203.0.113.1 towards the gateway
#   vpngw   203.0.113.2, charon; 10.9.0.1 towards the host
#   host    10.9.0.10
#
# The script runs itself again inside mount, network, PID, IPC and UTS
# namespaces of its own: names cannot collide with another test's, nothing of
# the machine is touched, and everything ends when the script ends, however.
# The peers' programs (tests/install) are laid over /usr, in here only.
#
# Everything that happens is recorded in $LAB: netlink (rtnetlink in the
# client), log (netconfd), vici (the events of the client's charon), charon,
# gateway, dnsmasq, dhcpd. Nothing sleeps: await() follows a recording.
set -u
# The longest that anything is waited for, in seconds. RTNL is one lock for
# the whole machine: what others do can hold up what is done here.
LIMIT=30
LAB=/run/lab
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip_all()
{
	echo "1..0 # SKIP $*"
	exit 0
}

# LAB_REAL_CARDS: the client is where the machine's own cards are, which is for
# machines that exist for the test only (tests/vm).
lab_reexec()
{
	local net=--net
	[ -z "${LAB_REAL_CARDS:-}" ] || net=
	[ "$(id -u)" = 0 ] || skip_all "needs root"
	NETCONF_BUILD=$(cd "${NETCONF_BUILD:-.}" && pwd)
	LAB_PEERS=$("$here/../install" peers)
	[ -e "$LAB_PEERS/usr/sbin/dnsmasq" ] || [ -e /usr/sbin/dnsmasq ] ||
		skip_all "no peers: run tests/install"
	export NETCONF_BUILD LAB_PEERS LAB_INSIDE=1
	exec unshare --mount $net --pid --ipc --uts --fork --kill-child \
		--mount-proc -- "$BASH" "$0" "$@"
}
[ -n "${LAB_INSIDE:-}" ] || lab_reexec "$@"

# ---- results ----

n_tests=0
n_failed=0

# A line for people; "# " where the output is TAP.
say()
{
	[ -n "${DEMO:-}" ] || printf '# '
	printf '%s\n' "$*"
}

# report RC TEXT: a result; after a failure what is new in the recordings.
report()
{
	n_tests=$((n_tests + 1))
	if [ "$1" = 0 ]; then
		[ -z "${DEMO:-}" ] || { echo "  [ok] $2"; return; }
		echo "ok $n_tests - $2"
		return
	fi
	n_failed=$((n_failed + 1))
	echo "not ok $n_tests - $2"
	recordings
}

# ok TEXT COMMAND...: the command succeeds.
ok()
{
	local text=$1
	shift
	"$@" >"$LAB/ok.out" 2>&1
	report $? "$text"
}

# is TEXT GOT WANT: equal strings
is()
{
	[ "$2" = "$3" ] || diff <(echo "$3") <(echo "$2") | sed 's/^/# /'
	[ "$2" = "$3" ]
	report $? "$1"
}

# has TEXT GOT PATTERN: an extended regular expression matches
has()
{
	local rc
	grep -qE -e "$3" <<<"$2"
	rc=$?
	[ $rc = 0 ] || {
		echo "# no line matches $3:"
		sed 's/^/#   /' <<<"$2"
	}
	report $rc "$1"
}

has_not()
{
	! grep -E -e "$3" <<<"$2" | sed 's/^/# matches: /' | grep .
	report $? "$1"
}

declare -A shown=()

# The end of what is new in each recording, after a failed test.
recordings()
{
	local f lines
	for f in ok.out log netlink vici charon gateway dnsmasq dhcpd; do
		[ -e "$LAB/$f" ] || continue
		lines=$(wc -l <"$LAB/$f")
		[ "$f" != ok.out ] || shown[$f]=0
		[ "$lines" -gt "${shown[$f]:-0}" ] || continue
		echo "# ---- $f"
		tail -n +$((${shown[$f]:-0} + 1)) "$LAB/$f" |
			tail -n "${LAB_TAIL:-30}" | cut -c1-300 | sed 's/^/# /'
		shown[$f]=$lines
	done
}

# ---- namespaces, links ----

ns()
{
	local name=$1
	shift
	ip netns exec "$name" "$@"
}

# in_background NS RECORDING COMMAND...: $! is the command itself. Its
# environment is clean but for what sanitizers are told. The recording is there
# at once, so that it can be followed.
in_background()
{
	local name=$1 file=$LAB/$2
	shift 2
	: >>"$file"
	(exec ip netns exec "$name" env -i PATH="$PATH" \
		${ASAN_OPTIONS:+"ASAN_OPTIONS=$ASAN_OPTIONS"} \
		${UBSAN_OPTIONS:+"UBSAN_OPTIONS=$UBSAN_OPTIONS"} \
		"$@" >>"$file" 2>&1 </dev/null) &
}

# recorder NS RECORDING COMMAND...: as in_background. It stamps what it reads
# when it reads it, so it has to run before those who act on the same event:
# on one processor it would otherwise be the last to look.
recorder()
{
	local name=$1 file=$2
	shift 2
	if chrt --fifo 1 true 2>/dev/null; then
		set -- chrt --fifo 1 "$@"
	fi
	in_background "$name" "$file" "$@"
}

# overlay DIRECTORY [LOWER...]: what is written there stays in here
overlay()
{
	local dir=$1 lowers=$1 own=$LAB/overlay$1 lower
	shift
	for lower; do
		[ ! -d "$lower" ] || lowers=$lower:$lowers
	done
	mkdir -p "$own/upper" "$own/work" &&
		mount -t overlay overlay -o \
			"lowerdir=$lowers,upperdir=$own/upper,workdir=$own/work" \
			"$dir"
}

# netconf as if it were installed, and the peers, over /usr; /run private.
# (Copied: the user that netconf-dhcp4 runs as need not be able to reach the
# build directory.)
lab_mounts()
{
	local usr=$LAB/usr file helpers=$NETCONF_BUILD/tests/lab
	mount -t tmpfs tmpfs /run &&
		mkdir -p /run/netns $usr/bin $usr/sbin $usr/libexec/netconf &&
		cp "$NETCONF_BUILD/netconf" $usr/bin &&
		cp "$NETCONF_BUILD/netconfd" $usr/sbin &&
		cp "$NETCONF_BUILD/netconf-dhcp4" \
			"$NETCONF_BUILD/netconf-exec" $usr/libexec/netconf ||
		return
	for file in dhcp-liar control-hostile vici-monitor; do
		[ ! -e "$helpers/$file" ] || cp "$helpers/$file" $usr/bin
	done
	overlay /etc && overlay /var && overlay /usr "$LAB_PEERS/usr" $usr || return
	PATH=/usr/sbin:/usr/bin:/sbin:/bin
	for file in log netlink vici charon charon.out gateway gateway.out \
		dnsmasq dhcpd; do
		: >"$LAB/$file"
	done
	exec {never}<> <(:)
}

# poll COMMAND...: until it succeeds; for what makes no event.
poll()
{
	local deadline=$((SECONDS + LIMIT))
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -le $deadline ] || {
			echo "# waited in vain for: $*"
			return 1
		}
		read -r -t 0.01 -u "$never"
	done
	return 0
}

lab_topology()
{
	local name forward='echo 1 >/proc/sys/net/ipv4/ip_forward'
	for name in client router vpngw host; do
		ip netns add $name && ip -n $name link set lo up || return
	done
	ip link add r-gw netns router type veth peer g0 netns vpngw &&
		ip link add g1 netns vpngw type veth peer h0 netns host &&
		ip -n router addr add 203.0.113.1/24 dev r-gw &&
		ip -n vpngw addr add 203.0.113.2/24 dev g0 &&
		ip -n vpngw addr add 10.9.0.1/24 dev g1 &&
		ip -n host addr add 10.9.0.10/24 dev h0 &&
		ip -n router link set r-gw up &&
		ip -n vpngw link set g0 up &&
		ip -n vpngw link set g1 up &&
		ip -n host link set h0 up &&
		ip -n vpngw route add default via 203.0.113.1 &&
		ip -n host route add default via 10.9.0.1 &&
		ns router sh -c "$forward" && ns vpngw sh -c "$forward"
}

# make_card CARD NET: a card that nobody has plugged in yet. NET is 1
# (192.0.2.0/24) or 2 (198.51.100.0/24).
make_card()
{
	local net=192.0.2.1/24
	[ "${2:-1}" = 1 ] || net=198.51.100.1/24
	ip -n router link add "p-$1" type veth peer "$1" \
		address "02:00:00:00:01:$(printf %02x "${1#c}")" &&
		ip -n router addr add $net dev "p-$1" &&
		ip -n router link set "p-$1" up
}

# insert CARD [NAMESPACE]
insert()
{
	ip -n router link set "$1" netns "${2:-client}"
}

plug()
{
	make_card "$@" && insert "$1"
}

pull()
{
	ip -n router link del "p-$1"
}

# cable CARD up|down
cable()
{
	ip -n router link set "p-$1" "$2"
}

# ---- recordings ----

declare -A marks=()

# From now on await() and since() look only at what comes.
mark()
{
	local f
	for f in "$LAB"/*; do
		[ ! -f "$f" ] || marks[${f##*/}]=$(wc -l <"$f")
	done
}

# since RECORDING: what it says since the mark
since()
{
	tail -n +$((${marks[$1]:-0} + 1)) "$LAB/$1"
}

# await RECORDING PATTERN [SECONDS]: until it says so (bash's =~). The line is
# left in $line. Fails after the limit, and says what it waited for.
await()
{
	local fd follower deadline=$((SECONDS + ${3:-LIMIT})) rc=1
	exec {fd}< <(exec tail -n +$((${marks[$1]:-0} + 1)) -f "$LAB/$1")
	follower=$!
	while [ $SECONDS -le $deadline ] &&
		IFS= read -r -t $((deadline - SECONDS + 1)) -u $fd line; do
		[[ $line =~ $2 ]] && rc=0 && break
	done
	kill $follower 2>/dev/null
	exec {fd}<&-
	[ $rc = 0 ] || echo "# waited in vain for '$2' in $1"
	return $rc
}

# in_order TEXT RECORDING PATTERN...: since the mark, lines that match come in
# this order.
in_order()
{
	local text=$1 file=$2 pattern seen=0 rc=0
	shift 2
	since "$file" >"$LAB/in-order"
	for pattern; do
		seen=$(awk -v from="$seen" -v p="$pattern" \
			'NR > from && $0 ~ p { print NR; exit }' "$LAB/in-order")
		[ -n "$seen" ] && continue
		echo "# not, or not in this place: $pattern"
		rc=1
		break
	done
	report $rc "$text"
}

# stamp RECORDING PATTERN: when its first match since the mark was, in
# milliseconds of the day; netlink and charon have the same clock.
stamp()
{
	since "$1" | awk -v p="$2" '$0 ~ p {
		gsub(/^\[/, ""); split(substr($0, 12, 12), t, ":")
		printf "%d\n", (t[1] * 3600 + t[2] * 60 + t[3]) * 1000
		exit
	}'
}

# not_after TEXT RECORDING PATTERN RECORDING PATTERN: the first comes before
# the second (to the millisecond, all that charon's clock shows).
not_after()
{
	local a b
	a=$(stamp "$2" "$3")
	b=$(stamp "$4" "$5")
	[ -n "$a" ] || echo "# missing in $2: $3"
	[ -n "$b" ] || echo "# missing in $4: $5"
	[ -n "$a" ] && [ -n "$b" ] && [ "$a" -le "$b" ]
	report $? "$1"
}

# What the client's kernel has configured. Of charon's own device: nothing.
dump()
{
	{
		ip -n client -o link
		ip -n client -o addr
		ip -n client route show table all
		ip -n client -6 route show table all
		ip -n client rule
		ip -n client -6 rule
		tunnels
	} | grep -v -w ipsec0 | sed -E 's/ *(valid|preferred)_lft [0-9]+sec//g'
}

# What the client's kernel has of ESP tunnels: states and policies (but those
# of charon's own sockets), a line each.
tunnels()
{
	{
		ip -n client -o xfrm state
		ip -n client -o xfrm policy
	} 2>/dev/null | grep -w 'proto esp'
}

# ---- peers ----

# start_dnsmasq [OPTION...]: for both nets; leases of $range in the first, if
# set. It names itself as the router.
start_dnsmasq()
{
	local lines first=100 last=200
	[ -z "${range:-}" ] || { first=${range%-*}; last=${range#*-}; }
	lines=$(wc -l <$LAB/dnsmasq)
	in_background router dnsmasq dnsmasq -d --conf-file=/dev/null \
		--port=0 --no-ping --dhcp-authoritative --log-dhcp \
		--dhcp-range=192.0.2.$first,192.0.2.$last,255.255.255.0,2m \
		--dhcp-range=198.51.100.100,198.51.100.200,255.255.255.0,2m \
		--dhcp-option=option:dns-server,203.0.113.1 \
		--dhcp-leasefile=$LAB/leases "$@"
	dnsmasq=$!
	marks[dnsmasq]=$lines
	await dnsmasq 'DHCP, IP range 192' &&
		marks[dnsmasq]=$(wc -l <$LAB/dnsmasq)
}

# start_dhcpd CARD [LINE...]: isc-dhcp-server with 8 s leases at the card's
# port; LINEs go into its subnet.
start_dhcpd()
{
	local port=p-$1
	shift
	start_dhcpd_on "$port" "$@"
}

# start_dhcpd_on DEVICE [LINE...]: of the router
start_dhcpd_on()
{
	local device=$1
	shift
	{
		echo "authoritative; dhcp-cache-threshold 0; ping-check false;"
		echo "default-lease-time 8; min-lease-time 8; max-lease-time 8;"
		echo "subnet 192.0.2.0 netmask 255.255.255.0 {"
		echo "option routers 192.0.2.1;"
		printf '%s\n' "${@:-range 192.0.2.100 192.0.2.200;}"
		echo "}"
	} >"$LAB/dhcpd.conf"
	: >>"$LAB/dhcpd.leases"
	in_background router dhcpd dhcpd -4 -f -d -cf "$LAB/dhcpd.conf" \
		-lf "$LAB/dhcpd.leases" -pf "$LAB/dhcpd.pid" \
		-user root -group root "$device"
	dhcpd=$!
	await dhcpd 'Server starting service'
}

# stop PID: asks it to end and waits for that.
stop()
{
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

esp=

# find_esp: who does ESP, into $esp: the kernel where it can, or else charon
# itself (kernel-libipsec, over TUN). LAB_ESP=kernel: the kernel, or nobody.
find_esp()
{
	[ -z "$esp" ] || return 0
	esp=charon
	! kernel_has_esp || esp=kernel
	[ "${LAB_ESP:-$esp}" = $esp ] || bail_out 'the kernel has no ESP'
}

kernel_has_esp()
{
	ip netns add probe
	ip -n probe xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp \
		spi 1 mode tunnel auth 'hmac(sha256)' 0x00 \
		enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff 2>/dev/null
	local rc=$?
	ip netns del probe
	return $rc
}

can_tunnel()
{
	find_esp
	[ $esp = kernel ] || (: <>/dev/net/tun) 2>/dev/null
}

# charon_conf RECORDING SOCKET: what both have in common. Threads: less than
# the default 16 deadlocks with kernel-libipsec. kernel-libipsec stands before
# kernel-netlink: the first that offers IPsec is taken.
charon_conf()
{
	local libipsec=
	find_esp
	[ $esp = kernel ] || libipsec=kernel-libipsec
	cat <<-CONF
	charon {
		load = random nonce aes sha1 sha2 hmac kdf curve25519 gmp openssl gcm pem pkcs1 pkcs8 x509 pubkey revocation constraints $libipsec kernel-netlink socket-default vici updown
		retransmit_timeout = 0.5
		retransmit_tries = 3
		plugins {
			vici {
				socket = unix://$2
			}
		}
		filelog {
			log {
				path = $LAB/$1
				default = 1
				append = yes
				flush_line = yes
				time_format = %Y-%m-%dT%H:%M:%S
				time_add_ms = yes
			}
		}
	}
	swanctl {
		load = pem pkcs1 pkcs8 x509 pubkey openssl random
	}
	CONF
}

# The pid file's path, /run/charon.pid, is compiled in: the gateway's charon
# gets a /run of its own, with $LAB in it.
start_gateway()
{
	mkdir -p $LAB/gw/run
	charon_conf gateway $LAB/gw/vici >$LAB/gw/strongswan.conf
	cat >$LAB/gw/swanctl.conf <<-CONF
	connections {
		roadwarrior {
			version = 2
			local_addrs = 203.0.113.2
			pools = pool
			local {
				auth = psk
				id = vpn.example.net
			}
			remote {
				auth = psk
				id = alice@example.net
			}
			children {
				net {
					local_ts = 10.9.0.0/24
				}
			}
		}
	}
	pools {
		pool {
			addrs = 10.99.0.0/24
		}
	}
	secrets {
		ike-1 {
			id-1 = alice@example.net
			id-2 = vpn.example.net
			secret = "${1:-correct horse}"
		}
	}
	CONF
	in_background vpngw gateway.out \
		env STRONGSWAN_CONF=$LAB/gw/strongswan.conf sh -c "
		mount -t tmpfs tmpfs $LAB/gw/run &&
		mkdir -p $LAB/gw/run/lab &&
		mount --rbind $LAB $LAB/gw/run/lab &&
		mount --rbind $LAB/gw/run /run &&
		exec /usr/lib/ipsec/charon"
	gateway=$!
	await gateway 'spawning 16 worker threads' &&
		gateway_ctl --load-all --noprompt >/dev/null
}

gateway_ctl()
{
	SWANCTL_DIR=$LAB/gw STRONGSWAN_CONF=$LAB/gw/strongswan.conf \
		swanctl "$@" --uri unix://$LAB/gw/vici 2>/dev/null
}

# Packets that came out of the tunnel at the gateway.
gateway_packets()
{
	gateway_ctl --list-sas --raw |
		grep -o 'packets-in=[0-9]*' | cut -d= -f2 |
		awk '{ n += $1 } END { print n + 0 }'
}

start_charon()
{
	command -v vici-monitor >/dev/null || {
		echo '# vici-monitor is missing: make test-programs'
		return 1
	}
	mkdir -p $LAB/cl
	charon_conf charon /run/charon.vici >$LAB/cl/strongswan.conf
	rm -f /run/charon.pid
	in_background client charon.out \
		env STRONGSWAN_CONF=$LAB/cl/strongswan.conf \
		/usr/lib/ipsec/charon
	charon=$!
	await charon 'spawning 16 worker threads' &&
		poll test -S /run/charon.vici &&
		recorder client vici vici-monitor /run/charon.vici &&
		await vici ' registered$'
}

charon_ctl()
{
	SWANCTL_DIR=$LAB/cl STRONGSWAN_CONF=$LAB/cl/strongswan.conf \
		swanctl "$@" --uri unix:///run/charon.vici 2>/dev/null
}

# ---- netconf ----

socket=/run/netconf/control

# The command, as the admin in the client types it.
netconf()
{
	ns client netconf --socket $socket "$@"
}

# start_netconfd ARGUMENT...: with the profiles given by -p
start_netconfd()
{
	local from
	from=$(wc -l <$LAB/log)
	in_background client log netconfd --socket $socket \
		--libexec-dir /usr/libexec/netconf \
		--state-dir $LAB/state "$@"
	netconfd=$!
	marks[log]=$from
	poll answers_or_dead client $socket $netconfd && kill -0 $netconfd
}

# The socket is there from the start on; an answer comes when the devices are
# known.
answers_or_dead()
{
	ns "$1" netconf --socket "$2" status || ! kill -0 "$3"
}

# reaches NODE STATE: waits until netconfd says that the node is in the state
# (a regular expression may stand for either), since the mark.
reaches()
{
	await log "^node=$1 state=$2 "
}

# state NODE: its state now
state()
{
	netconf status --json "$1" |
		jq -r --arg name "$1" '.nodes[] | select(.name == $name).state'
}

is_up()
{
	[ "$(state "$1")" = up ]
}

# The processes of netconf-dhcp4, a line each: one of each netconfd.
helper()
{
	local comm
	for comm in /proc/[0-9]*/comm; do
		[ "$(cat "$comm" 2>/dev/null)" != netconf-dhcp4 ] || {
			comm=${comm%/comm}
			echo "${comm#/proc/}"
		}
	done
}

# True where what is tested was built with sanitizers: then netconf-dhcp4
# filters no system calls, and memory that was freed is kept for a while.
is_sanitized()
{
	grep -q 'define SANITIZED' "$NETCONF_BUILD/config.h"
}

# ping_host COUNT: how many packets came out of the tunnel at the gateway
ping_host()
{
	local before
	before=$(gateway_packets)
	ns client ping -c "$1" -i 0.1 -W 5 10.9.0.10 >$LAB/ping || return
	[ $(($(gateway_packets) - before)) = "$1" ]
}

# Links and leases that come up by themselves; NODES are appended.
lan_profile()
{
	cat <<-YAML
	version: 1
	nodes:
	  wired: { kind: link, match: { type: ethernet }, start: hotplug }
	  lan: { kind: dhcp, over: wired, start: hotplug }
	  uplink: { kind: any, of: [lan] }
	  inet: { kind: gateway, requires: [uplink] }
	YAML
	[ $# -eq 0 ] || printf '  %s\n' "$@"
}

# The tunnel of profiles/laptop.yaml; what more it says in braces
vpn_node()
{
	echo 'vpn0: { kind: ipsec, over: uplink, requires: [inet],' \
		'remote: 203.0.113.2, remote-id: vpn.example.net,' \
		'local-id: alice@example.net, virtual-ip: true,' \
		'auth: { psk: { file: /etc/netconf/secrets/vpn0 } },' \
		"networks: [10.9.0.0/24]${1:+, $1} }"
}

# ---- a test's frame ----

bail_out()
{
	recordings
	echo "Bail out! $*"
	exit 99
}

# lab_begin [dhcp] [gateway] [charon]: which peers run
lab_begin()
{
	local what
	lab_mounts || bail_out "cannot mount; is the overlay file system there?"
	lab_topology || bail_out "no topology"
	[[ " $* " != *" charon "* ]] || can_tunnel ||
		skip_all "no ESP in the kernel, and /dev/net/tun cannot be opened"
	recorder client netlink ip -ts -o monitor label link address \
		route rule
	poll is_subscribed $! || bail_out "ip monitor does not run"
	for what; do
		case $what in
		dhcp) start_dnsmasq ;;
		gateway) start_gateway ;;
		charon) start_charon ;;
		esac || bail_out "no $what"
	done
	mkdir -p /etc/netconf/secrets
	(umask 077 && echo 'correct horse' >/etc/netconf/secrets/vpn0)
	dump >$LAB/before
	mark
}

# /proc/net/netlink: its port is the process's id; groups are not 0.
is_subscribed()
{
	awk -v pid="$1" '$3 == pid && $4 != "00000000" { found = 1 }
		END { exit !found }' "/proc/$1/net/netlink"
}

cards()
{
	ip -n client -o link | grep -o '\bc[0-9]*@' | tr -d @
}

# Stops netconfd, and sees that it leaves nothing behind.
lab_end()
{
	local card rc
	if [ -n "${netconfd:-}" ]; then
		stop "$netconfd"
		rc=$?
		is 'netconfd ends as asked, with status 0' $rc 0
		netconfd=
	fi
	for card in $(cards); do
		is "$card is left without address, and down" \
			"$(ip -n client -o addr show "$card")" ''
		pull "$card"
	done
	dump >$LAB/after
	ok 'links, addresses, routes and rules are as before' \
		diff $LAB/before $LAB/after
	has_not 'no sanitizer complains' "$(cat $LAB/log)" \
		'(Address|Leak|Undefined.*)Sanitizer|runtime error:'
	has_not 'no helper has died' "$(cat $LAB/log)" \
		'netconf-[a-z0-9]* .*(was killed by|started again)'
	lab_plan
}

lab_plan()
{
	if [ -n "${DEMO:-}" ]; then
		echo "$((n_tests - n_failed)) of $n_tests as they should be"
	else
		echo "1..$n_tests"
	fi
	[ $n_failed = 0 ]
	exit
}
