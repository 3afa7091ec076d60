/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vici: the bytes, and the connection against a peer that misbehaves. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/support/path-watch.h"
#include "providers/support/vici.h"
#include "tests/unit/run.h"

/* ---- the bytes ---- */

static int parse(const char *bytes, size_t n, struct vici_packet *ret)
{
	/* A copy without anything behind it, for AddressSanitizer. */
	static uint8_t *copy;

	free(copy);
	copy = malloc(n ? n : 1);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, n);
	return vici_packet_parse(copy, n, ret);
}

#define PARSE(text, ret) parse(text, sizeof(text) - 1, ret)

START_TEST(what_is_written_is_read_again)
{
	struct vici_writer w = { 0 };
	struct vici_packet p;
	struct vici_element e, child, item;
	char text[16];

	vici_begin(&w, VICI_COMMAND, "load-conn");
	vici_section(&w, "vpn0");
	vici_key(&w, "version", "2");
	vici_list(&w, "remote_addrs");
	vici_item(&w, "192.0.2.1");
	vici_item(&w, "");
	vici_list_end(&w);
	vici_section(&w, "local");
	vici_key_bytes(&w, "id", "a\0b", 3);
	vici_section_end(&w);
	vici_section_end(&w);
	vici_key(&w, "up", "yes");
	ck_assert_int_eq(vici_writer_finish(&w), 0);
	ck_assert_mem_eq(w.data, "\0\0\0", 3);
	ck_assert_uint_eq(w.data[3], w.n - 4);

	ck_assert_int_eq(vici_packet_parse(w.data + 4, w.n - 4, &p), 0);
	ck_assert_int_eq(p.type, VICI_COMMAND);
	ck_assert(vici_equals(p.name, p.n_name, "load-conn"));
	ck_assert(vici_is_yes(p.message, "up"));
	ck_assert(!vici_is_yes(p.message, "version"));
	ck_assert(vici_find(p.message, VICI_SECTION, "vpn0", &e));
	ck_assert(vici_text(e.value, "version", text, sizeof(text)));
	ck_assert_str_eq(text, "2");
	ck_assert(!vici_find(e.value, VICI_KEY_VALUE, "remote_addrs", &item));
	ck_assert(vici_find(e.value, VICI_LIST, "remote_addrs", &item));
	ck_assert(vici_next(&item.value, &child));
	ck_assert_int_eq(child.type, VICI_ITEM);
	ck_assert_uint_eq(child.value.n, 9);
	ck_assert(vici_next(&item.value, &child));
	ck_assert_uint_eq(child.value.n, 0);
	ck_assert(!vici_next(&item.value, &child));
	ck_assert(vici_find(e.value, VICI_SECTION, "local", &child));
	ck_assert(vici_find(child.value, VICI_KEY_VALUE, "id", &item));
	ck_assert_uint_eq(item.value.n, 3);
	vici_writer_clear(&w);
}
END_TEST

START_TEST(a_text_is_cut_to_its_room_and_absent_is_empty)
{
	struct vici_packet p;
	char text[4] = "xyz";

	ck_assert_int_eq(PARSE("\1\3\3key\0\6abcdef", &p), 0);
	ck_assert(vici_text(p.message, "key", text, sizeof(text)));
	ck_assert_str_eq(text, "abc");
	ck_assert(!vici_text(p.message, "ke", text, sizeof(text)));
	ck_assert_str_eq(text, "");
}
END_TEST

/* Each is one fault in an otherwise good packet. */
START_TEST(a_broken_packet_is_refused)
{
	static const struct {
		const char *bytes;
		size_t n;
	} broken[] = {
#define B(text) { text, sizeof(text) - 1 }
		B(""),
		B("\10"),                  /* unknown type */
		B("\7"),                   /* event without name */
		B("\7\5abc"),              /* name cut off */
		B("\5x"),                  /* confirm with something */
		B("\1\1"),                 /* section without name */
		B("\1\1\1a"),              /* section without end */
		B("\1\2"),                 /* end without section */
		B("\1\3\1a\0"),            /* half a length */
		B("\1\3\1a\0\2x"),         /* value cut off */
		B("\1\4\1a"),              /* list without end */
		B("\1\5\0\1x"),            /* item without list */
		B("\1\6"),                 /* end without list */
		B("\1\4\1a\3\1b\0\1c\6"),  /* key in a list */
		B("\1\4\1a\4\1b\6\6"),     /* list in a list */
		B("\1\4\1a\2"),            /* section end in a list */
		B("\1\1\1a\4\1b\2\6"),     /* crossed */
		B("\1\0"), B("\1\7"),      /* unknown elements */
#undef B
	};
	struct vici_packet p;

	for (size_t i = 0; i < ARRAY_SIZE(broken); i++)
		ck_assert_msg(parse(broken[i].bytes, broken[i].n, &p) ==
			-EBADMSG,
		    "packet %zu was taken", i);
}
END_TEST

