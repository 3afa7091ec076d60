/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stories for tests of the resolver: a profile as text, run against the
 * simulated provider. Any mistake in a story fails the test.
 */
#pragma once

#include "providers/fake/fake.h"
#include "resolver/profile.h"

struct story {
	struct profile *profile;
	struct fake *fake;
	struct text moves; /* "lan@eth0 idle waiting\n", ... */
	struct text causes; /* "lan@eth0 up: reported by its provider\n", ... */
	uint32_t n_moves;
	uint32_t n_bad_moves; /* that the state machine does not have */
	char bad_move[160];
	struct profile *former[8]; /* before reloads */
	uint32_t n_former;
};

/* The profile's text is the value of `nodes:`, indented by two. rigid_kind:
 * nodes of that kind cannot rebind; or NULL. */
void story_begin(struct story *story, const char *nodes,
    const char *rigid_kind);
void story_end(struct story *story);

/* Ethernet cards; a name, or several separated by blanks. */
void story_plug(struct story *story, const char *keys);
void story_unplug(struct story *story, const char *key);
void story_up(struct story *story, const char *names);
void story_down(struct story *story, const char *names);
void story_force_down(struct story *story, const char *names);
void story_report(
    struct story *story, const char *name, enum report_type type);
void story_advance(struct story *story, uint64_t ms);

/* How starts of the node end from now on; see fake_set(). */
void story_set(struct story *story, const char *name,
    const struct fake_outcome *outcome);
/* "address=192.0.2.7 domain=corp.example": all its facts now. */
void story_facts(struct story *story, const char *name, const char *facts);
void story_emit(struct story *story, const char *event);
void story_reset(struct story *story, const char *names);
void story_restart(struct story *story, const char *names);
/* Another profile, in the form of story_begin(). */
struct profile *story_load(const char *nodes);
void story_reload(struct story *story, const char *nodes);

/* The fact that the node's user sees; value NULL: there is none. */
void story_expect_fact(struct story *story, const char *name,
    const char *key, const char *value);
/* "wired@eth0 up, lan@eth0 starting, vpn0 absent" */
void story_expect(struct story *story, const char *states);
/* The actions since the last call: "start wired@eth0, start lan@eth0" */
void story_expect_trace(struct story *story, const char *actions);
/* The moves since the last call, each with its cause, a line each: "x up: event
 * on\n" */
void story_expect_causes(struct story *story, const char *lines);
/* What up and down said since the last call contains the text. */
void story_expect_said(struct story *story, const char *text);
/* Every text, separated by '|', stands in what why says. */
void story_expect_why(
    struct story *story, const char *name, const char *texts);
/* That is what why says: "x (idle): needs y\n  y (failed): ...\n" */
void story_expect_lines(
    struct story *story, const char *name, const char *lines);
/* That is what status says the node waits for. */
void story_expect_words(
    struct story *story, const char *name, const char *words);
/* The explanation, for messages; to be freed. */
char *story_why(struct story *story, const char *name);

/* True when the state machine of doc/semantics.md has that move; unmet is a
 * state of its own here: "unmet". */
bool story_is_move(const char *from, const char *to);
