/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_load.c: everything that talks to libbpf: the skeleton's life (open,
 * configure, load, attach, detach), the table of call numbers, the rings.
 * Features are found by trying, never by the kernel's version.
 */
#include "source/live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/alloc.h"
#include "base/log.h"
#include "event/event.h"
#include "rtsec_bpf.skel.h"

struct source_bpf {
	struct rtsec_bpf *skel;
	size_t map_bytes; /* of one ring */
	unsigned int cpu_cnt; /* possible ones */
	struct wire_ring **rings; /* by CPU, NULL none yet */
};

/* --- what a call number means ------------------------------------------- */

static const uint16_t tail_of_event[EVENT_TYPE_COUNT] = {
#define SIMPLE(EVENT, cnt, ...) [EVENT_##EVENT] = WIRE_TAIL_simple,
#include "event/simple.def"
#define TAIL(program)
#define MAKES(program, EVENT) [EVENT_##EVENT] = WIRE_TAIL_##program,
#include "event/tails.def"
};

static const char *const tail_names[WIRE_TAIL_COUNT] = {
	[WIRE_TAIL_generic] = "x_generic",
	[WIRE_TAIL_simple] = "x_simple",
#define TAIL(program) [WIRE_TAIL_##program] = "x_" #program,
#define MAKES(program, EVENT)
#include "event/tails.def"
};

/* Further numbers of 32-bit calls. */
static const struct {
	int16_t nr;
	uint16_t code;
} compat_calls[] = {
#if defined(__x86_64__)
#define NATIVE_NR(call) ((call)->nr_x86_64)
#define COMPAT_NR(call) ((call)->nr_i386)
#define COMPAT(i386, arm, code) { i386, code },
#else
#define NATIVE_NR(call) ((call)->nr_aarch64)
#define COMPAT_NR(call) ((call)->nr_arm)
#define COMPAT(i386, arm, code) { arm, code },
#endif
#include "event/compat.def"
};

static void set_call(struct wire_syscall *table, int nr, const struct event_syscall *call)
{
	struct wire_syscall *slot;

	if (nr < 0 || nr >= (int)WIRE_SYSCALL_MAX - 1)
		return;
	slot = &table[nr];
	slot->code = call->code;
	slot->event = call->exit_event;
	slot->tail = tail_of_event[slot->event];
	if (slot->tail == WIRE_TAIL_generic)
		slot->event = EVENT_GENERIC_X;
}

static void fill_calls(struct wire_syscall *table)
{
	struct wire_syscall *compat = table + WIRE_SYSCALL_MAX;
	const struct event_syscall *call;
	uint32_t i;

	for (i = 0; i < 2 * WIRE_SYSCALL_MAX; i++)
		table[i] = (struct wire_syscall){ .event = EVENT_GENERIC_X };
	for (i = 1; i < event_syscall_count(); i++) {
		call = event_syscall_find(i);
		if (!call)
			continue;
		set_call(table, NATIVE_NR(call), call);
		set_call(compat, COMPAT_NR(call), call);
	}
	for (i = 0; i < ARRAY_SIZE(compat_calls); i++)
		set_call(compat, compat_calls[i].nr, event_syscall_find(compat_calls[i].code));
}

/* Calls inside socketcall (net.h) and ipc (ipc.h) of 32-bit x86, by their number there. */
static const char *const muxed_names[WIRE_MUXED_MAX] = {
	[1] = "socket",
	[2] = "bind",
	[3] = "connect",
	[4] = "listen",
	[5] = "accept",
	[6] = "getsockname",
	[7] = "getpeername",
	[8] = "socketpair",
	[9] = "send",
	[10] = "recv",
	[11] = "sendto",
	[12] = "recvfrom",
	[13] = "shutdown",
	[14] = "setsockopt",
	[15] = "getsockopt",
	[16] = "sendmsg",
	[17] = "recvmsg",
	[18] = "accept4",
	[19] = "recvmmsg",
	[20] = "sendmmsg",
	[WIRE_MUXED_IPC + 1] = "semop",
	[WIRE_MUXED_IPC + 2] = "semget",
	[WIRE_MUXED_IPC + 3] = "semctl",
	[WIRE_MUXED_IPC + 4] = "semtimedop",
	[WIRE_MUXED_IPC + 11] = "msgsnd",
	[WIRE_MUXED_IPC + 12] = "msgrcv",
	[WIRE_MUXED_IPC + 13] = "msgget",
	[WIRE_MUXED_IPC + 14] = "msgctl",
	[WIRE_MUXED_IPC + 21] = "shmat",
	[WIRE_MUXED_IPC + 22] = "shmdt",
	[WIRE_MUXED_IPC + 23] = "shmget",
	[WIRE_MUXED_IPC + 24] = "shmctl",
};

