/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's side of providers/provider.h: jobs, and the reports that
 * providers make of them. A report is copied into a queue; the runner takes
 * it from there when no provider is on the stack.
 *
 * A job lives from its start until its last report (failed or down) has been
 * taken. Its reports are taken in order, so none is left when it is freed.
 */
#pragma once

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include <bsd/sys/tree.h>

#include "providers/provider.h"
#include "resolver/resolver.h"

/* Facts that a kind gives later than up: no kind has more. */
enum { LATER_MAX = 8 };

/* A queued report. */
struct host_report {
	struct list link;
	struct host_job *job;
	const struct report *report;
};

/* A job makes a device of that name. */
struct host_maker {
	struct host_job *job;
	char device[IFNAMSIZ];
	RB_ENTRY(host_maker) by_device;
};

RB_HEAD(host_makers, host_maker);

/* What all jobs share: struct host, as providers see it, comes first. */
struct host_queue {
	struct host host;
	struct list reports; /* struct host_report, oldest first */
	struct list jobs;    /* struct host_job */
	struct host_makers makers;
};

struct host_job {
	struct job job; /* what the provider sees; first */
	struct list link; /* in the queue's jobs */
	struct node *node; /* a reload moves it: host_job_move() */
	/* Whose configuration it goes by: must live as long. */
	const struct profile *profile;
	uint32_t run;
	void *shared; /* the provider's own, from its open() */
	char device[IFNAMSIZ];
	struct host_maker *maker; /* or NULL */
	bool is_stopping; /* stop() has been called, or needs not to be */
	bool is_over;     /* the provider said failed or down */
	/* Failed and down must get through, memory or not: without words. */
	struct host_report last;
};

void host_queue_init(struct host_queue *queue, uv_loop_t *loop,
    struct rtnl *rtnl, const char *state_dir, const char *libexec_dir);

/* A job for a start of the node; NULL when out of memory. */
struct host_job *host_job_new(struct host_queue *queue,
    const struct provider *provider, void *shared, struct node *node,
    const struct profile *profile, uint32_t run);

/* Frees it: its last report has been taken, or the daemon ends. Reports
 * still queued go with it. */
void host_job_free(struct host_job *job);

/* Calls the provider: the device and ifindex are looked up first. */
void host_job_start(struct host_job *job);
void host_job_rebind(struct host_job *job);

/* Calls rebind if the place of its node in the order of preference is another
 * than it was told; before it is up or unmet: not yet. */
void host_job_prefer(struct host_job *job);

/* Gives it the present configuration of its node, which is the profile's. */
void host_job_update(struct host_job *job, const struct profile *profile);

/* A reload: the node goes on as another one. Its configuration stays the
 * former one, if equal, until an update. */
void host_job_move(struct host_job *job, struct node *to);

/* The device that it stands on no longer exists: is_gone. */
void host_job_stop(struct host_job *job, bool device_is_gone);

/* The node that makes a device of that name; NULL: none does. */
const char *host_maker(const struct host_queue *queue, const char *device);

/* The job is over with it. */
bool host_report_is_last(const struct host_report *report);

/*
 * The oldest report; NULL: none. Taken out, owned by the caller, who frees it
 * with host_report_free(). The last report of a job that was being stopped
 * has become down: that is what a stop ends in. A job whose last report is
 * taken makes no device any more.
 */
struct host_report *host_next_report(struct host_queue *queue);

/* Frees the report; the job, too, if this was its last one. */
void host_report_free(struct host_report *report);
