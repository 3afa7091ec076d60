/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolver/schema.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct schema schema_any = {
    .kind = "any",
    .doc = "Up while one of its members is. The selected member is the first "
	   "in the list that is available; what stands on the group takes that "
	   "one's device and facts.",
    .flags = SCHEMA_GROUP | SCHEMA_OBSERVES,
};

const struct schema schema_all = {
    .kind = "all",
    .doc = "Up while every one of its members is.",
    .flags = SCHEMA_GROUP | SCHEMA_OBSERVES,
};

const struct schema schema_state = {
    .kind = "state",
    .doc = "Up from one event until another: an interval with a name of its "
	   "own.",
    .flags = SCHEMA_STATE | SCHEMA_OBSERVES,
};

const struct schema schema_location = {
    .kind = "location",
    .doc = "Which network this is: compares the facts of what it is over. It "
	   "is starting until the facts it asks for are known, at most for 2 "
	   "seconds; then it is up, or waits because they do not match.",
    .flags = SCHEMA_LOCATION | SCHEMA_OVER | SCHEMA_OBSERVES,
};

const struct schema_fact common_facts[] = {
    {"device", .doc = "The device's name."},
    {"ifindex", .doc = "Its number."},
    {"mac", .doc = "Its link-layer address."},
    {"carrier", .doc = "true or false."},
    {"speed", .doc = "Of the link."},
    {"address", .doc = "An address with its prefix length."},
    {"subnet", .doc = "Its subnet with the prefix length."},
    {"gateway", .doc = "The router of the default route."},
    {"gateway-mac", true, .doc = "That router's link-layer address."},
    {"server", .doc = "The DHCP server."},
    {"dns", .doc = "The name servers."},
    {"domain", .doc = "The domain."},
    {"lease-expires", .doc = "When the lease ends."},
    {"ssid", .doc = "The name of the wireless network."},
    {"bssid", .doc = "The access point's link-layer address."},
    {"remote", .doc = "The other end of a tunnel."},
    {"virtual-ip", .doc = "The address in a tunnel."},
    {0},
};

const struct value *config_value(const struct config *config, size_t key)
{
	for (uint32_t i = 0; i < config->n_given; i++)
		if (config->given[i].key == key)
			return &config->given[i];
	return &config->fallbacks[key];
}

/* The value of the key, which the schema must have. */
static const struct value *find_value(const struct config *config,
    const char *name, const struct schema_key **ret_key)
{
	for (size_t i = 0; config->keys && config->keys[i].name; i++) {
		if (strcmp(config->keys[i].name, name) == 0) {
			*ret_key = &config->keys[i];
			return config_value(config, i);
		}
	}
	assert(!"a key that the schema has");
	return NULL;
}

/* The value of the key, which must be of that type; NULL: absent. */
static const struct value *find_typed(const struct config *config,
    const char *name, enum value_type type, bool is_list)
{
	const struct schema_key *key;
	const struct value *value = find_value(config, name, &key);

	assert(key->type == type ||
	    (type == VALUE_TEXT && key->type == VALUE_NODE));
	assert(!!(key->flags & KEY_LIST) == is_list);
	assert(!value->has_facts || type == VALUE_SECTION);
	return value->n ? value : NULL;
}

uint32_t config_count(const struct config *config, const char *key)
{
	const struct schema_key *found;

	return find_value(config, key, &found)->n;
}

bool config_has_facts(const struct config *config, const char *key)
{
	const struct schema_key *found;

	return find_value(config, key, &found)->has_facts;
}

bool config_is_expanded(const struct config *config, const char *key)
{
	const struct schema_key *found;

	return find_value(config, key, &found)->is_expanded;
}

void config_wrong(struct config_check *check, const struct config *config,
    const char *key, uint32_t i, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	check->wrong(check, config, key, i, text);
}

bool config_bool(const struct config *config, const char *key)
{
	const struct value *v = find_typed(config, key, VALUE_BOOL, false);

	return v && v->numbers[0];
}

int64_t config_integer(const struct config *config, const char *key)
{
	const struct value *v = find_typed(config, key, VALUE_INTEGER, false);

	return v ? v->numbers[0] : 0;
}

