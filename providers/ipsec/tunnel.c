/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "providers/ipsec/request.h"
#include "providers/ipsec/tunnel.h"
#include "providers/support/config-join.h"
#include "providers/support/secret.h"
#include "resolver/resolver.h"

static const char *remote(const struct tunnel *tunnel)
{
	return config_text(tunnel->job->config, "remote");
}

bool tunnel_address_is_here(const char *address)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} to = { 0 };
	int fd, r;

	if (inet_pton(AF_INET, address, &to.in.sin_addr) == 1)
		to.any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, address, &to.in6.sin6_addr) == 1)
		to.any.sa_family = AF_INET6;
	else
		return true;
	fd = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true;
	r = bind(fd, &to.any,
	    to.any.sa_family == AF_INET ? sizeof(to.in) : sizeof(to.in6));
	r = r < 0 ? errno : 0;
	close(fd);
	return r != EADDRNOTAVAIL;
}

static void check_uplink(struct tunnel *tunnel)
{
	if (!tunnel_address_is_here(tunnel->local_host))
		tunnel_fail(tunnel, false,
		    "tunnel lost: it did not follow from %s to the new uplink",
		    tunnel->local_host);
}

/* ---- requests ---- */

static void fail_for_time(struct tunnel *tunnel)
{
	if (tunnel->stage != TUNNEL_INITIATING)
		tunnel_fail(tunnel, false, "charon does not answer");
	else if (tunnel->failure.text[0])
		tunnel_fail(tunnel, tunnel->failure.permanent, "%s",
		    tunnel->failure.text);
	else
		tunnel_fail(tunnel, false, "gateway %s does not answer",
		    remote(tunnel));
}

static void on_timer(uv_timer_t *timer)
{
	struct tunnel *tunnel = timer->data;

	if (tunnel_is_undoing(tunnel))
		tunnel_give_up(tunnel);
	else if (tunnel->stage == TUNNEL_UP)
		check_uplink(tunnel);
	else
		fail_for_time(tunnel);
}

void tunnel_set_timer(struct tunnel *tunnel, uint64_t ms)
{
	uv_timer_start(&tunnel->timer, on_timer, ms, 0);
}

/* Control-log comes here: lines of what charon does for `initiate`. */
static void on_log(void *ctx, const char *name, struct vici_message message)
{
	struct tunnel *tunnel = ctx;
	char line[512], id[sizeof(tunnel->unique_id)];

	if (strcmp(name, "control-log") != 0 ||
	    !vici_text(message, "msg", line, sizeof(line)))
		return;
	job_log(tunnel->job, LOG_LEVEL_DEBUG, "charon: %s", line);
	if (vici_text(message, "ikesa-uniqueid", id, sizeof(id)))
		memcpy(tunnel->unique_id, id, sizeof(id));
	if (!tunnel_is_undoing(tunnel))
		reason_from_log(&tunnel->failure, line, remote(tunnel));
	else
		tunnel_heard(tunnel);
}

/*
 * If charon is gone, the connection for events tells it, a moment earlier or
 * later, and all that depends on it. So there is no hurry to fail here.
 */
static void on_closed(void *ctx, int error)
{
	struct tunnel *tunnel = ctx;

	(void)error;
	tunnel_disconnect(tunnel);
	charon_end_turn(tunnel->charon, &tunnel->client);
	if (tunnel->stage != TUNNEL_UP)
		tunnel_set_timer(tunnel, TUNNEL_LOSS_MS);
}

bool tunnel_connect(struct tunnel *tunnel, struct vici **vici)
{
	struct vici_events events = { on_log, on_closed, tunnel };
	int r;

	if (*vici)
		return true;
	r = vici_open(tunnel->job->host->loop, charon_path(tunnel->charon),
	    &events, vici);
	if (r == 0)
		return true;
	on_closed(tunnel, r);
	return false;
}

bool tunnel_send(struct tunnel *tunnel, struct vici *vici,
    struct vici_writer *packet, vici_done *on_answer)
{
	int r = -ENOTCONN;

	if (vici)
		r = vici_command(vici, packet, on_answer, tunnel);
	else
		vici_writer_clear(packet);
	if (r < 0)
		on_closed(tunnel, r);
	return r == 0;
}

/* ---- setting up ---- */

static void send_step(struct tunnel *tunnel);

