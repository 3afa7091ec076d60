#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The card is pulled in each state, where the kernel has ESP.
exec "$(dirname "$0")/lab.sh" pulled
