/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/genl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "providers/support/netlink.h"

enum {
	/* Sent and not answered: the answers fit into a socket's default
	 * receive buffer. */
	GENL_WINDOW = 16,
	GENL_RECEIVE = 64 * 1024,
	FAMILY_RECEIVE = 16 * 1024, /* what is told of one, with its commands */
	GENL_MEMORY_RETRY_MS = 10,
};

struct genl {
	uint16_t family;
	int fd;
	bool is_closing;
	int n_handles;
	uv_poll_t poll;
	uv_prepare_t prepare; /* sends what one turn has gathered */
	uv_timer_t again;     /* another try when memory is short */
	struct list queue, sent; /* struct genl_request */
	/* Sequences that were sent and cancelled have no request, but their
	 * answers take room as well. */
	unsigned n_sent;
	uint32_t sequence;
	_Alignas(struct nlmsghdr) char received[GENL_RECEIVE];
};

void genl_free_msg(struct nl_msg *msg)
{
	if (msg)
		explicit_bzero(nlmsg_hdr(msg), nlmsg_get_max_size(msg));
	nlmsg_free(msg);
}

bool genl_request_is_active(const struct genl_request *request)
{
	return request->link.next && !list_is_empty(&request->link);
}

void genl_cancel(struct genl_request *request)
{
	if (!genl_request_is_active(request))
		return;
	list_remove(&request->link);
	genl_free_msg(steal_ptr(request->msg));
}

static struct nl_msg *new_msg(
    uint16_t family, uint8_t command, uint8_t version, int flags)
{
	struct genlmsghdr header = { .cmd = command, .version = version };
	struct nl_msg *msg = nlmsg_alloc_simple(family, flags);

	if (msg &&
	    nlmsg_append(msg, &header, sizeof(header), NLMSG_ALIGNTO) < 0) {
		genl_free_msg(msg);
		return NULL;
	}
	return msg;
}

struct nl_msg *genl_new_msg(
    struct genl *genl, uint8_t command, uint8_t version, int flags)
{
	return new_msg(genl->family, command, version, flags);
}

/* ---- sending ---- */

static void on_again(uv_timer_t *timer)
{
	(void)timer; /* it is the prepare handle that sends */
}

void genl_send(
    struct genl *genl, struct genl_request *request, struct nl_msg *msg)
{
	struct nlmsghdr *header = msg ? nlmsg_hdr(msg) : NULL;

