/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * file.c: a trace file (or pipe) as a source.
 */
#include "source/source.h"

#include <errno.h>

#include "base/alloc.h"

struct file_source {
	struct source source;
	struct scap_reader *reader;
	struct stats *stats;
};

static struct file_source *of(const struct source *source)
{
	return (struct file_source *)source;
}

static int file_next(struct source *source, struct scap_block *block, struct err *err)
{
	struct file_source *file = of(source);
	int ret = scap_reader_next(file->reader, block, file->stats, err);

	switch (ret) {
	case SCAP_NEXT_BLOCK:
		return SOURCE_BLOCK;
	case SCAP_NEXT_END:
		return SOURCE_END;
	case SCAP_NEXT_CUT:
		return SOURCE_CUT;
	default:
		return ret < 0 ? ret : -EIO;
	}
}

static void file_close(struct source *source)
{
	scap_reader_close(of(source)->reader);
	alloc_free(source);
}

static const struct source_ops file_ops = {
	.name = "file",
	.next = file_next,
	.close = file_close,
};

int source_open_file(const char *path, struct stats *stats, struct source **source, struct err *err)
{
	struct scap_reader *reader;
	struct file_source *file;
	int ret = scap_reader_open(path, &reader, err);

	if (ret)
		return ret;
	file = alloc_zero(sizeof(*file));
	file->source.ops = &file_ops;
	file->reader = reader;
	file->stats = stats;
	*source = &file->source;
	return 0;
}

void source_file_progress(const struct source *source, uint64_t *pos, uint64_t *size)
{
	*pos = scap_reader_pos(of(source)->reader);
	*size = scap_reader_size(of(source)->reader);
}
