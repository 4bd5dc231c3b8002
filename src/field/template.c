/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * template.c: runs a compiled template for an event: a line of text or a JSON
 * object.  It appends straight to the output; a line with an unset field is taken
 * back unless the template says to print all.
 */
#include "field/template.h"

#include <stdlib.h>
#include <string.h>

#include "field/args.h"
#include "field/clock.h"
#include "field/extract.h"
#include "field/line.h"
#include "field/value_text.h"

/* --- compiling ----------------------------------------------------------------- */

static int compare_refs(const void *a, const void *b)
{
	const struct field_ref *const *left = a;
	const struct field_ref *const *right = b;

	return strcmp((*left)->text, (*right)->text);
}

/* The fields of the template, each once, by name. */
static void make_keys(struct field_template *tpl)
{
	const struct field_ref **refs = alloc_array(tpl->ops.cnt, sizeof(*refs));
	struct str text = { 0 };
	size_t cnt = 0;

	for (size_t i = 0; i < tpl->ops.cnt; i++)
		if (tpl->ops.items[i].ref.info)
			refs[cnt++] = &tpl->ops.items[i].ref;
	qsort(refs, cnt, sizeof(*refs), compare_refs);
	tpl->keys = arena_zero(&tpl->arena, cnt * sizeof(*tpl->keys));
	for (size_t i = 0; i < cnt; i++) {
		struct template_key *key = &tpl->keys[tpl->key_cnt];

		if (i && !compare_refs(&refs[i - 1], &refs[i]))
			continue;
		str_reset(&text);
		str_append_json(&text, refs[i]->text, strlen(refs[i]->text));
		str_append_char(&text, ':');
		key->text = span_make(arena_dup(&tpl->arena, text.buf, text.len), text.len);
		key->ref = refs[i];
		tpl->key_cnt++;
	}
	str_release(&text);
	alloc_free(refs);
}

struct field_template *field_template_compile(const char *text, struct err *err)
{
	struct field_template *tpl = alloc_zero(sizeof(*tpl));

	arena_init(&tpl->arena);
	if (template_parse(tpl, text, err)) {
		field_template_free(tpl);
		return NULL;
	}
	make_keys(tpl);
	return tpl;
}

void field_template_free(struct field_template *tpl)
{
	if (!tpl)
		return;
	arena_release(&tpl->arena);
	vec_release(&tpl->ops);
	alloc_free(tpl);
}

uint32_t field_template_needs(const struct field_template *tpl)
{
	return tpl->needs;
}

/* --- calls ------------------------------------------------------------------------ */

static bool run_call(const struct template_call *call, struct field_env *env,
		     const struct event *ev, struct field_value *out);

static bool run_operand(const struct template_operand *operand, struct field_env *env,
			const struct event *ev, struct field_value *out)
{
	struct field_value *items;

	switch (operand->kind) {
	case TEMPLATE_CONSTANT:
		*out = operand->value;
		return true;
	case TEMPLATE_CALL:
		return run_call(operand->call, env, ev, out);
	case TEMPLATE_LIST:
		items = arena_zero(&env->scratch, operand->item_cnt * sizeof(*items));
		for (uint32_t i = 0; i < operand->item_cnt; i++)
			if (!run_operand(&operand->items[i], env, ev, &items[i]))
				return false;
		*out = (struct field_value){ .type = EVENT_PT_CHARBUF, .is_list = true };
		out->list.items = items;
		out->list.cnt = operand->item_cnt;
		return true;
	default:
		return field_extract(&operand->ref, env, ev, out);
	}
}

static bool run_call(const struct template_call *call, struct field_env *env,
		     const struct event *ev, struct field_value *out)
{
	struct field_value *values = arena_zero(&env->scratch, call->operand_cnt * sizeof(*values));

	for (uint32_t i = 0; i < call->operand_cnt; i++)
		if (!run_operand(&call->operands[i], env, ev, &values[i]))
			return false;
	return field_transform(call->which, env, values, call->operand_cnt, call->opt, out);
}

/* --- text --------------------------------------------------------------------------- */

/* As field_extract(), without what a template worked out before. */
static inline bool extract(const struct template_op *op, struct field_env *env,
			   const struct event *ev, struct field_value *value)
{
	value->type = op->ref.type;
	value->format = op->ref.info->format;
	value->is_list = false;
	return op->extract(&op->ref, env, ev, value);
}

/* A text that no event can choose. */
static bool append_plain(const struct template_op *op, struct field_env *env,
			 const struct event *ev, struct str *out)
{
	struct field_value value;

	if (!extract(op, env, ev, &value))
		return false;
	line_bytes(out, value.bytes.ptr, value.bytes.len);
	return true;
}

