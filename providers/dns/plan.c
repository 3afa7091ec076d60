/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dns/plan.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "providers/provider.h"

/* A node that is up, with what it tells. */
struct candidate {
	struct dns_source source;
	const char *told[DNS_SEARCH_MAX]; /* domains */
	uint32_t n_told;
	bool has_domains; /* `domains` names it */
	bool is_used;
};

struct build {
	const struct job *job;
	struct arena *arena;
	struct candidate *items;
	uint32_t n;
	bool failed; /* out of memory */
};

/* ---- facts ---- */

/* Calls back for each of the words of a fact, until it says no. A longer one
 * than any that is good is cut. */
static void each_word(struct build *build, struct candidate *c,
    const char *fact, bool (*f)(struct build *, struct candidate *,
		const char *word))
{
	char word[256];

	while (fact && *(fact += strspn(fact, " "))) {
		size_t n = strcspn(fact, " ");
		size_t kept = n < sizeof(word) ? n : sizeof(word) - 1;

		memcpy(word, fact, kept);
		word[kept] = '\0';
		if (!f(build, c, word))
			return;
		fact += n;
	}
}

static void leave_out(
    struct build *build, const struct candidate *c, const char *what,
    const char *word)
{
	job_log(build->job, LOG_LEVEL_WARNING,
	    "%s tells %s that is none: '%s'; left out", c->source.node, what,
	    word);
}

static bool add_server(
    struct build *build, struct candidate *c, const char *word)
{
	struct dns_source *source = &c->source;
	char address[IP_TEXT_SIZE];
	size_t n = strcspn(word, "%");
	struct ip ip;

	/* A zone is the device's, and that is known. */
	if (n < sizeof(address)) {
		memcpy(address, word, n);
		address[n] = '\0';
	}
	if (n >= sizeof(address) || ip_parse(address, &ip) < 0 ||
	    !ip_is_host(&ip)) {
		leave_out(build, c, "a name server", word);
		return true;
	}
	for (uint32_t i = 0; i < source->n_servers; i++)
		if (ip_equal(&source->servers[i], &ip))
			return true;
	source->servers[source->n_servers++] = ip;
	return source->n_servers < DNS_SERVERS_MAX;
}

static const char *copy(struct build *build, const char *text)
{
	const char *copied = arena_strdup(build->arena, text);

	build->failed |= !copied;
	return copied ? copied : "";
}

static bool add_told(
    struct build *build, struct candidate *c, const char *word)
{
	char name[256];
	size_t n = strlen(word);

	memcpy(name, word, n + 1);
	if (n > 1 && name[n - 1] == '.')
		name[n - 1] = '\0';
	if (!text_is_domain(name)) {
		leave_out(build, c, "a domain", word);
		return true;
	}
	c->told[c->n_told++] = copy(build, name);
	return c->n_told < DNS_SEARCH_MAX;
}

/* ---- the nodes ---- */

static void count(void *ctx, const struct job_node *named)
{
	(void)named;
	++*(uint32_t *)ctx;
}

/* Several keys may name it. */
static void add_candidate(void *ctx, const struct job_node *named)
{
	struct build *build = ctx;
	struct candidate *c = &build->items[build->n];

	for (uint32_t i = 0; i < build->n; i++)
		if (!strcmp(build->items[i].source.node, named->name))
			return;
	c->source.node = copy(build, named->name);
	c->source.ifindex = named->ifindex;
	if (named->device)
		c->source.device = copy(build, named->device);
	each_word(build, c, job_named_fact(named, "dns"), add_server);
	each_word(build, c, job_named_fact(named, "domain"), add_told);
	build->n++;
}

/* ref, as written, is the node, or its template. */
static bool is_meant(const struct candidate *c, const char *ref)
{
	size_t n = strlen(ref);

	return strncmp(c->source.node, ref, n) == 0 &&
	    (!c->source.node[n] || c->source.node[n] == '@');
}

static void add_domain(
    struct dns_source *source, const char *name, bool is_search)
{
	struct dns_domain *domains = source->domains;

	for (uint32_t i = 0; i < source->n_domains; i++)
		if (!strcasecmp(domains[i].name, name)) {
			domains[i].is_search |= is_search;
			return;
		}
	domains[source->n_domains++] =
	    (struct dns_domain){ name, is_search };
}

static bool make_room(struct build *build, struct dns_source *source)
{
	size_t n = config_count(build->job->config, "domains") +
	    (size_t)DNS_SEARCH_MAX;

	if (!source->domains)
		source->domains =
		    arena_array(build->arena, n, sizeof(*source->domains));
	build->failed |= !source->domains;
	return source->domains;
}

/* Who answers for the domains of the profile. */
static void choose_for_domains(struct build *build)
{
	const struct config *config = build->job->config;

	for (uint32_t i = 0; i < config_count(config, "domains"); i++) {
		const char *ref = config_text_at(config, "domains", i);
		struct candidate *chosen = NULL;

		for (uint32_t k = 0; k < build->n; k++) {
			struct candidate *c = &build->items[k];

			if (!is_meant(c, ref))
				continue;
			c->has_domains = true;
			if (!chosen && c->source.n_servers)
				chosen = c;
		}
		if (!chosen || !make_room(build, &chosen->source))
			continue;
		chosen->is_used = true;
		add_domain(&chosen->source,
		    copy(build, config_domain_at(config, "domains", i)),
		    false);
	}
}

