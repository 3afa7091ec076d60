/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/condition.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"

static const char error_term[] =
    "a node, 'from', 'not' or '(' is expected here";
static const char error_event[] =
    "an event is expected here: NAME, 'NODE up', 'NODE down', 'NODE failed' "
    "or 'startup'";
static const char error_same[] =
    "'until' must name another event than 'from'";
static const char error_depth[] =
    "this is nested too deeply; at most 64 levels are possible";
static const char error_length[] =
    "this condition is too long; at most 1024 words are possible";
/* What may be meant as a state, where only events have it. */
static const char error_startup[] =
    "'startup' is an event, not a state; write 'from startup', perhaps with "
    "'until' and another event";
static const char error_transition[] =
    "'up', 'down' and 'failed' make an event, which stands after 'from' or "
    "'until'; a node's name alone is true while it is up";

/* What the last term was: what else than an operator may follow it. */
enum after {
	AFTER_TERM,
	AFTER_FROM,       /* from X up, from startup */
	AFTER_FROM_NAME,  /* from X */
	AFTER_UNTIL_NAME, /* from ... until X */
};

/* By that, at the end of the text and in parentheses. */
static const char *const error_operator[][2] = {
    [AFTER_TERM] = {"'and', 'or' or the end is expected here",
	"'and', 'or' or ')' is expected here"},
    [AFTER_FROM] = {"'until', 'and', 'or' or the end is expected here",
	"'until', 'and', 'or' or ')' is expected here"},
    [AFTER_FROM_NAME] =
	{"'up', 'down', 'failed', 'until', 'and', 'or' or the end is expected "
	 "here",
	    "'up', 'down', 'failed', 'until', 'and', 'or' or ')' is expected "
	    "here"},
    [AFTER_UNTIL_NAME] =
	{"'up', 'down', 'failed', 'and', 'or' or the end is expected here",
	    "'up', 'down', 'failed', 'and', 'or' or ')' is expected here"},
};

/* After an event that stands alone. */
static const char error_end[] = "the end is expected here";
static const char error_name_end[] =
    "'up', 'down', 'failed' or the end is expected here";

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
	uint32_t end;        /* of the token before it */
	uint32_t level;      /* of parentheses and of 'not' before them */
	uint32_t depth;      /* values on the stack after the steps so far */
	struct condition_step *steps;
	const char **names;
	uint32_t *offsets;
	struct interval *intervals;
	uint32_t n_steps, n_names, n_intervals;
	enum after after;
	const char *error;
	uint32_t error_at;
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
	parser->end = parser->at;
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
	parser->error_at = parser->at;
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
	case CONDITION_LATCH:
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

/* True when the current token can be a name. */
static bool parser_is_at_name(const struct parser *parser)
{
	const char *s = parser->text + parser->at;

	return parser->length && *s != '(' && *s != ')' &&
	    !is_one_of(s, parser->length, words, ARRAY_SIZE(words));
}

/* up, down or failed; else NAMED. */
static enum event_type parser_transition(const struct parser *parser)
{
	return parser_is_at(parser, "up") ? EVENT_UP
	    : parser_is_at(parser, "down") ? EVENT_DOWN
	    : parser_is_at(parser, "failed") ? EVENT_FAILED
					     : EVENT_NAMED;
}

static int parse_event(struct parser *parser, struct event *event)
{
	*event = (struct event){
	    .type = EVENT_STARTUP,
	    .offset = parser->at,
	    .length = parser->length,
	};
	if (parser_is_at(parser, "startup")) {
		parser_next(parser);
		return 0;
	}
	if (!parser_is_at_name(parser))
		return parser_fail(parser, error_event);
	event->name = arena_strndup(
	    parser->arena, parser->text + parser->at, parser->length);
	if (!event->name)
		return -ENOMEM;
	parser_next(parser);
	event->type = parser_transition(parser);
	if (event->type != EVENT_NAMED)
		parser_next(parser);
	return 0;
}

static bool event_equal(const struct event *a, const struct event *b)
{
	return a->type == b->type &&
	    (!a->name || strcmp(a->name, b->name) == 0);
}

