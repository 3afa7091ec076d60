/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kind `dhcp`: joins netconf-dhcp4, which gets leases, and the kernel,
 * where they are applied.
 *
 * A job without a lease is starting at first; when nobody answers, or the
 * lease is lost, it is unmet: netconf-dhcp4 goes on asking, and the job comes
 * up without anybody's help when a server answers again.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if_arp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "providers/dhcp/apply.h"
#include "providers/dhcp/client-id.h"
#include "providers/dhcp/facts.h"
#include "providers/dhcp/helper.h"
#include "providers/dhcp/socket.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/repair.h"

enum {
	/* How long a stop waits for the RELEASE to have been sent. */
	RELEASE_LIMIT_MS = 1000,
	/* When an unmet job, which cannot fail, tries again by itself. */
	RETRY_MS = 2000,
};

/* What the provider's jobs share. */
struct dhcp {
	struct host *host;
	struct dhcp_helper *helper;
	struct rtnl_watch watch;
	uint8_t duid[DUID_SIZE];
	uint64_t last_id;
	unsigned n_jobs; /* at most DHCP_CARDS_MAX */
	struct list jobs;
};

/* What is to be said when the kernel has answered. */
enum outcome {
	OUTCOME_NONE,	/* an unmet job has given its address up */
	OUTCOME_UP,	/* the lease is applied */
	OUTCOME_FAILED, /* and undone */
	OUTCOME_DOWN,	/* a stop */
};

enum said { SAID_NOTHING, SAID_UNMET, SAID_UP };

struct dhcp_job {
	struct list link;
	struct job *job;
	struct dhcp *dhcp;
	uint64_t id; /* of the client in netconf-dhcp4; 0: none */
	enum outcome outcome;
	enum said said;
	bool released; /* of a stop: netconf-dhcp4 is done with it */
	char reason[160];  /* of a failure */
	uint8_t mac[6];

	struct dhcp_lease lease;
	uint64_t expires_ms; /* CLOCK_BOOTTIME; UINT64_MAX: never */
	struct in_addr announced; /* the address it was announced for */
	struct repair repair;
	struct rtnl_neighbour gateway;

	struct apply apply;
	uv_timer_t timer; /* of a repair, a retry or a stop */
};

static uint64_t boottime_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static const char *format_address(
    struct in_addr address, char text[INET_ADDRSTRLEN])
{
	return inet_ntop(AF_INET, &address, text, INET_ADDRSTRLEN);
}

static const char *device_of(const struct dhcp_job *j)
{
	return j->job->device ? j->job->device : "the device";
}

/* ---- the end of a job ---- */

static void job_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* Takes the job apart; the caller says the last word about it. */
static struct job *job_end(struct dhcp_job *j)
{
	struct job *job = j->job;

	apply_forget(&j->apply);
	rtnl_neighbour_end(&j->gateway);
	list_remove(&j->link);
	j->dhcp->n_jobs--;
	job->data = NULL;
	uv_close((uv_handle_t *)&j->timer, job_closed);
	return job;
}

/* Has netconf-dhcp4 forget the job. */
static void leave_helper(struct dhcp_job *j, bool release)
{
	union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_STOP, j->id);

	j->released = true;
	if (!j->id)
		return;
	m.stop.release = release;
	if (!helper_send(j->dhcp->helper, &m, -1))
		j->released = false;
}

/* Says what is to be said once all has been undone. */
static void settle(struct dhcp_job *j)
{
	char reason[sizeof(j->reason)];

	if (j->apply.n_pending)
		return;
	if (j->outcome == OUTCOME_FAILED) {
		memcpy(reason, j->reason, sizeof(reason));
		job_failed(job_end(j), false, "%s", reason);
	} else if (j->outcome == OUTCOME_DOWN && j->released) {
		job_down(job_end(j));
	}
}

/* The kernel is to forget it, if there is one. */
static void clear_lease(struct dhcp_job *j)
{
	j->announced.s_addr = 0;
	rtnl_neighbour_end(&j->gateway);
	apply_clear(&j->apply);
}

static void on_retry(uv_timer_t *timer);

