/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clock.h: times as text, inside field/.  Everything is in ns since the epoch or
 * a plain number of ns.
 */
#ifndef RTSEC_FIELD_CLOCK_H
#define RTSEC_FIELD_CLOCK_H

#include <stdint.h>

#include "base/str.h"
#include "field/field.h"

/* "YYYY-MM-DD HH:MM:SS" of that second in the local zone; valid until the next call. */
const char *clock_local(struct field_clock *clock, uint64_t ts_ns);
/* value with at least digits digits. */
void clock_append_padded(struct str *out, uint64_t value, unsigned int digits);
/* "1504272142.105654659". */
void clock_append_seconds(struct str *out, uint64_t ns);
/* "HH:MM:SS.nnnnnnnnn" in the local zone. */
void clock_append_hour(struct str *out, struct field_clock *clock, uint64_t ts_ns);
void clock_append_datetime(struct str *out, struct field_clock *clock, uint64_t ts_ns);
/* "0.5", "9.99863", "1e-06": seconds as printf's %g has them. */
void clock_append_short(struct str *out, uint64_t ns);

#endif
