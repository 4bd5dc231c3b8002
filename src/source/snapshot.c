/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot.c: the opening snapshot of a live source: the machine, its
 * interfaces, users, threads and open files as the blocks that begin a trace.
 * scan.h says which file does what.
 */
#include "source/live.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "scap/scap.h"
#include "source/overlap.h"
#include "source/scan.h"

static uint64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void put_machine(uint64_t boot_ns, struct str *out)
{
	struct snap_machine machine = {
		.cpu_cnt = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN),
		.memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE),
		.boot_ns = boot_ns,
	};

	/* A name that is cut lacks its NUL. */
	if (gethostname(machine.hostname, sizeof(machine.hostname) - 1))
		machine.hostname[0] = '\0';
	scap_put_machine(out, &machine);
}

/* --- interfaces ------------------------------------------------------------------ */

static void copy_addr(uint8_t out[16], const struct sockaddr *addr, int family)
{
	if (!addr || addr->sa_family != family)
		return;
	if (family == AF_INET)
		memcpy(out, &((const struct sockaddr_in *)addr)->sin_addr, 4);
	else
		memcpy(out, &((const struct sockaddr_in6 *)addr)->sin6_addr, 16);
}

static void put_family(const struct ifaddrs *list, int family, struct str *out)
{
	for (const struct ifaddrs *at = list; at; at = at->ifa_next) {
		struct snap_iface iface = { .is_ipv6 = family == AF_INET6 };

		if (!at->ifa_addr || at->ifa_addr->sa_family != family)
			continue;
		copy_addr(iface.addr, at->ifa_addr, family);
		copy_addr(iface.netmask, at->ifa_netmask, family);
		if (at->ifa_flags & IFF_BROADCAST)
			copy_addr(iface.bcast, at->ifa_broadaddr, family);
		iface.name = span_text(at->ifa_name);
		scap_put_iface(out, &iface);
	}
}

/* Readers expect the IPv4 ones first. */
static void put_ifaces(struct str *out)
{
	struct ifaddrs *list = NULL;
	size_t begin = scap_list_begin(out, SCAP_IFACES, 0);

	if (getifaddrs(&list))
		log_debug("cannot list the interfaces: %s", strerror(errno));
	put_family(list, AF_INET, out);
	put_family(list, AF_INET6, out);
	scap_list_end(out, begin);
	if (list)
		freeifaddrs(list);
}

static void put_users(struct str *out)
{
	int etc = open("/etc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	source_scan_users(etc, out);
	if (etc >= 0)
		close(etc);
}

/* --- fds and threads --------------------------------------------------------------- */

static int list_fds(struct source_scan *scan, struct source_bpf *bpf)
{
	int iter = bpf ? source_bpf_iter(bpf, SOURCE_BPF_ITER_FDS) : -ENOTSUP;
	int ret = iter;

	if (iter >= 0) {
		ret = source_scan_iter_fds(scan, iter);
		close(iter);
	}
	if (!ret)
		return 0;
	if (bpf)
		log_debug("no iterator over open files (%s): they come from /proc", strerror(-ret));
	return source_scan_fds(scan);
}

/* A kernel may hide some from its iterator (security modules do): /proc is asked for the others. */
static int put_threads(struct source_scan *scan, struct source_bpf *bpf, struct str *out)
{
	int iter = bpf ? source_bpf_iter(bpf, SOURCE_BPF_ITER_TASKS) : -ENOTSUP;
	size_t begin = scap_list_begin(out, SCAP_PROCS_V9, 0);
	int ret = iter;

	if (iter >= 0) {
		ret = source_scan_iter_tasks(scan, iter, out);
		close(iter);
	}
	if (ret && bpf)
		log_debug("no iterator over threads (%s): they come from /proc", strerror(-ret));
	ret = source_scan_procs(scan, out);
	scap_list_end(out, begin);
	return ret;
}

int source_snapshot(struct source_bpf *bpf, struct source_overlap *overlap, struct str *out,
		    struct err *err)
{
	uint64_t begin_ns = source_scan_now_ns();
	struct source_scan scan = {
		.self_pid = getpid(),
		.boot_ns = wall_ns() - source_scan_now_ns(),
		.tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK),
		.overlap = overlap,
	};
	uint64_t fds_ns, threads_ns, end_ns;
	int ret;

	scan.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (scan.proc < 0)
		return err_set(err, -errno, "cannot read /proc: %s", strerror(errno));
	put_machine(scan.boot_ns, out);
	put_ifaces(out);
	put_users(out);
	fds_ns = source_scan_now_ns();
	ret = list_fds(&scan, bpf);
	threads_ns = source_scan_now_ns();
	if (!ret)
		ret = put_threads(&scan, bpf, out);
	if (ret)
		err_set(err, ret, "cannot list /proc: %s", strerror(-ret));
	source_scan_put_lists(&scan, out);
	end_ns = source_scan_now_ns();
	if (overlap)
		source_overlap_end(overlap, end_ns);
	log_debug("snapshot: %u fds in %llu us, %u threads in %llu us, the rest in %llu us",
		  scan.fd_cnt, (unsigned long long)(threads_ns - fds_ns) / 1000, scan.thread_cnt,
		  (unsigned long long)(end_ns - threads_ns) / 1000,
		  (unsigned long long)(fds_ns - begin_ns) / 1000);
	close(scan.proc);
	vec_release(&scan.lists);
	map_release(&scan.list_of);
	str_release(&scan.lists_text);
	map_release(&scan.seen);
	map_release(&scan.pidns);
	map_release(&scan.netns);
	map_release(&scan.mntns);
	map_release(&scan.sockets);
	map_release(&scan.mounts);
	arena_release(&scan.arena);
	return ret;
}
