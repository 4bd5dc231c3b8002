/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load.c: scap/ reads the entries of a list block, state/ takes them in; neither
 * knows the other, so they meet here.
 */
#include "engine/load.h"

#include "event/wire.h"

/* Of file_flags (flags.def). */
#define FILE_O_CLOEXEC 4096u

static int load_machine(struct state *state, const struct scap_block *block, struct err *err)
{
	struct snap_machine machine;
	int ret = scap_machine_read(block, &machine, err);

	if (!ret)
		state_set_machine(state, &machine);
	return ret;
}

static int load_ifaces(struct state *state, const struct scap_block *block, struct err *err)
{
	struct scap_iter iter = { .block = block };
	struct snap_iface iface;
	int ret;

	state_reset_ifaces(state);
	while ((ret = scap_iface_next(&iter, &iface, err)) > 0)
		state_add_iface(state, &iface);
	return ret;
}

static int load_users(struct state *state, const struct scap_block *block, struct err *err)
{
	struct scap_iter iter = { .block = block };
	struct snap_user user;
	int ret;

	state_reset_users(state);
	while ((ret = scap_user_next(&iter, &user, err)) > 0)
		state_add_user(state, &user);
	return ret;
}

static int load_procs(struct state *state, const struct scap_block *block, struct err *err)
{
	struct scap_iter iter = { .block = block };
	struct snap_thread thread;
	int ret;

	while ((ret = scap_proc_next(&iter, &thread, err)) > 0)
		state_add_thread(state, &thread);
	return ret;
}

static int load_fds(struct state *state, const struct scap_block *block, struct err *err)
{
	struct scap_iter iter = { .block = block };
	struct snap_fd fd;
	int64_t tid;
	int ret;

	while ((ret = scap_fd_next(&iter, &tid, &fd, err)) > 0)
		state_add_fd(state, tid, &fd);
	return ret;
}

int engine_load_block(struct state *state, const struct scap_block *block, struct err *err)
{
	switch (block->kind) {
	case SCAP_KIND_MACHINE:
		return load_machine(state, block, err);
	case SCAP_KIND_IFACES:
		return load_ifaces(state, block, err);
	case SCAP_KIND_USERS:
		return load_users(state, block, err);
	case SCAP_KIND_PROCS:
		return load_procs(state, block, err);
	case SCAP_KIND_FDS:
		return load_fds(state, block, err);
	default:
		return 0;
	}
}

static bool is_fd_known(const struct state *state, int64_t tid, int64_t num)
{
	const struct state_fd *fd = state_find_fd(state, state_find_thread(state, tid), num);

	return fd && fd->type != SNAP_FD_UNKNOWN;
}

void engine_load_fds(struct state *state, const struct event *ev)
{
	struct span rest = ev->extra_bytes;
	struct span entry;
	struct snap_fd fd;
	uint16_t tag;

	while (event_extra_next(&rest, &tag, &entry)) {
		if (tag != WIRE_EXTRA_FD || !entry.len ||
		    !scap_fd_read(span_make(entry.ptr + 1, entry.len - 1), &fd))
			continue;
		if (entry.ptr[0] & WIRE_EXTRA_FD_CLOEXEC)
			fd.open_flags |= FILE_O_CLOEXEC;
		if (ev->type != EVENT_PROCINFO_E || !is_fd_known(state, ev->tid, fd.fd))
			state_add_fd(state, ev->tid, &fd);
	}
}
