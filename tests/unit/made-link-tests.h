/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is true of every link that a node makes, as tests that each kind runs.
 * The device is called made0. The lower device, for those that need one, is
 * low0, a veth that is up.
 */
#pragma once

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

struct provider;

struct made_link_case {
	const struct provider *provider;
	const char *keys; /* besides kind and name: "id: 5"; or "" */
	bool has_lower;
	bool can_move; /* in place, to another lower device */
	bool has_ports; /* and is up with one only: low0 */
	bool takes_ports; /* but is up without */
};

/* Adds them for n cases, which must live as long as the suite. Where
 * MADE_LINKS_SHORT is in the environment, those about what the kinds have in
 * common are for the first only, or the first that is over another. */
void made_link_tests(
    Suite *suite, const struct made_link_case *cases, size_t n);

/* True when `ip -d link show` says that of the device. */
bool link_says(const char *device, const char *what);
bool link_exists(const char *device);
