/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "tests/unit/check-steps.h"
#include "tests/unit/run.h"

static void check_top(const char *text, const char *want)
{
	_cleanup_(playing_clear) struct playing playing = {.a = one};

	playing_run_n(&playing, text, strlen(text), PLAYING_JSON);
	ck_assert_int_eq(playing.r, -EINVAL);
	ck_assert_msg(strstr(playing.errors.data, want) != NULL,
	    "'%s' is not in:\n%s", want, playing.errors.data);
}

/* ---- errors ---- */

START_TEST(errors_of_the_top_have_their_places)
{
	check_top("", "s.yaml:1:1: error: the file is empty");
	check_top("- a\n", "s.yaml:1:1: error: a scenario file must be");
	check_top("profile: a.yaml\nscenarios: []\n",
	    "s.yaml:1:1: error: 'version' is missing");
	check_top("version: 1\nscenarios: []\n", "'profile' is missing");
	check_top("version: 1\nprofile: a.yaml\n", "'scenarios' is missing");
	check_top("version: 1\nprofile: c.yaml\nscenarios: []\n",
	    "s.yaml:2:10: error: c.yaml: No such file");
	check_top("version: 1\nprofile: a.yaml\nscenarioss: []\n",
	    "3:1: error: 'scenarioss' is not a key of a scenario file; did "
	    "you mean 'scenarios'?");
	check_top("version: 1\nprofile: a.yaml\nscenarios: []\n",
	    "3:12: error: 'scenarios' is empty: there is nothing to run");
	check_top("version: 1\nprofile: a.yaml\nscenarios:\n"
		  "  - { name: x, steps: [] }\n  - { name: y, steps: [] }\n"
		  "  - { name: x, steps: [] }\n",
	    "6:13: error: there are two scenarios 'x'; the first is at "
	    "s.yaml:4:13");
	check_top("version: 1\nprofile: a.yaml\nscenarios:\n  - steps: []\n",
	    "4:5: error: 'name' is missing");
	check_top("version: 1\nprofile: a.yaml\nscenarios:\n  - name: x\n",
	    "4:5: error: 'steps' is missing");
	check_top("version: 1\nprofile: a.yaml\nscenarios:\n  - name: x\n"
		  "    name: y\n",
	    "'name' is given twice");
}
END_TEST

static const struct {
	const char *head, *steps, *want;
} errors[] = {
    {"    provider: {}\n", "      []\n", "did you mean 'providers'?"},
    {"    providers: { lam: {} }\n", "      []\n",
	"5:18: error: there is no node 'lam'; did you mean 'lan'?"},
    {"    providers: { lan: { take: 1s } }\n", "      []\n",
	"5:25: error: 'take' is not a key of a simulated provider; did you "
	"mean 'takes'?"},
    {"    providers: { lan: { takes: 1 } }\n", "      []\n",
	"'takes' must be a duration"},
    {"    providers: { lan: { fails: -1 } }\n", "      []\n",
	"'fails' must be a number"},
    {"    providers: { vpn@eth0: {} }\n", "      []\n",
	"'vpn@eth0': it is no template"},
    {"    devices: { device: eth0, typ: x }\n", "      []\n",
	"5:30: error: 'typ' is not a key of a device; did you mean 'type'?"},
    {"", "      - settel\n", "6:9: error: 'settel' is not a step; did you "
			      "mean 'settle'?"},
    {"", "      - advance\n", "'advance' needs a value"},
    {"", "      - { up: vpn, down: vpn }\n", "a step must be one word"},
    {"", "      - settle: 5s\n", "'settle' has no value"},
    {"", "      - up: vpm\n", "6:13: error: there is no node 'vpm'"},
    {"", "      - expect: { vpn: upp }\n", "6:24: error: 'vpn' must be idle"},
    {"", "      - expect: { lan@: up }\n", "the device is missing"},
    {"", "      - report: { lan: up }\n", "'lan' is a template"},
    {"", "      - report: { vpn: down }\n", "must be up, unmet, failed"},
    {"", "      - unplug: eth0\n", "6:17: error: there is no device 'eth0'"},
    {"", "      - change: { device: eth0 }\n", "there is no device 'eth0'"},
    {"", "      - plug: { type: ethernet }\n", "'device' is missing"},
    {"    devices: { device: eth0 }\n", "      - plug: { device: eth0 }\n",
	"7:15: error: device 'eth0' is there already"},
    {"", "      - plug: [{ device: eth0 }, { device: eth0 }]\n",
	"device 'eth0' is there already"},
    {"    devices: { device: eth0 }\n",
	"      - unplug: eth0\n      - unplug: eth0\n",
	"8:17: error: there is no device 'eth0'"},
    {"", "      - expect-trace: [strt vpn]\n", "must be an action"},
    {"", "      - reload: b.yaml\n", "b.yaml: No such file"},
    {"", "      - down: { force: true }\n", "'node' is missing"},
};

START_TEST(errors_of_a_scenario_have_their_places)
{
	check_error(
	    cards, errors[_i].head, errors[_i].steps, errors[_i].want);
}
END_TEST

START_TEST(all_errors_are_reported_and_none_twice)
{
	_cleanup_(playing_clear) struct playing playing = {0};
	const char *line;
	unsigned n = 0;

	play_steps(&playing, cards, "",
	    "      - plug: { device: eth0, typ: x }\n"
	    "      - unplug: eth0\n"
	    "      - expect: { a: up, b: up }\n",
	    PLAYING_JSON);
	line = playing.errors.data;
	while ((line = strstr(line, "error: "))) {
		line++;
		n++;
	}
	ck_assert_uint_eq(n, 3);
	ck_assert_uint_eq(playing.out.n, 0);
}
END_TEST

