/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * u_sink_print.c: lines and the summary on their way out: when they are handed
 * on, what a closed pipe and a full disk do.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "field_world.h"
#include "sink/sink.h"

struct printing {
	struct world world;
	FILE *out;
	int read_fd;
	struct sink *sink;
	struct err err;
};

static void read_event(struct world *world)
{
	world_begin(world, EVENT_SYSCALL_READ_X);
	record_number(&world->rec, 2, 8);
	record_param(&world->rec, "\x1b\n", 2);
	record_number(&world->rec, 7, 8);
	record_number(&world->rec, 4096, 4);
	world_end(world);
}

static int setup(void **state)
{
	static struct printing printing;
	int fds[2];

	memset(&printing, 0, sizeof(printing));
	world_init(&printing.world);
	read_event(&printing.world);
	err_init(&printing.err);
	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC))
		return -1;
	printing.read_fd = fds[0];
	printing.out = fdopen(fds[1], "w");
	*state = &printing;
	return 0;
}

static int teardown(void **state)
{
	struct printing *printing = *state;

	if (printing->sink)
		printing->sink->ops->free(printing->sink);
	if (printing->out)
		fclose(printing->out);
	if (printing->read_fd >= 0)
		close(printing->read_fd);
	world_release(&printing->world);
	return 0;
}

static void start(struct printing *printing, const struct sink_print_opts *opts)
{
	struct sink_print_opts full = *opts;

	full.out = printing->out;
	printing->sink = sink_print_new(&full, &printing->world.env, &printing->err);
	assert_non_null(printing->sink);
}

static unsigned int give(struct printing *printing, bool passed)
{
	return printing->sink->ops->on_event(printing->sink, NULL, &printing->world.ev, passed,
					     &printing->err);
}

static unsigned int tick(struct printing *printing)
{
	return printing->sink->ops->on_tick(printing->sink, 0, &printing->err);
}

/* What has arrived at the other end. */
static const char *arrived(struct printing *printing)
{
	static char text[4096];
	ssize_t len = read(printing->read_fd, text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

static void test_lines(void **state)
{
	struct printing *printing = *state;
	struct sink_print_opts opts = { .template = "%evt.num %fd.name" };

	start(printing, &opts);
	assert_int_equal(sink_print_needs(printing->sink), FIELD_NEED_FDS);
	assert_int_equal(give(printing, true), SINK_GO_ON);
	assert_int_equal(give(printing, false), SINK_GO_ON);
	assert_int_equal(printing->world.env.shown_cnt, 1);
	assert_int_equal(printing->world.env.shown_ts_ns, RECORD_TS);
	assert_string_equal(arrived(printing), "");
	assert_int_equal(tick(printing), SINK_GO_ON);
	assert_string_equal(arrived(printing), "42 /tmp/a\\nb\\x1b[0m\\\n");
	give(printing, true);
	assert_int_equal(printing->sink->ops->on_end(printing->sink, &printing->err), SINK_GO_ON);
	assert_string_equal(arrived(printing), "42 /tmp/a\\nb\\x1b[0m\\\n");
}

static void test_each_line(void **state)
{
	struct printing *printing = *state;
	struct sink_print_opts opts = { .template = "%evt.type", .flush_each = true };

	start(printing, &opts);
	give(printing, true);
	assert_string_equal(arrived(printing), "read\n");
}

/* A line with something unset is not shown, and does not count as shown. */
static void test_suppressed(void **state)
{
	struct printing *printing = *state;
	struct sink_print_opts opts = { .template = "%evt.num %fs.path.name", .flush_each = true };

	start(printing, &opts);
	give(printing, true);
	assert_string_equal(arrived(printing), "");
	assert_int_equal(printing->world.env.shown_cnt, 0);
}

static void test_json(void **state)
{
	struct printing *printing = *state;
	struct sink_print_opts opts = { .json = true, .flush_each = true };

	start(printing, &opts);
	give(printing, true);
	assert_string_equal(arrived(printing),
			    "{\"evt.cpu\":3,\"evt.dir\":\"<\",\"evt.info\":\"res=2 data=.. "
			    "fd=7(<f>/tmp/a\\nb\\u001b[0m\\\\) size=4096\",\"evt.num\":42,"
			    "\"evt.outputtime\":1504272142105654659,\"evt.type\":\"read\","
			    "\"proc.name\":\"bash\",\"thread.tid\":4711}\n");
}

static void test_unescaped(void **state)
{
	struct printing *printing = *state;
	struct sink_print_opts opts = { .template = "%fd.name",
					.flush_each = true,
					.full_width = true };

	start(printing, &opts);
	give(printing, true);
	assert_string_equal(arrived(printing), "/tmp/a\nb\x1b[0m\\\n");
	assert_false(printing->world.env.unescaped);
}

static void test_broken_pipe(void **state)
{
	struct printing *printing = *state;
	struct sink_print_opts opts = { .flush_each = true };

	signal(SIGPIPE, SIG_IGN);
	start(printing, &opts);
	close(printing->read_fd);
	printing->read_fd = -1;
	assert_int_equal(give(printing, true), SINK_STOP);
	assert_int_equal(give(printing, true), SINK_STOP);
	assert_int_equal(printing->sink->ops->on_end(printing->sink, &printing->err), SINK_STOP);
	assert_int_equal(printing->err.code, 0);
}

static void test_full_disk(void **state)
{
	struct printing *printing = *state;
	struct sink_print_opts opts = { .flush_each = true };

	fclose(printing->out);
	printing->out = fopen("/dev/full", "w");
	if (!printing->out)
		skip();
	start(printing, &opts);
	assert_int_equal(give(printing, true), SINK_FAILED);
	assert_int_equal(printing->err.code, -ENOSPC);
	assert_string_equal(printing->err.text, "output: No space left on device");
}

/* A pipe that somebody made non-blocking loses nothing. */
static void test_slow_reader(void **state)
{
	struct printing *printing = *state;
	struct sink_print_opts opts = { .template = "%evt.num %evt.info" };
	size_t sent = 0;
	size_t got = 0;
	char text[65536];
	ssize_t len;
	int status;
	pid_t pid;

	start(printing, &opts);
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 20000; i++)
			give(printing, true);
		_exit(tick(printing));
	}
	assert_true(pid > 0);
	fclose(printing->out);
	printing->out = NULL;
	fcntl(printing->read_fd, F_SETFL, 0);
	while ((len = read(printing->read_fd, text, sizeof(text))) > 0)
		got += (size_t)len;
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	sent = 20000 * (strlen(world_line(&printing->world, "%evt.num %evt.info")) + 1);
	assert_int_equal(got, sent);
}

