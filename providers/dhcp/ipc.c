/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "providers/dhcp/ipc.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/macros.h"

union dhcp_ipc_message dhcp_ipc_make(enum dhcp_ipc_type type, uint64_t id)
{
	union dhcp_ipc_message m;

	memset(&m, 0, sizeof(m)); /* padding too: it leaves the process */
	m.header = (struct dhcp_ipc_header){DHCP_IPC_VERSION, type, id};
	return m;
}

size_t dhcp_ipc_size(uint32_t type)
{
	static const size_t sizes[DHCP_IPC_TYPES] = {
		[DHCP_IPC_START] = sizeof(struct dhcp_ipc_start),
		[DHCP_IPC_PROBE] = sizeof(struct dhcp_ipc_announce),
		[DHCP_IPC_ANNOUNCE] = sizeof(struct dhcp_ipc_announce),
		[DHCP_IPC_CLAIM] = sizeof(struct dhcp_ipc_claim),
		[DHCP_IPC_VERIFY] = sizeof(struct dhcp_ipc_header),
		[DHCP_IPC_STOP] = sizeof(struct dhcp_ipc_stop),
		[DHCP_IPC_HELLO] = sizeof(struct dhcp_ipc_header),
		[DHCP_IPC_CHECK] = sizeof(struct dhcp_ipc_lease),
		[DHCP_IPC_LEASE] = sizeof(struct dhcp_ipc_lease),
		[DHCP_IPC_LOST] = sizeof(struct dhcp_ipc_notice),
		[DHCP_IPC_IGNORED] = sizeof(struct dhcp_ipc_notice),
		[DHCP_IPC_NO_LEASE] = sizeof(struct dhcp_ipc_notice),
		[DHCP_IPC_FREE] = sizeof(struct dhcp_ipc_header),
		[DHCP_IPC_STOPPED] = sizeof(struct dhcp_ipc_header),
	};

	return type < DHCP_IPC_TYPES ? sizes[type] : 0;
}

static bool has_frame(const union dhcp_ipc_message *m, size_t n)
{
	return n >= sizeof(m->header) &&
	    m->header.version == DHCP_IPC_VERSION &&
	    dhcp_ipc_size(m->header.type) == n;
}

int dhcp_ipc_check_request(
    const union dhcp_ipc_message *m, size_t n, bool has_fd)
{
	bool good = false;

	if (!has_frame(m, n))
		return -EBADMSG;
	switch ((enum dhcp_ipc_type)m->header.type) {
	case DHCP_IPC_START:
		good = has_fd && m->start.ifindex && m->start.checks <= 1 &&
		    m->start.identity.n_client_id &&
		    m->start.identity.n_client_id <= DHCP_CLIENT_ID_MAX;
		break;
	case DHCP_IPC_PROBE:
		good = m->announce.address.s_addr;
		break;
	case DHCP_IPC_ANNOUNCE:
		good = has_fd && m->announce.address.s_addr;
		break;
	case DHCP_IPC_CLAIM:
		good = has_fd && m->claim.ifindex && m->claim.address.s_addr;
		break;
	case DHCP_IPC_VERIFY:
		good = !has_fd;
		break;
	case DHCP_IPC_STOP:
		good = !has_fd && m->stop.release <= 1;
		break;
	case DHCP_IPC_HELLO:
	case DHCP_IPC_CHECK:
	case DHCP_IPC_LEASE:
	case DHCP_IPC_LOST:
	case DHCP_IPC_IGNORED:
	case DHCP_IPC_NO_LEASE:
	case DHCP_IPC_FREE:
	case DHCP_IPC_STOPPED:
	case DHCP_IPC_TYPES:
		break;
	}
	return good && m->header.id ? 0 : -EBADMSG;
}

int dhcp_ipc_check_event(
    const union dhcp_ipc_message *m, size_t n, bool has_fd)
{
	bool good = false;

	if (!has_frame(m, n) || has_fd)
		return -EBADMSG;
	switch ((enum dhcp_ipc_type)m->header.type) {
	case DHCP_IPC_CHECK:
	case DHCP_IPC_LEASE:
		good = !dhcp_lease_check(&m->lease.lease) &&
		    m->lease.remaining_s <= m->lease.lease.lifetime_s;
		break;
	case DHCP_IPC_LOST:
		good = m->notice.loss && m->notice.loss < DHCP_LOSSES;
		break;
	case DHCP_IPC_IGNORED:
		good = m->notice.flaw && m->notice.flaw < DHCP_FLAWS;
		break;
	case DHCP_IPC_NO_LEASE:
		good = m->notice.flaw < DHCP_FLAWS;
		break;
	case DHCP_IPC_FREE:
	case DHCP_IPC_STOPPED:
		good = true;
		break;
	case DHCP_IPC_HELLO:
		return m->header.id ? -EBADMSG : 0;
	case DHCP_IPC_START:
	case DHCP_IPC_PROBE:
	case DHCP_IPC_ANNOUNCE:
	case DHCP_IPC_CLAIM:
	case DHCP_IPC_VERIFY:
	case DHCP_IPC_STOP:
	case DHCP_IPC_TYPES:
		break;
	}
	return good && m->header.id ? 0 : -EBADMSG;
}

union control {
	struct cmsghdr header; /* aligns it */
	char bytes[CMSG_SPACE(sizeof(int))];
};

int dhcp_ipc_send(int socket, const union dhcp_ipc_message *m, int fd)
{
	union control control = {0};
	struct iovec data = {(void *)m, dhcp_ipc_size(m->header.type)};
	struct msghdr msg = {.msg_iov = &data, .msg_iovlen = 1};
	ssize_t n;

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.bytes);
		control.header = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(sizeof(fd)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		};
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	do {
		n = sendmsg(socket, &msg, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

ssize_t dhcp_ipc_receive(
    int socket, union dhcp_ipc_message *m, int *ret_fd)
{
	union control control;
	struct iovec data = {m, sizeof(*m)};
	struct msghdr msg = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *header;
	ssize_t n;

	*ret_fd = -1;
	memset(m, 0, sizeof(*m));
	do {
		n = recvmsg(socket, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	/* Room for one descriptor: the kernel drops further ones. */
	header = CMSG_FIRSTHDR(&msg);
	if (header && header->cmsg_level == SOL_SOCKET &&
	    header->cmsg_type == SCM_RIGHTS &&
	    header->cmsg_len == CMSG_LEN(sizeof(*ret_fd)))
		memcpy(ret_fd, CMSG_DATA(header), sizeof(*ret_fd));
	if (!(msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return n;
	if (*ret_fd >= 0)
		close(*ret_fd);
	*ret_fd = -1;
	return -EBADMSG;
}
