/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netconf-dhcp4: the DHCPv4 clients of all cards, in a process that may do
 * nothing but talk on the sockets that netconfd hands to it. Started by
 * netconfd, and only by it; ends when that closes the connection.
 */
#include <errno.h>
#include <net/ethernet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/list.h"
#include "providers/dhcp/closer.h"
#include "providers/dhcp/ipc.h"
#include "providers/dhcp/sandbox.h"
#include "providers/dhcp/wire.h"

/* What a turn of the loop takes from one socket: the others come next. */
enum { MESSAGES_A_TURN = 64, PACKETS_A_TURN = 16, EVENTS_A_TURN = 32 };

struct program;

/* What epoll tells of. */
struct source {
	int fd;
	void (*ready)(struct program *, struct source *);
};

struct card {
	struct list link;
	uint64_t id;
	uint32_t ifindex;
	bool is_stopped; /* to be freed at the end of the turn */
	bool is_claim;	 /* of an address without a server: no client */
	struct source ipv4, arp;
	union {
		struct dhcp_client client;
		struct acd claim;
	};
};

struct program {
	int epoll;
	struct source daemon, timer;
	struct list cards, stopped;
	unsigned n_cards;
	uint64_t timer_ms; /* what the timer is set to, or DHCP_NEVER */
};

static void __attribute__((noreturn)) die(const char *what, int error)
{
	char line[160];
	int n;

	/* Not through stdio, which looks at the file first: the filter does
	 * not allow that. */
	n = snprintf(line, sizeof(line), "netconf-dhcp4: cannot %s: %s\n",
	    what, strerror(error));
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < n)
		_exit(2);
	exit(1);
}

/* Counts on while the machine sleeps, as leases do. */
static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static uint64_t random_bits(void)
{
	uint64_t bits;

	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		die("get random numbers", errno);
	return bits;
}

static void watch(struct program *p, struct source *source)
{
	struct epoll_event event = {
		.events = EPOLLIN, .data.ptr = source};

	if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, source->fd, &event))
		die("watch a socket", errno);
}

