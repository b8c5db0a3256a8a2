/*
 * A kernel that keeps everything its own and attaches to libpv: what its files
 * share. Reading order: main.c, tables.c, traps.c, pmap.c, hooks.c, then what
 * tests it: traps_test.c, pmap_test.c, irq_test.c, sites_test.c.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ATTACH_H
#define ATTACH_H

#include <pv/pv.h>
#include <pv/x86/cpu.h>
#include <pv/x86/desc.h>
#include <pv/x86/pte.h>
#include "../common/memory.h"
#include "machine.h"
#include "regs.h"

/* This kernel's per-CPU data; the register leads here, and libpv's part is pv_percpu_offset further. */
struct cpu {
	uint64_t traps;			/* everything that came through our stubs; */
	uint64_t delivered;		/* of that, what libpv took */
	uint64_t own;			/* our own vector */
	uint64_t lost;			/* nobody's */
	struct pv_cpu pv __attribute__((aligned(CPU_PV)));
};
PV_STATIC_ASSERT(__builtin_offsetof(struct cpu, pv) == CPU_PV, "CPU_PV in machine.h");
extern struct cpu boot_cpu;

/* main.c */
extern struct pv_boot boot;
extern unsigned families;		/* what libpv gets */
/* NAME=VALUE on the command line; is WORD in the comma list VALUE? */
bool option(const char *name, char *value, size_t size);
bool listed(const char *name, const char *word);
/* Somebody counts what a hypervisor emulates: leave ports and MSRs alone, there are no calls in their place. */
bool counted(void);

/* report.c: result lines, and the end */
void ok(const char *name, bool good, const char *format, ...) PV_PRINTF(3, 4);
#define CHECK(name, condition)							\
	ok(name, condition, "%s:%u: %s", __FILE_NAME__, (unsigned)__LINE__, #condition)
void ok_status(const char *name, pv_status s, pv_status wanted);
void finish(void) PV_NORETURN;

/* tables.c: GDT, IDT, TSS */
#define OWN_VECTOR	0x80u		/* the one that libpv leaves to the kernel */
extern struct tss tss;
void tables_load(void);
void tables_test(void);
extern uint64_t gdt[];

/* traps.c, trap.S */
struct caught {
	unsigned vector;
	uint64_t code;
	uintptr_t address, pc;
};
/* start.S: end as a PV guest */
void xen_restart(void);
extern const char stubs[], catch_out[];
void load_segments(void);
bool catch_call(void (*fn)(void *arg), void *arg);
void trap(struct regs *r);
/* Call fn(arg); true and *c if that trapped. */
bool catch(void (*fn)(void *arg), void *arg, struct caught *c);
/* With PV_FAMILY_TRAPS libpv has the stubs, and traps come by cause. */
void traps_by_libpv(void);
void traps_test(void);

/* pages.c: physical memory */
void pages_init(void);
pv_status page_alloc(void *context, pv_paddr *frame);
void page_free(void *context, pv_paddr frame);
pv_status pages_alloc(void *context, size_t nr, uint64_t limit, pv_paddr *base);
void pages_free(void *context, pv_paddr base, size_t nr);
extern unsigned pages_out;		/* taken and not given back */
/* The address of physical memory, DIRECT and more once our own tables are in force; NULL: it has none. */
void *direct(pv_paddr pa);
extern uintptr_t direct_base;
extern uint64_t direct_size;
void direct_by_xen(void);

/* hooks.c: what libpv gets from us */
extern struct pv_hooks hooks;
void hooks_take_away(void);
void *map_frame(void *context, pv_paddr frame);
void *map_table(pv_paddr table);
void unmap_frame(void *context, void *va);
extern unsigned windows_opened;

/* pmap.c: page tables */
struct space {
	pv_paddr root;
};
extern struct space kernel_space;

/* By which addresses an entry is reached. */
enum view {
	DIRECT_MAP,
	RECURSION,			/* of the current space only */
	WINDOW,
	VIEWS
};
extern const char *const view_name[VIEWS];

struct place {
	pv_pte *at;
	void *window;			/* to be closed, or NULL */
};
/* The entry of that level for va; with make its tables are made. False: no table there. */
bool place_open(struct space *s, uintptr_t va, unsigned level, enum view view, bool make, struct place *p);
void place_close(struct place *p);

void pmap_bootstrap(void);
extern bool pmap_ready;
/* Parts of it: one translation of the kernel's, what its flags must be, the tables of the range at KVA_START. */
void kernel_enter(uintptr_t va, uint64_t pa, unsigned level, uint64_t flags);
uint64_t protection(uint64_t pa, bool here);
void make_kva_tables(void);
extern uint64_t nx;			/* PV_PTE_NX or 0 */
void space_create(struct space *s);
void space_destroy(struct space *s);
void space_activate(struct space *s);
bool pmap_enter(struct space *s, uintptr_t va, pv_paddr pa, uint64_t flags, enum view view);
/* The entry that translates va, and its level; not present if nothing does. */
pv_pte pmap_lookup(struct space *s, uintptr_t va, unsigned *level, enum view view);
pv_pte pmap_remove(struct space *s, uintptr_t va, enum view view);
/* Set and clear bits of a live entry, without losing what the CPU notes in it. */
void pmap_change(struct space *s, uintptr_t va, uint64_t clear, uint64_t set, enum view view);
pv_pte *recursive(uintptr_t va, unsigned level);

/* pmap_adopt.c: the same, on tables that were there */
void pmap_adopt(uint64_t end);
pv_status table_page(pv_paddr *table);
/* What the layer below keeps of the address space for itself. */
bool below_us(uintptr_t va);

/* <isa>/space.c: what differs in the tables of the top */
void space_make(struct space *s);
void space_unmake(struct space *s);
/* The recursive entries of the root that we were started on. */
void space_adopt(void);

void pmap_test(void);

/* irq_test.c, sites_test.c */
void early_test(void);
void irq_test(void);
void sites_test(void);
void corrupt_site(bool through_window);

/* What linker scripts know. */
extern const char text_start[], text_end[], rodata_start[], rodata_end[], image_start[], image_end[];

#endif
