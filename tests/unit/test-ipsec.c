/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ipsec provider against two real charons: the gateway's in another
 * namespace, ours in the test's. Each test has its own network, /run and
 * charons; skipped where there is no charon (tests/install unpacks one).
 *
 *     c0 192.0.2.50 ---- g0 192.0.2.1     gateway: 203.0.113.2 and 10.9.0.1
 *     c1 198.51.100.50 - g1 198.51.100.1
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/ipsec/tunnel.h"
#include "providers/support/vici.h"
#include "tests/unit/job-host.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"
#include "tests/unit/peers.h"

#define LAB "/mnt"
#define GATEWAY LAB "/gateway.vici"
#define CLIENT LAB "/run/charon.vici"

static pid_t other; /* holds the gateway's namespace */
static pid_t gateway, client;
static struct job_host *host;

/* ---- the lab ---- */

static const char *why_skip(void)
{
	int fd;

	if (!peers_have("lib/ipsec/charon"))
		return "no charon: run tests/install";
	if (geteuid() != 0)
		return "needs root";
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return "cannot open /dev/net/tun";
	close(fd);
	return NULL;
}

static void lay_out(void)
{
	peers_lay_over_usr();
	ck_assert_int_eq(mount("tmpfs", LAB, "tmpfs", 0, "mode=755"), 0);
	ck_assert_int_eq(mkdir(LAB "/run", 0755), 0);
}

static void write_conf(const char *path, const char *socket)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	/* kernel-libipsec first: the first that offers IPsec is taken. With
	 * fewer threads than 16 it leaves none for others. A gateway takes
	 * starts that are given up for an attack, and falls silent. What is
	 * lost while a card comes up is soon sent again, and often: nobody
	 * gives up for less than a minute. */
	fprintf(file,
	    "charon {\n"
	    "  load = random nonce aes sha1 sha2 hmac kdf curve25519 openssl "
	    "kernel-libipsec kernel-netlink socket-default vici\n"
	    "  threads = 16\n  dos_protection = no\n"
	    "  retransmit_timeout = 0.5\n  retransmit_base = 1.4\n"
	    "  retransmit_tries = 12\n"
	    "  plugins {\n    vici {\n      socket = unix://%s\n    }\n  }\n"
	    "  filelog {\n    log {\n      path = %s.log\n"
	    "      flush_line = yes\n    }\n  }\n}\n",
	    socket, path);
	ck_assert_int_eq(fclose(file), 0);
}

