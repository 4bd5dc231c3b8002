/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * args.c: arguments of an event as text (filter-language 14.2, 14.3): the value
 * itself, and what it resolves to where state/ or a table knows more.  This is
 * most of what a printed line costs, so it appends straight to the line.
 */
#include "field/args.h"

#include <string.h>

#include "field/clock.h"
#include "field/extract.h"
#include "field/line.h"
#include "field/value_text.h"

struct args_style args_style_text(const struct field_env *env)
{
	struct args_style style = { .escape = !env->unescaped && !env->filtering,
				    .format = env->buffer_format };

	return style;
}

struct args_style args_style_raw(const struct field_env *env)
{
	struct args_style style = { .escape = false, .format = env->buffer_format };

	return style;
}

void args_append_text(const struct args_style *style, struct str *out, const void *bytes,
		      size_t len)
{
	if (style->escape && !line_is_plain(bytes, len))
		str_append_escaped(out, bytes, len);
	else
		line_bytes(out, bytes, len);
}

/* With a 0 before it; 0 alone is one digit. */
static void append_octal(struct str *out, uint64_t value)
{
	char text[24];
	size_t at = sizeof(text);

	for (; value; value >>= 3)
		text[--at] = (char)('0' + (value & 7));
	text[--at] = '0';
	line_bytes(out, text + at, sizeof(text) - at);
}

void args_append_number(struct str *out, uint64_t value, unsigned int size,
			enum event_format format)
{
	unsigned int unused = size && size < 8 ? 64 - 8 * size : 0;
	int64_t is_signed;

	value = value << unused >> unused;
	switch (format) {
	case EVENT_PF_HEX:
		str_append_hex(out, value, 1, 1);
		return;
	case EVENT_PF_OCT:
		append_octal(out, value);
		return;
	case EVENT_PF_10_PADDED_DEC:
		clock_append_padded(out, value, 9);
		return;
	default:
		/* Unsigned ones too: what limits and sizes call "none" is -1. */
		is_signed = (int64_t)(value << unused) >> unused;
		line_i64(out, is_signed);
	}
}

/* --- names ----------------------------------------------------------------------- */

static void append_errno(int64_t num, struct str *out)
{
	const char *name = num < 0 && num >= -UINT16_MAX ? event_errno_name((uint32_t)-num) : NULL;

	if (name)
		line_text(out, name);
}

static char l4_char(uint8_t l4)
{
	switch (l4) {
	case SNAP_L4_TCP:
		return 't';
	case SNAP_L4_UDP:
		return 'u';
	case SNAP_L4_ICMP:
		return 'i';
	case SNAP_L4_RAW:
		return 'r';
	default:
		return '\0';
	}
}

static const struct state_fd *fd_of(struct field_env *env, const struct event *ev, int64_t num)
{
	if (ev->fd && ev->fd_num == num)
		return ev->fd;
	return ev->thread && env->state ? state_find_fd(env->state, ev->thread, num) : NULL;
}

static void append_fd_name(const struct state_fd *fd, const struct args_style *style,
			   struct str *tmp, struct str *out)
{
	if (evt_is_file(fd)) {
		if (fd->name)
			args_append_text(style, out, fd->name, fd->name_len);
		return;
	}
	str_reset(tmp);
	if (state_fd_name(fd, tmp))
		args_append_text(style, out, str_text(tmp), tmp->len);
}

/* "<4t>1.2.3.4:5->6.7.8.9:10" */
static void append_fd(struct field_env *env, const struct event *ev, int64_t num,
		      const struct args_style *style, struct str *out)
{
	const struct state_fd *fd;
	char l4;

	if (num == EVENT_AT_FDCWD) {
		line_text(out, "AT_FDCWD");
		return;
	}
	if (num < 0) {
		append_errno(num, out);
		return;
	}
	fd = fd_of(env, ev, num);
	if (!fd)
		return;
	line_char(out, '<');
	line_char(out, state_fd_typechar(fd));
	l4 = evt_is_ip_socket(fd) ? l4_char(fd->l4) : '\0';
	if (l4)
		line_char(out, l4);
	line_char(out, '>');
	append_fd_name(fd, style, &env->tmp[1], out);
}

