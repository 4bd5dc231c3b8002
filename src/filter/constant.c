/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * constant.c: what a user may write for each type.  Numbers are plain decimals and
 * wrap to the width of the field; what cannot be read is an error at compile time,
 * never a check that silently does not match.
 */
#include "filter/constant.h"

#include <arpa/inet.h>
#include <errno.h>
#include <locale.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/map.h"
#include "filter/glob.h"

#define FEW 4u /* items that are compared one by one */

/* --- types ---------------------------------------------------------------------------- */

enum constant_domain constant_domain(enum event_param_type type)
{
	switch (type) {
	case EVENT_PT_IPADDR:
	case EVENT_PT_IPV4ADDR:
	case EVENT_PT_IPV6ADDR:
		return CONSTANT_IP;
	case EVENT_PT_IPNET:
	case EVENT_PT_IPV4NET:
	case EVENT_PT_IPV6NET:
		return CONSTANT_NET;
	default:
		break;
	}
	switch (event_type_kind(type)) {
	case EVENT_KIND_SIGNED:
	case EVENT_KIND_ERRNO:
	case EVENT_KIND_FD:
	case EVENT_KIND_PID:
		return CONSTANT_SIGNED;
	case EVENT_KIND_UNSIGNED:
	case EVENT_KIND_UID:
	case EVENT_KIND_GID:
	case EVENT_KIND_FLAGS:
	case EVENT_KIND_ENUM:
	case EVENT_KIND_MODE:
	case EVENT_KIND_SIGNAL:
	case EVENT_KIND_SIGSET:
	case EVENT_KIND_SYSCALL:
	case EVENT_KIND_RELTIME:
	case EVENT_KIND_ABSTIME:
		return CONSTANT_UNSIGNED;
	case EVENT_KIND_BOOL:
		return CONSTANT_BOOL;
	case EVENT_KIND_DOUBLE:
		return CONSTANT_DOUBLE;
	case EVENT_KIND_TEXT:
	case EVENT_KIND_PATH:
	case EVENT_KIND_RELPATH:
		return CONSTANT_TEXT;
	case EVENT_KIND_BYTES:
		return CONSTANT_BYTES;
	default:
		return CONSTANT_NONE;
	}
}

uint32_t constant_left(enum event_param_type type)
{
	switch (type) {
	case EVENT_PT_UID:
	case EVENT_PT_GID:
	case EVENT_PT_SIGSET:
	case EVENT_PT_L4PROTO:
	case EVENT_PT_SOCKFAMILY:
		return 0;
	default:
		break;
	}
	switch (constant_domain(type)) {
	case CONSTANT_SIGNED:
	case CONSTANT_UNSIGNED:
	case CONSTANT_DOUBLE:
		return OP_LEFT_NUM;
	case CONSTANT_BOOL:
		return OP_LEFT_BOOL;
	case CONSTANT_IP:
		return OP_LEFT_IP;
	case CONSTANT_NET:
		return OP_LEFT_NET;
	case CONSTANT_TEXT:
		return OP_LEFT_TEXT;
	case CONSTANT_BYTES:
		return OP_LEFT_BYTES;
	default:
		return 0;
	}
}

/* --- scalars --------------------------------------------------------------------------- */

struct reader {
	const struct constant_spec *spec;
	struct span text;
	struct str *why;
};

