/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base/heap.h, against a plain sorted array; and without memory. */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/heap.h"
#include "tests/unit/run.h"

/* ---- memory that may be short ---- */

void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);

static bool no_memory;
static unsigned n_allocations;

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	n_allocations++;
	if (no_memory) {
		errno = ENOMEM;
		return NULL;
	}
	return __real_reallocarray(p, n, size);
}

/* ---- the elements, and what is expected of them ---- */

enum { N_ITEMS = 200, N_KEYS = 40, N_STEPS = 8000 };

/* The keys repeat, the order is total all the same. */
struct item {
	uint32_t key, index;
	uint32_t in_heap, in_other;
};

static int compare(const void *x, const void *y)
{
	const struct item *a = x, *b = y;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static int compare_backwards(const void *x, const void *y)
{
	return compare(y, x);
}

struct pair {
	struct heap heap, other; /* the same elements, in opposite order */
	struct item items[N_ITEMS];
	struct item *sorted[N_ITEMS]; /* those in the heaps */
	uint32_t n;
};

static struct pair *pair_new(void)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	ck_assert_ptr_nonnull(pair);
	heap_init(&pair->heap, compare, offsetof(struct item, in_heap));
	heap_init(&pair->other, compare_backwards,
	    offsetof(struct item, in_other));
	for (uint32_t i = 0; i < N_ITEMS; i++)
		pair->items[i].index = i;
	return pair;
}

static void pair_free(struct pair *pair)
{
	heap_clear(&pair->heap);
	heap_clear(&pair->other);
	free(pair);
}

static void insert(struct pair *pair, struct item *item, uint32_t key)
{
	uint32_t at = pair->n++;

	item->key = key;
	while (at && compare(pair->sorted[at - 1], item) > 0) {
		pair->sorted[at] = pair->sorted[at - 1];
		at--;
	}
	pair->sorted[at] = item;
	heap_insert(&pair->heap, item);
	heap_insert(&pair->other, item);
}

static void take_out(struct pair *pair, struct item *item)
{
	uint32_t at = 0;

	while (pair->sorted[at] != item)
		at++;
	pair->n--;
	memmove(&pair->sorted[at], &pair->sorted[at + 1],
	    (pair->n - at) * sizeof(*pair->sorted));
	heap_remove(&pair->heap, item);
	heap_remove(&pair->other, item);
}

/* Every element knows its place, and none is before the one above it. (One
 * assertion for all: libcheck takes its time over each.) */
static bool is_heap(const struct heap *heap, uint32_t n)
{
	bool is_right = heap->n == n;

	for (uint32_t p = 1; p <= heap->n; p++) {
		const char *item = heap->items[p - 1];

		is_right &= *(const uint32_t *)(item + heap->offset) == p;
		is_right &= p == 1 ||
			    heap->compare(heap->items[p / 2 - 1], item) < 0;
	}
	return is_right;
}

static void check(const struct pair *pair)
{
	uint32_t n_heap = 0, n_other = 0, n = pair->n;

	ck_assert(is_heap(&pair->heap, n));
	ck_assert(is_heap(&pair->other, n));
	ck_assert_ptr_eq(heap_min(&pair->heap), n ? pair->sorted[0] : NULL);
	ck_assert_ptr_eq(
	    heap_min(&pair->other), n ? pair->sorted[n - 1] : NULL);
	for (uint32_t i = 0; i < N_ITEMS; i++) {
		n_heap += pair->items[i].in_heap != 0;
		n_other += pair->items[i].in_other != 0;
	}
	ck_assert_uint_eq(n_heap, n);
	ck_assert_uint_eq(n_other, n);
}

/* ---- tests ---- */

/* In turns it is more likely to fill and to empty. */
START_TEST(a_heap_agrees_with_a_sorted_array)
{
	struct pair *pair = pair_new();
	uint32_t n_full = 0, n_empty = 0;

	srandom(_i + 1);
	ck_assert_int_eq(heap_reserve(&pair->heap, N_ITEMS), 0);
	ck_assert_int_eq(heap_reserve(&pair->other, N_ITEMS), 0);
	n_allocations = 0;
	for (uint32_t step = 0; step < N_STEPS; step++) {
		struct item *item = &pair->items[random() % N_ITEMS];
		bool is_filling = step / 1000 % 2 == 0;

		if (random() % 8 == 0 && pair->n)
			take_out(pair, heap_min(&pair->heap));
		else if (!item->in_heap && (is_filling || random() % 8 == 0))
			insert(pair, item, random() % N_KEYS);
		else if (item->in_heap && (!is_filling || random() % 64 == 0))
			take_out(pair, item);
		n_full += pair->n > N_ITEMS * 3 / 4;
		n_empty += pair->n == 0;
		check(pair);
	}
	ck_assert_uint_gt(n_full, 0);
	ck_assert_uint_gt(n_empty, 0);
	ck_assert_uint_eq(n_allocations, 0);
	pair_free(pair);
}
END_TEST

