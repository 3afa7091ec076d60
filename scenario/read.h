/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading scenarios: what its steps share. Functions return 0 or -ENOMEM;
 * what is wrong is reported, and loading goes on, to find all of it.
 */
#pragma once

#include "resolver/yaml.h"
#include "scenario/scenario.h"

/* A device that is there at the step being read. */
struct present {
	struct step_device device;
	struct present *next;
};

struct reader {
	const struct source *source;
	const struct scenario_options *options;
	struct diagnostics *diagnostics;
	struct scenario_file *file;
	/* Of the scenario being read: the profiles up to here, and all. */
	const struct profile **profiles;
	uint32_t n_profiles;
	struct present *present;
	uint32_t n_plugged;
};

/* Reports an error at mark; NULL as diagnostics_add(). */
struct diagnostic *read_error(struct reader *, const struct mark *mark,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same of what is no error. */
struct diagnostic *read_warning(struct reader *, const struct mark *mark,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Gives it "did you mean 'X'?" when one of the candidates is near. */
void read_suggest(struct reader *, struct diagnostic *, const char *name,
    const char *const *candidates, size_t n);
/* "'takes' must be a duration, such as 300ms, not a list" */
void read_type_error(struct reader *, const struct item *item,
    const char *what, const char *expected);

/* What a text item says; false, after a report, where it is no such thing. */
bool read_text(struct reader *, const struct item *item, const char *what,
    const char **ret);
bool read_bool(struct reader *, const struct item *item, const char *what,
    bool *ret);
bool read_duration(struct reader *, const struct item *item, const char *what,
    uint64_t *ret);
bool read_number(struct reader *, const struct item *item, const char *what,
    uint32_t *ret);
/* A mapping, also an empty one. */
bool read_mapping(struct reader *, const struct item *item, const char *what,
    const char *expected);
/* The place of the key among n, or -1 after a report. */
int read_key(struct reader *, const struct item *item, const char *owner,
    const char *const *keys, size_t n);
/* { KEY: VALUE, ... } */
int read_facts(struct reader *, const struct item *item, const char *what,
    const struct fact **ret, size_t *ret_n);
/* The items of a list; of a single one: itself. *ret_n of them. */
const struct item *read_items(const struct item *item, uint32_t *ret_n);

/* ---- profiles.c ---- */

/* The profile of these files, a text or a list of them. NULL: reported. */
int read_profile(struct reader *, const struct item *files,
    const struct profile **ret);

enum name_use {
	NAME_OF_NODE,     /* any */
	NAME_OF_PROVIDER, /* of what a provider carries out */
	NAME_OF_REPORT,   /* the same, and no template */
};

/* Reports a name, at that place, that none of the profiles up to here has.
 * False: it did. */
bool read_name(struct reader *, const char *name, const struct mark *mark,
    enum name_use use);

/* ---- steps.c, step-device.c ---- */

int read_steps(
    struct reader *, const struct item *item, struct scenario *scenario);

/* A list of devices, or one, that appear. */
int read_plug(struct reader *, const struct item *item,
    const struct step_device **ret, uint32_t *ret_n);
int read_change(struct reader *, const struct item *item, struct step *step);
int read_unplug(struct reader *, const struct item *item, struct step *step);

/* ---- lint.c ---- */

/*
 * Warns of events that no node of the scenario's profiles listens to, and of
 * facts that no kind gives. The item is that of the scenario, in which there
 * is no error.
 */
void scenario_lint(struct reader *, const struct item *item,
    const struct scenario *scenario);
