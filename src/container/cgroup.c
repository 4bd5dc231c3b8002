/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cgroup.c: which container a process is in, from the names of its control
 * groups. On cgroup v1 every controller's path names it, on v2 the one path does.
 * Paths are read from their end: a container may run a manager of its own.
 */
#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/span.h"
#include "container/container.h"

#define ID_DIGITS 64u
#define ID_SHOWN 12u

enum id_kind { ID_HEX64, ID_NAME, ID_MACHINE, ID_NSPAWN, ID_NONE };

struct cgroup_rule {
	const char *above;
	const char *before;
	enum id_kind kind;
	const char *after;
};

static const struct cgroup_rule rules[] = {
#define CGROUP_RULE(at_above, at_before, id, at_after) \
	{ .above = (at_above), .before = (at_before), .kind = ID_##id, .after = (at_after) },
#include "container/cgroup_rules.def"
};

enum verdict { NO_RULE, IN_CONTAINER, ON_HOST };

/* --- small views -------------------------------------------------------------- */

static bool begins_with(struct span text, const char *with)
{
	size_t len = strlen(with);

	return text.len >= len && !memcmp(text.ptr, with, len);
}

static bool ends_with(struct span text, const char *with)
{
	size_t len = strlen(with);

	return text.len >= len && !memcmp(text.ptr + text.len - len, with, len);
}

/* What stands between both; false: they do not fit, or nothing is between them. */
static bool strip(struct span *text, const char *before, const char *after)
{
	const uint8_t *at = text->ptr;
	size_t len = strlen(before);

	if (before[0] == ':') {
		at = memmem(text->ptr, text->len, before, len);
		if (!at)
			return false;
	} else if (!begins_with(*text, before)) {
		return false;
	}
	*text = span_make(at + len, text->len - (size_t)(at - text->ptr) - len);
	if (!ends_with(*text, after))
		return false;
	text->len -= strlen(after);
	return true;
}

/* Takes the last component off the path; false when there is none. */
static bool take_last(struct span *path, struct span *last)
{
	size_t end = path->len;
	size_t begin;

	while (end && path->ptr[end - 1] == '/')
		end--;
	for (begin = end; begin && path->ptr[begin - 1] != '/'; begin--)
		;
	*last = span_make(path->ptr + begin, end - begin);
	path->len = begin;
	return end != 0;
}

/* --- ids --------------------------------------------------------------------------- */

static bool set_id(struct span text, char id[CONTAINER_ID_SIZE])
{
	size_t len = text.len < CONTAINER_ID_SIZE - 1 ? text.len : CONTAINER_ID_SIZE - 1;

	if (!len)
		return false;
	memcpy(id, text.ptr, len);
	id[len] = '\0';
	return true;
}

static bool set_hex(struct span text, char id[CONTAINER_ID_SIZE])
{
	size_t i;

	if (text.len != ID_DIGITS)
		return false;
	for (i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return set_id(span_make(text.ptr, ID_SHOWN), id);
}

/* systemd writes a dash inside a name as \x2d. */
static bool set_unescaped(struct span text, char id[CONTAINER_ID_SIZE])
{
	size_t len = 0;
	size_t i;

	for (i = 0; i < text.len && len < CONTAINER_ID_SIZE - 1; i++) {
		if (text.len - i >= 4 && !memcmp(text.ptr + i, "\\x2d", 4)) {
			id[len++] = '-';
			i += 3;
		} else {
			id[len++] = (char)text.ptr[i];
		}
	}
	id[len] = '\0';
	return len != 0;
}

/* PID\x2dNAME */
static bool set_machine(struct span text, char id[CONTAINER_ID_SIZE])
{
	while (text.len && text.ptr[0] >= '0' && text.ptr[0] <= '9')
		text = span_make(text.ptr + 1, text.len - 1);
	return strip(&text, "\\x2d", "") && set_unescaped(text, id);
}

static bool set_nspawn(struct span above, char id[CONTAINER_ID_SIZE])
{
	struct span name = above;

	if (!strip(&name, "machine-", ".scope")) {
		name = above;
		if (!strip(&name, "systemd-nspawn@", ".service"))
			name = above;
	}
	return set_unescaped(name, id);
}

static enum verdict apply_rule(const struct cgroup_rule *rule, struct span part, struct span above,
			       char id[CONTAINER_ID_SIZE])
{
	bool fits = false;

	if ((rule->above[0] && !span_is_text(above, rule->above)) ||
	    !strip(&part, rule->before, rule->after))
		return NO_RULE;
	switch (rule->kind) {
	case ID_HEX64:
		fits = set_hex(part, id);
		break;
	case ID_NAME:
		fits = set_id(part, id);
		break;
	case ID_MACHINE:
		fits = set_machine(part, id);
		break;
	case ID_NSPAWN:
		fits = !part.len && set_nspawn(above, id);
		break;
	case ID_NONE:
		return !part.len || ends_with(span_text(rule->before), "-") ||
				       ends_with(span_text(rule->before), ".")
			       ? ON_HOST
			       : NO_RULE;
	}
	return fits ? IN_CONTAINER : NO_RULE;
}

/* --- paths --------------------------------------------------------------------------- */

/* The component decides; one that is a keeper's own leaves it to what is above. */
static enum verdict match_part(struct span part, struct span above, char id[CONTAINER_ID_SIZE])
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		enum verdict verdict = apply_rule(&rules[i], part, above, id);

		if (verdict != NO_RULE)
			return verdict;
	}
	return NO_RULE;
}

