/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/packet.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/macros.h"

/* Where things stand in a message (RFC 2131 section 2). */
enum {
	AT_OP = 0,
	AT_HTYPE = 1,
	AT_HLEN = 2,
	AT_XID = 4,
	AT_SECS = 8,
	AT_CIADDR = 12,
	AT_YIADDR = 16,
	AT_CHADDR = 28,
	AT_SNAME = 44,
	AT_FILE = 108,
	AT_COOKIE = 236,
	AT_OPTIONS = 240,
	BOOTP_SIZE = 300, /* some servers and relays drop less */
};

enum { BOOTREQUEST = 1, BOOTREPLY = 2, HTYPE_ETHERNET = 1 };

enum option {
	OPTION_PAD = 0,
	OPTION_MASK = 1,
	OPTION_ROUTER = 3,
	OPTION_DNS = 6,
	OPTION_HOSTNAME = 12,
	OPTION_DOMAIN = 15,
	OPTION_MTU = 26,
	OPTION_STATIC_ROUTES = 33,
	OPTION_NTP = 42,
	OPTION_REQUESTED = 50,
	OPTION_LIFETIME = 51,
	OPTION_OVERLOAD = 52,
	OPTION_MESSAGE = 53,
	OPTION_SERVER = 54,
	OPTION_PARAMETERS = 55,
	OPTION_MAX_SIZE = 57,
	OPTION_T1 = 58,
	OPTION_T2 = 59,
	OPTION_CLIENT_ID = 61,
	OPTION_ROUTES = 121,
	OPTION_END = 255,
};

static const uint8_t cookie[] = {99, 130, 83, 99};

/* ---- reading ---- */

/* A field that holds options: one of up to three. */
struct area {
	const uint8_t *data;
	size_t n;
};

struct areas {
	struct area items[3];
	size_t n;
};

/* One step through an area: 1 and the option; 0 at the end; -EBADMSG when it
 * overruns. Always advances. An area may end without OPTION_END. */
static int area_next(
    const struct area *area, size_t *at, uint8_t *code, struct area *ret)
{
	while (*at < area->n && area->data[*at] == OPTION_PAD)
		++*at;
	if (*at >= area->n || area->data[*at] == OPTION_END)
		return 0;
	if (area->n - *at < 2 ||
	    (size_t)area->data[*at + 1] > area->n - *at - 2)
		return -EBADMSG;
	*code = area->data[*at];
	ret->data = area->data + *at + 2;
	ret->n = area->data[*at + 1];
	*at += 2 + ret->n;
	return 1;
}

/* Walks all of an area, so that nothing that overruns is used at all. */
static int area_check(const struct area *area, uint8_t *ret_overload)
{
	struct area option;
	size_t at = 0;
	uint8_t code;
	int r;

	while ((r = area_next(area, &at, &code, &option)) > 0) {
		if (code != OPTION_OVERLOAD || !ret_overload)
			continue;
		if (option.n != 1 || !option.data[0] || option.data[0] > 3)
			return -EBADMSG;
		*ret_overload = option.data[0];
	}
	return r;
}

/* The order is RFC 3396's: options, file, sname. */
static int areas_find(struct areas *areas, const uint8_t *data, size_t n)
{
	uint8_t overload = 0;

	areas->n = 1;
	areas->items[0] = (struct area){data + AT_OPTIONS, n - AT_OPTIONS};
	if (area_check(&areas->items[0], &overload))
		return -EBADMSG;
	if (overload & 1)
		areas->items[areas->n++] = (struct area){
			data + AT_FILE, AT_COOKIE - AT_FILE};
	if (overload & 2)
		areas->items[areas->n++] = (struct area){
			data + AT_SNAME, AT_FILE - AT_SNAME};
	for (size_t i = 1; i < areas->n; i++)
		if (area_check(&areas->items[i], NULL))
			return -EBADMSG;
	return 0;
}

/*
 * Collects an option that may be in several pieces (RFC 3396). 1 and its
 * size, or 0: it is absent. What is beyond capacity is cut off.
 */
static int option_get(const struct areas *areas, enum option wanted,
    uint8_t *buffer, size_t capacity, size_t *ret_n)
{
	size_t n = 0;
	int found = 0;

	for (size_t i = 0; i < areas->n; i++) {
		struct area option;
		size_t at = 0;
		uint8_t code;

		while (area_next(&areas->items[i], &at, &code, &option) > 0) {
			if (code != wanted)
				continue;
			found = 1;
			if (option.n > capacity - n)
				option.n = capacity - n;
			if (option.n)
				memcpy(buffer + n, option.data, option.n);
			n += option.n;
		}
	}
	*ret_n = n;
	return found;
}

