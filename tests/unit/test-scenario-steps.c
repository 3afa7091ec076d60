/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of scenarios: what is one input, what comes first at one instant,
 * names that no profile has, and the lines of the trace. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "tests/unit/check-steps.h"
#include "tests/unit/run.h"

/* ---- inputs ---- */

START_TEST(devices_at_the_start_are_one_input)
{
	/* One after the other, eth10 would be the first. */
	check_run(cards,
	    "    devices: [{ device: eth10, type: ethernet },\n"
	    "        { device: eth2, type: ethernet }]\n",
	    "      - expect-trace: [start wired@eth2, start wired@eth10,\n"
	    "          start lan@eth2, start lan@eth10, start vpn]\n");
	check_run(cards, "",
	    "      - plug: { device: eth10, type: ethernet }\n"
	    "      - plug: { device: eth2, type: ethernet }\n"
	    "      - expect-trace: [start wired@eth10, start lan@eth10,\n"
	    "          start vpn, start wired@eth2, start lan@eth2]\n");
}
END_TEST

START_TEST(a_device_may_change_but_keeps_its_owner)
{
	check_run("version: 1\nnodes:\n"
		  "  wired: { kind: link, match: { type: ethernet },"
		  " start: hotplug }\n"
		  "  here: { kind: location, over: wired,"
		  " match: { device: cable }, start: auto }\n",
	    "    devices: [{ device: e0, type: ethernet },"
	    " { device: e1, type: dsa }]\n",
	    "      - expect: { here@e0: waiting, wired@e1: absent }\n"
	    "      - change: { device: e0, name: cable }\n"
	    "      - expect: { here@e0: up }\n"
	    "      - change: { device: e0, type: dsa }\n"
	    "      - change: { device: e1, type: ethernet }\n"
	    "      - expect: { wired@e0: up, wired@e1: absent }\n");
}
END_TEST

START_TEST(a_command_may_have_several_names)
{
	check_run("version: 1\nnodes:\n"
		  "  a: { kind: fake }\n"
		  "  b: { kind: fake, requires: a }\n",
	    "    providers: { a: { permanent: true, fails: 1 } }\n",
	    "      - up: [a, b]\n"
	    "      - expect: { a: failed, b: waiting }\n"
	    "      - reset: [a, b]\n"
	    "      - expect: { a: up, b: up }\n"
	    "      - expect-trace: [start a, start a, start b]\n"
	    "      - restart: [b, a]\n"
	    "      - expect-trace: [stop b, stop a, start a, start b]\n"
	    /* One after the other, a would be refused: b needs it. */
	    "      - down: [a, b]\n"
	    "      - expect: { a: idle, b: idle }\n");
}
END_TEST

START_TEST(each_word_may_be_reported)
{
	check_run(one, "    providers: { x: { takes: 1h } }\n",
	    "      - report: { x: failed }\n"
	    "      - expect: { x: failed }\n"
	    "      - advance: 1s\n"
	    "      - report: { x: unmet }\n"
	    "      - expect: { x: waiting }\n"
	    "      - report: { x: up }\n"
	    "      - report: { x: unmet }\n"
	    "      - expect: { x: waiting }\n"
	    "      - report: { x: up }\n"
	    "      - report: { x: lost }\n"
	    "      - expect: { x: failed }\n"
	    "      - reset: x\n"
	    "      - report: { x: permanent }\n"
	    "      - advance: 2h\n"
	    "      - expect: { x: failed }\n"
	    "      - expect-trace: [start x, start x, start x]\n");
}
END_TEST

/* ---- outcomes ---- */

START_TEST(an_own_entry_replaces_that_of_the_template_whole)
{
	check_run(cards,
	    "    devices: { device: eth0, type: ethernet }\n"
	    "    providers:\n"
	    "      lan@eth0: { error: no luck }\n"
	    "      lan: { takes: 1s, stop-takes: 1s, follows: false,"
	    " facts: { a: b } }\n",
	    "      - expect: { lan@eth0: up }\n"
	    "      - expect-trace: [start wired@eth0, start lan@eth0,"
	    " start vpn]\n"
	    "      - facts: { wired@eth0: { c: d } }\n"
	    "      - expect-trace: [rebind lan@eth0, rebind vpn]\n"
	    "      - unplug: eth0\n"
	    "      - expect: { lan@eth0: absent }\n");
}
END_TEST

