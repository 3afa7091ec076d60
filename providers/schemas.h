/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The schema tables of all kinds: data, without the code behind them. */
#pragma once

#include "resolver/schema.h"

extern const struct schema schema_address, schema_bond, schema_bridge,
    schema_dhcp, schema_dns, schema_dummy, schema_gateway, schema_gre,
    schema_ipsec, schema_ipvlan, schema_link,
    schema_linklocal, schema_macvlan, schema_route,
    schema_rule, schema_task, schema_tun, schema_veth, schema_vlan,
    schema_vrf, schema_vxlan, schema_wireguard;

/* All of them, with the resolver's own; NULL-terminated. For the loader. */
extern const struct schema *const provider_schemas[];
