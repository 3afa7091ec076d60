/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The leases that are remembered, and the file they are in. */
#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/dhcp/held.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

static char folder[64], file[80];
static struct job_host *host;
static struct held *held;
static const struct held_key card = {{2, 0, 0, 0, 0, 1}, ""};
static const struct held_key at_home = {{2, 0, 0, 0, 0, 1}, "home \x1b net"};

static void open_held(void)
{
	host = job_host_open_in(NULL, NULL, folder, ".");
	ck_assert_int_eq(held_open(job_host_host(host), &held), 0);
}

/* What is to be stored has been stored then. */
static void close_held(void)
{
	held_close(held);
	job_host_close(host);
}

static void reopen(void)
{
	close_held();
	open_held();
}

static void begin(void)
{
	snprintf(folder, sizeof(folder), "/tmp/netconf-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/leases", folder);
	open_held();
}

static void end(void)
{
	close_held();
	unlink(file);
	ck_assert_int_eq(rmdir(folder), 0);
}

static struct in_addr ip(const char *text)
{
	struct in_addr address;

	ck_assert_int_eq(inet_pton(AF_INET, text, &address), 1);
	return address;
}

static uint64_t in_an_hour(void)
{
	return (uint64_t)time(NULL) + 3600;
}

static void expect(const struct held_key *key, const char *want)
{
	struct in_addr got = held_find(held, key);

	ck_assert_str_eq(inet_ntoa(got), want);
}

START_TEST(a_card_has_an_address_in_each_network)
{
	begin();
	expect(&card, "0.0.0.0");
	held_keep(held, &card, ip("192.0.2.7"), in_an_hour());
	held_keep(held, &at_home, ip("198.51.100.7"), UINT64_MAX);
	for (int i = 0; i < 2; i++) {
		expect(&card, "192.0.2.7");
		expect(&at_home, "198.51.100.7");
		reopen();
	}
	held_keep(held, &card, ip("192.0.2.8"), in_an_hour());
	held_drop(held, &at_home);
	reopen();
	expect(&card, "192.0.2.8");
	expect(&at_home, "0.0.0.0");
	end();
}
END_TEST

START_TEST(what_has_expired_is_not_asked_for)
{
	begin();
	held_keep(held, &card, ip("192.0.2.7"), (uint64_t)time(NULL));
	expect(&card, "0.0.0.0");
	end();
}
END_TEST

START_TEST(of_too_many_the_one_that_ends_first_goes)
{
	struct held_key key = card;

	begin();
	for (unsigned i = 0; i <= HELD_MAX; i++) {
		key.mac[4] = (uint8_t)(i >> 8);
		key.mac[5] = (uint8_t)i;
		held_keep(held, &key, ip("192.0.2.7"), in_an_hour() + i);
	}
	reopen();
	expect(&key, "192.0.2.7");
	key.mac[4] = key.mac[5] = 0;
	expect(&key, "0.0.0.0");
	key.mac[5] = 1;
	expect(&key, "192.0.2.7");
	end();
}
END_TEST

static const char *const damaged[] = {
	"",
	"netconf-leases 2\n02:00:00:00:00:01 192.0.2.7 0 -\n",
	"netconf-leases 1\n02:00:00:00:00:01 192.0.2.7 0\n",
	"netconf-leases 1\n02:00:00:00:00:01 192.0.2.7 0 - -\n",
	"netconf-leases 1\n02:00:00:00:00 192.0.2.7 0 -\n",
	"netconf-leases 1\n02:00:00:00:00:01 127.0.0.1 0 -\n",
	"netconf-leases 1\n02:00:00:00:00:01 255.255.255.255 0 -\n",
	"netconf-leases 1\n02:00:00:00:00:01 192.0.2.7 -1 -\n",
	("netconf-leases 1\n02:00:00:00:00:01 192.0.2.7 "
	 "99999999999999999999999 -\n"),
	"netconf-leases 1\n02:00:00:00:00:01 192.0.2.7 0 0\n",
	"netconf-leases 1\n02:00:00:00:00:01 192.0.2.7 0 00\n",
	"netconf-leases 1\n02:00:00:00:00:01 192.0.2.7 0 zz\n",
};

START_TEST(a_damaged_file_is_not_believed)
{
	FILE *f;

	begin();
	held_keep(held, &card, ip("192.0.2.9"), UINT64_MAX);
	close_held();
	f = fopen(file, "we");
	ck_assert_ptr_nonnull(f);
	fputs(damaged[_i], f);
	fclose(f);
	open_held();
	expect(&card, "0.0.0.0");
	ck_assert_ptr_nonnull(strstr(job_host_log(host), "was damaged"));
	/* What is good beside it is. */
	held_keep(held, &card, ip("192.0.2.9"), UINT64_MAX);
	reopen();
	ck_assert_ptr_null(strstr(job_host_log(host), "damaged"));
	expect(&card, "192.0.2.9");
	end();
}
END_TEST

START_TEST(a_file_without_end_or_that_is_none_is_refused)
{
	begin();
	close_held();
	ck_assert_int_eq(symlink("/dev/zero", file), 0);
	open_held();
	ck_assert_ptr_nonnull(strstr(job_host_log(host), "cannot read"));
	close_held();
	unlink(file);
	run("truncate -s 10M %s", file);
	open_held();
	ck_assert_ptr_nonnull(strstr(job_host_log(host), "cannot read"));
	end();
}
END_TEST

START_TEST(where_nothing_can_be_stored_it_is_said)
{
	begin();
	ck_assert_int_eq(rmdir(folder), 0);
	held_keep(held, &card, ip("192.0.2.7"), UINT64_MAX);
	while (!strstr(job_host_log(host), "cannot store the leases"))
		job_host_turn(host);
	expect(&card, "192.0.2.7");
	close_held();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("held");
	TCase *t = netns_case(suite, "held");

	tcase_add_test(t, a_card_has_an_address_in_each_network);
	tcase_add_test(t, what_has_expired_is_not_asked_for);
	tcase_add_test(t, of_too_many_the_one_that_ends_first_goes);
	tcase_add_loop_test(
	    t, a_damaged_file_is_not_believed, 0, ARRAY_SIZE(damaged));
	tcase_add_test(t, a_file_without_end_or_that_is_none_is_refused);
	tcase_add_test(t, where_nothing_can_be_stored_it_is_said);
	return netns_run(suite);
}
