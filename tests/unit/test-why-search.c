/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why, searched: in random profiles, in which anything may be amiss, whatever
 * why names is made true (of commands, those that it says), and the node must
 * come up; if one thing is left out, it must not. What why says is not
 * possible, is not: all states are tried.
 *
 * What is under way ends well if it is named (starting); else (after, or not
 * named) once well and once not, and the node must come up in both.
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
#include "resolver/node.h"
#include "tests/model/options.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

/* ---- dice ---- */

static uint64_t random_state;

/* How much of the language the dice use. */
static enum { PLAIN, CONDITIONS, EVERYTHING, NODE_EVENTS } level;

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

enum { NODES_MAX = 9, LEAVES_MAX = 32, NAME_MAX_ = 64, MAX_ROWS = 64 };

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

/* One of its own, or of a node before it. */
static void add_event(struct text *text, uint32_t n, uint32_t *events)
{
	if (level == NODE_EVENTS && n && chance(40)) {
		text_printf(text, "n%u ", pick(n));
		text_append(text, chance(70) ? "up" : "down");
		return;
	}
	text_printf(text, "e%u", *events);
	++*events;
}

static void add_literal(struct text *text, uint32_t n, uint32_t *events)
{
	bool is_not = chance(30);

	if (is_not)
		text_append(text, "not ");
	if (chance(30) || (is_not && level < EVERYTHING)) {
		text_append(text, "(from ");
		add_event(text, n, events);
		if (chance(60)) {
			text_append(text, " until ");
			add_event(text, n, events);
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
	static const char *const starts[] = { "manual", "manual", "hotplug",
		"hotplug", "hotplug", "auto" };
	uint32_t kind = pick(10);
	bool is_any = false;

	text_printf(text, "  n%u: { ", i);
	if (i == 0 || kind == 0) {
		text_printf(text, "kind: link, device: dev%u", i);
	} else if (kind == 1) {
		text_append(text, "kind: state, from: ");
		add_event(text, i, events);
		text_append(text, ", until: ");
		add_event(text, i, events);
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
	if (i && kind != 1 && level >= EVERYTHING && chance(20))
		add_list(text, "wants", i, 2);
	if (i && kind != 1 && level > PLAIN && chance(35))
		add_condition(text, i, events);
	text_printf(text, ", start: %s }\n", starts[pick(6)]);
}

struct world {
	struct story story;
	uint32_t n, n_events;
	char target[NAME_MAX_];
	bool ends_ill; /* what is under way, and not named, does not come up */
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
	world->ends_ill = false;
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
	char node[NAME_MAX_], text[512];
};

struct causes {
	const char *target;
	struct cause items[LEAVES_MAX];
	uint32_t n;
	bool says_never, is_doubtful;
	bool is_untried; /* why does not try that a node leaves up */
};

static void add_cause(void *ctx, const struct why_line *line)
{
	struct causes *causes = ctx;
	struct cause *cause;

	if (strstr(line->text, "no way was found"))
		causes->is_doubtful = true;
	causes->says_never |= line->cause == WHY_NEVER;
	causes->is_untried |= line->cause == WHY_EVENT &&
			      strstr(line->text, " to leave up");
	if (line->cause == WHY_NONE)
		return;
	ck_assert_uint_lt(causes->n, LEAVES_MAX);
	ck_assert_ptr_nonnull(line->node);
	cause = &causes->items[causes->n++];
	*cause = (struct cause){ .cause = line->cause };
	snprintf(cause->node, NAME_MAX_, "%s", line->node);
	snprintf(cause->text, sizeof(cause->text), "%s", line->text);
}

static void ask(struct world *world, struct causes *ret)
{
	*ret = (struct causes){ .target = world->target };
	ck_assert_int_eq(resolver_why(fake_resolver(world->story.fake),
			     fake_now_ms(world->story.fake), world->target,
			     add_cause, ret), 0);
}

/* What nobody has tried yet works, and so does what is up: why cannot know of
 * it. */
static void calm(struct world *world, const char *name)
{
	const struct node *node = find(world, name);

	if (!node || (!node_is_template(node) &&
		(node_state(node) == NODE_IDLE ||
		    node_state(node) == NODE_UP ||
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

/* It comes up, again if it is up. */
static void come_up(struct world *world, const char *text)
{
	char name[NAME_MAX_];

	ck_assert_int_eq(sscanf(text, "waits for %63s to come up", name), 1);
	if (node_state(find(world, name)) == NODE_UP)
		story_restart(&world->story, name);
}

/* What stands in the text as a command, word for word. */
static void obey(struct world *world, const char *text)
{
	const char *from = strstr(text, "('netconf "), *end, *names;
	char line[512];

	ck_assert_msg(from, "%s", text);
	from += strlen("('netconf ");
	end = strchr(from, '\'');
	ck_assert_ptr_nonnull(end);
	ck_assert_uint_lt(end - from, sizeof(line));
	snprintf(line, sizeof(line), "%.*s", (int)(end - from), from);
	names = strchr(line, ' ') + 1;
	if (strncmp(line, "up ", 3) == 0)
		story_up(&world->story, names);
	else if (strncmp(line, "down --force ", 13) == 0)
		story_force_down(&world->story, line + 13);
	else if (strncmp(line, "down ", 5) == 0)
		story_down(&world->story, names);
	else if (strncmp(line, "emit ", 5) == 0)
		fake_emit(world->story.fake, names);
	else
		ck_abort_msg("%s", text);
}

static void make_true(struct world *world, const struct cause *cause)
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
	case WHY_UP:
		obey(world, cause->text);
		break;
	case WHY_EVENT:
		if (strstr(cause->text, " to come up"))
			come_up(world, cause->text);
		else
			obey(world, cause->text);
		break;
	case WHY_AFTER: /* it comes, or it does not */
		set_outcome(world, cause->node, !world->ends_ill);
		break;
	case WHY_STOPPING:
	case WHY_LATER:
		break;
	case WHY_NEVER: /* of a doubtful answer */
		break;
	case WHY_NONE:
	case WHY_MISMATCH:
		ck_abort_msg("%s", cause->text);
	}
}

/* Whatever is under way comes to an end by itself, well or not. */
static void end_start(struct world *world, const char *name)
{
	const struct node *node = find(world, name);

	if (node && !node_is_template(node) &&
	    node_state(node) == NODE_STARTING)
		fake_say(world->story.fake, name,
		    world->ends_ill ? FAKE_PERMANENT : FAKE_UP);
}

/* Also on the cards that no node of its own has a claim to. */
static void end_starts(struct world *world)
{
	char name[NAME_MAX_];

	each_name(world, end_start);
	for (uint32_t i = 0; i < world->n; i++)
		for (uint32_t k = 0; k < world->n; k++) {
			snprintf(name, sizeof(name), "n%u@dev%u", i, k);
			end_start(world, name);
		}
}

/* Makes all true but the one left out. */
static void make_all_true(struct world *world, const struct causes *causes,
    uint32_t left_out)
{
	each_name(world, calm);
	for (uint32_t i = 0; i < causes->n; i++)
		if (i != left_out)
			make_true(world, &causes->items[i]);
	/* Before a start can time out. */
	fake_advance(world->story.fake, 1000);
	end_starts(world);
	fake_advance(world->story.fake, 30000);
	end_starts(world);
	fake_advance(world->story.fake, 30000);
}

static bool is_up(struct world *world)
{
	const struct node *node = find(world, world->target);

	return node && node_state(node) == NODE_UP;
}

struct tally {
	uint32_t n_asked, n_still_down; /* all was made true */
	uint32_t n_left_out, n_up;      /* but one thing was not */
	uint32_t n_never, n_untried, n_doubtful, n_wrong;
};

/* Up when all is true but the one left out, however what is under way, and
 * not named, comes to an end. */
static bool comes_up(
    uint64_t seed, const struct causes *causes, uint32_t left_out)
{
	bool is_there = true;

	for (int ends_ill = 0; ends_ill < 2 && is_there; ends_ill++) {
		struct world world;
		char *profile;

		ck_assert(world_begin(&world, seed, &profile));
		world.ends_ill = ends_ill;
		make_all_true(&world, causes, left_out);
		is_there = is_up(&world);
		world_end(&world, profile);
	}
	return is_there;
}

/* It comes to an end by itself. */
static bool passes(enum why_cause cause)
{
	return cause == WHY_STARTING || cause == WHY_AFTER ||
	       cause == WHY_STOPPING || cause == WHY_LATER;
}

/* One thing after the other is left out: that node must not come up. */
static void leave_out(
    struct tally *tally, uint64_t seed, const struct causes *causes)
{
	for (uint32_t i = 0; i < causes->n; i++) {
		if (passes(causes->items[i].cause))
			continue;
		tally->n_left_out++;
		if (!comes_up(seed, causes, i))
			continue;
		tally->n_up++;
		printf("# seed %llu: %s is up without: %s: %s\n",
		    (unsigned long long)seed, causes->target,
		    causes->items[i].node, causes->items[i].text);
	}
}

/* ---- what is possible, by the definitions ---- */

/*
 * Whether the target can be up in any state that is at rest: each node is up
 * or not, what is up has what it needs, and everything else may be down. All
 * such states are tried. Nodes name only those before them, so one after the
 * other is decided.
 */
struct table {
	const struct node *nodes[MAX_ROWS];
	bool is_up[MAX_ROWS];
	uint32_t n, n_tried;
	const struct node *target;
};

/* A node of that name as seen from one on a card; a template, from elsewhere,
 * is up if one of its instances is. */
static bool sees_up(
    const struct table *table, const struct node *from, const struct ref *ref)
{
	const char *at = strchr(node_name(from), '@');
	char name[NAME_MAX_];

	snprintf(name, sizeof(name), "%s%s", ref->decl->name,
	    at && ref->decl->root &&
		    ref->decl->root == node_decl(from)->root ? at : "");
	for (uint32_t i = 0; i < table->n; i++)
		if (table->is_up[i] &&
		    (strchr(name, '@')
			    ? !strcmp(node_name(table->nodes[i]), name)
			    : node_decl(table->nodes[i]) == ref->decl))
			return true;
	return false;
}

struct seen {
	const struct table *table;
	const struct node *node;
	uint32_t latches; /* a bit for each interval: set */
};

static bool name_is_up(void *ctx, uint32_t name)
{
	const struct seen *seen = ctx;

	return sees_up(seen->table, seen->node,
	    &node_decl(seen->node)->rare->when_refs.items[name]);
}

static bool interval_is_set(void *ctx, uint32_t interval)
{
	const struct seen *seen = ctx;

	return seen->latches >> interval & 1;
}

/* Each of its intervals may be set or not: the events are its alone. One
 * without an end that is set stays so. */
static bool may_hold(const struct table *table, const struct node *node)
{
	const struct condition *when = node_decl(node)->when;
	struct seen seen = { table, node, 0 };
	uint32_t fixed = 0;

	if (!when || !when->n_steps)
		return true;
	for (uint32_t i = 0; i < when->n_intervals; i++)
		if (when->intervals[i].until.type == EVENT_NONE &&
		    latch_is_set(node, i))
			fixed |= 1u << i;
	for (; seen.latches < 1u << when->n_intervals; seen.latches++)
		if ((seen.latches & fixed) == fixed &&
		    condition_eval(when, name_is_up, interval_is_set, &seen))
			return true;
	return false;
}

static uint32_t n_up(const struct table *table, const struct node *from,
    const struct refs *refs)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < refs->n; i++)
		n += sees_up(table, from, &refs->items[i]);
	return n;
}

static bool may_be_up(const struct table *table, const struct node *node)
{
	const struct decl *decl = node_decl(node);
	uint32_t n_members = n_up(table, node, &decl->of);
	return n_up(table, node, &decl->requires) == decl->requires.n &&
	       n_up(table, node, &decl->over) == decl->over.n &&
	       (decl->schema == &schema_any ? n_members > 0
					    : n_members == decl->of.n) &&
	       may_hold(table, node);
}

static bool try_rows(struct table *table, uint32_t i)
{
	if (i == table->n)
		return false;
	ck_assert_uint_lt(table->n_tried++, 50000000);
	for (int is_up = 1; is_up >= 0; is_up--) {
		table->is_up[i] = false;
		if (is_up && !may_be_up(table, table->nodes[i]))
			continue;
		table->is_up[i] = is_up;
		if (is_up && (table->nodes[i] == table->target ||
				 (node_is_template(table->target) &&
				     node_decl(table->nodes[i]) ==
					 node_decl(table->target))))
			return true;
		if (try_rows(table, i + 1))
			return true;
	}
	table->is_up[i] = false;
	return false;
}

/* A template without a card: one may come. It goes where it belongs. */
static void insert_lone(struct table *table, const struct node *top)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < table->n && top; i++)
		if (node_decl(table->nodes[i]) == node_decl(top))
			return;
	if (!top)
		return;
	ck_assert_uint_lt(table->n, MAX_ROWS);
	while (at < table->n && node_decl(table->nodes[at])->index <
				    node_decl(top)->index)
		at++;
	memmove(&table->nodes[at + 1], &table->nodes[at],
	    (table->n - at) * sizeof(table->nodes[0]));
	table->nodes[at] = top;
	table->n++;
}

/* Who is needed, directly or not: more need not be tried. */
static void need(struct world *world, bool *needed, uint32_t i);

static void need_all(
    struct world *world, bool *needed, const struct refs *refs)
{
	for (uint32_t i = 0; i < refs->n; i++)
		need(world, needed, refs->items[i].decl->index);
}

static void need(struct world *world, bool *needed, uint32_t i)
{
	const struct decl *decl = &world->story.profile->decls[i];

	if (needed[i])
		return;
	needed[i] = true;
	need_all(world, needed, &decl->over);
	need_all(world, needed, &decl->requires);
	need_all(world, needed, &decl->of);
	need_all(world, needed, &decl->rare->when_refs);
}

static bool is_possible(struct world *world)
{
	const struct resolver *resolver = fake_resolver(world->story.fake);
	struct table table = { .target = find(world, world->target) };
	bool needed[NODES_MAX + 2] = { false };
	const struct node *node = NULL, *lone[NODES_MAX + 2] = { NULL };

	need(world, needed, node_decl(table.target)->index);
	while ((node = resolver_each(resolver, node))) {
		uint32_t i = node_decl(node)->index;

		if (!needed[i])
			continue;
		if (node_is_template(node)) {
			lone[i] = node;
			continue;
		}
		ck_assert_uint_lt(table.n, MAX_ROWS);
		table.nodes[table.n++] = node;
	}
	for (uint32_t i = 0; i < ARRAY_SIZE(lone); i++)
		insert_lone(&table, lone[i]);
	return try_rows(&table, 0);
}

/* Prints what is wrong. */
static void complain(struct world *world, uint64_t seed, const char *profile,
    const char *what)
{
	_cleanup_(free_ptr) char *why =
	    story_why(&world->story, world->target);

	printf("# seed %llu, %s\n%s%s", (unsigned long long)seed, what,
	    profile, why);
}

/* Why may be in doubt of one thing only: a node that starts by nothing of its
 * own has to be down, and stays up for who pulls it: `down` sets no mask. */
static bool has_to_fall(struct world *world, const struct causes *causes)
{
	for (uint32_t i = 0; i < causes->n; i++) {
		const struct cause *cause = &causes->items[i];
		const struct node *node = find(world, cause->node);

		if ((cause->cause == WHY_UP || cause->cause == WHY_NEVER) &&
		    node_decl(node)->start == START_MANUAL)
			return true;
	}
	return false;
}

/* But for this: where events of nodes occur depends on all that comes up. */
static bool needs_event_of_node(struct world *world)
{
	const struct profile *profile = world->story.profile;
	bool needed[NODES_MAX + 2] = { false };

	need(world, needed, node_decl(find(world, world->target))->index);
	for (uint32_t i = 0; i < profile->n_decls; i++) {
		const struct decl *decl = &profile->decls[i];

		for (uint32_t k = 0; k < decl->n_latches && needed[i]; k++)
			if (decl->latches[k].from.type > EVENT_STARTUP ||
			    decl->latches[k].until.type > EVENT_STARTUP)
				return true;
	}
	return false;
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
	ask(&world, &causes);
	if (causes.is_untried) {
		tally->n_untried++;
	} else if (causes.is_doubtful) {
		tally->n_doubtful++;
		if (!needs_event_of_node(&world) &&
		    (comes_up(seed, &causes, UINT32_MAX) ||
			!has_to_fall(&world, &causes))) {
			tally->n_wrong++;
			complain(&world, seed, profile, "doubtful");
		}
	} else if (causes.says_never) {
		tally->n_never++;
		if (is_possible(&world)) {
			tally->n_wrong++;
			complain(&world, seed, profile, "but it is possible");
		}
	} else if (comes_up(seed, &causes, UINT32_MAX)) {
		tally->n_asked++;
		leave_out(tally, seed, &causes);
	} else {
		tally->n_asked++;
		tally->n_still_down++;
		complain(&world, seed, profile, "still down");
	}
	world_end(&world, profile);
}

/* How many worlds; more of them in `make check-random`. */
static uint32_t n_worlds(void)
{
	const char *n = getenv("WHY_SEARCH");

	return n ? strtoul(n, NULL, 10) : 3000 / SEARCH_PART;
}

static void search(void)
{
	struct tally tally = { 0 };
	uint32_t n = n_worlds();

	for (uint64_t seed = 1; seed <= n; seed++)
		search_one(&tally, seed);
	printf("# %u asked, %u still down; %u left out, %u up; %u not "
	       "possible, %u not tried, %u doubtful, %u of these wrong\n",
	    tally.n_asked, tally.n_still_down, tally.n_left_out, tally.n_up,
	    tally.n_never, tally.n_untried, tally.n_doubtful, tally.n_wrong);
	fflush(stdout);
	ck_assert_uint_gt(tally.n_asked, n / 2);
	ck_assert_uint_lt(tally.n_doubtful + tally.n_untried, n / 20);
	ck_assert_uint_eq(tally.n_still_down, 0);
	ck_assert_uint_eq(tally.n_up, 0);
	ck_assert_uint_eq(tally.n_wrong, 0);
}

START_TEST(what_why_names_brings_it_up_and_nothing_less_does)
{
	level = PLAIN;
	search();
}
END_TEST

START_TEST(so_it_is_with_conditions)
{
	level = CONDITIONS;
	search();
}
END_TEST

/* The dice make nodes that require what their conditions forbid, too. */
START_TEST(so_it_is_with_conditions_that_forbid)
{
	level = EVERYTHING;
	search();
}
END_TEST

START_TEST(so_it_is_with_events_of_nodes)
{
	level = NODE_EVENTS;
	search();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("why-search");
	TCase *tc = tcase_create("why-search");

	tcase_set_timeout(tc, 120);
	tcase_add_test(
	    tc, what_why_names_brings_it_up_and_nothing_less_does);
	tcase_add_test(tc, so_it_is_with_conditions);
	tcase_add_test(tc, so_it_is_with_conditions_that_forbid);
	tcase_add_test(tc, so_it_is_with_events_of_nodes);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
