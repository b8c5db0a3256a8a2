/*
 * The suites in the order they run on sparc64.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../suites.h"

const struct suite *const suites[] = {
	&suite_patch, &suite_words, &suite_irq,
	&suite_space,
	NULL
};
