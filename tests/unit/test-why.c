/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why: its leaves as stories, and a search. In random profiles, in which
 * anything may be amiss, whatever why names is made true, and the node must
 * come up; if one thing is left out, it must not.
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

/* ---- stories: what it says ---- */

static const char laptop[] =
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  wlan: { kind: link, match: { type: wlan }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired }\n"
    "  air: { kind: fake, over: wlan, requires: [sim] }\n"
    "  sim: { kind: link, device: sim0 }\n"
    "  uplink: { kind: any, of: [air, lan] }\n"
    "  office: { kind: location, over: uplink,\n"
    "    match: { gateway-mac: \"02:*\", domain: corp } }\n"
    "  vpn: { kind: fake, over: uplink, when: not office, hold: 30s }\n"
    "  day: { kind: state, from: morning, until: evening }\n"
    "  work: { kind: fake, requires: [vpn], when: day and not sim }\n"
    "  once: { kind: fake, when: from startup until vpn up }\n"
    "  then: { kind: fake, when: (from vpn up until vpn down) or\n"
    "    not (from startup) }\n"
    "  gone: { kind: fake, when: from vpn down }\n"
    "  pair: { kind: all, of: [lan, sim], start: auto }\n"
    "  late: { kind: fake, after: [vpn], start: auto }\n"
    "  job: { kind: task, run: /bin/true, on-event: vpn up }\n"
    "  eve: { kind: fake, requires: [job], when: from vpn failed }\n"
    "  self: { kind: fake, requires: [sim], when: not sim }\n";

static void begin(struct story *story)
{
	story_begin(story, laptop, NULL);
}

static void add_line(void *ctx, const struct why_line *line)
{
	text_printf(ctx, "%*s", (int)line->depth * 2, "");
	if (line->node)
		text_printf(ctx, "%s (%s): ", line->node, line->state);
	text_printf(ctx, "%s\n", line->text);
}

static void expect(struct story *story, const char *name, const char *lines)
{
	_cleanup_(text_clear) struct text why = { 0 };

	ck_assert_int_eq(resolver_why(fake_resolver(story->fake),
			     fake_now_ms(story->fake), name, add_line, &why),
	    0);
	ck_assert_str_eq(why.data, lines);
}

static void set(struct story *story, const char *name,
    const struct fake_outcome *outcome)
{
	ck_assert_int_eq(fake_set(story->fake, name, outcome), 0);
}


START_TEST(it_goes_down_to_the_device_and_says_what_else_would_do)
{
	struct story story;

	begin(&story);
	expect(&story, "vpn",
	    "vpn (idle): nobody asks for it ('netconf up vpn' would); "
	    "needs uplink\n"
	    "  uplink (waiting): none is available of air, lan\n"
	    "    lan (waiting): needs wired\n"
	    "      wired (idle): no device for wired is present (it "
	    "takes any with type ethernet)\n"
	    "    or air: 2 things, see netconf why air\n");
	expect(&story, "pair",
	    "pair (waiting): needs lan, sim\n"
	    "  lan (waiting): needs wired\n"
	    "    wired (idle): no device for wired is present (it takes "
	    "any with type ethernet)\n"
	    "  sim (waiting): no device sim0 is present\n");
	story_up(&story, "lan@eth9");
	expect(&story, "lan@eth9",
	    "lan@eth9 (waiting): needs wired@eth9\n"
	    "  wired@eth9 (idle): no device eth9 is present\n");
	story_end(&story);
}
END_TEST

START_TEST(a_condition_is_told_with_its_parts_and_their_events)
{
	struct story story;

	begin(&story);
	expect(&story, "work",
	    "work (idle): nobody asks for it ('netconf up work' would); "
	    "its condition is not true: day and not sim (day is waiting, "
	    "sim is waiting); needs vpn\n"
	    "  day (waiting): waits for event morning ('netconf emit "
	    "morning'); it is not between its events\n"
	    "  vpn (idle): needs uplink\n"
	    "    uplink (waiting): none is available of air, lan\n"
	    "      lan (waiting): needs wired\n"
	    "        wired (idle): no device for wired is present (it "
	    "takes any with type ethernet)\n"
	    "      or air: 2 things, see netconf why air\n");
	expect(&story, "gone",
	    "gone (idle): nobody asks for it ('netconf up gone' would); "
	    "its condition is not true: from vpn down ('from vpn down' "
	    "is false)\n"
	    "  gone (idle): waits for vpn to leave up\n");
	expect(&story, "eve",
	    "eve (idle): nobody asks for it ('netconf up eve' would); "
	    "its condition is not true: from vpn failed ('from vpn "
	    "failed' is false); needs job\n"
	    "  eve (idle): waits for vpn to fail\n"
	    "  job (idle): runs at each occurrence, waits for vpn to "
	    "come up\n");
	expect(&story, "self",
	    "self (idle): nobody asks for it ('netconf up self' would); "
	    "needs sim\n"
	    "  sim (waiting): would have to be up and down at once\n"
	    "  sim (waiting): no device sim0 is present\n");
	story_end(&story);
}
END_TEST

