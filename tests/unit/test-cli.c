/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that the commands share. */
#include <check.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/client.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/wire.h"

static int run_nothing(const struct cli *cli)
{
	(void)cli;
	return 0;
}

static const struct command commands[] = {
    {"up", "GOAL...", "ups", OPTIONS_COMMON | OPTION_TIMEOUT, 1, 9,
	run_nothing},
    {"status", "", "stats", OPTIONS_COMMON, 0, 0, run_nothing},
    {0},
};

/* Parses the words after "netconf"; 0 or -EINVAL. */
static int parse(struct cli *cli, struct text *error, const char *const *words)
{
	char *argv[16] = {(char *)"netconf"};
	int argc = 1;

	while (words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	return options_parse(commands, argc, argv, cli, error);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(options_may_stand_before_and_after_the_command)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};

	ck_assert_int_eq(
	    parse(&cli, &error,
		WORDS("--json", "up", "a", "-p", "x", "-py", "--socket=/s",
		    "--timeout", "1.5s", "b", "--", "--force")),
	    -EINVAL); /* 1.5s is no duration of a profile either */
	options_clear(&cli);
	text_clear(&error);
	ck_assert_int_eq(
	    parse(&cli, &error,
		WORDS("--json", "up", "a", "-p", "x", "-py", "--socket=/s",
		    "--timeout", "15s", "b", "--", "--force")),
	    0);
	ck_assert_str_eq(cli.command->name, "up");
	ck_assert_uint_eq(cli.n_operands, 3);
	ck_assert_str_eq(cli.operands[2], "--force");
	ck_assert_uint_eq(cli.n_profiles, 2);
	ck_assert_str_eq(cli.profiles[1], "y");
	ck_assert_str_eq(cli.socket, "/s");
	ck_assert(cli.json && !cli.force && cli.has_timeout);
	ck_assert_uint_eq(cli.timeout_ms, 15000);
}
END_TEST

static const struct {
	const char *words[4], *error;
} wrong[] = {
    {{"upp"}, "'upp' is not a command of this version; did you mean "
	      "'up'?"},
    {{"frobnicate"}, "'frobnicate' is not a command of this version; "
		     "see netconf --help"},
    {{"--jsno", "up"}, "there is no option '--jsno'; did you mean '--json'?"},
    {{"-x"}, "there is no option '-x'"},
    {{"-hx"}, "there is no option '-hx'"},
    {{"up", "a", "--socket"}, "--socket needs a PATH"},
    {{"up", "a", "--socket="}, "--socket: the PATH is empty"},
    {{"up", "a", "--json=1"}, "--json takes no value"},
    {{"status", "--timeout", "1s"},
	"'status' takes no --timeout; see netconf status --help"},
    {{"up"}, "something is missing: usage: netconf up GOAL..."},
    {{"status", "a"}, "too much is given: usage: netconf status"},
    {{"up", "a", "--timeout=x"},
	"--timeout: 'x' is not a duration, such as 500ms, 30s, 5m or 1h"},
    {{NULL}, "which command? see netconf --help"},
};

START_TEST(a_wrong_command_line_says_what_is_wrong)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};

	ck_assert_int_eq(parse(&cli, &error, wrong[_i].words), -EINVAL);
	ck_assert_str_eq(error.data, wrong[_i].error);
}
END_TEST

START_TEST(no_arguments_at_all_are_survived)
{
	_cleanup_(options_clear) struct cli cli = {0};
	_cleanup_(text_clear) struct text error = {0};
	char *argv[] = {NULL};

	ck_assert_int_eq(
	    options_parse(commands, 0, argv, &cli, &error), -EINVAL);
}
END_TEST

/* ---- a netconfd that is played by the test ---- */

static char directory[64];
static char path[96];
static int listener = -1, peer = -1;
static struct client *client;

static void connect_both(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	strcpy(directory, "/tmp/test-cli.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/socket", directory);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(client_open(path, &client), 0);
	peer = accept(listener, NULL, NULL);
	ck_assert_int_ge(peer, 0);
}

static void disconnect_both(void)
{
	client = client_close(client);
	close(peer);
	close(listener);
	unlink(path);
	rmdir(directory);
}

static void say(const char *data, size_t n)
{
	ck_assert_int_eq(write(peer, data, n), (ssize_t)n);
}

/* A literal with its NUL. */
#define SAY(literal) say(literal, sizeof(literal))
/* Without. */
#define SAY_PART(literal) say(literal, sizeof(literal) - 1)

/* The deadline is long past: what has not arrived yet is not waited for. */
static int reply_now(struct reply *reply)
{
	return client_reply(client, 0, NULL, reply);
}

