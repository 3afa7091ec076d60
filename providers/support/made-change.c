/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/msg.h>

#include "base/macros.h"
#include "providers/support/made-internal.h"
#include "providers/support/made-message.h"
#include "providers/support/made-repair.h"

/* Without memory for it, it is asked for once more. */
static void remember(struct made_link *l, const struct nl_msg *msg)
{
	free(l->sent);
	l->sent = made_message_copy(msg);
}

void made_change_begin(struct made_link *l)
{
	struct nl_msg *msg = made_message_new(l, 0);

	remember(l, msg);
	nlmsg_free(msg);
}

static void make_anew(struct made_link *l, const char *why)
{
	made_link_tell_unmet(l, why);
	l->aim = AIM_REMADE;
	made_link_remove(l);
}

static void on_changed(
    struct rtnl_request *request, int error, const char *message)
{
	struct made_link *l = container_of(request, struct made_link, request);

	l->is_asked = false;
	if (error == -EOPNOTSUPP && l->aim == AIM_UP) {
		make_anew(l, "being made anew with another configuration");
		return;
	}
	if (error && error != -ENODEV && l->aim == AIM_UP) {
		made_link_refused(
		    l, "the new configuration", error, message);
		l->aim = AIM_FAILED;
	}
	/* Gone meanwhile: that was not looked at while we asked. */
	if (!rtnl_find_link(l->rtnl, l->ifindex))
		made_link_lost(l);
	else if (l->aim != AIM_UP)
		made_link_remove(l);
	else
		made_repair_read_back(l->repair);
}

static void change(struct made_link *l)
{
	struct nl_msg *msg = made_message_new(l, 0);

	if (msg && made_message_is(l->sent, msg)) {
		nlmsg_free(msg);
		return;
	}
	if (msg && l->sent && !made_message_can_follow(l->sent, msg)) {
		nlmsg_free(msg);
		make_anew(l, "being made anew with another configuration");
		return;
	}
	/* Beside it, the kernel refuses to change the MTU of a VXLAN. */
	l->has_info = msg && made_message_has_info_of(l->sent, msg);
	remember(l, msg);
	if (l->has_info) {
		nlmsg_free(msg);
		msg = made_message_new(l, 0);
		l->has_info = false;
	}
	made_repair_stop(l->repair);
	l->is_asked = true;
	l->request.done = on_changed;
	rtnl_send(l->rtnl, &l->request, msg);
}

/* It may be over another device than it was made over, of which some links
 * can be told; true: this one is made anew. */
static bool move(struct made_link *l)
{
	if (l->kind->lower == LOWER_NONE || l->job->ifindex == l->lower)
		return false;
	if (l->kind->lower == LOWER_DATA && l->job->provider->update &&
	    l->aim == AIM_UP && l->is_made && l->ifindex) {
		l->lower = l->job->ifindex;
		change(l);
		return false;
	}
	make_anew(l, "being made anew over another device");
	return true;
}

void made_link_rebind(struct job *job, void *shared)
{
	struct made_link *l = job->data;

	(void)shared;
	if (!move(l) && l->has_begun && l->aim == AIM_UP && l->kind->rebind)
		l->kind->rebind(job);
}

void made_link_update(struct job *job, void *shared)
{
	struct made_link *l = job->data;

	(void)shared;
	if (move(l) || l->aim != AIM_UP || !l->is_made || !l->ifindex)
		return;
	change(l);
	if (l->ports)
		made_ports_update(l->ports, l->ifindex);
	if (l->has_begun)
		l->kind->change(job);
}
