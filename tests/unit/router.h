/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An IPv6 router of a test's own, which may say anything: at r0 of another
 * network namespace, which has to have the address fe80::1. What a test says
 * here fails it when it cannot be done; what runs in a process, ends that
 * with status 1.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A router advertisement in the making (RFC 4861 section 4.2). */
struct advert {
	size_t n;
	uint8_t bytes[1400];
};

void advert_begin(struct advert *a, uint16_t lifetime_s);
/* ND_RA_FLAG_...: of DHCPv6 */
void advert_flags(struct advert *a, uint8_t flags);
/* flags: ND_OPT_PI_FLAG_... */
void advert_prefix_with(struct advert *a, const char *prefix,
    uint8_t length, uint8_t flags, uint32_t valid_s);
/* On the link, and for addresses. */
void advert_prefix(struct advert *a, const char *prefix, uint8_t length,
    uint32_t valid_s);
void advert_mtu(struct advert *a); /* 1400 */
void advert_server(
    struct advert *a, const char *server, uint32_t lifetime_s);

/* A route to 2001:db8:ff::/48 (RFC 4191); 0: no more. */
void advert_route(struct advert *a, uint8_t lifetime_s);

/* With what most networks have: 2001:db8:1::/64, the name server
 * 2001:db8::53, and a route to 2001:db8:ff::/48. */
void advert_make_usual(struct advert *a);

/* Once, to all nodes. */
void router_advertise(pid_t in, const struct advert *a);

/* Answers whoever asks, also on a link that comes later; to be killed. */
pid_t router_answer(pid_t in, const struct advert *a);

/* In a process of its own: its socket; and one advertisement. */
int router_open(pid_t in);
void router_send(int fd, const struct advert *a);
