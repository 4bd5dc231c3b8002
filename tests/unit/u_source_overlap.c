/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of source/overlap: records made by hand, as a CPU would beside a scan, and
 * which of them belong into the capture.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "event/event.h"
#include "source/overlap.h"

#define VTID_PARAM 18
#define CLONE_PARAMS 21

/* Process 10 with threads 10 and 11; process 20, born beside the scan; all others are unknown. */
#define BORN 5u
#define FDS 100u
#define SEEN 200u
#define END 1000u

static struct source_overlap *scan_of_two(void)
{
	static const struct source_overlap_thread threads[] = {
		{ .tid = 10, .born_ns = BORN, .fds_ns = FDS, .seen_ns = SEEN },
		{ .tid = 11, .born_ns = BORN, .fds_ns = FDS, .seen_ns = SEEN + 10 },
		{ .tid = 20, .born_ns = 90, .fds_ns = FDS + 5, .seen_ns = SEEN + 20 },
	};
	struct source_overlap *overlap = source_overlap_new();

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		source_overlap_add(overlap, &threads[i]);
	source_overlap_end(overlap, END);
	return overlap;
}

struct made {
	struct wire_record head;
	uint8_t rest[512];
};

/* cnt parameters of eight bytes. */
static const struct wire_record *make(struct made *made, uint16_t type, int64_t tid, uint64_t ts_ns,
				      const int64_t *params, uint32_t cnt)
{
	uint8_t *bytes = (uint8_t *)made;
	size_t pos = WIRE_LENS_OFFSET + 2 * (size_t)cnt;

	memset(made, 0, sizeof(*made));
	made->head.event = type;
	store_u64(bytes + WIRE_EVENT_OFFSET, ts_ns);
	store_u64(bytes + WIRE_EVENT_OFFSET + 8, (uint64_t)tid);
	store_u32(bytes + WIRE_EVENT_OFFSET + 22, cnt);
	for (uint32_t i = 0; i < cnt; i++, pos += 8) {
		store_u16(bytes + WIRE_LENS_OFFSET + 2 * i, 8);
		store_u64(bytes + pos, (uint64_t)params[i]);
	}
	made->head.size = (uint32_t)pos;
	return &made->head;
}

static int judge(struct source_overlap *overlap, uint16_t type, int64_t tid, uint64_t ts_ns,
		 int64_t result)
{
	struct made made;

	return source_overlap_judge(overlap, make(&made, type, tid, ts_ns, &result, 1));
}

/* vtid: the maker's number in its own pid namespace. */
static int judge_clone(struct source_overlap *overlap, int64_t tid, uint64_t ts_ns, int64_t result,
		       int64_t vtid)
{
	int64_t params[CLONE_PARAMS] = { [0] = result, [VTID_PARAM] = vtid };
	struct made made;

	return source_overlap_judge(
		overlap, make(&made, EVENT_SYSCALL_CLONE_20_X, tid, ts_ns, params, CLONE_PARAMS));
}

#define KEEP SOURCE_OVERLAP_KEEP
#define DROP SOURCE_OVERLAP_DROP

/* A shell that puts back what it had saved, before, between and after the two looks. */
static void cuts_at_the_list_of_fds(void **state UNUSED)
{
	static const struct {
		uint16_t type;
		int64_t tid;
		uint64_t ts_ns;
		int verdict;
	} cases[] = {
		{ EVENT_SYSCALL_DUP2_X, 10, FDS - 1, DROP },
		{ EVENT_SYSCALL_CLOSE_X, 10, FDS - 1, DROP },
		{ EVENT_SYSCALL_CLOSE_X, 11, FDS - 1, DROP },
		{ EVENT_SYSCALL_CLOSE_X, 20, FDS, DROP },
		{ EVENT_SYSCALL_CLOSE_X, 99, 1, KEEP },
		{ EVENT_SYSCALL_DUP2_X, 10, FDS, KEEP },
		{ EVENT_SOCKET_CONNECT_X, 10, FDS + 1, KEEP },
		{ EVENT_SYSCALL_CLOSE_X, 20, FDS + 5, KEEP },
		{ EVENT_SYSCALL_SETUID_X, 10, FDS + 1, KEEP },
		{ EVENT_SYSCALL_DUP2_X, 10, SEEN, KEEP },
	};
	struct source_overlap *overlap = scan_of_two();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(judge(overlap, cases[i].type, cases[i].tid, cases[i].ts_ns, 0),
				 cases[i].verdict);
	assert_int_equal(source_overlap_dropped(overlap), 4);
	source_overlap_free(overlap);
}

static void ends_with_the_scan(void **state UNUSED)
{
	struct source_overlap *overlap = scan_of_two();

	assert_int_equal(judge(overlap, EVENT_SYSCALL_CLOSE_X, 10, END, 0), KEEP);
	assert_int_equal(judge(overlap, EVENT_SYSCALL_CLOSE_X, 10, END + 1, 0),
			 SOURCE_OVERLAP_OVER);
	source_overlap_free(overlap);
	source_overlap_free(NULL);
}

