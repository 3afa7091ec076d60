/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/rtnl-internal.h"

static struct rtnl_pause *pause_of(struct list *link)
{
	return list_entry(link, struct rtnl_pause, link);
}

static void on_timer(uv_timer_t *timer);

static void wait_for_first(struct rtnl *rtnl)
{
	uint64_t now = uv_now(rtnl->loop), until;

	if (list_is_empty(&rtnl->pauses)) {
		uv_timer_stop(&rtnl->pause);
		return;
	}
	until = pause_of(rtnl->pauses.next)->until_ms;
	uv_timer_start(
	    &rtnl->pause, on_timer, until > now ? until - now : 0, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct rtnl *rtnl = timer->data;
	uint64_t now = uv_now(rtnl->loop);
	struct rtnl_pause *pause;

	while (!list_is_empty(&rtnl->pauses) &&
	    (pause = pause_of(rtnl->pauses.next))->until_ms <= now) {
		list_remove(&pause->link);
		pause->over(pause);
	}
	wait_for_first(rtnl);
}

/* Most are as long as all others: the place is at the end, or near it. */
void rtnl_pause_begin(
    struct rtnl *rtnl, struct rtnl_pause *pause, unsigned ms)
{
	struct list *at;

	rtnl_pause_end(pause);
	pause->until_ms = uv_now(rtnl->loop) + ms;
	at = rtnl->pauses.prev;
	while (at != &rtnl->pauses && pause_of(at)->until_ms > pause->until_ms)
		at = at->prev;
	list_append(at->next, &pause->link);
	if (rtnl->pauses.next == &pause->link)
		wait_for_first(rtnl);
}

bool rtnl_pause_is_on(const struct rtnl_pause *pause)
{
	return pause->link.next && !list_is_empty(&pause->link);
}

/* If it was the first, the timer finds that when it is due. */
void rtnl_pause_end(struct rtnl_pause *pause)
{
	if (pause->link.next)
		list_remove(&pause->link);
}

void rtnl_pauses_clear(struct rtnl *rtnl)
{
	while (list_pop(&rtnl->pauses, struct rtnl_pause, link))
		;
}