/* 'from' event ['until' event] */
static int parse_interval(struct parser *parser)
{
	struct interval *interval = &parser->intervals[parser->n_intervals];
	int r;

	interval->offset = parser->at;
	parser_next(parser);
	r = parse_event(parser, &interval->from);
	if (r)
		return r;
	parser->after = interval->from.type == EVENT_NAMED ? AFTER_FROM_NAME
							   : AFTER_FROM;
	if (parser_is_at(parser, "until")) {
		parser_next(parser);
		r = parse_event(parser, &interval->until);
		if (r)
			return r;
		parser->after = interval->until.type == EVENT_NAMED
		    ? AFTER_UNTIL_NAME
		    : AFTER_TERM;
		if (event_equal(&interval->from, &interval->until)) {
			parser_fail(parser, error_same);
			parser->error_at = interval->until.offset;
			return -EINVAL;
		}
	}
	interval->length = parser->end - interval->offset;
	return parser_emit(parser, CONDITION_LATCH, parser->n_intervals++,
	    interval->offset, interval->length);
}

/* The place of the current token among the names. */
static int enter_name(struct parser *parser, uint32_t *ret)
{
	const char *s = parser->text + parser->at;
	uint32_t n = parser->length, i;

	for (i = 0; i < parser->n_names; i++)
		if (strlen(parser->names[i]) == n &&
		    memcmp(parser->names[i], s, n) == 0)
			break;
	*ret = i;
	if (i < parser->n_names)
		return 0;
	parser->names[i] = arena_strndup(parser->arena, s, n);
	if (!parser->names[i])
		return -ENOMEM;
	parser->offsets[i] = parser->at;
	parser->n_names++;
	return 0;
}

static int parse_node(struct parser *parser)
{
	uint32_t name;
	int r;

	if (parser_is_at(parser, "startup"))
		return parser_fail(parser, error_startup);
	if (!parser_is_at_name(parser))
		return parser_fail(parser, error_term);
	r = enter_name(parser, &name);
	if (!r)
		r = parser_emit(parser, CONDITION_NODE, name, parser->at,
		    parser->length);
	if (r)
		return r;
	parser_next(parser);
	parser->after = AFTER_TERM;
	if (parser_transition(parser) != EVENT_NAMED)
		return parser_fail(parser, error_transition);
	return 0;
}

static int parse_disjunction(struct parser *parser);

/* 'not' term | '(' condition ')' | interval | node. The recursion ends at
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
			    parser, error_operator[parser->after][1]);
		parser->level--;
		parser->after = AFTER_TERM;
		parser_next(parser);
	} else {
		r = parser_is_at(parser, "from") ? parse_interval(parser)
						 : parse_node(parser);
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
	size_t n_tokens = 0, n_intervals = 0;
	int r;

	for (parser_next(parser); parser->length; parser_next(parser)) {
		if (++n_tokens > CONDITION_WORDS_MAX)
			return parser_fail(parser, error_length);
		n_intervals += parser_is_at(parser, "from");
	}
	parser->at = 0;
	parser_next(parser);
	parser->steps =
	    arena_array(parser->arena, n_tokens, sizeof(*parser->steps));
	parser->names =
	    arena_array(parser->arena, n_tokens, sizeof(*parser->names));
	parser->offsets =
	    arena_array(parser->arena, n_tokens, sizeof(*parser->offsets));
	parser->intervals = arena_array(
	    parser->arena, n_intervals, sizeof(*parser->intervals));
	if (!parser->steps || !parser->names || !parser->offsets ||
	    !parser->intervals)
		return -ENOMEM;
	r = parse_disjunction(parser);
	if (!r && parser->length)
		r = parser_fail(parser, error_operator[parser->after][0]);
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
		*ret_offset = parser.error_at;
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
	condition->n_intervals = parser.n_intervals;
	condition->intervals = parser.intervals;
	*ret = condition;
	return 0;
}

int event_parse(struct arena *arena, const char *text, struct event *ret,
    uint32_t *ret_offset, const char **ret_error)
{
	struct parser parser = {.arena = arena, .text = text};
	int r;

	parser_next(&parser);
	r = parse_event(&parser, ret);
	if (!r && parser.length)
		r = parser_fail(&parser,
		    ret->type == EVENT_NAMED ? error_name_end : error_end);
	if (r == -EINVAL) {
		*ret_offset = parser.error_at;
		*ret_error = parser.error;
	}
	return r;
}

bool condition_eval(const struct condition *condition,
    bool (*is_up)(void *ctx, uint32_t name),
    bool (*is_set)(void *ctx, uint32_t interval), void *ctx)
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
		case CONDITION_LATCH:
			assert(n < CONDITION_DEPTH_MAX);
			stack[n++] = is_set(ctx, step->ref);
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
