/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "providers/support/netlink.h"
#include "providers/support/optimistic.h"

/* A request on its way. */
struct rtnl_message {
	struct list link;  /* in rtnl->queue or ->makes, until sent */
	struct list owner; /* a list of the one request; empty: cancelled */
	uint32_t sequence;
	struct nlmsghdr header; /* and what it is of */
};

static struct rtnl_request *message_take_request(struct rtnl_message *m)
{
	return list_pop(&m->owner, struct rtnl_request, link);
}

static void message_free(struct rtnl_message *m)
{
	message_take_request(m);
	list_remove(&m->link);
	free(m);
}

bool rtnl_request_is_active(const struct rtnl_request *request)
{
	return request->link.next && !list_is_empty(&request->link);
}

void rtnl_cancel(struct rtnl_request *request)
{
	if (rtnl_request_is_active(request))
		list_remove(&request->link);
}

/* ---- sending ---- */

static void on_again(uv_timer_t *timer)
{
	struct rtnl *rtnl = timer->data;

	/* Requests go out by the prepare handle, as always. */
	rtnl_next_dump(rtnl);
	rtnl_neighbours_ask(rtnl);
}

void rtnl_try_again(struct rtnl *rtnl, unsigned delay_ms)
{
	if (uv_is_active((uv_handle_t *)&rtnl->again) &&
	    uv_timer_get_due_in(&rtnl->again) <= delay_ms)
		return;
	uv_timer_start(&rtnl->again, on_again, delay_ms, 0);
}

/* Needs no memory, so that it works when there is none. */
static void fail(struct rtnl *rtnl, struct rtnl_request *request, int error)
{
	request->sequence = (uint32_t)-error;
	list_append(&rtnl->failed, &request->link);
}

/*
 * What makes a link waits until nothing else does: links that are there come up
 * with their addresses first. The kernel does more for a link without one the
 * more links there are, as it looks for an address among all the others when it
 * says which multicast groups that link is in.
 */
static struct list *list_for(struct rtnl *rtnl, const struct nlmsghdr *header)
{
	bool makes = header->nlmsg_type == RTM_NEWLINK &&
	    header->nlmsg_flags & NLM_F_CREATE;

	return makes ? &rtnl->makes : &rtnl->queue;
}

/* What libnl makes is a page, whatever is in it: thousands may wait. */
static struct rtnl_message *message_new(const struct nlmsghdr *header)
{
	size_t size = NLMSG_ALIGN(header->nlmsg_len);
	struct rtnl_message *m =
	    calloc(1, offsetof(struct rtnl_message, header) + size);

	if (!m)
		return NULL;
	memcpy(&m->header, header, header->nlmsg_len);
	m->header.nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	m->header.nlmsg_pid = 0;
	list_init(&m->owner);
	return m;
}

void rtnl_send(struct rtnl *rtnl, struct rtnl_request *request,
    struct nl_msg *msg)
{
	struct rtnl_message *m = NULL;

	rtnl_cancel(request);
	list_init(&request->link);
	if (rtnl->is_closing) {
		nlmsg_free(msg);
		return;
	}
	if (msg && nlmsg_hdr(msg)->nlmsg_len > RTNL_BATCH) {
		nlmsg_free(msg);
		fail(rtnl, request, -EMSGSIZE);
		return;
	}
	if (msg)
		m = message_new(nlmsg_hdr(msg));
	nlmsg_free(msg);
	if (!m) {
		fail(rtnl, request, -ENOMEM);
		return;
	}
	list_append(&m->owner, &request->link);
	list_append(list_for(rtnl, &m->header), &m->link);
}

/* Tells those whose requests failed on the way. */
static void tell_failed(struct rtnl *rtnl)
{
	struct list now = LIST_INIT(now);
	struct rtnl_request *request;

	/* Those that fail meanwhile are told in the next turn. */
	while ((request = list_pop(&rtnl->failed, struct rtnl_request, link)))
		list_append(&now, &request->link);
	/* The loop is about to wait, but those told may have left something
	 * for its next turn. */
	if (!list_is_empty(&now))
		rtnl_try_again(rtnl, 0);
	while ((request = list_pop(&now, struct rtnl_request, link))) {
		request->done(request, -(int)request->sequence, "");
		if (rtnl->is_closing)
			break;
	}
	while ((request = list_pop(&now, struct rtnl_request, link)))
		; /* closed meanwhile: they are cancelled */
}

/* False when the batch, or the window, is full. */
static bool gather_from(
    struct rtnl *rtnl, struct list *queue, unsigned *n, size_t *size)
{
	struct rtnl_message *m;

