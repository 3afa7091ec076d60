/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints charon's events as they come, a line each, with the time as
 * `ip -ts monitor` prints it:
 *
 *     vici-monitor SOCKET
 *     [2026-01-31T23:59:59.123456] child-updown up=yes vpn0.state=...
 *
 * The first line, "registered", says that nothing will be missed. Ends when
 * charon does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/support/vici-message.h"

static void die(const char *what)
{
	fprintf(stderr, "vici-monitor: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static int dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		die(path);
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)))
		die(path);
	return fd;
}

/* False at the end. */
static bool read_all(int fd, void *data, size_t n)
{
	for (char *at = data; n;) {
		ssize_t r = read(fd, at, n);

		if (r <= 0)
			return false;
		at += r;
		n -= (size_t)r;
	}
	return true;
}

/* The next packet, valid until the next call; false at the end. */
static bool receive(int fd, struct vici_packet *ret)
{
	static uint8_t data[VICI_PACKET_MAX];
	uint32_t n;

	if (!read_all(fd, &n, sizeof(n)))
		return false;
	n = ntohl(n);
	if (n > sizeof(data) || !read_all(fd, data, n))
		return false;
	return vici_packet_parse(data, n, ret) == 0;
}

static void print_time(void)
{
	struct timeval now;
	char text[32];

	gettimeofday(&now, NULL);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S",
	    localtime(&now.tv_sec));
	printf("[%s.%06ld]", text, (long)now.tv_usec);
}

/* key=value for the top, section.key=value one level down: enough for tests. */
static void print_values(struct vici_message message, const char *prefix)
{
	struct vici_element e;

	while (vici_next(&message, &e)) {
		char name[VICI_NAME_MAX + 2];

		if (e.type == VICI_KEY_VALUE)
			printf(" %s%.*s=%.*s", prefix, (int)e.n_name, e.name,
			    (int)e.value.n, e.value.data);
		if (e.type != VICI_SECTION || *prefix)
			continue;
		snprintf(name, sizeof(name), "%.*s.", (int)e.n_name, e.name);
		print_values(e.value, name);
	}
}

static void print_event(const struct vici_packet *packet)
{
	if (packet->type != VICI_EVENT)
		return;
	print_time();
	printf(" %.*s", (int)packet->n_name, packet->name);
	print_values(packet->message, "");
	putchar('\n');
}

/* Events that are registered already may come before the answer. */
static void enlist(int fd, const char *event)
{
	struct vici_writer writer = { 0 };
	struct vici_packet packet;

	vici_begin(&writer, VICI_EVENT_REGISTER, event);
	errno = -vici_writer_finish(&writer);
	if (errno || write(fd, writer.data, writer.n) != (ssize_t)writer.n)
		die(event);
	vici_writer_clear(&writer);
	do {
		if (!receive(fd, &packet) ||
		    packet.type == VICI_EVENT_UNKNOWN)
			die(event);
		print_event(&packet);
	} while (packet.type != VICI_EVENT_CONFIRM);
}

int main(int argc, char **argv)
{
	static const char *const events[] = { "ike-updown", "child-updown",
		"ike-update", "ike-rekey", "child-rekey" };
	struct vici_packet packet;
	int fd;

	if (argc != 2) {
		fputs("usage: vici-monitor SOCKET\n", stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	fd = dial(argv[1]);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		enlist(fd, events[i]);
	print_time();
	puts(" registered");
	while (receive(fd, &packet))
		print_event(&packet);
	return 0;
}
