/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locations: which network this is, by its facts; as stories. */
#include <check.h>
#include <string.h>

#include "tests/unit/run.h"
#include "tests/unit/story.h"

/* A location over lan that matches so. */
#define OFFICE(match)                                                         \
	"  lan: { kind: fake, start: auto }\n"                                \
	"  office: { kind: location, over: lan, match: { " match " } }\n"

static const struct fact mac_home[] = { { "gateway-mac",
	"02:00:5e:00:00:99" } };
static const struct fact mac_office[] = { { "gateway-mac",
	"02:00:5e:10:00:01" } };
static const struct fact domain_office[] = { { "domain", "corp.example" } };

#define MAC_OF_OFFICE "gateway-mac: \"02:00:5e:10:00:01\""

START_TEST(location_is_up_when_all_keys_match)
{
	struct story story;

	story_begin(&story,
	    OFFICE("domain: corp.example, server: 192.0.2.1"), NULL);
	story_expect(&story, "lan up, office waiting");
	story_facts(&story, "lan", "domain=corp.example");
	story_expect(&story, "office waiting");
	story_facts(&story, "lan", "domain=corp.example server=192.0.2.1");
	story_expect(&story, "office up");
	story_facts(&story, "lan", "domain=corp.example server=192.0.2.2");
	story_expect(&story, "office waiting");
	story_expect_trace(&story, "start lan");
	story_end(&story);
}
END_TEST

START_TEST(location_says_which_fact_does_not_match)
{
	struct story story;

	story_begin(&story, OFFICE("domain: corp.example"), NULL);
	story_facts(&story, "lan", "domain=home.example");
	story_expect_why(&story, "office", "domain|home.example");
	story_end(&story);
}
END_TEST

START_TEST(value_may_be_a_glob)
{
	struct story story;

	story_begin(&story, OFFICE("domain: \"*.corp.exampl[e]\""), NULL);
	story_facts(&story, "lan", "domain=lab.corp.example");
	story_expect(&story, "office up");
	story_facts(&story, "lan", "domain=corp.example");
	story_expect(&story, "office waiting");
	story_facts(&story, "lan", "domain=a.b.corp.example");
	story_expect(&story, "office up");
	story_end(&story);
}
END_TEST

START_TEST(value_may_be_a_list_of_which_one_must_match)
{
	struct story story;

	story_begin(
	    &story, OFFICE("domain: [corp.example, \"*.lab\"]"), NULL);
	story_facts(&story, "lan", "domain=corp.example");
	story_expect(&story, "office up");
	story_facts(&story, "lan", "domain=net.lab");
	story_expect(&story, "office up");
	story_facts(&story, "lan", "domain=lab");
	story_expect(&story, "office waiting");
	story_end(&story);
}
END_TEST

START_TEST(case_counts_but_not_in_link_layer_addresses)
{
	struct story story;

	story_begin(&story,
	    "  lan: { kind: fake, start: auto }\n"
	    "  name: { kind: location, over: lan,"
	    " match: { domain: corp.example } }\n"
	    "  router: { kind: location, over: lan,"
	    " match: { gateway-mac: \"02:00:5E:10:aa:*\" } }\n"
	    "  card: { kind: location, over: lan,"
	    " match: { mac: \"02:00:00:00:00:ab\" } }\n"
	    "  point: { kind: location, over: lan,"
	    " match: { bssid: \"02:00:00:00:00:CD\" } }\n",
	    NULL);
	story_facts(&story, "lan",
	    "domain=Corp.Example gateway-mac=02:00:5e:10:AA:01 "
	    "mac=02:00:00:00:00:AB bssid=02:00:00:00:00:cd");
	story_expect(&story, "name waiting, router up, card up, point up");
	story_end(&story);
}
END_TEST

START_TEST(fact_that_is_not_there_does_not_match)
{
	struct story story;

	story_begin(&story, OFFICE("domain: \"*\""), NULL);
	story_expect(&story, "lan up, office waiting");
	story_facts(&story, "lan", "domain=any.example");
	story_expect(&story, "office up");
	story_end(&story);
}
END_TEST

