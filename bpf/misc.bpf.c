/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * misc.bpf.c: calls on processes, limits, semaphores and keys whose arguments
 * mean different things from one command to the next.
 */
#include "demux.h"
#include "flags.h"
#include "read_task.h"

EXIT_PROG(capset)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct cred *cred = BPF_CORE_READ(task, cred);
	struct emit e;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_CAPSET_X, 4))
		return 0;
	emit_s64(&e, ret);
	emit_u64(&e, TASK_CAP(cred, cap_inheritable));
	emit_u64(&e, TASK_CAP(cred, cap_permitted));
	emit_u64(&e, TASK_CAP(cred, cap_effective));
	emit_commit(&e);
	return 0;
}

/* --- limits ------------------------------------------------------------------ */

/* cur and max at an address, both or none; is_32: of 32 bits, all ones being without limit. */
static __always_inline void emit_limits(struct emit *e, __u64 addr, bool is_32)
{
	__u64 limits[2] = {};
	__u32 *halves = (__u32 *)limits;

	if (!addr || bpf_probe_read_user(limits, is_32 ? 8 : 16, (void *)addr)) {
		emit_empty(e);
		emit_empty(e);
		return;
	}
	if (is_32) {
		limits[1] = halves[1] == 0xffffffff ? (__u64)-1 : halves[1];
		limits[0] = halves[0] == 0xffffffff ? (__u64)-1 : halves[0];
	}
	emit_u64(e, limits[0]);
	emit_u64(e, limits[1]);
}

EXIT_PROG(rlimit)
{
	const volatile struct wire_syscall *call = regs_call(regs);
	struct emit e;

	if (!call || !emit_begin_call(&e, regs, call->event, 4))
		return 0;
	emit_s64(&e, ret);
	/* What a failing getrlimit left there is no limit. */
	emit_limits(&e, ret && call->event == WIRE_EVENT_SYSCALL_GETRLIMIT_X ? 0 : e.ring->arg[1],
		    e.compat);
	emit_u8(&e, flags_rlimit(e.ring->arg[0]));
	emit_commit(&e);
	return 0;
}

EXIT_PROG(prlimit)
{
	struct emit e;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_PRLIMIT_X, 7))
		return 0;
	emit_s64(&e, ret);
	emit_limits(&e, e.ring->arg[2], false);
	emit_limits(&e, ret ? 0 : e.ring->arg[3], false);
	emit_int(&e, e.ring->arg[0]);
	emit_u8(&e, flags_rlimit(e.ring->arg[1]));
	emit_commit(&e);
	return 0;
}

/* --- semaphores ----------------------------------------------------------------- */

/* linux/sem.h */
struct user_sembuf {
	__u16 num, op, flags;
};

#define MISC_SETVAL 16 /* linux/sem.h */
#define MISC_IPC_64 0x100

EXIT_PROG(semop)
{
	struct user_sembuf ops[2];
	struct emit e;
	__u32 cnt, i;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_SEMOP_X, 9))
		return 0;
	demux_args(&e, regs);
	cnt = e.ring->arg[2];
	emit_s64(&e, ret);
	emit_u32(&e, cnt);
	for (i = 0; i < 2; i++) {
		if (cnt <= i || bpf_probe_read_user(&ops[i], sizeof(ops[i]),
						    (void *)e.ring->arg[1] + i * sizeof(ops[i]))) {
			emit_empty(&e);
			emit_empty(&e);
			emit_empty(&e);
		} else {
			emit_u16(&e, ops[i].num);
			emit_u16(&e, ops[i].op);
			emit_u16(&e, flags_semop(ops[i].flags));
		}
		emit_sync(&e);
	}
	emit_u32(&e, e.ring->arg[0]);
	emit_commit(&e);
	return 0;
}

EXIT_PROG(semctl)
{
	struct emit e;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_SEMCTL_X, 5))
		return 0;
	demux_args(&e, regs);
	emit_s64(&e, ret);
	emit_u32(&e, e.ring->arg[0]);
	emit_u32(&e, e.ring->arg[1]);
	emit_u16(&e, flags_semctl(e.ring->arg[2]));
	/* Other commands have an address there, or nothing. */
	if ((e.ring->arg[2] & ~MISC_IPC_64) == MISC_SETVAL)
		emit_u32(&e, e.ring->arg[3]);
	else
		emit_empty(&e);
	emit_commit(&e);
	return 0;
}

/* --- prctl ------------------------------------------------------------------------- */

/* linux/prctl.h */
#define MISC_PR_SET_NAME 15
#define MISC_PR_GET_NAME 16
#define MISC_PR_GET_CHILD_SUBREAPER 37