/* Where charon's pid file goes is compiled in: each has its own /run. */
static pid_t start_charon(const char *conf, pid_t in)
{
	char ns[64];
	pid_t pid = fork();
	int fd;

	ck_assert_int_ge(pid, 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (in) {
		snprintf(ns, sizeof(ns), "/proc/%d/ns/net", (int)in);
		fd = open(ns, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
			_exit(126);
	}
	fd = open("/dev/null", O_RDWR);
	dup2(fd, 1);
	dup2(fd, 2);
	setenv("STRONGSWAN_CONF", conf, 1);
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0)
		_exit(126);
	execl("/usr/lib/ipsec/charon", "charon", NULL);
	_exit(127);
}

static void kill_charon(pid_t *pid)
{
	kill(*pid, SIGKILL);
	ck_assert_int_eq(waitpid(*pid, NULL, 0), *pid);
	*pid = 0;
}

static void start_client(void)
{
	client = start_charon(LAB "/client.conf", 0);
}

static void plug_card(void)
{
	run("ip link add c0 type veth peer name g0 netns %d", other);
	run("ip addr add 192.0.2.50/24 dev c0");
	run_in(other, "ip addr add 192.0.2.1/24 dev g0");
	run_in(other, "ip link set g0 up");
	run("ip link set c0 up");
	run("ip route add default via 192.0.2.1 metric 1002");
}

static void make_network(void)
{
	other = netns_other();
	run("ip link set lo up");
	plug_card();
	run("ip link add c1 type veth peer name g1 netns %d", other);
	run_in(other, "ip link set lo up");
	run_in(other, "ip link set g1 up");
	run_in(other, "ip addr add 198.51.100.1/24 dev g1");
	run_in(other, "ip addr add 203.0.113.2/32 dev lo");
	run_in(other, "ip addr add 10.9.0.1/32 dev lo");
}

/* ---- asking a charon, as the admin would ---- */

struct answer {
	struct vici *vici;
	bool is_there, has_ended;
	bool success;
	char errmsg[256];
	char names[512]; /* of the first list, each followed by a blank */
	char total[16];  /* IKE_SAs */
};

static void on_answer(void *ctx, int error, struct vici_message message)
{
	struct answer *a = ctx;
	struct vici_message rest = message;
	struct vici_element list, item;
	size_t n = 0;

	a->is_there = true;
	a->success = error == 0 && vici_is_yes(message, "success");
	vici_text(message, "errmsg", a->errmsg, sizeof(a->errmsg));
	if (vici_find(message, VICI_SECTION, "ikesas", &list))
		vici_text(list.value, "total", a->total, sizeof(a->total));
	while (vici_next(&rest, &list))
		while (list.type == VICI_LIST && vici_next(&list.value, &item))
			n += (size_t)snprintf(a->names + n,
			    sizeof(a->names) - n, "%.*s ", (int)item.value.n,
			    (const char *)item.value.data);
}

static void on_ended(void *ctx, int error)
{
	(void)error;
	((struct answer *)ctx)->has_ended = true;
}

static void on_no_event(void *ctx, const char *name, struct vici_message m)
{
	(void)ctx, (void)name, (void)m;
}

static bool is_answered(void *ctx)
{
	struct answer *a = ctx;

	return a->is_there || a->has_ended;
}

static struct answer ask_writer(const char *path, struct vici_writer *w)
{
	struct answer a = { 0 };
	struct vici_events events = { on_no_event, on_ended, &a };

	ck_assert_int_eq(vici_open(job_host_host(host)->loop, path, &events,
			     &a.vici), 0);
	ck_assert_int_eq(vici_command(a.vici, w, on_answer, &a), 0);
	job_host_wait(host, is_answered, &a, "answer of charon");
	ck_assert(a.is_there);
	vici_close(a.vici);
	return a;
}

/* A command with one key, or none. */
static struct answer ask(const char *path, const char *command,
    const char *key, const char *value)
{
	struct vici_writer w = { 0 };

	vici_begin(&w, VICI_COMMAND, command);
	if (key)
		vici_key(&w, key, value);
	return ask_writer(path, &w);
}

/* Connects until it listens: both are being started. */
static bool listens(void *ctx)
{
	struct answer *a = ctx;
	struct vici_events events = { on_no_event, on_ended, a };

	if (a->is_there)
		return true;
	if (a->has_ended || !a->vici) {
		struct vici_writer w = { 0 };

		a->has_ended = false;
		vici_close(a->vici);
		ck_assert_int_eq(vici_open(job_host_host(host)->loop, GATEWAY,
				     &events, &a->vici), 0);
		vici_begin(&w, VICI_COMMAND, "version");
		ck_assert_int_eq(
		    vici_command(a->vici, &w, on_answer, a), 0);
	}
	return false;
}

static void list_of_one(
    struct vici_writer *w, const char *name, const char *value)
{
	vici_list(w, name);
	vici_item(w, value);
	vici_list_end(w);
}

/* The gateway's connection; with proposals of IKE and ESP of its own, or
 * NULL. */
static void load_gateway(const char *ike, const char *esp)
{
	struct vici_writer w = { 0 };

	vici_begin(&w, VICI_COMMAND, "load-conn");
	vici_section(&w, "roadwarrior");
	vici_key(&w, "version", "2");
	list_of_one(&w, "local_addrs", "203.0.113.2");
	list_of_one(&w, "pools", "pool");
	if (ike)
		list_of_one(&w, "proposals", ike);
	vici_section(&w, "local");
	vici_key(&w, "auth", "psk");
	vici_key(&w, "id", "vpn.example.net");
	vici_section_end(&w);
	vici_section(&w, "remote");
	vici_key(&w, "auth", "psk");
	vici_section_end(&w);
	vici_section(&w, "children");
	vici_section(&w, "net");
	list_of_one(&w, "local_ts", "10.9.0.0/24");
	if (esp)
		list_of_one(&w, "esp_proposals", esp);
	vici_section_end(&w);
	vici_section_end(&w);
	vici_section_end(&w);
	ck_assert(ask_writer(GATEWAY, &w).success);
}

static void start_gateway(void)
{
	struct vici_writer w = { 0 };
	struct answer a = { 0 };

	gateway = start_charon(LAB "/gateway.conf", other);
	job_host_wait(host, listens, &a, "gateway");
	vici_close(a.vici);
	vici_begin(&w, VICI_COMMAND, "load-pool");
	vici_section(&w, "pool");
	vici_key(&w, "addrs", "10.99.0.0/24");
	vici_section_end(&w);
	ck_assert(ask_writer(GATEWAY, &w).success);
	vici_begin(&w, VICI_COMMAND, "load-shared");
	vici_key(&w, "type", "IKE");
	vici_key(&w, "data", "correct horse");
	list_of_one(&w, "owners", "alice@example.net");
	ck_assert(ask_writer(GATEWAY, &w).success);
	vici_begin(&w, VICI_COMMAND, "load-shared");
	vici_key(&w, "type", "IKE");
	vici_key(&w, "data", "battery staple");
	list_of_one(&w, "owners", "bob@example.net");
	ck_assert(ask_writer(GATEWAY, &w).success);
	load_gateway(NULL, NULL);
}

#define NODE(name, remote, id, psk, networks)                         \
	"  " name ":\n"                                               \
	"    kind: ipsec\n"                                           \
	"    remote: " remote "\n"                                    \
	"    remote-id: vpn.example.net\n"                            \
	"    local-id: " id "@example.net\n"                          \
	"    auth: { psk: \"" psk "\" }\n"                            \
	"    virtual-ip: true\n"                                      \
	"    networks: [" networks "]\n"                              \
	"    dns: [10.9.0.53, \"2001:db8::53\"]\n"                    \
	"    domain: corp.example\n"                                  \
	"    vici: " CLIENT "\n"

static const char profile[] = "version: 1\nnodes:\n"
    NODE("vpn0", "203.0.113.2", "alice", "correct horse", "10.9.0.0/24")
    NODE("vpn1", "203.0.113.2", "bob", "battery staple", "10.9.0.1/32")
    NODE("wrong", "203.0.113.2", "alice", "incorrect horse", "10.9.0.0/24")
    NODE("refused", "203.0.113.2", "alice", "correct horse", "10.8.0.0/24")
    NODE("silent0", "192.0.2.99", "silent", "x", "10.9.0.0/24")
    NODE("silent1", "192.0.2.98", "silent", "x", "10.9.0.0/24")
    NODE("silent2", "192.0.2.97", "silent", "x", "10.9.0.0/24")
    NODE("silent3", "192.0.2.96", "silent", "x", "10.9.0.0/24")
    NODE("silent4", "192.0.2.95", "silent", "x", "10.9.0.0/24")
    NODE("silent5", "192.0.2.94", "silent", "x", "10.9.0.0/24")
    NODE("silent6", "192.0.2.93", "silent", "x", "10.9.0.0/24")
    NODE("silent7", "192.0.2.92", "silent", "x", "10.9.0.0/24")
    NODE("silent8", "192.0.2.91", "silent", "x", "10.9.0.0/24")
    NODE("silent9", "192.0.2.90", "silent", "x", "10.9.0.0/24")
    "  unsafe:\n"
    "    kind: ipsec\n"
    "    remote: 203.0.113.2\n"
    "    auth: { psk: { file: " LAB "/psk } }\n"
    "    networks: 10.9.0.0/24\n"
    "    vici: " CLIENT "\n";

static void setup(void)
{
	lay_out();
	make_network();
	write_conf(LAB "/gateway.conf", GATEWAY);
	write_conf(LAB "/client.conf", CLIENT);
	host = job_host_open(&provider_ipsec, profile);
}

static void setup_both(void)
{
	setup();
	start_client();
	start_gateway();
}

static void teardown(void)
{
	job_host_close(host);
	if (client)
		kill_charon(&client);
	if (gateway)
		kill_charon(&gateway);
}

/* ---- what is expected ---- */

/* As much of the log as libcheck takes in a message. */
static const char *log_end(void)
{
	const char *log = job_host_log(host);
	size_t n = strlen(log);

	return n > 2000 ? log + n - 2000 : log;
}

static const struct report *expect(
    struct test_job *job, enum report_type type, const char *text)
{
	const struct report *report = test_job_wait(job);

	ck_assert_msg(report->type == type &&
		(!text || (report->reason && strstr(report->reason, text))),
	    "report %d: %s, not %d: %s; log:\n%s", report->type,
	    report->reason ? report->reason : "", type, text ? text : "",
	    log_end());
	return report;
}

/* The reports until up: charon may still be starting. */
static const struct report *expect_up(struct test_job *job)
{
	const struct report *report = test_job_wait(job);

	while (report->type == REPORT_UNMET)
		report = test_job_wait(job);
	ck_assert_msg(report->type == REPORT_UP, "report %d: %s; log:\n%s",
	    report->type, report->reason ? report->reason : "",
	    log_end());
	return report;
}

static const struct report *expect_failed(
    struct test_job *job, bool permanent, const char *text)
{
	const struct report *report = test_job_wait(job);

	while (report->type == REPORT_UNMET || report->type == REPORT_FACTS)
		report = test_job_wait(job);
	ck_assert_msg(report->type == REPORT_FAILED &&
		report->permanent == permanent && strstr(report->reason, text),
	    "report %d: %s; log:\n%s", report->type,
	    report->reason ? report->reason : "", log_end());
	return report;
}

/* charon may move a tunnel to another of the gateway's addresses at any time
 * (MOBIKE): that is told, and no loss. */
static void expect_nothing_but_facts(struct test_job *job)
{
	const struct report *report;

	while ((report = test_job_next(job)))
		ck_assert_msg(report->type == REPORT_FACTS,
		    "report %d: %s; log:\n%s", report->type,
		    report->reason ? report->reason : "", log_end());
}

static void expect_nothing_left(void)
{
	/* An SA is counted for a moment after it has said good-bye. */
	for (int i = 0; i < 1000; i++)
		if (!strcmp(ask(CLIENT, "stats", NULL, NULL).total, "0"))
			break;
	ck_assert_str_eq(ask(CLIENT, "get-conns", NULL, NULL).names, "");
	ck_assert_str_eq(ask(CLIENT, "get-shared", NULL, NULL).names, "");
	ck_assert_str_eq(ask(CLIENT, "stats", NULL, NULL).total, "0");
}

static struct test_job *begin(const char *node)
{
	struct test_job *job = job_host_job(host, node);

	test_job_start(job);
	return job;
}

static void end(struct test_job *job)
{
	expect_nothing_but_facts(job);
	test_job_stop(job);
	expect(job, REPORT_DOWN, NULL);
}

static bool is_last_turn(void *ctx)
{
	return --*(int *)ctx < 0;
}

/* So many turns of the loop, each of which waits for something. */
static void turns(int n)
{
	job_host_wait(host, is_last_turn, &n, "turn");
}

struct lines {
	struct test_job *job;
	size_t from; /* where the log begins */
	int n;       /* wanted */
	bool is_up;
};

static bool has_lines(void *ctx)
{
	struct lines *lines = ctx;
	const char *p = job_host_log(host) + lines->from;
	int n = 0;

	while ((p = strstr(p, "charon: ")))
		n++, p++;
	if (!lines->is_up && test_job_next(lines->job))
		lines->is_up = true;
	return n >= lines->n || lines->is_up;
}

START_TEST(a_tunnel_comes_up_and_leaves_nothing_behind)
{
	struct test_job *job = begin("vpn0");
	const struct report *report = expect_up(job);

	ck_assert_str_eq(report_fact(report, "remote"), "203.0.113.2");
	ck_assert_str_eq(report_fact(report, "virtual-ip"), "10.99.0.1");
	ck_assert_str_eq(
	    report_fact(report, "dns"), "10.9.0.53 2001:db8::53");
	ck_assert_str_eq(report_fact(report, "domain"), "corp.example");
	ck_assert_str_eq(
	    ask(CLIENT, "get-conns", NULL, NULL).names, "netconf-vpn0 ");
	run("ping -q -c 1 -w 20 10.9.0.1");
	end(job);
	expect_nothing_left();
	ck_assert_ptr_null(strstr(job_host_log(host), "correct horse"));
}
END_TEST

static void expect_still_up(struct test_job *job)
{
	run("ping -q -c 1 -w 20 10.9.0.1");
	/* What charon has said before this, has come. */
	for (int i = 0; i < 5; i++)
		ask(CLIENT, "version", NULL, NULL);
	expect_nothing_but_facts(job);
}

static void rekey(struct test_job *job, const char *what)
{
	bool is_done = false;

	/* While the last one is being finished, charon finds none. */
	for (int i = 0; i < 1000 && !is_done; i++)
		is_done = ask(CLIENT, "rekey", what, "netconf-vpn0").success;
	ck_assert(is_done);
	expect_still_up(job);
}

START_TEST(rekeying_is_no_loss_but_losing_the_new_one_is)
{
	struct test_job *job = begin("vpn0");

	expect_up(job);
	rekey(job, "child");
	rekey(job, "ike");
	rekey(job, "child");
	ck_assert(ask(GATEWAY, "terminate", "ike", "roadwarrior").success);
	expect_failed(job, false, "tunnel lost: gateway 203.0.113.2 has");
	expect_nothing_left();
}
END_TEST

START_TEST(two_tunnels_with_keys_of_their_own_come_up_at_once)
{
	struct test_job *a = begin("vpn0"), *b = begin("vpn1");

	expect_up(a);
	expect_up(b);
	end(a);
	expect_nothing_but_facts(b);
	ck_assert_str_eq(
	    ask(CLIENT, "get-conns", NULL, NULL).names, "netconf-vpn1 ");
	end(b);
	expect_nothing_left();
}
END_TEST

START_TEST(a_wrong_key_is_permanent)
{
	expect_failed(begin("wrong"), true, "authentication failed");
	expect_nothing_left();
}
END_TEST

START_TEST(refused_networks_are_permanent)
{
	expect_failed(begin("refused"), true, "TS_UNACCEPTABLE");
	expect_nothing_left();
}
END_TEST

/* A gateway that knows none of our algorithms: for the tunnel's data that is
 * permanent; for IKE it may be one that has not read its configuration yet. */
START_TEST(no_proposal_chosen_is_said)
{
	struct test_job *job = job_host_job(host, "vpn0");

	load_gateway(NULL, "null-md5");
	test_job_start(job);
	expect_failed(job, true,
	    "no proposal chosen: gateway 203.0.113.2 accepts none of our");
	expect_nothing_left();
	load_gateway("des-md5-modp768", NULL);
	test_job_start(job);
	expect_failed(job, false,
	    "no proposal chosen: gateway 203.0.113.2 does not know us, or");
	expect_nothing_left();
}
END_TEST

START_TEST(an_unsafe_key_file_is_permanent)
{
	FILE *file = fopen(LAB "/psk", "w");

	ck_assert_ptr_nonnull(file);
	fclose(file);
	ck_assert_int_eq(chmod(LAB "/psk", 0644), 0);
	expect_failed(begin("unsafe"), true, "chmod 600 " LAB "/psk");
	expect_nothing_left();
}
END_TEST

START_TEST(a_silent_gateway_is_tried_again)
{
	expect_failed(
	    begin("silent0"), false, "gateway 192.0.2.99 does not answer");
	expect_nothing_left();
}
END_TEST

/* Each silent one holds a thread of charon's 16. */
START_TEST(ten_silent_gateways_do_not_keep_charon_from_a_good_one)
{
	struct test_job *silent[10];
	struct test_job *good;
	char name[32];

	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "silent%d", i);
		silent[i] = begin(name);
	}
	good = begin("vpn0");
	expect_up(good);
	for (int i = 0; i < 10; i++)
		expect_failed(silent[i], false, "does not answer");
	expect_nothing_but_facts(good);
	end(good);
	expect_nothing_left();
}
END_TEST

