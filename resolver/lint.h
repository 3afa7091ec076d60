/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is no error in a profile, but surely not meant:
 *   - a template that an earlier one shadows: it never gets a device
 *   - a node that nothing ever asks for
 *   - a tunnel that exists once per card, because it is over a template
 *   - a later member of an in-order group that starts by itself
 *   - a location that asks for a fact that nothing it stands on tells
 *   - a tunnel whose other end is a name that is looked up through itself
 *   - a node that two others have as a port
 *   - a node that needs a task with `on-event` to be up
 *
 * A single node that somebody may want, with something it needs, is taken for
 * a goal that an admin asks for by hand; where a profile has nothing that
 * starts by itself and no such goal, all of it is. See "nothing asks for" in
 * lint.c for what is warned of then.
 */
#pragma once

struct diagnostics;
struct profile;

/* Adds a warning for each, in the profile's order by sort. The profile has
 * been loaded without errors. 0 or -ENOMEM. */
int profile_lint(
    const struct profile *profile, struct diagnostics *diagnostics);

/* The parts of that in lint-facts.c, lint-names.c, lint-ports.c and
 * lint-tasks.c. */
int lint_facts_told(
    const struct profile *profile, struct diagnostics *diagnostics);
int lint_names_told(
    const struct profile *profile, struct diagnostics *diagnostics);
int lint_ports(
    const struct profile *profile, struct diagnostics *diagnostics);
void lint_tasks(
    const struct profile *profile, struct diagnostics *diagnostics);
