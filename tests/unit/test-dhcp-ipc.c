/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages between netconfd and netconf-dhcp4, and the client's id. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/dhcp/client-id.h"
#include "providers/dhcp/facts.h"
#include "providers/dhcp/ipc.h"
#include "tests/unit/run.h"

static union dhcp_ipc_message make(enum dhcp_ipc_type type)
{
	union dhcp_ipc_message m;

	memset(&m, 0, sizeof(m));
	m.header.version = DHCP_IPC_VERSION;
	m.header.type = type;
	m.header.id = 1;
	return m;
}

static union dhcp_ipc_message make_lease(void)
{
	union dhcp_ipc_message m = make(DHCP_IPC_LEASE);

	inet_pton(AF_INET, "192.0.2.105", &m.lease.lease.address);
	inet_pton(AF_INET, "192.0.2.1", &m.lease.lease.router);
	inet_pton(AF_INET, "192.0.2.1", &m.lease.lease.server);
	m.lease.lease.has_default = 1;
	m.lease.lease.prefix_length = 24;
	m.lease.lease.lifetime_s = 3600;
	m.lease.remaining_s = 3600;
	return m;
}

static int check_event(const union dhcp_ipc_message *m)
{
	return dhcp_ipc_check_event(m, dhcp_ipc_size(m->header.type), false);
}

START_TEST(only_the_exact_size_will_do)
{
	union dhcp_ipc_message m = make_lease();
	size_t n = dhcp_ipc_size(DHCP_IPC_LEASE);

	ck_assert_int_eq(dhcp_ipc_check_event(&m, n, false), 0);
	for (size_t i = 0; i <= sizeof(m) + 8; i++)
		if (i != n)
			ck_assert_int_eq(dhcp_ipc_check_event(&m, i, false),
			    -EBADMSG);
	ck_assert_int_eq(dhcp_ipc_check_event(&m, n, true), -EBADMSG);
	m.header.version++;
	ck_assert_int_eq(check_event(&m), -EBADMSG);
	m = make_lease();
	m.header.id = 0;
	ck_assert_int_eq(check_event(&m), -EBADMSG);
	for (uint32_t type = 0; type < 100; type++) {
		m.header.type = type;
		if (!dhcp_ipc_size(type))
			ck_assert_int_eq(
			    dhcp_ipc_check_event(&m, 0, false), -EBADMSG);
	}
}
END_TEST

START_TEST(requests_and_events_go_one_way_only)
{
	for (uint32_t type = 1; type < DHCP_IPC_TYPES; type++) {
		union dhcp_ipc_message m = make(type);
		bool is_request = type <= DHCP_IPC_STOP;

		ck_assert_uint_ne(dhcp_ipc_size(type), 0);
		if (is_request)
			ck_assert_int_eq(check_event(&m), -EBADMSG);
		else
			ck_assert_int_eq(dhcp_ipc_check_request(&m,
					     dhcp_ipc_size(type), false),
			    -EBADMSG);
	}
}
END_TEST

/* netconf-dhcp4 may have been taken over by a server: what it says is held
 * against the same rules again. */
START_TEST(a_lease_that_makes_no_sense_is_refused)
{
	union dhcp_ipc_message m = make_lease();
	struct dhcp_lease *lease = &m.lease.lease;

	ck_assert_int_eq(check_event(&m), 0);
#define REFUSED(change)                                        \
	do {                                                   \
		m = make_lease();                              \
		change;                                        \
		ck_assert_int_eq(check_event(&m), -EBADMSG);   \
	} while (0)
	REFUSED(lease->address.s_addr = 0);
	REFUSED(lease->prefix_length = 0);
	REFUSED(lease->prefix_length = 7);
	REFUSED(lease->prefix_length = 33);
	REFUSED(lease->prefix_length = UINT32_MAX);
	REFUSED(inet_pton(AF_INET, "198.51.100.1", &lease->router));
	REFUSED(lease->has_default = 0);
	REFUSED(lease->has_default = 2);
	REFUSED(lease->lifetime_s = 0);
	REFUSED(lease->server.s_addr = 0);
	REFUSED(m.lease.remaining_s = 3601);
	REFUSED(lease->n_dns = DHCP_DNS_MAX + 1);
	REFUSED(lease->n_dns = 1); /* 0.0.0.0 */
	REFUSED(lease->n_routes = DHCP_ROUTES_MAX + 1);
	REFUSED(lease->n_routes = 1); /* 0.0.0.0/0 */
	REFUSED(lease->mtu = 575);
	REFUSED(lease->mtu = 65536);
	REFUSED(memset(lease->domain, 'a', sizeof(lease->domain)));
	REFUSED(memcpy(lease->domain, "a b", 4));
	REFUSED(memcpy(lease->domain, "a\033[1m", 6));
#undef REFUSED
}
END_TEST

