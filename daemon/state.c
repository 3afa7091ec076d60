/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/state-file.h"
#include "base/sum.h"
#include "base/text.h"
#include "resolver/resolver.h"

#define FILE_NAME "goals"
#define HEADER	  "netconf-goals 2\n"

/* All of a file that has at most max bytes, with a NUL after them. */
static int read_all(int fd, size_t max, char **ret, size_t *ret_n)
{
	_cleanup_(free_ptr) char *data = NULL;
	size_t n = 0, capacity = 0;

	for (;;) {
		ssize_t k;

		if (n + 1 >= capacity) {
			char *grown;

			capacity = capacity ? 2 * capacity : 4096;
			grown = realloc(data, capacity);
			if (!grown)
				return -ENOMEM;
			data = grown;
		}
		k = read(fd, data + n, capacity - n - 1);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		if (k == 0)
			break;
		n += (size_t)k;
		if (n > max)
			return -EFBIG;
	}
	data[n] = '\0';
	*ret = steal_ptr(data);
	*ret_n = n;
	return 0;
}

int state_boot_id(char ret[STATE_BOOT_ID_SIZE])
{
	_cleanup_(close_fd) int fd = open(
	    "/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	_cleanup_(free_ptr) char *data = NULL;
	size_t n;
	int r;

	if (fd < 0)
		return -errno;
	r = read_all(fd, 128, &data, &n);
	if (r < 0)
		return r;
	if (n < STATE_BOOT_ID_SIZE - 1)
		return -EINVAL;
	memcpy(ret, data, STATE_BOOT_ID_SIZE - 1);
	ret[STATE_BOOT_ID_SIZE - 1] = '\0';
	return 0;
}

bool state_name_is_valid(const char *name)
{
	size_t n = strcspn(name, "@");

	if (n == 0 || n > 63 || strlen(name + n) > 1 + 15)
		return false;
	if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789_.-") < n)
		return false;
	return name[n] == '\0' ||
	    (name[n + 1] != '\0' && !strpbrk(name + n + 1, "/: \t\n\v\f\r"));
}

void state_begin(struct text *text, const char *boot_id)
{
	text_append(text, HEADER);
	text_printf(text, "boot %s\n", boot_id);
}

static bool interval_is_valid(const char *text)
{
	size_t n = strlen(text);

	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	}
	return n > 0 && n <= STATE_LATCH_MAX;
}

void state_add(struct text *text, const struct kept *kept)
{
	switch (kept->type) {
	case KEPT_GOAL:
		text_printf(text, "goal %s\n", kept->name);
		break;
	case KEPT_MASK:
		text_printf(text, "mask %s\n", kept->name);
		break;
	case KEPT_LATCH:
		if (interval_is_valid(kept->text))
			text_printf(text, "latch %s %u %s\n", kept->name,
			    kept->number ? 1 : 0, kept->text);
		break;
	case KEPT_UP:
	case KEPT_PREFIX:
		break;
	}
}

void state_end(struct text *text)
{
	if (!text->failed)
		text_printf(text, "end %016" PRIx64 "\n",
		    sum_add(SUM_INIT, text->data, text->n));
}

int state_store(const char *directory, const char *data, size_t n)
{
	return state_file_write(directory, FILE_NAME, data, n);
}

/* Takes a line off the text; NULL at its end or when it is not ended. */
static char *next_line(char **text)
{
	char *line = *text, *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

/* The last line: the rest must be what was written. */
static bool ends_well(const char *data, size_t n)
{
	enum { LENGTH = 4 + 16 + 1 };
	char expected[LENGTH + 1];

	if (n < LENGTH || memchr(data, '\0', n))
		return false;
	snprintf(expected, sizeof(expected), "end %016" PRIx64 "\n",
	    sum_add(SUM_INIT, data, n - LENGTH));
	return memcmp(data + n - LENGTH, expected, LENGTH) == 0;
}

/* Reads what follows "latch ", and cuts it up. */
static bool read_latch(char *line, struct kept *ret)
{
	char *number = strchr(line, ' ');

	if (!number || (number[1] != '0' && number[1] != '1') ||
	    number[2] != ' ')
		return false;
	*number = '\0';
	*ret = (struct kept){ .type = KEPT_LATCH, .name = line,
		.number = (uint32_t)(number[1] - '0'), .text = number + 3 };
	return interval_is_valid(ret->text);
}

static bool read_line(char *line, struct kept *ret)
{
	*ret = (struct kept){ .name = line + 5 };
	if (strncmp(line, "goal ", 5) == 0)
		ret->type = KEPT_GOAL;
	else if (strncmp(line, "mask ", 5) == 0)
		ret->type = KEPT_MASK;
	else if (strncmp(line, "latch ", 6) != 0 ||
	    !read_latch(line + 6, ret))
		return false;
	return state_name_is_valid(ret->name);
}

/* f NULL: only looks whether all lines are good. */
static bool read_lines(char *text,
    void (*f)(void *ctx, const struct kept *kept), void *ctx)
{
	for (char *line; (line = next_line(&text));) {
		struct kept kept;

		if (strncmp(line, "end ", 4) == 0)
			return *text == '\0';
		if (!read_line(line, &kept))
			return false;
		if (f)
			f(ctx, &kept);
	}
	return false;
}

static int parse(char *data, size_t n, const char *boot_id,
    void (*f)(void *ctx, const struct kept *kept), void *ctx,
    struct text *said)
{
	_cleanup_(free_ptr) char *copy = NULL;
	const char *boot;
	char *lines;

	if (!ends_well(data, n) ||
	    strncmp(data, HEADER, strlen(HEADER)) != 0) {
		text_append(said, "it is cut short, altered or not a file of "
				  "this version");
		return -EBADMSG;
	}
	lines = data + strlen(HEADER);
	boot = next_line(&lines);
	if (!boot || strncmp(boot, "boot ", 5) != 0) {
		text_append(said, "it does not say which boot it is of");
		return -EBADMSG;
	}
	if (strcmp(boot + 5, boot_id) != 0)
		return 0;
	copy = strdup(lines);
	if (!copy)
		return -ENOMEM;
	if (!read_lines(copy, NULL, NULL)) {
		text_append(
		    said, "a line of it is neither goal, mask nor latch");
		return -EBADMSG;
	}
	(void)read_lines(lines, f, ctx);
	return 1;
}

int state_load(const char *directory, const char *boot_id,
    void (*f)(void *ctx, const struct kept *kept), void *ctx,
    struct text *said)
{
	_cleanup_(close_fd) int dir = open(
	    directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(close_fd) int fd = -1;
	_cleanup_(free_ptr) char *data = NULL;
	struct stat st;
	size_t n;
	int r;

	if (dir < 0)
		return -errno;
	fd = openat(dir, FILE_NAME,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode)) {
		text_append(said, "it is not a regular file");
		return -EBADMSG;
	}
	r = read_all(fd, STATE_FILE_MAX, &data, &n);
	if (r == -EFBIG) {
		text_printf(said, "it has more than %d bytes", STATE_FILE_MAX);
		return -EBADMSG;
	}
	if (r < 0)
		return r;
	return parse(data, n, boot_id, f, ctx, said);
}
