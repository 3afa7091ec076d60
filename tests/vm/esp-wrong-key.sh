#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A wrong key, where the kernel has ESP.
exec "$(dirname "$0")/lab.sh" wrong-key
