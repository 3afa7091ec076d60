/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nodes of the model, devices, and what the admin asks for. */
#include "tests/model/model.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* ---- names ---- */

struct model_name *model_name(struct model *m, const char *text)
{
	struct model_name *name;

	for (uint32_t i = 0; i < m->n_names; i++)
		if (!strcmp(m->names[i]->text, text))
			return m->names[i];
	m->names = realloc(m->names, (m->n_names + 1) * sizeof(*m->names));
	name = calloc(1, sizeof(*name));
	assert(m->names && name);
	snprintf(name->text, sizeof(name->text), "%s", text);
	m->names[m->n_names++] = name;
	return name;
}

bool model_is_goal(const struct model_node *node)
{
	return node->own->is_goal || node->template->is_goal;
}

bool model_is_masked(const struct model_node *node)
{
	return node->own->is_masked || node->template->is_masked;
}

bool model_is_active(const struct model_node *node)
{
	return node->life.state == NODE_STARTING ||
	       node->life.state == NODE_UP || node->life.is_unmet ||
	       node->life.state == NODE_STOPPING;
}

bool model_has_provider(const struct model_node *node)
{
	return !(node->decl->schema->flags & SCHEMA_RESOLVER);
}

bool model_link_is_prerequisite(const struct model_link *link)
{
	return link->role == MODEL_OVER || link->role == MODEL_REQUIRES;
}

struct model_node *model_find(const struct model *m, const char *name)
{
	for (uint32_t i = 0; i < m->n_nodes; i++)
		if (m->nodes[i]->exists && !strcmp(m->nodes[i]->name, name))
			return m->nodes[i];
	return NULL;
}

/* ---- devices ---- */

struct model_device *model_device(const struct model *m, const char *key)
{
	for (uint32_t i = 0; i < m->n_devices; i++)
		if (!strcmp(m->devices[i]->key, key))
			return m->devices[i];
	return NULL;
}

const struct model_node *model_base(const struct model_node *node)
{
	for (bool is_first = true;; is_first = false) {
		const struct model_node *over = NULL;

		if (node->decl->match || node->decl->device)
			return node;
		if (node->decl->schema->flags & SCHEMA_GROUP && !node->card &&
		    !is_first)
			return NULL;
		for (uint32_t i = 0; i < node->n_links; i++)
			if (node->links[i].role == MODEL_OVER &&
			    node->links[i].n && !node->links[i].is_some)
				over = node->links[i].to[0];
		if (!over)
			return NULL;
		node = over;
	}
}

struct model_device *model_base_device(
    const struct model *m, const struct model_node *node)
{
	const struct model_node *base = model_base(node);
	struct model_device *device = NULL;

	if (base)
		device = model_device(
		    m, base->card ? base->card : base->decl->device);
	if (!device || !device->is_present || device->owner != base->decl)
		return NULL;
	return device;
}

static bool globs_match(const struct match_globs *globs, const char *value,
    bool ignore_case)
{
	if (!globs->n)
		return true;
	for (uint32_t i = 0; value && i < globs->n; i++)
		if (text_match_glob(globs->items[i], value, ignore_case))
			return true;
	return false;
}

static const struct decl *find_owner(
    const struct model *m, const struct device *device)
{
	const struct decl *decl;

	for (uint32_t i = 0; i < m->profile->n_decls; i++) {
		decl = &m->profile->decls[i];
		if (decl->device && !strcmp(decl->device, device->key))
			return decl;
	}
	for (uint32_t i = 0; i < m->profile->n_decls; i++) {
		decl = &m->profile->decls[i];
		if (decl->match && !device->maker &&
		    globs_match(&decl->match->name, device->key, false) &&
		    globs_match(&decl->match->mac, device->mac, true) &&
		    globs_match(&decl->match->type, device->type, false) &&
		    globs_match(&decl->match->driver, device->driver,
			false) &&
		    globs_match(&decl->match->path, device->path, false) &&
		    (globs_match(&decl->match->vendor, device->vendor,
			 false) ||
			globs_match(&decl->match->vendor,
			    device->vendor_name, false)) &&
		    (globs_match(&decl->match->model, device->model, false) ||
			globs_match(&decl->match->model, device->model_name,
			    false)))
			return decl;
	}
	return NULL;
}

