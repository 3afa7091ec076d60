/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd-resolved, over D-Bus (org.freedesktop.resolve1(5)): name servers,
 * domains and whether others are asked there, for each device.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "providers/dns/dns.h"
#include "providers/dns/resolved-look.h"
#include "providers/support/bus.h"

#define NAME RESOLVED_NAME

enum { ANSWER_US = 5000000 };

struct resolved {
	struct dns *dns;
	struct bus *bus;
	bool is_known;   /* whether it is there */
	bool is_there;
	bool is_waiting; /* to know */
	bool has_told;   /* it of a plan */
	char why[256];   /* it is not there */
	uint32_t *links; /* that it has been told of, by ifindex */
	uint32_t n_links;
	sd_bus_slot **calls; /* that are not answered, and others */
	uint32_t n_calls, n_pending;
	bool has_left;   /* and does not answer any more */
	struct resolved_look look; /* at what it has */
	char error[256]; /* the first; "": none */
	char lack[256];  /* what cannot be carried out; "": nothing */
};

/* ---- calls ---- */

static void forget_calls(struct resolved *r)
{
	for (uint32_t i = 0; i < r->n_calls; i++)
		sdbus.slot_unref(r->calls[i]);
	free(steal_ptr(r->calls));
	r->n_calls = r->n_pending = 0;
}

static void answer(struct resolved *r)
{
	forget_calls(r);
	if (!r->has_left && !*r->error && r->n_links)
		resolved_look_soon(&r->look);
	if (r->has_left)
		dns_answer(
		    r->dns, DNS_ABSENT, "systemd-resolved is not running");
	else if (*r->error)
		dns_answer(r->dns, DNS_FAILED, "%s", r->error);
	else if (*r->lack)
		dns_answer(r->dns, DNS_LACKS, "%s", r->lack);
	else
		dns_answer(r->dns, DNS_DONE, "done");
}

static void set_error(struct resolved *r, const char *text)
{
	if (!*r->error)
		snprintf(r->error, sizeof(r->error),
		    "systemd-resolved: %s", text);
}

/* Its name is nobody's any more, which will be told, too. (No reply is no
 * sign of that: one that hangs does not reply either, and nothing tells when
 * it goes on. That is a failure, which is tried again.) */
static bool has_left(const sd_bus_error *error)
{
	return sdbus.error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
	    sdbus.error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER);
}

static int on_set(sd_bus_message *message, void *ctx, sd_bus_error *ret)
{
	const sd_bus_error *error = sdbus.message_get_error(message);
	struct resolved *r = ctx;

	(void)ret;
	/* A device that is gone has taken it all with it. */
	if (error && has_left(error))
		r->has_left = true;
	else if (error && !sdbus.error_has_name(error, NAME ".NoSuchLink"))
		set_error(r, error->message ? error->message : error->name);
	if (!--r->n_pending)
		answer(r);
	return 1;
}

/* Of others it has nothing to be taken back. */
static int on_reverted(sd_bus_message *message, void *ctx, sd_bus_error *ret)
{
	const sd_bus_error *error = sdbus.message_get_error(message);
	struct resolved *r = ctx;

	(void)ret;
	if (error && has_left(error))
		r->has_left = true;
	if (!--r->n_pending)
		answer(r);
	return 1;
}

/* Takes the message, or NULL. */
static void call(struct resolved *r, sd_bus_message *message,
    sd_bus_message_handler_t on_answer)
{
	int result = message ? 0 : -ENOMEM;

	if (message) {
		/* Who has stopped it does not want it started. */
		(void)sdbus.message_set_auto_start(message, 0);
		result = sdbus.call_async(bus_connection(r->bus),
		    &r->calls[r->n_calls], message, on_answer, r, ANSWER_US);
		sdbus.message_unref(message);
	}
	if (result < 0) {
		set_error(r, strerror(-result));
		return;
	}
	r->n_calls++;
	r->n_pending++;
}