START_TEST(what_is_under_way_and_what_failed_is_told_with_its_times)
{
	struct story story;

	begin(&story);
	set(&story, "lan", &(struct fake_outcome){ .takes_ms = 2000 });
	set(&story, "vpn", &(struct fake_outcome){ .fails = 1,
		.error = "no proposal chosen" });
	story_up(&story, "vpn");
	story_plug(&story, "eth0 eth1");
	story_advance(&story, 1000);
	expect(&story, "vpn",
	    "vpn (waiting): needs uplink; its turn comes after office\n"
	    "  uplink (waiting): none is available of air, lan\n"
	    "    lan (waiting): is not up on any device\n"
	    "      lan@eth0 (starting): is starting, for 1s\n"
	    "      or lan@eth1: 1 thing, see netconf why lan@eth1\n"
	    "    or air: 2 things, see netconf why air\n"
	    "  office (idle): is coming; comes up by itself once it is "
	    "there: uplink\n");
	story_advance(&story, 1000);
	expect(&story, "vpn",
	    "vpn (failed): failed: no proposal chosen; next try in 1s\n");
	expect(&story, "office",
	    "office (waiting): does not match; there is no gateway-mac, "
	    "wanted 02:*; there is no domain, wanted corp\n");
	story_end(&story);
}
END_TEST

START_TEST(what_is_up_is_told_with_who_asks_for_it_and_what_holds_it)
{
	struct story story;

	begin(&story);
	set(&story, "lan", &(struct fake_outcome){ .takes_ms = 2000 });
	story_up(&story, "vpn");
	story_plug(&story, "eth0 eth1");
	story_advance(&story, 5000);
	expect(&story, "vpn",
	    "vpn (up): is up for 3s: it is a goal\n");
	expect(&story, "uplink",
	    "uplink (up): is up for 3s: vpn needs it, which is a goal; "
	    "it uses lan@eth0\n");
	expect(&story, "wired@eth0",
	    "wired@eth0 (up): is up for 5s: lan@eth0 needs it for pair, "
	    "which starts by itself (auto)\n");
	expect(&story, "lan",
	    "lan (up): is up on 2 of 2 devices\n"
	    "  lan@eth0 (up): is up for 3s: pair needs it, which starts "
	    "by itself (auto)\n"
	    "  lan@eth1 (up): is up for 3s: pair needs it, which starts "
	    "by itself (auto)\n");
	expect(&story, "gone",
	    "gone (idle): nobody asks for it ('netconf up gone' would); "
	    "its condition is not true: from vpn down ('from vpn down' "
	    "is false)\n"
	    "  vpn (up): is up for 3s: it is a goal; it has to be down "
	    "('netconf down --force vpn')\n");
	expect(&story, "once",
	    "once (idle): nobody asks for it ('netconf up once' would); "
	    "its condition is not true: from startup until vpn up ('from "
	    "startup until vpn up' is false)\n"
	    "  once (idle): starts at startup, which was; the next is "
	    "after a boot\n");
	story_unplug(&story, "eth0");
	story_unplug(&story, "eth1");
	expect(&story, "vpn",
	    "vpn (up): is up for 3s: it is a goal; it stays up for 30s "
	    "more without uplink\n");
	story_end(&story);
}
END_TEST

START_TEST(a_mask_is_told_with_what_takes_it_back)
{
	struct story story;

	begin(&story);
	story_plug(&story, "eth5");
	story_force_down(&story, "lan");
	expect(&story, "pair",
	    "pair (waiting): needs lan, sim\n"
	    "  lan (idle): was taken down by the admin ('netconf up lan' "
	    "takes that back); is not up on any device\n"
	    "    lan@eth5 (idle): nothing is missing: it starts when it "
	    "is needed\n"
	    "  sim (waiting): no device sim0 is present\n");
	story_end(&story);
}
END_TEST

