/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "providers/dhcp/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"
#include "providers/dhcp/ipc.h"

/*
 * It is the program itself that changes its user, not who starts it: so it
 * can be started from a folder that only root may enter. Nothing has been
 * read yet but /etc/passwd.
 */
static int become_user(const char **ret_what)
{
	struct passwd *user;

	if (geteuid())
		return 0;
	*ret_what = "find the user " DHCP_USER;
	errno = ENOENT;
	user = getpwnam(DHCP_USER);
	if (!user)
		return errno ? -errno : -ENOENT;
	*ret_what = "become the user " DHCP_USER;
	if (setgroups(0, NULL) ||
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid))
		return -errno;
	return 0;
}

/* Also where DHCP_USER is root, or who started us has ambient ones. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return -errno;
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

static int set_limits(void)
{
	static const struct {
		int resource;
		rlim_t value;
	} limits[] = {
		{RLIMIT_NOFILE, 2 * DHCP_CARDS_MAX + 16},
		{RLIMIT_FSIZE, 0},
		{RLIMIT_CORE, 0},
		{RLIMIT_NPROC, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		struct rlimit limit;

		if (getrlimit(limits[i].resource, &limit))
			return -errno;
		if (limit.rlim_max > limits[i].value)
			limit.rlim_max = limits[i].value;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(limits[i].resource, &limit))
			return -errno;
	}
	return 0;
}

int sandbox_enter(const char **ret_what)
{
	int r = become_user(ret_what);

	if (r)
		return r;
	*ret_what = "drop capabilities";
	r = drop_capabilities();
	if (r)
		return r;
	*ret_what = "give up new privileges";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	return 0;
}

#ifndef SANITIZED

/* Memory may be mapped, but never to be executed. */
static int allow_memory(scmp_filter_ctx filter)
{
	static const int calls[] = {
		SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect)};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

		if (r)
			return r;
	}
	return 0;
}

static int allow_calls(scmp_filter_ctx filter)
{
	static const int calls[] = {
		/* the daemon, the cards */
		SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
		/* the loop */
		SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
		SCMP_SYS(epoll_ctl), SCMP_SYS(timerfd_settime),
		SCMP_SYS(clock_gettime), SCMP_SYS(getrandom),
		/* the same on 32 bits */
		SCMP_SYS(timerfd_settime64), SCMP_SYS(clock_gettime64),
		SCMP_SYS(futex_time64),
		/* the thread that closes sockets */
		SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(close),
		SCMP_SYS(futex), SCMP_SYS(rt_sigprocmask), SCMP_SYS(madvise),
		/* the C library: memory, ends */
		SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap),
		SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(rt_sigaction), SCMP_SYS(getpid), SCMP_SYS(gettid),
		SCMP_SYS(tgkill), SCMP_SYS(exit), SCMP_SYS(exit_group),
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);

		if (r)
			return r;
	}
	return allow_memory(filter);
}

static int filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r;

	if (!filter)
		return -ENOMEM;
	r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!r)
		r = allow_calls(filter);
	if (!r)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r;
}

#endif

int sandbox_close(const char **ret_what)
{
	int r;

	*ret_what = "set resource limits";
	r = set_limits();
	if (r)
		return r;
#ifndef SANITIZED
	*ret_what = "filter system calls";
	r = filter_calls();
#endif
	return r;
}
