/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys that a node has besides those of its kind. */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/macros.h"
#include "base/text.h"
#include "resolver/load.h"

/*
 * value is what the row's type made of the item: n is 0 when that was
 * reported to be wrong. The references are read from the item, whose parts
 * have places.
 */
struct node_key {
	struct schema_key key;
	unsigned only; /* for kinds with one of these flags; 0: for all */
	int (*read)(struct loader *loader, struct decl *decl,
	    const struct item *item, const struct value *value);
};

static int read_description(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	struct decl_rare *rare = load_rare(loader, decl);

	(void)item;
	if (!rare)
		return -ENOMEM;
	rare->description = value->n ? value->texts[0] : NULL;
	return 0;
}

static int read_requires(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	(void)value;
	return refs_read(loader, item, &decl->requires);
}

static int read_over(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	return value->n ? refs_read(loader, item, &decl->over) : 0;
}

static int read_wants(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	struct decl_rare *rare = load_rare(loader, decl);

	(void)value;
	return rare ? refs_read(loader, item, &rare->wants) : -ENOMEM;
}

static int read_after(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	struct decl_rare *rare = load_rare(loader, decl);

	(void)value;
	return rare ? refs_read(loader, item, &rare->after) : -ENOMEM;
}

static int read_of(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	int r = refs_read(loader, item, &decl->of);

	if (!value->n && item->type == ITEM_LIST && !item->n)
		load_error(loader, &item->mark,
		    "'of' is empty; it needs one member or more");
	return r ? r : refs_check_distinct(loader, &decl->of, "of");
}

static int read_when(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	return value->n ? when_read(loader, decl, item) : 0;
}

static int read_on_event(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	return value->n ? on_event_read(loader, decl, item) : 0;
}

/* And `until` with it. */
static int read_from(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	const struct item *mapping = loader->nodes[decl->index].item;
	const struct item *until = item_find(mapping, "until");

	if (!value->n)
		return 0;
	/* Anything but a text is reported when that key is read. */
	if (until &&
	    (until->type != ITEM_TEXT || until->is_bad || item_is_empty(until)))
		until = NULL;
	return interval_read(loader, decl, item, until);
}

static const char *const start_names[] = {"manual", "auto", "hotplug", NULL};

enum start_mode start_parse(const char *name)
{
	return strcmp(name, "auto") == 0 ? START_AUTO
	    : strcmp(name, "hotplug") == 0 ? START_HOTPLUG
					   : START_MANUAL;
}

static int read_start(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	(void)loader, (void)item;
	if (value->n)
		decl->start = start_parse(value->texts[0]);
	return 0;
}

static const char *check_hold(const char *text)
{
	uint64_t ms;

	return strcmp(text, "forever") == 0 ||
		text_parse_duration(text, &ms) == 0
	    ? NULL
	    : "a duration, such as 250ms, 10s, 5m or 1h, or forever";
}

static int read_hold(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	(void)loader, (void)item;
	if (value->n && text_parse_duration(value->texts[0], &decl->hold_ms))
		decl->hold_ms = HOLD_FOREVER;
	return 0;
}

static int read_timeout(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	(void)loader, (void)item;
	if (value->n)
		decl->timeout_ms = (uint64_t)value->numbers[0];
	return 0;
}

#define RETRY_DELAY "1s"
#define RETRY_MAX_DELAY "1m"

static const struct schema_key retry_keys[] = {
    {"delay", VALUE_DURATION, .fallback = RETRY_DELAY,
	.doc = "The time to wait after the first failure. It doubles with "
	       "each further one."},
    {"max-delay", VALUE_DURATION, .fallback = RETRY_MAX_DELAY,
	.doc = "The longest time to wait."},
    {"attempts", VALUE_INTEGER, .min = 0, .max = 1000000, .fallback = "0",
	.doc = "Starts in all; then the failure is permanent. 0: for ever."},
    {0},
};

void retry_set_defaults(struct decl *decl)
{
	text_parse_duration(RETRY_DELAY, &decl->retry_delay_ms);
	text_parse_duration(RETRY_MAX_DELAY, &decl->retry_max_delay_ms);
}