START_TEST(nesting_has_a_limit)
{
	char bytes[1 + 4 * (VICI_DEPTH_MAX + 1)] = { VICI_RESPONSE };
	struct vici_packet p;
	size_t n = 1;

	for (int extra = 0; extra < 2; extra++) {
		n = 1;
		for (int i = 0; i < VICI_DEPTH_MAX + extra; i++, n += 3)
			memcpy(bytes + n, "\1\1a", 3);
		for (int i = 0; i < VICI_DEPTH_MAX + extra; i++)
			bytes[n++] = 2;
		ck_assert_int_eq(
		    parse(bytes, n, &p), extra ? -EBADMSG : 0);
	}
}
END_TEST

START_TEST(too_long_is_an_error_of_the_writer)
{
	char name[VICI_NAME_MAX + 2];
	static char value[VICI_VALUE_MAX + 1];
	struct vici_writer w = { 0 };

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	vici_begin(&w, VICI_COMMAND, name);
	ck_assert_int_eq(vici_writer_finish(&w), -EMSGSIZE);
	vici_writer_clear(&w);
	vici_begin(&w, VICI_COMMAND, name + 1);
	ck_assert_int_eq(vici_writer_finish(&w), 0);
	vici_key_bytes(&w, "key", value, sizeof(value));
	ck_assert_int_eq(vici_writer_finish(&w), -EMSGSIZE);
	vici_writer_clear(&w);
	vici_begin(&w, VICI_COMMAND, "x");
	for (int i = 0; i < 8; i++)
		vici_key_bytes(&w, "key", value, VICI_VALUE_MAX);
	ck_assert_int_eq(vici_writer_finish(&w), -EMSGSIZE);
	vici_writer_clear(&w);
}
END_TEST

/* ---- the connection: the other side is this test ---- */

static uv_loop_t loop;
static char directory[] = "/tmp/test-vici.XXXXXX";
static char path[sizeof(directory) + 8];
static int listener, peer;
static struct vici *vici;
static int closed;          /* the error, once it has been told */
static unsigned n_closed;
static char heard[4096];    /* answers and events, a word each */

static void hear(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static void hear(const char *format, ...)
{
	size_t n = strlen(heard);
	va_list args;

	va_start(args, format);
	vsnprintf(heard + n, sizeof(heard) - n, format, args);
	va_end(args);
}

static void on_event(void *ctx, const char *name, struct vici_message message)
{
	(void)ctx;
	hear("%s%s ", name, vici_is_yes(message, "up") ? "+" : "-");
}

static void on_closed(void *ctx, int error)
{
	(void)ctx;
	closed = error;
	n_closed++;
}

static void on_done(void *ctx, int error, struct vici_message message)
{
	hear("%s=%d%s ", (const char *)ctx, error,
	    vici_is_yes(message, "success") ? "+" : "-");
}

static void on_done_close(void *ctx, int error, struct vici_message message)
{
	on_done(ctx, error, message);
	vici_close(steal_ptr(vici));
}

static void on_event_close(
    void *ctx, const char *name, struct vici_message message)
{
	on_event(ctx, name, message);
	vici_close(steal_ptr(vici));
}

static void begin_listening(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address,
			     sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 3), 0);
}

static void open_vici(bool close_on_event)
{
	struct vici_events events = {
		close_on_event ? on_event_close : on_event, on_closed, NULL
	};

	ck_assert_int_eq(vici_open(&loop, path, &events, &vici), 0);
}

static void setup(void)
{
	signal(SIGPIPE, SIG_IGN); /* as netconfd does */
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/vici", directory);
	ck_assert_int_eq(uv_loop_init(&loop), 0);
	listener = peer = -1;
}

static void setup_peer(void)
{
	setup();
	begin_listening();
	open_vici(false);
	peer = accept(listener, NULL, NULL);
	ck_assert_int_ge(peer, 0);
}

static void teardown(void)
{
	vici_close(steal_ptr(vici));
	if (peer >= 0)
		close(peer);
	if (listener >= 0)
		close(listener);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	unlink(path);
	ck_assert_int_eq(rmdir(directory), 0);
}

/* Until so many words were heard, or the connection has ended. */
static unsigned n_heard(void)
{
	unsigned n = 0;

	for (const char *p = heard; *p; p++)
		n += *p == ' ';
	return n;
}

