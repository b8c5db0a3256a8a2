/*
 * The stack pointer's name, for code in assembly within C. Included by x86/suite_hot.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define SUITE_SP	"esp"
