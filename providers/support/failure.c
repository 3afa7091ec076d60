/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/support/failure.h"

#include <stdio.h>
#include <stdlib.h>

#include "providers/provider.h"

void failure_vset(struct failure *failure, bool is_permanent,
    const char *format, va_list args)
{
	failure_clear(failure);
	if (vasprintf(&failure->text, format, args) < 0)
		failure->text = NULL;
	failure->is_permanent = is_permanent;
}

void failure_set(
    struct failure *failure, bool is_permanent, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	failure_vset(failure, is_permanent, format, args);
	va_end(args);
}

void failure_clear(struct failure *failure)
{
	free(failure->text);
	*failure = (struct failure){ 0 };
}

void failure_tell(struct failure *failure, struct job *job)
{
	job_failed(job, failure->is_permanent, "%s",
	    failure->text ? failure->text : "out of memory");
	failure_clear(failure);
}
