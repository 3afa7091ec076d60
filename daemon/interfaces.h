/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts of the *.varlink files here; interfaces.c is made from them. */
#pragma once

extern const char interface_org_netconf[];
extern const char interface_org_varlink_service[];
