/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "providers/dhcp/job.h"
#include "providers/dhcp/socket.h"

static const char *format_address(
    struct in_addr address, char text[INET_ADDRSTRLEN])
{
	return inet_ntop(AF_INET, &address, text, INET_ADDRSTRLEN);
}

static const char *device_of(const struct dhcp_job *j)
{
	return j->job->device ? j->job->device : "the device";
}

void dhcp_job_clear(struct dhcp_job *j)
{
	j->has_lease = false;
	j->announced.s_addr = 0;
	rtnl_neighbour_end(&j->gateway);
	apply_clear(&j->apply);
}

static int open_arp(const struct dhcp_job *j, const char *what)
{
	int fd = socket_open_arp(j->apply.ifindex, j->mac, j->lease.address);

	if (fd < 0)
		job_log(j->job, LOG_LEVEL_WARNING,
		    "the address is not %s: no ARP socket: %s", what,
		    strerror(-fd));
	return fd;
}

/* Has netconf-dhcp4 probe for the address, if that can be. */
static void check_conflict(
    struct dhcp_job *j, const struct dhcp_ipc_lease *check)
{
	union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_PROBE, j->id);
	bool is_used = j->use & USE_ADDRESS;

	j->lease = check->lease;
	m.announce.address = j->lease.address;
	helper_send(j->dhcp->helper, &m,
	    is_used ? open_arp(j, "probed for") : -1);
}

/* From now on netconf-dhcp4 defends the address. Without that the lease is
 * good all the same. */
static void announce(struct dhcp_job *j)
{
	union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_ANNOUNCE, j->id);
	int fd;

	if (j->announced.s_addr == j->lease.address.s_addr)
		return;
	fd = open_arp(j, "announced");
	if (fd < 0)
		return;
	m.announce.address = j->lease.address;
	if (!helper_send(j->dhcp->helper, &m, fd))
		j->announced = j->lease.address;
}

/* In seconds since 1970, or UINT64_MAX: never. */
static uint64_t expires_s(const struct dhcp_job *j)
{
	int64_t left_ms = (int64_t)(j->expires_ms - dhcp_now_ms());

	if (j->expires_ms == UINT64_MAX)
		return UINT64_MAX;
	return (uint64_t)((int64_t)time(NULL) + (left_ms + 500) / 1000);
}

void dhcp_job_lease_facts(const struct dhcp_job *j, struct lease_facts *ret)
{
	lease_facts_make(ret, &j->lease,
	    j->gateway.is_known ? j->gateway.mac : NULL, expires_s(j));
	/* Nobody is asked for it. */
	if (!(j->use & USE_ADDRESS) && j->lease.router.s_addr)
		ret->items[ret->n++] = (struct fact){ "gateway-mac", NULL };
}

static void on_gateway_mac(struct rtnl_neighbour *gateway)
{
	struct dhcp_job *j = container_of(gateway, struct dhcp_job, gateway);

	/* With what is under way it is said when that is applied. */
	if (j->outcome == OUTCOME_NONE && j->lease_is == SAID_UP)
		dhcp_job_tell(j);
}

/* Asks the kernel who the router is: once, and then it says when that is
 * another. */
static void find_gateway(struct dhcp_job *j)
{
	bool is_asked = j->gateway.rtnl &&
	    j->gateway.address.s_addr == j->lease.router.s_addr;

	if (is_asked)
		return;
	rtnl_neighbour_end(&j->gateway);
	if (!j->lease.router.s_addr || !(j->use & USE_ADDRESS))
		return;
	j->gateway.ifindex = j->apply.ifindex;
	j->gateway.address = j->lease.router;
	j->gateway.on_mac = on_gateway_mac;
	rtnl_neighbour_begin(j->dhcp->host->rtnl, &j->gateway);
}

/* It is applied, as far as it is to be. */
static void lease_holds(struct dhcp_job *j)
{
	find_gateway(j);
	j->lease_is = SAID_UP;
	dhcp_job_tell(j);
	held_keep(
	    j->dhcp->held, &j->key, j->lease.address, expires_s(j));
}

