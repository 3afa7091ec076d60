/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node that is not up needs: for the files why*.c.
 *
 * The walk goes down from the node along what it waits for. A node needs all
 * of its *needs*, each another node that is to be up, and its *leaves*, the
 * things that would have to change. Where one of several would do (a member
 * of an `any`, an instance of a template, a side of `or`, riding along or
 * being asked for), the way with the fewest leaves is chosen, of equal ones
 * the first; what is under way by itself counts a little less than what is
 * not. The influence edges have no cycle, so the walk ends.
 *
 * How a node is reached is its mode: what is pulled needs nobody to ask for
 * it. Records of the walk hang on nodes by node->visited and node->n_inner.
 */
#pragma once

#include "base/heap.h"
#include "resolver/node.h"

enum why_mode {
	WHY_RIDES,   /* nothing pulls it but what pulls it now */
	WHY_PULLED,  /* it is pulled, or will be */
	WHY_CLEARED, /* and `netconf up` takes its mask off on the way */
	WHY_MODES,
};

struct leaf {
	enum why_cause cause;
	struct node *node; /* whom it is about */
	const struct trigger *trigger; /* of EVENT: what has to occur */
	bool is_dropped; /* the node comes up without it */
	bool is_told;
};

/* All that the answer names, each once. */
struct leaves {
	struct leaf *items;
	size_t n, capacity;
};

/* A node reached in one of the modes. */
struct way {
	bool is_open, is_solved, is_counted;
	bool asks; /* RIDES: somebody had better ask for it */
	bool is_gone; /* it is a part of the answer */
	uint32_t stamp;
	struct node *chosen; /* the member, or the instance; or NULL */
	uint64_t cost;
};

struct visit {
	struct node *node;
	struct way ways[WHY_MODES];
	uint32_t leaf_stamp;
	uint64_t leaves; /* causes, and events, counted already */
	uint32_t later_at; /* its place in walk->later, or 0 */
	uint32_t chain; /* see say_up() */
	struct node *pulls;
	bool is_printed;
	/* By what the walk has come to: it has to be up, or down. */
	bool will_be_up, will_be_down;
	bool is_sure; /* up, and not only as one of several that would do */
	bool will_come; /* up, too, as it rides or is pulled; to be prevented */
	bool will_be_pulled;
	bool is_shaken; /* it is up, and would not stay so */
	/* As why_possible() found. */
	int32_t var;
	bool has_to_be_up, has_to_be_down;
};

/* Something found, or still to be looked at. */
struct item {
	enum { ITEM_NODE, ITEM_LEAF, ITEM_OTHERS } type;
	enum why_mode mode;
	uint32_t depth;
	struct node *node;
	struct leaf leaf;
};

struct items {
	struct item *items;
	size_t n, capacity;
};

/* A step of a condition: the cost of making it true, and of false. */
struct side {
	uint64_t costs[2];
	uint32_t size; /* in steps, with its operands */
};

enum { VISITS_A_BLOCK = 128 };

/*
 * So many steps have been taken; at max it ends, with what it has come to by
 * then. Counted, not timed: the same question has the same answer. A step is
 * a look at a neighbour; what takes longer is several.
 */
struct why_steps {
	uint64_t n, max;
};

enum {
	WHY_STEPS_MAX = 16 * 1024 * 1024, /* of one command: a quarter second */
	STEPS_A_COPY = 32,      /* for each node */
	STEPS_A_DECISION = 256, /* of a copy */
	STEPS_A_LINE = 256,     /* that is told */
	LEAVES_A_STEP = 8,      /* that are compared with another */
};

