/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * operand.h: terms of the tree -> fields and transformers with their types.
 */
#ifndef RTSEC_FILTER_OPERAND_H
#define RTSEC_FILTER_OPERAND_H

#include "base/err.h"
#include "filter/code.h"

/* What the checker works on. */
struct checker {
	struct filter *filter;
	const struct filter_opts *opts;
	const char *source;
	struct err *err;
	struct str warnings;
	struct str why; /* of the value that is being read */
};

#define CHECK_FAIL(checker, place, code, ...) \
	parse_fail((checker)->err, code, (checker)->source, place, __VA_ARGS__)

/* NULL with err filled. */
struct operand *operand_new(struct checker *checker, const struct tree_term *term);
/* A field by its whole text; -ENOENT, -EINVAL with why (may be NULL) filled. */
int operand_resolve(struct checker *checker, const char *text, struct field_ref *ref,
		    struct err *why);

#endif
