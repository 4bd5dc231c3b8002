/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_load.c: everything that talks to libbpf: the life of the programs (open,
 * configure, load, attach, detach), the rings, the iterators.  Features are found
 * by trying, never by the kernel's version.
 *
 * Most of a start is the kernel verifying programs one after the other, so they
 * are loaded as two objects, each by a thread of its own, while the caller makes
 * the rings.  The objects come from the same file; each loads some programs of it.
 * The maps are those of a third one, which loads none.
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
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/alloc.h"
#include "base/log.h"
#include "event/event.h"
#include "rtsec_bpf.skel.h"

/* An object that loads some of the programs. */
struct part {
	struct source_bpf *programs;
	struct rtsec_bpf *skel;
	thrd_t thread;
	bool is_running; /* thread */
	struct err err;
};

#define PARTS_MAX 2u

struct source_bpf {
	struct rtsec_bpf *maps; /* the object whose maps all use */
	struct part parts[PARTS_MAX];
	unsigned int part_cnt;
	struct source_live_opts opts;
	uint64_t ring_bytes;
	size_t map_bytes; /* of one ring */
	unsigned int cpu_cnt; /* possible ones */
	struct wire_ring **rings; /* by CPU, NULL none yet */
};

static const char *const tail_names[WIRE_TAIL_COUNT] = {
	[WIRE_TAIL_generic] = "x_generic",
	[WIRE_TAIL_simple] = "x_simple",
#define TAIL(program) [WIRE_TAIL_##program] = "x_" #program,
#define MAKES(program, EVENT)
#include "event/tails.def"
};

/* Loaded by the second object: about half of the time, and types that the others do not need. */
static const char *const second_part[] = {
	"x_exec", "x_net", "x_uring", "uring_complete", "uring_submit_req", "uring_submit_sqe",
};

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

/* --- maps -------------------------------------------------------------------- */

static void set_constants(struct source_bpf *programs)
{
	const struct source_live_opts *opts = &programs->opts;
	struct rtsec_bpf *skel = programs->maps;
	struct wire_settings *settings = &skel->bss->settings;
	unsigned int i;

	skel->rodata->ring_size = programs->ring_bytes;
	skel->rodata->want_starts = opts->starts;
	source_calls_fill((struct wire_syscall *)skel->rodata->syscalls,
			  (struct wire_syscall *)skel->rodata->muxed_calls);
	settings->snaplen = opts->snaplen;
	settings->self_tgid = getpid();
	for (i = 0; i < 2; i++) {
		settings->execveat_nr[i] = source_calls_number("execveat", i);
		settings->sigreturn_nr[i] = source_calls_number("rt_sigreturn", i);
	}
	for (i = 0; i < ARRAY_SIZE(settings->events); i++)
		settings->events[i] =
			opts->event_types ? (i <= EVENT_TYPE_COUNT / 64 ? opts->event_types[i] : 0)
					  : UINT64_MAX;
	settings->events[WIRE_EVENT_ANY / 64] |= UINT64_C(1) << WIRE_EVENT_ANY % 64;
	bpf_map__set_max_entries(skel->maps.rings, programs->cpu_cnt);
}

/* The map behind one ring. */
static int create_ring(const struct source_bpf *programs)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_MMAPABLE);

	return bpf_map_create(BPF_MAP_TYPE_ARRAY, "ring", sizeof(uint32_t), programs->map_bytes, 1,
			      &opts);
}

/* A file in memory with types of no kernel: see make_maps(). */
static int no_types(void)
{
	struct btf *btf = btf__new_empty();
	const void *bytes = NULL;
	uint32_t len = 0;
	int fd = memfd_create("types", MFD_CLOEXEC);

	if (btf)
		bytes = btf__raw_data(btf, &len);
	if (fd >= 0 && (!bytes || write(fd, bytes, len) != (ssize_t)len)) {
		close(fd);
		fd = -1;
	}
	btf__free(btf);
	return fd;
}

/*
 * An object without programs needs no types of the kernel; libbpf would parse them
 * nevertheless, for tens of milliseconds, unless it is told to take others.
 */
