/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debian's resolvconf, or openresolv: one record, named netconf. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/dns/dns.h"
#include "providers/dns/resolv-conf.h"
#include "providers/support/child.h"

/* Its hooks may restart a name server. */
enum { LIMIT_MS = 10000 };

/* Both packages have it there. */
#define RESOLVCONF "/sbin/resolvconf"

static void on_line(void *ctx, const char *line)
{
	const struct dns *dns = ctx;

	job_log(dns->job, LOG_LEVEL_DEBUG, "resolvconf: %s", line);
}

/* openresolv, told to forget what it does not know, ends with status 1;
 * Debian's resolvconf knows no option that prevents it (-f). */
static bool has_none(const struct child_end *end)
{
	return end->how == CHILD_EXITED &&
	    strstr(end->text, "No resolv.conf for interface netconf");
}

static void on_ended(void *ctx, const struct child_end *end)
{
	struct dns *dns = ctx;

	if ((end->how == CHILD_EXITED && end->value == 0) || has_none(end))
		dns_answer(dns, DNS_DONE, "done");
	else if (end->is_late)
		dns_answer(dns, DNS_FAILED, "resolvconf has not ended in %d s",
		    LIMIT_MS / 1000);
	else
		dns_answer(dns, DNS_FAILED, "%s", end->text);
}

static void resolvconf_apply(struct dns *dns)
{
	const struct child_events events = { on_line, on_ended, dns };
	_cleanup_(text_clear) struct text text = { 0 };
	char *argv[] = { RESOLVCONF, "-d", "netconf", NULL };
	char *environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	struct child_options options = { .argv = argv,
		.environment = environment, .limit_ms = LIMIT_MS };
	struct child *child;
	int r;

	resolv_conf_print(dns->plan, "", &text);
	if (text.n) {
		argv[1] = "-a";
		options.input = text.data;
	}
	r = text.failed
	    ? -ENOMEM
	    : child_start(dns->job->host, &options, &events, &child);
	if (r < 0)
		dns_answer(dns, DNS_FAILED, "cannot run %s: %s", RESOLVCONF,
		    strerror(-r));
}

static int resolvconf_open(struct dns *dns)
{
	(void)dns;
	return access(RESOLVCONF, X_OK) ? -errno : 0;
}

static void resolvconf_close(struct dns *dns)
{
	(void)dns;
}

const struct dns_backend dns_resolvconf = {
	.name = "resolvconf",
	.open = resolvconf_open,
	.apply = resolvconf_apply,
	.close = resolvconf_close,
};
