/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file is a list of statements: words, strings and commas up to a
 * semicolon, or up to a block in braces, which is a list again.
 *
 *     lease6 {
 *       ia-na 32:05:72:5b {
 *         iaaddr 2001:db8:1::1e7 {
 *           starts 1795897894;
 *           preferred-life 60;
 *           max-life 120;
 *         }
 *       }
 *       option dhcp6.name-servers 2001:db8:1::53;
 *     }
 */
#include "providers/dhcp/lease6.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "providers/dhcp/lease.h"

enum { DEPTH_MAX = 8 };

enum token { TOKEN_END, TOKEN_WORD, TOKEN_PUNCTUATION, TOKEN_BAD };

struct reader {
	const char *at, *end;
	enum token token;
	char text[LEASE6_NAME_SIZE]; /* of a word or string; "{" */
};

/* ---- tokens ---- */

/* What is too long for anything that is wanted is cut. */
static void add_char(struct reader *r, size_t *n, char c)
{
	if (*n + 1 < sizeof(r->text))
		r->text[(*n)++] = c;
	r->text[*n] = '\0';
}

static void read_string(struct reader *r)
{
	size_t n = 0;

	for (r->at++; r->at < r->end && *r->at != '"'; r->at++) {
		if (*r->at == '\\' && r->end - r->at > 1)
			r->at++; /* octal ones are in no name of a host */
		add_char(r, &n, *r->at);
	}
	r->token = r->at < r->end ? TOKEN_WORD : TOKEN_BAD;
	if (r->at < r->end)
		r->at++;
}

static void read_word(struct reader *r)
{
	size_t n = 0;

	for (; r->at < r->end && !isspace((unsigned char)*r->at) &&
	    *r->at && !strchr("{};,\"", *r->at);
	    r->at++)
		add_char(r, &n, *r->at);
	r->token = n ? TOKEN_WORD : TOKEN_BAD;
}

static void next(struct reader *r)
{
	while (r->at < r->end && isspace((unsigned char)*r->at))
		r->at++;
	r->text[0] = '\0';
	if (r->at == r->end) {
		r->token = TOKEN_END;
	} else if (*r->at == '"') {
		read_string(r);
	} else if (*r->at && strchr("{};,", *r->at)) {
		r->token = TOKEN_PUNCTUATION;
		r->text[0] = *r->at++;
		r->text[1] = '\0';
	} else {
		read_word(r);
	}
}

static bool is(const struct reader *r, char c)
{
	return r->token == TOKEN_PUNCTUATION && r->text[0] == c;
}

/* ---- statements ---- */

/* The rest of a statement, with its block. False: the file ends in it. */
static bool skip(struct reader *r)
{
	unsigned depth = 0;

	for (;; next(r)) {
		if (r->token == TOKEN_END || r->token == TOKEN_BAD)
			return false;
		if (is(r, '{') && ++depth > DEPTH_MAX)
			return false;
		if (is(r, '}') && !depth)
			return false;
		if ((is(r, '}') && !--depth) || (is(r, ';') && !depth))
			break;
	}
	next(r);
	return true;
}

static uint64_t read_number(const struct reader *r)
{
	char *end;
	unsigned long long value;

	if (r->token != TOKEN_WORD || !isdigit((unsigned char)r->text[0]))
		return 0;
	value = strtoull(r->text, &end, 10);
	return *end ? 0 : value;
}

static uint32_t clamp(uint64_t seconds)
{
	return seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX;
}

/* The block of an address or a prefix; at its first word. */
static bool read_times(struct reader *r, struct lease6_times *times)
{
	char key[LEASE6_NAME_SIZE];

	memset(times, 0, sizeof(*times));
	while (!is(r, '}')) {
		if (r->token != TOKEN_WORD)
			return false;
		memcpy(key, r->text, sizeof(key));
		next(r);
		if (!strcmp(key, "starts"))
			times->starts_s = read_number(r);
		else if (!strcmp(key, "preferred-life"))
			times->preferred_s = clamp(read_number(r));
		else if (!strcmp(key, "max-life"))
			times->valid_s = clamp(read_number(r));
		if (!skip(r))
			return false;
	}
	next(r);
	if (times->preferred_s > times->valid_s)
		times->preferred_s = times->valid_s;
	return true;
}

static bool is_unicast(const struct ip *ip)
{
	/* 2000::/3 of the world, fc00::/7 of a site. */
	return ip->family == AF_INET6 &&
	    ((ip->bytes[0] & 0xe0) == 0x20 || (ip->bytes[0] & 0xfe) == 0xfc);
}

static void take_address(struct lease6 *lease, const char *text,
    const struct lease6_times *times)
{
	struct ip address;

	if (lease->has_address || !times->valid_s ||
	    ip_parse(text, &address) || !is_unicast(&address))
		return;
	lease->has_address = true;
	lease->address = address;
	lease->address_times = *times;
}

static void take_prefix(struct lease6 *lease, const char *text,
    const struct lease6_times *times)
{
	struct ip_prefix prefix;

	if (lease->has_prefix || !times->valid_s ||
	    ip_parse_prefix(text, &prefix) || !is_unicast(&prefix.ip) ||
	    prefix.length < LEASE6_PREFIX_MIN ||
	    prefix.length > LEASE6_PREFIX_MAX)
		return;
	lease->has_prefix = true;
	lease->prefix =
	    (struct ip_prefix){ ip_network(&prefix), prefix.length };
	lease->prefix_times = *times;
}