START_TEST(an_error_is_the_reason_of_what_is_failed_lost_or_unmet)
{
	check_run(one, "    providers: { x: { fails: 1, error: no luck } }\n",
	    "      - expect-why: { x: no luck }\n"
	    "      - advance: 1s\n"
	    "      - report: { x: lost }\n"
	    "      - expect-why: { x: no luck }\n"
	    "      - advance: 2s\n"
	    "      - report: { x: unmet }\n"
	    "      - expect-why: { x: no luck }\n");
}
END_TEST

START_TEST(a_link_looks_at_the_carrier_when_its_start_is_over)
{
	check_run(cards,
	    "    providers: { wired: { takes: 1s } }\n"
	    "    devices: { device: e0, type: ethernet, carrier: false }\n",
	    "      - change: { device: e0, carrier: true }\n"
	    "      - expect: { wired@e0: starting }\n"
	    "      - advance: 1s\n"
	    "      - expect: { wired@e0: up }\n"
	    "      - unplug: e0\n"
	    "      - plug: { device: e0, type: ethernet }\n"
	    "      - change: { device: e0, carrier: false }\n"
	    "      - expect: { wired@e0: starting }\n"
	    "      - advance: 1s\n"
	    "      - expect: { wired@e0: waiting }\n");
	/* Also one of a certain device; what is over it has none. */
	check_run("version: 1\nnodes:\n"
		  "  x: { kind: link, device: e0, start: auto }\n"
		  "  y: { kind: fake, over: x }\n",
	    "    devices: { device: e0, carrier: false }\n",
	    "      - up: y\n"
	    "      - expect: { x: waiting, y: waiting }\n"
	    "      - change: { device: e0, carrier: true }\n"
	    "      - expect: { x: up, y: up }\n");
}
END_TEST

START_TEST(a_stop_has_no_time_limit)
{
	check_run("version: 1\nnodes:\n"
		  "  x: { kind: dhcp, over: a, start: auto, timeout: 5s }\n"
		  "  a: { kind: fake }\n",
	    "    providers: { x: { stop-takes: 1000h } }\n",
	    "      - down: x\n"
	    "      - advance: 999h\n"
	    "      - expect: { x: stopping }\n"
	    "      - advance: 1h\n"
	    "      - expect: { x: idle }\n");
}
END_TEST

/* ---- order at one instant ---- */

START_TEST(the_end_of_a_hold_comes_before_outcomes)
{
	/* b is up when x is held no more. */
	check_run("version: 1\nnodes:\n"
		  "  a: { kind: fake }\n"
		  "  b: { kind: fake }\n"
		  "  g: { kind: any, of: [a, b] }\n"
		  "  x: { kind: fake, over: g, hold: 1s, start: auto }\n",
	    "    providers: { b: { takes: 1s } }\n",
	    "      - expect: { x: up }\n"
	    "      - expect-trace: [start a, start b, start x]\n"
	    "      - report: { a: unmet }\n"
	    "      - advance: 1s\n"
	    "      - expect-trace: [stop x, start x]\n");
}
END_TEST

START_TEST(the_limit_of_a_location_comes_before_outcomes)
{
	check_run("version: 1\nnodes:\n"
		  "  a: { kind: fake, start: auto }\n"
		  "  here: { kind: location, over: a,"
		  " match: { domain: d }, start: auto }\n"
		  "  x: { kind: fake, when: not here, start: auto }\n",
	    "    providers:\n"
	    "      a: { later: { takes: 2s, facts: { domain: d } } }\n",
	    "      - advance: 1999ms\n"
	    "      - expect: { here: starting }\n"
	    "      - expect-trace: [start a]\n"
	    "      - advance: 1ms\n"
	    "      - expect: { here: up }\n"
	    "      - expect-trace: [start x, stop x]\n");
}
END_TEST

