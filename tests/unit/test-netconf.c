/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netconf(1) as its users see it: what it asks of netconfd, prints and
 * returns. netconfd is played by the test.
 */
#include <check.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/played.h"
#include "tests/unit/run.h"
#include "tests/unit/scratch.h"

enum { OUTPUT_MAX = 64 * 1024 };

static char directory[64], file_path[96];

static void set_up(void)
{
	scratch_open();
	snprintf(directory, sizeof(directory), "%s", scratch_path(NULL));
	snprintf(file_path, sizeof(file_path), "%s", scratch_path("a.yaml"));
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
}

static void tear_down(void)
{
	played_end();
	scratch_close();
}

struct result {
	int status; /* exit status, or -signal */
	char out[OUTPUT_MAX], err[OUTPUT_MAX];
};

static void read_all(int fd, char *buffer)
{
	size_t n = 0;
	ssize_t r;

	while (n < OUTPUT_MAX - 1 &&
	       (r = read(fd, buffer + n, OUTPUT_MAX - 1 - n)) > 0)
		n += (size_t)r;
	buffer[n] = '\0';
}

static void execute(const char *const *words)
{
	char *argv[16] = {(char *)"netconf"};
	size_t n = 1;

	for (; words[n - 1]; n++)
		argv[n] = (char *)words[n - 1];
	argv[n++] = (char *)"--socket";
	argv[n++] = (char *)played_socket();
	argv[n] = NULL;
	execv(NETCONF, argv);
	_exit(127);
}

static int wait_for(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int temporary(void)
{
	int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static void take_output(int fd, char *buffer)
{
	lseek(fd, 0, SEEK_SET);
	read_all(fd, buffer);
	close(fd);
}

static struct result result;

/* Runs netconf with the words and the test's socket. */
static void run(const char *const *words)
{
	int out = temporary(), err = temporary();
	pid_t pid = fork();

	if (pid == 0) {
		dup2(out, 1);
		dup2(err, 2);
		execute(words);
	}
	result.status = wait_for(pid);
	take_output(out, result.out);
	take_output(err, result.err);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

/* The same on a terminal of 80 columns; result.out has what it shows. */
static void run_on_terminal(const char *const *words)
{
	struct winsize size = {.ws_col = 80, .ws_row = 24};
	int fd;
	pid_t pid = forkpty(&fd, NULL, NULL, &size);

	if (pid == 0)
		execute(words);
	read_all(fd, result.out);
	result.err[0] = '\0';
	close(fd);
	result.status = wait_for(pid);
}

#define RUN_ON_TERMINAL(...)                                                   \
	run_on_terminal((const char *const[]){__VA_ARGS__, NULL})

static void assert_contains(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part), "'%s' is not in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
	ck_assert_msg(!strstr(text, part), "'%s' is in:\n%s", part, text);
}

#define NODE(name, state, more)                                                \
	"{\"name\":\"" name "\",\"kind\":\"x\",\"state\":\"" state             \
	"\",\"since_ms\":0,\"goal\":false,\"masked\":false,\"permanent\":"     \
	"false," more "}"
#define SINGLE(facts) "\"template\":false,\"facts\":{" facts "}"
#define CHANGE(node, from, to, more)                                           \
	"{\"parameters\":{\"change\":{\"at_ms\":1700000000000,\"node\":"       \
	"\"" node "\",\"from\":\"" from "\",\"to\":\"" to                      \
	"\",\"cause\":\"report up\"" more "}},\"continues\":true}"
#define VPN_UP                                                                 \
	"{\"parameters\":{\"result\":\"up\",\"nodes\":[" NODE(                 \
	    "vpn0", "up", SINGLE("")) "]}}"

START_TEST(without_a_daemon_it_says_how_to_start_one)
{
	char message[256];

	snprintf(message, sizeof(message),
	    "netconf: no daemon answers on %s: start netconfd, or 'netconf "
	    "run'\n",
	    played_socket());
	RUN("status");
	ck_assert_int_eq(result.status, 5);
	ck_assert_str_eq(result.err, message);
	ck_assert_str_eq(result.out, "");
	RUN("up", "vpn0");
	ck_assert_int_eq(result.status, 5);
	ck_assert_str_eq(result.err, message);
}
END_TEST

START_TEST(wrong_usage_is_status_2)
{
	RUN("apply");
	ck_assert_int_eq(result.status, 2);
	ck_assert_str_eq(result.err,
	    "netconf: 'apply' is not a command of this version; see netconf "
	    "--help\n");
	RUN("statsu");
	assert_contains(result.err, "did you mean 'status'?");
	RUN("why");
	ck_assert_int_eq(result.status, 2);
	assert_contains(result.err, "usage: netconf why NODE");
	RUN("why", "\xff");
	ck_assert_int_eq(result.status, 5);
}
END_TEST

START_TEST(help_and_version_need_no_daemon)
{
	RUN("--help");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, "  monitor ");
	assert_lacks(result.out, "apply");
	RUN("up", "--help");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, "--no-wait");
	assert_lacks(result.out, "--force");
	RUN("--version");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, "netconf ");
}
END_TEST

START_TEST(no_argv_at_all_is_survived)
{
	pid_t pid = fork();

	if (pid == 0) {
		char *none[] = {NULL};

		dup2(open("/dev/null", O_RDWR), 2);
		execv(NETCONF, none);
		_exit(127);
	}
	ck_assert_int_eq(wait_for(pid), 2);
}
END_TEST

