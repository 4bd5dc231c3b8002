/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * render.c: parameters as text, as far as the event alone can say it.  What
 * needs tables (names of fds, users, threads) is added by field/.
 */
#include "event/event.h"

#include <arpa/inet.h>
#include <stddef.h>

struct flag {
	const char *name;
	uint32_t value;
};

/* All sets one after the other. */
static const struct flag flags[] = {
#define FLAGSET(name)
#define FLAG(set, NAME, value) { #NAME, value },
#include "event/flags.def"
};

/*
 * FIRST_<set> is the index of a set's first name: the second enumerator of
 * FLAGSET steps back, so that the next one has the number of the first again.
 */
enum flag_index {
#define FLAGSET(name) FIRST_##name, BEFORE_##name = FIRST_##name - 1,
#define FLAG(set, NAME, value) INDEX_##set##_##NAME,
#include "event/flags.def"
	FLAG_COUNT
};

static const uint16_t firsts[EVENT_FLAGS_COUNT + 1] = {
#define FLAGSET(name) [EVENT_FLAGS_##name] = FIRST_##name,
#define FLAG(set, NAME, value)
#include "event/flags.def"
	[EVENT_FLAGS_COUNT] = FLAG_COUNT,
};

_Static_assert(FLAG_COUNT == ARRAY_SIZE(flags), "an index for each flag");

/* Address families of the format, which are Linux's. */
enum family { FAMILY_UNIX = 1, FAMILY_INET = 2, FAMILY_INET6 = 10 };

static const char *const set_names[EVENT_FLAGS_COUNT] = {
#define FLAGSET(name) [EVENT_FLAGS_##name] = #name,
#define FLAG(set, NAME, value)
#include "event/flags.def"
};

const char *event_flagset_name(enum event_flagset_id set)
{
	return (unsigned int)set < EVENT_FLAGS_COUNT ? set_names[set] : NULL;
}

bool event_flag_get(enum event_flagset_id set, uint32_t idx, const char **name, uint64_t *value)
{
	if (set == EVENT_FLAGS_NONE || (unsigned int)set >= EVENT_FLAGS_COUNT)
		return false;
	if (idx >= (uint32_t)(firsts[set + 1] - firsts[set]))
		return false;
	*name = flags[firsts[set] + idx].name;
	*value = flags[firsts[set] + idx].value;
	return true;
}

static void append_name(struct str *out, const char *name, bool *is_first)
{
	if (!*is_first)
		str_append_char(out, '|');
	*is_first = false;
	str_append_text(out, name);
}

void event_flags_text(enum event_flagset_id set, uint64_t value, bool is_enum, struct str *out)
{
	uint64_t rest = value;
	bool is_first = true;

	if (set == EVENT_FLAGS_NONE || (unsigned int)set >= EVENT_FLAGS_COUNT)
		return;
	for (uint32_t i = firsts[set]; i < firsts[set + 1]; i++) {
		uint32_t bits = flags[i].value;

		if (is_enum) {
			if (bits == value)
				append_name(out, flags[i].name, &is_first);
			continue;
		}
		if (bits ? (rest & bits) != bits : value != 0)
			continue;
		append_name(out, flags[i].name, &is_first);
		rest &= ~(uint64_t)bits;
		if (bits == value)
			break;
	}
}

bool event_flag_value(enum event_flagset_id set, const char *name, uint64_t *value)
{
	const char *other;
	uint64_t found;

	for (uint32_t i = 0; event_flag_get(set, i, &other, &found); i++) {
		if (strcmp(other, name))
			continue;
		*value = found;
		return true;
	}
	return false;
}

void event_ipv4_text(const uint8_t addr[4], struct str *out)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			str_append_char(out, '.');
		str_append_u64(out, addr[i]);
	}
}

void event_ipv6_text(const uint8_t addr[16], struct str *out)
{
	char text[INET6_ADDRSTRLEN];

	str_append_text(out, inet_ntop(AF_INET6, addr, text, sizeof(text)));
}

static void append_ipv4_end(const uint8_t *addr, const uint8_t *port, struct str *out)
{
	event_ipv4_text(addr, out);
	str_append_char(out, ':');
	str_append_u64(out, load_u16(port));
}

static void append_ipv6_end(const uint8_t *addr, const uint8_t *port, struct str *out)
{
	event_ipv6_text(addr, out);
	str_append_char(out, ':');
	str_append_u64(out, load_u16(port));
}

/* The text up to the first NUL; false if there is none. */
static bool append_path(struct span bytes, struct str *out)
{
	const uint8_t *end = bytes.len ? memchr(bytes.ptr, '\0', bytes.len) : NULL;

	if (!end)
		return false;
	str_append(out, bytes.ptr, (size_t)(end - bytes.ptr));
	return true;
}

static bool append_family(uint8_t family, struct str *out)
{
	str_append_text(out, "family ");
	str_append_u64(out, family);
	return true;
}

/*
 * byte 0 the family, then
 *   UNIX  path, NUL | INET  ip[4] port[2] | INET6  ip[16] port[2]
 */
bool event_sockaddr_text(struct span param, struct str *out)
{
	const uint8_t *at = param.ptr;

	if (!param.len)
		return false;
	switch (at[0]) {
	case FAMILY_UNIX:
		return append_path(span_make(at + 1, param.len - 1), out);
	case FAMILY_INET:
		if (param.len != 1 + 4 + 2)
			return false;
		append_ipv4_end(at + 1, at + 5, out);
		return true;
	case FAMILY_INET6:
		if (param.len != 1 + 16 + 2)
			return false;
		append_ipv6_end(at + 1, at + 17, out);
		return true;
	default:
		return append_family(at[0], out);
	}
}

static bool is_v4_mapped(const uint8_t addr[16])
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(addr, prefix, sizeof(prefix));
}

static bool append_unix_tuple(struct span param, struct str *out)
{
	struct span path;

	if (param.len < 1 + 8 + 8 + 1)
		return false;
	path = span_make(param.ptr + 17, param.len - 17);
	if (!memchr(path.ptr, '\0', path.len))
		return false;
	str_append_hex(out, load_u64(param.ptr + 1), 1, 0);
	str_append_text(out, "->");
	str_append_hex(out, load_u64(param.ptr + 9), 1, 0);
	str_append_char(out, ' ');
	return append_path(path, out);
}

/*
 * byte 0 the family, then source and destination:
 *   INET  ip[4] port[2] ip[4] port[2] | INET6  ip[16] port[2] ip[16] port[2]
 *   UNIX  u64 u64 (kernel addresses), path, NUL
 */
bool event_tuple_text(struct span param, struct str *out)
{
	const uint8_t *at = param.ptr;

	if (!param.len)
		return false;
	switch (at[0]) {
	case FAMILY_UNIX:
		return append_unix_tuple(param, out);
	case FAMILY_INET:
		if (param.len != 1 + 2 * (4 + 2))
			return false;
		append_ipv4_end(at + 1, at + 5, out);
		str_append_text(out, "->");
		append_ipv4_end(at + 7, at + 11, out);
		return true;
	case FAMILY_INET6:
		if (param.len != 1 + 2 * (16 + 2))
			return false;
		if (is_v4_mapped(at + 1) && is_v4_mapped(at + 19)) {
			append_ipv4_end(at + 13, at + 17, out);
			str_append_text(out, "->");
			append_ipv4_end(at + 31, at + 35, out);
			return true;
		}
		append_ipv6_end(at + 1, at + 17, out);
		str_append_text(out, "->");
		append_ipv6_end(at + 19, at + 35, out);
		return true;
	default:
		return append_family(at[0], out);
	}
}