static void append_comm(struct field_env *env, const struct event *ev, int64_t tid,
			const struct args_style *style, struct str *out)
{
	const struct state_thread *thread = NULL;

	if (tid < 0) {
		append_errno(tid, out);
		return;
	}
	if (ev->thread && ev->tid == tid)
		thread = ev->thread;
	else if (env->state)
		thread = state_find_thread(env->state, tid);
	if (thread)
		args_append_text(style, out, thread->comm, strlen(thread->comm));
}

static void append_owner(struct field_env *env, const struct event *ev, uint32_t id, bool is_user,
			 const struct args_style *style, struct str *out)
{
	const char *name = NULL;

	if (id == STATE_UNKNOWN_ID) {
		line_text(out, "<NONE>");
		return;
	}
	if (env->state)
		name = is_user ? state_user_name(env->state, ev->thread, id)
			       : state_group_name(env->state, ev->thread, id);
	if (!name)
		name = "<NA>";
	args_append_text(style, out, name, strlen(name));
}

static void append_signal(uint64_t num, struct str *out)
{
	const char *name = num <= UINT8_MAX ? event_signal_name((uint32_t)num) : NULL;

	if (name)
		line_text(out, name);
}

static void append_sigset(uint64_t set, struct str *out)
{
	bool is_first = true;

	for (uint32_t bit = 0; bit < 32; bit++) {
		if (!(set >> bit & 1))
			continue;
		if (!is_first)
			line_char(out, ' ');
		is_first = false;
		if (event_signal_name(bit + 1))
			append_signal(bit + 1, out);
		else
			str_append_u64(out, bit + 1);
	}
}

/* --- values that are no numbers --------------------------------------------------- */

#define FDLIST_ENTRY 10 /* i64 fd, i16 events */

static bool append_fdlist(struct field_env *env, const struct event *ev, struct span param,
			  struct str *out)
{
	size_t cnt = param.len >= 2 ? load_u16(param.ptr) : 0;

	if (param.len < 2 || param.len < 2 + cnt * FDLIST_ENTRY)
		return false;
	for (size_t i = 0; i < cnt; i++) {
		const uint8_t *at = param.ptr + 2 + i * FDLIST_ENTRY;
		const struct state_fd *fd = fd_of(env, ev, (int64_t)load_u64(at));

		if (i)
			line_char(out, ' ');
		str_append_i64(out, (int64_t)load_u64(at));
		line_char(out, ':');
		line_char(out, fd ? state_fd_typechar(fd) : '?');
		str_append_hex(out, load_u16(at + 8), 1, 0);
	}
	return true;
}

/* Words that end in NUL, with dots between them. */
static void append_strings(const struct args_style *style, struct str *out, struct span param)
{
	const uint8_t *at = param.ptr;
	const uint8_t *end = param.ptr + param.len;

	while (at < end) {
		const uint8_t *stop = memchr(at, '\0', (size_t)(end - at));

		if (!stop)
			stop = end;
		if (at != param.ptr)
			line_char(out, '.');
		args_append_text(style, out, at, (size_t)(stop - at));
		at = stop + 1;
	}
}

static void append_address(const struct args_style *style, struct span param, bool is_tuple,
			   struct str *tmp, struct str *out)
{
	bool ok;

	str_reset(tmp);
	ok = is_tuple ? event_tuple_text(param, tmp) : event_sockaddr_text(param, tmp);
	if (ok)
		args_append_text(style, out, str_text(tmp), tmp->len);
	else
		line_text(out, is_tuple ? "NULL" : "<NA>");
}

static const char *empty_text(enum event_param_type type)
{
	switch (type) {
	case EVENT_PT_BYTEBUF:
	case EVENT_PT_SOCKTUPLE:
	case EVENT_PT_FDLIST:
	case EVENT_PT_CHARBUFARRAY:
	case EVENT_PT_CHARBUF_PAIR_ARRAY:
	case EVENT_PT_DYN:
		return "NULL";
	default:
		return "<NA>";
	}
}