static enum verdict match_path(struct span path, char id[CONTAINER_ID_SIZE])
{
	enum verdict whole = NO_RULE;
	struct span part;
	struct span above;

	while (take_last(&path, &part)) {
		struct span rest = path;
		enum verdict verdict;

		if (!take_last(&rest, &above))
			above = span_make(NULL, 0);
		verdict = match_part(part, above, id);
		if (verdict == IN_CONTAINER)
			return verdict;
		if (verdict == ON_HOST)
			whole = ON_HOST;
	}
	return whole;
}

static bool is_unit(struct span part)
{
	return ends_with(part, ".service") || ends_with(part, ".slice") ||
	       ends_with(part, ".scope") || span_is_text(part, "..");
}

/* What containerd's own client makes: /NAMESPACE/ID, both free text. */
static bool match_containerd(struct span path, char id[CONTAINER_ID_SIZE])
{
	struct span part;
	struct span above;

	if (!take_last(&path, &part) || !take_last(&path, &above) || path.len > 1)
		return false;
	return !is_unit(part) && !is_unit(above) && set_id(part, id);
}

/* "controller=path" strings one after another; false at the end. */
static bool next_line(struct span *rest, struct span *controller, struct span *path)
{
	while (rest->len) {
		const uint8_t *nul = memchr(rest->ptr, '\0', rest->len);
		size_t len = nul ? (size_t)(nul - rest->ptr) : rest->len;
		const uint8_t *equals = memchr(rest->ptr, '=', len);
		struct span line = span_make(rest->ptr, len);

		if (nul)
			len++;
		*rest = span_make(rest->ptr + len, rest->len - len);
		if (!equals)
			continue;
		*controller = span_make(line.ptr, (size_t)(equals - line.ptr));
		*path = span_make(equals + 1, line.len - controller->len - 1);
		return true;
	}
	return false;
}

static bool is_unified(struct span controller)
{
	return !controller.len || span_is_text(controller, "0") ||
	       span_is_text(controller, "unified");
}

/* The path of the one hierarchy; where only controllers are told: the path all of them share. */
static bool find_unified(struct span cgroups, struct span *unified)
{
	struct span controller;
	struct span path;
	bool is_first = true;
	bool is_same = true;

	while (next_line(&cgroups, &controller, &path)) {
		if (is_unified(controller)) {
			*unified = path;
			return true;
		}
		if (is_first)
			*unified = path;
		is_same = is_same && span_is_equal(*unified, path);
		is_first = false;
	}
	return !is_first && is_same;
}

bool container_id_from_cgroups(const char *cgroups, size_t len, char id[CONTAINER_ID_SIZE])
{
	struct span rest = span_make(cgroups, cgroups ? len : 0);
	char found[CONTAINER_ID_SIZE];
	enum verdict verdict = NO_RULE;
	struct span controller;
	struct span unified;
	struct span path;
	bool has_unified = find_unified(rest, &unified);

	if (has_unified)
		verdict = match_path(unified, found);
	while (verdict == NO_RULE && next_line(&rest, &controller, &path))
		verdict = match_path(path, found);
	if (verdict == NO_RULE && has_unified && match_containerd(unified, found))
		verdict = IN_CONTAINER;
	if (verdict != IN_CONTAINER)
		return false;
	memcpy(id, found, strlen(found) + 1);
	return true;
}