START_TEST(what_has_no_provider_cannot_report)
{
	static const char group[] = "version: 1\nnodes:\n"
				    "  x: { kind: fake }\n"
				    "  g: { kind: any, of: [x] }\n";

	check_error(group, "", "      - report: { g: up }\n",
	    "'g' has no provider: it is of kind 'any'");
}
END_TEST

START_TEST(the_errors_of_the_profile_are_those_of_the_file)
{
	check_error("version: 1\nnodes: { x: { kind: fak } }\n", "",
	    "      - up: x\n", "a.yaml:2:");
}
END_TEST

/* ---- warnings ---- */

static const char office[] =
    "version: 1\n"
    "nodes:\n"
    "  wired: { kind: link, match: { type: ethernet } }\n"
    "  lan: { kind: dhcp, over: wired, when: from office-on until x }\n"
    "  job: { kind: task, run: /x, on-event: dusk }\n";

/* It runs, and this is said of it. */
static void check_warnings(const char *profile, const char *head,
    const char *steps, const char *want)
{
	_cleanup_(playing_clear) struct playing playing = {.b = office};

	play_steps(&playing, profile, head, steps, PLAYING_TAP);
	ck_assert_int_eq(playing.r, 0);
	ck_assert_str_eq(playing.errors.data, want);
}

START_TEST(an_event_that_nobody_listens_to_is_warned_of)
{
	check_warnings(office, "",
	    "      - emit: office-on\n      - emit: x\n      - emit: dusk\n",
	    "");
	check_warnings(office, "", "      - emit: ofice-on\n",
	    "s.yaml:6:15: warning: no node of the profile listens to "
	    "'ofice-on'; did you mean 'office-on'?\n"
	    "    6 |       - emit: ofice-on\n"
	    "      |               ^~~~~~~~\n");
	/* Of all profiles that the scenario has. */
	check_warnings(one, "",
	    "      - emit: dusk\n      - reload: b.yaml\n", "");
}
END_TEST

#define NO_FACT "warning: no kind of node gives a fact "

START_TEST(a_fact_that_no_kind_gives_is_warned_of)
{
	_cleanup_(playing_clear) struct playing playing = {0};

	check_warnings(office,
	    "    providers: { lan: { facts: { address: a },"
	    " later: { takes: 1s, facts: { gateway-mac: b } } } }\n"
	    "    devices: { device: e0, type: ethernet }\n",
	    "      - up: lan\n      - emit: office-on\n      - settle\n"
	    "      - expect-facts: { lan@e0: { address: a } }\n"
	    "      - facts: { lan@e0: { domain: c, ssid: d } }\n", "");
	play_steps(&playing, office,
	    "    providers: { lan: { facts: { adress: a },"
	    " later: { facts: { getaway: b } } } }\n",
	    "      - facts: { lan@e0: { doman: c } }\n"
	    "      - expect-facts: { job: { qwertz: a } }\n", PLAYING_TAP);
	ck_assert_int_eq(playing.r, 0);
#define CHECK_SAID(text)                                                       \
	ck_assert_msg(strstr(playing.errors.data, text), "%s",                 \
	    playing.errors.data)
	CHECK_SAID("s.yaml:5:34: " NO_FACT "'adress'; did you mean 'address'?");
	CHECK_SAID(
	    "s.yaml:5:65: " NO_FACT "'getaway'; did you mean 'gateway'?");
	CHECK_SAID("s.yaml:7:28: " NO_FACT "'doman'; did you mean 'domain'?");
	CHECK_SAID("s.yaml:8:32: " NO_FACT "'qwertz'; 'netconf kinds' shows "
		   "which each kind gives");
	/* A simulated kind tells whatever the scenario says. */
	check_warnings(one, "    providers: { x: { facts: { a: b } } }\n",
	    "      - expect-facts: { x: { a: b } }\n", "");
	check_warnings(office, "",
	    "      - expect-facts: { lan: { address: a } }\n", "");
	/* Where there are errors, they come first. */
	playing_clear(&playing);
	play_steps(&playing, office, "    providers: { lan: [] }\n",
	    "      - emit: y\n", PLAYING_TAP);
	ck_assert_ptr_null(strstr(playing.errors.data, "warning"));
}
END_TEST

/* ---- outcomes ---- */

START_TEST(a_start_takes_its_time_and_brings_facts)
{
	check_run(one,
	    "    providers: { x: { takes: 300ms, facts: { address: a b } } }\n",
	    "      - advance: 299ms\n"
	    "      - expect: { x: starting }\n"
	    "      - expect-trace: start x\n"
	    "      - advance: 1ms\n"
	    "      - expect: { x: up }\n"
	    "      - expect-facts: { x: { address: a b } }\n"
	    "      - expect-trace: []\n");
}
END_TEST

START_TEST(the_first_starts_fail)
{
	check_run(one, "    providers: { x: { fails: 2, error: no luck } }\n",
	    "      - expect: { x: failed }\n"
	    "      - advance: 1s\n"
	    "      - expect: { x: failed }\n"
	    "      - advance: 1999ms\n"
	    "      - expect: { x: failed }\n"
	    "      - advance: 1ms\n"
	    "      - expect: { x: up }\n");
}
END_TEST

START_TEST(starts_are_counted_anew_when_an_instance_has_been_absent)
{
	check_run(cards, "    providers: { lan: { fails: 1 } }\n",
	    "      - plug: { device: eth0, type: ethernet }\n"
	    "      - expect: { lan@eth0: failed }\n"
	    "      - advance: 1s\n"
	    "      - expect: { lan@eth0: up }\n"
	    "      - unplug: eth0\n"
	    "      - expect: { lan@eth0: absent }\n"
	    "      - plug: { device: eth0, type: ethernet }\n"
	    "      - expect: { lan@eth0: failed }\n");
}
END_TEST