EXIT_PROG(prctl)
{
	__u32 option;
	__s32 value;
	struct emit e;
	void *addr;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_PRCTL_X, 4))
		return 0;
	option = e.ring->arg[0];
	addr = (void *)e.ring->arg[1];
	emit_s64(&e, ret);
	emit_u32(&e, option);
	if (option == MISC_PR_SET_NAME || option == MISC_PR_GET_NAME) {
		emit_user_text(&e, addr);
		emit_empty(&e);
	} else {
		emit_empty(&e);
		if (option != MISC_PR_GET_CHILD_SUBREAPER)
			emit_u64(&e, (__u64)addr);
		else if (!bpf_probe_read_user(&value, sizeof(value), addr))
			emit_s64(&e, value);
		else
			emit_empty(&e);
	}
	emit_commit(&e);
	return 0;
}

/* --- ptrace ------------------------------------------------------------------------ */

/* Sub-types of the format's DYN values. */
enum misc_dyn {
	MISC_PTRACE_UINT64 = 0,
	MISC_PTRACE_SIGTYPE = 1,
	MISC_KEYCTL_INT64 = 0,
	MISC_KEYCTL_CHARBUF = 1,
};

/* ptrace_requests of the format */
enum misc_ptrace {
	MISC_PEEKTEXT = 2,
	MISC_PEEKDATA = 3,
	MISC_PEEKUSR = 4,
	MISC_CONT = 8,
	MISC_SINGLESTEP = 10,
	MISC_DETACH = 12,
	MISC_SYSCALL = 13,
};

static __always_inline void emit_dyn_u64(struct emit *e, enum misc_dyn kind, __u64 value)
{
	*(e->rec + e->pos) = kind;
	*(__u64 *)(e->rec + e->pos + 1) = value;
	emit_len(e, 9);
}

EXIT_PROG(ptrace)
{
	__u64 word = 0;
	struct emit e;
	__u16 request;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_PTRACE_X, 5))
		return 0;
	request = flags_ptrace(e.ring->arg[0]);
	emit_s64(&e, ret);
	emit_dyn_u64(&e, MISC_PTRACE_UINT64, e.ring->arg[2]);
	switch (request) {
	case MISC_PEEKTEXT:
	case MISC_PEEKDATA:
	case MISC_PEEKUSR:
		/* The word that was read stands where the last argument points to. */
		if (ret || bpf_probe_read_user(&word, e.compat ? 4 : 8, (void *)e.ring->arg[3]))
			emit_empty(&e);
		else
			emit_dyn_u64(&e, MISC_PTRACE_UINT64, word);
		break;
	case MISC_CONT:
	case MISC_SINGLESTEP:
	case MISC_DETACH:
	case MISC_SYSCALL:
		*(e.rec + e.pos) = MISC_PTRACE_SIGTYPE;
		*(e.rec + e.pos + 1) = e.ring->arg[3];
		emit_len(&e, 2);
		break;
	default:
		emit_dyn_u64(&e, MISC_PTRACE_UINT64, e.ring->arg[3]);
		break;
	}
	emit_sync(&e);
	emit_u16(&e, request);
	emit_int(&e, e.ring->arg[1]);
	emit_commit(&e);
	return 0;
}

/* --- keyctl --------------------------------------------------------------------------- */

/* What the second to fifth argument of an operation is, two bits each (keyctl(2)). */
enum key_arg {
	KEY_NONE,
	KEY_INT, /* id of a key, number, size: an int */
	KEY_ADDR, /* address of something that is no text */
	KEY_TEXT,
};

#define KEY_ARGS(a, b, c, d) ((a) | (b) << 2 | (c) << 4 | (d) << 6)

