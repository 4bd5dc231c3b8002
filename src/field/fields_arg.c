/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields_arg.c: arguments of events as fields: as text for people and for
 * filters, as recorded (evt.rawarg), and the bytes of I/O.
 */
#include <string.h>

#include "field/args.h"
#include "field/extract.h"

/* What a filter compares is the same whatever the output looks like. */
static struct args_style value_style(const struct field_env *env)
{
	struct args_style style = args_style_raw(env);

	if (env->filtering)
		style.format = FIELD_BUFFER_DOTTED;
	return style;
}

bool x_evt_arg(const struct field_ref *ref, struct field_env *env, const struct event *ev,
	       struct field_value *out)
{
	struct args_style style = value_style(env);
	int idx = args_find(ref, ev);

	if (idx < 0)
		return false;
	str_reset(&env->tmp[0]);
	args_append_best(env, ev, (unsigned int)idx, &style, &env->tmp[0]);
	return put_str(out, env, &env->tmp[0]);
}

bool x_evt_args(const struct field_ref *ref UNUSED, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	struct args_style style = args_style_raw(env);

	str_reset(&env->tmp[0]);
	args_append_all(env, ev, &style, &env->tmp[0]);
	return put_str(out, env, &env->tmp[0]);
}

static bool put_ip(struct field_value *out, struct span param, bool is_ipv6)
{
	out->type = EVENT_PT_IPADDR;
	out->ip = (struct field_ip){ .is_ipv6 = is_ipv6 };
	memcpy(out->ip.addr, param.ptr, param.len);
	return true;
}

/* A DYN parameter's own value. */
static bool rawarg_dyn(const struct event *ev, unsigned int idx, struct field_value *out)
{
	enum event_param_type type;
	struct span value;

	if (!event_dyn_split(ev->info->params[idx].dyn, event_param(ev, idx), &type, &value))
		return false;
	out->type = (uint8_t)type;
	switch (event_type_size(type)) {
	case 1:
		return put_u64(out, value.ptr[0]);
	case 4:
		return put_u64(out, load_u32(value.ptr));
	case 8:
		return put_u64(out, load_u64(value.ptr));
	default:
		if (event_type_kind(type) == EVENT_KIND_TEXT && value.len)
			value.len = strnlen((const char *)value.ptr, value.len);
		return put_span(out, value);
	}
}

bool x_evt_rawarg(const struct field_ref *ref, struct field_env *env UNUSED, const struct event *ev,
		  struct field_value *out)
{
	int idx = args_find(ref, ev);
	struct span param;

	if (idx < 0)
		return false;
	param = event_param(ev, (unsigned int)idx);
	if (!param.len)
		return false;
	out->type = ev->info->params[idx].type;
	out->format = ev->info->params[idx].format;
	switch (event_type_kind(out->type)) {
	case EVENT_KIND_TEXT:
	case EVENT_KIND_PATH:
	case EVENT_KIND_RELPATH:
		return event_param_text(ev, (unsigned int)idx, &out->bytes);
	case EVENT_KIND_DYN:
		return rawarg_dyn(ev, (unsigned int)idx, out);
	case EVENT_KIND_IPV4:
		return put_ip(out, param, false);
	case EVENT_KIND_IPV6:
		return put_ip(out, param, true);
	default:
		if (event_type_size(out->type))
			return event_param_u64(ev, (unsigned int)idx, &out->u64);
		return put_span(out, param);
	}
}

bool x_evt_buffer(const struct field_ref *ref UNUSED, struct field_env *env UNUSED,
		  const struct event *ev, struct field_value *out)
{
	int idx = args_find_payload(ev);
	struct span param;

	if (idx < 0)
		return false;
	param = event_param(ev, (unsigned int)idx);
	/* Nothing read is an empty buffer, which is known. */
	return put_span(out, span_make(param.ptr ? param.ptr : (const uint8_t *)"", param.len));
}

static bool is_wanted_direction(const struct event *ev, enum field_id id)
{
	uint32_t low = ev->info->category & EVENT_EC_LOW_MASK;

	switch (id) {
	case FIELD_ID_EVT_BUFLEN_IN:
	case FIELD_ID_EVT_BUFLEN_FILE_IN:
	case FIELD_ID_EVT_BUFLEN_NET_IN:
		return low == EVENT_EC_IO_READ;
	case FIELD_ID_EVT_BUFLEN_OUT:
	case FIELD_ID_EVT_BUFLEN_FILE_OUT:
	case FIELD_ID_EVT_BUFLEN_NET_OUT:
		return low == EVENT_EC_IO_WRITE;
	default:
		return low == EVENT_EC_IO_READ || low == EVENT_EC_IO_WRITE;
	}
}

static bool is_wanted_fd(const struct state_fd *fd, enum field_id id)
{
	switch (id) {
	case FIELD_ID_EVT_BUFLEN_FILE:
	case FIELD_ID_EVT_BUFLEN_FILE_IN:
	case FIELD_ID_EVT_BUFLEN_FILE_OUT:
		return fd->type == SNAP_FD_FILE || fd->type == SNAP_FD_FILE_V2;
	case FIELD_ID_EVT_BUFLEN_NET:
	case FIELD_ID_EVT_BUFLEN_NET_IN:
	case FIELD_ID_EVT_BUFLEN_NET_OUT:
		return evt_is_ip_socket(fd);
	default:
		return true;
	}
}

bool x_evt_buflen(const struct field_ref *ref, struct field_env *env UNUSED, const struct event *ev,
		  struct field_value *out)
{
	int64_t result;

	if (!ev->fd || !is_wanted_direction(ev, ref->id) || !is_wanted_fd(ev->fd, ref->id))
		return false;
	return evt_has_result(ev, &result) && result >= 0 && put_u64(out, (uint64_t)result);
}