START_TEST(permanent_failures_are_not_retried)
{
	check_run(one, "    providers: { x: { permanent: true } }\n",
	    "      - advance: 1h\n"
	    "      - expect: { x: failed }\n"
	    "      - expect-trace: start x\n");
	check_run(one, "    providers: { x: { permanent: true, fails: 1 } }\n",
	    "      - advance: 1h\n"
	    "      - expect: { x: failed }\n"
	    "      - reset: x\n"
	    "      - expect: { x: up }\n");
}
END_TEST

START_TEST(an_unmet_node_waits_until_it_is_met)
{
	check_run(one, "    providers: { x: { unmet: true } }\n",
	    "      - expect: { x: waiting }\n"
	    "      - report: { x: failed }\n"
	    "      - expect: { x: waiting }\n"
	    "      - report: { x: up }\n"
	    "      - expect: { x: up }\n");
}
END_TEST

START_TEST(a_start_without_outcome_has_none)
{
	check_run(one, "    providers: { x: { never: true, fails: 1 } }\n",
	    "      - advance: 1h\n"
	    "      - expect: { x: starting }\n");
}
END_TEST

START_TEST(what_is_lost_is_lost_after_its_time)
{
	check_run(one,
	    "    providers: { x: { takes: 1s, lost-after: 2s } }\n",
	    "      - advance: 2999ms\n"
	    "      - expect: { x: up }\n"
	    "      - advance: 1ms\n"
	    "      - expect: { x: failed }\n");
}
END_TEST

START_TEST(a_stop_takes_its_time)
{
	check_run(one, "    providers: { x: { stop-takes: 2s } }\n",
	    "      - down: x\n"
	    "      - expect: { x: stopping }\n"
	    "      - advance: 2s\n"
	    "      - expect: { x: idle }\n"
	    "      - expect-trace: [start x, stop x]\n");
}
END_TEST

START_TEST(facts_may_come_later)
{
	check_run(one,
	    "    providers:\n"
	    "      x:\n"
	    "        facts: { a: 1, b: 1 }\n"
	    "        later: { takes: 1s, facts: { b: 2, c: 2 } }\n",
	    "      - expect-facts: { x: { a: 1, b: 1 } }\n"
	    "      - advance: 1s\n"
	    "      - expect-facts: { x: { a: 1, b: 2, c: 2 } }\n");
}
END_TEST

START_TEST(an_instance_has_its_own_outcome)
{
	check_run(cards,
	    "    providers: { lan: { takes: 9s }, lan@eth1: { fails: 1 } }\n",
	    "      - plug: [{ device: eth0, type: ethernet },\n"
	    "          { device: eth1, type: ethernet }]\n"
	    "      - expect: { lan@eth0: starting, lan@eth1: failed }\n");
}
END_TEST

static const char follower[] = "version: 1\nnodes:\n"
			       "  a: { kind: fake, start: auto }\n"
			       "  x: { kind: fake, over: a, start: auto }\n";

START_TEST(a_provider_follows_a_rebind_or_not)
{
	check_run(follower, "",
	    "      - expect-trace: [start a, start x]\n"
	    "      - facts: { a: { address: b } }\n"
	    "      - expect-trace: [rebind x]\n"
	    "      - facts: { a: { address: c } }\n"
	    "      - expect-trace: []\n"
	    "      - expect: { x: up }\n");
	check_run(follower, "    providers: { x: { follows: false } }\n",
	    "      - expect-trace: [start a, start x]\n"
	    "      - facts: { a: { address: b } }\n"
	    "      - expect-trace: [stop x, start x]\n");
}
END_TEST

START_TEST(what_why_would_say_is_expected)
{
	_cleanup_(playing_clear) struct playing playing = {0};

	check_run(cards, "",
	    "      - expect-why: { vpn: needs lan }\n"
	    "      - expect-why: { vpn: [vpn is waiting, no device for wired],"
	    " lan: needs wired }\n");
	play_steps(&playing, cards, "",
	    "      - expect-why: { vpn: [needs lan, needs x] }\n", PLAYING_TAP);
	ck_assert_uint_eq(playing.n_failed, 1);
	ck_assert_msg(strstr(playing.out.data, "#   node: vpn\n"
			     "#   want: needs x\n"
			     "#   got:\n"
			     "#     vpn is waiting: needs lan\n"),
	    "%s", playing.out.data);
}
END_TEST

START_TEST(an_update_counts_where_it_is_written)
{
#define LINK(mtu)                                                              \
	"version: 1\nnodes:\n"                                                 \
	"  x: { kind: link, device: e0, start: auto, mtu: " mtu " }\n"
	static const char *const traces[] = {"start x, update x", "start x"};
	static const char *const wrong[] = {
	    "start x, update x, update x", "update x, start x",
	    "start x, stop x"};
	_cleanup_(playing_clear) struct playing playing = {
	    .b = LINK("1400")};

	for (size_t i = 0; i < ARRAY_SIZE(traces) + ARRAY_SIZE(wrong); i++) {
		bool good = i < ARRAY_SIZE(traces);
		_cleanup_(text_clear) struct text steps = {0};

		text_printf(&steps, "      - reload: b.yaml\n"
				    "      - expect: { x: up }\n"
				    "      - expect-trace: [%s]\n",
		    good ? traces[i] : wrong[i - ARRAY_SIZE(traces)]);
		play_steps(&playing, LINK("1500"),
		    "    devices: { device: e0 }\n", steps.data, PLAYING_TAP);
		ck_assert_int_eq(playing.r, 0);
		ck_assert_msg(playing.n_failed == !good, "%s%s", steps.data,
		    playing.out.data);
	}
}
END_TEST