START_TEST(up_shows_each_change_and_the_outcome)
{
	PLAY({.replies = {
		  "{\"parameters\":{\"said\":[\"takes the mask off lan\"]},"
		  "\"continues\":true}",
		  CHANGE("lan@eth0", "waiting", "starting", ""),
		  CHANGE("lan@eth0", "starting", "up",
		      ",\"facts\":{\"address\":"
		      "\"192.0.2.103/24\",\"gateway\":\"192.0.2.1\"}"),
		  CHANGE("vpn0", "starting", "failed",
		      ",\"reason\":"
		      "\"authentication failed\",\"retry_in_ms\":1000"),
		  VPN_UP}});
	RUN("up", "vpn0");
	ck_assert_int_eq(result.status, 0);
	played_expect("{\"method\":\"org.netconf.Up\",\"parameters\":{"
		      "\"nodes\":[\"vpn0\"],\"wait\":true},\"more\":true}\n");
	assert_contains(result.out, "takes the mask off lan\n");
	assert_contains(result.out, "s  lan@eth0     starting\n");
	assert_contains(result.out, "s  lan@eth0     up         "
				    "192.0.2.103/24, gateway 192.0.2.1\n");
	assert_contains(result.out, "s  vpn0         failed     "
				    "authentication failed; retry in 1s\n");
	assert_contains(result.out, "\nvpn0 is up (");
	ck_assert_str_eq(result.err, "");
}
END_TEST

START_TEST(up_ends_with_1_when_a_goal_failed_for_good)
{
	PLAY({.replies = {"{\"parameters\":{\"result\":\"failed\","
			  "\"nodes\":[{\"name\":\"vpn0\",\"kind\":\"ipsec\","
			  "\"state\":\"failed\",\"since_ms\":1,\"goal\":true,"
			  "\"masked\":false,\"template\":false,"
			  "\"permanent\":true,\"reason\":\"wrong key\","
			  "\"facts\":{}}]}}"}});
	RUN("up", "vpn0");
	ck_assert_int_eq(result.status, 1);
	ck_assert_str_eq(
	    result.out, "vpn0 has failed: wrong key; not tried again\n");
}
END_TEST

START_TEST(up_says_at_once_when_nothing_can_bring_it_up)
{
	PLAY({.replies = {"{\"parameters\":{\"stuck\":\"vpn0 waits: no "
			  "device for wired\"},\"continues\":true}",
		  VPN_UP}});
	RUN("up", "vpn0");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, "vpn0 waits: no device for wired; see "
				    "netconf why vpn0\nvpn0 is up (");
}
END_TEST

START_TEST(up_without_waiting_only_asks)
{
	PLAY({.replies = {"{\"parameters\":{\"said\":[\"x\"]}}"}});
	RUN("up", "a", "b", "--no-wait");
	ck_assert_int_eq(result.status, 0);
	ck_assert_str_eq(result.out, "x\n");
	played_expect("{\"method\":\"org.netconf.Up\",\"parameters\":{"
		      "\"nodes\":[\"a\",\"b\"],\"wait\":false}}\n");
}
END_TEST

START_TEST(a_time_limit_ends_with_3_and_what_it_waits_for)
{
	PLAY({.replies = {CHANGE("lan@eth0", "waiting", "starting", "")},
		 .hold = true},
	    {.replies = {"{\"parameters\":{\"lines\":[{\"depth\":0,"
			 "\"node\":\"vpn0\",\"state\":\"waiting\",\"text\":"
			 "\"needs inet\"},{\"depth\":1,\"node\":"
			 "\"lan@eth0\",\"state\":\"starting\",\"text\":"
			 "\"is starting, for 2s\"}]}}"}});
	RUN("up", "vpn0", "--timeout", "100ms");
	ck_assert_int_eq(result.status, 3);
	ck_assert_str_eq(result.err,
	    "netconf: timed out after 100ms; vpn0 stays a goal: 'netconf down "
	    "vpn0' takes it back\n"
	    "vpn0 is waiting: needs inet\n"
	    "  lan@eth0 is starting, for 2s\n");
}
END_TEST

START_TEST(ctrl_c_stops_the_waiting_and_not_the_goal)
{
	PLAY({.replies = {CHANGE("lan@eth0", "waiting", "starting", "")},
	    .hold = true});
	int err = temporary(), out[2];
	char c;

	ck_assert_int_eq(pipe(out), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		dup2(err, 2);
		close(out[0]);
		close(out[1]);
		execute((const char *const[]){"up", "vpn0", NULL});
	}
	close(out[1]);
	ck_assert_int_eq(read(out[0], &c, 1), 1); /* it is waiting */
	kill(pid, SIGINT);
	ck_assert_int_eq(wait_for(pid), -SIGINT);
	close(out[0]);
	take_output(err, result.err);
	ck_assert_str_eq(result.err,
	    "netconf: no longer waiting; vpn0 stays a goal: 'netconf down "
	    "vpn0' takes it back\n");
}
END_TEST

START_TEST(up_as_json_prints_each_reply_on_a_line)
{
	PLAY({.replies = {
		  CHANGE("lan@eth0", "waiting", "starting", ""), VPN_UP}});
	RUN("up", "vpn0", "--json");
	ck_assert_int_eq(result.status, 0);
	ck_assert_int_eq(strncmp(result.out, "{\"change\":{\"at_ms\":", 19), 0);
	assert_contains(result.out, "}}\n{\"result\":\"up\",\"nodes\":[");
}
END_TEST

START_TEST(wait_asks_for_nothing)
{
	PLAY({.replies = {VPN_UP}});
	RUN("wait", "vpn0");
	ck_assert_int_eq(result.status, 0);
	played_expect("{\"method\":\"org.netconf.Wait\",\"parameters\":{"
		      "\"nodes\":[\"vpn0\"]},\"more\":true}\n");
}
END_TEST

START_TEST(down_shows_what_stops)
{
	PLAY({.replies = {CHANGE("vpn0", "up", "stopping", ""),
		  "{\"parameters\":{\"result\":\"down\"}}"}});
	RUN("down", "vpn0");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, "s  vpn0         stopping\nvpn0 is down (");
}
END_TEST

