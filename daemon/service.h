/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control service: what clients may ask, apart from how their bytes get
 * here (control.c). A session is one client's connection. Calls are answered
 * one after the other, as Varlink wants it; while one is answered by a
 * stream of changes, the next ones wait in the session's input.
 *
 *     service.c  sessions, replies, from bytes to method calls
 *     methods.c  the table of methods; those answered at once
 *     wait.c     up, down, wait, monitor: those answered by a stream
 *     stuck.c    what does not come up by itself, of what is waited for
 *     plan.c     what up would do
 *     names.c    the names of nodes in a call
 *     describe.c nodes and changes as JSON
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/list.h"
#include "base/text.h"
#include "daemon/permission.h"
#include "daemon/varlink.h"

struct decl;
struct diagnostics;
struct node;
struct notice;
struct profile;
struct resolver;
struct runner;
struct text;
struct wait;

struct service {
	struct runner *runner;
	const struct profile *profile;
	/* Goals or masks have been changed. Returns the number that
	 * service_stored() will tell when that has been stored. */
	uint64_t (*goals_changed)(void *ctx);
	uint64_t n_stored;
	/* Set by the owner: reads the profile again, see reload_profile().
	 * NULL: Reload is refused. */
	int (*reload)(void *ctx, struct diagnostics *diagnostics,
	    struct text *said);
	void *ctx;
	struct list sessions;
	/* Facts that nodes of the profile may have; owned. */
	const char **fact_names;
	size_t n_fact_names;
	bool is_ending; /* no more up and down */
	bool has_news;	/* see service_news() */
	/* Of stuck.c: how many nodes the resolver had visited when all was at
	 * rest; how many more it may visit, as of when. */
	uint64_t n_visited;
	int64_t visits;
	uint64_t visits_ms;
};

struct session {
	struct list link;
	struct service *service;
	struct peer peer;
	struct varlink_input input;
	struct wait *wait; /* the stream that the call is answered by */
	bool more, oneway; /* of the call */
	/* Set by send: it has taken so much that no further call is to be
	 * answered until session_resume(). */
	bool is_full;
	bool is_closed; /* the rest of the input is not looked at */
	/* What it is sent is held back until the goals it has changed have
	 * been stored: who has an answer may rely on it. */
	uint64_t save; /* its number */
	struct text held;
	/* Takes n bytes over (free()). A stream's bytes that find too many
	 * waiting may close the session, but not free it. */
	void (*send)(struct session *session, char *data, size_t n);
	/* All that was sent is to reach the client, then it is to go. */
	void (*close)(struct session *session);
};

/* 0 or -ENOMEM. */
int service_init(struct service *service, struct runner *runner,
    const struct profile *profile, uint64_t (*goals_changed)(void *ctx),
    void *ctx);

/* The changes of goals up to this one have been stored, or cannot be. */
void service_stored(struct service *service, uint64_t number);

/*
 * Another profile is to be the one in force; to be called before
 * runner_reload(), and again with the former one if that fails. What is
 * waited for goes on; a wait for a node that is declared no more is answered
 * by an error. 0, or -ENOMEM: nothing happened.
 */
int service_set_profile(
    struct service *service, const struct profile *profile);

/* Frees what it owns; accepts one that is {0}. All sessions have ended. */
void service_clear(struct service *service);

/* Passes a change on to those who watch. */
void service_changed(struct service *service, const struct notice *notice);

/* What is no change of a state is another: a goal, a mask, a fact, the
 * profile. Those who watch are told when all is at rest, unless by a change. */
void service_news(struct service *service);

/* All is at rest for the moment: ends the waits that are over. */
void service_settled(struct service *service);

/* send and close are set. Takes the peer over. */
void session_open(struct service *service, struct session *session,
    const struct peer *peer);

/* The client sent n bytes. May call send and close. */
void session_input(struct session *session, const char *data, size_t n);

/* Sends what is held back, now. */
void session_release(struct session *session);

/* The client has taken what was sent to it: goes on with its calls. */
void session_resume(struct session *session);

/* The client is gone: ends its wait, frees what the session owns. */
void session_end(struct session *session);

/* ---- for methods.c and wait.c ---- */

/* Answers the call. Parameters' references are taken over; NULL closes the
 * session: there was no memory for them. */
void session_reply(struct session *session, json_t *parameters);
void session_reply_more(struct session *session, json_t *parameters);
void session_error(
    struct session *session, const char *error, json_t *parameters);

/* Runs the method that the call names, or answers with an error. */
void methods_call(struct session *session, const struct varlink_call *call);

/* Up, Wait, Down, Monitor: the parameters have been checked against the
 * table. */
void wait_up(struct session *session, const json_t *parameters);
void wait_wait(struct session *session, const json_t *parameters);
void wait_down(struct session *session, const json_t *parameters);
void wait_monitor(struct session *session, const json_t *parameters);

void wait_restart(struct session *session, const json_t *parameters);
void wait_reset(struct session *session, const json_t *parameters);

/* Plan: the same. */
void plan_up(struct session *session, const json_t *parameters);

#define PLAN_IS_TOO_LONG "the plan is too long"
/* What `up` of these names, at least one, would do, as Plan answers it.
 * is_first: the resolver has just begun, and what it has decided has not been
 * carried out: that is what would be done first. 0 and *ret; -ENOENT, -E2BIG
 * (too long), -ENOMEM. */
int plan_make(const struct resolver *resolver, const char *const *names,
    size_t n, bool is_first, json_t **ret);

/* The service has another profile: see service_set_profile(). */
void wait_profile_changed(struct session *session);

/* Frees the session's wait, if there is one. */
void wait_end(struct session *session);

/* Is it the array of at least one node that the profile declares? False after
 * an error reply. */
bool names_check(struct session *session, const json_t *names);
/* Whose name that is, with @DEVICE or without; NULL: nobody's. */
const struct decl *names_decl(
    const struct service *service, const char *name);
/* The texts of the array; the list is the caller's to free, the texts are
 * not. NULL when out of memory. */
const char **names_list(const json_t *array);
/* Of names that passed names_check(): the one that the resolver does not
 * know. */
const char *names_missing(const struct service *service, const json_t *names);

/* Replies org.netconf.UnknownNode, with the nearest name there is. */
void session_unknown_node(struct session *session, const char *name);

/* As org.netconf.varlink has them; NULL when out of memory. */
json_t *describe_node(const struct service *service, const struct node *node);
json_t *describe_change(const struct notice *notice);
/* The lines of the text as an array. */
json_t *describe_lines(const struct text *text);