START_TEST(notices_and_requests_are_bounded)
{
	union dhcp_ipc_message m = make(DHCP_IPC_LOST);

	ck_assert_int_eq(check_event(&m), -EBADMSG);
	m.notice.loss = DHCP_LOSS_NAK;
	ck_assert_int_eq(check_event(&m), 0);
	m.notice.loss = DHCP_LOSSES;
	ck_assert_int_eq(check_event(&m), -EBADMSG);
	m = make(DHCP_IPC_IGNORED);
	m.notice.flaw = DHCP_FLAWS;
	ck_assert_int_eq(check_event(&m), -EBADMSG);
	m = make(DHCP_IPC_START);
	m.start.ifindex = 1;
	m.start.identity.n_client_id = DHCP_CLIENT_ID_MAX;
	ck_assert_int_eq(
	    dhcp_ipc_check_request(&m, sizeof(m.start), true), 0);
	ck_assert_int_eq(
	    dhcp_ipc_check_request(&m, sizeof(m.start), false), -EBADMSG);
	m.start.checks = 2;
	ck_assert_int_eq(
	    dhcp_ipc_check_request(&m, sizeof(m.start), true), -EBADMSG);
	m.start.checks = 1;
	m.start.identity.n_client_id++;
	ck_assert_int_eq(
	    dhcp_ipc_check_request(&m, sizeof(m.start), true), -EBADMSG);
}
END_TEST

static int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

START_TEST(messages_carry_one_descriptor)
{
	union dhcp_ipc_message m = make(DHCP_IPC_STOP), got;
	int ends[2], fd, n_fds;

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	n_fds = count_fds();
	ck_assert_int_eq(dhcp_ipc_receive(ends[1], &got, &fd), -EAGAIN);
	ck_assert_int_eq(dhcp_ipc_send(ends[0], &m, ends[0]), 0);
	ck_assert_int_eq(dhcp_ipc_receive(ends[1], &got, &fd),
	    (int)dhcp_ipc_size(DHCP_IPC_STOP));
	ck_assert_int_ge(fd, 0);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	ck_assert_int_eq(dhcp_ipc_send(ends[0], &m, -1), 0);
	ck_assert_int_gt(dhcp_ipc_receive(ends[1], &got, &fd), 0);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(count_fds(), n_fds);
	close(ends[0]);
	ck_assert_int_eq(dhcp_ipc_receive(ends[1], &got, &fd), 0);
	close(ends[1]);
}
END_TEST

