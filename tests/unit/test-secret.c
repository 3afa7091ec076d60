/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files a secret may be in, and what is said of the others. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "providers/support/secret.h"
#include "resolver/schema.h"
#include "tests/unit/run.h"

static char directory[] = "/tmp/test-secret.XXXXXX";
static char path[sizeof(directory) + 16], other[sizeof(directory) + 16];
static char error[512];
static struct secret_bytes bytes;

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/psk", directory);
	snprintf(other, sizeof(other), "%s/other", directory);
}

static void teardown(void)
{
	secret_clear(&bytes);
	unlink(path);
	unlink(other);
	ck_assert_int_eq(rmdir(directory), 0);
}

static void put(const char *name, const char *text, size_t n, mode_t mode)
{
	FILE *file = fopen(name, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, n, file), n);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(name, mode), 0);
}

static int get(void)
{
	struct secret secret = { .file = path };

	error[0] = '\0';
	return secret_read(&secret, &bytes, error, sizeof(error));
}

static void refused(int expected, const char *way_out)
{
	int r = get();

	ck_assert_int_eq(r, expected);
	ck_assert_ptr_null(bytes.data);
	ck_assert_msg(strstr(error, path), "the file is not named: %s", error);
	ck_assert_msg(strstr(error, way_out), "no '%s': %s", way_out, error);
}

START_TEST(one_newline_at_the_end_is_not_part_of_it)
{
	put(path, "one\n\n", 5, 0600);
	ck_assert_int_eq(get(), 0);
	ck_assert_uint_eq(bytes.n, 4);
	ck_assert_mem_eq(bytes.data, "one\n", 4);
}
END_TEST

START_TEST(it_may_hold_any_byte)
{
	put(path, "a\0\377", 3, 0400);
	ck_assert_int_eq(get(), 0);
	ck_assert_uint_eq(bytes.n, 3);
	ck_assert_mem_eq(bytes.data, "a\0\377", 3);
}
END_TEST

START_TEST(clear_text_is_taken_as_it_stands)
{
	struct secret secret = { .text = "pass\n" };

	ck_assert_int_eq(
	    secret_read(&secret, &bytes, error, sizeof(error)), 0);
	ck_assert_uint_eq(bytes.n, 5);
}
END_TEST

START_TEST(a_file_open_to_others_is_refused)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0610, 0601 };

	put(path, "x", 1, modes[_i]);
	refused(-EPERM, "chmod 600");
	ck_assert(secret_error_is_permanent(-EPERM));
}
END_TEST

START_TEST(a_file_of_someone_else_is_refused)
{
	if (geteuid() != 0)
		return;
	put(path, "x", 1, 0600);
	ck_assert_int_eq(chown(path, 1, -1), 0);
	refused(-EPERM, "chown root");
}
END_TEST

START_TEST(a_symbolic_link_is_refused)
{
	put(other, "x", 1, 0600);
	ck_assert_int_eq(symlink(other, path), 0);
	refused(-ELOOP, "name the file itself");
	ck_assert(secret_error_is_permanent(-ELOOP));
}
END_TEST

START_TEST(a_fifo_is_refused_without_waiting_for_it)
{
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	refused(-EINVAL, "regular file");
}
END_TEST

START_TEST(a_folder_is_refused)
{
	ck_assert_int_eq(mkdir(path, 0700), 0);
	refused(-EINVAL, "regular file");
	rmdir(path);
}
END_TEST

START_TEST(an_absent_file_may_come_yet)
{
	refused(-ENOENT, "No such file");
	ck_assert(!secret_error_is_permanent(-ENOENT));
}
END_TEST

START_TEST(an_empty_file_is_refused)
{
	put(path, "\n", 1, 0600);
	refused(-ENODATA, "put the secret into it");
}
END_TEST

START_TEST(its_size_has_a_limit)
{
	static char text[SECRET_MAX + 2];

	memset(text, 's', sizeof(text));
	text[SECRET_MAX] = '\n';
	put(path, text, SECRET_MAX + 1, 0600);
	ck_assert_int_eq(get(), 0);
	ck_assert_uint_eq(bytes.n, SECRET_MAX);
	secret_clear(&bytes);
	text[SECRET_MAX] = 's';
	put(path, text, SECRET_MAX + 1, 0600);
	refused(-E2BIG, "too long");
	ck_assert_ptr_null(strstr(error, "sss"));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("secret");
	TCase *files = tcase_create("files");

	tcase_add_checked_fixture(files, setup, teardown);
	tcase_add_test(files, one_newline_at_the_end_is_not_part_of_it);
	tcase_add_test(files, it_may_hold_any_byte);
	tcase_add_test(files, clear_text_is_taken_as_it_stands);
	tcase_add_loop_test(files, a_file_open_to_others_is_refused, 0, 6);
	tcase_add_test(files, a_file_of_someone_else_is_refused);
	tcase_add_test(files, a_symbolic_link_is_refused);
	tcase_add_test(files, a_fifo_is_refused_without_waiting_for_it);
	tcase_add_test(files, a_folder_is_refused);
	tcase_add_test(files, an_absent_file_may_come_yet);
	tcase_add_test(files, an_empty_file_is_refused);
	tcase_add_test(files, its_size_has_a_limit);
	suite_add_tcase(s, files);
	return s;
}

int main(void)
{
	return run_suite(suite());
}
