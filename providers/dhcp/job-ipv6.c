/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "providers/dhcp/ipv6-facts.h"
#include "providers/dhcp/job.h"
#include "providers/dhcp/prefix-length.h"

/* ---- what is said of the job ---- */

static const struct ipv6_view *view_of(const struct dhcp_job *j)
{
	return j->ipv6 && !j->ipv6_is_stopping ? ipv6_view(j->ipv6) : NULL;
}

static void tell_up(struct dhcp_job *j)
{
	bool has_lease = j->lease_is == SAID_UP;
	struct lease_facts lease;
	struct dhcp_facts facts;

	if (has_lease)
		dhcp_job_lease_facts(j, &lease);
	dhcp_facts_make(&facts, has_lease ? &lease : NULL,
	    view_of(j));
	facts.n = dhcp_use_facts(facts.items, facts.n, j->use);
	if (j->said == SAID_UP)
		job_facts(j->job, facts.items, facts.n);
	else
		job_up(j->job, facts.items, facts.n);
	j->said = SAID_UP;
}

static void tell_unmet(struct dhcp_job *j, const char *reason)
{
	if (j->said == SAID_UNMET && !strcmp(j->unmet, reason))
		return;
	j->said = SAID_UNMET;
	snprintf(j->unmet, sizeof(j->unmet), "%s", reason);
	job_unmet(j->job, "%s", j->unmet);
}

void dhcp_job_tell(struct dhcp_job *j)
{
	const struct ipv6_view *view = view_of(j);
	bool ipv6_counts = view && (!j->has_ipv4 || j->lease_is == SAID_UNMET);

	if (dhcp_job_is_over(j))
		return;
	if (j->lease_is == SAID_UP ||
	    (ipv6_counts && view->state == IPV6_USABLE))
		tell_up(j);
	else if (j->lease_is == SAID_UNMET)
		tell_unmet(j, j->lost);
	else if (ipv6_counts && view->state == IPV6_MISSING)
		tell_unmet(j, view->reason);
}

/* ---- its beginning, and following the device ---- */

static void on_changed(void *ctx)
{
	struct dhcp_job *j = ctx;

	/* With what is under way it is said when that is applied. */
	if (j->outcome == OUTCOME_NONE)
		dhcp_job_tell(j);
}

static void follow(struct dhcp_job *j);

static void on_stopped(void *ctx)
{
	struct dhcp_job *j = ctx;

	j->ipv6 = NULL;
	j->ipv6_is_stopping = false;
	if (dhcp_job_is_over(j)) {
		dhcp_job_settle(j);
		return;
	}
	follow(j);
	if (!j->ipv6)
		dhcp_job_tell(j);
}

void dhcp_job_stop_ipv6(struct dhcp_job *j)
{
	bool link_is_gone = j->job->device_is_gone;

	if (!j->ipv6 || (j->ipv6_is_stopping && !link_is_gone))
		return;
	j->ipv6_is_stopping = true;
	ipv6_stop(j->ipv6, link_is_gone);
}

static struct ipv6_options options_of(struct dhcp_job *j)
{
	const struct config *config = j->job->config;

	return (struct ipv6_options){
		.job = j->job,
		.socket = &j->dhcp->ra_socket,
		.ifindex = j->job->ifindex,
		.settings = {
			.metric = dhcp_job_metric(j),
			.addresses = j->use & USE_ADDRESS,
			.default_route = j->use & USE_ROUTES,
			.routes = config_bool(config, "routes"),
			.mtu = j->use & USE_MTU,
		},
		.is_alone = !j->has_ipv4,
		.wants_names = j->use & (USE_DNS | USE_NTP),
		.prefix_length = (unsigned)dhcp_prefix_length(
		    config_text(config, "request-prefix")),
		.duid = j->dhcp->duid,
		.changed = on_changed,
		.stopped = on_stopped,
		.ctx = j,
	};
}

int dhcp_job_begin_ipv6(struct dhcp_job *j, const char **ret_what)
{
	const struct ipv6_options options = options_of(j);
	int r = j->has_ipv6 ? ipv6_start(&options, &j->ipv6, ret_what) : 0;

	/* A lease is good without. */
	if (r < 0 && j->has_ipv4) {
		job_log(j->job,
		    r == -EOPNOTSUPP ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING,
		    "goes on without IPv6: cannot %s: %s", *ret_what,
		    strerror(-r));
		return 0;
	}
	return r;
}

/* Begins on the device that the job is on now. */
static void follow(struct dhcp_job *j)
{
	char reason[sizeof(j->unmet)];
	const char *what;
	int r = dhcp_job_begin_ipv6(j, &what);

	if (r == 0)
		return;
	/* What is unmet cannot fail. */
	snprintf(reason, sizeof(reason), "cannot %s: %s", what, strerror(-r));
	tell_unmet(j, reason);
}

void dhcp_job_follow_ipv6(struct dhcp_job *j)
{
	const struct ipv6_options options = options_of(j);

	if (j->ipv6_is_stopping)
		return; /* it begins as it is to be when that is done */
	if (!j->ipv6)
		follow(j);
	else if (!j->has_ipv6 || !ipv6_again(j->ipv6, &options))
		dhcp_job_stop_ipv6(j);
}
