/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/ra-socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"

enum {
	/* Datagrams read before others on the loop get their turn. */
	READS_PER_TURN = 64,
	BUFFER_SIZE = 64 * 1024,
	/* IF_RA_MANAGED and IF_RA_OTHERCONF of the kernel's own headers, in
	 * IFLA_INET6_FLAGS. */
	RA_MANAGED = 0x40,
	RA_OTHER = 0x80,
	/* Of struct prefixmsg: IF_PREFIX_ONLINK; newer kernels tell the flags
	 * as they were advertised, with L. */
	PREFIX_ON_LINK = 0x01 | 0x80,
};

struct ra_socket {
	uv_poll_t poll;
	int fd;
	struct list watches;
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
};

/* ---- messages ---- */

static struct ra_watch *find(struct ra_socket *s, uint32_t ifindex)
{
	struct ra_watch *watch;

	list_for_each(watch, &s->watches, struct ra_watch, link)
		if (watch->ifindex == ifindex)
			return watch;
	return NULL;
}

static void option_message(
    struct ra_socket *s, const struct nlmsghdr *header)
{
	const struct nduseroptmsg *message = nlmsg_data(header);
	const uint8_t *bytes = (const uint8_t *)(message + 1);
	int left = nlmsg_datalen(header) - (int)sizeof(*message);
	struct nd_option option;
	struct ra_watch *watch;

	if (left < 0 || message->nduseropt_family != AF_INET6 ||
	    message->nduseropt_opts_len > left)
		return;
	watch = find(s, (uint32_t)message->nduseropt_ifindex);
	if (watch &&
	    !nd_option_parse(bytes, message->nduseropt_opts_len, &option))
		watch->on_option(watch, &option);
}

static void prefix_message(
    struct ra_socket *s, const struct nlmsghdr *header)
{
	static const struct nla_policy policy[PREFIX_MAX + 1] = {
		[PREFIX_ADDRESS] = { .minlen = sizeof(struct in6_addr) },
		[PREFIX_CACHEINFO] = {
		    .minlen = sizeof(struct prefix_cacheinfo) },
	};
	const struct prefixmsg *message = nlmsg_data(header);
	struct ip_prefix prefix = { .ip.family = AF_INET6 };
	struct prefix_cacheinfo times;
	struct nlattr *tb[PREFIX_MAX + 1];
	struct ra_watch *watch;

	if (nlmsg_datalen(header) < (int)sizeof(*message) ||
	    message->prefix_family != AF_INET6 || message->prefix_len > 128 ||
	    !(message->prefix_flags & PREFIX_ON_LINK))
		return;
	watch = find(s, (uint32_t)message->prefix_ifindex);
	if (!watch ||
	    nlmsg_parse((struct nlmsghdr *)header, sizeof(*message), tb,
		PREFIX_MAX, policy) < 0 ||
	    !tb[PREFIX_ADDRESS] || !tb[PREFIX_CACHEINFO])
		return;
	memcpy(&prefix.ip.in6, nla_data(tb[PREFIX_ADDRESS]),
	    sizeof(prefix.ip.in6));
	prefix.length = message->prefix_len;
	prefix.ip = ip_network(&prefix);
	memcpy(&times, nla_data(tb[PREFIX_CACHEINFO]), sizeof(times));
	watch->on_prefix(watch, &prefix, times.valid_time);
}

/* Flags of IPv6 in what is said of a link: IFLA_PROTINFO in events of IPv6,
 * IFLA_AF_SPEC in an answer. */
static struct nlattr *find_flags(const struct nlmsghdr *header, int family)
{
	struct nlattr *tb[IFLA_MAX + 1], *in6[IFLA_INET6_MAX + 1], *own;

	if (nlmsg_parse((struct nlmsghdr *)header, sizeof(struct ifinfomsg),
		tb, IFLA_MAX, NULL) < 0)
		return NULL;
	own = family == AF_INET6 ? tb[IFLA_PROTINFO] : NULL;
	if (family == AF_UNSPEC && tb[IFLA_AF_SPEC])
		own = nla_find(nla_data(tb[IFLA_AF_SPEC]),
		    nla_len(tb[IFLA_AF_SPEC]), AF_INET6);
	if (!own || nla_parse_nested(in6, IFLA_INET6_MAX, own, NULL) < 0 ||
	    !in6[IFLA_INET6_FLAGS] ||
	    nla_len(in6[IFLA_INET6_FLAGS]) < (int)sizeof(uint32_t))
		return NULL;
	return in6[IFLA_INET6_FLAGS];
}