static void stop_and_look(struct test_job *job)
{
	ck_assert_msg(test_job_is_running(job), "over before the stop: %s",
	    log_end());
	test_job_stop(job);
	while (test_job_wait(job)->type != REPORT_DOWN)
		;
	expect_nothing_left();
}

/*
 * The stop comes after so many turns of the loop (that is, answers while the
 * tunnel is being loaded), then after so many lines of charon's log.
 */
START_TEST(a_stop_at_any_moment_leaves_nothing_behind)
{
	static const struct {
		const char *name;
		int n_turns, n_lines;
	} nodes[] = { { "vpn0", 8, 20 }, { "silent0", 5, 3 } };
	struct test_job *first = begin("vpn1");

	/* charon is there, and stays. */
	expect_up(first);
	end(first);
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		for (int n = 0; n < nodes[i].n_turns; n++) {
			struct test_job *job = begin(nodes[i].name);

			turns(n);
			stop_and_look(job);
		}
		for (int n = 1; n <= nodes[i].n_lines; n++) {
			struct lines lines = {
				begin(nodes[i].name),
				strlen(job_host_log(host)), n, false,
			};

			job_host_wait(host, has_lines, &lines, "log line");
			stop_and_look(lines.job);
		}
	}
	ck_assert_ptr_null(
	    strstr(job_host_log(host), "may still have"));
}
END_TEST

