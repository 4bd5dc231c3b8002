/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_filter.c: any text as a filter and as an output template.  A filter that
 * compiles must, printed, compile again to the same code; both must say the same
 * of some events, and the opposite of what "not" says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "event/event.h"
#include "filter/filter.h"
#include "fuzz/fuzz.h"
#include "state/state.h"

/* --- some events ------------------------------------------------------------------- */

#define EVENT_CNT 4

struct world {
	struct state *state;
	struct field_env env;
	uint8_t raw[EVENT_CNT][512];
	struct event events[EVENT_CNT];
	unsigned int cnt;
};

/* Parameters of the type one after the other: len[i] bytes of bytes each. */
static void add_event(struct world *world, uint16_t type, const uint8_t *lens, unsigned int cnt,
		      const void *bytes, size_t len)
{
	uint8_t *raw = world->raw[world->cnt];
	struct event_record rec = { .data = raw, .num = world->cnt + 1 };
	struct err err = { 0 };
	unsigned int width = event_info_find(type)->flags & EVENT_EF_LARGE_PAYLOAD ? 4 : 2;
	unsigned int i;

	rec.start_ns = EVENT_TIME_UNKNOWN;
	rec.len = 26 + cnt * width + (uint32_t)len;
	store_u64(raw, 1000000000000 + world->cnt);
	store_u64(raw + 8, 100);
	store_u32(raw + 16, rec.len);
	store_u16(raw + 20, type);
	store_u32(raw + 22, cnt);
	for (i = 0; i < cnt; i++)
		raw[26 + i * width] = lens[i];
	memcpy(raw + 26 + cnt * width, bytes, len);
	if (event_decode(&rec, &world->events[world->cnt++], &err) != EVENT_OK)
		abort();
}

static void add_fd(struct world *world, int64_t num, uint8_t type, const char *name)
{
	struct snap_fd fd = { .fd = num,
			      .type = type,
			      .l4 = SNAP_L4_TCP,
			      .name = span_text(name),
			      .ends = { .sip = { 10, 0, 0, 1 },
					.dip = { 10, 0, 0, 2 },
					.sport = 40000,
					.dport = 443 } };

	state_add_fd(world->state, 100, &fd);
}

static struct world *new_world(void)
{
	static const uint8_t read_file[] = "\4\0\0\0\0\0\0\0"
					   "a\0\xff\n"
					   "\3\0\0\0\0\0\0\0"
					   "\20\0\0\0";
	static const uint8_t read_socket[] = "\xf5\xff\xff\xff\xff\xff\xff\xff"
					     "\4\0\0\0\0\0\0\0"
					     "\20\0\0\0";
	static const uint8_t generic[] = "\xa5\0\x3d\0";
	struct world *world = alloc_zero(sizeof(*world));
	struct state_opts opts = { 0 };
	struct snap_thread thread = { .tid = 100,
				      .pid = 100,
				      .ptid = 1,
				      .comm = span_text("nginx"),
				      .exe = span_text("/usr/sbin/nginx"),
				      .args = span_make("-g\0x", 5),
				      .env = span_make("HOME=/root", 11),
				      .cwd = span_text("/root") };

	world->state = state_new(&opts);
	state_add_thread(world->state, &thread);
	thread.tid = thread.pid = 1;
	thread.ptid = 0;
	thread.comm = span_text("systemd");
	state_add_thread(world->state, &thread);
	add_fd(world, 3, SNAP_FD_FILE_V2, "/etc/nginx/nginx.conf");
	add_fd(world, 4, SNAP_FD_IPV4_SOCK, NULL);
	state_finish_snapshot(world->state);
	field_env_init(&world->env, world->state);
	add_event(world, EVENT_SYSCALL_READ_X, (const uint8_t[]){ 8, 4, 8, 4 }, 4, read_file,
		  sizeof(read_file) - 1);
	add_event(world, EVENT_SYSCALL_READ_X, (const uint8_t[]){ 8, 0, 8, 4 }, 4, read_socket,
		  sizeof(read_socket) - 1);
	add_event(world, EVENT_GENERIC_X, (const uint8_t[]){ 2, 2 }, 2, generic,
		  sizeof(generic) - 1);
	add_event(world, EVENT_SCHEDSWITCH_6_E, (const uint8_t[]){ 0 }, 1, "", 0);
	return world;
}

/* Bit i: it matches event i. */
static unsigned int matches(const struct filter *filter)
{
	static struct world *world;
	unsigned int i, mask = 0;

	if (!world)
		world = new_world();
	for (i = 0; i < EVENT_CNT; i++) {
		struct event *ev = &world->events[i];

		state_apply(world->state, ev);
		arena_reset(&world->env.scratch);
		mask |= (unsigned int)filter_run(filter, &world->env, ev) << i;
	}
	return mask;
}

/* --- a filter ------------------------------------------------------------------------- */

static struct filter *compile_again(const char *text)
{
	/* "and(" is printed as "and (", which is deeper. */
	struct filter_opts opts = { .max_depth = 10 * LIMIT_FILTER_DEPTH };
	struct err err = { 0 };
	struct filter *filter = filter_compile(text, &opts, &err);

	if (!filter) {
		fprintf(stderr, "printed filter does not parse: %s: %s\n", text, err.text);
		abort();
	}
	return filter;
}

static void try_filter(const struct filter *filter)
{
	struct str text = { 0 };
	struct str negated = { 0 };
	struct str code = { 0 };
	struct str again = { 0 };
	struct filter *second, *third;
	unsigned int mask;

	filter_print(filter, &text);
	filter_dump(filter, &code);
	second = compile_again(str_text(&text));
	filter_dump(second, &again);
	if (strcmp(str_text(&code), str_text(&again)) != 0) {
		fprintf(stderr, "printed filter has other code: %s\n%s\n%s\n", str_text(&text),
			str_text(&code), str_text(&again));
		abort();
	}
	str_printf(&negated, "not (%s)", str_text(&text));
	third = compile_again(str_text(&negated));
	mask = matches(filter);
	/* These count how often they are asked. */
	if (!strstr(str_text(&text), "util.cnt") && !strstr(str_text(&text), "evt.deltatime") &&
	    (matches(second) != mask || matches(third) != (mask ^ ((1u << EVENT_CNT) - 1)))) {
		fprintf(stderr, "not consistent: %s\n", str_text(&text));
		abort();
	}
	filter_free(second);
	filter_free(third);
	str_release(&text);
	str_release(&negated);
	str_release(&code);
	str_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = alloc_zero(size + 1);
	struct field_template *tpl;
	struct filter *filter;
	struct err err;

	memcpy(text, data, size);
	err_init(&err);
	filter = filter_compile(text, NULL, &err);
	if (filter)
		try_filter(filter);
	else if (!err.code || !err.text[0])
		abort();
	filter_free(filter);

	err_init(&err);
	tpl = field_template_compile(text, &err);
	if (!tpl && (!err.code || !err.text[0]))
		abort();
	field_template_free(tpl);
	alloc_free(text);
	return 0;
}
