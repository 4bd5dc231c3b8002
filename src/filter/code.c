/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * code.c: tree -> row of instructions, and which event types can match.
 *
 * For the types each check has two sets, of those for which it may come out true
 * and of those for which it may come out false; most checks may do either for any.
 * and, or, not combine the sets, so nothing has to be turned round:
 *
 *   a and b   true:  both may          false: either may
 *   a or b    true:  either may        false: both may
 *   not a     the two sets change places
 */
#include "filter/code.h"

#include <string.h>

/* --- event types -------------------------------------------------------------------- */

struct type_sets {
	struct filter_types may, may_not;
};

static void set_all(struct filter_types *types, bool on)
{
	uint32_t type;

	memset(types, 0, sizeof(*types));
	for (type = 0; on && type < EVENT_TYPE_COUNT; type++)
		types->bits[type / 64] |= UINT64_C(1) << type % 64;
}

static void add(struct filter_types *types, uint32_t type)
{
	types->bits[type / 64] |= UINT64_C(1) << type % 64;
}

static bool is_generic(uint32_t type)
{
	return type == EVENT_GENERIC_E || type == EVENT_GENERIC_X;
}

static bool passes(const struct check *check, const char *name, struct arena *scratch)
{
	struct field_value value = { .type = EVENT_PT_CHARBUF, .bytes = span_text(name) };

	return run_value(check, &value, scratch);
}

/*
 * The check asked of every name. A generic event may be any system call: also one
 * that has a type of its own by now, in a trace from before it had.
 */
static void derive_type(struct check *check, bool always_set, struct arena *scratch)
{
	bool may = false, may_not = false;
	uint32_t i;

	for (i = 0; i < event_syscall_count(); i++) {
		if (passes(check, event_syscall_find(i)->name, scratch))
			may = true;
		else
			may_not = true;
	}
	set_all(&check->may, false);
	set_all(&check->may_not, false);
	for (i = 0; i < EVENT_TYPE_COUNT; i++) {
		const struct event_info *info = event_info_find(i);
		bool is_set = always_set || (info && info->category & EVENT_EC_SYSCALL);
		bool ok = info && passes(check, info->name, scratch);

		if (is_generic(i) ? may : ok)
			add(&check->may, i);
		if (is_generic(i) ? may_not : !ok || !is_set)
			add(&check->may_not, i);
	}
}

/* evt.num is never 0, the rest of what is known of it is that it is a number. */
static void derive_num(struct check *check)
{
	uint64_t value = check->constants->cnt ? check->constants->items[0].u64 : 0;
	bool may = true, may_not = true;
	uint32_t i;

	switch (check->op) {
	case OP_EQ:
		may = value != 0;
		break;
	case OP_NE:
		may_not = value != 0;
		break;
	case OP_LT:
		may = value > 1;
		break;
	case OP_LE:
		may = value > 0;
		break;
	case OP_GT:
		may_not = value > 0;
		break;
	case OP_GE:
		may_not = value > 1;
		break;
	case OP_IN:
	case OP_INTERSECTS:
		for (i = 0, may = false; i < check->constants->cnt; i++)
			may |= check->constants->items[i].u64 != 0;
		break;
	default:
		break;
	}
	set_all(&check->may, may);
	set_all(&check->may_not, may_not);
}

/* evt.type.is.X is 1 for some types, 0 for others; a generic event can be either. */
static void derive_is(struct check *check, struct arena *scratch)
{
	struct field_value value = { .type = check->left->type };
	bool ok[2];
	uint32_t i;

	for (i = 0; i < 2; i++) {
		value.u64 = i;
		ok[i] = run_value(check, &value, scratch);
	}
	set_all(&check->may, false);
	set_all(&check->may_not, false);
	for (i = 0; i < EVENT_TYPE_COUNT; i++) {
		int8_t is = check->left->ref.by_type[i];

		if (is == 2 ? ok[0] || ok[1] : ok[is != 0])
			add(&check->may, i);
		if (is == 2 ? !ok[0] || !ok[1] : !ok[is != 0])
			add(&check->may_not, i);
	}
}

