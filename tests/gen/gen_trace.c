/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gen_trace.c: writes the traces that tests read, from a script of one line a
 * record.  Blocks of the newest layout come from scap/; old layouts and damaged
 * bytes, which the program itself never writes, are made here.  One file of
 * functions in the order: words, values, lists, events, lines, output.
 *
 *   gen_trace [-z zstd|gzip|none] [-f FRAME_BYTES] [-s] [-o FILE] [SCRIPT] >out.scap
 *
 * -z compresses (default none), -f is the size of a frame, -s keeps start times
 * ("dur=") in the durations column of a zstd file. SCRIPT "-" or none: stdin.
 * A mistake in the script is "SCRIPT:LINE: what" on stderr and exit code 1.
 *
 * A script.  "#" begins a comment line; words are split at blanks; a word is VALUE
 * or KEY=VALUE.  VALUE is bare, or "quoted" with \n \t \r \\ \" \0 \xHH.
 *
 *   section                      a section header. One is put first unless the
 *                                script begins with section, raw or block
 *   version procs=9 fds=2 events=2 users=2 ifaces=2
 *                                layout of what follows (these are the newest):
 *                                procs 1..9, the others 1 or 2
 *   machine hostname=test cpus=2 memory=.. max_pid=.. boot=.. flags=..
 *   iface name=lo addr=127.0.0.1 netmask=255.0.0.0 bcast=.. linkspeed=..
 *   user uid=0 gid=0 name=root home=/root shell=/bin/bash
 *   group gid=0 name=root
 *   proc tid=100 comm=bash exe=/bin/bash ...
 *       pid (default tid) ptid (1) sid vpgid pgid vtid vpid (pid, tid)
 *       exe (comm) exepath (exe) args env cwd (/) root (/) cgroups fdlimit (1024)
 *       flags (0x40000000 for a main thread) uid gid (0) loginuid (unknown)
 *       vmsize vmrss vmswap pfmajor pfminor pidns_start tty
 *       exe_writable exe_upper exe_lower exe_memfd cap_inheritable cap_permitted
 *       cap_effective exe_ino exe_ctime exe_mtime (any of these: facts are known)
 *   fd tid=100 fd=3 type=file name=/etc/passwd ...
 *       type: file dir ipv4 ipv6 ipv4serv ipv6serv fifo unix event unsupported
 *       signalfd epoll inotify timerfd netlink bpf userfaultfd iouring memfd pidfd
 *       oldfile unknown, or a number
 *       ino flags dev l4 (unknown na tcp udp icmp raw) source peer
 *       tuple=1.2.3.4:80->5.6.7.8:90 for sockets, addr=1.2.3.4:80 for servers
 *   end                          ends the list block that is being filled; so does
 *                                any line of another kind, and fd of another tid
 *   ev OPTIONS TYPE PARAM=VALUE...
 *       TYPE is SYSCALL_OPENAT_2_X, or a name users type (openat): then its newest
 *       exit event. Parameters go by name, those left out are empty.
 *       ts=N ts=+N ns (default +1000), tid (that of the line before) cpu (0)
 *       flags (of the block) n=COUNT parameters only, dur=NS since the call began
 *       extra=BYTES inside the event after the last parameter, len=+N error in it
 *       beside=BYTES entries of rtsec's own (event/wire.h), kept where -z zstd or gzip keeps them
 *       A VALUE without a name after TYPE is one more parameter than the table has.
 *   time N                       sets the clock that ts=+N goes on from
 *   block TYPE BYTES             any block, framed properly
 *   raw BYTES                    anything
 *   patch OFF BYTES              over the last block or raw bytes; OFF below 0: from its end
 *   cut N                        drops the last N bytes of what there is
 *   flush                        ends a frame here
 *   repeat N LINE                LINE N times; {i} in it is 0, 1, 2 ...
 *
 * Values by the parameter's type: nothing ("name=") is empty; hex:00ff raw bytes
 * for any type; fill:N:c  N times a character; numbers decimal, 0x or 0 octal;
 * flags O_RDWR|O_CREAT; results -ENOENT; AT_FDCWD; SIGCHLD; system call codes by
 * name; text gets its final NUL; FDLIST 3:1,4:4; SOCKADDR inet:1.2.3.4:80
 * inet6:[::1]:80 unix:/path; SOCKTUPLE inet:1.2.3.4:80->5.6.7.8:90, inet6: likewise,
 * unix:0x1->0x2:/path; DYN INDEX:VALUE.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/vec.h"
#include "event/event.h"
#include "scap/scap.h"

#define WORD_MAX 128
#define MAIN_THREAD 0x40000000u

struct word {
	const char *key; /* NULL: none */
	struct span value; /* NUL-terminated behind its end */
	bool is_quoted;
};

/* One block or run of raw bytes. */
struct mark {
	size_t begin;
	uint64_t ts_ns, start_ns;
	struct str beside; /* entries of rtsec's own */
	bool is_flush;
};

struct gen {
	const char *name;
	unsigned int line;
	struct arena arena; /* one line */
	struct word words[WORD_MAX];
	unsigned int word_cnt;

	struct str out;
	VEC_OF(struct mark) marks;
	bool has_section;
	enum scap_kind list; /* UNKNOWN: none open */
	size_t list_begin;
	int64_t list_tid;

	uint32_t procs, fds, events, users, ifaces; /* layout versions */
	uint64_t ts_ns;
	int64_t tid;
	char type_text[64]; /* of the event before, most often the same again */
	const struct event_info *type;
};

