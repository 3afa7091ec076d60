/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/arp.h"

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "providers/dhcp/frame.h"

static int announce(pid_t other, const char *device, const uint8_t mac[6],
    const char *address)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETHERTYPE_ARP),
		.sll_halen = 6};
	uint8_t arp[ARP_SIZE];
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)other);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		return 1;
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	memset(to.sll_addr, 0xff, 6);
	to.sll_ifindex = (int)if_nametoindex(device);
	arp_build_announcement(
	    arp, mac, (struct in_addr){inet_addr(address)});
	return sendto(fd, arp, sizeof(arp), 0, (struct sockaddr *)&to,
		   sizeof(to)) != sizeof(arp);
}

void arp_announce(pid_t other, const char *device, const uint8_t mac[6],
    const char *address)
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (!pid)
		_exit(announce(other, device, mac, address));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
