/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kind dns with the file and with resolvconf, in a mount namespace: /etc
 * is the test's own, and /sbin/resolvconf a script. tests/lab/names.sh has
 * the real ones, and systemd-resolved. */
#include <check.h>
#include <errno.h>
#include <glob.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/dns/dns.h"
#include "providers/dns/resolv-conf.h"
#include "tests/unit/job-host.h"
#include "tests/unit/moments.h"
#include "tests/unit/netns.h"

#define MINE                                                            \
	"# netconf: written by the node 'names'; when it stops, what was " \
	"here before comes back.\n"
#define BEFORE "nameserver 198.51.100.53\noptions rotate"

static const char profile[] =
    "version: 1\n"
    "nodes:\n"
    "  vpn: { kind: below }\n"
    "  lan: { kind: below }\n"
    "  air: { kind: below }\n"
    "  names: { kind: dns, from: [vpn, lan, air], backend: file }\n"
    "  other: { kind: dns, from: lan, backend: file }\n"
    "  found: { kind: dns, from: lan }\n"
    "  old: { kind: dns, from: [vpn, lan], backend: resolvconf }\n"
    "  bus: { kind: dns, from: lan, backend: resolved }\n"
    "  split: { kind: dns, from: lan, backend: file,\n"
    "    domains: { corp.example: vpn } }\n";

static struct job_host *host;

/* ---- files ---- */

static void put_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

/* Valid until the next call. */
static const char *get_file(const char *path)
{
	static char data[4096];
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file)
		return "(none)";
	n = fread(data, 1, sizeof(data) - 1, file);
	data[n] = '\0';
	fclose(file);
	return data;
}

static void expect_file(const char *text)
{
	ck_assert_str_eq(get_file(RESOLV_CONF), text);
}

static bool says(void *ctx)
{
	return !strcmp(get_file(RESOLV_CONF), ctx);
}

static void await_file(const char *text)
{
	job_host_wait(host, says, (void *)text, text);
}

static bool is_logged(void *ctx)
{
	return strstr(job_host_log(host), ctx);
}

/* ---- the host ---- */

