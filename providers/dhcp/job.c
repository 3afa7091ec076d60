/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/job.h"

#include <errno.h>
#include <net/if_arp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "providers/dhcp/socket.h"

enum {
	/* How long a stop waits for the RELEASE to have been sent. */
	RELEASE_LIMIT_MS = 1000,
	/* When an unmet job, which cannot fail, tries again by itself. */
	RETRY_MS = 2000,
};

uint64_t dhcp_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- the end of a job ---- */

static void on_closed(uv_handle_t *handle)
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
	uv_close((uv_handle_t *)&j->timer, on_closed);
	return job;
}

/* Without carrier no server hears of a release: then the lease is kept, to be
 * asked for when the cable is back. */
static bool can_release(const struct dhcp_job *j)
{
	const struct rtnl_link *link =
	    rtnl_find_link(j->dhcp->host->rtnl, j->apply.ifindex);

	return link && link->carrier;
}

/* Has netconf-dhcp4 forget the job. */
static void leave_helper(struct dhcp_job *j, bool release)
{
	union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_STOP, j->id);

	j->released = true;
	if (!j->id)
		return;
	m.stop.release = release && can_release(j);
	if (m.stop.release)
		held_drop(j->dhcp->held, &j->key);
	if (!helper_send(j->dhcp->helper, &m, -1))
		j->released = false;
}

void dhcp_job_settle(struct dhcp_job *j)
{
	char reason[sizeof(j->reason)];

	if (apply_is_pending(&j->apply) || j->ipv6)
		return;
	if (j->outcome == OUTCOME_FAILED) {
		memcpy(reason, j->reason, sizeof(reason));
		job_failed(job_end(j), false, "%s", reason);
	} else if (j->outcome == OUTCOME_DOWN && j->released) {
		job_down(job_end(j));
	}
}

static void on_retry(uv_timer_t *timer);

void dhcp_job_fail(struct dhcp_job *j, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(j->reason, sizeof(j->reason), format, args);
	va_end(args);
	leave_helper(j, true);
	j->id = 0; /* nothing more is heard of it */
	dhcp_job_clear(j);
	if (j->lease_is == SAID_UNMET) {
		job_log(j->job, LOG_LEVEL_WARNING, "%s; tried again in %d s",
		    j->reason, RETRY_MS / 1000);
		j->outcome = OUTCOME_NONE;
		uv_timer_start(&j->timer, on_retry, RETRY_MS, 0);
		return;
	}
	j->outcome = OUTCOME_FAILED;
	dhcp_job_stop_ipv6(j);
	dhcp_job_settle(j);
}

bool dhcp_job_is_over(const struct dhcp_job *j)
{
	return j->outcome == OUTCOME_FAILED || j->outcome == OUTCOME_DOWN;
}

/* ---- asking, starting, stopping ---- */

/* Whose lease it will be. A network whose name is too long is not told from
 * others by it. */
static void set_key(struct dhcp_job *j, const struct rtnl_link *link)
{
	const char *ssid = job_fact(j->job, "ssid");

	memset(&j->key, 0, sizeof(j->key));
	memcpy(j->key.mac, link->permanent_mac, sizeof(j->key.mac));
	if (ssid && strlen(ssid) < sizeof(j->key.network))
		memcpy(j->key.network, ssid, strlen(ssid));
}

/* Asks for a lease on the device that the job stands on. 0, or -errno with
 * *ret_what saying which step failed. */
static int ask(struct dhcp_job *j, const char **ret_what)
{
	struct job *job = j->job;
	const struct rtnl_link *link;
	union dhcp_ipc_message m;
	int fd, r;

	*ret_what = "find the device";
	link = rtnl_find_link(job->host->rtnl, job->ifindex);
	if (!link)
		return -ENODEV;
	*ret_what = "ask without an Ethernet address";
	if (link->arp_type != ARPHRD_ETHER || link->mac_length != 6)
		return -EOPNOTSUPP;
	j->apply.ifindex = job->ifindex;
	memcpy(j->mac, link->mac, sizeof(j->mac));

	m = dhcp_ipc_make(
	    DHCP_IPC_START, helper_next_id(j->dhcp->helper));
	identity_make(&m.start.identity, j->dhcp->duid, link->mac,
	    link->permanent_mac);
	*ret_what = "open a packet socket";
	fd = socket_open_dhcp(job->ifindex, link->mac);
	if (fd < 0)
		return fd;
	j->id = m.header.id;
	set_key(j, link);
	m.start.ifindex = job->ifindex;
	m.start.former = held_find(j->dhcp->held, &j->key);
	m.start.checks = config_choice(job->config, "check-conflict");
	*ret_what = "reach netconf-dhcp4";
	r = helper_send(j->dhcp->helper, &m, fd);
	if (r)
		j->id = 0; /* it has not heard of it */
	return r;
}

static void on_retry(uv_timer_t *timer)
{
	struct dhcp_job *j = timer->data;
	const char *what;
	int r = ask(j, &what);

	if (r)
		dhcp_job_fail(j, "cannot %s: %s", what, strerror(-r));
}

