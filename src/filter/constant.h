/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * constant.h: the right side of a check, read by the type of the left side and
 * prepared so that nothing but comparing is left to do for an event: numbers
 * converted, lists hashed, patterns compiled, paths split.
 */
#ifndef RTSEC_FILTER_CONSTANT_H
#define RTSEC_FILTER_CONSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/str.h"
#include "base/vec.h"
#include "event/event.h"
#include "field/field.h"
#include "filter/op.h"
#include "filter/regex.h"
#include "filter/tree.h"

/* How values of a type are compared. */
enum constant_domain {
	CONSTANT_NONE, /* not at all */
	CONSTANT_SIGNED,
	CONSTANT_UNSIGNED,
	CONSTANT_BOOL,
	CONSTANT_DOUBLE,
	CONSTANT_IP,
	CONSTANT_NET, /* an address on the left, networks on the right */
	CONSTANT_HOST, /* an address on the left, names of hosts on the right */
	CONSTANT_TEXT,
	CONSTANT_BYTES,
};

enum constant_domain constant_domain(enum event_param_type type);
/*
 * Which group of operators a type allows, one of enum op_left; 0: exists only. A type
 * of event arguments may be comparable all the same when an event really has it.
 */
uint32_t constant_left(enum event_param_type type);

/* One name of a path that pmatch looks for. */
struct constant_part {
	struct span name;
	bool is_glob;
};

/* By domain and operator. */
struct constant {
	union {
		int64_t i64;
		uint64_t u64; /* BOOL too */
		double f64;
		struct span bytes;
		const struct regex *regex; /* OP_REGEX */
		struct {
			const struct constant_part *items;
			uint32_t cnt;
		} parts; /* OP_PMATCH */
		struct field_ip ip;
		struct {
			struct field_ip addr;
			unsigned int prefix;
		} net;
		struct {
			const struct field_ip *items;
			uint32_t cnt;
		} hosts;
	};
};

struct constants {
	enum op op;
	enum constant_domain domain;
	uint32_t cnt;
	struct constant *items; /* in the order of the expression, doubles included */
	/* OP_IN, OP_INTERSECTS but for NET and HOST: index + 1, 0 free; NULL if items are few. */
	uint32_t *slots;
	uint32_t slot_mask; /* count of slots - 1 */
	uint64_t lens; /* bit len % 64 is set if an item has that length */
};

struct constant_regexes {
	VEC_OF(struct regex *);
};

struct constant_spec {
	enum op op;
	enum constant_domain domain;
	enum event_param_type type; /* width of numbers; PORT has names */
	const struct tree_value *values;
	uint32_t cnt;
	struct arena *arena; /* keeps the result */
	struct constant_regexes *regexes; /* takes the compiled patterns over */
};

/*
 * NULL: *bad is the value that is refused and why has the reason appended. The
 * result points into the tree's texts.
 */
struct constants *constants_new(const struct constant_spec *spec, const struct tree_value **bad,
				struct str *why);

/* Is the value with this key (see constant_key) one of the items? */
bool constants_has(const struct constants *constants, struct span key);
/* Bytes that are equal exactly for equal values; they may lie in the value itself. */
struct span constant_key(enum constant_domain domain, const struct field_value *value);

#endif
