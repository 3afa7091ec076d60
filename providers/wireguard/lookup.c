/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/wireguard/lookup.h"

#include <stdlib.h>

struct lookup {
	uv_getaddrinfo_t request;
	void (*found)(void *ctx, int error, const struct ip *address);
	void *ctx; /* NULL: given up */
};

static void read_address(const struct addrinfo *info, struct ip *ret)
{
	*ret = (struct ip){ .family = (uint32_t)info->ai_family };
	if (info->ai_family == AF_INET6)
		ret->in6 = ((struct sockaddr_in6 *)info->ai_addr)->sin6_addr;
	else
		ret->in = ((struct sockaddr_in *)info->ai_addr)->sin_addr;
}

static void on_answer(
    uv_getaddrinfo_t *request, int status, struct addrinfo *info)
{
	struct lookup *lookup = request->data;
	struct addrinfo *all = info;
	struct ip address = { 0 };

	while (info && info->ai_family != AF_INET &&
	    info->ai_family != AF_INET6)
		info = info->ai_next;
	if (info)
		read_address(info, &address);
	else if (!status)
		status = UV_EAI_NODATA;
	uv_freeaddrinfo(all);
	if (lookup->ctx)
		lookup->found(lookup->ctx, status, &address);
	free(lookup);
}

int lookup_begin(uv_loop_t *loop, const char *host,
    void (*found)(void *ctx, int error, const struct ip *address), void *ctx,
    struct lookup **ret)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct lookup *lookup = calloc(1, sizeof(*lookup));
	int r;

	if (!lookup)
		return UV_ENOMEM;
	lookup->found = found;
	lookup->ctx = ctx;
	lookup->request.data = lookup;
	r = uv_getaddrinfo(
	    loop, &lookup->request, on_answer, host, NULL, &hints);
	if (r < 0) {
		free(lookup);
		return r;
	}
	*ret = lookup;
	return 0;
}

void lookup_cancel(struct lookup *lookup)
{
	if (!lookup)
		return;
	lookup->ctx = NULL;
	/* Only what has not begun is given up at once. */
	(void)uv_cancel((uv_req_t *)&lookup->request);
}