/*
 * It cannot go on. A job that is unmet stays so, as there is no way from
 * there to failed, and tries again by itself.
 */
static void __attribute__((format(printf, 2, 3))) fail(
    struct dhcp_job *j, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(j->reason, sizeof(j->reason), format, args);
	va_end(args);
	leave_helper(j, true);
	j->id = 0; /* nothing more is heard of it */
	clear_lease(j);
	if (j->said == SAID_UNMET) {
		job_log(j->job, LOG_LEVEL_WARNING, "%s; tried again in %d s",
		    j->reason, RETRY_MS / 1000);
		j->outcome = OUTCOME_NONE;
		uv_timer_start(&j->timer, on_retry, RETRY_MS, 0);
		return;
	}
	j->outcome = OUTCOME_FAILED;
	settle(j);
}

/* ---- a lease ---- */

/* From now on netconf-dhcp4 defends the address. Without that the lease is
 * good all the same. */
static void announce(struct dhcp_job *j)
{
	union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_ANNOUNCE, j->id);
	int fd;

	if (j->announced.s_addr == j->lease.address.s_addr)
		return;
	fd = socket_open_arp(j->apply.ifindex, j->mac, j->lease.address);
	if (fd < 0) {
		job_log(j->job, LOG_LEVEL_WARNING,
		    "the address is not announced: no ARP socket: %s",
		    strerror(-fd));
		return;
	}
	m.announce.address = j->lease.address;
	if (!helper_send(j->dhcp->helper, &m, fd))
		j->announced = j->lease.address;
}

/* Up, or still up with other facts. */
static void say_up(struct dhcp_job *j)
{
	int64_t left_ms = (int64_t)(j->expires_ms - boottime_ms());
	struct lease_facts facts;

	lease_facts_make(&facts, &j->lease,
	    j->gateway.is_known ? j->gateway.mac : NULL,
	    j->expires_ms == UINT64_MAX
		? UINT64_MAX
		: (uint64_t)((int64_t)time(NULL) + (left_ms + 500) / 1000));
	if (j->said == SAID_UP) {
		job_facts(j->job, facts.items, facts.n);
		return;
	}
	j->said = SAID_UP;
	job_up(j->job, facts.items, facts.n);
}

static void on_gateway_mac(struct rtnl_neighbour *gateway)
{
	struct dhcp_job *j = container_of(gateway, struct dhcp_job, gateway);

	/* With what is under way it is said when that is applied. */
	if (j->outcome == OUTCOME_NONE && j->said == SAID_UP)
		say_up(j);
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
	if (!j->lease.router.s_addr)
		return;
	j->gateway.ifindex = j->apply.ifindex;
	j->gateway.address = j->lease.router;
	j->gateway.on_mac = on_gateway_mac;
	rtnl_neighbour_begin(j->dhcp->host->rtnl, &j->gateway);
}

static void applied(struct apply *apply, int error, const char *message)
{
	struct dhcp_job *j = container_of(apply, struct dhcp_job, apply);

	if (j->outcome != OUTCOME_UP) {
		settle(j);
		return;
	}
	j->outcome = OUTCOME_NONE;
	if (error) {
		fail(j, "the kernel refuses the lease: %s%s%s",
		    strerror(-error), message[0] ? ": " : "", message);
		return;
	}
	announce(j);
	find_gateway(j);
	say_up(j);
}

static uint32_t remaining_s(const struct dhcp_job *j)
{
	uint64_t now_ms = boottime_ms();

	if (j->expires_ms == UINT64_MAX)
		return UINT32_MAX;
	return j->expires_ms > now_ms
	    ? (uint32_t)((j->expires_ms - now_ms + 999) / 1000)
	    : 0;
}

static uint32_t metric_of(const struct job *job)
{
	return config_count(job->config, "metric")
	    ? (uint32_t)config_integer(job->config, "metric")
	    : 1000 + job->preference;
}

