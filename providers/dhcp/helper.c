/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/helper.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>

#include "base/list.h"
#include "providers/provider.h"

enum {
	RESTART_MAX_MS = 64000,
	LIVES_WELL_MS = 60000, /* after so long a death is the first again */
	MESSAGES_A_TURN = 64,
};

/* A message that the socket had no room for. */
struct unsent {
	struct list link;
	union dhcp_ipc_message message;
	int fd;
};

/* One process; outlives the helper until its handles are closed. */
struct child {
	uv_process_t process;
	uv_poll_t poll;
	struct dhcp_helper *helper; /* NULL: closed */
	int fd;
	bool has_poll, said_hello, is_writing;
	unsigned n_open; /* handles still to be closed */
	uint64_t born_ms;
};

struct dhcp_helper {
	struct host *host;
	struct list users;
	struct child *child; /* NULL: not running */
	uint64_t last_id;
	unsigned n_cards; /* started or claimed, and not stopped */
	uv_timer_t restart;
	unsigned deaths; /* in a row */
	struct list unsent;
};

/* The one of the host, while somebody uses it. */
static struct dhcp_helper *of_host;

static void child_free(struct child *child)
{
	if (child->fd >= 0)
		close(child->fd);
	free(child);
}

static void handle_closed(uv_handle_t *handle)
{
	struct child *child = handle->data;

	if (!--child->n_open)
		child_free(child);
}

static void child_close(struct child *child)
{
	child->n_open = child->has_poll ? 2 : 1;
	uv_close((uv_handle_t *)&child->process, handle_closed);
	if (child->has_poll)
		uv_close((uv_handle_t *)&child->poll, handle_closed);
}

static void drop_unsent(struct dhcp_helper *helper)
{
	struct unsent *unsent;

	while ((unsent = list_pop(&helper->unsent, struct unsent, link))) {
		if (unsent->fd >= 0)
			close(unsent->fd);
		free(unsent);
	}
}

static uint64_t restart_delay_ms(const struct dhcp_helper *helper)
{
	if (helper->deaths < 2)
		return 0;
	if (helper->deaths > 8)
		return RESTART_MAX_MS;
	return 1000ULL << (helper->deaths - 2);
}

static void helper_restart(uv_timer_t *timer);

/* The process is no more: tell, and have it started again. */
static void helper_died(struct dhcp_helper *helper, const char *how)
{
	struct dhcp_helper_user *user;
	uint64_t delay_ms;

	helper->deaths++;
	delay_ms = restart_delay_ms(helper);
	helper->n_cards = 0;
	drop_unsent(helper);
	if (delay_ms)
		host_log(helper->host, LOG_LEVEL_ERROR,
		    "netconf-dhcp4 %s; it is started again in %u s", how,
		    (unsigned)(delay_ms / 1000));
	else
		host_log(helper->host, LOG_LEVEL_ERROR,
		    "netconf-dhcp4 %s; it is started again at once", how);
	uv_timer_start(&helper->restart, helper_restart, delay_ms, 0);
	list_for_each (user, &helper->users, struct dhcp_helper_user, link)
		user->died(user->ctx, how);
}

static void on_exit_of_child(
    uv_process_t *process, int64_t status, int signal_number)
{
	struct child *child = process->data;
	struct dhcp_helper *helper = child->helper;
	char how[64];

	if (helper) {
		helper->child = NULL;
		if (uv_now(helper->host->loop) - child->born_ms >=
		    LIVES_WELL_MS)
			helper->deaths = 0;
		if (signal_number)
			snprintf(how, sizeof(how), "was killed by signal %d",
			    signal_number);
		else
			snprintf(how, sizeof(how),
			    "has ended with status %d", (int)status);
	}
	child_close(child);
	if (helper)
		helper_died(helper, how);
}

/* Ends a process that cannot be talked to; its exit does the rest. */
static void child_give_up(struct child *child, const char *why)
{
	host_log(child->helper->host, LOG_LEVEL_ERROR,
	    "netconf-dhcp4 is ended: %s", why);
	uv_poll_stop(&child->poll);
	uv_process_kill(&child->process, SIGKILL);
}

/* ---- messages ---- */

static void child_poll(struct child *child);

