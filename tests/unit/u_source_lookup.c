/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of source/lookup: this process's own descriptors, as if a message had just
 * brought them; and records that wait behind and say that a number changed hands.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/attr.h"
#include "base/bytes.h"
#include "event/event.h"
#include "event/snapshot.h"
#include "source/live.h"
#include "source/made.h"
#include "source/rings.h"

#define RING_BYTES 65536u
#define NOW (100 * (uint64_t)SOURCE_RINGS_MARGIN_NS)

struct bench {
	struct wire_ring *ring;
	struct source_rings *rings;
	struct source_lookup *lookup;
	int64_t tid;
	uint64_t ts_ns;
};

static int set_up(void **state)
{
	struct bench *t = calloc(1, sizeof(*t));

	t->ring = alloc_zero(WIRE_RING_HEADER + RING_BYTES + WIRE_SLACK);
	t->rings = source_rings_new(RING_BYTES);
	source_rings_add(t->rings, t->ring);
	t->lookup = source_lookup_new(NULL, t->rings);
	t->tid = getpid();
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *t = *state;

	source_lookup_free(t->lookup);
	source_rings_free(t->rings);
	alloc_free(t->ring);
	free(t);
	return 0;
}

/* Publishes a record of an event; sizes of numbers as the schema has them. */
static void put(struct bench *t, int64_t tid, uint16_t type, const struct span *params,
		uint32_t cnt, uint16_t flags)
{
	uint8_t *at = t->ring->data + (t->ring->prod & (RING_BYTES - 1));
	struct wire_record *record = (struct wire_record *)at;
	struct str block = { 0 };

	scap_put_event(&block, 0, 0, ++t->ts_ns, tid, type, params, cnt);
	memset(record, 0, sizeof(*record));
	memcpy(at + WIRE_BLOCK_OFFSET, block.buf, block.len);
	record->block_len = (uint32_t)block.len;
	record->event = type;
	record->flags = flags;
	record->size = (uint32_t)(WIRE_BLOCK_OFFSET + block.len + 7) & ~7u;
	t->ring->prod += record->size;
	str_release(&block);
}

static void put_numbers(struct bench *t, int64_t tid, uint16_t type, const int64_t *values,
			uint32_t cnt)
{
	const struct event_info *info = event_info_find(type);
	struct span params[8];
	uint8_t bytes[8][8];
	uint32_t i;

	for (i = 0; i < cnt; i++) {
		store_u64(bytes[i], (uint64_t)values[i]);
		params[i] = span_make(bytes[i], event_type_size(info->params[i].type));
	}
	put(t, tid, type, params, cnt, 0);
}

/* A message that brought the descriptors. */
static void put_message(struct bench *t, const int *fds, uint32_t cnt)
{
	uint8_t control[64] = { 0 };
	uint8_t one[8] = { 1 };
	struct span params[6] = {
		span_make(one, 8),
		span_make(one, 4),
		span_make("x", 1),
		span_make(NULL, 0),
		span_make(control, 16 + 4 * cnt),
		span_make(one, 8),
	};

	store_u64(control, 16 + 4 * cnt);
	store_u32(control + 8, 1);
	store_u32(control + 12, 1);
	for (uint32_t i = 0; i < cnt; i++)
		store_u32(control + 16 + 4 * i, (uint32_t)fds[i]);
	put(t, t->tid, EVENT_SOCKET_RECVMSG_X, params, 6, 0);
}

struct answer {
	struct snap_fd fds[8];
	bool is_cloexec[8];
	uint32_t cnt;
	char path[16]; /* of the entry that was there before */
};

