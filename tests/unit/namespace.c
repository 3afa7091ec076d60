/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/namespace.h"

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/text.h"
#include "tests/unit/netns.h"

enum { LIMIT_MS = 5000, TURN_MS = 50, N_WORDS_MAX = 192 };

/* ---- what `ip` and `bridge` print ---- */

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), n_end = strlen(end);

	return n >= n_end && !strcmp(s + n - n_end, end);
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(word, *words))
		words++;
	return *words;
}

/* <BROADCAST,MULTICAST,UP,LOWER_UP>: without what follows from a carrier. */
static void append_flags(struct text *to, char *flags)
{
	static const char *const momentary[] = { "LOWER_UP", "NO-CARRIER",
		"M-DOWN", NULL };
	char *rest = NULL;

	for (char *flag = strtok_r(flags, "<,>", &rest); flag;
	    flag = strtok_r(NULL, "<,>", &rest))
		if (!is_one_of(flag, momentary))
			text_printf(to, " %s", flag);
}

/* Without what changes by itself. */
static void append_words(struct text *to, char **words)
{
	static const char *const with_next[] = { "qdisc", "state",
		"valid_lft", "preferred_lft", "link-netnsid", NULL };
	static const char *const alone[] = { "tentative", "linkdown", NULL };

	for (; *words; words++)
		if (is_one_of(*words, with_next) ||
		    ends_with(*words, "_timer"))
			words += words[1] != NULL;
		else if (**words == '<')
			append_flags(to, *words);
		else if (!is_one_of(*words, alone))
			text_printf(to, " %s", *words);
	text_append_char(to, '\n');
}

/* The words from the one after it on; NULL: it is not there. */
static char **after(char **words, const char *word)
{
	while (*words && strcmp(*words, word))
		words++;
	return *words && words[1] ? words + 1 : NULL;
}

/* "2: c0@r0: <UP> ... link/ether MAC ...", "2: c0 inet ...": the number and
 * the address, other ones when it is plugged in again, in a line of their
 * own. */
static void append_device(struct text *to, char **words)
{
	char *device = words[1], **mac = after(words, "link/ether");

	device[strcspn(device, "@:")] = '\0';
	if (mac) {
		text_printf(to, "%s %s %s\n", device, words[0], *mac);
		*mac = (char *)"...";
	}
	text_printf(to, "%s:", device);
	append_words(to, words + 2);
}

/* A rule: "0: from all lookup local". */
static bool is_of_device(char **words)
{
	return words[0] && words[1] && ends_with(words[0], ":") &&
	    strcmp(words[1], "from") && strcmp(words[1], "not");
}

static void append_line(struct text *to, char *line)
{
	char *words[N_WORDS_MAX + 1], *rest = NULL, **dev;
	size_t n = 0;

	for (char *word = strtok_r(line, " \t\\", &rest); word;
	    word = strtok_r(NULL, " \t\\", &rest)) {
		ck_assert_uint_lt(n, N_WORDS_MAX);
		words[n++] = word;
	}
	words[n] = NULL;
	if (is_of_device(words)) {
		append_device(to, words);
		return;
	}
	dev = after(words, "dev");
	text_printf(to, "%s:", dev ? *dev : "");
	append_words(to, words);
}

/* What the kernel does by itself, with a module that it loads, too; charon, a
 * peer; or providers did. */
static bool is_of_others(const char *line)
{
	static const char *const signs[] = { "proto kernel", " inet6 fe80::",
		"l3mdev-table", " gre0", " gretap0", " erspan0", " ip6tnl0",
		" ip6gre0", " ipsec0", "lookup 220", "proto 110",
		"vlan-id" /* a title */ };

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (strstr(line, signs[i]))
			return true;
	return false;
}

/* Of fdb: what was learned, and groups that the kernel has joined. */
static bool is_learned_or_joined(const char *line)
{
	return (!strstr(line, " permanent") && !strstr(line, " static")) ||
	    !strncmp(line, "33:33:", 6) || !strncmp(line, "01:00:5e:", 9);
}

static void append_output(
    struct text *to, char *output, bool (*is_left_out)(const char *))
{
	char *rest = NULL;

	for (char *line = strtok_r(output, "\n", &rest); line;
	    line = strtok_r(NULL, "\n", &rest))
		if (!is_left_out(line))
			append_line(to, line);
	free(output);
}

/* What a tool prints with these commands, one a line. */
static char *batch(const char *tool, const char *commands)
{
	int fd = memfd_create("commands", 0);
	char *output;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(
	    write(fd, commands, strlen(commands)), (int)strlen(commands));
	output = output_of("%s -batch /proc/self/fd/%d", tool, fd);
	close(fd);
	return output;
}