/* lan comes up with no facts but one to come after so long. */
static void begin_later(struct story *story, const char *nodes,
    const struct fact *fact, uint64_t later_ms)
{
	story_begin(story, nodes, NULL);
	story_down(story, "lan");
	story_set(story, "lan",
	    &(struct fake_outcome){
		.later_facts = fact, .n_later = 1, .later_ms = later_ms });
	story_up(story, "lan");
	story_expect(story, "lan up");
}

START_TEST(location_is_starting_while_a_fact_is_to_come)
{
	struct story story;

	begin_later(&story, OFFICE(MAC_OF_OFFICE), mac_office, 300);
	story_expect(&story, "office starting");
	ck_assert(node_is_undecided(
	    resolver_find(fake_resolver(story.fake), "office")));
	story_advance(&story, 299);
	story_expect(&story, "office starting");
	story_advance(&story, 1);
	story_expect(&story, "office up");
	story_end(&story);
}
END_TEST

START_TEST(fact_that_comes_may_be_another)
{
	struct story story;

	begin_later(&story, OFFICE(MAC_OF_OFFICE), mac_home, 300);
	story_expect(&story, "office starting");
	story_advance(&story, 300);
	story_expect(&story, "office waiting");
	story_end(&story);
}
END_TEST

START_TEST(one_key_that_does_not_match_decides_before_the_others_come)
{
	struct story story;

	begin_later(&story, OFFICE(MAC_OF_OFFICE ", domain: corp.example"),
	    mac_office, 300);
	story_expect(&story, "office waiting");
	story_expect_why(&story, "office", "gateway-mac is still to come, "
					   "wanted|there is no domain");
	story_end(&story);
}
END_TEST

START_TEST(fact_still_to_come_after_two_seconds_counts_as_not_matching)
{
	struct story story;

	begin_later(&story, OFFICE(MAC_OF_OFFICE), mac_office, 60000);
	story_advance(&story, 1999);
	story_expect(&story, "office starting");
	story_advance(&story, 1);
	story_expect(&story, "office waiting");
	story_advance(&story, 57999);
	story_expect(&story, "office waiting");
	/* Better late than never. */
	story_advance(&story, 1);
	story_expect(&story, "office up");
	story_end(&story);
}
END_TEST

START_TEST(condition_waits_until_the_location_is_decided)
{
	struct story story;

	begin_later(&story,
	    OFFICE(MAC_OF_OFFICE)
	    "  vpn: { kind: fake, when: not office, requires: lan }\n",
	    mac_office, 300);
	fake_clear_trace(story.fake);
	story_up(&story, "vpn");
	story_expect(&story, "office starting, vpn waiting");
	story_advance(&story, 300);
	story_expect(&story, "office up, vpn waiting");
	story_expect_trace(&story, "");
	story_end(&story);
}
END_TEST

/* ---- changes ---- */

static void say_later(struct story *story, const char *name,
    const char *later, const struct fact *facts, size_t n)
{
	ck_assert_int_eq(fake_report(story->fake, name,
			     &(struct report){ .type = REPORT_FACTS,
				 .facts = facts,
				 .n_facts = n,
				 .later = &later,
				 .n_later = 1 }),
	    0);
}

START_TEST(location_stays_up_while_new_facts_are_to_come)
{
	struct story story;

	story_begin(&story, OFFICE(MAC_OF_OFFICE), NULL);
	story_facts(&story, "lan", "gateway-mac=02:00:5e:10:00:01");
	story_expect(&story, "office up");
	say_later(&story, "lan", "gateway-mac", NULL, 0);
	story_expect(&story, "office up");
	story_advance(&story, 1999);
	story_expect(&story, "office up");
	story_facts(&story, "lan", "gateway-mac=02:00:5e:10:00:01");
	story_advance(&story, 10000);
	story_expect(&story, "office up");
	ck_assert_ptr_null(strstr(story.moves.data, "office up"));
	story_end(&story);
}
END_TEST

START_TEST(what_is_to_come_may_change_without_a_fact)
{
	const struct node *office;
	struct story story;

	story_begin(&story, OFFICE("server: a"), NULL);
	office = resolver_find(fake_resolver(story.fake), "office");
	say_later(&story, "lan", "domain", NULL, 0);
	story_expect(&story, "office waiting");
	ck_assert(!node_is_undecided(office));
	say_later(&story, "lan", "server", NULL, 0);
	story_expect(&story, "office waiting");
	ck_assert(node_is_undecided(office));
	story_facts(&story, "lan", "server=a");
	story_expect(&story, "office up");
	ck_assert(!node_is_undecided(office));
	story_end(&story);
}
END_TEST

