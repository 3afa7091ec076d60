/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/wireguard-far.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/job-host.h"
#include "tests/unit/netns.h"

struct job_host *wireguard_host(const struct provider *provider,
    const char *keys, const char *other, struct test_job **ret)
{
	_cleanup_(text_clear) struct text profile = { 0 };
	struct job_host *host;

	text_printf(&profile,
	    "version: 1\nnodes:\n  wg0: { kind: wireguard, %s }\n", keys);
	if (other)
		text_printf(
		    &profile, "  wg1: { kind: wireguard, %s }\n", other);
	ck_assert_ptr_nonnull(profile.data);
	host = job_host_open(provider, profile.data);
	*ret = job_host_job(host, "wg0");
	return host;
}

bool prints(const char *what, const char *command)
{
	_cleanup_(free_ptr) char *text = output_of("%s", command);

	return strstr(text, what);
}

void check_prints(const char *command, const char *what)
{
	_cleanup_(free_ptr) char *text = output_of("%s", command);

	ck_assert_msg(strstr(text, what), "'%s' does not print '%s':\n%s",
	    command, what, text);
}

bool is_printed(void *ctx)
{
	const struct printed *printed = ctx;

	return prints(printed->what, printed->command);
}

/* ---- the far end, of 192.0.2.2 and .3, reached by u0 ---- */

static pid_t far_end;

void far_plug(void)
{
	run("ip link add u0 type veth peer name u1 netns %d", far_end);
	run_in(far_end, "ip addr add 192.0.2.2/24 dev u1");
	run_in(far_end, "ip addr add 192.0.2.3/24 dev u1");
	run_in(far_end, "ip link set u1 up");
	run("ip addr add 192.0.2.1/24 dev u0");
	run("ip link set u0 up");
}

pid_t far_lay_out(void)
{
	far_end = netns_other();
	far_plug();
	return far_end;
}

void write_key(char path[], const char *key)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, key, strlen(key)), (int)strlen(key));
	close(fd);
}

void far_make(pid_t far, const char *public_key)
{
	char path[] = "/tmp/netconf-wireguard.XXXXXX";

	write_key(path, FAR_KEY);
	run_in(far, "ip link add far0 type wireguard");
	run_in(far,
	    "wg set far0 private-key %s listen-port 51820 peer %s "
	    "allowed-ips 10.8.0.2/32,203.0.113.0/24",
	    path, public_key);
	unlink(path);
	run_in(far, "ip addr add 10.8.0.1/24 dev far0");
	run_in(far, "ip addr add 198.51.100.1/32 dev far0");
	run_in(far, "ip link set far0 up");
}