static int read_retry(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	const struct config *retry;

	if (!value->n)
		return 0;
	retry = &value->sections[0];
	decl->retry_attempts = (uint32_t)config_integer(retry, "attempts");
	if (!config_count(retry, "delay") || !config_count(retry, "max-delay"))
		return 0;
	decl->retry_delay_ms = config_duration_ms(retry, "delay");
	decl->retry_max_delay_ms = config_duration_ms(retry, "max-delay");
	if (!decl->retry_delay_ms)
		load_error(loader, &item->mark,
		    "'delay' must be 1ms or more: without it a failing node "
		    "would be started without end");
	return 0;
}

static const char *check_allow(const char *text)
{
	const char *name = strncmp(text, "group:", 6) == 0 ? text + 6 : text;

	for (const char *s = name; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == ':')
			name = "";
	return *name ? NULL : "a user, or group:NAME";
}

static int read_allow(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	struct decl_rare *rare = load_rare(loader, decl);

	(void)item;
	if (!rare)
		return -ENOMEM;
	rare->n_allow = value->n;
	rare->allow = value->texts;
	return 0;
}

static int read_device(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	(void)loader, (void)item;
	decl->device = value->n ? value->texts[0] : NULL;
	return 0;
}

static const struct schema_key match_keys[] = {
    {"name", VALUE_TEXT, KEY_LIST, .doc = "The device's name."},
    {"mac", VALUE_TEXT, KEY_LIST,
	.doc = "Its permanent MAC address; case does not count."},
    {"type", VALUE_TEXT, KEY_LIST,
	.doc = "ethernet, wlan, wwan, loopback, or the kernel's link kind: "
	       "vlan, bridge, tun, ..."},
    {"driver", VALUE_TEXT, KEY_LIST, .doc = "The kernel driver."},
    {"path", VALUE_TEXT, KEY_LIST,
	.doc = "Where it is plugged in: pci-0000:00:03.0, or "
	       "pci-0000:00:14.0-usb-0:1:1.0."},
    {"vendor", VALUE_TEXT, KEY_LIST,
	.doc = "Its vendor, by number, as 0x8086, or by name."},
    {"model", VALUE_TEXT, KEY_LIST,
	.doc = "Its model, by number or by name."},
    {0},
};

static int read_match(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	struct match *match;
	/* In the order of match_keys. */
	struct match_globs *globs[7];

	if (!value->n)
		return 0;
	if (!item->n)
		load_error(loader, &item->mark,
		    "'match' is empty; write { name: \"*\" } for every device");
	match = arena_alloc(loader->profile->arena, sizeof(*match));
	if (!match)
		return -ENOMEM;
	globs[0] = &match->name, globs[1] = &match->mac;
	globs[2] = &match->type, globs[3] = &match->driver;
	globs[4] = &match->path, globs[5] = &match->vendor;
	globs[6] = &match->model;
	for (size_t i = 0; i < ARRAY_SIZE(globs); i++) {
		const struct value *texts =
		    config_value(&value->sections[0], i);
		const struct item *given = item_find(item, match_keys[i].name);

		globs[i]->n = texts->n;
		globs[i]->items = texts->texts;
		if (given && given->type == ITEM_LIST && !given->n)
			load_error(loader, &given->mark,
			    "'%s' is empty: it would match no device",
			    match_keys[i].name);
	}
	decl->match = match;
	return 0;
}

static int read_fact_globs(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	/* Anything but a mapping has been reported. */
	return value ? 0 : fact_globs_read(loader, decl, item);
}

static const char *const try_names[] = {"all", "in-order", NULL};

static int read_try(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	if (!value->n || strcmp(value->texts[0], "in-order") != 0)
		return 0;
	if (strcmp(decl->schema->kind, "all") == 0)
		load_error(loader, &item->mark,
		    "'try: in-order' is for 'any' nodes; an 'all' needs every "
		    "member");
	decl->is_in_order = true;
	return 0;
}

static int read_nothing(struct loader *loader, struct decl *decl,
    const struct item *item, const struct value *value)
{
	(void)loader, (void)decl, (void)item, (void)value;
	return 0;
}