/* An argument by name: only types that have it can be true. */
static void derive_arg(struct check *check)
{
	uint32_t i;

	set_all(&check->may, false);
	for (i = 0; i < EVENT_TYPE_COUNT; i++) {
		if (check->left->ref.by_type[i] >= 0)
			add(&check->may, i);
	}
}

static void derive_check(struct check *check, struct arena *scratch)
{
	const struct operand *left = check->left;
	bool is_plain = left->kind == OPERAND_FIELD && check->constants;
	bool has_values = !check->modifier && is_plain;
	const char *name = left->kind == OPERAND_FIELD ? left->ref.info->name : "";
	bool is_type = !strcmp(name, "evt.type");
	bool is_num = !strcmp(name, "evt.num");

	set_all(&check->may, true);
	set_all(&check->may_not, true);
	if ((is_type || is_num) && check->kind == CHECK_EXISTS)
		set_all(&check->may_not, false);
	else if (check->kind == CHECK_TYPE)
		derive_type(check, true, scratch);
	else if (!strcmp(name, "syscall.type") && is_plain)
		derive_type(check, false, scratch);
	else if (is_num && has_values)
		derive_num(check);
	else if (!strcmp(name, "evt.type.is") && is_plain && left->ref.by_type)
		derive_is(check, scratch);
	else if ((!strcmp(name, "evt.arg") || !strcmp(name, "evt.rawarg")) && left->ref.by_type)
		derive_arg(check);
	else if (is_plain && !check->constants->cnt && check->kind != CHECK_LIST)
		set_all(&check->may, false);
}

static void combine(struct filter_types *to, const struct filter_types *from, bool is_both)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(to->bits); i++)
		to->bits[i] = is_both ? to->bits[i] & from->bits[i] : to->bits[i] | from->bits[i];
}

static void derive(const struct tree *tree, struct type_sets *sets)
{
	const struct tree *child = tree->children;
	struct filter_types swap;
	struct type_sets other;

	if (tree->kind == TREE_CHECK) {
		sets->may = tree->check->may;
		sets->may_not = tree->check->may_not;
		return;
	}
	derive(child, sets);
	if (tree->kind == TREE_NOT) {
		swap = sets->may;
		sets->may = sets->may_not;
		sets->may_not = swap;
	}
	while ((child = child->next)) {
		derive(child, &other);
		combine(&sets->may, &other.may, tree->kind == TREE_AND);
		combine(&sets->may_not, &other.may_not, tree->kind == TREE_OR);
	}
}

/* --- code ------------------------------------------------------------------------------ */

/*
 * Each node knows how many checks it has, so where its neighbour begins is known
 * before it is written.
 */
static void build(struct instruction *code, const struct tree *tree, uint32_t at, uint32_t on_true,
		  uint32_t on_false)
{
	const struct tree *child;

	if (tree->kind == TREE_CHECK) {
		code[at].check = tree->check;
		code[at].tree = tree;
		code[at].on_true = on_true;
		code[at].on_false = on_false;
		return;
	}
	if (tree->kind == TREE_NOT) {
		build(code, tree->children, at, on_false, on_true);
		return;
	}
	for (child = tree->children; child; child = child->next) {
		uint32_t next = at + child->check_cnt;
		bool is_last = !child->next;

		build(code, child, at, is_last || tree->kind == TREE_OR ? on_true : next,
		      is_last || tree->kind == TREE_AND ? on_false : next);
		at = next;
	}
}

static void derive_checks(struct tree *tree, struct arena *scratch)
{
	struct tree *child;

	if (tree->kind == TREE_CHECK) {
		derive_check(tree->check, scratch);
		arena_reset(scratch);
	}
	for (child = tree->children; child; child = child->next)
		derive_checks(child, scratch);
}

void code_build(struct filter *filter, struct tree *tree)
{
	struct arena scratch = { 0 };
	struct instruction *code;
	struct type_sets sets;

	derive_checks(tree, &scratch);
	arena_release(&scratch);
	derive(tree, &sets);
	filter->types = sets.may;
	code = arena_alloc(&filter->arena, tree->check_cnt * sizeof(*code));
	build(code, tree, 0, CODE_YES, CODE_NO);
	filter->code = code;
	filter->code_cnt = tree->check_cnt;
	filter->tree = tree;
}