static void set_muxer(struct wire_syscall *compat, const char *name)
{
	int nr = COMPAT_NR(event_syscall_find_name(name));

	if (nr < 0)
		return;
	compat[nr].event = WIRE_EVENT_ANY;
	compat[nr].tail = WIRE_TAIL_demux;
}

/* The two calls keep their code: it is what a number unknown to them is shown as. */
static void fill_muxed(struct wire_syscall *compat, struct wire_syscall *muxed)
{
	unsigned int i;

	for (i = 0; i < WIRE_MUXED_MAX; i++) {
		const char *outer = i < WIRE_MUXED_IPC ? "socketcall" : "ipc";

		set_call(muxed, i,
			 event_syscall_find_name(muxed_names[i] ? muxed_names[i] : outer));
	}
	set_muxer(compat, "socketcall");
	set_muxer(compat, "ipc");
}

/* --- errors ---------------------------------------------------------------- */

/* A refused program's log has many lines. */
PRINTF(2, 0)
static int print_debug(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char *text, *line, *rest;

	if (level == LIBBPF_DEBUG || !log_is_debug() || vasprintf(&text, fmt, args) < 0)
		return 0;
	for (rest = text; (line = strsep(&rest, "\n"));)
		if (*line)
			log_debug("%s", line);
	free(text);
	return 0;
}

/* Inode numbers of the namespaces that the kernel began with: include/linux/proc_ns.h. */
#define INIT_USER_NS 0xeffffffdu
#define INIT_PID_NS 0xeffffffcu

/* Without /proc nobody knows, and what comes will show. */
static bool is_in_inner(const char *ns, ino_t initial)
{
	struct stat st;

	return !stat(ns, &st) && st.st_ino != initial;
}

/* Lockdown's strictest mode, man 7 kernel_lockdown: nothing may read the kernel's memory. */
static bool is_confidential(void)
{
	char text[64];
	int fd = open("/sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[len > 0 ? len : 0] = '\0';
	return strstr(text, "[confidentiality]");
}

/*
 * Says before anything is tried what would make every try fail, or its result wrong:
 * the programs see the ids of the initial pid namespace, /proc those of its own.
 */
static int check_machine(struct err *err)
{
	if (is_in_inner("/proc/self/ns/user", INIT_USER_NS))
		return err_set(err, -EPERM,
			       "cannot capture: the kernel takes BPF programs from the initial "
			       "user namespace only, and this is another (a container's)");
	if (is_in_inner("/proc/self/ns/pid", INIT_PID_NS))
		return err_set(err, -ENOTSUP,
			       "cannot capture: this pid namespace (a container's) is not the "
			       "machine's; run in that one, as with --pid=host");
	if (is_confidential())
		return err_set(err, -EPERM,
			       "cannot capture: this kernel is locked down (confidentiality), so "
			       "no program may read its memory");
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return err_set(err, -ENOTSUP,
			       "cannot capture: this kernel has no BTF (/sys/kernel/btf/vmlinux); "
			       "it needs CONFIG_DEBUG_INFO_BTF");
	return 0;
}

static int load_error(int code, struct err *err)
{
	struct utsname name;

	if (code == -EPERM)
		return err_set(err, -EPERM,
			       geteuid()
				       ? "cannot capture: no privilege to load BPF programs "
					 "(run as root, or with CAP_BPF, CAP_PERFMON and "
					 "CAP_SYS_PTRACE)"
				       : "cannot capture: the kernel refuses BPF programs to this "
					 "root (a container without CAP_BPF and CAP_PERFMON, or a "
					 "lockdown)");
	return err_set(err, code,
		       "cannot capture: this kernel (%s) refuses the BPF programs: %s; "
		       "6.1 and newer are known to take them (--debug says more)",
		       uname(&name) ? "unknown" : name.release, strerror(-code));
}

/* --- life ------------------------------------------------------------------- */

/* For programs that only some architectures have. */
static void set_autoload(struct bpf_object *obj, const char *name, bool on)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);

	if (prog)
		bpf_program__set_autoload(prog, on);
}

