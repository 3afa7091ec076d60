/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dns/dns.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/dns/resolv-conf.h"
#include "providers/schemas.h"
#include "resolver/resolver.h"

/* What all jobs share: there is one resolver configuration. */
struct dns_shared {
	struct dns *active;
};

/* ---- the end of a job ---- */

static void finish(struct dns *dns)
{
	struct dns_shared *shared = dns->shared;
	struct job *job = dns->job;

	dns->backend->close(dns);
	shared->active = NULL;
	job->data = NULL;
	if (dns->ending == DNS_STOPS)
		job_down(job);
	else
		job_failed(job, dns->is_permanent, "%s", dns->failure);
	dns_plan_free(dns->plan);
	free(dns);
}

static void apply(struct dns *dns)
{
	dns->is_busy = true;
	dns->is_outdated = false;
	dns->backend->apply(dns);
}

/* The last plan is one without sources. */
static void undo(struct dns *dns)
{
	dns_plan_free(dns->plan);
	dns->plan = dns_plan_empty();
	if (dns->plan) {
		apply(dns);
		return;
	}
	job_log(dns->job, LOG_LEVEL_ERROR,
	    "out of memory: what it has configured stays");
	finish(dns);
}

static void end(struct dns *dns, int ending)
{
	const bool is_ending = dns->ending != DNS_GOES_ON;

	/* A failure that meets a stop counts as down. */
	if (dns->ending != DNS_STOPS)
		dns->ending = ending;
	if (is_ending)
		return;
	if (!dns->is_busy)
		undo(dns);
	else if (dns->backend->hurry)
		dns->backend->hurry(dns);
}

static void fail(struct dns *dns, bool is_permanent, const char *text)
{
	snprintf(dns->failure, sizeof(dns->failure), "%s", text);
	dns->is_permanent = is_permanent;
	end(dns, DNS_FAILS);
}

/* ---- what is reported ---- */

/* The addresses, separated by blanks. */
static void print_servers(const struct dns_source *source, struct text *text)
{
	char address[IP_TEXT_SIZE];

	for (uint32_t i = 0; i < source->n_servers; i++)
		text_printf(text, "%s%s", i ? " " : "",
		    ip_print(&source->servers[i], address));
}

static void tell_up(struct dns *dns)
{
	const struct dns_source *first = dns_plan_default(dns->plan);
	_cleanup_(text_clear) struct text servers = { 0 }, domains = { 0 };
	struct fact facts[3];
	size_t n = 0;

	facts[n++] = (struct fact){ "backend", dns->backend->name };
	if (first)
		print_servers(first, &servers);
	for (uint32_t i = 0; first && i < first->n_domains; i++)
		text_printf(&domains, "%s%s", i ? " " : "",
		    first->domains[i].name);
	if (servers.n && !servers.failed)
		facts[n++] = (struct fact){ "dns", servers.data };
	if (domains.n && !domains.failed)
		facts[n++] = (struct fact){ "domain", domains.data };
	if (dns->is_up)
		job_facts(dns->job, facts, n);
	else
		job_up(dns->job, facts, n);
	dns->is_up = true;
}

static void tell_unmet(struct dns *dns, const char *text)
{
	job_unmet(dns->job, "%s", text);
	dns->is_up = false;
}

/* ---- the plan ---- */

/* Applies what there should be now, if it is something else. */
static void refresh(struct dns *dns)
{
	struct dns_plan *plan;

	if (dns->ending != DNS_GOES_ON)
		return;
	if (dns->is_busy) {
		dns->is_outdated = true;
		return;
	}
	if (dns_plan_new(dns->job, &plan) < 0) {
		fail(dns, false, "out of memory");
		return;
	}
	if (dns->plan && dns_plan_equal(dns->plan, plan)) {
		dns_plan_free(plan);
		return;
	}
	dns_plan_free(dns->plan);
	dns->plan = plan;
	apply(dns);
}

/* True: the job goes on. */
static bool tell(struct dns *dns, enum dns_answer answer, const char *text)
{
	switch (answer) {
	case DNS_DONE:
		tell_up(dns);
		return true;
	case DNS_LACKS:
	case DNS_ABSENT:
		tell_unmet(dns, text);
		return true;
	case DNS_FAILED:
	case DNS_REFUSED:
		break;
	}
	fail(dns, answer == DNS_REFUSED, text);
	return false;
}

