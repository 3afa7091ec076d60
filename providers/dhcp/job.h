/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A job of the kind `dhcp`, between netconf-dhcp4, which gets leases, and the
 * kernel, where they are applied. For dhcp.c, job.c, binding.c and job-ipv6.c
 * only.
 *
 * A job without a lease is starting at first; when nobody answers, or the
 * lease is lost, it is unmet: netconf-dhcp4 goes on asking, and the job comes
 * up without anybody's help when a server answers again. IPv6 is ipv6.h's;
 * where there is no lease, the job is up with that alone.
 */
#pragma once

#include "providers/dhcp/apply.h"
#include "providers/dhcp/client-id.h"
#include "providers/dhcp/facts.h"
#include "providers/dhcp/held.h"
#include "providers/dhcp/helper.h"
#include "providers/dhcp/use.h"
#include "providers/dhcp/ipv6.h"
#include "providers/provider.h"
#include "providers/support/repair.h"

/* What the provider's jobs share. */
struct dhcp {
	struct host *host;
	struct dhcp_helper *helper;
	struct dhcp_helper_user helper_user;
	struct rtnl_watch watch;
	struct ra_socket *ra_socket; /* see ra-socket.h */
	uint8_t duid[DUID_SIZE];
	struct held *held;
	unsigned n_jobs; /* at most DHCP_CARDS_MAX */
	struct list jobs;
};

/* What is to be said when the kernel has answered. */
enum outcome {
	OUTCOME_NONE,	/* an unmet job has given its address up */
	OUTCOME_UP,	/* the lease is applied */
	OUTCOME_FAILED, /* and undone */
	OUTCOME_DOWN,	/* a stop */
};

/* Of the lease, to ourselves; of the job, to the resolver. */
enum said { SAID_NOTHING, SAID_UNMET, SAID_UP };

struct dhcp_job {
	struct list link;
	struct job *job;
	struct dhcp *dhcp;
	uint64_t id; /* of the client in netconf-dhcp4; 0: none */
	enum outcome outcome;
	bool has_ipv4, has_ipv6; /* as the profile has it */
	unsigned use;		 /* the same; bits of enum dhcp_use */
	uint32_t preference;	 /* as it was told last */
	enum said lease_is;	 /* NOTHING: nobody has answered yet */
	bool was_refused; /* by the kernel, and is applied once more */
	char lost[160];		 /* UNMET: why */
	struct ipv6 *ipv6;	 /* NULL: there is none */
	bool ipv6_is_stopping;
	enum said said;
	char unmet[160]; /* UNMET: why */
	bool released; /* of a stop: netconf-dhcp4 is done with it */
	char reason[160];  /* of a failure */
	uint8_t mac[6];
	struct held_key key; /* of the card, in its network */

	bool has_lease;
	struct dhcp_lease whole; /* as it was given */
	struct dhcp_lease lease; /* what of it is used */
	uint64_t expires_ms; /* CLOCK_BOOTTIME; UINT64_MAX: never */
	struct in_addr announced; /* the address it was announced for */
	struct repair repair; /* of the address */
	struct rtnl_neighbour gateway;

	struct apply apply;
	uv_timer_t timer; /* of a repair, a retry or a stop */
};

/* CLOCK_BOOTTIME: a lease runs out while the machine sleeps, too. */
uint64_t dhcp_now_ms(void);

/* ---- job.c: its start, its end, and what it asks of netconf-dhcp4 ---- */

void dhcp_job_start(struct job *job, struct dhcp *dhcp);
/* Its keys have changed, or what it stands on: goes on as they say, with the
 * lease that it has. */
void dhcp_job_update(struct dhcp_job *j);
/* What it stands on has changed, and may be another device; the lease is put
 * back where it has to be. is_new: it may be another network, with another
 * gateway. */
void dhcp_job_follow(struct dhcp_job *j, bool is_new);
void dhcp_job_stop(struct dhcp_job *j);
/* netconf-dhcp4 is done with it. */
void dhcp_job_released(struct dhcp_job *j);
/* To the server it is another client from now on: it gives up its lease and
 * asks for another. */
void dhcp_job_ask_anew(struct dhcp_job *j, const char *reason);
/* Says what is to be said once all has been undone. */
void dhcp_job_settle(struct dhcp_job *j);
/*
 * It cannot go on. A job that is unmet stays so, as there is no way from
 * there to failed, and tries again by itself.
 */
void dhcp_job_fail(struct dhcp_job *j, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool dhcp_job_is_over(const struct dhcp_job *j);

/* ---- job-ipv6.c: IPv6, and what is said of it all ---- */

/* If the profile has it. 0, or -errno with *ret_what saying which step
 * failed. */
int dhcp_job_begin_ipv6(struct dhcp_job *j, const char **ret_what);
/* Ends it; the job goes on to settle when that is done. */
void dhcp_job_stop_ipv6(struct dhcp_job *j);
/* The device may have been away, or is another, or keys are. */
void dhcp_job_follow_ipv6(struct dhcp_job *j);
/* Says how it is, if that is another than what was said: up with a lease or,
 * where there is none, with IPv6 alone. */
void dhcp_job_tell(struct dhcp_job *j);

/* ---- binding.c: the lease that it holds ---- */

/* What netconf-dhcp4 says of the job. */
void dhcp_job_message(struct dhcp_job *j, const union dhcp_ipc_message *m);
/* Of struct apply: the kernel has answered. */
void dhcp_job_applied(struct apply *apply, int error, const char *text);
/* The same: others remove the routes again and again. */
void dhcp_job_routes_lost(struct apply *apply);
/* The kernel is to forget the lease, if there is one. */
void dhcp_job_clear(struct dhcp_job *j);
/* There is no lease, for that reason. */
void dhcp_job_say_unmet(struct dhcp_job *j, const char *reason);
/* Of the lease that there is. */
void dhcp_job_lease_facts(const struct dhcp_job *j, struct lease_facts *ret);
/* Puts back what is missing of the lease, as long as it lasts. */
void dhcp_job_apply_again(struct dhcp_job *j);
/* The same, in a moment: somebody has removed the address. */
void dhcp_job_repair(struct dhcp_job *j);
/* The metric of its routes, as it should be. */
uint32_t dhcp_job_metric(const struct dhcp_job *j);
