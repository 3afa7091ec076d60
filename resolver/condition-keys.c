/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys that hold a condition or an event: `when`, `on-event`, and `from`
 * and `until` of a state. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/load.h"

/* The place of the byte at offset in a text, if it stands in the file as it
 * is; else of the whole text. */
static struct mark mark_within(
    const struct item *item, uint32_t offset, uint32_t length)
{
	struct mark mark = item->mark;

	if (!item->is_verbatim)
		return mark;
	mark.column += item->is_plain ? 0 : 1;
	for (uint32_t i = 0; i < offset; i++)
		mark.column += ((unsigned char)item->text[i] & 0xc0) != 0x80;
	mark.length = length;
	return mark;
}

/* What condition_parse() or event_parse() said. */
static void report_syntax(struct loader *loader, const struct item *item,
    uint32_t offset, const char *error)
{
	size_t n = strcspn(item->text + offset, " \t\r\n()");
	struct mark mark = mark_within(item, offset, n ? (uint32_t)n : 1);

	load_error(loader, &mark, "%s", error);
}

/* Reports an external event that has the name of a node, or none that
 * `netconf emit` could take. */
static bool check_event_name(
    struct loader *loader, const char *name, const struct mark *mark)
{
	if (profile_find_n(loader->profile, name, strcspn(name, "@"))) {
		load_error(loader, mark,
		    "'%s' is a node, not an event; write '%s up', '%s down' "
		    "or '%s failed'", name, name, name, name);
		return false;
	}
	if (!name_is_valid(name)) {
		load_error(loader, mark,
		    "'%s' cannot be an event's name: " NAME_RULE, name);
		return false;
	}
	return true;
}

/* *ret_good: false when it was reported. ret->ref has its mark in any case. */
static int resolve_event(struct loader *loader, const struct item *item,
    const struct event *event, struct trigger *ret, bool *ret_good)
{
	struct mark mark = mark_within(item, event->offset, event->length);
	int r = 0;

	*ret = (struct trigger){.type = event->type, .ref.mark = mark};
	switch (event->type) {
	case EVENT_NONE:
	case EVENT_STARTUP:
		break;
	case EVENT_NAMED:
		ret->name = event->name;
		*ret_good &= check_event_name(loader, event->name, &mark);
		break;
	case EVENT_UP:
	case EVENT_DOWN:
	case EVENT_FAILED:
		r = ref_resolve(loader, event->name, strlen(event->name),
		    &mark, &ret->ref);
		*ret_good &= ret->ref.decl != NULL;
		break;
	}
	return r;
}

static void write_event(const struct event *event, struct text *out)
{
	static const char *const transitions[] = {
	    [EVENT_UP] = " up",
	    [EVENT_DOWN] = " down",
	    [EVENT_FAILED] = " failed",
	};

	text_append(out, event->name ? event->name : "startup");
	if (event->type >= EVENT_UP)
		text_append(out, transitions[event->type]);
}

/* "from A until B" with single blanks, in the profile's arena. */
static const char *write_interval(struct loader *loader,
    const struct event *from, const struct event *until)
{
	_cleanup_(text_clear) struct text out = {0};

	text_append(&out, "from ");
	write_event(from, &out);
	if (until->type != EVENT_NONE) {
		text_append(&out, " until ");
		write_event(until, &out);
	}
	return out.failed ? NULL
			  : arena_strdup(loader->profile->arena, out.data);
}

/* The latches of `when`, and behind them those that decl has: a state's. */
static int resolve_intervals(struct loader *loader, const struct decl *decl,
    const struct item *item, const struct condition *when,
    struct latch **ret_latches, bool *ret_good)
{
	struct latch *latches = arena_array(loader->profile->arena,
	    when->n_intervals + decl->n_latches, sizeof(*latches));

	if (!latches)
		return -ENOMEM;
	*ret_latches = latches;
	for (uint32_t i = 0; i < decl->n_latches; i++)
		latches[when->n_intervals + i] = decl->latches[i];
	for (uint32_t i = 0; i < when->n_intervals; i++) {
		const struct interval *interval = &when->intervals[i];
		struct latch *latch = &latches[i];
		int r = resolve_event(
		    loader, item, &interval->from, &latch->from, ret_good);

		if (!r)
			r = resolve_event(loader, item, &interval->until,
			    &latch->until, ret_good);
		if (r)
			return r;
		latch->text = write_interval(
		    loader, &interval->from, &interval->until);
		if (!latch->text)
			return -ENOMEM;
	}
	return 0;
}