	list_for_each(m, queue, struct rtnl_message, link) {
		size_t length = NLMSG_ALIGN(m->header.nlmsg_len);
		uint32_t sequence = rtnl->sequence + *n + 1;

		if (rtnl->n_sent + *n >= RTNL_WINDOW ||
		    rtnl->sent[sequence % RTNL_WINDOW] ||
		    *size + length > RTNL_BATCH)
			return false;
		m->header.nlmsg_seq = sequence;
		memcpy(rtnl->batch + *size, &m->header, length);
		*size += length;
		++*n;
	}
	return true;
}

/*
 * Puts the first messages that wait into the batch. Returns how many, and
 * their length. Those cancelled meanwhile are sent as well: nobody waits for
 * the answer.
 */
static unsigned gather(struct rtnl *rtnl, size_t *ret_size)
{
	unsigned n = 0;

	*ret_size = 0;
	if (gather_from(rtnl, &rtnl->queue, &n, ret_size))
		(void)gather_from(rtnl, &rtnl->makes, &n, ret_size);
	return n;
}

static struct rtnl_message *take_first(struct rtnl *rtnl)
{
	struct rtnl_message *m =
	    list_pop(&rtnl->queue, struct rtnl_message, link);

	return m ? m : list_pop(&rtnl->makes, struct rtnl_message, link);
}

/* The first n that wait have been sent, or could not be (error). */
static void batch_sent(struct rtnl *rtnl, unsigned n, int error)
{
	while (n--) {
		struct rtnl_message *m = take_first(rtnl);

		if (error) {
			struct rtnl_request *request =
			    message_take_request(m);

			if (request)
				fail(rtnl, request, error);
			message_free(m);
			continue;
		}
		m->sequence = ++rtnl->sequence;
		rtnl->sent[m->sequence % RTNL_WINDOW] = m;
		rtnl->n_sent++;
	}
}

/*
 * Runs before the loop waits: what all callbacks of this turn have asked for
 * leaves together. A netlink socket is always writable, also when the kernel
 * has no memory for what it is given: so that is tried again by time, not
 * when the socket polls as writable.
 */
static void on_prepare(uv_prepare_t *prepare)
{
	struct rtnl *rtnl = prepare->data;
	size_t size;
	unsigned n;
	int r;

	tell_failed(rtnl);
	if (!rtnl->is_closing)
		rtnl_deletions_begin(rtnl);
	while (!rtnl->is_closing && (n = gather(rtnl, &size))) {
		r = netlink_send(rtnl->request_fd, rtnl->batch, size);
		if (r == -EINTR)
			continue;
		if (r == -ENOBUFS || r == -ENOMEM || r == -EAGAIN) {
			rtnl_try_again(rtnl, RTNL_MEMORY_RETRY_MS);
			return;
		}
		batch_sent(rtnl, n, r);
	}
	if (!rtnl->is_closing && !list_is_empty(&rtnl->failed))
		rtnl_try_again(rtnl, 0);
}

/* ---- receiving ---- */

int rtnl_receive(struct rtnl *rtnl, int fd)
{
	return netlink_receive(fd, rtnl->received, sizeof(rtnl->received));
}

/* Ends the request that was sent with that sequence number. */
static void answer(
    struct rtnl *rtnl, uint32_t sequence, int error, const char *message)
{
	struct rtnl_message **slot = &rtnl->sent[sequence % RTNL_WINDOW];
	struct rtnl_message *m = *slot;
	struct rtnl_request *request;

	if (!m || m->sequence != sequence)
		return;
	*slot = NULL;
	rtnl->n_sent--;
	request = message_take_request(m);
	message_free(m);
	if (request)
		request->done(request, error, message);
}

/* What was made comes before the answer, if it was asked for. */
static void note_echo(struct rtnl *rtnl, const struct nlmsghdr *header)
{
	const struct rtnl_message *m =
	    rtnl->sent[header->nlmsg_seq % RTNL_WINDOW];

	if (!m || m->sequence != header->nlmsg_seq)
		return;
	rtnl->echoed = m->sequence;
	memset(&rtnl->echo, 0, sizeof(rtnl->echo));
	rtnl_echo_compare(&m->header, header, &rtnl->echo);
}

static void acknowledged(struct rtnl *rtnl, const struct nlmsghdr *header)
{
	const struct nlmsgerr *error = nlmsg_data(header);
	uint32_t sequence = header->nlmsg_seq;
	char message[256];

	netlink_words(header, message, sizeof(message));
	if (error->error < 0)
		answer(rtnl, sequence, error->error, message);
	else if (rtnl->echoed == sequence && rtnl->echo.n)
		answer(rtnl, sequence, -RTNL_OTHERWISE, rtnl->echo.text);
	else
		answer(rtnl, sequence, 0, message);
}

