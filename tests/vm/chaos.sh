#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Everything at once, also with links that the machine's kernel may lack.
export LAB_MADE=yes
exec "$(dirname "$0")/lab.sh" chaos