/* An option of exactly n bytes: 1; 0 when absent; -EBADMSG. */
static int option_get_fixed(
    const struct areas *areas, enum option wanted, void *value, size_t n)
{
	uint8_t buffer[8];
	size_t size;

	if (!option_get(areas, wanted, buffer, sizeof(buffer), &size))
		return 0;
	if (size != n)
		return -EBADMSG;
	memcpy(value, buffer, n);
	return 1;
}

/* Seconds; 0 when it is absent or of a wrong size. */
static uint32_t option_get_seconds(
    const struct areas *areas, enum option wanted)
{
	uint32_t value = 0;

	if (option_get_fixed(areas, wanted, &value, sizeof(value)) <= 0)
		return 0;
	return ntohl(value);
}

/* The length of the class that the address is of, as in RFC 950. */
static uint32_t class_length(struct in_addr address)
{
	uint32_t bits = ntohl(address.s_addr);

	return bits >> 31 == 0 ? 8 : bits >> 30 == 2 ? 16 : 24;
}

/* Without the option: as of its class. */
static int read_mask(const struct areas *areas, struct dhcp_lease *lease)
{
	struct in_addr mask;
	uint32_t bits;
	int r = option_get_fixed(areas, OPTION_MASK, &mask, sizeof(mask));

	if (r < 0)
		return r;
	if (!r) {
		lease->prefix_length = class_length(lease->address);
		return 0;
	}
	bits = ntohl(mask.s_addr);
	while (bits & 0x80000000) {
		lease->prefix_length++;
		bits <<= 1;
	}
	if (bits)
		lease->prefix_length = 0; /* holes: fails the check */
	return 0;
}

/* DESTINATION := length, as many bytes as it needs; then 4 of the router. */
static int read_route(
    const uint8_t *data, size_t n, size_t *at, struct dhcp_route *route)
{
	uint8_t to[4] = {0};
	size_t bytes;

	route->prefix_length = data[*at];
	bytes = (route->prefix_length + 7) / 8;
	if (route->prefix_length > 32 || n - *at < 1 + bytes + 4)
		return -EBADMSG;
	memcpy(to, data + *at + 1, bytes);
	memcpy(&route->to, to, sizeof(to));
	route->to.s_addr &= dhcp_mask(route->prefix_length).s_addr;
	memcpy(&route->via, data + *at + 1 + bytes, 4);
	*at += 1 + bytes + 4;
	return 0;
}

/* A route that could not work is left out rather than the lease. */
static void add_route(
    struct dhcp_lease *lease, const struct dhcp_route *route)
{
	bool reachable = !route->via.s_addr ||
	    (dhcp_address_is_usable(route->via) &&
		route->via.s_addr != lease->address.s_addr &&
		dhcp_same_subnet(
		    route->via, lease->address, lease->prefix_length));

	if (reachable && dhcp_address_is_usable(route->to) &&
	    lease->n_routes < DHCP_ROUTES_MAX)
		lease->routes[lease->n_routes++] = *route;
}

/*
 * Option 121 (RFC 3442). 1 when it is there: option 3 counts no more, also
 * when there is no default route in it, and option 33 neither.
 */
static int read_routes(const struct areas *areas, struct dhcp_lease *lease)
{
	uint8_t buffer[2048]; /* more than a message can hold */
	size_t at = 0, n;

	if (!option_get(areas, OPTION_ROUTES, buffer, sizeof(buffer), &n))
		return 0;
	if (!n)
		return -EBADMSG;
	while (at < n) {
		struct dhcp_route route;

		if (read_route(buffer, n, &at, &route))
			return -EBADMSG;
		if (!route.prefix_length) {
			if (!lease->has_default)
				lease->router = route.via;
			lease->has_default = true;
			continue;
		}
		add_route(lease, &route);
	}
	return 1;
}

/* Option 33, of pairs without masks: a network of its class, or else a host.
 * The default route does not belong in there (RFC 2132 section 5.8). */