START_TEST(location_stays_unmet_while_new_facts_are_to_come)
{
	struct story story;

	story_begin(&story, OFFICE(MAC_OF_OFFICE), NULL);
	story_facts(&story, "lan", "gateway-mac=02:00:5e:00:00:99");
	story_expect(&story, "office waiting");
	say_later(&story, "lan", "gateway-mac", NULL, 0);
	story_expect(&story, "office waiting");
	story_facts(&story, "lan", "gateway-mac=02:00:5e:10:00:01");
	story_expect(&story, "office up");
	story_end(&story);
}
END_TEST

START_TEST(location_that_is_up_is_unmet_after_two_undecided_seconds)
{
	struct story story;

	story_begin(&story, OFFICE(MAC_OF_OFFICE), NULL);
	story_facts(&story, "lan", "gateway-mac=02:00:5e:10:00:01");
	say_later(&story, "lan", "gateway-mac", NULL, 0);
	story_advance(&story, 2000);
	story_expect(&story, "office waiting");
	story_end(&story);
}
END_TEST

START_TEST(more_facts_to_come_do_not_begin_the_two_seconds_anew)
{
	struct story story;

	story_begin(&story, OFFICE(MAC_OF_OFFICE), NULL);
	story_facts(&story, "lan", "gateway-mac=02:00:5e:10:00:01");
	say_later(&story, "lan", "gateway-mac", NULL, 0);
	story_advance(&story, 1500);
	say_later(&story, "lan", "gateway-mac", domain_office, 1);
	story_expect(&story, "office up");
	story_advance(&story, 499);
	story_expect(&story, "office up");
	story_advance(&story, 1);
	story_expect(&story, "office waiting");
	story_end(&story);
}
END_TEST

START_TEST(next_undecided_time_has_two_seconds_of_its_own)
{
	struct story story;

	story_begin(&story, OFFICE(MAC_OF_OFFICE), NULL);
	story_facts(&story, "lan", "gateway-mac=02:00:5e:10:00:01");
	say_later(&story, "lan", "gateway-mac", NULL, 0);
	story_advance(&story, 1500);
	story_facts(&story, "lan", "gateway-mac=02:00:5e:10:00:01");
	say_later(&story, "lan", "gateway-mac", NULL, 0);
	story_advance(&story, 1999);
	story_expect(&story, "office up");
	story_advance(&story, 1);
	story_expect(&story, "office waiting");
	story_end(&story);
}
END_TEST

/* ---- the chain ---- */

static const char chain[] =
    "  far: { kind: fake, start: auto }\n"
    "  near: { kind: fake, over: far, start: auto }\n"
    "  office: { kind: location, over: near,"
    " match: { domain: corp.example } }\n";

START_TEST(nearer_fact_hides_the_farther)
{
	struct story story;

	story_begin(&story, chain, NULL);
	story_facts(&story, "far", "domain=corp.example");
	story_expect(&story, "office up");
	story_facts(&story, "near", "domain=home.example");
	story_expect(&story, "office waiting");
	story_facts(&story, "near", "address=192.0.2.7/24");
	story_expect(&story, "office up");
	story_end(&story);
}
END_TEST

START_TEST(nearer_fact_still_to_come_hides_the_farther)
{
	struct story story;

	story_begin(&story, chain, NULL);
	story_facts(&story, "far", "domain=home.example");
	story_expect(&story, "office waiting");
	story_facts(&story, "far", "domain=corp.example");
	story_expect(&story, "office up");
	say_later(&story, "near", "domain", NULL, 0);
	story_facts(&story, "far", "domain=home.example");
	story_expect(&story, "office up");
	story_facts(&story, "near", "domain=corp.example");
	story_expect(&story, "office up");
	say_later(&story, "near", "domain", NULL, 0);
	story_facts(&story, "far", "domain=corp.example");
	story_advance(&story, 2000);
	story_expect(&story, "office waiting");
	story_end(&story);
}
END_TEST

