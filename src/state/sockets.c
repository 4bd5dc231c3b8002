/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sockets.c: which ends a socket connects. Tuples come with the event from the
 * kernel's socket; which of the ends is the local one follows from the direction
 * of the call, which is the client from who spoke or connected first. A pair of
 * IPv4-mapped addresses is IPv4. An address that does not parse changes nothing.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "state/shared_text.h"
#include "state/tables.h"

/* Families as on disk (socket_families); option numbers and levels of flags.def. */
enum { FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10, FAMILY_NETLINK = 16 };
enum { OPT_LEVEL_SOCKET = 1, OPT_ERROR = 4 };
enum { SHUT_BOTH = 2 };

/* --- parsing -------------------------------------------------------------------- */

struct tuple {
	uint8_t family;
	struct snap_ends ends; /* source, destination as the event gives them */
	uint64_t unix_source, unix_peer;
	struct span path;
};

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool is_mapped(const uint8_t addr[16])
{
	return !memcmp(addr, mapped_prefix, sizeof(mapped_prefix));
}

static bool is_zero(const uint8_t *addr, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (addr[i])
			return false;
	}
	return true;
}

static void unmap(uint8_t addr[16])
{
	memmove(addr, addr + 12, 4);
	memset(addr + 4, 0, 12);
}

/* A dual-stack socket that talks IPv4; an end that is not bound yet is all zero. */
static void unmap_ends(uint8_t *family, struct snap_ends *ends)
{
	bool is_source = is_mapped(ends->sip);
	bool is_dest = is_mapped(ends->dip);

	if (*family != FAMILY_INET6 || (!is_source && !is_dest) ||
	    (!is_source && !is_zero(ends->sip, 16)) || (!is_dest && !is_zero(ends->dip, 16)))
		return;
	*family = FAMILY_INET;
	unmap(ends->sip);
	unmap(ends->dip);
}

static struct span path_at(struct span param, size_t from)
{
	const uint8_t *at = param.ptr + from;
	const uint8_t *nul = memchr(at, '\0', param.len - from);

	/* A path of 108 bytes has no NUL. */
	return span_make(at, nul ? (size_t)(nul - at) : param.len - from);
}

static bool tuple_parse(struct span param, struct tuple *tuple)
{
	const uint8_t *at = param.ptr;

	memset(tuple, 0, sizeof(*tuple));
	if (!param.len)
		return false;
	tuple->family = at[0];
	if (tuple->family == FAMILY_INET && param.len == 13) {
		memcpy(tuple->ends.sip, at + 1, 4);
		tuple->ends.sport = load_u16(at + 5);
		memcpy(tuple->ends.dip, at + 7, 4);
		tuple->ends.dport = load_u16(at + 11);
	} else if (tuple->family == FAMILY_INET6 && param.len == 37) {
		memcpy(tuple->ends.sip, at + 1, 16);
		tuple->ends.sport = load_u16(at + 17);
		memcpy(tuple->ends.dip, at + 19, 16);
		tuple->ends.dport = load_u16(at + 35);
		unmap_ends(&tuple->family, &tuple->ends);
	} else if (tuple->family == FAMILY_UNIX && param.len >= 18) {
		tuple->unix_source = load_u64(at + 1);
		tuple->unix_peer = load_u64(at + 9);
		tuple->path = path_at(param, 17);
	} else {
		return false;
	}
	return true;
}

/* An address as a tuple whose destination it is. */
static bool sockaddr_parse(struct span param, struct tuple *tuple)
{
	const uint8_t *at = param.ptr;

	memset(tuple, 0, sizeof(*tuple));
	if (!param.len)
		return false;
	tuple->family = at[0];
	if (tuple->family == FAMILY_INET && param.len == 7) {
		memcpy(tuple->ends.dip, at + 1, 4);
		tuple->ends.dport = load_u16(at + 5);
	} else if (tuple->family == FAMILY_INET6 && param.len == 19) {
		memcpy(tuple->ends.dip, at + 1, 16);
		tuple->ends.dport = load_u16(at + 17);
		unmap_ends(&tuple->family, &tuple->ends);
	} else if (tuple->family == FAMILY_UNIX && param.len >= 2) {
		tuple->path = path_at(param, 1);
	} else {
		return false;
	}
	return true;
}