static void append_objects(struct text *to)
{
	char *output = batch("ip -o -d",
	    "link show\naddress show\nroute show table all\nrule show\n"
	    "neighbour show nud permanent\nneighbour show proxy\n");
	bool has_ports = strstr(output, " bridge ") ||
	    strstr(output, " vxlan ");

	append_output(to, output, is_of_others);
	append_output(to, output_of("ip -6 -o rule"), is_of_others);
	if (!has_ports)
		return;
	append_output(to, output_of("bridge fdb"), is_learned_or_joined);
	append_output(to, output_of("bridge -o vlan"), is_of_others);
}

/* ---- /proc/sys/net ---- */

/* It makes a secret when it needs one, and may be slow to see an MTU. The
 * first WireGuard device ends redirects everywhere. */
static bool is_the_kernels(const char *path)
{
	return ends_with(path, "/stable_secret") || ends_with(path, "/mtu") ||
	    ends_with(path, "/all/send_redirects");
}

static struct text *settings; /* nftw() has no argument of ours */

/* DEVICE: /proc/sys/net/ipv4/conf/DEVICE/forwarding = 0 */
static int append_setting(
    const char *path, const struct stat *st, int type, struct FTW *where)
{
	int base = where->base, n_device = 0;
	char value[256];
	ssize_t n = -1;
	int fd;

	(void)st;
	if (type != FTW_F)
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, value, sizeof(value) - 1);
		close(fd);
	}
	if (n < 0 || strstr(path, "/ipsec0/") || is_the_kernels(path))
		return 0;
	value[n] = '\0';
	while (base - n_device > 1 && path[base - n_device - 2] != '/')
		n_device++;
	text_printf(settings, "%.*s: %s = %s", n_device,
	    path + base - n_device - 1, path, value);
	return 0;
}

static void append_settings(struct text *to)
{
	static const char *const trees[] = { "ipv4/conf", "ipv4/neigh",
		"ipv6/conf", "ipv6/neigh" };
	char path[64];

	settings = to;
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		snprintf(path, sizeof(path), "/proc/sys/net/%s", trees[i]);
		ck_assert_int_eq(nftw(path, append_setting, 8, FTW_PHYS), 0);
	}
}

/* ---- before and after ---- */

char *namespace_text(void)
{
	struct text text = { 0 };

	append_objects(&text);
	append_settings(&text);
	ck_assert(!text.failed);
	return text_steal(&text);
}

/* Whether a line begins so, or is so. */
static bool has_line(const char *text, const char *line, size_t n, char end)
{
	for (const char *s = text; s; s = strchr(s, '\n')) {
		s += *s == '\n';
		if (!strncmp(s, line, n) && s[n] == end)
			return true;
	}
	return false;
}

/* Whether a line that the other text has not is worth a word. One of
 * a device that was pulled is not, nor is the other number of one that was
 * plugged in again. Of a new one its own line is enough. */
static bool is_said(const char *line, const char *other, bool is_new)
{
	size_t n = strcspn(line, ":");

	if (has_line(other, line, n, ':'))
		return true;
	return is_new && !memchr(line, ' ', n) && !strstr(line, "/proc/sys");
}

/* The lines of one text that the other has not. */
static void append_missing(struct text *to, const char *sign,
    const char *from, const char *other)
{
	_cleanup_(free_ptr) char *copy = strdup(from);
	char *rest = NULL;

	ck_assert_ptr_nonnull(copy);
	for (char *line = strtok_r(copy, "\n", &rest); line;
	    line = strtok_r(NULL, "\n", &rest))
		if (!has_line(other, line, strlen(line), '\n') &&
		    is_said(line, other, *sign == '+'))
			text_printf(to, "# %s %s\n", sign, line);
}

char *namespace_difference(const char *before)
{
	_cleanup_(free_ptr) char *now = namespace_text();
	struct text text = { 0 };

	if (strcmp(before, now)) {
		append_missing(&text, "-", before, now);
		append_missing(&text, "+", now, before);
	}
	ck_assert(!text.failed);
	return text_steal(&text);
}

void namespace_expect(const char *before)
{
	char *lines = namespace_difference(before);

	for (int ms = 0; *lines && ms < LIMIT_MS; ms += TURN_MS) {
		poll(NULL, 0, TURN_MS);
		free(lines);
		lines = namespace_difference(before);
	}
	if (*lines) {
		printf("%s", lines);
		fflush(stdout);
		ck_abort_msg("not as it was before the first job: see above");
	}
	free(lines);
}
