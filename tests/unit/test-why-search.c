/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why, searched: in random profiles, in which anything may be amiss, whatever
 * why names is made true, and the node must come up; if one thing is left
 * out, it must not. What why says is not possible does not happen by chance.
 *
 * To make it true that a node is down is to take down what `down` says pulls
 * it. What is under way, named or not, comes to an end; of what is coming it
 * is enough that it brings the node up if it comes, or if it does not.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/fake/schema.h"
#include "providers/schemas.h"
#include "resolver/profile.h"
#include "tests/unit/story.h"

/* ---- dice ---- */

static uint64_t random_state;

/* How much of the language the dice use. */
static enum { PLAIN, CONDITIONS, EVERYTHING } level;

static uint32_t pick(uint32_t n)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 33) % n;
}

static bool chance(uint32_t percent)
{
	return pick(100) < percent;
}

enum { NODES_MAX = 9, LEAVES_MAX = 32, NAME_MAX_ = 64, N_TRIES = 30 };

/* A list of up to max earlier nodes, each once. */
static uint32_t add_list(
    struct text *text, const char *key, uint32_t n, uint32_t max)
{
	uint32_t first = pick(n), count = 1 + pick(max);

	if (count > n)
		count = n;
	text_printf(text, ", %s: [", key);
	for (uint32_t i = 0; i < count; i++)
		text_printf(text, "%sn%u", i ? ", " : "", (first + i) % n);
	text_append(text, "]");
	return count;
}

static void add_literal(struct text *text, uint32_t n, uint32_t *events)
{
	bool is_not = chance(30);

	if (is_not)
		text_append(text, "not ");
	if (chance(30) || (is_not && level < EVERYTHING)) {
		text_printf(text, "(from e%u", *events);
		++*events;
		if (chance(60)) {
			text_printf(text, " until e%u", *events);
			++*events;
		}
		text_append(text, ")");
	} else {
		text_printf(text, "n%u", pick(n));
	}
}

static void add_condition(struct text *text, uint32_t n, uint32_t *events)
{
	uint32_t count = 1 + pick(3);

	text_append(text, ", when: ");
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			text_append(text, chance(50) ? " and " : " or ");
		add_literal(text, n, events);
	}
}

static void add_node(struct text *text, uint32_t i, uint32_t *events)
{
	static const char *const starts[] = { "manual", "hotplug", "hotplug" };
	uint32_t kind = pick(10);
	bool is_any = false;

	text_printf(text, "  n%u: { ", i);
	if (i == 0 || kind == 0) {
		text_printf(text, "kind: link, device: dev%u", i);
	} else if (kind == 1) {
		text_printf(text, "kind: state, from: e%u, until: e%u",
		    *events, *events + 1);
		*events += 2;
		kind = 1;
	} else if (kind < 5) {
		is_any = chance(70);
		text_printf(text, "kind: %s", is_any ? "any" : "all");
		add_list(text, "of", i, 3);
		if (level > PLAIN && chance(30) && is_any)
			text_append(text, ", try: in-order");
	} else {
		text_append(text, "kind: fake");
		if (chance(50))
			text_printf(text, ", over: n%u", pick(i));
	}
	if (i && kind >= 5 && chance(60))
		add_list(text, "requires", i, 2);
	if (i && chance(15))
		add_list(text, "after", i, 1);
	if (i && kind != 1 && level > PLAIN && chance(35))
		add_condition(text, i, events);
	text_printf(text, ", start: %s }\n", starts[pick(3)]);
}

struct world {
	struct story story;
	uint32_t n, n_events;
	char target[NAME_MAX_];
	bool must_prevent; /* what is coming does not come up */
};

