#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who answers for names: the lease's server for all, the tunnel's for its
# domain; with systemd-resolved, with either resolvconf and with the plain
# file. In the end all is as before.
. "$(dirname "$0")/lib.sh"

profile()
{
	cat <<-YAML
	version: 1
	nodes:
	  card:  { kind: link, device: c0, start: hotplug }
	  lan:   { kind: dhcp, over: card, start: hotplug }
	  vx7:   { kind: vxlan, over: lan, id: 7, remote: 192.0.2.1 }
	  corp:
	    kind: address
	    over: vx7
	    addresses: 10.8.0.2/24
	    dns: 10.8.0.1
	    domain: corp.example
	  names: { kind: dns, start: auto, $1 }
	YAML
}

# start_names RECORDING ADDRESS ZONE: a name server in the router that knows
# one zone, and says that nobody else has heard of others
start_names()
{
	: >"$LAB/$1"
	in_background router "$1" dnsmasq -d --conf-file=/dev/null \
		--log-queries --no-resolv --no-hosts --bind-dynamic \
		--listen-address="$2" --address="/$3/203.0.113.80"
	await "$1" 'started, version'
}

# The other end of the tunnel.
make_tunnel()
{
	ip -n router link add vx0 type vxlan id 7 local 192.0.2.1 \
		remote 192.0.2.150 dstport 4789 &&
		ip -n router addr add 10.8.0.1/24 dev vx0 &&
		ip -n router link set vx0 up
}

start_bus()
{
	mkdir -p /run/dbus /run/systemd
	cat >$LAB/bus.conf <<-XML
	<busconfig>
	<type>system</type>
	<listen>unix:path=/run/dbus/system_bus_socket</listen>
	<auth>EXTERNAL</auth>
	<policy context="default">
	<allow user="*"/>
	<deny own="*"/>
	<deny send_type="method_call"/>
	<allow send_type="signal"/>
	<allow send_requested_reply="true" send_type="method_return"/>
	<allow send_requested_reply="true" send_type="error"/>
	<allow receive_type="method_call"/>
	<allow receive_type="method_return"/>
	<allow receive_type="error"/>
	<allow receive_type="signal"/>
	<allow send_destination="org.freedesktop.DBus"/>
	</policy>
	<include>/usr/share/dbus-1/system.d/org.freedesktop.resolve1.conf</include>
	</busconfig>
	XML
	in_background client bus dbus-daemon --nofork --nopidfile \
		--config-file=$LAB/bus.conf
	bus=$!
}

start_resolved()
{
	in_background client resolved /lib/systemd/systemd-resolved
	resolved=$!
}

# answers NAME: as programs ask, through libc
answers()
{
	ns client getent ahostsv4 "$1"
}

# asked RECORDING NAME: that server has been asked for it since the mark
asked()
{
	since "$1" | grep -F "query[A] $2 from"
}

# dns_of DEVICE: what resolved has for it
dns_of()
{
	ns client resolvectl dns "$1" | sed 's/.*: *//'
}

# domains_are DEVICE DOMAINS
domains_are()
{
	[ "$(ns client resolvectl domain "$1" | sed 's/.*: *//')" = "$2" ]
}

# says PATTERN: why names is not up
says()
{
	netconf why names | grep -qE "$1"
}

# resolved_has DEVICE SERVERS
resolved_has()
{
	[ "$(dns_of "$1")" = "$2" ]
}

resolv_conf()
{
	cat /etc/resolv.conf
}

range=150-150 lab_begin dhcp
[ -x /lib/systemd/systemd-resolved ] && [ -x /usr/bin/dbus-daemon ] &&
	[ -x /sbin/resolvconf ] &&
	[ -d "$LAB_PEERS-apart/openresolv" ] || skip_all 'no peers: run tests/install'
echo 'hosts: files dns' >/etc/nsswitch.conf
echo 'systemd-resolve:x:991:991::/:/usr/sbin/nologin' >>/etc/passwd
echo 'systemd-resolve:x:991:' >>/etc/group
plug c0
make_tunnel || bail_out 'no vxlan'
start_names lan 203.0.113.1 example.net && start_names corp 10.8.0.1 corp.example ||
	bail_out 'no name servers'

# ---- systemd-resolved ----

ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
profile 'from: [corp, lan], domains: { corp.example: corp }' \
	>$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'without a bus, names waits' reaches names waiting
ok 'and says why' says 'no system bus'
mark
start_bus
ok 'without systemd-resolved, it goes on waiting' \
	poll says 'systemd-resolved is not running'
mark
start_resolved
ok 'it is told when that is there' reaches names up
ok 'the lease is there' poll is_up lan
ok 'its server is told' poll resolved_has c0 203.0.113.1
mark
ok 'a name is resolved' answers www.example.net
ok 'by the server of the lease' asked lan www.example.net
has_not 'a name of the tunnel is not' "$(answers host.corp.example)" .

