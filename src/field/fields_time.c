/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fields_time.c: when an event happened, how long a call took, and how far apart
 * events are.  What is not known is unset, never 0.
 */
#include "field/clock.h"
#include "field/extract.h"

#define NS_PER_S UINT64_C(1000000000)

bool x_evt_time(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		struct field_value *out)
{
	struct str *tmp = &env->tmp[0];

	if (ev->ts_ns == EVENT_TIME_UNKNOWN)
		return false;
	str_reset(tmp);
	switch (ref->id) {
	case FIELD_ID_EVT_TIME:
		clock_append_hour(tmp, &env->clock, ev->ts_ns);
		break;
	case FIELD_ID_EVT_TIME_S:
		str_append(tmp, clock_local(&env->clock, ev->ts_ns) + 11, 8);
		break;
	case FIELD_ID_EVT_DATETIME:
		clock_append_datetime(tmp, &env->clock, ev->ts_ns);
		break;
	default:
		str_append(tmp, clock_local(&env->clock, ev->ts_ns), 19);
	}
	return put_str(out, env, tmp);
}

/* A clock of its own: one whose block is set already, with offset 0, is in UTC. */
bool x_evt_iso8601(const struct field_ref *ref UNUSED, struct field_env *env,
		   const struct event *ev, struct field_value *out)
{
	struct field_clock utc = { 0 };
	struct str *tmp = &env->tmp[0];

	if (ev->ts_ns == EVENT_TIME_UNKNOWN)
		return false;
	utc.block = (int64_t)(ev->ts_ns / NS_PER_S) / 900 + 1;
	str_reset(tmp);
	str_append(tmp, clock_local(&utc, ev->ts_ns), 10);
	str_append_char(tmp, 'T');
	clock_append_hour(tmp, &utc, ev->ts_ns);
	str_append(tmp, "+0000", 5);
	return put_str(out, env, tmp);
}

bool x_evt_rawtime(const struct field_ref *ref, struct field_env *env UNUSED,
		   const struct event *ev, struct field_value *out)
{
	if (ev->ts_ns == EVENT_TIME_UNKNOWN)
		return false;
	if (ref->id == FIELD_ID_EVT_RAWTIME_S)
		return put_u64(out, ev->ts_ns / NS_PER_S);
	if (ref->id == FIELD_ID_EVT_RAWTIME_NS)
		return put_u64(out, ev->ts_ns % NS_PER_S);
	return put_u64(out, ev->ts_ns);
}

/* CPUs disagree by a little: a time before its reference is no time at all, not 2^64. */
static uint64_t since(uint64_t ts_ns, uint64_t from_ns)
{
	return ts_ns > from_ns ? ts_ns - from_ns : 0;
}

bool x_evt_reltime(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		   struct field_value *out)
{
	uint64_t ns;

	if (ev->ts_ns == EVENT_TIME_UNKNOWN || !env->first_ts_ns)
		return false;
	ns = since(ev->ts_ns, env->first_ts_ns);
	if (ref->id == FIELD_ID_EVT_RELTIME_S)
		return put_u64(out, ns / NS_PER_S);
	if (ref->id == FIELD_ID_EVT_RELTIME_NS)
		return put_u64(out, ns % NS_PER_S);
	return put_u64(out, ns);
}

static bool latency(const struct event *ev, uint64_t *ns)
{
	if (ev->ts_ns == EVENT_TIME_UNKNOWN || ev->start_ns == EVENT_TIME_UNKNOWN)
		return false;
	*ns = since(ev->ts_ns, ev->start_ns);
	return true;
}

bool x_evt_latency(const struct field_ref *ref, struct field_env *env UNUSED,
		   const struct event *ev, struct field_value *out)
{
	uint64_t ns;

	if (!latency(ev, &ns))
		return false;
	switch (ref->id) {
	case FIELD_ID_EVT_LATENCY_S:
		return put_u64(out, ns / NS_PER_S);
	case FIELD_ID_EVT_LATENCY_NS:
		return put_u64(out, ns % NS_PER_S);
	case FIELD_ID_EVT_WAIT_LATENCY:
		return ev->info->flags & EVENT_EF_WAITS && put_u64(out, ns);
	default:
		return put_u64(out, ns);
	}
}

