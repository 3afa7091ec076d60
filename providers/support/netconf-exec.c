/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a program for netconfd; see exec.h. */
#include "providers/support/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>

/* ---- the program's process, until it is the program ---- */

/* As another user it loses them all but those, which its program has, too.
 * 0 or errno. */
static int keep(uint64_t capabilities)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		data[i].permitted = (uint32_t)(capabilities >> (32 * i));
		data[i].effective = data[i].inheritable = data[i].permitted;
	}
	if (syscall(SYS_capset, &header, data))
		return errno;
	for (unsigned long i = 0; i < 64; i++)
		if (capabilities & (uint64_t)1 << i &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0))
			return errno;
	return 0;
}

/* 0, or errno; *ret_how says what of. */
static int become(
    const char *name, uint64_t capabilities, enum exec_how *ret_how)
{
	const struct passwd *user;

	errno = 0;
	user = getpwnam(name);
	if (!user) {
		/* Some databases say so for a user that they do not have. */
		bool is_unknown = !errno || errno == ENOENT || errno == ESRCH;

		*ret_how = is_unknown ? EXEC_NO_USER : EXEC_NO_RIGHT;
		return errno;
	}
	*ret_how = EXEC_NO_RIGHT;
	/* So that it may open /dev/stdout and /dev/stderr. */
	if (fchown(STDOUT_FILENO, user->pw_uid, (gid_t)-1) ||
	    fchown(STDERR_FILENO, user->pw_uid, (gid_t)-1) ||
	    initgroups(user->pw_name, user->pw_gid) ||
	    prctl(PR_SET_KEEPCAPS, capabilities != 0, 0, 0, 0) ||
	    setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return errno;
	return capabilities ? keep(capabilities) : 0;
}

static void reset_signals(void)
{
	/* The kernel's struct sigaction, whichever it is: all 0 is default. */
	static const char usual[128];
	sigset_t none;

	/* Not by libc, which keeps two for itself and has them ignored in
	 * what posix_spawn() starts. */
	for (int i = 1; i < NSIG; i++)
		syscall(SYS_rt_sigaction, i, usual, NULL, NSIG / 8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void run(const char *user, uint64_t capabilities,
    char **argv, pid_t parent, int said_fd)
{
	struct exec_end end = {.how = EXEC_NOT_RUN};
	enum exec_how how;

	setsid();
	reset_signals();
	umask(022);
	if (*user)
		end.value = become(user, capabilities, &how);
	if (*user && (end.value || how == EXEC_NO_USER))
		end.how = how;
	else if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent ||
		 chdir("/"))
		end.value = errno;
	else if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC)) {
		end.value = errno;
	} else {
		execve(argv[0], argv, environ);
		end.value = errno;
	}
	if (write(said_fd, &end, sizeof(end)) < 0)
		_exit(126);
	_exit(127);
}

/* ---- who looks after it ---- */

/* Kills all children, and what they leave, which then are children, too. */
static void sweep(void)
{
	do {
		FILE *children = fopen("/proc/thread-self/children", "re");
		int pid;

		if (!children)
			return;
		while (fscanf(children, "%d", &pid) == 1)
			kill(pid, SIGKILL);
		fclose(children);
	} while (waitpid(-1, NULL, 0) > 0);
}

/* The leader is a zombie, or lives: its group is no one else's. */
static void kill_all(pid_t leader)
{
	kill(-leader, SIGKILL);
	kill(leader, SIGKILL);
	waitpid(leader, NULL, 0);
	sweep();
}

static void pass_on(pid_t leader)
{
	/* It has no group of its own yet. */
	if (kill(-leader, SIGTERM))
		kill(leader, SIGTERM);
}

/* Takes the dead. True: the leader is one; it stays a zombie. */
static bool reap(pid_t leader, siginfo_t *ret)
{
	for (;;) {
		*ret = (siginfo_t){0};
		if (waitid(P_ALL, 0, ret, WEXITED | WNOHANG | WNOWAIT) ||
		    ret->si_pid == 0)
			return false;
		if (ret->si_pid == leader)
			return true;
		waitpid(ret->si_pid, NULL, 0);
	}
}

static struct exec_end how_it_ended(const siginfo_t *info, int said_fd)
{
	struct exec_end end;

	if (read(said_fd, &end, sizeof(end)) == sizeof(end))
		return end;
	return (struct exec_end){
	    .how = info->si_code == CLD_EXITED ? EXEC_EXITED : EXEC_KILLED,
	    .value = info->si_status,
	};
}

static int look_after(pid_t leader, int signals, int said_fd)
{
	struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
	    {.fd = EXEC_FD, .events = POLLIN}};
	bool is_asked = false;
	siginfo_t info;

	/* Before any poll: it may have died before SIGCHLD was looked at. */
	while (!reap(leader, &info)) {
		struct signalfd_siginfo signal_info;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents) {
			kill_all(leader);
			return EXIT_FAILURE;
		}
		while (read(signals, &signal_info, sizeof(signal_info)) > 0)
			if (signal_info.ssi_signo != SIGCHLD) {
				is_asked = true;
				pass_on(leader);
			}
	}

	struct exec_end end = how_it_ended(&info, said_fd);

	if (is_asked || end.how != EXEC_EXITED || end.value)
		kill_all(leader);
	(void)!write(EXEC_FD, &end, sizeof(end));
	return EXIT_SUCCESS;
}

static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	sigdelset(&set, SIGPIPE); /* netconfd is gone: the poll says so */
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int main(int argc, char **argv)
{
	pid_t self = getpid(), leader;
	int said[2], signals;

	if (argc < 4) {
		fprintf(stderr,
		    "usage: %s USER CAPABILITIES PROGRAM ARGUMENT...\n"
		    "It is for netconfd.\n",
		    argc ? argv[0] : "netconf-exec");
		return 2;
	}
	signals = watch_signals();
	if (signals < 0 || pipe2(said, O_CLOEXEC | O_NONBLOCK) ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1))
		return EXIT_FAILURE;
	leader = fork();
	if (leader == 0)
		run(argv[1], strtoull(argv[2], NULL, 16), argv + 3, self,
		    said[1]);
	if (leader < 0) {
		struct exec_end end = {.how = EXEC_NOT_RUN, .value = errno};

		(void)!write(EXEC_FD, &end, sizeof(end));
		return EXIT_FAILURE;
	}
	close(said[1]);
	return look_after(leader, signals, said[0]);
}