/* ---- nodes ---- */

static const struct decl *find_root(
    const struct profile *profile, const struct decl *decl)
{
	while (decl && !decl->match) {
		if (!decl->over.n || decl->over.items[0].device)
			return NULL;
		decl = decl->over.items[0].decl;
	}
	(void)profile;
	return decl;
}

uint32_t model_level(const struct decl *decl)
{
	const struct refs *lists[] = { &decl->over, &decl->requires,
		&decl->rare->key_requires, &decl->of };
	uint32_t level = 0;

	for (size_t i = 0; i < 4; i++) {
		for (uint32_t j = 0; j < lists[i]->n; j++) {
			uint32_t n = model_level(lists[i]->items[j].decl) + 1;

			if (n > level)
				level = n;
		}
	}
	return level;
}

static void add_link(struct model *m, struct model_node *node,
    enum model_role role, const struct ref *ref, uint32_t index)
{
	const struct decl *root = m->roots[ref->decl->index];
	struct model_link *link;

	node->links = realloc(
	    node->links, (node->n_links + 1) * sizeof(*node->links));
	assert(node->links);
	link = &node->links[node->n_links++];
	*link = (struct model_link){ .role = role, .index = index,
		.decl = ref->decl };
	link->is_some = root && !ref->device &&
			root != m->roots[node->decl->index];
	link->to = calloc(m->n_nodes + 1, sizeof(struct model_node *));
	assert(link->to);
	for (uint32_t i = 0; i < m->n_nodes; i++) {
		struct model_node *to = m->nodes[i];
		const char *card = ref->device ? ref->device : node->card;

		if (to->decl != ref->decl)
			continue;
		if (!root || link->is_some || (card && !strcmp(to->card, card)))
			link->to[link->n++] = to;
	}
}

static void add_links(struct model *m, struct model_node *node)
{
	const struct decl *decl = node->decl;
	const struct {
		const struct refs *refs;
		enum model_role role;
	} lists[] = {
		{ &decl->over, MODEL_OVER },
		{ &decl->requires, MODEL_REQUIRES },
		{ &decl->rare->key_requires, MODEL_REQUIRES },
		{ &decl->rare->wants, MODEL_WANTS },
		{ &decl->rare->key_pulls, MODEL_KEY_PULLS },
		{ &decl->rare->follows, MODEL_FOLLOWS },
		{ &decl->of, MODEL_OF },
		{ &decl->rare->after, MODEL_AFTER },
		{ &decl->rare->when_refs, MODEL_AFTER },
		{ &decl->rare->when_refs, MODEL_WHEN },
	};

	for (uint32_t i = 0; i < node->n_links; i++)
		free(node->links[i].to);
	node->n_links = 0;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (uint32_t j = 0; j < lists[i].refs->n; j++)
			add_link(m, node, lists[i].role,
			    &lists[i].refs->items[j], j);
}

static int compare_nodes(const void *a, const void *b)
{
	const struct model_node *p = *(struct model_node *const *)a;
	const struct model_node *q = *(struct model_node *const *)b;

	if (p->decl->index != q->decl->index)
		return p->decl->index < q->decl->index ? -1 : 1;
	return p->card ? text_compare_names(p->card, q->card) : 0;
}

static void make_node(
    struct model *m, const struct decl *decl, const char *card)
{
	struct model_node *node = calloc(1, sizeof(*node));

	m->nodes = realloc(m->nodes, (m->n_nodes + 1) * sizeof(*m->nodes));
	assert(node && m->nodes);
	node->decl = decl;
	node->card = card;
	node->level = model_level(decl);
	snprintf(node->name, sizeof(node->name), card ? "%s@%s" : "%s",
	    decl->name, card);
	node->own = model_name(m, node->name);
	node->template = model_name(m, decl->name);
	node->id = m->n_nodes;
	m->nodes[m->n_nodes++] = node;
}

/* The nodes that have been made: those of a card are, once and for all, when
 * its name is first heard of. */
