/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/link/link-sysctls.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "providers/support/differences.h"
#include "resolver/schema.h"

/* For each choice of the key, in its order. */
static const char *const plain[] = { "0", "1", "2" };
static const char *const generation[] = { "0", "3", "1" };
static const char *const ignore[] = { "0", "1", "2", "8" };
static const char *const negated[] = { "1", "0" };

static const struct row {
	const char *section, *key;
	const char *family, *file; /* net/FAMILY/conf/DEVICE/FILE */
	const char *const *values; /* of choices or false, true; NULL: number */
	enum link_sysctl_told told; /* when others change it */
} table[] = {
	{ "ipv6", "enabled", "ipv6", "disable_ipv6", negated,
	    TOLD_BY_IPV6 },
	{ "ipv6", "accept-ra", "ipv6", "accept_ra", plain },
	{ "ipv6", "privacy", "ipv6", "use_tempaddr", plain },
	{ "ipv6", "address-generation", "ipv6", "addr_gen_mode",
	    generation },
	{ "ipv6", "dad-transmits", "ipv6", "dad_transmits", NULL },
	{ "ipv6", "forwarding", "ipv6", "forwarding", plain,
	    TOLD_BY_NETCONF },
	{ "ipv6", "proxy-ndp", "ipv6", "proxy_ndp", plain,
	    TOLD_BY_NETCONF },
	{ "arp", "announce", "ipv4", "arp_announce", plain },
	{ "arp", "ignore", "ipv4", "arp_ignore", ignore },
	{ "arp", "notify", "ipv4", "arp_notify", plain },
	{ "arp", "accept", "ipv4", "arp_accept", plain },
	{ "arp", "filter", "ipv4", "arp_filter", plain },
	{ "arp", "proxy", "ipv4", "proxy_arp", plain, TOLD_BY_NETCONF },
};
_Static_assert(ARRAY_SIZE(table) == LINK_SYSCTLS, "a slot for each row");

static const struct schema_key *find_key(
    const struct config *section, const char *key)
{
	for (const struct schema_key *k = section->keys; k->name; k++)
		if (!strcmp(k->name, key))
			return k;
	return NULL;
}

void link_sysctls_read(
    struct link_sysctls *sysctls, const struct config *config)
{
	for (size_t i = 0; i < LINK_SYSCTLS; i++) {
		const struct row *row = &table[i];
		const struct config *section =
		    config ? config_section(config, row->section) : NULL;
		char *want = sysctls->rows[i].want;

		sysctls->rows[i].is_given =
		    section && config_count(section, row->key);
		if (!sysctls->rows[i].is_given)
			continue;
		sysctls->rows[i].key = find_key(section, row->key);
		if (!row->values)
			snprintf(want, SYSCTL_SIZE, "%" PRId64,
			    config_integer(section, row->key));
		else
			snprintf(want, SYSCTL_SIZE, "%s",
			    row->values[sysctls->rows[i].key->type ==
					VALUE_BOOL
				    ? config_bool(section, row->key)
				    : config_choice(section, row->key)]);
	}
}

static void add_item(struct link_sysctls *sysctls, const char *device,
    size_t i, size_t n, struct sysctl *ret)
{
	*ret = (struct sysctl){ 0 };
	snprintf(ret->path, sizeof(ret->path), "net/%s/conf/%s/%s",
	    table[i].family, device, table[i].file);
	memcpy(ret->value, sysctls->rows[i].want, SYSCTL_SIZE);
	sysctls->under_way[n] = i;
}

bool link_sysctls_are_told(
    const struct config *config, enum link_sysctl_told told)
{
	for (size_t i = 0; i < LINK_SYSCTLS; i++) {
		const struct config *section = table[i].told == told
		    ? config_section(config, table[i].section)
		    : NULL;

		if (section && config_count(section, table[i].key))
			return true;
	}
	return false;
}

size_t link_sysctls_due(struct link_sysctls *sysctls, const char *device,
    struct sysctl items[SYSCTLS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < LINK_SYSCTLS; i++) {
		struct link_sysctl *row = &sysctls->rows[i];
		struct sysctl *item = &items[n];

		if (!row->is_given && !row->is_changed)
			continue;
		if (row->is_given && row->is_changed &&
		    !strcmp(row->asked, row->want))
			continue;
		add_item(sysctls, device, i, n++, item);
		if (row->is_given)
			continue;
		memcpy(item->value, row->former, SYSCTL_SIZE);
		memcpy(item->only, row->asked, SYSCTL_SIZE);
	}
	return n;
}

size_t link_sysctls_given(struct link_sysctls *sysctls, const char *device,
    bool only_reads, struct sysctl items[SYSCTLS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < LINK_SYSCTLS; i++) {
		if (!sysctls->rows[i].is_given)
			continue;
		add_item(sysctls, device, i, n, &items[n]);
		items[n++].only_reads = only_reads;
	}
	return n;
}

const struct sysctl *link_sysctls_failed(const struct sysctl *items, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].error)
			return &items[i];
	return NULL;
}

void link_sysctls_done(
    struct link_sysctls *sysctls, const struct sysctl *items, size_t n)
{
	for (size_t i = 0; i < n && !items[i].error; i++) {
		const struct sysctl *item = &items[i];
		struct link_sysctl *row =
		    &sysctls->rows[sysctls->under_way[i]];

		if (*item->only) {
			row->is_changed = false;
			continue;
		}
		if (item->is_written && !row->is_changed)
			memcpy(row->former, item->former, SYSCTL_SIZE);
		row->is_changed |= item->is_written;
		memcpy(row->asked, item->value, SYSCTL_SIZE);
	}
}

/* The word of the profile for a value; itself, if there is none. */
static const char *word_of(
    const struct row *row, const struct schema_key *key, const char *value)
{
	static const char *const bools[] = { "false", "true", NULL };
	const char *const *words =
	    key->type == VALUE_BOOL ? bools : key->choices;

	for (size_t i = 0; row->values && words && words[i]; i++)
		if (!strcmp(row->values[i], value))
			return words[i];
	return value;
}

void link_sysctls_compare(const struct link_sysctls *sysctls,
    const struct sysctl *items, size_t n, struct differences *differences)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = sysctls->under_way[i];
		const struct row *row = &table[at];
		const struct schema_key *key = sysctls->rows[at].key;

		if ((items[i].is_written || items[i].only_reads) &&
		    strcmp(items[i].now, items[i].value) != 0)
			differences_add(differences, "%s %s is %s, not %s",
			    row->section, row->key,
			    word_of(row, key, items[i].now),
			    word_of(row, key, items[i].value));
	}
}
