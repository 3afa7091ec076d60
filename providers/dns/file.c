/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plain file, /etc/resolv.conf. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/dns/dns.h"
#include "providers/dns/resolv-conf.h"
#include "providers/support/path-watch.h"
#include "providers/support/repair.h"

struct file {
	struct dns *dns;
	uv_work_t work;     /* the disk, off the loop */
	char *saved;        /* the path of what was there before */
	char *text;         /* what it says; NULL: it is not ours */
	char *next;         /* to be put; NULL: restored */
	struct text said;
	int result;
	struct path_watch *watch;
	uv_timer_t timer;   /* of a repair */
	struct repair repair;
};

static void on_timer_closed(uv_handle_t *timer)
{
	struct file *file = timer->data;

	text_clear(&file->said);
	free(file->saved);
	free(file->text);
	free(file->next);
	free(file);
}

static void file_close(struct dns *dns)
{
	struct file *file = dns->data;

	path_watch_close(file->watch);
	uv_close((uv_handle_t *)&file->timer, on_timer_closed);
}

/* ---- what others do to it ---- */

static void on_repair(uv_timer_t *timer)
{
	struct file *file = timer->data;
	struct dns *dns = file->dns;

	if (!file->text || dns->is_busy || resolv_conf_is(file->text))
		return;
	if (!repair_again(&file->repair, uv_now(timer->loop))) {
		dns_lost(dns, DNS_FAILED,
		    "others write " RESOLV_CONF " again and again");
		return;
	}
	job_log(dns->job, LOG_LEVEL_WARNING,
	    RESOLV_CONF " was changed by others; it is written anew");
	dns_again(dns);
}

static void look_soon(struct file *file)
{
	if (file->text && !uv_is_active((uv_handle_t *)&file->timer))
		uv_timer_start(&file->timer, on_repair, REPAIR_DELAY_MS, 0);
}

static void on_changed(void *ctx)
{
	look_soon(ctx);
}

/* ---- writing ---- */

static void work(uv_work_t *request)
{
	struct file *file = request->data;

	file->result = file->next
	    ? resolv_conf_put(file->saved, file->next, &file->said)
	    : resolv_conf_restore(file->saved, file->text, &file->said);
}

static void on_worked(uv_work_t *request, int status)
{
	struct file *file = request->data;
	struct dns *dns = file->dns;

	(void)status;
	if (file->result < 0) {
		/* Half written, perhaps: its mark tells whose it is. */
		free(steal_ptr(file->text));
		dns_answer(dns, DNS_FAILED, "%s",
		    file->said.failed ? "out of memory" : file->said.data);
		return;
	}
	if (file->result == RESOLV_CONF_LEFT)
		job_log(dns->job, LOG_LEVEL_NOTICE,
		    RESOLV_CONF " was changed by others since; it is left");
	free(file->text);
	file->text = steal_ptr(file->next);
	/* It may have been changed after it was written. */
	look_soon(file);
	dns_answer(dns, DNS_DONE, "done");
}

static void file_apply(struct dns *dns)
{
	_cleanup_(text_clear) struct text first = { 0 }, text = { 0 };
	struct file *file = dns->data;

	resolv_conf_first_line(dns->job->name, &first);
	if (!first.failed)
		resolv_conf_print(dns->plan, first.data, &text);
	if (first.failed || text.failed) {
		dns_answer(dns, DNS_FAILED, "out of memory");
		return;
	}
	free(file->next);
	file->next = text.n ? text_steal(&text) : NULL;
	text_clear(&file->said);
	uv_queue_work(dns->job->host->loop, &file->work, work, on_worked);
}

static int file_open(struct dns *dns)
{
	struct file *file = calloc(1, sizeof(*file));
	struct host *host = dns->job->host;
	struct text saved = { 0 };
	int r;

	if (!file)
		return -ENOMEM;
	text_printf(&saved, "%s/resolv.conf", host->state_dir);
	file->saved = saved.failed ? NULL : text_steal(&saved);
	r = file->saved ? path_watch_open(host->loop, RESOLV_CONF, on_changed,
			      file, &file->watch)
			: -ENOMEM;
	if (r < 0) {
		free(file->saved);
		free(file);
		return r;
	}
	uv_timer_init(host->loop, &file->timer);
	file->dns = dns;
	file->work.data = file->timer.data = file;
	dns->data = file;
	return 0;
}

const struct dns_backend dns_file = {
	.name = "file",
	.open = file_open,
	.apply = file_apply,
	.close = file_close,
};
