/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/provider.h"

const struct provider *const providers[] = {
	&provider_address,
	&provider_bond,
	&provider_bridge,
	&provider_dhcp,
	&provider_dns,
	&provider_dummy,
	&provider_gateway,
	&provider_gre,
	&provider_ipsec,
	&provider_ipvlan,
	&provider_link,
	&provider_linklocal,
	&provider_macvlan,
	&provider_route,
	&provider_rule,
	&provider_task,
	&provider_tun,
	&provider_veth,
	&provider_vlan,
	&provider_vrf,
	&provider_vxlan,
	&provider_wireguard,
	NULL,
};