static void run_until(unsigned n_words)
{
	while (!n_closed && n_heard() < n_words)
		uv_run(&loop, UV_RUN_ONCE);
}

static void run_until_closed(int error)
{
	while (!n_closed)
		uv_run(&loop, UV_RUN_ONCE);
	ck_assert_int_eq(closed, error);
	ck_assert_uint_eq(n_closed, 1);
}

static void say(const char *bytes, size_t n)
{
	ck_assert_int_eq(write(peer, bytes, n), n);
}

#define SAY(text) say(text, sizeof(text) - 1)
#define YES "\0\0\0\17\1\3\7success\0\3yes"
#define UP "\0\0\0\22\7\7updown!\3\2up\0\3yes"
#define CONFIRM "\0\0\0\1\5"

/* What the connection has sent: its next packet, without the length. */
static size_t listen_to(char bytes[512])
{
	uint8_t length[4];
	size_t n;

	uv_run(&loop, UV_RUN_NOWAIT);
	ck_assert_int_eq(recv(peer, length, 4, MSG_WAITALL), 4);
	n = (size_t)length[2] << 8 | length[3];
	ck_assert_uint_le(n, 512);
	ck_assert_int_eq(recv(peer, bytes, n, MSG_WAITALL), n);
	return n;
}

static void command(const char *name)
{
	struct vici_writer w = { 0 };

	vici_begin(&w, VICI_COMMAND, name);
	ck_assert_int_eq(
	    vici_command(vici, &w, on_done, (void *)(intptr_t)name), 0);
}

START_TEST(one_command_at_a_time_is_under_way)
{
	char bytes[512];

	command("first");
	command("second");
	ck_assert_int_eq(
	    vici_register(vici, "updown", on_done, "register"), 0);
	ck_assert_uint_eq(listen_to(bytes), 7);
	ck_assert_mem_eq(bytes, "\0\5first", 7);
	ck_assert_int_eq(recv(peer, bytes, 1, MSG_DONTWAIT), -1);
	SAY(YES);
	run_until(1);
	listen_to(bytes);
	ck_assert_mem_eq(bytes, "\0\6second", 8);
	SAY("\0\0\0\1\2");
	run_until(2);
	listen_to(bytes);
	ck_assert_mem_eq(bytes, "\3\6updown", 8);
	SAY(CONFIRM);
	run_until(3);
	ck_assert_str_eq(heard, "first=0+ second=-38- register=0- ");
}
END_TEST

START_TEST(events_come_before_and_after_an_answer)
{
	char bytes[512];

	command("initiate");
	listen_to(bytes);
	SAY(UP UP YES UP);
	run_until(4);
	ck_assert_str_eq(
	    heard, "updown!+ updown!+ initiate=0+ updown!+ ");
}
END_TEST

START_TEST(a_packet_may_come_byte_by_byte)
{
	static const char bytes[] = UP UP;

	for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
		ck_assert_str_eq(heard, i < 22 ? "" : "updown!+ ");
		say(bytes + i, 1);
		uv_run(&loop, UV_RUN_NOWAIT);
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	run_until(2);
	ck_assert_str_eq(heard, "updown!+ updown!+ ");
}
END_TEST

