/*
 * hog: take all the memory there is, page by page, and never give it back.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "lib.h"

#define PART	(64 * 1024 * 1024)

int
main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (unsigned n = 0;; n++) {
		uint8_t *at = map(NULL, PART, PROT_READ | PROT_WRITE, -1, 0);

		if (at == NULL) {
			print("hog: no more addresses after %u MiB\n", n * 64);
			return 1;
		}
		for (unsigned i = 0; i < PART; i += 4096)
			at[i] = 1;
	}
}
