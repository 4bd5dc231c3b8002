/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * snapshot_text.c: reading and taking apart the small text files of /proc and
 * /etc for the opening snapshot.  All parsing is by spans, so that nothing runs
 * past what was read.
 */
#include "source/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINK_MAX_LEN 4096u /* PATH_MAX of the kernel, what a link can say at most */
#define READ_STEP 16384u

/* --- parsing ------------------------------------------------------------------ */

bool source_scan_line(struct span *text, struct span *line)
{
	const uint8_t *end;

	if (!text->len)
		return false;
	end = memchr(text->ptr, '\n', text->len);
	*line = span_make(text->ptr, end ? (size_t)(end - text->ptr) : text->len);
	text->ptr += line->len + !!end;
	text->len -= line->len + !!end;
	return true;
}

static void skip_blanks(struct span *text)
{
	while (text->len && (*text->ptr == ' ' || *text->ptr == '\t')) {
		text->ptr++;
		text->len--;
	}
}

bool source_scan_word(struct span *text, struct span *word)
{
	size_t len = 0;

	skip_blanks(text);
	while (len < text->len && text->ptr[len] != ' ' && text->ptr[len] != '\t')
		len++;
	if (!len)
		return false;
	*word = span_make(text->ptr, len);
	text->ptr += len;
	text->len -= len;
	return true;
}

static unsigned int digit_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16u;
}

bool source_scan_number(struct span *text, unsigned int base, uint64_t *value)
{
	struct span at = *text;
	uint64_t sum = 0;
	const uint8_t *begin;

	skip_blanks(&at);
	begin = at.ptr;
	while (at.len && digit_of(*at.ptr) < base) {
		if (__builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, digit_of(*at.ptr), &sum))
			return false;
		at.ptr++;
		at.len--;
	}
	if (at.ptr == begin)
		return false;
	*value = sum;
	*text = at;
	return true;
}

bool source_scan_prefix(struct span *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (text->len < len || memcmp(text->ptr, prefix, len))
		return false;
	text->ptr += len;
	text->len -= len;
	return true;
}

uint64_t source_scan_link_number(struct span link)
{
	const uint8_t *open = link.len ? memchr(link.ptr, '[', link.len) : NULL;
	struct span rest;
	uint64_t number;

	if (!open)
		return 0;
	rest = span_make(open + 1, link.len - (open + 1 - link.ptr));
	if (!source_scan_number(&rest, 10, &number) || !span_is_text(rest, "]"))
		return 0;
	return number;
}

/* --- reading ------------------------------------------------------------------ */

static ssize_t read_again(int fd, void *buf, size_t len)
{
	ssize_t ret;

	do
		ret = read(fd, buf, len);
	while (ret < 0 && errno == EINTR);
	return ret;
}

void source_scan_lines(int fd, source_scan_line_fn take, void *arg)
{
	uint8_t *window = alloc_array(SOURCE_SCAN_WINDOW, 1);
	bool is_passing = false; /* inside a line that is too long */
	size_t len = 0;
	ssize_t got;

	while ((got = read_again(fd, window + len, SOURCE_SCAN_WINDOW - len)) > 0) {
		uint8_t *end = memrchr(window + len, '\n', got);
		struct span text = span_make(window, end ? end + 1 - window : 0);
		struct span line;

		len += got;
		while (source_scan_line(&text, &line)) {
			if (!is_passing)
				take(arg, line);
			is_passing = false;
		}
		if (end) {
			len -= end + 1 - window;
			memmove(window, end + 1, len);
		}
		if (len == SOURCE_SCAN_WINDOW) {
			is_passing = true;
			len = 0;
		}
	}
	if (len && !is_passing)
		take(arg, span_make(window, len));
	alloc_free(window);
}

bool source_scan_file_lines(int dir, const char *name, source_scan_line_fn take, void *arg)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return false;
	source_scan_lines(fd, take, arg);
	close(fd);
	return true;
}