static void set_outcome(struct world *world, const char *name, bool is_well)
{
	struct fake_outcome outcome = { .error = "the dice say so" };

	switch (is_well ? 9 : pick(10)) {
	case 0:
		outcome.permanent = true;
		break;
	case 1:
		outcome.fails = 1000;
		break;
	case 2:
		outcome.unmet = true;
		break;
	case 3:
		outcome.never = true;
		break;
	}
	ck_assert_int_eq(fake_set(world->story.fake, name, &outcome), 0);
}

static const char *const cards[] = { "eth0", "eth1" };

static void each_name(struct world *world,
    void (*f)(struct world *world, const char *name))
{
	char name[NAME_MAX_];

	f(world, "wired");
	for (uint32_t i = 0; i < world->n; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		f(world, name);
		for (size_t k = 0; k < ARRAY_SIZE(cards); k++) {
			snprintf(name, sizeof(name), "n%u@%s", i, cards[k]);
			f(world, name);
		}
	}
	for (size_t k = 0; k < ARRAY_SIZE(cards); k++) {
		snprintf(name, sizeof(name), "wired@%s", cards[k]);
		f(world, name);
	}
}

static struct node *find(struct world *world, const char *name)
{
	return resolver_find(fake_resolver(world->story.fake), name);
}

static void disturb(struct world *world, const char *name)
{
	const struct node *node = find(world, name);

	if (strchr(name, '@') || (node && !node_is_template(node)))
		set_outcome(world, name, false);
}

static void touch(struct world *world, const char *name)
{
	if (!find(world, name))
		return;
	if (chance(12))
		story_up(&world->story, name);
	else if (chance(5))
		story_force_down(&world->story, name);
}

static char *make_profile(uint64_t seed, struct world *world)
{
	struct text text = { 0 };

	random_state = seed * 0x9e3779b97f4a7c15u + 1;
	for (int i = 0; i < 8; i++)
		pick(2);
	world->n = 2 + pick(NODES_MAX - 1);
	world->n_events = 0;
	text_append(&text, "  wired: { kind: link, match: "
			   "{ type: ethernet }, start: hotplug }\n");
	for (uint32_t i = 0; i < world->n; i++)
		add_node(&text, i, &world->n_events);
	return text_steal(&text);
}

/* "over: n0" becomes "over: wired" now and then: a card each. */
static void put_cards(char **profile)
{
	struct text text = { 0 };

	for (char *at = *profile; *at;) {
		if (!strncmp(at, "over: n", 7) && chance(40)) {
			text_append(&text, "over: wired");
			at += 8;
		} else {
			text_append_char(&text, *at++);
		}
	}
	free(*profile);
	*profile = text_steal(&text);
}

static void collect_target(struct world *world, const char *name)
{
	const struct node *node = find(world, name);

	if (node && node_state(node) != NODE_UP && chance(30))
		snprintf(world->target, sizeof(world->target), "%s", name);
}

/* As story_begin(), but a profile that is refused (dice make cycles) is no
 * mistake. */
static bool begin_quietly(struct story *story, const char *nodes)
{
	const struct schema *kinds[32] = { &schema_fake };
	_cleanup_(text_clear) struct text text = { 0 };
	struct diagnostics diagnostics = { 0 };

	*story = (struct story){ 0 };
	for (size_t i = 0; provider_schemas[i]; i++)
		kinds[i + 1] = provider_schemas[i];
	text_printf(&text, "version: 1\nnodes:\n%s", nodes);
	if (profile_load(&(struct source){ "dice.yaml", text.data, text.n },
		1, kinds, &diagnostics, &story->profile))
		story->profile = NULL;
	diagnostics_clear(&diagnostics);
	if (!story->profile)
		return false;
	ck_assert_int_eq(fake_new(story->profile, NULL, &story->fake), 0);
	return true;
}

