/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/info6.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "providers/dhcp/option6.h"

/* A line is no longer than CHILD_LINE_MAX: 128 bytes of an option. */
#define LOG(code, option, from)                                    \
	"log (info, concat (\"netconf " code " \", binary-to-ascii (16, " \
	"8, \":\", substring (option dhcp6." option ", " from ", 128))));\n"

/*
 * Option 56 has no name in dhclient. Without a refresh time among what is
 * asked for (option 32), dhclient would end with the first reply; with it, it
 * asks again when it is time.
 */
const char info6_configuration[] =
    "option dhcp6." LEASE6_NTP " code 56 = string;\n"
    "request dhcp6.name-servers, dhcp6.domain-search, dhcp6.sntp-servers, "
    "dhcp6." LEASE6_NTP ", dhcp6.info-refresh-time;\n"
    "log (info, \"netconf begin\");\n"
    LOG("23", "name-servers", "0")
    LOG("24", "domain-search", "0")
    LOG("24", "domain-search", "128")
    LOG("24", "domain-search", "256")
    LOG("31", "sntp-servers", "0")
    LOG("56", LEASE6_NTP, "0")
    LOG("56", LEASE6_NTP, "128")
    "log (info, \"netconf end\");\n";

enum { SERVERS, DOMAINS, SNTP, NTP };

static const unsigned codes[INFO6_OPTIONS] = {
	[SERVERS] = 23, [DOMAINS] = 24, [SNTP] = 31, [NTP] = 56 };

static void add(struct info6 *info, const char *line)
{
	unsigned code;
	int at = 0;

	if (sscanf(line, "%3u %n", &code, &at) != 1 || !at)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i] == code)
			info->n[i] += option6_read_hex(line + at,
			    info->bytes[i] + info->n[i],
			    INFO6_OPTION_MAX - info->n[i]);
}

static void finish(const struct info6 *info, struct lease6 *ret)
{
	memset(ret, 0, sizeof(*ret));
	option6_read_servers(info->bytes[SERVERS], info->n[SERVERS],
	    &ret->n_servers, ret->servers);
	option6_read_domains(info->bytes[DOMAINS], info->n[DOMAINS],
	    &ret->n_domains, ret->domains);
	option6_read_ntp(
	    info->bytes[NTP], info->n[NTP], &ret->n_ntp, ret->ntp);
	/* As it was before RFC 5908; the same servers, mostly. */
	option6_read_servers(
	    info->bytes[SNTP], info->n[SNTP], &ret->n_ntp, ret->ntp);
}

bool info6_line(struct info6 *info, const char *line, struct lease6 *ret)
{
	static const char mark[] = "netconf ";

	if (strncmp(line, mark, strlen(mark)) != 0)
		return false;
	line += strlen(mark);
	if (!strcmp(line, "begin")) {
		memset(info->n, 0, sizeof(info->n));
		info->is_open = true;
	} else if (!info->is_open) {
		return false;
	} else if (!strcmp(line, "end")) {
		info->is_open = false;
		finish(info, ret);
		return true;
	} else {
		add(info, line);
	}
	return false;
}