START_TEST(stops_are_issued_before_starts_each_in_the_order_of_the_profile)
{
	/* r is over what is up, d over b: they are a level higher. */
	check_run("version: 1\nnodes:\n"
		  "  r: { kind: fake, requires: q, when: from on until off }\n"
		  "  t: { kind: fake, when: from on until off }\n"
		  "  s: { kind: fake, when: from on until off }\n"
		  "  q: { kind: fake }\n"
		  "  e: { kind: fake, when: from startup until on }\n"
		  "  b: { kind: fake, when: from startup until on }\n"
		  "  c: { kind: fake, when: from startup until on }\n"
		  "  d: { kind: fake, over: b, when: from startup until on }\n",
	    "",
	    "      - up: [b, c, d, e, q, r, s, t]\n"
	    "      - expect-trace: [start q, start e, start b, start c,"
	    " start d]\n"
	    "      - emit: on\n"
	    "      - expect-trace: [stop d, stop e, stop c, start t, start s,"
	    " start r, stop b]\n");
}
END_TEST

/* ---- settle ---- */

START_TEST(settle_ends_after_all_that_is_due_at_its_last_instant)
{
	check_run("version: 1\nnodes:\n"
		  "  a: { kind: fake, start: auto }\n"
		  "  b: { kind: fake, start: auto }\n"
		  "  c: { kind: fake, start: auto }\n"
		  "  d: { kind: fake, start: auto }\n",
	    "    providers:\n"
	    "      a: { takes: 1s }\n"
	    "      b: { fails: 1 }\n"
	    "      c: { lost-after: 1s }\n"
	    "      d: { later: { takes: 1s, facts: { e: f } } }\n",
	    "      - settle\n"
	    "      - expect: { a: up, b: up, c: failed }\n"
	    "      - expect-facts: { d: { e: f } }\n");
}
END_TEST

START_TEST(settle_waits_for_stops)
{
	check_run(one, "    providers: { x: { stop-takes: 59m } }\n",
	    "      - down: x\n"
	    "      - settle\n"
	    "      - expect: { x: idle }\n");
}
END_TEST

START_TEST(an_hour_without_an_end_is_an_error_whatever_it_is)
{
	static const char held[] = "version: 1\nnodes:\n"
				   "  a: { kind: fake }\n"
				   "  x: { kind: fake, requires: a, hold: 2h,"
				   " start: auto }\n";
	static const char slow[] =
	    "version: 1\nnodes:\n"
	    "  x: { kind: fake, start: auto, timeout: 2h }\n";

	check_error(one, "    providers: { x: { stop-takes: 61m } }\n",
	    "      - down: x\n      - settle\n",
	    "after an hour 'x' is still stopping");
	check_error(held, "", "      - report: { a: unmet }\n      - settle\n",
	    "it does not settle: after an hour");
	/* Of a start without end, its timeout. */
	check_error(slow, "    providers: { x: { never: true } }\n",
	    "      - settle\n", "after an hour 'x' is still starting");
	/* An hour of its own. */
	check_run(one, "    providers: { x: { takes: 90m } }\n",
	    "      - advance: 31m\n"
	    "      - settle\n"
	    "      - expect: { x: up }\n");
}
END_TEST

/* ---- errors of the file ---- */

static const char groups[] =
    "version: 1\n"
    "nodes:\n"
    "  wired: { kind: link, match: { type: ethernet } }\n"
    "  lan: { kind: fake, over: wired }\n"
    "  vpn: { kind: fake }\n"
    "  some: { kind: any, of: [lan] }\n"
    "  each: { kind: all, of: [lan] }\n"
    "  time: { kind: state, from: dusk, until: dawn }\n"
    "  here: { kind: location, over: some, match: { domain: x } }\n";