PRINTF(2, 3) NORETURN static void fail(const struct gen *gen, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", gen->name, gen->line);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void put_u8(struct str *out, uint8_t value)
{
	str_append(out, &value, 1);
}

static void put_u16(struct str *out, uint16_t value)
{
	uint8_t bytes[2];

	store_u16(bytes, value);
	str_append(out, bytes, sizeof(bytes));
}

static void put_u32(struct str *out, uint32_t value)
{
	uint8_t bytes[4];

	store_u32(bytes, value);
	str_append(out, bytes, sizeof(bytes));
}

static void put_u64(struct str *out, uint64_t value)
{
	uint8_t bytes[8];

	store_u64(bytes, value);
	str_append(out, bytes, sizeof(bytes));
}

static void put_text(struct str *out, struct span text)
{
	put_u16(out, (uint16_t)text.len);
	str_append(out, text.ptr, text.len);
}

/* --- words -------------------------------------------------------------- */

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

static const char *read_escape(const struct gen *gen, const char *at, struct str *out)
{
	static const char from[] = "ntr\\\"0";
	static const char to[] = "\n\t\r\\\"";
	const char *found;

	if (*at == 'x' && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0) {
		str_append_char(out, (char)(hex_digit(at[1]) << 4 | hex_digit(at[2])));
		return at + 3;
	}
	found = *at ? strchr(from, *at) : NULL;
	if (!found)
		fail(gen, "unknown escape \\%c", *at);
	str_append_char(out, to[found - from]);
	return at + 1;
}

static const char *read_value(struct gen *gen, const char *at, struct word *word)
{
	struct str text = { 0 };

	word->is_quoted = *at == '"';
	if (word->is_quoted) {
		for (at++; *at != '"';) {
			if (!*at)
				fail(gen, "quote without an end");
			if (*at == '\\')
				at = read_escape(gen, at + 1, &text);
			else
				str_append_char(&text, *at++);
		}
		at++;
		if (*at && *at != ' ' && *at != '\t')
			fail(gen, "a word goes on after its quote");
	} else {
		while (*at && *at != ' ' && *at != '\t')
			str_append_char(&text, *at++);
	}
	word->value = span_make(arena_strndup(&gen->arena, str_text(&text), text.len), text.len);
	str_release(&text);
	return at;
}

static void read_words(struct gen *gen, const char *at)
{
	gen->word_cnt = 0;
	for (;;) {
		struct word *word = &gen->words[gen->word_cnt];
		size_t len;

		at += strspn(at, " \t");
		if (!*at)
			return;
		if (gen->word_cnt == WORD_MAX)
			fail(gen, "more than %d words", WORD_MAX);
		gen->word_cnt++;
		len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
		word->key = NULL;
		if (len && at[len] == '=') {
			word->key = arena_strndup(&gen->arena, at, len);
			at += len + 1;
		}
		at = read_value(gen, at, word);
	}
}

static const char *text_of(const struct word *word)
{
	return (const char *)word->value.ptr;
}

static bool is_word(const struct word *word, const char *text)
{
	return !word->key && span_is_text(word->value, text);
}

/* --- values ------------------------------------------------------------- */

static bool read_plain(const char *text, uint64_t *value)
{
	bool is_negative = *text == '-';
	char *end;

	if (text[is_negative] < '0' || text[is_negative] > '9')
		return false;
	errno = 0;
	*value = strtoull(text + is_negative, &end, 0);
	if (is_negative)
		*value = -*value;
	return !*end && !errno;
}

static bool read_named(const char *text, enum event_param_type type, enum event_flagset_id set,
		       uint64_t *value)
{
	const struct event_syscall *call;

	if (set != EVENT_FLAGS_NONE && event_flag_value(set, text, value))
		return true;
	if (!strcmp(text, "AT_FDCWD")) {
		*value = (uint64_t)-100;
		return true;
	}
	if (type == EVENT_PT_SYSCALLID && (call = event_syscall_find_name(text))) {
		*value = call->code;
		return true;
	}
	for (uint32_t num = 1; num < 600; num++) {
		const char *name = *text == '-' ? event_errno_name(num) : event_signal_name(num);

		if (name && !strcmp(name, text + (*text == '-'))) {
			*value = *text == '-' ? -(uint64_t)num : num;
			return true;
		}
	}
	return false;
}

static uint64_t read_number(struct gen *gen, const char *text, enum event_param_type type,
			    enum event_flagset_id set)
{
	char *copy = arena_strdup(&gen->arena, text);
	char *save = NULL;
	uint64_t value = 0;

	for (char *part = strtok_r(copy, "|", &save); part; part = strtok_r(NULL, "|", &save)) {
		uint64_t bits;

		if (!read_plain(part, &bits) && !read_named(part, type, set, &bits))
			fail(gen, "\"%s\" is no number and no name for one", part);
		value |= bits;
	}
	return value;
}

static uint64_t number_of(struct gen *gen, const struct word *word)
{
	return read_number(gen, text_of(word), EVENT_PT_UINT64, EVENT_FLAGS_NONE);
}

/* "1.2.3.4:80" or "[::1]:80"; gives the length of the address. */
static size_t read_end(struct gen *gen, const char *text, uint8_t addr[16], uint16_t *port)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	bool is_ipv6 = *text == '[';
	size_t len = colon ? (size_t)(colon - text) : 0;
	uint64_t number;

	if (!colon || len >= sizeof(host) || len < 2 || !read_plain(colon + 1, &number))
		fail(gen, "\"%s\" is no address and port", text);
	memcpy(host, text + is_ipv6, len - 2 * is_ipv6);
	host[len - 2 * is_ipv6] = '\0';
	if (inet_pton(is_ipv6 ? AF_INET6 : AF_INET, host, addr) != 1)
		fail(gen, "\"%s\" is no address", host);
	*port = (uint16_t)number;
	return is_ipv6 ? 16 : 4;
}

/* Splits at "->" in place; gives what is behind. */
static char *split_tuple(struct gen *gen, char *text)
{
	char *arrow = strstr(text, "->");

	if (!arrow)
		fail(gen, "\"%s\" has no ->", text);
	*arrow = '\0';
	return arrow + 2;
}

static char *skip_prefix(char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) ? NULL : text + len;
}

static void put_inet(struct gen *gen, struct str *out, const char *text)
{
	uint8_t addr[16];
	uint16_t port;
	size_t len = read_end(gen, text, addr, &port);

	str_append(out, addr, len);
	put_u16(out, port);
}

static void put_sockaddr(struct gen *gen, struct str *out, char *text)
{
	char *at;

	if ((at = skip_prefix(text, "unix:"))) {
		put_u8(out, 1);
		str_append(out, at, strlen(at) + 1);
	} else if ((at = skip_prefix(text, "inet:"))) {
		put_u8(out, 2);
		put_inet(gen, out, at);
	} else if ((at = skip_prefix(text, "inet6:"))) {
		put_u8(out, 10);
		put_inet(gen, out, at);
	} else {
		fail(gen, "\"%s\" is no unix:, inet: or inet6: address", text);
	}
}

static void put_tuple(struct gen *gen, struct str *out, char *text)
{
	char *second = split_tuple(gen, text);
	char *path = strchr(second, ':');
	char *at;

	if ((at = skip_prefix(text, "unix:"))) {
		if (!path)
			fail(gen, "a unix tuple needs :PATH at its end");
		*path++ = '\0';
		put_u8(out, 1);
		put_u64(out, read_number(gen, at, EVENT_PT_UINT64, EVENT_FLAGS_NONE));
		put_u64(out, read_number(gen, second, EVENT_PT_UINT64, EVENT_FLAGS_NONE));
		str_append(out, path, strlen(path) + 1);
	} else if ((at = skip_prefix(text, "inet:")) || (at = skip_prefix(text, "inet6:"))) {
		put_u8(out, at == text + 5 ? 2 : 10);
		put_inet(gen, out, at);
		put_inet(gen, out, second);
	} else {
		fail(gen, "\"%s\" is no unix:, inet: or inet6: tuple", text);
	}
}

