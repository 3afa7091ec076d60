/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/job-host.h"

#include <errno.h>
#include <check.h>
#include <net/if.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/macros.h"
#include "base/text.h"
#include "providers/support/rtnl.h"
#include "resolver/profile.h"
#include "tests/unit/marked.h"
#include "tests/unit/namespace.h"
#include "tests/unit/netns.h"

enum { N_FACTS_MAX = 16, N_NAMED_MAX = 16, LOG_SHOWN = 3000 };

struct job_host {
	struct host host;
	uv_loop_t loop;
	const struct provider *provider;
	void *shared;
	struct profile *profile;
	bool is_ready;
	bool has_started; /* a job */
	struct list jobs;
	struct text log;
};

enum job_state { JOB_NONE, JOB_RUNNING, JOB_UP, JOB_UNMET, JOB_STOPPING };

struct record {
	struct list link;
	struct report report;
	char *reason;
	struct fact *facts;
};

struct test_job {
	struct list link;
	struct job_host *owner;
	const struct decl *decl;
	enum job_state state;
	struct job *job; /* NULL: not started, or over */
	char device[IFNAMSIZ];
	unsigned ifindex;
	bool device_is_gone;
	unsigned preference;
	struct {
		char key[64], value[256];
	} facts[N_FACTS_MAX];
	size_t n_facts;
	/* The nodes that its keys name, in order. */
	struct named {
		char node[64], device[IFNAMSIZ];
		struct {
			char key[16], value[512];
		} facts[2];
	} named[N_NAMED_MAX];
	size_t n_named;
	char makes[IFNAMSIZ];
	const struct fact *values; /* of its event */
	size_t n_values;
	struct list reports; /* struct record, in order */
	struct list *read;   /* the last one handed out */
};

/* What the namespace had before the first job of these hosts. */
static char *before;
static unsigned n_started_hosts;

/* What others stand on. */
static const struct schema schema_below = {
	.kind = "below",
	.doc = "Stands for any node, in tests.",
};

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		ck_abort_msg("out of memory");
	return p;
}

static char *copy(const char *s)
{
	char *p = strdup(s);

	if (!p)
		ck_abort_msg("out of memory");
	return p;
}

static struct test_job *job_owner(const struct job *job)
{
	struct test_job *t = *(struct test_job *const *)(job + 1);

	ck_assert_ptr_eq(t->job, job);
	return t;
}

/* Frees the job if it is over: no callback of its provider is running. */
static void job_sweep(struct test_job *t)
{
	if (t->state == JOB_NONE && t->job) {
		free(t->job);
		t->job = NULL;
	}
}

static void turn(struct job_host *h, uv_run_mode mode)
{
	struct test_job *t;

	uv_run(&h->loop, mode);
	list_for_each(t, &h->jobs, struct test_job, link)
		job_sweep(t);
}

void job_host_turn(struct job_host *h)
{
	turn(h, UV_RUN_NOWAIT);
}

