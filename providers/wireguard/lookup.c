/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/wireguard/lookup.h"

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* getaddrinfo() and what it loads need some; the default is 8 MiB. */
enum { STACK_SIZE = 512 * 1024 };

/* The thread's, and until it has been given up, the loop's. */
struct question {
	pthread_mutex_t lock;   /* of what follows */
	struct lookup *asker;   /* NULL: given up */
	bool is_answered;
	int error;
	struct ip address;
	char host[];
};

struct lookup {
	uv_async_t answered;
	void (*found)(void *ctx, int error, const struct ip *address);
	void *ctx;
	struct question *question;
};

static _Atomic unsigned n_threads;

static void question_free(struct question *q)
{
	pthread_mutex_destroy(&q->lock);
	free(q);
}

/* ---- in the thread ---- */

static void read_address(const struct addrinfo *info, struct ip *ret)
{
	*ret = (struct ip){ .family = (uint32_t)info->ai_family };
	if (info->ai_family == AF_INET6)
		ret->in6 = ((struct sockaddr_in6 *)info->ai_addr)->sin6_addr;
	else
		ret->in = ((struct sockaddr_in *)info->ai_addr)->sin_addr;
}

static int find(const char *host, struct ip *ret)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *all, *info;
	int error = getaddrinfo(host, NULL, &hints, &all);

	if (error)
		return error;
	for (info = all; info; info = info->ai_next)
		if (info->ai_family == AF_INET || info->ai_family == AF_INET6)
			break;
	if (info)
		read_address(info, ret);
	freeaddrinfo(all);
	return info ? 0 : EAI_NONAME;
}

static void *run(void *data)
{
	struct question *q = data;
	struct ip address = { 0 };
	int error = find(q->host, &address);
	bool is_given_up;

	pthread_mutex_lock(&q->lock);
	is_given_up = !q->asker;
	q->is_answered = true;
	q->error = error;
	q->address = address;
	if (q->asker)
		uv_async_send(&q->asker->answered);
	pthread_mutex_unlock(&q->lock);
	if (is_given_up)
		question_free(q);
	n_threads--;
	return NULL;
}

/* Signals are the loop's. */
static int start(struct question *q)
{
	sigset_t all, former;
	pthread_attr_t attributes;
	pthread_t thread;
	int r;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &former);
	r = pthread_create(&thread, &attributes, run, q);
	pthread_sigmask(SIG_SETMASK, &former, NULL);
	pthread_attr_destroy(&attributes);
	return r;
}

/* ---- in the loop ---- */

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* The thread may be in uv_async_send(), of which it lets go first. */
static void on_answered(uv_async_t *async)
{
	struct lookup *lookup = async->data;
	struct question *q = lookup->question;
	struct ip address;
	int error;

	pthread_mutex_lock(&q->lock);
	error = q->error;
	address = q->address;
	pthread_mutex_unlock(&q->lock);
	question_free(q);
	uv_close((uv_handle_t *)async, on_closed);
	lookup->found(lookup->ctx, error, &address);
}

static struct question *question_new(struct lookup *asker, const char *host)
{
	size_t n = strlen(host) + 1;
	struct question *q = calloc(1, sizeof(*q) + n);

	if (!q)
		return NULL;
	pthread_mutex_init(&q->lock, NULL);
	q->asker = asker;
	memcpy(q->host, host, n);
	return q;
}

int lookup_begin(uv_loop_t *loop, const char *host,
    void (*found)(void *ctx, int error, const struct ip *address), void *ctx,
    struct lookup **ret)
{
	struct lookup *lookup;

	if (n_threads >= LOOKUPS_MAX)
		return EAI_AGAIN;
	lookup = calloc(1, sizeof(*lookup));
	if (!lookup)
		return EAI_MEMORY;
	lookup->question = question_new(lookup, host);
	if (!lookup->question ||
	    uv_async_init(loop, &lookup->answered, on_answered) < 0) {
		if (lookup->question)
			question_free(lookup->question);
		free(lookup);
		return EAI_MEMORY;
	}
	lookup->answered.data = lookup;
	lookup->found = found;
	lookup->ctx = ctx;
	n_threads++;
	if (start(lookup->question)) {
		n_threads--;
		question_free(lookup->question);
		uv_close((uv_handle_t *)&lookup->answered, on_closed);
		return EAI_AGAIN;
	}
	*ret = lookup;
	return 0;
}

void lookup_cancel(struct lookup *lookup)
{
	struct question *q = lookup ? lookup->question : NULL;
	bool is_answered;

	if (!lookup)
		return;
	pthread_mutex_lock(&q->lock);
	q->asker = NULL;
	is_answered = q->is_answered;
	pthread_mutex_unlock(&q->lock);
	/* The thread has nothing more to do with it. */
	if (is_answered)
		question_free(q);
	uv_close((uv_handle_t *)&lookup->answered, on_closed);
}
