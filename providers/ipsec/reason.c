/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "providers/ipsec/reason.h"

/*
 * The lines as charon 5.9 writes them, and what to say: around the gateway.
 * What is permanent stays until somebody changes a configuration.
 */
static const struct {
	const char *line;
	bool permanent;
	const char *before, *after;
} known[] = {
	{ "received AUTHENTICATION_FAILED notify", true,
	    "authentication failed: gateway ", " refuses our key or identity" },
	{ "MAC mismatched", true, "authentication failed: gateway ",
	    " has another key, or is not who it says" },
	{ "no shared key found", true, "authentication failed: gateway ",
	    " says it is someone we have no key for" },
	{ "does not match to", true, "authentication failed: gateway ",
	    " is not the remote-id" },
	{ "constraint check failed", true, "authentication failed: gateway ",
	    " is not the remote-id" },
	/* Of a CHILD_SA */
	{ "received NO_PROPOSAL_CHOSEN notify, no CHILD_SA built", true,
	    "no proposal chosen: gateway ", " accepts none of our algorithms" },
	/* Of an IKE_SA. A gateway that has just started and has not read its
	 * configuration says so, too: it is tried again. */
	{ "received NO_PROPOSAL_CHOSEN notify", false,
	    "no proposal chosen: gateway ",
	    " does not know us, or accepts none of our algorithms" },
	{ "received TS_UNACCEPTABLE notify", true, "gateway ",
	    " refuses what networks asks for (TS_UNACCEPTABLE)" },
	{ "no acceptable traffic selectors", true, "gateway ",
	    " refuses what networks asks for" },
	{ "received SINGLE_PAIR_REQUIRED notify", true, "gateway ",
	    " takes only one of networks (SINGLE_PAIR_REQUIRED)" },
	{ "received INTERNAL_ADDRESS_FAILURE notify", false, "gateway ",
	    " has no virtual address for us" },
	{ "received FAILED_CP_REQUIRED notify", true, "gateway ",
	    " wants to give an address: set virtual-ip: true" },
	{ "unable to resolve", false, "cannot resolve the name ", "" },
	{ "peer not responding", false, "gateway ", " does not answer" },
	{ "unable to install", false, "charon cannot install the tunnel to ",
	    " (its log says why)" },
};

/* received SOME_NAME notify: its name. */
static bool find_notify(const char *line, char name[64])
{
	static const char before[] = "received ";
	size_t n;

	if (strncmp(line, before, strlen(before)) != 0)
		return false;
	line += strlen(before);
	n = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
	if (n < 4 || n >= 64 || strncmp(line + n, " notify error", 13) != 0)
		return false;
	memcpy(name, line, n);
	name[n] = '\0';
	return true;
}

void reason_from_log(
    struct reason *reason, const char *line, const char *remote)
{
	char name[64];

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strstr(line, known[i].line)) {
			reason->permanent = known[i].permanent;
			snprintf(reason->text, sizeof(reason->text), "%s%s%s",
			    known[i].before, remote, known[i].after);
			return;
		}
	if (find_notify(line, name)) {
		reason->permanent = false;
		snprintf(reason->text, sizeof(reason->text),
		    "gateway %s refuses: %s", remote, name);
	}
}
