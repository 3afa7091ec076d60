#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Leases and router advertisements in a VRF.
exec "$(dirname "$0")/lab.sh" vrf
