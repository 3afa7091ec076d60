#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Links that nodes make, of kinds that this machine's kernel may lack.
here=$(cd "$(dirname "$0")" && pwd)
# wg(8) is among the peers.
PATH=$("$here/../install" peers)/usr/bin:$PATH
exec "$here/run.sh" --tap --timeout 900 -- \
	"${NETCONF_BUILD:-.}/tests/unit/test-made-links"
