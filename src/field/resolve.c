/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * resolve.c: from the text of a field, as filters and templates have it, to a
 * field_ref with its argument worked out.  This happens when something is
 * compiled, never for an event, so it simply looks at every name.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "field/extract.h"
#include "field/field.h"

/* What is being resolved, and how far it was taken. */
struct input {
	const char *text;
	size_t len;
	bool whole; /* all of text or nothing: no shorter argument is tried */
	struct arena *arena;
	struct err *err;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t word_len(const struct input *in, size_t at)
{
	size_t len = 0;

	while (at + len < in->len && is_word(in->text[at + len]))
		len++;
	return len;
}

/* All digits, and small enough; -1 otherwise. */
static int64_t number_of(const char *text)
{
	int64_t num = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || num > (INT64_MAX - 9) / 10)
			return -1;
		num = num * 10 + (*text - '0');
	}
	return num;
}

/*
 * "[...]" at at: the argument goes to *arg, its length in text is returned; 0 if
 * there is none.  Quotes around it are taken off.
 */
static size_t bracket_arg(const struct input *in, size_t at, const char **arg)
{
	const char *end;
	size_t from = at + 1;
	char quote;

	if (at >= in->len || in->text[at] != '[' || from >= in->len)
		return 0;
	quote = in->text[from];
	if (quote == '"' || quote == '\'') {
		end = memchr(in->text + from + 1, quote, in->len - from - 1);
		if (!end || end + 1 >= in->text + in->len || end[1] != ']')
			return 0;
		from++;
		*arg = arena_strndup(in->arena, in->text + from, (size_t)(end - in->text) - from);
		return (size_t)(end - in->text) + 2 - at;
	}
	end = memchr(in->text + from, ']', in->len - from);
	if (!end || end == in->text + from)
		return 0;
	*arg = arena_strndup(in->arena, in->text + from, (size_t)(end - in->text) - from);
	if (strpbrk(*arg, " \t\r\n[\"'"))
		return 0;
	return (size_t)(end - in->text) + 1 - at;
}

/* --- what an argument means, field by field ----------------------------------- */

/* Where each event type has the parameter; false if none has. */
static bool params_by_name(const struct input *in, const char *name, struct field_ref *ref)
{
	int8_t *map;
	bool found = false;

	if (!event_param_name_exists(name))
		return false;
	map = arena_alloc(in->arena, EVENT_TYPE_COUNT);
	for (uint32_t type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_info *info = event_info_find(type);

		map[type] = (int8_t)event_param_index(info, name);
		if (map[type] >= 0 && !found && ref->id == FIELD_ID_EVT_RAWARG)
			ref->type = info->params[map[type]].type;
		found |= map[type] >= 0;
	}
	ref->by_type = map;
	return true;
}

/* Event types of that name: 1; generic events, if it is a call's name: 2. */
static bool types_by_name(const struct input *in, const char *name, struct field_ref *ref)
{
	int64_t num = number_of(name);
	uint32_t iter = 0;
	int8_t *map = arena_zero(in->arena, EVENT_TYPE_COUNT);
	bool found = false;
	int type;

	if (num >= 0 && num < EVENT_TYPE_COUNT) {
		map[num] = 1;
		found = true;
	}
	while ((type = event_type_next_named(name, &iter)) >= 0) {
		map[type] = 1;
		found = strcmp(name, "NA") != 0;
	}
	if (event_syscall_find_name(name)) {
		map[EVENT_GENERIC_E] = map[EVENT_GENERIC_X] = 2;
		found = true;
	}
	ref->by_type = map;
	return found;
}