static void put_fdlist(struct gen *gen, struct str *out, char *text)
{
	size_t begin = out->len;
	uint16_t cnt = 0;
	char *save = NULL;

	put_u16(out, 0);
	for (char *part = strtok_r(text, ",", &save); part; part = strtok_r(NULL, ",", &save)) {
		char *colon = strchr(part, ':');

		if (!colon)
			fail(gen, "\"%s\" is no FD:EVENTS", part);
		*colon = '\0';
		put_u64(out, read_number(gen, part, EVENT_PT_FD, EVENT_FLAGS_NONE));
		put_u16(out, (uint16_t)read_number(gen, colon + 1, EVENT_PT_INT16,
						   EVENT_FLAGS_poll_flags));
		cnt++;
	}
	store_u16(out->buf + begin, cnt);
}

/* hex:, fill: and nothing at all mean the same for every type; false if it is none of them. */
static bool put_untyped(struct gen *gen, struct str *out, const struct word *word, bool is_text)
{
	char *text = arena_strdup(&gen->arena, text_of(word));
	char *at;

	if (word->is_quoted)
		return false;
	if (!*text)
		return true;
	if ((at = skip_prefix(text, "hex:"))) {
		for (; *at; at += 2) {
			if (hex_digit(at[0]) < 0 || hex_digit(at[1]) < 0)
				fail(gen, "\"%s\" are no hex digits", at);
			put_u8(out, (uint8_t)(hex_digit(at[0]) << 4 | hex_digit(at[1])));
		}
		return true;
	}
	if ((at = skip_prefix(text, "fill:"))) {
		char *colon = strchr(at, ':');
		uint64_t cnt = 0;

		if (colon)
			*colon = '\0';
		if (!colon || !read_plain(at, &cnt) || !colon[1])
			fail(gen, "fill: wants COUNT:CHARACTER");
		while (cnt--)
			put_u8(out, (uint8_t)colon[1]);
		if (is_text)
			put_u8(out, 0);
		return true;
	}
	return false;
}

static void put_bytes(struct gen *gen, struct str *out, const struct word *word)
{
	if (!put_untyped(gen, out, word, false))
		str_append(out, word->value.ptr, word->value.len);
}

static void put_typed(struct gen *gen, struct str *out, const struct event_param_info *info,
		      enum event_param_type type, const struct word *word);

static void put_dyn(struct gen *gen, struct str *out, const struct event_param_info *info,
		    const struct word *word)
{
	const char *colon = strchr(text_of(word), ':');
	struct word rest = *word;
	enum event_param_type type;
	struct span value;
	uint8_t probe[9] = { 0 };
	size_t len = 2;

	if (!colon)
		fail(gen, "\"%s\" is no INDEX:VALUE", text_of(word));
	probe[0] = (uint8_t)strtoul(text_of(word), NULL, 0);
	put_u8(out, probe[0]);
	rest.value = span_text(colon + 1);
	/* The index selects the type, which only a value of the right size shows. */
	while (len <= sizeof(probe) &&
	       !event_dyn_split(info->dyn, span_make(probe, len), &type, &value))
		len++;
	if (len <= sizeof(probe))
		put_typed(gen, out, info, type, &rest);
	else
		put_bytes(gen, out, &rest);
}

static void put_typed(struct gen *gen, struct str *out, const struct event_param_info *info,
		      enum event_param_type type, const struct word *word)
{
	char *text = arena_strdup(&gen->arena, text_of(word));
	unsigned int size = event_type_size(type);
	uint8_t bytes[16] = { 0 };

	switch (type) {
	case EVENT_PT_CHARBUF:
	case EVENT_PT_FSPATH:
	case EVENT_PT_FSRELPATH:
		str_append(out, word->value.ptr, word->value.len + 1);
		return;
	case EVENT_PT_BYTEBUF:
	case EVENT_PT_CHARBUFARRAY:
		str_append(out, word->value.ptr, word->value.len);
		return;
	case EVENT_PT_SOCKADDR:
		put_sockaddr(gen, out, text);
		return;
	case EVENT_PT_SOCKTUPLE:
		put_tuple(gen, out, text);
		return;
	case EVENT_PT_FDLIST:
		put_fdlist(gen, out, text);
		return;
	case EVENT_PT_DYN:
		put_dyn(gen, out, info, word);
		return;
	case EVENT_PT_IPV4ADDR:
	case EVENT_PT_IPV6ADDR:
		if (inet_pton(type == EVENT_PT_IPV4ADDR ? AF_INET : AF_INET6, text, bytes) != 1)
			fail(gen, "\"%s\" is no address", text);
		break;
	default:
		if (!size || size > 8)
			fail(gen, "a value of this type can only be given as hex:");
		store_u64(bytes, read_number(gen, text, type, info->flagset));
	}
	str_append(out, bytes, size);
}

static void put_param(struct gen *gen, struct str *out, const struct event_param_info *info,
		      const struct word *word)
{
	bool is_text = info->type == EVENT_PT_CHARBUF || info->type == EVENT_PT_FSPATH ||
		       info->type == EVENT_PT_FSRELPATH;

	if (!put_untyped(gen, out, word, is_text))
		put_typed(gen, out, info, info->type, word);
}

/* --- lists -------------------------------------------------------------- */

enum member_kind { MEMBER_U32, MEMBER_I64, MEMBER_BOOL, MEMBER_TEXT };

/* A key of a list line and where its value goes. */
struct member {
	const char *key;
	enum member_kind kind;
	size_t offset;
	bool is_fact; /* setting it means that the facts of the executable are known */
};

#define MEMBER(type, key, kind, name)                                  \
	{                                                              \
		key, MEMBER_##kind, offsetof(struct type, name), false \
	}
#define FACT(key, kind, name)                                                \
	{                                                                    \
		key, MEMBER_##kind, offsetof(struct snap_thread, name), true \
	}

