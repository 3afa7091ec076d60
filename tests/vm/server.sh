#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A server with a bond and VLANs.
exec "$(dirname "$0")/lab.sh" server
