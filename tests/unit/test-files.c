/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files as arguments name them: which are read, and which are refused. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/files.h"
#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

enum { OTHER = 4711 }; /* a user who is nobody here */

static char directory[64];
static struct files files;
static struct files_rules rules;
static struct text said, warned;

/* What happens at the next read of a file. */
static char grows[128];
static bool breaks;

ssize_t __real_read(int fd, void *buffer, size_t n);
ssize_t __wrap_read(int fd, void *buffer, size_t n);
ssize_t __wrap___read_chk(int fd, void *buffer, size_t n, size_t size);

static void add_bytes(const char *path, const char *bytes)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, strlen(bytes)), strlen(bytes));
	close(fd);
}

/* A few bytes at a time, as a read may return them. */
ssize_t __wrap_read(int fd, void *buffer, size_t n)
{
	if (*grows) {
		add_bytes(grows, "more: of it\n");
		*grows = '\0';
	}
	if (breaks) {
		errno = EIO;
		return -1;
	}
	return __real_read(fd, buffer, n < 7 ? n : 7);
}

/* What the C library's checks make of it. */
ssize_t __wrap___read_chk(int fd, void *buffer, size_t n, size_t size)
{
	if (n > size)
		abort(); /* ck_assert() would allocate */
	return __wrap_read(fd, buffer, n);
}

static void on_warn(void *ctx, const char *path, const char *why,
    const char *remedy)
{
	ck_assert_ptr_eq(ctx, &warned);
	text_printf(&warned, "[%s %s; %s]",
	    strncmp(path, directory, strlen(directory)) == 0 ?
		path + strlen(directory) :
		path,
	    why, strrchr(remedy, '/') ? remedy : "?");
}

static void set_up(void)
{
	scratch_open();
	snprintf(directory, sizeof(directory), "%s", scratch_path(NULL));
	rules = (struct files_rules){ .ending = ".yaml", .owner = geteuid() };
	*grows = '\0';
	breaks = false;
}

static void tear_down(void)
{
	files_clear(&files);
	text_clear(&said);
	text_clear(&warned);
	scratch_close();
}

static int add(const char *path)
{
	text_clear(&said);
	return files_add(&files, path, &rules, &said);
}

static void refused(const char *path, int r, const char *why)
{
	_cleanup_(text_clear) struct text want = { 0 };
	size_t n = files.n, bytes = files.bytes;

	ck_assert_int_eq(add(path), r);
	text_printf(&want, "%s%s", path, why);
	ck_assert_str_eq(said.data, want.data);
	ck_assert_uint_eq(files.n, n);
	ck_assert_uint_eq(files.bytes, bytes);
}

static void assert_file(size_t i, const char *name, const char *text)
{
	ck_assert_uint_lt(i, files.n);
	ck_assert_str_eq(files.items[i].name, name);
	ck_assert_uint_eq(files.items[i].size, strlen(text));
	ck_assert_mem_eq(files.items[i].data, text, strlen(text));
}

/* ---- what is read ---- */

START_TEST(a_file_is_read_whole_whatever_its_name)
{
	scratch_put("profile", "version: 1\nnodes: {}\n");
	ck_assert_int_eq(add(scratch_path("profile")), 0);
	ck_assert_uint_eq(files.n, 1);
	assert_file(0, scratch_path("profile"), "version: 1\nnodes: {}\n");
	ck_assert_uint_eq(files.bytes, 21);
}
END_TEST

START_TEST(an_empty_file_is_a_file)
{
	scratch_put("empty.yaml", "");
	ck_assert_int_eq(add(scratch_path("empty.yaml")), 0);
	assert_file(0, scratch_path("empty.yaml"), "");
	ck_assert_ptr_nonnull(files.items[0].data);
}
END_TEST

START_TEST(a_directory_is_its_files_in_the_order_of_their_bytes)
{
	static const char *const order[] = { "10.yaml", "9.yaml", "B.yaml",
		"a.yaml", "b.yaml", "\xc3\xa4.yaml" };

	for (size_t i = ARRAY_SIZE(order); i-- > 0;)
		scratch_put(order[i], order[i]);
	scratch_put(".hidden.yaml", "x");
	scratch_put(".yaml", "x");
	scratch_put("c.yml", "x");
	scratch_put("d.yaml~", "x");
	scratch_put("e.yaml.dpkg-new", "x");
	ck_assert_int_eq(add(directory), 0);
	ck_assert_uint_eq(files.n, ARRAY_SIZE(order));
	for (size_t i = 0; i < files.n; i++)
		assert_file(i, scratch_path(order[i]), order[i]);
}
END_TEST

