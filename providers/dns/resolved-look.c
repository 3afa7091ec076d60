/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dns/resolved-look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/macros.h"

#define PATH "/org/freedesktop/resolve1"
#define PROPERTIES "org.freedesktop.DBus.Properties"

enum { ANSWER_US = 5000000 };

/* ---- a difference ---- */

static void put_right(
    struct resolved_look *look, const struct dns_source *source)
{
	struct dns *dns = look->dns;

	if (!repair_again(&look->repair, uv_now(dns->job->host->loop))) {
		dns_lost(dns, DNS_FAILED,
		    "systemd-resolved has something else for %s than it is "
		    "told, again and again", source->device);
		return;
	}
	job_log(dns->job, LOG_LEVEL_WARNING,
	    "systemd-resolved has something else for %s than it was told; it "
	    "is told once more", source->device);
	dns_again(dns);
}

/* That of the plan which it has been told for the device, or NULL: of two with
 * one device the first. */
static const struct dns_source *find_source(
    const struct dns_plan *plan, uint32_t ifindex)
{
	for (uint32_t i = 0; ifindex && i < plan->n; i++)
		if (plan->sources[i].ifindex == ifindex)
			return &plan->sources[i];
	return NULL;
}

/* ---- servers, domains ---- */

/* Each is one that it was told; counts[i]: so many of that source. Entered
 * into its array. 0, or negative: it makes no sense. */
typedef int read_each(sd_bus_message *message, const struct dns_plan *plan,
    uint32_t *counts, const struct dns_source **differs);

/* What one says is among what the source says. */
static void count(const struct dns_plan *plan,
    const struct dns_source *source, bool is_among, uint32_t *counts,
    const struct dns_source **differs)
{
	counts[source - plan->sources]++;
	if (!is_among)
		*differs = source;
}

static bool has_server(const struct dns_source *source, int family,
    const void *bytes, size_t size)
{
	for (uint32_t i = 0; i < source->n_servers; i++) {
		const struct ip *ip = &source->servers[i];

		if ((int)ip->family == family && ip_size(ip) == size &&
		    !memcmp(ip->bytes, bytes, size))
			return true;
	}
	return false;
}

/* a(iiay) */
static int read_servers(sd_bus_message *message, const struct dns_plan *plan,
    uint32_t *counts, const struct dns_source **differs)
{
	const struct dns_source *source;
	const void *bytes;
	int r, ifindex, family;
	size_t size;

	while ((r = sdbus.message_enter_container(message, 'r', "iiay")) > 0) {
		r = sdbus.message_read(message, "ii", &ifindex, &family);
		if (r >= 0)
			r = sdbus.message_read_array(
			    message, 'y', &bytes, &size);
		if (r >= 0)
			r = sdbus.message_exit_container(message);
		if (r < 0)
			return r;
		source = find_source(plan, (uint32_t)ifindex);
		if (source)
			count(plan, source,
			    has_server(source, family, bytes, size), counts,
			    differs);
	}
	return r;
}

/* It leaves out the dot at the end. */
static bool is_name(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 1 && a[n - 1] == '.';
	m -= m > 1 && b[m - 1] == '.';
	return n == m && !strncasecmp(a, b, n);
}

static bool has_domain(
    const struct dns_source *source, const char *name, bool is_search)
{
	for (uint32_t i = 0; i < source->n_domains; i++)
		if (source->domains[i].is_search == is_search &&
		    is_name(source->domains[i].name, name))
			return true;
	return false;
}

/* a(isb) */
static int read_domains(sd_bus_message *message, const struct dns_plan *plan,
    uint32_t *counts, const struct dns_source **differs)
{
	const struct dns_source *source;
	int r, ifindex, is_route_only;
	const char *name;

	while ((r = sdbus.message_read(message, "(isb)", &ifindex, &name,
		    &is_route_only)) > 0) {
		source = find_source(plan, (uint32_t)ifindex);
		if (source)
			count(plan, source,
			    has_domain(source, name, !is_route_only), counts,
			    differs);
	}
	return r;
}

/* ---- asking ---- */

static const struct property {
	const char *name, *item;
	read_each *read;
} properties[] = {
	{ "DNS", "(iiay)", read_servers },
	{ "Domains", "(isb)", read_domains },
};

static void forget_calls(struct resolved_look *look)
{
	for (size_t i = 0; i < ARRAY_SIZE(look->calls); i++)
		look->calls[i] = sdbus.slot_unref(look->calls[i]);
}