static bool world_begin(struct world *world, uint64_t seed, char **ret_profile)
{
	char *profile = make_profile(seed, world);
	char event[16];

	put_cards(&profile);
	*ret_profile = profile;
	world->target[0] = '\0';
	world->must_prevent = false;
	if (!begin_quietly(&world->story, profile))
		return false;
	each_name(world, disturb);
	for (size_t i = 0; i < ARRAY_SIZE(cards); i++)
		if (chance(60))
			story_plug(&world->story, cards[i]);
	for (uint32_t i = 0; i < world->n; i++) {
		snprintf(event, sizeof(event), "dev%u", i);
		if (chance(60))
			story_plug(&world->story, event);
	}
	each_name(world, touch);
	for (uint32_t i = 0; i < world->n_events; i++) {
		snprintf(event, sizeof(event), "e%u", i);
		if (chance(25))
			fake_emit(world->story.fake, event);
	}
	fake_advance(world->story.fake, pick(5) * 1000);
	each_name(world, collect_target);
	return world->target[0];
}

static void world_end(struct world *world, char *profile)
{
	if (world->story.fake)
		story_end(&world->story);
	free(profile);
}

struct cause {
	enum why_cause cause;
	char node[NAME_MAX_], event[NAME_MAX_];
};

struct causes {
	struct cause items[LEAVES_MAX];
	uint32_t n;
};

static void add_cause(void *ctx, const struct why_line *line)
{
	struct causes *causes = ctx;
	struct cause *cause;

	if (line->cause == WHY_NONE)
		return;
	ck_assert_uint_lt(causes->n, LEAVES_MAX);
	ck_assert_ptr_nonnull(line->node);
	cause = &causes->items[causes->n++];
	*cause = (struct cause){ .cause = line->cause };
	snprintf(cause->node, NAME_MAX_, "%s", line->node);
	snprintf(cause->event, NAME_MAX_, "%s", line->event ? line->event : "");
}

static void ask(struct world *world, struct causes *ret)
{
	ret->n = 0;
	ck_assert_int_eq(resolver_why(fake_resolver(world->story.fake),
			     fake_now_ms(world->story.fake), world->target,
			     add_cause, ret), 0);
}

/* What nobody has tried yet works: why cannot know of it. */
static void calm(struct world *world, const char *name)
{
	const struct node *node = find(world, name);

	if (!node || (!node_is_template(node) &&
		(node_state(node) == NODE_IDLE ||
		    (node_state(node) == NODE_WAITING &&
			!node_reason(node)))))
		set_outcome(world, name, true);
}

static void plug_for(struct world *world, const char *name)
{
	const struct decl *decl = node_decl(find(world, name));
	const char *at = strchr(name, '@');

	if (decl->device)
		story_plug(&world->story, decl->device);
	else
		story_plug(&world->story, at ? at + 1 : "eth7");
}

static void reset(struct world *world, const char *name)
{
	ck_assert_int_eq(fake_reset(world->story.fake, &name, 1), 0);
}

/* Where `down` says who pulls it, that has to be taken down instead. */
static void take_down(struct world *world, const char *name)
{
	char puller[NAME_MAX_] = "";

	fake_clear_said(world->story.fake);
	story_force_down(&world->story, name);
	if (sscanf(fake_said(world->story.fake), "%*s stays: %63s pulls it",
		puller) == 1)
		story_force_down(&world->story, puller);
}

/* Makes it true. False: the test cannot. */
static bool make_true(struct world *world, const struct cause *cause)
{
	struct fake *fake = world->story.fake;

	switch (cause->cause) {
	case WHY_DEVICE:
		plug_for(world, cause->node);
		break;
	case WHY_UNMET:
	case WHY_STARTING:
		set_outcome(world, cause->node, true);
		fake_say(fake, cause->node, FAKE_UP);
		break;
	case WHY_FAILED:
		set_outcome(world, cause->node, true);
		reset(world, cause->node);
		break;
	case WHY_MASK:
	case WHY_UNASKED:
		story_up(&world->story, cause->node);
		break;
	case WHY_AFTER: /* it comes to an end, but not up */
		if (node_state(find(world, cause->node)) == NODE_STARTING)
			fake_say(fake, cause->node, FAKE_PERMANENT);
		else if (world->must_prevent)
			story_force_down(&world->story, cause->node);
		break;
	case WHY_UP:
		take_down(world, cause->node);
		break;
	case WHY_EVENT:
		if (!cause->event[0])
			return false;
		fake_emit(fake, cause->event);
		break;
	case WHY_STOPPING:
	case WHY_LATER:
		break;
	case WHY_NONE:
	case WHY_MISMATCH:
	case WHY_NEVER:
		return false;
	}
	return true;
}

