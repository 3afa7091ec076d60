/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configurations with facts in the places of ${FACT}; see facts.h. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/facts.h"
#include "resolver/load.h"
#include "resolver/node.h"

/* Longer ones are refused, and shortened in messages. */
enum { EXPANDED_MAX = 65535, SHOWN_MAX = 128 };

struct expansion {
	struct arena *arena;
	struct config config;
	const char *error; /* or NULL: it is good */
	uint32_t n;
	struct fact *facts; /* that the values use, in the order of the uses */
};

struct expansion *expansion_free(struct expansion *expansion)
{
	/* It lies in its arena. */
	if (expansion)
		arena_free(expansion->arena);
	return NULL;
}

int expansion_copy(const struct expansion *expansion, struct expansion **ret)
{
	struct arena *arena = expansion ? arena_new() : NULL;
	struct expansion *copy =
	    arena ? arena_alloc(arena, sizeof(*copy)) : NULL;

	*ret = copy;
	if (copy) {
		*copy = *expansion;
		copy->arena = arena;
		return 0;
	}
	arena_free(arena);
	return expansion ? -ENOMEM : 0;
}

size_t expansion_bytes(const struct expansion *expansion)
{
	return expansion ? arena_size(expansion->arena) : 0;
}

const char *node_missing_fact(const struct node *node, bool *ret_later)
{
	const struct fact_use *use = node->decl->rare->fact_uses;

	*ret_later = false;
	for (; use; use = use->next) {
		const char *value =
		    node_find_fact_below(node, use->name, ret_later);

		if (!value || !*value)
			return use->name;
	}
	return NULL;
}

/* After a reload they may be others, or in another order. */
static const char *used_value(const struct node *node, const char *key)
{
	const struct expansion *expansion = node->expansion;

	for (uint32_t i = 0; expansion && i < expansion->n; i++)
		if (strcmp(expansion->facts[i].key, key) == 0)
			return expansion->facts[i].value;
	return NULL;
}

bool node_has_new_facts(const struct node *node, bool is_fixed)
{
	const struct fact_use *use = node->decl->rare->fact_uses;

	for (; use; use = use->next) {
		const char *value = node_fact_below(node, use->name);
		const char *used = used_value(node, use->name);

		if (is_fixed && (!use->is_fixed || !used))
			continue;
		if (!used || !value || strcmp(used, value) != 0)
			return true;
	}
	return false;
}

/* ---- making it ---- */

/* What is wrong with the value, as far as anybody can be told. */
static int refuse(struct expansion *expansion, const char *key,
    const char *written, const char *text, const char *expected)
{
	_cleanup_(text_clear) struct text error = {0};

	text_printf(&error, "with '%s', '%s' is '", written, key);
	text_append_escaped(&error, text, strnlen(text, SHOWN_MAX));
	text_printf(&error, "'%s, and must be %s",
	    strlen(text) > SHOWN_MAX ? " and so on" : "", expected);
	if (!error.failed)
		expansion->error = arena_strdup(expansion->arena, error.data);
	return expansion->error ? -EINVAL : -ENOMEM;
}

static const char *fact_of(
    const struct expansion *expansion, const struct piece *piece)
{
	for (const struct fact *fact = expansion->facts;; fact++) {
		/* The loader has entered them all. */
		assert(fact < expansion->facts + expansion->n);
		if (strncmp(fact->key, piece->at, piece->n) == 0 &&
		    !fact->key[piece->n])
			return fact->value;
	}
}

/* Facts come from outside: a line break, say, is never meant. */
static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	return false;
}

static int expand_text(struct expansion *expansion,
    const struct schema_key *key, const char *written, struct text *text)
{
	const char *rest = written;
	struct piece piece;

	while (piece_next(&rest, &piece)) {
		const char *fact =
		    piece.is_fact ? fact_of(expansion, &piece) : NULL;

		if (!fact)
			text_append_n(text, piece.at, piece.n);
		else if (has_control(fact))
			return refuse(expansion, key->name, written, fact,
			    "without control characters");
		else
			text_append(text, fact);
		if (text->n > EXPANDED_MAX)
			return refuse(expansion, key->name, written,
			    text->data, "shorter than 64 KiB");
	}
	return text->failed ? -ENOMEM : 0;
}

static int expand_scalar(struct expansion *expansion,
    const struct schema_key *key, const char *written, void *ret)
{
	_cleanup_(text_clear) struct text text = {0}, expected = {0};
	int64_t number = 0;
	const char *copy;
	int r = expand_text(expansion, key, written, &text);

	if (r)
		return r;
	if (!text.data)
		text_append(&text, "");
	if (text.failed)
		return -ENOMEM;
	if (!value_parse(key, text.data, &number, &expected))
		return expected.failed ? -ENOMEM
				       : refuse(expansion, key->name, written,
					     text.data, expected.data);
	if (key->type != VALUE_TEXT) {
		memcpy(ret, &number, sizeof(number));
		return 0;
	}
	copy = arena_strdup(expansion->arena, text.data);
	memcpy(ret, &copy, sizeof(copy));
	return copy ? 0 : -ENOMEM;
}

