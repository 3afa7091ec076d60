/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control service over a real socket, with clients good and bad. */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "daemon/control.h"
#include "daemon/place.h"
#include "daemon/service.h"
#include "tests/unit/lamp.h"
#include "tests/unit/run.h"

enum { LIMIT_MS = 30000 };

static struct lamps lamps;
static struct control *control;
static char directory[] = "/tmp/netconf-control-XXXXXX";
static char path[sizeof(directory) + 16];

/* A client; in the same thread, so everything in it is without blocking. */
struct peer_end {
	int fd;
	struct text input;
	bool has_ended;
};

static void setup(void)
{
	_cleanup_(text_clear) struct text said = { 0 };
	int fd;

	signal(SIGPIPE, SIG_IGN);
	strcpy(directory + sizeof(directory) - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/control", directory);
	lamps_open(&lamps, lamps_profile);
	fd = place_listen(path, &said);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(
	    control_open(&lamps.loop, fd, &lamps.service, &control), 0);
}

static void teardown(void)
{
	control_close(control);
	lamps_close(&lamps);
	unlink(path);
	rmdir(directory);
}

/* Lets the server work until it, or the client, has something to do. */
static void turn(struct peer_end *client)
{
	struct pollfd fds[] = {
		{ .fd = uv_backend_fd(&lamps.loop), .events = POLLIN },
		{ .fd = client->fd, .events = POLLIN },
	};
	int timeout = uv_backend_timeout(&lamps.loop);

	if (timeout < 0)
		timeout = LIMIT_MS;
	ck_assert_msg(poll(fds, 2, timeout) > 0 || timeout < LIMIT_MS,
	    "nothing happens");
	uv_run(&lamps.loop, UV_RUN_NOWAIT);
}

static void receive(struct peer_end *client)
{
	char buffer[65536];
	ssize_t n = recv(client->fd, buffer, sizeof(buffer), MSG_DONTWAIT);

	if (n > 0)
		text_append_n(&client->input, buffer, (size_t)n);
	else if (n == 0 || errno != EAGAIN)
		client->has_ended = true;
}

static struct peer_end dial(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct peer_end client = {
		.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0),
	};

	strcpy(address.sun_path, path);
	ck_assert_int_eq(connect(client.fd, (struct sockaddr *)&address,
			     sizeof(address)),
	    0);
	return client;
}

static void hang_up(struct peer_end *client)
{
	close(client->fd);
	text_clear(&client->input);
	client->fd = -1;
}

static void say_n(struct peer_end *client, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t k =
		    send(client->fd, data, n, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (k > 0) {
			data += k;
			n -= (size_t)k;
		} else if (errno == EAGAIN)
			uv_run(&lamps.loop, UV_RUN_NOWAIT);
		else
			return; /* it hung up on us */
	}
}

/* The text and the NUL. */
static void say(struct peer_end *client, const char *text)
{
	say_n(client, text, strlen(text) + 1);
}

/* The next reply; NULL: the server hung up. To be freed. */
static json_t *hear(struct peer_end *client)
{
	json_t *message;
	size_t n;

	while (!client->input.data ||
	    !memchr(client->input.data, '\0', client->input.n)) {
		if (client->has_ended)
			return NULL;
		turn(client);
		receive(client);
	}
	n = strlen(client->input.data) + 1;
	message = json_loads(client->input.data, 0, NULL);
	ck_assert_ptr_nonnull(message);
	memmove(client->input.data, client->input.data + n,
	    client->input.n - n + 1);
	client->input.n -= n;
	return message;
}

/* The string at parameters.KEY, or KEY of the message itself, or "". */
static const char *text_of(const json_t *message, const char *key)
{
	const json_t *value =
	    json_object_get(json_object_get(message, "parameters"), key);

	if (!value)
		value = json_object_get(message, key);
	return value ? json_string_value(value) : "";
}

static const json_t *value_of(const json_t *message, const char *key)
{
	return json_object_get(json_object_get(message, "parameters"), key);
}

/* Hears one message and compares it as compact JSON. */
static void expect(struct peer_end *client, const char *want)
{
	json_t *message = hear(client);
	_cleanup_(free_ptr) char *got =
	    message ? json_dumps(message, JSON_COMPACT) : NULL;

	ck_assert_ptr_nonnull(message);
	ck_assert_str_eq(got, want);
	json_decref(message);
}

static void expect_error(struct peer_end *client, const char *want)
{
	json_t *message = hear(client);

	ck_assert_ptr_nonnull(message);
	ck_assert_str_eq(text_of(message, "error"), want);
	json_decref(message);
}