static void read_answers(struct rtnl *rtnl, int size)
{
	struct nlmsghdr *header = (struct nlmsghdr *)rtnl->received;

	for (; !rtnl->is_closing && nlmsg_ok(header, size);
	    header = nlmsg_next(header, &size)) {
		if (header->nlmsg_type != NLMSG_ERROR)
			note_echo(rtnl, header);
		else if (nlmsg_datalen(header) >= (int)sizeof(struct nlmsgerr))
			acknowledged(rtnl, header);
	}
}

/*
 * The kernel answers before sendto() returns. So when answers were lost and
 * nothing is left to read, what has no answer by now gets none.
 */
static void answers_lost(struct rtnl *rtnl)
{
	uint32_t last = rtnl->sequence;

	for (uint32_t s = last - RTNL_WINDOW + 1;
	    !rtnl->is_closing && s != last + 1; s++)
		answer(rtnl, s, -ENOBUFS, "the kernel's answer was lost");
}

void rtnl_poll_again(uv_poll_t *poll, int status, uv_poll_cb callback)
{
	if (status < 0)
		(void)uv_poll_start(poll, UV_READABLE, callback);
}

static void on_answer(uv_poll_t *poll, int status, int events)
{
	struct rtnl *rtnl = poll->data;
	bool is_lost = false;
	int n;

	(void)events;
	rtnl_poll_again(poll, status, on_answer);
	while (!rtnl->is_closing) {
		n = rtnl_receive(rtnl, rtnl->request_fd);
		if (n == -EAGAIN)
			break;
		if (n < 0)
			is_lost = true;
		else
			read_answers(rtnl, n);
	}
	if (is_lost)
		answers_lost(rtnl);
}

/* ---- opening, closing ---- */

static void set(int fd, int level, int option, int value)
{
	/* A kernel that does not know an option works without it. */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

/* FORCE goes beyond the system's limit, where we are allowed to. */
static void set_buffer(int fd, int size)
{
	set(fd, SOL_SOCKET, SO_RCVBUF, size);
	set(fd, SOL_SOCKET, SO_RCVBUFFORCE, size);
}

static int find_port(int fd, uint32_t *ret)
{
	struct sockaddr_nl own = { 0 };
	socklen_t size = sizeof(own);

	if (getsockname(fd, (struct sockaddr *)&own, &size) < 0)
		return -errno;
	*ret = own.nl_pid;
	return 0;
}

/*
 * A router may have a million routes, and each address brings some of its own:
 * of what the kernel tells, only default routes, those of routers and netconf's
 * own come through, what takes the place of another, and that one of the
 * kernel's own is removed. (Loads are big-endian.)
 */
static int filter_routes(int fd)
{
	enum { TYPE = 4, FLAGS = 6, ROUTE = sizeof(struct nlmsghdr) };
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0), /* NEWROUTE */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 13), /* DELROUTE */
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, FLAGS),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0, 11, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
		    ROUTE + offsetof(struct rtmsg, rtm_dst_len)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 9, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
		    ROUTE + offsetof(struct rtmsg, rtm_protocol)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTNL_PROTOCOL, 7, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTPROT_RA, 6, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTPROT_KERNEL, 0, 4),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 2), /* DELROUTE */
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
		    ROUTE + offsetof(struct rtmsg, rtm_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTN_UNICAST, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog program = { ARRAY_SIZE(code), code };

	code[1].k = htons(RTM_NEWROUTE);
	code[2].k = code[12].k = htons(RTM_DELROUTE);
	/* Of a dump each message is one of several. */
	code[4].k = htons(NLM_F_MULTI | NLM_F_REPLACE);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program));
}

static int subscribe(struct rtnl *rtnl)
{
	static const uint32_t groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
		RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
		RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE };
	int fd = rtnl->event_fd, size = rtnl->options.event_buffer;
	int r = find_port(fd, &rtnl->port);

	if (r == 0)
		r = find_port(rtnl->neighbour_fd, &rtnl->neighbour_port);
	if (r < 0)
		return r;
	/* So that a dump can be told which routes to leave out. */
	set(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
	(void)filter_routes(fd); /* without, there is only more to read */
	set_buffer(fd, size ? size : 4 << 20);
	set_buffer(rtnl->request_fd, RTNL_ANSWERS);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(groups); i++)
		r = netlink_join(fd, groups[i]);
	/* Before Linux 5.3 there are none. */
	(void)netlink_join(fd, RTNLGRP_NEXTHOP);
	return r;
}

static void rtnl_free(struct rtnl *rtnl)
{
	rtnl_watches_clear(rtnl);
	rtnl_neighbours_clear(rtnl);
	rtnl_links_clear(rtnl);
	rtnl_addresses_clear(rtnl);
	rtnl_routes_clear(rtnl);
	rtnl_advertised_clear(rtnl);
	rtnl_own_clear(rtnl);
	if (rtnl->neighbour_fd >= 0)
		close(rtnl->neighbour_fd);
	if (rtnl->request_fd >= 0)
		close(rtnl->request_fd);
	if (rtnl->event_fd >= 0)
		close(rtnl->event_fd);
	free(rtnl);
}

