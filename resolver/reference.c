/* SPDX-License-Identifier: GPL-2.0-or-later */
/* References to nodes: NODE, or NODE@DEVICE for one instance of a template. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "resolver/load.h"

/* IFNAMSIZ less the NUL; the core includes no kernel header. */
enum { DEVICE_NAME_MAX = 15 };

/* Names compared in all to find hints: some for 100,000 nodes, any number
 * for a profile as people write them. */
enum { COMPARED_MAX = 1 << 20 };

const char *device_name_check(const char *name)
{
	static const char expected[] =
	    "the name of a network device: up to 15 characters without "
	    "blanks, '/' and ':'";
	size_t n = strlen(name);

	if (n == 0 || n > DEVICE_NAME_MAX || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return expected;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == 0x7f ||
		    name[i] == '/' || name[i] == ':')
			return expected;
	return NULL;
}

/* The names of all nodes, for hints. False: out of memory or of time. */
static bool collect_names(struct loader *loader)
{
	const struct profile *profile = loader->profile;

	loader->n_compared += profile->n_decls;
	if (loader->n_compared > COMPARED_MAX)
		return false;
	if (loader->names)
		return true;
	loader->names = arena_array(
	    loader->scratch, profile->n_decls, sizeof(*loader->names));
	for (uint32_t i = 0; loader->names && i < profile->n_decls; i++)
		loader->names[i] = profile->decls[i].name;
	return loader->names;
}

/* As the kernel, or udev, would call a card. */
static bool is_like_card(const char *name)
{
	static const char *const begins[] = {"eth", "en", "wl", "ww", "usb"};

	for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
		if (!strncmp(name, begins[i], strlen(begins[i])))
			return strpbrk(name, "0123456789") &&
			    !device_name_check(name);
	return false;
}

static void report_unknown(
    struct loader *loader, const char *name, const struct mark *mark)
{
	struct diagnostic *diagnostic;

	/* It may be in the part of a file that could not be read. */
	if (loader->is_incomplete)
		return;
	diagnostic = load_error(loader, mark, "there is no node '%s'", name);
	if (!diagnostic || !collect_names(loader) ||
	    load_suggest(loader, diagnostic, name, loader->names,
		loader->profile->n_decls))
		return;
	if (is_like_card(name))
		diagnostics_hint(loader->diagnostics, diagnostic,
		    "is it a card? '%s: { kind: link, device: %s }' makes it "
		    "a node", name, name);
}

int ref_resolve(struct loader *loader, const char *text, size_t n,
    const struct mark *mark, struct ref *ret)
{
	const char *at = memchr(text, '@', n);
	size_t n_name = at ? (size_t)(at - text) : n;
	const char *expected = NULL;

	*ret = (struct ref){.mark = *mark};
	if (at) {
		ret->device = arena_strndup(
		    loader->profile->arena, at + 1, n - n_name - 1);
		if (!ret->device)
			return -ENOMEM;
		expected = device_name_check(ret->device);
	}
	ret->decl = profile_find_n(loader->profile, text, n_name);
	if (!ret->decl) {
		const char *name =
		    arena_strndup(loader->scratch, text, n_name);

		if (!name)
			return -ENOMEM;
		report_unknown(loader, name, mark);
	} else if (expected) {
		load_error(loader, mark, "'%s' after '@' must be %s",
		    ret->device, expected);
		ret->decl = NULL;
	}
	return 0;
}

int refs_read(
    struct loader *loader, const struct item *item, struct refs *ret)
{
	const bool is_list = item->type == ITEM_LIST;
	const struct item *one = is_list ? item->first : item;
	uint32_t n = is_list ? item->n : 1;
	struct ref *refs =
	    arena_array(loader->profile->arena, n, sizeof(*refs));

	if (!refs)
		return -ENOMEM;
	ret->items = refs;
	for (; n; n--, one = one->next) {
		int r;

		/* What is no text has been reported as such. */
		if (one->type != ITEM_TEXT || one->is_bad || item_is_empty(one))
			continue;
		r = ref_resolve(loader, one->text, strlen(one->text),
		    &one->mark, &refs[ret->n]);
		if (r)
			return r;
		if (refs[ret->n].decl)
			ret->n++;
	}
	return 0;
}