static const struct member proc_members[] = {
	MEMBER(snap_thread, "tid", I64, tid),
	MEMBER(snap_thread, "pid", I64, pid),
	MEMBER(snap_thread, "ptid", I64, ptid),
	MEMBER(snap_thread, "sid", I64, sid),
	MEMBER(snap_thread, "vpgid", I64, vpgid),
	MEMBER(snap_thread, "pgid", I64, pgid),
	MEMBER(snap_thread, "vtid", I64, vtid),
	MEMBER(snap_thread, "vpid", I64, vpid),
	MEMBER(snap_thread, "comm", TEXT, comm),
	MEMBER(snap_thread, "exe", TEXT, exe),
	MEMBER(snap_thread, "exepath", TEXT, exepath),
	MEMBER(snap_thread, "args", TEXT, args),
	MEMBER(snap_thread, "env", TEXT, env),
	MEMBER(snap_thread, "cwd", TEXT, cwd),
	MEMBER(snap_thread, "root", TEXT, root),
	MEMBER(snap_thread, "cgroups", TEXT, cgroups),
	MEMBER(snap_thread, "fdlimit", I64, fdlimit),
	MEMBER(snap_thread, "flags", U32, clone_flags),
	MEMBER(snap_thread, "uid", U32, uid),
	MEMBER(snap_thread, "gid", U32, gid),
	MEMBER(snap_thread, "loginuid", U32, loginuid),
	MEMBER(snap_thread, "vmsize", U32, vmsize_kb),
	MEMBER(snap_thread, "vmrss", U32, vmrss_kb),
	MEMBER(snap_thread, "vmswap", U32, vmswap_kb),
	MEMBER(snap_thread, "pfmajor", I64, pfmajor),
	MEMBER(snap_thread, "pfminor", I64, pfminor),
	MEMBER(snap_thread, "pidns_start", I64, pidns_init_start_ns),
	MEMBER(snap_thread, "tty", U32, tty),
	FACT("exe_writable", BOOL, exe_writable),
	FACT("exe_upper", BOOL, exe_upper_layer),
	FACT("exe_lower", BOOL, exe_lower_layer),
	FACT("exe_memfd", BOOL, exe_from_memfd),
	FACT("cap_inheritable", I64, cap_inheritable),
	FACT("cap_permitted", I64, cap_permitted),
	FACT("cap_effective", I64, cap_effective),
	FACT("exe_ino", I64, exe_ino),
	FACT("exe_ctime", I64, exe_ino_ctime_ns),
	FACT("exe_mtime", I64, exe_ino_mtime_ns),
};

static const struct member user_members[] = {
	MEMBER(snap_user, "uid", U32, uid),	 MEMBER(snap_user, "gid", U32, gid),
	MEMBER(snap_user, "name", TEXT, name),	 MEMBER(snap_user, "home", TEXT, home),
	MEMBER(snap_user, "shell", TEXT, shell),
};

static const struct member fd_members[] = {
	MEMBER(snap_fd, "fd", I64, fd),		 MEMBER(snap_fd, "ino", I64, ino),
	MEMBER(snap_fd, "dev", U32, dev),	 MEMBER(snap_fd, "source", I64, unix_source),
	MEMBER(snap_fd, "peer", I64, unix_peer), MEMBER(snap_fd, "name", TEXT, name),
};

static const char *const fd_type_names[SNAP_FD_TYPE_COUNT] = {
	[SNAP_FD_UNKNOWN] = "unknown",
	[SNAP_FD_FILE] = "oldfile",
	[SNAP_FD_DIRECTORY] = "dir",
	[SNAP_FD_IPV4_SOCK] = "ipv4",
	[SNAP_FD_IPV6_SOCK] = "ipv6",
	[SNAP_FD_IPV4_SERVSOCK] = "ipv4serv",
	[SNAP_FD_IPV6_SERVSOCK] = "ipv6serv",
	[SNAP_FD_FIFO] = "fifo",
	[SNAP_FD_UNIX_SOCK] = "unix",
	[SNAP_FD_EVENT] = "event",
	[SNAP_FD_UNSUPPORTED] = "unsupported",
	[SNAP_FD_SIGNALFD] = "signalfd",
	[SNAP_FD_EVENTPOLL] = "epoll",
	[SNAP_FD_INOTIFY] = "inotify",
	[SNAP_FD_TIMERFD] = "timerfd",
	[SNAP_FD_NETLINK] = "netlink",
	[SNAP_FD_FILE_V2] = "file",
	[SNAP_FD_BPF] = "bpf",
	[SNAP_FD_USERFAULTFD] = "userfaultfd",
	[SNAP_FD_IOURING] = "iouring",
	[SNAP_FD_MEMFD] = "memfd",
	[SNAP_FD_PIDFD] = "pidfd",
};

static const char *const l4_names[] = { "unknown", "na", "tcp", "udp", "icmp", "raw" };

/* false if the line's word is none of the table; *is_fact is only ever set. */
static bool set_member(struct gen *gen, const struct member *members, size_t cnt,
		       const struct word *word, void *object, bool *is_fact)
{
	for (size_t i = 0; i < cnt; i++) {
		char *at = (char *)object + members[i].offset;

		if (!word->key || strcmp(word->key, members[i].key))
			continue;
		*is_fact |= members[i].is_fact;
		switch (members[i].kind) {
		case MEMBER_U32:
			*(uint32_t *)at = (uint32_t)number_of(gen, word);
			break;
		case MEMBER_I64:
			*(int64_t *)at = (int64_t)number_of(gen, word);
			break;
		case MEMBER_BOOL:
			*(bool *)at = number_of(gen, word) != 0;
			break;
		case MEMBER_TEXT: {
			struct str text = { 0 };

			put_bytes(gen, &text, word);
			*(struct span *)at =
				span_make(arena_dup(&gen->arena, text.buf, text.len), text.len);
			str_release(&text);
			break;
		}
		}
		return true;
	}
	return false;
}

static unsigned int read_choice(struct gen *gen, const struct word *word, const char *const names[],
				unsigned int cnt)
{
	for (unsigned int i = 0; i < cnt; i++) {
		if (!strcmp(text_of(word), names[i]))
			return i;
	}
	return (unsigned int)number_of(gen, word);
}

static void add_mark(struct gen *gen)
{
	struct mark *mark = vec_add(&gen->marks);

	mark->begin = gen->out.len;
	mark->ts_ns = mark->start_ns = EVENT_TIME_UNKNOWN;
	mark->is_flush = false;
	str_init(&mark->beside);
}

static size_t begin_block(struct gen *gen, uint32_t type)
{
	size_t begin = gen->out.len;

	add_mark(gen);
	put_u32(&gen->out, type);
	put_u32(&gen->out, 0);
	return begin;
}

static void end_block(struct gen *gen, size_t begin)
{
	struct str *out = &gen->out;

	while ((out->len - begin) & 3)
		put_u8(out, 0);
	store_u32(out->buf + begin + 4, (uint32_t)(out->len - begin + 4));
	put_u32(out, (uint32_t)(out->len - begin + 4));
}

