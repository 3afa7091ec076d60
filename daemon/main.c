/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netconfd: the order of start and end.
 *
 * Start: profile, locks, control socket (clients may connect, and wait);
 * rtnetlink's first dump, and meanwhile the providers; devices, goals; then
 * clients are answered. End, at SIGTERM: every node is taken down in order,
 * then all is closed.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <uv.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/control.h"
#include "daemon/keeper.h"
#include "daemon/load.h"
#include "daemon/log.h"
#include "daemon/memory.h"
#include "daemon/monitor.h"
#include "daemon/notify.h"
#include "daemon/options.h"
#include "daemon/place.h"
#include "daemon/preview.h"
#include "daemon/reload.h"
#include "daemon/runner.h"
#include "daemon/service.h"
#include "daemon/state.h"
#include "providers/support/rtnl.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"

/* What is not down after so long will not be. The kernel takes up to 40 ms to
 * remove a link. */
enum { END_LIMIT_MS = 15000, END_LIMIT_NODE_MS = 50 };

enum { SIGNALS = 3 };
static const int signals[SIGNALS] = { SIGTERM, SIGINT, SIGHUP };

struct daemon {
	struct options options;
	struct loaded loaded;
	struct former former;
	uv_loop_t loop;
	uv_signal_t signals[SIGNALS];
	uv_timer_t limit;
	unsigned limit_ms; /* of that */
	int state_lock, socket_lock;
	int socket; /* until control has it */
	struct rtnl *rtnl;
	struct monitor *monitor;
	struct runner *runner;
	struct service service;
	struct control *control;
	struct keeper keeper;
	bool has_latches; /* of the profile */
	bool has_devices, is_ready, is_ending, is_closed;
	int status; /* of exit */
};

static void end_now(struct daemon *daemon, int status)
{
	(void)unlink(daemon->options.socket);
	_exit(status);
}

/* ---- goals ---- */

static uint64_t save_goals(void *ctx)
{
	struct daemon *daemon = ctx;

	return keeper_save(&daemon->keeper, runner_resolver(daemon->runner));
}

static void on_stored(void *ctx, uint64_t number)
{
	struct daemon *daemon = ctx;

	service_stored(&daemon->service, number);
}

static void set_goals(struct daemon *daemon)
{
	_cleanup_(text_clear) struct text said = { 0 };

	if (daemon->options.n_goals == 0)
		return;
	if (runner_up(daemon->runner, daemon->options.goals,
		daemon->options.n_goals, &said) < 0)
		return; /* logged; the names have been checked */
	if (said.data && said.n > 0)
		log_write(LOG_LEVEL_NOTICE, NULL, "up: %s", said.data);
	save_goals(daemon);
}

/* ---- the profile ---- */

static void find_latches(struct daemon *daemon)
{
	const struct profile *profile = daemon->loaded.profile;

	daemon->has_latches = false;
	for (uint32_t i = 0; i < profile->n_decls; i++)
		daemon->has_latches |= profile->decls[i].n_latches > 0;
}

static void print_diagnostics(const struct diagnostics *diagnostics)
{
	for (uint32_t i = 0; i < diagnostics->n; i++) {
		_cleanup_(text_clear) struct text text = { 0 };

		diagnostic_print(&diagnostics->items[i], &text);
		if (!text.failed)
			fputs(text.data, stderr);
	}
}

static void log_reload(const struct daemon *daemon, int r,
    const struct diagnostics *diagnostics, const struct text *said)
{
	print_diagnostics(diagnostics);
	if (r >= 0)
		log_write(LOG_LEVEL_NOTICE, NULL,
		    "profile reloaded: %u nodes%s",
		    daemon->loaded.profile->n_decls,
		    r > 0 ? ", nothing has changed" : "");
	else
		log_write(LOG_LEVEL_ERROR, NULL,
		    "profile not reloaded: %s; nothing has been changed",
		    diagnostics->n_errors > 0 ? "it has errors" :
			said->data	      ? said->data :
						strerror(-r));
}

static int reload(
    void *ctx, struct diagnostics *diagnostics, struct text *said)
{
	struct daemon *daemon = ctx;
	int r = reload_profile(&daemon->options, daemon->runner,
	    &daemon->service, &daemon->loaded, &daemon->former, diagnostics,
	    said);

	log_reload(daemon, r, diagnostics, said);
	if (r == 0) {
		find_latches(daemon);
		save_goals(daemon);
	}
	return r < 0 ? r : 0;
}

