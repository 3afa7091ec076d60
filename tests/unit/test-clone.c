/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of a resolver: they are what it is, and do what it does. In random
 * states tests/model/search-model compares them.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/node.h"
#include "resolver/reload.h"
#include "tests/model/counters.h"
#include "tests/model/digest.h"
#include "tests/unit/failing-malloc.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

static const char before_reload[] =
    "  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: wired, start: hotplug }\n"
    "  alone: { kind: link, device: e9, start: hotplug }\n"
    "  former: { kind: fake, over: alone, start: hotplug }\n"
    "  p: { kind: fake }\n"
    "  held: { kind: fake, over: p, hold: 30s, start: auto }\n"
    "  low: { kind: fake, start: auto }\n"
    "  vlan: { kind: vlan, over: low, id: 5, mtu: '${size}',"
    " start: auto }\n";

/* wired@eth0 goes to ether, and alone to nobody. */
static const char after_reload[] =
    "  ether: { kind: link, match: { type: ethernet }, start: hotplug }\n"
    "  lan: { kind: fake, over: ether, start: hotplug }\n"
    "  on1: { kind: fake, over: lan@eth1, start: hotplug }\n"
    "  alone: { kind: fake, start: auto }\n"
    "  own: { kind: link, device: e8, start: hotplug }\n"
    "  g: { kind: any, of: [lan, own], start: auto }\n"
    "  top: { kind: fake, requires: g, when: from go until end }\n"
    "  job: { kind: task, run: /bin/true, on-event: go, start: auto }\n"
    "  p: { kind: fake }\n"
    "  held: { kind: fake, over: p, hold: 30s, start: auto }\n"
    "  low: { kind: fake, start: auto }\n"
    "  vlan: { kind: vlan, over: low, id: 5, mtu: '${size}',"
    " start: auto }\n"
    "  broken: { kind: fake, start: auto }\n";

static const struct fake_outcome
    slow = { .stop_takes_ms = 100, .is_rigid = true },
    endless = { .never = true },
    fails = { .fails = 9, .error = "broken" };

/* With all that a resolver can hold: orphans that wait for others, handovers,
 * who is held, facts in values, values of an event. */
static void begin(struct story *story)
{
	static const struct fact value = { "k", "v" };
	uint32_t n;

	story_begin(story, before_reload, NULL);
	story_set(story, "wired", &slow);
	story_set(story, "lan", &slow);
	story_set(story, "former", &slow);
	story_set(story, "alone", &slow);
	story_plug(story, "eth0 eth1 e9 e8");
	story_facts(story, "p", "domain=corp");
	story_report(story, "p", REPORT_FAILED);
	story_facts(story, "low", "size=1400");
	story_reload(story, after_reload);
	story_set(story, "job", &endless);
	story_set(story, "broken", &fails);
	story_report(story, "broken", REPORT_FAILED);
	story_up(story, "top lan@eth7");
	ck_assert_int_eq(resolver_emit(fake_resolver(story->fake),
			     fake_now_ms(story->fake), "go", &value, 1, &n),
	    0);
	story_advance(story, 0);
	story_expect(story, "ether@eth0 waiting, held up, p failed,"
			    " vlan up, broken failed, lan@eth0 stopping");
}

/* ---- what it does ---- */

static void take_decisions(
    struct resolver *resolver, uint64_t now_ms, struct text *trace)
{
	static const char *const words[] = { "start", "stop", "rebind",
		"update" };
	struct decision decision;

	(void)now_ms;
	while (resolver_next(resolver, &decision))
		text_printf(trace, "%s %s %u\n", words[decision.type],
		    node_name(decision.node), decision.run);
}

/* The first whose provider is at work, orphans too; NULL: none. */
static struct node *find_busy(struct resolver *resolver)
{
	struct node *node = NULL;
	struct orphan *orphan;

	while ((node = resolver_each(resolver, node)))
		if (!node->is_top && !node_is_own(node) &&
		    (node->state == NODE_STARTING ||
			node->state == NODE_STOPPING))
			return node;
	list_for_each(orphan, &resolver->orphans, struct orphan, link)
		if (orphan->node.state == NODE_STOPPING)
			return &orphan->node;
	return NULL;
}

/* Everything comes to an end, and back to where it was. */
static void play(struct resolver *resolver, uint64_t now_ms,
    struct text *trace)
{
	const struct device device = { .key = "eth7", .name = "eth7",
		.type = "ethernet", .ifindex = 77 };
	const struct device renamed = { .key = "eth1", .name = "new1",
		.type = "ethernet", .ifindex = 2 };
	struct node *node;