/* Hands the next record to the look-up and takes its entries apart. */
static void look_up(struct bench *t, struct answer *answer)
{
	static const uint8_t before[] = { WIRE_EXTRA_REAL_PATH, 0, 2, 0, '/', 'y' };
	struct wire_record *record = source_rings_next(t->rings, NOW);
	struct scap_block block = { .extra = span_make(before, sizeof(before)) };
	struct span rest, entry;
	uint16_t tag;

	memset(answer, 0, sizeof(*answer));
	assert_non_null(record);
	assert_true(source_lookup_is_due(record));
	source_lookup_block(t->lookup, record, &block);
	for (rest = block.extra; event_extra_next(&rest, &tag, &entry);) {
		if (tag == WIRE_EXTRA_REAL_PATH)
			memcpy(answer->path, entry.ptr, entry.len);
		if (tag != WIRE_EXTRA_FD)
			continue;
		assert_true(answer->cnt < ARRAY_SIZE(answer->fds));
		answer->is_cloexec[answer->cnt] = entry.ptr[0] & WIRE_EXTRA_FD_CLOEXEC;
		assert_true(scap_fd_read(span_make(entry.ptr + 1, entry.len - 1),
					 &answer->fds[answer->cnt++]));
	}
	assert_int_equal(rest.len, 0);
	assert_string_equal(answer->path, "/y");
}

