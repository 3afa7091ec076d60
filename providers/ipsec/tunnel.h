/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One ipsec node between its start and the end of its stop.
 *
 *     absent --> key --> connection --> stale --> log --> turn --> initiating
 *     (charon is not there)                                            |
 *                                                                      v
 *     undoing: terminate --> unload connection --> unload key <------- up
 *              --> leaving
 *
 * Every stage is one request to charon and ends with its answer; on one
 * connection, so that charon sees them in this order. Only while `initiate`
 * is not answered does undoing need a second one. Undoing may begin at any
 * moment; it waits for the answer that is due. charon says that a tunnel is
 * down before it takes the virtual address away: a stop waits for that, too,
 * so that what the tunnel stands on goes after it.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#include <uv.h>

#include "providers/ipsec/charon.h"
#include "providers/ipsec/reason.h"
#include "providers/provider.h"
#include "providers/support/rtnl.h"

enum tunnel_stage {
	TUNNEL_ABSENT,
	TUNNEL_KEY,        /* load-shared */
	TUNNEL_CONNECTION, /* load-conn */
	TUNNEL_STALE,      /* terminate what an earlier netconfd has left */
	TUNNEL_LOG,        /* register control-log */
	TUNNEL_TURN,       /* waiting for one */
	TUNNEL_INITIATING, /* until child-updown */
	TUNNEL_UP,
	TUNNEL_UNDO,           /* waiting for the answer that is due */
	TUNNEL_TERMINATE,      /* terminate */
	TUNNEL_TERMINATED,     /* waiting for initiate to notice */
	TUNNEL_UNLOAD,         /* unload-conn */
	TUNNEL_UNLOAD_KEY,     /* unload-shared */
	TUNNEL_LEAVING,        /* the virtual address is still there */
};

/* What undoing is for. */
enum tunnel_ending { TUNNEL_GOES_ON, TUNNEL_STOPS, TUNNEL_FAILS };

struct tunnel {
	struct charon_client client;
	struct charon *charon;
	struct job *job;
	enum tunnel_stage stage;
	enum tunnel_ending ending;
	struct reason failure; /* the reason that charon's log told, or why it
				* is being undone */
	uv_timer_t timer;
	struct rtnl_watch watch; /* while leaving */
	struct vici *vici;     /* for one request after the other */
	struct vici *aside;    /* while initiate is not answered */
	bool is_awaiting;      /* an answer on vici */
	bool is_initiating;    /* that of initiate */
	bool says_goodbye;     /* undoing waits for the gateway's answer */
	bool must_terminate;   /* once more: charon goes on with initiate */
	char name[128];        /* of connection, child and key */
	/* Of the SA, from charon's events; "": not known. */
	char unique_id[16], local_host[64], remote_host[64];
	char virtual_ip[256];
};

enum {
	TUNNEL_ANSWER_MS = 5000,  /* charon may take to answer */
	TUNNEL_ALONE_MS = 3000,   /* a turn ends without an answer */
	TUNNEL_GATEWAY_MS = 10000, /* the gateway may take to answer */
	TUNNEL_UNDO_MS = 3000,
	TUNNEL_GOODBYE_MS = 1000, /* the gateway may take to say goodbye */
	TUNNEL_LOSS_MS = 250, /* from a lost connection to its consequence */
	TUNNEL_FOLLOW_MS = 5000, /* MOBIKE may take after a rebind */
};

/* True unless it is certain that no interface has the address. */
bool tunnel_address_is_here(const char *address);

/* The job's tunnel begins as soon as charon is there. 0 or -errno. */
int tunnel_open(struct job *job, struct charon *charon);

/* What the stage is waiting for is waited for so long. */
void tunnel_set_timer(struct tunnel *tunnel, uint64_t ms);

/* Opens a connection for requests, unless *vici is one. False: the failure
 * is on its way. */
bool tunnel_connect(struct tunnel *tunnel, struct vici **vici);

/* Sends a request on the connection (NULL: it has been lost); on_answer()
 * gets the answer. False: the failure is on its way. */
bool tunnel_send(struct tunnel *tunnel, struct vici *vici,
    struct vici_writer *packet, vici_done *on_answer);

/* The facts of what stands below have changed. */
void tunnel_rebind(struct tunnel *tunnel);

/* ---- undo.c ---- */

/* Undoes what has been done, then says down. */
void tunnel_stop(struct tunnel *tunnel);

/* The same, then says why it failed. */
void tunnel_fail(struct tunnel *tunnel, bool permanent, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* The answer that undoing waited for has come. */
void tunnel_undo(struct tunnel *tunnel);

/* charon is at work on what is initiated. */
void tunnel_heard(struct tunnel *tunnel);

/* Undone, or nothing can be: reports the end. */
void tunnel_finish(struct tunnel *tunnel);

/* charon has taken too long to undo: says so in the log, and finishes. */
void tunnel_give_up(struct tunnel *tunnel);

/* Closes both connections. */
void tunnel_disconnect(struct tunnel *tunnel);

/* True from the first step of undoing to the last. */
bool tunnel_is_undoing(const struct tunnel *tunnel);
