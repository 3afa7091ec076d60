/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/task/environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "providers/provider.h"
#include "resolver/resolver.h"

struct making {
	char **items;
	size_t n;
	bool failed;
};

void environment_free(char **environment)
{
	for (size_t i = 0; environment && environment[i]; i++)
		free(environment[i]);
	free(environment);
}

static void add(struct making *making, struct text *variable)
{
	char **more = reallocarray(
	    making->items, making->n + 2, sizeof(*making->items));

	if (more)
		making->items = more;
	if (!more || variable->failed) {
		making->failed = true;
		text_clear(variable);
		return;
	}
	making->items[making->n++] = text_steal(variable);
	making->items[making->n] = NULL;
}

/* prefix and key name it. False: no name can be made of the key. */
static bool append_name(
    struct text *variable, const char *prefix, const char *key)
{
	text_append(variable, prefix);
	for (; *key; key++) {
		if (*key >= 'a' && *key <= 'z')
			text_append_char(variable, (char)(*key - 'a' + 'A'));
		else if ((*key >= 'A' && *key <= 'Z') ||
			 (*key >= '0' && *key <= '9') || *key == '_')
			text_append_char(variable, *key);
		else if (*key == '-')
			text_append_char(variable, '_');
		else
			return false;
	}
	return true;
}

static void set(struct making *making, const char *prefix, const char *key,
    const char *value)
{
	struct text variable = {0};

	if (!append_name(&variable, prefix, key)) {
		text_clear(&variable);
		return;
	}
	text_append_char(&variable, '=');
	text_append_escaped(&variable, value, strlen(value));
	add(making, &variable);
}

/* A fact cannot pass for what netconf itself says. */
static bool is_taken(const char *key)
{
	return strcmp(key, "node") == 0 || strcmp(key, "event") == 0 ||
	       strncmp(key, "event-", 6) == 0 ||
	       strncmp(key, "event_", 6) == 0;
}

static void set_fact(void *ctx, const struct fact *fact)
{
	if (!is_taken(fact->key))
		set(ctx, "NETCONF_", fact->key, fact->value);
}

char **environment_new(const struct job *job)
{
	struct making making = {0};

	set(&making, "", "PATH",
	    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	set(&making, "NETCONF_", "node", job->name);
	if (job->event)
		set(&making, "NETCONF_", "event", job->event);
	for (size_t i = 0; i < job->n_event_values; i++)
		set(&making, "NETCONF_EVENT_", job->event_values[i].key,
		    job->event_values[i].value);
	job_each_fact(job, set_fact, &making);
	if (!making.failed)
		return making.items;
	environment_free(making.items);
	return NULL;
}