START_TEST(down_prints_what_was_said)
{
	PLAY({.replies = {"{\"parameters\":{\"said\":[\"lan stays up: vpn0 "
			  "requires it\"],\"result\":\"held\"}}"}});
	RUN("down", "lan", "--force");
	ck_assert_int_eq(result.status, 0);
	ck_assert_str_eq(result.out, "lan stays up: vpn0 requires it\n");
	played_expect("{\"method\":\"org.netconf.Down\",\"parameters\":{"
		      "\"nodes\":[\"lan\"],\"force\":true,\"wait\":true},"
		      "\"more\":true}\n");
}
END_TEST

static const char status_reply[] = "{\"parameters\":{\"nodes\":[" NODE(
    "wired", "up", "\"template\":true,\"facts\":{}") "," NODE("wired@eth0",
    "up", SINGLE("")) "," NODE("lan", "waiting",
    "\"template\":true,\"facts\":{}") "," NODE("uplink", "up",
    "\"selected\":\"lan@eth0\"," SINGLE("")) "," NODE("vpn0", "failed",
    "\"reason\":\"peer says \\u001b[2Jbye\",\"retry_in_ms\":4000," SINGLE(
	"")) "]}}";

START_TEST(status_is_a_table)
{
	struct exchange exchange = {.replies = {status_reply}};

	played_begin(&exchange, 1);
	RUN("status");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, "NODE          STATE     SINCE  DETAIL\n");
	assert_contains(result.out, "\nwired         up        ");
	assert_contains(result.out, "\n  wired@eth0  up        ");
	assert_contains(result.out, "\nlan           waiting   ");
	assert_contains(result.out, " no device\n");
	assert_contains(result.out, " uses lan@eth0\n");
	assert_contains(result.out, " peer says \\x1b[2Jbye; retry in 4s\n");
	played_expect("{\"method\":\"org.netconf.Status\",\"parameters\":{}}"
		      "\n");
}
END_TEST

START_TEST(status_shows_a_fact_where_it_comes_from)
{
	PLAY({.replies = {
		  "{\"parameters\":{\"nodes\":[{\"name\":\"vpn0\",\"kind\":"
		  "\"ipsec\",\"state\":\"up\",\"since_ms\":0,\"goal\":true,"
		  "\"masked\":false,\"template\":false,\"permanent\":false,"
		  "\"facts\":{\"address\":\"192.0.2.7/24\",\"virtual-ip\":"
		  "\"10.9.0.2\"}}]}}"}});
	RUN("status", "vpn0");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, " virtual IP 10.9.0.2 [goal]\n");
	assert_lacks(result.out, "192.0.2.7");
}
END_TEST

#define LEASE                                                                  \
	"{\"parameters\":{\"nodes\":[" NODE("lan", "up",                       \
	    "\"template\":true,\"facts\":{},\"description\":"                 \
	    "\"the \\u001b office\"") ","                                      \
	"{\"name\":\"lan@c0\",\"kind\":\"dhcp\",\"state\":\"up\","            \
	"\"since_ms\":0,\"goal\":false,\"masked\":true,\"permanent\":false," \
	"\"description\":\"the office\"," SINGLE(                              \
	    "\"address\":\"192.0.2.7/24\",\"dns\":\"192.0.2.1\","             \
	    "\"domain\":\"a\\u001b\",\"speed\":\"10\"") "}]}}"

START_TEST(status_of_a_node_that_is_named_has_all_its_facts)
{
	PLAY({.replies = {LEASE}}, {.replies = {LEASE}});
	RUN("status", "lan");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, "  lan@c0  up ");
	assert_contains(result.out, " 192.0.2.7/24 [masked]\n"
	    "                           dns 192.0.2.1\n"
	    "                           domain a\\x1b\n");
	assert_lacks(result.out, "speed");
	RUN("status");
	assert_lacks(result.out, "dns");
}
END_TEST

START_TEST(status_shows_descriptions)
{
	PLAY({.replies = {LEASE}});
	RUN("status");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, " (the \\x1b office)\n");
	/* Not of each instance again. */
	assert_contains(result.out, " 192.0.2.7/24 [masked]\n");
}
END_TEST

START_TEST(status_says_for_how_long_a_node_is_held)
{
	PLAY({.replies = {"{\"parameters\":{\"nodes\":[" NODE("a", "up",
		  "\"held\":true,\"held_for_ms\":11345," SINGLE("")) "," NODE(
		  "b", "up",
		  "\"held\":true," SINGLE("\"gateway\":\"g\"")) "]}}"}});
	RUN("status");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, " held for 12s more\n");
	assert_contains(result.out, " gateway g; held without end\n");
}
END_TEST

/* Reads what it prints until the text is among it. */
static void read_until(int fd, const char *text)
{
	size_t n = 0;

	result.out[0] = '\0';
	while (!strstr(result.out, text)) {
		ssize_t r;

		ck_assert_uint_lt(n, OUTPUT_MAX - 1);
		r = read(fd, result.out + n, OUTPUT_MAX - 1 - n);
		ck_assert_msg(r > 0, "'%s' does not come:\n%s", text,
		    result.out);
		n += (size_t)r;
		result.out[n] = '\0';
	}
}

#define MONITOR_BEGINS "{\"parameters\":{},\"continues\":true}"

START_TEST(status_is_watched_until_ctrl_c)
{
	PLAY({.replies = {MONITOR_BEGINS}, .hold = true, .aside = true},
	    {.replies = {status_reply}});
	int out[2];

	ck_assert_int_eq(pipe(out), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		close(out[0]);
		close(out[1]);
		execute((const char *const[]){"status", "--watch", NULL});
	}
	close(out[1]);
	read_until(out[0], "retry in 4s\n");
	assert_lacks(result.out, "\033");
	kill(pid, SIGINT);
	ck_assert_int_eq(wait_for(pid), -SIGINT);
	close(out[0]);
	played_expect("{\"method\":\"org.netconf.Monitor\",\"parameters\":{},"
		      "\"more\":true}\n"
		      "{\"method\":\"org.netconf.Status\",\"parameters\":{}}"
		      "\n");
}
END_TEST