static int expand_config(struct expansion *expansion,
    const struct config *from, struct config *to);

static int expand_value(struct expansion *expansion,
    const struct schema_key *key, struct value *value)
{
	const size_t size = value_size(key->type);
	const struct value from = *value;
	unsigned char *array = arena_array(expansion->arena, from.n, size);
	int r = array ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < from.n && !r; i++) {
		void *to = array + i * size;

		r = key->type == VALUE_SECTION
		    ? expand_config(expansion, &from.sections[i], to)
		    : expand_scalar(expansion, key, from.texts[i], to);
	}
	*value = (struct value){
	    .n = from.n,
	    .key = from.key,
	    .is_expanded = true,
	    .numbers = (const void *)array,
	};
	return r;
}

/* What has no facts in it is the profile's. The recursion is as deep as the
 * schema's sections. */
static int expand_config(struct expansion *expansion,
    const struct config *from, struct config *to)
{
	const uint32_t n = from->n_given;
	struct value *given =
	    arena_array(expansion->arena, n, sizeof(*given));
	int r = 0;

	if (!given)
		return -ENOMEM;
	for (uint32_t i = 0; i < n && !r; i++) {
		given[i] = from->given[i];
		if (given[i].has_facts)
			r = expand_value(expansion,
			    &from->keys[given[i].key], &given[i]);
	}
	*to = *from;
	to->given = given;
	return r;
}

struct expanded_check {
	struct config_check check;
	struct expansion *expansion;
	bool is_wrong;
};

/* The first that is wrong is enough. */
static void keep_wrong(struct config_check *check,
    const struct config *config, const char *key, uint32_t i, const char *text)
{
	struct expanded_check *own =
	    container_of(check, struct expanded_check, check);
	_cleanup_(text_clear) struct text error = {0};

	(void)config, (void)key, (void)i;
	if (own->is_wrong)
		return;
	own->is_wrong = true;
	text_append_escaped(&error, text, strlen(text));
	if (!error.failed)
		own->expansion->error =
		    arena_strdup(own->expansion->arena, error.data);
}

/* What the kind finds now that the facts are known. */
static int check_expanded(
    struct expansion *expansion, const struct schema *schema)
{
	struct expanded_check own = {{keep_wrong}, expansion, false};

	if (schema->check)
		schema->check(&expansion->config, &own.check);
	if (!own.is_wrong)
		return 0;
	return expansion->error ? -EINVAL : -ENOMEM;
}

static int copy_facts(struct expansion *expansion, const struct node *node)
{
	const struct fact_use *use = node->decl->rare->fact_uses;

	expansion->facts = arena_array(expansion->arena,
	    node->decl->rare->n_fact_uses, sizeof(*expansion->facts));
	if (!expansion->facts)
		return -ENOMEM;
	for (; use; use = use->next) {
		const char *value = node_fact_below(node, use->name);
		struct fact *fact = &expansion->facts[expansion->n++];

		fact->key = arena_strdup(expansion->arena, use->name);
		fact->value =
		    arena_strdup(expansion->arena, value ? value : "");
		if (!fact->key || !fact->value)
			return -ENOMEM;
	}
	return 0;
}

static int expansion_new(const struct node *node, struct expansion **ret)
{
	struct arena *arena = arena_new();
	struct expansion *expansion =
	    arena ? arena_alloc(arena, sizeof(*expansion)) : NULL;
	int r = expansion ? 0 : -ENOMEM;

	*ret = NULL;
	if (!r) {
		expansion->arena = arena;
		r = copy_facts(expansion, node);
	}
	if (!r)
		r = expand_config(
		    expansion, node->decl->config, &expansion->config);
	if (!r)
		r = check_expanded(expansion, node->decl->schema);
	if (r == -ENOMEM)
		arena_free(arena);
	else
		*ret = expansion;
	return r;
}

/* ---- of a node ---- */

void node_set_expansion(struct node *node, struct expansion *expansion)
{
	struct resolver *resolver = node->resolver;
	struct expansion *former = node->expansion;
	const bool is_told = node->state == NODE_UP || node->is_unmet;

	resolver->stats.bytes -= expansion_bytes(former);
	resolver->stats.bytes += expansion_bytes(expansion);
	node->expansion = expansion;
	/* Its provider uses the former one until it has been told. */
	expansion_free(is_told ? resolver->former : former);
	if (is_told)
		resolver->former = former;
}

int node_expand(struct node *node)
{
	struct expansion *expansion = NULL;
	int r = 0;

	if (node->decl->rare->fact_uses)
		r = expansion_new(node, &expansion);
	/* While it is up, what is not good does not take the place of what
	 * its provider uses. */
	if (r && node->state != NODE_STARTING)
		expansion_free(expansion);
	else if (r != -ENOMEM)
		node_set_expansion(node, expansion);
	return r;
}

const char *node_expansion_error(const struct node *node)
{
	return node->expansion ? node->expansion->error : NULL;
}

const struct config *node_config(const struct node *node)
{
	const struct expansion *expansion = node->expansion;

	return expansion && !expansion->error && node_is_active(node)
		? &expansion->config
		: node->decl->config;
}