int key_ref_add(struct loader *loader, const struct schema_key *key,
    const struct item *item)
{
	struct decl_rare *rare = load_rare(loader, loader->decl);
	struct refs *const lists[] = {
	    [KEY_PREREQUISITE] = rare ? &rare->key_requires : NULL,
	    [KEY_PULLS] = rare ? &rare->key_pulls : NULL,
	    [KEY_FOLLOWS] = rare ? &rare->follows : NULL,
	};
	struct refs *refs = lists[key->relation];
	struct ref ref;
	int r;

	if (!rare)
		return -ENOMEM;
	assert(refs); /* else the table is wrong */
	r = ref_resolve(
	    loader, item->text, strlen(item->text), &item->mark, &ref);
	if (r || !ref.decl)
		return r;
	ref.key = key;
	/* Several keys may add to it: it doubles as it grows. */
	if (!(refs->n & (refs->n - 1))) {
		struct ref *more = arena_array(loader->profile->arena,
		    refs->n ? 2 * (size_t)refs->n : 1, sizeof(*more));

		if (!more)
			return -ENOMEM;
		for (uint32_t i = 0; i < refs->n; i++)
			more[i] = refs->items[i];
		refs->items = more;
	}
	refs->items[refs->n++] = ref;
	return 0;
}

static int compare_refs(const void *a, const void *b)
{
	const struct ref *p = *(struct ref *const *)a;
	const struct ref *q = *(struct ref *const *)b;
	int order;

	if (p->decl != q->decl)
		return p->decl->index < q->decl->index ? -1 : 1;
	order = strcmp(p->device ? p->device : "", q->device ? q->device : "");
	if (order)
		return order;
	/* Both are items of one array: the later one is the second. */
	return (p > q) - (p < q);
}

static bool is_same(const struct ref *a, const struct ref *b)
{
	return a->decl == b->decl && !a->device == !b->device &&
	    (!a->device || strcmp(a->device, b->device) == 0);
}

int refs_check_distinct(
    struct loader *loader, const struct refs *refs, const char *key)
{
	const struct ref **sorted =
	    arena_array(loader->scratch, refs->n, sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < refs->n; i++)
		sorted[i] = &refs->items[i];
	qsort(sorted, refs->n, sizeof(*sorted), compare_refs);
	for (uint32_t i = 1; i < refs->n; i++) {
		const struct ref *ref = sorted[i];

		if (is_same(sorted[i - 1], ref))
			load_error(loader, &ref->mark,
			    "'%s%s%s' is named twice in '%s'",
			    ref->decl->name, ref->device ? "@" : "",
			    ref->device ? ref->device : "", key);
	}
	return 0;
}

/* Goes down the `over` chain to where it is known, and marks the way back
 * from the top again. A cycle is for graph_build() to report. */
static enum template_state find_template(
    struct loader *loader, const struct decl *decl)
{
	enum template_state state = TEMPLATE_UNKNOWN;
	const struct decl *top = decl;

	while (state == TEMPLATE_UNKNOWN) {
		struct load_node *node = &loader->nodes[decl->index];

		if (node->template == TEMPLATE_VISITING || node->is_bad) {
			state = TEMPLATE_UNKNOWABLE;
		} else if (node->template != TEMPLATE_UNKNOWN) {
			state = node->template;
		} else if (decl->match) {
			state = TEMPLATE_YES;
		} else if (!decl->over.n || decl->over.items[0].device) {
			state = TEMPLATE_NO;
		} else {
			node->template = TEMPLATE_VISITING;
			decl = decl->over.items[0].decl;
		}
	}
	while (loader->nodes[top->index].template == TEMPLATE_VISITING) {
		loader->nodes[top->index].template = state;
		top = top->over.items[0].decl;
	}
	return state;
}

static void check_device(struct loader *loader, struct ref *ref)
{
	struct diagnostic *diagnostic;

	if (!ref->device || find_template(loader, ref->decl) != TEMPLATE_NO)
		return;
	diagnostic = load_error(loader, &ref->mark,
	    "'%s' is a single node, not a template: it has no '@%s'",
	    ref->decl->name, ref->device);
	diagnostics_hint(
	    loader->diagnostics, diagnostic, "write '%s'", ref->decl->name);
	ref->decl = NULL; /* it leads nowhere */
}

static void check_devices(struct loader *loader, const struct refs *refs)
{
	for (uint32_t i = 0; i < refs->n; i++)
		check_device(loader, &refs->items[i]);
}

void refs_check_devices(struct loader *loader)
{
	for (uint32_t i = 0; i < loader->profile->n_decls; i++) {
		const struct decl *decl = &loader->profile->decls[i];

		check_devices(loader, &decl->requires);
		check_devices(loader, &decl->over);
		check_devices(loader, &decl->rare->wants);
		check_devices(loader, &decl->rare->after);
		check_devices(loader, &decl->of);
		check_devices(loader, &decl->rare->key_requires);
		check_devices(loader, &decl->rare->key_pulls);
		check_devices(loader, &decl->rare->follows);
		check_devices(loader, &decl->rare->when_refs);
		for (uint32_t k = 0; k < decl->n_latches; k++) {
			check_device(loader, &decl->latches[k].from.ref);
			check_device(loader, &decl->latches[k].until.ref);
		}
		if (decl->on_event) {
			struct ref ref = decl->on_event->ref;

			check_device(loader, &ref);
		}
	}
}
