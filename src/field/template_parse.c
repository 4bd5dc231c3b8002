/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * template_parse.c: the text of a template (filter-language 10) to a list of
 * operations: literal text, fields, calls of transformers.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "field/extract.h"
#include "field/template.h"
#include "field/transform.h"

#define WIDTH_MAX 65536

struct parser {
	struct field_template *tpl;
	const char *text;
	size_t len;
	size_t at;
	unsigned int depth;
	struct err *err;
};

static int fail(struct parser *p, size_t at, const char *why)
{
	return err_set_at(p->err, -EINVAL, p->text, at, "%s", why);
}

static char peek(const struct parser *p)
{
	return p->at < p->len ? p->text[p->at] : '\0';
}

static void skip_blanks(struct parser *p)
{
	while (p->at < p->len && strchr(" \t\r\n", p->text[p->at]))
		p->at++;
}

/* A known transformer with its '(' at the place; *taken: the bytes of both. */
static int find_transformer(const struct parser *p, size_t *taken)
{
	size_t len = 0;

	while (p->at + len < p->len && isalnum((unsigned char)p->text[p->at + len]))
		len++;
	if (!len || p->at + len >= p->len || p->text[p->at + len] != '(')
		return -1;
	*taken = len + 1;
	return field_transformer_find(p->text + p->at, len);
}

/* A field at the place. The error's index becomes one of the whole template. */
static int take_field(struct parser *p, struct field_ref *ref)
{
	struct err err;
	size_t used;
	int ret;

	err_init(&err);
	ret = field_resolve(p->text + p->at, p->len - p->at, false, &p->tpl->arena, ref, &used,
			    &err);
	if (ret)
		return err_set_at(p->err, -EINVAL, p->text, p->at + err.index, "%s", err.text);
	p->tpl->needs |= ref->info->needs;
	p->at += used;
	return 0;
}

/* --- operands of transformers ---------------------------------------------------- */

static int take_call(struct parser *p, struct template_call **call);

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Behind a backslash; negative: no such escape. */
static int take_escape(struct parser *p)
{
	static const char from[] = "bfnrt\\/\"'";
	static const char to[] = "\b\f\n\r\t\\/\"'";
	const char *found = peek(p) ? strchr(from, peek(p)) : NULL;
	int high, low;

	if (found) {
		p->at++;
		return to[found - from];
	}
	if (peek(p) != 'x' || p->at + 2 >= p->len)
		return -1;
	high = hex_digit(p->text[p->at + 1]);
	low = hex_digit(p->text[p->at + 2]);
	if (high < 0 || low < 0 || !(high | low))
		return -1;
	p->at += 3;
	return high << 4 | low;
}

static int take_quoted(struct parser *p, struct template_operand *operand)
{
	size_t start = p->at;
	char quote = p->text[p->at++];
	char *text = arena_alloc(&p->tpl->arena, p->len - p->at + 1);
	size_t len = 0;

	while (peek(p) != quote) {
		int c = (unsigned char)peek(p);

		if (p->at >= p->len)
			return fail(p, start, "the quote is not closed");
		p->at++;
		if (c == '\\') {
			c = take_escape(p);
			if (c < 0)
				return fail(p, p->at, "no such escape");
		}
		text[len++] = (char)c;
	}
	p->at++;
	operand->kind = TEMPLATE_CONSTANT;
	operand->value =
		(struct field_value){ .type = EVENT_PT_CHARBUF, .bytes = span_make(text, len) };
	return 0;
}

static bool is_number_start(const struct parser *p)
{
	char c = peek(p);

	return isdigit((unsigned char)c) || c == '-' || c == '+';
}

/* Kept as its text. */
static void take_number(struct parser *p, struct template_operand *operand)
{
	size_t start = p->at++;

	while (isalnum((unsigned char)peek(p)) || peek(p) == '.')
		p->at++;
	operand->kind = TEMPLATE_CONSTANT;
	operand->value = (struct field_value){ .type = EVENT_PT_CHARBUF };
	operand->value.bytes = span_make(
		arena_strndup(&p->tpl->arena, p->text + start, p->at - start), p->at - start);
}

static int take_operand(struct parser *p, struct template_operand *operand, bool in_list);

/* Operands separated by commas up to the ')' behind them. */
static int take_operands(struct parser *p, bool in_list, struct template_operand **items,
			 uint32_t *cnt)
{
	VEC_OF(struct template_operand) list = { 0 };
	int ret = 0;

	skip_blanks(p);
	if (in_list && peek(p) == ')') {
		p->at++;
		*cnt = 0;
		return 0;
	}
	for (;;) {
		struct template_operand *operand = vec_add(&list);

		skip_blanks(p);
		ret = take_operand(p, operand, in_list);
		if (ret)
			break;
		skip_blanks(p);
		if (peek(p) == ')')
			break;
		if (peek(p) != ',') {
			ret = fail(p, p->at, "expected ',' or ')'");
			break;
		}
		p->at++;
	}
	if (!ret) {
		p->at++;
		*items = arena_dup(&p->tpl->arena, list.items, list.cnt * sizeof(*list.items));
		*cnt = (uint32_t)list.cnt;
	}
	vec_release(&list);
	return ret;
}

