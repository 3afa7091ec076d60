/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What netconf has marked as its own, in the network namespace of who asks. */
#pragma once

/* How many addresses are; a kernel before 5.18 has none. */
int marked_addresses(void);

/* Fails the test when there is an address, a route or a rule that is. */
void marked_expect_none(void);
