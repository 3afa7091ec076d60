/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

void free_ptr(void *pointer_to_pointer)
{
	free(*(void **)pointer_to_pointer);
}

void text_clear(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}

char *text_steal(struct text *text)
{
	char *data = NULL;

	if (!text->failed)
		data = text->data ? text->data : calloc(1, 1);
	else
		free(text->data);
	*text = (struct text){0};
	return data;
}

/* Room for n more bytes and the NUL. */
static bool text_reserve(struct text *text, size_t n)
{
	size_t want, capacity = text->capacity ? text->capacity : 32;
	char *data;

	if (text->failed)
		return false;
	if (__builtin_add_overflow(text->n, n, &want) || want >= SIZE_MAX / 2)
		goto failed;
	if (want < text->capacity)
		return true;
	while (capacity <= want)
		capacity *= 2;
	data = realloc(text->data, capacity);
	if (!data)
		goto failed;
	text->data = data;
	text->capacity = capacity;
	return true;
failed:
	text->failed = true;
	return false;
}

void text_append_n(struct text *text, const char *s, size_t n)
{
	if (!text_reserve(text, n))
		return;
	if (n)
		memcpy(text->data + text->n, s, n);
	text->n += n;
	text->data[text->n] = '\0';
}

void text_append(struct text *text, const char *s)
{
	text_append_n(text, s, strlen(s));
}

void text_append_char(struct text *text, char c)
{
	text_append_n(text, &c, 1);
}

void text_vprintf(struct text *text, const char *format, va_list args)
{
	size_t room = text->data ? text->capacity - text->n : 0;
	va_list again;
	int n;

	if (text->failed)
		return;
	va_copy(again, args);
	n = vsnprintf(
	    room ? text->data + text->n : NULL, room, format, again);
	va_end(again);
	if (n < 0) {
		text->failed = true;
		return;
	}
	if ((size_t)n >= room) {
		if (!text_reserve(text, (size_t)n))
			return;
		vsnprintf(text->data + text->n, (size_t)n + 1, format, args);
	}
	text->n += (size_t)n;
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_vprintf(text, format, args);
	va_end(args);
}

/*
 * The length of the UTF-8 sequence (RFC 3629 section 4: no overlong forms,
 * no surrogates, nothing past U+10FFFF) that s starts with, and its code
 * point; 0 if it is none.
 */
static size_t utf8_decode(const unsigned char *s, size_t n, uint32_t *ret)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = s[0] < 0x80 ? 1
	    : s[0] >= 0xf0          ? 4
	    : s[0] >= 0xe0          ? 3
				    : 2;
	uint32_t c = length == 1 ? s[0] : s[0] & (0x7f >> length);

	if ((s[0] >= 0x80 && s[0] < 0xc2) || s[0] > 0xf4 || length > n)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[length] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 0;
	*ret = c;
	return length;
}

/* Characters that move the cursor or turn the text around. */
static bool is_harmful(uint32_t c)
{
	if (c >= 0x20 && c < 0x7f)
		return c == '\\';
	return c < 0xa0 ||
	    c == 0x061c ||                  /* arabic letter mark */
	    c == 0x200e || c == 0x200f ||   /* direction marks */
	    (c >= 0x2028 && c <= 0x202e) || /* line breaks, embeddings */
	    (c >= 0x2066 && c <= 0x2069);   /* isolates */
}

void text_append_escaped(struct text *text, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t plain = 0; /* bytes before p not yet appended */

	while (n) {
		uint32_t c = *p;
		size_t length = c < 0x80 ? 1 : utf8_decode(p, n, &c);
		size_t bad = !length ? 1 : is_harmful(c) ? length : 0;

		if (!bad) {
			plain += length;
		} else {
			text_append_n(text, (const char *)p - plain, plain);
			plain = 0;
			for (size_t i = 0; i < bad; i++)
				text_printf(text, "\\x%02x", p[i]);
			length = bad;
		}
		p += length;
		n -= length;
	}
	text_append_n(text, (const char *)p - plain, plain);
}
