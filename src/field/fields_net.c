/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields_net.c: the two ends of IP sockets.  Who is client and who is server is
 * known when the connection was seen being made or the trace says so; state/
 * keeps the client's end first then.  Otherwise the ends are local and remote.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include "field/extract.h"

static bool is_listening(const struct state_fd *fd)
{
	return fd->type == SNAP_FD_IPV4_SERVSOCK || fd->type == SNAP_FD_IPV6_SERVSOCK;
}

static bool is_ipv6(const struct state_fd *fd)
{
	return fd->type == SNAP_FD_IPV6_SOCK || fd->type == SNAP_FD_IPV6_SERVSOCK;
}

static void set_end(const struct state_fd *fd, bool is_source, struct fd_end *end)
{
	end->ip.is_ipv6 = is_ipv6(fd);
	memcpy(end->ip.addr, is_source ? fd->ends.sip : fd->ends.dip, sizeof(end->ip.addr));
	end->port = is_source ? fd->ends.sport : fd->ends.dport;
}

/* A socket that is not connected has two ends of zeros, a listening one the server's. */
bool fd_end(const struct state_fd *fd, enum fd_which which, struct fd_end *end)
{
	bool is_source;

	if (!evt_is_ip_socket(fd))
		return false;
	if (is_listening(fd)) {
		set_end(fd, true, end);
		return which == FD_SERVER || which == FD_LOCAL;
	}
	switch (which) {
	case FD_CLIENT:
	case FD_SERVER:
		if (!fd->has_role || !fd->has_tuple)
			return false;
		is_source = which == FD_CLIENT;
		break;
	default:
		is_source = (which == FD_LOCAL) == !(fd->has_role && fd->is_server);
	}
	set_end(fd, is_source, end);
	return true;
}

/* Which end a field is about, by its number in a group of four. */
static enum fd_which which_end(enum field_id id)
{
	switch (id) {
	case FIELD_ID_FD_CIP:
	case FIELD_ID_FD_CPORT:
	case FIELD_ID_FD_CPROTO:
	case FIELD_ID_FD_CNET:
	case FIELD_ID_FD_CIP_NAME:
		return FD_CLIENT;
	case FIELD_ID_FD_SIP:
	case FIELD_ID_FD_SPORT:
	case FIELD_ID_FD_SPROTO:
	case FIELD_ID_FD_SNET:
	case FIELD_ID_FD_SIP_NAME:
		return FD_SERVER;
	case FIELD_ID_FD_RIP:
	case FIELD_ID_FD_RPORT:
	case FIELD_ID_FD_RPROTO:
	case FIELD_ID_FD_RNET:
	case FIELD_ID_FD_RIP_NAME:
		return FD_REMOTE;
	default:
		return FD_LOCAL;
	}
}

/* One end for a field; an address or port of a socket that never had one is not shown. */
static bool end_of(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		   struct fd_end *end)
{
	if (!ev->fd || (ref->info->flags & FIELD_FILTER_ONLY && !env->filtering))
		return false;
	if (!ev->fd->has_tuple && !is_listening(ev->fd) && !(ref->info->flags & FIELD_EITHER_END))
		return false;
	return fd_end(ev->fd, which_end(ref->id), end);
}

bool x_fd_ip(const struct field_ref *ref, struct field_env *env, const struct event *ev,
	     struct field_value *out)
{
	struct fd_end end;

	if (!end_of(ref, env, ev, &end))
		return false;
	out->type = EVENT_PT_IPADDR;
	out->ip = end.ip;
	return true;
}

bool x_fd_port(const struct field_ref *ref, struct field_env *env, const struct event *ev,
	       struct field_value *out)
{
	struct fd_end end;

	return end_of(ref, env, ev, &end) && put_u64(out, end.port);
}

static const char *l4_name(uint8_t l4)
{
	switch (l4) {
	case SNAP_L4_TCP:
		return "tcp";
	case SNAP_L4_UDP:
		return "udp";
	case SNAP_L4_ICMP:
		return "icmp";
	case SNAP_L4_RAW:
		return "raw";
	default:
		return "<NA>";
	}
}

bool x_fd_l4proto(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		  const struct event *ev, struct field_value *out)
{
	if (!ev->fd)
		return false;
	return put_text(out, evt_is_ip_socket(ev->fd) ? l4_name(ev->fd->l4) : "<NA>");
}

/* Names of services are those of the reader's machine, so only with -R. */
bool x_fd_proto(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	struct servent entry;
	struct servent *found = NULL;
	struct fd_end end;
	char buf[1024];

	if (!end_of(ref, env, ev, &end))
		return false;
	if (!env->numeric_ports &&
	    !getservbyport_r(htons(end.port), ev->fd->l4 == SNAP_L4_UDP ? "udp" : "tcp", &entry,
			     buf, sizeof(buf), &found) &&
	    found)
		return put_text(out, arena_strdup(&env->scratch, found->s_name));
	str_reset(&env->tmp[0]);
	str_append_u64(&env->tmp[0], end.port);
	return put_str(out, env, &env->tmp[0]);
}

bool x_fd_sockfamily(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		     const struct event *ev, struct field_value *out)
{
	if (!ev->fd)
		return false;
	if (evt_is_ip_socket(ev->fd))
		return put_text(out, "ip");
	return ev->fd->type == SNAP_FD_UNIX_SOCK && put_text(out, "unix");
}

bool x_fd_is_server(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		    const struct event *ev, struct field_value *out)
{
	if (!ev->fd)
		return false;
	if (is_listening(ev->fd))
		return put_u64(out, 1);
	if (ev->fd->has_role)
		return put_u64(out, ev->fd->is_server);
	return !evt_is_ip_socket(ev->fd) && put_u64(out, 0);
}

bool x_fd_connected(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		    const struct event *ev, struct field_value *out)
{
	if (!ev->fd || !(evt_is_ip_socket(ev->fd) || ev->fd->type == SNAP_FD_UNIX_SOCK))
		return false;
	return put_u64(out, ev->fd->is_connected);
}

/* A filter turns its constant into addresses and compares those; output asks nobody. */
bool x_fd_ip_name(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		  struct field_value *out)
{
	return env->filtering && x_fd_ip(ref, env, ev, out);
}