START_TEST(paths_add_up_in_their_order)
{
	scratch_put("b.yaml", "b");
	scratch_put("a", "a");
	ck_assert_int_eq(add(directory), 0);
	ck_assert_int_eq(add(scratch_path("a")), 0);
	ck_assert_uint_eq(files.n, 2);
	assert_file(0, scratch_path("b.yaml"), "b");
	assert_file(1, scratch_path("a"), "a");
	ck_assert_uint_eq(files.bytes, 2);
	files_clear(&files);
	ck_assert_ptr_null(files.items);
	ck_assert_uint_eq(files.bytes, 0);
}
END_TEST

START_TEST(a_slash_at_the_end_is_not_doubled)
{
	scratch_put("a.yaml", "a");
	ck_assert_int_eq(add(scratch_path("")), 0);
	assert_file(0, scratch_path("a.yaml"), "a");
}
END_TEST

START_TEST(links_are_followed)
{
	scratch_put("there", "a");
	ck_assert_int_eq(symlink("there", scratch_path("a.yaml")), 0);
	ck_assert_int_eq(add(directory), 0);
	assert_file(0, scratch_path("a.yaml"), "a");
	files_clear(&files);
	ck_assert_int_eq(symlink(".", scratch_path("link")), 0);
	ck_assert_int_eq(add(scratch_path("link")), 0);
	assert_file(0, scratch_path("link/a.yaml"), "a");
}
END_TEST

/* ---- what is not ---- */

START_TEST(what_is_not_there_is_refused)
{
	refused(scratch_path("a.yaml"), -ENOENT, ": No such file or directory");
	refused(
	    scratch_path("no/a.yaml"), -ENOENT, ": No such file or directory");
	refused("", -ENOENT, ": No such file or directory");
	ck_assert_int_eq(symlink("nowhere", scratch_path("a.yaml")), 0);
	refused(scratch_path("a.yaml"), -ENOENT, ": No such file or directory");
	ck_assert_int_eq(add(directory), -ENOENT);
	ck_assert_ptr_nonnull(strstr(said.data, "/a.yaml: No such file"));
	ck_assert_int_eq(symlink("b", scratch_path("b")), 0);
	refused(
	    scratch_path("b"), -ELOOP, ": Too many levels of symbolic links");
}
END_TEST

START_TEST(a_directory_without_a_file_is_refused)
{
	refused(directory, -ENOENT, ": there is no *.yaml in it");
	scratch_put("a.yml", "a");
	scratch_put(".a.yaml", "a");
	refused(directory, -ENOENT, ": there is no *.yaml in it");
}
END_TEST

/* Nobody writes to the pipe: opening or reading it would take for ever. */
START_TEST(only_files_are_read)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(mkfifo(scratch_path("a.yaml"), 0600), 0);
	refused(scratch_path("a.yaml"), -EINVAL,
	    ": is neither a file nor a directory");
	ck_assert_int_eq(add(directory), -EINVAL);
	ck_assert_ptr_nonnull(
	    strstr(said.data, "/a.yaml: is not a regular file"));
	ck_assert_int_eq(unlink(scratch_path("a.yaml")), 0);
	ck_assert_int_eq(mkdir(scratch_path("a.yaml"), 0755), 0);
	ck_assert_int_eq(add(directory), -EINVAL);
	ck_assert_ptr_nonnull(
	    strstr(said.data, "/a.yaml: is not a regular file"));
	ck_assert_int_eq(rmdir(scratch_path("a.yaml")), 0);
	strcpy(address.sun_path, scratch_path("a.yaml"));
	ck_assert_int_eq(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	refused(scratch_path("a.yaml"), -ENXIO, ": No such device or address");
	close(fd);
	refused("/dev/null", -EINVAL, ": is neither a file nor a directory");
}
END_TEST

START_TEST(no_file_is_larger_than_the_limit)
{
	scratch_put("a.yaml", "");
	ck_assert_int_eq(
	    truncate(scratch_path("a.yaml"), (off_t)FILES_BYTES_MAX + 1), 0);
	refused(scratch_path("a.yaml"), -EFBIG,
	    ": too large: 64 MiB are allowed for all files together");
	ck_assert_int_eq(truncate(scratch_path("a.yaml"), (off_t)1 << 42), 0);
	refused(scratch_path("a.yaml"), -EFBIG,
	    ": too large: 64 MiB are allowed for all files together");
}
END_TEST