static void reload_by_signal(struct daemon *daemon)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = { 0 };
	_cleanup_(text_clear) struct text said = { 0 };

	if (!daemon->has_devices || daemon->is_ending) {
		log_write(LOG_LEVEL_WARNING, NULL, "SIGHUP ignored: %s",
		    daemon->is_ending ? "netconfd is ending" :
					"netconfd is still starting");
		return;
	}
	(void)reload(daemon, &diagnostics, &said);
}

/* ---- the end ---- */

/* The rest goes when the loop runs out; see run(). The limit goes on
 * running, without keeping the loop alive. */
static void close_all(struct daemon *daemon)
{
	if (daemon->is_closed)
		return;
	daemon->is_closed = true;
	(void)unlink(daemon->options.socket);
	control_close(daemon->control);
	if (daemon->socket >= 0)
		close(daemon->socket);
	daemon->socket = -1;
	runner_close(daemon->runner);
	if (daemon->monitor)
		daemon->monitor = monitor_close(daemon->monitor);
	if (daemon->rtnl)
		rtnl_close(daemon->rtnl);
	keeper_close(&daemon->keeper);
	for (size_t i = 0; i < SIGNALS; i++)
		uv_unref((uv_handle_t *)&daemon->signals[i]);
	uv_unref((uv_handle_t *)&daemon->limit);
}

static void log_left(void *ctx, const char *name)
{
	const struct daemon *daemon = ctx;

	log_write(LOG_LEVEL_ERROR, name,
	    "not down after %u s; left as it is", daemon->limit_ms / 1000);
}

static void count_job(void *ctx, const char *name)
{
	struct daemon *daemon = ctx;

	(void)name;
	daemon->limit_ms += END_LIMIT_NODE_MS;
}

static void on_limit(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;

	if (!daemon->is_closed)
		runner_each_job(daemon->runner, log_left, daemon);
	log_write(LOG_LEVEL_ERROR, NULL, "ending without what is left");
	end_now(daemon, EXIT_FAILURE);
}

static void begin_end(struct daemon *daemon, int status)
{
	if (daemon->is_ending)
		return;
	daemon->is_ending = true;
	daemon->status = status;
	daemon->service.is_ending = true;
	(void)notify_send("STOPPING=1");
	daemon->limit_ms = END_LIMIT_MS;
	if (daemon->has_devices)
		runner_each_job(daemon->runner, count_job, daemon);
	uv_timer_start(&daemon->limit, on_limit, daemon->limit_ms, 0);
	/* Goals and masks stay as saved: the next start begins as before. */
	if (daemon->has_devices)
		runner_end(daemon->runner);
	else
		close_all(daemon);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct daemon *daemon = handle->data;

	if (number == SIGHUP) {
		reload_by_signal(daemon);
		return;
	}
	if (daemon->is_ending) {
		log_write(LOG_LEVEL_WARNING, NULL,
		    "asked to end a second time: ending at once");
		end_now(daemon, EXIT_FAILURE);
	}
	log_write(LOG_LEVEL_NOTICE, NULL,
	    "%s: taking everything down, then ending",
	    number == SIGTERM ? "SIGTERM" : "SIGINT");
	begin_end(daemon, EXIT_SUCCESS);
}

/* ---- while it runs ---- */

static void on_changed(void *ctx, const struct notice *notice)
{
	struct daemon *daemon = ctx;

	log_change(notice);
	service_changed(&daemon->service, notice);
}

static void on_facts(void *ctx)
{
	struct daemon *daemon = ctx;

	service_news(&daemon->service);
}

static void on_settled(void *ctx)
{
	struct daemon *daemon = ctx;
	int r;

	if (daemon->is_closed)
		return;
	if (!daemon->is_ready) {
		daemon->is_ready = true;
		r = notify_send("READY=1");
		if (r < 0)
			log_write(LOG_LEVEL_WARNING, NULL,
			    "cannot tell the service manager: %s",
			    strerror(-r));
	}
	service_settled(&daemon->service);
	if (daemon->former.n > 0 &&
	    former_drop(&daemon->former, daemon->runner))
		memory_give_back();
	if (daemon->has_latches && !daemon->is_ending)
		save_goals(daemon);
	if (daemon->is_ending && !runner_has_jobs(daemon->runner))
		close_all(daemon);
}

static void on_device_added(void *ctx, const struct device *device)
{
	struct daemon *daemon = ctx;

	runner_device_added(daemon->runner, device);
}