START_TEST(without_charon_it_waits_and_charon_may_come)
{
	struct test_job *job = begin("vpn0");

	expect(job, REPORT_UNMET,
	    "charon is not running (no socket " CLIENT ")");
	/* The gateway first: charon would ask it as soon as it is there. */
	start_gateway();
	start_client();
	expect_up(job);
	end(job);
	expect_nothing_left();
}
END_TEST

/* The folder of the socket is made later, too. */
START_TEST(the_sockets_folder_may_come_later)
{
	struct test_job *job;

	ck_assert_int_eq(rmdir(LAB "/run"), 0);
	job = begin("vpn0");
	expect(job, REPORT_UNMET, "charon is not running");
	start_gateway();
	ck_assert_int_eq(mkdir(LAB "/run", 0755), 0);
	start_client();
	expect_up(job);
	end(job);
}
END_TEST

START_TEST(a_stop_while_charon_is_absent_is_short)
{
	struct test_job *job = begin("vpn0");

	expect(job, REPORT_UNMET, NULL);
	end(job);
}
END_TEST

START_TEST(charon_may_be_killed_and_come_back)
{
	struct test_job *a = begin("vpn0"), *b = begin("vpn1");

	expect_up(a);
	expect_up(b);
	for (int i = 0; i < 2; i++) {
		kill_charon(&client);
		expect(a, REPORT_UNMET, "charon is not running");
		expect(b, REPORT_UNMET, "charon is not running");
		start_client();
		expect_up(a);
		expect_up(b);
	}
	end(a);
	end(b);
	expect_nothing_left();
}
END_TEST