START_TEST(timeouts_count_where_they_are_written)
{
	check_run("version: 1\nnodes:\n"
		  "  x: { kind: fake, start: auto, timeout: 5s }\n",
	    "    providers: { x: { takes: 5s } }\n",
	    "      - advance: 5s\n"
	    "      - expect: { x: failed }\n");
	/* A dhcp node has one of its own. */
	check_run("version: 1\nnodes:\n"
		  "  a: { kind: fake }\n"
		  "  x: { kind: dhcp, over: a, start: auto }\n",
	    "    providers: { x: { takes: 30m } }\n",
	    "      - advance: 29m\n"
	    "      - expect: { x: starting }\n"
	    "      - advance: 1m\n"
	    "      - expect: { x: up }\n");
}
END_TEST

/* ---- carriers ---- */

START_TEST(a_link_follows_the_carrier_of_its_device)
{
	check_run(cards, "    providers: { wired: { takes: 1s } }\n",
	    "      - plug: { device: e0, type: ethernet, carrier: false }\n"
	    "      - expect: { wired@e0: starting }\n"
	    "      - advance: 1s\n"
	    "      - expect: { wired@e0: waiting }\n"
	    "      - change: { device: e0, carrier: true }\n"
	    "      - expect: { wired@e0: up, vpn: up }\n"
	    "      - change: { device: e0, carrier: false }\n"
	    "      - expect: { wired@e0: waiting, vpn: waiting }\n"
	    "      - unplug: e0\n"
	    "      - plug: { device: e0, type: ethernet }\n"
	    "      - advance: 1s\n"
	    "      - expect: { wired@e0: up }\n");
	check_run("version: 1\nnodes:\n"
		  "  x: { kind: link, device: e0, carrier: ignore, "
		  "start: auto }\n",
	    "    devices: { device: e0, carrier: false }\n",
	    "      - expect: { x: up }\n"
	    "      - change: { device: e0, carrier: true }\n"
	    "      - change: { device: e0, carrier: false }\n"
	    "      - expect: { x: up }\n");
}
END_TEST

START_TEST(a_link_does_not_follow_the_carrier_of_the_next_device_of_that_name)
{
	check_run(cards,
	    "    devices: { device: e0, type: ethernet }\n"
	    "    providers: { lan: { stop-takes: 1s } }\n",
	    "      - unplug: e0\n"
	    "      - expect: { wired@e0: up, lan@e0: stopping }\n"
	    "      - plug: { device: e0, type: ethernet }\n"
	    "      - change: { device: e0, carrier: false }\n"
	    "      - expect: { wired@e0: up }\n"
	    "      - advance: 1s\n"
	    "      - expect: { wired@e0: waiting }\n"
	    "      - change: { device: e0, carrier: true }\n"
	    "      - expect: { wired@e0: up }\n");
	/* A start that was under way. */
	check_run(cards,
	    "    devices: { device: e0, type: ethernet }\n"
	    "    providers: { wired: { takes: 1s, stop-takes: 2s } }\n",
	    "      - unplug: e0\n"
	    "      - plug: { device: e0, type: ethernet, carrier: false }\n"
	    "      - expect: { wired@e0: stopping }\n"
	    "      - advance: 3s\n"
	    "      - expect: { wired@e0: waiting }\n");
}
END_TEST

/* ---- reports ---- */

START_TEST(a_report_that_the_state_does_not_allow_is_ignored)
{
	check_run(one, "    providers: { x: { takes: 1s } }\n",
	    "      - report: { x: lost }\n"
	    "      - expect: { x: starting }\n"
	    "      - report: { x: unmet }\n"
	    "      - expect: { x: waiting }\n"
	    "      - advance: 5s\n"
	    "      - expect: { x: waiting }\n"
	    "      - report: { x: up }\n"
	    "      - report: { x: permanent }\n"
	    "      - expect: { x: up }\n"
	    "      - report: { x: lost }\n"
	    "      - expect: { x: failed }\n"
	    "      - report: { x: up }\n"
	    "      - expect: { x: failed }\n"
	    "      - advance: 1s\n"
	    "      - report: { x: permanent }\n"
	    "      - advance: 1h\n"
	    "      - expect: { x: failed }\n"
	    "      - expect-trace: [start x, start x]\n");
	check_run(cards, "", "      - report: { lan@eth9: up }\n"
			     "      - expect: { lan@eth9: absent }\n");
}
END_TEST

/* ---- order at one instant ---- */

START_TEST(outcomes_of_one_instant_come_in_the_order_of_the_starts)
{
	/* b starts after a; what is lost belongs to its start. */
	check_run("version: 1\nnodes:\n"
		  "  a: { kind: fake }\n"
		  "  b: { kind: fake }\n"
		  "  g: { kind: any, of: [b, a] }\n"
		  "  x: { kind: fake, over: g, start: auto }\n",
	    "    providers:\n"
	    "      a: { takes: 1s, lost-after: 2s }\n"
	    "      b: { takes: 3s }\n"
	    "      x: { stop-takes: 1s }\n",
	    "      - advance: 1s\n"
	    "      - expect: { x: up }\n"
	    "      - expect-trace: [start a, start b, start x]\n"
	    "      - advance: 2s\n"
	    /* a is lost before b is up. */
	    "      - expect-trace: [stop x]\n");
}
END_TEST

START_TEST(a_retry_comes_before_outcomes)
{
	check_run("version: 1\nnodes:\n"
		  "  a: { kind: fake, start: auto }\n"
		  "  x: { kind: fake, start: auto, when: not a }\n",
	    "    providers: { a: { takes: 1s }, x: { fails: 1 } }\n",
	    "      - down: a\n"
	    "      - expect: { x: failed }\n"
	    "      - up: a\n"
	    "      - advance: 1s\n"
	    "      - expect: { a: up }\n");
}
END_TEST

