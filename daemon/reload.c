/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/load.h"
#include "daemon/runner.h"
#include "daemon/service.h"
#include "resolver/profile.h"

/* Room for the present profile, so that nothing fails once it is replaced. */
static int former_reserve(struct former *former)
{
	struct profile **grown = reallocarray(
	    former->items, former->n + 1, sizeof(struct profile *));

	if (!grown)
		return -ENOMEM;
	former->items = grown;
	return 0;
}

bool former_drop(struct former *former, const struct runner *runner)
{
	unsigned kept = 0, n = former->n;

	for (unsigned i = 0; i < former->n; i++) {
		struct profile *profile = former->items[i];

		if (runner_uses(runner, profile))
			former->items[kept++] = profile;
		else
			profile_free(profile);
	}
	former->n = kept;
	return kept < n;
}

void former_clear(struct former *former)
{
	for (unsigned i = 0; i < former->n; i++)
		profile_free(former->items[i]);
	free(former->items);
	*former = (struct former){ 0 };
}

/* The service first: it is told of changes while the runner reloads. */
static int replace(struct runner *runner, struct service *service,
    const struct profile *next, const struct profile *profile)
{
	int r = service_set_profile(service, next);

	if (r < 0)
		return r;
	service_news(service);
	r = runner_reload(runner, next);
	/* Its facts' names are known: this does not fail. */
	if (r < 0)
		(void)service_set_profile(service, profile);
	return r;
}

int reload_profile(const struct options *options, struct runner *runner,
    struct service *service, struct loaded *loaded, struct former *former,
    struct diagnostics *diagnostics, struct text *said)
{
	struct loaded next = { 0 };
	int r = load_profile(options, loaded, diagnostics, &next, said);

	if (r != 0)
		return r;
	r = former_reserve(former);
	if (r == 0)
		r = runner_prepare(runner, next.profile, said);
	if (r == 0)
		r = replace(runner, service, next.profile, loaded->profile);
	if (r < 0) {
		if (!said->data)
			text_append(said, strerror(-r));
		profile_free(next.profile);
		return r;
	}
	former->items[former->n++] = loaded->profile;
	*loaded = next;
	return 0;
}