/* The first source that it has otherwise; NULL: none, or that cannot be
 * known. */
static const struct dns_source *find_difference(sd_bus_message *message,
    const struct property *property, const struct dns_plan *plan)
{
	uint32_t *counts = calloc(plan->n + 1, sizeof(*counts));
	const struct dns_source *differs = NULL;
	char array[16] = "a";
	int r = counts ? 0 : -ENOMEM;

	strncat(array, property->item, sizeof(array) - 2);
	if (r >= 0)
		r = sdbus.message_enter_container(message, 'v', array);
	if (r >= 0)
		r = sdbus.message_enter_container(
		    message, 'a', property->item);
	if (r >= 0)
		r = property->read(message, plan, counts, &differs);
	for (uint32_t i = 0; r >= 0 && !differs && i < plan->n; i++) {
		const struct dns_source *source = &plan->sources[i];
		uint32_t n = property->read == read_servers
		    ? source->n_servers : source->n_domains;

		if (find_source(plan, source->ifindex) == source &&
		    counts[i] < n)
			differs = source;
	}
	free(counts);
	return r < 0 ? NULL : differs;
}

static int answered(struct resolved_look *look, sd_bus_message *message,
    const struct property *property)
{
	struct dns *dns = look->dns;
	const struct dns_source *differs;

	/* What it is told meanwhile is looked at again. */
	if (dns->is_busy || dns->ending != DNS_GOES_ON ||
	    sdbus.message_is_method_error(message, NULL))
		return 1;
	differs = find_difference(message, property, dns->plan);
	if (!differs)
		return 1;
	forget_calls(look);
	put_right(look, differs);
	return 1;
}

static int on_servers(sd_bus_message *message, void *ctx, sd_bus_error *error)
{
	(void)error;
	return answered(ctx, message, &properties[0]);
}

static int on_domains(sd_bus_message *message, void *ctx, sd_bus_error *error)
{
	(void)error;
	return answered(ctx, message, &properties[1]);
}

/* Without memory for it, or without the bus, it is not looked at. */
static void ask(struct resolved_look *look, size_t i)
{
	static const sd_bus_message_handler_t handlers[] = { on_servers,
		on_domains };
	sd_bus *bus = bus_connection(look->bus);
	sd_bus_message *message;

	if (sdbus.message_new_method_call(bus, &message, RESOLVED_NAME, PATH,
		PROPERTIES, "Get") < 0)
		return;
	(void)sdbus.message_set_auto_start(message, 0);
	if (sdbus.message_append(message, "ss", RESOLVED_NAME ".Manager",
		properties[i].name) >= 0)
		(void)sdbus.call_async(bus, &look->calls[i], message,
		    handlers[i], look, ANSWER_US);
	sdbus.message_unref(message);
}

static void on_due(struct rtnl_pause *pause)
{
	struct resolved_look *look =
	    container_of(pause, struct resolved_look, pause);
	struct dns *dns = look->dns;

	if (dns->is_busy || dns->ending != DNS_GOES_ON || !look->match)
		return;
	forget_calls(look);
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++)
		ask(look, i);
	bus_sent(look->bus);
}

/* ---- listening ---- */

static int on_changed(sd_bus_message *message, void *ctx, sd_bus_error *error)
{
	struct resolved_look *look = ctx;

	(void)message, (void)error;
	/* What we tell it ourselves is looked at when it has answered. */
	if (!look->dns->is_busy && !rtnl_pause_is_on(&look->pause))
		resolved_look_soon(look);
	return 1;
}

void resolved_look_begin(struct resolved_look *look)
{
	resolved_look_end(look);
	(void)sdbus.add_match_async(bus_connection(look->bus), &look->match,
	    "type='signal',sender='" RESOLVED_NAME "',path='" PATH "',"
	    "interface='" PROPERTIES "',member='PropertiesChanged',"
	    "arg0='" RESOLVED_NAME ".Manager'",
	    on_changed, NULL, look);
}

void resolved_look_soon(struct resolved_look *look)
{
	look->pause.over = on_due;
	rtnl_pause_begin(
	    look->dns->job->host->rtnl, &look->pause, REPAIR_DELAY_MS);
}

void resolved_look_end(struct resolved_look *look)
{
	rtnl_pause_end(&look->pause);
	forget_calls(look);
	look->match = sdbus.slot_unref(look->match);
}
