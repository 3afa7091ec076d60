/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kind `linklocal`: an IPv4 address without a server (RFC 3927). The card
 * tries one address after the other, always the same ones in the same order;
 * netconf-dhcp4 probes for each, announces and defends what is configured.
 * It has a folder with dhcp, whose process does that.
 */
#include "providers/dhcp/linklocal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if_arp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "base/macros.h"
#include "providers/dhcp/helper.h"
#include "providers/dhcp/socket.h"
#include "providers/schemas.h"
#include "providers/support/ip-objects.h"
#include "providers/support/repair.h"
#include "resolver/resolver.h"

enum {
	PREFIX_LENGTH = 16,
	/* RFC 3927 section 9 */
	MAX_CONFLICTS = 10,
	RATE_LIMIT_INTERVAL_MS = 60000,
};

/* What the provider's jobs share. */
struct linklocal {
	struct host *host;
	struct dhcp_helper *helper; /* NULL: nobody has asked yet */
	struct dhcp_helper_user helper_user;
	struct rtnl_watch watch;
	struct list jobs; /* of IPv4 */
};

/* What is to be said when the kernel has answered. */
enum aim { AIM_NONE, AIM_UP, AIM_FAILED, AIM_DOWN };
enum said { SAID_NOTHING, SAID_UNMET, SAID_UP };

struct claim {
	struct list link;
	struct job *job;
	struct linklocal *of;
	uint64_t id; /* in netconf-dhcp4; 0: none */
	uint32_t ifindex;
	uint8_t mac[6];
	struct in_addr address; /* tried, or in use */
	unsigned n_tried, n_conflicts;
	enum aim aim;
	enum said said;
	char reason[160]; /* of a failure */
	struct repair repair;
	struct ip_objects objects; /* the address, once it is in use */
	uv_timer_t timer;	   /* of a repair, or the next try */
};

struct in_addr linklocal_candidate(const uint8_t mac[6], unsigned n)
{
	uint32_t hash = 2166136261; /* FNV-1a */

	for (size_t i = 0; i < 6; i++)
		hash = (hash ^ mac[i]) * 16777619;
	hash ^= n * 2654435761U;
	hash = (hash ^ hash >> 15) * 2246822519U;
	hash ^= hash >> 13;
	/* 169.254.1.0 to 169.254.254.255 */
	return (struct in_addr){htonl(0xa9fe0100 + hash % 0xfe00)};
}

static const char *print(struct in_addr address, char text[INET_ADDRSTRLEN])
{
	return inet_ntop(AF_INET, &address, text, INET_ADDRSTRLEN);
}

/* ---- the end ---- */

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* netconf-dhcp4 is to forget it. */
static void leave_helper(struct claim *c)
{
	union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_STOP, c->id);

	if (c->id)
		helper_send(c->of->helper, &m, -1);
	c->id = 0;
}

/* Takes it apart; the caller says the last word about it. */
static struct job *claim_end(struct claim *c)
{
	struct job *job = c->job;

	leave_helper(c);
	ip_objects_forget(&c->objects);
	list_remove(&c->link);
	job->data = NULL;
	uv_close((uv_handle_t *)&c->timer, on_closed);
	return job;
}

/* The address is configured, or removed: what follows. */
static void settle(struct claim *c)
{
	char reason[sizeof(c->reason)];

	if (c->aim == AIM_DOWN) {
		job_down(claim_end(c));
	} else if (c->aim == AIM_FAILED) {
		memcpy(reason, c->reason, sizeof(reason));
		job_failed(claim_end(c), false, "%s", reason);
	}
}

static void remove_address(struct claim *c, enum aim aim)
{
	c->aim = aim;
	uv_timer_stop(&c->timer);
	leave_helper(c);
	if (!ip_objects_set(&c->objects, NULL, 0))
		settle(c);
}

static void on_retry(uv_timer_t *timer);

static void fail(struct claim *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* It cannot go on. What is unmet stays so, and tries again by itself. */
static void fail(struct claim *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->reason, sizeof(c->reason), format, args);
	va_end(args);
	if (c->said != SAID_UNMET) {
		remove_address(c, AIM_FAILED);
		return;
	}
	job_log(c->job, LOG_LEVEL_WARNING, "%s; tried again in %d s",
	    c->reason, RATE_LIMIT_INTERVAL_MS / 1000);
	remove_address(c, AIM_NONE);
	uv_timer_start(&c->timer, on_retry, RATE_LIMIT_INTERVAL_MS, 0);
}

static bool is_over(const struct claim *c)
{
	return c->aim == AIM_FAILED || c->aim == AIM_DOWN;
}

/* ---- looking for one ---- */

/* Hands the address and a socket to netconf-dhcp4, in a message of that
 * type. 0 or -errno. */
static int send_address(struct claim *c, union dhcp_ipc_message *m,
    struct in_addr *ret_place)
{
	int fd = socket_open_arp(c->ifindex, c->mac, c->address);

	if (fd < 0)
		return fd;
	*ret_place = c->address;
	return helper_send(c->of->helper, m, fd);
}