/* --- telling the fd ----------------------------------------------------------------- */

static bool is_ip(const struct state_fd *fd)
{
	return fd->type >= SNAP_FD_IPV4_SOCK && fd->type <= SNAP_FD_IPV6_SERVSOCK;
}

static bool is_socket(const struct state_fd *fd)
{
	return is_ip(fd) || fd->type == SNAP_FD_UNIX_SOCK || fd->type == SNAP_FD_NETLINK ||
	       fd->type == SNAP_FD_UNKNOWN;
}

/* What fd.name shows is kept beside the new one until the next event. */
void fd_rename_begin(struct state *state, struct state_fd *fd)
{
	if (fd->old_name)
		return;
	str_reset(&state->scratch);
	state_fd_name(fd, &state->scratch);
	shared_text_set(&fd->old_name, str_text(&state->scratch), state->scratch.len);
	state->changed_fd = fd;
}

void fd_rename_end(struct state *state, struct state_fd *fd)
{
	str_reset(&state->scratch);
	state_fd_name(fd, &state->scratch);
	/* No name and an empty one are the same. */
	fd->name_changed = !span_is_equal(span_make(str_text(&state->scratch), state->scratch.len),
					  span_make(fd->old_name, shared_text_len(fd->old_name)));
	if (!fd->name_changed)
		shared_text_share(&fd->old_name, NULL);
}

static enum snap_fd_type type_of(uint8_t family)
{
	switch (family) {
	case FAMILY_UNIX:
		return SNAP_FD_UNIX_SOCK;
	case FAMILY_INET:
		return SNAP_FD_IPV4_SOCK;
	case FAMILY_INET6:
		return SNAP_FD_IPV6_SOCK;
	case FAMILY_NETLINK:
		return SNAP_FD_NETLINK;
	default:
		return SNAP_FD_UNKNOWN;
	}
}

static void swap_ends(struct snap_ends *ends)
{
	struct snap_ends old = *ends;

	memcpy(ends->sip, old.dip, sizeof(ends->sip));
	memcpy(ends->dip, old.sip, sizeof(ends->dip));
	ends->sport = old.dport;
	ends->dport = old.sport;
}

/* is_inbound: the source is the other side. */
static void set_ip(struct state *state, struct state_fd *fd, const struct tuple *tuple,
		   bool is_inbound)
{
	struct snap_ends ends = tuple->ends;
	enum snap_fd_type type = type_of(tuple->family);
	bool is_local_first = !fd->has_role || !fd->is_server;

	if (is_inbound == is_local_first)
		swap_ends(&ends);
	if (fd->has_tuple && fd->type == type && !memcmp(&fd->ends, &ends, sizeof(ends)))
		return;
	fd_rename_begin(state, fd);
	fd->type = (uint8_t)type;
	fd->ends = ends;
	fd->has_tuple = true;
	fd_rename_end(state, fd);
}

static void set_unix(struct state *state, struct state_fd *fd, const struct tuple *tuple,
		     bool is_tuple)
{
	fd_rename_begin(state, fd);
	fd->type = SNAP_FD_UNIX_SOCK;
	/* A tuple of a call without a name does not take the name away. */
	if (tuple->path.len || !fd->name)
		fd_set_name(fd, tuple->path.ptr, tuple->path.len);
	if (is_tuple) {
		fd->unix_source = tuple->unix_source;
		fd->unix_peer = tuple->unix_peer;
		fd->has_tuple = true;
	}
	fd_rename_end(state, fd);
}

