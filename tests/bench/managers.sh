# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The other managers that netconf is compared with, each boxed: its programs
# (tests/install bench) over /usr, its configuration over /etc, /run and /var
# of its own, in a network namespace of its own. /sys is read-only for daemons:
# that tells them that no udev runs here.
MANAGERS=$("$here/../install" bench-path)

# managers_there: those that are unpacked, of the names given
managers_there()
{
	local manager
	for manager; do
		[ ! -d "$MANAGERS/$manager" ] || echo "$manager"
	done
}

# box_script: what runs in the box before the manager. Its arguments are the
# manager's name and the command.
box_script()
{
	cat <<'SH'
set -e
own=/run/lab/box/$1
peer=$MANAGERS/$1
mkdir -p "$own/etc" "$own/var" "$own/work"
lower=$own/etc
[ ! -d "$peer/etc" ] || lower=$lower:$peer/etc
mount -t overlay overlay -o "lowerdir=$peer/usr:/usr" /usr
mount -t overlay overlay -o "lowerdir=$lower:/etc" /etc
mount -t overlay overlay \
	-o "lowerdir=/var,upperdir=$own/var,workdir=$own/work" /var
mkdir -p /var/lib/NetworkManager /var/lib/connman /var/lib/dhcp
[ ! -d "$own/connman" ] || cp "$own"/connman/* /var/lib/connman
mount --bind /run/lab /mnt
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lab /run/dbus /run/network /run/lock /run/systemd/netif/links \
	/run/systemd/netif/leases /run/systemd/netif/lldp
mount --move /mnt /run/lab
! id systemd-network >/dev/null 2>&1 ||
	chown -R systemd-network: /run/systemd/netif
case $1 in
networkd | NetworkManager | connman)
	mount -o remount,ro /sys
	dbus-daemon --system --fork --print-pid=1 >"$own/bus"
	;;
esac
shift
exec "$@"
SH
}

# boxed NAMESPACE MANAGER COMMAND...: as in_background; the recording is
# MANAGER.log
boxed()
{
	local name=$1 manager=$2
	shift 2
	mkdir -p "$LAB/box/$manager/etc"
	: >"$LAB/box/$manager/bus"
	in_background "$name" "$manager.log" \
		env "MANAGERS=$MANAGERS" sh -c "$(box_script)" sh \
		"$manager" "$@"
}

# in_box PID COMMAND...: in the box where PID runs
in_box()
{
	local pid=$1
	shift
	nsenter -t "$pid" -m -n -- "$@"
}

# unbox MANAGER: ends its bus, too
unbox()
{
	local pid
	pid=$(cat "$LAB/box/$1/bus")
	[ -z "$pid" ] || kill "$pid"
	rm -rf "$LAB/box/$1"
}

# configure MANAGER PATH: a file of /etc, from standard input
configure()
{
	local file=$LAB/box/$1/etc/$2
	mkdir -p "${file%/*}"
	cat >"$file"
	chmod 600 "$file"
	[ "$1" != networkd ] || chmod 644 "$file"
}

# The command that runs it, into $manager_command; those that are no daemons
# are run by whoever waits for a card, or as given here.
manager_command()
{
	case $1 in
	networkd) manager_command=(/usr/lib/systemd/systemd-networkd) ;;
	NetworkManager) manager_command=(NetworkManager -n) ;;
	connman) manager_command=(connmand -n --nodnsproxy) ;;
	# What makes it executable is a script of the package's.
	ifupdown2) manager_command=(python3 /usr/sbin/ifup -a) ;;
	ifupdown-ng) manager_command=(ifup -a) ;;
	esac
}

configure_NetworkManager()
{
	configure NetworkManager NetworkManager/NetworkManager.conf <<-CONF
	[main]
	plugins=keyfile
	no-auto-default=*
	dhcp=internal
	auth-polkit=false
	dns=none
	rc-manager=unmanaged
	systemd-resolved=false
	ignore-carrier=l*
	[logging]
	level=WARN
	[connectivity]
	enabled=false
	CONF
}

# configure_cards MANAGER static|dhcp ADDRESS: for any card c*
configure_cards()
{
	local i
	case $1 in
	networkd)
		configure networkd systemd/network/card.network <<-CONF
		[Match]
		Name=c*
		[Network]
		LinkLocalAddressing=no
		IPv6AcceptRA=no
		$([ "$2" = dhcp ] && echo DHCP=ipv4 || echo "Address=$3")
		CONF
		;;
	NetworkManager)
		configure_NetworkManager
		configure $1 NetworkManager/system-connections/card.nmconnection <<-CONF
		[connection]
		id=card
		uuid=11111111-2222-3333-4444-555555555555
		type=ethernet
		autoconnect=true
		[match]
		interface-name=c*
		[ipv4]
		$([ "$2" = dhcp ] && echo method=auto ||
			printf 'method=manual\naddress1=%s\n' "$3")
		[ipv6]
		method=disabled
		CONF
		;;
	connman)
		configure connman connman/main.conf <<-CONF
		[General]
		PreferredTechnologies=ethernet
		NetworkInterfaceBlacklist=lo
		AllowHostnameUpdates=false
		EnableOnlineCheck=false
		CONF
		mkdir -p $LAB/box/connman/connman
		printf '[service_card]\nType=ethernet\nIPv6=off\nIPv4=%s\n' \
			"$([ "$2" = dhcp ] && echo dhcp ||
				echo "${3%/*}/255.255.255.0/192.0.2.1")" \
			>$LAB/box/connman/connman/card.config
		printf '[global]\nOfflineMode=false\n[Wired]\nEnable=true\n' \
			>$LAB/box/connman/connman/settings
		;;
	ifupdown2 | ifupdown-ng)
		for ((i = 1; i < 256; i++)); do
			[ "$2" = dhcp ] &&
				printf 'iface c%d inet dhcp\n\n' $i ||
				printf 'iface c%d inet static\n\taddress %s\n\n' \
					$i "$3"
		done | configure "$1" network/interfaces
		;;
	esac
}

# The command that finds nothing to do, into $manager_again
manager_again()
{
	case $1 in
	networkd) manager_again=(networkctl reload) ;;
	NetworkManager) manager_again=(nmcli connection reload) ;;
	ifupdown2) manager_again=(python3 /usr/sbin/ifreload -a) ;;
	ifupdown-ng) manager_again=(ifup -a) ;;
	esac
}

# The files of networkd for link number $1 of kind $2
networkd_link()
{
	{
		printf '[NetDev]\nName=l%d\nKind=%s\n' $1 $2
		case $2 in
		veth) printf '[Peer]\nName=p%d\n' $1 ;;
		vxlan)
			printf '[VXLAN]\nVNI=%d\nDestinationPort=4789\n' \
				$(($1 + 1))
			echo Independent=yes
			;;
		esac
	} | configure networkd systemd/network/l$1.netdev
	configure networkd systemd/network/l$1.network <<-CONF
	[Match]
	Name=l$1
	[Network]
	LinkLocalAddressing=no
	IPv6AcceptRA=no
	ConfigureWithoutCarrier=yes
	Address=$(address $1)
	CONF
}

# The file of NetworkManager for it
NetworkManager_link()
{
	{
		cat <<-CONF
		[connection]
		id=l$1
		uuid=11111111-2222-3333-4444-$(printf %012d $1)
		type=$2
		interface-name=l$1
		autoconnect=true
		[ipv4]
		method=manual
		address1=$(address $1)
		[ipv6]
		method=disabled
		[$2]
		CONF
		case $2 in
		bridge) echo stp=false ;;
		veth) echo peer=p$1 ;;
		vxlan) printf 'id=%d\ndestination-port=4789\n' $(($1 + 1)) ;;
		esac
	} | configure NetworkManager \
		NetworkManager/system-connections/l$1.nmconnection
}

# The lines of manager $3, ifupdown2 or ifupdown-ng, for it
ifupdown_link()
{
	printf 'auto l%d\niface l%d\n\taddress %s\n' $1 $1 "$(address $1)"
	case $2 in
	bridge) printf '\tbridge-ports none\n' ;;
	veth)
		printf '\tlink-type veth\n'
		# That of ifupdown-ng wants to configure the peer, too.
		[ "$3" != ifupdown2 ] || printf '\tveth-peer-name p%d\n' $1
		;;
	vxlan) printf '\tvxlan-id %d\n' $(($1 + 1)) ;;
	esac
	echo
}

# configure_links MANAGER KIND N: N of them, with the addresses that address()
# gives
configure_links()
{
	local i
	[ "$1" != NetworkManager ] || configure_NetworkManager
	case $1 in
	networkd | NetworkManager)
		for ((i = 0; i < $3; i++)); do
			"$1_link" $i "$2"
		done
		;;
	ifupdown2 | ifupdown-ng)
		for ((i = 0; i < $3; i++)); do
			ifupdown_link $i "$2" "$1"
		done | configure "$1" network/interfaces
		;;
	esac
}