static const struct {
	const char *step, *want;
} slips[] = {
    {"up: vpm", "there is no node 'vpm'; did you mean 'vpn'?"},
    {"up: [vpn, vpm]", "there is no node 'vpm'"},
    {"up: vpn@e0", "'vpn@e0': it is no template"},
    {"down: vpm", "there is no node 'vpm'"},
    {"down: { node: vpm, force: true }", "there is no node 'vpm'"},
    {"down: { node: vpn, forced: true }", "did you mean 'force'?"},
    {"reset: vpm", "there is no node 'vpm'"},
    {"reset: []", "'reset' must name a node, or several; the list is empty"},
    {"restart: vpm", "there is no node 'vpm'"},
    {"report: { vpn: up, vpm: up }", "there is no node 'vpm'"},
    {"facts: { vpm: { a: b } }", "there is no node 'vpm'"},
    {"expect: { vpm: up }", "there is no node 'vpm'"},
    {"expect: { vpm@e0: absent }", "there is no node 'vpm@e0'"},
    {"expect-facts: { vpm: { a: b } }", "there is no node 'vpm'"},
    {"expect-why: { vpm: a }", "there is no node 'vpm'"},
    {"expect-trace: [start vpm]", "there is no node 'vpm'"},
    {"expect-trace: [start some]", "it is of kind 'any'"},
    {"report: { some: lost }", "it is of kind 'any'"},
    {"report: { each: unmet }", "it is of kind 'all'"},
    {"report: { time: failed }", "it is of kind 'state'"},
    {"report: { here: up }", "it is of kind 'location'"},
    {"facts: { some: { a: b } }", "it is of kind 'any'"},
    {"facts: { lan: { a: b } }", "name an instance: lan@DEVICE"},
    {"change: { device: eth1, carrier: true }", "no device 'eth1'"},
    {"unplug: eth1", "no device 'eth1'; did you mean 'eth0'?"},
    {"plug: { device: eth0 }", "device 'eth0' is there already"},
    {"plug: { device: a/b }", "must be the name of a network device"},
    {"advance: 1", "'advance' must be a duration"},
    {"emit: [a, b]", "'emit' must be a text"},
};

START_TEST(what_does_not_fit_is_an_error_of_the_file)
{
	_cleanup_(text_clear) struct text steps = {0};

	text_printf(&steps, "      - %s\n", slips[_i].step);
	ck_assert(!steps.failed);
	check_error(groups, "    devices: { device: eth0, type: ethernet }\n",
	    steps.data, slips[_i].want);
}
END_TEST

START_TEST(a_kind_of_another_version_is_refused_in_simulations_too)
{
	check_error("version: 1\nnodes:\n"
		    "  w: { kind: wifi, match: { type: wlan } }\n",
	    "", "      - settle\n", "the kind 'wifi' is not in this version");
}
END_TEST

/* ---- what is printed ---- */

START_TEST(the_trace_has_all_actions_and_ends_with_what_is_there)
{
	check_json("version: 1\nnodes:\n"
		   "  a: { kind: fake, start: auto }\n"
		   "  r: { kind: rule, over: a, from: \"${address}\","
		   " table: 7, priority: 7, start: auto }\n"
		   "  y: { kind: fake, over: a, start: auto }\n"
		   "  w: { kind: link, match: { type: ethernet } }\n",
	    "    providers: { a: { facts: { address: 192.0.2.7 } } }\n",
	    "      - expect-why: { a: nothing }\n"
	    "      - facts: { a: { address: 192.0.2.8 } }\n"
	    "      - down: { node: y, force: true }\n"
	    "      - plug: [{ device: e0, type: ethernet },"
	    " { device: e1, type: ethernet, carrier: false }]\n"
	    "      - unplug: e0\n"
	    "      - advance: 1500ms\n"
	    "      - settle\n",
	    1,
	    "{\"scenario\":\"it\"}\n"
	    "{\"t\":0,\"node\":\"r\",\"from\":\"idle\",\"to\":\"waiting\","
	    "\"cause\":\"netconfd started\"}\n"
	    "{\"t\":0,\"node\":\"y\",\"from\":\"idle\",\"to\":\"waiting\","
	    "\"cause\":\"netconfd started\"}\n"
	    "{\"t\":0,\"node\":\"a\",\"from\":\"idle\",\"to\":\"starting\","
	    "\"cause\":\"netconfd started\"}\n"
	    "{\"t\":0,\"action\":\"start\",\"node\":\"a\"}\n"
	    "{\"t\":0,\"node\":\"a\",\"from\":\"starting\",\"to\":\"up\","
	    "\"cause\":\"reported by its provider\"}\n"
	    "{\"t\":0,\"node\":\"r\",\"from\":\"waiting\","
	    "\"to\":\"starting\",\"cause\":\"a is up\"}\n"
	    "{\"t\":0,\"action\":\"start\",\"node\":\"r\"}\n"
	    "{\"t\":0,\"node\":\"y\",\"from\":\"waiting\","
	    "\"to\":\"starting\",\"cause\":\"a is up\"}\n"
	    "{\"t\":0,\"action\":\"start\",\"node\":\"y\"}\n"
	    "{\"t\":0,\"node\":\"r\",\"from\":\"starting\",\"to\":\"up\","
	    "\"cause\":\"reported by its provider\"}\n"
	    "{\"t\":0,\"node\":\"y\",\"from\":\"starting\",\"to\":\"up\","
	    "\"cause\":\"reported by its provider\"}\n"
	    "{\"t\":0,\"step\":1,\"expect\":\"a\",\"want\":\"nothing\","
	    "\"got\":\"a is up for 0s: it starts by itself (auto)\\u000a\"}\n"
	    "{\"t\":0,\"input\":{\"facts\":{\"a\":{\"address\":\"192.0.2."
	    "8\"}}}}\n"
	    "{\"t\":0,\"action\":\"update\",\"node\":\"r\"}\n"
	    "{\"t\":0,\"action\":\"rebind\",\"node\":\"y\"}\n"
	    "{\"t\":0,\"input\":{\"down\":{\"node\":\"y\",\"force\":true}}}\n"
	    "{\"t\":0,\"node\":\"y\",\"from\":\"up\",\"to\":\"stopping\","
	    "\"cause\":\"netconf down y\"}\n"
	    "{\"t\":0,\"action\":\"stop\",\"node\":\"y\"}\n"
	    "{\"t\":0,\"node\":\"y\",\"from\":\"stopping\",\"to\":\"idle\","
	    "\"cause\":\"reported by its provider\"}\n"
	    "{\"t\":0,\"input\":{\"plug\":[{\"device\":\"e0\","
	    "\"type\":\"ethernet\"},{\"device\":\"e1\","
	    "\"type\":\"ethernet\",\"carrier\":false}]}}\n"
	    "{\"t\":0,\"input\":{\"unplug\":\"e0\"}}\n"
	    "{\"t\":0,\"node\":\"w@e0\",\"from\":\"idle\","
	    "\"to\":\"absent\",\"cause\":\"device e0 is gone\"}\n"
	    "{\"t\":0,\"input\":{\"advance\":\"1500ms\"}}\n"
	    "{\"t\":1500,\"input\":{\"settle\":true}}\n"
	    "{\"t\":1500,\"final\":{\"a\":\"up\",\"r\":\"up\","
	    "\"y\":\"idle\",\"w@e1\":\"idle\"}}\n");
}
END_TEST

