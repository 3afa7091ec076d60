/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a fuzz target once on each file given. Without arguments replay-NAME
 * takes the files in $srcdir/tests/fuzz/corpus/NAME: so the corpus is a test
 * with any compiler. Prints TAP. It fails by crashing, or by the target's own
 * assertions.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

static void run_file(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX), *exact;
	FILE *file = fopen(path, "rb");
	size_t n;

	if (!data || !file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	n = fread(data, 1, INPUT_MAX, file);
	fclose(file);
	/* Exactly n bytes, so that AddressSanitizer sees one too far. */
	exact = realloc(data, n ? n : 1);
	if (!exact)
		exit(1);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int run_corpus(const char *program)
{
	const char *srcdir = getenv("srcdir");
	const char *name = strstr(program, "replay-");
	struct dirent **entries;
	char folder[3072];
	int n;

	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
	    srcdir ? srcdir : ".", name ? name + strlen("replay-") : "");
	n = scandir(folder, &entries, is_visible, alphasort);
	if (n <= 0) {
		fprintf(stderr, "%s: no inputs there\n", folder);
		return 1;
	}
	printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder,
		    entries[i]->d_name);
		run_file(path);
		printf("ok %d - %s\n", i + 1, entries[i]->d_name);
		fflush(stdout);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 1)
		return run_corpus(argv[0]);
	printf("1..%d\n", argc - 1);
	for (int i = 1; i < argc; i++) {
		run_file(argv[i]);
		printf("ok %d - %s\n", i, argv[i]);
		fflush(stdout);
	}
	return 0;
}
