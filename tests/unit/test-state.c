/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/state.h"
#include "resolver/resolver.h"
#include "tests/unit/run.h"

static const char boot[] = "0f5e2b5c-0000-4000-8000-000000000001";
static char directory[] = "/tmp/netconf-state-XXXXXX";
static char file[sizeof(directory) + 16];
static struct text found, said;

static void setup(void)
{
	strcpy(directory + sizeof(directory) - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(file, sizeof(file), "%s/goals", directory);
}

static void teardown(void)
{
	(void)unlink(file);
	(void)rmdir(file);
	ck_assert_int_eq(rmdir(directory), 0);
	text_clear(&found);
	text_clear(&said);
}

static void on_kept(void *ctx, const struct kept *kept)
{
	ck_assert_ptr_eq(ctx, &found);
	if (kept->type == KEPT_LATCH)
		text_printf(&found, "%s:%u(%s) ", kept->name, kept->number,
		    kept->text);
	else
		text_printf(&found, "%c%s ",
		    kept->type == KEPT_MASK ? '-' : '+', kept->name);
}

static void add(struct text *text, enum kept_type type, const char *name)
{
	state_add(text, &(struct kept){ .type = type, .name = name });
}

static void add_latch(
    struct text *text, const char *name, const char *interval, bool is_set)
{
	state_add(text, &(struct kept){ .type = KEPT_LATCH, .name = name,
			    .text = interval, .number = is_set });
}

static int load(const char *boot_id)
{
	text_clear(&found);
	text_clear(&said);
	return state_load(directory, boot_id, on_kept, &found, &said);
}

static void make(struct text *text)
{
	state_begin(text, boot);
	add(text, KEPT_GOAL, "vpn0");
	add(text, KEPT_MASK, "lan@eth0.1");
	add_latch(text, "vpn0", "from a until b", true);
	add_latch(text, "lan@eth0", "from startup until lan down", false);
	add(text, KEPT_UP, "vpn0");
	add(text, KEPT_PREFIX, "vpn0");
	state_end(text);
	ck_assert(!text->failed);
}

static void put(const char *data, size_t n)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, n), (ssize_t)n);
	close(fd);
}

START_TEST(what_is_stored_is_loaded)
{
	_cleanup_(text_clear) struct text text = { 0 };

	make(&text);
	ck_assert_int_eq(state_store(directory, text.data, text.n), 0);
	ck_assert_int_eq(load(boot), 1);
	ck_assert_str_eq(found.data,
	    "+vpn0 -lan@eth0.1 vpn0:1(from a until b) "
	    "lan@eth0:0(from startup until lan down) ");
}
END_TEST

START_TEST(no_file_is_no_goals)
{
	ck_assert_int_eq(load(boot), 0);
	ck_assert_uint_eq(found.n, 0);
}
END_TEST

START_TEST(goals_do_not_outlive_a_reboot)
{
	_cleanup_(text_clear) struct text text = { 0 };

	make(&text);
	ck_assert_int_eq(state_store(directory, text.data, text.n), 0);
	ck_assert_int_eq(load("0f5e2b5c-0000-4000-8000-000000000002"), 0);
	ck_assert_uint_eq(found.n, 0);
}
END_TEST

START_TEST(a_file_cut_short_anywhere_is_ignored)
{
	_cleanup_(text_clear) struct text text = { 0 };

	make(&text);
	for (size_t n = 0; n < text.n; n++) {
		put(text.data, n);
		ck_assert_int_eq(load(boot), -EBADMSG);
		ck_assert_uint_eq(found.n, 0);
		ck_assert_uint_gt(said.n, 0);
	}
}
END_TEST

START_TEST(a_file_altered_anywhere_is_ignored)
{
	_cleanup_(text_clear) struct text text = { 0 };

	make(&text);
	for (size_t i = 0; i < text.n; i++) {
		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			text.data[i] = (char)(text.data[i] ^ bit);
			put(text.data, text.n);
			ck_assert_int_eq(load(boot), -EBADMSG);
			ck_assert_uint_eq(found.n, 0);
			text.data[i] = (char)(text.data[i] ^ bit);
		}
	}
}
END_TEST

START_TEST(a_name_no_profile_has_is_ignored_even_if_it_is_signed)
{
	_cleanup_(text_clear) struct text text = { 0 };

	state_begin(&text, boot);
	add(&text, KEPT_GOAL, "good");
	text_append(&text, "goal ../../etc\n");
	state_end(&text);
	put(text.data, text.n);
	ck_assert_int_eq(load(boot), -EBADMSG);
	ck_assert_uint_eq(found.n, 0);
}
END_TEST