static void add_inputs(Suite *suite)
{
	TCase *tc = tcase_create("inputs and outcomes");

	tcase_add_test(tc, devices_at_the_start_are_one_input);
	tcase_add_test(tc, a_device_may_change_but_keeps_its_owner);
	tcase_add_test(tc, a_command_may_have_several_names);
	tcase_add_test(tc, each_word_may_be_reported);
	tcase_add_test(tc, an_own_entry_replaces_that_of_the_template_whole);
	tcase_add_test(
	    tc, an_error_is_the_reason_of_what_is_failed_lost_or_unmet);
	tcase_add_test(tc, a_link_looks_at_the_carrier_when_its_start_is_over);
	tcase_add_test(tc, a_stop_has_no_time_limit);
	suite_add_tcase(suite, tc);
}

static void add_time(Suite *suite)
{
	TCase *tc = tcase_create("time");

	tcase_add_test(tc, the_end_of_a_hold_comes_before_outcomes);
	tcase_add_test(tc, the_limit_of_a_location_comes_before_outcomes);
	tcase_add_test(tc,
	    stops_are_issued_before_starts_each_in_the_order_of_the_profile);
	tcase_add_test(
	    tc, settle_ends_after_all_that_is_due_at_its_last_instant);
	tcase_add_test(tc, settle_waits_for_stops);
	tcase_add_test(tc, an_hour_without_an_end_is_an_error_whatever_it_is);
	suite_add_tcase(suite, tc);
}

int main(void)
{
	Suite *suite = suite_create("scenario-steps");
	TCase *tc = tcase_create("errors and output");

	tcase_add_loop_test(tc, what_does_not_fit_is_an_error_of_the_file, 0,
	    ARRAY_SIZE(slips));
	tcase_add_test(
	    tc, a_kind_of_another_version_is_refused_in_simulations_too);
	tcase_add_test(
	    tc, the_trace_has_all_actions_and_ends_with_what_is_there);
	suite_add_tcase(suite, tc);
	add_inputs(suite);
	add_time(suite);
	return run_suite(suite);
}
