/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "providers/ipsec/request.h"
#include "providers/support/secret.h"
#include "resolver/schema.h"

static const char *remote_id(const struct config *config)
{
	return config_text(config, "remote-id")
	    ?: config_text(config, "remote");
}

void request_load_shared(struct vici_writer *packet, const char *name,
    const struct config *config, const struct secret_bytes *psk)
{
	const char *local_id = config_text(config, "local-id");

	vici_begin(packet, VICI_COMMAND, "load-shared");
	vici_key(packet, "id", name);
	vici_key(packet, "type", "IKE");
	vici_key_bytes(packet, "data", psk->data, psk->n);
	vici_list(packet, "owners");
	if (local_id)
		vici_item(packet, local_id);
	vici_item(packet, remote_id(config));
	vici_list_end(packet);
}

/* An address of each family that is to be reached. */
static void put_vips(struct vici_writer *packet, const struct config *config)
{
	bool ipv4 = false, ipv6 = false;

	for (uint32_t i = 0; i < config_count(config, "networks"); i++)
		if (strchr(config_text_at(config, "networks", i), ':'))
			ipv6 = true;
		else
			ipv4 = true;
	vici_list(packet, "vips");
	if (ipv4)
		vici_item(packet, "0.0.0.0");
	if (ipv6)
		vici_item(packet, "::");
	vici_list_end(packet);
}

static void put_end(
    struct vici_writer *packet, const char *end, const char *id)
{
	vici_section(packet, end);
	vici_key(packet, "auth", "psk");
	if (id)
		vici_key(packet, "id", id);
	vici_section_end(packet);
}

void request_load_conn(struct vici_writer *packet, const char *name,
    const struct config *config)
{
	uint64_t dpd_s = (config_duration_ms(config, "dpd") + 999) / 1000;
	char seconds[32];

	snprintf(seconds, sizeof(seconds), "%" PRIu64 "s", dpd_s);
	vici_begin(packet, VICI_COMMAND, "load-conn");
	vici_section(packet, name);
	vici_key(packet, "version", "2");
	vici_list(packet, "remote_addrs");
	vici_item(packet, config_text(config, "remote"));
	vici_list_end(packet);
	if (config_bool(config, "virtual-ip"))
		put_vips(packet, config);
	vici_key(packet, "dpd_delay", seconds);
	put_end(packet, "local", config_text(config, "local-id"));
	put_end(packet, "remote", remote_id(config));
	vici_section(packet, "children");
	vici_section(packet, name);
	vici_list(packet, "remote_ts");
	for (uint32_t i = 0; i < config_count(config, "networks"); i++)
		vici_item(packet, config_text_at(config, "networks", i));
	vici_list_end(packet);
	vici_section_end(packet);
	vici_section_end(packet);
	vici_section_end(packet);
}

void request_initiate(
    struct vici_writer *packet, const char *name, unsigned timeout_ms)
{
	char timeout[16];

	snprintf(timeout, sizeof(timeout), "%u", timeout_ms);
	vici_begin(packet, VICI_COMMAND, "initiate");
	vici_key(packet, "ike", name);
	vici_key(packet, "child", name);
	vici_key(packet, "timeout", timeout);
	vici_key(packet, "loglevel", "1");
}

void request_terminate(
    struct vici_writer *packet, const char *name, unsigned timeout_ms)
{
	char timeout[16];

	snprintf(timeout, sizeof(timeout), "%u", timeout_ms);
	vici_begin(packet, VICI_COMMAND, "terminate");
	vici_key(packet, "ike", name);
	vici_key(packet, "force", "yes");
	if (timeout_ms)
		vici_key(packet, "timeout", timeout);
	vici_key(packet, "loglevel", "-1");
}

void request_unload_conn(struct vici_writer *packet, const char *name)
{
	vici_begin(packet, VICI_COMMAND, "unload-conn");
	vici_key(packet, "name", name);
}

void request_unload_shared(struct vici_writer *packet, const char *name)
{
	vici_begin(packet, VICI_COMMAND, "unload-shared");
	vici_key(packet, "id", name);
}