static void on_limit(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

static void on_limit_closed(uv_handle_t *timer)
{
	*(bool *)timer->data = true;
}

/* As much as libcheck can hand over. */
static const char *end_of_log(const struct job_host *h)
{
	const char *log = job_host_log(h);
	size_t n = strlen(log);

	return n > LOG_SHOWN ? log + n - LOG_SHOWN : log;
}

void job_host_wait(
    struct job_host *h, bool (*done)(void *), void *ctx, const char *what)
{
	bool is_over = false, is_closed = false;
	uv_timer_t limit;

	if (done(ctx))
		return;
	uv_timer_init(&h->loop, &limit);
	limit.data = &is_over;
	uv_timer_start(&limit, on_limit, JOB_HOST_LIMIT_MS, 0);
	while (!done(ctx)) {
		if (is_over)
			ck_abort_msg("no %s in %d ms; log:\n%s", what,
			    JOB_HOST_LIMIT_MS, end_of_log(h));
		turn(h, UV_RUN_ONCE);
	}
	limit.data = &is_closed;
	uv_close((uv_handle_t *)&limit, on_limit_closed);
	while (!is_closed)
		turn(h, UV_RUN_NOWAIT);
}

static void load_profile(struct job_host *h, const char *text)
{
	const struct schema *kinds[] = {
		&schema_below,
		h->provider->schema,
		NULL,
	};
	struct source source = { "test.yaml", text, strlen(text) };
	struct diagnostics diagnostics = { 0 };
	struct text said = { 0 };

	if (profile_load(&source, 1, kinds, &diagnostics, &h->profile) < 0) {
		for (uint32_t i = 0; i < diagnostics.n; i++)
			diagnostic_print(&diagnostics.items[i], &said);
		ck_abort_msg("the test's profile:\n%s",
		    said.data ? said.data : "out of memory");
	}
	diagnostics_clear(&diagnostics);
}

static void on_ready(void *ctx)
{
	((struct job_host *)ctx)->is_ready = true;
}

static bool is_ready(void *ctx)
{
	return ((struct job_host *)ctx)->is_ready;
}

static void on_repaired(void *ctx, const char *link, const char *said)
{
	struct job_host *h = ctx;

	text_printf(&h->log, "warning %s: %s\n", link, said);
}

struct job_host *job_host_open_in(const struct provider *provider,
    const char *profile, const char *state_dir, const char *libexec_dir)
{
	struct job_host *h = allocate(1, sizeof(*h));
	struct rtnl_options options = {
		.ready = on_ready, .repaired = on_repaired, .ctx = h };

	signal(SIGPIPE, SIG_IGN); /* as netconfd does */
	list_init(&h->jobs);
	ck_assert_int_eq(uv_loop_init(&h->loop), 0);
	h->host.loop = &h->loop;
	h->host.state_dir = state_dir;
	h->host.libexec_dir = libexec_dir;
	ck_assert_int_eq(rtnl_open(&h->loop, &options, &h->host.rtnl), 0);
	job_host_wait(h, is_ready, h, "first dump");
	if (!profile)
		return h;
	h->provider = provider;
	load_profile(h, profile);
	if (provider->open)
		ck_assert_int_eq(provider->open(&h->host, &h->shared), 0);
	return h;
}

struct job_host *job_host_open(
    const struct provider *provider, const char *profile)
{
	return job_host_open_in(provider, profile, "/nonexistent",
	    "/nonexistent");
}

struct host *job_host_host(struct job_host *h)
{
	return &h->host;
}

const char *job_host_log(const struct job_host *h)
{
	return h->log.data ? h->log.data : "";
}

bool job_host_has_logged(const struct job_host *h, const char *text)
{
	return strstr(job_host_log(h), text);
}

struct awaited_line {
	const struct job_host *host;
	const char *text;
};

static bool line_is_there(void *ctx)
{
	const struct awaited_line *line = ctx;

	return job_host_has_logged(line->host, line->text);
}

void job_host_wait_logged(struct job_host *h, const char *text)
{
	struct awaited_line line = { h, text };

	job_host_wait(h, line_is_there, &line, text);
}

static bool is_over(void *ctx)
{
	return !test_job_is_running(ctx);
}

static void job_free(struct test_job *t)
{
	struct record *record;

	while ((record = list_pop(&t->reports, struct record, link))) {
		for (size_t i = 0; i < record->report.n_facts; i++) {
			free((char *)record->facts[i].key);
			free((char *)record->facts[i].value);
		}
		free(record->facts);
		free(record->reason);
		free(record);
	}
	list_remove(&t->link);
	free(t);
}

static void say_open_handle(uv_handle_t *handle, void *arg)
{
	if (!uv_is_closing(handle))
		text_printf(arg, " %s", uv_handle_type_name(handle->type));
}

static bool is_closed(struct job_host *h)
{
	return uv_loop_close(&h->loop) == 0;
}

/* The loop without any timer of ours: it must come to its own end. */
static void close_loop(struct job_host *h)
{
	uint64_t end = uv_hrtime() + JOB_HOST_LIMIT_MS * UINT64_C(1000000);
	struct text left = { 0 };

	uv_walk(&h->loop, say_open_handle, &left);
	if (left.data)
		ck_abort_msg("left open on the loop:%s", left.data);
	while (!is_closed(h)) {
		if (uv_hrtime() > end)
			ck_abort_msg("the loop's handles do not close");
		uv_run(&h->loop, UV_RUN_ONCE);
	}
}

/* Outside a namespace of its own, others change things as well. */
static void note_start(struct job_host *h)
{
	if (h->has_started || !netns_is_own())
		return;
	h->has_started = true;
	if (!n_started_hosts++)
		before = namespace_text();
}

static void expect_as_before(void)
{
	if (--n_started_hosts)
		return;
	namespace_expect(before);
	free(before);
	before = NULL;
}

void job_host_close(struct job_host *h)
{
	bool has_jobs = !list_is_empty(&h->jobs);
	struct test_job *t;

	list_for_each(t, &h->jobs, struct test_job, link) {
		if (test_job_is_running(t) && t->state != JOB_STOPPING)
			test_job_stop(t);
		job_host_wait(h, is_over, t, "end of a stop");
		job_sweep(t);
		job_free(t);
	}
	/* Else the test has asked the kernel by itself. */
	if (has_jobs)
		marked_expect_none();
	if (h->provider && h->provider->close)
		h->provider->close(&h->host, h->shared);
	rtnl_close(h->host.rtnl);
	close_loop(h);
	if (h->has_started)
		expect_as_before();
	profile_free(h->profile);
	text_clear(&h->log);
	free(h);
}

/* ---- jobs ---- */

struct test_job *job_host_job(struct job_host *h, const char *node)
{
	struct test_job *t = allocate(1, sizeof(*t));

	t->owner = h;
	t->decl = profile_find(h->profile, node);
	if (!t->decl)
		ck_abort_msg("the test's profile has no node '%s'", node);
	ck_assert_ptr_eq(t->decl->schema, h->provider->schema);
	list_init(&t->reports);
	t->read = &t->reports;
	list_append(&h->jobs, &t->link);
	return t;
}

void test_job_set_device(struct test_job *t, const char *device)
{
	snprintf(t->device, sizeof(t->device), "%s", device ? device : "");
	t->ifindex = device ? if_nametoindex(device) : 0;
}

void test_job_set_ifindex(struct test_job *t, unsigned ifindex)
{
	t->ifindex = ifindex;
}

void test_job_set_fact(
    struct test_job *t, const char *key, const char *value)
{
	size_t i = 0;

	while (i < t->n_facts && strcmp(t->facts[i].key, key))
		i++;
	if (!value) {
		if (i < t->n_facts)
			t->facts[i] = t->facts[--t->n_facts];
		return;
	}
	ck_assert_uint_lt(i, N_FACTS_MAX);
	if (i == t->n_facts)
		t->n_facts++;
	snprintf(t->facts[i].key, sizeof(t->facts[i].key), "%s", key);
	snprintf(t->facts[i].value, sizeof(t->facts[i].value), "%s", value);
}

void test_job_set_event_values(
    struct test_job *t, const struct fact *values, size_t n)
{
	t->values = values;
	t->n_values = n;
}

void test_job_set_device_is_gone(struct test_job *t)
{
	t->device_is_gone = true;
}

void test_job_set_preference(struct test_job *t, unsigned preference)
{
	t->preference = preference;
}

static void tell_device(struct test_job *t)
{
	t->job->preference = t->preference;
	t->job->device = t->device[0] ? t->device : NULL;
	t->job->ifindex = t->ifindex;
	t->job->device_is_gone = t->device_is_gone;
}

void test_job_start(struct test_job *t)
{
	ck_assert_msg(t->state == JOB_NONE, "started twice");
	note_start(t->owner);
	job_sweep(t);
	/* The test_job's address lies behind the job. */
	t->job = allocate(1, sizeof(*t->job) + sizeof(t));
	memcpy(t->job + 1, &t, sizeof(t));
	t->job->provider = t->owner->provider;
	t->job->host = &t->owner->host;
	t->job->name = t->decl->name;
	t->job->config = t->decl->config;
	t->job->event = t->decl->rare->event_text;
	t->job->event_values = t->values;
	t->job->n_event_values = t->n_values;
	t->device_is_gone = false;
	tell_device(t);
	t->state = JOB_RUNNING;
	t->owner->provider->start(t->job, t->owner->shared);
	job_sweep(t);
}

void test_job_stop(struct test_job *t)
{
	ck_assert_msg(t->state != JOB_NONE && t->state != JOB_STOPPING,
	    "the test stops a job that is not running");
	t->state = JOB_STOPPING;
	t->job->device_is_gone = t->device_is_gone;
	t->owner->provider->stop(t->job, t->owner->shared);
	job_sweep(t);
}

void test_job_rebind(struct test_job *t)
{
	ck_assert_msg(t->state == JOB_UP || t->state == JOB_UNMET,
	    "the test rebinds a job that is neither up nor unmet");
	ck_assert_ptr_nonnull(t->owner->provider->rebind);
	tell_device(t);
	t->owner->provider->rebind(t->job, t->owner->shared);
	job_sweep(t);
}

void test_job_update(struct test_job *t, const char *node)
{
	ck_assert_msg(t->state == JOB_UP || t->state == JOB_UNMET,
	    "the test updates a job that is neither up nor unmet");
	ck_assert_ptr_nonnull(t->owner->provider->update);
	if (node) {
		t->decl = profile_find(t->owner->profile, node);
		ck_assert_ptr_nonnull(t->decl);
		t->job->config = t->decl->config;
	}
	tell_device(t);
	t->owner->provider->update(t->job, t->owner->shared);
	job_sweep(t);
}

void test_job_name(
    struct test_job *t, const char *node, const char *device)
{
	struct named *named = &t->named[t->n_named++];

	ck_assert_uint_le(t->n_named, N_NAMED_MAX);
	memset(named, 0, sizeof(*named));
	snprintf(named->node, sizeof(named->node), "%s", node);
	snprintf(named->device, sizeof(named->device), "%s", device);
}

void test_job_set_named_fact(struct test_job *t, const char *device,
    const char *key, const char *value)
{
	size_t i = 0, k = 0;

	while (i < t->n_named && strcmp(t->named[i].device, device) != 0)
		i++;
	ck_assert_uint_lt(i, t->n_named);
	while (*t->named[i].facts[k].key &&
	    strcmp(t->named[i].facts[k].key, key) != 0)
		ck_assert_uint_lt(++k, ARRAY_SIZE(t->named[i].facts));
	snprintf(t->named[i].facts[k].key, sizeof(t->named[i].facts[k].key),
	    "%s", key);
	snprintf(t->named[i].facts[k].value,
	    sizeof(t->named[i].facts[k].value), "%s", value);
}

void test_job_unname(struct test_job *t, const char *device)
{
	size_t i = 0;

	while (i < t->n_named && strcmp(t->named[i].device, device) != 0)
		i++;
	ck_assert_uint_lt(i, t->n_named);
	memmove(&t->named[i], &t->named[i + 1],
	    (--t->n_named - i) * sizeof(t->named[0]));
}

/* Calls back for those that a key means by that name. */
static void each_of_name(struct test_job *t, const char *name,
    void (*f)(void *ctx, const struct job_node *named), void *ctx)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < t->n_named; i++) {
		struct job_node named = {
			.name = t->named[i].node,
			.device = t->named[i].device,
			.ifindex = if_nametoindex(t->named[i].device),
			.node = &t->named[i],
		};

		/* The node, or an instance of the template. */
		if (!strncmp(named.name, name, n) &&
		    (!named.name[n] || named.name[n] == '@'))
			f(ctx, &named);
	}
}