START_TEST(devices_of_one_plug_are_one_input)
{
	check_run("version: 1\nnodes:\n"
		  "  wired: { kind: link, match: { name: \"*\" } }\n"
		  "  a: { kind: fake, over: wired }\n"
		  "  g: { kind: any, of: [a] }\n"
		  "  x: { kind: fake, over: g, start: auto }\n",
	    "",
	    "      - plug: [{ device: eth10 }, { device: eth2 }]\n"
	    "      - expect-trace: [start wired@eth2, start wired@eth10,\n"
	    "          start a@eth2, start a@eth10, start x]\n");
}
END_TEST

/* ---- settle ---- */

START_TEST(settle_ends_when_nothing_is_at_work)
{
	check_json(one, "    providers: { x: { takes: 90m } }\n",
	    "      - report: { x: up }\n      - settle\n", 0,
	    "{\"scenario\":\"it\"}\n"
	    "{\"t\":0,\"node\":\"x\",\"from\":\"idle\",\"to\":\"starting\","
	    "\"cause\":\"netconfd started\"}\n"
	    "{\"t\":0,\"action\":\"start\",\"node\":\"x\"}\n"
	    "{\"t\":0,\"input\":{\"report\":{\"x\":\"up\"}}}\n"
	    "{\"t\":0,\"node\":\"x\",\"from\":\"starting\",\"to\":\"up\","
	    "\"cause\":\"reported by its provider\"}\n"
	    "{\"t\":0,\"input\":{\"settle\":true}}\n"
	    "{\"t\":0,\"final\":{\"x\":\"up\"}}\n");
}
END_TEST

/* The cause, and the reason once. */
START_TEST(a_start_that_a_value_prevents_is_told_once)
{
	check_json("version: 1\n"
		   "nodes:\n"
		   "  x: { kind: fake, start: auto }\n"
		   "  r: { kind: rule, over: x, from: \"${address}\", "
		   "table: 7, priority: 7, start: auto }\n",
	    "    providers: { x: { facts: { address: here } } }\n",
	    "      - settle\n", 0,
	    "{\"scenario\":\"it\"}\n"
	    "{\"t\":0,\"node\":\"r\",\"from\":\"idle\",\"to\":\"waiting\","
	    "\"cause\":\"netconfd started\"}\n"
	    "{\"t\":0,\"node\":\"x\",\"from\":\"idle\",\"to\":\"starting\","
	    "\"cause\":\"netconfd started\"}\n"
	    "{\"t\":0,\"action\":\"start\",\"node\":\"x\"}\n"
	    "{\"t\":0,\"node\":\"x\",\"from\":\"starting\",\"to\":\"up\","
	    "\"cause\":\"reported by its provider\"}\n"
	    "{\"t\":0,\"node\":\"r\",\"from\":\"waiting\",\"to\":"
	    "\"starting\",\"cause\":\"x is up\"}\n"
	    "{\"t\":0,\"node\":\"r\",\"from\":\"starting\",\"to\":"
	    "\"failed\",\"cause\":\"r cannot be started: with '${address}', "
	    "'from' is 'here', and must be an address or a network, such as "
	    "192.0.2.7 or 2001:db8::/32\"}\n"
	    "{\"t\":0,\"input\":{\"settle\":true}}\n"
	    "{\"t\":0,\"final\":{\"x\":\"up\",\"r\":\"failed\"}}\n");
}
END_TEST

START_TEST(settle_does_not_wait_for_retries)
{
	check_run(one, "    providers: { x: { takes: 2s, fails: 1 } }\n",
	    "      - settle\n"
	    "      - expect: { x: failed }\n"
	    "      - advance: 999ms\n"
	    "      - expect: { x: failed }\n"
	    "      - advance: 1ms\n"
	    "      - expect: { x: starting }\n"
	    "      - settle\n"
	    "      - expect: { x: up }\n");
}
END_TEST

START_TEST(settle_waits_for_a_start_without_end_up_to_its_timeout)
{
	static const char never[] =
	    "    providers: { x: { never: true, stop-takes: 1s } }\n";

	check_run(one, never,
	    "      - settle\n"
	    "      - expect: { x: starting }\n");
	check_run("version: 1\nnodes:\n"
		  "  x: { kind: fake, start: auto, timeout: 5s }\n",
	    never,
	    "      - settle\n"
	    "      - expect: { x: failed }\n"
	    "      - advance: 999ms\n"
	    "      - expect: { x: failed }\n"
	    "      - advance: 1ms\n"
	    "      - expect: { x: starting }\n");
}
END_TEST

START_TEST(settle_waits_for_holds_but_not_for_ever)
{
	static const char held[] = "version: 1\nnodes:\n"
				   "  a: { kind: fake }\n"
				   "  x: { kind: fake, requires: a, hold: %s,"
				   " start: auto }\n";
	_cleanup_(text_clear) struct text some = {0}, ever = {0};

	text_printf(&some, held, "500ms");
	text_printf(&ever, held, "forever");
	check_run(some.data, "",
	    "      - report: { a: unmet }\n"
	    "      - expect: { x: up }\n"
	    "      - settle\n"
	    "      - expect: { x: waiting }\n");
	check_run(ever.data, "",
	    "      - report: { a: unmet }\n"
	    "      - settle\n"
	    "      - expect: { x: up, a: waiting }\n");
}
END_TEST