/* Is there an answer to go on with? If not, that is dealt with here. */
static bool take_answer(struct tunnel *tunnel)
{
	tunnel->is_awaiting = tunnel->is_initiating = false;
	if (!tunnel_is_undoing(tunnel))
		return true;
	charon_end_turn(tunnel->charon, &tunnel->client);
	tunnel_undo(tunnel);
	return false;
}

static void on_initiated(void *ctx, int error, struct vici_message message)
{
	struct tunnel *tunnel = ctx;
	char text[256];

	if (!take_answer(tunnel))
		return;
	charon_end_turn(tunnel->charon, &tunnel->client);
	if (error == 0 && vici_is_yes(message, "success")) {
		/* Up is the event, which may have come already. */
		if (tunnel->stage == TUNNEL_UP)
			vici_close(steal_ptr(tunnel->vici));
		return;
	}
	vici_text(message, "errmsg", text, sizeof(text));
	if (tunnel->stage == TUNNEL_UP)
		vici_close(steal_ptr(tunnel->vici));
	else if (strstr(text, "not established after"))
		job_log(tunnel->job, LOG_LEVEL_INFO,
		    "gateway %s has not answered yet", remote(tunnel));
	else if (tunnel->failure.text[0])
		tunnel_fail(tunnel, tunnel->failure.permanent, "%s",
		    tunnel->failure.text);
	else
		tunnel_fail(tunnel, false, "%s",
		    text[0] ? text : "charon cannot set up the tunnel");
}

static void on_turn(struct charon_client *client)
{
	struct tunnel *tunnel = container_of(client, struct tunnel, client);
	struct vici_writer packet = { 0 };

	tunnel->stage = TUNNEL_INITIATING;
	tunnel_set_timer(tunnel, TUNNEL_GATEWAY_MS);
	request_initiate(&packet, tunnel->name, TUNNEL_ALONE_MS);
	if (tunnel_send(tunnel, tunnel->vici, &packet, on_initiated))
		tunnel->is_awaiting = tunnel->is_initiating = true;
}

static void on_step(void *ctx, int error, struct vici_message message)
{
	struct tunnel *tunnel = ctx;
	bool must_succeed = tunnel->stage == TUNNEL_KEY ||
	    tunnel->stage == TUNNEL_CONNECTION;
	char text[256];

	if (!take_answer(tunnel))
		return;
	if (error < 0) {
		tunnel_fail(tunnel, true,
		    "charon is too old: it does not know all it is asked");
		return;
	}
	if (must_succeed && !vici_is_yes(message, "success")) {
		vici_text(message, "errmsg", text, sizeof(text));
		tunnel_fail(tunnel, true, "charon refuses the %s: %s",
		    tunnel->stage == TUNNEL_KEY ? "key" : "configuration",
		    text);
		return;
	}
	tunnel->stage++;
	send_step(tunnel);
}

static int put_key(struct tunnel *tunnel, struct vici_writer *packet)
{
	const struct config *config = tunnel->job->config;
	_cleanup_(secret_clear) struct secret_bytes psk = { 0 };
	char error[512];
	int r;

	r = secret_read(config_secret(config_section(config, "auth"), "psk"),
	    &psk, error, sizeof(error));
	if (r == 0)
		request_load_shared(packet, tunnel->name, config, &psk);
	else
		tunnel_fail(tunnel, secret_error_is_permanent(r), "%s", error);
	return r;
}

static void send_step(struct tunnel *tunnel)
{
	struct vici_writer packet = { 0 };

	tunnel_set_timer(tunnel, TUNNEL_ANSWER_MS);
	switch (tunnel->stage) {
	case TUNNEL_KEY:
		if (put_key(tunnel, &packet) < 0)
			return;
		break;
	case TUNNEL_CONNECTION:
		request_load_conn(
		    &packet, tunnel->name, tunnel->job->config);
		break;
	case TUNNEL_STALE:
		request_terminate(&packet, tunnel->name, 0);
		break;
	case TUNNEL_LOG:
		tunnel->is_awaiting = true;
		if (vici_register(
			tunnel->vici, "control-log", on_step, tunnel) < 0)
			on_closed(tunnel, -ENOTCONN);
		return;
	case TUNNEL_TURN:
		uv_timer_stop(&tunnel->timer);
		charon_ask_turn(tunnel->charon, &tunnel->client);
		return;
	case TUNNEL_ABSENT:
	case TUNNEL_INITIATING:
	case TUNNEL_UP:
	case TUNNEL_UNDO:
	case TUNNEL_TERMINATE:
	case TUNNEL_TERMINATED:
	case TUNNEL_UNLOAD:
	case TUNNEL_UNLOAD_KEY:
	case TUNNEL_LEAVING:
		return;
	}
	tunnel->is_awaiting =
	    tunnel_send(tunnel, tunnel->vici, &packet, on_step);
}

