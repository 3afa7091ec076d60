/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of several ways is preferred: as the groups of the profile say. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/run.h"
#include "tests/unit/story.h"

#define CARDS                                                           \
	"  wired: { kind: link, match: { type: ethernet }, start: hotplug }\n"

/* "a 0, b 100": of each node. */
static void expect_order(const struct story *story, const char *want)
{
	char words[256], got[256] = "", *save = NULL;
	size_t n = 0;

	snprintf(words, sizeof(words), "%s", want);
	for (char *word = strtok_r(words, " ,", &save); word;
	    word = strtok_r(NULL, " ,", &save)) {
		const struct node *node =
		    resolver_find(fake_resolver(story->fake), word);

		if (strspn(word, "0123456789") == strlen(word))
			continue;
		ck_assert_msg(node, "no node %s", word);
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s %u",
		    n ? ", " : "", word, node_preference(node));
	}
	ck_assert_str_eq(got, want);
}

static void expect_order_in(const char *nodes, const char *want)
{
	struct story story;

	story_begin(&story, nodes, NULL);
	expect_order(&story, want);
	story_end(&story);
}

START_TEST(members_come_in_the_order_of_the_list)
{
	expect_order_in("  c1: { kind: link, device: c1 }\n"
			"  c2: { kind: link, device: c2 }\n"
			"  one: { kind: dhcp, over: c1 }\n"
			"  two: { kind: dhcp, over: c2 }\n"
			"  best: { kind: any, of: [two, one] }\n",
	    "one 100, two 0");
}
END_TEST

START_TEST(what_a_member_stands_on_has_its_place)
{
	expect_order_in("  c1: { kind: link, device: c1 }\n"
			"  c2: { kind: link, device: c2 }\n"
			"  one: { kind: dhcp, over: c1 }\n"
			"  two: { kind: dhcp, over: c2 }\n"
			"  home: { kind: location, over: two,"
			" match: { domain: home.example } }\n"
			"  best: { kind: any, of: [home, one] }\n",
	    "one 100, two 0");
}
END_TEST

START_TEST(groups_in_a_group_are_written_out)
{
	expect_order_in("  c1: { kind: link, device: c1 }\n"
			"  c2: { kind: link, device: c2 }\n"
			"  l1: { kind: dhcp, over: c1 }\n"
			"  s1: { kind: address, over: c1,"
			" addresses: 192.0.2.7/24 }\n"
			"  l2: { kind: dhcp, over: c2 }\n"
			"  s2: { kind: address, over: c2,"
			" addresses: 192.0.2.8/24 }\n"
			"  on1: { kind: any, of: [l1, s1], try: in-order }\n"
			"  on2: { kind: any, of: [s2, l2], try: in-order }\n"
			"  best: { kind: any, of: [on2, on1] }\n",
	    "s2 0, l2 100, l1 200, s1 300");
}
END_TEST

START_TEST(the_first_group_that_lists_it_counts)
{
	expect_order_in("  c1: { kind: link, device: c1 }\n"
			"  one: { kind: dhcp, over: c1 }\n"
			"  two: { kind: dhcp, over: c1 }\n"
			"  three: { kind: dhcp, over: c1 }\n"
			"  best: { kind: any, of: [two, one] }\n"
			"  other: { kind: any, of: [one, three] }\n",
	    "two 0, one 100, three 200");
}
END_TEST

START_TEST(what_no_group_lists_comes_after_in_the_profiles_order)
{
	expect_order_in("  c1: { kind: link, device: c1 }\n"
			"  b: { kind: dhcp, over: c1 }\n"
			"  a: { kind: dhcp, over: c1 }\n"
			"  r: { kind: route, to: default, over: a }\n"
			"  c: { kind: dhcp, over: c1 }\n"
			"  best: { kind: any, of: [c] }\n",
	    "c 0, b 100, a 200, r 300");
}
END_TEST

START_TEST(a_tunnel_over_a_group_is_no_cycle)
{
	expect_order_in("  c1: { kind: link, device: c1 }\n"
			"  c2: { kind: link, device: c2 }\n"
			"  one: { kind: dhcp, over: c1 }\n"
			"  two: { kind: dhcp, over: c2 }\n"
			"  best: { kind: any, of: [two, one] }\n"
			"  vpn: { kind: route, over: best, to: default }\n"
			"  way: { kind: any, of: [vpn, one] }\n",
	    "vpn 0, two 100, one 200");
}
END_TEST

START_TEST(instances_come_by_name_and_move_up)
{
	struct story story;

	story_begin(&story, CARDS
	    "  lan: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  air: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  best: { kind: any, of: [air, lan] }\n", NULL);
	story_plug(&story, "eth10 eth2");
	expect_order(&story, "air@eth2 0, air@eth10 1, lan@eth2 100, "
			     "lan@eth10 101");
	story_plug(&story, "eth1");
	expect_order(&story, "air@eth1 0, air@eth2 1, air@eth10 2");
	story_unplug(&story, "eth2");
	story_unplug(&story, "eth1");
	expect_order(&story, "air@eth10 0, lan@eth10 100");
	story_end(&story);
}
END_TEST

START_TEST(an_instance_that_a_group_names_has_a_place_of_its_own)
{
	struct story story;

	story_begin(&story, CARDS
	    "  lan: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  best: { kind: any, of: [lan@eth2, lan] }\n", NULL);
	story_plug(&story, "eth1 eth2");
	expect_order(&story, "lan@eth2 0, lan@eth1 100");
	story_end(&story);
}
END_TEST

START_TEST(a_hundred_instances_are_told_apart)
{
	struct story story;

	story_begin(&story, CARDS
	    "  lan: { kind: dhcp, over: wired, start: hotplug }\n"
	    "  other: { kind: dhcp, over: wired, start: hotplug }\n", NULL);
	for (unsigned i = 0; i < 120; i++) {
		char name[16];

		snprintf(name, sizeof(name), "eth%u", i);
		story_plug(&story, name);
	}
	expect_order(&story, "lan@eth98 98, lan@eth99 99, lan@eth119 99, "
			     "other@eth0 100");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("preference");
	TCase *tc = tcase_create("preference");

	tcase_add_test(tc, members_come_in_the_order_of_the_list);
	tcase_add_test(tc, what_a_member_stands_on_has_its_place);
	tcase_add_test(tc, groups_in_a_group_are_written_out);
	tcase_add_test(tc, the_first_group_that_lists_it_counts);
	tcase_add_test(
	    tc, what_no_group_lists_comes_after_in_the_profiles_order);
	tcase_add_test(tc, a_tunnel_over_a_group_is_no_cycle);
	tcase_add_test(tc, instances_come_by_name_and_move_up);
	tcase_add_test(
	    tc, an_instance_that_a_group_names_has_a_place_of_its_own);
	tcase_add_test(tc, a_hundred_instances_are_told_apart);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
