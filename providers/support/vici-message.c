/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "providers/support/vici-message.h"

/* Element types on the wire. */
enum {
	SECTION_START = 1,
	SECTION_END,
	KEY_VALUE,
	LIST_START,
	LIST_ITEM,
	LIST_END,
};

/* Takes n bytes off; NULL if there are fewer. */
static const uint8_t *take(struct vici_message *rest, size_t n)
{
	const uint8_t *p = rest->data;

	if (rest->n < n)
		return NULL;
	rest->data += n;
	rest->n -= n;
	return p;
}

static bool take_name(
    struct vici_message *rest, const char **ret, size_t *ret_n)
{
	const uint8_t *length = take(rest, 1);
	const uint8_t *name = length ? take(rest, *length) : NULL;

	if (!name)
		return false;
	*ret = (const char *)name;
	*ret_n = *length;
	return true;
}

static bool take_value(struct vici_message *rest, struct vici_message *ret)
{
	const uint8_t *length = take(rest, 2);
	size_t n = length ? (size_t)length[0] << 8 | length[1] : 0;
	const uint8_t *value = length ? take(rest, n) : NULL;

	if (!value)
		return false;
	*ret = (struct vici_message){ value, n };
	return true;
}

/*
 * Takes one element of the wire off, whatever it is: 1, 0 at the end, or
 * -EBADMSG. An end of a section or list has neither name nor value.
 */
static int take_element(
    struct vici_message *rest, uint8_t *ret_type, struct vici_element *ret)
{
	const uint8_t *type = take(rest, 1);

	*ret = (struct vici_element){ .name = "" };
	if (!type)
		return 0;
	*ret_type = *type;
	switch (*type) {
	case SECTION_START:
		ret->type = VICI_SECTION;
		return take_name(rest, &ret->name, &ret->n_name) ? 1 : -EBADMSG;
	case LIST_START:
		ret->type = VICI_LIST;
		return take_name(rest, &ret->name, &ret->n_name) ? 1 : -EBADMSG;
	case KEY_VALUE:
		ret->type = VICI_KEY_VALUE;
		return take_name(rest, &ret->name, &ret->n_name) &&
			take_value(rest, &ret->value)
		    ? 1
		    : -EBADMSG;
	case LIST_ITEM:
		ret->type = VICI_ITEM;
		return take_value(rest, &ret->value) ? 1 : -EBADMSG;
	case SECTION_END:
	case LIST_END:
		return 1;
	default:
		return -EBADMSG;
	}
}

/* Is the tree whole, and no deeper than allowed? */
static int check(struct vici_message rest)
{
	unsigned depth = 0;
	bool in_list = false;
	struct vici_element element;
	uint8_t type;
	int r;

	while ((r = take_element(&rest, &type, &element)) > 0) {
		if (in_list != (type == LIST_ITEM || type == LIST_END))
			return -EBADMSG;
		switch (type) {
		case SECTION_START:
			if (depth++ == VICI_DEPTH_MAX)
				return -EBADMSG;
			break;
		case SECTION_END:
			if (depth-- == 0)
				return -EBADMSG;
			break;
		case LIST_START:
			in_list = true;
			break;
		case LIST_END:
			in_list = false;
			break;
		}
	}
	return r < 0 || depth || in_list ? -EBADMSG : 0;
}

int vici_packet_parse(const uint8_t *data, size_t n, struct vici_packet *ret)
{
	struct vici_message rest = { data, n };
	const uint8_t *type = take(&rest, 1);
	bool named, has_message;

	if (!type || n > VICI_PACKET_MAX || *type > VICI_EVENT)
		return -EBADMSG;
	*ret = (struct vici_packet){ .type = *type };
	named = *type == VICI_COMMAND || *type == VICI_EVENT ||
	    *type == VICI_EVENT_REGISTER || *type == VICI_EVENT_UNREGISTER;
	has_message = *type == VICI_COMMAND || *type == VICI_EVENT ||
	    *type == VICI_RESPONSE;
	if (named && !take_name(&rest, &ret->name, &ret->n_name))
		return -EBADMSG;
	if (!has_message)
		return rest.n ? -EBADMSG : 0;
	ret->message = rest;
	return check(rest);
}

bool vici_next(struct vici_message *rest, struct vici_element *ret)
{
	struct vici_element inner;
	unsigned depth = 1;
	uint8_t type;

	if (take_element(rest, &type, ret) <= 0)
		return false;
	if (ret->type != VICI_SECTION && ret->type != VICI_LIST)
		return true;
	/* What is in it reaches to the end that belongs to it. */
	ret->value.data = rest->data;
	while (depth > 0) {
		ret->value.n = (size_t)(rest->data - ret->value.data);
		if (take_element(rest, &type, &inner) <= 0)
			return false;
		if (type == SECTION_START || type == LIST_START)
			depth++;
		else if (type == SECTION_END || type == LIST_END)
			depth--;
	}
	return true;
}

