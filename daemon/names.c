/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of nodes as calls give them. */
#include <stdlib.h>
#include <string.h>

#include "daemon/runner.h"
#include "daemon/service.h"
#include "daemon/state.h"
#include "resolver/profile.h"
#include "resolver/resolver.h"

const struct decl *names_decl(
    const struct service *service, const char *name)
{
	return profile_find_n(service->profile, name, strcspn(name, "@"));
}

bool names_check(struct session *session, const json_t *names)
{
	if (json_array_size(names) == 0) {
		session_error(session, "org.varlink.service.InvalidParameter",
		    json_pack("{s:s}", "parameter", "nodes"));
		return false;
	}
	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));

		if (!state_name_is_valid(name) ||
		    !names_decl(session->service, name)) {
			session_unknown_node(session, name);
			return false;
		}
	}
	return true;
}

const char **names_list(const json_t *array)
{
	size_t n = json_array_size(array);
	const char **names = calloc(n + 1, sizeof(*names));

	for (size_t i = 0; names && i < n; i++)
		names[i] = json_string_value(json_array_get(array, i));
	return names;
}

/* All are nodes of the profile, and a template has an instance for any device:
 * so it is one that names a device of a node that has none. */
const char *names_missing(
    const struct service *service, const json_t *names)
{
	const struct resolver *resolver = runner_resolver(service->runner);
	const char *name = NULL;

	for (size_t i = 0; i < json_array_size(names); i++) {
		name = json_string_value(json_array_get(names, i));
		if (!resolver_find(resolver, name) &&
		    !names_decl(service, name)->root)
			break;
	}
	return name;
}