static void forget_peer(struct state *state, struct state_fd *fd)
{
	if (!fd->has_tuple || !is_ip(fd) || fd->type == SNAP_FD_IPV4_SERVSOCK ||
	    fd->type == SNAP_FD_IPV6_SERVSOCK)
		return;
	fd_rename_begin(state, fd);
	fd->has_tuple = false;
	memset(&fd->ends, 0, sizeof(fd->ends));
	fd_rename_end(state, fd);
}

/* --- calls that make sockets ------------------------------------------------------------ */

static uint8_t l4_of(uint32_t type, uint32_t proto)
{
	switch (type & 0xf) { /* SOCK_TYPE_MASK */
	case SOCK_STREAM:
		return proto == 0 || proto == 6 || proto == 262 ? SNAP_L4_TCP : SNAP_L4_UNKNOWN;
	case SOCK_DGRAM:
		if (proto == 1 || proto == 58) /* unprivileged ping */
			return SNAP_L4_ICMP;
		return proto == 0 || proto == 17 ? SNAP_L4_UDP : SNAP_L4_UNKNOWN;
	case SOCK_RAW:
		return SNAP_L4_RAW;
	default:
		return SNAP_L4_UNKNOWN;
	}
}

void on_socket(struct state *state, struct event *ev, const struct rule *rule)
{
	uint32_t domain = 0, type = 0, proto = 0, flags = 0;
	struct state_fd *fd;
	int64_t num;

	if (!param_i64(ev, 0, &num))
		return;
	ev->fd_num = (int32_t)num;
	if (num < 0)
		return;
	param_u32(ev, 1, &domain);
	param_u32(ev, 2, &type);
	param_u32(ev, 3, &proto);
	param_u32(ev, rule->flags, &flags);
	fd = fd_make(state, ev, (int32_t)num,
		     domain <= UINT8_MAX ? type_of((uint8_t)domain) : SNAP_FD_UNKNOWN);
	if (!fd)
		return;
	fd->open_flags = flags;
	fd->is_cloexec = (flags & FILE_O_CLOEXEC) || (type & SOCK_CLOEXEC);
	if (is_ip(fd))
		fd->l4 = l4_of(type, proto);
	if (fd->type != SNAP_FD_UNKNOWN)
		fd_set_name(fd, "", 0);
}

void on_socketpair(struct state *state, struct event *ev, const struct rule *rule)
{
	uint64_t source = 0, peer = 0;
	uint32_t domain = FAMILY_UNIX, type = 0;
	int64_t num[2];
	int i;

	(void)rule;
	/* A failed one names -1 twice. */
	if (!event_succeeded(ev) || !param_i64(ev, 1, &num[0]) || !param_i64(ev, 2, &num[1]) ||
	    num[0] < 0 || num[1] < 0 || num[0] == num[1])
		return;
	param_u64(ev, 3, &source);
	param_u64(ev, 4, &peer);
	param_u32(ev, 5, &domain);
	param_u32(ev, 6, &type);
	for (i = 1; i >= 0; i--) {
		struct state_fd *fd = fd_make(state, ev, num[i], type_of((uint8_t)domain));

		if (!fd)
			continue;
		fd->unix_source = i ? peer : source;
		fd->unix_peer = i ? source : peer;
		fd->is_connected = true;
		fd->is_cloexec = type & SOCK_CLOEXEC;
		fd_set_name(fd, "", 0);
	}
	ev->fd2_num = num[1];
}

