/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/put-sysctl.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "tests/unit/netns.h"

void put_sysctl(const char *file, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ck_assert_msg(fd >= 0, "no %s", path);
	ck_assert_int_eq(write(fd, value, strlen(value)), (int)strlen(value));
	close(fd);
}

static char *read_sysctl(const char *file)
{
	char *text = output_of("cat /proc/sys/net/%s", file);

	text[strcspn(text, "\n")] = '\0';
	return text;
}

bool sysctl_is(const char *file, const char *value)
{
	_cleanup_(free_ptr) char *text = read_sysctl(file);

	return !strcmp(text, value);
}

void check_sysctl(const char *file, const char *value)
{
	_cleanup_(free_ptr) char *text = read_sysctl(file);

	ck_assert_msg(!strcmp(text, value), "%s: %s, not %s", file, text,
	    value);
}
