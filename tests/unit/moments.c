/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/moments.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <net/if.h>

#include "providers/support/rtnl.h"
#include "tests/unit/job-host.h"
#include "tests/unit/marked.h"
#include "tests/unit/netns.h"

/* ---- before the n-th message ---- */

static struct {
	bool is_armed;
	unsigned left; /* messages, until then */
	void (*happens)(void *ctx);
	void *ctx;
} armed;

static ssize_t send_really(int fd, const void *data, size_t size, int flags,
    const struct sockaddr *to, socklen_t to_size)
{
	return syscall(SYS_sendto, fd, data, size, flags, to, to_size);
}

/* The bytes of the messages that go before it: all, if it is not among
 * them. */
static size_t size_before(const void *data, size_t size)
{
	size_t at = 0;

	while (at + sizeof(struct nlmsghdr) <= size && armed.left > 0) {
		const struct nlmsghdr *header =
		    (const void *)((const char *)data + at);

		if (header->nlmsg_len < sizeof(*header))
			break;
		armed.left--;
		at += NLMSG_ALIGN(header->nlmsg_len);
	}
	return at < size ? at : size;
}

/* In the place of libc's: netlink takes the messages of one datagram one after
 * the other, so that two datagrams are the same. */
ssize_t sendto(int fd, const void *data, size_t size, int flags,
    const struct sockaddr *to, socklen_t to_size)
{
	size_t first = size;
	ssize_t n = 0;

	if (armed.is_armed && to && to->sa_family == AF_NETLINK)
		first = size_before(data, size);
	if (first > 0)
		n = send_really(fd, data, first, flags, to, to_size);
	if (n < 0 || first == size)
		return n;
	armed.is_armed = false;
	armed.happens(armed.ctx);
	n = send_really(fd, (const char *)data + first, size - first, flags,
	    to, to_size);
	return n < 0 ? n : (ssize_t)size;
}

/* ---- reaching a moment ---- */

struct start {
	struct test_job *job;
	int events; /* left; none is waited for before the first */
	bool waits_for_message;
	bool has_ended;             /* up or failed */
	const struct report *last; /* but of facts */
};

static bool is_reached(void *ctx)
{
	struct start *start = ctx;
	const struct report *report;

	while ((report = test_job_next(start->job))) {
		if (report->type != REPORT_FACTS)
			start->last = report;
		start->has_ended |= report->type == REPORT_UP ||
		    report->type == REPORT_FAILED;
	}
	return start->has_ended || start->events-- <= 0 ||
	    (start->waits_for_message && !armed.is_armed);
}

bool moment_reach(struct job_host *host, struct test_job *job,
    struct moment moment, void (*happens)(void *ctx), void *ctx,
    const struct report **ret)
{
	struct start start = {
		.job = job,
		.events = moment.is_message ? INT_MAX : (int)moment.number,
		.waits_for_message = moment.is_message,
	};
	bool has_happened;

	armed.is_armed = moment.is_message;
	armed.left = moment.number;
	armed.happens = happens;
	armed.ctx = ctx;
	test_job_start(job);
	job_host_wait(host, is_reached, &start, "end of the start");
	has_happened = moment.is_message
	    ? !armed.is_armed
	    : !start.has_ended;
	armed.is_armed = false;
	if (!moment.is_message && happens)
		happens(ctx);
	if (ret)
		*ret = start.last;
	return has_happened;
}

/* And takes the reports until then. */
static void await_end(struct test_job *job)
{
	while (test_job_is_running(job))
		(void)test_job_wait(job);
	while (test_job_next(job))
		;
}

void moment_end(struct test_job *job)
{
	if (test_job_is_running(job))
		test_job_stop(job);
	await_end(job);
}

/* ---- what may happen ---- */

void moments_stop(struct job_host *host, struct test_job *job)
{
	for (unsigned n = 0, more = 2; more; n++) {
		if (!moment_reach(host, job, (struct moment){ n, false }, NULL,
			NULL, NULL))
			more--;
		moment_end(job);
		marked_expect_none();
	}
}

static void pull(void *device)
{
	run("ip link del %s", (const char *)device);
}

/* False: the start had ended before. */
static bool pull_at(struct job_host *host, struct test_job *job,
    struct moment moment, const char *device)
{
	bool is_reached =
	    moment_reach(host, job, moment, pull, (void *)device, NULL);

	if (!is_reached && moment.is_message)
		pull((void *)device);
	/* netconfd may see it later than the provider. */
	for (unsigned i = 0; i < moment.number % 3; i++)
		job_host_turn(host);
	if (test_job_is_running(job))
		test_job_set_device_is_gone(job);
	moment_end(job);
	marked_expect_none();
	return is_reached;
}

struct plugged {
	struct job_host *host;
	const char *device;
};

/* rtnl knows that the new one is up. */
static bool is_plugged(void *ctx)
{
	const struct plugged *plugged = ctx;
	const struct rtnl_link *link = rtnl_find_link(
	    job_host_host(plugged->host)->rtnl,
	    if_nametoindex(plugged->device));

	return link && (link->carrier || !(link->flags & IFF_UP));
}

/* And it is as at first. */
static void plug_in(struct job_host *host, struct test_job *job,
    const char *device, void (*plug)(void))
{
	struct plugged plugged = { host, device };

	plug();
	job_host_wait(host, is_plugged, &plugged, "new device");
	test_job_set_device(job, device);
}

struct stop {
	struct test_job *job;
	unsigned events; /* left */
};

static bool is_stop_reached(void *ctx)
{
	struct stop *stop = ctx;

	return !test_job_is_running(stop->job) || !stop->events--;
}

/* False: it was over before. */
static bool pull_in_stop(struct job_host *host, struct test_job *job,
    unsigned events, const char *device)
{
	struct stop stop = { job, events };
	bool is_running;

	(void)moment_reach(host, job, (struct moment){ INT_MAX, false }, NULL,
	    NULL, NULL);
	if (test_job_is_running(job))
		test_job_stop(job);
	job_host_wait(host, is_stop_reached, &stop, "event of the stop");
	is_running = test_job_is_running(job);
	pull((void *)device);
	await_end(job);
	marked_expect_none();
	return is_running;
}

void moments_pull_in_stop(struct job_host *host, struct test_job *job,
    const char *device, void (*plug)(void), void (*check)(void))
{
	for (unsigned n = 0, is_running = 1; is_running; n++) {
		is_running = pull_in_stop(host, job, n, device);
		if (check)
			check();
		plug_in(host, job, device, plug);
	}
}

void moments_pull(struct job_host *host, struct test_job *job,
    const char *device, void (*plug)(void), void (*check)(void))
{
	for (int is_message = 0; is_message < 2; is_message++)
		for (unsigned n = 0, more = 2; more; n++) {
			if (!pull_at(host, job,
				(struct moment){ n, is_message }, device))
				more--;
			if (check)
				check();
			plug_in(host, job, device, plug);
		}
}