static void expect_end(struct peer_end *client)
{
	json_t *message = hear(client);

	ck_assert_ptr_null(message);
	ck_assert(client->has_ended);
}

/* Hears until the result; returns it with the changes before, as
 * "hall:idle>starting hall:starting>up =up". */
static char *hear_story(struct peer_end *client)
{
	struct text story = { 0 };

	for (;;) {
		json_t *message = hear(client);
		const json_t *change, *result, *stuck;

		ck_assert_ptr_nonnull(message);
		change = value_of(message, "change");
		result = value_of(message, "result");
		stuck = value_of(message, "stuck");
		if (change)
			text_printf(&story, "%s:%s>%s ",
			    json_string_value(json_object_get(change, "node")),
			    json_string_value(json_object_get(change, "from")),
			    json_string_value(json_object_get(change, "to")));
		if (stuck)
			text_printf(&story, "?%s ",
			    json_string_value(stuck));
		if (result)
			text_printf(&story, "=%s", json_string_value(result));
		ck_assert(json_is_true(json_object_get(message, "continues")) ==
		    !result);
		json_decref(message);
		if (result)
			return text_steal(&story);
	}
}

#define CALL(method, parameters) \
	"{\"method\":\"org.netconf." method "\",\"parameters\":" parameters "}"
#define MORE(method, parameters)                                          \
	"{\"method\":\"org.netconf." method "\",\"parameters\":" parameters \
	",\"more\":true}"

static void expect_state(
    struct peer_end *client, const char *name, const char *want)
{
	_cleanup_(text_clear) struct text call = { 0 };
	json_t *message;

	text_printf(&call, CALL("Status", "{\"nodes\":[\"%s\"]}"), name);
	say(client, call.data);
	message = hear(client);
	ck_assert_str_eq(json_string_value(json_object_get(
			     json_array_get(value_of(message, "nodes"), 0),
			     "state")),
	    want);
	json_decref(message);
}

/* ---- reading ---- */

START_TEST(the_service_says_what_it_is)
{
	struct peer_end client = dial();
	json_t *message;

	say(&client, "{\"method\":\"org.varlink.service.GetInfo\"}");
	message = hear(&client);
	ck_assert_str_eq(text_of(message, "product"), "netconfd");
	ck_assert_uint_eq(
	    json_array_size(value_of(message, "interfaces")), 2);
	json_decref(message);
	say(&client,
	    "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
	    "\"parameters\":{\"interface\":\"org.netconf\"}}");
	message = hear(&client);
	ck_assert_ptr_nonnull(strstr(text_of(message, "description"),
	    "\ninterface org.netconf\n"));
	json_decref(message);
	say(&client,
	    "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
	    "\"parameters\":{\"interface\":\"org.nothing\"}}");
	expect_error(&client, "org.varlink.service.InterfaceNotFound");
	hang_up(&client);
}
END_TEST

static const struct {
	const char *call, *error;
} wrong_calls[] = {
	{ CALL("Fly", "{}"), "org.varlink.service.MethodNotFound" },
	{ "{\"method\":\"org.else.Up\"}",
	    "org.varlink.service.InterfaceNotFound" },
	{ "{\"method\":\"Up\"}", "org.varlink.service.InterfaceNotFound" },
	{ CALL("Up", "{}"), "org.varlink.service.InvalidParameter" },
	{ CALL("Up", "{\"nodes\":[]}"),
	    "org.varlink.service.InvalidParameter" },
	{ CALL("Up", "{\"nodes\":\"hall\"}"),
	    "org.varlink.service.InvalidParameter" },
	{ CALL("Up", "{\"nodes\":[1]}"),
	    "org.varlink.service.InvalidParameter" },
	{ CALL("Up", "{\"nodes\":[\"hall\"],\"wiat\":true}"),
	    "org.varlink.service.InvalidParameter" },
	{ CALL("Up", "{\"nodes\":[\"hall\"],\"wait\":true}"),
	    "org.varlink.service.ExpectedMore" },
	{ CALL("Wait", "{\"nodes\":[\"hall\"]}"),
	    "org.varlink.service.ExpectedMore" },
	{ CALL("Monitor", "{}"), "org.varlink.service.ExpectedMore" },
	{ CALL("Up", "{\"nodes\":[\"hal\"]}"), "org.netconf.UnknownNode" },
	{ CALL("Up", "{\"nodes\":[\"hall\",\"x@/\"]}"),
	    "org.netconf.UnknownNode" },
	{ CALL("Down", "{\"nodes\":[\"nope\"]}"), "org.netconf.UnknownNode" },
	{ CALL("Status", "{\"nodes\":[\"nope\"]}"),
	    "org.netconf.UnknownNode" },
	{ CALL("Why", "{\"node\":\"nope\"}"), "org.netconf.UnknownNode" },
	{ MORE("Wait", "{\"nodes\":[\"nope\"]}"), "org.netconf.UnknownNode" },
};

