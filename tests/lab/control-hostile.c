/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client of the control socket that means no good:
 *
 *   control-hostile SOCKET garbage  bytes that are no message
 *   control-hostile SOCKET half     half a message, then silence
 *   control-hostile SOCKET flood    100 MiB of one message
 *   control-hostile SOCKET silent   nothing
 *   control-hostile SOCKET deaf     questions, and never reads an answer
 *
 * It prints "done" when it has done its worst, and "closed" when the other
 * side has closed the connection; it stays until then.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/macros.h"

enum {
	FLOOD_BYTES = 100 << 20,
	FULL_MS = 500, /* takes nothing for so long: it does not read */
};

static char block[65536];

static int open_client(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return fd;
}

/* Writes size bytes, the block over and over, until the other side closes or
 * takes no more. */
static void pour(int fd, size_t length, size_t size)
{
	while (size > 0) {
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		size_t n = size < length ? size : length;
		ssize_t written;

		if (poll(&p, 1, FULL_MS) <= 0)
			return;
		written = send(fd, block, n, MSG_DONTWAIT);
		if (written < 0 && errno == EAGAIN)
			continue;
		if (written < 0)
			return;
		size -= (size_t)written;
	}
}

static int misbehave(int fd, const char *how)
{
	static const char half[] = "{\"method\":\"org.netconf.Sta";
	static const char question[] = "{\"method\":\"org.netconf.Status\"}";

	if (strcmp(how, "garbage") == 0) {
		for (size_t i = 0; i < sizeof(block); i++)
			block[i] = (char)(i * 2654435761U >> 13);
		pour(fd, sizeof(block), sizeof(block));
	} else if (strcmp(how, "half") == 0) {
		memcpy(block, half, sizeof(half));
		pour(fd, sizeof(half) - 1, sizeof(half) - 1);
	} else if (strcmp(how, "flood") == 0) {
		memset(block, ' ', sizeof(block));
		pour(fd, sizeof(block), FLOOD_BYTES);
	} else if (strcmp(how, "deaf") == 0) {
		/* with their NULs: whole messages, one after the other */
		size_t n = 0;
		for (; n + sizeof(question) <= sizeof(block);
		     n += sizeof(question))
			memcpy(block + n, question, sizeof(question));
		pour(fd, n, FLOOD_BYTES);
	} else if (strcmp(how, "silent") != 0) {
		return -EINVAL;
	}
	return 0;
}

/* Answers to the deaf are looked at only for the end behind them. */
static void await_close(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLRDHUP };

	while (poll(&p, 1, -1) < 0 || !p.revents)
		;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: control-hostile SOCKET HOW\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	setvbuf(stdout, NULL, _IOLBF, 0);
	int fd = open_client(argv[1]);
	if (fd < 0) {
		perror(argv[1]);
		return 1;
	}
	if (misbehave(fd, argv[2]) < 0) {
		fprintf(stderr, "control-hostile: cannot do %s\n", argv[2]);
		return 2;
	}
	printf("%s: done\n", argv[2]);
	await_close(fd);
	printf("%s: closed\n", argv[2]);
	return 0;
}
