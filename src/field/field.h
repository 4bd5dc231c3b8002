/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * field.h: every name a user can type (evt.type, proc.name, fd.sport ...) and
 * how its value is got from an event.  fields.def is the one table: filters,
 * output templates, JSON, columns, chisels, completion and man pages read it.
 * Meanings: the filter language, "fields", "unset values", "rendering".
 */
#ifndef RTSEC_FIELD_FIELD_H
#define RTSEC_FIELD_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/str.h"
#include "event/event.h"
#include "state/state.h"

/* --- values -------------------------------------------------------------- */

struct field_ip {
	bool is_ipv6;
	uint8_t addr[16]; /* network order; IPv4 in the first 4 */
};

/*
 * Type of a value is a parameter type of the schema. Text is CHARBUF, FSPATH or
 * FSRELPATH, buffers BYTEBUF; their bytes live in the event, in state/ or in the
 * env's scratch arena: valid until the next event.
 */
struct field_value {
	uint8_t type; /* enum event_param_type */
	uint8_t format; /* enum event_format: how a number is printed */
	bool is_list;
	union {
		int64_t i64; /* signed types */
		uint64_t u64; /* unsigned ones, and BOOL */
		double f64; /* DOUBLE */
		struct span bytes; /* text without NUL, buffers */
		struct field_ip ip; /* IPADDR */
		struct {
			const struct field_value *items;
			uint32_t cnt;
		} list;
	};
};

/* --- needs ----------------------------------------------------------------- */

/* What a field costs; the engine ORs them over all in use, a source switches on only that. */
enum field_need {
	FIELD_NEED_STATE = 1u << 0, /* threads */
	FIELD_NEED_FDS = 1u << 1,
	FIELD_NEED_START = 1u << 2, /* start times (evt.latency) */
	FIELD_NEED_SWITCH = 1u << 3, /* context switches */
	FIELD_NEED_PAGE_FAULTS = 1u << 4,
	FIELD_NEED_DNS = 1u << 5, /* asks the network: only when the user said so */
};

/* --- the table -------------------------------------------------------------- */

enum field_arg { FIELD_ARG_NONE, FIELD_ARG_OPTIONAL, FIELD_ARG_REQUIRED };

enum field_flag {
	FIELD_LIST = 1u << 0, /* list-valued: only in, intersects, exists */
	FIELD_FILTER_ONLY = 1u << 1, /* unset in output */
	FIELD_NO_TRANSFORM = 1u << 2,
	FIELD_NO_RHS = 1u << 3,
	FIELD_HIDDEN = 1u << 4, /* works, not listed */
	FIELD_DEPRECATED = 1u << 5,
	FIELD_ANY_ANCESTOR = 1u << 6, /* without argument: any ancestor may match */
	FIELD_EITHER_END = 1u << 7, /* fd.ip, fd.port, fd.net, fd.proto */
	FIELD_DOT_ARG = 1u << 8, /* the argument may follow a dot (evt.arg.res) */
	FIELD_TIME_TEXT = 1u << 9, /* the event's time as text; in JSON ns since the epoch */
};

struct field_info {
	const char *name; /* "proc.name" */
	const char *help;
	uint8_t type; /* enum event_param_type of its values */
	uint8_t format; /* enum event_format */
	uint8_t arg; /* enum field_arg */
	uint32_t needs; /* enum field_need */
	uint32_t flags; /* enum field_flag */
};

uint32_t field_count(void);
const struct field_info *field_info_at(uint32_t idx);

/* A field as written, with its argument worked out. Storage of the compiler's arena. */
struct field_ref {
	const struct field_info *info;
	uint16_t id; /* index into the table */
	uint8_t type; /* as info, but by argument where that decides (evt.rawarg.X) */
	bool has_arg;
	int64_t arg_num; /* numeric argument, -1 none */
	const char *arg; /* text of the argument, NULL none */
	/*
	 * By event type, where the argument is a name: the number of the parameter
	 * (evt.arg, evt.rawarg), -1 none; or is it that type (evt.type.is: 1 yes, 2 by
	 * the name of the system call). NULL otherwise.
	 */
	const int8_t *by_type;
	const char *text; /* the field as the user wrote it: JSON key, messages */
};

/*
 * Resolves the longest field at the start of text ("evt.arg.res", "proc.aname[2]").
 * *used gets the bytes taken. whole: the field must cover text. -ENOENT: no such
 * field; -EINVAL: bad argument; err filled with index relative to text.
 */
int field_resolve(const char *text, size_t len, bool whole, struct arena *arena,
		  struct field_ref *ref, size_t *used, struct err *err) MUST_USE;

/* --- extraction -------------------------------------------------------------- */

enum field_time_format {
	FIELD_TIME_HOUR = 'h', /* local time of day */
	FIELD_TIME_ABSOLUTE = 'a', /* epoch seconds and fraction */
	FIELD_TIME_RELATIVE = 'r', /* since the first event of the source */
	FIELD_TIME_DELTA = 'd', /* latency of the call */
	FIELD_TIME_PREVIOUS = 'D', /* since the previous shown event */
};

enum field_buffer_format {
	FIELD_BUFFER_DOTTED,
	FIELD_BUFFER_ASCII, /* -A */
	FIELD_BUFFER_HEX, /* -x */
	FIELD_BUFFER_HEX_ASCII, /* -X */
	FIELD_BUFFER_BASE64, /* -b */
};

/* Text of the second last printed; the zone's offset is looked up once a quarter of an hour. */
struct field_clock {
	int64_t block; /* quarter hours since the epoch, plus 1; 0 none */
	int64_t second; /* since the epoch, plus 1; 0 none */
	int32_t offset_s; /* east of UTC, valid in all of block */
	char text[20]; /* "YYYY-MM-DD HH:MM:SS" of second */
};

