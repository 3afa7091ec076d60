/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/acd.h"

#include <string.h>

enum {
	/* RFC 5227 section 1.1, and a fifth of its times */
	PROBE_NUM = 3,
	PROBE_WAIT_MS = 200,
	PROBE_MIN_MS = 200,
	PROBE_MAX_MS = 400,
	ANNOUNCE_WAIT_MS = 400,
	/* as there */
	ANNOUNCE_NUM = 2,
	ANNOUNCE_INTERVAL_MS = 2000,
	DEFEND_INTERVAL_MS = 10000,
};

static enum acd_verdict announce(struct acd *acd)
{
	arp_build_announcement(acd->packet, acd->mac, acd->address);
	return ACD_SEND;
}

void acd_probe(struct acd *acd, uint64_t now_ms, uint64_t random,
    struct in_addr address)
{
	acd->state = ACD_PROBING;
	acd->address = address;
	acd->left = PROBE_NUM;
	acd->due_ms = now_ms + random % (PROBE_WAIT_MS + 1);
}

enum acd_verdict acd_announce(
    struct acd *acd, uint64_t now_ms, struct in_addr address)
{
	acd->state = ACD_IN_USE;
	acd->address = address;
	acd->conflict_ms = 0;
	acd->left = ANNOUNCE_NUM - 1;
	acd->due_ms = now_ms + ANNOUNCE_INTERVAL_MS;
	return announce(acd);
}

void acd_stop(struct acd *acd)
{
	acd->state = ACD_OFF;
}

uint64_t acd_deadline(const struct acd *acd)
{
	return acd->state == ACD_OFF ? ACD_NEVER : acd->due_ms;
}

enum acd_verdict acd_time(struct acd *acd, uint64_t now_ms, uint64_t random)
{
	if (now_ms < acd_deadline(acd))
		return ACD_NOTHING;
	if (!acd->left) {
		/* Who claims it until it is configured is heard all the
		 * same. */
		acd->due_ms = ACD_NEVER;
		return ACD_FREE;
	}
	acd->left--;
	if (acd->state == ACD_IN_USE) {
		acd->due_ms = acd->left ? now_ms + ANNOUNCE_INTERVAL_MS
					: ACD_NEVER;
		return announce(acd);
	}
	acd->due_ms = now_ms + ANNOUNCE_WAIT_MS;
	if (acd->left)
		acd->due_ms = now_ms + PROBE_MIN_MS +
		    random % (PROBE_MAX_MS - PROBE_MIN_MS + 1);
	arp_build_probe(acd->packet, acd->mac, acd->address);
	return ACD_SEND;
}

/* RFC 5227 section 2.4 (b): defend once; twice in 10 s, and it is lost. */
static enum acd_verdict defend(struct acd *acd, uint64_t now_ms)
{
	bool is_second = acd->conflict_ms &&
	    now_ms - acd->conflict_ms < DEFEND_INTERVAL_MS;

	acd->conflict_ms = now_ms;
	if (!is_second)
		return announce(acd);
	acd->state = ACD_OFF;
	return ACD_CONFLICT;
}

enum acd_verdict acd_packet(
    struct acd *acd, uint64_t now_ms, const uint8_t *data, size_t n)
{
	struct arp_claim claim;
	bool is_claimed, is_probed;

	if (acd->state == ACD_OFF || arp_parse(data, n, &claim) ||
	    !memcmp(claim.mac, acd->mac, MAC_SIZE))
		return ACD_NOTHING;
	is_claimed = claim.address.s_addr == acd->address.s_addr;
	/* Section 2.1.1: another host is about to take it, too. One that asks
	 * for what is in use already is answered by the kernel. */
	is_probed = claim.probed.s_addr == acd->address.s_addr;
	if (acd->state == ACD_IN_USE)
		return is_claimed ? defend(acd, now_ms) : ACD_NOTHING;
	if (!is_claimed && !is_probed)
		return ACD_NOTHING;
	acd->state = ACD_OFF;
	return ACD_CONFLICT;
}