static int take_operand(struct parser *p, struct template_operand *operand, bool in_list)
{
	size_t taken;

	memset(operand, 0, sizeof(*operand));
	if (peek(p) == '"' || peek(p) == '\'')
		return take_quoted(p, operand);
	if (is_number_start(p)) {
		take_number(p, operand);
		return 0;
	}
	if (peek(p) == '(' && !in_list) {
		p->at++;
		operand->kind = TEMPLATE_LIST;
		return take_operands(p, true, &operand->items, &operand->item_cnt);
	}
	if (find_transformer(p, &taken) >= 0) {
		operand->kind = TEMPLATE_CALL;
		return take_call(p, &operand->call);
	}
	operand->kind = TEMPLATE_FIELD;
	return take_field(p, &operand->ref);
}

/* --- what a transformer takes ------------------------------------------------------- */

struct shape {
	bool is_list;
	enum event_param_type type;
};

static struct shape shape_of(const struct template_operand *operand)
{
	struct shape shape = { .is_list = false, .type = EVENT_PT_CHARBUF };

	switch (operand->kind) {
	case TEMPLATE_FIELD:
		shape.type = operand->ref.type;
		shape.is_list = (operand->ref.info->flags & FIELD_LIST) != 0;
		break;
	case TEMPLATE_LIST:
		shape.is_list = true;
		break;
	case TEMPLATE_CALL:
		switch (operand->call->which) {
		case FIELD_T_LEN:
			shape.type = EVENT_PT_UINT64;
			break;
		case FIELD_T_GETOPT:
			shape.is_list = !operand->call->opt;
			break;
		case FIELD_T_JOIN:
		case FIELD_T_CONCAT:
			break;
		default:
			shape = shape_of(operand->call->operands);
		}
		break;
	default:
		break;
	}
	return shape;
}

static bool is_text(struct shape shape)
{
	return !shape.is_list && transform_is_text(shape.type);
}

static const char *check_fields(const struct template_operand *operands, uint32_t cnt)
{
	for (uint32_t i = 0; i < cnt; i++) {
		const char *why = check_fields(operands[i].items, operands[i].item_cnt);

		if (why)
			return why;
		if (operands[i].kind == TEMPLATE_FIELD &&
		    operands[i].ref.info->flags & FIELD_NO_TRANSFORM)
			return "this field cannot be transformed";
	}
	return NULL;
}

static const char *check_one(const struct template_call *call, struct shape shape)
{
	bool is_buffer = !shape.is_list && shape.type == EVENT_PT_BYTEBUF;

	switch (call->which) {
	case FIELD_T_B64:
		return is_text(shape) || is_buffer ? NULL : "b64() takes a text or a buffer";
	case FIELD_T_LEN:
		return is_text(shape) || is_buffer || shape.is_list
			       ? NULL
			       : "len() takes a text, a buffer or a list";
	default:
		return is_text(shape) ? NULL : "this transformer takes a text";
	}
}

/* NULL, or what is wrong with a call. */
static const char *check_call(const struct template_call *call)
{
	const struct template_operand *args = call->operands;
	uint32_t cnt = call->operand_cnt;
	const char *why = check_fields(args, cnt);

	if (why)
		return why;
	switch (call->which) {
	case FIELD_T_JOIN:
		if (cnt != 2)
			return "join() takes a separator and a list";
		if (!shape_of(&args[1]).is_list)
			return "join() second argument must be a list";
		return args[0].kind == TEMPLATE_CONSTANT || is_text(shape_of(&args[0]))
			       ? NULL
			       : "join() first argument must be a text";
	case FIELD_T_CONCAT:
		if (cnt < 2)
			return "concat() takes two arguments or more";
		for (uint32_t i = 0; i < cnt; i++)
			if (!is_text(shape_of(&args[i])))
				return "concat() arguments must be strings";
		return NULL;
	case FIELD_T_GETOPT:
		if (cnt != 2)
			return "getopt() takes a list and an option string";
		if (!shape_of(&args[0]).is_list)
			return "getopt() first argument must be a list";
		return is_text(shape_of(&args[1])) ? NULL
						   : "getopt() second argument must be a text";
	default:
		return cnt == 1 ? check_one(call, shape_of(args))
				: "this transformer takes one argument";
	}
}

/* "[c]" behind getopt(...). */
static int take_opt(struct parser *p, struct template_call *call)
{
	if (peek(p) != '[' || call->which != FIELD_T_GETOPT)
		return 0;
	if (p->at + 2 >= p->len || p->text[p->at + 2] != ']')
		return fail(p, p->at, "getopt() field argument must be a single option character");
	call->opt = p->text[p->at + 1];
	p->at += 3;
	return 0;
}

