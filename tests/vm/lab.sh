#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tests/vm/lab.sh LAB: a lab of tests/lab under the second kernel, whose ESP
# charon shall use. With NETCONF_BUILD, as the lab itself; LAB_TIMEOUT, in
# seconds.
here=$(cd "$(dirname "$0")" && pwd)
export LAB_ESP=kernel
exec "$here/run.sh" --tap --timeout "${LAB_TIMEOUT:-600}" -- "$here/../lab/$1.sh"