void job_each_named(const struct job *job, enum key_relation relation,
    void (*f)(void *ctx, const struct job_node *named), void *ctx)
{
	const struct config *config = job->config;

	for (const struct schema_key *key = config->keys; key->name; key++) {
		bool is_list = key->flags & KEY_LIST;

		for (uint32_t i = 0; key->relation == relation &&
			i < config_count(config, key->name);
			i++)
			each_of_name(job_owner(job),
			    is_list ? config_text_at(config, key->name, i)
				    : config_text(config, key->name),
			    f, ctx);
	}
}

const char *job_named_fact(const struct job_node *named, const char *key)
{
	const struct named *of = named->node;

	for (size_t i = 0; i < ARRAY_SIZE(of->facts); i++)
		if (!strcmp(of->facts[i].key, key))
			return of->facts[i].value;
	return strcmp(key, "device") ? NULL : named->device;
}

int job_makes(struct job *job, const char *name)
{
	struct test_job *t, *own = job_owner(job);

	list_for_each(t, &own->owner->jobs, struct test_job, link)
		if (t != own && t->state != JOB_NONE &&
		    !strcmp(t->makes, name))
			return -EEXIST;
	snprintf(own->makes, sizeof(own->makes), "%s", name);
	return 0;
}

bool test_job_is_running(const struct test_job *t)
{
	return t->state != JOB_NONE;
}