START_TEST(settle_waits_until_a_location_is_decided)
{
	static const char place[] =
	    "version: 1\nnodes:\n"
	    "  a: { kind: fake, start: auto }\n"
	    "  here: { kind: location, over: a, match: { gateway-mac: m } }\n";

	check_run(place,
	    "    providers: { a: { later: { takes: 500ms, "
	    "facts: { gateway-mac: m } } } }\n",
	    "      - expect: { here: starting }\n"
	    "      - settle\n"
	    "      - expect: { here: up }\n");
	check_run(place,
	    "    providers: { a: { later: { takes: 3s, "
	    "facts: { gateway-mac: m } } } }\n",
	    "      - settle\n"
	    "      - expect: { here: waiting }\n"
	    "      - advance: 999ms\n"
	    "      - expect: { here: waiting }\n"
	    "      - advance: 1ms\n"
	    "      - expect: { here: up }\n");
}
END_TEST

START_TEST(what_does_not_settle_within_an_hour_is_an_error)
{
	check_run(one, "    providers: { x: { takes: 60m } }\n",
	    "      - settle\n"
	    "      - expect: { x: up }\n");
	check_error(one, "    providers: { x: { takes: 61m } }\n",
	    "      - settle\n",
	    "7:9: error: it does not settle: after an hour 'x' is still "
	    "starting");
}
END_TEST

START_TEST(a_scenario_in_which_too_much_happens_is_given_up)
{
	_cleanup_(playing_clear) struct playing playing = {
	    .max_outcomes = 100};

	play_steps(&playing,
	    "version: 1\nnodes:\n"
	    "  x: { kind: fake, start: auto, "
	    "retry: { delay: 1ms, max-delay: 1ms } }\n",
	    "    providers: { x: { fails: 1000 } }\n",
	    "      - advance: 1h\n", PLAYING_JSON);
	ck_assert_int_eq(playing.r, -EINVAL);
	ck_assert(strstr(playing.errors.data,
	    "s.yaml:7:9: error: too much happens"));
}
END_TEST

/* ---- netconfd, profiles ---- */

START_TEST(a_crash_loses_what_is_at_work_and_adopts_what_is_up)
{
	check_run(cards,
	    "    devices: { device: eth0, type: ethernet }\n"
	    "    providers: { lan: { takes: 1s, fails: 1, lost-after: 9s }, "
	    "vpn: { takes: 5s } }\n",
	    "      - advance: 3s\n"
	    "      - expect: { lan@eth0: up, vpn: starting }\n"
	    "      - expect-trace: [start wired@eth0, start lan@eth0,\n"
	    "          start lan@eth0, start vpn]\n"
	    "      - advance: 1s\n"
	    "      - crash\n"
	    "      - expect: { wired@eth0: up, lan@eth0: up, vpn: starting }\n"
	    "      - expect-trace: start vpn\n"
	    "      - advance: 5s\n"
	    "      - expect: { vpn: up }\n"
	    "      - advance: 2999ms\n"
	    "      - expect: { lan@eth0: up }\n"
	    "      - advance: 1ms\n"
	    "      - expect: { lan@eth0: failed }\n"
	    /* The failure before the crash was the first, and is counted. */
	    "      - advance: 2s\n"
	    "      - expect: { lan@eth0: up }\n");
}
END_TEST

START_TEST(starts_are_counted_anew_when_a_crash_has_left_no_instance)
{
	check_run(cards,
	    "    devices: { device: eth0, type: ethernet }\n"
	    "    providers: { lan: { fails: 1, stop-takes: 1s } }\n",
	    "      - advance: 1s\n"
	    "      - expect: { lan@eth0: up }\n"
	    "      - unplug: eth0\n"
	    "      - expect: { lan@eth0: stopping }\n"
	    "      - crash\n"
	    "      - expect: { lan@eth0: absent }\n"
	    "      - plug: { device: eth0, type: ethernet }\n"
	    "      - expect: { lan@eth0: failed }\n");
}
END_TEST

START_TEST(a_reload_takes_another_profile)
{
	check_run(one, "",
	    "      - expect: { x: up }\n"
	    "      - plug: { device: eth0, type: ethernet }\n"
	    "      - reload: b.yaml\n"
	    "      - expect: { x: absent, vpn: up, lan@eth0: up }\n"
	    "      - expect-trace: [start x, stop x, start wired@eth0,\n"
	    "          start lan@eth0, start vpn]\n"
	    "      - reload: [a.yaml]\n"
	    "      - expect: { x: up, vpn: absent }\n");
	/* What leaves is waited for. */
	check_run(one, "    providers: { x: { stop-takes: 5s } }\n",
	    "      - reload: b.yaml\n"
	    "      - settle\n"
	    "      - reload: a.yaml\n"
	    "      - expect: { x: up }\n"
	    "      - crash\n"
	    "      - expect: { x: up }\n"
	    "      - expect-trace: [start x, stop x, start x]\n");
}
END_TEST

START_TEST(a_name_that_is_gone_is_an_error_where_it_is_used)
{
	_cleanup_(playing_clear) struct playing playing = {.b = cards};

	play_steps(&playing, one, "",
	    "      - reload: b.yaml\n      - up: x\n", PLAYING_JSON);
	ck_assert_int_eq(playing.r, -EINVAL);
	ck_assert_msg(strstr(playing.errors.data, "s.yaml:7:9: error: "),
	    "%s", playing.errors.data);
}
END_TEST

/* A state first, then one with a provider. */
START_TEST(what_a_name_is_the_profile_in_force_says)
{
	static const char first[] = "version: 1\n"
				    "nodes:\n"
				    "  x: { kind: state, from: on }\n";
	static const char outcome[] = "    providers: { x: { takes: 1s } }\n";
	_cleanup_(playing_clear) struct playing playing = {.b = one};

	play_steps(&playing, first, outcome,
	    "      - reload: b.yaml\n"
	    "      - expect: { x: starting }\n"
	    "      - report: { x: failed }\n"
	    "      - expect: { x: failed }\n"
	    "      - expect-trace: [start x]\n",
	    PLAYING_TAP);
	ck_assert_msg(playing.r == 0 && playing.n_failed == 0, "%s%s",
	    playing.errors.data, playing.out.data);
	play_steps(&playing, first, outcome,
	    "      - report: { x: up }\n"
	    "      - reload: b.yaml\n", PLAYING_JSON);
	ck_assert_msg(strstr(playing.errors.data, "'x' has no provider"), "%s",
	    playing.errors.data);
}
END_TEST