static bool refuse(struct reader *reader, const char *before, const char *after)
{
	size_t len = reader->text.len;

	str_append_text(reader->why, before);
	str_append_escaped(reader->why, reader->text.ptr, len < 100 ? len : 100);
	if (len > 100)
		str_append_text(reader->why, "...");
	str_append_text(reader->why, after);
	return false;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Decimal, saturating at 64 bits; false if it is anything else. */
static bool read_decimal(struct span text, uint64_t *magnitude, bool *is_negative)
{
	size_t i = 0;

	while (i < text.len && (text.ptr[i] == ' ' || (text.ptr[i] >= '\t' && text.ptr[i] <= '\r')))
		i++;
	*is_negative = i < text.len && text.ptr[i] == '-';
	if (i < text.len && (text.ptr[i] == '-' || text.ptr[i] == '+'))
		i++;
	if (i >= text.len)
		return false;
	*magnitude = 0;
	for (; i < text.len; i++) {
		if (!is_digit(text.ptr[i]))
			return false;
		if (__builtin_mul_overflow(*magnitude, 10u, magnitude) ||
		    __builtin_add_overflow(*magnitude, text.ptr[i] - '0', magnitude))
			*magnitude = UINT64_MAX;
	}
	return true;
}

static unsigned int width_bits(enum event_param_type type)
{
	unsigned int size = event_type_size(type);

	return size ? size * 8 : 64;
}

static bool read_signed(struct reader *reader, struct constant *out)
{
	unsigned int unused = 64 - width_bits(reader->spec->type);
	uint64_t magnitude;
	bool is_negative;

	if (!read_decimal(reader->text, &magnitude, &is_negative))
		return refuse(reader, "'", "' is not a valid number");
	if (is_negative)
		magnitude = magnitude > (uint64_t)INT64_MAX ? (uint64_t)INT64_MIN : -magnitude;
	else if (magnitude > INT64_MAX)
		magnitude = INT64_MAX;
	out->i64 = (int64_t)(magnitude << unused) >> unused;
	return true;
}

static bool read_port(struct reader *reader, struct constant *out)
{
	static const struct {
		const char *name;
		uint16_t port;
	} ports[] = {
#define PORT(text, number) { text, number },
#include "filter/ports.def"
	};
	uint64_t magnitude = 0;
	bool is_negative;
	size_t i;

	for (i = 0; i < reader->text.len && is_digit(reader->text.ptr[i]); i++)
		;
	if (i == reader->text.len) {
		if (i && !read_decimal(reader->text, &magnitude, &is_negative))
			return false;
		if (magnitude > UINT16_MAX)
			return refuse(reader, "'", "' is not a valid port: above 65535");
		out->u64 = magnitude;
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		if (span_is_text(reader->text, ports[i].name)) {
			out->u64 = ports[i].port;
			return true;
		}
	}
	return refuse(reader, "unrecognized protocol '", "'");
}

static bool read_unsigned(struct reader *reader, struct constant *out)
{
	unsigned int unused = 64 - width_bits(reader->spec->type);
	uint64_t magnitude;
	bool is_negative;

	if (reader->spec->type == EVENT_PT_PORT)
		return read_port(reader, out);
	if (!read_decimal(reader->text, &magnitude, &is_negative))
		return refuse(reader, "'", "' is not a valid number");
	/* As strtoull(): what is too big stays so, whatever its sign. */
	if (is_negative && magnitude != UINT64_MAX)
		magnitude = -magnitude;
	out->u64 = magnitude << unused >> unused;
	return true;
}

static bool read_bool(struct reader *reader, struct constant *out)
{
	out->u64 = span_is_text(reader->text, "true");
	if (out->u64 || span_is_text(reader->text, "false"))
		return true;
	return refuse(reader, "unrecognized boolean value '", "': it is true or false");
}

static bool read_double(struct reader *reader, struct constant *out)
{
	char *text = arena_strndup(reader->spec->arena, (const char *)reader->text.ptr,
				   reader->text.len);
	locale_t locale = newlocale(LC_ALL_MASK, "C", NULL);
	char *end;

	if (locale == NULL)
		return refuse(reader, "cannot read '", "': no C locale");
	out->f64 = strtod_l(text, &end, locale);
	freelocale(locale);
	/* Neither hex, nor infinity, nor "nan". */
	if (end == text || *end || strspn(text, " 0123456789+-.eE") != reader->text.len)
		return refuse(reader, "'", "' is not a valid number");
	return true;
}

/* --- addresses ---------------------------------------------------------------------------- */

static bool read_ip_text(struct span text, struct field_ip *ip)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char copy[INET6_ADDRSTRLEN];
	uint8_t addr[16];

	memset(ip, 0, sizeof(*ip));
	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	if (memchr(text.ptr, ':', text.len)) {
		if (inet_pton(AF_INET6, copy, addr) != 1)
			return false;
		/* With a dot in it, it can only be an IPv4 address in the clothes of IPv6. */
		if (memchr(text.ptr, '.', text.len)) {
			memcpy(ip->addr, addr + 12, 4);
			return !memcmp(addr, mapped, sizeof(mapped));
		}
		ip->is_ipv6 = true;
		memcpy(ip->addr, addr, 16);
		return true;
	}
	return inet_pton(AF_INET, copy, ip->addr) == 1;
}

static bool has_dot(struct span text)
{
	return text.len && memchr(text.ptr, '.', text.len);
}

static bool read_ip(struct reader *reader, struct constant *out)
{
	if (reader->text.len && read_ip_text(reader->text, &out->ip))
		return true;
	if (has_dot(reader->text))
		return refuse(reader, "unrecognized IPv4 address '", "'");
	return refuse(reader, "unrecognized IPv6 address '", "'");
}

