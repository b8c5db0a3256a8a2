/*
 * What the VMI ROM answers for a call: asked of the ROM itself, once more, not of the
 * library.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ROM_ASK_H
#define ROM_ASK_H

#include <pv/pv.h>
#include "../../../examples/common/memory.h"
#include "../capture.h"

#define ROM_AREA_START		0xc0000u
#define ROM_AREA_END		0xe0000u
#define ROM_AREA_STEP		2048u
#define ROM_AT_RELOCATION	0x88u

enum { ROM_NONE, ROM_CALL, ROM_JUMP, ROM_NOP };

/* For SUITE_WHERE(). */
static inline bool
on_rom(unsigned flags)
{
	(void)flags;
	return suite_text_is(pv_backend_name(), "vmi");
}

/* Where physical memory shows it; 0: there is none. */
static inline uintptr_t
rom_find(uintptr_t *size)
{
	const struct pv_hooks *h = pv_hooks_get();

	for (uint32_t at = ROM_AREA_START; at < ROM_AREA_END; at += ROM_AREA_STEP) {
		const uint8_t *p = h->phys_to_virt(h->context, pv_pa(at));

		if (p[0] != 0x55 || p[1] != 0xaa || memcmp(p + 8, "cVmi", 4) != 0)
			continue;
		*size = p[2] * 512u;
		return (uintptr_t)p;
	}
	return 0;
}

/* The kind. */
static inline unsigned
rom_ask(uintptr_t rom, uint32_t call, uintptr_t *entry)
{
	uint32_t kind, other;

	__asm__ volatile("call *%3" : "=a" (*entry), "=d" (kind), "=c" (other)
	    : "r" (rom + ROM_AT_RELOCATION), "0" (call) : "cc", "memory");
	return kind;
}

#endif
