/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * extract.h: inside field/: the numbers of fields.def, the extractors and what
 * they share.  An extractor fills the payload of *out (type and format are set
 * already, one that gives another type changes them) or says false: unset.
 */
#ifndef RTSEC_FIELD_EXTRACT_H
#define RTSEC_FIELD_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "field/field.h"

enum field_id {
#define F(NAME, name, TYPE, FORMAT, ARG, needs, flags, extractor, help) FIELD_ID_##NAME,
#include "field/fields.def"
	FIELD_ID_COUNT
};

typedef bool (*field_extract_fn)(const struct field_ref *ref, struct field_env *env,
				 const struct event *ev, struct field_value *out);

field_extract_fn field_extractor(uint32_t id);

/* Each one several times, as many as fields share it: C allows that. */
#define F(NAME, name, TYPE, FORMAT, ARG, needs, flags, extractor, help)        \
	bool x_##extractor(const struct field_ref *ref, struct field_env *env, \
			   const struct event *ev, struct field_value *out);
#include "field/fields.def"

/* --- payloads ------------------------------------------------------------- */

/* NULL is unset. */
static inline bool put_text(struct field_value *out, const char *text)
{
	if (!text)
		return false;
	out->bytes = span_text(text);
	return true;
}

static inline bool put_span(struct field_value *out, struct span text)
{
	out->bytes = text;
	return text.ptr != NULL;
}

static inline bool put_u64(struct field_value *out, uint64_t value)
{
	out->u64 = value;
	return true;
}

static inline bool put_i64(struct field_value *out, int64_t value)
{
	out->i64 = value;
	return true;
}

/* A number that is unknown when negative, as ids are. */
static inline bool put_id(struct field_value *out, int64_t id)
{
	out->i64 = id;
	return id >= 0;
}

/* What str holds, copied into scratch; str is emptied. */
static inline bool put_str(struct field_value *out, struct field_env *env, struct str *str)
{
	out->bytes = span_make(arena_strndup(&env->scratch, str_text(str), str->len), str->len);
	str_reset(str);
	return true;
}

/* --- event (fields_evt.c, fields_io.c) -------------------------------------- */

bool evt_has_result(const struct event *ev, int64_t *result);
/* Calls that open a file by name: open, openat, openat2, creat, open_by_handle_at. */
bool evt_is_open(const struct event *ev);
bool evt_is_file(const struct state_fd *fd);
bool evt_is_ip_socket(const struct state_fd *fd);

/* --- paths (fields_path.c) ---------------------------------------------------- */

/*
 * Absolute path of a name parameter, appended to out: what the kernel really
 * opened, else what the name says. false: neither is known.
 */
bool path_of_param(struct field_env *env, const struct event *ev, unsigned int idx,
		   struct str *out);
bool path_as_passed(struct field_env *env, const struct event *ev, unsigned int idx,
		    struct str *out);
/* Is it the name of an opened file, and leads elsewhere than to what was opened? */
bool path_is_replaced(struct field_env *env, const struct event *ev, unsigned int idx,
		      struct str *tmp);
/* Number of the parameter with the name of an opened file, -1 if there is none. */
int path_opened_param(const struct event *ev);

/* --- processes (fields_proc.c) ------------------------------------------------- */

struct state_thread *proc_main(struct field_env *env, const struct event *ev);
/* Arguments or environment: NUL-separated words, joined by blanks behind what out has. */
void proc_append_words(struct str *out, const char *words, uint32_t len);
/* proc.cmdline of a thread. */
void proc_append_cmdline(struct field_env *env, const struct state_thread *thread, struct str *out);
/* Word idx of NUL-separated words; absent if there are not as many. */
struct span proc_word(const char *words, uint32_t len, uint64_t idx);
/* Value of a variable in an environment; absent if it is not there. */
struct span proc_variable(const char *env, uint32_t len, const char *name);

/* --- fds (fields_fd.c, fields_net.c) ---------------------------------------------- */

bool fd_value_name(struct field_env *env, const struct state_fd *fd, struct field_value *out);

struct fd_end {
	struct field_ip ip;
	uint16_t port;
};

enum fd_which { FD_CLIENT, FD_SERVER, FD_LOCAL, FD_REMOTE };

/* One end of an IP socket; false: no IP socket, or that end is not known. */
bool fd_end(const struct state_fd *fd, enum fd_which which, struct fd_end *end);

#endif
