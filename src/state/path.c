/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * path.c: names of files as a program passes them, made absolute and normalised
 * by their text alone: what "." and ".." leave, doubled slashes gone. A symbolic
 * link before ".." makes that wrong, as it does for everybody who was not there;
 * what the kernel really opened comes with the event and is not worked out here.
 */
#include <string.h>

#include "base/limits.h"
#include "state/shared_text.h"
#include "state/tables.h"

#define NOT_KNOWN "<UNKNOWN>"

/* Nothing to be done: every "/" is followed by something else than "/" and ".". */
static bool is_normal(struct span path)
{
	size_t last = path.len - 1;
	size_t i;

	if (!path.len || path.ptr[0] != '/' || path.ptr[last] == '/')
		return false;
	for (i = 0; i < last; i++) {
		if (UNLIKELY(path.ptr[i] == '/') &&
		    (path.ptr[i + 1] == '/' || path.ptr[i + 1] == '.'))
			return false;
	}
	return true;
}

/* Appends the components of path behind out->len 'root'; ".." never goes above it. */
static void append_normal(struct str *out, size_t root, struct span path)
{
	const char *at = (const char *)path.ptr;
	const char *end;

	if (!path.len)
		return;
	end = at + path.len;
	while (at < end) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		size_t len = (size_t)((slash ? slash : end) - at);

		if (len == 2 && at[0] == '.' && at[1] == '.') {
			while (out->len > root && out->buf[--out->len] != '/')
				;
			out->buf[out->len] = '\0';
		} else if (len && !(len == 1 && at[0] == '.')) {
			str_append_char(out, '/');
			str_append(out, at, len);
		}
		at += len + 1;
	}
}

static void append_absolute(struct str *out, struct span base, struct span name)
{
	size_t root = out->len;

	/* So that there is a buffer to look back into. */
	str_append(out, "", 0);
	append_normal(out, root, base);
	append_normal(out, root, name);
	if (out->len == root)
		str_append_char(out, '/');
}

/* Where relative names of the call begin; absent: not known. */
static struct span base_of(const struct state *state, const struct state_thread *thread,
			   int64_t dirfd)
{
	const struct thread *self = thread_of(thread);
	const struct state_fd *fd;
	const char *cwd;

	if ((int32_t)dirfd == STATE_AT_FDCWD) {
		cwd = self->has_own_fs ? thread->cwd : self->main->pub.cwd;
		return span_text(cwd);
	}
	fd = state_find_fd(state, thread, (int32_t)dirfd);
	if (!fd || !fd->name || fd->name[0] != '/')
		return span_make(NULL, 0);
	return span_make(fd->name, fd->name_len);
}

void state_resolve_path(const struct state *state, const struct state_thread *thread, int64_t dirfd,
			struct span name, struct str *out)
{
	struct span base;

	if (is_normal(name)) {
		str_append(out, name.ptr, name.len);
		return;
	}
	if (name.len && name.ptr[0] == '/') {
		append_absolute(out, span_make(NULL, 0), name);
		return;
	}
	base = thread ? base_of(state, thread, dirfd) : span_make(NULL, 0);
	if (base.len && base.len + name.len <= LIMIT_PATH) {
		append_absolute(out, base, name);
		return;
	}
	str_append_text(out, NOT_KNOWN);
	str_append(out, name.ptr, name.len);
}
