/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * With a thousand links, each watched by the nodes on it, whoever is told of
 * one must not be looked for among all: watches are kept by link.
 */
#include "providers/support/rtnl-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rtnl_subject *find(
    struct rtnl *rtnl, uint32_t ifindex, const char *name)
{
	struct rtnl_subject wanted = { .key.ifindex = ifindex }, *subject;

	if (!ifindex)
		snprintf(
		    wanted.key.name, sizeof(wanted.key.name), "%s", name);
	HASH_FIND(
	    hh, rtnl->subjects, &wanted.key, sizeof(wanted.key), subject);
	return subject;
}

static struct rtnl_subject *add(
    struct rtnl *rtnl, uint32_t ifindex, const char *name)
{
	struct rtnl_subject *subject = calloc(1, sizeof(*subject));

	if (!subject)
		return NULL;
	subject->rtnl = rtnl;
	subject->key.ifindex = ifindex;
	if (!ifindex)
		snprintf(subject->key.name, sizeof(subject->key.name), "%s",
		    name);
	list_init(&subject->watches);
	HASH_ADD(hh, rtnl->subjects, key, sizeof(subject->key), subject);
	if (subject->hh.tbl)
		return subject;
	free(subject);
	return NULL;
}

static void drop_if_unwatched(struct rtnl_subject *subject)
{
	if (!list_is_empty(&subject->watches))
		return;
	HASH_DEL(subject->rtnl->subjects, subject);
	free(subject);
}

void rtnl_watch_begin(struct rtnl *rtnl, struct rtnl_watch *watch)
{
	struct list *watches = &rtnl->watches;

	rtnl_watch_end(watch);
	list_init(&watch->link);
	if (watch->ifindex || watch->name) {
		watch->subject = find(rtnl, watch->ifindex, watch->name);
		if (!watch->subject)
			watch->subject =
			    add(rtnl, watch->ifindex, watch->name);
		/* Without memory it stands among those of all links, and is
		 * passed over. */
		if (watch->subject)
			watches = &watch->subject->watches;
	}
	watch->number = ++rtnl->n_begun;
	list_append(watches, &watch->link);
}

void rtnl_watch_end(struct rtnl_watch *watch)
{
	struct rtnl_subject *subject = watch->subject;

	if (watch->link.next)
		list_remove(&watch->link);
	watch->subject = NULL;
	if (subject)
		drop_if_unwatched(subject);
}

static bool is_about(
    const struct rtnl_watch *watch, uint32_t ifindex, const char *name)
{
	if (watch->ifindex)
		return watch->ifindex == ifindex;
	return !watch->name || (name && !strcmp(watch->name, name));
}

/* The mark is our place in the list, whatever the watches do. One that begins
 * meanwhile is not told. */
static void tell_list(struct list *list, uint64_t last, uint32_t ifindex,
    const char *name, void (*call)(struct rtnl_watch *, const void *what),
    const void *what)
{
	static const struct rtnl_calls none;
	struct rtnl_watch mark = { .calls = &none };
	struct list *at = list->next;

	while (at != list) {
		struct rtnl_watch *watch =
		    list_entry(at, struct rtnl_watch, link);

		list_append(at->next, &mark.link);
		if (watch->number <= last && is_about(watch, ifindex, name))
			call(watch, what);
		at = mark.link.next;
		list_remove(&mark.link);
	}
}

void rtnl_tell(struct rtnl *rtnl, uint32_t ifindex, const char *name,
    void (*call)(struct rtnl_watch *, const void *what), const void *what)
{
	uint64_t last = rtnl->n_begun;

	tell_list(&rtnl->watches, last, ifindex, name, call, what);
	for (int by_name = 0; by_name < 2; by_name++) {
		struct rtnl_subject *subject = NULL;

		if (by_name ? !!name : !!ifindex)
			subject = find(rtnl, by_name ? 0 : ifindex, name);
		if (!subject)
			continue;
		tell_list(&subject->watches, last, ifindex, name, call, what);
		drop_if_unwatched(subject);
	}
}

static void end_all(struct list *watches)
{
	struct rtnl_watch *watch;

	while ((watch = list_pop(watches, struct rtnl_watch, link)))
		watch->subject = NULL;
}

void rtnl_watches_clear(struct rtnl *rtnl)
{
	struct rtnl_subject *subject, *next;

	end_all(&rtnl->watches);
	HASH_ITER(hh, rtnl->subjects, subject, next) {
		end_all(&subject->watches);
		drop_if_unwatched(subject);
	}
}