START_TEST(a_call_is_json_ended_by_nul)
{
	char got[256];

	ck_assert_int_eq(client_call(client, "org.netconf.Why",
			     json_pack("{s:s}", "node", "vpn0"), true),
	    0);
	ssize_t n = read(peer, got, sizeof(got));
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(got[n - 1], '\0');
	ck_assert_str_eq(got, "{\"method\":\"org.netconf.Why\",\"parameters\":"
			      "{\"node\":\"vpn0\"},\"more\":true}");
	ck_assert_uint_eq((size_t)n, strlen(got) + 1);
}
END_TEST

START_TEST(a_call_too_long_is_not_sent)
{
	_cleanup_(free_ptr) char *name = calloc(1, CLIENT_CALL_MAX);
	char got;

	memset(name, 'a', CLIENT_CALL_MAX - 1);
	ck_assert_int_eq(client_call(client, "org.netconf.Why",
			     json_pack("{s:s}", "node", name), false),
	    -EMSGSIZE);
	ck_assert_int_eq(recv(peer, &got, 1, MSG_DONTWAIT), -1);
}
END_TEST

START_TEST(replies_may_come_in_pieces_and_several_at_once)
{
	_cleanup_(reply_clear) struct reply a = {0}, b = {0}, c = {0};

	SAY_PART("{\"continues\":tr");
	ck_assert_int_eq(reply_now(&a), -ETIMEDOUT);
	SAY("ue}\0{\"parameters\":{\"x\":1}}");
	ck_assert_int_eq(reply_now(&a), 0);
	ck_assert(a.continues && !a.error);
	ck_assert_uint_eq(json_object_size(a.parameters), 0);
	ck_assert_int_eq(reply_now(&b), 0);
	ck_assert(!b.continues);
	ck_assert_uint_eq(json_object_size(b.parameters), 1);
	SAY("{\"error\":\"org.netconf.Busy\"}");
	ck_assert_int_eq(reply_now(&c), 0);
	ck_assert_str_eq(c.error, "org.netconf.Busy");
}
END_TEST

START_TEST(a_long_reply_arrives_whole)
{
	enum { N = 100 * 1000 };
	_cleanup_(free_ptr) char *message = malloc(N + 32);
	_cleanup_(reply_clear) struct reply reply = {0};
	size_t n = 0, sent = 0;

	n += (size_t)sprintf(message, "{\"parameters\":{\"x\":\"");
	memset(message + n, 'y', N);
	n += N;
	n += (size_t)sprintf(message + n, "\"}}") + 1;
	while (sent < n) {
		size_t piece = n - sent < 7000 ? n - sent : 7000;

		say(message + sent, piece);
		sent += piece;
		int r = reply_now(&reply);
		ck_assert_int_eq(r, sent < n ? -ETIMEDOUT : 0);
	}
	ck_assert_uint_eq(
	    json_string_length(json_object_get(reply.parameters, "x")), N);
}
END_TEST

static const char *const no_replies[] = {
    "",
    "hello",
    "[]",
    "null",
    "{\"parameters\":[]}",
    "{\"parameters\":{},\"parameters\":{}}",
    "{\"error\":1}",
    "{\"error\":null}",
    "{\"continues\":1}",
    "{\"parameters\":{\"x\":\"\\u0000\"}}",
    "{\"parameters\":{\"x\":\"\xff\"}}",
    "{} {}",
};

START_TEST(what_is_no_reply_is_refused)
{
	_cleanup_(reply_clear) struct reply reply = {0};
	const char *s = no_replies[_i];

	say(s, strlen(s) + 1);
	ck_assert_int_eq(reply_now(&reply), -EBADMSG);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
	_cleanup_(reply_clear) struct reply reply = {0};
	char deep[20000];

	memset(deep, '[', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	say(deep, sizeof(deep));
	ck_assert_int_eq(reply_now(&reply), -EBADMSG);
}
END_TEST

START_TEST(a_closed_connection_is_told_from_an_answer)
{
	_cleanup_(reply_clear) struct reply reply = {0};

	SAY("{}");
	SAY_PART("{\"par");
	shutdown(peer, SHUT_RDWR);
	ck_assert_int_eq(reply_now(&reply), 0);
	reply_clear(&reply);
	ck_assert_int_eq(reply_now(&reply), -ECONNRESET);
	ck_assert_int_eq(client_call(client, "x", NULL, false), -ECONNRESET);
}
END_TEST

START_TEST(a_path_that_no_socket_can_have_is_refused)
{
	struct client *none;
	char name[200];

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(client_open(name, &none), -ENAMETOOLONG);
	ck_assert_int_eq(client_open("/nonexistent/x", &none), -ENOENT);
}
END_TEST

/* ---- org.netconf's types ---- */

static const struct {
	const char *node, *problem; /* NULL: nothing is wrong */
} nodes[] = {
#define REST                                                                   \
	"\"since_ms\":1,\"goal\":true,\"masked\":false,\"template\":false,"    \
	"\"permanent\":false,\"facts\":{\"address\":\"x\"}"
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\"," REST "}", NULL},
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\",\"reason\":null,"
     "\"unknown\":[]," REST "}",
	NULL},
    {"[]", "it is not an object"},
    {"{\"name\":1,\"kind\":\"k\",\"state\":\"up\"," REST "}",
	"'name' is missing or not what it should be"},
    {"{\"name\":\"a\",\"kind\":\"k\"," REST "}",
	"'state' is missing or not what it should be"},
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\","
     "\"retry_in_ms\":-1," REST "}",
	"'retry_in_ms' is not what it should be"},
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\","
     "\"retry_in_ms\":253402300800000," REST "}",
	"'retry_in_ms' is not what it should be"},
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\",\"since_ms\":1,"
     "\"goal\":true,\"masked\":false,\"template\":false,"
     "\"permanent\":false,\"facts\":{\"address\":1}}",
	"'facts' is missing or not what it should be"},
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\",\"since_ms\":1,"
     "\"goal\":1,\"masked\":false,\"template\":false,"
     "\"permanent\":false,\"facts\":{}}",
	"'goal' is missing or not what it should be"},
};

