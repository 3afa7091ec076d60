/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types of org.netconf, read from what a netconfd may send. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "cli/wire.h"
#include "tests/unit/run.h"

static const struct {
	const char *node, *problem; /* NULL: nothing is wrong */
} nodes[] = {
#define REST                                                                   \
	"\"since_ms\":1,\"goal\":true,\"masked\":false,\"template\":false,"    \
	"\"permanent\":false,\"facts\":{\"address\":\"x\"}"
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\"," REST "}", NULL},
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\",\"reason\":null,"
     "\"unknown\":[]," REST "}",
	NULL},
    {"[]", "it is not an object"},
    {"{\"name\":1,\"kind\":\"k\",\"state\":\"up\"," REST "}",
	"'name' is missing or not what it should be"},
    {"{\"name\":\"a\",\"kind\":\"k\"," REST "}",
	"'state' is missing or not what it should be"},
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\","
     "\"retry_in_ms\":-1," REST "}",
	"'retry_in_ms' is not what it should be"},
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\","
     "\"retry_in_ms\":253402300800000," REST "}",
	"'retry_in_ms' is not what it should be"},
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\",\"since_ms\":1,"
     "\"goal\":true,\"masked\":false,\"template\":false,"
     "\"permanent\":false,\"facts\":{\"address\":1}}",
	"'facts' is missing or not what it should be"},
    {"{\"name\":\"a\",\"kind\":\"k\",\"state\":\"up\",\"since_ms\":1,"
     "\"goal\":1,\"masked\":false,\"template\":false,"
     "\"permanent\":false,\"facts\":{}}",
	"'goal' is missing or not what it should be"},
};

START_TEST(every_field_of_a_node_is_checked)
{
	json_t *object = json_loads(nodes[_i].node, 0, NULL);
	const char *problem = NULL;
	struct wire_node node;

	ck_assert_ptr_nonnull(object);
	int r = wire_read_node(object, &node, &problem);
	if (nodes[_i].problem) {
		ck_assert_int_eq(r, -EBADMSG);
		ck_assert_str_eq(problem, nodes[_i].problem);
	} else {
		ck_assert_int_eq(r, 0);
		ck_assert_str_eq(node.name, "a");
		ck_assert_int_eq(node.retry_in_ms, -1);
		ck_assert_ptr_null(node.reason);
		ck_assert_str_eq(wire_fact(node.facts, "address"), "x");
		ck_assert_ptr_null(wire_fact(node.facts, "gateway"));
	}
	json_decref(object);
}
END_TEST

START_TEST(a_text_beyond_all_measure_is_refused)
{
	_cleanup_(free_ptr) char *s = calloc(1, WIRE_TEXT_MAX + 2);
	struct wire_progress news;
	const char *problem;

	memset(s, 'a', WIRE_TEXT_MAX + 1);
	json_t *object = json_pack("{s:s}", "stuck", s);
	ck_assert_int_eq(wire_read_progress(object, &news, &problem), -EBADMSG);
	json_decref(object);
	s[WIRE_TEXT_MAX] = '\0';
	object = json_pack("{s:s}", "stuck", s);
	ck_assert_int_eq(wire_read_progress(object, &news, &problem), 0);
	json_decref(object);
}
END_TEST

static int read_change(const char *json, struct wire_change *ret,
    const char **ret_problem, json_t **ret_object)
{
	*ret_object = json_loads(json, 0, NULL);
	ck_assert_ptr_nonnull(*ret_object);
	return wire_read_change(*ret_object, ret, ret_problem);
}