static void got_lease(struct dhcp_job *j, const struct dhcp_ipc_lease *m)
{
	if (!m->remaining_s)
		return; /* over already: LOST comes next */
	j->lease = m->lease;
	j->expires_ms = m->remaining_s == DHCP_FOREVER
	    ? UINT64_MAX
	    : boottime_ms() + (uint64_t)m->remaining_s * 1000;
	j->outcome = OUTCOME_UP;
	apply_set(&j->apply, &j->lease, metric_of(j->job), m->remaining_s);
}

static void say_unmet(struct dhcp_job *j, const char *reason)
{
	if (j->said == SAID_UNMET)
		return;
	j->said = SAID_UNMET;
	job_unmet(j->job, "%s", reason);
}

static void lost_lease(struct dhcp_job *j, enum dhcp_loss loss)
{
	char reason[160];

	lease_loss_print(reason, sizeof(reason), &j->lease, loss);
	j->outcome = OUTCOME_NONE;
	clear_lease(j);
	say_unmet(j, reason);
}

static void no_lease(struct dhcp_job *j, const struct dhcp_ipc_notice *notice)
{
	char server[INET_ADDRSTRLEN], reason[160];

	if (j->said != SAID_NOTHING)
		return;
	if (notice->flaw)
		snprintf(reason, sizeof(reason),
		    "no usable DHCP offer on %s: that of %s %s", device_of(j),
		    format_address(notice->server, server),
		    dhcp_flaw_text((enum dhcp_flaw)notice->flaw));
	else
		snprintf(reason, sizeof(reason),
		    "no DHCP server answers on %s", device_of(j));
	say_unmet(j, reason);
}

static void ignored(struct dhcp_job *j, const struct dhcp_ipc_notice *notice)
{
	char server[INET_ADDRSTRLEN];

	job_log(j->job, LOG_LEVEL_NOTICE, "an offer of %s is ignored: it %s",
	    format_address(notice->server, server),
	    dhcp_flaw_text((enum dhcp_flaw)notice->flaw));
}

/* ---- what netconf-dhcp4 says ---- */

static struct dhcp_job *find_job(struct dhcp *dhcp, uint64_t id)
{
	struct dhcp_job *j;

	list_for_each (j, &dhcp->jobs, struct dhcp_job, link)
		if (j->id == id)
			return j;
	return NULL;
}

static void on_message(void *ctx, const union dhcp_ipc_message *m)
{
	struct dhcp_job *j = find_job(ctx, m->header.id);

	if (!j)
		return; /* over meanwhile */
	if (m->header.type == DHCP_IPC_STOPPED) {
		j->id = 0;
		j->released = true;
		settle(j);
		return;
	}
	if (j->outcome == OUTCOME_DOWN)
		return;
	switch ((enum dhcp_ipc_type)m->header.type) {
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
	case DHCP_IPC_ANNOUNCE:
	case DHCP_IPC_STOP:
	case DHCP_IPC_HELLO:
	case DHCP_IPC_STOPPED:
	case DHCP_IPC_TYPES:
		break;
	}
}

/* Nobody is left to renew the leases. The resolver starts the jobs again. */
static void on_death(void *ctx, const char *how)
{
	struct dhcp *dhcp = ctx;
	struct dhcp_job *j;

	list_for_each (j, &dhcp->jobs, struct dhcp_job, link) {
		j->id = 0;
		if (j->outcome == OUTCOME_DOWN) {
			j->released = true;
			settle(j);
		} else if (j->outcome != OUTCOME_FAILED) {
			fail(j, "netconf-dhcp4 %s", how);
		}
	}
}

/* ---- what others do to the address ---- */

/* Puts back what is missing of the lease, as long as it lasts. */
static void apply_again(struct dhcp_job *j)
{
	if (!j->apply.is_applied || j->expires_ms <= boottime_ms() + 1000)
		return;
	j->outcome = OUTCOME_UP;
	apply_set(&j->apply, &j->lease, metric_of(j->job), remaining_s(j));
}

