/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"

#include <string.h>
#include <strings.h>

enum { LABEL_MAX = 63, DOMAIN_MAX = 253 }; /* RFC 1035, as text */

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* Letters, digits, and hyphens between them (RFC 1123, 2.1); underscores,
 * which hosts do not have, but domains do. */
static bool is_label(const char *s, size_t n)
{
	if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_letter_or_digit(s[i]) && s[i] != '-' && s[i] != '_')
			return false;
	return true;
}

bool text_is_domain(const char *s)
{
	if (strlen(s) > DOMAIN_MAX)
		return false;
	for (;;) {
		size_t n = strcspn(s, ".");

		if (!is_label(s, n))
			return false;
		if (!s[n])
			return true;
		s += n + 1;
	}
}

bool text_is_in_domain(const char *name, const char *domain)
{
	size_t n = strlen(name), n_domain = strlen(domain);

	if (n < n_domain || strcasecmp(name + n - n_domain, domain) != 0)
		return false;
	return n == n_domain || name[n - n_domain - 1] == '.';
}