static int take_call(struct parser *p, struct template_call **out)
{
	size_t start = p->at;
	struct template_call *call = arena_zero(&p->tpl->arena, sizeof(*call));
	size_t taken = 0;
	const char *why;
	int ret;

	if (++p->depth > LIMIT_FILTER_DEPTH)
		return fail(p, start, "transformers are nested too deeply");
	call->which = (enum field_transformer)find_transformer(p, &taken);
	p->at += taken;
	ret = take_operands(p, false, &call->operands, &call->operand_cnt);
	if (!ret)
		ret = take_opt(p, call);
	if (ret)
		return ret;
	why = check_call(call);
	if (why)
		return fail(p, start, why);
	p->depth--;
	*out = call;
	return 0;
}

/* --- the template itself ---------------------------------------------------------------- */

static struct template_op *add_op(struct parser *p, enum template_op_kind kind)
{
	struct template_op *op = vec_add(&p->tpl->ops);

	memset(op, 0, sizeof(*op));
	op->kind = kind;
	return op;
}

/* What a value's type alone tells. */
static enum template_op_kind op_kind_of_type(const struct field_ref *ref)
{
	bool is_decimal = ref->info->format == EVENT_PF_DEC || ref->info->format == EVENT_PF_ID ||
			  ref->info->format == EVENT_PF_NA;

	if (ref->info->flags & (FIELD_LIST | FIELD_ANY_ANCESTOR))
		return TEMPLATE_OP_VALUE;
	switch (event_type_kind(ref->type)) {
	case EVENT_KIND_TEXT:
		return TEMPLATE_OP_STRING;
	case EVENT_KIND_SIGNED:
		return is_decimal ? TEMPLATE_OP_SIGNED : TEMPLATE_OP_VALUE;
	case EVENT_KIND_UNSIGNED:
		return is_decimal ? TEMPLATE_OP_UNSIGNED : TEMPLATE_OP_VALUE;
	default:
		return TEMPLATE_OP_VALUE;
	}
}

static enum template_op_kind op_kind_of(const struct field_ref *ref)
{
	switch (ref->id) {
	case FIELD_ID_EVT_OUTPUTTIME:
		return TEMPLATE_OP_TIME;
	case FIELD_ID_EVT_ARGS:
	case FIELD_ID_EVT_INFO:
		return TEMPLATE_OP_ARGS;
	case FIELD_ID_EVT_ARG:
		return TEMPLATE_OP_ARG;
	case FIELD_ID_EVT_TYPE:
	case FIELD_ID_EVT_DIR:
		return TEMPLATE_OP_RAW_TEXT;
	case FIELD_ID_EVT_RAWARG:
		return TEMPLATE_OP_VALUE;
	default:
		return op_kind_of_type(ref);
	}
}

static int take_width(struct parser *p, bool *has_width, uint32_t *width)
{
	size_t start = p->at;
	uint32_t value = 0;

	while (isdigit((unsigned char)peek(p))) {
		value = value * 10 + (uint32_t)(p->text[p->at++] - '0');
		if (value > WIDTH_MAX)
			return fail(p, start, "the width is too large");
	}
	*has_width = value != 0;
	*width = value;
	return 0;
}

/* Behind a '%'. */
static int take_token(struct parser *p)
{
	struct template_op *op;
	struct template_call *call;
	struct field_ref ref;
	bool has_width = false;
	uint32_t width = 0;
	size_t percent = p->at - 1;
	size_t taken;
	int ret;

	if (p->at >= p->len)
		return fail(p, percent, "a template cannot end in %");
	ret = take_width(p, &has_width, &width);
	if (ret)
		return ret;
	if (p->at >= p->len)
		return fail(p, percent, "a template cannot end in % and a number");
	if (find_transformer(p, &taken) >= 0) {
		ret = take_call(p, &call);
		if (ret)
			return ret;
		op = add_op(p, TEMPLATE_OP_CALL);
		op->call = call;
	} else {
		ret = take_field(p, &ref);
		if (ret)
			return ret;
		op = add_op(p, op_kind_of(&ref));
		op->ref = ref;
		op->extract = field_extractor(ref.id);
	}
	op->has_width = has_width;
	op->width = width;
	return 0;
}

static void take_text(struct parser *p)
{
	const char *from = p->text + p->at;
	const char *stop = memchr(from, '%', p->len - p->at);
	size_t len = stop ? (size_t)(stop - from) : p->len - p->at;

	add_op(p, TEMPLATE_OP_TEXT)->text = span_make(arena_dup(&p->tpl->arena, from, len), len);
	p->at += len;
}

int template_parse(struct field_template *tpl, const char *text, struct err *err)
{
	struct parser p = { .tpl = tpl, .text = text, .len = strlen(text), .err = err };
	int ret;

	if (p.len > LIMIT_TEMPLATE_LEN)
		return err_set(err, -EINVAL, "template: longer than %u bytes", LIMIT_TEMPLATE_LEN);
	if (peek(&p) == '*') {
		tpl->print_all = true;
		p.at++;
	}
	if (p.at >= p.len)
		return fail(&p, 0, "the template is empty");
	while (p.at < p.len) {
		if (peek(&p) != '%') {
			take_text(&p);
			continue;
		}
		p.at++;
		ret = take_token(&p);
		if (ret)
			return ret;
	}
	return 0;
}