/* Has the next candidate probed for, on the device that the job stands on. 0,
 * or -errno with *ret_what saying which step failed. */
static int try_next(struct claim *c, const char **ret_what)
{
	const struct rtnl_link *link;
	union dhcp_ipc_message m;
	int r;

	*ret_what = "find the device";
	link = rtnl_find_link(c->of->host->rtnl, c->job->ifindex);
	if (!link)
		return -ENODEV;
	*ret_what = "probe without an Ethernet address";
	if (link->arp_type != ARPHRD_ETHER || link->mac_length != 6)
		return -EOPNOTSUPP;
	c->ifindex = link->ifindex;
	memcpy(c->mac, link->mac, sizeof(c->mac));
	c->address = linklocal_candidate(c->mac, c->n_tried++);
	c->id = helper_next_id(c->of->helper);
	m = dhcp_ipc_make(DHCP_IPC_CLAIM, c->id);
	m.claim.ifindex = c->ifindex;
	memcpy(m.claim.mac, c->mac, sizeof(m.claim.mac));
	*ret_what = "hand a socket to netconf-dhcp4";
	r = send_address(c, &m, &m.claim.address);
	if (r)
		c->id = 0; /* it has not heard of it */
	return r;
}

static void on_retry(uv_timer_t *timer)
{
	struct claim *c = timer->data;
	const char *what;
	int r = try_next(c, &what);

	if (r)
		fail(c, "cannot %s: %s", what, strerror(-r));
}

static void say_unmet(struct claim *c, const char *reason)
{
	if (c->said == SAID_UNMET)
		return;
	c->said = SAID_UNMET;
	job_unmet(c->job, "%s", reason);
}

/* Gives up what there is and looks for another, at once or, after many
 * conflicts, slowly (RFC 3927 section 2.2.1). */
static void begin_anew(struct claim *c, const char *reason)
{
	bool is_slow = c->n_conflicts >= MAX_CONFLICTS;

	remove_address(c, AIM_NONE);
	if (c->said == SAID_UP || is_slow)
		say_unmet(c, reason);
	uv_timer_start(
	    &c->timer, on_retry, is_slow ? RATE_LIMIT_INTERVAL_MS : 0, 0);
}

static void conflict(struct claim *c)
{
	char address[INET_ADDRSTRLEN], reason[128];

	c->n_conflicts++;
	snprintf(reason, sizeof(reason),
	    "another host uses %s too, another address is looked for",
	    print(c->address, address));
	begin_anew(c, reason);
}

/* ---- using one ---- */

static void use_address(struct claim *c)
{
	struct ip_object object;

	memset(&object, 0, sizeof(object));
	object.type = IP_ADDRESS;
	object.address.ifindex = c->ifindex;
	object.address.address.ip = ip_of_in(c->address);
	object.address.address.length = PREFIX_LENGTH;
	object.address.scope = RT_SCOPE_LINK;
	object.address.valid_s = object.address.preferred_s = UINT32_MAX;
	c->aim = AIM_UP;
	if (ip_objects_set(&c->objects, &object, 1) < 0)
		fail(c, "%s", strerror(ENOMEM));
}

/* From now on netconf-dhcp4 defends it; it is good without that. */
static void announce(struct claim *c)
{
	union dhcp_ipc_message m = dhcp_ipc_make(DHCP_IPC_ANNOUNCE, c->id);
	int r = send_address(c, &m, &m.announce.address);

	if (r)
		job_log(c->job, LOG_LEVEL_WARNING,
		    "the address is not announced: %s", strerror(-r));
}

static void say_up(struct claim *c)
{
	char address[INET_ADDRSTRLEN + 4], text[INET_ADDRSTRLEN];
	const struct fact facts[] = {
		{"address", address}, {"subnet", "169.254.0.0/16"}};

	snprintf(address, sizeof(address), "%s/%d", print(c->address, text),
	    PREFIX_LENGTH);
	if (c->said != SAID_UP)
		job_up(c->job, facts, ARRAY_SIZE(facts));
	c->said = SAID_UP;
}

static void on_objects(struct ip_objects *objects, int error, const char *text)
{
	struct claim *c = container_of(objects, struct claim, objects);

	if (c->aim != AIM_UP) {
		settle(c);
		return;
	}
	if (error) {
		fail(c, "the kernel refuses %s", text);
		return;
	}
	if (c->said != SAID_UP)
		announce(c);
	say_up(c);
}

/* ---- what netconf-dhcp4 says ---- */

static void on_message(void *ctx, const union dhcp_ipc_message *m)
{
	struct linklocal *of = ctx;
	struct claim *c;

	list_for_each (c, &of->jobs, struct claim, link) {
		if (!c->id || c->id != m->header.id || is_over(c))
			continue;
		if (m->header.type == DHCP_IPC_FREE)
			use_address(c);
		else if (m->header.type == DHCP_IPC_LOST)
			conflict(c);
		return;
	}
}

static void on_death(void *ctx, const char *how)
{
	struct linklocal *of = ctx;
	struct claim *c;

	list_for_each (c, &of->jobs, struct claim, link) {
		c->id = 0;
		if (!is_over(c))
			fail(c, "netconf-dhcp4 %s", how);
	}
}

