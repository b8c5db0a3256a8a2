/*
 * What assembler and C of the ROM agree on; rom.h asserts it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ROM_ASM_H
#define ROM_ASM_H

#define FACTS_SIZE	288
#define FACTS_DELTA	8	/* of the private memory from the ROM */
#define RAM_COUNTS	0	/* in the private memory: the calls, counted */

#define AP_TABLES	92	/* struct ap */
#define AP_MIB		96
#define AP_LOCK		100

#define SLOT_SIZE	8
#define CALL_INIT	VMI_CALLS		/* in a frame: the fixed entries */
#define CALL_RELOCATION	(VMI_CALLS + 1)
#define SLOT_IRET_CALL	(VMI_CALLS + 2)		/* where the form with a return address starts */
#define SLOTS		(VMI_CALLS + 3)

#endif
