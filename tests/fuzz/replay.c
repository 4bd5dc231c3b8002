/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay.c: the main program of a fuzz target where there is no fuzzer: runs it
 * over the files it is given, and over simple mutations of each that are the same
 * every time.  Usage: fuzz_X [-m MUTATIONS] FILE...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	size_t cap = 0;
	size_t got;

	*size = 0;
	if (!file)
		return NULL;
	do {
		cap += 1 << 16;
		bytes = realloc(bytes, cap);
		if (!bytes)
			abort();
		got = fread(bytes + *size, 1, cap - *size, file);
		*size += got;
	} while (got);
	fclose(file);
	return bytes;
}

/* One to four changes: a byte, a number at the edge of its range, a cut, a piece twice. */
static size_t mutate(uint8_t *bytes, size_t size, uint64_t *seed)
{
	static const uint32_t edges[] = { 0,	  1,	      0x7f,	  0xff,	     0x7fff,
					  0xffff, 0x7fffffff, 0x80000000, 0xffffffff };
	unsigned int rounds = 1 + next_random(seed) % 4;
	uint32_t edge;
	size_t at;
	size_t to;

	while (rounds-- && size > 8) {
		/* Mostly near the beginning, where headers and lengths are. */
		at = next_random(seed) % (next_random(seed) % 2 && size > 512 ? 512 : size - 4);
		switch (next_random(seed) % 8) {
		case 0:
			size = at + 4;
			break;
		case 1:
			to = next_random(seed) % (size - 4);
			memmove(bytes + at, bytes + to, at > to ? size - at : (size - to));
			break;
		case 2:
		case 3:
		case 4:
			edge = edges[next_random(seed) % (sizeof(edges) / sizeof(edges[0]))];
			memcpy(bytes + at, &edge, 1u << next_random(seed) % 3);
			break;
		default:
			bytes[at] ^= 1u << next_random(seed) % 8;
		}
	}
	return size;
}

static void run_file(const char *path, unsigned int mutations)
{
	uint64_t seed = 1;
	uint8_t *bytes;
	uint8_t *exact;
	size_t size;
	size_t len;
	unsigned int i;

	bytes = read_file(path, &size);
	if (!bytes) {
		perror(path);
		exit(1);
	}
	for (i = 0; i <= mutations; i++) {
		/* A block of its own and of the exact size, so that one byte too far is seen. */
		exact = malloc(size + 1);
		if (!exact)
			abort();
		memcpy(exact, bytes, size);
		len = i ? mutate(exact, size, &seed) : size;
		exact = realloc(exact, len ? len : 1);
		LLVMFuzzerTestOneInput(exact, len);
		free(exact);
	}
	free(bytes);
}

int main(int argc, char **argv)
{
	unsigned int mutations = 0;
	int c;

	while ((c = getopt(argc, argv, "m:")) != -1) {
		if (c != 'm')
			return 2;
		mutations = (unsigned int)strtoul(optarg, NULL, 10);
	}
	for (; optind < argc; optind++)
		run_file(argv[optind], mutations);
	return 0;
}
