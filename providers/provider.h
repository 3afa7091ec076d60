/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract between netconfd and those who carry its decisions out.
 *
 * A provider is a kind: one table of functions and a schema. A job is one
 * node of that kind between a start and the end of its stop. All calls come
 * from the one event loop; none may block. A report never calls back into
 * the provider: it is queued and takes effect when the callback has returned.
 *
 *            start()
 *     (none) -------> running ----- job_up() ------> up
 *                       | ^  \                       | |
 *         job_unmet()   | |   `- job_failed() ---.   | | job_unmet()
 *                       v | job_up()             v   | v
 *                      unmet                  (none) | unmet
 *                                                ^   |
 *     stop(), in running, unmet or up:           `---' job_failed(): lost
 *              ... job_down() -> (none)
 *
 * start() is answered by job_up(), job_unmet() or job_failed(), at once or
 * later. A provider that says failed has undone its part first; the job is
 * over and nothing more may be said of it: after the callback that said so
 * returns, the job may be freed at any time, so drop every pointer to it.
 * The same holds for job_down(). stop() may come at any moment of a start; it
 * always ends in job_down(), also when the undoing fails (log it).
 * An unmet provider goes on watching, and says job_up() when it is met (or
 * job_unmet() again, when it is for another reason now).
 * A job that is started for an event (job->event) is over with its job_up(),
 * as with job_failed(): there is nothing to stop then.
 * rebind() tells a job that is up or unmet that the facts of what it stands
 * on have changed, or that it has been away for a moment; job_fact() gives the
 * facts. A kind without rebind is stopped and started instead. Of a kind with
 * SCHEMA_ROUTES it also tells that job->preference is another now.
 * update() tells a job that is up or unmet that its keys have changed, in
 * job->config, or facts in their values, or that nodes that they name came or
 * went; facts of what it stands on may have changed, too. When it returns,
 * nothing of the former configuration may be used any more. It ends as
 * rebind() does. A kind without update is stopped and started instead.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "resolver/schema.h"

struct job;
struct rtnl;

/* What netconfd offers to every provider. Lives longer than all of them. */
struct host {
	uv_loop_t *loop;
	struct rtnl *rtnl;      /* see support/rtnl.h */
	const char *state_dir;  /* for what must outlive the daemon */
	const char *libexec_dir; /* where netconf's own helpers are */
};

struct fact; /* { const char *key, *value; }, see resolver/resolver.h */

/* One start of one node. Made and freed by the daemon. */
struct job {
	const struct provider *provider;
	struct host *host;
	const char *name; /* the node's: lan@eth0; a reload may move it */
	const struct config *config; /* its own keys; update() changes it */
	/* The device it stands on when it starts or is rebound, else NULL, 0.
	 * A device that is renamed keeps its ifindex: use that. */
	const char *device;
	uint32_t ifindex;
	bool device_is_gone; /* during stop(): no kernel work on it */
	/* Of a kind with SCHEMA_ROUTES: its place among those that lead to the
	 * same; the least is preferred. 1000 and that is the metric of its
	 * default routes, unless a key says another. */
	uint32_t preference;
	/* The event that it is started for, as written, of a node with
	 * on-event; else NULL. And the values that came with it: in start()
	 * only. */
	const char *event;
	const struct fact *event_values;
	size_t n_event_values;
	void *data;          /* the provider's own */
};

struct provider {
	const struct schema *schema;

	/* Once, when the daemon starts and the profile has such a node: opens
	 * what all its jobs share. *shared is the provider's. 0 or -errno: the
	 * daemon does not start. NULL: nothing to open. */
	int (*open)(struct host *host, void **shared);
	/* Once, after the last job: closes it. May leave handles closing on
	 * the loop, which runs until they are closed. NULL as open. */
	void (*close)(struct host *host, void *shared);

	void (*start)(struct job *job, void *shared);
	void (*stop)(struct job *job, void *shared);
	void (*rebind)(struct job *job, void *shared); /* or NULL */
	void (*update)(struct job *job, void *shared); /* or NULL */

	/* For functions that several kinds share: what is the kind's own. */
	const void *own;
};

/*
 * ---- reports; texts and facts are copied ----
 *
 * A fact that the schema marks `later` and that is not among the facts given
 * is still to come. One with the value NULL is not there and not to come.
 */

void job_up(struct job *job, const struct fact *facts, size_t n);
/* Still up, other facts: all of them. */
void job_facts(struct job *job, const struct fact *facts, size_t n);
/* The reason is for people: what is missing, in a few words. */
void job_unmet(struct job *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* permanent: trying again is no use (wrong key, refused configuration). */
void job_failed(struct job *job, bool permanent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void job_down(struct job *job);

/* ---- devices that nodes make ---- */

/*
 * The job is about to make a device of that name: when it appears it is the
 * node's own, and no template's. Holds until the job is over. 0; -EEXIST:
 * another job makes one of that name; -ENOMEM.
 */
int job_makes(struct job *job, const char *name);

/* ---- questions ---- */

/* A fact of what the node stands on (its `over` chain), or NULL. Valid until
 * the callback returns. */
const char *job_fact(const struct job *job, const char *key);
/* Calls back with each of them, nearest first; one of each key. */
void job_each_fact(const struct job *job,
    void (*f)(void *ctx, const struct fact *fact), void *ctx);

/* A node that a key of the kind names, while it is up. */
struct job_node {
	const char *name;
	const char *device; /* that it stands on or has made; or NULL, 0 */
	uint32_t ifindex;
	const void *node; /* the host's */
};

/* Calls back for each node that is up of those that keys of the kind name with
 * that relation (PULLS or FOLLOWS), in the list's order; of a template each
 * instance, by name. */
void job_each_named(const struct job *job, enum key_relation relation,
    void (*f)(void *ctx, const struct job_node *named), void *ctx);
/* A fact that it tells itself (of a group: that the selected member tells), or
 * NULL. What it stands on is asked by its own name. Both are valid until the
 * callback returns. */
const char *job_named_fact(const struct job_node *named, const char *key);

/* ---- log; one line, the node first; texts from outside are escaped ---- */

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
void job_log(const struct job *job, enum log_level level, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
void host_log(const struct host *host, enum log_level level,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- the kinds; one table, in registry.c ---- */

extern const struct provider provider_address, provider_bond, provider_bridge,
    provider_dhcp, provider_dns, provider_dummy, provider_gateway, provider_gre,
    provider_ipsec, provider_ipvlan, provider_link,
    provider_linklocal, provider_macvlan,
    provider_route, provider_rule, provider_task, provider_tun, provider_veth,
    provider_vlan, provider_vrf, provider_vxlan, provider_wireguard;

/* NULL-terminated. */
extern const struct provider *const providers[];
