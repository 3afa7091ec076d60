/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/model/phrases.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

static void print(phrase_text to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static struct phrase *add(struct phrases *to, uint32_t weight,
    uint32_t names, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void print_args(phrase_text to, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void print_args(phrase_text to, const char *format, va_list args)
{
	int n = vsnprintf(to, sizeof(phrase_text), format, args);

	assert(n >= 0 && (size_t)n < sizeof(phrase_text));
}

static void print(phrase_text to, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_args(to, format, args);
	va_end(args);
}

static struct phrase *add(struct phrases *to, uint32_t weight,
    uint32_t names, const char *format, ...)
{
	struct phrase *phrase = &to->items[to->n++];
	va_list args;

	assert(to->n <= PHRASES_MAX);
	*phrase = (struct phrase){ .weight = (uint8_t)weight,
		.names = (uint8_t)names };
	va_start(args, format);
	print_args(phrase->text, format, args);
	va_end(args);
	return phrase;
}

/* Two terms and a word between them. */
static void add_two(struct phrases *to, const struct phrase *a,
    const char *word, const struct phrase *b)
{
	struct phrase *phrase = add(to, 2, a->names | b->names, "%s %s %s",
	    a->text, word, b->text);

	print(phrase->swapped, "%s %s %s", b->text, word, a->text);
}

/* Events; ev1 only where ev0 is the other one. */
static void add_events(struct phrases *to, uint32_t i)
{
	add(to, 0, 0, "ev0");
	for (uint32_t j = 0; j < i; j++) {
		add(to, 0, 1u << j, "n%u up", j);
		add(to, 0, 1u << j, "n%u down", j);
		add(to, 0, 1u << j, "n%u failed", j);
	}
}

static void add_intervals(struct phrases *to, uint32_t i, uint32_t weight,
    const char *word, const char *until_word)
{
	struct phrases events = { 0 };

	add_events(&events, i);
	add(&events, 0, 0, "startup");
	for (uint32_t j = 0; j < events.n; j++) {
		const struct phrase *a = &events.items[j];

		add(to, weight, a->names, "%s%s", word, a->text);
		for (uint32_t k = 0; k + 1 < events.n; k++) {
			const struct phrase *b = &events.items[k];

			add(to, weight + 1, a->names | b->names, "%s%s%s%s",
			    word, a->text, until_word,
			    j == k && !j ? "ev1" : b->text);
			if (j == k && j)
				to->n--;
		}
	}
}

/*
 * Three in each way. The last is an interval: so only the first two may trade
 * places.
 */
static void add_three(struct phrases *to, const struct phrase *a,
    const struct phrase *b, const struct phrase *c)
{
	uint32_t names = a->names | b->names | c->names;
	const char *x = a->text, *y = b->text, *z = c->text;

	for (uint32_t i = 0; i < 2; i++) {
		const char *op = i ? "or" : "and";

		print(add(to, 3, names, "%s %s %s %s %s", x, op, y, op, z)
			  ->swapped,
		    "%s %s %s %s %s", y, op, x, op, z);
	}
	print(add(to, 3, names, "%s and %s or %s", x, y, z)->swapped,
	    "%s and %s or %s", y, x, z);
	add(to, 3, names, "%s and %s or %s", x, z, y);
	add(to, 3, names, "%s and %s or %s", y, z, x);
	print(add(to, 3, names, "(%s or %s) and %s", x, y, z)->swapped,
	    "(%s or %s) and %s", y, x, z);
	add(to, 3, names, "(%s or %s) and %s", x, z, y);
	add(to, 3, names, "(%s or %s) and %s", y, z, x);
}

/* Conditions of two and three terms. */
static void add_terms(struct phrases *to, const struct phrases *terms,
    const struct phrases *intervals)
{
	for (uint32_t j = 0; j < terms->n; j++) {
		const struct phrase *a = &terms->items[j];

		for (uint32_t k = j + 1; k < terms->n; k++) {
			const struct phrase *b = &terms->items[k];

			if (a->names == b->names)
				continue;
			add_two(to, a, "and", b);
			add_two(to, a, "or", b);
			for (uint32_t l = 0; l < intervals->n; l++)
				if (intervals->items[l].weight == 1)
					add_three(to, a, b,
					    &intervals->items[l]);
		}
		for (uint32_t k = 0; k < intervals->n; k++) {
			const struct phrase *b = &intervals->items[k];

			if (b->weight > 1)
				continue;
			add_two(to, a, "and", b);
			add_two(to, a, "or", b);
		}
	}
}

void phrases_conditions(struct phrases *to, uint32_t i, bool is_core)
{
	struct phrases terms = { 0 }, intervals = { 0 };

	for (uint32_t j = 0; j < i; j++) {
		add(&terms, 1, 1u << j, "not n%u", j);
		if (!is_core)
			add(&terms, 1, 1u << j, "n%u", j);
	}
	add(to, 0, 0, "%s", "");
	for (uint32_t j = 0; j < terms.n; j++)
		add(to, 1, terms.items[j].names, "%s", terms.items[j].text);
	if (is_core)
		return;
	add_intervals(&intervals, i, 1, "from ", " until ");
	for (uint32_t j = 0; j < intervals.n; j++) {
		const struct phrase *in = &intervals.items[j];

		add(to, in->weight, in->names, "%s", in->text);
		add(to, in->weight + 1u, in->names, "not (%s)", in->text);
	}
	add_terms(to, &terms, &intervals);
}

static void add_all(struct phrases *to, uint32_t a, uint32_t b)
{
	struct phrase *phrase = add(to, 2, 1u << a | 1u << b,
	    "all, of: [n%u, n%u]", a, b);

	print(phrase->swapped, "all, of: [n%u, n%u]", b, a);
}

/* The members of a group: one, two in both orders, or all. */
static void add_groups(struct phrases *to, uint32_t i, bool is_core)
{
	for (uint32_t a = 0; a < i; a++) {
		add(to, 1, 1u << a, "any, of: [n%u]", a);
		if (!is_core)
			add(to, 1, 1u << a, "all, of: [n%u]", a);
		for (uint32_t b = 0; b < i; b++) {
			uint32_t two = 1u << a | 1u << b;

			if (a == b)
				continue;
			add(to, 2, two, "any, of: [n%u, n%u]", a, b);
			if (!is_core)
				add(to, 2, two,
				    "any, try: in-order, of: [n%u, n%u]", a, b);
			if (!is_core && a < b)
				add_all(to, a, b);
			for (uint32_t c = 0; c < i; c++)
				if (c != a && c != b)
					add(to, 3, two | 1u << c,
					    "any, of: [n%u, n%u, n%u]", a, b,
					    c);
		}
	}
}

/* Two cards of one template. */
static void add_cards(struct phrases *to, uint32_t a)
{
	static const char *const kinds[] = { "any", "any, try: in-order" };

	for (uint32_t i = 0; i < 2; i++)
		for (uint32_t card = 0; card < 2; card++)
			add(to, 2, 1u << a, "%s, of: [n%u@e%u, n%u@e%u]",
			    kinds[i], a, card, a, !card)
			    ->cards = 1u << a;
	add(to, 2, 1u << a, "all, of: [n%u@e0, n%u@e1]", a, a)->cards =
	    1u << a;
}

/* A kind whose keys name nodes and facts. */
static void add_kits(struct phrases *to, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++) {
		add(to, 2, 1u << j, "kit, needs: [n%u]", j);
		add(to, 2, 1u << j, "kit, ports: [n%u]", j);
		add(to, 2, 1u << j, "kit, hears: [n%u]", j);
	}
	add(to, 2, 0, "kit, text: \"${domain}\"")->needs_over = true;
	add(to, 2, 0, "kit, name: \"${gateway-mac}\"")->needs_over = true;
}

void phrases_kinds(struct phrases *to, uint32_t i, bool is_core)
{
	struct phrases events = { 0 };

	add(to, 0, 0, "fake");
	add_groups(to, i, is_core);
	if (is_core)
		return;
	for (uint32_t a = 0; a < i; a++)
		add_cards(to, a);
	add_kits(to, i);
	add(to, 1, 0, "link, match: { name: \"e*\" }");
	add(to, 1, 0, "link, device: e0");
	add_intervals(to, i, 1, "state, from: ", ", until: ");
	add(to, 1, 0, "location, match: { domain: d1 }")->needs_over = true;
	add(to, 2, 0, "location, match: { domain: d1, gateway-mac: m1 }")
	    ->needs_over = true;
	add_events(&events, i);
	add(&events, 0, 0, "startup");
	for (uint32_t j = 0; j < events.n; j++)
		add(to, 1, events.items[j].names,
		    "task, run: [/bin/true], on-event: %s",
		    events.items[j].text);
}

uint16_t phrases_find(const struct phrases *in, const char *text)
{
	for (uint32_t i = 0; i < in->n; i++)
		if (!strcmp(in->items[i].text, text) ||
		    !strcmp(in->items[i].swapped, text))
			return (uint16_t)i;
	return PHRASES_MAX;
}
