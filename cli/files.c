/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/files.h"

static int refuse(struct text *error, const char *path, int r, const char *why)
{
	text_printf(error, "%s: %s", path, why ? why : strerror(-r));
	return error->failed ? -ENOMEM : r;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Reads at most size bytes, as many as there are. */
static int read_all(int fd, char *data, size_t size, size_t *ret_n)
{
	size_t n = 0;

	while (n < size) {
		ssize_t r = read(fd, data + n, size - n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		n += (size_t)r;
	}
	*ret_n = n;
	return 0;
}

/* Takes name and data over, also when it fails. */
static int append(struct files *files, char *name, char *data, size_t size)
{
	struct source *items = NULL;

	if (name && data)
		items =
		    reallocarray(files->items, files->n + 1, sizeof(*items));
	if (!items) {
		free(name);
		free(data);
		return -ENOMEM;
	}
	files->items = items;
	files->items[files->n++] = (struct source){
	    .name = name,
	    .data = data,
	    .size = size,
	};
	files->bytes += size;
	return 0;
}

static int add_file(struct files *files, int fd, const char *path,
    const struct stat *status, struct text *error)
{
	_cleanup_(free_ptr) char *data = NULL;
	size_t size = 0;

	if (!S_ISREG(status->st_mode))
		return refuse(
		    error, path, -EINVAL, "is neither a file nor a directory");
	if (status->st_size > FILES_BYTES_MAX - (off_t)files->bytes)
		return refuse(error, path, -EFBIG,
		    "makes the profile longer than 64 MiB");
	if (files->n >= FILES_MAX)
		return refuse(error, path, -E2BIG,
		    "is one file more than the 1024 a profile may have");
	/* One more, so that it is never empty memory. */
	data = malloc((size_t)status->st_size + 1);
	if (!data)
		return -ENOMEM;
	int r = read_all(fd, data, (size_t)status->st_size, &size);
	if (r < 0)
		return refuse(error, path, r, NULL);
	return append(files, strdup(path), steal_ptr(data), size);
}

static int is_yaml(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > 5 &&
	       strcmp(entry->d_name + n - 5, ".yaml") == 0;
}

/* As alphasort(), which asks the locale. */
static int compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_path(
    struct files *files, const char *path, bool is_entry, struct text *error);

static int add_directory(
    struct files *files, const char *path, struct text *error)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_yaml, compare);
	int r = 0;

	if (n < 0)
		return refuse(error, path, -errno, NULL);
	for (int i = 0; i < n; i++) {
		_cleanup_(text_clear) struct text entry = {0};

		text_printf(&entry, "%s/%s", path, entries[i]->d_name);
		free(entries[i]);
		if (entry.failed)
			r = -ENOMEM;
		if (r == 0)
			r = add_path(files, entry.data, true, error);
	}
	free(entries);
	if (n == 0)
		return refuse(error, path, -ENOENT,
		    "holds no profile: there is no *.yaml in it");
	return r;
}

static int add_path(
    struct files *files, const char *path, bool is_entry, struct text *error)
{
	/* Nonblocking: the open of a FIFO would wait for its writer. */
	_cleanup_(close_fd) int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return refuse(error, path, -errno, NULL);
	if (S_ISDIR(status.st_mode) && !is_entry)
		return add_directory(files, path, error);
	return add_file(files, fd, path, &status, error);
}

int files_add(struct files *files, const char *path, struct text *error)
{
	return add_path(files, path, false, error);
}

void files_clear(struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free((char *)files->items[i].name);
		free((char *)files->items[i].data);
	}
	free(files->items);
	*files = (struct files){0};
}