static void begin(struct tunnel *tunnel)
{
	tunnel->failure = (struct reason){ 0 };
	tunnel->unique_id[0] = '\0';
	tunnel->stage = TUNNEL_KEY;
	/* Also for what on_closed() may have to wait for. */
	tunnel_set_timer(tunnel, TUNNEL_ANSWER_MS);
	if (tunnel_connect(tunnel, &tunnel->vici))
		send_step(tunnel);
}

/* ---- charon's events ---- */

static void on_ready(struct charon_client *client)
{
	struct tunnel *tunnel = container_of(client, struct tunnel, client);

	if (!tunnel_is_undoing(tunnel))
		begin(tunnel);
}

static void on_gone(struct charon_client *client, const char *why)
{
	struct tunnel *tunnel = container_of(client, struct tunnel, client);

	uv_timer_stop(&tunnel->timer);
	tunnel_disconnect(tunnel);
	if (tunnel->ending == TUNNEL_STOPS) {
		tunnel_finish(tunnel);
		return;
	}
	tunnel->ending = TUNNEL_GOES_ON;
	tunnel->stage = TUNNEL_ABSENT;
	job_unmet(tunnel->job, "%s", why);
}

/* Is our child among the installed ones? */
static bool has_child(struct tunnel *tunnel, struct vici_message sa)
{
	struct vici_element children, child;
	char text[sizeof(tunnel->name)];

	if (!vici_find(sa, VICI_SECTION, "child-sas", &children))
		return false;
	while (vici_next(&children.value, &child))
		if (child.type == VICI_SECTION &&
		    vici_text(child.value, "name", text, sizeof(text)) &&
		    strcmp(text, tunnel->name) == 0)
			return true;
	return false;
}

static void take_hosts(struct tunnel *tunnel, struct vici_message sa)
{
	vici_text(sa, "local-host", tunnel->local_host,
	    sizeof(tunnel->local_host));
	vici_text(sa, "remote-host", tunnel->remote_host,
	    sizeof(tunnel->remote_host));
}

static void take_virtual_ips(struct tunnel *tunnel, struct vici_message sa)
{
	_cleanup_(text_clear) struct text text = { 0 };
	struct vici_element list, item;

	if (vici_find(sa, VICI_LIST, "local-vips", &list))
		while (vici_next(&list.value, &item)) {
			if (text.n)
				text_append_char(&text, ' ');
			text_append_escaped(&text,
			    (const char *)item.value.data, item.value.n);
		}
	snprintf(tunnel->virtual_ip, sizeof(tunnel->virtual_ip), "%s",
	    text.data ?: "");
}

/* Says up, or that the facts are others. */
static void tell(struct tunnel *tunnel,
    void (*report)(struct job *, const struct fact *, size_t))
{
	const struct config *config = tunnel->job->config;
	const char *domain = config_text(config, "domain");
	char dns[1024];
	struct fact facts[4];
	size_t n = 0;

	facts[n++] = (struct fact){ "remote", tunnel->remote_host };
	if (tunnel->virtual_ip[0])
		facts[n++] =
		    (struct fact){ "virtual-ip", tunnel->virtual_ip };
	if (*config_join(config, "dns", dns, sizeof(dns)))
		facts[n++] = (struct fact){ "dns", dns };
	if (domain)
		facts[n++] = (struct fact){ "domain", domain };
	report(tunnel->job, facts, n);
}

static void come_up(struct tunnel *tunnel, struct vici_message sa)
{
	vici_text(sa, "uniqueid", tunnel->unique_id,
	    sizeof(tunnel->unique_id));
	take_hosts(tunnel, sa);
	take_virtual_ips(tunnel, sa);
	uv_timer_stop(&tunnel->timer);
	tunnel->stage = TUNNEL_UP;
	if (!tunnel->is_initiating)
		vici_close(steal_ptr(tunnel->vici));
	tell(tunnel, job_up);
}

