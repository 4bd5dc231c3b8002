/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * value_text.c: values of fields as %field prints them and as JSON has them
 * (filter-language 14.4).
 */
#include "field/value_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/clock.h"
#include "field/line.h"

/* Every conversion of floating point follows the locale; here the point is a point. */
static void append_printed(struct str *out, const char *text)
{
	for (; *text; text++)
		str_append_char(out, *text == ',' ? '.' : *text);
}

void value_append_double(double value, struct str *out)
{
	char text[64];

	snprintf(text, sizeof(text), "%.1f", value);
	append_printed(out, text);
}

/* The shortest form that reads back as the same number. */
static void append_double_json(struct str *out, double value)
{
	char text[64];

	if (!isfinite(value)) {
		str_append(out, "null", 4);
		return;
	}
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	append_printed(out, text);
}

static void append_ip(struct str *out, const struct field_ip *ip)
{
	if (ip->is_ipv6)
		event_ipv6_text(ip->addr, out);
	else
		event_ipv4_text(ip->addr, out);
}

static void append_number(struct str *out, const struct field_value *value)
{
	unsigned int size = event_type_size(value->type);

	switch (value->format) {
	case EVENT_PF_HEX:
	case EVENT_PF_OCT:
		args_append_number(out, value->u64, size, value->format);
		return;
	case EVENT_PF_10_PADDED_DEC:
		clock_append_padded(out, value->u64, 9);
		return;
	default:
		if (event_type_is_signed(value->type))
			line_i64(out, value->i64);
		else
			line_u64(out, value->u64);
	}
}

static void append_list(const struct field_value *value, const struct args_style *style,
			struct str *out)
{
	str_append_char(out, '(');
	for (uint32_t i = 0; i < value->list.cnt; i++) {
		if (i)
			str_append_char(out, ',');
		value_append_text(&value->list.items[i], style, out);
	}
	str_append_char(out, ')');
}

void value_append_text(const struct field_value *value, const struct args_style *style,
		       struct str *out)
{
	if (value->is_list) {
		append_list(value, style, out);
		return;
	}
	switch (event_type_kind(value->type)) {
	case EVENT_KIND_TEXT:
	case EVENT_KIND_PATH:
	case EVENT_KIND_RELPATH:
		args_append_text(style, out, value->bytes.ptr, value->bytes.len);
		return;
	case EVENT_KIND_BYTES:
		args_append_buffer(style, out, value->bytes);
		return;
	case EVENT_KIND_SOCKADDR:
		if (!event_sockaddr_text(value->bytes, out))
			str_append(out, "<NA>", 4);
		return;
	case EVENT_KIND_SOCKTUPLE:
		if (!event_tuple_text(value->bytes, out))
			str_append(out, "NULL", 4);
		return;
	case EVENT_KIND_BOOL:
		str_append_text(out, value->u64 ? "true" : "false");
		return;
	case EVENT_KIND_DOUBLE:
		value_append_double(value->f64, out);
		return;
	case EVENT_KIND_IPV4:
	case EVENT_KIND_IPV6:
		append_ip(out, &value->ip);
		return;
	default:
		if (value->type == EVENT_PT_IPADDR)
			append_ip(out, &value->ip);
		else if (event_type_size(value->type))
			append_number(out, value);
		else
			args_append_buffer(style, out, value->bytes);
	}
}

static bool is_text(const struct field_value *value)
{
	switch (event_type_kind(value->type)) {
	case EVENT_KIND_TEXT:
	case EVENT_KIND_PATH:
	case EVENT_KIND_RELPATH:
		return true;
	default:
		return false;
	}
}

static bool is_json_number(const struct field_value *value)
{
	if (value->format == EVENT_PF_HEX || value->format == EVENT_PF_OCT)
		return false;
	return event_type_size(value->type) && value->type != EVENT_PT_IPV4ADDR &&
	       value->type != EVENT_PT_IPV6ADDR;
}

void value_append_json(const struct field_value *value, const struct args_style *style,
		       struct str *tmp, struct str *out)
{
	if (value->is_list) {
		str_append_char(out, '[');
		for (uint32_t i = 0; i < value->list.cnt; i++) {
			if (i)
				str_append_char(out, ',');
			value_append_json(&value->list.items[i], style, tmp, out);
		}
		str_append_char(out, ']');
		return;
	}
	if (is_text(value)) {
		str_append_json(out, value->bytes.ptr, value->bytes.len);
		return;
	}
	if (value->type == EVENT_PT_DOUBLE) {
		append_double_json(out, value->f64);
		return;
	}
	if (value->type == EVENT_PT_BOOL) {
		str_append_text(out, value->u64 ? "true" : "false");
		return;
	}
	if (is_json_number(value)) {
		if (event_type_is_signed(value->type))
			str_append_i64(out, value->i64);
		else
			str_append_u64(out, value->u64);
		return;
	}
	str_reset(tmp);
	value_append_text(value, style, tmp);
	str_append_json(out, str_text(tmp), tmp->len);
}

void field_value_text(const struct field_ref *ref UNUSED, const struct field_value *value,
		      struct field_env *env, struct str *out)
{
	struct args_style style = args_style_text(env);

	value_append_text(value, &style, out);
	line_end(out);
}

void field_value_json(const struct field_ref *ref UNUSED, const struct field_value *value,
		      struct field_env *env, struct str *out)
{
	struct args_style style = args_style_raw(env);

	value_append_json(value, &style, &env->tmp[1], out);
	line_end(out);
}
