/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that are removed in one turn of the loop are removed together. The
 * kernel waits for all its processors before it lets go of a link: some 20 ms
 * each, one by one, and hardly more for many at once, which it does for all
 * links of one group (IFLA_GROUP). So those to be removed are put into a group
 * that no link is in, and when the kernel has said of each that it is, the
 * group is removed. Where it cannot be, each is removed by itself.
 */
#include "providers/support/rtnl-internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"

/* At once, as nobody else can change a link meanwhile, nor we: a bridge takes
 * 20 ms in any case, others less than one. */
enum { TOGETHER_MAX = 512, BRIDGE_WEIGHT = 16 };

struct rtnl_deletion {
	struct list link;  /* in rtnl->deletions, later in its group's */
	struct list owner; /* a list of the one request; empty: cancelled */
	struct rtnl_request request; /* that puts it into the group */
	struct rtnl_group *of;
	uint32_t ifindex;
	bool is_in_group;
};

/* Those that are being removed together. */
struct rtnl_group {
	struct rtnl *rtnl;
	struct rtnl_request request; /* that removes it */
	struct list deletions;
	unsigned n_asked;
	uint32_t number;
};

static void deletion_free(struct rtnl_deletion *d)
{
	(void)list_pop(&d->owner, struct rtnl_request, link);
	rtnl_cancel(&d->request);
	list_remove(&d->link);
	free(d);
}

static void answer(struct rtnl_deletion *d, int error, const char *message)
{
	struct rtnl *rtnl = d->of->rtnl;
	struct rtnl_request *request =
	    list_pop(&d->owner, struct rtnl_request, link);

	deletion_free(d);
	if (request && !rtnl->is_closing)
		request->done(request, error, message);
}

static void delete_one(
    struct rtnl *rtnl, struct rtnl_request *request, uint32_t ifindex)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)ifindex,
	};

	rtnl_send(rtnl, request,
	    rtnl_new_msg(RTM_DELLINK, 0, &info, sizeof(info)));
}

/* ---- the group ---- */

static void group_free(struct rtnl_group *group)
{
	struct rtnl_deletion *d;

	list_for_each(d, &group->deletions, struct rtnl_deletion, link)
		deletion_free(d);
	rtnl_cancel(&group->request);
	group->rtnl->group = NULL;
	free(group);
}

/* By itself; also when nobody waits for the answer any more. */
static void delete_alone(struct rtnl *rtnl, struct rtnl_deletion *d)
{
	struct rtnl_request nobody = { 0 };
	struct rtnl_request *request =
	    list_pop(&d->owner, struct rtnl_request, link);

	delete_one(rtnl, request ? request : &nobody, d->ifindex);
	rtnl_cancel(&nobody);
	deletion_free(d);
}

static void part(struct rtnl_group *group)
{
	struct rtnl_deletion *d;

	list_for_each(d, &group->deletions, struct rtnl_deletion, link)
		delete_alone(group->rtnl, d);
	group_free(group);
}

static void on_removed(
    struct rtnl_request *request, int error, const char *message)
{
	struct rtnl_group *group =
	    container_of(request, struct rtnl_group, request);
	struct rtnl *rtnl = group->rtnl;
	struct rtnl_deletion *d;

	(void)message;
	if (error) {
		part(group);
		return;
	}
	while (!rtnl->is_closing && !list_is_empty(&group->deletions)) {
		d = list_entry(
		    group->deletions.next, struct rtnl_deletion, link);
		answer(d, 0, "");
	}
	if (!rtnl->is_closing)
		group_free(group);
}

static struct nl_msg *group_msg(
    int type, uint32_t ifindex, uint32_t number)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)ifindex,
	};
	struct nl_msg *msg = rtnl_new_msg(type, 0, &info, sizeof(info));

	if (msg && nla_put_u32(msg, IFLA_GROUP, number) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static void on_grouped(
    struct rtnl_request *request, int error, const char *message)
{
	struct rtnl_deletion *d =
	    container_of(request, struct rtnl_deletion, request);
	struct rtnl_group *group = d->of;
	struct rtnl *rtnl = group->rtnl;

	group->n_asked--;
	if (error == -ENODEV)
		answer(d, error, message);
	else
		d->is_in_group = !error;
	if (rtnl->is_closing || group->n_asked)
		return;
	list_for_each(d, &group->deletions, struct rtnl_deletion, link) {
		if (!d->is_in_group) {
			part(group);
			return;
		}
	}
	if (list_is_empty(&group->deletions)) {
		group_free(group);
		return;
	}
	group->request.done = on_removed;
	rtnl_send(rtnl, &group->request,
	    group_msg(RTM_DELLINK, 0, group->number));
}

/* One that no link is in. */
static uint32_t free_number(const struct rtnl *rtnl)
{
	const struct rtnl_link *link = NULL;
	uint32_t number = 0;

	do {
		if (getrandom(&number, sizeof(number), GRND_NONBLOCK) < 0)
			number++;
		for (size_t i = 0; (link = rtnl_each_link(rtnl, &i));)
			if (link->group == number)
				break;
	} while (!number || link);
	return number;
}

static unsigned weigh(const struct rtnl *rtnl, uint32_t ifindex)
{
	const struct rtnl_link *link = rtnl_find_link(rtnl, ifindex);

	return link && !strcmp(link->kind, "bridge") ? BRIDGE_WEIGHT : 1;
}

static void group_begin(struct rtnl *rtnl, struct rtnl_group *group)
{
	unsigned weight = 0;
	struct rtnl_deletion *d;

	*group = (struct rtnl_group){ .rtnl = rtnl,
		.number = free_number(rtnl) };
	list_init(&group->deletions);
	rtnl->group = group;
	while (weight < TOGETHER_MAX &&
	    (d = list_pop(&rtnl->deletions, struct rtnl_deletion, link))) {
		d->of = group;
		list_append(&group->deletions, &d->link);
		group->n_asked++;
		weight += weigh(rtnl, d->ifindex);
		d->request.done = on_grouped;
		rtnl_send(rtnl, &d->request,
		    group_msg(RTM_NEWLINK, d->ifindex, group->number));
	}
}

/* ---- for all ---- */

void rtnl_delete_link(
    struct rtnl *rtnl, struct rtnl_request *request, uint32_t ifindex)
{
	struct rtnl_deletion *d = NULL;

	rtnl_cancel(request);
	list_init(&request->link);
	if (rtnl->is_closing)
		return;
	d = calloc(1, sizeof(*d));
	if (!d) {
		delete_one(rtnl, request, ifindex);
		return;
	}
	d->ifindex = ifindex;
	list_init(&d->owner);
	list_append(&d->owner, &request->link);
	list_append(&rtnl->deletions, &d->link);
}

void rtnl_deletions_begin(struct rtnl *rtnl)
{
	struct list *all = &rtnl->deletions;
	struct rtnl_group *group = NULL;
	struct rtnl_deletion *d;

	if (list_is_empty(all) || rtnl->group)
		return;
	if (all->next->next != all)
		group = calloc(1, sizeof(*group));
	if (group) {
		group_begin(rtnl, group);
		return;
	}
	/* The only one; or there is no memory to do better. */
	list_for_each(d, all, struct rtnl_deletion, link)
		delete_alone(rtnl, d);
}

void rtnl_deletions_clear(struct rtnl *rtnl)
{
	struct rtnl_deletion *d;

	list_for_each(d, &rtnl->deletions, struct rtnl_deletion, link)
		deletion_free(d);
	if (rtnl->group)
		group_free(rtnl->group);
}
