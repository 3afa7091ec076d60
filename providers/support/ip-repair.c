/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/ip-repair.h"

#include <net/if.h>
#include <stdlib.h>

#include "base/macros.h"
#include "providers/provider.h"

enum { NEARLY_OVER_MS = 2000 }; /* it may be, by the kernel's clock */

/* Who is about the lifetimes says so, and nobody else has removed it. */
static void ask_again(struct ip_repair *r)
{
	if (ip_objects_over(r->objects, NEARLY_OVER_MS))
		return;
	r->is_repairing = true;
	(void)ip_objects_again(r->objects);
}

static void soon(struct ip_repair *r)
{
	rtnl_pause_begin(r->job->host->rtnl, &r->pause, REPAIR_DELAY_MS);
}

static void on_due(struct rtnl_pause *pause)
{
	struct ip_repair *r = container_of(pause, struct ip_repair, pause);
	const struct rtnl_link *link =
	    rtnl_find_link(r->job->host->rtnl, r->ifindex);

	/* Gone, or down: then whoever says so stops us, or tells us when it
	 * is back. */
	if (r->ifindex && (!link || !(link->flags & IFF_UP)))
		return;
	/* What is asked for already is put back by that, and not by us. */
	if (r->objects->n_pending)
		soon(r);
	else
		ask_again(r);
}

bool ip_repair_done(struct ip_repair *r)
{
	_cleanup_(free_ptr) char *restored = steal_ptr(r->objects->restored);
	bool is_repaired = r->is_repairing && restored;

	r->is_repairing = false;
	if (!is_repaired)
		return true;
	if (!repair_again(&r->repair, uv_now(r->job->host->loop))) {
		r->given_up(r);
		return false;
	}
	job_log(r->job, LOG_LEVEL_WARNING, "%s", restored);
	return true;
}

/* ---- what happens ---- */

static void look_at(struct ip_repair *r, const struct rtnl_removed *removed)
{
	if (ip_objects_note_removed(r->objects, removed))
		soon(r);
}

static void on_removed(
    struct rtnl_watch *watch, const struct rtnl_removed *removed)
{
	look_at(container_of(watch, struct ip_repair, device), removed);
}

/* A route of the device is told to both watches. */
static void on_any_removed(
    struct rtnl_watch *watch, const struct rtnl_removed *removed)
{
	struct ip_repair *r = container_of(watch, struct ip_repair, all);

	if (removed->is_rule || !r->ifindex)
		look_at(r, removed);
}

static void on_address(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address, uint32_t flags)
{
	struct ip_repair *r = container_of(watch, struct ip_repair, device);

	(void)flags;
	if (ip_objects_is_other_address(r->objects, ifindex, address)) {
		soon(r);
		return;
	}
	if (!r->lost_address ||
	    ip_objects_has_address(r->objects, ifindex, address))
		return;
	/* Maybe that which has been put back. */
	r->lost_address = false;
	soon(r);
}

static void on_address_gone(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address)
{
	struct ip_repair *r = container_of(watch, struct ip_repair, device);

	if (ip_objects_has_address(r->objects, ifindex, address))
		soon(r);
	else
		r->lost_address = true;
}

/* The kernel tells a rule that is there from one that is not: those that are
 * missing are put back, and named, by asking for all. */
static void on_resynced(struct rtnl_watch *watch)
{
	ask_again(container_of(watch, struct ip_repair, all));
}

static const struct rtnl_calls device_calls = {
	.on_address = on_address,
	.on_address_gone = on_address_gone,
	.on_removed = on_removed,
};

static const struct rtnl_calls all_calls = {
	.on_removed = on_any_removed,
	.on_resynced = on_resynced,
};

/* ---- beginning, ending ---- */

void ip_repair_init(struct ip_repair *r, struct job *job,
    struct ip_objects *objects, void (*given_up)(struct ip_repair *))
{
	*r = (struct ip_repair){
		.job = job,
		.objects = objects,
		.given_up = given_up,
	};
	r->device.calls = &device_calls;
	r->all.calls = &all_calls;
	r->pause.over = on_due;
}

static bool is_watching(const struct rtnl_watch *watch)
{
	return watch->link.next && !list_is_empty(&watch->link);
}

void ip_repair_begin(
    struct ip_repair *r, uint32_t ifindex, bool with_rest)
{
	struct rtnl *rtnl = r->job->host->rtnl;

	if (ifindex != r->ifindex)
		rtnl_watch_end(&r->device);
	r->ifindex = ifindex;
	r->device.ifindex = ifindex;
	if (ifindex && !is_watching(&r->device))
		rtnl_watch_begin(rtnl, &r->device);
	if (ifindex && !with_rest)
		rtnl_watch_end(&r->all);
	else if (!is_watching(&r->all))
		rtnl_watch_begin(rtnl, &r->all);
}

void ip_repair_end(struct ip_repair *r)
{
	r->is_repairing = false;
	rtnl_pause_end(&r->pause);
	rtnl_watch_end(&r->device);
	rtnl_watch_end(&r->all);
}
