/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * simple.bpf.c: one program for all calls whose event is made of the result,
 * registers and strings.  It walks the line of simple.def that belongs to the
 * call; whatever needs more than a register has a program in its family's file.
 */
#include "demux.h"
#include "emit.h"
#include "flags.h"

enum simple_op {
	OP_RES,
	OP_RES32,
	OP_FD,
	OP_S64,
	OP_LONG,
	OP_PAIR,
	OP_UINT,
	OP_U32,
	OP_U16,
	OP_U8,
	OP_ID,
	OP_TEXT,
	OP_TEXT_OUT,
	OP_DATA,
	OP_MEM32,
	OP_MEM_ID,
	OP_OFFSET,
	OP_TIME,
	OP_EMPTY,
};

#define SIMPLE_OPS_MAX 8

struct simple_param {
	__u8 op; /* enum simple_op */
	__u8 arg; /* SIMPLE_NONE: 0 instead of an argument */
	__u8 conv; /* enum flags_conv */
	__u8 more; /* PAIR: argument with the upper half; DATA: with the length; MEM32: offset */
};

#define SIMPLE_NONE 7

struct simple {
	__u32 cnt;
	struct simple_param params[SIMPLE_OPS_MAX];
};

#define RES                     \
	{                       \
		OP_RES, 0, 0, 0 \
	}
#define RES32                     \
	{                         \
		OP_RES32, 0, 0, 0 \
	}
#define FD(a)                  \
	{                      \
		OP_FD, a, 0, 0 \
	}
#define S64(a)                  \
	{                       \
		OP_S64, a, 0, 0 \
	}
#define LONG(a)                  \
	{                        \
		OP_LONG, a, 0, 0 \
	}
#define PAIR(low, high)               \
	{                             \
		OP_PAIR, low, 0, high \
	}
#define UINT(a)                  \
	{                        \
		OP_UINT, a, 0, 0 \
	}
#define U32(a)                  \
	{                       \
		OP_U32, a, 0, 0 \
	}
#define U16(a)                  \
	{                       \
		OP_U16, a, 0, 0 \
	}
#define U8(a)                  \
	{                      \
		OP_U8, a, 0, 0 \
	}
#define ID(a)                  \
	{                      \
		OP_ID, a, 0, 0 \
	}
#define TEXT(a)                  \
	{                        \
		OP_TEXT, a, 0, 0 \
	}
#define TEXT_OUT(a)                  \
	{                            \
		OP_TEXT_OUT, a, 0, 0 \
	}
#define DATA(a, len)               \
	{                          \
		OP_DATA, a, 0, len \
	}
#define FLAGS32(a, conv)                   \
	{                                  \
		OP_U32, a, FLAGS_##conv, 0 \
	}
#define FLAGS16(a, conv)                   \
	{                                  \
		OP_U16, a, FLAGS_##conv, 0 \
	}
#define FLAGS8(a, conv)                   \
	{                                 \
		OP_U8, a, FLAGS_##conv, 0 \
	}
#define MEM32(a, offset, conv)                    \
	{                                         \
		OP_MEM32, a, FLAGS_##conv, offset \
	}
#define MEM_ID(a)                  \
	{                          \
		OP_MEM_ID, a, 0, 0 \
	}
#define OFFSET(a)                  \
	{                          \
		OP_OFFSET, a, 0, 0 \
	}
#define TIME(a)                  \
	{                        \
		OP_TIME, a, 0, 0 \
	}
#define ZERO32                            \
	{                                 \
		OP_U32, SIMPLE_NONE, 0, 0 \
	}
#define ZERO8                            \
	{                                \
		OP_U8, SIMPLE_NONE, 0, 0 \
	}
#define EMPTY                     \
	{                         \
		OP_EMPTY, 0, 0, 0 \
	}

static const struct simple simple_table[WIRE_EVENT_TYPE_COUNT] = {
#define SIMPLE(EVENT, cnt, ...) [WIRE_EVENT_##EVENT] = { cnt, { __VA_ARGS__ } },
#include "event/simple.def"
};

/* noinline: called with any conv, at several places. */
static __noinline __u32 flags_convert(__u32 conv, __u32 value)
{
	switch (conv) {
	case FLAGS_open:
		return flags_open(value);
	case FLAGS_fd:
		return flags_fd(value);
	case FLAGS_cloexec_bit:
		return FLAGS_BIT(value, FLAGS_O_CLOEXEC, 1);
	case FLAGS_nonblock_bit:
		return FLAGS_BIT(value, FLAGS_O_NONBLOCK, 1);
	case FLAGS_access:
	case FLAGS_module:
	case FLAGS_memfd:
	case FLAGS_mlockall:
		return value & 7;
	case FLAGS_linkat:
		return value & 0x1400;
	case FLAGS_unlinkat:
		return value & 0x200;
	case FLAGS_newfstatat:
		return value & 0x1900;
	case FLAGS_fchownat:
		return flags_fchownat(value);
	case FLAGS_mode:
		return value & 07777;
	case FLAGS_mknod:
		return flags_mknod(value);
	case FLAGS_mount:
		return flags_mount(value);
	case FLAGS_umount:
	case FLAGS_splice:
		return value & 0xf;
	case FLAGS_delete_module:
		return flags_delete_module(value);
	case FLAGS_close_range:
		return value & 6;
	case FLAGS_fcntl:
		return flags_fcntl(value);
	case FLAGS_rlimit:
		return flags_rlimit(value);
	case FLAGS_clone:
		return flags_clone(value);
	case FLAGS_futex:
		return flags_futex(value);
	case FLAGS_semget:
		return flags_semget(value);
	case FLAGS_mmap:
		return flags_mmap(value);
	case FLAGS_prot:
		return flags_prot(value);
	case FLAGS_mlock2:
		return value & 1;
	case FLAGS_flock:
		return flags_flock(value);
	case FLAGS_uring_setup:
		return flags_uring_setup(value);
	case FLAGS_uring_features:
		return value & 0x7ff;
	default:
		return value;
	}
}