/* Whatever is under way comes to an end by itself, well or not. */
static void end_start(struct world *world, const char *name)
{
	const struct node *node = find(world, name);

	if (node && !node_is_template(node) &&
	    node_state(node) == NODE_STARTING)
		fake_say(world->story.fake, name, FAKE_PERMANENT);
}

/* Makes all true but the one left out. */
static bool make_all_true(struct world *world, const struct causes *causes,
    uint32_t left_out)
{
	each_name(world, calm);
	for (uint32_t i = 0; i < causes->n; i++)
		if (i != left_out && !make_true(world, &causes->items[i]))
			return false;
	fake_advance(world->story.fake, 30000);
	each_name(world, end_start);
	fake_advance(world->story.fake, 30000);
	return true;
}

static bool is_up(struct world *world)
{
	const struct node *node = find(world, world->target);

	return node && node_state(node) == NODE_UP;
}

struct tally {
	uint32_t n_asked, n_still_down; /* all was made true */
	uint32_t n_left_out, n_up;      /* but one thing was not */
	uint32_t n_never, n_wrong; /* why said: not possible; and it was */
};

/* One thing after the other is left out: that node must not come up. */
static void leave_out(
    struct tally *tally, uint64_t seed, const struct causes *causes)
{
	for (uint32_t i = 0; i < causes->n; i++) {
		struct world world;
		char *profile;

		ck_assert(world_begin(&world, seed, &profile));
		/* What is under way comes to an end by itself. */
		if (causes->items[i].cause != WHY_STARTING &&
		    causes->items[i].cause != WHY_AFTER &&
		    make_all_true(&world, causes, i)) {
			tally->n_left_out++;
			tally->n_up += is_up(&world);
		}
		world_end(&world, profile);
	}
}

/* What was coming meanwhile came, or it did not: one of both will do. */
static bool is_up_without(uint64_t seed, const struct causes *causes)
{
	struct world world;
	char *profile;
	bool is_there;

	ck_assert(world_begin(&world, seed, &profile));
	world.must_prevent = true;
	make_all_true(&world, causes, UINT32_MAX);
	is_there = is_up(&world);
	world_end(&world, profile);
	return is_there;
}

static void toggle(struct world *world, const char *device)
{
	if (fake_unplug(world->story.fake, device))
		story_plug(&world->story, device);
}

static const char *any_name(struct world *world, char *name)
{
	uint32_t i = pick(world->n), card = pick(3);

	snprintf(name, NAME_MAX_, card < 2 ? "n%u@%s" : "n%u", i,
	    cards[card % 2]);
	return find(world, name) ? name : "wired";
}

static void do_something(struct world *world)
{
	char name[NAME_MAX_];

	switch (pick(5)) {
	case 0:
	case 1:
		story_up(&world->story, any_name(world, name));
		break;
	case 2:
		take_down(world, any_name(world, name));
		break;
	case 3:
		snprintf(name, sizeof(name), "dev%u", pick(world->n + 1));
		toggle(world, pick(2) ? name : cards[pick(2)]);
		break;
	case 4:
		snprintf(name, sizeof(name), "e%u",
		    pick(world->n_events + 1));
		fake_emit(world->story.fake, name);
		break;
	}
	fake_advance(world->story.fake, 30000);
}