START_TEST(events_set_latches)
{
	check_run("version: 1\nnodes:\n"
		  "  x: { kind: fake, start: auto, when: from on until off }\n",
	    "",
	    "      - expect: { x: waiting }\n"
	    "      - emit: on\n"
	    "      - expect: { x: up }\n"
	    "      - emit: whatever\n"
	    "      - crash\n"
	    "      - expect: { x: up }\n"
	    "      - emit: off\n"
	    "      - expect: { x: waiting }\n"
	    "      - restart: x\n");
}
END_TEST

START_TEST(the_admin_takes_nodes_up_and_down)
{
	check_run(follower, "",
	    "      - down: a\n"
	    "      - expect: { a: up }\n"
	    "      - down: { node: a, force: true }\n"
	    "      - expect: { a: idle, x: waiting }\n"
	    "      - up: [x, a]\n"
	    "      - expect: { x: up }\n"
	    "      - expect-trace: [start a, start x, stop x, stop a,\n"
	    "          start a, start x]\n"
	    "      - restart: a\n"
	    "      - expect-trace: [stop x, stop a, start a, start x]\n");
}
END_TEST

/* ---- what is printed ---- */

START_TEST(the_trace_is_json_byte_for_byte)
{
	check_json(cards,
	    "    devices: [{ device: eth0, type: ethernet }]\n",
	    "      - advance: 500ms\n"
	    "      - expect: { vpn: idle, lan@eth0: up }\n"
	    "      - expect-facts: { vpn: { a: \"\\u00e9\\\"\", b: c } }\n"
	    "      - expect-trace: [start vpn]\n",
	    3,
	    "{\"scenario\":\"it\"}\n"
	    "{\"t\":0,\"node\":\"lan@eth0\",\"from\":\"idle\",\"to\":\""
	    "waiting\",\"cause\":\"netconfd started\"}\n"
	    "{\"t\":0,\"node\":\"vpn\",\"from\":\"idle\",\"to\":\"waiti"
	    "ng\",\"cause\":\"netconfd started\"}\n"
	    "{\"t\":0,\"node\":\"wired@eth0\",\"from\":\"idle\",\"to\":"
	    "\"starting\",\"cause\":\"netconfd started\"}\n"
	    "{\"t\":0,\"action\":\"start\",\"node\":\"wired@eth0\"}\n"
	    "{\"t\":0,\"node\":\"wired@eth0\",\"from\":\"starting\",\"t"
	    "o\":\"up\",\"cause\":\"reported by its provider\"}\n"
	    "{\"t\":0,\"node\":\"lan@eth0\",\"from\":\"waiting\",\"to\""
	    ":\"starting\",\"cause\":\"wired@eth0 is up\"}\n"
	    "{\"t\":0,\"action\":\"start\",\"node\":\"lan@eth0\"}\n"
	    "{\"t\":0,\"node\":\"lan@eth0\",\"from\":\"starting\",\"to"
	    "\":\"up\",\"cause\":\"reported by its provider\"}\n"
	    "{\"t\":0,\"node\":\"vpn\",\"from\":\"waiting\",\"to\":\"st"
	    "arting\",\"cause\":\"lan@eth0 is up\"}\n"
	    "{\"t\":0,\"action\":\"start\",\"node\":\"vpn\"}\n"
	    "{\"t\":0,\"node\":\"vpn\",\"from\":\"starting\",\"to\":\"u"
	    "p\",\"cause\":\"reported by its provider\"}\n"
	    "{\"t\":0,\"input\":{\"advance\":\"500ms\"}}\n"
	    "{\"t\":500,\"step\":2,\"expect\":\"vpn\",\"want\":\"idle\""
	    ",\"got\":\"up\"}\n"
	    "{\"t\":500,\"step\":3,\"expect\":\"vpn\",\"want\":{\"a\":"
	    "\"\\u00e9\\\"\",\"b\":\"c\"},\"got\":{\"a\":null,\"b\":nul"
	    "l}}\n"
	    "{\"t\":500,\"step\":4,\"expect\":null,\"want\":[\"start vp"
	    "n\"],\"got\":[\"start wired@eth0\",\"start lan@eth0\",\"st"
	    "art vpn\"]}\n"
	    "{\"t\":500,\"final\":{\"wired@eth0\":\"up\",\"lan@eth0\":"
	    "\"up\",\"vpn\":\"up\"}}\n");
}
END_TEST

START_TEST(tap_tells_what_was_wanted_and_why_it_is_not)
{
	_cleanup_(playing_clear) struct playing playing = {0};

	play_steps(&playing, cards, "", "      - expect: { vpn: up }\n",
	    PLAYING_TAP);
	ck_assert_uint_eq(playing.n_failed, 1);
	ck_assert_msg(strstr(playing.out.data,
			  "not ok 1 - it\n"
			  "# s.yaml:6:19:\n"
			  "#   step: 1, after 0s\n"
			  "#   node: vpn\n"
			  "#   want: up\n"
			  "#   got: waiting\n"
			  "#   why:\n"
			  "#     vpn ") == playing.out.data,
	    "%s", playing.out.data);
}
END_TEST

