/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a resolver can be given next, by the user, the kernel, providers and
 * time, as explore.h says. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/model/world.h"

struct node;
struct profile;
struct resolver;

/* An input, or what providers and time do. */
struct step {
	uint8_t type; /* enum input_type */
	uint8_t name, report, number;
};

enum { STEPS_MAX = 256 };

struct steps {
	uint32_t n;
	struct step items[STEPS_MAX];
};

enum { NAMES_MAX = 32 };

/* Who is given it. */
struct stepper {
	struct profile *profile;
	struct resolver *resolver;
	bool has_resets; /* and failures for good */
	uint32_t n_names;
	char names[NAMES_MAX][16];
	struct node *tops[NAMES_MAX]; /* NULL: of an instance, or absent */
	bool has_facts[NAMES_MAX]; /* somebody uses them */
	bool down_is_all; /* the last one, a `down`, left nothing */
};

/* Looks up the names, of a profile and a resolver that are set. */
void stepper_begin(struct stepper *);

/* NULL: it has none now. */
struct node *stepper_node(const struct stepper *, uint32_t name);

/* Adds the first input: the devices that are there. */
void steps_add_beginnings(const struct stepper *, struct steps *);
/* How a start or a stop may end, and time. */
void steps_add_ends(const struct stepper *, struct steps *);
/* All inputs. */
void steps_add_inputs(const struct stepper *, struct steps *);

/* The resolver is told; what it decides is to be asked for. */
void step_give(struct stepper *, const struct step *);

/* As a world has it. */
struct input step_input(const struct stepper *, const struct step *);