	for (int i = 0; i < 200; i++) {
		take_decisions(resolver, now_ms, trace);
		text_printf(trace, "%llu\n",
		    (unsigned long long)resolver_deadline(resolver));
		node = find_busy(resolver);
		if (node)
			resolver_report(resolver, now_ms, node, node_run(node),
			    &(struct report){ .type =
				    node->state == NODE_STOPPING
				    ? REPORT_DOWN
				    : REPORT_UP });
		else if (i < 100)
			resolver_time(resolver,
			    now_ms = resolver_deadline(resolver));
		if (i == 100)
			resolver_device_added(resolver, now_ms, &device);
		else if (i == 120)
			resolver_device_changed(resolver, now_ms, &renamed);
		else if (i == 140)
			resolver_device_removed(resolver, now_ms, "eth0");
		else if (i == 160)
			resolver_device_removed(resolver, now_ms, "e8");
	}
	node = NULL;
	while ((node = resolver_each(resolver, node)))
		text_printf(trace, "%s %s\n", node_name(node),
		    node_state_name(node_state(node)));
}

static struct resolver *copy_of(struct resolver *resolver)
{
	struct resolver *copy;

	ck_assert_int_eq(resolver_clone(resolver, &copy), 0);
	copy->options.notice = NULL;
	ck_assert_uint_eq(digest_state(copy), digest_state(resolver));
	return copy;
}

START_TEST(a_copy_does_what_the_other_does_and_nothing_to_it)
{
	_cleanup_(text_clear) struct text theirs = { 0 }, ours = { 0 },
					  said = { 0 };
	struct resolver *resolver, *copy, *second;
	struct story story;
	uint64_t digest;

	begin(&story);
	resolver = fake_resolver(story.fake);
	ck_assert(!list_is_empty(&resolver->orphans));
	ck_assert(!RB_EMPTY(&resolver->first_handovers));
	digest = digest_state(resolver);
	copy = copy_of(resolver);
	counters_hold(copy, &said);
	ck_assert_uint_eq(said.n, 0);
	second = copy_of(copy);
	play(second, fake_now_ms(story.fake), &theirs);
	resolver_free(second);
	play(copy, fake_now_ms(story.fake), &ours);
	resolver_free(copy);
	ck_assert_str_eq(theirs.data, ours.data);
	ck_assert_uint_eq(digest_state(resolver), digest);
	text_clear(&ours);
	resolver->options.notice = NULL;
	play(resolver, fake_now_ms(story.fake), &ours);
	ck_assert_str_eq(theirs.data, ours.data);
	story_end(&story);
}
END_TEST

START_TEST(before_the_first_input_there_is_a_copy_too)
{
	_cleanup_(text_clear) struct text theirs = { 0 }, ours = { 0 };
	struct resolver *resolver, *copy;
	struct profile *profile = story_load(after_reload);

	ck_assert_int_eq(resolver_new(profile, NULL, &resolver), 0);
	ck_assert_int_eq(resolver_restore(resolver,
			     &(struct kept){ .type = KEPT_LATCH,
				 .name = "top", .text = "from go until end",
				 .number = 1 }), 0);
	ck_assert_int_eq(resolver_restore(resolver,
			     &(struct kept){ .type = KEPT_UP,
				 .name = "lan@eth4" }), 0);
	ck_assert_int_eq(resolver_restore(resolver,
			     &(struct kept){ .type = KEPT_GOAL,
				 .name = "lan@eth5" }), 0);
	/* No group now: its card is there until the first input. */
	ck_assert_int_eq(resolver_restore(resolver,
			     &(struct kept){ .type = KEPT_PREFIX,
				 .name = "lan@eth6", .number = 2 }), -ENOENT);
	ck_assert(!list_is_empty(&resolver->unused));
	copy = copy_of(resolver);
	ck_assert_int_eq(resolver_devices(copy, 0, NULL, 0), 0);
	play(copy, 0, &theirs);
	resolver_free(copy);
	ck_assert_int_eq(resolver_devices(resolver, 0, NULL, 0), 0);
	play(resolver, 0, &ours);
	ck_assert_str_eq(theirs.data, ours.data);
	resolver_free(resolver);
	profile_free(profile);
}
END_TEST

START_TEST(without_memory_there_is_no_copy)
{
	struct resolver *resolver, *copy;
	struct story story;
	long nth = 0, n;
	uint64_t digest;

	begin(&story);
	resolver = fake_resolver(story.fake);
	digest = digest_state(resolver);
	do {
		int r;

		failing_malloc_begin(++nth);
		r = resolver_clone(resolver, &copy);
		n = failing_malloc_end();
		ck_assert_int_eq(r, nth <= n ? -ENOMEM : 0);
	} while (nth <= n);
	ck_assert_int_gt(nth, 30);
	resolver_free(copy);
	ck_assert_uint_eq(digest_state(resolver), digest);
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("clone");
	TCase *tc = tcase_create("clone");

	tcase_add_test(
	    tc, a_copy_does_what_the_other_does_and_nothing_to_it);
	tcase_add_test(tc, before_the_first_input_there_is_a_copy_too);
	tcase_add_test(tc, without_memory_there_is_no_copy);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
