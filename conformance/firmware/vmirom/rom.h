/*
 * What the ROM's files share. The image is read-only once the BIOS is through: all that
 * changes is in struct ram, which lies below 640 KiB and is reached at the ROM's own
 * offset from physical addresses, see README. No object with an address in it, no
 * writable data: the image runs wherever the client maps it.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef ROM_H
#define ROM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "vmi_abi.h"
#include "rom_asm.h"

#define PAGE		4096u
#define CPUS		8	/* that have a state of their own */
#define TEXT		256	/* bytes of the words */
#define RAM_KB		116u	/* private memory */

/* A call: registers as the client left them, to be changed as it shall find them. */
struct frame {
	uint32_t es, ds;
	uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
	uint32_t eflags;
	uint32_t call;
	uint32_t eip;		/* where the call comes from */
	uint32_t stack[];	/* arguments beyond three */
};
_Static_assert(offsetof(struct frame, edi) == FRAME_EDI && offsetof(struct frame, esi) == FRAME_ESI &&
    offsetof(struct frame, ebx) == FRAME_EBX && offsetof(struct frame, edx) == FRAME_EDX &&
    offsetof(struct frame, ecx) == FRAME_ECX && offsetof(struct frame, eax) == FRAME_EAX, "rom_asm.h");

/* What the words ask for. */
enum form { FORM_DEFAULT, FORM_CALL, FORM_JUMP, FORM_NOP };

enum bad {
	BAD_NOTHING,
	/* Edits of the image. */
	BAD_SUM, BAD_OPTION, BAD_SIGNATURE, BAD_MAJOR, BAD_MINOR, BAD_LICENCE, BAD_LICENCE_TEXT, BAD_LICENCE_OUT,
	BAD_PCI, BAD_PCI_OUT, BAD_PCI_SIGNATURE, BAD_PCI_LENGTH, BAD_PCI_ID,
	BAD_LENGTH_ZERO, BAD_LENGTH_SHORT, BAD_LENGTH_LONG, BAD_ENTRY, BAD_TOP,
	/* Answers of a good image. */
	BAD_INIT, BAD_ADDRESS, BAD_ADDRESS_ONE, BAD_KIND, BAD_KIND_ONE, BAD_RESERVED, BAD_IRET, BAD_IRET_NOP,
	BAD_SYSEXIT, BAD_JUMP, BAD_GATE, BAD_TIME,
	/* What good answers lead to. */
	BAD_FREQUENCY, BAD_COUNTER, BAD_ALARM, BAD_WALLCLOCK,
	BAD_NAMES
};

struct words {
	bool audit, none, ring1, ports;
	uint8_t form;		/* enum form */
	uint8_t bad;		/* enum bad */
	uint32_t top;		/* virtual top */
	uint32_t refuse_call, refuse_number;
	uint32_t delay;		/* microseconds that every call takes */
	char text[TEXT];
};

/*
 * In the image, set by the BIOS entry: where the ROM was, its private memory, what it is asked for. Private memory
 * itself would not do: SeaBIOS clears it up to 0x90000 before it boots.
 */
struct facts {
	uint32_t rom, ram, delta;
	struct words words;
};
_Static_assert(sizeof(struct facts) == FACTS_SIZE && offsetof(struct facts, delta) == FACTS_DELTA, "header.S");

#define QUEUE	32		/* updates that may wait */

enum { WAITS_PXE, WAITS_PXE_LONG, WAITS_UPDATE, WAITS_CR3, WAITS_STACK, WAITS_LDT, WAITS_DESCRIPTOR };

struct waiting {
	uint32_t what, where, low, high, flags;
};

struct alarm {
	bool armed;
	uint32_t flags;
	uint64_t expiry, period;
};

#define PENDING	32		/* revoked translations that may wait for a flush */

struct revoked {
	uint32_t table;		/* frame of the table page */
	uint32_t entry;		/* linear address of the entry */
	uint32_t page;		/* linear address mapped, 1 if not known */
	bool global;
};

/* What each CPU has for itself. */
struct cpu {
	uint32_t mode;		/* VMI_LAZY_ */
	uint32_t queued;
	struct waiting queue[QUEUE];
	uint32_t revoked_count;
	struct revoked revoked[PENDING];
	uint32_t gdt_base, cr3;
	uint32_t stack;		/* of UpdateKernelStack before SetTR */
	struct alarm alarm[2];
	bool hardware[2];	/* PIT, local APIC timer: armed */
	uint64_t hardware_due[2];
	uint64_t stolen;
};

/* A registered page-table page. */
struct table {
	uint32_t frame;
	uint8_t state;		/* TABLE_ */
	uint8_t flags;		/* of AllocatePage, levels and PAE */
	bool seen;		/* its contents could be read when it was registered */
	uint64_t sum, weighted;	/* of the present entries: pages.c */
};

enum { TABLE_FREE, TABLE_USED, TABLE_RELEASED };