/* The block of an ia-na or ia-pd; at its first word. */
static bool read_association(struct reader *r, struct lease6 *lease)
{
	char key[LEASE6_NAME_SIZE], value[LEASE6_NAME_SIZE];
	struct lease6_times times;

	while (!is(r, '}')) {
		if (r->token != TOKEN_WORD)
			return false;
		memcpy(key, r->text, sizeof(key));
		next(r);
		memcpy(value, r->text, sizeof(value));
		if (strcmp(key, "iaaddr") != 0 && strcmp(key, "iaprefix")) {
			if (!skip(r))
				return false;
			continue;
		}
		next(r);
		if (!is(r, '{'))
			return false;
		next(r);
		if (!read_times(r, &times))
			return false;
		if (!strcmp(key, "iaaddr"))
			take_address(lease, value, &times);
		else
			take_prefix(lease, value, &times);
	}
	next(r);
	return true;
}

static void take_server(const char *text, unsigned *n,
    char servers[LEASE6_NAMES_MAX][LEASE6_NAME_SIZE])
{
	struct ip ip;

	if (*n < LEASE6_NAMES_MAX && !ip_parse(text, &ip) &&
	    ip.family == AF_INET6 && ip_is_host(&ip))
		ip_print(&ip, servers[(*n)++]);
}

/* With a dot at its end, as it is absolute. */
static void take_domain(struct lease6 *lease, const char *text)
{
	size_t n = strlen(text);

	if (n && text[n - 1] == '.')
		n--;
	if (lease->n_domains < LEASE6_NAMES_MAX &&
	    dhcp_domain_is_valid(text, n)) {
		memcpy(lease->domains[lease->n_domains], text, n);
		lease->domains[lease->n_domains++][n] = '\0';
	}
}

/* As dhclient writes bytes of which it knows no more. */
static void take_ntp(struct lease6 *lease, const char *text)
{
	uint8_t bytes[LEASE6_NAME_SIZE / 2];
	size_t n = option6_read_hex(text, bytes, sizeof(bytes));

	option6_read_ntp(bytes, n, &lease->n_ntp, lease->ntp);
}

static void take_server_id(struct lease6 *lease, const char *text)
{
	uint8_t bytes[LEASE6_DUID_MAX + 1];
	size_t n = option6_read_hex(text, bytes, sizeof(bytes));

	if (n > LEASE6_DUID_MAX)
		return;
	lease->n_server_id = (unsigned)n;
	memcpy(lease->server_id, bytes, n);
}

static void take_value(
    struct lease6 *lease, const char *option, const char *text)
{
	if (!strcmp(option, "dhcp6.name-servers"))
		take_server(text, &lease->n_servers, lease->servers);
	else if (!strcmp(option, "dhcp6.domain-search"))
		take_domain(lease, text);
	else if (!strcmp(option, "dhcp6." LEASE6_NTP))
		take_ntp(lease, text);
	else if (!strcmp(option, "dhcp6.server-id"))
		take_server_id(lease, text);
	else if (!strcmp(option, "dhcp6.sntp-servers"))
		take_server(text, &lease->n_ntp, lease->ntp);
}

/* At the option's name. */
static bool read_option(struct reader *r, struct lease6 *lease)
{
	char option[LEASE6_NAME_SIZE];

	memcpy(option, r->text, sizeof(option));
	for (next(r); !is(r, ';'); next(r)) {
		if (r->token != TOKEN_WORD && !is(r, ','))
			return false;
		if (r->token == TOKEN_WORD)
			take_value(lease, option, r->text);
	}
	next(r);
	return true;
}

/* The block of a lease; at its first word. */
static bool read_lease(struct reader *r, struct lease6 *lease)
{
	bool is_over = false;

	memset(lease, 0, sizeof(*lease));
	while (!is(r, '}')) {
		bool is_option = !strcmp(r->text, "option");
		bool is_na = !strcmp(r->text, "ia-na");
		bool is_ia = is_na || !strcmp(r->text, "ia-pd");

		if (r->token != TOKEN_WORD)
			return false;
		if (!strcmp(r->text, "released"))
			is_over = true;
		if (is_option || is_ia)
			next(r);
		if (is_ia) {
			if (is_na)
				(void)option6_read_hex(r->text, lease->iaid,
				    sizeof(lease->iaid));
			next(r); /* after its number */
			if (!is(r, '{'))
				return false;
			next(r);
		}
		if (!(is_option	     ? read_option(r, lease)
			    : is_ia ? read_association(r, lease)
				    : skip(r)))
			return false;
	}
	next(r);
	if (is_over)
		memset(lease, 0, sizeof(*lease));
	return true;
}

int lease6_parse(const char *text, size_t n, struct lease6 *ret)
{
	struct reader r = { .at = text, .end = text + n };
	struct lease6 lease;
	int result = -ENOENT;

	next(&r);
	while (r.token == TOKEN_WORD) {
		if (strcmp(r.text, "lease6") != 0) {
			if (!skip(&r))
				break;
			continue;
		}
		next(&r);
		if (!is(&r, '{'))
			break;
		next(&r);
		if (!read_lease(&r, &lease))
			break;
		*ret = lease;
		result = 0;
	}
	return result;
}