static void on_device_changed(void *ctx, const struct device *device)
{
	struct daemon *daemon = ctx;

	runner_device_changed(daemon->runner, device);
}

static const char *maker_of(void *ctx, const char *device)
{
	struct daemon *daemon = ctx;

	return runner_maker(daemon->runner, device);
}

static void on_device_removed(void *ctx, const char *key)
{
	struct daemon *daemon = ctx;

	runner_device_removed(daemon->runner, key);
}

static void on_resynced(void *ctx, unsigned times)
{
	(void)ctx;
	log_write(LOG_LEVEL_WARNING, NULL,
	    "the kernel's events came faster than they were read, for the "
	    "%uth time; all has been read anew",
	    times);
}

/* The devices present are one input; what goals add follows from it. */
static int begin(struct daemon *daemon)
{
	const struct monitor_events events = {
		.added = on_device_added,
		.changed = on_device_changed,
		.removed = on_device_removed,
		.maker = maker_of,
		.ctx = daemon,
	};
	_cleanup_(free_ptr) struct device *devices = NULL;
	size_t n;
	int r = monitor_open(
	    &daemon->loop, daemon->rtnl, &events, &daemon->monitor);

	if (r < 0)
		return r;
	devices = monitor_devices(daemon->monitor, &n);
	if (!devices)
		return -ENOMEM;
	keeper_restore(&daemon->keeper, runner_resolver(daemon->runner));
	r = runner_begin(daemon->runner, devices, n);
	if (r < 0)
		return r;
	daemon->has_devices = true;
	set_goals(daemon);
	/* Also when nothing is kept: the file tells that `startup` was. */
	save_goals(daemon);
	r = control_open(&daemon->loop, daemon->socket, &daemon->service,
	    &daemon->control);
	daemon->socket = -1;
	return r;
}

static void on_ready(void *ctx)
{
	struct daemon *daemon = ctx;
	int r;

	if (daemon->is_ending)
		return;
	r = begin(daemon);
	if (r < 0) {
		log_write(LOG_LEVEL_ERROR, NULL, "cannot begin: %s",
		    strerror(-r));
		begin_end(daemon, EXIT_FAILURE);
	}
}

/* ---- the start ---- */

/* What is said goes to the log: it may be all that is kept of a start. */
static int complain(const struct text *said, int r)
{
	log_write(LOG_LEVEL_ERROR, NULL, "%s",
	    said->data && !said->failed ? said->data : strerror(-r));
	return EXIT_FAILURE;
}

/* If stderr were closed, the next file opened would get the log. */
static void open_standard_files(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", O_RDWR | O_NOCTTY) != fd)
			_exit(EXIT_FAILURE);
	}
}

/* 0, or the exit status. */
static int load_first_profile(struct daemon *daemon)
{
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = { 0 };
	_cleanup_(text_clear) struct text said = { 0 };
	int r = load_profile(&daemon->options, NULL, &diagnostics,
	    &daemon->loaded, &said);

	print_diagnostics(&diagnostics);
	if (said.data)
		fprintf(stderr, "netconfd: %s\n", said.data);
	return r < 0 ? EXIT_USAGE : 0;
}

/* 0, or the exit status. */
static int check_goals(const struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->options.n_goals; i++) {
		const char *name = daemon->options.goals[i];

		if (state_name_is_valid(name) &&
		    profile_find_n(
			daemon->loaded.profile, name, strcspn(name, "@")))
			continue;
		fprintf(stderr,
		    "netconfd: '%s' is not a node of the profile\n", name);
		return EXIT_USAGE;
	}
	return 0;
}

/* 0, or the exit status. */
static int claim_places(struct daemon *daemon)
{
	const struct options *options = &daemon->options;
	_cleanup_(text_clear) struct text said = { 0 };
	_cleanup_(text_clear) struct text lock = { 0 };
	int r = place_make_directory(options->state_dir, false, &said);

	if (r < 0)
		return complain(&said, r);
	text_printf(&lock, "%s/lock", options->state_dir);
	daemon->state_lock =
	    lock.failed ? -ENOMEM : place_lock(lock.data, &said);
	if (daemon->state_lock == -EWOULDBLOCK)
		text_append(&said, "; this one needs another --state-dir");
	if (daemon->state_lock < 0)
		return complain(&said, daemon->state_lock);

	r = place_make_parent(options->socket, &said);
	if (r < 0)
		return complain(&said, r);
	text_clear(&lock);
	text_printf(&lock, "%s.lock", options->socket);
	daemon->socket_lock =
	    lock.failed ? -ENOMEM : place_lock(lock.data, &said);
	if (daemon->socket_lock == -EWOULDBLOCK)
		text_append(&said, "; this one needs another --socket");
	if (daemon->socket_lock < 0)
		return complain(&said, daemon->socket_lock);
	daemon->socket = place_listen(options->socket, &said);
	return daemon->socket < 0 ? complain(&said, daemon->socket) : 0;
}