static void test_memory_stream(void **state)
{
	struct printing *printing = *state;
	struct sink_print_opts opts = { .template = "%evt.num" };
	char *text = NULL;
	size_t len = 0;

	fclose(printing->out);
	printing->out = open_memstream(&text, &len);
	start(printing, &opts);
	fputs("before ", printing->out);
	give(printing, true);
	assert_int_equal(tick(printing), SINK_GO_ON);
	assert_string_equal(text, "before 42\n");
	fclose(printing->out);
	printing->out = NULL;
	free(text);
}

static void test_bad_template(void **state)
{
	struct printing *printing = *state;
	struct sink_print_opts opts = { .out = printing->out, .template = "%evt.nosuch" };

	assert_null(sink_print_new(&opts, &printing->world.env, &printing->err));
	assert_int_equal(printing->err.code, -EINVAL);
}

/* --- summary ---------------------------------------------------------------------------- */

static void generic_event(struct world *world, const char *name, enum event_type type)
{
	world_begin(world, (uint16_t)type);
	record_number(&world->rec, event_syscall_find_name(name)->code, 2);
	record_number(&world->rec, 0, 2);
	world_end(world);
}

static void test_summary(void **state)
{
	struct printing *printing = *state;
	struct world *world = &printing->world;

	printing->sink = sink_summary_new(printing->out);
	for (int i = 0; i < 12; i++)
		give(printing, true);
	give(printing, false);
	generic_event(world, "statfs", EVENT_GENERIC_X);
	give(printing, true);
	generic_event(world, "statfs", EVENT_GENERIC_E);
	give(printing, true);
	generic_event(world, "arch_prctl", EVENT_GENERIC_X);
	give(printing, true);
	give(printing, true);
	assert_int_equal(printing->sink->ops->on_end(printing->sink, &printing->err), SINK_GO_ON);
	assert_string_equal(arrived(printing), "   # Calls  Event\n"
					       "----------------------------------------\n"
					       "        12  read\n"
					       "         2  arch_prctl\n"
					       "         2  statfs\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_lines),	 CASE(test_each_line),	 CASE(test_suppressed),
		CASE(test_json),	 CASE(test_unescaped),	 CASE(test_broken_pipe),
		CASE(test_full_disk),	 CASE(test_slow_reader), CASE(test_memory_stream),
		CASE(test_bad_template), CASE(test_summary),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