static void make_card(struct model *m, const char *key)
{
	for (uint32_t i = 0; i < m->profile->n_decls; i++)
		if (m->roots[i])
			make_node(m, &m->profile->decls[i], key);
	if (m->n_nodes)
		qsort(m->nodes, m->n_nodes, sizeof(*m->nodes),
		    compare_nodes);
	for (uint32_t i = 0; i < m->n_nodes; i++)
		add_links(m, m->nodes[i]);
}

struct model_device *model_know_device(struct model *m, const char *key)
{
	struct model_device *device = model_device(m, key);

	if (device)
		return device;
	assert(m->n_devices < 32);
	device = calloc(1, sizeof(*device));
	assert(device);
	snprintf(device->key, sizeof(device->key), "%s", key);
	m->devices[m->n_devices++] = device;
	make_card(m, device->key);
	return device;
}

/* Devices that the profile names in NAME@DEVICE. */
static void know_named(struct model *m, const struct decl *decl)
{
	const struct refs *lists[] = { &decl->over, &decl->requires,
		&decl->of, &decl->rare->key_requires, &decl->rare->wants,
		&decl->rare->key_pulls, &decl->rare->after,
		&decl->rare->when_refs, &decl->rare->follows };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (uint32_t j = 0; j < lists[i]->n; j++)
			if (lists[i]->items[j].device)
				model_know_device(m, lists[i]->items[j].device);
}

void model_appear(struct model *m, struct model_node *node)
{
	uint32_t prefix = node->life.prefix; /* from before a crash */

	if (node->exists)
		return;
	node->life = (struct model_life){ .prefix = prefix,
		.birth = ++m->n_births, .since_ms = m->now_ms };
	node->exists = true;
	for (uint32_t i = 0; i < node->decl->n_latches; i++)
		node->life.latches[i] =
		    node->decl->latches[i].from.type == EVENT_STARTUP;
}

struct model *model_new(
    const struct profile *profile, bool is_rigid, bool is_fixed)
{
	struct model *m = calloc(1, sizeof(*m));
	uint32_t n = profile->n_decls;

	assert(m);
	m->profile = profile;
	m->is_rigid = is_rigid;
	m->is_fixed = is_fixed;
	m->roots = calloc(n + 1, sizeof(*m->roots));
	m->selected = calloc(n + 1, sizeof(struct model_node *));
	m->chosen = calloc(n + 1, sizeof(*m->chosen));
	m->below = calloc(n + 1, sizeof(*m->below));
	m->last = calloc(n + 1, sizeof(struct model_node *));
	m->next_selected = calloc(n + 1, sizeof(struct model_node *));
	m->choices = calloc(n + 1, sizeof(*m->choices));
	m->spans = calloc(n + 1, sizeof(*m->spans));
	m->latches = calloc(n + 1, sizeof(*m->latches));
	assert(m->roots && m->selected && m->chosen && m->below && m->last &&
	    m->next_selected && m->choices && m->spans && m->latches);
	for (uint32_t i = 0; i < n; i++)
		m->roots[i] = find_root(profile, &profile->decls[i]);
	for (uint32_t i = 0; i < n; i++) {
		const struct decl *decl = &profile->decls[i];

		for (uint32_t j = 0; j < decl->n_latches; j++)
			m->latches[i][j] =
			    decl->latches[j].from.type == EVENT_STARTUP;
		if (m->roots[i])
			continue;
		make_node(m, decl, NULL);
		model_appear(m, m->nodes[m->n_nodes - 1]);
	}
	if (m->n_nodes)
		qsort(m->nodes, m->n_nodes, sizeof(*m->nodes),
		    compare_nodes);
	for (uint32_t i = 0; i < m->n_nodes; i++)
		add_links(m, m->nodes[i]);
	for (uint32_t i = 0; i < n; i++)
		know_named(m, &profile->decls[i]);
	return m;
}

static void free_node(struct model_node *node)
{
	for (uint32_t i = 0; i < node->n_links; i++)
		free(node->links[i].to);
	free(node->links);
	free(node->holds);
	free(node);
}

