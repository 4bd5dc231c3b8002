/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * operand.c: typing.  Each transformer says what it takes and what it gives; a
 * constant as argument is text, also when it is written as a number.
 */
#include "filter/operand.h"

#include <errno.h>
#include <string.h>

#include "filter/parse.h"

int operand_resolve(struct checker *checker, const char *text, struct field_ref *ref,
		    struct err *why)
{
	size_t used;

	return field_resolve(text, strlen(text), true, &checker->filter->arena, ref, &used, why);
}

/* The field as field/ reads it: an argument that needs quotes gets them. */
static const char *field_text(struct checker *checker, const struct tree_term *term)
{
	struct arena *arena = &checker->filter->arena;
	const char *quote = "";
	size_t i;

	if (!term->arg.ptr)
		return arena_strndup(arena, (const char *)term->text.ptr, term->text.len);
	for (i = 0; i < term->arg.len; i++) {
		if (strchr(" \t\n\v\f\r[]\"'", term->arg.ptr[i]))
			quote = "\"";
	}
	if (term->arg.len && memchr(term->arg.ptr, '"', term->arg.len))
		quote = "'";
	return arena_printf(arena, "%.*s[%s%.*s%s]", (int)term->text.len,
			    (const char *)term->text.ptr, quote, (int)term->arg.len,
			    (const char *)term->arg.ptr, quote);
}

/* Fields whose value depends on which events were looked at before. */
static bool is_counting(const char *name)
{
	return !strcmp(name, "util.cnt") || !strcmp(name, "evt.deltatime") ||
	       !strcmp(name, "evt.deltatime.s") || !strcmp(name, "evt.deltatime.ns");
}

static struct operand *new_operand(struct checker *checker, enum operand_kind kind)
{
	struct operand *operand = arena_zero(&checker->filter->arena, sizeof(*operand));

	operand->kind = kind;
	return operand;
}

static struct operand *new_field(struct checker *checker, const struct tree_term *term)
{
	struct operand *operand = new_operand(checker, OPERAND_FIELD);
	struct tree_place place = term->place;
	struct err why = { 0 };
	const char *text;
	int ret;

	if (term->arg.ptr && term->arg.len && memchr(term->arg.ptr, '\0', term->arg.len)) {
		CHECK_FAIL(checker, place, -EINVAL, "a field argument cannot contain a NUL byte");
		return NULL;
	}
	text = field_text(checker, term);
	ret = operand_resolve(checker, text, &operand->ref, &why);
	if (ret < 0) {
		/* Inside the name it says where; behind it quoting may have moved things. */
		if (!place.macro && why.index <= term->text.len)
			place.index += why.index;
		CHECK_FAIL(checker, place, ret, "%s",
			   why.text[0] ? why.text
				       : arena_printf(&checker->filter->arena,
						      "nonexistent field '%s'", text));
		return NULL;
	}
	operand->type = operand->ref.type;
	operand->is_list = operand->ref.info->flags & FIELD_LIST;
	operand->first_field = operand;
	checker->filter->counts |= is_counting(operand->ref.info->name);
	/* Names of hosts cost nothing by themselves: the checker sees to it. */
	checker->filter->needs |= operand->ref.info->needs & ~(uint32_t)FIELD_NEED_DNS;
	return operand;
}

static struct operand *new_text(struct checker *checker, const struct tree_term *term)
{
	struct operand *operand = new_operand(checker, OPERAND_TEXT);

	if (term->text.len && memchr(term->text.ptr, '\0', term->text.len)) {
		CHECK_FAIL(checker, term->place, -EINVAL,
			   "filter value cannot contain a NUL byte (\\x00)");
		return NULL;
	}
	operand->type = EVENT_PT_CHARBUF;
	operand->value.type = EVENT_PT_CHARBUF;
	operand->value.bytes = term->text;
	return operand;
}

/* Operands of all of term's arguments; false with err filled. */
static bool add_args(struct checker *checker, const struct tree_term *term, struct operand *operand)
{
	const struct tree_term *arg;
	uint32_t cnt = 0;

	for (arg = term->args; arg; arg = arg->next)
		cnt++;
	operand->args = arena_zero(&checker->filter->arena, cnt * sizeof(*operand->args));
	for (arg = term->args; arg; arg = arg->next) {
		struct operand *made = operand_new(checker, arg);

		if (!made)
			return false;
		if (!operand->first_field)
			operand->first_field = made->first_field;
		operand->args[operand->arg_cnt++] = made;
		if (arg->kind == TREE_FIELD && made->ref.info->flags & FIELD_NO_TRANSFORM) {
			CHECK_FAIL(checker, arg->place, -EINVAL,
				   "field '%s' does not support transformers", made->ref.text);
			return false;
		}
	}
	return true;
}

static struct operand *new_list(struct checker *checker, const struct tree_term *term)
{
	struct operand *operand = new_operand(checker, OPERAND_LIST);

	operand->is_list = true;
	operand->type = EVENT_PT_CHARBUF;
	return add_args(checker, term, operand) ? operand : NULL;
}

static bool is_text(const struct operand *operand)
{
	return constant_domain(operand->type) == CONSTANT_TEXT;
}

