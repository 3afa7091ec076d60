/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/made-option.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "base/macros.h"
#include "base/text.h"
#include "providers/provider.h"
#include "providers/support/rtnl.h"

enum { VALUE_SIZE = 64 };

/* ---- what there should be ---- */

static const struct schema_key *find_key(
    const struct config *config, const char *name)
{
	for (const struct schema_key *k = config->keys; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

static uint32_t number_of(
    const struct made_option *option, const struct config *config)
{
	const struct schema_key *key = find_key(config, option->key);
	uint64_t n = 0;

	assert(key);
	switch (key->type) {
	case VALUE_BOOL:
		n = config_bool(config, key->name);
		break;
	case VALUE_DURATION:
		n = config_duration_ms(config, key->name) / option->unit_ms;
		/* As signed, the kernel would take it for a negative one. */
		return n > INT32_MAX ? INT32_MAX : (uint32_t)n;
	case VALUE_TEXT:
		n = config_choice(config, key->name);
		break;
	case VALUE_INTEGER:
	case VALUE_SECRET:
	case VALUE_SECTION:
	case VALUE_NODE:
		n = (uint64_t)config_integer(config, key->name);
		break;
	}
	return option->numbers ? option->numbers[n] : (uint32_t)n;
}

static bool value_of(const struct made_option *option,
    const struct made_of *of, struct made_value *ret)
{
	const char *text;

	memset(ret, 0, sizeof(*ret));
	if (option->value)
		return option->value(of->job, ret);
	if (option->flags & MADE_IF_GIVEN &&
	    !config_count(of->config, option->key))
		return false;
	if (option->type == MADE_IP) {
		text = config_text(of->config, option->key);
		return text && ip_parse(text, &ret->ip) == 0;
	}
	ret->number = number_of(option, of->config);
	return true;
}

bool made_option_lower(const struct job *job, struct made_value *ret)
{
	ret->number = job->ifindex;
	return job->ifindex;
}

/* ---- telling ---- */

static int attribute_of(
    const struct made_option *option, const struct made_value *value)
{
	return option->type == MADE_IP && value->ip.family == AF_INET6 &&
		option->attribute6
	    ? option->attribute6
	    : option->attribute;
}

static int put(struct nl_msg *msg, const struct made_option *option,
    const struct made_value *value)
{
	int attribute = attribute_of(option, value);

	switch (option->type) {
	case MADE_U8:
		return nla_put_u8(msg, attribute, (uint8_t)value->number);
	case MADE_U16:
		return nla_put_u16(msg, attribute, (uint16_t)value->number);
	case MADE_BE16:
		return nla_put_u16(
		    msg, attribute, htons((uint16_t)value->number));
	case MADE_U32:
	case MADE_LINK:
		return nla_put_u32(msg, attribute, value->number);
	case MADE_BE32:
		return nla_put_u32(msg, attribute, htonl(value->number));
	case MADE_IP:
		return nla_put(msg, attribute, (int)ip_size(&value->ip),
		    value->ip.bytes);
	}
	return -EINVAL;
}

int made_options_put(
    struct nl_msg *msg, const struct made_of *of, uint32_t once)
{
	const struct made_option *options = of->options;
	struct made_value value;

	for (size_t i = 0; options[i].key; i++) {
		if (options[i].flags & MADE_ONLY_SHOWN ||
		    (options[i].flags & MADE_ONCE && !(once >> i & 1)) ||
		    !value_of(&options[i], of, &value))
			continue;
		if (put(msg, &options[i], &value) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- comparing ---- */

/* Of that type, or false. */
static bool read_value(const struct made_option *option,
    const struct nlattr *attribute, uint32_t family, struct made_value *ret)
{
	int n = nla_len(attribute);

	memset(ret, 0, sizeof(*ret));
	switch (option->type) {
	case MADE_U8:
		ret->number = n == 1 ? nla_get_u8(attribute) : 0;
		return n == 1;
	case MADE_U16:
	case MADE_BE16:
		ret->number = n == 2 ? nla_get_u16(attribute) : 0;
		if (option->type == MADE_BE16)
			ret->number = ntohs((uint16_t)ret->number);
		return n == 2;
	case MADE_U32:
	case MADE_BE32:
	case MADE_LINK:
		ret->number = n == 4 ? nla_get_u32(attribute) : 0;
		if (option->type == MADE_BE32)
			ret->number = ntohl(ret->number);
		return n == 4;
	case MADE_IP:
		ret->ip.family = family;
		if (n != (int)ip_size(&ret->ip))
			return false;
		memcpy(ret->ip.bytes, nla_data(attribute), (size_t)n);
		return true;
	}
	return false;
}

static bool is_same(const struct made_option *option,
    const struct made_value *a, const struct made_value *b)
{
	uint32_t apart = a->number > b->number ? a->number - b->number
					       : b->number - a->number;

	if (option->type == MADE_IP)
		return ip_equal(&a->ip, &b->ip);
	return apart <= (option->flags & MADE_IS_ROUNDED ? 1 : 0);
}

/* The index of a number among those of choices. */
static uint32_t index_of(const struct made_option *option, uint32_t number,
    uint32_t n)
{
	for (uint32_t i = 0; option->numbers && i < n; i++)
		if (option->numbers[i] == number)
			return i;
	return option->numbers ? n : number;
}

static void print_number(const struct made_option *option,
    const struct schema_key *key, uint32_t number, char text[VALUE_SIZE])
{
	_cleanup_(text_clear) struct text duration = { 0 };
	uint32_t n = 0, i;

	snprintf(text, VALUE_SIZE, "%" PRIu32, number);
	if (key && key->type == VALUE_DURATION) {
		text_append_duration(
		    &duration, (uint64_t)number * option->unit_ms);
		if (duration.data && !duration.failed)
			snprintf(text, VALUE_SIZE, "%s", duration.data);
	} else if (key && key->type == VALUE_BOOL) {
		i = index_of(option, number, 2);
		if (i < 2)
			snprintf(text, VALUE_SIZE, "%s", i ? "true" : "false");
	} else if (key && key->choices) {
		while (key->choices[n])
			n++;
		i = index_of(option, number, n);
		if (i < n)
			snprintf(text, VALUE_SIZE, "%s", key->choices[i]);
	}
}

static void print(const struct made_option *option, const struct made_of *of,
    const struct made_value *value, char text[VALUE_SIZE])
{
	const struct rtnl_link *link;

	if (option->type == MADE_IP) {
		ip_print(&value->ip, text);
	} else if (option->type == MADE_LINK) {
		link = rtnl_find_link(of->job->host->rtnl, value->number);
		if (link)
			snprintf(text, VALUE_SIZE, "%s", link->name);
		else
			snprintf(text, VALUE_SIZE, "%s",
			    value->number ? "a device that is gone" : "none");
	} else {
		print_number(option, find_key(of->config, option->key),
		    value->number, text);
	}
}

/* True when it is as wanted; else what it is. */
static bool compare(const struct made_option *option, const struct made_of *of,
    const struct nlattr *data, const struct made_value *want,
    char found[VALUE_SIZE])
{
	const struct nlattr *attribute = data
	    ? nla_find(nla_data(data), nla_len(data),
		  attribute_of(option, want))
	    : NULL;
	struct made_value is;

	if (!attribute && option->flags & MADE_MAY_BE_HIDDEN &&
	    (!option->is_hidden || option->is_hidden(of->job, want)))
		return true;
	if (!attribute) {
		snprintf(found, VALUE_SIZE, "not set");
		return false;
	}
	if (!read_value(option, attribute, want->ip.family, &is)) {
		snprintf(found, VALUE_SIZE, "something else");
		return false;
	}
	if (is_same(option, &is, want))
		return true;
	print(option, of, &is, found);
	return false;
}

uint32_t made_options_compare(const struct made_of *of,
    const struct nlattr *data, char text[MADE_OPTION_TEXT_SIZE])
{
	const struct made_option *options = of->options;
	char found[VALUE_SIZE], wanted[VALUE_SIZE];
	struct made_value want;
	uint32_t differ = 0;

	for (size_t i = 0; options[i].key; i++) {
		if (!value_of(&options[i], of, &want) ||
		    compare(&options[i], of, data, &want, found))
			continue;
		print(&options[i], of, &want, wanted);
		if (!differ)
			snprintf(text, MADE_OPTION_TEXT_SIZE,
			    "%s is %s, not %s", options[i].key, found, wanted);
		differ |= UINT32_C(1) << i;
	}
	return differ;
}