START_TEST(a_wrong_call_gets_its_error_and_the_client_stays)
{
	struct peer_end client = dial();

	say(&client, wrong_calls[_i].call);
	expect_error(&client, wrong_calls[_i].error);
	expect_state(&client, "hall", "idle");
	ck_assert_uint_eq(lamps.n_saved, 0);
	hang_up(&client);
}
END_TEST

START_TEST(an_unknown_node_is_told_with_the_nearest)
{
	struct peer_end client = dial();
	json_t *message;

	say(&client, CALL("Up", "{\"nodes\":[\"hal\"]}"));
	message = hear(&client);
	ck_assert_str_eq(text_of(message, "node"), "hal");
	ck_assert_ptr_nonnull(
	    strstr(text_of(message, "message"), "did you mean 'hall'?"));
	json_decref(message);
	hang_up(&client);
}
END_TEST

START_TEST(status_shows_all_nodes_in_the_profiles_order)
{
	struct peer_end client = dial();
	const json_t *nodes, *hall, *night;
	json_t *message;

	say(&client, "{\"method\":\"org.netconf.Status\"}");
	message = hear(&client);
	nodes = value_of(message, "nodes");
	ck_assert_uint_eq(json_array_size(nodes), 8);
	hall = json_array_get(nodes, 0);
	ck_assert_str_eq(
	    json_string_value(json_object_get(hall, "name")), "hall");
	ck_assert_str_eq(
	    json_string_value(json_object_get(hall, "description")),
	    "the big one");
	ck_assert(json_is_false(json_object_get(hall, "goal")));
	ck_assert_ptr_null(json_object_get(hall, "reason"));
	night = json_array_get(nodes, 7);
	ck_assert_str_eq(
	    json_string_value(json_object_get(night, "state")), "up");
	ck_assert_ptr_nonnull(
	    json_object_get(json_object_get(night, "facts"), "colour"));
	json_decref(message);
	hang_up(&client);
}
END_TEST

/* The admin reads this first: a state alone would send him to ask why. */
START_TEST(status_says_what_a_waiting_node_needs)
{
	struct peer_end client = dial();
	const json_t *node;
	json_t *message;

	say(&client, CALL("Up", "{\"nodes\":[\"door\",\"attic\"]}"));
	expect(&client, "{\"parameters\":{}}");
	say(&client, CALL("Down", "{\"nodes\":[\"hall\"],\"force\":true}"));
	json_decref(hear(&client));
	expect_state(&client, "door", "waiting");
	say(&client, CALL("Status", "{\"nodes\":[\"door\",\"attic\"]}"));
	message = hear(&client);
	node = json_array_get(value_of(message, "nodes"), 0);
	ck_assert_str_eq(json_string_value(json_object_get(node, "reason")),
	    "needs way");
	/* What the provider says itself is said in its words. */
	node = json_array_get(value_of(message, "nodes"), 1);
	ck_assert_str_eq(json_string_value(json_object_get(node, "reason")),
	    "no current");
	json_decref(message);
	hang_up(&client);
}
END_TEST

START_TEST(why_says_why)
{
	struct peer_end client = dial();
	json_t *message;

	say(&client, CALL("Up", "{\"nodes\":[\"attic\"]}"));
	expect(&client, "{\"parameters\":{}}");
	say(&client, CALL("Why", "{\"node\":\"attic\"}"));
	message = hear(&client);
	{
		_cleanup_(free_ptr) char *text = json_dumps(message, 0);

		ck_assert_ptr_nonnull(strstr(text, "no current"));
	}
	json_decref(message);
	say(&client, CALL("Why", "{\"node\":\"hall\"}"));
	message = hear(&client);
	{
		_cleanup_(free_ptr) char *text = json_dumps(message, 0);

		ck_assert_ptr_nonnull(
		    strstr(text, "\"description\": \"the big one\""));
	}
	json_decref(message);
	hang_up(&client);
}
END_TEST

/* ---- up, down, wait ---- */

START_TEST(up_streams_the_changes_on_the_way_and_its_result)
{
	struct peer_end client = dial();
	_cleanup_(free_ptr) char *story = NULL;

	say(&client, MORE("Up", "{\"nodes\":[\"stairs\"],\"wait\":true}"));
	story = hear_story(&client);
	ck_assert_str_eq(story,
	    "stairs:idle>waiting hall:idle>starting hall:starting>up "
	    "stairs:waiting>starting stairs:starting>up =up");
	ck_assert_uint_eq(lamps.n_saved, 1);
	hang_up(&client);
}
END_TEST