/* Transformers of one value: what they take, and the type they make of it (0: the same). */
static bool type_of_one(struct checker *checker, const struct tree_term *term, struct operand *call)
{
	const struct operand *arg = call->args[0];
	bool is_ok = is_text(arg);

	call->type = arg->type;
	call->is_list = arg->is_list;
	if (call->transformer == FIELD_T_B64)
		is_ok |= arg->type == EVENT_PT_BYTEBUF;
	if (call->transformer == FIELD_T_LEN) {
		is_ok |= arg->type == EVENT_PT_BYTEBUF || arg->is_list;
		call->type = EVENT_PT_UINT64;
		call->is_list = false;
	}
	if (is_ok)
		return true;
	CHECK_FAIL(checker, term->args->place, -EINVAL,
		   "can't add field transformer: type '%s' is not supported by '%.*s' transformer "
		   "applied on field '%s'",
		   event_type_name(arg->type), (int)term->text.len, (const char *)term->text.ptr,
		   arg->first_field ? arg->first_field->ref.text : "");
	return false;
}

static bool type_of_join(struct checker *checker, const struct tree_term *term,
			 struct operand *call)
{
	if (call->args[0]->is_list || !is_text(call->args[0])) {
		CHECK_FAIL(checker, term->args->place, -EINVAL,
			   "join() first argument must be a string");
		return false;
	}
	if (!call->args[1]->is_list) {
		CHECK_FAIL(checker, term->args->next->place, -EINVAL,
			   "join() second argument must be a list");
		return false;
	}
	return true;
}

static bool type_of_concat(struct checker *checker, const struct tree_term *term,
			   struct operand *call)
{
	const struct tree_term *arg = term->args;
	uint32_t i;

	for (i = 0; i < call->arg_cnt; i++, arg = arg->next) {
		if (!call->args[i]->is_list && is_text(call->args[i]))
			continue;
		CHECK_FAIL(checker, arg->place, -EINVAL, "concat() arguments must be strings");
		return false;
	}
	return true;
}

/* Every element of a written list, and of a list in it, must be text. */
static bool is_text_list(const struct operand *operand)
{
	uint32_t i;

	if (operand->kind != OPERAND_LIST)
		return operand->is_list && is_text(operand);
	for (i = 0; i < operand->arg_cnt; i++) {
		if (!is_text(operand->args[i]))
			return false;
	}
	return true;
}

static bool type_of_getopt(struct checker *checker, const struct tree_term *term,
			   struct operand *call)
{
	const struct operand *optstring = call->args[1];

	if (!is_text_list(call->args[0])) {
		CHECK_FAIL(checker, term->args->place, -EINVAL,
			   call->args[0]->is_list
				   ? "getopt() first argument must be a list of strings"
				   : "getopt() first argument must be a list");
		return false;
	}
	if (optstring->is_list || !is_text(optstring)) {
		CHECK_FAIL(checker, term->args->next->place, -EINVAL,
			   "getopt() second argument must be a string");
		return false;
	}
	call->is_list = !term->arg.ptr;
	if (!term->arg.ptr)
		return true;
	if (term->arg.len != 1 || !term->arg.ptr[0]) {
		CHECK_FAIL(checker, term->place, -EINVAL,
			   "getopt() field argument must be a single option character");
		return false;
	}
	call->opt = (char)term->arg.ptr[0];
	return true;
}

static bool type_of_many(struct checker *checker, const struct tree_term *term,
			 struct operand *call)
{
	call->type = EVENT_PT_CHARBUF;
	switch (call->transformer) {
	case FIELD_T_JOIN:
		return type_of_join(checker, term, call);
	case FIELD_T_CONCAT:
		return type_of_concat(checker, term, call);
	default:
		return type_of_getopt(checker, term, call);
	}
}

static struct operand *new_call(struct checker *checker, const struct tree_term *term)
{
	struct operand *call = new_operand(checker, OPERAND_CALL);
	bool takes_many = term->transformer == FIELD_T_JOIN ||
			  term->transformer == FIELD_T_CONCAT ||
			  term->transformer == FIELD_T_GETOPT;
	const char *problem = NULL;
	bool ok;

	call->transformer = (enum field_transformer)term->transformer;
	if (!add_args(checker, term, call))
		return NULL;
	if (takes_many && call->arg_cnt < 2)
		problem = "needs more than one argument";
	else if (takes_many && call->arg_cnt > 2 && term->transformer != FIELD_T_CONCAT)
		problem = "takes two arguments";
	else if (!takes_many && call->arg_cnt > 1)
		problem = "takes one argument";
	else if (term->arg.ptr && term->transformer != FIELD_T_GETOPT)
		problem = "does not support field arguments";
	if (problem) {
		CHECK_FAIL(checker, term->place, -EINVAL, "transformer '%.*s' %s",
			   (int)term->text.len, (const char *)term->text.ptr, problem);
		return NULL;
	}
	ok = takes_many ? type_of_many(checker, term, call) : type_of_one(checker, term, call);
	return ok ? call : NULL;
}

struct operand *operand_new(struct checker *checker, const struct tree_term *term)
{
	switch (term->kind) {
	case TREE_FIELD:
		return new_field(checker, term);
	case TREE_TEXT:
		return new_text(checker, term);
	case TREE_LIST:
		return new_list(checker, term);
	case TREE_CALL:
		break;
	}
	if (term->transformer == TREE_VAL)
		return operand_new(checker, term->args);
	return new_call(checker, term);
}