static int watch_signals(struct daemon *daemon)
{
	int r = uv_timer_init(&daemon->loop, &daemon->limit);

	daemon->limit.data = daemon;
	for (size_t i = 0; r == 0 && i < SIGNALS; i++) {
		r = uv_signal_init(&daemon->loop, &daemon->signals[i]);
		daemon->signals[i].data = daemon;
		if (r == 0)
			r = uv_signal_start(
			    &daemon->signals[i], on_signal, signals[i]);
	}
	return r;
}

static void on_repaired(void *ctx, const char *link, const char *said)
{
	(void)ctx;
	log_write(LOG_LEVEL_WARNING, NULL, "%s: %s", link, said);
}

/* 0 or -errno; what has been opened is to be closed in both cases. */
static int open_all(struct daemon *daemon, struct text *said)
{
	const struct options *options = &daemon->options;
	const struct rtnl_options rtnl_options = {
		.event_buffer = options->event_buffer,
		.resynced = on_resynced,
		.repaired = on_repaired,
		.ready = on_ready,
		.ctx = daemon,
	};
	struct runner_options runner_options = {
		.loop = &daemon->loop,
		.state_dir = options->state_dir,
		.libexec_dir = options->libexec_dir,
		.profile = daemon->loaded.profile,
		.providers = providers,
		.changed = on_changed,
		.facts = on_facts,
		.settled = on_settled,
		.ctx = daemon,
	};
	int r = keeper_open(&daemon->keeper, &daemon->loop,
	    options->state_dir, on_stored, daemon);

	/* The dump is on its way while the providers are opened. */
	if (r == 0)
		r = rtnl_open(&daemon->loop, &rtnl_options, &daemon->rtnl);
	runner_options.rtnl = daemon->rtnl;
	if (r == 0)
		r = runner_new(&runner_options, &daemon->runner, said);
	if (r == 0)
		r = service_init(&daemon->service, daemon->runner,
		    daemon->loaded.profile, save_goals, daemon);
	daemon->service.reload = reload;
	find_latches(daemon);
	return r;
}

/* Runs until all is closed. Returns the exit status. */
static int run(struct daemon *daemon)
{
	_cleanup_(text_clear) struct text said = { 0 };
	int r;

	if (uv_loop_init(&daemon->loop) < 0)
		return EXIT_FAILURE;
	r = watch_signals(daemon);
	if (r == 0)
		r = open_all(daemon, &said);
	if (r < 0) {
		daemon->status = complain(&said, r);
		daemon->is_ending = true;
		close_all(daemon);
	} else
		log_write(LOG_LEVEL_INFO, NULL,
		    "%u nodes in the profile; control socket at %s",
		    daemon->loaded.profile->n_decls, daemon->options.socket);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);

	for (size_t i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&daemon->signals[i], NULL);
	uv_close((uv_handle_t *)&daemon->limit, NULL);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	runner_free(daemon->runner);
	service_clear(&daemon->service);
	keeper_clear(&daemon->keeper);
	former_clear(&daemon->former);
	if (uv_loop_close(&daemon->loop) < 0)
		log_write(LOG_LEVEL_ERROR, NULL,
		    "handles are still open at the end");
	return daemon->status;
}

int main(int argc, char **argv)
{
	struct daemon daemon = { .state_lock = -1, .socket_lock = -1,
		.socket = -1 };
	int status;
	int r;

	open_standard_files();
	memory_open();
	r = options_parse(&daemon.options, argc, argv);
	if (r != 0)
		return r > 0 ? EXIT_SUCCESS : EXIT_USAGE;
	log_open(daemon.options.log_level);
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	status = load_first_profile(&daemon);
	if (status == 0)
		status = check_goals(&daemon);
	if (status == 0 && daemon.options.is_plan)
		status = preview(&daemon.options, daemon.loaded.profile);
	else if (status == 0)
		status = claim_places(&daemon);
	if (status == 0 && !daemon.options.is_plan)
		status = run(&daemon);
	/* The locks go with the process, last of all. */
	profile_free(daemon.loaded.profile);
	options_clear(&daemon.options);
	return status;
}
