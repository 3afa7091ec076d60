/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/closer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

/* The process has one closer; what it reads are descriptor numbers. */
static int queue_end = -1;

struct start {
	int from;
	sem_t runs;
};

static void *close_all(void *arg)
{
	struct start *start = arg;
	int from = start->from, fd;

	sem_post(&start->runs);
	while (read(from, &fd, sizeof(fd)) == sizeof(fd))
		close(fd);
	return NULL;
}

int closer_start(void)
{
	static struct start start; /* the thread may outlive this call in it */
	pthread_t thread;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	start.from = ends[0];
	sem_init(&start.runs, 0, 0);
	r = pthread_create(&thread, NULL, close_all, &start);
	if (r) {
		close(ends[0]);
		close(ends[1]);
		return -r;
	}
	pthread_detach(thread);
	/* It runs when this returns: a thread that only just starts makes
	 * system calls that it makes never again. */
	while (sem_wait(&start.runs))
		;
	/* A full pipe must not hold the loop up. The other end waits. */
	if (fcntl(ends[1], F_SETFL, O_NONBLOCK))
		return -errno;
	queue_end = ends[1];
	return 0;
}

void closer_close(int fd)
{
	if (fd < 0)
		return;
	if (write(queue_end, &fd, sizeof(fd)) != sizeof(fd))
		close(fd);
}
