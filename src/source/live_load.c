/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_load.c: everything that talks to libbpf: the skeleton's life (open,
 * configure, load, attach, detach), the table of call numbers, the rings.
 * Features are found by trying, never by the kernel's version.
 */
#include "source/live.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
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

/* --- errors ---------------------------------------------------------------- */

static int print_debug(enum libbpf_print_level level, const char *fmt, va_list args)
{
	char line[512];

	if (level == LIBBPF_DEBUG || !log_is_debug())
		return 0;
	vsnprintf(line, sizeof(line), fmt, args);
	line[strcspn(line, "\n")] = '\0';
	log_debug("%s", line);
	return 0;
}

/* Says before anything is tried what would make every try fail. */
static int check_machine(struct err *err)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return err_set(err, -ENOTSUP,
			       "cannot capture: this kernel has no BTF (/sys/kernel/btf/vmlinux); "
			       "it needs CONFIG_DEBUG_INFO_BTF");
	return 0;
}

static int load_error(int code, struct err *err)
{
	if (code == -EPERM || code == -EACCES)
		return err_set(err, -EPERM,
			       geteuid() ? "cannot capture: no privilege to load BPF programs "
					   "(run as root, or with CAP_BPF, CAP_PERFMON and "
					   "CAP_SYS_PTRACE)" :
					   "cannot capture: the kernel refuses BPF programs to this "
					   "root (a user namespace, a container, or a lockdown)");
	return err_set(err, code, "cannot capture: the kernel refused a BPF program: %s "
				  "(--debug says which)", strerror(-code));
}

/* --- life ------------------------------------------------------------------- */

static void configure(struct source_bpf *programs, const struct source_live_opts *opts,
		      uint64_t ring_bytes)
{
	struct rtsec_bpf *skel = programs->skel;
	struct bpf_map *inner = bpf_map__inner_map(skel->maps.rings);
	unsigned int i;

	skel->rodata->ring_size = ring_bytes;
	skel->rodata->want_starts = opts->starts;
	fill_calls((struct wire_syscall *)skel->rodata->syscalls);
	skel->bss->settings.snaplen = opts->snaplen;
	skel->bss->settings.self_tgid = getpid();
	skel->bss->settings.sigreturn_nr = NATIVE_NR(event_syscall_find_name("rt_sigreturn"));
	for (i = 0; i < sizeof(skel->bss->settings.events) / sizeof(uint64_t); i++)
		skel->bss->settings.events[i] = opts->event_types ?
							(i <= EVENT_TYPE_COUNT / 64 ?
								 opts->event_types[i] :
								 0) :
							UINT64_MAX;
	bpf_program__set_autoload(skel->progs.sys_enter, opts->starts);
	bpf_map__set_max_entries(skel->maps.rings, programs->cpu_cnt);
	bpf_map__set_value_size(inner, programs->map_bytes);
}

/* A program that a kernel refuses leaves its slot empty: such calls are then not recorded. */
static int fill_tails(struct source_bpf *programs, struct err *err)
{
	int tails = bpf_map__fd(programs->skel->maps.tails);
	uint32_t i;

	for (i = 0; i < WIRE_TAIL_COUNT; i++) {
		struct bpf_program *prog = bpf_object__find_program_by_name(
			programs->skel->obj, tail_names[i]);
		int fd = prog ? bpf_program__fd(prog) : -1;

		if (fd < 0 || bpf_map_update_elem(tails, &i, &fd, BPF_ANY))
			return err_set(err, -EINVAL, "cannot capture: program %s is missing",
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
	programs->skel = rtsec_bpf__open();
	if (!programs->skel) {
		ret = load_error(-errno, err);
		goto fail;
	}
	configure(programs, opts, ring_bytes);
	ret = rtsec_bpf__load(programs->skel);
	if (ret)
		load_error(ret, err);
	else
		ret = fill_tails(programs, err);
	if (ret)
		goto fail;
	*out = programs;
	return 0;
fail:
	source_bpf_free(programs);
	return ret;
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

struct wire_ring *source_bpf_ring(struct source_bpf *programs, unsigned int cpu,
				     struct err *err)
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
