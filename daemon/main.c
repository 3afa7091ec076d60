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

#include "base/files.h"
#include "base/macros.h"
#include "base/text.h"
#include "daemon/control.h"
#include "daemon/log.h"
#include "daemon/monitor.h"
#include "daemon/notify.h"
#include "daemon/options.h"
#include "daemon/place.h"
#include "daemon/runner.h"
#include "daemon/saver.h"
#include "daemon/service.h"
#include "daemon/state.h"
#include "providers/schemas.h"
#include "providers/support/rtnl.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"

/* What is not down after so long will not be. */
enum { END_LIMIT_MS = 15000 };

enum { SIGNALS = 3 };
static const int signals[SIGNALS] = { SIGTERM, SIGINT, SIGHUP };

struct daemon {
	struct options options;
	struct profile *profile;
	uv_loop_t loop;
	uv_signal_t signals[SIGNALS];
	uv_timer_t limit;
	int state_lock, socket_lock;
	int socket; /* until control has it */
	struct rtnl *rtnl;
	struct monitor *monitor;
	struct runner *runner;
	struct service service;
	struct control *control;
	struct saver *saver;
	char boot_id[STATE_BOOT_ID_SIZE];
	bool has_devices, is_ready, is_ending, is_closed;
	int status; /* of exit */
};

static void end_now(struct daemon *daemon, int status)
{
	(void)unlink(daemon->options.socket);
	_exit(status);
}

/* ---- goals ---- */

static void add_goal(void *ctx, const char *name, bool masked)
{
	state_add(ctx, name, masked);
}

static void save_goals(void *ctx)
{
	struct daemon *daemon = ctx;
	struct text text = { 0 };

	state_begin(&text, daemon->boot_id);
	resolver_each_goal(runner_resolver(daemon->runner), add_goal, &text);
	state_end(&text);
	saver_save(daemon->saver, &text);
}

static void restore_goal(void *ctx, const char *name, bool masked)
{
	struct daemon *daemon = ctx;
	int r = resolver_restore_goal(
	    runner_resolver(daemon->runner), name, masked);

	if (r < 0)
		log_write(LOG_LEVEL_WARNING, name,
		    "it was %s before the restart, which is forgotten: %s",
		    masked ? "masked" : "a goal",
		    r == -ENOENT ? "the profile has no such node any more" :
				   strerror(-r));
}

static void restore_goals(struct daemon *daemon)
{
	_cleanup_(text_clear) struct text said = { 0 };
	int r = state_load(daemon->options.state_dir, daemon->boot_id,
	    restore_goal, daemon, &said);

	if (r < 0)
		log_write(LOG_LEVEL_ERROR, NULL,
		    "goals and masks of before the restart are forgotten: "
		    "%s/goals: %s",
		    daemon->options.state_dir,
		    said.data ? said.data : strerror(-r));
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
	saver_close(daemon->saver);
	for (size_t i = 0; i < SIGNALS; i++)
		uv_unref((uv_handle_t *)&daemon->signals[i]);
	uv_unref((uv_handle_t *)&daemon->limit);
}

static void log_left(void *ctx, const char *name)
{
	(void)ctx;
	log_write(LOG_LEVEL_ERROR, name,
	    "not down after %d s; left as it is", END_LIMIT_MS / 1000);
}

static void on_limit(uv_timer_t *timer)
{
	struct daemon *daemon = timer->data;

	if (!daemon->is_closed)
		runner_each_job(daemon->runner, log_left, NULL);
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
	uv_timer_start(&daemon->limit, on_limit, END_LIMIT_MS, 0);
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
		log_write(LOG_LEVEL_WARNING, NULL,
		    "SIGHUP ignored: a profile cannot be reloaded yet; "
		    "restart netconfd");
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
		.ctx = daemon,
	};
	_cleanup_(free_ptr) struct device *devices = NULL;
	size_t n;
	int r = monitor_open(daemon->rtnl, &events, &daemon->monitor);

	if (r < 0)
		return r;
	devices = monitor_devices(daemon->monitor, &n);
	if (!devices)
		return -ENOMEM;
	restore_goals(daemon);
	r = runner_begin(daemon->runner, devices, n);
	if (r < 0)
		return r;
	daemon->has_devices = true;
	set_goals(daemon);
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

