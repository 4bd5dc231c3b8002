/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * parse_term.c: fields with their arguments, and transformers, which nest.
 */
#include "field/field.h"
#include "filter/parser.h"

static struct tree_term *new_term(struct parser *parser, enum tree_term_kind kind,
				  struct tree_place place, struct span text)
{
	struct tree_term *term = parse_node(parser, sizeof(*term));

	if (term) {
		term->kind = kind;
		term->place = place;
		term->text = text;
	}
	return term;
}

/* A transformer's name and "(". */
bool parse_transformer(struct parser *parser, int *transformer, struct span *name)
{
	struct lex saved = parser->lex;

	if (!lex_call(&parser->lex, name))
		return false;
	*transformer = field_transformer_find((const char *)name->ptr, name->len);
	if (*transformer >= 0)
		return true;
	parser->lex = saved;
	return false;
}

/* [arg], if there is one. */
static bool parse_argument(struct parser *parser, struct span *arg)
{
	struct span text;

	if (!lex_take(&parser->lex, "["))
		return true;
	switch (parse_quoted(parser, &text)) {
	case LEX_QUOTED_BAD:
		return false;
	case LEX_QUOTED_OK:
		break;
	case LEX_QUOTED_NONE:
		if (lex_argument(&parser->lex, &text))
			break;
		PARSE_FAIL(parser,
			   "expected a valid field argument: a quoted string or a bare string");
		return false;
	}
	if (!lex_take(&parser->lex, "]")) {
		PARSE_FAIL(parser, "expected a ']' token");
		return false;
	}
	*arg = text;
	return true;
}

/* Behind the name of a field. */
struct tree_term *parse_field(struct parser *parser, struct tree_place place, struct span name)
{
	struct tree_term *field;

	if (!parse_enter(parser))
		return NULL;
	field = new_term(parser, TREE_FIELD, place, name);
	if (!field || !parse_argument(parser, &field->arg))
		return NULL;
	parse_leave(parser);
	return field;
}

/*
 * A field, transformer, quoted string or number: what may be an argument of a
 * transformer. *found is false if there is none of them, nothing is wrong then.
 */
static struct tree_term *parse_operand(struct parser *parser, bool *found)
{
	struct tree_place place = parse_here(parser);
	struct tree_term *term;
	struct span text;
	int transformer;

	*found = true;
	if (lex_field(&parser->lex, &text))
		return parse_field(parser, place, text);
	if (parse_transformer(parser, &transformer, &text))
		return parse_call(parser, place, text, transformer);
	switch (parse_quoted(parser, &text)) {
	case LEX_QUOTED_BAD:
		return NULL;
	case LEX_QUOTED_OK:
		term = new_term(parser, TREE_TEXT, place, text);
		if (term)
			term->is_quoted = true;
		return term;
	case LEX_QUOTED_NONE:
		break;
	}
	if (lex_number(&parser->lex, &text))
		return new_term(parser, TREE_TEXT, place, text);
	*found = false;
	return NULL;
}

/* Behind the "(" of a list of operands. */
static struct tree_term *parse_operand_list(struct parser *parser, struct tree_place place)
{
	struct tree_term *list = new_term(parser, TREE_LIST, place, span_make(NULL, 0));
	struct tree_term **end;
	bool found;

	if (!list)
		return NULL;
	end = &list->args;
	lex_blank(&parser->lex);
	if (lex_take(&parser->lex, ")"))
		return list;
	do {
		lex_blank(&parser->lex);
		*end = parse_operand(parser, &found);
		if (!*end) {
			if (!found)
				PARSE_FAIL(parser, "expected transformer list argument: field, "
						   "transformer, quoted string, or number");
			return NULL;
		}
		end = &(*end)->next;
		lex_blank(&parser->lex);
	} while (lex_take(&parser->lex, ","));
	if (!lex_take(&parser->lex, ")")) {
		PARSE_FAIL(parser, "expected a ')' token closing the list");
		return NULL;
	}
	return list;
}

static struct tree_term *parse_call_argument(struct parser *parser)
{
	struct tree_place place;
	struct tree_term *arg;
	bool found = true;

	if (!parse_enter(parser))
		return NULL;
	lex_blank(&parser->lex);
	place = parse_here(parser);
	if (lex_take(&parser->lex, "("))
		arg = parse_operand_list(parser, place);
	else
		arg = parse_operand(parser, &found);
	if (!found)
		PARSE_FAIL(parser,
			   "expected field transformer argument: field, transformer, quoted "
			   "string, number, or transformer list");
	parse_leave(parser);
	return arg;
}

/* Behind the "(" of a transformer. */
struct tree_term *parse_call(struct parser *parser, struct tree_place place, struct span name,
			     int transformer)
{
	struct tree_term *call = new_term(parser, TREE_CALL, place, name);
	struct tree_term **end;

	if (!call || !parse_enter(parser))
		return NULL;
	call->transformer = transformer;
	end = &call->args;
	do {
		*end = parse_call_argument(parser);
		if (!*end)
			return NULL;
		end = &(*end)->next;
		lex_blank(&parser->lex);
	} while (lex_take(&parser->lex, ","));
	if (!lex_take(&parser->lex, ")")) {
		PARSE_FAIL(parser, "expected a ')' token closing the transformer");
		return NULL;
	}
	if (!parse_argument(parser, &call->arg))
		return NULL;
	parse_leave(parser);
	return call;
}

static struct tree_term *parse_val(struct parser *parser, struct tree_place place)
{
	struct tree_place field_place;
	struct tree_term *val;
	struct span name;

	val = new_term(parser, TREE_CALL, place, span_text("val"));
	if (!val)
		return NULL;
	val->transformer = TREE_VAL;
	lex_blank(&parser->lex);
	field_place = parse_here(parser);
	if (!lex_field(&parser->lex, &name)) {
		PARSE_FAIL(parser, "expected a field within 'val' transformer");
		return NULL;
	}
	val->args = parse_field(parser, field_place, name);
	if (!val->args)
		return NULL;
	lex_blank(&parser->lex);
	if (!lex_take(&parser->lex, ")")) {
		PARSE_FAIL(parser, "expected a ')' token closing the transformer");
		return NULL;
	}
	return val;
}

/* val() or a transformer on the right side; *right stays NULL if there is none. */
bool parse_right(struct parser *parser, struct tree_term **right)
{
	struct tree_place place = parse_here(parser);
	bool ok = true;
	int transformer;
	struct span name;

	if (!parse_enter(parser))
		return false;
	if (lex_take(&parser->lex, "val(")) {
		*right = parse_val(parser, place);
		ok = *right != NULL;
	} else if (parse_transformer(parser, &transformer, &name)) {
		*right = parse_call(parser, place, name, transformer);
		ok = *right != NULL;
	}
	parse_leave(parser);
	return ok;
}
