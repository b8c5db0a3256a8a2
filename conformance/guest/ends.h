/*
 * Ends that a run cannot come back from, on request: end=NAME on the command line.
 * The harness (harness/ends.py) knows what each must look like from outside.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef SUITE_ENDS_H
#define SUITE_ENDS_H

/*
 * Does not return when the end comes; returns when it failed to come, or `name` is none of those before
 * (`lines` false) or after stage LINES.
 */
void suite_end(const char *name, bool lines);

/* The ISA's: go on without a stack; an instruction that does not exist. */
void suite_lose_stack(void);
void suite_illegal(void);

#endif
