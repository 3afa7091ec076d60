/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel was told of a link (RTM_NEWLINK), kept to be compared with
 * what it is to be told next. */
#pragma once

#include <stdbool.h>

struct nl_msg;

/* A copy, for free(); NULL of NULL, or without memory. */
void *made_message_copy(const struct nl_msg *msg);

/* True when msg says the same. A copy that is NULL says nothing. */
bool made_message_is(const void *copy, const struct nl_msg *msg);

/* True when both say the same of what is the kind's (IFLA_LINKINFO). A copy
 * that is NULL says nothing. */
bool made_message_has_info_of(const void *copy, const struct nl_msg *msg);

/* True when a link that is as the copy says can be changed to what msg says:
 * it is of the same kind, and every attribute of the kind (IFLA_INFO_DATA)
 * that it was given has a value in msg, too; one that is left out would stay
 * as it is. */
bool made_message_can_follow(const void *copy, const struct nl_msg *msg);

/* The same of a port: what the copy has in IFLA_PROTINFO, and that it has an
 * IFLA_AF_SPEC. */
bool made_message_port_can_follow(const void *copy, const struct nl_msg *msg);