START_TEST(a_watch_ends_with_5_when_netconfd_is_gone)
{
	PLAY({.replies = {MONITOR_BEGINS}, .aside = true},
	    {.replies = {status_reply}});
	RUN("status", "--watch");
	ck_assert_int_eq(result.status, 5);
	assert_contains(result.err, "netconfd has closed the connection");
}
END_TEST

START_TEST(an_error_ends_a_watch_in_json_too)
{
#define NO_ZZ                                                                  \
	"{\"error\":\"org.netconf.UnknownNode\",\"parameters\":"           \
	"{\"node\":\"zz\",\"message\":\"no zz\"}}"
	PLAY({.replies = {MONITOR_BEGINS}, .hold = true, .aside = true},
	    {.replies = {NO_ZZ}});
	RUN("status", "zz", "--watch", "--json");
	assert_contains(result.err, "no zz");
	ck_assert_str_eq(result.out, NO_ZZ "\n");
	ck_assert_int_eq(result.status, 2);
}
END_TEST

START_TEST(a_watch_follows_the_size_of_its_terminal)
{
	PLAY({.replies = {MONITOR_BEGINS}, .hold = true, .aside = true},
	    {.replies = {status_reply}});
	struct winsize size = {.ws_col = 80, .ws_row = 24};
	int fd;
	pid_t pid = forkpty(&fd, NULL, NULL, &size);

	if (pid == 0)
		execute((const char *const[]){"status", "--watch", NULL});
	read_until(fd, "\033[?7h");
	assert_contains(result.out, "\033[?7l\033[HNODE ");
	assert_contains(result.out, "bye; retry in ");
	assert_lacks(result.out, ".");
	size = (struct winsize){.ws_col = 30, .ws_row = 4};
	ck_assert_int_eq(ioctl(fd, TIOCSWINSZ, &size), 0);
	read_until(fd, "more lines)\033[K\033[J\033[?7h");
	ck_assert_int_eq(write(fd, "\003", 1), 1);
	ck_assert_int_eq(wait_for(pid), -SIGINT);
	close(fd);
}
END_TEST

START_TEST(colours_are_for_terminals_that_want_them)
{
	struct exchange exchanges[] = {{.replies = {status_reply}},
	    {.replies = {status_reply}}, {.replies = {status_reply}},
	    {.replies = {status_reply}}};

	played_begin(exchanges, ARRAY_SIZE(exchanges));
	RUN_ON_TERMINAL("status");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, "\033[32mup\033[0m");
	assert_lacks(result.out, "\033[2J");
	setenv("NO_COLOR", "1", 1);
	RUN_ON_TERMINAL("status");
	assert_contains(result.out, "wired@eth0");
	assert_lacks(result.out, "\033");
	unsetenv("NO_COLOR");
	setenv("TERM", "dumb", 1);
	RUN_ON_TERMINAL("status");
	assert_lacks(result.out, "\033");
	setenv("TERM", "xterm", 1);
	RUN("status");
	assert_lacks(result.out, "\033");
}
END_TEST

START_TEST(status_as_json_is_the_reply_in_ascii)
{
	PLAY({.replies = {"{\"parameters\":{\"nodes\":[" NODE(
		  "a", "up", SINGLE("\"ssid\":\"\xe2\x80\xae\"")) "]}}"}});
	RUN("status", "a", "--json");
	ck_assert_int_eq(result.status, 0);
	ck_assert_int_eq(
	    strncmp(result.out, "{\"nodes\":[{\"name\":\"a\"", 21), 0);
	assert_contains(result.out, "\"ssid\":\"\\u202E\"}}]}\n");
	played_expect("{\"method\":\"org.netconf.Status\",\"parameters\":{"
		      "\"nodes\":[\"a\"]}}\n");
}
END_TEST

START_TEST(why_is_an_indented_tree)
{
	PLAY({.replies = {"{\"parameters\":{\"lines\":["
			  "{\"depth\":0,\"node\":\"vpn0\",\"state\":"
			  "\"waiting\",\"text\":\"needs inet, lan\"},"
			  "{\"depth\":1,\"node\":\"inet\",\"state\":"
			  "\"waiting\",\"text\":\"no default route\"},"
			  "{\"depth\":1,\"node\":\"lan\",\"state\":"
			  "\"failed\",\"text\":\"failed: no\\u0007 answer\"},"
			  "{\"depth\":2,\"node\":\"x\",\"text\":\"y\"},"
			  "{\"depth\":999999,\"text\":\"deep\"}]}}"}});
	RUN("why", "vpn0");
	ck_assert_int_eq(result.status, 0);
	ck_assert_str_eq(result.out,
	    "vpn0 is waiting: needs inet, lan\n"
	    "  inet is waiting: no default route\n"
	    "  lan failed: no\\x07 answer\n"
	    "    x: y\n"
	    "                                        deep\n");
}
END_TEST

#define STEP(action, node, under_way)                                          \
	"{\"action\":\"" action "\",\"node\":\"" node "\",\"under_way\":"      \
	under_way "}"
#define OUTCOME(node, state, then, rest)                                       \
	"{\"node\":\"" node "\",\"state\":\"" state "\",\"then\":\""          \
	then "\"" rest "}"