static int make_maps(struct source_bpf *programs)
{
	char path[64];
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = path);
	struct bpf_program *prog;
	int types = no_types();
	int ring = -1;
	int ret = -1;

	if (types < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", types);
	programs->maps = rtsec_bpf__open_opts(&opts);
	if (programs->maps) {
		set_constants(programs);
		bpf_object__for_each_program(prog, programs->maps->obj)
			bpf_program__set_autoload(prog, false);
		/* What the rings will look like; libbpf 1.5 cannot resize its own pattern. */
		ring = create_ring(programs);
		ret = ring < 0 ? ring : bpf_map__set_inner_map_fd(programs->maps->maps.rings, ring);
		if (!ret)
			ret = rtsec_bpf__load(programs->maps);
	} else {
		ret = -errno;
	}
	if (ring >= 0)
		close(ring);
	close(types);
	return ret;
}

/* The maps of one object for the other. */
static int share_maps(const struct rtsec_bpf *from, const struct rtsec_bpf *to)
{
	struct bpf_map *map;
	int ret = 0;

	bpf_object__for_each_map(map, from->obj)
	{
		struct bpf_map *other = bpf_object__find_map_by_name(to->obj, bpf_map__name(map));

		if (!ret && other && bpf_map__fd(map) >= 0)
			ret = bpf_map__reuse_fd(other, bpf_map__fd(map));
	}
	return ret;
}

/* --- programs ------------------------------------------------------------------ */

/* For programs that only some architectures have. */
static void set_autoload(struct bpf_object *obj, const char *name, bool on)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, name);

	if (prog)
		bpf_program__set_autoload(prog, on && bpf_program__autoload(prog));
}

/* Is it known that the kernel lacks this tracepoint? Where tracefs is not mounted it is not. */
static bool lacks_tracepoint(const char *group, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s", group);
	if (access(path, F_OK))
		return false;
	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/%s/%s", group, name);
	return access(path, F_OK);
}

static bool is_of_second(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(second_part); i++)
		if (!strcmp(second_part[i], name))
			return true;
	return false;
}

static void choose_programs(const struct part *part)
{
	const struct source_live_opts *opts = &part->programs->opts;
	struct bpf_object *obj = part->skel->obj;
	bool is_first = part == part->programs->parts;
	struct bpf_program *prog;

	if (part->programs->part_cnt > 1)
		bpf_object__for_each_program(prog, obj) if (is_of_second(bpf_program__name(prog)) ==
							    is_first)
			bpf_program__set_autoload(prog, false);
	set_autoload(obj, "sys_enter", opts->starts);
	set_autoload(obj, "sched_switch", opts->switches);
	set_autoload(obj, "list_tasks", !opts->full_proc_scan);
	set_autoload(obj, "list_fds", !opts->full_proc_scan);
	set_autoload(obj, "page_fault_user", opts->page_faults);
	set_autoload(obj, "page_fault_kernel", opts->page_faults);
	/* One hook under its newer and its older name. */
	set_autoload(obj, "uring_submit_req", !lacks_tracepoint("io_uring", "io_uring_submit_req"));
	set_autoload(obj, "uring_submit_sqe", !lacks_tracepoint("io_uring", "io_uring_submit_sqe"));
}

/* -1: not loaded. */
static int program_fd(const struct source_bpf *programs, const char *name)
{
	unsigned int i;

	for (i = 0; i < programs->part_cnt; i++) {
		struct bpf_program *prog =
			bpf_object__find_program_by_name(programs->parts[i].skel->obj, name);
		int fd = prog ? bpf_program__fd(prog) : -1;

		if (fd >= 0)
			return fd;
	}
	return -1;
}

