/*
 * The first saved place of a thread on i386, as switch.S takes it up.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../user_isa.h"

struct place {
	uint32_t edi, esi, ebp, ebx;
	uint32_t eip;
};

extern const char pv_isa_context_first[];

uintptr_t
pv_isa_context_make(uintptr_t top, void (*entry)(void *arg), void *arg)
{
	/* The thread begins with the stack where the place ended, at a multiple of 16. */
	uintptr_t start = (uintptr_t)pv_isa_uframe_at(top) & ~(uintptr_t)15;
	struct place *p = (struct place *)(start - sizeof(*p));

	memset(p, 0, sizeof(*p));
	p->ebx = (uintptr_t)entry;
	p->esi = (uintptr_t)arg;
	p->eip = (uintptr_t)pv_isa_context_first;
	return (uintptr_t)p;
}
