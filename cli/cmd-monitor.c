/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <time.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/wire.h"

enum {
	NAME_COLUMNS = 16,
	STATE_COLUMNS = 10,
	TIME_COLUMNS = 14,
	GAP = 1, /* behind a name and a state */
};

/* "14:03:07.250  ": the local time of day. */
static void append_time(struct text *line, int64_t at_ms)
{
	time_t s = (time_t)(at_ms / 1000);
	struct tm tm;

	if (!localtime_r(&s, &tm))
		return;
	text_printf(line, "%02d:%02d:%02d.%03d  ", tm.tm_hour, tm.tm_min,
	    tm.tm_sec, (int)(at_ms % 1000));
}

static void print_change(
    const struct output *out, const struct wire_change *change)
{
	_cleanup_(text_clear) struct text line = {0}, detail = {0};

	append_time(&line, change->at_ms);
	output_cell(out, &line, change->node, NAME_COLUMNS + GAP, NULL);
	output_cell(out, &line, change->to, STATE_COLUMNS + GAP, change->to);
	progress_detail(&detail, change->to, change->facts, change->reason,
	    change->retry_in_ms);
	text_append(&detail, detail.n > 0 ? " (" : "(");
	output_escaped(&detail, change->cause);
	text_append_char(&detail, ')');
	line.failed |= detail.failed;
	if (!line.failed)
		output_wrapped(out, &line, detail.data,
		    TIME_COLUMNS + NAME_COLUMNS + STATE_COLUMNS + 2 * GAP);
	output_line(out, &line);
}

static int handle(const struct session *session, const struct reply *reply)
{
	struct wire_progress news;
	struct wire_change change;
	const char *problem;

	if (wire_read_progress(reply->parameters, &news, &problem) < 0)
		return session_bad_reply(problem);
	if (!news.change) /* the first: from now on nothing is missed */
		return EXIT_DONE;
	if (wire_read_change(news.change, &change, &problem) < 0)
		return session_bad_reply(problem);
	if (!session->cli->json)
		print_change(&session->out, &change);
	return EXIT_DONE;
}

int cmd_monitor(const struct cli *cli)
{
	_cleanup_(session_close) struct session session = {0};
	bool continues = true;

	int status = session_open(cli, &session);
	if (status == EXIT_DONE) {
		output_follows(&session.out);
		status = session_call(&session, "Monitor", json_object(), true);
	}
	while (status == EXIT_DONE && continues) {
		_cleanup_(reply_clear) struct reply reply = {0};

		status =
		    session_reply(&session, CLIENT_NO_DEADLINE, NULL, &reply);
		if (status != EXIT_DONE)
			break;
		status = handle(&session, &reply);
		continues = reply.continues;
	}
	return status;
}
