/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check.c: from what was written to what will be run, check by check.  Whatever
 * can be known to be wrong or never true is found here, with its place; a filter
 * that compiles cannot fail later.
 */
#include "filter/check.h"

#include <errno.h>
#include <string.h>

#include "filter/operand.h"
#include "filter/parse.h"

/* --- warnings ------------------------------------------------------------------------ */

static void PRINTF(3, 4)
	warn(struct checker *checker, struct tree_place place, const char *fmt, ...)
{
	struct err at = { 0 };
	va_list args;

	/* Only to turn the index into line and column. */
	err_set_at(&at, -EINVAL, checker->source, place.index, "%s", "");
	str_printf(&checker->warnings, "%u:%u: ", at.line, at.column);
	va_start(args, fmt);
	str_vprintf(&checker->warnings, fmt, args);
	va_end(args);
	str_append_char(&checker->warnings, '\n');
}

/* Nothing in it that = contains startswith or endswith could not do? */
static bool is_simple_regex(struct span text)
{
	size_t from = 0, to = text.len;

	if (to && text.ptr[0] == '^')
		from++;
	if (to > from && text.ptr[to - 1] == '$')
		to--;
	if (to - from >= 2 && text.ptr[from] == '.' && strchr("*+?", text.ptr[from + 1]))
		from += 2;
	if (to - from >= 2 && text.ptr[to - 2] == '.' && strchr("*+?", text.ptr[to - 1]))
		to -= 2;
	for (; from < to; from++) {
		if (!text.ptr[from] || strchr(".+*?^$()[]{}|\\", text.ptr[from]))
			return false;
	}
	return true;
}

