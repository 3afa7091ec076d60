/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "providers/ipsec/tunnel.h"
#include "providers/schemas.h"

/* What all jobs share: the charons, one for each socket named so far. */
static int ipsec_open(struct host *host, void **shared)
{
	struct list *charons = malloc(sizeof(*charons));

	(void)host;
	if (!charons)
		return -ENOMEM;
	list_init(charons);
	*shared = charons;
	return 0;
}

static void ipsec_close(struct host *host, void *shared)
{
	struct charon *charon;

	(void)host;
	while ((charon = charon_first(shared)))
		charon_close(charon);
	free(shared);
}

static void ipsec_start(struct job *job, void *shared)
{
	struct charon *charon;
	int r;

	r = charon_get(
	    job->host, shared, config_text(job->config, "vici"), &charon);
	if (r == 0)
		r = tunnel_open(job, charon);
	if (r < 0)
		job_failed(job, false, "%s", strerror(-r));
}

static void ipsec_stop(struct job *job, void *shared)
{
	(void)shared;
	tunnel_stop(job->data);
}

static void ipsec_rebind(struct job *job, void *shared)
{
	(void)shared;
	tunnel_rebind(job->data);
}

const struct provider provider_ipsec = {
	.schema = &schema_ipsec,
	.open = ipsec_open,
	.close = ipsec_close,
	.start = ipsec_start,
	.stop = ipsec_stop,
	.rebind = ipsec_rebind,
};