static void on_closed(uv_handle_t *handle)
{
	struct rtnl *rtnl = handle->data;

	if (--rtnl->n_handles == 0)
		rtnl_free(rtnl);
}

void rtnl_close(struct rtnl *rtnl)
{
	struct rtnl_route_query *query;
	struct rtnl_request *request;
	struct rtnl_message *m;
	uv_handle_t *handles[6];

	if (!rtnl || rtnl->is_closing)
		return;
	rtnl->is_closing = true;
	rtnl_deletions_clear(rtnl);
	rtnl_connected_clear(rtnl);
	rtnl_pauses_clear(rtnl);
	optimistic_clear(rtnl);
	while ((m = take_first(rtnl)))
		message_free(m);
	for (unsigned i = 0; i < RTNL_WINDOW; i++)
		if (rtnl->sent[i])
			message_free(steal_ptr(rtnl->sent[i]));
	while ((request =
		       list_pop(&rtnl->failed, struct rtnl_request, link)))
		;
	while ((query =
		       list_pop(&rtnl->queries, struct rtnl_route_query, link)))
		;
	handles[0] = (uv_handle_t *)&rtnl->request_poll;
	handles[1] = (uv_handle_t *)&rtnl->event_poll;
	handles[2] = (uv_handle_t *)&rtnl->prepare;
	handles[3] = (uv_handle_t *)&rtnl->again;
	handles[4] = (uv_handle_t *)&rtnl->neighbour_poll;
	handles[5] = (uv_handle_t *)&rtnl->pause;
	if (!rtnl->n_handles) {
		rtnl_free(rtnl);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(handles); i++)
		if (handles[i]->type != UV_UNKNOWN_HANDLE)
			uv_close(handles[i], on_closed);
}

static int open_poll(
    struct rtnl *rtnl, uv_poll_t *poll, int fd, uv_poll_cb callback)
{
	int r = uv_poll_init(rtnl->loop, poll, fd);

	if (r < 0) {
		poll->type = UV_UNKNOWN_HANDLE;
		return r;
	}
	poll->data = rtnl;
	rtnl->n_handles++;
	return uv_poll_start(poll, UV_READABLE, callback);
}

static int open_handles(struct rtnl *rtnl)
{
	int r;

	rtnl->prepare.data = rtnl->again.data = rtnl->pause.data = rtnl;
	uv_prepare_init(rtnl->loop, &rtnl->prepare);
	uv_timer_init(rtnl->loop, &rtnl->again);
	uv_timer_init(rtnl->loop, &rtnl->pause);
	rtnl->n_handles = 3;
	r = open_poll(
	    rtnl, &rtnl->request_poll, rtnl->request_fd, on_answer);
	if (r == 0)
		r = open_poll(
		    rtnl, &rtnl->event_poll, rtnl->event_fd, rtnl_on_event);
	if (r == 0)
		r = open_poll(rtnl, &rtnl->neighbour_poll, rtnl->neighbour_fd,
		    rtnl_on_neighbour);
	if (r == 0)
		r = uv_prepare_start(&rtnl->prepare, on_prepare);
	return r;
}

int rtnl_open(uv_loop_t *loop, const struct rtnl_options *options,
    struct rtnl **ret)
{
	struct rtnl *rtnl = calloc(1, sizeof(*rtnl));
	int r;

	if (!rtnl)
		return -ENOMEM;
	rtnl->loop = loop;
	rtnl->options = *options;
	rtnl->request_fd = rtnl->event_fd = rtnl->neighbour_fd = -1;
	rtnl->dumping = -1;
	list_init(&rtnl->queue);
	list_init(&rtnl->makes);
	list_init(&rtnl->failed);
	list_init(&rtnl->deletions);
	list_init(&rtnl->watches);
	list_init(&rtnl->pauses);
	list_init(&rtnl->connected);
	list_init(&rtnl->optimistic);
	list_init(&rtnl->neighbours);
	list_init(&rtnl->queries);
	r = netlink_open(NETLINK_ROUTE, &rtnl->request_fd);
	if (r == 0)
		r = netlink_open(NETLINK_ROUTE, &rtnl->event_fd);
	if (r == 0)
		r = netlink_open(NETLINK_ROUTE, &rtnl->neighbour_fd);
	if (r == 0)
		r = subscribe(rtnl);
	if (r == 0)
		r = open_handles(rtnl);
	if (r < 0) {
		rtnl_close(rtnl);
		return r;
	}
	rtnl_need_dump(rtnl, (1u << RTNL_N_TABLES) - 1);
	rtnl_next_dump(rtnl);
	*ret = rtnl;
	return 0;
}
