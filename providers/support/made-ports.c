/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/made-ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

/* uthash would exit() when out of memory; we see that nothing was added. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/macros.h"
#include "providers/provider.h"
#include "providers/support/made-message.h"
#include "providers/support/rtnl.h"

struct made_port {
	UT_hash_handle hh; /* in made_ports.ports, by ifindex */
	struct made_ports *of;
	uint32_t ifindex;
	char device[IFNAMSIZ];
	bool is_named; /* by the update under way */
	bool was_taken; /* the kernel has shown it, or must have */
	uint32_t options; /* its place in `port-options`, from 1; 0: none */
	void *told; /* of them, a copy; NULL: nothing */
	uint32_t differ; /* the rows that do, as last shown, */
	char text[MADE_OPTION_TEXT_SIZE]; /* and the first in words */
	void *shown; /* what differs of the rest is in it, a copy; or NULL */
	char rest[MADE_OPTION_TEXT_SIZE]; /* that, in words */
	bool is_refused; /* that the kernel be told */
	struct rtnl_watch watch;
	/* The answer to the last one counts; what is before it in line has
	 * been carried out by then. */
	struct rtnl_request down, request, option, back;
};

struct made_ports *made_ports_new(struct job *job, bool takes_down,
    const struct made_port_kind *kind, void (*lost)(struct job *job))
{
	struct made_ports *ports = calloc(1, sizeof(*ports));

	if (!ports)
		return NULL;
	ports->job = job;
	ports->rtnl = job->host->rtnl;
	ports->takes_down = takes_down;
	ports->kind = kind;
	ports->lost = lost;
	return ports;
}

/* What is asked of the kernel stays asked. */
static void port_free(struct made_port *port)
{
	rtnl_cancel(&port->down);
	rtnl_cancel(&port->request);
	rtnl_cancel(&port->option);
	rtnl_cancel(&port->back);
	rtnl_watch_end(&port->watch);
	HASH_DEL(port->of->ports, port);
	free(port->told);
	free(port->shown);
	free(port);
}

void made_ports_clear(struct made_ports *ports)
{
	struct made_port *port, *next;

	if (!ports)
		return;
	rtnl_watch_end(&ports->all);
	ports->all.calls = NULL;
	HASH_ITER(hh, ports->ports, port, next)
		port_free(port);
}

struct made_ports *made_ports_free(struct made_ports *ports)
{
	made_ports_clear(ports);
	free(ports);
	return NULL;
}

static void on_taken(
    struct rtnl_request *request, int error, const char *message)
{
	struct made_port *port =
	    container_of(request, struct made_port, request);

	if (error && error != -ENODEV)
		job_log(port->of->job, LOG_LEVEL_WARNING,
		    "cannot take %s as a port: %s%s%s", port->device,
		    strerror(-error), *message ? ": " : "", message);
	/* Not a port: it is tried again when it comes anew. */
	if (error)
		port_free(port);
}

static void ignore(
    struct rtnl_request *request, int error, const char *message)
{
	(void)request;
	(void)error;
	(void)message;
}

/* Master 0: of nobody. */
static void set_master(struct rtnl *rtnl, struct rtnl_request *request,
    uint32_t ifindex, uint32_t master)
{
	struct ifinfomsg info = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = (int)ifindex,
	};
	struct nl_msg *msg = rtnl_new_msg(RTM_NEWLINK, 0, &info, sizeof(info));

	if (msg && nla_put_u32(msg, IFLA_MASTER, master) < 0) {
		nlmsg_free(msg);
		msg = NULL;
	}
	rtnl_send(rtnl, request, msg);
}

/* ---- options ---- */

static void on_option(
    struct rtnl_request *request, int error, const char *message)
{
	struct made_port *port = request->ctx;

	if (!error || error == -ENODEV)
		return;
	port->is_refused = true;
	job_log(port->of->job, LOG_LEVEL_WARNING,
	    "the kernel refuses an option of port %s: %s%s%s", port->device,
	    strerror(-error), *message ? ": " : "", message);
}

