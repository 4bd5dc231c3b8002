/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * args.h: arguments and buffers as text, inside field/.
 */
#ifndef RTSEC_FIELD_ARGS_H
#define RTSEC_FIELD_ARGS_H

#include <stdbool.h>

#include "field/field.h"

/* How bytes of the event become text. */
struct args_style {
	bool escape; /* control bytes, for people; filters and JSON want them raw */
	enum field_buffer_format format;
};

/* For output lines; for filters; for JSON. */
struct args_style args_style_text(const struct field_env *env);
struct args_style args_style_raw(const struct field_env *env);

void args_append_text(const struct args_style *style, struct str *out, const void *bytes,
		      size_t len);
/* filter-language 14.5. */
void args_append_buffer(const struct args_style *style, struct str *out, struct span bytes);
/* A number of a parameter: signed decimal, hex, octal or padded; size is that of its type. */
void args_append_number(struct str *out, uint64_t value, unsigned int size,
			enum event_format format);

void args_append_value(struct field_env *env, const struct event *ev, unsigned int idx,
		       const struct args_style *style, struct str *out);
/* What it resolves to; nothing is appended when there is nothing. */
void args_append_resolved(struct field_env *env, const struct event *ev, unsigned int idx,
			  const struct args_style *style, struct str *out);
/* evt.arg: what it resolves to, else its value. */
void args_append_best(struct field_env *env, const struct event *ev, unsigned int idx,
		      const struct args_style *style, struct str *out);
/* evt.args. */
void args_append_all(struct field_env *env, const struct event *ev, const struct args_style *style,
		     struct str *out);

/* Number of the argument that evt.arg or evt.rawarg means, -1 if the event has none. */
int args_find(const struct field_ref *ref, const struct event *ev);
/* Number of the parameter with the payload of an I/O event, -1 if there is none. */
int args_find_payload(const struct event *ev);

#endif