START_TEST(a_plan_is_a_numbered_list)
{
	PLAY({.replies = {"{\"parameters\":{\"said\":[\"wired is no longer "
			  "taken down\"],\"steps\":["
			  STEP("start", "wired@c0", "true") ","
			  STEP("start", "lan@\\u0007c0", "false") ","
			  STEP("rebind", "dns", "false") "],\"outcomes\":["
			  OUTCOME("lan", "idle", "up", "") ","
			  OUTCOME("inet", "up", "up", "") "]}}"}},
	    {.replies = {"{\"parameters\":{\"steps\":[],\"outcomes\":["
			 OUTCOME("vpn0", "idle", "waiting",
			     ",\"missing\":\"wired: no device\"") ","
			 OUTCOME("x", "failed", "failed", "") ","
			 OUTCOME("lan", "idle", "up", "") "]}}"}});
	RUN("plan", "lan", "inet");
	ck_assert_str_eq(result.out,
	    "first, wired is no longer taken down\n"
	    "wired@c0 is starting already\n"
	    "1. start lan@\\x07c0\n"
	    "2. rebind dns\n"
	    "lan would be up\n"
	    "inet is up\n");
	ck_assert_int_eq(result.status, 0);
	RUN("plan", "vpn0", "x", "lan");
	ck_assert_str_eq(result.out,
	    "vpn0 would wait: wired: no device\n"
	    "x would be failed\n"
	    "lan would be up\n");
	ck_assert_int_eq(result.status, 1);
	played_expect("{\"method\":\"org.netconf.Plan\",\"parameters\":{"
		      "\"nodes\":[\"lan\",\"inet\"]}}\n"
		      "{\"method\":\"org.netconf.Plan\",\"parameters\":{"
		      "\"nodes\":[\"vpn0\",\"x\",\"lan\"]}}\n");
}
END_TEST

START_TEST(a_plan_in_json_has_the_same_exit_status)
{
#define WAITS                                                                  \
	"{\"steps\":[],\"outcomes\":[" OUTCOME("a", "idle", "waiting", "") "]}"
	PLAY({.replies = {"{\"parameters\":" WAITS "}"}},
	    {.replies = {"{\"error\":\"org.netconf.UnknownNode\","
			 "\"parameters\":{\"node\":\"a\",\"message\":"
			 "\"no a\"}}"}});
	RUN("plan", "a", "--json");
	ck_assert_str_eq(result.out, WAITS "\n");
	ck_assert_int_eq(result.status, 1);
	RUN("plan", "a");
	ck_assert_int_eq(result.status, 2);
	RUN("plan", "a");
	ck_assert_int_eq(result.status, 5);
	/* It is another netconfd that is asked then. */
	RUN("plan", "a", "-p", "/nonexistent");
	ck_assert_int_eq(result.status, 2);
	ck_assert_str_eq(result.out, "");
	assert_contains(
	    result.err, "netconfd: /nonexistent: No such file or directory");
	RUN("plan");
	ck_assert_int_eq(result.status, 2);
}
END_TEST

static const struct {
	const char *reply, *problem;
} bad_plans[] = {
	{"{}", "'steps' is missing"},
	{"{\"steps\":[],\"outcomes\":1}", "'outcomes' is missing"},
	{"{\"steps\":[],\"outcomes\":[],\"said\":[1]}", "'said' is not"},
	{"{\"steps\":[{}],\"outcomes\":[]}", "'action' is missing"},
	{"{\"steps\":[],\"outcomes\":[{\"node\":\"a\"}]}",
	    "'state' is missing"},
};

START_TEST(a_plan_that_makes_no_sense_is_refused)
{
	_cleanup_(text_clear) struct text reply = {0};

	text_printf(&reply, "{\"parameters\":%s}", bad_plans[_i].reply);
	struct exchange exchange = {.replies = {reply.data}};
	played_begin(&exchange, 1);
	RUN("plan", "a");
	assert_contains(result.err, bad_plans[_i].problem);
	ck_assert_int_ne(result.status, 0);
}
END_TEST

START_TEST(monitor_keeps_its_columns_whatever_the_names)
{
	PLAY({.replies = {CHANGE("sixteen-letters-", "idle", "up", ""),
		  CHANGE("a", "idle", "up", ""),
		  "{\"parameters\":{}}"}});
	RUN("monitor");
	ck_assert_int_eq(result.status, 0);
	assert_contains(
	    result.out, "  sixteen-letters- up         (report up)\n");
	assert_contains(
	    result.out, "  a                up         (report up)\n");
}
END_TEST

START_TEST(monitor_prints_changes_until_the_end)
{
	PLAY({.replies = {"{\"parameters\":{},\"continues\":true}",
		  CHANGE("lan@eth0", "starting", "failed",
		      ",\"reason\":\"no answer\",\"retry_in_ms\":2000"),
		  "{\"par"},
	    .cut = true});
	setenv("TZ", "UTC0", 1);
	RUN("monitor");
	ck_assert_int_eq(result.status, 5);
	ck_assert_str_eq(result.out,
	    "22:13:20.000  lan@eth0         failed     no answer; retry in 2s "
	    "(report up)\n");
	assert_contains(result.err, "netconfd has closed the connection");
}
END_TEST

static const struct {
	const char *reply, *message;
	int status;
} errors[] = {
    {"{\"error\":\"org.netconf.UnknownNode\",\"parameters\":{\"node\":"
     "\"vpn\",\"message\":\"there is no node 'vpn'\"}}",
	"netconf: there is no node 'vpn'\n", 2},
    {"{\"error\":\"org.netconf.NotPermitted\",\"parameters\":{"
     "\"message\":\"only root\"}}",
	"netconf: only root\n", 4},
    {"{\"error\":\"org.netconf.Busy\",\"parameters\":{\"message\":"
     "\"too many\\u001b clients\"}}",
	"netconf: too many\\x1b clients\n", 5},
    {"{\"error\":\"org.netconf.Busy\"}",
	"netconf: netconfd gave an answer that makes no sense: an error "
	"without message; are netconf and netconfd of the same version?\n",
	5},
    {"{\"error\":\"org.varlink.service.MethodNotFound\"}",
	"netconf: netconfd refuses: org.varlink.service.MethodNotFound; "
	"are netconf and netconfd of the same version?\n",
	5},
    {"garbage",
	"netconf: netconfd gave an answer that makes no sense: it is not "
	"a Varlink reply; are netconf and netconfd of the same version?\n",
	5},
    {"{\"parameters\":{\"nodes\":[{\"name\":7}]}}",
	"netconf: netconfd gave an answer that makes no sense: 'name' is "
	"missing or not what it should be; are netconf and netconfd of "
	"the same version?\n",
	5},
    {"{\"parameters\":{\"result\":\"up\",\"nodes\":[7]}}",
	"netconf: netconfd gave an answer that makes no sense: it is not "
	"an object; are netconf and netconfd of the same version?\n",
	5},
    {"{}",
	"netconf: netconfd gave an answer that makes no sense: it ended "
	"without a result; are netconf and netconfd of the same version?\n",
	5},
};

