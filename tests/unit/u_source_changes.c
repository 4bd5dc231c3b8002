/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of what a live source makes itself: the queue, users and groups that came
 * and went, CPUs, CPU times, marks of losses.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/err.h"
#include "event/wire.h"
#include "scap/scap.h"
#include "source/made.h"

#define TS 1700000000000000000u

struct bench {
	char folder[32];
	struct source_changes *changes;
	struct source_made made;
	struct event ev;
	struct str text;
};

static void write_file(struct bench *t, const char *name, const char *content)
{
	char path[64], temp[72];
	FILE *file;

	/* As the tools do: another file takes the name. */
	snprintf(path, sizeof(path), "%s/%s", t->folder, name);
	snprintf(temp, sizeof(temp), "%s.new", path);
	file = fopen(temp, "w");
	assert_non_null(file);
	fputs(content, file);
	fclose(file);
	assert_int_equal(rename(temp, path), 0);
}

static int set_up(void **state)
{
	struct bench *t = calloc(1, sizeof(*t));

	strcpy(t->folder, "/tmp/rtsec-unit.XXXXXX");
	assert_non_null(mkdtemp(t->folder));
	write_file(t, "passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n");
	write_file(t, "group", "root:x:0:\nann:x:1000:\n");
	t->changes = source_changes_new(open("/proc", O_PATH | O_DIRECTORY),
					open(t->folder, O_PATH | O_DIRECTORY));
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *t = *state;
	char path[64];

	source_changes_free(t->changes);
	source_made_release(&t->made);
	str_release(&t->text);
	snprintf(path, sizeof(path), "%s/passwd", t->folder);
	unlink(path);
	snprintf(path, sizeof(path), "%s/group", t->folder);
	unlink(path);
	rmdir(t->folder);
	free(t);
	return 0;
}

/* The next one, as "type cpu a=b c=d ..."; NULL: none. */
static const char *next_made(struct bench *t)
{
	struct scap_block block = { 0 };
	struct event_record record;
	struct span data;
	struct err err;

	err_init(&err);
	if (!source_made_next(&t->made, &data, &block.extra))
		return NULL;
	block.type = load_u32(data.ptr);
	block.kind = scap_kind_of(block.type);
	block.data = data.ptr;
	block.len = (uint32_t)data.len;
	assert_int_equal(load_u32(data.ptr + 4), data.len);
	assert_int_equal(scap_event_record(&block, &record, &err), 0);
	record.num = 1;
	assert_int_equal(event_decode(&record, &t->ev, &err), EVENT_OK);
	assert_int_equal(t->ev.bad_cnt, 0);
	assert_true(t->ev.ts_ns == TS);
	str_reset(&t->text);
	str_printf(&t->text, "%u %u", t->ev.type, t->ev.cpu);
	for (uint32_t i = 0; i < t->ev.param_cnt; i++) {
		struct span param = event_param(&t->ev, i);
		uint64_t number;

		str_printf(&t->text, " %s=", t->ev.info->params[i].name);
		if (event_param_u64(&t->ev, i, &number))
			str_append_u64(&t->text, number);
		else if (event_param_text(&t->ev, i, &param) ||
			 t->ev.info->params[i].type == EVENT_PT_BYTEBUF)
			str_append(&t->text, param.ptr, param.len);
	}
	return str_text(&t->text);
}

#define expect(t, text)                                     \
	do {                                                \
		const char *made = next_made(t);            \
                                                            \
		assert_non_null(made);                      \
		assert_string_equal(made, text);            \
		assert_true((t)->ev.tid == EVENT_TID_NONE); \
	} while (0)

static void users_come_and_go(void **state)
{
	struct bench *t = *state;

	source_changes_users(t->changes, TS, &t->made);
	assert_null(next_made(t));

	write_file(t, "passwd",
		   "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n"
		   "bob:x:1001:1001::/home/bob\n");
	source_changes_users(t->changes, TS, &t->made);
	expect(t, "354 0 uid=1001 gid=1001 name=bob home=/home/bob shell= container_id=");
	assert_null(next_made(t));
	source_changes_users(t->changes, TS, &t->made);
	assert_null(next_made(t));

	/* Another shell is the same user anew. */
	write_file(t, "passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/zsh\n");
	write_file(t, "group", "root:x:0:\nstaff:x:50:ann\n");
	source_changes_users(t->changes, TS, &t->made);
	for (int seen = 0, i = 0; i < 4; i++) {
		static const char *const wanted[] = {
			"356 0 uid=1001 gid=1001 name=bob home=/home/bob shell= container_id=",
			"360 0 gid=1000 name=ann container_id=",
			"354 0 uid=1000 gid=1000 name=ann home=/home/ann shell=/bin/zsh container_id=",
			"358 0 gid=50 name=staff container_id=",
		};
		const char *made = next_made(t);

		assert_non_null(made);
		for (int j = 0; j < 4; j++)
			if (!strcmp(made, wanted[j]))
				seen |= 1 << j;
		/* Who goes comes first: a name may move to another number. */
		if (i == 1)
			assert_int_equal(seen, 3);
		if (i == 3)
			assert_int_equal(seen, 15);
	}
	assert_null(next_made(t));
}