static void configure(struct source_bpf *programs, const struct source_live_opts *opts,
		      uint64_t ring_bytes)
{
	struct rtsec_bpf *skel = programs->skel;
	struct bpf_map *inner = bpf_map__inner_map(skel->maps.rings);
	unsigned int i;

	skel->rodata->ring_size = ring_bytes;
	skel->rodata->want_starts = opts->starts;
	fill_calls((struct wire_syscall *)skel->rodata->syscalls);
	fill_muxed((struct wire_syscall *)skel->rodata->syscalls + WIRE_SYSCALL_MAX,
		   (struct wire_syscall *)skel->rodata->muxed_calls);
	skel->bss->settings.snaplen = opts->snaplen;
	skel->bss->settings.self_tgid = getpid();
	skel->bss->settings.execveat_nr[0] = NATIVE_NR(event_syscall_find_name("execveat"));
	skel->bss->settings.execveat_nr[1] = COMPAT_NR(event_syscall_find_name("execveat"));
	skel->bss->settings.sigreturn_nr[0] = NATIVE_NR(event_syscall_find_name("rt_sigreturn"));
	skel->bss->settings.sigreturn_nr[1] = COMPAT_NR(event_syscall_find_name("rt_sigreturn"));
	for (i = 0; i < sizeof(skel->bss->settings.events) / sizeof(uint64_t); i++)
		skel->bss->settings.events[i] =
			opts->event_types ? (i <= EVENT_TYPE_COUNT / 64 ? opts->event_types[i] : 0)
					  : UINT64_MAX;
	skel->bss->settings.events[WIRE_EVENT_ANY / 64] |= UINT64_C(1) << WIRE_EVENT_ANY % 64;
	bpf_program__set_autoload(skel->progs.sys_enter, opts->starts);
	bpf_program__set_autoload(skel->progs.sched_switch, opts->switches);
	bpf_program__set_autoload(skel->progs.list_tasks, !opts->full_proc_scan);
	bpf_program__set_autoload(skel->progs.list_fds, !opts->full_proc_scan);
	set_autoload(skel->obj, "page_fault_user", opts->page_faults);
	set_autoload(skel->obj, "page_fault_kernel", opts->page_faults);
	bpf_map__set_max_entries(skel->maps.rings, programs->cpu_cnt);
	bpf_map__set_value_size(inner, programs->map_bytes);
}

/* Calls of a program that this kernel refused come as the generic event. */
static int fill_tails(struct source_bpf *programs, struct err *err)
{
	int tails = bpf_map__fd(programs->skel->maps.tails);
	int generic = bpf_program__fd(programs->skel->progs.x_generic);
	uint32_t i;

	for (i = 0; i < WIRE_TAIL_COUNT; i++) {
		struct bpf_program *prog =
			bpf_object__find_program_by_name(programs->skel->obj, tail_names[i]);
		int fd = prog ? bpf_program__fd(prog) : -1;

		if (fd < 0)
			fd = generic;
		if (bpf_map_update_elem(tails, &i, &fd, BPF_ANY))
			return err_set(err, -EINVAL, "cannot capture: program %s cannot be used",
				       tail_names[i]);
	}
	return 0;
}

/* Hooks are attached one by one; only the exit of system calls cannot be done without. */
static int attach(struct source_bpf *programs, struct err *err)
{
	struct bpf_object_skeleton *skeleton = programs->skel->skeleton;
	int i;

	for (i = 0; i < skeleton->prog_cnt; i++) {
		struct bpf_program *prog = *skeleton->progs[i].prog;
		const char *name = bpf_program__name(prog);
		struct bpf_link *link;

		/* The x_ ones are tail-called. */
		if (!bpf_program__autoload(prog) || !strncmp(name, "x_", 2))
			continue;
		link = bpf_program__attach(prog);
		if (link) {
			*skeleton->progs[i].link = link;
			log_debug("hook %s attached", name);
		} else if (prog == programs->skel->progs.sys_exit) {
			return load_error(-errno, err);
		} else {
			log_debug("hook %s refused: %s", name, strerror(errno));
		}
	}
	return 0;
}