void on_accept(struct state *state, struct event *ev, const struct rule *rule)
{
	struct tuple tuple;
	struct state_fd *fd;
	uint32_t flags = 0;
	int64_t num;
	bool is_known;

	if (!param_i64(ev, 0, &num))
		return;
	ev->fd_num = (int32_t)num;
	if (num < 0)
		return;
	is_known = tuple_parse(event_param(ev, (unsigned int)rule->name), &tuple);
	fd = fd_make(state, ev, (int32_t)num, is_known ? type_of(tuple.family) : SNAP_FD_UNKNOWN);
	if (!fd)
		return;
	param_u32(ev, rule->flags, &flags);
	fd->is_cloexec = flags & (FILE_O_CLOEXEC | SOCK_CLOEXEC);
	fd->has_role = fd->is_server = fd->is_connected = true;
	if (!is_known)
		return;
	if (tuple.family == FAMILY_UNIX) {
		fd->unix_source = tuple.unix_source;
		fd->unix_peer = tuple.unix_peer;
		fd_set_name(fd, tuple.path.ptr, tuple.path.len);
	} else {
		/* The source is the client; connections are TCP but for the rarest. */
		fd->ends = tuple.ends;
		fd->l4 = SNAP_L4_TCP;
	}
	fd->has_tuple = true;
}

/* --- bind, listen, connect ----------------------------------------------------------------- */

void on_bind(struct state *state, struct event *ev, const struct rule *rule)
{
	struct state_fd *fd = ev->fd;
	struct tuple tuple;

	if (!fd || !event_succeeded(ev) ||
	    !sockaddr_parse(event_param(ev, (unsigned int)rule->name), &tuple))
		return;
	if (tuple.family == FAMILY_UNIX) {
		set_unix(state, fd, &tuple, false);
		return;
	}
	fd_rename_begin(state, fd);
	fd->type = tuple.family == FAMILY_INET ? SNAP_FD_IPV4_SERVSOCK : SNAP_FD_IPV6_SERVSOCK;
	memset(&fd->ends, 0, sizeof(fd->ends));
	memcpy(fd->ends.sip, tuple.ends.dip, sizeof(fd->ends.sip));
	fd->ends.sport = tuple.ends.dport;
	fd->has_tuple = true;
	/* Who asks for a port of its own waits there to be called. */
	fd->has_role = fd->is_server = tuple.ends.dport != 0;
	fd_rename_end(state, fd);
}

void on_listen(struct state *state, struct event *ev, const struct rule *rule)
{
	(void)state;
	(void)rule;
	if (ev->fd && event_succeeded(ev))
		ev->fd->has_role = ev->fd->is_server = true;
}

static void set_connected(struct state *state, struct event *ev, const struct rule *rule)
{
	struct state_fd *fd = ev->fd;
	struct tuple tuple, addr;
	bool has_tuple = tuple_parse(event_param(ev, (unsigned int)rule->name), &tuple);
	bool has_addr = sockaddr_parse(event_param(ev, 3), &addr);

	if (!has_tuple && !has_addr)
		return;
	if (!has_tuple)
		tuple = addr;
	if (tuple.family == FAMILY_UNIX) {
		fd->has_role = true;
		fd->is_server = false;
		set_unix(state, fd, &tuple, has_tuple);
		return;
	}
	if (is_zero(tuple.ends.dip, 16) && !tuple.ends.dport && !has_addr) {
		/* connect(AF_UNSPEC) of a datagram socket: it has no peer any more. */
		fd->is_connected = false;
		forget_peer(state, fd);
		return;
	}
	/* A bound datagram socket stays a server when it picks its client this way. */
	if (!fd->has_role || fd->l4 != SNAP_L4_UDP) {
		fd->has_role = true;
		fd->is_server = false;
	}
	set_ip(state, fd, &tuple, false);
}

void on_connect(struct state *state, struct event *ev, const struct rule *rule)
{
	struct state_fd *fd = ev->fd;
	int64_t result;

	if (!fd || !event_result(ev, &result))
		return;
	if (result == -EALREADY)
		return;
	if (result < 0 && result != -EINPROGRESS && result != -EISCONN) {
		fd->is_pending = false;
		return;
	}
	if (!is_socket(fd)) {
		fd = fd_make(state, ev, ev->fd_num, SNAP_FD_UNKNOWN);
		if (!fd)
			return;
	}
	fd->is_pending = result == -EINPROGRESS;
	fd->is_connected = !fd->is_pending;
	if (result != -EISCONN)
		set_connected(state, ev, rule);
}