START_TEST(a_goal_that_is_up_answers_at_once)
{
	struct peer_end client = dial();
	json_t *message;

	say(&client, MORE("Up", "{\"nodes\":[\"night\"],\"wait\":true}"));
	message = hear(&client);
	ck_assert_str_eq(text_of(message, "result"), "up");
	ck_assert_str_eq(
	    json_string_value(json_object_get(
		json_array_get(value_of(message, "nodes"), 0), "name")),
	    "night");
	json_decref(message);
	hang_up(&client);
}
END_TEST

START_TEST(a_permanent_failure_is_the_result)
{
	struct peer_end client = dial();
	_cleanup_(free_ptr) char *story = NULL;

	say(&client, MORE("Up", "{\"nodes\":[\"cellar\"],\"wait\":true}"));
	story = hear_story(&client);
	ck_assert_ptr_nonnull(strstr(story, "cellar:starting>failed =failed"));
	hang_up(&client);
}
END_TEST

START_TEST(what_cannot_come_up_by_itself_is_said_once)
{
	struct peer_end client = dial(), other = dial();
	json_t *message;

	say(&client, MORE("Up", "{\"nodes\":[\"attic\"],\"wait\":true}"));
	do {
		message = hear(&client);
		ck_assert_ptr_nonnull(message);
		if (value_of(message, "stuck"))
			break;
		json_decref(message);
	} while (true);
	ck_assert_ptr_nonnull(strstr(text_of(message, "stuck"), "attic"));
	json_decref(message);
	/* Other inputs settle, too; it is not said again. */
	say(&other, CALL("Up", "{\"nodes\":[\"hall\"]}"));
	expect(&other, "{\"parameters\":{}}");
	expect_state(&other, "hall", "up");
	receive(&client);
	ck_assert_uint_eq(client.input.n, 0);
	hang_up(&client);
	hang_up(&other);
}
END_TEST

START_TEST(the_goal_stays_when_the_client_goes)
{
	struct peer_end client = dial(), other = dial();

	say(&client, MORE("Up", "{\"nodes\":[\"attic\"],\"wait\":true}"));
	json_decref(hear(&client));
	hang_up(&client);
	expect_state(&other, "attic", "waiting");
	ck_assert(list_is_empty(&lamps.service.sessions) == false);
	hang_up(&other);
	while (!list_is_empty(&lamps.service.sessions))
		uv_run(&lamps.loop, UV_RUN_ONCE);
}
END_TEST

START_TEST(wait_waits_without_asking)
{
	struct peer_end client = dial(), other = dial();
	_cleanup_(free_ptr) char *story = NULL;

	say(&client, MORE("Wait", "{\"nodes\":[\"stairs\"]}"));
	expect_state(&other, "stairs", "idle");
	ck_assert_uint_eq(lamps.n_saved, 0);
	say(&other, CALL("Up", "{\"nodes\":[\"stairs\"]}"));
	expect(&other, "{\"parameters\":{}}");
	story = hear_story(&client);
	ck_assert_ptr_nonnull(strstr(story, "stairs:starting>up =up"));
	hang_up(&client);
	hang_up(&other);
}
END_TEST

START_TEST(down_waits_for_the_end_of_all_that_it_stops)
{
	struct peer_end client = dial();
	_cleanup_(free_ptr) char *up = NULL;
	_cleanup_(free_ptr) char *down = NULL;

	say(&client, MORE("Up", "{\"nodes\":[\"stairs\"],\"wait\":true}"));
	up = hear_story(&client);
	lamps.trace[0] = '\0';
	say(&client, MORE("Down", "{\"nodes\":[\"stairs\"],\"wait\":true}"));
	down = hear_story(&client);
	ck_assert_str_eq(lamps.trace, "stop stairs, stop hall");
	ck_assert_str_eq(down,
	    "way:up>waiting stairs:up>stopping stairs:stopping>idle "
	    "hall:up>stopping hall:stopping>idle =down");
	ck_assert_uint_eq(lamps.n_saved, 2);
	hang_up(&client);
}
END_TEST

START_TEST(down_says_what_holds_a_node_up)
{
	struct peer_end client = dial();
	_cleanup_(free_ptr) char *up = NULL;
	json_t *message;

	say(&client, MORE("Up", "{\"nodes\":[\"stairs\"],\"wait\":true}"));
	up = hear_story(&client);
	say(&client, MORE("Down", "{\"nodes\":[\"hall\"],\"wait\":true}"));
	message = hear(&client);
	ck_assert_ptr_nonnull(strstr(
	    json_string_value(json_array_get(value_of(message, "said"), 0)),
	    "stairs"));
	json_decref(message);
	message = hear(&client);
	ck_assert_str_eq(text_of(message, "result"), "held");
	json_decref(message);
	expect_state(&client, "hall", "up");
	hang_up(&client);
}
END_TEST