START_TEST(a_change_is_read)
{
	const char *problem = NULL;
	struct wire_change change;
	json_t *object;

	ck_assert_int_eq(
	    read_change("{\"at_ms\":5,\"node\":\"a\",\"from\":\"b\","
			"\"to\":\"c\",\"cause\":\"d\",\"reason\":\"e\","
			"\"retry_in_ms\":0,\"facts\":{\"k\":\"v\"}}",
		&change, &problem, &object),
	    0);
	ck_assert_int_eq(change.at_ms, 5);
	ck_assert_str_eq(change.node, "a");
	ck_assert_str_eq(change.from, "b");
	ck_assert_str_eq(change.to, "c");
	ck_assert_str_eq(change.cause, "d");
	ck_assert_str_eq(change.reason, "e");
	ck_assert_int_eq(change.retry_in_ms, 0);
	ck_assert_str_eq(wire_fact(change.facts, "k"), "v");
	json_decref(object);
	ck_assert_int_eq(read_change("{\"at_ms\":5,\"node\":\"a\","
				     "\"from\":\"b\",\"to\":\"c\"}",
			     &change, &problem, &object),
	    -EBADMSG);
	ck_assert_str_eq(
	    problem, "'cause' is missing or not what it should be");
	json_decref(object);
	ck_assert_int_eq(
	    read_change("{\"at_ms\":1.5}", &change, &problem, &object),
	    -EBADMSG);
	ck_assert_str_eq(
	    problem, "'at_ms' is missing or not what it should be");
	json_decref(object);
}
END_TEST

static const struct {
	const char *json;
	int r;
} reasons[] = {
    {"{\"depth\":0,\"text\":\"t\"}", 0},
    {"{\"depth\":1000000,\"text\":\"t\"}", 0},
    {"{\"depth\":1000001,\"text\":\"t\"}", -EBADMSG},
    {"{\"depth\":-1,\"text\":\"t\"}", -EBADMSG},
    {"{\"depth\":0}", -EBADMSG},
    {"{\"depth\":0,\"text\":\"t\",\"node\":1}", -EBADMSG},
    {"{\"depth\":0,\"text\":\"t\",\"node\":null}", 0},
};

START_TEST(a_reason_has_a_depth_and_a_text)
{
	json_t *object = json_loads(reasons[_i].json, 0, NULL);
	const char *problem = NULL;
	struct wire_reason reason;

	ck_assert_int_eq(
	    wire_read_reason(object, &reason, &problem), reasons[_i].r);
	ck_assert((problem != NULL) == (reasons[_i].r != 0));
	json_decref(object);
}
END_TEST

static const struct {
	const char *json, *problem;
} news[] = {
    {"{}", NULL},
    {"{\"said\":[],\"change\":{},\"nodes\":[1]}", NULL},
    {"{\"said\":\"a\"}", "'said' is not what it should be"},
    {"{\"said\":[1]}", "'said' is not what it should be"},
    {"{\"change\":[]}", "'change' is not what it should be"},
    {"{\"stuck\":1}", "'stuck' is not what it should be"},
    {"{\"result\":true}", "'result' is not what it should be"},
    {"{\"nodes\":{}}", "'nodes' is not what it should be"},
};

START_TEST(progress_is_optional_but_of_its_types)
{
	json_t *object = json_loads(news[_i].json, 0, NULL);
	const char *problem = NULL;
	struct wire_progress progress;
	int r = wire_read_progress(object, &progress, &problem);

	ck_assert_int_eq(r, news[_i].problem ? -EBADMSG : 0);
	if (news[_i].problem)
		ck_assert_str_eq(problem, news[_i].problem);
	json_decref(object);
}
END_TEST

START_TEST(what_is_no_array_is_none)
{
	json_t *object = json_pack("{s:[i], s:i}", "a", 1, "b", 2);

	ck_assert_uint_eq(json_array_size(wire_array(object, "a")), 1);
	ck_assert_ptr_null(wire_array(object, "b"));
	ck_assert_ptr_null(wire_array(object, "c"));
	ck_assert_ptr_null(wire_array(NULL, "a"));
	ck_assert_ptr_null(wire_fact(NULL, "a"));
	ck_assert_ptr_null(wire_fact(object, "b"));
	json_decref(object);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("wire");
	TCase *tcase = tcase_create("wire");

	tcase_add_loop_test(
	    tcase, every_field_of_a_node_is_checked, 0, ARRAY_SIZE(nodes));
	tcase_add_test(tcase, a_text_beyond_all_measure_is_refused);
	tcase_add_test(tcase, a_change_is_read);
	tcase_add_loop_test(
	    tcase, a_reason_has_a_depth_and_a_text, 0, ARRAY_SIZE(reasons));
	tcase_add_loop_test(
	    tcase, progress_is_optional_but_of_its_types, 0, ARRAY_SIZE(news));
	tcase_add_test(tcase, what_is_no_array_is_none);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
