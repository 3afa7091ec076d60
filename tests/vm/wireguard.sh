#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A laptop whose traffic all goes through a WireGuard tunnel.
exec "$(dirname "$0")/lab.sh" wireguard