START_TEST(down_with_force_takes_dependents_first)
{
	struct peer_end client = dial();
	_cleanup_(free_ptr) char *up = NULL;
	_cleanup_(free_ptr) char *down = NULL;

	say(&client, MORE("Up", "{\"nodes\":[\"stairs\"],\"wait\":true}"));
	up = hear_story(&client);
	lamps.trace[0] = '\0';
	say(&client,
	    MORE("Down",
		"{\"nodes\":[\"hall\"],\"force\":true,\"wait\":true}"));
	down = hear_story(&client);
	ck_assert_str_eq(lamps.trace, "stop stairs, stop hall");
	ck_assert_ptr_nonnull(strstr(down, "=down"));
	hang_up(&client);
}
END_TEST

START_TEST(monitor_hears_of_every_change)
{
	struct peer_end client = dial(), other = dial();
	json_t *message;

	say(&client, MORE("Monitor", "{}"));
	expect(&client, "{\"parameters\":{},\"continues\":true}");
	say(&other, CALL("Up", "{\"nodes\":[\"hall\"]}"));
	expect(&other, "{\"parameters\":{}}");
	for (size_t i = 0; i < 2; i++) {
		static const char *const to[] = { "starting", "up" };
		const json_t *change;

		message = hear(&client);
		change = value_of(message, "change");
		ck_assert_str_eq(
		    json_string_value(json_object_get(change, "to")), to[i]);
		ck_assert_int_gt(json_integer_value(json_object_get(
				     change, "at_ms")),
		    1500000000000);
		json_decref(message);
	}
	hang_up(&client);
	hang_up(&other);
}
END_TEST

START_TEST(monitor_hears_that_goals_and_masks_are_others)
{
	struct peer_end client = dial(), other = dial();

	say(&other, CALL("Up", "{\"nodes\":[\"hall\"]}"));
	expect(&other, "{\"parameters\":{}}");
	expect_state(&other, "hall", "up");
	say(&client, MORE("Monitor", "{}"));
	expect(&client, "{\"parameters\":{},\"continues\":true}");
	/* It is a goal already: nothing moves. */
	say(&other, CALL("Up", "{\"nodes\":[\"hall\"]}"));
	expect(&other, "{\"parameters\":{}}");
	expect(&client, "{\"parameters\":{},\"continues\":true}");
	hang_up(&client);
	hang_up(&other);
}
END_TEST

START_TEST(calls_sent_together_are_answered_in_order)
{
	static const char calls[] = MORE("Up",
	    "{\"nodes\":[\"stairs\"],\"wait\":true}") "\0" CALL("Why",
	    "{\"node\":\"hall\"}") "\0" CALL("Fly", "{}");
	struct peer_end client = dial();
	_cleanup_(free_ptr) char *story = NULL;
	json_t *message;

	say_n(&client, calls, sizeof(calls));
	story = hear_story(&client);
	ck_assert_ptr_nonnull(strstr(story, "=up"));
	message = hear(&client);
	ck_assert_ptr_nonnull(value_of(message, "lines"));
	json_decref(message);
	expect_error(&client, "org.varlink.service.MethodNotFound");
	hang_up(&client);
}
END_TEST

START_TEST(a_oneway_call_is_carried_out_without_a_word)
{
	struct peer_end client = dial();

	say(&client, "{\"method\":\"org.netconf.Up\",\"oneway\":true,"
		     "\"parameters\":{\"nodes\":[\"hall\"]}}");
	say(&client, "{\"method\":\"org.netconf.Fly\",\"oneway\":true}");
	lamps_settle(&lamps);
	expect_state(&client, "hall", "up");
	hang_up(&client);
}
END_TEST

START_TEST(while_it_ends_nothing_is_brought_up)
{
	struct peer_end client = dial();

	lamps.service.is_ending = true;
	say(&client, CALL("Up", "{\"nodes\":[\"hall\"]}"));
	expect_error(&client, "org.netconf.Busy");
	expect_state(&client, "hall", "idle");
	hang_up(&client);
}
END_TEST

/* ---- who may ---- */

/* A session whose peer is chosen; what is sent to it is kept. */
struct fake_session {
	struct session session;
	json_t *last;
};

