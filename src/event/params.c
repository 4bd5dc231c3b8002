/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * params.c: parameters of a decoded event as numbers and text.  event_decode()
 * has already emptied those whose size is not their type's.
 */
#include "event/event.h"

static const uint8_t dyn_sockopt[] = { EVENT_PT_BYTEBUF, EVENT_PT_ERRNO, EVENT_PT_UINT32,
				       EVENT_PT_UINT64, EVENT_PT_RELTIME };
static const uint8_t dyn_ptrace[] = { EVENT_PT_UINT64, EVENT_PT_SIGTYPE };
static const uint8_t dyn_bpf[] = { EVENT_PT_FD, EVENT_PT_ERRNO };
static const uint8_t dyn_keyctl[] = { EVENT_PT_INT64, EVENT_PT_CHARBUF };

/* len is the size of the type; false for types that are no number. */
static bool load_number(const uint8_t *at, uint32_t len, bool is_signed, uint64_t *value)
{
	switch (len) {
	case 1:
		*value = is_signed ? (uint64_t)(int8_t)*at : *at;
		return true;
	case 2:
		*value = is_signed ? (uint64_t)(int16_t)load_u16(at) : load_u16(at);
		return true;
	case 4:
		*value = is_signed ? (uint64_t)(int32_t)load_u32(at) : load_u32(at);
		return true;
	case 8:
		*value = load_u64(at);
		return true;
	default:
		return false;
	}
}

bool event_param_u64(const struct event *ev, unsigned int idx, uint64_t *value)
{
	const struct event_param_info *param;

	if (idx >= ev->param_cnt)
		return false;
	param = &ev->info->params[idx];
	if (!param->size || ev->param_len[idx] != param->size)
		return false;
	return load_number(ev->param_ptr[idx], param->size, event_type_is_signed(param->type),
			   value);
}

bool event_param_i64(const struct event *ev, unsigned int idx, int64_t *value)
{
	uint64_t number;

	if (!event_param_u64(ev, idx, &number))
		return false;
	*value = (int64_t)number;
	return true;
}

bool event_param_text(const struct event *ev, unsigned int idx, struct span *text)
{
	struct span param = event_param(ev, idx);

	if (!param.len)
		return false;
	switch (event_type_kind(ev->info->params[idx].type)) {
	case EVENT_KIND_TEXT:
	case EVENT_KIND_PATH:
	case EVENT_KIND_RELPATH:
		break;
	default:
		return false;
	}
	param.len--;
	if (memchr(param.ptr, '\0', param.len + 1) != param.ptr + param.len)
		return false;
	if (span_is_text(param, "(NULL)") || span_is_text(param, "<NA>"))
		return false;
	*text = param;
	return true;
}

bool event_dyn_split(enum event_dyn dyn, struct span param, enum event_param_type *type,
		     struct span *value)
{
	const uint8_t *sub;
	size_t cnt, size;

	switch (dyn) {
	case EVENT_DYN_sockopt:
		sub = dyn_sockopt;
		cnt = ARRAY_SIZE(dyn_sockopt);
		break;
	case EVENT_DYN_ptrace:
		sub = dyn_ptrace;
		cnt = ARRAY_SIZE(dyn_ptrace);
		break;
	case EVENT_DYN_bpf:
		sub = dyn_bpf;
		cnt = ARRAY_SIZE(dyn_bpf);
		break;
	case EVENT_DYN_keyctl:
		sub = dyn_keyctl;
		cnt = ARRAY_SIZE(dyn_keyctl);
		break;
	default:
		return false;
	}
	if (!param.len || param.ptr[0] >= cnt)
		return false;
	size = event_type_size(sub[param.ptr[0]]);
	if (size && param.len - 1 != size)
		return false;
	*type = sub[param.ptr[0]];
	*value = span_make(param.ptr + 1, param.len - 1);
	return true;
}

bool event_result(const struct event *ev, int64_t *result)
{
	enum event_param_type type;
	struct span param, value;
	uint64_t number;

	if (ev->info->dir != EVENT_DIR_EXIT || ev->info->flags & EVENT_EF_UNUSED || !ev->param_cnt)
		return false;
	switch (ev->info->params[0].type) {
	case EVENT_PT_ERRNO:
	case EVENT_PT_FD:
	case EVENT_PT_PID:
	case EVENT_PT_INT64:
		return event_param_i64(ev, 0, result);
	case EVENT_PT_DYN:
		param = event_param(ev, 0);
		if (!event_dyn_split(ev->info->params[0].dyn, param, &type, &value))
			return false;
		if (type != EVENT_PT_FD && type != EVENT_PT_ERRNO)
			return false;
		if (!load_number(value.ptr, (uint32_t)value.len, true, &number))
			return false;
		*result = (int64_t)number;
		return true;
	default:
		return false;
	}
}