START_TEST(every_field_of_a_node_is_checked)
{
	json_t *object = json_loads(nodes[_i].node, 0, NULL);
	const char *problem = NULL;
	struct wire_node node;

	ck_assert_ptr_nonnull(object);
	int r = wire_read_node(object, &node, &problem);
	if (nodes[_i].problem) {
		ck_assert_int_eq(r, -EBADMSG);
		ck_assert_str_eq(problem, nodes[_i].problem);
	} else {
		ck_assert_int_eq(r, 0);
		ck_assert_str_eq(node.name, "a");
		ck_assert_int_eq(node.retry_in_ms, -1);
		ck_assert_ptr_null(node.reason);
		ck_assert_str_eq(wire_fact(node.facts, "address"), "x");
		ck_assert_ptr_null(wire_fact(node.facts, "gateway"));
	}
	json_decref(object);
}
END_TEST

START_TEST(a_text_beyond_all_measure_is_refused)
{
	_cleanup_(free_ptr) char *s = calloc(1, WIRE_TEXT_MAX + 2);
	struct wire_progress news;
	const char *problem;

	memset(s, 'a', WIRE_TEXT_MAX + 1);
	json_t *object = json_pack("{s:s}", "stuck", s);
	ck_assert_int_eq(wire_read_progress(object, &news, &problem), -EBADMSG);
	json_decref(object);
	s[WIRE_TEXT_MAX] = '\0';
	object = json_pack("{s:s}", "stuck", s);
	ck_assert_int_eq(wire_read_progress(object, &news, &problem), 0);
	json_decref(object);
}
END_TEST

/* ---- output ---- */

START_TEST(columns_are_counted_as_a_terminal_shows_them)
{
	ck_assert_uint_eq(output_columns("abc"), 3);
	ck_assert_uint_eq(output_columns("\xc3\xa4\xc3\xb6"), 2);
	ck_assert_uint_eq(output_columns("\xe6\xbc\xa2"), 2);
	ck_assert_uint_eq(output_columns("\xff\xfe"), 2);
}
END_TEST

START_TEST(cells_are_escaped_padded_and_coloured)
{
	struct output out = {.file = stdout};
	_cleanup_(text_clear) struct text line = {0};

	output_cell(&out, &line, "a\033[2J", 12, "up");
	ck_assert_str_eq(line.data, "a\\x1b[2J    ");
	text_clear(&line);
	out.colours = true;
	output_cell(&out, &line, "up", 4, "up");
	ck_assert_str_eq(line.data, "\033[32mup\033[0m  ");
	text_clear(&line);
	output_cell(&out, &line, "odd", 0, "odd");
	ck_assert_str_eq(line.data, "odd");
}
END_TEST

START_TEST(long_texts_wrap_at_blanks_on_a_terminal)
{
	struct output out = {.file = stdout, .width = 31};
	_cleanup_(text_clear) struct text line = {0};
	const char *s = "no answer from the server; retry in 4s "
			"averyveryverylongwordthatfitsnowhere x";

	output_wrapped(&out, &line, s, 4);
	ck_assert_str_eq(line.data, "no answer from the server;\n"
				    "    retry in 4s\n"
				    "    averyveryverylongwordthatfitsnowhere\n"
				    "    x");
	text_clear(&line);
	out.width = 0;
	output_wrapped(&out, &line, s, 4);
	ck_assert_str_eq(line.data, s);
}
END_TEST