/* ---- reports ---- */

const struct report *test_job_next(struct test_job *t)
{
	if (t->read->next == &t->reports)
		return NULL;
	t->read = t->read->next;
	return &list_entry(t->read, struct record, link)->report;
}

static bool has_next(void *ctx)
{
	struct test_job *t = ctx;

	return t->read->next != &t->reports;
}

const struct report *test_job_wait(struct test_job *t)
{
	job_host_wait(t->owner, has_next, t, "report");
	return test_job_next(t);
}

const struct report *test_job_expect(
    struct test_job *t, enum report_type type)
{
	const struct report *report = test_job_wait(t);

	ck_assert_msg(report->type == type, "report %d (%s), not %d; log:\n%s",
	    (int)report->type, report->reason ? report->reason : "", (int)type,
	    job_host_log(t->owner));
	return report;
}

const char *report_fact(const struct report *report, const char *key)
{
	for (size_t i = 0; i < report->n_facts; i++)
		if (!strcmp(report->facts[i].key, key))
			return report->facts[i].value;
	return NULL;
}

static struct record *record_new(struct test_job *t, enum report_type type)
{
	struct record *record = allocate(1, sizeof(*record));

	record->report.type = type;
	list_append(&t->reports, &record->link);
	return record;
}

static void record_facts(
    struct record *record, const struct fact *facts, size_t n)
{
	record->facts = allocate(n, sizeof(*facts));
	for (size_t i = 0; i < n; i++) {
		record->facts[i].key = copy(facts[i].key);
		if (facts[i].value)
			record->facts[i].value = copy(facts[i].value);
	}
	record->report.facts = record->facts;
	record->report.n_facts = n;
}

