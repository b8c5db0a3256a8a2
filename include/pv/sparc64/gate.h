/*
 * The interrupt gate on sparc64: the processor interrupt level, 0 open, 15 closed.
 * It is the same instruction on bare metal and under the hypervisor, so there is
 * no site to patch. PSTATE.IE belongs to entry stubs alone. Contract: <pv/irq.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_SPARC64_GATE_H
#define PV_SPARC64_GATE_H

#include <pv/types.h>

PV_BEGIN_DECLS

typedef unsigned long pv_irq_state;

#define PV_PIL_CLOSED	15

PV_INLINE pv_irq_state
pv_irq_read(void)
{
	pv_irq_state state;

	__asm__ volatile("rdpr %%pil, %0" : "=r" (state) : : "memory");
	return state;
}

PV_INLINE void
pv_irq_disable(void)
{
	__asm__ volatile("wrpr %%g0, %0, %%pil" : : "i" (PV_PIL_CLOSED) : "memory");
}

PV_INLINE void
pv_irq_enable(void)
{
	__asm__ volatile("wrpr %%g0, 0, %%pil" : : : "memory");
}

PV_INLINE pv_irq_state
pv_irq_save(void)
{
	pv_irq_state state = pv_irq_read();

	pv_irq_disable();
	return state;
}

PV_INLINE void
pv_irq_restore(pv_irq_state state)
{
	__asm__ volatile("wrpr %0, %%pil" : : "r" (state) : "memory");
}

PV_INLINE bool
pv_irq_state_enabled(pv_irq_state state)
{
	return state != PV_PIL_CLOSED;
}

PV_END_DECLS
#endif
