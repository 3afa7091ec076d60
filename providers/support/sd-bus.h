/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libsystemd's D-Bus, loaded when it is first used: it and the libraries that
 * it needs take more memory than the rest of netconfd has of its own, and most
 * profiles never use it.
 */
#pragma once

#include <systemd/sd-bus.h>

/* What is used of it, without sd_bus_. */
#define SD_BUS_FUNCTIONS(_)           \
	_(add_match_async)            \
	_(call_async)                 \
	_(call_method_async)          \
	_(close_unref)                \
	_(error_has_name)             \
	_(get_events)                 \
	_(get_fd)                     \
	_(get_timeout)                \
	_(message_append)             \
	_(message_append_array)       \
	_(message_close_container)    \
	_(message_enter_container)    \
	_(message_exit_container)     \
	_(message_get_error)          \
	_(message_is_method_error)    \
	_(message_new_method_call)    \
	_(message_open_container)     \
	_(message_read)               \
	_(message_read_array)         \
	_(message_set_auto_start)     \
	_(message_unref)              \
	_(open_system)                \
	_(process)                    \
	_(slot_unref)

struct sd_bus_library {
#define SD_BUS_FIELD(name) __typeof__(sd_bus_##name) *name;
	SD_BUS_FUNCTIONS(SD_BUS_FIELD)
#undef SD_BUS_FIELD
};

/* Of no use before sd_bus_load(). */
extern struct sd_bus_library sdbus;

/* 0, or -ELIBACC: it is not there, or too old. Stays loaded. */
int sd_bus_load(void);