static void forget(struct program *p, struct source *source)
{
	if (source->fd < 0)
		return;
	epoll_ctl(p->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	closer_close(source->fd);
	source->fd = -1;
}

/* ---- to netconfd ---- */

static void tell(struct program *p, const union dhcp_ipc_message *message)
{
	int r = dhcp_ipc_send(p->daemon.fd, message, -1);

	if (r == -EPIPE || r == -ECONNRESET)
		exit(0);
	if (r)
		die("talk to netconfd", -r);
}

/* CHECK or LEASE. */
static void tell_lease(
    struct program *p, const struct card *card, enum dhcp_ipc_type type)
{
	const struct dhcp_client *client = &card->client;
	union dhcp_ipc_message m = dhcp_ipc_make(type, card->id);
	uint64_t now_ms = now();

	m.lease.lease = client->lease;
	if (client->expires_ms == DHCP_NEVER)
		m.lease.remaining_s = DHCP_FOREVER;
	else if (client->expires_ms > now_ms)
		m.lease.remaining_s =
		    (uint32_t)((client->expires_ms - now_ms + 999) / 1000);
	tell(p, &m);
}

static void tell_notice(struct program *p, const struct card *card,
    enum dhcp_ipc_type type, const struct dhcp_output *output)
{
	union dhcp_ipc_message m = dhcp_ipc_make(type, card->id);

	m.notice.loss = output->loss;
	m.notice.flaw = output->flaw;
	m.notice.server = output->server;
	tell(p, &m);
}

/* FREE or STOPPED. */
static void tell_word(struct program *p, uint64_t id, enum dhcp_ipc_type type)
{
	union dhcp_ipc_message m = dhcp_ipc_make(type, id);

	tell(p, &m);
}

/* ---- to the network ---- */

static void send_packet(const struct card *card, const struct source *source,
    uint16_t protocol, const struct dhcp_output *output)
{
	if (source->fd >= 0)
		wire_send(source->fd, card->ifindex, protocol, output);
}

static void flush(struct program *p, struct card *card)
{
	struct dhcp_output output;

	while (dhcp_client_next(&card->client, &output)) {
		switch (output.type) {
		case DHCP_OUTPUT_LOST:
			forget(p, &card->arp);
			tell_notice(p, card, DHCP_IPC_LOST, &output);
			break;
		case DHCP_OUTPUT_IGNORED:
			tell_notice(p, card, DHCP_IPC_IGNORED, &output);
			break;
		case DHCP_OUTPUT_LEASE:
			tell_lease(p, card, DHCP_IPC_LEASE);
			break;
		case DHCP_OUTPUT_CHECK:
			tell_lease(p, card, DHCP_IPC_CHECK);
			break;
		case DHCP_OUTPUT_NO_LEASE:
			tell_notice(p, card, DHCP_IPC_NO_LEASE, &output);
			break;
		case DHCP_OUTPUT_PACKET:
			send_packet(card, &card->ipv4, ETHERTYPE_IP, &output);
			break;
		case DHCP_OUTPUT_ARP:
			send_packet(card, &card->arp, ETHERTYPE_ARP, &output);
			break;
		}
	}
}

/* What has come of a claim. */
static void take_verdict(
    struct program *p, struct card *card, enum acd_verdict verdict)
{
	struct dhcp_output output = {.loss = DHCP_LOSS_CONFLICT,
	    .data = card->claim.packet, .n = ARP_SIZE};

	memset(output.to, 0xff, sizeof(output.to));
	switch (verdict) {
	case ACD_NOTHING:
		break;
	case ACD_SEND:
		send_packet(card, &card->arp, ETHERTYPE_ARP, &output);
		break;
	case ACD_FREE:
		tell_word(p, card->id, DHCP_IPC_FREE);
		break;
	case ACD_CONFLICT:
		forget(p, &card->arp);
		tell_notice(p, card, DHCP_IPC_LOST, &output);
		break;
	}
}

/* ---- from the network ---- */

static void receive_ipv4(struct program *p, struct source *source)
{
	struct card *card = container_of(source, struct card, ipv4);
	uint8_t data[2048];

	for (int i = 0; i < PACKETS_A_TURN && !card->is_stopped; i++) {
		struct dhcp_input input;
		ssize_t n;

		n = wire_receive(source->fd, data, sizeof(data), &input);
		/* ENETDOWN says that the card went down, once; it is the
		 * daemon who decides what follows from that. */
		if (n < 0)
			return;
		if (!n)
			continue;
		dhcp_client_packet(
		    &card->client, now(), random_bits(), &input);
		flush(p, card);
	}
}

static void receive_arp(struct program *p, struct source *source)
{
	struct card *card = container_of(source, struct card, arp);
	uint8_t data[128];

	for (int i = 0; i < PACKETS_A_TURN && source->fd >= 0; i++) {
		struct dhcp_input input;
		ssize_t n;

		n = wire_receive(source->fd, data, sizeof(data), &input);
		if (n < 0)
			return;
		if (!n)
			continue;
		if (card->is_claim) {
			take_verdict(p, card,
			    acd_packet(&card->claim, now(), data, (size_t)n));
			continue;
		}
		dhcp_client_arp(&card->client, now(), data, (size_t)n);
		flush(p, card);
	}
}

/* ---- from netconfd ---- */

static struct card *find_card(struct program *p, uint64_t id)
{
	struct card *card;

	list_for_each (card, &p->cards, struct card, link)
		if (card->id == id)
			return card;
	return NULL;
}

static struct card *new_card(struct program *p, uint64_t id, uint32_t ifindex)
{
	struct card *card;

	if (p->n_cards == DHCP_CARDS_MAX || find_card(p, id))
		die("serve netconfd", EPROTO);
	card = calloc(1, sizeof(*card));
	if (!card)
		die("serve another card", ENOMEM);
	card->id = id;
	card->ifindex = ifindex;
	card->ipv4 = (struct source){-1, receive_ipv4};
	card->arp = (struct source){-1, receive_arp};
	list_append(&p->cards, &card->link);
	p->n_cards++;
	return card;
}

static void start_card(
    struct program *p, const struct dhcp_ipc_start *start, int fd)
{
	struct card *card = new_card(p, start->header.id, start->ifindex);

	card->ipv4.fd = fd;
	dhcp_client_init(&card->client, &start->identity);
	card->client.checks = start->checks;
	dhcp_client_start(
	    &card->client, now(), random_bits(), start->former);
	flush(p, card); /* before all else: somebody waits for it */
	watch(p, &card->ipv4);
}

static void claim_address(
    struct program *p, const struct dhcp_ipc_claim *claim, int fd)
{
	struct card *card = new_card(p, claim->header.id, claim->ifindex);

	card->is_claim = true;
	card->arp.fd = fd;
	memcpy(card->claim.mac, claim->mac, sizeof(card->claim.mac));
	watch(p, &card->arp);
	acd_probe(&card->claim, now(), random_bits(), claim->address);
}

/* The socket through which the address of that card is watched from now on.
 * NULL: the card has been stopped meanwhile. */
static struct card *set_arp_socket(struct program *p, uint64_t id, int fd)
{
	struct card *card = find_card(p, id);

	if (!card) {
		closer_close(fd);
		return NULL;
	}
	forget(p, &card->arp);
	card->arp.fd = fd;
	if (fd >= 0)
		watch(p, &card->arp);
	return card;
}

static void probe_card(
    struct program *p, const struct dhcp_ipc_announce *probe, int fd)
{
	struct card *card = set_arp_socket(p, probe->header.id, fd);

	if (!card || card->is_claim)
		return;
	dhcp_client_probe(&card->client, now(), random_bits(), probe->address,
	    fd >= 0);
	flush(p, card);
}

static void announce_card(
    struct program *p, const struct dhcp_ipc_announce *announce, int fd)
{
	struct card *card = set_arp_socket(p, announce->header.id, fd);

	if (!card)
		return;
	if (card->is_claim) {
		take_verdict(p, card,
		    acd_announce(&card->claim, now(), announce->address));
		return;
	}
	dhcp_client_announce(&card->client, now(), announce->address);
	flush(p, card);
}

static void verify_card(struct program *p, uint64_t id)
{
	struct card *card = find_card(p, id);

	if (!card || card->is_claim)
		return;
	dhcp_client_verify(&card->client, now(), random_bits());
	flush(p, card);
}

static void stop_card(struct program *p, const struct dhcp_ipc_stop *stop)
{
	struct card *card = find_card(p, stop->header.id);

	if (card) {
		if (!card->is_claim) {
			dhcp_client_stop(&card->client, now(), random_bits(),
			    stop->release);
			flush(p, card);
		}
		forget(p, &card->ipv4);
		forget(p, &card->arp);
		card->is_stopped = true;
		list_remove(&card->link);
		list_append(&p->stopped, &card->link);
		p->n_cards--;
	}
	tell_word(p, stop->header.id, DHCP_IPC_STOPPED);
}

static void receive_message(struct program *p, struct source *source)
{
	for (int i = 0; i < MESSAGES_A_TURN; i++) {
		union dhcp_ipc_message m;
		int fd;
		ssize_t n = dhcp_ipc_receive(source->fd, &m, &fd);

		if (n == -EAGAIN)
			return;
		if (n == 0 || n == -ECONNRESET)
			exit(0);
		if (n < 0)
			die("listen to netconfd", (int)-n);
		if (dhcp_ipc_check_request(&m, (size_t)n, fd >= 0))
			die("understand netconfd", EBADMSG);
		if (m.header.type == DHCP_IPC_START)
			start_card(p, &m.start, fd);
		else if (m.header.type == DHCP_IPC_PROBE)
			probe_card(p, &m.announce, fd);
		else if (m.header.type == DHCP_IPC_ANNOUNCE)
			announce_card(p, &m.announce, fd);
		else if (m.header.type == DHCP_IPC_CLAIM)
			claim_address(p, &m.claim, fd);
		else if (m.header.type == DHCP_IPC_VERIFY)
			verify_card(p, m.header.id);
		else
			stop_card(p, &m.stop);
	}
}

/* ---- the loop ---- */

static uint64_t deadline_of(const struct card *card)
{
	return card->is_claim ? acd_deadline(&card->claim)
			      : dhcp_client_deadline(&card->client);
}

static void pass_time(struct program *p, struct card *card, uint64_t now_ms)
{
	if (card->is_claim) {
		take_verdict(p, card,
		    acd_time(&card->claim, now_ms, random_bits()));
		return;
	}
	dhcp_client_time(&card->client, now_ms, random_bits());
	flush(p, card);
}

static void receive_time(struct program *p, struct source *source)
{
	struct card *card;
	uint64_t times, now_ms;

	if (read(source->fd, &times, sizeof(times)) < 0 && errno != EAGAIN)
		die("read the timer", errno);
	p->timer_ms = DHCP_NEVER;
	now_ms = now();
	list_for_each (card, &p->cards, struct card, link)
		if (deadline_of(card) <= now_ms)
			pass_time(p, card, now_ms);
}

static void set_timer(struct program *p)
{
	uint64_t at = DHCP_NEVER;
	struct itimerspec spec = {0};
	struct card *card;

	list_for_each (card, &p->cards, struct card, link) {
		uint64_t deadline = deadline_of(card);

		if (deadline < at)
			at = deadline;
	}
	if (at == p->timer_ms)
		return;
	p->timer_ms = at;
	if (at != DHCP_NEVER) {
		spec.it_value.tv_sec = (time_t)(at / 1000);
		spec.it_value.tv_nsec = (long)(at % 1000 * 1000000);
	}
	if (timerfd_settime(p->timer.fd, TFD_TIMER_ABSTIME, &spec, NULL))
		die("set the timer", errno);
}

static void turn(struct program *p)
{
	struct epoll_event events[EVENTS_A_TURN];
	struct card *card;
	int n;

	set_timer(p);
	n = epoll_wait(p->epoll, events, EVENTS_A_TURN, -1);
	if (n < 0 && errno != EINTR)
		die("wait", errno);
	for (int i = 0; i < n; i++) {
		struct source *source = events[i].data.ptr;

		if (source->fd >= 0)
			source->ready(p, source);
	}
	while ((card = list_pop(&p->stopped, struct card, link)))
		free(card);
}

/* What ends it is the end of the connection: neither Ctrl-C on netconfd's
 * terminal nor a service manager that ends all of its processes may keep it
 * from giving the leases back. */
static void ignore_signals(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

int main(void)
{
	static struct program p;
	union dhcp_ipc_message hello = dhcp_ipc_make(DHCP_IPC_HELLO, 0);
	const char *what;
	socklen_t n = sizeof(int);
	int r, type = 0;

	if (getsockopt(DHCP_IPC_FD, SOL_SOCKET, SO_TYPE, &type, &n) ||
	    type != SOCK_SEQPACKET) {
		fprintf(stderr, "netconf-dhcp4 is started by netconfd\n");
		return 2;
	}
	ignore_signals();
	r = sandbox_enter(&what);
	if (r)
		die(what, -r);
	r = closer_start();
	if (r)
		die("start a thread", -r);
	p.epoll = epoll_create1(EPOLL_CLOEXEC);
	p.timer.fd =
	    timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (p.epoll < 0 || p.timer.fd < 0)
		die("make a loop", errno);
	p.timer.ready = receive_time;
	p.timer_ms = DHCP_NEVER;
	p.daemon = (struct source){DHCP_IPC_FD, receive_message};
	list_init(&p.cards);
	list_init(&p.stopped);
	r = sandbox_close(&what);
	if (r)
		die(what, -r);
	watch(&p, &p.timer);
	watch(&p, &p.daemon);
	tell(&p, &hello);
	for (;;)
		turn(&p);
}
