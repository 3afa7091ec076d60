/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vici packets from outside: taken apart, walked to the last byte, written
 * again, and compared.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "providers/support/vici-message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static char *copy(const char *name, size_t n)
{
	char *s = malloc(n + 1);

	assert(s);
	memcpy(s, name, n);
	s[n] = '\0';
	return s;
}

/* Writes what it reads. Names with a NUL in them cannot be written: false. */
static bool rewrite(struct vici_writer *w, struct vici_message rest)
{
	struct vici_element e;
	bool same = true;

	while (same && vici_next(&rest, &e)) {
		char *name = copy(e.name, e.n_name);
		char *value;

		same = strlen(name) == e.n_name;
		switch (e.type) {
		case VICI_SECTION:
			vici_section(w, name);
			same = same && rewrite(w, e.value);
			vici_section_end(w);
			break;
		case VICI_LIST:
			vici_list(w, name);
			same = same && rewrite(w, e.value);
			vici_list_end(w);
			break;
		case VICI_KEY_VALUE:
			vici_key_bytes(w, name, e.value.data, e.value.n);
			break;
		case VICI_ITEM:
			value = copy(
			    (const char *)e.value.data, e.value.n);
			same = same && strlen(value) == e.value.n;
			vici_item(w, value);
			free(value);
			break;
		}
		free(name);
	}
	return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct vici_writer w = { 0 };
	struct vici_element e;
	struct vici_packet p;
	char text[8];
	char *name;

	if (vici_packet_parse(data, n, &p) < 0)
		return 0;
	vici_text(p.message, "success", text, sizeof(text));
	assert(strlen(text) < sizeof(text));
	vici_find(p.message, VICI_SECTION, "vpn0", &e);
	name = p.name ? copy(p.name, p.n_name) : NULL;
	vici_begin(&w, p.type, name);
	if ((!name || strlen(name) == p.n_name) && rewrite(&w, p.message)) {
		assert(vici_writer_finish(&w) == 0);
		assert(w.n == n + 4);
		assert(memcmp(w.data + 4, data, n) == 0);
	}
	free(name);
	vici_writer_clear(&w);
	return 0;
}
