/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapin.c: takes in what the machine looked like when the capture began, and
 * later looks at single processes. Parents are linked when all are in: a list may
 * name a child before its parent.
 */
#include <string.h>

#include "state/shared_text.h"
#include "state/tables.h"

void state_set_machine(struct state *state, const struct snap_machine *machine)
{
	state->machine = *machine;
	state->has_machine = true;
}

/* --- interfaces ----------------------------------------------------------------- */

#define IFACES_MAX 65536u

void state_reset_ifaces(struct state *state)
{
	vec_release(&state->ifaces);
}

void state_add_iface(struct state *state, const struct snap_iface *iface)
{
	struct snap_iface *copy;

	if (state->ifaces.cnt >= IFACES_MAX)
		return;
	copy = vec_add(&state->ifaces);
	*copy = *iface;
	copy->name = span_make(NULL, 0);
}

bool state_is_local_addr(const struct state *state, const uint8_t *addr, bool is_ipv6)
{
	size_t i;

	for (i = 0; i < state->ifaces.cnt; i++) {
		const struct snap_iface *iface = &state->ifaces.items[i];

		if (iface->is_ipv6 == is_ipv6 && !memcmp(iface->addr, addr, is_ipv6 ? 16 : 4))
			return true;
	}
	return false;
}

/* --- threads -------------------------------------------------------------------------- */

static void set_text(char **at, struct span text)
{
	if (text.len)
		shared_text_set(at, text.ptr, text.len);
}

/* What belongs to the whole process. */
static void take_process(struct thread *process, const struct snap_thread *snap)
{
	struct state_thread *pub = &process->pub;

	set_text(&pub->exe, snap->exe);
	if (snap->exepath.len)
		thread_set_exepath(process, snap->exepath);
	if (snap->args.ptr)
		thread_set_list(&pub->args, &pub->args_len, snap->args);
	if (snap->env.ptr)
		thread_set_list(&pub->env, &pub->env_len, snap->env);
	set_text(&pub->cwd, snap->cwd);
	set_text(&pub->root, snap->root);
	if (snap->cgroups.len)
		thread_set_cgroups(process, snap->cgroups);
	pub->sid = snap->sid;
	pub->vpgid = snap->vpgid;
	pub->pgid = snap->pgid;
	pub->fdlimit = snap->fdlimit;
	pub->loginuid = snap->loginuid;
	pub->vmsize_kb = snap->vmsize_kb;
	pub->vmrss_kb = snap->vmrss_kb;
	pub->vmswap_kb = snap->vmswap_kb;
	pub->has_exe_facts = snap->has_exe_facts;
	if (!snap->has_exe_facts)
		return;
	pub->tty = snap->tty;
	pub->exe_writable = snap->exe_writable;
	pub->exe_upper_layer = snap->exe_upper_layer;
	pub->exe_lower_layer = snap->exe_lower_layer;
	pub->exe_from_memfd = snap->exe_from_memfd;
	pub->exe_ino = snap->exe_ino;
	pub->exe_ino_ctime_ns = snap->exe_ino_ctime_ns;
	pub->exe_ino_mtime_ns = snap->exe_ino_mtime_ns;
}

static void take_thread(struct thread *thread, const struct snap_thread *snap)
{
	struct state_thread *pub = &thread->pub;

	if (snap->comm.len)
		thread_set_comm(thread, snap->comm);
	pub->vtid = snap->vtid;
	pub->vpid = snap->vpid;
	pub->clone_flags = snap->clone_flags;
	pub->uid = snap->uid;
	pub->gid = snap->gid;
	pub->pfmajor = snap->pfmajor;
	pub->pfminor = snap->pfminor;
	pub->pidns_init_start_ns = snap->pidns_init_start_ns;
	pub->has_exe_facts = snap->has_exe_facts;
	if (snap->has_exe_facts) {
		pub->cap_inheritable = snap->cap_inheritable;
		pub->cap_permitted = snap->cap_permitted;
		pub->cap_effective = snap->cap_effective;
	}
}

void state_add_thread(struct state *state, const struct snap_thread *snap)
{
	struct thread *thread;
	bool is_new_leader;

	if (snap->tid < 0)
		return;
	thread_sweep(state);
	thread = thread_find(state, snap->tid);
	if (thread && thread->pub.pid >= 0 && thread->pub.pid != snap->pid) {
		thread_remove(state, thread);
		thread = NULL;
	}
	if (!thread)
		thread = thread_add(state, snap->tid);
	if (!thread)
		return;
	state->pinned = thread;
	thread_set_known(state, thread);
	thread->pub.is_snapshot = true;
	if (thread->pub.pid != snap->pid || !thread->pub.fds)
		thread_join(state, thread, snap->pid);
	take_thread(thread, snap);
	/* A leader that is a zombie while its threads run has nothing to tell; they have. */
	is_new_leader = thread->main != thread && !thread->main->pub.is_snapshot;
	if (thread->main == thread || is_new_leader || !thread->main->pub.exe)
		take_process(thread->main, snap);
	if (thread->main != thread && !is_new_leader)
		return;
	/* Its parent may come later in the list. Once all were linked, a newcomer is at once. */
	if (!state->is_snapshot_done && !thread->main->parent && !thread->main->is_orphan) {
		thread->main->pub.ptid = thread->pub.ptid = snap->ptid;
		return;
	}
	thread_set_ptid(state, thread->main, snap->ptid);
	thread_adopt_orphans(state, thread->main, 0);
}