/* A processor that SetInitialAPState describes. */
struct ap {
	struct vmi_ap_state state;
	uint16_t given;
	uint32_t tables;	/* CR3 on the way */
	uint32_t mib;		/* where the client has the first MiB */
	uint32_t lock;
};
_Static_assert(offsetof(struct ap, tables) == AP_TABLES && offsetof(struct ap, mib) == AP_MIB &&
    offsetof(struct ap, lock) == AP_LOCK, "rom_asm.h");

#define TABLES	2048u		/* power of two */
#define SLOTS_OF_MAPPING	4

struct mapping {
	uint32_t start, pages, frame;
};

struct __attribute__((packed)) table_register {
	uint16_t limit;
	uint32_t base;
};

#define RING_GDT	256u	/* entries of the table in use: the client's, then the ROM's */
#define RING_OWN	240u	/* the first of the ROM's: ring 0's code, data, task */
#define RING_STACK	8192u
#define PORTS_BYTES	8196u	/* a bit for each port, and what has to end it */
#define PORTS_OPEN	104u	/* where they are from the task's start */
#define PORTS_CLOSED	0xffffu

/* What the client in ring 1 believes that the processor holds, and what it really does. */
struct ring {
	bool on;		/* the client is in ring 1 */
	bool halted;		/* ring 0 waits for an interrupt */
	bool calling;		/* what is done is done for the client */
	uint32_t late;		/* NMI, machine check and debug exception that came in ring 0, as bits */
	uint32_t watched;	/* of DR6, for the latter */
	bool step;		/* a program's SYSENTER was a single step */
	uint32_t woken;		/* by this vector; 0: not yet */
	struct table_register gdt, idt;
	uint32_t tr, iopl, cr4;
	uint32_t cs, ss, esp, slot;	/* at the call that is being done */
	uint32_t fault, fault_error;	/* of ring_try */
	uint64_t sysenter[3];
	uint32_t directory[2][2];	/* ring_guard.c */
	uint32_t table[RING_GDT][2] __attribute__((aligned(8)));
	uint32_t gates[256][2];
	uint32_t task[26];
	uint8_t ports[PORTS_BYTES];	/* behind the task: none is closed */
	uint8_t stack[RING_STACK] __attribute__((aligned(16)));
};

/* The private memory. */
struct ram {
	uint32_t counts[CALL_RELOCATION + 1];	/* first: calls.S */
	uint32_t lock;		/* APIC id + 1 of who has it */
	bool up;		/* VMI_Init has succeeded */
	bool allocated;		/* the client registers its tables */
	bool tables_full;
	uint32_t scan;		/* where the round of checks goes on */
	struct mapping mapping[SLOTS_OF_MAPPING];
	uint32_t tsc_hz, apic_hz;
	uint64_t wall_tsc, wall_ns;
	bool wall_moved, asked_frequency;
	uint32_t refuse_call, refuse_number;	/* as in struct words, asked for while the client runs */
	struct ap ap[CPUS];
	struct cpu cpu[CPUS];
	struct table table[TABLES];
	struct ring ring;
};
_Static_assert(offsetof(struct ram, counts) == RAM_COUNTS, "rom_asm.h");

/* Behind it in the private memory: pages of window.c, and one to start processors in. */
#define RAM_STRUCT	((sizeof(struct ram) + PAGE - 1) & ~(PAGE - 1))
#define WINDOW_PAGES	6u

extern char rom_start[] __attribute__((visibility("hidden")));
extern char rom_copy[] __attribute__((visibility("hidden")));
extern char rom_end[] __attribute__((visibility("hidden")));
extern char slots[] __attribute__((visibility("hidden")));
extern char rom_pci[] __attribute__((visibility("hidden")));
extern char rom_licence[] __attribute__((visibility("hidden")));
extern struct facts rom_facts __attribute__((visibility("hidden")));

#define WORDS	(&rom_facts.words)

static inline uint32_t
rom_base(void)
{
	return (uint32_t)rom_start;
}

static inline struct ram *
ram(void)
{
	return (struct ram *)(rom_base() + rom_facts.delta);
}

/* A physical address below 1 MiB, at the offset where the client called the ROM. */
static inline uint32_t
low_memory(uint32_t physical)
{
	return rom_base() - rom_facts.rom + physical;
}

/* A field of the header. */
static inline void *
rom_at(uint32_t offset)
{
	return rom_start + offset;
}

