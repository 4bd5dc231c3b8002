/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bytes.h: little-endian numbers at any address.  Traces are packed and
 * unaligned; every load and store of their bytes goes through here.
 */
#ifndef RTSEC_BASE_BYTES_H
#define RTSEC_BASE_BYTES_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define BYTES_LOAD(bits)                                          \
	static inline uint##bits##_t load_u##bits(const void *at) \
	{                                                         \
		uint##bits##_t value;                             \
                                                                  \
		memcpy(&value, at, sizeof(value));                \
		return le##bits##toh(value);                      \
	}
#define BYTES_STORE(bits)                                                \
	static inline void store_u##bits(void *at, uint##bits##_t value) \
	{                                                                \
		value = htole##bits(value);                              \
		memcpy(at, &value, sizeof(value));                       \
	}

BYTES_LOAD(16)
BYTES_LOAD(32)
BYTES_LOAD(64)
BYTES_STORE(16)
BYTES_STORE(32)
BYTES_STORE(64)

#undef BYTES_LOAD
#undef BYTES_STORE

#endif