/* --- fds -------------------------------------------------------------------------------- */

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool is_mapped(const uint8_t addr[16])
{
	return !memcmp(addr, mapped_prefix, sizeof(mapped_prefix));
}

/* Sockets that speak IPv4 through an IPv6 one are kept as IPv4. */
static void unmap(struct state_fd *fd)
{
	struct snap_ends ends = { .sport = fd->ends.sport, .dport = fd->ends.dport };

	if (!is_mapped(fd->ends.sip) || (fd->type == SNAP_FD_IPV6_SOCK && !is_mapped(fd->ends.dip)))
		return;
	memcpy(ends.sip, fd->ends.sip + 12, 4);
	memcpy(ends.dip, fd->ends.dip + 12, 4);
	if (fd->type == SNAP_FD_IPV6_SERVSOCK)
		memset(ends.dip, 0, 4);
	fd->type = fd->type == SNAP_FD_IPV6_SOCK ? SNAP_FD_IPV4_SOCK : SNAP_FD_IPV4_SERVSOCK;
	fd->ends = ends;
}

static void take_ends(struct state_fd *fd, const struct snap_fd *snap)
{
	static const struct snap_ends none;

	fd->ends = snap->ends;
	fd->l4 = snap->l4;
	fd->has_tuple = memcmp(&fd->ends, &none, sizeof(none)) != 0;
	if (fd->type == SNAP_FD_IPV6_SOCK || fd->type == SNAP_FD_IPV6_SERVSOCK)
		unmap(fd);
	if (fd->type == SNAP_FD_IPV4_SERVSOCK || fd->type == SNAP_FD_IPV6_SERVSOCK)
		fd->has_tuple = fd->has_role = fd->is_server = true;
	else
		fd->is_connected = fd->ends.dport != 0;
}

void state_add_fd(struct state *state, int64_t tid, const struct snap_fd *snap)
{
	struct thread *thread;
	struct state_fd *fd;

	thread_sweep(state);
	fdtable_sweep(state);
	thread = thread_find(state, tid);
	fd = thread ? fdtable_add(state, &thread->pub, snap->fd) : NULL;
	if (!fd)
		return;
	fd->type = snap->type;
	fd->open_flags = snap->open_flags;
	/*
	 * The format says this of files alone. Of all else it is not known and taken as
	 * no, so that an exec keeps them: a pipe or socket handed to a child is then
	 * named, and one that was closed after all names no event, for a program that
	 * uses its number has first made a new one, which is recorded.
	 */
	fd->is_cloexec = snap->open_flags & FILE_O_CLOEXEC;
	fd->dev = snap->dev;
	fd->ino = snap->ino;
	if (snap->name.ptr)
		fd_set_name(fd, snap->name.ptr, snap->name.len);
	if (fd->type >= SNAP_FD_IPV4_SOCK && fd->type <= SNAP_FD_IPV6_SERVSOCK) {
		take_ends(fd, snap);
	} else if (fd->type == SNAP_FD_UNIX_SOCK) {
		fd->unix_source = snap->unix_source;
		fd->unix_peer = snap->unix_peer;
	}
}

/* --- when all is in ------------------------------------------------------------------------ */

static bool is_ip_pair(const struct state_fd *fd)
{
	return (fd->type == SNAP_FD_IPV4_SOCK || fd->type == SNAP_FD_IPV6_SOCK) &&
	       fd->is_connected && !fd->has_role;
}

/* Bits of ports somebody waits on, by protocol. */
struct ports {
	uint8_t bits[2][65536 / 8];
};

static void ports_add(struct ports *ports, const struct state_fd *fd)
{
	ports->bits[fd->l4 == SNAP_L4_UDP][fd->ends.sport / 8] |= 1u << (fd->ends.sport % 8);
}

static bool ports_has(const struct ports *ports, const struct state_fd *fd)
{
	return ports->bits[fd->l4 == SNAP_L4_UDP][fd->ends.sport / 8] >> (fd->ends.sport % 8) & 1;
}

/* Source is the local end there; whose local port is a server's port was called. */
static void set_role(const struct ports *ports, struct state_fd *fd)
{
	struct snap_ends old = fd->ends;

	fd->has_role = true;
	fd->is_server = ports_has(ports, fd);
	if (!fd->is_server)
		return;
	memcpy(fd->ends.sip, old.dip, sizeof(old.dip));
	memcpy(fd->ends.dip, old.sip, sizeof(old.sip));
	fd->ends.sport = old.dport;
	fd->ends.dport = old.sport;
}

static void set_roles(struct state *state)
{
	struct ports ports = { 0 };
	struct state_thread *thread;
	struct state_fd *fd;
	uint32_t i, j;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; (thread = state_thread_next(state, &i));) {
			if (thread_of(thread)->main != thread_of(thread))
				continue;
			for (j = 0; (fd = state_fd_next(thread, &j));) {
				if (pass && is_ip_pair(fd))
					set_role(&ports, fd);
				else if (!pass && fd->is_server && !fd->is_connected)
					ports_add(&ports, fd);
			}
		}
	}
}

static void link_parents(struct state *state)
{
	struct map_slot *slot = NULL;

	while ((slot = map_next(&state->threads, slot))) {
		struct thread *thread = slot->value;

		if (thread->main == thread && !thread->parent && thread->pub.ptid > 0)
			thread_set_ptid(state, thread, thread->pub.ptid);
	}
}

void state_finish_snapshot(struct state *state)
{
	thread_sweep(state);
	link_parents(state);
	set_roles(state);
	state->is_snapshot_done = true;
}