void on_shutdown(struct state *state, struct event *ev, const struct rule *rule)
{
	uint32_t how;

	(void)state;
	(void)rule;
	if (ev->fd && event_succeeded(ev) && param_u32(ev, 2, &how) && how == SHUT_BOTH)
		ev->fd->is_connected = false;
}

void on_getsockopt(struct state *state, struct event *ev, const struct rule *rule)
{
	enum event_param_type type;
	struct span value;
	uint32_t level, name;

	(void)state;
	(void)rule;
	if (!ev->fd || !ev->fd->is_pending || !event_succeeded(ev) || !param_u32(ev, 2, &level) ||
	    !param_u32(ev, 3, &name) || level != OPT_LEVEL_SOCKET || name != OPT_ERROR ||
	    !event_dyn_split(EVENT_DYN_sockopt, event_param(ev, 4), &type, &value) ||
	    type != EVENT_PT_ERRNO || value.len != 8)
		return;
	ev->fd->is_pending = false;
	ev->fd->is_connected = !load_u64(value.ptr);
}

/* --- data -------------------------------------------------------------------------------------- */

/* Who speaks first on a datagram socket is the client. */
static void guess_role(struct state_fd *fd, bool is_inbound)
{
	if (fd->has_role || !fd->opened_ns || fd->l4 == SNAP_L4_TCP)
		return;
	fd->has_role = true;
	fd->is_server = is_inbound;
}

/* The two directions give the two sockets in two orders. */
static bool is_same_unix(const struct state_fd *fd, const struct tuple *tuple)
{
	return fd->has_tuple &&
	       ((fd->unix_source == tuple->unix_source && fd->unix_peer == tuple->unix_peer) ||
		(fd->unix_source == tuple->unix_peer && fd->unix_peer == tuple->unix_source)) &&
	       (!tuple->path.len || span_is_equal(tuple->path, span_make(fd->name, fd->name_len)));
}

static void transfer(struct state *state, struct event *ev, const struct rule *rule,
		     bool is_inbound)
{
	struct span param = event_param(ev, (unsigned int)rule->name);
	struct state_fd *fd = ev->fd;
	struct tuple tuple;

	if (!event_succeeded(ev))
		return;
	if (!tuple_parse(param, &tuple)) {
		/* Sent to somebody, but to whom cannot be told: not to the one before. */
		if (fd && !is_inbound && !fd->is_connected && fd->opened_ns &&
		    fd->l4 == SNAP_L4_UDP && (param.len || ev->type != EVENT_SOCKET_SEND_X))
			forget_peer(state, fd);
		return;
	}
	if (fd && fd->has_tuple && fd->l4 == SNAP_L4_TCP && fd->is_connected)
		return;
	if (!fd || !is_socket(fd)) {
		if (ev->fd_num < 0)
			return;
		fd = fd_make(state, ev, ev->fd_num, type_of(tuple.family));
		if (!fd)
			return;
		/* It was there before anybody looked. */
		fd->opened_ns = 0;
		fd->opener_uid = STATE_UNKNOWN_ID;
	}
	if (tuple.family == FAMILY_UNIX) {
		if (!is_same_unix(fd, &tuple))
			set_unix(state, fd, &tuple, true);
		return;
	}
	guess_role(fd, is_inbound);
	set_ip(state, fd, &tuple, is_inbound);
}

void on_send(struct state *state, struct event *ev, const struct rule *rule)
{
	transfer(state, ev, rule, false);
}

void on_recv(struct state *state, struct event *ev, const struct rule *rule)
{
	transfer(state, ev, rule, true);
}

void on_recvmsg(struct state *state, struct event *ev, const struct rule *rule)
{
	transfer(state, ev, rule, true);
	if (ev->thread && ev->fd && ev->fd->type == SNAP_FD_UNIX_SOCK && event_succeeded(ev))
		fds_make_unnamed(state, ev);
}