/* --- programs that a kernel refuses ------------------------------------------- */

#define REFUSED_MAX 64 /* as many programs are done without at most */
#define VERIFIER_LOG_BYTES (256u << 10)

struct refused {
	const char
		*names[REFUSED_MAX]; /* borrowed from the skeleton's object file, which is static */
	unsigned int cnt;
};

static bool is_refused(const struct refused *refused, const char *name)
{
	unsigned int i;

	for (i = 0; i < refused->cnt; i++)
		if (!strcmp(refused->names[i], name))
			return true;
	return false;
}

static void leave_out(struct rtsec_bpf *skel, const struct refused *refused)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog,
				     skel->obj) if (is_refused(refused, bpf_program__name(prog)))
		bpf_program__set_autoload(prog, false);
}

/* Room for each program's verifier log, of which none is touched but that of a refused one. */
static char **give_logs(const struct bpf_object_skeleton *skeleton)
{
	char **logs = alloc_array(skeleton->prog_cnt, sizeof(*logs));
	int i;

	for (i = 0; i < skeleton->prog_cnt; i++) {
		logs[i] = alloc_zero(VERIFIER_LOG_BYTES);
		bpf_program__set_log_buf(*skeleton->progs[i].prog, logs[i], VERIFIER_LOG_BYTES);
	}
	return logs;
}

static void free_logs(const struct bpf_object_skeleton *skeleton, char **logs)
{
	int i;

	for (i = 0; i < skeleton->prog_cnt; i++)
		alloc_free(logs[i]);
	alloc_free(logs);
}

/*
 * Which program made the load fail: the one whose verifier log is not empty, or
 * whose tracepoint this kernel does not have. NULL: none can be named.
 */
static const char *find_refused(const struct bpf_object_skeleton *skeleton, char **logs)
{
	int i;

	for (i = 0; i < skeleton->prog_cnt; i++) {
		struct bpf_program *prog = *skeleton->progs[i].prog;
		const char *hook = strrchr(bpf_program__section_name(prog), '/');

		if (!bpf_program__autoload(prog))
			continue;
		if (*logs[i] || (!strncmp(bpf_program__section_name(prog), "tp_btf/", 7) &&
				 libbpf_find_vmlinux_btf_id(hook + 1, BPF_TRACE_RAW_TP) < 0))
			return skeleton->progs[i].name;
	}
	return NULL;
}

/*
 * Loads all that the kernel takes; what it refuses is left out and said, if that can
 * be done without.  Loading is most of the time that a start takes, so the first
 * failure has to tell which program it was.
 */
static int load(struct source_bpf *programs, const struct source_live_opts *opts,
		uint64_t ring_bytes, struct err *err)
{
	struct refused refused = { .cnt = 0 };
	const struct bpf_object_skeleton *skeleton;
	const char *name = NULL;
	char **logs;
	int ret;

	for (;;) {
		programs->skel = rtsec_bpf__open();
		if (!programs->skel)
			return load_error(-errno, err);
		configure(programs, opts, ring_bytes);
		leave_out(programs->skel, &refused);
		skeleton = programs->skel->skeleton;
		logs = give_logs(skeleton);
		ret = rtsec_bpf__load(programs->skel);
		if (ret && ret != -EPERM && refused.cnt < REFUSED_MAX)
			name = find_refused(skeleton, logs);
		free_logs(skeleton, logs);
		if (!ret)
			return fill_tails(programs, err);
		if (!name || !strcmp(name, "sys_exit") || !strcmp(name, "x_generic"))
			return load_error(ret, err);
		log_debug("program %s is refused by this kernel (%s) and left out", name,
			  strerror(-ret));
		refused.names[refused.cnt++] = name;
		name = NULL;
		rtsec_bpf__destroy(programs->skel);
		programs->skel = NULL;
	}
}