/* A call with the ifindex, and NULL when out of memory. */
static sd_bus_message *begin(
    struct resolved *r, const char *method, uint32_t ifindex)
{
	sd_bus_message *message;

	if (sdbus.message_new_method_call(bus_connection(r->bus), &message,
		NAME, "/org/freedesktop/resolve1", NAME ".Manager",
		method) < 0)
		return NULL;
	if (sdbus.message_append(message, "i", (int)ifindex) < 0)
		return sdbus.message_unref(message);
	return message;
}

static sd_bus_message *end(sd_bus_message *message, int result)
{
	return result < 0 ? sdbus.message_unref(message) : message;
}

/* ia(iay) */
static sd_bus_message *servers(
    struct resolved *r, const struct dns_source *source)
{
	sd_bus_message *message = begin(r, "SetLinkDNS", source->ifindex);
	int result;

	if (!message)
		return NULL;
	result = sdbus.message_open_container(message, 'a', "(iay)");
	for (uint32_t i = 0; i < source->n_servers && result >= 0; i++) {
		const struct ip *ip = &source->servers[i];

		result = sdbus.message_open_container(message, 'r', "iay");
		if (result >= 0)
			result = sdbus.message_append(
			    message, "i", (int)ip->family);
		if (result >= 0)
			result = sdbus.message_append_array(
			    message, 'y', ip->bytes, ip_size(ip));
		if (result >= 0)
			result = sdbus.message_close_container(message);
	}
	if (result >= 0)
		result = sdbus.message_close_container(message);
	return end(message, result);
}

/* ia(sb): true is what resolvectl(1) writes with a tilde. */
static sd_bus_message *domains(
    struct resolved *r, const struct dns_source *source)
{
	sd_bus_message *message = begin(r, "SetLinkDomains", source->ifindex);
	int result;

	if (!message)
		return NULL;
	result = sdbus.message_open_container(message, 'a', "(sb)");
	for (uint32_t i = 0; i < source->n_domains && result >= 0; i++)
		result = sdbus.message_append(message, "(sb)",
		    source->domains[i].name,
		    !source->domains[i].is_search);
	if (result >= 0)
		result = sdbus.message_close_container(message);
	return end(message, result);
}

static sd_bus_message *default_route(
    struct resolved *r, const struct dns_source *source)
{
	sd_bus_message *message =
	    begin(r, "SetLinkDefaultRoute", source->ifindex);

	if (!message)
		return NULL;
	return end(message,
	    sdbus.message_append(message, "b", (int)source->is_default));
}

/* ---- the plan ---- */

/* The source of the plan that has the device, before the n-th. */
static const struct dns_source *find_source(
    const struct dns_plan *plan, uint32_t n, uint32_t ifindex)
{
	for (uint32_t i = 0; i < n; i++)
		if (plan->sources[i].ifindex == ifindex)
			return &plan->sources[i];
	return NULL;
}

/* True: it can be told of that one. */
static bool has_device(struct resolved *r, uint32_t i)
{
	const struct dns_plan *plan = r->dns->plan;
	const struct dns_source *source = &plan->sources[i];
	const struct dns_source *other =
	    find_source(plan, i, source->ifindex);

	if (source->ifindex && !other)
		return true;
	if (*r->lack)
		return false;
	if (!source->ifindex)
		snprintf(r->lack, sizeof(r->lack),
		    "%s is not asked: it stands on no device, and "
		    "systemd-resolved has name servers for each device",
		    source->node);
	else
		snprintf(r->lack, sizeof(r->lack),
		    "%s is not asked for %s: it stands on %s as %s does, and "
		    "systemd-resolved has name servers for each device",
		    source->node,
		    source->n_domains ? source->domains[0].name : "names",
		    source->device, other->node);
	return false;
}

/* Unless it is used. */
static void revert(struct resolved *r, uint32_t ifindex)
{
	const struct dns_plan *plan = r->dns->plan;

	if (!find_source(plan, plan->n, ifindex))
		call(r, begin(r, "RevertLink", ifindex), on_reverted);
}

