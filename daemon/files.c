/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"

void files_clear(struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free((char *)files->items[i].name);
		free((char *)files->items[i].data);
	}
	free(files->items);
	*files = (struct files){ 0 };
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int fail(struct text *said, const char *path, int error)
{
	text_printf(said, "%s: %s", path, strerror(error));
	return -error;
}

static int check_owner(
    const char *path, const struct stat *st, struct text *said)
{
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		text_printf(said, "%s belongs to user %lu, not to root; "
				  "chown root %s",
		    path, (unsigned long)st->st_uid, path);
		return -EPERM;
	}
	if (st->st_mode & 022) {
		text_printf(said, "%s is writable by others; chmod go-w %s",
		    path, path);
		return -EPERM;
	}
	return 0;
}

/* n bytes, or as many as there are by now. */
static int read_bytes(int fd, char *data, size_t n, size_t *ret_n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t k = read(fd, data + done, n - done);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		if (k == 0)
			break;
		done += (size_t)k;
	}
	*ret_n = done;
	return 0;
}

static int append(
    struct files *files, const char *name, char **data, size_t n)
{
	struct source *grown = reallocarray(
	    files->items, files->n + 1, sizeof(*grown));
	char *copy = strdup(name);

	if (grown)
		files->items = grown;
	if (!grown || !copy) {
		free(copy);
		return -ENOMEM;
	}
	grown[files->n++] = (struct source){
		.name = copy, .data = steal_ptr(*data), .size = n
	};
	files->bytes += n;
	return 0;
}

static int add_file(struct files *files, int fd, const char *path,
    const struct stat *st, struct text *said)
{
	_cleanup_(free_ptr) char *data = NULL;
	size_t n = 0;
	int r;

	if (!S_ISREG(st->st_mode)) {
		text_printf(said, "%s is neither a file nor a directory", path);
		return -EINVAL;
	}
	r = check_owner(path, st, said);
	if (r < 0)
		return r;
	if (files->n == FILES_MAX ||
	    st->st_size > (off_t)(FILES_BYTES_MAX - files->bytes)) {
		text_printf(said, "%s: a profile has at most %d files and %d "
				  "MiB",
		    path, FILES_MAX, FILES_BYTES_MAX >> 20);
		return -EFBIG;
	}
	data = malloc((size_t)st->st_size + 1);
	if (!data)
		return fail(said, path, ENOMEM);
	r = read_bytes(fd, data, (size_t)st->st_size, &n);
	if (r == 0)
		r = append(files, path, &data, n);
	return r < 0 ? fail(said, path, -r) : 0;
}

static int is_profile(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > 5 &&
	    strcmp(entry->d_name + n - 5, ".yaml") == 0;
}

/* Byte by byte: the order must not depend on a locale. */
static int compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_entry(struct files *files, int dir, const char *path,
    const char *name, struct text *said)
{
	_cleanup_(text_clear) struct text full = { 0 };
	_cleanup_(close_fd) int fd = -1;
	struct stat st;

	text_printf(&full, "%s/%s", path, name);
	if (full.failed)
		return fail(said, path, ENOMEM);
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(said, full.data, errno);
	return add_file(files, fd, full.data, &st, said);
}

static int add_directory(
    struct files *files, int dir, const char *path, struct text *said)
{
	struct dirent **entries;
	int r = 0, n = scandirat(dir, ".", &entries, is_profile, compare);

	if (n < 0)
		return fail(said, path, errno);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = add_entry(
			    files, dir, path, entries[i]->d_name, said);
		free(entries[i]);
	}
	free(entries);
	if (n == 0) {
		text_printf(said, "%s has no *.yaml: write a profile there, "
				  "or give one with -p",
		    path);
		return -ENOENT;
	}
	return r;
}

int files_add(struct files *files, const char *path, struct text *said)
{
	/* Non-blocking: a pipe must not hold the start up. */
	_cleanup_(close_fd) int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(said, path, errno);
	if (!S_ISDIR(st.st_mode))
		return add_file(files, fd, path, &st, said);
	r = check_owner(path, &st, said);
	return r < 0 ? r : add_directory(files, fd, path, said);
}