/* 0, or -EOPNOTSUPP with *ret_what saying what does not go together. */
static int read_keys(struct dhcp_job *j, const char **ret_what)
{
	const struct config *config = j->job->config;

	j->has_ipv4 = config_bool(config, "ipv4");
	j->has_ipv6 = config_bool(config, "ipv6");
	j->use = dhcp_use_read(config);
	*ret_what = "do anything with neither 'ipv4' nor 'ipv6'";
	if (!j->has_ipv4 && !j->has_ipv6)
		return -EOPNOTSUPP;
	*ret_what = "'use' routes without the address";
	if (j->use & USE_ROUTES && !(j->use & USE_ADDRESS))
		return -EOPNOTSUPP;
	*ret_what = "get a prefix without 'ipv6'";
	if (!j->has_ipv6 && config_count(config, "request-prefix"))
		return -EOPNOTSUPP;
	return 0;
}

static int begin(struct dhcp_job *j, const char **ret_what)
{
	int r = read_keys(j, ret_what);

	if (!r && j->has_ipv4)
		r = ask(j, ret_what);
	return r ? r : dhcp_job_begin_ipv6(j, ret_what);
}

void dhcp_job_start(struct job *job, struct dhcp *dhcp)
{
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
	j->preference = job->preference;
	apply_init(&j->apply, job, dhcp_job_applied, dhcp_job_routes_lost);
	uv_timer_init(job->host->loop, &j->timer);
	j->timer.data = j;
	job->data = j;
	list_append(&dhcp->jobs, &j->link);
	dhcp->n_jobs++;
	r = begin(j, &what);
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
	dhcp_job_settle(j);
}

void dhcp_job_stop(struct dhcp_job *j)
{
	uv_timer_stop(&j->timer);
	if (j->job->device_is_gone) {
		leave_helper(j, false);
		j->id = 0; /* nothing more is heard of it */
		apply_forget(&j->apply);
		dhcp_job_stop_ipv6(j);
	} else if (j->outcome != OUTCOME_FAILED) {
		/* What a failure was undoing goes on, for another outcome. */
		leave_helper(j, true);
		dhcp_job_clear(j);
		dhcp_job_stop_ipv6(j);
	}
	j->outcome = OUTCOME_DOWN;
	j->released = j->released || !j->id;
	if (!j->released)
		uv_timer_start(&j->timer, on_limit, RELEASE_LIMIT_MS, 0);
	dhcp_job_settle(j);
}

void dhcp_job_released(struct dhcp_job *j)
{
	j->id = 0;
	j->released = true;
	dhcp_job_settle(j);
}

void dhcp_job_ask_anew(struct dhcp_job *j, const char *reason)
{
	const char *what;
	int r;

	uv_timer_stop(&j->timer);
	leave_helper(j, true);
	j->id = 0;
	j->outcome = OUTCOME_NONE;
	dhcp_job_clear(j);
	if (j->lease_is == SAID_UP)
		dhcp_job_say_unmet(j, reason);
	r = ask(j, &what);
	if (r)
		dhcp_job_fail(j, "cannot %s: %s", what, strerror(-r));
}

/* ---- what changes while it is up ---- */

/* Is the lease good in the network that it is in now? */
static void verify(struct dhcp_job *j)
{
	const union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_VERIFY, j->id);

	if (j->has_lease)
		helper_send(j->dhcp->helper, &m, -1);
}

void dhcp_job_follow(struct dhcp_job *j, bool is_new)
{
	dhcp_job_follow_ipv6(j);
	if (!j->has_ipv4)
		return;
	if (j->job->ifindex != j->apply.ifindex) {
		dhcp_job_ask_anew(
		    j, "on another device now, no lease there yet");
		return;
	}
	if (is_new) {
		rtnl_neighbour_end(&j->gateway);
		verify(j);
	}
	dhcp_job_apply_again(j);
}

/* What is up fails, and the next start says it for good. What is unmet cannot
 * fail: it stays so, and does nothing. */
static void refuse_keys(struct dhcp_job *j, const char *what)
{
	char reason[sizeof(j->lost)];

	j->lease_is = SAID_NOTHING;
	if (j->said != SAID_UNMET) {
		dhcp_job_fail(j, "cannot %s", what);
		return;
	}
	uv_timer_stop(&j->timer);
	leave_helper(j, true);
	j->id = 0;
	j->outcome = OUTCOME_NONE;
	j->has_ipv6 = false;
	dhcp_job_clear(j);
	dhcp_job_stop_ipv6(j);
	snprintf(reason, sizeof(reason), "cannot %s", what);
	dhcp_job_say_unmet(j, reason);
}

void dhcp_job_update(struct dhcp_job *j)
{
	const char *what;

	if (read_keys(j, &what)) {
		refuse_keys(j, what);
		return;
	}
	if (!j->has_ipv4)
		j->lease_is = SAID_NOTHING;
	else if (!j->id && !uv_is_active((uv_handle_t *)&j->timer))
		uv_timer_start(&j->timer, on_retry, 0, 0);
	dhcp_job_follow(j, false);
	/* With a lease it is said when that is applied. */
	if (!j->has_lease)
		dhcp_job_tell(j);
}
