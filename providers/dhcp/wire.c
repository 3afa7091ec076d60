/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_packet.h>

void wire_send(int fd, uint32_t ifindex, uint16_t protocol,
    const struct dhcp_output *output)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)ifindex,
		.sll_halen = MAC_SIZE,
	};

	memcpy(to.sll_addr, output->to, MAC_SIZE);
	sendto(fd, output->data, output->n, MSG_DONTWAIT,
	    (struct sockaddr *)&to, sizeof(to));
}

/* A frame of a VLAN also comes by here when nobody listens on that VLAN; it
 * belongs to another network. */
ssize_t wire_receive(
    int fd, uint8_t *data, size_t capacity, struct dhcp_input *ret)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct sockaddr_ll from = {0};
	struct iovec iov = {data, capacity};
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};
	struct tpacket_auxdata aux = {0};
	struct cmsghdr *cmsg;
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_level == SOL_PACKET &&
	    cmsg->cmsg_type == PACKET_AUXDATA)
		memcpy(&aux, CMSG_DATA(cmsg), sizeof(aux));
	if (msg.msg_flags & MSG_TRUNC || from.sll_halen != MAC_SIZE ||
	    from.sll_pkttype == PACKET_OTHERHOST ||
	    from.sll_pkttype == PACKET_OUTGOING ||
	    (aux.tp_status & TP_STATUS_VLAN_VALID && aux.tp_vlan_tci & 0xfff))
		return 0;
	*ret = (struct dhcp_input){
		.data = data,
		.n = (size_t)n,
		.checksum_is_ready =
		    !(aux.tp_status & TP_STATUS_CSUMNOTREADY),
	};
	memcpy(ret->from, from.sll_addr, MAC_SIZE);
	return n;
}