uint64_t config_duration_ms(const struct config *config, const char *key)
{
	const struct value *v = find_typed(config, key, VALUE_DURATION, false);

	return v ? (uint64_t)v->numbers[0] : 0;
}

const char *config_text(const struct config *config, const char *key)
{
	const struct value *v = find_typed(config, key, VALUE_TEXT, false);

	return v ? v->texts[0] : NULL;
}

uint32_t config_choice(const struct config *config, const char *key)
{
	const struct schema_key *found;
	const struct value *value = find_value(config, key, &found);
	uint32_t i = 0;

	assert(found->choices && value->n == 1);
	while (strcmp(found->choices[i], value->texts[0]) != 0)
		i++;
	return i;
}

const struct secret *config_secret(
    const struct config *config, const char *key)
{
	const struct value *v = find_typed(config, key, VALUE_SECRET, false);

	return v ? &v->secrets[0] : NULL;
}

const struct config *config_section(
    const struct config *config, const char *key)
{
	const struct value *v = find_typed(config, key, VALUE_SECTION, false);

	return v ? &v->sections[0] : NULL;
}

const char *config_text_at(
    const struct config *config, const char *key, uint32_t i)
{
	const struct value *v = find_typed(config, key, VALUE_TEXT, true);

	assert(v && i < v->n);
	return v->texts[i];
}

const char *config_domain_at(
    const struct config *config, const char *key, uint32_t i)
{
	const struct schema_key *found;
	const struct value *v = find_value(config, key, &found);

	assert(found->flags & KEY_BY_DOMAIN && i < v->n);
	return value_domain(v, i);
}

int64_t config_integer_at(
    const struct config *config, const char *key, uint32_t i)
{
	const struct value *v = find_typed(config, key, VALUE_INTEGER, true);

	assert(v && i < v->n);
	return v->numbers[i];
}

const struct config *config_section_at(
    const struct config *config, const char *key, uint32_t i)
{
	const struct value *v = find_typed(config, key, VALUE_SECTION, true);

	assert(v && i < v->n);
	return &v->sections[i];
}

static bool text_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool value_equal(enum value_type type, const struct value *a,
    const struct value *b, uint32_t i)
{
	switch (type) {
	case VALUE_BOOL:
	case VALUE_INTEGER:
	case VALUE_DURATION:
		return a->numbers[i] == b->numbers[i];
	case VALUE_TEXT:
	case VALUE_NODE:
		return text_equal(a->texts[i], b->texts[i]);
	case VALUE_SECRET:
		return text_equal(a->secrets[i].file, b->secrets[i].file) &&
		    text_equal(a->secrets[i].text, b->secrets[i].text);
	case VALUE_SECTION:
		break;
	}
	/* As deep as the schema's sections, which are ours. */
	return config_equal(&a->sections[i], &b->sections[i]);
}

static bool domain_equal(const struct schema_key *key,
    const struct value *a, const struct value *b, uint32_t i)
{
	return !(key->flags & KEY_BY_DOMAIN) ||
	    text_equal(value_domain(a, i), value_domain(b, i));
}

static bool key_equal(
    const struct config *a, const struct config *b, size_t k)
{
	const struct value *x = config_value(a, k), *y = config_value(b, k);
	enum value_type type = a->keys[k].type;

	if (x->n != y->n || x->has_facts != y->has_facts)
		return false;
	if (x->has_facts && type != VALUE_SECTION)
		type = VALUE_TEXT;
	for (uint32_t i = 0; i < x->n; i++)
		if (!value_equal(type, x, y, i) ||
		    !domain_equal(&a->keys[k], x, y, i))
			return false;
	return true;
}

bool config_equal(const struct config *a, const struct config *b)
{
	assert(a->keys == b->keys);
	for (size_t k = 0; a->keys && a->keys[k].name; k++)
		if (!key_equal(a, b, k))
			return false;
	return true;
}

bool config_equal_fixed(const struct config *a, const struct config *b)
{
	assert(a->keys == b->keys);
	for (size_t k = 0; a->keys && a->keys[k].name; k++)
		if (a->keys[k].flags & KEY_FIXED && !key_equal(a, b, k))
			return false;
	return true;
}
