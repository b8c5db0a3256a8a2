/*
 * The interrupt gate on x86, for both widths; contract in <pv/irq.h>. The state is whatever
 * the backend calls it: the flags register on bare metal.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_GATE_H
#define PV_X86_GATE_H

#include <pv/isa.h>
#include PV_ISA_HEADER(site.h)

PV_BEGIN_DECLS

typedef unsigned long pv_irq_state;

/* How the chosen backend's states say "open": (state & mask) == open. Set at stage EARLY. */
extern pv_irq_state pv_irq_state_mask, pv_irq_state_open;

PV_INLINE pv_irq_state
pv_irq_save(void)
{
	pv_irq_state state;

	__asm__ volatile(PV_SITE(13) : "=a" (state) : PV_SITE_OPERAND(irq_save) : "cc", "memory");
	return state;
}

PV_INLINE void
pv_irq_disable(void)
{
	__asm__ volatile(PV_SITE(9) : : PV_SITE_OPERAND(irq_disable) : "cc", "memory");
}

PV_INLINE void
pv_irq_enable(void)
{
	__asm__ volatile(PV_SITE(6) : : PV_SITE_OPERAND(irq_enable) : "cc", "memory");
}

PV_INLINE void
pv_irq_restore(pv_irq_state state)
{
	__asm__ volatile(PV_SITE(6) : : PV_SITE_ARG1 (state), PV_SITE_OPERAND(irq_restore) : "cc", "memory");
}

PV_INLINE pv_irq_state
pv_irq_read(void)
{
	pv_irq_state state;

	__asm__ volatile(PV_SITE(9) : "=a" (state) : PV_SITE_OPERAND(irq_read) : "cc", "memory");
	return state;
}

PV_INLINE bool
pv_irq_state_enabled(pv_irq_state state)
{
	return (state & pv_irq_state_mask) == pv_irq_state_open;
}

PV_END_DECLS
#endif
