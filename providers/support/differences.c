/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/differences.h"

#include <stdarg.h>
#include <stdio.h>

void differences_add(struct differences *d, const char *format, ...)
{
	va_list args;

	if (d->n)
		d->n += (size_t)snprintf(
		    d->text + d->n, sizeof(d->text) - d->n, "; ");
	if (d->n >= sizeof(d->text))
		d->n = sizeof(d->text) - 1;
	va_start(args, format);
	d->n += (size_t)vsnprintf(
	    d->text + d->n, sizeof(d->text) - d->n, format, args);
	va_end(args);
	if (d->n >= sizeof(d->text))
		d->n = sizeof(d->text) - 1;
}