/* bios.c */
void bios_main(uint32_t rom);
/* words.c */
void words_parse(struct words *w);
bool words_equal(const char *a, const char *b);
/* bad.c: edits of the image */
void bad_apply(struct words *w);
/* call.c */
void rom_call(struct frame *f);
bool rom_lock(const struct frame *f);
struct cpu *this_cpu(void);
/* relocate.c */
void relocate_init(struct frame *f);
void relocate_info(struct frame *f);
/* audit.c: NAME: reason (what, at EIP) [where in the sources]. rules.txt has every one. */
#define PLACE_(line)	__FILE_NAME__ ":" #line
#define PLACE(line)	PLACE_(line)
#define complain(...)	complain_at(PLACE(__LINE__), __VA_ARGS__)
void complain_at(const char *place, const struct frame *f, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *call_name(uint32_t call);
uint32_t call_number(const char *name, uint32_t length);
void audit_convention(struct frame *f);
void audit_counts(void);

/* cpu.c */
void cpu_call(struct frame *f);
void cpu_unwatch(struct frame *f);
void cpu_iret(struct frame *f);
void cpu_sysexit(struct frame *f);
void cpu_halt(struct frame *f);
void cpu_iopl(struct frame *f);
/* desc.c */
void desc_call(struct frame *f);
void desc_write(uint32_t where, uint32_t low, uint32_t high);
uint32_t desc_truncated(uint32_t low, uint32_t *high);
bool desc_flat(uint32_t selector);
void desc_apply(struct frame *f, const struct waiting *w);
/* mmu.c */
void mmu_call(struct frame *f);
void mmu_flush_queue(struct frame *f);
bool mmu_space(struct frame *f, uint32_t cr3);
void mmu_before_user(struct frame *f);
void mmu_before_halt(struct frame *f);
/* True: it waits, or was done together with others. */
bool mmu_queue(struct frame *f, const struct waiting *w);
/* space.c: frames, and the address space in CR3 */
bool space_frame(uint32_t linear, uint32_t *frame);
uint32_t *space_page(uint32_t frame);
bool space_pae(void);
uint32_t space_roots(uint32_t cr3, uint32_t roots[4]);
bool space_table_of(uint32_t page, uint32_t *frame);
bool space_find(uint32_t table, uint32_t *start);
void space_check_hole(struct frame *f, uint32_t cr3);
bool space_in_hole(uint32_t table, uint32_t index);
/* pages.c: registered page-table pages */
struct table *pages_find(uint32_t frame);
void pages_allocate(struct frame *f);
void pages_release(struct frame *f);
void pages_resum(struct table *t);
bool pages_told(struct frame *f, struct table *t, uint32_t index, uint32_t *old);
void pages_entry_changed(struct table *t, uint32_t index, const uint32_t *old, const uint32_t *new);
void pages_check(struct frame *f, struct table *t);
void pages_check_some(struct frame *f, uint32_t cr3);
void pages_audit_entry(struct frame *f, uint32_t where, uint32_t low, uint32_t high, uint32_t flags);
void pages_audit_root(struct frame *f, uint32_t cr3);
/* tlb.c: translations that were revoked and not flushed yet */
void tlb_entry_changed(struct table *t, uint32_t where, const uint32_t *old, const uint32_t *new, uint32_t flags);
void tlb_table_released(uint32_t frame);
void tlb_flushed(bool global);
void tlb_page_flushed(uint32_t page);
void tlb_audit(struct frame *f);
/* time.c */
void time_init(void);
void time_poll(struct cpu *c);
void time_delay(struct cpu *c);
void time_call(struct frame *f);
/* cmos.c */
uint32_t cmos_seconds(void);
/* apic.c */
bool apic_usable(void);
uint32_t apic_get(uint32_t offset);
void apic_set(uint32_t offset, uint32_t value);
void apic_call(struct frame *f);
struct ap *ap_prepare(void);
/* window.c */
uint32_t window_tables(uint32_t mib, uint32_t look, bool pae);
void window_identity(bool pae);
uint32_t window(uint32_t where, uint32_t value, bool write);
/* start.S */
uint32_t window_go(uint32_t cr3, uint32_t linear, uint32_t value, bool write);
extern char ap_begin[] __attribute__((visibility("hidden")));
extern char ap_end[] __attribute__((visibility("hidden")));
extern char ap_gdt[] __attribute__((visibility("hidden")));
extern char ap_gdt_base[] __attribute__((visibility("hidden")));
extern char ap_stack[] __attribute__((visibility("hidden")));
extern char ap_to[] __attribute__((visibility("hidden")));
extern char ap_flat[] __attribute__((visibility("hidden")));
/* On ring 0's stack. From ring 0 itself the last two are not there. */
struct trap {
	uint32_t es, ds, edi, esi, ebp, unused, ebx, edx, ecx, eax;
	uint32_t vector;	/* less 128 */
	uint32_t error, eip, cs, eflags, esp, ss;
};

/* ring.S */
bool ring_try(struct frame *f, uint32_t which);
/* ring_port.c */
bool ring_port(struct trap *t);
/* ring.c: the client in ring 1 */
extern char ring_slots[] __attribute__((visibility("hidden")));
uint32_t ring_slot(uint32_t slot);
void ring_start(struct frame *f);
void ring_trap(struct trap *t);
/* ring_desc.c: tables, as ring 0 has them */
bool ring_table(struct frame *f, const struct table_register *t);
void ring_sysenter_gate(void);
void ring_entry(uint32_t where, uint32_t low, uint32_t high);
void ring_own_tables(void);
uint32_t ring_task(struct frame *f);
/* ring_guard.c: what keeps the ROM's memory where it is, and from programs */
bool guard_user(struct frame *f, uint32_t levels, uint32_t where, uint32_t *value, bool pae);
bool guard_away(struct frame *f, uint32_t where, uint32_t *value, bool pae);
void guard_table(struct frame *f, const struct table *t);
bool guard_root(struct frame *f, uint32_t cr3);
/* power.c */
void power_call(struct frame *f);

#endif