static int resolve_condition(struct loader *loader, struct decl *decl,
    const struct item *item, const struct condition *when)
{
	struct decl_rare *rare = load_rare(loader, decl);
	struct ref *refs = arena_array(
	    loader->profile->arena, when->n_names, sizeof(*refs));
	struct latch *latches;
	bool good = true;
	int r;

	if (!rare || !refs)
		return -ENOMEM;
	for (uint32_t i = 0; i < when->n_names; i++) {
		const char *name = when->names[i];
		size_t n = strlen(name);
		struct mark mark =
		    mark_within(item, when->offsets[i], (uint32_t)n);
		struct ref *ref = &refs[i];

		r = ref_resolve(loader, name, n, &mark, ref);
		if (r)
			return r;
		good &= ref->decl != NULL;
	}
	r = resolve_intervals(loader, decl, item, when, &latches, &good);
	if (!r && good) {
		rare->when_refs = (struct refs){when->n_names, refs};
		decl->latches = latches;
		decl->n_latches += when->n_intervals;
		decl->when = when;
	}
	return r;
}

int when_read(
    struct loader *loader, struct decl *decl, const struct item *item)
{
	const struct condition *when;
	const char *error;
	uint32_t offset;
	int r;

	r = condition_parse(
	    loader->profile->arena, item->text, &when, &offset, &error);
	if (r == -EINVAL) {
		report_syntax(loader, item, offset, error);
		return 0;
	}
	return r ? r : resolve_condition(loader, decl, item, when);
}

/* An item that holds one event. *ret_good as resolve_event(). */
static int read_event(struct loader *loader, const struct item *item,
    struct event *ret, struct trigger *ret_trigger, bool *ret_good)
{
	const char *error;
	uint32_t offset;
	int r;

	r = event_parse(
	    loader->profile->arena, item->text, ret, &offset, &error);
	if (r == -EINVAL) {
		report_syntax(loader, item, offset, error);
		*ret_good = false;
		return 0;
	}
	return r ? r
		 : resolve_event(loader, item, ret, ret_trigger, ret_good);
}

int on_event_read(
    struct loader *loader, struct decl *decl, const struct item *item)
{
	struct arena *arena = loader->profile->arena;
	struct decl_rare *rare = load_rare(loader, decl);
	struct trigger *trigger = arena_alloc(arena, sizeof(*trigger));
	struct event event;
	bool good = true;
	int r;

	if (!rare || !trigger)
		return -ENOMEM;
	r = read_event(loader, item, &event, trigger, &good);
	if (r || !good)
		return r;
	rare->event_text = arena_strdup(arena, item->text);
	decl->on_event = trigger;
	return rare->event_text ? 0 : -ENOMEM;
}

static bool event_equal(const struct event *a, const struct event *b)
{
	return a->type == b->type &&
	    (!a->name || strcmp(a->name, b->name) == 0);
}

int interval_read(struct loader *loader, struct decl *decl,
    const struct item *from, const struct item *until)
{
	/* Behind those of `when`, if it has been read. */
	struct latch *latches = arena_array(loader->profile->arena,
	    decl->n_latches + 1, sizeof(*latches));
	struct latch *latch = latches + decl->n_latches;
	struct event a = {0}, b = {0};
	bool good = true;
	int r;

	if (!latches)
		return -ENOMEM;
	for (uint32_t i = 0; i < decl->n_latches; i++)
		latches[i] = decl->latches[i];
	r = read_event(loader, from, &a, &latch->from, &good);
	if (!r && until)
		r = read_event(loader, until, &b, &latch->until, &good);
	if (r || !good)
		return r;
	if (event_equal(&a, &b)) {
		load_error(loader, &latch->until.ref.mark,
		    "'until' must name another event than 'from'");
		return 0;
	}
	latch->text = write_interval(loader, &a, &b);
	if (!latch->text)
		return -ENOMEM;
	decl->latches = latches;
	decl->n_latches++;
	return 0;
}
