/*
 * The first saved place of a thread on x86_64, as switch.S takes it up.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#include "../user_isa.h"

struct place {
	uint64_t r15, r14, r13, r12, rbp, rbx;
	uint64_t rip;
	uint64_t end;		/* a return address of 0: debuggers stop here */
};
PV_STATIC_ASSERT(sizeof(struct place) == 64, "the stack is 16-aligned where the thread begins");

extern const char pv_isa_context_first[];

uintptr_t
pv_isa_context_make(uintptr_t top, void (*entry)(void *arg), void *arg)
{
	uintptr_t start = (uintptr_t)pv_isa_uframe_at(top) & ~(uintptr_t)15;
	struct place *p = (struct place *)(start - sizeof(*p) - 8);

	memset(p, 0, sizeof(*p));
	p->rbx = (uintptr_t)entry;
	p->r12 = (uintptr_t)arg;
	p->rip = (uintptr_t)pv_isa_context_first;
	return (uintptr_t)p;
}