static bool append_time(const struct template_op *op, struct field_env *env, const struct event *ev,
			struct str *out)
{
	if (env->time_format && env->time_format != FIELD_TIME_HOUR)
		return append_plain(op, env, ev, out);
	if (ev->ts_ns == EVENT_TIME_UNKNOWN)
		return false;
	clock_append_hour(out, &env->clock, ev->ts_ns);
	return true;
}

static bool append_value(const struct template_op *op, struct field_env *env,
			 const struct event *ev, const struct args_style *style, struct str *out)
{
	struct field_value value;

	if (!extract(op, env, ev, &value))
		return false;
	switch (op->kind) {
	case TEMPLATE_OP_STRING:
		args_append_text(style, out, value.bytes.ptr, value.bytes.len);
		return true;
	case TEMPLATE_OP_SIGNED:
		line_i64(out, value.i64);
		return true;
	case TEMPLATE_OP_UNSIGNED:
		line_u64(out, value.u64);
		return true;
	default:
		value_append_text(&value, style, out);
		return true;
	}
}

/* false: unset, and nothing was appended. */
static bool run_op(const struct template_op *op, struct field_env *env, const struct event *ev,
		   const struct args_style *style, struct str *out)
{
	struct field_value value;
	int idx;

	switch (op->kind) {
	case TEMPLATE_OP_TEXT:
		line_bytes(out, op->text.ptr, op->text.len);
		return true;
	case TEMPLATE_OP_TIME:
		return append_time(op, env, ev, out);
	case TEMPLATE_OP_ARGS:
		args_append_all(env, ev, style, out);
		return true;
	case TEMPLATE_OP_ARG:
		idx = args_find(&op->ref, ev);
		if (idx < 0)
			return false;
		args_append_best(env, ev, (unsigned int)idx, style, out);
		return true;
	case TEMPLATE_OP_CALL:
		if (!run_call(op->call, env, ev, &value))
			return false;
		value_append_text(&value, style, out);
		return true;
	case TEMPLATE_OP_RAW_TEXT:
		return append_plain(op, env, ev, out);
	default:
		return append_value(op, env, ev, style, out);
	}
}

/* Exactly width bytes since start: cut, or filled with blanks. */
static void fit(struct str *out, size_t start, uint32_t width)
{
	size_t len = out->len - start;

	line_cut(out, start + width);
	if (len >= width)
		return;
	memset(str_reserve(out, width - len), ' ', width - len);
	str_commit(out, width - len);
}

bool field_template_render_text(const struct field_template *tpl, struct field_env *env,
				const struct event *ev, struct str *out)
{
	struct args_style style = args_style_text(env);
	size_t start = out->len;

	for (size_t i = 0; i < tpl->ops.cnt; i++) {
		const struct template_op *op = &tpl->ops.items[i];
		size_t before = out->len;

		if (!run_op(op, env, ev, &style, out)) {
			if (!tpl->print_all) {
				line_cut(out, start);
				return false;
			}
			str_append(out, "<NA>", 4);
		}
		if (op->has_width)
			fit(out, before, op->width);
	}
	line_end(out);
	return true;
}

/* --- JSON ------------------------------------------------------------------------------ */

static bool append_json(const struct field_ref *ref, struct field_env *env, const struct event *ev,
			struct str *out)
{
	struct args_style style = args_style_raw(env);
	struct field_value value;

	if (ref->info->flags & FIELD_TIME_TEXT) {
		if (ev->ts_ns == EVENT_TIME_UNKNOWN)
			return false;
		str_append_u64(out, ev->ts_ns);
		return true;
	}
	if (ref->id == FIELD_ID_EVT_INFO || ref->id == FIELD_ID_EVT_ARGS) {
		str_reset(&env->tmp[0]);
		args_append_all(env, ev, &style, &env->tmp[0]);
		str_append_json(out, str_text(&env->tmp[0]), env->tmp[0].len);
		return true;
	}
	if (!field_extract(ref, env, ev, &value))
		return false;
	value_append_json(&value, &style, &env->tmp[1], out);
	return true;
}

bool field_template_render_json(const struct field_template *tpl, struct field_env *env,
				const struct event *ev, struct str *out)
{
	size_t start = out->len;

	str_append_char(out, '{');
	for (uint32_t i = 0; i < tpl->key_cnt; i++) {
		const struct template_key *key = &tpl->keys[i];

		if (i)
			str_append_char(out, ',');
		str_append(out, key->text.ptr, key->text.len);
		if (append_json(key->ref, env, ev, out))
			continue;
		if (!tpl->print_all) {
			line_cut(out, start);
			return false;
		}
		str_append(out, "null", 4);
	}
	str_append_char(out, '}');
	return true;
}
