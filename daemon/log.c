/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/resolver.h"

static enum log_level max_level = LOG_LEVEL_NOTICE;
static bool to_journal;

enum { LINE_KEPT = 4096 };

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_NOTICE] = "notice",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

/* systemd sets JOURNAL_STREAM to device and inode of what it made stderr; a
 * child whose stderr went elsewhere inherits the variable, too. */
static bool stderr_is_journal(void)
{
	unsigned long long device, inode;
	struct stat st;
	const char *s = getenv("JOURNAL_STREAM");

	return s && sscanf(s, "%llu:%llu", &device, &inode) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device &&
	    st.st_ino == inode;
}

void log_open(enum log_level max)
{
	max_level = max;
	to_journal = stderr_is_journal();
}

bool log_parse_level(const char *name, enum log_level *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*ret = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static bool is_plain(const char *value)
{
	static const bool plain[256] = { ['0' ... '9'] = true,
		['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['_'] = true,
		['-'] = true, ['.'] = true, ['@'] = true, [':'] = true,
		['/'] = true, ['+'] = true, [','] = true };

	if (!*value)
		return false;
	while (plain[(unsigned char)*value])
		value++;
	return !*value;
}

void log_append(struct text *to, const char *key, const char *value)
{
	if (to->n > 0)
		text_append_char(to, ' ');
	text_append(to, key);
	text_append_char(to, '=');
	if (is_plain(value)) {
		text_append(to, value);
		return;
	}
	text_append_char(to, '"');
	while (*value) {
		size_t n = strcspn(value, "\"");

		text_append_escaped(to, value, n);
		value += n;
		if (*value) {
			text_append(to, "\\x22");
			value++;
		}
	}
	text_append_char(to, '"');
}

/* What is written next. Its memory is kept for the one after it. */
static struct text line;

static void line_begin(void)
{
	if (line.failed || line.capacity > LINE_KEPT)
		text_clear(&line);
	line.n = 0;
}

/* At once, so that lines of several processes do not mix. */
static void line_end(enum log_level level)
{
	static const char missing[] =
	    "level=error message=\"out of memory: a log line is missing\"";
	char priority[] = { '<', (char)('3' + (int)level), '>' };
	bool is_missing = line.failed || !line.data;
	const struct iovec parts[] = {
		{ priority, to_journal ? sizeof(priority) : 0 },
		{ is_missing ? (char *)missing : line.data,
		    is_missing ? sizeof(missing) - 1 : line.n },
		{ (char *)"\n", 1 },
	};

	/* Nobody is left to tell if this fails. */
	if (writev(STDERR_FILENO, parts, ARRAY_SIZE(parts)) < 0)
		return;
}

void log_vwrite(
    enum log_level level, const char *node, const char *format, va_list args)
{
	_cleanup_(text_clear) struct text message = { 0 };

	if (level > max_level)
		return;
	text_vprintf(&message, format, args);
	line_begin();
	if (node)
		log_append(&line, "node", node);
	log_append(&line, "level", level_names[level]);
	log_append(&line, "message", message.data ? message.data : "");
	line.failed |= message.failed;
	line_end(level);
}

void log_write(enum log_level level, const char *node, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vwrite(level, node, format, args);
	va_end(args);
}

void log_change(const struct notice *notice)
{
	_cleanup_(text_clear) struct text delay = { 0 };

	if (LOG_LEVEL_NOTICE > max_level)
		return;
	line_begin();
	log_append(&line, "node", node_name(notice->node));
	log_append(&line, "state", node_state_name(notice->to));
	log_append(&line, "from", node_state_name(notice->from));
	log_append(&line, "cause", notice->cause);
	if (notice->reason)
		log_append(&line, "reason", notice->reason);
	if (notice->to == NODE_FAILED) {
		if (notice->retry_at_ms == RESOLVER_NEVER)
			text_append(&delay, "never");
		else
			text_append_duration(&delay,
			    notice->retry_at_ms > notice->at_ms ?
				notice->retry_at_ms - notice->at_ms :
				0);
		if (delay.data)
			log_append(&line, "retry-in", delay.data);
	}
	line_end(LOG_LEVEL_NOTICE);
}
