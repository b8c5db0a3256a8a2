/*
 * What ELF calls this machine.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#define ELF_MACHINE	3