/* Calls of a program that this kernel refused come as the generic event. */
static int fill_tails(const struct source_bpf *programs, struct err *err)
{
	int generic = program_fd(programs, "x_generic");
	int uring = program_fd(programs, "x_uring");
	uint32_t i;

	for (i = 0; i < WIRE_TAIL_COUNT; i++) {
		int fd = program_fd(programs, tail_names[i]);

		if (fd < 0)
			fd = generic;
		if (bpf_map_update_elem(bpf_map__fd(programs->maps->maps.tails), &i, &fd, BPF_ANY))
			return err_set(err, -EINVAL, "cannot capture: program %s cannot be used",
				       tail_names[i]);
	}
	i = 0;
	if (uring >= 0 &&
	    bpf_map_update_elem(bpf_map__fd(programs->maps->maps.uring_tails), &i, &uring, BPF_ANY))
		return err_set(err, -EINVAL, "cannot capture: program x_uring cannot be used");
	return 0;
}

/* Hooks are attached one by one; only the exit of system calls cannot be done without. */
static int attach(const struct part *part, struct err *err)
{
	struct bpf_object_skeleton *skeleton = part->skel->skeleton;
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
		} else if (prog == part->skel->progs.sys_exit) {
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

/* Without execs nothing is right about processes; a locked-down kernel refuses them first. */
static bool is_needed(const char *name)
{
	return !strcmp(name, "sys_exit") || !strcmp(name, "x_generic") ||
	       !strcmp(name, "process_exec");
}

/*
 * Loads all that the kernel takes; what it refuses is left out and said, if that can
 * be done without.  Loading is most of the time that a start takes, so the first
 * failure has to tell which program it was.
 */
static int load(struct part *part)
{
	struct refused refused = { .cnt = 0 };
	const struct bpf_object_skeleton *skeleton;
	const char *name = NULL;
	char **logs;
	int ret;

	for (;;) {
		part->skel = rtsec_bpf__open();
		if (!part->skel)
			return load_error(-errno, &part->err);
		choose_programs(part);
		leave_out(part->skel, &refused);
		ret = share_maps(part->programs->maps, part->skel);
		if (ret)
			return load_error(ret, &part->err);
		skeleton = part->skel->skeleton;
		logs = give_logs(skeleton);
		ret = rtsec_bpf__load(part->skel);
		if (ret && ret != -EPERM && refused.cnt < REFUSED_MAX)
			name = find_refused(skeleton, logs);
		free_logs(skeleton, logs);
		if (!ret)
			return 0;
		if (!name || is_needed(name))
			return load_error(ret, &part->err);
		log_debug("program %s is refused by this kernel (%s) and left out", name,
			  strerror(-ret));
		refused.names[refused.cnt++] = name;
		name = NULL;
		rtsec_bpf__destroy(part->skel);
		part->skel = NULL;
	}
}

/* --- life ---------------------------------------------------------------------- */

static uint64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int run_load(void *arg)
{
	struct part *part = arg;
	uint64_t begin_us = clock_us(CLOCK_MONOTONIC);
	int ret;

	source_hurry(true); /* for the rest of the thread's life */
	ret = load(part);
	log_debug("object %td of %u took %llu us, %llu of its own", part - part->programs->parts,
		  part->programs->part_cnt,
		  (unsigned long long)(clock_us(CLOCK_MONOTONIC) - begin_us),
		  (unsigned long long)clock_us(CLOCK_THREAD_CPUTIME_ID));
	return ret;
}

/* A thread that cannot be had is done without. */
static void start_load(struct part *part)
{
	err_init(&part->err);
	part->is_running = thrd_create(&part->thread, run_load, part) == thrd_success;
	if (!part->is_running)
		load(part);
}

static int end_load(struct part *part)
{
	if (part->is_running)
		thrd_join(part->thread, NULL);
	part->is_running = false;
	return part->err.code;
}

int source_bpf_load(const struct source_live_opts *opts, uint64_t ring_bytes,
		    struct source_bpf **out, struct err *err)
{
	struct source_bpf *programs;
	int cpu_cnt, ret;
	unsigned int i;

	ret = check_machine(err);
	if (ret)
		return ret;
	libbpf_set_print(print_debug);
	cpu_cnt = libbpf_num_possible_cpus();
	if (cpu_cnt < 0)
		return err_set(err, cpu_cnt, "cannot count the CPUs: %s", strerror(-cpu_cnt));
	programs = alloc_zero(sizeof(*programs));
	programs->opts = *opts;
	programs->ring_bytes = ring_bytes;
	programs->cpu_cnt = cpu_cnt;
	programs->map_bytes = WIRE_RING_HEADER + ring_bytes + WIRE_SLACK;
	programs->rings = alloc_array(cpu_cnt, sizeof(*programs->rings));
	ret = make_maps(programs);
	if (ret) {
		source_bpf_free(programs);
		return load_error(ret, err);
	}
	/* A lone CPU would only do twice what both objects need. */
	programs->part_cnt = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? PARTS_MAX : 1;
	for (i = 0; i < programs->part_cnt; i++) {
		programs->parts[i].programs = programs;
		start_load(&programs->parts[i]);
	}
	*out = programs;
	return 0;
}

int source_bpf_attach(struct source_bpf *programs, struct err *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < programs->part_cnt; i++)
		if (end_load(&programs->parts[i]) && !ret)
			ret = err_set(err, programs->parts[i].err.code, "%s",
				      programs->parts[i].err.text);
	if (!ret)
		ret = fill_tails(programs, err);
	/* The second first: the first one's hook is what most events begin with. */
	for (i = programs->part_cnt; i-- > 0 && !ret;)
		ret = attach(&programs->parts[i], err);
	return ret;
}

