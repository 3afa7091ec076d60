/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/session.h"

#define INTERFACE "org.netconf."

/* What netconfd may answer instead; the rest are of org.varlink.service. */
static const struct {
	const char *name;
	int status;
} daemon_errors[] = {
    {INTERFACE "UnknownNode", EXIT_WRONG},
    {INTERFACE "NotPermitted", EXIT_NOT_PERMITTED},
    {INTERFACE "NotSupported", EXIT_WRONG},
    {INTERFACE "BadProfile", EXIT_WRONG},
    {INTERFACE "BadValue", EXIT_WRONG},
    {INTERFACE "Busy", EXIT_NO_DAEMON},
};

static const char *socket_path(const struct cli *cli)
{
	return cli->socket ? cli->socket : RUNSTATEDIR "/netconf/control";
}

static int cannot_connect(const char *path, int r)
{
	switch (r) {
	case -ENOMEM:
		return output_no_memory();
	case -ENAMETOOLONG:
		complain(
		    "--socket: the path is too long for a socket: %s", path);
		return EXIT_WRONG;
	case -EACCES:
	case -EPERM:
		complain("not permitted to talk to netconfd on %s", path);
		return EXIT_NOT_PERMITTED;
	case -ETIMEDOUT:
		complain("netconfd on %s is there, but does not answer", path);
		return EXIT_TIMED_OUT;
	case -ENOENT:
	case -ENOTDIR:
	case -ECONNREFUSED:
		complain("no daemon answers on %s: start netconfd, or "
			 "'netconf run'",
		    path);
		return EXIT_NO_DAEMON;
	default:
		complain("cannot connect to %s: %s", path, strerror(-r));
		return EXIT_NO_DAEMON;
	}
}

int session_open(const struct cli *cli, struct session *ret)
{
	const char *path = socket_path(cli);

	*ret = (struct session){.cli = cli};
	output_init(&ret->out, stdout);
	int r = client_open(path, &ret->client);
	return r < 0 ? cannot_connect(path, r) : EXIT_DONE;
}

void session_close(struct session *session)
{
	session->client = client_close(session->client);
}

static int broken(int r)
{
	switch (r) {
	case -ENOMEM:
		return output_no_memory();
	case -ETIMEDOUT:
		complain("netconfd does not answer");
		return EXIT_TIMED_OUT;
	case -ECONNRESET:
	case -EPIPE:
		complain("netconfd has closed the connection: it has ended, or "
			 "its log says why");
		return EXIT_NO_DAEMON;
	case -EBADMSG:
		return session_bad_reply("it is not a Varlink reply");
	case -EMSGSIZE:
		return session_bad_reply("it is longer than 64 MiB");
	default:
		complain("lost the connection to netconfd: %s", strerror(-r));
		return EXIT_NO_DAEMON;
	}
}

int session_call(
    struct session *session, const char *method, json_t *parameters, bool more)
{
	_cleanup_(text_clear) struct text name = {0};

	if (!parameters) {
		complain("a name is not text in UTF-8");
		return EXIT_WRONG;
	}
	text_printf(&name, INTERFACE "%s", method);
	if (name.failed) {
		json_decref(parameters);
		return output_no_memory();
	}
	int r = client_call(session->client, name.data, parameters, more);
	if (r == -EMSGSIZE) {
		complain("what is named is more than the %d KiB of one call: "
			 "make several", CLIENT_CALL_MAX / 1024);
		return EXIT_WRONG;
	}
	return r < 0 ? broken(r) : EXIT_DONE;
}

int session_bad_reply(const char *problem)
{
	complain("netconfd gave an answer that makes no sense: %s; are netconf "
		 "and netconfd of the same version?",
	    problem);
	return EXIT_NO_DAEMON;
}

/* An error reply, told; the exit status. */
static int daemon_error(const struct reply *reply)
{
	const char *message =
	    json_string_value(json_object_get(reply->parameters, "message"));

	for (size_t i = 0; i < ARRAY_SIZE(daemon_errors); i++) {
		if (strcmp(daemon_errors[i].name, reply->error) != 0)
			continue;
		if (!message || strlen(message) > CLIENT_CALL_MAX)
			return session_bad_reply("an error without message");
		complain("%s", message);
		return daemon_errors[i].status;
	}
	complain("netconfd refuses: %.200s; are netconf and netconfd of the "
		 "same version?",
	    reply->error);
	return EXIT_NO_DAEMON;
}

int session_reply(struct session *session, uint64_t deadline_ms,
    const sigset_t *mask, struct reply *ret)
{
	int r = client_reply(session->client, deadline_ms, mask, ret);

	if (mask && (r == -EINTR || r == -ETIMEDOUT))
		return r;
	if (r < 0)
		return broken(r);
	if (!session->cli->json)
		return ret->error ? daemon_error(ret) : EXIT_DONE;

	r = output_json(
	    &session->out, ret->error ? ret->root : ret->parameters);
	if (r < 0)
		return output_no_memory();
	return ret->error ? daemon_error(ret) : EXIT_DONE;
}

int session_ask(const struct cli *cli, const char *method, json_t *parameters,
    struct session *session, struct reply *ret)
{
	int status = session->client ? EXIT_DONE : session_open(cli, session);

	if (status != EXIT_DONE) {
		json_decref(parameters);
		return status;
	}
	status = session_call(session, method, parameters, false);
	if (status != EXIT_DONE)
		return status;
	return session_reply(
	    session, client_now_ms() + SESSION_ANSWER_MS, NULL, ret);
}

json_t *session_names(const struct cli *cli)
{
	json_t *names = json_array();

	for (size_t i = 0; names && i < cli->n_operands; i++) {
		/* NULL, of what is not UTF-8, is refused too. */
		if (json_array_append_new(
			names, json_string(cli->operands[i])) < 0) {
			json_decref(names);
			return NULL;
		}
	}
	return names;
}