mark
ok 'the tunnel comes up' netconf up corp
ok 'its server is told' poll resolved_has vx7 10.8.0.1
mark
ok 'its name is resolved' poll answers host.corp.example
ok 'by its server' asked corp host.corp.example
has_not 'which the server of the lease hears nothing of' \
	"$(since lan)" 'corp\.example'
ok 'a short name is looked for in its domain' answers host
ok 'others' answers www2.example.net
ok 'by the server of the lease' asked lan www2.example.net
has_not 'which the server of the tunnel hears nothing of' \
	"$(since corp)" 'example\.net'
has 'its domain is not for others' \
	"$(ns client resolvectl default-route vx7)" ': no'

# What it is told by others; of domains alone it says nothing.
mark
ns client resolvectl domain vx7 evil.example
ns client resolvectl dns c0 192.0.2.99
ok 'others give it a server' await log \
	'names .*systemd-resolved has something else for c0 than it was told'
ok 'it has ours again' poll resolved_has c0 203.0.113.1
ok 'and our domains' poll domains_are vx7 corp.example
mark
ns client resolvectl revert vx7
ok 'others take all away' await log \
	'names .*systemd-resolved has something else for vx7'
ok 'it has all again' poll resolved_has vx7 10.8.0.1
has_not 'the node stayed up' "$(since log)" '^node=names state='
keep_telling()
{
	ns client resolvectl dns c0 192.0.2.99
	since log | grep -q '^node=names state=failed'
}
ok 'who does so again and again means it' poll keep_telling
has 'and the node says so' "$(since log)" \
	'state=failed .*something else for c0 than it is told, again and again'
ok 'it is tried again' reaches names up
ok 'with our server' poll resolved_has c0 203.0.113.1

mark
kill -STOP $resolved
ok 'the tunnel goes' netconf down corp
ok 'a systemd-resolved that hangs is a failure' reaches names failed
kill -CONT $resolved
ok 'and is told when it goes on' reaches names up
mark
ok 'the tunnel comes up again' netconf up corp
ok 'with its server' poll answers host1.corp.example
mark
kill -KILL $resolved
wait $resolved 2>/dev/null
ok 'systemd-resolved dies: names waits' \
	await log 'names state=waiting .*systemd-resolved is not running'
mark
start_resolved
ok 'and when it is back, is up' reaches names up
ok 'it has all again' answers host2.corp.example
ok 'also this' answers www3.example.net
mark
stop $bus
ok 'the bus goes: names waits' await log 'names state=waiting .*no system bus'
stop $resolved
mark
start_bus
start_resolved
ok 'and is up again with it' reaches names up
ok 'with the tunnel' answers host3.corp.example

mark
cable c0 down
ok 'the cable is pulled' reaches lan '(idle|waiting)'
ok 'its server is forgotten' poll resolved_has c0 ''
is 'names is up all the same' "$(state names)" up
mark
cable c0 up
ok 'it comes back' reaches corp up
ok 'and so do its servers' poll answers www4.example.net
mark
ok 'names stops' netconf down names
ok 'it does' reaches names idle
is 'then systemd-resolved has nothing of it' "$(dns_of c0)$(dns_of vx7)" ''
is 'the link is the same' "$(readlink /etc/resolv.conf)" \
	../run/systemd/resolve/stub-resolv.conf

# ---- a device for two ----

profile 'from: [lan], domains: { corp.example: also }' >$LAB/profile.yaml
echo '  also: { kind: address, over: card, addresses: 192.0.2.77/24,' \
	'dns: 192.0.2.1, start: hotplug }' >>$LAB/profile.yaml
mark
ok 'two sources on one device' netconf reload
netconf up names --no-wait >/dev/null
ok 'names waits' reaches names waiting
ok 'and says why' says \
	'also is not asked for corp.example: it stands on c0 as lan does'
ok 'the rest is in force' resolved_has c0 203.0.113.1

# ---- one that is killed ----

kill -KILL $netconfd
wait $netconfd 2>/dev/null
ip -n client link del vx7
profile 'from: [corp, lan], requires: [corp]' >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'the next one asks the tunnel for everything' reaches names up
ok 'systemd-resolved, too' resolved_has vx7 10.8.0.1
ok 'and not whom the last one has asked' resolved_has c0 ''
mark
ok 'names goes, and the tunnel' netconf down corp names
ok 'it does' reaches corp idle
kill -STOP $bus
mark
netconf up names --no-wait >/dev/null
ok 'while the bus hangs, names is starting' reaches names starting
ok 'and stops at once' netconf down --timeout 5s names
kill -CONT $bus
netconf up names --no-wait >/dev/null
mark
stop $netconfd
ok 'netconfd ends' await log 'node=names state=idle'
stop $resolved
stop $bus