START_TEST(charon_may_be_killed_at_any_moment_of_a_start)
{
	struct test_job *job = begin("vpn0");

	expect_up(job);
	end(job);
	for (int n = 0; n < 10; n++) {
		test_job_start(job);
		turns(n);
		kill_charon(&client);
		/* Up, if it was so quick, comes before. */
		while (test_job_wait(job)->type != REPORT_UNMET)
			;
		start_client();
		expect_up(job);
		end(job);
	}
	expect_nothing_left();
}
END_TEST

START_TEST(a_charon_that_hangs_is_not_waited_for)
{
	struct test_job *job = begin("vpn0");
	int status;

	expect_up(job);
	ck_assert_int_eq(kill(client, SIGSTOP), 0);
	/* Its last thread has stopped, too. */
	ck_assert_int_eq(waitpid(client, &status, WUNTRACED), client);
	ck_assert(WIFSTOPPED(status));
	end(job);
	ck_assert_ptr_nonnull(strstr(job_host_log(host), "does not answer"));
	test_job_start(job);
	expect_failed(job, false, "charon does not answer");
	ck_assert_int_eq(kill(client, SIGCONT), 0);
}
END_TEST

static void on_looked(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
	uv_close((uv_handle_t *)timer, NULL);
}

static bool is_true(void *ctx)
{
	return *(bool *)ctx;
}

