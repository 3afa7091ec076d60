/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links that nodes make: vlan, bridge, ... What they have in common; a kind
 * adds what is its own as a struct made_link_kind.
 *
 * A link is created, configured and set up by one message, and its node is up
 * when the kernel has acknowledged that and shown it. Which link that is, is
 * told by its name until then, and by its ifindex from then on: so it may be
 * renamed. A link of that name that is there already is not ours: the start
 * fails, and nothing is touched. The link is removed when the node stops;
 * removed by someone else, it is lost, and made again as after any failure.
 * It is up only when it looks as the kernel was told. What others change of it
 * is put right (made-repair.h); set down, it is unmet until then.
 *
 * Another configuration is taken in place where the kernel can do that. Where
 * it cannot, and where what the link stands on becomes another device that it
 * cannot be told of (IFLA_LINK), the link is made anew, and is unmet meanwhile.
 */
#pragma once

#include <stdbool.h>

#include "providers/provider.h"

struct fact;
struct made_option;
struct made_port_kind;
struct nl_msg;

/* The keys that all of them have, for their schemas. */
#define MADE_LINK_KEYS                                                     \
	{                                                                  \
	    .name = "name",                                                \
	    .type = VALUE_TEXT,                                            \
	    .flags = KEY_FIXED,                                            \
	    .check = device_name_check,                                    \
	    .doc = "The name of the device; without it, the node's own. A " \
		   "node that exists once per card needs one that differs " \
		   "from card to card, such as \"${device}.10\".",         \
	},                                                                 \
	{                                                                  \
	    .name = "mtu",                                                 \
	    .type = VALUE_INTEGER,                                         \
	    .min = 68, /* RFC 791: what every IPv4 link must carry */      \
	    .max = 65535,                                                  \
	    .doc = "Largest packet in bytes; without it, what the kernel " \
		   "chooses when the device is made.",                     \
	}

/* One more, for those that have an address. */
#define MADE_LINK_MAC                                                      \
	{                                                                  \
	    .name = "mac",                                                 \
	    .type = VALUE_TEXT,                                            \
	    .flags = KEY_FIXED,                                            \
	    .check = value_check_mac,                                      \
	    .doc = "Its link-layer address; without it, what the kernel "  \
		   "chooses.",                                             \
	}

/* What the device that the node is over is to the link. */
enum made_link_lower {
	LOWER_NONE, /* nothing */
	LOWER_LINK, /* its IFLA_LINK: there must be one */
	LOWER_DATA, /* put_data() tells the kernel of it, if there is one */
};

enum { MADE_LINK_SAID_SIZE = 256, MADE_LINK_FACTS_MAX = 4 };

struct made_link_kind {
	const char *name;     /* the kernel's, of IFLA_INFO_KIND */
	/* Where it depends on the configuration: another name; or NULL. */
	const char *(*name_of)(const struct job *job);
	enum made_link_lower lower;
	bool follows_carrier; /* up only with a carrier, else unmet */
	bool has_ports;       /* the key `ports` names nodes of that relation */
	bool takes_ports_down; /* only a port that is down can be taken */
	/* Of those, what `port-options` says; or NULL. */
	const struct made_port_kind *port;
	/* What it means that the name is free, and something is there all the
	 * same; NULL: the kernel says. */
	const char *exists;
	/* What the kernel means when it refuses to make it so, where its own
	 * words do not say; NULL: they do, or never mind. */
	const char *(*refused)(const struct job *job, int error);
	/* Says why it has no carrier, where that can be its own doing; said
	 * anew as its ports get and lose theirs. NULL: there is nothing to
	 * say. */
	void (*no_carrier)(
	    const struct job *job, char said[MADE_LINK_SAID_SIZE]);
	/* The attributes of IFLA_INFO_DATA; NULL: there are none. */
	const struct made_option *options;
	/* Appends them, where they are not shown, nor can change; or NULL. 0,
	 * or negative: no room in the message. */
	int (*put_data)(struct nl_msg *msg, const struct job *job);

	/* What the kind has of its own, of each job: made_link_own(), zeroed
	 * at first. release() lets go of what is in it; or NULL. */
	size_t own_size;
	void (*release)(struct job *job);
	/* Before the link is made; NULL: nothing to do. 0, or -errno and what
	 * is said of it: the start fails. */
	int (*prepare)(struct job *job, char said[MADE_LINK_SAID_SIZE]);
	/* The message that makes it, where that cannot be the one that
	 * configures it and sets it up, which then follows, without info of
	 * the kind. NULL: without memory. Both NULL, or is_created_apart()
	 * false: one message does all. No creation_msg: it is told all twice,
	 * and of its MTU by the second message. */
	bool (*is_created_apart)(const struct job *job);
	struct nl_msg *(*creation_msg)(
	    const struct job *job, const char *name);
	/* Makes it otherwise than by a message, which then only configures
	 * it and sets it up; NULL: by the message. As prepare(); -EEXIST: that
	 * name is taken. */
	int (*create)(struct job *job, const char *name,
	    char said[MADE_LINK_SAID_SIZE]);

	/* Puts right what others have changed of the options, where a message
	 * cannot: those that are MADE_ONLY_SHOWN; NULL: that is so of none. As
	 * prepare(). */
	int (*put_right)(struct job *job, const char *name,
	    char said[MADE_LINK_SAID_SIZE]);

	/*
	 * For those that have more to do once the link is there: the first
	 * three, and the others if they have any; else NULL.
	 *
	 * begin: it is there; the kind goes to work. change: the keys may be
	 * others. end: undoes what begin did but for the link, which may be
	 * gone; true: that is done, false: made_link_ended() will say so.
	 * rebind: facts of what the node stands on may be others. missing:
	 * what the node waits for, for people; "": not known yet; NULL:
	 * nothing, it may be up.
	 * facts: more of them, up to MADE_LINK_FACTS_MAX; returns how many.
	 */
	void (*begin)(struct job *job, uint32_t ifindex);
	void (*change)(struct job *job);
	bool (*end)(struct job *job);
	void (*rebind)(struct job *job);
	const char *(*missing)(const struct job *job);
	size_t (*facts)(const struct job *job, struct fact *facts);
};

/* The last thing that the kind does in a callback, as the job may be over
 * then: something is missing that was not, or the other way round, or facts
 * have changed; */
void made_link_evaluate(struct job *job, bool facts_have_changed);
/* it cannot go on: undoes all and says so; */
void made_link_fail(struct job *job, bool is_permanent, const char *format,
    ...) __attribute__((format(printf, 3, 4)));
/* what end() began is done. */
void made_link_ended(struct job *job);

void *made_link_own(const struct job *job);
/* The link's; 0: it is not there yet. */
uint32_t made_link_ifindex(const struct job *job);

/* Functions for struct provider, whose `own` is the kind. update only for
 * those that have ports, or keys that the kernel can change. */
void made_link_start(struct job *job, void *shared);
void made_link_stop(struct job *job, void *shared);
void made_link_rebind(struct job *job, void *shared);
void made_link_update(struct job *job, void *shared);