static void fake_send(struct session *session, char *data, size_t n)
{
	struct fake_session *fake =
	    container_of(session, struct fake_session, session);

	ck_assert_uint_eq(strlen(data) + 1, n);
	json_decref(fake->last);
	fake->last = json_loads(data, 0, NULL);
	free(data);
}

static void fake_close(struct session *session)
{
	(void)session;
}

static void ask_as(struct fake_session *fake, struct peer peer,
    const char *call)
{
	*fake = (struct fake_session){ .session = { .send = fake_send,
		.close = fake_close } };
	session_open(&lamps.service, &fake->session, &peer);
	session_input(&fake->session, call, strlen(call) + 1);
	session_end(&fake->session);
	ck_assert_ptr_nonnull(fake->last);
}

static const char *error_of(const struct fake_session *fake)
{
	return text_of(fake->last, "error");
}

enum { STRANGER = 65533, DAEMON = 1 }; /* daemon: user and group 1 */

START_TEST(a_stranger_may_read)
{
	static const char *const calls[] = { CALL("Status", "{}"),
		CALL("Why", "{\"node\":\"hall\"}"), MORE("Monitor", "{}"),
		MORE("Wait", "{\"nodes\":[\"night\"]}") };
	struct fake_session fake;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		ask_as(&fake,
		    (struct peer){ .uid = STRANGER, .gid = STRANGER },
		    calls[i]);
		ck_assert_str_eq(error_of(&fake), "");
		json_decref(fake.last);
	}
}
END_TEST

START_TEST(a_stranger_may_not_change)
{
	static const char *const calls[] = {
		CALL("Up", "{\"nodes\":[\"stairs\"]}"),
		CALL("Down", "{\"nodes\":[\"night\"]}"),
		CALL("Up", "{\"nodes\":[\"hall\"]}"),
	};
	struct fake_session fake;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		ask_as(&fake,
		    (struct peer){ .uid = STRANGER, .gid = STRANGER },
		    calls[i]);
		ck_assert_str_eq(
		    error_of(&fake), "org.netconf.NotPermitted");
		json_decref(fake.last);
	}
	ck_assert_uint_eq(lamps.n_saved, 0);
}
END_TEST

START_TEST(whom_every_node_allows_may_change)
{
	struct fake_session fake;
	gid_t *groups;

	ask_as(&fake, (struct peer){ .uid = DAEMON, .gid = STRANGER },
	    CALL("Up", "{\"nodes\":[\"stairs\"]}"));
	ck_assert_str_eq(error_of(&fake), "");
	json_decref(fake.last);
	ask_as(&fake, (struct peer){ .uid = STRANGER, .gid = DAEMON },
	    CALL("Down", "{\"nodes\":[\"stairs\"]}"));
	ck_assert_str_eq(error_of(&fake), "");
	json_decref(fake.last);
	groups = malloc(sizeof(*groups));
	*groups = DAEMON;
	ask_as(&fake,
	    (struct peer){ .uid = STRANGER, .gid = STRANGER,
		.groups = groups, .n_groups = 1 },
	    CALL("Up", "{\"nodes\":[\"stairs\"]}"));
	ck_assert_str_eq(error_of(&fake), "");
	json_decref(fake.last);
	/* Not all of them do. */
	ask_as(&fake, (struct peer){ .uid = DAEMON, .gid = DAEMON },
	    CALL("Up", "{\"nodes\":[\"stairs\",\"hall\"]}"));
	ck_assert_str_eq(error_of(&fake), "org.netconf.NotPermitted");
	json_decref(fake.last);
	lamps_settle(&lamps);
}
END_TEST

/* ---- hostile clients ---- */

static long resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long size, resident;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%ld %ld", &size, &resident), 2);
	fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

START_TEST(garbage_gets_an_error_and_the_end)
{
	struct peer_end client = dial(), other = dial();

	say(&client, "GET / HTTP/1.1\r\n\r\n");
	expect_error(&client, "org.varlink.service.InvalidParameter");
	expect_end(&client);
	expect_state(&other, "hall", "idle");
	hang_up(&client);
	hang_up(&other);
}
END_TEST

START_TEST(a_call_over_64_kib_gets_an_error_and_the_end)
{
	_cleanup_(free_ptr) char *data = malloc(VARLINK_INPUT_MAX + 1);
	struct peer_end client = dial();

	memset(data, ' ', VARLINK_INPUT_MAX + 1);
	say_n(&client, data, VARLINK_INPUT_MAX + 1);
	expect_error(&client, "org.varlink.service.InvalidParameter");
	expect_end(&client);
	hang_up(&client);
}
END_TEST