static void write_unsent(struct child *child)
{
	struct dhcp_helper *helper = child->helper;
	struct unsent *unsent;

	list_for_each (unsent, &helper->unsent, struct unsent, link) {
		int r = dhcp_ipc_send(
		    child->fd, &unsent->message, unsent->fd);

		if (r == -EAGAIN)
			return;
		list_remove(&unsent->link);
		if (unsent->fd >= 0)
			close(unsent->fd);
		free(unsent);
		if (r) {
			child_give_up(child, "writing to it failed");
			return;
		}
	}
	child->is_writing = false;
	child_poll(child);
}

static void tell(struct dhcp_helper *helper, const union dhcp_ipc_message *m)
{
	struct dhcp_helper_user *user;

	list_for_each (user, &helper->users, struct dhcp_helper_user, link)
		user->message(user->ctx, m);
}

/* False: nothing more can be read now. */
static bool read_message(struct child *child)
{
	struct dhcp_helper *helper = child->helper;
	union dhcp_ipc_message m;
	int fd;
	ssize_t n = dhcp_ipc_receive(child->fd, &m, &fd);

	if (n == -EAGAIN)
		return false;
	if (n == 0 || n == -ECONNRESET) {
		/* It is dying; how, its exit will tell. */
		uv_poll_stop(&child->poll);
		uv_process_kill(&child->process, SIGKILL);
		return false;
	}
	if (fd >= 0)
		close(fd);
	if (n < 0 || dhcp_ipc_check_event(&m, (size_t)n, fd >= 0) ||
	    (m.header.type == DHCP_IPC_HELLO) == child->said_hello) {
		child_give_up(child, "it sent what makes no sense");
		return false;
	}
	if (m.header.type == DHCP_IPC_HELLO)
		child->said_hello = true;
	else
		tell(helper, &m);
	return true;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct child *child = poll->data;

	if (status < 0) { /* how libuv says that the other end is gone */
		uv_process_kill(&child->process, SIGKILL);
		return;
	}
	if (events & UV_WRITABLE)
		write_unsent(child);
	/* A message may have the helper closed. */
	for (int i = 0; i < MESSAGES_A_TURN && child->helper; i++)
		if (!uv_is_active((uv_handle_t *)poll) || !read_message(child))
			return;
}

static void child_poll(struct child *child)
{
	int events = UV_READABLE | (child->is_writing ? UV_WRITABLE : 0);

	uv_poll_start(&child->poll, events, on_poll);
}

static int helper_queue(
    struct dhcp_helper *helper, const union dhcp_ipc_message *m, int fd)
{
	struct unsent *unsent = malloc(sizeof(*unsent));

	if (!unsent) {
		if (fd >= 0)
			close(fd);
		return -ENOMEM;
	}
	unsent->message = *m;
	unsent->fd = fd;
	list_append(&helper->unsent, &unsent->link);
	if (!helper->child->is_writing) {
		helper->child->is_writing = true;
		child_poll(helper->child);
	}
	return 0;
}

static bool is_card(const union dhcp_ipc_message *m)
{
	return m->header.type == DHCP_IPC_START ||
	    m->header.type == DHCP_IPC_CLAIM;
}

static void count_cards(
    struct dhcp_helper *helper, const union dhcp_ipc_message *m)
{
	if (is_card(m))
		helper->n_cards++;
	else if (m->header.type == DHCP_IPC_STOP && helper->n_cards)
		helper->n_cards--;
}

uint64_t helper_next_id(struct dhcp_helper *helper)
{
	return ++helper->last_id;
}

static int send_or_queue(
    struct dhcp_helper *helper, const union dhcp_ipc_message *m, int fd)
{
	int r = -EPIPE;

	if (is_card(m) && helper->n_cards == DHCP_CARDS_MAX)
		r = -EUSERS;
	else if (helper->child &&
	    uv_is_active((uv_handle_t *)&helper->child->poll))
		r = list_is_empty(&helper->unsent)
		    ? dhcp_ipc_send(helper->child->fd, m, fd)
		    : -EAGAIN;
	if (r == -EAGAIN)
		return helper_queue(helper, m, fd);
	/* Not the last copy, once it is sent: this close() does not wait. */
	if (fd >= 0)
		close(fd);
	return r && r != -EUSERS ? -EPIPE : r;
}