START_TEST(tap_names_are_no_directives)
{
	static const char text[] = "version: 1\nprofile: a.yaml\nscenarios:\n"
				   "  - { name: \"a # TODO\\e\", steps: [] }\n";
	_cleanup_(playing_clear) struct playing playing = {.a = one};

	playing_run_n(&playing, text, strlen(text), PLAYING_TAP);
	ck_assert_str_eq(
	    playing.out.data, "ok 1 - a \\# TODO\\x1b\n");
}
END_TEST

START_TEST(the_table_is_aligned)
{
	_cleanup_(playing_clear) struct playing playing = {0};

	play_steps(&playing, one, "    providers: { x: { takes: 12s } }\n",
	    "      - settle\n      - expect: { x: idle }\n", PLAYING_TABLE);
	ck_assert_str_eq(playing.out.data,
	    "it\n"
	    "     0.000s  x  idle     -> starting  netconfd started\n"
	    "     0.000s  > settle\n"
	    "    12.000s  x  starting -> up        reported by its provider\n"
	    "    12.000s  ! s.yaml:8: x: want idle, got up\n");
	play_steps(&playing, one,
	    "    providers: { x: { unmet: true, error: far } }\n",
	    "      - settle\n", PLAYING_TABLE);
	ck_assert_str_eq(playing.out.data,
	    "it\n"
	    "     0.000s  x  idle     -> starting  netconfd started\n"
	    "     0.000s  x  starting -> waiting   "
	    "reported by its provider: far\n"
	    "     0.000s  > settle\n");
}
END_TEST

static void add_outcomes(Suite *suite)
{
	TCase *tc = tcase_create("outcomes");

	tcase_add_test(tc, a_start_takes_its_time_and_brings_facts);
	tcase_add_test(tc, the_first_starts_fail);
	tcase_add_test(
	    tc, starts_are_counted_anew_when_an_instance_has_been_absent);
	tcase_add_test(tc, permanent_failures_are_not_retried);
	tcase_add_test(tc, an_unmet_node_waits_until_it_is_met);
	tcase_add_test(tc, a_start_without_outcome_has_none);
	tcase_add_test(tc, what_is_lost_is_lost_after_its_time);
	tcase_add_test(tc, a_stop_takes_its_time);
	tcase_add_test(tc, facts_may_come_later);
	tcase_add_test(tc, an_instance_has_its_own_outcome);
	tcase_add_test(tc, a_provider_follows_a_rebind_or_not);
	tcase_add_test(tc, what_why_would_say_is_expected);
	tcase_add_test(tc, an_update_counts_where_it_is_written);
	tcase_add_test(tc, timeouts_count_where_they_are_written);
	tcase_add_test(tc, a_link_follows_the_carrier_of_its_device);
	tcase_add_test(tc,
	    a_link_does_not_follow_the_carrier_of_the_next_device_of_that_name);
	tcase_add_test(tc, a_report_that_the_state_does_not_allow_is_ignored);
	suite_add_tcase(suite, tc);
}

static void add_time(Suite *suite)
{
	TCase *tc = tcase_create("time");

	tcase_add_test(
	    tc, outcomes_of_one_instant_come_in_the_order_of_the_starts);
	tcase_add_test(tc, a_retry_comes_before_outcomes);
	tcase_add_test(tc, devices_of_one_plug_are_one_input);
	tcase_add_test(tc, settle_ends_when_nothing_is_at_work);
	tcase_add_test(tc, a_start_that_a_value_prevents_is_told_once);
	tcase_add_test(tc, settle_does_not_wait_for_retries);
	tcase_add_test(
	    tc, settle_waits_for_a_start_without_end_up_to_its_timeout);
	tcase_add_test(tc, settle_waits_for_holds_but_not_for_ever);
	tcase_add_test(tc, settle_waits_until_a_location_is_decided);
	tcase_add_test(tc, what_does_not_settle_within_an_hour_is_an_error);
	tcase_add_test(tc, a_scenario_in_which_too_much_happens_is_given_up);
	suite_add_tcase(suite, tc);
}

static void add_rest(Suite *suite)
{
	TCase *tc = tcase_create("inputs and output");

	tcase_add_test(tc, a_crash_loses_what_is_at_work_and_adopts_what_is_up);
	tcase_add_test(
	    tc, starts_are_counted_anew_when_a_crash_has_left_no_instance);
	tcase_add_test(tc, a_reload_takes_another_profile);
	tcase_add_test(tc, a_name_that_is_gone_is_an_error_where_it_is_used);
	tcase_add_test(tc, what_a_name_is_the_profile_in_force_says);
	tcase_add_test(tc, events_set_latches);
	tcase_add_test(tc, the_admin_takes_nodes_up_and_down);
	tcase_add_test(tc, the_trace_is_json_byte_for_byte);
	tcase_add_test(tc, tap_tells_what_was_wanted_and_why_it_is_not);
	tcase_add_test(tc, tap_names_are_no_directives);
	tcase_add_test(tc, the_table_is_aligned);
	suite_add_tcase(suite, tc);
}

int main(void)
{
	Suite *suite = suite_create("scenario");
	TCase *tc = tcase_create("errors");

	tcase_add_test(tc, errors_of_the_top_have_their_places);
	tcase_add_loop_test(tc, errors_of_a_scenario_have_their_places, 0,
	    ARRAY_SIZE(errors));
	tcase_add_test(tc, all_errors_are_reported_and_none_twice);
	tcase_add_test(tc, what_has_no_provider_cannot_report);
	tcase_add_test(tc, the_errors_of_the_profile_are_those_of_the_file);
	tcase_add_test(tc, an_event_that_nobody_listens_to_is_warned_of);
	tcase_add_test(tc, a_fact_that_no_kind_gives_is_warned_of);
	suite_add_tcase(suite, tc);
	add_outcomes(suite);
	add_time(suite);
	add_rest(suite);
	return run_suite(suite);
}