/* Who answers for the rest. */
static struct candidate *choose_default(struct build *build)
{
	const struct config *config = build->job->config;

	for (uint32_t i = 0; i < config_count(config, "from"); i++) {
		const char *ref = config_text_at(config, "from", i);

		for (uint32_t k = 0; k < build->n; k++) {
			struct candidate *c = &build->items[k];

			if (is_meant(c, ref) && !c->has_domains &&
			    c->source.n_servers)
				return c;
		}
	}
	return NULL;
}

/* It is a domain of that source, or below one. */
static bool answers_for(const struct dns_source *source, const char *name)
{
	for (uint32_t i = 0; i < source->n_domains; i++)
		if (text_is_in_domain(name, source->domains[i].name))
			return true;
	return false;
}

static bool is_anothers(const struct build *build, const char *name)
{
	for (uint32_t i = 0; i < build->n; i++)
		if (build->items[i].is_used &&
		    answers_for(&build->items[i].source, name))
			return true;
	return false;
}

/*
 * The domains that a node tells: short names are looked for there. They are
 * not to take names from those whom the profile names for them: of the
 * default none that is another's, of others only those that are their own.
 */
static void add_search(struct build *build, struct candidate *c)
{
	struct dns_source *source = &c->source;

	if (!c->n_told || !make_room(build, source))
		return;
	for (uint32_t i = 0; i < c->n_told; i++)
		if (source->is_default ? !is_anothers(build, c->told[i])
				       : answers_for(source, c->told[i]))
			add_domain(source, c->told[i], true);
}

static int choose(struct build *build, struct dns_plan *plan)
{
	struct candidate *first;

	choose_for_domains(build);
	first = choose_default(build);
	plan->sources =
	    arena_array(build->arena, build->n + 1, sizeof(*plan->sources));
	plan->unused =
	    arena_array(build->arena, build->n + 1, sizeof(*plan->unused));
	if (!plan->sources || !plan->unused)
		return -ENOMEM;
	if (first) {
		first->source.is_default = true;
		add_search(build, first);
		plan->sources[plan->n++] = first->source;
	}
	for (uint32_t i = 0; i < build->n; i++) {
		struct candidate *c = &build->items[i];

		if (c->is_used) {
			add_search(build, c);
			plan->sources[plan->n++] = c->source;
		} else if (c != first && c->source.ifindex) {
			plan->unused[plan->n_unused++] = c->source.ifindex;
		}
	}
	return build->failed ? -ENOMEM : 0;
}

struct dns_plan *dns_plan_empty(void)
{
	struct arena *arena = arena_new();
	struct dns_plan *plan =
	    arena ? arena_alloc(arena, sizeof(*plan)) : NULL;

	if (plan)
		plan->arena = arena;
	else
		arena_free(arena);
	return plan;
}

struct dns_plan *dns_plan_free(struct dns_plan *plan)
{
	if (plan)
		arena_free(plan->arena);
	return NULL;
}

int dns_plan_new(const struct job *job, struct dns_plan **ret)
{
	struct dns_plan *plan = dns_plan_empty();
	struct build build = { .job = job };
	uint32_t n = 0;
	int r = -ENOMEM;

	*ret = NULL;
	if (!plan)
		return -ENOMEM;
	build.arena = plan->arena;
	job_each_named(job, KEY_FOLLOWS, count, &n);
	build.items = arena_array(build.arena, n + 1, sizeof(*build.items));
	if (build.items) {
		job_each_named(job, KEY_FOLLOWS, add_candidate, &build);
		r = choose(&build, plan);
	}
	if (r < 0)
		plan = dns_plan_free(plan);
	*ret = plan;
	return r;
}

static bool source_equal(
    const struct dns_source *a, const struct dns_source *b)
{
	if (strcmp(a->node, b->node) || a->ifindex != b->ifindex ||
	    !a->device != !b->device ||
	    (a->device && strcmp(a->device, b->device)) ||
	    a->is_default != b->is_default || a->n_servers != b->n_servers ||
	    a->n_domains != b->n_domains)
		return false;
	for (uint32_t i = 0; i < a->n_servers; i++)
		if (!ip_equal(&a->servers[i], &b->servers[i]))
			return false;
	for (uint32_t i = 0; i < a->n_domains; i++)
		if (a->domains[i].is_search != b->domains[i].is_search ||
		    strcmp(a->domains[i].name, b->domains[i].name))
			return false;
	return true;
}

bool dns_plan_equal(const struct dns_plan *a, const struct dns_plan *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!source_equal(&a->sources[i], &b->sources[i]))
			return false;
	return true;
}

const struct dns_source *dns_plan_default(const struct dns_plan *plan)
{
	return plan->n && plan->sources[0].is_default ? &plan->sources[0]
						      : NULL;
}
