/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/condition.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"

static const char error_operator[] =
    "'and', 'or' or the end is expected here";
static const char error_operator_in_parentheses[] =
    "'and', 'or' or ')' is expected here";
static const char error_term[] =
    "a node, 'not' or '(' is expected here";
static const char error_depth[] =
    "this is nested too deeply; at most 64 levels are possible";
static const char error_length[] =
    "this condition is too long; at most 1024 words are possible";
/* Valid language that is not built yet. */
static const char error_interval[] =
    "conditions on events ('from', 'until') are not in this version";
static const char error_startup[] =
    "conditions on events ('startup') are not in this version";
static const char error_event[] =
    "conditions on events ('up', 'down', 'failed' after a node) are not in "
    "this version; a node's name alone is true while it is up";

static const char *const words[] = {
    "and", "or", "not", "from", "until", "up", "down", "failed", "startup"};

static bool is_one_of(const char *s, size_t n, const char *const *list,
    size_t n_list)
{
	for (size_t i = 0; i < n_list; i++)
		if (strlen(list[i]) == n && memcmp(list[i], s, n) == 0)
			return true;
	return false;
}

bool condition_is_word(const char *name)
{
	return is_one_of(name, strlen(name), words, ARRAY_SIZE(words));
}

struct parser {
	struct arena *arena;
	const char *text;
	uint32_t at, length; /* the current token; length 0: the end */
	uint32_t level;      /* of parentheses and of 'not' before them */
	uint32_t depth;      /* values on the stack after the steps so far */
	struct condition_step *steps;
	const char **names;
	uint32_t *offsets;
	uint32_t n_steps, n_names;
	const char *error;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Goes to the next token: a parenthesis, or what stands up to a blank or a
 * parenthesis. */
static void parser_next(struct parser *parser)
{
	const char *s = parser->text;

	parser->at += parser->length;
	while (is_space(s[parser->at]))
		parser->at++;
	s += parser->at;
	if (*s == '(' || *s == ')')
		parser->length = 1;
	else
		parser->length = (uint32_t)strcspn(s, " \t\r\n()");
}

static bool parser_is_at(const struct parser *parser, const char *token)
{
	return strlen(token) == parser->length &&
	    memcmp(parser->text + parser->at, token, parser->length) == 0;
}

static int parser_fail(struct parser *parser, const char *error)
{
	parser->error = error;
	return -EINVAL;
}

static int parser_emit(struct parser *parser, enum condition_op op,
    uint32_t ref, uint32_t offset, uint32_t length)
{
	parser->steps[parser->n_steps++] = (struct condition_step){
	    .op = op,
	    .ref = ref,
	    .offset = offset,
	    .length = length,
	};
	switch (op) {
	case CONDITION_NODE:
		if (++parser->depth > CONDITION_DEPTH_MAX)
			return parser_fail(parser, error_depth);
		break;
	case CONDITION_AND:
	case CONDITION_OR:
		parser->depth--;
		break;
	case CONDITION_NOT:
		break;
	}
	return 0;
}

static int parse_node(struct parser *parser)
{
	static const char *const events[] = {"up", "down", "failed"};
	const char *s = parser->text + parser->at;
	uint32_t at = parser->at, n = parser->length, i;
	int r;

	if (parser_is_at(parser, "from") || parser_is_at(parser, "until"))
		return parser_fail(parser, error_interval);
	if (parser_is_at(parser, "startup"))
		return parser_fail(parser, error_startup);
	if (n == 0 || *s == ')' || is_one_of(s, n, words, ARRAY_SIZE(words)))
		return parser_fail(parser, error_term);
	for (i = 0; i < parser->n_names; i++)
		if (strlen(parser->names[i]) == n &&
		    memcmp(parser->names[i], s, n) == 0)
			break;
	if (i == parser->n_names) {
		parser->names[i] = arena_strndup(parser->arena, s, n);
		if (!parser->names[i])
			return -ENOMEM;
		parser->offsets[i] = at;
		parser->n_names++;
	}
	r = parser_emit(parser, CONDITION_NODE, i, at, n);
	if (r)
		return r;
	parser_next(parser);
	if (is_one_of(parser->text + parser->at, parser->length, events,
		ARRAY_SIZE(events)))
		return parser_fail(parser, error_event);
	return 0;
}

static int parse_disjunction(struct parser *parser);

/* 'not' term | '(' condition ')' | node. The recursion ends at
 * CONDITION_DEPTH_MAX levels of parentheses. */
static int parse_term(struct parser *parser)
{
	uint32_t first_not = parser->at, last_not = parser->at, n_not = 0;
	int r;

	for (; parser_is_at(parser, "not"); parser_next(parser)) {
		last_not = parser->at;
		n_not++;
	}
	if (parser_is_at(parser, "(")) {
		if (parser->level == CONDITION_DEPTH_MAX)
			return parser_fail(parser, error_depth);
		parser->level++;
		parser_next(parser);
		r = parse_disjunction(parser);
		if (r)
			return r;
		if (!parser_is_at(parser, ")"))
			return parser_fail(
			    parser, error_operator_in_parentheses);
		parser->level--;
		parser_next(parser);
	} else {
		r = parse_node(parser);
		if (r)
			return r;
	}
	/* A pair of them is nothing; what is left is one or none. */
	if (n_not % 2)
		return parser_emit(parser, CONDITION_NOT, 0, first_not,
		    last_not + 3 - first_not);
	return 0;
}

static int parse_conjunction(struct parser *parser)
{
	int r = parse_term(parser);

	while (!r && parser_is_at(parser, "and")) {
		uint32_t at = parser->at;

		parser_next(parser);
		r = parse_term(parser);
		if (!r)
			r = parser_emit(parser, CONDITION_AND, 0, at, 3);
	}
	return r;
}

static int parse_disjunction(struct parser *parser)
{
	int r = parse_conjunction(parser);

	while (!r && parser_is_at(parser, "or")) {
		uint32_t at = parser->at;

		parser_next(parser);
		r = parse_conjunction(parser);
		if (!r)
			r = parser_emit(parser, CONDITION_OR, 0, at, 2);
	}
	return r;
}

/* All of the text; first counts the tokens, so that nothing has to grow. */
static int parse_text(struct parser *parser)
{
	size_t n_tokens = 0;
	int r;

	for (parser_next(parser); parser->length; parser_next(parser))
		if (++n_tokens > CONDITION_WORDS_MAX)
			return parser_fail(parser, error_length);
	parser->at = 0;
	parser_next(parser);
	parser->steps =
	    arena_array(parser->arena, n_tokens, sizeof(*parser->steps));
	parser->names =
	    arena_array(parser->arena, n_tokens, sizeof(*parser->names));
	parser->offsets =
	    arena_array(parser->arena, n_tokens, sizeof(*parser->offsets));
	if (!parser->steps || !parser->names || !parser->offsets)
		return -ENOMEM;
	r = parse_disjunction(parser);
	if (!r && parser->length)
		r = parser_fail(parser, error_operator);
	return r;
}

int condition_parse(struct arena *arena, const char *text,
    const struct condition **ret, uint32_t *ret_offset, const char **ret_error)
{
	struct parser parser = {.arena = arena, .text = text};
	struct condition *condition;
	int r;

	r = parse_text(&parser);
	if (r == -EINVAL) {
		*ret_offset = parser.at;
		*ret_error = parser.error;
	}
	if (r)
		return r;
	condition = arena_alloc(arena, sizeof(*condition));
	if (!condition)
		return -ENOMEM;
	condition->text = arena_strdup(arena, text);
	if (!condition->text)
		return -ENOMEM;
	condition->n_steps = parser.n_steps;
	condition->steps = parser.steps;
	condition->n_names = parser.n_names;
	condition->names = parser.names;
	condition->offsets = parser.offsets;
	*ret = condition;
	return 0;
}

bool condition_eval(const struct condition *condition,
    bool (*is_up)(void *ctx, uint32_t name), void *ctx)
{
	bool stack[CONDITION_DEPTH_MAX];
	uint32_t n = 0;

	for (uint32_t i = 0; i < condition->n_steps; i++) {
		const struct condition_step *step = &condition->steps[i];

		switch (step->op) {
		case CONDITION_NODE:
			assert(n < CONDITION_DEPTH_MAX);
			stack[n++] = is_up(ctx, step->ref);
			break;
		case CONDITION_NOT:
			stack[n - 1] = !stack[n - 1];
			break;
		case CONDITION_AND:
			n--;
			stack[n - 1] = stack[n - 1] && stack[n];
			break;
		case CONDITION_OR:
			n--;
			stack[n - 1] = stack[n - 1] || stack[n];
			break;
		}
	}
	assert(n == 1);
	return stack[0];
}