START_TEST(all_files_together_are_not_larger_than_the_limit)
{
	scratch_put("a.yaml", "a");
	scratch_put("b.yaml", "bcd");
	/* As if there had been others. */
	files.bytes = FILES_BYTES_MAX - 4;
	ck_assert_int_eq(add(directory), 0);
	ck_assert_uint_eq(files.bytes, FILES_BYTES_MAX);
	refused(scratch_path("a.yaml"), -EFBIG,
	    ": too large: 64 MiB are allowed for all files together");
	scratch_put("empty", "");
	ck_assert_int_eq(add(scratch_path("empty")), 0);
}
END_TEST

START_TEST(there_are_no_more_files_than_the_limit)
{
	char name[16];

	for (int i = 0; i < FILES_MAX; i++) {
		snprintf(name, sizeof(name), "%d.yaml", i);
		scratch_put(name, "");
	}
	ck_assert_int_eq(add(directory), 0);
	ck_assert_uint_eq(files.n, FILES_MAX);
	refused(scratch_path("0.yaml"), -EFBIG,
	    ": one file more than the 1024 allowed");
	files_clear(&files);
	scratch_put("one-more.yaml", "");
	ck_assert_int_eq(add(directory), -EFBIG);
	ck_assert_ptr_nonnull(strstr(said.data, "than the 1024 allowed"));
	ck_assert_uint_eq(files.n, FILES_MAX);
}
END_TEST

START_TEST(a_file_that_changes_while_it_is_read_is_refused)
{
	scratch_put("a.yaml", "a: 1\nb: 2\n");
	strcpy(grows, scratch_path("a.yaml"));
	refused(scratch_path("a.yaml"), -EBUSY,
	    ": was changed while it was read; try again");
	ck_assert_int_eq(add(scratch_path("a.yaml")), 0);
	assert_file(0, scratch_path("a.yaml"), "a: 1\nb: 2\nmore: of it\n");
}
END_TEST

START_TEST(a_file_that_breaks_off_is_refused)
{
	scratch_put("a.yaml", "a: 1\n");
	breaks = true;
	refused(scratch_path("a.yaml"), -EIO, ": Input/output error");
}
END_TEST

/* ---- whose it is ---- */

START_TEST(what_others_may_write_to_is_refused)
{
	static const mode_t modes[] = { 0664, 0646, 0622 };
	_cleanup_(text_clear) struct text why = { 0 };

	scratch_put("a.yaml", "a");
	text_printf(&why, " is writable by others; chmod go-w %s",
	    scratch_path("a.yaml"));
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		ck_assert_int_eq(chmod(scratch_path("a.yaml"), modes[i]), 0);
		refused(scratch_path("a.yaml"), -EPERM, why.data);
	}
	ck_assert_int_eq(add(directory), -EPERM);
	ck_assert_int_eq(chmod(scratch_path("a.yaml"), 0444), 0);
	ck_assert_int_eq(add(directory), 0);

	ck_assert_int_eq(chmod(directory, 0777), 0);
	text_clear(&why);
	text_printf(
	    &why, " is writable by others; chmod go-w %s", directory);
	refused(directory, -EPERM, why.data);
	/* Also where nobody can take away another's: he can add his own. */
	ck_assert_int_eq(chmod(directory, 01777), 0);
	refused(directory, -EPERM, why.data);
	/* A file that is named is the one that is meant. */
	ck_assert_int_eq(add(scratch_path("a.yaml")), 0);
}
END_TEST

START_TEST(what_belongs_to_another_is_refused)
{
	_cleanup_(text_clear) struct text why = { 0 };
	uid_t me = geteuid();

	scratch_put("a.yaml", "a");
	/* Whoever runs this: root's and the owner's are read. */
	ck_assert_int_eq(add("/etc/passwd"), 0);
	if (me == 0)
		ck_assert_int_eq(chown(scratch_path("a.yaml"), OTHER, 0), 0);
	rules.owner = me ? me + 1 : OTHER + 1;
	text_printf(&why, " belongs to user %d, not to root; chown root %s",
	    me ? (int)me : OTHER, scratch_path("a.yaml"));
	refused(scratch_path("a.yaml"), -EPERM, why.data);
	rules.owner = me ? me : OTHER;
	ck_assert_int_eq(add(scratch_path("a.yaml")), 0);
}
END_TEST