struct walk {
	struct resolver *resolver;
	struct why_steps *steps;
	uint64_t limit; /* of the steps: part of max */
	struct visit **blocks;
	uint32_t n_visits, n_blocks;
	struct visit spare; /* when out of memory */
	uint32_t stamp, chain; /* numbers of counts, and of say_up() */
	bool failed;
	uint32_t n_marks; /* so often something new of the future was noted */
	bool has_falls; /* something will be down */
	bool takes_all; /* not only what was chosen */
	bool is_guided; /* only what why_possible() found is chosen */
	void (*on_leaf)(struct walk *walk, const struct leaf *leaf);
	void (*on_need)(
	    struct walk *walk, struct node *node, enum why_mode mode);
	struct items roots; /* nodes that are asked about */
	struct items stack; /* of those that are counted */
	struct heap later;  /* visits: what rides, what pulls before it */
	struct items open, found; /* of those who go all of it */
	struct items downs; /* of down_list() */
	struct leaves leaves;
	uint64_t cost;
	struct side sides[CONDITION_WORDS_MAX];
	uint32_t todo[CONDITION_WORDS_MAX]; /* 2 * step + its value */
};

static inline struct visit *visit_at(struct walk *walk, uint32_t i)
{
	return &walk->blocks[i / VISITS_A_BLOCK][i % VISITS_A_BLOCK];
}

/* Costs: leaves << 32, and how many of them do not end by themselves. */
#define COST_THING (((uint64_t)1 << 32) + 1)
#define COST_NEVER ((uint64_t)1 << 50)

/* ---- why-needs.c ---- */

struct visit *visit_of(struct walk *walk, struct node *node);
/* Calls on_leaf and on_need for what the node needs; nothing if it is there.
 * The ways of what it may need must have been chosen, or takes_all. */
void needs_expand(struct walk *walk, struct node *node, enum why_mode mode);
/* The mode in which it is really looked at: pulled or asked for already.
 * *ret_leaf: that it is masked or that nobody asks for it, or NONE. */
enum why_mode needs_mode(struct walk *walk, struct node *node,
    enum why_mode mode, struct leaf *ret_leaf);
/* Calls f for each that might do in the place of the chosen one: instances
 * of a template, or members of a group until f says false. */
void needs_each_option(struct walk *walk, struct node *node,
    enum why_mode mode,
    bool (*f)(struct walk *walk, struct node *node, struct node *option,
	enum why_mode mode, void *ctx),
    void *ctx);
/* Works out what the parts of its condition cost, so that expanding it later
 * needs no walk_cost() that is not known. */
void needs_weigh(struct walk *walk, struct node *node);
/* Available; of a template, some instance. */
bool needs_is_there(const struct node *node);
bool needs_is_blocking(const struct node *node);
/* It is there, and stays so when all is done that why names. */
bool needs_will_stay(struct walk *walk, struct node *node);
/* Something is wrong with its condition, now. */
bool needs_condition(const struct node *node);
/* The value of the latch, false where there is no card yet. */
bool needs_latch(const struct node *node, uint32_t index);
/* The node whose event the interval's from (or until) is; NULL: none. */
struct node *needs_event_node(
    const struct node *node, uint32_t latch, bool is_until);
uint64_t leaf_cost(const struct leaf *leaf);

/* ---- why-condition.c ---- */

/* As needs_expand(): the parts of its condition that are to change. */
void condition_expand(struct walk *walk, struct node *node);
/* The node, or template, that the condition names there. */
struct node *condition_target(const struct node *node, uint32_t name);
/* Its condition is true, once what will be up and down is. */
bool condition_will_hold(struct walk *walk, struct node *node);

/* ---- why-future.c ---- */

/* Notes with the visits what will be: of what the node needs whatever is
 * chosen, or (NULL) of the chosen way that was just counted. */
void future_mark(struct walk *walk, struct node *node);

/* ---- why-walk.c ---- */


/* NULL when out of memory. One walk at a time, while nothing settles. */
struct walk *walk_new(
    const struct resolver *resolver, struct why_steps *steps);
/* It has failed, or taken the steps that it may take: it comes to no end. */
static inline bool walk_is_over(const struct walk *walk)
{
	return walk->failed || walk->steps->n >= walk->limit;
}
void walk_free(struct walk *walk);
void items_push(
    struct walk *walk, struct items *items, const struct item *item);