START_TEST(nearer_fact_hides_a_farther_one_that_is_still_to_come)
{
	struct story story;

	story_begin(&story, chain, NULL);
	story_facts(&story, "near", "domain=corp.example");
	say_later(&story, "far", "domain", NULL, 0);
	story_advance(&story, 10000);
	story_expect(&story, "office up");
	story_end(&story);
}
END_TEST

START_TEST(location_follows_the_selected_member)
{
	struct story story;

	story_begin(&story,
	    "  a: { kind: fake }\n"
	    "  b: { kind: fake }\n"
	    "  g: { kind: any, of: [a, b], start: auto }\n"
	    "  office: { kind: location, over: g,"
	    " match: { domain: corp.example } }\n",
	    NULL);
	story_facts(&story, "a", "domain=corp.example");
	story_facts(&story, "b", "domain=home.example");
	story_expect(&story, "office up");
	story_set(&story, "a",
	    &(struct fake_outcome){ .facts = domain_office, .n_facts = 1 });
	story_report(&story, "a", REPORT_FAILED);
	story_expect(&story, "g up, office waiting");
	story_advance(&story, 1000);
	story_expect(&story, "g up, office up");
	story_end(&story);
}
END_TEST

START_TEST(location_over_a_template_has_an_instance_per_card)
{
	struct story story;

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: auto }\n"
	    "  office: { kind: location, over: wired,"
	    " match: { device: \"eth[0-4]\" } }\n",
	    NULL);
	story_plug(&story, "eth0 eth7");
	story_expect(&story, "office@eth0 up, office@eth7 waiting, office up");
	story_end(&story);
}
END_TEST

START_TEST(location_goes_when_what_it_is_over_goes)
{
	struct story story;

	story_begin(&story, OFFICE("domain: corp.example"), NULL);
	story_facts(&story, "lan", "domain=corp.example");
	story_expect(&story, "office up");
	story_down(&story, "lan");
	story_expect(&story, "lan idle, office idle");
	story_end(&story);
}
END_TEST

START_TEST(location_looks_at_the_device_by_its_present_name)
{
	struct story story;
	const struct device renamed = { .key = "eth0", .name = "cable",
		.ifindex = 7, .type = "ethernet",
		.mac = "02:00:00:00:00:01" };

	story_begin(&story,
	    "  wired: { kind: link, match: { type: ethernet },"
	    " start: auto }\n"
	    "  here: { kind: location, over: wired,"
	    " match: { device: cable } }\n",
	    NULL);
	story_plug(&story, "eth0");
	story_expect(&story, "here@eth0 waiting");
	ck_assert_int_eq(fake_change(story.fake, &renamed), 0);
	story_expect(&story, "here@eth0 up");
	story_end(&story);
}
END_TEST

/* It was to stop, and had to wait for one that stands on it. */
START_TEST(location_that_stays_after_all_looks_anew)
{
	struct story story;

	story_begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  home: { kind: location, over: p, match: { domain: home } }\n"
	    "  y: { kind: fake, requires: home, start: auto }\n",
	    NULL);
	story_facts(&story, "p", "domain=home");
	story_set(&story, "y", &(struct fake_outcome){ .stop_takes_ms = 5000 });
	story_restart(&story, "y");
	story_advance(&story, 5000);
	story_expect(&story, "home up, y up");
	story_report(&story, "p", REPORT_FAILED);
	story_expect(&story, "p failed, home up, y stopping");
	story_advance(&story, 1000);
	story_expect(&story, "p up, home waiting, y stopping");
	story_end(&story);
}
END_TEST

START_TEST(time_for_facts_to_come_ends_when_it_is_to_stop)
{
	static const char *const keys[] = { "domain" };
	static const struct report gone = { .type = REPORT_UNMET };
	static const struct report later = {
		.type = REPORT_FACTS, .later = keys, .n_later = 1
	};
	struct story story;
	const struct node *home;

	/* y keeps it up meanwhile. */
	story_begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  home: { kind: location, over: p, match: { domain: home } }\n"
	    "  y: { kind: fake, requires: home, start: auto }\n",
	    NULL);
	home = resolver_find(fake_resolver(story.fake), "home");
	story_set(&story, "y", &(struct fake_outcome){ .stop_takes_ms = 9000 });
	story_facts(&story, "p", "domain=home");
	fake_report(story.fake, "p", &later);
	story_expect(&story, "home up, y up");
	ck_assert(node_is_undecided(home));
	story_force_down(&story, "home");
	story_expect(&story, "home up, y stopping");
	ck_assert(!node_is_undecided(home));
	/* Nothing else is new when it may stay after all. */
	story_up(&story, "home");
	story_expect(&story, "home up, y stopping");
	ck_assert(node_is_undecided(home));
	fake_report(story.fake, "p", &gone);
	story_expect(&story, "home up, y stopping");
	ck_assert(!node_is_undecided(home));
	ck_assert_uint_eq(resolver_deadline(fake_resolver(story.fake)),
	    RESOLVER_NEVER);
	story_end(&story);
}
END_TEST

