/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs that put addresses, routes or rules into the kernel and nothing else:
 * address, route, rule. A kind says what there should be, as a struct
 * ip_kind; all the rest is the same.
 *
 * The job is up when the kernel has acknowledged everything and has found no
 * other host with its IPv6 addresses. When facts or keys change, only the
 * difference is removed and added. What others remove is put back; again and
 * again, and the job is lost. What a link that was down has cost comes back
 * with the rebind that follows.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "providers/provider.h"
#include "providers/support/ip-objects.h"

/* What there should be; from malloc. */
struct ip_list {
	struct ip_object *items;
	size_t n, capacity;
};

/* One more, zeroed but for its type; NULL: out of memory. */
struct ip_object *ip_list_add(struct ip_list *list, enum ip_object_type type);

struct fact;

enum { IP_FACTS_MAX = 8, IP_SAID_SIZE = 256 };

struct ip_kind {
	/* Lists what there should be, by keys and facts as they are now. 0;
	 * -ENOMEM; another -errno with said: why it cannot be. */
	int (*list)(const struct job *job, struct ip_list *list,
	    char said[IP_SAID_SIZE]);
	/*
	 * Its facts, up to IP_FACTS_MAX, whose values live in the text of
	 * that size; returns how many. NULL: it has none.
	 */
	size_t (*facts)(const struct job *job, struct fact *facts, char *text,
	    size_t size);
};

/* Functions for struct provider, whose `own` is the kind. rebind is for
 * update, too. */
void ip_job_start(struct job *job, void *shared);
void ip_job_stop(struct job *job, void *shared);
void ip_job_rebind(struct job *job, void *shared);

/* The metric of default routes, unless a key says otherwise: see dhcp. */
uint32_t ip_default_metric(const struct job *job);
