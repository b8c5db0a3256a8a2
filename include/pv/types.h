/*
 * Address kinds, byte orders and the one way to read memory that somebody else
 * may write.
 *
 * Three kinds of address exist and never mix: a *virtual* address is what the
 * CPU dereferences; a *physical* address is what this guest calls physical; a
 * *machine* address is what the machine below calls physical. On bare metal the
 * last two are equal; under a hypervisor only backends know how they relate, so
 * no function here converts between them. Each is a struct of one member, which
 * compiles to nothing and refuses to be assigned to the other.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_TYPES_H
#define PV_TYPES_H

#include <pv/config.h>
#include <pv/isa.h>
#include PV_ISA_HEADER(limits.h)	/* PV_PAGE_SHIFT and what the ISA fixes */

PV_BEGIN_DECLS

#define PV_PAGE_SIZE		((uintptr_t)1 << PV_PAGE_SHIFT)
#define PV_PAGE_MASK		(PV_PAGE_SIZE - 1)

typedef struct { uintptr_t v; } pv_vaddr;	/* what an instruction uses */
typedef struct { uint64_t v; } pv_paddr;	/* what this guest calls physical */
typedef struct { uint64_t v; } pv_maddr;	/* what the machine below calls physical */

PV_INLINE pv_vaddr
pv_va(uintptr_t v)
{
	pv_vaddr a;

	a.v = v;
	return a;
}

PV_INLINE pv_vaddr
pv_va_of(const volatile void *p)
{
	return pv_va((uintptr_t)p);
}

PV_INLINE void *
pv_va_ptr(pv_vaddr a)
{
	return (void *)a.v;
}

PV_INLINE pv_paddr
pv_pa(uint64_t v)
{
	pv_paddr a;

	a.v = v;
	return a;
}

PV_INLINE pv_paddr
pv_pa_add(pv_paddr a, uint64_t n)
{
	return pv_pa(a.v + n);
}

PV_INLINE uint64_t
pv_page_down(uint64_t v)
{
	return v & ~(uint64_t)PV_PAGE_MASK;
}

/* Round up to a page; 0 when that does not fit 64 bits. */
PV_INLINE uint64_t
pv_page_up(uint64_t v)
{
	return (v + PV_PAGE_MASK) & ~(uint64_t)PV_PAGE_MASK;
}

/* Device and protocol data have a declared byte order; the member is never used bare. */
typedef struct { uint16_t raw; } pv_le16;
typedef struct { uint32_t raw; } pv_le32;
typedef struct { uint64_t raw; } pv_le64;
typedef struct { uint16_t raw; } pv_be16;
typedef struct { uint32_t raw; } pv_be32;
typedef struct { uint64_t raw; } pv_be64;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
# define PV_LE_(bits, v)	(v)
# define PV_BE_(bits, v)	__builtin_bswap##bits(v)
#else
# define PV_LE_(bits, v)	pv_swap##bits##_(v)
# define PV_BE_(bits, v)	(v)
#endif

/* Spelt out: for sparc64, compilers turn __builtin_bswap into a call to their support library. */
PV_INLINE uint16_t
pv_swap16_(uint16_t v)
{
	return (uint16_t)(v << 8 | v >> 8);
}

PV_INLINE uint32_t
pv_swap32_(uint32_t v)
{
	return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
}

PV_INLINE uint64_t
pv_swap64_(uint64_t v)
{
	return (uint64_t)pv_swap32_((uint32_t)v) << 32 | pv_swap32_((uint32_t)(v >> 32));
}

#define PV_ORDERED_(order, ORDER, bits)						\
PV_INLINE uint##bits##_t							\
pv_##order##bits##_get(pv_##order##bits x)					\
{										\
	return (uint##bits##_t)PV_##ORDER##_(bits, x.raw);			\
}										\
PV_INLINE pv_##order##bits							\
pv_##order##bits##_of(uint##bits##_t v)						\
{										\
	pv_##order##bits x;							\
										\
	x.raw = (uint##bits##_t)PV_##ORDER##_(bits, v);				\
	return x;								\
}
PV_ORDERED_(le, LE, 16)
PV_ORDERED_(le, LE, 32)
PV_ORDERED_(le, LE, 64)
PV_ORDERED_(be, BE, 16)
PV_ORDERED_(be, BE, 32)
PV_ORDERED_(be, BE, 64)

/* A field that a peer may change at any time is read exactly once, into a private copy (P1). */
#define PV_READ_SHARED(field)		(*(const volatile __typeof__(field) *)&(field))
#define PV_WRITE_SHARED(field, value)	(*(volatile __typeof__(field) *)&(field) = (value))

/* The compiler may not move memory accesses across this; the CPU may. */
#define PV_COMPILER_BARRIER()		__asm__ volatile("" ::: "memory")

PV_END_DECLS
#endif
