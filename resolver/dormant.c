/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Goals and masks of names that the profile does not have. They outlive a
 * reload that drops the name, and apply again when another brings it back.
 */
#include "resolver/node.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* So many names of so many bytes at most; no profile of use comes near. */
enum { DORMANT_MAX = 4096, NAME_BYTES_MAX = 512 };

struct dormant {
	struct dormant *next;
	enum kept_type type;
	char name[];
};

int dormant_add(struct resolver *resolver, const struct kept *kept)
{
	size_t size = strlen(kept->name) + 1;
	struct dormant **at = &resolver->dormant, *dormant;
	size_t n = 0;

	for (; *at; at = &(*at)->next, n++)
		if ((*at)->type == kept->type &&
		    !strcmp((*at)->name, kept->name))
			return 0;
	if (n >= DORMANT_MAX || size > NAME_BYTES_MAX)
		return -ENOENT;
	dormant = malloc(sizeof(*dormant) + size);
	if (!dormant)
		return -ENOMEM;
	dormant->next = NULL;
	dormant->type = kept->type;
	memcpy(dormant->name, kept->name, size);
	*at = dormant;
	return 0;
}

void dormant_each(const struct resolver *resolver,
    void (*f)(void *ctx, const struct kept *kept), void *ctx)
{
	for (const struct dormant *at = resolver->dormant; at; at = at->next)
		f(ctx, &(struct kept){ .type = at->type, .name = at->name });
}

void dormant_free(struct resolver *resolver)
{
	while (resolver->dormant) {
		struct dormant *dormant = resolver->dormant;

		resolver->dormant = dormant->next;
		free(dormant);
	}
}