static void read_static_routes(
    const struct areas *areas, struct dhcp_lease *lease)
{
	uint8_t buffer[2048];
	size_t n;

	option_get(areas, OPTION_STATIC_ROUTES, buffer, sizeof(buffer), &n);
	for (size_t i = 0; i + 8 <= n; i += 8) {
		struct dhcp_route route;

		memcpy(&route.to, buffer + i, 4);
		memcpy(&route.via, buffer + i + 4, 4);
		route.prefix_length = class_length(route.to);
		if (route.to.s_addr & ~dhcp_mask(route.prefix_length).s_addr)
			route.prefix_length = 32;
		if (route.via.s_addr)
			add_route(lease, &route);
	}
}

static int read_router(const struct areas *areas, struct dhcp_lease *lease)
{
	uint8_t buffer[2048];
	size_t n;

	if (!option_get(areas, OPTION_ROUTER, buffer, sizeof(buffer), &n))
		return 0;
	if (!n || n % 4)
		return -EBADMSG;
	memcpy(&lease->router, buffer, 4); /* in the order of preference */
	/* 0.0.0.0 here is no router; only option 121 means "on the link". */
	if (!lease->router.s_addr)
		return -EBADMSG;
	lease->has_default = true;
	return 0;
}

/* Those that make sense, as many as there is room for; how many. */
static uint32_t read_addresses(const struct areas *areas, enum option wanted,
    struct in_addr *addresses, uint32_t max)
{
	uint8_t buffer[1024];
	uint32_t count = 0;
	size_t n;

	option_get(areas, wanted, buffer, sizeof(buffer), &n);
	for (size_t i = 0; i + 4 <= n && count < max; i += 4) {
		struct in_addr address;

		memcpy(&address, buffer + i, 4);
		if (dhcp_address_is_usable(address))
			addresses[count++] = address;
	}
	return count;
}

static void read_name(const struct areas *areas, enum option wanted,
    char name[DHCP_DOMAIN_MAX + 3])
{
	uint8_t buffer[1024];
	size_t n;

	option_get(areas, wanted, buffer, sizeof(buffer), &n);
	while (n && (!buffer[n - 1] || buffer[n - 1] == '.'))
		n--;
	if (dhcp_domain_is_valid((char *)buffer, n))
		memcpy(name, buffer, n);
}

/* What one can do without: left out when it makes no sense. */
static void read_extras(const struct areas *areas, struct dhcp_lease *lease)
{
	uint16_t mtu;

	lease->n_dns =
	    read_addresses(areas, OPTION_DNS, lease->dns, DHCP_DNS_MAX);
	lease->n_ntp =
	    read_addresses(areas, OPTION_NTP, lease->ntp, DHCP_NTP_MAX);
	read_name(areas, OPTION_DOMAIN, lease->domain);
	read_name(areas, OPTION_HOSTNAME, lease->hostname);
	if (option_get_fixed(areas, OPTION_MTU, &mtu, sizeof(mtu)) > 0 &&
	    ntohs(mtu) >= DHCP_MTU_MIN)
		lease->mtu = ntohs(mtu);
	lease->t1_s = option_get_seconds(areas, OPTION_T1);
	lease->t2_s = option_get_seconds(areas, OPTION_T2);
}

static int read_lease(const struct areas *areas, const uint8_t *data,
    struct dhcp_lease *lease)
{
	uint32_t lifetime = 0;
	int r;

	memcpy(&lease->address, data + AT_YIADDR, 4);
	r = read_mask(areas, lease);
	if (r)
		return r;
	if (option_get_fixed(areas, OPTION_LIFETIME, &lifetime, 4) < 0)
		return -EBADMSG;
	lease->lifetime_s = ntohl(lifetime);
	r = read_routes(areas, lease);
	if (!r) {
		read_static_routes(areas, lease);
		r = read_router(areas, lease);
	}
	if (r < 0)
		return r;
	read_extras(areas, lease);
	return 0;
}

static bool is_for(
    const uint8_t *data, const struct dhcp_identity *identity, uint32_t xid)
{
	uint32_t its_xid;

	memcpy(&its_xid, data + AT_XID, sizeof(its_xid));
	return data[AT_OP] == BOOTREPLY && data[AT_HTYPE] == HTYPE_ETHERNET &&
	    data[AT_HLEN] == sizeof(identity->mac) && ntohl(its_xid) == xid &&
	    !memcmp(data + AT_CHADDR, identity->mac, sizeof(identity->mac)) &&
	    !memcmp(data + AT_COOKIE, cookie, sizeof(cookie));
}