static void on_repair(uv_timer_t *timer)
{
	struct dhcp_job *j = timer->data;
	uint64_t now_ms = boottime_ms();

	if (!j->apply.is_applied || j->expires_ms <= now_ms + 1000 ||
	    !rtnl_find_link(j->dhcp->host->rtnl, j->apply.ifindex))
		return; /* the kernel was a little early, or it is no more */
	if (!repair_again(&j->repair, now_ms)) {
		fail(j, "its address is removed by others again and again");
		return;
	}
	job_log(j->job, LOG_LEVEL_WARNING,
	    "its address was removed by others; it is put back");
	apply_again(j);
}

static void on_address_gone(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address)
{
	struct dhcp *dhcp = container_of(watch, struct dhcp, watch);
	struct dhcp_job *j;

	list_for_each (j, &dhcp->jobs, struct dhcp_job, link)
		if (j->apply.is_applied && j->apply.ifindex == ifindex &&
		    address->ip.family == AF_INET &&
		    j->lease.address.s_addr == address->ip.in.s_addr &&
		    j->lease.prefix_length == address->length)
			uv_timer_start(
			    &j->timer, on_repair, REPAIR_DELAY_MS, 0);
}

/* ---- operations ---- */

/* Asks for a lease on the device that the job stands on. 0, or -errno with
 * *ret_what saying which step failed. */
static int ask(struct dhcp_job *j, const char **ret_what)
{
	struct job *job = j->job;
	const struct rtnl_link *link;
	union dhcp_ipc_message m;
	int fd;

	*ret_what = "find the device";
	link = rtnl_find_link(job->host->rtnl, job->ifindex);
	if (!link)
		return -ENODEV;
	*ret_what = "ask without an Ethernet address";
	if (link->arp_type != ARPHRD_ETHER || link->mac_length != 6)
		return -EOPNOTSUPP;
	j->apply.ifindex = job->ifindex;
	memcpy(j->mac, link->mac, sizeof(j->mac));

	m = dhcp_ipc_make(DHCP_IPC_START, ++j->dhcp->last_id);
	identity_make(&m.start.identity, j->dhcp->duid, link->mac,
	    link->permanent_mac);
	*ret_what = "open a packet socket";
	fd = socket_open_dhcp(job->ifindex, link->mac);
	if (fd < 0)
		return fd;
	j->id = m.header.id;
	m.start.ifindex = job->ifindex;
	*ret_what = "reach netconf-dhcp4, which is being started again";
	return helper_send(j->dhcp->helper, &m, fd);
}

static void on_retry(uv_timer_t *timer)
{
	struct dhcp_job *j = timer->data;
	const char *what;
	int r = ask(j, &what);

	if (r)
		fail(j, "cannot %s: %s", what, strerror(-r));
}

static void dhcp_start(struct job *job, void *shared)
{
	struct dhcp *dhcp = shared;
	struct dhcp_job *j;
	const char *what;
	int r;

	if (dhcp->n_jobs == DHCP_CARDS_MAX) {
		job_failed(job, false, "more than %d dhcp nodes at a time",
		    DHCP_CARDS_MAX);
		return;
	}
	j = calloc(1, sizeof(*j));
	if (!j) {
		job_failed(job, false, "%s", strerror(ENOMEM));
		return;
	}
	j->job = job;
	j->dhcp = dhcp;
	j->expires_ms = UINT64_MAX;
	j->apply.rtnl = job->host->rtnl;
	j->apply.all_routes = config_bool(job->config, "routes");
	j->apply.done = applied;
	uv_timer_init(job->host->loop, &j->timer);
	j->timer.data = j;
	job->data = j;
	list_append(&dhcp->jobs, &j->link);
	dhcp->n_jobs++;
	r = ask(j, &what);
	if (r)
		job_failed(job_end(j), r == -EOPNOTSUPP, "cannot %s: %s", what,
		    strerror(-r));
}

static void on_limit(uv_timer_t *timer)
{
	struct dhcp_job *j = timer->data;

	job_log(j->job, LOG_LEVEL_WARNING,
	    "netconf-dhcp4 does not answer, the lease may not be released");
	j->id = 0;
	j->released = true;
	settle(j);
}

