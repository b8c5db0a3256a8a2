/*
 * The hot ops of x86_64 written by hand, with operands where the sites have them.
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
#define BARE_IN(text, v)	__asm__ volatile(text : : "D" (v) : "memory")
#define BARE_SAVE		BARE_OUT("pushf; pop %0; cli")
#define BARE_READ		BARE_OUT("pushf; pop %0")
#define BARE_RESTORE(v)		__asm__ volatile("push %0; popf" : : "D" (v) : "memory", "cc")
#define BARE_COUNTER		{ uint64_t v_; __asm__ volatile("rdtsc; shl $32, %%rdx; or %%rdx, %0"	\
	: "=a" (v_) : : "rdx", "memory"); }
#define BARE_PTE_GET		{ uint64_t v_; __asm__ volatile("mov (%1), %0" : "=a" (v_) : "D" (entry) : "memory"); }
#define BARE_PTE_SET		__asm__ volatile("mov %1, (%0)" : : "D" (entry), "S" (value) : "memory")
#define BARE_PTE_CLEAR		__asm__ volatile("movq $0, (%0)" : : "D" (entry) : "memory")
#define BARE_PORT_IN		{ uint8_t v_; __asm__ volatile("in %%dx, %0" : "=a" (v_) : "d" (0x80) : "memory"); }
#define BARE_PORT_OUT		__asm__ volatile("out %%al, %%dx" : : "a" (0), "d" (0x80) : "memory")

#endif
