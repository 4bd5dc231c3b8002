/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run.c: one event against compiled code.  Nothing here can fail: a value that is
 * not there makes its check false, whatever the operator.
 */
#include <assert.h>
#include <string.h>

#include "filter/code.h"
#include "filter/glob.h"

/* --- one value against one constant ------------------------------------------------- */

static int compare_bytes(struct span a, struct span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.ptr, b.ptr, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static bool holds(enum op op, int order)
{
	switch (op) {
	case OP_LT:
		return order < 0;
	case OP_LE:
		return order <= 0;
	case OP_GT:
		return order > 0;
	case OP_GE:
		return order >= 0;
	case OP_NE:
		return order != 0;
	default:
		return order == 0;
	}
}

static bool has_bytes(struct span in, struct span what)
{
	if (!what.len)
		return true;
	return in.len >= what.len && memmem(in.ptr, in.len, what.ptr, what.len);
}

static bool begins_with(struct span in, struct span what)
{
	return !what.len || (in.len >= what.len && !memcmp(in.ptr, what.ptr, what.len));
}

static bool ends_with(struct span in, struct span what)
{
	return !what.len ||
	       (in.len >= what.len && !memcmp(in.ptr + in.len - what.len, what.ptr, what.len));
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static bool has_folded(struct span in, struct span what)
{
	size_t at, i;

	for (at = 0; at + what.len <= in.len; at++) {
		for (i = 0; i < what.len && lower(in.ptr[at + i]) == lower(what.ptr[i]); i++)
			;
		if (i == what.len)
			return true;
	}
	return false;
}

/* Is path one of the constant's ancestors, or it itself, name by name? */
static bool is_below(struct span path, const struct constant *item)
{
	const uint8_t *at = path.ptr, *end = path.len ? path.ptr + path.len : at;
	uint32_t i;

	for (i = 0; i < item->parts.cnt; i++) {
		const struct constant_part *part = &item->parts.items[i];
		const uint8_t *slash;
		struct span name;

		while (at < end && *at == '/')
			at++;
		if (at == end)
			return false;
		slash = memchr(at, '/', (size_t)(end - at));
		name = span_make(at, (size_t)((slash ? slash : end) - at));
		if (part->is_glob ? !glob_match(part->name, name, false)
				  : !span_is_equal(part->name, name))
			return false;
		at += name.len;
	}
	return true;
}

static bool test_bytes(enum op op, struct span value, const struct constant *item,
		       struct arena *scratch)
{
	switch (op) {
	case OP_EQ:
	case OP_IN:
	case OP_INTERSECTS:
		return span_is_equal(value, item->bytes);
	case OP_NE:
		return !span_is_equal(value, item->bytes);
	case OP_CONTAINS:
	case OP_BCONTAINS:
		return has_bytes(value, item->bytes);
	case OP_STARTSWITH:
	case OP_BSTARTSWITH:
		return begins_with(value, item->bytes);
	case OP_ENDSWITH:
		return ends_with(value, item->bytes);
	case OP_ICONTAINS:
		return has_folded(value, item->bytes);
	case OP_GLOB:
	case OP_IGLOB:
		return glob_match(item->bytes, value, op == OP_IGLOB);
	case OP_REGEX:
		return regex_match(item->regex, value, scratch);
	case OP_PMATCH:
		return is_below(value, item);
	default:
		return holds(op, compare_bytes(value, item->bytes));
	}
}

static bool is_same_ip(const struct field_ip *a, const struct field_ip *b)
{
	return a->is_ipv6 == b->is_ipv6 && !memcmp(a->addr, b->addr, a->is_ipv6 ? 16 : 4);
}

static bool is_in_net(const struct field_ip *ip, const struct constant *item)
{
	unsigned int whole = item->net.prefix / 8, rest = item->net.prefix % 8;

	if (ip->is_ipv6 != item->net.addr.is_ipv6 || memcmp(ip->addr, item->net.addr.addr, whole))
		return false;
	return !rest || !((ip->addr[whole] ^ item->net.addr.addr[whole]) >> (8 - rest));
}

static bool is_of_host(const struct field_ip *ip, const struct constant *item)
{
	uint32_t i;

	for (i = 0; i < item->hosts.cnt; i++) {
		if (is_same_ip(ip, &item->hosts.items[i]))
			return true;
	}
	return false;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static bool test_one(enum op op, enum constant_domain domain, const struct field_value *value,
		     const struct constant *item, struct arena *scratch)
{
	switch (domain) {
	case CONSTANT_SIGNED:
		return holds(op, ORDER(value->i64, item->i64));
	case CONSTANT_UNSIGNED:
	case CONSTANT_BOOL:
		return holds(op, ORDER(value->u64, item->u64));
	case CONSTANT_DOUBLE:
		return holds(op, ORDER(value->f64, item->f64));
	case CONSTANT_IP:
		return is_same_ip(&value->ip, &item->ip) == (op != OP_NE);
	case CONSTANT_NET:
		return is_in_net(&value->ip, item) == (op != OP_NE);
	case CONSTANT_HOST:
		return is_of_host(&value->ip, item) == (op != OP_NE);
	case CONSTANT_TEXT:
	case CONSTANT_BYTES:
		return test_bytes(op, value->bytes, item, scratch);
	case CONSTANT_NONE:
		break;
	}
	return false;
}

/* --- one value against all constants ------------------------------------------------------ */

static bool test_all(const struct constants *constants, const struct field_value *value,
		     struct arena *scratch)
{
	uint32_t i;

	if (constants->lens)
		return constants_has(constants, constant_key(constants->domain, value));
	for (i = 0; i < constants->cnt; i++) {
		if (test_one(constants->op, constants->domain, value, &constants->items[i],
			     scratch))
			return true;
	}
	return false;
}

/* How many constants pass, as the modifier wants it. Nothing passes an empty list. */
static bool is_enough(enum op_modifier modifier, uint32_t passed, uint32_t cnt)
{
	switch (modifier) {
	case OP_MODIFIER_ONEOF:
		return passed == 1;
	case OP_MODIFIER_ALLOF:
		return cnt && passed == cnt;
	default:
		return passed > 0;
	}
}

static bool test_modified(enum op_modifier modifier, const struct constants *constants,
			  const struct field_value *value, struct arena *scratch)
{
	uint32_t passed = 0, i;

	for (i = 0; i < constants->cnt; i++)
		passed += test_one(constants->op, constants->domain, value, &constants->items[i],
				   scratch);
	return is_enough(modifier, passed, constants->cnt);
}

static bool test_constants(enum op_modifier modifier, const struct constants *constants,
			   const struct field_value *value, struct arena *scratch)
{
	return modifier ? test_modified(modifier, constants, value, scratch)
			: test_all(constants, value, scratch);
}

bool run_value(const struct check *check, const struct field_value *value, struct arena *scratch)
{
	const struct constants *constants = check->constants;

	/* Most checks are against one constant. */
	if (!check->modifier && constants->cnt == 1 && !constants->lens)
		return test_one(constants->op, constants->domain, value, constants->items, scratch);
	return test_constants(check->modifier, check->constants, value, scratch);
}

/* --- several values ---------------------------------------------------------------------------- */

/* "in": every value is listed; "intersects": one is. */
static bool test_list(const struct check *check, const struct field_value *list,
		      struct arena *scratch)
{
	bool want_all = check->op == OP_IN;
	uint32_t i;

	/* A list field with an index (fd.types[3]) may give just that value. */
	if (!list->is_list)
		return run_value(check, list, scratch);
	for (i = 0; i < list->list.cnt; i++) {
		if (run_value(check, &list->list.items[i], scratch) != want_all)
			return !want_all;
	}
	return want_all;
}

/*
 * Both ends, or all ancestors. A modifier counts constants, and for each of them
 * the check is the one that it would be alone.
 */
static bool test_each(const struct check *check, const struct field_value *values, uint32_t cnt,
		      struct arena *scratch)
{
	const struct constants *constants = check->constants;
	uint32_t passed = 0, i, k;

	if (!check->modifier) {
		for (k = 0; k < cnt; k++) {
			if (test_all(constants, &values[k], scratch) != check->need_all)
				return !check->need_all;
		}
		return check->need_all && cnt;
	}
	for (i = 0; i < constants->cnt; i++) {
		for (k = 0; k < cnt; k++) {
			if (test_one(constants->op, constants->domain, &values[k],
				     &constants->items[i], scratch) != check->need_all)
				break;
		}
		passed += (k < cnt) != check->need_all;
	}
	return cnt && is_enough(check->modifier, passed, constants->cnt);
}

/* --- values of an event ---------------------------------------------------------------------------- */

struct run {
	struct field_env *env;
	const struct event *ev;
};

static bool get_other(const struct operand *operand, const struct run *run,
		      struct field_value *out);

static inline bool get(const struct operand *operand, const struct run *run,
		       struct field_value *out)
{
	if (LIKELY(operand->kind == OPERAND_FIELD))
		return field_extract(&operand->ref, run->env, run->ev, out);
	return get_other(operand, run, out);
}

/* A field in a list of texts is what it prints as. */
static void to_text(const struct operand *operand, const struct run *run, struct field_value *value)
{
	struct str text = { 0 };

	if (operand->kind != OPERAND_FIELD || value->is_list ||
	    constant_domain(value->type) == CONSTANT_TEXT)
		return;
	field_value_text(&operand->ref, value, run->env, &text);
	value->bytes =
		span_make(arena_dup(&run->env->scratch, str_text(&text), text.len), text.len);
	value->type = EVENT_PT_CHARBUF;
	str_release(&text);
}

static bool get_list(const struct operand *operand, const struct run *run, struct field_value *out)
{
	struct arena *scratch = &run->env->scratch;
	struct field_value *parts = arena_alloc(scratch, operand->arg_cnt * sizeof(*parts));
	struct field_value *items;
	uint32_t cnt = 0, i, k;

	for (i = 0; i < operand->arg_cnt; i++) {
		if (!get(operand->args[i], run, &parts[i]))
			return false;
		to_text(operand->args[i], run, &parts[i]);
		cnt += parts[i].is_list ? parts[i].list.cnt : 1;
	}
	items = arena_alloc(scratch, cnt * sizeof(*items));
	memset(out, 0, sizeof(*out));
	out->type = EVENT_PT_CHARBUF;
	out->is_list = true;
	out->list.items = items;
	out->list.cnt = cnt;
	for (i = 0; i < operand->arg_cnt; i++) {
		if (!parts[i].is_list)
			*items++ = parts[i];
		for (k = 0; parts[i].is_list && k < parts[i].list.cnt; k++)
			*items++ = parts[i].list.items[k];
	}
	return true;
}

/* tolower and its like of a list: of each value. */
static bool transform_list(const struct operand *operand, const struct run *run,
			   const struct field_value *list, struct field_value *out)
{
	struct field_value *items =
		arena_alloc(&run->env->scratch, list->list.cnt * sizeof(*items));
	uint32_t i;

	for (i = 0; i < list->list.cnt; i++) {
		if (!field_transform(operand->transformer, run->env, &list->list.items[i], 1, 0,
				     &items[i]))
			return false;
	}
	*out = *list;
	out->list.items = items;
	return true;
}

static bool get_call(const struct operand *operand, const struct run *run, struct field_value *out)
{
	struct field_value *args =
		arena_alloc(&run->env->scratch, operand->arg_cnt * sizeof(*args));
	uint32_t i;

	for (i = 0; i < operand->arg_cnt; i++) {
		if (!get(operand->args[i], run, &args[i]))
			return false;
	}
	if (operand->is_list && args[0].is_list && operand->transformer != FIELD_T_GETOPT)
		return transform_list(operand, run, &args[0], out);
	return field_transform(operand->transformer, run->env, args, operand->arg_cnt, operand->opt,
			       out);
}

static bool get_other(const struct operand *operand, const struct run *run, struct field_value *out)
{
	switch (operand->kind) {
	case OPERAND_TEXT:
		*out = operand->value;
		return true;
	case OPERAND_LIST:
		return get_list(operand, run, out);
	case OPERAND_FIELD:
	case OPERAND_CALL:
		break;
	}
	return get_call(operand, run, out);
}

/* --- checks ---------------------------------------------------------------------------------------------- */

/* The right value as a constant; nothing is copied. */
static struct constant as_constant(enum constant_domain domain, const struct field_value *value)
{
	struct constant item = { .u64 = 0 };

	if (domain == CONSTANT_IP)
		item.ip = value->ip;
	else if (domain == CONSTANT_TEXT || domain == CONSTANT_BYTES)
		item.bytes = value->bytes;
	else
		item.u64 = value->u64;
	return item;
}

static bool is_listed(const struct check *check, const struct field_value *value,
		      const struct field_value *list, struct arena *scratch)
{
	uint32_t i;

	for (i = 0; i < list->list.cnt; i++) {
		struct constant item = as_constant(check->domain, &list->list.items[i]);

		if (test_one(OP_EQ, check->domain, value, &item, scratch))
			return true;
	}
	return false;
}

static bool check_right_side(const struct check *check, const struct run *run)
{
	struct arena *scratch = &run->env->scratch;
	bool want_all = check->op == OP_IN;
	struct field_value left, right;
	struct constant item;
	uint32_t i;

	if (!get(check->left, run, &left) || !get(check->right, run, &right))
		return false;
	if (!left.is_list) {
		item = as_constant(check->domain, &right);
		return test_one(check->op, check->domain, &left, &item, scratch);
	}
	for (i = 0; i < left.list.cnt; i++) {
		if (is_listed(check, &left.list.items[i], &right, scratch) != want_all)
			return !want_all;
	}
	return want_all;
}

static bool check_exists(const struct check *check, const struct run *run)
{
	const struct operand *left = check->left;
	const struct field_value *values;
	struct field_value value;

	if (left->kind == OPERAND_FIELD &&
	    (left->ref.info->flags & FIELD_EITHER_END ||
	     (left->ref.info->flags & FIELD_ANY_ANCESTOR && !left->ref.has_arg)))
		return field_extract_all(&left->ref, run->env, run->ev, &values) > 0;
	return get(left, run, &value);
}

static bool check_raw(const struct check *check, const struct run *run)
{
	const struct constants *constants;
	struct field_value value;

	if (!get(check->left, run, &value) || value.is_list || value.type >= EVENT_PT_COUNT)
		return false;
	constants = check->by_type[value.type];
	return constants && test_constants(check->modifier, constants, &value, &run->env->scratch);
}

static bool check_around(const struct check *check, const struct run *run)
{
	uint64_t ms = check->constants ? check->constants->items[0].u64 : 0;
	struct field_value distance;
	uint64_t ns;

	if (!get(check->left, run, &distance))
		return false;
	if (__builtin_mul_overflow(ms, UINT64_C(1000000), &ns))
		ns = UINT64_MAX;
	return distance.u64 <= ns;
}

/* Whoever extracts a value keeps to the type it announced; networks are asked about addresses. */
static bool UNUSED is_of_domain(enum event_param_type got, enum event_param_type announced)
{
	enum constant_domain domain = constant_domain(announced);

	return constant_domain(got) == (domain == CONSTANT_NET ? CONSTANT_IP : domain) ||
	       constant_domain(got) == domain;
}

static bool run_check(const struct check *check, const struct run *run)
{
	const struct field_value *values;
	struct field_value value;
	uint32_t cnt;

	switch (check->kind) {
	case CHECK_TYPE:
		if (run->ev->type != EVENT_GENERIC_E && run->ev->type != EVENT_GENERIC_X)
			return filter_types_has(&check->may, run->ev->type);
		/* fall through */
	case CHECK_VALUE:
		if (!get(check->left, run, &value))
			return false;
		assert(!value.is_list);
		assert(value.type == check->left->type ||
		       is_of_domain(value.type, check->left->type));
		return run_value(check, &value, &run->env->scratch);
	case CHECK_LIST:
		return get(check->left, run, &value) &&
		       test_list(check, &value, &run->env->scratch);
	case CHECK_EACH:
		cnt = field_extract_all(&check->left->ref, run->env, run->ev, &values);
		return cnt && test_each(check, values, cnt, &run->env->scratch);
	case CHECK_RAW:
		return check_raw(check, run);
	case CHECK_RIGHT:
		return check_right_side(check, run);
	case CHECK_EXISTS:
		return check_exists(check, run);
	case CHECK_AROUND:
		break;
	}
	return check_around(check, run);
}

bool filter_run(const struct filter *filter, struct field_env *env, const struct event *ev)
{
	const struct instruction *code = filter->code;
	struct run run = { .env = env, .ev = ev };
	bool was_filtering;
	uint32_t at = 0;

	if (!filter->counts && !filter_types_has(&filter->types, ev->type))
		return false;
	was_filtering = env->filtering;
	env->filtering = true;
	while (at < CODE_NO)
		at = run_check(code[at].check, &run) ? code[at].on_true : code[at].on_false;
	env->filtering = was_filtering;
	return at == CODE_YES;
}