/* linux/keyctl.h, by number */
static const volatile __u8 key_args[64] = {
	[0] = KEY_ARGS(KEY_INT, KEY_INT, 0, 0), /* GET_KEYRING_ID */
	[1] = KEY_ARGS(KEY_TEXT, 0, 0, 0), /* JOIN_SESSION_KEYRING */
	[2] = KEY_ARGS(KEY_INT, KEY_ADDR, KEY_INT, 0), /* UPDATE */
	[3] = KEY_ARGS(KEY_INT, 0, 0, 0), /* REVOKE */
	[4] = KEY_ARGS(KEY_INT, KEY_INT, KEY_INT, 0), /* CHOWN */
	[5] = KEY_ARGS(KEY_INT, KEY_INT, 0, 0), /* SETPERM */
	[6] = KEY_ARGS(KEY_INT, KEY_ADDR, KEY_INT, 0), /* DESCRIBE */
	[7] = KEY_ARGS(KEY_INT, 0, 0, 0), /* CLEAR */
	[8] = KEY_ARGS(KEY_INT, KEY_INT, 0, 0), /* LINK */
	[9] = KEY_ARGS(KEY_INT, KEY_INT, 0, 0), /* UNLINK */
	[10] = KEY_ARGS(KEY_INT, KEY_TEXT, KEY_TEXT, KEY_INT), /* SEARCH */
	[11] = KEY_ARGS(KEY_INT, KEY_ADDR, KEY_INT, 0), /* READ */
	[12] = KEY_ARGS(KEY_INT, KEY_ADDR, KEY_INT, KEY_INT), /* INSTANTIATE */
	[13] = KEY_ARGS(KEY_INT, KEY_INT, KEY_INT, 0), /* NEGATE */
	[14] = KEY_ARGS(KEY_INT, 0, 0, 0), /* SET_REQKEY_KEYRING */
	[15] = KEY_ARGS(KEY_INT, KEY_INT, 0, 0), /* SET_TIMEOUT */
	[16] = KEY_ARGS(KEY_INT, 0, 0, 0), /* ASSUME_AUTHORITY */
	[17] = KEY_ARGS(KEY_INT, KEY_ADDR, KEY_INT, 0), /* GET_SECURITY */
	[18] = KEY_ARGS(0, 0, 0, 0), /* SESSION_TO_PARENT */
	[19] = KEY_ARGS(KEY_INT, KEY_INT, KEY_INT, KEY_INT), /* REJECT */
	[20] = KEY_ARGS(KEY_INT, KEY_ADDR, KEY_INT, KEY_INT), /* INSTANTIATE_IOV */
	[21] = KEY_ARGS(KEY_INT, 0, 0, 0), /* INVALIDATE */
	[22] = KEY_ARGS(KEY_INT, KEY_INT, 0, 0), /* GET_PERSISTENT */
	[23] = KEY_ARGS(KEY_ADDR, KEY_ADDR, KEY_INT, KEY_ADDR), /* DH_COMPUTE */
	[24] = KEY_ARGS(KEY_INT, KEY_INT, KEY_TEXT, KEY_ADDR), /* PKEY_QUERY */
	[25] = KEY_ARGS(KEY_ADDR, KEY_TEXT, KEY_ADDR, KEY_ADDR), /* PKEY_ENCRYPT */
	[26] = KEY_ARGS(KEY_ADDR, KEY_TEXT, KEY_ADDR, KEY_ADDR), /* PKEY_DECRYPT */
	[27] = KEY_ARGS(KEY_ADDR, KEY_TEXT, KEY_ADDR, KEY_ADDR), /* PKEY_SIGN */
	[28] = KEY_ARGS(KEY_ADDR, KEY_TEXT, KEY_ADDR, KEY_ADDR), /* PKEY_VERIFY */
	[29] = KEY_ARGS(KEY_INT, KEY_TEXT, KEY_TEXT, 0), /* RESTRICT_KEYRING */
	[30] = KEY_ARGS(KEY_INT, KEY_INT, KEY_INT, KEY_INT), /* MOVE */
	[31] = KEY_ARGS(KEY_ADDR, KEY_INT, 0, 0), /* CAPABILITIES */
	[32] = KEY_ARGS(KEY_INT, KEY_INT, KEY_INT, 0), /* WATCH_KEY */
};

/* A DYN value: its sub-type, then the text with its NUL. */
static __always_inline void emit_dyn_text(struct emit *e, __u64 addr)
{
	long len = bpf_probe_read_user_str(e->rec + e->pos + 1, EMIT_PATH_MAX, (void *)addr);

	if (len <= 0 || len > EMIT_PATH_MAX) {
		emit_empty(e);
		return;
	}
	*(e->rec + e->pos) = MISC_KEYCTL_CHARBUF;
	emit_len(e, len + 1);
}

EXIT_PROG(keyctl)
{
	__u64 operation, kinds;
	struct emit e;
	__u32 i;

	if (!emit_begin_call(&e, regs, WIRE_EVENT_SYSCALL_KEYCTL_X, 6))
		return 0;
	operation = (__u32)e.ring->arg[0];
	kinds = key_args[mask_index(operation, 63)];
	if (operation > 63)
		kinds = 0;
	emit_s64(&e, ret);
	emit_u32(&e, operation);
	for (i = 0; i < 4; i++) {
		__u64 value = e.ring->arg[1 + i];

		switch (kinds >> 2 * i & 3) {
		case KEY_INT:
			emit_dyn_u64(&e, MISC_KEYCTL_INT64, (__s64)(__s32)value);
			break;
		case KEY_ADDR:
			emit_dyn_u64(&e, MISC_KEYCTL_INT64, value);
			break;
		case KEY_TEXT:
			emit_dyn_text(&e, value);
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