static void end_list(struct gen *gen)
{
	if (gen->list != SCAP_KIND_UNKNOWN)
		end_block(gen, gen->list_begin);
	gen->list = SCAP_KIND_UNKNOWN;
}

static void need_section(struct gen *gen)
{
	if (!gen->has_section) {
		add_mark(gen);
		scap_put_section(&gen->out);
	}
	gen->has_section = true;
}

/* Goes on with the list block at hand, or begins one. */
static void need_list(struct gen *gen, enum scap_kind kind, uint32_t type, int64_t tid)
{
	if (gen->list == kind && gen->list_tid == tid)
		return;
	end_list(gen);
	gen->list_begin = begin_block(gen, type);
	gen->list = kind;
	gen->list_tid = tid;
	if (kind == SCAP_KIND_FDS)
		put_u64(&gen->out, (uint64_t)tid);
}

static void line_machine(struct gen *gen)
{
	struct snap_machine machine = { .cpu_cnt = 2, .memory_bytes = 1u << 30 };

	strcpy(machine.hostname, "test");
	for (unsigned int i = 1; i < gen->word_cnt; i++) {
		const struct word *word = &gen->words[i];
		const char *key = word->key ? word->key : "";

		if (!strcmp(key, "hostname"))
			strncpy(machine.hostname, text_of(word), sizeof(machine.hostname) - 1);
		else if (!strcmp(key, "cpus"))
			machine.cpu_cnt = (uint32_t)number_of(gen, word);
		else if (!strcmp(key, "memory"))
			machine.memory_bytes = number_of(gen, word);
		else if (!strcmp(key, "max_pid"))
			machine.max_pid = number_of(gen, word);
		else if (!strcmp(key, "boot"))
			machine.boot_ns = number_of(gen, word);
		else if (!strcmp(key, "flags"))
			machine.flags = number_of(gen, word);
		else
			fail(gen, "unknown key \"%s\"", key);
	}
	add_mark(gen);
	scap_put_machine(&gen->out, &machine);
}

static void line_iface(struct gen *gen)
{
	struct snap_iface iface = { .name = span_text("lo") };
	struct str entry = { 0 };

	for (unsigned int i = 1; i < gen->word_cnt; i++) {
		const struct word *word = &gen->words[i];
		const char *key = word->key ? word->key : "";
		uint8_t *addr = !strcmp(key, "addr")	  ? iface.addr
				: !strcmp(key, "netmask") ? iface.netmask
				: !strcmp(key, "bcast")	  ? iface.bcast
							  : NULL;

		if (addr) {
			iface.is_ipv6 = strchr(text_of(word), ':');
			if (inet_pton(iface.is_ipv6 ? AF_INET6 : AF_INET, text_of(word), addr) != 1)
				fail(gen, "\"%s\" is no address", text_of(word));
		} else if (!strcmp(key, "name")) {
			iface.name = word->value;
		} else if (!strcmp(key, "linkspeed")) {
			iface.linkspeed = number_of(gen, word);
		} else {
			fail(gen, "unknown key \"%s\"", key);
		}
	}
	need_list(gen, SCAP_KIND_IFACES, gen->ifaces == 1 ? SCAP_IFACES_V1 : SCAP_IFACES, 0);
	scap_put_iface(&entry, &iface);
	/* The old entry is the new one without its length. */
	str_append(&gen->out, entry.buf + (gen->ifaces == 1 ? 4 : 0),
		   entry.len - (gen->ifaces == 1 ? 4 : 0));
	str_release(&entry);
}

static void line_user(struct gen *gen)
{
	struct snap_user user = { .is_group = is_word(&gen->words[0], "group") };
	struct str entry = { 0 };
	bool is_fact = false;

	for (unsigned int i = 1; i < gen->word_cnt; i++) {
		if (!set_member(gen, user_members, ARRAY_SIZE(user_members), &gen->words[i], &user,
				&is_fact))
			fail(gen, "unknown key in word %u", i);
	}
	need_list(gen, SCAP_KIND_USERS, gen->users == 1 ? SCAP_USERS_V1 : SCAP_USERS, 0);
	scap_put_user(&entry, &user);
	str_append(&gen->out, entry.buf + (gen->users == 1 ? 4 : 0),
		   entry.len - (gen->users == 1 ? 4 : 0));
	str_release(&entry);
}

/* Versions 1 to 8: no length, and fields that came one version after the other. */
static void put_old_proc(struct str *out, const struct snap_thread *thread, uint32_t version)
{
	put_u64(out, (uint64_t)thread->tid);
	put_u64(out, (uint64_t)thread->pid);
	put_u64(out, (uint64_t)thread->ptid);
	if (version >= 6)
		put_u64(out, (uint64_t)thread->sid);
	if (version >= 8)
		put_u64(out, (uint64_t)thread->vpgid);
	put_text(out, thread->comm);
	put_text(out, thread->exe);
	if (version >= 7)
		put_text(out, thread->exepath);
	put_text(out, thread->args);
	put_text(out, thread->cwd);
	put_u64(out, (uint64_t)thread->fdlimit);
	put_u32(out, thread->clone_flags);
	put_u32(out, thread->uid);
	put_u32(out, thread->gid);
	if (version >= 2) {
		put_u32(out, thread->vmsize_kb);
		put_u32(out, thread->vmrss_kb);
		put_u32(out, thread->vmswap_kb);
		put_u64(out, thread->pfmajor);
		put_u64(out, thread->pfminor);
	}
	if (version >= 3)
		put_text(out, thread->env);
	if (version >= 4) {
		put_u64(out, (uint64_t)thread->vtid);
		put_u64(out, (uint64_t)thread->vpid);
		put_text(out, thread->cgroups);
	}
	if (version >= 5)
		put_text(out, thread->root);
}

