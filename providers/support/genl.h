/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generic netlink: one socket for requests to one family (ethtool, ...). As
 * with rtnl: a request is answered once, unless it is cancelled; errors are
 * -errno with the kernel's words. There may be keys in what is asked and
 * answered: it is wiped after use.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uv.h>

#include "base/list.h"

struct genl;
struct nl_msg;
struct nlmsghdr;

/* Asks the kernel for the family, which may load a module. 0 or -errno:
 * -ENOENT when it has none of that name. */
int genl_open(uv_loop_t *loop, const char *family, struct genl **ret);
/* Cancels all requests; frees it when the loop has closed its handles.
 * Accepts NULL. */
void genl_close(struct genl *);

/* One request; embedded by who asks, alive until answered or cancelled. */
struct genl_request {
	struct list link;
	uint32_t sequence; /* 0: not sent yet */
	struct nl_msg *msg;
	/* Called with each message of the answer, or NULL. Its attributes
	 * follow GENL_HDRLEN bytes. */
	void (*reply)(struct genl_request *, const struct nlmsghdr *);
	/* error: 0 or -errno. message: the kernel's words, or "". */
	void (*done)(struct genl_request *, int error, const char *message);
	void *ctx; /* the asker's */
};

/* A message for genl_send(), whose attributes are to be appended; NULL: out of
 * memory. flags: NLM_F_DUMP, or 0. */
struct nl_msg *genl_new_msg(
    struct genl *, uint8_t command, uint8_t version, int flags);

/* Sends it (and frees it in every case; NULL: memory was out) and calls reply
 * and done later. A request under way is cancelled first. */
void genl_send(struct genl *, struct genl_request *, struct nl_msg *);
/* Frees one that is not sent after all. NULL is taken, too. */
void genl_free_msg(struct nl_msg *);

/* Legal at any time, also of one that is zeroed; neither reply nor done will
 * be called. What has been sent is carried out; what has not left is not. */
void genl_cancel(struct genl_request *);
bool genl_request_is_active(const struct genl_request *);

/* Opens a socket, for netlink_events_open(), that hears what the family tells
 * a group of listeners. 0 or -errno: -ENOENT when there is no such group. */
int genl_listen(const char *family, const char *group, int *ret_fd);