START_TEST(ages_are_in_their_largest_unit)
{
	static const struct {
		uint64_t ms;
		const char *age;
	} ages[] = {
	    {0, "0s"},
	    {99999, "99s"},
	    {100 * 1000, "1m"},
	    {5999 * 1000, "99m"},
	    {6000 * 1000, "1h"},
	    {UINT64_C(47) * 3600000, "47h"},
	    {UINT64_C(48) * 3600000, "2d"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ages); i++) {
		_cleanup_(text_clear) struct text text = {0};

		output_age(&text, ages[i].ms);
		ck_assert_str_eq(text.data, ages[i].age);
	}
}
END_TEST

/* ---- files ---- */

static void write_file(const char *name, const char *content)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/%s", directory, name);
	FILE *f = fopen(file, "w");
	ck_assert_ptr_nonnull(f);
	fputs(content, f);
	fclose(f);
}

static void remove_file(const char *name)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/%s", directory, name);
	unlink(file);
}

START_TEST(a_directory_is_its_yaml_files_in_order)
{
	_cleanup_(files_clear) struct files files = {0};
	_cleanup_(text_clear) struct text error = {0};

	write_file("b.yaml", "b: 1\n");
	write_file("B.yaml", "");
	write_file("a.yaml", "a: 1\n");
	write_file(".c.yaml", "hidden");
	write_file("d.yml", "another ending");
	int r = files_add(&files, directory, &error);
	remove_file("b.yaml");
	remove_file("B.yaml");
	remove_file("a.yaml");
	remove_file(".c.yaml");
	remove_file("d.yml");
	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(files.n, 3);
	ck_assert_ptr_nonnull(strstr(files.items[0].name, "/B.yaml"));
	ck_assert_uint_eq(files.items[0].size, 0);
	ck_assert_ptr_nonnull(strstr(files.items[1].name, "/a.yaml"));
	ck_assert_mem_eq(files.items[2].data, "b: 1\n", 5);
}
END_TEST

START_TEST(what_is_no_file_is_refused_with_its_name)
{
	_cleanup_(files_clear) struct files files = {0};
	_cleanup_(text_clear) struct text error = {0};
	char fifo[128];

	ck_assert_int_eq(files_add(&files, directory, &error), -ENOENT);
	ck_assert_ptr_nonnull(strstr(error.data, "there is no *.yaml in it"));
	text_clear(&error);
	ck_assert_int_eq(
	    files_add(&files, "/nonexistent.yaml", &error), -ENOENT);
	ck_assert_str_eq(
	    error.data, "/nonexistent.yaml: No such file or directory");
	text_clear(&error);
	snprintf(fifo, sizeof(fifo), "%s/fifo.yaml", directory);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	int r = files_add(&files, directory, &error);
	unlink(fifo);
	ck_assert_int_eq(r, -EINVAL);
	ck_assert_ptr_nonnull(
	    strstr(error.data, "/fifo.yaml: is neither a file nor"));
	ck_assert_uint_eq(files.n, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cli");
	TCase *plain = tcase_create("plain");
	TCase *connected = tcase_create("connected");

	setlocale(LC_CTYPE, "C.UTF-8");
	tcase_add_test(plain, options_may_stand_before_and_after_the_command);
	tcase_add_loop_test(plain, a_wrong_command_line_says_what_is_wrong, 0,
	    ARRAY_SIZE(wrong));
	tcase_add_test(plain, no_arguments_at_all_are_survived);
	tcase_add_test(plain, a_path_that_no_socket_can_have_is_refused);
	tcase_add_loop_test(
	    plain, every_field_of_a_node_is_checked, 0, ARRAY_SIZE(nodes));
	tcase_add_test(plain, a_text_beyond_all_measure_is_refused);
	tcase_add_test(plain, columns_are_counted_as_a_terminal_shows_them);
	tcase_add_test(plain, cells_are_escaped_padded_and_coloured);
	tcase_add_test(plain, long_texts_wrap_at_blanks_on_a_terminal);
	tcase_add_test(plain, ages_are_in_their_largest_unit);
	suite_add_tcase(suite, plain);

	tcase_add_checked_fixture(connected, connect_both, disconnect_both);
	tcase_set_timeout(connected, 30);
	tcase_add_test(connected, a_call_is_json_ended_by_nul);
	tcase_add_test(connected, a_call_too_long_is_not_sent);
	tcase_add_test(
	    connected, replies_may_come_in_pieces_and_several_at_once);
	tcase_add_test(connected, a_long_reply_arrives_whole);
	tcase_add_loop_test(
	    connected, what_is_no_reply_is_refused, 0, ARRAY_SIZE(no_replies));
	tcase_add_test(connected, deep_nesting_is_refused);
	tcase_add_test(connected, a_closed_connection_is_told_from_an_answer);
	tcase_add_test(connected, a_directory_is_its_yaml_files_in_order);
	tcase_add_test(connected, what_is_no_file_is_refused_with_its_name);
	suite_add_tcase(suite, connected);

	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
