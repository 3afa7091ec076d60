/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv6 link-local addresses: the kernel makes them; here one is waited for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>

#include "base/macros.h"
#include "providers/dhcp/linklocal.h"
#include "providers/support/rtnl.h"
#include "resolver/resolver.h"

struct observer {
	struct job *job;
	struct rtnl_watch watch;
	bool is_unmet;
	char told[IP_PREFIX_TEXT_SIZE]; /* "": it is not up */
};

static bool is_good(const struct ip_prefix *address, uint32_t flags)
{
	struct in6_addr in6;

	if (address->ip.family != AF_INET6 ||
	    flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED))
		return false;
	memcpy(&in6, address->ip.bytes, sizeof(in6));
	return IN6_IS_ADDR_LINKLOCAL(&in6);
}

/* Compares what there is with what has been said. */
static void evaluate(struct observer *o)
{
	struct rtnl_address address;
	char text[IP_PREFIX_TEXT_SIZE] = "";
	struct fact fact = {"address", text};

	for (size_t i = 0; !*text &&
	    rtnl_each_address(o->job->host->rtnl, &i, &address);)
		if (address.ifindex == o->job->ifindex &&
		    is_good(&address.address, address.flags))
			ip_print_prefix(&address.address, text);
	if (!*text) {
		if (!o->is_unmet)
			job_unmet(o->job, "no IPv6 link-local address on %s",
			    o->job->device ? o->job->device : "the device");
		o->is_unmet = true;
		*o->told = '\0';
		return;
	}
	if (!strcmp(text, o->told))
		return;
	if (*o->told)
		job_facts(o->job, &fact, 1);
	else
		job_up(o->job, &fact, 1);
	o->is_unmet = false;
	memcpy(o->told, text, sizeof(text));
}

static void on_address(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address, uint32_t flags)
{
	struct observer *o = container_of(watch, struct observer, watch);

	(void)address, (void)flags;
	if (ifindex == o->job->ifindex)
		evaluate(o);
}

static void on_address_gone(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address)
{
	on_address(watch, ifindex, address, 0);
}

static const struct rtnl_calls calls = {
	.on_address = on_address,
	.on_address_gone = on_address_gone,
};

void linklocal_ipv6_start(struct job *job)
{
	struct observer *o = calloc(1, sizeof(*o));

	if (!o) {
		job_failed(job, false, "%s", strerror(ENOMEM));
		return;
	}
	job->data = o;
	o->job = job;
	o->watch.calls = &calls;
	rtnl_watch_begin(job->host->rtnl, &o->watch);
	evaluate(o);
}

void linklocal_ipv6_stop(struct job *job)
{
	struct observer *o = job->data;

	rtnl_watch_end(&o->watch);
	free(o);
	job->data = NULL;
	job_down(job);
}

void linklocal_ipv6_rebind(struct job *job)
{
	evaluate(job->data);
}