static bool read_net(struct reader *reader, struct constant *out)
{
	struct span whole = reader->text;
	const uint8_t *slash = whole.len ? memchr(whole.ptr, '/', whole.len) : NULL;
	bool is_ipv4 = has_dot(whole);
	uint64_t prefix;
	bool is_negative;

	if (!slash)
		return refuse(reader, "unrecognized IP network '", "': it needs a /PREFIX");
	reader->text = span_make(whole.ptr, (size_t)(slash - whole.ptr));
	if (!reader->text.len || !read_ip_text(reader->text, &out->net.addr) ||
	    out->net.addr.is_ipv6 == is_ipv4)
		return refuse(reader,
			      is_ipv4 ? "unrecognized IPv4 address '"
				      : "unrecognized IPv6 address '",
			      "'");
	reader->text = span_make(slash + 1, whole.len - reader->text.len - 1);
	if (!read_decimal(reader->text, &prefix, &is_negative) || !is_digit(slash[1]))
		return refuse(reader, "'", "' is not a valid number");
	if (is_ipv4 ? prefix > 32 : prefix < 1 || prefix > 128)
		return refuse(reader, is_ipv4 ? "invalid netmask '" : "invalid v6 netmask '",
			      is_ipv4 ? "': it is 0 to 32" : "': it is 1 to 128");
	out->net.prefix = (unsigned int)prefix;
	return true;
}

/* Only reached when the user allowed to ask the network. */
static bool read_host(struct reader *reader, struct constant *out)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	char *name = arena_strndup(reader->spec->arena, (const char *)reader->text.ptr,
				   reader->text.len);
	struct addrinfo *found, *info;
	struct field_ip *ips;
	uint32_t cnt = 0;
	int ret;

	ret = getaddrinfo(name, NULL, &hints, &found);
	if (ret) {
		refuse(reader, "cannot resolve '", "': ");
		str_append_text(reader->why, gai_strerror(ret));
		return false;
	}
	for (info = found; info; info = info->ai_next)
		cnt++;
	ips = arena_zero(reader->spec->arena, cnt * sizeof(*ips));
	out->hosts.items = ips;
	out->hosts.cnt = cnt;
	for (info = found; info; info = info->ai_next, ips++) {
		if (info->ai_family == AF_INET6) {
			const struct sockaddr_in6 *v6 = (const void *)info->ai_addr;

			ips->is_ipv6 = true;
			memcpy(ips->addr, &v6->sin6_addr, 16);
		} else {
			const struct sockaddr_in *v4 = (const void *)info->ai_addr;

			memcpy(ips->addr, &v4->sin_addr, 4);
		}
	}
	freeaddrinfo(found);
	return true;
}

/* --- text and buffers ------------------------------------------------------------------------ */

static bool read_regex(struct reader *reader, struct constant *out)
{
	struct regex *regex;

	str_append_text(reader->why, "invalid regex pattern: ");
	regex = regex_new(reader->text, reader->why);
	if (!regex)
		return false;
	str_reset(reader->why);
	*vec_add(reader->spec->regexes) = regex;
	out->regex = regex;
	return true;
}

static bool read_path(struct reader *reader, struct constant *out)
{
	const uint8_t *at = reader->text.ptr, *end = at + reader->text.len;
	struct constant_part *parts;
	size_t slash_cnt = 0, i;

	for (i = 0; i < reader->text.len; i++)
		slash_cnt += reader->text.ptr[i] == '/';
	parts = arena_alloc(reader->spec->arena, (slash_cnt + 1) * sizeof(*parts));
	out->parts.items = parts;
	out->parts.cnt = 0;
	while (at < end) {
		const uint8_t *slash = memchr(at, '/', (size_t)(end - at));
		const uint8_t *stop = slash ? slash : end;

		if (stop > at) {
			parts->name = span_make(at, (size_t)(stop - at));
			parts->is_glob = glob_is_magic(parts->name);
			parts++;
			out->parts.cnt++;
		}
		at = stop + 1;
	}
	return true;
}

