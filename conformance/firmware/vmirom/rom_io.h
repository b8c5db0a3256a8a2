/*
 * Instructions that C lacks: ports, control registers, the time stamp counter.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ROM_IO_H
#define ROM_IO_H

#include <stdint.h>

static inline void
outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void
outw(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t
inb(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

#define ROM_CR(n)							\
static inline uint32_t							\
read_cr##n(void)							\
{									\
	uint32_t value;							\
									\
	__asm__ volatile("movl %%cr" #n ", %0" : "=r"(value));		\
	return value;							\
}									\
									\
static inline void							\
write_cr##n(uint32_t value)						\
{									\
	__asm__ volatile("movl %0, %%cr" #n : : "r"(value) : "memory");	\
}

ROM_CR(0)
ROM_CR(2)
ROM_CR(3)
ROM_CR(4)

#define ROM_DR(n)							\
static inline uint32_t							\
read_dr##n(void)							\
{									\
	uint32_t value;							\
									\
	__asm__ volatile("movl %%db" #n ", %0" : "=r"(value));		\
	return value;							\
}									\
									\
static inline void							\
write_dr##n(uint32_t value)						\
{									\
	__asm__ volatile("movl %0, %%db" #n : : "r"(value));		\
}

ROM_DR(0)
ROM_DR(1)
ROM_DR(2)
ROM_DR(3)
ROM_DR(6)
ROM_DR(7)

#define CR0_PE		0x00000001u
#define CR0_PG		0x80000000u
#define CR4_PSE		0x00000010u
#define CR4_PAE		0x00000020u
#define CR4_PGE		0x00000080u
#define CR4_UMIP	0x00000800u

static inline uint64_t
rdtsc(void)
{
	uint64_t value;

	__asm__ volatile("rdtsc" : "=A"(value));
	return value;
}

static inline uint64_t
rdmsr(uint32_t index)
{
	uint64_t value;

	__asm__ volatile("rdmsr" : "=A"(value) : "c"(index));
	return value;
}

static inline void
wrmsr(uint32_t index, uint64_t value)
{
	__asm__ volatile("wrmsr" : : "c"(index), "A"(value) : "memory");
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid
cpuid(uint32_t leaf)
{
	struct cpuid c;

	__asm__ volatile("cpuid" : "=a"(c.eax), "=b"(c.ebx), "=c"(c.ecx), "=d"(c.edx) : "a"(leaf), "c"(0));
	return c;
}

#define CPUID1_ECX_XSAVE	(1u << 26)
#define CPUID1_ECX_OSXSAVE	(1u << 27)
#define CPUID7_EBX_SMAP	(1u << 20)
#define CPUID1_EDX_TSC	(1u << 4)
#define CPUID1_EDX_APIC	(1u << 9)
#define CPUID1_EDX_SEP	(1u << 11)

static inline uint32_t
eflags(void)
{
	uint32_t value;

	__asm__ volatile("pushfl; popl %0" : "=r"(value));
	return value;
}

#define EFLAGS_IF	0x00000200u
#define EFLAGS_DF	0x00000400u
#define EFLAGS_IOPL	0x00003000u
#define EFLAGS_TF	0x00000100u
#define EFLAGS_NT	0x00004000u
#define EFLAGS_RF	0x00010000u
#define EFLAGS_VM	0x00020000u

/* (a * b) / c where the result fits; no 64-bit division of the compiler's library. */
static inline uint64_t
divide(uint64_t n, uint32_t d, uint32_t *rest)
{
	uint32_t high = (uint32_t)(n >> 32), low = (uint32_t)n, left = high % d;
	uint32_t quotient = high / d;

	__asm__("divl %4" : "=a"(low), "=d"(left) : "a"(low), "d"(left), "rm"(d));
	if (rest)
		*rest = left;
	return (uint64_t)quotient << 32 | low;
}

static inline uint64_t
scale(uint64_t value, uint32_t multiply, uint32_t by)
{
	uint32_t rest;
	uint64_t whole = divide(value, by, &rest);

	return whole * multiply + divide((uint64_t)rest * multiply, by, 0);
}

#endif
