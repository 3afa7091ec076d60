/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/played.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "tests/unit/scratch.h"

static pid_t child = -1;
static char socket_path[108], calls_path[128];

/* Reads the call up to its NUL and adds it as a line to the calls. */
static void take_call(int fd)
{
	FILE *calls = fopen(calls_path, "a");
	char c;

	while (calls && read(fd, &c, 1) == 1 && c != '\0')
		fputc(c, calls);
	if (calls) {
		fputc('\n', calls);
		fclose(calls);
	}
}

static void answer(int fd, const struct exchange *exchange)
{
	char c;

	for (size_t i = 0; i < PLAYED_REPLIES && exchange->replies[i]; i++) {
		const char *reply = exchange->replies[i];
		bool last =
		    i + 1 == PLAYED_REPLIES || !exchange->replies[i + 1];
		size_t n = strlen(reply) + !(last && exchange->cut);

		if (send(fd, reply, n, MSG_NOSIGNAL) != (ssize_t)n)
			break;
	}
	while (exchange->hold && read(fd, &c, 1) > 0)
		;
}

/* In a process of its own, which ends when the client does. */
static void answer_aside(int fd, const struct exchange *exchange)
{
	if (fork() != 0)
		return;
	answer(fd, exchange);
	_exit(0);
}

const char *played_socket(void)
{
	snprintf(
	    socket_path, sizeof(socket_path), "%s", scratch_path("control"));
	return socket_path;
}

void played_begin(const struct exchange *exchanges, size_t n)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    played_socket());
	snprintf(calls_path, sizeof(calls_path), "%s", scratch_path("calls"));
	ck_assert_int_eq(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 8), 0);
	fflush(NULL); /* or the child has it, too */
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child > 0) {
		close(listener);
		return;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < n; i++) {
		int fd = accept(listener, NULL, NULL);

		take_call(fd);
		if (exchanges[i].aside)
			answer_aside(fd, &exchanges[i]);
		else
			answer(fd, &exchanges[i]);
		close(fd);
	}
	_exit(0);
}

void played_end(void)
{
	if (child <= 0)
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	child = -1;
}

void played_expect(const char *calls)
{
	ck_assert_str_eq(scratch_get("calls"), calls);
}