static void go_down(struct tunnel *tunnel, struct vici_message sa)
{
	char state[32];

	if (tunnel->stage == TUNNEL_UP) {
		vici_text(sa, "state", state, sizeof(state));
		tunnel_fail(tunnel, false, "tunnel lost: gateway %s %s",
		    remote(tunnel),
		    strcmp(state, "DELETING") == 0
			? "has closed it"
			: "does not answer any more");
	} else if (tunnel->stage == TUNNEL_INITIATING &&
	    !tunnel->is_initiating) {
		/* Else the answer to initiate tells. */
		tunnel_fail(tunnel, tunnel->failure.permanent, "%s%s",
		    tunnel->failure.text[0] ? "" : "refused by gateway ",
		    tunnel->failure.text[0] ? tunnel->failure.text
					    : remote(tunnel));
	}
}

/* MOBIKE has moved the tunnel to another address of ours or theirs. */
static void move(struct tunnel *tunnel, struct vici_message message)
{
	char before[sizeof(tunnel->remote_host)];

	memcpy(before, tunnel->remote_host, sizeof(before));
	take_hosts(tunnel, message);
	if (tunnel->stage == TUNNEL_UP &&
	    strcmp(before, tunnel->remote_host) != 0)
		tell(tunnel, job_facts);
}

/* An earlier SA of the same name may still be on its way out. */
static bool is_our_sa(const struct tunnel *tunnel, struct vici_message sa)
{
	char id[sizeof(tunnel->unique_id)];

	vici_text(sa, "uniqueid", id, sizeof(id));
	return !tunnel->unique_id[0] || strcmp(id, tunnel->unique_id) == 0;
}

static void on_event(struct charon_client *client, const char *event, bool up,
    struct vici_message message, struct vici_message sa)
{
	struct tunnel *tunnel = container_of(client, struct tunnel, client);
	bool is_child = strcmp(event, "child-updown") == 0;
	bool is_ike = strcmp(event, "ike-updown") == 0;
	struct vici_element newer;

	if (tunnel_is_undoing(tunnel) ||
	    (tunnel->stage != TUNNEL_UP && tunnel->stage != TUNNEL_INITIATING))
		return;
	if (strcmp(event, "ike-rekey") == 0) {
		if (vici_find(sa, VICI_SECTION, "new", &newer))
			vici_text(newer.value, "uniqueid", tunnel->unique_id,
			    sizeof(tunnel->unique_id));
		return;
	}
	if (!is_our_sa(tunnel, sa))
		return;
	if (strcmp(event, "ike-update") == 0)
		move(tunnel, message);
	else if ((is_child || is_ike) && !up)
		go_down(tunnel, sa);
	else if (is_child && tunnel->stage == TUNNEL_INITIATING &&
	    has_child(tunnel, sa))
		come_up(tunnel, sa);
}

/*
 * charon follows by itself (MOBIKE): 0.1 s after the address has gone, and
 * the tunnel is whole. Only if it has not in a while, is it set up anew.
 */
void tunnel_rebind(struct tunnel *tunnel)
{
	if (tunnel->stage == TUNNEL_UP)
		tunnel_set_timer(tunnel, TUNNEL_FOLLOW_MS);
}

int tunnel_open(struct job *job, struct charon *charon)
{
	struct tunnel *tunnel = calloc(1, sizeof(*tunnel));
	int r;

	if (!tunnel)
		return -ENOMEM;
	r = uv_timer_init(job->host->loop, &tunnel->timer);
	if (r < 0) {
		free(tunnel);
		return r;
	}
	tunnel->timer.data = tunnel;
	tunnel->job = job;
	tunnel->charon = charon;
	/* Prefixed: the admin's own connections are not to be touched. */
	snprintf(tunnel->name, sizeof(tunnel->name), "netconf-%s", job->name);
	tunnel->client = (struct charon_client){
		.name = tunnel->name,
		.ready = on_ready,
		.gone = on_gone,
		.event = on_event,
		.turn = on_turn,
	};
	job->data = tunnel;
	charon_attach(charon, &tunnel->client);
	return 0;
}