void source_bpf_detach(struct source_bpf *programs)
{
	unsigned int i;

	for (i = 0; i < programs->part_cnt; i++)
		rtsec_bpf__detach(programs->parts[i].skel);
}

void source_bpf_free(struct source_bpf *programs)
{
	unsigned int i;

	if (!programs)
		return;
	for (i = 0; i < programs->part_cnt; i++) {
		end_load(&programs->parts[i]);
		rtsec_bpf__destroy(programs->parts[i].skel);
	}
	for (i = 0; i < programs->cpu_cnt; i++)
		if (programs->rings[i])
			munmap(programs->rings[i], programs->map_bytes);
	alloc_free(programs->rings);
	rtsec_bpf__destroy(programs->maps);
	alloc_free(programs);
}

/* --- rings --------------------------------------------------------------------- */

bool source_bpf_has_ring(const struct source_bpf *programs, unsigned int cpu)
{
	return cpu < programs->cpu_cnt && programs->rings[cpu];
}

struct wire_ring *source_bpf_ring(struct source_bpf *programs, unsigned int cpu, struct err *err)
{
	struct wire_ring *ring;
	int fd, ret;

	if (cpu >= programs->cpu_cnt) {
		err_set(err, -EINVAL, "CPU %u is beyond the possible ones", cpu);
		return NULL;
	}
	if (programs->rings[cpu])
		return programs->rings[cpu];
	fd = create_ring(programs);
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
	ret = bpf_map_update_elem(bpf_map__fd(programs->maps->maps.rings), &cpu, &fd, BPF_ANY);
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
	return __atomic_load_n(&programs->maps->bss->settings.no_ring, __ATOMIC_RELAXED);
}

/* --- iterators ----------------------------------------------------------------- */

int source_bpf_iter(const struct source_bpf *programs, enum source_bpf_iter which)
{
	const struct rtsec_bpf *skel = programs->parts[0].skel;
	const struct bpf_link *link =
		which == SOURCE_BPF_ITER_TASKS ? skel->links.list_tasks : skel->links.list_fds;

	return link ? bpf_iter_create(bpf_link__fd(link)) : -ENOTSUP;
}

int source_bpf_iter_process(const struct source_bpf *programs, int64_t pid)
{
	union bpf_iter_link_info info = { .task.pid = (uint32_t)pid };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_link *link;
	int fd;

	if (!programs->parts[0].skel->links.list_fds)
		return -ENOTSUP;
	link = bpf_program__attach_iter(programs->parts[0].skel->progs.list_fds, &opts);
	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	bpf_link__destroy(link);
	return fd;
}
