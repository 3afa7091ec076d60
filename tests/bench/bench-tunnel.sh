#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A card appears: how long until a host behind the VPN gateway answers a ping?
#
#   netconf   netconfd with profiles/laptop.yaml, asked for vpn0 before
#   script    what one would write by hand with the fastest programs there
#             are, started by the same event: ip link set up, dhclient with a
#             script that adds address and default route, swanctl --initiate
#
# Each has a charon of its own that runs already; the script's has its
# connection loaded. The host is pinged once a millisecond from the moment
# the card appears (RTM_NEWLINK), by the same program for both, so nothing
# has to be started for the first ping. Between the rounds each takes its
# tunnel down in order, and the card is pulled.
. "$(dirname "$0")/lib.sh"
profiles=$(cd "$here/../../profiles" && pwd)

# charon's pid file, /run/charon.pid, is compiled in: this one gets a /run of
# its own, with $LAB in it.
start_script_charon()
{
	mkdir -p $LAB/script/run
	: >$LAB/script-charon
	charon_conf script-charon $LAB/script/vici \
		>$LAB/script/strongswan.conf
	cat >$LAB/script/swanctl.conf <<-CONF
	connections {
		vpn0 {
			version = 2
			remote_addrs = 203.0.113.2
			vips = 0.0.0.0
			local {
				auth = psk
				id = alice@example.net
			}
			remote {
				auth = psk
				id = vpn.example.net
			}
			children {
				net {
					remote_ts = 10.9.0.0/24
				}
			}
		}
	}
	secrets {
		ike-1 {
			id-1 = alice@example.net
			id-2 = vpn.example.net
			secret = "correct horse"
		}
	}
	CONF
	in_background script script.out \
		env STRONGSWAN_CONF=$LAB/script/strongswan.conf sh -c "
		mount -t tmpfs tmpfs $LAB/script/run &&
		mkdir -p $LAB/script/run/lab &&
		mount --rbind $LAB $LAB/script/run/lab &&
		mount --rbind $LAB/script/run /run &&
		exec /usr/lib/ipsec/charon"
	await script-charon 'spawning 16 worker threads' &&
		script_ctl --load-all --noprompt >/dev/null
}

script_ctl()
{
	SWANCTL_DIR=$LAB/script \
		STRONGSWAN_CONF=$LAB/script/strongswan.conf \
		swanctl "$@" --uri unix://$LAB/script/vici 2>/dev/null
}

start_script()
{
	cat >$LAB/bound <<-'SH'
	#!/bin/sh
	[ "$reason" = BOUND ] || exit 0
	ip addr add "$new_ip_address/$new_subnet_mask" broadcast + dev "$interface"
	ip route add default via "$new_routers" dev "$interface"
	SH
	cat >$LAB/by-hand <<-SH
	#!/bin/sh
	export SWANCTL_DIR=$LAB/script
	export STRONGSWAN_CONF=$LAB/script/strongswan.conf
	ip link set "\$1" up
	dhclient -4 -1 -q -sf $LAB/bound -cf /dev/null -lf $LAB/script/\$1.lease \
		-pf $LAB/script/dhclient.pid "\$1"
	exec swanctl --initiate --child net --uri unix://$LAB/script/vici
	SH
	chmod +x $LAB/bound $LAB/by-hand
	: >$LAB/script.log
	contender script && start_script_charon &&
		in_background script script.log on-card $LAB/by-hand &&
		await script.log ready
}

gone()
{
	[ -z "$(gateway_ctl --list-sas --raw | grep 'list-sa event')" ]
}

# The gateway must have forgotten the tunnel before the next round.
tidy()
{
	poll gone && return
	echo "# $1 left its tunnel behind at the gateway"
	gateway_ctl --terminate --ike roadwarrior --force >/dev/null
}

script_turn()
{
	turn script "$1" 10.9.0.10
	script_ctl --terminate --ike vpn0 >/dev/null
	kill "$(cat $LAB/script/dhclient.pid)"
	tidy script
	pull "$name"
}

netconf_turn()
{
	netconf up vpn0 --no-wait >/dev/null
	turn client "$1" 10.9.0.10
	netconf down vpn0 >/dev/null
	tidy netconf
	pull "$name"
}

row()
{
	printf '%-8s %8s ms (%s)  %5s x   lease %7s ms, then %7s ms\n' "$1" \
		"$(ms "$(median "$1" 3)")" "$(spread "$1" 3)" \
		"$(ratio "$(median "$1" 3)" "$(median script 3)")" \
		"$(ms "$(median "$1" 2)")" "$(ms "$(median "$1" 3 2)")"
}

bench_begin
start_dnsmasq || bail_out 'no dnsmasq'
start_gateway || bail_out 'no gateway'
start_script || bail_out 'no script'
start_charon || bail_out 'no charon'
start_netconfd -p "$profiles/laptop.yaml" || bail_out 'netconfd does not run'
for ((round = 1 - WARM_UP; round <= ROUNDS; round++)); do
	in_turn $round script netconf
	for who in "${order[@]}"; do
		${who}_turn $round
	done
done
mv $LAB/times/client $LAB/times/netconf
echo "card appears to first ping through the tunnel," \
	"$ROUNDS rounds: median (quarters), times the script"
for who in script netconf; do
	row $who
done
[ -z "${BENCH_KEEP:-}" ] || cp -r $LAB "$BENCH_KEEP"
