/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random profiles and inputs, run against the resolver and against the model
 * at the same time. Everything follows from a seed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "resolver/resolver.h"

enum { KEYS_MAX = 20, ITEMS_MAX = 4, NODES_MAX = 60, INPUTS_MAX = 64 };

/* Of which profile a node or a key is not: the first one, or that of reloads.
 * Another key of the same name, or another node, may take its place there. */
enum { OUT_OF_FIRST = 1, OUT_OF_SECOND = 2, OUT_OF_BOTH = 3 };

/* A key of a node, so that parts of it can be left out. */
struct world_key {
	char name[12];
	bool is_list;
	uint8_t out;
	uint32_t n_items;
	char items[ITEMS_MAX][128];
};

struct world_node {
	char name[16], kind[12];
	uint8_t out;
	uint32_t n_keys;
	struct world_key keys[KEYS_MAX];
};

/* What a report may bring. */
enum { WORLD_N_FACTS = 7 };
extern const struct world_facts {
	uint32_t n;
	struct fact facts[2];
	const char *later; /* the key of a fact to come, or NULL */
} world_facts[WORLD_N_FACTS];

enum input_type {
	INPUT_DEVICES, /* the first: bits tell which are there */
	INPUT_PLUG,
	INPUT_UNPLUG,
	INPUT_UP,
	INPUT_DOWN,
	INPUT_FORCE,
	INPUT_RESET,
	INPUT_RESTART,
	INPUT_EMIT,
	INPUT_CRASH,
	INPUT_RELOAD, /* number: 0 the first profile, 1 the second */
	INPUT_REPORT,
	INPUT_ADVANCE, /* so many ms */
	INPUT_DEADLINE, /* to the next deadline */
};

struct input {
	enum input_type type;
	char name[160], other[160]; /* up, down, ...: of two, or empty */
	enum report_type report;
	bool is_permanent, is_late;
	bool is_leaving; /* of one that a reload has taken out */
	uint32_t number; /* ms, bits of devices, which facts */
};

struct world {
	uint32_t n_nodes, n_inputs;
	struct world_node nodes[NODES_MAX];
	struct input inputs[INPUTS_MAX];
	bool is_rigid; /* fake and kit nodes cannot follow */
	bool is_fixed; /* kit nodes cannot be updated */
	bool is_second; /* which profile is printed and loaded */
};

enum world_feature {
	WORLD_CARDS = 1 << 0,
	WORLD_GROUPS = 1 << 1,
	WORLD_WHEN = 1 << 2,
	WORLD_ORDER = 1 << 3, /* wants, after */
	WORLD_ADMIN = 1 << 4,
	WORLD_RIGID = 1 << 5,
	WORLD_IN_ORDER = 1 << 6,
	WORLD_HOLD = 1 << 7,
	WORLD_EVENTS = 1 << 8, /* intervals, state */
	WORLD_LOCATION = 1 << 9,
	WORLD_TASK = 1 << 10,
	WORLD_RESET = 1 << 11, /* reset, restart */
	WORLD_SEVERAL = 1 << 12, /* names in one up, down, ... */
	WORLD_CRASH = 1 << 13, /* and what is up is adopted */
	WORLD_RELOAD = 1 << 14,
	WORLD_KEYS = 1 << 15, /* of a kind: that name nodes, with facts */
	WORLD_ALL = (1 << 16) - 1,
};

uint32_t world_random(uint64_t *seed, uint32_t below);

/* A profile of n nodes at most, without inputs. */
void world_make(struct world *, uint64_t *seed, uint32_t n, unsigned features);

/* The second profile is another than the first. */
bool world_has_second(const struct world *);

/* The profile; and the inputs as steps of a scenario: netconf-scenario(5). */
void world_print(const struct world *, struct text *);
void world_print_steps(const struct world *, struct text *);
void world_print_input(const struct input *, struct text *);

/* The profile, loaded; NULL: it is refused. The environment's
 * MODEL_SHOW_REJECTED: says why. */
struct profile *world_load(const struct world *);
/* What resolver_options ask of providers. */
bool world_can_rebind(const struct world *, const struct node *);
bool world_can_update(const struct world *, const struct node *);
/* The devices that inputs name, and one of them as the kernel shows it. */
enum { WORLD_N_DEVICES = 4 };
extern const char *const world_device_keys[WORLD_N_DEVICES];
struct device world_device(const char *key);
/* Those that bits tell of; returns how many. */
size_t world_devices(uint32_t bits, struct device ret[WORLD_N_DEVICES]);

/* Leaves a node out, and what names it. */
void world_drop_node(struct world *, uint32_t index);

enum outcome { OUTCOME_SAME, OUTCOME_REJECTED, OUTCOME_DIFFERS };

/*
 * Runs the inputs; seed not NULL: makes n new ones up meanwhile, which follow
 * from the states. said receives what differs.
 */
enum outcome world_run(struct world *, uint64_t *seed, uint32_t n,
    unsigned features, struct text *said);
