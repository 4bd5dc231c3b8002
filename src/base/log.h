/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * log.h: --debug lines, what the program itself decides (hooks tried, frames
 * skipped). Library code logs nothing louder; errors go through err.h.
 */
#ifndef RTSEC_BASE_LOG_H
#define RTSEC_BASE_LOG_H

#include <stdbool.h>

#include "base/attr.h"

void log_set_debug(bool on);
bool log_is_debug(void);
/* One line on stderr, "rtsec: debug: ..."; nothing unless --debug. */
void log_debug(const char *fmt, ...) PRINTF(1, 2);

#endif
