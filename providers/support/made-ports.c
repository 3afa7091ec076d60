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
#include "providers/support/rtnl.h"

struct made_port {
	UT_hash_handle hh; /* in made_ports.ports, by ifindex */
	struct made_ports *of;
	uint32_t ifindex;
	char device[IFNAMSIZ];
	bool is_named; /* by the update under way */
	bool was_taken; /* the kernel has shown it */
	uint32_t options; /* its place in `port-options`, from 1; 0: none */
	struct rtnl_watch watch;
	/* The answer to the last one counts; what is before it in line has
	 * been carried out by then. */
	struct rtnl_request down, request, option[2];
};

void made_ports_init(struct made_ports *ports, struct job *job,
    struct rtnl *rtnl, bool takes_down,
    struct nl_msg *(*option_msg)(
	const struct config *options, uint32_t ifindex, int i))
{
	*ports = (struct made_ports){
		.job = job,
		.rtnl = rtnl,
		.takes_down = takes_down,
		.option_msg = option_msg,
	};
}

/* What is asked of the kernel stays asked. */
static void port_free(struct made_port *port)
{
	rtnl_cancel(&port->down);
	rtnl_cancel(&port->request);
	rtnl_cancel(&port->option[0]);
	rtnl_cancel(&port->option[1]);
	rtnl_watch_end(&port->watch);
	HASH_DEL(port->of->ports, port);
	free(port);
}

void made_ports_clear(struct made_ports *ports)
{
	struct made_port *port, *next;

	HASH_ITER(hh, ports->ports, port, next)
		port_free(port);
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

static void on_option(
    struct rtnl_request *request, int error, const char *message)
{
	struct made_port *port = request->ctx;

	if (error && error != -ENODEV)
		job_log(port->of->job, LOG_LEVEL_WARNING,
		    "the kernel refuses an option of port %s: %s%s%s",
		    port->device, strerror(-error), *message ? ": " : "",
		    message);
}

/* They are the bridge's to say, so they follow its taking of the port. */
static void set_options(struct made_port *port)
{
	const struct made_ports *ports = port->of;
	struct nl_msg *msg;

	for (int i = 0; port->options && i < 2; i++) {
		msg = ports->option_msg(
		    config_section_at(ports->job->config, "port-options",
			port->options - 1),
		    port->ifindex, i);
		port->option[i].done = on_option;
		port->option[i].ctx = port;
		if (msg)
			rtnl_send(ports->rtnl, &port->option[i], msg);
	}
}

/* The first value of `port-options` that is about the node, from 1; or 0. */
static uint32_t find_options(
    const struct made_ports *ports, const struct job_node *named)
{
	const struct config *config = ports->job->config;
	uint32_t n = ports->option_msg ? config_count(config, "port-options")
				       : 0;

	for (uint32_t i = 0; i < n; i++)
		if (made_port_is(named,
			config_text(
			    config_section_at(config, "port-options", i),
			    "port")))
			return i + 1;
	return 0;
}

static void take(struct made_port *port)
{
	struct made_ports *ports = port->of;
	struct rtnl_link_change down = { .set_up = true, .up = false };
	const struct rtnl_link *link =
	    rtnl_find_link(ports->rtnl, port->ifindex);

	if (link && link->master == ports->master)
		return;
	if (ports->takes_down) {
		port->down.done = ignore;
		rtnl_change_link(
		    ports->rtnl, &port->down, port->ifindex, &down);
	}
	port->request.done = on_taken;
	set_master(ports->rtnl, &port->request, port->ifindex, ports->master);
	set_options(port);
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

	(void)before;
	if (link->master == port->of->master)
		port->was_taken = true;
	else if (is_lost(port) && port->of->lost)
		port->of->lost(port->of);
}

const char *made_ports_lost(const struct made_ports *ports)
{
	const struct made_port *port;

	for (port = ports->ports; port; port = port->hh.next)
		if (is_lost(port))
			return port->device;
	return NULL;
}

void made_ports_retake(struct made_ports *ports)
{
	struct made_port *port;

	for (port = ports->ports; port; port = port->hh.next)
		if (is_lost(port))
			take(port);
}

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
		port->watch.on_link = on_link;
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
		return;
	}
	port = add(ports, named);
	if (port) {
		port->options = find_options(ports, named);
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