/* The first value of `port-options` that is about the node, from 1; or 0. */
static uint32_t find_options(
    const struct made_ports *ports, const struct job_node *named)
{
	const struct config *config = ports->job->config;
	uint32_t n = ports->kind ? config_count(config, "port-options") : 0;

	for (uint32_t i = 0; i < n; i++)
		if (made_port_is(named,
			config_text(
			    config_section_at(config, "port-options", i),
			    "port")))
			return i + 1;
	return 0;
}

static const struct config *options_of(const struct made_port *port)
{
	return port->options
	    ? config_section_at(port->of->job->config, "port-options",
		  port->options - 1)
	    : NULL;
}

static struct nl_msg *option_msg(
    const struct made_port *port, const struct config *options)
{
	const struct made_ports *ports = port->of;
	const struct made_of of = { ports->kind->options, ports->job,
		options };
	struct ifinfomsg info = {
		.ifi_family = AF_BRIDGE,
		.ifi_index = (int)port->ifindex,
	};
	struct nl_msg *msg = rtnl_new_msg(RTM_SETLINK, 0, &info, sizeof(info));
	struct nlattr *nest =
	    msg ? nla_nest_start(msg, IFLA_PROTINFO | NLA_F_NESTED) : NULL;

	if (nest && made_options_put(msg, &of, UINT32_MAX) == 0) {
		nla_nest_end(msg, nest);
		if (ports->kind->put_rest(msg, options) == 0)
			return msg;
	}
	nlmsg_free(msg);
	return NULL;
}

/* Also what it has been told before, or others have, so freed. */
static void tell(struct made_port *port, struct nl_msg *msg)
{
	const struct made_ports *ports = port->of;
	struct nl_msg *back = ports->kind->take_back(
	    port->shown ? port->shown : port->told, msg);

	port->is_refused = false;

	free(port->told);
	port->told = made_message_copy(msg);
	port->option.done = port->back.done = on_option;
	port->option.ctx = port->back.ctx = port;
	rtnl_send(ports->rtnl, &port->option, msg);
	if (back)
		rtnl_send(ports->rtnl, &port->back, back);
}

/* They are the bridge's to say, so they follow its taking of the port. */
static void tell_options(struct made_port *port)
{
	const struct config *options = options_of(port);
	struct nl_msg *msg = options ? option_msg(port, options) : NULL;

	if (msg)
		tell(port, msg);
}

static void take_now(struct made_port *port)
{
	struct made_ports *ports = port->of;
	struct rtnl_link_change down = { .set_up = true, .up = false };

	if (ports->takes_down) {
		port->down.done = ignore;
		rtnl_change_link(
		    ports->rtnl, &port->down, port->ifindex, &down);
	}
	port->request.done = on_taken;
	set_master(ports->rtnl, &port->request, port->ifindex, ports->master);
	tell_options(port);
}

static void take(struct made_port *port)
{
	const struct rtnl_link *link =
	    rtnl_find_link(port->of->rtnl, port->ifindex);

	if (link && link->master == port->of->master)
		tell_options(port);
	else
		take_now(port);
}

/* Unless it is gone, or has become someone else's. */
static void release(struct made_port *port)
{
	const struct rtnl_link *link =
	    rtnl_find_link(port->of->rtnl, port->ifindex);

	if (link && (!link->master || link->master == port->of->master)) {
		port->request.done = ignore;
		set_master(port->of->rtnl, &port->request, port->ifindex, 0);
	}
	port_free(port);
}

static bool is_lost(const struct made_port *port)
{
	const struct rtnl_link *link =
	    rtnl_find_link(port->of->rtnl, port->ifindex);

	return link && port->was_taken && link->master != port->of->master &&
	    !rtnl_request_is_active(&port->request);
}

