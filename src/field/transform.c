/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * transform.c: the transformers of filters and templates (filter-language 8),
 * each from values to a value.  What they make lives in the event's scratch.
 */
#include <string.h>

#include "field/extract.h"
#include "field/transform.h"
#include "field/value_text.h"

static const char *const names[FIELD_T_COUNT] = {
	[FIELD_T_TOLOWER] = "tolower",	 [FIELD_T_TOUPPER] = "toupper", [FIELD_T_B64] = "b64",
	[FIELD_T_BASENAME] = "basename", [FIELD_T_LEN] = "len",		[FIELD_T_JOIN] = "join",
	[FIELD_T_CONCAT] = "concat",	 [FIELD_T_GETOPT] = "getopt",
};

int field_transformer_find(const char *name, size_t len)
{
	for (int i = 0; i < FIELD_T_COUNT; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], name, len))
			return i;
	return -1;
}

bool transform_is_text(enum event_param_type type)
{
	switch (event_type_kind(type)) {
	case EVENT_KIND_TEXT:
	case EVENT_KIND_PATH:
	case EVENT_KIND_RELPATH:
		return true;
	default:
		return false;
	}
}

static bool is_text(const struct field_value *value)
{
	return !value->is_list && transform_is_text(value->type);
}

static bool is_bytes(const struct field_value *value)
{
	return !value->is_list && value->type == EVENT_PT_BYTEBUF;
}

/* ASCII only, whatever the locale. */
static bool change_case(struct field_env *env, const struct field_value *arg, char first,
			struct field_value *out)
{
	uint8_t *text;

	if (!is_text(arg))
		return false;
	text = arena_dup(&env->scratch, arg->bytes.ptr, arg->bytes.len);
	for (size_t i = 0; i < arg->bytes.len; i++)
		if (text[i] >= first && text[i] <= first + 25)
			text[i] ^= 0x20;
	*out = *arg;
	out->bytes.ptr = text;
	return true;
}

/* --- b64 --------------------------------------------------------------------- */

