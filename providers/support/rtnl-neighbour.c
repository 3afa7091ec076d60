/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours. A socket of their own, which listens only while somebody
 * watches: in a large network they come and go all the time, and no event of
 * a link is to be lost for that. What is not of IPv4 (the addresses that
 * bridges have learnt, above all) does not wake anybody up.
 *
 * The kernel is asked what it knows (RTM_GETNEIGH). Only if that is nothing
 * is it told to find out (RTM_NEWNEIGH with NTF_USE), as it would for a
 * packet; an event says what it has found. ARP stays the kernel's. "Use" is
 * not for an entry that it has: one that the admin has made permanent would
 * not be that any more.
 *
 * What GETNEIGH answers may be older than an event that was queued before. So
 * an event with an address overrules an answer that is still to come.
 */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/filter.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"

/* Datagrams read before others on the loop get their turn. */
enum { READS_PER_TURN = 64 };

/* Not NOARP: there it is no neighbour's address. */
enum { IS_RESOLVED = NUD_PERMANENT | NUD_REACHABLE | NUD_STALE | NUD_DELAY |
	NUD_PROBE };

struct neighbour_request {
	struct nlmsghdr header;
	struct ndmsg neighbour;
	struct nlattr attribute;
	struct in_addr address;
};

/* ---- asking ---- */