/* The end of what was under way when the job was to end, or of undoing. */
static void go_on_ending(
    struct dns *dns, enum dns_answer answer, const char *text)
{
	/* With an ordinary plan: now it is the turn of the last one. */
	if (dns->plan->n) {
		undo(dns);
		return;
	}
	if (answer == DNS_FAILED || answer == DNS_REFUSED)
		job_log(dns->job, LOG_LEVEL_WARNING, "cannot undo it: %s",
		    text);
	finish(dns);
}

void dns_answer(
    struct dns *dns, enum dns_answer answer, const char *format, ...)
{
	bool was_outdated = dns->is_outdated;
	char text[sizeof(dns->failure)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	dns->is_busy = false;
	if (dns->ending != DNS_GOES_ON)
		go_on_ending(dns, answer, text);
	else if (tell(dns, answer, text) && was_outdated)
		refresh(dns);
}

void dns_again(struct dns *dns)
{
	if (dns->ending == DNS_GOES_ON && !dns->is_busy)
		apply(dns);
}

void dns_lost(
    struct dns *dns, enum dns_answer answer, const char *format, ...)
{
	char text[sizeof(dns->failure)];
	va_list args;

	if (dns->ending != DNS_GOES_ON || dns->is_busy)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	(void)tell(dns, answer, text);
}

/* ---- operations ---- */

static const struct dns_backend *choose_backend(const struct job *job)
{
	static const struct dns_backend *const backends[] = { &dns_resolved,
		&dns_resolvconf, &dns_file };

	if (!config_count(job->config, "backend"))
		return resolv_conf_backend();
	/* As the schema lists them. */
	return backends[config_choice(job->config, "backend")];
}

static int dns_open(struct host *host, void **shared)
{
	(void)host;
	*shared = calloc(1, sizeof(struct dns_shared));
	return *shared ? 0 : -ENOMEM;
}

static void dns_close(struct host *host, void *shared)
{
	(void)host;
	free(shared);
}

static const char *why_not(int error)
{
	switch (error) {
	case -EOPNOTSUPP:
		return "this netconfd is built without it; set 'backend: "
		       "file'";
	case -ELIBACC:
		return "libsystemd.so.0 cannot be loaded; install it, or set "
		       "'backend: file'";
	default:
		return strerror(-error);
	}
}

static void dns_start(struct job *job, void *ctx)
{
	struct dns_shared *shared = ctx;
	const struct dns_backend *backend = choose_backend(job);
	struct dns *dns;
	int r;

	if (shared->active) {
		job_failed(job, false,
		    "'%s' configures the resolver already; name all nodes "
		    "in its 'from' and 'domains'",
		    shared->active->job->name);
		return;
	}
	if (!backend->can_split && config_count(job->config, "domains")) {
		job_failed(job, true,
		    "'domains' cannot be carried out by '%s', which has one "
		    "list of servers for all names; it takes "
		    "systemd-resolved (backend: resolved)",
		    backend->name);
		return;
	}
	dns = calloc(1, sizeof(*dns));
	if (!dns) {
		job_failed(job, false, "out of memory");
		return;
	}
	*dns = (struct dns){ .job = job, .backend = backend,
		.shared = shared };
	r = backend->open(dns);
	if (r < 0) {
		free(dns);
		job_failed(job, r == -EOPNOTSUPP, "cannot use '%s': %s",
		    backend->name, why_not(r));
		return;
	}
	job->data = dns;
	shared->active = dns;
	refresh(dns);
}

static void dns_stop(struct job *job, void *shared)
{
	(void)shared;
	end(job->data, DNS_STOPS);
}

static void dns_rebind(struct job *job, void *shared)
{
	(void)shared;
	refresh(job->data);
}

static void dns_update(struct job *job, void *shared)
{
	struct dns *dns = job->data;

	(void)shared;
	if (!dns->backend->can_split &&
	    config_count(job->config, "domains")) {
		fail(dns, true,
		    "'domains' takes systemd-resolved (backend: resolved)");
		return;
	}
	refresh(dns);
}

const struct provider provider_dns = {
	.schema = &schema_dns,
	.open = dns_open,
	.close = dns_close,
	.start = dns_start,
	.stop = dns_stop,
	.rebind = dns_rebind,
	.update = dns_update,
};
