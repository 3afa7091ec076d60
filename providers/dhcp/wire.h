/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of netconf-dhcp4 through packet sockets (see socket.h), without
 * waiting. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "providers/dhcp/client.h"

/* Of that protocol (ETH_P_*). One that cannot leave (no carrier, no room) is
 * as good as lost on the way: who sent it sends again. */
void wire_send(int fd, uint32_t ifindex, uint16_t protocol,
    const struct dhcp_output *output);

/* Receives a packet meant for this host, into data, to which *ret points. Its
 * size; 0: it is to be skipped; -errno. */
ssize_t wire_receive(
    int fd, uint8_t *data, size_t capacity, struct dhcp_input *ret);