int helper_send(
    struct dhcp_helper *helper, const union dhcp_ipc_message *m, int fd)
{
	int r = send_or_queue(helper, m, fd);

	if (!r)
		count_cards(helper, m);
	return r;
}

/* ---- starting and ending ---- */

static int child_spawn(struct dhcp_helper *helper, struct child *child, int end)
{
	char path[4096];
	char *argv[] = {path, NULL}, *environment[] = {NULL};
	uv_stdio_container_t stdio[DHCP_IPC_FD + 1] = {
		[0] = {.flags = UV_IGNORE},
		[1] = {.flags = UV_IGNORE},
		[2] = {.flags = UV_INHERIT_FD, .data.fd = 2},
		[DHCP_IPC_FD] = {.flags = UV_INHERIT_FD, .data.fd = end},
	};
	uv_process_options_t options = {
		.exit_cb = on_exit_of_child,
		.file = path,
		.args = argv,
		.env = environment,
		.cwd = "/",
		.stdio = stdio,
		.stdio_count = DHCP_IPC_FD + 1,
	};
	int n, r;

	n = snprintf(path, sizeof(path), "%s/netconf-dhcp4",
	    helper->host->libexec_dir);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	child->process.data = child;
	r = uv_spawn(helper->host->loop, &child->process, &options);
	if (r)
		host_log(helper->host, LOG_LEVEL_ERROR, "cannot run %s: %s",
		    path, uv_strerror(r));
	return r;
}

static int helper_spawn(struct dhcp_helper *helper)
{
	struct child *child = calloc(1, sizeof(*child));
	int ends[2], r;

	if (!child)
		return -ENOMEM;
	if (socketpair(AF_UNIX,
		SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends)) {
		r = -errno;
		free(child);
		return r;
	}
	child->fd = ends[0];
	child->born_ms = uv_now(helper->host->loop);
	r = child_spawn(helper, child, ends[1]);
	close(ends[1]);
	if (r) {
		child_close(child);
		return r;
	}
	child->poll.data = child;
	r = uv_poll_init(helper->host->loop, &child->poll, child->fd);
	if (r) {
		uv_process_kill(&child->process, SIGKILL);
		return r; /* on_exit_of_child() closes it */
	}
	child->has_poll = true;
	child->helper = helper;
	helper->child = child;
	child_poll(child);
	return 0;
}

static void helper_restart(uv_timer_t *timer)
{
	struct dhcp_helper *helper = timer->data;

	if (helper_spawn(helper))
		helper_died(helper, "cannot be started");
}

static void helper_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void close_helper(struct dhcp_helper *helper)
{
	struct child *child = helper->child;

	drop_unsent(helper);
	if (child) {
		/* Leases have been given back already: it has answered each
		 * STOP. Nobody waits for it, so it must end for sure. */
		child->helper = NULL;
		uv_process_kill(&child->process, SIGKILL);
		child_close(child);
	}
	uv_close((uv_handle_t *)&helper->restart, helper_closed);
}

static int open_helper(struct host *host, struct dhcp_helper **ret)
{
	struct dhcp_helper *helper = calloc(1, sizeof(*helper));
	int r;

	if (!helper)
		return -ENOMEM;
	helper->host = host;
	list_init(&helper->users);
	list_init(&helper->unsent);
	uv_timer_init(host->loop, &helper->restart);
	helper->restart.data = helper;
	r = helper_spawn(helper);
	if (r) {
		close_helper(helper);
		return r;
	}
	*ret = helper;
	return 0;
}

int helper_open(struct host *host, struct dhcp_helper_user *user,
    struct dhcp_helper **ret)
{
	int r = of_host ? 0 : open_helper(host, &of_host);

	if (r)
		return r;
	assert(of_host->host == host);
	list_append(&of_host->users, &user->link);
	*ret = of_host;
	return 0;
}

void helper_close(struct dhcp_helper *helper, struct dhcp_helper_user *user)
{
	list_remove(&user->link);
	if (!list_is_empty(&helper->users))
		return;
	of_host = NULL;
	close_helper(helper);
}

bool helper_is_running(const struct dhcp_helper *helper)
{
	return helper->child;
}
