/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/status.h"
#include "cli/wire.h"
#include "providers/schemas.h"

enum {
	INDENT = 2, /* of instances under their template */
	GAP = 2,
	STATE_COLUMNS = 8,
	SINCE_COLUMNS = 5,
	NAME_COLUMNS_MIN = 8,
	NAME_COLUMNS_MAX = 32, /* a longer name shifts its own line only */
};

struct table {
	const struct output *out;
	struct wire_node *nodes;
	size_t n;
	unsigned name_columns;
	int64_t now_ms;
	bool has_all_facts; /* of nodes that were named */
};

static int64_t unix_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The instance i follows its template in the list, other instances at most
 * between them. */
static bool is_instance(const char *name, const struct wire_node *top)
{
	size_t n = strlen(top->name);

	return top->is_template && strncmp(name, top->name, n) == 0 &&
	       name[n] == '@';
}

static unsigned indent_of(
    const struct table *table, size_t i, const struct wire_node *top)
{
	return top && is_instance(table->nodes[i].name, top) ? INDENT : 0;
}

static bool has_instance(const struct table *table, size_t i)
{
	return i + 1 < table->n &&
	       is_instance(table->nodes[i + 1].name, &table->nodes[i]);
}

static void append_part(struct text *text, const char *before,
    const char *part, const char *after)
{
	if (text->n > 0)
		text_append_char(text, ' ');
	text_append(text, before);
	output_escaped(text, part);
	text_append(text, after);
}

static const struct schema *find_schema(const char *kind)
{
	for (size_t i = 0; provider_schemas[i]; i++) {
		if (strcmp(provider_schemas[i]->kind, kind) == 0)
			return provider_schemas[i];
	}
	return NULL;
}

static bool gives(const struct schema *schema, const char *key)
{
	const struct schema_fact *fact = schema->facts;

	while (fact && fact->name && strcmp(fact->name, key) != 0)
		fact++;
	return fact && fact->name;
}

/* A node's facts are also those of what it stands on, which have a line of
 * their own: leaves those that nodes of its kind give. */
static json_t *own_facts(const struct wire_node *node)
{
	const struct schema *schema = find_schema(node->kind);
	json_t *own = json_object();
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)node->facts, key, value)
	{
		if (!schema || gives(schema, key))
			json_object_set(own, key, value);
	}
	return own;
}

static void append_hold(struct text *text, const struct wire_node *node)
{
	if (text->n > 0)
		text_append(text, "; ");
	if (node->held_for_ms < 0) {
		text_append(text, "held without end");
		return;
	}
	text_append(text, "held for ");
	text_append_duration(text, (uint64_t)node->held_for_ms);
	text_append(text, " more");
}

/* has_template: it stands in a line above. */
static void append_detail(const struct table *table, size_t i,
    bool has_template, struct text *text)
{
	const struct wire_node *node = &table->nodes[i];

	if (node->selected) {
		text_append(text, "uses ");
		output_escaped(text, node->selected);
	} else {
		json_t *facts = own_facts(node);

		progress_detail(
		    text, node->state, facts, node->reason, node->retry_in_ms);
		json_decref(facts);
	}
	if (node->is_template && !node->reason && !has_instance(table, i))
		text_append(text, "no device");
	if (node->permanent)
		text_append(text,
		    text->n > 0 ? "; not tried again" : "not tried again");
	if (node->held)
		append_hold(text, node);
	if (node->description && !has_template)
		append_part(text, "(", node->description, ")");
	if (node->goal)
		append_part(text, "[", "goal", "]");
	if (node->masked)
		append_part(text, "[", "masked", "]");
}

static unsigned detail_column(const struct table *table)
{
	return table->name_columns + STATE_COLUMNS + SINCE_COLUMNS + 3 * GAP;
}

/* Those that are not in its line, each in one of its own. */
static void print_facts(const struct table *table, const struct wire_node *node)
{
	json_t *facts = own_facts(node);
	const char *key;
	json_t *value;

	json_object_foreach(facts, key, value)
	{
		_cleanup_(text_clear) struct text line = {0}, fact = {0};

		if (progress_has_fact(key))
			continue;
		output_escaped(&fact, key);
		append_part(&fact, "", json_string_value(value), "");
		output_cell(table->out, &line, "", detail_column(table), NULL);
		if (fact.data)
			output_wrapped(table->out, &line, fact.data,
			    detail_column(table));
		line.failed |= fact.failed;
		output_line(table->out, &line);
	}
	json_decref(facts);
}