START_TEST(the_order_of_coming_does_not_show)
{
	struct pair *pair = pair_new();

	srandom(_i + 1);
	ck_assert_int_eq(heap_reserve(&pair->heap, N_ITEMS), 0);
	ck_assert_int_eq(heap_reserve(&pair->other, N_ITEMS), 0);
	while (pair->n < N_ITEMS) {
		uint32_t i = random() % N_ITEMS;

		if (!pair->items[i].in_heap)
			insert(pair, &pair->items[i], i % N_KEYS);
	}
	for (uint32_t i = 0; i < N_ITEMS; i++) {
		const struct item *item = heap_min(&pair->heap);

		/* 200 items, 40 keys: five of each, by their index. */
		ck_assert_uint_eq(item->key, i / 5);
		ck_assert_uint_eq(item->index, i / 5 + i % 5 * N_KEYS);
		take_out(pair, heap_min(&pair->heap));
	}
	ck_assert_ptr_null(heap_min(&pair->heap));
	pair_free(pair);
}
END_TEST

START_TEST(what_is_not_in_it_may_be_removed)
{
	struct pair *pair = pair_new();

	heap_remove(&pair->heap, &pair->items[0]);
	ck_assert_int_eq(heap_reserve(&pair->heap, 1), 0);
	heap_insert(&pair->heap, &pair->items[1]);
	heap_remove(&pair->heap, &pair->items[0]);
	ck_assert_ptr_eq(heap_min(&pair->heap), &pair->items[1]);
	heap_remove(&pair->heap, &pair->items[1]);
	heap_remove(&pair->heap, &pair->items[1]);
	ck_assert_ptr_null(heap_min(&pair->heap));
	pair_free(pair);
}
END_TEST

START_TEST(without_memory_the_heap_is_as_it_was)
{
	struct pair *pair = pair_new();
	struct heap *heap = &pair->heap;

	no_memory = true;
	ck_assert_int_eq(heap_reserve(heap, 1), -ENOMEM);
	ck_assert_uint_eq(heap_bytes(heap), 0);
	ck_assert_ptr_null(heap_min(heap));
	no_memory = false;
	ck_assert_int_eq(heap_reserve(heap, 3), 0);
	ck_assert_int_eq(heap_reserve(&pair->other, 3), 0);
	insert(pair, &pair->items[0], 7);
	insert(pair, &pair->items[1], 5);
	no_memory = true;
	ck_assert_int_eq(heap_reserve(heap, 4), -ENOMEM);
	ck_assert_int_eq(heap_reserve(heap, UINT32_MAX), -ENOMEM);
	ck_assert_uint_eq(heap_bytes(heap), 3 * sizeof(void *));
	ck_assert_int_eq(heap_reserve(heap, 3), 0);
	insert(pair, &pair->items[2], 6);
	check(pair);
	no_memory = false;
	ck_assert_int_eq(heap_reserve(heap, 4), 0);
	check(pair);
	pair_free(pair);
}
END_TEST

START_TEST(making_room_for_one_more_is_cheap)
{
	struct pair *pair = pair_new();
	struct heap *heap = &pair->heap;
	uint32_t n_wrong = 0;

	n_allocations = 0;
	for (uint32_t n = 1; n <= 100000; n++) {
		n_wrong += heap_reserve(heap, n) != 0 || heap->capacity < n ||
			   heap->capacity > n + n / 4;
	}
	ck_assert_uint_eq(n_wrong, 0);
	ck_assert_uint_le(n_allocations, 64);
	heap_clear(heap);
	ck_assert_uint_eq(heap_bytes(heap), 0);
	/* What is asked for at once is what is taken. */
	ck_assert_int_eq(heap_reserve(heap, 1000), 0);
	ck_assert_uint_eq(heap_bytes(heap), 1000 * sizeof(void *));
	pair_free(pair);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("heap");
	TCase *tcase = tcase_create("heap");

	tcase_set_timeout(tcase, 30);
	tcase_add_loop_test(tcase, a_heap_agrees_with_a_sorted_array, 0, 4);
	tcase_add_loop_test(tcase, the_order_of_coming_does_not_show, 0, 4);
	tcase_add_test(tcase, what_is_not_in_it_may_be_removed);
	tcase_add_test(tcase, without_memory_the_heap_is_as_it_was);
	tcase_add_test(tcase, making_room_for_one_more_is_cheap);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
