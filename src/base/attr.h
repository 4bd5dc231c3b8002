/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * attr.h: the compiler attributes and two macros that every folder uses.
 */
#ifndef RTSEC_BASE_ATTR_H
#define RTSEC_BASE_ATTR_H

/* The argument numbers of the format and of its first value, from 1. */
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
/* Dropping the result of such a function is a bug. */
#define MUST_USE __attribute__((warn_unused_result))
#define UNUSED __attribute__((unused))
#define NORETURN __attribute__((noreturn))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#endif