int source_scan_read(int dir, const char *name, size_t max, struct str *out)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int ret = 0;

	str_reset(out);
	if (fd < 0)
		return -errno;
	while (out->len < max) {
		size_t room = max - out->len < READ_STEP ? max - out->len : READ_STEP;
		ssize_t got = read_again(fd, str_reserve(out, room), room);

		if (got < 0)
			ret = -errno;
		if (got <= 0)
			break;
		str_commit(out, got);
		if ((size_t)got < room)
			break;
	}
	close(fd);
	if (ret)
		str_reset(out);
	return ret;
}

int source_scan_link(int dir, const char *name, struct str *out)
{
	ssize_t len;

	str_reset(out);
	len = readlinkat(dir, name, str_reserve(out, LINK_MAX_LEN), LINK_MAX_LEN);
	if (len < 0)
		return -errno;
	str_commit(out, len);
	return 0;
}

/* --- folders ------------------------------------------------------------------- */

/* getdents64(2); the C library has no declaration that says so. */
struct dirent_of_kernel {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

static int compare_ids(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left;
	int64_t b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

static void add_entries(const char *buf, size_t len, struct source_scan_ids *ids, bool *is_sorted)
{
	size_t pos = 0;

	while (pos + offsetof(struct dirent_of_kernel, name) < len) {
		const struct dirent_of_kernel *entry = (const void *)(buf + pos);
		struct span name = span_text(entry->name);
		uint64_t id;

		pos += entry->reclen;
		if (!source_scan_number(&name, 10, &id) || name.len || id > INT64_MAX)
			continue;
		if (ids->cnt && ids->items[ids->cnt - 1] > (int64_t)id)
			*is_sorted = false;
		*vec_add(ids) = (int64_t)id;
	}
}

int source_scan_ids(int dir, const char *name, struct source_scan_ids *ids)
{
	char buf[16384] __attribute__((aligned(8)));
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_sorted = true;
	long got;

	ids->cnt = 0;
	if (fd < 0)
		return -errno;
	while ((got = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		add_entries(buf, got, ids, &is_sorted);
	if (got < 0)
		got = -errno;
	close(fd);
	if (!is_sorted)
		qsort(ids->items, ids->cnt, sizeof(*ids->items), compare_ids);
	return (int)got;
}

/* --- numbers of the format --------------------------------------------------------- */

uint32_t source_scan_dev(uint32_t major, uint32_t minor)
{
	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

/*
 * The kernel's bits; the C library's O_LARGEFILE is 0 on 64-bit machines.
 * asm-generic/fcntl.h, and asm/fcntl.h of arm64 for the three that differ there.
 */
#if defined(__aarch64__)
#define KERNEL_O_DIRECTORY 040000u
#define KERNEL_O_DIRECT 0200000u
#define KERNEL_O_LARGEFILE 0400000u
#else
#define KERNEL_O_DIRECTORY 0200000u
#define KERNEL_O_DIRECT 040000u
#define KERNEL_O_LARGEFILE 0100000u
#endif

uint32_t source_scan_open_flags(uint32_t flags)
{
	static const struct {
		uint32_t kernel, format;
	} bits[] = {
		{ 0100, 4 }, /* O_CREAT */
		{ 02000, 8 }, /* O_APPEND */
		{ 010000, 16 }, /* O_DSYNC */
		{ 0200, 32 }, /* O_EXCL */
		{ 04000, 64 }, /* O_NONBLOCK */
		{ 04010000, 128 }, /* O_SYNC */
		{ 01000, 256 }, /* O_TRUNC */
		{ KERNEL_O_DIRECT, 512 },
		{ KERNEL_O_DIRECTORY, 1024 },
		{ KERNEL_O_LARGEFILE, 2048 },
		{ 02000000, 4096 }, /* O_CLOEXEC */
		{ 020000000 | KERNEL_O_DIRECTORY, 8192 }, /* O_TMPFILE */
	};
	/* Reading and writing are a bit each in the format; both together are O_RDWR. */
	static const uint32_t access[4] = { 1, 2, 3, 0 };
	uint32_t out = access[flags & 3];

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++)
		if ((flags & bits[i].kernel) == bits[i].kernel)
			out |= bits[i].format;
	return out;
}