int source_bpf_load(const struct source_live_opts *opts, uint64_t ring_bytes,
		    struct source_bpf **out, struct err *err)
{
	struct source_bpf *programs;
	int cpu_cnt, ret;

	ret = check_machine(err);
	if (ret)
		return ret;
	libbpf_set_print(print_debug);
	cpu_cnt = libbpf_num_possible_cpus();
	if (cpu_cnt < 0)
		return err_set(err, cpu_cnt, "cannot count the CPUs: %s", strerror(-cpu_cnt));
	programs = alloc_zero(sizeof(*programs));
	programs->cpu_cnt = cpu_cnt;
	programs->map_bytes = WIRE_RING_HEADER + ring_bytes + WIRE_SLACK;
	programs->rings = alloc_array(cpu_cnt, sizeof(*programs->rings));
	ret = load(programs, opts, ring_bytes, err);
	if (ret) {
		source_bpf_free(programs);
		return ret;
	}
	*out = programs;
	return 0;
}

int source_bpf_attach(struct source_bpf *programs, struct err *err)
{
	return attach(programs, err);
}

void source_bpf_detach(struct source_bpf *programs)
{
	rtsec_bpf__detach(programs->skel);
}

void source_bpf_free(struct source_bpf *programs)
{
	unsigned int cpu;

	if (!programs)
		return;
	for (cpu = 0; cpu < programs->cpu_cnt; cpu++)
		if (programs->rings[cpu])
			munmap(programs->rings[cpu], programs->map_bytes);
	alloc_free(programs->rings);
	if (programs->skel)
		rtsec_bpf__destroy(programs->skel);
	alloc_free(programs);
}

/* --- rings --------------------------------------------------------------------- */

bool source_bpf_has_ring(const struct source_bpf *programs, unsigned int cpu)
{
	return cpu < programs->cpu_cnt && programs->rings[cpu];
}

struct wire_ring *source_bpf_ring(struct source_bpf *programs, unsigned int cpu, struct err *err)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);
	struct wire_ring *ring;
	int fd, ret;

	if (cpu >= programs->cpu_cnt) {
		err_set(err, -EINVAL, "CPU %u is beyond the possible ones", cpu);
		return NULL;
	}
	if (programs->rings[cpu])
		return programs->rings[cpu];
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "ring", sizeof(uint32_t), programs->map_bytes, 1,
			    &opts);
	if (fd < 0) {
		err_set(err, fd, "cannot make a ring of %zu bytes for CPU %u: %s",
			programs->map_bytes, cpu, strerror(-fd));
		return NULL;
	}
	ring = mmap(NULL, programs->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED) {
		err_set(err, -errno, "cannot map the ring of CPU %u: %s", cpu, strerror(errno));
		close(fd);
		return NULL;
	}
	ret = bpf_map_update_elem(bpf_map__fd(programs->skel->maps.rings), &cpu, &fd, BPF_ANY);
	close(fd); /* the map of maps keeps it */
	if (ret) {
		err_set(err, ret, "cannot give CPU %u its ring: %s", cpu, strerror(-ret));
		munmap(ring, programs->map_bytes);
		return NULL;
	}
	programs->rings[cpu] = ring;
	return ring;
}

uint64_t source_bpf_no_ring(const struct source_bpf *programs)
{
	return __atomic_load_n(&programs->skel->bss->settings.no_ring, __ATOMIC_RELAXED);
}

/* --- iterators ----------------------------------------------------------------- */

int source_bpf_iter(const struct source_bpf *programs, enum source_bpf_iter which)
{
	const struct bpf_link *link = which == SOURCE_BPF_ITER_TASKS
					      ? programs->skel->links.list_tasks
					      : programs->skel->links.list_fds;

	return link ? bpf_iter_create(bpf_link__fd(link)) : -ENOTSUP;
}

int source_bpf_iter_process(const struct source_bpf *programs, int64_t pid)
{
	union bpf_iter_link_info info = { .task.pid = (uint32_t)pid };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_link *link;
	int fd;

	if (!programs->skel->links.list_fds)
		return -ENOTSUP;
	link = bpf_program__attach_iter(programs->skel->progs.list_fds, &opts);
	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	bpf_link__destroy(link);
	return fd;
}
