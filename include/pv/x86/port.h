/*
 * I/O ports as sites: the bare instruction on bare metal.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_PORT_H
#define PV_X86_PORT_H

#include <pv/isa.h>
#include PV_ISA_HEADER(site.h)

PV_BEGIN_DECLS

#define PV_PORT_PAIR_(bits)						\
PV_INLINE uint##bits##_t							\
pv_in##bits(uint16_t port)							\
{										\
	uint##bits##_t value;							\
										\
	__asm__ volatile(PV_SITE(6) : "=a" (value)				\
	    : "d" (port), PV_SITE_OPERAND(in##bits) : "cc", "memory");		\
	return value;								\
}										\
PV_INLINE void									\
pv_out##bits(uint16_t port, uint##bits##_t value)				\
{										\
	__asm__ volatile(PV_SITE(6) : : "a" (value), "d" (port),		\
	    PV_SITE_OPERAND(out##bits) : "cc", "memory");			\
}
PV_PORT_PAIR_(8)
PV_PORT_PAIR_(16)
PV_PORT_PAIR_(32)

PV_END_DECLS
#endif
