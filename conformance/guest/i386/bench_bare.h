/*
 * The hot ops of i386 written by hand, with operands where the sites have them.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

static uint64_t *const entry = &table_page[7];
static const uint64_t value = 0x8000000012345067ull;
static uintptr_t root;
static pv_irq_state closed, opened;

#define BARE(text)		__asm__ volatile(text ::: "memory")
#define BARE_OUT(text)		{ uintptr_t v_; __asm__ volatile(text : "=a" (v_) : : "memory"); }
#define BARE_SCRATCH(text)	{ uintptr_t v_; __asm__ volatile(text : "=a" (v_) : : "memory", "cc"); }
#define BARE_IN(text, v)	__asm__ volatile(text : : "a" (v) : "memory")
#define BARE_SAVE		BARE_OUT("pushf; pop %0; cli")
#define BARE_READ		BARE_OUT("pushf; pop %0")
#define BARE_RESTORE(v)		__asm__ volatile("push %0; popf" : : "a" (v) : "memory", "cc")
#define BARE_COUNTER		{ uint64_t v_; __asm__ volatile("rdtsc" : "=A" (v_) : : "memory"); }
#define BARE_PTE_GET		{ uint64_t v_; __asm__ volatile("mov (%1), %%eax; mov 4(%1), %%edx"	\
	: "=A" (v_) : "c" (entry) : "memory"); }
#define BARE_PTE_SET		__asm__ volatile("mov %2, 4(%0); mov %1, (%0)"				\
	: : "a" (entry), "d" ((uint32_t)value), "c" ((uint32_t)(value >> 32)) : "memory")
#define BARE_PTE_CLEAR		__asm__ volatile("movl $0, (%0); movl $0, 4(%0)" : : "a" (entry) : "memory")
#define BARE_PORT_IN		{ uint8_t v_; __asm__ volatile("in %%dx, %0" : "=a" (v_) : "d" (0x80) : "memory"); }
#define BARE_PORT_OUT		__asm__ volatile("out %%al, %%dx" : : "a" (0), "d" (0x80) : "memory")

#endif