static void send_plan(struct resolved *r)
{
	const struct dns_plan *plan = r->dns->plan;
	uint32_t *links = calloc(plan->n + 1, sizeof(*links)), n = 0;

	*r->error = *r->lack = '\0';
	r->has_left = false;
	r->calls = calloc(
	    3 * (size_t)plan->n + r->n_links + plan->n_unused + 1,
	    sizeof(sd_bus_slot *));
	if (!links || !r->calls) {
		free(links);
		snprintf(r->error, sizeof(r->error), "out of memory");
		answer(r);
		return;
	}
	for (uint32_t i = 0; i < r->n_links; i++)
		revert(r, r->links[i]);
	/* A netconfd that was killed may have left something there. */
	for (uint32_t i = 0; i < plan->n_unused && !r->has_told; i++)
		revert(r, plan->unused[i]);
	r->has_told = true;
	for (uint32_t i = 0; i < plan->n; i++) {
		if (!has_device(r, i))
			continue;
		/* Its domains first: it shall not be asked for others. */
		call(r, default_route(r, &plan->sources[i]), on_set);
		call(r, domains(r, &plan->sources[i]), on_set);
		call(r, servers(r, &plan->sources[i]), on_set);
		links[n++] = plan->sources[i].ifindex;
	}
	free(r->links);
	r->links = links;
	r->n_links = n;
	if (!r->n_pending)
		answer(r);
	else
		bus_sent(r->bus);
}

/* ---- the peer ---- */

static void on_there(void *ctx)
{
	struct resolved *r = ctx;
	bool was_waiting = r->is_waiting;

	r->is_known = r->is_there = true;
	r->is_waiting = false;
	resolved_look_begin(&r->look);
	/* Another one knows nothing of what its predecessor was told, and
	 * does not answer for it. */
	if (was_waiting || r->n_pending) {
		forget_calls(r);
		send_plan(r);
	} else {
		dns_again(r->dns);
	}
}

static void on_gone(void *ctx, const char *why)
{
	struct resolved *r = ctx;
	bool was_busy = r->is_waiting || r->n_pending;

	r->is_known = true;
	r->is_there = r->is_waiting = false;
	snprintf(r->why, sizeof(r->why), "%s", why);
	forget_calls(r);
	resolved_look_end(&r->look);
	if (was_busy)
		dns_answer(r->dns, DNS_ABSENT, "%s", r->why);
	else
		dns_lost(r->dns, DNS_ABSENT, "%s", r->why);
}

static void resolved_apply(struct dns *dns)
{
	struct resolved *r = dns->data;

	if (!r->is_known && dns->ending == DNS_GOES_ON)
		r->is_waiting = true;
	else if (r->is_there)
		send_plan(r);
	else
		dns_answer(dns, DNS_ABSENT, "%s", r->why);
}

/* A bus that has hung does not even say that it is there. */
static void resolved_hurry(struct dns *dns)
{
	struct resolved *r = dns->data;

	if (!r->is_waiting)
		return;
	r->is_waiting = false;
	dns_answer(dns, DNS_ABSENT, "the system bus does not answer");
}

static int resolved_open(struct dns *dns)
{
	struct resolved *r = calloc(1, sizeof(*r));
	const struct bus_events events = { on_there, on_gone, r };
	int result;

	if (!r)
		return -ENOMEM;
	r->dns = dns;
	result = bus_open(
	    dns->job->host, NAME, "systemd-resolved", &events, &r->bus);
	if (result < 0) {
		free(r);
		return result;
	}
	r->look.dns = dns;
	r->look.bus = r->bus;
	dns->data = r;
	return 0;
}

static void resolved_close(struct dns *dns)
{
	struct resolved *r = dns->data;

	forget_calls(r);
	resolved_look_end(&r->look);
	bus_close(r->bus);
	free(r->links);
	free(r);
}

const struct dns_backend dns_resolved = {
	.name = "resolved",
	.can_split = true,
	.open = resolved_open,
	.apply = resolved_apply,
	.hurry = resolved_hurry,
	.close = resolved_close,
};
