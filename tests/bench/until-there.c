/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * until-there N FILE COMMAND...: runs the command in this network namespace
 * and writes into FILE, when N addresses of 10.0.0.0/8 have appeared: how long
 * that took, and the processor time that the command, with what it has waited
 * for, had taken when it was done or had nothing to do any more; both in
 * milliseconds. N is 0: when the command has ended. -N: when N links have gone,
 * whoever has removed them. Ends with the command (a signal ends both); exit
 * status 1 if the command ended before the addresses were there.
 */
#include "tests/bench/netlink.h"

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Looked at so often, as who wakes up for every event is in the way. */
enum { LOOK_MS = 1, QUIET_MS = 300 };

static struct netlink netlink;
static pid_t child;

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void wait_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

static void pass_on(int number)
{
	kill(child, number);
}

/* ---- processor time ---- */

/* Of one thread, in nanoseconds. */
static double thread_ns(const char *task, const char *thread)
{
	char path[400], text[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s/schedstat", task, thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strtod(text, NULL);
}

static double process_ms(pid_t pid)
{
	const struct dirent *entry;
	char task[64];
	double ns = 0;
	DIR *dir;

	snprintf(task, sizeof(task), "/proc/%d/task", pid);
	dir = opendir(task);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			ns += thread_ns(task, entry->d_name);
	if (dir)
		closedir(dir);
	return ns / 1e6;
}

static double ended_ms(void)
{
	struct rusage used;

	getrusage(RUSAGE_CHILDREN, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static bool has_ended(int *status)
{
	return waitpid(child, status, WNOHANG) == child;
}

/* When it has ended, or has done nothing for a while. */
static double settled_ms(bool *ended, int *status)
{
	double before = -1, now;

	while (!(*ended = has_ended(status))) {
		now = process_ms(child);
		if (now == before)
			return now;
		before = now;
		wait_ms(QUIET_MS);
	}
	return ended_ms();
}

/* ---- addresses ---- */

static bool is_address(const struct nlmsghdr *header)
{
	const struct ifaddrmsg *info = NLMSG_DATA(header);
	const struct rtattr *a = IFA_RTA(info);
	int left = (int)IFA_PAYLOAD(header);

	if (header->nlmsg_type != RTM_NEWADDR)
		return false;
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFA_LOCAL)
			return *(const uint8_t *)RTA_DATA(a) == 10;
	return false;
}

/* Of those that are called l0, l1, ...: a pair of veth has p0, p1, ... */
static bool is_link_gone(const struct nlmsghdr *header)
{
	const struct ifinfomsg *info = NLMSG_DATA(header);
	const struct rtattr *a = IFLA_RTA(info);
	int left = (int)IFLA_PAYLOAD(header);

	if (header->nlmsg_type != RTM_DELLINK || info->ifi_family != AF_UNSPEC)
		return false;
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == IFLA_IFNAME)
			return *(const char *)RTA_DATA(a) == 'l';
	return false;
}

static unsigned n_there(bool (*is_it)(const struct nlmsghdr *header))
{
	const struct nlmsghdr *header;
	unsigned n = 0;

	while ((header = netlink_next(&netlink)))
		n += is_it(header);
	return n;
}

int main(int argc, char **argv)
{
	const int large = 64 << 20;
	bool (*is_it)(const struct nlmsghdr *header) = is_address;
	unsigned wanted, there = 0;
	bool ended = false;
	double start, wall;
	int status = 0;
	FILE *file;

	if (argc < 4)
		errx(2, "usage: until-there N FILE COMMAND...");
	if (argv[1][0] == '-')
		is_it = is_link_gone;
	wanted = (unsigned)strtoul(argv[1] + (is_it == is_link_gone), NULL, 10);
	netlink_open(&netlink,
	    is_it == is_link_gone ? RTMGRP_LINK : RTMGRP_IPV4_IFADDR);
	(void)setsockopt(netlink.fd, SOL_SOCKET, SO_RCVBUFFORCE, &large,
	    sizeof(large));
	start = now_ms();
	child = fork();
	if (child == 0) {
		execvp(argv[3], argv + 3);
		err(127, "cannot run %s", argv[3]);
	}
	signal(SIGTERM, pass_on);
	signal(SIGINT, pass_on);
	while (((there += n_there(is_it)) < wanted || !wanted) &&
	    (!ended || is_it == is_link_gone)) {
		ended = ended || has_ended(&status);
		wait_ms(LOOK_MS);
	}
	wall = now_ms() - start;
	if (there < wanted)
		errx(1, "it has ended with %u of %u addresses", there, wanted);
	file = fopen(argv[2], "w");
	if (!file)
		err(1, "cannot write %s", argv[2]);
	fprintf(file, "%.2f %.2f\n", wall,
	    ended ? ended_ms() : settled_ms(&ended, &status));
	fclose(file);
	while (!ended && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