/* Until then the kernel drops what is sent. */
static bool is_running(void *device)
{
	const struct rtnl_link *link = rtnl_find_link(
	    job_host_host(host)->rtnl, if_nametoindex(device));

	return link && (link->flags & IFF_RUNNING);
}

START_TEST(the_tunnel_follows_to_another_card)
{
	struct test_job *job = begin("vpn0");
	bool has_looked = false;
	uv_timer_t timer;

	expect_up(job);
	run("ip addr add 198.51.100.50/24 dev c1");
	run("ip link set c1 up");
	run("ip route add default via 198.51.100.1 metric 1003");
	job_host_wait(host, is_running, (char[]){ "c1" }, "carrier of c1");
	run("ip link del c0");
	test_job_rebind(job);
	/* Of the same loop, and later: it is after that of the tunnel. */
	uv_timer_init(job_host_host(host)->loop, &timer);
	timer.data = &has_looked;
	uv_timer_start(&timer, on_looked, TUNNEL_FOLLOW_MS, 0);
	run("ping -q -c 1 -w 20 10.9.0.1");
	job_host_wait(host, is_true, &has_looked, "the look at the address");
	while (test_job_next(job))
		;
	ck_assert(test_job_is_running(job));
	end(job);
	expect_nothing_left();
	run("ip link del c1");
}
END_TEST