START_TEST(errors_and_nonsense_become_messages)
{
	struct exchange exchange = {.replies = {errors[_i].reply}};

	played_begin(&exchange, 1);
	RUN("up", "vpn");
	ck_assert_str_eq(result.err, errors[_i].message);
	ck_assert_int_eq(result.status, errors[_i].status);
}
END_TEST

START_TEST(output_that_cannot_be_written_is_told)
{
	struct exchange exchange = {.replies = {status_reply}};

	played_begin(&exchange, 1);
	int err = temporary();
	pid_t pid = fork();
	if (pid == 0) {
		dup2(open("/dev/full", O_WRONLY), 1);
		dup2(err, 2);
		execute((const char *const[]){"status", NULL});
	}
	ck_assert_int_eq(wait_for(pid), 2);
	take_output(err, result.err);
	assert_contains(result.err, "cannot write the output: No space left");
}
END_TEST

static void write_profile(const char *text)
{
	scratch_put("a.yaml", text);
}

START_TEST(check_finds_nothing_wrong_with_a_good_profile)
{
	write_profile("version: 1\n"
		      "nodes:\n"
		      "  wired: { kind: link, match: { type: ethernet } }\n"
		      "  lan: { kind: dhcp, over: wired }\n");
	RUN("check", file_path);
	ck_assert_str_eq(result.err, "");
	ck_assert_int_eq(result.status, 0);
	ck_assert_str_eq(result.out, "2 nodes in 1 file, no errors\n");
	RUN("check", "-p", directory, "--json");
	ck_assert_int_eq(result.status, 0);
	ck_assert_str_eq(result.out, "");
}
END_TEST

START_TEST(check_reports_every_error_with_its_place)
{
	char place[192];

	write_profile("version: 1\n"
		      "nodes:\n"
		      "  lan: { kind: dhpc }\n"
		      "  inet: { kind: gateway, require: lan }\n");
	RUN("check", file_path);
	ck_assert_int_eq(result.status, 2);
	ck_assert_str_eq(result.out, "");
	snprintf(place, sizeof(place), "%s:3:", file_path);
	assert_contains(result.err, place);
	assert_contains(result.err, "did you mean 'dhcp'?");
	snprintf(place, sizeof(place), "%s:4:", file_path);
	assert_contains(result.err, place);
	assert_contains(result.err, "did you mean 'requires'?");
	assert_contains(result.err, "\nnetconf: 2 errors in 1 file\n");

	RUN("check", file_path, "--json");
	ck_assert_int_eq(result.status, 2);
	assert_contains(result.out, "{\"severity\":\"error\",\"file\":");
	assert_contains(result.out, "\"line\":4");
}
END_TEST

START_TEST(check_refuses_what_it_cannot_read)
{
	RUN("check", directory, "/nonexistent/a.yaml");
	ck_assert_int_eq(result.status, 2);
	assert_contains(result.err, "there is no *.yaml in it\n");
	assert_contains(result.err,
	    "netconf: /nonexistent/a.yaml: No such file or directory\n");
}
END_TEST

START_TEST(check_warns_of_what_is_surely_not_meant)
{
	char place[192];

	write_profile("version: 1\n"
		      "nodes:\n"
		      "  wired: { kind: link, match: { type: ethernet }, "
		      "start: hotplug }\n"
		      "  lan: { kind: dhcp, over: wired }\n");
	RUN("check", file_path);
	ck_assert_int_eq(result.status, 0);
	ck_assert_str_eq(
	    result.out, "2 nodes in 1 file, no errors, 1 warning\n");
	snprintf(place, sizeof(place),
	    "%s:4:3: warning: nothing ever asks for 'lan'", file_path);
	assert_contains(result.err, place);
	RUN("check", file_path, "--json");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, "{\"severity\":\"warning\",\"file\":");
	ck_assert_str_eq(result.err, "");
}
END_TEST

START_TEST(kinds_shows_the_keys_of_one)
{
	RUN("kinds");
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.out, "\ndhcp    ");
	RUN("kinds", "link");
	ck_assert_int_eq(result.status, 0);
	assert_contains(
	    result.out, "  mtu             number from 68 to 65535\n");
	assert_contains(result.out, "  requires        ");
	assert_contains(result.out, "\n  ifindex\n");
	assert_lacks(result.out, "  over ");
	RUN("kinds", "any", "--json");
	assert_contains(result.out, "{\"kind\":\"any\",");
	assert_contains(result.out, "{\"name\":\"of\",");
	assert_lacks(result.out, "dhcp");
	RUN("kinds", "lnik");
	ck_assert_int_eq(result.status, 2);
	ck_assert_str_eq(result.err, "netconf: 'lnik' is not a kind of node; "
				     "did you mean 'link'?\n");
	RUN("kinds", "link", "--json-schema");
	ck_assert_int_eq(result.status, 2);
}
END_TEST

#define LIVE(name, kind, state, template, more)                                \
	"{\"name\":\"" name "\",\"kind\":\"" kind "\",\"state\":\"" state   \
	"\",\"since_ms\":0,\"goal\":false,\"masked\":false,\"permanent\":"     \
	"false,\"template\":" template ",\"facts\":{}" more "}"
