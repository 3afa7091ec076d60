/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goals and masks are stored, the last ones, without holding the loop up. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uv.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/saver.h"
#include "daemon/state.h"
#include "resolver/resolver.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

static const char boot[] = "0f5e2b5c-0000-4000-8000-000000000001";
static uv_loop_t loop;
static struct saver *saver;
static struct text found;

static void set_up(void)
{
	scratch_open();
	ck_assert_int_eq(uv_loop_init(&loop), 0);
}

static void tear_down(void)
{
	text_clear(&found);
	scratch_close();
}

static void make(struct text *text, const char *name)
{
	state_begin(text, boot);
	state_add(text, &(struct kept){ .type = KEPT_GOAL, .name = name });
	state_end(text);
	ck_assert(!text->failed);
}

static uint64_t n_saved;

static void save(const char *name)
{
	_cleanup_(text_clear) struct text text = { 0 };

	make(&text, name);
	n_saved = saver_save(saver, &text);
	ck_assert_ptr_null(text.data);
}

/* Closes it, lets it end, and nothing may be left. */
static void finish(void)
{
	saver_close(saver);
	ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
}

static void on_kept(void *ctx, const struct kept *kept)
{
	ck_assert_int_eq(kept->type, KEPT_GOAL);
	text_printf(ctx, "%s ", kept->name);
}

static void assert_stored(const char *want)
{
	_cleanup_(text_clear) struct text said = { 0 };

	text_clear(&found);
	ck_assert_int_ge(
	    state_load(scratch_path(NULL), boot, on_kept, &found, &said), 0);
	ck_assert_str_eq(found.data ? found.data : "", want);
}

static uint64_t n_stored;

static void on_stored(void *ctx, uint64_t number)
{
	ck_assert_ptr_eq(ctx, &n_stored);
	ck_assert_uint_gt(number, n_stored);
	n_stored = number;
}

/* The directory's name must outlive it. */
static void open_saver(const char *directory)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s", directory);
	n_stored = 0;
	ck_assert_int_eq(
	    saver_new(&loop, path, on_stored, &n_stored, &saver), 0);
}

START_TEST(the_last_of_many_is_what_is_stored)
{
	char name[16];

	open_saver(scratch_path(NULL));
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		save(name);
	}
	finish();
	assert_stored("n99 ");
}
END_TEST

START_TEST(saving_does_not_wait_for_the_disk)
{
	open_saver(scratch_path(NULL));
	save("vpn0");
	/* It is done; but what comes of it waits for the loop. */
	ck_assert_int_eq(uv_loop_alive(&loop), 1);
	ck_assert_uint_eq(n_stored, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_uint_eq(n_stored, n_saved);
	assert_stored("vpn0 ");
	save("lan");
	ck_assert_uint_ne(n_stored, n_saved);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_uint_eq(n_stored, n_saved);
	assert_stored("lan ");
	finish();
}
END_TEST

START_TEST(what_was_given_is_stored_also_when_it_is_closed)
{
	open_saver(scratch_path(NULL));
	save("one");
	save("two");
	finish();
	assert_stored("two ");
}
END_TEST

START_TEST(closing_an_idle_one_is_nothing)
{
	open_saver(scratch_path(NULL));
	finish();
	saver_close(NULL);
	ck_assert_int_eq(access(scratch_path("goals"), F_OK), -1);
}
END_TEST

START_TEST(what_cannot_be_stored_is_logged_and_the_next_is_tried)
{
	const char *log;

	open_saver(scratch_path("not-yet"));
	scratch_capture(STDERR_FILENO);
	save("one");
	uv_run(&loop, UV_RUN_DEFAULT);
	log = scratch_captured();
	ck_assert_ptr_nonnull(strstr(log, "level=error"));
	ck_assert_ptr_nonnull(strstr(log, "cannot store goals and masks in "));
	ck_assert_ptr_nonnull(
	    strstr(log, "/not-yet: No such file or directory"));
	ck_assert_ptr_eq(strchr(log, '\n'), strrchr(log, '\n'));
	ck_assert_uint_eq(n_stored, n_saved);
	ck_assert_int_eq(symlink(".", scratch_path("not-yet")), 0);
	save("two");
	finish();
	assert_stored("two ");
}
END_TEST

START_TEST(without_memory_for_the_text_what_is_stored_stays)
{
	struct text text = { 0 };

	open_saver(scratch_path(NULL));
	save("one");
	uv_run(&loop, UV_RUN_DEFAULT);
	make(&text, "two");
	text.failed = true;
	scratch_capture(STDERR_FILENO);
	saver_save(saver, &text);
	ck_assert_ptr_nonnull(
	    strstr(scratch_captured(), "Cannot allocate memory"));
	ck_assert_ptr_null(text.data);
	finish();
	assert_stored("one ");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("saver");
	TCase *tcase = tcase_create("saver");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, the_last_of_many_is_what_is_stored);
	tcase_add_test(tcase, saving_does_not_wait_for_the_disk);
	tcase_add_test(tcase, what_was_given_is_stored_also_when_it_is_closed);
	tcase_add_test(tcase, closing_an_idle_one_is_nothing);
	tcase_add_test(
	    tcase, what_cannot_be_stored_is_logged_and_the_next_is_tried);
	tcase_add_test(
	    tcase, without_memory_for_the_text_what_is_stored_stays);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
