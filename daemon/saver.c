/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/saver.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/log.h"
#include "daemon/state.h"

struct saver {
	uv_loop_t *loop;
	const char *directory;
	uv_work_t work;
	struct text next;    /* to be stored when the work is done */
	struct text current; /* the worker's, while is_busy */
	int result;          /* of the worker */
	uint64_t n_given, number; /* texts; that of the current one */
	void (*stored)(void *ctx, uint64_t number);
	void *ctx;
	bool is_busy, is_closing;
};

int saver_new(uv_loop_t *loop, const char *directory,
    void (*stored)(void *ctx, uint64_t number), void *ctx, struct saver **ret)
{
	struct saver *saver = calloc(1, sizeof(*saver));

	if (!saver)
		return -ENOMEM;
	saver->loop = loop;
	saver->directory = directory;
	saver->stored = stored;
	saver->ctx = ctx;
	saver->work.data = saver;
	*ret = saver;
	return 0;
}

static void on_work(uv_work_t *work)
{
	struct saver *saver = work->data;

	saver->result = state_store(
	    saver->directory, saver->current.data, saver->current.n);
}

static void report(const struct saver *saver, int result)
{
	if (result < 0)
		log_write(LOG_LEVEL_ERROR, NULL,
		    "cannot store goals and masks in %s: %s; they hold, but "
		    "would be forgotten by a restart",
		    saver->directory, strerror(-result));
}

static void on_done(uv_work_t *work, int status);

static void begin(struct saver *saver)
{
	int r;

	saver->current = saver->next;
	saver->next = (struct text){ 0 };
	saver->number = saver->n_given;
	r = uv_queue_work(saver->loop, &saver->work, on_work, on_done);
	saver->is_busy = r == 0;
	if (r < 0) {
		report(saver, r);
		text_clear(&saver->current);
		saver->stored(saver->ctx, saver->number);
	}
}

static void on_done(uv_work_t *work, int status)
{
	struct saver *saver = work->data;
	uint64_t number = saver->number;

	report(saver, status < 0 ? status : saver->result);
	saver->is_busy = false;
	text_clear(&saver->current);
	if (saver->next.data)
		begin(saver);
	if (!saver->is_closing)
		saver->stored(saver->ctx, number);
	else if (!saver->is_busy)
		free(saver);
}

uint64_t saver_save(struct saver *saver, struct text *text)
{
	uint64_t number;

	if (text->failed || !text->data) {
		report(saver, -ENOMEM);
		text_clear(text);
		return saver->n_given;
	}
	text_clear(&saver->next);
	saver->next = *text;
	*text = (struct text){ 0 };
	number = ++saver->n_given;
	if (!saver->is_busy)
		begin(saver);
	return number;
}

void saver_close(struct saver *saver)
{
	if (!saver)
		return;
	saver->is_closing = true;
	if (!saver->is_busy)
		free(saver);
}
