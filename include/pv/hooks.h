/*
 * The other direction: what libpv needs from a kernel. One struct, one page.
 *
 * A kernel that has nothing uses pv_hooks_freestanding(), which makes all of this
 * from the boot memory map. A kernel with a memory system of its own fills the
 * struct and hands it to pv_hooks_set() before the first stage that needs it; a
 * required member left NULL is refused there by name.
 *
 * Every hook says from which stage on libpv may call it and whether it may sleep.
 * Hooks are called with the gate as the caller of libpv had it, or closed.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_HOOKS_H
#define PV_HOOKS_H

#include <pv/desc.h>
#include <pv/irq.h>
#include <pv/boot.h>

PV_BEGIN_DECLS

struct pv_hooks {
	uint32_t size;		/* sizeof(struct pv_hooks); grows at the end */
	void *context;		/* handed to every hook */

	/* One zeroed page of RAM for page tables and the like. Stage MMU. Required. Must not sleep. */
	pv_status (*page_alloc)(void *context, pv_paddr *frame);
	/* Give it back. Stage MMU. Required. Must not sleep. */
	void (*page_free)(void *context, pv_paddr frame);

	/* nr contiguous pages below `limit` (0 = any). Stage MMU. Optional, both or none: else PV_E_NOMEM. */
	pv_status (*pages_alloc)(void *context, size_t nr, uint64_t limit, pv_paddr *base);
	void (*pages_free)(void *context, pv_paddr base, size_t nr);

	/*
	 * A temporary kernel address for a frame, readable and writable, not executable; at most four
	 * at a time, taken back in reverse order. Stage MMU. Required. Must not sleep. Frames
	 * of the kernel's text come here, too: call sites are written through windows.
	 */
	void *(*map_frame)(void *context, pv_paddr frame);
	void (*unmap_frame)(void *context, void *va);

	/* Permanent address of physical memory, NULL where there is none. Stage MMU. Optional: faster. */
	void *(*phys_to_virt)(void *context, pv_paddr pa);
	/* Physical address behind a kernel address of the image or of phys_to_virt. Stage EARLY. Required. */
	pv_status (*virt_to_phys)(void *context, const volatile void *va, pv_paddr *pa);

	/*
	 * Kernel virtual addresses for libpv to map (device registers, clock pages), page aligned.
	 * Stage MMU. Required. Must not sleep.
	 */
	pv_status (*va_alloc)(void *context, uintptr_t size, pv_vaddr *va);
	void (*va_free)(void *context, pv_vaddr va, uintptr_t size);

	/*
	 * A kernel with its own page tables maps [va, va+size) to pa there (attach); NULL: libpv maps it
	 * in the kernel space. Stage MMU. Optional, both or none. flags as for pv_space_map().
	 */
	pv_status (*va_map)(void *context, pv_vaddr va, pv_paddr pa, uintptr_t size, unsigned flags);
	void (*va_unmap)(void *context, pv_vaddr va, uintptr_t size);

	/*
	 * A trap that nobody handled. True: the frame can go on. False from kernel mode: panic; from
	 * user mode the kernel must have ended or redirected the thread. Stage TRAPS. Optional.
	 */
	bool (*trap)(void *context, struct pv_trap *trap);

	/* About to go back to user mode: signals, preemption. Gate closed. Stage TRAPS. Optional. May sleep. */
	void (*before_user)(void *context);

	/* After an interrupt's handlers, before going back to kernel mode. Gate closed. Optional. */
	void (*after_interrupt)(void *context);

	/* One line for the kernel's log, without newline. Any stage. Optional: the console gets it. */
	void (*log)(void *context, const char *line);

	/* Something that cannot go on. Does not return. Any stage. Optional: print, stop. */
	void (*panic)(void *context, const char *message);
};

/*
 * Check and install a copy. PV_E_INVAL: names the missing member on the console; PV_E_VERSION: size
 * is not that of this library's struct. Any stage, one CPU.
 */
pv_status pv_hooks_set(const struct pv_hooks *hooks);
/* The hooks in force. */
const struct pv_hooks *pv_hooks_get(void);

/*
 * The ready-made set for a kernel with nothing: pages from the boot map's RAM, the direct map
 * of our entry code, log and panic to the console. Installed by our entry code before pv_main().
 */
const struct pv_hooks *pv_hooks_freestanding(const struct pv_boot *boot);
/* Pages the freestanding set still has, and had at first. */
void pv_freestanding_pages(uint64_t *free_pages, uint64_t *total_pages);

/*
 * The library's own way to the hooks; a kernel may use them too. Any context. A line of the log is cut
 * after 199 characters, a message after 255.
 */
void pv_log(const char *format, ...) PV_PRINTF(1, 2);
void pv_panic(const char *format, ...) PV_PRINTF(1, 2) PV_NORETURN;

PV_END_DECLS
#endif