/* p takes y, and x with it; that q only rides on y changes nothing. */
START_TEST(a_mask_is_told_however_the_node_is_come_to)
{
	struct story story;

	story_begin(&story,
	    "  x: { kind: fake, start: hotplug }\n"
	    "  y: { kind: fake, requires: x }\n"
	    "  p: { kind: all, of: [x, y], start: manual }\n"
	    "  q: { kind: all, of: y }\n"
	    "  top: { kind: all, of: [p, q] }\n",
	    NULL);
	story_down(&story, "x");
	expect(&story, "top",
	    "top (waiting): needs p, q\n"
	    "  p (idle): nobody asks for it ('netconf up p' would); needs x, "
	    "y\n"
	    "    x (idle): was taken down by the admin ('netconf up x' takes "
	    "that back)\n"
	    "    y (idle): needs x\n"
	    "  q (waiting): needs y\n");
	story_end(&story);
}
END_TEST

/* What is up, but stands on what would have to go, is no help. */
START_TEST(what_contradicts_itself_is_not_possible)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet } }\n"
	    "  low: { kind: fake, start: auto }\n"
	    "  mid: { kind: fake, over: wired, requires: low,"
	    " start: auto }\n"
	    "  top: { kind: fake, over: wired, requires: mid,"
	    " when: not low, start: auto }\n",
	    NULL);
	story_plug(&story, "eth0");
	expect(&story, "top",
	    "top (waiting): is not up on any device\n"
	    "  top@eth0 (waiting): its condition is not true: not low (low is "
	    "up)\n"
	    "    low (up): is up for 0s: it starts by itself (auto); it has "
	    "to be down ('netconf down --force low')\n"
	    "    mid@eth0 (up): is up, but could not stay so\n"
	    "      low (up): would have to be up and down at once\n");
	story_end(&story);
}
END_TEST

START_TEST(a_location_says_what_is_still_to_come_and_what_differs)
{
	static const char *const later[] = { "gateway-mac" };
	static const struct fact facts[] = { { "domain", "corp" } },
		other[] = { { "domain", "home" } };
	struct story story;
	struct node *lan;

	begin(&story);
	story_up(&story, "office");
	story_plug(&story, "eth0");
	lan = resolver_find(fake_resolver(story.fake), "lan@eth0");
	ck_assert_int_eq(resolver_report(fake_resolver(story.fake), 0, lan,
	    node_run(lan), &(struct report){ .type = REPORT_FACTS,
		.facts = facts, .n_facts = 1, .later = later, .n_later = 1 }),
	    0);
	story_unplug(&story, "eth0");
	story_plug(&story, "eth1");
	lan = resolver_find(fake_resolver(story.fake), "lan@eth1");
	ck_assert_int_eq(resolver_report(fake_resolver(story.fake), 0, lan,
	    node_run(lan), &(struct report){ .type = REPORT_FACTS,
		.facts = other, .n_facts = 1 }), 0);
	story_expect_why(&story, "office",
	    "domain is home, wanted corp|there is no gateway-mac");
	ck_assert_int_eq(resolver_report(fake_resolver(story.fake), 0, lan,
	    node_run(lan), &(struct report){ .type = REPORT_FACTS,
		.facts = facts, .n_facts = 1, .later = later, .n_later = 1 }),
	    0);
	story_down(&story, "office");
	story_up(&story, "office");
	story_expect_why(&story, "office", "gateway-mac");
	story_end(&story);
}
END_TEST

START_TEST(a_goal_is_stuck_when_nothing_is_under_way)
{
	_cleanup_(text_clear) struct text text = { 0 };
	const struct resolver *resolver;
	struct story story;

	begin(&story);
	resolver = fake_resolver(story.fake);
	story_up(&story, "vpn");
	ck_assert(resolver_is_stuck(
	    resolver, resolver_find(resolver, "vpn"), &text));
	ck_assert_str_eq(text.data, "wired: no device for wired is present "
				    "(it takes any with type ethernet)");
	set(&story, "lan", &(struct fake_outcome){ .takes_ms = 2000 });
	story_plug(&story, "eth0");
	ck_assert(!resolver_is_stuck(
	    resolver, resolver_find(resolver, "vpn"), NULL));
	story_advance(&story, 2000);
	ck_assert(!resolver_is_stuck(
	    resolver, resolver_find(resolver, "vpn"), NULL));
	story_end(&story);
}
END_TEST

START_TEST(every_cause_has_a_name)
{
	for (int cause = WHY_NONE; cause <= WHY_NEVER; cause++)
		ck_assert_str_ne(why_cause_name(cause), "");
	ck_assert_str_eq(why_cause_name(WHY_MASK), "mask");
}
END_TEST

START_TEST(an_unknown_name_is_refused)
{
	struct story story;

	begin(&story);
	ck_assert_int_eq(resolver_why(fake_resolver(story.fake), 0, "nix",
	    NULL, NULL), -ENOENT);
	story_end(&story);
}
END_TEST

/* ---- the search ---- */

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

enum { NODES_MAX = 9, LEAVES_MAX = 32, NAME_MAX_ = 64 };

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
		else
			story_force_down(&world->story, cause->node);
		break;
	case WHY_UP:
		story_force_down(&world->story, cause->node);
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

