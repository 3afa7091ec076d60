/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/held.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/macros.h"
#include "base/state-file.h"
#include "base/text.h"
#include "providers/dhcp/lease.h"

#define HEADER "netconf-leases 1\n"

enum { FILE_MAX = HELD_MAX * (64 + 2 * HELD_NETWORK_MAX) };

struct entry {
	struct held_key key;
	struct in_addr address;
	uint64_t expires_s; /* UINT64_MAX: never */
};

struct held {
	struct host *host;
	size_t n;
	struct entry entries[HELD_MAX];

	uv_work_t work;
	struct text current; /* the worker's, while is_busy */
	int result;	     /* of the worker */
	bool is_busy, is_dirty, is_closing;
};

static bool key_equal(const struct held_key *a, const struct held_key *b)
{
	return !memcmp(a->mac, b->mac, sizeof(a->mac)) &&
	    !strcmp(a->network, b->network);
}

static struct entry *find(
    const struct held *f, const struct held_key *key)
{
	for (size_t i = 0; i < f->n; i++)
		if (key_equal(&f->entries[i].key, key))
			return (struct entry *)&f->entries[i];
	return NULL;
}

/* ---- the file ---- */

static bool parse_network(const char *hex, char ret[HELD_NETWORK_MAX + 1])
{
	size_t n = strlen(hex);

	*ret = '\0';
	if (!strcmp(hex, "-"))
		return true;
	if (!n || n % 2 || n > 2 * HELD_NETWORK_MAX ||
	    strspn(hex, "0123456789abcdef") != n)
		return false;
	for (size_t i = 0; i < n / 2; i++) {
		const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};

		ret[i] = (char)strtoul(digits, NULL, 16);
		if (!ret[i])
			return false;
	}
	ret[n / 2] = '\0';
	return true;
}

static bool parse_line(char *line, struct entry *ret)
{
	char *words[4], *save = NULL, *end;
	size_t n = 0;

	for (char *word = strtok_r(line, " ", &save); word;
	    word = strtok_r(NULL, " ", &save)) {
		if (n == ARRAY_SIZE(words))
			return false;
		words[n++] = word;
	}
	if (n != ARRAY_SIZE(words) || text_parse_mac(words[0], ret->key.mac) ||
	    inet_pton(AF_INET, words[1], &ret->address) != 1 ||
	    !dhcp_address_is_usable(ret->address) ||
	    strspn(words[2], "0123456789") != strlen(words[2]))
		return false;
	errno = 0;
	ret->expires_s = strtoull(words[2], &end, 10);
	if (errno)
		return false;
	if (!ret->expires_s)
		ret->expires_s = UINT64_MAX;
	return parse_network(words[3], ret->key.network);
}

/* data ends with a NUL. False: something in it was not written here. */
static bool parse(struct held *f, char *data, size_t n)
{
	char *save = NULL;
	bool good = true;

	if (strlen(data) != n || strncmp(data, HEADER, strlen(HEADER)) != 0)
		return false;
	for (char *line = strtok_r(data + strlen(HEADER), "\n", &save); line;
	    line = strtok_r(NULL, "\n", &save)) {
		struct entry *entry = &f->entries[f->n];

		if (f->n < HELD_MAX && parse_line(line, entry) &&
		    !find(f, &entry->key))
			f->n++;
		else
			good = false;
	}
	return good;
}

static void load(struct held *f)
{
	const char *directory = f->host->state_dir;
	_cleanup_(free_ptr) char *data = malloc(FILE_MAX + 1);
	size_t n = 0;
	int r = data ? state_file_read(directory, "leases", data, FILE_MAX, &n)
		     : -ENOMEM;

	if (r == -ENOENT)
		return;
	if (r) {
		host_log(f->host, LOG_LEVEL_WARNING,
		    "cannot read %s/leases: %s; no card asks for its former "
		    "address",
		    directory, strerror(-r));
		return;
	}
	data[n] = '\0';
	if (!parse(f, data, n))
		host_log(f->host, LOG_LEVEL_WARNING,
		    "%s/leases was damaged; some cards do not ask for their "
		    "former address",
		    directory);
}

