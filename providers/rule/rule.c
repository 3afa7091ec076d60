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
static void read_rule(const struct config *config, struct rtnl_rule *rule)
{
	const char *iif = config_text(config, "iif");
	const char *oif = config_text(config, "oif");

	rule->priority = (uint32_t)config_integer(config, "priority");
	rule->action = action_of(config);
	rule->table = (uint32_t)config_integer(config, "table");
	read_selector(config, "from", &rule->from);
	read_selector(config, "to", &rule->to);
	snprintf(rule->iif, sizeof(rule->iif), "%s", iif ? iif : "");
	snprintf(rule->oif, sizeof(rule->oif), "%s", oif ? oif : "");
	rule->mark = (uint32_t)config_integer(config, "mark");
	rule->mask = rule->mark ? UINT32_MAX : 0;
}

/* AF_UNSPEC: each. */
static uint32_t family_of(
    const struct config *config, const struct rtnl_rule *rule)
{
	const char *word = config_text(config, "family");

	if (word)
		return !strcmp(word, "ipv6") ? AF_INET6 : AF_INET;
	return rule->from.ip.family ? rule->from.ip.family
				    : rule->to.ip.family;
}

static int list(
    const struct job *job, struct ip_list *list, char said[IP_SAID_SIZE])
{
	static const uint32_t families[] = { AF_INET, AF_INET6 };
	struct rtnl_rule rule;
	uint32_t family;

	(void)said;
	memset(&rule, 0, sizeof(rule));
	read_rule(job->config, &rule);
	family = family_of(job->config, &rule);
	for (int i = 0; i < 2; i++) {
		struct ip_object *object;

		if (family && families[i] != family)
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