START_TEST(a_link_does_not_hide_whose_it_is)
{
	scratch_put("there", "a");
	ck_assert_int_eq(chmod(scratch_path("there"), 0666), 0);
	ck_assert_int_eq(symlink("there", scratch_path("a.yaml")), 0);
	ck_assert_int_eq(add(scratch_path("a.yaml")), -EPERM);
	ck_assert_int_eq(add(directory), -EPERM);
}
END_TEST

START_TEST(who_only_warns_reads_it_all_the_same)
{
	_cleanup_(text_clear) struct text want = { 0 };

	rules.warn = on_warn;
	rules.ctx = &warned;
	rules.owner = geteuid();
	scratch_put("a.yaml", "a");
	ck_assert_int_eq(add(directory), 0);
	ck_assert_ptr_null(warned.data);
	ck_assert_int_eq(chmod(scratch_path("a.yaml"), 0666), 0);
	ck_assert_int_eq(chmod(directory, 0777), 0);
	ck_assert_int_eq(add(directory), 0);
	ck_assert_uint_eq(files.n, 2);
	text_printf(&want,
	    "[ is writable by others; chmod go-w %s]"
	    "[/a.yaml is writable by others; chmod go-w %s/a.yaml]",
	    directory, directory);
	ck_assert_str_eq(warned.data, want.data);
}
END_TEST

START_TEST(what_may_not_be_read_is_refused)
{
	scratch_put("a.yaml", "a");
	ck_assert_int_eq(chmod(scratch_path("a.yaml"), 0), 0);
	ck_assert_int_eq(chmod(directory, 0711), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(OTHER), 0);
	refused(scratch_path("a.yaml"), -EACCES, ": Permission denied");
	if (getuid() == 0)
		refused(directory, -EACCES, ": Permission denied");
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(without_memory_it_says_so_and_leaks_nothing)
{
	long n_needed, nth;
	size_t n_complete = 0;

	scratch_put("a.yaml", "a");
	scratch_put("b.yaml", "b");
	for (nth = 1;; nth++) {
		int r;

		failing_malloc_begin(nth);
		r = add(directory);
		n_needed = failing_malloc_end();
		ck_assert_int_eq(r, n_needed < nth ? 0 : -ENOMEM);
		ck_assert_uint_le(files.n, 2);
		ck_assert_uint_eq(files.bytes, files.n);
		if (r == 0)
			break;
		n_complete += files.n;
		files_clear(&files);
	}
	ck_assert_int_gt(nth, 8);
	ck_assert_uint_gt(n_complete, 0);
	assert_file(1, scratch_path("b.yaml"), "b");
}
END_TEST

static void add_tests(TCase *tcase)
{
	tcase_add_test(tcase, a_file_is_read_whole_whatever_its_name);
	tcase_add_test(tcase, an_empty_file_is_a_file);
	tcase_add_test(
	    tcase, a_directory_is_its_files_in_the_order_of_their_bytes);
	tcase_add_test(tcase, paths_add_up_in_their_order);
	tcase_add_test(tcase, a_slash_at_the_end_is_not_doubled);
	tcase_add_test(tcase, links_are_followed);
	tcase_add_test(tcase, what_is_not_there_is_refused);
	tcase_add_test(tcase, a_directory_without_a_file_is_refused);
	tcase_add_test(tcase, only_files_are_read);
	tcase_add_test(tcase, no_file_is_larger_than_the_limit);
	tcase_add_test(
	    tcase, all_files_together_are_not_larger_than_the_limit);
	tcase_add_test(tcase, there_are_no_more_files_than_the_limit);
	tcase_add_test(
	    tcase, a_file_that_changes_while_it_is_read_is_refused);
	tcase_add_test(tcase, a_file_that_breaks_off_is_refused);
	tcase_add_test(tcase, what_others_may_write_to_is_refused);
	tcase_add_test(tcase, what_belongs_to_another_is_refused);
	tcase_add_test(tcase, a_link_does_not_hide_whose_it_is);
	tcase_add_test(tcase, who_only_warns_reads_it_all_the_same);
	tcase_add_test(tcase, what_may_not_be_read_is_refused);
	tcase_add_test(tcase, without_memory_it_says_so_and_leaks_nothing);
}

int main(void)
{
	Suite *suite = suite_create("files");
	TCase *tcase = tcase_create("files");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	add_tests(tcase);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