static int hex_digit(uint8_t c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(struct reader *reader, struct constant *out)
{
	uint8_t *bytes = arena_alloc(reader->spec->arena, reader->text.len / 2);
	size_t i;

	out->bytes = span_make(bytes, reader->text.len / 2);
	for (i = 0; i < reader->text.len; i++) {
		int digit = hex_digit(reader->text.ptr[i]);

		if (digit < 0 || reader->text.len % 2)
			return refuse(reader, "'",
				      "' is not a string of hex digits, two for each "
				      "byte, as bcontains and bstartswith need");
		bytes[i / 2] = (uint8_t)(i % 2 ? bytes[i / 2] | digit : digit << 4);
	}
	return true;
}

static bool read_value(struct reader *reader, struct constant *out)
{
	const struct constant_spec *spec = reader->spec;

	if (spec->domain != CONSTANT_BYTES && reader->text.len &&
	    memchr(reader->text.ptr, '\0', reader->text.len)) {
		str_append_text(reader->why, "filter value cannot contain a NUL byte (\\x00)");
		return false;
	}
	switch (spec->domain) {
	case CONSTANT_SIGNED:
		return read_signed(reader, out);
	case CONSTANT_UNSIGNED:
		return read_unsigned(reader, out);
	case CONSTANT_BOOL:
		return read_bool(reader, out);
	case CONSTANT_DOUBLE:
		return read_double(reader, out);
	case CONSTANT_IP:
		return read_ip(reader, out);
	case CONSTANT_NET:
		return read_net(reader, out);
	case CONSTANT_HOST:
		return read_host(reader, out);
	case CONSTANT_TEXT:
		if (spec->op == OP_REGEX)
			return read_regex(reader, out);
		if (spec->op == OP_PMATCH)
			return read_path(reader, out);
		out->bytes = reader->text;
		return true;
	case CONSTANT_BYTES:
		if (spec->op == OP_BCONTAINS || spec->op == OP_BSTARTSWITH)
			return read_hex(reader, out);
		out->bytes = reader->text;
		return true;
	case CONSTANT_NONE:
		break;
	}
	return refuse(reader, "no value can be compared here: '", "'");
}

/* --- lists ---------------------------------------------------------------------------------- */

struct span constant_key(enum constant_domain domain, const struct field_value *value)
{
	switch (domain) {
	case CONSTANT_TEXT:
	case CONSTANT_BYTES:
		return value->bytes;
	case CONSTANT_IP:
		return span_make(value->ip.addr, value->ip.is_ipv6 ? 16 : 4);
	default:
		return span_make(&value->u64, sizeof(value->u64));
	}
}

static struct span item_key(const struct constants *constants, const struct constant *item)
{
	switch (constants->domain) {
	case CONSTANT_TEXT:
	case CONSTANT_BYTES:
		return item->bytes;
	case CONSTANT_IP:
		return span_make(item->ip.addr, item->ip.is_ipv6 ? 16 : 4);
	default:
		return span_make(&item->u64, sizeof(item->u64));
	}
}

static uint32_t find_slot(const struct constants *constants, struct span key)
{
	uint32_t slot = (uint32_t)map_hash(key.ptr, key.len, 0) & constants->slot_mask;
	uint32_t idx;

	while ((idx = constants->slots[slot])) {
		if (span_is_equal(item_key(constants, &constants->items[idx - 1]), key))
			break;
		slot = (slot + 1) & constants->slot_mask;
	}
	return slot;
}

static void build_set(struct constants *constants, struct arena *arena)
{
	uint32_t slot_cnt = 2 * FEW;
	uint32_t i;

	for (i = 0; i < constants->cnt; i++)
		constants->lens |= UINT64_C(1)
				   << item_key(constants, &constants->items[i]).len % 64;
	if (constants->cnt <= FEW)
		return;
	while (slot_cnt < 2 * constants->cnt)
		slot_cnt *= 2;
	constants->slots = arena_zero(arena, slot_cnt * sizeof(*constants->slots));
	constants->slot_mask = slot_cnt - 1;
	for (i = 0; i < constants->cnt; i++) {
		struct span key = item_key(constants, &constants->items[i]);

		constants->slots[find_slot(constants, key)] = i + 1;
	}
}

bool constants_has(const struct constants *constants, struct span key)
{
	uint32_t i;

	if (!(constants->lens >> key.len % 64 & 1))
		return false;
	if (constants->slots)
		return constants->slots[find_slot(constants, key)] != 0;
	for (i = 0; i < constants->cnt; i++) {
		if (span_is_equal(item_key(constants, &constants->items[i]), key))
			return true;
	}
	return false;
}

struct constants *constants_new(const struct constant_spec *spec, const struct tree_value **bad,
				struct str *why)
{
	struct constants *constants = arena_zero(spec->arena, sizeof(*constants));
	const struct tree_value *value;
	uint32_t i = 0;

	constants->op = spec->op;
	constants->domain = spec->domain;
	constants->cnt = spec->cnt;
	constants->items = arena_zero(spec->arena, spec->cnt * sizeof(*constants->items));
	for (value = spec->values; value; value = value->next) {
		struct reader reader = { .spec = spec, .text = value->text, .why = why };

		if (!read_value(&reader, &constants->items[i++])) {
			*bad = value;
			return NULL;
		}
	}
	if ((spec->op == OP_IN || spec->op == OP_INTERSECTS) && spec->domain != CONSTANT_NET &&
	    spec->domain != CONSTANT_HOST)
		build_set(constants, spec->arena);
	return constants;
}
