/*
 * What assembler and C of the ROM agree on; rom.h asserts it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ROM_ASM_H
#define ROM_ASM_H

#define FACTS_SIZE	292
#define FACTS_DELTA	8	/* of the private memory from the ROM */
#define RAM_COUNTS	0	/* in the private memory: the calls, counted */

#define AP_TABLES	92	/* struct ap */
#define AP_MIB		96
#define AP_LOCK		100

#define SLOT_SIZE	8
#define CALL_INIT	VMI_CALLS		/* in a frame: the fixed entries */
#define CALL_RELOCATION	(VMI_CALLS + 1)
#define SLOT_IRET_CALL	(VMI_CALLS + 2)		/* where the form with a return address starts */
#define CALL_TRAP	(VMI_CALLS + 2)		/* in a frame that is no call: a trap out of ring 1 */
#define SLOTS		(VMI_CALLS + 3)

/* The personality that keeps ring 0 (ring.S). */
#define RING_GATE	0x8e			/* the vector of its calls */
#define RING_SLOT_SIZE	16
#define RING_MARK	0x316e6952		/* "Rin1" */
#define RING_SYSENTER	256			/* in place of a vector */
#define FRAME_EDI	8			/* struct frame */
#define FRAME_ESI	12
#define FRAME_EBX	24
#define FRAME_EDX	28
#define FRAME_ECX	32
#define FRAME_EAX	36

#endif