/* What is not possible does not happen, whatever one does. */
static bool comes_up_by_chance(uint64_t seed)
{
	bool is_there = false;

	for (uint32_t i = 0; i < N_TRIES && !is_there; i++) {
		struct world world;
		char *profile;

		ck_assert(world_begin(&world, seed, &profile));
		random_state ^= (i + 1) * 0x2545f4914f6cdd1du;
		each_name(&world, calm);
		each_name(&world, end_start);
		for (int k = 0; k < 15 && !is_there; k++) {
			do_something(&world);
			is_there = is_up(&world);
		}
		world_end(&world, profile);
	}
	return is_there;
}

static void search_one(struct tally *tally, uint64_t seed)
{
	struct world world;
	struct causes causes;
	char *profile;

	if (!world_begin(&world, seed, &profile)) {
		world_end(&world, profile);
		return;
	}
	_cleanup_(free_ptr) char *why = story_why(&world.story, world.target);

	ask(&world, &causes);
	if (!make_all_true(&world, &causes, UINT32_MAX)) {
		tally->n_never++;
		tally->n_wrong += comes_up_by_chance(seed);
	} else if (is_up(&world) || is_up_without(seed, &causes)) {
		tally->n_asked++;
		leave_out(tally, seed, &causes);
	} else {
		tally->n_asked++;
		tally->n_still_down++;
		printf("# seed %llu\n%s%s", (unsigned long long)seed, profile,
		    why);
	}
	world_end(&world, profile);
}

static struct tally search(uint32_t n)
{
	struct tally tally = { 0 };

	for (uint64_t seed = 1; seed <= n; seed++)
		search_one(&tally, seed);
	printf("# %u asked, %u still down, %u never (%u were possible); "
	       "%u left out, %u up\n",
	    tally.n_asked, tally.n_still_down, tally.n_never, tally.n_wrong,
	    tally.n_left_out, tally.n_up);
	ck_assert_uint_gt(tally.n_asked, n / 2);
	return tally;
}

START_TEST(what_why_names_brings_it_up_and_nothing_less_does)
{
	struct tally tally;

	level = PLAIN;
	tally = search(3000);
	ck_assert_uint_eq(tally.n_still_down, 0);
	ck_assert_uint_eq(tally.n_never, 0);
	/* What two ways share is not always seen when one is chosen. */
	ck_assert_uint_le(tally.n_up, tally.n_left_out / 1000);
}
END_TEST

/* Conditions share things with what is required, which a choice made from
 * below does not always see. */
START_TEST(so_it_is_with_conditions)
{
	struct tally tally;

	level = CONDITIONS;
	tally = search(3000);
	ck_assert_uint_eq(tally.n_still_down, 0);
	ck_assert_uint_eq(tally.n_wrong, 0);
	ck_assert_uint_le(tally.n_up, tally.n_left_out / 100);
}
END_TEST

/* The dice make nodes that require what their conditions forbid, too. */
START_TEST(so_it_is_with_conditions_that_forbid)
{
	struct tally tally;

	level = EVERYTHING;
	tally = search(3000);
	ck_assert_uint_eq(tally.n_still_down, 0);
	/* What one choice needs is taken as needed by all. */
	ck_assert_uint_le(tally.n_wrong, tally.n_never / 30);
	ck_assert_uint_le(tally.n_up, tally.n_left_out / 50);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("why-search");
	TCase *tc = tcase_create("why-search");
	SRunner *sr;
	int n_failed;

	tcase_set_timeout(tc, 120);
	tcase_add_test(
	    tc, what_why_names_brings_it_up_and_nothing_less_does);
	tcase_add_test(tc, so_it_is_with_conditions);
	tcase_add_test(tc, so_it_is_with_conditions_that_forbid);
	suite_add_tcase(suite, tc);
	sr = srunner_create(suite);
	srunner_run_all(sr, CK_ENV);
	n_failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return n_failed > 0;
}
