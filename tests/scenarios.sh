#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The scenarios of the example profiles. TAP, as `netconf test` writes it.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${NETCONF_BUILD:-.}" && pwd)
exec "$build/netconf" test "$top"/profiles/tests/*.yaml