static void print_node(const struct table *table, size_t i, unsigned indent)
{
	const struct wire_node *node = &table->nodes[i];
	const struct output *out = table->out;
	_cleanup_(text_clear) struct text line = {0}, since = {0};
	_cleanup_(text_clear) struct text detail = {0};
	int64_t age_ms = table->now_ms - node->since_ms;

	for (unsigned k = 0; k < indent; k++)
		text_append_char(&line, ' ');
	output_cell(
	    out, &line, node->name, table->name_columns + GAP - indent, NULL);
	output_cell(out, &line, node->state, STATE_COLUMNS + GAP, node->state);
	output_age(&since, age_ms > 0 ? (uint64_t)age_ms : 0);
	output_cell(out, &line, since.data ? since.data : "",
	    SINCE_COLUMNS + GAP, NULL);
	append_detail(table, i, indent > 0, &detail);
	if (detail.data)
		output_wrapped(out, &line, detail.data, detail_column(table));
	line.failed |= detail.failed | since.failed;
	output_line(out, &line);
	if (table->has_all_facts && strcmp(node->state, "up") == 0)
		print_facts(table, node);
}

static void print_heading(const struct table *table)
{
	_cleanup_(text_clear) struct text line = {0};

	output_cell(table->out, &line, "NODE", table->name_columns + GAP, NULL);
	output_cell(table->out, &line, "STATE", STATE_COLUMNS + GAP, NULL);
	output_cell(table->out, &line, "SINCE", SINCE_COLUMNS + GAP, NULL);
	text_append(&line, "DETAIL");
	output_line(table->out, &line);
}

static int measure_names(struct table *table)
{
	const struct wire_node *top = NULL;

	table->name_columns = NAME_COLUMNS_MIN;
	for (size_t i = 0; i < table->n; i++) {
		_cleanup_(text_clear) struct text name = {0};

		if (table->nodes[i].is_template)
			top = &table->nodes[i];
		output_escaped(&name, table->nodes[i].name);
		if (name.failed)
			return -1;
		unsigned columns = indent_of(table, i, top) +
				   output_columns(name.data ? name.data : "");
		if (columns > table->name_columns &&
		    columns <= NAME_COLUMNS_MAX)
			table->name_columns = columns;
	}
	return 0;
}

static void print_table(const struct table *table)
{
	const struct wire_node *top = NULL;

	print_heading(table);
	for (size_t i = 0; i < table->n; i++) {
		if (table->nodes[i].is_template)
			top = &table->nodes[i];
		print_node(table, i, indent_of(table, i, top));
	}
}

/* What was left when it was told, now; of more than a second, in whole ones:
 * nobody reads the rest. */
static void count_down(int64_t *left_ms, uint64_t age_ms)
{
	if (*left_ms < 0)
		return;
	*left_ms -= *left_ms < (int64_t)age_ms ? *left_ms : (int64_t)age_ms;
	if (*left_ms > 1000)
		*left_ms = (*left_ms + 999) / 1000 * 1000;
}

int status_print(const struct cli *cli, const struct output *out,
    const json_t *nodes, uint64_t age_ms)
{
	_cleanup_(free_ptr) struct wire_node *list =
	    calloc(json_array_size(nodes) + 1, sizeof(*list));
	struct table table = {
	    .out = out,
	    .nodes = list,
	    .n = json_array_size(nodes),
	    .now_ms = unix_now_ms(),
	    .has_all_facts = cli->n_operands > 0,
	};

	if (!list)
		return output_no_memory();
	for (size_t i = 0; i < table.n; i++) {
		const char *problem;

		if (wire_read_node(
			json_array_get(nodes, i), &list[i], &problem) < 0)
			return session_bad_reply(problem);
		count_down(&list[i].retry_in_ms, age_ms);
		count_down(&list[i].held_for_ms, age_ms);
	}
	if (measure_names(&table) < 0)
		return output_no_memory();
	print_table(&table);
	return EXIT_DONE;
}

int status_ask(const struct cli *cli, struct session *session,
    struct reply *ret, const json_t **ret_nodes)
{
	json_t *parameters = cli->n_operands > 0 ? json_pack("{s:o}", "nodes",
						       session_names(cli))
						 : json_object();

	int status = session_ask(cli, "Status", parameters, session, ret);
	if (status != EXIT_DONE)
		return status;
	*ret_nodes = wire_array(ret->parameters, "nodes");
	return *ret_nodes ? EXIT_DONE
			  : session_bad_reply("it has no 'nodes'");
}

int cmd_status(const struct cli *cli)
{
	_cleanup_(session_close) struct session session = {0};
	_cleanup_(reply_clear) struct reply reply = {0};
	const json_t *nodes;

	if (cli->watch)
		return status_watch(cli);
	int status = status_ask(cli, &session, &reply, &nodes);
	if (status != EXIT_DONE || cli->json)
		return status;
	return status_print(cli, &session.out, nodes, 0);
}
