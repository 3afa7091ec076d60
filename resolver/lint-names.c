/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tunnels whose other end is looked up through themselves. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "resolver/graph.h"
#include "resolver/lint.h"
#include "resolver/profile.h"

/* Nodes looked at below those that answer for a domain, in all. */
enum { LOOKS_MAX = 1 << 19 };

struct search {
	const struct decl *names;    /* whose key is a mapping of domains */
	const struct value *domains; /* that key's */
	uint32_t index;              /* of the domain that is looked at */
	const struct decl *asked;    /* its node */
	uint32_t *seen;              /* by declaration: in the n-th search */
	const struct decl **found;
	uint32_t n_found, n_searches, n_looks;
	struct diagnostics *diagnostics;
};

/* HOST or HOST:PORT as a name without its dot at the end; "": none. */
static void read_host(const char *text, char host[256])
{
	size_t n = strcspn(text, ":");

	if (n > 0 && text[n - 1] == '.')
		n--;
	n = n > 255 ? 0 : n;
	memcpy(host, text, n);
	host[n] = '\0';
}

/* The domain is the longest of the mapping that the name is in: its node is
 * asked. */
static bool is_asked(const struct search *search, const char *host)
{
	const char *own = value_domain(search->domains, search->index);

	if (!text_is_in_domain(host, own))
		return false;
	for (uint32_t i = 0; i < search->domains->n; i++) {
		const char *other = value_domain(search->domains, i);

		if (strlen(other) > strlen(own) &&
		    text_is_in_domain(host, other))
			return false;
	}
	return true;
}

static void report(const struct search *search, const struct decl *decl,
    const char *host)
{
	const char *domain = value_domain(search->domains, search->index);
	struct diagnostic *diagnostic = diagnostics_add(search->diagnostics,
	    SEVERITY_WARNING, &decl->mark,
	    "'%s' is reached by the name '%s', which is looked up through "
	    "'%s' itself: '%s' (%s:%u) asks '%s' for names in %s",
	    decl->name, host, decl->name, search->names->name,
	    search->names->mark.file, search->names->mark.line,
	    search->asked->name, domain);

	diagnostics_hint(search->diagnostics, diagnostic,
	    "write its address, or a name that is not in %s", domain);
}

/* As deep as the schema's sections. */
static void look_at(const struct search *search, const struct decl *decl,
    const struct config *config)
{
	for (size_t i = 0; config->keys && config->keys[i].name; i++) {
		const struct schema_key *key = &config->keys[i];
		const struct value *value = config_value(config, i);
		char host[256];

		for (uint32_t k = 0; k < value->n; k++) {
			if (key->type == VALUE_SECTION)
				look_at(search, decl, &value->sections[k]);
			if (!(key->flags & KEY_ENDPOINT) || value->has_facts)
				continue;
			read_host(value->texts[k], host);
			if (is_asked(search, host))
				report(search, decl, host);
		}
	}
}

static void find(struct search *search, const struct decl *decl)
{
	if (search->seen[decl->index] == search->n_searches)
		return;
	search->seen[decl->index] = search->n_searches;
	search->found[search->n_found++] = decl;
}

/* The node that is asked, and what it needs. */
static void search_below(struct search *search)
{
	search->n_searches++;
	search->n_found = 0;
	find(search, search->asked);
	for (uint32_t i = 0; i < search->n_found; i++) {
		const struct decl *decl = search->found[i];

		if (++search->n_looks > LOOKS_MAX)
			return;
		look_at(search, decl, decl->config);
		for (uint32_t k = 0; k < decl->edges->n_down; k++) {
			const struct edge *edge = &decl->edges->down[k];

			if (edge_is_prerequisite(edge) ||
			    edge->role == EDGE_OF)
				find(search, edge->to);
		}
	}
}

static void lint_names(struct search *search, const struct profile *profile,
    const struct decl *decl)
{
	const struct config *config = decl->config;

	search->names = decl;
	for (size_t i = 0; config->keys && config->keys[i].name; i++) {
		if (!(config->keys[i].flags & KEY_BY_DOMAIN))
			continue;
		search->domains = config_value(config, i);
		for (uint32_t k = 0; k < search->domains->n; k++) {
			const char *name = search->domains->texts[k];

			search->index = k;
			search->asked = profile_find_n(
			    profile, name, strcspn(name, "@"));
			search_below(search);
		}
	}
}

int lint_names_told(
    const struct profile *profile, struct diagnostics *diagnostics)
{
	const size_t n = (size_t)profile->n_decls + 1;
	_cleanup_(free_ptr) uint32_t *seen = calloc(n, sizeof(*seen));
	_cleanup_(free_ptr) const struct decl **found =
	    calloc(n, sizeof(struct decl *));
	struct search search = {
		.seen = seen, .found = found, .diagnostics = diagnostics};

	if (!seen || !found)
		return -ENOMEM;
	for (uint32_t i = 0; i < profile->n_decls; i++)
		lint_names(&search, profile, &profile->decls[i]);
	return 0;
}
