/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

/* Datagrams read before others on the loop get their turn. */
enum { RTNL_READS_PER_TURN = 64 };

bool rtnl_seen(struct rtnl *rtnl, struct rtnl_seen *seen,
    enum rtnl_table table, bool is_event)
{
	if (is_event) {
		if (rtnl->dumping != (int)table)
			return true;
		seen->dump = rtnl->dump;
		seen->by_event = true;
		return true;
	}
	if (seen->dump == rtnl->dump && seen->by_event)
		return false;
	seen->dump = rtnl->dump;
	seen->by_event = false;
	return true;
}

bool rtnl_keeps_tombstones(const struct rtnl *rtnl, enum rtnl_table table)
{
	return rtnl->dumping == (int)table;
}

/* ---- dumps ---- */

void rtnl_need_dump(struct rtnl *rtnl, unsigned tables)
{
	rtnl->needed |= tables;
}

/* Large enough for each of the requests below. */
struct dump_request {
	struct nlmsghdr header;
	union {
		struct ifinfomsg link;
		struct ifaddrmsg address;
		struct rtmsg route;
	};
	struct nlattr attribute;
	uint32_t value;
};

static void dump_request(
    struct rtnl *rtnl, enum rtnl_table table, struct dump_request *request)
{
	struct nlmsghdr *header = &request->header;
	bool is_asked =
	    table == RTNL_ROUTES_IPV6 && !list_is_empty(&rtnl->queries);

	memset(request, 0, sizeof(*request));
	header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header->nlmsg_seq = rtnl->dump_sequence;
	switch (table) {
	case RTNL_LINKS:
		header->nlmsg_type = RTM_GETLINK;
		header->nlmsg_len = sizeof(*request);
		/* Statistics are the larger part of what is said of a link. */
		request->attribute.nla_type = IFLA_EXT_MASK;
		request->attribute.nla_len = NLA_HDRLEN + sizeof(uint32_t);
		request->value = RTEXT_FILTER_SKIP_STATS;
		break;
	case RTNL_ADDRESSES:
		header->nlmsg_type = RTM_GETADDR;
		header->nlmsg_len = NLMSG_LENGTH(sizeof(request->address));
		request->address.ifa_family = AF_UNSPEC;
		break;
	case RTNL_ROUTES_IPV4:
	case RTNL_ROUTES_IPV6:
		header->nlmsg_type = RTM_GETROUTE;
		header->nlmsg_len = NLMSG_LENGTH(sizeof(request->route));
		request->route.rtm_family =
		    table == RTNL_ROUTES_IPV4 ? AF_INET : AF_INET6;
		/* Of all tables. */
		request->route.rtm_type = is_asked ? RTN_UNSPEC : RTN_UNICAST;
		break;
	case RTNL_N_TABLES:
		break;
	}
}

/* Not a dump, so the answer is an event like others, and in order with them:
 * the kernel answers under the lock under which it notifies. */