static double load_double(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* --- arguments ------------------------------------------------------------------------- */

/* An argument that is there: its real type (DYN is split) and its bytes or number. */
struct arg {
	const struct event_param_info *info;
	enum event_param_type type;
	enum event_kind kind;
	struct span bytes;
	uint64_t num; /* extended to 64 bits as its type wants */
};

/* Little-endian number of a fixed size; false if it is none. */
static bool load_number(struct arg *arg)
{
	bool is_signed = event_type_is_signed(arg->type);
	uint32_t word;

	switch (arg->bytes.len) {
	case 1:
		arg->num = is_signed ? (uint64_t)(int8_t)arg->bytes.ptr[0] : arg->bytes.ptr[0];
		return true;
	case 2:
		word = load_u16(arg->bytes.ptr);
		arg->num = is_signed ? (uint64_t)(int16_t)word : word;
		return true;
	case 4:
		word = load_u32(arg->bytes.ptr);
		arg->num = is_signed ? (uint64_t)(int32_t)word : word;
		return true;
	case 8:
		arg->num = load_u64(arg->bytes.ptr);
		return true;
	default:
		return false;
	}
}

/* false: empty, or not what its type says. */
static bool arg_open(const struct event *ev, unsigned int idx, struct arg *arg)
{
	arg->info = &ev->info->params[idx];
	arg->type = arg->info->type;
	arg->bytes = event_param(ev, idx);
	if (!arg->bytes.len)
		return false;
	if (arg->type == EVENT_PT_DYN &&
	    !event_dyn_split(arg->info->dyn, arg->bytes, &arg->type, &arg->bytes))
		return false;
	arg->kind = event_type_kind(arg->type);
	switch (arg->kind) {
	case EVENT_KIND_TEXT:
	case EVENT_KIND_PATH:
	case EVENT_KIND_RELPATH:
		if (arg->info->type != EVENT_PT_DYN)
			return event_param_text(ev, idx, &arg->bytes);
		arg->bytes.len = strnlen((const char *)arg->bytes.ptr, arg->bytes.len);
		return true;
	case EVENT_KIND_BYTES:
	case EVENT_KIND_SOCKADDR:
	case EVENT_KIND_SOCKTUPLE:
	case EVENT_KIND_FDLIST:
	case EVENT_KIND_STRINGS:
		return true;
	case EVENT_KIND_IPV4:
		return arg->bytes.len == 4;
	case EVENT_KIND_IPV6:
		return arg->bytes.len == 16;
	default:
		return load_number(arg);
	}
}

static void append_id(uint64_t id, struct str *out)
{
	if (id == STATE_UNKNOWN_ID)
		line_bytes(out, "-1", 2);
	else
		line_u64(out, id);
}

static void append_value(struct field_env *env, const struct event *ev, const struct arg *arg,
			 const struct args_style *style, struct str *out)
{
	switch (arg->kind) {
	case EVENT_KIND_ERRNO:
	case EVENT_KIND_FD:
	case EVENT_KIND_PID:
		line_i64(out, (int64_t)arg->num);
		return;
	case EVENT_KIND_UID:
	case EVENT_KIND_GID:
		append_id(arg->num, out);
		return;
	case EVENT_KIND_FLAGS:
	case EVENT_KIND_ENUM:
	case EVENT_KIND_SYSCALL:
	case EVENT_KIND_SIGNAL:
		line_u64(out, arg->num);
		return;
	case EVENT_KIND_TEXT:
	case EVENT_KIND_PATH:
	case EVENT_KIND_RELPATH:
		args_append_text(style, out, arg->bytes.ptr, arg->bytes.len);
		return;
	case EVENT_KIND_BYTES:
		args_append_buffer(style, out, arg->bytes);
		return;
	case EVENT_KIND_SOCKADDR:
		append_address(style, arg->bytes, false, &env->tmp[1], out);
		return;
	case EVENT_KIND_SOCKTUPLE:
		append_address(style, arg->bytes, true, &env->tmp[1], out);
		return;
	case EVENT_KIND_FDLIST:
		if (!append_fdlist(env, ev, arg->bytes, out))
			line_text(out, empty_text(arg->type));
		return;
	case EVENT_KIND_STRINGS:
		append_strings(style, out, arg->bytes);
		return;
	case EVENT_KIND_MODE:
		args_append_number(out, arg->num, 4, EVENT_PF_OCT);
		return;
	case EVENT_KIND_SIGSET:
		append_sigset(arg->num, out);
		return;
	case EVENT_KIND_RELTIME:
		if (arg->num == UINT64_MAX)
			line_bytes(out, "none", 4);
		else
			line_u64(out, arg->num);
		return;
	case EVENT_KIND_ABSTIME:
		clock_append_datetime(out, &env->arg_clock, arg->num);
		return;
	case EVENT_KIND_BOOL:
		line_text(out, arg->num ? "true" : "false");
		return;
	case EVENT_KIND_DOUBLE:
		value_append_double(load_double(arg->num), out);
		return;
	case EVENT_KIND_IPV4:
		event_ipv4_text(arg->bytes.ptr, out);
		return;
	case EVENT_KIND_IPV6:
		event_ipv6_text(arg->bytes.ptr, out);
		return;
	default:
		args_append_number(out, arg->num, event_type_size(arg->type), arg->info->format);
	}
}

/* A relative name in its absolute form. */
static void append_absolute(struct field_env *env, const struct event *ev, unsigned int idx,
			    struct span name, const struct args_style *style, struct str *out)
{
	struct str *tmp = &env->tmp[1];

	if (!name.len || name.ptr[0] == '/')
		return;
	str_reset(tmp);
	if (path_of_param(env, ev, idx, tmp))
		args_append_text(style, out, str_text(tmp), tmp->len);
}

static void append_resolved(struct field_env *env, const struct event *ev, unsigned int idx,
			    const struct arg *arg, const struct args_style *style, struct str *out)
{
	const struct event_syscall *call;

	switch (arg->kind) {
	case EVENT_KIND_ERRNO:
		append_errno((int64_t)arg->num, out);
		break;
	case EVENT_KIND_FD:
		append_fd(env, ev, (int64_t)arg->num, style, out);
		break;
	case EVENT_KIND_PID:
		append_comm(env, ev, (int64_t)arg->num, style, out);
		break;
	case EVENT_KIND_UID:
	case EVENT_KIND_GID:
		append_owner(env, ev, (uint32_t)arg->num, arg->type == EVENT_PT_UID, style, out);
		break;
	case EVENT_KIND_FLAGS:
	case EVENT_KIND_MODE:
		event_flags_text(arg->info->flagset, arg->num, false, out);
		break;
	case EVENT_KIND_ENUM:
		event_flags_text(arg->info->flagset, arg->num, true, out);
		break;
	case EVENT_KIND_PATH:
	case EVENT_KIND_RELPATH:
		append_absolute(env, ev, idx, arg->bytes, style, out);
		break;
	case EVENT_KIND_SIGNAL:
		append_signal(arg->num, out);
		break;
	case EVENT_KIND_SYSCALL:
		call = event_syscall_find((uint32_t)arg->num);
		if (call)
			line_text(out, call->name);
		break;
	case EVENT_KIND_RELTIME:
		if (arg->num == UINT64_MAX)
			break;
		clock_append_short(out, arg->num);
		line_char(out, 's');
		break;
	default:
		break;
	}
}

static inline bool is_replaced(struct field_env *env, const struct event *ev, unsigned int idx)
{
	return UNLIKELY(ev->extra.real_path.ptr != NULL) &&
	       path_is_replaced(env, ev, idx, &env->tmp[1]);
}

static void append_passed(struct field_env *env, const struct event *ev, unsigned int idx,
			  const struct args_style *style, struct str *out)
{
	struct arg arg;

	if (arg_open(ev, idx, &arg))
		append_value(env, ev, &arg, style, out);
	else
		line_text(out, empty_text(arg.info->type));
}

static void append_real_path(const struct event *ev, const struct args_style *style,
			     struct str *out)
{
	args_append_text(style, out, ev->extra.real_path.ptr, ev->extra.real_path.len);
}

void args_append_value(struct field_env *env, const struct event *ev, unsigned int idx,
		       const struct args_style *style, struct str *out)
{
	if (is_replaced(env, ev, idx))
		append_real_path(ev, style, out);
	else
		append_passed(env, ev, idx, style, out);
	line_end(out);
}

void args_append_resolved(struct field_env *env, const struct event *ev, unsigned int idx,
			  const struct args_style *style, struct str *out)
{
	struct arg arg;

	if (is_replaced(env, ev, idx)) {
		line_bytes(out, "was ", 4);
		append_passed(env, ev, idx, style, out);
	} else if (arg_open(ev, idx, &arg)) {
		append_resolved(env, ev, idx, &arg, style, out);
	}
	line_end(out);
}

void args_append_best(struct field_env *env, const struct event *ev, unsigned int idx,
		      const struct args_style *style, struct str *out)
{
	size_t before = out->len;
	struct arg arg;

	if (!is_replaced(env, ev, idx) && arg_open(ev, idx, &arg))
		append_resolved(env, ev, idx, &arg, style, out);
	if (out->len == before)
		args_append_value(env, ev, idx, style, out);
	line_end(out);
}

/* value(meaning) */
static void append_both(struct field_env *env, const struct event *ev, unsigned int idx,
			const struct args_style *style, struct str *out)
{
	struct arg arg;
	size_t before;

	if (is_replaced(env, ev, idx)) {
		append_real_path(ev, style, out);
		line_bytes(out, "(was ", 5);
		append_passed(env, ev, idx, style, out);
		line_char(out, ')');
		return;
	}
	if (!arg_open(ev, idx, &arg)) {
		line_text(out, empty_text(arg.info->type));
		return;
	}
	append_value(env, ev, &arg, style, out);
	before = out->len;
	line_char(out, '(');
	append_resolved(env, ev, idx, &arg, style, out);
	if (out->len == before + 1)
		out->len = before;
	else
		line_char(out, ')');
}

void args_append_all(struct field_env *env, const struct event *ev, const struct args_style *style,
		     struct str *out)
{
	/* A generic call's name is its first argument. */
	if (ev->type == EVENT_GENERIC_X || ev->type == EVENT_GENERIC_E)
		return;
	for (unsigned int i = 0; i < ev->param_cnt; i++) {
		if (i)
			line_char(out, ' ');
		line_bytes(out, ev->info->params[i].name, ev->info->params[i].name_len);
		line_char(out, '=');
		append_both(env, ev, i, style, out);
	}
	line_end(out);
}

bool field_arg_text(struct field_env *env, const struct event *ev, unsigned int idx,
		    struct str *text, struct str *resolved)
{
	struct args_style style = args_style_raw(env);

	if (idx >= ev->param_cnt)
		return false;
	args_append_value(env, ev, idx, &style, text);
	if (resolved)
		args_append_resolved(env, ev, idx, &style, resolved);
	return true;
}

void field_args_text(struct field_env *env, const struct event *ev, struct str *out)
{
	struct args_style style = args_style_text(env);

	args_append_all(env, ev, &style, out);
}

/* --- finding ------------------------------------------------------------------------------ */

int args_find(const struct field_ref *ref, const struct event *ev)
{
	int64_t idx = ref->by_type ? ref->by_type[ev->type] : ref->arg_num;

	return idx < (int64_t)ev->param_cnt ? (int)idx : -1;
}

int args_find_payload(const struct event *ev)
{
	if (!(ev->info->flags & (EVENT_EF_READS_FROM_FD | EVENT_EF_WRITES_TO_FD)))
		return -1;
	for (unsigned int i = 0; i < ev->param_cnt; i++)
		if (ev->info->params[i].type == EVENT_PT_BYTEBUF)
			return !strcmp(ev->info->params[i].name, "data") ? (int)i : -1;
	return -1;
}
