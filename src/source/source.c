/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * source.c: what all sources share.
 */
#include "source/source.h"

#include <stddef.h>

void source_wait(struct source *source, int timeout_ms)
{
	if (source->ops->wait)
		source->ops->wait(source, timeout_ms);
}

void source_stop(struct source *source)
{
	if (source->ops->stop)
		source->ops->stop(source);
}

void source_close(struct source *source)
{
	if (source)
		source->ops->close(source);
}