/* Makes all true but the one left out. */
static bool make_all_true(struct world *world, const struct causes *causes,
    uint32_t left_out)
{
	each_name(world, calm);
	for (uint32_t i = 0; i < causes->n; i++)
		if (i != left_out && !make_true(world, &causes->items[i]))
			return false;
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
	uint32_t n_never; /* why said that it is not possible */
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
	} else if (is_up(&world)) {
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
	printf("# %u asked, %u still down, %u never; %u left out, %u up\n",
	    tally.n_asked, tally.n_still_down, tally.n_never,
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
	ck_assert_uint_le(tally.n_up, tally.n_left_out / 50);
}
END_TEST

/* ---- status: in a few words ---- */

static void expect_words(
    struct story *story, const char *name, const char *words)
{
	_cleanup_(text_clear) struct text text = { 0 };

	text_append(&text, "");
	node_say_waiting(
	    resolver_find(fake_resolver(story->fake), name), &text);
	ck_assert_str_eq(text.data, words);
}

START_TEST(what_a_node_waits_for_in_a_few_words)
{
	struct story story;

	story_begin(&story,
	    "  card: { kind: link, device: eth0, start: auto }\n"
	    "  low: { kind: fake }\n"
	    "  x: { kind: fake, requires: [low, card], start: auto }\n"
	    "  job: { kind: task, run: /bin/true, on-event: ring,"
	    " start: auto }\n"
	    "  net: { kind: fake, start: auto }\n"
	    "  home: { kind: location, over: low,"
	    " match: { domain: home } }\n"
	    "  then: { kind: fake, after: slow, start: auto }\n"
	    "  slow: { kind: fake, requires: [low, card], start: auto }\n",
	    NULL);
	story_report(&story, "net", REPORT_UNMET);
	expect_words(&story, "low", "");
	expect_words(&story, "card", "no device eth0 is present");
	expect_words(&story, "x", "needs card");
	expect_words(&story, "job",
	    "runs at each occurrence, waits for event ring "
	    "('netconf emit ring')");
	expect_words(&story, "net", "the test says so");
	expect_words(&story, "home",
	    "does not match; there is no domain, wanted home");
	story_end(&story);
}
END_TEST

START_TEST(a_long_chain_is_said_by_its_ends)
{
	_cleanup_(text_clear) struct text nodes = { 0 };
	struct story story;

	text_append(&nodes, "  n0: { kind: fake }\n");
	for (int i = 1; i <= 12; i++)
		text_printf(&nodes, "  n%d: { kind: fake, requires: n%d }\n",
		    i, i - 1);
	story_begin(&story, nodes.data, NULL);
	story_up(&story, "n12");
	expect(&story, "n0",
	    "n0 (up): is up for 0s: n1 needs it for n2 for n3 for n4 for "
	    "n5 for n6 for n7 and 4 more for n12, which is a goal\n");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("why");
	TCase *tc = tcase_create("why");
	SRunner *sr;
	int n_failed;

	tcase_add_test(tc, what_a_node_waits_for_in_a_few_words);
	tcase_add_test(tc, a_long_chain_is_said_by_its_ends);
	suite_add_tcase(suite, tc);
	tcase_set_timeout(tc, 120);
	tcase_add_test(
	    tc, it_goes_down_to_the_device_and_says_what_else_would_do);
	tcase_add_test(
	    tc, a_condition_is_told_with_its_parts_and_their_events);
	tcase_add_test(
	    tc, what_is_under_way_and_what_failed_is_told_with_its_times);
	tcase_add_test(
	    tc, what_is_up_is_told_with_who_asks_for_it_and_what_holds_it);
	tcase_add_test(
	    tc, a_mask_is_told_with_what_takes_it_back);
	tcase_add_test(
	    tc, a_mask_is_told_however_the_node_is_come_to);
	tcase_add_test(
	    tc, what_contradicts_itself_is_not_possible);
	tcase_add_test(
	    tc, a_location_says_what_is_still_to_come_and_what_differs);
	tcase_add_test(
	    tc, a_goal_is_stuck_when_nothing_is_under_way);
	tcase_add_test(
	    tc, every_cause_has_a_name);
	tcase_add_test(
	    tc, an_unknown_name_is_refused);
	tcase_add_test(
	    tc, what_why_names_brings_it_up_and_nothing_less_does);
	tcase_add_test(tc, so_it_is_with_conditions);
	tcase_add_test(tc, so_it_is_with_conditions_that_forbid);
	sr = srunner_create(suite);
	srunner_run_all(sr, CK_ENV);
	n_failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return n_failed > 0;
}