/* While it is in use, a refusal may be about what others have removed, and be
 * an answer from before that was put back: all of it is applied once more. */
static void refused(struct dhcp_job *j, const char *text)
{
	if (j->lease_is != SAID_UP || j->was_refused) {
		dhcp_job_fail(j, "the kernel refuses the lease: %s", text);
		return;
	}
	j->was_refused = true;
	job_log(j->job, LOG_LEVEL_WARNING,
	    "the kernel refuses the lease: %s; it is applied again", text);
	dhcp_job_repair(j);
}

void dhcp_job_applied(struct apply *apply, int error, const char *text)
{
	struct dhcp_job *j = container_of(apply, struct dhcp_job, apply);

	bool is_new = j->outcome == OUTCOME_UP;

	if (dhcp_job_is_over(j)) {
		dhcp_job_settle(j);
		return;
	}
	/* The address has been removed: with it the routes are put back. */
	if (error && j->apply.is_applied &&
	    uv_is_active((uv_handle_t *)&j->timer))
		return;
	j->outcome = OUTCOME_NONE;
	if (error && j->apply.is_applied) {
		refused(j, text);
		return;
	}
	j->was_refused = false;
	if (is_new) {
		announce(j);
		lease_holds(j);
	}
}

static uint32_t remaining_s(const struct dhcp_job *j)
{
	uint64_t now_ms = dhcp_now_ms();

	if (j->expires_ms == UINT64_MAX)
		return UINT32_MAX;
	return j->expires_ms > now_ms
	    ? (uint32_t)((j->expires_ms - now_ms + 999) / 1000)
	    : 0;
}

uint32_t dhcp_job_metric(const struct dhcp_job *j)
{
	const struct job *job = j->job;

	return config_count(job->config, "metric")
	    ? (uint32_t)config_integer(job->config, "metric")
	    : 1000 + job->preference;
}

/* It is not to be used any more, and the lease goes on: netconf-dhcp4 is to
 * defend it no longer. */
static void give_address_up(struct dhcp_job *j)
{
	union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_PROBE, j->id);

	m.announce.address = j->lease.address;
	helper_send(j->dhcp->helper, &m, -1);
	j->announced.s_addr = 0;
	rtnl_neighbour_end(&j->gateway);
	apply_clear(&j->apply);
}

/* That in which what comes by the device is routed; 0: the main one. */
static uint32_t table_of(const struct dhcp_job *j)
{
	const struct rtnl_link *link =
	    rtnl_find_link(j->apply.rtnl, j->apply.ifindex);

	return link ? link->vrf_table : 0;
}

/* Applies the lease that there is, as far as it is to be used. */
static void use_lease(struct dhcp_job *j)
{
	const struct apply_way way = {
		.metric = dhcp_job_metric(j),
		.table = table_of(j),
		.all_routes = config_bool(j->job->config, "routes"),
	};

	j->lease = j->whole;
	dhcp_use_lease(&j->lease, j->use);
	if (j->use & USE_ADDRESS) {
		j->outcome = OUTCOME_UP;
		apply_set(&j->apply, &j->lease, &way, remaining_s(j));
		return;
	}
	j->outcome = OUTCOME_NONE;
	if (j->apply.is_applied)
		give_address_up(j);
	lease_holds(j);
}

static void got_lease(struct dhcp_job *j, const struct dhcp_ipc_lease *m)
{
	if (!m->remaining_s)
		return; /* over already: LOST comes next */
	j->whole = m->lease;
	j->has_lease = true;
	j->expires_ms = m->remaining_s == DHCP_FOREVER
	    ? UINT64_MAX
	    : dhcp_now_ms() + (uint64_t)m->remaining_s * 1000;
	use_lease(j);
}