static const struct node_key node_keys[] = {
    {{"kind", VALUE_TEXT, .doc = "Which provider carries it out."}, 0,
	read_nothing},
    {{"description", VALUE_TEXT, .doc = "Shown in status, why and graph."},
	0, read_description},
    {{"requires", VALUE_TEXT, KEY_LIST,
	 .doc = "Nodes that are pulled in, and up before this one starts; it "
		"stops before they do."},
	0, read_requires},
    {{"over", VALUE_TEXT,
	 .doc = "The node it stands on, whose device and facts it takes."},
	0, read_over},
    {{"wants", VALUE_TEXT, KEY_LIST,
	 .doc = "Nodes that are pulled in, and not waited for."},
	0, read_wants},
    {{"after", VALUE_TEXT, KEY_LIST,
	 .doc = "Nodes to wait for while they are coming."},
	0, read_after},
    {{"when", VALUE_TEXT,
	 .doc = "A condition: it may be up only while this is true."},
	0, read_when},
    {{"on-event", VALUE_TEXT,
	 .doc = "An event: the task runs at each of its occurrences."},
	SCHEMA_TASK, read_on_event},
    {{"start", VALUE_TEXT, .choices = start_names,
	 .doc = "Who asks for it: somebody, itself, or its devices."},
	0, read_start},
    {{"hold", VALUE_TEXT, .check = check_hold, .fallback = "0s",
	 .doc = "Once up, it stays up for so long without its prerequisites; "
		"or forever."},
	0, read_hold},
    {{"timeout", VALUE_DURATION,
	 .doc = "The longest time that a start may take; 0: any."},
	0, read_timeout},
    {{"retry", VALUE_SECTION, .keys = retry_keys,
	 .doc = "When a failed start is tried again."},
	0, read_retry},
    {{"allow", VALUE_TEXT, KEY_LIST, .check = check_allow,
	 .doc = "Who, besides root, may `up` and `down` it."},
	0, read_allow},
    {{"device", VALUE_TEXT, .check = device_name_check,
	 .doc = "The network device it is bound to."},
	SCHEMA_DEVICE, read_device},
    {{"match", VALUE_SECTION, .keys = match_keys,
	 .doc = "Which devices it has instances for."},
	SCHEMA_DEVICE, read_match},
    {{"of", VALUE_TEXT, KEY_LIST, .doc = "The members, the best first."},
	SCHEMA_GROUP, read_of},
    {{"try", VALUE_TEXT, .choices = try_names, .fallback = "all",
	 .doc = "all: every member is pulled at once. in-order (of any): one "
		"when no earlier one is available or coming."},
	SCHEMA_GROUP, read_try},
    {{"from", VALUE_TEXT, KEY_REQUIRED,
	 .doc = "The event at which it becomes up."},
	SCHEMA_STATE, read_from},
    {{"until", VALUE_TEXT,
	 .doc = "The event at which it is up no more; without it, never."},
	SCHEMA_STATE, read_nothing},
    {{"match", VALUE_SECTION, KEY_REQUIRED,
	 .doc = "Facts, each with a glob or a list of globs, one of which "
		"must match."},
	SCHEMA_LOCATION, read_fact_globs},
};

static bool is_for(const struct node_key *row, const struct schema *schema)
{
	return !row->only || (schema && (row->only & schema->flags));
}

static const struct node_key *find_node_key(
    const struct schema *schema, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(node_keys); i++) {
		const struct node_key *row = &node_keys[i];

		if (strcmp(row->key.name, name) == 0 && is_for(row, schema))
			return row;
	}
	return NULL;
}

int node_key_read(
    struct loader *loader, struct decl *decl, const struct item *item)
{
	const struct node_key *row = find_node_key(decl->schema, item->key);
	struct value value;
	int r;

	if (!row)
		return 1;
	/* The keys of a location's match are in no table. */
	if (row->read == read_fact_globs && item->type == ITEM_MAPPING)
		return row->read(loader, decl, item, NULL);
	r = value_read(loader, &row->key, item, &value);
	return r ? r : row->read(loader, decl, item, &value);
}

size_t node_key_names(
    const struct schema *schema, const char **ret_names, size_t n_max)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(node_keys) && n < n_max; i++)
		if (is_for(&node_keys[i], schema))
			ret_names[n++] = node_keys[i].key.name;
	return n;
}

const struct schema_key *schema_common_key(
    const struct schema *schema, size_t i)
{
	for (size_t k = 0; k < ARRAY_SIZE(node_keys); k++) {
		const struct node_key *row = &node_keys[k];

		/* Nodes bound to a device are not over another. */
		if (row->read == read_over && (schema->flags & SCHEMA_DEVICE))
			continue;
		if (find_node_key(schema, row->key.name) == row && i-- == 0)
			return &row->key;
	}
	return NULL;
}