START_TEST(a_hundred_mib_cost_nothing)
{
	enum { CHUNK = 1 << 20, N = 100 };
	_cleanup_(free_ptr) char *data = malloc(CHUNK);
	struct peer_end client, other = dial();
	long before;

	memset(data, 'x', CHUNK);
	expect_state(&other, "hall", "idle");
	before = resident_kib();
	for (int i = 0; i < N; i++) {
		client = dial();
		say_n(&client, data, CHUNK);
		hang_up(&client);
	}
	(void)before;
	expect_state(&other, "hall", "idle");
#ifndef SANITIZED
	/* AddressSanitizer keeps what is freed for a while. */
	ck_assert_int_lt(resident_kib() - before, 2048);
#endif
	hang_up(&other);
}
END_TEST

START_TEST(half_a_call_and_silence_hold_nobody_up)
{
	struct peer_end silent = dial(), half = dial(), other = dial();

	say_n(&half, "{\"method\":", 10);
	expect_state(&other, "hall", "idle");
	say(&other, CALL("Up", "{\"nodes\":[\"hall\"]}"));
	expect(&other, "{\"parameters\":{}}");
	expect_state(&other, "hall", "up");
	say(&half, "\"org.netconf.Fly\"}");
	expect_error(&half, "org.varlink.service.MethodNotFound");
	hang_up(&silent);
	hang_up(&half);
	hang_up(&other);
}
END_TEST

START_TEST(who_watches_and_does_not_read_is_dropped)
{
	static const char up[] = "{\"method\":\"org.netconf.Up\",\"oneway\":"
				 "true,\"parameters\":{\"nodes\":[\"hall\"]}}";
	static const char down[] =
	    "{\"method\":\"org.netconf.Down\",\"oneway\":"
	    "true,\"parameters\":{\"nodes\":[\"hall\"]}}";
	struct peer_end watcher = dial(), other = dial();
	unsigned n = 0;

	say(&watcher, MORE("Monitor", "{}"));
	expect_state(&other, "hall", "idle");
	/* Each time round is six changes of more than 100 bytes. */
	while (list_entry(lamps.service.sessions.next, struct session, link)
		   ->wait) {
		say(&other, up);
		lamps_settle(&lamps);
		say(&other, down);
		lamps_settle(&lamps);
		ck_assert_uint_lt(++n, 10000);
	}
	ck_assert_uint_gt(n, 400);
	expect_state(&other, "hall", "idle");
	hang_up(&watcher);
	hang_up(&other);
}
END_TEST

START_TEST(who_asks_and_does_not_read_is_not_answered_further)
{
	struct peer_end client = dial(), other = dial();
	const struct session *session;
	unsigned n = 0;

	expect_state(&client, "hall", "idle");
	expect_state(&other, "hall", "idle");
	session =
	    list_entry(lamps.service.sessions.next, struct session, link);
	while (!session->is_full) {
		say(&client, "{\"method\":\"org.netconf.Status\"}");
		lamps_settle(&lamps);
		ck_assert_uint_lt(++n, 100000);
	}
	expect_state(&other, "hall", "idle");
	/* It reads after all, and gets the rest. */
	while (n-- > 0) {
		json_t *message = hear(&client);

		ck_assert_ptr_nonnull(message);
		json_decref(message);
	}
	expect_state(&client, "hall", "idle");
	hang_up(&client);
	hang_up(&other);
}
END_TEST

START_TEST(too_many_clients_are_turned_away)
{
	struct peer_end clients[CONTROL_CLIENTS_MAX], one_more;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		clients[i] = dial();
	expect_state(&clients[CONTROL_CLIENTS_MAX - 1], "hall", "idle");
	one_more = dial();
	expect_error(&one_more, "org.netconf.Busy");
	expect_end(&one_more);
	hang_up(&one_more);
	hang_up(&clients[0]);
	lamps_settle(&lamps);
	one_more = dial();
	expect_state(&one_more, "hall", "idle");
	hang_up(&one_more);
	for (size_t i = 1; i < CONTROL_CLIENTS_MAX; i++)
		hang_up(&clients[i]);
}
END_TEST