#define LIVE_NODES                                                             \
	"{\"parameters\":{\"nodes\":[" LIVE("wired", "link", "up", "true",     \
	    "") "," LIVE("wired@e0", "link", "up", "false", "") "," LIVE(      \
	    "lan", "dhcp", "starting", "true", "") "," LIVE("lan@e0", "dhcp",  \
	    "starting", "false", "") "," LIVE("fix", "link", "failed",         \
	    "false", "") "," LIVE("uplink", "any", "up", "false",              \
	    ",\"selected\":\"lan@e0\"") "]}}"

static void write_graph(void)
{
	write_profile("version: 1\n"
		      "nodes:\n"
		      "  wired: { kind: link, match: { type: ethernet } }\n"
		      "  lan: { kind: dhcp, over: wired }\n"
		      "  fix: { kind: link, device: e9 }\n"
		      "  uplink: { kind: any, of: [fix, lan] }\n");
}

START_TEST(graph_shows_live_states)
{
	write_graph();
	PLAY({.replies = {LIVE_NODES}}, {.replies = {LIVE_NODES}},
	    {.replies = {LIVE_NODES}}, {.replies = {LIVE_NODES}});
	RUN("graph", "-p", file_path);
	ck_assert_str_eq(result.err, "");
	ck_assert_int_eq(result.status, 0);
	ck_assert_str_eq(result.out,
	    "NODE            KIND  START    STATE     DESCRIPTION\n"
	    "uplink          any   hotplug  up\n"
	    "  of fix        link  manual   failed\n"
	    "  of lan        dhcp  manual   starting  [selected] "
	    "[per device]\n"
	    "    = lan@e0                   starting\n"
	    "    over wired  link  manual   up        [per device]\n"
	    "      = wired@e0               up\n");
	RUN("graph", "-p", file_path, "--format", "dot");
	assert_contains(result.out,
	    "\"lan\" [label=\"lan\\ndhcp, manual\\n@e0 starting\", shape=box, "
	    "peripheries=2, fillcolor=\"#b3e5fc\"];");
	assert_contains(result.out, "\"uplink\" -> \"lan\" [");
	assert_contains(result.out, "penwidth=4];");
	RUN("graph", "-p", file_path, "--format", "mermaid");
	assert_contains(result.out, "up: lan@e0\"]):::up\n");
	assert_contains(result.out, "\tlinkStyle 2 stroke-width:4px\n");
	RUN("graph", "-p", file_path, "--json");
	assert_contains(result.out, "{\"live\":true,");
	assert_contains(result.out, "\"instances\":{\"lan@e0\":\"starting\"}");
	assert_contains(result.out, "\"selected\":true}");
	assert_lacks(result.out, "since_ms");
}
END_TEST

START_TEST(graph_says_when_netconfd_has_another_profile)
{
	write_graph();
	PLAY({.replies = {"{\"parameters\":{\"nodes\":[" LIVE(
		 "other", "link", "up", "false", "") "]}}"}});
	RUN("graph", "-p", file_path);
	ck_assert_int_eq(result.status, 0);
	assert_contains(result.err, "netconfd has another profile");
	assert_contains(result.out, "fix        link  manual   -");
}
END_TEST

START_TEST(graph_needs_the_daemon_that_was_named)
{
	write_graph();
	RUN("graph", "-p", file_path);
	ck_assert_int_eq(result.status, 5);
	ck_assert_str_eq(result.out, "");
	RUN("graph", "-p", file_path, "--json", "--format", "dot");
	ck_assert_int_eq(result.status, 2);
	write_profile("version: 1\nnodes: { a: { kind: lnik } }\n");
	RUN("graph", "-p", file_path);
	ck_assert_int_eq(result.status, 2);
	assert_contains(result.err, "did you mean 'link'?");
}
END_TEST

START_TEST(check_warns_of_what_netconfd_refuses_to_read)
{
	char want[512];

	write_profile("version: 1\nnodes: { inet: { kind: gateway } }\n");
	ck_assert_int_eq(chmod(file_path, 0666), 0);
	RUN("check", file_path);
	ck_assert_int_eq(result.status, 0);
	snprintf(want, sizeof(want),
	    "%s: warning: it is writable by others: netconfd refuses to read "
	    "it; chmod go-w %s\n",
	    file_path, file_path);
	ck_assert_str_eq(result.err, want);
	ck_assert_str_eq(
	    result.out, "1 node in 1 file, no errors, 1 warning\n");
	RUN("check", file_path, "--json");
	ck_assert_int_eq(result.status, 0);
	snprintf(want, sizeof(want),
	    "{\"severity\":\"warning\",\"file\":\"%s\",\"line\":0,",
	    file_path);
	ck_assert_int_eq(strncmp(result.out, want, strlen(want)), 0);
	/* Told also when there are errors. */
	write_profile("version: 1\nnodes: { inet: { kind: gatewya } }\n");
	RUN("check", file_path);
	ck_assert_int_eq(result.status, 2);
	assert_contains(result.err, "is writable by others");
	assert_contains(result.err, "'gateway'");
}
END_TEST

START_TEST(whoever_owns_a_file_may_check_it)
{
	enum { USER = 4711 };
	char *argv[] = {(char *)"netconf", (char *)"check", file_path, NULL};
	/* The user need not see the directory it was built in. */
	int program = open(NETCONF, O_PATH | O_CLOEXEC);
	pid_t pid;
	int err;

	write_profile("version: 1\nnodes: { inet: { kind: gateway } }\n");
	if (geteuid() == 0) {
		ck_assert_int_eq(chmod(directory, 0755), 0);
		ck_assert_int_eq(chown(file_path, USER, USER), 0);
		RUN("check", file_path);
		ck_assert_int_eq(result.status, 0);
		assert_contains(
		    result.err, "it belongs to user 4711, not to root");
	}
	err = temporary();
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && (setgid(USER) || setuid(USER)))
			_exit(126);
		dup2(err, 1);
		dup2(err, 2);
		fexecve(program, argv, environ);
		_exit(127);
	}
	close(program);
	ck_assert_int_eq(wait_for(pid), 0);
	take_output(err, result.err);
	ck_assert_str_eq(result.err, "1 node in 1 file, no errors\n");
}
END_TEST

