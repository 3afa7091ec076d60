/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/frame.h"

#include <errno.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>

#include "base/macros.h"

enum { PORT_SERVER = 67, PORT_CLIENT = 68 };

/* Adds the bytes as 16 bit words, in network order (RFC 1071). */
static uint32_t sum_bytes(const uint8_t *p, size_t n, uint32_t sum)
{
	for (; n > 1; p += 2, n -= 2)
		sum += (uint32_t)p[0] << 8 | p[1];
	if (n)
		sum += (uint32_t)p[0] << 8;
	return sum;
}

static uint16_t sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Of the UDP datagram with its pseudo header; 0 when the checksum in it is
 * right. */
static uint16_t sum_udp(const struct iphdr *ip, const uint8_t *udp, size_t n)
{
	uint32_t sum = IPPROTO_UDP + (uint32_t)n;

	sum = sum_bytes((const uint8_t *)&ip->saddr, 8, sum);
	return sum_fold(sum_bytes(udp, n, sum));
}

int frame_parse(const uint8_t *data, size_t n, bool checksum_is_ready,
    const uint8_t **ret_payload, size_t *ret_n)
{
	struct iphdr ip;
	struct udphdr udp;
	size_t header, total, length;

	if (n < sizeof(ip))
		return -EBADMSG;
	memcpy(&ip, data, sizeof(ip));
	header = (size_t)ip.ihl * 4;
	total = ntohs(ip.tot_len);
	/* What is beyond the total length is Ethernet's padding. */
	if (ip.version != 4 || header < sizeof(ip) || total > n ||
	    header + sizeof(udp) > total || ip.protocol != IPPROTO_UDP ||
	    ntohs(ip.frag_off) & (IP_MF | IP_OFFMASK))
		return -EBADMSG;
	if (sum_fold(sum_bytes(data, header, 0)))
		return -EBADMSG;
	memcpy(&udp, data + header, sizeof(udp));
	length = ntohs(udp.len);
	if (ntohs(udp.dest) != PORT_CLIENT || length < sizeof(udp) ||
	    length > total - header)
		return -EBADMSG;
	if (checksum_is_ready && udp.check &&
	    sum_udp(&ip, data + header, length))
		return -EBADMSG;
	*ret_payload = data + header + sizeof(udp);
	*ret_n = length - sizeof(udp);
	return 0;
}

size_t frame_build(uint8_t data[FRAME_MAX], size_t n_payload,
    struct in_addr from, struct in_addr to)
{
	struct udphdr udp = {
		.source = htons(PORT_CLIENT),
		.dest = htons(PORT_SERVER),
		.len = htons((uint16_t)(sizeof(udp) + n_payload)),
	};
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.tot_len = htons((uint16_t)(FRAME_HEADERS + n_payload)),
		.frag_off = htons(IP_DF),
		.ttl = IPDEFTTL,
		.protocol = IPPROTO_UDP,
		.saddr = from.s_addr,
		.daddr = to.s_addr,
	};

	ip.check = htons(sum_fold(sum_bytes((uint8_t *)&ip, sizeof(ip), 0)));
	memcpy(data, &ip, sizeof(ip));
	memcpy(data + sizeof(ip), &udp, sizeof(udp));
	udp.check = htons(
	    sum_udp(&ip, data + sizeof(ip), sizeof(udp) + n_payload));
	if (!udp.check)
		udp.check = 0xffff; /* 0 would say: none (RFC 768) */
	memcpy(data + sizeof(ip), &udp, sizeof(udp));
	return FRAME_HEADERS + n_payload;
}

int arp_parse(const uint8_t *data, size_t n, struct arp_claim *ret)
{
	struct ether_arp arp;

	if (n < sizeof(arp))
		return -EBADMSG;
	memcpy(&arp, data, sizeof(arp));
	if (ntohs(arp.arp_hrd) != ARPHRD_ETHER ||
	    ntohs(arp.arp_pro) != ETHERTYPE_IP || arp.arp_hln != MAC_SIZE ||
	    arp.arp_pln != 4)
		return -EBADMSG;
	if (ntohs(arp.arp_op) != ARPOP_REQUEST &&
	    ntohs(arp.arp_op) != ARPOP_REPLY)
		return -EBADMSG;
	memcpy(ret->mac, arp.arp_sha, MAC_SIZE);
	memcpy(&ret->address, arp.arp_spa, sizeof(ret->address));
	ret->probed.s_addr = 0;
	if (!ret->address.s_addr && ntohs(arp.arp_op) == ARPOP_REQUEST)
		memcpy(&ret->probed, arp.arp_tpa, sizeof(ret->probed));
	return 0;
}

static void build_request(uint8_t data[ARP_SIZE],
    const uint8_t mac[MAC_SIZE], struct in_addr sender, struct in_addr target)
{
	struct ether_arp arp = {
		.arp_hrd = htons(ARPHRD_ETHER),
		.arp_pro = htons(ETHERTYPE_IP),
		.arp_hln = MAC_SIZE,
		.arp_pln = 4,
		.arp_op = htons(ARPOP_REQUEST),
	};

	memcpy(arp.arp_sha, mac, MAC_SIZE);
	memcpy(arp.arp_spa, &sender, sizeof(sender));
	memcpy(arp.arp_tpa, &target, sizeof(target));
	_Static_assert(sizeof(arp) == ARP_SIZE, "the size on the wire");
	memcpy(data, &arp, sizeof(arp));
}

void arp_build_probe(uint8_t data[ARP_SIZE], const uint8_t mac[MAC_SIZE],
    struct in_addr address)
{
	build_request(
	    data, mac, (struct in_addr){INADDR_ANY}, address);
}

void arp_build_announcement(uint8_t data[ARP_SIZE],
    const uint8_t mac[MAC_SIZE], struct in_addr address)
{
	build_request(data, mac, address, address);
}