/* The argument after a dot: the longest one that means something. 0: none. */
static size_t dot_arg(const struct input *in, size_t at, struct field_ref *ref)
{
	size_t len, least;
	bool ok = false;

	if (at >= in->len || in->text[at] != '.')
		return 0;
	len = word_len(in, at + 1);
	if (ref->id == FIELD_ID_CONTAINER_LABEL || ref->id == FIELD_ID_K8S_POD_LABEL) {
		while (at + 1 + len < in->len && in->text[at + 1 + len] == '.' &&
		       word_len(in, at + 2 + len))
			len += 1 + word_len(in, at + 2 + len);
	}
	least = in->whole ? len : 1;
	for (; len && len >= least; len--) {
		ref->arg = arena_strndup(in->arena, in->text + at + 1, len);
		switch (ref->id) {
		case FIELD_ID_EVT_ARG:
		case FIELD_ID_EVT_RAWARG:
			ok = params_by_name(in, ref->arg, ref);
			break;
		case FIELD_ID_EVT_TYPE_IS:
			ok = types_by_name(in, ref->arg, ref);
			break;
		case FIELD_ID_EVT_ABSPATH:
			ok = !strcmp(ref->arg, "src") || !strcmp(ref->arg, "dst");
			break;
		case FIELD_ID_THREAD_CGROUP:
			ok = strspn(ref->arg, "abcdefghijklmnopqrstuvwxyz"
					      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == len;
			break;
		default:
			ok = true;
		}
		if (ok)
			return 1 + len;
	}
	return 0;
}

/* May the field take this argument in brackets? */
static bool takes_bracket(const struct field_ref *ref)
{
	bool is_num = ref->arg_num >= 0;

	switch (ref->id) {
	case FIELD_ID_EVT_ARG:
		return is_num && ref->arg_num < EVENT_PARAM_MAX;
	case FIELD_ID_EVT_AROUND:
	case FIELD_ID_PROC_ARGS:
	case FIELD_ID_FD_TYPES:
	case FIELD_ID_PROC_ANAME:
	case FIELD_ID_PROC_AEXE:
	case FIELD_ID_PROC_AEXEPATH:
	case FIELD_ID_PROC_ACMDLINE:
	case FIELD_ID_PROC_AARGS:
	case FIELD_ID_PROC_APID:
		return is_num || !strcmp(ref->arg, "-1");
	case FIELD_ID_EVT_RAWARG:
	case FIELD_ID_EVT_TYPE_IS:
	case FIELD_ID_EVT_ABSPATH:
	case FIELD_ID_THREAD_CGROUP:
		return false;
	default:
		return true;
	}
}

/* An argument that stands for none: aname[-1], env[0]. */
static void drop_empty_arg(struct field_ref *ref)
{
	if (!strcmp(ref->arg, "-1") || (ref->id == FIELD_ID_PROC_ENV && ref->arg_num >= 0)) {
		ref->has_arg = false;
		ref->arg = NULL;
		ref->arg_num = -1;
	}
}

/* The field takes an argument: find it behind the name. Bytes taken, 0 none. */
static size_t take_arg(const struct input *in, size_t at, struct field_ref *ref)
{
	size_t used;

	if (ref->info->flags & FIELD_DOT_ARG) {
		used = dot_arg(in, at, ref);
		if (used) {
			ref->has_arg = true;
			return used;
		}
	}
	ref->arg = NULL;
	used = bracket_arg(in, at, &ref->arg);
	if (!used)
		return 0;
	ref->arg_num = number_of(ref->arg);
	if (!takes_bracket(ref)) {
		ref->arg = NULL;
		ref->arg_num = -1;
		return 0;
	}
	ref->has_arg = true;
	drop_empty_arg(ref);
	return used;
}

/* Why the argument of a field that needs one was not taken. */
static int arg_error(const struct input *in, size_t at, const struct field_ref *ref)
{
	const char *what = arena_strndup(in->arena, in->text + at, in->len - at);
	const char *arg;

	if (!*what)
		return err_set_at(in->err, -EINVAL, in->text, at, "%s needs an argument",
				  ref->info->name);
	if (ref->id == FIELD_ID_EVT_RAWARG && *what == '[')
		return err_set_at(in->err, -EINVAL, in->text, at,
				  "%s takes the name of an argument: evt.rawarg.res",
				  ref->info->name);
	if (bracket_arg(in, at, &arg) && ref->id == FIELD_ID_EVT_ARG && number_of(arg) >= 0)
		return err_set_at(in->err, -EINVAL, in->text, at, "no event has an argument %s",
				  arg);
	if (bracket_arg(in, at, &arg) &&
	    (ref->id == FIELD_ID_EVT_ARG || ref->id == FIELD_ID_EVT_AROUND ||
	     ref->id == FIELD_ID_FD_TYPES))
		return err_set_at(in->err, -EINVAL, in->text, at, "%s is not a valid number", arg);
	if (*what == '.' && (ref->id == FIELD_ID_EVT_ARG || ref->id == FIELD_ID_EVT_RAWARG))
		return err_set_at(in->err, -EINVAL, in->text, at, "unknown event argument %s",
				  what + 1);
	if (*what == '.' && ref->id == FIELD_ID_EVT_TYPE_IS)
		return err_set_at(in->err, -EINVAL, in->text, at, "unknown event type %s",
				  what + 1);
	return err_set_at(in->err, -EINVAL, in->text, at, "bad argument of %s", ref->info->name);
}

/* --- names ----------------------------------------------------------------------- */

/* Of all names that begin text the longest one shorter than limit; -1 none. */
static int longest_name(const struct input *in, size_t limit)
{
	size_t best_len = 0;
	int best = -1;

	for (int i = 0; i < FIELD_ID_COUNT; i++) {
		size_t len = strlen(field_info_at((uint32_t)i)->name);

		if (len <= best_len || len >= limit || len > in->len)
			continue;
		if (memcmp(in->text, field_info_at((uint32_t)i)->name, len))
			continue;
		best_len = len;
		best = i;
	}
	return best;
}

static int no_field(const struct input *in)
{
	size_t len = 0;

	while (len < in->len && (is_word(in->text[len]) || in->text[len] == '.'))
		len++;
	if (in->whole)
		len = in->len;
	if (!len)
		return err_set_at(in->err, -ENOENT, in->text, 0, "a field was expected");
	return err_set_at(in->err, -ENOENT, in->text, 0, "there is no field %.*s",
			  (int)(len < 200 ? len : 200), in->text);
}

static bool ref_try(const struct input *in, int id, struct field_ref *ref, size_t *used)
{
	size_t name_len;

	memset(ref, 0, sizeof(*ref));
	ref->id = (uint16_t)id;
	ref->info = field_info_at(ref->id);
	ref->type = ref->info->type;
	ref->arg_num = -1;
	name_len = strlen(ref->info->name);
	*used = name_len;
	if (ref->info->arg != FIELD_ARG_NONE)
		*used += take_arg(in, name_len, ref);
	return ref->info->arg != FIELD_ARG_REQUIRED || *used > name_len;
}

/* Up to where the user meant the argument behind a name to go. */
static size_t meant_len(const struct input *in, size_t at)
{
	const char *end;

	while (at < in->len && (is_word(in->text[at]) || in->text[at] == '.'))
		at++;
	end = at < in->len && in->text[at] == '[' ? memchr(in->text + at, ']', in->len - at) : NULL;
	return end ? (size_t)(end - in->text) + 1 : at;
}

int field_resolve(const char *text, size_t len, bool whole, struct arena *arena,
		  struct field_ref *out, size_t *used, struct err *err)
{
	struct input in = { .text = text, .len = len, .whole = whole, .arena = arena, .err = err };
	struct field_ref failed = { .info = NULL };
	size_t limit = SIZE_MAX;
	struct field_ref ref;
	size_t taken;
	int id;

	while ((id = longest_name(&in, limit)) >= 0) {
		bool ok = ref_try(&in, id, &ref, &taken);

		if (ok && (!whole || taken == len)) {
			ref.text = arena_strndup(arena, text, taken);
			*out = ref;
			*used = taken;
			return 0;
		}
		/* fd.types[x] is a bad number, not an unknown name. */
		if (!failed.info && (!ok || (id == FIELD_ID_FD_TYPES && text[taken] == '[')))
			failed = ref;
		if (whole)
			break;
		limit = strlen(ref.info->name);
	}
	if (!failed.info)
		return no_field(&in);
	if (!whole)
		in.len = meant_len(&in, strlen(failed.info->name));
	return arg_error(&in, strlen(failed.info->name), &failed);
}
