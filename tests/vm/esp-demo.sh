#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job, where the kernel has ESP.
exec "$(dirname "$0")/lab.sh" demo