static void record_reason(
    struct record *record, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void record_reason(
    struct record *record, const char *format, va_list args)
{
	struct text text = { 0 };

	text_vprintf(&text, format, args);
	record->reason = text_steal(&text);
	record->report.reason = record->reason;
}

/* A report that the drawing in provider.h does not have. */
static void check_allowed(
    const struct test_job *t, bool is_allowed, const char *report)
{
	static const char *const names[] = {
		[JOB_NONE] = "over",
		[JOB_RUNNING] = "running",
		[JOB_UP] = "up",
		[JOB_UNMET] = "unmet",
		[JOB_STOPPING] = "stopping",
	};

	if (!is_allowed)
		ck_abort_msg("%s: %s() of a job that is %s", t->decl->name,
		    report, names[t->state]);
}

void job_up(struct job *job, const struct fact *facts, size_t n)
{
	struct test_job *t = job_owner(job);

	check_allowed(t, t->state == JOB_RUNNING || t->state == JOB_UNMET,
	    "job_up");
	t->state = job->event ? JOB_NONE : JOB_UP;
	record_facts(record_new(t, REPORT_UP), facts, n);
}

void job_facts(struct job *job, const struct fact *facts, size_t n)
{
	struct test_job *t = job_owner(job);

	check_allowed(t, t->state == JOB_UP, "job_facts");
	record_facts(record_new(t, REPORT_FACTS), facts, n);
}

void job_unmet(struct job *job, const char *format, ...)
{
	struct test_job *t = job_owner(job);
	va_list args;

	/* From unmet too: what is missing may change. */
	check_allowed(t,
	    t->state == JOB_RUNNING || t->state == JOB_UP ||
		t->state == JOB_UNMET,
	    "job_unmet");
	t->state = JOB_UNMET;
	va_start(args, format);
	record_reason(record_new(t, REPORT_UNMET), format, args);
	va_end(args);
}

void job_failed(struct job *job, bool permanent, const char *format, ...)
{
	struct test_job *t = job_owner(job);
	struct record *record;
	va_list args;

	check_allowed(t, t->state != JOB_NONE && t->state != JOB_STOPPING,
	    "job_failed");
	t->state = JOB_NONE;
	record = record_new(t, REPORT_FAILED);
	record->report.permanent = permanent;
	va_start(args, format);
	record_reason(record, format, args);
	va_end(args);
}

void job_down(struct job *job)
{
	struct test_job *t = job_owner(job);

	check_allowed(t, t->state == JOB_STOPPING, "job_down");
	t->state = JOB_NONE;
	record_new(t, REPORT_DOWN);
}

/* ---- questions and log ---- */

const char *job_fact(const struct job *job, const char *key)
{
	struct test_job *t = job_owner(job);

	for (size_t i = 0; i < t->n_facts; i++)
		if (!strcmp(t->facts[i].key, key))
			return t->facts[i].value;
	return NULL;
}

void job_each_fact(const struct job *job,
    void (*f)(void *ctx, const struct fact *fact), void *ctx)
{
	struct test_job *t = job_owner(job);

	for (size_t i = 0; i < t->n_facts; i++)
		f(ctx, &(struct fact){ t->facts[i].key, t->facts[i].value });
}

static void log_line(struct job_host *h, enum log_level level,
    const char *name, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

static void log_line(struct job_host *h, enum log_level level,
    const char *name, const char *format, va_list args)
{
	static const char *const names[] = { "error", "warning", "notice",
		"info", "debug" };

	text_printf(&h->log, "%s %s: ", names[level], name);
	text_vprintf(&h->log, format, args);
	text_append_char(&h->log, '\n');
}

void job_log(const struct job *job, enum log_level level,
    const char *format, ...)
{
	struct test_job *t = job_owner(job);
	va_list args;

	va_start(args, format);
	log_line(t->owner, level, t->decl->name, format, args);
	va_end(args);
}

void host_log(const struct host *host, enum log_level level,
    const char *format, ...)
{
	struct job_host *h = container_of(host, struct job_host, host);
	va_list args;

	va_start(args, format);
	log_line(h, level, "host", format, args);
	va_end(args);
}