/* The largest packet is taken, whole. */
START_TEST(a_packet_of_512_kib_is_taken)
{
	size_t n = 4 + VICI_PACKET_MAX, i = 4, sent = 0;
	uint8_t *bytes = calloc(1, n);

	ck_assert_ptr_nonnull(bytes);
	bytes[1] = VICI_PACKET_MAX >> 16;
	memcpy(bytes + i, "\7\3big\3\2up\0\3yes", 14);
	for (i += 14; i < n; ) {
		size_t length = n - i - 5 < 65535 ? n - i - 5 : 65535;

		/* What is left for the next must be able to be one. */
		if (n - i - 5 - length > 0 && n - i - 5 - length < 5)
			length -= 5;
		memcpy(bytes + i, "\3\1x", 3);
		bytes[i + 3] = (uint8_t)(length >> 8);
		bytes[i + 4] = (uint8_t)length;
		i += 5 + length;
	}
	while (sent < n) {
		ssize_t r = send(peer, bytes + sent, n - sent, MSG_DONTWAIT);

		if (r > 0)
			sent += (size_t)r;
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	run_until(1);
	ck_assert_str_eq(heard, "big+ ");
	free(bytes);
}
END_TEST

static const struct {
	const char *bytes;
	size_t n;
} nonsense[] = {
#define B(text) { text, sizeof(text) - 1 }
	B("\0\0\0\0"),             /* nothing in it */
	B("\0\10\0\1"),            /* a byte too long: refused unseen */
	B("\377\377\377\377"),
	B("GET / HTTP/1.1\r\n\r\n"),
	B("\0\0\0\2\7\7"),         /* an event that is cut off */
	B("\0\0\0\3\0\1x"),        /* a command, from charon */
	B(YES),                    /* an answer to nothing */
	B(CONFIRM),
#undef B
};

START_TEST(nonsense_ends_the_connection)
{
	say(nonsense[_i].bytes, nonsense[_i].n);
	run_until_closed(-EPROTO);
	ck_assert_str_eq(heard, "");
}
END_TEST

START_TEST(the_wrong_kind_of_answer_ends_the_connection)
{
	char bytes[512];

	command("version");
	listen_to(bytes);
	SAY(CONFIRM);
	run_until_closed(-EPROTO);
	ck_assert_str_eq(heard, "");
}
END_TEST

START_TEST(the_end_is_told_once_and_nothing_is_answered_then)
{
	struct vici_writer w = { 0 };
	char bytes[512];

	command("initiate");
	listen_to(bytes);
	SAY("\0\0\0\17\1\3"); /* half an answer */
	close(peer);
	peer = -1;
	run_until_closed(-EPIPE);
	ck_assert_str_eq(heard, "");
	vici_begin(&w, VICI_COMMAND, "late");
	ck_assert_int_eq(vici_command(vici, &w, on_done, "late"), -ENOTCONN);
	ck_assert_ptr_null(w.data);
}
END_TEST

START_TEST(writing_to_who_is_gone_is_the_end)
{
	close(peer); /* before anything has been written */
	peer = -1;
	command("initiate");
	run_until_closed(-EPIPE);
	ck_assert_str_eq(heard, "");
}
END_TEST

START_TEST(the_queue_has_a_limit)
{
	struct vici_writer w = { 0 };

	for (int i = 0; i < VICI_QUEUE_MAX; i++)
		command("x");
	vici_begin(&w, VICI_COMMAND, "y");
	ck_assert_int_eq(vici_command(vici, &w, on_done, "y"), -ENOBUFS);
	ck_assert_ptr_null(w.data);
}
END_TEST

START_TEST(it_may_be_closed_in_an_answer)
{
	struct vici_writer w = { 0 };
	char bytes[512];

	vici_begin(&w, VICI_COMMAND, "first");
	ck_assert_int_eq(
	    vici_command(vici, &w, on_done_close, "first"), 0);
	command("never");
	listen_to(bytes);
	SAY(YES UP YES);
	while (vici)
		uv_run(&loop, UV_RUN_ONCE);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_str_eq(heard, "first=0+ ");
	ck_assert_uint_eq(n_closed, 0);
}
END_TEST

START_TEST(it_may_be_closed_in_an_event)
{
	vici_close(steal_ptr(vici));
	close(peer);
	open_vici(true);
	peer = accept(listener, NULL, NULL);
	SAY(UP UP);
	while (vici)
		uv_run(&loop, UV_RUN_ONCE);
	uv_run(&loop, UV_RUN_DEFAULT);
	ck_assert_str_eq(heard, "updown!+ ");
}
END_TEST

START_TEST(it_may_be_closed_while_a_request_is_being_written)
{
	static char value[60000];
	struct vici_writer w = { 0 };

	/* More than the socket takes at once. */
	vici_begin(&w, VICI_COMMAND, "large");
	for (int i = 0; i < 8; i++)
		vici_key_bytes(&w, "x", value, sizeof(value));
	ck_assert_int_eq(vici_command(vici, &w, on_done, "large"), 0);
	uv_run(&loop, UV_RUN_NOWAIT);
	uv_run(&loop, UV_RUN_NOWAIT);
}
END_TEST

START_TEST(without_a_socket_it_ends_at_once)
{
	open_vici(false);
	command("x");
	run_until_closed(-ENOENT);
}
END_TEST

/* charon's backlog is short: more at once than fit into it. */
START_TEST(a_full_backlog_is_waited_for)
{
	struct vici_events events = { on_event, on_closed, NULL };
	struct vici *many[16];
	int peers[16];

	begin_listening();
	for (size_t i = 0; i < ARRAY_SIZE(many); i++) {
		struct vici_writer w = { 0 };

		ck_assert_int_eq(
		    vici_open(&loop, path, &events, &many[i]), 0);
		vici_begin(&w, VICI_COMMAND, "x");
		ck_assert_int_eq(
		    vici_command(many[i], &w, on_done, "x"), 0);
	}
	/* Each accept makes room for one of those that try again. */
	ck_assert_int_eq(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		while ((peers[i] = accept(listener, NULL, NULL)) < 0)
			uv_run(&loop, UV_RUN_ONCE);
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		ck_assert_int_eq(write(peers[i], YES, sizeof(YES) - 1),
		    sizeof(YES) - 1);
	run_until(ARRAY_SIZE(many));
	ck_assert_uint_eq(n_closed, 0);
	for (size_t i = 0; i < ARRAY_SIZE(many); i++) {
		vici_close(many[i]);
		close(peers[i]);
	}
}
END_TEST

START_TEST(a_path_too_long_for_a_socket_is_refused)
{
	struct vici_events events = { on_event, on_closed, NULL };
	char name[200];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ck_assert_int_eq(
	    vici_open(&loop, name, &events, &vici), -ENAMETOOLONG);
}
END_TEST

/* ---- waiting for the socket ---- */

static unsigned n_changes;

static void on_changed(void *ctx)
{
	(void)ctx;
	n_changes++;
}

START_TEST(a_path_is_awaited_from_two_folders_above)
{
	char deep[64], folder[64], target[80];
	struct path_watch *watch;
	unsigned before;
	FILE *file;

	snprintf(folder, sizeof(folder), "%s/a", directory);
	snprintf(deep, sizeof(deep), "%s/a/b", directory);
	snprintf(target, sizeof(target), "%s/sock", deep);
	ck_assert_int_eq(
	    path_watch_open(&loop, target, on_changed, NULL, &watch), 0);
	for (int round = 0; round < 2; round++) {
		/* Both at once: the second is not to be missed. */
		ck_assert_int_eq(mkdir(folder, 0700), 0);
		ck_assert_int_eq(mkdir(deep, 0700), 0);
		before = n_changes;
		while (n_changes == before)
			uv_run(&loop, UV_RUN_ONCE);
		before = n_changes;
		while (uv_run(&loop, UV_RUN_NOWAIT), n_changes != before)
			before = n_changes;
		file = fopen(target, "w");
		ck_assert_ptr_nonnull(file);
		fclose(file);
		while (n_changes == before)
			uv_run(&loop, UV_RUN_ONCE);
		unlink(target);
		rmdir(deep);
		rmdir(folder);
		while (uv_run(&loop, UV_RUN_NOWAIT), n_changes != before)
			before = n_changes;
	}
	path_watch_close(watch);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("vici");
	TCase *bytes = tcase_create("bytes");
	TCase *connection = tcase_create("connection");
	TCase *absent = tcase_create("absent");

	tcase_add_test(bytes, what_is_written_is_read_again);
	tcase_add_test(bytes, a_text_is_cut_to_its_room_and_absent_is_empty);
	tcase_add_test(bytes, a_broken_packet_is_refused);
	tcase_add_test(bytes, nesting_has_a_limit);
	tcase_add_test(bytes, too_long_is_an_error_of_the_writer);
	suite_add_tcase(s, bytes);

	tcase_set_timeout(connection, 30);
	tcase_add_checked_fixture(connection, setup_peer, teardown);
	tcase_add_test(connection, one_command_at_a_time_is_under_way);
	tcase_add_test(connection, events_come_before_and_after_an_answer);
	tcase_add_test(connection, a_packet_may_come_byte_by_byte);
	tcase_add_test(connection, a_packet_of_512_kib_is_taken);
	tcase_add_loop_test(connection, nonsense_ends_the_connection, 0,
	    (int)ARRAY_SIZE(nonsense));
	tcase_add_test(
	    connection, the_wrong_kind_of_answer_ends_the_connection);
	tcase_add_test(connection,
	    the_end_is_told_once_and_nothing_is_answered_then);
	tcase_add_test(connection, writing_to_who_is_gone_is_the_end);
	tcase_add_test(connection, the_queue_has_a_limit);
	tcase_add_test(connection, it_may_be_closed_in_an_answer);
	tcase_add_test(connection, it_may_be_closed_in_an_event);
	tcase_add_test(connection,
	    it_may_be_closed_while_a_request_is_being_written);
	suite_add_tcase(s, connection);

	tcase_set_timeout(absent, 30);
	tcase_add_checked_fixture(absent, setup, teardown);
	tcase_add_test(absent, without_a_socket_it_ends_at_once);
	tcase_add_test(absent, a_full_backlog_is_waited_for);
	tcase_add_test(absent, a_path_too_long_for_a_socket_is_refused);
	tcase_add_test(absent, a_path_is_awaited_from_two_folders_above);
	suite_add_tcase(s, absent);
	return s;
}

int main(void)
{
	return run_suite(suite());
}