/* What is different for a call of a 32-bit program. */
enum simple_abi {
	SIMPLE_COMPAT = 1,
	SIMPLE_ID16 = 2, /* uids of 16 bits, which have their own "none" */
	SIMPLE_OFF32 = 4, /* file offsets in memory */
	SIMPLE_TIME32 = 8,
};

static __always_inline void put_id(struct emit *e, __u32 value, __u32 abi)
{
	if (abi & SIMPLE_ID16)
		value = (__u16)value == 0xffff ? 0xffffffff : (__u16)value;
	emit_u32(e, value);
}

static __always_inline void put_mem32(struct emit *e, __u64 addr, __u32 conv)
{
	__u32 value;

	if (bpf_probe_read_user(&value, sizeof(value), (void *)addr))
		emit_empty(e);
	else
		emit_u32(e, flags_convert(conv, value));
}

static __always_inline void put_mem_id(struct emit *e, __u64 addr, __u32 abi)
{
	__u32 value = 0;

	if (bpf_probe_read_user(&value, abi & SIMPLE_ID16 ? 2 : 4, (void *)addr))
		emit_empty(e);
	else
		put_id(e, value, abi);
}

/* A file offset that the call has moved on by its result; what the program gave is wanted. */
static __always_inline void put_offset(struct emit *e, __u64 addr, __u32 abi, __s64 ret)
{
	__u64 value = 0;

	if (!addr || bpf_probe_read_user(&value, abi & SIMPLE_OFF32 ? 4 : 8, (void *)addr))
		emit_empty(e);
	else
		emit_u64(e, ret > 0 ? value - ret : value);
}

/* One parameter; a function of its own, so that the verifier goes through the list of ops once. */
__noinline int simple_put(__u32 event, __u32 idx, __s64 ret, __u32 abi)
{
	const volatile struct simple_param *param;
	__u64 arg, more, value = 0;
	struct emit e;

	if (event >= WIRE_EVENT_TYPE_COUNT || idx >= SIMPLE_OPS_MAX || !emit_resume(&e, idx))
		return 0;
	param = &simple_table[event].params[idx];
	arg = param->arg;
	more = param->more;
	if (arg <= 5)
		value = e.ring->arg[arg];
	switch (param->op) {
	case OP_RES:
		emit_s64(&e, ret);
		break;
	case OP_RES32:
		emit_u32(&e, ret);
		break;
	case OP_FD:
		emit_int(&e, value);
		break;
	case OP_S64:
		emit_u64(&e, value);
		break;
	case OP_LONG:
		emit_s64(&e, abi & SIMPLE_COMPAT ? (__s32)value : (__s64)value);
		break;
	case OP_PAIR:
		emit_u64(&e, (__u32)value | e.ring->arg[more > 5 ? 5 : more] << 32);
		break;
	case OP_UINT:
		emit_u64(&e, (__u32)value);
		break;
	case OP_U32:
		emit_u32(&e, flags_convert(param->conv, value));
		break;
	case OP_U16:
		emit_u16(&e, flags_convert(param->conv, value));
		break;
	case OP_U8:
		emit_u8(&e, flags_convert(param->conv, value));
		break;
	case OP_ID:
		put_id(&e, value, abi);
		break;
	case OP_TEXT_OUT:
		emit_user_text(&e, ret >= 0 ? (void *)value : NULL);
		break;
	case OP_TEXT:
		emit_user_text(&e, (void *)value);
		break;
	case OP_DATA:
		emit_user_data(&e, (void *)value, e.ring->arg[more > 5 ? 5 : more]);
		break;
	case OP_MEM32:
		put_mem32(&e, value + more, param->conv);
		break;
	case OP_MEM_ID:
		put_mem_id(&e, value, abi);
		break;
	case OP_OFFSET:
		put_offset(&e, value, abi, ret);
		break;
	case OP_TIME:
		emit_user_time(&e, (void *)value, abi & SIMPLE_TIME32);
		break;
	default:
		emit_empty(&e);
		break;
	}
	emit_sync(&e);
	return 0;
}

EXIT_PROG(simple)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	__u32 event, cnt, i, abi = 0;
	struct emit e;

	if (!call)
		return 0;
	event = call->event;
	if (event >= WIRE_EVENT_TYPE_COUNT)
		return 0;
	cnt = simple_table[event].cnt;
	if (!cnt || cnt > SIMPLE_OPS_MAX || !emit_begin_call(&e, regs, event, cnt))
		return 0;
	demux_args(&e, regs);
	if (e.compat) {
		abi = SIMPLE_COMPAT;
		if (regs_has_id16(regs))
			abi |= SIMPLE_ID16;
		if (regs_nr(regs) == REGS_COMPAT_SENDFILE)
			abi |= SIMPLE_OFF32;
		if (!regs_has_time64(regs))
			abi |= SIMPLE_TIME32;
	}
	emit_sync(&e);
	for (i = 0; i < SIMPLE_OPS_MAX && i < cnt; i++)
		simple_put(event, i, ret, abi);
	emit_reload(&e);
	emit_commit(&e);
	return 0;
}