/* text without blanks, if it may be the name of a field or a call; NULL if not. */
static char *name_like(struct checker *checker, struct span text)
{
	char *name = arena_alloc(&checker->filter->arena, text.len + 1);
	size_t len = 0, i;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] != ' ' && (text.ptr[i] < '\t' || text.ptr[i] > '\r'))
			name[len++] = (char)text.ptr[i];
	}
	name[len] = '\0';
	if (!((name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z')))
		return NULL;
	return strlen(name) == len ? name : NULL;
}

static bool is_call_like(const char *name)
{
	size_t word = strcspn(name, "(");

	if (!name[word] || name[strlen(name) - 1] != ')')
		return false;
	return field_transformer_find(name, word) >= 0 || (word == 3 && !strncmp(name, "val", 3));
}

static void warn_of_value(struct checker *checker, enum op op, const struct tree_value *value)
{
	const char *shown;
	struct field_ref ref;
	char *name;

	if (op == OP_REGEX && is_simple_regex(value->text))
		warn(checker, value->place,
		     "regex '%s' needs no regex: =, contains, startswith or endswith would do",
		     parse_shown(value->text, &checker->filter->arena));
	name = name_like(checker, value->text);
	if (!name)
		return;
	shown = parse_shown(value->text, &checker->filter->arena);
	if (strchr(name, '.') && !operand_resolve(checker, name, &ref, NULL))
		warn(checker, value->place,
		     "'%s' is compared as text, not as a field: val(%s) gives its value", shown,
		     name);
	if (is_call_like(name))
		warn(checker, value->place, "'%s' is compared as text, not as a transformer",
		     shown);
}

/* --- operators ------------------------------------------------------------------------- */

static const char *op_text(const struct tree *tree)
{
	return op_info(tree->op)->spelling;
}

static int fail_op(struct checker *checker, const struct tree *tree, const char *what)
{
	return CHECK_FAIL(checker, tree->op_place, -EINVAL, "'%s' %s not supported for %s",
			  op_text(tree), tree->modifier ? "with modifier" : "operator", what);
}

static int fail_op_for_type(struct checker *checker, const struct tree *tree,
			    enum event_param_type type)
{
	switch (constant_left(type)) {
	case OP_LEFT_NUM:
	case OP_LEFT_BOOL:
		return fail_op(checker, tree, "numeric filters");
	case OP_LEFT_TEXT:
		return fail_op(checker, tree, "string filters");
	case OP_LEFT_BYTES:
		return fail_op(checker, tree, "buffer filters");
	case OP_LEFT_IP:
	case OP_LEFT_NET:
		return fail_op(checker, tree, "ip address and network filters");
	default:
		return fail_op(
			checker, tree,
			arena_printf(&checker->filter->arena, "type '%s'", event_type_name(type)));
	}
}

static int check_op(struct checker *checker, const struct tree *tree, const struct operand *left)
{
	uint32_t lefts = op_info(tree->op)->lefts;

	if (left->is_list && !(lefts & OP_LEFT_LIST))
		return fail_op(checker, tree, "list filters");
	if (!(lefts & constant_left(left->type)))
		return fail_op_for_type(checker, tree, left->type);
	return 0;
}

/* --- constants ---------------------------------------------------------------------------- */

static int fail_value(struct checker *checker, const struct tree_value *bad)
{
	return CHECK_FAIL(checker, bad->place, -EINVAL, "%s", str_text(&checker->why));
}

static const struct constants *new_constants(struct checker *checker, const struct tree *tree,
					     enum constant_domain domain,
					     enum event_param_type type,
					     const struct tree_value **bad)
{
	struct constant_spec spec = {
		.op = tree->op,
		.domain = domain,
		.type = type,
		.values = tree->values,
		.cnt = tree->value_cnt,
		.arena = &checker->filter->arena,
		.regexes = &checker->filter->regexes,
	};

	str_reset(&checker->why);
	return constants_new(&spec, bad, &checker->why);
}

static bool is_type_name(struct checker *checker, struct span text)
{
	char *name = arena_strndup(&checker->filter->arena, (const char *)text.ptr, text.len);
	uint32_t iter = 0;

	return strlen(name) == text.len &&
	       (event_type_next_named(name, &iter) >= 0 || event_syscall_find_name(name));
}

/* evt.type, also inside transformers of one value. */
static bool is_of_type(const struct operand *left)
{
	while (left->kind == OPERAND_CALL && left->arg_cnt == 1 &&
	       constant_domain(left->type) == CONSTANT_TEXT)
		left = left->args[0];
	return left->kind == OPERAND_FIELD && !strcmp(left->ref.info->name, "evt.type");
}

/* What evt.type is compared with must be a name that some event has. */
static int check_type_names(struct checker *checker, const struct tree *tree)
{
	const struct tree_value *value;

	for (value = tree->values; value; value = value->next) {
		if (!value->text.len || is_type_name(checker, value->text))
			continue;
		return CHECK_FAIL(checker, value->place, -ENOENT, "unknown event type '%s'",
				  parse_shown(value->text, &checker->filter->arena));
	}
	return 0;
}

/* --- evt.rawarg: the event decides the type -------------------------------------------------- */

/* Do constants make sense for it? What is only known as bytes or by number elsewhere is left out. */
static bool takes_constant(enum event_param_type type)
{
	return type != EVENT_PT_BYTEBUF && type != EVENT_PT_SYSCALLID && type != EVENT_PT_SIGTYPE;
}

/* Operators by how values are compared, for types that the table of operators leaves out. */
static uint32_t domain_left(enum event_param_type type)
{
	uint32_t left = constant_left(type);

	return left || constant_domain(type) == CONSTANT_NONE ? left : OP_LEFT_NUM;
}

static void find_declared(const struct field_ref *ref, bool declared[EVENT_PT_COUNT])
{
	uint32_t type;

	for (type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_info *info = event_info_find(type);
		int idx = info ? event_param_index(info, ref->arg) : -1;

		if (idx >= 0)
			declared[info->params[idx].type] = true;
	}
}

static int check_raw(struct checker *checker, const struct tree *tree, struct check *check)
{
	const struct field_ref *ref = &check->left->ref;
	uint32_t lefts = op_info(tree->op)->lefts;
	bool declared[EVENT_PT_COUNT] = { false };
	const struct tree_value *bad = NULL;
	struct err first = { 0 };
	bool is_any = false;
	unsigned int type, twin;

	check->kind = CHECK_RAW;
	check->by_type = arena_zero(&checker->filter->arena,
				    EVENT_PT_COUNT * sizeof(const struct constants *));
	find_declared(ref, declared);
	for (type = 0; type < EVENT_PT_COUNT; type++) {
		enum constant_domain domain = constant_domain(type);
		bool is_accepting =
			declared[type] && takes_constant(type) && constant_left(type) & lefts;

		if (!(domain_left(type) & lefts) || (!declared[type] && !declared[EVENT_PT_DYN]))
			continue;
		/* Text is read the same way whatever the type. */
		for (twin = 0; twin < type && domain == CONSTANT_TEXT; twin++) {
			if (check->by_type[twin] && check->by_type[twin]->domain == CONSTANT_TEXT)
				break;
		}
		if (domain == CONSTANT_TEXT && twin < type)
			check->by_type[type] = check->by_type[twin];
		else
			check->by_type[type] = new_constants(checker, tree, domain, type, &bad);
		is_any |= is_accepting && check->by_type[type];
		if (is_accepting && !check->by_type[type])
			parse_fail(&first, -EINVAL, checker->source, bad->place, "%s",
				   str_text(&checker->why));
	}
	if (is_any)
		return 0;
	if (!(constant_left(ref->type) & lefts))
		return fail_op_for_type(checker, tree, ref->type);
	if (first.code && checker->err && !checker->err->code)
		*checker->err = first;
	if (first.code)
		return first.code;
	return CHECK_FAIL(checker, tree->op_place, -EINVAL,
			  "'%s' has type '%s', which no constant is compared with", ref->text,
			  event_type_name(ref->type));
}

/* --- a field or transformer on the right --------------------------------------------------------- */

static const char *operand_text(const struct operand *operand)
{
	return operand->first_field ? operand->first_field->ref.text : "constant";
}

static bool has_flag(const struct operand *operand, enum field_flag flag)
{
	return operand->kind == OPERAND_FIELD && operand->ref.info->flags & flag;
}

static int check_right(struct checker *checker, const struct tree *tree, struct check *check)
{
	struct tree_place place = tree->right->place;
	const struct operand *left = check->left;
	const struct operand *right;

	if (has_flag(left, FIELD_NO_RHS))
		return CHECK_FAIL(checker, place, -EINVAL,
				  "field '%s' doesn't support right-hand side fields",
				  left->ref.text);
	if (tree->op == OP_REGEX || tree->op == OP_PMATCH)
		return CHECK_FAIL(checker, place, -EINVAL,
				  "operator '%s' doesn't support right-hand side fields",
				  op_text(tree));
	right = operand_new(checker, tree->right);
	if (!right)
		return -EINVAL;
	if (has_flag(right, FIELD_NO_RHS))
		return CHECK_FAIL(checker, place, -EINVAL,
				  "field '%s' can't be used as a right-hand side field",
				  right->ref.text);
	if (left->type != right->type)
		return CHECK_FAIL(
			checker, place, -EINVAL,
			"field '%s' has type '%s' while the right-hand side field '%s' has "
			"incompatible type '%s'",
			operand_text(left), event_type_name(left->type), operand_text(right),
			event_type_name(right->type));
	if (left->is_list != right->is_list)
		return CHECK_FAIL(checker, place, -EINVAL,
				  "'%s' is %s list while the right-hand side is %s",
				  operand_text(left), left->is_list ? "a" : "no",
				  right->is_list ? "one" : "not");
	check->kind = CHECK_RIGHT;
	check->right = right;
	return 0;
}

/* --- fields of their own kind ---------------------------------------------------------------------- */

static int check_around(struct checker *checker, const struct tree *tree, struct check *check)
{
	const struct tree_value *bad;

	check->kind = CHECK_AROUND;
	if (tree->op == OP_EXISTS)
		return 0;
	if (tree->op != OP_EQ || tree->modifier)
		return CHECK_FAIL(checker, tree->op_place, -EINVAL,
				  "evt.around supports only '=' comparison operator");
	if (tree->right)
		return CHECK_FAIL(checker, tree->right->place, -EINVAL,
				  "field '%s' doesn't support right-hand side fields",
				  check->left->ref.text);
	check->constants = new_constants(checker, tree, CONSTANT_UNSIGNED, EVENT_PT_UINT64, &bad);
	return check->constants ? 0 : fail_value(checker, bad);
}

/*
 * fd.cip.name and its like: the name on the right is resolved, once and here, and
 * the address is what an event is asked for.
 */
static int check_host(struct checker *checker, const struct tree *tree, struct check *check)
{
	const char *name = check->left->ref.info->name;
	struct operand *address = arena_zero(&checker->filter->arena, sizeof(*address));
	const struct tree_value *bad;
	struct err why = { 0 };
	int ret;

	if (tree->op != OP_EXISTS && tree->op != OP_EQ && tree->op != OP_NE && tree->op != OP_IN &&
	    tree->op != OP_INTERSECTS)
		return fail_op(checker, tree, "names of hosts");
	if (tree->right)
		return CHECK_FAIL(checker, tree->right->place, -EINVAL,
				  "field '%s' doesn't support right-hand side fields",
				  check->left->ref.text);
	if (tree->op != OP_EXISTS && !checker->opts->allow_dns)
		return CHECK_FAIL(
			checker, tree->op_place, -EINVAL,
			"to compare '%s' the network has to be asked for addresses, and that "
			"was not allowed",
			check->left->ref.text);
	name = arena_strndup(&checker->filter->arena, name, strlen(name) - strlen(".name"));
	ret = operand_resolve(checker, name, &address->ref, &why);
	if (ret < 0)
		return CHECK_FAIL(checker, tree->left->place, ret, "%s", why.text);
	address->kind = OPERAND_FIELD;
	address->type = address->ref.type;
	address->first_field = check->left;
	check->left = address;
	if (tree->op == OP_EXISTS)
		return 0;
	checker->filter->needs |= FIELD_NEED_DNS;
	check->kind = CHECK_VALUE;
	check->domain = CONSTANT_HOST;
	check->constants = new_constants(checker, tree, CONSTANT_HOST, EVENT_PT_IPADDR, &bad);
	return check->constants ? 0 : fail_value(checker, bad);
}

/* --- one check --------------------------------------------------------------------------------------- */

static int check_constants(struct checker *checker, const struct tree *tree, struct check *check)
{
	const struct operand *left = check->left;
	const struct tree_value *bad;
	int ret;

	if (is_of_type(left)) {
		ret = check_type_names(checker, tree);
		if (ret < 0)
			return ret;
	}
	if (left->type == EVENT_PT_SYSCALLID || left->type == EVENT_PT_SIGTYPE)
		return CHECK_FAIL(checker, tree->op_place, -EINVAL,
				  "'%s' has type '%s', which no constant is compared with",
				  operand_text(left), event_type_name(left->type));
	check->constants = new_constants(checker, tree, check->domain, left->type, &bad);
	if (!check->constants)
		return fail_value(checker, bad);
	check->kind = CHECK_VALUE;
	if (left->is_list)
		check->kind = CHECK_LIST;
	else if (has_flag(left, FIELD_EITHER_END) ||
		 (has_flag(left, FIELD_ANY_ANCESTOR) && !left->ref.has_arg))
		check->kind = CHECK_EACH;
	else if (left->kind == OPERAND_FIELD && !strcmp(left->ref.info->name, "evt.type"))
		check->kind = CHECK_TYPE;
	check->need_all = has_flag(left, FIELD_EITHER_END) && tree->op == OP_NE;
	return 0;
}

/* What depends on the left side's name comes first, then its type. */
static int check_sides(struct checker *checker, const struct tree *tree, struct check *check)
{
	const struct operand *left = check->left;
	const char *name = left->kind == OPERAND_FIELD ? left->ref.info->name : "";
	int ret;

	if (!strcmp(name, "evt.around"))
		return check_around(checker, tree, check);
	if (left->kind == OPERAND_FIELD && left->ref.info->needs & FIELD_NEED_DNS)
		return check_host(checker, tree, check);
	if (tree->op == OP_EXISTS)
		return 0;
	if (!strcmp(name, "evt.rawarg") && !tree->right)
		return check_raw(checker, tree, check);
	if (!strcmp(name, "evt.rawarg"))
		return check_right(checker, tree, check);
	ret = check_op(checker, tree, left);
	if (ret < 0)
		return ret;
	return tree->right ? check_right(checker, tree, check)
			   : check_constants(checker, tree, check);
}

static int check_leaf(struct checker *checker, struct tree *tree)
{
	struct check *check = arena_zero(&checker->filter->arena, sizeof(*check));
	const struct tree_value *value;
	int ret;

	check->kind = CHECK_EXISTS;
	check->op = tree->op;
	check->modifier = tree->modifier;
	check->left = operand_new(checker, tree->left);
	/* Its error is in err; without one a code has to do. */
	if (!check->left)
		return checker->err && checker->err->code ? checker->err->code : -EINVAL;
	check->domain = constant_domain(check->left->type);
	ret = check_sides(checker, tree, check);
	if (ret < 0)
		return ret;
	for (value = tree->values; value; value = value->next)
		warn_of_value(checker, tree->op, value);
	tree->check = check;
	return 0;
}

static int check_node(struct checker *checker, struct tree *tree)
{
	struct tree *child;
	int ret;

	switch (tree->kind) {
	case TREE_NAME:
		return CHECK_FAIL(checker, tree->place, -ENOENT,
				  "unexpected identifier '%s': no macro has that name", tree->name);
	case TREE_CHECK:
		tree->check_cnt = 1;
		return check_leaf(checker, tree);
	default:
		break;
	}
	for (child = tree->children; child; child = child->next) {
		ret = check_node(checker, child);
		if (ret < 0)
			return ret;
		tree->check_cnt += child->check_cnt;
	}
	return 0;
}

int check_tree(struct filter *filter, struct tree *tree, const char *source,
	       const struct filter_opts *opts, struct err *err)
{
	struct checker checker = { .filter = filter, .opts = opts, .source = source, .err = err };
	int ret = check_node(&checker, tree);

	filter->warnings = arena_strdup(&filter->arena, str_text(&checker.warnings));
	str_release(&checker.warnings);
	str_release(&checker.why);
	return ret;
}
