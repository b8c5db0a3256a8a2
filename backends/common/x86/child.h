/*
 * What the native x86 backend lends to backends that have it as their parent.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_COMMON_X86_CHILD_H
#define PV_COMMON_X86_CHILD_H

#include <pv/backend.h>
#include <pv/mmu.h>

extern const struct pv_backend pv_native_backend;
/* The parts "lines" and "io" of it, for code that is in those parts too. */
extern const struct pv_line_ops pv_native_input_ops PV_WEAK;
extern const struct pv_io_ops pv_native_io_ops PV_WEAK;
/* The parts "control" and "desc". */
extern const struct pv_isa_ops pv_native_control_ops PV_WEAK, pv_native_desc_ops PV_WEAK;

/* Allow or forbid ports in a bitmap of all of them: a set bit forbids (SDM volume 1, 19.5.2). */
static inline void
pv_ports_permit(uint8_t *bitmap, uint16_t first, uint32_t count, bool allow)
{
	for (uint32_t port = first; count-- != 0; port++) {
		uint8_t *byte = bitmap + port / 8, bit = (uint8_t)(1u << port % 8);

		*byte = allow ? *byte & (uint8_t)~bit : *byte | bit;
	}
}

/* The vector by which a hypervisor interrupts; native uses none from here to 0xfd. */
#define PV_VECTOR_HYPERVISOR	0xf5u

/* Who handles vectors 32..255; NULL counts as spurious. Gate closed, on the interrupt. */
typedef void (*pv_native_vector_fn)(struct pv_frame *frame);
void pv_native_vector_set(unsigned vector, pv_native_vector_fn fn);
#define PV_VECTOR_TIMER		0xefu

/*
 * i386: what native's drivers use ports and the counter by, leaves of gate.S in a row: in and out of 8, 16 and 32 bits,
 * and RDTSC. One has room for a jump of a child to whom these no longer belong.
 */
extern const uint8_t pv_native_leaves[];
#define PV_NATIVE_LEAVES	7u
#define PV_NATIVE_LEAF_BYTES	8u

uintptr_t pv_native_cr4_known(void);			/* bits of CR4 that the CPU has */
/* What a kernel may have in CR4, by whoever can write it; `write` says whether it took the value. */
pv_status pv_native_cr4_set(uintptr_t value, bool (*write)(uintptr_t value));
void pv_native_cr4_withhold(uintptr_t bits);		/* that the child cannot have */

/* Page tables: PAT, NXE, PGE, WP of this CPU; may this be a table's address? */
void pv_native_mmu_setup(void);
pv_status pv_native_table_check(pv_paddr table, unsigned level);

/* Segments, user mode: the TSS in force; the base that was set. */
void pv_native_tss_loaded(uintptr_t base, uint32_t limit);
uintptr_t pv_native_base_get(unsigned which);
/* i386: SYSENTER works, and its stack pointer follows the thread. */
extern bool pv_native_sysenter_on;
void pv_native_no_fast_syscall(void);			/* it was found not to work */
/*
 * protect.c, a part of user mode: SMEP, SMAP and XSAVE of a CPU of ours; of one whose kernel decides
 * that, take notice of SMAP as it is now.
 */
void pv_native_protect(bool ours) PV_WEAK;

/* Interrupts. */
extern struct pv_native_lines {
	uint8_t with;			/* PV_NATIVE_PIC, PV_NATIVE_IOAPIC; 0 before stage LINES */
	bool lapic;
	/*
	 * With the 8259 alone nothing but `int` raises a software interrupt, and that does not wait for
	 * the gate: it is taken with the next interrupt of any device. True: there is one to be taken,
	 * and the alarm must come at once whatever it is set to.
	 */
	bool soft_sent;
	bool pit;			/* is the timer, and has its source to itself */
	uint32_t pit_source;
} pv_native_lines;
/* Let the PIT, which is the timer, interrupt. Stage LINES. PV_E_NOENT: it is wired to nothing. */
pv_status pv_native_lines_pit(void);
bool pv_native_lines_pit_waits(void);		/* it has interrupted, behind a closed gate */
void pv_native_lapic_write(unsigned reg, uint32_t value);

/*
 * The clock chip, in seconds since 1970; its register of the century, or 0. PV_E_RANGE: it cannot hold that year.
 * PV_E_ABSENT.
 */
pv_status pv_native_rtc_get(uint8_t century, uint64_t *seconds);
pv_status pv_native_rtc_set(uint8_t century, uint64_t seconds);

#endif