static void print_diagnostics(const struct diagnostics *diagnostics)
{
	for (uint32_t i = 0; i < diagnostics->n; i++) {
		_cleanup_(text_clear) struct text text = { 0 };

		diagnostic_print(&diagnostics->items[i], &text);
		if (!text.failed)
			fputs(text.data, stderr);
	}
}

/* 0, or the exit status. */
static int load_profile(struct daemon *daemon)
{
	const struct options *options = &daemon->options;
	_cleanup_(diagnostics_clear) struct diagnostics diagnostics = { 0 };
	_cleanup_(files_clear) struct files files = { 0 };
	_cleanup_(text_clear) struct text said = { 0 };
	/* They decide what root does. */
	const struct files_rules rules = {
		.ending = ".yaml", .owner = geteuid()
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < options->n_profiles; i++)
		r = files_add(&files, options->profiles[i], &rules, &said);
	if (r < 0) {
		fprintf(stderr, "netconfd: %s%s\n",
		    said.data && !said.failed ? said.data : strerror(-r),
		    r == -ENOENT ? "; write a profile there, or give one "
				   "with -p" :
				   "");
		return EXIT_USAGE;
	}
	r = profile_load(files.items, files.n, provider_schemas, &diagnostics,
	    &daemon->profile);
	print_diagnostics(&diagnostics);
	if (r < 0 && diagnostics.n_errors == 0)
		fprintf(stderr, "netconfd: cannot load the profile: %s\n",
		    strerror(-r));
	return r < 0 ? EXIT_USAGE : 0;
}

/* 0, or the exit status. */
static int check_goals(const struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->options.n_goals; i++) {
		const char *name = daemon->options.goals[i];

		if (state_name_is_valid(name) &&
		    profile_find_n(
			daemon->profile, name, strcspn(name, "@")))
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

/* 0 or -errno; what has been opened is to be closed in both cases. */
static int open_all(struct daemon *daemon, struct text *said)
{
	const struct options *options = &daemon->options;
	const struct rtnl_options rtnl_options = {
		.event_buffer = options->event_buffer,
		.resynced = on_resynced,
		.ready = on_ready,
		.ctx = daemon,
	};
	struct runner_options runner_options = {
		.loop = &daemon->loop,
		.state_dir = options->state_dir,
		.libexec_dir = options->libexec_dir,
		.profile = daemon->profile,
		.providers = providers,
		.changed = on_changed,
		.settled = on_settled,
		.ctx = daemon,
	};
	int r = state_boot_id(daemon->boot_id);

	if (r == 0)
		r = saver_new(
		    &daemon->loop, options->state_dir, &daemon->saver);
	/* The dump is on its way while the providers are opened. */
	if (r == 0)
		r = rtnl_open(&daemon->loop, &rtnl_options, &daemon->rtnl);
	runner_options.rtnl = daemon->rtnl;
	if (r == 0)
		r = runner_new(&runner_options, &daemon->runner, said);
	if (r == 0)
		r = service_init(&daemon->service, daemon->runner,
		    daemon->profile, save_goals, daemon);
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
		    daemon->profile->n_decls, daemon->options.socket);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);

	for (size_t i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&daemon->signals[i], NULL);
	uv_close((uv_handle_t *)&daemon->limit, NULL);
	uv_run(&daemon->loop, UV_RUN_DEFAULT);
	runner_free(daemon->runner);
	service_clear(&daemon->service);
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
	r = options_parse(&daemon.options, argc, argv);
	if (r != 0)
		return r > 0 ? EXIT_SUCCESS : EXIT_USAGE;
	log_open(daemon.options.log_level);
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	status = load_profile(&daemon);
	if (status == 0)
		status = check_goals(&daemon);
	if (status == 0)
		status = claim_places(&daemon);
	if (status == 0)
		status = run(&daemon);
	/* The locks go with the process, last of all. */
	profile_free(daemon.profile);
	options_clear(&daemon.options);
	return status;
}