static void line_proc(struct gen *gen)
{
	static const uint32_t types[] = { 0,
					  SCAP_PROCS_V1,
					  SCAP_PROCS_V2,
					  SCAP_PROCS_V3,
					  SCAP_PROCS_V4,
					  SCAP_PROCS_V5,
					  SCAP_PROCS_V6,
					  SCAP_PROCS_V7,
					  SCAP_PROCS_V8,
					  SCAP_PROCS_V9 };
	struct snap_thread thread = {
		.pid = INT64_MIN,
		.ptid = 1,
		.sid = INT64_MIN,
		.vpgid = INT64_MIN,
		.pgid = INT64_MIN,
		.vtid = INT64_MIN,
		.vpid = INT64_MIN,
		.clone_flags = UINT32_MAX,
		.cwd = span_text("/"),
		.root = span_text("/"),
		.fdlimit = 1024,
		.loginuid = UINT32_MAX,
	};

	for (unsigned int i = 1; i < gen->word_cnt; i++) {
		if (!set_member(gen, proc_members, ARRAY_SIZE(proc_members), &gen->words[i],
				&thread, &thread.has_exe_facts))
			fail(gen, "unknown key in word %u", i);
	}
	if (!thread.tid)
		fail(gen, "proc wants a tid");
	if (thread.pid == INT64_MIN)
		thread.pid = thread.tid;
	if (thread.vtid == INT64_MIN)
		thread.vtid = thread.tid;
	if (thread.vpid == INT64_MIN)
		thread.vpid = thread.pid;
	if (thread.sid == INT64_MIN)
		thread.sid = thread.vpid;
	if (thread.vpgid == INT64_MIN)
		thread.vpgid = thread.vpid;
	if (thread.pgid == INT64_MIN)
		thread.pgid = thread.pid;
	if (thread.clone_flags == UINT32_MAX)
		thread.clone_flags = thread.pid == thread.tid ? MAIN_THREAD : 0;
	if (!thread.exe.ptr)
		thread.exe = thread.comm;
	if (!thread.exepath.ptr)
		thread.exepath = thread.exe;
	need_list(gen, SCAP_KIND_PROCS, types[gen->procs], 0);
	if (gen->procs < 9)
		put_old_proc(&gen->out, &thread, gen->procs);
	else
		scap_put_proc(&gen->out, &thread);
	gen->tid = thread.tid;
}

static void read_ends(struct gen *gen, const struct word *word, struct snap_ends *ends)
{
	char *text = arena_strdup(&gen->arena, text_of(word));
	bool is_tuple = !strcmp(word->key, "tuple");
	char *second = is_tuple ? split_tuple(gen, text) : NULL;

	read_end(gen, text, ends->sip, &ends->sport);
	if (second)
		read_end(gen, second, ends->dip, &ends->dport);
}

static void line_fd(struct gen *gen)
{
	struct snap_fd fd = { .type = SNAP_FD_FILE_V2, .l4 = SNAP_L4_TCP };
	struct str entry = { 0 };
	int64_t tid = gen->tid;
	bool is_fact = false;
	bool is_old = gen->fds == 1;
	size_t len;

	for (unsigned int i = 1; i < gen->word_cnt; i++) {
		const struct word *word = &gen->words[i];
		const char *key = word->key ? word->key : "";

		if (!strcmp(key, "tid"))
			tid = (int64_t)number_of(gen, word);
		else if (!strcmp(key, "type"))
			fd.type =
				(uint8_t)read_choice(gen, word, fd_type_names, SNAP_FD_TYPE_COUNT);
		else if (!strcmp(key, "l4"))
			fd.l4 = (uint8_t)read_choice(gen, word, l4_names, ARRAY_SIZE(l4_names));
		else if (!strcmp(key, "flags"))
			fd.open_flags = (uint32_t)read_number(gen, text_of(word), EVENT_PT_FLAGS32,
							      EVENT_FLAGS_file_flags);
		else if (!strcmp(key, "tuple") || !strcmp(key, "addr"))
			read_ends(gen, word, &fd.ends);
		else if (!set_member(gen, fd_members, ARRAY_SIZE(fd_members), word, &fd, &is_fact))
			fail(gen, "unknown key \"%s\"", key);
	}
	need_list(gen, SCAP_KIND_FDS, is_old ? SCAP_FDS_V1 : SCAP_FDS, tid);
	scap_put_fd(&entry, &fd);
	/* A number the program would not write, as a newer recorder might. */
	if (fd.type >= SNAP_FD_TYPE_COUNT)
		entry.buf[20] = (char)fd.type;
	/* The old entry has neither length nor device. */
	len = entry.len - (is_old && fd.type == SNAP_FD_FILE_V2 ? 4 : 0);
	str_append(&gen->out, entry.buf + (is_old ? 4 : 0), len - (is_old ? 4 : 0));
	str_release(&entry);
	gen->tid = tid;
}

/* --- events ------------------------------------------------------------- */

struct event_line {
	const struct event_info *info;
	uint16_t cpu;
	uint32_t block_flags;
	int64_t param_cnt; /* -1: all */
	int64_t len_error;
	uint64_t dur_ns;
	struct str extra, beside;
	VEC_OF(struct str) params;
};

static const struct event_info *look_up_type(const struct gen *gen, const char *text)
{
	const struct event_info *found = NULL;
	uint32_t iter = 0;
	int type;

	for (uint32_t num = 0; num < EVENT_TYPE_COUNT; num++) {
		const struct event_info *info = event_info_find(num);

		if (info && !strcmp(info->id, text))
			return info;
	}
	while ((type = event_type_next_named(text, &iter)) >= 0) {
		const struct event_info *info = event_info_find((uint32_t)type);

		if (info->flags & (EVENT_EF_OLD_VERSION | EVENT_EF_UNUSED))
			continue;
		/* The last exit; events without one (procexit, switch) have only an enter. */
		if (!found || info->dir == EVENT_DIR_EXIT || found->dir == EVENT_DIR_ENTER)
			found = info;
	}
	if (!found)
		fail(gen, "no event type \"%s\"", text);
	return found;
}

static const struct event_info *find_type(struct gen *gen, const char *text)
{
	if (!gen->type || strcmp(gen->type_text, text)) {
		gen->type = look_up_type(gen, text);
		snprintf(gen->type_text, sizeof(gen->type_text), "%s", text);
	}
	return gen->type;
}

static void read_event_option(struct gen *gen, struct event_line *line, const struct word *word)
{
	const char *key = word->key;
	const char *text = text_of(word);

	if (!strcmp(key, "ts"))
		gen->ts_ns =
			(*text == '+' ? gen->ts_ns : 0) +
			read_number(gen, text + (*text == '+'), EVENT_PT_UINT64, EVENT_FLAGS_NONE);
	else if (!strcmp(key, "tid"))
		gen->tid = (int64_t)number_of(gen, word);
	else if (!strcmp(key, "cpu"))
		line->cpu = (uint16_t)number_of(gen, word);
	else if (!strcmp(key, "flags"))
		line->block_flags = (uint32_t)number_of(gen, word);
	else if (!strcmp(key, "n"))
		line->param_cnt = (int64_t)number_of(gen, word);
	else if (!strcmp(key, "dur"))
		line->dur_ns = number_of(gen, word);
	else if (!strcmp(key, "len"))
		line->len_error = (int64_t)read_number(gen, text + (*text == '+'), EVENT_PT_INT64,
						       EVENT_FLAGS_NONE);
	else if (!strcmp(key, "extra"))
		put_bytes(gen, &line->extra, word);
	else if (!strcmp(key, "beside"))
		put_bytes(gen, &line->beside, word);
	else
		fail(gen, "unknown option \"%s\" before the event type", key);
}

