/*
 * What the parts of the library share among themselves and kernels do not see.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_INTERNAL_H
#define PV_HOOKS_INTERNAL_H

#include <pv/backend.h>
#include "call.h"

/* Not inlined: what is called once would be, into functions that run out of registers then. */
#define PV_APART	__attribute__((noinline))

/* The four functions that a compiler may call anyway; the kernel has them. */
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
/* Few bytes are a move or two then, not a call. */
#define memcpy(to, from, size)	__builtin_memcpy(to, from, size)
#define memset(to, byte, size)	__builtin_memset(to, byte, size)
#define memcmp(a, b, size)	__builtin_memcmp(a, b, size)

/* -- choosing (select.c, table.c, init.c) -- */
const struct pv_backend *pv_select(const struct pv_start *start, const char *args);
/* How the machine entered the image, as pv_select() was told; all zeroes before. */
extern struct pv_start pv_started;
pv_status pv_table_fill(const struct pv_backend *backend);
const struct pv_backend *pv_backend_now(void);
/*
 * Where our entry code ends: choose, start up to stage MMU, call pv_main(). `read` says whether
 * pv_boot_data could be filled; if not, its error is the last thing printed.
 */
void pv_begin(pv_status read, const struct pv_start *start) PV_NORETURN;
extern struct pv_boot pv_boot_data;
/* True when the command line of the boot says pv=...,WORD,... */
bool pv_wanted(const char *word);
/* pv_boot_option() on a command line that is not yet, or never, in a struct pv_boot. */
pv_status pv_args_option(const char *args, const char *name, char *buf, size_t buf_size);

/* -- parts of the table: objects that are there when somebody says PV_NEED(); see <pv/backend.h> -- */
extern const void *const pv_need_io[] PV_WEAK, *const pv_need_lines[] PV_WEAK, *const pv_need_space[] PV_WEAK;
extern const void *const pv_need_user[] PV_WEAK, *const pv_need_wall[] PV_WEAK;

/* -- hooks and refusals -- */
/* Install a set without checking it. */
void pv_hooks_restore(const struct pv_hooks *set);
/* Would this CPU's next refusal be kept? Its hint is made only then. */
bool pv_refusal_wanted(void);
/* Only where something can be refused. */
void pv_refusal_print(void) PV_WEAK;

/* -- the patcher: generic walk in sites.c, bytes in <isa>/patch.c -- */
unsigned pv_sites_count(void);

/* -- lines and timers: written once in backends/common, fed by backends -- */
/* An input of the controller fired; gate closed, in the interrupt. Runs handlers, ends the input. */
void pv_lines_deliver(uint32_t input);
/* A cross or soft line fired. */
void pv_lines_deliver_cross(uint32_t n);
void pv_lines_deliver_soft(void);
void pv_lines_spurious(void);
/* The timer interrupt of this CPU: run what is due, set the next alarm. Gate closed. */
void pv_timers_run(void);
void pv_timers_init(void);
/* There is a clock but nothing that could interrupt: pv_timer_set() says PV_E_ABSENT. */
void pv_timers_none(void);
/* The clock runs: pv_timers_init() was called. */
extern bool pv_time_up;
/* Stage LINES, before the controller is brought up. Not there in a kernel that never binds a line. */
void pv_lines_reset(void) PV_WEAK;
/* NMI: true if the kernel's handler took it. */
bool pv_nmi_deliver(void);

/* -- traps: dispatch by cause (traps.c) -- */
/* True: go on with the frame. Does recovery, handlers, hook, and panics for the rest. */
bool pv_trap_deliver(struct pv_trap *trap);
/* ISA: print registers of a frame; set its pc. */
void pv_frame_print(const struct pv_frame *frame);
void pv_frame_set_pc(struct pv_frame *frame, uintptr_t pc);

/* -- memory access through the hooks -- */
/* A window on one physical page; pairs with pv_window_close, last opened first closed. */
void *pv_window_open(pv_paddr frame);
/* hooks/frame.c: of the frame that this address is in; panics when there is none. pv_window_close() ends it. */
void *pv_frame_open(pv_paddr frame);
void pv_window_close(void *p);
/* Copy physical memory that may cross pages. */
pv_status pv_phys_read(void *to, pv_paddr from, size_t size);
pv_status pv_virt_to_phys(const volatile void *va, pv_paddr *pa);
/* Among the flags of mmu.map: beyond the guest's memory is the machine's. Only for pv_io_map(). */
#define PV_MAP_DEVICE	0x1000u
/* The kernel keeps its page tables: pv_space_*() say PV_E_ABSENT from here on. */
void pv_spaces_none(void);

/* -- small text -- */
bool pv_text_equal(const char *a, const char *b);
size_t pv_text_length(const char *s);

/*
 * The freestanding hooks' view of memory, set by the backend's own_memory(): physical memory
 * [0, size) appears at `base`; frames beyond need windows. Kernel virtual addresses for
 * mappings come from [va_start, va_end).
 */
struct pv_direct_map {
	uintptr_t base;
	uint64_t size;
	uintptr_t image_offset;		/* virtual minus physical address of the image */
	uintptr_t image_alias;		/* by how much what is written lies higher; 0: it does not */
	uintptr_t va_start, va_end;
	uintptr_t windows_size;		/* bytes from va_end on that windows use */
	/* Which of [0, size) is mapped; NULL: all. */
	bool (*covers)(pv_paddr pa);
	/*
	 * A temporary writable address for any frame, also one of the kernel's text, which the direct
	 * map shows read-only; at most four at a time. NULL before the kernel's own map is in place:
	 * then the direct map is writable everywhere.
	 */
	void *(*window)(pv_paddr frame);
	void (*window_close)(void *va);
};
extern struct pv_direct_map pv_direct_map;


#endif
