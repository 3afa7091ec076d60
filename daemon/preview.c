/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/preview.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <uv.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/kinds.h"
#include "daemon/monitor.h"
#include "daemon/options.h"
#include "daemon/runner.h"
#include "daemon/service.h"
#include "providers/support/rtnl.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"

struct preview {
	const struct options *options;
	const struct profile *profile;
	uv_loop_t loop;
	struct rtnl *rtnl;
	struct monitor *monitor;
	struct device *devices; /* their strings are the monitor's */
	size_t n_devices;
	int error; /* the first */
};

/* Nothing comes of what happens after the first look. */
static void ignore_device(void *ctx, const struct device *device)
{
	(void)ctx, (void)device;
}

static void ignore_key(void *ctx, const char *key)
{
	(void)ctx, (void)key;
}

static int look(struct preview *preview)
{
	static const struct monitor_events events = {
		.added = ignore_device,
		.changed = ignore_device,
		.removed = ignore_key,
	};
	int r = monitor_open(
	    &preview->loop, preview->rtnl, &events, &preview->monitor);

	if (r < 0)
		return r;
	preview->devices =
	    monitor_devices(preview->monitor, &preview->n_devices);
	return preview->devices ? 0 : -ENOMEM;
}

static void on_ready(void *ctx)
{
	struct preview *preview = ctx;

	preview->error = look(preview);
	uv_stop(&preview->loop);
}

static bool can_rebind(void *ctx, const struct node *node)
{
	const struct provider *provider =
	    kinds_provider(providers, node_decl(node)->schema);

	(void)ctx;
	return provider && provider->rebind;
}

static bool can_update(void *ctx, const struct node *node)
{
	const struct provider *provider =
	    kinds_provider(providers, node_decl(node)->schema);

	(void)ctx;
	return provider && provider->update;
}

/* What is decided before the goals is what a plan begins with. */
static int begin(struct resolver *resolver, const struct preview *preview)
{
	struct decision decision;
	int r = resolver_devices(resolver, runner_now_ms(), preview->devices,
	    preview->n_devices);

	while (r == 0 && resolver_next(resolver, &decision))
		;
	return r;
}

static int make_plan(const struct preview *preview, json_t **ret)
{
	static const struct resolver_options options = {
		.can_rebind = can_rebind,
		.can_update = can_update,
	};
	struct resolver *resolver;
	int r = resolver_new(preview->profile, &options, &resolver);

	if (r < 0)
		return r;
	r = begin(resolver, preview);
	if (r == 0)
		r = plan_make(resolver, preview->options->goals,
		    preview->options->n_goals, true, ret);
	resolver_free(resolver);
	return r;
}

static int print_plan(const struct preview *preview)
{
	json_t *plan = NULL;
	int r = make_plan(preview, &plan);

	if (r == 0 &&
	    (json_dumpf(plan, stdout, JSON_COMPACT | JSON_ENSURE_ASCII) < 0 ||
		putchar('\n') == EOF || fflush(stdout) == EOF))
		r = -EIO;
	json_decref(plan);
	return r;
}

static void close_all(struct preview *preview)
{
	if (preview->monitor)
		monitor_close(preview->monitor);
	if (preview->rtnl)
		rtnl_close(preview->rtnl);
	uv_run(&preview->loop, UV_RUN_DEFAULT);
	uv_loop_close(&preview->loop);
	free(preview->devices);
}

static const char *say(int r)
{
	switch (r) {
	case -E2BIG:
		return PLAN_IS_TOO_LONG;
	case -ENOENT:
		return "a goal names a device of a node that has none";
	default:
		return strerror(-r);
	}
}

/* 0 or -errno. The loop is open, and closed at the end. */
static int run(struct preview *preview)
{
	const struct rtnl_options options = {
		.event_buffer = preview->options->event_buffer,
		.ready = on_ready,
		.ctx = preview,
	};
	int r = rtnl_open(&preview->loop, &options, &preview->rtnl);

	if (r == 0) {
		uv_run(&preview->loop, UV_RUN_DEFAULT);
		r = preview->error;
	}
	if (r == 0)
		r = print_plan(preview);
	close_all(preview);
	return r;
}

int preview(const struct options *options, const struct profile *profile)
{
	struct preview preview = { .options = options, .profile = profile };
	_cleanup_(text_clear) struct text said = { 0 };
	int r = kinds_check(providers, profile, &said);

	if (r == 0)
		r = uv_loop_init(&preview.loop);
	if (r == 0)
		r = run(&preview);
	if (r == 0)
		return EXIT_SUCCESS;
	fprintf(stderr, "netconfd: no plan: %s\n",
	    said.data && !said.failed ? said.data : say(r));
	return r == -ENOENT || r == -ENOTSUP ? EXIT_USAGE : EXIT_FAILURE;
}