static void print(const struct entry *entry, struct text *text)
{
	const uint8_t *mac = entry->key.mac;
	char address[INET_ADDRSTRLEN];

	text_printf(text,
	    "%02x:%02x:%02x:%02x:%02x:%02x %s %" PRIu64 " ", mac[0], mac[1],
	    mac[2], mac[3], mac[4], mac[5],
	    inet_ntop(AF_INET, &entry->address, address, sizeof(address)),
	    entry->expires_s == UINT64_MAX ? 0 : entry->expires_s);
	for (const char *c = entry->key.network; *c; c++)
		text_printf(text, "%02x", (unsigned char)*c);
	text_append(text, *entry->key.network ? "\n" : "-\n");
}

static void report(const struct held *f, int result)
{
	if (result < 0)
		host_log(f->host, LOG_LEVEL_WARNING,
		    "cannot store the leases in %s/leases: %s; after a "
		    "restart cards would not ask for their addresses",
		    f->host->state_dir, strerror(-result));
}

static void on_work(uv_work_t *work)
{
	struct held *f = work->data;

	f->result = state_file_write(f->host->state_dir, "leases",
	    f->current.data, f->current.n);
}

static void on_done(uv_work_t *work, int status);

/* Stores what there is now, if it is not being stored. */
static void store(struct held *f)
{
	int r;

	f->is_dirty = true;
	if (f->is_busy)
		return;
	f->is_dirty = false;
	text_append(&f->current, HEADER);
	for (size_t i = 0; i < f->n; i++)
		print(&f->entries[i], &f->current);
	r = f->current.failed
	    ? -ENOMEM
	    : uv_queue_work(f->host->loop, &f->work, on_work, on_done);
	f->is_busy = !r;
	if (r) {
		report(f, r);
		text_clear(&f->current);
	}
}

static void on_done(uv_work_t *work, int status)
{
	struct held *f = work->data;

	report(f, status < 0 ? status : f->result);
	text_clear(&f->current);
	f->is_busy = false;
	if (f->is_dirty)
		store(f);
	if (f->is_closing && !f->is_busy)
		free(f);
}

/* ---- what is known ---- */

int held_open(struct host *host, struct held **ret)
{
	struct held *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->host = host;
	f->work.data = f;
	load(f);
	*ret = f;
	return 0;
}

void held_close(struct held *f)
{
	if (!f)
		return;
	f->is_closing = true;
	if (!f->is_busy)
		free(f);
}

struct in_addr held_find(
    const struct held *f, const struct held_key *key)
{
	const struct entry *entry = find(f, key);

	if (!entry || entry->expires_s <= (uint64_t)time(NULL))
		return (struct in_addr){INADDR_ANY};
	return entry->address;
}

/* Where to keep another one: instead of the one that ends first, if there are
 * too many. */
static struct entry *make_room(struct held *f)
{
	struct entry *first = &f->entries[0];

	if (f->n < HELD_MAX)
		return &f->entries[f->n++];
	for (size_t i = 1; i < f->n; i++)
		if (f->entries[i].expires_s < first->expires_s)
			first = &f->entries[i];
	return first;
}

void held_keep(struct held *f, const struct held_key *key,
    struct in_addr address, uint64_t expires_s)
{
	struct entry *entry = find(f, key);

	/* Told again within the second: nothing new. */
	if (entry && entry->address.s_addr == address.s_addr &&
	    entry->expires_s - expires_s + 1 <= 2)
		return;
	if (!entry)
		entry = make_room(f);
	*entry = (struct entry){*key, address, expires_s};
	store(f);
}

void held_drop(struct held *f, const struct held_key *key)
{
	struct entry *entry = find(f, key);

	if (!entry)
		return;
	*entry = f->entries[--f->n];
	store(f);
}