static void on_link(struct rtnl_watch *watch, const struct rtnl_link *link,
    const struct rtnl_link *before)
{
	struct made_port *port = container_of(watch, struct made_port, watch);
	bool is_taken = link->master == port->of->master;
	bool has_moved = port->of->tells_carriers &&
	    (is_taken != port->was_taken ||
		(before && before->carrier != link->carrier));

	port->was_taken |= is_taken;
	if (has_moved || is_lost(port))
		port->of->lost(port->of->job);
}

static bool is_bridges(const struct nlmsghdr *message)
{
	const struct ifinfomsg *header = nlmsg_data(message);

	return header->ifi_family == AF_BRIDGE;
}

/* Of a port: as part of the link, or as the bridge tells it. */
static const struct nlattr *find_shown(const struct nlmsghdr *message)
{
	struct nlattr *info = nlmsg_find_attr((struct nlmsghdr *)message,
	    sizeof(struct ifinfomsg),
	    is_bridges(message) ? IFLA_PROTINFO : IFLA_LINKINFO);

	return is_bridges(message) || !info
	    ? info
	    : nla_find(nla_data(info), nla_len(info), IFLA_INFO_SLAVE_DATA);
}

/* True when it differs, and did not before. Without memory for it, it does
 * not. */
static bool compare_rest(struct made_port *port,
    const struct nlmsghdr *message, const struct config *options)
{
	bool did = port->shown;

	free(steal_ptr(port->shown));
	if (port->is_refused ||
	    port->of->kind->rest_is(
		message, options, port->rest, sizeof(port->rest)))
		return false;
	port->shown = malloc(message->nlmsg_len);
	if (port->shown)
		memcpy(port->shown, message, message->nlmsg_len);
	return port->shown && !did;
}

/* By a dump, after events were lost: that it was taken may be among them. */
static bool is_dumped_as_lost(
    const struct made_port *port, const struct nlmsghdr *message)
{
	const struct nlattr *master;

	if (!(message->nlmsg_flags & NLM_F_MULTI) ||
	    rtnl_request_is_active(&port->request))
		return false;
	master = nlmsg_find_attr((struct nlmsghdr *)message,
	    sizeof(struct ifinfomsg), IFLA_MASTER);
	return !master || nla_get_u32(master) != port->of->master;
}

static void on_message(
    struct rtnl_watch *watch, const struct nlmsghdr *message)
{
	struct made_port *port = container_of(watch, struct made_port, watch);
	const struct made_ports *ports = port->of;
	const struct config *options = port->told ? options_of(port) : NULL;
	const struct nlattr *shown = options ? find_shown(message) : NULL;
	const struct made_of of = { options ? ports->kind->options : NULL,
		ports->job, options };
	uint32_t before = port->differ;
	bool differs;

	if (is_dumped_as_lost(port, message)) {
		port->was_taken = true;
		ports->lost(ports->job);
	}
	if (!shown)
		return;
	port->differ = made_options_compare(&of, shown, port->text);
	differs = port->differ && port->differ != before;
	if (is_bridges(message))
		differs |= compare_rest(port, message, options);
	if (differs)
		ports->lost(ports->job);
}

/* Of the rest the kernel tells only when it is told: that is asked for. */
static void on_resynced(struct rtnl_watch *watch)
{
	struct made_ports *ports = container_of(watch, struct made_ports, all);
	struct made_port *port;

	for (port = ports->ports; port; port = port->hh.next)
		if (port->told)
			tell_options(port);
}