/* evt.deltatime and util.cnt: over the events on which they were evaluated. */
struct field_delta {
	uint64_t num; /* of the event at hand, 0 none yet */
	uint64_t ts_ns, prev_ns;
	uint64_t cnt, cnt_num;
};

/* What extraction may look at beside the event. One per engine; all zero but state is a default. */
struct field_env {
	struct state *state;
	struct arena scratch; /* reset by the engine before each event */
	enum field_time_format time_format; /* 0: hour */
	enum field_buffer_format buffer_format;
	bool filtering; /* a filter asks: evt.arg buffers are dotted whatever the format */
	bool numeric_ports; /* always true unless -R */
	bool unescaped; /* text lines keep control bytes: never on a terminal */
	uint64_t first_ts_ns; /* of the source's first event; 0 none yet */
	uint64_t shown_ts_ns; /* of the previously shown event; 0 none yet */
	uint64_t shown_cnt; /* events shown before this one */
	uint64_t dropped; /* as the source reports it */

	/* Of field/ alone. */
	struct field_clock clock; /* of events; those in arguments are elsewhere in time */
	struct field_clock arg_clock;
	struct field_delta delta[2]; /* output, filters */
	struct str tmp[2];
};

void field_env_init(struct field_env *env, struct state *state);
void field_env_release(struct field_env *env);

/* false: unset. *out is undefined then. */
bool field_extract(const struct field_ref *ref, struct field_env *env, const struct event *ev,
		   struct field_value *out);

/*
 * Values of all ends (fd.ip, fd.port, ...) or all ancestors (proc.aname without
 * index) that a filter has to look at; 0: unset. Of any other field its value, or
 * the values of its list. Spans live in scratch.
 *
 * Values of another type than the field's: networks (fd.net, fd.cnet ...) and,
 * while filtering, fd.sip.name and its like give IPADDR. evt.around[T] is the
 * distance to T in ns. evt.rawarg.X has the type that X has in this very event.
 */
uint32_t field_extract_all(const struct field_ref *ref, struct field_env *env,
			   const struct event *ev, const struct field_value **items);

/* --- rendering ----------------------------------------------------------------- */

/*
 * As %field prints it. Text is escaped as str_append_escaped() does, unless
 * env->unescaped or env->filtering. ref may be NULL.
 */
void field_value_text(const struct field_ref *ref, const struct field_value *value,
		      struct field_env *env, struct str *out);
/* A JSON value (number, string, boolean, array). */
void field_value_json(const struct field_ref *ref, const struct field_value *value,
		      struct field_env *env, struct str *out);
/*
 * One argument of an event, unescaped: text and, where there is one, what it
 * resolves to (both appended; resolved may be NULL). false: no such argument.
 */
bool field_arg_text(struct field_env *env, const struct event *ev, unsigned int idx,
		    struct str *text, struct str *resolved);
/*
 * "a=1 b=2(x)": evt.args; escaped as field_value_text() does. Where the kernel
 * really opened another file than the program named: "name=/real(was /named)".
 */
void field_args_text(struct field_env *env, const struct event *ev, struct str *out);
/* "YYYY-MM-DD HH:MM:SS.nnnnnnnnn" in the local zone of TZ, with its offset at that very time. */
void field_time_text(uint64_t ts_ns, struct str *out);

/* --- output templates (-p) ------------------------------------------------------- */

struct field_template;

/* The default line of sysdig; -pc and -pk add the container. */
#define FIELD_DEFAULT_TEMPLATE                                                            \
	"*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type " \
	"%evt.info"
#define FIELD_CONTAINER_TEMPLATE                                                         \
	"*%evt.num %evt.outputtime %evt.cpu %container.name (%container.id) %proc.name " \
	"(%thread.tid:%thread.vtid) %evt.dir %evt.type %evt.info"

/* NULL with err filled (line, column) on a bad template. Freed by field_template_free(). */
struct field_template *field_template_compile(const char *text, struct err *err);
void field_template_free(struct field_template *tpl);
uint32_t field_template_needs(const struct field_template *tpl);
/* Appends the line without newline; false when a field is unset and the template lacks '*'. */
bool field_template_render_text(const struct field_template *tpl, struct field_env *env,
				const struct event *ev, struct str *out);
/*
 * One JSON object, no newline: the fields as written are the keys, sorted;
 * transformer calls are left out. Unset: null with '*', else false.
 */
bool field_template_render_json(const struct field_template *tpl, struct field_env *env,
				const struct event *ev, struct str *out);

/* --- transformers, shared by filters and templates --------------------------------- */

/* A transformer's call is a tree of fields, constants and calls, built by filter/ or templates. */
enum field_transformer {
	FIELD_T_TOLOWER,
	FIELD_T_TOUPPER,
	FIELD_T_B64,
	FIELD_T_BASENAME,
	FIELD_T_LEN,
	FIELD_T_JOIN,
	FIELD_T_CONCAT,
	FIELD_T_GETOPT,
	FIELD_T_COUNT
};

/* By name ("tolower"), -1 if there is none. */
int field_transformer_find(const char *name, size_t len);
/*
 * Applies one transformer to extracted arguments; false: unset. opt: getopt's
 * option letter, 0 none. Results live in scratch. join and getopt take lists as
 * one list value or as further arguments: join(sep, values...), getopt(values...,
 * optstring); lists among them are spread.
 */
bool field_transform(enum field_transformer which, struct field_env *env,
		     const struct field_value *args, uint32_t arg_cnt, char opt,
		     struct field_value *out);

#endif
