/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds to test the loader with: every type of value, every flag. */
#pragma once

#include "resolver/schema.h"

/*
 * link    a device; mtu, carrier, up
 * dhcp    over another node
 * gateway observes
 * tunnel  remote, networks, marks, auth { psk, identity },
 *         peers [{ name, every }]
 * bridge  keys that name nodes: master (prerequisite), ports (pulls),
 *         prefix-from (follows), peers [{ follow }]
 * task    run; on-event
 * way     type, via, hops, table, peers [{ name, inner }], key; rules and a
 *         check: nobody is called "bad", 13 is neither hop nor table
 * fake    no keys
 * and any, all, state, location. NULL-terminated.
 */
extern const struct schema *const test_kinds[];
