/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node of kind wireguard, and the far end of its tunnel in another network
 * namespace. Needs wg(8). */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct job_host;
struct provider;
struct test_job;

/* Ours, that of the far end, and one of somebody else. */
#define OUR_KEY "INlH7OJ68mLodvtDScnsaGsD6bHNd0s4C5lCAKFcO30="
#define OUR_PUBLIC "xCakuK4trvea0dk6Aj8Nl2CEo+PwA5Pyxhs2vQea52E="
#define FAR_KEY "2GLshInfVXJO9W3gNIBdwV0tg4RBvkfmCQaETXJ+g24="
#define FAR_PUBLIC "OCiTYA71Py9e/3X5yYwfQ+pA8I+VHZzTwtNLmtKwFSY="
#define ELSE_PUBLIC "5fTfzAJ936MNkLHx2cQqaBBwDmEOfS9xFkLQmK3ZtC8="
#define NEXT_KEY "QDTx+qo2VawoZc1EwRH0YZJoRqlWuJBz2gP2pHQxkEk="
#define NEXT_PUBLIC "dqjgHxYUyUhgex6Se/JNompr2QChpty4hj3y76Uf7F8="
#define PSK "4o15EvhZ3iGDqo9NTAiJOH8jzHKigarSuA9Hy+4X2ho="

#define FAR_PEER "{ public-key: " FAR_PUBLIC ", endpoint: '192.0.2.2:51820'"
#define OURS "private-key: " OUR_KEY ", addresses: 10.8.0.2/24"

/* A host with nodes `wg0: { KEYS }` and `wg1: { OTHER }` (NULL: without), of
 * which the first may start. */
struct job_host *wireguard_host(const struct provider *provider,
    const char *keys, const char *other, struct test_job **ret);

/* Whether a command prints that; or the test fails. */
bool prints(const char *what, const char *command);
void check_prints(const char *command, const char *what);

/* The same, for job_host_wait(). */
struct printed {
	const char *command, *what;
};
bool is_printed(void *printed);

/* A namespace of 192.0.2.2 and .3, reached by the card u0; and the card once
 * more. */
pid_t far_lay_out(void);
void far_plug(void);

/* "/tmp/....XXXXXX", to be unlinked, with that text. */
void write_key(char path[], const char *key);

/* Its device far0, which knows us by that key, and is 10.8.0.1. */
void far_make(pid_t far, const char *public_key);
