/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_state_random.c: many events of all types with small, large and senseless
 * parameters in no order, as a damaged trace may have them. Whatever comes, what
 * the keeper hands out must fit together; sanitizers see the rest.
 */
#include "unit/stbuild.h"

#include "base/limits.h"

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static int64_t random_num(uint64_t *seed)
{
	static const int64_t odd[] = { -1,	  -2,	     -100,    0,	 1,
				       4096,	  8192,	     65535,   INT32_MAX, UINT32_MAX,
				       INT64_MAX, INT64_MIN, 1048576, 536870912, -115 };

	if (next_random(seed) % 8)
		return (int64_t)(next_random(seed) % 24);
	return odd[next_random(seed) % (sizeof(odd) / sizeof(odd[0]))];
}

static void put_random(struct evbuild *b, uint64_t *seed, const struct event_param_info *param)
{
	static const char *const texts[] = { "/",   "a/../..", "..", "",      "<NA>",
					     "x y", "/a/b/c",  ".",  "(NULL)" };
	uint8_t bytes[64];
	size_t len = next_random(seed) % sizeof(bytes);
	size_t i;

	if (next_random(seed) % 16 == 0) {
		evbuild_empty(b);
		return;
	}
	if (param->size) {
		evbuild_num(b, random_num(seed));
		return;
	}
	switch (event_type_kind(param->type)) {
	case EVENT_KIND_TEXT:
	case EVENT_KIND_PATH:
	case EVENT_KIND_RELPATH:
		evbuild_text(b, texts[next_random(seed) % (sizeof(texts) / sizeof(texts[0]))]);
		return;
	default:
		break;
	}
	for (i = 0; i < len; i++)
		bytes[i] = (uint8_t)(next_random(seed) % 3 ? next_random(seed) % 4
							   : next_random(seed));
	if (param->type == EVENT_PT_SOCKTUPLE && next_random(seed) % 2) {
		static const uint8_t families[] = { 1, 2, 10 };
		static const uint8_t lens[] = { 20, 13, 37 };

		i = next_random(seed) % 3;
		bytes[0] = families[i];
		len = lens[i];
	}
	evbuild_bytes(b, bytes, len);
}

static void check_thread(struct bench *t, struct state_thread *thread, struct str *text)
{
	struct state_thread *main = state_main(t->state, thread);
	struct state_thread *parent = state_parent(t->state, thread);
	struct state_fd *fd;
	uint32_t iter = 0;
	uint32_t cnt = 0;

	assert_ptr_equal(state_find_thread(t->state, thread->tid), thread);
	assert_ptr_equal(state_find_thread(t->state, main->tid), main);
	assert_ptr_equal(state_main(t->state, main), main);
	if (main != thread)
		assert_true(main->pid == thread->pid && main->tid == thread->pid);
	if (parent) {
		assert_ptr_equal(state_find_thread(t->state, parent->tid), parent);
		assert_ptr_not_equal(parent, main);
		assert_int_equal(thread->ptid, parent->tid);
	}
	assert_null(state_ancestor(t->state, thread, 100000));
	while ((fd = state_fd_next(thread, &iter))) {
		assert_ptr_equal(state_find_fd(t->state, thread, fd->num), fd);
		str_reset(text);
		state_fd_name(fd, text);
		if (fd->name)
			assert_int_equal(fd->name[fd->name_len], '\0');
		cnt++;
	}
	assert_int_equal(cnt, state_fd_count(thread));
}

static void anything_goes(void **context)
{
	struct bench *t = *context;
	struct state_thread *thread;
	struct str text = { 0 };
	uint64_t seed = 1;
	unsigned int round;
	uint32_t iter;
	uint32_t cnt;
	uint32_t i;

	for (round = 0; round < 300000; round++) {
		static const uint16_t births[] = { EVENT_SYSCALL_CLONE_20_X,
						   EVENT_SYSCALL_EXECVE_19_X, EVENT_PROCEXIT_1_E,
						   EVENT_SYSCALL_CLONE3_X };
		uint16_t type = next_random(&seed) % 3 ? next_random(&seed) % EVENT_TYPE_COUNT
						       : births[next_random(&seed) % 4];
		const struct event_info *info = event_info_find(type);
		struct event *ev;

		if (!info)
			continue;
		t->b.cpu = (uint16_t)(next_random(&seed) % 3);
		if (next_random(&seed) % 50 == 0)
			t->b.ts_ns += 3000000000;
		evbuild_begin(&t->b, type, random_num(&seed));
		for (i = 0; i < info->param_cnt; i++)
			put_random(&t->b, &seed, &info->params[i]);
		ev = evbuild_end(&t->b);
		state_apply(t->state, ev);
		if (ev->fd) {
			str_reset(&text);
			state_fd_name(ev->fd, &text);
			assert_int_equal(ev->fd->num, ev->fd_num);
		}
		if (ev->thread)
			str_append_text(&text, ev->thread->comm);
		if (round % 97 == 0)
			add_process(t, random_num(&seed), random_num(&seed), "scan");
		if (round % 501 == 0)
			add_file(t, random_num(&seed), random_num(&seed), "/scanned");
		if (round % 5003 == 0)
			state_finish_snapshot(t->state);
		if (round % 9001 == 0)
			state_note_loss(t->state, (int)(round % 4) - 1);
		if (round % 199)
			continue;
		iter = cnt = 0;
		while ((thread = state_thread_next(t->state, &iter))) {
			check_thread(t, thread, &text);
			cnt++;
		}
		assert_int_equal(cnt, state_thread_count(t->state));
	}
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(anything_goes, bench_open, bench_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
