#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A home router with a delegated prefix and a VLAN.
exec "$(dirname "$0")/lab.sh" router