static void dhcp_stop(struct job *job, void *shared)
{
	struct dhcp_job *j = job->data;

	(void)shared;
	if (job->device_is_gone) {
		leave_helper(j, false);
		job_down(job_end(j));
		return;
	}
	uv_timer_stop(&j->timer);
	/* What a failure was undoing goes on, for another outcome. */
	if (j->outcome != OUTCOME_FAILED) {
		leave_helper(j, true);
		clear_lease(j);
	}
	j->outcome = OUTCOME_DOWN;
	j->released = j->released || !j->id;
	if (!j->released)
		uv_timer_start(&j->timer, on_limit, RELEASE_LIMIT_MS, 0);
	settle(j);
}

/* To the server it is another client from now on: it gives up its lease and
 * asks for another. */
static void ask_anew(struct dhcp_job *j, const char *reason)
{
	const char *what;
	int r;

	uv_timer_stop(&j->timer);
	leave_helper(j, true);
	j->id = 0;
	j->outcome = OUTCOME_NONE;
	clear_lease(j);
	if (j->said == SAID_UP)
		say_unmet(j, reason);
	r = ask(j, &what);
	if (r)
		fail(j, "cannot %s: %s", what, strerror(-r));
}

/* A bridge takes the address of its first port. */
static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct dhcp *dhcp = container_of(watch, struct dhcp, watch);
	struct dhcp_job *j;

	if (!before || link->mac_length != sizeof(j->mac))
		return;
	list_for_each (j, &dhcp->jobs, struct dhcp_job, link)
		if (j->apply.ifindex == link->ifindex &&
		    j->outcome != OUTCOME_FAILED &&
		    j->outcome != OUTCOME_DOWN &&
		    memcmp(j->mac, link->mac, sizeof(j->mac)) != 0)
			ask_anew(j, "its link-layer address is another one "
				    "now, no lease for it yet");
}

/*
 * Another device needs another lease. On the same one the link may have been
 * down for a moment, which costs routes: what is there stays, what is missing
 * comes back; and it may be another network, with another gateway.
 */
static void dhcp_rebind(struct job *job, void *shared)
{
	struct dhcp_job *j = job->data;

	(void)shared;
	if (j->outcome == OUTCOME_FAILED || j->outcome == OUTCOME_DOWN)
		return;
	if (job->ifindex == j->apply.ifindex) {
		/* Its place in the order of preference is another: that is
		 * all that was to be said. */
		if (metric_of(job) == j->apply.metric)
			rtnl_neighbour_end(&j->gateway);
		apply_again(j);
	} else {
		ask_anew(j, "on another device now, no lease there yet");
	}
}

static int dhcp_open(struct host *host, void **shared)
{
	struct dhcp *dhcp = calloc(1, sizeof(*dhcp));
	struct dhcp_helper_events events = {on_message, on_death, dhcp};
	bool was_bad;
	int r;

	if (!dhcp)
		return -ENOMEM;
	dhcp->host = host;
	list_init(&dhcp->jobs);
	r = duid_open(host->state_dir, dhcp->duid, &was_bad);
	if (was_bad)
		host_log(host, LOG_LEVEL_WARNING,
		    "%s/duid was damaged; DHCP servers will see a new client",
		    host->state_dir);
	if (r)
		host_log(host, LOG_LEVEL_WARNING,
		    "cannot keep the DHCP client id in %s/duid: %s; it will "
		    "be another one next time",
		    host->state_dir, strerror(-r));
	r = helper_open(host, &events, &dhcp->helper);
	if (r) {
		free(dhcp);
		return r;
	}
	dhcp->watch.on_address_gone = on_address_gone;
	dhcp->watch.on_link = on_link;
	rtnl_watch_begin(host->rtnl, &dhcp->watch);
	*shared = dhcp;
	return 0;
}

static void dhcp_close(struct host *host, void *shared)
{
	struct dhcp *dhcp = shared;

	(void)host;
	rtnl_watch_end(&dhcp->watch);
	helper_close(dhcp->helper);
	free(dhcp);
}

const struct provider provider_dhcp = {
	.schema = &schema_dhcp,
	.open = dhcp_open,
	.close = dhcp_close,
	.start = dhcp_start,
	.stop = dhcp_stop,
	.rebind = dhcp_rebind,
};