/* /etc is empty but for what was there before, and the state directory. */
static void set_up(void)
{
	static char path[4096];
	const char *build = getenv("NETCONF_BUILD");

	if (!build)
		build = getcwd(path, sizeof(path));
	ck_assert_int_eq(unshare(CLONE_NEWNS), 0);
	ck_assert_int_eq(
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	ck_assert_int_eq(mount("tmpfs", "/etc", "tmpfs", 0, NULL), 0);
	ck_assert_int_eq(mkdir("/etc/state", 0700), 0);
	put_file(RESOLV_CONF, BEFORE);
	for (int i = 0; i < 3; i++)
		run("ip link add c%d type veth peer name r%d", i, i);
	host = job_host_open_in(&provider_dns, profile, "/etc/state", build);
}

static void tear_down(void)
{
	job_host_close(host);
}

static void name(struct test_job *job, const char *node, const char *device,
    const char *servers)
{
	test_job_name(job, node, device);
	test_job_set_named_fact(job, device, "dns", servers);
}

static void expect_up(struct test_job *job, const char *servers)
{
	const struct report *report = test_job_wait(job);
	const char *told = report_fact(report, "dns");

	ck_assert_msg(
	    report->type == REPORT_UP || report->type == REPORT_FACTS,
	    "report %d: %s", (int)report->type,
	    report->reason ? report->reason : "");
	ck_assert_str_eq(told ? told : "", servers);
}

static void expect_failed(
    struct test_job *job, bool is_permanent, const char *words)
{
	const struct report *report = test_job_wait(job);

	ck_assert_int_eq(report->type, REPORT_FAILED);
	ck_assert_int_eq(report->permanent, is_permanent);
	ck_assert_msg(strstr(report->reason, words), "%s", report->reason);
}

static void stop(struct test_job *job)
{
	test_job_stop(job);
	ck_assert_int_eq(test_job_wait(job)->type, REPORT_DOWN);
}

/* The node of that name is up, with the servers of the lan. */
static struct test_job *begin(const char *node)
{
	struct test_job *job = job_host_job(host, node);

	name(job, "lan", "c1", "192.0.2.53");
	test_job_start(job);
	expect_up(job, "192.0.2.53");
	return job;
}

/* ---- which ---- */

START_TEST(the_first_of_from_that_tells_servers_is_asked)
{
	struct test_job *job = begin("names");

	expect_file(MINE "nameserver 192.0.2.53\n");
	name(job, "vpn", "c0", "10.9.0.53 2001:db8::53");
	test_job_set_named_fact(job, "c0", "domain", "corp.example");
	test_job_update(job, NULL);
	expect_up(job, "10.9.0.53 2001:db8::53");
	expect_file(MINE "nameserver 10.9.0.53\nnameserver 2001:db8::53\n"
			 "search corp.example\n");
	test_job_unname(job, "c0");
	test_job_update(job, NULL);
	expect_up(job, "192.0.2.53");
	expect_file(MINE "nameserver 192.0.2.53\n");
	stop(job);
	expect_file(BEFORE);
}
END_TEST

START_TEST(one_that_tells_none_is_passed_over)
{
	struct test_job *job = job_host_job(host, "names");

	name(job, "vpn", "c0", "");
	name(job, "air", "c2", "192.0.2.99");
	test_job_start(job);
	expect_up(job, "192.0.2.99");
	stop(job);
}
END_TEST

START_TEST(of_a_template_it_is_the_first_instance_that_tells_some)
{
	struct test_job *job = job_host_job(host, "names");

	name(job, "lan@c0", "c0", "");
	name(job, "lan@c1", "c1", "192.0.2.1");
	name(job, "lan@c2", "c2", "192.0.2.2");
	test_job_start(job);
	expect_up(job, "192.0.2.1");
	stop(job);
}
END_TEST

START_TEST(while_nobody_tells_any_it_is_as_before)
{
	struct test_job *job = job_host_job(host, "names");

	test_job_start(job);
	expect_up(job, "");
	expect_file(BEFORE);
	name(job, "lan", "c1", "192.0.2.53");
	test_job_update(job, NULL);
	expect_up(job, "192.0.2.53");
	test_job_unname(job, "c1");
	test_job_update(job, NULL);
	expect_up(job, "");
	expect_file(BEFORE);
	stop(job);
	expect_file(BEFORE);
}
END_TEST

START_TEST(a_link_local_server_has_its_device)
{
	struct test_job *job = job_host_job(host, "names");

	name(job, "lan", "c1", "fe80::1%c1 fe80::2");
	test_job_start(job);
	expect_up(job, "fe80::1 fe80::2");
	expect_file(MINE "nameserver fe80::1%c1\nnameserver fe80::2%c1\n");
	stop(job);
}
END_TEST

START_TEST(what_is_no_address_and_no_domain_is_left_out)
{
	struct test_job *job = job_host_job(host, "names");

	name(job, "lan", "c1",
	    "192.0.2.53\noptions 0.0.0.0 192.0.2.53 224.0.0.1 :: ff02::1 "
	    "192.0.2.54 name 192.0.2.54 192.0.2.55\n");
	test_job_set_named_fact(job, "c1", "domain",
	    "a\nnameserver b. -c d..e $(reboot) f.example. \x1b[2J");
	test_job_start(job);
	expect_up(job, "192.0.2.53 192.0.2.54");
	expect_file(MINE "nameserver 192.0.2.53\nnameserver 192.0.2.54\n"
			 "search b f.example\n");
	ck_assert(is_logged("lan tells a name server that is none: '0.0.0.0'"));
	stop(job);
}
END_TEST

START_TEST(tables_are_bounded)
{
	struct test_job *job = job_host_job(host, "names");
	char servers[512], domains[512];

	for (int i = 0, n = 0, k = 0; i < 20; i++) {
		n += sprintf(servers + n, "192.0.2.%d ", i + 1);
		k += sprintf(domains + k, "d%d.example ", i);
	}
	name(job, "lan", "c1", servers);
	test_job_set_named_fact(job, "c1", "domain", domains);
	test_job_start(job);
	expect_up(job, "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.5 "
		       "192.0.2.6 192.0.2.7 192.0.2.8");
	expect_file(MINE "nameserver 192.0.2.1\nnameserver 192.0.2.2\n"
			 "nameserver 192.0.2.3\n"
			 "search d0.example d1.example d2.example d3.example "
			 "d4.example d5.example d6.example d7.example\n");
	stop(job);
}
END_TEST

START_TEST(the_file_cannot_ask_others_for_a_domain)
{
	struct test_job *job = job_host_job(host, "split");

	test_job_start(job);
	expect_failed(job, true, "it takes systemd-resolved");
	expect_file(BEFORE);
}
END_TEST

START_TEST(there_is_one_at_a_time)
{
	struct test_job *job = begin("names");
	struct test_job *other = job_host_job(host, "other");

	test_job_start(other);
	expect_failed(other, false, "'names' configures the resolver already");
	stop(job);
	test_job_start(other);
	expect_up(other, "");
	stop(other);
}
END_TEST

/* ---- the file ---- */

START_TEST(a_link_comes_back_as_that_link)
{
	struct test_job *job;
	char target[64] = "";

	ck_assert_int_eq(unlink(RESOLV_CONF), 0);
	ck_assert_int_eq(symlink("../nowhere/resolv.conf", RESOLV_CONF), 0);
	job = begin("names");
	expect_file(MINE "nameserver 192.0.2.53\n");
	stop(job);
	ck_assert_int_gt(readlink(RESOLV_CONF, target, sizeof(target)), 0);
	ck_assert_str_eq(target, "../nowhere/resolv.conf");
	ck_assert_int_eq(access("/etc/state/resolv.conf", F_OK), -1);
}
END_TEST

START_TEST(where_nothing_was_nothing_is_left)
{
	ck_assert_int_eq(unlink(RESOLV_CONF), 0);
	stop(begin("names"));
	ck_assert_int_eq(access(RESOLV_CONF, F_OK), -1);
}
END_TEST

START_TEST(a_file_comes_back_with_owner_and_mode)
{
	struct stat st;

	ck_assert_int_eq(chmod(RESOLV_CONF, 0640), 0);
	stop(begin("names"));
	ck_assert_int_eq(stat(RESOLV_CONF, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
	expect_file(BEFORE);
}
END_TEST

START_TEST(what_is_mounted_there_is_written_in_place)
{
	struct test_job *job;

	put_file("/etc/mounted", BEFORE);
	ck_assert_int_eq(
	    mount("/etc/mounted", RESOLV_CONF, NULL, MS_BIND, NULL), 0);
	job = begin("names");
	ck_assert_str_eq(
	    get_file("/etc/mounted"), MINE "nameserver 192.0.2.53\n");
	stop(job);
	ck_assert_str_eq(get_file("/etc/mounted"), BEFORE);
}
END_TEST

START_TEST(one_that_cannot_be_written_is_named)
{
	struct test_job *job = job_host_job(host, "names");

	ck_assert_int_eq(
	    mount(RESOLV_CONF, RESOLV_CONF, NULL, MS_BIND, NULL), 0);
	ck_assert_int_eq(mount(NULL, RESOLV_CONF, NULL,
			     MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
	    0);
	name(job, "lan", "c1", "192.0.2.53");
	test_job_start(job);
	expect_failed(job, false,
	    "cannot write /etc/resolv.conf: Read-only file system");
	expect_file(BEFORE);
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	struct test_job *job = job_host_job(host, "names");

	ck_assert_int_eq(unlink(RESOLV_CONF), 0);
	ck_assert_int_eq(mkfifo(RESOLV_CONF, 0644), 0);
	name(job, "lan", "c1", "192.0.2.53");
	test_job_start(job);
	expect_failed(
	    job, false, "cannot read /etc/resolv.conf: it is no file");
}
END_TEST

START_TEST(what_others_write_is_kept_and_ours_written_anew)
{
	struct test_job *job = begin("names");

	put_file(RESOLV_CONF, "theirs\n");
	await_file(MINE "nameserver 192.0.2.53\n");
	expect_up(job, "192.0.2.53");
	ck_assert(is_logged("was changed by others; it is written anew"));
	stop(job);
	expect_file("theirs\n");
}
END_TEST

static bool is_link(void *target)
{
	char text[64] = "";

	return readlink(RESOLV_CONF, text, sizeof(text) - 1) > 0 &&
	    !strcmp(text, target);
}

/* As the package of systemd-resolved does it. */
START_TEST(a_link_that_others_put_there_meanwhile_comes_back)
{
	struct test_job *job = begin("names");

	run("ln -sf ../nowhere/resolv.conf /etc/resolv.conf");
	await_file(MINE "nameserver 192.0.2.53\n");
	expect_up(job, "192.0.2.53");
	stop(job);
	ck_assert(is_link("../nowhere/resolv.conf"));
}
END_TEST

/* It is theirs, not what was kept before it, that comes back in the end. */
START_TEST(after_a_crash_what_others_have_written_since_is_left)
{
	struct test_job *job;

	put_file(RESOLV_CONF, "theirs\n");
	put_file("/etc/state/resolv.conf", BEFORE);
	job = job_host_job(host, "names");
	test_job_start(job);
	expect_up(job, "");
	expect_file("theirs\n");
	name(job, "lan", "c1", "192.0.2.53");
	test_job_update(job, NULL);
	expect_up(job, "192.0.2.53");
	stop(job);
	expect_file("theirs\n");
}
END_TEST

START_TEST(ours_as_others_changed_it_is_not_what_was_before)
{
	struct test_job *job = begin("names");

	put_file(RESOLV_CONF, MINE "nameserver 192.0.2.66\n");
	await_file(MINE "nameserver 192.0.2.53\n");
	expect_up(job, "192.0.2.53");
	ck_assert_int_eq(unlink(RESOLV_CONF), 0);
	await_file(MINE "nameserver 192.0.2.53\n");
	expect_up(job, "192.0.2.53");
	stop(job);
	/* It was removed: that is how they want it. */
	ck_assert_int_eq(access(RESOLV_CONF, F_OK), -1);
}
END_TEST

START_TEST(who_writes_again_and_again_means_it)
{
	struct test_job *job = begin("names");

	for (int i = 0; i < 3; i++) {
		put_file(RESOLV_CONF, "theirs\n");
		expect_up(job, "192.0.2.53");
	}
	put_file(RESOLV_CONF, "theirs\n");
	expect_failed(job, false, "others write /etc/resolv.conf again");
	expect_file("theirs\n");
}
END_TEST

START_TEST(what_others_changed_at_the_end_is_left)
{
	struct test_job *job = begin("names");

	put_file(RESOLV_CONF, "theirs\n");
	stop(job);
	expect_file("theirs\n");
	ck_assert(is_logged("changed by others since; it is left"));
}
END_TEST

START_TEST(what_one_that_was_killed_left_is_put_back)
{
	struct test_job *job;

	put_file(RESOLV_CONF, MINE "nameserver 192.0.2.1\n");
	put_file("/etc/state/resolv.conf", BEFORE);
	job = job_host_job(host, "names");
	test_job_start(job);
	expect_up(job, "");
	expect_file(BEFORE);
	stop(job);
	expect_file(BEFORE);
}
END_TEST

START_TEST(stopped_in_the_midst_it_undoes_all)
{
	struct test_job *job = job_host_job(host, "names");

	name(job, "lan", "c1", "192.0.2.53");
	test_job_start(job);
	stop(job);
	expect_file(BEFORE);
}
END_TEST

START_TEST(changes_in_the_midst_are_applied_afterwards)
{
	struct test_job *job = begin("names");

	test_job_set_named_fact(job, "c1", "dns", "192.0.2.1");
	test_job_update(job, NULL);
	test_job_set_named_fact(job, "c1", "dns", "192.0.2.2");
	test_job_update(job, NULL);
	expect_up(job, "192.0.2.1");
	expect_up(job, "192.0.2.2");
	expect_file(MINE "nameserver 192.0.2.2\n");
	stop(job);
}
END_TEST

static void leave(void *job)
{
	test_job_unname(job, "c1");
}

START_TEST(what_it_asks_may_go_at_any_moment_of_a_start)
{
	struct test_job *job = job_host_job(host, "names");

	for (unsigned n = 0, more = 2; more; n++) {
		const struct report *report;

		name(job, "lan", "c1", "192.0.2.53");
		if (!moment_reach(host, job, (struct moment){ n, false },
			leave, job, &report))
			more--;
		if (!report)
			report = test_job_expect(job, REPORT_UP);
		/* It is told so when it is up. */
		test_job_update(job, NULL);
		while (report_fact(report, "dns"))
			report = test_job_wait(job);
		expect_file(BEFORE);
		stop(job);
		expect_file(BEFORE);
	}
}
END_TEST

/* What it has written is not left by that. */
START_TEST(domains_that_come_with_a_reload_are_refused_as_well)
{
	struct test_job *job = begin("names");

	test_job_update(job, "split");
	expect_failed(job, true, "'domains' takes systemd-resolved");
	expect_file(BEFORE);
}
END_TEST

START_TEST(a_change_of_keys_is_followed)
{
	struct test_job *job = begin("names");

	name(job, "air", "c2", "192.0.2.99");
	test_job_update(job, "other");
	test_job_unname(job, "c1");
	test_job_update(job, NULL);
	expect_up(job, "");
	expect_file(BEFORE);
	stop(job);
}
END_TEST

/* ---- resolvconf ---- */

/* Takes the place of resolvconf. */
static void write_resolvconf(const char *script)
{
	static bool is_mounted;

	if (!is_mounted) {
		run("mkdir /etc/upper /etc/work");
		run("mount -t overlay overlay -o lowerdir=/usr/sbin,"
		    "upperdir=/etc/upper,workdir=/etc/work /usr/sbin");
		is_mounted = true;
	}
	put_file("/usr/sbin/resolvconf", script);
	ck_assert_int_eq(chmod("/usr/sbin/resolvconf", 0755), 0);
}

#define RECORDS "#!/bin/sh\necho \"$@\" >>/etc/said\ncat >>/etc/said\n"

START_TEST(resolvconf_is_told)
{
	struct test_job *job;

	write_resolvconf(RECORDS);
	job = begin("old");
	ck_assert_str_eq(
	    get_file("/etc/said"), "-a netconf\nnameserver 192.0.2.53\n");
	put_file("/etc/said", "");
	name(job, "vpn", "c0", "10.9.0.53");
	test_job_set_named_fact(job, "c0", "domain", "corp.example");
	test_job_update(job, NULL);
	expect_up(job, "10.9.0.53");
	ck_assert_str_eq(get_file("/etc/said"),
	    "-a netconf\nnameserver 10.9.0.53\nsearch corp.example\n");
	put_file("/etc/said", "");
	stop(job);
	ck_assert_str_eq(get_file("/etc/said"), "-d netconf\n");
	expect_file(BEFORE);
}
END_TEST

START_TEST(resolvconf_that_fails_is_a_failure)
{
	struct test_job *job = job_host_job(host, "old");

	write_resolvconf("#!/bin/sh\necho no way >&2\nexit 1\n");
	name(job, "lan", "c1", "192.0.2.53");
	test_job_start(job);
	expect_failed(
	    job, false, "resolvconf has ended with status 1: no way");
	ck_assert(is_logged("cannot undo it: resolvconf has ended"));
}
END_TEST

START_TEST(openresolv_may_have_forgotten_already)
{
	struct test_job *job = job_host_job(host, "old");

	write_resolvconf("#!/bin/sh\n"
			 "echo No resolv.conf for interface $2 >&2\nexit 1\n");
	test_job_start(job);
	expect_up(job, "");
	stop(job);
	ck_assert_ptr_null(strstr(job_host_log(host), "warning"));
}
END_TEST

START_TEST(resolvconf_that_is_not_there_is_said)
{
	struct test_job *job = job_host_job(host, "old");

	write_resolvconf("");
	ck_assert_int_eq(unlink("/usr/sbin/resolvconf"), 0);
	test_job_start(job);
	expect_failed(job, false, "cannot use 'resolvconf': No such file");
}
END_TEST

START_TEST(stopped_while_resolvconf_runs_it_is_told_afterwards)
{
	struct test_job *job = job_host_job(host, "old");

	write_resolvconf(RECORDS);
	name(job, "lan", "c1", "192.0.2.53");
	test_job_start(job);
	stop(job);
	ck_assert_str_eq(get_file("/etc/said"),
	    "-a netconf\nnameserver 192.0.2.53\n-d netconf\n");
}
END_TEST

/* ---- who it is ---- */

static void expect_backend(const char *name)
{
	ck_assert_str_eq(resolv_conf_backend()->name, name);
}

static void expect_backend_of_link(const char *target, const char *name)
{
	ck_assert_int_eq(unlink(RESOLV_CONF), 0);
	ck_assert_int_eq(symlink(target, RESOLV_CONF), 0);
	expect_backend(name);
}

START_TEST(it_is_who_cares_for_the_file)
{
	expect_backend("file");
	put_file(RESOLV_CONF, "# Generated by resolvconf\nnameserver ::1\n");
	expect_backend("resolvconf");
	expect_backend_of_link(
	    "../run/systemd/resolve/stub-resolv.conf", "resolved");
	expect_backend_of_link(
	    "/run/systemd/resolve/resolv.conf", "resolved");
	expect_backend_of_link("/usr/lib/systemd/resolv.conf", "resolved");
	expect_backend_of_link(
	    "/etc/resolvconf/run/resolv.conf", "resolvconf");
	expect_backend_of_link(
	    "../run/resolvconf/resolv.conf", "resolvconf");
	expect_backend_of_link("../run/other/resolv.conf", "file");
	ck_assert_int_eq(unlink(RESOLV_CONF), 0);
	expect_backend("file");
}
END_TEST

static bool has_libsystemd(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[4096];
	bool is_there = false;

	ck_assert_ptr_nonnull(maps);
	while (fgets(line, sizeof(line), maps))
		is_there |= !!strstr(line, "/libsystemd.so");
	fclose(maps);
	return is_there;
}

/* Where the loader looks; in this mount namespace. */
static void hide_libsystemd(void)
{
	glob_t found = { 0 };

	(void)glob("/usr/lib*/libsystemd.so.0", 0, NULL, &found);
	(void)glob("/usr/lib*/*/libsystemd.so.0",
	    found.gl_pathc > 0 ? GLOB_APPEND : 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++)
		ck_assert_int_eq(mount("/dev/null", found.gl_pathv[i], NULL,
				     MS_BIND, NULL), 0);
	globfree(&found);
}

START_TEST(libsystemd_is_loaded_for_resolved_alone)
{
	struct test_job *job = begin("names");

	stop(job);
	ck_assert(!has_libsystemd());
}
END_TEST

START_TEST(without_libsystemd_resolved_fails)
{
	struct test_job *job = job_host_job(host, "bus");
	const struct report *report;

	hide_libsystemd();
	test_job_start(job);
	report = test_job_wait(job);
	ck_assert_int_eq(report->type, REPORT_FAILED);
	/* For good only where it was not there to build with. */
	ck_assert_msg(report->permanent ||
		strstr(report->reason, "libsystemd.so.0 cannot be loaded"),
	    "%s", report->reason);
	expect_file(BEFORE);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("dns");
	TCase *tc = netns_case(suite, "dns");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, the_first_of_from_that_tells_servers_is_asked);
	tcase_add_test(tc, one_that_tells_none_is_passed_over);
	tcase_add_test(
	    tc, of_a_template_it_is_the_first_instance_that_tells_some);
	tcase_add_test(tc, while_nobody_tells_any_it_is_as_before);
	tcase_add_test(tc, a_link_local_server_has_its_device);
	tcase_add_test(tc, what_is_no_address_and_no_domain_is_left_out);
	tcase_add_test(tc, tables_are_bounded);
	tcase_add_test(tc, the_file_cannot_ask_others_for_a_domain);
	tcase_add_test(tc, there_is_one_at_a_time);
	tcase_add_test(tc, libsystemd_is_loaded_for_resolved_alone);
	tcase_add_test(tc, without_libsystemd_resolved_fails);
	tcase_add_test(tc, a_link_comes_back_as_that_link);
	tcase_add_test(tc, where_nothing_was_nothing_is_left);
	tcase_add_test(tc, a_file_comes_back_with_owner_and_mode);
	tcase_add_test(tc, what_is_mounted_there_is_written_in_place);
	tcase_add_test(tc, one_that_cannot_be_written_is_named);
	tcase_add_test(tc, what_is_no_file_is_refused);
	tcase_add_test(tc, what_others_write_is_kept_and_ours_written_anew);
	tcase_add_test(
	    tc, a_link_that_others_put_there_meanwhile_comes_back);
	tcase_add_test(
	    tc, after_a_crash_what_others_have_written_since_is_left);
	tcase_add_test(tc, ours_as_others_changed_it_is_not_what_was_before);
	tcase_add_test(tc, who_writes_again_and_again_means_it);
	tcase_add_test(tc, what_others_changed_at_the_end_is_left);
	tcase_add_test(tc, what_one_that_was_killed_left_is_put_back);
	tcase_add_test(tc, stopped_in_the_midst_it_undoes_all);
	tcase_add_test(tc, changes_in_the_midst_are_applied_afterwards);
	tcase_add_test(tc, what_it_asks_may_go_at_any_moment_of_a_start);
	tcase_add_test(
	    tc, domains_that_come_with_a_reload_are_refused_as_well);
	tcase_add_test(tc, a_change_of_keys_is_followed);
	tcase_add_test(tc, resolvconf_is_told);
	tcase_add_test(tc, resolvconf_that_fails_is_a_failure);
	tcase_add_test(tc, openresolv_may_have_forgotten_already);
	tcase_add_test(tc, resolvconf_that_is_not_there_is_said);
	tcase_add_test(
	    tc, stopped_while_resolvconf_runs_it_is_told_afterwards);
	tcase_add_test(tc, it_is_who_cares_for_the_file);
	return suite;
}

int main(void)
{
	return netns_run(suite());
}