static int open_temp(char *path)
{
	int fd;

	strcpy(path, "/tmp/rtsec-unit.XXXXXX");
	fd = mkostemp(path, O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static void finds_what_they_are(void **state)
{
	struct bench *t = *state;
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t addr_len = sizeof(addr);
	struct answer answer;
	char path[32], name[32];
	struct stat st;
	int ends[2], fds[5];

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fds[0] = open_temp(path);
	assert_int_equal(pipe(ends), 0);
	fds[1] = ends[1];
	fds[2] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(fds[2], (void *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(fds[2], 1), 0);
	assert_int_equal(getsockname(fds[2], (void *)&addr, &addr_len), 0);
	fds[3] = open("/tmp", O_RDONLY | O_DIRECTORY);
	fds[4] = 999; /* not open */

	put_message(t, fds, 5);
	look_up(t, &answer);
	assert_int_equal(answer.cnt, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(answer.fds[i].fd, fds[i]);
	assert_int_equal(answer.fds[0].type, SNAP_FD_FILE_V2);
	assert_true(span_is_text(answer.fds[0].name, path));
	assert_true(answer.is_cloexec[0]);
	assert_int_equal(answer.fds[1].type, SNAP_FD_FIFO);
	assert_int_equal(fstat(ends[1], &st), 0);
	snprintf(name, sizeof(name), "pipe:[%lu]", (unsigned long)st.st_ino);
	assert_true(span_is_text(answer.fds[1].name, name));
	assert_false(answer.is_cloexec[1]);
	assert_int_equal(answer.fds[2].type, SNAP_FD_IPV4_SERVSOCK);
	assert_int_equal(answer.fds[2].l4, SNAP_L4_TCP);
	assert_int_equal(answer.fds[2].ends.sport, ntohs(addr.sin_port));
	assert_int_equal(answer.fds[3].type, SNAP_FD_DIRECTORY);
	assert_true(span_is_text(answer.fds[3].name, "/tmp"));
	assert_int_equal(answer.fds[4].type, SNAP_FD_UNKNOWN);
	close(fds[0]);
	close(ends[0]);
	close(ends[1]);
	close(fds[2]);
	close(fds[3]);
	unlink(path);
}

static void other_ways(void **state)
{
	struct bench *t = *state;
	const int64_t getfd[] = { 0, 3, 4, 0 };
	struct answer answer;
	uint8_t zero[8] = { 0 }, level[1] = { 1 }, value[5] = { 0 }, len[4] = { 4 };
	struct span params[6] = {
		span_make(zero, 8), span_make(zero, 8),	 span_make(level, 1),
		span_make(zero, 1), span_make(value, 5), span_make(len, 4),
	};

	/* SO_PEERPIDFD: known to be one, even if nobody finds it any more. */
	store_u32(value + 1, 998);
	put(t, t->tid, EVENT_SOCKET_GETSOCKOPT_X, params, 6, WIRE_RECORD_PIDFD);
	look_up(t, &answer);
	assert_int_equal(answer.cnt, 1);
	assert_int_equal(answer.fds[0].fd, 998);
	assert_int_equal(answer.fds[0].type, SNAP_FD_PIDFD);
	assert_true(answer.is_cloexec[0]);
	/* Other options are numbers. */
	put(t, t->tid, EVENT_SOCKET_GETSOCKOPT_X, params, 6, 0);
	look_up(t, &answer);
	assert_int_equal(answer.cnt, 0);
	put_numbers(t, t->tid, EVENT_SYSCALL_PIDFD_GETFD_X, getfd, 4);
	look_up(t, &answer);
	assert_int_equal(answer.cnt, 1);
	assert_int_equal(answer.fds[0].fd, 0);
	assert_int_not_equal(answer.fds[0].type, SNAP_FD_UNKNOWN);
	/* A message without descriptors */
	put_message(t, NULL, 0);
	look_up(t, &answer);
	assert_int_equal(answer.cnt, 0);
}

static void nobody_is_there(void **state)
{
	struct bench *t = *state;
	struct answer answer;
	int fd = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	t->tid = pid;
	put_message(t, &fd, 1);
	look_up(t, &answer);
	assert_int_equal(answer.cnt, 1);
	assert_int_equal(answer.fds[0].type, SNAP_FD_UNKNOWN);
}

/* What waits behind the message: does it make the look doubtful? */
static void numbers_change_hands(void **state)
{
	struct bench *t = *state;
	enum { FD = 0 };
	const int fd = FD;
	const int64_t me = t->tid;
	const int64_t other = getppid();
	const struct {
		int64_t tid;
		uint16_t type;
		int64_t values[4];
		uint32_t cnt;
		bool is_stale;
	} cases[] = {
		{ me, EVENT_SYSCALL_CLOSE_X, { 0, FD }, 2, true },
		{ me, EVENT_SYSCALL_CLOSE_X, { -EBADF, FD }, 2, false },
		{ me, EVENT_SYSCALL_CLOSE_X, { -EIO, FD }, 2, true },
		{ me, EVENT_SYSCALL_CLOSE_X, { 0, FD + 1 }, 2, false },
		{ other, EVENT_SYSCALL_CLOSE_X, { 0, FD }, 2, false },
		{ me, EVENT_SYSCALL_CLOSE_RANGE_X, { 0, 0, 99, 0 }, 4, true },
		{ me, EVENT_SYSCALL_CLOSE_RANGE_X, { 0, 0, 99, 4 }, 4, false },
		{ me, EVENT_SYSCALL_CLOSE_RANGE_X, { 0, 1, 99, 0 }, 4, false },
		{ me, EVENT_SYSCALL_DUP2_X, { FD, 5, FD }, 3, true },
		{ me, EVENT_SYSCALL_DUP2_X, { 7, FD, 7 }, 3, false },
		{ me, EVENT_SYSCALL_PIPE_X, { 0, 8, FD, 1 }, 4, true },
		{ me, EVENT_SYSCALL_PIPE_X, { 0, 8, 9, 1 }, 4, false },
		{ me, EVENT_SYSCALL_EVENTFD_X, { FD, 1, 0 }, 3, true },
		{ me, EVENT_SYSCALL_EVENTFD_X, { -EMFILE, 1, 0 }, 3, false },
		{ me, EVENT_SYSCALL_IOCTL_3_X, { FD, 3, 0xff01, 0 }, 4, true },
		{ me, EVENT_SYSCALL_IOCTL_3_X, { FD, 3, 0x5401, 0 }, 4, false },
		{ me, EVENT_SYSCALL_LSEEK_X, { FD, FD, 0, 0 }, 4, false },
	};
	struct answer answer;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		put_message(t, &fd, 1);
		put_numbers(t, cases[i].tid, cases[i].type, cases[i].values, cases[i].cnt);
		look_up(t, &answer);
		assert_int_equal(answer.cnt, 1);
		if ((answer.fds[0].type == SNAP_FD_UNKNOWN) != cases[i].is_stale)
			fail_msg("case %zu", i);
		assert_non_null(source_rings_next(t->rings, NOW));
	}
	/* Another message with the same number. */
	put_message(t, &fd, 1);
	put_message(t, &fd, 1);
	look_up(t, &answer);
	assert_int_equal(answer.fds[0].type, SNAP_FD_UNKNOWN);
	look_up(t, &answer);
	assert_int_not_equal(answer.fds[0].type, SNAP_FD_UNKNOWN);
}

/* --- after losses ------------------------------------------------------------------- */

struct told {
	uint32_t event_cnt, fd_cnt;
	bool has_one, has_other;
};

static void take_told(struct bench *t, struct source_made *made, int one, int other,
		      struct told *told)
{
	struct span data, extra, rest, entry;
	struct snap_fd fd;
	uint16_t tag;

	memset(told, 0, sizeof(*told));
	while (source_made_next(made, &data, &extra)) {
		/* type, total, cpu; ts, tid, len, type */
		assert_int_equal(load_u64(data.ptr + 10), 77);
		assert_int_equal(load_u64(data.ptr + 18), t->tid);
		assert_int_equal(load_u16(data.ptr + 30), EVENT_PROCINFO_E);
		told->event_cnt++;
		for (rest = extra; event_extra_next(&rest, &tag, &entry);) {
			assert_int_equal(tag, WIRE_EXTRA_FD);
			assert_true(scap_fd_read(span_make(entry.ptr + 1, entry.len - 1), &fd));
			assert_int_not_equal(fd.type, SNAP_FD_UNKNOWN);
			told->has_one |= fd.fd == one && fd.type == SNAP_FD_FILE_V2 &&
					 (entry.ptr[0] & WIRE_EXTRA_FD_CLOEXEC);
			told->has_other |= fd.fd == other && fd.type == SNAP_FD_FIFO;
			told->fd_cnt++;
		}
	}
}

static void looks_again_when_it_is_quiet(void **state)
{
	struct bench *t = *state;
	const uint64_t second = 1000000000;
	const uint64_t now = 100 * second;
	struct source_made made = { .pos = 0 };
	struct told told;
	char path[32];
	int64_t closed[] = { 0, 0 };
	int many[150];
	int file = open_temp(path);
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	source_lookup_lost(t->lookup, (uint32_t)t->tid, now);
	source_lookup_again(t->lookup, now + second / 2, 77, &made);
	take_told(t, &made, file, ends[0], &told);
	assert_int_equal(told.event_cnt, 0);
	/* Another loss: the second begins anew. */
	source_lookup_lost(t->lookup, (uint32_t)t->tid, now + second);
	source_lookup_again(t->lookup, now + 3 * second / 2, 77, &made);
	take_told(t, &made, file, ends[0], &told);
	assert_int_equal(told.event_cnt, 0);
	source_lookup_again(t->lookup, now + 3 * second, 77, &made);
	take_told(t, &made, file, ends[0], &told);
	assert_int_equal(told.event_cnt, 1);
	assert_true(told.has_one && told.has_other);
	/* Once is enough. */
	source_lookup_again(t->lookup, now + 9 * second, 77, &made);
	take_told(t, &made, file, ends[0], &told);
	assert_int_equal(told.event_cnt, 0);

	/* What changes hands meanwhile is left to the record that says so. */
	closed[1] = file;
	put_numbers(t, t->tid, EVENT_SYSCALL_CLOSE_X, closed, 2);
	source_lookup_lost(t->lookup, (uint32_t)t->tid, now);
	source_lookup_again(t->lookup, now + 2 * second, 77, &made);
	take_told(t, &made, file, ends[0], &told);
	assert_false(told.has_one);
	assert_true(told.has_other);

	/* Many come in several events. */
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = dup(ends[0]);
	source_lookup_lost(t->lookup, (uint32_t)t->tid, now);
	source_lookup_again(t->lookup, now + 2 * second, 77, &made);
	take_told(t, &made, file, many[149], &told);
	assert_true(told.has_other);
	assert_true(told.event_cnt >= 3 && told.fd_cnt >= 152);
	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		close(many[i]);
	close(file);
	close(ends[0]);
	close(ends[1]);
	unlink(path);
	source_made_release(&made);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(finds_what_they_are),
		CASE(other_ways),
		CASE(nobody_is_there),
		CASE(numbers_change_hands),
		CASE(looks_again_when_it_is_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