/* Three digits and a unit; trailing zeros of the fraction are left out. */
static void append_human(struct str *out, uint64_t ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	uint64_t scale = 1;
	unsigned int unit = 0;
	unsigned int digits;
	uint64_t parts = 1;
	uint64_t value;

	/* 999.5us would print as 1000us. */
	while (unit < 3 && ns >= scale * 1000 - scale / 2) {
		scale *= 1000;
		unit++;
	}
	digits = !unit || ns / scale >= 100 ? 0 : ns / scale >= 10 ? 1 : 2;
	for (unsigned int i = 0; i < digits; i++)
		parts *= 10;
	value = ns / scale * parts + (ns % scale * parts + scale / 2) / scale;
	while (digits && value % 10 == 0) {
		value /= 10;
		parts /= 10;
		digits--;
	}
	str_append_u64(out, value / parts);
	if (digits) {
		str_append_char(out, '.');
		clock_append_padded(out, value % parts, digits);
	}
	str_append_text(out, units[unit]);
}

bool x_evt_latency_human(const struct field_ref *ref UNUSED, struct field_env *env,
			 const struct event *ev, struct field_value *out)
{
	uint64_t ns;

	if (!latency(ev, &ns))
		return false;
	str_reset(&env->tmp[0]);
	append_human(&env->tmp[0], ns);
	return put_str(out, env, &env->tmp[0]);
}

bool x_evt_deltatime(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		     struct field_value *out)
{
	struct field_delta *delta = &env->delta[env->filtering];
	uint64_t ns;

	if (ev->ts_ns == EVENT_TIME_UNKNOWN)
		return false;
	/* However often an event asks, the answer is the same. */
	if (delta->num != ev->num) {
		delta->prev_ns = delta->num ? delta->ts_ns : ev->ts_ns;
		delta->ts_ns = ev->ts_ns;
		delta->num = ev->num;
	}
	ns = since(delta->ts_ns, delta->prev_ns);
	if (ref->id == FIELD_ID_EVT_DELTATIME_S)
		return put_u64(out, ns / NS_PER_S);
	if (ref->id == FIELD_ID_EVT_DELTATIME_NS)
		return put_u64(out, ns % NS_PER_S);
	return put_u64(out, ns);
}

bool x_evt_outputtime(const struct field_ref *ref UNUSED, struct field_env *env,
		      const struct event *ev, struct field_value *out)
{
	struct str *tmp = &env->tmp[0];
	uint64_t ns = 0;

	if (ev->ts_ns == EVENT_TIME_UNKNOWN)
		return false;
	str_reset(tmp);
	switch (env->time_format) {
	case FIELD_TIME_ABSOLUTE:
		clock_append_seconds(tmp, ev->ts_ns);
		break;
	case FIELD_TIME_RELATIVE:
		if (!env->first_ts_ns)
			return false;
		clock_append_seconds(tmp, since(ev->ts_ns, env->first_ts_ns));
		break;
	case FIELD_TIME_DELTA:
		if (!latency(ev, &ns))
			return false;
		clock_append_seconds(tmp, ns);
		break;
	case FIELD_TIME_PREVIOUS:
		if (env->shown_ts_ns)
			ns = since(ev->ts_ns, env->shown_ts_ns);
		clock_append_seconds(tmp, ns);
		break;
	default:
		clock_append_hour(tmp, &env->clock, ev->ts_ns);
	}
	return put_str(out, env, tmp);
}

bool x_evt_around(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		  struct field_value *out)
{
	uint64_t mid = (uint64_t)ref->arg_num;

	if (!env->filtering || ev->ts_ns == EVENT_TIME_UNKNOWN)
		return false;
	return put_u64(out, ev->ts_ns > mid ? ev->ts_ns - mid : mid - ev->ts_ns);
}
