# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the measurements with many links share: their configurations, and how
# they end. $LINKS is how many.

# link_node KIND I [KEYS]: a node of netconf
link_node()
{
	local keys="kind: $1${3:+, $3}"
	case $1 in
	veth) keys="$keys, peer: p$2" ;;
	vxlan) keys="$keys, id: $(($2 + 1))" ;;
	esac
	echo "  l$2: { $keys }"
}

# write_profile KIND [KEYS]: into $LAB/links.yaml; a line for each link
write_profile()
{
	local i
	{
		printf 'version: 1\nstart: auto\nnodes:\n'
		for ((i = 0; i < LINKS; i++)); do
			link_node "$1" $i "${2:-}"
			echo "  a$i: { kind: address, over: l$i," \
				"addresses: [$(address $i)] }"
		done
	} >$LAB/links.yaml
}

# write_batch KIND: for ip -batch, into $LAB/batch
write_batch()
{
	local i
	for ((i = 0; i < LINKS; i++)); do
		case $1 in
		veth) echo "link add l$i type veth peer name p$i" ;;
		vxlan) echo "link add l$i type vxlan id $((i + 1)) dstport 4789" ;;
		*) echo "link add l$i type $1" ;;
		esac
		echo "link set l$i up"
		echo "addr add $(address $i) dev l$i"
	done >$LAB/batch
}

# together KIND: how many are removed at once. The kernel takes some 20 ms for
# a bridge, and nobody else can change anything meanwhile.
together()
{
	case $1 in
	bridge) echo 32 ;;
	*) echo "$LINKS" ;;
	esac
}

# write_sweep KIND: what removes them, for ip -batch, into $LAB/sweep
write_sweep()
{
	local i n
	n=$(together "$1")
	for ((i = 0; i < LINKS; i++)); do
		echo "link set l$i group 5"
		[ $(((i + 1) % n)) != 0 ] || echo 'link del group 5'
	done >$LAB/sweep
	[ $((LINKS % n)) = 0 ] || echo 'link del group 5' >>$LAB/sweep
}

# settle: until the kernel has removed what the last round left.
settle()
{
	local quick=0 tries=0 start
	while [ $quick -lt 5 ] && [ $((tries++)) -lt 1000 ]; do
		start=${EPOCHREALTIME/./}
		ip -n probe link set lo up
		[ $((${EPOCHREALTIME/./} - start)) -lt 60000 ] &&
			quick=$((quick + 1)) || quick=0
	done
}

# sweep: ends the namespace in which they are; as the kernel would do it, but
# not all at once
sweep()
{
	ip -n turn -force -batch $LAB/sweep >/dev/null 2>&1
	ip netns del turn
}

# start_links: netconfd in its namespace, from nothing; the time to the last
# address, and the processor time, are in $LAB/one. It goes on: $netconfd.
start_links()
{
	rm -rf $LAB/state $LAB/one
	in_background turn netconf.log until-there "$LINKS" $LAB/one \
		netconfd --socket $socket --state-dir $LAB/state \
		--libexec-dir /usr/libexec/netconf -p $LAB/links.yaml
	poll test -s $LAB/one || bail_out 'no addresses: netconf'
	netconfd=$(pgrep -P $! -x netconfd)
}

# middle WHO COLUMN: the median, in ms
middle()
{
	cut -d' ' -f"$2" "$LAB/times/$1" | sort -n |
		awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
}
