/*
 * Start of day that only x86 has, for kernels with entry code of their own.
 *
 * Xen starts a PV guest by ELF notes (Xen's public elfnote.h). A kernel that shall be
 * started so and not through libpv's entry has notes of its own: ENTRY, VIRT_BASE,
 * PADDR_OFFSET 0, XEN_VERSION, GUEST_OS or LOADER, on i386 PAE_MODE, and
 * HYPERCALL_PAGE, which must name pv_xen_hypercall_page: libpv calls through it. It
 * then says in struct pv_attach, with PV_BOOT_XEN_PV in `how`:
 *
 *	start_word[0]	the address of start_info, as Xen gives it in RSI or ESI
 *	start_word[1]	VIRT_BASE: where physical 0 is shown
 *
 * Context: as <pv/boot.h>.
 *
 * SPDX-License-Identifier: BSD-2-Clause
 */
#ifndef PV_X86_BOOT_H
#define PV_X86_BOOT_H

#include <pv/boot.h>

PV_BEGIN_DECLS

/*
 * Xen PV's start_info at physical address `info`, the guest's own numbering. r->at must give addresses
 * at VIRT_BASE. The map has all memory; of it Xen shows at first what is up to the end of what it made
 * (PV_MEM_NVS: its list of frames, start_info; PV_MEM_BOOT: page tables, stack), half a MiB more, and on
 * to an edge of 4 MiB. In images with the Xen backend.
 */
pv_status pv_boot_read_xen(struct pv_boot *boot, const struct pv_boot_reader *r, pv_paddr info);

/* Page of code that Xen fills in; entry n is 32 * n bytes from its start. */
extern const char pv_xen_hypercall_page[];

PV_END_DECLS
#endif