struct model *model_free(struct model *m)
{
	if (!m)
		return NULL;
	for (uint32_t i = 0; i < m->n_leaving; i++)
		free_node(m->leaving[i]);
	for (uint32_t i = 0; i < m->n_nodes; i++)
		free_node(m->nodes[i]);
	for (uint32_t i = 0; i < m->n_names; i++)
		free(m->names[i]);
	for (uint32_t i = 0; i < m->n_devices; i++)
		free(m->devices[i]);
	free(m->nodes);
	free(m->leaving);
	free(m->waits);
	free(m->names);
	free(m->roots);
	free(m->selected);
	free(m->chosen);
	free(m->below);
	free(m->last);
	free(m->next_selected);
	free(m->choices);
	free(m->spans);
	free(m->latches);
	free(m);
	return NULL;
}

/* ---- since when ---- */

void model_begin(struct model *m)
{
	struct model_node *node;

	EACH_NODE (node, m)
		node->life.since_ms = m->now_ms;
	for (uint32_t i = 0; i < m->profile->n_decls; i++) {
		model_review_span(m, &m->profile->decls[i]);
		m->spans[i].since_ms = m->now_ms;
	}
}

void model_review_span(struct model *m, const struct decl *decl)
{
	struct model_span *span = &m->spans[decl->index];
	struct model_node *node;
	bool is_up = false;

	EACH_NODE (node, m)
		is_up |= node->decl == decl && node->life.state == NODE_UP;
	if (is_up != span->is_up)
		*span = (struct model_span){ is_up, m->now_ms };
}

/* ---- devices, as inputs ---- */

static void appear_on(struct model *m, const struct model_device *device)
{
	for (uint32_t i = 0; i < m->n_nodes; i++) {
		struct model_node *node = m->nodes[i];

		if (node->card && !strcmp(node->card, device->key) &&
		    m->roots[node->decl->index] == device->owner)
			model_appear(m, node);
	}
}

static void plug(struct model *m, const struct device *device)
{
	struct model_device *d = model_know_device(m, device->key);

	d->is_present = true;
	d->owner = find_owner(m, device);
	snprintf(d->type, sizeof(d->type), "%s", device->type);
	snprintf(d->mac, sizeof(d->mac), "%s", device->mac);
	appear_on(m, d);
}

void model_take_device(struct model *m, const struct model_device *from)
{
	struct device device = { .key = from->key, .type = from->type,
		.mac = from->mac };

	plug(m, &device);
}

int model_devices(struct model *m, uint64_t now_ms,
    const struct device *devices, size_t n)
{
	struct model_node *node;

	m->now_ms = now_ms;
	model_begin(m);
	for (size_t i = 0; i < n; i++)
		plug(m, &devices[i]);
	m->is_begun = true;
	model_adopt(m);
	model_settle(m);
	if (m->has_booted)
		return 0;
	for (uint32_t i = 0; i < m->n_nodes; i++) {
		node = m->nodes[i];
		if (node->exists && node->decl->on_event &&
		    node->decl->on_event->type == EVENT_STARTUP &&
		    node->desired)
			node->life.has_occurred = true;
	}
	model_settle(m);
	return 0;
}

int model_added(struct model *m, uint64_t now_ms, const struct device *device)
{
	struct model_device *d = model_device(m, device->key);

	if (d && d->is_present)
		return -EEXIST;
	m->now_ms = now_ms;
	plug(m, device);
	model_settle(m);
	return 0;
}

int model_removed(struct model *m, uint64_t now_ms, const char *key)
{
	struct model_device *d = model_device(m, key);
	struct model_node *node;

	if (!d || !d->is_present)
		return -ENOENT;
	m->now_ms = now_ms;
	EACH_NODE (node, m)
		if (model_is_active(node) && model_base_device(m, node) == d)
			node->life.is_gone = true;
	d->is_present = false;
	model_settle(m);
	return 0;
}

void model_emit(struct model *m, uint64_t now_ms, const char *event)
{
	m->now_ms = now_ms;
	model_event(m, EVENT_NAMED, event);
	model_settle(m);
}