START_TEST(a_tunnel_that_does_not_follow_is_lost)
{
	struct test_job *job = begin("vpn0");

	expect_up(job);
	run("ip link del c0");
	test_job_rebind(job);
	expect_failed(job, false, "did not follow from 192.0.2.50");
	expect_nothing_left();
}
END_TEST

START_TEST(the_card_below_may_be_pulled_at_any_moment)
{
	struct test_job *job = begin("vpn0");

	expect_up(job);
	end(job);
	if (_i)
		moments_pull_in_stop(
		    host, job, "c0", plug_card, expect_nothing_left);
	else
		moments_pull(host, job, "c0", plug_card, expect_nothing_left);
	/* And all works. */
	test_job_start(job);
	expect_up(job);
	end(job);
	run("ip link del c0");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("ipsec");
	TCase *both = netns_case(s, "both");
	TCase *alone = netns_case(s, "alone");

	tcase_add_checked_fixture(both, setup_both, teardown);
	tcase_add_test(both, a_tunnel_comes_up_and_leaves_nothing_behind);
	tcase_add_test(both, rekeying_is_no_loss_but_losing_the_new_one_is);
	tcase_add_test(
	    both, two_tunnels_with_keys_of_their_own_come_up_at_once);
	tcase_add_test(both, a_wrong_key_is_permanent);
	tcase_add_test(both, refused_networks_are_permanent);
	tcase_add_test(both, no_proposal_chosen_is_said);
	tcase_add_test(both, an_unsafe_key_file_is_permanent);
	tcase_add_test(both, a_silent_gateway_is_tried_again);
	tcase_add_test(both,
	    ten_silent_gateways_do_not_keep_charon_from_a_good_one);
	tcase_add_test(both, a_stop_at_any_moment_leaves_nothing_behind);
	tcase_add_test(both, charon_may_be_killed_and_come_back);
	tcase_add_test(both, charon_may_be_killed_at_any_moment_of_a_start);
	tcase_add_test(both, a_charon_that_hangs_is_not_waited_for);
	tcase_add_test(both, the_tunnel_follows_to_another_card);
	tcase_add_test(both, a_tunnel_that_does_not_follow_is_lost);
	tcase_add_loop_test(
	    both, the_card_below_may_be_pulled_at_any_moment, 0, 2);

	tcase_add_checked_fixture(alone, setup, teardown);
	tcase_add_test(alone, without_charon_it_waits_and_charon_may_come);
	tcase_add_test(alone, the_sockets_folder_may_come_later);
	tcase_add_test(alone, a_stop_while_charon_is_absent_is_short);
	return s;
}

int main(void)
{
	const char *why = why_skip();

	return why ? peers_skip(why) : netns_run(suite());
}