static int send_request(struct rtnl *rtnl, const struct rtnl_neighbour *n,
    int type, uint32_t sequence)
{
	bool is_use = type == RTM_NEWNEIGH;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct neighbour_request request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = (uint16_t)type,
			.nlmsg_flags =
			    NLM_F_REQUEST | (is_use ? NLM_F_CREATE : 0),
			.nlmsg_seq = sequence,
		},
		.neighbour = {
			.ndm_family = AF_INET,
			.ndm_ifindex = (int)n->ifindex,
			.ndm_flags = is_use ? NTF_USE : 0,
		},
		.attribute = {
			.nla_len = NLA_HDRLEN + sizeof(request.address),
			.nla_type = NDA_DST,
		},
		.address = n->address,
	};

	if (sendto(rtnl->neighbour_fd, &request, sizeof(request), 0,
		(struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

static void ask(struct rtnl *rtnl, struct rtnl_neighbour *n)
{
	/* 0 is no question's. */
	if (!++rtnl->neighbour_sequence)
		rtnl->neighbour_sequence++;
	n->sequence = rtnl->neighbour_sequence;
	n->is_to_ask =
	    send_request(rtnl, n, RTM_GETNEIGH, n->sequence) < 0;
	if (n->is_to_ask)
		rtnl_try_again(rtnl, RTNL_ERROR_RETRY_MS);
}

void rtnl_neighbours_ask(struct rtnl *rtnl)
{
	struct rtnl_neighbour *n;

	list_for_each (n, &rtnl->neighbours, struct rtnl_neighbour, link)
		if (n->is_to_ask)
			ask(rtnl, n);
}

/* The kernel does not know it. */
static void find_out(struct rtnl *rtnl, struct rtnl_neighbour *n)
{
	n->sequence = 0;
	n->is_to_ask = send_request(rtnl, n, RTM_NEWNEIGH, 0) < 0;
	if (n->is_to_ask)
		rtnl_try_again(rtnl, RTNL_ERROR_RETRY_MS);
}

/* ---- answers and events ---- */

struct parsed {
	uint32_t ifindex;
	struct in_addr address;
	bool is_resolved;
	uint8_t mac[6];
};

/* 0, or -EINVAL for what is no IPv4 neighbour. */
static int parse(const struct nlmsghdr *header, struct parsed *ret)
{
	const struct ndmsg *neighbour = nlmsg_data(header);
	struct nlattr *tb[NDA_MAX + 1];

	if (header->nlmsg_type != RTM_NEWNEIGH ||
	    nlmsg_datalen(header) < (int)sizeof(*neighbour) ||
	    neighbour->ndm_family != AF_INET ||
	    neighbour->ndm_flags & NTF_PROXY)
		return -EINVAL;
	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(*neighbour), tb,
		NDA_MAX, NULL) < 0 ||
	    !tb[NDA_DST] || nla_len(tb[NDA_DST]) != sizeof(ret->address))
		return -EINVAL;
	*ret = (struct parsed){ .ifindex = (uint32_t)neighbour->ndm_ifindex };
	memcpy(&ret->address, nla_data(tb[NDA_DST]), sizeof(ret->address));
	if (!(neighbour->ndm_state & IS_RESOLVED) || !tb[NDA_LLADDR] ||
	    nla_len(tb[NDA_LLADDR]) != sizeof(ret->mac))
		return 0;
	ret->is_resolved = true;
	memcpy(ret->mac, nla_data(tb[NDA_LLADDR]), sizeof(ret->mac));
	return 0;
}

/* The watch may be gone afterwards. */
static void learn(struct rtnl_neighbour *n, const uint8_t mac[6])
{
	n->sequence = 0;
	if (n->is_known && memcmp(n->mac, mac, sizeof(n->mac)) == 0)
		return;
	n->is_known = true;
	memcpy(n->mac, mac, sizeof(n->mac));
	n->on_mac(n);
}

static struct rtnl_neighbour *find_asker(
    struct rtnl *rtnl, const struct nlmsghdr *header)
{
	struct rtnl_neighbour *n;

	/* Events carry the numbers of whoever caused them. */
	if (header->nlmsg_pid != rtnl->neighbour_port || !header->nlmsg_seq)
		return NULL;
	list_for_each (n, &rtnl->neighbours, struct rtnl_neighbour, link)
		if (n->sequence == header->nlmsg_seq)
			return n;
	return NULL;
}

static void event(struct rtnl *rtnl, const struct parsed *p)
{
	struct list seen = LIST_INIT(seen);
	struct rtnl_neighbour *n;

	/* Whoever is told may begin and end any of them. */
	while ((n = list_pop(
		    &rtnl->neighbours, struct rtnl_neighbour, link))) {
		list_append(&seen, &n->link);
		if (n->ifindex == p->ifindex &&
		    n->address.s_addr == p->address.s_addr)
			learn(n, p->mac);
	}
	while ((n = list_pop(&seen, struct rtnl_neighbour, link)))
		list_append(&rtnl->neighbours, &n->link);
}

static void message(struct rtnl *rtnl, const struct nlmsghdr *header)
{
	struct rtnl_neighbour *asker = find_asker(rtnl, header);
	struct parsed p;

	if (header->nlmsg_type == NLMSG_ERROR && asker)
		find_out(rtnl, asker);
	if (parse(header, &p) < 0)
		return;
	if (asker && p.is_resolved)
		learn(asker, p.mac);
	else if (asker)
		find_out(rtnl, asker);
	else if (p.is_resolved)
		event(rtnl, &p);
}

/* Something was lost, what has changed is to be said again. An overrun socket
 * takes nothing, no answer either, until it has been read empty. */
static void ask_lost(struct rtnl *rtnl)
{
	struct rtnl_neighbour *n;

	if (!rtnl->neighbours_lost)
		return;
	rtnl->neighbours_lost = false;
	list_for_each (n, &rtnl->neighbours, struct rtnl_neighbour, link)
		ask(rtnl, n);
}

void rtnl_on_neighbour(uv_poll_t *poll, int status, int events)
{
	struct rtnl *rtnl = poll->data;

	(void)events;
	rtnl_poll_again(poll, status, rtnl_on_neighbour);
	for (int i = 0; i < READS_PER_TURN && !rtnl->is_closing; i++) {
		struct nlmsghdr *header = (struct nlmsghdr *)rtnl->received;
		int size = rtnl_receive(rtnl, rtnl->neighbour_fd);

		if (size == -EAGAIN) {
			ask_lost(rtnl);
			break;
		}
		if (size < 0)
			rtnl->neighbours_lost = true;
		for (; !rtnl->is_closing && nlmsg_ok(header, size);
		    header = nlmsg_next(header, &size))
			message(rtnl, header);
	}
}

/* ---- watching ---- */

/* Lets in what is no RTM_NEWNEIGH (errors), or of IPv4. The filter sees what
 * it loads in network order. Without it all is let in. */
static void filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
		    offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELNEIGH), 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWNEIGH), 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
		    NLMSG_HDRLEN + offsetof(struct ndmsg, ndm_family)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	(void)setsockopt(
	    fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* Without being told of events, it is asked once. */
static void listen_if(struct rtnl *rtnl, bool listens)
{
	int group = RTNLGRP_NEIGH;

	if (listens)
		filter(rtnl->neighbour_fd);
	(void)setsockopt(rtnl->neighbour_fd, SOL_NETLINK,
	    listens ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP, &group,
	    sizeof(group));
}

void rtnl_neighbour_begin(struct rtnl *rtnl, struct rtnl_neighbour *n)
{
	rtnl_neighbour_end(n);
	n->rtnl = rtnl;
	n->is_known = false;
	list_init(&n->link);
	if (rtnl->n_neighbours++ == 0)
		listen_if(rtnl, true);
	list_append(&rtnl->neighbours, &n->link);
	ask(rtnl, n);
}

void rtnl_neighbour_end(struct rtnl_neighbour *n)
{
	struct rtnl *rtnl = n->rtnl;

	n->is_known = false;
	if (!rtnl)
		return;
	n->rtnl = NULL;
	list_remove(&n->link);
	if (--rtnl->n_neighbours == 0)
		listen_if(rtnl, false);
}

void rtnl_neighbours_clear(struct rtnl *rtnl)
{
	struct rtnl_neighbour *n;

	list_for_each (n, &rtnl->neighbours, struct rtnl_neighbour, link)
		rtnl_neighbour_end(n);
}
