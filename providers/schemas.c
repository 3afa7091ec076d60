/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/schemas.h"

const struct schema *const provider_schemas[] = {
	&schema_address,
	&schema_all,
	&schema_any,
	&schema_bond,
	&schema_bridge,
	&schema_dhcp,
	&schema_dummy,
	&schema_gateway,
	&schema_gre,
	&schema_ipsec,
	&schema_ipvlan,
	&schema_link,
	&schema_location,
	&schema_macvlan,
	&schema_route,
	&schema_rule,
	&schema_state,
	&schema_task,
	&schema_tun,
	&schema_veth,
	&schema_vlan,
	&schema_vrf,
	&schema_vxlan,
	NULL,
};