START_TEST(time_for_facts_to_come_begins_anew_when_they_have_gone)
{
	static const char *const keys[] = { "domain" };
	static const struct report gone = { .type = REPORT_UNMET };
	static const struct report later = {
		.type = REPORT_UP, .later = keys, .n_later = 1
	};
	struct story story;

	/* y keeps it up meanwhile. */
	story_begin(&story,
	    "  p: { kind: fake, start: auto }\n"
	    "  home: { kind: location, over: p, match: { domain: home } }\n"
	    "  y: { kind: fake, requires: home, start: auto }\n",
	    NULL);
	story_set(&story, "y", &(struct fake_outcome){ .stop_takes_ms = 9000 });
	story_facts(&story, "p", "domain=home");
	story_expect(&story, "home up, y up");
	fake_report(story.fake, "p", &gone);
	fake_report(story.fake, "p", &later);
	story_expect(&story, "home up, y stopping");
	story_advance(&story, 1000);
	fake_report(story.fake, "p", &gone);
	story_advance(&story, 500);
	fake_report(story.fake, "p", &later);
	story_advance(&story, 1999);
	story_expect(&story, "home up, y stopping");
	story_advance(&story, 1);
	story_expect(&story, "home waiting, y stopping");
	story_end(&story);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("location");
	TCase *tc = tcase_create("location");

	tcase_add_test(tc, location_is_up_when_all_keys_match);
	tcase_add_test(tc, location_says_which_fact_does_not_match);
	tcase_add_test(tc, value_may_be_a_glob);
	tcase_add_test(tc, value_may_be_a_list_of_which_one_must_match);
	tcase_add_test(tc, case_counts_but_not_in_link_layer_addresses);
	tcase_add_test(tc, fact_that_is_not_there_does_not_match);
	tcase_add_test(tc, location_is_starting_while_a_fact_is_to_come);
	tcase_add_test(tc, fact_that_comes_may_be_another);
	tcase_add_test(
	    tc, one_key_that_does_not_match_decides_before_the_others_come);
	tcase_add_test(
	    tc, fact_still_to_come_after_two_seconds_counts_as_not_matching);
	tcase_add_test(tc, condition_waits_until_the_location_is_decided);
	tcase_add_test(tc, location_stays_up_while_new_facts_are_to_come);
	tcase_add_test(tc, what_is_to_come_may_change_without_a_fact);
	tcase_add_test(tc, location_stays_unmet_while_new_facts_are_to_come);
	tcase_add_test(
	    tc, location_that_is_up_is_unmet_after_two_undecided_seconds);
	tcase_add_test(
	    tc, more_facts_to_come_do_not_begin_the_two_seconds_anew);
	tcase_add_test(tc, next_undecided_time_has_two_seconds_of_its_own);
	tcase_add_test(tc, nearer_fact_hides_the_farther);
	tcase_add_test(tc, nearer_fact_still_to_come_hides_the_farther);
	tcase_add_test(
	    tc, nearer_fact_hides_a_farther_one_that_is_still_to_come);
	tcase_add_test(tc, location_follows_the_selected_member);
	tcase_add_test(tc, location_over_a_template_has_an_instance_per_card);
	tcase_add_test(tc, location_goes_when_what_it_is_over_goes);
	tcase_add_test(tc, location_looks_at_the_device_by_its_present_name);
	tcase_add_test(tc, location_that_stays_after_all_looks_anew);
	tcase_add_test(tc, time_for_facts_to_come_ends_when_it_is_to_stop);
	tcase_add_test(
	    tc, time_for_facts_to_come_begins_anew_when_they_have_gone);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