static void link_message(struct ra_socket *s, const struct nlmsghdr *header)
{
	const struct ifinfomsg *message = nlmsg_data(header);
	struct ra_watch *watch;
	struct nlattr *flags;

	if (nlmsg_datalen(header) < (int)sizeof(*message))
		return;
	watch = find(s, (uint32_t)message->ifi_index);
	flags = watch ? find_flags(header, message->ifi_family) : NULL;
	if (flags)
		watch->on_flags(watch, nla_get_u32(flags) & RA_MANAGED,
		    nla_get_u32(flags) & RA_OTHER);
}

static void messages(struct ra_socket *s, int size)
{
	struct nlmsghdr *header = (struct nlmsghdr *)s->buffer;

	for (; nlmsg_ok(header, size); header = nlmsg_next(header, &size))
		if (header->nlmsg_type == RTM_NEWNDUSEROPT)
			option_message(s, header);
		else if (header->nlmsg_type == RTM_NEWPREFIX)
			prefix_message(s, header);
		else if (header->nlmsg_type == RTM_NEWLINK)
			link_message(s, header);
}

/* ---- the socket ---- */

static void ask_link(struct ra_socket *s, uint32_t ifindex)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		.header = {
			.nlmsg_len = sizeof(request),
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST,
		},
		.link.ifi_index = (int)ifindex,
	};

	/* Without the answer the next advertisement tells. */
	(void)sendto(s->fd, &request, sizeof(request), 0,
	    (struct sockaddr *)&kernel, sizeof(kernel));
}

static void tell_lost(struct ra_socket *s)
{
	struct ra_watch *watch;

	list_for_each(watch, &s->watches, struct ra_watch, link) {
		ask_link(s, watch->ifindex);
		watch->on_lost(watch);
	}
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct ra_socket *s = poll->data;
	bool is_lost = false;

	(void)events;
	/* libuv stops the handle when the socket has an error to tell. */
	if (status < 0)
		(void)uv_poll_start(poll, UV_READABLE, on_readable);
	for (int i = 0; i < READS_PER_TURN && !list_is_empty(&s->watches);
	    i++) {
		struct sockaddr_nl from;
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(s->fd, s->buffer, sizeof(s->buffer),
		    MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from,
		    &size);

		if (n < 0 && errno != ENOBUFS && errno != EINTR)
			break;
		if (n < 0 || n > (ssize_t)sizeof(s->buffer))
			is_lost = is_lost || n > 0 || errno == ENOBUFS;
		else if (size == sizeof(from) && from.nl_pid == 0)
			messages(s, (int)n);
	}
	if (is_lost)
		tell_lost(s);
}

static void on_closed(uv_handle_t *handle)
{
	struct ra_socket *s = handle->data;

	close(s->fd);
	free(s);
}

static int open_fd(int *ret)
{
	static const int groups[] = { RTNLGRP_ND_USEROPT,
		RTNLGRP_IPV6_PREFIX, RTNLGRP_IPV6_IFINFO };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			&groups[i], sizeof(groups[i]))) {
			int r = -errno;

			close(fd);
			return r;
		}
	*ret = fd;
	return 0;
}

static int ra_socket_open(uv_loop_t *loop, struct ra_socket **ret)
{
	struct ra_socket *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	list_init(&s->watches);
	r = open_fd(&s->fd);
	if (r < 0) {
		free(s);
		return r;
	}
	r = uv_poll_init(loop, &s->poll, s->fd);
	if (r < 0) {
		close(s->fd);
		free(s);
		return r;
	}
	s->poll.data = s;
	(void)uv_poll_start(&s->poll, UV_READABLE, on_readable);
	*ret = s;
	return 0;
}

int ra_watch_begin(
    uv_loop_t *loop, struct ra_socket **socket, struct ra_watch *watch)
{
	int r = *socket ? 0 : ra_socket_open(loop, socket);

	list_init(&watch->link);
	if (r < 0)
		return r;
	if (find(*socket, watch->ifindex))
		return -EBUSY;
	list_append(&(*socket)->watches, &watch->link);
	ask_link(*socket, watch->ifindex);
	return 0;
}

void ra_watch_end(struct ra_socket **socket, struct ra_watch *watch)
{
	if (!watch->link.next || list_is_empty(&watch->link))
		return;
	list_remove(&watch->link);
	list_init(&watch->link);
	if (!list_is_empty(&(*socket)->watches))
		return;
	uv_close((uv_handle_t *)&(*socket)->poll, on_closed);
	*socket = NULL;
}