static void read_params(struct gen *gen, struct event_line *line, unsigned int first)
{
	for (uint32_t i = 0; i < line->info->param_cnt; i++)
		str_init(vec_add(&line->params));
	for (unsigned int i = first; i < gen->word_cnt; i++) {
		const struct word *word = &gen->words[i];
		int idx;

		if (!word->key) {
			struct str *param = vec_add(&line->params);

			str_init(param);
			put_bytes(gen, param, word);
			continue;
		}
		idx = event_param_index(line->info, word->key);
		if (idx < 0)
			fail(gen, "%s has no parameter \"%s\"", line->info->id, word->key);
		str_reset(&line->params.items[idx]);
		put_param(gen, &line->params.items[idx], &line->info->params[idx], word);
	}
	if (line->param_cnt < 0)
		line->param_cnt = (int64_t)line->params.cnt;
	if (line->param_cnt > (int64_t)line->params.cnt)
		fail(gen, "n= is more than there are parameters");
}

static void put_event(struct gen *gen, struct event_line *line)
{
	bool is_v1 = gen->events == 1;
	bool is_wide = line->info->flags & EVENT_EF_LARGE_PAYLOAD;
	size_t len = (is_v1 ? 22 : 26) + line->extra.len;
	size_t begin;
	uint32_t type;
	struct mark *mark;

	for (int64_t i = 0; i < line->param_cnt; i++)
		len += (is_wide ? 4 : 2) + line->params.items[i].len;
	if (is_v1)
		type = line->block_flags ? SCAP_EVENT_V1_FLAGS : SCAP_EVENT_V1;
	else if (is_wide || len > 65000)
		type = line->block_flags ? SCAP_EVENT_FLAGS_LARGE : SCAP_EVENT_LARGE;
	else
		type = line->block_flags ? SCAP_EVENT_FLAGS : SCAP_EVENT;
	begin = begin_block(gen, type);
	mark = &gen->marks.items[gen->marks.cnt - 1];
	mark->ts_ns = gen->ts_ns;
	mark->beside = line->beside;
	if (line->dur_ns != UINT64_MAX)
		mark->start_ns = gen->ts_ns - line->dur_ns;
	put_u16(&gen->out, line->cpu);
	if (line->block_flags)
		put_u32(&gen->out, line->block_flags);
	put_u64(&gen->out, gen->ts_ns);
	put_u64(&gen->out, (uint64_t)gen->tid);
	put_u32(&gen->out, (uint32_t)((int64_t)len + line->len_error));
	put_u16(&gen->out, line->info->type);
	if (!is_v1)
		put_u32(&gen->out, (uint32_t)line->param_cnt);
	for (int64_t i = 0; i < line->param_cnt; i++) {
		if (is_wide)
			put_u32(&gen->out, (uint32_t)line->params.items[i].len);
		else
			put_u16(&gen->out, (uint16_t)line->params.items[i].len);
	}
	for (int64_t i = 0; i < line->param_cnt; i++)
		str_append(&gen->out, line->params.items[i].buf, line->params.items[i].len);
	str_append(&gen->out, line->extra.buf, line->extra.len);
	end_block(gen, begin);
}

static void line_ev(struct gen *gen)
{
	struct event_line line = { .param_cnt = -1, .dur_ns = UINT64_MAX };
	unsigned int i = 1;

	gen->ts_ns += 1000;
	for (; i < gen->word_cnt && gen->words[i].key; i++) {
		/* "+N" counts from the event before. */
		if (!strcmp(gen->words[i].key, "ts"))
			gen->ts_ns -= 1000;
		read_event_option(gen, &line, &gen->words[i]);
	}
	if (i == gen->word_cnt)
		fail(gen, "ev without an event type");
	line.info = find_type(gen, text_of(&gen->words[i]));
	read_params(gen, &line, i + 1);
	put_event(gen, &line);
	for (size_t k = 0; k < line.params.cnt; k++)
		str_release(&line.params.items[k]);
	vec_release(&line.params);
	str_release(&line.extra);
}

/* --- lines -------------------------------------------------------------- */

static void line_version(struct gen *gen)
{
	for (unsigned int i = 1; i < gen->word_cnt; i++) {
		const struct word *word = &gen->words[i];
		const char *key = word->key ? word->key : "";
		uint32_t value = (uint32_t)number_of(gen, word);
		uint32_t *at = !strcmp(key, "procs")	? &gen->procs
			       : !strcmp(key, "fds")	? &gen->fds
			       : !strcmp(key, "events") ? &gen->events
			       : !strcmp(key, "users")	? &gen->users
			       : !strcmp(key, "ifaces") ? &gen->ifaces
							: NULL;

		if (!at)
			fail(gen, "unknown key \"%s\"", key);
		if (!value || value > (at == &gen->procs ? 9 : 2))
			fail(gen, "no version %u of %s", value, key);
		*at = value;
	}
}

static void line_patch(struct gen *gen)
{
	size_t begin = gen->marks.cnt ? gen->marks.items[gen->marks.cnt - 1].begin : 0;
	struct str bytes = { 0 };
	int64_t offset;

	if (gen->word_cnt != 3)
		fail(gen, "patch OFFSET BYTES");
	offset = (int64_t)number_of(gen, &gen->words[1]);
	put_bytes(gen, &bytes, &gen->words[2]);
	offset += (int64_t)(offset < 0 ? gen->out.len : begin);
	if (offset < 0 || (size_t)offset + bytes.len > gen->out.len)
		fail(gen, "patch outside the last block");
	memcpy(gen->out.buf + offset, str_text(&bytes), bytes.len);
	str_release(&bytes);
}

static void line_cut(struct gen *gen)
{
	uint64_t cnt = gen->word_cnt == 2 ? number_of(gen, &gen->words[1]) : UINT64_MAX;

	if (cnt > gen->out.len)
		fail(gen, "cut wants a number of bytes that are there");
	gen->out.len -= cnt;
	while (gen->marks.cnt && gen->marks.items[gen->marks.cnt - 1].begin >= gen->out.len)
		str_release(&gen->marks.items[--gen->marks.cnt].beside);
}

static void line_block(struct gen *gen)
{
	size_t begin;

	if (gen->word_cnt < 2)
		fail(gen, "block TYPE BYTES");
	begin = begin_block(gen, (uint32_t)number_of(gen, &gen->words[1]));
	for (unsigned int i = 2; i < gen->word_cnt; i++)
		put_bytes(gen, &gen->out, &gen->words[i]);
	end_block(gen, begin);
}

