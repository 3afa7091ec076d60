/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dns/resolv-conf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"

enum { SIZE_MAX_KEPT = 64 << 10 }; /* of what was there before */

#define MARK "# netconf: "
#define TEMPORARY ".netconf-new"

/* What is at a path. */
struct content {
	enum { CONTENT_NONE, CONTENT_FILE, CONTENT_LINK } type;
	struct text text; /* of the file; or where the link points */
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

static void content_clear(struct content *content)
{
	text_clear(&content->text);
}

static int close_with(int fd, int r)
{
	/* What was read or written is known to be, or not to be. */
	close(fd);
	return r;
}

/* ---- reading ---- */

static int read_file(const char *path, struct content *ret)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char data[4096];
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		return close_with(fd, -errno);
	if (!S_ISREG(st.st_mode))
		return close_with(fd, -EINVAL);
	ret->type = CONTENT_FILE;
	ret->mode = st.st_mode & 07777;
	ret->uid = st.st_uid;
	ret->gid = st.st_gid;
	text_append(&ret->text, "");
	while ((n = read(fd, data, sizeof(data))) > 0) {
		text_append_n(&ret->text, data, (size_t)n);
		if (ret->text.n > SIZE_MAX_KEPT)
			return close_with(fd, -EFBIG);
	}
	if (n < 0)
		return close_with(fd, -errno);
	return close_with(fd, ret->text.failed ? -ENOMEM : 0);
}

/* *ret starts as {0}. */
static int content_read(const char *path, struct content *ret)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target));

	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0)
		return errno == EINVAL ? read_file(path, ret) : -errno;
	if ((size_t)n == sizeof(target))
		return -ENAMETOOLONG;
	ret->type = CONTENT_LINK;
	text_append_n(&ret->text, target, (size_t)n);
	return ret->text.failed ? -ENOMEM : 0;
}

static bool is_ours(const struct content *content)
{
	return content->type == CONTENT_FILE &&
	    !strncmp(content->text.data, MARK, strlen(MARK));
}

static bool says(const struct content *content, const char *text)
{
	return content->type == CONTENT_FILE &&
	    content->text.n == strlen(text) &&
	    !memcmp(content->text.data, text, content->text.n);
}

bool resolv_conf_is(const char *text)
{
	_cleanup_(content_clear) struct content now = { 0 };

	return content_read(RESOLV_CONF, &now) == 0 && says(&now, text);
}

/* ---- writing ---- */

static int write_all(int fd, const struct text *text)
{
	size_t done = 0;

	while (done < text->n) {
		ssize_t n = pwrite(
		    fd, text->data + done, text->n - done, (off_t)done);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += (size_t)n;
	}
	/* Not before: it shall not be empty meanwhile. */
	if (ftruncate(fd, (off_t)text->n) || fsync(fd))
		return -errno;
	return 0;
}

static int make_file(const char *path, const struct content *content)
{
	int fd = open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, &content->text);
	if (!r && (fchown(fd, content->uid, content->gid) ||
		      fchmod(fd, content->mode)))
		r = -errno;
	return close_with(fd, r);
}

/* In one step. */
static int replace(const char *path, const struct content *content)
{
	char temporary[PATH_MAX];
	int r;

	if ((size_t)snprintf(temporary, sizeof(temporary), "%s" TEMPORARY,
		path) >= sizeof(temporary))
		return -ENAMETOOLONG;
	(void)unlink(temporary); /* of one that was killed */
	if (content->type == CONTENT_FILE)
		r = make_file(temporary, content);
	else
		r = symlink(content->text.data, temporary) ? -errno : 0;
	if (!r && rename(temporary, path))
		r = -errno;
	if (r)
		(void)unlink(temporary);
	return r;
}

/* What is mounted there, say; its owner and mode stay. */
static int overwrite(const char *path, const struct content *content)
{
	int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return close_with(fd, -EINVAL);
	return close_with(fd, write_all(fd, &content->text));
}

/* Nothing can be made or renamed in that directory. */
static bool is_about_directory(int error)
{
	return error == -EBUSY || error == -EROFS || error == -EACCES ||
	    error == -EPERM;
}

static int content_write(const char *path, const struct content *content)
{
	int r, second;

	if (content->type == CONTENT_NONE) {
		r = unlink(path) && errno != ENOENT ? -errno : 0;
		if (!is_about_directory(r))
			return r;
		/* What cannot be removed can be empty. */
		return overwrite(path, &(struct content){
		    .text = { .data = (char[]){ "" } } });
	}
	r = replace(path, content);
	if (content->type != CONTENT_FILE || !is_about_directory(r))
		return r;
	second = overwrite(path, content);
	/* The directory's error says more than that there is no file. */
	return second && r != -EBUSY ? r : second;
}

static int say(struct text *said, const char *what, const char *path, int r)
{
	if (r < 0)
		text_printf(said, "cannot %s %s: %s", what, path,
		    r == -EINVAL ? "it is no file" : strerror(-r));
	return r;
}

int resolv_conf_put(const char *saved, const char *text, struct text *said)
{
	_cleanup_(content_clear) struct content now = { 0 }, next = { 0 };
	int r = say(said, "read", RESOLV_CONF, content_read(RESOLV_CONF, &now));

	if (r)
		return r;
	if (says(&now, text))
		return 0;
	if (!is_ours(&now))
		r = say(said, "keep what was there before as", saved,
		    content_write(saved, &now));
	if (r)
		return r;
	next.type = CONTENT_FILE;
	next.mode = 0644;
	next.uid = geteuid();
	next.gid = getegid();
	text_append(&next.text, text);
	if (next.text.failed)
		return say(said, "write", RESOLV_CONF, -ENOMEM);
	return say(
	    said, "write", RESOLV_CONF, content_write(RESOLV_CONF, &next));
}

int resolv_conf_restore(
    const char *saved, const char *text, struct text *said)
{
	_cleanup_(content_clear) struct content now = { 0 }, before = { 0 };
	int r = say(said, "read", RESOLV_CONF, content_read(RESOLV_CONF, &now));

	if (r)
		return r;
	if (!is_ours(&now) || (text && !says(&now, text))) {
		(void)unlink(saved);
		return text ? RESOLV_CONF_LEFT : 0;
	}
	r = say(said, "read", saved, content_read(saved, &before));
	if (!r)
		r = say(said, "restore", RESOLV_CONF,
		    content_write(RESOLV_CONF, &before));
	if (!r)
		(void)unlink(saved);
	return r;
}