static void changes_folders_once(void **state UNUSED)
{
	static const uint16_t types[] = { EVENT_SYSCALL_CHDIR_X, EVENT_SYSCALL_FCHDIR_X,
					  EVENT_SYSCALL_CHROOT_X, EVENT_SYSCALL_GETCWD_X };
	struct source_overlap *overlap = scan_of_two();

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		assert_int_equal(judge(overlap, types[i], 10, FDS + 1, 0), DROP);
		assert_int_equal(judge(overlap, types[i], 10, SEEN, 0), KEEP);
		assert_int_equal(judge(overlap, types[i], 99, 1, 0), KEEP);
	}
	source_overlap_free(overlap);
}

static void begins_anew_with_an_exec(void **state UNUSED)
{
	struct source_overlap *overlap = scan_of_two();

	/* before the fds were listed: all of it is in the snapshot */
	assert_int_equal(judge(overlap, EVENT_SYSCALL_EXECVE_19_X, 10, FDS - 1, 0), DROP);
	assert_int_equal(judge(overlap, EVENT_SYSCALL_CHDIR_X, 10, FDS + 1, 0), DROP);
	/* a failed one sets nothing */
	assert_int_equal(judge(overlap, EVENT_SYSCALL_EXECVE_19_X, 10, FDS + 2, -2), KEEP);
	assert_int_equal(judge(overlap, EVENT_SYSCALL_CHDIR_X, 10, FDS + 3, 0), DROP);
	assert_int_equal(judge(overlap, EVENT_SYSCALL_EXECVEAT_X, 10, FDS + 4, 0), KEEP);
	assert_int_equal(judge(overlap, EVENT_SYSCALL_CHDIR_X, 10, FDS + 5, 0), KEEP);
	assert_int_equal(judge(overlap, EVENT_SYSCALL_EXECVE_19_X, 99, 1, 0), KEEP);
	source_overlap_free(overlap);
}

static void knows_who_is_born(void **state UNUSED)
{
	static const struct {
		int64_t tid;
		uint64_t ts_ns;
		int64_t result;
		int64_t vtid;
		int verdict;
	} cases[] = {
		/* 20 is in the snapshot: neither its own record nor its maker's makes it again */
		{ 20, 95, 0, 20, DROP },
		{ 20, SEEN + 1, 0, 20, DROP },
		{ 10, 96, 20, 10, DROP },
		{ 10, SEEN + 1, 20, 10, DROP },
		{ 99, 96, 20, 99, DROP },
		/* 30 is not: its place was passed, or it came and went */
		{ 10, 96, 30, 10, KEEP },
		{ 30, 97, 0, 30, KEEP },
		{ 10, SEEN + 2, 30, 10, KEEP },
		/* a vfork that comes back after its child was looked at */
		{ 10, SEEN + 20, 20, 10, KEEP },
		/* the number is one of the maker's own pid namespace, and says nothing */
		{ 10, FDS - 1, 20, 3, DROP },
		{ 10, FDS, 20, 3, KEEP },
		/* failed */
		{ 10, FDS - 1, -11, 10, DROP },
		{ 10, FDS, -11, 10, KEEP },
	};
	struct source_overlap *overlap = scan_of_two();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(judge_clone(overlap, cases[i].tid, cases[i].ts_ns, cases[i].result,
					     cases[i].vtid),
				 cases[i].verdict);
	source_overlap_free(overlap);
}

static void lets_all_end(void **state UNUSED)
{
	struct source_overlap *overlap = scan_of_two();

	/* the end of an earlier owner of the number */
	assert_int_equal(judge(overlap, EVENT_PROCEXIT_1_E, 20, 89, 0), DROP);
	/* ended when it was looked at; who then has the number is new */
	assert_int_equal(judge(overlap, EVENT_PROCEXIT_1_E, 20, 91, 0), KEEP);
	assert_int_equal(judge_clone(overlap, 10, 92, 20, 10), KEEP);
	assert_int_equal(judge_clone(overlap, 20, 93, 0, 20), KEEP);
	assert_int_equal(judge(overlap, EVENT_SYSCALL_CLOSE_X, 20, 94, 0), KEEP);
	assert_int_equal(judge(overlap, EVENT_PROCEXIT_1_E, 11, SEEN + 50, 0), KEEP);
	assert_int_equal(judge(overlap, EVENT_PROCEXIT_1_E, 99, 1, 0), KEEP);
	source_overlap_free(overlap);
}

/* What cannot be read from a record counts as not known. */
static void survives_short_records(void **state UNUSED)
{
	struct source_overlap *overlap = scan_of_two();
	struct made made;

	make(&made, EVENT_SYSCALL_CLONE_20_X, 10, FDS - 1, NULL, 0);
	assert_int_equal(source_overlap_judge(overlap, &made.head), DROP);
	store_u32((uint8_t *)&made + WIRE_EVENT_OFFSET + 22, UINT32_MAX);
	assert_int_equal(source_overlap_judge(overlap, &made.head), DROP);
	make(&made, EVENT_SYSCALL_EXECVE_19_X, 10, FDS + 1, NULL, 0);
	assert_int_equal(source_overlap_judge(overlap, &made.head), KEEP);
	assert_int_equal(judge(overlap, EVENT_SYSCALL_CHDIR_X, 10, FDS + 2, 0), DROP);
	source_overlap_free(overlap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_at_the_list_of_fds),
		cmocka_unit_test(ends_with_the_scan),
		cmocka_unit_test(changes_folders_once),
		cmocka_unit_test(begins_anew_with_an_exec),
		cmocka_unit_test(knows_who_is_born),
		cmocka_unit_test(lets_all_end),
		cmocka_unit_test(survives_short_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