/* ---- what others do ---- */

/* Not if it is back: whoever removed it has added it, too. */
static bool is_missing(const struct claim *c)
{
	const struct rtnl *rtnl = c->of->host->rtnl;
	const struct ip_prefix address = {
		ip_of_in(c->address), PREFIX_LENGTH };
	uint32_t flags;

	return rtnl_find_link(rtnl, c->ifindex) &&
	    !rtnl_find_address(rtnl, c->ifindex, &address, &flags);
}

static void on_repair(uv_timer_t *timer)
{
	struct claim *c = timer->data;

	if (!is_missing(c))
		return;
	if (!repair_again(&c->repair, uv_now(timer->loop))) {
		fail(c, "its address is removed by others again and again");
		return;
	}
	job_log(c->job, LOG_LEVEL_WARNING,
	    "its address was removed by others; it is put back");
	(void)ip_objects_again(&c->objects);
}

/* Maybe before it is known that it has been there. */
static void on_address_gone(struct rtnl_watch *watch, uint32_t ifindex,
    const struct ip_prefix *address)
{
	struct linklocal *of = container_of(watch, struct linklocal, watch);
	struct claim *c;

	list_for_each (c, &of->jobs, struct claim, link)
		if (c->aim == AIM_UP &&
		    ip_objects_has_address(&c->objects, ifindex, address))
			uv_timer_start(
			    &c->timer, on_repair, REPAIR_DELAY_MS, 0);
}

/* Another MAC address is another host: its candidates are others. */
static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct linklocal *of = container_of(watch, struct linklocal, watch);
	struct claim *c;

	list_for_each (c, &of->jobs, struct claim, link)
		if (before && c->ifindex == link->ifindex && !is_over(c) &&
		    memcmp(c->mac, link->mac, sizeof(c->mac)) != 0) {
			c->n_tried = 0;
			begin_anew(c, "its link-layer address is another one "
				      "now");
		}
}

/* ---- operations ---- */

static bool is_ipv6(const struct job *job)
{
	return !strcmp(config_text(job->config, "family"), "ipv6");
}

static int open_helper(struct linklocal *of)
{
	return of->helper
	    ? 0
	    : helper_open(of->host, &of->helper_user, &of->helper);
}

static void linklocal_start(struct job *job, void *shared)
{
	struct linklocal *of = shared;
	const char *what = "start netconf-dhcp4";
	struct claim *c;
	int r;

	if (is_ipv6(job)) {
		linklocal_ipv6_start(job);
		return;
	}
	c = calloc(1, sizeof(*c));
	if (!c) {
		job_failed(job, false, "%s", strerror(ENOMEM));
		return;
	}
	c->job = job;
	c->of = of;
	ip_objects_init(&c->objects, job, on_objects);
	uv_timer_init(job->host->loop, &c->timer);
	c->timer.data = c;
	job->data = c;
	list_append(&of->jobs, &c->link);
	r = open_helper(of);
	if (!r)
		r = try_next(c, &what);
	if (!r)
		return;
	job_failed(claim_end(c), r == -EOPNOTSUPP, "cannot %s: %s", what,
	    strerror(-r));
}

static void linklocal_stop(struct job *job, void *shared)
{
	(void)shared;
	if (is_ipv6(job))
		linklocal_ipv6_stop(job);
	else if (job->device_is_gone)
		job_down(claim_end(job->data));
	else
		remove_address(job->data, AIM_DOWN);
}

/* Another device needs another address. On the same one the link may have
 * been away, and another host have come: it is told again whose it is. */
static void linklocal_rebind(struct job *job, void *shared)
{
	struct claim *c = job->data;

	(void)shared;
	if (is_ipv6(job)) {
		linklocal_ipv6_rebind(job);
		return;
	}
	if (is_over(c))
		return;
	if (job->ifindex != c->ifindex) {
		c->n_tried = c->n_conflicts = 0;
		begin_anew(c, "on another device now, no address there yet");
	} else if (c->said == SAID_UP) {
		announce(c);
	}
}

static const struct rtnl_calls calls = {
	.on_link = on_link,
	.on_address_gone = on_address_gone,
};

static int linklocal_open(struct host *host, void **shared)
{
	struct linklocal *of = calloc(1, sizeof(*of));

	if (!of)
		return -ENOMEM;
	of->host = host;
	of->helper_user = (struct dhcp_helper_user){
		.message = on_message, .died = on_death, .ctx = of };
	list_init(&of->jobs);
	of->watch.calls = &calls;
	rtnl_watch_begin(host->rtnl, &of->watch);
	*shared = of;
	return 0;
}

static void linklocal_close(struct host *host, void *shared)
{
	struct linklocal *of = shared;

	(void)host;
	rtnl_watch_end(&of->watch);
	if (of->helper)
		helper_close(of->helper, &of->helper_user);
	free(of);
}

const struct provider provider_linklocal = {
	.schema = &schema_linklocal,
	.open = linklocal_open,
	.close = linklocal_close,
	.start = linklocal_start,
	.stop = linklocal_stop,
	.rebind = linklocal_rebind,
};
