/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/dhcp6-decline.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>
#include <netinet/udp.h>

#include "base/macros.h"
#include "providers/dhcp/dhcp6-message.h"

enum {
	/* RFC 8415 sections 7.2 and 7.6 */
	CLIENT_PORT = 546,
	SERVER_PORT = 547,
	DEC_TIMEOUT_MS = 1000,
	DEC_MAX_RC = 4,
	REPLY = 7,
	ANSWER_MAX = 1500,
};

struct dhcp6_decline {
	void (*ended)(void *ctx, bool is_heard);
	void *ctx;
	int fd;
	uint32_t ifindex;
	uv_poll_t poll;
	uv_timer_t timer;
	int n_open; /* of these two, when closing */
	uint64_t began_ms, delay_ms;
	unsigned n_sent;
	struct udphdr header; /* goes before: */
	uint8_t message[DHCP6_DECLINE_MAX];
	size_t n;
};

static void on_closed(uv_handle_t *handle)
{
	struct dhcp6_decline *d = handle->data;

	if (!--d->n_open)
		free(d);
}

struct dhcp6_decline *dhcp6_decline_free(struct dhcp6_decline *d)
{
	if (!d)
		return NULL;
	d->n_open = 2;
	uv_close((uv_handle_t *)&d->timer, on_closed);
	uv_close((uv_handle_t *)&d->poll, on_closed);
	close(d->fd);
	return NULL;
}

static void end(struct dhcp6_decline *d, bool is_heard)
{
	void (*ended)(void *, bool) = d->ended;
	void *ctx = d->ctx;

	(void)dhcp6_decline_free(d);
	ended(ctx, is_heard);
}

static uint32_t random_number(void)
{
	uint32_t number = 0;

	(void)!getrandom(&number, sizeof(number), GRND_NONBLOCK);
	return number;
}

/* RFC 8415 section 15: twice the last delay, and a tenth more or less. */
static uint64_t next_delay(uint64_t last_ms)
{
	uint64_t delay_ms = last_ms ? last_ms * 2 : DEC_TIMEOUT_MS;
	uint64_t tenth = (last_ms ? last_ms : delay_ms) / 10;

	return delay_ms - tenth + random_number() % (2 * tenth + 1);
}

/* One that cannot be sent now is sent again, as one that is lost. */
static void send_message(struct dhcp6_decline *d)
{
	struct sockaddr_in6 servers = {
		.sin6_family = AF_INET6,
		.sin6_addr.s6_addr = { 0xff, 0x02, [13] = 1, [15] = 2 },
		.sin6_scope_id = d->ifindex,
	};
	struct iovec parts[] = {
		{ &d->header, sizeof(d->header) },
		{ d->message, d->n },
	};
	struct msghdr message = {
		.msg_name = &servers,
		.msg_namelen = sizeof(servers),
		.msg_iov = parts,
		.msg_iovlen = ARRAY_SIZE(parts),
	};

	dhcp6_decline_set_elapsed(
	    d->message, d->n, uv_now(d->timer.loop) - d->began_ms);
	(void)!sendmsg(d->fd, &message, 0);
	d->n_sent++;
}

static void on_due(uv_timer_t *timer)
{
	struct dhcp6_decline *d = timer->data;

	if (d->n_sent == DEC_MAX_RC) {
		end(d, false);
		return;
	}
	send_message(d);
	d->delay_ms = next_delay(d->delay_ms);
	uv_timer_start(timer, on_due, d->delay_ms, 0);
}

/* With its UDP header, whose ports the filter has looked at. */
static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct dhcp6_decline *d = poll->data;
	uint8_t bytes[ANSWER_MAX];
	ssize_t n;

	(void)status, (void)events;
	n = recv(d->fd, bytes, sizeof(bytes), 0);
	if (n < (ssize_t)sizeof(d->header) ||
	    !dhcp6_decline_is_answer(d->message, d->n,
		bytes + sizeof(d->header),
		(size_t)n - sizeof(d->header)))
		return;
	end(d, true);
}

/* Lets in Replies to this message alone. */
static int set_filter(const struct dhcp6_decline *d)
{
	uint32_t head;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		    SERVER_PORT << 16 | CLIENT_PORT, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, sizeof(d->header)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, ANSWER_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { ARRAY_SIZE(code), code };

	memcpy(&head, d->message, sizeof(head));
	code[3].k = (ntohl(head) & 0xffffff) | (uint32_t)REPLY << 24;
	return setsockopt(d->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program));
}

/*
 * The client's port is dhclient's, which may be started again meanwhile: so
 * this is a raw socket, which gets a copy of what comes there. The kernel
 * does the checksums.
 */
static int open_socket(struct dhcp6_decline *d)
{
	int ifindex = (int)d->ifindex, checksum_at = 6, r;

	d->fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    IPPROTO_UDP);
	if (d->fd < 0)
		return -errno;
	if (set_filter(d) < 0 ||
	    setsockopt(d->fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex,
		sizeof(ifindex)) < 0 ||
	    setsockopt(d->fd, IPPROTO_IPV6, IPV6_CHECKSUM, &checksum_at,
		sizeof(checksum_at)) < 0) {
		r = -errno;
		close(d->fd);
		return r;
	}
	return 0;
}

int dhcp6_decline_begin(uv_loop_t *loop, uint32_t ifindex,
    const uint8_t *duid, const struct lease6 *lease,
    void (*ended)(void *ctx, bool is_heard), void *ctx,
    struct dhcp6_decline **ret)
{
	struct dhcp6_decline *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return -ENOMEM;
	d->ended = ended;
	d->ctx = ctx;
	d->ifindex = ifindex;
	d->n = dhcp6_decline_build(d->message, duid, lease, random_number());
	d->header.source = htons(CLIENT_PORT);
	d->header.dest = htons(SERVER_PORT);
	d->header.len = htons((uint16_t)(sizeof(d->header) + d->n));
	r = d->n ? open_socket(d) : -ENODATA;
	if (r < 0) {
		free(d);
		return r;
	}
	d->timer.data = d->poll.data = d;
	d->began_ms = uv_now(loop);
	uv_timer_init(loop, &d->timer);
	r = uv_poll_init(loop, &d->poll, d->fd);
	if (r < 0) {
		/* Only the timer is there to be closed. */
		d->n_open = 1;
		close(d->fd);
		uv_close((uv_handle_t *)&d->timer, on_closed);
		return r;
	}
	uv_poll_start(&d->poll, UV_READABLE, on_readable);
	uv_timer_start(&d->timer, on_due, 0, 0);
	*ret = d;
	return 0;
}
