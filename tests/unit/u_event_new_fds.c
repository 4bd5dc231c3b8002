/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of event/new_fds: which descriptors messages and ioctls bring. What becomes
 * of them is in u_state_net.
 */
#include "base/attr.h"
#include "unit/evbuild.h"

static struct evbuild b;

static size_t put_message(uint8_t *at, size_t word, int32_t level, int32_t type, const int32_t *fds,
			  size_t cnt)
{
	size_t head = word + 8;
	size_t i;

	if (word == 8)
		store_u64(at, head + 4 * cnt);
	else
		store_u32(at, (uint32_t)(head + 4 * cnt));
	store_u32(at + word, (uint32_t)level);
	store_u32(at + word + 4, (uint32_t)type);
	for (i = 0; i < cnt; i++)
		store_u32(at + head + 4 * i, (uint32_t)fds[i]);
	return (head + 4 * cnt + word - 1) & ~(word - 1);
}

static void messages(void **state UNUSED)
{
	const int32_t rights[] = { 20, -1, 22 };
	const int32_t pidfd[] = { 23 };
	struct event_new_fd fds[8];
	uint8_t control[128] = { 0 };
	struct event *ev;
	size_t word;

	for (word = 8; word >= 4; word -= 4) {
		size_t len = put_message(control, word, 1, 29, rights, 3); /* SO_TIMESTAMP */

		len += put_message(control + len, word, 0, 1, rights, 3); /* another level */
		len += put_message(control + len, word, 1, 4, pidfd, 1);
		len += put_message(control + len, word, 1, 1, rights, 3);
		ev = evbuild_make(&b, EVENT_SOCKET_RECVMSG_X, 5, "nnb-bn", N(1), N(1), "x",
				  (size_t)1, (const void *)control, len, N(3));
		assert_int_equal(event_new_fds(ev, fds, ARRAY_SIZE(fds)), 3);
		assert_int_equal(fds[0].num, 23);
		assert_true(fds[0].is_pidfd && fds[0].is_cloexec);
		assert_int_equal(fds[1].num, 20);
		assert_false(fds[1].is_pidfd || fds[1].is_cloexec);
		assert_int_equal(fds[2].num, 22);
		/* As many as there is room for. */
		assert_int_equal(event_new_fds(ev, fds, 2), 2);
		ev = evbuild_make(&b, EVENT_SOCKET_RECVMMSG_X, 5, "nnnb-b", N(1), N(3), N(1), "x",
				  (size_t)1, (const void *)control, len);
		assert_int_equal(event_new_fds(ev, fds, ARRAY_SIZE(fds)), 3);
	}
	ev = evbuild_make(&b, EVENT_SOCKET_RECVMSG_X, 5, "nnb--n", N(1), N(1), "x", (size_t)1,
			  N(3));
	assert_int_equal(event_new_fds(ev, fds, ARRAY_SIZE(fds)), 0);
}

static void ioctls(void **state UNUSED)
{
	static const struct {
		int64_t result;
		uint64_t request, argument;
		uint32_t cnt;
		bool is_cloexec;
	} cases[] = {
		{ 9, 0xff00, 0, 0, false },
		{ 9, 0xff01, 0, 1, true },
		{ 9, 0xff0a, 0, 1, true },
		{ 9, 0xff0b, 0, 0, false },
		{ 9, 0xb701, 0, 1, true },
		{ 9, 0xb702, 0, 1, true },
		{ 9, 0xb703, 0, 0, false },
		{ 9, 0x5441, 2, 1, false },
		{ 9, 0x5441, 02000002, 1, true },
		{ -5, 0x5441, 2, 0, false },
		{ 9, 0xffffffff00005441, 2, 1, false },
		{ 1ll << 31, 0x5441, 2, 0, false },
		{ 0, 0xae01, 0, 1, true },
		{ 9, 0x5401, 0, 0, false },
	};
	struct event_new_fd fd;
	struct event *ev;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ev = evbuild_make(&b, EVENT_SYSCALL_IOCTL_3_X, 5, "nnnn", cases[i].result, N(3),
				  N(cases[i].request), N(cases[i].argument));
		assert_int_equal(event_new_fds(ev, &fd, 1), cases[i].cnt);
		if (!cases[i].cnt)
			continue;
		assert_int_equal(fd.num, cases[i].result);
		assert_int_equal(fd.is_cloexec, cases[i].is_cloexec);
		assert_false(fd.is_pidfd);
		assert_int_equal(event_new_fds(ev, &fd, 0), 0);
	}
}

static void other_calls(void **state UNUSED)
{
	struct event_new_fd fd;
	struct event *ev = evbuild_make(&b, EVENT_SYSCALL_CLOSE_X, 5, "nn", N(0), N(3));

	assert_int_equal(event_new_fds(ev, &fd, 1), 0);
	/* What the event does not carry is not there. */
	ev = evbuild_make(&b, EVENT_SYSCALL_IOCTL_3_X, 5, "n", N(9));
	assert_int_equal(event_new_fds(ev, &fd, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
		cmocka_unit_test(ioctls),
		cmocka_unit_test(other_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