/* RFC 6842: a server sends the client id back; older ones leave it out. */
static bool has_our_id(
    const struct areas *areas, const struct dhcp_identity *identity)
{
	uint8_t id[256];
	size_t n;

	return !option_get(areas, OPTION_CLIENT_ID, id, sizeof(id), &n) ||
	    (n == identity->n_client_id && !memcmp(id, identity->client_id, n));
}

int dhcp_reply_parse(const uint8_t *data, size_t n,
    const struct dhcp_identity *identity, uint32_t xid, struct dhcp_reply *ret)
{
	struct areas areas = {0};
	uint8_t message;
	int r;

	*ret = (struct dhcp_reply){0};
	if (n < AT_OPTIONS || !is_for(data, identity, xid))
		return -ENOMSG;
	if (areas_find(&areas, data, n))
		return -EBADMSG;
	r = option_get_fixed(&areas, OPTION_MESSAGE, &message, 1);
	if (r < 0)
		return -EBADMSG;
	if (!r || !has_our_id(&areas, identity))
		return -ENOMSG; /* BOOTP, or another client's */
	if (message != DHCP_OFFER && message != DHCP_ACK && message != DHCP_NAK)
		return -ENOMSG;
	ret->message = (enum dhcp_message)message;
	if (option_get_fixed(&areas, OPTION_SERVER, &ret->lease.server, 4) < 0)
		return -EBADMSG;
	if (ret->message == DHCP_NAK)
		return 0;
	if (read_lease(&areas, data, &ret->lease))
		return -EBADMSG;
	ret->flaw = dhcp_lease_check(&ret->lease);
	return 0;
}

/* ---- writing ---- */

struct writer {
	uint8_t *data;
	size_t n, capacity;
};

static void write_option(
    struct writer *w, enum option code, const void *value, size_t n)
{
	assert(n <= 255 && w->capacity - w->n >= n + 2);
	w->data[w->n] = (uint8_t)code;
	w->data[w->n + 1] = (uint8_t)n;
	memcpy(w->data + w->n + 2, value, n);
	w->n += n + 2;
}

static void write_address(
    struct writer *w, enum option code, struct in_addr address)
{
	if (address.s_addr)
		write_option(w, code, &address, sizeof(address));
}

size_t dhcp_query_build(uint8_t *data, size_t capacity,
    const struct dhcp_identity *identity, const struct dhcp_query *query)
{
	/* Classless routes before the router: RFC 3442. */
	static const uint8_t parameters[] = {OPTION_ROUTES, OPTION_MASK,
	    OPTION_ROUTER, OPTION_STATIC_ROUTES, OPTION_DNS, OPTION_HOSTNAME,
	    OPTION_DOMAIN, OPTION_MTU, OPTION_NTP, OPTION_T1, OPTION_T2};
	struct writer w = {data, AT_OPTIONS, capacity};
	uint8_t message = (uint8_t)query->message;
	uint32_t xid = htonl(query->xid);
	uint16_t secs = htons(query->secs), max_size = htons(1472);

	assert(capacity >= BOOTP_SIZE);
	memset(data, 0, BOOTP_SIZE);
	data[AT_OP] = BOOTREQUEST;
	data[AT_HTYPE] = HTYPE_ETHERNET;
	data[AT_HLEN] = sizeof(identity->mac);
	memcpy(data + AT_XID, &xid, sizeof(xid));
	memcpy(data + AT_SECS, &secs, sizeof(secs));
	memcpy(data + AT_CIADDR, &query->ciaddr, sizeof(query->ciaddr));
	memcpy(data + AT_CHADDR, identity->mac, sizeof(identity->mac));
	memcpy(data + AT_COOKIE, cookie, sizeof(cookie));

	write_option(&w, OPTION_MESSAGE, &message, 1);
	write_option(
	    &w, OPTION_CLIENT_ID, identity->client_id, identity->n_client_id);
	write_address(&w, OPTION_REQUESTED, query->requested);
	write_address(&w, OPTION_SERVER, query->server);
	if (query->message == DHCP_DISCOVER || query->message == DHCP_REQUEST) {
		write_option(
		    &w, OPTION_PARAMETERS, parameters, sizeof(parameters));
		write_option(&w, OPTION_MAX_SIZE, &max_size, sizeof(max_size));
	}
	assert(w.n < capacity);
	data[w.n++] = OPTION_END;
	return w.n < BOOTP_SIZE ? BOOTP_SIZE : w.n;
}
