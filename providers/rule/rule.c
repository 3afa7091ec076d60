/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "base/ip.h"
#include "providers/provider.h"
#include "providers/schemas.h"
#include "providers/support/ip-job.h"

static uint8_t action_of(const struct config *config)
{
	const char *action = config_text(config, "action");

	return !strcmp(action, "blackhole")   ? FR_ACT_BLACKHOLE
	    : !strcmp(action, "unreachable") ? FR_ACT_UNREACHABLE
	    : !strcmp(action, "prohibit")    ? FR_ACT_PROHIBIT
					     : FR_ACT_TO_TBL;
}

/* As value_check_selector() has it. */
static void read_selector(
    const struct config *config, const char *key, struct ip_prefix *ret)
{
	struct ip network;

	if (!config_count(config, key))
		return;
	(void)ip_parse_prefix(config_text(config, key), ret);
	network = ip_network(ret);
	if (!ip_equal(&network, &ret->ip))
		ret->length = ip_bits(&ret->ip);
}

/* What the rule is about, but for its family. */
static int read_rule(const struct config *config, struct rtnl_rule *rule,
    char said[IP_SAID_SIZE])
{
	const char *iif = config_text(config, "iif");
	const char *oif = config_text(config, "oif");

	rule->priority = (uint32_t)config_integer(config, "priority");
	rule->action = action_of(config);
	rule->table = (uint32_t)config_integer(config, "table");
	if ((rule->action == FR_ACT_TO_TBL) != (rule->table != 0)) {
		snprintf(said, IP_SAID_SIZE, rule->table
			? "'table' goes with 'action: lookup' only"
			: "'table' is missing: which one is asked?");
		return -EINVAL;
	}
	read_selector(config, "from", &rule->from);
	read_selector(config, "to", &rule->to);
	snprintf(rule->iif, sizeof(rule->iif), "%s", iif ? iif : "");
	snprintf(rule->oif, sizeof(rule->oif), "%s", oif ? oif : "");
	rule->mark = (uint32_t)config_integer(config, "mark");
	rule->mask = rule->mark ? UINT32_MAX : 0;
	return 0;
}

/* AF_UNSPEC: each; or -EINVAL with said. */
static int family_of(const struct config *config, const struct rtnl_rule *rule,
    char said[IP_SAID_SIZE])
{
	const char *word = config_text(config, "family");
	uint32_t family = !word ? AF_UNSPEC
	    : !strcmp(word, "ipv6") ? AF_INET6
				    : AF_INET;
	const uint32_t given[] = { rule->from.ip.family, rule->to.ip.family };

	for (int i = 0; i < 2; i++) {
		if (given[i] && family && given[i] != family) {
			snprintf(said, IP_SAID_SIZE,
			    "'from', 'to' and 'family' are of different "
			    "families");
			return -EINVAL;
		}
		if (given[i])
			family = given[i];
	}
	return (int)family;
}

static int list(
    const struct job *job, struct ip_list *list, char said[IP_SAID_SIZE])
{
	static const uint32_t families[] = { AF_INET, AF_INET6 };
	struct rtnl_rule rule;
	int r, family;

	memset(&rule, 0, sizeof(rule));
	r = read_rule(job->config, &rule, said);
	if (r < 0)
		return r;
	family = family_of(job->config, &rule, said);
	if (family < 0)
		return family;
	for (int i = 0; i < 2; i++) {
		struct ip_object *object;

		if (family && families[i] != (uint32_t)family)
			continue;
		object = ip_list_add(list, IP_RULE);
		if (!object)
			return -ENOMEM;
		memcpy(&object->rule, &rule, sizeof(rule));
		object->rule.family = families[i];
	}
	return 0;
}

static const struct ip_kind rule = { .list = list };

const struct provider provider_rule = {
	.schema = &schema_rule,
	.start = ip_job_start,
	.stop = ip_job_stop,
	.rebind = ip_job_rebind,
	.update = ip_job_rebind,
	.own = &rule,
};