static int digit_of(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Padding may be missing, or one too many; leftover bits have to be zero. */
static bool decode(const uint8_t *at, size_t len, uint8_t *to, size_t *cnt)
{
	uint32_t bits = 0;
	size_t digits = len;
	size_t pad;

	while (digits && at[digits - 1] == '=')
		digits--;
	pad = (4 - digits % 4) % 4;
	if (digits % 4 == 1 || len - digits > pad + 1)
		return false;
	*cnt = 0;
	for (size_t i = 0; i < digits; i++) {
		int digit = digit_of(at[i]);

		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		if (i % 4)
			to[(*cnt)++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	if (digits % 4 == 2)
		return !(bits & 15);
	return digits % 4 != 3 || !(bits & 3);
}

static bool decode_base64(struct field_env *env, const struct field_value *arg,
			  struct field_value *out)
{
	uint8_t *bytes;
	size_t cnt;

	if (!is_text(arg) && !is_bytes(arg))
		return false;
	bytes = arena_alloc(&env->scratch, arg->bytes.len + 1);
	if (!decode(arg->bytes.ptr, arg->bytes.len, bytes, &cnt))
		return false;
	bytes[cnt] = '\0';
	*out = *arg;
	/* A text ends at its first NUL. */
	if (is_text(arg))
		cnt = strlen((const char *)bytes);
	out->bytes = span_make(bytes, cnt);
	return true;
}

/* --- basename, len ------------------------------------------------------------- */

static bool base_name(const struct field_value *arg, struct field_value *out)
{
	const uint8_t *slash;

	if (!is_text(arg))
		return false;
	*out = *arg;
	slash = arg->bytes.len ? memrchr(arg->bytes.ptr, '/', arg->bytes.len) : NULL;
	if (slash)
		out->bytes =
			span_make(slash + 1, arg->bytes.len - (size_t)(slash + 1 - arg->bytes.ptr));
	return true;
}

static bool length(const struct field_value *arg, struct field_value *out)
{
	uint64_t len;

	if (arg->is_list)
		len = arg->list.cnt;
	else if (is_text(arg) || is_bytes(arg))
		len = arg->bytes.len;
	else
		return false;
	*out = (struct field_value){ .type = EVENT_PT_UINT64, .format = EVENT_PF_DEC, .u64 = len };
	return true;
}

/* --- join, concat ------------------------------------------------------------------ */

static void set_text(struct field_env *env, struct str *str, struct field_value *out)
{
	*out = (struct field_value){ .type = EVENT_PT_CHARBUF };
	put_str(out, env, str);
}

struct joining {
	struct str *line;
	struct span sep;
	struct args_style style;
	bool is_first;
};

static void join_one(struct joining *join, const struct field_value *value)
{
	if (value->is_list) {
		for (uint32_t i = 0; i < value->list.cnt; i++)
			join_one(join, &value->list.items[i]);
		return;
	}
	if (!join->is_first)
		str_append(join->line, join->sep.ptr, join->sep.len);
	join->is_first = false;
	value_append_text(value, &join->style, join->line);
}

static void join_values(struct field_env *env, struct span sep, const struct field_value *values,
			uint32_t cnt, struct field_value *out)
{
	struct joining join = {
		.line = &env->tmp[1], .sep = sep, .style = args_style_raw(env), .is_first = true
	};

	if (env->filtering)
		join.style.format = FIELD_BUFFER_DOTTED;
	str_reset(join.line);
	for (uint32_t i = 0; i < cnt; i++)
		join_one(&join, &values[i]);
	set_text(env, join.line, out);
}

/* The separator may be a number. */
static bool join(struct field_env *env, const struct field_value *args, uint32_t cnt,
		 struct field_value *out)
{
	struct field_value sep;

	if (cnt < 1 || args[0].is_list)
		return false;
	join_values(env, span_make("", 0), args, 1, &sep);
	join_values(env, sep.bytes, args + 1, cnt - 1, out);
	return true;
}

/* --- getopt ---------------------------------------------------------------------------- */

struct words {
	struct span *items;
	uint32_t cnt;
};

static void add_words(struct words *words, const struct field_value *value)
{
	if (value->is_list) {
		for (uint32_t i = 0; i < value->list.cnt; i++)
			add_words(words, &value->list.items[i]);
	} else if (is_text(value)) {
		words->items[words->cnt++] = value->bytes;
	}
}

static uint32_t count_words(const struct field_value *value)
{
	uint32_t cnt = 0;

	if (!value->is_list)
		return 1;
	for (uint32_t i = 0; i < value->list.cnt; i++)
		cnt += count_words(&value->list.items[i]);
	return cnt;
}

/* What getopt finds, one after the other, or the value of one option. */
struct options {
	struct field_value *items; /* room for two an option */
	uint32_t cnt;
	char wanted; /* 0: all */
	bool found;
	struct span value; /* of wanted, the last one */
};

static void add_item(struct options *opts, const void *text, size_t len)
{
	opts->items[opts->cnt++] = (struct field_value){
		.type = EVENT_PT_CHARBUF,
		.bytes = span_make(text, len),
	};
}

/* takes: it has a value; value absent: the value is missing. */
static void add_option(struct options *opts, const uint8_t *letter, bool takes, struct span value)
{
	static const char empty[] = "";

	if (takes && !value.ptr) {
		add_item(opts, empty, 0);
		value = span_make(empty, 0);
	} else {
		add_item(opts, letter, 1);
		if (takes)
			add_item(opts, value.ptr, value.len);
	}
	if (opts->wanted == (char)*letter) {
		opts->found = true;
		opts->value = takes ? value : span_make(letter, 1);
	}
}

/* "-abcVALUE"; gives how many further words it took. */
static uint32_t scan_word(struct options *opts, struct span word, struct span next,
			  struct span optstring)
{
	static const uint8_t unknown = '?';

	for (size_t i = 1; i < word.len; i++) {
		const uint8_t *spec = NULL;
		bool takes;

		if (word.ptr[i] != ':' && optstring.len)
			spec = memchr(optstring.ptr, word.ptr[i], optstring.len);
		if (!spec) {
			add_option(opts, &unknown, false, span_make(NULL, 0));
			continue;
		}
		takes = spec + 1 < optstring.ptr + optstring.len && spec[1] == ':';
		if (!takes) {
			add_option(opts, word.ptr + i, false, span_make(NULL, 0));
			continue;
		}
		if (i + 1 < word.len) {
			add_option(opts, word.ptr + i, true,
				   span_make(word.ptr + i + 1, word.len - i - 1));
			return 0;
		}
		add_option(opts, word.ptr + i, true, next);
		return next.ptr != NULL;
	}
	return 0;
}

static bool get_options(struct field_env *env, const struct field_value *args, uint32_t cnt,
			char wanted, struct field_value *out)
{
	struct options opts = { .wanted = wanted };
	struct words words = { .cnt = 0 };
	struct span optstring;
	uint32_t total = 0;
	size_t letters = 0;

	if (cnt < 1 || !is_text(&args[cnt - 1]))
		return false;
	optstring = args[cnt - 1].bytes;
	if (optstring.len && optstring.ptr[0] == ':')
		optstring = span_make(optstring.ptr + 1, optstring.len - 1);
	for (uint32_t i = 0; i + 1 < cnt; i++)
		total += count_words(&args[i]);
	words.items = arena_alloc(&env->scratch, total * sizeof(*words.items));
	for (uint32_t i = 0; i + 1 < cnt; i++)
		add_words(&words, &args[i]);
	for (uint32_t i = 0; i < words.cnt; i++)
		letters += words.items[i].len;
	opts.items = arena_alloc(&env->scratch, (2 * letters + 1) * sizeof(*opts.items));
	for (uint32_t i = 0; i < words.cnt; i++) {
		struct span word = words.items[i];
		struct span next = i + 1 < words.cnt ? words.items[i + 1] : span_make(NULL, 0);

		if (word.len < 2 || word.ptr[0] != '-' || span_is_text(word, "--"))
			break;
		if (word.ptr[1] != '-')
			i += scan_word(&opts, word, next, optstring);
	}
	if (wanted) {
		*out = (struct field_value){ .type = EVENT_PT_CHARBUF, .bytes = opts.value };
		return opts.found;
	}
	*out = (struct field_value){ .type = EVENT_PT_CHARBUF, .is_list = true };
	out->list.items = opts.items;
	out->list.cnt = opts.cnt;
	return true;
}

bool field_transform(enum field_transformer which, struct field_env *env,
		     const struct field_value *args, uint32_t arg_cnt, char opt,
		     struct field_value *out)
{
	if (!arg_cnt)
		return false;
	switch (which) {
	case FIELD_T_TOLOWER:
		return change_case(env, args, 'A', out);
	case FIELD_T_TOUPPER:
		return change_case(env, args, 'a', out);
	case FIELD_T_B64:
		return decode_base64(env, args, out);
	case FIELD_T_BASENAME:
		return base_name(args, out);
	case FIELD_T_LEN:
		return length(args, out);
	case FIELD_T_JOIN:
		return join(env, args, arg_cnt, out);
	case FIELD_T_CONCAT:
		join_values(env, span_make("", 0), args, arg_cnt, out);
		return true;
	case FIELD_T_GETOPT:
		return get_options(env, args, arg_cnt, opt, out);
	default:
		return false;
	}
}