/* Adds a node to walk->open. */
void walk_push(struct walk *walk, struct node *node, enum why_mode mode);
struct way *way_of(struct walk *walk, struct node *node, enum why_mode mode);
/* Chooses ways for the roots and all below them, in rounds: what one choice
 * brings up, or takes down, decides conditions in the next. Marks each way that
 * is gone in the end. */
void walk_solve(struct walk *walk);
/* The same anew, with what why_possible() found. */
void walk_solve_guided(struct walk *walk);
/* The leaves of the chosen way; 0 until it is chosen. */
uint64_t walk_cost(struct walk *walk, struct node *node, enum why_mode mode);
/* The leaves if it were asked about by itself. For what is told: it leaves
 * other ways and walk->open as they are. */
uint64_t walk_cost_alone(struct walk *walk, struct node *node);

/* ---- why.c ---- */

/* The leaf in walk->leaves, or NULL. */
struct leaf *leaves_find(struct leaves *leaves, const struct leaf *leaf);
/* -ENOMEM: not added. */
int leaves_add(struct leaves *leaves, const struct leaf *leaf);
/* What why would name of the node, within the limit of the other walk. 0,
 * -ENOMEM. */
int why_collect(const struct walk *other, struct resolver *resolver,
    const char *name, struct leaves *ret);
/* As resolver_why(), within these steps. 1: it is not sure of the answer. */
int why_within(const struct resolver *resolver, uint64_t now_ms,
    const char *name, struct why_steps *steps,
    void (*f)(void *ctx, const struct why_line *line), void *ctx);

/* ---- why-rehearse.c ---- */

enum why_check {
	CHECK_FAILS, /* they are not enough, or contradict each other */
	CHECK_HOLDS, /* they are enough, and none is left out in vain */
	CHECK_OPEN,  /* what they come to is not known: facts of a location */
};

/* Makes sure of walk->leaves: adds what else is needed, at the end, and drops
 * what is not. enum why_check, or -ENOMEM. */
int why_check(struct walk *walk, struct node *goal);

/* ---- why-possible.c ---- */

enum possible {
	POSSIBLE_NOT,
	POSSIBLE_SO,      /* how, is noted with the visits */
	POSSIBLE_PERHAPS, /* it would take too long to find out */
};

/* Can the node be up, whatever is done? With the cards that are there, and if
 * what has to be down can be kept down. */
enum possible why_possible(struct walk *walk, struct node *goal);

/* ---- why-words.c ---- */

/* Appends the leaf in words, as of its node. walk: may be NULL, if it is no
 * WHY_UP. */
void say_leaf(struct walk *walk, struct text *text, const struct leaf *leaf);
/* Appends what a node waits for, by name; `first` says that something is
 * there already. False: it waits for nothing that has a name. */
bool say_needs(struct text *text, const struct node *node, bool is_first);
/* The words, then the prerequisites that are not there. */
void say_missing(
    struct text *text, const char *words, const struct node *node);
void say_span(struct text *text, uint64_t from_ms, uint64_t to_ms);
/* Appends "2 things" or the like. */
void say_cost(struct text *text, uint64_t cost);

/* ---- why-up.c ---- */

/* The nearest node above that is asked for and pulls this one, or the node
 * itself; NULL: there is none, it comes by itself. is_future: does not count
 * on what will be down, nor on pulls of in-order groups that end when an
 * earlier member is up, as it will be. */
struct node *pull_source(
    struct walk *walk, struct node *node, bool is_future);
/* Whom to take down for the node to go down: itself, or else all that are asked
 * for and pull it. Returns whether only --force does. */
bool down_list(struct walk *walk, struct node *node, struct items *ret);
/* Appends for how long it is up, and why. */
void say_up(struct walk *walk, struct text *text, struct node *node);
