/*
 * What the library prints, as text for a case to look at, while the console stays
 * silent; and asking the harness for what only the surroundings can do.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_CAPTURE_H
#define SUITE_CAPTURE_H

#include "suite.h"

void suite_capture_begin(void);
/* The text since then, at most the first 2 KiB; stays until the next begin. */
const char *suite_capture_end(void);

/*
 * Ask the harness ("type hello", "monitor nmi"); false: there is none that could. It acts when it
 * has read the line, a few milliseconds later.
 */
bool suite_ask(const char *what);

/* Is `part` somewhere in `text`? */
bool suite_text_has(const char *text, const char *part);
bool suite_text_is(const char *a, const char *b);

#endif
