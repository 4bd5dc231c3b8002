/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * field_world.h: a small machine for the tests of field/: systemd starts login,
 * login bash (tid 4711, the one that record.h's events are of) with some fds.
 * An event goes world_begin(), record_*(&world->rec, ...), world_end().
 */
#ifndef RTSEC_UNIT_FIELD_WORLD_H
#define RTSEC_UNIT_FIELD_WORLD_H

#include "field/field.h"
#include "record.h"

struct world {
	struct state *state;
	struct field_env env;
	struct record rec;
	struct event ev;
	struct arena arena; /* of resolved fields */
	struct str text;
};

static inline struct snap_thread world_thread(int64_t tid, int64_t ptid, const char *comm)
{
	struct snap_thread thread = {
		.tid = tid,
		.pid = tid,
		.ptid = ptid,
		.sid = 950,
		.vpgid = tid,
		.pgid = tid,
		.vtid = tid,
		.vpid = tid,
		.comm = span_text(comm),
		.exe = span_text(comm),
		.cwd = span_text("/srv/alice"),
		.root = span_text("/"),
		.fdlimit = 1024,
		.clone_flags = 0x40000000,
		.uid = 1000,
		.gid = 1000,
		.loginuid = 1000,
		.pfmajor = 2,
		.pfminor = 700,
		.vmsize_kb = 8600,
		.vmrss_kb = 5200,
	};

	return thread;
}

static inline void world_add_threads(struct state *state)
{
	struct snap_thread thread = world_thread(1, 0, "systemd");

	thread.exe = span_text("/sbin/init");
	thread.uid = thread.gid = 0;
	thread.loginuid = UINT32_MAX;
	thread.sid = 1;
	state_add_thread(state, &thread);
	thread = world_thread(950, 1, "login");
	thread.exepath = span_text("/usr/bin/login");
	thread.args = span_make("-p\0--", 5);
	thread.env = span_make("TERM=linux\0SECRET=\0", 19);
	state_add_thread(state, &thread);
	thread = world_thread(4711, 950, "bash");
	thread.exe = span_text("-bash");
	thread.exepath = span_text("/usr/bin/bash");
	thread.args = span_make("-c\0ls  x\0\xff\x1b[31m\0", 16);
	thread.env = span_make("HOME=/srv/alice\0LANG=C\0", 23);
	thread.cgroups = span_make("cpu=/user.slice\0memory=/m\0", 26);
	thread.tty = 1025;
	thread.has_exe_facts = true;
	thread.exe_writable = true;
	thread.cap_effective = 1u << 21 | 1u << 0;
	thread.exe_ino = 4101;
	thread.exe_ino_mtime_ns = 1500000000000000000u;
	state_add_thread(state, &thread);
	thread = world_thread(4712, 950, "worker one");
	thread.pid = 4711;
	thread.clone_flags = 0x20000;
	state_add_thread(state, &thread);
}

static inline void world_add_fd(struct state *state, int64_t num, uint8_t type, const char *name)
{
	struct snap_fd fd = { .fd = num, .type = type, .name = span_text(name) };

	if (type == SNAP_FD_IPV4_SOCK) {
		fd.l4 = SNAP_L4_TCP;
		memcpy(fd.ends.sip, "\x7f\0\0\1", 4);
		memcpy(fd.ends.dip, "\x0a\1\2\3", 4);
		fd.ends.sport = 40000;
		fd.ends.dport = 443;
		fd.name = span_make(NULL, 0);
	}
	state_add_fd(state, 4711, &fd);
}

static inline void world_init(struct world *world)
{
	struct state_opts opts = { .live = false };
	struct snap_machine machine = { .cpu_cnt = 2, .hostname = "testhost" };
	struct snap_user alice = { .uid = 1000,
				   .gid = 1000,
				   .name = span_text("alice"),
				   .home = span_text("/srv/alice"),
				   .shell = span_text("/bin/bash") };
	struct snap_user group = { .is_group = true, .gid = 1000, .name = span_text("people") };

	memset(world, 0, sizeof(*world));
	world->state = state_new(&opts);
	state_set_machine(world->state, &machine);
	state_add_user(world->state, &alice);
	state_add_user(world->state, &group);
	world_add_threads(world->state);
	world_add_fd(world->state, 0, SNAP_FD_FILE_V2, "/dev/tty1");
	world_add_fd(world->state, 3, SNAP_FD_FILE_V2, "/etc/passwd");
	world_add_fd(world->state, 4, SNAP_FD_DIRECTORY, "/srv");
	world_add_fd(world->state, 5, SNAP_FD_FIFO, "");
	world_add_fd(world->state, 6, SNAP_FD_IPV4_SOCK, "");
	world_add_fd(world->state, 7, SNAP_FD_FILE_V2, "/tmp/a\nb\x1b[0m\\");
	state_finish_snapshot(world->state);
	field_env_init(&world->env, world->state);
}

static inline void world_release(struct world *world)
{
	record_release(&world->rec);
	field_env_release(&world->env);
	state_free(world->state);
	arena_release(&world->arena);
	str_release(&world->text);
}

static inline void world_begin(struct world *world, uint16_t type)
{
	bool is_large = (event_info_find(type)->flags & EVENT_EF_LARGE_PAYLOAD) != 0;

	record_release(&world->rec);
	record_begin(&world->rec, type, false, is_large ? 4 : 2);
}

static inline struct event *world_end(struct world *world)
{
	struct event_record rec = record_end(&world->rec);

	record_decode(&rec, &world->ev);
	arena_reset(&world->env.scratch);
	if (!world->env.first_ts_ns)
		world->env.first_ts_ns = world->ev.ts_ns;
	state_apply(world->state, &world->ev);
	return &world->ev;
}

/* A template's line for the event at hand, "unset" if there is none. */
static inline const char *world_line(struct world *world, const char *template)
{
	struct field_template *tpl;
	struct err err;

	err_init(&err);
	tpl = field_template_compile(template, &err);
	if (!tpl)
		fail_msg("%s: %s", template, err.text);
	str_reset(&world->text);
	if (!field_template_render_text(tpl, &world->env, &world->ev, &world->text)) {
		str_reset(&world->text);
		str_append_text(&world->text, "unset");
	}
	field_template_free(tpl);
	return str_text(&world->text);
}

static inline const char *world_json(struct world *world, const char *template)
{
	struct field_template *tpl;
	struct err err;

	err_init(&err);
	tpl = field_template_compile(template, &err);
	if (!tpl)
		fail_msg("%s: %s", template, err.text);
	str_reset(&world->text);
	if (!field_template_render_json(tpl, &world->env, &world->ev, &world->text)) {
		str_reset(&world->text);
		str_append_text(&world->text, "unset");
	}
	field_template_free(tpl);
	return str_text(&world->text);
}

#endif