START_TEST(a_latch_that_is_none_is_ignored_even_if_it_is_signed)
{
	static const char *const lines[] = { "latch", "latch vpn0",
		"latch vpn0 1", "latch vpn0 1 ", "latch vpn0 2 from a until b",
		"latch vpn0 10 from a until b", "latch vpn0  1 from a",
		"latch ../x 1 from a until b", "latch  1 from a until b",
		"latch vpn0 1 from\ta" };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_cleanup_(text_clear) struct text text = { 0 };

		state_begin(&text, boot);
		text_printf(&text, "%s\n", lines[i]);
		state_end(&text);
		put(text.data, text.n);
		ck_assert_int_eq(load(boot), -EBADMSG);
		ck_assert_uint_eq(found.n, 0);
	}
}
END_TEST

START_TEST(an_interval_without_end_is_left_out)
{
	_cleanup_(text_clear) struct text text = { 0 };
	char interval[STATE_LATCH_MAX + 2];

	memset(interval, 'x', sizeof(interval));
	interval[sizeof(interval) - 1] = '\0';
	state_begin(&text, boot);
	add_latch(&text, "vpn0", interval, true);
	add_latch(&text, "vpn0", interval + 1, true);
	state_end(&text);
	put(text.data, text.n);
	ck_assert_int_eq(load(boot), 1);
	ck_assert_uint_eq(found.n,
	    strlen("vpn0:1() ") + STATE_LATCH_MAX);
}
END_TEST

START_TEST(what_is_not_a_file_is_not_read)
{
	ck_assert_int_eq(mkfifo(file, 0600), 0);
	ck_assert_int_eq(load(boot), -EBADMSG);
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(mkdir(file, 0700), 0);
	ck_assert_int_eq(load(boot), -EBADMSG);
	ck_assert_int_eq(rmdir(file), 0);
	ck_assert_int_eq(symlink("/dev/zero", file), 0);
	ck_assert_int_eq(load(boot), -ELOOP);
}
END_TEST

START_TEST(a_file_without_end_is_not_read_to_it)
{
	ck_assert_int_eq(truncate(file, 0), -1);
	put("", 0);
	ck_assert_int_eq(truncate(file, (off_t)1 << 40), 0);
	ck_assert_int_eq(load(boot), -EBADMSG);
}
END_TEST

START_TEST(storing_leaves_nothing_but_the_file)
{
	_cleanup_(text_clear) struct text text = { 0 };
	char path[64];

	make(&text);
	snprintf(path, sizeof(path), "%s/goals.new", directory);
	/* What a crash, or somebody else, may have left there. */
	ck_assert_int_eq(symlink("/nowhere/else", path), 0);
	ck_assert_int_eq(state_store(directory, text.data, text.n), 0);
	ck_assert_int_eq(access(path, F_OK), -1);
	ck_assert_int_eq(load(boot), 1);
	ck_assert_uint_gt(found.n, 0);
}
END_TEST

START_TEST(the_boot_has_an_id)
{
	char id[STATE_BOOT_ID_SIZE], again[STATE_BOOT_ID_SIZE];

	ck_assert_int_eq(state_boot_id(id), 0);
	ck_assert_int_eq(state_boot_id(again), 0);
	ck_assert_uint_eq(strlen(id), 36);
	ck_assert_str_eq(id, again);
}
END_TEST

START_TEST(names_are_those_of_profiles_and_devices)
{
	ck_assert(state_name_is_valid("a"));
	ck_assert(state_name_is_valid("lan@eth0.1"));
	ck_assert(state_name_is_valid("lan@\xe4\xb8\xad"));
	ck_assert(!state_name_is_valid(""));
	ck_assert(!state_name_is_valid("@eth0"));
	ck_assert(!state_name_is_valid("lan@"));
	ck_assert(!state_name_is_valid("lan@a b"));
	ck_assert(!state_name_is_valid("lan@a\nmask x"));
	ck_assert(!state_name_is_valid("lan@a/b"));
	ck_assert(!state_name_is_valid("a/b"));
	ck_assert(!state_name_is_valid("lan@0123456789abcdef"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("state");
	TCase *tcase = tcase_create("state");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, what_is_stored_is_loaded);
	tcase_add_test(tcase, no_file_is_no_goals);
	tcase_add_test(tcase, goals_do_not_outlive_a_reboot);
	tcase_add_test(tcase, a_file_cut_short_anywhere_is_ignored);
	tcase_add_test(tcase, a_file_altered_anywhere_is_ignored);
	tcase_add_test(
	    tcase, a_name_no_profile_has_is_ignored_even_if_it_is_signed);
	tcase_add_test(tcase, what_is_not_a_file_is_not_read);
	tcase_add_test(
	    tcase, a_latch_that_is_none_is_ignored_even_if_it_is_signed);
	tcase_add_test(tcase, an_interval_without_end_is_left_out);
	tcase_add_test(tcase, a_file_without_end_is_not_read_to_it);
	tcase_add_test(tcase, storing_leaves_nothing_but_the_file);
	tcase_add_test(tcase, the_boot_has_an_id);
	tcase_add_test(tcase, names_are_those_of_profiles_and_devices);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
