/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/socket.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macros.h"

static int set_option(int fd, int level, int option)
{
	int one = 1;

	return setsockopt(fd, level, option, &one, sizeof(one)) ? -errno : 0;
}

static int set_up(int fd, const struct sock_fprog *program, uint32_t ifindex,
    uint16_t protocol)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)ifindex,
	};
	int r;

	/* The filter before the bind: not one packet gets past it. */
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program,
		sizeof(*program)))
		return -errno;
	r = set_option(fd, SOL_SOCKET, SO_LOCK_FILTER);
	if (!r)
		r = set_option(fd, SOL_PACKET, PACKET_AUXDATA);
	if (r)
		return r;
	return bind(fd, (struct sockaddr *)&to, sizeof(to)) ? -errno : 0;
}

static int open_filtered(
    const struct sock_fprog *program, uint32_t ifindex, uint16_t protocol)
{
	int fd, r;

	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	r = set_up(fd, program, ifindex, protocol);
	if (!r)
		return fd;
	close(fd);
	return r;
}

static uint32_t mac_head(const uint8_t mac[6])
{
	return (uint32_t)mac[0] << 24 | (uint32_t)mac[1] << 16 |
	    (uint32_t)mac[2] << 8 | mac[3];
}

static uint32_t mac_tail(const uint8_t mac[6])
{
	return (uint32_t)mac[4] << 8 | mac[5];
}

int socket_open_dhcp(uint32_t ifindex, const uint8_t mac[6])
{
	/* X is the length of the IPv4 header; then come UDP's 8 bytes. A
	 * load beyond the end of the packet drops it. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9), /* protocol: UDP */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 12),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6), /* no fragment */
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x3fff, 10, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2), /* to port 68 */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 68, 0, 7),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 8), /* op: BOOTREPLY */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, 8 + 28), /* chaddr */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, mac_head(mac), 0, 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 8 + 28 + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, mac_tail(mac), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {ARRAY_SIZE(code), code};

	return open_filtered(&program, ifindex, ETHERTYPE_IP);
}

int socket_open_arp(
    uint32_t ifindex, const uint8_t mac[6], struct in_addr address)
{
	uint32_t ours = ntohl(address.s_addr);
	struct sock_filter code[] = {
		/* sender's IPv4 address: ours, or none and the target's is */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 14),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ours, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 7),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 24),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ours, 0, 5),
		/* sender's MAC address: not ours */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 8),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, mac_head(mac), 0, 2),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, mac_tail(mac), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {ARRAY_SIZE(code), code};

	return open_filtered(&program, ifindex, ETHERTYPE_ARP);
}