int rtnl_refresh_link(struct rtnl *rtnl, uint32_t ifindex)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct dump_request request;

	dump_request(rtnl, RTNL_LINKS, &request);
	request.header.nlmsg_flags = NLM_F_REQUEST;
	request.header.nlmsg_seq = 0; /* no dump's */
	request.link.ifi_index = (int)ifindex;
	if (sendto(rtnl->event_fd, &request, request.header.nlmsg_len, 0,
		(struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

static void call_resynced(struct rtnl_watch *watch, const void *nothing)
{
	(void)nothing;
	if (watch->calls->on_resynced)
		watch->calls->on_resynced(watch);
}

static void dumps_complete(struct rtnl *rtnl)
{
	if (!rtnl->is_ready) {
		rtnl->is_ready = true;
		if (rtnl->options.ready)
			rtnl->options.ready(rtnl->options.ctx);
	}
	if (rtnl->is_resyncing && !rtnl->is_closing) {
		rtnl->is_resyncing = false;
		if (rtnl->options.resynced)
			rtnl->options.resynced(
			    rtnl->options.ctx, rtnl->n_overruns);
		rtnl_connected_resync(rtnl);
		rtnl_tell(rtnl, 0, NULL, call_resynced, NULL);
	}
}

void rtnl_next_dump(struct rtnl *rtnl)
{
	struct dump_request request;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	unsigned table = 0;

	if (rtnl->is_closing || rtnl->dumping >= 0 || rtnl->is_overrun ||
	    !rtnl->needed)
		return;
	/* Links first: routes of a link that is down are not believed. */
	while (!(rtnl->needed & 1u << table))
		table++;
	rtnl->dump_sequence++;
	dump_request(rtnl, table, &request);
	if (sendto(rtnl->event_fd, &request, request.header.nlmsg_len, 0,
		(struct sockaddr *)&kernel, sizeof(kernel)) < 0) {
		rtnl_try_again(rtnl, RTNL_MEMORY_RETRY_MS);
		return;
	}
	rtnl->needed &= ~(1u << table);
	rtnl->dumping = (int)table;
	rtnl->dump++;
	rtnl->is_interrupted = false;
	if (table == RTNL_ROUTES_IPV6)
		rtnl_queries_ask(rtnl);
}

/*
 * The running dump is over. A table or family that the kernel does not have
 * (ENOENT, EAFNOSUPPORT, EOPNOTSUPP) is empty; after any other error it is
 * dumped again.
 */
static void dump_ended(struct rtnl *rtnl, int error)
{
	enum rtnl_table table = rtnl->dumping;
	int family = table == RTNL_ROUTES_IPV4 ? AF_INET : AF_INET6;

	rtnl->dumping = -1;
	if (error == -ENOENT || error == -EAFNOSUPPORT ||
	    error == -EOPNOTSUPP)
		error = 0;
	if (error) {
		rtnl_need_dump(rtnl, 1u << table);
		rtnl_try_again(rtnl,
		    error == -ENOBUFS || error == -ENOMEM || error == -EBUSY
			? RTNL_MEMORY_RETRY_MS
			: RTNL_ERROR_RETRY_MS);
		return;
	}
	if (rtnl->is_interrupted)
		rtnl_need_dump(rtnl, 1u << table);
	else if (table == RTNL_LINKS)
		rtnl_links_sweep(rtnl);
	else if (table == RTNL_ADDRESSES)
		rtnl_addresses_sweep(rtnl);
	else {
		rtnl_routes_sweep(rtnl, family);
		rtnl_own_routes_sweep(rtnl, family);
		if (family == AF_INET6)
			rtnl_advertised_sweep(rtnl);
		if (family == AF_INET6 && !rtnl->is_closing)
			rtnl_queries_answer(rtnl);
	}
}

/* Something was lost: nothing that is known can be relied on. */
static void overrun(struct rtnl *rtnl)
{
	rtnl->is_overrun = true;
	rtnl->is_interrupted = true;
	rtnl->is_resyncing = true;
	rtnl->n_overruns++;
	rtnl_need_dump(rtnl, (1u << RTNL_N_TABLES) - 1);
}

/* ---- messages ---- */

static int table_of(const struct nlmsghdr *header)
{
	const struct rtmsg *route = nlmsg_data(header);

	switch (header->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		return RTNL_LINKS;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		return RTNL_ADDRESSES;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return nlmsg_datalen(header) >= (int)sizeof(*route) &&
			route->rtm_family == AF_INET6
		    ? RTNL_ROUTES_IPV6
		    : RTNL_ROUTES_IPV4;
	default:
		return -1;
	}
}

static void object_message(
    struct rtnl *rtnl, const struct nlmsghdr *header, bool is_event)
{
	int table = table_of(header), type = header->nlmsg_type, r = 0;

	if (is_event && type == RTM_DELRULE)
		rtnl_rule_removed(rtnl, header);
	else if (is_event && type == RTM_DELROUTE)
		rtnl_connected_removed(rtnl, header);
	else if (is_event &&
	    (type == RTM_NEWNEXTHOP || type == RTM_DELNEXTHOP))
		rtnl_routes_nexthop(rtnl, header);
	if (table < 0 || (!is_event && table != rtnl->dumping))
		return;
	if (table == RTNL_LINKS)
		r = rtnl_link_message(rtnl, header, is_event);
	else if (table == RTNL_ADDRESSES)
		r = rtnl_address_message(rtnl, header, is_event);
	else
		r = rtnl_own_route_message(rtnl, header, is_event);
	if (!is_event && table == RTNL_ROUTES_IPV6)
		rtnl_queries_message(rtnl, header);
	if (r == 0 && table == RTNL_ROUTES_IPV6)
		r = rtnl_advertised_message(rtnl, header, is_event);
	if (r == 0 && table != RTNL_LINKS && table != RTNL_ADDRESSES &&
	    !rtnl->is_closing)
		r = rtnl_route_message(rtnl, header, is_event);
	if (r == 0)
		return;
	rtnl_need_dump(rtnl, 1u << table);
	if (r == -ENOMEM) {
		rtnl->is_interrupted = true;
		/* No second try before some memory may have come back. */
		rtnl_try_again(rtnl, RTNL_ERROR_RETRY_MS);
	}
}

static void message(struct rtnl *rtnl, const struct nlmsghdr *header)
{
	/* Events carry the sequence number of whoever caused them, which may
	 * be any: but no port of theirs is ours. */
	bool is_dump = rtnl->dumping >= 0 &&
	    header->nlmsg_seq == rtnl->dump_sequence &&
	    header->nlmsg_pid == rtnl->port;
	int error = 0;

	if (is_dump && header->nlmsg_flags & NLM_F_DUMP_INTR)
		rtnl->is_interrupted = true;
	if (header->nlmsg_type == NLMSG_DONE ||
	    header->nlmsg_type == NLMSG_ERROR) {
		if (!is_dump)
			return;
		/* Both begin with an error number. */
		if (nlmsg_datalen(header) >= (int)sizeof(error))
			memcpy(&error, nlmsg_data(header), sizeof(error));
		dump_ended(rtnl, error < 0 ? error : 0);
		return;
	}
	object_message(rtnl, header, !is_dump);
}

static void read_events(struct rtnl *rtnl, int size)
{
	struct nlmsghdr *header = (struct nlmsghdr *)rtnl->received;

	for (; !rtnl->is_closing && nlmsg_ok(header, size);
	    header = nlmsg_next(header, &size))
		message(rtnl, header);
}

static void call_default(struct rtnl_watch *watch, const void *nothing)
{
	(void)nothing;
	if (watch->calls->on_default)
		watch->calls->on_default(watch);
}

static void tell_defaults(struct rtnl *rtnl)
{
	if (!rtnl->defaults_changed || rtnl->is_closing)
		return;
	rtnl->defaults_changed = false;
	rtnl_tell(rtnl, 0, NULL, call_default, NULL);
}

void rtnl_on_event(uv_poll_t *poll, int status, int events)
{
	struct rtnl *rtnl = poll->data;
	int n;

	(void)events;
	rtnl_poll_again(poll, status, rtnl_on_event);
	for (int i = 0; i < RTNL_READS_PER_TURN && !rtnl->is_closing; i++) {
		n = rtnl_receive(rtnl, rtnl->event_fd);
		if (n == -EAGAIN) {
			rtnl->is_overrun = false;
			break;
		}
		if (n < 0)
			overrun(rtnl);
		else
			read_events(rtnl, n);
	}
	tell_defaults(rtnl);
	if (rtnl->is_closing)
		return;
	if (rtnl->dumping < 0 && !rtnl->needed)
		dumps_complete(rtnl);
	else if (!uv_is_active((uv_handle_t *)&rtnl->again))
		rtnl_next_dump(rtnl);
}
