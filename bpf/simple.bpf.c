// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * simple.bpf.c: one program for all calls whose event is made of the result,
 * registers and strings.  It walks the line of simple.def that belongs to the
 * call; whatever needs more than a register has a program in its family's file.
 */
#include "emit.h"
#include "flags.h"

enum simple_op {
	OP_RES,
	OP_FD,
	OP_S64,
	OP_U32,
	OP_U16,
	OP_U8,
	OP_TEXT,
	OP_FLAGS32,
	OP_FLAGS16,
	OP_FLAGS8,
	OP_EMPTY,
};

#define SIMPLE_OPS_MAX 8

struct simple_param {
	__u8 op; /* enum simple_op */
	__u8 arg;
	__u8 conv; /* enum flags_conv */
	__u8 pad;
};

struct simple {
	__u32 cnt;
	struct simple_param params[SIMPLE_OPS_MAX];
};

#define RES { OP_RES, 0, 0, 0 }
#define FD(a) { OP_FD, a, 0, 0 }
#define S64(a) { OP_S64, a, 0, 0 }
#define U32(a) { OP_U32, a, 0, 0 }
#define U16(a) { OP_U16, a, 0, 0 }
#define U8(a) { OP_U8, a, 0, 0 }
#define TEXT(a) { OP_TEXT, a, 0, 0 }
#define FLAGS32(a, conv) { OP_FLAGS32, a, FLAGS_##conv, 0 }
#define FLAGS16(a, conv) { OP_FLAGS16, a, FLAGS_##conv, 0 }
#define FLAGS8(a, conv) { OP_FLAGS8, a, FLAGS_##conv, 0 }
#define EMPTY { OP_EMPTY, 0, 0, 0 }

static const struct simple simple_table[WIRE_EVENT_TYPE_COUNT] = {
#define SIMPLE(EVENT, cnt, ...) [WIRE_EVENT_##EVENT] = { cnt, { __VA_ARGS__ } },
#include "event/simple.def"
};

EXIT_PROG(simple)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	const volatile struct simple *line;
	__u32 event, cnt, i;
	struct emit e;

	if (!call)
		return 0;
	event = call->event;
	if (event >= WIRE_EVENT_TYPE_COUNT)
		return 0;
	line = &simple_table[event];
	cnt = line->cnt;
	if (!cnt || cnt > SIMPLE_OPS_MAX || !emit_begin_call(&e, regs, event, cnt))
		return 0;
	for (i = 0; i < SIMPLE_OPS_MAX; i++) {
		const volatile struct simple_param *param = &line->params[i];
		__u32 arg = param->arg;
		__u64 value;

		if (i >= cnt)
			break;
		if (arg > 5)
			arg = 5;
		value = e.ring->arg[arg];
		switch (param->op) {
		case OP_RES:
			emit_s64(&e, ret);
			break;
		case OP_FD:
			emit_int(&e, value);
			break;
		case OP_S64:
			emit_u64(&e, value);
			break;
		case OP_U32:
			emit_u32(&e, value);
			break;
		case OP_U16:
			emit_u16(&e, value);
			break;
		case OP_U8:
			emit_u8(&e, value);
			break;
		case OP_TEXT:
			emit_user_text(&e, (void *)value);
			break;
		case OP_FLAGS32:
			emit_u32(&e, flags_convert(param->conv, value));
			break;
		case OP_FLAGS16:
			emit_u16(&e, flags_convert(param->conv, value));
			break;
		case OP_FLAGS8:
			emit_u8(&e, flags_convert(param->conv, value));
			break;
		default:
			emit_empty(&e);
			break;
		}
		emit_sync(&e);
	}
	emit_commit(&e);
	return 0;
}