START_TEST(what_is_too_long_is_refused)
{
	union dhcp_ipc_message got;
	char bytes[sizeof(got) + 1] = {0};
	int ends[2], fd;

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	ck_assert_int_eq(
	    send(ends[0], bytes, sizeof(bytes), 0), (int)sizeof(bytes));
	ck_assert_int_eq(dhcp_ipc_receive(ends[1], &got, &fd), -EBADMSG);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* ---- the client's id ---- */

static char folder[64];

static void make_folder(void)
{
	snprintf(folder, sizeof(folder), "/tmp/netconf-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static const char *in_folder(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void remove_folder(void)
{
	unlink(in_folder("duid"));
	ck_assert_int_eq(rmdir(folder), 0); /* nothing else is left in it */
}

START_TEST(the_duid_is_made_once)
{
	uint8_t first[DUID_SIZE], second[DUID_SIZE];
	bool was_bad;

	make_folder();
	ck_assert_int_eq(duid_open(folder, first, &was_bad), 0);
	ck_assert(!was_bad);
	ck_assert_mem_eq(first, "\0\4", 2);
	ck_assert_uint_eq(first[2 + 6] >> 4, 4);
	ck_assert_uint_eq(first[2 + 8] >> 6, 2);
	ck_assert_int_eq(duid_open(folder, second, &was_bad), 0);
	ck_assert_mem_eq(first, second, DUID_SIZE);
	remove_folder();
}
END_TEST

START_TEST(a_damaged_duid_is_replaced)
{
	static const char *const bad[] = {"", "0004\n", "garbage",
		"0003112233445566778899aabbccddeeff00\n",
		"0004112233445566778899aabbccddeeffZZ\n",
		"0004112233445566778899aabbccddeeff00\n\n"};

	make_folder();
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint8_t first[DUID_SIZE], second[DUID_SIZE];
		bool was_bad;
		FILE *f = fopen(in_folder("duid"), "we");

		ck_assert_ptr_nonnull(f);
		fputs(bad[i], f);
		fclose(f);
		ck_assert_int_eq(duid_open(folder, first, &was_bad), 0);
		ck_assert(was_bad);
		ck_assert_int_eq(duid_open(folder, second, &was_bad), 0);
		ck_assert(!was_bad);
		ck_assert_mem_eq(first, second, DUID_SIZE);
	}
	remove_folder();
}
END_TEST

START_TEST(without_a_folder_there_is_a_duid_all_the_same)
{
	uint8_t first[DUID_SIZE], second[DUID_SIZE];
	bool was_bad;

	ck_assert_int_eq(
	    duid_open("/nonexistent/folder", first, &was_bad), -ENOENT);
	ck_assert_int_eq(
	    duid_open("/nonexistent/folder", second, &was_bad), -ENOENT);
	ck_assert_mem_ne(first, second, DUID_SIZE);
	ck_assert_mem_eq(first, "\0\4", 2);
}
END_TEST

START_TEST(the_client_id_belongs_to_the_card_not_its_address)
{
	static const uint8_t card[6] = {2, 0, 0, 0, 0, 1};
	static const uint8_t other[6] = {2, 0, 0, 0, 0, 2};
	static const uint8_t duid[DUID_SIZE] = {0, 4};
	struct dhcp_identity a, b, c;

	identity_make(&a, duid, card, card);
	identity_make(&b, duid, other, card); /* its MAC is changed */
	identity_make(&c, duid, other, other);
	ck_assert_uint_eq(a.n_client_id, 23);
	ck_assert_uint_eq(a.client_id[0], 255);
	ck_assert_mem_eq(a.client_id + 5, duid, DUID_SIZE);
	ck_assert_mem_eq(a.client_id, b.client_id, 23);
	ck_assert_mem_eq(b.mac, other, 6);
	ck_assert_mem_ne(a.client_id, c.client_id, 23);
}
END_TEST

START_TEST(facts_say_what_the_lease_says)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0xab, 1};
	union dhcp_ipc_message m = make_lease();
	struct lease_facts facts;

	m.lease.lease.n_dns = 2;
	inet_pton(AF_INET, "192.0.2.53", &m.lease.lease.dns[0]);
	inet_pton(AF_INET, "192.0.2.54", &m.lease.lease.dns[1]);
	memcpy(m.lease.lease.domain, "corp.example", 13);
	m.lease.lease.n_ntp = 1;
	inet_pton(AF_INET, "192.0.2.123", &m.lease.lease.ntp[0]);
	memcpy(m.lease.lease.hostname, "host7", 6);
	lease_facts_make(&facts, &m.lease.lease, mac, 1234);
	ck_assert_uint_eq(facts.n, LEASE_FACTS_MAX);
	ck_assert_str_eq(facts.items[0].value, "192.0.2.105/24");
	ck_assert_str_eq(facts.items[1].value, "192.0.2.0/24");
	ck_assert_str_eq(facts.items[2].value, "192.0.2.1");
	ck_assert_str_eq(facts.items[3].key, "gateway-mac");
	ck_assert_str_eq(facts.items[3].value, "02:00:00:00:ab:01");
	ck_assert_str_eq(facts.items[5].value, "192.0.2.53 192.0.2.54");
	ck_assert_str_eq(facts.items[6].value, "corp.example");
	ck_assert_str_eq(facts.items[7].value, "192.0.2.123");
	ck_assert_str_eq(facts.items[8].value, "host7");
	ck_assert_str_eq(facts.items[9].value, "1234");
	m = make_lease();
	lease_facts_make(&facts, &m.lease.lease, NULL, UINT64_MAX);
	ck_assert_uint_eq(facts.n, 5); /* without gateway-mac: to come */
	ck_assert_str_eq(facts.items[4].key, "lease-expires");
	ck_assert_str_eq(facts.items[4].value, "never");
}
END_TEST

START_TEST(without_a_router_its_mac_is_not_to_come)
{
	union dhcp_ipc_message m = make_lease();
	struct lease_facts facts;

	m.lease.lease.router.s_addr = 0;
	lease_facts_make(&facts, &m.lease.lease, NULL, UINT64_MAX);
	ck_assert_uint_eq(facts.n, 5);
	ck_assert_str_eq(facts.items[2].key, "gateway-mac");
	ck_assert_ptr_null(facts.items[2].value);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dhcp-ipc");
	TCase *t = tcase_create("ipc");

	suite_add_tcase(suite, t);
	tcase_add_test(t, only_the_exact_size_will_do);
	tcase_add_test(t, requests_and_events_go_one_way_only);
	tcase_add_test(t, a_lease_that_makes_no_sense_is_refused);
	tcase_add_test(t, notices_and_requests_are_bounded);
	tcase_add_test(t, messages_carry_one_descriptor);
	tcase_add_test(t, what_is_too_long_is_refused);
	tcase_add_test(t, the_duid_is_made_once);
	tcase_add_test(t, a_damaged_duid_is_replaced);
	tcase_add_test(t, without_a_folder_there_is_a_duid_all_the_same);
	tcase_add_test(t, the_client_id_belongs_to_the_card_not_its_address);
	tcase_add_test(t, facts_say_what_the_lease_says);
	tcase_add_test(t, without_a_router_its_mac_is_not_to_come);
	return run_suite(suite);
}