void dhcp_job_say_unmet(struct dhcp_job *j, const char *reason)
{
	if (j->lease_is == SAID_UNMET)
		return;
	j->lease_is = SAID_UNMET;
	snprintf(j->lost, sizeof(j->lost), "%s", reason);
	dhcp_job_tell(j);
}

static void lost_lease(struct dhcp_job *j, enum dhcp_loss loss)
{
	char reason[160];

	lease_loss_print(reason, sizeof(reason), &j->lease, loss);
	held_drop(j->dhcp->held, &j->key);
	j->outcome = OUTCOME_NONE;
	dhcp_job_clear(j);
	dhcp_job_say_unmet(j, reason);
}

static void no_lease(struct dhcp_job *j, const struct dhcp_ipc_notice *notice)
{
	char server[INET_ADDRSTRLEN], reason[160];

	if (j->lease_is != SAID_NOTHING)
		return;
	if (notice->flaw)
		snprintf(reason, sizeof(reason),
		    "no usable DHCP offer on %s: that of %s %s", device_of(j),
		    format_address(notice->server, server),
		    dhcp_flaw_text((enum dhcp_flaw)notice->flaw));
	else
		snprintf(reason, sizeof(reason),
		    "no DHCP server answers on %s", device_of(j));
	dhcp_job_say_unmet(j, reason);
}

static void ignored(struct dhcp_job *j, const struct dhcp_ipc_notice *notice)
{
	char server[INET_ADDRSTRLEN];

	job_log(j->job, LOG_LEVEL_NOTICE, "an offer of %s is ignored: it %s",
	    format_address(notice->server, server),
	    dhcp_flaw_text((enum dhcp_flaw)notice->flaw));
}

void dhcp_job_message(struct dhcp_job *j, const union dhcp_ipc_message *m)
{
	switch ((enum dhcp_ipc_type)m->header.type) {
	case DHCP_IPC_CHECK:
		check_conflict(j, &m->lease);
		break;
	case DHCP_IPC_LEASE:
		got_lease(j, &m->lease);
		break;
	case DHCP_IPC_LOST:
		lost_lease(j, (enum dhcp_loss)m->notice.loss);
		break;
	case DHCP_IPC_IGNORED:
		ignored(j, &m->notice);
		break;
	case DHCP_IPC_NO_LEASE:
		no_lease(j, &m->notice);
		break;
	case DHCP_IPC_START:
	case DHCP_IPC_PROBE:
	case DHCP_IPC_ANNOUNCE:
	case DHCP_IPC_CLAIM:
	case DHCP_IPC_VERIFY:
	case DHCP_IPC_STOP:
	case DHCP_IPC_HELLO:
	case DHCP_IPC_FREE:
	case DHCP_IPC_STOPPED:
	case DHCP_IPC_TYPES:
		break;
	}
}

/* ---- what others do to address and routes ---- */

void dhcp_job_apply_again(struct dhcp_job *j)
{
	if (j->has_lease && j->expires_ms > dhcp_now_ms() + 1000)
		use_lease(j);
}

static void on_repair(uv_timer_t *timer)
{
	struct dhcp_job *j = timer->data;
	uint64_t now_ms = dhcp_now_ms();

	if (!j->apply.is_applied || j->expires_ms <= now_ms + 1000 ||
	    !rtnl_find_link(j->dhcp->host->rtnl, j->apply.ifindex))
		return; /* the kernel was a little early, or it is no more */
	if (!repair_again(&j->repair, now_ms)) {
		dhcp_job_fail(
		    j, "its address is removed by others again and again");
		return;
	}
	if (!j->was_refused)
		job_log(j->job, LOG_LEVEL_WARNING,
		    "its address was removed by others; it is put back");
	dhcp_job_apply_again(j);
}

void dhcp_job_routes_lost(struct apply *apply)
{
	dhcp_job_fail(container_of(apply, struct dhcp_job, apply),
	    "what it has made is removed by others again and again");
}

void dhcp_job_repair(struct dhcp_job *j)
{
	uv_timer_start(&j->timer, on_repair, REPAIR_DELAY_MS, 0);
}
