/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kind `dhcp`: what its jobs share. */
#include <stdlib.h>
#include <string.h>

#include "providers/dhcp/job.h"
#include "providers/schemas.h"

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
	if (m->header.type == DHCP_IPC_STOPPED)
		dhcp_job_released(j);
	else if (j->outcome != OUTCOME_DOWN)
		dhcp_job_message(j, m);
}

/* Nobody is left to renew the leases. The resolver starts the jobs again. */
static void on_death(void *ctx, const char *how)
{
	struct dhcp *dhcp = ctx;
	struct dhcp_job *j;

	list_for_each (j, &dhcp->jobs, struct dhcp_job, link) {
		if (!j->has_ipv4)
			continue;
		j->id = 0;
		if (j->outcome == OUTCOME_DOWN)
			dhcp_job_released(j);
		else if (j->outcome != OUTCOME_FAILED)
			dhcp_job_fail(j, "netconf-dhcp4 %s", how);
	}
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
			dhcp_job_repair(j);
}

/* A bridge takes the address of its first port; a port of a VRF has another
 * table. */
static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct dhcp *dhcp = container_of(watch, struct dhcp, watch);
	struct dhcp_job *j;

	if (!before || link->mac_length != sizeof(j->mac))
		return;
	list_for_each (j, &dhcp->jobs, struct dhcp_job, link) {
		if (j->apply.ifindex != link->ifindex || dhcp_job_is_over(j))
			continue;
		if (memcmp(j->mac, link->mac, sizeof(j->mac)) != 0)
			dhcp_job_ask_anew(j,
			    "its link-layer address is another one now, no "
			    "lease for it yet");
		else if (before->vrf_table != link->vrf_table)
			dhcp_job_apply_again(j);
	}
}

static void dhcp_start(struct job *job, void *shared)
{
	dhcp_job_start(job, shared);
}

static void dhcp_stop(struct job *job, void *shared)
{
	(void)shared;
	dhcp_job_stop(job->data);
}

/*
 * Another device needs another lease. On the same one the link may have been
 * down for a moment, which costs routes: what is there stays, what is missing
 * comes back; and it may be another network, with another gateway.
 */
static void dhcp_rebind(struct job *job, void *shared)
{
	struct dhcp_job *j = job->data;
	bool is_moved = job->preference != j->preference;

	(void)shared;
	if (dhcp_job_is_over(j))
		return;
	/* Its place in the order of preference is another: that is all that
	 * was to be said, and a metric of the profile's makes nothing of it. */
	j->preference = job->preference;
	if (!is_moved || !config_count(job->config, "metric"))
		dhcp_job_follow(j, !is_moved);
}

static void dhcp_update(struct job *job, void *shared)
{
	struct dhcp_job *j = job->data;

	(void)shared;
	j->preference = job->preference;
	if (!dhcp_job_is_over(j))
		dhcp_job_update(j);
}

static const struct rtnl_calls calls = {
	.on_link = on_link,
	.on_address_gone = on_address_gone,
};

static int dhcp_open(struct host *host, void **shared)
{
	struct dhcp *dhcp = calloc(1, sizeof(*dhcp));
	bool was_bad;
	int r;

	if (!dhcp)
		return -ENOMEM;
	dhcp->host = host;
	dhcp->helper_user = (struct dhcp_helper_user){
		.message = on_message, .died = on_death, .ctx = dhcp };
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
	r = held_open(host, &dhcp->held);
	if (!r)
		r = helper_open(host, &dhcp->helper_user, &dhcp->helper);
	if (r) {
		held_close(dhcp->held);
		free(dhcp);
		return r;
	}
	dhcp->watch.calls = &calls;
	rtnl_watch_begin(host->rtnl, &dhcp->watch);
	*shared = dhcp;
	return 0;
}

static void dhcp_close(struct host *host, void *shared)
{
	struct dhcp *dhcp = shared;

	(void)host;
	rtnl_watch_end(&dhcp->watch);
	helper_close(dhcp->helper, &dhcp->helper_user);
	held_close(dhcp->held);
	free(dhcp);
}

const struct provider provider_dhcp = {
	.schema = &schema_dhcp,
	.open = dhcp_open,
	.close = dhcp_close,
	.start = dhcp_start,
	.stop = dhcp_stop,
	.rebind = dhcp_rebind,
	.update = dhcp_update,
};