static void line_raw(struct gen *gen)
{
	add_mark(gen);
	for (unsigned int i = 1; i < gen->word_cnt; i++)
		put_bytes(gen, &gen->out, &gen->words[i]);
}

static void line_time(struct gen *gen)
{
	if (gen->word_cnt != 2)
		fail(gen, "time NS");
	gen->ts_ns = number_of(gen, &gen->words[1]);
}

static void line_flush(struct gen *gen)
{
	add_mark(gen);
	gen->marks.items[gen->marks.cnt - 1].is_flush = true;
}

static void line_section(struct gen *gen)
{
	gen->has_section = false;
	need_section(gen);
}

static const struct line_kind {
	const char *name;
	void (*run)(struct gen *gen);
	bool is_list; /* goes on with an open list */
	bool is_first; /* stands without a section before it */
} line_kinds[] = {
	{ "section", line_section, false, true },
	{ "version", line_version, false, true },
	{ "machine", line_machine, false, false },
	{ "iface", line_iface, true, false },
	{ "user", line_user, true, false },
	{ "group", line_user, true, false },
	{ "proc", line_proc, true, false },
	{ "fd", line_fd, true, false },
	{ "end", NULL, false, true },
	{ "ev", line_ev, false, false },
	{ "time", line_time, false, true },
	{ "block", line_block, false, true },
	{ "raw", line_raw, false, true },
	{ "patch", line_patch, false, true },
	{ "cut", line_cut, false, true },
	{ "flush", line_flush, false, true },
};

static void run_words(struct gen *gen)
{
	for (size_t i = 0; i < ARRAY_SIZE(line_kinds); i++) {
		const struct line_kind *kind = &line_kinds[i];

		if (!is_word(&gen->words[0], kind->name))
			continue;
		if (!kind->is_list)
			end_list(gen);
		if (!kind->is_first)
			need_section(gen);
		else if (kind->run == line_block || kind->run == line_raw)
			gen->has_section = true;
		if (kind->run)
			kind->run(gen);
		return;
	}
	fail(gen, "unknown line \"%s\"", text_of(&gen->words[0]));
}

static void run_line(struct gen *gen, const char *text);

static void run_repeat(struct gen *gen, const char *text)
{
	struct str line = { 0 };
	char *rest;
	uint64_t cnt = strtoull(text, &rest, 0);

	for (uint64_t i = 0; i < cnt; i++) {
		const char *from = rest;
		const char *at;

		str_reset(&line);
		while ((at = strstr(from, "{i}"))) {
			str_append(&line, from, (size_t)(at - from));
			str_append_u64(&line, i);
			from = at + 3;
		}
		str_append_text(&line, from);
		run_line(gen, str_text(&line));
	}
	str_release(&line);
}

static void run_line(struct gen *gen, const char *text)
{
	text += strspn(text, " \t");
	if (!*text || *text == '#')
		return;
	if (!strncmp(text, "repeat ", 7)) {
		run_repeat(gen, text + 7);
		return;
	}
	arena_reset(&gen->arena);
	read_words(gen, text);
	run_words(gen);
}

static void run_script(struct gen *gen, FILE *file)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while ((len = getline(&line, &cap, file)) > 0) {
		gen->line++;
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		run_line(gen, line);
	}
	free(line);
	end_list(gen);
}

/* --- output ------------------------------------------------------------- */

static int write_raw(const struct gen *gen, const char *path)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "wb") : stdout;
	bool is_written;

	if (!file)
		return -1;
	is_written = fwrite(str_text(&gen->out), 1, gen->out.len, file) == gen->out.len;
	return fclose(file) || !is_written ? -1 : 0;
}

static int write_blocks(const struct gen *gen, const char *path,
			const struct scap_writer_opts *opts)
{
	struct scap_writer *writer;
	struct err err;
	int ret;

	err_init(&err);
	ret = scap_writer_open(path, opts, &writer, &err);
	for (size_t i = 0; !ret && i < gen->marks.cnt; i++) {
		const struct mark *mark = &gen->marks.items[i];
		size_t end = i + 1 < gen->marks.cnt ? mark[1].begin : gen->out.len;

		if (mark->is_flush)
			ret = scap_writer_flush(writer, &err);
		else
			ret = scap_writer_put(writer, gen->out.buf + mark->begin, end - mark->begin,
					      mark->ts_ns, mark->start_ns,
					      span_make(mark->beside.buf, mark->beside.len), &err);
	}
	if (!ret)
		ret = scap_writer_close(writer, &err);
	if (ret)
		fprintf(stderr, "gen_trace: %s\n", err.text);
	return ret;
}

int main(int argc, char **argv)
{
	struct gen gen = {
		.name = "-",
		.procs = 9,
		.fds = 2,
		.events = 2,
		.users = 2,
		.ifaces = 2,
		.ts_ns = UINT64_C(1700000000000000000),
		.tid = 1,
	};
	struct scap_writer_opts opts = { .compress = SCAP_COMPRESS_NONE, .force = true };
	const char *path = "-";
	FILE *script = stdin;
	int option;
	int ret;

	while ((option = getopt(argc, argv, "z:f:so:")) != -1) {
		switch (option) {
		case 'z':
			opts.compress = !strcmp(optarg, "zstd")	  ? SCAP_COMPRESS_ZSTD
					: !strcmp(optarg, "gzip") ? SCAP_COMPRESS_GZIP
								  : SCAP_COMPRESS_NONE;
			break;
		case 'f':
			opts.frame_bytes = (uint32_t)strtoul(optarg, NULL, 0);
			break;
		case 's':
			opts.starts = true;
			break;
		case 'o':
			path = optarg;
			break;
		default:
			return 2;
		}
	}
	if (optind < argc && strcmp(argv[optind], "-")) {
		gen.name = argv[optind];
		script = fopen(gen.name, "r");
		if (!script) {
			perror(gen.name);
			return 1;
		}
	}
	run_script(&gen, script);
	if (script != stdin)
		fclose(script);
	/* Damaged bytes do not pass the writer, which takes whole blocks only. */
	if (opts.compress == SCAP_COMPRESS_NONE)
		ret = write_raw(&gen, path);
	else
		ret = write_blocks(&gen, path, &opts);
	arena_release(&gen.arena);
	str_release(&gen.out);
	for (size_t i = 0; i < gen.marks.cnt; i++)
		str_release(&gen.marks.items[i].beside);
	vec_release(&gen.marks);
	return ret ? 1 : 0;
}