static void lost_files_say_nothing(void **state)
{
	struct bench *t = *state;
	char path[64];

	snprintf(path, sizeof(path), "%s/group", t->folder);
	assert_int_equal(unlink(path), 0);
	source_changes_users(t->changes, TS, &t->made);
	assert_null(next_made(t));
	write_file(t, "group", "root:x:0:\nann:x:1000:\nnew:x:7:\n");
	source_changes_users(t->changes, TS, &t->made);
	expect(t, "358 0 gid=7 name=new container_id=");
	assert_null(next_made(t));
}

static void list_cpus(struct bench *t, const char *text)
{
	source_changes_cpus(t->changes, span_text(text), TS, &t->made);
}

static void cpus_come_and_go(void **state)
{
	struct bench *t = *state;
	int cpu = -1;

	assert_int_equal(source_changes_next_cpu(t->changes, -1), -1);
	list_cpus(t, "0-2,5\n");
	assert_null(next_made(t));
	for (int i = 0; i < 3; i++) {
		cpu = source_changes_next_cpu(t->changes, cpu);
		assert_int_equal(cpu, i);
	}
	assert_int_equal(source_changes_next_cpu(t->changes, cpu), 5);
	assert_int_equal(source_changes_next_cpu(t->changes, 5), -1);
	list_cpus(t, "0-2,5\n");
	assert_null(next_made(t));
	list_cpus(t, "0,2-3,5\n");
	expect(t, "244 1 cpu=1 action=2");
	expect(t, "244 3 cpu=3 action=1");
	assert_null(next_made(t));
	assert_int_equal(source_changes_next_cpu(t->changes, 0), 2);
	/* Nonsense is no CPU, however large. */
	list_cpus(t, "0,2-3,5,99999999999,7-x\n");
	assert_null(next_made(t));
}

static void times_of_threads(void **state)
{
	struct bench *t = *state;
	const char *made;
	clock_t begin = clock();
	bool is_seen = false;

	/* A tick or two of our own. */
	while (clock() - begin < CLOCKS_PER_SEC / 20)
		;
	source_changes_times(t->changes, TS, &t->made);
	while ((made = next_made(t))) {
		unsigned long long user, system;

		assert_int_equal(sscanf(made, "234 0 cpu_usr=%llu cpu_sys=%llu", &user, &system),
				 2);
		assert_true(user + system > 0);
		is_seen |= t->ev.tid == getpid();
	}
	assert_true(is_seen);
}

static void marks_of_losses(void **state)
{
	struct bench *t = *state;
	struct source_rings_loss loss = {
		.cnt[WIRE_DROP_FULL] = 7,
		.cnt[WIRE_DROP_OTHER] = 2,
		.loser_cnt = 2,
		.losers = { 11, WIRE_EVERYBODY },
	};
	struct span rest, entry;
	uint16_t tag;

	source_made_loss_begin(&t->made, 3, TS, &loss);
	source_made_loss_end(&t->made, 3, TS - 5, TS, &loss);
	for (int i = 0; i < 2; i++) {
		expect(t, i ? "149 3 ratio=1" : "148 3 ratio=1");
		assert_true(t->ev.extra.has_losers);
		rest = t->ev.extra_bytes;
		assert_true(event_extra_next(&rest, &tag, &entry));
		assert_int_equal(tag, WIRE_EXTRA_LOSERS);
		assert_int_equal(entry.len, 8);
		assert_int_equal(load_u32(entry.ptr), 11);
		assert_int_equal(load_u32(entry.ptr + 4), WIRE_EVERYBODY);
		assert_false(event_extra_next(&rest, &tag, &entry));
	}
	expect(t, "402 3 plugin_id=0 name=drop data=cpu=3 from=1699999999999999995 "
		  "to=1700000000000000000 drop_ring_full=7 drop_nested=0 drop_too_big=0 "
		  "drop_scratch=2");
	assert_null(t->ev.extra_bytes.ptr);
	assert_null(next_made(t));
}

static void the_queue_may_grow_while_it_is_read(void **state)
{
	struct bench *t = *state;
	struct source_rings_loss loss = { .loser_cnt = 1, .losers = { 5 } };

	for (uint16_t round = 0; round < 100; round++) {
		source_made_loss_begin(&t->made, round, TS, &loss);
		source_made_loss_begin(&t->made, 7, TS, &loss);
		assert_non_null(next_made(t));
		assert_true(t->ev.extra.has_losers);
	}
	for (int i = 0; i < 100; i++)
		assert_non_null(next_made(t));
	assert_null(next_made(t));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(users_come_and_go), CASE(lost_files_say_nothing),
		CASE(cpus_come_and_go),	 CASE(times_of_threads),
		CASE(marks_of_losses),	 CASE(the_queue_may_grow_while_it_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
