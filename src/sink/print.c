/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * print.c: events as lines of text or JSON.  Lines gather in one buffer that is
 * handed to the kernel when it is full and whenever the loop has time: at least
 * once a second, so a pipe never waits for 4 KiB to come together.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/str.h"
#include "sink/sink.h"

#define BUFFER_SIZE ((size_t)256 << 10)

struct print {
	struct sink sink;
	struct sink_print_opts opts;
	struct field_env *env;
	struct field_template *tpl;
	struct str lines;
	bool is_done; /* nobody reads any more, or writing failed */
};

/* --- writing -------------------------------------------------------------------- */

static int write_fd(int fd, const char *at, size_t len)
{
	while (len) {
		ssize_t ret = write(fd, at, len);

		if (ret >= 0) {
			at += ret;
			len -= (size_t)ret;
		} else if (errno == EAGAIN) {
			/* Somebody made the terminal or pipe non-blocking: wait as if not. */
			struct pollfd pfd = { .fd = fd, .events = POLLOUT };

			poll(&pfd, 1, -1);
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

static int write_lines(const struct print *print)
{
	FILE *out = print->opts.out;

	/* What others printed through the stream comes first. */
	errno = EIO;
	if (fflush(out))
		return -errno;
	if (fileno(out) >= 0)
		return write_fd(fileno(out), print->lines.buf, print->lines.len);
	if (fwrite(print->lines.buf, 1, print->lines.len, out) < print->lines.len || fflush(out))
		return -errno;
	return 0;
}

static unsigned int flush(struct print *print, struct err *err)
{
	int ret;

	if (print->is_done)
		return SINK_STOP;
	if (!print->lines.len)
		return SINK_GO_ON;
	ret = write_lines(print);
	str_reset(&print->lines);
	if (!ret)
		return SINK_GO_ON;
	print->is_done = true;
	if (ret == -EPIPE)
		return SINK_STOP;
	err_set(err, ret, "output: %s", strerror(-ret));
	return SINK_FAILED;
}

/* --- the sink ----------------------------------------------------------------------- */

static unsigned int print_event(struct sink *sink, const struct scap_block *block UNUSED,
				const struct event *ev, bool passed, struct err *err)
{
	struct print *print = (struct print *)sink;
	struct field_env *env = print->env;
	bool unescaped = env->unescaped;
	bool is_shown;

	if (!passed)
		return SINK_GO_ON;
	if (print->opts.json) {
		is_shown = field_template_render_json(print->tpl, env, ev, &print->lines);
	} else {
		env->unescaped = print->opts.full_width;
		is_shown = field_template_render_text(print->tpl, env, ev, &print->lines);
		env->unescaped = unescaped;
	}
	if (!is_shown)
		return SINK_GO_ON;
	str_append_char(&print->lines, '\n');
	if (ev->ts_ns != EVENT_TIME_UNKNOWN)
		env->shown_ts_ns = ev->ts_ns;
	env->shown_cnt++;
	if (print->opts.flush_each || print->lines.len >= BUFFER_SIZE)
		return flush(print, err);
	return SINK_GO_ON;
}

static unsigned int print_tick(struct sink *sink, uint64_t now_ns UNUSED, struct err *err)
{
	return flush((struct print *)sink, err);
}

static unsigned int print_end(struct sink *sink, struct err *err)
{
	return flush((struct print *)sink, err);
}

static void print_free(struct sink *sink)
{
	struct print *print = (struct print *)sink;

	field_template_free(print->tpl);
	str_release(&print->lines);
	alloc_free(print);
}

static const struct sink_ops print_ops = {
	.name = "print",
	.on_event = print_event,
	.on_tick = print_tick,
	.on_end = print_end,
	.free = print_free,
};

struct sink *sink_print_new(const struct sink_print_opts *opts, struct field_env *env,
			    struct err *err)
{
	const char *text = opts->template ? opts->template : FIELD_DEFAULT_TEMPLATE;
	struct field_template *tpl = field_template_compile(text, err);
	struct print *print;

	if (!tpl)
		return NULL;
	print = alloc_zero(sizeof(*print));
	print->sink.ops = &print_ops;
	print->opts = *opts;
	print->opts.template = NULL;
	print->env = env;
	print->tpl = tpl;
	return &print->sink;
}

uint32_t sink_print_needs(const struct sink *sink)
{
	return field_template_needs(((const struct print *)sink)->tpl);
}