bool vici_equals(const char *bytes, size_t n, const char *text)
{
	return strlen(text) == n && memcmp(bytes, text, n) == 0;
}

bool vici_find(struct vici_message message, enum vici_element_type type,
    const char *name, struct vici_element *ret)
{
	while (vici_next(&message, ret))
		if (ret->type == type &&
		    vici_equals(ret->name, ret->n_name, name))
			return true;
	return false;
}

bool vici_text(
    struct vici_message message, const char *key, char *text, size_t size)
{
	struct vici_element element;
	size_t n;

	text[0] = '\0';
	if (!vici_find(message, VICI_KEY_VALUE, key, &element))
		return false;
	n = element.value.n < size - 1 ? element.value.n : size - 1;
	memcpy(text, element.value.data, n);
	text[n] = '\0';
	return true;
}

bool vici_is_yes(struct vici_message message, const char *key)
{
	struct vici_element element;

	return vici_find(message, VICI_KEY_VALUE, key, &element) &&
	    vici_equals((const char *)element.value.data, element.value.n,
		"yes");
}

/* Makes room for n more bytes. realloc() would leave a copy behind. */
static bool reserve(struct vici_writer *writer, size_t n)
{
	size_t capacity = writer->capacity ? writer->capacity : 512;
	uint8_t *data;

	if (writer->error)
		return false;
	if (n > 4 + VICI_PACKET_MAX - writer->n) {
		writer->error = -EMSGSIZE;
		return false;
	}
	if (writer->n + n <= writer->capacity)
		return true;
	while (capacity < writer->n + n)
		capacity *= 2;
	data = malloc(capacity);
	if (!data) {
		writer->error = -ENOMEM;
		return false;
	}
	if (writer->data) {
		memcpy(data, writer->data, writer->n);
		explicit_bzero(writer->data, writer->capacity);
		free(writer->data);
	}
	writer->data = data;
	writer->capacity = capacity;
	return true;
}

static void put(struct vici_writer *writer, const void *data, size_t n)
{
	if (!n || !reserve(writer, n))
		return;
	memcpy(writer->data + writer->n, data, n);
	writer->n += n;
}

static void put_byte(struct vici_writer *writer, uint8_t byte)
{
	put(writer, &byte, 1);
}

static void put_name(struct vici_writer *writer, const char *name)
{
	size_t n = strlen(name);

	if (n > VICI_NAME_MAX) {
		writer->error = writer->error ?: -EMSGSIZE;
		return;
	}
	put_byte(writer, (uint8_t)n);
	put(writer, name, n);
}

static void put_value(struct vici_writer *writer, const void *value, size_t n)
{
	if (n > VICI_VALUE_MAX) {
		writer->error = writer->error ?: -EMSGSIZE;
		return;
	}
	put_byte(writer, (uint8_t)(n >> 8));
	put_byte(writer, (uint8_t)n);
	put(writer, value, n);
}

void vici_begin(
    struct vici_writer *writer, enum vici_packet_type type, const char *name)
{
	put(writer, (const uint8_t[4]){ 0 }, 4);
	put_byte(writer, (uint8_t)type);
	if (name)
		put_name(writer, name);
}

void vici_section(struct vici_writer *writer, const char *name)
{
	put_byte(writer, SECTION_START);
	put_name(writer, name);
}

void vici_section_end(struct vici_writer *writer)
{
	put_byte(writer, SECTION_END);
}

void vici_list(struct vici_writer *writer, const char *name)
{
	put_byte(writer, LIST_START);
	put_name(writer, name);
}

void vici_item(struct vici_writer *writer, const char *value)
{
	put_byte(writer, LIST_ITEM);
	put_value(writer, value, strlen(value));
}

void vici_list_end(struct vici_writer *writer)
{
	put_byte(writer, LIST_END);
}

void vici_key_bytes(struct vici_writer *writer, const char *key,
    const void *value, size_t n)
{
	put_byte(writer, KEY_VALUE);
	put_name(writer, key);
	put_value(writer, value, n);
}

void vici_key(struct vici_writer *writer, const char *key, const char *value)
{
	vici_key_bytes(writer, key, value, strlen(value));
}

int vici_writer_finish(struct vici_writer *writer)
{
	size_t n = writer->n - 4;

	if (writer->error)
		return writer->error;
	assert(writer->n > 4); /* begun */
	for (int i = 0; i < 4; i++)
		writer->data[i] = (uint8_t)(n >> (24 - 8 * i));
	return 0;
}

void vici_writer_clear(struct vici_writer *writer)
{
	if (writer->data)
		explicit_bzero(writer->data, writer->capacity);
	free(writer->data);
	*writer = (struct vici_writer){ 0 };
}
