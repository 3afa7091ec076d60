/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"

/* What a call works with. */
struct adding {
	struct files *files;
	const struct files_rules *rules;
	struct text *said;
};

void files_clear(struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free((char *)files->items[i].name);
		free((char *)files->items[i].data);
	}
	free(files->items);
	*files = (struct files){ 0 };
}

void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int refuse(
    const struct adding *adding, const char *path, int r, const char *why)
{
	text_printf(adding->said, "%s: %s", path, why);
	return r;
}

static int fail(const struct adding *adding, const char *path, int r)
{
	return refuse(adding, path, r, strerror(-r));
}

/* ---- who may change it ---- */

static int object(const struct adding *adding, const char *path,
    const struct text *why, const char *remedy)
{
	_cleanup_(text_clear) struct text command = { 0 };

	text_printf(&command, "%s %s", remedy, path);
	if (why->failed || command.failed)
		return fail(adding, path, -ENOMEM);
	if (adding->rules->warn) {
		adding->rules->warn(
		    adding->rules->ctx, path, why->data, command.data);
		return 0;
	}
	text_printf(adding->said, "%s %s; %s", path, why->data, command.data);
	return -EPERM;
}

static int check_owner(const struct adding *adding, const char *path,
    const struct stat *st)
{
	_cleanup_(text_clear) struct text owner = { 0 }, writable = { 0 };
	int r = 0;

	if (st->st_uid != 0 && st->st_uid != adding->rules->owner) {
		text_printf(&owner, "belongs to user %lu, not to root",
		    (unsigned long)st->st_uid);
		r = object(adding, path, &owner, "chown root");
	}
	if (r == 0 && st->st_mode & 022) {
		text_append(&writable, "is writable by others");
		r = object(adding, path, &writable, "chmod go-w");
	}
	return r;
}

/* ---- reading ---- */

/* Reads to the end, or until there are size bytes. */
static int read_bytes(int fd, char *data, size_t size, size_t *ret_n)
{
	size_t n = 0;

	while (n < size) {
		ssize_t k = read(fd, data + n, size - n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		if (k == 0)
			break;
		n += (size_t)k;
	}
	*ret_n = n;
	return 0;
}

/* Half of a file may say something else than the whole. */
static bool has_changed(int fd, const struct stat *before, size_t n)
{
	struct stat after;

	return n != (size_t)before->st_size || fstat(fd, &after) < 0 ||
	    after.st_mtim.tv_sec != before->st_mtim.tv_sec ||
	    after.st_mtim.tv_nsec != before->st_mtim.tv_nsec;
}

static int append(struct files *files, const char *path, char **data, size_t n)
{
	struct source *grown =
	    reallocarray(files->items, files->n + 1, sizeof(*grown));
	char *name = strdup(path);

	if (grown)
		files->items = grown;
	if (!grown || !name) {
		free(name);
		return -ENOMEM;
	}
	grown[files->n++] = (struct source){
		.name = name, .data = steal_ptr(*data), .size = n
	};
	files->bytes += n;
	return 0;
}

static int add_file(const struct adding *adding, int fd, const char *path,
    const struct stat *st)
{
	struct files *files = adding->files;
	_cleanup_(free_ptr) char *data = NULL;
	size_t size, n = 0;
	int r;

	r = check_owner(adding, path, st);
	if (r < 0)
		return r;
	if (files->n == FILES_MAX)
		return refuse(adding, path, -EFBIG,
		    "one file more than the 1024 allowed");
	if (st->st_size > (off_t)(FILES_BYTES_MAX - files->bytes))
		return refuse(adding, path, -EFBIG,
		    "too large: 64 MiB are allowed for all files together");
	/* One more, to see that it ends there; and never no memory at all. */
	size = (size_t)st->st_size + 1;
	data = malloc(size);
	if (!data)
		return fail(adding, path, -ENOMEM);
	r = read_bytes(fd, data, size, &n);
	if (r < 0)
		return fail(adding, path, r);
	if (has_changed(fd, st, n))
		return refuse(adding, path, -EBUSY,
		    "was changed while it was read; try again");
	r = append(files, path, &data, n);
	return r < 0 ? fail(adding, path, r) : 0;
}

/* ---- directories ---- */

static bool has_ending(const char *name, const char *ending)
{
	size_t n = strlen(name), n_ending = strlen(ending);

	return *name != '.' && n > n_ending &&
	    strcmp(name + n - n_ending, ending) == 0;
}

/* Names of a directory's files; starts as {0}. */
struct names {
	char **items;
	size_t n;
};

static void names_clear(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
}

static void close_directory(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

static int names_add(struct names *names, const char *name)
{
	char **grown =
	    reallocarray(names->items, names->n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	names->items = grown;
	grown[names->n] = strdup(name);
	return grown[names->n] ? (names->n++, 0) : -ENOMEM;
}

/* One more than is allowed, at most. */
static int names_read(struct names *names, int fd, const char *ending)
{
	/* A descriptor of its own: closedir() closes it. */
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_(close_directory) DIR *directory =
	    own < 0 ? NULL : fdopendir(own);
	int r = directory ? 0 : -errno;

	if (own >= 0 && !directory)
		close(own);
	while (r == 0 && names->n <= FILES_MAX) {
		const struct dirent *entry;

		errno = 0;
		entry = readdir(directory);
		if (!entry)
			return -errno;
		if (has_ending(entry->d_name, ending))
			r = names_add(names, entry->d_name);
	}
	return r;
}

/* Byte by byte: the order must not depend on a locale. */
static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Nonblocking: a pipe must not hold anybody up. */
static int open_to_read(int directory, const char *name)
{
	return openat(
	    directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

static int add_entry(const struct adding *adding, int directory,
    const char *path, const char *name)
{
	_cleanup_(text_clear) struct text full = { 0 };
	_cleanup_(close_fd) int fd = -1;
	bool has_slash = path[strlen(path) - 1] == '/';
	struct stat st;

	text_printf(&full, "%s%s%s", path, has_slash ? "" : "/", name);
	if (full.failed)
		return fail(adding, path, -ENOMEM);
	fd = open_to_read(directory, name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(adding, full.data, -errno);
	if (!S_ISREG(st.st_mode))
		return refuse(
		    adding, full.data, -EINVAL, "is not a regular file");
	return add_file(adding, fd, full.data, &st);
}

static int add_directory(
    const struct adding *adding, int directory, const char *path)
{
	_cleanup_(names_clear) struct names names = { 0 };
	int r = names_read(&names, directory, adding->rules->ending);

	if (r < 0)
		return fail(adding, path, r);
	if (names.n == 0) {
		text_printf(adding->said, "%s: there is no *%s in it", path,
		    adding->rules->ending);
		return -ENOENT;
	}
	qsort(names.items, names.n, sizeof(*names.items), compare);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = add_entry(adding, directory, path, names.items[i]);
	return r;
}

int files_add(struct files *files, const char *path,
    const struct files_rules *rules, struct text *said)
{
	const struct adding adding = {
		.files = files, .rules = rules, .said = said
	};
	_cleanup_(close_fd) int fd = open_to_read(AT_FDCWD, path);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(&adding, path, -errno);
	if (S_ISREG(st.st_mode))
		return add_file(&adding, fd, path, &st);
	if (!S_ISDIR(st.st_mode))
		return refuse(&adding, path, -EINVAL,
		    "is neither a file nor a directory");
	r = check_owner(&adding, path, &st);
	return r < 0 ? r : add_directory(&adding, fd, path);
}