/* A netconfd and a netconf-dhcp4 beside netconf are taken, as in a build
 * directory. This one says what it was given. */
START_TEST(run_becomes_netconfd_with_what_it_was_given)
{
	static const char script[] = "#!/bin/sh\necho \"$0\" \"$@\"; exit 7\n";
	char *argv[] = {(char *)"netconf", (char *)"run", (char *)"vpn0",
	    (char *)"-p", (char *)"a b", (char *)"-pc", (char *)"--socket=s",
	    (char *)"--", (char *)"--lan", NULL};
	char program[128], want[512];
	int out = temporary(), status;

	snprintf(program, sizeof(program), "%s", scratch_path("netconf"));
	pid_t pid = fork();
	if (pid == 0) {
		execlp("cp", "cp", NETCONF, program, NULL);
		_exit(127);
	}
	ck_assert_int_eq(wait_for(pid), 0);
	scratch_put("netconfd", script);
	scratch_put("netconf-dhcp4", script);
	ck_assert_int_eq(chmod(scratch_path("netconfd"), 0755), 0);
	ck_assert_int_eq(chmod(scratch_path("netconf-dhcp4"), 0755), 0);
	pid = fork();
	if (pid == 0) {
		dup2(out, 1);
		execv(program, argv);
		_exit(127);
	}
	status = wait_for(pid);
	take_output(out, result.out);
	snprintf(want, sizeof(want),
	    "%s/netconfd -p a b -p c --socket s --libexec-dir %s -- vpn0 "
	    "--lan\n",
	    directory, directory);
	ck_assert_str_eq(result.out, want);
	ck_assert_int_eq(status, 7);
}
END_TEST

static void add(TCase *tcase)
{
	tcase_add_test(tcase, without_a_daemon_it_says_how_to_start_one);
	tcase_add_test(tcase, wrong_usage_is_status_2);
	tcase_add_test(tcase, help_and_version_need_no_daemon);
	tcase_add_test(tcase, no_argv_at_all_is_survived);
	tcase_add_test(tcase, up_shows_each_change_and_the_outcome);
	tcase_add_test(tcase, up_ends_with_1_when_a_goal_failed_for_good);
	tcase_add_test(tcase, up_says_at_once_when_nothing_can_bring_it_up);
	tcase_add_test(tcase, up_without_waiting_only_asks);
	tcase_add_test(tcase, a_time_limit_ends_with_3_and_what_it_waits_for);
	tcase_add_test(tcase, ctrl_c_stops_the_waiting_and_not_the_goal);
	tcase_add_test(tcase, up_as_json_prints_each_reply_on_a_line);
	tcase_add_test(tcase, wait_asks_for_nothing);
	tcase_add_test(tcase, down_shows_what_stops);
	tcase_add_test(tcase, down_prints_what_was_said);
	tcase_add_test(tcase, status_is_a_table);
	tcase_add_test(tcase, status_shows_a_fact_where_it_comes_from);
	tcase_add_test(
	    tcase, status_of_a_node_that_is_named_has_all_its_facts);
	tcase_add_test(tcase, status_shows_descriptions);
	tcase_add_test(tcase, status_says_for_how_long_a_node_is_held);
	tcase_add_test(tcase, status_is_watched_until_ctrl_c);
	tcase_add_test(tcase, a_watch_ends_with_5_when_netconfd_is_gone);
	tcase_add_test(tcase, an_error_ends_a_watch_in_json_too);
	tcase_add_test(tcase, a_watch_follows_the_size_of_its_terminal);
	tcase_add_test(tcase, colours_are_for_terminals_that_want_them);
	tcase_add_test(tcase, status_as_json_is_the_reply_in_ascii);
	tcase_add_test(tcase, why_is_an_indented_tree);
	tcase_add_test(tcase, a_plan_is_a_numbered_list);
	tcase_add_test(tcase, a_plan_in_json_has_the_same_exit_status);
	tcase_add_loop_test(tcase, a_plan_that_makes_no_sense_is_refused, 0,
	    ARRAY_SIZE(bad_plans));
	tcase_add_test(tcase, monitor_prints_changes_until_the_end);
	tcase_add_test(tcase, monitor_keeps_its_columns_whatever_the_names);
	tcase_add_loop_test(
	    tcase, errors_and_nonsense_become_messages, 0, ARRAY_SIZE(errors));
	tcase_add_test(tcase, output_that_cannot_be_written_is_told);
	tcase_add_test(tcase, check_finds_nothing_wrong_with_a_good_profile);
	tcase_add_test(tcase, check_reports_every_error_with_its_place);
	tcase_add_test(tcase, check_refuses_what_it_cannot_read);
	tcase_add_test(tcase, check_warns_of_what_is_surely_not_meant);
	tcase_add_test(tcase, kinds_shows_the_keys_of_one);
	tcase_add_test(tcase, graph_shows_live_states);
	tcase_add_test(tcase, graph_says_when_netconfd_has_another_profile);
	tcase_add_test(tcase, graph_needs_the_daemon_that_was_named);
	tcase_add_test(tcase, check_warns_of_what_netconfd_refuses_to_read);
	tcase_add_test(tcase, whoever_owns_a_file_may_check_it);
	tcase_add_test(tcase, run_becomes_netconfd_with_what_it_was_given);
}

int main(void)
{
	Suite *suite = suite_create("netconf");
	TCase *tcase = tcase_create("netconf");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 30);
	add(tcase);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
