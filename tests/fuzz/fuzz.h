/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz.h: the one function of a fuzz target.  Its name and type are those of
 * clang's fuzzer; replay.c calls it where there is none.
 */
#ifndef RTSEC_FUZZ_FUZZ_H
#define RTSEC_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Gives 0. A failure is a crash, a sanitizer's report, or a call of abort(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
