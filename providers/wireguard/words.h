/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What WireGuard's keys and endpoints look like as text. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	WORDS_KEY_SIZE = 32,      /* a Curve25519 or pre-shared key */
	WORDS_KEY_TEXT_SIZE = 45, /* the same in base64, with its NUL */
	WORDS_HOST_SIZE = 254,    /* a name or an address, with its NUL */
};

/* A key as `wg genkey` prints it; n: how long the text is. 0 or -EINVAL. Takes
 * as long whatever the key is. */
int words_parse_key(const char *text, size_t n, uint8_t key[WORDS_KEY_SIZE]);
/* The same backwards. */
void words_print_key(
    const uint8_t key[WORDS_KEY_SIZE], char text[WORDS_KEY_TEXT_SIZE]);

/* HOST:PORT, with an IPv6 address in brackets. 0 or -EINVAL. */
int words_parse_endpoint(
    const char *text, char host[WORDS_HOST_SIZE], uint16_t *port);

/* For the schema: NULL, or what was expected. */
const char *words_check_key(const char *text);
const char *words_check_secret(const char *text);
const char *words_check_endpoint(const char *text);
