/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An intrusive, circular, doubly linked list. A `struct list` is either a
 * head or a link embedded in the element; both are the same type. Nothing
 * allocates and nothing fails. A link that is in no list points to itself,
 * so that list_remove() may always be called on an initialised link.
 */
#pragma once

#include <stdbool.h>

#include "base/macros.h"

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(l) { &(l), &(l) }

/* Makes an empty head, or a link that is in no list. */
static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

/* True for a head without elements, and for a link in no list. */
static inline bool list_is_empty(const struct list *l)
{
	return l->next == l;
}

/* Puts the link, which must be in no list, at the end of the list. */
static inline void list_append(struct list *head, struct list *link)
{
	link->prev = head->prev;
	link->next = head;
	head->prev->next = link;
	head->prev = link;
}

/* Takes the link out of its list, if it is in one. */
static inline void list_remove(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	list_init(link);
}

/* The element that holds the link. */
#define list_entry(link, type, member) container_of(link, type, member)

/* Takes the first element out and returns it; NULL if there is none. */
#define list_pop(head, type, member)                                   \
	({                                                             \
		struct list *_l = (head)->next;                        \
		_l == (head) ? NULL                                    \
			     : (list_remove(_l),                       \
				       list_entry(_l, type, member)); \
	})

/* Walks the elements; the current one may be removed meanwhile. */
#define list_for_each(item, head, type, member)                          \
	for (struct list *list_at = (head)->next, *list_next = list_at->next; \
		list_at != (head) &&                                     \
		((item) = list_entry(list_at, type, member));            \
		list_at = list_next, list_next = list_at->next)
