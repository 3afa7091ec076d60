#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Cards that are plugged in and pulled while the machine runs, and udev.
here=$(cd "$(dirname "$0")" && pwd)
export LAB_REAL_CARDS=yes
exec "$here/run.sh" --tap --cards --timeout 300 -- "$here/../lab/cards.sh"
