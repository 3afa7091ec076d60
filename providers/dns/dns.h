/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One dns node between its start and the end of its stop, and those who carry
 * out what it plans: systemd-resolved, resolvconf, the file.
 *
 *     apply() ... dns_answer() ... apply() ...
 *
 * One apply() at a time, each answered once, at once or later; the plan stays
 * until then. A stop is a plan without sources. A backend that has to do it
 * anew (its peer is back, someone else has changed things) says so.
 */
#pragma once

#include <stdbool.h>

#include "providers/dns/plan.h"
#include "providers/provider.h"

struct dns;

struct dns_backend {
	const char *name; /* in profiles */
	bool can_split;   /* ask others for some domains */
	/* 0, or -errno: then nothing is left open. Sets dns->data. */
	int (*open)(struct dns *dns);
	void (*apply)(struct dns *dns);
	/* The job is to end: what may take for ever is answered now. NULL:
	 * nothing does. */
	void (*hurry)(struct dns *dns);
	void (*close)(struct dns *dns); /* not while apply() is unanswered */
};

extern const struct dns_backend dns_file, dns_resolvconf, dns_resolved;

enum dns_answer {
	DNS_DONE,
	DNS_LACKS,  /* carried out, but for what the text says */
	DNS_ABSENT, /* nobody is there to carry it out; dns_again() comes */
	DNS_FAILED,
	DNS_REFUSED, /* failed, and trying again is no use */
};

struct dns {
	struct job *job;
	const struct dns_backend *backend;
	void *data;            /* the backend's */
	struct dns_plan *plan; /* what there should be */
	bool is_busy;          /* apply() is not answered yet */
	bool is_outdated;      /* the plan is, meanwhile */
	bool is_up;            /* and said so */
	enum { DNS_GOES_ON, DNS_STOPS, DNS_FAILS } ending;
	bool is_permanent;     /* the failure */
	char failure[512];
	void *shared;
};

/* The end of an apply(). */
void dns_answer(struct dns *dns, enum dns_answer answer, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Between two of these: the plan has to be applied once more. */
void dns_again(struct dns *dns);
/* Between two of these: nobody is there any more, or it has failed. */
void dns_lost(struct dns *dns, enum dns_answer answer, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
