/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of vici, strongSwan's control protocol (its description is
 * src/libcharon/plugins/vici/README.md there). No I/O.
 *
 * On the wire a packet is a length of 4 bytes, then a type of one byte, for
 * some types a name, and for some a message. A message is a tree: sections
 * and lists, which have a name, key/value pairs, and items of lists. Values
 * are bytes, not strings: they have no NUL and may contain one.
 *
 * Reading takes nothing on trust: vici_packet_parse() checks the whole tree,
 * so that walking it afterwards cannot fail.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	VICI_PACKET_MAX = 512 * 1024, /* without its length */
	VICI_NAME_MAX = 255,
	VICI_VALUE_MAX = 65535,
	VICI_DEPTH_MAX = 16, /* sections in sections; charon uses 5 */
};

enum vici_packet_type {
	VICI_COMMAND,          /* named, with a message */
	VICI_RESPONSE,         /* with a message */
	VICI_COMMAND_UNKNOWN,
	VICI_EVENT_REGISTER,   /* named */
	VICI_EVENT_UNREGISTER, /* named */
	VICI_EVENT_CONFIRM,
	VICI_EVENT_UNKNOWN,
	VICI_EVENT,            /* named, with a message */
};

/* ---- reading ---- */

/* A message, a section's or list's content, or the rest of one. Points into
 * the packet. */
struct vici_message {
	const uint8_t *data;
	size_t n;
};

struct vici_packet {
	enum vici_packet_type type;
	const char *name; /* no NUL after it; NULL if the type has none */
	size_t n_name;
	struct vici_message message; /* empty if the type has none */
};

/* Takes apart the n bytes after the length. 0, or -EBADMSG. */
int vici_packet_parse(const uint8_t *data, size_t n, struct vici_packet *ret);

enum vici_element_type {
	VICI_SECTION,
	VICI_LIST,
	VICI_KEY_VALUE,
	VICI_ITEM, /* in lists only; has no name */
};

struct vici_element {
	enum vici_element_type type;
	const char *name; /* no NUL after it */
	size_t n_name;
	/* The value; of sections and lists what is in them. */
	struct vici_message value;
};

/*
 * Takes the first element off the message, which must come from
 * vici_packet_parse() or from here. False at the end.
 */
bool vici_next(struct vici_message *rest, struct vici_element *ret);

/* The first element of that type and name at the top of the message. */
bool vici_find(struct vici_message message, enum vici_element_type type,
    const char *name, struct vici_element *ret);

/* True if the bytes are exactly the text. */
bool vici_equals(const char *bytes, size_t n, const char *text);

/*
 * Copies the value of the key at the top of the message, cut to size - 1
 * bytes and at the first NUL, with a NUL after it. False, and an empty
 * text, if there is no such key.
 */
bool vici_text(
    struct vici_message message, const char *key, char *text, size_t size);

/* True if the value of the key is yes. */
bool vici_is_yes(struct vici_message message, const char *key);

/* ---- writing ---- */

/*
 * A packet being written. Starts as {0}. Once something does not fit or
 * memory runs out it stays failed, so that only vici_writer_finish() needs
 * a check. What it held is wiped when it grows and when it is cleared: it
 * may be a secret.
 */
struct vici_writer {
	uint8_t *data; /* length included */
	size_t n, capacity;
	int error; /* 0 or -errno */
};

/* Begins a packet; name NULL for the types that have none. */
void vici_begin(
    struct vici_writer *writer, enum vici_packet_type type, const char *name);

void vici_section(struct vici_writer *writer, const char *name);
void vici_section_end(struct vici_writer *writer);
void vici_list(struct vici_writer *writer, const char *name);
void vici_item(struct vici_writer *writer, const char *value);
void vici_list_end(struct vici_writer *writer);
void vici_key(struct vici_writer *writer, const char *key, const char *value);
void vici_key_bytes(struct vici_writer *writer, const char *key,
    const void *value, size_t n);

/* Sets the length: data and n are what goes on the wire. 0, -ENOMEM, or
 * -EMSGSIZE: something is longer than the protocol allows. */
int vici_writer_finish(struct vici_writer *writer);

/* Wipes and frees what it holds; leaves {0}. */
void vici_writer_clear(struct vici_writer *writer);