# ---- resolvconf ----

cp -a "$LAB_PEERS/etc/resolvconf" /etc
ln -sf ../run/resolvconf/resolv.conf /etc/resolv.conf
ns client resolvconf --enable-updates
printf 'nameserver 192.0.2.99\n' | ns client resolvconf -a before
cp /etc/resolv.conf $LAB/before.conf
profile 'from: [corp, lan]' >$LAB/profile.yaml
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'resolvconf is told of the lease' poll grep -q 203.0.113.1 /etc/resolv.conf
ok 'a name is resolved' answers www5.example.net
mark
ok 'the tunnel comes up' netconf up corp
ok 'its servers are before' poll grep -q '^nameserver 10.8.0.1' /etc/resolv.conf
ok 'its name is resolved' answers host5.corp.example
mv /etc/resolvconf/update.d/libc $LAB/libc
printf '#!/bin/sh\necho no space >&2\nexit 1\n' >/etc/resolvconf/update.d/libc
chmod 755 /etc/resolvconf/update.d/libc
mark
ok 'the tunnel goes' netconf down corp
ok 'a resolvconf that fails is a failure' reaches names failed
has 'with its words' "$(since log)" 'names state=failed.*ended with status 1'
mv $LAB/libc /etc/resolvconf/update.d/libc
ok 'it is tried again' reaches names up
stop $netconfd
ok 'in the end resolv.conf is as before' cmp /etc/resolv.conf $LAB/before.conf

# ---- openresolv ----

rm -r /etc/resolvconf /usr/lib/resolvconf /run/resolvconf /etc/resolv.conf
cp -a "$LAB_PEERS-apart/openresolv/etc/resolvconf.conf" /etc
cp -a "$LAB_PEERS-apart/openresolv/usr/." /usr
profile 'from: [corp]' >$LAB/no-lease.yaml
printf 'nameserver 192.0.2.97\n' | ns client resolvconf -a before
cp /etc/resolv.conf $LAB/before.conf
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'openresolv is told of the lease' poll grep -q 203.0.113.1 /etc/resolv.conf
is 'it is taken for a resolvconf' "$(netconf status --json names |
	jq -r '.nodes[] | select(.name == "names").facts.backend')" resolvconf
ok 'a name is resolved' answers www7.example.net
mark
cable c0 down
ok 'the cable is pulled' reaches lan '(idle|waiting)'
ok 'the file is as before' poll cmp /etc/resolv.conf $LAB/before.conf
cable c0 up
ok 'the lease is back' poll grep -q 203.0.113.1 /etc/resolv.conf
mark
ok 'the tunnel comes up' netconf up corp
ok 'its name is resolved' poll answers host7.corp.example
ok 'it goes' netconf down corp
has_not 'nothing has failed' "$(since log)" 'names state=(failed|waiting)'
stop $netconfd
ok 'in the end resolv.conf is as before' cmp /etc/resolv.conf $LAB/before.conf
is 'and openresolv has nothing of it' "$(ns client resolvconf -i | xargs)" before
start_netconfd -p $LAB/no-lease.yaml || bail_out 'netconfd does not run'
ok 'without anything to tell, it is up' reaches names up
stop $netconfd
ok 'and the file is as before' cmp /etc/resolv.conf $LAB/before.conf
has_not 'nothing has failed' "$(since log)" 'state=failed|level=warning'

# ---- the file ----

rm /etc/resolv.conf
printf '# mine\nnameserver 192.0.2.98\noptions rotate' >/etc/resolv.conf
cp -a /etc/resolv.conf $LAB/before.conf
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'the file has the server of the lease' \
	poll grep -q '^nameserver 203.0.113.1' /etc/resolv.conf
ok 'a name is resolved' answers www6.example.net
mark
cable c0 down
ok 'the cable is pulled' reaches lan '(idle|waiting)'
ok 'the file is as before' poll cmp /etc/resolv.conf $LAB/before.conf
cable c0 up
ok 'the lease is back' poll grep -q '^nameserver 203.0.113.1' /etc/resolv.conf
kill -KILL $netconfd
wait $netconfd 2>/dev/null
ok 'netconfd is killed: its file stays' grep -q 203.0.113.1 /etc/resolv.conf
start_netconfd -p $LAB/profile.yaml || bail_out 'netconfd does not run'
ok 'the next one takes over' reaches names up
mark
ok 'names stops' netconf down names
ok 'it does' reaches names idle
ok 'the file is as before, byte for byte' cmp /etc/resolv.conf $LAB/before.conf
# It was up when the last netconfd came.
pull c0
lab_end