const struct made_port *made_ports_differing(
    const struct made_ports *ports, char text[MADE_OPTION_TEXT_SIZE])
{
	const struct made_port *port;

	for (port = ports->ports; port; port = port->hh.next) {
		if (is_lost(port))
			snprintf(text, MADE_OPTION_TEXT_SIZE,
			    "%s is not its port", port->device);
		else if (port->differ)
			snprintf(text, MADE_OPTION_TEXT_SIZE, "of %s, %.*s",
			    port->device, MADE_OPTION_TEXT_SIZE - 32,
			    port->text);
		else if (port->shown)
			snprintf(text, MADE_OPTION_TEXT_SIZE, "of %s, %.*s",
			    port->device, MADE_OPTION_TEXT_SIZE - 32,
			    port->rest);
		else
			continue;
		return port;
	}
	return NULL;
}

void made_ports_put_right(struct made_ports *ports)
{
	struct made_port *port;

	for (port = ports->ports; port; port = port->hh.next) {
		if (is_lost(port))
			take(port);
		else if (port->differ || port->shown)
			tell_options(port);
	}
}

static const struct rtnl_calls port_calls = {
	.on_message = on_message,
	.on_link = on_link,
};

static struct made_port *add(
    struct made_ports *ports, const struct job_node *named)
{
	struct made_port *port = calloc(1, sizeof(*port));

	if (!port)
		return NULL;
	port->of = ports;
	port->ifindex = named->ifindex;
	port->is_named = true;
	snprintf(port->device, sizeof(port->device), "%s", named->device);
	HASH_ADD_INT(ports->ports, ifindex, port);
	if (port->hh.tbl) {
		port->watch.ifindex = port->ifindex;
		port->watch.calls = &port_calls;
		rtnl_watch_begin(ports->rtnl, &port->watch);
		return port;
	}
	free(port);
	return NULL;
}

bool made_port_is(const struct job_node *named, const char *node)
{
	size_t n = strlen(node);

	return !strncmp(named->name, node, n) &&
	    (!named->name[n] || named->name[n] == '@');
}

/* It is another port to the bridge, but the bridge stays. */
static void take_anew(struct made_port *port)
{
	port->was_taken = false;
	port->differ = 0;
	free(steal_ptr(port->told));
	free(steal_ptr(port->shown));
	port->request.done = ignore;
	set_master(port->of->rtnl, &port->request, port->ifindex, 0);
	take_now(port);
}

static void update_options(struct made_port *port)
{
	const struct config *options = options_of(port);
	struct nl_msg *msg = options ? option_msg(port, options) : NULL;

	if (!msg ? !port->told : made_message_is(port->told, msg)) {
		nlmsg_free(msg);
	} else if (msg && (!port->told ||
		       made_message_port_can_follow(port->told, msg))) {
		tell(port, msg);
	} else {
		nlmsg_free(msg);
		take_anew(port);
	}
}

static const struct rtnl_calls all_calls = {
	.on_resynced = on_resynced,
};

static void watch_all(struct made_ports *ports)
{
	if (ports->all.calls)
		return;
	ports->all.calls = &all_calls;
	rtnl_watch_begin(ports->rtnl, &ports->all);
}

static void name(void *ctx, const struct job_node *named)
{
	struct made_ports *ports = ctx;
	struct made_port *port;

	/* A device of its own is what makes a node a port. */
	if (!named->ifindex || named->ifindex == ports->master)
		return;
	HASH_FIND_INT(ports->ports, &named->ifindex, port);
	if (port) {
		port->is_named = true;
		port->options = find_options(ports, named);
		update_options(port);
		return;
	}
	port = add(ports, named);
	if (port) {
		port->options = find_options(ports, named);
		if (port->options)
			watch_all(ports);
		take(port);
	} else {
		job_log(ports->job, LOG_LEVEL_ERROR,
		    "out of memory: cannot take %s as a port", named->name);
	}
}

void made_ports_update(struct made_ports *ports, uint32_t master)
{
	struct made_port *port, *next;

	ports->master = master;
	for (port = ports->ports; port; port = port->hh.next)
		port->is_named = false;
	job_each_named(ports->job, KEY_PULLS, name, ports);
	HASH_ITER(hh, ports->ports, port, next)
		if (!port->is_named)
			release(port);
}