	genl_cancel(request);
	list_init(&request->link);
	if (genl->is_closing) {
		genl_free_msg(msg);
		return;
	}
	if (header) {
		header->nlmsg_flags |= NLM_F_REQUEST;
		if ((header->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
			header->nlmsg_flags |= NLM_F_ACK;
		header->nlmsg_pid = 0;
	}
	request->msg = msg;
	request->sequence = 0;
	list_append(&genl->queue, &request->link);
	/* The loop may be about to wait. */
	uv_timer_start(&genl->again, on_again, 0, 0);
}

static void end(struct genl_request *request, int error, const char *message)
{
	genl_cancel(request);
	request->done(request, error, message);
}

/* 0; -EAGAIN: later; or an error of this request alone. */
static int transmit(struct genl *genl, struct genl_request *request)
{
	struct nlmsghdr *header;
	int r;

	if (!request->msg)
		return -ENOMEM;
	header = nlmsg_hdr(request->msg);
	if (!++genl->sequence)
		genl->sequence = 1;
	header->nlmsg_seq = genl->sequence;
	r = netlink_send(genl->fd, header, header->nlmsg_len);
	if (r == -ENOBUFS || r == -ENOMEM || r == -EINTR)
		return -EAGAIN;
	if (r < 0)
		return r;
	request->sequence = genl->sequence;
	genl_free_msg(steal_ptr(request->msg));
	return 0;
}

/* Callbacks may ask for more, cancel others, or close all. */
static void on_prepare(uv_prepare_t *prepare)
{
	struct genl *genl = prepare->data;
	struct genl_request *request;
	int r;

	while (!genl->is_closing && genl->n_sent < GENL_WINDOW &&
	    !list_is_empty(&genl->queue)) {
		request =
		    list_entry(genl->queue.next, struct genl_request, link);
		r = transmit(genl, request);
		if (r == -EAGAIN) {
			uv_timer_start(&genl->again, on_again,
			    GENL_MEMORY_RETRY_MS, 0);
			return;
		}
		if (r < 0) {
			/* The loop is about to wait, but who is told may leave
			 * something for its next turn. */
			uv_timer_start(&genl->again, on_again, 0, 0);
			end(request, r, "");
			continue;
		}
		list_remove(&request->link);
		list_append(&genl->sent, &request->link);
		genl->n_sent++;
	}
}

/* ---- receiving ---- */

static struct genl_request *find(struct genl *genl, uint32_t sequence)
{
	struct genl_request *request;

	list_for_each(request, &genl->sent, struct genl_request, link)
		if (request->sequence == sequence)
			return request;
	return NULL;
}

static void on_end(struct genl *genl, const struct nlmsghdr *header)
{
	struct genl_request *request = find(genl, header->nlmsg_seq);
	const struct nlmsgerr *error = nlmsg_data(header);
	char message[256] = "";

	genl->n_sent -= genl->n_sent > 0;
	if (!request)
		return;
	/* Of a dump's end only the error is certain to be there. */
	if (nlmsg_datalen(header) < (int)sizeof(error->error)) {
		end(request, -EPROTO, "");
		return;
	}
	if (header->nlmsg_type == NLMSG_ERROR)
		netlink_words(header, message, sizeof(message));
	end(request, error->error < 0 ? error->error : 0, message);
}

static void read_answers(struct genl *genl, int size)
{
	struct nlmsghdr *header = (struct nlmsghdr *)genl->received;

	for (; !genl->is_closing && nlmsg_ok(header, size);
	    header = nlmsg_next(header, &size)) {
		struct genl_request *request;

		if (header->nlmsg_type == NLMSG_ERROR ||
		    header->nlmsg_type == NLMSG_DONE) {
			on_end(genl, header);
			continue;
		}
		request = find(genl, header->nlmsg_seq);
		if (header->nlmsg_type == genl->family && request &&
		    request->reply && nlmsg_datalen(header) >= (int)GENL_HDRLEN)
			request->reply(request, header);
	}
}

/* The kernel answers before it has taken the request: what has no answer by
 * now gets none. */
static void answers_lost(struct genl *genl)
{
	struct genl_request *request;

	genl->n_sent = 0;
	while (!genl->is_closing && !list_is_empty(&genl->sent)) {
		request =
		    list_entry(genl->sent.next, struct genl_request, link);
		end(request, -ENOBUFS, "the kernel's answer was lost");
	}
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct genl *genl = poll->data;
	bool is_lost = false;
	int n;

	(void)events;
	/* libuv stops a handle whose socket has an error to tell. */
	if (status < 0)
		(void)uv_poll_start(poll, UV_READABLE, on_readable);
	while (!genl->is_closing) {
		n = netlink_receive(
		    genl->fd, genl->received, sizeof(genl->received));
		if (n == -EAGAIN)
			break;
		if (n < 0)
			is_lost = true;
		else
			read_answers(genl, n);
		explicit_bzero(genl->received, n > 0 ? (size_t)n : 0);
	}
	if (is_lost)
		answers_lost(genl);
}

/* ---- opening, closing ---- */

struct family {
	uint16_t id;
	uint32_t group; /* that was asked for; 0: it has none of that name */
};

static uint32_t find_group(struct nlattr *groups, const char *name)
{
	static const struct nla_policy policy[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
		[CTRL_ATTR_MCAST_GRP_NAME] = { .type = NLA_STRING },
		[CTRL_ATTR_MCAST_GRP_ID] = { .type = NLA_U32 },
	};
	struct nlattr *group, *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	int left;

	nla_for_each_nested(group, groups, left)
		if (nla_parse_nested(tb, CTRL_ATTR_MCAST_GRP_MAX, group,
			policy) == 0 &&
		    tb[CTRL_ATTR_MCAST_GRP_NAME] &&
		    tb[CTRL_ATTR_MCAST_GRP_ID] &&
		    !nla_strcmp(tb[CTRL_ATTR_MCAST_GRP_NAME], name))
			return nla_get_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	return 0;
}

/* The number is in one of the messages that are there when sending returns. */
static int read_family(int fd, const char *group, struct family *ret)
{
	_Alignas(struct nlmsghdr) char received[FAMILY_RECEIVE];
	struct nlmsghdr *header = (struct nlmsghdr *)received;
	struct nlattr *tb[CTRL_ATTR_MAX + 1];
	struct nlmsgerr *error;
	int n;

	for (;;) {
		n = netlink_receive(fd, received, sizeof(received));
		if (n < 0)
			return n == -EAGAIN ? -ENOENT : n;
		if (!nlmsg_ok(header, n))
			continue;
		error = nlmsg_data(header);
		if (header->nlmsg_type == NLMSG_ERROR)
			return nlmsg_datalen(header) >= (int)sizeof(*error)
			    ? error->error
			    : -EPROTO;
		if (header->nlmsg_type != GENL_ID_CTRL ||
		    nlmsg_parse(header, GENL_HDRLEN, tb, CTRL_ATTR_MAX,
			NULL) < 0 ||
		    !tb[CTRL_ATTR_FAMILY_ID])
			continue;
		ret->id = nla_get_u16(tb[CTRL_ATTR_FAMILY_ID]);
		ret->group = group && tb[CTRL_ATTR_MCAST_GROUPS]
		    ? find_group(tb[CTRL_ATTR_MCAST_GROUPS], group)
		    : 0;
		return 0;
	}
}

static int find_family(
    int fd, const char *name, const char *group, struct family *ret)
{
	struct nl_msg *msg =
	    new_msg(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_REQUEST);
	int r = -ENOMEM;

	if (msg && nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, name) == 0) {
		nlmsg_hdr(msg)->nlmsg_pid = 0;
		r = netlink_send(fd, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len);
	}
	genl_free_msg(msg);
	return r < 0 ? r : read_family(fd, group, ret);
}

int genl_listen(const char *name, const char *group, int *ret_fd)
{
	struct family family = { 0 };
	int fd, r = netlink_open(NETLINK_GENERIC, &fd);

	if (r < 0)
		return r;
	r = find_family(fd, name, group, &family);
	if (r == 0)
		r = family.group ? netlink_join(fd, family.group) : -ENOENT;
	if (r < 0)
		close(fd);
	else
		*ret_fd = fd;
	return r;
}

static void on_closed(uv_handle_t *handle)
{
	struct genl *genl = handle->data;

	if (--genl->n_handles)
		return;
	close(genl->fd);
	free(genl);
}

void genl_close(struct genl *genl)
{
	struct genl_request *request;

	if (!genl || genl->is_closing)
		return;
	genl->is_closing = true;
	list_for_each(request, &genl->queue, struct genl_request, link)
		genl_cancel(request);
	list_for_each(request, &genl->sent, struct genl_request, link)
		genl_cancel(request);
	uv_close((uv_handle_t *)&genl->poll, on_closed);
	uv_close((uv_handle_t *)&genl->prepare, on_closed);
	uv_close((uv_handle_t *)&genl->again, on_closed);
}

int genl_open(uv_loop_t *loop, const char *family, struct genl **ret)
{
	struct genl *genl = calloc(1, sizeof(*genl));
	struct family found = { 0 };
	int r;

	if (!genl)
		return -ENOMEM;
	list_init(&genl->queue);
	list_init(&genl->sent);
	r = netlink_open(NETLINK_GENERIC, &genl->fd);
	if (r < 0) {
		free(genl);
		return r;
	}
	r = find_family(genl->fd, family, NULL, &found);
	genl->family = found.id;
	if (r == 0)
		r = uv_poll_init(loop, &genl->poll, genl->fd);
	if (r < 0) {
		close(genl->fd);
		free(genl);
		return r;
	}
	uv_prepare_init(loop, &genl->prepare);
	uv_timer_init(loop, &genl->again);
	genl->n_handles = 3;
	genl->poll.data = genl->prepare.data = genl->again.data = genl;
	(void)uv_poll_start(&genl->poll, UV_READABLE, on_readable);
	(void)uv_prepare_start(&genl->prepare, on_prepare);
	*ret = genl;
	return 0;
}