static unsigned count_fds(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

START_TEST(file_descriptors_from_a_client_go_nowhere)
{
	static char call[] = CALL("Status", "{\"nodes\":[\"hall\"]}");
	struct peer_end client = dial();
	union {
		struct cmsghdr header;
		char data[CMSG_SPACE(8 * sizeof(int))];
	} control_data = { 0 };
	struct iovec part = { call, sizeof(call) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1,
		.msg_control = control_data.data,
		.msg_controllen = sizeof(control_data) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fds[8] = { 0 };
	unsigned before;

	expect_state(&client, "hall", "idle");
	before = count_fds();
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	ck_assert_int_eq(
	    sendmsg(client.fd, &message, 0), (ssize_t)sizeof(call));
	json_decref(hear(&client));
	ck_assert_uint_eq(count_fds(), before);
	hang_up(&client);
}
END_TEST

START_TEST(whoever_hangs_up_at_any_time_leaves_nothing_behind)
{
	static const char call[] =
	    MORE("Up", "{\"nodes\":[\"stairs\"],\"wait\":true}");
	struct peer_end other = dial();

	for (size_t n = 0; n <= sizeof(call); n += 7) {
		struct peer_end client = dial();

		say_n(&client, call, n < sizeof(call) ? n : sizeof(call));
		for (size_t turns = 0; turns < n % 3; turns++)
			uv_run(&lamps.loop, UV_RUN_NOWAIT);
		hang_up(&client);
		expect_state(&other, "night", "up");
	}
	hang_up(&other);
	while (!list_is_empty(&lamps.service.sessions))
		uv_run(&lamps.loop, UV_RUN_ONCE);
}
END_TEST

/* ---- what jobs may do ---- */

START_TEST(a_failure_is_retried_at_its_time_and_stopped_at_any)
{
	struct peer_end client = dial();
	json_t *message;

	say(&client, MORE("Up", "{\"nodes\":[\"garden\"],\"wait\":true}"));
	/* The second failure: the resolver's deadline has been kept. */
	for (unsigned n_failed = 0; n_failed < 2;) {
		message = hear(&client);
		ck_assert_ptr_nonnull(message);
		n_failed += strcmp(json_string_value(json_object_get(
				       value_of(message, "change"), "to")),
				"failed") == 0;
		json_decref(message);
	}
	hang_up(&client);
}
END_TEST

static void add_hostile(TCase *tcase)
{
	tcase_add_test(tcase, garbage_gets_an_error_and_the_end);
	tcase_add_test(tcase, a_call_over_64_kib_gets_an_error_and_the_end);
	tcase_add_test(tcase, a_hundred_mib_cost_nothing);
	tcase_add_test(tcase, half_a_call_and_silence_hold_nobody_up);
	tcase_add_test(tcase, who_watches_and_does_not_read_is_dropped);
	tcase_add_test(
	    tcase, who_asks_and_does_not_read_is_not_answered_further);
	tcase_add_test(tcase, too_many_clients_are_turned_away);
	tcase_add_test(tcase, file_descriptors_from_a_client_go_nowhere);
	tcase_add_test(
	    tcase, whoever_hangs_up_at_any_time_leaves_nothing_behind);
}

int main(void)
{
	Suite *suite = suite_create("control");
	TCase *tcase = tcase_create("control");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, the_service_says_what_it_is);
	tcase_add_loop_test(tcase,
	    a_wrong_call_gets_its_error_and_the_client_stays, 0,
	    ARRAY_SIZE(wrong_calls));
	tcase_add_test(tcase, an_unknown_node_is_told_with_the_nearest);
	tcase_add_test(tcase, status_shows_all_nodes_in_the_profiles_order);
	tcase_add_test(tcase, status_says_what_a_waiting_node_needs);
	tcase_add_test(tcase, why_says_why);
	tcase_add_test(
	    tcase, up_streams_the_changes_on_the_way_and_its_result);
	tcase_add_test(tcase, a_goal_that_is_up_answers_at_once);
	tcase_add_test(tcase, a_permanent_failure_is_the_result);
	tcase_add_test(tcase, what_cannot_come_up_by_itself_is_said_once);
	tcase_add_test(tcase, the_goal_stays_when_the_client_goes);
	tcase_add_test(tcase, wait_waits_without_asking);
	tcase_add_test(tcase, down_waits_for_the_end_of_all_that_it_stops);
	tcase_add_test(tcase, down_says_what_holds_a_node_up);
	tcase_add_test(tcase, down_with_force_takes_dependents_first);
	tcase_add_test(tcase, monitor_hears_of_every_change);
	tcase_add_test(tcase, monitor_hears_that_goals_and_masks_are_others);
	tcase_add_test(tcase, calls_sent_together_are_answered_in_order);
	tcase_add_test(tcase, a_oneway_call_is_carried_out_without_a_word);
	tcase_add_test(tcase, while_it_ends_nothing_is_brought_up);
	tcase_add_test(tcase, a_stranger_may_read);
	tcase_add_test(tcase, a_stranger_may_not_change);
	tcase_add_test(tcase, whom_every_node_allows_may_change);
	tcase_add_test(
	    tcase, a_failure_is_retried_at_its_time_and_stopped_at_any);
	add_hostile(tcase);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
