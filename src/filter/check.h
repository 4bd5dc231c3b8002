/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check.h: gives each check of a tree its meaning: names become fields, operators
 * are held against types, constants are read.
 */
#ifndef RTSEC_FILTER_CHECK_H
#define RTSEC_FILTER_CHECK_H

#include "base/err.h"
#include "filter/code.h"

/* Fills tree->check everywhere, filter's needs, cells, regexes and warnings; 0, or -errno with err. */
int check_tree(struct filter *filter, struct tree *tree, const char *source,
	       const struct filter_opts *opts, struct err *err) MUST_USE;

#endif
